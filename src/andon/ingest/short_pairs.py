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
    if kind == _INT:
        number = _varint(raw, at, size - at)
        return None if number is None else (raw[2:value].decode(), number)
    return None


def _varint(raw: bytes, at: int, length: int) -> int | None:  # noqa: PLR0911 (a length each)
    """Read a number of one to four bytes; None when it is longer, or other than its length says."""
    # Counts of tokens and milliseconds are of these lengths: a loop over them takes three times as long.
    first = raw[at]
    if length == 1:
        return first if first < _MORE else None
    second = raw[at + 1]
    if first < _MORE:
        return None
    if length == 2:  # noqa: PLR2004 (bytes)
        return first - _MORE | second << 7 if second < _MORE else None
    third = raw[at + 2]
    if second < _MORE:
        return None
    if length == 3:  # noqa: PLR2004 (bytes)
        return first - _MORE | second - _MORE << 7 | third << 14 if third < _MORE else None
    fourth = raw[at + 3]
    if length > 4 or third < _MORE or fourth >= _MORE:  # noqa: PLR2004 (bytes)
        return None
    return first - _MORE | second - _MORE << 7 | third - _MORE << 14 | fourth << 21
