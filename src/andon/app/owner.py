"""
One server at a time owns a data directory.

Two would both load the log and build every day, and which of them an agent reaches would depend on its port.
Commands (``build``, ``import``, ``keys``, …) work beside the owner: they take the locks of what they touch.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
from collections.abc import Iterator
from pathlib import Path

_NAME = "server.lock"


class AlreadyRunning(Exception):
    """Another process serves this data directory; the text says which."""


@contextlib.contextmanager
def owned(data: Path) -> Iterator[None]:
    """
    Own a data directory for as long as the context lasts.

    Raises:
        AlreadyRunning: Another server does.
        OSError: The data directory cannot be used.
    """
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (data / _NAME).open("a+b", buffering=0) as file:
        try:
            # Of the process, not of the file: a child that outlives a killed server does not keep it.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            file.seek(0)
            pid = file.read(20).decode(errors="replace").strip()
            raise AlreadyRunning(
                f"Andon is running on {data} already (process {pid or 'unknown'}); stop it with "
                "andon down, or choose another data directory with --data"
            ) from None
        # Only for people to read; on a full disk the lock alone has to do.
        with contextlib.suppress(OSError):
            file.truncate(0)
            file.write(f"{os.getpid()}\n".encode())
        yield
