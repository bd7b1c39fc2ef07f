"""
A version of an agent that renames what it tells is seen the next time a build looks.

The recorded runs of Claude Code are sent as they were; then one of them again, as a version would send it
that calls its tokens and one of its events otherwise, in four sessions an hour later.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from line import Line, Org, captures

pytestmark = pytest.mark.slow(seconds=40)

NEW = "2.1.400"
LATER_NS = 3_600_000_000_000
SESSIONS = 4

RENAMED = {"input_tokens": "tokens.sent", "output_tokens": "tokens.made", "assistant_response": "agent_spoke"}


def altered(body: str, number: int) -> str:
    """Write a body as the new version would, in a session of its own."""
    for old, new in {**RENAMED, "2.1.329": NEW}.items():
        body = body.replace(f'"{old}"', f'"{new}"')
    body = re.sub(r'(UnixNano":\s*"?)(\d{19})', lambda found: found[1] + str(int(found[2]) + LATER_NS), body)
    return re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})", rf"{number:08d}\1", body)


def coverage(org: Org) -> dict[str, Any]:
    """Ask the API for the one agent that was heard."""
    answer = org.line.http.get(
        f"{org.line.api_url}/api/v1/coverage", headers={"Authorization": f"Bearer {org.key}"}
    )
    assert answer.status_code == 200, answer.text
    (agent,) = answer.json()["data"]["agents"]
    found: dict[str, Any] = agent
    return found


def statuses(agent: dict[str, Any]) -> dict[str, str]:
    """Give the status of each field."""
    return {field["field"]: field["status"] for field in agent["fields"]}


@pytest.fixture(scope="module")
def org(line: Line) -> Org:
    """An organisation that sent what was recorded."""
    org = line.new_org("Watchful")
    for capture in captures():
        if capture.agent == "claude-code":
            for path, body, content_type in capture.requests():
                org.post(path, body, content_type)
    line.build()
    return org


def test_what_was_recorded_arrives_whole(org: Org) -> None:
    """The version, its signals and people, and nothing lost or unknown."""
    agent = coverage(org)
    (version,) = agent["versions"]

    assert (agent["agent"], agent["status"], version["version"]) == ("claude-code", "active", "2.1.329")
    assert not version["is_mute"]
    assert min(version["signals"].values()) > 0
    assert version["sessions"] > 1
    assert {"lost", "missing"} & set(statuses(agent).values()) == set()
    assert {"ok"} == {statuses(agent)[field] for field in ("input_tokens", "model", "tool_calls", "commits")}
    assert agent["unknown_names"] == []


def test_a_field_and_an_event_that_are_renamed_are_seen(org: Org) -> None:
    """What the new version does not tell is lost, tool calls go on, and its new event is unknown."""
    for number in range(SESSIONS):
        for capture in captures():
            if (capture.agent, capture.run) == ("claude-code", "details-http-json"):
                for path, body, content_type in capture.requests():
                    if path == "/v1/logs":
                        org.post(path, altered(body.decode(), number).encode(), content_type)
    org.line.build()
    agent = coverage(org)
    fields = {field["field"]: field for field in agent["fields"]}
    lost = {"input_tokens", "output_tokens", "assistant_messages"}

    assert [version["version"] for version in agent["versions"]] == [NEW, "2.1.329"]
    assert {name for name, field in fields.items() if field["status"] == "lost"} == lost
    assert {fields[name]["lost_version"] for name in lost} == {NEW}
    assert {fields[name]["lost_since"] for name in lost} == {"2026-11-21"}
    assert {fields[name]["last_known_date"] for name in lost} == {"2026-11-20"}
    assert fields["tool_calls"]["status"] == "ok"
    assert [(name["signal"], name["name"], name["first_version"]) for name in agent["unknown_names"]] == [
        ("logs", "agent_spoke", NEW)
    ]


def test_the_commands_say_the_same(org: Org) -> None:
    """`andon doctor` warns of it in a line, `andon coverage` prints it, and neither fails."""
    doctor = org.line.run("doctor")
    said = [line for line in doctor.stdout.splitlines() if " coverage " in line]
    printed = org.line.run("coverage", "--org", org.org_id, "--json")

    assert doctor.returncode == 0
    assert any(f"claude-code {NEW} does not tell" in line and "input_tokens" in line for line in said), said
    assert any("agent_spoke" in line for line in said)
    assert json.loads(printed.stdout)["agents"] == [coverage(org)]
