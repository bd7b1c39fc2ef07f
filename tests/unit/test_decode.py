"""Promises of the decoders: what is OTLP is taken exactly, what is not is refused alone or as a whole."""

from __future__ import annotations

import json
import math
from typing import Any

import pytest

from andon.contract.telemetry import Signal
from andon.ingest import decode, items
from andon.ingest.proto import schema

TRACE = "0123456789abcdef0123456789abcdef"
SPAN = "0123456789abcdef"
TIME = 1_795_000_000_000_000_001


def span(**fields: object) -> dict[str, Any]:
    """Give a valid span in OTLP/JSON, with fields changed."""
    return {"traceId": TRACE, "spanId": SPAN, "name": "x", "endTimeUnixNano": str(TIME), **fields}


def decoded(*spans: object, **resource: object) -> list[items.Item]:
    """Decode spans sent as JSON and give the items."""
    body = {"resourceSpans": [{**resource, "scopeSpans": [{"spans": list(spans)}]}]}
    request = decode.decode("traces", json.dumps(body).encode(), "json")
    return [item for batch in request.batches for item in batch.items]


def attribute(value: object) -> object:
    """Decode one attribute value; None when it was absent, the refusal when it was refused."""
    (item,) = decoded(span(attributes=[{"key": "a", "value": value}]))
    if isinstance(item, items.Refused):
        return item.reason
    return item.attributes[0].value if item.attributes else None


def test_ids_are_hex_in_any_letter_case() -> None:
    """J1: hex ids are compared without letter case; what decodes as base64 only is refused."""
    (upper,) = decoded(span(traceId=TRACE.upper(), spanId=SPAN.upper()))
    assert (upper.trace_id, upper.span_id) == (TRACE, SPAN)
    (base64,) = decoded(span(traceId="ASNFZ4mrze8BI0VniavN7w=="))
    assert base64.reason == "bad_id"


@pytest.mark.parametrize(
    "wrong",
    [
        {"traceId": ""},
        {"traceId": "0" * 32},
        {"spanId": "0" * 16},
        {"spanId": SPAN[:-1]},
        {"parentSpanId": "xyz"},
        {"traceId": "g" * 32},
        {"links": [{"traceId": "12", "spanId": SPAN}]},
    ],
)
def test_a_bad_id_costs_one_item(wrong: dict[str, Any]) -> None:
    """A span with a bad id is refused as bad_id; the one beside it is taken."""
    bad, good = decoded(span(**wrong), span())
    assert bad.reason == "bad_id"
    assert good.span_id == SPAN


def test_root_spans_have_no_parent() -> None:
    """An empty parent id and one of zeros both mean a root span."""
    empty, zeros, child = decoded(span(parentSpanId=""), span(parentSpanId="0" * 16), span(parentSpanId=SPAN))
    assert (empty.parent_span_id, zeros.parent_span_id, child.parent_span_id) == (None, None, SPAN)


@pytest.mark.parametrize(
    ("sent", "meant"),
    [
        ({"intValue": "1544712660000000001"}, 1544712660000000001),
        ({"intValue": 1544712660000000001}, 1544712660000000001),
        ({"intValue": "-9223372036854775808"}, -(2**63)),
        ({"intValue": 1.0}, 1),
        ({"intValue": 1e3}, 1000),
        ({"intValue": "1e3"}, 1000),
        ({"intValue": 2**63}, "bad_number"),
        ({"intValue": 1.5}, "bad_number"),
        ({"intValue": 1e17}, "bad_number"),
        ({"intValue": "one"}, "bad_number"),
        ({"intValue": True}, "bad_number"),
        ({"doubleValue": 1}, 1.0),
        ({"doubleValue": "Infinity"}, math.inf),
        ({"doubleValue": "-Infinity"}, -math.inf),
        ({"boolValue": False}, False),
        ({"boolValue": "false"}, "undecodable"),
        ({"stringValue": ""}, ""),
        ({"stringValue": 5}, "undecodable"),
        ({"bytesValue": "-_8="}, b"\xfb\xff"),
        ({"bytesValue": "+/8"}, b"\xfb\xff"),
        ({"bytesValue": "!"}, "undecodable"),
        ({"arrayValue": {"values": [{"intValue": 1}, {}, {"stringValue": "b"}]}}, [1, None, "b"]),
        ({"arrayValue": {}}, []),
        (
            {"kvlistValue": {"values": [{"key": "k", "value": {"boolValue": True}}, {"key": "n"}]}},
            {"k": True},
        ),
        ({"kvlistValue": {"values": "no"}}, "undecodable"),
        ({}, None),
        (None, None),
        ({"stringValue": None}, None),
        ({"stringValueStrindex": 3}, None),
        ({"someday": 1, "stringValue": "x"}, "x"),
        ("text", "undecodable"),
    ],
)
def test_json_values(sent: object, meant: object) -> None:
    """J2, J6, J7, J8, J13: every legal form of a value is taken exactly; an illegal one costs its item."""
    found = attribute(sent)
    assert found == meant
    assert type(found) is type(meant)


