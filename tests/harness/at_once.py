"""Answers of an edition, read at once; the API reads long ones in parts."""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

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
