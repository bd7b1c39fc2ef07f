"""What was acknowledged outlives the process that acknowledged it."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

from andon.log.segments import open_segments, read_segment, recover

APPENDER = """
import sys, threading
from pathlib import Path
from andon.log.writer import SegmentWriter

writer = SegmentWriter(Path(sys.argv[1]), max_bytes=20_000, idle_s=0.02)

def send(thread):
    number = 0
    while True:
        frame = f"{thread}-{number}"
        writer.append((frame + "." * (number % 700)).encode()).result()
        sys.stdout.write(frame + "\\n")
        sys.stdout.flush()
        number += 1

for thread in range(4):
    threading.Thread(target=send, args=(thread,)).start()
"""

ROUNDS = 20


def test_kill_loses_nothing_acknowledged(tmp_path: Path) -> None:
    """Twenty times: kill -9 in the middle of concurrent appends; each acknowledged frame is there once."""
    dice = random.Random(20)  # noqa: S311 (not a secret)
    acknowledged_in_all = 0
    for number in range(ROUNDS):
        directory = tmp_path / str(number)
        process = subprocess.Popen([sys.executable, "-c", APPENDER, directory], stdout=subprocess.PIPE)
        assert process.stdout is not None
        first = process.stdout.readline()  # it has started
        time.sleep(dice.uniform(0, 0.08))
        process.send_signal(signal.SIGKILL)
        lines = (first + process.stdout.read()).decode().split("\n")
        process.stdout.close()
        process.wait()

        acknowledged = set(lines[:-1])  # the last one may be half a line
        recover(directory)
        assert open_segments(directory) == []
        stored = [
            frame.decode().rstrip(".")
            for path in directory.glob("*.seg")
            for frame in read_segment(path, on_damage=fail)
        ]

        assert not acknowledged - set(stored)
        assert len(stored) == len(set(stored))
        acknowledged_in_all += len(acknowledged)

    assert acknowledged_in_all > ROUNDS


def fail(damage: object) -> None:
    """Refuse damage: killing a process damages nothing that it wrote before."""
    raise AssertionError(damage)
