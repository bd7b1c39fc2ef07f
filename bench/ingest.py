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
import asyncio
import gzip
import json
import os
import random
import resource
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from andon.ingest.proto import schema
from andon.warehouse.tidy import tidy

EVENTS, FEW = 512, 5
CONNECTIONS = 16
ANDON = (sys.executable, "-m", "andon")
TOOLS = ("Read", "Edit", "Bash", "Grep", "Write", "Glob", "mcp__github__search")
MODELS = ("claude-opus-4-8", "claude-sonnet-5", "gpt-5.5", "gemini-2.5-pro")


def request(events: int, seed: int) -> bytes:
    """Make one export request of one sender: chats and calls of tools in a dozen sessions of four traces."""
    chance = random.Random(seed)  # noqa: S311 (a load, not a secret)
    message = schema.message("collector.trace.v1.ExportTraceServiceRequest", trimmed=False)()
    group = message.resource_spans.add()
    _put(
        group.resource,
        {"service.name": "acme-agent", "service.version": "1.2.3", "vcs.repository.name": "web"},
    )
    scope = group.scope_spans.add()
    scope.scope.name = "acme.agent"
    sessions = [
        (
            f"{chance.getrandbits(128):032x}",
            f"dev{chance.randrange(10_000)}@example.com",
            [chance.randbytes(16) for _ in range(4)],
        )
        for _ in range(12)
    ]
    now = time.time_ns()
    for _ in range(events):
        session, person, traces = chance.choice(sessions)
        chats, model = chance.random() < 0.45, chance.choice(MODELS)
        started = now - chance.randrange(3600 * 10**9)
        span = scope.spans.add(
            trace_id=chance.choice(traces),
            span_id=chance.randbytes(8),
            name=f"chat {model}" if chats else "execute_tool",
            kind=3,
            start_time_unix_nano=started,
            end_time_unix_nano=started + chance.randrange(10**9),
        )
        _put(
            span,
            {
                "session.id": session,
                "user.email": person,
                "gen_ai.provider.name": "acme",
                "gen_ai.operation.name": "chat" if chats else "execute_tool",
                "gen_ai.request.model": model,
                "gen_ai.response.model": model,
                "gen_ai.conversation.id": session,
                "andon.client": chance.choice(("terminal-ui", "ide")),
                "andon.autonomy.level": chance.choice(("auto-high", "manual")),
                "vcs.ref.head.name": "main",
                "team.id": "core",
            }
            | (_chat(chance) if chats else _call(chance)),
        )
    serialised: bytes = message.SerializeToString()
    return serialised


def _chat(chance: random.Random) -> dict[str, str | int]:
    return {
        "gen_ai.response.id": f"msg_{chance.getrandbits(64):016x}",
        "gen_ai.usage.input_tokens": chance.randrange(20_000),
        "gen_ai.usage.output_tokens": chance.randrange(2_000),
        "gen_ai.usage.cache_read.input_tokens": chance.randrange(50_000),
        "gen_ai.usage.cache_creation.input_tokens": chance.randrange(3_000),
    }


def _call(chance: random.Random) -> dict[str, str | int]:
    return {
        "gen_ai.tool.call.id": f"call_{chance.getrandbits(64):016x}",
        "gen_ai.tool.name": chance.choice(TOOLS),
        "andon.tool.outcome": "ok",
        "file.extension": chance.choice((".py", ".ts", ".go")),
        "andon.duration_ms": chance.randrange(5_000),
    }


def _put(owner: Any, values: dict[str, str | int]) -> None:  # noqa: ANN401 (a protobuf message)
    for key, value in values.items():
        pair = owner.attributes.add(key=key)
        if isinstance(value, int):
            pair.value.int_value = value
        else:
            pair.value.string_value = value


def _body(what: tuple[int, int]) -> bytes:
    return gzip.compress(request(*what), 6, mtime=0)


