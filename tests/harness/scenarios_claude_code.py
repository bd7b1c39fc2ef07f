"""Claude Code's settings and versions that the captures do not show: one organisation a promise."""

from __future__ import annotations

from typing import Any

from otlp_json import NOON, SECOND, attributes, log, request, span
from scenarios import CLAUDE_LOGS, CLAUDE_METRICS, TRACE, Sent
from scenarios_people import HASH

RESOURCE = {"service.name": "claude-code", "service.version": "2.1.329"}


def _logs(*records: tuple[str, int, dict[str, Any]], version: str = "2.1.329") -> Sent:
    return Sent(
        *request(
            "logs",
            CLAUDE_LOGS,
            [
                log(event, NOON + at * SECOND, {"user.id": HASH, "event.sequence": number, **values})
                for number, (event, at, values) in enumerate(records)
            ],
            {**RESOURCE, "service.version": version},
        )
    )


def _metrics(
    *points: tuple[str, dict[str, Any], list[tuple[int, int, float]]], cumulative: bool = False
) -> Sent:
    """Counters: name, attributes, and points as start and time in seconds from noon, and value."""
    metrics = [
        {
            "name": f"claude_code.{name}",
            "sum": {
                "aggregationTemporality": 2 if cumulative else 1,
                "isMonotonic": True,
                "dataPoints": [
                    {
                        "startTimeUnixNano": str(NOON + start * SECOND),
                        "timeUnixNano": str(NOON + at * SECOND),
                        "asDouble": value,
                        "attributes": attributes({"user.id": HASH, **values}),
                    }
                    for start, at, value in told
                ],
            },
        }
        for name, values, told in points
    ]
    return Sent(*request("metrics", CLAUDE_METRICS, metrics, RESOURCE))


def _spans(*spans: tuple[str, int, int, dict[str, Any]]) -> Sent:
    """Spans of one session: name with its id and its parent's, start, end, attributes."""
    found = []
    for name, start, end, values in spans:
        kind, own, parent = name.split()
        made = span(
            f"claude_code.{kind}",
            NOON + end * SECOND,
            {"session.id": "s", "user.id": HASH, **values},
            # A built-in command's interaction has a trace of its own.
            trace=TRACE[::-1] if own == "ee" else TRACE,
            span=own.rjust(16, "0"),
            lasted=(end - start) * SECOND,
        )
        found.append({**made, "parentSpanId": parent.rjust(16, "0")} if parent != "0" else made)
    return Sent(*request("traces", "com.anthropic.claude_code.tracing", found, RESOURCE))


_TOKENS = {"model": "m", "query_source": "main"}
_S = {"session.id": "s"}
_CALL = {**_S, "model": "m", "query_source": "sdk", "input_tokens": 10, "output_tokens": 1}

