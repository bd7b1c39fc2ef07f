"""
The thread that answers everybody: one event loop, on which telemetry is taken before reports are given.

Senders wait for about ten seconds, readers try again: so a process that decodes is started before anything
else, the doors for telemetry open as soon as what they need is imported, and the API joins them later.
"""

from __future__ import annotations

import asyncio
import socket
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any

import structlog
import uvicorn
from starlette.types import ASGIApp

from andon.app.connections import Words, protocol
from andon.app.guard import Guard
from andon.app.listeners import StartFailed
from andon.config import Settings
from andon.ingest.decoders import Decoders
from andon.ingest.orders import Setup, Window

DRAIN_S = 10
"""How long requests in flight may take to end once the server was asked to stop: a sender's patience."""

_START_S = 30
_LOOK_S = 0.005

_LOG = structlog.get_logger("andon.serve")


class Intake:
    """
    An event loop in a thread of its own, and what is served on it; from :meth:`begin` to :meth:`close`.

    Args:
        settings: Limits and patience.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self.guard = Guard(settings)
        window = Window(settings.history_start, settings.max_future_s, settings.max_attributes)
        setup = Setup(window, settings.max_body_bytes, processor_s=settings.decode_timeout_s)
        self.decoders = Decoders(settings.decoders, setup)
        self._thread = threading.Thread(target=self._run, name="andon-http", daemon=True)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._servers: list[uvicorn.Server] = []
        self._parts: list[asyncio.Task[None]] = []
        self._failure: BaseException | None = None

    def begin(self) -> None:
        """Start a process that decodes; it gets ready while the rest is imported."""
        self._thread.start()

    def serve(self, app: ASGIApp, words: Words, listener: socket.socket) -> None:
        """
        Answer for an application; returns when it is answered for.

        Raises:
            StartFailed: It is not; the text says why.
        """
        server = _server(app, protocol(self.guard, words), self._settings)
        self._servers.append(server)
        self.add(server.serve(sockets=[listener]))
        self.wait_until(lambda: server.started)

    def add(self, part: Coroutine[Any, Any, None]) -> None:
        """Run something else beside it, which ends after :meth:`ending`."""
        self.wait_until(lambda: self._loop is not None)
        if self._loop is not None:
            self._loop.call_soon_threadsafe(self._start_part, part)

    async def ending(self) -> None:
        """Wait until it is to end."""
        await self._ending.wait()

    def close(self) -> None:
        """Answer what is in flight, and end."""
        give_up = time.monotonic() + _START_S
        while self._thread.is_alive() and self._loop is None and time.monotonic() < give_up:
            time.sleep(_LOOK_S)
        if self._thread.is_alive() and self._loop is not None:
            self._loop.call_soon_threadsafe(self._end)
            self._thread.join(DRAIN_S + 5)

    def wait_until(self, is_true: Callable[[], bool]) -> None:
        """
        Wait until something has begun.

        Raises:
            StartFailed: It does not; the text says why.
        """
        give_up = time.monotonic() + _START_S
        while not is_true():
            if self._failure is not None or time.monotonic() > give_up:
                raise StartFailed(f"The server did not start: {self._failure or 'it gives no reason'}")
            time.sleep(_LOOK_S)

    def _start_part(self, part: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(part)
        task.add_done_callback(self._note)
        self._parts.append(task)

    def _note(self, part: asyncio.Task[None]) -> None:
        error = None if part.cancelled() else part.exception()
        if error is not None:
            self._fail(error)

    def _fail(self, error: BaseException) -> None:
        self._failure = error
        _LOG.error("server_failed", reason=str(error))

    def _end(self) -> None:
        for server in self._servers:
            server.should_exit = True
        self._ending.set()

    def _run(self) -> None:
        factory = uvicorn.Config("", log_config=None).get_loop_factory()
        try:
            with asyncio.Runner(loop_factory=factory) as runner:
                runner.run(self._serve())
        except BaseException as error:  # noqa: BLE001 (whoever waits for it and the log tell of it)
            self._fail(error)

    async def _serve(self) -> None:
        self._ending = asyncio.Event()
        async with self.decoders:
            self._loop = asyncio.get_running_loop()
            await self._ending.wait()
            await asyncio.gather(*self._parts, return_exceptions=True)


def _server(app: ASGIApp, http: type[asyncio.Protocol], settings: Settings) -> uvicorn.Server:
    return uvicorn.Server(
        uvicorn.Config(
            app,
            http=http,
            timeout_keep_alive=settings.keep_alive_s,
            access_log=False,
            log_config=None,
            lifespan="off",
            ws="none",
            server_header=False,
            # Whoever stands in front could otherwise claim to be loopback.
            proxy_headers=False,
            timeout_graceful_shutdown=DRAIN_S,
        )
    )
