"""
One build: raw and directory in, tested marts out.

The warehouse is prepared here, dbt runs in a process of its own (``transform.worker``), and nobody else may
build meanwhile. A failed node or data test ends the build without touching what readers see: publishing is
the caller's next step, taken only on a result.

Source: design, ideas 4 and 5; promises B7 (a failed test blocks publishing) and B9 (one build at once).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import fcntl
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO, Any

import msgspec

from andon.config import Settings
from andon.transform.orders import FAILED, Order, Outcome, Progress, Summary
from andon.transform.project import UnusableDialects, making_of, project_with, reading_of, variables
from andon.transform.worker import Worker, digest
from andon.warehouse.doors import WarehouseBusy, WarehouseFailed
from andon.warehouse.open import note_passed, open_mart_reader, prepare_warehouse

SHOWN = 20
"""Failures listed in full in one error."""

DEFAULT_PRICE_BOOK = "default"
"""The contract read literally: input, output, a tenth of cache reads, cache writes and a quarter."""


class BuildBusy(Exception):
    """Another process builds in this data directory; the text names it."""


class Failure(msgspec.Struct, frozen=True, kw_only=True):
    """
    A node that did not pass.

    Attributes:
        node: Its name.
        kind: dbt's resource type: ``test``, ``model``, ``seed``, ….
        message: What it said.
        days: UTC days that a failed test found something on, oldest first, at most ``SHOWN``.
    """

    node: str
    kind: str
    message: str
    days: list[dt.date]


class BuildFailed(Exception):
    """
    The build did not pass; the text names the failing nodes and what each said.

    Attributes:
        failures: The same, one by one.
    """

    def __init__(self, text: str, failures: Sequence[Failure] = ()) -> None:
        super().__init__(text)
        self.failures = list(failures)


class BuildResult(msgspec.Struct, frozen=True, kw_only=True):
    """
    A build that passed.

    Attributes:
        history_start: First day that its reports cover.
        data_through: Last day that they cover: the day before the build, or the build's own with today.
            Before *history_start* when history has not begun; the reports then hold no day.
        built_at: When the build began, UTC.
        outcomes: Every seed, model and data test, in the order in which they finished.
    """

    history_start: dt.date
    data_through: dt.date
    built_at: dt.datetime
    outcomes: list[Outcome]


def build(  # noqa: PLR0913 (each by name)
    settings: Settings,
    *,
    now: dt.datetime,
    directory_rows: Mapping[str, Sequence[Mapping[str, Any]]],
    on_progress: Callable[[Progress], None] = lambda _: None,
    price_book: str = DEFAULT_PRICE_BOOK,
    with_today: bool = False,
    again: tuple[dt.date, dt.date] | None = None,
    worker: Worker | None = None,
) -> BuildResult:
    """
    Build and test every mart from what is in raw now.

    Args:
        settings: Where things are, and how much of the machine a build may take.
        now: The current instant; reports cover the days before it.
        directory_rows: ``Directory.export_rows()``.
        on_progress: Called as each node finishes.
        price_book: Which rows of the price book rate tokens.
        with_today: Whether reports also cover the day that has begun, as far as it is known.
        again: First and last day whose records are read again from raw; None for those that changed.
        worker: Runs dbt, and is kept by the caller; one for this build alone when it is None.

    Raises:
        BuildBusy: Another process is building here.
        WarehouseBusy: Another process reads the warehouse, which no part of Andon does outside a build.
        WarehouseFailed: The warehouse's file cannot be used.
        BuildFailed: A model could not be built, a data test failed, or the process died.
    """
    today = now.astimezone(dt.UTC).date()
    data_through = today if with_today else today - dt.timedelta(days=1)
    warehouse_dir = settings.warehouse_path.parent
    with build_lock(warehouse_dir) as lock:
        lasting = {
            "history_start": settings.history_start.isoformat(),
            "list_limit": str(settings.list_limit),
        }
        order = _order(
            settings,
            "build",
            {**lasting, "price_book": price_book, "data_through": data_through.isoformat()},
        )
        project = Path(order.project_path)
        made_as = making_of(project, lasting)
        whole = prepare_warehouse(
            settings,
            directory_rows,
            definition=reading_of(project),
            made_as=made_as,
            again=again,
        )
        order = msgspec.structs.replace(order, variables={**order.variables, "whole": whole})
        with _hired(worker) as hired:
            summary = hired.run(order, _environment(settings), lock, on_progress)
        if summary.ok:
            note_passed(settings, made_as)
        failures = [] if summary.ok else _failures(summary, settings)
    if not summary.ok:
        raise BuildFailed(_why(summary, failures), failures)
    return BuildResult(
        history_start=settings.history_start,
        data_through=data_through,
        built_at=now,
        outcomes=summary.outcomes,
    )


def get_ready(settings: Settings, worker: Worker) -> None:
    """
    Have a worker load dbt and the project, so that its next build begins at once. Touches no warehouse.

    Raises:
        BuildFailed: The project cannot be parsed.
    """
    summary = worker.run(_order(settings, "get-ready", {}), _environment(settings))
    if not summary.ok:
        raise BuildFailed(_why(summary, []))


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
        order = _order(
            settings,
            "unit-tests",
            {"history_start": "2026-01-14", "data_through": "2026-01-20"},
            select=select,
        )
        prepare_warehouse(settings, {}, definition=reading_of(Path(order.project_path)))
        with _hired(None) as hired:
            summary = hired.run(order, _environment(settings), lock)
    if not summary.ok and not any(outcome.kind == "unit_test" for outcome in summary.outcomes):
        raise BuildFailed(_why(summary, _failures(summary, settings)))
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
        parsed_path=str(settings.parsed / f"{digest(project)}.msgpack") if settings.parsed else "",
        log_path=str(warehouse_dir / "dbt" / "logs"),
        threads=settings.build_threads,
        shape=variables(project),
        variables={**values, **variables(project)},
        select=select,
    )


@contextlib.contextmanager
def _hired(worker: Worker | None) -> Iterator[Worker]:
    """Give the worker, or one that goes when its work is done."""
    if worker is not None:
        yield worker
        return
    with contextlib.closing(Worker()) as hired:
        yield hired


def _environment(settings: Settings) -> dict[str, str]:
    """Give the profile's variables."""
    spill = settings.warehouse_path.parent / "spill"
    spill.mkdir(parents=True, exist_ok=True)
    return {
        "ANDON_DBT_DATABASE": str(settings.warehouse_path),
        "ANDON_DBT_THREADS": str(settings.build_threads),
        "ANDON_DBT_MEMORY": settings.build_memory,
        "ANDON_DBT_SPILL": str(spill),
    }


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


