"""Warehouse to edition: copy the report models, compose the answers, then switch the pointer."""

from __future__ import annotations

import datetime as dt
import re
import shutil
from pathlib import Path

from andon.edition.compose import compose
from andon.edition.durable import sync, sync_tree
from andon.edition.manifest import (
    MARTS,
    REPORTS,
    Manifest,
    describe,
    numbers,
    read_pointer,
    write_manifest,
    write_pointer,
)
from andon.edition.relations import RELATIONS
from andon.warehouse.doors import MartReader


def publish(  # noqa: PLR0913 (each by name)
    reader: MartReader,
    editions_dir: Path,
    *,
    data_through: dt.date,
    built_at: dt.datetime,
    keep: int,
    is_provisional: bool = False,
) -> int:
    """
    Publish what the marts hold as a new edition and make it current.

    Readers see the old edition until the last step and the new one after it. The caller holds the build
    lock: two publishers at once would take the same number.

    Args:
        reader: The warehouse's report models.
        editions_dir: Where editions live; made when it is missing.
        data_through: Newest complete UTC day in the marts.
        built_at: When the build started, UTC.
        is_provisional: Whether its newest day is not over; such editions live in a directory of their own.
        keep: Editions to keep for rollback, this one included; at least 1.

    Returns:
        The new edition's number.

    Raises:
        NotPublishable: The marts hold something that the contract does not allow. Nothing changed.
        WarehouseFailed: A report model is not there. Nothing changed.
        OSError: The disk refused. The current edition stays.
    """
    editions_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    _sweep(editions_dir)

    number = max([*numbers(editions_dir), read_pointer(editions_dir) or 0]) + 1
    edition = editions_dir / f"{number}.tmp"
    try:
        _fill(
            edition,
            number,
            reader,
            data_through=data_through,
            built_at=built_at,
            is_provisional=is_provisional,
        )
        sync_tree(edition)
        edition.rename(editions_dir / str(number))
    except BaseException:
        shutil.rmtree(edition, ignore_errors=True)
        raise
    sync(editions_dir)
    write_pointer(editions_dir, number)

    for old in numbers(editions_dir)[:-keep]:
        _remove(editions_dir / str(old))
    return number


def _fill(  # noqa: PLR0913 (each by name)
    edition: Path,
    number: int,
    reader: MartReader,
    *,
    data_through: dt.date,
    built_at: dt.datetime,
    is_provisional: bool,
) -> None:
    marts = edition / MARTS
    marts.mkdir(mode=0o700, parents=True)
    for relation in RELATIONS:
        reader.export(relation, marts / f"{relation}.parquet")

    spill = edition / "spill"
    contents = compose(marts, edition / REPORTS, spill)
    shutil.rmtree(spill, ignore_errors=True)

    manifest = Manifest(
        number=number,
        built_at=built_at,
        history_start=contents.history_start,
        data_through=data_through,
        orgs=contents.orgs,
        files=describe(edition),
        is_provisional=is_provisional,
    )
    write_manifest(edition, manifest)


def _sweep(editions_dir: Path) -> None:
    """Remove what a publisher that died left behind."""
    for path in editions_dir.iterdir():
        if re.fullmatch(r"\d+\.(tmp|old)", path.name):
            shutil.rmtree(path, ignore_errors=True)


def _remove(edition: Path) -> None:
    """Take an edition away whole: renamed first, so that no reader opens a half-removed one."""
    doomed = edition.with_name(f"{edition.name}.old")
    edition.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
