"""Problems: one tree for every room, one document for every caller."""

from __future__ import annotations

import datetime as dt
import json
import re

import pytest

from andon.api.problems import new_request_id, respond
from andon.client.problems import to_problem
from andon.contract.problems import (
    BadRequest,
    Forbidden,
    Internal,
    MethodNotAllowed,
    NotFound,
    Problem,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unsupported,
)

STATUSES = {
    BadRequest: 400,
    Unauthenticated: 401,
    Forbidden: 403,
    NotFound: 404,
    MethodNotAllowed: 405,
    TooLarge: 413,
    Unsupported: 415,
    TooMany: 429,
    Internal: 500,
    Unavailable: 503,
}
NOW = dt.datetime(2026, 1, 20, tzinfo=dt.UTC)


def test_every_problem_has_its_own_status() -> None:
    """A status tells which problem it is."""
    assert {kind: kind.status for kind in Problem.__subclasses__()} == STATUSES


def test_only_passing_problems_are_worth_a_retry() -> None:
    """A client retries 429 and 503, and nothing that would fail again."""
    assert {kind for kind in STATUSES if kind.is_retryable} == {TooMany, Unavailable}


@pytest.mark.parametrize("kind", STATUSES)
def test_a_problem_survives_the_wire(kind: type[Problem]) -> None:
    """What the server raises is what the client raises, with the request id."""
    answer = respond(kind.status, kind.title, "limit is 0", {"Retry-After": "7"}, "req_1")
    raised = to_problem(answer.status_code, dict(answer.headers), answer.body)

    assert type(raised) is kind
    assert raised.detail == "limit is 0"
    assert raised.headers == {"X-Request-Id": "req_1", "Retry-After": "7"}


def test_the_document_has_the_contracts_four_members_in_order() -> None:
    """``title, detail, status, requestId`` as ``application/problem+json``."""
    answer = respond(400, "Bad Request", "no", {}, "req_1")

    assert list(json.loads(answer.body).items()) == [
        ("title", "Bad Request"),
        ("detail", "no"),
        ("status", 400),
        ("requestId", "req_1"),
    ]
    assert answer.headers["content-type"] == "application/problem+json"


def test_request_ids_have_the_contracts_form_and_sort_by_time() -> None:
    """``req_`` and 26 characters; a later one is a greater one; no two are equal."""
    ids = [new_request_id(NOW + dt.timedelta(milliseconds=n)) for n in range(100)]

    assert all(re.fullmatch("req_[0-9A-HJKMNP-TV-Z]{26}", request_id) for request_id in ids)
    assert ids == sorted(ids)
    assert len({new_request_id(NOW) for _ in range(1000)}) == 1000


def test_what_is_no_problem_document_is_no_problem() -> None:
    """A proxy's own error page is not taken for the server's word."""
    assert to_problem(502, {}, b"<html>Bad Gateway</html>") is None
