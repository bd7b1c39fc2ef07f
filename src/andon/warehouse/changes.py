"""
What floors of the transformation note for the ones above them: schema ``build`` of the warehouse.

Each floor keeps its tables from build to build and notes, in the transaction that changes one, what came and
what went (``macros/engine/materialize_kept.sql``). The floor above makes again what has to do with it. A note
stands until a build has passed: one that dies is done again with everything that was ever noted.

Source: decision 0033.
"""

from __future__ import annotations

import duckdb

NOTES: dict[str, str] = {
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
"""Columns of each table of notes."""


def make_notes(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables of notes that are not there yet; in schema ``build``, inside a transaction."""
    for name, columns in NOTES.items():
        connection.execute(f"CREATE TABLE IF NOT EXISTS build.{name} ({columns})")


def forget(connection: duckdb.DuckDBPyConnection) -> None:
    """Forget all notes: a build has passed, or the next one makes everything anew."""
    for name in NOTES:
        connection.execute(f"DELETE FROM build.{name}")  # noqa: S608 (our own names)
