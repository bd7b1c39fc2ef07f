"""
Requests that say much in few bytes: each just under the door's limits, made to take as long as can be.

Every one is a whole OTLP request of at most 64 MiB. What they have in common is that a sender could make them
by mistake or on purpose, and that the door must say yes or no to each of them for good.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from andon.contract.telemetry import Signal
from andon.ingest.answers import Encoding

LIMIT = 64 * 2**20
TIME_NS = 1_795_219_200_000_000_000
"""The first moment of the day of the tests."""
TIME = TIME_NS.to_bytes(8, "little")
"""The same as protobuf writes a fixed64."""


class Hostile(NamedTuple):
    """
    A request.

    Attributes:
        signal: Of which signal.
        encoding: How it is written.
        make: Gives its bytes; not before they are needed.
    """

    signal: Signal
    encoding: Encoding
    make: Callable[[], bytes]


def varint(value: int) -> bytes:
    """A number as protobuf writes it."""
    encoded = bytearray()
    while value > 127:
        encoded.append(value & 127 | 128)
        value >>= 7
    return bytes([*encoded, value])


def field(number: int, content: bytes) -> bytes:
    """A length-delimited field of protobuf."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def text_pair(key: bytes, text: bytes) -> bytes:
    """A KeyValue with a text."""
    return field(1, key) + field(2, field(1, text))


def span(number: int, content: bytes = b"") -> bytes:
    """A sound span of this number, with more in it."""
    trace_id, span_id = number.to_bytes(16, "big"), number.to_bytes(8, "big")
    return field(1, trace_id) + field(2, span_id) + field(5, b"s") + b"\x39" + TIME + b"\x41" + TIME + content


def record(content: bytes = b"") -> bytes:
    """A sound log record, with more in it."""
    return b"\x09" + TIME + content


def request(*items: bytes, resource: bytes = b"") -> bytes:
    """A request of one resource and one scope."""
    return group(b"".join([field(2, item) for item in items]), resource)


def group(scope: bytes, resource: bytes = b"") -> bytes:
    """A resource with one scope whose items are written already."""
    return field(1, field(1, resource) + field(2, scope))


