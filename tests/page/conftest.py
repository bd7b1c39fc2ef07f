"""A demo organisation, a browser, and a page that reports everything it should not do."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from andon.api.page import PAGE

from browser import FLAGS, NoBrowser, chromium
from desk import Desk, new_link
from line import Line

READY_S = 420
"""The demo is ready after about a minute on four idle cores; tests share theirs."""


@pytest.fixture(scope="package")
def house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """``andon up --demo``, ready."""
    if not (PAGE / "index.html").is_file():
        pytest.skip("the page is not built (make page), so nothing is proved of it")
    running = Line(tmp_path_factory.mktemp("page") / "data")
    running.start("--demo")
    log = running.data.parent / "data.log"
    deadline = time.monotonic() + READY_S
    while "Andon is up" not in log.read_text():
        if time.monotonic() > deadline or (running.process and running.process.poll() is not None):
            running.stop()
            raise AssertionError(log.read_text())
        time.sleep(0.2)
    yield running
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
