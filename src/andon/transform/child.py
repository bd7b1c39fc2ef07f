"""
The process that runs dbt: started by ``transform.run``, never imported by the rest.

dbt is slow to import, writes to stdout, keeps global state and holds the warehouse open; in a process of its
own none of that reaches a server. One JSON order comes in on stdin. JSON lines go out on what was stdout:
progress while nodes finish, one summary last. Whatever else is printed goes to a file.

Source: dbt's programmatic invocation (``dbtRunner``, callbacks of ``EventMsg``).
"""

from __future__ import annotations

import gc
import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

import msgspec

LONGEST_MESSAGE = 2000
"""Characters kept of one failure's message; the whole of it is in dbt's log."""

PREPARE_UNITS = ("build", "--empty", "--exclude-resource-type", "unit_test", "test")
"""Empty tables: a unit test reads the columns of what it replaces from the warehouse."""

COMMANDS: dict[str, tuple[tuple[str, ...], ...]] = {
    "build": (
        (
            "build",
            "--exclude-resource-type",
            "unit_test",
            "--exclude",
            "tag:proved_beforehand",
        ),
    ),
    "unit-tests": (PREPARE_UNITS, ("test", "--select", "test_type:unit")),
}
"""Orders by name: the dbt invocations, each run only when the one before it succeeded."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the process is to do.

    Attributes:
        command: A key of ``COMMANDS``.
        project_path: The dbt project.
        target_path: Where dbt keeps compiled SQL and its parsed project.
        log_path: Where dbt's log and everything printed go.
        threads: Nodes built at once.
        variables: dbt variables.
        select: Nodes to restrict unit tests to, in dbt's selection syntax; empty for all.
    """

    command: str
    project_path: str
    target_path: str
    log_path: str
    threads: int
    variables: dict[str, Any]
    select: str = ""


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    """
    How far a build is.

    Attributes:
        done: Nodes finished.
        total: Nodes in all; 0 until dbt has counted them.
        node: Name of the node that finished last.
        status: dbt's word for how it ended: success, pass, error, fail, skipped, warn.
    """

    done: int
    total: int
    node: str
    status: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """
    How one node ended.

    Attributes:
        node: Its name.
        kind: dbt's resource type: model, seed, test, unit_test.
        status: As in ``Progress``.
        message: What dbt said; empty when it said nothing.
        seconds: How long it took.
    """

    node: str
    kind: str
    status: str
    message: str
    seconds: float


class Summary(msgspec.Struct, frozen=True, kw_only=True, tag="summary"):
    """
    How all of it ended.

    Attributes:
        ok: Whether everything ran and passed.
        outcomes: Every node of the last invocation, in the order in which they finished.
        trouble: What stopped dbt before any node could run; empty when nothing did.
    """

    ok: bool
    outcomes: list[Outcome]
    trouble: str


Line = Progress | Summary


def main() -> None:
    """Read the order, run it, write lines."""
    # One order, then the end: what the collector could free fits into memory, and looking costs a tenth.
    gc.disable()
    order = msgspec.json.decode(sys.stdin.buffer.read(), type=Order)
    Path(order.log_path).mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8") as out:
        printed = os.open(f"{order.log_path}/printed.log", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        os.dup2(printed, sys.stdout.fileno())
        os.dup2(printed, sys.stderr.fileno())
        _tell(out, run(order, lambda progress: _tell(out, progress)))


def run(order: Order, on_progress: Callable[[Progress], None]) -> Summary:
    """Run the order's invocations one after the other, until one fails."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 (seconds of import, wanted here alone)

    summary = Summary(ok=False, outcomes=[], trouble=f"no such order: {order.command}")
    for command in COMMANDS.get(order.command, ()):
        answer = dbtRunner(callbacks=[_Counter(on_progress)]).invoke(_arguments(order, command))
        summary = Summary(
            ok=answer.success,
            outcomes=[_outcome(one) for one in getattr(answer.result, "results", ())],
            trouble=_plain(answer.exception) if answer.exception is not None else "",
        )
        if not summary.ok:
            break
    return summary


def _arguments(order: Order, command: tuple[str, ...]) -> list[str]:
    selected = (
        ("--select", f"test_type:unit,{order.select}") if order.select and "test" in command[:1] else ()
    )
    return [
        "--no-version-check",
        "--no-send-anonymous-usage-stats",
        "--no-use-colors",
        "--no-use-colors-file",
        "--log-level",
        "warn",
        # Each of dbt's debug lines costs more than a small query does.
        "--log-level-file",
        "warn",
        "--no-write-json",
        "--log-path",
        order.log_path,
        *(command if not selected else command[:1]),
        *selected,
        "--project-dir",
        order.project_path,
        "--profiles-dir",
        order.project_path,
        "--target-path",
        order.target_path,
        "--threads",
        str(order.threads),
        "--vars",
        json.dumps(order.variables),
    ]


class _Counter:
    """Turns dbt's events into progress."""

    def __init__(self, on_progress: Callable[[Progress], None]) -> None:
        self._on_progress = on_progress
        self._done = 0
        self._total = 0

    def __call__(self, event: Any) -> None:  # noqa: ANN401 (dbt's protobuf message)
        if event.info.name == "LogStartLine":
            self._total = event.data.total
        elif event.info.name == "NodeFinished":
            self._done += 1
            self._on_progress(
                Progress(
                    done=self._done,
                    total=self._total,
                    node=event.data.node_info.node_name,
                    status=event.data.run_result.status or event.data.node_info.node_status,
                )
            )


def _outcome(result: Any) -> Outcome:  # noqa: ANN401 (one of dbt's results)
    return Outcome(
        node=result.node.name,
        kind=str(result.node.resource_type.value),
        status=str(result.status.value),
        message=(result.message or "").strip()[:LONGEST_MESSAGE],
        seconds=float(result.execution_time),
    )


def _plain(exception: BaseException) -> str:
    text = str(exception).strip() or type(exception).__name__
    return text[:LONGEST_MESSAGE]


def _tell(out: TextIO, line: Line) -> None:
    try:
        out.write(msgspec.json.encode(line).decode() + "\n")
        out.flush()
    except BrokenPipeError:
        # Nobody is listening: whoever ordered the build is gone, and must find the warehouse free.
        os._exit(1)


if __name__ == "__main__":
    main()
