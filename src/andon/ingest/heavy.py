"""
Items that hold too much, told before anything is made of them.

One item may have as many bytes as a request, and that is well where it is a long text. Where it is millions
of empty attributes, events, buckets or values of a list, decoding it would cost gigabytes and minutes.
Counting walks over the bytes, steps over texts, makes nothing, and stops at the limit.

Source: promise R11 of the reliability study; opentelemetry-proto's field numbers.
"""

from __future__ import annotations

import re
from typing import TypeAlias

from andon.ingest.reading import LIGHT

MOST_FIELDS = LIGHT // 2
"""Fields of one item and of everything inside it: some twelve thousand attributes with a value."""

Shape: TypeAlias = "dict[int, Shape | None]"
"""Fields of a message that are messages themselves, by number; None for lists of numbers without tags."""

_TEXT: Shape = {}
"""Of a field that is no message, or of which it does not matter."""

_ANY: Shape = {}
_PAIR: Shape = {2: _ANY}
_ANY.update({5: {1: _ANY}, 6: {1: _PAIR}})
_BUCKETS: Shape = {2: None}

SPAN: Shape = {9: _PAIR, 11: {3: _PAIR}, 13: {4: _PAIR}}
LOG_RECORD: Shape = {5: _ANY, 6: _PAIR}
RESOURCE: Shape = {1: _PAIR}
SCOPE: Shape = {3: _PAIR}
POINTS: dict[str, Shape] = {
    "gauge": {7: _PAIR},
    "sum": {7: _PAIR},
    "histogram": {6: None, 7: None, 9: _PAIR},
    "exponential_histogram": {1: _PAIR, 8: _BUCKETS, 9: _BUCKETS},
    "summary": {6: {}, 7: _PAIR},
}

_LENGTH_DELIMITED = 2
_WIDTHS = {1: 8, 5: 4}
_CONTINUES = 0x80
_LONGEST_NUMBER = 70

_TOKEN = re.compile(rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"|[{,]', re.DOTALL)
"""What begins a value in JSON; texts are matched whole, so that what stands in them does not count."""


class _TooMany(Exception):
    """The limit is passed."""


def is_heavy(raw: bytes, shape: Shape) -> bool:
    """Tell whether a message in protobuf holds too much; one that is malformed is left to decoding."""
    if len(raw) <= LIGHT:
        return False
    try:
        _walk(raw, 0, len(raw), shape, MOST_FIELDS)
    except _TooMany:
        return True
    return False


def is_heavy_json(raw: bytes) -> bool:
    """Tell whether an item in JSON holds too much."""
    if len(raw) <= LIGHT or raw.count(b"{") + raw.count(b",") <= MOST_FIELDS:
        return False
    count = 0
    for match in _TOKEN.finditer(raw):
        if match.end() - match.start() == 1:
            count += 1
            if count > MOST_FIELDS:
                return True
    return False


def _walk(raw: bytes, at: int, end: int, shape: Shape, left: int) -> int:
    """Step over the fields of a message; gives how many more there may be."""
    while at < end:
        left -= 1
        if left < 0:
            raise _TooMany
        tag, at = _number(raw, at, end)
        wire = tag & 7
        if wire == _LENGTH_DELIMITED:
            length, at = _number(raw, at, end)
            if at + length > end:
                return left
            left = _step_in(raw, at, at + length, shape.get(tag >> 3, _TEXT), left)
            at += length
        elif wire == 0:
            _, at = _number(raw, at, end)
        elif wire in _WIDTHS:
            at += _WIDTHS[wire]
        else:
            return left
    if left < 0:
        raise _TooMany
    return left


def _step_in(raw: bytes, at: int, end: int, shape: Shape | None, left: int) -> int:
    """Step over the content of a field."""
    if shape is None:
        left -= end - at
    elif shape is not _TEXT:
        left = _walk(raw, at, end, shape, left)
    return left


def _number(raw: bytes, at: int, end: int) -> tuple[int, int]:
    """Read a number; one that is cut off, or longer than it may be, ends the walk."""
    value = 0
    for shift in range(0, _LONGEST_NUMBER, 7):
        if at >= end:
            return 0, end
        byte = raw[at]
        at += 1
        value |= (byte & (_CONTINUES - 1)) << shift
        if byte < _CONTINUES:
            return value, at
    return 0, end
