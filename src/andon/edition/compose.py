"""
Report models to JSON fragments: the whole of an API answer but its envelope.

DuckDB composes the JSON from Parquet (``fragments/*.sql``); SQLite holds it by organisation and day, so
that an answer is a few range reads. Every fragment is decoded against the contract on its way in: an edition
cannot hold a row that the contract does not allow.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing, contextmanager
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from msgspec import Struct

from andon.contract.conservation import DayRecords
from andon.contract.coverage import AgentCoverage
from andon.edition.digests import Restated
from andon.edition.problems import NotPublishable
from andon.edition.relations import ANSWERS, BY_DAY, WHOLE, Answer

MONTH_SCHEMA = """
    PRAGMA page_size = 8192;
    CREATE TABLE days (
        org_id TEXT NOT NULL, report TEXT NOT NULL, group_by TEXT NOT NULL, report_date TEXT NOT NULL,
        fragment BLOB NOT NULL,
        PRIMARY KEY (org_id, report, group_by, report_date)
    );
    CREATE TABLE user_days (
        org_id TEXT NOT NULL, user_id TEXT NOT NULL, report_date TEXT NOT NULL,
        fragment BLOB NOT NULL,
        PRIMARY KEY (org_id, user_id, report_date)
    ) WITHOUT ROWID;
"""
"""``days``: one row per organisation, report, grouping ('' for none) and UTC day; a grouped fragment is all
of the day's rows, joined by commas. ``user_days``: one row per organisation, person and active UTC day, a
person's side by side on the disk, whichever day came when."""

WHOLE_SCHEMA = """
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
    CREATE TABLE restatements (
        org_id TEXT NOT NULL, report_date TEXT NOT NULL, report TEXT NOT NULL, edition INTEGER NOT NULL,
        restated_at TEXT NOT NULL,
        PRIMARY KEY (org_id, report_date, report, edition)
    ) WITHOUT ROWID;
"""
"""``coverage``: one row per organisation and agent that was heard. ``conservation``: one row per organisation
and UTC day of receipt. ``restatements``: one row per organisation, day, report and edition changing it."""

BATCH = 5_000
"""Fragments in memory at a time; of /tokens, whose days may be megabytes, a month has 31 an organisation."""


class Composer:
    """
    Composes the files of one edition.

    Args:
        marts: The edition's ``marts/``.
        spill: Directory that DuckDB may use when memory is short.
    """

    def __init__(self, marts: Path, spill: Path) -> None:
        self._marts = marts
        self.engine: Any = duckdb.connect(config={"temp_directory": str(spill)})

    def close(self) -> None:
        """Let go of the engine."""
        self.engine.close()

    def month(self, month: str, target: Path, days: Collection[dt.date] | None = None) -> None:
        """
        Write a month's fragments.

        Args:
            month: ``YYYY-MM``.
            target: SQLite file: made anew, or with *days* one that has the other days already.
            days: Days to write; those that the file has are replaced. None for the whole month.

        Raises:
            NotPublishable: A model lacks a column, tells a day twice, or has a row that breaks the contract.
        """
        if days is not None:
            listed = ", ".join(f"DATE '{day.isoformat()}'" for day in sorted(days))
        with _store(target) as store, _translated():
            if days is None:
                store.executescript(MONTH_SCHEMA)
            for relation in BY_DAY:
                rows = self.engine.read_parquet(str(self._marts / relation / f"{month}.parquet"))
                if days is not None:
                    rows = rows.filter(f"report_date IN ({listed})")
                rows.create_view(relation)
            for answer in ANSWERS:
                name = answer.report if answer.group_by is None else f"{answer.report} by {answer.group_by}"
                _insert(store, answer, self._fragments(answer.query, answer.row, f"Report {name}"))
            store.commit()

    def whole(self, target: Path) -> list[str]:
        """
        Write the fragments of what has no month.

        Returns:
            The organisations, in order.

        Raises:
            NotPublishable: As for a month.
        """
        with _store(target) as store, _translated():
            store.executescript(WHOLE_SCHEMA)
            for relation in WHOLE:
                self.engine.read_parquet(str(self._marts / f"{relation}.parquet")).create_view(relation)
            agents = self._fragments("coverage.sql", AgentCoverage, "Coverage")
            store.executemany("INSERT INTO coverage VALUES (?, ?, ?)", agents)
            days = self._fragments("conservation.sql", DayRecords, "Conservation")
            store.executemany("INSERT INTO conservation VALUES (?, ?, ?)", days)
            store.commit()
            orgs = self.engine.sql("select org_id from rpt_organisations order by org_id").fetchall()
        return [org_id for (org_id,) in orgs]

    def _fragments(self, file: str, row: type[Struct], what: str) -> Iterator[tuple[Any, ...]]:
        """Yield the key columns as text, then the fragment as bytes, each checked against the contract."""
        decoder = msgspec.json.Decoder(list[row])  # type: ignore[valid-type]

        for batch in self.engine.sql(_query(file)).to_arrow_reader(BATCH):
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


