"""Keys in the directory: made, listed, withdrawn, replaced and recognised."""

from __future__ import annotations

import datetime as dt
import hmac
from collections.abc import Mapping

from sqlalchemy import Connection, Engine, Row, Select, bindparam, or_, select

from andon.directory import people as persons
from andon.directory.engine import for_writing
from andon.directory.identities import email_identity
from andon.directory.keys import (
    ROLES,
    Key,
    Kind,
    NewKey,
    Principal,
    Role,
    hash_key,
    named_key_id,
    new_key,
    read_key_id,
)
from andon.directory.problems import DirectoryError, NoSuch
from andon.directory.tables import keys, organisations, people

OVERLAP = dt.timedelta(hours=24)
"""How long the old key goes on working after a rotation: a day to change it everywhere."""


_MAX_NAME = 200


class Keyring:
    """
    The keys of all organisations.

    Args:
        engine: The directory's database, at the newest schema.
        pepper: This installation's secret; without it no stored hash can be checked.
    """

    def __init__(self, engine: Engine, pepper: bytes) -> None:
        self._engine = engine
        self._writing = for_writing(engine)
        self._pepper = pepper

    def create_key(  # noqa: PLR0913 (a key has this many properties, each by name)
        self,
        org_id: str,
        kind: Kind,
        *,
        now: dt.datetime,
        role: Role | None = None,
        person_email: str | None = None,
        name: str = "",
        expires_at: dt.datetime | None = None,
    ) -> NewKey:
        """
        Make a key and store its hash.

        Args:
            org_id: The organisation that the key reads or writes.
            kind: ``analytics`` needs a role, ``ingest`` takes none.
            now: The moment of creation.
            role: What an analytics key may read.
            person_email: Whose key it is. Telemetry that an owned ingest key sends belongs to that person,
                whatever the telemetry says.
            name: A note for lists.
            expires_at: First instant at which the key no longer works; null means never.

        Raises:
            DirectoryError: Unknown organisation or person, a role where there can be none or none where one
                is needed, an expiry that is not ahead, a name too long or not printable.
        """
        check_key(kind, role, name, expires_at, now)

        with self._writing.begin() as connection:
            if (
                connection.execute(
                    select(organisations.c.org_id).where(organisations.c.org_id == org_id)
                ).first()
                is None
            ):
                raise NoSuch(f"There is no organisation {org_id}")
            person_id = None
            if person_email is not None:
                person_id = persons.person_id(connection, org_id, person_email)
            return self._store(
                connection,
                {
                    "org_id": org_id,
                    "kind": kind,
                    "role": role,
                    "person_id": person_id,
                    "name": name.strip(),
                    "created_at": now,
                    "expires_at": expires_at,
                },
            )

    def keys(self, org_id: str) -> list[Key]:
        """List an organisation's keys, oldest first, revoked and expired ones included."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                _known().where(keys.c.org_id == org_id).order_by(keys.c.created_at, keys.c.key_id)
            )
            return [_key(row) for row in rows]

    def key(self, text: str) -> Key:
        """
        Find a key by its id, by itself, or by the hint that lists show.

        Raises:
            NoSuch: No key has this id.
        """
        with self._engine.connect() as connection:
            return _find(connection, text)

    def revoke_key(self, text: str, *, now: dt.datetime) -> Key:
        """
        Withdraw a key for good; running servers follow within five seconds. Safe to repeat.

        Raises:
            NoSuch: No key has this id.
        """
        with self._writing.begin() as connection:
            found = _find(connection, text)
            if found.revoked_at is None:
                connection.execute(keys.update().where(keys.c.key_id == found.key_id).values(revoked_at=now))
            return _find(connection, found.key_id)

    def rotate_key(self, text: str, *, now: dt.datetime, overlap: dt.timedelta = OVERLAP) -> NewKey:
        """
        Make a successor with the same rights and let the old key run out.

        Args:
            text: The old key's id.
            now: The moment of rotation.
            overlap: How long the old key goes on working; zero ends it at once. A successor lives as long
                as the old key was meant to live.

        Raises:
            NoSuch: No key has this id.
            DirectoryError: The key no longer works, so there is nothing to replace.
        """
        with self._writing.begin() as connection:
            old = _find(connection, text)
            if old.state(now) != "active":
                raise DirectoryError(
                    f"Key {old.key_id} is {old.state(now)}; make a new one instead of rotating it"
                )
            row = connection.execute(select(keys.c.person_id).where(keys.c.key_id == old.key_id)).one()
            lifetime = None if old.expires_at is None else old.expires_at - old.created_at
            ends = now + overlap
            if old.expires_at is None or ends < old.expires_at:
                connection.execute(keys.update().where(keys.c.key_id == old.key_id).values(expires_at=ends))
            return self._store(
                connection,
                {
                    "org_id": old.org_id,
                    "kind": old.kind,
                    "role": old.role,
                    "person_id": row.person_id,
                    "name": old.name,
                    "created_at": now,
                    "expires_at": None if lifetime is None else now + lifetime,
                },
            )

    def note_uses(self, uses: Mapping[str, dt.datetime]) -> None:
        """Write down when keys, by id, were last used; ids that are none are passed over."""
        later = or_(keys.c.last_used_at.is_(None), keys.c.last_used_at < bindparam("at"))
        with self._writing.begin() as connection:
            connection.execute(
                keys.update()
                .where(keys.c.key_id == bindparam("id"), later)
                .values(last_used_at=bindparam("at")),
                [{"id": key_id, "at": at} for key_id, at in uses.items()],
            )

    def authenticate(self, text: str, now: dt.datetime) -> Principal | None:
        """
        Recognise a key.

        Returns:
            None for every key that does not work, be it malformed, unknown, expired or revoked: the caller
            cannot tell which, and neither can the one who sent it.
        """
        key_id = read_key_id(text)
        if key_id is None:
            return None

        with self._engine.connect() as connection:
            row = connection.execute(
                select(keys, organisations.c.keeps_content, people.c.email)
                .join(organisations, organisations.c.org_id == keys.c.org_id)
                .outerjoin(people, people.c.person_id == keys.c.person_id)
                .where(keys.c.key_id == key_id)
            ).one_or_none()

        # An unknown id costs the same hash and comparison as a known one.
        is_right = hmac.compare_digest(hash_key(text, self._pepper), "" if row is None else row.secret_hash)
        if row is None or not is_right or row.revoked_at is not None:
            return None
        if row.expires_at is not None and row.expires_at <= now:
            return None
        return Principal(
            key_id=row.key_id,
            org_id=row.org_id,
            kind=row.kind,
            role=row.role,
            person_identity=None if row.email is None else email_identity(row.email),
            keeps_content=row.keeps_content,
        )

    def _store(self, connection: Connection, values: dict[str, object]) -> NewKey:
        made = new_key("ingest" if values["kind"] == "ingest" else "analytics")
        connection.execute(
            keys.insert().values(
                key_id=made.key_id,
                secret_hash=hash_key(made.text, self._pepper),
                last_four=made.text[-4:],
                **values,
            )
        )
        return made


def check_key(
    kind: Kind, role: Role | None, name: str, expires_at: dt.datetime | None, now: dt.datetime
) -> None:
    """
    Refuse a key that cannot be.

    Raises:
        DirectoryError: As in :meth:`Keyring.create_key`.
    """
    if kind == "ingest" and role is not None:
        raise DirectoryError("An ingest key can only send telemetry and has no role")
    if kind == "analytics" and role not in ROLES:
        raise DirectoryError(f"An analytics key needs a role: {', '.join(ROLES)}")
    if expires_at is not None and expires_at <= now:
        raise DirectoryError(f"A key cannot expire at {expires_at.isoformat()}: that is over already")
    if len(name.strip()) > _MAX_NAME or not name.isprintable():
        raise DirectoryError(f"A key's name has {_MAX_NAME} printable characters at most")


def _known() -> Select[tuple[object, ...]]:
    return select(keys, people.c.email).outerjoin(people, people.c.person_id == keys.c.person_id)


def _find(connection: Connection, text: str) -> Key:
    key_id = named_key_id(text)
    row = None
    if key_id is not None:
        row = connection.execute(_known().where(keys.c.key_id == key_id)).one_or_none()
    if row is None:
        # Never say back what was typed: it may be a whole key.
        raise NoSuch("There is no such key; `andon keys list` shows their ids")
    return _key(row)


def _key(row: Row[tuple[object, ...]]) -> Key:
    return Key(
        key_id=row.key_id,
        org_id=row.org_id,
        kind=row.kind,
        role=row.role,
        person_email=row.email,
        name=row.name,
        last_four=row.last_four,
        created_at=row.created_at,
        expires_at=row.expires_at,
        revoked_at=row.revoked_at,
        last_used_at=row.last_used_at,
    )
