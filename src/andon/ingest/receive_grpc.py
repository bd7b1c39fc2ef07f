"""
OTLP over gRPC: the same promises as over HTTP, in gRPC's words.

The three ``Export`` methods are unary; on the wire a unary call is a stream of one message, and as such it is
read here, because only then do we get to see the key before the message is received. Messages stay bytes, as
they were sent: the door inflates and decodes them, away from this process, and counts what is over the limit.

Whatever goes wrong on our side is ``UNAVAILABLE``, which senders retry; an exception that got out of here
would be ``UNKNOWN``, which makes them drop their data.

Source: opentelemetry-proto ``docs/specification.md``, "OTLP/gRPC"; conformance list O1, O6, O11, O12 and O22
of the reliability study; gRPC's ``doc/compression.md``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import NamedTuple, NoReturn

import grpc
import grpc.aio
import structlog

from andon.contract.problems import BadRequest, Problem, Unavailable
from andon.contract.telemetry import Signal
from andon.ingest.answers import LONGEST_MESSAGE, export_response, rpc_code, rpc_details
from andon.ingest.door import REQUESTS, RETRY_AFTER_S, Door
from andon.ingest.health_grpc import Health
from andon.ingest.orders import Envelope

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

_IDENTITY_AND_GZIP = 0b101
"""Bits of gRPC's numbers of them. Another coding is UNIMPLEMENTED, with the names of these."""

_GZIP_MAGIC = b"\x1f\x8b"
"""As protobuf it would be a wire type that does not exist."""

_REFUSED_S = 0.05
"""Longer than the library takes to end a call whose message it did not receive."""

_STATUS = {code.value[0]: code for code in grpc.StatusCode}
_LOG = structlog.get_logger(__name__)

Context = grpc.aio.ServicerContext[bytes, bytes]


class Addresses(NamedTuple):
    """
    Where the library listens, in its own words; whoever has the port passes connections on to one of them.

    Attributes:
        near: For clients on this machine.
        far: For all others.
    """

    near: str
    far: str


@asynccontextmanager
async def answering(door: Door, addresses: Addresses, *, limit: int, drain_s: float) -> AsyncIterator[None]:
    """
    Answer calls while the block runs.

    Args:
        door: Takes in what comes.
        addresses: Where to listen.
        limit: Bytes of the largest message.
        drain_s: Seconds that calls in flight have at the end of the block.

    Raises:
        RuntimeError: An address cannot be listened on.
    """
    health = Health(method.split("/")[1] for method in METHODS)
    servers = [
        _server((GrpcReceiver(door, is_loopback=is_near), health), address, limit)
        for address, is_near in ((addresses.near, True), (addresses.far, False))
    ]
    for server in servers:
        await server.start()
    try:
        yield
    finally:
        health.end()
        await asyncio.gather(*(server.stop(drain_s) for server in servers))


def _server(handlers: Sequence[grpc.GenericRpcHandler], address: str, limit: int) -> grpc.aio.Server:
    server = grpc.aio.server(
        handlers=handlers,
        options=(
            # A little more than we take: what is over the limit is then refused and counted by the door.
            ("grpc.max_receive_message_length", limit + limit // 4),
            ("grpc.per_message_decompression", 0),
            ("grpc.compression_enabled_algorithms_bitset", _IDENTITY_AND_GZIP),
            ("grpc.max_concurrent_streams", MOST_CALLS),
            ("grpc.http2.min_ping_interval_without_data_ms", int(SHORTEST_PING_S * 1000)),
            ("grpc.http2.min_recv_ping_interval_without_data_ms", int(SHORTEST_PING_S * 1000)),
            ("grpc.keepalive_permit_without_calls", 1),
            ("grpc.keepalive_time_ms", LOOK_AFTER_S * 1000),
            ("grpc.server_handshake_timeout_ms", HANDSHAKE_S * 1000),
        ),
    )
    server.add_insecure_port(address)
    return server


class GrpcReceiver(grpc.GenericRpcHandler):
    """
    Answers the three Export methods; the library answers UNIMPLEMENTED for every other one.

    Args:
        door: Takes in what comes.
        is_loopback: Whether its callers are on this machine.
    """

    def __init__(self, door: Door, *, is_loopback: bool) -> None:
        self._door = door
        self._is_loopback = is_loopback
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
        sender = await self._door.sender(_authorization(context), is_loopback=self._is_loopback)
        async with self._door.body(_only_one(messages), sender) as body:
            envelope = Envelope(signal, "protobuf", sender, self._door.clock())
            taken = await self._door.take(body, envelope, is_gzip=body.startswith(_GZIP_MAGIC))
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
    if not count:
        # Perhaps there was one, and the library refused it: then it ends the call in a moment.
        await asyncio.sleep(_REFUSED_S)
    if count != 1:
        raise BadRequest("An Export call has one message; send one")


def _authorization(context: Context) -> str | None:
    for name, value in context.invocation_metadata() or ():
        if name == "authorization":
            return value if isinstance(value, str) else value.decode("latin-1")
    return None
