"""What ``/metrics`` tells of the API, in Prometheus' words."""

from __future__ import annotations

from collections.abc import Iterable

from prometheus_client import REGISTRY, CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from andon.contract.conservation import DayRecords

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

OTHER = "other"
"""Stands for every path and method that is not ours: a scanner must not fill the memory with labels."""


class Measures:
    """
    Counters of one application, apart from those of another in the same process.

    Args:
        paths: Paths that are counted by name.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths = frozenset(paths)
        self._registry = CollectorRegistry()
        self._requests = Counter(
            "andon_http_requests",
            "Answers of the API, by path, method and status.",
            ["path", "method", "status"],
            registry=self._registry,
        )
        self._seconds = Histogram(
            "andon_http_request_seconds",
            "Seconds from a request's head to the end of its answer, by path.",
            ["path"],
            registry=self._registry,
        )
        self._edition = Gauge(
            "andon_edition",
            "Number of the edition that is served; 0 before the first.",
            registry=self._registry,
        )
        self._age = Gauge(
            "andon_data_age_days",
            "UTC days from the newest day with data to today: 1 when all is well, NaN before any edition.",
            registry=self._registry,
        )

        self._failed = Gauge(
            "andon_build_failed",
            "1 when the newest build failed or died, else 0.",
            registry=self._registry,
        )

    def count(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count one answer."""
        path = path if path in self._paths else OTHER
        self._requests.labels(path, method if method in METHODS else OTHER, str(status)).inc()
        self._seconds.labels(path).observe(seconds)

    def render(
        self,
        edition: int | None,
        age_days: int | None,
        records: Iterable[tuple[str, str, DayRecords]] = (),
        *,
        has_failed: bool,
    ) -> bytes:
        """
        Write everything as text, the process's own measures included.

        Args:
            edition: Number of the edition that is served; None before the first.
            age_days: Days from the newest day with data to today; None before the first edition.
            records: Organisation, which day (``today`` or ``yesterday``: no more, each is a label), and where
                the records went that were received on it.
            has_failed: Whether the newest build failed.
        """
        self._edition.set(edition or 0)
        self._failed.set(has_failed)
        self._age.set(float("nan") if age_days is None else age_days)
        return (
            generate_latest(self._registry) + generate_latest(_conserved(records)) + generate_latest(REGISTRY)
        )


def _conserved(records: Iterable[tuple[str, str, DayRecords]]) -> CollectorRegistry:
    # A registry of the answer's own: a day that is over leaves no label behind, and two scrapes at once
    # do not mix.
    registry = CollectorRegistry()
    gauge = Gauge(
        "andon_day_records",
        "Records by UTC day of receipt, as the edition that is served knows them: received = stored + "
        "quarantined, stored = distinct + duplicates.",
        ["org_id", "day", "what"],
        registry=registry,
    )
    for org_id, day, counted in records:
        for what in ("received", "stored", "distinct", "duplicates", "quarantined"):
            gauge.labels(org_id, day, what).set(getattr(counted, what))
    return registry
