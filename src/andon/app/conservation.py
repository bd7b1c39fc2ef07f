"""
Whether every received record is still somewhere: counted in raw now, by organisation and day of receipt.

Received is what the receipts say, which were counted when the rows left the log; stored and quarantined is
what raw has. So a file that was lost shows, and one that is there twice. How many of the stored ones are
copies is known since the last build.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal
from urllib.parse import unquote

import msgspec
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from andon.app.quarantine import Choice, held_in
from andon.config import Settings
from andon.contract.conservation import DayRecords
from andon.contract.telemetry import TABLE_OF_SIGNAL
from andon.edition.editions import Editions
from andon.warehouse.parquet_lake import ParquetLake

_Day = tuple[str, dt.date]

_LOOKS = 3
_BETWEEN_LOOKS_S = 0.2
"""Loading a segment takes a fraction of it."""


class RawDay(msgspec.Struct, frozen=True, kw_only=True):
    """
    One organisation's day of receipt, as raw has it now.

    Attributes:
        received: Records that left the log; what was replayed counts once.
        stored: Records in raw.
        quarantined: Records in quarantine that were not replayed.
    """

    received: int
    stored: int
    quarantined: int

    @property
    def missing(self) -> int:
        """How many records raw has lost; below zero, how many it has twice."""
        return self.received - self.stored - self.quarantined


def count_raw(settings: Settings, days: Sequence[dt.date]) -> dict[_Day, RawDay]:
    """
    Count what was received on some days, by organisation and day.

    A build that merges files, or a server that loads, makes a few of them look doubled or gone for a moment:
    what does not add up is counted again.

    Args:
        settings: Where raw is.
        days: UTC days of receipt.

    Raises:
        FileNotFoundError: Builds merged files each time; count again later.
    """
    for _ in range(_LOOKS - 1):
        with contextlib.suppress(FileNotFoundError):
            counted = _count_once(settings, days)
            if not any(day.missing for day in counted.values()):
                return counted
        time.sleep(_BETWEEN_LOOKS_S)
    return _count_once(settings, days)


def _count_once(settings: Settings, days: Sequence[dt.date]) -> dict[_Day, RawDay]:
    lake = ParquetLake(settings.raw_dir)
    before = _receipted(lake, days)
    stored = Counter[_Day]()
    for table in TABLE_OF_SIGNAL.values():
        for path in lake.files(table):
            for day, records in _received_on(path, days).items():
                stored[_partition(path)[0], day] += records
    quarantined = Counter[_Day]()
    for path in lake.files("quarantine"):
        if _partition(path)[1] in days:
            quarantined[_partition(path)] += pq.read_metadata(path).num_rows
    held = Counter((one.org_id, one.received_at.date()) for one in held_in(settings, Choice(since=min(days))))
    after = _receipted(lake, days)

    counted: dict[_Day, RawDay] = {}
    for at in sorted({*after, *stored, *quarantined}):
        in_raw = stored[at] + quarantined[at]
        # Receipts come last: between the two readings raw may have grown from the one to the other.
        received = min(max(in_raw, before[at]), after[at])
        released = quarantined[at] - held[at]
        counted[at] = RawDay(received=received - released, stored=stored[at], quarantined=held[at])
    return counted


def _receipted(lake: ParquetLake, days: Sequence[dt.date]) -> Counter[_Day]:
    counted = Counter[_Day]()
    for path in lake.files("receipts"):
        if _partition(path)[1] in days:
            rows = pq.read_table(path, columns=["stored", "quarantined"], partitioning=None)
            counted[_partition(path)] += sum(pc.sum(column).as_py() or 0 for column in rows.columns)
    return counted


def count_published(settings: Settings, days: Sequence[dt.date]) -> dict[_Day, DayRecords]:
    """Read what the current edition knows of some days, by organisation and day."""
    edition = Editions(settings.editions_dir).current()
    decode = msgspec.json.Decoder(DayRecords).decode
    found = [(org_id, decode(text)) for org_id, text in (edition.conservation_on(days) if edition else [])]
    return {(org_id, counted.report_date): counted for org_id, counted in found}


def lines(
    name: str, raw: Sequence[tuple[dt.date, RawDay]], published: Sequence[DayRecords | None]
) -> Iterator[tuple[Literal["ok", "warn", "fail"], str]]:
    """
    Say where an organisation's records went: a level, ``ok``, ``warn`` or ``fail``, and a sentence each.

    Args:
        name: The organisation's.
        raw: Its days of receipt, as they are to be told.
        published: The same days as the edition knows them, for the duplicates.
    """
    told = []
    for (day, counted), known in zip(raw, published, strict=True):
        text = (
            f"{day} {counted.received:,} received = {counted.stored:,} stored + "
            f"{counted.quarantined:,} quarantined"
        )
        if known is not None:
            text += f" ({known.duplicates:,} duplicates by the last build)"
        if counted.missing > 0:
            lost = f"{counted.missing:,} are missing from raw/; restore it from a back-up"
            yield "fail", f"{name}: {text}: {lost}"
        elif counted.missing < 0:
            twice = f"{-counted.missing:,} too many, as if a file of raw/ were there twice"
            yield "warn", f"{name}: {text}: {twice}; copies count once in reports"
        else:
            told.append(text)
    if told:
        yield "ok", f"{name}: {'; '.join(told)}"


def _partition(path: Path) -> _Day:
    org_id = unquote(path.parent.parent.name.removeprefix("org_id="))
    return org_id, dt.date.fromisoformat(path.parent.name.removeprefix("event_date="))


def _received_on(path: Path, days: Sequence[dt.date]) -> Counter[dt.date]:
    """Count a file's rows by day of receipt; most files are passed over by their own statistics."""
    metadata = pq.read_metadata(path)
    column = metadata.schema.to_arrow_schema().names.index("received_at")
    found = [
        metadata.row_group(number).column(column).statistics for number in range(metadata.num_row_groups)
    ]
    if all(told is not None and told.has_min_max for told in found) and not any(
        told.min.date() <= day <= told.max.date() for told in found for day in days
    ):
        return Counter()
    received = pq.read_table(path, columns=["received_at"], partitioning=None)["received_at"]
    counts = pc.cast(received, pa.date32()).value_counts().to_pylist()
    return Counter({one["values"]: one["counts"] for one in counts if one["values"] in days})