def test_nan_is_a_number() -> None:
    """J7: NaN comes as text."""
    assert math.isnan(attribute({"doubleValue": "NaN"}))


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ({"endTimeUnixNano": str(2**63)}, "bad_time"),
        ({"endTimeUnixNano": -1}, "bad_number"),
        ({"flags": 2**32}, "bad_number"),
        ({"kind": "SPAN_KIND_CLIENT"}, "bad_number"),
        ({"name": 5}, "undecodable"),
        ({"attributes": "x"}, "undecodable"),
        ({"attributes": [7]}, "undecodable"),
        ({"droppedAttributesCount": -1}, "bad_number"),
    ],
)
def test_a_bad_field_costs_one_item(wrong: dict[str, Any], reason: str) -> None:
    """An item with an impossible field is refused with its reason, without the value in the detail."""
    bad, good = decoded(span(**wrong), span())
    assert bad.reason == reason
    assert isinstance(good, items.Span)


def test_unknown_enum_numbers_are_kept() -> None:
    """J3: an enum number that is not known yet is kept."""
    (found,) = decoded(span(kind=77))
    assert found.kind == 77


def test_unknown_fields_are_ignored_at_every_depth() -> None:
    """J4: junk changes nothing."""
    junk = {"unknown": [{"deep": {"er": None}}], "1": 2}
    plain = span(attributes=[{"key": "a", "value": {"intValue": 1}}], status={"code": 2})
    noisy = span(
        attributes=[{"key": "a", "value": {"intValue": 1, **junk}, **junk}],
        status={"code": 2, **junk},
        **junk,
    )
    first, second = decoded(plain, noisy, **junk)
    first.attributes, second.attributes = (
        [(one.key, one.value) for one in item.attributes] for item in (first, second)
    )
    assert first == second


def test_snake_case_is_unknown_but_told() -> None:
    """J5: proto names are unknown keys: nothing is taken, and the sender is told."""
    request = decode.decode("traces", b'{"resource_spans": [{}]}', "json")
    assert request.batches == []
    assert "resourceSpans" in request.warnings[0]


@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_empty_requests_are_requests(signal: Signal) -> None:
    """O18: an empty object, and zero bytes of protobuf, are empty requests without a warning."""
    for body, encoding in ((b"{}", "json"), (b"", "protobuf")):
        request = decode.decode(signal, body, encoding)  # type: ignore[arg-type]
        assert request.batches == []
        assert request.warnings == []


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"null",
        b"[]",
        b"{",
        b'{"resourceSpans": 5}',
        b'{"x": NaN}',
        b"\xef\xbb\xbf{}",
        b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
        b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + b"[" * 5_000,
    ],
)
def test_what_is_no_json_request_is_malformed(body: bytes) -> None:
    """J12: a body that is not OTLP/JSON, however deep, is Malformed and nothing else."""
    with pytest.raises(decode.Malformed):
        decode.decode("traces", body, "json")


@pytest.mark.parametrize("body", [b"not a request", b"\x0a\x05hello", b"\x0a\x7f", b"{}"])
def test_what_is_no_protobuf_request_is_malformed(body: bytes) -> None:
    """A body that is not OTLP in protobuf is Malformed."""
    with pytest.raises(decode.Malformed):
        decode.decode("logs", body, "protobuf")


