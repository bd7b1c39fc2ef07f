"""A real server on a real data directory, and the captures to send it."""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import json
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import grpc
import httpx2

from andon.config import Settings, read_settings
from andon.directory.directory import Directory, open_directory
from andon.ingest.receive_grpc import METHODS

FIXTURES = Path(__file__).parents[1] / "fixtures" / "otlp"
NOW = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)
"""The morning after the captures were recorded."""
CAPTURE_DAY = "2026-11-20"
GRPC = "application/grpc"
"""Media type of what is to be sent over gRPC."""
GRPC_PATHS = {f"/v1/{signal}": method for method, signal in METHODS.items()}
"""gRPC's method for each path of OTLP over HTTP."""


_CLAIMS = (Path(tempfile.gettempdir()) / f"andon-test-ports-{os.getuid()}").open("wb")
"""A byte for each port, locked by the process that was given it until that process ends."""
_GIVEN: set[int] = set()
"""Ports that this process was given: its own locks do not stop it."""

STARTED_S = 180
"""A server answers after two seconds on an idle machine; no test is about how long it takes."""


def free_port() -> int:
    """Give a port that nobody listens on, that no outgoing connection gets and no test beside this one.

    Not from ``random``, which Hypothesis seeds alike in every process.
    """
    for port in random.SystemRandom().sample(range(20_000, 32_000), 100):
        if port in _GIVEN:
            continue
        with contextlib.suppress(OSError), socket.socket() as probe:
            fcntl.lockf(_CLAIMS, fcntl.LOCK_EX | fcntl.LOCK_NB, 1, port)
            probe.bind(("127.0.0.1", port))
            _GIVEN.add(port)
            return port
    raise AssertionError("a hundred ports are taken")


class Line:
    """One data directory, the server on it, and what a test does with both."""

    def __init__(self, data: Path, *, now: dt.datetime = NOW) -> None:
        """Take the directory; nothing runs until ``start``."""
        self.data = data
        self.now = now
        self.port = free_port()
        self.otlp_port = free_port()
        self.grpc_port = free_port()
        self.process: subprocess.Popen[bytes] | None = None
        self.http = httpx2.Client(timeout=60)
        self.grpc = grpc.insecure_channel(f"127.0.0.1:{self.grpc_port}")

    @property
    def api_url(self) -> str:
        """Where the API listens."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def otlp_url(self) -> str:
        """Where OTLP over HTTP listens."""
        return f"http://127.0.0.1:{self.otlp_port}"

    @property
    def env(self) -> dict[str, str]:
        """The environment of every command on this line."""
        return {
            **os.environ,
            "ANDON_DATA": str(self.data),
            "ANDON_NOW": self.now.isoformat(),
            "ANDON_PORT": str(self.port),
            "ANDON_OTLP_PORT": str(self.otlp_port),
            "ANDON_DECODERS": "2",
            "ANDON_GRPC_PORT": str(self.grpc_port),
        }

    def settings(self) -> Settings:
        """The settings that the commands read."""
        return read_settings(data=self.data, now=self.now)

    def directory(self) -> Directory:
        """The directory, opened beside the server."""
        return open_directory(self.settings())

    def run(self, *args: str, timeout: float = 300) -> subprocess.CompletedProcess[str]:
        """Run one ``andon`` command to its end."""
        return subprocess.run(
            [sys.executable, "-m", "andon", *args],
            env=self.env,
            capture_output=True,
            text=True,
            timeout=timeout,
            check=False,
        )

    def start(self, *args: str) -> None:
        """Start ``andon up`` and wait until both ports answer."""
        log = self.data.parent / f"{self.data.name}.log"
        with log.open("ab") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "andon", "up", "--no-browser", *args],
                env=self.env,
                stdout=out,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
            )
        deadline = time.monotonic() + STARTED_S
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            with contextlib.suppress(httpx2.TransportError):
                if self.http.get(f"{self.api_url}/healthz").status_code == 200:
                    with socket.create_connection(("127.0.0.1", self.otlp_port), timeout=1):
                        return
            time.sleep(0.1)
        raise AssertionError(log.read_text())

    def kill(self) -> None:
        """Kill -9, as a power supply would."""
        assert self.process is not None
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self) -> None:
        """Ask the server to end, and wait for it."""
        self.http.close()
        self.grpc.close()
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()

    def build(self) -> None:
        """Build and publish an edition, as ``andon build`` does."""
        done = self.run("build")
        assert done.returncode == 0, done.stdout + done.stderr

    def new_org(self, name: str, *, person: str | None = None) -> Org:
        """Make an organisation with one key of each kind; the ingest key is the person's, if one is named."""
        directory = self.directory()
        org_id = directory.create_org(name, now=self.now).org_id
        if person is not None:
            directory.add_person(org_id, person, now=self.now)
        ingest = directory.create_key(org_id, "ingest", person_email=person, now=self.now)
        owner = directory.create_key(org_id, "analytics", role="owner", now=self.now)
        return Org(self, org_id, ingest.text, owner.text)


