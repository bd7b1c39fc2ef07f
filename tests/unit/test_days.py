"""The days a report may be asked for."""

from __future__ import annotations

import datetime as dt

import pytest

from andon.contract.days import DayRange, read_days
from andon.contract.problems import BadRequest

TODAY = dt.date(2026, 1, 20)


def test_both_ends_belong_to_the_range() -> None:
    """One day is a range of one; two neighbours are a range of two."""
    one = read_days("2026-01-19", "2026-01-19", today=TODAY)
    two = read_days("2026-01-18", "2026-01-19", today=TODAY)

    assert one == DayRange(dt.date(2026, 1, 19), dt.date(2026, 1, 19))
    assert (len(one), len(two)) == (1, 2)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "today",
        "2026-1-5",
        "20260105",
        "2026-W02-1",
        "2026-01-05T00:00:00Z",
        " 2026-01-05",
        "2026-01-05 ",
        "05-01-2026",
        "2026/01/05",
        "2026-02-30",
        "2026-00-10",
        "0000-01-01",
        "+2026-01-05",
        "\u0662\u0660\u0662\u0666-01-05",
        "2026-01-05\x00",
        "2026-01-05' OR 1=1 --",
    ],
)
@pytest.mark.parametrize("end", ["startDate", "endDate"])
def test_only_yyyy_mm_dd_is_a_date(text: str, end: str) -> None:
    """Anything that we would not write ourselves is refused, by the name of its parameter."""
    given = {"startDate": "2026-01-15", "endDate": "2026-01-15", end: text}

    with pytest.raises(BadRequest, match=f"{end} must be YYYY-MM-DD"):
        read_days(given["startDate"], given["endDate"], today=TODAY)


@pytest.mark.parametrize("end", ["startDate", "endDate"])
def test_both_dates_are_required(end: str) -> None:
    """A missing date is named."""
    given = {"startDate": "2026-01-15", "endDate": "2026-01-15", end: None}

    with pytest.raises(BadRequest, match=f"{end} is required"):
        read_days(given["startDate"], given["endDate"], today=TODAY)


def test_the_end_is_not_before_the_start() -> None:
    """A range that runs backwards is refused with both dates."""
    with pytest.raises(BadRequest, match="endDate 2026-01-15 is before startDate 2026-01-16"):
        read_days("2026-01-16", "2026-01-15", today=TODAY)


def test_today_is_refused_in_the_contracts_words() -> None:
    """Reports are made of days that are over."""
    with pytest.raises(BadRequest) as refused:
        read_days("2026-01-19", "2026-01-20", today=TODAY)

    assert refused.value.detail == "Cannot query today's date - analytics data has a 24-hour lag"


@pytest.mark.parametrize(("start", "end"), [("2026-01-19", "2026-01-21"), ("2030-01-01", "2030-01-02")])
def test_the_future_is_refused(start: str, end: str) -> None:
    """A day after today is named as such."""
    with pytest.raises(BadRequest, match="is in the future; the newest day is yesterday"):
        read_days(start, end, today=TODAY)


def test_a_leap_year_fits_and_one_day_more_does_not() -> None:
    """366 days can be asked for at once, unless the operator says otherwise."""
    assert len(read_days("2024-01-01", "2024-12-31", today=TODAY)) == 366
    with pytest.raises(BadRequest, match="covers 367 days; at most 366"):
        read_days("2024-01-01", "2025-01-01", today=TODAY)
    with pytest.raises(BadRequest, match="covers 2 days; at most 1"):
        read_days("2026-01-01", "2026-01-02", today=TODAY, max_days=1)


def test_a_long_wrong_value_is_not_repeated_whole() -> None:
    """An answer does not grow with what was sent."""
    with pytest.raises(BadRequest) as refused:
        read_days("x" * 10_000, "2026-01-15", today=TODAY)

    assert len(refused.value.detail) < 100
