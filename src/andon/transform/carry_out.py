"""
What dbt does for an order, in the process that runs it (``transform.child``).

An order is parsed and run in two steps. The first gives dbt only the variables that shape the graph, so that
its result is the same day after day and is kept; the second gives the rest, which dbt looks at as it compiles
each node. Nodes that find no memory beside others are made again, alone.

Source: dbt's programmatic invocation (``dbtRunner``, its manifest, callbacks of ``EventMsg``).
"""

from __future__ import annotations

import contextlib
import json
import os
import resource
import shutil
import threading
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import msgspec

from andon.transform.orders import FAILED, Order, Outcome, Progress, Summary

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
    "get-ready": (),
}
"""Orders by name: the dbt invocations, each run only when the one before it succeeded."""

ALONE = (
    *("build", "--exclude-resource-type", "unit_test", "--indirect-selection", "empty"),
    *("--select", "config.materialized:slice"),
)
"""
Once more, one after the other, the nodes named behind it: several share the memory that builds may take, and
the engine spills what one needs more, but not what others hold. With them comes what is in memory only.
"""

ENGINE_THREADS = "ANDON_DBT_THREADS"
"""The profile's variable for how many threads a query may use."""

NO_MEMORY = "Out of Memory Error"
"""DuckDB's own words."""

AS_THEY_WERE = ("resource_type:seed", "config.materialized:view", "--indirect-selection", "empty")
"""
What a build after one that passed leaves out: made of the same files (``project.making_of``), it is there.
Tests of it are kept: what a view shows is new. No view's SQL may depend on the day of the build.
"""

STAND_INS = {
    "ANDON_DBT_DATABASE": "andon.duckdb",
    ENGINE_THREADS: "1",
    "ANDON_DBT_MEMORY": "1GB",
    "ANDON_DBT_SPILL": "spill",
}
"""
The profile's variables while the project is parsed: dbt parses again when the profile is another, and each
data directory has its own. The warehouse is named like every one; nothing is opened.
"""

PARSED = "partial_parse.msgpack"
"""dbt's own name for a project that it parsed."""

MOST_SQL = 100
"""Failed tests whose SQL is told: enough to say which days they are about."""


