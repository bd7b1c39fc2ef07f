"""
The power is cut under a server: acknowledged means on the disk, not in memory.

A kill leaves the kernel's cache alone, so it cannot tell a server that flushes from one that does not. Here
an ext4 file system of its own is cut from its disk. Two controls say whether the cut cuts: a server that
never flushes must lose, a file that is flushed after each line must not.

Source: promise R2 and the power-cut recipe of the reliability study.
"""

from __future__ import annotations

import contextlib
import errno
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from andon.ingest.load import flush
from andon.log.segments import request_close
from andon.warehouse.parquet_lake import ParquetLake

from faults import Image, NotDetached, needs_loop
from ledger import Counts, Ledger, RecordProperty, tell
from senders import Load
from small_server import small_server

pytestmark = pytest.mark.slow(seconds=16)

LONGEST_S = 2.5
"""Less than the five seconds after which ext4 writes to the disk by itself."""

_ON_ITS_WAY_S = 0.15
"""What was acknowledged before the stop has reached its sender by then."""

LINES = """
import os, sys
file = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND)
os.fsync(os.open(os.path.dirname(sys.argv[1]), os.O_RDONLY))
for number in range(1_000_000):
    os.write(file, b"%d\\n" % number)
    os.fsync(file)
    print(number, flush=True)
"""


class Times(NamedTuple):
    """How often: the server that is tested, and each control."""

    rounds: int
    controls: int


@needs_loop
@pytest.mark.parametrize(
    "times", [Times(2, 1), pytest.param(Times(100, 10), marks=pytest.mark.full_rounds)], ids=["few", "many"]
)
def test_a_power_cut_loses_nothing_acknowledged(
    tmp_path: Path, times: Times, record_property: RecordProperty
) -> None:
    """No cut loses, doubles or invents a record; the server starts on what is left; both controls hold."""
    dice = random.Random(times.rounds)  # noqa: S311 (not a secret)
    counts, void = Counts(), 0
    while counts.rounds < times.rounds:
        try:
            counts = counts.plus(cut_a_server(tmp_path / "tested", dice.uniform(0.3, LONGEST_S)))
        except NotDetached:
            void += 1
            shutil.rmtree(tmp_path / "tested")
            assert void <= times.rounds / 10 + 1

    liar, honest = Counts(), Counts()
    for _ in range(times.controls):
        liar = liar.plus(cut_a_server(tmp_path / "liar", LONGEST_S / 2, "--never-flush"))
        honest = honest.plus(cut_a_file(tmp_path / "honest", LONGEST_S / 4))
    controls = {
        "void": void,
        "control that never flushes": f"lost {liar.lost:,} of {liar.acknowledged:,} in {liar.rounds} rounds",
        "control that flushes each line": f"lost {honest.lost:,} of {honest.acknowledged:,}",
    }
    tell(record_property, "power cut under the server", counts, **controls)
    assert liar.lost > 0, "the cut does not cut: this test proves nothing"
    assert honest.lost == 0, "the cut cuts too much: this test proves nothing"
    assert counts.acknowledged > counts.over_grpc > 0


def cut_a_server(folder: Path, after_s: float, *flags: str) -> Counts:
    """One round: serve, cut, mount again, load, compare, and start once more."""
    image, ledger = Image(folder), Ledger()
    log = folder / "server.log"
    with (
        image.mounted() as disk,
        small_server(disk / "data", *flags, log=log) as server,
        Load(server, ledger).running(),
    ):
        time.sleep(after_s / 2)
        request_close(disk / "data" / "log")  # as a build does: some of it is in raw when the cut comes
        time.sleep(after_s / 2)
        os.kill(server.pid, signal.SIGSTOP)
        time.sleep(_ON_ITS_WAY_S)
        image.cut()
        server.kill()
    with image.mounted() as disk:
        data = disk / "data"
        with _void_if_still_cut():
            flush(data / "log", ParquetLake(data / "raw"), 5)
        counts = ledger.compare(data / "raw", 1)
        if not flags:
            with small_server(data, log=log):
                pass
    shutil.rmtree(folder)
    return counts


def cut_a_file(folder: Path, after_s: float) -> Counts:
    """The same with a file whose every line is flushed before it is told."""
    image = Image(folder)
    with image.mounted() as disk:
        process = subprocess.Popen([sys.executable, "-c", LINES, disk / "lines"], stdout=subprocess.PIPE)
        assert process.stdout is not None
        with process.stdout:
            first = process.stdout.readline()
            time.sleep(after_s)
            process.send_signal(signal.SIGSTOP)
            image.cut()
            process.kill()
            told = (first + process.stdout.read()).decode().split("\n")[:-1]
        process.wait()
    with image.mounted() as disk, _void_if_still_cut():
        kept = set((disk / "lines").read_text().split("\n"))
    shutil.rmtree(folder)
    return Counts(rounds=1, acknowledged=len(told), lost=len(set(told) - kept))


@contextlib.contextmanager
def _void_if_still_cut() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.EIO:
            raise
        raise NotDetached("the new mount is still cut off") from error
