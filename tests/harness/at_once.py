"""What an edition holds, read at once; the API reads long answers in parts."""

from __future__ import annotations

import datetime as dt
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any, NamedTuple

from andon.contract.reports import Report
from andon.edition.opened import Edition
from andon.edition.rows import Rows


class UserPage(NamedTuple):
    """A page of people: JSON of one person and day each."""

    fragments: list[bytes]
    has_more: bool
    next_cursor: str | None


def day_rows(  # noqa: PLR0917 (what the edition is asked)
    edition: Edition, org_id: str, report: Report, group_by: str | None, start: dt.date, end: dt.date
) -> list[bytes]:
    """Give the fragments of a report's days."""
    return _all(edition.days(org_id, report, group_by, start, end))


def user_rows(  # noqa: PLR0917 (what the edition is asked)
    edition: Edition, org_id: str, start: dt.date, end: dt.date, cursor: str | None, limit: int
) -> UserPage:
    """Give one page of people."""
    rows, has_more, next_cursor = edition.people(org_id, start, end, cursor, limit)
    return UserPage(_all(rows), has_more, next_cursor)


def _all(rows: Rows) -> list[bytes]:
    return [fragment for part in rows.parts for fragment in part]


def contents(edition: Path) -> dict[str, list[tuple[Any, ...]]]:
    """All rows of an edition's fragments, by file and table."""
    found = {}
    for file in sorted(edition.glob("reports*.sqlite")):
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as store:
            for (table,) in store.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                rows_of = store.execute(f"SELECT * FROM {table}").fetchall()  # noqa: S608 (its own name)
                found[f"{file.name} {table}"] = sorted(rows_of)
    return found
