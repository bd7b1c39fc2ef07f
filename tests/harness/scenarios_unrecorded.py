"""What no recorded run of Gemini CLI, Qwen Code, droid and VS Code shows, sent by invented organisations."""

from __future__ import annotations

from typing import Any

from otlp_json import NOON, SECOND, attributes, log, request, span
from scenarios import Sent

_GEMINI = {"service.name": "gemini-cli", "service.version": "v20.1.0", "session.id": "g1"}
_QWEN = {"service.name": "qwen-code", "service.version": "0.24.4"}
_DROID = {"service.name": "cli", "service.version": "0.215.0"}
_EDITOR = {"service.name": "copilot-chat", "service.version": "0.40.0", "session.id": "w1"}
_TRACE = "0af7651916cd43dd8448eb211c80319c"


def _gemini(*events: tuple[str, dict[str, Any]], prefix: str = "gemini_cli") -> Sent:
    resource = _GEMINI if prefix == "gemini_cli" else _QWEN
    records = [
        log(f"{prefix}.{event}", NOON + number * SECOND, {"session.id": "g1", **values})
        for number, (event, values) in enumerate(events)
    ]
    return Sent(*request("logs", prefix.replace("_", "-"), records, resource))


def _call(name: str, **values: Any) -> tuple[str, dict[str, Any]]:  # noqa: ANN401 (attribute values)
    return "tool_call", {
        "function_name": name,
        "success": True,
        "status": "success",
        "duration_ms": 3,
        **values,
    }


def _cumulative(name: str, at: int, rows: list[tuple[dict[str, Any], int]]) -> dict[str, Any]:
    """Make a counter that a collector in between turned into running totals."""
    return {
        "name": name,
        "sum": {
            "aggregationTemporality": 2,
            "isMonotonic": True,
            "dataPoints": [
                {
                    "startTimeUnixNano": str(NOON),
                    "timeUnixNano": str(NOON + at * SECOND),
                    "asInt": str(value),
                    "attributes": attributes(values),
                }
                for values, value in rows
            ],
        },
    }


def _droid(at: int, *, reads: int, creates: int, commands: int, commits: int) -> Sent:
    shared = {"session.id": "d1", "user.email": "Ada@X.com ", "environment.type": "terminal-ui"}
    mode = {**shared, "session.autonomy_mode": "spec"}
    return Sent(
        *request(
            "metrics",
            "cli-customer-metrics",
            [
                _cumulative(
                    "droid.tool.invocations",
                    at,
                    [
                        ({**mode, "tool.name": "Read", "tool.succeeded": True}, reads),
                        ({**mode, "tool.name": "Create", "tool.succeeded": True}, creates),
                    ],
                ),
                _cumulative(
                    "droid.slash_command.invocations",
                    at,
                    [({**shared, "command.name": "/review"}, commands)],
                ),
                _cumulative("droid.git.commits", at, [(shared, commits)]),
                _cumulative(
                    "droid.code.files_modified",
                    at,
                    [({**shared, "operation": "create", "file.extension": ".ts"}, creates)],
                ),
            ],
            _DROID,
        )
    )


def _span(number: int, name: str, values: dict[str, Any], *, parent: int = 0) -> dict[str, Any]:
    made = span(
        name,
        NOON + number * SECOND,
        values,
        trace=_TRACE,
        span=f"{number:016x}",
        status=values.get("_status", 0),
    )
    made["attributes"] = attributes(
        {key: value for key, value in values.items() if key != "_status"} | {"gen_ai.conversation.id": "c1"}
    )
    return {**made, "parentSpanId": f"{parent:016x}"} if parent else made


def _tool(number: int, name: str, **values: Any) -> dict[str, Any]:  # noqa: ANN401 (attribute values)
    told = {key.replace("__", "."): value for key, value in values.items()}
    return _span(
        number,
        f"execute_tool {name}",
        {
            "gen_ai.operation.name": "execute_tool",
            "gen_ai.tool.name": name,
            "gen_ai.tool.call.id": f"call_{number}",
            **told,
        },
        parent=1,
    )


_USAGE = {
    "gen_ai.request.model": "gpt-5.5",
    "gen_ai.response.model": "gpt-5.5",
    "gen_ai.usage.input_tokens": 1_000,
    "gen_ai.usage.output_tokens": 50,
    "gen_ai.usage.cache_read.input_tokens": 400,
}

