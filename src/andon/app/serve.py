"""
Everything that runs while Andon is up: one process, and those that decode for it.

::

    main thread     starts it, waits for a signal, stops it
    andon-http      one event loop with three listeners: OTLP/HTTP's port and OTLP/gRPC's, then the API's
    andon-log       the log's writer
    decoders        processes of their own: telemetry in, frames for the log out
    andon-loader    moves closed segments into raw, once a second
    APScheduler     has a process of its own build: daily, and when days were missed

Starting is in a hurry, as a restart is a gap for senders: ports first, then what telemetry needs, then the
rest. So nothing is imported here that is not needed at once.

Stopping keeps every promise: requests in flight are answered, the segment is closed and loaded.
"""

from __future__ import annotations

import contextlib
import gc
import os
import socket
import sys
from functools import partial
from typing import TYPE_CHECKING

from andon.app.listeners import Ports, taken_ports
from andon.app.owner import owned
from andon.config import Settings

if TYPE_CHECKING:
    from andon.app.authentication import Authentication
    from andon.app.intake import Intake
    from andon.app.telemetry import Taken
    from andon.directory.directory import Directory
    from andon.edition.editions import Editions

_COLLECT_AFTER = 200_000
_SWITCH_S = 0.0005


class Server:
    """
    The running parts, from :meth:`listen` or :meth:`start` to :meth:`stop`.

    Args:
        settings: Where to listen and where things are; port 0 picks a free one.
    """

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._running = contextlib.ExitStack()
        self._ports: Ports | None = None
        self._urls: list[str] = []
        self._intake: Intake | None = None
        self._editions: Editions | None = None

    @property
    def editions(self) -> Editions:
        """What the API answers from."""
        if self._editions is None:
            raise RuntimeError("the server was not started")
        return self._editions

    @property
    def api_url(self) -> str:
        """Where the API listens."""
        return self._urls[0]

    @property
    def otlp_url(self) -> str:
        """Where OTLP over HTTP listens."""
        return self._urls[1]

    @property
    def grpc_url(self) -> str | None:
        """Where OTLP over gRPC listens; None when it does not."""
        return self._urls[2] if self._settings.grpc else None

    def listen(self) -> Ports:
        """
        Own the data directory and the ports: who connects from now on waits, and is not refused.

        Raises:
            AlreadyRunning: Another server has the data directory.
            StartFailed: A port is taken or not ours to take.
        """
        if self._ports is None:
            self._running.enter_context(owned(self._settings.data))
            self._ports = self._running.enter_context(taken_ports(self._settings))
            # A socket that is closed has no name any more, and who stops the server may still ask.
            self._urls = [_url(port) for port in self._ports if port is not None]
        return self._ports

    def begin(self) -> Intake:
        """
        Start the event loop and a process that decodes, and listen unless that was done.

        Both take a while to get ready: whoever calls it early may do something else meanwhile.

        Raises:
            AlreadyRunning: Another server has the data directory.
            StartFailed: A port is taken or not ours to take.
        """
        self.listen()
        if self._intake is None:
            # Children are started by exec alone: what gRPC does about forks is only to complain of them.
            os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "0")
            from andon.app.intake import Intake  # noqa: PLC0415 (after the ports are ours)

            self._intake = Intake(self._settings)
            self._running.callback(self._intake.close)
            self._intake.begin()
        return self._intake

    def start(self, directory: Directory, *, open_org: str | None = None) -> None:
        """
        Take telemetry, then answer reports; returns when every port answers.

        Args:
            directory: People and keys; the caller closes it, after :meth:`stop`.
            open_org: Organisation that loopback clients without a key write to: the demo. None refuses them.

        Raises:
            AlreadyRunning: Another server has the data directory.
            StartFailed: A port is taken or not ours to take.
        """
        ports, intake = self.listen(), self.begin()
        # Requests make very many objects and hardly a cycle: the default looks for cycles all the time.
        gc.set_threshold(_COLLECT_AFTER)
        # A request passes between the loop and the log's thread: each would wait for up to five milliseconds.
        sys.setswitchinterval(_SWITCH_S)
        try:
            from andon.app.authentication import Authentication  # noqa: PLC0415 (after the ports are ours)
            from andon.app.key_uses import KeyUses  # noqa: PLC0415
            from andon.app.telemetry import take_telemetry  # noqa: PLC0415

            uses = KeyUses(directory)
            self._running.callback(uses.stop)
            uses.start()
            authenticate = Authentication(directory, self._settings.clock, uses)
            taken = take_telemetry(
                self._settings, intake, ports, authenticate, self._running, open_org=open_org
            )
            self._answer_reports(intake, ports, directory, authenticate, taken)
        except BaseException:
            self.stop()
            raise

    def schedule_builds(self) -> None:
        """Build every day from now on, and at once if days are missing."""
        from andon.app.builds import Builds  # noqa: PLC0415 (after telemetry is taken)

        builds = Builds(self._settings, self.editions)
        self._running.callback(builds.stop)
        builds.start()

    def stop(self) -> None:
        """
        Answer what is in flight, store and load what came, and end.

        Parts stop in the opposite order of their start, so it may be called wherever :meth:`start` got to.
        """
        self._running.close()

    def _answer_reports(
        self,
        intake: Intake,
        ports: Ports,
        directory: Directory,
        authenticate: Authentication,
        taken: Taken,
    ) -> None:
        from andon.api import problems  # noqa: PLC0415 (after telemetry is taken)
        from andon.api.http import create_api  # noqa: PLC0415
        from andon.app.page_api import page_routes  # noqa: PLC0415
        from andon.edition.editions import Editions  # noqa: PLC0415
        from andon.ingest.receive import otlp_routes  # noqa: PLC0415

        settings = self._settings
        editions = self._editions = Editions(settings.editions_dir)
        told = page_routes(
            editions, directory, authenticate, settings, heard=taken.heard, otlp_url=self.otlp_url
        )
        routes = [*otlp_routes(taken.receiver), *told]
        api = create_api(editions, authenticate, settings.clock, settings, routes, recall=authenticate.recall)
        intake.serve(api, partial(problems.refusal, settings.clock), ports.api)


def _url(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}.get(host, f"[{host}]" if ":" in host else host)  # noqa: S104 (read, not bound)
    return f"http://{shown}:{port}"
