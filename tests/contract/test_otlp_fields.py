"""The promise that no field of OTLP is lost by accident: each is kept, or dropped by a named rule."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from typing import Any

import pytest
from google.protobuf import descriptor_pb2
from google.protobuf.descriptor import Descriptor, FieldDescriptor

from andon.contract.telemetry import LOG_RECORDS, METRIC_POINTS, SPANS
from andon.ingest.flatten import DROPPED_FIELDS
from andon.ingest.proto import schema

REQUESTS = (
    "collector.trace.v1.ExportTraceServiceRequest",
    "collector.logs.v1.ExportLogsServiceRequest",
    "collector.metrics.v1.ExportMetricsServiceRequest",
)
SPAN_COLUMNS = {column.name for column in SPANS}
LOG_COLUMNS = {column.name for column in LOG_RECORDS}
POINT_COLUMNS = {column.name for column in METRIC_POINTS}

WAYS = {
    *(
        f"{request}.{field}"
        for request, field in zip(
            REQUESTS, ("resource_spans", "resource_logs", "resource_metrics"), strict=True
        )
    ),
    *("trace.v1.ResourceSpans.scope_spans", "logs.v1.ResourceLogs.scope_logs"),
    *(
        "metrics.v1.ResourceMetrics.scope_metrics",
        "trace.v1.ScopeSpans.spans",
        "logs.v1.ScopeLogs.log_records",
    ),
    *("metrics.v1.ScopeMetrics.metrics", "metrics.v1.Gauge.data_points", "metrics.v1.Sum.data_points"),
    *("metrics.v1.Histogram.data_points", "metrics.v1.ExponentialHistogram.data_points"),
    *("metrics.v1.Summary.data_points", "trace.v1.Span.status"),
}
"""Fields that only lead to others: each item below them is a row."""

KEPT_AS = {
    "trace.v1.ResourceSpans.resource": "resource_attributes",
    "trace.v1.ScopeSpans.scope": "scope_name",
    "logs.v1.ResourceLogs.resource": "resource_attributes",
    "logs.v1.ScopeLogs.scope": "scope_name",
    "metrics.v1.ResourceMetrics.resource": "resource_attributes",
    "metrics.v1.ScopeMetrics.scope": "scope_name",
    "resource.v1.Resource.attributes": "resource_attributes",
    "common.v1.InstrumentationScope.name": "scope_name",
    "common.v1.InstrumentationScope.version": "scope_version",
    "common.v1.InstrumentationScope.attributes": "scope_attributes",
    "trace.v1.Status.code": "status_code",
    "metrics.v1.Metric.name": "metric_name",
    "metrics.v1.Metric.gauge": "metric_type",
    "metrics.v1.Metric.sum": "metric_type",
    "metrics.v1.Metric.histogram": "metric_type",
    "metrics.v1.Metric.exponential_histogram": "metric_type",
    "metrics.v1.Metric.summary": "metric_type",
    "metrics.v1.Sum.aggregation_temporality": "temporality",
    "metrics.v1.Histogram.aggregation_temporality": "temporality",
    "metrics.v1.ExponentialHistogram.aggregation_temporality": "temporality",
    "metrics.v1.NumberDataPoint.as_double": "value",
    "metrics.v1.NumberDataPoint.as_int": "value_int",
    "metrics.v1.HistogramDataPoint.bucket_counts": "buckets",
    "metrics.v1.HistogramDataPoint.explicit_bounds": "buckets",
    "metrics.v1.ExponentialHistogramDataPoint.scale": "buckets",
    "metrics.v1.ExponentialHistogramDataPoint.zero_count": "buckets",
    "metrics.v1.ExponentialHistogramDataPoint.zero_threshold": "buckets",
    "metrics.v1.ExponentialHistogramDataPoint.positive": "buckets",
    "metrics.v1.ExponentialHistogramDataPoint.negative": "buckets",
    "metrics.v1.ExponentialHistogramDataPoint.Buckets.offset": "buckets",
    "metrics.v1.ExponentialHistogramDataPoint.Buckets.bucket_counts": "buckets",
    "metrics.v1.SummaryDataPoint.quantile_values": "buckets",
    "metrics.v1.SummaryDataPoint.ValueAtQuantile.quantile": "buckets",
    "metrics.v1.SummaryDataPoint.ValueAtQuantile.value": "buckets",
    **{f"trace.v1.Span.Event.{name}": "events" for name in ("name", "time_unix_nano", "attributes")},
    **{f"trace.v1.Span.Link.{name}": "links" for name in ("trace_id", "span_id", "attributes")},
    **{f"common.v1.KeyValue.{name}": "attributes" for name in ("key", "value")},
    **{f"common.v1.{part}.values": "attributes" for part in ("ArrayValue", "KeyValueList")},
    **{
        f"common.v1.AnyValue.{kind}_value": "attributes"
        for kind in ("string", "bool", "int", "double", "array", "kvlist", "bytes")
    },
}
"""Fields kept in a column of another name, or inside one."""


def fields(message: Descriptor, seen: set[str]) -> list[FieldDescriptor]:
    """Give every field that a message can lead to."""
    if message.full_name in seen:
        return []
    seen.add(message.full_name)
    found = list(message.fields)
    for field in message.fields:
        if field.message_type is not None:
            found += fields(field.message_type, seen)
    return found


def every_field() -> list[str]:
    """Name every field of the three requests, without the common prefix."""
    seen: set[str] = set()
    found = [one for name in REQUESTS for one in fields(schema.message(name, trimmed=False).DESCRIPTOR, seen)]
    return sorted(str(one.full_name).removeprefix("opentelemetry.proto.") for one in found)


def is_kept(name: str) -> bool:
    """Tell whether a field is in a column of its own name or of another."""
    message, field = name.rsplit(".", 1)
    if name in KEPT_AS:
        return KEPT_AS[name] in SPAN_COLUMNS | LOG_COLUMNS | POINT_COLUMNS
    if message == "trace.v1.Span":
        return field in SPAN_COLUMNS
    if message == "logs.v1.LogRecord":
        return field in LOG_COLUMNS
    return message.startswith("metrics.v1.") and "Exemplar" not in message and field in POINT_COLUMNS


@pytest.mark.parametrize("name", every_field())
def test_every_field_is_kept_or_dropped_by_a_rule(name: str) -> None:
    """A field of OTLP is a way to others, kept in a column, or dropped with a reason: exactly one of them."""
    assert [name in WAYS, is_kept(name), name in DROPPED_FIELDS].count(True) == 1


def test_no_rule_is_left_over() -> None:
    """Rules name fields that exist."""
    assert {*WAYS, *KEPT_AS, *DROPPED_FIELDS} <= set(every_field())


def test_opaque_fields_exist() -> None:
    """What is decoded on its own is a field of the published schema."""
    names = {f"{message}.{field}" for message, opaque in schema.OPAQUE.items() for field in opaque}
    assert names <= set(every_field())


def test_the_compiled_schema_is_that_of_the_proto_files(tmp_path: Path) -> None:
    """The descriptor set was compiled from the .proto texts beside it."""
    spec = importlib.util.spec_from_file_location(
        "compile_otlp", Path(str(schema.__file__)).with_name("compile.py")
    )
    assert spec is not None
    assert spec.loader is not None
    script: Any = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(script)
    script.compile_descriptors(tmp_path / "otlp.binpb")
    compiled = descriptor_pb2.FileDescriptorSet.FromString((tmp_path / "otlp.binpb").read_bytes())
    assert compiled == schema.descriptor_set()
