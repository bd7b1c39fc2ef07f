"""Requests in OTLP/JSON whose items differ in when they happened."""

from __future__ import annotations

import datetime as dt
from typing import Any


def nanoseconds(instant: str) -> int:
    """An instant as OTLP writes it."""
    return int(dt.datetime.fromisoformat(instant).timestamp()) * 1_000_000_000


def logs(*instants: str) -> dict[str, Any]:
    """A request with a log record a time, each of them another one."""
    return {
        "resourceLogs": [
            {
                "resource": {"attributes": [{"key": "service.name", "value": {"stringValue": "agent"}}]},
                "scopeLogs": [
                    {
                        "logRecords": [
                            {
                                "timeUnixNano": str(nanoseconds(instant)),
                                "attributes": [{"key": "n", "value": {"intValue": number}}],
                            }
                            for number, instant in enumerate(instants)
                        ]
                    }
                ],
            }
        ]
    }


def spans(*instants: str, trace_id: str = "0123456789abcdef0123456789abcdef") -> dict[str, Any]:
    """A request with a span a time."""
    return {
        "resourceSpans": [
            {
                "scopeSpans": [
                    {
                        "spans": [
                            {
                                "traceId": trace_id,
                                "spanId": f"{number:016x}",
                                "name": "work",
                                "startTimeUnixNano": str(nanoseconds(instant)),
                                "endTimeUnixNano": str(nanoseconds(instant)),
                            }
                            for number, instant in enumerate(instants, 1)
                        ]
                    }
                ]
            }
        ]
    }
