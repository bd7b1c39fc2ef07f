"""What a build notes of records that came, went or changed, and when it forgets it."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb
import pytest
from part_of_project import make
from same_tables import differing

from andon.config import Settings
from andon.transform.project import PROJECT, reading_of
from andon.warehouse.open import note_passed, prepare_warehouse
from andon.warehouse.parquet_lake import ParquetLake
from andon.warehouse.reading import EVER

from invented import build, keep
from otlp_json import attributes

pytestmark = pytest.mark.slow(seconds=75)

NOON = int(dt.datetime(2026, 1, 15, 12, tzinfo=dt.UTC).timestamp())
MORNING = dt.datetime(2026, 1, 18, 6, tzinfo=dt.UTC)


class Warehouse:
    """A warehouse of builds that pass, and of others that die when they have chosen what to stage."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data=folder, now=MORNING)
        self.path = self.settings.warehouse_path
        self.lake = ParquetLake(self.settings.raw_dir)
        self.made_as = ""

    def send(self, name: str, *told: tuple[str, int], minutes: int = 0, is_timeless: bool = False) -> None:
        """Send what sessions of Claude Code said, so many seconds after noon; or without saying when."""
        records = [
            {
                "timeUnixNano": "0" if is_timeless else str((NOON + seconds) * 10**9),
                "eventName": "user_prompt",
                "attributes": attributes({"session.id": session, "prompt_length": seconds + 1}),
            }
            for session, seconds in told
        ]
        scope = {"scope": {"name": "com.anthropic.claude_code"}, "logRecords": records}
        body = {"resourceLogs": [{"scopeLogs": [scope]}]}
        keep(self.lake, "o", "logs", [body], now=MORNING + dt.timedelta(minutes=minutes), name=name)

    def prepare(self, *, made_as: str = "", again: tuple[dt.date, dt.date] | None = None) -> bool:
        """Begin a build; say whether all is made anew."""
        return prepare_warehouse(
            self.settings,
            {},
            definition=reading_of(PROJECT),
            made_as=made_as or self.made_as,
            again=again,
        )

    def begin(self, **told: object) -> None:
        """Build as far as what is to stage."""
        assert not self.prepare()
        make(self.path.parent, "+stg_otlp__log_records", whole=False, **told)

    def build(self) -> None:
        """Build all."""
        build(self.settings, ["o"], now=MORNING)
        passed = self.ask("SELECT definition FROM build.passed")
        self.made_as = str(passed[0]).partition(" of DuckDB ")[0]

    def ask(self, query: str) -> list[object]:
        """Give the values of a column, sorted."""
        with duckdb.connect(self.path, read_only=True) as connection:
            return sorted(row[0] for row in connection.execute(query).fetchall())

    def gone(self) -> list[object]:
        """Say which records are noted as gone, and that they are."""
        return self.ask(
            "SELECT coalesce(session_id, 'gone') FROM build.touched_records"
            " LEFT JOIN staging.base_otlp__log_records USING (org_id, record_id)"
        )

    def staged(self) -> list[object]:
        """Name the session of each record that the last build staged: its copy of them was in memory."""
        return self.ask(
            "SELECT session_id FROM staging.base_otlp__log_records"
            " WHERE group_key IN (SELECT group_key FROM intermediate.int_slice)"
        )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Warehouse:
    """Give a warehouse that a build of two sessions passed in."""
    made = Warehouse(tmp_path_factory.mktemp("touched"))
    made.send("first", ("a", 0), ("a", 1), ("b", 2))
    made.build()
    assert made.ask("SELECT session_id FROM staging.stg_otlp__log_records") == ["a", "a", "b"]
    return made


def test_what_changed_is_noted_until_a_build_passes(warehouse: Warehouse) -> None:
    """Of a day that is read again only what differs, however many builds die; its group is staged whole."""
    warehouse.send("late", ("a", 3), ("b", 2), minutes=10)
    for _ in range(2):
        warehouse.begin()
        assert warehouse.gone() == []
        assert warehouse.staged() == ["a", "a", "a"]

    # Too many for memory.
    warehouse.begin(in_memory_records=2)
    assert warehouse.ask("SELECT session_id FROM staging.stg_otlp__log_records") == ["a", "a", "a"]

    warehouse.build()
    assert warehouse.staged() == ["a", "a", "a"]
    assert warehouse.gone() == []

    # Erased: of what session b said the copy stays that came later.
    next(path for path in warehouse.lake.files("log_records") if path.stem.startswith("o-first")).unlink()
    warehouse.begin()
    assert warehouse.gone() == ["gone", "gone"]
    assert warehouse.staged() == ["a", "b"]


def test_all_is_made_anew_where_nothing_can_be_kept(warehouse: Warehouse) -> None:
    """In another way, when told to, and after a build that made everything anew and died."""
    note_passed(warehouse.settings, warehouse.made_as)
    assert not warehouse.prepare()
    assert warehouse.prepare(made_as="otherwise")
    assert warehouse.prepare()

    note_passed(warehouse.settings, warehouse.made_as)
    assert not warehouse.prepare(again=(dt.date(2026, 1, 15), dt.date(2026, 1, 15)))
    assert warehouse.prepare(again=EVER)
    assert warehouse.prepare()

    note_passed(warehouse.settings, warehouse.made_as)
    with duckdb.connect(warehouse.path) as connection:
        connection.execute("DROP TABLE staging.base_otlp__spans CASCADE")
    assert warehouse.prepare()


def test_a_record_without_time_is_of_the_day_of_its_first_copy(tmp_path: Path) -> None:
    """Also when that copy is found last: its fact leaves the day that it was on."""
    daily, once = Warehouse(tmp_path / "daily"), Warehouse(tmp_path / "once")
    for warehouse in (daily, once):
        warehouse.send("second", ("a", 0), ("a", 1), is_timeless=True)
        if warehouse is daily:
            warehouse.build()
        warehouse.send("first", ("a", 0), minutes=-2 * 24 * 60, is_timeless=True)
        warehouse.build()

    assert daily.ask("SELECT event_date FROM intermediate.int_user_messages_unioned") == [
        dt.date(2026, 1, 16),
        dt.date(2026, 1, 18),
    ]
    assert list(differing(daily.path, once.path, is_retold=True)) == []
