"""
The door under load: acknowledged, durable, redacted events a second, how long each waits, what they weigh.

A generator process beside the server sends requests of 512 agent events with 16 attributes, gzip, over 16
connections, each event new; then one caller sends one request after the other, of 512 events and of 5. After
the load the run waits until everything is in Parquet: the sustained rate counts that wait.

Run it with ``python bench/ingest.py`` on a quiet machine; ``--seconds`` is how long each load lasts. It
removes what it made.
"""

from __future__ import annotations

import argparse
import os
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pyarrow.parquet as pq
from loads.events import bodies
from loads.sender import load

from andon.warehouse.tidy import tidy

EVENTS, FEW = 512, 5
CONNECTIONS = 16
PEER_S = 30
"""Seconds for a peer; it has been slower by orders of magnitude."""
ANDON = (sys.executable, "-m", "andon")


def resident_mib(pid: int) -> float:
    """Memory of a process and its children now."""
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    tasks = [task for task in Path(f"/proc/{pid}/task").iterdir() if task.name != str(pid)]
    for task in tasks:
        children += (task / "children").read_text().split()
    own = int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * resource.getpagesize() / 2**20
    return own + sum(resident_mib(int(child)) for child in set(children))


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def run(*arguments: str) -> str:
    """Run one command; give what it printed."""
    return subprocess.run([*ANDON, *arguments], check=True, capture_output=True, text=True).stdout.strip()


def stored(data: Path) -> tuple[int, int]:
    """Count rows of spans in Parquet, and their bytes."""
    files = list(data.glob("raw/spans/**/*.parquet"))
    return sum(pq.read_metadata(file).num_rows for file in files), sum(file.stat().st_size for file in files)


def percentiles(ms: list[float]) -> str:
    """Write the median and the 99th percentile."""
    return f"p50 {statistics.median(ms):,.1f} ms, p99 {ms[int(len(ms) * 0.99)]:,.1f} ms"


def acknowledged_rate(result: dict[str, Any]) -> str:
    """Write how many events a second were acknowledged, and how long each request waited."""
    rate = len(result["ms"]) * EVENTS / result["seconds"]
    return f"{rate:,.0f} events/s, {percentiles(result['ms'])}"


def line(name: str, text: str) -> None:
    """Print one figure."""
    print(f"{name:52} {text}", flush=True)


def prepared(seconds: float, rate: int, pace: int) -> dict[str, list[bytes]]:
    """Make the bodies of every load, each event new."""
    wanted = {
        "alone": (EVENTS, 200),
        "load": (EVENTS, int(rate * seconds / EVENTS)),
        "paced": (EVENTS, int(pace * seconds / EVENTS)),
        "few": (FEW, 20_000),
    }
    return {
        name: bodies(events, range(number * 10**7, number * 10**7 + count))
        for number, (name, (events, count)) in enumerate(wanted.items())
    }


@contextmanager
def server(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, str]]:
    """Run Andon on a new data directory; give its process, its OTLP port and an ingest key."""
    port = free_port()
    os.environ |= {
        "ANDON_DATA": str(folder),
        "ANDON_PORT": str(free_port()),
        "ANDON_OTLP_PORT": str(port),
        "ANDON_GRPC_PORT": str(free_port()),
    }
    run("orgs", "create", "Bench")
    key = run("keys", "create", "--ingest")
    process = subprocess.Popen([*ANDON, "up", "--no-browser"], stdout=subprocess.DEVNULL)
    try:
        _wait(port)
        yield process, port, key
    finally:
        process.terminate()
        process.wait(30)


