"""
Builds add up: row for row they give what one build of everything gives.

Whatever comes in pieces, late, shuffled and several times is, after the last of several builds, what one
build makes that finds all of it at once, each record sent once. A warehouse holds many invented
organisations, which have nothing to do with one another: each is a case.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import strategies as st

from andon.config import Settings
from andon.contract.telemetry import Signal
from andon.transform.worker import Worker
from andon.warehouse.parquet_lake import ParquetLake

from invented import build, examples, keep
from otlp_json import attributes

pytestmark = pytest.mark.slow(seconds=110)

MORNINGS = [dt.datetime(2026, *day, 6, tzinfo=dt.UTC) for day in ((1, 16), (1, 18), (3, 1))]
"""When builds run: two while it happens, the last forty days later."""

MIDNIGHT = int(dt.datetime(2026, 1, 15, tzinfo=dt.UTC).timestamp())
NANOS = 10**9
SECONDS = st.one_of(
    # Both sides of a midnight, two days that the first build knows, and days that came later.
    st.sampled_from([86_399, 86_400, 2 * 86_400 - 1, 2 * 86_400]),
    st.integers(-3600, 3 * 86_400),
    st.integers(20 * 86_400, 44 * 86_400),
)
SESSIONS = st.sampled_from(["s1", "s2", "s3", None])
PEOPLE = st.sampled_from(["ann@x.com", "bob@x.com", "eve@x.com", None])
INSTALLATIONS = st.sampled_from(["7f", None])
IDS = st.sampled_from(["a", "b", "c", None])
EVENTS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "andon.user_message": {"andon.message.id": IDS},
    "andon.model_call": {
        "gen_ai.response.id": IDS,
        "gen_ai.response.model": st.sampled_from(["claude-opus-4-8", "gpt-5.5"]),
        "gen_ai.usage.input_tokens": st.integers(0, 900),
        "gen_ai.usage.output_tokens": st.integers(0, 90),
    },
    "andon.tool_call": {
        "gen_ai.tool.call.id": IDS,
        "gen_ai.tool.name": st.sampled_from(["Edit", "mcp__Axiom__query", "mcp__axiom__query"]),
    },
    "andon.file_change": {
        "andon.file.operation": st.sampled_from(["create", "edit"]),
        "file.extension": st.sampled_from([".py", ".ts", None]),
    },
    # Claude Code's own words: its session's start and model calls.
    "api_request": {
        "model": st.just("claude-opus-4-8"),
        "request_id": IDS,
        "input_tokens": st.integers(0, 900),
        "output_tokens": st.integers(0, 90),
    },
    "user_prompt": {"prompt_length": st.integers(1, 500)},
}


WORDS: dict[Signal, tuple[str, str, str]] = {
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}


class Telling(NamedTuple):
    """One item: what it is, and in which of the builds it is there, once for each time that it was sent."""

    signal: Signal
    item: dict[str, Any]
    scope: str
    builds: list[int]


class Organisation(NamedTuple):
    """What an organisation sent, and whether its people were merged, or its key given to one, on the way."""

    told: list[Telling]
    merged: bool
    owned: bool

    def __repr__(self) -> str:
        """Say little."""
        return f"{len(self.told)} items"


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


@st.composite
def tellings(draw: st.DrawFn) -> Telling:
    """Draw one item: an event, a span of a chat or a call, or a point of a counter."""
    seconds = MIDNIGHT + draw(SECONDS)
    own = {"session.id": draw(SESSIONS), "user.email": draw(PEOPLE), "installation.id": draw(INSTALLATIONS)}
    kind = draw(st.sampled_from([*EVENTS, "span", "span", "point", "point"]))
    builds = draw(st.lists(st.integers(0, len(MORNINGS) - 1), min_size=1, max_size=3))
    item: dict[str, Any]
    if kind == "span":
        place = draw(st.integers(0, 3))
        item = {
            "traceId": f"{1 + place // 2:032x}",
            "spanId": f"{1 + place:016x}",
            "parentSpanId": f"{place:016x}" if place % 2 else "",
            "name": "chat",
            "startTimeUnixNano": str(seconds * NANOS - 10**9),
            "endTimeUnixNano": str(seconds * NANOS),
            "attributes": attributes(
                _known(own | {"gen_ai.operation.name": "chat", "gen_ai.usage.input_tokens": 7})
            ),
        }
        return Telling("traces", item, "acme", builds)
    if kind == "point":
        started = MIDNIGHT + 3600 * draw(st.integers(0, 2))
        cumulative = draw(st.booleans())
        point = {
            "startTimeUnixNano": str((started if cumulative else seconds - 60) * NANOS),
            "timeUnixNano": str(max(seconds, started + 1) * NANOS),
            "asInt": str(draw(st.integers(0, 500))),
            "attributes": attributes(_known(own | {"model": "claude-opus-4-8", "type": "input"})),
        }
        item = {
            "name": "claude_code.token.usage",
            "sum": {"aggregationTemporality": 2 if cumulative else 1, "dataPoints": [point]},
        }
        return Telling("metrics", item, "com.anthropic.claude_code", builds)
    values = {name: draw(values) for name, values in EVENTS[kind].items()}
    item = {
        "timeUnixNano": str(seconds * NANOS),
        "eventName": kind,
        "attributes": attributes(_known(own | values)),
    }
    scope = "acme" if kind.startswith("andon.") else "com.anthropic.claude_code"
    return Telling("logs", item, scope, builds)


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """Draw an organisation."""
    return Organisation(
        draw(st.lists(tellings(), min_size=1, max_size=12)), draw(st.booleans()), draw(st.booleans())
    )


def send(config: Settings, org: str, told: list[Telling], name: str) -> None:
    """Send items, those of one signal in one request."""
    for signal, (outer, inner, items) in WORDS.items():
        scopes = [{"scope": {"name": one.scope}, items: [one.item]} for one in told if one.signal == signal]
        if scopes:
            body = {outer: [{inner: scopes}]}
            keep(ParquetLake(config.raw_dir), org, signal, [body], now=MORNINGS[-1], name=name)


def directory(drawn: list[Organisation]) -> dict[str, list[dict[str, Any]]]:
    """Name who is whom when all is told."""
    return {
        "aliases": [
            {"org_id": f"o{n}", "identity": "email:bob@x.com", "canonical_identity": "email:ann@x.com"}
            for n, organisation in enumerate(drawn)
            if organisation.merged
        ],
        "keys": [
            {"org_id": f"o{n}", "key_id": "k", "owner_identity": "email:eve@x.com"}
            for n, organisation in enumerate(drawn)
            if organisation.owned
        ],
    }


OF_ONE_BUILD = (
    "int_metric_increments",
    "int_file_languages",
    "int_slice",
    "int_slice_records",
    "int_changed_days",
)
"""Tables that say what a build had to make again; they are not kept."""


def differing(one: Path, other: Path) -> Iterator[str]:
    """Name the tables whose rows are not the same; when a record was received does not count."""
    with duckdb.connect() as connection:
        for name, path in (("one", one), ("other", other)):
            connection.execute(f"ATTACH '{path}' AS {name} (READ_ONLY)")
        tables = connection.execute(
            "SELECT schema_name, table_name FROM duckdb_tables() WHERE database_name = 'one'"
            " AND schema_name IN ('marts', 'intermediate') AND table_name NOT LIKE '%conservation'"
            " AND table_name NOT IN (SELECT unnest($made_again)) ORDER BY ALL",
            {"made_again": OF_ONE_BUILD},
        ).fetchall()
        assert len(tables) > 50
        for schema, table in tables:
            columns = ", ".join(
                f'"{column}"'
                for (column,) in connection.execute(
                    "SELECT column_name FROM duckdb_columns() WHERE database_name = 'one' AND table_name = ?"
                    " AND column_name <> 'received_at'",
                    [table],
                ).fetchall()
            )
            for left, right in (("one", "other"), ("other", "one")):
                rows = connection.execute(
                    f"SELECT {columns} FROM {left}.{schema}.{table} EXCEPT ALL"  # noqa: S608 (its own names)
                    f" SELECT {columns} FROM {right}.{schema}.{table} LIMIT 3"
                ).fetchall()
                if rows:
                    yield f"{table}: {left} alone has {rows}"


@pytest.mark.parametrize("cases", [200, pytest.param(2_000, marks=pytest.mark.full_rounds)])
def test_builds_add_up_to_one(cases: int) -> None:
    """Every fact and every row of every report is that of one build over all records, each sent once."""
    drawn = examples(organisations(), cases)
    names = [f"o{n}" for n in range(len(drawn))]
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Worker()) as worker:
        daily = Settings(data=Path(folder) / "daily", now=MORNINGS[-1])
        once = Settings(data=Path(folder) / "once", now=MORNINGS[-1])
        for number, morning in enumerate(MORNINGS):
            for name, organisation in zip(names, drawn, strict=True):
                came = [one for one in organisation.told for build in one.builds if build == number]
                send(daily, name, came, f"{number}-")
            last = number == len(MORNINGS) - 1
            build(daily, names, now=morning, worker=worker, **(directory(drawn) if last else {}))
        for name, organisation in zip(names, drawn, strict=True):
            send(once, name, organisation.told, "")
        build(once, names, now=MORNINGS[-1], **directory(drawn))

        assert len(drawn) >= cases * 9 // 10
        assert list(differing(daily.warehouse_path, once.warehouse_path)) == []
