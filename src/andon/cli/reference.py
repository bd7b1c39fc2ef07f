"""
Writes ``docs/reference/cli.md`` and ``configuration.md`` from the commands and settings themselves.

The table of agents and fields in ``docs/agents.md`` comes from the agents' descriptions.
``make docs`` runs it; a test proves that the pages are current.
"""

from __future__ import annotations

import inspect
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from typer.main import get_command

from andon.cli.agents_table import descriptions, with_table
from andon.cli.program import app
from andon.cli.terminal import note
from andon.config import Settings

_CLI_HEAD = """\
# Commands

<!-- Made by `make docs` from the commands themselves; change src/andon/cli instead. -->

Results go to stdout, everything said about them to stderr. Exit codes: 0 done, 1 failed, 2 asked wrongly.
An error is one line on stderr that begins with `error:`. Every command works with or without a running
server. `ANDON_NOW` stands in for the clock everywhere.
"""

_CONFIGURATION_HEAD = """\
# Configuration

<!-- Made by `make docs` from src/andon/config.py; change that instead. -->

A setting is an environment variable, or the same name without `ANDON_` and in small letters in a TOML file:
`ANDON_CONFIG` names it, otherwise it is `andon.toml` in the data directory. Flags beat the environment, the
environment beats the file, and that beats the defaults. A wrong value is an error at the start that names
the variable.

| variable | default | meaning |
| --- | --- | --- |
"""

_COMPUTED_DEFAULTS = {
    "directory": "`directory.sqlite` in the data directory",
    "now": "the real clock",
    "data": "the platform's data directory, such as `~/.local/share/andon`",
    "build_threads": "number of processors",
}
"""Defaults that are no plain values."""

_OTHER_VARIABLES = {
    "ANDON_CONFIG": ("`andon.toml` in the data directory", "The TOML file."),
    "ANDON_URL": ("this machine's server", "Server that `andon report` asks."),
    "ANDON_KEY": ("none", "Key that `andon report` and `andon demo --url` use."),
    "ANDON_TRACEBACK": ("off", "Any value: an unexpected error shows where it happened."),
}


def pages() -> dict[str, str]:
    """Give every generated page by file name."""
    return {"cli.md": cli_page(), "configuration.md": configuration_page()}


def cli_page() -> str:
    """Describe every command: what it does, its arguments and its options."""
    return _CLI_HEAD + "".join(_sections(get_command(app), "andon"))


def configuration_page() -> str:
    """Describe every setting: variable, default and meaning."""
    lines = []
    for name, field in Settings.model_fields.items():
        default = _COMPUTED_DEFAULTS.get(name) or _shown(field.get_default(call_default_factory=False))
        lines.append(f"| `ANDON_{name.upper()}` | {default} | {field.description} |\n")
    lines += [f"| `{name}` | {default} | {text} |\n" for name, (default, text) in _OTHER_VARIABLES.items()]
    return _CONFIGURATION_HEAD + "".join(lines)


def _sections(command: Any, path: str) -> Iterator[str]:  # noqa: ANN401 (Typer keeps its command types to itself)
    children = getattr(command, "commands", {})
    if path != "andon" and (not children or command.invoke_without_command):
        yield f"\n## {path}\n\n{_prose(command.help or '')}\n{_usage(command, path)}{_parameters(command)}"
    for name, child in children.items():
        yield from _sections(child, f"{path} {name}")


def _prose(text: str) -> str:
    paragraphs = [" ".join(part.split()) for part in inspect.cleandoc(text).split("\n\n")]
    return "\n\n".join(paragraphs)


def _usage(command: Any, path: str) -> str:  # noqa: ANN401 (as above)
    arguments = [
        _metavar(parameter) for parameter in command.params if parameter.param_type_name == "argument"
    ]
    return f"\n```\n{' '.join([path, *arguments, '[OPTIONS]'])}\n```\n"


def _parameters(command: Any) -> str:  # noqa: ANN401 (as above)
    rows = []
    for parameter in command.params:
        if parameter.name == "help":
            continue
        if parameter.param_type_name == "argument":
            name = _metavar(parameter)
        else:
            name = ", ".join(parameter.opts) + ("" if parameter.is_flag else f" {_metavar(parameter)}")
        name = name.replace("|", "\\|")
        rows.append(f"| `{name}` | {_default(parameter)} | {parameter.help or ''} |\n")
    return "".join(["\n| | default | meaning |\n| --- | --- | --- |\n", *rows]) if rows else ""


def _metavar(parameter: Any) -> str:  # noqa: ANN401 (as above)
    choices = parameter.type_descriptor.choices
    if parameter.metavar is not None:
        shown = str(parameter.metavar)
    elif choices:
        shown = "|".join(str(choice) for choice in choices)
    else:
        shown = str(parameter.name).upper()
    return shown


def _default(parameter: Any) -> str:  # noqa: ANN401 (as above)
    if parameter.required:
        return "required"
    return "" if parameter.default in (None, "", False, ()) else _shown(parameter.default)


def _shown(value: object) -> str:
    return "none" if value in (None, "") else f"`{value}`"


if __name__ == "__main__":
    folder = Path(sys.argv[1])
    folder.mkdir(parents=True, exist_ok=True)
    for page, text in pages().items():
        (folder / page).write_text(text, encoding="utf-8")
        note(f"wrote {folder / page}")
    agents = folder.parent / "agents.md"
    agents.write_text(with_table(agents.read_text(encoding="utf-8"), descriptions()), encoding="utf-8")
    note(f"wrote the table of {agents}")
