"""
Files that one edition takes over from another by hard links: one on the disk, however many have it.

A link shares damage too. So every publish reads some of what it links and makes anew what is not as it was
published; with little history that is all of it every time, with much of it a part in turn.
"""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import structlog

from andon.edition.manifest import File, Manifest, is_of_month, is_whole
from andon.edition.problems import EditionDamaged

log = structlog.get_logger("andon.edition")

LOOKED_AT_BYTES = 256 * 2**20
"""Of what it links, a publish reads this much: a fifth of a second, whatever the history."""

NO_LINKS = frozenset({errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS})
"""A disk's words for not knowing hard links, or not of this file."""


class Pieces:
    """
    Takes files over into a new edition.

    Args:
        edition: The new edition's directory.
        number: Its number: which files are looked at.
        before: The edition before, with its manifest; None when there is none.
    """

    def __init__(self, edition: Path, number: int, before: tuple[Path, Manifest] | None) -> None:
        self.number = number
        self.before = before
        self._edition = edition
        self._files = {file.path: file for file in before[1].files} if before else {}
        self._damaged = _look_at(before[0], before[1].files, number) if before else set()
        self.taken: dict[str, File] = {}
        """Files that were taken over, by path: their checksums stand."""
        self.copied = 0
        """Those of them that are copies, since the disk allows no link."""

    def take(self, path: str) -> bool:
        """
        Take over one file, if the edition before has it whole.

        Returns:
            False when it has not: make the file anew.

        Raises:
            OSError: The disk refused.
        """
        source, file = self.find(path)
        if source is None or file is None:
            return False
        target = self._edition / path
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in NO_LINKS:
                raise
            shutil.copyfile(source, target)
            self.copied += 1
        self.taken[path] = file
        return True

    def find(self, path: str) -> tuple[Path, File] | tuple[None, None]:
        """Give a file of the edition before, with what its manifest says; nothing when it is not whole."""
        file = self._files.get(path)
        if self.before is None or file is None or path in self._damaged:
            return None, None
        source = self.before[0] / path
        try:
            is_there = source.stat().st_size == file.size
        except OSError:
            is_there = False
        if not is_there:
            log.warning("piece_damaged", edition=self.before[1].number, path=path)
            return None, None
        return source, file


def _look_at(edition: Path, files: list[File], number: int) -> set[str]:
    """Read some of an edition's files, another part with every number, and name those that are not whole."""
    shared = [file for file in files if is_of_month(file.path)]
    damaged: set[str] = set()
    left = LOOKED_AT_BYTES
    start = number % len(shared) if shared else 0
    for file in shared[start:] + shared[:start]:
        left -= file.size
        if left < 0:
            break
        try:
            is_good = is_whole(edition, file)
        except EditionDamaged:
            is_good = False
        if not is_good:
            log.warning("piece_damaged", edition=int(edition.name), path=file.path)
            damaged.add(file.path)
    return damaged
