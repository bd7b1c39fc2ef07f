"""
The server without the command around it, for loops that start it hundreds of times.

As a program it serves the data directory that it is given, says where on its first line, and stops on
SIGTERM.
``--never-flush`` makes it a liar: what it acknowledges is in the page cache and nowhere else.
"""

from __future__ import annotations

import contextlib
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

PATHS = {"PYTHONPATH": os.pathsep.join(path for path in sys.path if path)}
"""For a child process that imports what this one does."""


class Small(NamedTuple):
    """
    A running server.

    Attributes:
        process: Its process, or the one that traces it.
        pid: Its process.
        otlp_url: Where OTLP over HTTP is taken, without a key.
        grpc_target: Where OTLP over gRPC is taken, without a key: host and port.
        api_url: Where the API answers.
    """

    process: subprocess.Popen[bytes]
    pid: int
    otlp_url: str
    grpc_target: str
    api_url: str

    def kill(self) -> None:
        """Kill -9."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self.pid, signal.SIGKILL)
        self.process.wait(20)


@contextlib.contextmanager
def small_server(
    data: Path,
    *flags: str,
    under: Sequence[str | Path] = (),
    environment: Mapping[str, str] | None = None,
    log: Path | None = None,
) -> Iterator[Small]:
    """
    Serve a data directory; whatever still runs at the end is killed.

    Args:
        data: The data directory.
        flags: Of this program.
        under: A command to run it under, such as strace.
        environment: More settings.
        log: Where its stderr goes; beside the data directory unless told.
    """
    log = log or data.parent / f"{data.name}.log"
    with log.open("ab") as errors:
        process = subprocess.Popen(
            [*under, sys.executable, __file__, str(data), *flags],
            env={**os.environ, "ANDON_DECODERS": "1", **PATHS, **(environment or {})},
            stdout=subprocess.PIPE,
            stderr=errors,
        )
    assert process.stdout is not None
    with process.stdout:
        said = process.stdout.readline()
        assert said, log.read_text()[-3000:]
        small = Small(process, **json.loads(said))
        try:
            yield small
        finally:
            small.kill()


def _serve(data: Path, *, never_flushes: bool) -> None:
    from andon.app.logs import configure_logs  # noqa: PLC0415 (only the program needs them)
    from andon.app.serve import Server  # noqa: PLC0415
    from andon.config import read_settings  # noqa: PLC0415
    from andon.directory.directory import open_directory  # noqa: PLC0415

    from line import NOW  # noqa: PLC0415

    if never_flushes:
        for call in ("fsync", "fdatasync"):
            setattr(os, call, lambda _: None)
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM})
    configure_logs(verbose=False)
    settings = read_settings(data=data, port=0, otlp_port=0, grpc_port=0, now=NOW)
    directory = open_directory(settings)
    org = next(iter(directory.orgs()), None) or directory.create_org("Acme", now=NOW)
    server = Server(settings)
    server.start(directory, open_org=org.org_id)
    told = {
        "pid": os.getpid(),
        "otlp_url": server.otlp_url,
        "grpc_target": urlsplit(server.grpc_url or "").netloc,
        "api_url": server.api_url,
    }
    sys.stdout.write(json.dumps(told) + "\n")
    sys.stdout.flush()
    signal.sigwait({signal.SIGTERM})
    server.stop()
    directory.close()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), never_flushes="--never-flush" in sys.argv)
