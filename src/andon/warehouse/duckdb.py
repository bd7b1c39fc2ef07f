"""
The embedded engine: a DuckDB file that a build works in, over the Parquet lake.

The file holds nothing that cannot be made again from the lake and the directory. One process at a time has it
open: the build. Readers have editions.

Source: "The seven ideas" 4 and 5 of the design; "DuckDB must not be shared" of the reliability study.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from andon.contract.telemetry import COLUMNS, Table
from andon.warehouse import changes
from andon.warehouse.doors import Days, WarehouseBusy, WarehouseFailed
from andon.warehouse.parquet_lake import TO_DO_WITH_DAMAGED, Damaged, ParquetLake
from andon.warehouse.raw_tables import DIRECTORY_TABLES, DUCKDB_TYPES
from andon.warehouse.reading import EVER, TABLES, Folder, folders, note_unread
from andon.warehouse.tidy import tidy

_CONFIG = {
    # Nothing is fetched, ever; what we use (icu, json, parquet) is linked in.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
}

_GLOB_CHARACTER = re.compile(r"[*?\[]")
"""A path inside ``read_parquet`` is a pattern; each of these in brackets means itself."""

DirectoryRows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by table of ``DIRECTORY_TABLES``; a table without rows may be missing."""


def prepare(  # noqa: PLR0913 (each by name)
    path: Path,
    raw_dir: Path,
    directory_rows: DirectoryRows,
    *,
    definition: str = "",
    made_as: str = "",
    again: tuple[dt.date, dt.date] | None = None,
) -> bool:
    """
    Make the warehouse ready for a build: raw as it is now, and the directory's rows.

    Schema ``raw`` gets one view a raw table, over the files that the lake has at this moment: what arrives
    later is not seen by the build. Schema ``directory`` gets fresh tables, and ``build.unread`` lists the
    days of raw that changed since they were read.

    Args:
        path: The DuckDB file; made, with its directory, if missing.
        raw_dir: The lake's directory; need not exist.
        directory_rows: What the numbers depend on, by table.
        definition: Names the way in which the build reads records.
        made_as: Names the way in which the build makes its tables.
        again: First and last day to read again though nothing changed; `reading.EVER` for all.

    Returns:
        Whether the build has to make everything anew: it is asked to, or no build passed yet that made
        everything in this way.

    Raises:
        WarehouseBusy: Another process has the file open.
        WarehouseFailed: The file is no DuckDB file of a version that is understood, or raw is damaged.
        OSError: The disk refused; prepare again.
        ValueError: A table or a column of *directory_rows* is not known.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    lake = ParquetLake(raw_dir.absolute())
    with _translated(path), duckdb.connect(path, config=_CONFIG) as connection:
        # Only now: whoever has the warehouse open is the only build.
        try:
            tidy(raw_dir)
        except Damaged as damaged:
            raise WarehouseFailed(f"{damaged}, and build again") from None
        connection.execute("SET TimeZone = 'UTC'")
        connection.execute("BEGIN")
        connection.execute("CREATE SCHEMA IF NOT EXISTS raw")
        connection.execute("CREATE SCHEMA IF NOT EXISTS directory")
        found = folders(raw_dir, COLUMNS)
        unread = note_unread(
            connection, {one: files for one, files in found.items() if one.table in TABLES}, definition, again
        )
        is_whole = changes.begin(connection, made_as, is_asked=again == EVER)
        changes.note_found(connection, found, again)
        _refuse_damaged(lake, unread)
        for table in COLUMNS:
            connection.execute(
                f"CREATE OR REPLACE VIEW raw.{table} AS {_select_raw(table, lake.files(table))}"
            )
        for name, rows in _directory_tables(directory_rows).items():
            connection.register("incoming", rows)
            connection.execute(f"CREATE OR REPLACE TABLE directory.{name} AS FROM incoming")
            connection.unregister("incoming")
        connection.execute("COMMIT")
    return is_whole


def note_passed(path: Path, made_as: str) -> None:
    """
    Note that a build has passed, so that the next needs only what changes from now on.

    Raises:
        WarehouseBusy: Another process has the file open.
        WarehouseFailed: The file cannot be used.
    """
    with _translated(path), duckdb.connect(path, config=_CONFIG) as connection:
        changes.end(connection, made_as)


class DuckDbMartReader:
    """
    A :class:`~andon.warehouse.doors.MartReader` of a DuckDB file.

    Args:
        path: The file; a build has been through it.

    Raises:
        WarehouseBusy: Another process has the file open for writing.
        WarehouseFailed: There is no such file, or it cannot be understood.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        with _translated(path):
            self._connection = duckdb.connect(path, read_only=True, config=_CONFIG)
            self._connection.execute("SET TimeZone = 'UTC'")

    def export(self, relation: str, path: Path, days: Days | None = None) -> None:
        """Write a relation to Parquet, as :meth:`andon.warehouse.doors.MartReader.export` promises."""
        with _translated(self._path):
            rows = f"FROM {self._qualified(relation)}"
            if days is not None:
                first, last = (f"DATE '{day.isoformat()}'" for day in days)
                rows += f" WHERE report_date BETWEEN {first} AND {last}"
            self._connection.execute(
                f"COPY ({rows}) TO {_text(str(path))} (FORMAT parquet, COMPRESSION zstd)"
            )

    def days(self, query: str, most: int) -> list[dt.date]:
        """Look the days up, as :meth:`andon.warehouse.doors.MartReader.days` promises."""
        with _translated(self._path):
            rows = self._connection.sql(f"FROM ({query})")
            dates = [name for name, kind in zip(rows.columns, rows.types, strict=True) if kind == "DATE"]
            found: set[dt.date] = set()
            for name in dates:
                days = rows.project(_name(name)).distinct().order(_name(name)).limit(most).fetchall()
                found.update(day for (day,) in days if day is not None)
        return sorted(found)[:most]

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def _qualified(self, relation: str) -> str:
        schema, _, table = relation.rpartition(".")
        found = self._connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_name = $table AND table_schema = coalesce($schema, table_schema)",
            {"table": table, "schema": schema or None},
        ).fetchall()
        if len(found) != 1:
            what = "is not there; run a build first" if not found else "is in several schemas: name one"
            raise WarehouseFailed(f"Table {relation} {what} ({self._path})")
        return ".".join(_name(part) for part in found[0])


