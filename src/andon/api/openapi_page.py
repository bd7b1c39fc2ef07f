"""What the page needs besides the reports, described: one line an operation, its examples in a file."""

from __future__ import annotations

import functools
from importlib import resources
from typing import Any, NamedTuple

import msgspec

from andon.api.openapi_parts import Json, problem_answer, ref
from andon.contract.problems import (
    BadRequest,
    Forbidden,
    Internal,
    Problem,
    TooLarge,
    TooMany,
    Unauthenticated,
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


CSRF: Json = {
    "name": "X-CSRF-Token",
    "in": "header",
    "required": False,
    "description": "`csrf_token` of `GET /api/v1/session`; needed with the cookie, not with a key",
    "schema": {"type": "string"},
}

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
    described["responses"] = {
        str(operation.status): answer,
        **{str(problem.status): problem_answer(problem, *rest) for problem, *rest in operation.problems},
    }
    return described
