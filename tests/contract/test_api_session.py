"""Signing in to the page and out of it: who gets in, for how long, and what another site cannot do."""

from __future__ import annotations

import datetime as dt
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest
from structlog.testing import capture_logs

from andon.api import attempts
from andon.contract.reports import REPORTS

from hand_made import NOW
from page_server import ROLES, TIME, PageServer, page_server

SESSION = "/api/v1/session"
REPORT = "/api/v1/analytics/tokens?startDate=2026-01-14&endDate=2026-01-17"


@pytest.fixture
def page(tmp_path: Path) -> Iterator[PageServer]:
    """A server of the test's own: sign-ins are counted."""
    with capture_logs(), page_server(tmp_path / "data") as running:
        yield running


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """A server for tests that neither fail to sign in nor set the clock."""
    with capture_logs(), page_server(tmp_path_factory.mktemp("shared") / "data") as running:
        yield running


def sign_in(client: httpx2.Client, **asked: str) -> httpx2.Response:
    """Ask for a session."""
    return client.post(SESSION, json=asked)


def test_a_link_signs_in_as_owner_once(page: PageServer) -> None:
    """The second use of a link, and a link that nobody made, get the same answer."""
    link = page.directory.create_link("org_a", now=NOW)
    with page.client() as first, page.client() as second:
        answer = sign_in(first, link=link)
        told = answer.json()
        csrf = told.pop("csrf_token")
        assert told == {
            "org": {"id": "org_a", "name": "A"},
            "role": "owner",
            "email": None,
            "permissions": ["reports", "people", "keys", "data", "self"],
            "expires_at": "2026-01-27T09:30:00Z",
            "history_start": "2026-01-14",
            "last_date": "2026-01-19",
        }
        assert first.get(SESSION).json() == told | {"csrf_token": csrf}
        assert first.get(REPORT).json()["meta"]["org_id"] == "org_a"

        again, invented = sign_in(second, link=link), sign_in(second, link="invented")
        assert (again.status_code, again.json()["detail"]) == (401, invented.json()["detail"])
        assert second.get(REPORT).status_code == 401


def test_a_link_lasts_ten_minutes(page: PageServer) -> None:
    """To the second."""
    links = [page.directory.create_link("org_a", now=NOW) for _ in range(2)]
    with page.client() as client:
        TIME[0] = NOW + dt.timedelta(minutes=9, seconds=59)
        assert sign_in(client, link=links[0]).status_code == 200
        TIME[0] = NOW + dt.timedelta(minutes=10)
        assert sign_in(client, link=links[1]).status_code == 401


def own_address() -> str | None:
    """Give an address of this machine that is not loopback, if it has one."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))  # sends nothing: it only chooses an interface
        except OSError:
            return None
        address: str = probe.getsockname()[0]
    return None if address.startswith("127.") else address


def test_a_link_is_not_for_other_machines(tmp_path: Path) -> None:
    """Whose connection does not come from loopback is refused, and a key is what works from there."""
    address = own_address()
    if address is None:
        pytest.skip("this machine has no address but loopback: that others are refused was NOT proved")
    with capture_logs(), page_server(tmp_path / "data", "0.0.0.0") as page:  # noqa: S104 (that is the case)
        link = page.directory.create_link("org_a", now=NOW)
        port = page.address.rpartition(":")[2]
        with httpx2.Client(base_url=f"http://{address}:{port}", trust_env=False) as client:
            assert sign_in(client, link=link).status_code == 403
            assert sign_in(client, key=page.keys["owner"]).status_code == 200


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "X-Real-IP"])
def test_a_link_is_not_for_other_machines_behind_a_proxy(page: PageServer, header: str) -> None:
    """A proxy on this machine does not make its clients local; the link is not used up by the refusal."""
    link = page.directory.create_link("org_a", now=NOW)
    with page.client() as client:
        refused = client.post(SESSION, json={"link": link}, headers={header: "for=192.0.2.7"})
        assert refused.status_code == 403
        assert "ANDON_LINKS_FROM_ANYWHERE" in refused.json()["detail"]
        assert sign_in(client, link=link).status_code == 200


def test_the_cookie_is_out_of_scripts_and_other_sites_reach(shared: PageServer) -> None:
    """HttpOnly, SameSite=Strict, for the whole site, Secure where TLS was spoken, and not the stored hash."""
    with shared.client() as client:
        plain = sign_in(client, key=shared.keys["owner"]).headers["set-cookie"]
        proxied = client.post(
            SESSION, json={"key": shared.keys["owner"]}, headers={"X-Forwarded-Proto": "https"}
        ).headers["set-cookie"]
    parts = {part.strip() for part in plain.split(";")[1:]}
    assert parts == {"HttpOnly", "SameSite=strict", "Path=/", f"Max-Age={7 * 24 * 3600}"}
    assert "Secure" in proxied
    stored = (shared.data / "directory.sqlite").read_bytes() + (
        shared.data / "directory.sqlite-wal"
    ).read_bytes()
    assert plain.split(";")[0].partition("=")[2].encode() not in stored


@pytest.mark.parametrize("role", ["owner", "manager", "member", "guest"])
def test_a_session_is_what_its_key_is(shared: PageServer, role: str) -> None:
    """Role, person and what may be read are the key's."""
    with shared.signed_in(role) as client, shared.client(role) as with_key:
        told, asked = client.get(SESSION).json(), with_key.get(SESSION).json()
        report = client.get(REPORT).status_code
        assert report == with_key.get(REPORT).status_code == (200 if role in {"owner", "manager"} else 403)
    assert {**told, "csrf_token": None, "expires_at": None} == asked
    assert told["email"] == {"member": "ana@example.com", "guest": "bo@example.com"}.get(role)


