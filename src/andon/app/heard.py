"""
What arrives now, counted on its way from the log to raw: within a second or two of its receipt.

Counted in memory, from the server's start on; whatever a build of another process loads is not seen.
"""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from collections.abc import Callable

import pyarrow as pa
import pyarrow.compute as pc

from andon.contract.pipeline import ArrivalRow, ArrivalsAnswer
from andon.contract.telemetry import Table
from andon.warehouse.doors import RawStore

SIGNALS = {"spans": "traces", "log_records": "logs", "metric_points": "metrics"}

BUCKET_S = 10
HOUR_S = 3600
MINUTE_S = 60

MOST_AGENTS = 100
"""Of one organisation: senders name themselves, and may not fill the memory by it."""

UNKNOWN, OTHER = "(unknown)", "(other)"

_Line = tuple[str, str]


class Heard:
    """
    A raw store that listens: what is stored passes through unchanged. Safe to use from several threads.

    Args:
        store: Where rows go.
        clock: Tells the time, in UTC.
    """

    def __init__(self, store: RawStore, clock: Callable[[], dt.datetime]) -> None:
        self._store = store
        self._clock = clock
        self._since = clock()
        self._counts: dict[str, dict[_Line, Counter[int]]] = {}
        self._last: dict[str, dict[_Line, dt.datetime]] = {}
        self._gate = threading.Lock()

    def append(self, table: Table, rows: pa.Table, batch_id: str) -> None:
        """Store rows, and count them when they are."""
        self._store.append(table, rows, batch_id)
        if table in SIGNALS and rows.num_rows:
            self._count(SIGNALS[table], rows)

    def arrivals(self, org_id: str) -> ArrivalsAnswer:
        """Tell what came to an organisation."""
        now = self._clock().timestamp()
        with self._gate:
            lasts = dict(self._last.get(org_id, {}))
            counts = {line: Counter(one) for line, one in self._counts.get(org_id, {}).items()}
        rows = []
        for line, last in sorted(lasts.items(), key=lambda item: (item[0][1], item[0][0])):
            in_hour = {at: n for at, n in counts[line].items() if at > now - HOUR_S - BUCKET_S}
            if in_hour:
                rows.append(
                    ArrivalRow(
                        signal=line[0],  # type: ignore[arg-type]
                        agent=line[1],
                        last_minute=sum(n for at, n in in_hour.items() if at > now - MINUTE_S - BUCKET_S),
                        last_hour=sum(in_hour.values()),
                        last_event_at=last,
                    )
                )
        return ArrivalsAnswer(data=rows, last_event_at=max(lasts.values(), default=None), since=self._since)

    def _count(self, signal: str, rows: pa.Table) -> None:
        buckets = pc.floor_temporal(rows["received_at"], multiple=BUCKET_S, unit="second")
        grouped = (
            pa.table(
                {
                    "org_id": rows["org_id"].cast(pa.string()),
                    "agent": pc.fill_null(rows["service_name"].cast(pa.string()), UNKNOWN),
                    "bucket": buckets,
                    "at": rows["received_at"],
                }
            )
            .group_by(["org_id", "agent", "bucket"])
            .aggregate([("at", "count"), ("at", "max")])
        )
        oldest = self._clock().timestamp() - HOUR_S - BUCKET_S
        with self._gate:
            for row in grouped.to_pylist():
                lines = self._counts.setdefault(row["org_id"], {})
                line = (signal, row["agent"])
                if line not in lines and len(lines) >= MOST_AGENTS:
                    line = (signal, OTHER)
                counts = lines.setdefault(line, Counter())
                counts[int(_utc(row["bucket"]).timestamp())] += row["at_count"]
                for at in [at for at in counts if at <= oldest]:
                    del counts[at]
                lasts = self._last.setdefault(row["org_id"], {})
                lasts[line] = max(
                    _utc(row["at_max"]), lasts.get(line, dt.datetime.min.replace(tzinfo=dt.UTC))
                )


def _utc(at: dt.datetime) -> dt.datetime:
    return at.replace(tzinfo=dt.UTC) if at.tzinfo is None else at.astimezone(dt.UTC)
