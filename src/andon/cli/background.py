"""
A server that outlives the command that started it: ``andon up --detach`` and ``andon down``.

The server itself is an ordinary ``andon up``: a child that shows its progress on this terminal, says when it
is ready, and only then turns to its own log. ``server.json`` in the data directory says which process it is.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import typer

from andon.cli.errors import CommandFailed
from andon.cli.options import Data, settings_of
from andon.cli.terminal import note, say

DETACHED = "ANDON_DETACHED"
"""Set for the child by its parent: turn to the log when ready."""

_STOP_S = 30
_LOOK_AGAIN_S = 0.1


class Running(msgspec.Struct, frozen=True):
    """
    The server of a data directory, from when it is ready to when it stops.

    Attributes:
        pid: Its process.
        api_url: Where its API listens.
    """

    pid: int
    api_url: str


def _path(data: Path) -> Path:
    return data / "server.json"


def running_on(data: Path) -> Running | None:
    """Give the server that is ready on a data directory; None when there is none."""
    try:
        with _path(data).open("rb") as file:
            # A server holds the lock for as long as it lives, so a killed one's file misleads nobody.
            with contextlib.suppress(BlockingIOError):
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
                return None
            return msgspec.json.decode(file.read(), type=Running)
    except (OSError, msgspec.DecodeError):
        return None


@contextlib.contextmanager
def announced(data: Path, api_url: str) -> Iterator[None]:
    """Tell other commands that this process is ready, and leave the terminal if it was started detached."""
    with _path(data).open("w+b") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.write(msgspec.json.encode(Running(os.getpid(), api_url)))
        file.flush()
        if os.environ.get(DETACHED):
            sys.stdout.flush()
            sys.stderr.flush()
            # Whoever reads the parent's output through a pipe waits until nobody can write to it any more.
            log = os.open(data / "server.log", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
            os.dup2(log, 1)
            os.dup2(log, 2)
            os.close(log)
        yield


def start_detached(arguments: list[str], data: Path) -> None:
    """
    Run ``andon up`` in a process of its own and return when it is ready.

    Args:
        arguments: Of ``andon up``, without ``--detach``.
        data: The data directory, where the server says that it is ready.

    Raises:
        CommandFailed: A server runs there already.
        typer.Exit: The server did not start; it has said why.
    """
    already = running_on(data)
    if already is not None:
        raise CommandFailed(
            f"Andon is running on {data} already, at {already.api_url} (process {already.pid}); "
            "andon down stops it"
        )
    child = subprocess.Popen(  # noqa: S603 (this very command)
        [sys.executable, "-m", "andon", "up", *arguments],
        env={**os.environ, DETACHED: "1"},
        stdin=subprocess.DEVNULL,
    )
    while True:
        code = child.poll()
        if code is not None:
            raise typer.Exit(code or 1)
        ready = running_on(data)
        if ready is not None and ready.pid == child.pid:
            break
        time.sleep(_LOOK_AGAIN_S)
    say(f"It runs in the background, logging to {data / 'server.log'}. Stop it with:")
    say(f"  {_command()} down --data {data}")


def _command() -> str:
    beside = Path(sys.executable).with_name("andon")
    return str(beside) if beside.exists() else "andon"


def down(data: Data = None) -> None:
    """
    Stop the server of this data directory, wherever it was started.

    What it has acknowledged is stored; requests in flight are answered first.
    """
    settings = settings_of(data)
    running = running_on(settings.data)
    if running is None:
        note(f"No server runs on {settings.data}.")
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(running.pid, signal.SIGTERM)
    for _ in range(int(_STOP_S / _LOOK_AGAIN_S)):
        if running_on(settings.data) is None:
            note("Stopped.")
            return
        time.sleep(_LOOK_AGAIN_S)
    raise CommandFailed(f"Process {running.pid} has not stopped after {_STOP_S} s; kill -9 loses nothing")
