"""
OTLP's JSON encoding to neutral items.

Unlike protobuf's own JSON mapping, OTLP writes ids as hex and enums as numbers only; keys are lowerCamelCase,
and anything else is unknown and ignored, at every depth. ``null`` means absent.

Source: opentelemetry-proto, ``docs/specification.md``, "JSON Protobuf Encoding".
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

import msgspec
from msgspec import Raw

from andon.contract.telemetry import Signal
from andon.ingest import items, json_shapes, json_values, reading
from andon.ingest.heavy import is_heavy_json
from andon.ingest.items import MAX_INT64, Unusable, Value
from andon.ingest.json_shapes import Number
from andon.ingest.json_values import ERRORS

_body = msgspec.json.Decoder(json_shapes.Body).decode
_resource = msgspec.json.Decoder(json_shapes.Resource | None).decode
_scope = msgspec.json.Decoder(json_shapes.Scope | None).decode
_span_shape = msgspec.json.Decoder(json_shapes.Span).decode
_record_shape = msgspec.json.Decoder(json_shapes.LogRecord).decode
_metric_shape = msgspec.json.Decoder(json_shapes.Metric).decode
_point_shape = msgspec.json.Decoder(json_shapes.Point).decode

_PARTS: dict[Signal, tuple[str, str, str]] = {
    "traces": ("resource_spans", "scope_spans", "spans"),
    "logs": ("resource_logs", "scope_logs", "log_records"),
    "metrics": ("resource_metrics", "scope_metrics", "metrics"),
}


def decode(signal: Signal, body: bytes, allowance: reading.Allowance) -> items.Request:
    """
    Decode a request.

    Raises:
        Malformed: The body is not JSON, or not an export request of this signal.
        TooManyItems: The allowance does not cover its items.
    """
    shape = _shape(signal, body)
    resources, scopes, name = _PARTS[signal]
    groups: list[json_shapes.ResourceGroup] | None = getattr(shape, resources)
    warnings = []
    if groups is None and body.strip() != b"{}":
        camel = resources.split("_")[0] + resources.split("_")[1].capitalize()
        warnings.append(f"The body has no {camel}: nothing was taken. Keys are lowerCamelCase in OTLP/JSON.")
    batches = [
        _batch(signal, group.resource, scope, getattr(scope, name) or [], allowance)
        for group in groups or []
        for scope in getattr(group, scopes) or []
    ]
    return items.Request(signal, batches, warnings)


def _shape(signal: Signal, body: bytes) -> json_shapes.Body:
    wrong = f"The body is not an OTLP {signal} request in JSON"
    try:
        return _body(body)
    except RecursionError:
        raise items.Malformed(f"{wrong}: it is nested too deep.") from None
    except msgspec.ValidationError as error:
        raise items.Malformed(f"{wrong}: {error}.") from None
    except ERRORS:
        mended = _LONE_SURROGATE.sub(_mend, body)
    try:
        return _body(mended)
    except (*ERRORS, RecursionError):
        raise items.Malformed(f"{wrong}: it is not valid JSON.") from None


# An escape for half a character, which JavaScript writes when it cuts a text, stops the parser for the whole
# body. Bytes that are no UTF-8 in its place stop it only for the item they stand in.
_LONE_SURROGATE = re.compile(
    rb"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[dD][89a-fA-F][0-9a-fA-F]{2}|.)",
    re.DOTALL,
)
_LONE_ESCAPE_LENGTH = 6


def _mend(found: re.Match[bytes]) -> bytes:
    escape = found.group()
    return b"\xff" if len(escape) == _LONE_ESCAPE_LENGTH else escape


def _batch(
    signal: Signal,
    resource_raw: Raw,
    scope: json_shapes.ScopeGroup,
    raws: list[Raw],
    allowance: reading.Allowance,
) -> items.Batch:
    allowance.take(len(raws))
    bodies = [bytes(raw) for raw in raws]
    if is_heavy_json(bytes(resource_raw)) or is_heavy_json(bytes(scope.scope)):
        return _refuse_all(signal, bodies, "too_many_attributes", allowance)
    try:
        resource = _resource(resource_raw) or json_shapes.Resource()
        origin = _scope(scope.scope) or json_shapes.Scope()
        attributes = json_values.attributes(resource.attributes)
        scope_attributes = json_values.attributes(origin.attributes)
        allowance.take_attributes(attributes)
        allowance.take_attributes(scope_attributes)
    except Unusable as unusable:
        return _refuse_all(signal, bodies, unusable.reason, allowance)
    except (*ERRORS, RecursionError):
        return _refuse_all(signal, bodies, "undecodable", allowance)
    if signal == "metrics":
        found = [item for body in bodies for item in _metric(body, allowance)]
    else:
        read = _span if signal == "traces" else _log_record
        found = reading.read_each(bodies, read, ERRORS, allowance, is_heavy_json)
    return items.Batch(attributes, origin.name or "", origin.version or "", scope_attributes, found)


def _refuse_all(
    signal: Signal, bodies: Sequence[bytes], reason: str, allowance: reading.Allowance
) -> items.Batch:
    because = Unusable(reason, "its resource or scope")
    if signal == "metrics":  # their points are what is counted
        refused = [item for body in bodies for item in _metric(body, allowance, because)]
    else:
        refused = [reading.refused(body, reason, because.detail) for body in bodies]
    return items.Batch([], "", "", [], refused)


def _span(raw: bytes) -> items.Item:
    span = _span_shape(raw)
    status = span.status or json_shapes.Status()
    return items.Span(
        trace_id=reading.checked_id(span.trace_id or "", 32, "traceId", required=True) or "",
        span_id=reading.checked_id(span.span_id or "", 16, "spanId", required=True) or "",
        parent_span_id=reading.checked_id(span.parent_span_id or "", 16, "parentSpanId"),
        trace_state=span.trace_state or "",
        flags=json_values.uint32(span.flags, "flags"),
        name=span.name or "",
        kind=json_values.enum(span.kind, "kind"),
        start_time_unix_nano=json_values.time(span.start_time_unix_nano, "startTimeUnixNano"),
        end_time_unix_nano=json_values.time(span.end_time_unix_nano, "endTimeUnixNano"),
        status_code=json_values.enum(status.code, "status.code"),
        attributes=json_values.attributes(span.attributes),
        dropped_attributes_count=json_values.uint32(span.dropped_attributes_count, "droppedAttributesCount"),
        events=[
            items.Event(
                event.name or "",
                json_values.time(event.time_unix_nano, "events.timeUnixNano"),
                json_values.attributes(event.attributes),
            )
            for event in span.events or ()
        ],
        dropped_events_count=json_values.uint32(span.dropped_events_count, "droppedEventsCount"),
        links=[
            items.Link(
                reading.checked_id(link.trace_id or "", 32, "links.traceId") or "",
                reading.checked_id(link.span_id or "", 16, "links.spanId") or "",
                json_values.attributes(link.attributes),
            )
            for link in span.links or ()
        ],
        dropped_links_count=json_values.uint32(span.dropped_links_count, "droppedLinksCount"),
    )


def _log_record(raw: bytes) -> items.Item:
    record = _record_shape(raw)
    return items.LogRecord(
        time_unix_nano=json_values.time(record.time_unix_nano, "timeUnixNano"),
        observed_time_unix_nano=json_values.time(record.observed_time_unix_nano, "observedTimeUnixNano"),
        severity_number=json_values.enum(record.severity_number, "severityNumber"),
        severity_text=record.severity_text or "",
        event_name=record.event_name or "",
        body=json_values.value_of(msgspec.json.decode(record.body), 0),
        attributes=json_values.attributes(record.attributes),
        dropped_attributes_count=json_values.uint32(
            record.dropped_attributes_count, "droppedAttributesCount"
        ),
        flags=json_values.uint32(record.flags, "flags"),
        trace_id=reading.checked_id(record.trace_id or "", 32, "traceId"),
        span_id=reading.checked_id(record.span_id or "", 16, "spanId"),
    )


_TEMPORALITY = {1: "delta", 2: "cumulative"}


def _metric(raw: bytes, allowance: reading.Allowance, because: Unusable | None = None) -> list[items.Item]:
    """Read a metric's points; all of them are refused if there is something that they are refused for."""
    try:
        metric = _metric_shape(raw)
        kind = next((kind for kind in _MEASURES if getattr(metric, kind) is not None), None)
        if kind is None:
            return []
        data: json_shapes.Data = getattr(metric, kind)
        temporality = json_values.enum(data.aggregation_temporality, "aggregationTemporality")
    except Unusable as unusable:
        return [reading.refused(raw, unusable.reason, unusable.detail)]
    except (*ERRORS, RecursionError):
        return [reading.refused(raw, "undecodable", "the metric")]
    allowance.take(len(data.data_points or ()))
    measure = _MEASURES[kind]

    def point(raw_point: bytes) -> items.Item:
        if because is not None:
            raise because
        shape = _point_shape(raw_point)
        return items.Point(
            metric_name=metric.name or "",
            metric_type=kind,
            unit=metric.unit or "",
            temporality=(
                None if kind in {"gauge", "summary"} else _TEMPORALITY.get(temporality, "unspecified")
            ),
            is_monotonic=bool(data.is_monotonic) if kind == "sum" else None,
            start_time_unix_nano=json_values.time(shape.start_time_unix_nano, "startTimeUnixNano"),
            time_unix_nano=json_values.time(shape.time_unix_nano, "timeUnixNano"),
            attributes=json_values.attributes(shape.attributes),
            flags=json_values.uint32(shape.flags, "flags"),
            **measure(shape),
        )

    raws = [bytes(one) for one in data.data_points or ()]
    return reading.read_each(raws, point, ERRORS, allowance, is_heavy_json)


