"""The same telemetry in the other of OTLP's two encodings over HTTP."""

from __future__ import annotations

import base64
import json
import math
from typing import Any

from google.protobuf import json_format
from google.protobuf.message import Message

from otlp_batches import Requests, request_class, signal_of

HEX = {"trace_id", "span_id", "parent_span_id"}
HEX_IN_JSON = {"traceId", "spanId", "parentSpanId"}


def as_json(message: Message) -> dict[str, Any]:
    """Write a message in OTLP/JSON: hex ids, 64-bit integers as text, enums as numbers."""
    return {field.json_name: _field(field, value) for field, value in message.ListFields()}


def _field(field: Any, value: Any) -> Any:  # noqa: ANN401 (a descriptor and whatever it describes)
    if field.is_repeated:
        return [_single(field, one) for one in value]
    return _single(field, value)


def _single(field: Any, value: Any) -> Any:  # noqa: ANN401 (a descriptor and whatever it describes)
    if field.message_type is not None:
        return as_json(value)
    if field.type == field.TYPE_BYTES:
        return value.hex() if field.name in HEX else base64.b64encode(value).decode()
    if field.cpp_type in {field.CPPTYPE_INT64, field.CPPTYPE_UINT64}:
        return str(value)
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else f"{'-' if value < 0 else ''}Infinity"
    return value


def _with_base64_ids(value: Any) -> Any:  # noqa: ANN401 (whatever JSON holds)
    if isinstance(value, list):
        return [_with_base64_ids(one) for one in value]
    if not isinstance(value, dict):
        return value
    return {
        name: base64.b64encode(bytes.fromhex(one)).decode() if name in HEX_IN_JSON else _with_base64_ids(one)
        for name, one in value.items()
    }


def other_encoding(requests: Requests) -> Requests:
    """Send as protobuf what came as JSON, and the other way round."""
    out: Requests = []
    for path, body, content_type in requests:
        request = request_class(signal_of(path))()
        if content_type == "application/json":
            # protobuf's own JSON has ids in base64 where OTLP's has hex.
            json_format.ParseDict(_with_base64_ids(json.loads(body)), request, ignore_unknown_fields=True)
            out.append((path, request.SerializeToString(), "application/x-protobuf"))
        else:
            request.ParseFromString(body)
            out.append((path, json.dumps(as_json(request)).encode(), "application/json"))
    return out
