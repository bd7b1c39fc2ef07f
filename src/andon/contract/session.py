"""Who is signed in, as the API tells it."""

from __future__ import annotations

import datetime as dt

import msgspec


class Organisation(msgspec.Struct, frozen=True):
    """
    Whose numbers are shown.

    Attributes:
        id: ``org_`` and 26 characters.
        name: Its name.
    """

    id: str
    name: str


class SignIn(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """
    What opens a session: one of the two.

    Attributes:
        link: The part behind ``#`` of the link that ``andon up`` and ``andon sign-in`` print.
        key: An analytics key.
    """

    link: str | None = None
    key: str | None = None


class Session(msgspec.Struct, frozen=True, kw_only=True):
    """
    Who asks, and what they may.

    Attributes:
        org: The organisation.
        role: ``owner``, ``manager``, ``member`` or ``guest``.
        email: Whose key it is; null when it is nobody's, as after signing in by a link.
        permissions: Of ``reports``, ``people``, ``keys``, ``data`` and ``self``, those that the role has.
        csrf_token: To be sent as ``X-CSRF-Token`` with everything that changes something; null with a key.
        expires_at: When to sign in again; null with a key.
        history_start: First UTC day that reports cover.
        last_date: Last UTC day that can be asked for: yesterday, by the server's clock.
    """

    org: Organisation
    role: str
    email: str | None
    permissions: list[str]
    csrf_token: str | None
    expires_at: dt.datetime | None
    history_start: dt.date
    last_date: dt.date
