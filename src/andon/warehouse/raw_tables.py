"""
The raw tables in the types of Arrow and of SQL, made from the contract's columns.

Source: ``contract/telemetry.py``.
"""

from __future__ import annotations

import pyarrow as pa

from andon.contract.telemetry import COLUMNS, Column, Kind, Table

_ARROW: dict[Kind, pa.DataType] = {
    "string": pa.string(),
    "json": pa.string(),
    "int64": pa.int64(),
    "double": pa.float64(),
    "bool": pa.bool_(),
    "date": pa.date32(),
    "timestamp": pa.timestamp("us"),
    "bytes": pa.binary(),
}

DUCKDB_TYPES: dict[Kind, str] = {
    "string": "VARCHAR",
    "json": "VARCHAR",
    "int64": "BIGINT",
    "double": "DOUBLE",
    "bool": "BOOLEAN",
    "date": "DATE",
    "timestamp": "TIMESTAMP",
    "bytes": "BLOB",
}
"""DuckDB's type of each kind; JSON is text, so that every engine's JSON functions read it."""

DIRECTORY_TABLES: dict[str, tuple[str, ...]] = {
    "organisations": ("org_id", "name"),
    "people": ("org_id", "email", "display_name", "identity"),
    "identity_aliases": ("org_id", "identity", "canonical_identity"),
    "ingest_keys": ("key_id", "org_id", "owner_identity"),
    "mcp_names": ("org_id", "name"),
}
"""Tables copied from the directory before each build, with their columns; all are text."""


def raw_schema(table: Table) -> pa.Schema:
    """Give the Arrow schema of a raw table; a field is nullable unless its meaning says "Never null"."""
    return pa.schema(
        [
            pa.field(column.name, _ARROW[column.kind], nullable=not is_required(column))
            for column in COLUMNS[table]
        ]
    )


def is_required(column: Column) -> bool:
    """Tell whether a raw column always has a value."""
    return "Never null" in column.meaning
