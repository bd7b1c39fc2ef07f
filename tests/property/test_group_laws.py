"""
Groups are closed: what staging tells of some groups' records does not depend on any other record.

All captures and scenarios, mixed in one organisation, and many invented ones are staged whole; then the
groups that no record links are dealt out to two lakes, by chance, and each of these is staged as if there
were nothing else. Together both tell the same facts.
"""

from __future__ import annotations

import datetime as dt
import json
import random
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pytest
from part_of_project import make
from tellings import WORDS, Organisation, organisations

from andon.contract.telemetry import Table
from andon.ingest.decode import decode
from andon.ingest.flatten import flatten
from andon.ingest.redact import Policy
from andon.warehouse.duckdb import prepare
from andon.warehouse.parquet_lake import ParquetLake

from invented import examples
from scenarios import Sent
from staged import KINDS
from staged import organisations as recorded

pytestmark = pytest.mark.slow(seconds=30)

BASE: tuple[Table, ...] = ("spans", "log_records", "metric_points")
MIXES = 3
"""Organisations that send everything that was ever recorded: each is dealt out in another way."""

Row = tuple[Table, pa.Table]


def as_rows(org: str, sent: list[Sent]) -> Iterator[Row]:
    """Take requests the way that they come."""
    for number, body in enumerate(sent):
        flattened = flatten(
            decode(body.signal, body.body, body.encoding),
            signal=body.signal,
            org_id=org,
            ingest_key_id=body.key,
            received_at=dt.datetime(2026, 11, 21, 0, number // 60, number % 60, tzinfo=dt.UTC),
            policy=Policy(),
            history_start=dt.date(2026, 1, 14),
            max_future_s=600,
        )
        yield from flattened.rows.items()


def bodies(organisation: Organisation) -> list[Sent]:
    """Put an invented organisation's items into requests, those of one signal into one."""
    found = []
    for signal, (outer, inner, items) in WORDS.items():
        scopes = [
            {"scope": {"name": one.scope}, items: [one.item]}
            for one in organisation.told
            if one.signal == signal
        ]
        found.append(Sent(signal, json.dumps({outer: [{inner: scopes}]}).encode()))
    return found


def together(rows: Iterator[Row]) -> Iterator[Row]:
    """Put rows of a table into one."""
    parts: dict[Table, list[pa.Table]] = {}
    for table, some in rows:
        parts.setdefault(table, []).append(some)
    for table, some in parts.items():
        yield table, pa.concat_tables(some)


def stage(folder: Path, rows: list[Row]) -> duckdb.DuckDBPyConnection:
    """Stage records, and nothing behind the staged facts."""
    lake = ParquetLake(folder / "raw")
    for number, (table, some) in enumerate(rows):
        lake.append(table, some, f"{number}")
    prepare(folder / "andon.duckdb", folder / "raw", {})
    make(folder, *(f"+int_{kind}_unioned" for kind in KINDS), "+int_file_languages")
    return duckdb.connect(folder / "andon.duckdb", read_only=True)


def components(connection: duckdb.DuckDBPyConnection) -> dict[tuple[str, str], int]:
    """Name the component of each record: groups that no record links are of different ones."""
    above: dict[int, int] = {}

    def top(key: int) -> int:
        while (higher := above.setdefault(key, key)) != key:
            above[key] = above[higher] = above.setdefault(higher, higher)
            key = above[key]
        return key

    records = connection.execute(
        " UNION ALL ".join(
            f"SELECT org_id, record_id, group_key, link_key FROM staging.base_otlp__{table}"  # noqa: S608
            for table in BASE
        )
    ).fetchall()
    for _, _, group, link in records:
        if link is not None:
            above[top(group)] = top(link)
    return {(org, record): top(group) for org, record, group, _ in records}


def some_of(rows: list[Row], kept: set[tuple[str, str]]) -> list[Row]:
    """Keep some records."""
    found = []
    for table, part in rows:
        keys = zip(part["org_id"].to_pylist(), part["record_id"].to_pylist(), strict=True)
        found.append((table, part.filter(pa.array([key in kept for key in keys], pa.bool_()))))
    return found


@pytest.mark.parametrize("cases", [50, pytest.param(1_000, marks=pytest.mark.full_rounds)])
def test_a_groups_facts_are_its_own(tmp_path: Path, cases: int) -> None:
    """Facts of records staged apart, group by group, are the facts of all records staged at once."""
    everything = [body for org, sent in recorded() if not org.endswith((" alone", " twice")) for body in sent]
    drawn = examples(organisations(), cases)
    told = [(f"mix {number}", everything) for number in range(MIXES)]
    told += [(f"invented {number}", bodies(one)) for number, one in enumerate(drawn)]
    rows = [row for org, sent in told for row in together(as_rows(org, sent))]

    chance = random.Random(5)  # noqa: S311 (the same each time)
    with stage(tmp_path / "whole", rows) as whole:
        found = components(whole)
        side = {one: chance.random() < 0.5 for one in sorted(set(found.values()))}
        for name in ("one", "other"):
            kept = {record for record, one in found.items() if side[one] == (name == "one")}
            stage(tmp_path / name, some_of(rows, kept)).close()

    alone: dict[str, int] = {}
    with duckdb.connect() as both:
        for name in ("whole", "one", "other"):
            both.execute(f"ATTACH '{tmp_path / name / 'andon.duckdb'}' AS \"{name}\" (READ_ONLY)")
        wrong = {}
        for table in [f"int_{kind}_unioned" for kind in KINDS] + ["int_file_languages"]:
            at_once = f"SELECT * FROM whole.intermediate.{table}"  # noqa: S608 (our own names)
            apart = (
                f"SELECT * FROM one.intermediate.{table} UNION ALL"  # noqa: S608
                f" SELECT * FROM other.intermediate.{table}"
            )
            for left, right in ((at_once, apart), (apart, at_once)):
                differing = both.execute(f"FROM ({left}) EXCEPT ALL FROM ({right}) LIMIT 3").fetchall()
                if differing:
                    wrong[f"{table}, {'at once' if left is at_once else 'apart'}"] = differing
            for name in ("one", "other"):
                facts = both.execute(f"SELECT count(*) FROM {name}.intermediate.{table}").fetchall()  # noqa: S608
                alone[name] = alone.get(name, 0) + facts[0][0]
    assert wrong == {}
    # Nothing would be proved if all were on one side.
    assert min(alone.values()) > 1000