def _failures(summary: Summary, settings: Settings) -> list[Failure]:
    """Say which nodes failed, what each said, and on which days."""
    failed = [outcome for outcome in summary.outcomes if outcome.status in FAILED][:SHOWN]
    days = _days([outcome.sql for outcome in failed], settings)
    return [
        Failure(
            node=outcome.node,
            kind=outcome.kind.replace("_", " "),
            message=" ".join(outcome.message.split()) or outcome.status,
            days=found,
        )
        for outcome, found in zip(failed, days, strict=True)
    ]


def _days(queries: Sequence[str], settings: Settings) -> list[list[dt.date]]:
    """Look up the days in what failed tests found; none where that cannot be told any more."""
    if not any(queries):
        return [[] for _ in queries]
    try:
        with contextlib.closing(open_mart_reader(settings)) as reader:
            return [reader.days(query, SHOWN) if query else [] for query in queries]
    except (WarehouseBusy, WarehouseFailed):
        return [[] for _ in queries]


def _why(summary: Summary, failures: Sequence[Failure]) -> str:
    """Say which nodes failed and what each said, a line each."""
    lines = [summary.trouble] if summary.trouble else []
    for failure in failures:
        on = f" ({', '.join(map(str, failure.days))})" if failure.days else ""
        lines.append(f"{failure.kind} {failure.node}: {failure.message}{on}")
    more = sum(outcome.status in FAILED for outcome in summary.outcomes) - len(failures)
    if more > 0:
        lines.append(f"and {more} more")
    return "\n".join(lines) or "dbt failed without saying why"
