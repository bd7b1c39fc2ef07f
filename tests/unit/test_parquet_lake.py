"""The Parquet lake: every batch is stored whole and once, by organisation and day."""

from __future__ import annotations

import contextlib
import datetime as dt
import os
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from andon.contract.telemetry import COLUMNS, Table
from andon.warehouse import tidy
from andon.warehouse.doors import InvalidRows
from andon.warehouse.parquet_lake import ParquetLake
from andon.warehouse.raw_tables import is_required, raw_schema

DAY = dt.date(2026, 1, 20)
VALUES: dict[str, Any] = {
    "string": "text",
    "json": "{}",
    "int64": 2**63 - 1,
    "double": 0.5,
    "bool": True,
    "date": DAY,
    "timestamp": dt.datetime(2026, 1, 20, 12, 0, 0, 123456),  # noqa: DTZ001 (raw keeps UTC without a zone)
    "bytes": b"\x00",
}


def row(table: Table, **values: object) -> dict[str, object]:
    """One row with a value in every column."""
    return {column.name: VALUES[column.kind] for column in COLUMNS[table]} | values


def rows(table: Table, *given: dict[str, object]) -> pa.Table:
    """Rows in the types of their table."""
    return pa.Table.from_pylist([row(table, **values) for values in given], raw_schema(table))


def read_lake(directory: Path, table: Table) -> list[dict[str, Any]]:
    """Every stored row, in the order of the files."""
    return [
        stored
        for path in ParquetLake(directory).files(table)
        for stored in pq.ParquetFile(path).read().to_pylist()
    ]


@pytest.mark.parametrize("table", list(COLUMNS))
def test_rows_come_back_as_they_were(tmp_path: Path, table: Table) -> None:
    """Each table's rows come back with the same values and types, nulls included."""
    lake = ParquetLake(tmp_path)
    nulls = {column.name: None for column in COLUMNS[table] if not is_required(column)}
    given = rows(table, {"record_id": "a"}, {"record_id": "b", **nulls})

    lake.append(table, given, "batch")

    (path,) = lake.files(table)
    stored = pq.ParquetFile(path).read()
    assert stored.to_pylist() == given.to_pylist()
    assert stored.schema.names == [column.name for column in COLUMNS[table]]
    assert "ZSTD" in str(pq.ParquetFile(path).metadata.row_group(0).column(0).compression)


def test_one_file_for_each_organisation_and_day(tmp_path: Path) -> None:
    """A batch of several organisations and days is split so that each can be found, and deleted, alone."""
    lake = ParquetLake(tmp_path)
    other = DAY + dt.timedelta(days=1)
    given = [{"org_id": org, "event_date": day} for org in ("org_a", "org_b") for day in (DAY, other)]

    lake.append("spans", rows("spans", *given, *given), "17-4-0")

    assert [str(path.relative_to(tmp_path)) for path in lake.files("spans")] == [
        f"spans/org_id={org}/event_date={day}/17-4-0.parquet"
        for org in ("org_a", "org_b")
        for day in (DAY, other)
    ]
    for path in lake.files("spans"):
        (org,) = {stored["org_id"] for stored in pq.ParquetFile(path).read().to_pylist()}
        assert f"org_id={org}" in str(path)
        assert pq.ParquetFile(path).metadata.num_rows == 2


def test_an_organisations_name_cannot_leave_the_lake(tmp_path: Path) -> None:
    """An id with path separators or dots stays inside the table's directory."""
    ParquetLake(tmp_path / "raw").append("spans", rows("spans", {"org_id": "../../x"}), "../b")
    (path,) = tmp_path.rglob("*.parquet")
    assert path.relative_to(tmp_path / "raw" / "spans").parts[0] == "org_id=..%2F..%2Fx"


def test_appending_a_batch_again_changes_nothing(tmp_path: Path) -> None:
    """The same batch, again after a crash or by a second loader, is stored once."""
    lake = ParquetLake(tmp_path)
    given = rows("log_records", {"org_id": "org_a"}, {"org_id": "org_b"})
    lake.append("log_records", given, "batch")
    before = {path: path.stat().st_mtime_ns for path in lake.files("log_records")}

    ParquetLake(tmp_path).append("log_records", given, "batch")

    assert {path: path.stat().st_mtime_ns for path in lake.files("log_records")} == before
    lake.append("log_records", given, "another batch")
    assert len(read_lake(tmp_path, "log_records")) == 4


