"""
The columns of one raw row from one neutral item, in the contract's order.

Numbers that are no number (NaN, infinities) are stored as no measurement: one of them would poison every sum.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from andon.contract.telemetry import COLUMNS, LOG_RECORDS, Column, Table
from andon.ingest import canonical
from andon.ingest.attributes import Keeper
from andon.ingest.items import Batch, Event, Link, LogRecord, Point, Span, Value
from andon.ingest.redact import Policy, kept_body, plain, redacted

FIRST_SHARED = 5
"""Position of service_name: before it stand the request's columns and the item's identity."""

FIRST_OWN = 11
"""Position of attributes: from it on the columns are the item's own."""

Own = tuple[tuple[Any, ...], int, int]
"""An item's own columns; when it happened and, of a log record, was observed: nanoseconds, 0 when unset."""

LOG_OBSERVED = [column.name for column in LOG_RECORDS].index("observed_time_unix_nano") - FIRST_OWN


def named(table: Table, shared: tuple[Any, ...], own: tuple[Any, ...]) -> Iterator[tuple[Column, Any]]:
    """Pair the columns from service_name on with their values."""
    return zip(COLUMNS[table][FIRST_SHARED:], (*shared, *own), strict=True)


@lru_cache(maxsize=10_000)
def plain_text(text: str, policy: Policy) -> str:
    """Give a text that is part of an item's frame, as it may be kept."""
    return plain(canonical.clean(text), policy)


def shared_columns(batch: Batch, keeper: Keeper, policy: Policy) -> tuple[Any, ...]:
    """Give the columns that a batch's rows share: service, scope and resource."""
    service: dict[str, str] = {}
    for attribute in batch.resource:
        if attribute.key in {"service.name", "service.version"} and isinstance(attribute.value, str):
            kept = attribute.value if policy.keeps_content else redacted(attribute.key, attribute.value)
            service[attribute.key] = canonical.clean(str(kept))
    return (
        service.get("service.name"),
        service.get("service.version"),
        plain_text(batch.scope_name, policy),
        plain_text(batch.scope_version, policy),
        keeper.json(batch.scope_attributes),
        keeper.json(batch.resource),
    )


def span_columns(span: Span, keeper: Keeper, policy: Policy) -> tuple[Any, ...]:
    """Give a span's own columns."""
    return (
        keeper.json(span.attributes),
        span.dropped_attributes_count,
        span.trace_id,
        span.span_id,
        span.parent_span_id,
        plain_text(span.trace_state, policy),
        span.flags,
        plain_text(span.name, policy),
        span.kind,
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        span.status_code,
        f"[{','.join([_event(event, keeper, policy) for event in span.events])}]" if span.events else "[]",
        f"[{','.join([_link(link, keeper) for link in span.links])}]" if span.links else "[]",
        span.dropped_events_count,
        span.dropped_links_count,
    )


def _event(event: Event, keeper: Keeper, policy: Policy) -> str:
    return canonical.object_of(
        {
            "attributes": keeper.json(event.attributes),
            "name": canonical.text_of(plain_text(event.name, policy)),
            "time_unix_nano": str(event.time_unix_nano),
        }
    )


def _link(link: Link, keeper: Keeper) -> str:
    return canonical.object_of(
        {
            "attributes": keeper.json(link.attributes),
            "span_id": canonical.text_of(link.span_id),
            "trace_id": canonical.text_of(link.trace_id),
        }
    )


def log_columns(record: LogRecord, keeper: Keeper, policy: Policy) -> tuple[Any, ...]:
    """
    Give a log record's own columns.

    The observed time is 0 here unless it is the record's only time: a collector that re-sends a record
    observes it anew, and the record stays the same one.
    """
    return (
        keeper.json(record.attributes),
        record.dropped_attributes_count,
        record.time_unix_nano,
        0 if record.time_unix_nano else record.observed_time_unix_nano,
        record.severity_number,
        plain_text(record.severity_text, policy),
        plain_text(record.event_name, policy),
        body_text(record.body, policy),
        record.trace_id,
        record.span_id,
        record.flags,
    )


def body_text(body: Value | None, policy: Policy) -> str | None:
    """Give what is kept of a log record's body, as canonical JSON."""
    kept = kept_body(body, policy)
    return None if kept is None else canonical.text_of(kept)


def point_columns(point: Point, keeper: Keeper, policy: Policy) -> tuple[Any, ...]:
    """Give a metric point's own columns."""
    return (
        keeper.json(point.attributes, tells_series=not policy.keeps_content),
        0,
        plain_text(point.metric_name, policy),
        point.metric_type,
        plain_text(point.unit, policy),
        point.temporality,
        point.is_monotonic,
        point.start_time_unix_nano,
        point.time_unix_nano,
        _finite(point.value),
        point.value_int,
        _finite(point.sum),
        point.count,
        _finite(point.min),
        _finite(point.max),
        None if point.buckets is None else canonical.text_of(point.buckets),
        point.flags,
    )


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None