_EDITOR_SPANS = Sent(
    *request(
        "traces",
        "copilot-chat",
        [
            _span(
                1,
                "invoke_agent copilot",
                {
                    "gen_ai.operation.name": "invoke_agent",
                    "github.copilot.git.repository": "acme/web",
                    **_USAGE,
                    "gen_ai.usage.input_tokens": 2_000,
                },
            ),
            _span(
                2,
                "chat gpt-5.5",
                {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.response.id": "r1",
                    "gen_ai.response.finish_reasons": ["tool_calls"],
                    **_USAGE,
                },
                parent=1,
            ),
            _tool(3, "copilot_createFile", file__extension=".py"),
            _tool(4, "copilot_replaceString", file__extension=".py"),
            _tool(5, "run_in_terminal", error__type="PermissionDenied"),
            _tool(6, "mcp_github_issue", github__copilot__mcp_tool_name="issue"),
            _span(
                7,
                "execute_hook",
                {"gen_ai.operation.name": "execute_hook", "github.copilot.hook.type": "PreToolUse"},
                parent=1,
            ),
            _span(
                8,
                "chat gpt-5.5",
                {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.response.id": "r2",
                    "gen_ai.response.finish_reasons": ["stop"],
                    **_USAGE,
                },
                parent=1,
            ),
        ],
        _EDITOR,
    )
)
_EDITOR_LOGS = Sent(
    *request(
        "logs",
        "copilot-chat",
        [
            log("copilot_chat.session.start", NOON, {"gen_ai.conversation.id": "c1"}),
            log("copilot_chat.agent.turn", NOON + 1, {"gen_ai.conversation.id": "c1", "turn.index": 0}),
            log(
                "gen_ai.client.inference.operation.details",
                NOON + 2,
                {"gen_ai.conversation.id": "c1", "gen_ai.response.id": "r1", **_USAGE},
            ),
            log(
                "gen_ai.client.inference.operation.details",
                NOON + 3,
                {"gen_ai.conversation.id": "c1", "gen_ai.response.id": "r2", **_USAGE},
            ),
            log(
                "copilot_chat.tool.call",
                NOON + 4,
                {"gen_ai.conversation.id": "c1", "gen_ai.tool.name": "copilot_createFile", "success": True},
            ),
        ],
        _EDITOR,
    )
)

SCENARIOS_UNRECORDED: dict[str, list[Sent]] = {
    # A person takes the limits off in the middle, refuses a call, and asks by a command of their own.
    "gemini switches": [
        _gemini(
            ("config", {"approval_mode": "default", "interactive": True}),
            ("user_prompt", {"prompt_id": "p1", "prompt_length": 10}),
            _call("write_file", call_id="1", decision="accept"),
            _call("run_shell_command", call_id="2", decision="reject", success=False, status="cancelled"),
            ("plan.approval_mode_switch", {"from_mode": "default", "to_mode": "yolo"}),
            _call("run_shell_command", call_id="3", decision="auto_accept"),
            _call("mcp_demo_echo", call_id="4", mcp_server_name="demo", tool_type="mcp"),
            ("slash_command", {"command": "chat", "subcommand": "list"}),
            ("slash_command", {"command": "ship"}),
            ("api_request", {"prompt_id": "p2", "role": "main"}),
            (
                "api_response",
                {
                    "prompt_id": "p2", "role": "main", "model": "gemini-2.5-pro", "input_token_count": 100,
                    "cached_content_token_count": 40, "output_token_count": 10, "thoughts_token_count": 5,
                },
            ),
        )
    ],
    # Qwen of the same family counts thoughts inside its output.
    "qwen thinks": [
        _gemini(
            ("user_prompt", {"prompt_id": "p1"}),
            (
                "api_response",
                {
                    "prompt_id": "p1", "model": "qwen3-coder-plus", "input_token_count": 100,
                    "cached_content_token_count": 40, "output_token_count": 10, "thoughts_token_count": 5,
                },
            ),
            prefix="qwen-code",
        )
    ],
    # droid behind a collector that makes running totals, one export missed between two.
    "droid in a terminal": [
        _droid(60, reads=2, creates=1, commands=1, commits=0),
        _droid(180, reads=7, creates=1, commands=3, commits=2),
        _droid(180, reads=7, creates=1, commands=3, commits=2),
    ],
    "editor all": [_EDITOR_SPANS, _EDITOR_LOGS],
    "editor spans": [_EDITOR_SPANS],
    "editor logs": [_EDITOR_LOGS],
}  # fmt: skip
