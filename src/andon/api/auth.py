"""
Who may read reports: managers and owners, with an analytics key in the ``Authorization`` header.

A key in the query string is no key: it would be written to proxies' logs and browsers' histories.

Source: "Authentication" and "Permissions" of the contract.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from starlette.datastructures import Headers

from andon.contract.problems import Forbidden, Unauthenticated

READERS = ("owner", "manager")
"""Roles that may read reports."""

LONGEST_KEY = 256
"""Characters; ours have 50. Longer texts are not worth a look-up."""


class Principal(Protocol):
    """Who a key speaks for; the directory has the real one."""

    @property
    def key_id(self) -> str:
        """Public id of the key; safe to log."""

    @property
    def org_id(self) -> str:
        """The only organisation that the key can read."""

    @property
    def kind(self) -> str:
        """``analytics`` reads, ``ingest`` writes."""

    @property
    def role(self) -> str | None:
        """``owner``, ``manager``, ``member`` or ``guest``; None for an ingest key."""


Authenticate = Callable[[str], Principal | None]
"""Key to principal; None for one that is unknown, malformed, expired or revoked. May block on a database."""


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


def admit(headers: Headers, authenticate: Authenticate) -> Principal:
    """
    Let a reader of reports in.

    Raises:
        Unauthenticated: No key, or one that is not valid: the answer never tells which.
        Forbidden: An ingest key, or a role that may not read.
    """
    key = read_key(headers)
    principal = authenticate(key) if key is not None else None

    if principal is None:
        raise Unauthenticated(
            "Missing or invalid API key. Send a valid one as `Authorization: Bearer fk-…`",
            headers={"WWW-Authenticate": "Bearer"},
        )
    if principal.kind != "analytics":
        raise Forbidden("This is an ingest key, which can only send telemetry. Use an analytics key (fk-…)")
    if principal.role not in READERS:
        raise Forbidden(
            f"Insufficient permissions (requires Manager or Owner role): this key's role is {principal.role}"
        )
    return principal
