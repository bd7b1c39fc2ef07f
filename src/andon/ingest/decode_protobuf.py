"""
OTLP's binary encoding to neutral items.

Source: opentelemetry-proto (``proto/``); reference implementation of the parser: protobuf's upb.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

from google.protobuf.message import DecodeError

from andon.contract.telemetry import Signal
from andon.ingest import heavy, items, reading, together
from andon.ingest.items import Attribute, Unusable, Value
from andon.ingest.proto import schema
from andon.ingest.short_pairs import short_pair

_ERRORS = (DecodeError, UnicodeDecodeError)
_REQUESTS: dict[Signal, tuple[Any, str, str]] = {
    "traces": (
        schema.message("collector.trace.v1.ExportTraceServiceRequest"),
        "resource_spans",
        "scope_spans",
    ),
    "logs": (schema.message("collector.logs.v1.ExportLogsServiceRequest"), "resource_logs", "scope_logs"),
    "metrics": (
        schema.message("collector.metrics.v1.ExportMetricsServiceRequest"),
        "resource_metrics",
        "scope_metrics",
    ),
}
_KeyValue = schema.message("common.v1.KeyValue")
_AnyValue = schema.message("common.v1.AnyValue")
_Resource = schema.message("resource.v1.Resource")
_Scope = schema.message("common.v1.InstrumentationScope")
_Span = schema.message("trace.v1.Span")
_LogRecord = schema.message("logs.v1.LogRecord")
_Metric = schema.message("metrics.v1.Metric")
_NumberPoint = schema.message("metrics.v1.NumberDataPoint")
_HistogramPoint = schema.message("metrics.v1.HistogramDataPoint")
_ExponentialPoint = schema.message("metrics.v1.ExponentialHistogramDataPoint")
_SummaryPoint = schema.message("metrics.v1.SummaryDataPoint")

_MEMO = reading.Memo()
_TEMPORALITY = {1: "delta", 2: "cumulative"}


def decode(signal: Signal, body: bytes, allowance: reading.Allowance) -> items.Request:
    """
    Decode a request.

    Raises:
        Malformed: The body is not an export request of this signal.
        TooManyItems: The allowance does not cover its items.
    """
    request_class, resources, scopes = _REQUESTS[signal]
    try:
        request = request_class.FromString(body)
    except _ERRORS:
        raise items.Malformed(f"The body is not an OTLP {signal} request in protobuf.") from None
    batches = [
        _batch(signal, group.resource, scope, allowance)
        for group in getattr(request, resources)
        for scope in getattr(group, scopes)
    ]
    return items.Request(signal, batches)


def _batch(signal: Signal, resource_raw: bytes, scope: Any, allowance: reading.Allowance) -> items.Batch:  # noqa: ANN401
    if signal == "traces":
        raws: Sequence[bytes] = scope.spans
        read, shape = _span, heavy.SPAN
    elif signal == "logs":
        raws, read, shape = scope.log_records, _log_record, heavy.LOG_RECORD
    else:
        raws, read, shape = scope.metrics, None, {}
    allowance.take(len(raws))
    if heavy.is_heavy(resource_raw, heavy.RESOURCE) or heavy.is_heavy(scope.scope, heavy.SCOPE):
        return _refuse_all(signal, raws, "too_many_attributes", allowance)
    try:
        resource = _attributes(_Resource.FromString(resource_raw).attributes)
        origin = _Scope.FromString(scope.scope)
        scope_attributes = _attributes(origin.attributes)
        allowance.take_attributes(resource)
        allowance.take_attributes(scope_attributes)
    except Unusable as unusable:
        return _refuse_all(signal, raws, unusable.reason, allowance)
    except _ERRORS:
        return _refuse_all(signal, raws, "undecodable", allowance)
    if read is None:
        found: Sequence[items.Item] = [item for raw in raws for item in _metric(raw, allowance)]
    else:
        each = partial(
            reading.read_each, read=read, errors=_ERRORS, is_heavy=partial(heavy.is_heavy, shape=shape)
        )
        found = together.read(signal, raws, allowance, each) or each(raws, allowance=allowance)
    return items.Batch(resource, origin.name, origin.version, scope_attributes, found)


def _refuse_all(
    signal: Signal, raws: Sequence[bytes], reason: str, allowance: reading.Allowance
) -> items.Batch:
    because = Unusable(reason, "its resource or scope")
    if signal == "metrics":  # their points are what is counted
        refused = [item for raw in raws for item in _metric(raw, allowance, because)]
    else:
        refused = [reading.refused(raw, reason, because.detail) for raw in raws]
    return items.Batch([], "", "", [], refused)


def _attributes(raws: Sequence[bytes]) -> list[Attribute]:
    found = list(map(_MEMO.get, raws))
    while None in found:
        at = found.index(None)
        raw = raws[at]
        pair = short_pair(raw)
        if pair is None:
            message = _KeyValue.FromString(raw)
            found[at] = _MEMO.remember(raw, message.key, _value(message.value, 0))
        elif type(pair[1]) is int:
            # Numbers are seldom met again: remembering them would only push out what is.
            found[at] = Attribute(pair[0], pair[1], lasting=False)
        else:
            found[at] = _MEMO.remember(raw, *pair)
    return reading.present(found)


def _value(value: Any, depth: int) -> Value | None:  # noqa: ANN401
    if depth > items.MAX_DEPTH:
        raise Unusable("too_deep", "an attribute or the body")
    kind = value.WhichOneof("value")
    if kind is None or kind == "string_value_strindex":
        return None
    if kind == "array_value":
        return [_value(one, depth + 1) for one in value.array_value.values]
    if kind == "kvlist_value":
        pairs = ((pair.key, _value(pair.value, depth + 1)) for pair in value.kvlist_value.values)
        return {key: inner for key, inner in pairs if key and inner is not None}
    plain: Value = getattr(value, kind)
    return plain


_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)


def _id(raw: bytes, none: bytes, field: str) -> str | None:
    """Give an identifier in hex, or None when it is empty or all zeros."""
    if len(raw) == len(none):
        return raw.hex() if raw != none else None
    return reading.checked_id(raw.hex(), 2 * len(none), field)


def _required_id(raw: bytes, none: bytes, field: str) -> str:
    if len(raw) == len(none) and raw != none:
        return raw.hex()
    return reading.checked_id(raw.hex(), 2 * len(none), field, required=True) or ""


def _span(raw: bytes) -> items.Item:
    span = _Span.FromString(raw)
    events, links = span.events, span.links
    return items.Span(
        trace_id=_required_id(span.trace_id, _NO_TRACE, "trace_id"),
        span_id=_required_id(span.span_id, _NO_SPAN, "span_id"),
        parent_span_id=_id(span.parent_span_id, _NO_SPAN, "parent_span_id"),
        trace_state=span.trace_state,
        flags=span.flags,
        name=span.name,
        kind=span.kind,
        start_time_unix_nano=reading.checked_time(span.start_time_unix_nano, "start_time_unix_nano"),
        end_time_unix_nano=reading.checked_time(span.end_time_unix_nano, "end_time_unix_nano"),
        status_code=span.status.code,
        attributes=_attributes(span.attributes),
        dropped_attributes_count=span.dropped_attributes_count,
        events=[
            items.Event(
                event.name,
                reading.checked_time(event.time_unix_nano, "events.time_unix_nano"),
                _attributes(event.attributes),
            )
            for event in events
        ]
        if events
        else [],
        dropped_events_count=span.dropped_events_count,
        links=[
            items.Link(
                _id(link.trace_id, _NO_TRACE, "links.trace_id") or "",
                _id(link.span_id, _NO_SPAN, "links.span_id") or "",
                _attributes(link.attributes),
            )
            for link in links
        ]
        if links
        else [],
        dropped_links_count=span.dropped_links_count,
    )


def body_value(raw: bytes) -> Value | None:
    """
    Read a log record's body, which is there.

    Raises:
        Unusable: It is nested too deep.
        DecodeError: It is no AnyValue.
    """
    return _value(_AnyValue.FromString(raw), 0)


def _log_record(raw: bytes) -> items.Item:
    record = _LogRecord.FromString(raw)
    return items.LogRecord(
        time_unix_nano=reading.checked_time(record.time_unix_nano, "time_unix_nano"),
        observed_time_unix_nano=reading.checked_time(
            record.observed_time_unix_nano, "observed_time_unix_nano"
        ),
        severity_number=record.severity_number,
        severity_text=record.severity_text,
        event_name=record.event_name,
        body=body_value(record.body) if record.body else None,
        attributes=_attributes(record.attributes),
        dropped_attributes_count=record.dropped_attributes_count,
        flags=record.flags,
        trace_id=_id(record.trace_id, _NO_TRACE, "trace_id"),
        span_id=_id(record.span_id, _NO_SPAN, "span_id"),
    )


def _metric(raw: bytes, allowance: reading.Allowance, because: Unusable | None = None) -> list[items.Item]:
    """Read a metric's points; all of them are refused if there is something that they are refused for."""
    try:
        metric = _Metric.FromString(raw)
    except _ERRORS:
        return [reading.refused(raw, "undecodable", "the metric")]
    kind = metric.WhichOneof("data")
    if kind is None:
        return []
    data = getattr(metric, kind)
    allowance.take(len(data.data_points))
    read = _POINTS[kind]

    def point(raw_point: bytes) -> items.Item:
        if because is not None:
            raise because
        common: dict[str, Any] = {
            "metric_name": metric.name,
            "metric_type": kind,
            "unit": metric.unit,
            "temporality": (
                None
                if kind in {"gauge", "summary"}
                else _TEMPORALITY.get(data.aggregation_temporality, "unspecified")
            ),
            "is_monotonic": data.is_monotonic if kind == "sum" else None,
        }
        return read(raw_point, common)

    is_heavy = partial(heavy.is_heavy, shape=heavy.POINTS[kind])
    return reading.read_each(data.data_points, point, _ERRORS, allowance, is_heavy)


