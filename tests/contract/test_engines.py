"""
The models on engines that Andon does not run on yet: analysed as GoogleSQL, run by ClickHouse.

Both without a connection: engines.py says how. What no offline test tells: rights, quotas, cost, partitions,
and the adapters' own statements around a model.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from andon.transform.project import PROJECT, variables

from engines import ask, compiled, need_engines
from staged import Staged, organisations, shared_folder

pytestmark = pytest.mark.slow(seconds=190)

DATA_THROUGH = "2026-11-20"
"""The day before all that the harness sends arrives."""

EACH_ITS_OWN = {"digest", "session_key", "fact_key", "group_key", "link_key"}
"""Columns of hashes, which each engine makes its own way."""

MODELS_AT_LEAST = 170
"""A lower bound: a moved folder must not make these tests pass over nothing."""


def test_bigquery_would_take_every_query(tmp_path: Path) -> None:
    """Every model and data test compiles for BigQuery; GoogleSQL's analyzer finds all names and types."""
    need_engines("that the models are GoogleSQL")

    answer = ask("bigquery", compiled("bigquery", tmp_path, DATA_THROUGH))

    assert answer["refused"] == {}
    assert answer["unread"] == []
    assert len(answer["columns"]) >= MODELS_AT_LEAST


def test_clickhouse_finds_what_duckdb_finds(tmp_path: Path, tmp_path_factory: pytest.TempPathFactory) -> None:
    """
    Every recorded run and hand-made scenario, built by ClickHouse's engine, gives DuckDB's rows.

    Seeds, staging, intermediate, marts and reports come out equal; a data test that holds on one engine holds
    on the other; and no column has an alias glued to its name.
    """
    need_engines("that ClickHouse gives DuckDB's numbers")
    Staged(folder := shared_folder(tmp_path_factory))
    rows, out = tmp_path / "rows", tmp_path / "out"
    rows.mkdir()
    out.mkdir()
    expected = _built_by_duckdb(folder, tmp_path, rows)

    nodes = compiled("clickhouse", tmp_path / "compiled", DATA_THROUGH)
    answer = ask("clickhouse", nodes, rows=str(rows), out=str(out))

    assert answer["refused"] == {}
    assert answer["unrun"] == []
    assert answer["odd"] == []
    assert answer["failed"] == []
    tables = [f"{node['schema']}.{node['name']}" for node in nodes if node["kind"] != "test"]
    assert {
        name: why for name in tables if (why := _difference(expected, name, out / f"{name}.parquet"))
    } == {}
    assert len(tables) >= MODELS_AT_LEAST


def _built_by_duckdb(staged: Path, folder: Path, rows: Path) -> duckdb.DuckDBPyConnection:
    """Build marts in a copy of the staged warehouse; write what it began with to files."""
    database = folder / "andon.duckdb"
    shutil.copyfile(staged / "andon.duckdb", database)
    with duckdb.connect(database) as connection:
        # Reports are of organisations that the directory knows.
        connection.execute("DELETE FROM directory.organisations")
        connection.executemany(
            "INSERT INTO directory.organisations VALUES (?, ?)", [[name, name] for name, _ in organisations()]
        )
        for schema, table in connection.execute(
            "SELECT table_schema, table_name FROM information_schema.tables"
            " WHERE table_schema IN ('raw', 'directory')"
        ).fetchall():
            connection.execute(f"COPY (FROM {schema}.{table}) TO '{rows}/{schema}.{table}.parquet'")
    told = {**variables(PROJECT), "price_book": "default", "data_through": DATA_THROUGH}
    subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--no-version-check", "--quiet", "build"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(told)),
            *("--select", "resource_type:seed", "path:models/staging/directory", "int_report_basis", "marts"),
            *("--exclude-resource-type", "unit_test"),
        ],
        check=True,
        capture_output=True,
        env={
            **os.environ,
            "DBT_TARGET_PATH": str(folder / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "ANDON_DBT_DATABASE": str(database),
            "ANDON_DBT_SPILL": str(folder / "spill"),
            "ANDON_DBT_THREADS": "2",
        },
    )
    connection = duckdb.connect(database, read_only=True)
    connection.execute("SET TimeZone = 'UTC'")
    return connection


def _difference(expected: duckdb.DuckDBPyConnection, table: str, other: Path) -> str:
    """Say one row that only one of the two has, or how the columns differ; nothing when all is equal."""
    columns = expected.execute(
        "SELECT column_name, data_type FROM information_schema.columns"
        " WHERE table_schema || '.' || table_name = ? ORDER BY ordinal_position",
        [table],
    ).fetchall()
    given = [row[0] for row in expected.execute(f"DESCRIBE FROM '{other}'").fetchall()]
    # A contract's order is the adapter's work.
    if sorted(given) != sorted(name for name, _ in columns):
        return f"columns {given}, not {[name for name, _ in columns]}"
    # Engines add floating-point numbers in different orders, and their timestamps say the zone differently.
    ours, theirs = (
        ", ".join(
            {"DOUBLE": f'round("{name}"::double, 9)', "TIMESTAMP": f'epoch_us("{name}")'}.get(
                kind, f'"{name}"::{kind}' if cast else f'"{name}"'
            )
            for name, kind in columns
            if name not in EACH_ITS_OWN
        )
        or "1"
        for cast in (False, True)
    )
    sides = (f"SELECT {ours} FROM {table}", f"SELECT {theirs} FROM '{other}'")
    for here, there, whose in ((*sides, "DuckDB"), (*sides[::-1], "ClickHouse")):
        alone = expected.execute(f"{here} EXCEPT ALL {there} LIMIT 1").fetchone()
        if alone:
            return f"{whose} alone has {alone}"
    return ""
