"""Organisations that hypothesis invents: sessions, traces and counters, in native words and Claude Code's."""

from __future__ import annotations

import datetime as dt
from typing import Any, NamedTuple

from hypothesis import strategies as st

from andon.contract.telemetry import Signal

from otlp_json import attributes

BUILDS = 3
"""In how many builds an item may come."""

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
    builds = draw(st.lists(st.integers(0, BUILDS - 1), min_size=1, max_size=3))
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
