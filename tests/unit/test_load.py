"""From the log to raw: everything arrives, once, whatever happens in between."""

from __future__ import annotations

import contextlib
import datetime as dt
import errno
import fcntl
import os
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from andon.contract.telemetry import Table
from andon.ingest.frames import pack
from andon.ingest.load import LOCK, Loader, flush, load_closed
from andon.log import framing
from andon.log.segments import closed_segments, open_segments
from andon.log.writer import SegmentWriter
from andon.warehouse.parquet_lake import ParquetLake
from andon.warehouse.raw_tables import raw_schema

DAY = dt.date(2026, 11, 20)
MOMENT = dt.datetime(2026, 11, 20, 12)  # noqa: DTZ001 (raw keeps UTC without a zone)


def quarantined(*record_ids: str, org_id: str = "org_a") -> pa.Table:
    """Rows of the smallest raw table."""
    common = {
        "org_id": org_id,
        "received_at": MOMENT,
        "event_date": DAY,
        "signal": "logs",
        "reason": "too_old",
        "detail": "x",
    }
    return pa.Table.from_pylist(
        [common | {"record_id": record_id} for record_id in record_ids], raw_schema("quarantine")
    )


def frame(*record_ids: str, org_id: str = "org_a") -> bytes:
    """A frame of the log with these rows."""
    return pack({"quarantine": quarantined(*record_ids, org_id=org_id)})


def write_segment(path: Path, *frames: bytes) -> None:
    """A segment as a writer leaves it."""
    path.parent.mkdir(exist_ok=True)
    marker = framing.marker_of(path)
    path.write_bytes(b"".join(framing.header(content, marker) + content for content in frames))


def stored(raw_dir: Path, table: Table = "quarantine") -> list[dict[str, Any]]:
    """Every row in the lake."""
    return [
        row for path in ParquetLake(raw_dir).files(table) for row in pq.ParquetFile(path).read().to_pylist()
    ]


def ids(raw_dir: Path) -> list[str]:
    """The record ids in the lake, sorted."""
    return sorted(row["record_id"] for row in stored(raw_dir))


def test_closed_segments_become_rows_and_are_gone(tmp_path: Path) -> None:
    """Every row of every frame is in raw under its organisation, counted; the segments are deleted."""
    writer = SegmentWriter(tmp_path / "log", max_bytes=1)
    for content in (frame("a", "b"), frame("c", org_id="org_b"), frame("d")):
        writer.append(content).result(5)
    writer.close()

    count = load_closed(tmp_path / "log", ParquetLake(tmp_path / "raw"))

    assert (count.segments, count.rows, count.set_aside) == (3, 4, ())
    assert ids(tmp_path / "raw") == ["a", "b", "c", "d"]
    assert Counter(row["org_id"] for row in stored(tmp_path / "raw")) == {"org_a": 3, "org_b": 1}
    assert closed_segments(tmp_path / "log") == []


def test_an_empty_log(tmp_path: Path) -> None:
    """A log that has nothing, or is not there yet, loads nothing."""
    assert load_closed(tmp_path / "log", ParquetLake(tmp_path / "raw")).rows == 0


def test_segments_of_dead_writers_are_loaded_and_of_living_ones_not(tmp_path: Path) -> None:
    """What a killed server had acknowledged arrives; what a living one has open waits."""
    write_segment(tmp_path / "log" / "00-1-0.open", frame("dead"))
    writer = SegmentWriter(tmp_path / "log", idle_s=60)
    writer.append(frame("living")).result(5)

    load_closed(tmp_path / "log", ParquetLake(tmp_path / "raw"))

    assert ids(tmp_path / "raw") == ["dead"]
    writer.close()


def test_flush_brings_what_was_acknowledged(tmp_path: Path) -> None:
    """A build's flush sees everything that was acknowledged before it, though the server goes on."""
    writer = SegmentWriter(tmp_path / "log", idle_s=60)
    writer.append(frame("a")).result(5)

    count = flush(tmp_path / "log", ParquetLake(tmp_path / "raw"), timeout_s=5)

    assert (count.rows, count.still_open) == (1, 0)
    assert ids(tmp_path / "raw") == ["a"]
    writer.append(frame("b")).result(5)
    writer.close()


def test_flush_does_not_wait_for_ever(tmp_path: Path) -> None:
    """A writer that does not close its segment is reported, and the rest is loaded."""
    write_segment(tmp_path / "log" / "00-1-0.seg", frame("a"))
    stuck = tmp_path / "log" / "01-1-0.open"
    write_segment(stuck, frame("b"))
    with stuck.open() as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        count = flush(tmp_path / "log", ParquetLake(tmp_path / "raw"), timeout_s=0.1)
    assert (count.rows, count.still_open) == (1, 1)
    assert open_segments(tmp_path / "log") == [stuck]


