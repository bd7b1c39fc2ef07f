"""
What was received and is kept apart: listing it, explaining it, and taking it back in.

A quarantined row stays where it is for ever. It is *released* once its signal's table has a row of the same
organisation, record and moment of receipt, which only a replay makes. So nothing has to be marked, and no
crash can part a mark from the rows: what a replay did not get to is simply still held, and what it got to is
in the log or in raw, where the next one looks first.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any
from urllib.parse import unquote

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from andon.app.turns import raw_at_rest
from andon.config import Settings
from andon.contract.telemetry import Signal, Table
from andon.ingest import clocks, frames
from andon.ingest.load import flush, load_closed
from andon.ingest.restore import Restored, restore, tables_of
from andon.log.writer import SegmentWriter
from andon.warehouse.open import open_raw_store
from andon.warehouse.parquet_lake import ParquetLake

FLUSH_TIMEOUT_S = 30
"""How long a replay waits for a running server to close the segment that it writes: normally 50 ms."""

_ROWS_A_FRAME = 5_000
"""Few enough for a frame of some megabytes."""

_DIGEST_ONLY = "nobody could read it, so only a digest of it was kept"

ADVICE: dict[str, str] = {
    "too_old": "set ANDON_HISTORY_START earlier, then: andon quarantine replay --reason too_old",
    "in_the_future": "set the sender's clock right; once its time has come: "
    "andon quarantine replay --reason in_the_future",
    "bad_time": "mend the sender: OTLP's times are nanoseconds since 1970, and none is guessed",
    "bad_number": "mend the sender, and send it again",
    "bad_id": "mend the sender: a trace id is 32 hex digits, a span id 16, neither of them all zeros",
    "too_deep": "mend the sender: nest attributes less deeply",
    "too_many_attributes": "send fewer on an item, or allow more: ANDON_MAX_ATTRIBUTES; then send it again",
    "undecodable": "mend the sender: texts are UTF-8, and a body is what its Content-Type says",
}
"""What to do about each reason."""


class Held(msgspec.Struct, frozen=True):
    """
    One item that is kept apart.

    Attributes:
        org_id: Whose it is.
        record_id: Hash of the item, or of its bytes where nobody could read it.
        received_at: When, UTC.
        ingest_key_id: With which key; None without one.
        signal: traces, logs or metrics.
        reason: Why, in a word of ``docs/operate.md``.
        detail: Why, in a sentence.
        item: The redacted item as JSON; None where only a digest was kept.
        obstacle: Why it cannot be taken in now; None when it can.
    """

    org_id: str
    record_id: str
    received_at: dt.datetime
    ingest_key_id: str | None
    signal: Signal
    reason: str
    detail: str
    item: str | None
    obstacle: str | None


class Replayed(msgspec.Struct):
    """
    What a replay did.

    Attributes:
        records: Items that are rows of their signal's table now, by signal.
        kept: Items that stay, by reason and by why.
    """

    records: Counter[Signal] = msgspec.field(default_factory=Counter)
    kept: Counter[tuple[str, str]] = msgspec.field(default_factory=Counter)


class Choice(msgspec.Struct, frozen=True):
    """
    Which items are meant.

    Attributes:
        org_id: Of this organisation; None for every one.
        reason: With this reason; None for every one.
        since: Received on this UTC day or later; None for ever.
    """

    org_id: str | None = None
    reason: str | None = None
    since: dt.date | None = None


def held(settings: Settings, choice: Choice, on_wait: Callable[[], None] = lambda: None) -> Iterator[Held]:
    """
    Give what is in quarantine now, by organisation and day of receipt; released items are not.

    Args:
        settings: Which times are believed, and where things are.
        choice: Which items.
        on_wait: Told once when a build has to finish first: it merges the files that are read here.
    """
    with raw_at_rest(settings, on_wait):
        yield from held_in(settings, choice)


def held_in(settings: Settings, choice: Choice) -> Iterator[Held]:
    """
    Give the same without waiting for a build.

    Raises:
        FileNotFoundError: A build merged files in the meantime; look again.
    """
    for found in _held_by_file(settings, choice):
        for one, _ in found:
            yield one


def replay(
    settings: Settings,
    choice: Choice,
    *,
    dry_run: bool = False,
    on_wait: Callable[[], None] = lambda: None,
) -> Replayed:
    """
    Take in again what is believed now, through the log. Safe to repeat, and to kill at any moment.

    Args:
        settings: Which times are believed, and where things are.
        choice: Which items.
        dry_run: Only count.
        on_wait: Told once when a build has to finish first.

    Raises:
        AppendFailed: The disk refused; what went before is stored.
    """
    replayed = Replayed()
    store = open_raw_store(settings)
    # In a turn of its own, after everything that is acknowledged is in raw: also what an interrupted replay
    # left in the log, which is released then and not taken in twice.
    with raw_at_rest(settings, on_wait):
        flush(settings.log_dir, store, timeout_s=FLUSH_TIMEOUT_S)
        if dry_run:
            for found in _held_by_file(settings, choice):
                _count(replayed, found)
            return replayed
        writer = SegmentWriter(settings.log_dir)
        try:
            for found in _held_by_file(settings, choice):
                believed = [back for one, back in found if back is not None and one.obstacle is None]
                _append(writer, believed)
                _count(replayed, found)
        finally:
            writer.close()
        load_closed(settings.log_dir, store)
    return replayed


_Found = list[tuple[Held, Restored | None]]


def _count(replayed: Replayed, found: _Found) -> None:
    for one, _ in found:
        if one.obstacle is None:
            replayed.records[one.signal] += 1
        else:
            replayed.kept[one.reason, one.obstacle] += 1


def _append(writer: SegmentWriter, rows: Sequence[Restored]) -> None:
    waiting = [
        writer.append(frames.pack(tables_of(rows[start : start + _ROWS_A_FRAME])))
        for start in range(0, len(rows), _ROWS_A_FRAME)
    ]
    for future in waiting:
        future.result()


def _held_by_file(settings: Settings, choice: Choice) -> Iterator[_Found]:
    lake = ParquetLake(settings.raw_dir)
    times = clocks.believed(settings.clock(), settings.history_start, settings.max_future_s)
    for path in lake.files("quarantine"):
        org_id = unquote(path.parent.parent.name.removeprefix("org_id="))
        day = dt.date.fromisoformat(path.parent.name.removeprefix("event_date="))
        if choice.org_id not in {None, org_id} or (choice.since is not None and day < choice.since):
            continue
        rows = pq.read_table(path, partitioning=None)
        if choice.reason is not None:
            rows = rows.filter(pc.field("reason") == choice.reason)
        found = [_judged(row, times) for row in rows.to_pylist()]
        released = _released(lake, [back for _, back in found if back is not None])
        yield [
            (one, back) for one, back in found if back is None or _key(back.table, back.row) not in released
        ]


def _judged(row: Mapping[str, Any], times: clocks.Believed) -> tuple[Held, Restored | None]:
    back: Restored | None = None
    try:
        back = restore(row)
        obstacle = _DIGEST_ONLY if back is None else None
    except ValueError as error:
        obstacle = str(error)
    if back is not None:
        doubt = clocks.doubt(back.at, times)
        obstacle = doubt[1] if doubt else None
    said = {name: row[name] for name in Held.__struct_fields__ if name != "obstacle"}
    said["received_at"] = row["received_at"].replace(tzinfo=dt.UTC)
    return Held(**said, obstacle=obstacle), back


_Key = tuple[Table, str, str, dt.datetime]


def _key(table: Table, row: Mapping[str, Any]) -> _Key:
    return table, row["org_id"], row["record_id"], row["received_at"]


def _released(lake: ParquetLake, restored: Sequence[Restored]) -> set[_Key]:
    """Give those of the rows that are in their tables: a restored row says itself in which day's files."""
    days: dict[tuple[Table, str, dt.date], list[str]] = {}
    for back in restored:
        day = (back.table, back.row["org_id"], back.row["event_date"])
        days.setdefault(day, []).append(back.row["record_id"])
    found: set[_Key] = set()
    for (table, org_id, day_), ids in days.items():
        wanted = pa.array(ids, pa.string())
        for path in lake.files_of(table, org_id, day_):
            rows = pq.read_table(path, columns=["org_id", "record_id", "received_at"], partitioning=None)
            rows = rows.filter(pc.is_in(rows["record_id"], wanted))
            found.update(_key(table, row) for row in rows.to_pylist())
    return found
