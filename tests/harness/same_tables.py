"""Two warehouses compared, row for row, in every table that a build keeps for the next or publishes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb

OF_ONE_BUILD = (
    "int_metric_increments",
    "int_file_languages",
    "int_slice",
    "int_slice_records",
    "int_changed_days",
)
"""Tables that say what a build had to make again; they are not kept."""

OF_RAW = ("stg_otlp__stored_days", "stg_otlp__name_days", "stg_otlp__receipt_days", "stg_otlp__received")
"""Tables that staging keeps of what raw holds, copies included."""

AT_LEAST = 50
"""Tables, or nothing was compared."""


def differing(one: Path, other: Path, *, is_retold: bool = False) -> Iterator[str]:
    """
    Name the tables whose rows are not the same, with some of them.

    Args:
        one: A warehouse's file.
        other: Another's.
        is_retold: Whether the same was told at other times or another number of times: when and how often a
            record was received does then not count.
    """
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'one'"
            " AND (schema_name IN ('marts', 'intermediate') OR list_contains($of_raw, table_name))"
            " AND NOT list_contains($made_again, table_name) ORDER BY ALL",
            {"made_again": list(OF_ONE_BUILD), "of_raw": list(OF_RAW)},
        ).fetchall()
        assert len(tables) > AT_LEAST
        for schema, table in tables:
            if is_retold and (table in OF_RAW or table.endswith("conservation")):
                continue
            columns = ", ".join(
                f'"{column}"'
                for (column,) in connection.execute(
                    "SELECT column_name FROM duckdb_columns() WHERE database_name = 'one' AND table_name = ?"
                    " ORDER BY column_index",
                    [table],
                ).fetchall()
                if not (is_retold and column == "received_at")
            )
            for left, right in (("one", "other"), ("other", "one")):
                rows = connection.execute(
                    f"SELECT {columns} FROM {left}.{schema}.{table} EXCEPT ALL"  # noqa: S608 (its own names)
                    f" SELECT {columns} FROM {right}.{schema}.{table} LIMIT 3"
                ).fetchall()
                if rows:
                    yield f"{table}: {left} alone has {rows}"
