"""
The door: OTLP over HTTP, acknowledged when it is on disk.

A request is authenticated before its body is read, inflated within bounds, decoded, redacted, flattened and
appended to the log; only then is it answered with 200. Whatever goes wrong on our side is answered with 503,
which senders retry, never with 500, which makes them drop their data.

Source: opentelemetry-proto ``docs/specification.md``, "OTLP/HTTP"; conformance list O1 to O24 of the
reliability study.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import ipaddress
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol, TypeVar

import structlog
from prometheus_client import Counter
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from andon.config import Settings
from andon.contract.problems import (
    Forbidden,
    MethodNotAllowed,
    Problem,
    TooLarge,
    Unauthenticated,
    Unavailable,
    Unsupported,
)
from andon.contract.telemetry import SIGNALS, Signal
from andon.ingest.answers import MEDIA_TYPES, Encoding, export_response, status
from andon.ingest.inflate import gunzip
from andon.ingest.take_in import Envelope, Sender, TakenIn, Window, take_in
from andon.log.writer import AppendFailed, SegmentWriter

RETRY_AFTER_S = 1
"""Senders give up after about ten seconds, and at once if told to wait for longer than they have left."""

BODY_DEADLINE_S = 30
"""A body that takes longer to arrive is given up, so that slow senders cannot hold connections for ever."""

MOST_HELD_BYTES = 256 * 2**20
"""Bodies held in memory at once, as received; beyond it, senders are asked to come back."""

REQUESTS = Counter("andon_ingest_requests", "OTLP requests answered.", ["signal", "code"])
RECEIVED = Counter("andon_ingest_records_received", "Items in OTLP requests that could be read.", ["signal"])
STORED = Counter("andon_ingest_records_stored", "Items acknowledged: durable in the log.", ["signal"])
REJECTED = Counter("andon_ingest_records_rejected", "Items refused, as their senders were told.", ["signal"])

_Result = TypeVar("_Result")
_LOG = structlog.get_logger(__name__)
_BUSY = {"Retry-After": str(RETRY_AFTER_S)}


class Principal(Protocol):
    """What a key stands for, as far as this door cares; the directory's principals are."""

    @property
    def key_id(self) -> str:
        """Public id of the key."""

    @property
    def org_id(self) -> str:
        """Organisation of the key."""

    @property
    def kind(self) -> str:
        """``ingest`` may write; nothing else may."""

    @property
    def keeps_content(self) -> bool:
        """Whether the organisation keeps prompts and other content."""


class Receiver:
    """
    Takes telemetry in.

    Args:
        writer: The log; whoever made it closes it, after the server has stopped.
        authenticate: Tells whom a key speaks for; None for every key that is not valid now.
        clock: Tells the time, in UTC.
        settings: Limits and the window of believed times.
        open_org: Organisation that loopback clients without any key write to: the demo. None refuses them.
    """

    def __init__(
        self,
        writer: SegmentWriter,
        authenticate: Callable[[str], Principal | None],
        clock: Callable[[], dt.datetime],
        settings: Settings,
        open_org: str | None = None,
    ) -> None:
        self._writer = writer
        self._authenticate = authenticate
        self._clock = clock
        self._limit = settings.max_body_bytes
        self._window = Window(settings.history_start, settings.max_future_s)
        self._open_org = open_org
        self._held_bytes = 0
        self._workers = ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="andon-ingest")

    async def answer(self, signal: Signal, request: Request) -> Response:
        """Answer one request; never raises."""
        try:
            response = await self._export(signal, request)
        except Problem as problem:
            response = failure(problem.status, problem.detail, request, problem.headers)
        except ClientDisconnect:
            response = failure(400, "The sender went away", request)
        except Exception:  # noqa: BLE001 (logged with its traceback; the sender is to try again)
            # Not 500: senders drop what a 500 answers, and what failed here may work in a second.
            _LOG.exception("a telemetry request failed", signal=signal)
            response = failure(503, "Something failed on our side; send it again", request, _BUSY)
        REQUESTS.labels(signal, response.status_code).inc()
        return response

    def close(self) -> None:
        """Stop the worker threads; call it after the server has stopped."""
        self._workers.shutdown()

    async def _export(self, signal: Signal, request: Request) -> Response:
        if request.method != "POST":
            raise MethodNotAllowed(
                f"{request.method} is not answered here; send POST", headers={"Allow": "POST"}
            )
        sender = await self._sender(request)
        encoding = encoding_of(request)
        if encoding is None:
            raise Unsupported(
                f"Content-Type {request.headers.get('content-type', '')[:100]!r} is not read; send "
                f"{' or '.join(MEDIA_TYPES.values())}"
            )
        is_gzip = _is_gzip(request)

        async with self._body(request) as body:
            envelope = Envelope(signal, encoding, sender, self._clock())
            taken = await self._on_a_worker(
                partial(self._gunzip_and_take_in if is_gzip else self._take_in, body, envelope)
            )
            RECEIVED.labels(signal).inc(taken.accepted + taken.rejected)
            if taken.frame is not None:
                try:
                    await asyncio.wrap_future(self._writer.append(taken.frame))
                except AppendFailed as failed:
                    _LOG.error("telemetry was not stored", signal=signal, reason=str(failed))
                    raise Unavailable(
                        "The telemetry could not be stored; send it again", headers=_BUSY
                    ) from None
        STORED.labels(signal).inc(taken.accepted)
        REJECTED.labels(signal).inc(taken.rejected)

        answer = export_response(signal, taken.rejected, taken.message, encoding)
        return Response(answer, media_type=MEDIA_TYPES[encoding])

    async def _sender(self, request: Request) -> Sender:
        header = request.headers.get("authorization")
        if header is None and self._open_org is not None and _is_loopback(request):
            return Sender(self._open_org)

        asked = {"WWW-Authenticate": 'Bearer realm="andon"'}
        if header is None:
            raise Unauthenticated("No key was sent; send Authorization: Bearer ik-…", headers=asked)
        scheme, _, key = header.partition(" ")
        principal = None
        if scheme.lower() == "bearer" and key.isascii():
            principal = await self._on_a_worker(partial(self._authenticate, key.strip()))
        if principal is None:
            raise Unauthenticated(
                "The key is not valid: send an ingest key that is neither expired nor revoked, as "
                "Authorization: Bearer ik-…",
                headers=asked,
            )
        if principal.kind != "ingest":
            raise Forbidden("This key reads reports; telemetry is sent with an ingest key (ik-…)")
        return Sender(principal.org_id, principal.key_id, principal.keeps_content)

    @asynccontextmanager
    async def _body(self, request: Request) -> AsyncIterator[bytes]:
        """Read the body, as sent, and account for the memory that it takes while it is worked on."""
        self._check_length(int(request.headers.get("content-length", 0)))
        chunks: list[bytes] = []
        held = 0
        try:
            try:
                async with asyncio.timeout(BODY_DEADLINE_S):
                    async for chunk in request.stream():
                        chunks.append(chunk)
                        held += len(chunk)
                        self._held_bytes += len(chunk)
                        self._check_length(held)
                        self._check_room()
            except TimeoutError:
                raise Unavailable(
                    f"The body did not arrive within {BODY_DEADLINE_S} seconds",
                    headers={**_BUSY, "Connection": "close"},
                ) from None
            body = b"".join(chunks)
            chunks.clear()
            yield body
        finally:
            self._held_bytes -= held

    def _check_room(self) -> None:
        if self._held_bytes > MOST_HELD_BYTES:
            raise Unavailable("Too much telemetry at once; send it again", headers=_BUSY)

    def _check_length(self, length: int) -> None:
        if length > self._limit:
            raise TooLarge(f"The body has more than {self._limit} bytes; send smaller batches")

    def _gunzip_and_take_in(self, body: bytes, envelope: Envelope) -> TakenIn:
        return self._take_in(gunzip(body, self._limit), envelope)

    def _take_in(self, body: bytes, envelope: Envelope) -> TakenIn:
        return take_in(body, envelope, self._window)

    async def _on_a_worker(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)


