"""
OTLP over gRPC: the same promises as over HTTP, in gRPC's words.

The three ``Export`` methods are unary; on the wire a unary call is a stream of one message, and as such it is
read here, because only then do we get to see the key before the message is received and inflated. Messages
stay bytes: the door decodes them. What is over the limit after decompression is refused by the library with
``RESOURCE_EXHAUSTED``, which without ``RetryInfo`` tells senders not to repeat it.

Whatever goes wrong on our side is ``UNAVAILABLE``, which senders retry; an exception that got out of here
would be ``UNKNOWN``, which makes them drop their data.

Source: opentelemetry-proto ``docs/specification.md``, "OTLP/gRPC"; conformance list O1, O6, O11, O12 and O22
of the reliability study.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import NoReturn
from urllib.parse import unquote

import grpc
import grpc.aio
import structlog

from andon.contract.addresses import is_loopback
from andon.contract.problems import BadRequest, Problem, Unavailable
from andon.contract.telemetry import Signal
from andon.ingest.answers import LONGEST_MESSAGE, export_response, rpc_code, rpc_details
from andon.ingest.door import REQUESTS, RETRY_AFTER_S, Door
from andon.ingest.take_in import Envelope

METHODS: dict[str, Signal] = {
    "/opentelemetry.proto.collector.trace.v1.TraceService/Export": "traces",
    "/opentelemetry.proto.collector.logs.v1.LogsService/Export": "logs",
    "/opentelemetry.proto.collector.metrics.v1.MetricsService/Export": "metrics",
}

SHORTEST_PING_S = 5
"""
Clients may ping so often, with or without calls. The library's five minutes would hang up on common ones,
whose shortest interval is ten seconds; half of that, as they are not punctual.
"""

LOOK_AFTER_S = 120
"""A connection that was silent for so long is asked whether its client is still there, and ended if not."""

HANDSHAKE_S = 10
"""Who connects and does not speak HTTP/2 by then is hung up on: as long as exporters try at all."""

MOST_CALLS = 100
"""Calls of one connection at once, of which each may be receiving its message."""

_STATUS = {code.value[0]: code for code in grpc.StatusCode}
_LOG = structlog.get_logger(__name__)

Context = grpc.aio.ServicerContext[bytes, bytes]


@asynccontextmanager
async def listening(door: Door, host: str, port: int, *, limit: int, drain_s: float) -> AsyncIterator[int]:
    """
    Answer calls while the block runs; gives the port.

    Args:
        door: Takes in what comes.
        host: Address to listen on, as a number.
        port: 0 picks a free one.
        limit: Bytes of the largest message, after decompression.
        drain_s: Seconds that calls in flight have at the end of the block.

    Raises:
        RuntimeError: The port is taken or not ours to take.
    """
    server = grpc.aio.server(
        handlers=(GrpcReceiver(door),),
        options=(
            # Two servers that share a port would each get some of the telemetry, and neither would say so.
            ("grpc.so_reuseport", 0),
            ("grpc.max_receive_message_length", limit),
            ("grpc.max_concurrent_streams", MOST_CALLS),
            ("grpc.http2.min_ping_interval_without_data_ms", int(SHORTEST_PING_S * 1000)),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", int(SHORTEST_PING_S * 1000)),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.keepalive_time_ms", LOOK_AFTER_S * 1000),
            ("grpc.server_handshake_timeout_ms", HANDSHAKE_S * 1000),
        ),
    )
    bound = server.add_insecure_port(f"[{host}]:{port}" if ":" in host else f"{host}:{port}")
    await server.start()
    try:
        yield bound
    finally:
        await server.stop(drain_s)


class GrpcReceiver(grpc.GenericRpcHandler):
    """
    Answers the three Export methods; the library answers UNIMPLEMENTED for every other one.

    Args:
        door: Takes in what comes.
    """

    def __init__(self, door: Door) -> None:
        self._door = door
        self._at_work: set[asyncio.Task[bytes]] = set()
        self._methods: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            method: grpc.stream_unary_rpc_method_handler(partial(self.export, signal))
            for method, signal in METHODS.items()
        }

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Find a method; None for one that is not there."""
        return self._methods.get(handler_call_details.method)

    async def export(self, signal: Signal, messages: AsyncIterator[bytes], context: Context) -> bytes:
        """Answer one call."""
        # A sender that stops waiting would otherwise take the process that decodes for it along.
        work = asyncio.create_task(self._take(signal, messages, context))
        self._at_work.add(work)
        work.add_done_callback(self._at_work.discard)
        try:
            answer = await asyncio.shield(work)
        except Problem as problem:
            failed = problem
        except asyncio.CancelledError:
            REQUESTS.labels(signal, grpc.StatusCode.CANCELLED.name).inc()
            raise
        except Exception:  # noqa: BLE001 (logged with its traceback; the sender is to try again)
            _LOG.exception("a telemetry request failed", signal=signal)
            failed = Unavailable("Something failed on our side; send it again")
        else:
            REQUESTS.labels(signal, grpc.StatusCode.OK.name).inc()
            return answer
        return await _fail(signal, failed, context)

    async def _take(self, signal: Signal, messages: AsyncIterator[bytes], context: Context) -> bytes:
        sender = await self._door.sender(_authorization(context), is_loopback=is_loopback(_host(context)))
        async with self._door.body(_only_one(messages), sender) as body:
            envelope = Envelope(signal, "protobuf", sender, self._door.clock())
            taken = await self._door.take(body, envelope)
        return export_response(signal, taken.rejected, taken.message, "protobuf")


async def _fail(signal: Signal, problem: Problem, context: Context) -> NoReturn:
    retry_after_s = int(problem.headers.get("Retry-After", RETRY_AFTER_S)) if problem.is_retryable else None
    # Also for a key over its quota: RESOURCE_EXHAUSTED is dropped by senders that do not read RetryInfo.
    code = grpc.StatusCode.UNAVAILABLE if problem.is_retryable else _STATUS[rpc_code(problem.status)]
    REQUESTS.labels(signal, code.name).inc()
    message = problem.detail[:LONGEST_MESSAGE]
    details = rpc_details(code.value[0], message, retry_after_s)
    await context.abort(code, message, (("grpc-status-details-bin", details),))


async def _only_one(messages: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
    count = 0
    async for message in messages:
        count += 1
        if count > 1:
            break
        yield message
    if count != 1:
        raise BadRequest("An Export call has one message; send one")


def _authorization(context: Context) -> str | None:
    for name, value in context.invocation_metadata() or ():
        if name == "authorization":
            return value if isinstance(value, str) else value.decode("latin-1")
    return None


def _host(context: Context) -> str:
    """Give the peer's address without family and port: ``ipv6:%5B::1%5D:4711`` is ``::1``."""
    _, _, address = unquote(context.peer()).partition(":")
    return address.rpartition(":")[0].strip("[]")
