"""
Raw rows as Parquet files by table, organisation and day: the raw store of the embedded engine.

::

    raw/<table>/org_id=<org>/event_date=<YYYY-MM-DD>/<batch id>.parquet

A file appears whole or not at all (temporary name, flush, rename, flush of the directory) and is never
written again. ``org_id`` and ``event_date`` are columns inside the files too.

Every file has a checksum (:mod:`andon.warehouse.seal`): of a hundred flipped bits, the codec and the engine
notice one in six, and the others would be other numbers. Whatever reads a file here as a whole looks at it;
engines do not.

Source: "Raw store" of the performance study (zstd 3, delta-encoded times, ids without a dictionary: a fifth
smaller and faster than the defaults).
"""

from __future__ import annotations

import datetime as dt
import io
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import quote

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from andon.contract.telemetry import COLUMNS, Table
from andon.warehouse.doors import InvalidRows
from andon.warehouse.raw_tables import is_required, raw_schema
from andon.warehouse.seal import KEY, OPEN, is_unbroken, seal

_IDS = frozenset({"record_id", "span_id", "parent_span_id"})
"""They hardly ever repeat: a higher level of compression looks for what is not there, and pays for it."""

_WITHOUT_DICTIONARY = _IDS | {"attributes"}

_DELTA = frozenset(
    {"start_time_unix_nano", "end_time_unix_nano", "time_unix_nano", "observed_time_unix_nano"}
)
"""Times that grow from row to row."""

_SORTED_BY: dict[Table, tuple[str, ...]] = {
    "spans": ("service_name", "name", "received_at", "trace_id", "start_time_unix_nano"),
    "log_records": ("service_name", "event_name", "received_at", "trace_id", "time_unix_nano"),
    "metric_points": ("service_name", "metric_name", "received_at", "time_unix_nano"),
    "quarantine": ("reason",),
    "receipts": ("signal",),
}
"""
Like beside like, and beside it what came with it, mostly of the same session: the compressor finds what
repeats, and files are a tenth smaller.
"""

_PAGE_BYTES = 8 * 2**20
"""What the compressor sees at once; readers here take whole columns."""

QUICK, SMALL = 1, 12
"""Levels of zstd: for rows that come as fast as they are sent, and for those that are merged later."""

_READERS = min(4, os.cpu_count() or 1)
_ROWS_AT_ONCE = 50_000

SUFFIX = ".parquet"
UNFINISHED_SUFFIX = ".unfinished"


TO_DO_WITH_DAMAGED = "put it back from a back-up, or move it away and lose its rows"


class Damaged(OSError):
    """A file of the lake is not what was written; the text names it and says what to do."""


class ParquetLake:
    """
    A :class:`~andon.warehouse.doors.RawStore` in a directory.

    One process at a time may append a batch of one name; the loader's lock sees to that.

    Args:
        directory: ``raw/`` of the data directory; made when the first rows come.
    """

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    def append(self, table: Table, rows: pa.Table, batch_id: str) -> None:
        """Store rows durably, as :meth:`andon.warehouse.doors.RawStore.append` promises."""
        rows = as_stored(table, rows)
        if rows.num_rows == 0:
            return

        partitions = rows.select(["org_id", "event_date"]).group_by(["org_id", "event_date"]).aggregate([])
        for partition in partitions.to_pylist():
            folder = self._folder(table, partition["org_id"], partition["event_date"].isoformat())
            path = folder / f"{quote(batch_id, safe='')}{SUFFIX}"
            if path.exists():
                # Perhaps stored a moment before a crash: the name must be durable before the batch is.
                sync(folder)
                continue
            _make_directory(folder)
            part = rows.filter(
                (pc.field("org_id") == partition["org_id"])
                & (pc.field("event_date") == partition["event_date"])
            )
            unfinished = path.with_name(path.name + UNFINISHED_SUFFIX)
            write_rows(table, part, unfinished, QUICK)
            unfinished.rename(path)
            sync(folder)

    def files(self, table: Table) -> list[Path]:
        """List the finished files of a raw table, in a stable order."""
        return sorted((self._directory / table).glob(f"org_id=*/event_date=*/*{SUFFIX}"))

    def damaged(self, files: Sequence[Path] | None = None) -> Iterator[Path]:
        """
        Find the files that are not what was written, among all or among those given.

        Reads them from end to end, some at once: for a build, what it reads anyway; for an examination, all.
        """
        if files is None:
            files = [path for table in COLUMNS for path in self.files(table)]
        with ThreadPoolExecutor(_READERS) as readers:
            for path, is_whole in zip(files, readers.map(_is_whole, files), strict=True):
                if not is_whole:
                    yield path

    def files_of(self, table: Table, org_id: str, day: dt.date) -> list[Path]:
        """List the finished files of one organisation's day, in a stable order."""
        return sorted(self._folder(table, org_id, day.isoformat()).glob(f"*{SUFFIX}"))

    def _folder(self, table: Table, org_id: str, day: str) -> Path:
        return self._directory / table / f"org_id={quote(org_id, safe='')}" / f"event_date={day}"


