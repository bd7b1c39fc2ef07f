"""
Merges the many small files that a day's trickle of telemetry leaves in the lake.

A server that receives something every few seconds writes thousands of files a day; a build that opens them
all spends its time opening. The merge is crash-safe: a list of what is being replaced is durable before the
merged file appears, and whoever comes next finishes from the list.

Only a build may call this, under its lock: it deletes files that a build's views name.

Source: promise R6 of the reliability study (no row doubled or lost at any crash).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path

import pyarrow as pa

from andon.contract.telemetry import COLUMNS, Table
from andon.warehouse.parquet_lake import (
    SMALL,
    SUFFIX,
    UNFINISHED_SUFFIX,
    as_stored,
    read_rows,
    sync,
    write_file,
    write_rows,
)

_LIST_SUFFIX = ".replaces"

MOST_SMALL_FILES = 8
"""Small files that a day of one organisation may have before they are merged."""

SMALL_BYTES = 8 * 2**20
"""A file below this is small: opening it costs more than reading it."""

MERGED_BYTES = 16 * 2**20
"""About the size at which a merged file is complete; twenty times that is the memory of a merge."""


def tidy(directory: Path) -> int:
    """
    Finish merges that a crash interrupted, then merge days with too many small files.

    Args:
        directory: The lake's.

    Returns:
        How many files were replaced.

    Raises:
        OSError: The disk refused; the rows are all there, and the next call goes on.
    """
    replaced = 0
    for table in COLUMNS:
        for folder in sorted((directory / table).glob("org_id=*/event_date=*")):
            _finish(folder)
            for group in _groups(folder):
                _merge(table, folder, group)
                replaced += len(group)
    return replaced


def _groups(folder: Path) -> Iterator[list[Path]]:
    sizes = {path: path.stat().st_size for path in sorted(folder.glob(f"*{SUFFIX}"))}
    small = [path for path, size in sizes.items() if size < SMALL_BYTES]
    if len(small) <= MOST_SMALL_FILES:
        return

    group: list[Path] = []
    size = 0
    for path in small:
        group.append(path)
        size += sizes[path]
        if size >= MERGED_BYTES:
            yield group
            group, size = [], 0
    if len(group) > 1:
        yield group


def _merge(table: Table, folder: Path, group: list[Path]) -> None:
    rows = pa.concat_tables([as_stored(table, read_rows(path)) for path in group])
    names = [path.name for path in group]
    stem = f"merged-{blake2b(json.dumps(names).encode(), digest_size=8).hexdigest()}"
    merged = folder / f"{stem}{SUFFIX}"
    unfinished = merged.with_name(merged.name + UNFINISHED_SUFFIX)

    write_rows(table, rows, unfinished, SMALL)
    write_file(folder / f"{stem}{_LIST_SUFFIX}", json.dumps(names).encode())
    unfinished.rename(merged)
    sync(folder)
    _finish(folder)


def _finish(folder: Path) -> None:
    """Delete what a merge has replaced, if its result is there; forget the merge if it is not."""
    for listed in sorted(folder.glob(f"*{_LIST_SUFFIX}")):
        if listed.with_suffix(SUFFIX).exists():
            for name in json.loads(listed.read_bytes()):
                (folder / name).unlink(missing_ok=True)
            sync(folder)
        listed.unlink()
