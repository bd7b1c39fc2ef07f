"""
The native dialect: spans, log records, or both telling the same facts; and plain GenAI spans of a bot.

Source: design "The native dialect"; OpenTelemetry GenAI conventions.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import NamedTuple

from andon.demo.facts import FileChange, Hook, Message, ModelCall, Session, Skill, ToolCall
from andon.demo.otlp import Group, JsonObject, text, texts, whole
from andon.demo.world import ORGANISATION, Person

_MS = 1_000_000
_SCOPE: JsonObject = {"name": "nimbus.agent", "version": "3.4.0"}
_BOT_SCOPE: JsonObject = {"name": "review_bot.genai", "version": "0.9.2"}
_VENDORS = {"claude": "anthropic", "gpt": "openai", "gemini": "gcp.gemini"}


class _Told(NamedTuple):
    """One fact on its way to a span, a log record or both; *content* is text for a log record's body."""

    name: str
    at: int
    attributes: list[JsonObject]
    duration_ms: int = 0
    failed: bool = False
    content: str = ""


def tell(session: Session, person: Person) -> Iterator[Group]:
    """Put a session on the wire as *session.carrier* says."""
    resource = _resource(session, person, "nimbus-agent", "3.4.0")
    shared = [text("session.id", session.session_id), text("vcs.ref.head.name", session.branch)]
    start = [text("andon.session.start_type", "fresh"), *shared]
    told = [_Told("andon.session", session.started_at, start)]
    for fact in session.facts:
        told.extend(_facts(session, fact, shared))

    if session.carrier in ("spans", "both"):
        spans = [_span(session, number, one) for number, one in enumerate(told)]
        yield Group("traces", resource, _SCOPE, spans)
    if session.carrier in ("logs", "both"):
        records = [_log_record(session, number, one) for number, one in enumerate(told)]
        yield Group("logs", resource, _SCOPE, records)


def tell_plainly(session: Session, person: Person) -> Iterator[Group]:
    """Put a bot's session on the wire as plain GenAI spans under one ``invoke_agent`` span."""
    resource = _resource(session, person, "review-bot", "0.9.2")
    shared = [text("gen_ai.conversation.id", session.session_id)]
    ended = session.facts[-1].at
    whole_run = (ended - session.started_at) // _MS
    usage = [fact for fact in session.facts if isinstance(fact, ModelCall)]
    told = [
        _Told(
            "invoke_agent review-bot",
            ended,
            [
                text("gen_ai.operation.name", "invoke_agent"),
                # Repeats its children's tokens, as instrumentations do: a summary, not a call.
                whole("gen_ai.usage.output_tokens", sum(call.output for call in usage)),
                *shared,
            ],
            whole_run,
        )
    ]
    for fact in session.facts:
        if isinstance(fact, ModelCall):
            told.append(
                _Told(f"chat {fact.model}", fact.at, _call_attributes(fact, shared), fact.duration_ms)
            )
        elif isinstance(fact, ToolCall):
            own = [*_tool_attributes(fact), *shared]
            told.append(_Told(f"execute_tool {fact.name}", fact.at, own, fact.duration_ms))
    yield Group(
        "traces", resource, _BOT_SCOPE, [_span(session, number, one) for number, one in enumerate(told)]
    )


def _resource(session: Session, person: Person, service: str, version: str) -> JsonObject:
    known = session.identity is not None
    return {
        "attributes": texts(
            {
                "service.name": service,
                "service.version": version,
                "user.email": person.email if known else "",
                "user.id": person.user_hash[:16] if known else "anonymous",
                "team.id": person.team.name,
                "vcs.repository.name": session.repository,
                "andon.client": session.client,
                "organization.id": ORGANISATION.lower(),
            }
        )
    }


def _facts(session: Session, fact: object, shared: list[JsonObject]) -> Iterator[_Told]:
    match fact:
        case Message():
            yield from _message(session, fact, shared)
        case ModelCall():
            yield from _model_call(session, fact, shared)
        case ToolCall():
            yield from _tool_call(session, fact, shared)
        case Skill():
            yield _Told("andon.skill", fact.at, [text("andon.skill.name", fact.name), *shared])
        case Hook():
            own = {"event": fact.event, "matcher": fact.matcher, "command": fact.command}
            named = texts({f"andon.hook.{key}": value for key, value in own.items()})
            yield _Told("andon.hook", fact.at, [*named, *shared])


def _message(session: Session, message: Message, shared: list[JsonObject]) -> Iterator[_Told]:
    if message.command:
        command = text("andon.slash_command.name", message.command)
        yield _Told("andon.slash_command", message.at, [command, *shared])
    if message.origin != "builtin":
        own = [
            text("andon.message.origin", message.origin),
            text("andon.message.id", f"{session.session_id}:{message.at}"),
            whole("andon.message.length", len(message.text)),
        ]
        content = message.text if session.tells_content else ""
        yield _Told("andon.user_message", message.at, [*own, *shared], content=content)


