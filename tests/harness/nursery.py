"""
Builds that begin at once, for loops that kill hundreds of them.

They are forked, dbt's process too, from one that has loaded everything; dbt alone takes seconds. What is
killed is the same: the process of the command, and that of ``andon.transform.child``, in one group. As a
program it takes orders on stdin and answers on stdout, a JSON line each.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO, Any, NamedTuple

import build_steps

from small_server import PATHS


class Nursery:
    """Runs builds of any data directory, one after the other."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self._process = process

    def build_until(
        self, data: Path, *where: str, environment: Mapping[str, str] | None = None
    ) -> tuple[int, list[str]]:
        """Do what ``build_steps.build_until`` does."""
        order = {
            "words": [str(data), *where],
            "environment": {"ANDON_DATA": str(data), **(environment or {})},
        }
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps(order) + "\n")
        self._process.stdin.flush()
        code, said, errors = json.loads(self._process.stdout.readline())
        assert code in {0, -signal.SIGKILL}, errors[-3000:]
        return code, said.splitlines()


@contextlib.contextmanager
def nursery() -> Iterator[Nursery]:
    """Start one; what it works on at the end of the block is killed with it."""
    with subprocess.Popen(
        [sys.executable, __file__],
        env={**os.environ, **PATHS},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            yield Nursery(process)
        finally:
            process.terminate()


class _Forked(NamedTuple):
    """A process, as ``Worker`` uses it."""

    pid: int
    stdout: IO[bytes]

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)

    def wait(self) -> int:
        return os.waitstatus_to_exitcode(os.waitpid(self.pid, 0)[1])


class _Child(NamedTuple):
    """dbt's process, which waits for its environment."""

    process: _Forked
    door: socket.socket
    environment: int

    def start(self, environment: Mapping[str, str], fit: str) -> Any:  # noqa: ANN401 (as worker._start does)
        """Let it begin."""
        from andon.transform import worker  # noqa: PLC0415 (only the program needs it)

        with os.fdopen(self.environment, "w") as told:
            json.dump(dict(environment), told)
        return worker._Hand(self.process, self.door, fit)  # type: ignore[arg-type]


def _fork_child() -> _Child:
    ours, theirs = socket.socketpair()
    told, out = os.pipe(), os.pipe()
    pid = os.fork()
    if pid:
        for handle in (told[0], out[1], theirs.detach()):
            os.close(handle)
        return _Child(_Forked(pid, os.fdopen(out[0], "rb")), ours, told[1])
    ours.close()
    os.close(told[1])
    os.dup2(theirs.fileno(), 0)
    os.dup2(out[1], 1)
    with os.fdopen(told[0]) as environment:
        os.environ.update(json.load(environment))
    from andon.transform import child  # noqa: PLC0415

    child.main()
    os._exit(0)


def _build(words: list[str], environment: dict[str, str], out: int, errors: int) -> None:
    from andon.transform import worker  # noqa: PLC0415

    os.setsid()
    os.dup2(errors, 2)
    child = _fork_child()
    os.dup2(out, 1)
    os.environ.update(environment)
    worker._start = child.start
    code = 1
    try:
        build_steps.main(*words[1:])
        code = 0
    except Exception:  # noqa: BLE001 (told)
        traceback.print_exc()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code)


def _load() -> None:
    """Load what a build would; a project is parsed, so that what dbt loads late is loaded too."""
    from andon.app import build  # noqa: PLC0415, F401
    from andon.config import read_settings  # noqa: PLC0415
    from andon.transform import carry_out, run  # noqa: PLC0415

    with tempfile.TemporaryDirectory() as folder:
        order = run._order(read_settings(data=Path(folder)), "get-ready", {})
        assert carry_out.carry_out(order, lambda _: None).ok


def _main() -> None:
    with os.fdopen(os.dup(1), "w") as answers:
        os.dup2(2, 1)
        _load()
        for line in sys.stdin:
            order = json.loads(line)
            with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as errors:
                pid = os.fork()
                if not pid:
                    _build(order["words"], order["environment"], out.fileno(), errors.fileno())
                code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
                out.seek(0), errors.seek(0)
                told = [code, out.read().decode(), errors.read().decode()]
            answers.write(json.dumps(told) + "\n")
            answers.flush()


if __name__ == "__main__":
    _main()
