"""
Many spans or log records read at once, into columns, without an object for each of them or their attributes.

A library reads the messages natively. It takes all of them or none: where one is malformed, heavy or has too
many attributes, each is read by itself, and only that one is refused.

Source: opentelemetry-proto; decision 0022.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import pyarrow.compute as pc

from andon.contract.telemetry import Signal
from andon.ingest.items import Item, Together
from andon.ingest.proto import schema
from andon.ingest.reading import LIGHT, Allowance

FEW = 48
"""Items below which reading each by itself is as quick: columns cost as much for one row as for many."""

_MESSAGES: dict[Signal, str] = {"traces": "trace.v1.Span", "logs": "logs.v1.LogRecord"}


class ReadEach(Protocol):
    """Reads items one by one, as ``reading.read_each`` does."""

    def __call__(self, raws: Sequence[bytes], *, allowance: Allowance) -> list[Item]:
        """Read them, within an allowance."""


def read(signal: Signal, raws: Sequence[bytes], allowance: Allowance, each: ReadEach) -> Together | None:
    """
    Read items together; None when they must be read one by one.

    Args:
        signal: What they are: spans or log records.
        raws: Their bytes.
        allowance: Of attributes; the items themselves were counted.
        each: Reads one that turns out to need more than its columns.

    Raises:
        TooManyItems: They have too many attributes in all.
    """
    if len(raws) < FEW or max(map(len, raws)) > LIGHT:
        return None
    try:
        columns = schema.reader(_MESSAGES[signal]).list_to_record_batch(list(raws))
    except ValueError:
        return None
    counts = pc.list_value_length(columns.column("attributes"))
    if pc.max(counts).as_py() > allowance.most_attributes:
        return None
    allowance.take_all_attributes(pc.sum(counts).as_py())

    def some(rows: range) -> list[Item]:
        # Their attributes are counted already.
        return each([raws[row] for row in rows], allowance=Allowance(len(rows), allowance.most_attributes))

    return Together(columns, some)
