"""
One build: raw and directory in, tested marts out.

The warehouse is prepared here, dbt runs in a process of its own (``transform.child``), and nobody else may
build meanwhile. A failed node or data test ends the build without touching what readers see: publishing is
the caller's next step, taken only on a result.

Source: design, ideas 4 and 5; promises B7 (a failed test blocks publishing) and B9 (one build at once).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from andon.config import Settings
from andon.transform.child import Line, Order, Outcome, Progress, Summary
from andon.transform.project import UnusableDialects, project_with, variables
from andon.warehouse.open import prepare_warehouse

FAILED = frozenset({"error", "fail", "runtime error", "partial success"})
"""dbt's words for a node that did not do what it should; a skipped one only stands behind one of these."""

SHOWN = 20
"""Failures listed in full in one error."""

DEFAULT_PRICE_BOOK = "default"
"""The contract read literally: input, output, a tenth of cache reads, cache writes and a quarter."""


class BuildBusy(Exception):
    """Another process builds in this data directory; the text names it."""


class BuildFailed(Exception):
    """The build did not pass; the text names the failing nodes and what each said."""


class BuildResult(msgspec.Struct, frozen=True, kw_only=True):
    """
    A build that passed.

    Attributes:
        history_start: First day that its reports cover.
        data_through: Last day that they cover: the day before the build. Before *history_start* when
            history has not begun; the reports then hold no day.
        built_at: When the build began, UTC.
        outcomes: Every seed, model and data test, in the order in which they finished.
    """

    history_start: dt.date
    data_through: dt.date
    built_at: dt.datetime
    outcomes: list[Outcome]


def build(
    settings: Settings,
    *,
    now: dt.datetime,
    directory_rows: Mapping[str, Sequence[Mapping[str, Any]]],
    on_progress: Callable[[Progress], None] = lambda _: None,
    price_book: str = DEFAULT_PRICE_BOOK,
) -> BuildResult:
    """
    Build and test every mart from what is in raw now.

    Args:
        settings: Where things are, and how much of the machine a build may take.
        now: The current instant; reports cover the days before it.
        directory_rows: ``Directory.export_rows()``.
        on_progress: Called as each node finishes.
        price_book: Which rows of the price book rate tokens.

    Raises:
        BuildBusy: Another process is building here.
        WarehouseBusy: Another process reads the warehouse, which no part of Andon does outside a build.
        WarehouseFailed: The warehouse's file cannot be used.
        BuildFailed: A model could not be built, a data test failed, or the process died.
    """
    today = now.astimezone(dt.UTC).date()
    data_through = today - dt.timedelta(days=1)
    warehouse_dir = settings.warehouse_path.parent
    with build_lock(warehouse_dir) as lock:
        prepare_warehouse(settings, directory_rows)
        summary = _run_child(
            _order(
                settings,
                "build",
                {
                    "history_start": settings.history_start.isoformat(),
                    "data_through": data_through.isoformat(),
                    "price_book": price_book,
                    "list_limit": str(settings.list_limit),
                },
            ),
            settings,
            on_progress,
            lock,
        )
    if not summary.ok:
        raise BuildFailed(_why(summary))
    return BuildResult(
        history_start=settings.history_start,
        data_through=data_through,
        built_at=now,
        outcomes=summary.outcomes,
    )


def run_unit_tests(settings: Settings, *, select: str = "") -> list[Outcome]:
    """
    Run the dbt unit tests in an empty warehouse; for the test-suite.

    Args:
        settings: A data directory that nothing else uses.
        select: Which models' tests, in dbt's selection syntax; empty for all.

    Raises:
        BuildBusy: Another process is building here.
        BuildFailed: The project could not be built; failing tests are in the answer instead.
    """
    warehouse_dir = settings.warehouse_path.parent
    with build_lock(warehouse_dir) as lock:
        prepare_warehouse(settings, {})
        summary = _run_child(
            _order(
                settings,
                "unit-tests",
                {"history_start": "2026-01-14", "data_through": "2026-01-20"},
                select=select,
            ),
            settings,
            lambda _: None,
            lock,
        )
    if not summary.ok and not any(outcome.kind == "unit_test" for outcome in summary.outcomes):
        raise BuildFailed(_why(summary))
    return summary.outcomes


def _order(settings: Settings, command: str, values: dict[str, str], *, select: str = "") -> Order:
    """Say what to run, on the project with this installation's own dialects."""
    warehouse_dir = settings.warehouse_path.parent
    try:
        project = project_with(settings.dialects, warehouse_dir / "dbt" / "project")
    except UnusableDialects as error:
        raise BuildFailed(str(error)) from None
    return Order(
        command=command,
        project_path=str(project),
        target_path=str(warehouse_dir / "dbt" / "target"),
        log_path=str(warehouse_dir / "dbt" / "logs"),
        threads=settings.build_threads,
        variables={**values, **variables(project)},
        select=select,
    )


@contextlib.contextmanager
def build_lock(warehouse_dir: Path) -> Iterator[IO[str]]:
    """
    Hold the right to build in a warehouse; a process that dies gives it back.

    Raises:
        BuildBusy: Another process has it.
    """
    warehouse_dir.mkdir(parents=True, exist_ok=True)
    with (warehouse_dir / "build.lock").open("a+", encoding="utf-8") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            holder = lock.read().strip() or "unknown"
            raise BuildBusy(f"a build is already running (pid {holder})") from None
        lock.truncate(0)
        lock.write(str(os.getpid()))
        lock.flush()
        yield lock


def _run_child(
    order: Order, settings: Settings, on_progress: Callable[[Progress], None], lock: IO[str]
) -> Summary:
    """Start the process, hand on its progress and give its summary."""
    spill = settings.warehouse_path.parent / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    environment = os.environ | {
        "ANDON_DBT_DATABASE": str(settings.warehouse_path),
        "ANDON_DBT_THREADS": str(settings.build_threads),
        "ANDON_DBT_MEMORY": settings.build_memory,
        "ANDON_DBT_SPILL": str(spill),
    }
    with subprocess.Popen(
        [sys.executable, "-m", "andon.transform.child"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        # The lock outlives this process as long as its child still writes to the warehouse.
        pass_fds=(lock.fileno(),),
    ) as child:
        assert child.stdin is not None  # noqa: S101 (both were asked for above)
        assert child.stdout is not None  # noqa: S101
        with contextlib.suppress(BrokenPipeError), child.stdin:
            child.stdin.write(msgspec.json.encode(order))
        summary: Summary | None = None
        try:
            for text in child.stdout:
                line = msgspec.json.decode(text, type=Line)
                if isinstance(line, Summary):
                    summary = line
                else:
                    on_progress(line)
        except BaseException:
            child.kill()
            raise
    if summary is None:
        raise BuildFailed(
            f"the build process ended early (exit {child.returncode}); "
            f"what it printed is in {order.log_path}/printed.log"
        )
    return summary


def _why(summary: Summary) -> str:
    """Say which nodes failed and what each said, a line each."""
    failed = [outcome for outcome in summary.outcomes if outcome.status in FAILED]
    lines = [summary.trouble] if summary.trouble else []
    for outcome in failed[:SHOWN]:
        said = " ".join(outcome.message.split()) or outcome.status
        lines.append(f"{outcome.kind.replace('_', ' ')} {outcome.node}: {said}")
    if len(failed) > SHOWN:
        lines.append(f"and {len(failed) - SHOWN} more")
    return "\n".join(lines) or "dbt failed without saying why"
