"""
The dbt project in other engines' dialects: compiled by their adapters, without a connection.

Their packages have an environment of their own, `.engines` (`make engines`); what asks them are the scripts
``ask_bigquery.py`` and ``ask_clickhouse.py``, an order on stdin, an answer on stdout.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from andon.contract.telemetry import COLUMNS
from andon.transform.project import PROJECT, variables
from andon.warehouse.raw_tables import DIRECTORY_TABLES, is_required

ENGINES = Path(os.environ.get("ANDON_ENGINES") or Path(__file__).parents[2] / ".engines")
"""The environment of the other engines' packages."""

NOWHERE = {
    "bigquery": {
        "type": "bigquery",
        "method": "oauth-secrets",
        "token": "none",
        "project": "andon",
        "dataset": "andon",
        "threads": 2,
    },
    "clickhouse": {"type": "clickhouse", "host": "127.0.0.1", "port": 9, "schema": "andon", "threads": 2},
}
"""Connections that nothing answers, one an engine: whatever asked would fail."""


def need_engines(what: str) -> None:
    """Skip a test, loudly, where the environment is missing; *what* is then not proved."""
    if not (ENGINES / "bin" / "dbt").exists():
        pytest.skip(f"NOT PROVED: {what}; {ENGINES} is missing, `make engines` makes it (1.2 GB)")


def compiled(engine: str, folder: Path, data_through: str) -> list[dict[str, Any]]:
    """
    Compile every seed, model and data test for an engine.

    Returns:
        The nodes, each after those that it reads: `id`, `kind` (seed, model, test), `schema`, `name`, `sql`,
        `reads` (ids), and for a seed its `file`, `columns` and their `types` where they are said.
    """
    folder.mkdir(parents=True, exist_ok=True)
    profile = {"andon": {"target": engine, "outputs": NOWHERE}}
    (folder / "profiles.yml").write_text(yaml.safe_dump(profile), encoding="utf-8")
    told = {**variables(PROJECT), "price_book": "default", "data_through": data_through}
    done = subprocess.run(
        [
            *(str((ENGINES / "bin" / "dbt").absolute()), "--no-version-check", "--quiet", "compile"),
            *("--no-introspect", "--no-populate-cache", "--exclude", "resource_type:unit_test"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(folder)),
            *("--target-path", str(folder / "target"), "--log-path", str(folder / "logs")),
            *("--vars", json.dumps(told)),
        ],
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    manifest = json.loads((folder / "target" / "manifest.json").read_text(encoding="utf-8"))
    return _in_order(
        [_plain(node) for node in manifest["nodes"].values() if node["resource_type"] != "unit_test"]
    )


def _plain(node: dict[str, Any]) -> dict[str, Any]:
    kind = node["resource_type"]
    plain = {key: node[key] for key in ("schema", "name")} | {
        "id": node["unique_id"],
        "kind": kind,
        "reads": [
            name for name in node.get("depends_on", {}).get("nodes", ()) if not name.startswith("source.")
        ],
    }
    if kind != "seed":
        return plain | {"sql": node["compiled_code"]}
    file = PROJECT / node["original_file_path"]
    with file.open(encoding="utf-8") as lines:
        columns = lines.readline().strip().split(",")
    return plain | {"file": str(file), "columns": columns, "types": node["config"]["column_types"]}


def _in_order(nodes: list[dict[str, Any]]) -> list[dict[str, Any]]:
    ordered: dict[str, dict[str, Any]] = {}
    waiting = {node["id"]: node for node in nodes}
    while waiting:
        ready = [node for node in waiting.values() if all(name in ordered for name in node["reads"])]
        assert ready, f"nodes that read each other: {sorted(waiting)}"
        for node in ready:
            ordered[node["id"]] = waiting.pop(node["id"])
    return list(ordered.values())


def ask(engine: str, nodes: list[dict[str, Any]], **more: str) -> dict[str, Any]:
    """
    Let an engine's own code go through compiled nodes.

    Args:
        engine: A key of ``NOWHERE``.
        nodes: What :func:`compiled` gave.
        more: What else the engine's script understands.

    Returns:
        The script's answer; `refused` says of each node that failed by itself why.
    """
    order = {
        "nodes": nodes,
        "raw": {
            table: [(column.name, column.kind, is_required(column)) for column in columns]
            for table, columns in COLUMNS.items()
        },
        "directory": {table: list(columns) for table, columns in DIRECTORY_TABLES.items()},
        **more,
    }
    done = subprocess.run(
        [str((ENGINES / "bin" / "python").absolute()), str(Path(__file__).with_name(f"ask_{engine}.py"))],
        input=json.dumps(order),
        check=False,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stderr[-4000:]
    answer: dict[str, Any] = json.loads(done.stdout)
    return answer
