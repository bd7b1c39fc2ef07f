"""
Disks that refuse, are full, or give back other bytes than they were given.

Source: promises R3 to R5 of the reliability study.
"""

from __future__ import annotations

import contextlib
import http.client
import random
import re
import signal
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from andon.config import read_settings
from andon.directory.directory import open_directory
from andon.ingest.load import flush
from andon.log.framing import header, marker_of
from andon.log.segments import closed_segments, open_segments, request_close
from andon.warehouse.parquet_lake import ParquetLake

from faults import needs_mount, needs_strace, small_disk
from ledger import Counts, Ledger, RecordProperty, frame, frame_ids, raw_ids, tell
from line import NOW, Line
from senders import Load
from small_server import Small, small_server

pytestmark = pytest.mark.slow(seconds=15)

full = pytest.mark.full_rounds

HEALTHY_S = 5
"""After a disk that failed once, or that was full, the server takes telemetry again within this."""

DISK_BYTES = 8 * 2**20
BATCH = 50
"""Damaged segments in one data directory."""

FRAMES = 8
"""Of a damaged segment."""


@needs_strace
@pytest.mark.parametrize("numbers", [(1,), pytest.param(range(1, 21), marks=full)], ids=["first", "to-20"])
@pytest.mark.parametrize("call", ["fdatasync", "fsync"])
def test_a_failed_flush_is_never_acknowledged(
    tmp_path: Path, call: str, numbers: Sequence[int], record_property: RecordProperty
) -> None:
    """The Nth flush of any thread fails: 503, a new file, well again in five seconds, nothing lost."""
    data, ledger, slowest, failed = tmp_path / "data", Ledger(), 0.0, 0
    with small_server(data) as server:
        for number in numbers:
            trace = tmp_path / f"{number}.trace"
            with failing(server, call, number, trace), Load(server, ledger).running():
                for _ in range(3):
                    time.sleep(0.4)
                    request_close(data / "log")
                time.sleep(0.4)
            failed += failures(trace.read_text())
            slowest = max(slowest, seconds_of_refusal(ledger))
    flush(data / "log", ParquetLake(data / "raw"), 10)
    counts = ledger.compare(data / "raw", len(numbers))
    told = {"flushes failed": failed, "refusing for at most": f"{slowest:.2f} s"}
    tell(record_property, f"EIO at the Nth {call}", counts, **told)
    assert failed >= len(numbers)
    assert slowest <= HEALTHY_S
    assert counts.refused > 0
    assert counts.acknowledged > counts.over_grpc > 0


@contextlib.contextmanager
def failing(server: Small, call: str, number: int, trace: Path) -> Iterator[None]:
    """Let the Nth such call of each of the server's threads fail, and write down what they do."""
    watched = ["-e", "trace=writev,fdatasync,fsync", "-e", f"inject={call}:error=EIO:when={number}"]
    tracer = subprocess.Popen(
        ["strace", "-f", "-y", "-o", trace, *watched, "-p", str(server.pid)], stderr=subprocess.PIPE
    )
    assert tracer.stderr is not None
    with tracer.stderr:
        assert b"attached" in tracer.stderr.readline()
        yield
        tracer.send_signal(signal.SIGINT)
        tracer.stderr.read()
    tracer.wait()


def failures(trace: str) -> int:
    """Count the failed calls; no segment whose flush failed may be written or flushed after it."""
    calling: dict[str, str] = {}
    spoiled: set[str] = set()
    count = 0
    for line in trace.splitlines():
        thread, _, rest = line.partition(" ")
        begun = re.match(r"\s*\w+\(\d+<([^>]*)>", rest)
        if begun is not None:
            calling[thread] = begun[1]
            assert begun[1] not in spoiled, f"{begun[1]} is touched again: {line}"
        if "INJECTED" in rest:
            count += 1
            if calling[thread].endswith(".open"):
                spoiled.add(calling[thread])
    return count


def seconds_of_refusal(ledger: Ledger) -> float:
    """Tell how long requests were refused: from the first refusal to an acknowledgement after the last."""
    if not ledger.refusals:
        return 0
    after = [at for at in ledger.acknowledgements if at > ledger.refusals[-1]]
    assert after, "nothing was acknowledged after the failure"
    seconds = after[0] - ledger.refusals[0]
    ledger.refusals.clear()
    return seconds


