"""
Every recorded run: what happened in it, what Andon says of it, and why the two differ where they do.

What happened stands in each folder's ``truth.json``; why a number may differ stands in ``differences.toml``
beside the folders, one entry a number, and an entry that explains nothing is an error.
"""

from __future__ import annotations

import random
import re
import tomllib
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from line import FIXTURES, GRPC, Capture, Line, Org, captures
from otlp_batches import Requests, merged, signal_of, split
from otlp_encodings import other_encoding

RUNS = captures()

FIELDS = (
    "input tokens by model",
    "output tokens by model",
    "cache read tokens",
    "cache write tokens",
    "tool calls",
    "MCP calls by server",
    "skills",
    "slash commands",
    "hooks",
    "autonomy levels",
    "clients",
    "sessions",
    "user messages",
    "files created",
    "files edited",
    "files by extension",
    "commits",
    "pull requests",
)
"""What is compared, as the table calls it."""

NOTHING: tuple[Any, ...] = (0, {}, [])


@dataclass(frozen=True)
class Difference:
    """A number that is not the truth's, and why: *signal* is empty for all signals together."""

    ours: Any
    reason: str


def differences() -> dict[tuple[str, str, str, str], Difference]:
    """Give the explained differences by agent, run, signal and field."""
    found: dict[tuple[str, str, str, str], Difference] = {}
    entries = tomllib.loads((FIXTURES / "differences.toml").read_text(encoding="utf-8"))["difference"]
    for entry in entries:
        for run in entry["runs"]:
            key = (entry["agent"], run, entry.get("signal", ""), entry["field"])
            assert key not in found, f"explained twice: {key}"
            found[key] = Difference(entry["ours"], entry["reason"])
    return found


def shuffled(requests: Requests) -> Requests:
    """Send in another order."""
    return random.Random(7).sample(requests, len(requests))  # noqa: S311 (an order, not a secret)


def over_grpc(requests: Requests) -> Requests:
    """Send over gRPC, which has protobuf alone."""
    bodies = [
        other_encoding([request])[0] if request[2] == "application/json" else request for request in requests
    ]
    return [(path, body, GRPC) for path, body, _ in bodies]


def only(signal: str) -> Callable[[Requests], Requests]:
    """Send one signal and keep back the others."""
    return lambda requests: [request for request in requests if signal_of(request[0]) == signal]


AS_RECORDED = "as recorded"
RETOLD: dict[str, Callable[[Requests], Requests]] = {
    "twice": lambda requests: requests + requests,
    "shuffled": shuffled,
    "split": lambda requests: shuffled(split(requests)),
    "merged": merged,
    "other encoding": other_encoding,
    "over gRPC": over_grpc,
}
"""Ways to tell a run that change no number."""

SIGNALS = ("logs", "traces", "metrics")

Told = dict[tuple[str, str, str], dict[str, Any]]


def tell(line: Line, ways: Mapping[str, Callable[[Requests], Requests]]) -> Told:
    """Post every run in each of these ways, an organisation each, and give all reports after one build."""
    orgs: dict[tuple[str, str, str], Org] = {}
    for capture in RUNS:
        for way, change in ways.items():
            requests = change(capture.requests())
            if not requests:
                continue
            # Clients are counts of people, and many runs name nobody.
            org = line.new_org(f"{capture!r} {way}", person="dev@example.com")
            for path, body, content_type in requests:
                org.post(path, body, content_type)
            orgs[capture.agent, capture.run, way] = org
    line.build()
    return {key: org.reports() for key, org in orgs.items()}


def _listed(rows: list[dict[str, Any]], name: str, count: str) -> dict[str, int]:
    found: Counter[str] = Counter()
    for row in rows:
        found[row[name]] += row[count]
    return {key: value for key, value in sorted(found.items()) if value}


