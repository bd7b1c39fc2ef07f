"""
OTLP over HTTP, acknowledged when it is on disk.

A request is authenticated before its body is read, inflated within bounds, decoded, redacted, flattened and
appended to the log; only then is it answered with 200. Whatever goes wrong on our side is answered with 503,
which senders retry, never with 500, which makes them drop their data.

Source: opentelemetry-proto ``docs/specification.md``, "OTLP/HTTP"; conformance list O1 to O24 of the
reliability study.
"""

from __future__ import annotations

import structlog
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from andon.contract.addresses import is_loopback
from andon.contract.problems import MethodNotAllowed, Problem, Unsupported
from andon.contract.telemetry import SIGNALS, Signal
from andon.ingest.answers import MEDIA_TYPES, Encoding, export_response, status
from andon.ingest.door import BUSY, REQUESTS, Door
from andon.ingest.orders import Envelope

_LOG = structlog.get_logger(__name__)


class Receiver:
    """Answers OTLP requests over HTTP; what they bring goes through the door."""

    def __init__(self, door: Door) -> None:
        self._door = door

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
            response = failure(503, "Something failed on our side; send it again", request, BUSY)
        REQUESTS.labels(signal, response.status_code).inc()
        return response

    async def _export(self, signal: Signal, request: Request) -> Response:
        if request.method != "POST":
            raise MethodNotAllowed(
                f"{request.method} is not answered here; send POST", headers={"Allow": "POST"}
            )
        sender = await self._door.sender(
            request.headers.get("authorization"),
            is_loopback=request.client is not None and is_loopback(request.client.host),
        )
        encoding = encoding_of(request)
        if encoding is None:
            raise Unsupported(
                f"Content-Type {request.headers.get('content-type', '')[:100]!r} is not read; send "
                f"{' or '.join(MEDIA_TYPES.values())}"
            )
        is_gzip = _is_gzip(request)

        self._door.check_length(int(request.headers.get("content-length", 0)))
        async with self._door.body(request.stream(), sender) as body:
            envelope = Envelope(signal, encoding, sender, self._door.clock())
            taken = await self._door.take(body, envelope, is_gzip=is_gzip)

        answer = export_response(signal, taken.rejected, taken.message, encoding)
        return Response(answer, media_type=MEDIA_TYPES[encoding])


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


def refusal(code: int, detail: str) -> tuple[str, bytes]:
    """Give media type and body of a refusal that came before there was a request."""
    return MEDIA_TYPES["json"], status(code, detail, "json")


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