@contextmanager
def peak_mib(pid: int) -> Iterator[list[float]]:
    """Watch the memory of a process and its children; the list's one value is the highest."""
    peak = [0.0]
    over = threading.Event()

    def watch() -> None:
        while not over.wait(0.2):
            peak[0] = max(peak[0], resident_mib(pid))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def main() -> None:
    """Measure and print."""
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--seconds", type=float, default=20)
    options.add_argument("--rate", type=int, default=140_000, help="Events a second to prepare for.")
    options.add_argument(
        "--mlflow", help="Path of an mlflow to send the same requests to; none is installed."
    )
    options.add_argument("--pace", type=int, default=80_000, help="Events a second of the paced load.")
    chosen = options.parse_args()
    sent = prepared(chosen.seconds, chosen.rate, chosen.pace)
    print(f"{sum(map(len, sent['alone'])) / len(sent['alone']) / EVENTS:.0f} bytes an event on the wire")
    with tempfile.TemporaryDirectory() as name, server(Path(name, "data")) as (process, port, key):
        folder, data = Path(name), Path(name, "data")
        load(folder, port, key, sent["alone"][:20], 1, 60)  # everybody is awake
        result = load(folder, port, key, sent["alone"][20:], 1, 60)
        line(f"one sender, {EVENTS} events a request", percentiles(result["ms"]))
        result = load(folder, port, key, sent["few"][:2000], 1, 60)
        line(f"one sender, {FEW} events a request", percentiles(result["ms"]))
        time.sleep(3)
        before, _ = stored(data)

        with peak_mib(process.pid) as peak:
            result = load(folder, port, key, sent["load"], CONNECTIONS, chosen.seconds)
            acknowledged = len(result["ms"]) * EVENTS
            ended = time.perf_counter()
            while stored(data)[0] - before < acknowledged:
                time.sleep(0.05)
            drained = time.perf_counter() - ended
        line(
            f"{CONNECTIONS} connections, {EVENTS} events a request: acknowledged",
            acknowledged_rate(result),
        )
        sustained = acknowledged / (result["seconds"] + drained)
        line(
            "the same, until all is in Parquet", f"{sustained:,.0f} events/s ({drained:.1f} s after the load)"
        )
        rows, size = stored(data)
        line("raw, as loaded", f"{size / rows:.1f} bytes an event")
        tidy(data / "raw")
        rows, size = stored(data)
        line("raw, merged", f"{size / rows:.1f} bytes an event")
        line("memory, server and decoders, at its highest", f"{peak[0]:,.0f} MiB")
        port_grpc = int(os.environ["ANDON_GRPC_PORT"])
        again = sent["load"][: len(sent["load"]) // 2]
        result = load(folder, port_grpc, key, again, CONNECTIONS, chosen.seconds / 2, over_grpc=True)
        line(
            f"{CONNECTIONS} connections over gRPC, unpacked: acknowledged",
            acknowledged_rate(result),
        )
        for share in (3, 4):
            asked = chosen.pace * share // 4
            part = sent["paced"][: int(asked * chosen.seconds / EVENTS)]
            result = load(folder, port, key, part, CONNECTIONS, chosen.seconds + 10, asked / EVENTS)
            line(
                f"{CONNECTIONS} connections, {asked:,} events/s asked for: acknowledged",
                acknowledged_rate(result),
            )
        result = load(folder, port, key, sent["few"][2000:], CONNECTIONS, chosen.seconds)
        line(
            f"{CONNECTIONS} connections, {FEW} events a request: acknowledged",
            f"{len(result['ms']) / result['seconds']:,.0f} requests/s, {percentiles(result['ms'])}",
        )
    if chosen.mlflow is None:
        line("beside it", "no peer was measured: name one with --mlflow")
        return
    rate = peer(chosen.mlflow, sent["alone"])
    line("MLflow's OTLP endpoint on SQLite, 4 senders", f"{rate:,.0f} events/s")
    line("Andon, until all is in Parquet, to that", f"{sustained / rate:,.0f} to 1")


def peer(mlflow: str, requests: list[bytes]) -> float:
    """Send the same requests to an MLflow of its own for half a minute; give events acknowledged a second."""
    port = free_port()
    headers = {
        "Content-Type": "application/x-protobuf", "Content-Encoding": "gzip", "x-mlflow-experiment-id": "0"
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        process = subprocess.Popen(
            [mlflow, "server", "--backend-store-uri", f"sqlite:///{folder}/mlflow.db", "--port", str(port)],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=folder,
        )
        try:
            _wait(port)
            begun = time.perf_counter()
            waiting = iter(requests)

            def send(_: int) -> int:
                done = 0
                with httpx2.Client(timeout=300, headers=headers) as http:
                    for body in waiting:
                        if time.perf_counter() - begun > PEER_S:
                            break
                        http.post(f"http://127.0.0.1:{port}/v1/traces", content=body).raise_for_status()
                        done += EVENTS
                return done

            with ThreadPoolExecutor(4) as pool:
                events = sum(pool.map(send, range(4)))
            return events / (time.perf_counter() - begun)
        finally:
            process.terminate()
            process.wait(60)


def _wait(port: int) -> None:
    for _ in range(2_400):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
