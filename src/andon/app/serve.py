"""
Everything that runs while Andon is up: one process, and those that decode for it.

::

    main thread     starts it, waits for a signal, stops it
    andon-http      one event loop with three listeners: the API's port, OTLP/HTTP's and OTLP/gRPC's
    andon-log       the log's writer
    decoders        processes of their own: telemetry in, frames for the log out
    andon-loader    moves closed segments into raw, once a second
    APScheduler     starts `andon build` as a child process: daily, and when days were missed

Stopping keeps every promise: requests in flight are answered, the segment is closed and loaded.
"""

from __future__ import annotations

import asyncio
import contextlib
import gc
import socket
import sys
import threading
from functools import partial

import structlog
import uvicorn
from starlette.types import ASGIApp

from andon.api import problems
from andon.api.http import create_api
from andon.app.authentication import Authentication
from andon.app.builds import Builds
from andon.app.connections import Guard, protocol
from andon.app.listeners import CannotListen, inherited, listen
from andon.app.owner import owned
from andon.app.page_api import page_routes
from andon.config import Settings
from andon.directory.directory import Directory
from andon.edition.editions import Editions
from andon.ingest import receive
from andon.ingest.decoder import Setup
from andon.ingest.decoders import Decoders
from andon.ingest.door import Door
from andon.ingest.load import Loader, load_closed
from andon.ingest.receive import Receiver, create_otlp_app, otlp_routes
from andon.ingest.receive_grpc import listening
from andon.ingest.take_in import Window
from andon.log.ballast import ballast_of
from andon.log.writer import SegmentWriter
from andon.warehouse.open import open_raw_store

DRAIN_S = 10
"""How long requests in flight may take to end once the server was asked to stop: a sender's patience."""

_START_S = 30
_TICK_S = 0.1
"""How often gRPC's listener looks whether it is to stop; as often as uvicorn does."""

_COLLECT_AFTER = 200_000
_SWITCH_S = 0.0005

_LOG = structlog.get_logger("andon.serve")


class StartFailed(Exception):
    """The server cannot start; the text says why and what to do."""


