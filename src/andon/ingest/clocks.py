"""
Which times are believed, and what is wrong with one that is not.

A wrong clock must not make days that no report can close, so its items are kept apart. They are never mended
here: a time that looks like milliseconds may be just that, or something else.

Source: promise R15 of the reliability study ("a wrong or jumping clock corrupts nothing").
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

from andon.ingest.items import REASONS

NANOSECONDS = 1_000_000_000
DAY = 86_400 * NANOSECONDS
_EPOCH = dt.datetime(1970, 1, 1, tzinfo=dt.UTC)

_UNITS = {"seconds": NANOSECONDS, "milliseconds": 1_000_000, "microseconds": 1_000}
"""Nanoseconds in each unit that senders take for nanoseconds."""

_SINCE_2000 = 946_684_800 * NANOSECONDS
_UNTIL_2100 = 4_102_444_800 * NANOSECONDS
"""Telemetry of agents is of this century: what lies in it by another unit was sent in that unit."""


class Believed(NamedTuple):
    """
    The first and the last moment that are believed.

    Attributes:
        oldest: Nanoseconds since 1970 UTC.
        newest: Nanoseconds since 1970 UTC.
    """

    oldest: int
    newest: int


def nanoseconds_of(moment: dt.datetime) -> int:
    """Give a moment, with its time zone, in nanoseconds since 1970 UTC."""
    return (moment - _EPOCH) // dt.timedelta(microseconds=1) * 1000


def believed(now: dt.datetime, history_start: dt.date, max_future_s: int) -> Believed:
    """
    Give the times that are believed now.

    Args:
        now: The current instant, with its time zone.
        history_start: First UTC day.
        max_future_s: How far ahead of *now* a time may be, in seconds.
    """
    return Believed(
        nanoseconds_of(dt.datetime.combine(history_start, dt.time(), dt.UTC)),
        nanoseconds_of(now) + max_future_s * NANOSECONDS,
    )


def doubt(at: int, times: Believed) -> tuple[str, str] | None:
    """
    Say why a time is not believed: a key of ``REASONS`` and a sentence; None when it is.

    Args:
        at: Nanoseconds since 1970 UTC; 0 when the sender gave none.
        times: Which times are.
    """
    if at > times.newest:
        return "in_the_future", REASONS["in_the_future"]
    if at >= times.oldest:
        return None
    if at == 0:
        return "bad_time", "the time is missing or zero"
    for unit, factor in _UNITS.items():
        if _SINCE_2000 <= at * factor < _UNTIL_2100:
            return "bad_time", f"the time looks like {unit}; OTLP's are nanoseconds"
    return "too_old", REASONS["too_old"]
