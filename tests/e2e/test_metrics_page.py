"""The example of docs/metrics.md, sent and built: the page's numbers, worked by hand, are what comes out."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest

from line import Line, Org

pytestmark = pytest.mark.slow(seconds=20)

DAY = dt.date(2026, 3, 15)
ADA = {"user.email": "ada@example.com"}


class Story:
    """Telemetry of the native dialect, told event by event."""

    def __init__(self, **resource: str) -> None:
        """Begin with what holds for every event."""
        self.resource = {"service.name": "my-agent", **resource}
        self.records: list[dict[str, Any]] = []

    def tell(self, event: str, day: dt.date = DAY, **attributes: str | int) -> None:
        """Add one event; two underscores in a name stand for a dot."""
        noon = int(dt.datetime(day.year, day.month, day.day, 12, tzinfo=dt.UTC).timestamp()) * 10**9
        named = {name.replace("__", "."): value for name, value in attributes.items()}
        self.records.append(
            {
                "timeUnixNano": str(noon + len(self.records) * 10**9),
                "eventName": f"andon.{event}",
                "attributes": list(map(attribute, named, named.values())),
            }
        )

    def call(
        self, model: str, *, new: int, output: int, read: int = 0, write: int = 0, thought: int = 0
    ) -> None:
        """Add one model call; *new* is the input that no cache saw."""
        self.tell(
            "model_call",
            gen_ai__response__model=model,
            gen_ai__usage__input_tokens=new + read + write,
            gen_ai__usage__output_tokens=output,
            gen_ai__usage__cache_read__input_tokens=read,
            gen_ai__usage__cache_creation__input_tokens=write,
            gen_ai__usage__reasoning__output_tokens=thought,
        )

    def body(self) -> bytes:
        """Write it as one request."""
        resource = {"attributes": list(map(attribute, self.resource, self.resource.values()))}
        logs = {"resource": resource, "scopeLogs": [{"logRecords": self.records}]}
        return json.dumps({"resourceLogs": [logs]}).encode()


def attribute(key: str, value: str | int) -> dict[str, Any]:
    """Write one attribute as OTLP/JSON."""
    return {"key": key, "value": {"intValue": value} if isinstance(value, int) else {"stringValue": value}}


def session_a() -> Story:
    """Ada in her terminal: two edits, a commit, an MCP call, a refusal, hooks."""
    story = Story(**ADA, **{"session.id": "A", "andon.client": "terminal-ui"})
    level = {"andon__autonomy__level": "auto-low"}
    for _ in range(2):
        story.tell("user_message")
        story.tell("assistant_message")
    story.call("claude-sonnet-4-5", new=1_000, output=200, write=4_000)
    story.call("claude-sonnet-4-5", new=100, output=300, read=5_004, write=500)
    story.tell("tool_call", gen_ai__tool__name="Read", **level)
    for extension in ("py", "ts"):
        story.tell("tool_call", gen_ai__tool__name="Edit", **level)
        story.tell("file_change", andon__file__operation="edit", file__name=f"app.{extension}")
        story.tell("hook", andon__hook__event="PostToolUse", andon__hook__matcher="Edit")
    story.tell("tool_call", gen_ai__tool__name="Bash", **level)
    story.tell("git_action", andon__git__kind="commit")
    story.tell("tool_call", gen_ai__tool__name="get_issue", mcp__server__name="github", **level)
    story.tell("tool_call", gen_ai__tool__name="Bash", andon__tool__outcome="denied", **level)
    return story


def session_b() -> Story:
    """Ada in her browser: one new file and a pull request, with a model that thinks."""
    story = Story(**ADA, **{"session.id": "B", "andon.client": "web"})
    story.tell("user_message")
    story.tell("assistant_message")
    story.call("gpt-5.5", new=2_000, output=405, read=10_000, thought=200)
    story.tell("tool_call", gen_ai__tool__name="Create", andon__autonomy__level="auto-high")
    story.tell("file_change", andon__file__operation="create", file__name="README.md")
    story.tell("git_action", andon__git__kind="pull_request")
    return story


def session_c() -> Story:
    """Nobody: a slash command, two reads, a skill."""
    story = Story(**{"session.id": "C", "andon.client": "terminal-ui"})
    story.tell("user_message", andon__message__origin="command")
    story.tell("slash_command", andon__slash_command__name="review")
    story.tell("assistant_message")
    story.call("claude-sonnet-4-5", new=55, output=10)
    story.tell("tool_call", gen_ai__tool__name="Read")
    story.tell("tool_call", gen_ai__tool__name="Read")
    story.tell("skill", andon__skill__name="browser")
    return story


@pytest.fixture(scope="module")
def org(line: Line) -> Org:
    """The page's organisation, built."""
    org = line.new_org("metrics page")
    bo = Story(**{"user.email": "bo@example.com", "session.id": "D"})
    bo.tell("user_message", day=dt.date(2026, 3, 10))
    cleo = Story(**{"user.email": "cleo@example.com", "session.id": "E"})
    cleo.tell("user_message", day=dt.date(2026, 2, 20))
    for story in (session_a(), session_b(), session_c(), bo, cleo):
        org.post("/v1/logs", story.body(), "application/json")
    line.build()
    return org


