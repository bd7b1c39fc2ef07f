"""When keys were last used: remembered as they are, written down twice a minute."""

from __future__ import annotations

import datetime as dt
import threading

import structlog
from sqlalchemy.exc import DBAPIError

from andon.directory.directory import Directory

NOTED_EVERY_S = 30

_LOG = structlog.get_logger("andon.keys")


class KeyUses:
    """
    Last uses that are not in the directory yet. Safe to use from several threads.

    A request must not wait for a disk to say that its key was used, so that it only leaves a note here.

    Args:
        directory: Where they are written down.
    """

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self._noted: dict[str, dt.datetime] = {}
        self._gate = threading.Lock()
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="andon-key-uses", daemon=True)

    def note(self, key_id: str, at: dt.datetime) -> None:
        """Remember that a key was used."""
        with self._gate:
            self._noted[key_id] = at

    def write(self) -> None:
        """Write down what is remembered; on a full disk it is remembered on."""
        with self._gate:
            noted, self._noted = self._noted, {}
        if not noted:
            return
        try:
            self._directory.note_uses(noted)
        except DBAPIError as error:
            _LOG.warning("key_uses_not_written", reason=str(error.orig))
            with self._gate:
                self._noted = noted | self._noted

    def start(self) -> None:
        """Begin to write twice a minute."""
        self._thread.start()

    def stop(self) -> None:
        """Write the rest and end."""
        self._stopping.set()
        self._thread.join()
        self.write()

    def _run(self) -> None:
        while not self._stopping.wait(NOTED_EVERY_S):
            self.write()
