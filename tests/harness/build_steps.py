"""
A build that kills itself, as ``kill -9`` would, at a place of one's choice; otherwise it says what it does.

As a program: the data directory, then ``node N`` (after the Nth node that finishes), ``after NAME`` (after
the node of that name, and with it the process that runs dbt), ``publish N`` (before the Nth change to the
directory of editions while it publishes) or ``by-hand N`` (the same for the hand-made edition, without a
build); 0 lives to the end. A third word ``everything`` makes everything anew. On stdout a line a node or
change.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

from small_server import PATHS

CHANGES = frozenset({"open", "os.rename", "os.mkdir", "os.remove", "os.rmdir", "sqlite3.connect"})
"""Audited calls that can change a directory."""


def build_until(data: Path, *where: str, environment: dict[str, str] | None = None) -> tuple[int, list[str]]:
    """Run it; give the exit code (-9 when it killed itself) and what it said."""
    done = subprocess.run(
        [sys.executable, __file__, str(data), *where],
        env={**os.environ, **PATHS, "ANDON_DATA": str(data), **(environment or {})},
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
        start_new_session=True,  # a group of its own, to be killed at once
    )
    assert done.returncode in {0, -signal.SIGKILL}, done.stderr[-3000:]
    return done.returncode, done.stdout.splitlines()


class _Counted:
    """Counts, says what it counted, and dies at a number."""

    def __init__(self, last: int) -> None:
        self._left = last

    def __call__(self, what: str) -> None:
        sys.stdout.write(what + "\n")
        sys.stdout.flush()
        self._left -= 1
        if not self._left:
            os.kill(os.getpid(), signal.SIGKILL)


def _count_changes(counted: _Counted, folder: Path) -> None:
    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event not in CHANGES or not isinstance(arguments[0], str | Path):
            return
        path = Path(arguments[0])
        is_read = event == "open" and not int(arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
        if path.is_relative_to(folder) and path.name.split(".")[0] != "builds" and not is_read:
            counted(f"{event} {path.relative_to(folder)}")

    sys.addaudithook(hook)


def main(kind: str, where: str, how: str = "") -> None:
    """Build, in the data directory that the environment names."""
    from andon.app import build  # noqa: PLC0415
    from andon.config import read_settings  # noqa: PLC0415
    from andon.transform.orders import Progress  # noqa: PLC0415
    from andon.warehouse.reading import EVER  # noqa: PLC0415

    from hand_made import publish_by_hand  # noqa: PLC0415 (only the program needs them)

    settings, counted = read_settings(), _Counted(int(where) if kind != "after" else 0)
    if kind == "by-hand":
        _count_changes(counted, settings.editions_dir)
        publish_by_hand(settings.editions_dir, keep=3)
        return

    def on_progress(progress: Progress) -> None:
        if kind != "publish":
            counted(progress.node)
        if kind == "after" and progress.node == where:
            os.killpg(0, signal.SIGKILL)

    publish = build.publish

    def counting(*arguments: Any, **named: Any) -> Any:  # noqa: ANN401 (as publish does)
        if kind == "publish":
            _count_changes(counted, settings.editions_dir)
        return publish(*arguments, **named)

    build.publish = counting
    build.build_once(settings, on_progress, again=EVER if how == "everything" else None)


if __name__ == "__main__":
    main(*sys.argv[2:])
