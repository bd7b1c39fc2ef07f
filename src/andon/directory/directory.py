"""
The directory: who there is, and who may do what.

A ``Directory`` may be open in several processes at once; every change is one transaction. No clock is
called here: whoever changes something says when.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import secrets
import sqlite3
import weakref
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Engine, Row, make_url, select
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from andon.config import Settings
from andon.directory.engine import open_engine
from andon.directory.identities import email_identity, read_email
from andon.directory.keyring import Keyring, check_key
from andon.directory.keys import Kind, NewKey, Role
from andon.directory.mcp_names import McpNames
from andon.directory.people import People, Person, new_id
from andon.directory.problems import DirectoryError, NoSuch, Taken, Unusable
from andon.directory.schema import bring_to_head
from andon.directory.sessions import Sessions
from andon.directory.tables import identity_aliases, keys, mcp_names, organisations, people

_MAX_NAME = 200
_PEPPER_BYTES = 32


class Organisation(msgspec.Struct, frozen=True):
    """
    One organisation: what a key is bound to and what never mixes.

    Attributes:
        org_id: ``org_`` and 26 characters.
        name: Unique.
        keeps_content: Whether prompts and other content are kept. Off unless switched on.
    """

    org_id: str
    name: str
    keeps_content: bool
    created_at: dt.datetime


class Directory(Keyring, Sessions, People, McpNames):
    """
    Organisations, their people, their keys and who is signed in.

    Args:
        engine: The directory's database, at the newest schema; the object owns and closes it.
        pepper: This installation's secret; without it no stored hash can be checked.
    """

    def __init__(self, engine: Engine, pepper: bytes) -> None:
        super().__init__(engine, pepper)
        self._finalizer = weakref.finalize(self, engine.dispose)

    def create_org(self, name: str, *, now: dt.datetime) -> Organisation:
        """
        Make an organisation.

        Raises:
            Taken: There is one of this name.
            DirectoryError: The name is empty, too long or not printable.
        """
        words = name.strip()
        if not words or len(words) > _MAX_NAME or not words.isprintable():
            raise DirectoryError(f"An organisation's name has 1 to {_MAX_NAME} printable characters")
        made = Organisation(new_id("org"), words, keeps_content=False, created_at=now)
        try:
            with self._writing.begin() as connection:
                connection.execute(organisations.insert().values(msgspec.structs.asdict(made)))
        except IntegrityError:
            raise Taken(f"There is an organisation {words!r} already") from None
        return made

    def orgs(self) -> list[Organisation]:
        """List the organisations, oldest first."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(organisations).order_by(organisations.c.created_at, organisations.c.org_id)
            )
            return [_organisation(row) for row in rows]

    def org(self, id_or_name: str) -> Organisation:
        """
        Find an organisation by its id or by its name.

        Raises:
            NoSuch: There is none.
        """
        with self._engine.connect() as connection:
            for column in (organisations.c.org_id, organisations.c.name):
                row = connection.execute(select(organisations).where(column == id_or_name)).one_or_none()
                if row is not None:
                    return _organisation(row)
        raise NoSuch(f"There is no organisation {id_or_name[:80]!r}; `andon orgs list` shows what there is")

    def issue_key(  # noqa: PLR0913 (as create_key)
        self,
        org_id: str,
        kind: Kind,
        *,
        now: dt.datetime,
        role: Role | None = None,
        person_email: str | None = None,
        name: str = "",
        expires_at: dt.datetime | None = None,
    ) -> tuple[NewKey, Person | None]:
        """
        Make a key, and add its owner to the people if new: with the key's role, else as a member.

        Returns:
            The key, and the person if one was added.

        Raises:
            DirectoryError: As in :meth:`create_key`; nobody was added.
        """
        check_key(kind, role, name, expires_at, now)
        added = None
        if person_email is not None and read_email(person_email) not in {
            person.email for person in self.people(org_id)
        }:
            added = self.add_person(org_id, person_email, now=now, role=role or "member")
        made = self.create_key(
            org_id, kind, now=now, role=role, person_email=person_email, name=name, expires_at=expires_at
        )
        return made, added

    def set_keeps_content(self, org_id: str, *, keeps: bool) -> None:
        """
        Decide whether prompts and other content of an organisation are kept from now on.

        What was received before stays as it is: dropped content does not come back, kept content stays.

        Raises:
            NoSuch: There is no such organisation.
        """
        with self._writing.begin() as connection:
            changed = connection.execute(
                organisations.update().where(organisations.c.org_id == org_id).values(keeps_content=keeps)
            )
        if changed.rowcount == 0:
            raise NoSuch(f"There is no organisation {org_id[:80]!r}; `andon orgs list` shows what there is")

    def export_rows(self) -> dict[str, list[dict[str, Any]]]:
        """
        Give the rows that numbers depend on, for the warehouse.

        Returns:
            One list a table, in a fixed order: ``organisations`` (org_id, name), ``people`` (org_id, email,
            display_name, identity), ``identity_aliases`` (org_id, identity, canonical_identity),
            ``ingest_keys`` (key_id, org_id, owner_identity, which is null for a key without an owner),
            ``mcp_names`` (org_id, name).
        """
        aliases = identity_aliases.c
        with self._engine.begin() as connection:
            orgs = connection.execute(select(organisations).order_by(organisations.c.org_id))
            persons = connection.execute(select(people).order_by(people.c.org_id, people.c.email))
            same = connection.execute(
                select(aliases.org_id, aliases.identity, aliases.canonical_identity).order_by(
                    aliases.org_id, aliases.identity
                )
            )
            ingest = connection.execute(
                select(keys.c.key_id, keys.c.org_id, people.c.email)
                .outerjoin(people, people.c.person_id == keys.c.person_id)
                .where(keys.c.kind == "ingest")
                .order_by(keys.c.key_id)
            )
            names = connection.execute(
                select(mcp_names.c.org_id, mcp_names.c.name).order_by(mcp_names.c.org_id, mcp_names.c.name)
            )
            return {
                "organisations": [{"org_id": row.org_id, "name": row.name} for row in orgs],
                "people": [
                    {
                        "org_id": row.org_id,
                        "email": row.email,
                        "display_name": row.display_name,
                        "identity": email_identity(row.email),
                    }
                    for row in persons
                ],
                "identity_aliases": [dict(row._mapping) for row in same],  # noqa: SLF001 (SQLAlchemy's public name)
                "ingest_keys": [
                    {
                        "key_id": row.key_id,
                        "org_id": row.org_id,
                        "owner_identity": None if row.email is None else email_identity(row.email),
                    }
                    for row in ingest
                ],
                "mcp_names": [dict(row._mapping) for row in names],  # noqa: SLF001 (as above)
            }

    def close(self) -> None:
        """Close every connection; the object is of no use afterwards."""
        self._finalizer()


