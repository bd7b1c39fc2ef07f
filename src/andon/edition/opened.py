"""
One edition, opened for reading.

Its files never change, so SQLite needs no locks (``immutable``); its connections are made when it is opened,
so an edition that is being read outlives its directory.
"""

from __future__ import annotations

import datetime as dt
import queue
import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from andon.contract.reports import Report
from andon.edition.manifest import MARTS, REPORTS, Manifest, verify
from andon.edition.problems import EditionDamaged

READERS = 8
"""Reads at a time: about as many as cores; more would wait for the interpreter, not for the disk."""


class UserPage(NamedTuple):
    """
    Some people of a ``/users`` answer, with all their days in the range.

    Attributes:
        fragments: JSON of one person and day each; by person, then day.
        has_more: Whether other people follow.
        next_cursor: The last person of this page; None on the last page.
    """

    fragments: list[bytes]
    has_more: bool
    next_cursor: str | None


class Edition:
    """
    Published answers, by organisation and day. Safe to use from several threads.

    Args:
        directory: ``editions/<n>``, complete.

    Raises:
        EditionDamaged: A file is missing or is not the one that was published.
    """

    def __init__(self, directory: Path) -> None:
        self._manifest: Manifest = verify(directory)
        self._marts = directory / MARTS
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        address = f"{(directory / REPORTS).absolute().as_uri()}?mode=ro&immutable=1"
        try:
            for _ in range(READERS):
                self._readers.put(sqlite3.connect(address, uri=True, check_same_thread=False))
        except sqlite3.Error as error:
            _close(self._readers)
            raise EditionDamaged(f"Edition {directory.name}: {REPORTS} cannot be opened ({error})") from None
        # Requests may still read an edition after a newer one took its place: the last of them closes it.
        weakref.finalize(self, _close, self._readers)

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

    def day_rows(
        self, org_id: str, report: Report, group_by: str | None, start: dt.date, end: dt.date
    ) -> list[bytes]:
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
        with self._reader() as reader:
            rows = reader.execute(
                "SELECT fragment FROM days WHERE org_id = ? AND report = ? AND group_by = ? "
                "AND report_date BETWEEN ? AND ? ORDER BY report_date",
                (org_id, report, group_by or "", start.isoformat(), end.isoformat()),
            )
            return [fragment for (fragment,) in rows]

    def user_rows(
        self, org_id: str, start: dt.date, end: dt.date, cursor: str | None, limit: int
    ) -> UserPage:
        """
        Read one page of people who were active in the range.

        Args:
            org_id: Whose people; another's are never read.
            start: First day.
            end: Last day, included.
            cursor: Where to go on: people after this ``user_id``, which need not exist; None for the first.
            limit: People on the page, at least 1.
        """
        days = (start.isoformat(), end.isoformat())
        with self._reader() as reader:
            people = [
                user_id
                for (user_id,) in reader.execute(
                    "SELECT user_id FROM users WHERE org_id = ? AND user_id > ? AND EXISTS ("
                    "  SELECT 1 FROM user_days AS d WHERE d.org_id = users.org_id "
                    "  AND d.user_id = users.user_id AND d.report_date BETWEEN ? AND ?"
                    ") ORDER BY user_id LIMIT ?",
                    (org_id, cursor or "", *days, limit + 1),
                )
            ]
            page = people[:limit]
            if not page:
                return UserPage([], has_more=False, next_cursor=None)
            rows = reader.execute(
                "SELECT fragment FROM user_days WHERE org_id = ? AND user_id BETWEEN ? AND ? "
                "AND report_date BETWEEN ? AND ? ORDER BY user_id, report_date",
                (org_id, page[0], page[-1], *days),
            )
            has_more = len(people) > limit
            return UserPage([fragment for (fragment,) in rows], has_more, page[-1] if has_more else None)

    def coverage(self, org_id: str) -> list[bytes]:
        """
        Read what arrived from each agent of an organisation, by agent: JSON of one ``AgentCoverage`` each.

        Args:
            org_id: Whose agents; another's are never read.

        Returns:
            Nothing too for an edition that was published before there was coverage.
        """
        with self._reader() as reader:
            if not _has(reader, "coverage"):
                return []
            rows = reader.execute("SELECT fragment FROM coverage WHERE org_id = ? ORDER BY agent", (org_id,))
            return [fragment for (fragment,) in rows]

    def conservation(self, org_id: str) -> list[bytes]:
        """
        Read where an organisation's records went, by day of receipt: JSON of one ``DayRecords`` each.

        Args:
            org_id: Whose records; another's are never read.

        Returns:
            Nothing too for an edition that was published before there was conservation.
        """
        with self._reader() as reader:
            if not _has(reader, "conservation"):
                return []
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
        with self._reader() as reader:
            if not _has(reader, "conservation"):
                return []
            found: list[tuple[str, bytes]] = []
            for day in sorted(days):
                found += reader.execute(
                    "SELECT org_id, fragment FROM conservation WHERE report_date = ? ORDER BY org_id",
                    (day.isoformat(),),
                )
            return found

    @contextmanager
    def _reader(self) -> Iterator[sqlite3.Connection]:
        reader = self._readers.get()
        try:
            yield reader
        finally:
            self._readers.put(reader)


def _has(reader: sqlite3.Connection, table: str) -> bool:
    return bool(reader.execute("SELECT 1 FROM sqlite_master WHERE name = ?", (table,)).fetchall())


def _close(readers: queue.LifoQueue[sqlite3.Connection]) -> None:
    while not readers.empty():
        readers.get_nowait().close()