def _counts(values: list[Number] | None) -> list[Value | None]:
    return [json_values.integer(value, "bucketCounts", high=2**64 - 1) for value in values or ()]


def _number_measure(point: json_shapes.Point) -> dict[str, Any]:
    if point.as_int is not None:
        exact = json_values.integer(point.as_int, "asInt", -MAX_INT64 - 1)
        return {"value": float(exact), "value_int": exact}
    return {"value": json_values.double(point.as_double, "asDouble")}


def _histogram_measure(point: json_shapes.Point) -> dict[str, Any]:
    return {
        "count": json_values.integer(point.count, "count"),
        "sum": json_values.double(point.sum, "sum"),
        "min": json_values.double(point.min, "min"),
        "max": json_values.double(point.max, "max"),
        "buckets": {
            "bounds": [json_values.double(bound, "explicitBounds") for bound in point.explicit_bounds or ()],
            "counts": _counts(point.bucket_counts),
        },
    }


def _exponential_measure(point: json_shapes.Point) -> dict[str, Any]:
    def side(buckets: json_shapes.Buckets | None) -> Value:
        shape = buckets or json_shapes.Buckets()
        return {"offset": json_values.enum(shape.offset, "offset"), "counts": _counts(shape.bucket_counts)}

    return {
        "count": json_values.integer(point.count, "count"),
        "sum": json_values.double(point.sum, "sum"),
        "min": json_values.double(point.min, "min"),
        "max": json_values.double(point.max, "max"),
        "buckets": {
            "scale": json_values.enum(point.scale, "scale"),
            "zero_count": json_values.integer(point.zero_count, "zeroCount", high=2**64 - 1),
            "zero_threshold": json_values.double(point.zero_threshold, "zeroThreshold") or 0.0,
            "positive": side(point.positive),
            "negative": side(point.negative),
        },
    }


def _summary_measure(point: json_shapes.Point) -> dict[str, Any]:
    return {
        "count": json_values.integer(point.count, "count"),
        "sum": json_values.double(point.sum, "sum") or 0.0,
        "buckets": {
            "quantiles": [
                {
                    "quantile": json_values.double(one.quantile, "quantile") or 0.0,
                    "value": json_values.double(one.value, "value") or 0.0,
                }
                for one in point.quantile_values or ()
            ]
        },
    }


_MEASURES: dict[str, Callable[[json_shapes.Point], dict[str, Any]]] = {
    "gauge": _number_measure,
    "sum": _number_measure,
    "histogram": _histogram_measure,
    "exponential_histogram": _exponential_measure,
    "summary": _summary_measure,
}
