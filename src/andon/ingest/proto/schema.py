"""
Message classes that decode OTLP, made from our own copy of the published schema.

The schema is trimmed: whatever repeats (attributes, spans, points, resources) is read as bytes and decoded on
its own afterwards. So one bad item cannot spoil its request, and equal attributes are decoded once.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import ptars
from google.protobuf import descriptor_pb2, descriptor_pool, message_factory

_PREFIX = "opentelemetry.proto."

OPAQUE: dict[str, frozenset[str]] = {
    "trace.v1.ResourceSpans": frozenset({"resource", "schema_url"}),
    "trace.v1.ScopeSpans": frozenset({"scope", "spans", "schema_url"}),
    "trace.v1.Span": frozenset({"attributes"}),
    "trace.v1.Span.Event": frozenset({"attributes"}),
    "trace.v1.Span.Link": frozenset({"attributes"}),
    "logs.v1.ResourceLogs": frozenset({"resource", "schema_url"}),
    "logs.v1.ScopeLogs": frozenset({"scope", "log_records", "schema_url"}),
    "logs.v1.LogRecord": frozenset({"attributes", "body"}),
    "metrics.v1.ResourceMetrics": frozenset({"resource", "schema_url"}),
    "metrics.v1.ScopeMetrics": frozenset({"scope", "metrics", "schema_url"}),
    "metrics.v1.Metric": frozenset({"metadata"}),
    "metrics.v1.Gauge": frozenset({"data_points"}),
    "metrics.v1.Sum": frozenset({"data_points"}),
    "metrics.v1.Histogram": frozenset({"data_points"}),
    "metrics.v1.ExponentialHistogram": frozenset({"data_points"}),
    "metrics.v1.Summary": frozenset({"data_points"}),
    "metrics.v1.NumberDataPoint": frozenset({"attributes", "exemplars"}),
    "metrics.v1.HistogramDataPoint": frozenset({"attributes", "exemplars"}),
    "metrics.v1.ExponentialHistogramDataPoint": frozenset({"attributes", "exemplars"}),
    "metrics.v1.SummaryDataPoint": frozenset({"attributes"}),
    "resource.v1.Resource": frozenset({"attributes"}),
    "common.v1.InstrumentationScope": frozenset({"attributes"}),
}
"""
Fields read as bytes, by message (without the common prefix of OTLP's packages); a schema's address too, which
nothing reads, and which could cost a request where it is no text.
"""


TOGETHER: dict[str, frozenset[str]] = {
    "trace.v1.Span": frozenset({"events", "links"}),
    "logs.v1.LogRecord": frozenset({"body"}),
    "common.v1.AnyValue": frozenset({"array_value", "kvlist_value"}),
}
"""Fields read as bytes where whole items are read into columns: those that nest."""


def descriptor_set() -> descriptor_pb2.FileDescriptorSet:
    """Give the published schema, untrimmed."""
    path = Path(__file__).with_name("otlp.binpb")
    return descriptor_pb2.FileDescriptorSet.FromString(path.read_bytes())


def _trim(message: descriptor_pb2.DescriptorProto, name: str, trimmings: dict[str, frozenset[str]]) -> None:
    opaque = trimmings.get(name, frozenset())
    for field in message.field:
        if field.name in opaque:
            field.type = descriptor_pb2.FieldDescriptorProto.TYPE_BYTES
            field.ClearField("type_name")
    for nested in message.nested_type:
        _trim(nested, f"{name}.{nested.name}", trimmings)


def _made(trimmings: dict[str, frozenset[str]]) -> descriptor_pool.DescriptorPool:
    pool = descriptor_pool.DescriptorPool()
    for file in descriptor_set().file:
        for message in file.message_type:
            _trim(message, f"{file.package.removeprefix(_PREFIX)}.{message.name}", trimmings)
        pool.Add(file)
    return pool


@cache
def _pool(*, trimmed: bool) -> descriptor_pool.DescriptorPool:
    return _made(OPAQUE if trimmed else {})


@cache
def reader(name: str) -> Any:  # noqa: ANN401 (a class without types)
    """
    Give what reads many messages at once into columns, as ``TOGETHER`` says.

    Args:
        name: Of the message, without the common prefix, such as ``trace.v1.Span``.
    """
    descriptor = _made(TOGETHER).FindMessageTypeByName(_PREFIX + name)
    return ptars.HandlerPool([descriptor.file]).get_for_message(descriptor)


def message(name: str, *, trimmed: bool = True) -> Any:  # noqa: ANN401 (classes made at run time have no static type)
    """
    Give the class of one OTLP message.

    Args:
        name: Without the common prefix, such as ``trace.v1.Span``.
        trimmed: With the fields of ``OPAQUE`` as bytes; false gives the published shape, to encode with.
    """
    found = _pool(trimmed=trimmed).FindMessageTypeByName(_PREFIX + name)
    return message_factory.GetMessageClass(found)
