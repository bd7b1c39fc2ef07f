"""Which days of the lake a build reads: those whose files changed, and no more."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path

import duckdb
import pytest

from andon.warehouse import reading
from andon.warehouse.reading import EVER, Folder, folders, note_unread

MONDAY, TUESDAY = dt.date(2026, 1, 19), dt.date(2026, 1, 20)


def put(raw: Path, day: dt.date, name: str, content: str = "rows") -> Path:
    """Put a file into a day of an organisation's spans."""
    file = raw / "spans" / "org_id=o%2F1" / f"event_date={day}" / f"{name}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(content)
    return file


class Warehouse:
    """A warehouse whose builds read what they should, without reading."""

    def __init__(self, raw: Path) -> None:
        self.raw = raw
        self.connection = duckdb.connect()
        self.connection.execute("CREATE SCHEMA staging")

    def unread(
        self, *, definition: str = "d", again: tuple[dt.date, dt.date] | None = None
    ) -> list[tuple[dt.date, int]]:
        """Ask for the days to read, and their batches."""
        note_unread(self.connection, folders(self.raw), definition, again)
        return self.connection.execute(
            "SELECT event_date, batch FROM build.unread WHERE raw_table = 'spans' ORDER BY ALL"
        ).fetchall()

    def read(self) -> None:
        """Do what the base model does in its transaction."""
        self.connection.execute("CREATE TABLE IF NOT EXISTS staging.base_otlp__spans (a INT)")
        self.connection.execute(
            "DELETE FROM build.read_folders WHERE (org_id, event_date) IN"
            " (SELECT (org_id, event_date) FROM build.unread)"
        )
        self.connection.execute(
            "INSERT INTO build.read_folders SELECT raw_table, org_id, event_date, fingerprint, definition"
            " FROM build.unread WHERE fingerprint <> ''"
        )


@pytest.fixture
def warehouse(tmp_path: Path) -> Warehouse:
    """Give a warehouse that read Monday and Tuesday."""
    put(tmp_path, MONDAY, "a")
    put(tmp_path, TUESDAY, "a")
    made = Warehouse(tmp_path)
    assert made.unread() == [(MONDAY, 0), (TUESDAY, 0)]
    made.read()
    assert made.unread() == []
    return made


def test_folders_are_named_as_the_organisation_is(tmp_path: Path) -> None:
    """An organisation's id is read back from the folder's name."""
    put(tmp_path, MONDAY, "a")
    assert list(folders(tmp_path)) == [Folder("spans", "o/1", MONDAY)]


def test_a_day_that_got_a_file_is_read_again(warehouse: Warehouse) -> None:
    """New telemetry of a day, however late, makes that day unread and no other."""
    put(warehouse.raw, MONDAY, "late")
    assert warehouse.unread() == [(MONDAY, 0)]


def test_a_day_that_lost_a_file_is_read_again(warehouse: Warehouse) -> None:
    """What was erased, in part or whole, goes."""
    put(warehouse.raw, MONDAY, "a").unlink()
    assert warehouse.unread() == [(MONDAY, 0)]
    warehouse.read()
    assert warehouse.unread() == []


def test_a_file_that_was_written_again_is_read_again(warehouse: Warehouse) -> None:
    """Equal names and sizes are not enough to be the same."""
    file = put(warehouse.raw, MONDAY, "a")
    os.utime(file, ns=(1, 1))
    assert warehouse.unread() == [(MONDAY, 0)]


def test_a_build_that_died_leaves_its_days_unread(warehouse: Warehouse) -> None:
    """Days count as read only when the base models say so."""
    put(warehouse.raw, TUESDAY, "late")
    assert warehouse.unread() == [(TUESDAY, 0)]
    assert warehouse.unread() == [(TUESDAY, 0)]


def test_another_way_of_reading_makes_all_unread(warehouse: Warehouse) -> None:
    """Rows that were read by other SQL are dropped with their table."""
    assert warehouse.unread(definition="other") == [(MONDAY, 0), (TUESDAY, 0)]
    assert warehouse.connection.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [
        ("read_folders",),
        ("unread",),
    ]


def test_a_table_that_never_had_rows_goes_with_the_others(warehouse: Warehouse) -> None:
    """Where spans were read in another way, an empty table of points has the columns of that way, too."""
    warehouse.connection.execute("CREATE TABLE staging.base_otlp__metric_points (a INT)")
    empty = "SELECT count(*) FROM duckdb_tables() WHERE table_name = 'base_otlp__metric_points'"

    assert warehouse.unread() == []
    assert warehouse.connection.execute(empty).fetchall() == [(1,)]
    assert warehouse.unread(definition="other") == [(MONDAY, 0), (TUESDAY, 0)]
    assert warehouse.connection.execute(empty).fetchall() == [(0,)]


def test_days_are_read_again_when_asked(warehouse: Warehouse) -> None:
    """A range of days, or all of them."""
    assert warehouse.unread(again=(TUESDAY, TUESDAY)) == [(TUESDAY, 0)]
    warehouse.read()
    assert warehouse.unread(again=EVER) == [(MONDAY, 0), (TUESDAY, 0)]


def test_much_is_read_in_batches(warehouse: Warehouse, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory is bounded by what is read at once."""
    monkeypatch.setattr(reading, "BATCH_BYTES", 1)
    assert warehouse.unread(again=EVER) == [(MONDAY, 0), (TUESDAY, 1)]