def filled(piece: bytes, size: int) -> bytes:
    """A piece again and again, up to a size."""
    return piece * (size // len(piece))


_SHY = 99_000
"""Bytes of an item that is just too small to be looked at before it is decoded."""


def _many(item: Callable[[int], bytes]) -> bytes:
    """A request of as many items as there is room for."""
    items: list[bytes] = []
    size, number = 0, 1
    while True:
        one = field(2, item(number))
        size += len(one)
        if size > LIMIT - 100:
            return group(b"".join(items))
        items.append(one)
        number += 1


def _distinct_attributes() -> bytes:
    """Ten thousand spans of ninety-nine attributes, no two of them the same, in 50 MiB."""
    return request(
        *(
            span(
                number,
                b"".join(
                    [field(9, text_pair(b"k%d" % one, b"%040d" % (number * 100 + one))) for one in range(99)]
                ),
            )
            for number in range(1, 9_500)
        )
    )


def _distinct_names() -> bytes:
    """The same with names that differ too."""
    return request(
        *(
            span(
                number,
                b"".join(
                    [field(9, text_pair(b"key.%d.%d" % (number, one), b"%020d" % one)) for one in range(99)]
                ),
            )
            for number in range(1, 9_500)
        )
    )


def _deep(levels: int) -> bytes:
    """A value in lists in lists."""
    value = field(1, b"x")
    for _ in range(levels):
        value = field(5, field(1, value))
    return value


def _escapes(text: bytes) -> bytes:
    """A JSON log record with one text that fills the request."""
    head = (
        b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"1795219200000000000",'
        b'"attributes":[{"key":"note","value":{"stringValue":"'
    )
    tail = b'"}}]}]}]}]}'
    return head + filled(text, LIMIT - len(head) - len(tail)) + tail


def _json_records(record_text: bytes) -> bytes:
    head, tail = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[', b"]}]}]}"
    return (
        head + filled(record_text + b",", LIMIT - len(head) - len(tail) - 10) + record_text[:0] + b"{}" + tail
    )


def _json_items(signal_name: str, scope_name: str, name: str, item: bytes, count: int) -> bytes:
    head = f'{{"{signal_name}":[{{"{scope_name}":[{{"{name}":['.encode()
    return head + b",".join([item] * count) + b"]}]}]}"


def _text_of(key: bytes, piece: bytes) -> Callable[[], bytes]:
    """A span with one attribute that fills the request."""
    return lambda: request(
        span(
            1,
            field(9, text_pair(b"tool_name", b"Bash")) + field(9, text_pair(key, filled(piece, LIMIT - 300))),
        )
    )


def _texts_of(key: bytes, piece: bytes, size: int) -> Callable[[], bytes]:
    """Spans with one long attribute each."""
    content = field(9, text_pair(b"tool_name", b"Bash")) + field(9, text_pair(key, filled(piece, size)))
    return lambda: _many(lambda number: span(number, content))


_POINT = b"\x19" + TIME


HOSTILE: dict[str, Hostile] = {
    "distinct attributes": Hostile("traces", "protobuf", _distinct_attributes),
    "distinct names": Hostile("traces", "protobuf", _distinct_names),
    "two million empty spans": Hostile("traces", "protobuf", lambda: group(field(2, b"") * 2_000_000)),
    "two hundred thousand spans": Hostile(
        "traces",
        "protobuf",
        lambda: request(
            *(span(number, field(9, text_pair(b"k", b"%0150d" % number))) for number in range(1, 199_000))
        ),
    ),
    "two hundred thousand bad spans": Hostile(
        "traces", "protobuf", lambda: request(*([b"\x0a\x01\x00"] * 199_000))
    ),
    "a resource for each span": Hostile(
        "traces",
        "protobuf",
        lambda: b"".join(
            [
                group(field(2, span(number)), field(1, text_pair(b"service.name", b"s%0700d" % number)))
                for number in range(1, 66_000)
            ]
        ),
    ),
    "a wide resource for each span": Hostile(
        "traces",
        "protobuf",
        lambda: b"".join(
            [
                group(
                    field(2, span(number)),
                    b"".join(
                        [field(1, text_pair(b"k%d" % one, b"%d" % (number * 100 + one))) for one in range(50)]
                    ),
                )
                for number in range(1, 60_000)
            ]
        ),
    ),
    "events": Hostile(
        "traces", "protobuf", lambda: _many(lambda number: span(number, filled(field(11, b""), _SHY)))
    ),
    "named events": Hostile(
        "traces",
        "protobuf",
        lambda: _many(lambda number: span(number, filled(field(11, b"\x09" + TIME + field(2, b"n")), _SHY))),
    ),
    "links": Hostile(
        "traces", "protobuf", lambda: _many(lambda number: span(number, filled(field(13, b""), _SHY)))
    ),
    "attributes of events": Hostile(
        "traces",
        "protobuf",
        lambda: _many(
            lambda number: span(number, field(11, filled(field(3, text_pair(b"k", b"%d" % number)), _SHY)))
        ),
    ),
    "lists": Hostile(
        "logs",
        "protobuf",
        lambda: _many(
            lambda _: record(field(6, field(1, b"k") + field(2, field(5, filled(field(1, b""), _SHY)))))
        ),
    ),
    "lists of texts": Hostile(
        "logs",
        "protobuf",
        lambda: _many(
            lambda _: record(
                field(6, field(1, b"k") + field(2, field(5, filled(field(1, field(1, b"x")), _SHY))))
            )
        ),
    ),
    "maps": Hostile(
        "logs",
        "protobuf",
        lambda: _many(
            lambda _: record(
                field(
                    6,
                    field(1, b"k")
                    + field(
                        2, field(6, b"".join([field(1, text_pair(b"%d" % one, b"")) for one in range(7_000)]))
                    ),
                )
            )
        ),
    ),
    "deep values": Hostile(
        "logs",
        "protobuf",
        lambda: _many(lambda _: record(filled(field(6, field(1, b"k") + field(2, _deep(32))), 99_000))),
    ),
    "too deep values": Hostile(
        "logs", "protobuf", lambda: _many(lambda _: record(field(6, field(1, b"k") + field(2, _deep(60)))))
    ),
    "bodies": Hostile(
        "logs",
        "protobuf",
        lambda: _many(lambda _: record(field(5, field(5, filled(field(1, b"\x18\x01"), _SHY))))),
    ),
    "buckets": Hostile(
        "metrics",
        "protobuf",
        lambda: _metric(
            lambda: field(10, filled(field(1, _POINT + field(8, field(2, b"\x01" * _SHY))), LIMIT - 1000))
        ),
    ),
    "distinct buckets": Hostile(
        "metrics",
        "protobuf",
        lambda: _metric(
            lambda: field(
                9,
                b"".join(
                    [
                        field(
                            1,
                            _POINT
                            + field(
                                7,
                                b"".join(
                                    [(number * 13_000 + one).to_bytes(8, "little") for one in range(12_000)]
                                ),
                            ),
                        )
                        for number in range(650)
                    ]
                ),
            )
        ),
    ),
    "quantiles": Hostile(
        "metrics",
        "protobuf",
        lambda: _metric(
            lambda: field(11, filled(field(1, _POINT + filled(field(6, b""), _SHY)), LIMIT - 1000))
        ),
    ),
    "points": Hostile("metrics", "protobuf", lambda: _metric(lambda: field(7, field(1, _POINT) * 199_000))),
    "json escapes": Hostile("logs", "json", lambda: _escapes(b"\\u0041")),
    "json backslashes": Hostile("logs", "json", lambda: _escapes(b"\\\\")),
    "json half characters": Hostile("logs", "json", lambda: _escapes(b"\\ud800")),
    "json backslashes, cut off": Hostile("logs", "json", lambda: _escapes(b"\\\\")[:-1]),
    "json half characters, cut off": Hostile("logs", "json", lambda: _escapes(b"\\ud800")[:-1]),
    "json empty records": Hostile("logs", "json", lambda: _json_records(b"{}")),
    "json deep": Hostile("logs", "json", lambda: b'{"resourceLogs":' + b"[" * (LIMIT - 100)),
    "json unknown keys": Hostile(
        "logs",
        "json",
        lambda: (
            b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{'
            + b",".join([b'"k%d":[]' % number for number in range(4_000_000)])
            + b"}]}]}]}"
        ),
    ),
    "json brackets": Hostile(
        "logs", "json", lambda: b'{"resourceLogs":[],"x":[' + b"[]," * 20_000_000 + b"[]]}"
    ),
    "json texts": Hostile(
        "logs", "json", lambda: b'{"resourceLogs":[],"x":[' + b'"{",' * 15_000_000 + b'""]}'
    ),
    "json attributes": Hostile(
        "logs",
        "json",
        lambda: _json_items(
            "resourceLogs",
            "scopeLogs",
            "logRecords",
            b'{"attributes":['
            + b",".join([b'{"key":"k%d","value":{"intValue":"%d"}}' % (one, one) for one in range(90)])
            + b"]}",
            11_000,
        ),
    ),
    "json events": Hostile(
        "traces",
        "json",
        lambda: _json_items(
            "resourceSpans",
            "scopeSpans",
            "spans",
            b'{"traceId":"11111111111111111111111111111111","spanId":"1111111111111111","endTimeUnixNano":"1795219200000000000","events":['
            + b",".join([b"{}"] * 30_000)
            + b"]}",
            700,
        ),
    ),
    "json lists": Hostile(
        "logs",
        "json",
        lambda: _json_items(
            "resourceLogs",
            "scopeLogs",
            "logRecords",
            b'{"body":{"arrayValue":{"values":[' + b",".join([b"{}"] * 32_000) + b"]}}}",
            690,
        ),
    ),
    "json numbers": Hostile(
        "metrics",
        "json",
        lambda: (
            b'{"resourceMetrics":[{"scopeMetrics":[{"metrics":[{"name":"m","sum":{"dataPoints":['
            + b",".join(
                [
                    b'{"timeUnixNano":"1795219200000000000","bucketCounts":['
                    + b",".join([b"1"] * 45_000)
                    + b"]}"
                ]
                * 740
            )
            + b"]}}]}]}]}"
        ),
    ),
    "json long number": Hostile(
        "logs",
        "json",
        lambda: (
            b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":'
            + b"1" * (LIMIT - 100)
            + b"}]}]}]}"
        ),
    ),
    "json long number as text": Hostile(
        "logs",
        "json",
        lambda: (
            b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"timeUnixNano":"'
            + b"1" * (LIMIT - 100)
            + b'"}]}]}]}'
        ),
    ),
    "one long secret": Hostile("traces", "protobuf", _text_of(b"model", b"eyJ-")),
    "long secrets": Hostile("traces", "protobuf", _texts_of(b"model", b"eyJ-", 90_000)),
    "addresses": Hostile("traces", "protobuf", _text_of(b"model", b"://a:")),
    "commands": Hostile("traces", "protobuf", _texts_of(b"full_command", b"git commit -m 'x' && ", 4_000)),
    "here-documents": Hostile("traces", "protobuf", _texts_of(b"full_command", b"git <<EOF\nEOF\n", 16_000)),
    "substitutions": Hostile("traces", "protobuf", _texts_of(b"full_command", b"bash -c 'git $(", 16_000)),
    "outputs": Hostile("traces", "protobuf", _texts_of(b"output", b"exit code: Exit ", 16_000)),
    "prompts": Hostile("traces", "protobuf", _texts_of(b"prompt", b"<command-name>/", 16_000)),
    "responses": Hostile("traces", "protobuf", _texts_of(b"ai.response.text", b'[{"type":"text"', 16_000)),
    "arguments": Hostile("traces", "protobuf", _texts_of(b"tool_input", b'{"a":', 16_000)),
}


def _metric(data: Callable[[], bytes]) -> bytes:
    return request(field(1, b"m") + data())
