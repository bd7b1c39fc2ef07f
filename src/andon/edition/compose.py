"""
Report models to JSON fragments: the whole of an API answer but its envelope.

DuckDB composes the JSON from Parquet (``fragments/*.sql``); SQLite holds it by organisation and day, so
that an answer is one range read. Every fragment is decoded against the contract on its way in: an edition
cannot hold a row that the contract does not allow.
"""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import msgspec
from msgspec import Struct

from andon.contract.conservation import DayRecords
from andon.contract.coverage import AgentCoverage
from andon.edition.problems import NotPublishable
from andon.edition.relations import ANSWERS, RELATIONS, Answer

SCHEMA = """
    CREATE TABLE days (
        org_id TEXT NOT NULL, report TEXT NOT NULL, group_by TEXT NOT NULL, report_date TEXT NOT NULL,
        fragment BLOB NOT NULL,
        PRIMARY KEY (org_id, report, group_by, report_date)
    );
    CREATE TABLE users (
        org_id TEXT NOT NULL, user_id TEXT NOT NULL,
        PRIMARY KEY (org_id, user_id)
    ) WITHOUT ROWID;
    CREATE TABLE user_days (
        org_id TEXT NOT NULL, user_id TEXT NOT NULL, report_date TEXT NOT NULL,
        fragment BLOB NOT NULL,
        PRIMARY KEY (org_id, user_id, report_date)
    );
    CREATE TABLE coverage (
        org_id TEXT NOT NULL, agent TEXT NOT NULL,
        fragment BLOB NOT NULL,
        PRIMARY KEY (org_id, agent)
    );
    CREATE TABLE conservation (
        org_id TEXT NOT NULL, report_date TEXT NOT NULL,
        fragment BLOB NOT NULL,
        PRIMARY KEY (org_id, report_date)
    );
"""
"""``days``: one row per organisation, report, grouping ('' for none) and UTC day; a grouped fragment is all
of the day's rows, joined by commas. ``user_days``: one row per organisation, person and active UTC day.
``coverage``: one row per organisation and agent that was heard. ``conservation``: one row per organisation
and UTC day of receipt."""

BATCH = 5_000
"""Fragments in memory at a time; a large /tokens day is 0.6 MB."""


class Contents(NamedTuple):
    """
    What the fragments cover.

    Attributes:
        orgs: Organisations, in order.
        history_start: First UTC day with rows; None without organisations.
    """

    orgs: list[str]
    history_start: dt.date | None


def compose(marts: Path, target: Path, spill: Path) -> Contents:
    """
    Write the fragments of every report in *marts* to *target*.

    Args:
        marts: Directory with one Parquet file per relation.
        target: SQLite file to create; the caller syncs it.
        spill: Directory that DuckDB may use when memory is short.

    Raises:
        NotPublishable: A relation is missing or lacks a column, or a row breaks the contract.
    """
    with (
        closing(duckdb.connect(config={"temp_directory": str(spill)})) as engine,
        closing(sqlite3.connect(target)) as store,
    ):
        store.execute("PRAGMA journal_mode = OFF")  # nobody reads it before it is complete and synced
        store.execute("PRAGMA synchronous = OFF")
        store.executescript(SCHEMA)
        try:
            for relation in RELATIONS:
                engine.read_parquet(str(marts / f"{relation}.parquet")).create_view(relation)
            for answer in ANSWERS:
                name = answer.report if answer.group_by is None else f"{answer.report} by {answer.group_by}"
                _store(store, answer, _fragments(engine, answer.query, answer.row, f"Report {name}"))
            agents = _fragments(engine, "coverage.sql", AgentCoverage, "Coverage")
            store.executemany("INSERT INTO coverage VALUES (?, ?, ?)", agents)
            days = _fragments(engine, "conservation.sql", DayRecords, "Conservation")
            store.executemany("INSERT INTO conservation VALUES (?, ?, ?)", days)
            orgs = engine.sql("select org_id from rpt_organisations order by org_id").fetchall()
            first = engine.sql("select min(report_date) from rpt_activity_daily").fetchall()
        except duckdb.Error as error:
            raise NotPublishable(f"The report models cannot be composed: {error}") from None
        except sqlite3.IntegrityError as error:
            raise NotPublishable(f"The report models tell a day twice: {error}") from None
        store.execute("INSERT INTO users SELECT DISTINCT org_id, user_id FROM user_days ORDER BY 1, 2")
        store.execute("ANALYZE")
        store.commit()

    return Contents([org_id for (org_id,) in orgs], first[0][0])


def _fragments(engine: Any, file: str, row: type[Struct], what: str) -> Iterator[tuple[Any, ...]]:  # noqa: ANN401 (duckdb has no types)
    """Yield the key columns as text, then the fragment as bytes, each checked against the contract."""
    query = resources.files(__package__).joinpath("fragments", file).read_text(encoding="utf-8")
    decoder = msgspec.json.Decoder(list[row])  # type: ignore[valid-type]

    for batch in engine.sql(query).to_arrow_reader(BATCH):
        columns = [column.to_pylist() for column in batch.columns]
        for *key, fragment in zip(*columns, strict=True):
            named = [part.isoformat() if isinstance(part, dt.date) else part for part in key]
            try:
                decoder.decode(b"[" + fragment + b"]")
            except (msgspec.DecodeError, TypeError) as error:
                raise NotPublishable(
                    f"{what} of {', '.join(named)} breaks the contract: {error}. The current "
                    "edition stays; look at the build's tests of this report"
                ) from None
            yield (*named, fragment)


def _store(store: sqlite3.Connection, answer: Answer, rows: Iterator[tuple[Any, ...]]) -> None:
    if answer.report == "users":
        store.executemany("INSERT INTO user_days VALUES (?, ?, ?, ?)", rows)
        return
    store.executemany(
        "INSERT INTO days VALUES (?, ?, ?, ?, ?)",
        ((org_id, answer.report, answer.group_by or "", day, json) for org_id, day, json in rows),
    )