def test_tokens(org: Org) -> None:
    """3,155 in, 915 out, 15,004 read, 4,500 written, 11,195 billable; split by model and person."""
    (row,) = org.get("tokens", str(DAY), str(DAY))
    assert [row[f"{kind}_tokens"] for kind in ("input", "output", "cache_read", "cache_write")] == [
        3_155,
        915,
        15_004,
        4_500,
    ]
    assert row["billable_tokens"] == 11_195
    assert [(m["model_id"], m["model_tier"], m["billable_tokens"]) for m in row["by_model"]] == [
        ("claude-sonnet-4-5", "standard", 7_790),
        ("gpt-5.5", "thinking", 3_405),
    ]
    assert [(u["user_email"], u["billable_tokens"]) for u in row["by_user"]] == [
        ("ada@example.com", 11_130),
        (None, 65),
    ]


def test_tools(org: Org) -> None:
    """8 calls, 2.0 a message, median 2.0, ninetieth percentile 2.4; five sixths auto-low."""
    (row,) = org.get("tools", str(DAY), str(DAY))
    assert row["tool_calls"] == 8
    assert {tool["tool"]: tool["invocations"] for tool in row["by_tool"]} == {
        "Read": 3,
        "Edit": 2,
        "Bash": 1,
        "Create": 1,
        "mcp__github__get_issue": 1,
    }
    assert (row["mcp_users_with_mcp"], row["web_users"]) == (1, 1)
    assert row["mcp_by_server"] == [{"server": "github", "invocations": 1}]
    assert row["skills_by_name"] == [{"name": "browser", "count": 1}]
    assert row["slash_commands_by_name"] == [{"name": "review", "count": 1}]
    assert row["hooks_by_event"] == [{"event": "PostToolUse", "matcher": "Edit", "command": "", "count": 2}]
    assert row["autonomy_ratio_avg"] == pytest.approx(2.0)
    assert row["autonomy_ratio_p50"] == pytest.approx(2.0)
    assert row["autonomy_ratio_p90"] == pytest.approx(2.4)
    assert row["tool_calls_per_session_avg"] == pytest.approx(8 / 3, abs=1e-4)
    assert row["user_turns_per_session_avg"] == pytest.approx(4 / 3, abs=1e-4)
    shares = row["tool_autonomy_level_ratio"]
    assert shares["auto_low"] == pytest.approx(5 / 6, abs=1e-4)
    assert shares["auto_high"] == pytest.approx(1 / 6, abs=1e-4)
    assert [shares[level] for level in ("auto_medium", "spec", "manual")] == [0, 0, 0]


def test_activity(org: Org) -> None:
    """One person that day, two in the week, three in the month; three sessions, eight messages."""
    (row,) = org.get("activity", str(DAY), str(DAY))
    people = [row[f"{span}_active_users"] for span in ("daily", "weekly", "monthly")]
    assert people == [1, 2, 3]
    assert row["daily_active_users_by_client"] == {"terminal-ui": 1, "web": 1, "non-interactive-cli": 0}
    assert (row["sessions"], row["messages"], row["user_messages"]) == (3, 8, 4)


