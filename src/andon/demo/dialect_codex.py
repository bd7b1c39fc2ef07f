"""
The dialect of Codex CLI 0.169.0: log events with their time only in the observed time.

Half of its counts are text. Every completion is logged twice, once without counts. Interactive sessions
start a hidden thread that invents a title. Models of the gpt-6 family wrap every call in one named
``exec``. Arguments and output are always sent.

Source: tests/fixtures/otlp/codex/0.169.0.
"""

from __future__ import annotations

import json
from collections.abc import Iterator

from andon.contract.reports import AutonomyLevel
from andon.demo.facts import FileChange, Message, ModelCall, Session, Skill, ToolCall
from andon.demo.otlp import Group, JsonObject, flag, moment, number, text, texts, whole
from andon.demo.texts import MARK
from andon.demo.world import Person

VERSION = "0.169.0"
_LOGS: JsonObject = {"name": "codex_otel.log_only", "version": ""}
_METRICS: JsonObject = {"name": "codex", "version": ""}
_MS = 1_000_000
_SOURCE = "event otel/src/events/session_telemetry.rs:"
_ORIGINATORS = {"terminal-ui": "codex-tui", "ide": "codex_vscode", "non-interactive-cli": "codex_exec"}
_SERVICES = {"codex-tui": "codex-app-server", "codex_vscode": "codex-app-server", "codex_exec": "codex_exec"}
_POLICIES: dict[AutonomyLevel, tuple[str, str]] = {
    "auto-high": ("never", "danger-full-access"),
    "auto-medium": ("on-failure", "workspace-write"),
    "auto-low": ("on-request", "workspace-write"),
    "spec": ("on-request", "read-only"),
    "manual": ("on-request", "read-only"),
}
"""Approval and sandbox policy of each level."""


def tell(session: Session, person: Person) -> Iterator[Group]:
    """Put a session on the wire: its events, then two counters that name nobody."""
    originator = _ORIGINATORS[session.client]
    known = session.identity is not None
    resource = {
        "attributes": texts(
            {
                "telemetry.sdk.language": "rust",
                "service.name": _SERVICES[originator],
                "service.version": VERSION,
                "env": "prod",
                "host.name": f"laptop-{person.index}",
                "team.id": person.team.name,
                "vcs.repository.name": session.repository,
                "user.email": person.email if known and person.identity_on_resource else "",
            }
        ),
        "droppedAttributesCount": 0,
    }
    signed_in = known and not person.identity_on_resource
    identity = {"user.email": person.email, "user.account_id": person.user_hash[:24]} if signed_in else {}
    yield Group("logs", resource, _LOGS, _Events(session, person, originator, identity).tell())
    yield Group("metrics", resource, _METRICS, _metrics(session, originator))


