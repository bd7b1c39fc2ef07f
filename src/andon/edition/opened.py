"""One edition, opened for reading: a file of fragments for each month, and one for what has no month."""

from __future__ import annotations

import datetime as dt
import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from andon.contract.reports import Report
from andon.edition.latest import Latest
from andon.edition.manifest import MARTS, REPORTS, File, Manifest, Seen, month_reports, verify
from andon.edition.problems import EditionDamaged
from andon.edition.rows import (
    BATCH_BYTES,
    DAY_ROWS,
    NO_ROWS,
    PEOPLE,
    USER_ROWS,
    Asked,
    Rows,
    parts_of,
    people_of,
    read_days,
)
from andon.edition.shelf import Shelved

REMEMBERED_BYTES = 32 << 20
"""Months of reports in memory, for questions differ in their days, rarely in their months: those of one
organisation's four reports have 200 kB each, whoever works there."""

MONTH_BYTES = 512 << 10
"""A month that is larger is read each time: it is one of people's rows, and would push out many others."""

Days = list[tuple[str, bytes]]
"""Each day of a month that has an entry, and its fragment; in order."""


class People(NamedTuple):
    """
    Some people of a ``/users`` answer, with all their days in the range.

    Attributes:
        rows: JSON of one person and day each; by person, then day.
        has_more: Whether other people follow.
        next_cursor: The last person of this page; None on the last page.
    """

    rows: Rows
    has_more: bool
    next_cursor: str | None


