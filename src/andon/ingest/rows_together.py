"""
The own columns of many rows at once, as :mod:`andon.ingest.rows` makes them of one item.

A row that needs more than columns can say (events, links, identifiers of a wrong length, attributes that
something is derived from) is left out, and made from its item.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from google.protobuf.message import DecodeError

from andon.ingest import attributes_together
from andon.ingest.attributes import Keeper
from andon.ingest.decode_protobuf import body_value
from andon.ingest.items import MAX_INT64, Unusable
from andon.ingest.redact import Policy
from andon.ingest.rows import Own, body_text, plain_text

_NO_TRACE, _NO_SPAN = bytes(16), bytes(8)


def spans(columns: pa.RecordBatch, keeper: Keeper, policy: Policy) -> list[Own | None]:
    """
    Give the own columns of spans; None for each that must be read by itself.

    Args:
        columns: As read together.
        keeper: Of the policy.
        policy: Which keeps no content.
    """
    taken = _Columns(columns)
    attributes = taken.attributes(keeper)
    trace_ids = taken.ids("trace_id", _NO_TRACE, required=True)
    span_ids = taken.ids("span_id", _NO_SPAN, required=True)
    parents = taken.ids("parent_span_id", _NO_SPAN)
    starts, ends = taken.times("start_time_unix_nano"), taken.times("end_time_unix_nano")
    for nested in ("events", "links"):
        taken.leave_out(pc.not_equal(pc.list_value_length(columns.column(nested)), 0))
    status = columns.column("status")
    codes = pc.fill_null(pc.struct_field(status, "code"), 0).to_pylist()
    rows = zip(
        attributes,
        taken.plain("dropped_attributes_count"),
        trace_ids,
        span_ids,
        parents,
        taken.texts("trace_state", policy),
        taken.plain("flags"),
        taken.texts("name", policy),
        taken.plain("kind"),
        starts,
        ends,
        codes,
        taken.repeated("[]"),
        taken.repeated("[]"),
        taken.plain("dropped_events_count"),
        taken.plain("dropped_links_count"),
        strict=True,
    )
    return taken.rows(zip(rows, ends, taken.repeated(0), strict=True))


def log_records(columns: pa.RecordBatch, keeper: Keeper, policy: Policy) -> list[Own | None]:
    """Give the own columns of log records, as :func:`spans` does of spans."""
    taken = _Columns(columns)
    attributes = taken.attributes(keeper)
    trace_ids = taken.ids("trace_id", _NO_TRACE)
    span_ids = taken.ids("span_id", _NO_SPAN)
    times, observed = taken.times("time_unix_nano"), taken.times("observed_time_unix_nano")
    rows = zip(
        attributes,
        taken.plain("dropped_attributes_count"),
        times,
        [0 if time else seen for time, seen in zip(times, observed, strict=True)],
        taken.plain("severity_number"),
        taken.texts("severity_text", policy),
        taken.texts("event_name", policy),
        taken.bodies(policy),
        trace_ids,
        span_ids,
        taken.plain("flags"),
        strict=True,
    )
    at = [time or seen for time, seen in zip(times, observed, strict=True)]
    return taken.rows(zip(rows, at, observed, strict=True))


class _Columns:
    """Columns as they are taken, and the rows that cannot be made of them."""

    def __init__(self, columns: pa.RecordBatch) -> None:
        self._columns = columns
        self._left_out: set[int] = set()

    def leave_out(self, which: pa.BooleanArray) -> None:
        """Note rows to leave out."""
        if pc.any(which).as_py():
            self._left_out.update(pc.indices_nonzero(which).to_pylist())

    def rows(self, rows: Iterable[Own]) -> list[Own | None]:
        """Give the rows, None for each that is left out."""
        made: list[Own | None] = list(rows)
        for row in self._left_out:
            made[row] = None
        return made

    def attributes(self, keeper: Keeper) -> list[str]:
        texts, unusual = attributes_together.written(self._columns.column("attributes"), keeper)
        self._left_out |= unusual
        return texts

    def plain(self, name: str) -> list[Any]:
        values: list[Any] = self._columns.column(name).to_pylist()
        return values

    def repeated(self, value: Any) -> list[Any]:  # noqa: ANN401 (of any column)
        return [value] * self._columns.num_rows

    def texts(self, name: str, policy: Policy) -> list[str]:
        return [plain_text(text, policy) for text in self.plain(name)]

    def times(self, name: str) -> list[int]:
        self.leave_out(pc.greater(self._columns.column(name), pa.scalar(MAX_INT64, pa.uint64())))
        return self.plain(name)

    def ids(self, name: str, none: bytes, *, required: bool = False) -> list[str | None]:
        """Give identifiers in hex; one of another length, or missing although required, is left out."""
        size = len(none)
        found = [raw.hex() if len(raw) == size and raw != none else None for raw in self.plain(name)]
        lengths = pc.binary_length(self._columns.column(name))
        self.leave_out(pc.and_(pc.not_equal(lengths, size), pc.not_equal(lengths, 0)))
        if required and None in found:
            self._left_out.update(row for row, one in enumerate(found) if one is None)
        return found

    def bodies(self, policy: Policy) -> list[str | None]:
        known: dict[bytes, str | None] = {b"": None}
        raws: list[bytes] = self.plain("body")
        for row, raw in enumerate(raws):
            if raw not in known:
                try:
                    known[raw] = body_text(body_value(raw), policy)
                except (Unusable, DecodeError, UnicodeDecodeError):
                    self._left_out.add(row)
        return [known.get(raw) for raw in raws]
