"""
How long senders wait while `andon up` is stopped and started again.

Two senders, one over HTTP and one over gRPC, send a record, wait for the answer, and send the next one; an
asker asks the API whether it lives. The gap of each is the longest time between two answers, and "refused"
the part of it in which its connection was turned away instead of being kept waiting. Quiet: nobody else
sends. Busy: four more senders send batches of 500 records, as fast as they are taken.

Run it on a quiet machine; it takes about a minute and removes what it made.
"""

from __future__ import annotations

import contextlib
import http.client
import itertools
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import grpc

RESTARTS = 5
SENDERS = 4
BATCH = 500
EXPORT = "/opentelemetry.proto.collector.logs.v1.LogsService/Export"
KINDS = ("HTTP", "gRPC", "API")


def free_ports(count: int) -> list[int]:
    """Give ports that nobody listens on."""
    with contextlib.ExitStack() as probes:
        found = [probes.enter_context(socket.create_server(("127.0.0.1", 0))) for _ in range(count)]
        return [probe.getsockname()[1] for probe in found]


class Place:
    """A data directory, three ports, and the server that is started on them again and again."""

    def __init__(self, data: Path) -> None:
        """Start it, and make a key."""
        self.api, self.otlp, self.grpc = free_ports(3)
        self.env = {
            **os.environ,
            "ANDON_DATA": str(data),
            "ANDON_PORT": str(self.api),
            "ANDON_OTLP_PORT": str(self.otlp),
            "ANDON_GRPC_PORT": str(self.grpc),
        }
        self.process = self.start()
        self.wait()
        made = self.run("keys", "create", "--ingest")
        self.key = next(word for word in made.split() if word.startswith("ik-"))

    def run(self, *arguments: str) -> str:
        """Run one command; give what it printed."""
        command = [sys.executable, "-m", "andon", *arguments]
        return subprocess.run(command, env=self.env, check=True, capture_output=True, text=True).stdout

    def start(self) -> subprocess.Popen[bytes]:
        """Start the server; it is not ready yet."""
        command = [sys.executable, "-m", "andon", "up", "--no-browser"]
        return subprocess.Popen(command, env=self.env, stdout=subprocess.DEVNULL, stdin=subprocess.DEVNULL)

    def restart(self) -> float:
        """Stop it and start the next one at once; give the seconds that the stop took."""
        asked = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        self.process.wait()
        took = time.monotonic() - asked
        self.process = self.start()
        self.wait()
        return took

    def wait(self) -> None:
        """Wait until the API answers."""
        while ask(self.api) != "answered":
            if self.process.poll() is not None:
                sys.exit(f"andon up ended with {self.process.returncode}")
            time.sleep(0.02)


def ask(port: int) -> str:
    """Ask the API whether it lives."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with contextlib.closing(connection):
        try:
            connection.request("GET", "/healthz")
            return "answered" if connection.getresponse().status == 200 else "lost"
        except ConnectionRefusedError:
            return "refused"
        except (OSError, http.client.HTTPException):
            return "lost"


def batch(records: int) -> bytes:
    """Write a request of some log records in JSON."""
    now = time.time_ns()
    some = [{"timeUnixNano": str(now + n), "eventName": "bench.restart"} for n in range(records)]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": some}]}]}).encode()


def send(place: Place, body: bytes) -> str:
    """Send a request over HTTP, on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", place.otlp, timeout=10)
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {place.key}"}
    with contextlib.closing(connection):
        try:
            connection.request("POST", "/v1/logs", body, headers)
            return "answered" if connection.getresponse().status == 200 else "lost"
        except ConnectionRefusedError:
            return "refused"
        except (OSError, http.client.HTTPException):
            return "lost"


def call(place: Place) -> str:
    """Make a call over gRPC, on a channel of its own: the library's pauses between attempts are not ours."""
    options = [("grpc.use_local_subchannel_pool", 1)]
    with grpc.insecure_channel(f"127.0.0.1:{place.grpc}", options) as channel:
        export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(EXPORT)
        try:
            export(b"", timeout=10, metadata=(("authorization", f"Bearer {place.key}"),))
        except grpc.RpcError as error:
            return "refused" if "refused" in str(error) else "lost"
    return "answered"


class Watch:
    """Asks again and again, and remembers what came of it and when."""

    def __init__(self, ask_once: Callable[[], str]) -> None:
        """Ask nothing yet."""
        self.seen: list[tuple[float, str]] = []
        self._ask_once = ask_once

    def run(self, stop: threading.Event) -> None:
        """Ask until it is told to stop."""
        while not stop.wait(0.01):
            outcome = self._ask_once()
            self.seen.append((time.monotonic(), outcome))

    def gap(self) -> tuple[float, float]:
        """Give the longest time between two answers, and for how long of it the port was closed."""
        answers = [at for at, outcome in self.seen if outcome == "answered"]
        first, last = max(itertools.pairwise(answers), key=lambda pair: pair[1] - pair[0])
        closed = [at for at, outcome in self.seen if outcome == "refused" and first < at < last]
        self.seen.clear()
        return last - first, (closed[-1] - closed[0]) if closed else 0.0


@contextlib.contextmanager
def running(*works: Callable[[threading.Event], None]) -> Iterator[None]:
    """Do some things at once for as long as the context lasts."""
    stop = threading.Event()
    threads = [threading.Thread(target=work, args=(stop,)) for work in works]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join()


def main() -> None:
    """Print the gaps of a few restarts, quiet and busy."""
    with tempfile.TemporaryDirectory() as folder:
        place = Place(Path(folder) / "data")
        body = batch(BATCH)

        def flood(stop: threading.Event) -> None:
            while not stop.is_set():
                if send(place, body) != "answered":
                    time.sleep(0.05)

        try:
            for name, others in (("quiet", 0), ("busy", SENDERS)):
                asks = (lambda: send(place, batch(1)), lambda: call(place), lambda: ask(place.api))
                watches = dict(zip(KINDS, map(Watch, asks), strict=True))
                with running(*[flood] * others, *(watch.run for watch in watches.values())):
                    print(
                        f"{name:<6} {'stop':>6}" + "".join(f"{kind + ' gap':>10} refused" for kind in KINDS)
                    )
                    for _ in range(RESTARTS):
                        time.sleep(1)
                        for watch in watches.values():
                            watch.seen.clear()
                        time.sleep(0.2)
                        stop_s = place.restart()
                        time.sleep(1)
                        gaps = [watch.gap() for watch in watches.values()]
                        print(f"{'':<6} {stop_s:>5.2f}s" + "".join(f"{g:>9.2f}s {r:>6.2f}s" for g, r in gaps))
        finally:
            place.process.terminate()
            place.process.wait()


main()
