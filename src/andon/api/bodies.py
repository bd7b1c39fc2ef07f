"""What is sent to the API as JSON, read strictly and within bounds."""

from __future__ import annotations

from typing import TypeVar

import msgspec
from starlette.requests import Request

from andon.contract.problems import BadRequest, TooLarge, Unsupported

LARGEST_BYTES = 16 * 1024
"""A body of ours has a handful of short fields."""

_Body = TypeVar("_Body", bound=msgspec.Struct)


async def read_body(request: Request, kind: type[_Body]) -> _Body:
    """
    Read a JSON body.

    Raises:
        Unsupported: It does not say that it is JSON. No form of another site's page can say so.
        TooLarge: It is over the limit.
        BadRequest: It is no JSON, or not what is asked for; the detail names the field, never its value.
    """
    told = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if told != "application/json":
        raise Unsupported(f"Send JSON, as Content-Type: application/json, not {told[:60]!r}")
    body = b""
    async for chunk in request.stream():
        body += chunk
        if len(body) > LARGEST_BYTES:
            raise TooLarge(f"The body has more than {LARGEST_BYTES} bytes")
    try:
        return msgspec.json.decode(body, type=kind)
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"The body cannot be read: {error}") from None