def test_deep_values_cost_one_item() -> None:
    """J12: a value nested past the limit costs its item in both encodings, and never the process."""
    for depth, encoding in ((33, "json"), (150, "json"), (40, "protobuf"), (300, "protobuf")):
        found = deep(depth, encoding)
        assert isinstance(found[0], items.Refused), (depth, encoding)
        assert isinstance(found[1], items.LogRecord)
    for encoding in ("json", "protobuf"):
        assert isinstance(deep(32, encoding)[0], items.LogRecord)


def deep(depth: int, encoding: str) -> list[items.Item]:
    """Decode a log record whose attribute is nested, and a plain one beside it."""
    if encoding == "json":
        value: Any = {"intValue": 1}
        for _ in range(depth):
            value = {"arrayValue": {"values": [value]}}
        records = [
            {"timeUnixNano": TIME, "attributes": [{"key": "a", "value": value}]},
            {"timeUnixNano": TIME},
        ]
        body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()
    else:
        raw = b"\x18\x01"
        for _ in range(depth):
            raw = field(5, field(1, raw))
        record = field(6, field(1, b"a") + field(2, raw))
        body = field(1, field(2, field(2, record) + field(2, b"")))
    request = decode.decode("logs", body, encoding)  # type: ignore[arg-type]
    return list(request.batches[0].items)


def field(number: int, content: bytes) -> bytes:
    """Encode a length-delimited protobuf field."""
    length, head = len(content), bytes([number << 3 | 2])
    while length > 0x7F:
        head += bytes([length & 0x7F | 0x80])
        length >>= 7
    return head + bytes([length]) + content


