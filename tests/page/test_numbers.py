"""What the page says is what the API says: cards, charts as tables, lists, for several ranges."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import httpx2
import pytest
from playwright.sync_api import Page

from desk import LAST, Desk
from line import Line

LONG = (LAST - dt.timedelta(days=29), LAST)
SHORT = (dt.date(2026, 10, 5), dt.date(2026, 10, 11))
ONE_DAY = (dt.date(2026, 11, 3), dt.date(2026, 11, 3))
RANGES = [LONG, SHORT, ONE_DAY]

Rows = list[dict[str, Any]]
Reports = Callable[[tuple[dt.date, dt.date]], dict[str, Rows]]


@pytest.fixture(scope="module")
def reports(house: Line, demo_key: str) -> Reports:
    """Ask the API for four reports of a range, as any other client would."""

    def ask(days: tuple[dt.date, dt.date]) -> dict[str, Rows]:
        return {
            report: httpx2.get(
                f"{house.api_url}/api/v1/analytics/{report}",
                params={"startDate": str(days[0]), "endDate": str(days[1])},
                headers={"Authorization": f"Bearer {demo_key}"},
            ).json()["data"]
            for report in ("tokens", "tools", "activity", "productivity")
        }

    return ask


def path_of(view: str, days: tuple[dt.date, dt.date], more: str = "") -> str:
    """Write the address of a view over these days."""
    return f"{view}?from={days[0]}&to={days[1]}{more}"


def cards(page: Page) -> dict[str, float]:
    """Read every card: its metric and its whole value."""
    read = page.eval_on_selector_all(
        "[data-card]",
        "all => all.map(it => [it.dataset.card, it.querySelector('p:nth-of-type(2) data')?.value ?? ''])",
    )
    return {metric: float(value) for metric, value in read if value != ""}


def total(rows: Sequence[dict[str, Any]], *fields: str) -> int:
    """Sum fields over days."""
    return sum(int(row[field]) for row in rows for field in fields)


@pytest.mark.parametrize("days", RANGES, ids=["month", "week", "day"])
def test_cards_of_overview_and_cost_are_the_apis_numbers(
    desk: Desk, reports: Reports, days: tuple[dt.date, dt.date]
) -> None:
    """Counts are the days' sums, people the newest day's own, ratios the sums divided."""
    asked = reports(days)
    tokens, tools, activity = asked["tokens"], asked["tools"], asked["activity"]
    read = total(tokens, "cache_read_tokens")

    overview = cards(desk.open(path_of("/", days)))
    assert overview == pytest.approx(
        {
            "billable_tokens": total(tokens, "billable_tokens"),
            "weekly_active_users": activity[-1]["weekly_active_users"],
            "stickiness": total(activity, "daily_active_users")
            / len(activity)
            / activity[-1]["monthly_active_users"],
            "autonomy_ratio_avg": total(tools, "tool_calls") / total(activity, "user_messages"),
            "sessions": total(activity, "sessions"),
            "git_prs_created": total(asked["productivity"], "git_prs_created"),
        }
    )
    cost = cards(desk.open(path_of("/cost", days)))
    assert cost == pytest.approx(
        {
            field: total(tokens, field)
            for field in (
                "billable_tokens",
                "input_tokens",
                "output_tokens",
                "cache_read_tokens",
                "cache_write_tokens",
            )
        }
        | {"cache_read_share": read / (read + total(tokens, "input_tokens", "cache_write_tokens"))}
    )


@pytest.mark.parametrize("days", RANGES, ids=["month", "week", "day"])
def test_cards_of_adoption_tools_and_productivity_are_the_apis_numbers(
    desk: Desk, reports: Reports, house: Line, demo_key: str, days: tuple[dt.date, dt.date]
) -> None:
    """The same for the other three views of the organisation."""
    asked = reports(days)
    tools, activity, made = asked["tools"], asked["activity"], asked["productivity"]
    totals = httpx2.get(
        f"{house.api_url}/api/v1/adoption",
        params={"startDate": str(days[0]), "endDate": str(days[1])},
        headers={"Authorization": f"Bearer {demo_key}"},
    ).json()["meta"]

    adoption = cards(desk.open(path_of("/adoption", days)))
    assert adoption == pytest.approx(
        {
            key: activity[-1][key]
            for key in ("daily_active_users", "weekly_active_users", "monthly_active_users")
        }
        | {
            "stickiness": total(activity, "daily_active_users")
            / len(activity)
            / activity[-1]["monthly_active_users"],
            "weekly_share": activity[-1]["weekly_active_users"] / activity[-1]["monthly_active_users"],
        }
        | {key: totals[key] for key in ("new", "returning", "dormant")}
    )
    autonomy = cards(desk.open(path_of("/tools", days)))
    assert autonomy == pytest.approx(
        {
            "tool_calls": total(tools, "tool_calls"),
            "autonomy_ratio_avg": total(tools, "tool_calls") / total(activity, "user_messages"),
        }
        | {
            key: tools[-1][key]
            for key in (
                "autonomy_ratio_p50",
                "autonomy_ratio_p90",
                "tool_calls_per_session_avg",
                "mcp_users_with_mcp",
            )
        }
    )
    productivity = cards(desk.open(path_of("/productivity", days)))
    assert productivity == pytest.approx(
        {
            field: total(made, field)
            for field in ("files_created", "files_edited", "git_commits", "git_prs_created")
        }
        | {
            "commits_per_active_person": total(made, "git_commits") / totals["active_people"],
            "prs_per_active_person": total(made, "git_prs_created") / totals["active_people"],
        }
    )


def test_a_card_compares_with_the_same_number_of_the_days_before(desk: Desk, reports: Reports) -> None:
    """Compare shows the number of as many days right before, and the change in per cent."""
    before = (SHORT[0] - dt.timedelta(days=7), SHORT[0] - dt.timedelta(days=1))
    now, then = (total(reports(days)["tokens"], "billable_tokens") for days in (SHORT, before))

    page = desk.open(path_of("/cost", SHORT, "&compare=previous"))
    card = page.locator("[data-card=billable_tokens]")

    assert int(card.locator("data").nth(1).get_attribute("value") or 0) == then
    assert f"{abs(now - then) / then * 100:.1f} %" in card.inner_text()


def test_a_chart_as_a_table_holds_every_bucket(desk: Desk, reports: Reports) -> None:
    """View as table: each day's models sum to the day, by week to the week."""
    tokens = reports(LONG)["tokens"]
    page = desk.open(path_of("/cost", LONG, "&tables=cost-by-model"))
    by_day = {row[0]: sum(row[1:]) for row in table(page, "cost-by-model")}
    assert by_day == {row["date"]: row["billable_tokens"] for row in tokens}

    weeks: Counter[str] = Counter()
    for row in tokens:
        day = dt.date.fromisoformat(row["date"])
        weeks[str(day - dt.timedelta(days=day.weekday()))] += row["billable_tokens"]
    page = desk.open(path_of("/cost", LONG, "&tables=cost-by-model&grain=week"))
    assert {row[0]: sum(row[1:]) for row in table(page, "cost-by-model")} == dict(weeks)


