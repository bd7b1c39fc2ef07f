"""
Who runs dbt for a build: a process (``transform.child``) that may stay for the next one.

A process that stays has dbt imported and the project parsed. It is exchanged for a new one whenever it might
answer differently from that: another project, other settings, a failure. It holds nothing between builds.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Mapping
from importlib.metadata import version
from pathlib import Path
from typing import IO, NamedTuple

import msgspec

from andon.transform.orders import Line, Order, Progress, Summary

MOST_BUILDS = 50
"""Builds that one process does: whatever dbt leaks is given back."""

MOST_MEMORY_BYTES = 2**30
"""A process that still has this much after a build is not kept; 350 MB are usual."""

_PASSED_ON = ("PATH", "HOME", "LANG", "TMPDIR")
_PASSED_ON_PREFIXES = ("PYTHON", "VIRTUAL_ENV", "LC_", "LD_", "DYLD_", "COV")
"""dbt compares each line that it logs with every variable: it gets those that programs need to start."""


class Died(Exception):
    """The process ended without a summary; the text says how."""


class _Hand(NamedTuple):
    """A process at work, where it takes orders, and what it was started for."""

    process: subprocess.Popen[bytes]
    door: socket.socket
    fit: str


class Worker:
    """Carries out orders, one at a time, in a process that stays until :meth:`close`."""

    def __init__(self) -> None:
        self._hand: _Hand | None = None
        self._done = 0

    @property
    def pid(self) -> int | None:
        """The process that waits for the next order, if one does."""
        return None if self._hand is None else self._hand.process.pid

    def run(
        self,
        order: Order,
        environment: Mapping[str, str],
        lock: IO[str] | None = None,
        on_progress: Callable[[Progress], None] = lambda _: None,
    ) -> Summary:
        """
        Have an order carried out.

        Args:
            order: What to do.
            environment: Variables of dbt's profile.
            lock: Kept open by the process while it works, so that whatever it stands for outlives this one.
            on_progress: Called as each node finishes.

        Returns:
            How it ended; trouble is in it when the process died.
        """
        fit = _fit(order, environment)
        if self._hand is not None and self._hand.fit != fit:
            self.close()
        is_tried = self._hand is not None
        try:
            summary = self._ask(order, environment, fit, lock, on_progress)
        except Died as death:
            summary = Summary(ok=False, outcomes=[], trouble=str(death))
        except BaseException:
            self.close()
            raise
        if not summary.ok or self._done >= MOST_BUILDS or summary.memory_bytes > MOST_MEMORY_BYTES:
            self.close()
        if is_tried and summary.trouble:
            # Perhaps it was the process that was not well, and not what it was to do.
            return self.run(order, environment, lock, on_progress)
        return summary

    def close(self) -> None:
        """Let the process go, at once; what it was writing is rolled back."""
        hand, self._hand, self._done = self._hand, None, 0
        if hand is not None:
            hand.door.close()
            hand.process.kill()
            hand.process.wait()
            assert hand.process.stdout is not None  # noqa: S101 (asked for when it was started)
            hand.process.stdout.close()

    def _ask(
        self,
        order: Order,
        environment: Mapping[str, str],
        fit: str,
        lock: IO[str] | None,
        on_progress: Callable[[Progress], None],
    ) -> Summary:
        hand = self._hand = self._hand or _start(environment, fit)
        handles = [] if lock is None else [lock.fileno()]
        text = msgspec.json.encode(order) + b"\n"
        with contextlib.suppress(BrokenPipeError, ConnectionError):
            sent = socket.send_fds(hand.door, [text], handles)
            hand.door.sendall(text[sent:])
        assert hand.process.stdout is not None  # noqa: S101 (asked for when it was started)
        for line in hand.process.stdout:
            said = msgspec.json.decode(line, type=Line)
            if isinstance(said, Summary):
                self._done += 1
                return said
            on_progress(said)
        code = hand.process.wait()
        raise Died(
            f"the build process ended early (exit {code}); what it printed is in {order.log_path}/printed.log"
        )


def _start(environment: Mapping[str, str], fit: str) -> _Hand:
    ours, theirs = socket.socketpair()
    kept = {
        name: value
        for name, value in os.environ.items()
        if name in _PASSED_ON or name.startswith(_PASSED_ON_PREFIXES)
    }
    with theirs:
        process = subprocess.Popen(
            [sys.executable, "-m", "andon.transform.child"],
            stdin=theirs.fileno(),
            stdout=subprocess.PIPE,
            env={**kept, **environment},
        )
    return _Hand(process, ours, fit)


def _fit(order: Order, environment: Mapping[str, str]) -> str:
    """Tell apart what a process would have to be started anew for: the project's files and the settings."""
    told = [order.project_path, order.target_path, order.log_path, repr(sorted(environment.items()))]
    return f"{digest(Path(order.project_path))} {told}"


def digest(project: Path) -> str:
    """Hash every file of a dbt project, its place, this code and dbt's version: 20 ms for 500 files."""
    versions = [version(name) for name in ("dbt-core", "dbt-duckdb")]
    found = hashlib.sha256(repr((project, versions, sys.version)).encode())
    for folder in {project, Path(__file__).parent}:
        for file in sorted(folder.rglob("*")):
            if file.suffix != ".pyc" and file.is_file():
                found.update(f"{file.relative_to(folder)}\0".encode())
                found.update(hashlib.sha256(file.read_bytes()).digest())
    return found.hexdigest()
