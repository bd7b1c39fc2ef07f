"""
Everything that can go wrong in answer to a request, as one tree.

::

    Problem
    ├── BadRequest        400  the request is malformed
    ├── Unauthenticated   401  no key, or a key that is not known
    ├── Forbidden         403  the key is known and may not do this
    ├── NotFound          404  no such path
    ├── MethodNotAllowed  405  the path exists, the method does not
    ├── TooLarge          413  the body is over the limit
    ├── Unsupported       415  a media type or encoding that we do not read
    ├── TooMany           429  try again later
    ├── Internal          500  a defect of ours
    └── Unavailable       503  try again later

Rooms raise; only the HTTP edges translate, to ``application/problem+json`` or to an OTLP status.

Source: "Error Handling" of the contract; "Requests" of docs/metrics.md.
"""

from __future__ import annotations

from typing import ClassVar

import msgspec


class Problem(Exception):
    """
    Something a caller is told about.

    Attributes:
        status: HTTP status code.
        title: The status in words, the same for every problem of the class.
        is_retryable: Whether the same request may succeed later.
        detail: What was wrong, which value, and what to do next; safe to show to the caller.
        headers: Extra response headers, such as ``Allow`` or ``Retry-After``.
    """

    status: ClassVar[int] = 500
    title: ClassVar[str] = "Internal Server Error"
    is_retryable: ClassVar[bool] = False

    def __init__(self, detail: str, *, headers: dict[str, str] | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        self.headers = headers or {}


class BadRequest(Problem):
    """The request is malformed; repeating it cannot help."""

    status = 400
    title = "Bad Request"


class Unauthenticated(Problem):
    """No key was sent, or one that is unknown, expired or revoked: all answered alike."""

    status = 401
    title = "Unauthorized"


class Forbidden(Problem):
    """The key is valid and its role or kind may not do this."""

    status = 403
    title = "Forbidden"


class NotFound(Problem):
    """There is nothing at this path."""

    status = 404
    title = "Not Found"


class MethodNotAllowed(Problem):
    """The path exists; ``Allow`` says which methods it takes."""

    status = 405
    title = "Method Not Allowed"


class TooLarge(Problem):
    """The body, after decompression, is over the limit."""

    status = 413
    title = "Content Too Large"


class Unsupported(Problem):
    """A media type or content encoding that we do not read."""

    status = 415
    title = "Unsupported Media Type"


class TooMany(Problem):
    """The caller is over its rate; ``Retry-After`` says when to come back."""

    status = 429
    title = "Too Many Requests"
    is_retryable = True


class Internal(Problem):
    """A defect of ours; the request id is in the log."""


class Unavailable(Problem):
    """Something that we need is not there for the moment."""

    status = 503
    title = "Service Unavailable"
    is_retryable = True


class ProblemDocument(msgspec.Struct, frozen=True, rename="camel"):
    """
    The body of every error answer.

    Attributes:
        title: The status in words.
        detail: What was wrong and what to do next.
        status: The HTTP status code again.
        request_id: Also in the ``X-Request-Id`` header and in the server's log.
    """

    title: str
    detail: str
    status: int
    request_id: str
