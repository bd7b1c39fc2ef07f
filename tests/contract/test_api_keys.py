"""Keys over the API: who may see, make and withdraw which."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
from structlog.testing import capture_logs

from hand_made import NOW
from page_server import ROLES, TIME, PageServer, page_server

KEYS = "/api/v1/keys"
REPORT = "/api/v1/analytics/tokens?startDate=2026-01-14&endDate=2026-01-17"


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """One server; tests make keys of their own."""
    with capture_logs(), page_server(tmp_path_factory.mktemp("shared") / "data") as running:
        yield running


@pytest.fixture
def page(shared: PageServer) -> PageServer:
    """The server, at the time of its start."""
    TIME[0] = NOW
    return shared


def made(page: PageServer, by: str = "owner", **wish: Any) -> dict[str, Any]:  # noqa: ANN401 (what is sent)
    """Make a key over the API."""
    with page.client(by) as client:
        answer = client.post(KEYS, json=wish)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


def listed(page: PageServer) -> dict[str, dict[str, Any]]:
    """List the keys over the API, by id."""
    with page.client("owner") as client:
        return {row["id"]: row for row in client.get(KEYS).json()["data"]}


@pytest.mark.parametrize("role", ROLES)
def test_owners_and_managers_see_keys(page: PageServer, role: str) -> None:
    """Others are told which role it takes; so with a session."""
    expected = 200 if role in {"owner", "manager"} else 403
    with page.client(role) as client, page.signed_in(role) as session:
        assert [one.get(KEYS).status_code for one in (client, session)] == [expected] * 2
    with page.client("ingest") as sender, page.client() as nobody:
        assert (sender.get(KEYS).status_code, nobody.get(KEYS).status_code) == (403, 401)


def test_a_key_is_told_once_and_works(page: PageServer) -> None:
    """The list has everything but its text, and nothing of another organisation's."""
    told = made(page, kind="analytics", role="manager", name="Board", expires_date="2026-02-01")
    key = told.pop("key")
    assert listed(page)[told["id"]] == told
    assert told | {"id": "", "hint": ""} == {
        "id": "",
        "kind": "analytics",
        "role": "manager",
        "person": None,
        "name": "Board",
        "hint": "",
        "state": "active",
        "created_at": "2026-01-20T09:30:00Z",
        "expires_at": "2026-02-01T00:00:00Z",
        "last_used_at": None,
    }
    with page.client("owner") as client, page.client("other") as other:
        text = client.get(KEYS).text
        assert key not in text
        assert not set(listed(page)) & {row["id"] for row in other.get(KEYS).json()["data"]}
        assert client.get(REPORT, headers={"Authorization": f"Bearer {key}"}).status_code == 200


def test_an_ingest_key_of_somebody_new(page: PageServer) -> None:
    """Its owner is added to the people, as a member."""
    told = made(page, kind="ingest", name="laptop", person="New@Example.com")
    assert (told["role"], told["person"], told["key"][:3]) == (None, "new@example.com", "ik-")
    assert page.directory.person("org_a", "new@example.com").role == "member"


def test_when_a_key_was_last_used_is_shown(page: PageServer) -> None:
    """Also of a key that was used a moment ago."""
    told = made(page, kind="analytics", role="owner")
    TIME[0] = NOW + dt.timedelta(minutes=5)
    with page.client("owner") as client:
        client.get(REPORT, headers={"Authorization": f"Bearer {told['key']}"})
    assert listed(page)[told["id"]]["last_used_at"] == "2026-01-20T09:35:00Z"


def test_a_revoked_key_ends_at_once_with_its_sessions(page: PageServer) -> None:
    """Reports too, although keys are remembered for two seconds: this server knows that it was withdrawn."""
    told = made(page, kind="analytics", role="manager")
    page.keys["doomed"] = told["key"]
    with page.signed_in("doomed") as session, page.client("doomed") as client, page.client("owner") as owner:
        assert session.get(REPORT).status_code == client.get(REPORT).status_code == 200
        answer = owner.delete(f"{KEYS}/{told['id']}")
        assert (answer.status_code, answer.content) == (204, b"")
        assert [one.get(REPORT).status_code for one in (session, client)] == [401, 401]
        assert owner.delete(f"{KEYS}/{told['id']}").status_code == 204
    assert listed(page)[told["id"]]["state"] == "revoked"


