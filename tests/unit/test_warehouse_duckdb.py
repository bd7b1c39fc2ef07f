"""The embedded warehouse: what a build finds in it, and how marts leave it."""

from __future__ import annotations

import datetime as dt
import random
import subprocess
import sys
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from andon.config import read_settings
from andon.contract.telemetry import COLUMNS, Table
from andon.warehouse import open as warehouse
from andon.warehouse.doors import WarehouseBusy, WarehouseFailed
from andon.warehouse.duckdb import DuckDbMartReader, prepare
from andon.warehouse.parquet_lake import Damaged, ParquetLake, read_rows
from andon.warehouse.raw_tables import DIRECTORY_TABLES, DUCKDB_TYPES, raw_schema

DAY = dt.date(2026, 1, 20)
MOMENT = dt.datetime(2026, 1, 20, 23, 59, 59, 999999)  # noqa: DTZ001 (raw keeps UTC without a zone)


def record(**values: object) -> pa.Table:
    """One log record with what is never null."""
    row: dict[str, object] = {
        name: "" for name in raw_schema("log_records").names if not name.endswith(("_count", "_nano"))
    }
    row |= {name: 0 for name in raw_schema("log_records").names if name.endswith(("_count", "_nano"))}
    row |= {"event_date": DAY, "received_at": MOMENT, "severity_number": 0, "flags": 0}
    return pa.Table.from_pylist([row | values], raw_schema("log_records"))


def query(path: Path, sql: str) -> list[tuple[Any, ...]]:
    """Ask the warehouse as a build would."""
    with duckdb.connect(path, config={"autoload_known_extensions": "false"}) as connection:
        connection.execute("SET TimeZone = 'America/New_York'")
        return connection.execute(sql).fetchall()


def test_an_empty_lake_has_typed_tables(tmp_path: Path) -> None:
    """Before any telemetry arrived every raw and directory table is there, empty, with its types."""
    path = tmp_path / "new" / "andon.duckdb"
    prepare(path, tmp_path / "raw", {})

    for table, columns in COLUMNS.items():
        described = query(path, f"DESCRIBE raw.{table}")
        assert [(name, type_) for name, type_, *_ in described] == [
            (column.name, DUCKDB_TYPES[column.kind]) for column in columns
        ]
        assert query(path, f"FROM raw.{table}") == []
    for name, names in DIRECTORY_TABLES.items():
        described = query(path, f"DESCRIBE directory.{name}")
        assert [(column, type_) for column, type_, *_ in described] == [(name, "VARCHAR") for name in names]


def test_raw_is_the_lake_at_the_moment_of_preparing(tmp_path: Path) -> None:
    """A build sees every file that was there when it was prepared, and none that came later."""
    path, lake = tmp_path / "andon.duckdb", ParquetLake(tmp_path / "raw")
    lake.append("log_records", record(record_id="a", org_id="org_a"), "1")
    lake.append("log_records", record(record_id="b", org_id="org_b"), "2")
    prepare(path, tmp_path / "raw", {})
    lake.append("log_records", record(record_id="c"), "3")

    assert query(
        path, "SELECT record_id, org_id, event_date, received_at FROM raw.log_records ORDER BY 1"
    ) == [
        ("a", "org_a", DAY, MOMENT),
        ("b", "org_b", DAY, MOMENT),
    ]

    prepare(path, tmp_path / "raw", {})
    assert query(path, "SELECT count(*) FROM raw.log_records") == [(3,)]


def test_an_older_file_without_a_column_is_read(tmp_path: Path) -> None:
    """Files that were written before a column existed have null in it."""
    lake = ParquetLake(tmp_path / "raw")
    lake.append("log_records", record(record_id="new", event_name="x"), "2")
    (new,) = lake.files("log_records")
    pq.write_table(record(record_id="old").drop_columns(["event_name"]), new.with_name("1.parquet"))
    prepare(tmp_path / "andon.duckdb", tmp_path / "raw", {})

    found = query(tmp_path / "andon.duckdb", "SELECT record_id, event_name FROM raw.log_records ORDER BY 1")
    assert found == [("new", "x"), ("old", None)]


