"""
Everything that is refused: who, why, and in which words.

Golden files in ``tests/fixtures/api/golden/errors``; the request id, new each time, is written as ``req_…``.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import sqlite3
import time
from collections.abc import Iterator, MutableMapping
from typing import Any, Never

import httpx2
import msgspec
import pytest
from starlette.routing import Route
from structlog.testing import capture_logs

from andon.api.http import create_api
from andon.config import Settings
from andon.contract.problems import TooLarge, TooMany
from andon.contract.reports import REPORTS
from andon.edition.editions import Editions

from hand_made import API_FIXTURES, NOW, PEOPLE, Who, publish_by_hand, serve

PREFIX = "/api/v1/analytics"
WHOLE = "startDate=2026-01-14&endDate=2026-01-17"
Lines = list[MutableMapping[str, Any]]
REQUEST_ID = re.compile("req_[0-9A-HJKMNP-TV-Z]{26}")


def authenticate(key: str) -> Who | None:
    """Ask the hand-made directory, which breaks down for one key."""
    if key == "fk-broken":
        raise sqlite3.OperationalError("disk I/O error in /var/lib/secret.sqlite")
    return PEOPLE.get(key)


def too_large(_: object) -> Never:
    """Refuse a body, as the telemetry door does."""
    raise TooLarge("The body has 70 MiB after decompression; the limit is 64 MiB. Send smaller batches")


def too_many(_: object) -> Never:
    """Refuse a caller over its rate."""
    raise TooMany("100 requests a minute are allowed", headers={"Retry-After": "7"})


@pytest.fixture(scope="module")
def logs() -> Iterator[Lines]:
    """Every line that the server logs."""
    with capture_logs() as lines:
        yield lines


@pytest.fixture(scope="module")
def andon(tmp_path_factory: pytest.TempPathFactory, logs: Lines) -> Iterator[httpx2.Client]:  # noqa: ARG001 (lines are caught while the server runs)
    """A server over the hand-made edition, with routes that refuse what the reports do not."""
    data = tmp_path_factory.mktemp("data")
    publish_by_hand(data / "editions")
    extra = [Route("/too-large", too_large, methods=["POST"]), Route("/too-many", too_many)]
    app = create_api(Editions(data / "editions"), authenticate, lambda: NOW, Settings(data=data), extra)
    with serve(app) as address, httpx2.Client(base_url=address) as client:
        yield client


ERRORS = {
    "400_today": ("GET", f"{PREFIX}/tokens?startDate=2026-01-19&endDate=2026-01-20", "fk-owner"),
    "400_future": ("GET", f"{PREFIX}/tokens?startDate=2026-01-19&endDate=2026-01-21", "fk-owner"),
    "400_malformed": ("GET", f"{PREFIX}/tokens?startDate=20260114&endDate=2026-01-17", "fk-owner"),
    "400_missing": ("GET", f"{PREFIX}/tokens?startDate=2026-01-14", "fk-owner"),
    "400_repeated": ("GET", f"{PREFIX}/tokens?{WHOLE}&endDate=2026-01-17", "fk-owner"),
    "400_backwards": ("GET", f"{PREFIX}/tokens?startDate=2026-01-17&endDate=2026-01-14", "fk-owner"),
    "400_too_long": ("GET", f"{PREFIX}/tokens?startDate=2024-01-14&endDate=2026-01-14", "fk-owner"),
    "400_group_by": ("GET", f"{PREFIX}/tokens?{WHOLE}&group_by=user", "fk-owner"),
    "400_limit": ("GET", f"{PREFIX}/users?{WHOLE}&limit=101", "fk-owner"),
    "400_cursor": ("GET", f"{PREFIX}/users?{WHOLE}&cursor=", "fk-owner"),
    "401": ("GET", f"{PREFIX}/tokens?{WHOLE}", None),
    "403_member": ("GET", f"{PREFIX}/tokens?{WHOLE}", "fk-member"),
    "403_ingest": ("GET", f"{PREFIX}/tokens?{WHOLE}", "ik-laptop"),
    "404": ("GET", f"{PREFIX}/nothing", "fk-owner"),
    "405": ("POST", f"{PREFIX}/tokens?{WHOLE}", "fk-owner"),
    "413": ("POST", "/too-large", None),
    "429": ("GET", "/too-many", None),
    "500": ("GET", f"{PREFIX}/tokens?{WHOLE}", "fk-broken"),
}


def logged(logs: Lines, event: str, answer: httpx2.Response) -> MutableMapping[str, Any]:
    """Wait for the line of an answer: it is written once the answer is out."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for line in list(logs):
            if line["event"] == event and line["request_id"] == answer.headers["x-request-id"]:
                return line
        time.sleep(0.005)
    pytest.fail(f"no line {event}")