def said(reports: dict[str, Any]) -> dict[str, Any]:
    """Read each field from the reports."""
    tokens, tools = reports["tokens"][0], reports["tools"][0]
    activity, productivity = reports["activity"][0], reports["productivity"][0]
    levels = tools["tool_autonomy_level_ratio"]
    return {
        "input tokens by model": _listed(tokens["by_model"], "model_id", "input_tokens"),
        "output tokens by model": _listed(tokens["by_model"], "model_id", "output_tokens"),
        "cache read tokens": tokens["cache_read_tokens"],
        "cache write tokens": tokens["cache_write_tokens"],
        "tool calls": tools["tool_calls"],
        "MCP calls by server": _listed(tools["mcp_by_server"], "server", "invocations"),
        "skills": _listed(tools["skills_by_name"], "name", "count"),
        "slash commands": _listed(tools["slash_commands_by_name"], "name", "count"),
        "hooks": tools["hooks_invocations"],
        "autonomy levels": sorted(level for level, share in levels.items() if share),
        "clients": {
            k: v for k, v in activity["daily_active_users_by_client"].items() if v and k != "(unknown)"
        },
        "sessions": activity["sessions"],
        "user messages": activity["user_messages"],
        "files created": productivity["files_created"],
        "files edited": productivity["files_edited"],
        "files by extension": _listed(productivity["by_extension"], "extension", "count"),
        "commits": productivity["git_commits"],
        "pull requests": productivity["git_prs_created"],
    }


_LEVELS = {
    "bypassPermissions": "auto_high",
    "auto": "auto_medium",
    "plan": "spec",
    "default": "manual",
    "auto_edit": "auto_low",
    "acceptEdits": "auto_low",
    "danger-full-access": "auto_high",
    "yolo": "auto_high",
    "autoEdit": "auto_low",
    "auto-edit": "auto_low",
    "auto-high": "auto_high",
    "auto-low": "auto_low",
}
"""The modes that the runs were started with, as levels: the table of docs/agents.md."""


def happened(capture: Capture) -> dict[str, Any]:
    """Read each field from the truth; a field is left out where the truth does not speak of it."""
    truth = capture.truth
    tokens = truth["tokens_reported_by_mock"]
    created = [_path(name) for name in truth.get("files_created", [])]
    edited = [_path(name) for name in truth.get("files_edited", [])]
    modes = truth.get("autonomy") or [
        truth.get("permission_mode") or truth.get("approval_mode") or truth.get("sandbox")
    ]
    sessions = truth.get("sessions", 1)
    found: dict[str, Any] = {
        "input tokens by model": {m: t["input_uncached"] for m, t in sorted(tokens["by_model"].items())},
        "output tokens by model": {
            m: t["output"] + _thoughts(capture, t) for m, t in sorted(tokens["by_model"].items())
        },
        "cache read tokens": tokens["all"]["cache_read"],
        "cache write tokens": tokens["all"]["cache_write"],
        "tool calls": sum(truth["tools_requested_by_model"].values()),
        "MCP calls by server": {
            server: sum(tools.values()) for server, tools in truth.get("mcp_calls", {}).items()
        },
        "skills": {name.split()[0]: count for name, count in truth.get("skills", {}).items()},
        "slash commands": dict(sorted(truth.get("slash_commands", {}).items())),
        "clients": {"terminal-ui" if truth["client"].startswith("interactive") else "non-interactive-cli": 1},
        "sessions": sessions if isinstance(sessions, int) else 1,
        "user messages": truth["real_user_prompts"],
        "files created": len(created),
        "files edited": len(edited),
        "files by extension": dict(
            sorted(Counter(f".{n.rsplit('.', 1)[1]}" for n in created + edited).items())
        ),
        "commits": truth["git_commits"],
        "pull requests": truth["pull_requests_created"],
    }
    if "hooks" in truth:
        found["hooks"] = sum(count for count in truth["hooks"].values() if isinstance(count, int))
    if modes != [None]:
        found["autonomy levels"] = sorted({_LEVELS[mode.split()[0]] for mode in modes})
    return found


def _path(name: str) -> str:
    return re.sub(r" \(.*\)$", "", name)


def _thoughts(capture: Capture, tokens: dict[str, int]) -> int:
    """Count reasoning as output where the model's own output does not hold it: Gemini's."""
    return tokens["reasoning"] if "NOT inside" in capture.truth["tokens_reported_by_mock"]["note"] else 0
