"""
Whose turn it is: organisations take turns, however much each of them sends.

Without it a flood of one organisation fills the queue in front of the decoders, and everybody else waits
behind it until their exporters give up.

Source: promise S8 and threat T12 of the reliability study.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class Turns:
    """
    Lets so many in at once; those who wait get in by turns of their organisations. For one event loop.

    Args:
        at_once: How many may be in.
        patience_s: Seconds after which whoever waits is sent away: a sender's exporter does not wait longer.
    """

    def __init__(self, at_once: int, patience_s: float) -> None:
        self._free = at_once
        self._patience_s = patience_s
        self._waiting: OrderedDict[str, deque[asyncio.Future[None]]] = OrderedDict()

    @asynccontextmanager
    async def turn(self, org_id: str) -> AsyncIterator[None]:
        """
        Wait for a turn of this organisation, and have it while the block runs.

        Raises:
            TimeoutError: It did not come in time.
        """
        if self._free:
            self._free -= 1
        else:
            await self._wait(org_id)
        try:
            yield
        finally:
            self._pass_on()

    async def _wait(self, org_id: str) -> None:
        mine: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(org_id, deque()).append(mine)
        try:
            async with asyncio.timeout(self._patience_s):
                await mine
        except BaseException:
            if mine.done() and not mine.cancelled():
                self._pass_on()  # the turn came at the moment when nobody wanted it any more
            else:
                self._forget(org_id, mine)
            raise

    def _forget(self, org_id: str, mine: asyncio.Future[None]) -> None:
        queue = self._waiting.get(org_id, deque())
        if mine in queue:
            queue.remove(mine)
        if not queue:
            self._waiting.pop(org_id, None)

    def _pass_on(self) -> None:
        """Give the turn to the first of the organisation that waited longest for one; it then goes last."""
        while self._waiting:
            org_id, queue = self._waiting.popitem(last=False)
            mine = queue.popleft()
            if queue:
                self._waiting[org_id] = queue
            if not mine.done():
                mine.set_result(None)
                return
        self._free += 1