class Org:
    """One organisation on a line, with its keys."""

    def __init__(self, line: Line, org_id: str, ingest_key: str, key: str) -> None:
        """Remember the keys; they are shown once."""
        self.line = line
        self.org_id = org_id
        self.ingest_key = ingest_key
        self.key = key

    def post(self, path: str, body: bytes, content_type: str) -> None:
        """Send one OTLP request and insist that all of it is accepted."""
        if content_type == GRPC:
            export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self.line.grpc.unary_unary(GRPC_PATHS[path])
            metadata = (("authorization", f"Bearer {self.ingest_key}"),)
            assert export(body, metadata=metadata, timeout=60, wait_for_ready=True) == b""
            return
        answer = self.line.http.post(
            self.line.otlp_url + path,
            content=body,
            headers={"Content-Type": content_type, "Authorization": f"Bearer {self.ingest_key}"},
        )
        assert (answer.status_code, answer.content) in {(200, b""), (200, b"{}")}, answer.content

    def get(self, report: str, start: str = CAPTURE_DAY, end: str = CAPTURE_DAY, **query: str) -> list[Any]:
        """Fetch the rows of one report."""
        answer = self.line.http.get(
            f"{self.line.api_url}/api/v1/analytics/{report}",
            params={"startDate": start, "endDate": end, **query},
            headers={"Authorization": f"Bearer {self.key}"},
        )
        assert answer.status_code == 200, answer.text
        rows: list[Any] = answer.json()["data"]
        return rows

    def reports(self) -> dict[str, Any]:
        """Fetch every report and grouping of the captures' day; ids are numbered as they come.

        A person's id is made from the organisation's too, so the same person has another in each.
        """
        reports = {
            "tokens": self.get("tokens"),
            "tokens by model": self.get("tokens", group_by="model"),
            "tools": self.get("tools"),
            "tools by tool": self.get("tools", group_by="tool_name"),
            "activity": self.get("activity"),
            "activity by client": self.get("activity", group_by="client"),
            "productivity": self.get("productivity"),
            "users": self.get("users", limit="100"),
        }
        ids = sorted({row["user_id"] for row in reports["users"]})
        text = json.dumps(reports)
        for number, user_id in enumerate(ids):
            text = text.replace(user_id, f"person {number}")
        numbered: dict[str, Any] = json.loads(text)
        return numbered


class Capture:
    """One recorded run of one agent: its bodies in order of arrival, and what really happened."""

    def __init__(self, agent: str, run: str, folder: Path, entries: list[dict[str, Any]], truth: Any) -> None:  # noqa: ANN401 (the truth is free-form JSON)
        """Take the folder's own description of the run."""
        self.agent = agent
        self.run = run
        self.truth = truth
        self.bodies = [
            (entry["path"], (folder / entry["file"]).read_bytes(), entry["content_type"], entry["file"])
            for entry in entries
        ]

    def requests(self) -> list[tuple[str, bytes, str]]:
        """Give path, body and media type of each request; gRPC bodies as HTTP would carry them."""
        return [
            (
                f"/v1/{file.split('.')[1]}",
                body,
                "application/json" if file.endswith(".json") else "application/x-protobuf",
            )
            for _, body, _, file in self.bodies
        ]

    def __repr__(self) -> str:
        """Name the run in a test's id."""
        return f"{self.agent}/{self.run}"


def captures() -> list[Capture]:
    """Read every run of the fixtures."""
    found = []
    for index in sorted(FIXTURES.glob("*/*/index.json")):
        entries = json.loads(index.read_text())["captures"]
        for run, truth in json.loads((index.parent / "truth.json").read_text())["runs"].items():
            agent = index.parent.parent.name
            found.append(Capture(agent, run, index.parent, [e for e in entries if e["run"] == run], truth))
    return found