def test_lists_are_the_apis_sums_by_name(desk: Desk, reports: Reports) -> None:
    """Tools, servers, languages: every name with its sum over the days, largest first."""
    asked = reports(SHORT)
    tools: Counter[str] = Counter()
    languages: Counter[str] = Counter()
    for row in asked["tools"]:
        tools.update({one["tool"]: one["invocations"] for one in row["by_tool"]})
    for row in asked["productivity"]:
        languages.update({one["language"]: one["count"] for one in row["by_language"]})

    page = desk.open(path_of("/tools", SHORT))
    page.locator("[data-panel=tools]").get_by_role("button", name="All ", exact=False).click()
    assert listed(page, "tools") == sorted(tools.items(), key=lambda one: (-one[1], one[0]))
    page = desk.open(path_of("/productivity", SHORT))
    whole = page.locator("[data-panel=languages]").get_by_role("button", name="All ", exact=False)
    if whole.count():
        whole.click()
    assert listed(page, "languages") == sorted(languages.items(), key=lambda one: (-one[1], one[0]))


def table(page: Page, panel: str) -> list[list[Any]]:
    """Read the table of a panel: first column as text, the others as whole numbers."""
    rows: list[list[str]] = page.eval_on_selector_all(
        f"[data-panel={panel}] tbody tr", "rows => rows.map(row => [...row.cells].map(it => it.textContent))"
    )
    return [[row[0], *(int(cell.replace(",", "")) for cell in row[1:])] for row in rows]


def listed(page: Page, panel: str) -> list[tuple[str, int]]:
    """Read a list of names with numbers."""
    rows = page.eval_on_selector_all(
        f"[data-panel={panel}] li",
        "rows => rows.map(it => ['bdi', 'data'].map(tag => it.querySelector(tag)))"
        ".map(([name, number]) => [name.textContent, Number(number.value)])",
    )
    return [(name, value) for name, value in rows]