@needs_mount
@pytest.mark.parametrize("rounds", [1, pytest.param(20, marks=full)])
@pytest.mark.parametrize("ballast", [0, 16 * 2**20], ids=["without-ballast", "with-ballast"])
def test_a_full_disk_refuses_and_recovers(
    tmp_path: Path, rounds: int, ballast: int, record_property: RecordProperty
) -> None:
    """503 while it is full, reads and (with ballast) deletes go on, and no restart is needed after it."""
    counts, slowest = Counts(), 0.0
    with small_disk(tmp_path / "disk", DISK_BYTES) as disk:
        data, ledger = disk / "data", Ledger()
        settings = {"ANDON_BALLAST_BYTES": str(ballast)}
        with (
            small_server(data, environment=settings, log=tmp_path / "server.log") as server,
            Load(server, ledger).running(),
        ):
            before = answer(server)
            for _ in range(rounds):
                wait_for(answers(ledger, time.monotonic()))
                fill(disk / "filler")
                wait_for(lambda: len(ledger.refusals) > 0)
                time.sleep(1.5)  # longer than the loader's pause: whoever could use the rest has
                assert answer(server) == before
                if ballast:
                    change_the_directory(data)
                made_room = time.monotonic()
                (disk / "filler").unlink()
                wait_for(answers(ledger, made_room))
                slowest = max(slowest, time.monotonic() - made_room)
                ledger.refusals.clear()
            if ballast:
                wait_for(lambda: (data / "ballast").stat().st_size == DISK_BYTES // 16)
        flush(data / "log", ParquetLake(data / "raw"), 10)
        counts = ledger.compare(data / "raw", rounds)
    kind = "with ballast" if ballast else "without ballast"
    told = {"well again after": f"{slowest:.2f} s"}
    tell(record_property, f"disk full, {kind}", counts, **told)
    assert slowest <= HEALTHY_S
    assert counts.refused > 0


def fill(filler: Path) -> None:
    """Take every byte that is left."""
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        while file.write(bytes(4096)):
            pass


def change_the_directory(data: Path) -> None:
    """On the full disk: make a key and delete it, and let the doctor say what is wrong."""
    assert (data / "ballast").stat().st_size == 0
    directory = open_directory(read_settings(data=data, now=NOW))
    [org] = directory.orgs()
    key = directory.create_key(org.org_id, "ingest", now=NOW)
    directory.revoke_key(key.text, now=NOW)
    directory.close()
    doctor = Line(data).run("doctor")
    assert doctor.returncode == 1
    assert re.search(r"^fail +ballast +released, because the disk was full", doctor.stdout, re.MULTILINE)


def answer(server: Small) -> tuple[int, int]:
    """Ask the API whether it lives, and for a report without a key: that needs the directory."""
    connection = http.client.HTTPConnection(urlsplit(server.api_url).netloc, timeout=60)
    codes = []
    for path in ("/healthz", "/api/v1/analytics/tokens?startDate=2026-11-20&endDate=2026-11-20"):
        connection.request("GET", path, headers={"Authorization": "Bearer fk-unknown"})
        response = connection.getresponse()
        response.read()
        codes.append(response.status)
    connection.close()
    return codes[0], codes[1]


def answers(ledger: Ledger, since: float) -> Callable[[], bool]:
    """Give a question: was anything acknowledged after this moment?"""
    return lambda: bool(ledger.acknowledgements) and ledger.acknowledgements[-1] > since


def is_empty(log: Path) -> bool:
    """Tell whether everything in the log is loaded."""
    return not closed_segments(log) and not open_segments(log)


def wait_for(is_true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait for something that the server does."""
    give_up = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up, "it did not happen in time"
        time.sleep(0.01)


@pytest.mark.parametrize("batches", [1, pytest.param(20, marks=full)], ids=["50", "1000"])
def test_damage_costs_only_what_it_hits(
    tmp_path: Path, batches: int, record_property: RecordProperty
) -> None:
    """Cut short or with a flipped bit: the server starts, loads the rest, and keeps what it cannot read."""
    dice = random.Random(batches)  # noqa: S311 (not a secret)
    counts, hit_in_all, aside_in_all = Counts(), 0, 0
    for batch in range(batches):
        data = tmp_path / str(batch)
        hit, aside = write_damaged(data, dice)
        with small_server(data):
            wait_for(partial(is_empty, data / "log"))
        sent = {name for number in range(BATCH * FRAMES) for name in frame_ids(number)}
        expected = sent - {name for number in hit for name in frame_ids(number)}
        stored = raw_ids(data / "raw")
        assert {path.name for path in (data / "log" / "damaged").iterdir()} == aside
        hit_in_all, aside_in_all = hit_in_all + len(hit), aside_in_all + len(aside)
        counts = counts.plus(
            Counts(
                rounds=BATCH,
                acknowledged=len(expected),
                lost=len(expected - set(stored)),
                twice=sum(count > 1 for count in stored.values()),
                ghosts=len(set(stored) - expected),
            )
        )
    told = {"frames hit": hit_in_all, "of": BATCH * FRAMES * batches, "stretches set aside": aside_in_all}
    tell(record_property, "damaged segments", counts, **told)


def write_damaged(data: Path, dice: random.Random) -> tuple[set[int], set[str]]:
    """
    Write segments and damage each at a random offset.

    Returns:
        The numbers of the frames that are hit, and the names under which bytes are to be set aside.
    """
    log = data / "log"
    log.mkdir(parents=True)
    for name in ("server.lock", "server.json", "ballast"):
        (data / name).write_bytes(dice.randbytes(50))
    hit, aside = set(), set()
    for number in range(BATCH):
        path = log / f"{number:020d}-1-0-{dice.randbytes(8).hex()}{dice.choice(['.open', '.seg'])}"
        content, ends = bytearray(), [0]
        for inner in range(FRAMES):
            payload = frame(number * FRAMES + inner)
            content += header(payload, marker_of(path)) + payload
            ends.append(len(content))
        offset = dice.randrange(len(content))
        first = max(index for index, end in enumerate(ends) if end <= offset)
        if dice.random() < 0.5:
            content[offset] ^= 1 << dice.randrange(8)
            hit.add(number * FRAMES + first)
            is_kept = True
        else:
            del content[offset:]
            hit.update(range(number * FRAMES + first, (number + 1) * FRAMES))
            # An open segment may end anywhere: its writer died. A cut between frames leaves nothing to keep.
            is_kept = path.suffix == ".seg" and offset != ends[first]
        if is_kept:
            aside.add(f"{path.stem}-{ends[first]}.bytes")
        path.write_bytes(content)
    return hit, aside
