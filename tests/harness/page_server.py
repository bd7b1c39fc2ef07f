"""A server over the hand-made edition, with a real directory of people and keys, and a clock to set."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
from starlette.routing import Route

from andon.api.guard import Guard
from andon.api.http import create_api
from andon.app.authentication import Authentication
from andon.app.heard import Heard
from andon.app.key_uses import KeyUses
from andon.app.page_api import page_routes
from andon.config import Settings
from andon.directory.directory import Directory, open_directory
from andon.directory.tables import organisations
from andon.edition.editions import Editions
from andon.warehouse.open import open_raw_store

from hand_made import NOW, PEOPLE, Who, publish_by_hand, serve

ORGS = {"org_a": "A", "org_b": "canary"}
ROLES = ("owner", "manager", "member", "guest")


class Clock(Settings):
    """Settings whose clock a test sets."""

    def clock(self) -> dt.datetime:
        """Tell the time that the test says."""
        return TIME[0]


TIME = [NOW]


def open_by_hand(settings: Settings) -> Directory:
    """Make a directory with the hand-made edition's organisations."""
    directory = open_directory(settings)
    with directory._writing.begin() as connection:
        for org_id, name in ORGS.items():
            connection.execute(
                organisations.insert().values(org_id=org_id, name=name, keeps_content=False, created_at=NOW)
            )
    return directory


class HandGuard:
    """The keys of the hand-made directory, for a server that opens no session."""

    def __call__(self, text: str) -> Who | None:
        """Recognise a key."""
        return PEOPLE.get(text)

    def forget(self, text: str) -> None:
        """Nothing is remembered."""

    def forget_all(self) -> None:
        """Nothing is remembered."""

    def note_uses(self) -> None:
        """Nothing is written down."""


def routes_by_hand(editions: Any, directory: Any, guard: Guard, settings: Settings) -> list[Route]:  # noqa: ANN401 (None where nothing is asked)
    """The page's routes, of a server that takes no telemetry."""
    heard = Heard(open_raw_store(settings), settings.clock)
    return page_routes(editions, directory, guard, settings, heard=heard, otlp_url="http://127.0.0.1:4318")


class PageServer:
    """
    A running server.

    Attributes:
        address: Where it answers.
        directory: Its people, keys and sessions.
        keys: By role an analytics key of org_a, and ``ingest``; ``other`` is an owner's of org_b. The
            member's and the guest's belong to Ana and Bo.
    """

    def __init__(self, data: Path) -> None:
        """Take a data directory that nothing uses."""
        TIME[0] = NOW
        self.data = data
        self.settings = Clock(data=data)
        self.directory = open_by_hand(self.settings)
        self.address = ""
        owners = {"member": "ana@example.com", "guest": "bo@example.com"}
        for email in owners.values():
            self.directory.add_person("org_a", email, now=NOW)
        self.keys = {
            role: self.directory.create_key(
                "org_a", "analytics", role=role, person_email=owners.get(role), now=NOW
            ).text
            for role in ROLES
        }
        self.keys["ingest"] = self.directory.create_key("org_a", "ingest", now=NOW).text
        self.keys["other"] = self.directory.create_key("org_b", "analytics", role="owner", now=NOW).text

    def client(self, key: str | None = None) -> httpx2.Client:
        """Make a caller with a cookie jar of its own, and a key's header if one is named."""
        headers = {} if key is None else {"Authorization": f"Bearer {self.keys[key]}"}
        return httpx2.Client(base_url=self.address, headers=headers)

    @contextmanager
    def signed_in(self, key: str) -> Iterator[httpx2.Client]:
        """Make a caller that signed in with a key and sends the token as the page does."""
        with self.client() as client:
            answer = client.post("/api/v1/session", json={"key": self.keys[key]})
            assert answer.status_code == 200, answer.text
            client.headers["X-CSRF-Token"] = answer.json()["csrf_token"]
            yield client


@contextmanager
def page_server(data: Path, host: str = "127.0.0.1", *, publishes: bool = True) -> Iterator[PageServer]:
    """Publish the hand-made edition, unless told not to, and serve it."""
    if publishes:
        publish_by_hand(data / "editions")
    found = PageServer(data)
    settings = found.settings
    editions = Editions(settings.editions_dir)
    guard = Authentication(found.directory, settings.clock, KeyUses(found.directory))
    routes = routes_by_hand(editions, found.directory, guard, settings)
    with serve(create_api(editions, guard, settings.clock, settings, routes), host) as address:
        found.address = address
        yield found
    found.directory.close()