def _model_call(session: Session, call: ModelCall, shared: list[JsonObject]) -> Iterator[_Told]:
    own = [text("andon.model.purpose", call.purpose)]
    if call.has_effort:
        own.append(text("andon.model.effort", "high"))
    if session.tells_content:
        said = [{"role": "assistant", "parts": [{"type": "text", "content": call.text or "quokka"}]}]
        own.append(text("gen_ai.output.messages", json.dumps(said)))
    yield _Told("andon.model_call", call.at, _call_attributes(call, [*own, *shared]), call.duration_ms)
    if call.text:
        spoken = [
            text("gen_ai.response.model", call.model),
            text("andon.message.id", f"msg:{call.response_id}"),
        ]
        content = call.text if session.tells_content else ""
        yield _Told("andon.assistant_message", call.at, [*spoken, *shared], content=content)


def _call_attributes(call: ModelCall, more: list[JsonObject]) -> list[JsonObject]:
    reasoning = [whole("gen_ai.usage.reasoning.output_tokens", call.reasoning)] if call.reasoning else []
    return [
        text("gen_ai.operation.name", "chat"),
        text("gen_ai.provider.name", _VENDORS[call.model.split("-", 1)[0]]),
        text("gen_ai.request.model", call.model),
        text("gen_ai.response.model", call.model),
        text("gen_ai.response.id", call.response_id),
        whole("gen_ai.usage.input_tokens", call.uncached + call.cache_read + call.cache_write),
        whole("gen_ai.usage.output_tokens", call.output),
        whole("gen_ai.usage.cache_read.input_tokens", call.cache_read),
        whole("gen_ai.usage.cache_creation.input_tokens", call.cache_write),
        *reasoning,
        *more,
    ]


def _tool_attributes(call: ToolCall) -> list[JsonObject]:
    return [
        text("gen_ai.operation.name", "execute_tool"),
        text("gen_ai.tool.name", call.name),
        text("gen_ai.tool.call.id", call.call_id),
    ]


def _tool_call(session: Session, call: ToolCall, shared: list[JsonObject]) -> Iterator[_Told]:
    own = [
        *_tool_attributes(call),
        text("andon.tool.kind", call.kind),
        text("andon.tool.outcome", call.outcome),
        text("andon.autonomy.level", call.level),
    ]
    if call.server:
        own.append(text("mcp.server.name", call.server))
    if call.outcome == "error":
        own.append(text("error.type", "tool_error"))
    if session.tells_content:
        own.append(text("gen_ai.tool.call.arguments", json.dumps({"input": call.detail})))
    failed = call.outcome == "error"
    yield _Told("andon.tool_call", call.at, [*own, *shared], call.duration_ms, failed)

    for number, change in enumerate(call.changes):
        yield _Told("andon.file_change", call.at + 1 + number, [*_change(change), *shared])
    if call.git is not None:
        git = [text("andon.git.kind", call.git)]
        if call.git == "commit":
            git.append(text("vcs.ref.head.revision", f"{call.at:016x}{call.call_id[5:]}"))
        yield _Told("andon.git_action", call.at, [*git, *shared])


def _change(change: FileChange) -> list[JsonObject]:
    # Three ways to say which file it was; only the extension may remain of each.
    ways = (
        text("file.path", f"/home/dev/{change.path}"),
        text("file.name", change.path.rsplit("/", 1)[-1]),
        text("file.extension", change.extension.removeprefix(".")),
    )
    return [
        text("andon.file.operation", change.operation),
        ways[change.added % 3 if change.extension else change.added % 2],
        whole("andon.lines.added", change.added),
        whole("andon.lines.removed", change.removed),
    ]


def _ids(session: Session, number: int) -> tuple[str, str]:
    trace_id = session.session_id.replace("-", "")
    return trace_id, f"{trace_id[:8]}{number + 1:08x}"


def _span(session: Session, number: int, told: _Told) -> JsonObject:
    trace_id, span_id = _ids(session, number)
    return {
        "traceId": trace_id,
        "spanId": span_id,
        "parentSpanId": _ids(session, 0)[1] if number else "",
        "name": told.name,
        "kind": 1,
        "startTimeUnixNano": str(told.at - told.duration_ms * _MS),
        "endTimeUnixNano": str(told.at),
        "attributes": told.attributes,
        "status": {"code": 2} if told.failed else {},
    }


def _log_record(session: Session, number: int, told: _Told) -> JsonObject:
    record: JsonObject = {
        "timeUnixNano": str(told.at),
        "observedTimeUnixNano": str(told.at + 2 * _MS),
        "severityNumber": 9,
        "eventName": told.name,
        "body": {"stringValue": told.content or told.name},
        "attributes": told.attributes,
    }
    if session.carrier == "both":
        # The ids of the span that tells the same fact. A record of its own has none: with the ids of
        # an enclosing span several facts would look like one.
        record["traceId"], record["spanId"] = _ids(session, number)
    return record
