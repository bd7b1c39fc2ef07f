"""Warehouse to edition: copy what changed, take over what did not, compose answers, switch the pointer."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import shutil
from contextlib import closing
from pathlib import Path

import duckdb

from andon.edition.compose import Composer, composed_with, restate, take_over
from andon.edition.digests import Changes, compare
from andon.edition.durable import sync, sync_tree
from andon.edition.manifest import (
    MARTS,
    POINTER,
    REPORTS,
    Manifest,
    describe,
    is_whole,
    month_reports,
    numbers,
    read_manifest,
    read_pointer,
    write_manifest,
    write_pointer,
)
from andon.edition.pieces import Pieces
from andon.edition.problems import EditionDamaged, NotPublishable
from andon.edition.relations import BY_DAY, WHOLE
from andon.warehouse.doors import MartReader

DIGESTS = f"{MARTS}/rpt_digests.parquet"


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
        (edition / MARTS).mkdir(mode=0o700, parents=True)
        pieces = Pieces(edition, number, _newest(editions_dir))
        _fill(
            edition,
            reader,
            pieces,
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


def _newest(editions_dir: Path) -> tuple[Path, Manifest] | None:
    """
    Find the edition to take over from.

    Not the current one after a rollback: whoever read the newest has to be told what changes from there.
    """
    for number in reversed(numbers(editions_dir)):
        edition = editions_dir / str(number)
        try:
            manifest = read_manifest(edition)
            if all(is_whole(edition, file) for file in manifest.files if file.path in {DIGESTS, REPORTS}):
                return edition, manifest
        except EditionDamaged:
            continue
    return None


def _fill(  # noqa: PLR0913 (each by name)
    edition: Path,
    reader: MartReader,
    pieces: Pieces,
    *,
    data_through: dt.date,
    built_at: dt.datetime,
    is_provisional: bool,
) -> None:
    before = pieces.before
    for relation in WHOLE:
        reader.export(relation, edition / MARTS / f"{relation}.parquet")

    spill = edition / "spill"
    with closing(Composer(edition / MARTS, spill)) as composer:
        try:
            changes = compare(composer.engine, edition / DIGESTS, before[0] / DIGESTS if before else None)
        except duckdb.Error as error:
            raise NotPublishable(f"The digests of the report models cannot be read: {error}") from None
        way = composed_with()
        is_composed_alike = before is not None and before[1].composed_with == way
        for month in changes.months:
            _copy_month(edition, month, reader, pieces, changes)
            if is_composed_alike:
                _compose_changed(edition, month, composer, pieces, changes)
            else:
                composer.month(month, edition / month_reports(month))
        orgs = composer.whole(edition / REPORTS)
    restate(
        edition / REPORTS, before[0] / REPORTS if before else None, changes.restated, pieces.number, built_at
    )
    shutil.rmtree(spill, ignore_errors=True)

    manifest = Manifest(
        number=pieces.number,
        built_at=built_at,
        history_start=changes.history_start,
        data_through=data_through,
        orgs=orgs,
        months=changes.months,
        composed_with=way,
        linked=len(pieces.taken) - pieces.copied,
        copied=pieces.copied,
        files=describe(edition, pieces.taken),
        is_provisional=is_provisional,
    )
    write_manifest(edition, manifest)


def _copy_month(edition: Path, month: str, reader: MartReader, pieces: Pieces, changes: Changes) -> None:
    first = dt.date.fromisoformat(f"{month}-01")
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    for relation in BY_DAY:
        path = f"{MARTS}/{relation}/{month}.parquet"
        if (relation, month) in changes.pieces or not pieces.take(path):
            (edition / path).parent.mkdir(mode=0o700, exist_ok=True)
            reader.export(relation, edition / path, (first, last))


def _compose_changed(edition: Path, month: str, composer: Composer, pieces: Pieces, changes: Changes) -> None:
    """Take a month's fragments over, but for the days that changed."""
    name = month_reports(month)
    days = changes.days.get(month, {})
    if not days:
        if not pieces.take(name):
            composer.month(month, edition / name)
        return
    source, file = pieces.find(name)
    if source is not None and file is not None:
        gone = [day for day, was_there in days.items() if was_there]
        if take_over(source, edition / name, gone, file.sha256):
            composer.month(month, edition / name, days)
            return
    composer.month(month, edition / name)


def _sweep(editions_dir: Path) -> None:
    """Remove what a publisher that died left behind."""
    for path in editions_dir.iterdir():
        if re.fullmatch(r"\d+\.(tmp|old)", path.name):
            shutil.rmtree(path, ignore_errors=True)
        elif re.fullmatch(rf"{POINTER}\.\d+\.tmp", path.name):
            path.unlink(missing_ok=True)


def _remove(edition: Path) -> None:
    """Take an edition away whole: renamed first, so that no reader opens a half-removed one."""
    doomed = edition.with_name(f"{edition.name}.old")
    edition.rename(doomed)
    shutil.rmtree(doomed, ignore_errors=True)