def test_a_session_ends_with_its_key(page: PageServer) -> None:
    """Revoked or expired: the session follows within the five seconds that keys are promised."""
    made = page.directory.create_key(
        "org_a", "analytics", role="manager", now=NOW, expires_at=NOW + dt.timedelta(hours=1)
    )
    page.keys["short"] = made.text
    with page.signed_in("manager") as revoked, page.signed_in("short") as expiring:
        assert expiring.get(SESSION).json()["expires_at"] == "2026-01-20T10:30:00Z"
        page.directory.revoke_key(page.keys["manager"], now=NOW)
        assert revoked.get(SESSION).status_code == 401  # this is asked each time; reports remember for 2 s
        assert expiring.get(SESSION).status_code == 200
        TIME[0] = NOW + dt.timedelta(hours=1)
        assert expiring.get(SESSION).status_code == 401


def test_a_session_is_lowered_with_its_person(page: PageServer) -> None:
    """Who is no manager any more is none in the browser either."""
    page.directory.add_person("org_a", "cy@example.com", now=NOW, role="manager")
    page.keys["cy"] = page.directory.create_key(
        "org_a", "analytics", role="manager", person_email="cy@example.com", now=NOW
    ).text
    with page.signed_in("cy") as client:
        assert client.get(SESSION).json()["role"] == "manager"
        page.directory.set_role("org_a", "cy@example.com", "member")
        assert client.get(SESSION).json()["permissions"] == ["self"]


QUESTIONS = [
    *(f"/api/v1/analytics/{report}?startDate=2026-01-14&endDate=2026-01-17" for report in REPORTS),
    "/api/v1/coverage",
    "/api/v1/conservation",
    "/api/v1/restatements?startDate=2026-01-14&endDate=2026-01-17",
]


@pytest.mark.parametrize("question", QUESTIONS)
def test_what_takes_a_key_takes_a_session(shared: PageServer, question: str) -> None:
    """The same answer, and the same refusals by role."""
    for role in ROLES:
        with shared.signed_in(role) as session, shared.client(role) as keyed:
            one, other = session.get(question), keyed.get(question)
        assert one.status_code == other.status_code == (200 if role in {"owner", "manager"} else 403)
        assert one.json().get("data") == other.json().get("data")


def test_a_session_lasts_a_week(page: PageServer) -> None:
    """Then the page asks to sign in again."""
    with page.signed_in("owner") as client:
        TIME[0] = NOW + dt.timedelta(days=7) - dt.timedelta(seconds=1)
        assert client.get(SESSION).status_code == 200
        TIME[0] = NOW + dt.timedelta(days=7)
        assert client.get(SESSION).status_code == 401


def test_signing_out_ends_it_at_once(shared: PageServer) -> None:
    """On the server, not only in the browser: a copied cookie is worth nothing."""
    with shared.signed_in("owner") as client, shared.client() as thief:
        cookie = client.cookies["andon_session"]
        headers = {"Cookie": f"andon_session={cookie}"}
        assert thief.get(REPORT, headers=headers).status_code == 200
        answer = client.delete(SESSION)
        assert (answer.status_code, answer.content) == (204, b"")
        assert "andon_session" not in client.cookies
        assert thief.get(REPORT, headers=headers).status_code == 401
        assert thief.get(SESSION, headers=headers).status_code == 401


def test_signing_in_again_ends_the_session_before(shared: PageServer) -> None:
    """A cookie that somebody else put there is not the one that is signed in."""
    with shared.signed_in("owner") as client, shared.client() as other:
        before = client.cookies["andon_session"]
        assert sign_in(client, key=shared.keys["member"]).json()["role"] == "member"
        assert client.cookies["andon_session"] != before
        assert other.get(SESSION, headers={"Cookie": f"andon_session={before}"}).status_code == 401


FOREIGN = {
    "no token": {"X-CSRF-Token": ""},
    "another token": {"X-CSRF-Token": "0" * 64},
    "token that is no ASCII": {"X-CSRF-Token": "ü"},
    "cross-site": {"Sec-Fetch-Site": "cross-site"},
    "same-site": {"Sec-Fetch-Site": "same-site"},
    "origin": {"Origin": "https://evil.example"},
    "origin null": {"Origin": "null"},
    "port": {"Origin": "http://127.0.0.1:1"},
}