def test_text_that_is_no_utf8_costs_one_item() -> None:
    """J11: invalid UTF-8 and lone surrogates cost their item; real pairs and escaped backslashes do not."""
    bad = field(2, field(12, b"\xff")) + field(2, field(12, b"ok"))
    first, second = decode.decode("logs", field(1, field(2, bad)), "protobuf").batches[0].items
    assert first.reason == "undecodable"
    assert second.event_name == "ok"
    names = [rb'"\ud83d"', b'"\xff"', rb'"\ud83d\ude00"', rb'"\\ud83d"']
    records = b",".join(b'{"eventName":' + name + b"}" for name in names)
    body = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[' + records + b"]}]}]}"
    lone, invalid, pair, escaped = decode.decode("logs", body, "json").batches[0].items
    assert (lone.reason, invalid.reason) == ("undecodable", "undecodable")
    assert (pair.event_name, escaped.event_name) == ("\U0001f600", "\\ud83d")


def test_a_bad_resource_costs_its_items_alone() -> None:
    """Items whose resource cannot be read are refused one by one; other resources are not touched."""
    bad = {
        "resource": {"attributes": [{"key": "a", "value": {"intValue": "x"}}]},
        "scopeSpans": [{"spans": [span()]}],
    }
    good = {"scopeSpans": [{"spans": [span()]}]}
    body = json.dumps({"resourceSpans": [bad, good]}).encode()
    first, second = decode.decode("traces", body, "json").batches
    assert first.items[0].reason == "bad_number"
    assert isinstance(second.items[0], items.Span)


@pytest.mark.parametrize("encoding", ["json", "protobuf"])
def test_a_bad_resource_costs_points_not_metrics(encoding: decode.Encoding) -> None:
    """Of metrics the points count, also where all are refused for their resource; an empty one has none."""
    body = json.dumps(
        {
            "resourceMetrics": [
                {
                    "resource": {"attributes": [{"key": "k", "value": {"bytesValue": "?"}}]},
                    "scopeMetrics": [
                        {"metrics": [{"gauge": {"dataPoints": [{}, {"flags": 1}]}}, {"name": "none"}]}
                    ],
                }
            ]
        }
    ).encode()
    if encoding == "protobuf":
        resource = field(1, field(1, b"\xff") + field(2, b"\x18\x01"))
        metrics = field(2, field(5, field(1, b"") + field(1, b"\x40\x01"))) + field(2, field(1, b"none"))
        body = field(1, field(1, resource) + field(2, metrics))
    (batch,) = decode.decode("metrics", body, encoding).batches
    assert [(item.reason, item.detail) for item in batch.items] == [
        ("undecodable", "its resource or scope")
    ] * 2


def test_schema_addresses_cost_nothing() -> None:
    """An address of a schema that is no text costs no item: nobody reads it."""
    body = field(1, field(2, field(2, b"") + field(3, b"\xff")) + field(3, b"\xff"))
    assert len(decode.decode("logs", body, "protobuf").batches[0].items) == 1


def test_too_many_items_are_malformed_before_they_are_read() -> None:
    """The number of items is limited, whatever their size."""
    body = field(1, field(2, field(2, b"") * 11))
    assert len(decode.decode("traces", body, "protobuf", most_items=11).batches[0].items) == 11
    with pytest.raises(decode.TooManyItems):
        decode.decode("traces", body, "protobuf", most_items=10)


def test_all_five_metric_types_in_both_encodings() -> None:
    """Each type of point says the same in protobuf and JSON."""
    request = schema.message("metrics.v1.MetricsData", trimmed=False)()
    scope = request.resource_metrics.add().scope_metrics.add()
    times = {"time_unix_nano": TIME, "start_time_unix_nano": 5}
    scope.metrics.add(name="g").gauge.data_points.add(as_double=1.5, **times)
    total = scope.metrics.add(name="s", unit="{token}").sum
    total.aggregation_temporality, total.is_monotonic = 1, True
    total.data_points.add(as_int=2**53 + 1, **times)
    histogram = scope.metrics.add(name="h").histogram
    histogram.aggregation_temporality = 2
    histogram.data_points.add(count=3, sum=4.5, max=2.5, bucket_counts=[1, 2], explicit_bounds=[1.0], **times)
    point = scope.metrics.add(name="e").exponential_histogram.data_points.add(count=3, scale=-1, **times)
    point.positive.offset = 2
    point.positive.bucket_counts.extend([1, 2])
    scope.metrics.add(name="q").summary.data_points.add(count=2, sum=3.0, **times).quantile_values.add(
        quantile=0.5, value=1.25
    )
    at = {"timeUnixNano": str(TIME), "startTimeUnixNano": 5}
    metrics = [
        {"name": "g", "gauge": {"dataPoints": [{"asDouble": 1.5, **at}]}},
        {
            "name": "s",
            "unit": "{token}",
            "sum": {
                "aggregationTemporality": 1,
                "isMonotonic": True,
                "dataPoints": [{"asInt": str(2**53 + 1), **at}],
            },
        },
        {
            "name": "h",
            "histogram": {
                "aggregationTemporality": 2,
                "dataPoints": [
                    {
                        "count": 3,
                        "sum": 4.5,
                        "max": 2.5,
                        "bucketCounts": ["1", 2],
                        "explicitBounds": [1],
                        **at,
                    }
                ],
            },
        },
        {
            "name": "e",
            "exponentialHistogram": {
                "dataPoints": [
                    {"count": "3", "scale": -1, "positive": {"offset": 2, "bucketCounts": [1, 2]}, **at}
                ]
            },
        },
        {
            "name": "q",
            "summary": {
                "dataPoints": [
                    {"count": 2, "sum": 3, "quantileValues": [{"quantile": 0.5, "value": 1.25}], **at}
                ]
            },
        },
    ]
    body = json.dumps({"resourceMetrics": [{"scopeMetrics": [{"metrics": metrics}]}]}).encode()
    binary = decode.decode("metrics", request.SerializeToString(), "protobuf").batches[0].items
    text = decode.decode("metrics", body, "json").batches[0].items
    assert list(binary) == list(text)
    gauge, counter, bars, exponential, summary = binary
    assert (gauge.value, gauge.value_int, gauge.temporality) == (1.5, None, None)
    assert (counter.value_int, counter.temporality, counter.is_monotonic) == (2**53 + 1, "delta", True)
    assert (bars.count, bars.sum, bars.min, bars.max, bars.temporality) == (3, 4.5, None, 2.5, "cumulative")
    assert exponential.buckets["positive"] == {"offset": 2, "counts": [1, 2]}
    assert summary.buckets == {"quantiles": [{"quantile": 0.5, "value": 1.25}]}


def test_of_one_name_the_last_counts() -> None:
    """J10: of duplicate keys in an object the last counts."""
    body = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[{"eventName":"a","eventName":"b"}]}]}]}'
    request = decode.decode("logs", body, "json")
    assert request.batches[0].items[0].event_name == "b"
