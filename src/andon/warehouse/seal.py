"""
A checksum of all bytes of a Parquet file, in the file itself: the lake's way to know its files again.

The checksums of pages, which Parquet has too, leave out the footer and the pages' headers, and looking at
them takes unpacking the pages, many times the work. A seal stands in the footer among the file's own
key-value pairs, as eight hex digits of the CRC-32 of the file with zeros in their place. Other readers pass
over it.
"""

from __future__ import annotations

import io
import os
import zlib
from collections.abc import Iterator
from typing import BinaryIO

KEY = "checksum"
OPEN = "andon-crc32:00000000"
"""The pair to write a file with, so that it can be sealed."""

_DIGITS = 8
_MARK = OPEN[:-_DIGITS].encode()
_ZEROS = OPEN[-_DIGITS:].encode()

_END_BYTES = 2**16
"""In so much at the end the pairs are, with what stands behind them."""

_READ_BYTES = 2**20


def seal(content: bytearray) -> None:
    """
    Seal a Parquet file in place, all of its bytes.

    Raises:
        ValueError: It was written without the pair.
    """
    at = content.rindex(_MARK) + len(_MARK)
    content[at : at + _DIGITS] = _ZEROS
    content[at : at + _DIGITS] = _digits(zlib.crc32(content))


def is_unbroken(file: BinaryIO) -> bool | None:
    """
    Tell whether a file is what was sealed; None when it has no seal.

    Args:
        file: It is read from beginning to end, and once more a little of its end.

    Raises:
        OSError: The disk does not give it.
    """
    size = file.seek(0, os.SEEK_END)
    end_at = max(0, size - _END_BYTES)
    file.seek(end_at)
    end = file.read()
    found = end.rfind(_MARK)
    if found < 0:
        return None
    at = found + len(_MARK)
    checksum = 0
    for piece in _pieces(file, end_at):
        checksum = zlib.crc32(piece, checksum)
    for piece in (end[:at], _ZEROS, end[at + _DIGITS :]):
        checksum = zlib.crc32(piece, checksum)
    return end[at : at + _DIGITS] == _digits(checksum)


def _pieces(file: BinaryIO, length: int) -> Iterator[bytes]:
    """Read the first bytes of a file, some at once; fewer when it has become shorter."""
    file.seek(0, io.SEEK_SET)
    while length > 0 and (piece := file.read(min(length, _READ_BYTES))):
        yield piece
        length -= len(piece)


def _digits(checksum: int) -> bytes:
    return f"{checksum:0{_DIGITS}x}".encode()
