"""
OTLP/JSON envelopes: attributes, and batches as a collector in front of many agents would make them.

Source: opentelemetry-proto, "OTLP/JSON": 64-bit integers as text, trace and span ids as hex.
"""

from __future__ import annotations

import datetime as dt
import time
from collections.abc import Iterator
from functools import lru_cache
from typing import Any, NamedTuple

import msgspec

from andon.contract.telemetry import SIGNALS, Signal

RECORDS_PER_REQUEST = 450
"""Records of one request: what the OpenTelemetry Collector's batches often come to."""

JsonObject = dict[str, Any]

_ENVELOPES: dict[Signal, tuple[str, str, str]] = {
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}


class DemoRequest(msgspec.Struct, frozen=True):
    """
    One telemetry request, as it would have come over HTTP.

    Attributes:
        day: UTC day of every record in it.
        signal: Which of the three paths it goes to.
        body: OTLP/JSON.
        records: Number of spans, log records or metric points in *body*; one or more.
    """

    day: dt.date
    signal: Signal
    body: bytes
    records: int


class Group(NamedTuple):
    """Records of one signal that share a resource and a scope."""

    signal: Signal
    resource: JsonObject
    scope: JsonObject
    records: list[JsonObject]


def text(key: str, value: str) -> JsonObject:
    """Make a string attribute."""
    return {"key": key, "value": {"stringValue": value}}


def whole(key: str, value: int) -> JsonObject:
    """Make an integer attribute as the specification writes it: as text."""
    return {"key": key, "value": {"intValue": str(value)}}


def number(key: str, value: int) -> JsonObject:
    """Make an integer attribute as JavaScript SDKs write it: as a JSON number."""
    return {"key": key, "value": {"intValue": value}}


def flag(key: str, *, value: bool) -> JsonObject:
    """Make a boolean attribute."""
    return {"key": key, "value": {"boolValue": value}}


def texts(values: dict[str, str]) -> list[JsonObject]:
    """Make string attributes, leaving out empty ones."""
    return [text(key, value) for key, value in values.items() if value]


def moment(nanoseconds: int) -> str:
    """Write an instant as JavaScript does, in whole milliseconds: ``2026-11-20T23:16:52.802Z``."""
    milliseconds = nanoseconds // 1_000_000
    return f"{_second(milliseconds // 1000)}.{milliseconds % 1000:03d}Z"


@lru_cache(maxsize=4096)
def _second(seconds: int) -> str:
    # Sessions put many records into one second, and formatting a date is what a record costs most.
    return time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(seconds))


class Batches:
    """Collects groups of one day and cuts requests of at most `RECORDS_PER_REQUEST` records."""

    def __init__(self, day: dt.date) -> None:
        self._day = day
        self._groups: dict[Signal, list[Group]] = {signal: [] for signal in SIGNALS}
        self._counts: dict[Signal, int] = dict.fromkeys(SIGNALS, 0)

    def add(self, group: Group) -> Iterator[DemoRequest]:
        """Take a group in; give the requests that it filled."""
        records = group.records
        while records:
            room = RECORDS_PER_REQUEST - self._counts[group.signal]
            self._groups[group.signal].append(group._replace(records=records[:room]))
            self._counts[group.signal] += len(records[:room])
            records = records[room:]
            if self._counts[group.signal] == RECORDS_PER_REQUEST:
                yield self._cut(group.signal)

    def rest(self) -> Iterator[DemoRequest]:
        """Give what is left at the end of the day."""
        for signal in SIGNALS:
            if self._counts[signal]:
                yield self._cut(signal)

    def _cut(self, signal: Signal) -> DemoRequest:
        resources, scopes, items = _ENVELOPES[signal]
        body = {
            resources: [
                {"resource": group.resource, scopes: [{"scope": group.scope, items: group.records}]}
                for group in self._groups[signal]
            ]
        }
        request = DemoRequest(self._day, signal, msgspec.json.encode(body), self._counts[signal])
        self._groups[signal], self._counts[signal] = [], 0
        return request
