"""The ballast: room that is really reserved, and really given back."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path

import pytest

from andon.config import read_settings
from andon.log.ballast import Ballast, ballast_of, is_released
from andon.log.segments import closed_segments, open_segments
from andon.log.writer import AppendFailed, SegmentWriter

SIZE = 2**20


def test_it_is_reserved_and_given_back(tmp_path: Path) -> None:
    """Reserved it has blocks on the disk, readable by its owner alone; released it has none."""
    path = tmp_path / "ballast"
    ballast = Ballast(path, SIZE)
    ballast.tend()
    assert (path.stat().st_size, ballast.is_released) == (SIZE, False)
    assert path.stat().st_blocks * 512 >= SIZE
    assert stat.S_IMODE(path.stat().st_mode) == 0o600

    ballast.release()
    assert (path.stat().st_size, path.stat().st_blocks, ballast.is_released) == (0, 0, True)

    ballast.tend()
    assert (path.stat().st_size, ballast.is_released) == (SIZE, False)


def test_none_is_none(tmp_path: Path) -> None:
    """With a size of 0 there is no file, one that was there goes, and a full disk releases nothing."""
    path = tmp_path / "ballast"
    path.write_bytes(bytes(SIZE))
    ballast = Ballast(path, 0)
    ballast.tend()
    ballast.release()
    assert (path.exists(), ballast.is_released) == (False, False)


def test_other_processes_see_that_it_was_released(tmp_path: Path) -> None:
    """`andon doctor` can tell a ballast that was released from one that was never made."""
    settings = read_settings(data=tmp_path)
    ballast = ballast_of(settings)
    assert not is_released(settings)
    ballast.tend()
    assert not is_released(settings)
    ballast.release()
    assert is_released(settings)


def test_a_full_disk_releases_it_and_refuses_until_there_is_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The refused frame leaves no byte behind; nothing is tried before the ballast is reserved again."""
    ballast = Ballast(tmp_path / "ballast", SIZE)
    ballast.tend()
    writer = SegmentWriter(tmp_path / "log", idle_s=60, ballast=ballast)
    writer.append(b"before").result(5)
    (first,) = open_segments(tmp_path / "log")
    size = first.stat().st_size

    real = os.writev

    def half(descriptor: int, buffers: list[bytes]) -> int:
        real(descriptor, [buffers[0]])
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as full:
        full.setattr(os, "writev", half)
        with pytest.raises(AppendFailed, match="No space left"):
            writer.append(b"refused").result(5)
    assert (ballast.is_released, first.stat().st_size) == (True, size)
    with pytest.raises(AppendFailed, match="disk is full"):
        writer.append(b"refused too").result(5)
    assert open_segments(tmp_path / "log") == [first]

    ballast.tend()
    writer.append(b"after").result(5)
    writer.close()
    assert len(closed_segments(tmp_path / "log")) == 1
