"""Answers that were given a moment ago, ready to be given again."""

from __future__ import annotations

import threading
from collections import OrderedDict

from starlette.responses import Response

KEPT_BYTES = 32 << 20
"""Memory for answers: some hundred quarters, as many as pages and dashboards ask for again and again."""

LARGEST_BYTES = 1 << 20
"""An answer that is larger is read again: a few of them would push out all others."""


class Kept:
    """
    The latest answers, by tag. Safe to use from several threads.

    A tag names edition, organisation, question and packing, so that an answer is never out of date and never
    somebody else's; those of editions that are gone are pushed out by newer ones.

    Args:
        limit_bytes: Of all bodies together.
    """

    def __init__(self, limit_bytes: int = KEPT_BYTES) -> None:
        self._limit_bytes = limit_bytes
        self._held_bytes = 0
        self._answers: OrderedDict[str, tuple[bytes, dict[str, str]]] = OrderedDict()
        self._gate = threading.Lock()

    def give(self, tag: str) -> Response | None:
        """Answer as before; None when the answer is not kept."""
        with self._gate:
            found = self._answers.get(tag)
            if found is None:
                return None
            self._answers.move_to_end(tag)
        # Each time a response of its own: what it passes through adds headers.
        return Response(found[0], headers=found[1], media_type="application/json")

    def keep(self, tag: str, body: bytes, headers: dict[str, str]) -> None:
        """Keep an answer, unless it is large."""
        if len(body) > LARGEST_BYTES:
            return
        with self._gate:
            if tag in self._answers:
                return
            self._answers[tag] = (body, headers)
            self._held_bytes += len(body)
            while self._held_bytes > self._limit_bytes:
                _, (dropped, _) = self._answers.popitem(last=False)
                self._held_bytes -= len(dropped)
