"""
Open SQLite files of editions: immutable, so that they are read without locks, and shared as the files are.

A connection is made when an edition is opened, so one that is being read outlives its directory.
"""

from __future__ import annotations

import sqlite3
import threading
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class Shelved:
    """
    One file, open. Safe to use from several threads; closed when nothing holds it any more.

    One read at a time: SQLite lets go of the interpreter at every row, and several that fight for it take
    twice as long together as one after the other.

    Args:
        path: An SQLite file that never changes.

    Raises:
        sqlite3.Error: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        self._connection = sqlite3.connect(address, uri=True, check_same_thread=False)
        self._turn = threading.Lock()
        # Requests may still read an edition after a newer one took its place: the last of them closes it.
        weakref.finalize(self, self._connection.close)

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Lend the connection; give it back before waiting for anything else."""
        with self._turn:
            yield self._connection
