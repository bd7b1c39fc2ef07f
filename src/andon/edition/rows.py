"""Rows of an answer: fragments in their order, read at once when they are few and part by part when not."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import itemgetter
from typing import NamedTuple

from andon.edition.shelf import Shelved

BATCH_BYTES = 2 << 20
"""An answer up to this size is read at once, a larger one in parts of about it: a hundred people's month is
one, and a request never holds more than a few of them."""

DAY_ROWS = (
    "FROM days WHERE org_id = ? AND report = ? AND group_by = ? "
    "AND report_date BETWEEN ? AND ? ORDER BY report_date"
)

USER_ROWS = "FROM user_days WHERE org_id = ? AND user_id BETWEEN ? AND ? AND report_date BETWEEN ? AND ?"


PEOPLE = """
    WITH RECURSIVE people(user_id) AS (
        SELECT min(user_id) FROM user_days WHERE org_id = :org_id AND user_id > :cursor
        UNION ALL
        SELECT (SELECT min(user_id) FROM user_days WHERE org_id = :org_id AND user_id > people.user_id)
        FROM people WHERE user_id IS NOT NULL
    )
    SELECT user_id FROM people
    WHERE user_id IS NOT NULL AND EXISTS (
        SELECT 1 FROM user_days AS d
        WHERE d.org_id = :org_id AND d.user_id = people.user_id AND d.report_date BETWEEN :start AND :end
    )
    LIMIT :count
"""
"""From one person to the next by the key: a person's days are not read, only whether there are any."""

Asked = tuple[str, str, str]
"""Organisation, report and grouping, '' for none."""


class Rows(NamedTuple):
    """
    JSON of rows in their order, in parts.

    Attributes:
        size: Bytes of all fragments, joined by commas.
        parts: Lists of fragments, each read when its turn comes.
        is_long: Whether there are several parts.
    """

    size: int
    parts: Iterator[list[bytes]]
    is_long: bool


NO_ROWS = Rows(0, iter(()), is_long=False)
"""What there is of days that nobody knows."""


def read_days(months: Sequence[Shelved], asked: Asked, days: tuple[str, str], batch_bytes: int) -> Rows:
    """
    Read a report's days.

    Args:
        months: Files of the months that the days are in, in order.
        asked: Organisation, report and grouping.
        days: First and last, ISO 8601.
        batch_bytes: What is read at once; the rest is measured, and read when its turn comes.
    """
    start, end = days
    first: list[bytes] = []
    size = 0
    plan: list[tuple[Shelved, str, str]] = []
    read_through = ""
    for month in months:
        with month.reader() as reader:
            if size <= batch_bytes:
                rows = reader.execute(f"SELECT report_date, fragment {DAY_ROWS}", (*asked, start, end))
                for read_through, fragment in rows:  # noqa: B007 (where reading stopped)
                    first.append(fragment)
                    size += len(fragment) + 1
                    if size > batch_bytes:
                        break
                rows.close()
            if size > batch_bytes:
                # SQLite tells the length of a value without reading it.
                sizes = reader.execute(
                    f"SELECT report_date, length(fragment) {DAY_ROWS}",
                    (*asked, max(start, read_through + "~"), end),
                ).fetchall()
                size += sum(length + 1 for _, length in sizes)
                plan += [(month, *part) for part in parts_of(sizes, batch_bytes)]
    return Rows(max(size - 1, 0), _days_of(first, plan, asked), is_long=bool(plan))


def parts_of(sizes: Sequence[tuple[str, int]], limit: int) -> list[tuple[str, str]]:
    """Cut what is in order into stretches, first and last, of about *limit* bytes each."""
    parts: list[tuple[str, str]] = []
    held = limit + 1
    for name, size in sizes:
        if held + size > limit:
            parts.append((name, name))
            held = size
        else:
            parts[-1] = (parts[-1][0], name)
            held += size
    return parts


def _days_of(first: list[bytes], plan: list[tuple[Shelved, str, str]], asked: Asked) -> Iterator[list[bytes]]:
    if first:
        yield first
    first = []  # a long answer does not keep its beginning
    for month, start, end in plan:
        with month.reader() as reader:
            rows = reader.execute(f"SELECT fragment {DAY_ROWS}", (*asked, start, end)).fetchall()
        yield [fragment for (fragment,) in rows]


def people_of(
    months: list[Shelved], org_id: str, plan: list[tuple[str, str]], days: tuple[str, str]
) -> Iterator[list[bytes]]:
    """Yield the days of stretches of people, by person, then day, each when its turn comes."""
    for first, last in plan:
        rows: list[tuple[str, str, bytes]] = []
        for month in months:
            with month.reader() as reader:
                rows += reader.execute(
                    f"SELECT user_id, report_date, fragment {USER_ROWS}", (org_id, first, last, *days)
                )
        rows.sort(key=itemgetter(0, 1))
        yield [fragment for _, _, fragment in rows]
