"""Whatever comes to a real server, over HTTP or gRPC: an answer, in time, and no fault of ours."""

from __future__ import annotations

import gzip
import socket
import time
from collections.abc import Iterator
from typing import Any, NamedTuple

import grpc
import pytest
from hostile_bodies import request, span
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from process_tree import memory_of
from wild_messages import wild

from andon.ingest.receive_grpc import METHODS

from line import Line, Org
from tries import in_one_of_three, within

SECOND = 1.0
MOST_MEMORY_BYTES = 1536 * 2**20
"""Of the server and its two decoding processes, after whatever was sent."""
GOOD = request(span(7))
ROUNDS = [40, pytest.param(900, marks=pytest.mark.full_rounds)]
"""Requests of a round; the long one sends three hundred to each path."""

TYPES = [
    *("application/x-protobuf", "application/json", "application/json; charset=utf-8", "Application/JSON"),
    *("application/x-protobuf;", "text/plain", "", "application/grpc", "application/x-www-form-urlencoded"),
    *("multipart/form-data; boundary=x", "application/json, application/x-protobuf", "\xff", "a" * 5000),
]
CODINGS = ["", "gzip", "GZIP", "x-gzip", "identity", "deflate", "br", "gzip, gzip", "zstd", "\xe9"]
METHODS_OF_HTTP = ["POST"] * 12 + ["GET", "PUT", "HEAD", "OPTIONS", "DELETE", "PATCH", "TRACE", "post", "X"]


class Sent(NamedTuple):
    """
    One request as it goes over the wire.

    Attributes:
        head: First line and headers, without the empty line.
        body: What follows.
    """

    head: bytes
    body: bytes


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    """An organisation on a server of its own."""
    running = Line(tmp_path_factory.mktemp("fuzzed") / "data")
    running.start()
    yield running.new_org("Fuzzed")
    running.stop()


@st.composite
def bodies(draw: st.DrawFn) -> bytes:
    """Draw a body: of either encoding, whole or with damage, or of no kind at all."""
    sent = draw(wild())
    body = draw(st.sampled_from([sent.protobuf, sent.json, b"", b"{}", b"null", b"\x1f\x8b", bytes(300_000)]))
    if draw(st.booleans()):
        at = draw(st.integers(0, len(body)))
        body = body[:at] + draw(st.binary(max_size=8)) + body[at + draw(st.integers(0, 4)) :]
    if draw(st.booleans()):
        body = gzip.compress(body)
        body = draw(st.sampled_from([body, body, body[:-4], body + b"x", body * 3, b"\0" + body]))
    return body


@st.composite
def sent_over_http(draw: st.DrawFn, key: str) -> Sent:
    """Draw a request to one of the three paths."""
    body = draw(bodies())
    path = draw(st.sampled_from(["/v1/traces", "/v1/logs", "/v1/metrics"]))
    more = draw(st.sampled_from([""] * 9 + ["/", "?a=b", "%00", "/../logs", "x" * 9000]))
    key = draw(st.sampled_from([key] * 9 + ["ik-wrong", "", "\xff"]))
    length = draw(
        st.sampled_from([len(body)] * 12 + [len(body) + 1, max(0, len(body) - 1), 2**63, 10**30, -1])
    )
    lines = [
        f"{draw(st.sampled_from(METHODS_OF_HTTP))} {path}{more} HTTP/1.1",
        "Host: localhost",
        f"Authorization: Bearer {key}",
        f"Content-Type: {draw(st.sampled_from(TYPES[:3] * 5 + TYPES))}",
        f"Content-Length: {length}",
    ]
    if coding := draw(st.sampled_from(CODINGS[:2] * 5 + CODINGS)):
        lines.append(f"Content-Encoding: {coding}")
    lines += draw(st.lists(st.sampled_from(ODD_LINES), max_size=1)) if draw(st.booleans()) else []
    return Sent("\r\n".join(lines).encode("latin-1"), body)


ODD_LINES = [
    *(
        "Transfer-Encoding: chunked",
        "Transfer-Encoding: identity",
        "Content-Length: 3",
        "Expect: 100-continue",
    ),
    *(
        "Expect: miracles",
        "Connection: close",
        "Upgrade: h2c",
        "Host: other",
        "X: " + "y" * 70_000,
        "no colon",
    ),
    *(
        ": no name",
        "X-\x01: y",
        "Trailer: Content-Length",
        "Accept-Encoding: gzip",
        " folded",
        "Range: bytes=0-1",
    ),
]


