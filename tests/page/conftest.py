"""A demo organisation, a browser, and a page that reports everything it should not do."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from andon.api.page import PAGE

from browser import FLAGS, NoBrowser, chromium
from demo_start import Start, start_demo
from desk import Desk, new_link
from line import Line


@pytest.fixture(scope="package")
def starts() -> list[Start]:
    """What each start of the demo said."""
    return []


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory, starts: list[Start]) -> Iterator[Line]:
    """``andon up --demo``, ready; it was stopped and started once more, with what was there."""
    if not (PAGE / "index.html").is_file():
        pytest.skip("the page is not built (make page), so nothing is proved of it or of the demo's start")
    running = Line(tmp_path_factory.mktemp("page") / "data")
    try:
        starts.append(start_demo(running))
        assert running.process is not None
        running.process.terminate()
        assert running.process.wait(60) == 0
        starts.append(start_demo(running))
        yield running
    finally:
        running.stop()


@pytest.fixture(scope="package")
def demo_key(house: Line) -> str:
    """The owner's key that ``andon up --demo`` printed."""
    found = re.search(r"fk-\S+", (house.data.parent / "data.log").read_text())
    assert found
    return found[0]


@pytest.fixture(scope="package")
def demo_org(house: Line) -> str:
    """The demo's organisation."""
    directory = house.directory()
    found: str = next(org.org_id for org in directory.orgs() if org.name == "Demo")
    directory.close()
    return found


@pytest.fixture(scope="package")
def chrome() -> Iterator[Browser]:
    """A real Chromium without a window."""
    try:
        program, environment = chromium()
    except NoBrowser as error:
        pytest.skip(f"no browser, so nothing is proved of the page: {error}")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=program, args=FLAGS, env={**os.environ, **environment}
        )
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def signed_in(house: Line, chrome: Browser, demo_org: str) -> Any:  # noqa: ANN401 (the browser's own type)
    """The cookie of an owner, for contexts that need not sign in again."""
    desk = Desk(chrome.new_context(), house.api_url)
    desk.sign_in(new_link(house, demo_org))
    state = desk.context.storage_state()
    desk.context.close()
    assert desk.wrong == []
    return state


@pytest.fixture
def desk(house: Line, chrome: Browser, signed_in: Any) -> Iterator[Desk]:  # noqa: ANN401
    """A page of an owner; the test fails when it complained, or asked another host."""
    context = chrome.new_context(
        storage_state=signed_in, viewport={"width": 1280, "height": 900}, locale="en-GB"
    )
    desk = Desk(context, house.api_url)
    yield desk
    context.close()
    assert desk.wrong == []
