"""
Short attributes read from their bytes, without making messages of them.

Numbers and ids are new in each item, so remembering attributes does not help with them, and two messages
for one number cost more than everything else that is done with it. Only the usual layout is read here: a
name, then a text or a non-negative integer, each with a length of one byte and nothing after it. Protobuf's
own parser reads the rest.

Source: opentelemetry-proto ``common.proto`` (KeyValue, AnyValue); protobuf's encoding guide.
"""

from __future__ import annotations

_KEY = _TEXT = 0x0A
_VALUE = 0x12
_INT = 0x18
"""Tags: field number and wire type."""

_MORE = 0x80
"""Bit of a varint's byte that says that another one follows; lengths below it take one byte."""

_SHORTEST = 7
"""Bytes of the shortest pair that is read: a name of one letter and an empty text."""

_LONGEST_INT = 8
"""Bytes of an integer below 2^56; longer ones may be negative."""


def short_pair(raw: bytes) -> tuple[str, str | int] | None:
    """
    Give the name and value of a KeyValue, or None when it is not one of the usual short ones.

    Raises:
        UnicodeDecodeError: The name or the text is not UTF-8.
    """
    size = len(raw)
    if not _SHORTEST <= size < _MORE or raw[0] != _KEY or raw[1] == 0:
        return None
    value = raw[1] + 2
    if value > size - 4 or raw[value] != _VALUE or raw[value + 1] != size - value - 2:
        return None
    kind, at = raw[value + 2], value + 3
    if kind == _TEXT and raw[at] == size - at - 1:
        return raw[2:value].decode(), raw[at + 1 :].decode()
    if kind == _INT and size - at <= _LONGEST_INT:
        number = _varint(raw[at:])
        return None if number is None else (raw[2:value].decode(), number)
    return None


def _varint(raw: bytes) -> int | None:
    """Read a number that fills all of *raw*, None when it does not."""
    last = len(raw) - 1
    number = 0
    for position, byte in enumerate(raw):
        if (byte >= _MORE) == (position == last):
            return None
        number |= (byte & ~_MORE) << 7 * position
    return number
