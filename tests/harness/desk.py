"""A page in a browser, and everything that it should not have done."""

from __future__ import annotations

import datetime as dt
import re

from playwright.sync_api import BrowserContext, ConsoleMessage, Page, Request

from line import NOW, Line

LAST = NOW.date() - dt.timedelta(days=1)
"""The newest day that can be asked for."""


class Desk:
    """A context of the browser with one page, and what went wrong in it."""

    def __init__(self, context: BrowserContext, origin: str) -> None:
        """Watch a new page of the context."""
        self.context = context
        self.origin = origin
        self.wrong: list[str] = []
        self.page = context.new_page()
        self.page.set_default_timeout(60_000)
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.wrong.append(f"error: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            self.wrong.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        if not request.url.startswith((self.origin, "blob:", "data:")):
            self.wrong.append(f"asked elsewhere: {request.url}")

    def sign_in(self, link: str) -> None:
        """Open a link and wait for the first view."""
        self.page.goto(link)
        # The sign-in has a heading too; only what stands behind it tells what it is asking.
        self.page.locator("[data-asking]").wait_for()

    def open(self, path: str) -> Page:
        """Open a view and wait until it shows what it has."""
        self.page.goto(self.origin + path)
        self.settle()
        return self.page

    def settle(self) -> None:
        """Wait until every answer is drawn."""
        self.page.wait_for_function(
            "() => document.querySelector('h1') && document.querySelector('[data-asking=\"0\"]') && "
            "!document.querySelector('[data-loading]')"
        )


def new_link(house: Line, org: str) -> str:
    """Print a sign-in link, as the command does."""
    told = house.run("sign-in", "--org", org)
    found = re.search(r"http\S+/sign-in#\S+", told.stdout)
    assert found, told.stderr
    return found[0]
