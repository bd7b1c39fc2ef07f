"""
Shapes of OTLP/JSON, field by field; what stands in none of them is unknown and ignored.

Numbers are taken in every form that JSON has for them and checked later; what repeats stays raw, so that a
bad item is refused alone. None is absent.
"""

from __future__ import annotations

from typing import TypeAlias

from msgspec import Raw, Struct

Number: TypeAlias = int | float | str | None
Text: TypeAlias = str | None
Raws: TypeAlias = list[Raw] | None
ABSENT = Raw(b"null")


class Event(Struct, rename="camel"):
    """A span event."""

    name: Text = None
    time_unix_nano: Number = None
    attributes: Raws = None


class Link(Struct, rename="camel"):
    """A link."""

    trace_id: Text = None
    span_id: Text = None
    attributes: Raws = None


class Status(Struct, rename="camel"):
    """A span's status."""

    message: Text = None
    code: Number = None


class Span(Struct, rename="camel"):
    """A span."""

    trace_id: Text = None
    span_id: Text = None
    trace_state: Text = None
    parent_span_id: Text = None
    flags: Number = None
    name: Text = None
    kind: Number = None
    start_time_unix_nano: Number = None
    end_time_unix_nano: Number = None
    attributes: Raws = None
    dropped_attributes_count: Number = None
    events: list[Event] | None = None
    dropped_events_count: Number = None
    links: list[Link] | None = None
    dropped_links_count: Number = None
    status: Status | None = None


class LogRecord(Struct, rename="camel"):
    """A log record."""

    time_unix_nano: Number = None
    observed_time_unix_nano: Number = None
    severity_number: Number = None
    severity_text: Text = None
    body: Raw = ABSENT
    attributes: Raws = None
    dropped_attributes_count: Number = None
    flags: Number = None
    trace_id: Text = None
    span_id: Text = None
    event_name: Text = None


class Data(Struct, rename="camel"):
    """What a metric of any type holds."""

    data_points: Raws = None
    aggregation_temporality: Number = None
    is_monotonic: bool | None = None


class Metric(Struct, rename="camel"):
    """A metric."""

    name: Text = None
    unit: Text = None
    gauge: Data | None = None
    sum: Data | None = None
    histogram: Data | None = None
    exponential_histogram: Data | None = None
    summary: Data | None = None


class Buckets(Struct, rename="camel"):
    """One side of an exponential histogram."""

    offset: Number = None
    bucket_counts: list[Number] | None = None


class Quantile(Struct, rename="camel"):
    """One quantile of a summary."""

    quantile: Number = None
    value: Number = None


class Point(Struct, rename="camel"):
    """A point of any of the five types."""

    attributes: Raws = None
    start_time_unix_nano: Number = None
    time_unix_nano: Number = None
    flags: Number = None
    as_double: Number = None
    as_int: Number = None
    count: Number = None
    sum: Number = None
    min: Number = None
    max: Number = None
    bucket_counts: list[Number] | None = None
    explicit_bounds: list[Number] | None = None
    scale: Number = None
    zero_count: Number = None
    zero_threshold: Number = None
    positive: Buckets | None = None
    negative: Buckets | None = None
    quantile_values: list[Quantile] | None = None


class Resource(Struct, rename="camel"):
    """A resource."""

    attributes: Raws = None


class Scope(Struct, rename="camel"):
    """An instrumentation scope."""

    name: Text = None
    version: Text = None
    attributes: Raws = None


class ScopeGroup(Struct, rename="camel"):
    """The items of one scope, whatever the signal."""

    scope: Raw = ABSENT
    spans: Raws = None
    log_records: Raws = None
    metrics: Raws = None


class ResourceGroup(Struct, rename="camel"):
    """The scopes of one resource."""

    resource: Raw = ABSENT
    scope_spans: list[ScopeGroup] | None = None
    scope_logs: list[ScopeGroup] | None = None
    scope_metrics: list[ScopeGroup] | None = None


class Body(Struct, rename="camel"):
    """An export request, whatever the signal."""

    resource_spans: list[ResourceGroup] | None = None
    resource_logs: list[ResourceGroup] | None = None
    resource_metrics: list[ResourceGroup] | None = None