def _posted(body: bytes, key: str) -> bytes:
    head = (
        f"POST /v1/traces HTTP/1.1\r\nHost: andon\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Encoding: gzip\r\nContent-Type: application/x-protobuf\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


async def send(
    port: int, requests: list[bytes], connections: int, seconds: float, pace: float
) -> dict[str, Any]:
    """
    Send each request at most once; give how long each took, in ms.

    At *pace* requests a second, or with 0 as fast as answers come. A paced request's time counts from when it
    was due: one that waits for those before it is late.
    """
    begun = time.perf_counter()
    waiting = iter(enumerate(requests))
    taken: list[float] = []
    refused = 0
    until = time.perf_counter() + seconds

    async def one() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        for number, body in waiting:
            start = time.perf_counter()
            if pace:
                due = begun + number / pace
                await asyncio.sleep(max(0, due - start))
                start = due
            if start > until:
                break
            writer.write(body)
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(
                int(line.split(b":")[1])
                for line in head.lower().split(b"\r\n")
                if line.startswith(b"content-length")
            )
            await reader.readexactly(length)
            if head.startswith(b"HTTP/1.1 200"):
                taken.append((time.perf_counter() - start) * 1000)
            else:
                refused += 1
        writer.close()

    await asyncio.gather(*(one() for _ in range(connections)))
    return {"seconds": time.perf_counter() - begun, "ms": sorted(taken), "refused": refused}


def generate() -> None:
    """Be the generator: an order on stdin, a result on stdout."""
    order = json.loads(sys.stdin.readline())
    bodies = Path(order["bodies"]).read_bytes()
    requests, at = [], 0
    for size in order["sizes"]:
        requests.append(_posted(bodies[at : at + size], order["key"]))
        at += size
    print(
        json.dumps(
            asyncio.run(send(order["port"], requests, order["connections"], order["seconds"], order["pace"]))
        )
    )


def load(  # noqa: PLR0913, PLR0917 (the parts of a load)
    folder: Path, port: int, key: str, bodies: list[bytes], connections: int, seconds: float, pace: float = 0
) -> dict[str, Any]:
    """Let a process of its own send the bodies."""
    file = folder / "bodies"
    file.write_bytes(b"".join(bodies))
    order = {
        "bodies": str(file), "sizes": [len(body) for body in bodies], "key": key, "port": port,
        "connections": connections, "seconds": seconds, "pace": pace,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, __file__, "--generate"],
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    if result["refused"]:
        raise SystemExit(f"{result['refused']} requests were refused")
    return result


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
    bodies = {}
    with ProcessPoolExecutor() as pool:
        for number, (name, (events, count)) in enumerate(wanted.items()):
            seeds = [(events, number * 10**7 + seed) for seed in range(count)]
            bodies[name] = list(pool.map(_body, seeds, chunksize=16))
    return bodies


@contextmanager
def server(folder: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, str]]:
    """Run Andon on a new data directory; give its process, its OTLP port and an ingest key."""
    port = free_port()
    os.environ |= {"ANDON_DATA": str(folder), "ANDON_PORT": str(free_port()), "ANDON_OTLP_PORT": str(port)}
    os.environ |= {"ANDON_GRPC_PORT": str(free_port())}
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
    options.add_argument("--pace", type=int, default=80_000, help="Events a second of the paced load.")
    options.add_argument("--generate", action="store_true", help=argparse.SUPPRESS)
    chosen = options.parse_args()
    if chosen.generate:
        generate()
        return

    bodies = prepared(chosen.seconds, chosen.rate, chosen.pace)
    print(f"{sum(map(len, bodies['alone'])) / len(bodies['alone']) / EVENTS:.0f} bytes an event on the wire")
    with tempfile.TemporaryDirectory() as name, server(Path(name, "data")) as (process, port, key):
        folder, data = Path(name), Path(name, "data")
        load(folder, port, key, bodies["alone"][:20], 1, 60)  # everybody is awake
        result = load(folder, port, key, bodies["alone"][20:], 1, 60)
        line(f"one sender, {EVENTS} events a request", percentiles(result["ms"]))
        result = load(folder, port, key, bodies["few"][:2000], 1, 60)
        line(f"one sender, {FEW} events a request", percentiles(result["ms"]))
        time.sleep(3)
        before, _ = stored(data)

        with peak_mib(process.pid) as peak:
            result = load(folder, port, key, bodies["load"], CONNECTIONS, chosen.seconds)
            acknowledged = len(result["ms"]) * EVENTS
            ended = time.perf_counter()
            while stored(data)[0] - before < acknowledged:
                time.sleep(0.05)
            drained = time.perf_counter() - ended
        line(
            f"{CONNECTIONS} connections, {EVENTS} events a request: acknowledged",
            f"{acknowledged / result['seconds']:,.0f} events/s, {percentiles(result['ms'])}",
        )
        line(
            "the same, until all is in Parquet",
            f"{acknowledged / (result['seconds'] + drained):,.0f} events/s ({drained:.1f} s after the load)",
        )
        rows, size = stored(data)
        line("raw, as loaded", f"{size / rows:.1f} bytes an event")
        tidy(data / "raw")
        rows, size = stored(data)
        line("raw, merged", f"{size / rows:.1f} bytes an event")
        line("memory, server and decoders, at its highest", f"{peak[0]:,.0f} MiB")
        pace = chosen.pace / EVENTS
        result = load(folder, port, key, bodies["paced"], CONNECTIONS, chosen.seconds + 10, pace)
        line(
            f"{CONNECTIONS} connections, {chosen.pace:,} events/s asked for: acknowledged",
            f"{len(result['ms']) * EVENTS / result['seconds']:,.0f} events/s, {percentiles(result['ms'])}",
        )
        result = load(folder, port, key, bodies["few"][2000:], CONNECTIONS, chosen.seconds)
        line(
            f"{CONNECTIONS} connections, {FEW} events a request: acknowledged",
            f"{len(result['ms']) / result['seconds']:,.0f} requests/s, {percentiles(result['ms'])}",
        )


def _wait(port: int) -> None:
    for _ in range(600):
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit("the server did not start")


if __name__ == "__main__":
    main()
