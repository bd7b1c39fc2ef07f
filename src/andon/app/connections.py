"""
The door's patience over HTTP: how long a connection may take for what.

uvicorn by itself waits for ever: for a client that connects and says nothing, for a head or a body that
comes byte by byte, for one that never takes its answer. Each costs a connection, and a few thousand cost all.
Here every connection is looked at several times in the shortest patience, by one timer for all of them.

What is no HTTP (conflicting lengths, a length beside chunks, bare line feeds, folded headers) is refused by
the parser, llhttp in its strict mode, and the connection is closed: where the next request begins is unknown.

Source: promise R12, threats T10 and T21 of the reliability study; RFC 9112, sections 6.3 and 9.6.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any, TypeAlias, cast

import httptools
from uvicorn.config import Config
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.server import ServerState

from andon.app.guard import REFUSED, Guard

MOST_HEAD_BYTES = 64 * 2**10
"""A request's line and headers; senders' are below two KiB, and proxies commonly stop at 8 to 64."""

_LENGTHS = frozenset({b"content-length", b"transfer-encoding"})

Words: TypeAlias = Callable[[int, str], tuple[str, bytes]]
"""Writes a refusal: media type and body of a status and what to say."""


class Connection(HttpToolsProtocol):
    """
    One connection, never without a deadline except while the application works on an answer.

    Args:
        guard: Counts and watches it.
        words: Writes what it says when it is refused.
        config: uvicorn's.
        server_state: uvicorn's.
        app_state: uvicorn's.
    """

    files = 1

    def __init__(
        self,
        guard: Guard,
        words: Words,
        config: Config,
        server_state: ServerState,
        app_state: dict[str, Any],
        _loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        super().__init__(config, server_state, app_state, _loop)
        self._guard = guard
        self._words = words
        self._since = self.loop.time()
        """When what it waits for now began."""
        self._in_head = True
        self._in_body = False
        self._is_refused = False
        self._is_resuming = False
        self._heads = 0
        self._head_bytes = 0
        self._unsent_since: tuple[float, object] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Count it in, or say that it cannot be."""
        super().connection_made(cast("asyncio.Transport", transport))
        problem = self._guard.admit(self, self.client[0] if self.client else "")
        if problem is not None:
            self._refuse(HTTPStatus.SERVICE_UNAVAILABLE, problem, b"retry-after: 1\r\n")

    def connection_lost(self, exc: Exception | None) -> None:
        """Count it out."""
        self._guard.leave(self)
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Parse on; a head that goes on without end is refused before it is whole."""
        heads = self._heads
        self._unset_keepalive_if_required()
        try:
            self._parse(data)
        except httptools.HttpParserError:
            self.send_400_response("")
        # What of these bytes belongs to a head that began among them is bounded by what is read at once.
        if self._in_head and self._heads == heads and not self._is_refused:
            self._head_bytes += len(data)
            self._check_head()

    def _parse(self, data: bytes) -> None:
        """
        Parse, and go on in HTTP/1.1 where a client offers another protocol.

        The parser leaves everything after an offer to that protocol, the body too. A new parser, told of
        nothing but the body's length, goes on where it stopped: Java's own client offers HTTP/2 with its
        first request, and that request's telemetry must not be lost.
        """
        while data and not self._is_refused:
            try:
                self.parser.feed_data(data)
            except httptools.HttpParserUpgrade as offer:
                data = data[offer.args[0] :]
                lengths = [name + b": " + value + b"\r\n" for name, value in self.headers if name in _LENGTHS]
                self.parser = httptools.HttpRequestParser(self)
                self._is_resuming = True
                self.parser.feed_data(b"POST / HTTP/1.1\r\n" + b"".join(lengths) + b"\r\n")
                self._is_resuming = False
            else:
                return

    def send_400_response(self, msg: str) -> None:
        """Refuse what is no HTTP, in our words."""
        del msg
        if not self._is_refused:
            REFUSED.labels("not_http").inc()
            self._refuse(HTTPStatus.BAD_REQUEST, "This is not valid HTTP/1.1")

    def on_message_begin(self) -> None:
        """Begin the next head; its patience begins too."""
        if self._is_resuming:
            return
        super().on_message_begin()
        self._heads += 1
        self._head_bytes = 0
        self._in_head = True
        self._since = self.loop.time()

    def on_url(self, url: bytes) -> None:
        """Count the request's line."""
        if self._is_resuming:
            return
        self._head_bytes += len(url)
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """Take a header; one that stands after the body is none: what it claims would come too late."""
        if self._in_head:
            self._head_bytes += len(name) + len(value) + len(": \r\n")
            super().on_header(name, value)

    def on_headers_complete(self) -> None:
        """Let the application begin, unless the head is too large."""
        if self._is_resuming:
            return
        self._in_head = False
        self._since = self.loop.time()
        self._check_head()
        if self._is_refused:
            return
        self._in_body = True
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Take a part of the body."""
        if not self._is_refused:
            super().on_body(body)

    def on_message_complete(self) -> None:
        """Wait for nothing more of this request, unless its body is still to be parsed."""
        if self.parser.should_upgrade() and any(name in _LENGTHS for name, _ in self.headers):
            return
        self._in_body = False
        self._since = self.loop.time()
        if not self._is_refused:
            super().on_message_complete()

    def on_response_complete(self) -> None:
        """Wait for the next request, if this one is over."""
        if not self._in_body:
            self._since = self.loop.time()
        super().on_response_complete()

    def look(self, now: float) -> None:
        """End it if it takes longer than it may for what it is at."""
        if self.transport.get_write_buffer_size() or self.transport.is_closing():
            self._look_at_unsent(now)
            return
        self._unsent_since = None
        waited = now - self._since
        if self._in_head:
            if waited > self._guard.head_s:
                self._give_up("head", f"The head of the request did not arrive within {self._guard.head_s} s")
        elif self._in_body:
            if self.flow.read_paused:
                self._since = now  # it is we who do not read
            elif waited > self._guard.body_s:
                self._give_up("body", "The body of the request did not arrive in time")
        elif self.cycle.response_complete and waited > self._guard.idle_s:
            self._give_up("idle", None)

    def _look_at_unsent(self, now: float) -> None:
        if self._unsent_since is None or self._unsent_since[1] is not self.cycle:
            self._unsent_since = now, self.cycle
        elif now - self._unsent_since[0] > self._guard.send_s:
            REFUSED.labels("send").inc()
            self.transport.abort()

    def _give_up(self, reason: str, detail: str | None) -> None:
        REFUSED.labels(reason).inc()
        if detail is None or (not self._heads and not self._head_bytes):
            self.transport.close()  # it never said anything, nor is it told anything
        else:
            self._refuse(HTTPStatus.REQUEST_TIMEOUT, detail)

    def _check_head(self) -> None:
        if self._head_bytes > MOST_HEAD_BYTES:
            REFUSED.labels("head_too_large").inc()
            self._refuse(
                HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE,
                f"The head of the request has more than {MOST_HEAD_BYTES} bytes",
            )

    def _refuse(self, status: HTTPStatus, detail: str, headers: bytes = b"") -> None:
        """Say why, unless that would be taken for the answer to a request before, and close."""
        self._is_refused = True
        if self._in_body:
            is_ours_to_say = not self.pipeline and not self.cycle.response_started
        else:
            is_ours_to_say = self.cycle is None or self.cycle.response_complete
        if is_ours_to_say and not self.transport.is_closing():
            media_type, body = self._words(status, detail)
            self.transport.write(
                f"HTTP/1.1 {status.value} {status.phrase}\r\ncontent-type: {media_type}\r\n".encode()
                + headers
                + f"content-length: {len(body)}\r\nconnection: close\r\n\r\n".encode()
                + body
            )
        self.transport.close()


def protocol(guard: Guard, words: Words) -> type[asyncio.Protocol]:
    """Make what uvicorn makes connections with."""
    return cast("type[asyncio.Protocol]", partial(Connection, guard, words))