class Server:
    """
    The running parts, from :meth:`start` to :meth:`stop`.

    Args:
        settings: Where to listen and where things are; port 0 picks a free one.
        directory: People and keys; the caller closes it, after :meth:`stop`.
        open_org: Organisation that loopback clients without a key write to: the demo. None refuses them.
    """

    def __init__(self, settings: Settings, directory: Directory, *, open_org: str | None = None) -> None:
        self._settings = settings
        self._directory = directory
        self._open_org = open_org
        self._editions = Editions(settings.editions_dir)
        self._servers: list[uvicorn.Server] = []
        self._sockets: list[socket.socket] = []
        self._grpc_port: int | None = None
        self._store = open_raw_store(settings)
        self._failure: BaseException | None = None
        self._running = contextlib.ExitStack()

    @property
    def editions(self) -> Editions:
        """What the API answers from."""
        return self._editions

    @property
    def api_url(self) -> str:
        """Where the API listens."""
        return _url(*self._sockets[0].getsockname()[:2])

    @property
    def otlp_url(self) -> str:
        """Where OTLP over HTTP listens."""
        return _url(*self._sockets[1].getsockname()[:2])

    @property
    def grpc_url(self) -> str | None:
        """Where OTLP over gRPC listens; None when it does not."""
        return None if self._grpc_port is None else _url(self._host, self._grpc_port)

    def start(self) -> None:
        """
        Listen; returns when every port answers.

        Raises:
            AlreadyRunning: Another server has the data directory.
            StartFailed: A port is taken or not ours to take.
        """
        settings = self._settings
        self._running.enter_context(owned(settings.data))
        handed = inherited()
        for port, option in ((settings.port, "--port"), (settings.otlp_port, "--otlp-port")):
            listener = _listening(settings.host, port, option, handed)
            self._running.callback(listener.close)
            self._sockets.append(listener)
        self._host = self._sockets[0].getsockname()[0]
        if settings.grpc:
            # gRPC takes no socket from us, and does not say why it could not make its own.
            _listening(settings.host, settings.grpc_port, "--grpc-port", {}).close()
        for unused in handed.values():
            unused.close()

        # Requests make very many objects and hardly a cycle: the default looks for cycles all the time.
        gc.set_threshold(_COLLECT_AFTER)
        # A request passes between the loop and the log's thread: each would wait for up to five milliseconds.
        sys.setswitchinterval(_SWITCH_S)

        self._running.callback(self._load_the_rest)
        ballast = ballast_of(settings)
        ballast.tend()
        writer = SegmentWriter(settings.log_dir, ballast=ballast)
        self._running.callback(writer.close)
        authenticate = Authentication(self._directory, settings.clock)
        window = Window(settings.history_start, settings.max_future_s, settings.max_attributes)
        self._decoders = Decoders(
            settings.decoders, Setup(window, settings.max_body_bytes, processor_s=settings.decode_timeout_s)
        )
        door = Door(writer, self._decoders, authenticate, settings.clock, settings, open_org=self._open_org)
        self._running.callback(door.close)
        self._door = door
        receiver = Receiver(door)
        routes = [*otlp_routes(receiver), *page_routes(self._directory, authenticate, settings)]
        api = create_api(self._editions, authenticate, settings.clock, settings, routes)
        guard = Guard(settings)
        self._servers = [
            _server(api, protocol(guard, partial(problems.refusal, settings.clock)), settings),
            _server(create_otlp_app(receiver), protocol(guard, receive.refusal), settings),
        ]
        self._http = threading.Thread(target=self._serve, name="andon-http", daemon=True)
        self._running.callback(self._drain)
        self._http.start()
        loader = Loader(settings.log_dir, self._store, ballast=ballast)
        self._running.callback(loader.stop)
        loader.start()

        waited = threading.Event()
        for _ in range(_START_S * 20):
            if all(server.started for server in self._servers) and (self._grpc_port or not settings.grpc):
                return
            if self._failure is not None or not self._http.is_alive():
                break
            waited.wait(0.05)
        self.stop()
        raise StartFailed(f"The server did not start: {self._failure or 'it gives no reason'}")

    def schedule_builds(self) -> None:
        """Build every day from now on, and at once if days are missing."""
        builds = Builds(self._settings, self._editions)
        self._running.callback(builds.stop)
        builds.start()

    def stop(self) -> None:
        """
        Answer what is in flight, store and load what came, and end.

        Parts stop in the opposite order of their start, so it may be called wherever :meth:`start` got to.
        """
        self._running.close()

    def _load_the_rest(self) -> None:
        try:
            load_closed(self._settings.log_dir, self._store)
        except OSError as error:
            _LOG.error("what is left in the log is loaded after the next start", reason=str(error))

    def _drain(self) -> None:
        for server in self._servers:
            server.should_exit = True
        if self._http.is_alive():
            self._http.join(DRAIN_S + 5)

    def _serve(self) -> None:
        async def serve() -> None:
            pairs = zip(self._servers, self._sockets, strict=True)
            listeners = [server.serve(sockets=[listener]) for server, listener in pairs]
            if self._settings.grpc:
                listeners.append(self._serve_grpc())
            async with self._decoders:
                await asyncio.gather(*listeners)

        try:
            with asyncio.Runner(loop_factory=self._servers[0].config.get_loop_factory()) as runner:
                runner.run(serve())
        except BaseException as error:  # noqa: BLE001 (start() and the log tell of it)
            self._failure = error
            _LOG.error("server_failed", reason=str(error))

    async def _serve_grpc(self) -> None:
        port, limit = self._settings.grpc_port, self._settings.max_body_bytes
        async with listening(self._door, self._host, port, limit=limit, drain_s=DRAIN_S) as bound:
            self._grpc_port = bound
            while not self._servers[0].should_exit:  # noqa: ASYNC110 (uvicorn has no event to wait for)
                await asyncio.sleep(_TICK_S)


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


def _listening(host: str, port: int, option: str, handed: dict[int, socket.socket]) -> socket.socket:
    try:
        return listen(host, port, option, handed)
    except CannotListen as error:
        raise StartFailed(str(error)) from None


def _url(host: str, port: int) -> str:
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 (read, not bound)
    return f"http://{shown}:{port}"