def _point(point: Any, common: dict[str, Any], **measured: Any) -> items.Point:  # noqa: ANN401
    return items.Point(
        start_time_unix_nano=reading.checked_time(point.start_time_unix_nano, "start_time_unix_nano"),
        time_unix_nano=reading.checked_time(point.time_unix_nano, "time_unix_nano"),
        attributes=_attributes(point.attributes),
        flags=point.flags,
        **common,
        **measured,
    )


def _number(raw: bytes, common: dict[str, Any]) -> items.Item:
    point = _NumberPoint.FromString(raw)
    kind = point.WhichOneof("value")
    if kind == "as_int":
        return _point(point, common, value=float(point.as_int), value_int=point.as_int)
    return _point(point, common, value=point.as_double if kind else None)


def _optional(point: Any, *names: str) -> dict[str, float]:  # noqa: ANN401
    return {name: getattr(point, name) for name in names if point.HasField(name)}


def _histogram(raw: bytes, common: dict[str, Any]) -> items.Item:
    point = _HistogramPoint.FromString(raw)
    buckets: dict[str, Value] = {"bounds": list(point.explicit_bounds), "counts": list(point.bucket_counts)}
    count = reading.checked_count(point.count, "count")
    return _point(point, common, count=count, buckets=buckets, **_optional(point, "sum", "min", "max"))


def _exponential(raw: bytes, common: dict[str, Any]) -> items.Item:
    point = _ExponentialPoint.FromString(raw)
    buckets: dict[str, Value] = {
        "scale": point.scale,
        "zero_count": point.zero_count,
        "zero_threshold": point.zero_threshold,
        "positive": {"offset": point.positive.offset, "counts": list(point.positive.bucket_counts)},
        "negative": {"offset": point.negative.offset, "counts": list(point.negative.bucket_counts)},
    }
    count = reading.checked_count(point.count, "count")
    return _point(point, common, count=count, buckets=buckets, **_optional(point, "sum", "min", "max"))


def _summary(raw: bytes, common: dict[str, Any]) -> items.Item:
    point = _SummaryPoint.FromString(raw)
    buckets: dict[str, Value] = {
        "quantiles": [{"quantile": one.quantile, "value": one.value} for one in point.quantile_values]
    }
    count = reading.checked_count(point.count, "count")
    return _point(point, common, count=count, sum=point.sum, buckets=buckets)


_POINTS: dict[str, Callable[[bytes, dict[str, Any]], items.Item]] = {
    "gauge": _number,
    "sum": _number,
    "histogram": _histogram,
    "exponential_histogram": _exponential,
    "summary": _summary,
}
