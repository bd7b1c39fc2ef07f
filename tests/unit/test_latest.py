"""Months that are remembered: the same answers without reading, never out of date, never without bound."""

from __future__ import annotations

import datetime as dt
from itertools import pairwise
from pathlib import Path

import pytest
from months import EVER, IN_MARCH, THROUGH, three_months, with_tool

from andon.edition import opened
from andon.edition.editions import Editions
from andon.edition.latest import Latest
from andon.edition.opened import Edition

from at_once import day_rows
from hand_made import day, publish_by_hand

IN_FEBRUARY = dt.date(2026, 2, 16)


@pytest.fixture
def editions(tmp_path: Path) -> Editions:
    """Editions with one of three months."""
    publish_by_hand(tmp_path / "editions", three_months(), **THROUGH)
    return Editions(tmp_path / "editions")


def current(editions: Editions) -> Edition:
    """Give the current edition."""
    edition = editions.current()
    assert edition is not None
    return edition


def at_hand(edition: Edition, org_id: str, start: dt.date, end: dt.date) -> list[bytes] | None:
    """Give the fragments of tools that are in memory; None when not all are."""
    rows = edition.days_at_hand(org_id, "tools", None, start, end)
    return None if rows is None else [fragment for part in rows.parts for fragment in part]


def test_what_was_read_is_at_hand_for_every_range_of_its_months(editions: Editions) -> None:
    """Day by day what reading gives; another organisation's and months not read yet are not at hand."""
    edition = current(editions)
    assert at_hand(edition, "org_a", *EVER) is None
    day_rows(edition, "org_a", "tools", None, day(15), IN_FEBRUARY)
    assert at_hand(edition, "org_a", day(15), IN_MARCH) is None
    assert at_hand(edition, "org_b", day(15), day(16)) is None

    day_rows(edition, "org_a", "tools", None, *EVER)
    fresh = Edition(edition.marts.parent, batch_bytes=1)
    days = [dt.date(2026, 1, 1) + dt.timedelta(days=7 * week) for week in range(16)]
    for start, end in [EVER, *pairwise(days)]:
        assert at_hand(edition, "org_a", start, end) == day_rows(fresh, "org_a", "tools", None, start, end)


def test_a_month_that_changed_is_read_anew_and_the_others_are_not(editions: Editions, tmp_path: Path) -> None:
    """The next edition knows of March what it has itself; January is remembered from the edition before."""
    day_rows(current(editions), "org_a", "tools", None, *EVER)
    publish_by_hand(tmp_path / "editions", with_tool(three_months(), IN_MARCH, 7), **THROUGH)

    second = current(editions)
    assert at_hand(second, "org_a", day(15), IN_FEBRUARY) is not None
    assert at_hand(second, "org_a", day(15), IN_MARCH) is None
    fresh = Edition(second.marts.parent)
    assert day_rows(second, "org_a", "tools", None, *EVER) == day_rows(fresh, "org_a", "tools", None, *EVER)


def test_a_large_month_is_read_each_time(editions: Editions, monkeypatch: pytest.MonkeyPatch) -> None:
    """Days with everybody in them would push out what all others ask for."""
    monkeypatch.setattr(opened, "MONTH_BYTES", 10)
    edition = current(editions)
    assert len(day_rows(edition, "org_a", "tools", None, *EVER)) == 12
    assert at_hand(edition, "org_a", *EVER) is None


def test_memory_is_bounded() -> None:
    """What was asked for longest ago goes first; what is larger than all room drops nothing."""
    latest: Latest[str, bytes] = Latest(10, len)
    latest.keep("one", b"12345")
    latest.keep("two", b"12345")
    assert latest.give("one") == b"12345"
    latest.keep("three", b"12345")
    assert [latest.give(key) for key in ("one", "two", "three")] == [b"12345", None, b"12345"]
    latest.keep("two", b"12345678901")
    assert [latest.give(key) for key in ("one", "two", "three")] == [b"12345", None, b"12345"]
    latest.keep("three", b"1234567890")
    assert [latest.give(key) for key in ("one", "three")] == [None, b"1234567890"]