def bearer(key: str | None) -> dict[str, str]:
    """Headers of a key; none for None."""
    return {} if key is None else {"Authorization": f"Bearer {key}"}


@pytest.mark.parametrize("name", ERRORS)
def test_errors_equal_their_golden_files(andon: httpx2.Client, name: str) -> None:
    """Status, the headers that belong to it, and the whole document."""
    method, path, key = ERRORS[name]
    answer = andon.request(method, path, headers=bearer(key))
    document = {
        "status": answer.status_code,
        "headers": {
            header: answer.headers[header]
            for header in ("content-type", "cache-control", "www-authenticate", "allow", "retry-after")
            if header in answer.headers
        },
        "body": answer.json() | {"requestId": "req_…"},
    }
    golden = API_FIXTURES / "golden" / "errors" / f"{name}.json"
    if os.environ.get("ANDON_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True, parents=True)
        golden.write_bytes(msgspec.json.format(msgspec.json.encode(document), indent=2) + b"\n")

    assert answer.json()["requestId"] == answer.headers["x-request-id"]
    assert REQUEST_ID.fullmatch(answer.headers["x-request-id"])
    assert list(answer.json()) == ["title", "detail", "status", "requestId"]
    assert document == json.loads(golden.read_text(encoding="utf-8"))


def test_a_defect_is_in_the_log_and_not_in_the_answer(andon: httpx2.Client, logs: Lines) -> None:
    """The caller gets a request id; the log has the same id and the traceback."""
    answer = andon.get(f"{PREFIX}/users?{WHOLE}", headers=bearer("fk-broken"))

    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
    assert logged(logs, "request_failed", answer)["exc_info"]


def test_every_answer_is_one_line_of_the_log_without_the_query(andon: httpx2.Client, logs: Lines) -> None:
    """Found again by its request id; a key that was put into the query by mistake is not written down."""
    right = andon.get(f"{PREFIX}/tokens?key=fk-owner&{WHOLE}", headers=bearer("fk-owner"))
    wrong = andon.get("/%1b%5b31mred%0aline")
    lines = [logged(logs, "request", right), logged(logs, "request", wrong)]

    assert lines[0] == lines[0] | {
        "path": f"{PREFIX}/tokens",
        "status": 200,
        "org_id": "org_a",
        "key_id": "owner",
    }
    assert lines[1]["path"] == "/%1B%5B31mred%0Aline"
    assert "fk-owner" not in repr(lines)


MATRIX = {
    "fk-owner": 200,
    "fk-manager": 200,
    "fk-member": 403,
    "fk-guest": 403,
    "ik-laptop": 403,
    "fk-unknown": 401,
    None: 401,
}


@pytest.mark.parametrize("method", ["GET", "HEAD"])
@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("key", MATRIX)
def test_managers_and_owners_read_and_nobody_else(
    andon: httpx2.Client, key: str | None, report: str, method: str
) -> None:
    """The whole matrix of keys and reports."""
    answer = andon.request(method, f"{PREFIX}/{report}?{WHOLE}", headers=bearer(key))

    assert answer.status_code == MATRIX[key]


@pytest.mark.parametrize(
    "query", ["", "startDate=x", f"{WHOLE}&limit=0", "startDate=2026-01-20&endDate=2026-01-20"]
)
@pytest.mark.parametrize("report", REPORTS)
@pytest.mark.parametrize("key", [key for key, status in MATRIX.items() if status != 200])
def test_who_comes_before_what(andon: httpx2.Client, key: str | None, report: str, query: str) -> None:
    """Whoever may not read learns nothing about what a right question would be."""
    answer = andon.get(f"{PREFIX}/{report}?{query}", headers=bearer(key))

    assert answer.status_code == MATRIX[key]


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer fk-unknown"},
        {"Authorization": "Bearer fk-owner fk-owner"},
        {"Authorization": "Bearer,fk-owner"},
        {"Authorization": "Basic ZmstA293bmVy"},
        {"Authorization": "fk-owner"},
        {"Authorization": "Bearer " + "x" * 5000},
        {"X-Api-Key": "fk-owner"},
        {"Cookie": "key=fk-owner"},
    ],
)
def test_every_wrong_key_gets_the_same_answer(andon: httpx2.Client, headers: dict[str, str]) -> None:
    """Missing, malformed, unknown: one body, so nothing can be tried out."""
    answer = andon.get(f"{PREFIX}/tokens?{WHOLE}", headers=headers)
    other = andon.get(f"{PREFIX}/tokens?{WHOLE}")

    assert answer.status_code == 401
    assert answer.headers["www-authenticate"] == "Bearer"
    assert answer.json() | {"requestId": ""} == other.json() | {"requestId": ""}


