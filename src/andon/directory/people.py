"""People, and who is who among the identities of telemetry; an alias always points straight at its person."""

from __future__ import annotations

import datetime as dt
import secrets

import msgspec
from sqlalchemy import Connection, Engine, Row, select
from sqlalchemy.exc import IntegrityError

from andon.directory.engine import for_writing
from andon.directory.identities import email_identity, read_email, read_identity
from andon.directory.keys import CROCKFORD, ROLES, Role
from andon.directory.problems import DirectoryError, NoSuch, Taken
from andon.directory.tables import identity_aliases, keys, people

_ID_LENGTH = 26


class Person(msgspec.Struct, frozen=True):
    """
    One person of one organisation.

    Attributes:
        email: Lower case; unique within the organisation.
        display_name: Empty when none was given.
    """

    person_id: str
    org_id: str
    email: str
    display_name: str
    role: Role
    created_at: dt.datetime

    @property
    def identity(self) -> str:
        """The identity that stands for this person in telemetry."""
        return email_identity(self.email)


class Alias(msgspec.Struct, frozen=True):
    """
    Two identities that are one person.

    Attributes:
        identity: What telemetry says.
        canonical_identity: Who that is.
    """

    identity: str
    canonical_identity: str


class People:
    """The people of all organisations, and who is who."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = for_writing(engine)

    def add_person(
        self, org_id: str, email: str, *, now: dt.datetime, role: Role = "member", display_name: str = ""
    ) -> Person:
        """
        Add a person.

        Raises:
            Taken: The organisation has this address already.
            DirectoryError: That is no e-mail address, or no role, or there is no such organisation.
        """
        _check_role(role)
        values = {
            "person_id": new_id("person"),
            "org_id": org_id,
            "email": read_email(email),
            "display_name": display_name.strip(),
            "role": role,
            "created_at": now,
        }
        try:
            with self._writing.begin() as connection:
                connection.execute(people.insert().values(values))
        except IntegrityError as error:
            if "FOREIGN KEY" in str(error.orig).upper():
                raise NoSuch(f"There is no organisation {org_id}") from None
            raise Taken(f"{values['email']} is in the organisation already") from None
        return self.person(org_id, email)

    def person(self, org_id: str, email: str) -> Person:
        """
        Find a person by address.

        Raises:
            NoSuch: The organisation has nobody of this address.
        """
        with self._engine.connect() as connection:
            return _find(connection, org_id, email)

    def people(self, org_id: str) -> list[Person]:
        """List an organisation's people by address."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(people).where(people.c.org_id == org_id).order_by(people.c.email)
            )
            return [_person(row) for row in rows]

    def set_role(self, org_id: str, email: str, role: Role) -> int:
        """
        Give a person another role; keys of theirs that could do more are lowered to it.

        Returns:
            How many keys were lowered.

        Raises:
            NoSuch: The organisation has nobody of this address.
        """
        _check_role(role)
        stronger = ROLES[: ROLES.index(role)]
        with self._writing.begin() as connection:
            found = _find(connection, org_id, email)
            connection.execute(people.update().where(people.c.person_id == found.person_id).values(role=role))
            lowered = connection.execute(
                keys.update()
                .where(keys.c.person_id == found.person_id, keys.c.role.in_(stronger))
                .values(role=role)
            )
            return lowered.rowcount

    def add_alias(self, org_id: str, identity: str, canonical: str, *, now: dt.datetime) -> Alias:
        """
        Say that *identity* is really *canonical*; it applies to all history with the next build.

        Args:
            org_id: The organisation; aliases never cross it.
            identity: What telemetry says, such as ``account:1f2e``; a bare address means ``email:…``.
            canonical: The person, in the same form. An alias of its own is followed to its person.
            now: The moment of the change.

        Raises:
            DirectoryError: A malformed identity, the same one twice, or *identity* is a person of the
                directory (merge them instead).
        """
        alias, target = read_identity(identity), read_identity(canonical)
        with self._writing.begin() as connection:
            target = _canonical(connection, org_id, target)
            if alias == target:
                raise DirectoryError(f"{alias} is {target} already")
            if any(person.identity == alias for person in _all(connection, org_id)):
                raise DirectoryError(f"{alias} is a person of the directory; use `andon people merge`")
            _point(connection, org_id, alias, target, now)
        return Alias(alias, target)

    def remove_alias(self, org_id: str, identity: str, *, of: str) -> None:
        """
        Take an alias of *of* back; the identity is its own person again with the next build.

        Raises:
            NoSuch: There is no such alias.
        """
        alias, target = read_identity(identity), read_identity(of)
        with self._writing.begin() as connection:
            removed = connection.execute(
                identity_aliases.delete().where(
                    identity_aliases.c.org_id == org_id,
                    identity_aliases.c.identity == alias,
                    identity_aliases.c.canonical_identity == target,
                )
            )
            if removed.rowcount == 0:
                raise NoSuch(f"{alias} is no alias of {target}")

    def aliases(self, org_id: str) -> list[Alias]:
        """List an organisation's aliases by identity."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(identity_aliases.c.identity, identity_aliases.c.canonical_identity)
                .where(identity_aliases.c.org_id == org_id)
                .order_by(identity_aliases.c.identity)
            )
            return [Alias(row.identity, row.canonical_identity) for row in rows]

    def merge_people(self, org_id: str, email: str, into: str, *, now: dt.datetime) -> Alias:
        """
        Make one person of two: *email* becomes an alias of *into*, which takes over keys and aliases.

        Raises:
            NoSuch: One of them is not in the organisation.
            DirectoryError: They are the same person.
        """
        with self._writing.begin() as connection:
            gone, kept = _find(connection, org_id, email), _find(connection, org_id, into)
            if gone.person_id == kept.person_id:
                raise DirectoryError(f"{gone.email} cannot be merged into itself")
            connection.execute(
                keys.update().where(keys.c.person_id == gone.person_id).values(person_id=kept.person_id)
            )
            connection.execute(people.delete().where(people.c.person_id == gone.person_id))
            _point(connection, org_id, gone.identity, kept.identity, now)
        return Alias(gone.identity, kept.identity)


def new_id(kind: str) -> str:
    """Make an id: *kind*, ``_`` and 26 random characters of Crockford's base 32, upper case."""
    return f"{kind}_" + "".join(secrets.choice(CROCKFORD) for _ in range(_ID_LENGTH)).upper()


