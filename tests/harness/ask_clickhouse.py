"""
Runs compiled nodes on ClickHouse's own engine, inside this process; started by ``engines.ask``.

Each seed and model becomes a table, each data test is asked.

Order: `nodes`, `raw`, `directory`, and perhaps `rows`, a folder of Parquet files `<schema>.<table>.parquet`
to begin with, and `out`, one to write tables to. Answer: `refused` (node → what the engine said), `unrun`
(nodes behind a refused one), `failed` (data tests that found rows), `odd` (columns whose name is not plain).
"""

from __future__ import annotations

import json
import sys
from typing import Any

from chdb.session import Session

TYPES = {
    "string": "String",
    "json": "String",
    "int64": "Int64",
    "double": "Float64",
    "bool": "Bool",
    "date": "Date32",
    "timestamp": "DateTime64(6, 'UTC')",
    "bytes": "String",
}
"""ClickHouse's type of each kind of raw column."""

SETTINGS = ("join_use_nulls = 1", "session_timezone = 'UTC'")
"""What a profile for ClickHouse must set: a missing side of a join is null, not zero."""


def main() -> None:
    """Read the order, run it, write the answer."""
    order = json.load(sys.stdin)
    session = Session()
    for setting in SETTINGS:
        session.query(f"SET {setting}")
    _begin(session, order)
    answer: dict[str, Any] = {"refused": {}, "unrun": [], "failed": [], "odd": []}
    for node in order["nodes"]:
        behind = {*answer["refused"], *answer["unrun"]}
        if behind & set(node["reads"]):
            answer["unrun"].append(node["id"])
            continue
        try:
            if _run(session, node):
                answer["failed"].append(node["id"])
            if node["kind"] != "test" and "out" in order:
                name = f"{node['schema']}.{node['name']}"
                session.query(
                    f"SELECT * FROM {name} INTO OUTFILE '{order['out']}/{name}.parquet' FORMAT Parquet"
                )
        except RuntimeError as error:
            answer["refused"][node["id"]] = " ".join(str(error).split())[:1500]
    answer["odd"] = str(
        session.query(
            "SELECT DISTINCT concat(database, '.', table, ': ', name) FROM system.columns"
            " WHERE database IN ('staging', 'intermediate', 'marts') AND NOT match(name, '^[a-z0-9_]+$')",
            "TSV",
        )
    ).splitlines()
    json.dump(answer, sys.stdout)


def _begin(session: Session, order: dict[str, Any]) -> None:
    """Make the tables that staging reads, with rows where there are files."""
    sources = {
        f"raw.{table}": [
            f"`{name}` {TYPES[kind] if required else f'Nullable({TYPES[kind]})'}"
            for name, kind, required in columns
        ]
        for table, columns in order["raw"].items()
    } | {
        f"directory.{table}": [f"`{name}` Nullable(String)" for name in columns]
        for table, columns in order["directory"].items()
    }
    for schema in {"raw", "directory", *(node["schema"] for node in order["nodes"])}:
        session.query(f"CREATE DATABASE IF NOT EXISTS `{schema}`")
    for table, columns in sources.items():
        session.query(f"CREATE TABLE {table} ({', '.join(columns)}) ENGINE = Memory")
        if "rows" in order:
            session.query(
                f"INSERT INTO {table} SELECT * FROM file('{order['rows']}/{table}.parquet', Parquet)"
            )


def _run(session: Session, node: dict[str, Any]) -> bool:
    """Make a seed's or a model's table, or tell whether a data test found a row."""
    name = f"`{node['schema']}`.`{node['name']}`"
    if node["kind"] == "test":
        return bool(str(session.query(node["sql"], "TSV")).strip())
    if node["kind"] == "seed":
        columns = (
            f"`{column}` {node['types'].get(column, 'Nullable(String)')}" for column in node["columns"]
        )
        session.query(f"CREATE TABLE {name} ({', '.join(columns)}) ENGINE = Memory")
        session.query(f"INSERT INTO {name} SELECT * FROM file('{node['file']}', CSVWithNames)")
    else:
        session.query(f"CREATE TABLE {name} ENGINE = MergeTree ORDER BY tuple() AS {node['sql']}")
    return False


if __name__ == "__main__":
    main()
