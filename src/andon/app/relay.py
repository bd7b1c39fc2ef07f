"""
gRPC's port: connections are counted and watched as HTTP's are, and passed on to gRPC's own server.

The library makes its own sockets. It takes none that systemd holds open, opens its port only when it is
imported, and limits connections by no address. So the port is ours: bytes go to and fro between each
connection and the library, which listens where only this machine can connect.

::

    client ── port, counted ──▶ relay ── Unix socket ──▶ the library ──▶ the door

Source: promises R12 and R14 of the reliability study; decision "gRPC behind a port of ours".
"""

from __future__ import annotations

import asyncio
import contextlib
import secrets
import socket
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import cast

from andon.app.guard import REFUSED, Guard
from andon.contract.addresses import is_loopback
from andon.ingest.door import Door
from andon.ingest.receive_grpc import Addresses, answering

_LAST_BYTES_S = 1.0
"""What the library has said last reaches its client within this, or not at all."""


@contextlib.asynccontextmanager
async def relayed(
    door: Door, listener: socket.socket, guard: Guard, *, limit: int, drain_s: float
) -> AsyncIterator[None]:
    """
    Take OTLP over gRPC on a port while the block runs.

    Args:
        door: Takes in what comes.
        listener: The port; closed at the end of the block.
        guard: Counts and watches the connections.
        limit: Bytes of the largest message.
        drain_s: Seconds that calls in flight have at the end of the block.

    Raises:
        RuntimeError: The library cannot listen.
    """
    with _private_addresses() as addresses:
        relay = _Relay(guard, addresses)
        async with answering(door, addresses, limit=limit, drain_s=drain_s):
            server = await asyncio.get_running_loop().create_server(relay.caller, sock=listener)
            try:
                yield
            finally:
                server.close()
                relay.dismiss_silent()
        await relay.end()


@contextlib.contextmanager
def _private_addresses() -> Iterator[Addresses]:
    """Name two Unix sockets; those without a file leave none behind when the process is killed."""
    if sys.platform == "linux":
        name = f"unix-abstract:andon-{secrets.token_hex(8)}"
        yield Addresses(f"{name}-near", f"{name}-far")
    else:
        with tempfile.TemporaryDirectory(prefix="andon-") as folder:
            yield Addresses(*(f"unix:{Path(folder) / name}" for name in Addresses._fields))


def _path(address: str) -> str:
    kind, _, name = address.partition(":")
    return f"\0{name}" if kind == "unix-abstract" else name


class _Relay:
    """The connections of one port, each with its other half."""

    def __init__(self, guard: Guard, addresses: Addresses) -> None:
        self.guard = guard
        self._addresses = addresses
        self._callers: set[_Caller] = set()
        self._none_left = asyncio.Event()
        self._none_left.set()

    def caller(self) -> _Caller:
        return _Caller(self)

    def enter(self, caller: _Caller) -> None:
        self._callers.add(caller)
        self._none_left.clear()

    def leave(self, caller: _Caller) -> None:
        self._callers.discard(caller)
        if not self._callers:
            self._none_left.set()

    async def connect(self, caller: _Caller) -> None:
        """Find the other half of a connection."""
        path = _path(self._addresses.near if is_loopback(caller.address) else self._addresses.far)
        loop = asyncio.get_running_loop()
        other = socket.socket(socket.AF_UNIX)
        try:
            other.setblocking(False)
            await loop.sock_connect(other, path)
            await loop.create_unix_connection(lambda: _Callee(caller), sock=other)
        except OSError:
            other.close()
            caller.transport.abort()

    def dismiss_silent(self) -> None:
        """Let go of whoever never said a word: the library would wait for them as for calls in flight."""
        for caller in list(self._callers):
            if not caller.has_spoken:
                caller.transport.abort()

    async def end(self) -> None:
        """Wait for the last bytes; nobody may connect any more."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_LAST_BYTES_S):
                await self._none_left.wait()
        for caller in list(self._callers):
            caller.transport.abort()


class _Half(asyncio.Protocol):
    """
    Hands what it receives to its other half, no faster than that can pass it on.

    Where one ends, the other passes on the rest and ends too: HTTP/2 has no use for half a connection.
    """

    transport: asyncio.Transport
    other: _Half | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        if self.other is not None:
            self.other.transport.write(data)

    def pause_writing(self) -> None:
        if self.other is not None and not self.other.transport.is_closing():
            self.other.transport.pause_reading()

    def resume_writing(self) -> None:
        if self.other is not None and not self.other.transport.is_closing():
            self.other.transport.resume_reading()

    def connection_lost(self, exc: Exception | None) -> None:
        del exc
        if self.other is not None:
            self.other.transport.close()


class _Caller(_Half):
    """The half that came from outside."""

    files = 3
    """Descriptors: its own, and both ends of the other half."""

    def __init__(self, relay: _Relay) -> None:
        self.loop = asyncio.get_running_loop()
        self.address = ""
        self._relay = relay
        self.has_spoken = False
        self._early: list[bytes] = []
        self._unsent_since: float | None = None
        self._connecting: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        peer = transport.get_extra_info("peername")
        self.address = peer[0] if peer else ""
        if self._relay.guard.admit(self, self.address) is not None:
            self.transport.abort()
            return
        self._relay.enter(self)
        self._connecting = self.loop.create_task(self._relay.connect(self))

    def join(self, other: _Half) -> None:
        """Begin: there is another half."""
        self.other = other
        other.transport.writelines(self._early)
        self._early.clear()
        if self.transport.is_closing():
            other.transport.close()

    def data_received(self, data: bytes) -> None:
        self.has_spoken = True
        if self.other is None:
            self._early.append(data)
        else:
            self.other.transport.write(data)

    def connection_lost(self, exc: Exception | None) -> None:
        self._relay.guard.leave(self)
        self._relay.leave(self)
        super().connection_lost(exc)

    def look(self, now: float) -> None:
        """End it if it does not take what it is told; for whoever is silent the library looks itself."""
        if not self.transport.get_write_buffer_size():
            self._unsent_since = None
        elif self._unsent_since is None:
            self._unsent_since = now
        elif now - self._unsent_since > self._relay.guard.send_s:
            REFUSED.labels("send").inc()
            self.transport.abort()


class _Callee(_Half):
    """The half that leads to the library."""

    def __init__(self, caller: _Caller) -> None:
        self._caller = caller

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self.other = self._caller
        self._caller.join(self)
