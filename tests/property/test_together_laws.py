"""Many spans or log records at once are read as each by itself: whatever they say, the same rows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from andon.contract.telemetry import Signal
from andon.ingest import frames
from andon.ingest.orders import Envelope, Sender, Window
from andon.ingest.proto import schema
from andon.ingest.redact import CREDENTIAL_BEGINNING, PLAIN_ASCII_WORD, is_plain_word
from andon.ingest.take_in import take_in
from andon.ingest.together import FEW

NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
WINDOW = Window(dt.date(2026, 1, 14), 600)
FIXTURES = Path(__file__).parents[1] / "fixtures" / "otlp"
JUST_NOW = int(NOW.timestamp()) * 10**9

KeyValue = schema.message("common.v1.KeyValue", trimmed=False)
AnyValue = schema.message("common.v1.AnyValue", trimmed=False)
Span = schema.message("trace.v1.Span", trimmed=False)
LogRecord = schema.message("logs.v1.LogRecord", trimmed=False)
REQUESTS = {
    "traces": schema.message("collector.trace.v1.ExportTraceServiceRequest", trimmed=False),
    "logs": schema.message("collector.logs.v1.ExportLogsServiceRequest", trimmed=False),
}

TEXTS = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=20),
    st.text('ab_.:@+-/ \\"{}[]<\n\0é', max_size=40),
    st.sampled_from(
        [
            "",
            "ghp_0123456789abcdef",
            "x.sk-0123456789",
            "-----BEGIN RSA",
            "/home/me/secret.txt",
            "a b c d e f g h i",
        ]
    ),
)
NUMBERS = st.integers(-(2**63), 2**63 - 1)
NAMES = st.one_of(
    st.sampled_from([
        "session.id", "user.email", "prompt", "tool_parameters", "gen_ai.usage.input_tokens", "file_path",
        "gen_ai.tool.name", "gen_ai.tool.call.arguments", "cost_usd", "a", "a.b", "", "sandbox_policy",
    ]),
    st.text(st.characters(codec="utf-8"), max_size=6),
)  # fmt: skip
PLAIN = st.one_of(
    st.builds(lambda value: AnyValue(string_value=value), TEXTS),
    st.builds(lambda value: AnyValue(int_value=value), NUMBERS),
    st.builds(lambda value: AnyValue(bool_value=value), st.booleans()),
    st.builds(lambda value: AnyValue(double_value=value), st.floats()),
    st.builds(lambda value: AnyValue(bytes_value=value), st.binary(max_size=8)),
    st.just(AnyValue()),
)


def _list_of(inner: Sequence[Any]) -> Any:  # noqa: ANN401 (a message)
    value = AnyValue()
    value.array_value.values.extend(inner)
    return value


VALUES = st.one_of(PLAIN, st.builds(_list_of, st.lists(PLAIN, max_size=3)))


ATTRIBUTES = st.lists(st.builds(lambda key, value: KeyValue(key=key, value=value), NAMES, VALUES), max_size=6)
TIMES = st.one_of(st.just(JUST_NOW), st.sampled_from([0, 1, 2**63, JUST_NOW // 10**6, JUST_NOW + 10**13]))
TRACES = st.sampled_from([b"t" * 16, bytes(16), b"", b"short"])
SPANS = st.sampled_from([b"s" * 8, bytes(8), b"", b"longer than that"])
TAILS = st.sampled_from(
    [b"", b"", b"", b"*\x01m", b"J\x08\n\x01k\x12\x03\n\x01a", b"\xff", b"z\x02\x18\x02", b"\x92\x06\x01x"]
)
"""Fields said twice, unknown ones, and bytes that are no message."""

ANY_SPAN = st.builds(
    lambda attributes, start, end, trace, span, parent, name, state, events, tail: (
        Span(
            trace_id=trace, span_id=span, parent_span_id=parent, name=name, trace_state=state, kind=3,
            start_time_unix_nano=start, end_time_unix_nano=end, attributes=attributes, flags=1,
            events=[Span.Event(name="e")] * events,
        ).SerializeToString()
        + tail
    ),
    ATTRIBUTES, TIMES, TIMES, TRACES, SPANS, SPANS, TEXTS, TEXTS, st.integers(0, 1), TAILS,
)  # fmt: skip
ANY_LOG_RECORD = st.builds(
    lambda attributes, time, seen, trace, span, name, severity, body, tail: (
        LogRecord(
            time_unix_nano=time, observed_time_unix_nano=seen, trace_id=trace, span_id=span, event_name=name,
            severity_text=severity, severity_number=9, attributes=attributes, body=body,
        ).SerializeToString()
        + tail
    ),
    ATTRIBUTES, TIMES, TIMES, TRACES, SPANS, TEXTS, TEXTS, VALUES, TAILS,
)  # fmt: skip


def field(number: int, content: bytes) -> bytes:
    """Write a length-delimited field."""
    size, length = b"", len(content)
    while length >= 0x80:
        size += bytes([length & 0x7F | 0x80])
        length >>= 7
    return bytes([number << 3 | 2]) + size + bytes([length]) + content


def taken(signal: Signal, raws: Sequence[bytes], *, keeps_content: bool = False) -> list[dict[str, Any]]:
    """Give the rows that one request of these items becomes, quarantine included."""
    body = field(1, field(2, b"".join(field(2, raw) for raw in raws)))
    envelope = Envelope(signal, "protobuf", Sender("org", "key", keeps_content), NOW)
    frame = take_in(body, envelope, WINDOW).frame
    return [row for _, table in sorted(frames.unpack(frame or b"").items()) for row in table.to_pylist()]


def same(signal: Signal, raws: Sequence[bytes], *, keeps_content: bool = False) -> None:
    """Hold that many at once and each alone are the same rows."""
    many = (list(raws) * FEW)[: max(FEW, len(raws))]
    at_once = taken(signal, many, keeps_content=keeps_content)
    alone = [row for raw in many for row in taken(signal, [raw], keeps_content=keeps_content)]

    def order(row: dict[str, Any]) -> tuple[str, str]:
        return str(row.get("reason")), str(row["record_id"])

    assert sorted(at_once, key=order) == sorted(alone, key=order)


@given(st.lists(ANY_SPAN, min_size=1, max_size=5), st.booleans())
def test_spans(raws: list[bytes], keeps_content: bool) -> None:  # noqa: FBT001 (an example of hypothesis)
    """Any spans, some of them malformed, in a large request and each in its own."""
    same("traces", raws, keeps_content=keeps_content)


NAMELESS = LogRecord(time_unix_nano=JUST_NOW, attributes=[KeyValue(value=AnyValue(int_value=0))])


@example([NAMELESS.SerializeToString()], False)
@given(st.lists(ANY_LOG_RECORD, min_size=1, max_size=5), st.booleans())
def test_log_records(raws: list[bytes], keeps_content: bool) -> None:  # noqa: FBT001 (an example of hypothesis)
    """Any log records, some of them malformed, in a large request and each in its own."""
    same("logs", raws, keeps_content=keeps_content)


@given(TEXTS)
def test_a_plain_word_is_one_for_both(text: str) -> None:
    """What the columns take for a plain word is one by the rule for single values too."""
    import pyarrow.compute as pc  # noqa: PLC0415 (of this test alone)

    is_plain = pc.match_substring_regex([text], PLAIN_ASCII_WORD)[0].as_py()
    if is_plain and not pc.match_substring_regex([text], CREDENTIAL_BEGINNING)[0].as_py():
        assert is_plain_word(text)


@pytest.mark.parametrize("signal", ["traces", "logs"])
def test_captured_items(signal: Signal) -> None:
    """Every item that a real agent sent: in large requests and each in its own."""
    raws = []
    for path in sorted(FIXTURES.rglob(f"*.{signal}.pb")):
        request = REQUESTS[signal].FromString(path.read_bytes())
        for group in request.resource_spans if signal == "traces" else request.resource_logs:
            for scope in group.scope_spans if signal == "traces" else group.scope_logs:
                raws += [
                    item.SerializeToString()
                    for item in (scope.spans if signal == "traces" else scope.log_records)
                ]
    assert len(raws) > FEW
    for first in range(0, len(raws), 400):
        same(signal, raws[first : first + 400])
