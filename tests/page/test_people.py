"""The table of people, their profiles, and who they are compared with: nobody."""

from __future__ import annotations

from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page, expect

from desk import Desk
from line import Line

DAYS = "startDate=2026-11-01&endDate=2026-11-20"
VIEW = "from=2026-11-01&to=2026-11-20"


@pytest.fixture(scope="module")
def people(house: Line, demo_key: str) -> list[dict[str, Any]]:
    """Everybody, as the API says."""
    rows: list[dict[str, Any]] = httpx2.get(
        f"{house.api_url}/api/v1/people?{DAYS}", headers={"Authorization": f"Bearer {demo_key}"}
    ).json()["data"]
    return rows


def column(page: Page, place: int) -> list[str]:
    """Read a column of the rows in sight."""
    cells: list[str] = page.eval_on_selector_all(
        "section[aria-label='Table of people'] tbody tr[aria-rowindex]",
        f"rows => rows.map(row => row.cells[{place}].textContent)",
    )
    return cells


def test_everybody_is_listed_by_name_not_by_rank(desk: Desk, people: list[dict[str, Any]]) -> None:
    """Without being asked the table ranks nobody: it is in the order of names."""
    page = desk.open(f"/people?{VIEW}")
    shown = column(page, 0)

    assert f"{len(people)} of {len(people)}" in page.locator("section[aria-label=People]").inner_text()
    assert shown == sorted(shown, key=str.casefold)
    row = next(one for one in people if one["user_email"] == shown[0])
    assert column(page, 7)[0] == f"{row['billable_tokens']:,}"
    assert column(page, 3)[0] == str(row["active_days"])


def test_sorting_is_in_the_address_and_in_the_table(desk: Desk, people: list[dict[str, Any]]) -> None:
    """A click sorts, a second turns it round; reload and Back know."""
    page = desk.open(f"/people?{VIEW}")
    header = page.get_by_role("columnheader", name="Billable tokens")
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "descending")
    largest = sorted((one["billable_tokens"] for one in people), reverse=True)
    assert [int(cell.replace(",", "")) for cell in column(page, 7)[:5]] == largest[:5]
    header.get_by_role("button").click()
    expect(header).to_have_attribute("aria-sort", "ascending")
    page.reload()
    desk.settle()
    assert [int(cell.replace(",", "")) for cell in column(page, 7)[:5]] == largest[::-1][:5]
    page.go_back()
    expect(header).to_have_attribute("aria-sort", "descending")


def test_searching_and_stages_narrow_the_table(desk: Desk, people: list[dict[str, Any]]) -> None:
    """By a part of the name, and by stage; the count says how many are left."""
    someone = next(one for one in people if one["user_email"])["user_email"]
    page = desk.open(f"/people?{VIEW}")
    page.get_by_role("searchbox", name="Search people").fill(someone)
    expect(page.get_by_text(f"1 of {len(people)}")).to_be_visible()
    assert column(page, 0) == [someone]
    page.reload()
    desk.settle()
    assert column(page, 0) == [someone]
    page.get_by_role("searchbox", name="Search people").fill("nobody has this name")
    page.get_by_role("button", name="Show everybody").click()
    for stage in ("new", "returning", "dormant"):
        expected = sum(one["lifecycle"] == stage for one in people)
        desk.open(f"/people?{VIEW}&lifecycle={stage}")
        expect(page.get_by_text(f"{expected} of {len(people)}")).to_be_visible()


def test_a_row_opens_the_persons_own_course(desk: Desk, people: list[dict[str, Any]]) -> None:
    """The profile's cards are the row's numbers; Back leads to the table as it was."""
    row = max(people, key=lambda one: int(one["git_commits"]))
    page = desk.open(f"/people?{VIEW}&sort=-git_commits")
    page.get_by_role("link", name=row["user_email"]).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(row["user_email"])
    desk.settle()
    for field in ("billable_tokens", "sessions", "user_messages", "tool_calls", "git_commits"):
        shown = page.locator(f"[data-card={field}] data").first.get_attribute("value")
        assert int(shown or 0) == row[field], field
    page.go_back()
    expect(page.get_by_role("columnheader", name="Commits")).to_have_attribute("aria-sort", "descending")


def test_people_who_cost_are_listed_by_name_until_somebody_asks(desk: Desk) -> None:
    """The cost view lists people by name, too; largest first is a button."""
    page = desk.open(f"/cost?{VIEW}")
    panel = page.locator("[data-panel=cost-by-person]")
    names = panel.locator("bdi").all_inner_texts()
    assert names == sorted(names)
    panel.get_by_role("button", name="Largest first").click()
    values = [int(one.get_attribute("value") or 0) for one in panel.locator("data").all()]
    assert values == sorted(values, reverse=True)