def person_id(connection: Connection, org_id: str, email: str) -> str:
    """
    Find a person's id by address.

    Raises:
        NoSuch: The organisation has nobody of this address.
    """
    return _find(connection, org_id, email).person_id


def _check_role(role: str) -> None:
    if role not in ROLES:
        raise DirectoryError(f"{role!r} is no role; there are {', '.join(ROLES)}")


def _find(connection: Connection, org_id: str, email: str) -> Person:
    address = read_email(email)
    row = connection.execute(
        select(people).where(people.c.org_id == org_id, people.c.email == address)
    ).one_or_none()
    if row is None:
        raise NoSuch(f"{address} is not in the organisation; `andon people add {address}` adds them")
    return _person(row)


def _all(connection: Connection, org_id: str) -> list[Person]:
    return [_person(row) for row in connection.execute(select(people).where(people.c.org_id == org_id))]


def _canonical(connection: Connection, org_id: str, identity: str) -> str:
    found: str | None = connection.execute(
        select(identity_aliases.c.canonical_identity).where(
            identity_aliases.c.org_id == org_id, identity_aliases.c.identity == identity
        )
    ).scalar()
    return identity if found is None else found


def _point(connection: Connection, org_id: str, identity: str, canonical: str, now: dt.datetime) -> None:
    mine = identity_aliases.c.org_id == org_id
    connection.execute(identity_aliases.delete().where(mine, identity_aliases.c.identity == identity))
    connection.execute(
        identity_aliases.update()
        .where(mine, identity_aliases.c.canonical_identity == identity)
        .values(canonical_identity=canonical)
    )
    connection.execute(
        identity_aliases.insert().values(
            org_id=org_id, identity=identity, canonical_identity=canonical, created_at=now
        )
    )


def _person(row: Row[tuple[object, ...]]) -> Person:
    return Person(
        person_id=row.person_id,
        org_id=row.org_id,
        email=row.email,
        display_name=row.display_name,
        role=row.role,
        created_at=row.created_at,
    )
