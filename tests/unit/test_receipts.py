"""Receipts: how many rows the log handed over, counted once whatever happens, and held to raw."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from andon.app.conservation import RawDay, count_raw, lines
from andon.config import Settings, read_settings
from andon.contract.conservation import DayRecords
from andon.contract.telemetry import Table
from andon.ingest.frames import pack
from andon.ingest.load import load_closed
from andon.ingest.receipts import receipts_of
from andon.log import framing
from andon.warehouse.parquet_lake import ParquetLake
from andon.warehouse.raw_tables import raw_schema

DAY, NEXT = dt.date(2026, 11, 20), dt.date(2026, 11, 21)
LATE = dt.datetime(2026, 11, 20, 23, 59, 59, 999_999)  # noqa: DTZ001 (raw keeps UTC without a zone)
EARLY = dt.datetime(2026, 11, 21)  # noqa: DTZ001 (as above)


def rows(table: Table, *received: dt.datetime, org_id: str = "org_a") -> pa.Table:
    """Rows of a table that were received then and happened long before; most columns do not matter."""
    schema = raw_schema(table)
    filling = {pa.string(): "{}", pa.int64(): 0, pa.date32(): dt.date(2026, 1, 14)}
    common = {field.name: filling.get(field.type) for field in schema} | {"org_id": org_id, "signal": "logs"}
    if table == "quarantine":
        common |= {"item": None}
    return pa.Table.from_pylist(
        [
            {name: value for name, value in common.items() if name in schema.names}
            | {"received_at": at, "record_id": f"{org_id}{number}"}
            | ({"event_date": at.date()} if table == "quarantine" else {})
            for number, at in enumerate(received)
        ],
        schema,
    )


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data directory whose log has one segment: three organisations' days, and something in quarantine."""
    settings = read_settings(data=tmp_path)
    write_segment(settings)
    return settings


def write_segment(settings: Settings) -> None:
    """The segment, as its writer left it."""
    frames = [
        pack({"log_records": rows("log_records", LATE, LATE, EARLY), "quarantine": rows("quarantine", LATE)}),
        pack({"spans": rows("spans", EARLY, org_id="org_b")}),
    ]
    settings.log_dir.mkdir(exist_ok=True)
    path = settings.log_dir / "00-1-0.seg"
    marker = framing.marker_of(path)
    path.write_bytes(b"".join(framing.header(frame, marker) + frame for frame in frames))


WHOLE = {
    ("org_a", DAY): RawDay(received=3, stored=2, quarantined=1),
    ("org_a", NEXT): RawDay(received=1, stored=1, quarantined=0),
    ("org_b", NEXT): RawDay(received=1, stored=1, quarantined=0),
}


def test_receipts_are_by_organisation_day_of_receipt_and_signal() -> None:
    """Midnight parts two days; a table's rows are of its signal, quarantine says itself which."""
    receipts = receipts_of({"spans": rows("spans", LATE, EARLY), "quarantine": rows("quarantine", LATE)})

    assert [tuple(row.values()) for row in receipts.to_pylist()] == [
        ("org_a", DAY, "logs", 0, 1),
        ("org_a", DAY, "traces", 1, 0),
        ("org_a", NEXT, "traces", 1, 0),
    ]


def test_a_segment_that_is_loaded_again_is_receipted_once(settings: Settings) -> None:
    """A loader that died before it deleted the segment: its successor changes no number."""
    store = ParquetLake(settings.raw_dir)
    load_closed(settings.log_dir, store)
    write_segment(settings)
    load_closed(settings.log_dir, store)

    assert count_raw(settings, [NEXT, DAY]) == WHOLE


def test_a_loader_that_dies_before_the_receipt_writes_it_later(settings: Settings) -> None:
    """Rows without a receipt are too many for a moment, and never too few."""
    store = ParquetLake(settings.raw_dir)
    load_closed(settings.log_dir, store)
    for path in store.files("receipts"):
        path.unlink()
    assert {day.missing for day in count_raw(settings, [DAY, NEXT]).values()} == {-3, -1}

    write_segment(settings)
    load_closed(settings.log_dir, store)
    assert count_raw(settings, [DAY, NEXT]) == WHOLE


def test_a_file_that_is_gone_is_missed(settings: Settings) -> None:
    """However the rows are spread over files: what the receipts say is what raw must have."""
    store = ParquetLake(settings.raw_dir)
    load_closed(settings.log_dir, store)
    (path,) = store.files("log_records")
    kept = pq.read_table(path, partitioning=None).slice(0, 1)
    pq.write_table(kept, path)

    counted = count_raw(settings, [DAY, NEXT])
    assert [counted["org_a", day].missing for day in (DAY, NEXT)] == [1, 1]
    assert counted["org_b", NEXT].missing == 0


def test_other_days_are_not_counted(settings: Settings) -> None:
    """A day of receipt, not the day on which something happened."""
    load_closed(settings.log_dir, ParquetLake(settings.raw_dir))

    assert count_raw(settings, [dt.date(2026, 1, 14)]) == {}
    assert set(count_raw(settings, [NEXT])) == {("org_a", NEXT), ("org_b", NEXT)}


def test_what_adds_up_is_one_line() -> None:
    """And what does not is a line of its own, with what to do."""
    good, lost = (
        RawDay(received=1_200, stored=1_199, quarantined=1),
        RawDay(received=5, stored=3, quarantined=0),
    )
    known = DayRecords(
        report_date=DAY,
        received=1_200,
        stored=1_199,
        distinct=1_190,
        duplicates=9,
        quarantined=1,
        by_signal=[],
    )

    ((level, text),) = lines("Acme", [(NEXT, good), (DAY, good)], [None, known])
    assert level == "ok"
    assert text == (
        "Acme: 2026-11-21 1,200 received = 1,199 stored + 1 quarantined; "
        "2026-11-20 1,200 received = 1,199 stored + 1 quarantined (9 duplicates by the last build)"
    )
    assert [level for level, _ in lines("Acme", [(NEXT, lost), (DAY, good)], [None, known])] == ["fail", "ok"]
    assert list(lines("Acme", [], [])) == []
