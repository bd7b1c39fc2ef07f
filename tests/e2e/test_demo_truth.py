"""The demo's reports say what happened, number by number: the generator's own sums are a second opinion."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest

from andon import demo
from andon.client import Client
from andon.demo.truth import DayTruth

from line import NOW, Line

END = NOW.date() - dt.timedelta(days=1)
DAYS = 10
START = END - dt.timedelta(days=DAYS - 1)
SIZE: dict[str, Any] = {"seed": 23, "people": 45, "days": DAYS, "end": END}


@pytest.fixture(scope="module")
def client(line: Line) -> Iterator[Client]:
    """A reader of the demo, sent through the real port and built."""
    org = line.new_org("known demo")
    for request in demo.telemetry(**SIZE):
        org.post(f"/v1/{request.signal}", request.body, "application/json")
    line.build()
    with Client(line.api_url, org.key) as reader:
        yield reader


@pytest.fixture(scope="module")
def truth() -> list[DayTruth]:
    """What really happened, day by day."""
    return list(demo.expected(**SIZE).days.values())


def test_tokens_are_the_truth(client: Client, truth: list[DayTruth]) -> None:
    """Every kind of token, in all and by model and tier."""
    for row, day in zip(client.tokens(START, END), truth, strict=True):
        assert row.input_tokens == day.tokens.input
        assert row.output_tokens == day.tokens.output
        assert row.cache_read_tokens == day.tokens.cache_read
        assert row.cache_write_tokens == day.tokens.cache_write
        told = {(m.model_id, m.model_tier): (m.input_tokens, m.output_tokens) for m in row.by_model}
        assert told == {key: (split.input, split.output) for key, split in day.tokens_by_model.items()}


def test_tools_are_the_truth(client: Client, truth: list[DayTruth]) -> None:
    """Executed calls by name, servers in any spelling, skills, commands, hooks and levels."""
    for row, day in zip(client.tools(START, END), truth, strict=True):
        assert row.tool_calls == day.tool_calls
        named = {t.tool: t.invocations for t in row.by_tool}
        mcp = sum(named.pop(tool) for tool in list(named) if tool.startswith(("mcp_", "(redacted)")))
        assert named == day.by_tool
        assert mcp == day.by_server.total()
        assert {s.server.lower(): s.invocations for s in row.mcp_by_server} == day.by_server
        assert row.mcp_users_with_mcp == len(day.mcp_users)
        assert {s.name: s.count for s in row.skills_by_name} == day.by_skill
        assert {c.name: c.count for c in row.slash_commands_by_name} == day.by_command
        assert row.hooks_invocations == day.by_hook.total()
        assert row.web_users == len(day.active_by_client.get("web", ()))
        known = day.by_level.total() or 1
        assert row.tool_autonomy_level_ratio.auto_high == pytest.approx(day.by_level["auto-high"] / known)
        assert row.tool_autonomy_level_ratio.manual == pytest.approx(day.by_level["manual"] / known)


def test_averages_over_sessions_are_the_truth(client: Client, truth: list[DayTruth]) -> None:
    """The day's ratio, its median over sessions, and what a session holds on average."""
    for row, day in zip(client.tools(START, END), truth, strict=True):
        ratios = sorted(s.tool_calls / s.user_messages for s in day.sessions_of if s.user_messages)
        middle = len(ratios) // 2
        median = ratios[middle] if len(ratios) % 2 else (ratios[middle - 1] + ratios[middle]) / 2
        assert row.autonomy_ratio_p50 == pytest.approx(median, abs=1e-4)
        assert row.autonomy_ratio_avg == pytest.approx(day.tool_calls / day.user_messages, abs=1e-4)
        assert row.tool_calls_per_session_avg == pytest.approx(day.tool_calls / day.sessions, abs=1e-4)
        assert row.user_turns_per_session_avg == pytest.approx(day.user_messages / day.sessions, abs=1e-4)


def test_activity_is_the_truth(client: Client, truth: list[DayTruth]) -> None:
    """People, also over trailing days and by client; sessions and messages, machines' own left out."""
    for number, (row, day) in enumerate(zip(client.activity(START, END), truth, strict=True)):
        assert row.daily_active_users == len(day.active)
        assert row.weekly_active_users == len(set().union(*(d.active for d in truth[: number + 1][-7:])))
        assert row.monthly_active_users == len(set().union(*(d.active for d in truth[: number + 1])))
        told = {name: count for name, count in row.daily_active_users_by_client.items() if count}
        assert told == {name: len(people) for name, people in day.active_by_client.items() if people}
        assert (row.sessions, row.messages) == (day.sessions, day.messages)
        assert row.user_messages == day.user_messages


def test_productivity_is_the_truth(client: Client, truth: list[DayTruth]) -> None:
    """Files by extension, commits and pull requests, whether told, counted or read from a command."""
    for row, day in zip(client.productivity(START, END), truth, strict=True):
        assert (row.files_created, row.files_edited) == (day.files_created, day.files_edited)
        assert {e.extension: e.count for e in row.by_extension} == day.by_extension
        assert (row.git_commits, row.git_prs_created) == (day.git_commits, day.git_prs_created)
