"""Laws of ingest: encoding, batching, order and repetition change nothing; no bytes do harm."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from google.protobuf.message import Message
from hypothesis import given, settings
from hypothesis import strategies as st

from andon.contract.telemetry import SIGNALS, TABLE_OF_SIGNAL, Signal
from andon.ingest import decode, frames
from andon.ingest.derive import derive
from andon.ingest.flatten import Flattened, flatten
from andon.ingest.proto import schema
from andon.ingest.redact import Policy, redacted
from andon.ingest.restore import restore, tables_of

from otlp_encodings import as_json

CAPTURES = sorted((Path(__file__).parents[1] / "fixtures" / "otlp").glob("*/*/[0-9]*.pb"))
NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
NOW_NS = 1_795_219_200_000_000_000
REQUESTS = {
    "traces": schema.message("collector.trace.v1.ExportTraceServiceRequest", trimmed=False),
    "logs": schema.message("collector.logs.v1.ExportLogsServiceRequest", trimmed=False),
    "metrics": schema.message("collector.metrics.v1.ExportMetricsServiceRequest", trimmed=False),
}


HISTORY = dt.date(2026, 1, 14)


def flat(
    signal: Signal,
    body: bytes,
    encoding: Any = "protobuf",  # noqa: ANN401 (a literal)
    history_start: dt.date = HISTORY,
) -> Flattened:
    """Decode and flatten a body with the defaults of a server."""
    return flatten(
        decode.decode(signal, body, encoding),
        signal=signal,
        org_id="org_1",
        ingest_key_id=None,
        received_at=NOW,
        policy=Policy(),
        history_start=history_start,
        max_future_s=600,
    )


def record_ids(signal: Signal, *bodies: bytes) -> set[str]:
    """Give the set of ids that bodies become."""
    data = [flat(signal, body).rows for body in bodies]
    tables = [rows[TABLE_OF_SIGNAL[signal]] for rows in data if rows]
    return {one for table in tables for one in table["record_id"].to_pylist()}


texts = st.text(st.characters(codec="utf-8"), max_size=12)
values = st.recursive(
    st.one_of(
        st.builds(lambda v: {"string_value": v}, texts),
        st.builds(lambda v: {"int_value": v}, st.integers(-(2**63), 2**63 - 1)),
        st.builds(lambda v: {"double_value": v}, st.floats()),
        st.builds(lambda v: {"bool_value": v}, st.booleans()),
        st.builds(lambda v: {"bytes_value": v}, st.binary(max_size=8)),
        st.just({}),
    ),
    lambda inner: st.one_of(
        st.builds(lambda v: {"array_value": {"values": v}}, st.lists(inner, max_size=3)),
        st.builds(
            lambda v: {"kvlist_value": {"values": [{"key": k, "value": x} for k, x in v]}},
            st.lists(st.tuples(texts, inner), max_size=3),
        ),
    ),
    max_leaves=5,
)
names = st.one_of(texts, st.sampled_from(["tool_name", "tool_input", "prompt", "session.id", "event.name"]))
attributes = st.lists(st.builds(lambda k, v: {"key": k, "value": v}, names, values), max_size=4)
counts = st.integers(0, 2**32 - 1)
times = st.integers(NOW_NS - 10**15, NOW_NS)


def ids(size: int) -> st.SearchStrategy[bytes]:
    """Draw identifiers that are not all zeros."""
    return st.binary(min_size=size, max_size=size).filter(any)


spans = st.fixed_dictionaries(
    {"trace_id": ids(16), "span_id": ids(8), "end_time_unix_nano": times, "name": texts},
    optional={
        "parent_span_id": ids(8),
        "start_time_unix_nano": times,
        "trace_state": texts,
        "flags": counts,
        "kind": st.integers(0, 9),
        "attributes": attributes,
        "dropped_attributes_count": counts,
        "status": st.fixed_dictionaries({"code": st.integers(0, 2), "message": texts}),
        "events": st.lists(
            st.fixed_dictionaries({"name": texts, "time_unix_nano": times, "attributes": attributes}),
            max_size=2,
        ),
        "links": st.lists(
            st.fixed_dictionaries({"trace_id": ids(16), "span_id": ids(8), "attributes": attributes}),
            max_size=2,
        ),
    },
)
records = st.fixed_dictionaries(
    {"time_unix_nano": times},
    optional={
        "observed_time_unix_nano": times,
        "severity_number": st.integers(0, 24),
        "severity_text": texts,
        "event_name": texts,
        "body": values,
        "attributes": attributes,
        "flags": counts,
        "trace_id": ids(16),
        "span_id": ids(8),
    },
)
number_points = st.lists(
    st.one_of(
        st.builds(
            lambda at, v, a: {"time_unix_nano": at, "as_int": v, "attributes": a},
            times,
            st.integers(-(2**63), 2**63 - 1),
            attributes,
        ),
        st.builds(
            lambda at, v, a: {"time_unix_nano": at, "as_double": v, "attributes": a},
            times,
            st.floats(),
            attributes,
        ),
    ),
    max_size=2,
)
histogram_points = st.lists(
    st.fixed_dictionaries(
        {"time_unix_nano": times, "count": st.integers(0, 2**63 - 1)},
        optional={
            "sum": st.floats(),
            "bucket_counts": st.lists(st.integers(0, 2**64 - 1), max_size=2),
            "explicit_bounds": st.lists(st.floats(), max_size=2),
            "attributes": attributes,
        },
    ),
    max_size=2,
)
metrics = st.one_of(
    st.builds(lambda n, p: {"name": n, "gauge": {"data_points": p}}, texts, number_points),
    st.builds(
        lambda n, p, t, m: {
            "name": n,
            "sum": {"data_points": p, "aggregation_temporality": t, "is_monotonic": m},
        },
        texts,
        number_points,
        st.integers(0, 2),
        st.booleans(),
    ),
    st.builds(lambda n, p: {"name": n, "histogram": {"data_points": p}}, texts, histogram_points),
)
ITEMS: dict[Signal, tuple[str, str, str, Any]] = {
    "traces": ("resource_spans", "scope_spans", "spans", spans),
    "logs": ("resource_logs", "scope_logs", "log_records", records),
    "metrics": ("resource_metrics", "scope_metrics", "metrics", metrics),
}


def request(signal: Signal, groups: list[tuple[list[Any], str, list[Any]]]) -> Message:
    """Make a request of groups of resource attributes, scope name and items."""
    resources, scopes, name, _ = ITEMS[signal]
    made: Message = REQUESTS[signal](
        **{
            resources: [
                {"resource": {"attributes": resource}, scopes: [{"scope": {"name": scope}, name: items}]}
                for resource, scope, items in groups
            ]
        }
    )
    return made


@st.composite
def requests(draw: st.DrawFn) -> tuple[Signal, list[tuple[list[Any], str, list[Any]]]]:
    """Draw the parts of a request of any signal."""
    signal = draw(st.sampled_from(SIGNALS))
    groups = draw(st.lists(st.tuples(attributes, texts, st.lists(ITEMS[signal][3], max_size=3)), max_size=3))
    return signal, groups


@settings(deadline=None, max_examples=150)
@given(requests())
def test_both_encodings_give_the_same_rows(drawn: tuple[Signal, Any]) -> None:
    """A request in protobuf and the same one in JSON become equal tables, cell by cell."""
    signal, groups = drawn
    message = request(signal, groups)
    binary = flat(signal, message.SerializeToString())
    text = flat(signal, json.dumps(as_json(message)).encode(), "json")
    assert binary == text
    assert binary.rejected == 0
    assert frames.unpack(frames.pack(binary.rows)) == binary.rows


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_captures_say_the_same_in_json(path: Path) -> None:
    """A captured protobuf body, written as JSON, becomes the same rows."""
    signal: Any = path.name.split(".")[1]
    message = REQUESTS[signal].FromString(path.read_bytes())  # type: ignore[index]
    assert flat(signal, path.read_bytes()) == flat(signal, json.dumps(as_json(message)).encode(), "json")


@settings(deadline=None, max_examples=100)
@given(requests(), st.randoms(use_true_random=False))
def test_batching_order_and_repetition_change_nothing(drawn: tuple[Signal, Any], random: Any) -> None:  # noqa: ANN401 (hypothesis's Random)
    """The items of a request, sent one by one, shuffled and some of them twice, have the same record ids."""
    signal, groups = drawn
    together = record_ids(signal, request(signal, groups).SerializeToString())
    apart = [(resource, scope, [item]) for resource, scope, items in groups for item in items]
    random.shuffle(apart)
    bodies = [request(signal, [one]).SerializeToString() for one in [*apart, *apart[:1]]]
    assert record_ids(signal, *bodies) == together


@settings(deadline=None, max_examples=150)
@given(requests())
def test_quarantine_gives_back_what_it_took(drawn: tuple[Signal, Any]) -> None:
    """Items that were too old at first become, later, the very rows that they would have been at once."""
    signal, groups = drawn
    body = request(signal, groups).SerializeToString()
    at_once = flat(signal, body)
    held = flat(signal, body, history_start=NOW.date() + dt.timedelta(days=1))

    kept = held.rows["quarantine"].to_pylist() if held.rows else []
    back = [found for row in kept if (found := restore(row)) is not None]

    assert (held.accepted, len(back)) == (0, at_once.accepted)
    assert tables_of(back) == at_once.rows


@settings(deadline=None, max_examples=300)
@given(st.sampled_from(SIGNALS), st.binary(max_size=200), st.sampled_from(["protobuf", "json"]))
def test_no_bytes_do_harm(signal: Signal, body: bytes, encoding: str) -> None:
    """Bytes are a request or Malformed; nothing else is ever raised."""
    with contextlib.suppress(decode.Malformed):
        flat(signal, body, encoding)


@settings(deadline=None, max_examples=150)
@given(requests(), st.data())
def test_damaged_requests_do_no_harm(drawn: tuple[Signal, Any], data: st.DataObject) -> None:
    """A request with bytes changed is taken, taken in part, or Malformed, in both encodings."""
    signal, groups = drawn
    message = request(signal, groups)
    for encoding, body in (
        ("protobuf", bytearray(message.SerializeToString())),
        ("json", bytearray(json.dumps(as_json(message), ensure_ascii=False).encode())),
    ):
        for _ in range(3):
            if body:
                body[data.draw(st.integers(0, len(body) - 1))] = data.draw(st.integers(0, 255))
        with contextlib.suppress(decode.Malformed):
            flat(signal, bytes(body), encoding)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=12), inner, max_size=3),
    max_leaves=6,
)


@settings(deadline=None, max_examples=200)
@given(
    st.sampled_from(
        ["Write", "Edit", "MultiEdit", "NotebookEdit", "apply_patch", "Bash", "Skill", "mcp_tool"]
    ),
    st.dictionaries(
        st.sampled_from(
            ["file_path", "content", "old_string", "new_string", "edits", "command", "cmd", "input", "skill"]
        ),
        json_values | st.text(st.sampled_from("git comit-&;|'\"\\\n#<>$(){}*+AddFile: "), max_size=60),
    ),
)
def test_derivation_never_fails(tool: str, arguments: dict[str, Any]) -> None:
    """Whatever the arguments, derivation gives facts whose kept form is the fact itself."""
    facts = derive({"tool_name": tool, "tool_input": json.dumps(arguments)})
    for name in ("andon.file_changes", "andon.git_actions"):
        if name in facts:
            assert redacted(name, facts[name]) == facts[name]
