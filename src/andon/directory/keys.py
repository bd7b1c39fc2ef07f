"""
The text of a key: how it is made, read and hashed.

``fk-`` (analytics: reads reports) or ``ik-`` (ingest: sends telemetry), the key's public id, ``_``, a secret
and a checksum::

    fk-4k9t2m7xq1_3vX…32 letters and digits…a9Zk0b
       ^ id       ^ secret                  ^ checksum

The checksum lets secret scanners and typing errors be judged without a look-up. Only an HMAC of the whole
text is stored: the secret has 190 random bits, so a slow hash would add nothing.

For secret scanners: ``[fi]k-[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{36}``.

Source: "Key design" of the reliability study, after GitHub's and Stripe's practice.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import re
import secrets
import string
import zlib
from typing import Literal

import msgspec

Kind = Literal["analytics", "ingest"]
PREFIX: dict[Kind, str] = {"analytics": "fk-", "ingest": "ik-"}

Role = Literal["owner", "manager", "member", "guest"]
ROLES: tuple[Role, ...] = ("owner", "manager", "member", "guest")
"""From the most to the least powerful."""

CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"
"""Crockford's base 32: no letter that is easily taken for a digit."""

_BASE62 = string.digits + string.ascii_uppercase + string.ascii_lowercase
_SECRET_LENGTH = 32
_CHECKSUM_LENGTH = 4
_TEXT = re.compile(r"(fk-|ik-)([0-9a-hjkmnp-tv-z]{10})_([0-9A-Za-z]{36})")
_KEY_ID = re.compile(r"(?:fk-|ik-)?([0-9a-hjkmnp-tv-z]{10})(?:_.*)?")


class Principal(msgspec.Struct, frozen=True):
    """
    Who a key speaks for.

    Attributes:
        key_id: Public id of the key; safe to log.
        org_id: The only organisation the key can read or write.
        kind: ``analytics`` reads and never writes, ``ingest`` writes and never reads.
        role: Null for an ingest key.
        person_identity: ``email:…`` of the key's owner; null when it belongs to no one.
        keeps_content: Whether the organisation keeps prompts and other content. Off unless switched on.
    """

    key_id: str
    org_id: str
    kind: Kind
    role: Role | None
    person_identity: str | None
    keeps_content: bool


class NewKey(msgspec.Struct, frozen=True):
    """
    A key that was just made.

    Attributes:
        key_id: Public id, for ``revoke`` and ``rotate``.
        text: The key itself. This is the only time that it exists outside its owner's hands.
    """

    key_id: str
    text: str


class Key(msgspec.Struct, frozen=True):
    """
    What the directory knows about a key: everything but its text.

    Attributes:
        last_four: Last characters of the text, to recognise it by.
        expires_at: First instant at which it no longer works; null means never.
        revoked_at: When it was withdrawn; null while it was not.
        last_used_at: When it was last used, to half a minute; null when it never was.
    """

    key_id: str
    org_id: str
    kind: Kind
    role: Role | None
    person_email: str | None
    name: str
    last_four: str
    created_at: dt.datetime
    expires_at: dt.datetime | None
    revoked_at: dt.datetime | None
    last_used_at: dt.datetime | None

    @property
    def hint(self) -> str:
        """The key with its secret left out, as lists show it."""
        return f"{PREFIX[self.kind]}{self.key_id}_…{self.last_four}"

    def state(self, now: dt.datetime) -> Literal["active", "expired", "revoked"]:
        """Say whether the key works at *now*."""
        if self.revoked_at is not None:
            return "revoked"
        if self.expires_at is not None and self.expires_at <= now:
            return "expired"
        return "active"


def new_key(kind: Kind) -> NewKey:
    """Make a key with 190 random bits of secret."""
    key_id = "".join(secrets.choice(CROCKFORD) for _ in range(10))
    secret = "".join(secrets.choice(_BASE62) for _ in range(_SECRET_LENGTH))
    text = f"{PREFIX[kind]}{key_id}_{secret}"
    return NewKey(key_id, text + _checksum(text))


def read_key_id(text: str) -> str | None:
    """
    Read the public id out of a whole key.

    Returns:
        None when the text cannot be a key: wrong form or wrong checksum. No look-up is needed then.
    """
    match = _TEXT.fullmatch(text)
    if match is None or _checksum(text[:-_CHECKSUM_LENGTH]) != text[-_CHECKSUM_LENGTH:]:
        return None
    return match[2]


def named_key_id(text: str) -> str | None:
    """
    Read the public id out of whatever a person pastes: the id, the key, or the hint that lists show.

    Returns:
        None when there is no id in it.
    """
    match = _KEY_ID.fullmatch(text.strip())
    return match[1] if match else None


def hash_key(text: str, pepper: bytes) -> str:
    """Give what is stored of a key: HMAC-SHA-256 of its text under this installation's pepper, in hex."""
    return hmac.new(pepper, text.encode(), hashlib.sha256).hexdigest()


def _checksum(text: str) -> str:
    number = zlib.crc32(text.encode())
    digits = []
    for _ in range(_CHECKSUM_LENGTH):
        number, digit = divmod(number, len(_BASE62))
        digits.append(_BASE62[digit])
    return "".join(digits)
