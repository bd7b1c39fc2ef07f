"""
What floors of the transformation note for the ones above them: schema ``build`` of the warehouse.

Each floor keeps its tables from build to build and notes, in the transaction that changes one, what came and
what went (``macros/engine/materialize_kept.sql``). The floor above makes again what has to do with it. A note
stands until a build has passed: one that dies is done again with everything that was ever noted.

Source: decision 0033.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

import duckdb
import pyarrow as pa

from andon.warehouse.reading import TABLES as READ
from andon.warehouse.reading import Files, Folder

TABLES: dict[str, str] = {
    "passed": "definition VARCHAR",
    "touched_groups": "group_key UBIGINT",
    "touched_records": "org_id VARCHAR, record_id VARCHAR, event_date DATE",
    "changed_staged": (
        "kind VARCHAR, session_key UBIGINT, org_id VARCHAR, agent VARCHAR, ingest_key VARCHAR,"
        " event_date DATE, went_key UBIGINT"
    ),
    "changed_directory": "org_id VARCHAR, identity VARCHAR, key_id VARCHAR",
    "changed_owners": "session_key UBIGINT, org_id VARCHAR, agent VARCHAR, event_date DATE",
    "changed_chosen": ("kind VARCHAR, session_key UBIGINT, org_id VARCHAR, agent VARCHAR, event_date DATE"),
    "changed_sessions": (
        "change VARCHAR, session_key UBIGINT, org_id VARCHAR, event_date DATE, client VARCHAR"
    ),
    "changed_tools": (
        "org_id VARCHAR, reported_name VARCHAR, tool_kind VARCHAR, reported_server VARCHAR,"
        " reported_tool VARCHAR"
    ),
}
"""Columns of each table of notes; ``passed`` holds a row while what a build that passed made stands."""


COMPARED = {
    "passed_report_basis": "intermediate.int_report_basis",
    "passed_folders": "build.found_folders",
}
"""What a build that passed leaves to be compared with, and the tables that these are copies of."""

GATHERED = ("int_remade_days", "stg_otlp__reread_days")
"""Lists of days that models add to in schema ``build``; emptied when a build has passed."""


def begin(connection: duckdb.DuckDBPyConnection, definition: str, *, is_asked: bool) -> bool:
    """
    Say whether a build makes everything anew; then nothing is noted of the builds before it.

    It also takes back that a build has passed: should it die, the next one makes everything anew, too.

    Args:
        connection: To the warehouse, in the transaction in which ``note_unread`` looked at what was read.
        definition: Names the way in which all tables are made: those made in another way are of no use.
        is_asked: Whether everything is to be made anew in any case.
    """
    for name, columns in TABLES.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS build.{name} ({columns})")
    kept = connection.execute(
        "SELECT count(*) FROM duckdb_tables()"
        " WHERE schema_name = 'staging' AND list_contains($names, table_name)",
        {"names": [f"base_otlp__{table}" for table in READ]},
    ).fetchall() == [(len(READ),)]
    passed = connection.execute("SELECT definition FROM build.passed").fetchall()
    is_whole = is_asked or not kept or passed != [(_of_this_engine(definition),)]
    if is_whole:
        _forget(connection)
    return is_whole


def note_found(
    connection: duckdb.DuckDBPyConnection,
    found: Mapping[Folder, Files],
    again: tuple[dt.date, dt.date] | None,
) -> None:
    """
    Write down what every folder of raw holds now: table ``build.found_folders``.

    Args:
        connection: To the warehouse, inside a transaction.
        found: Folders of all raw tables, listed before their rows are read.
        again: First and last day that count as changed, whatever is found.
    """
    columns = ("raw_table", "org_id", "event_date", "fingerprint")
    connection.execute(
        "CREATE OR REPLACE TABLE build.found_folders"
        " (raw_table VARCHAR, org_id VARCHAR, event_date DATE, fingerprint VARCHAR)"
    )
    rows = [(*folder, files.fingerprint) for folder, files in found.items()]
    if rows:
        incoming = pa.table(dict(zip(columns, zip(*rows, strict=True), strict=True)))
        connection.register("incoming", incoming)
        connection.execute("INSERT INTO build.found_folders FROM incoming")
        connection.unregister("incoming")
    connection.execute("CREATE TABLE IF NOT EXISTS build.passed_folders AS FROM build.found_folders LIMIT 0")
    if again:
        connection.execute("DELETE FROM build.passed_folders WHERE event_date BETWEEN ? AND ?", again)


def end(connection: duckdb.DuckDBPyConnection, definition: str) -> None:
    """Note that a build has passed: all that was read is in tables that were made in the named way."""
    connection.execute("BEGIN")
    _forget(connection)
    for name, table in COMPARED.items():
        connection.execute(f"CREATE OR REPLACE TABLE build.{name} AS FROM {table}")
    for name in GATHERED:
        connection.execute(f"DELETE FROM build.{name}")  # noqa: S608 (our own names)
    connection.execute("INSERT INTO build.passed VALUES (?)", [_of_this_engine(definition)])
    connection.execute("COMMIT")


def _forget(connection: duckdb.DuckDBPyConnection) -> None:
    for name in TABLES:
        connection.execute(f"DELETE FROM build.{name}")  # noqa: S608 (our own names)


def _of_this_engine(definition: str) -> str:
    return f"{definition} of DuckDB {duckdb.__version__}"
