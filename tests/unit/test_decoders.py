"""Processes that decode: the same rows as without them, and one that is lost costs one answer."""

from __future__ import annotations

import asyncio
import contextlib
import datetime as dt
import gzip
import json
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
import uvloop

from andon.contract.problems import BadRequest, TooLarge
from andon.ingest import frames
from andon.ingest.decoders import DecoderLost, Decoders
from andon.ingest.orders import Envelope, Order, Sender, Setup, Window
from andon.ingest.take_in import take_in

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
WINDOW = Window(dt.date(2026, 1, 14), 600)
SETUP = Setup(WINDOW, 2**20)
ORDER = Order(Envelope("logs", "json", Sender("org", "key"), NOW), is_gzip=False)


def body(name: str) -> bytes:
    """Make a request of one log record."""
    record = {"timeUnixNano": str(int(NOW.timestamp()) * 10**9), "eventName": name}
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).encode()


def event(frame: bytes | None) -> str:
    """Name the event of a frame's one row."""
    assert frame is not None
    (row,) = frames.unpack(frame)["log_records"].to_pylist()
    return str(row["event_name"])


def children() -> list[int]:
    """List the processes that this one has started."""
    while True:
        # A thread that ends while it is asked leaves its children to another, and is asked again.
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            return [
                int(pid)
                for task in Path("/proc/self/task").iterdir()
                for pid in (task / "children").read_text().split()
            ]


def wait_until_gone(pid: int) -> None:
    """Wait until a process that this one started has ended."""
    while pid in children():
        time.sleep(0.01)


def test_a_process_gives_what_decoding_here_gives() -> None:
    """The same frame and counts, compressed or not."""

    async def run() -> None:
        async with Decoders(2, SETUP) as decoders:
            here = take_in(body("a"), ORDER.envelope, WINDOW)
            assert await decoders.take_in(body("a"), ORDER) == here
            packed = Order(ORDER.envelope, is_gzip=True)
            assert await decoders.take_in(gzip.compress(body("a")), packed) == here

    asyncio.run(run())


def test_a_bad_body_costs_only_itself() -> None:
    """Refusals come back as what they are, and the same process goes on."""

    async def run() -> None:
        async with Decoders(1, SETUP) as decoders:
            with pytest.raises(BadRequest, match="not valid JSON"):
                await decoders.take_in(b"{", ORDER)
            with pytest.raises(TooLarge, match="after decompression"):
                await decoders.take_in(gzip.compress(bytes(2**21)), Order(ORDER.envelope, is_gzip=True))
            assert event((await decoders.take_in(body("b"), ORDER)).frame) == "b"

    asyncio.run(run())


@pytest.mark.skipif(sys.platform != "linux", reason="no limit of memory here: its effect was NOT proved")
def test_a_body_that_takes_too_much_memory_is_refused() -> None:
    """It is told to its sender for good, and the process goes on."""
    attributes = [{"key": f"k{number}", "value": {"stringValue": "x" * 200}} for number in range(900)]
    record = {"timeUnixNano": "1", "attributes": attributes}
    large = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record] * 250}]}]}).encode()

    async def run() -> None:
        async with Decoders(1, Setup(WINDOW, 2**28, memory_bytes=180 * 2**20)) as decoders:
            with pytest.raises(TooLarge, match="memory"):
                await decoders.take_in(large, ORDER)
            assert event((await decoders.take_in(body("b"), ORDER)).frame) == "b"

    asyncio.run(run())


def test_a_body_that_takes_too_long_is_refused() -> None:
    """It is told to its sender for good, after so much processor time, and the same process goes on."""
    event_text = b"{},"
    spans = b'{"traceId":"%032d","spanId":"%016d","events":[' % (1, 1) + event_text * 30_000 + b"{}]},"
    large = b'{"resourceSpans":[{"scopeSpans":[{"spans":[' + spans * 12 + b"{}]}]}]}"
    order = Order(Envelope("traces", "json", Sender("org", "key"), NOW), is_gzip=False)

    async def run() -> None:
        before = set(children())
        async with Decoders(1, Setup(WINDOW, 2**28, processor_s=0.3)) as decoders:
            with pytest.raises(TooLarge, match=r"takes more than .* to decode; send smaller batches"):
                await decoders.take_in(large, order)
            (pid,) = set(children()) - before
            assert event((await decoders.take_in(body("b"), ORDER)).frame) == "b"
            assert set(children()) - before == {pid}

    asyncio.run(run())


def test_a_killed_process_is_replaced() -> None:
    """Whoever waited for it is asked to send again; the next one is answered."""

    async def run() -> None:
        before = set(children())
        async with Decoders(1, SETUP) as decoders:
            await decoders.take_in(body("a"), ORDER)
            (pid,) = set(children()) - before
            os.kill(pid, signal.SIGKILL)
            with contextlib.suppress(DecoderLost):
                await decoders.take_in(body("b"), ORDER)
            assert event((await decoders.take_in(body("c"), ORDER)).frame) == "c"
        assert set(children()) <= before

    asyncio.run(run())


@pytest.mark.parametrize("loop", [asyncio.new_event_loop, uvloop.new_event_loop])
def test_a_process_that_died_idle_costs_nobody(loop: Callable[[], asyncio.AbstractEventLoop]) -> None:
    """Killed between two requests, as for want of memory: the next one is answered by another process."""

    async def run() -> None:
        before = set(children())
        async with Decoders(1, SETUP) as decoders:
            await decoders.take_in(body("a"), ORDER)
            (pid,) = set(children()) - before
            os.kill(pid, signal.SIGKILL)
            await asyncio.to_thread(wait_until_gone, pid)
            assert event((await decoders.take_in(body("b"), ORDER)).frame) == "b"

    with asyncio.Runner(loop_factory=loop) as runner:
        runner.run(run())


def test_an_answer_that_nobody_waits_for_is_nobody_elses() -> None:
    """A request that is given up in the middle does not give its answer to the next one."""

    async def run() -> None:
        async with Decoders(1, SETUP) as decoders:
            for number in range(5):
                given_up = asyncio.create_task(decoders.take_in(body("given up"), ORDER))
                await asyncio.sleep(0.002 * number)
                given_up.cancel()
                with contextlib.suppress(asyncio.CancelledError):
                    await given_up
                assert (
                    event((await decoders.take_in(body(f"kept {number}"), ORDER)).frame) == f"kept {number}"
                )

    asyncio.run(run())


def test_one_process_is_started_before_the_others() -> None:
    """A server begins with one, which takes work at once; the others come when they are needed or told to."""
    before = set(children())

    async def run() -> None:
        async with Decoders(3, SETUP) as decoders:
            assert len(set(children()) - before) == 1
            assert event((await decoders.take_in(body("a"), ORDER)).frame) == "a"
            assert len(set(children()) - before) == 1
            both = await asyncio.gather(*(decoders.take_in(body(name), ORDER) for name in "bc"))
            assert [event(one.frame) for one in both] == ["b", "c"]
            assert len(set(children()) - before) == 2
            await decoders.start_others()
            assert len(set(children()) - before) == 3

    asyncio.run(run())
    assert set(children()) == before
