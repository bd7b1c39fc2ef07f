"""The same telemetry in other batches: one record a request, or all records of a signal in one."""

from __future__ import annotations

import json
from typing import Any

from andon.contract.telemetry import Signal
from andon.ingest.proto import schema

Requests = list[tuple[str, bytes, str]]

ITEMS = {
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}


def request_class(signal: Signal) -> Any:  # noqa: ANN401 (classes made at run time have no static type)
    """Give the class of a whole request, in its published shape."""
    word = {"traces": "Trace", "logs": "Logs", "metrics": "Metrics"}[signal]
    return schema.message(f"collector.{word.lower()}.v1.Export{word}ServiceRequest", trimmed=False)


def signal_of(path: str) -> Signal:
    """Read the signal from the path."""
    signal: Signal = path.removeprefix("/v1/")  # type: ignore[assignment]
    return signal


def snake(name: str) -> str:
    """Turn OTLP/JSON's spelling into the proto's."""
    return "".join("_" + letter.lower() if letter.isupper() else letter for letter in name)


def split(requests: Requests) -> Requests:
    """Send every span, log record or metric in a request of its own."""
    out: Requests = []
    for path, body, content_type in requests:
        resources, scopes, items = ITEMS[signal_of(path)]
        if content_type == "application/json":
            for resource in json.loads(body)[resources]:
                for scope in resource[scopes]:
                    for item in scope[items]:
                        one = {**resource, scopes: [{**scope, items: [item]}]}
                        out.append((path, json.dumps({resources: [one]}).encode(), content_type))
            continue
        whole = request_class(signal_of(path)).FromString(body)
        for resource in getattr(whole, snake(resources)):
            for scope in getattr(resource, snake(scopes)):
                for item in getattr(scope, snake(items)):
                    request = request_class(signal_of(path))()
                    one_resource = getattr(request, snake(resources)).add()
                    one_resource.resource.CopyFrom(resource.resource)
                    one_resource.schema_url = resource.schema_url
                    one_scope = getattr(one_resource, snake(scopes)).add()
                    one_scope.scope.CopyFrom(scope.scope)
                    one_scope.schema_url = scope.schema_url
                    getattr(one_scope, snake(items)).add().CopyFrom(item)
                    out.append((path, request.SerializeToString(), content_type))
    return out


def merged(requests: Requests) -> Requests:
    """Send all of one signal and encoding in one request."""
    whole: dict[tuple[str, str], Any] = {}
    for path, body, content_type in requests:
        resources = ITEMS[signal_of(path)][0]
        if content_type == "application/json":
            whole.setdefault((path, content_type), {resources: []})[resources] += json.loads(body)[resources]
        else:
            request = whole.setdefault((path, content_type), request_class(signal_of(path))())
            request.MergeFromString(body)
    return [
        (
            path,
            json.dumps(request).encode() if isinstance(request, dict) else request.SerializeToString(),
            kind,
        )
        for (path, kind), request in whole.items()
    ]
