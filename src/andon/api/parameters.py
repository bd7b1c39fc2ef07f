"""
Query parameters of reports, read strictly.

A parameter that a report does not have is ignored, whatever its value; one that it has is checked, and may
not be repeated: two proxies may not disagree about which one counts.

Source: "Requests" of docs/metrics.md; "Query Parameters" of the contract.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence

import msgspec

from andon.contract.days import DayRange, read_days
from andon.contract.problems import BadRequest
from andon.contract.reports import GROUP_BY, Report

DEFAULT_LIMIT = 20
"""People per page of ``/users`` when the caller does not say: the contract's."""

MAX_LIMIT = 100
"""Most people per page of ``/users``: the contract's."""

WITHOUT = "by_user"
"""What ``/tokens`` can be asked to leave empty: it is nine tenths of a large organisation's answer."""

SHOWN = 40
"""Characters of a wrong value that the answer repeats."""

NAMES = ("startDate", "endDate")
"""What the contract calls the range of a report; every other question with a range does so too."""

Items = Sequence[tuple[str, str]]
"""The query string's names and values, decoded, in the caller's order."""


class Page(msgspec.Struct, frozen=True):
    """
    Which people of ``/users``.

    Attributes:
        limit: People, 1 to 100.
        cursor: People after this ``user_id``; None for the first page.
    """

    limit: int
    cursor: str | None


def read_range(items: Items, *, today: dt.date, max_days: int) -> DayRange:
    """
    Read the first and the last day that are asked for.

    Raises:
        BadRequest: A date is missing, repeated or malformed, or the range is not one that can be asked for.
    """
    start, end = (_one(items, name) for name in NAMES)
    return read_days(start, end, today=today, max_days=max_days)


def read_group_by(items: Items, report: Report) -> str | None:
    """
    Read ``group_by``; None when it is absent or the report has no groupings.

    Raises:
        BadRequest: It is repeated, or not the report's one value.
    """
    only = GROUP_BY[report]
    if only is None:
        return None
    value = _one(items, "group_by")
    if value is not None and value != only:
        raise BadRequest(f"group_by on /{report} takes {only!r}, not {value[:SHOWN]!r}")
    return value


def read_without(items: Items, report: Report) -> bool:
    """
    Read ``without``: whether the answer is to leave out who used the tokens.

    Raises:
        BadRequest: It is repeated, or not the report's one value.
    """
    if report != "tokens":
        return False
    value = _one(items, "without")
    if value not in {None, WITHOUT}:
        raise BadRequest(f"without on /{report} takes {WITHOUT!r}, not {value[:SHOWN]!r}")  # type: ignore[index]
    return value is not None


def read_page(items: Items) -> Page:
    """
    Read ``limit`` and ``cursor``.

    Raises:
        BadRequest: One is repeated, *limit* is no integer from 1 to 100, or *cursor* is empty.
    """
    limit = _one(items, "limit")
    cursor = _one(items, "cursor")

    if cursor == "":
        raise BadRequest("cursor is empty; leave it out for the first page, else send meta.next_cursor")
    if limit is None:
        return Page(DEFAULT_LIMIT, cursor)
    # int() also takes "+5", " 5", "1_0" and other scripts' digits.
    is_whole = limit.isascii() and limit.isdigit() and len(limit) <= len(str(MAX_LIMIT))
    if not is_whole or not 1 <= int(limit) <= MAX_LIMIT:
        raise BadRequest(f"limit must be an integer from 1 to {MAX_LIMIT}, not {limit[:SHOWN]!r}")
    return Page(int(limit), cursor)


def _one(items: Items, name: str) -> str | None:
    values = [value for key, value in items if key == name]
    if len(values) > 1:
        raise BadRequest(f"{name} is given {len(values)} times; send it once")
    return values[0] if values else None