def test_nobody_makes_or_revokes_keys_above_their_own_role(page: PageServer) -> None:
    """A manager cannot become an owner by way of a key, nor lock the owners out."""
    owners = made(page, kind="analytics", role="owner")
    with page.client("manager") as client:
        assert client.post(KEYS, json={"kind": "analytics", "role": "owner"}).status_code == 403
        assert client.delete(f"{KEYS}/{owners['id']}").status_code == 403
        below = made(page, by="manager", kind="analytics", role="manager")
        assert client.delete(f"{KEYS}/{below['id']}").status_code == 204
    assert listed(page)[owners["id"]]["state"] == "active"


@pytest.mark.parametrize("role", ["member", "guest", "ingest", None])
def test_others_make_and_revoke_nothing(page: PageServer, role: str | None) -> None:
    """And the list is as it was."""
    before = listed(page)
    victim = next(iter(before))
    with page.client(role) as client:
        assert client.post(KEYS, json={"kind": "ingest"}).status_code in {401, 403}
        assert client.delete(f"{KEYS}/{victim}").status_code in {401, 403}
    ids = {key: row["state"] for key, row in listed(page).items()}
    assert ids == {key: row["state"] for key, row in before.items()}


def test_another_organisations_key_is_as_good_as_none(page: PageServer) -> None:
    """The same answer for both."""
    theirs = page.directory.keys("org_b")[0].key_id
    with page.client("owner") as client:
        answers = [client.delete(f"{KEYS}/{key_id}") for key_id in (theirs, "0000000000", "'; drop")]
    assert [answer.status_code for answer in answers] == [404] * 3
    assert len({answer.json()["detail"] for answer in answers}) == 1
    assert page.directory.keys("org_b")[0].revoked_at is None


def test_a_session_needs_its_token_to_change_keys(page: PageServer) -> None:
    """The cookie alone makes and revokes nothing."""
    victim = made(page, kind="ingest")
    with page.signed_in("owner") as client:
        token = client.headers.pop("X-CSRF-Token")
        before = len(listed(page))
        assert client.post(KEYS, json={"kind": "ingest"}).status_code == 403
        assert client.delete(f"{KEYS}/{victim['id']}").status_code == 403
        assert len(listed(page)) == before
        assert client.delete(f"{KEYS}/{victim['id']}", headers={"X-CSRF-Token": token}).status_code == 204


WRONG: dict[str, dict[str, Any]] = {
    "no kind": {"role": "owner"},
    "no role": {"kind": "analytics"},
    "role of an ingest key": {"kind": "ingest", "role": "owner"},
    "other role": {"kind": "analytics", "role": "root"},
    "no address": {"kind": "ingest", "person": "nobody"},
    "past": {"kind": "ingest", "expires_date": "2026-01-20"},
    "no date": {"kind": "ingest", "expires_date": "tomorrow"},
    "long name": {"kind": "ingest", "name": "x" * 201},
    "control characters": {"kind": "ingest", "name": "a\x1b[2J"},
    "unknown": {"kind": "ingest", "scope": "all"},
}


@pytest.mark.parametrize("case", WRONG)
def test_keys_that_cannot_be_are_refused_in_words(page: PageServer, case: str) -> None:
    """And nobody is added to the people for one."""
    people = len(page.directory.people("org_a"))
    with page.client("owner") as client:
        answer = client.post(KEYS, json={"person": "new2@example.com", **WRONG[case]})
    assert answer.status_code == 400, answer.text
    assert answer.json()["detail"]
    assert len(page.directory.people("org_a")) == people


def test_names_are_data(page: PageServer) -> None:
    """Markup in a name comes back as it was sent, as JSON that no browser runs."""
    name = '<img src=x onerror="alert(1)">'
    told = made(page, kind="ingest", name=name)
    with page.client("owner") as client:
        answer = client.get(KEYS)
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert {row["id"]: row["name"] for row in answer.json()["data"]}[told["id"]] == name