def _refuse_damaged(lake: ParquetLake, unread: Iterable[Folder]) -> None:
    """Look first at what will be read: the engine reads most of what is damaged as if it were not."""
    files = [file for folder in unread for file in lake.files_of(*folder)]
    files += [file for table in COLUMNS if table not in TABLES for file in lake.files(table)]
    for file in lake.damaged(files):
        raise WarehouseFailed(f"{file} is damaged; {TO_DO_WITH_DAMAGED}, and build again")


@contextmanager
def _translated(path: Path) -> Iterator[None]:
    """Turn the engine's errors into ours."""
    try:
        yield
    except duckdb.IOException as error:
        if "Could not set lock" in str(error):
            raise WarehouseBusy(
                f"{path} is open in another process: another build is running. Wait until it has finished."
            ) from None
        raise WarehouseFailed(f"{path} cannot be used: {error}") from None
    except duckdb.Error as error:
        raise WarehouseFailed(f"{path}: {error}") from None


def _select_raw(table: Table, files: Sequence[Path]) -> str:
    typed = {column.name: DUCKDB_TYPES[column.kind] for column in COLUMNS[table]}
    # The first relation has no rows. It gives the columns their types even when there are no files, and adds
    # those that the files' version did not know yet.
    empty = ", ".join(f"NULL::{type_} AS {_name(name)}" for name, type_ in typed.items())
    select = f"SELECT {empty} WHERE false"
    if files:
        paths = ", ".join(_text(_GLOB_CHARACTER.sub(r"[\g<0>]", str(file))) for file in files)
        select += (
            " UNION ALL BY NAME"
            f" FROM read_parquet([{paths}], hive_partitioning = false, union_by_name = true)"
        )
    return select


def _directory_tables(directory_rows: DirectoryRows) -> dict[str, pa.Table]:
    unknown = sorted(set(directory_rows) - set(DIRECTORY_TABLES))
    if unknown:
        raise ValueError(f"The warehouse knows no directory table {', '.join(unknown)}")

    tables = {}
    for name, columns in DIRECTORY_TABLES.items():
        rows = directory_rows.get(name, ())
        for row in rows:
            if set(row) != set(columns):
                raise ValueError(f"A row of {name} has columns {sorted(row)}, not {sorted(columns)}")
        tables[name] = pa.table(
            {column: pa.array([row[column] for row in rows], pa.string()) for column in columns}
        )
    return tables


def _name(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _text(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
