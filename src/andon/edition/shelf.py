"""
Open SQLite files of editions: immutable, so that they are read without locks, and shared as the files are.

Connections are made when an edition is opened, so one that is being read outlives its directory.
"""

from __future__ import annotations

import queue
import sqlite3
import weakref
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

READERS = 4
"""Reads of one file at a time: as many as a small machine has cores; more would wait for the interpreter."""


class Shelved:
    """
    One file, open. Safe to use from several threads; closed when nothing holds it any more.

    Args:
        path: An SQLite file that never changes.

    Raises:
        sqlite3.Error: It cannot be opened.
    """

    def __init__(self, path: Path) -> None:
        self._readers: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        # Requests may still read an edition after a newer one took its place: the last of them closes it.
        weakref.finalize(self, _close, self._readers)
        address = f"{path.absolute().as_uri()}?mode=ro&immutable=1"
        for _ in range(READERS):
            self._readers.put(sqlite3.connect(address, uri=True, check_same_thread=False))

    @contextmanager
    def reader(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; give it back before waiting for anything else."""
        reader = self._readers.get()
        try:
            yield reader
        finally:
            self._readers.put(reader)


def _close(readers: queue.LifoQueue[sqlite3.Connection]) -> None:
    while not readers.empty():
        readers.get_nowait().close()
