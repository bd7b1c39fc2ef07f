"""OTLP's clauses for HTTP that need a real server: docs/reference/otlp.md names these tests."""

from __future__ import annotations

import errno
import gzip
import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from andon.config import read_settings
from andon.contract.telemetry import Signal
from andon.ingest import answers
from andon.ingest.proto import schema

from otlp_door import (
    JSON,
    LIMIT,
    NOW,
    PROTOBUF,
    Answer,
    Door,
    as_json,
    log_request,
    serving,
    status_in_protobuf,
)

SIGNALS: tuple[Signal, ...] = ("traces", "logs", "metrics")
NOW_NS = int(NOW.timestamp()) * 10**9
MINUTE = 60 * 10**9
DAY = 24 * 60 * MINUTE

SERVICES = {"traces": "trace", "logs": "logs", "metrics": "metrics"}
RESPONSES = {
    "traces": "collector.trace.v1.ExportTraceServiceResponse",
    "logs": "collector.logs.v1.ExportLogsServiceResponse",
    "metrics": "collector.metrics.v1.ExportMetricsServiceResponse",
}
REJECTED = {"traces": "rejected_spans", "logs": "rejected_log_records", "metrics": "rejected_data_points"}


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One server for the tests that only ask."""
    settings = read_settings(data=tmp_path_factory.mktemp("otlp"), max_body_bytes=LIMIT, decoders=1)
    with serving(settings) as running:
        yield running


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A server with an empty log."""
    with serving(read_settings(data=tmp_path, max_body_bytes=LIMIT, decoders=1)) as running:
        yield running


def item(signal: Signal, at: int, name: str = "x") -> dict[str, Any]:
    """One item in OTLP/JSON that ended at a time."""
    if signal == "traces":
        ids = {"traceId": "0123456789abcdef0123456789abcdef", "spanId": "0123456789abcdef"}
        return {**ids, "name": name, "startTimeUnixNano": str(at - MINUTE), "endTimeUnixNano": str(at)}
    if signal == "logs":
        return {"timeUnixNano": str(at), "eventName": name}
    point = {"asInt": "1", "timeUnixNano": str(at)}
    return {"name": name, "sum": {"aggregationTemporality": 1, "isMonotonic": True, "dataPoints": [point]}}


def export(signal: Signal, *items: dict[str, Any]) -> bytes:
    """A request of one resource and one scope, in JSON."""
    resources, scopes, inside = {
        "traces": ("resourceSpans", "scopeSpans", "spans"),
        "logs": ("resourceLogs", "scopeLogs", "logRecords"),
        "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
    }[signal]
    return json.dumps({resources: [{scopes: [{inside: list(items)}]}]}).encode()


def in_protobuf(signal: Signal, *times: int) -> bytes:
    """The same request in protobuf, one item a time."""
    service = SERVICES[signal]
    name = {"traces": "Trace", "logs": "Logs", "metrics": "Metrics"}[signal]
    request = schema.message(f"collector.{service}.v1.Export{name}ServiceRequest", trimmed=False)()
    for at in times:
        if signal == "traces":
            request.resource_spans.add().scope_spans.add().spans.add(
                trace_id=b"t" * 16, span_id=b"s" * 8, name="x", end_time_unix_nano=at
            )
        elif signal == "logs":
            request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=at, event_name="x")
        else:
            metric = request.resource_metrics.add().scope_metrics.add().metrics.add(name="x")
            metric.sum.data_points.add(as_int=1, time_unix_nano=at)
    body: bytes = request.SerializeToString()
    return body


@pytest.mark.parametrize("coding", [None, "gzip"])
@pytest.mark.parametrize("encoding", ["protobuf", "json"])
@pytest.mark.parametrize("signal", SIGNALS)
def test_every_signal_plain_and_gzip(shared: Door, signal: Signal, encoding: str, coding: str | None) -> None:
    """O1, O4, O14: each signal in both encodings, plain and gzip; success is an unset partial_success."""
    at = NOW_NS - MINUTE
    body = export(signal, item(signal, at)) if encoding == "json" else in_protobuf(signal, at)
    media_type = JSON if encoding == "json" else PROTOBUF
    headers = {"content_encoding": coding} if coding else {}
    answer = shared.send(
        gzip.compress(body) if coding else body, path=f"/v1/{signal}", content_type=media_type, **headers
    )
    assert (answer.code, answer.body) == (200, b"{}" if encoding == "json" else b"")
    assert answer.headers["content-type"] == media_type
    assert answer.headers["content-length"] == str(len(answer.body))