class _Events:
    """The log events of one session and of its hidden title thread."""

    def __init__(self, session: Session, person: Person, originator: str, identity: dict[str, str]) -> None:
        self.session = session
        self.originator = originator
        self.identity = identity
        self.records: list[JsonObject] = []
        self.main = self._shared(session.session_id)
        self.servers = ", ".join(("codex_tui", *person.team.servers))
        self.wraps = session.model.startswith("gpt-6")

    def tell(self) -> list[JsonObject]:
        approval, sandbox = _POLICIES[self.session.level]
        self._start(self.session.started_at, self.main, approval, sandbox, self.servers)
        for fact in self.session.facts:
            match fact:
                case Message():
                    self._prompt(fact.at, self.main, fact.text)
                case ModelCall() if fact.purpose == "auxiliary":
                    self._title(fact)
                case ModelCall():
                    self._completion(fact, self.main)
                case ToolCall():
                    self._tool_call(fact)
                case Skill():
                    own = {
                        "skill.name": fact.name,
                        "skill.scope": "user",
                        "skill.invocation_type": "implicit",
                    }
                    self._event("skill_invocation", fact.at, texts(own), self.main)
                case _:
                    pass  # Codex tells of nothing else.
        return self.records

    def _shared(self, conversation: str) -> list[JsonObject]:
        return texts(
            {
                "conversation.id": conversation,
                "app.version": VERSION,
                "auth_mode": "Chatgpt" if self.identity else "",
                **self.identity,
                "originator": self.originator,
                "terminal.type": "xterm-256color",
                "model": self.session.model,
                "slug": self.session.model,
            }
        )

    def _event(self, name: str, at: int, own: list[JsonObject], shared: list[JsonObject]) -> None:
        self.records.append(
            {
                "timeUnixNano": "0",
                "observedTimeUnixNano": str(at),
                "severityNumber": 9,
                "severityText": "INFO",
                "body": None,
                "attributes": [
                    text("event.name", f"codex.{name}"),
                    *own,
                    text("event.timestamp", moment(at)),
                    *shared,
                ],
                "flags": 0,
                "traceId": "",
                "spanId": "",
                "eventName": f"{_SOURCE}{703 + len(name)}",
            }
        )

    def _start(self, at: int, shared: list[JsonObject], approval: str, sandbox: str, servers: str) -> None:
        own = [
            text("provider_name", "openai"),
            flag("auth.env_openai_api_key_present", value=False),
            text("reasoning_summary", "auto"),
            text("approval_policy", approval),
            text("sandbox_policy", sandbox),
            text("mcp_servers", servers),
        ]
        self._event("conversation_starts", at, own, shared)

    def _prompt(self, at: int, shared: list[JsonObject], content: str) -> None:
        told = content if self.session.tells_content else "[REDACTED]"
        own = texts({"prompt_length": str(len(content)), "prompt": told})
        self._event("user_prompt", at, own, shared)

    def _title(self, call: ModelCall) -> None:
        head, tail = self.session.session_id[:24], self.session.session_id[24:]
        shared = self._shared(f"{head}{int(tail, 16) ^ 1:012x}")
        self._start(call.at - 40 * _MS, shared, "on-request", "read-only", "")
        self._prompt(call.at - 20 * _MS, shared, f"Write a title for this conversation ({MARK})")
        self._completion(call, shared)

    def _completion(self, call: ModelCall, shared: list[JsonObject]) -> None:
        if call.text or call.purpose == "auxiliary":
            own = texts({"event.kind": "response.output_text.done", "duration_ms": "0"})
            self._event("sse_event", call.at - 200_000, own, shared)
        own = texts({"event.kind": "response.completed", "duration_ms": "0"})
        self._event("sse_event", call.at - 100_000, own, shared)
        received = call.uncached + call.cache_read + call.cache_write
        counts = [
            text("event.kind", "response.completed"),
            text("input_token_count", str(received)),
            text("output_token_count", str(call.output)),
            whole("cached_token_count", call.cache_read),
            whole("cache_write_token_count", call.cache_write),
            whole("reasoning_token_count", call.reasoning),
            text("tool_token_count", str(received + call.output)),
            whole("ttft_ms", 20 + call.duration_ms // 10),
        ]
        if call.has_effort:
            counts.append(text("model_reasoning_effort", "high"))
        self._event("sse_event", call.at, counts, shared)

    def _tool_call(self, call: ToolCall) -> None:
        denied = call.outcome == "denied"
        call_id = f"exec-{call.call_id[5:]}" if self.wraps else call.call_id
        tool = {
            "tool_name": call.name,
            "tool_namespace": f"mcp__{call.server.lower()}" if call.server else "functions",
            "call_id": call_id,
        }
        decision = {**tool, "decision": "denied" if denied else "approved", "source": "Config"}
        asked = max(self.session.started_at, call.at - (call.duration_ms + 1) * _MS)
        self._event("tool_decision", asked, texts(decision), self.main)
        if denied:
            return
        arguments, output = _arguments(call)
        self._result(call.at, tool, call, arguments, output)
        if self.wraps:
            wrapper = {"tool_name": "exec", "tool_namespace": "functions", "call_id": call.call_id}
            script = f"const a = await tools.{call.name}({json.dumps(arguments)});\ntext(a);"
            self._result(call.at + 1_000, wrapper, call, script, f"Script completed\nOutput:\n{MARK}")

    def _result(self, at: int, tool: dict[str, str], call: ToolCall, arguments: str, output: str) -> None:
        # "Success" means that the tool ran: a command that failed says so only in its output.
        ran = call.outcome == "ok" or call.name == "exec_command" or tool["tool_name"] == "exec"
        own = [
            number("tool_result_seq", len(self.records)),
            *texts(tool),
            text("duration_ms", str(call.duration_ms)),
            text("success", "true" if ran else "false"),
            flag("output_truncated", value=False),
            text("agent_name", "/root"),
            text("arguments", arguments),
            text("output", output),
            text("mcp_server", call.server if tool["tool_name"] != "exec" else ""),
            text("mcp_server_origin", "stdio" if call.server else ""),
        ]
        self._event("tool_result", at, own, self.main)


def _arguments(call: ToolCall) -> tuple[str, str]:
    """Write a call's arguments and its output."""
    failed = call.outcome != "ok"
    if call.name == "apply_patch":
        changes = call.changes or (FileChange("edit", call.detail, "", 1, 1),)
        said = "verification failed" if failed else "Success. Updated the following files:"
        marks = "\n".join(
            f"{'A' if change.operation == 'create' else 'M'} {change.path}" for change in changes
        )
        return _patch(changes), f"Exit code: {int(failed)}\nWall time: 0 seconds\nOutput:\n{said}\n{marks}\n"
    if call.name == "exec_command":
        line = call.detail if " " in call.detail else f"cat {call.detail}"
        head = f"Chunk ID: {call.call_id[-6:]}\nWall time: 0.0000 seconds"
        return json.dumps({"cmd": line}), f"{head}\nProcess exited with code {int(failed)}\nOutput:\n{MARK}\n"
    return json.dumps({"query": MARK}), f"Wall time: 0.0023 seconds\nOutput:\n{MARK}"


def _patch(changes: tuple[FileChange, ...]) -> str:
    parts = ["*** Begin Patch"]
    for change in changes:
        if change.operation == "create":
            parts += [
                f"*** Add File: {change.path}",
                *[f"+{MARK} = {n}" for n in range(1 + change.added % 4)],
            ]
        else:
            parts += [f"*** Update File: {change.path}", "@@", "-wallaby = 1", f"+{MARK} = 1"]
    return "\n".join([*parts, "*** End Patch", ""])


def _metrics(session: Session, originator: str) -> list[JsonObject]:
    turns = sum(isinstance(fact, Message) for fact in session.facts)
    ended = session.facts[-1].at
    found = []
    for name, value in (("codex.thread.started", 1), ("codex.conversation.turn.count", turns)):
        data = {
            "attributes": texts({"app.version": VERSION, "model": session.model, "originator": originator}),
            "startTimeUnixNano": str(session.started_at),
            "timeUnixNano": str(ended),
            "asInt": value,
        }
        total = {"aggregationTemporality": 1, "isMonotonic": True, "dataPoints": [data]}
        found.append({"name": name, "unit": "", "sum": total})
    return found
