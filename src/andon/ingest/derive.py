"""
Facts that stand only in content, derived before the content is dropped.

Every function takes text or attributes and gives ``andon.*`` values; none gives any of the text back. What
cannot be read gives nothing: malformed content is no error. Rules are keyed by attribute names and by the
format of a text, never by agent.

Source: the design's redaction rule; formats as in the recorded runs of seven agents (tests/fixtures/otlp).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

import msgspec

from andon.ingest.derive_files import extension_of, file_changes, is_edit_tool, patch_changes
from andon.ingest.derive_git import git_actions, simple_commands
from andon.ingest.items import Value

TOOL_NAMES = ("tool_name", "gen_ai.tool.name", "tool.name", "function_name", "ai.toolCall.name")
ARGUMENTS = (
    "tool_input",
    "arguments",
    "gen_ai.tool.call.arguments",
    "function_args",
    "tool.input",
    "ai.toolCall.args",
)
PARAMETERS = ("tool_parameters",)
COMMANDS = ("full_command", "github.copilot.tool.parameters.command")
OUTPUTS = ("output", "gen_ai.tool.call.result", "tool.result", "ai.toolCall.result")
EDIT_TYPES = ("github.copilot.tool.parameters.edit_type",)
MCP_SERVERS = ("github.copilot.tool.parameters.mcp_server_name",)
MCP_TOOLS = ("github.copilot.tool.parameters.mcp_tool_name",)
RESPONSES = ("ai.response.text", "gen_ai.output.messages")
PATHS = ("file.path", "file.name", "file_path", "github.copilot.tool.parameters.file_path")
PROMPTS = ("prompt", "prompt_text", "user_prompt", "message.content")
SLASH_COMMANDS = ("command",)

SOURCES = frozenset(
    (
        *(*ARGUMENTS, *PARAMETERS, *COMMANDS, *OUTPUTS, *PATHS, *PROMPTS),
        *(*SLASH_COMMANDS, *MCP_SERVERS, *MCP_TOOLS, *RESPONSES),
    )
)
"""Attributes that something may be derived from."""

_MCP_MARKS = ("mcp_server", "mcp_server_name", "mcp.server.name")
_LONGEST_NAME = 256


def derive(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """Give the facts that the content among these attributes tells, under their ``andon.*`` names."""
    tool = _first_text(attributes, TOOL_NAMES) or ""
    parameters = _first_object(attributes, PARAMETERS)
    arguments = _first_object(attributes, ARGUMENTS)
    facts = {
        **_names(tool, attributes, parameters, arguments),
        **_files(tool, attributes, arguments),
        **_git(tool, attributes, parameters, arguments),
        **_exit_code(attributes),
        **_extension(attributes),
        **_origin(attributes),
        **_slash_command(attributes),
        **_response(attributes),
    }
    return {name: value for name, value in facts.items() if name not in attributes}


def _first_text(attributes: Mapping[str, Value], names: Iterable[str]) -> str | None:
    for name in names:
        value = attributes.get(name)
        if isinstance(value, str) and value:
            return value
    return None


def _first_object(attributes: Mapping[str, Value], names: Iterable[str]) -> dict[str, object]:
    for name in names:
        value = attributes.get(name)
        if isinstance(value, dict):
            return dict(value)
        if isinstance(value, str) and value.lstrip().startswith("{"):
            try:
                parsed = msgspec.json.decode(value)
            except (ValueError, RecursionError):
                continue
            if isinstance(parsed, dict):
                return parsed
    return {}


_SKILL_TOOLS = {"skill": ("skill", "name"), "activate_skill": ("name",)}
_SUBAGENT_TOOLS = {"agent": ("subagent_type", "agent_type"), "task": ("subagent_type", "agent_type")}


def _asked(tool: str, tools: Mapping[str, tuple[str, ...]], arguments: dict[str, object]) -> object:
    return next((arguments[name] for name in tools.get(tool.lower(), ()) if name in arguments), None)


def _names(
    tool: str,
    attributes: Mapping[str, Value],
    parameters: dict[str, object],
    arguments: dict[str, object],
) -> dict[str, Value]:
    """
    Read names of MCP servers and tools, skills and subagents, and a commit's id.

    Arguments are trusted for them only under the tool that takes them: any MCP tool may have a ``skill``.
    """
    found = {
        "mcp.server.name": parameters.get("mcp_server_name") or _first_text(attributes, MCP_SERVERS),
        "andon.mcp.tool": parameters.get("mcp_tool_name") or _first_text(attributes, MCP_TOOLS),
        "andon.skill.name": parameters.get("skill_name") or _asked(tool, _SKILL_TOOLS, arguments),
        "andon.subagent.type": parameters.get("subagent_type") or _asked(tool, _SUBAGENT_TOOLS, arguments),
        "vcs.ref.head.revision": parameters.get("git_commit_id"),
    }
    return {
        name: value[:_LONGEST_NAME]
        for name, value in found.items()
        if isinstance(value, str) and value and value[0] != "{" and "\n" not in value
    }


def _files(tool: str, attributes: Mapping[str, Value], arguments: dict[str, object]) -> dict[str, Value]:
    changes: list[Value | None] = []
    if tool.lower() in {"apply_patch", "applypatch"} and not arguments:
        changes = patch_changes(_first_text(attributes, ARGUMENTS) or "")
    elif is_edit_tool(tool):
        changes = file_changes(tool, arguments, whole=not _is_cut(attributes), existed=_existed(attributes))
    elif not _is_mcp(tool, attributes):
        changes = _patch_in_command(arguments)
    return {"andon.file_changes": changes} if changes else {}


def _existed(attributes: Mapping[str, Value]) -> bool | None:
    """Read whether a written file was there before, where the tool says so."""
    kind = _first_text(attributes, EDIT_TYPES)
    if kind is not None:
        return kind != "create"
    metadata = _first_object(attributes, OUTPUTS).get("metadata")
    told = metadata.get("exists") if isinstance(metadata, dict) else None
    return told if isinstance(told, bool) else None


def _is_cut(attributes: Mapping[str, Value]) -> bool:
    """Tell whether the sender cut the arguments: they are shorter than the size it tells beside them."""
    text, told = attributes.get("tool_input"), attributes.get("tool_input_size_bytes")
    try:
        size = int(told) if isinstance(told, str | int) else 0
    except ValueError:
        return False
    return isinstance(text, str) and len(text.encode("utf-8", "replace")) < size


def _patch_in_command(arguments: dict[str, object]) -> list[Value | None]:
    command = arguments.get("command")
    if isinstance(command, list) and len(command) > 1 and command[0] == "apply_patch":
        return patch_changes(str(command[1]))
    text = _shell_text(arguments)
    if "*** Begin Patch" not in text or not any(words[0] == "apply_patch" for words in simple_commands(text)):
        return []
    start, end = text.find("*** Begin Patch"), text.find("*** End Patch")
    return patch_changes(text[start : end if end > start else None])


def _shell_text(arguments: dict[str, object]) -> str:
    for name in ("cmd", "command", "script"):
        command = arguments.get(name)
        if isinstance(command, str):
            return command
        if isinstance(command, list) and command and isinstance(command[-1], str):
            return command[-1]
    return ""


def _is_mcp(tool: str, attributes: Mapping[str, Value]) -> bool:
    return tool.startswith("mcp_") or "___" in tool or any(attributes.get(mark) for mark in _MCP_MARKS)


def _git(
    tool: str,
    attributes: Mapping[str, Value],
    parameters: dict[str, object],
    arguments: dict[str, object],
) -> dict[str, Value]:
    if _is_mcp(tool, attributes) or "mcp_server_name" in parameters or is_edit_tool(tool):
        return {}
    candidates = [parameters.get("full_command"), *(attributes.get(name) for name in COMMANDS)]
    candidates += [arguments.get(name) for name in ("cmd", "command", "script")]
    for command in candidates:
        if isinstance(command, str | list) and command:
            actions = git_actions(command)
            return {"andon.git_actions": actions} if actions else {}
    return {}


_EXIT_CODE = re.compile(r"^(?:Process exited with code|Exit code:) (-?[0-9]{1,10})$", re.MULTILINE)
_OUTPUT_STARTS = re.compile(r"^Output:", re.MULTILINE)
_EXIT_CODE_AT_END = re.compile(
    r"(?:\[Process exited with code|<shellId: \w+ completed with exit code) (-?[0-9]{1,10})[\]>]\s*\Z"
)


def _exit_code(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """Read the exit code from what a shell tool writes above or below its output; never from the output."""
    text = _first_text(attributes, OUTPUTS) or ""
    if text.startswith("{"):
        metadata = _first_object(attributes, OUTPUTS).get("metadata")
        told = metadata if isinstance(metadata, dict) else {}
        code = told.get("exit_code", told.get("exit"))
        return {"process.exit.code": code} if isinstance(code, int) and not isinstance(code, bool) else {}
    start = _OUTPUT_STARTS.search(text)
    found = _EXIT_CODE.search(text, 0, start.start()) if start else _EXIT_CODE_AT_END.search(text[-200:])
    return {"process.exit.code": int(found.group(1))} if found else {}


def _extension(attributes: Mapping[str, Value]) -> dict[str, Value]:
    path = _first_text(attributes, PATHS)
    return {"file.extension": extension_of(path)} if path else {}


_MACHINE_TEXTS = (
    "<task-notification>",
    "<system-reminder>",
    "<local-command-stdout>",
    "<local-command-stderr>",
    "<local-command-caveat>",
    "<bash-stdout>",
    "<bash-stderr>",
    "<bash-notification>",
    "<environment_context>",
    "<user_instructions>",
    "<turn_aborted>",
    "<subagent_notification>",
    "Caveat: The messages below were generated by the user while running local commands.",
    "This session is being continued from a previous conversation",
    "[Request interrupted by user",
)
"""How texts begin that an agent puts into a conversation in the person's place."""


