"""Items that hold too much are refused before anything is made of them, alone, and in little time."""

from __future__ import annotations

import json
import time
from typing import Any

import pytest

from andon.contract.telemetry import Signal
from andon.ingest import decode, heavy, items, reading

MANY = 2_000_000


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field of protobuf."""
    length, encoded = len(content), bytearray([number << 3 | 2])
    while length > 127:
        encoded.append(length & 127 | 128)
        length >>= 7
    return bytes([*encoded, length]) + content


def in_logs(content: bytes) -> bytes:
    """A request of a record that holds this, and a plain one."""
    return field(1, field(2, field(2, content) + field(2, field(12, b"plain"))))


def in_traces(content: bytes) -> bytes:
    """The same of spans."""
    span = field(1, b"t" * 16) + field(2, b"s" * 8)
    return field(1, field(2, field(2, span + content) + field(2, span)))


def in_metrics(point: bytes) -> bytes:
    """The same of the points of an exponential histogram."""
    return field(1, field(2, field(2, field(1, b"m") + field(10, field(1, point) + field(1, b"")))))


PAIR = field(6, field(1, b"k") + field(2, b"\x18\x01"))
VALUES = field(5, field(1, b"") * MANY)
ENTRIES = field(6, field(1, field(1, b"k") + field(2, b"\x18\x01")) * (MANY // 4))

BOMBS: dict[str, tuple[Signal, bytes]] = {
    "attributes": ("logs", in_logs(PAIR * (MANY // 4))),
    "a list": ("logs", in_logs(field(6, field(1, b"k") + field(2, VALUES)))),
    "a map": ("logs", in_logs(field(6, field(1, b"k") + field(2, ENTRIES)))),
    "a body": ("logs", in_logs(field(5, VALUES))),
    "events": ("traces", in_traces(field(11, b"") * MANY)),
    "links": ("traces", in_traces(field(13, b"") * MANY)),
    "attributes of an event": ("traces", in_traces(field(11, field(3, b"") * MANY))),
    "buckets": ("metrics", in_metrics(field(8, field(2, b"\x01" * MANY)))),
    "unknown fields": ("logs", in_logs(b"\x78\x01" * MANY)),
}


@pytest.mark.parametrize("bomb", BOMBS)
def test_an_item_that_holds_too_much_is_refused_alone(bomb: str) -> None:
    """Millions of parts of one item, of whatever kind, cost that item, well under a second and no memory."""
    signal, body = BOMBS[bomb]
    start = time.process_time()
    first, second = decode.decode(signal, body, "protobuf").batches[0].items
    assert time.process_time() - start < 1
    assert isinstance(first, items.Refused)
    assert first.reason == "too_many_attributes"
    assert not isinstance(second, items.Refused)


def logs(*records: dict[str, Any], **resource: object) -> list[items.Item]:
    """Decode records sent as JSON."""
    body = {"resourceLogs": [{**resource, "scopeLogs": [{"logRecords": list(records)}]}]}
    return decode.decode("logs", json.dumps(body).encode(), "json").batches[0].items


def pairs(count: int) -> list[dict[str, Any]]:
    """So many attributes."""
    return [{"key": f"k{number}", "value": {"intValue": number}} for number in range(count)]


@pytest.mark.parametrize(
    "record",
    [
        {"body": {"arrayValue": {"values": [{}] * 200_000}}},
        {"attributes": [{"key": "k", "value": {"kvlistValue": {"values": pairs(100_000)}}}]},
        {"attributes": pairs(100_000)},
    ],
)
def test_the_same_in_json(record: dict[str, Any]) -> None:
    """In JSON too."""
    first, second = logs(record, {"eventName": "plain"})
    assert isinstance(first, items.Refused)
    assert first.reason == "too_many_attributes"
    assert isinstance(second, items.LogRecord)


def test_long_texts_are_no_burden() -> None:
    """A prompt of megabytes, itself JSON with very many braces and commas, is one attribute."""
    text = json.dumps([{"a": number, "b": [number]} for number in range(100_000)])
    attribute = {"key": "prompt", "value": {"stringValue": text}}
    (found,) = logs({"attributes": [attribute]})
    assert isinstance(found, items.LogRecord)
    assert found.attributes[0].value == text
    assert not heavy.is_heavy(
        field(6, field(1, b"k") + field(2, field(1, b"\x0a\x00" * MANY))), heavy.LOG_RECORD
    )


@pytest.mark.parametrize(("count", "is_taken"), [(1000, True), (1001, False)])
def test_the_number_of_attributes_is_exact(count: int, *, is_taken: bool) -> None:
    """A thousand attributes are taken and one more is not, in both encodings, of items and of resources."""
    (found,) = logs({"attributes": pairs(count)})
    assert isinstance(found, items.LogRecord) == is_taken
    first, _ = decode.decode("logs", in_logs(PAIR * count), "protobuf").batches[0].items
    assert isinstance(first, items.LogRecord) == is_taken
    (found,) = logs({}, resource={"attributes": pairs(count)})
    assert isinstance(found, items.LogRecord) == is_taken


def test_all_attributes_together_are_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """A request whose items have too many attributes together is refused as a whole, before all are read."""
    monkeypatch.setattr(reading, "MOST_ATTRIBUTES_OF_ALL", 99)
    assert len(logs(*[{"attributes": pairs(33)}] * 3)) == 3
    with pytest.raises(decode.TooManyItems, match="99 attributes"):
        logs(*[{"attributes": pairs(34)}] * 3)


@pytest.mark.parametrize(
    "raw", [b"\x0a", b"\xff" * 200_000, b"\x32\xff\xff\xff\x7f" * 50_000, b"\x0b" * 200_000]
)
def test_rubbish_is_left_to_decoding(raw: bytes) -> None:
    """A malformed item neither fails nor counts as too heavy."""
    assert not heavy.is_heavy(raw, heavy.LOG_RECORD)
