"""What agents, tools and people are called comes from outside: it is text, here and in a spreadsheet."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from desk import LAST, Desk, new_link
from line import Line, Org

SCRIPT = '<img src=x onerror="document.title=`taken`">'
FORMULA = '=HYPERLINK("https://example.com","Open")'
MIRRORED = "\u202egnp.exe\u2066 review \u2069"
LONG = "long-" * 1000
NAMES = [SCRIPT, FORMULA, MIRRORED, LONG]

NOON_NS = int(dt.datetime.combine(LAST, dt.time(12), tzinfo=dt.UTC).timestamp()) * 10**9


def records() -> Iterator[dict[str, Any]]:
    """Use every name wherever a name can stand."""
    for place, name in enumerate(NAMES):
        said: list[tuple[str, dict[str, str | int]]] = [
            ("andon.user_message", {}),
            (
                "andon.model_call",
                {"gen_ai.response.model": name, "gen_ai.usage.input_tokens": 100 + place},
            ),
            ("andon.tool_call", {"gen_ai.tool.name": name, "mcp.server.name": name}),
            ("andon.skill", {"andon.skill.name": name}),
            ("andon.slash_command", {"andon.slash_command.name": name}),
            ("andon.hook", {"andon.hook.event": name, "andon.hook.matcher": name}),
            ("andon.file_change", {"andon.file.operation": "create", "file.extension": ".py"}),
        ]
        for second, (event, values) in enumerate(said):
            attributes = {
                "session.id": f"s-{place}",
                "user.id": name,
                "andon.client": "terminal-ui",
                **values,
            }
            yield {
                "timeUnixNano": str(NOON_NS + (place * 10 + second) * 10**9),
                "eventName": event,
                "attributes": [
                    {"key": key, "value": {"intValue" if isinstance(value, int) else "stringValue": value}}
                    for key, value in attributes.items()
                ],
            }


@pytest.fixture(scope="module")
def org(house: Line) -> Org:
    """An organisation whose every name is hostile."""
    org = house.new_org(f"{SCRIPT}{FORMULA}")
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": SCRIPT}}]}
    body = {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": list(records())}]}]}
    org.post("/v1/logs", json.dumps(body).encode(), "application/json")
    house.build()
    return org


@pytest.fixture(scope="module")
def hostile(house: Line, chrome: Browser, org: Org) -> Iterator[Desk]:
    """Signed in there."""
    context = chrome.new_context(viewport={"width": 1280, "height": 900})
    desk = Desk(context, house.api_url)
    desk.page.on("dialog", lambda dialog: desk.wrong.append(f"dialog: {dialog.message}"))
    desk.sign_in(new_link(house, org.org_id))
    yield desk
    context.close()
    assert desk.wrong == []


@pytest.mark.parametrize(
    "view", ["/", "/cost", "/adoption", "/tools", "/productivity", "/people", "/data", "/keys", "/connect"]
)
def test_names_are_shown_as_text(hostile: Desk, view: str) -> None:
    """No name becomes an element, runs, asks another host, or pushes the page aside."""
    page = hostile.open(f"{view}?range=7d")

    assert page.title().endswith("Andon")
    assert page.locator("img[src=x], a[href^='http']").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_the_names_are_all_there(hostile: Desk) -> None:
    """Neutral does not mean hidden: markup and formula stand there as they were sent."""
    text = hostile.open("/tools?range=7d").locator("[data-panel=skills]").inner_text()

    assert SCRIPT in text
    assert FORMULA in text


def test_a_filter_by_a_hostile_name_works(hostile: Desk) -> None:
    """Drilling down to it puts it into the address and back out of it unharmed."""
    page = hostile.open("/cost?range=7d")
    page.locator("[data-panel=models]").get_by_role("button", name=SCRIPT).click()
    page.get_by_role("list", name="Filters").wait_for()
    page.reload()
    hostile.settle()
    assert SCRIPT in page.get_by_role("list", name="Filters").inner_text()
    assert page.locator("[data-card=input_tokens] data").first.get_attribute("value") == "100"


def test_a_spreadsheet_does_not_run_them(hostile: Desk) -> None:
    """In CSV a name that begins like a formula has an apostrophe before it; the others are as they are."""
    page = hostile.open("/tools?range=7d")
    with page.expect_download() as waiting:
        page.locator("[data-panel=skills]").get_by_role("button", name="More for").click()
        page.get_by_role("menuitem", name="Download CSV").click()
    text = Path(waiting.value.path()).read_text("utf-8-sig")
    names = {row["name"] for row in csv.DictReader(io.StringIO(text))}

    assert f"'{FORMULA}" in names
    assert FORMULA not in names
    assert SCRIPT in names