def test_the_default_ports_are_otlps(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O3: without a word of ours, exporters and Andon meet on 4318."""
    monkeypatch.delenv("ANDON_OTLP_PORT", raising=False)
    assert read_settings(data=tmp_path).otlp_port == 4318


def raw(door: Door, *parts: bytes) -> bytes:
    """Send bytes on one connection, reading once between the parts and to the end after the last."""
    with socket.create_connection(("127.0.0.1", door.port), timeout=60) as opened:
        said = b""
        for part in parts[:-1]:
            opened.sendall(part)
            said += opened.recv(65536)
        opened.sendall(parts[-1])
        while part := opened.recv(65536):
            said += part
    return said


def head(door: Door, *headers: str, version: str = "1.1") -> bytes:
    """The head of a request for logs in JSON."""
    lines = [
        f"POST /v1/logs HTTP/{version}",
        "Host: andon",
        f"Authorization: Bearer {door.ingest_key}",
        f"Content-Type: {JSON}",
        *headers,
    ]
    return "\r\n".join([*lines, "", ""]).encode()


def test_a_client_that_asks_before_its_body_is_told_to_go_on(shared: Door) -> None:
    """O5: Expect: 100-continue is answered with 100 if the body will be read, else with the refusal."""
    asked = head(shared, "Expect: 100-continue", "Content-Length: 2", "Connection: close")
    said = raw(shared, asked, b"{}")
    assert said.startswith(b"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 200 OK\r\n")
    wrong = asked.replace(b"ik-", b"ik-wrong")
    said = raw(shared, wrong)
    assert said.startswith(b"HTTP/1.1 401 ")
    assert b"100 Continue" not in said


def test_requests_in_one_go_are_answered_in_order(shared: Door) -> None:
    """O5: several requests sent before the first answer are answered one by one, in their order."""
    first = head(shared, "Content-Length: 2") + b"{}"
    second = (
        head(shared, "Transfer-Encoding: chunked") + b"1\r\n{\r\n2;ext=1\r\n }\r\n0\r\nX-Trailer: a\r\n\r\n"
    )
    third = head(shared, "Content-Length: 1") + b"{"
    last = head(shared, "Content-Length: 2", "Connection: close") + b"{}"
    said = raw(shared, first + second + third + last)
    assert [int(part[:3]) for part in said.split(b"HTTP/1.1 ")[1:]] == [200, 200, 400, 200]


def test_http_1_0_is_answered_and_closed(shared: Door) -> None:
    """O5: an old client gets its answer, and the end of the connection."""
    said = raw(shared, head(shared, "Content-Length: 2", version="1.0") + b"{}")
    assert said.startswith(b"HTTP/1.1 200 OK\r\n")
    assert b"connection: close\r\n" in said
    assert said.endswith(b"\r\n\r\n{}")


@pytest.mark.parametrize("offer", ["h2c", "websocket"])
def test_an_upgrade_is_not_made_and_costs_nothing(door: Door, offer: str) -> None:
    """O5: who offers HTTP/2 (Java's client does) or WebSocket is answered in HTTP/1.1, its body is kept."""
    body = as_json(log_request("offered"))
    offering = f"Connection: Upgrade, HTTP2-Settings\r\nUpgrade: {offer}\r\nHTTP2-Settings: AAEAAEAA"
    length = f"Content-Length: {len(body)}"
    whole = head(door, offering, length) + body
    chunked = head(door, offering, "Transfer-Encoding: chunked") + b"%x\r\n%b\r\n0\r\n\r\n" % (
        len(body),
        body,
    )
    last = head(door, length, "Connection: close") + body
    said = raw(door, whole + chunked + last)
    assert [int(part[:3]) for part in said.split(b"HTTP/1.1 ")[1:]] == [200, 200, 200]
    apart = head(door, offering, length)
    with socket.create_connection(("127.0.0.1", door.port), timeout=60) as opened:
        for part in (apart, body[:20], body[20:]):
            opened.sendall(part)
            time.sleep(0.05)
        assert opened.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
    assert len(door.stored()) == 4


def test_a_connection_serves_many_requests(shared: Door) -> None:
    """O5, O12: connections are kept, also after refusals, until the client closes them."""
    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=60)
    opened = None
    for number in range(20):
        key = shared.ingest_key if number % 3 else "ik-wrong"
        connection.request(
            "POST", "/v1/logs", b"{}", {"content-type": JSON, "authorization": f"Bearer {key}"}
        )
        assert connection.getresponse().read()
        opened = opened or connection.sock
        assert connection.sock is opened
    connection.close()


def test_a_header_after_the_body_is_none(shared: Door) -> None:
    """O5: what stands after the last chunk cannot become a header of the request: here, its key."""
    keyless = head(shared, "Transfer-Encoding: chunked", "Connection: close").replace(
        f"Authorization: Bearer {shared.ingest_key}\r\n".encode(), b""
    )
    trailer = f"Authorization: Bearer {shared.ingest_key}\r\n".encode()
    said = raw(shared, keyless + b"2\r\n{}\r\n0\r\n" + trailer + b"\r\n")
    assert said.startswith(b"HTTP/1.1 401 ")


@pytest.mark.parametrize("encoding", [JSON, PROTOBUF])
def test_answers_are_small_whatever_is_rejected(shared: Door, encoding: str) -> None:
    """O7: many rejected records are one number and a few sentences, never as many messages."""
    many = 30_000
    old = export("logs", *[{"timeUnixNano": "1"}] * many)
    rejected = in_protobuf("logs", 1) * many if encoding == PROTOBUF else old
    answer = shared.send(gzip.compress(rejected), content_type=encoding, content_encoding="gzip")
    assert answer.code == 200
    assert f"{many} log records rejected".encode() in answer.body
    assert len(answer.body) < 2000


def test_answers_are_never_compressed_unasked(shared: Door) -> None:
    """O8: an answer is plain, whatever the client would accept: it is a few bytes."""
    for accepted in ("gzip", "identity", "br, gzip;q=0.5"):
        answer = shared.send(b"{}", accept_encoding=accepted)
        assert "content-encoding" not in answer.headers
        assert answer.json == {}


@pytest.mark.parametrize("signal", SIGNALS)
def test_the_count_of_rejected_items_is_exact(shared: Door, signal: Signal) -> None:
    """O15: exactly the items that are not kept are counted, and the reasons told in words."""
    good, bad = NOW_NS - MINUTE, [1, NOW_NS - 400 * DAY, NOW_NS + DAY, 2**63 - 1]
    answer = shared.send(
        export(signal, item(signal, good), *(item(signal, at) for at in bad)), path=f"/v1/{signal}"
    )
    assert answer.code == 200
    (count,) = (value for key, value in answer.json["partialSuccess"].items() if key.startswith("rejected"))
    assert count == "4"
    assert "too_old" in answer.json["partialSuccess"]["errorMessage"]
    assert "in_the_future" in answer.json["partialSuccess"]["errorMessage"]

    answer = shared.send(in_protobuf(signal, good, *bad), path=f"/v1/{signal}", content_type=PROTOBUF)
    partial = schema.message(RESPONSES[signal]).FromString(answer.body).partial_success
    assert getattr(partial, REJECTED[signal]) == 4
    assert partial.error_message


@pytest.mark.parametrize("signal", SIGNALS)
def test_all_rejected_is_still_a_success(shared: Door, signal: Signal) -> None:
    """O15: a request of which nothing is kept is a 200 with the full count: it must not come again."""
    answer = shared.send(export(signal, item(signal, 1), item(signal, 1)), path=f"/v1/{signal}")
    assert answer.code == 200
    assert "2" in answer.json["partialSuccess"].values()


def refusals(door: Door, content_type: str) -> dict[int, Answer]:
    """One answer of each refusal that a request can earn."""
    answered = [
        door.send(b"\xff\xff\xff" if content_type == PROTOBUF else b"{", content_type=content_type),
        door.send(content_type=content_type, key=None),
        door.send(content_type=content_type, key=door.analytics_key),
        door.send(content_type=content_type, path="/v1development/profiles"),
        door.send(content_type=content_type, method="PUT"),
        door.send(bytes(LIMIT + 1), content_type=content_type),
        door.send(content_type=content_type, content_encoding="br"),
    ]
    return {answer.code: answer for answer in answered}


@pytest.mark.parametrize("content_type", [JSON, PROTOBUF, "text/plain"])
def test_every_refusal_is_a_status_in_the_requests_encoding(shared: Door, content_type: str) -> None:
    """O2, O13, O16, O19: 400 to 415 are a google.rpc.Status as the request was written; else in JSON."""
    answered = refusals(shared, content_type)
    if content_type == "text/plain":  # the body is not looked at
        assert set(answered) == {415, 401, 403, 404, 405}
    else:
        assert set(answered) == {400, 401, 403, 404, 405, 413, 415}
    for answer in answered.values():
        if content_type == PROTOBUF:
            assert answer.headers["content-type"] == PROTOBUF
            assert status_in_protobuf(answer.body)
        else:
            assert answer.headers["content-type"] == JSON
            assert set(answer.json) == {"code", "message"}


@pytest.mark.parametrize("content_type", [JSON, PROTOBUF])
def test_what_fails_on_our_side_can_be_sent_again(
    door: Door, content_type: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O13, O20, O21: a fault of ours is 503 with Retry-After of a second, in the encoding of the request."""
    good = NOW_NS - MINUTE
    body = in_protobuf("logs", good) if content_type == PROTOBUF else as_json(log_request("x"))

    def fail(_descriptor: int) -> None:
        raise OSError(errno.EIO, "Input/output error")

    with monkeypatch.context() as faulty:
        faulty.setattr(os, "fdatasync", fail)
        answer = door.send(body, content_type=content_type)
    assert (answer.code, answer.headers["retry-after"]) == (503, "1")
    assert answer.headers["content-type"] == content_type
    said = status_in_protobuf(answer.body) if content_type == PROTOBUF else answer.json["message"]
    assert "send it again" in said


def test_no_refusal_that_must_not_be_repeated_asks_for_it(shared: Door) -> None:
    """O20, O24: senders repeat only 429, 502, 503 and 504; Retry-After stands on none of the others."""
    for answer in refusals(shared, JSON).values():
        assert answer.code not in {429, 502, 503, 504, 500}
        assert "retry-after" not in answer.headers


def test_a_key_is_replaced_without_a_gap(shared: Door) -> None:
    """O24: 401 costs data, so that while a key is rotated the old one and the new one both work."""
    directory = shared.directory
    old = directory.create_key(directory.orgs()[0].org_id, "ingest", now=NOW)
    new = directory.rotate_key(old.key_id, now=NOW)
    for text in (old.text, new.text):
        assert shared.send(b"{}", key=text).code == 200


def test_the_same_request_twice_is_the_same_records(door: Door) -> None:
    """O23: whoever sends again because no answer came sends duplicates, which have the same record ids."""
    for _ in range(2):
        assert door.send(as_json(log_request("a", "b"))).code == 200
    ids = [row["record_id"] for row in door.stored()]
    assert (len(ids), len(set(ids))) == (4, 2)


def test_a_duplicate_attribute_is_the_last_one_in_both_encodings(door: Door) -> None:
    """J10: of two attributes of one name the last counts, in JSON and in protobuf."""
    at = NOW_NS - MINUTE
    pairs = [{"key": "a", "value": {"intValue": number}} for number in (1, 2)]
    assert door.send(export("logs", {**item("logs", at), "attributes": pairs})).code == 200
    request = schema.message("collector.logs.v1.ExportLogsServiceRequest", trimmed=False)()
    record = request.resource_logs.add().scope_logs.add().log_records.add(time_unix_nano=at, event_name="x")
    for number in (1, 2):
        record.attributes.add(key="a").value.int_value = number
    assert door.send(request.SerializeToString(), content_type=PROTOBUF).code == 200
    assert [row["attributes"] for row in door.stored()] == ['{"a":2}', '{"a":2}']


@pytest.mark.parametrize("digits", [20, 5_000, 500_000])
@pytest.mark.parametrize("field", ["timeUnixNano", "severityNumber", "someday"])
def test_numbers_of_any_length_are_no_fault_of_ours(shared: Door, field: str, digits: int) -> None:
    """J14: a number of very many digits costs its record, or its request; never a 5xx, and never long."""
    for number in ("9" * digits, '"' + "9" * digits + '"', "1e" + "9" * digits, "-" + "9" * digits):
        body = f'{{"resourceLogs":[{{"scopeLogs":[{{"logRecords":[{{"{field}":{number}}}]}}]}}]}}'.encode()
        assert shared.send(body).code in {200, 400}


def test_text_with_a_null_is_kept(door: Door) -> None:
    """J11: a null character in a text does not cost the record, nor what stands beside it."""
    at = NOW_NS - MINUTE
    sent = {**item("logs", at, "a\0b"), "attributes": [{"key": "k\0", "value": {"stringValue": "v\0w"}}]}
    assert door.send(export("logs", sent)).json == {}
    (row,) = door.stored()
    assert row["event_name"].startswith("a")
    assert "\0" not in row["event_name"] + row["attributes"]


@pytest.mark.parametrize("signal", SIGNALS)
def test_every_signal_has_the_same_bounds_of_time(shared: Door, signal: Signal) -> None:
    """§4.4: whatever the signal, the same times are believed: to ten minutes ahead, back to the first day."""
    first_day = int(read_settings().history_start.strftime("%s")) * 10**9 + DAY
    for at, rejected in (
        (NOW_NS, False),
        (NOW_NS + 9 * MINUTE, False),
        (NOW_NS + 11 * MINUTE, True),
        (first_day, False),
        (first_day - 3 * DAY, True),
    ):
        answer = shared.send(export(signal, item(signal, at)), path=f"/v1/{signal}")
        assert (answer.code, "partialSuccess" in answer.json) == (200, rejected)


def test_legal_oddities_of_metrics_are_taken(door: Door) -> None:
    """§4.4: both temporalities, none, no start, a reset, an overlap, no name and no unit are all kept."""
    at = NOW_NS - MINUTE
    points = [
        {"asInt": "5", "timeUnixNano": str(at), "startTimeUnixNano": "0"},
        {"asInt": "9", "timeUnixNano": str(at + 1), "startTimeUnixNano": str(at - DAY)},
        {"asInt": "2", "timeUnixNano": str(at + 2), "startTimeUnixNano": str(at + 1)},
        {"asDouble": 2.5, "timeUnixNano": str(at + 3), "flags": 1, "startTimeUnixNano": str(at - DAY)},
    ]
    metrics = [
        {"name": "m", "sum": {"aggregationTemporality": kind, "dataPoints": points}} for kind in (0, 1, 2)
    ]
    nameless = {"gauge": {"dataPoints": [{"asInt": "1", "timeUnixNano": str(at)}]}}
    assert door.send(export("metrics", *metrics, nameless), path="/v1/metrics").json == {}
    assert len(door.stored()) == 13


def test_legal_oddities_of_spans_are_taken(door: Door) -> None:
    """§4.4: no name, an end before the start, high bits of flags and dropped counts are all kept as sent."""
    at = NOW_NS - MINUTE
    odd = {
        **item("traces", at, ""),
        "startTimeUnixNano": str(at + MINUTE),
        "flags": 0xFFFFFFFF,
        "droppedAttributesCount": 3,
        "droppedEventsCount": 4,
        "droppedLinksCount": 5,
    }
    assert door.send(export("traces", odd), path="/v1/traces").json == {}
    (row,) = door.stored()
    assert (row["name"], row["flags"]) == ("", 0xFFFFFFFF)
    assert row["start_time_unix_nano"] > row["end_time_unix_nano"] == at
    assert [row[f"dropped_{what}_count"] for what in ("attributes", "events", "links")] == [3, 4, 5]


def test_messages_for_senders_are_short() -> None:
    """O17: senders log what they are told, again and again: it has a thousand characters at most."""
    said = json.loads(answers.export_response("logs", 1, "x" * 10_000, "json"))
    assert len(said["partialSuccess"]["errorMessage"]) == answers.LONGEST_MESSAGE <= 1000
