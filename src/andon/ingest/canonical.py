"""
Canonical JSON: equal values give equal text, whatever encoding they came in.

Keys sorted, no insignificant space, integers as integers, doubles always with a fraction or exponent, bytes
as base64, unset values left out of objects and null in lists. Numbers that JSON lacks are texts as OTLP
writes them (``"NaN"``, ``"Infinity"``, ``"-Infinity"``); minus zero is zero. NUL, which
databases refuse, becomes U+FFFD.

Source: ``contract/telemetry.py``.
"""

from __future__ import annotations

import base64
import math
from functools import lru_cache
from typing import Any

import msgspec

from andon.ingest.items import Value

_encode = msgspec.json.Encoder().encode


def clean(text: str) -> str:
    """Give a text without NUL characters."""
    return text.replace("\0", "\ufffd") if "\0" in text else text


def text_of(value: Value | None) -> str:  # noqa: PLR0911 (one for each kind of value)
    """Give the canonical JSON text of a value."""
    if isinstance(value, str):
        return _encode(clean(value)).decode()
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    if isinstance(value, float):
        return repr(value + 0.0) if math.isfinite(value) else f'"{_non_finite(value)}"'
    if isinstance(value, bytes):
        return f'"{base64.b64encode(value).decode()}"'
    if isinstance(value, list):
        return _list_of(value)
    return object_of({key: text_of(inner) for key, inner in value.items()})


def _list_of(values: list[Any]) -> str:
    """Write a list; those of one kind of number come from histograms, and are long."""
    kinds = set(map(type, values))
    if kinds == {int}:
        return f"[{','.join(map(str, values))}]"
    if kinds == {float} and math.isfinite(sum(values)):
        return _doubles(tuple(values))
    return f"[{','.join(map(text_of, values))}]"


@lru_cache(maxsize=1_000)
def _doubles(values: tuple[float, ...]) -> str:
    return f"[{','.join([repr(value + 0.0) for value in values])}]"


def object_of(texts: dict[str, str]) -> str:
    """Give the canonical text of an object whose values are canonical texts already."""
    return f"{{{','.join([f'{text_of(key)}:{texts[key]}' for key in sorted(texts)])}}}"


def _non_finite(value: float) -> str:
    if math.isnan(value):
        return "NaN"
    return "Infinity" if value > 0 else "-Infinity"
