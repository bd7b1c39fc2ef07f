"""
Gunzip that never makes more bytes than it is allowed to.

Source: "Size limits" and promise R11 of the reliability study; RFC 1952 (a file may have several members).
"""

from __future__ import annotations

import zlib

from andon.contract.problems import BadRequest, TooLarge

_MOST_MEMBERS = 64
"""Concatenated gzip members of one body: senders make one; millions of empty ones only cost time."""

_GZIP = 16 + zlib.MAX_WBITS


def told_size(body: bytes) -> int:
    """Give the inflated size, in bytes, that the last member of a gzip body tells of itself; only a hint."""
    return int.from_bytes(body[-4:], "little")


def gunzip(body: bytes, limit: int) -> bytes:
    """
    Decompress a gzip body.

    Args:
        body: One gzip member or several.
        limit: Largest result, in bytes; reading stops as soon as there is one more.

    Raises:
        TooLarge: The result is larger than *limit*.
        BadRequest: It is not gzip, or it is cut off.
    """
    parts: list[bytes] = []
    size = 0
    rest = body
    for _ in range(_MOST_MEMBERS):
        member = zlib.decompressobj(_GZIP)
        try:
            part = member.decompress(rest, limit - size + 1)
        except zlib.error as error:
            raise BadRequest(f"The body is not valid gzip: {error}") from None
        parts.append(part)
        size += len(part)
        if size > limit:
            raise TooLarge(f"The body has more than {limit} bytes after decompression; send smaller batches")
        if not member.eof:
            raise BadRequest("The gzip body is cut off")
        rest = member.unused_data
        if not rest:
            return b"".join(parts)
    raise BadRequest(f"The gzip body has more than {_MOST_MEMBERS} members")
