"""
OTLP requests that are well-formed and wild, with values, ids, times and nesting as no honest sender has them.

Drawn as messages of the published schema, and written in both encodings.
"""

from __future__ import annotations

import json
import math
from typing import Any, NamedTuple

from decoding_promises import REQUESTS
from google.protobuf.message import Message
from hypothesis import strategies as st

from andon.contract.telemetry import SIGNALS, Signal
from andon.ingest.items import MAX_DEPTH

from otlp_encodings import as_json

MARK = "\u2318\u2318"
"""Stands in texts for bytes that are no text, which neither protobuf's library nor JSON's would write."""
NO_TEXT = b"\xff\xfe\x80\xc0\xed\xa0"
NOW_NS = 1_795_219_200_000_000_000


class Wild(NamedTuple):
    """
    One request.

    Attributes:
        signal: Of which signal.
        message: What it says.
        unknown: Whether there are fields in it that nobody knows.
    """

    signal: Signal
    message: Message
    unknown: bool

    @property
    def protobuf(self) -> bytes:
        """It in protobuf."""
        # Fields 90 to 92: a number, a text and a message; whoever does not know them steps over them.
        extra = b"\xd0\x05\x01\xda\x05\x03abc\xe2\x05\x02\x0a\x00" if self.unknown else b""
        return self.message.SerializeToString().replace(MARK.encode(), NO_TEXT) + extra

    @property
    def json(self) -> bytes:
        """It in JSON."""
        shape = as_json(self.message)
        if self.unknown:
            shape = _with_unknown(shape)
        return json.dumps(shape, ensure_ascii=False).encode().replace(MARK.encode(), NO_TEXT)


def _with_unknown(value: Any) -> Any:  # noqa: ANN401 (whatever JSON holds)
    """Put a key that nobody knows, and a null, into every object."""
    if isinstance(value, list):
        return [_with_unknown(one) for one in value]
    if isinstance(value, dict):
        known = {name: _with_unknown(one) for name, one in value.items()}
        return {"": [{}], "zz": {"name": [1.5, "x"]}, **known, "schema_url": None}
    return value


texts = st.one_of(
    st.text(st.characters(codec="utf-8"), max_size=8),
    st.sampled_from(["", "\0", "a\0b", MARK, "x" + MARK, '"\\\n', "\ud7ff\ue000", "\U0010ffff", "x" * 300]),
)
_plain_values: st.SearchStrategy[dict[str, Any]] = st.one_of(
    st.builds(lambda v: {"string_value": v}, texts),
    st.builds(lambda v: {"int_value": v}, st.integers(-(2**63), 2**63 - 1)),
    st.builds(lambda v: {"double_value": v}, st.floats()),
    st.builds(lambda v: {"double_value": v}, st.sampled_from([math.nan, math.inf, -math.inf, -0.0, 5e-324])),
    st.builds(lambda v: {"bool_value": v}, st.booleans()),
    st.builds(lambda v: {"bytes_value": v}, st.binary(max_size=40)),
    st.just({}),
)


def _nested(levels: int, kind: str, leaf: dict[str, Any]) -> dict[str, Any]:
    value = leaf
    for _ in range(levels):
        inside: Any = value if kind == "array_value" else {"key": "k", "value": value}
        value = {kind: {"values": [inside]}}
    return value


