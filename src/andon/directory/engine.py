"""
The connection to the directory's database.

SQLite runs in WAL with ``synchronous = FULL`` (a power cut loses no acknowledged change; NORMAL would) and
with foreign keys on. Writers begin with a write lock, so that two processes wait for each other instead of
failing half-way.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event

_WAIT_S = 15
"""How long a writer waits for another process to finish its change."""


def open_engine(url: str) -> Engine:
    """Make the engine of a SQLite or PostgreSQL address; nothing is connected yet."""
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
    return engine


def for_writing(engine: Engine) -> Engine:
    """Give the same engine, whose transactions take the write lock when they begin."""
    return engine.execution_options(andon_writes=True)


def _prepare_sqlite(connection: Any, _record: object) -> None:  # noqa: ANN401 (the driver's own type)
    # The driver would begin transactions only before the first change, and without the lock.
    connection.isolation_level = None
    for pragma in (f"busy_timeout = {_WAIT_S * 1000}", "synchronous = FULL", "foreign_keys = ON"):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    writes = connection.get_execution_options().get("andon_writes", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
