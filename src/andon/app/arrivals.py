"""
What arrived lately, read from raw: the answer to "does my agent reach the server?".

It looks at records, not at reports, so that it needs no build. A running server moves what it acknowledged
into raw once a second; what is still in the log is not seen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

import msgspec
import pyarrow.compute as pc
import pyarrow.parquet as pq

from andon.config import Settings

_TABLES = {"log_records": "logs", "spans": "spans", "metric_points": "metrics"}
_COLUMNS = ["received_at", "service_name", "service_version", "scope_name", "ingest_key_id"]


class Arrival(msgspec.Struct):
    """
    One signal of one agent, of the last minutes.

    Attributes:
        signal: logs, spans or metrics.
        records: How many came.
        last_at: When the last one came, UTC.
        versions: What the service calls its version.
        keys: Ids of the ingest keys they came with.
    """

    signal: str
    records: int
    last_at: dt.datetime
    versions: list[str]
    keys: list[str]


def arrivals(
    settings: Settings, org_id: str, heard: Sequence[str], *, now: dt.datetime, minutes: int
) -> list[Arrival]:
    """
    Count what came from services or scopes whose names begin so, in the last minutes.

    Args:
        settings: Where raw is.
        org_id: The organisation.
        heard: Beginnings of service or scope names.
        now: The current instant.
        minutes: How far to look back.

    Returns:
        One entry for each signal that came.
    """
    since = now.astimezone(dt.UTC).replace(tzinfo=None) - dt.timedelta(minutes=minutes)
    found = []
    for table, signal in _TABLES.items():
        rows = [
            row
            for path in sorted((settings.raw_dir / table / f"org_id={org_id}").glob("*/*.parquet"))
            if dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC).replace(tzinfo=None) >= since
            for row in _recent(path, since)
            if _is_heard(row, heard)
        ]
        if rows:
            found.append(
                Arrival(
                    signal,
                    len(rows),
                    max(received for row in rows if isinstance(received := row["received_at"], dt.datetime)),
                    _distinct(row["service_version"] for row in rows),
                    _distinct(row["ingest_key_id"] for row in rows),
                )
            )
    return found


def _recent(path: object, since: dt.datetime) -> list[dict[str, dt.datetime | str | None]]:
    rows = pq.read_table(path, columns=_COLUMNS)
    kept: list[dict[str, dt.datetime | str | None]] = rows.filter(
        pc.greater_equal(rows["received_at"], since)
    ).to_pylist()
    return kept


def _is_heard(row: dict[str, dt.datetime | str | None], heard: Sequence[str]) -> bool:
    return any(str(row[name] or "").startswith(tuple(heard)) for name in ("service_name", "scope_name"))


def _distinct(values: Iterable[object]) -> list[str]:
    return sorted({str(value) for value in values if value})
