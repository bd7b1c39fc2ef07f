"""
The raw row of each OpenTelemetry signal, column by column.

Raw keeps OpenTelemetry's own words and units (``time_unix_nano``, ``scope_name``): one row per span, log
record or metric point, after redaction. Whoever writes, stores or reads raw takes the columns from here.

JSON text is canonical: keys sorted, no insignificant space, 64-bit integers written as integers, doubles
always with a fraction or exponent, bytes as base64, unset values left out. Equal items give equal text.

Source: opentelemetry-proto 1.x (trace, logs, metrics, common, resource); design "Raw tables".
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Signal = Literal["traces", "logs", "metrics"]
SIGNALS: tuple[Signal, ...] = ("traces", "logs", "metrics")

Table = Literal["spans", "log_records", "metric_points", "quarantine", "receipts"]
TABLE_OF_SIGNAL: dict[Signal, Table] = {
    "traces": "spans",
    "logs": "log_records",
    "metrics": "metric_points",
}

Kind = Literal["string", "json", "int64", "double", "bool", "date", "timestamp", "bytes"]


class Column(NamedTuple):
    """
    One column of a raw table.

    Attributes:
        name: As stored, the same on every engine.
        kind: ``json`` is canonical JSON text; ``timestamp`` is UTC without a zone, in microseconds;
            ``date`` is a UTC day.
        meaning: What it holds, its unit, and when it is null. Columns are nullable unless this says
            "never null".
    """

    name: str
    kind: Kind
    meaning: str


COMMON: tuple[Column, ...] = (
    Column("org_id", "string", "Organisation of the ingest key. Never null, never taken from telemetry."),
    Column("received_at", "timestamp", "When the request was acknowledged. Never null."),
    Column("ingest_key_id", "string", "Public id of the ingest key; null when loopback sent without one."),
    Column(
        "record_id",
        "string",
        "96-bit hash in hex of the item after redaction: equal when the same item is sent again, whatever "
        "the batching, encoding or transport. Never null.",
    ),
    Column("event_date", "date", "UTC day: of a span's end, of a log record's or point's time. Never null."),
    Column("service_name", "string", "Resource attribute service.name."),
    Column("service_version", "string", "Resource attribute service.version."),
    Column("scope_name", "string", "Instrumentation scope's name; empty when it has none."),
    Column("scope_version", "string", "Instrumentation scope's version; empty when it has none."),
    Column("scope_attributes", "json", "Instrumentation scope's attributes, an object. Never null."),
    Column("resource_attributes", "json", "Resource's attributes, an object. Never null."),
    Column("attributes", "json", "The item's own attributes, an object. Never null."),
    Column("dropped_attributes_count", "int64", "Attributes that the sender says it dropped. Never null."),
)

SPANS: tuple[Column, ...] = (
    *COMMON,
    Column("trace_id", "string", "32 hex digits. Never null."),
    Column("span_id", "string", "16 hex digits. Never null."),
    Column("parent_span_id", "string", "16 hex digits; null for a root span."),
    Column("trace_state", "string", "W3C trace state; empty when it has none."),
    Column("flags", "int64", "W3C trace flags and OTLP's own bits. Never null."),
    Column("name", "string", "Span name. Never null."),
    Column("kind", "int64", "0 unspecified, 1 internal, 2 server, 3 client, 4 producer, 5 consumer."),
    Column("start_time_unix_nano", "int64", "Nanoseconds since 1970 UTC; 0 when unset. Never null."),
    Column("end_time_unix_nano", "int64", "Nanoseconds since 1970 UTC. Never null."),
    Column("status_code", "int64", "0 unset, 1 ok, 2 error. Never null."),
    Column(
        "events", "json", "List of {name, time_unix_nano, attributes}, in the sender's order. Never null."
    ),
    Column("links", "json", "List of {trace_id, span_id, attributes}, in the sender's order. Never null."),
    Column("dropped_events_count", "int64", "Events that the sender says it dropped. Never null."),
    Column("dropped_links_count", "int64", "Links that the sender says it dropped. Never null."),
)

LOG_RECORDS: tuple[Column, ...] = (
    *COMMON,
    Column("time_unix_nano", "int64", "Nanoseconds since 1970 UTC; 0 when the sender gave none. Never null."),
    Column(
        "observed_time_unix_nano",
        "int64",
        "Nanoseconds since 1970 UTC; the time of receipt when the sender gave neither time. Never null.",
    ),
    Column("severity_number", "int64", "0 unspecified, 1-24 as OpenTelemetry numbers them. Never null."),
    Column("severity_text", "string", "The sender's word for the severity; empty when it has none."),
    Column(
        "event_name",
        "string",
        "The record's event_name field; empty when it has none. Codex puts a "
        "source location here: prefer attribute event.name.",
    ),
    Column("body", "json", "The body when it is a plain event name; null otherwise (redacted)."),
    Column("trace_id", "string", "32 hex digits; null when the record belongs to no trace."),
    Column("span_id", "string", "16 hex digits; null when the record belongs to no span."),
    Column("flags", "int64", "W3C trace flags. Never null."),
)

METRIC_POINTS: tuple[Column, ...] = (
    *COMMON,
    Column("metric_name", "string", "Never null."),
    Column("metric_type", "string", "gauge, sum, histogram, exponential_histogram or summary. Never null."),
    Column("unit", "string", "UCUM unit as sent; empty when it has none."),
    Column("temporality", "string", "delta, cumulative or unspecified; null where the type has none."),
    Column("is_monotonic", "bool", "Sums only; null otherwise."),
    Column("start_time_unix_nano", "int64", "Start of the point's interval; 0 when unset. Never null."),
    Column("time_unix_nano", "int64", "End of the point's interval. Never null."),
    Column("value", "double", "Gauges and sums, integers included; null otherwise."),
    Column("value_int", "int64", "The exact integer where the sender sent one; null otherwise."),
    Column("sum", "double", "Histograms and summaries; null where the sender gave none."),
    Column("count", "int64", "Histograms and summaries: number of measurements; null otherwise."),
    Column("min", "double", "Histograms; null where the sender gave none."),
    Column("max", "double", "Histograms; null where the sender gave none."),
    Column("buckets", "json", "Bounds and counts of histograms, quantiles of summaries; null otherwise."),
    Column("flags", "int64", "Bit 1: no recorded value. Never null."),
)

QUARANTINE: tuple[Column, ...] = (
    Column("org_id", "string", "Organisation of the ingest key. Never null."),
    Column("received_at", "timestamp", "When the request was acknowledged. Never null."),
    Column("ingest_key_id", "string", "Public id of the ingest key; null when loopback sent without one."),
    Column("record_id", "string", "96-bit hash in hex of what was quarantined. Never null."),
    Column("event_date", "date", "UTC day of receipt. Never null."),
    Column("signal", "string", "traces, logs or metrics. Never null."),
    Column("reason", "string", "One of the reasons in docs/operate.md, such as too_old. Never null."),
    Column("detail", "string", "What was wrong, in a sentence, without content. Never null."),
    Column("item", "json", "The redacted item as it would have been stored; null where it had no shape."),
)

RECEIPTS: tuple[Column, ...] = (
    Column("org_id", "string", "Organisation of the rows. Never null."),
    Column("event_date", "date", "UTC day on which their requests were acknowledged. Never null."),
    Column("signal", "string", "traces, logs or metrics. Never null."),
    Column("stored", "int64", "Rows for the signal's table in one segment of the log. Never null."),
    Column("quarantined", "int64", "Rows for quarantine in that segment. Never null."),
)
"""What the log handed over, counted beside the rows themselves: raw must still have as many."""

COLUMNS: dict[Table, tuple[Column, ...]] = {
    "spans": SPANS,
    "log_records": LOG_RECORDS,
    "metric_points": METRIC_POINTS,
    "quarantine": QUARANTINE,
    "receipts": RECEIPTS,
}
