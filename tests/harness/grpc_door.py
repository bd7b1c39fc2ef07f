"""The OTLP door over real gRPC, for the tests of what it takes and what it refuses."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple, cast

import grpc
import uvloop
from google.rpc import error_details_pb2, status_pb2

from andon.app.guard import Guard
from andon.app.listeners import listen
from andon.app.relay import relayed
from andon.config import Settings
from andon.ingest import receive_grpc

from otlp_door import Keys, opened

PATHS: dict[str, str] = {signal: method for method, signal in receive_grpc.METHODS.items()}
"""The method that takes each signal."""


class Reply(NamedTuple):
    """What came back, good or bad."""

    code: str
    body: bytes
    message: str
    details: bytes

    @property
    def retry_after_s(self) -> int | None:
        """Seconds of the ``RetryInfo``; None when there is none, and the sender has to drop its data."""
        for url, value in self._details():
            if url == "type.googleapis.com/google.rpc.RetryInfo":
                return int(error_details_pb2.RetryInfo.FromString(value).retry_delay.seconds)
        return None

    @property
    def bad_request(self) -> str:
        """What the ``BadRequest`` says; empty when there is none."""
        for url, value in self._details():
            if url == "type.googleapis.com/google.rpc.BadRequest":
                return str(error_details_pb2.BadRequest.FromString(value).field_violations[0].description)
        return ""

    def _details(self) -> list[tuple[str, bytes]]:
        if not self.details:
            return []
        status = status_pb2.Status.FromString(self.details)
        assert status.code == getattr(grpc.StatusCode, self.code).value[0]
        assert status.message == self.message
        return [(one.type_url, one.value) for one in status.details]


@dataclass(frozen=True)
class GrpcDoor(Keys):
    """A running server, a channel to it, and what makes it stop."""

    target: str
    channel: grpc.Channel
    stop: threading.Event

    def send(
        self,
        body: bytes | Iterable[bytes] = b"",
        *,
        path: str = PATHS["logs"],
        key: str | None = "ingest",
        timeout: float = 60,
        compression: grpc.Compression | None = None,
        **metadata: str,
    ) -> Reply:
        """Make one call; a body of several pieces is sent as so many messages."""
        sent: tuple[tuple[str, str | bytes], ...] = tuple(metadata.items())
        if key is not None:
            sent += (("authorization", f"Bearer {self.ingest_key if key == 'ingest' else key}"),)
        one: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self.channel.unary_unary(path)
        several: grpc.StreamUnaryMultiCallable[bytes, bytes] = self.channel.stream_unary(path)
        try:
            if isinstance(body, bytes):
                answer, call = one.with_call(body, timeout=timeout, metadata=sent, compression=compression)
            else:
                answer, call = several.with_call(iter(body), timeout=timeout, metadata=sent)
        except grpc.RpcError as error:
            failed = cast(grpc.Call, error)
            trailing: dict[str, str | bytes] = dict(failed.trailing_metadata() or ())
            details = cast(bytes, trailing.get("grpc-status-details-bin", b""))
            return Reply(failed.code().name, b"", failed.details() or "", details)
        return Reply(call.code().name, answer, "", b"")


@contextmanager
def serving(settings: Settings, *, is_open: bool = False, host: str = "127.0.0.1") -> Iterator[GrpcDoor]:
    """Serve OTLP over gRPC on a free port of the loopback."""
    ready, stop = threading.Event(), threading.Event()
    with opened(settings, is_open=is_open) as (way_in, decoding, keys):
        ports: list[int] = []

        async def serve() -> None:
            limit, guard = settings.max_body_bytes, Guard(settings)
            listener = listen(host, 0, "", {})
            port = listener.getsockname()[1]
            async with decoding, relayed(way_in, listener, guard, limit=limit, drain_s=5):
                ports.append(port)
                ready.set()
                await asyncio.to_thread(stop.wait)

        def run() -> None:
            with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:  # as uvicorn does
                runner.run(serve())

        thread = threading.Thread(target=run)
        thread.start()
        try:
            assert ready.wait(60)
            target = f"[{host}]:{ports[0]}" if ":" in host else f"{host}:{ports[0]}"
            with grpc.insecure_channel(target, options=[("grpc.max_send_message_length", -1)]) as channel:
                yield GrpcDoor(**vars(keys), target=target, channel=channel, stop=stop)
        finally:
            stop.set()
            thread.join()
