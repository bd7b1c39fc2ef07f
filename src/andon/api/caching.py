"""What lets a caller keep an answer: its name, which changes when the answer does."""

from __future__ import annotations

import hashlib

from starlette.datastructures import Headers
from starlette.requests import Request

from andon import __version__
from andon.api.coding import IDENTITY, coding_of
from andon.edition.opened import Edition


def caching_headers(edition: Edition | None, org_id: str, request: Request) -> dict[str, str]:
    """Name an answer: it changes when the edition, the organisation, the question or the packing does."""
    parts = (
        __version__,
        edition.checksum if edition else "",
        org_id,
        request.url.path,
        request.scope["query_string"].decode("latin-1"),
    )
    name = hashlib.sha256(chr(0).join(parts).encode()).hexdigest()[:32]
    coding = coding_of(request.headers)
    # Two packings of an answer are two representations (RFC 9110, 8.8.3.3): a cache may not mix them up.
    tag = name if coding == IDENTITY else f"{name}-{coding}"
    return {
        "ETag": f'"{tag}"',
        "Cache-Control": "private, no-cache",
        "Vary": "Authorization, Cookie, Accept-Encoding",
    }


def is_known(headers: Headers, tag: str) -> bool:
    """Tell whether the caller has this answer already (RFC 9110, 13.1.2: weak comparison)."""
    values = headers.getlist("if-none-match")
    known = {part.strip().removeprefix("W/") for value in values for part in value.split(",")}
    return tag in known or "*" in known
