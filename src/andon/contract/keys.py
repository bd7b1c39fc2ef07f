"""Keys as the API lists and makes them."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

KeyKind = Literal["analytics", "ingest"]
KeyRole = Literal["owner", "manager", "member", "guest"]


class KeyRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    A key, without its secret.

    Attributes:
        id: Public id: what ``DELETE`` takes.
        kind: ``analytics`` reads, ``ingest`` sends.
        role: Of an analytics key; null for an ingest key.
        person: Address of its owner; null when it belongs to nobody.
        name: A note.
        hint: The key with its secret left out, to recognise it by.
        state: ``active``, ``expired`` or ``revoked``.
        created_at: When it was made, UTC.
        expires_at: First instant at which it no longer works; null means never.
        last_used_at: When it was last used, UTC, to half a minute; null when it never was.
    """

    id: str
    kind: KeyKind
    role: KeyRole | None
    person: str | None
    name: str
    hint: str
    state: Literal["active", "expired", "revoked"]
    created_at: dt.datetime
    expires_at: dt.datetime | None
    last_used_at: dt.datetime | None


class KeysAnswer(msgspec.Struct, frozen=True):
    """
    ``GET /api/v1/keys``.

    Attributes:
        data: The organisation's keys, oldest first, those that no longer work included.
    """

    data: list[KeyRow]


class KeyWish(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    The key to be made.

    Attributes:
        kind: ``analytics`` reads, ``ingest`` sends.
        name: A note for the list, 200 characters at most.
        role: Of an analytics key, needed then; an ingest key has none.
        person: Address of its owner, who is added to the people if new. What an ingest key sends is theirs.
        expires_date: First UTC day on which it no longer works; null means never.
    """

    kind: KeyKind
    name: str = ""
    role: KeyRole | None = None
    person: str | None = None
    expires_date: dt.date | None = None


class MadeKey(KeyRow, frozen=True, kw_only=True):
    """
    A key that was just made.

    Attributes:
        key: The key itself. It is told this once; only a hash of it is stored.
    """

    key: str
