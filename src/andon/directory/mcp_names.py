"""
Names of MCP servers and tools that an organisation knows, for agents that send only their digests.

Copilot CLI names a server and its tool by the SHA-256 of each name unless content is captured. A digest
cannot be turned round, but a name that is known can be compared: builds show every name that is listed
here, or that another agent of the organisation told in clear.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from sqlalchemy import Engine, select

from andon.directory.engine import for_writing
from andon.directory.problems import DirectoryError, NoSuch
from andon.directory.tables import mcp_names

_LONGEST = 200


class McpNames:
    """The names of all organisations."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._writing = for_writing(engine)

    def add_mcp_names(self, org_id: str, names: Iterable[str], *, now: dt.datetime) -> list[str]:
        """
        List names of servers or tools; a name that is listed already stays.

        Args:
            org_id: The organisation.
            names: As the agent's configuration spells them: a digest knows letter case.
            now: The moment of the change.

        Returns:
            The names as they are kept.

        Raises:
            DirectoryError: A name is empty, longer than 200 characters or not printable; then nothing is
                listed.
        """
        kept = [name.strip() for name in names]
        for name in kept:
            if not name or len(name) > _LONGEST or not name.isprintable():
                raise DirectoryError(
                    f"{name[:80]!r} is no name of an MCP server or tool: 1 to {_LONGEST} printable characters"
                )
        with self._writing.begin() as connection:
            for name in kept:
                listed = connection.execute(
                    select(mcp_names.c.name).where(mcp_names.c.org_id == org_id, mcp_names.c.name == name)
                ).first()
                if listed is None:
                    connection.execute(mcp_names.insert().values(org_id=org_id, name=name, created_at=now))
        return kept

    def remove_mcp_name(self, org_id: str, name: str) -> None:
        """
        Take a name off the list; its digest shows again with the next build.

        Raises:
            NoSuch: It is not on the list.
        """
        with self._writing.begin() as connection:
            removed = connection.execute(
                mcp_names.delete().where(mcp_names.c.org_id == org_id, mcp_names.c.name == name.strip())
            )
            if removed.rowcount == 0:
                raise NoSuch(f"{name[:80]!r} is not listed; `andon orgs mcp-names list` shows what is")

    def mcp_names(self, org_id: str) -> list[str]:
        """List an organisation's names in order."""
        with self._engine.connect() as connection:
            rows = connection.execute(
                select(mcp_names.c.name).where(mcp_names.c.org_id == org_id).order_by(mcp_names.c.name)
            )
            return [row.name for row in rows]
