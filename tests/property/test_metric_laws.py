"""
A counter tells one number, however it is exported.

As differences or as a running total, by several processes, with exports missed, sent again, out of order or
cut into other batches, as sums or as histograms.

One real build answers for many invented organisations, each with what its agents did and one telling of it.
"""

from __future__ import annotations

import datetime as dt
import random
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import strategies as st

from andon.config import Settings
from andon.warehouse.parquet_lake import ParquetLake

from invented import NOW, build, examples, keep
from otlp_json import SECOND, attributes

pytestmark = pytest.mark.slow(seconds=25)

MIDNIGHT = int(dt.datetime(2026, 1, 16, tzinfo=dt.UTC).timestamp()) * SECOND
ORGANISATIONS = 80
"""In one build: it takes as long for one as for many."""

RESOURCES = {
    "droid": {"service.name": "cli"},
    "claude_code": {"service.name": "claude-code", "service.version": "2.1.329"},
    "codex": {"service.name": "codex_exec", "service.version": "0.169.0"},
}
METRICS = {
    "droid": "droid.tool.invocations",
    "claude_code": "claude_code.token.usage",
    "codex": "codex.turn.token_usage",
}
MEMBERS: dict[str, list[dict[str, str]]] = {
    "droid": [{"tool.name": "Read"}, {"tool.name": "Create"}],
    "claude_code": [
        {"model": model, "type": kind}
        for model in ("claude-opus-4-8", "claude-sonnet-5")
        for kind in ("input", "output", "cacheRead", "cacheCreation")
    ],
    "codex": [{"model": "gpt-5.5", "token_type": kind} for kind in ("input", "output")],
}
"""What is counted by each agent's counter; a session's id is added where the agent tells it."""


class Process(NamedTuple):
    """One run of an agent: growth of each member in each interval between exports, and how it is told."""

    agent: str
    number: int
    start_s: int
    growth: list[list[int]]
    cumulative: bool
    missed: set[int]
    """Exports that a running total survives: the next one tells their growth too."""


@st.composite
def processes(draw: st.DrawFn, number: int) -> Process:
    """Draw a process; several begin within one day and end on another."""
    agent = draw(st.sampled_from(sorted(MEMBERS)))
    exports = draw(st.integers(1, 5))
    sizes = st.lists(st.integers(0, 40), min_size=exports, max_size=exports)
    cumulative = draw(st.booleans())
    return Process(
        agent,
        number,
        draw(st.integers(-720, 8_000)) * 10 + number,
        [draw(sizes) for _ in MEMBERS[agent]],
        cumulative,
        draw(st.sets(st.integers(0, exports - 2))) if cumulative and exports > 1 else set(),
    )


class Organisation(NamedTuple):
    """What ran, and in which order its points arrive, again and again some of them."""

    ran: list[Process]
    seed: int
    repeated: int
    batch: int


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """Draw an organisation."""
    count = draw(st.integers(1, 5))
    return Organisation(
        [draw(processes(number)) for number in range(count)],
        draw(st.integers(0, 2**16)),
        draw(st.integers(0, 20)),
        draw(st.integers(1, 9)),
    )


def points(process: Process) -> list[tuple[Process, dict[str, Any]]]:
    """Give every metric with one point, as the process exports them: one a member that has grown."""
    told = []
    start = MIDNIGHT + process.start_s * SECOND
    for member, growth in zip(MEMBERS[process.agent], process.growth, strict=True):
        # Agents draw their sessions' ids at random: two processes never share one here. Codex tells none.
        own = {} if process.agent == "codex" else {"session.id": f"s{process.number}"}
        total, since = 0, start
        for export, grew in enumerate(growth):
            total += grew
            at = start + (export + 1) * 3600 * SECOND
            value = total if process.cumulative else grew
            if export not in process.missed and (process.cumulative or grew):
                point = {
                    "startTimeUnixNano": str(start if process.cumulative else since),
                    "timeUnixNano": str(at),
                    "attributes": attributes({**member, **own}),
                }
                told.append((process, _metric(process, point, value)))
            since = at
    return told


def _metric(process: Process, point: dict[str, Any], value: int) -> dict[str, Any]:
    temporality = {"aggregationTemporality": 2 if process.cumulative else 1}
    name = METRICS[process.agent]
    if process.agent == "codex":
        return {
            "name": name,
            "histogram": {**temporality, "dataPoints": [{**point, "count": "1", "sum": value}]},
        }
    return {
        "name": name,
        "sum": {**temporality, "isMonotonic": True, "dataPoints": [{**point, "asDouble": value}]},
    }