def exchange(port: int, sent: Sent) -> tuple[int | None, float]:
    """Send a request and say no more; give the status, None when there was none, and the seconds it took."""
    start = time.monotonic()
    said = b""
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection:
        try:
            connection.sendall(sent.head + b"\r\n\r\n" + sent.body)
            connection.shutdown(socket.SHUT_WR)
            while not said.endswith(b"\r\n\r\n") and (more := connection.recv(65_536)):
                said += more
                if b"\r\n\r\n" in said and not said.startswith(b"HTTP/1.1 1"):
                    break
        except (BrokenPipeError, ConnectionResetError):
            pass  # hung up on: an answer too
    took_s = time.monotonic() - start
    # After "100 Continue" comes the answer itself.
    finals = [line for line in said.split(b"\r\n") if line.startswith(b"HTTP/1.") and line[9:10] != b"1"]
    return (int(finals[0].split()[1]) if finals else None), took_s


def is_well(org: Org) -> None:
    """A good request has its yes, and the server is not larger than it may be."""
    org.post("/v1/traces", GOOD, "application/x-protobuf")
    org.post("/v1/traces", GOOD, "application/grpc")
    assert org.line.process is not None
    assert memory_of(org.line.process.pid) < MOST_MEMORY_BYTES


@pytest.mark.parametrize("examples", ROUNDS)
def test_no_request_over_http_is_a_fault(org: Org, examples: int) -> None:
    """Methods, media types, codings, lengths, keys, bodies: no 5xx but 503, each answer within a second."""
    codes: set[int | None] = set()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(sent_over_http(org.ingest_key))
    def check(sent: Sent) -> None:
        def in_time() -> int | None:
            code, took_s = exchange(org.line.otlp_port, sent)
            within(SECOND, took_s)
            return code

        code = in_one_of_three(in_time)
        assert code is None or code < 500 or code == 503, code
        codes.add(code)

    check()
    assert codes & {200, 400}, "nothing was asked that the door reads"
    assert 503 not in codes, "a server that is not busy said that it is"
    is_well(org)


@pytest.mark.parametrize("examples", ROUNDS)
def test_no_call_over_grpc_is_a_fault(org: Org, examples: int) -> None:
    """Methods, metadata, compression, messages: no INTERNAL, no UNKNOWN, each answer within a second."""
    codes: set[grpc.StatusCode] = set()
    methods = [*METHODS, "/opentelemetry.proto.collector.trace.v1.TraceService/Import", "/", "/x/y"]
    keys = [f"Bearer {org.ingest_key}"] * 5 + ["Bearer ik-wrong", "", f"Basic {org.ingest_key}"]

    def call(method: str, messages: list[bytes], metadata: Any, compression: Any) -> grpc.StatusCode:  # noqa: ANN401 (drawn)
        export: grpc.StreamUnaryMultiCallable[bytes, bytes] = org.line.grpc.stream_unary(method)
        try:
            _, done = export.with_call(
                iter(messages), metadata=metadata, compression=compression, timeout=10, wait_for_ready=True
            )
        except grpc.RpcError as error:
            code: grpc.StatusCode = error.code()
            return code
        return done.code()

    @settings(max_examples=examples, deadline=None, suppress_health_check=list(HealthCheck))
    @given(
        st.sampled_from([*list(METHODS) * 4, *methods]),
        st.one_of(st.lists(bodies(), min_size=1, max_size=1), st.lists(bodies(), max_size=3)),
        st.sampled_from(keys),
        st.lists(
            st.tuples(st.sampled_from(["x", "x-bin", "te", "grpc-timeout"]), st.binary(max_size=9)),
            max_size=1,
        ),
        st.sampled_from([None, grpc.Compression.Gzip, grpc.Compression.Deflate]),
    )
    def check(
        method: str, messages: list[bytes], key: str, more: list[tuple[str, bytes]], compression: object
    ) -> None:
        metadata = [("authorization", key), *((name, value) for name, value in more if name.endswith("-bin"))]

        def in_time() -> grpc.StatusCode:
            start = time.monotonic()
            code = call(method, messages, metadata, compression)
            within(SECOND, time.monotonic() - start)
            return code

        code = in_one_of_three(in_time)
        assert code not in {grpc.StatusCode.INTERNAL, grpc.StatusCode.UNKNOWN, grpc.StatusCode.DATA_LOSS}
        codes.add(code)

    check()
    assert {grpc.StatusCode.OK, grpc.StatusCode.INVALID_ARGUMENT} <= codes
    assert grpc.StatusCode.UNAVAILABLE not in codes, "a server that is not busy said that it is"
    is_well(org)
