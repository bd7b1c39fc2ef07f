"""
The outermost layer: what holds for every answer, whoever made it.

A request id; security headers; HEAD without a body; one log line and one measurement; and no exception of
any kind reaches the caller as anything but a problem document.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Callable
from urllib.parse import quote

import structlog
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from andon.api.measures import Measures
from andon.api.problems import new_request_id, respond
from andon.contract.problems import Internal

log = structlog.get_logger("andon.api")

DOCS_PATH = "/docs"

JSON_POLICY = "default-src 'none'; frame-ancestors 'none'"
"""Content-Security-Policy of data: it is never a document that runs anything."""

DOCS_POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline'; style-src 'self' 'unsafe-inline'; "
    "img-src 'self' data:; frame-ancestors 'none'"
)
"""Content-Security-Policy of /docs, whose page starts Swagger UI with an inline script."""

SERVER_ERROR = 500

LOGGED_PATH = 200
"""Characters of a path that the log repeats."""


class Edge:
    """
    ASGI middleware.

    Args:
        app: What answers.
        clock: Tells the time, in UTC.
        measures: Where requests are counted.
    """

    def __init__(self, app: ASGIApp, clock: Callable[[], dt.datetime], measures: Measures) -> None:
        self._app = app
        self._clock = clock
        self._measures = measures

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return

        request_id = new_request_id(self._clock())
        state = scope.setdefault("state", {})
        state["request_id"] = request_id
        status: int | None = None
        # Quoted and cut, and never with the query: no control characters in a terminal, no key in a log.
        path = quote(scope["path"])[:LOGGED_PATH]

        async def send_dressed(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _dress(MutableHeaders(scope=message), request_id, scope["path"])
            elif message["type"] == "http.response.body" and scope["method"] == "HEAD":
                message = {**message, "body": b""}
            await send(message)

        started = time.perf_counter()  # a stopwatch, not a clock: it measures, nothing depends on it
        with structlog.contextvars.bound_contextvars(request_id=request_id):
            try:
                await self._app(scope, receive, send_dressed)
            except Exception:
                log.exception("request_failed", request_id=request_id, path=path)
                if status is not None:
                    raise  # half an answer is out: only the closed connection can tell that it is not whole
                detail = "Something went wrong on our side; the request id is in the server's log"
                answer = respond(Internal.status, Internal.title, detail, {}, request_id)
                await answer(scope, receive, send_dressed)
            finally:
                seconds = time.perf_counter() - started
                self._measures.count(scope["method"], scope["path"], status or SERVER_ERROR, seconds)
                log.info(
                    "request",
                    request_id=request_id,
                    method=scope["method"],
                    path=path,
                    status=status,
                    duration_ms=round(seconds * 1000, 3),
                    org_id=state.get("org_id"),
                    key_id=state.get("key_id"),
                )


def _dress(headers: MutableHeaders, request_id: str, path: str) -> None:
    headers["X-Request-Id"] = request_id
    headers.setdefault("X-Content-Type-Options", "nosniff")
    headers.setdefault("X-Frame-Options", "DENY")
    headers.setdefault("Referrer-Policy", "no-referrer")
    kind = headers.get("content-type", "")
    if path == DOCS_PATH:
        headers.setdefault("Content-Security-Policy", DOCS_POLICY)
    elif kind.partition(";")[0].endswith("json"):
        headers.setdefault("Content-Security-Policy", JSON_POLICY)
