"""Limits of time on a machine that does other things too."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import TypeVar

T = TypeVar("T")
TRIES = 3


class Late(AssertionError):
    """It took longer than it may."""


def within(limit_s: float, took_s: float) -> None:
    """Insist that it took less than so many seconds."""
    if took_s >= limit_s:
        raise Late(f"took {took_s:.2f} s, and may take {limit_s} s")


def in_one_of_three(attempt: Callable[[], T]) -> T:
    """
    Try what may be late: once it is perhaps the machine, three times it is the server.

    Anything else that fails fails at once.
    """
    for _ in range(TRIES - 1):
        with suppress(Late):
            return attempt()
    return attempt()