def take_over(source: Path, target: Path, days: Collection[dt.date], sha256: str) -> bool:
    """
    Copy a month's fragments without those of some days.

    Args:
        source: The month's file of another edition.
        target: The copy.
        days: Days that the copy shall not have.
        sha256: Of what was published, in hex.

    Returns:
        False, and no copy, when that is not what the file is.

    Raises:
        OSError: The disk refused.
    """
    digest = hashlib.sha256()
    with source.open("rb") as reading, target.open("wb") as writing:
        while chunk := reading.read(1 << 20):
            digest.update(chunk)
            writing.write(chunk)
    if digest.hexdigest() != sha256:
        target.unlink()
        return False
    with _store(target) as store:
        for day in days:
            store.execute("DELETE FROM days WHERE report_date = ?", (day.isoformat(),))
            store.execute("DELETE FROM user_days WHERE report_date = ?", (day.isoformat(),))
        store.commit()
    return True


def restate(
    target: Path, before: Path | None, restated: list[Restated], edition: int, at: dt.datetime
) -> None:
    """
    Write which days were published otherwise before: what the edition before knew, and what is new.

    Args:
        target: The edition's ``reports.sqlite``.
        before: The same of the edition before; None when there is none.
        restated: What this edition restates.
        edition: Its number.
        at: When its build started, UTC.
    """
    with _store(target) as store:
        if before is not None:
            with closing(
                sqlite3.connect(f"{before.absolute().as_uri()}?mode=ro&immutable=1", uri=True)
            ) as old:
                known = old.execute("SELECT * FROM restatements")
                store.executemany("INSERT INTO restatements VALUES (?, ?, ?, ?, ?)", known)
        store.executemany(
            "INSERT INTO restatements VALUES (?, ?, ?, ?, ?)",
            [
                (one.org_id, one.report_date.isoformat(), one.report, edition, f"{at:%Y-%m-%dT%H:%M:%SZ}")
                for one in restated
            ],
        )
        store.commit()


def composed_with() -> str:
    """Name the way in which a month's fragments are composed: under another one the same rows give others."""
    texts = [MONTH_SCHEMA, *(_query(answer.query) for answer in ANSWERS)]
    return hashlib.sha256("\0".join(texts).encode()).hexdigest()[:16]


@contextmanager
def _store(target: Path) -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(target)) as store:
        store.execute("PRAGMA journal_mode = OFF")  # nobody reads it before it is complete and synced
        store.execute("PRAGMA synchronous = OFF")
        yield store


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except duckdb.Error as error:
        raise NotPublishable(f"The report models cannot be composed: {error}") from None
    except sqlite3.IntegrityError as error:
        raise NotPublishable(f"The report models tell a day twice: {error}") from None


def _query(file: str) -> str:
    return resources.files(__package__).joinpath("fragments", file).read_text(encoding="utf-8")


def _insert(store: sqlite3.Connection, answer: Answer, rows: Iterator[tuple[Any, ...]]) -> None:
    if answer.report == "users":
        store.executemany("INSERT INTO user_days VALUES (?, ?, ?, ?)", rows)
        return
    store.executemany(
        "INSERT INTO days VALUES (?, ?, ?, ?, ?)",
        ((org_id, answer.report, answer.group_by or "", day, json) for org_id, day, json in rows),
    )
