"""
A file that keeps room on the disk for the moment when there is none.

On a full disk nothing can be deleted tidily: SQLite needs pages to delete a row, a segment leaves the log
only after its rows are in a new file. The ballast is reserved while there is room, and given back when there
is none; telemetry is refused from then on until it is reserved again, so what it freed is left for those who
clear up.

Source: "Disk full" of the fault-injection tool box and promise R4 of the reliability study.
"""

from __future__ import annotations

import contextlib
import errno
import os
import threading
from pathlib import Path

from andon.config import Settings

_SHARE = 16
"""The ballast takes at most this part of the file system: on a small one it is small."""

_LEAST_BYTES = 64 * 2**10
"""A smaller one would not help SQLite; there is none then."""

_SPENT_BYTES = 256 * 2**10
"""Free bytes below which the disk counts as full, or a quarter of the ballast if that is less."""


class Ballast:
    """
    The ballast of a data directory; safe to use from any thread, and from several processes.

    Its file has its full size while it is reserved and none while it is released.

    Args:
        path: The file; its directory need not exist yet.
        size: Bytes to reserve; 0 for none.
    """

    def __init__(self, path: Path, size: int) -> None:
        self._path = path
        self._wanted = size
        self._gate = threading.Lock()
        self._is_released = False

    @property
    def is_released(self) -> bool:
        """Whether the disk was full and has not got enough room since."""
        return self._is_released

    def tend(self) -> None:
        """
        Release it if the disk is full, reserve it if there is room for twice its size.

        A server calls it every second; it costs two questions to the file system.
        """
        with self._gate:
            free, size = self._room()
            held = self._held()
            if size == 0:
                self._path.unlink(missing_ok=True)
                self._is_released = False
            elif held and free < min(_SPENT_BYTES, size // 4):
                self._empty()
            elif held:
                self._is_released = False
            else:
                self._is_released = free < 2 * size or not self._fill(size)
                if self._is_released:
                    self._empty()

    def release_if_full(self) -> None:
        """Release it if the disk is full; never reserves. For commands that are about to write a little."""
        with self._gate:
            free, size = self._room()
            if self._held() and free < min(_SPENT_BYTES, size // 4):
                self._empty()

    def release(self) -> None:
        """Give the room back, because a write was refused."""
        with self._gate:
            if self._room()[1]:
                self._empty()

    def _room(self) -> tuple[int, int]:
        """Measure free bytes, and the size that the ballast may have on this file system."""
        try:
            disk = os.statvfs(self._path.parent)
        except OSError:
            return 0, 0
        size = min(self._wanted, disk.f_blocks * disk.f_frsize // _SHARE)
        return disk.f_bavail * disk.f_frsize, size if size >= _LEAST_BYTES else 0

    def _held(self) -> int:
        try:
            return self._path.stat().st_size
        except OSError:
            return 0

    def _fill(self, size: int) -> bool:
        with contextlib.suppress(OSError):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            try:
                # Twice, then half of it: a quota does not show in the free bytes.
                if hasattr(os, "posix_fallocate"):
                    os.posix_fallocate(descriptor, 0, 2 * size)
                else:  # a file with a hole would reserve nothing
                    os.write(descriptor, bytes(2 * size))
                    os.fsync(descriptor)
                os.ftruncate(descriptor, size)
            finally:
                os.close(descriptor)
            return True
        return False

    def _empty(self) -> None:
        self._is_released = True
        with contextlib.suppress(OSError):
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
            os.close(descriptor)


def ballast_of(settings: Settings) -> Ballast:
    """Give the ballast of a data directory; nothing is reserved yet."""
    return Ballast(settings.ballast_path, settings.ballast_bytes)


def is_released(settings: Settings) -> bool:
    """Tell whether some server released its ballast and has not reserved it again."""
    path = settings.ballast_path
    return bool(settings.ballast_bytes) and path.exists() and not path.stat().st_size


def is_full(error: BaseException) -> bool:
    """Tell whether an error says that the disk, or the share of it that we may use, is full."""
    return isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
