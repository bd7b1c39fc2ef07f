"""What people and models wrote, read out of OTLP bodies: the strings that must never be stored."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from otlp_batches import request_class, signal_of

CONTENT_NAMES = {
    # Claude Code, Codex
    "prompt", "prompt_text", "user_prompt", "response", "tool_input", "tool_parameters", "arguments",
    "output",
    "full_command", "bash_command", "process.command_args", "process.command_line", "file_path", "cwd",
    "error",
    # Gemini CLI, Qwen Code
    "request_text", "response_text", "function_args", "hook_input", "error.message", "execution_summary",
    "process.command", "process.executable.path",
    # GitHub Copilot CLI and the GenAI conventions
    "gen_ai.input.messages", "gen_ai.output.messages", "gen_ai.system_instructions",
    "gen_ai.tool.call.arguments",
    "gen_ai.tool.call.result", "gen_ai.tool.description", "gen_ai.agent.description",
    "gen_ai.skill.description",
    "gen_ai.skill.source.uri", "github.copilot.skill.content", "github.copilot.tool.parameters.command",
    "github.copilot.tool.parameters.file_path", "exception.message",
    # OpenCode
    "ai.prompt", "ai.prompt.messages", "ai.response.text", "ai.response.toolCalls", "ai.toolCall.args",
    "ai.toolCall.result", "db.query.text", "exception.stacktrace", "url.full", "url.path",
    # droid
    "message.content", "tool.input", "tool.result",
}  # fmt: skip

MARKS = re.compile(r"<REDACTED>|\[REDACTED\]|\[removed: \d+ characters\]")
"""What agents send, or a capture holds, in place of content."""

WRITTEN = re.compile(r"[\s/]")
"""Words, lines and paths; one word alone (``run_shell_command``, a commit's id) is a name that facts need."""

SHORTEST = 12
"""Shorter strings (`ls`, `hi`, `src/app.py`) occur in names and numbers by chance."""

FACT = re.compile(r"https://github\.com/[\w-]+/[\w-]+/pull/\d+")
"""A pull request's address is a fact, not content, even inside content."""


def content_of(path: str, body: bytes, content_type: str) -> set[str]:
    """Give every content string of one request: attribute values, and the strings inside JSON values."""
    if content_type == "application/json":
        pairs = _json_pairs(json.loads(body))
    else:
        pairs = _protobuf_pairs(request_class(signal_of(path)).FromString(body))
    found: set[str] = set()
    for name, value in pairs:
        if name in CONTENT_NAMES and not MARKS.fullmatch(value):
            found |= set(_strings(value))
    return {
        text for text in found if len(text) >= SHORTEST and WRITTEN.search(text) and not FACT.fullmatch(text)
    }


def _strings(value: str) -> Iterator[str]:
    yield value
    try:
        yield from _inside(json.loads(value))
    except ValueError:
        yield from (line.strip() for line in value.splitlines())


def _inside(value: Any) -> Iterator[str]:  # noqa: ANN401 (any JSON)
    if isinstance(value, dict):
        for part in value.values():
            yield from _strings(part) if isinstance(part, str) else _inside(part)
    elif isinstance(value, list):
        for part in value:
            yield from _inside(part)


def _json_pairs(node: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (any JSON)
    if isinstance(node, dict):
        if isinstance(node.get("key"), str) and isinstance(node.get("value"), dict):
            text = node["value"].get("stringValue")
            if isinstance(text, str):
                yield node["key"], text
        for part in node.values():
            yield from _json_pairs(part)
    elif isinstance(node, list):
        for part in node:
            yield from _json_pairs(part)


def _protobuf_pairs(message: Any) -> Iterator[tuple[str, str]]:  # noqa: ANN401 (any message)
    if message.DESCRIPTOR.name == "KeyValue" and message.value.WhichOneof("value") == "string_value":
        yield message.key, message.value.string_value
    for field, value in message.ListFields():
        if field.message_type is None:
            continue
        for part in value if not hasattr(value, "DESCRIPTOR") else [value]:
            yield from _protobuf_pairs(part)
