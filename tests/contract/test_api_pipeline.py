"""Where the data stands, how agents are connected and what metrics mean, over the API."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from structlog.testing import capture_logs

from andon import transform
from andon.api import definitions
from andon.connect.agents import AGENTS

from page_server import ROLES, PageServer, page_server

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "metrics.md").read_text(encoding="utf-8")


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """One server over the hand-made edition."""
    with capture_logs(), page_server(tmp_path_factory.mktemp("page") / "data") as running:
        yield running


OPEN_TO = {
    "data": ("owner", "manager"),
    "arrivals": ("owner", "manager"),
    "connect": ROLES,
    "connect/codex": ROLES,
    "definitions": ROLES,
}


@pytest.mark.parametrize("path", OPEN_TO)
def test_who_may_ask(page: PageServer, path: str) -> None:
    """By role, by key and by session; ingest keys and strangers never."""
    for role in ROLES:
        expected = 200 if role in OPEN_TO[path] else 403
        with page.client(role) as client, page.signed_in(role) as session:
            assert {one.get(f"/api/v1/{path}").status_code for one in (client, session)} == {expected}
    with page.client("ingest") as sender, page.client() as stranger:
        assert sender.get(f"/api/v1/{path}").status_code == 403
        assert stranger.get(f"/api/v1/{path}").status_code == 401


def test_where_the_data_stands(page: PageServer) -> None:
    """Of the hand-made edition; a younger organisation has no day yet."""
    with page.client("owner") as client:
        told = client.get("/api/v1/data").json()["data"]
    assert told == {
        "data_through": "2026-01-17",
        "edition": 1,
        "built_at": "2026-01-18T00:15:00Z",
        "next_build_at": "2026-01-21T00:15:00Z",
        "editions": [
            {
                "number": 1,
                "is_current": True,
                "built_at": "2026-01-18T00:15:00Z",
                "data_through": "2026-01-17",
            }
        ],
        "builds": [],
        "quarantine": [],
    }


@pytest.mark.parametrize("agent", AGENTS)
def test_every_agent_is_told_where_to_send(page: PageServer, agent: str) -> None:
    """The address of this machine's door, and the key that was given."""
    key = "ik-4k9t2m7xq1_abc"
    with page.client("owner") as client:
        listed = {row["agent"]: row for row in client.get("/api/v1/connect").json()["data"]}
        told = client.get(f"/api/v1/connect/{agent}", params={"key": key}).json()["data"]
        unkeyed = client.get(f"/api/v1/connect/{agent}").json()["data"]
    assert {name: told[name] for name in listed[agent]} == listed[agent]
    text = "".join(file["text"] for file in told["files"])
    assert told["url"] == "http://127.0.0.1:4318"
    assert told["url"] in text
    assert key in text
    assert key not in json.dumps(unkeyed)
    assert "YOUR-INGEST-KEY" in json.dumps(unkeyed)


def test_settings_name_the_address_that_the_page_has(page: PageServer) -> None:
    """Behind a proxy it is the proxy's; a host that is none never gets into a shell's settings."""
    hosts = {
        "andon.example:8443": "https://andon.example:8443",
        "$(reboot).example": "http://127.0.0.1:4318",
        "localhost:8400": "http://127.0.0.1:4318",
    }
    with page.client("owner") as client:
        for host, url in hosts.items():
            headers = {"Host": host, "X-Forwarded-Proto": "https"}
            told: httpx2.Response = client.get("/api/v1/connect/claude-code", headers=headers)
            assert told.json()["data"]["url"] == url


@pytest.mark.parametrize("query", ["key=fk-x", "key=$(reboot)", "key=", "key=ik-a&key=ik-b", "key=ik-a%0Ab"])
def test_only_an_ingest_key_gets_into_settings(page: PageServer, query: str) -> None:
    """What a shell could run does not; nor does a key that reads."""
    with page.client("owner") as client:
        assert client.get(f"/api/v1/connect/codex?{query}").status_code == 400
        assert client.get("/api/v1/connect/nothing").status_code == 404


def test_definitions_are_those_of_the_page_of_metrics(page: PageServer) -> None:
    """Made from docs/metrics.md, every metric of it, each with words; the server tells the same."""
    made = definitions.written(PAGE)
    assert made == Path(definitions.__file__).with_name(definitions.FILE).read_bytes(), "run: make docs"
    with page.client("member") as client:
        told = client.get("/api/v1/definitions").json()["data"]
    assert told == json.loads(made)
    assert [one["metric"] for one in told] == re.findall(r"^### (\w+)$", PAGE, re.MULTILINE)
    for one in told:
        assert one["words"], one
        assert "**" not in one["words"] + (one["formula"] or "") + (one["caveat"] or "")


def test_definitions_name_models_that_there_are() -> None:
    """A model that is renamed is renamed here too."""
    models = {path.stem for path in (Path(transform.__file__).parent / "models").rglob("*.sql")}
    assert {one.model for one in definitions.read()} - {None} <= models
