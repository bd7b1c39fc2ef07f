"""
The process that runs dbt: started by ``transform.worker``, never imported by the rest.

dbt is slow to import, writes to stdout, keeps global state and holds the warehouse open; in a process of its
own none of that reaches a server. Orders come in on the socket that is stdin, a JSON line each, with what the
child is to keep open while it works (the build lock). JSON lines go out on what was stdout: progress while
nodes finish, one summary an order. Whatever else is printed goes to a file. It ends when whoever gives the
orders hangs up or dies, also in the middle of one.
"""

from __future__ import annotations

import gc
import os
import queue
import socket
import sys
import threading
from pathlib import Path
from typing import TextIO

import msgspec

from andon.transform.carry_out import carry_out
from andon.transform.orders import Line, Order


def main() -> None:
    """Carry out orders until nobody gives any more."""
    # What the collector could free fits into memory, and looking costs a tenth.
    gc.disable()
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as out:
        orders = _listen()
        while True:
            order, kept = orders.get()
            _print_to(Path(order.log_path))
            summary = carry_out(order, lambda progress: _tell(out, progress))
            for handle in kept:
                os.close(handle)
            _tell(out, summary)
            gc.collect()


def _listen() -> queue.SimpleQueue[tuple[Order, list[int]]]:
    """Take orders in a thread, which sees at once when whoever gives them is gone."""
    orders: queue.SimpleQueue[tuple[Order, list[int]]] = queue.SimpleQueue()

    def take() -> None:
        with socket.socket(fileno=os.dup(sys.stdin.fileno())) as door:
            text, kept = b"", list[int]()
            while True:
                part, handles, _, _ = socket.recv_fds(door, 2**16, 1)
                if not part:
                    # Whoever ordered the build is gone, and must find the warehouse free.
                    os._exit(0)
                text, kept = text + part, kept + handles
                while b"\n" in text:
                    line, _, text = text.partition(b"\n")
                    orders.put((msgspec.json.decode(line, type=Order), kept))
                    kept = []

    threading.Thread(target=take, daemon=True).start()
    return orders


def _print_to(logs: Path) -> None:
    logs.mkdir(parents=True, exist_ok=True)
    printed = os.open(logs / "printed.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    os.dup2(printed, sys.stdout.fileno())
    os.dup2(printed, sys.stderr.fileno())
    os.close(printed)


def _tell(out: TextIO, line: Line) -> None:
    try:
        out.write(msgspec.json.encode(line).decode() + "\n")
        out.flush()
    except BrokenPipeError:
        # Nobody is listening: whoever ordered the build is gone, and must find the warehouse free.
        os._exit(1)


if __name__ == "__main__":
    main()
