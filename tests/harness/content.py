"""What people and models wrote, read out of OTLP bodies: the strings that must never be stored."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from otlp_batches import request_class, signal_of

CONTENT_NAMES = {
    "prompt", "prompt_text", "response", "tool_input", "tool_parameters", "arguments", "output",
    "full_command", "bash_command", "process.command_args", "process.command_line",
}  # fmt: skip

MARKS = {"<REDACTED>", "[REDACTED]"}
"""What agents send in place of content."""

SHORTEST = 12
"""Shorter strings (`ls`, `hi`, `src/app.py`) occur in names and numbers by chance."""

NAMES_THAT_FACTS_NEED = {"general-purpose", "acceptEdits"}


def content_of(path: str, body: bytes, content_type: str) -> set[str]:
    """Give every content string of one request: attribute values, and the strings inside JSON values."""
    if content_type == "application/json":
        pairs = _json_pairs(json.loads(body))
    else:
        pairs = _protobuf_pairs(request_class(signal_of(path)).FromString(body))
    found: set[str] = set()
    for name, value in pairs:
        if name in CONTENT_NAMES and value not in MARKS:
            found |= set(_strings(value))
    return {text for text in found if len(text) >= SHORTEST} - NAMES_THAT_FACTS_NEED


def _strings(value: str) -> Iterator[str]:
    yield value
    yield from (line.strip() for line in value.splitlines())
    try:
        inner = json.loads(value)
    except ValueError:
        return
    if isinstance(inner, dict):
        for key, part in inner.items():
            # A commit's id is a fact, not content.
            if isinstance(part, str) and key not in {"git_commit_id", "git_branch", "subagent_type"}:
                yield from _strings(part)


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
