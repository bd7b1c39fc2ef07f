"""
How many rows a segment of the log holds, by organisation, day of receipt and signal.

Stored beside the rows, and counted before any of them is written: what raw has later can be held to it.

Source: promise R9 of the reliability study ("no silent loss").
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from andon.contract.telemetry import TABLE_OF_SIGNAL, Signal, Table
from andon.ingest.frames import arrow_schema

_SIGNAL_OF: dict[Table, Signal] = {table: signal for signal, table in TABLE_OF_SIGNAL.items()}

_Group = tuple[str, dt.date, str]


def receipts_of(rows: Mapping[Table, pa.Table]) -> pa.Table:
    """Count rows of the signals' tables and of quarantine: rows of the table ``receipts``."""
    stored, quarantined = Counter[_Group](), Counter[_Group]()
    for table, part in rows.items():
        counts = quarantined if table == "quarantine" else stored
        signals = part["signal"] if table == "quarantine" else pa.repeat(_SIGNAL_OF[table], part.num_rows)
        groups = pa.table(
            {"org_id": part["org_id"], "day": pc.cast(part["received_at"], pa.date32()), "signal": signals}
        )
        for group in groups.group_by(groups.column_names).aggregate([([], "count_all")]).to_pylist():
            counts[group["org_id"], group["day"], group["signal"]] += group["count_all"]
    return pa.Table.from_pylist(
        [
            {
                "org_id": org_id,
                "event_date": day,
                "signal": signal,
                "stored": stored[org_id, day, signal],
                "quarantined": quarantined[org_id, day, signal],
            }
            for org_id, day, signal in sorted({*stored, *quarantined})
        ],
        schema=arrow_schema("receipts"),
    )
