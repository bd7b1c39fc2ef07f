"""Keys and sessions, recognised once and remembered for a moment."""

from __future__ import annotations

import datetime as dt
import hashlib
import threading
import time
from collections.abc import Callable

from andon.app.key_uses import KeyUses
from andon.directory.directory import Directory
from andon.directory.keys import Principal
from andon.directory.sessions import is_session

REMEMBERED_S = 2.0
"""A revoked key works for so long at most; five seconds are promised."""

_MOST_REMEMBERED = 10_000


class Authentication:
    """
    ``Directory.authenticate`` and ``session`` with a short memory for what works. Safe from several threads.

    Keys that do not work are looked up each time: whoever guesses must not fill the memory, and a key that
    was just made works at once.

    Args:
        directory: Asked for keys that are not remembered.
        clock: Tells the time, in UTC; decides about expiry.
        uses: Told which keys are used.
    """

    def __init__(self, directory: Directory, clock: Callable[[], dt.datetime], uses: KeyUses) -> None:
        self._directory = directory
        self._clock = clock
        self._uses = uses
        self._known: dict[bytes, tuple[float, Principal]] = {}
        self._gate = threading.Lock()

    def recall(self, text: str) -> Principal | None:
        """Recognise a key that worked a moment ago, without asking anybody; None says nothing about a key."""
        # The keys themselves are not kept in memory for longer than a request.
        with self._gate:
            found = self._known.get(_digest(text))
        return found[1] if found is not None and time.monotonic() - found[0] < REMEMBERED_S else None

    def __call__(self, text: str) -> Principal | None:
        """Recognise a key or a session; None for every one that does not work."""
        known = self.recall(text)
        if known is not None:
            return known
        now, at = time.monotonic(), self._clock()
        if is_session(text):
            found = self._directory.session(text, at)
            principal = found[0] if found else None
        else:
            principal = self._directory.authenticate(text, at)
        if principal is not None:
            self._uses.note(principal.key_id, at)
        with self._gate:
            if principal is None:
                self._known.pop(_digest(text), None)
            else:
                if len(self._known) >= _MOST_REMEMBERED:
                    self._known.clear()
                self._known[_digest(text)] = (now, principal)
        return principal

    def forget(self, text: str) -> None:
        """Ask the directory again the next time: the session just ended."""
        with self._gate:
            self._known.pop(_digest(text), None)

    def note_uses(self) -> None:
        """Write down now which keys were used lately."""
        self._uses.write()

    def forget_all(self) -> None:
        """Ask the directory again about all: a key was just withdrawn, and the sessions that it opened."""
        with self._gate:
            self._known.clear()


def _digest(text: str) -> bytes:
    return hashlib.sha256(text.encode()).digest()