def _origin(attributes: Mapping[str, Value]) -> dict[str, Value]:
    text = (_first_text(attributes, PROMPTS) or "").lstrip()
    return {"andon.message.origin": "synthetic"} if text.startswith(_MACHINE_TEXTS) else {}


_COMMAND_NAME = re.compile(r"/?([A-Za-z0-9_:.-]{1,64})\Z")


def _slash_command(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """Read a slash command's name where the event says that it is one: ``command`` may be a shell's."""
    event, command = attributes.get("event.name"), attributes.get("command")
    if not isinstance(event, str) or not event.endswith("slash_command") or not isinstance(command, str):
        return {}
    found = _COMMAND_NAME.match(command.strip())
    return {"andon.slash_command.name": found.group(1)} if found else {}


def _response(attributes: Mapping[str, Value]) -> dict[str, Value]:
    """Tell whether a model's response holds text, where the response is told at all."""
    text = attributes.get(RESPONSES[0])
    if isinstance(text, str):
        return {"andon.response.has_text": bool(text.strip())}
    messages = attributes.get(RESPONSES[1])
    if not isinstance(messages, str):
        return {}
    try:
        parsed = msgspec.json.decode(messages)
    except (ValueError, RecursionError):
        return {}
    lists = [
        message["parts"]
        for message in (parsed if isinstance(parsed, list) else [])
        if isinstance(message, dict) and isinstance(message.get("parts"), list)
    ]
    if not lists:
        return {}
    parts = [part for one in lists for part in one if isinstance(part, dict)]
    return {"andon.response.has_text": any(p.get("type") == "text" and p.get("content") for p in parts)}
