"""
A process that asks for the same answer over and over and measures how long each takes.

``read`` starts it; run as a program it is that process. A paced request's time counts from when it was due:
one that waits for those before it is late.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from typing import Any


def read(  # noqa: PLR0913 (the parts of a load)
    port: int,
    path: str,
    headers: dict[str, str],
    *,
    connections: int,
    seconds: float,
    pace: float = 0,
) -> list[float]:
    """
    Let a process of its own ask; give how long each answer took, in ms, sorted.

    Args:
        port: Of the server.
        path: With its query, in which ``{n}`` becomes another number every time.
        headers: Of each request.
        connections: Kept open.
        seconds: How long to go on.
        pace: Requests a second, on all connections together; 0 for as many as are answered.
    """
    order = {
        "port": port, "path": path, "headers": headers, "connections": connections, "seconds": seconds,
        "pace": pace,
    }  # fmt: skip
    done = subprocess.run(
        [sys.executable, __file__], input=json.dumps(order), capture_output=True, text=True, check=True
    )
    result = json.loads(done.stdout)
    if result["refused"]:
        raise SystemExit(f"{path}: {result['refused']} answers were neither 200 nor 304")
    return sorted(result["taken_ms"])


async def _answer(reader: asyncio.StreamReader) -> int:
    head = await reader.readuntil(b"\r\n\r\n")
    status = int(head[9:12])
    lines = head.lower().split(b"\r\n")
    length = next((int(line[15:]) for line in lines if line.startswith(b"content-length:")), None)
    if length is not None:
        await reader.readexactly(length)
    elif b"transfer-encoding: chunked" in lines:
        while size := int(await reader.readline(), 16):
            await reader.readexactly(size + 2)
        await reader.readline()
    return status


async def ask(order: dict[str, Any]) -> dict[str, Any]:
    """Ask as the order says."""
    head = "".join(f"{name}: {value}\r\n" for name, value in order["headers"].items())
    before, _, after = f"GET {order['path']} HTTP/1.1\r\nHost: andon\r\n{head}\r\n".partition("{n}")
    pace, begun = order["pace"], time.perf_counter() + 0.1
    count = int(order["seconds"] * pace) if pace else 10**9
    numbers = iter(range(count))
    taken: list[float] = []
    refused = 0

    async def one() -> None:
        nonlocal refused
        reader, writer = await asyncio.open_connection("127.0.0.1", order["port"], limit=1 << 22)
        for number in numbers:
            due = begun + number / pace if pace else time.perf_counter()
            if not pace and due > begun + order["seconds"]:
                break
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
            writer.write((before + (str(number) if after else "") + after).encode())
            status = await _answer(reader)
            taken.append((time.perf_counter() - due) * 1000)
            refused += status not in {200, 304}
        writer.close()

    await asyncio.gather(*(one() for _ in range(order["connections"])))
    return {"taken_ms": taken, "refused": refused}


if __name__ == "__main__":
    import uvloop

    sys.stdout.write(json.dumps(uvloop.run(ask(json.load(sys.stdin)))))
