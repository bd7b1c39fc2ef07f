"""
How one frame lies in a segment: a header that checks itself, then the payload.

::

    offset  bytes  holds
    0       4      magic "ANF1"
    4       4      length of the payload, unsigned, little-endian
    8       4      CRC-32 of the payload
    12      4      CRC-32 of the twelve bytes before
    16      n      payload, opaque here

The header's own checksum tells a torn tail (a sound header, too few bytes after it) from damage, and lets a
reader step over a damaged payload without trusting a damaged length. A reader never searches for the next
magic: a payload is somebody's telemetry and could hold a forged frame.

Source: "What matters most" 1 and promise R5 of the reliability study; decision "the segment log".
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from typing import Literal, NamedTuple

MAGIC = b"ANF1"
"""First bytes of every frame; the digit is the version of the format."""

_FIELDS = struct.Struct("<4sII")
_CHECK = struct.Struct("<I")

HEADER_BYTES = _FIELDS.size + _CHECK.size
"""Length of a header."""

LONGEST_PAYLOAD = 2**32 - 1
"""The length field has 32 bits."""


class FrameTooLong(ValueError):
    """A payload does not fit into one frame; send less in one request."""


class Piece(NamedTuple):
    """
    A stretch of a segment.

    Attributes:
        kind: ``frame`` is sound; ``torn`` was never written whole and so never acknowledged; ``damaged``
            was written and reads differently now.
        start: Offset of its first byte.
        end: Offset after its last byte.
        payload: What the frame holds; empty for the other kinds.
    """

    kind: Literal["frame", "torn", "damaged"]
    start: int
    end: int
    payload: bytes


def header(payload: bytes) -> bytes:
    """
    Make the header that goes before *payload*.

    Raises:
        FrameTooLong: The payload has more than :data:`LONGEST_PAYLOAD` bytes.
    """
    if len(payload) > LONGEST_PAYLOAD:
        raise FrameTooLong(f"A frame holds at most {LONGEST_PAYLOAD} bytes, not {len(payload)}")
    fields = _FIELDS.pack(MAGIC, len(payload), zlib.crc32(payload))
    return fields + _CHECK.pack(zlib.crc32(fields))


def pieces(content: bytes) -> Iterator[Piece]:
    """
    Cut a segment's bytes into frames and what is wrong between them.

    A frame with a damaged payload is stepped over; after a damaged header nothing can be told apart, so the
    rest is one damaged piece. The pieces cover *content* without a gap.
    """
    start = 0
    while start < len(content):
        piece = _piece_at(content, start)
        yield piece
        start = piece.end


def _piece_at(content: bytes, start: int) -> Piece:
    head = content[start : start + HEADER_BYTES]
    if len(head) < HEADER_BYTES or not any(head):
        return Piece("torn" if _is_beginning(content, start) else "damaged", start, len(content), b"")

    magic, length, checksum = _FIELDS.unpack_from(head)
    if magic != MAGIC or _CHECK.unpack_from(head, _FIELDS.size)[0] != zlib.crc32(head[: _FIELDS.size]):
        return Piece("damaged", start, len(content), b"")

    first = start + HEADER_BYTES
    end = first + length
    if end > len(content):
        return Piece("torn", start, len(content), b"")

    payload = content[first:end]
    if zlib.crc32(payload) != checksum:
        return Piece("damaged", start, end, b"")
    return Piece("frame", start, end, payload)


def _is_beginning(content: bytes, start: int) -> bool:
    rest = content[start:]
    # Zeros: a machine that lost power may keep a file's new length without its bytes.
    return not any(rest) or MAGIC.startswith(rest[: len(MAGIC)])
