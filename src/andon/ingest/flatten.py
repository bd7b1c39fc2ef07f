"""
Neutral items to the rows of raw: redacted, dated, identified; what cannot be a row goes to quarantine.

Pure: the same request received at the same instant gives the same rows. ``record_id`` is a hash over what the
row says, so the same item sent again, in any batch, order or encoding, has the same one.

Source: ``contract/telemetry.py``; design "Raw tables".
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from hashlib import blake2b
from typing import Any, NamedTuple

import msgspec
import pyarrow as pa

from andon.contract.telemetry import TABLE_OF_SIGNAL, Signal, Table
from andon.ingest import canonical, clocks, rows, rows_together
from andon.ingest.attributes import Keeper, keeper
from andon.ingest.frames import arrow_schema
from andon.ingest.items import (
    ID_BYTES,
    REASONS,
    Batch,
    Item,
    LogRecord,
    Point,
    Refused,
    Request,
    Span,
    Together,
)
from andon.ingest.redact import Policy

_bytes_of = msgspec.msgpack.Encoder().encode

DROPPED_FIELDS: dict[str, str] = {
    "trace.v1.ResourceSpans.schema_url": "no report reads a schema's version",
    "trace.v1.ScopeSpans.schema_url": "no report reads a schema's version",
    "logs.v1.ResourceLogs.schema_url": "no report reads a schema's version",
    "logs.v1.ScopeLogs.schema_url": "no report reads a schema's version",
    "metrics.v1.ResourceMetrics.schema_url": "no report reads a schema's version",
    "metrics.v1.ScopeMetrics.schema_url": "no report reads a schema's version",
    "resource.v1.Resource.dropped_attributes_count": "counts are kept for items, not for what they share",
    "resource.v1.Resource.entity_refs": "they point at resource attributes, which are kept themselves",
    "common.v1.InstrumentationScope.dropped_attributes_count": "counts are kept for items",
    "common.v1.EntityRef.schema_url": "goes with Resource.entity_refs",
    "common.v1.EntityRef.type": "goes with Resource.entity_refs",
    "common.v1.EntityRef.id_keys": "goes with Resource.entity_refs",
    "common.v1.EntityRef.description_keys": "goes with Resource.entity_refs",
    "common.v1.AnyValue.string_value_strindex": "of profiles only, which Andon does not take: absent",
    "common.v1.KeyValue.key_strindex": "of profiles only, which Andon does not take: absent",
    "trace.v1.Span.Event.dropped_attributes_count": "counts are kept for items",
    "trace.v1.Span.Link.trace_state": "of another span, which sends it itself",
    "trace.v1.Span.Link.dropped_attributes_count": "counts are kept for items",
    "trace.v1.Span.Link.flags": "of another span, which sends them itself",
    "trace.v1.Status.message": "prose of the tool that failed: content",
    "metrics.v1.Metric.description": "prose for people; the name says which metric it is",
    "metrics.v1.Metric.metadata": "about the metric's origin in other systems, not about what was measured",
    "metrics.v1.NumberDataPoint.exemplars": "examples of measurements, already counted in the point",
    "metrics.v1.HistogramDataPoint.exemplars": "examples of measurements, already counted in the point",
    "metrics.v1.ExponentialHistogramDataPoint.exemplars": "examples of measurements, already counted",
    "metrics.v1.Exemplar.filtered_attributes": "goes with exemplars",
    "metrics.v1.Exemplar.time_unix_nano": "goes with exemplars",
    "metrics.v1.Exemplar.as_double": "goes with exemplars",
    "metrics.v1.Exemplar.as_int": "goes with exemplars",
    "metrics.v1.Exemplar.span_id": "goes with exemplars",
    "metrics.v1.Exemplar.trace_id": "goes with exemplars",
}
"""OTLP fields that raw does not keep, with the rule that drops them; every other field is kept."""


@dataclass(frozen=True)
class Flattened:
    """
    What a request became.

    Attributes:
        rows: By raw table; tables without rows are left out.
        accepted: Items that are rows of their signal's table.
        rejected: Items that are rows of quarantine instead.
        messages: For the sender: why, in one sentence a reason, without content; warnings too.
    """

    rows: dict[Table, pa.Table]
    accepted: int
    rejected: int
    messages: list[str] = field(default_factory=list)


def flatten(  # noqa: PLR0913 (each is a fact of the request that nothing else may decide)
    request: Request,
    *,
    signal: Signal,
    org_id: str,
    ingest_key_id: str | None,
    received_at: dt.datetime,
    policy: Policy,
    history_start: dt.date,
    max_future_s: int,
) -> Flattened:
    """
    Turn a decoded request into rows.

    Args:
        request: As decoded.
        signal: Which request it is; decides the table.
        org_id: Organisation of the rows, whatever they say themselves.
        ingest_key_id: Public id of the key that was used, None without one.
        received_at: Now, with its time zone.
        policy: What the organisation keeps.
        history_start: Items before this UTC day go to quarantine, as :mod:`~andon.ingest.clocks` says.
        max_future_s: So do items further ahead of ``received_at``, in seconds.
    """
    work = _Work(
        signal=signal,
        keeper=keeper(policy),
        policy=policy,
        received=clocks.nanoseconds_of(received_at),
        times=clocks.believed(received_at, history_start, max_future_s),
    )
    for batch in request.batches:
        work.take(batch)
    common = _Common(org_id, received_at.astimezone(dt.UTC).replace(tzinfo=None), ingest_key_id)
    tables: dict[Table, pa.Table] = {}
    if work.accepted:
        tables[TABLE_OF_SIGNAL[signal]] = _signal_table(TABLE_OF_SIGNAL[signal], common, work.accepted)
    if work.quarantined:
        tables["quarantine"] = _quarantine_table(signal, common, work.quarantined)
    return Flattened(tables, len(work.accepted), len(work.quarantined), [*request.warnings, *work.messages()])


@dataclass(frozen=True)
class _Common:
    """The columns that all rows of a request share."""

    org_id: str
    received_at: dt.datetime
    ingest_key_id: str | None


_Accepted = tuple[str, int, tuple[Any, ...], tuple[Any, ...]]  # record_id, day, shared columns, own columns
_Quarantined = tuple[str, str, str, str | None]  # record_id, reason, detail, item


@dataclass
class _Work:
    """The rows of a request while they are made."""

    signal: Signal
    keeper: Keeper
    policy: Policy
    received: int
    times: clocks.Believed
    accepted: list[_Accepted] = field(default_factory=list)
    quarantined: list[_Quarantined] = field(default_factory=list)

    def take(self, batch: Batch) -> None:
        """Make rows of a batch's items."""
        shared = rows.shared_columns(batch, self.keeper, self.policy)
        oldest, newest = self.times
        base = blake2b(_bytes_of((self.signal, *shared[2:])), digest_size=16).digest()
        is_log = self.signal == "logs"
        for item in self._each(batch.items):
            if isinstance(item, Refused):
                self.quarantined.append((item.digest, item.reason, item.detail, None))
                continue
            own, at, observed = item
            record_id = blake2b(base + _bytes_of(own), digest_size=ID_BYTES).hexdigest()
            if is_log:
                at = at or self.received
                if not own[rows.LOG_OBSERVED]:
                    at_receipt = observed or self.received
                    own = (*own[: rows.LOG_OBSERVED], at_receipt, *own[rows.LOG_OBSERVED + 1 :])
            doubt = None if oldest <= at <= newest else clocks.doubt(at, self.times)
            if doubt is None:
                self.accepted.append((record_id, at // clocks.DAY, shared, own))
            else:
                text = _item_text(TABLE_OF_SIGNAL[self.signal], shared, own)
                self.quarantined.append((record_id, *doubt, text))

    def _each(self, found: Sequence[Item]) -> Iterator[rows.Own | Refused]:
        if self.policy.keeps_content or not isinstance(found, Together):
            yield from map(self._own, found)
            return
        make = rows_together.spans if self.signal == "traces" else rows_together.log_records
        for row, own in enumerate(make(found.columns, self.keeper, self.policy)):
            yield self._own(found[row]) if own is None else own

    def _own(self, item: Item) -> rows.Own | Refused:
        if isinstance(item, Span):
            return rows.span_columns(item, self.keeper, self.policy), item.end_time_unix_nano, 0
        if isinstance(item, LogRecord):
            observed = item.observed_time_unix_nano
            return rows.log_columns(item, self.keeper, self.policy), item.time_unix_nano or observed, observed
        if isinstance(item, Point):
            return rows.point_columns(item, self.keeper, self.policy), item.time_unix_nano, 0
        return item

    def messages(self) -> list[str]:
        """Tell the sender what was rejected, one sentence a reason."""
        what = {"traces": "spans", "logs": "log records", "metrics": "data points"}[self.signal]
        counts = Counter(reason for _, reason, _, _ in self.quarantined)
        return [f"{counts[reason]} {what} rejected, {reason}: {REASONS[reason]}" for reason in sorted(counts)]


def _signal_table(table: Table, common: _Common, accepted: list[_Accepted]) -> pa.Table:
    schema = arrow_schema(table)
    count = len(accepted)
    ids, days, shared, own = zip(*accepted, strict=True)
    columns: list[Any] = [
        _Repeated(common.org_id),
        _Repeated(common.received_at),
        _Repeated(common.ingest_key_id),
        ids,
        pa.array(days, pa.int32()).cast(pa.date32()),
        # Most requests have one resource and one scope.
        *(map(_Repeated, shared[0]) if shared.count(shared[0]) == count else zip(*shared, strict=True)),
        *zip(*own, strict=True),
    ]
    return _table(schema, columns, count)


def _quarantine_table(signal: Signal, common: _Common, quarantined: list[_Quarantined]) -> pa.Table:
    count = len(quarantined)
    ids, reasons, details, texts = zip(*quarantined, strict=True)
    columns: list[Any] = [
        _Repeated(common.org_id),
        _Repeated(common.received_at),
        _Repeated(common.ingest_key_id),
        ids,
        _Repeated(common.received_at.date()),
        _Repeated(signal),
        reasons,
        details,
        texts,
    ]
    return _table(arrow_schema("quarantine"), columns, count)


class _Repeated(NamedTuple):
    """A column whose rows all have one value."""

    value: Any


def _table(schema: pa.Schema, columns: list[Any], count: int) -> pa.Table:
    return pa.Table.from_arrays(
        [_array(column, part.type, count) for column, part in zip(columns, schema, strict=True)],
        schema=schema,
    )


def _array(column: Any, kind: pa.DataType, count: int) -> pa.Array:  # noqa: ANN401 (values of any column)
    if isinstance(column, pa.Array):
        return column
    if not isinstance(column, _Repeated):
        return pa.array(column, kind)
    return pa.nulls(count, kind) if column.value is None else pa.repeat(pa.scalar(column.value, kind), count)


def _item_text(table: Table, shared: tuple[Any, ...], own: tuple[Any, ...]) -> str:
    """Write a row as an object, its JSON columns inside as JSON."""
    return canonical.object_of(
        {
            column.name: value if column.kind == "json" else canonical.text_of(value)
            for column, value in rows.named(table, shared, own)
            if value is not None
        }
    )