def read_rows(path: Path) -> pa.Table:
    """
    Read a file of the lake.

    Raises:
        Damaged: It is not what was written, or the disk does not give it.
        FileNotFoundError: It is not there.
    """
    try:
        content = path.read_bytes()
        is_sealed = is_unbroken(io.BytesIO(content))
        if is_sealed is not False:
            # One that was not written here may have checksums of its pages only.
            buffer = pa.BufferReader(content)
            with pq.ParquetFile(buffer, page_checksum_verification=is_sealed is None) as file:
                return file.read()
    except FileNotFoundError:
        raise
    except (pa.ArrowException, OSError) as error:
        raise _damaged(path) from error
    raise _damaged(path)


def _damaged(path: Path) -> Damaged:
    return Damaged(f"{path} is damaged; {TO_DO_WITH_DAMAGED}")


def _is_whole(path: Path) -> bool:
    try:
        with path.open("rb", buffering=0) as content:
            is_sealed = is_unbroken(content)
        if is_sealed is not None:
            return is_sealed
        # Not written here: only its pages may have checksums.
        with pq.ParquetFile(path, page_checksum_verification=True) as file:
            for _ in file.iter_batches(_ROWS_AT_ONCE, use_threads=False):
                pass
    except FileNotFoundError:
        return True  # merged into another one meanwhile
    except (pa.ArrowException, OSError):
        return False
    return True


def as_stored(table: Table, rows: pa.Table) -> pa.Table:
    """
    Give *rows* exactly the columns of their raw table; missing ones are null.

    Raises:
        InvalidRows: A column is unknown, has another type, or lacks a value that is never null.
    """
    schema = raw_schema(table)
    unknown = sorted(set(rows.column_names) - set(schema.names))
    if unknown:
        raise InvalidRows(f"{table} has no column {', '.join(unknown)}")

    columns = []
    for field, column in zip(schema, COLUMNS[table], strict=True):
        try:
            values = (
                rows.column(field.name).cast(field.type)
                if field.name in rows.column_names
                else pa.nulls(rows.num_rows, field.type)
            )
        except (pa.ArrowInvalid, pa.ArrowNotImplementedError) as error:
            raise InvalidRows(f"Column {field.name} of {table} does not fit: {error}") from None
        if is_required(column) and values.null_count:
            raise InvalidRows(
                f"Column {field.name} of {table} is never null, yet it is in {values.null_count} rows"
            )
        columns.append(values)
    return pa.table(columns, schema=schema)


def write_rows(table: Table, rows: pa.Table, path: Path, level: int) -> None:
    """
    Write rows to a file, durably; its name is not durable yet.

    Args:
        table: Whose rows they are.
        rows: In any order; those that are to be small are sorted.
        path: The file.
        level: Of compression, :data:`QUICK` or :data:`SMALL`.
    """
    names = rows.column_names
    if level == SMALL:
        rows = rows.sort_by([(name, "ascending") for name in _SORTED_BY[table]])
    written = pa.BufferOutputStream()
    with pq.ParquetWriter(
        written,
        rows.schema,
        compression="zstd",
        compression_level={name: QUICK if name in _IDS else level for name in names},
        data_page_size=_PAGE_BYTES,
        write_page_checksum=True,
        use_dictionary=[n for n in names if n not in _WITHOUT_DICTIONARY and n not in _DELTA],
        column_encoding={name: "DELTA_BINARY_PACKED" for name in names if name in _DELTA},
    ) as parquet:
        parquet.write_table(rows)
        parquet.add_key_value_metadata({KEY: OPEN})
    content = bytearray(written.getvalue())
    seal(content)
    with path.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())


def write_file(path: Path, content: bytes) -> None:
    """Write a small file durably and whole: it has all of *content*, or it is not there."""
    unfinished = path.with_name(path.name + UNFINISHED_SUFFIX)
    with unfinished.open("wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(path)
    sync(path.parent)


def sync(directory: Path) -> None:
    """Make the names in *directory* durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _make_directory(folder: Path) -> None:
    """Make a directory and its parents so that their names survive a power cut."""
    if folder.is_dir():
        return
    _make_directory(folder.parent)
    folder.mkdir(exist_ok=True)
    sync(folder.parent)
