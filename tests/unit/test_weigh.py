"""Counting items before decoding: exact at the limit, fast on bombs, calm on rubbish."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import pytest

from andon.contract.telemetry import SIGNALS, Signal
from andon.ingest import weigh
from andon.ingest.decode import decode
from andon.ingest.proto import schema
from andon.ingest.weigh import holds_more_than

FIXTURES = Path(__file__).parents[1] / "fixtures" / "otlp"
NAMES = {"traces": ("Spans", "spans"), "logs": ("Logs", "logRecords"), "metrics": ("Metrics", "metrics")}


def in_json(signal: Signal, items: list[Any]) -> bytes:
    """A request of one resource and one scope."""
    group, name = NAMES[signal]
    attributes = [{"key": "brackets", "value": {"stringValue": '"]}[{' * 10}}] * 5
    scope = {"scope": {"name": "s", "attributes": attributes}, name: items}
    return json.dumps(
        {f"resource{group}": [{"resource": {"attributes": attributes}, f"scope{group}": [scope]}]}
    ).encode()


def in_protobuf(signal: Signal, count: int) -> bytes:
    """The same in protobuf; metrics have all items as points of one metric."""
    service = {
        "traces": "trace.v1.ExportTrace",
        "logs": "logs.v1.ExportLogs",
        "metrics": "metrics.v1.ExportMetrics",
    }
    request = schema.message(f"collector.{service[signal]}ServiceRequest", trimmed=False)()
    group = getattr(request, f"resource_{NAMES[signal][0].lower()}").add()
    group.resource.attributes.add(key="k")
    scope = getattr(group, f"scope_{NAMES[signal][0].lower()}").add()
    if signal == "traces":
        items = scope.spans
    elif signal == "logs":
        items = scope.log_records
    else:
        items = scope.metrics.add(name="m").sum.data_points
    for _ in range(count):
        items.add(start_time_unix_nano=1) if signal != "logs" else items.add(time_unix_nano=1)
    encoded: bytes = request.SerializeToString()
    return encoded


@pytest.fixture
def _count_small_bodies_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(weigh, "_SMALLEST_ITEM", 0)


@pytest.mark.usefixtures("_count_small_bodies_too")
@pytest.mark.parametrize("signal", SIGNALS)
def test_exact_at_the_limit(signal: Signal) -> None:
    """The resource, the scope and the items count, in both encodings; attributes and their texts do not."""
    attributes = [{"key": "a", "value": {"arrayValue": {"values": [{"intValue": 1}]}}}] * 3
    item = {"name": "x", "attributes": attributes}
    points = {"name": "m", "sum": {"dataPoints": [{"attributes": attributes}] * 9}}
    json_body = in_json(signal, [points] if signal == "metrics" else [item] * 10)
    assert not holds_more_than(12, signal, json_body, "json")
    assert holds_more_than(11, signal, json_body, "json")

    body = in_protobuf(signal, 10)
    exact = 14 if signal == "metrics" else 12  # the metric and its data are messages too
    assert not holds_more_than(exact, signal, body, "protobuf")
    assert holds_more_than(exact - 1, signal, body, "protobuf")


@pytest.mark.usefixtures("_count_small_bodies_too")
@pytest.mark.parametrize(
    "path", sorted(FIXTURES.rglob("[0-9][0-9][0-9].*")), ids=lambda path: "-".join(path.parts[-3:])
)
def test_never_less_than_what_is_decoded(path: Path) -> None:
    """Of what real agents send, every item that decoding finds was counted."""
    signal = next(signal for signal in SIGNALS if signal in path.name)
    encoding = "json" if path.suffix == ".json" else "protobuf"
    body = path.read_bytes()
    found = sum(len(batch.items) for batch in decode(signal, body, encoding).batches)
    assert holds_more_than(found - 1, signal, body, encoding)
    assert not holds_more_than(5 * found + 20, signal, body, encoding)


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field of protobuf."""
    length, encoded = len(content), bytearray([number << 3 | 2])
    while length > 127:
        encoded.append(length & 127 | 128)
        length >>= 7
    return bytes([*encoded, length]) + content


BOMBS = {
    "spans": ("traces", "protobuf", field(1, field(2, b"\x12\x00" * 5_000_000))),
    "resources": ("traces", "protobuf", b"\x0a\x00" * 5_000_000),
    "scopes": ("logs", "protobuf", field(1, b"\x12\x00" * 5_000_000)),
    "points": ("metrics", "protobuf", field(1, field(2, field(2, field(7, b"\x0a\x00" * 5_000_000))))),
    "unknown fields": ("logs", "protobuf", b"\x78\x00" * 5_000_000),
    "json records": ("logs", "json", b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[' + b"{}," * 3_000_000),
    "json resources": ("logs", "json", b'{"resourceLogs":[' + b"{}," * 3_000_000),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_bombs_are_seen_at_once(bomb: str) -> None:
    """Millions of empty items are noticed in little time, wherever in the request they are."""
    signal, encoding, body = BOMBS[bomb]
    start = time.process_time()
    assert holds_more_than(200_000, signal, body, encoding)
    assert time.process_time() - start < 3


@pytest.mark.usefixtures("_count_small_bodies_too")
@pytest.mark.parametrize(
    "body",
    [
        b"\xff" * 100,
        b"\x0a",
        b"\x0a\xff\x01",
        b"\x0b" * 10,
        b"\x09\x00",
        b"\x0d",
        b"]]}}" * 9,
        b'{"' * 9,
        b"[" * 9,
    ],
)
@pytest.mark.parametrize("signal", SIGNALS)
def test_rubbish_is_left_to_decoding(signal: Signal, body: bytes) -> None:
    """A malformed body neither fails nor counts as too large: decoding says what is wrong."""
    assert not holds_more_than(100, signal, body, "protobuf")
    assert not holds_more_than(100, signal, body, "json")
