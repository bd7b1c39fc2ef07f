"""All editions of a directory: which one is current, going back, and what there is."""

from __future__ import annotations

import datetime as dt
import threading
from pathlib import Path

import msgspec
import structlog

from andon.edition.build_record import BuildRecord, last_build
from andon.edition.manifest import (
    POINTER,
    Seen,
    numbers,
    read_manifest,
    read_pointer,
    verify,
    write_pointer,
)
from andon.edition.opened import Edition
from andon.edition.problems import EditionDamaged, NoSuchEdition
from andon.edition.rows import BATCH_BYTES

log = structlog.get_logger("andon.edition")

Signature = tuple[int, int, int] | None
"""What tells one pointer file from another; None when there is none."""

NEVER: Signature = (-1, -1, -1)
"""Equal to no file: the directory has not been looked at yet."""


class EditionInfo(msgspec.Struct, frozen=True, kw_only=True):
    """
    One line of ``andon editions list``.

    Attributes:
        number: Which edition.
        is_current: Whether the pointer names it.
        built_at: When its build started, UTC; null when the manifest is damaged.
        data_through: Newest complete UTC day; null when the manifest is damaged.
        size: Bytes of its files; null when the manifest is damaged.
        damage: What is wrong with the manifest; null when nothing is. Files are not read: ``rollback`` does.
    """

    number: int
    is_current: bool
    built_at: dt.datetime | None = None
    data_through: dt.date | None = None
    size: int | None = None
    damage: str | None = None


class Editions:
    """
    The door through which answers are read. Safe to use from several threads.

    Args:
        editions_dir: Where editions live; it need not exist yet.
        batch_bytes: What is read of an answer at once.
    """

    _is_provisional = False

    def __init__(self, editions_dir: Path, *, batch_bytes: int = BATCH_BYTES) -> None:
        self._dir = editions_dir
        self._batch_bytes = batch_bytes
        self._switch = threading.Lock()
        self._seen: Signature = NEVER
        self._edition: Edition | None = None
        self._good: set[Seen] = set()

    def current(self) -> Edition | None:
        """
        Give the current edition: one stat of the pointer, unless it moved.

        A damaged or missing edition is passed over for the last good one before it, with a warning in the
        log. Only the caller that finds the pointer moved opens the new edition; others go on with the old.

        Returns:
            None when nothing has been published, or nothing that was is readable.
        """
        if self._signature() != self._seen and self._switch.acquire(blocking=self._edition is None):
            try:
                signature = self._signature()
                if signature != self._seen:
                    self._edition = self._open(read_pointer(self._dir))
                    self._seen = signature
            finally:
                self._switch.release()
        return self._edition

    def at_hand(self) -> Edition | None:
        """Give the current edition if it is open: a stat of the pointer and no more, so that nobody waits."""
        return self._edition if self._signature() == self._seen else None

    def last_build(self) -> BuildRecord | None:
        """Give the newest build that is over and was to publish here; None when none is remembered."""
        return last_build(self._dir)

    def _signature(self) -> Signature:
        try:
            stat = (self._dir / POINTER).stat()
        except OSError:
            return None
        # A new pointer is a new file (rename): its inode tells it from one written in the same tick.
        return stat.st_ino, stat.st_mtime_ns, stat.st_size

    def _open(self, pointed: int | None) -> Edition | None:
        candidates = [
            number for number in reversed(numbers(self._dir)) if pointed is None or number <= pointed
        ]
        if pointed is not None and pointed not in candidates:
            log.warning("edition_missing", edition=pointed)

        for number in candidates:
            directory = self._dir / str(number)
            try:
                if self._edition is not None and self._edition.checksum == read_manifest(directory).checksum:
                    return self._edition  # open and verified
                edition = Edition(
                    directory, before=self._edition, seen=self._good, batch_bytes=self._batch_bytes
                )
                if edition.is_provisional is self._is_provisional:
                    return edition
                log.warning("edition_misplaced", edition=number)
            except EditionDamaged as damage:
                log.warning("edition_damaged", edition=number, detail=str(damage))
        return self._edition


class Previews(Editions):
    """
    The door to the provisional edition of the day that has begun.

    Args:
        previews_dir: Where it lives; it need not exist.
        editions: What is published.
    """

    _is_provisional = True

    def __init__(self, previews_dir: Path, editions: Editions) -> None:
        super().__init__(previews_dir)
        self._published = editions

    def at_hand(self) -> Edition | None:
        """Give none: previews are asked for rarely, and found by looking at two editions."""
        return None

    def current(self) -> Edition | None:
        """Give it; None when there is none, or what is published reaches as far."""
        found, published = super().current(), self._published.current()
        if found is None or (published is not None and published.data_through >= found.data_through):
            return None
        return found


def rollback(editions_dir: Path, number: int) -> None:
    """
    Make an earlier (or later) edition current again, at once for every reader.

    Args:
        editions_dir: Where editions live.
        number: An edition that is still kept.

    Raises:
        NoSuchEdition: It is not kept.
        EditionDamaged: It is kept and damaged. The pointer stays.
        OSError: The disk refused. The pointer stays.
    """
    kept = numbers(editions_dir)
    if number not in kept:
        choices = ", ".join(map(str, kept)) or "none"
        raise NoSuchEdition(f"There is no edition {number}; kept are: {choices}")
    verify(editions_dir / str(number))
    write_pointer(editions_dir, number)


def list_editions(editions_dir: Path) -> list[EditionInfo]:
    """List the editions that are kept, oldest first."""
    pointed = read_pointer(editions_dir)
    return [_info(editions_dir / str(number), pointed) for number in numbers(editions_dir)]


def _info(edition: Path, pointed: int | None) -> EditionInfo:
    number = int(edition.name)
    try:
        manifest = read_manifest(edition)
    except EditionDamaged as damage:
        return EditionInfo(number=number, is_current=number == pointed, damage=str(damage))

    return EditionInfo(
        number=number,
        is_current=number == pointed,
        built_at=manifest.built_at,
        data_through=manifest.data_through,
        size=sum(file.size for file in manifest.files),
    )