def bodies(organisation: Organisation) -> list[dict[str, Any]]:
    """Write all points in the drawn order, batches and repetitions."""
    chance = random.Random(organisation.seed)  # noqa: S311 (the order of a test)
    told = [point for process in organisation.ran for point in points(process)]
    if told:
        told += chance.choices(told, k=organisation.repeated)
    chance.shuffle(told)
    groups = [
        {
            "resource": {"attributes": attributes(RESOURCES[process.agent])},
            "scopeMetrics": [{"scope": {"name": _scope(process)}, "metrics": [metric]}],
        }
        for process, metric in told
    ]
    return [
        {"resourceMetrics": groups[first : first + organisation.batch]}
        for first in range(0, len(groups), organisation.batch)
    ]


def _scope(process: Process) -> str:
    return {"droid": "cli-customer-metrics", "claude_code": "com.anthropic.claude_code", "codex": "codex"}[
        process.agent
    ]


def happened(organisation: Organisation) -> dict[str, int]:
    """Add up what really happened."""
    truth: Counter[str] = Counter()
    for process in organisation.ran:
        for member, growth in zip(MEMBERS[process.agent], process.growth, strict=True):
            match process.agent, member:
                case "droid", {"tool.name": tool}:
                    truth[f"tool {tool}"] += sum(growth)
                case "claude_code", {"type": "cacheRead" | "cacheCreation" as kind}:
                    truth[kind] += sum(growth)
                case "claude_code", {"type": kind, "model": model}:
                    truth[f"{kind} {model}"] += sum(growth)
                case "codex", {"token_type": kind, "model": model}:
                    truth[f"{kind} {model}"] += sum(growth)
    return {name: count for name, count in truth.items() if count}


def reported(connection: duckdb.DuckDBPyConnection, org: str) -> dict[str, int]:
    """Read the same from the reports: tools by name, tokens by model, and their days' sums."""
    found: dict[str, int] = {}
    for tool, count in connection.execute(
        "select tool, sum(tool_calls)::bigint from marts.rpt_tools_by_tool where org_id = ? group by 1",
        [org],
    ).fetchall():
        found[f"tool {tool}"] = count
    for model, read, written in connection.execute(
        "select model_id, sum(input_tokens)::bigint, sum(output_tokens)::bigint"
        " from marts.rpt_tokens_by_model where org_id = ? group by 1",
        [org],
    ).fetchall():
        found |= {f"input {model}": read, f"output {model}": written}
    cache = connection.execute(
        "select coalesce(sum(cache_read_tokens), 0)::bigint, coalesce(sum(cache_write_tokens), 0)::bigint"
        " from marts.rpt_tokens_daily where org_id = ?",
        [org],
    ).fetchone()
    assert cache is not None
    found |= dict(zip(("cacheRead", "cacheCreation"), cache, strict=True))
    return {name: count for name, count in found.items() if count}


def test_a_counter_tells_one_number_however_it_is_exported() -> None:
    """Calls by tool and tokens by model are what happened; days and people add up to the same."""
    drawn = examples(organisations(), ORGANISATIONS)
    assert len(drawn) >= ORGANISATIONS * 9 // 10
    with tempfile.TemporaryDirectory() as folder:
        config = Settings(data=Path(folder), now=NOW)
        lake = ParquetLake(config.raw_dir)
        names = [f"org {number}" for number in range(len(drawn))]
        for name, organisation in zip(names, drawn, strict=True):
            keep(lake, name, "metrics", bodies(organisation))
        build(config, names)
        with duckdb.connect(str(config.warehouse_path), read_only=True) as connection:
            for name, organisation in zip(names, drawn, strict=True):
                truth = happened(organisation)
                assert reported(connection, name) == truth, organisation
                calls = sum(count for of, count in truth.items() if of.startswith("tool "))
                for table in ("rpt_tools_daily", "rpt_users_daily"):
                    total = connection.execute(
                        f"select coalesce(sum(tool_calls), 0)::bigint from marts.{table} where org_id = ?",  # noqa: S608
                        [name],
                    ).fetchone()
                    assert total == (calls,), table
