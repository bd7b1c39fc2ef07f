"""Codex' settings and versions that the captures do not show: one organisation a promise."""

from __future__ import annotations

from typing import Any

from otlp_json import NOON, SECOND, attributes, log, request, span
from scenarios import CODEX_LOGS, TRACE, Sent

EXEC = {"service.name": "codex_exec", "service.version": "0.169.0"}


def _logs(*records: tuple[str, int, dict[str, Any]], resource: dict[str, Any] | None = None) -> Sent:
    return Sent(
        *request(
            "logs",
            CODEX_LOGS,
            [
                log(f"codex.{event}", NOON + at * SECOND, {"conversation.id": "c", **values})
                for event, at, values in records
            ],
            {**EXEC, **(resource or {})},
        )
    )


def _metrics(
    *told: tuple[str, float, dict[str, Any]], resource: dict[str, Any] | None = None, at: int = 60
) -> Sent:
    """Delta points of one export: a counter's growth, or a histogram's sum where the name says it."""
    metrics = []
    for name, value, values in told:
        point = {
            "startTimeUnixNano": str(NOON),
            "timeUnixNano": str(NOON + at * SECOND),
            "attributes": attributes({"originator": "codex_exec", "session_source": "exec", **values}),
        }
        if name.endswith(("usage", "_ms")):
            data = {
                "histogram": {
                    "aggregationTemporality": 1,
                    "dataPoints": [{**point, "count": 1, "sum": value}],
                }
            }
        else:
            data = {
                "sum": {
                    "aggregationTemporality": 1,
                    "isMonotonic": True,
                    "dataPoints": [{**point, "asInt": int(value)}],
                }
            }
        metrics.append({"name": f"codex.{name}", **data})
    return Sent(*request("metrics", "codex", metrics, {**EXEC, **(resource or {})}))


def _done(kind: int, written: int) -> dict[str, Any]:
    return {
        "event.kind": "response.completed",
        "input_token_count": str(kind),
        "output_token_count": str(written),
        "cached_token_count": 0,
        "model": "gpt",
    }


def _usage(**tokens: int) -> list[tuple[str, float, dict[str, Any]]]:
    return [
        ("turn.token_usage", count, {"token_type": kind, "model": "gpt"}) for kind, count in tokens.items()
    ]


_RESULT = {"tool_name": "exec_command", "success": "true", "duration_ms": "5"}