values = st.one_of(
    _plain_values,
    st.recursive(
        _plain_values,
        lambda inner: st.one_of(
            st.builds(lambda v: {"array_value": {"values": v}}, st.lists(inner, max_size=3)),
            st.builds(
                lambda v: {"kvlist_value": {"values": [{"key": k, "value": x} for k, x in v]}},
                st.lists(st.tuples(texts, inner), max_size=3),
            ),
        ),
        max_leaves=4,
    ),
    st.builds(
        _nested,
        st.integers(MAX_DEPTH - 2, MAX_DEPTH + 2),
        st.sampled_from(["array_value", "kvlist_value"]),
        _plain_values,
    ),
)
_names = st.one_of(
    texts,
    st.sampled_from(
        [
            "k",
            "k",
            "tool_name",
            "tool_input",
            "prompt",
            "output",
            "session.id",
            "event.name",
            "model",
            "command",
        ]
    ),
)
attributes = st.lists(st.builds(lambda k, v: {"key": k, "value": v}, _names, values), max_size=4)
_times = st.one_of(
    st.integers(NOW_NS - 10**15, NOW_NS),
    st.sampled_from([0, 1, NOW_NS // 10**9, NOW_NS // 10**6, 2**63 - 1, 2**63, 2**64 - 1, NOW_NS + 10**14]),
)
_trace_ids = st.one_of(
    st.binary(min_size=16, max_size=16), st.sampled_from([b"", bytes(16), b"x" * 15, b"x" * 17])
)
_span_ids = st.one_of(st.binary(min_size=8, max_size=8), st.sampled_from([b"", bytes(8), b"x", b"x" * 9]))
_enums = st.one_of(st.integers(0, 24), st.sampled_from([-1, 99, 2**31 - 1, -(2**31)]))
_uint32 = st.sampled_from([0, 1, 256, 2**32 - 1])

_spans = st.fixed_dictionaries(
    {"trace_id": _trace_ids, "span_id": _span_ids, "end_time_unix_nano": _times},
    optional={
        "name": texts,
        "parent_span_id": _span_ids,
        "start_time_unix_nano": _times,
        "trace_state": texts,
        "flags": _uint32,
        "kind": _enums,
        "attributes": attributes,
        "dropped_attributes_count": _uint32,
        "dropped_events_count": _uint32,
        "dropped_links_count": _uint32,
        "status": st.fixed_dictionaries({"code": _enums, "message": texts}),
        "events": st.lists(
            st.fixed_dictionaries({"name": texts, "time_unix_nano": _times, "attributes": attributes}),
            max_size=2,
        ),
        "links": st.lists(
            st.fixed_dictionaries({"trace_id": _trace_ids, "span_id": _span_ids, "attributes": attributes}),
            max_size=2,
        ),
    },
)
_records = st.fixed_dictionaries(
    {"time_unix_nano": _times},
    optional={
        "observed_time_unix_nano": _times,
        "severity_number": _enums,
        "severity_text": texts,
        "event_name": texts,
        "body": values,
        "attributes": attributes,
        "dropped_attributes_count": _uint32,
        "flags": _uint32,
        "trace_id": _trace_ids,
        "span_id": _span_ids,
    },
)
_uint64 = st.sampled_from([0, 1, 2**53 + 1, 2**63 - 1, 2**63, 2**64 - 1])
_common = {"time_unix_nano": _times, "attributes": attributes}
_optional = {"start_time_unix_nano": _times, "flags": _uint32}
_numbers = st.one_of(
    st.fixed_dictionaries({**_common, "as_int": st.integers(-(2**63), 2**63 - 1)}, optional=_optional),
    st.fixed_dictionaries({**_common, "as_double": st.floats()}, optional=_optional),
    st.fixed_dictionaries(_common, optional=_optional),
)
_totals = {"count": _uint64, "sum": st.floats(), "min": st.floats(), "max": st.floats()}
_buckets = st.fixed_dictionaries(
    {},
    optional={
        "offset": st.sampled_from([0, -1, 2**31 - 1, -(2**31)]),
        "bucket_counts": st.lists(_uint64, max_size=3),
    },
)
_histograms = st.fixed_dictionaries(
    _common,
    optional={
        **_optional,
        **_totals,
        "bucket_counts": st.lists(_uint64, max_size=3),
        "explicit_bounds": st.lists(st.floats(), max_size=3),
    },
)
_exponentials = st.fixed_dictionaries(
    _common,
    optional={
        **_optional,
        **_totals,
        "scale": st.sampled_from([0, 20, -10, 2**31 - 1]),
        "zero_count": _uint64,
        "zero_threshold": st.floats(),
        "positive": _buckets,
        "negative": _buckets,
    },
)
_summaries = st.fixed_dictionaries(
    _common,
    optional={
        **_optional,
        "count": _uint64,
        "sum": st.floats(),
        "quantile_values": st.lists(
            st.fixed_dictionaries({"quantile": st.floats(), "value": st.floats()}), max_size=2
        ),
    },
)
_POINTS = {
    "gauge": _numbers,
    "sum": _numbers,
    "histogram": _histograms,
    "exponential_histogram": _exponentials,
    "summary": _summaries,
}


@st.composite
def _metrics(draw: st.DrawFn) -> dict[str, Any]:
    kind = draw(st.sampled_from([*_POINTS, ""]))
    metric: dict[str, Any] = {"name": draw(texts), "unit": draw(texts)}
    if kind:
        data: dict[str, Any] = {"data_points": draw(st.lists(_POINTS[kind], max_size=3))}
        if kind not in {"gauge", "summary"}:
            data["aggregation_temporality"] = draw(_enums)
        if kind == "sum":
            data["is_monotonic"] = draw(st.booleans())
        metric[kind] = data
    return metric


_ITEMS: dict[Signal, tuple[str, str, str, st.SearchStrategy[dict[str, Any]]]] = {
    "traces": ("resource_spans", "scope_spans", "spans", _spans),
    "logs": ("resource_logs", "scope_logs", "log_records", _records),
    "metrics": ("resource_metrics", "scope_metrics", "metrics", _metrics()),
}


@st.composite
def wild(draw: st.DrawFn) -> Wild:
    """Draw a request of any signal."""
    signal = draw(st.sampled_from(SIGNALS))
    groups, scopes, name, item = _ITEMS[signal]
    scope = st.fixed_dictionaries(
        {name: st.lists(item, max_size=3)},
        optional={
            "scope": st.fixed_dictionaries({"name": texts, "version": texts, "attributes": attributes}),
            "schema_url": texts,
        },
    )
    group = st.fixed_dictionaries(
        {scopes: st.lists(scope, max_size=2)},
        optional={"resource": st.fixed_dictionaries({"attributes": attributes}), "schema_url": texts},
    )
    message = REQUESTS[signal](**{groups: draw(st.lists(group, max_size=2))})
    return Wild(signal, message, draw(st.booleans()))
