"""The OTLP door over real HTTP, for the tests of what it takes and what it refuses."""

from __future__ import annotations

import asyncio
import datetime as dt
import http.client
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import uvicorn

from andon.app.authentication import Authentication
from andon.app.connections import protocol
from andon.app.guard import Guard
from andon.app.key_uses import KeyUses
from andon.config import Settings
from andon.directory.directory import Directory, open_directory
from andon.ingest import door, frames, receive
from andon.ingest.decoders import Decoders
from andon.ingest.orders import Setup, Window
from andon.log.segments import closed_segments, open_segments, read_segment
from andon.log.writer import SegmentWriter

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
JSON = "application/json"
PROTOBUF = "application/x-protobuf"
FIXTURES = Path(__file__).parents[1] / "fixtures" / "otlp"
LIMIT = 2**20


class Answer(NamedTuple):
    """What came back."""

    code: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:  # noqa: ANN401 (whatever the server said)
        """The body, read as JSON."""
        return json.loads(self.body)


@dataclass(frozen=True)
class Keys:
    """What a server stores, and the keys to it."""

    log_dir: Path
    ingest_key: str
    analytics_key: str
    directory: Directory

    def stored(self) -> list[dict[str, Any]]:
        """Every row of every frame that is in the log's files at this moment."""
        return [
            row
            for path in (*closed_segments(self.log_dir), *open_segments(self.log_dir))
            for frame in read_segment(path)
            for table in frames.unpack(frame).values()
            for row in table.to_pylist()
        ]


@dataclass(frozen=True)
class Door(Keys):
    """A running server."""

    port: int

    def send(
        self,
        body: bytes | Iterator[bytes] = b"{}",
        *,
        path: str = "/v1/logs",
        method: str = "POST",
        content_type: str | None = JSON,
        key: str | None = "ingest",
        **headers: str,
    ) -> Answer:
        """Send one request on a connection of its own."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if content_type is not None:
            sent["content-type"] = content_type
        if key is not None:
            sent["authorization"] = f"Bearer {self.ingest_key if key == 'ingest' else key}"
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            answered = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, answered, response.read())
        finally:
            connection.close()


@contextmanager
def opened(settings: Settings, *, is_open: bool = False) -> Iterator[tuple[door.Door, Decoders, Keys]]:
    """Open the door that every protocol shares, with an organisation and the keys to it."""
    directory = open_directory(settings)
    org = directory.create_org("Acme", now=NOW)
    ingest = directory.create_key(org.org_id, "ingest", now=NOW).text
    analytics = directory.create_key(org.org_id, "analytics", role="owner", now=NOW).text
    writer = SegmentWriter(settings.log_dir, idle_s=60)  # so that no file is renamed while a test reads
    window = Window(settings.history_start, settings.max_future_s, settings.max_attributes)
    setup = Setup(window, settings.max_body_bytes, processor_s=settings.decode_timeout_s)
    decoding = Decoders(settings.decoders, setup)
    way_in = door.Door(
        writer,
        decoding,
        Authentication(directory, lambda: NOW, KeyUses(directory)),
        lambda: NOW,
        settings,
        open_org=org.org_id if is_open else None,
    )
    try:
        yield way_in, decoding, Keys(settings.log_dir, ingest, analytics, directory)
    finally:
        way_in.close()
        writer.close()
        directory.close()


@contextmanager
def serving(settings: Settings, *, is_open: bool = False) -> Iterator[Door]:
    """Serve OTLP over HTTP on a free port of the loopback."""
    with opened(settings, is_open=is_open) as (way_in, decoding, keys):
        config = uvicorn.Config(
            receive.create_otlp_app(receive.Receiver(way_in)),
            port=0,
            http=protocol(Guard(settings), receive.refusal),
            log_config=None,
            lifespan="off",
            ws="none",
        )
        server = uvicorn.Server(config)

        async def serve() -> None:
            async with decoding:
                await server.serve()

        thread = threading.Thread(target=lambda: asyncio.run(serve()))
        thread.start()
        try:
            while not server.started:
                time.sleep(0.01)
            port = server.servers[0].sockets[0].getsockname()[1]
            yield Door(**vars(keys), port=port)
        finally:
            server.should_exit = True
            thread.join()


def log_request(*names: str, seconds_ago: int = 60) -> dict[str, Any]:
    """An OTLP/JSON request of log records with these event names."""
    nanoseconds = (int(NOW.timestamp()) - seconds_ago) * 10**9
    records = [
        {"timeUnixNano": str(nanoseconds), "eventName": name, "body": {"stringValue": name}} for name in names
    ]
    return {"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}


def as_json(request: dict[str, Any]) -> bytes:
    """The request as it goes over the wire."""
    return json.dumps(request).encode()


def status_in_protobuf(body: bytes) -> str:
    """Read a ``google.rpc.Status`` by hand: field 1 is the code, field 2 the message."""
    assert body[0] == 0x08
    assert body[2] == 0x12
    length, start = body[3], 4
    if length >= 0x80:
        length, start = length - 0x80 + (body[4] << 7), 5
    assert len(body) == start + length
    return body[start:].decode()
