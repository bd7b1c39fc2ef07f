"""
How one frame lies in a segment: a header that checks itself, then the payload.

::

    offset  bytes  holds
    0       4      magic "ANF2"
    4       8      marker of the segment
    12      4      length of the payload, unsigned, little-endian
    16      4      CRC-32 of the payload
    20      4      CRC-32 of the twenty bytes before
    24      n      payload, opaque here

The header's own checksum tells a torn tail (a sound header, too few bytes after it) from damage, and lets a
reader step over a damaged payload without trusting a damaged length. Behind a damaged header the reader looks
for the next one that carries the segment's marker. A payload is somebody's telemetry and could hold a forged
frame, but not the marker: it is made from the segment's name, part of which is random and never leaves the
disk.

Source: "What matters most" 1 and promise R5 of the reliability study; sync markers as in Avro's object
container files.
"""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from hashlib import blake2b
from pathlib import Path
from typing import Literal, NamedTuple

MAGIC = b"ANF2"
"""First bytes of every frame; the digit is the version of the format."""

MARKER_BYTES = 8
"""Length of a marker: nobody guesses 64 bits."""

_FIELDS = struct.Struct(f"<4s{MARKER_BYTES}sII")
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
        kind: ``frame`` is sound; ``torn`` ends before it was whole; ``damaged`` was written and reads
            differently now.
        start: Offset of its first byte.
        end: Offset after its last byte.
        payload: What the frame holds; empty for the other kinds.
    """

    kind: Literal["frame", "torn", "damaged"]
    start: int
    end: int
    payload: bytes


def marker_of(path: Path) -> bytes:
    """Give the marker of the segment of this name, open or closed."""
    return blake2b(path.stem.encode(), digest_size=MARKER_BYTES).digest()


def check_length(payload: bytes) -> None:
    """
    Refuse a payload that no frame can hold.

    Raises:
        FrameTooLong: It has more than :data:`LONGEST_PAYLOAD` bytes.
    """
    if len(payload) > LONGEST_PAYLOAD:
        raise FrameTooLong(f"A frame holds at most {LONGEST_PAYLOAD} bytes, not {len(payload)}")


def header(payload: bytes, marker: bytes) -> bytes:
    """Make the header that goes before *payload* in the segment of this marker."""
    fields = _FIELDS.pack(MAGIC, marker, len(payload), zlib.crc32(payload))
    return fields + _CHECK.pack(zlib.crc32(fields))


def pieces(content: bytes, marker: bytes) -> Iterator[Piece]:
    """
    Cut a segment's bytes into frames and what is wrong between them.

    A frame with a damaged payload is one damaged piece; so is everything from a damaged header to the next
    sound one. The pieces cover *content* without a gap.
    """
    start = 0
    while start < len(content):
        piece = _piece_at(content, start, marker)
        yield piece
        start = piece.end


def _piece_at(content: bytes, start: int, marker: bytes) -> Piece:
    fields = _fields_at(content, start, marker)
    if fields is None:
        if _is_beginning(content, start, marker):
            return Piece("torn", start, len(content), b"")
        return Piece("damaged", start, _next_header(content, start + 1, marker), b"")

    length, checksum = fields
    first = start + HEADER_BYTES
    end = first + length
    if end > len(content):
        return Piece("torn", start, len(content), b"")

    payload = content[first:end]
    if zlib.crc32(payload) != checksum:
        return Piece("damaged", start, end, b"")
    return Piece("frame", start, end, payload)


def _fields_at(content: bytes, start: int, marker: bytes) -> tuple[int, int] | None:
    """Read length and checksum from a header; None when no sound one of this segment begins there."""
    head = content[start : start + HEADER_BYTES]
    if len(head) < HEADER_BYTES:
        return None
    magic, marked, length, checksum = _FIELDS.unpack_from(head)
    if (magic, marked) != (MAGIC, marker):
        return None
    if _CHECK.unpack_from(head, _FIELDS.size)[0] != zlib.crc32(head[: _FIELDS.size]):
        return None
    return length, checksum


def _next_header(content: bytes, start: int, marker: bytes) -> int:
    """Find the next sound header, or the end."""
    while (start := content.find(MAGIC + marker, start)) >= 0:
        if _fields_at(content, start, marker) is not None:
            return start
        start += 1
    return len(content)


def _is_beginning(content: bytes, start: int, marker: bytes) -> bool:
    rest = content[start:]
    # Zeros: a machine that lost power may keep a file's new length without its bytes.
    if not any(rest):
        return True
    known = MAGIC + marker
    return len(rest) < HEADER_BYTES and known.startswith(rest[: len(known)])
