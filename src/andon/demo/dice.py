"""Chance, repeatable: the same name gives the same draws on every machine."""

from __future__ import annotations

from random import Random
from typing import TypeVar

T = TypeVar("T")


class Dice(Random):
    """
    A generator seeded by a name, with the few draws that the demo needs.

    They are made from `random` alone, which Python promises never to change, and they cost less than the
    library's own.
    """

    def happens(self, chance: float) -> bool:
        """Tell whether something with this chance, 0 to 1, happens."""
        return self.random() < chance

    def below(self, end: int) -> int:
        """Draw a whole number from 0 to *end*, *end* left out."""
        return int(self.random() * end)

    def between(self, low: int, high: int) -> int:
        """Draw a whole number from *low* to *high*, *high* left out."""
        return low + int(self.random() * (high - low))

    def pick(self, things: tuple[T, ...]) -> T:
        """Draw one of some things, each as likely as the others."""
        return things[int(self.random() * len(things))]

    def draw(self, weights: dict[T, int]) -> T:
        """Draw one of some things by their weights."""
        left = self.random() * sum(weights.values())
        for thing, weight in weights.items():
            left -= weight
            if left < 0:
                return thing
        return next(reversed(weights))
