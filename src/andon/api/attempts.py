"""How often somebody may be wrong: failed sign-ins by address."""

from __future__ import annotations

import threading
import time

from andon.contract.problems import TooMany

MOST = 10
"""Failures of one address within the window: a person who pastes wrongly needs fewer."""

WINDOW_S = 60

_MOST_ADDRESSES = 10_000


class Attempts:
    """Failures of the last minute; in memory, so that a restart forgives. Safe from several threads."""

    def __init__(self) -> None:
        self._failures: dict[str, list[float]] = {}
        self._gate = threading.Lock()

    def check(self, address: str) -> None:
        """
        Let an address try.

        Raises:
            TooMany: It was wrong too often.
        """
        now = time.monotonic()
        with self._gate:
            recent = self._recent(address, now)
        if len(recent) >= MOST:
            wait = max(1, int(recent[0] + WINDOW_S - now) + 1)
            raise TooMany(
                f"{MOST} failed sign-ins in a minute; wait {wait} seconds", headers={"Retry-After": str(wait)}
            )

    def fail(self, address: str) -> None:
        """Note that an address was wrong."""
        now = time.monotonic()
        with self._gate:
            if address not in self._failures and len(self._failures) >= _MOST_ADDRESSES:
                # Ten thousand addresses do not guess 190 bits either: this only bounds the memory.
                self._failures.clear()
            self._failures[address] = [*self._recent(address, now), now][-MOST:]

    def _recent(self, address: str, now: float) -> list[float]:
        return [at for at in self._failures.get(address, []) if at > now - WINDOW_S]