SCENARIOS_CLAUDE_CODE: dict[str, list[Sent]] = {
    # OTEL_METRICS_INCLUDE_SESSION_ID=false beside logs: counters name the installation alone.
    "claude nameless counters": [
        _logs(
            ("user_prompt", 0, {**_S, "prompt_length": "5"}),
            ("api_request", 1, {**_CALL, "request_id": "r1"}),
        ),
        _metrics(
            ("token.usage", {**_TOKENS, "type": "input"}, [(0, 60, 10)]),
            ("session.count", {"start_type": "fresh"}, [(0, 60, 1)]),
        ),
    ],
    # Nothing but counters, without session: two processes and one that continued, totals told again.
    "claude only counters": [
        _metrics(
            ("session.count", {"start_type": "fresh"}, [(0, 60, 1), (0, 120, 1), (30, 60, 2), (30, 120, 3)]),
            ("session.count", {"start_type": "continue"}, [(40, 60, 1)]),
            ("token.usage", {**_TOKENS, "type": "input"}, [(0, 60, 10), (0, 120, 30), (30, 60, 5)]),
            ("token.usage", {**_TOKENS, "type": "cacheRead"}, [(0, 60, 7), (0, 120, 7)]),
            (
                "code_edit_tool.decision",
                {"tool_name": "Write", "decision": "accept", "language": "Python"},
                [(0, 60, 2), (0, 120, 3)],
            ),
            (
                "code_edit_tool.decision",
                {"tool_name": "Edit", "decision": "reject", "language": "Python"},
                [(0, 60, 1)],
            ),
            cumulative=True,
        )
    ],
    # As 2.1.197 told it: no permission mode, a sub-agent that was waited for, full names.
    "claude old": [
        _logs(
            ("user_prompt", 0, {**_S, "prompt_length": "300"}),
            ("permission_mode_changed", 1, {**_S, "from_mode": "default", "to_mode": "plan"}),
            (
                "tool_decision",
                2,
                {**_S, "tool_use_id": "t1", "tool_name": "mcp__demo__echo", "decision": "accept"},
            ),
            (
                "tool_result",
                3,
                {**_S, "tool_use_id": "t1", "tool_name": "mcp__demo__echo", "success": "true"},
            ),
            ("tool_result", 4, {**_S, "tool_use_id": "t2", "tool_name": "Task", "success": "true"}),
            ("api_request", 5, {**_CALL, "query_source": "compact", "cache_creation_tokens": 3}),
            (
                "api_error",
                6,
                {**_S, "model": "m", "error": "overloaded", "status_code": "529", "attempt": "1"},
            ),
            ("api_refusal", 7, {**_S, "model": "m"}),
            ("something_new", 8, _S),
            version="2.1.197",
        )
    ],
    "claude decisions": [
        _logs(
            *(
                (
                    "tool_decision",
                    number,
                    {
                        **_S,
                        "tool_use_id": f"t{number}",
                        "tool_name": "Bash",
                        "decision": decision,
                        "source": source,
                    }
                    | {"permission_mode": mode},
                )
                for number, (decision, source, mode) in enumerate(
                    [
                        ("accept", "user_temporary", "default"),
                        ("accept", "user_permanent", "auto"),
                        ("reject", "user_reject", "bypassPermissions"),
                        ("reject", "user_abort", "dontAsk"),
                    ]
                )
            ),
            *(
                ("tool_result", 10, {**_S, "tool_use_id": f"t{n}", "tool_name": "Bash", "success": "true"})
                for n in (0, 1)
            ),
        )
    ],
    "claude commands": [
        _logs(
            *(
                ("user_prompt", at, {**_S, "command_name": name, "command_source": source})
                for at, (name, source) in enumerate(
                    [
                        ("clear", "builtin"),
                        ("compact", "builtin"),
                        ("tools:review", "custom"),
                        ("custom", "custom"),
                        ("mcp", "mcp"),
                    ]
                )
            )
        )
    ],
    "claude clients": [
        _logs(
            *(
                ("user_prompt", 0, {"session.id": name, "app.entrypoint": name})
                for name in (
                    "cli",
                    "sdk-py",
                    "claude-vscode",
                    "claude-desktop",
                    "remote",
                    "claude-jetbrains",
                    "x",
                )
            ),
            ("user_prompt", 0, {"session.id": "piped", "terminal.type": "non-interactive"}),
        )
    ],
    "claude languages": [
        _logs(
            ("tool_result", 0, {**_S, "tool_use_id": "t1", "tool_name": "Edit", "success": "true"}),
            ("tool_result", 1, {**_S, "tool_use_id": "t2", "tool_name": "Edit", "success": "false"}),
            ("tool_result", 2, {**_S, "tool_use_id": "t3", "tool_name": "Write", "success": "true"}),
        ),
        _metrics(
            *(
                (
                    "code_edit_tool.decision",
                    {**_S, "tool_name": tool, "decision": "accept", "language": language},
                    [(0, 60, files)],
                )
                for tool, language, files in (("Edit", "go", 2), ("Write", "Python", 1), ("Write", "Ruby", 1))
            )
        ),
    ],
    # Traces alone, without texts and names: a sub-agent in the background, a refusal, a redacted call.
    "claude spans": [
        _spans(
            ("interaction a 0", 0, 20, {"user_prompt": "<REDACTED>", "user_prompt_length": 400}),
            ("tool b a", 1, 2, {"tool_name": "Agent", "tool_use_id": "t1"}),
            ("tool.execution c b", 1, 2, {"success": True}),
            (
                "llm_request d c",
                2,
                22,
                {
                    "agent_id": "g",
                    "query_source_safe": "agent.builtin.x",
                    "model": "m",
                    "stop_reason": "end_turn",
                },
            ),
            ("tool e a", 3, 4, {"tool_name": "mcp_tool", "tool_use_id": "t2"}),
            ("tool f a", 5, 6, {"tool_name": "Write", "tool_use_id": "t3"}),
            ("tool.blocked_on_user 71 f", 5, 6, {"decision": "reject"}),
            ("tool 81 a", 7, 8, {"tool_name": "Skill", "tool_use_id": "t4"}),
            ("hook 82 a", 8, 9, {"hook_event": "PostToolUse", "hook_name": "PostToolUse:Write"}),
            (
                "llm_request 83 a",
                9,
                20,
                {"query_source_safe": "repl_main_thread", "model": "m", "success": False},
            ),
            ("interaction 84 0", 23, 30, {"user_prompt": "<REDACTED>", "user_prompt_length": 600}),
            ("interaction ee 0", 80, 81, {"user_prompt": "<REDACTED>", "user_prompt_length": 5}),
            ("interaction 85 0", 90, 95, {"user_prompt": "<REDACTED>", "user_prompt_length": 600}),
        )
    ],
}
