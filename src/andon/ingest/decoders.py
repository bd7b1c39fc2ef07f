"""
Processes that decode, and whose turn it is: the work that would keep one core busy, on as many as there are.

::

    request ── turn ──▶ an idle process ── frame ──▶ the log

A body goes to a process whole, as it was received, and a frame for the log comes back. A process that dies,
or that takes longer than :data:`PATIENCE_S` for one body, is replaced; its sender is asked to send again.

Source: promises R11 (bounded work) of the reliability study; decision "decoding in processes".
"""

from __future__ import annotations

import asyncio
import contextlib
import sys
from asyncio.subprocess import PIPE, Process
from typing import Self

import msgspec
import structlog

from andon.ingest.orders import LENGTHS, Answer, Order, Setup, TakenIn, answered

PATIENCE_S = 60.0
"""
Seconds of the clock for one body. Its processor time is bounded more tightly, and for good: only where others
have nearly all of the machine, or where a process hangs, does it take so long.
"""

_LONGEST_COMPLAINT = 4_000

_LOG = structlog.get_logger(__name__)


class DecoderLost(Exception):
    """The process died or was too slow; another body may have been the reason."""


class Decoders:
    """
    A few processes that decode, while the context lasts; used on one event loop.

    Args:
        count: How many, at least one.
        setup: What all orders share.
    """

    def __init__(self, count: int, setup: Setup) -> None:
        encoded = msgspec.msgpack.encode(setup)
        self._all = [_Decoder(encoded) for _ in range(count)]
        self._idle: asyncio.LifoQueue[_Decoder] = asyncio.LifoQueue()

    async def __aenter__(self) -> Self:
        """
        Start the first process; it takes orders at once and does them when it is up.

        The others are started when there is work for them: all at once would take the processors from
        whatever else a server needs to begin.
        """
        await self._all[0].start()
        for decoder in reversed(self._all):
            self._idle.put_nowait(decoder)
        return self

    async def start_others(self) -> None:
        """Start the others before there is work for them."""
        for decoder in self._all[1:]:
            await decoder.start()

    async def __aexit__(self, *_: object) -> None:
        """End the processes; nobody may wait for an answer any more."""
        await asyncio.gather(*(decoder.end() for decoder in self._all))

    async def take_in(self, body: bytes, order: Order) -> TakenIn:
        """
        Turn a body into a frame, as soon as a process is idle.

        Raises:
            BadRequest: The body is not what it says it is.
            TooLarge: It has more bytes or items than are taken.
            DecoderLost: It is not known what the body is; sending it again is safe.
        """
        decoder = await self._idle.get()
        try:
            return await decoder.take_in(body, order)
        finally:
            self._idle.put_nowait(decoder)


class _Decoder:
    """One process at a time: a new one takes the place of one that was lost."""

    def __init__(self, setup: bytes) -> None:
        self._setup = setup
        self._process: Process | None = None
        self._starting = asyncio.Lock()
        self._listening: asyncio.Task[None] | None = None

    async def start(self) -> Process:
        async with self._starting:
            if self._process is not None and self._process.returncode is None:
                return self._process
            await self.end()  # it may have died while nobody asked anything of it
            return await self._start()

    async def _start(self) -> Process:
        # Its stderr too: what it inherits it would keep open, for longer than the server may want to.
        process = self._process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "andon.ingest.decoder", stdin=PIPE, stdout=PIPE, stderr=PIPE, limit=2**20
        )
        self._listening = asyncio.create_task(_listen(process))
        await _send(process, self._setup, b"")
        return process

    async def end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
        if self._listening is not None:
            await self._listening

    async def take_in(self, body: bytes, order: Order) -> TakenIn:
        whole = False
        try:
            async with asyncio.timeout(PATIENCE_S):
                process = await self.start()
                await _send(process, msgspec.msgpack.encode(order), body)
                answer, frame = await _answer(process)
            whole = True
        except (OSError, asyncio.IncompleteReadError, TimeoutError) as error:
            _LOG.error("a decoding process was lost", reason=type(error).__name__, bytes=len(body))
            raise DecoderLost(type(error).__name__) from None
        finally:
            # Also when the request was given up: an answer that nobody has read would be the next one's.
            if not whole:
                await self.end()
        return answered(answer, frame)


async def _listen(process: Process) -> None:
    """Hand on to the server's log what a process complains of."""
    if process.stderr is None:
        return
    while said := await process.stderr.read(_LONGEST_COMPLAINT):
        _LOG.error("a decoding process said", text=said.decode(errors="replace").strip())


async def _send(process: Process, head: bytes, payload: bytes) -> None:
    # uvloop's own word for a process that has ended would be a RuntimeError.
    if process.stdin is None or process.stdin.is_closing():
        raise BrokenPipeError
    process.stdin.writelines([LENGTHS.pack(len(head), len(payload)) + head, payload])
    await process.stdin.drain()


async def _answer(process: Process) -> tuple[Answer, bytes]:
    if process.stdout is None:
        raise BrokenPipeError
    head, payload = LENGTHS.unpack(await process.stdout.readexactly(LENGTHS.size))
    answer = msgspec.msgpack.decode(await process.stdout.readexactly(head), type=Answer)
    return answer, await process.stdout.readexactly(payload)
