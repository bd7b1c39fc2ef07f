"""Ranges, comparisons, grains, drilling down; and an address that holds all of it."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from desk import Desk

MODEL = "gpt-5.5"


def chart(page: Page, panel: str) -> int:
    """Count what is drawn in a panel: bars or lines."""
    return page.locator(f"[data-panel={panel}] .recharts-bar-rectangle path").count()


def test_the_last_day_is_yesterday_and_presets_end_there(desk: Desk) -> None:
    """Every preset ends on the last whole UTC day; today cannot be chosen."""
    page = desk.open("/cost")
    page.get_by_role("button", name="Range: Last 30 days, 2026-10-22 to 2026-11-20 UTC").click()
    today = page.get_by_role("gridcell").get_by_role("button", name=re.compile("21 November 2026"))
    expect(today).to_have_attribute("aria-disabled", "true")
    page.get_by_role("option", name="Last month").click()
    desk.settle()
    expect(page.get_by_role("button", name="Range: Last month, 2026-10-01 to 2026-10-31 UTC")).to_be_visible()
    expect(page.get_by_role("button", name="Later")).to_be_enabled()


def test_days_can_be_typed(desk: Desk) -> None:
    """The custom range takes days from the keyboard."""
    page = desk.open("/cost")
    page.get_by_role("button", name="Range:").click()
    dialog = page.get_by_role("dialog", name="Range")
    dialog.get_by_role("spinbutton", name="day, Start Date").focus()
    page.keyboard.type("02112026")
    dialog.get_by_role("spinbutton", name="day, End Date").focus()
    page.keyboard.type("08112026")
    dialog.get_by_role("button", name="Show").click()
    page.wait_for_url("**from=2026-11-02&to=2026-11-08**")


def test_back_and_reload_keep_what_was_looked_at(desk: Desk) -> None:
    """Each choice is a step of the history; reloading shows the same again."""
    page = desk.open("/cost")
    page.get_by_role("button", name="Range:").click()
    page.get_by_role("option", name="Last 90 days").click()
    page.get_by_role("button", name="Compare").click()
    page.locator("[data-panel=cost-by-model]").get_by_role("button", name=MODEL).click()
    expect(page.get_by_role("heading", name=f"Billable tokens of {MODEL}")).to_be_visible()
    address = page.url
    assert re.search(r"range=90d.*compare=previous.*model=gpt-5.5", address)
    page.reload()
    desk.settle()
    assert page.url == address
    expect(page.get_by_role("heading", name=f"Billable tokens of {MODEL}")).to_be_visible()
    expect(page.get_by_role("button", name="Compare")).to_have_attribute("aria-pressed", "true")

    page.go_back()
    expect(page.get_by_role("heading", name="Billable tokens by model")).to_be_visible()
    assert "model=" not in page.url
    page.go_back()
    expect(page.get_by_role("button", name="Compare")).to_have_attribute("aria-pressed", "false")
    page.go_back()
    expect(page.get_by_role("button", name="Range: Last 30 days")).to_be_visible()
    page.go_forward()
    expect(page.get_by_role("button", name="Range: Last 90 days")).to_be_visible()


def test_the_days_stay_when_the_view_changes(desk: Desk) -> None:
    """Going to another view keeps range and comparison, and drops what only the old view had."""
    page = desk.open(f"/cost?range=7d&compare=previous&model={MODEL}")
    page.get_by_role("link", name="Adoption").click()
    page.wait_for_url("**/adoption?range=7d&compare=previous")


@pytest.mark.parametrize(
    ("asked", "bars"),
    [
        ("range=7d", 7),
        ("from=2026-01-14&to=2026-11-20", 45),
        ("from=2026-10-01&to=2026-11-20&grain=month", 2),
        ("from=2026-11-02&to=2026-11-15&grain=week", 2),
    ],
)
def test_the_grain_follows_the_range_until_somebody_chooses(desk: Desk, asked: str, bars: int) -> None:
    """Days up to a quarter, weeks above, or what was chosen: one row of the table a bucket."""
    page = desk.open(f"/cost?{asked}&tables=token-mix")

    assert page.locator("[data-panel=token-mix] tbody tr").count() == bars


def test_comparing_draws_the_days_before(desk: Desk) -> None:
    """Compare adds a dashed line and a number; without it there is neither."""
    page = desk.open("/cost?range=7d")
    lines = page.locator("[data-panel=cost-by-model] .recharts-line")
    assert lines.count() == 0
    page.get_by_role("button", name="Compare").click()
    desk.settle()
    expect(lines).to_have_count(1)
    expect(page.locator("[data-card=billable_tokens]")).to_contain_text("from")
    expect(page.locator("[data-panel=cost-by-model]")).to_contain_text("period before")


def test_drilling_down_by_clicks(desk: Desk) -> None:
    """A model, then a day; chips take the filter away; Back takes away the day."""
    page = desk.open("/cost?from=2026-11-02&to=2026-11-08")
    page.locator("[data-panel=models]").get_by_role("button", name=MODEL).click()
    expect(page.get_by_role("list", name="Filters")).to_contain_text(MODEL)
    desk.settle()
    bar = page.locator("[data-panel=cost-by-model] .recharts-bar-rectangle").nth(1)
    bar.hover()
    bar.click()
    page.wait_for_url("**from=2026-11-03&to=2026-11-03**")
    page.go_back()
    page.wait_for_url("**from=2026-11-02&to=2026-11-08**")
    page.get_by_role("button", name=f"Remove the filter Model {MODEL}").click()
    expect(page.get_by_role("list", name="Filters")).to_have_count(0)


def test_what_changed_leads_to_the_thing_itself(desk: Desk) -> None:
    """A mover of the overview is a link to its view, narrowed to it."""
    page = desk.open("/")
    first = page.locator("[data-panel=what-changed] li a").first
    name = first.inner_text()
    first.click()
    expect(page.get_by_role("list", name="Filters")).to_contain_text(name)


def test_loading_keeps_the_old_chart(desk: Desk) -> None:
    """While another range is asked for, the old drawing stays, dimmed and marked as busy."""
    page = desk.open("/productivity?range=30d")
    before = chart(page, "files-by-language")
    held: list[Route] = []
    page.route("**/api/v1/analytics/productivity**", lambda route: held.insert(0, route))
    page.keyboard.press("w")
    expect(page.locator("[data-panel=files-by-language] [aria-busy=true]")).to_be_visible()
    assert chart(page, "files-by-language") == before > 0
    while held:
        held.pop().continue_()
    expect(page.locator("[data-panel=files-by-language] [aria-busy=true]")).to_have_count(0)
    page.unroute_all()


def test_nothing_found_says_how_to_see_more(desk: Desk) -> None:
    """A filter without a match says so, and one button takes it away."""
    page = desk.open("/productivity?language=Klingon")
    empty = page.locator("[data-panel=files-by-language] [data-empty=nothing-matches]")
    expect(empty).to_be_visible()
    empty.get_by_role("button", name="Show every language").click()
    desk.settle()
    assert chart(page, "files-by-language") > 0


def test_a_metric_explains_itself_in_the_words_of_the_docs(desk: Desk) -> None:
    """The definition in the page is that of docs/metrics.md."""
    page = desk.open("/cost")
    page.locator("[data-card=cache_read_tokens]").get_by_role("button", name="About Cache read").click()
    said = page.get_by_role("dialog")
    expect(said).to_contain_text("Input tokens read from the cache")
    expect(said).to_contain_text("rpt_tokens_daily")


def test_an_address_with_nonsense_shows_the_usual(desk: Desk) -> None:
    """Unknown or impossible values in the address fall back instead of failing."""
    page = desk.open("/cost?range=eternity&grain=second&from=2026-13-45&to=tomorrow&compare=yes")

    expect(page.get_by_role("button", name="Range: Last 30 days")).to_be_visible()
    desk.open("/cost?from=2020-01-01&to=2099-01-01")
    expect(page.get_by_role("button", name=re.compile("Range: 2025-11-20 . 2026-11-20"))).to_be_visible()


def test_an_unknown_person_is_an_error_with_its_request_id(desk: Desk) -> None:
    """What the API refuses is said in its words, with the id of the log, and can be tried again."""
    page = desk.page
    page.goto(f"{desk.origin}/people/user_nobody")
    failed = page.locator("[data-empty=failed]").first
    expect(failed).to_contain_text("req_")
    expect(failed.get_by_role("button", name="Try again")).to_be_visible()
    assert all("404" in one for one in desk.wrong)
    desk.wrong.clear()
