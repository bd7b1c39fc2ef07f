"""
The files of the log: listing, reading, recovering them, and asking for them to be closed.

A segment is ``<unix ns>-<pid>-<n>-<random>.open`` while its writer lives and holds an exclusive lock on it,
and ``….seg`` once closed. Names sort by age. Whoever has moved a closed segment's frames to a safer place
deletes it. What could not be read is kept in ``damaged/`` until an operator has looked at it.

Source: idea 1 of the design; promises R1 to R5 of the reliability study.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from andon.log.framing import marker_of, pieces

OPEN_SUFFIX = ".open"
CLOSED_SUFFIX = ".seg"
CLOSE_MARKER = "close-requested"
DAMAGED = "damaged"


class Damage(NamedTuple):
    """
    A stretch of a segment that cannot be read.

    Attributes:
        path: The segment.
        start: Offset of the first bad byte.
        end: Offset after the last one.
    """

    path: Path
    start: int
    end: int

    def __str__(self) -> str:
        return f"{self.path.name} is damaged from byte {self.start} to byte {self.end}"


def make_directory(directory: Path) -> None:
    """Make a directory and its parents so that their names survive a power cut."""
    if directory.is_dir():
        return
    make_directory(directory.parent)
    directory.mkdir(exist_ok=True)
    sync_directory(directory.parent)


def sync_directory(directory: Path) -> None:
    """Make the names in *directory* durable."""
    descriptor = os.open(directory, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def open_segments(directory: Path) -> list[Path]:
    """List the segments that are not closed, oldest first: of living writers and of dead ones."""
    return sorted(directory.glob(f"*{OPEN_SUFFIX}"))


def closed_segments(directory: Path) -> list[Path]:
    """List the segments that no writer touches any more, oldest first."""
    return sorted(directory.glob(f"*{CLOSED_SUFFIX}"))


def read_segment(path: Path, on_damage: Callable[[Damage], None] | None = None) -> Iterator[bytes]:
    """
    Read the frames of a segment, in the order in which they were appended.

    Args:
        path: The segment, open or closed.
        on_damage: Told of every stretch that was written once and cannot be read now. The torn tail of an
            open segment is no damage: nobody was told that it is safe. A closed one ended with a frame.

    Raises:
        OSError: The file cannot be opened or read.
    """
    is_closed = path.suffix == CLOSED_SUFFIX
    for piece in pieces(path.read_bytes(), marker_of(path)):
        if piece.kind == "frame":
            yield piece.payload
        elif on_damage is not None and (is_closed or piece.kind == "damaged"):
            on_damage(Damage(path, piece.start, piece.end))


def set_aside(damage: Damage) -> Path:
    """
    Copy damaged bytes to ``damaged/``, durably, and return where they are.

    Setting the same damage aside again changes nothing.
    """
    with damage.path.open("rb") as segment:
        segment.seek(damage.start)
        content = segment.read(damage.end - damage.start)
    folder = damage.path.parent / DAMAGED
    make_directory(folder)
    kept = folder / f"{damage.path.stem}-{damage.start}.bytes"
    with kept.open("wb") as copy:
        copy.write(content)
        copy.flush()
        os.fsync(copy.fileno())
    sync_directory(folder)
    return kept


def set_segment_aside(path: Path) -> Path:
    """Move a whole segment to ``damaged/`` and return where it is."""
    folder = path.parent / DAMAGED
    make_directory(folder)
    kept = folder / path.name
    path.replace(kept)
    sync_directory(folder)
    sync_directory(path.parent)
    return kept


def request_close(directory: Path) -> None:
    """Ask the writers of *directory*, in any process, to close the segments that they have open now."""
    make_directory(directory)
    (directory / CLOSE_MARKER).touch()


def close_requested_ns(directory: Path) -> int:
    """Tell when closing was last asked for, in the file system's nanoseconds; 0 if never."""
    try:
        return (directory / CLOSE_MARKER).stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def recover(directory: Path) -> list[Path]:
    """
    Close the open segments whose writers are dead, and return them under their new names.

    A tail that was never written whole is cut off. A segment without a single frame is deleted. One that the
    disk does not give back is closed as it is: whoever loads it reports that. Segments of living writers are
    left alone.
    """
    recovered = []
    for path in open_segments(directory):
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CLOEXEC)
        except FileNotFoundError:
            continue  # its writer closed it in the meantime
        try:
            closed = _close_for_dead(descriptor, path)
        finally:
            os.close(descriptor)
        if closed is not None:
            recovered.append(closed)
    if recovered:
        sync_directory(directory)
    return recovered


def try_lock(descriptor: int, path: Path) -> bool:
    """Lock an open segment; False if somebody else has it, or if it is no longer at *path*."""
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        here = path.stat()
    except (BlockingIOError, FileNotFoundError):
        return False
    # Between the opening and the locking another process may have closed it or swept it up.
    return os.path.samestat(here, os.fstat(descriptor))


def _close_for_dead(descriptor: int, path: Path) -> Path | None:
    if not try_lock(descriptor, path):
        return None

    sound_end = _sound_end(path)
    if sound_end == 0:
        path.unlink()
        return None
    if sound_end is not None:
        # No fsync here: what was acknowledged is durable already, and after a failed flush a second one may
        # claim success for pages that the kernel has dropped.
        os.ftruncate(descriptor, sound_end)
    closed = path.with_suffix(CLOSED_SUFFIX)
    path.rename(closed)
    return closed


def _sound_end(path: Path) -> int | None:
    """Tell where the torn tail begins; None when the disk does not give the bytes back."""
    try:
        content = path.read_bytes()
    except OSError:
        return None
    end = 0
    for piece in pieces(content, marker_of(path)):
        if piece.kind == "torn":
            break
        end = piece.end
    return end