@pytest.mark.parametrize("case", FOREIGN)
def test_another_site_changes_nothing(shared: PageServer, case: str) -> None:
    """With the cookie alone, or from another origin, a change is refused and nothing changes."""
    with shared.signed_in("owner") as client:
        headers = [(name.encode(), value.encode()) for name, value in FOREIGN[case].items()]
        kept = [(n.encode(), v.encode()) for n, v in client.headers.items() if n != "x-csrf-token"]
        if not any(name == b"X-CSRF-Token" for name, _ in headers):
            kept.append((b"X-CSRF-Token", client.headers["x-csrf-token"].encode()))
        client.headers = httpx2.Headers(kept + headers)
        refused = client.delete(SESSION)
        assert refused.status_code == 403, refused.text
        assert client.get(SESSION).status_code == 200


def test_our_own_page_may(shared: PageServer) -> None:
    """What a browser says for a page of this server."""
    for headers in ({"Sec-Fetch-Site": "same-origin"}, {"Origin": shared.address}, {}):
        with shared.signed_in("owner") as client:
            assert client.delete(SESSION, headers=headers).status_code == 204


BODIES: dict[str, tuple[bytes, str, int]] = {
    "form": (b"key=fk-x", "application/x-www-form-urlencoded", 415),
    "text": (b'{"key": "fk-x"}', "text/plain", 415),
    "none": (b"", "application/json", 400),
    "both": (b'{"key": "fk-x", "link": "y"}', "application/json", 400),
    "neither": (b"{}", "application/json", 400),
    "other": (b'{"password": "hunter2"}', "application/json", 400),
    "number": (b'{"key": 5}', "application/json", 400),
    "no UTF-8": (b'{"key": "\xff"}', "application/json", 400),
    "huge": (b'{"key": "' + b"x" * 20_000 + b'"}', "application/json", 413),
}


@pytest.mark.parametrize("case", BODIES)
def test_bodies_are_read_strictly(shared: PageServer, case: str) -> None:
    """And no answer repeats what was sent: it may be a key with a letter missing."""
    body, kind, status = BODIES[case]
    with shared.client() as client:
        answer = client.post(SESSION, content=body, headers={"Content-Type": kind})
        assert answer.status_code == status
        assert "hunter2" not in answer.text
        assert "fk-x" not in answer.text


def test_an_ingest_key_does_not_sign_in(page: PageServer) -> None:
    """It can only send."""
    with page.client() as client, page.client("ingest") as sender:
        assert sign_in(client, key=page.keys["ingest"]).status_code == 403
        assert sender.get(SESSION).status_code == 403


def test_a_session_is_no_key(shared: PageServer) -> None:
    """Sent in a header it was read by a script; and two cookies of the name are none."""
    with shared.signed_in("owner") as client, shared.client() as other:
        text = client.cookies["andon_session"]
        assert other.get(REPORT, headers={"Authorization": f"Bearer {text}"}).status_code == 401
        twice = f"andon_session={text}; andon_session={text}"
        assert other.get(REPORT, headers={"Cookie": twice}).status_code == 401
        # A proxy's own password stands in the same header.
        assert client.get(REPORT, headers={"Authorization": "Basic YTpi"}).status_code == 200


def test_guessing_is_slowed_down(page: PageServer) -> None:
    """After ten failures in a minute even the right key has to wait; signing in well counts nothing."""
    with page.client() as client:
        for _ in range(attempts.MOST + 2):
            assert sign_in(client, key=page.keys["owner"]).status_code == 200
        wrong = [sign_in(client, key="fk-wrong").status_code for _ in range(attempts.MOST)]
        assert wrong == [401] * attempts.MOST
        answer = sign_in(client, key=page.keys["owner"])
        assert answer.status_code == 429
        assert 1 <= int(answer.headers["retry-after"]) <= attempts.WINDOW_S + 1


def test_failures_are_forgotten_after_a_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    """And one address's failures are not another's."""
    now = [0.0]
    monkeypatch.setattr("time.monotonic", lambda: now[0])
    counted = attempts.Attempts()
    for _ in range(attempts.MOST):
        counted.fail("192.0.2.1")
    counted.check("192.0.2.2")
    with pytest.raises(attempts.TooMany):
        counted.check("192.0.2.1")
    now[0] = attempts.WINDOW_S + 0.1
    counted.check("192.0.2.1")


def test_answers_are_kept_by_nobody(shared: PageServer) -> None:
    """Who is signed in changes without the address changing."""
    with shared.signed_in("owner") as client:
        answers: list[Any] = [client.get(SESSION), client.delete(SESSION), client.get(SESSION)]
    assert [answer.headers["cache-control"] for answer in answers] == ["no-store"] * 3
