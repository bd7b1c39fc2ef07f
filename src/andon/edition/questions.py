"""
Questions that no fragment answers, asked of an edition's report models: ``queries/*.sql``.

DuckDB reads the Parquet files where they lie. The memory of all questions together is bounded, and a few are
answered at a time; what does not fit spills to a folder of the system's.
"""

from __future__ import annotations

import datetime as dt
import re
import threading
from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

import duckdb

from andon.edition.opened import Edition
from andon.edition.problems import EditionDamaged

AT_A_TIME = 2
"""Questions answered at once: each uses several cores for a moment."""

MEMORY = "1GB"
"""For all of them; a year of 50,000 people takes a third of it."""

THREADS = 4

_CONFIG = {
    # Nothing is fetched, ever; what we use (json, parquet) is linked in.
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": MEMORY,
    "threads": str(THREADS),
}

_FRAGMENTS = re.compile(r"\bfrom fragments\.(\w+)")
"""Where a question builds on what an answer tells already: a file of ``fragments/``."""

_RELATION = re.compile(r"\b(?:from|join) (rpt_\w+)")

_GLOB_CHARACTER = re.compile(r"[*?\[]")

Value = str | dt.date | None


class Questions:
    """
    Asks editions.

    Args:
        spill: Folder for what does not fit into memory; made when it is needed.
    """

    def __init__(self, spill: Path) -> None:
        self._engine: Any = duckdb.connect(config={**_CONFIG, "temp_directory": str(spill)})
        self._turns = threading.BoundedSemaphore(AT_A_TIME)

    def ask(self, edition: Edition, query: str, values: Mapping[str, Value]) -> list[bytes]:
        """
        Ask one question.

        Args:
            edition: Of this one.
            query: Name of the file in ``queries/``, without its ending.
            values: Its parameters, by name.

        Returns:
            JSON of one row each, in the query's order.

        Raises:
            EditionDamaged: A file of the edition is gone or unreadable.
        """
        text = _FRAGMENTS.sub(lambda found: f"from ({_text('fragments', found[1])})", _text("queries", query))
        text = _RELATION.sub(lambda found: found[0].replace(found[1], _files(edition.marts, found[1])), text)
        with self._turns:
            cursor = self._engine.cursor()
            try:
                return [fragment for (fragment,) in cursor.execute(text, dict(values)).fetchall()]
            except duckdb.BinderException:
                raise EditionDamaged(
                    f"Edition {edition.number} was published by an older Andon, which did not keep what is "
                    "asked; andon build publishes one that does"
                ) from None
            except duckdb.IOException as error:
                raise EditionDamaged(f"Edition {edition.number} cannot be read: {error}") from None
            finally:
                cursor.close()

    def close(self) -> None:
        """Let go of the engine."""
        self._engine.close()


def _text(folder: str, name: str) -> str:
    return resources.files(__package__).joinpath(folder, f"{name}.sql").read_text(encoding="utf-8")


def _files(marts: Path, relation: str) -> str:
    """Name a model's files, one or one a month, as the engine reads them."""
    found = [marts / f"{relation}.parquet"]
    if not found[0].exists():
        found = sorted((marts / relation).glob("*.parquet"))
    paths = [_GLOB_CHARACTER.sub(r"[\g<0>]", str(path.absolute())).replace("'", "''") for path in found]
    return "read_parquet([{}], union_by_name = true)".format(", ".join(f"'{path}'" for path in paths))
