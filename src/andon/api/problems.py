"""Problems as ``application/problem+json``, and the request id that every answer carries."""

from __future__ import annotations

import datetime as dt
import secrets
from collections.abc import Callable, Mapping
from http import HTTPStatus

import msgspec
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from andon.contract.problems import (
    MethodNotAllowed,
    NotFound,
    Problem,
    ProblemDocument,
    TooLarge,
    TooMany,
    Unavailable,
)

MEDIA_TYPE = "application/problem+json"

_ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32."""

_DETAILS: dict[int, str] = {
    NotFound.status: "There is nothing at this path; /docs lists what there is",
    MethodNotAllowed.status: "This path does not take this method; the Allow header lists those it takes",
    TooLarge.status: "The request's body is over the limit",
    TooMany.status: "Too many requests; the Retry-After header says when to come back",
    Unavailable.status: "Not available for the moment; try again",
}
"""What to say for problems that the framework raises with no more than a status."""


def new_request_id(now: dt.datetime) -> str:
    """Make ``req_`` and a ULID: 48 bits of milliseconds, then 80 random ones, so that ids sort by time."""
    number = int(now.timestamp() * 1000) << 80 | secrets.randbits(80)
    return "req_" + "".join(_ALPHABET[number >> shift & 31] for shift in range(125, -1, -5))


def respond(status: int, title: str, detail: str, headers: Mapping[str, str], request_id: str) -> Response:
    """Make the answer of a problem."""
    body = msgspec.json.encode(ProblemDocument(title, detail, status, request_id))
    extra = {"Cache-Control": "no-store", **headers}
    return Response(body, status_code=status, headers=extra, media_type=MEDIA_TYPE)


def refusal(clock: Callable[[], dt.datetime], status: int, detail: str) -> tuple[str, bytes]:
    """Give media type and body of a problem that arose before there was a request."""
    document = ProblemDocument(_title(status), detail, status, new_request_id(clock()))
    return MEDIA_TYPE, msgspec.json.encode(document)


async def answer_problem(request: Request, problem: Exception) -> Response:
    """Translate one of the contract's problems."""
    assert isinstance(problem, Problem)  # noqa: S101 (registered for Problem alone)
    return respond(problem.status, problem.title, problem.detail, problem.headers, request.state.request_id)


async def answer_framework(request: Request, error: Exception) -> Response:
    """Translate what the framework raises by itself: 404, 405, 413 and the like."""
    assert isinstance(error, HTTPException)  # noqa: S101 (registered for HTTPException alone)
    title = _title(error.status_code)
    detail = _DETAILS.get(error.status_code, title)
    headers = dict(error.headers or {})
    if "Allow" in headers:  # a set's order, which changes from one start to the next
        headers["Allow"] = ", ".join(sorted(headers["Allow"].split(", ")))
    return respond(error.status_code, title, detail, headers, request.state.request_id)


def _title(status: int) -> str:
    """Say a status in words: ours first, since the standard library's change between Python versions."""
    for problem in Problem.__subclasses__():
        if problem.status == status:
            return problem.title
    return HTTPStatus(status).phrase
