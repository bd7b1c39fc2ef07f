"""
Answers on the wire: packed in the way the caller takes, whole when small and in parts when large.

Packing happens when an answer is sent, not when it is published: at these levels it costs two milliseconds a
megabyte (decision 26 has the figures).
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from typing import Protocol

from isal import isal_zlib
from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.types import Receive, Scope, Send

from andon.api.kept import Kept
from andon.edition.rows import Rows

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

CODINGS = ("zstd", "gzip")
"""What answers can be packed with; of two that a caller takes alike, the first."""

IDENTITY = "identity"

SMALLEST = 1024
"""Bytes of an answer that is worth packing: less goes in one packet anyway."""

GZIP_LEVEL, ZSTD_LEVEL = 1, 1
"""Half a gigabyte a second and a seventh of the size: what zlib's level 6 gives at a tenth of the time."""

GZIP_HEADER = 31
"""isal's word for a window of 32 kB with gzip's header and checksum."""

PART_BYTES = 256 * 1024
"""What is packed and handed to the network at once: parts of an edition may hold a day of everybody."""


def coding_of(headers: Headers) -> str:
    """
    Choose the packing that the caller likes best (RFC 9110, 12.5.3): ``zstd``, ``gzip`` or ``identity``.

    A header that cannot be read asks for nothing.
    """
    liked: dict[str, float] = {}
    for entry in ",".join(headers.getlist("accept-encoding")).lower().split(","):
        name, _, parameter = entry.partition(";")
        key, _, value = parameter.partition("=")
        try:
            liked[name.strip()] = float(value) if key.strip() == "q" else 1.0
        except ValueError:
            continue
    weights = {coding: liked.get(coding, liked.get("*", 0.0)) for coding in CODINGS}
    best = max(CODINGS, key=lambda coding: weights[coding])  # of equals the first
    return best if weights[best] > 0 and weights[best] >= liked.get(IDENTITY, 0.0) else IDENTITY


def respond(request: Request, headers: dict[str, str], body: bytes, kept: Kept | None = None) -> Response:
    """Answer with JSON that is whole, packed if that is worth it; *kept* gives it the next time."""
    coding = coding_of(request.headers)
    if coding != IDENTITY and len(body) >= SMALLEST:
        body = b"".join(_packed(coding, [body]))
        headers = headers | {"Content-Encoding": coding}
    if kept is not None:
        kept.keep(headers["ETag"], body, headers)
    return Response(body, headers=headers, media_type="application/json")


def respond_rows(  # noqa: PLR0913, PLR0917 (the parts of an answer)
    request: Request, headers: dict[str, str], before: bytes, rows: Rows, after: bytes, kept: Kept
) -> Response:
    """
    Answer with rows between two texts: at once, or part by part as the network takes them.

    Args:
        request: Whose method and headers decide what is sent.
        headers: Of the answer.
        before: Text before the first row.
        rows: Fragments; large ones are read while the answer is on its way.
        after: Text after the last row.
        kept: Gets an answer that is small.
    """
    if not rows.is_long:
        return respond(request, headers, b"".join((before, *_joined(rows), after)), kept)

    coding = coding_of(request.headers)
    if coding == IDENTITY:
        length = len(before) + rows.size + len(after)
        headers = headers | {"Content-Length": str(length)}
    else:
        headers = headers | {"Content-Encoding": coding}
    return _Streamed(
        _packed(coding, _text(before, rows, after)), headers=headers, media_type="application/json"
    )


class _Streamed(StreamingResponse):
    """An answer in parts; to HEAD, its headers."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] == "HEAD":
            await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
            await send({"type": "http.response.body", "body": b""})
            return
        await super().__call__(scope, receive, send)


def _joined(rows: Rows) -> Iterator[bytes]:
    is_first = True
    for part in rows.parts:
        yield b",".join(part) if is_first else b"," + b",".join(part)
        is_first = False


def _text(before: bytes, rows: Rows, after: bytes) -> Iterator[bytes]:
    yield before
    for part in _joined(rows):
        for start in range(0, len(part), PART_BYTES):
            yield part[start : start + PART_BYTES]
    yield after


class _Packer(Protocol):
    def compress(self, data: bytes, /) -> bytes: ...

    def flush(self) -> bytes: ...


def _packed(coding: str, parts: Iterable[bytes]) -> Iterator[bytes]:
    if coding == IDENTITY:
        yield from parts
        return
    packer: _Packer = (
        zstd.ZstdCompressor(level=ZSTD_LEVEL)
        if coding == "zstd"
        else isal_zlib.compressobj(GZIP_LEVEL, isal_zlib.DEFLATED, GZIP_HEADER)
    )
    for part in parts:
        if packed := packer.compress(part):
            yield packed
    yield packer.flush()
