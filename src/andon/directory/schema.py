"""
The directory's schema version: looked at on every start, changed only when it is behind.

Alembic takes over a second to import, so it is loaded for an upgrade alone; the look is one statement.
"""

from __future__ import annotations

import fcntl
from pathlib import Path

from sqlalchemy import Engine, inspect, text

from andon.directory.engine import for_writing
from andon.directory.problems import Unusable

REVISIONS: tuple[str, ...] = ("0001", "0002", "0003")
"""Every migration, oldest first; the last one is what this version of Andon works with."""

HEAD = REVISIONS[-1]


def bring_to_head(engine: Engine, lock: Path) -> None:
    """
    Upgrade the schema if it is behind; quick when it is not. Safe from several processes at once.

    Args:
        engine: Where the directory lives.
        lock: File that serialises the upgrades of one machine; made when it is not there.

    Raises:
        Unusable: The schema was written by a newer Andon.
    """
    if current_revision(engine) == HEAD:
        return

    with lock.open("a") as handle:
        fcntl.flock(handle, fcntl.LOCK_EX)
        revision = current_revision(engine)
        if revision == HEAD:
            return
        if revision is not None and revision not in REVISIONS:
            raise Unusable(
                f"The directory has schema {revision}, which this version of Andon does not know: it was "
                "written by a newer one. Install that version again, or restore a backup."
            )
        _upgrade(engine)


def current_revision(engine: Engine) -> str | None:
    """Read the schema's version; None for a database that has none of our tables yet."""
    with engine.connect() as connection:
        if not inspect(connection).has_table("alembic_version"):
            return None
        found: str | None = connection.execute(text("SELECT version_num FROM alembic_version")).scalar()
        return found


def _upgrade(engine: Engine) -> None:
    from alembic import command  # noqa: PLC0415 (slow to import, rarely needed)
    from alembic.config import Config  # noqa: PLC0415

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.set_main_option("path_separator", "os")
    if engine.dialect.name == "sqlite":
        # Cannot be switched inside a transaction, hence the driver's own connection. It stays in the file.
        raw = engine.raw_connection()
        raw.cursor().execute("PRAGMA journal_mode = WAL")
        raw.close()
    with for_writing(engine).begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
