"""
The dialect of Claude Code 2.1.329: log events and delta metrics, as recorded from the real agent.

Numbers that the agent writes as text are text here; token counts are JSON numbers. Without
`tells_content` it hides names, arguments and texts, as it does by default.

Source: tests/fixtures/otlp/claude-code/2.1.329.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator

from andon.contract.reports import AutonomyLevel
from andon.demo.facts import Hook, Message, ModelCall, Session, Skill, ToolCall
from andon.demo.otlp import Group, JsonObject, flag, moment, number, text, texts
from andon.demo.world import Person

VERSION = "2.1.329"
_EVENTS: JsonObject = {"name": "com.anthropic.claude_code.events", "version": VERSION}
_METRICS: JsonObject = {"name": "com.anthropic.claude_code", "version": VERSION}
_MS = 1_000_000
_REDACTED = "<REDACTED>"
_MODES: dict[AutonomyLevel, str] = {
    "auto-high": "bypassPermissions",
    "auto-medium": "auto",
    "auto-low": "acceptEdits",
    "spec": "plan",
    "manual": "default",
}


def tell(session: Session, person: Person) -> Iterator[Group]:
    """Put a session on the wire: its events, then its counters."""
    shared = _shared(session, person)
    resource = {
        "attributes": texts(
            {
                "team.id": person.team.name,
                "vcs.repository.name": session.repository,
                "user.email": person.email if person.identity_on_resource else "",
                "host.arch": "arm64",
                "os.type": "darwin",
                "service.name": "claude-code",
                "service.version": VERSION,
            }
        ),
        "droppedAttributesCount": 0,
    }
    yield Group("logs", resource, _EVENTS, _Events(session, shared).tell())
    yield Group("metrics", resource, _METRICS, list(_metrics(session, shared)))


def _shared(session: Session, person: Person) -> list[JsonObject]:
    interactive = session.client == "terminal-ui"
    return [
        *texts(
            {
                "user.id": person.user_hash,
                "session.id": session.session_id,
                "user.email": person.email,
                "app.entrypoint": ("cli" if interactive else "sdk-cli") if session.tells_content else "",
                "anthropic.provider": "firstParty",
                "terminal.type": "xterm-256color",
            }
        ),
        flag("anthropic.custom_base_url", value=False),
    ]


class _Events:
    """The log events of one session; *prompt* is the id that ties a turn's events together."""

    def __init__(self, session: Session, shared: list[JsonObject]) -> None:
        self.session = session
        self.shared = shared
        self.records: list[JsonObject] = []
        self.prompt = ""
        self.source = "repl_main_thread" if session.client == "terminal-ui" else "sdk"
        self.subagent = ""

    def tell(self) -> list[JsonObject]:
        for fact in self.session.facts:
            match fact:
                case Message():
                    self._message(fact)
                case ModelCall():
                    self._model_call(fact)
                case ToolCall():
                    self._tool_call(fact)
                case Skill():
                    self._skill(fact)
                case Hook():
                    self._hook(fact)
        return self.records

    def _event(self, name: str, at: int, own: list[JsonObject]) -> None:
        head = [
            text("event.name", name),
            text("event.timestamp", moment(at)),
            number("event.sequence", len(self.records)),
        ]
        if self.prompt:
            head.append(text("prompt.id", self.prompt))
        time = str(at - at % _MS)
        self.records.append(
            {
                "timeUnixNano": time,
                "observedTimeUnixNano": time,
                "body": {"stringValue": f"claude_code.{name}"},
                "attributes": [*self.shared, *head, *own],
                "droppedAttributesCount": 0,
            }
        )

    def _id(self, at: int) -> str:
        return f"{self.session.session_id[:24]}{at % 16**12:012x}"

    def _message(self, message: Message) -> None:
        told = self.session.tells_content
        if message.origin == "synthetic":
            self._event(
                "subagent_completed",
                message.at - _MS,
                [
                    text("agent_type", self.subagent),
                    flag("is_async", value=True),
                    number("total_tool_uses", 1),
                ],
            )
        self.prompt = self._id(message.at)
        content = message.text if told else _REDACTED
        own = {"prompt_length": str(len(message.text)), "prompt": content, "prompt_text": content}
        if message.origin in ("command", "builtin"):
            own["command_source"] = "builtin" if message.origin == "builtin" else "custom"
            own["command_name"] = message.command if told or message.origin == "builtin" else "custom"
        else:
            own["message.uuid"] = self._id(message.at + 1)
        self._event("user_prompt", message.at, texts(own))

    def _model_call(self, call: ModelCall) -> None:
        source = self.source
        if call.purpose == "subagent":
            source = f"agent:builtin:{self.subagent}"
        elif call.purpose == "auxiliary":
            source = "generate_session_title"
        cost = call.uncached * 3 + call.output * 15 + call.cache_write * 3.75 + call.cache_read * 0.3
        own = [
            text("model", call.model),
            number("input_tokens", call.uncached),
            number("output_tokens", call.output),
            number("cache_read_tokens", call.cache_read),
            number("cache_creation_tokens", call.cache_write),
            {"key": "cost_usd", "value": {"doubleValue": round(cost / 1_000_000, 6)}},
            number("duration_ms", call.duration_ms),
            text("request_id", call.response_id),
            text("speed", "normal"),
            text("query_source", source),
        ]
        if call.has_effort:
            own.append(text("effort", "high"))
        self._event("api_request", call.at, own)
        if call.text:
            said = [
                number("response_length", len(call.text)),
                text("response", call.text if self.session.tells_content else _REDACTED),
                text("request_id", call.response_id),
                text("message.uuid", self._id(call.at)),
                text("model", call.model),
                text("query_source", source),
            ]
            self._event("assistant_response", call.at, said)

    def _tool_call(self, call: ToolCall) -> None:
        denied = call.outcome == "denied"
        if call.kind == "subagent":
            self.subagent = call.detail
        tool = {"tool_name": "mcp_tool" if call.kind == "mcp" else call.name, "tool_use_id": call.call_id}
        parameters, arguments = self._arguments(call)
        decision = {
            "decision": "reject" if denied else "accept",
            "source": "user_reject" if denied else "config",
            **tool,
            "tool_source": "mcp" if call.kind == "mcp" else "builtin",
            "tool_parameters": parameters,
            "permission_mode": _MODES[call.level],
        }
        asked = max(self.session.started_at, call.at - (call.duration_ms + 1) * _MS)
        self._event("tool_decision", asked, texts(decision))
        if denied:
            return
        result = {
            **tool,
            "success": "true" if call.outcome == "ok" else "false",
            "duration_ms": str(call.duration_ms),
            "error_type": "Error:ENOENT" if call.outcome == "error" else "",
            "tool_parameters": parameters,
            "tool_input": arguments,
            "tool_result_size_bytes": str(40 + call.duration_ms),
        }
        if call.git == "commit" and self.session.tells_content:
            result["vcs.ref.head.revision"] = f"{call.at:016x}{call.call_id[5:]}"
            result["vcs.ref.head.name"] = self.session.branch
        self._event("tool_result", call.at, texts(result))

    def _arguments(self, call: ToolCall) -> tuple[str, str]:
        """Write a call's parameters and its input as the agent does; both empty when it hides them."""
        if not self.session.tells_content:
            return "", ""
        parameters: dict[str, str] = {}
        arguments: dict[str, object] = {"file_path": f"/home/dev/{self.session.repository}/{call.detail}"}
        if call.kind == "mcp":
            parameters = {"mcp_server_name": call.server, "mcp_tool_name": call.name}
            arguments = {"query": call.call_id}
        elif call.kind == "skill":
            parameters = {"skill_name": call.detail}
            arguments = {"skill": call.detail}
        elif call.kind == "subagent":
            parameters = {"subagent_type": call.detail}
            arguments = {"prompt": "find the quokka in the tests", "subagent_type": call.detail}
        elif call.name == "Bash":
            parameters = {"bash_command": call.detail.split(" ", 1)[0], "full_command": call.detail}
            arguments = {"command": call.detail}
        elif call.name == "Write":
            arguments["content"] = "def quokka():\n    return 1\n"
        elif call.name == "Edit":
            arguments |= {"old_string": "wallaby", "new_string": "quokka\n", "replace_all": False}
        return json.dumps(parameters) if parameters else "", json.dumps(arguments)

    def _skill(self, skill: Skill) -> None:
        own = {
            "skill.name": skill.name if self.session.tells_content else "custom_skill",
            "invocation_trigger": "user-slash" if skill.by_command else "claude-proactive",
            "skill.source": "projectSettings",
        }
        self._event("skill_activated", skill.at, texts(own))

    def _hook(self, hook: Hook) -> None:
        own = {
            "hook_event": hook.event,
            "hook_name": f"{hook.event}:{hook.tool}" if hook.tool else hook.event,
            "num_hooks": "1",
            "num_success": "1",
            "total_duration_ms": "6",
            "hook_source": "merged",
        }
        self._event("hook_execution_complete", hook.at, texts(own))


