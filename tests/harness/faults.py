"""
Disks that fail on purpose: strace's injected errors, small file systems, a file system cut from its disk.

Source: "Fault-injection tool box" of the reliability study.
"""

from __future__ import annotations

import contextlib
import fcntl
import functools
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

_SHUTDOWN = 0x8004587D
"""``_IOR('X', 125, __u32)``: ext4's own request to stop, as a cut of the power would stop it."""

_WITHOUT_FLUSH = 2
_IMAGE_BYTES = 128 * 2**20
_DETACH_S = 20


class NotDetached(Exception):
    """The loop device was not given back: what a new mount shows says nothing; the round is void."""


def run(*command: str | Path) -> bool:
    """Run a system command; tell whether it went well."""
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


@functools.cache
def _can_trace() -> bool:
    return shutil.which("strace") is not None and run("strace", "-qq", "-o", "/dev/null", "true")


@functools.cache
def _can_mount() -> bool:
    return os.geteuid() == 0 and run("unshare", "-m", "mount", "-t", "tmpfs", "none", "/mnt")


@functools.cache
def _has_loop() -> bool:
    tools = ("mkfs.ext4", "losetup", "mount", "umount")
    return _can_mount() and all(map(shutil.which, tools)) and run("losetup", "-f")


needs_strace = pytest.mark.skipif(
    not _can_trace(), reason="strace is not here or may not trace: faults at single calls were NOT tried"
)
needs_mount = pytest.mark.skipif(
    not _can_mount(), reason="only root can mount a small file system: a full disk was NOT tried"
)
needs_loop = pytest.mark.skipif(
    not _has_loop(), reason="no root, no loop device or no mkfs.ext4: a power cut was NOT tried"
)


@contextlib.contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """Mount a file system of so many bytes."""
    place.mkdir()
    assert run("mount", "-t", "tmpfs", "-o", f"size={size}", "none", place)
    try:
        yield place
    finally:
        assert run("umount", place)


class Image:
    """
    An ext4 file system in a file, new for every round: an old journal would speak of an old round.

    Args:
        folder: Where the image and its mount point are made.
    """

    def __init__(self, folder: Path) -> None:
        """Make the file system; it is not mounted yet."""
        folder.mkdir()
        self._file = folder / "image"
        self.place = folder / "disk"
        self.place.mkdir()
        with self._file.open("wb") as image:
            image.truncate(_IMAGE_BYTES)
        lazy = "lazy_itable_init=0,lazy_journal_init=0"
        assert run("mkfs.ext4", "-q", "-E", lazy, self._file)

    @contextlib.contextmanager
    def mounted(self) -> Iterator[Path]:
        """
        Mount it; unmounted at the end, and its loop device given back.

        Raises:
            NotDetached: The loop device is still there.
        """
        assert run("mount", "-o", "loop", self._file, self.place)
        try:
            yield self.place
        finally:
            give_up = time.monotonic() + _DETACH_S
            while not run("umount", self.place) and time.monotonic() < give_up:
                time.sleep(0.05)
        while self._is_attached():
            if time.monotonic() > give_up:
                raise NotDetached(str(self._file))
            time.sleep(0.02)

    def cut(self) -> None:
        """Cut the power: nothing that is not on the disk yet will ever be."""
        descriptor = os.open(self.place, os.O_RDONLY)
        try:
            fcntl.ioctl(descriptor, _SHUTDOWN, _WITHOUT_FLUSH.to_bytes(4, "little"))
        finally:
            os.close(descriptor)

    def _is_attached(self) -> bool:
        listed = subprocess.run(["losetup", "-j", self._file], capture_output=True, check=True)
        return bool(listed.stdout.strip())