@pytest.mark.parametrize("call", ["fsync", "rename", "unlink", "mkdir"])
def test_a_fault_anywhere_loses_and_doubles_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """Fail at the Nth call, for every N until a load passes; after the next load each row is there once."""
    real = getattr(os, call)
    for at in range(1, 100):
        log, raw = tmp_path / str(at) / "log", tmp_path / str(at) / "raw"
        log.parent.mkdir()
        write_segment(log / "00-1-0.seg", frame("a"), frame("b", org_id="org_b"))
        write_segment(log / "01-1-0.seg", frame("c"))
        calls = 0

        def fail_at(*arguments: object, at: int = at, **named: object) -> None:
            nonlocal calls
            calls += 1
            if calls == at:
                raise OSError(errno.EIO, "Input/output error")
            real(*arguments, **named)

        with monkeypatch.context() as faulty:
            faulty.setattr(os, call, fail_at)
            with contextlib.suppress(OSError):
                load_closed(log, ParquetLake(raw))
        if calls < at:
            break

        load_closed(log, ParquetLake(raw))
        assert ids(raw) == ["a", "b", "c"], at
        assert closed_segments(log) == []
    assert at > 1


def test_a_segment_that_comes_back_is_not_doubled(tmp_path: Path) -> None:
    """A deletion that a power cut undid does not store the rows again."""
    for _ in range(2):
        write_segment(tmp_path / "log" / "00-1-0.seg", frame("a"))
        load_closed(tmp_path / "log", ParquetLake(tmp_path / "raw"))
    assert ids(tmp_path / "raw") == ["a"]


def test_a_damaged_frame_is_kept_aside_and_the_rest_is_loaded(tmp_path: Path) -> None:
    """Damage costs the damaged frame alone; its bytes are kept for an operator and reported."""
    path = tmp_path / "log" / "00-1-0.seg"
    write_segment(path, frame("a"), frame("b"), frame("c"))
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    count = load_closed(tmp_path / "log", ParquetLake(tmp_path / "raw"))

    assert ids(tmp_path / "raw") == ["a", "c"]
    (kept,) = count.set_aside
    assert kept.parent == tmp_path / "log" / "damaged"
    assert kept.read_bytes() in bytes(content)
    assert closed_segments(tmp_path / "log") == []


@pytest.mark.parametrize(
    "strange", [b"no arrow at all", pa.schema([("x", pa.int64())]).serialize().to_pybytes()]
)
def test_a_frame_that_is_not_understood_stops_nothing(tmp_path: Path, strange: bytes) -> None:
    """A sound frame that holds no rows, perhaps of a newer version, is kept with its segment; others load."""
    write_segment(tmp_path / "log" / "00-1-0.seg", frame("a"), strange)
    write_segment(tmp_path / "log" / "01-1-0.seg", frame("b"))

    count = load_closed(tmp_path / "log", ParquetLake(tmp_path / "raw"))

    assert ids(tmp_path / "raw") == ["b"]
    assert [path.name for path in count.set_aside] == ["00-1-0.seg"]
    assert closed_segments(tmp_path / "log") == []


def test_two_loaders_take_turns(tmp_path: Path) -> None:
    """While one loads, of any process, another waits; together they store each row once."""
    write_segment(tmp_path / "log" / "00-1-0.seg", frame("a"))
    with (tmp_path / "log" / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        threads = [
            threading.Thread(target=load_closed, args=(tmp_path / "log", ParquetLake(tmp_path / "raw")))
            for _ in range(2)
        ]
        for thread in threads:
            thread.start()
        time.sleep(0.1)
        assert ids(tmp_path / "raw") == []
    for thread in threads:
        thread.join(5)
    assert ids(tmp_path / "raw") == ["a"]


def test_the_loader_loads_in_the_background_and_survives_faults(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The loader of a server loads what comes, and goes on after a disk that failed for a while."""
    loader = Loader(tmp_path / "log", ParquetLake(tmp_path / "raw"), interval_s=0.02)
    with monkeypatch.context() as faulty:

        def fail(*_: object) -> None:
            raise OSError(errno.ENOSPC, "No space left on device")

        write_segment(tmp_path / "log" / "00-1-0.seg", frame("a"))
        faulty.setattr(os, "fsync", fail)
        loader.start()
        time.sleep(0.1)
    give_up = time.monotonic() + 60
    while closed_segments(tmp_path / "log") and time.monotonic() < give_up:
        time.sleep(0.01)
    loader.stop()
    assert ids(tmp_path / "raw") == ["a"]


def test_a_loader_that_never_started_can_be_stopped(tmp_path: Path) -> None:
    """Stopping is always allowed."""
    Loader(tmp_path / "log", ParquetLake(tmp_path / "raw")).stop()
