"""
Real telemetry of real agents, posted to a real server, gives the numbers of what really happened.

Each run of the captures is an organisation of its own on one server; each variant (everything twice, in
another order, batched otherwise) is another, and must answer the same to the last digit.
"""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from line import Capture, Line, Org, captures
from otlp_batches import merged, split

Requests = list[tuple[str, bytes, str]]

RUNS = captures()

TELEMETRY_CANNOT_TELL: dict[tuple[str, str, str], Any] = {
    # (agent, run, what): what the telemetry lets us say. The reasons are in docs/agents.md.
    ("claude-code", "basic-http-protobuf", "mcp"): {"(redacted)": 1},
    ("claude-code", "basic-http-protobuf", "extensions"): {"(unknown)": 3},
    ("claude-code", "grpc", "extensions"): {"(unknown)": 1},
    # The typed /hello is a message sent by a command, which the run's own count of prompts leaves out.
    ("claude-code", "interactive-tui", "user_messages"): 2,
    # The shell wrote guide.md: no file event exists.
    ("codex", "grpc", "created"): 0,
    ("codex", "grpc", "extensions"): {},
    ("codex", "interactive-tui", "created"): 1,
    ("codex", "interactive-tui", "extensions"): {".go": 1},
    ("codex", "resource-attributes", "created"): 0,
    ("codex", "resource-attributes", "extensions"): {},
    # The terminal's own commands emit nothing.
    ("codex", "interactive-tui", "slash_commands"): {},
    # One script call wrapped two nested calls; the two are what ran.
    ("codex", "interactive-tui", "tool_calls"): 2,
}


def shuffled(requests: Requests) -> Requests:
    """Send in another order."""
    return random.Random(7).sample(requests, len(requests))  # noqa: S311 (an order, not a secret)


VARIANTS: dict[str, Callable[[Requests], Requests]] = {
    "as recorded": lambda requests: requests,
    "twice": lambda requests: requests + requests,
    "shuffled": shuffled,
    "split": lambda requests: shuffled(split(requests)),
    "merged": merged,
}


@pytest.fixture(scope="module")
def told(line: Line) -> dict[tuple[str, str, str], dict[str, Any]]:
    """Every report of every run and variant, after one build of them all."""
    orgs: dict[tuple[str, str, str], Org] = {}
    for capture in RUNS:
        for variant, change in VARIANTS.items():
            org = line.new_org(f"{capture!r} {variant}")
            for path, body, content_type in change(capture.requests()):
                org.post(path, body, content_type)
            orgs[capture.agent, capture.run, variant] = org
    line.build()
    return {key: org.reports() for key, org in orgs.items()}


def listed(rows: list[dict[str, Any]], name: str, count: str) -> dict[str, int]:
    """Turn a breakdown into a mapping."""
    return {row[name]: row[count] for row in rows}


def said(reports: dict[str, Any]) -> dict[str, Any]:
    """Read from the reports what the truth speaks of."""
    tokens, tools = reports["tokens"][0], reports["tools"][0]
    activity, productivity = reports["activity"][0], reports["productivity"][0]
    by_model: Counter[str] = Counter()
    output: Counter[str] = Counter()
    for row in tokens["by_model"]:
        by_model[row["model_id"]] += row["input_tokens"]
        output[row["model_id"]] += row["output_tokens"]
    return {
        "input by model": dict(by_model),
        "output by model": dict(output),
        "cache_read": tokens["cache_read_tokens"],
        "cache_write": tokens["cache_write_tokens"],
        "tool_calls": tools["tool_calls"],
        "mcp": listed(tools["mcp_by_server"], "server", "invocations"),
        "skills": listed(tools["skills_by_name"], "name", "count"),
        "slash_commands": listed(tools["slash_commands_by_name"], "name", "count"),
        "hooks": tools["hooks_invocations"],
        "user_messages": activity["user_messages"],
        "sessions": activity["sessions"],
        "created": productivity["files_created"],
        "edited": productivity["files_edited"],
        "extensions": listed(productivity["by_extension"], "extension", "count"),
        "commits": productivity["git_commits"],
        "prs": productivity["git_prs_created"],
        "clients": {k: v for k, v in activity["daily_active_users_by_client"].items() if v},
    }


