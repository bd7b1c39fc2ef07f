"""
Builds of an invented organisation of 10,000 people: everything anew, then one more day, then another.

Writes a lake of raw Parquet (``loads/lake.py``: half spans of the GenAI conventions, half log records of
the native dialect, skewed), builds all of it, publishes, adds one day of a weekday's size and builds again
with a new process for dbt, adds another and builds with one that has dbt loaded, as ``andon up`` keeps it.
Prints seconds of each step, records a second, the busy seconds of each layer's nodes (several run at once),
processor time and the peak memory of the processes that dbt runs in. It removes what it made.

``python bench/build.py`` takes two million records over 30 days; docs/scale.md says with which arguments
its figures came. A hundred million records want 40 GB of disk.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import resource
import shutil
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from loads import lake

from andon.config import Settings
from andon.edition.publish import publish
from andon.transform.orders import Outcome, Progress
from andon.transform.run import build, get_ready
from andon.transform.worker import Worker
from andon.warehouse.open import open_mart_reader

FIRST_DAY = dt.date(2026, 2, 2)
SLOWEST = 12

LAYERS = (
    ("seeds", ("seed",), ""),
    ("checks", ("test", "unit_test"), ""),
    ("staging", ("model",), "base_ stg_"),
    ("facts", ("model",), "int_ fct_ dim_"),
    ("reports", ("model",), "agg_ rpt_"),
)


def layer_of(outcome: Outcome) -> str:
    """Name the layer that a node belongs to."""
    for layer, kinds, prefixes in LAYERS:
        if outcome.kind in kinds and (not prefixes or outcome.node.startswith(tuple(prefixes.split()))):
            return layer
    return "other"


def spent(worker: Worker | None = None) -> float:
    """Give the seconds of a processor that this process, those that ended and the worker's have taken."""
    taken = sum(
        used.ru_utime + used.ru_stime
        for used in (resource.getrusage(resource.RUSAGE_SELF), resource.getrusage(resource.RUSAGE_CHILDREN))
    )
    if worker is not None and worker.pid is not None:
        fields = Path(f"/proc/{worker.pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
        taken += sum(map(int, fields[11:13])) / os.sysconf("SC_CLK_TCK")
    return taken


def timed(
    what: str,
    records: int,
    work: Callable[[Callable[[Progress], None]], list[Outcome]],
    worker: Worker | None = None,
) -> None:
    """Run one build and print where its time went."""
    began, before = time.monotonic(), spent(worker)
    first: list[float] = []

    def on_progress(_: Progress) -> None:
        if not first:
            first.append(time.monotonic() - began)

    outcomes = work(on_progress)
    took = time.monotonic() - began
    print(f"\n{what}: {took:.1f} s, {records / took:,.0f} records a second", end="")
    print(f", {spent(worker) - before:.1f} s of a processor")
    print(f"  until dbt's first node {first[0] if first else took:6.1f} s")
    busy: dict[str, float] = {}
    nodes: Counter[str] = Counter()
    for outcome in outcomes:
        busy[layer_of(outcome)] = busy.get(layer_of(outcome), 0) + outcome.seconds
        nodes[layer_of(outcome)] += 1
    for layer, seconds in sorted(busy.items(), key=lambda item: -item[1]):
        part = 100 * seconds / sum(busy.values())
        print(f"  {layer:22s} {seconds:6.1f} s busy, {part:3.0f} %, {nodes[layer]} nodes")
    for outcome in sorted(outcomes, key=lambda one: -one.seconds)[:SLOWEST]:
        print(f"    {outcome.seconds:6.2f} s  {outcome.node}")


def build_and_publish(
    settings: Settings,
    last_day: dt.date,
    on_progress: Callable[[Progress], None],
    worker: Worker | None = None,
) -> list[Outcome]:
    """Build as on the morning after *last_day*, and publish."""
    now = dt.datetime.combine(last_day + dt.timedelta(days=1), dt.time(6), dt.UTC)
    directory: dict[str, list[dict[str, str | None]]] = {
        "organisations": [{"org_id": lake.ORG, "name": "Bench"}],
        "people": [],
        "identity_aliases": [],
        "ingest_keys": [{"key_id": "key_bench", "org_id": lake.ORG, "owner_identity": None}],
    }
    result = build(settings, now=now, directory_rows=directory, on_progress=on_progress, worker=worker)
    began = time.monotonic()
    reader = open_mart_reader(settings)
    try:
        publish(
            reader,
            settings.editions_dir,
            data_through=result.data_through,
            built_at=result.built_at,
            keep=settings.editions_kept,
        )
    finally:
        reader.close()
    print(f"\npublished in {time.monotonic() - began:.1f} s", end="")
    return result.outcomes


def main() -> None:
    """Write the lake, build it whole, add a day, build again."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--records", type=int, default=2_000_000, help="about how many, in all days together")
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--day", type=int, help="records of each added day; a weekday's when left out")
    parser.add_argument(
        "--keep", type=Path, help="a folder to work in and to leave; used again if it is there"
    )
    arguments = parser.parse_args()
    folder = arguments.keep or Path(tempfile.mkdtemp(prefix="andon-bench-"))
    try:
        run(folder, arguments.records, arguments.days, arguments.day)
    finally:
        if not arguments.keep:
            shutil.rmtree(folder)


def run(folder: Path, records: int, days: int, day: int | None) -> None:
    """Measure in a folder."""
    settings = Settings(data=folder, history_start=FIRST_DAY)
    share = lake.day_records(records, FIRST_DAY, days)
    began = time.monotonic()
    if not settings.raw_dir.exists():
        for number, (date, count) in enumerate(share.items()):
            lake.write_day(settings.raw_dir, date, number, count)
    stored = lake.stored(settings.raw_dir)
    print(f"{stored:,} records of {days} days, drawn in {time.monotonic() - began:.0f} s")
    last = max(share)
    timed("all of it", stored, lambda tell: build_and_publish(settings, last, tell))

    def add(number: int) -> tuple[dt.date, int]:
        before = lake.stored(settings.raw_dir)
        added = last + dt.timedelta(days=number)
        lake.write_day(settings.raw_dir, added, days + number - 1, day or max(share.values()))
        return added, lake.stored(settings.raw_dir) - before

    added, count = add(1)
    timed("one more day", count, lambda tell: build_and_publish(settings, added, tell))
    with contextlib.closing(Worker()) as worker:
        get_ready(settings, worker)
        another, count = add(2)
        timed(
            "another, dbt warm",
            count,
            lambda tell: build_and_publish(settings, another, tell, worker),
            worker,
        )
    peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20
    size = settings.warehouse_path.stat().st_size / 2**30
    print(f"\npeak memory of a build {peak:.2f} GiB; the warehouse is {size:.2f} GiB")


if __name__ == "__main__":
    main()
