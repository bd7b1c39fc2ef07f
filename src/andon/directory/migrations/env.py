"""What Alembic runs: the steps that are missing, in the caller's transaction."""

from __future__ import annotations

from alembic import context
from sqlalchemy import Connection, text

from andon.directory.tables import metadata

_LOCK = 0x616E646F6E
"""PostgreSQL's advisory lock of Andon's upgrades: machines wait for each other ("andon" in hex)."""


def run() -> None:
    """Run the missing steps on the connection that schema.py hands over."""
    connection: Connection = context.config.attributes["connection"]
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    context.configure(connection=connection, target_metadata=metadata, render_as_batch=True)
    context.run_migrations()


run()
