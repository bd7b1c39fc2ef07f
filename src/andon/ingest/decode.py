"""
Request bodies to neutral items; no input or output, no clock.

Source: opentelemetry-proto, ``docs/specification.md`` (OTLP 1.x), sections "Binary Protobuf Encoding" and
"JSON Protobuf Encoding".
"""

from __future__ import annotations

from typing import Literal

from andon.contract.telemetry import Signal
from andon.ingest import decode_json, decode_protobuf
from andon.ingest.items import Malformed, Request
from andon.ingest.orders import MOST_ATTRIBUTES
from andon.ingest.reading import Allowance, TooManyItems

Encoding = Literal["protobuf", "json"]

__all__ = ["MOST_ITEMS", "Encoding", "Malformed", "TooManyItems", "decode"]


MOST_ITEMS = 200_000
"""Items taken in one request; 64 MiB can hold thirty million empty spans, and no exporter sends so many."""


def decode(
    signal: Signal,
    body: bytes,
    encoding: Encoding,
    most_items: int = MOST_ITEMS,
    most_attributes: int = MOST_ATTRIBUTES,
) -> Request:
    """
    Decode the uncompressed body of an export request.

    An item that cannot be taken is in its place as ``items.Refused``: it never costs the others. An empty
    protobuf body is an empty request; an empty JSON body is not JSON.

    Raises:
        Malformed: The body as a whole cannot be decoded; the same bytes never will be.
        TooManyItems: It has more than ``most_items`` items, or too many attributes; it is Malformed too.
    """
    allowance = Allowance(most_items, most_attributes)
    if encoding == "json":
        return decode_json.decode(signal, body, allowance)
    return decode_protobuf.decode(signal, body, allowance)
