"""The page for everybody: axe, keys, widths, zoom, motion; WCAG 2.2 AA."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from browser import axe
from desk import Desk
from line import Line

VIEWS = [
    "/",
    "/cost?compare=previous",
    "/cost?tables=cost-by-model,token-mix",
    "/adoption",
    "/tools",
    "/productivity?language=TypeScript",
    "/people",
    "/data",
    "/keys",
    "/connect",
    "/definitions",
]
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page: Page, *, is_over: bool = False) -> list[str]:
    """Let axe look at what is shown; what lies over the page is outside its landmarks by nature."""
    page.evaluate(axe())  # from outside the page, whose own policy lets nothing in
    options = {"runOnly": RULES, "rules": {"region": {"enabled": not is_over}}}
    found: dict[str, Any] = page.evaluate(f"axe.run(document, {json.dumps(options)})")
    return [
        f"{one['id']}: {node['target']} {node['failureSummary']}"
        for one in found["violations"]
        for node in one["nodes"]
    ]


@pytest.fixture(params=["light", "dark"])
def themed(house: Line, chrome: Browser, signed_in: Any, request: pytest.FixtureRequest) -> Iterator[Desk]:  # noqa: ANN401
    """A page in each theme, as the system asks for it."""
    context = chrome.new_context(
        storage_state=signed_in,
        viewport={"width": 1280, "height": 900},
        color_scheme=request.param,
        bypass_csp=False,
    )
    desk = Desk(context, house.api_url)
    yield desk
    context.close()
    assert desk.wrong == []


def test_axe_finds_nothing_on_any_view(themed: Desk) -> None:
    """No violation of WCAG 2.0 to 2.2, A and AA, nor of axe's best practice, in either theme."""
    found = {path: violations(themed.open(path)) for path in VIEWS}

    assert {path: some for path, some in found.items() if some} == {}


def test_axe_finds_nothing_in_what_opens(themed: Desk) -> None:
    """Range, menu, definition, keys: what opens over the page is held to the same."""
    page = themed.open("/cost")
    for name in ("Range:", "More for Billable tokens by model", "About Input"):
        page.get_by_role("button", name=name).first.click()
        page.locator("[role=dialog], [role=menu]").first.wait_for()
        assert violations(page, is_over=True) == [], name
        page.keyboard.press("Escape")
    page.keyboard.press("?")
    page.get_by_role("dialog").wait_for()
    assert violations(page, is_over=True) == []


def test_the_range_is_changed_with_keys_alone(desk: Desk) -> None:
    """Tab to the range, open it, choose a preset by arrows; single keys choose, compare and step."""
    page = desk.open("/cost")
    page.get_by_role("button", name="Range:").focus()
    page.keyboard.press("Enter")
    page.get_by_role("listbox", name="Presets").wait_for()
    page.get_by_role("option", name="Last 30 days").focus()
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Enter")
    page.wait_for_url("**/cost?range=7d")
    desk.settle()
    page.locator("h1").click()
    page.keyboard.press("q")
    page.wait_for_url("**/cost?range=90d")
    page.keyboard.press("x")
    page.wait_for_url("**compare=previous**")
    page.keyboard.press("m")
    page.keyboard.press("[")
    page.wait_for_url("**from=2026-09-22&to=2026-10-21**")


def test_single_keys_can_be_switched_off(desk: Desk) -> None:
    """They do nothing in a field, and nothing anywhere once they are switched off (WCAG 2.1.4)."""
    page = desk.open("/people?range=7d")
    page.get_by_role("searchbox", name="Search people").type("mqx")
    assert "range=7d" in page.url
    page.locator("h1").click()
    page.keyboard.press("?")
    page.get_by_role("dialog").get_by_text("Single keys act").click()
    page.keyboard.press("Escape")
    page.locator("h1").click()
    page.keyboard.press("q")
    page.wait_for_timeout(200)
    assert "range=7d" in page.url


def test_arrows_walk_through_a_charts_points(desk: Desk) -> None:
    """A chart takes the focus, arrows go from day to day and tell each, Enter narrows the range to it."""
    page = desk.open("/cost?from=2026-11-02&to=2026-11-08")
    chart = page.locator("[data-panel=cost-by-model] svg.recharts-surface")
    chart.focus()
    page.keyboard.press("ArrowRight")
    told = page.locator("[data-panel=cost-by-model] .recharts-tooltip-wrapper")
    told.get_by_text("2026-11-03").wait_for()
    page.keyboard.press("ArrowRight")
    told.get_by_text("2026-11-04").wait_for()
    page.keyboard.press("Enter")
    page.wait_for_url("**from=2026-11-04&to=2026-11-04**")


def test_focus_is_seen_and_begins_with_a_way_past_the_navigation(desk: Desk) -> None:
    """The first Tab reaches the skip link; everything that takes the focus shows it."""
    page = desk.open("/")
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent") == "Skip to the numbers"
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.id") == "main"
    for _ in range(12):
        page.keyboard.press("Tab")
        style = page.evaluate("getComputedStyle(document.activeElement).outlineStyle")
        assert style != "none", page.evaluate("document.activeElement.outerHTML")


@pytest.mark.parametrize("width", [320, 390, 1920])
def test_nothing_is_cut_off_at_any_width(house: Line, chrome: Browser, signed_in: Any, width: int) -> None:  # noqa: ANN401
    """From a small telephone (and 400 % zoom) to a large screen, no view scrolls sideways as a whole."""
    context = chrome.new_context(storage_state=signed_in, viewport={"width": width, "height": 844})
    desk = Desk(context, house.api_url)
    wide = {}
    for path in VIEWS:
        page = desk.open(path)
        shown = page.evaluate("document.documentElement.scrollWidth")
        if shown > width:
            wide[path] = shown
    assert wide == {}
    if width < 1024:
        page.get_by_role("button", name="Open navigation").click()
        page.get_by_role("dialog", name="Navigation").get_by_role("link", name="Cost").click()
        page.wait_for_url("**/cost**")
        page.get_by_role("dialog", name="Navigation").wait_for(state="detached")
    context.close()
    assert desk.wrong == []


def test_motion_stands_still_for_those_who_ask(house: Line, chrome: Browser, signed_in: Any) -> None:  # noqa: ANN401
    """With reduced motion nothing animates for longer than an instant."""
    context = chrome.new_context(storage_state=signed_in, reduced_motion="reduce")
    desk = Desk(context, house.api_url)
    page = desk.open("/connect")
    longest = page.evaluate(
        "Math.max(...[...document.querySelectorAll('*')]"
        ".map(it => parseFloat(getComputedStyle(it).animationDuration)))"
    )
    context.close()
    assert longest <= 0.001


def test_the_theme_follows_the_system_until_somebody_chooses(themed: Desk) -> None:
    """The switch changes it at once, and the choice outlives a reload."""
    page = themed.open("/")
    first = page.evaluate("document.documentElement.dataset.theme")
    assert first == (
        "dark" if page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches") else "light"
    )
    page.get_by_role("button", name="theme").first.click()
    other = {"dark": "light", "light": "dark"}[first]
    assert page.evaluate("document.documentElement.dataset.theme") == other
    page.reload()
    themed.settle()
    assert page.evaluate("document.documentElement.dataset.theme") == other
