"""The demo organisation: what was invented is what the reports say, and the parts always make the whole."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from andon import demo
from andon.client import Client

from line import NOW, Line, Org

END = NOW.date() - dt.timedelta(days=1)
DAYS = 40
START = END - dt.timedelta(days=DAYS - 1)


@pytest.fixture(scope="module")
def org(line: Line) -> Iterator[Org]:
    """A small invented organisation, sent through the real port and built."""
    org = line.new_org("small demo")
    for request in demo.telemetry(seed=11, people=25, days=DAYS, end=END):
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
