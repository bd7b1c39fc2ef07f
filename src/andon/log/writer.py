"""
The writing end of the log: many appenders, one thread that writes, one flush for all who wait.

Source: idea 1 of the design; "Write-ahead log first" of the performance study (the figures of group commit).
"""

from __future__ import annotations

import contextlib
import fcntl
import itertools
import os
import queue
import secrets
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future
from pathlib import Path

from andon.log.ballast import Ballast, is_full
from andon.log.framing import check_length, header, marker_of
from andon.log.segments import (
    CLOSED_SUFFIX,
    OPEN_SUFFIX,
    close_requested_ns,
    make_directory,
    sync_directory,
    try_lock,
)

_TICK_S = 0.05
"""How often an open segment is looked at: is it idle, old, or asked to close?"""

_NUMBERS = itertools.count()
"""Makes names unique within the process, also for several writers of one directory."""

_PIECES_PER_WRITE = 1000
"""Below IOV_MAX (1024), the most buffers that one system call takes."""

_RANDOM_BYTES = 8
"""Of a segment's name: nobody outside can guess its marker."""

Waiting = tuple[bytes, "Future[None]"]
"""A frame's payload, and who waits for it."""


class AppendFailed(Exception):
    """A frame was not stored, or it is not known whether it was; sending it again is safe."""


class DiskFull(Exception):
    """The ballast is released; nothing is written before there is room again."""


class SegmentWriter:
    """
    Appends frames to segments of a directory; safe to use from any thread.

    Args:
        directory: The log's directory; made if missing. Several writers, also of several processes, may
            share it.
        max_bytes: A segment of this size is closed. 8 MiB: a few seconds of a busy server, and small enough
            to load in one piece.
        idle_s: A segment that has received nothing for so long is closed.
        max_age_s: A segment is closed after so long even if it is never idle, so that it reaches raw.
        name_ns: Nanoseconds for file names; decides only how segments sort.
        ballast: Released when the disk is full; until there is room to reserve it again, nothing is
            appended, so that what it freed is left for deleting and loading. None has no ballast.
    """

    def __init__(  # noqa: PLR0913 (each by name)
        self,
        directory: Path,
        *,
        max_bytes: int = 8 * 2**20,
        idle_s: float = 1.0,
        max_age_s: float = 60,
        name_ns: Callable[[], int] = time.time_ns,
        ballast: Ballast | None = None,
    ) -> None:
        self._ballast = ballast
        self._directory = directory
        self._max_bytes = max_bytes
        self._idle_s = idle_s
        self._max_age_s = max_age_s
        self._name_ns = name_ns
        self._segment: _OpenSegment | None = None
        self._queue: queue.SimpleQueue[Waiting | None] = queue.SimpleQueue()
        self._gate = threading.Lock()
        self._is_closed = False
        make_directory(directory)
        self._thread = threading.Thread(target=self._run, name="andon-log", daemon=True)
        self._thread.start()

    def append(self, frame: bytes) -> Future[None]:
        """
        Append one frame.

        Returns:
            A future that is done once the frame would survive a power cut, and that fails with
            :class:`AppendFailed` when the disk refused.

        Raises:
            FrameTooLong: The frame has 4 GiB or more.
        """
        check_length(frame)
        future: Future[None] = Future()
        # From here on it cannot be cancelled: what was queued is stored even if its sender went away.
        future.set_running_or_notify_cancel()
        with self._gate:
            if self._is_closed:
                future.set_exception(AppendFailed("The log is closed: the server is stopping"))
            else:
                self._queue.put((frame, future))
        return future

    def close(self) -> None:
        """Store what waits, close the segment and stop; closing again does nothing."""
        with self._gate:
            if not self._is_closed:
                self._is_closed = True
                self._queue.put(None)
        self._thread.join()

    def _run(self) -> None:
        is_running = True
        while is_running:
            waiting, is_running = self._take()
            if waiting:
                self._commit(waiting)
            self._close_if_due(is_stopping=not is_running)

    def _take(self) -> tuple[list[Waiting], bool]:
        """Take everything that waits, but no more bytes than a segment; False at the end."""
        try:
            item = self._queue.get(timeout=_TICK_S if self._segment else None)
        except queue.Empty:
            return [], True

        waiting: list[Waiting] = []
        size = 0
        while item is not None:
            waiting.append(item)
            size += len(item[0])
            if size >= self._max_bytes:
                return waiting, True
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return waiting, True
        return waiting, False

    def _commit(self, waiting: Sequence[Waiting]) -> None:
        try:
            self._append([frame for frame, _ in waiting])
        except Exception as error:  # noqa: BLE001 (a dead thread would leave every sender waiting)
            failed = AppendFailed(f"The log in {self._directory} could not store a frame: {error}")
            for _, future in waiting:
                future.set_exception(failed)
        else:
            for _, future in waiting:
                future.set_result(None)

    def _append(self, frames: Sequence[bytes]) -> None:
        if self._ballast is not None and self._ballast.is_released:
            raise DiskFull("the disk is full")
        try:
            if self._segment is None:
                self._segment = _OpenSegment(self._directory, self._name_ns)
            self._segment.append(frames)
        except Exception as error:
            self._abandon()
            if self._ballast is not None and is_full(error):
                self._ballast.release()
            raise

    def _close_if_due(self, *, is_stopping: bool) -> None:
        segment = self._segment
        if segment is None:
            return
        now = time.monotonic()
        is_due = (
            is_stopping
            or segment.size >= self._max_bytes
            or now - segment.last_append >= self._idle_s
            or now - segment.opened >= self._max_age_s
            or close_requested_ns(self._directory) >= segment.opened_ns
        )
        if is_due:
            try:
                segment.close()
            except OSError:
                self._abandon()  # every frame is durable already; recover() closes it under its old name
            self._segment = None

    def _abandon(self) -> None:
        """Let go of a segment whose disk failed: it is never written or flushed again."""
        if self._segment is not None:
            self._segment.release()
            self._segment = None


