"""
The demo organisation: its reports say what happened, number by number, and the parts always make the whole.

The generator's own sums owe nothing to the code that they check.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from statistics import median
from typing import Any

import pytest

from andon import demo
from andon.client import Client
from andon.demo.truth import DayTruth

from line import NOW, Line, Org

pytestmark = pytest.mark.slow(seconds=35)

END = NOW.date() - dt.timedelta(days=1)
DAYS = 40
START = END - dt.timedelta(days=DAYS - 1)
SIZE: dict[str, Any] = {"seed": 23, "people": 45, "days": DAYS, "end": END}


@pytest.fixture(scope="module")
def org(line: Line) -> Iterator[Org]:
    """A small invented organisation, sent through the real port and built."""
    org = line.new_org("small demo")
    for request in demo.telemetry(**SIZE):
        org.post(f"/v1/{request.signal}", request.body, "application/json")
    line.build()
    return org


@pytest.fixture(scope="module")
def answers(org: Org) -> dict[str, list[Any]]:
    """Every report of the whole range, as the client gives it."""
    with Client(org.line.api_url, org.key) as client:
        return {
            "tokens": list(client.tokens(START, END)),
            "tokens by model": list(client.tokens(START, END, group_by="model")),
            "tools": list(client.tools(START, END)),
            "tools by tool": list(client.tools(START, END, group_by="tool_name")),
            "activity": list(client.activity(START, END)),
            "activity by client": list(client.activity(START, END, group_by="client")),
            "productivity": list(client.productivity(START, END)),
            "users": list(client.users(START, END)),
        }


@pytest.fixture(scope="module")
def truth() -> list[DayTruth]:
    """What really happened, day by day."""
    return list(demo.expected(**SIZE).days.values())


def by_day(rows: list[Any], value: str) -> dict[dt.date, int]:
    """Sum one field over the rows of each day, leaving days of zero out."""
    sums: Counter[dt.date] = Counter()
    for row in rows:
        sums[row.date] += getattr(row, value)
    return {day: count for day, count in sums.items() if count}


def test_every_day_has_its_row(answers: dict[str, list[Any]]) -> None:
    """Day-level answers hold every UTC day of the range, in order."""
    days = [START + dt.timedelta(days=n) for n in range(DAYS)]

    for report in ("tokens", "tools", "activity", "productivity"):
        assert days == [row.date for row in answers[report]]


def test_tokens_are_the_sum_of_their_parts(answers: dict[str, list[Any]]) -> None:
    """Models and people each sum to the day, and a person's models to the person."""
    for day in answers["tokens"]:
        for field in ("billable_tokens", "input_tokens", "output_tokens"):
            assert getattr(day, field) == sum(getattr(model, field) for model in day.by_model)
        assert day.billable_tokens == sum(user.billable_tokens for user in day.by_user)
        for user in day.by_user:
            assert user.billable_tokens == sum(model.billable_tokens for model in user.by_model)


@pytest.mark.parametrize(
    ("whole", "grouped", "field"),
    [
        ("tokens", "tokens by model", "billable_tokens"),
        ("tokens", "tokens by model", "input_tokens"),
        ("tokens", "tokens by model", "output_tokens"),
        ("tools", "tools by tool", "tool_calls"),
        ("tokens", "users", "billable_tokens"),
        ("tools", "users", "tool_calls"),
        ("productivity", "users", "files_created"),
        ("productivity", "users", "files_edited"),
        ("productivity", "users", "git_commits"),
        ("productivity", "users", "git_prs_created"),
        ("activity", "users", "sessions"),
        ("activity", "users", "messages"),
        ("activity", "users", "user_messages"),
    ],
)
def test_parts_sum_to_the_day(answers: dict[str, list[Any]], whole: str, grouped: str, field: str) -> None:
    """Grouped rows and people's rows sum to the ungrouped row of their day."""
    assert by_day(answers[whole], field) == by_day(answers[grouped], field)


def test_counts_of_people_are_ordered(answers: dict[str, list[Any]]) -> None:
    """A day's people are among the week's, a week's among the month's; clients never exceed the day."""
    for row in answers["activity"]:
        clients = row.daily_active_users_by_client
        assert row.daily_active_users <= row.weekly_active_users <= row.monthly_active_users
        assert max(clients.values()) <= row.daily_active_users <= sum(clients.values())


