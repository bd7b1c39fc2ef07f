"""The segment log: what was acknowledged is read back, whatever happened to the file after it."""

from __future__ import annotations

import errno
import fcntl
import os
import time
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path

import pytest

from andon.log import framing
from andon.log.segments import (
    Damage,
    closed_segments,
    open_segments,
    read_segment,
    recover,
    request_close,
    set_aside,
)
from andon.log.writer import AppendFailed, SegmentWriter

FRAMES = [b"one", b"", b"three" * 7]


NAME = Path("00-1-0.seg")


def encoded(frames: list[bytes], name: Path = NAME) -> bytes:
    """The content of a segment of this name, written by hand."""
    return b"".join(framing.header(frame, framing.marker_of(name)) + frame for frame in frames)


def read_all(directory: Path) -> list[bytes]:
    """Every frame of every closed segment."""
    return [frame for path in closed_segments(directory) for frame in read_segment(path)]


def wait_until(is_true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that another thread does."""
    end = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < end, "it did not happen in time"
        time.sleep(0.01)


def test_frames_come_back_in_order(tmp_path: Path) -> None:
    """What is appended is read back, byte for byte and in order, also an empty frame."""
    writer = SegmentWriter(tmp_path)
    for frame in FRAMES:
        writer.append(frame).result(5)
    writer.close()

    assert read_all(tmp_path) == FRAMES
    assert open_segments(tmp_path) == []


def test_done_means_in_the_file(tmp_path: Path) -> None:
    """Once the future is done, another process can read the frame, though the segment is still open."""
    writer = SegmentWriter(tmp_path, idle_s=60)
    writer.append(b"kept").result(5)

    (path,) = open_segments(tmp_path)
    assert list(read_segment(path)) == [b"kept"]
    writer.close()


def test_a_torn_tail_costs_only_itself_at_every_byte(tmp_path: Path) -> None:
    """Wherever a write was cut off, every frame before the cut is there and nothing else."""
    content = encoded(FRAMES)
    ends = [len(encoded(FRAMES[:count])) for count in range(len(FRAMES) + 1)]

    for cut in range(len(content)):
        directory = tmp_path / str(cut)
        directory.mkdir()
        (directory / "00-1-0.open").write_bytes(content[:cut])
        reported: list[Damage] = []

        recovered = recover(directory)

        sound = sum(end <= cut for end in ends) - 1
        frames = [frame for path in recovered for frame in read_segment(path, reported.append)]
        assert FRAMES[:sound] == frames, cut
        assert reported == []
        assert sum(path.stat().st_size for path in recovered) == ends[sound]


def test_a_tail_of_zeros_is_torn(tmp_path: Path) -> None:
    """A power cut may leave zeros where the next frame was going to be: they are cut off, not reported."""
    (tmp_path / "00-1-0.open").write_bytes(encoded(FRAMES) + bytes(100))
    (path,) = recover(tmp_path)
    assert encoded(FRAMES) == path.read_bytes()


@pytest.mark.parametrize("bit", [0, 7])
def test_any_flipped_bit_is_noticed(tmp_path: Path, bit: int) -> None:
    """No damaged byte is ever read as a frame: each frame read was written, and the damage is reported."""
    content = encoded(FRAMES)
    path = tmp_path / "00-1-0.seg"
    for offset in range(len(content)):
        damaged = bytearray(content)
        damaged[offset] ^= 1 << bit
        path.write_bytes(damaged)
        reported: list[Damage] = []

        frames = list(read_segment(path, reported.append))

        assert all(frame in FRAMES for frame in frames)
        assert len(frames) < len(FRAMES)
        assert len(reported) == 1, offset
        assert reported[0].start <= offset < reported[0].end


def test_a_damaged_payload_is_stepped_over_and_kept(tmp_path: Path) -> None:
    """A damaged payload costs only its frame, and its bytes are set aside for an operator."""
    content = bytearray(encoded(FRAMES))
    content[-10] ^= 1  # in the payload of the last frame
    path = tmp_path / "00-1-0.seg"
    path.write_bytes(bytes(content) + encoded([b"after"]))
    reported: list[Damage] = []

    assert list(read_segment(path, reported.append)) == [b"one", b"", b"after"]
    (damage,) = reported
    kept = set_aside(damage)
    assert path.read_bytes()[damage.start : damage.end] == kept.read_bytes()
    assert kept == set_aside(damage)
    assert kept.parent == tmp_path / "damaged"


def test_a_forged_frame_inside_a_payload_is_never_read(tmp_path: Path) -> None:
    """Bytes that look like a frame inside somebody's payload are not read, even behind a damaged header."""
    bait = b"x" + encoded([b"forged"], Path("01-1-0.seg"))
    content = bytearray(encoded([bait, b"next"]))
    content[1] ^= 1
    path = tmp_path / "00-1-0.seg"
    path.write_bytes(content)
    reported: list[Damage] = []

    assert list(read_segment(path, reported.append)) == [b"next"]
    assert [Damage(path, 0, len(encoded([bait])))] == reported


def test_a_writers_marker_cannot_be_guessed(tmp_path: Path) -> None:
    """Two segments of one process and one moment have different markers, part of which is random."""
    writers = [SegmentWriter(tmp_path, idle_s=60, name_ns=lambda: 1) for _ in range(2)]
    for writer in writers:
        writer.append(b"x").result(5)
    names = [path.stem.split("-") for path in open_segments(tmp_path)]
    for writer in writers:
        writer.close()
    assert [len(name[-1]) for name in names] == [16, 16]
    assert names[0][-1] != names[1][-1]


def test_the_end_of_a_closed_segment_is_not_lost_in_silence(tmp_path: Path) -> None:
    """A segment ends with a frame when it is closed: if it ends otherwise now, that is reported."""
    content = encoded(FRAMES)
    path = tmp_path / "00-1-0.seg"
    path.write_bytes(content[:-3])
    reported: list[Damage] = []

    assert list(read_segment(path, reported.append)) == FRAMES[:-1]
    assert [Damage(path, len(encoded(FRAMES[:-1])), len(content) - 3)] == reported


def test_closes_when_full(tmp_path: Path) -> None:
    """A segment that has reached its size is closed without waiting for anything."""
    writer = SegmentWriter(tmp_path, max_bytes=100, idle_s=60)
    for _ in range(4):
        writer.append(bytes(60)).result(5)
    wait_until(lambda: len(closed_segments(tmp_path)) == 2)
    assert open_segments(tmp_path) == []
    writer.close()


def test_closes_when_idle(tmp_path: Path) -> None:
    """A segment to which nothing comes is closed, so that it reaches raw soon."""
    writer = SegmentWriter(tmp_path, idle_s=0.1)
    writer.append(b"only").result(5)
    wait_until(lambda: read_all(tmp_path) == [b"only"])
    writer.close()


def test_closes_when_old_though_never_idle(tmp_path: Path) -> None:
    """Steady traffic does not keep a segment open for ever."""
    writer = SegmentWriter(tmp_path, idle_s=60, max_age_s=0.2)

    def closes_meanwhile() -> bool:
        writer.append(b"again").result(5)
        return len(closed_segments(tmp_path)) > 0

    wait_until(closes_meanwhile)
    writer.close()


def test_closes_on_request_only_what_was_open(tmp_path: Path) -> None:
    """A request closes the segment that is open; a request made before a segment opened does not touch it."""
    request_close(tmp_path)
    time.sleep(0.05)
    writer = SegmentWriter(tmp_path, idle_s=60)
    writer.append(b"a").result(5)
    time.sleep(0.2)
    assert len(open_segments(tmp_path)) == 1

    request_close(tmp_path)

    wait_until(lambda: read_all(tmp_path) == [b"a"])
    assert open_segments(tmp_path) == []
    writer.close()


def test_two_writers_share_a_directory(tmp_path: Path) -> None:
    """Two writers of one directory never mix their segments, and nothing of either is lost."""
    writers = [SegmentWriter(tmp_path, max_bytes=500) for _ in range(2)]
    futures = [
        writer.append(f"{name} {number}".encode())
        for number in range(50)
        for name, writer in enumerate(writers)
    ]
    for future in futures:
        future.result(5)
    for writer in writers:
        writer.close()

    assert {f"{name} {number}".encode() for number in range(50) for name in range(2)} == set(
        read_all(tmp_path)
    )
    assert len(read_all(tmp_path)) == 100


def test_recover_leaves_living_writers_alone(tmp_path: Path) -> None:
    """Recovery while a writer lives does not close its segment, and the writer goes on in it."""
    writer = SegmentWriter(tmp_path, idle_s=60)
    writer.append(b"before").result(5)

    assert recover(tmp_path) == []

    writer.append(b"after").result(5)
    writer.close()
    assert read_all(tmp_path) == [b"before", b"after"]


def test_recover_deletes_a_segment_without_frames(tmp_path: Path) -> None:
    """A writer that died before its first frame leaves nothing behind."""
    (tmp_path / "00-1-0.open").touch()
    assert recover(tmp_path) == []
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("call", ["fdatasync", "writev"])
@pytest.mark.parametrize("error", [errno.EIO, errno.ENOSPC])
def test_a_failed_write_or_flush_is_never_acknowledged(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str, error: int
) -> None:
    """The frames of a failed write or flush fail; the segment is never touched again; the next one works."""
    writer = SegmentWriter(tmp_path, idle_s=60)
    writer.append(b"before").result(5)
    (first,) = open_segments(tmp_path)
    size = first.stat().st_size

    def fail(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    with monkeypatch.context() as faulty:
        faulty.setattr(os, call, fail)
        failed = [writer.append(b"refused") for _ in range(3)]
        for future in failed:
            with pytest.raises(AppendFailed, match=r"could not store a frame: \[Errno"):
                future.result(5)
    touched = first.stat().st_size

    writer.append(b"after").result(5)
    assert touched == first.stat().st_size >= size
    (recovered,) = recover(tmp_path)
    assert next(iter(read_segment(recovered))) == b"before"
    writer.close()
    assert b"after" in read_all(tmp_path)


def test_a_directory_that_cannot_be_written_refuses(tmp_path: Path) -> None:
    """When no segment can be made the append fails; it works again once the directory is back."""
    directory = tmp_path / "log"
    writer = SegmentWriter(directory)
    directory.rmdir()
    with pytest.raises(AppendFailed):
        writer.append(b"x").result(5)

    directory.mkdir()
    writer.append(b"y").result(5)
    writer.close()
    assert read_all(directory) == [b"y"]


def test_a_frame_cannot_be_cancelled_once_queued(tmp_path: Path) -> None:
    """A sender that goes away does not stop the log: the frame is stored and others are served."""
    writer = SegmentWriter(tmp_path)
    future: Future[None] = writer.append(b"x")
    assert not future.cancel()
    writer.append(b"y").result(5)
    writer.close()
    assert read_all(tmp_path) == [b"x", b"y"]


def test_append_after_close_fails(tmp_path: Path) -> None:
    """A closed log refuses instead of waiting for ever, and can be closed twice."""
    writer = SegmentWriter(tmp_path)
    writer.close()
    writer.close()
    with pytest.raises(AppendFailed, match="stopping"):
        writer.append(b"x").result(5)


def test_a_segment_swept_up_before_it_was_locked_is_not_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """If recovery finds a new segment before its writer locked it, the writer takes another one."""
    swept: list[bool] = []
    flock = fcntl.flock

    def sweep_first(descriptor: int, operation: int) -> None:
        if not swept:
            swept.append(True)
            recover(tmp_path)
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", sweep_first)
    writer = SegmentWriter(tmp_path)
    writer.append(b"kept").result(5)
    writer.close()
    assert read_all(tmp_path) == [b"kept"]