def carry_out(order: Order, on_progress: Callable[[Progress], None]) -> Summary:
    """Run the order's invocations one after the other, until one fails."""
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 (seconds of import, wanted here alone)

    _hear_only_what_matters()
    if order.command not in COMMANDS:
        return Summary(ok=False, outcomes=[], trouble=f"no such order: {order.command}")
    own, shared = Path(order.target_path, PARSED), Path(order.parsed_path)
    if order.parsed_path and not own.exists():
        _copy(shared, own)
    with _environment(STAND_INS):
        answer = dbtRunner().invoke(_arguments(order, ("parse",), order.shape))
    summary, manifest = _summary(answer), answer.result
    if order.parsed_path and summary.ok and not shared.exists():
        _copy(own, shared)
    for command in COMMANDS[order.command]:
        if not summary.ok:
            break
        left_out = AS_THEY_WERE if order.command == "build" and not order.variables.get("whole", True) else ()
        summary = _invoked(order, manifest, (*command, *left_out), on_progress)
        starved = _starved(summary)
        if starved:
            alone = msgspec.structs.replace(order, threads=1)
            # Each of the engine's threads gathers groups of its own: half of them need half the memory.
            with _environment({ENGINE_THREADS: str(max(1, order.threads // 2))}):
                again = _invoked(alone, manifest, (*ALONE, *starved), on_progress)
            done = {one.node for one in again.outcomes}
            kept = [one for one in summary.outcomes if one.node not in done]
            summary = msgspec.structs.replace(again, outcomes=[*kept, *again.outcomes])
    return summary


def _invoked(
    order: Order,
    manifest: Any,  # noqa: ANN401 (dbt's)
    command: tuple[str, ...],
    on_progress: Callable[[Progress], None],
) -> Summary:
    from dbt.cli.main import dbtRunner  # noqa: PLC0415 (seconds of import, wanted here alone)

    try:
        answer = dbtRunner(manifest=manifest, callbacks=[_Counter(on_progress)]).invoke(
            _arguments(order, command, order.variables)
        )
    finally:
        _close_database()
    return _summary(answer)


@contextlib.contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    """Set variables for a while."""
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def _starved(summary: Summary) -> list[str]:
    """List what failed and what waited for it, when nothing but want of memory is the reason."""
    failed = [one for one in summary.outcomes if one.status in FAILED]
    if failed and all(NO_MEMORY in one.message for one in failed):
        return [one.node for one in summary.outcomes if one.status in FAILED | {"skipped"}]
    return []


def _copy(source: Path, target: Path) -> None:
    """Copy a parsed project, whole or not at all; without it dbt parses, which takes seven seconds."""
    part = target.with_name(f"{target.name}.{os.getpid()}")
    with contextlib.suppress(OSError):
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(source, part)
        part.replace(target)


def _summary(answer: Any) -> Summary:  # noqa: ANN401 (dbtRunnerResult)
    results = getattr(answer.result, "results", ())
    failed = [one for one in results if str(one.status.value) == "fail"][:MOST_SQL]
    return Summary(
        ok=answer.success,
        outcomes=[_outcome(one, with_sql=one in failed) for one in results],
        trouble=_plain(answer.exception) if answer.exception is not None else "",
        memory_bytes=_resident_bytes(),
    )


def _resident_bytes() -> int:
    try:
        return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize()
    except OSError:
        return 0  # macOS tells only the most there ever was, which is mostly the engine's


def _close_database() -> None:
    """Give the warehouse's file back; dbt would keep it for its next invocation."""
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager  # noqa: PLC0415

    # Not env(): that fails when nothing was opened.
    if DuckDBConnectionManager._ENV is not None:  # noqa: SLF001
        DuckDBConnectionManager._ENV.close()  # noqa: SLF001
    DuckDBConnectionManager.close_all_connections()


def _hear_only_what_matters() -> None:
    """
    Have dbt drop what nobody reads: events for debugging.

    dbt makes some twenty a node, and writes each as two lines of text before it looks whether a log wants it.
    """
    from dbt_common.events.event_manager import EventManager  # noqa: PLC0415
    from dbt_common.events.event_manager_client import ctx_set_event_manager  # noqa: PLC0415

    class Manager(EventManager):
        def fire_event(self, e: Any, level: Any = None, *arguments: Any, **named: Any) -> None:  # noqa: ANN401
            if (level or e.level_tag()) != "debug" or type(e).__name__ in _Counter.EVENTS:
                super().fire_event(e, level, *arguments, **named)

    ctx_set_event_manager(Manager())


def _arguments(order: Order, command: tuple[str, ...], variables: dict[str, Any]) -> list[str]:
    chosen: tuple[str, ...] = ()
    if order.select and "test" in command[:1]:
        command, chosen = command[:1], ("--select", f"test_type:unit,{order.select}")
    return [
        "--no-version-check",
        "--no-send-anonymous-usage-stats",
        "--no-use-colors",
        "--no-use-colors-file",
        "--log-level",
        "warn",
        "--log-level-file",
        "warn",
        "--no-write-json",
        "--log-path",
        order.log_path,
        *command,
        *chosen,
        "--project-dir",
        order.project_path,
        "--profiles-dir",
        order.project_path,
        "--target-path",
        order.target_path,
        "--threads",
        str(order.threads),
        "--vars",
        json.dumps(variables),
    ]


class _Counter:
    """Turns dbt's events into progress."""

    EVENTS = frozenset({"LogStartLine", "NodeFinished"})

    def __init__(self, on_progress: Callable[[Progress], None]) -> None:
        self._on_progress = on_progress
        self._counting = threading.Lock()  # dbt tells of each node in the thread that ran it
        self._done = 0
        self._total = 0

    def __call__(self, event: Any) -> None:  # noqa: ANN401 (dbt's protobuf message)
        if event.info.name == "LogStartLine":
            self._total = event.data.total
        elif event.info.name == "NodeFinished":
            with self._counting:
                self._done += 1
                self._on_progress(
                    Progress(
                        done=self._done,
                        total=self._total,
                        node=event.data.node_info.node_name,
                        status=event.data.run_result.status or event.data.node_info.node_status,
                    )
                )


def _outcome(result: Any, *, with_sql: bool) -> Outcome:  # noqa: ANN401 (one of dbt's results)
    return Outcome(
        node=result.node.name,
        kind=str(result.node.resource_type.value),
        status=str(result.status.value),
        message=(result.message or "").strip()[:LONGEST_MESSAGE],
        seconds=float(result.execution_time),
        sql=(result.node.compiled_code or "") if with_sql else "",
    )


def _plain(exception: BaseException) -> str:
    text = str(exception).strip() or type(exception).__name__
    return text[:LONGEST_MESSAGE]
