"""
Builds add up: row for row they give what one build of everything gives.

Whatever comes in pieces, late, shuffled and several times is, after the last of several builds, what one
build makes that finds all of it at once, each record sent once. A warehouse holds many invented
organisations, which have nothing to do with one another: each is a case.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from tellings import WORDS, Organisation, Telling, organisations

from andon.config import Settings
from andon.transform.worker import Worker
from andon.warehouse.parquet_lake import ParquetLake

from invented import build, examples, keep

pytestmark = pytest.mark.slow(seconds=110)

MORNINGS = [dt.datetime(2026, *day, 6, tzinfo=dt.UTC) for day in ((1, 16), (1, 18), (3, 1))]
"""When builds run: two while it happens, the last forty days later."""


def send(config: Settings, org: str, told: list[Telling], name: str) -> None:
    """Send items, those of one signal in one request."""
    for signal, (outer, inner, items) in WORDS.items():
        scopes = [{"scope": {"name": one.scope}, items: [one.item]} for one in told if one.signal == signal]
        if scopes:
            body = {outer: [{inner: scopes}]}
            keep(ParquetLake(config.raw_dir), org, signal, [body], now=MORNINGS[-1], name=name)


def directory(drawn: list[Organisation]) -> dict[str, list[dict[str, Any]]]:
    """Name who is whom when all is told."""
    return {
        "aliases": [
            {"org_id": f"o{n}", "identity": "email:bob@x.com", "canonical_identity": "email:ann@x.com"}
            for n, organisation in enumerate(drawn)
            if organisation.merged
        ],
        "keys": [
            {"org_id": f"o{n}", "key_id": "k", "owner_identity": "email:eve@x.com"}
            for n, organisation in enumerate(drawn)
            if organisation.owned
        ],
    }


OF_ONE_BUILD = (
    "int_metric_increments",
    "int_file_languages",
    "int_slice",
    "int_slice_records",
    "int_changed_days",
)
"""Tables that say what a build had to make again; they are not kept."""


def differing(one: Path, other: Path) -> Iterator[str]:
    """Name the tables whose rows are not the same; when a record was received does not count."""
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'one'"
            " AND schema_name IN ('marts', 'intermediate') AND table_name NOT LIKE '%conservation'"
            " AND table_name NOT IN (SELECT unnest($made_again)) ORDER BY ALL",
            {"made_again": OF_ONE_BUILD},
        ).fetchall()
        assert len(tables) > 50
        for schema, table in tables:
            columns = ", ".join(
                f'"{column}"'
                for (column,) in connection.execute(
                    "SELECT column_name FROM duckdb_columns() WHERE database_name = 'one' AND table_name = ?"
                    " AND column_name <> 'received_at'",
                    [table],
                ).fetchall()
            )
            for left, right in (("one", "other"), ("other", "one")):
                rows = connection.execute(
                    f"SELECT {columns} FROM {left}.{schema}.{table} EXCEPT ALL"  # noqa: S608 (its own names)
                    f" SELECT {columns} FROM {right}.{schema}.{table} LIMIT 3"
                ).fetchall()
                if rows:
                    yield f"{table}: {left} alone has {rows}"


@pytest.mark.parametrize("cases", [200, pytest.param(2_000, marks=pytest.mark.full_rounds)])
def test_builds_add_up_to_one(cases: int) -> None:
    """Every fact and every row of every report is that of one build over all records, each sent once."""
    drawn = examples(organisations(), cases)
    names = [f"o{n}" for n in range(len(drawn))]
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Worker()) as worker:
        daily = Settings(data=Path(folder) / "daily", now=MORNINGS[-1])
        once = Settings(data=Path(folder) / "once", now=MORNINGS[-1])
        for number, morning in enumerate(MORNINGS):
            for name, organisation in zip(names, drawn, strict=True):
                came = [one for one in organisation.told for build in one.builds if build == number]
                send(daily, name, came, f"{number}-")
            last = number == len(MORNINGS) - 1
            build(daily, names, now=morning, worker=worker, **(directory(drawn) if last else {}))
        for name, organisation in zip(names, drawn, strict=True):
            send(once, name, organisation.told, "")
        build(once, names, now=MORNINGS[-1], **directory(drawn))

        assert len(drawn) >= cases * 9 // 10
        assert list(differing(daily.warehouse_path, once.warehouse_path)) == []
