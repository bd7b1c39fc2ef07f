"""
Who asks, and what that role may do: an analytics key in the ``Authorization`` header, or a session's cookie.

A key in the query string is no key: it would be written to proxies' logs and browsers' histories. A cookie
is sent by the browser whoever asked it to, so that changing something with it takes a second proof
(:func:`check_intent`).

Source: "Authentication" and "Permissions" of the contract.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from typing import Literal, Protocol
from urllib.parse import urlsplit

from starlette.datastructures import Headers

from andon.contract.problems import Forbidden, Unauthenticated
from andon.directory.sessions import is_session

Permission = Literal["reports", "people", "keys", "data", "self"]

PERMISSIONS: dict[str, tuple[Permission, ...]] = {
    "owner": ("reports", "people", "keys", "data", "self"),
    "manager": ("reports", "people", "keys", "data", "self"),
    "member": ("self",),
    "guest": (),
}
"""What each role may: ``self`` is one's own days and nobody else's."""

SESSION_COOKIE = "andon_session"

CSRF_HEADER = "X-CSRF-Token"

ASKED = {"WWW-Authenticate": "Bearer"}
"""What every 401 says (RFC 9110, 11.6.1)."""

ONLY_SENDS = "This is an ingest key, which can only send telemetry. Use an analytics key (fk-…)"

LONGEST_KEY = 256
"""Characters; ours have 50. Longer texts are not worth a look-up."""


class Principal(Protocol):
    """Who a key speaks for; the directory has the real one."""

    @property
    def key_id(self) -> str:
        """Public id of the key, or of a session that a link opened; safe to log."""

    @property
    def org_id(self) -> str:
        """The only organisation that the key can read."""

    @property
    def kind(self) -> str:
        """``analytics`` reads, ``ingest`` writes."""

    @property
    def role(self) -> str | None:
        """``owner``, ``manager``, ``member`` or ``guest``; None for an ingest key."""

    @property
    def person_identity(self) -> str | None:
        """``email:…`` of the key's owner; None when it belongs to no one."""


Authenticate = Callable[[str], Principal | None]
"""Key or session to principal; None for one that is unknown, malformed, expired or revoked. May block."""


def not_remembered(_text: str) -> Principal | None:
    """Remember nobody: every key is looked up."""
    return None


def read_key(headers: Headers) -> str | None:
    """Take the key from the one ``Authorization: Bearer`` header; None when there is no such header."""
    values = headers.getlist("authorization")
    if len(values) != 1:
        return None
    scheme, _, key = values[0].partition(" ")
    key = key.strip()
    if scheme.lower() != "bearer" or not 0 < len(key) <= LONGEST_KEY:
        return None
    return key


def read_session(headers: Headers) -> str | None:
    """Take the session from the cookie; None when there is none, or more than one to choose from."""
    found = [
        value
        for header in headers.getlist("cookie")
        for name, _, value in (part.strip().partition("=") for part in header.split(";"))
        if name == SESSION_COOKIE
    ]
    return found[0] if len(found) == 1 and is_session(found[0]) else None


def recognise(headers: Headers, authenticate: Authenticate) -> Principal:
    """
    Tell who asks: by the key, or without one by the session.

    Raises:
        Unauthenticated: Neither, or one that is not valid: the answer never tells which.
        Forbidden: An ingest key.
    """
    key = read_key(headers)
    text = read_session(headers) if key is None else key
    # A session is good in its cookie alone: what is sent in a header was read by a script.
    principal = None if text is None or (key is not None and is_session(key)) else authenticate(text)

    if principal is None:
        raise Unauthenticated(
            "Missing or invalid API key. Send a valid one as `Authorization: Bearer fk-…`",
            headers=ASKED,
        )
    if principal.kind != "analytics":
        raise Forbidden(ONLY_SENDS)
    return principal


def admit(headers: Headers, authenticate: Authenticate, permission: Permission = "reports") -> Principal:
    """
    Let somebody in who may do this.

    Raises:
        Unauthenticated: No key and no session, or none that is valid.
        Forbidden: An ingest key, or a role that may not.
    """
    principal = recognise(headers, authenticate)
    if permission not in permissions(principal):
        raise Forbidden(
            f"Insufficient permissions (requires Manager or Owner role): this key's role is {principal.role}"
        )
    return principal


def permissions(principal: Principal) -> tuple[Permission, ...]:
    """List what the principal's role may."""
    return PERMISSIONS.get(principal.role or "", ())


def check_origin(headers: Headers) -> None:
    """
    Refuse what a page of another site had the browser send; who is no browser says neither header.

    Raises:
        Forbidden: The browser says that another site asks.
    """
    site, origin = headers.get("sec-fetch-site"), headers.get("origin")
    is_ours = (
        site in {"same-origin", "none"}
        if site is not None
        else origin is None or urlsplit(origin).netloc == headers.get("host")
    )
    if not is_ours:
        raise Forbidden("This was asked by a page of another site; only Andon's own page may")


def check_intent(headers: Headers, csrf_token: Callable[[str], str]) -> None:
    """
    Refuse a change that came with the cookie alone; a key in the header is proof enough.

    Args:
        headers: The request's.
        csrf_token: Gives what belongs to a session.

    Raises:
        Forbidden: Another site asks, or the token is missing or another session's.
    """
    if read_key(headers) is not None:
        return
    check_origin(headers)
    session = read_session(headers)
    sent = headers.get(CSRF_HEADER, "")
    if session is None or not hmac.compare_digest(sent.encode(), csrf_token(session).encode()):
        raise Forbidden(
            f"With a session's cookie a change needs the header {CSRF_HEADER}; GET /api/v1/session tells it"
        )