def test_a_file_that_was_written_elsewhere_is_looked_at_too(tmp_path: Path) -> None:
    """Without a checksum of its own, a file is read as far as its pages' checksums and its codec can tell."""
    lake = ParquetLake(tmp_path / "raw")
    lake.append("log_records", record(record_id="own"), "1")
    [own] = lake.files("log_records")
    other = own.with_name("2.parquet")
    pq.write_table(record(record_id="other"), other, write_page_checksum=True)
    assert list(lake.damaged()) == []
    assert read_rows(other).column("record_id").to_pylist() == ["other"]

    content = bytearray(other.read_bytes())
    content[content.index(b"other") + 1] ^= 1
    other.write_bytes(content)
    assert list(lake.damaged()) == [other]
    with pytest.raises(Damaged, match=r"2\.parquet is damaged"):
        read_rows(other)


def test_awkward_paths(tmp_path: Path) -> None:
    """A data directory with quotes, spaces or glob characters in its name works, and matches only itself."""
    for name in ("it's [a]*", "it's a"):
        ParquetLake(tmp_path / name).append("log_records", record(record_id=name), "1")
    path = tmp_path / "it's [a]*" / "andon.duckdb"
    prepare(path, tmp_path / "it's [a]*", {})

    assert query(path, "SELECT record_id FROM raw.log_records") == [("it's [a]*",)]
    reader = DuckDbMartReader(path)
    reader.export("directory.people", tmp_path / "it's [a]*" / "o'ut.parquet")
    reader.close()
    assert (tmp_path / "it's [a]*" / "o'ut.parquet").exists()


def test_directory_rows_are_replaced(tmp_path: Path) -> None:
    """The warehouse has exactly the directory's rows of the latest preparing, nulls included."""
    path = tmp_path / "andon.duckdb"
    prepare(path, tmp_path / "raw", {"organisations": [{"org_id": "org_a", "name": "Old"}]})
    keys = [
        {"key_id": "k1", "org_id": "org_a", "owner_identity": None},
        {"key_id": "k2", "org_id": "org_a", "owner_identity": "email:dev@x.com"},
    ]
    prepare(
        path, tmp_path / "raw", {"organisations": [{"org_id": "org_a", "name": "New"}], "ingest_keys": keys}
    )

    assert query(path, "FROM directory.organisations") == [("org_a", "New")]
    assert query(path, "FROM directory.ingest_keys ORDER BY key_id") == [
        ("k1", "org_a", None),
        ("k2", "org_a", "email:dev@x.com"),
    ]


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ({"teams": []}, "no directory table teams"),
        ({"organisations": [{"org_id": "a"}]}, "A row of organisations has columns"),
    ],
)
def test_unknown_directory_rows_are_refused(tmp_path: Path, rows: dict[str, Any], message: str) -> None:
    """Rows that the numbers would silently ignore are refused by name."""
    with pytest.raises(ValueError, match=message):
        prepare(tmp_path / "andon.duckdb", tmp_path / "raw", rows)


def test_preparing_keeps_what_builds_made(tmp_path: Path) -> None:
    """Preparing a warehouse again leaves the tables of the last build alone."""
    path = tmp_path / "andon.duckdb"
    prepare(path, tmp_path / "raw", {})
    query(path, "CREATE SCHEMA marts; CREATE TABLE marts.rpt_x AS SELECT 1 AS n")
    prepare(path, tmp_path / "raw", {})
    assert query(path, "FROM marts.rpt_x") == [(1,)]


HOLDER = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('held', flush=True); sys.stdin.read()"


def test_a_second_build_is_told_that_one_is_running(tmp_path: Path) -> None:
    """While another process has the warehouse open, both doors say so instead of showing a lock error."""
    path = tmp_path / "andon.duckdb"
    prepare(path, tmp_path / "raw", {})
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLDER, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    with holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(WarehouseBusy, match="another build is running"):
            prepare(path, tmp_path / "raw", {})
        with pytest.raises(WarehouseBusy, match="another build is running"):
            DuckDbMartReader(path)


def test_a_file_that_is_no_warehouse_is_refused(tmp_path: Path) -> None:
    """A foreign or missing file is refused with its path and without a traceback of the engine."""
    path = tmp_path / "andon.duckdb"
    with pytest.raises(WarehouseFailed, match=str(path)):
        DuckDbMartReader(path)
    path.write_bytes(b"not a database" * 1000)
    with pytest.raises(WarehouseFailed, match=str(path)):
        prepare(path, tmp_path / "raw", {})


