"""Months of reports that were read lately, in memory: questions differ in their days, rarely in months."""

from __future__ import annotations

import threading
from collections import OrderedDict

from andon.edition.manifest import File

REMEMBERED_BYTES = 32 << 20
"""Of all months together: those of one organisation's four reports have 200 kB each, whoever works there."""

MONTH_BYTES = 512 << 10
"""A month that is larger is read each time: it is one of people's rows, and would push out many others."""

Asked = tuple[str, str, str]
"""Organisation, report and grouping, '' for none."""

Days = list[tuple[str, bytes]]
"""Each day of a month that has an entry, and its fragment; in order."""


class Remembered:
    """
    What was read last, by the month's file and what was asked. Safe to use from several threads.

    A file is named by what is in it, so that nothing that is remembered can be out of date.

    Args:
        limit_bytes: Of all fragments together.
    """

    def __init__(self, limit_bytes: int = REMEMBERED_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._months: OrderedDict[tuple[File, Asked], Days] = OrderedDict()
        self._gate = threading.Lock()

    def give(self, file: File, asked: Asked) -> Days | None:
        """Give a month's days; None when they are not remembered."""
        with self._gate:
            found = self._months.get((file, asked))
            if found is not None:
                self._months.move_to_end((file, asked))
            return found

    def keep(self, file: File, asked: Asked, days: Days) -> None:
        """Remember a month's days; what was asked for longest ago is forgotten for them."""
        with self._gate:
            if (file, asked) in self._months:
                return
            self._months[file, asked] = days
            self._held_bytes += _size(days)
            while self._held_bytes > self._limit_bytes:
                _, forgotten = self._months.popitem(last=False)
                self._held_bytes -= _size(forgotten)


def _size(days: Days) -> int:
    # A day without anything costs memory too.
    return sum(len(fragment) for _, fragment in days) + 200 * (len(days) + 1)