class _Endpoint:
    """One signal's path, for every method: a class, so that Starlette leaves the methods to us."""

    def __init__(self, receiver: Receiver, signal: Signal) -> None:
        self._receiver = receiver
        self._signal = signal

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self._receiver.answer(self._signal, Request(scope, receive, send))
        await response(scope, receive, send)


def otlp_routes(receiver: Receiver) -> list[Route]:
    """Make the routes ``/v1/traces``, ``/v1/logs`` and ``/v1/metrics``."""
    return [
        Route(f"/v1/{signal}", _Endpoint(receiver, signal), name=f"otlp_{signal}", include_in_schema=False)
        for signal in SIGNALS
    ]


def create_otlp_app(receiver: Receiver) -> Starlette:
    """Make the application of the OTLP port: the three paths, and an OTLP status for every other one."""

    def not_found(request: Request, error: Exception) -> Response:
        code = error.status_code if isinstance(error, HTTPException) else 404
        paths = ", ".join(f"/v1/{signal}" for signal in SIGNALS)
        return failure(code, f"There is nothing at this path; OTLP is taken at {paths}", request)

    return Starlette(routes=otlp_routes(receiver), exception_handlers={HTTPException: not_found})


def encoding_of(request: Request) -> Encoding | None:
    """Tell the encoding from the media type, in any case and with any parameters; None if unknown."""
    media_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    for encoding, known in MEDIA_TYPES.items():
        if media_type == known:
            return encoding
    return None


def failure(code: int, detail: str, request: Request, headers: dict[str, str] | None = None) -> Response:
    """Make an error answer: a ``google.rpc.Status`` in the request's encoding, else in JSON."""
    encoding = encoding_of(request) or "json"
    return Response(
        status(code, detail, encoding), status_code=code, headers=headers, media_type=MEDIA_TYPES[encoding]
    )


def _is_gzip(request: Request) -> bool:
    coding = ", ".join(request.headers.getlist("content-encoding")).strip().lower()
    if coding in {"gzip", "x-gzip"}:
        return True
    if coding in {"", "identity"}:
        return False
    raise Unsupported(
        f"Content-Encoding {coding[:100]!r} is not read; send gzip or none",
        headers={"Accept-Encoding": "gzip, identity"},
    )


def _is_loopback(request: Request) -> bool:
    if request.client is None:
        return False
    try:
        address = ipaddress.ip_address(request.client.host.partition("%")[0])
    except ValueError:
        return False
    mapped = getattr(address, "ipv4_mapped", None)
    return address.is_loopback if mapped is None else mapped.is_loopback
