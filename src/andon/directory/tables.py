"""
The directory's tables, as the newest migration leaves them.

Types are those that SQLite and PostgreSQL both have. A test proves that the migrations lead to exactly
these tables.
"""

from __future__ import annotations

import datetime as dt

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    Dialect,
    ForeignKey,
    MetaData,
    String,
    Table,
    UniqueConstraint,
)
from sqlalchemy.types import TypeDecorator


class Instant(TypeDecorator[dt.datetime]):
    """A point in time, always in UTC and always aware; SQLite keeps no zone of its own."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:
        """Turn any aware instant into UTC, without its zone where the engine would lose it."""
        if value is None:
            return None
        in_utc = value.astimezone(dt.UTC)
        return in_utc.replace(tzinfo=None) if dialect.name == "sqlite" else in_utc

    def process_result_value(self, value: dt.datetime | None, dialect: Dialect) -> dt.datetime | None:  # noqa: ARG002 (the hook's signature)
        """Say that what was stored is UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=dt.UTC) if value.tzinfo is None else value.astimezone(dt.UTC)


metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)

organisations = Table(
    "organisations",
    metadata,
    Column("org_id", String(30), primary_key=True),
    Column("name", String(200), nullable=False, unique=True),
    Column("keeps_content", Boolean, nullable=False),
    Column("created_at", Instant, nullable=False),
)

people = Table(
    "people",
    metadata,
    Column("person_id", String(33), primary_key=True),
    Column("org_id", String(30), ForeignKey("organisations.org_id"), nullable=False),
    Column("email", String(320), nullable=False),
    Column("display_name", String(200), nullable=False),
    Column("role", String(10), nullable=False),
    Column("created_at", Instant, nullable=False),
    UniqueConstraint("org_id", "email"),
    CheckConstraint("role IN ('owner', 'manager', 'member', 'guest')", name="role"),
)

identity_aliases = Table(
    "identity_aliases",
    metadata,
    Column("org_id", String(30), ForeignKey("organisations.org_id"), primary_key=True),
    Column("identity", String(400), primary_key=True),
    Column("canonical_identity", String(400), nullable=False),
    Column("created_at", Instant, nullable=False),
)

mcp_names = Table(
    "mcp_names",
    metadata,
    Column("org_id", String(30), ForeignKey("organisations.org_id"), primary_key=True),
    Column("name", String(200), primary_key=True),
    Column("created_at", Instant, nullable=False),
)

keys = Table(
    "keys",
    metadata,
    Column("key_id", String(10), primary_key=True),
    Column("org_id", String(30), ForeignKey("organisations.org_id"), nullable=False, index=True),
    Column("kind", String(10), nullable=False),
    Column("role", String(10)),
    Column("person_id", String(33), ForeignKey("people.person_id"), index=True),
    Column("name", String(200), nullable=False),
    Column("secret_hash", String(64), nullable=False),
    Column("last_four", String(4), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant),
    Column("revoked_at", Instant),
    Column("last_used_at", Instant),
    CheckConstraint("kind IN ('analytics', 'ingest')", name="kind"),
    CheckConstraint(
        "(kind = 'ingest' AND role IS NULL) OR "
        "(kind = 'analytics' AND role IN ('owner', 'manager', 'member', 'guest'))",
        name="role",
    ),
)

sign_in_links = Table(
    "sign_in_links",
    metadata,
    Column("token_hash", String(64), primary_key=True),
    Column("org_id", String(30), ForeignKey("organisations.org_id"), nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)

sessions = Table(
    "sessions",
    metadata,
    Column("session_id", String(34), primary_key=True),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("org_id", String(30), ForeignKey("organisations.org_id"), nullable=False),
    Column("key_id", String(10), ForeignKey("keys.key_id"), index=True),
    Column("created_at", Instant, nullable=False),
    Column("expires_at", Instant, nullable=False),
)