@pytest.mark.parametrize("name", ["key", "api_key", "apiKey", "access_token", "token", "Authorization"])
def test_a_key_in_the_query_is_no_key(andon: httpx2.Client, name: str) -> None:
    """It would end up in logs and histories."""
    assert andon.get(f"{PREFIX}/tokens?{WHOLE}&{name}=fk-owner").status_code == 401


def test_two_authorization_headers_are_none(andon: httpx2.Client) -> None:
    """Nobody has to guess which of two keys counts."""
    address = httpx2.URL(andon.base_url)
    connection = http.client.HTTPConnection(address.host, address.port)
    connection.putrequest("GET", f"{PREFIX}/tokens?{WHOLE}")
    for key in ("fk-owner", "fk-other"):
        connection.putheader("Authorization", f"Bearer {key}")
    connection.endheaders()
    status = connection.getresponse().status
    connection.close()

    assert status == 401


def test_bearer_is_written_in_any_case(andon: httpx2.Client) -> None:
    """Names of schemes have no case (RFC 9110)."""
    assert (
        andon.get(f"{PREFIX}/tokens?{WHOLE}", headers={"Authorization": "bEARER fk-owner"}).status_code == 200
    )


BAD_LIMITS = [
    "",
    "0",
    "101",
    "-1",
    "+5",
    "5.0",
    "1e1",
    "%205",
    "5%20",
    "1_0",
    "%D9%A5",
    "%C2%B2",
    "x",
    "9" * 5000,
]
BAD_QUERIES = {
    "tokens": [
        "group_by=",
        "group_by=Model",
        "group_by=tool_name",
        "group_by=model&group_by=model",
        "startDate=2026-01-14",
    ],
    "tools": ["group_by=model", "group_by=tool"],
    "activity": ["group_by=user", "group_by=client%00"],
    "users": [*(f"limit={text}" for text in BAD_LIMITS), "limit=5&limit=5", "cursor=", "cursor=a&cursor=b"],
}


@pytest.mark.parametrize(
    ("report", "query"), [(report, query) for report, bad in BAD_QUERIES.items() for query in bad]
)
def test_wrong_parameters_are_refused_by_name(andon: httpx2.Client, report: str, query: str) -> None:
    """400, and the detail begins with the parameter's name."""
    answer = andon.get(f"{PREFIX}/{report}?{WHOLE}&{query}", headers=bearer("fk-owner"))

    assert answer.status_code == 400
    assert answer.json()["detail"].startswith(query.partition("=")[0])
    assert len(answer.json()["detail"]) < 200


@pytest.mark.parametrize(
    "path",
    [
        "/api",
        "/api/v1",
        "/api/v2/analytics/tokens",
        f"{PREFIX}/tokens/",
        f"/{PREFIX}/tokens",
        f"{PREFIX}/Tokens",
        f"{PREFIX}/%2e%2e/analytics/users/x",
        "/redoc",
        "/openapi.json",
        "/docs/assets/nothing.js",
        "/docs/assets/..%2f..%2fcore.py",
    ],
)
def test_what_is_not_there_is_a_problem_document_too(andon: httpx2.Client, path: str) -> None:
    """404 for every path that is none of ours; no redirects, no tricks."""
    answer = andon.get(path, headers=bearer("fk-owner"))

    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"])
@pytest.mark.parametrize("path", [f"{PREFIX}/tokens", f"{PREFIX}/users", "/healthz", "/readyz", "/metrics"])
def test_other_methods_are_refused_with_those_that_are_allowed(
    andon: httpx2.Client, path: str, method: str
) -> None:
    """405 with Allow; no header turns one method into another."""
    headers = bearer("fk-owner") | {"X-HTTP-Method-Override": "GET"}
    answer = andon.request(method, path, headers=headers)

    assert answer.status_code == 405
    assert {allowed.strip() for allowed in answer.headers["allow"].split(",")} == {"GET", "HEAD"}
    assert answer.json()["status"] == 405
