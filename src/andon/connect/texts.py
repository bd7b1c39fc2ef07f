"""
Putting settings into the text of a file, and taking them out again.

Pure: text in, text out. What is not ours is never touched, and what is taken out is what was put in.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Mapping
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from andon.connect.agents import Format


class Unreadable(Exception):
    """The file is not of its form, so that nothing can be put into it safely; the text says what is wrong."""


def put(  # noqa: PLR0913 (each is a fact of the file or of the agent)
    text: str, form: Format, values: Mapping[str, Any], *, agent: str, command: str, fish: bool
) -> str:
    """
    Give the text with these settings in it; the same text when they are in it already.

    Args:
        text: The file as it is, empty when there is none.
        form: The file's form.
        values: What to put in.
        agent: Whose settings they are; names the block of a line-based file.
        command: What starts the agent; the shell's function has its name.
        fish: Whether a shell's settings are for fish.

    Raises:
        Unreadable: The file is no JSON or TOML, or holds something else where a table of ours belongs.
    """
    if form == "json":
        return _put_json(text, values)
    if form == "toml":
        return _put_toml(text, values)
    lines = _function(values, command, fish=fish) if form == "shell" else _assignments(values)
    return _without_block(text, agent) + block(agent, lines, after=_without_block(text, agent))


def take_out(text: str, form: Format, values: Mapping[str, Any], before: str, *, agent: str) -> str:
    """
    Give the text without these settings, where others changed it since they were put in.

    Args:
        text: The file as it is now.
        form: The file's form.
        values: What was put in; a value that somebody changed since stays.
        before: The file before anything was put in: where it had a value, that comes back.
        agent: Whose settings they are.

    Raises:
        Unreadable: The file is no longer JSON or TOML.
    """
    if form == "json":
        return _json_text(_pruned(_json(text), values, _json(before)), text)
    if form == "toml":
        document = _toml(text)
        _prune(document, values, _toml(before))
        return tomlkit.dumps(document)
    return _without_block(text, agent)


_NO_END = " (the line above had no end)"
"""Says in a block's first line that the newline before it is ours."""


def block(agent: str, lines: list[str], *, after: str) -> str:
    """Give a marked block, as it is appended to a text."""
    unended = bool(after) and not after.endswith("\n")
    head = f"\n# >>> andon {agent}{_NO_END} >>>" if unended else f"# >>> andon {agent} >>>"
    return "\n".join([head, *lines, f"# <<< andon {agent} <<<", ""])


def _without_block(text: str, agent: str) -> str:
    name, unended = re.escape(agent), re.escape(_NO_END)
    found = re.search(
        rf"(?:\n# >>> andon {name}{unended}|(?m:^)# >>> andon {name}) >>>\n(?s:.*?)# <<< andon {name} <<<\n",
        text,
    )
    if found is None:
        return text
    after = text[found.end() :]
    # What somebody wrote below stays on a line of its own.
    return text[: found.start()] + ("\n" if after and found.group().startswith("\n") else "") + after


def _assignments(values: Mapping[str, Any]) -> list[str]:
    return [f'{name}="{value}"' for name, value in values.items()]


def _function(values: Mapping[str, Any], command: str, *, fish: bool) -> list[str]:
    """Write a function that gives the variables to this agent alone: other programs read OTEL_* too."""
    told = " ".join(f"{name}={shlex.quote(str(value))}" for name, value in values.items())
    if fish:
        return [f"function {command}", f"    env {told} command {command} $argv", "end"]
    return [f"{command}() {{", f'    {told} command {command} "$@"', "}"]


def _json(text: str) -> dict[str, Any]:
    if not text.strip():
        return {}
    try:
        found = json.loads(text)
    except ValueError as error:
        raise Unreadable(f"it is no plain JSON ({error}); comments cannot be kept") from None
    if not isinstance(found, dict):
        raise Unreadable("it is JSON, but no object")
    return found


def _json_text(document: dict[str, Any], like: str) -> str:
    indent = re.search(r"^([ \t]+)\"", like, re.MULTILINE)
    end = "\n" if not like or like.endswith("\n") else ""
    return json.dumps(document, indent=indent.group(1) if indent else 2, ensure_ascii=False) + end


def _put_json(text: str, values: Mapping[str, Any]) -> str:
    document = _json(text)
    merged = _merged(document, values)
    return text if merged == document else _json_text(merged, text)


def _merged(document: Mapping[str, Any], values: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(document)
    for name, value in values.items():
        if isinstance(value, dict):
            inner = merged.get(name, {})
            if not isinstance(inner, dict):
                raise Unreadable(f"{name!r} is {inner!r} where a table belongs")
            merged[name] = _merged(inner, value)
        else:
            merged[name] = value
    return merged


def _pruned(document: dict[str, Any], values: Mapping[str, Any], before: Mapping[str, Any]) -> dict[str, Any]:
    _prune(document, values, before)
    return document


def _prune(document: Any, values: Mapping[str, Any], before: Any) -> None:  # noqa: ANN401 (dict or TOML table)
    for name, value in values.items():
        if name not in document:
            continue
        inner = document[name]
        if isinstance(value, dict) and hasattr(inner, "keys"):
            old = before.get(name, {})
            _prune(inner, value, old if hasattr(old, "keys") else {})
            if not inner and name not in before:
                del document[name]
        elif inner == value:
            if name in before:
                document[name] = before[name]
            else:
                del document[name]


def _toml(text: str) -> tomlkit.TOMLDocument:
    try:
        return tomlkit.parse(text)
    except TOMLKitError as error:
        raise Unreadable(f"it is no TOML ({error})") from None


def _put_toml(text: str, values: Mapping[str, Any]) -> str:
    document = _toml(text)
    _fill(document, values)
    return tomlkit.dumps(document)


def _fill(table: Any, values: Mapping[str, Any]) -> None:  # noqa: ANN401 (tomlkit's containers share no type)
    for name, value in values.items():
        if name in table and table[name] == value:
            continue
        if isinstance(value, dict) and name not in table and _is_table_of_tables(value):
            table[name] = tomlkit.table()
        if (
            isinstance(value, dict)
            and name in table
            and hasattr(table[name], "keys")
            and _is_table_of_tables(value)
        ):
            _fill(table[name], value)
        elif isinstance(value, dict):
            table[name] = _inline(value)
        else:
            table[name] = value


def _is_table_of_tables(value: Mapping[str, Any]) -> bool:
    """Tell a section (`[otel]`) from a value that Codex writes in one line (`{ otlp-http = … }`)."""
    return any(not isinstance(inner, dict) for inner in value.values())


def _inline(value: Mapping[str, Any]) -> Any:  # noqa: ANN401 (as above)
    table = tomlkit.inline_table()
    for name, inner in value.items():
        table[name] = _inline(inner) if isinstance(inner, dict) else inner
    return table
