"""
The days a report covers.

A day is a UTC calendar day. The newest day a caller may ask for is yesterday: reports are made from days
that are over.

Source: "Date Requirements" of the contract; "Requests" of docs/metrics.md.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from andon.contract.problems import BadRequest

DEFAULT_MAX_DAYS = 366
"""Longest range of one request: a leap year."""


class DayRange(msgspec.Struct, frozen=True):
    """
    Whole UTC days, both ends included, never empty.

    Attributes:
        start: First day.
        end: Last day; on or after *start*.
    """

    start: dt.date
    end: dt.date

    def __len__(self) -> int:
        """Count the days: one or more."""
        return (self.end - self.start).days + 1


def read_days(
    start: str | None,
    end: str | None,
    *,
    today: dt.date,
    max_days: int = DEFAULT_MAX_DAYS,
) -> DayRange:
    """
    Read the two dates of a request.

    Args:
        start: The first query parameter; None when it is missing.
        end: The second; None when it is missing.
        today: The current UTC day. Passed in, so that a test can choose it.
        max_days: Longest range answered.

    Raises:
        BadRequest: A date is missing or malformed, *end* is before *start*, *end* is today or later, or
            the range is longer than *max_days*.

    >>> len(read_days("2026-01-14", "2026-01-16", today=dt.date(2026, 1, 20)))
    3
    """
    days = DayRange(_read_day("startDate", start), _read_day("endDate", end))

    if days.end < days.start:
        raise BadRequest(f"endDate {days.end} is before startDate {days.start}")
    for name, day in (("startDate", days.start), ("endDate", days.end)):
        if day > today:
            raise BadRequest(f"{name} {day} is in the future; the newest day is yesterday (UTC)")
    if days.end == today:
        raise BadRequest("Cannot query today's date - analytics data has a 24-hour lag")
    if len(days) > max_days:
        raise BadRequest(f"The range covers {len(days)} days; at most {max_days} can be asked for at once")

    return days


def _read_day(parameter: str, text: str | None) -> dt.date:
    if text is None:
        raise BadRequest(f"{parameter} is required, as YYYY-MM-DD")

    # date.fromisoformat also takes "20260114" and "2026-W03-3". The contract does not, so only the text
    # that we would write ourselves is accepted.
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None

    if day is None or day.isoformat() != text:
        raise BadRequest(f"{parameter} must be YYYY-MM-DD, not {text[:40]!r}")

    return day
