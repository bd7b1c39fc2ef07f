"""
Who is signed in to the page: one-time links, and sessions that can be ended at any moment.

Of a link and of a session only an HMAC is stored, as of a key. A session that a key opened is as good as the
key: it ends when the key is withdrawn or runs out, and has the role that the key has by then.
"""

from __future__ import annotations

import datetime as dt
import re
import secrets

import msgspec
from sqlalchemy import Engine, or_, select

from andon.directory.engine import for_writing
from andon.directory.identities import email_identity
from andon.directory.keys import Principal, Role, hash_key
from andon.directory.people import new_id
from andon.directory.problems import NoSuch
from andon.directory.tables import keys, organisations, people, sessions, sign_in_links

LINK_LIFETIME = dt.timedelta(minutes=10)
"""Long enough to go from the terminal to the browser."""

LINK_ROLE: Role = "owner"
"""Whoever can make a link can read the data directory, which says more than any role may."""

_TOKEN_BYTES = 32
_SESSION = re.compile(r"se-[0-9A-Za-z_-]{43}")


class SignedIn(msgspec.Struct, frozen=True):
    """
    A session that was just opened.

    Attributes:
        text: What the browser keeps. This is the only time that it exists on this side.
        expires_at: First instant at which it no longer works.
    """

    text: str
    expires_at: dt.datetime


class Sessions:
    """
    The sessions of all organisations, and the links that open one.

    Args:
        engine: The directory's database, at the newest schema.
        pepper: This installation's secret; without it no stored hash can be checked.
    """

    def __init__(self, engine: Engine, pepper: bytes) -> None:
        self._engine = engine
        self._writing = for_writing(engine)
        self._pepper = pepper

    def create_link(self, org_id: str, *, now: dt.datetime) -> str:
        """
        Make a token that signs in as the organisation's owner, once, within ten minutes.

        Raises:
            NoSuch: There is no such organisation.
        """
        text = secrets.token_urlsafe(_TOKEN_BYTES)
        with self._writing.begin() as connection:
            known = select(organisations.c.org_id).where(organisations.c.org_id == org_id)
            if connection.execute(known).first() is None:
                raise NoSuch(f"There is no organisation {org_id}")
            connection.execute(sign_in_links.delete().where(sign_in_links.c.expires_at <= now))
            connection.execute(
                sign_in_links.insert().values(
                    token_hash=hash_key(text, self._pepper),
                    org_id=org_id,
                    created_at=now,
                    expires_at=now + LINK_LIFETIME,
                )
            )
        return text

    def use_link(self, text: str, *, now: dt.datetime, lifetime: dt.timedelta) -> SignedIn | None:
        """
        Open a session with a link, and use the link up.

        Returns:
            None for every link that does not work: unknown, used or too old.
        """
        this = sign_in_links.c.token_hash == hash_key(text, self._pepper)
        with self._writing.begin() as connection:
            link = connection.execute(select(sign_in_links).where(this)).one_or_none()
            if link is None:
                return None
            connection.execute(sign_in_links.delete().where(this))
            if link.expires_at <= now:
                return None
        return self.open_session(link.org_id, key_id=None, now=now, lifetime=lifetime)

    def open_session(
        self, org_id: str, *, key_id: str | None, now: dt.datetime, lifetime: dt.timedelta
    ) -> SignedIn:
        """
        Open a session.

        Args:
            org_id: The organisation.
            key_id: The key that opens it; None for a link, whose session is an owner's.
            now: The current instant.
            lifetime: How long it may last; a key that runs out before that ends it earlier.
        """
        text = f"se-{secrets.token_urlsafe(_TOKEN_BYTES)}"
        with self._writing.begin() as connection:
            connection.execute(sessions.delete().where(sessions.c.expires_at <= now))
            connection.execute(
                sessions.insert().values(
                    session_id=new_id("session"),
                    token_hash=hash_key(text, self._pepper),
                    org_id=org_id,
                    key_id=key_id,
                    created_at=now,
                    expires_at=now + lifetime,
                )
            )
        return SignedIn(text, now + lifetime)

    def session(self, text: str, now: dt.datetime) -> tuple[Principal, dt.datetime] | None:
        """
        Recognise a session.

        Returns:
            Who is signed in and until when; None for a session that does not work, whatever the reason.
        """
        if not is_session(text):
            return None
        with self._engine.connect() as connection:
            row = connection.execute(
                select(
                    sessions.c.session_id,
                    sessions.c.org_id,
                    sessions.c.key_id,
                    sessions.c.expires_at,
                    organisations.c.keeps_content,
                    keys.c.role,
                    keys.c.expires_at.label("key_expires_at"),
                    people.c.email,
                )
                .join(organisations, organisations.c.org_id == sessions.c.org_id)
                .outerjoin(keys, keys.c.key_id == sessions.c.key_id)
                .outerjoin(people, people.c.person_id == keys.c.person_id)
                .where(
                    sessions.c.token_hash == hash_key(text, self._pepper),
                    sessions.c.expires_at > now,
                    keys.c.revoked_at.is_(None),
                    or_(keys.c.expires_at.is_(None), keys.c.expires_at > now),
                )
            ).one_or_none()
        if row is None:
            return None
        role: Role = row.role if row.key_id else LINK_ROLE
        principal = Principal(
            key_id=row.key_id or row.session_id,
            org_id=row.org_id,
            kind="analytics",
            role=role,
            person_identity=None if row.email is None else email_identity(row.email),
            keeps_content=row.keeps_content,
        )
        return principal, min(row.expires_at, row.key_expires_at or row.expires_at)

    def end_session(self, text: str) -> None:
        """End a session for good; nothing happens when there is none."""
        with self._writing.begin() as connection:
            connection.execute(sessions.delete().where(sessions.c.token_hash == hash_key(text, self._pepper)))

    def csrf_token(self, session: str) -> str:
        """
        Give what a page must send besides the cookie when it changes something.

        It is made from the session's text, which no script can read, so that another site cannot know it.
        """
        return hash_key(f"csrf {session}", self._pepper)


def is_session(text: str) -> bool:
    """Say whether a text has the form of a session, which no key has."""
    return _SESSION.fullmatch(text) is not None
