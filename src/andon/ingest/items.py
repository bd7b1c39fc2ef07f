"""
Neutral shape of a telemetry request: what both encodings of OTLP decode to.

Spans, log records and metric points are still grouped under their resource and scope; identifiers are hex,
attribute values plain Python. An item that could not be read is a ``Refused`` in its place.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeAlias, overload

import pyarrow as pa
from msgspec import Struct

from andon.contract.telemetry import Signal

Value: TypeAlias = "str | bool | int | float | bytes | list[Value | None] | dict[str, Value]"
"""
An attribute's value. Absent values are left out of maps and are None inside lists, which keeps the
positions of the others.
"""

MAX_DEPTH = 32
"""Deepest nesting of lists and maps in one value; OTLP sets no limit, parsers do (about 48)."""

ID_BYTES = 12
"""
Of a record's id. Ten thousand million records of one organisation share an id with a probability below one in
a thousand million, and every byte more is one that no compression takes away.
"""

MAX_INT64 = 2**63 - 1
MAX_UINT32 = 2**32 - 1

REASONS: dict[str, str] = {
    "bad_id": "an identifier is not hex of the right length, or all zeros where one is required",
    "bad_number": "a number is outside the range of its field, or no number",
    "bad_time": "a time is missing, is 2^63 or more, or looks like another unit than nanoseconds since 1970",
    "too_many_attributes": "an item, its resource or its scope has more attributes or values than are taken",
    "too_deep": f"a value is nested deeper than {MAX_DEPTH} levels",
    "undecodable": "the item, its resource or its scope is not valid OTLP, such as text that is not UTF-8",
    "too_old": "the item is older than the history start",
    "in_the_future": "the item's time is further ahead of the clock than is allowed",
}
"""Why an item goes to quarantine, with what the sender is told."""


class Malformed(Exception):
    """The body as a whole is not OTLP in its declared encoding; the text says why, without content."""


class Unusable(Exception):
    """
    One item cannot be taken.

    Attributes:
        reason: A key of ``REASONS``.
        detail: The field that is wrong; never its value, which may be content.
    """

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(f"{reason}: {detail}")
        self.reason = reason
        self.detail = detail


class Attribute(Struct, gc=False, eq=False):
    """
    One attribute; equal ones of a sender are one object, so that work on them is done once.

    Attributes:
        key: Name, never empty.
        value: Never absent: attributes without a value are left out.
        lasting: Whether the object is shared between items, and worth remembering.
        fragment: What is kept of it where content is dropped, as canonical JSON with its name; empty when
            that depends on the attributes beside it, None until somebody has judged. Kept here because a
            look-up in a table costs as much as all else that is done with a repeated attribute.
    """

    key: str
    value: Value
    lasting: bool
    fragment: str | None = None


class Event(Struct, gc=False):
    """A span event."""

    name: str
    time_unix_nano: int
    attributes: list[Attribute]


class Link(Struct, gc=False):
    """A link from a span to another; ids in hex, empty when the sender gave none."""

    trace_id: str
    span_id: str
    attributes: list[Attribute]


class Span(Struct, gc=False):
    """A span; ids in hex, times in nanoseconds since 1970 UTC, 0 when unset."""

    trace_id: str
    span_id: str
    parent_span_id: str | None
    trace_state: str
    flags: int
    name: str
    kind: int
    start_time_unix_nano: int
    end_time_unix_nano: int
    status_code: int
    attributes: list[Attribute]
    dropped_attributes_count: int
    events: list[Event]
    dropped_events_count: int
    links: list[Link]
    dropped_links_count: int


class LogRecord(Struct, gc=False):
    """A log record; ids in hex or None, times in nanoseconds since 1970 UTC, 0 when unset."""

    time_unix_nano: int
    observed_time_unix_nano: int
    severity_number: int
    severity_text: str
    event_name: str
    body: Value | None
    attributes: list[Attribute]
    dropped_attributes_count: int
    flags: int
    trace_id: str | None
    span_id: str | None


class Point(Struct, gc=False):
    """A point of a metric, of any of the five types; what its type does not have is None."""

    metric_name: str
    metric_type: str
    unit: str
    temporality: str | None
    is_monotonic: bool | None
    start_time_unix_nano: int
    time_unix_nano: int
    attributes: list[Attribute]
    flags: int
    value: float | None = None
    value_int: int | None = None
    sum: float | None = None
    count: int | None = None
    min: float | None = None
    max: float | None = None
    buckets: dict[str, Value] | None = None


class Refused(Struct, gc=False):
    """
    An item that could not be read.

    Attributes:
        reason: A key of ``REASONS``.
        detail: What was wrong, without content.
        digest: Hash in hex, of :data:`ID_BYTES`, of its bytes: equal when the same bytes are sent again.
    """

    reason: str
    detail: str
    digest: str


Item: TypeAlias = Span | LogRecord | Point | Refused


class Together(Sequence[Item]):
    """
    Items that were read together.

    Args:
        columns: A row an item, a column a field of its message.
        read: Reads the items of some rows by themselves: where their columns do not do.
    """

    def __init__(self, columns: pa.RecordBatch, read: Callable[[range], list[Item]]) -> None:
        self.columns = columns
        self._read = read

    def __len__(self) -> int:
        return int(self.columns.num_rows)

    @overload
    def __getitem__(self, at: int) -> Item: ...

    @overload
    def __getitem__(self, at: slice) -> list[Item]: ...

    def __getitem__(self, at: int | slice) -> Item | list[Item]:
        rows = range(len(self))[at]
        return self._read(rows) if isinstance(rows, range) else self._read(range(rows, rows + 1))[0]


class Batch(Struct):
    """
    The items of one scope of one resource.

    Attributes:
        items: In the sender's order: one by one, or together when they are many.
    """

    resource: list[Attribute]
    scope_name: str
    scope_version: str
    scope_attributes: list[Attribute]
    items: Sequence[Item]


class Request(Struct):
    """
    One decoded request.

    Attributes:
        warnings: What the sender should be told although nothing was rejected for it.
    """

    signal: Signal
    batches: list[Batch]
    warnings: list[str] = []
