"""
What is promised of any bytes at all, for whoever makes them up: the fuzzer, Hypothesis, the kept corpus.

An input is one byte that chooses a reader, and what it reads. Nothing but a declared refusal is raised, and
whatever is taken is told to the last item.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from unittest.mock import patch

import pyarrow as pa
from google.protobuf.message import DecodeError

from andon.contract.problems import BadRequest, TooLarge
from andon.contract.telemetry import SIGNALS, TABLE_OF_SIGNAL, Signal, Table
from andon.ingest import decode_protobuf, frames, together
from andon.ingest.inflate import gunzip
from andon.ingest.orders import Envelope, Sender, TakenIn, Window
from andon.ingest.proto import schema
from andon.ingest.take_in import take_in
from andon.log.framing import header, pieces

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
WINDOW = Window(dt.date(2026, 1, 14), 600)
LIMIT = 2**20
MARKER = b"\xaa" * 8
"""Of the segment that is read."""

FIRST_SEGMENT, FIRST_FRAME = 192, 224
"""Choices from which on the bytes are a segment of the log, and a frame; below them they are a request."""

REQUESTS = {
    "traces": schema.message("collector.trace.v1.ExportTraceServiceRequest", trimmed=False),
    "logs": schema.message("collector.logs.v1.ExportLogsServiceRequest", trimmed=False),
    "metrics": schema.message("collector.metrics.v1.ExportMetricsServiceRequest", trimmed=False),
}
"""The published shapes, which know nothing of how requests are decoded here."""

_POINTS = ("gauge", "sum", "histogram", "exponential_histogram", "summary")


def keep(data: bytes) -> None:
    """Read an input; fails when a promise is broken."""
    if not data:
        return
    choice, body = data[0], data[1:]
    if choice >= FIRST_FRAME:
        _a_frame(body)
    elif choice >= FIRST_SEGMENT:
        _a_segment(body)
    else:
        _a_request(choice, body)


def choice_of(signal: Signal, *, is_json: bool = False, is_gzip: bool = False) -> int:
    """Give the byte that chooses a reader of requests."""
    return SIGNALS.index(signal) + 3 * is_json + 6 * (not is_gzip)


def taken_in(signal: Signal, body: bytes, *, is_json: bool = False, keeps_content: bool = False) -> TakenIn:
    """Take in a request and insist that every item of it is accounted for."""
    sender = Sender("org", "key", keeps_content)
    envelope = Envelope(signal, "json" if is_json else "protobuf", sender, NOW)
    taken = take_in(body, envelope, WINDOW)

    tables = frames.unpack(taken.frame) if taken.frame is not None else {}
    rows = {name: table.num_rows for name, table in tables.items()}
    promised = {TABLE_OF_SIGNAL[signal]: taken.accepted, "quarantine": taken.rejected}
    assert rows == {name: count for name, count in promised.items() if count}
    assert bool(taken.message) >= bool(taken.rejected), "rejected and not told"
    sent = None if is_json else count_of(signal, body)
    assert sent is None or sent == taken.accepted + taken.rejected, f"{sent} items were sent"

    if not is_json:
        # Together however few they are, as it is with many; and the other way, by itself each of them.
        with patch.object(together, "FEW", 1):
            _same(tables, taken, take_in(body, envelope, WINDOW))
        with the_long_way():
            _same(tables, taken, take_in(body, envelope, WINDOW))
    return taken


def _same(tables: dict[Table, pa.Table], taken: TakenIn, other: TakenIn) -> None:
    found = frames.unpack(other.frame) if other.frame is not None else {}
    assert found.keys() == tables.keys()
    for name, table in tables.items():
        assert table.equals(found[name]), (table.to_pylist(), found[name].to_pylist())
    assert (taken.accepted, taken.message) == (other.accepted, other.message)


def count_of(signal: Signal, body: bytes) -> int | None:
    """Count the items of a request by the published schema; None when it does not read it as a whole."""
    try:
        request = REQUESTS[signal].FromString(body)
    except (DecodeError, UnicodeDecodeError):
        return None
    if signal == "traces":
        return sum(len(scope.spans) for group in request.resource_spans for scope in group.scope_spans)
    if signal == "logs":
        return sum(len(scope.log_records) for group in request.resource_logs for scope in group.scope_logs)
    return sum(
        len(getattr(metric, kind).data_points)
        for group in request.resource_metrics
        for scope in group.scope_metrics
        for metric in scope.metrics
        for kind in _POINTS
        if metric.WhichOneof("data") == kind
    )


@contextmanager
def the_long_way() -> Iterator[None]:
    """Read each item by itself, by protobuf's own parser alone, with nothing remembered."""
    remembered = dict(decode_protobuf._MEMO)
    decode_protobuf._MEMO.clear()
    try:
        with (
            patch.object(decode_protobuf, "short_pair", return_value=None),
            patch.object(together, "read", return_value=None),
        ):
            yield
    finally:
        decode_protobuf._MEMO.update(remembered)


def _a_request(choice: int, body: bytes) -> None:
    signal, is_json, keeps_content = SIGNALS[choice % 3], bool(choice // 3 % 2), bool(choice // 24 % 2)
    with suppress(BadRequest, TooLarge):
        if choice // 6 % 4 == 0:
            body = gunzip(body, LIMIT)
            assert len(body) <= LIMIT
        taken_in(signal, body, is_json=is_json, keeps_content=keeps_content)


def _a_segment(body: bytes) -> None:
    """Bytes between two sound frames: every byte is told once, and the frame before them is found."""
    before, after = b"the frame before", b"the frame after"
    content = _frame(before) + body + _frame(after)
    end = 0
    for piece in pieces(content, MARKER):
        assert piece.start == end < piece.end
        assert (piece.kind == "frame") >= bool(piece.payload)
        end = piece.end
    assert end == len(content)
    payloads = [piece.payload for piece in pieces(content, MARKER) if piece.kind == "frame"]
    assert payloads[0] == before


def _frame(payload: bytes) -> bytes:
    return header(payload, MARKER) + payload


def _a_frame(body: bytes) -> None:
    with suppress(frames.DamagedFrame):
        frames.unpack(body)