SCENARIOS_CODEX: dict[str, list[Sent]] = {
    "codex sockets": [
        _logs(
            ("user_prompt", 0, {}),
            ("websocket_event", 1, _done(10, 1)),
            # The same completion again, as a stream's.
            ("websocket_event", 5, _done(20, 2)),
            ("sse_event", 5, _done(20, 2)),
            ("websocket_event", 9, {"event.kind": "response.completed"}),
            ("sse_event", 20, _done(20, 2)),
        )
    ],
    "codex policies": [
        _logs(
            *(
                record
                for at, (sandbox, approval) in enumerate(
                    [
                        ("workspace-write [workdir, /tmp]", "on-request"),
                        ("workspace_write", "never"),
                        ("WorkspaceWrite", "OnFailure"),
                        ("DangerFullAccess", "UnlessTrusted"),
                        ("read-only", "untrusted"),
                        ("read-only", "never"),
                    ]
                )
                for record in (
                    (
                        "conversation_starts",
                        at,
                        {"conversation.id": f"c{at}", "sandbox_policy": sandbox, "approval_policy": approval},
                    ),
                    ("tool_result", at, {"conversation.id": f"c{at}", "call_id": "x", **_RESULT}),
                )
            )
        )
    ],
    # A resumed thread is started again and tells its whole history of turns; subagents are threads too.
    "codex only counters": [
        _metrics(
            *_usage(
                input=100, cached_input=60, cache_write_input=10, output=20, reasoning_output=5, total=120
            ),
            ("thread.started", 1, {}),
            ("startup.phase.duration_ms", 30, {"phase": "thread_start_create_thread", "status": "ready"}),
            ("startup.phase.duration_ms", 40, {"phase": "thread_start_total", "status": "ready"}),
            ("turn.e2e_duration_ms", 900, {}),
            ("conversation.turn.count", 1, {}),
            (
                "tool.call",
                3,
                {"tool": "exec_command", "success": "true", "sandbox_policy": "workspace-write"},
            ),
            ("tool.call", 1, {"tool": "exec", "success": "true", "sandbox_policy": "workspace-write"}),
            (
                "tool.call",
                2,
                {"tool": "mcp__demoecho", "success": "true", "sandbox_policy": "workspace-write"},
            ),
            ("mcp.call", 1, {"server": "demo", "tool": "echo", "status": "ok"}),
            ("mcp.call", 1, {"server": "demo", "tool": "echo", "status": "error"}),
            ("hooks.run", 2, {"hook_name": "Stop"}),
            ("skill.injected", 1, {"skill": "greeter", "status": "ok"}),
        ),
        _metrics(
            ("thread.started", 1, {}),
            ("turn.e2e_duration_ms", 900, {}),
            ("conversation.turn.count", 2, {}),
            ("thread.started", 1, {"session_source": "subagent_task"}),
            at=120,
        ),
    ],
    # Versions without a server counter glue the names with a seam.
    "codex old counters": [
        _metrics(
            ("thread.started", 2, {"session_source": "cli", "originator": "codex_cli_rs"}),
            ("tool.call", 2, {"tool": "mcp__demo__echo", "success": "false", "originator": "codex_cli_rs"}),
            resource={"service.name": "codex-cli", "service.version": "0.60.0"},
        )
    ],
    # The login names the person on logs; on counters only the resource does.
    "codex login": [
        _logs(
            ("conversation_starts", 0, {}),
            ("user_prompt", 0, {"user.email": "ada@example.com"}),
            ("sse_event", 1, {**_done(100, 20), "user.email": "ada@example.com"}),
            resource={"user.id": "ada"},
        ),
        _metrics(*_usage(input=100, output=20), ("thread.started", 1, {}), resource={"user.id": "ada"}),
    ],
    # In a version whose spans tell of each response, the turn that sums them up counts no more.
    "codex spans": [
        Sent(
            *request(
                "traces",
                "codex_exec",
                [
                    {
                        **span("handle_responses", NOON, {}, trace=TRACE, span="00000000000000a1"),
                        "events": [
                            {
                                "timeUnixNano": str(NOON),
                                "name": "event otel/src/x.rs:1",
                                "attributes": attributes(
                                    {
                                        "event.name": "codex.sse_event",
                                        "conversation.id": "c",
                                        **_done(100, 20),
                                    }
                                ),
                            }
                        ],
                    },
                    span(
                        "session_task.turn",
                        NOON,
                        {
                            "thread.id": "c-1",
                            "conversation.id": "c",
                            "model": "gpt",
                            "codex.turn.token_usage.input_tokens": 100,
                            "codex.turn.token_usage.output_tokens": 20,
                            "codex.turn.token_usage.total_tokens": 120,
                        },
                        trace=TRACE,
                        span="00000000000000a2",
                    ),
                ],
                EXEC,
            )
        )
    ],
    "codex clients": [
        _logs(
            *(
                ("user_prompt", 0, {"conversation.id": name, "originator": name})
                for name in (
                    "codex_vscode",
                    "codex_exec",
                    "codex_sdk_ts",
                    "Codex Desktop",
                    "codex_web",
                    "new",
                )
            )
        ),
        Sent(
            *request(
                "logs",
                CODEX_LOGS,
                [log("codex.user_prompt", NOON, {"conversation.id": "old"})],
                {"service.name": "codex-cli"},
            )
        ),
    ],
}
