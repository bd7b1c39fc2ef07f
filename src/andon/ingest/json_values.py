"""
Values of OTLP/JSON: numbers in all their forms, attributes, nested values, bytes.

Raises everywhere: ``items.Unusable`` for a value that OTLP does not allow, msgspec's and Unicode's decoding
errors (``ERRORS``) for what is no JSON, RecursionError for what is nested without end.
"""

from __future__ import annotations

import base64
import binascii
import math
import re
from collections.abc import Callable
from typing import Any

import msgspec
from msgspec import Raw

from andon.ingest import reading
from andon.ingest.items import MAX_DEPTH, MAX_INT64, MAX_UINT32, Attribute, Unusable, Value
from andon.ingest.json_shapes import Number

ERRORS = (msgspec.DecodeError, UnicodeDecodeError)
_MEMO = reading.Memo()


def integer(value: Number, field: str, low: int = 0, high: int = MAX_INT64) -> int:
    """Read an integer written as a number or a decimal string, exactly; floats lose digits above 2^53."""
    if value is None:
        return 0
    number: int | float
    if isinstance(value, str):
        try:
            number = int(value) if _DIGITS.match(value) else float(value)
        except ValueError:
            raise Unusable("bad_number", f"{field} is not a number") from None
    else:
        number = value
    if isinstance(number, float):
        if not number.is_integer() or abs(number) > _EXACT:
            raise Unusable("bad_number", f"{field} is not an exact integer")
        number = int(number)
    if not low <= number <= high:
        raise Unusable("bad_number", f"{field} is out of range")
    return number


_DIGITS = re.compile(r"-?[0-9]{1,20}\Z")
_EXACT = 2**53
_INT32 = 2**31


def time(value: Number, field: str) -> int:
    """Read a time in nanoseconds; absent is 0."""
    number = integer(value, field, high=2**64 - 1)
    return reading.checked_time(number, field)


def uint32(value: Number, field: str) -> int:
    """Read an unsigned 32-bit number; absent is 0."""
    return integer(value, field, high=MAX_UINT32) if value else 0


def enum(value: Number, field: str) -> int:
    """Read an enum, by number only; unknown numbers are kept."""
    return integer(value, field, -_INT32, _INT32 - 1) if value else 0


def double(value: Number, field: str) -> float | None:
    """Read a double, which may be written as text: NaN, Infinity, -Infinity."""
    if value is None:
        return None
    try:
        return float(value)
    except (ValueError, OverflowError):
        raise Unusable("bad_number", f"{field} is not a number") from None


def attributes(raws: list[Raw] | None) -> list[Attribute]:
    """Read attributes; those without a name or a value are left out."""
    parts = list(map(bytes, raws or ()))
    found = list(map(_MEMO.get, parts))
    while None in found:
        at = found.index(None)
        found[at] = _attribute(parts[at])
    return reading.present(found)


def _attribute(raw: bytes) -> Attribute:
    pair = msgspec.json.decode(raw)
    if not isinstance(pair, dict):
        raise Unusable("undecodable", "an attribute")
    return _MEMO.remember(raw, _text(pair.get("key")), value_of(pair.get("value"), 0))


def _text(value: object) -> str:
    if value is None:
        return ""
    if not isinstance(value, str):
        raise Unusable("undecodable", "a text")
    return value


def value_of(shape: object, depth: int) -> Value | None:
    """Read an AnyValue that stands ``depth`` levels deep; nothing set is None."""
    if depth > MAX_DEPTH:
        raise Unusable("too_deep", "an attribute or the body")
    if shape is None:
        return None
    if not isinstance(shape, dict):
        raise Unusable("undecodable", "a value")
    for kind, read in _KINDS.items():
        content = shape.get(kind)
        if content is not None:
            return read(content, depth)
    return None


def _boolean(content: object, _depth: int) -> Value:
    if not isinstance(content, bool):
        raise Unusable("undecodable", "boolValue")
    return content


def _int64(content: object, _depth: int) -> Value:
    if isinstance(content, bool) or not isinstance(content, int | float | str):
        raise Unusable("bad_number", "intValue is not a number")
    return integer(content, "intValue", -MAX_INT64 - 1)


def _float(content: object, _depth: int) -> Value:
    if isinstance(content, bool) or not isinstance(content, int | float | str):
        raise Unusable("bad_number", "doubleValue is not a number")
    number = double(content, "doubleValue")
    return math.nan if number is None else number


def _bytes(content: object, _depth: int) -> Value:
    text = _text(content).replace("-", "+").replace("_", "/").rstrip("=")
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise Unusable("undecodable", "bytesValue is not base64") from None


def _inner(content: object) -> list[Any]:
    if not isinstance(content, dict):
        raise Unusable("undecodable", "a list or map")
    values = content.get("values")
    if values is None:
        return []
    if not isinstance(values, list):
        raise Unusable("undecodable", "a list or map")
    return values


def _array(content: object, depth: int) -> Value:
    return [value_of(one, depth + 1) for one in _inner(content)]


def _map(content: object, depth: int) -> Value:
    found: dict[str, Value] = {}
    for pair in _inner(content):
        if not isinstance(pair, dict):
            raise Unusable("undecodable", "a map's entry")
        key, value = _text(pair.get("key")), value_of(pair.get("value"), depth + 1)
        if key and value is not None:
            found[key] = value
    return found


_KINDS: dict[str, Callable[[object, int], Value]] = {
    "stringValue": lambda content, _depth: _text(content),
    "intValue": _int64,
    "boolValue": _boolean,
    "doubleValue": _float,
    "arrayValue": _array,
    "kvlistValue": _map,
    "bytesValue": _bytes,
}
