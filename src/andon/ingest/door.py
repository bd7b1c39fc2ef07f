"""
What every way in shares: who may send, how much at once, and a yes only when it is on disk.

HTTP and gRPC each speak their own protocol in front of it; behind it there is one path.

Source: idea 1 of the design; "Transport" and "Responses" of the conformance list, reliability study.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import os
from collections import Counter
from collections.abc import AsyncIterable, AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from typing import Protocol, TypeVar

import prometheus_client
import structlog

from andon.config import Settings
from andon.contract.problems import Forbidden, TooLarge, Unauthenticated, Unavailable
from andon.ingest.decoders import DecoderLost, Decoders
from andon.ingest.inflate import told_size
from andon.ingest.orders import Envelope, Order, Sender, TakenIn
from andon.ingest.quota import Quota
from andon.ingest.turns import Turns
from andon.log.writer import AppendFailed, SegmentWriter

RETRY_AFTER_S = 1
"""Senders give up after about ten seconds, and at once if told to wait for longer than they have left."""

MOST_HELD_BYTES = 256 * 2**20
"""
Bodies held in memory at once, as received. Beyond it, organisations that hold more than their share of it are
asked to come back; half as much again is for the others.
"""

TURN_PATIENCE_S = 5.0
"""A body that was not decoded by then is given back: its sender still has time to send it again."""

LARGE_BYTES = 2**20
"""
Bytes of a body, inflated, from which on it may take seconds to decode; exporters' batches have fewer. Such
bodies never have all decoding processes at once, where there are several.
"""

BUSY = {"Retry-After": str(RETRY_AFTER_S)}

_BY = ["signal", "org_id"]
REQUESTS = prometheus_client.Counter("andon_ingest_requests", "OTLP requests answered.", ["signal", "code"])
RECEIVED = prometheus_client.Counter(
    "andon_ingest_records_received", "Items in OTLP requests that could be read.", _BY
)
STORED = prometheus_client.Counter(
    "andon_ingest_records_stored", "Items acknowledged: durable in the log.", _BY
)
REJECTED = prometheus_client.Counter(
    "andon_ingest_records_rejected", "Items refused, as their senders were told.", _BY
)

_Result = TypeVar("_Result")
_LOG = structlog.get_logger(__name__)


class Principal(Protocol):
    """What a key stands for, as far as this door cares; the directory's principals are."""

    @property
    def key_id(self) -> str:
        """Public id of the key."""

    @property
    def org_id(self) -> str:
        """Organisation of the key."""

    @property
    def kind(self) -> str:
        """``ingest`` may write; nothing else may."""

    @property
    def keeps_content(self) -> bool:
        """Whether the organisation keeps prompts and other content."""


class Keys(Protocol):
    """Who recognises keys; the application's authentication does."""

    def recall(self, text: str, /) -> Principal | None:
        """Recognise a key that worked a moment ago, at once; None says nothing about a key."""

    def __call__(self, text: str, /) -> Principal | None:
        """Recognise a key, which may take a while; None for every one that is not valid now."""


