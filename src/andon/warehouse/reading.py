"""
Which days of the lake a build has still to read.

A record is parsed once: the base models keep what it says, day by day, as the lake keeps it. A day of an
organisation whose files are those that were read is not read again; one whose files changed, by new ones, by
an erasure or by a restored back-up, is read again whole. What was read is noted in the transaction that keeps
it (``macros/engine/materialize_read_folders.sql``), so that a build that dies leaves nothing half-read.

Source: decision 0020.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from hashlib import blake2b
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote

import duckdb
import pyarrow as pa

from andon.contract.telemetry import Table
from andon.warehouse.parquet_lake import SUFFIX

TABLES: tuple[Table, ...] = ("spans", "log_records", "metric_points")
"""Raw tables that are read by the day; the others are small and read whole."""

BATCH_BYTES = 256 * 2**20
"""Of files, read at once: some six million records, a gigabyte of memory on four cores."""

EVER = (dt.date.min, dt.date.max)
"""Every day."""


class Folder(NamedTuple):
    """One organisation's day of a raw table."""

    table: Table
    org_id: str
    event_date: dt.date


class Files(NamedTuple):
    """What is in a folder: equal fingerprints, equal rows."""

    fingerprint: str
    size_bytes: int


def folders(raw_dir: Path, tables: Iterable[Table] = TABLES) -> dict[Folder, Files]:
    """List the folders of the lake that hold files."""
    return dict(_folders(raw_dir, tables))


def _folders(raw_dir: Path, tables: Iterable[Table]) -> Iterator[tuple[Folder, Files]]:
    for table in tables:
        for path in sorted((raw_dir / table).glob("org_id=*/event_date=*")):
            digest, size = blake2b(digest_size=16), 0
            for file in sorted(path.glob(f"*{SUFFIX}")):
                told = file.stat()
                digest.update(f"{file.name}|{told.st_size}|{told.st_mtime_ns}|{told.st_ino}\n".encode())
                size += told.st_size
            if size:
                day = dt.date.fromisoformat(path.name.removeprefix("event_date="))
                org_id = unquote(path.parent.name.removeprefix("org_id="))
                yield Folder(table, org_id, day), Files(digest.hexdigest(), size)


def note_unread(
    connection: duckdb.DuckDBPyConnection,
    found: dict[Folder, Files],
    definition: str,
    again: tuple[dt.date, dt.date] | None,
) -> list[Folder]:
    """
    Write down which folders the build has to read: table ``build.unread``, in batches.

    Args:
        connection: To the warehouse, inside a transaction.
        found: The folders as they are. Listed before the rows are: what comes in between is read, and read
            again by the next build, rather than never.
        definition: Names the way in which records are read: read in another way, they are all unread.
        again: First and last day to be read again, whatever was read of them.

    Returns:
        Those folders, which may be there no more.
    """
    connection.execute("CREATE SCHEMA IF NOT EXISTS build")
    connection.execute(
        "CREATE TABLE IF NOT EXISTS build.read_folders"
        " (raw_table VARCHAR, org_id VARCHAR, event_date DATE, fingerprint VARCHAR, definition VARCHAR)"
    )
    definition = f"{definition} of DuckDB {duckdb.__version__}"
    read = _read(connection, definition)
    first, last = again or (dt.date.max, dt.date.min)
    unread = [
        folder
        for folder in sorted(read.keys() | found.keys(), key=lambda one: (one.table, one.event_date, one))
        if folder not in found
        or read.get(folder) != found[folder].fingerprint
        or first <= folder.event_date <= last
    ]
    rows: list[tuple[object, ...]] = []
    batch = size = 0
    for folder in unread:
        files = found.get(folder, Files("", 0))
        if size > BATCH_BYTES:
            batch, size = batch + 1, 0
        size += files.size_bytes
        rows.append((*folder, files.fingerprint, definition, batch))
    connection.execute(
        "CREATE OR REPLACE TABLE build.unread"
        " (raw_table VARCHAR, org_id VARCHAR, event_date DATE, fingerprint VARCHAR, definition VARCHAR,"
        " batch INTEGER)"
    )
    if rows:
        columns = ("raw_table", "org_id", "event_date", "fingerprint", "definition", "batch")
        incoming = pa.table(dict(zip(columns, zip(*rows, strict=True), strict=True)))
        connection.register("incoming", incoming)
        connection.execute("INSERT INTO build.unread FROM incoming")
        connection.unregister("incoming")
    return unread


def _read(connection: duckdb.DuckDBPyConnection, definition: str) -> dict[Folder, str]:
    """Give the fingerprints of what was read; where it was read otherwise, forget the rows."""
    read: dict[Folder, str] = {}
    rows = connection.execute(
        "SELECT raw_table, org_id, event_date, fingerprint, definition FROM build.read_folders"
    ).fetchall()
    # A table of which no folder was ever read says nothing of how it was made; the others do.
    is_so_read = bool(rows) and all(row[4] == definition for row in rows)
    for table in TABLES:
        kept = connection.execute(
            "SELECT count(*) FROM information_schema.tables"
            " WHERE table_schema = 'staging' AND table_name = ? AND table_type = 'BASE TABLE'",
            [f"base_otlp__{table}"],
        ).fetchall() == [(1,)]
        if kept and is_so_read:
            read |= {Folder(table, org_id, day): seen for of, org_id, day, seen, _ in rows if of == table}
            continue
        if kept:
            connection.execute(f"DROP TABLE staging.base_otlp__{table}")
        connection.execute("DELETE FROM build.read_folders WHERE raw_table = ?", [table])
    return read
