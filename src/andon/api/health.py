"""What a supervisor asks: is it alive, can it answer, how is it doing. Needs no key; tells nothing secret."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.measures import Measures
from andon.contract.conservation import DayRecords
from andon.contract.problems import Unavailable
from andon.edition.editions import Editions

HEALTH_PATHS = ("/healthz", "/readyz", "/metrics")

NO_STORE = {"Cache-Control": "no-store"}


class LastBuild(msgspec.Struct, frozen=True):
    """
    How the newest build ended, as far as everybody may know.

    Attributes:
        outcome: ``published``, ``failed`` or ``died``.
        started_at: UTC.
        why: The checks and models that failed, and on which days; empty unless it failed.
    """

    outcome: str
    started_at: dt.datetime
    why: str


class Readiness(msgspec.Struct, frozen=True):
    """
    The body of ``/readyz`` when reports can be answered.

    Attributes:
        status: Always ``ready``.
        edition: Number of the edition that is served.
        data_through: Newest complete UTC day in it.
        data_age_days: Days from then to today: 1 when all is well.
        last_build: How the newest build ended; null when none is remembered.
    """

    status: str
    edition: int
    data_through: dt.date
    data_age_days: int
    last_build: LastBuild | None


class Health:
    """
    Answers ``/healthz``, ``/readyz`` and ``/metrics``.

    Args:
        editions: Asked for the current one.
        clock: Tells the time, in UTC.
        measures: What ``/metrics`` tells.
    """

    def __init__(self, editions: Editions, clock: Callable[[], dt.datetime], measures: Measures) -> None:
        self._editions = editions
        self._clock = clock
        self._measures = measures

    def routes(self) -> list[Route]:
        """List the routes, HEAD included."""
        endpoints = (self._healthz, self._readyz, self._metrics)
        return [Route(path, endpoint) for path, endpoint in zip(HEALTH_PATHS, endpoints, strict=True)]

    async def _healthz(self, _: Request) -> Response:
        return Response(b'{"status":"ok"}', headers=NO_STORE, media_type="application/json")

    def _readyz(self, _: Request) -> Response:
        readiness = self._readiness()
        if readiness is None:
            last = self._last_build()
            if last is not None and last.why:
                raise Unavailable(f"No edition published yet, and the last build {last.outcome}: {last.why}")
            raise Unavailable("No edition published yet. Run `andon build`, or wait for the daily build")
        return Response(msgspec.json.encode(readiness), headers=NO_STORE, media_type="application/json")

    def _metrics(self, _: Request) -> Response:
        readiness = self._readiness()
        last = self._last_build()
        has_failed = last is not None and last.outcome != "published"
        text = (
            self._measures.render(
                readiness.edition, readiness.data_age_days, self._records(), has_failed=has_failed
            )
            if readiness
            else self._measures.render(None, None, has_failed=has_failed)
        )
        return Response(text, headers=NO_STORE, media_type=CONTENT_TYPE_LATEST)

    def _records(self) -> list[tuple[str, str, DayRecords]]:
        edition = self._editions.current()
        if edition is None:
            return []
        today = self._clock().date()
        days = {today: "today", today - dt.timedelta(days=1): "yesterday"}
        decode = msgspec.json.Decoder(DayRecords).decode
        found = [(org_id, decode(fragment)) for org_id, fragment in edition.conservation_on(list(days))]
        return [(org_id, days[counted.report_date], counted) for org_id, counted in found]

    def _readiness(self) -> Readiness | None:
        edition = self._editions.current()
        if edition is None:
            return None
        age = (self._clock().date() - edition.data_through).days
        return Readiness("ready", edition.number, edition.data_through, age, self._last_build())

    def _last_build(self) -> LastBuild | None:
        last = self._editions.last_build()
        if last is None:
            return None
        # Not its own words: they may name files, and so organisations.
        failed = ", ".join(
            f"{one.kind} {one.node}" + (f" ({', '.join(map(str, one.days))})" if one.days else "")
            for one in last.failed
        )
        why = "" if last.outcome == "published" else failed or "`andon doctor` says why"
        return LastBuild(last.outcome, last.started_at, why)
