"""Coming in, being who one is, going out."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx2
import pytest
from playwright.sync_api import Browser, expect

from desk import Desk, new_link
from line import Line

COOKIE = "andon_session"


@pytest.fixture
def stranger(house: Line, chrome: Browser) -> Iterator[Desk]:
    """A page of somebody who is not signed in."""
    desk = Desk(chrome.new_context(viewport={"width": 1280, "height": 900}), house.api_url)
    yield desk
    desk.context.close()


@pytest.fixture
def key_of(house: Line, demo_org: str) -> Callable[..., str]:
    """Make a key of a role, for a person or nobody."""

    def make(role: str, *more: str) -> str:
        told = house.run("keys", "create", "--org", demo_org, "--role", role, *more)
        assert told.returncode == 0, told.stderr
        return told.stdout.strip()

    return make


def test_a_link_signs_in_once_and_leaves_no_trace(house: Line, stranger: Desk, demo_org: str) -> None:
    """The link opens Overview, its secret is out of the address, and it does not work a second time."""
    link = new_link(house, demo_org)
    page = stranger.page
    page.goto(link)
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    assert page.url == f"{house.api_url}/"
    assert page.evaluate("history.length") <= 3
    (cookie,) = [one for one in stranger.context.cookies() if one["name"] == COOKIE]
    assert cookie["httpOnly"] is True
    assert cookie["sameSite"] == "Strict"
    assert page.evaluate("document.cookie") == ""
    assert link.partition("#")[2] not in page.content()
    assert stranger.wrong == []

    stranger.context.clear_cookies()
    page.goto("about:blank")
    page.goto(link)
    expect(page.get_by_role("alert")).to_contain_text("andon sign-in")


def test_a_key_signs_in_and_a_wrong_one_says_so(stranger: Desk, demo_key: str) -> None:
    """A mistyped key gives a sentence and the request's id; the right one opens the page."""
    page = stranger.page
    page.goto(f"{stranger.origin}/sign-in")
    page.get_by_label("Analytics key").fill("fk-wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("req_")
    page.get_by_label("Analytics key").fill(f" {demo_key} ")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()
    stored = page.evaluate("JSON.stringify({...localStorage, ...sessionStorage})")
    assert demo_key not in stored


def test_a_shared_address_survives_signing_in(stranger: Desk, demo_key: str) -> None:
    """Whoever opens a view without a session comes to that very view after signing in."""
    page = stranger.page
    page.goto(f"{stranger.origin}/cost?range=7d&model=gpt-5.5")
    page.get_by_label("Analytics key").fill(demo_key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Cost", exact=True)).to_be_visible()
    assert page.url == f"{stranger.origin}/cost?range=7d&model=gpt-5.5"


@pytest.mark.parametrize("next_", ["https://example.com/", "//example.com/", "/\\example.com/"])
def test_signing_in_leads_nowhere_else(stranger: Desk, demo_key: str, next_: str) -> None:
    """A crafted address cannot send a newly signed-in person to another host."""
    page = stranger.page
    page.goto(f"{stranger.origin}/sign-in?next={httpx2.QueryParams({'n': next_})['n']}")
    page.get_by_label("Analytics key").fill(demo_key)
    page.get_by_role("button", name="Sign in").click()
    page.locator("[data-asking]").wait_for()
    assert page.url.startswith(stranger.origin)


def test_signing_out_ends_the_session_for_good(house: Line, stranger: Desk, demo_org: str) -> None:
    """After signing out the old cookie opens nothing, and the page asks to sign in."""
    stranger.sign_in(new_link(house, demo_org))
    (cookie,) = [one for one in stranger.context.cookies() if one["name"] == COOKIE]
    stranger.page.get_by_role("button", name="Sign out").click()
    expect(stranger.page.get_by_role("heading", name="Sign in")).to_be_visible()

    answer = httpx2.get(f"{house.api_url}/api/v1/session", cookies={COOKIE: cookie["value"]})
    assert answer.status_code == 401


def test_a_session_that_ended_elsewhere_leads_to_the_sign_in(
    house: Line, stranger: Desk, key_of: Callable[..., str]
) -> None:
    """When the key behind a session is revoked, the next question leads to the sign-in, and back."""
    key = key_of("manager", "--name", "short-lived")
    page = stranger.page
    page.goto(f"{stranger.origin}/sign-in")
    page.get_by_label("Analytics key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Overview")).to_be_visible()

    key_id = key.removeprefix("fk-").partition("_")[0]
    assert house.run("keys", "revoke", key_id).returncode == 0
    page.wait_for_timeout(2_500)
    page.get_by_role("link", name="Productivity").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert "next=%2Fproductivity" in page.url


def test_a_member_sees_their_own_numbers_and_no_others(
    house: Line, stranger: Desk, key_of: Callable[..., str], demo_key: str
) -> None:
    """Navigation offers what a member may see; other views say which role they need, and hold no number."""
    people = httpx2.get(
        f"{house.api_url}/api/v1/people?startDate=2026-11-01&endDate=2026-11-20",
        headers={"Authorization": f"Bearer {demo_key}"},
    ).json()["data"]
    mine = next(one for one in people if one["user_email"] and one["billable_tokens"])
    key = key_of("member", "--person", mine["user_email"])
    page = stranger.page
    page.goto(f"{stranger.origin}/sign-in?next=%2Fme%3Ffrom%3D2026-11-01%26to%3D2026-11-20")
    page.get_by_label("Analytics key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    card = page.locator("[data-card=billable_tokens] data").first
    expect(card).to_have_attribute("value", str(mine["billable_tokens"]))
    shown = page.get_by_role("navigation", name="Views").get_by_role("link").all_inner_texts()
    assert shown == ["My numbers", "Connect an agent", "Definitions"]

    for path in ("/", "/cost", "/people", "/data", "/keys"):
        page.goto(stranger.origin + path)
        expect(page.locator("[data-empty=not-permitted]").first).to_be_visible()
        assert page.locator("data").count() == 0
