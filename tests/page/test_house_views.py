"""Keys, what arrives, and connecting an agent."""

from __future__ import annotations

import datetime as dt
import json
import re
import subprocess
import time
from collections.abc import Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from desk import Desk, new_link
from line import NOW, Line, Org


def test_a_key_is_made_shown_once_used_and_revoked(desk: Desk) -> None:
    """The new key's curl runs; closed, the key is nowhere; revoked, it opens nothing."""
    page = desk.open("/keys")
    page.get_by_role("button", name="Create a key").click()
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Name").fill("for the test")
    dialog.get_by_label("Role").select_option("manager")
    dialog.get_by_role("button", name="Create", exact=True).click()
    expect(dialog.get_by_role("heading", name="Your new key")).to_be_visible()
    key, command = (text.strip() for text in dialog.locator("pre").all_inner_texts())
    told = subprocess.run(["bash", "-c", command], capture_output=True, text=True, check=True, timeout=60)
    assert json.loads(told.stdout)["data"][0]["daily_active_users"] > 0
    dialog.get_by_role("button", name="I have it").click()
    assert key not in page.content()

    row = page.get_by_role("row", name=re.compile("for the test"))
    expect(row).to_contain_text("manager")
    row.get_by_role("button", name="Revoke for the test").click()
    page.get_by_role("dialog").get_by_role("button", name="Revoke", exact=True).click()
    expect(row).to_contain_text("revoked")
    time.sleep(2.5)
    asked = httpx2.get(
        f"{desk.origin}/api/v1/analytics/activity?startDate=2026-11-20&endDate=2026-11-20",
        headers={"Authorization": f"Bearer {key}"},
    )
    assert asked.status_code == 401


@pytest.fixture(scope="module")
def new_org(house: Line) -> Org:
    """An organisation that has never received anything."""
    return house.new_org("Brand new")


@pytest.fixture
def newcomer(house: Line, chrome: Browser, new_org: Org) -> Iterator[Desk]:
    """Its owner, signed in."""
    context = chrome.new_context(viewport={"width": 1280, "height": 900})
    desk = Desk(context, house.api_url)
    desk.sign_in(new_link(house, new_org.org_id))
    yield desk
    context.close()
    assert desk.wrong == []


def test_connecting_an_agent_ends_with_its_first_event(newcomer: Desk, house: Line) -> None:
    """A fresh key stands in settings with the real address; the page says when the first event has come."""
    page = newcomer.open("/connect?agent=claude-code")
    page.get_by_role("button", name="Make an ingest key").click()
    expect(page.get_by_text("A fresh ingest key stands in the settings")).to_be_visible()
    expect(page.locator("pre", has_text="ik-").first).to_be_visible()
    settings = "\n".join(page.locator("pre").all_inner_texts())
    found = re.search(r"ik-[\w-]{20,}", settings)
    assert found
    assert str(house.otlp_port) in settings or str(house.port) in settings

    expect(page.locator("[data-heard=false]")).to_contain_text("Waiting for an event")
    now_ns = int(NOW.timestamp()) * 10**9
    record = {
        "timeUnixNano": str(now_ns - 10**9),
        "eventName": "andon.user_message",
        "attributes": [{"key": "session.id", "value": {"stringValue": "s-1"}}],
    }
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "claude-code"}}]}
    answer = httpx2.post(
        f"{house.otlp_url}/v1/logs",
        json={"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [record]}]}]},
        headers={"Authorization": f"Bearer {found[0]}"},
    )
    assert answer.status_code == 200
    expect(page.locator("[data-heard=true]")).to_contain_text("Event received", timeout=60_000)


def test_a_new_house_says_what_to_do_next(newcomer: Desk) -> None:
    """Without any data the views lead to connecting an agent, and show no zero as if it were a finding."""
    page = newcomer.open("/cost")
    empty = page.locator("[data-empty]").first
    expect(empty).to_be_visible()
    assert empty.get_attribute("data-empty") == "no-data"
    expect(empty.get_by_role("link", name="Connect an agent")).to_be_visible()


def test_data_says_how_far_the_numbers_reach(desk: Desk, house: Line, demo_key: str) -> None:
    """Data through, editions, builds and agents are what the API tells."""
    told = httpx2.get(f"{house.api_url}/api/v1/data", headers={"Authorization": f"Bearer {demo_key}"}).json()[
        "data"
    ]
    page = desk.open("/data")
    through = (NOW.date() - dt.timedelta(days=1)).isoformat()

    assert told["data_through"] == through
    expect(page.get_by_text(through, exact=True).first).to_be_visible()
    expect(page.locator("footer")).to_contain_text(f"Data through {through} UTC")
    expect(page.locator("[data-panel=coverage]")).to_contain_text("claude-code")
    expect(page.locator("[data-panel=builds] tbody tr").first).to_be_visible()


def test_definitions_are_those_of_the_docs(desk: Desk) -> None:
    """Every metric, to be searched."""
    page = desk.open("/definitions")
    page.get_by_role("searchbox", name="Search definitions").fill("stickiness")
    expect(page.get_by_text(re.compile("over the range.s days"))).to_be_visible()