def test_productivity(org: Org) -> None:
    """One file created, two edited, in three languages; a commit and a pull request."""
    (row,) = org.get("productivity", str(DAY), str(DAY))
    assert (row["files_created"], row["files_edited"]) == (1, 2)
    assert [entry["extension"] for entry in row["by_extension"]] == [".md", ".py", ".ts"]
    assert [entry["language"] for entry in row["by_language"]] == ["Markdown", "Python", "TypeScript"]
    assert (row["git_commits"], row["git_prs_created"]) == (1, 1)


def test_users(org: Org) -> None:
    """Ada's row and nobody's, field by field."""
    rows = {row["user_email"]: row for row in org.get("users", str(DAY), str(DAY))}
    ada = rows["ada@example.com"]
    nobody = rows[None]
    assert ada["user_id"].startswith("user_")
    assert len(ada["user_id"]) == len("user_") + 26
    assert nobody["user_id"] == "user_" + 26 * "0"
    fields = {
        "tool_calls": (6, 2),
        "billable_tokens": (11_130, 65),
        "primary_model": ("gpt-5.5", "claude-sonnet-4-5"),
        "primary_model_tier": ("thinking", "standard"),
        "files_created": (1, 0),
        "files_edited": (2, 0),
        "git_commits": (1, 0),
        "git_prs_created": (1, 0),
        "mcp_calls": (1, 0),
        "skill_calls": (0, 1),
        "slash_commands": (0, 1),
        "hooks": (2, 0),
        "sessions": (2, 1),
        "messages": (6, 2),
        "user_messages": (3, 1),
        "assistant_messages": (3, 1),
        "autonomy_ratio": (2.0, 2.0),
        "delegation_level": ("auto-low", None),
        "languages": (["Markdown", "Python", "TypeScript"], []),
    }
    assert {field: (ada[field], nobody[field]) for field in fields} == fields


def told(org: Org, path: str, start: dt.date, end: dt.date) -> dict[str, Any]:
    """Ask the API beyond the five."""
    answer = org.line.http.get(
        f"{org.line.api_url}/api/v1/{path}",
        params={"startDate": str(start), "endDate": str(end)},
        headers={"Authorization": f"Bearer {org.key}"},
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_people(org: Org) -> None:
    """Ada is new, Bo and Cleo are dormant, nobody is none of them; the sums are those of the reports."""
    rows = {row["user_email"]: row for row in told(org, "people", DAY, DAY)["data"]}
    seen = ("lifecycle", "active_days", "first_seen_date", "last_seen_date")
    assert {email: tuple(row[name] for name in seen) for email, row in rows.items()} == {
        None: (None, 0, None, None),
        "ada@example.com": ("new", 1, "2026-03-15", "2026-03-15"),
        "bo@example.com": ("dormant", 0, "2026-03-10", "2026-03-10"),
        "cleo@example.com": ("dormant", 0, "2026-02-20", "2026-02-20"),
    }
    for kind, total in (("input", 3_155), ("output", 915), ("cache_read", 15_004), ("cache_write", 4_500)):
        assert sum(row[f"{kind}_tokens"] for row in rows.values()) == total
    ada = rows["ada@example.com"]
    (day,) = told(org, f"people/{ada['user_id']}", DAY, DAY)["data"]
    (user,) = [u for u in org.get("users", str(DAY), str(DAY)) if u["user_email"] == "ada@example.com"]
    assert {name: day[name] for name in user} == user


def test_adoption(org: Org) -> None:
    """Ada is new that day; Bo leaves the month's people on 9 April; every day's change adds up."""
    first, last = dt.date(2026, 2, 20), dt.date(2026, 4, 14)
    answer = told(org, "adoption", first, last)
    days = {day.pop("date"): day for day in answer["data"]}
    assert days["2026-03-15"] == {"new": 1, "returning": 0, "resurrected": 0, "dormant": 0}
    assert [date for date, day in days.items() if day["dormant"]] == [
        "2026-03-22",
        "2026-04-09",
        "2026-04-14",
    ]
    people = ("active_people", "new", "returning", "dormant")
    assert [answer["meta"][name] for name in people] == [3, 3, 0, 0]
    month = [row["monthly_active_users"] for row in org.get("activity", str(first), str(last))]
    grown = [day["new"] + day["resurrected"] - day["dormant"] for day in days.values()]
    assert [now - before for before, now in zip([0, *month], month, strict=False)] == grown