def _metrics(session: Session, shared: list[JsonObject]) -> Iterator[JsonObject]:
    ended = session.facts[-1].at
    tools = [fact for fact in session.facts if isinstance(fact, ToolCall)]
    git = Counter(call.git for call in tools)
    tokens: Counter[tuple[str, str, str]] = Counter()
    for call in session.facts:
        if isinstance(call, ModelCall):
            counts = (call.uncached, call.output, call.cache_read, call.cache_write)
            for kind, count in zip(("input", "output", "cacheRead", "cacheCreation"), counts, strict=True):
                tokens[call.model, call.purpose, kind] += count

    def point(name: str, value: int, own: dict[str, str]) -> JsonObject:
        data = {
            "attributes": [*shared, *texts(own)],
            "startTimeUnixNano": str(session.started_at),
            "timeUnixNano": str(ended),
            "asDouble": value,
        }
        total = {"aggregationTemporality": 1, "isMonotonic": True, "dataPoints": [data]}
        return {"name": f"claude_code.{name}", "unit": "", "sum": total}

    yield point("session.count", 1, {"start_type": "fresh"})
    if git["commit"]:
        yield point("commit.count", git["commit"], {})
    if git["pull_request"]:
        yield point("pull_request.count", git["pull_request"], {})
    for (model, purpose, kind), count in tokens.items():
        if count:
            yield point("token.usage", count, {"model": model, "query_source": purpose, "type": kind})
