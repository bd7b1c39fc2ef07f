"""
How many items a body holds, told before anything is made of it.

Bytes bound nothing: 4 kB of gzip hold two million empty spans, which would cost hundreds of megabytes and
many seconds to decode. Counting walks over the bytes, makes nothing, and stops at the limit.

Source: "What matters most" 5 and promise R11 of the reliability study; opentelemetry-proto's field numbers.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from andon.contract.telemetry import Signal
from andon.ingest.answers import Encoding

_SMALLEST_ITEM = 2
"""Bytes of an empty item in protobuf: its tag and its length."""

_FIELDS_PER_ITEM = 10
"""Fields around an item that are walked over before a body counts as too large anyway."""

_MOST_BRACKETS = 6_000_000
"""Brackets that are walked over, in some seconds, before a body counts as too large anyway."""

_LENGTH_DELIMITED = 2
_WIDTHS = {1: 8, 5: 4}
_CONTINUES = 0x80

_GROUPS = frozenset({1})
_SECOND = frozenset({2})
_METRIC_DATA = frozenset({5, 7, 9, 10, 11})
_LEVELS: dict[Signal, tuple[frozenset[int], ...]] = {
    "traces": (_GROUPS, _SECOND, _SECOND),
    "logs": (_GROUPS, _SECOND, _SECOND),
    "metrics": (_GROUPS, _SECOND, _SECOND, _METRIC_DATA, _GROUPS),
}
"""Field numbers on the way down: resources, scopes, then items, or metrics, their data and its points."""

_TO_BRACKET = re.compile(rb"""(?:[^"{}\[\]]++|"[^"\\]*+(?:\\.[^"\\]*+)*+")*+(?:([{}\[\]])|"|\Z)""", re.DOTALL)
"""
JSON up to its next bracket, or to where it cannot be read any more; texts are stepped over whole, so that
brackets in them do not count.
"""

_DEPTHS: dict[Signal, frozenset[int]] = {
    "traces": frozenset({3, 5, 7}),
    "logs": frozenset({3, 5, 7}),
    "metrics": frozenset({3, 5, 7, 10}),
}
"""Depths at which an object directly inside a list is a resource, a scope, an item or a metric's point."""

_OPENING = frozenset({b"{", b"["})


class _TooMany(Exception):
    """The limit is passed."""


def holds_more_than(most: int, signal: Signal, body: bytes, encoding: Encoding) -> bool:
    """
    Tell whether a body holds more than so many items; the resources and scopes around them count too.

    A body that is malformed is counted as far as it can be read: decoding says what is wrong with it.
    """
    if len(body) <= most * _SMALLEST_ITEM:
        return False
    if encoding == "json":
        return _json_holds_more(most, signal, body)
    try:
        _Walk(most).count(body, 0, len(body), _LEVELS[signal])
    except _TooMany:
        return True
    return False


def _json_holds_more(most: int, signal: Signal, body: bytes) -> bool:
    if body.count(b"{") <= most:
        return False
    depths = _DEPTHS[signal]
    open_brackets: list[bytes] = []
    count = 0
    brackets_left = _MOST_BRACKETS
    for match in _TO_BRACKET.finditer(body):
        token = match.group(1)
        if token is None:
            break
        brackets_left -= 1
        if brackets_left < 0:
            return True
        if token in _OPENING:
            if token == b"{" and open_brackets[-1:] == [b"["] and len(open_brackets) + 1 in depths:
                count += 1
                if count > most:
                    return True
            open_brackets.append(token)
        elif open_brackets:
            open_brackets.pop()
    return False


class _Walk:
    """A walk over the fields of a protobuf body that ends when there are too many."""

    def __init__(self, most: int) -> None:
        self._items_left = most
        self._fields_left = most * _FIELDS_PER_ITEM

    def count(self, body: bytes, start: int, end: int, levels: tuple[frozenset[int], ...]) -> None:
        for number, first, last in self._messages(body, start, end):
            if number not in levels[0]:
                continue
            self._items_left -= 1
            if self._items_left < 0:
                raise _TooMany
            if len(levels) > 1:
                self.count(body, first, last, levels[1:])

    def _messages(self, body: bytes, start: int, end: int) -> Iterator[tuple[int, int, int]]:
        """Give number, start and end of each length-delimited field; stop where it is malformed."""
        at = start
        while at < end:
            self._fields_left -= 1
            if self._fields_left < 0:
                raise _TooMany
            tag, at = _varint(body, at, end)
            wire = tag & 7
            if wire == _LENGTH_DELIMITED:
                length, at = _varint(body, at, end)
                if at + length > end:
                    return
                yield tag >> 3, at, at + length
                at += length
            elif wire == 0:
                _, at = _varint(body, at, end)
            elif wire in _WIDTHS:
                at += _WIDTHS[wire]
            else:
                return


def _varint(body: bytes, at: int, end: int) -> tuple[int, int]:
    """Read a number; one that is cut off, or longer than it may be, ends the walk."""
    value = 0
    for shift in range(0, 70, 7):
        if at >= end:
            return 0, end
        byte = body[at]
        at += 1
        value |= (byte & (_CONTINUES - 1)) << shift
        if byte < _CONTINUES:
            return value, at
    return 0, end
