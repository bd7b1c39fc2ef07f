"""
Git actions in the text of a shell command.

The text is split as a shell would split it, far enough to tell a command from an argument: a commit message
that says "git commit" is no commit. Nothing here fails: text that no shell would take gives what can be read.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from andon.ingest.items import Value

_LONGEST = 100_000
"""Characters of a command that are read; longer ones are programs, not commands."""

_DEEPEST = 3
"""Levels of ``bash -c '...'`` inside each other that are followed."""

_HEREDOC = re.compile(r"(?<!<)<<-?[ \t]*['\"\\]?([A-Za-z_]\w*)")
_PROGRAMS = re.compile(r"\b(?:git|gh|glab|hub|tea|az)\b")
_ASSIGNMENT = re.compile(r"[A-Za-z_]\w*\+?=")
_SHELLS = frozenset({"bash", "sh", "zsh", "dash", "ksh", "ash"})
_WRAPPERS = frozenset(
    {
        "sudo",
        "env",
        "command",
        "time",
        "nohup",
        "exec",
        "builtin",
        "then",
        "do",
        "else",
        "if",
        "elif",
        "while",
    }
    | {"until", "!"}
)
_GIT_OPTIONS_WITH_VALUE = frozenset(
    {"-C", "-c", "--git-dir", "--work-tree", "--namespace", "--super-prefix", "--config-env", "--attr-source"}
)
_HUB_OPTIONS_WITH_VALUE = frozenset({"-R", "--repo", "--hostname", "--group", "-g"})
_NOTHING_HAPPENS = frozenset({"--dry-run", "--help", "-h", "--short", "--porcelain", "--long", "--web"})
_PULL_REQUESTS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("gh", ("pr", "create")),
    ("gh", ("pr", "new")),
    ("glab", ("mr", "create")),
    ("glab", ("mr", "new")),
    ("hub", ("pull-request",)),
    ("tea", ("pulls", "create")),
    ("tea", ("pr", "create")),
    ("az", ("repos", "pr", "create")),
)
"""Command lines that open a pull or merge request, by program."""


def git_actions(command: str | Sequence[str]) -> list[Value | None]:
    """
    Give the git actions of a command: ``{"kind": "commit"}`` or ``{"kind": "pull_request"}``, in order.

    Args:
        command: Shell text, or the words of one command as an exec call takes them.
    """
    if isinstance(command, str):
        return [{"kind": kind} for kind in _kinds_of_text(command[:_LONGEST], 0)]
    return [{"kind": kind} for kind in _kinds_of_words([str(word) for word in command], 0)]


def _kinds_of_text(text: str, depth: int) -> list[str]:
    if depth > _DEEPEST or not _PROGRAMS.search(text):
        return []
    return [kind for words in simple_commands(text) for kind in _kinds_of_words(words, depth)]


def _kinds_of_words(words: list[str], depth: int) -> list[str]:
    words = _unwrapped(words)
    if not words:
        return []
    program, rest = words[0].replace("\\", "/").rsplit("/", 1)[-1].removesuffix(".exe"), words[1:]
    if program in _SHELLS or program == "eval":
        script = _script(program, rest)
        return _kinds_of_text(script, depth + 1) if script else []
    if program == "git":
        arguments = _after_options(rest, _GIT_OPTIONS_WITH_VALUE)
        return ["commit"] if arguments[:1] == ["commit"] and _happens(arguments) else []
    arguments = _after_options(rest, _HUB_OPTIONS_WITH_VALUE)
    for name, subcommand in _PULL_REQUESTS:
        if program == name and tuple(arguments[: len(subcommand)]) == subcommand and _happens(arguments):
            return ["pull_request"]
    return []


def _happens(arguments: list[str]) -> bool:
    return _NOTHING_HAPPENS.isdisjoint(arguments)


def _unwrapped(words: list[str]) -> list[str]:
    position = 0
    wrapped = False
    while position < len(words):
        word = words[position]
        if word in _WRAPPERS:
            wrapped = True
        elif not (_ASSIGNMENT.match(word) or (wrapped and word.startswith("-"))):
            break
        position += 1
    return words[position:]


def _script(program: str, rest: list[str]) -> str | None:
    if program == "eval":
        return " ".join(rest)
    for position, word in enumerate(rest[:-1]):
        if word.startswith("-") and not word.startswith("--") and word.endswith("c"):
            return rest[position + 1]
    return None


def _after_options(words: list[str], with_value: frozenset[str]) -> list[str]:
    position = 0
    while position < len(words) and words[position].startswith("-"):
        position += 2 if words[position] in with_value else 1
    return words[position:]


def simple_commands(text: str) -> list[list[str]]:
    """Split shell text into commands of words: quotes are taken off, here-documents and comments left out."""
    return _Splitter(_without_heredocs(text)).commands


def _without_heredocs(text: str) -> str:
    lines = text.split("\n")
    ends = {line.strip() for line in lines}
    kept: list[str] = []
    awaited: list[str] = []
    for line in lines:
        if awaited:
            if line.strip() == awaited[0]:
                awaited.pop(0)
            continue
        kept.append(line)
        awaited = [word for word in _HEREDOC.findall(line) if word in ends]
    return "\n".join(kept)


class _Splitter:
    """One pass over the characters of a shell text."""

    def __init__(self, text: str) -> None:
        self.commands: list[list[str]] = []
        self._words: list[str] = []
        self._word: list[str] | None = None
        self._text = text
        position = 0
        while position < len(text):
            position = self._step(position)
        self._end_command()

    def _step(self, position: int) -> int:
        character = self._text[position]
        if character in {"'", '"'}:
            return self._quoted(position)
        if character == "\\":
            following = self._text[position + 1 : position + 2]
            if following != "\n":
                self._append(following)
            return position + 2
        if character == "#" and self._word is None:
            end = self._text.find("\n", position)
            return len(self._text) if end < 0 else end
        if character in " \t\r":
            self._end_word()
        elif character == "&" and (self._word or [""])[-1] == ">":
            self._append(character)
        elif character in "\n;&|(){}`":
            self._end_command()
        else:
            self._append(character)
        return position + 1

    def _quoted(self, position: int) -> int:
        quote = self._text[position]
        self._append("")
        position += 1
        while position < len(self._text):
            character = self._text[position]
            if character == quote:
                return position + 1
            if character == "\\" and quote == '"':
                position += 1
                character = self._text[position : position + 1]
            self._append(character)
            position += 1
        return position

    def _append(self, text: str) -> None:
        if self._word is None:
            self._word = []
        self._word.append(text)

    def _end_word(self) -> None:
        if self._word is not None:
            self._words.append("".join(self._word))
            self._word = None

    def _end_command(self) -> None:
        self._end_word()
        if self._words:
            self.commands.append(self._words)
            self._words = []