class _OpenSegment:
    """A segment that this writer has open and locked; times are of the monotonic clock."""

    def __init__(self, directory: Path, name_ns: Callable[[], int]) -> None:
        self._directory = directory
        self._path, self._descriptor = _create(directory, name_ns)
        self._marker = marker_of(self._path)
        try:
            sync_directory(directory)
            self.opened_ns = os.fstat(self._descriptor).st_mtime_ns
        except OSError:
            os.close(self._descriptor)
            raise
        self.size = 0
        self.opened = self.last_append = time.monotonic()

    def append(self, frames: Sequence[bytes]) -> None:
        buffers = [part for frame in frames for part in (header(frame, self._marker), frame)]
        try:
            for first in range(0, len(buffers), _PIECES_PER_WRITE):
                _write_all(self._descriptor, buffers[first : first + _PIECES_PER_WRITE])
        except OSError:
            # Refused frames come again: what was written of them would fill the disk and count twice.
            with contextlib.suppress(OSError):
                os.ftruncate(self._descriptor, self.size)
            raise
        os.fdatasync(self._descriptor)
        self.size += sum(map(len, buffers))
        self.last_append = time.monotonic()

    def close(self) -> None:
        os.fsync(self._descriptor)
        self._path.rename(self._path.with_suffix(CLOSED_SUFFIX))
        sync_directory(self._directory)
        self.release()

    def release(self) -> None:
        if self._descriptor >= 0:
            # Unlocked by hand: a forked child that still has the file open would keep it locked.
            fcntl.flock(self._descriptor, fcntl.LOCK_UN)
            os.close(self._descriptor)
            self._descriptor = -1


def _create(directory: Path, name_ns: Callable[[], int]) -> tuple[Path, int]:
    """Make a new, empty, locked segment."""
    while True:
        name = f"{name_ns():020d}-{os.getpid()}-{next(_NUMBERS)}-{secrets.token_hex(_RANDOM_BYTES)}"
        path = directory / f"{name}{OPEN_SUFFIX}"
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_APPEND | os.O_CLOEXEC, 0o600)
        if try_lock(descriptor, path):
            return path, descriptor
        # recover() of another process found it before it was locked, and sweeps up the empty file.
        os.close(descriptor)


def _write_all(descriptor: int, buffers: Sequence[bytes]) -> None:
    rest: list[bytes | memoryview] = list(buffers)
    while rest:
        written = os.writev(descriptor, rest)
        while rest and written >= len(rest[0]):
            written -= len(rest.pop(0))
        if written:
            rest[0] = memoryview(rest[0])[written:]