class Edition:
    """
    Published answers, by organisation and day. Safe to use from several threads.

    Args:
        directory: ``editions/<n>``, complete.
        before: An edition whose open files this one may share.
        seen: Files that were found good before; see :func:`andon.edition.manifest.verify`.
        batch_bytes: What is read at once.

    Raises:
        EditionDamaged: A file is missing or is not the one that was published.
    """

    def __init__(
        self,
        directory: Path,
        *,
        before: Edition | None = None,
        seen: set[Seen] | None = None,
        batch_bytes: int = BATCH_BYTES,
    ) -> None:
        self._manifest: Manifest = verify(directory, seen)
        self._marts = directory / MARTS
        self._batch_bytes = batch_bytes
        self._open: dict[File, Shelved] = {}
        # By the month's file, which is named by what is in it, so that nothing here can be out of date.
        self._remembered: Latest[tuple[File, Asked], Days] = (
            Latest(REMEMBERED_BYTES, _bytes_of) if before is None else before._remembered  # noqa: SLF001
        )
        files = {file.path: file for file in self._manifest.files}
        try:
            self._whole = self._shelved(directory, files[REPORTS], before)
            self._months = {month: files[month_reports(month)] for month in self._manifest.months}
            for file in self._months.values():
                self._shelved(directory, file, before)
        except (sqlite3.Error, KeyError) as error:
            raise EditionDamaged(f"Edition {directory.name} cannot be opened ({error})") from None

    def _shelved(self, directory: Path, file: File, before: Edition | None) -> Shelved:
        is_open = before is not None and file in before._open  # noqa: SLF001 (another one of us)
        found = before._open[file] if before is not None and is_open else Shelved(directory / file.path)  # noqa: SLF001
        self._open[file] = found
        return found

    @property
    def number(self) -> int:
        """Which edition this is."""
        return self._manifest.number

    @property
    def data_through(self) -> dt.date:
        """Newest complete UTC day it has rows for."""
        return self._manifest.data_through

    @property
    def is_provisional(self) -> bool:
        """Whether its newest day is not over."""
        return self._manifest.is_provisional

    @property
    def history_start(self) -> dt.date | None:
        """First UTC day it has rows for; None when it has no organisations."""
        return self._manifest.history_start

    @property
    def built_at(self) -> dt.datetime:
        """When its build started, UTC."""
        return self._manifest.built_at

    @property
    def checksum(self) -> str:
        """SHA-256 in hex over all it holds: two editions of equal content differ, equal ones are the same."""
        return self._manifest.checksum

    @property
    def marts(self) -> Path:
        """Where its report models are, as Parquet; gone when the edition is removed."""
        return self._marts

    def knows(self, org_id: str) -> bool:
        """Tell whether the organisation existed when the edition was built."""
        return org_id in self._manifest.orgs

    def days(self, org_id: str, report: Report, group_by: str | None, start: dt.date, end: dt.date) -> Rows:
        """
        Read the rows of a report, oldest day first.

        Args:
            org_id: Whose rows; another's are never read.
            report: Any of the five but ``users``.
            group_by: The grouping; None for day-level rows.
            start: First day.
            end: Last day, included.

        Returns:
            JSON of one day each; when grouped, all of a day's rows joined by commas, and no entry for a day
            on which nothing occurred. Days that the edition does not cover have no entry.
        """
        asked = (org_id, report, group_by or "")
        files = self._covering(start, end)
        if all(self._remember(file, asked) for file in files):
            rows = self.days_at_hand(org_id, report, group_by, start, end)
            if rows is not None and rows.size <= self._batch_bytes:
                return rows
        months = [self._open[file] for file in files]
        return read_days(months, asked, (start.isoformat(), end.isoformat()), self._batch_bytes)

    def days_at_hand(
        self, org_id: str, report: Report, group_by: str | None, start: dt.date, end: dt.date
    ) -> Rows | None:
        """Give the same without reading; None unless all of it is in memory."""
        asked, first, last = (org_id, report, group_by or ""), start.isoformat(), end.isoformat()
        found: list[bytes] = []
        for file in self._covering(start, end):
            days = self._remembered.give((file, asked))
            if days is None:
                return None
            found += [fragment for day, fragment in days if first <= day <= last]
        return Rows(max(sum(map(len, found)) + len(found) - 1, 0), iter([found]), is_long=False)

    def _remember(self, file: File, asked: Asked) -> bool:
        if self._remembered.give((file, asked)) is not None:
            return True
        whole_month = (*asked, "", "~")
        with self._open[file].reader() as reader:
            # SQLite tells the length of a value without reading it.
            (size,) = reader.execute(f"SELECT total(length(fragment)) {DAY_ROWS}", whole_month).fetchone()
            if size > MONTH_BYTES:
                return False
            days: Days = reader.execute(f"SELECT report_date, fragment {DAY_ROWS}", whole_month).fetchall()
        self._remembered.keep((file, asked), days)
        return True

    def people(self, org_id: str, start: dt.date, end: dt.date, cursor: str | None, limit: int) -> People:
        """
        Read one page of people who were active in the range.

        Args:
            org_id: Whose people; another's are never read.
            start: First day.
            end: Last day, included.
            cursor: Where to go on: people after this ``user_id``, which need not exist; None for the first.
            limit: People on the page, at least 1.
        """
        months = [self._open[file] for file in self._covering(start, end)]
        asked = {
            "org_id": org_id,
            "cursor": cursor or "",
            "start": start.isoformat(),
            "end": end.isoformat(),
            "count": limit + 1,
        }
        found: set[str] = set()
        for month in months:
            with month.reader() as reader:
                found.update(user_id for (user_id,) in reader.execute(PEOPLE, asked))
        people = sorted(found)[: limit + 1]
        page = people[:limit]
        if not page:
            return People(NO_ROWS, has_more=False, next_cursor=None)
        has_more = len(people) > limit
        rows = self._user_days(months, org_id, page, (start.isoformat(), end.isoformat()))
        return People(rows, has_more, page[-1] if has_more else None)

    def _user_days(self, months: list[Shelved], org_id: str, page: list[str], days: tuple[str, str]) -> Rows:
        asked = (org_id, page[0], page[-1], *days)
        sizes: dict[str, int] = dict.fromkeys(page, 0)
        for month in months:
            with month.reader() as reader:
                for user_id, length in reader.execute(
                    f"SELECT user_id, sum(length(fragment) + 1) {USER_ROWS} GROUP BY user_id", asked
                ):
                    sizes[user_id] += length
        plan = parts_of(list(sizes.items()), self._batch_bytes)
        return Rows(sum(sizes.values()) - 1, people_of(months, org_id, plan, days), is_long=len(plan) > 1)

    def coverage(self, org_id: str) -> list[bytes]:
        """
        Read what arrived from each agent of an organisation, by agent: JSON of one ``AgentCoverage`` each.

        Args:
            org_id: Whose agents; another's are never read.
        """
        with self._whole.reader() as reader:
            rows = reader.execute("SELECT fragment FROM coverage WHERE org_id = ? ORDER BY agent", (org_id,))
            return [fragment for (fragment,) in rows]

    def conservation(self, org_id: str) -> list[bytes]:
        """
        Read where an organisation's records went, by day of receipt: JSON of one ``DayRecords`` each.

        Args:
            org_id: Whose records; another's are never read.
        """
        with self._whole.reader() as reader:
            rows = reader.execute(
                "SELECT fragment FROM conservation WHERE org_id = ? ORDER BY report_date", (org_id,)
            )
            return [fragment for (fragment,) in rows]

    def conservation_on(self, days: Sequence[dt.date]) -> list[tuple[str, bytes]]:
        """
        Read the same of a handful of days, of every organisation, with its id: for an operator's eyes.

        Args:
            days: UTC days of receipt.
        """
        with self._whole.reader() as reader:
            found: list[tuple[str, bytes]] = []
            for day in sorted(days):
                found += reader.execute(
                    "SELECT org_id, fragment FROM conservation WHERE report_date = ? ORDER BY org_id",
                    (day.isoformat(),),
                )
            return found

    def restatements(self, org_id: str, start: dt.date, end: dt.date) -> list[tuple[str, str, int, str]]:
        """
        Read which days were published otherwise before, in the order of the days, then of the editions.

        Args:
            org_id: Whose days.
            start: First day.
            end: Last day, included.

        Returns:
            Day, report, the edition that restated it, and when its build started (ISO 8601, UTC).
        """
        with self._whole.reader() as reader:
            return reader.execute(
                "SELECT report_date, report, edition, restated_at FROM restatements "
                "WHERE org_id = ? AND report_date BETWEEN ? AND ? ORDER BY report_date, edition, report",
                (org_id, start.isoformat(), end.isoformat()),
            ).fetchall()

    def _covering(self, start: dt.date, end: dt.date) -> list[File]:
        first, last = f"{start:%Y-%m}", f"{end:%Y-%m}"
        return [file for month, file in self._months.items() if first <= month <= last]


def _bytes_of(days: Days) -> int:
    # A day without anything costs memory too.
    return sum(len(fragment) for _, fragment in days) + 200 * (len(days) + 1)