def open_directory(settings: Settings) -> Directory:
    """
    Open the directory; make it, its folders (0700) and its secrets (0600) on the first use.

    Raises:
        Unusable: The place cannot be used: not writable, no database, or of a newer Andon.
    """
    try:
        settings.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        settings.secrets_dir.mkdir(mode=0o700, exist_ok=True)
        pepper = _read_pepper(settings.secrets_dir / "key-pepper")
        engine = open_engine(settings.directory_url)
        with contextlib.ExitStack() as unless_opened:
            unless_opened.callback(engine.dispose)
            if engine.dialect.name == "sqlite" and engine.url.database:
                _make_private(Path(engine.url.database))
            bring_to_head(engine, settings.secrets_dir / "directory.lock")
            unless_opened.pop_all()
    except OSError as error:
        place = error.filename or settings.data
        raise Unusable(f"The data directory cannot be used: {place}: {error.strerror}") from None
    except DBAPIError as error:
        raise Unusable(f"The directory cannot be opened: {_what_is_wrong(error, settings)}") from None
    except (ArgumentError, ModuleNotFoundError) as error:
        raise Unusable(f"ANDON_DIRECTORY is no database that can be used: {error}") from None
    return Directory(engine, pepper)


def _what_is_wrong(error: DBAPIError, settings: Settings) -> str:
    if type(error.orig) is not sqlite3.DatabaseError:
        return str(error.orig)
    path = make_url(settings.directory_url).database
    return (
        f"{path} is damaged ({error.orig}): put it back from a back-up, or save what can be read with "
        f'`sqlite3 {path} .recover | sqlite3 saved.sqlite` and put that in its place; "When something goes '
        'wrong" in docs/operate.md has the steps'
    )


def _read_pepper(path: Path) -> bytes:
    if not path.exists():
        # Written aside and linked into place: whoever comes second takes the first one's.
        draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_PEPPER_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
        _sync_folder(path.parent)
    pepper = path.read_bytes()
    if len(pepper) < _PEPPER_BYTES:
        raise Unusable(f"{path} is damaged: restore it from a backup, or no key of this directory works")
    return pepper


def _make_private(path: Path) -> None:
    # One that exists is not even opened: closing it would drop the locks by which SQLite, elsewhere in this
    # process, says that it is in use, and the next command to end would take its write-ahead log away.
    with contextlib.suppress(FileExistsError):
        os.close(os.open(path, os.O_RDONLY | os.O_CREAT | os.O_EXCL, 0o600))


def _sync_folder(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _organisation(row: Row[tuple[object, ...]]) -> Organisation:
    return Organisation(row.org_id, row.name, row.keeps_content, row.created_at)
