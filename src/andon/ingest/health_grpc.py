"""
gRPC's standard health service, ``grpc.health.v1``: what load balancers and orchestrators ask.

Its messages have one field each, so they are written here by hand; the package that offers them ready made
asks for another protobuf than the build's engine allows. It is asked without a key, as ``/healthz`` is.

Source: gRPC's ``doc/health-checking.md`` and ``grpc/health/v1/health.proto``.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable

import grpc
import grpc.aio

CHECK, WATCH = "/grpc.health.v1.Health/Check", "/grpc.health.v1.Health/Watch"

SERVING, NOT_SERVING, SERVICE_UNKNOWN = b"\x08\x01", b"\x08\x02", b"\x08\x03"
"""``HealthCheckResponse`` of each status."""

_EMPTY_NAME = b"\x0a\x00"

Context = grpc.aio.ServicerContext[bytes, bytes]


class Health(grpc.GenericRpcHandler):
    """
    Says that some services are served, until the end begins.

    Args:
        services: Their names; the empty name, which means all of the server, is known too.
    """

    def __init__(self, services: Iterable[str]) -> None:
        named = {b"\x0a" + bytes([len(name)]) + name.encode() for name in services}
        self._known = {b"", _EMPTY_NAME, *named}
        self._ending = asyncio.Event()
        self._methods: dict[str, grpc.RpcMethodHandler[bytes, bytes]] = {
            CHECK: grpc.unary_unary_rpc_method_handler(self.check),
            WATCH: grpc.unary_stream_rpc_method_handler(self.watch),
        }

    def service(
        self, handler_call_details: grpc.HandlerCallDetails
    ) -> grpc.RpcMethodHandler[bytes, bytes] | None:
        """Find a method; None for one that is not there."""
        return self._methods.get(handler_call_details.method)

    def end(self) -> None:
        """Say from now on that nothing is served; those who watch are told, and their calls end."""
        self._ending.set()

    async def check(self, request: bytes, context: Context) -> bytes:
        """Answer once."""
        if request not in self._known:
            await context.abort(grpc.StatusCode.NOT_FOUND, "There is no such service")
        return NOT_SERVING if self._ending.is_set() else SERVING

    async def watch(self, request: bytes, _context: Context) -> AsyncIterator[bytes]:
        """Answer now and at every change: there is one."""
        is_known = request in self._known
        if not self._ending.is_set():
            yield SERVING if is_known else SERVICE_UNKNOWN
            await self._ending.wait()
        if is_known:
            yield NOT_SERVING