@pytest.mark.parametrize("call", ["fsync", "rename"])
@pytest.mark.parametrize("at", range(1, 9))
def test_a_crash_anywhere_leaves_no_half_file_and_the_next_try_completes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, at: int
) -> None:
    """Fail at the Nth flush or rename: what is visible is whole, and appending again completes the batch."""
    given = rows("spans", {"org_id": "org_a", "record_id": "1"}, {"org_id": "org_b", "record_id": "2"})
    calls = 0
    real = getattr(os, call)

    def fail_at(*arguments: object) -> None:
        nonlocal calls
        calls += 1
        if calls == at:
            raise OSError(5, "Input/output error")
        real(*arguments)

    with monkeypatch.context() as faulty:
        faulty.setattr(os, call, fail_at)
        try:
            ParquetLake(tmp_path).append("spans", given, "batch")
        except OSError:
            assert calls == at
        else:
            assert calls < at

    for path in ParquetLake(tmp_path).files("spans"):
        assert pq.ParquetFile(path).read().num_rows == 1

    ParquetLake(tmp_path).append("spans", given, "batch")
    assert [stored["record_id"] for stored in read_lake(tmp_path, "spans")] == ["1", "2"]
    assert not list(tmp_path.rglob("*.unfinished"))


def test_a_missing_column_is_null(tmp_path: Path) -> None:
    """Rows that an older version wrote to the log are stored, with null in the columns it did not know."""
    old = rows("spans", {}).drop_columns(["service_version"])
    ParquetLake(tmp_path).append("spans", old, "batch")
    (stored,) = read_lake(tmp_path, "spans")
    assert stored["service_version"] is None


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (pa.table({"org_id": ["a"], "colour": ["red"]}), "spans has no column colour"),
        (rows("spans", {}).drop_columns(["org_id"]), "Column org_id of spans is never null"),
        (
            rows("spans", {}).drop_columns(["kind"]).append_column("kind", pa.array(["x"])),
            "Column kind of spans does not fit",
        ),
    ],
)
def test_rows_that_do_not_fit_are_refused_whole(tmp_path: Path, given: pa.Table, message: str) -> None:
    """Rows with an unknown, mistyped or missing column are refused by name, and nothing of them is stored."""
    with pytest.raises(InvalidRows, match=message):
        ParquetLake(tmp_path).append("spans", given, "batch")
    assert not list(tmp_path.rglob("*.parquet"))


def test_no_rows_no_file(tmp_path: Path) -> None:
    """An empty batch leaves nothing behind."""
    ParquetLake(tmp_path).append("spans", raw_schema("spans").empty_table(), "batch")
    assert not list(tmp_path.iterdir())


def fill(directory: Path, count: int) -> list[str]:
    """A lake with a day of so many small files of one row, and two files of another day."""
    lake = ParquetLake(directory)
    for number in range(count):
        lake.append("spans", rows("spans", {"record_id": f"{number:03}"}), f"batch-{number:03}")
    for number in range(2):
        other = rows("spans", {"record_id": f"other-{number}", "event_date": DAY + dt.timedelta(1)})
        lake.append("spans", other, f"batch-{number:03}")
    return record_ids(directory)


def record_ids(directory: Path) -> list[str]:
    """The ids in the lake, sorted."""
    return sorted(stored["record_id"] for stored in read_lake(directory, "spans"))


def test_small_files_of_a_day_are_merged(tmp_path: Path) -> None:
    """A day of many small files becomes one file of the same rows; days with few files are left alone."""
    before = fill(tmp_path, 40)

    assert tidy.tidy(tmp_path) == 40

    assert record_ids(tmp_path) == before
    assert len(ParquetLake(tmp_path).files("spans")) == 3
    assert tidy.tidy(tmp_path) == 0


def test_a_day_is_merged_again_when_it_has_grown(tmp_path: Path) -> None:
    """Late telemetry joins what was merged before."""
    fill(tmp_path, 40)
    tidy.tidy(tmp_path)
    late = rows("spans", {"record_id": "late"})
    for number in range(40):
        ParquetLake(tmp_path).append("spans", late, f"late-{number}")

    assert tidy.tidy(tmp_path) == 41

    assert record_ids(tmp_path).count("late") == 40
    assert len(record_ids(tmp_path)) == 82


@pytest.mark.parametrize("call", ["fsync", "rename", "unlink"])
def test_a_crash_in_a_merge_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Fail at the Nth flush, rename or deletion, for every N: the next tidying has each row once."""
    real = getattr(os, call)
    monkeypatch.setattr(tidy, "MOST_SMALL_FILES", 3)
    for at in range(1, 100):
        directory = tmp_path / str(at)
        before = fill(directory, 4)
        calls = 0

        def fail_at(*arguments: object, at: int = at) -> None:
            nonlocal calls
            calls += 1
            if calls == at:
                raise OSError(5, "Input/output error")
            real(*arguments)

        with monkeypatch.context() as faulty:
            faulty.setattr(os, call, fail_at)
            with contextlib.suppress(OSError):
                tidy.tidy(directory)
        if calls < at:
            break

        tidy.tidy(directory)
        assert record_ids(directory) == before, at
        assert len(ParquetLake(directory).files("spans")) == 3
        assert not list(directory.rglob("*.replaces"))
    assert at > 1
