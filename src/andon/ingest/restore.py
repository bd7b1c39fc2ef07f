"""
Back from quarantine: the text of an item to the very row that it would have been.

Pure. The text holds every column but those of the request, exactly: what flattening would have stored had the
time been believed at once is what comes back, with the same ``record_id``.

Source: ``contract/telemetry.py``, table ``quarantine``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from andon.contract.telemetry import COLUMNS, TABLE_OF_SIGNAL, Kind, Table
from andon.ingest.clocks import DAY
from andon.ingest.frames import arrow_schema

_REQUEST_COLUMNS = ("org_id", "received_at", "ingest_key_id", "record_id")
"""What a quarantined row and the restored one share."""

_EPOCH = dt.date(1970, 1, 1)

_read_object = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_READ: dict[Kind, Any] = {
    "string": msgspec.json.Decoder(str).decode,
    "int64": msgspec.json.Decoder(int).decode,
    "double": msgspec.json.Decoder(float).decode,
    "bool": msgspec.json.Decoder(bool).decode,
    # Canonical as it stands: decoding it and writing it again could only lose something.
    "json": lambda raw: bytes(raw).decode(),
}


class Restored(NamedTuple):
    """
    A row as it would have been stored.

    Attributes:
        table: Its signal's.
        at: When it happened, by itself: nanoseconds since 1970 UTC.
        row: By column.
    """

    table: Table
    at: int
    row: dict[str, Any]


def restore(quarantined: Mapping[str, Any]) -> Restored | None:
    """
    Make the row of a quarantined item.

    Args:
        quarantined: A row of raw's quarantine, by column.

    Returns:
        None for an item of which no text was kept: nobody could read it.

    Raises:
        ValueError: The text is none that flattening wrote.
    """
    text = quarantined["item"]
    if text is None:
        return None
    table = TABLE_OF_SIGNAL[quarantined["signal"]]
    row: dict[str, Any] = {name: quarantined[name] for name in _REQUEST_COLUMNS}
    try:
        told = _read_object(text)
        for column in COLUMNS[table]:
            if column.name in told:
                row[column.name] = _READ[column.kind](told[column.name])
        at = _at(table, row)
    except (msgspec.DecodeError, KeyError) as error:
        raise ValueError(f"Record {quarantined['record_id']} in quarantine cannot be read: {error}") from None
    row["event_date"] = _EPOCH + dt.timedelta(days=at // DAY)
    return Restored(table, at, row)


def tables_of(restored: Iterable[Restored]) -> dict[Table, pa.Table]:
    """Put restored rows together, table by table."""
    rows: dict[Table, list[dict[str, Any]]] = {}
    for one in restored:
        rows.setdefault(one.table, []).append(one.row)
    return {table: pa.Table.from_pylist(some, schema=arrow_schema(table)) for table, some in rows.items()}


def _at(table: Table, row: Mapping[str, Any]) -> int:
    if table == "spans":
        at: int = row["end_time_unix_nano"]
    elif table == "metric_points":
        at = row["time_unix_nano"]
    else:
        at = row["time_unix_nano"] or row["observed_time_unix_nano"]
    return at
