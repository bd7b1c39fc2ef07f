"""
A process that sends prepared requests to the door and measures how long each waits.

``load`` starts it with the bodies in a file; run as a program it is that process.
"""

from __future__ import annotations

import asyncio
import gzip
import json
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import grpc


def load(  # noqa: PLR0913, PLR0917 (the parts of a load)
    folder: Path,
    port: int,
    key: str,
    bodies: list[bytes],
    connections: int,
    seconds: float,
    pace: float = 0,
    *,
    over_grpc: bool = False,
) -> dict[str, Any]:
    """Let a process of its own send the bodies, over HTTP as they are, over gRPC unpacked."""
    file = folder / "bodies"
    file.write_bytes(b"".join(bodies))
    order = {
        "bodies": str(file), "sizes": [len(body) for body in bodies], "key": key, "port": port,
        "connections": connections, "seconds": seconds, "pace": pace, "over_grpc": over_grpc,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, __file__],
        input=json.dumps(order) + "\n",
        capture_output=True,
        text=True,
        check=True,
    )
    result: dict[str, Any] = json.loads(done.stdout)
    if result["refused"]:
        raise SystemExit(f"{result['refused']} requests were refused")
    return result


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


async def send_grpc(
    port: int, key: str, messages: list[bytes], connections: int, seconds: float
) -> dict[str, Any]:
    """Send as fast as answers come, one call at a time on each connection; give how long each took, in ms."""
    waiting = iter(messages)
    taken: list[float] = []
    refused = 0
    begun = time.perf_counter()

    async def one() -> None:
        nonlocal refused
        # Channels of one process share a connection unless they are told not to.
        options = [("grpc.use_local_subchannel_pool", 1)]
        async with grpc.aio.insecure_channel(f"127.0.0.1:{port}", options=options) as channel:
            call = channel.unary_unary("/opentelemetry.proto.collector.trace.v1.TraceService/Export")
            for message in waiting:
                start = time.perf_counter()
                if start - begun > seconds:
                    break
                try:
                    await call(message, metadata=[("authorization", f"Bearer {key}")])
                except grpc.aio.AioRpcError:
                    refused += 1
                else:
                    taken.append((time.perf_counter() - start) * 1000)

    await asyncio.gather(*(one() for _ in range(connections)))
    return {"seconds": time.perf_counter() - begun, "ms": sorted(taken), "refused": refused}


def generate() -> None:
    """Be the generator: an order on stdin, a result on stdout."""
    order = json.loads(sys.stdin.readline())
    content = Path(order["bodies"]).read_bytes()
    bodies, at = [], 0
    for size in order["sizes"]:
        bodies.append(content[at : at + size])
        at += size
    port, connections, seconds = order["port"], order["connections"], order["seconds"]
    if order["over_grpc"]:
        work = send_grpc(port, order["key"], [gzip.decompress(one) for one in bodies], connections, seconds)
    else:
        requests = [_posted(one, order["key"]) for one in bodies]
        work = send(port, requests, connections, seconds, order["pace"])
    print(json.dumps(asyncio.run(work)))


if __name__ == "__main__":
    generate()
