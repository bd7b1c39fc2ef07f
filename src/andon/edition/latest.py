"""What was asked for last, in memory and within a limit of bytes."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from cachetools import LRUCache

_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Latest(Generic[_Key, _Value]):
    """
    The least recently used goes first. Safe to use from several threads.

    Args:
        limit_bytes: Of all values together.
        size_of: Tells a value's bytes.
    """

    def __init__(self, limit_bytes: int, size_of: Callable[[_Value], int]) -> None:
        self._values: LRUCache[_Key, _Value] = LRUCache(limit_bytes, getsizeof=size_of)
        self._gate = threading.Lock()

    def give(self, key: _Key) -> _Value | None:
        """Give what was kept; None when it is not there."""
        with self._gate:
            return self._values.get(key)

    def keep(self, key: _Key, value: _Value) -> None:
        """Keep a value, unless it is larger than all room, and drop others for it."""
        with self._gate:
            if self._values.getsizeof(value) <= self._values.maxsize:
                self._values[key] = value
