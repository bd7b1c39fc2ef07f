"""A day of more names and people than anybody reads: totals are exact, lists bounded, people all there."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from line import CAPTURE_DAY, Line, Org
from otlp_json import NOON, SECOND, attributes

pytestmark = pytest.mark.slow(seconds=30)

MEASURED = """
import resource, subprocess, sys
code = subprocess.run(sys.argv[1:], check=False, stdout=sys.stderr).returncode
print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)
sys.exit(code)
"""
"""Runs a command and prints the most memory that a process of it had, in kB."""

REST = "(other)"
NAMES = {"tool": "mcp__server-{0:06}__tool-{0:06}", "server": "server-{:06}", "model": "model-{:06}"}
OFTEN = 3
"""Calls of each tool that must be listed, and input tokens of each call of a model."""
IN_ONE_FILE = 20_000


class Flood(NamedTuple):
    """How much of one day: *listed* entries of a list, and half as many tools that are called often."""

    tools: int
    people: int
    listed: int

    @property
    def calls(self) -> int:
        """Calls of all tools."""
        return self.tools + (OFTEN - 1) * (self.listed // 2)


def record(number: int, event: str, person: int, **values: str | int) -> dict[str, Any]:
    """Make one record of the native dialect; each has a moment of its own."""
    own = {"session.id": f"s{person}", "user.email": f"p{person}@example.com", "andon.client": "web"}
    told = {name.replace("__", "."): value for name, value in values.items()}
    return {
        "timeUnixNano": str(NOON + number * SECOND // 100),
        "eventName": f"andon.{event}",
        "attributes": attributes({**own, **told}),
    }


def records(flood: Flood) -> Iterator[dict[str, Any]]:
    """Every person asks a model of their own once; every tool is another one, of another MCP server."""
    number = 0
    for person in range(flood.people):
        yield record(number, "user_message", person)
        yield record(
            number + 1,
            "model_call",
            person,
            gen_ai__response__model=f"model-{person:06}",
            gen_ai__usage__input_tokens=OFTEN,
            gen_ai__usage__output_tokens=1,
        )
        number += 2
    for tool in range(flood.tools):
        for _ in range(OFTEN if tool < flood.listed // 2 else 1):
            yield record(
                number,
                "tool_call",
                number % flood.people,
                gen_ai__tool__name=f"tool-{tool:06}",
                mcp__server__name=f"server-{tool:06}",
            )
            number += 1


def write(folder: Path, flood: Flood) -> int:
    """Write all of it as requests in files; give how many records there are."""
    folder.mkdir()
    told = list(records(flood))
    for first in range(0, len(told), IN_ONE_FILE):
        logs = [{"scopeLogs": [{"logRecords": told[first : first + IN_ONE_FILE]}]}]
        (folder / f"{first:09}.json").write_text(json.dumps({"resourceLogs": logs}))
    return len(told)


@pytest.fixture(
    scope="module",
    params=[
        Flood(3_000, 600, 40),
        pytest.param(Flood(200_000, 50_000, 1_000), marks=pytest.mark.full_rounds),
    ],
    ids=["small", "issue"],
)
def flood(request: pytest.FixtureRequest) -> Flood:
    """Give the size of the flood."""
    found: Flood = request.param
    return found


@pytest.fixture(scope="module")
def org(flood: Flood, tmp_path_factory: pytest.TempPathFactory, figures: list[str]) -> Iterator[Org]:
    """The organisation of the flood, built and served."""
    folder = tmp_path_factory.mktemp("floods")
    line = Line(folder / "data")
    org = line.new_org("flooded")
    (line.data / "andon.toml").write_text(f"list_limit = {flood.listed}\n")
    count = write(folder / "requests", flood)
    done = line.run("import", str(folder / "requests"), timeout=600)
    assert f"Imported {count} records" in done.stdout, done.stderr
    began = time.monotonic()
    built = subprocess.run(
        [sys.executable, "-c", MEASURED, sys.executable, "-m", "andon", "build"],
        env=line.env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    figures.append(
        f"flood of {flood.tools:,} tools and {flood.people:,} people in a day: built in "
        f"{time.monotonic() - began:.0f} s, {int(built.stdout.split()[-1]) / 2**20:.1f} GiB at most"
    )
    line.start()
    yield org
    line.stop()


@pytest.fixture(scope="module")
def figures() -> list[str]:
    """What was measured on the way."""
    return []


def counts(entries: list[dict[str, Any]], name: str, count: str) -> dict[str, int]:
    """Give a list as a dictionary; no name is in it twice."""
    found = {entry[name]: entry[count] for entry in entries}
    assert len(found) == len(entries)
    return found


def test_lists_are_bounded_and_add_up(
    org: Org, flood: Flood, figures: list[str], record_property: Callable[[str, object], None]
) -> None:
    """The most used are listed, the rest is one entry, `(other)`, at the end; totals know no bound."""
    [tools], [tokens] = org.get("tools"), org.get("tokens")
    assert tools["tool_calls"] == flood.calls
    assert (tokens["input_tokens"], tokens["output_tokens"]) == (OFTEN * flood.people, flood.people)
    grouped = {
        "tool": counts(org.get("tools", group_by="tool_name"), "group_key", "tool_calls"),
        "model": counts(org.get("tokens", group_by="model"), "group_key", "input_tokens"),
    }
    listed = {
        "tool": counts(tools["by_tool"], "tool", "invocations"),
        "server": counts(tools["mcp_by_server"], "server", "invocations"),
        "model": counts(tokens["by_model"], "model_id", "input_tokens"),
    }
    for what, entries in listed.items():
        first = [NAMES[what].format(number) for number in range(flood.listed)]
        assert list(entries) == [*first, REST], what
        total = OFTEN * flood.people if what == "model" else flood.calls
        assert sum(entries.values()) == total, what
        often = flood.listed if what == "model" else flood.listed // 2
        assert {entries[name] for name in first[:often]} == {OFTEN}
        assert grouped.get(what, entries) == entries
    for figure in figures:
        record_property("flood", figure)


def test_people_are_never_cut(org: Org, flood: Flood) -> None:
    """Every person is counted, listed and paged, and their numbers add up to the day's."""
    [activity], [tokens] = org.get("activity"), org.get("tokens")
    assert (activity["daily_active_users"], activity["sessions"]) == (flood.people, flood.people)
    assert len({user["user_id"] for user in tokens["by_user"]}) == flood.people
    assert {user["billable_tokens"] for user in tokens["by_user"]} == {OFTEN + 1}

    seen: dict[str, dict[str, Any]] = {}
    cursor = ""
    while True:
        answer = org.line.http.get(
            f"{org.line.api_url}/api/v1/analytics/users",
            params={"startDate": CAPTURE_DAY, "endDate": CAPTURE_DAY, "limit": 100}
            | ({"cursor": cursor} if cursor else {}),
            headers={"Authorization": f"Bearer {org.key}"},
        ).json()
        page = {row["user_id"]: row for row in answer["data"]}
        assert not page.keys() & seen.keys()
        seen |= page
        if not answer["meta"]["has_more"]:
            break
        cursor = answer["meta"]["next_cursor"]
    assert len(seen) == flood.people
    assert sum(row["tool_calls"] for row in seen.values()) == flood.calls
    assert {row["billable_tokens"] for row in seen.values()} == {OFTEN + 1}
