"""
How many connections there may be, over HTTP and gRPC together, and who looks whether they take too long.

Source: promise R12, threat T10 of the reliability study.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from typing import Protocol

import prometheus_client

from andon.config import Settings

try:
    import resource
except ImportError:  # Windows has no limit of this kind
    resource = None  # type: ignore[assignment]

LOOKS = 5
"""How often a connection is looked at in the shortest patience: so much later than promised it may end."""

SPARE_FILES = 512
"""Descriptors kept for everything but connections: the log, the warehouse, a build."""

BACKSTOP = 2
"""How often its deadline a body has here: the application, which has that deadline, is to answer first."""

REFUSED = prometheus_client.Counter(
    "andon_connections_refused", "Connections that were refused or given up.", ["reason"]
)

_MANY_FILES = 2**20


class Watched(Protocol):
    """
    A connection, as far as the guard cares.

    Attributes:
        files: Descriptors that it takes.
        loop: Its event loop.
    """

    files: int
    loop: asyncio.AbstractEventLoop

    def look(self, now: float) -> None:
        """End it if it takes longer than it may for what it is at."""


class Guard:
    """
    Counts and watches the connections of one event loop, whichever port they came to.

    Args:
        settings: The patience, and how many connections there may be.
    """

    def __init__(self, settings: Settings) -> None:
        self.head_s = settings.head_timeout_s
        self.body_s = settings.body_timeout_s * BACKSTOP
        self.send_s = settings.send_timeout_s
        self.idle_s = settings.keep_alive_s * BACKSTOP
        self._most = settings.max_connections
        self._files_left = max(_room_for_files() - SPARE_FILES, SPARE_FILES)
        self._most_per_address = settings.connections_per_address
        self._tick_s = min(self.head_s, self.body_s, self.send_s, 5) / LOOKS
        self._connections: dict[Watched, str] = {}
        self._per_address: Counter[str] = Counter()
        self._timer: asyncio.TimerHandle | None = None

    def admit(self, connection: Watched, address: str) -> str | None:
        """Count a connection in; a text says why it cannot be."""
        if len(self._connections) >= self._most or connection.files > self._files_left:
            REFUSED.labels("too_many").inc()
            return f"There are {len(self._connections)} connections already; come back in a second"
        if self._most_per_address and self._per_address[address] >= self._most_per_address:
            REFUSED.labels("too_many_of_address").inc()
            return (
                f"There are {self._most_per_address} connections from {address} already; close some, or use "
                "those that there are"
            )
        self._files_left -= connection.files
        self._connections[connection] = address
        self._per_address[address] += 1
        if self._timer is None:
            self._timer = connection.loop.call_later(self._tick_s, self._look, connection.loop)
        return None

    def leave(self, connection: Watched) -> None:
        """Count a connection out, once."""
        address = self._connections.pop(connection, None)
        if address is not None:
            self._files_left += connection.files
            self._per_address[address] -= 1
            if not self._per_address[address]:
                del self._per_address[address]

    def _look(self, loop: asyncio.AbstractEventLoop) -> None:
        now = loop.time()
        for connection in list(self._connections):
            connection.look(now)
        self._timer = loop.call_later(self._tick_s, self._look, loop) if self._connections else None


def _room_for_files() -> int:
    """Raise the limit of open files to what this process may have, and tell it."""
    if resource is None:
        return _MANY_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft != hard:
        try:
            resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        except (OSError, ValueError):  # a kernel may allow less than it says
            return soft
    return _MANY_FILES if hard == resource.RLIM_INFINITY else hard
