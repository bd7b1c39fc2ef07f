"""
Kill -9, at random and at every call that touches the disk: acknowledged means stored, once.

Source: promise R1 of the reliability study.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import pytest

from andon.ingest.load import flush, load_closed
from andon.log.framing import header, marker_of
from andon.log.segments import open_segments, request_close
from andon.warehouse.parquet_lake import ParquetLake

from faults import needs_strace
from ledger import Counts, Ledger, RecordProperty, frame, frame_ids, raw_ids, tell
from senders import Load
from small_server import PATHS, small_server

pytestmark = pytest.mark.slow(seconds=25)

full = pytest.mark.full_rounds

ROUNDS_ON_ONE = 10
"""Kills of one data directory: raw grows, and its check with it."""

LONGEST_S = 2.0
"""Longer than the loader's and the log's pauses of a second, so that kills hit them at work too."""

EVERY = range(1, 10_000)
SOME = (2,)
"""Numbers of a call, as strace counts them: of each kind apart."""

APPENDED = 12
"""Frames of a rotation: some segments full."""


@pytest.mark.parametrize("rounds", [5, pytest.param(200, marks=full)])
def test_kill_at_random_points(tmp_path: Path, rounds: int, record_property: RecordProperty) -> None:
    """HTTP and gRPC, three signals, two encodings, gzip: no kill of the server loses, doubles or invents."""
    dice = random.Random(rounds)  # noqa: S311 (not a secret)
    counts = Counts()
    while counts.rounds < rounds:
        data, ledger = tmp_path / str(counts.rounds), Ledger()
        kills = min(ROUNDS_ON_ONE, rounds - counts.rounds)
        for _ in range(kills):
            with small_server(data) as server, Load(server, ledger).running():
                for _ in range(3):
                    time.sleep(dice.uniform(0, LONGEST_S / 3))
                    request_close(data / "log")  # as a build does: segments rotate more often
                server.kill()
        assert flush(data / "log", ParquetLake(data / "raw"), 10).set_aside == ()
        counts = counts.plus(ledger.compare(data / "raw", kills))
        shutil.rmtree(data)
    tell(record_property, "kill -9 of the server at random", counts)
    assert counts.acknowledged - counts.over_grpc > rounds
    assert counts.over_grpc > rounds


Round = Callable[[Path, str, int], tuple[bool, Counts]]
"""Kills at a call's Nth time in a place; tells whether it came to that, and what was lost."""

APPENDER = """
import sys
from pathlib import Path
from andon.log.writer import SegmentWriter
from ledger import frame

writer = SegmentWriter(Path(sys.argv[1]), max_bytes=3_000, idle_s=60)
for number in range(int(sys.argv[2])):
    writer.append(frame(number)).result()
    print(number, flush=True)
writer.close()
"""

LOADER = """
import sys
from pathlib import Path
from andon.ingest.load import load_closed
from andon.warehouse.parquet_lake import ParquetLake

load_closed(Path(sys.argv[1]), ParquetLake(Path(sys.argv[2])))
"""


def run_to_call(call: str, number: int, script: str, *arguments: object) -> tuple[bool, str]:
    """Run a script and kill it as it makes its Nth such call; tell whether it got there, and what it said."""
    traced = ["strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}"]
    injected = ["-e", f"inject={call}:signal=KILL:when={number}"]
    done = subprocess.run(
        [*traced, *injected, sys.executable, "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        check=False,
        env={**os.environ, **PATHS},
    )
    assert done.returncode in {0, -signal.SIGKILL, 128 + signal.SIGKILL}
    return done.returncode != 0, done.stdout.decode()


def kill_everywhere(folder: Path, calls: Sequence[str], numbers: Sequence[int], round_of: Round) -> Counts:
    """Do a round for each call and number; larger numbers of a call are left out once one was not reached."""
    counts = Counts()
    for call in calls:
        for number in numbers:
            place = folder / f"{counts.rounds}"
            (place / "log").mkdir(parents=True)  # here, so that the script has no calls before its work
            was_killed, counts_of_round = round_of(place, call, number)
            shutil.rmtree(place)
            if not was_killed:
                break
            counts = counts.plus(counts_of_round)
    return counts


@needs_strace
@pytest.mark.parametrize("numbers", [SOME, pytest.param(EVERY, marks=full)], ids=["some", "every"])
def test_kill_at_every_call_of_a_rotation(
    tmp_path: Path, numbers: Sequence[int], record_property: RecordProperty
) -> None:
    """Killed as it enters any call of appending and closing, the log has all that it said it had, once."""
    sent = {name for number in range(APPENDED) for name in frame_ids(number)}

    def round_of(place: Path, call: str, number: int) -> tuple[bool, Counts]:
        was_killed, said = run_to_call(call, number, APPENDER, place / "log", APPENDED)
        acknowledged = {name for line in said.split("\n")[:-1] for name in frame_ids(int(line))}
        load_closed(place / "log", ParquetLake(place / "raw"))
        assert open_segments(place / "log") == []
        return was_killed, compared(acknowledged, sent, place / "raw")

    calls = ("writev", "fdatasync", "fsync", "/^rename")
    counts = kill_everywhere(tmp_path, calls, numbers, round_of)
    tell(record_property, "kill -9 at every call of a rotation", counts)
    assert counts.rounds >= len(calls)


@needs_strace
@pytest.mark.parametrize("numbers", [SOME, pytest.param(EVERY, marks=full)], ids=["some", "every"])
def test_kill_at_every_call_of_a_load(
    tmp_path: Path, numbers: Sequence[int], record_property: RecordProperty
) -> None:
    """Killed as it enters any call of a load, the next load ends with every row in raw, once."""
    stored = {name for number in range(9) for name in frame_ids(number)}

    def round_of(place: Path, call: str, number: int) -> tuple[bool, Counts]:
        write_segments(place / "log")
        was_killed, _ = run_to_call(call, number, LOADER, place / "log", place / "raw")
        load_closed(place / "log", ParquetLake(place / "raw"))
        assert [path.name for path in (place / "log").iterdir()] == ["load.lock"]
        return was_killed, compared(stored, stored, place / "raw")

    calls = ("write", "fsync", "ftruncate", "/^rename", "/^unlink", "/^mkdir")
    counts = kill_everywhere(tmp_path, calls, numbers, round_of)
    tell(record_property, "kill -9 at every call of a load", counts)
    assert counts.rounds >= len(calls)


def write_segments(log: Path) -> None:
    """A closed segment, one of a dead writer, and one of a dead writer with a torn tail."""
    for first, name in ((0, "00-1-0.seg"), (3, "01-1-0.open"), (6, "02-1-0.open")):
        path = log / name
        frames = [frame(number) for number in range(first, first + 3)]
        path.write_bytes(b"".join(header(content, marker_of(path)) + content for content in frames))
    with path.open("ab") as torn:
        torn.write(header(b"never whole", marker_of(path)) + b"never")


def compared(acknowledged: set[str], sent: set[str], raw: Path) -> Counts:
    """Compare one round with what raw holds."""
    stored = raw_ids(raw)
    return Counts(
        rounds=1,
        acknowledged=len(acknowledged),
        lost=len(acknowledged - set(stored)),
        twice=sum(count > 1 for count in stored.values()),
        ghosts=len(set(stored) - sent),
        kept_unknown=len(set(stored) - acknowledged),
    )
