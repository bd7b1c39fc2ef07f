"""What the page needs besides the reports, described: one line an operation, its examples in a file."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from andon.api.openapi_parts import Json, optional, parameter, problem_answer, ref
from andon.contract.agents import AgentsAnswer, ConnectionAnswer
from andon.contract.definitions import DefinitionsAnswer
from andon.contract.keys import KeysAnswer, KeyWish, MadeKey
from andon.contract.people import AdoptionAnswer, PeopleAnswer, PersonAnswer
from andon.contract.pipeline import ArrivalsAnswer, DataAnswer
from andon.contract.problems import (
    BadRequest,
    Forbidden,
    Internal,
    NotFound,
    Problem,
    TooLarge,
    TooMany,
    Unauthenticated,
    Unavailable,
    Unsupported,
)
from andon.contract.session import Session, SignIn

Told = tuple[type[Problem], str, str]

NOT_JSON: tuple[Told, ...] = (
    (BadRequest, "The body is malformed.", "The body cannot be read: Object missing required field `name`"),
    (TooLarge, "The body is over the limit.", "The body has more than 16384 bytes"),
    (Unsupported, "The body is not said to be JSON.", "Send JSON, as Content-Type: application/json, not ''"),
)

NOT_IN: Told = (
    Unauthenticated,
    "No key and no session, or none that is valid.",
    "Missing or invalid API key. Send a valid one as `Authorization: Bearer fk-…`",
)

FAULT: Told = (
    Internal,
    "Internal error.",
    "Something went wrong on our side; the request id is in the server's log",
)


class Operation(NamedTuple):
    """
    One operation.

    Attributes:
        path: Its path; names in braces are parameters.
        method: In small letters.
        name: Its id, and that of its examples.
        summary: What it does.
        tag: What it belongs to.
        answer: What its answer decodes to; None when it has no body.
        problems: Errors that it may answer with.
        parameters: Of the query and the path.
        body: What is sent; None when nothing is.
        status: Of its answer.
        is_open: Whether it needs neither key nor session.
        is_kept: Whether the answer has a name, by which it need not be sent twice.
    """

    path: str
    method: str
    name: str
    summary: str
    tag: str
    answer: type[msgspec.Struct] | None
    problems: tuple[Told, ...]
    parameters: tuple[Json, ...] = ()
    body: type[msgspec.Struct] | None = None
    status: int = 200
    is_open: bool = False
    is_kept: bool = False


CSRF: Json = {
    "name": "X-CSRF-Token",
    "in": "header",
    "required": False,
    "description": "`csrf_token` of `GET /api/v1/session`; needed with the cookie, not with a key",
    "schema": {"type": "string"},
}

KEY_ID: Json = {
    "name": "key_id",
    "in": "path",
    "required": True,
    "description": "`id` of `GET /api/v1/keys`",
    "schema": {"type": "string", "pattern": "^[0-9a-hjkmnp-tv-z]{10}$"},
}

NOT_ALLOWED: Told = (
    Forbidden,
    "Insufficient permissions (requires Manager or Owner role), an ingest key, or a page of another site.",
    "Insufficient permissions (requires Manager or Owner role): this key's role is member",
)

ETAG: Json = {
    "ETag": {
        "description": "Send it back as `If-None-Match`: 304 while the answer is the same.",
        "schema": {"type": "string"},
    }
}

NOT_CHANGED: Json = {"description": "The answer is the one that `If-None-Match` names.", "headers": ETAG}

_DAY = {"type": "string", "format": "date"}

DAYS: tuple[Json, ...] = (
    parameter("startDate", "First day, `YYYY-MM-DD`, UTC", _DAY, "2026-01-14"),
    parameter(
        "endDate", "Last day, included, `YYYY-MM-DD`, UTC; yesterday at the latest", _DAY, "2026-01-17"
    ),
)

USER_ID: Json = {
    "name": "user_id",
    "in": "path",
    "required": True,
    "description": "A `user_id` of `GET /api/v1/people`, or `me` for one's own days",
    "schema": {"type": "string"},
}

WRONG_DAYS: Told = (
    BadRequest,
    "Invalid date format, or today's date requested.",
    "Cannot query today's date - analytics data has a 24-hour lag",
)

NOBODY: Told = (
    NotFound,
    "Nobody of this id was seen, or the key belongs to no person.",
    "Nobody of this user_id was seen; GET /api/v1/people lists everybody",
)

NOT_NOW: Told = (
    Unavailable,
    "The edition cannot be asked.",
    "Edition 7 was published by an older Andon, which did not keep what is asked",
)

AGENT: Json = {
    "name": "agent",
    "in": "path",
    "required": True,
    "description": "An `agent` of `GET /api/v1/connect`",
    "schema": {"type": "string"},
}

ONLY_SENDING: Told = (Forbidden, "An ingest key.", "This is an ingest key, which can only send telemetry")

OPERATIONS: tuple[Operation, ...] = (
    Operation(
        "/api/v1/session",
        "get",
        "session",
        "Who asks, and what they may",
        "session",
        Session,
        (
            NOT_IN,
            (Forbidden, "An ingest key.", "This is an ingest key, which can only send telemetry"),
            FAULT,
        ),
    ),
    Operation(
        "/api/v1/session",
        "post",
        "sign_in",
        "Sign in, by a one-time link or an analytics key",
        "session",
        Session,
        (
            *NOT_JSON,
            (
                Unauthenticated,
                "The link or the key does not work.",
                "This key is not valid: it is mistyped, expired or revoked",
            ),
            (
                Forbidden,
                "An ingest key, a link on another machine, or a page of another site.",
                "A sign-in link works on the machine that Andon runs on",
            ),
            (
                TooMany,
                "Ten failures in a minute; `Retry-After` says when to come back.",
                "10 failed sign-ins in a minute",
            ),
            FAULT,
        ),
        body=SignIn,
        is_open=True,
    ),
    Operation(
        "/api/v1/session",
        "delete",
        "sign_out",
        "Sign out",
        "session",
        None,
        (
            NOT_IN,
            (
                Forbidden,
                "The token is missing or wrong.",
                "With a session's cookie a change needs the header",
            ),
            FAULT,
        ),
        parameters=(CSRF,),
        status=204,
    ),
    Operation(
        "/api/v1/keys",
        "get",
        "keys",
        "The organisation's keys",
        "keys",
        KeysAnswer,
        (NOT_IN, NOT_ALLOWED, FAULT),
    ),
    Operation(
        "/api/v1/keys",
        "post",
        "make_key",
        "Make a key; it is told this once",
        "keys",
        MadeKey,
        (*NOT_JSON, NOT_IN, NOT_ALLOWED, FAULT),
        parameters=(CSRF,),
        body=KeyWish,
        status=201,
    ),
    Operation(
        "/api/v1/keys/{key_id}",
        "delete",
        "revoke_key",
        "Withdraw a key for good",
        "keys",
        None,
        (
            NOT_IN,
            NOT_ALLOWED,
            (NotFound, "No such key.", "There is no such key; GET /api/v1/keys lists those there are"),
            FAULT,
        ),
        parameters=(KEY_ID, CSRF),
        status=204,
    ),
    Operation(
        "/api/v1/people",
        "get",
        "people",
        "Everybody over a range; a member's own row alone",
        "people",
        PeopleAnswer,
        (WRONG_DAYS, NOT_IN, NOT_ALLOWED, NOBODY, FAULT, NOT_NOW),
        parameters=DAYS,
        is_kept=True,
    ),
    Operation(
        "/api/v1/people/{user_id}",
        "get",
        "person",
        "One person's days; a member's own alone",
        "people",
        PersonAnswer,
        (WRONG_DAYS, NOT_IN, NOT_ALLOWED, NOBODY, FAULT, NOT_NOW),
        parameters=(USER_ID, *DAYS),
        is_kept=True,
    ),
    Operation(
        "/api/v1/adoption",
        "get",
        "adoption",
        "Who came and who stayed away, by day",
        "people",
        AdoptionAnswer,
        (WRONG_DAYS, NOT_IN, NOT_ALLOWED, FAULT, NOT_NOW),
        parameters=DAYS,
        is_kept=True,
    ),
    Operation(
        "/api/v1/data",
        "get",
        "data",
        "Where the data stands: editions, builds, what was kept apart",
        "data",
        DataAnswer,
        (NOT_IN, NOT_ALLOWED, FAULT),
    ),
    Operation(
        "/api/v1/arrivals",
        "get",
        "arrivals",
        "What arrives now, by agent and signal",
        "data",
        ArrivalsAnswer,
        (NOT_IN, NOT_ALLOWED, FAULT),
    ),
    Operation(
        "/api/v1/connect",
        "get",
        "agents",
        "Agents that can be connected",
        "connect",
        AgentsAnswer,
        (NOT_IN, ONLY_SENDING, FAULT),
    ),
    Operation(
        "/api/v1/connect/{agent}",
        "get",
        "connect",
        "The settings that point an agent here",
        "connect",
        ConnectionAnswer,
        (
            (BadRequest, "No ingest key.", "key must be one ingest key (ik-…), or be left out"),
            NOT_IN,
            ONLY_SENDING,
            (NotFound, "No such agent.", "There is no such agent; there are claude-code, codex"),
            FAULT,
        ),
        parameters=(AGENT, optional("key", "Ingest key to put into the settings", {"type": "string"})),
    ),
    Operation(
        "/api/v1/definitions",
        "get",
        "definitions",
        "What every metric means",
        "definitions",
        DefinitionsAnswer,
        (NOT_IN, ONLY_SENDING, FAULT),
    ),
)
"""All of them, in the order of the document."""

PAGE_TYPES: list[Any] = list(
    dict.fromkeys(
        kind for operation in OPERATIONS for kind in (operation.answer, operation.body) if kind is not None
    )
)
"""What has a schema."""


def page_paths() -> Json:
    """Describe every operation, by path and method."""
    paths: Json = {}
    for operation in OPERATIONS:
        paths.setdefault(operation.path, {})[operation.method] = _described(operation)
    return paths


@functools.cache
def examples() -> Json:
    """Read the examples: by operation, what is sent and what is answered."""
    text = resources.files(__package__).joinpath("page_examples.json").read_bytes()
    found: Json = msgspec.json.decode(text)
    return found


def _described(operation: Operation) -> Json:
    told = examples()[operation.name]
    answer: Json = {
        "description": operation.summary,
        "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}},
    }
    if operation.answer is not None:
        answer["content"] = {
            "application/json": {"schema": ref(operation.answer.__name__), "example": told["answer"]}
        }
    described: Json = {
        "operationId": operation.name,
        "summary": operation.summary,
        "tags": [operation.tag],
        **({"security": []} if operation.is_open else {}),
        **({"parameters": list(operation.parameters)} if operation.parameters else {}),
    }
    if operation.body is not None:
        described["requestBody"] = {
            "required": True,
            "content": {
                "application/json": {"schema": ref(operation.body.__name__), "example": told["request"]}
            },
        }
    if operation.is_kept:
        answer["headers"] |= ETAG
    described["responses"] = {
        str(operation.status): answer,
        **({"304": NOT_CHANGED} if operation.is_kept else {}),
        **{str(problem.status): problem_answer(problem, *rest) for problem, *rest in operation.problems},
    }
    return described