def happened(capture: Capture, what: str) -> Any:  # noqa: ANN401 (counts and mappings of counts)
    """Read the same from the truth, or from what the telemetry can tell of it."""
    key = (capture.agent, capture.run, what)
    if key in TELEMETRY_CANNOT_TELL:
        return TELEMETRY_CANNOT_TELL[key]
    truth = capture.truth
    tokens = truth["tokens_reported_by_mock"]
    files = truth.get("files_created", []) + truth.get("files_edited", [])
    answers: dict[str, Any] = {
        "input by model": {m: t["input_uncached"] for m, t in tokens["by_model"].items()},
        "output by model": {m: t["output"] for m, t in tokens["by_model"].items()},
        "cache_read": tokens["all"]["cache_read"],
        "cache_write": tokens["all"]["cache_write"],
        "tool_calls": sum(truth["tools_requested_by_model"].values()),
        "mcp": {server: sum(tools.values()) for server, tools in truth.get("mcp_calls", {}).items()},
        "skills": truth.get("skills", {}),
        "slash_commands": truth.get("slash_commands", {}),
        "user_messages": truth["real_user_prompts"],
        "sessions": 1,
        "created": len(truth.get("files_created", [])),
        "edited": len(truth.get("files_edited", [])),
        "extensions": dict(Counter("." + name.rsplit(".", 1)[1] for name in files)),
        "commits": truth["git_commits"],
        "prs": truth["pull_requests_created"],
    }
    return answers[what]


SPOKEN_OF = (
    "input by model", "output by model", "cache_read", "cache_write", "tool_calls", "mcp", "skills",
    "slash_commands", "user_messages", "sessions", "created", "edited", "extensions", "commits", "prs",
)  # fmt: skip


@pytest.mark.parametrize("capture", RUNS, ids=repr)
def test_the_reports_tell_what_happened(
    capture: Capture, told: dict[tuple[str, str, str], dict[str, Any]]
) -> None:
    """Each number of each truth.json comes out of the API, or its absence has a reason."""
    ours = said(told[capture.agent, capture.run, "as recorded"])

    assert {what: happened(capture, what) for what in SPOKEN_OF} == {what: ours[what] for what in SPOKEN_OF}


@pytest.mark.parametrize("variant", [name for name in VARIANTS if name != "as recorded"])
@pytest.mark.parametrize("capture", RUNS, ids=repr)
def test_repetition_order_and_batching_change_no_number(
    capture: Capture, variant: str, told: dict[tuple[str, str, str], dict[str, Any]]
) -> None:
    """All five reports are equal, whichever way the same telemetry arrived."""
    assert told[capture.agent, capture.run, "as recorded"] == told[capture.agent, capture.run, variant]


@pytest.mark.parametrize(
    ("agent", "run", "hooks"),
    [
        ("claude-code", "basic-http-protobuf", 7),
        ("codex", "basic-http-protobuf", 9),
    ],
)
def test_hooks_are_counted_where_the_truth_knows_them(
    agent: str, run: str, hooks: int, told: dict[tuple[str, str, str], dict[str, Any]]
) -> None:
    """A hook run is one run, however many callbacks the agent adds to it."""
    assert hooks == said(told[agent, run, "as recorded"])["hooks"]


@pytest.mark.parametrize(
    ("agent", "run", "client"),
    [
        ("claude-code", "basic-http-protobuf", "non-interactive-cli"),
        ("claude-code", "interactive-tui", "terminal-ui"),
        ("codex", "resource-attributes", "non-interactive-cli"),
    ],
)
def test_the_client_is_recognised(
    agent: str, run: str, client: str, told: dict[tuple[str, str, str], dict[str, Any]]
) -> None:
    """A headless run and a terminal are told apart."""
    assert {client: 1} == said(told[agent, run, "as recorded"])["clients"]
