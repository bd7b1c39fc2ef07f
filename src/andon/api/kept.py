"""Answers that were given a moment ago, ready to be given again."""

from __future__ import annotations

from starlette.responses import Response

from andon.edition.latest import Latest

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
        self._answers: Latest[str, tuple[bytes, dict[str, str]]] = Latest(
            limit_bytes, lambda kept: len(kept[0])
        )

    def give(self, tag: str) -> Response | None:
        """Answer as before; None when the answer is not kept."""
        found = self._answers.give(tag)
        # Each time a response of its own: what it passes through adds headers.
        return found and Response(found[0], headers=found[1], media_type="application/json")

    def keep(self, tag: str, body: bytes, headers: dict[str, str]) -> None:
        """Keep an answer, unless it is large."""
        if len(body) <= LARGEST_BYTES:
            self._answers.keep(tag, (body, headers))