class Door:
    """
    Lets telemetry in; all of it runs on one event loop.

    Args:
        writer: The log; whoever made it closes it, after the servers have stopped.
        decoders: They turn bodies into frames; whoever made them stops them, after the servers.
        authenticate: Tells whom a key speaks for.
        clock: Tells the time, in UTC.
        settings: Limits and the window of believed times.
        open_org: Organisation that loopback clients without any key write to: the demo. None refuses them.
    """

    def __init__(  # noqa: PLR0913 (parts that it is given, never makes)
        self,
        writer: SegmentWriter,
        decoders: Decoders,
        authenticate: Keys,
        clock: Callable[[], dt.datetime],
        settings: Settings,
        *,
        open_org: str | None = None,
    ) -> None:
        self.clock = clock
        self._writer = writer
        self._decoders = decoders
        self._authenticate = authenticate
        self._limit = settings.max_body_bytes
        self._body_s = settings.body_timeout_s
        self._open_org = open_org
        self._quota = Quota(settings.key_bytes_per_minute, settings.key_records_per_minute)
        self._turns = Turns(settings.decoders, TURN_PATIENCE_S)
        self._large_turns = Turns(max(1, settings.decoders - 1), TURN_PATIENCE_S)
        self._held: Counter[str] = Counter()
        self._workers = ThreadPoolExecutor(min(4, os.cpu_count() or 1), thread_name_prefix="andon-keys")

    def close(self) -> None:
        """Stop the worker threads; call it after the servers have stopped."""
        self._workers.shutdown()

    async def sender(self, authorization: str | None, *, is_loopback: bool) -> Sender:
        """
        Recognise who sends, before anything of the body is read.

        Args:
            authorization: The header, or the metadata, of that name; None when there is none.
            is_loopback: Whether the request came from this machine.

        Raises:
            Unauthenticated: There is no key, or none that is valid now.
            Forbidden: The key is not one to send with.
            TooMany: The key has sent more than it may.
        """
        if authorization is None and self._open_org is not None and is_loopback:
            return Sender(self._open_org)

        asked = {"WWW-Authenticate": 'Bearer realm="andon"'}
        if authorization is None:
            raise Unauthenticated("No key was sent; send Authorization: Bearer ik-…", headers=asked)
        scheme, _, key = authorization.partition(" ")
        principal = None
        if scheme.lower() == "bearer" and key.isascii():
            key = key.strip()
            # A thread's turn takes longer than the look that nearly always suffices.
            principal = self._authenticate.recall(key) or await self._on_a_worker(
                partial(self._authenticate, key)
            )
        if principal is None:
            raise Unauthenticated(
                "The key is not valid: send an ingest key that is neither expired nor revoked, as "
                "Authorization: Bearer ik-…",
                headers=asked,
            )
        if principal.kind != "ingest":
            raise Forbidden("This key reads reports; telemetry is sent with an ingest key (ik-…)")
        self._quota.check(principal.key_id, asyncio.get_running_loop().time())
        return Sender(principal.org_id, principal.key_id, principal.keeps_content)

    @asynccontextmanager
    async def body(self, chunks: AsyncIterable[bytes], sender: Sender) -> AsyncIterator[bytes]:
        """
        Read a body, as sent, and account for the memory that it takes while it is worked on.

        Args:
            chunks: It, as it arrives.
            sender: Whose it is: when room is short, those who hold more than their share have none.

        Raises:
            TooLarge: It is over the limit.
            Unavailable: There is no room for it now, or it did not arrive in time.
        """
        parts: list[bytes] = []
        held = 0
        self._check_room(sender.org_id)
        try:
            try:
                async with asyncio.timeout(self._body_s):
                    async for chunk in chunks:
                        parts.append(chunk)
                        held += len(chunk)
                        self._held[sender.org_id] += len(chunk)
                        self.check_length(held)
                        self._check_room(sender.org_id)
            except TimeoutError:
                raise Unavailable(
                    f"The body did not arrive within {self._body_s:g} seconds",
                    headers={**BUSY, "Connection": "close"},
                ) from None
            body = b"".join(parts)
            parts.clear()
            yield body
        finally:
            self._held[sender.org_id] -= held
            if not self._held[sender.org_id]:
                del self._held[sender.org_id]

    def check_length(self, length: int) -> None:
        """
        Refuse a body of so many bytes if that is too many.

        Raises:
            TooLarge: It is over the limit.
        """
        if length > self._limit:
            raise TooLarge(f"The body has more than {self._limit} bytes; send smaller batches")

    async def take(self, body: bytes, envelope: Envelope, *, is_gzip: bool = False) -> TakenIn:
        """
        Take a body in; returns when all that was accepted of it would survive a power cut.

        Raises:
            BadRequest: It cannot be inflated or decoded, now or ever.
            TooLarge: It holds too much, inflated.
            Unavailable: The log could not store it.
        """
        taken = await self._decode(body, envelope, is_gzip=is_gzip)
        signal, org_id = envelope.signal, envelope.sender.org_id
        if envelope.sender.ingest_key_id is not None:
            self._quota.spend(
                envelope.sender.ingest_key_id,
                asyncio.get_running_loop().time(),
                size=len(body),
                records=taken.accepted + taken.rejected,
            )
        RECEIVED.labels(signal, org_id).inc(taken.accepted + taken.rejected)
        if taken.frame is not None:
            try:
                await asyncio.wrap_future(self._writer.append(taken.frame))
            except AppendFailed as failed:
                _LOG.error("telemetry was not stored", signal=signal, reason=str(failed))
                raise Unavailable("The telemetry could not be stored; send it again", headers=BUSY) from None
        STORED.labels(signal, org_id).inc(taken.accepted)
        REJECTED.labels(signal, org_id).inc(taken.rejected)
        return taken

    async def _decode(self, body: bytes, envelope: Envelope, *, is_gzip: bool) -> TakenIn:
        try:
            async with AsyncExitStack() as stack:
                if (told_size(body) if is_gzip else len(body)) > LARGE_BYTES:
                    await stack.enter_async_context(self._large_turns.turn(envelope.sender.org_id))
                await stack.enter_async_context(self._turns.turn(envelope.sender.org_id))
                return await self._decoders.take_in(body, Order(envelope, is_gzip))
        except TimeoutError:
            raise Unavailable("Too much telemetry at once; send it again", headers=BUSY) from None
        except DecoderLost:
            raise Unavailable(
                "The telemetry could not be decoded just now; send it again", headers=BUSY
            ) from None

    def _check_room(self, org_id: str) -> None:
        held = self._held.total()
        is_short = held > MOST_HELD_BYTES and self._held[org_id] > MOST_HELD_BYTES / len(self._held)
        if is_short or held > MOST_HELD_BYTES * 3 / 2:
            raise Unavailable("Too much telemetry at once; send it again", headers=BUSY)

    async def _on_a_worker(self, work: Callable[[], _Result]) -> _Result:
        return await asyncio.get_running_loop().run_in_executor(self._workers, work)