def test_the_lists_sum_to_their_counts(answers: dict[str, list[Any]]) -> None:
    """Every breakdown of tools and files adds up, and the shares of autonomy make one."""
    for row in answers["tools"]:
        assert row.tool_calls == sum(tool.invocations for tool in row.by_tool)
        assert row.skills_invocations == sum(skill.count for skill in row.skills_by_name)
        assert row.slash_commands_invocations == sum(c.count for c in row.slash_commands_by_name)
        assert row.hooks_invocations == sum(hook.count for hook in row.hooks_by_event)
        shares = row.tool_autonomy_level_ratio
        total = shares.auto_high + shares.auto_medium + shares.auto_low + shares.spec + shares.manual
        assert total == pytest.approx(1) or total == 0
        assert row.autonomy_ratio_p50 <= row.autonomy_ratio_p90
    for row in answers["productivity"]:
        assert row.files_created + row.files_edited == sum(e.count for e in row.by_extension)
        assert row.files_created + row.files_edited == sum(e.count for e in row.by_language)


def test_the_demo_is_worth_looking_at(answers: dict[str, list[Any]]) -> None:
    """Every breakdown that the contract has is filled somewhere in the demo."""
    for field in ("by_tool", "mcp_by_server", "skills_by_name", "slash_commands_by_name", "hooks_by_event"):
        assert any(getattr(row, field) for row in answers["tools"]), field
    for field in ("terminal-ui", "web", "non-interactive-cli"):
        assert any(row.daily_active_users_by_client[field] for row in answers["activity"]), field
    assert {"auto-high", "auto-low"} <= {row.delegation_level for row in answers["users"]}
    assert {"standard", "thinking"} <= {row.primary_model_tier for row in answers["users"]}


def test_tokens_are_the_truth(answers: dict[str, list[Any]], truth: list[DayTruth]) -> None:
    """Every kind of token, in all and by model and tier."""
    for row, day in zip(answers["tokens"], truth, strict=True):
        assert row.input_tokens == day.tokens.input
        assert row.output_tokens == day.tokens.output
        assert row.cache_read_tokens == day.tokens.cache_read
        assert row.cache_write_tokens == day.tokens.cache_write
        told = {(m.model_id, m.model_tier): (m.input_tokens, m.output_tokens) for m in row.by_model}
        assert told == {key: (split.input, split.output) for key, split in day.tokens_by_model.items()}


def test_tools_are_the_truth(answers: dict[str, list[Any]], truth: list[DayTruth]) -> None:
    """Executed calls by name, servers in any spelling, skills, commands, hooks and levels."""
    for row, day in zip(answers["tools"], truth, strict=True):
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


def test_averages_over_sessions_are_the_truth(answers: dict[str, list[Any]], truth: list[DayTruth]) -> None:
    """The day's ratio, its median over sessions, and what a session holds on average."""
    for row, day in zip(answers["tools"], truth, strict=True):
        ratios = [s.tool_calls / s.user_messages for s in day.sessions_of if s.user_messages]
        average = day.tool_calls / day.user_messages if day.user_messages else 0
        sessions = day.sessions or 1  # a day of nothing has zeros
        assert row.autonomy_ratio_p50 == pytest.approx(median(ratios or [0]), abs=1e-4)
        assert row.autonomy_ratio_avg == pytest.approx(average, abs=1e-4)
        assert row.tool_calls_per_session_avg == pytest.approx(day.tool_calls / sessions, abs=1e-4)
        assert row.user_turns_per_session_avg == pytest.approx(day.user_messages / sessions, abs=1e-4)


def test_activity_is_the_truth(answers: dict[str, list[Any]], truth: list[DayTruth]) -> None:
    """People, also over trailing days and by client; sessions and messages, machines' own left out."""
    for number, (row, day) in enumerate(zip(answers["activity"], truth, strict=True)):
        assert row.daily_active_users == len(day.active)
        assert row.weekly_active_users == len(set().union(*(d.active for d in truth[: number + 1][-7:])))
        assert row.monthly_active_users == len(set().union(*(d.active for d in truth[: number + 1][-30:])))
        told = {name: count for name, count in row.daily_active_users_by_client.items() if count}
        assert told == {name: len(people) for name, people in day.active_by_client.items() if people}
        assert (row.sessions, row.messages) == (day.sessions, day.messages)
        assert row.user_messages == day.user_messages


def test_productivity_is_the_truth(answers: dict[str, list[Any]], truth: list[DayTruth]) -> None:
    """Files by extension, commits and pull requests, whether told, counted or read from a command."""
    for row, day in zip(answers["productivity"], truth, strict=True):
        assert (row.files_created, row.files_edited) == (day.files_created, day.files_edited)
        assert {e.extension: e.count for e in row.by_extension} == day.by_extension
        assert (row.git_commits, row.git_prs_created) == (day.git_commits, day.git_prs_created)
