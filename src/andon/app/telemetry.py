"""The way in for telemetry, put together: from two ports through the door to the log, and on to raw."""

from __future__ import annotations

import contextlib
import socket
import threading
from typing import TYPE_CHECKING, NamedTuple

import structlog

from andon.app.intake import DRAIN_S, Intake
from andon.app.listeners import Ports
from andon.app.relay import relayed
from andon.config import Settings
from andon.ingest import receive
from andon.ingest.door import Door, Keys
from andon.ingest.receive import Receiver, create_otlp_app
from andon.log.ballast import Ballast, ballast_of
from andon.log.writer import SegmentWriter

if TYPE_CHECKING:
    from andon.app.heard import Heard

_LOG = structlog.get_logger("andon.serve")


class Taken(NamedTuple):
    """
    The way in.

    Attributes:
        receiver: What takes telemetry over HTTP, for other ports that do.
        heard: Tells what arrives.
    """

    receiver: Receiver
    heard: Heard


def take_telemetry(  # noqa: PLR0913 (parts that it puts together)
    settings: Settings,
    intake: Intake,
    ports: Ports,
    authenticate: Keys,
    running: contextlib.ExitStack,
    *,
    open_org: str | None,
) -> Taken:
    """
    Take telemetry on both of its ports; returns when it is taken.

    Args:
        settings: Limits, and where the log is.
        intake: Serves it.
        ports: Where.
        authenticate: Recognises keys.
        running: Is given what is to be done at the end, in the opposite order.
        open_org: Organisation that loopback clients without a key write to. None refuses them.

    Raises:
        StartFailed: It is not taken; the text says why.
    """
    running.callback(_load_the_rest, settings)
    ballast = ballast_of(settings)
    ballast.tend()
    writer = SegmentWriter(settings.log_dir, ballast=ballast)
    running.callback(writer.close)
    door = Door(writer, intake.decoders, authenticate, settings.clock, settings, open_org=open_org)
    running.callback(door.close)
    running.callback(intake.close)
    receiver = Receiver(door)
    intake.serve(create_otlp_app(receiver), receive.refusal, ports.otlp)
    if ports.grpc is not None:
        _take_over_grpc(settings, intake, ports.grpc, door)
    intake.add(intake.decoders.start_others())
    return Taken(receiver, _load(settings, ballast, running))


def _take_over_grpc(settings: Settings, intake: Intake, listener: socket.socket, door: Door) -> None:
    opened = threading.Event()

    async def take() -> None:
        limit = settings.max_body_bytes
        async with relayed(door, listener, intake.guard, limit=limit, drain_s=DRAIN_S):
            opened.set()
            await intake.ending()

    intake.add(take())
    intake.wait_until(opened.is_set)


def _load(settings: Settings, ballast: Ballast, running: contextlib.ExitStack) -> Heard:
    from andon.app.heard import Heard  # noqa: PLC0415 (telemetry is taken before it can be loaded)
    from andon.ingest.load import Loader  # noqa: PLC0415 (the same)
    from andon.warehouse.open import open_raw_store  # noqa: PLC0415

    heard = Heard(open_raw_store(settings), settings.clock)
    loader = Loader(settings.log_dir, heard, ballast=ballast)
    running.callback(loader.stop)
    loader.start()
    return heard


def _load_the_rest(settings: Settings) -> None:
    from andon.ingest.load import load_closed  # noqa: PLC0415 (the same)
    from andon.warehouse.open import open_raw_store  # noqa: PLC0415

    try:
        load_closed(settings.log_dir, open_raw_store(settings))
    except OSError as error:
        _LOG.error("what is left in the log is loaded after the next start", reason=str(error))