def test_marts_leave_as_parquet(tmp_path: Path) -> None:
    """A mart is exported with its values and types, by its full name or by a unique bare one."""
    path = tmp_path / "andon.duckdb"
    prepare(path, tmp_path / "raw", {})
    query(
        path,
        "CREATE SCHEMA reports; CREATE TABLE reports.rpt_x AS"
        " SELECT DATE '2026-01-20' AS report_date, 9007199254740993 AS n, NULL::DOUBLE AS ratio",
    )
    reader = DuckDbMartReader(path)
    for relation in ("reports.rpt_x", "rpt_x"):
        reader.export(relation, tmp_path / f"{relation}.parquet")
        exported = pq.read_table(tmp_path / f"{relation}.parquet").to_pylist()
        assert exported == [{"report_date": DAY, "n": 9007199254740993, "ratio": None}]
    for relation in ("rpt_y", "staging.rpt_x"):
        with pytest.raises(WarehouseFailed, match=f"Table {relation} is not there"):
            reader.export(relation, tmp_path / "y.parquet")
    reader.close()


def test_the_settings_name_the_warehouse(tmp_path: Path) -> None:
    """Both doors and the preparing find their places from the settings alone."""
    settings = read_settings(data=tmp_path)
    table: Table = "log_records"
    warehouse.open_raw_store(settings).append(table, record(record_id="a"), "1")
    warehouse.prepare_warehouse(settings, {}, definition="")
    reader = warehouse.open_mart_reader(settings)
    reader.export(f"raw.{table}", tmp_path / "out.parquet")
    reader.close()
    assert pq.read_table(tmp_path / "out.parquet").column("record_id").to_pylist() == ["a"]


@pytest.mark.parametrize("kept", [0, 100, -3])
def test_a_damaged_file_of_raw_is_named(tmp_path: Path, kept: int) -> None:
    """A build over a file that was cut short says which it is and what to do."""
    lake = ParquetLake(tmp_path / "raw")
    for number in range(2):
        lake.append("log_records", record(org_id="org_a", record_id=str(number)), f"batch-{number}")
    first, _ = lake.files("log_records")
    first.write_bytes(first.read_bytes()[:kept])

    assert list(lake.damaged()) == [first]
    with pytest.raises(WarehouseFailed, match=rf"{first.name} is damaged; put it back"):
        prepare(tmp_path / "andon.duckdb", tmp_path / "raw", {})


def test_a_flipped_bit_is_found_wherever_it_is(tmp_path: Path) -> None:
    """
    Most would be read as other values: a file with a flipped bit is not read, and a build names it.

    In the mark of the checksum itself it does not matter: the file then counts as written elsewhere.
    """
    lake, dice = ParquetLake(tmp_path / "raw"), random.Random(5)  # noqa: S311 (not a secret)
    rows = pa.concat_tables(
        record(org_id="org_a", record_id=dice.randbytes(8).hex(), event_name=f"event {dice.randrange(9)}")
        for _ in range(2_000)
    )
    lake.append("log_records", rows, "batch")
    [file] = lake.files("log_records")
    content, written = file.read_bytes(), read_rows(file)
    mark = content.rindex(b"andon-crc32:")
    for at in [*dice.sample(range(len(content)), 200), *range(mark - 4, mark + 24)]:
        flipped = bytearray(content)
        flipped[at] ^= 1 << dice.randrange(8)
        file.write_bytes(flipped)
        if mark <= at < mark + 12:
            assert read_rows(file).equals(written), f"byte {at}"
            continue
        assert list(lake.damaged()) == [file], f"byte {at} of {len(content)}"
        with pytest.raises(Damaged, match=f"{file} is damaged; put it back"):
            read_rows(file)

    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 1
    file.write_bytes(flipped)
    assert list(lake.damaged()) == [file]
    with pytest.raises(WarehouseFailed, match=rf"{file.name} is damaged; put it back"):
        prepare(tmp_path / "andon.duckdb", tmp_path / "raw", {})
    file.rename(tmp_path / "aside")
    prepare(tmp_path / "andon.duckdb", tmp_path / "raw", {})
    assert query(tmp_path / "andon.duckdb", "FROM raw.log_records") == []
