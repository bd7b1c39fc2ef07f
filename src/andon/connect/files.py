"""
Writing settings into the files of a home directory, and undoing it.

A journal in ``~/.config/andon/connect.json`` remembers each file as it was before Andon first touched it for
an agent. Undoing gives those very bytes back if nobody changed the file since; otherwise it takes out what
was put in and nothing else. A second write starts from the first one's beginning, so that undo never ends
halfway.
"""

from __future__ import annotations

import base64
import difflib
import hashlib
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import msgspec

from andon.connect.agents import Agent, Format, Part, Wish
from andon.connect.texts import put, take_out


class Change(msgspec.Struct, frozen=True):
    """One file before and after; ``before`` is None where there is none, ``after`` where it goes away."""

    path: Path
    before: bytes | None
    after: bytes | None

    def diff(self) -> str:
        """Show the change as a unified diff; empty when there is none."""
        old, new = (
            (text or b"").decode("utf-8", "replace").splitlines() for text in (self.before, self.after)
        )
        lines = difflib.unified_diff(old, new, f"{self.path} (now)", str(self.path), lineterm="")
        return "\n".join(lines)


class _Entry(msgspec.Struct):
    """What the journal knows of one agent's settings in one file."""

    agent: str
    path: str
    form: Format
    values: dict[str, Any]
    before: str | None
    after_sha256: str


def profile(home: Path, shell: str) -> str:
    """Name the file that an interactive shell of this kind reads, beneath the home directory."""
    name = Path(shell).name
    if name == "fish":
        return ".config/fish/config.fish"
    if name == "zsh":
        return ".zshrc"
    # macOS starts bash as a login shell, which reads the other file.
    return (
        ".bash_profile"
        if (home / ".bash_profile").exists() and not (home / ".bashrc").exists()
        else ".bashrc"
    )


class Home:
    """
    A person's home directory.

    Args:
        home: The directory.
        shell: The login shell, as ``$SHELL`` says; decides which profile is written.
    """

    def __init__(self, home: Path, shell: str = "") -> None:
        self._home = home
        self._shell = shell
        self._journal = home / ".config" / "andon" / "connect.json"

    def plan(self, agent: Agent, wish: Wish) -> list[Change]:
        """
        Say what writing would change, file by file.

        Raises:
            Unreadable: A file cannot be changed safely.
        """
        return [change for change, _ in self._planned(agent, wish) if change.before != change.after]

    def write(self, agent: Agent, wish: Wish) -> list[Change]:
        """
        Write the settings and remember what was there before.

        Returns:
            The files that changed; none when the settings were in place.

        Raises:
            Unreadable: A file cannot be changed safely; nothing is written then.
            OSError: A file cannot be written.
        """
        planned = self._planned(agent, wish)
        entries = self._entries()
        kept = [entry for entry in entries if entry.agent != agent.name]
        wanted = {entry.path for _, entry in planned}
        # An earlier wish may have needed a file that this one does not.
        dropped = [entry for entry in entries if entry.agent == agent.name and entry.path not in wanted]
        changes = [self._taken_back(entry, kept) for entry in dropped]
        changes += [change for change, _ in planned]
        self._remember([*kept, *(entry for _, entry in planned)])
        for change in changes:
            _replace(change.path, change.after)
        return [change for change in changes if change.before != change.after]

    def undo(self, agent: Agent) -> list[Change]:
        """
        Take an agent's settings back.

        Returns:
            The files that changed; none when nothing of this agent was ever written here.

        Raises:
            Unreadable: A file was changed by somebody and cannot be read any more; nothing is undone then.
            OSError: A file cannot be written.
        """
        entries = self._entries()
        mine = [entry for entry in entries if entry.agent == agent.name]
        others = [entry for entry in entries if entry.agent != agent.name]
        changes = [self._taken_back(entry, others) for entry in mine]
        for change in changes:
            _replace(change.path, change.after)
        self._remember(others)
        return [change for change in changes if change.before != change.after]

    def _planned(self, agent: Agent, wish: Wish) -> list[tuple[Change, _Entry]]:
        earlier = {entry.path: entry for entry in self._entries() if entry.agent == agent.name}
        planned = []
        for part in agent.parts(wish):
            path = self._path(part)
            now = _read(self._home / path)
            start = self._undone(earlier[path]) if path in earlier else now
            text = put(
                (start or b"").decode("utf-8"),
                part.form,
                part.values,
                agent=agent.name,
                command=agent.command,
                fish=path.endswith(".fish"),
            ).encode()
            entry = _Entry(
                agent.name,
                path,
                part.form,
                dict(part.values),
                None if start is None else base64.b64encode(start).decode(),
                _sha256(text),
            )
            planned.append((Change(self._home / path, now, text), entry))
        return planned

    def _taken_back(self, entry: _Entry, others: list[_Entry]) -> Change:
        """Say what taking one entry back changes, and take it out of what the others remember."""
        change = Change(self._home / entry.path, _read(self._home / entry.path), self._undone(entry))
        _rebase([other for other in others if other.path == entry.path], entry, change)
        return change

    def _undone(self, entry: _Entry) -> bytes | None:
        now = _read(self._home / entry.path)
        if now is None or _sha256(now) == entry.after_sha256:
            return None if now is None else _decoded(entry.before)
        return _left(now, entry)

    def _path(self, part: Part) -> str:
        return part.path or profile(self._home, self._shell)

    def _entries(self) -> list[_Entry]:
        text = _read(self._journal)
        return [] if text is None else msgspec.json.decode(text, type=list[_Entry])

    def _remember(self, entries: list[_Entry]) -> None:
        _replace(self._journal, msgspec.json.encode(entries) if entries else None)


def _left(text: bytes, entry: _Entry) -> bytes | None:
    """Give a text without what an entry put in; None where Andon made the file and nothing else is in it."""
    before = _decoded(entry.before)
    left = take_out(
        text.decode("utf-8"), entry.form, entry.values, (before or b"").decode("utf-8"), agent=entry.agent
    ).encode()
    return None if before is None and left.strip() in {b"", b"{}"} else left


def _rebase(others: list[_Entry], gone: _Entry, change: Change) -> None:
    """Take what is undone out of what the other agents' entries of the same file remember."""
    if not others:
        return
    untouched = change.before is not None and _sha256(change.before) == others[-1].after_sha256
    for other in others:
        remembered = _decoded(other.before)
        left = None if remembered is None else _left(remembered, gone)
        other.before = None if left is None else base64.b64encode(left).decode()
    # Only the last one's state can be the file's; the others are taken out line by line.
    if untouched and change.after is not None:
        others[-1].after_sha256 = _sha256(change.after)


def _decoded(text: str | None) -> bytes | None:
    return None if text is None else base64.b64decode(text)


def _sha256(text: bytes) -> str:
    return hashlib.sha256(text).hexdigest()


def _read(path: Path) -> bytes | None:
    return path.read_bytes() if path.exists() else None


def _replace(path: Path, text: bytes | None) -> None:
    """Put a whole new file in the old one's place, for its owner's eyes only; a link keeps pointing."""
    if text is None:
        path.unlink(missing_ok=True)
        return
    path = path.resolve()
    if path.exists() and path.read_bytes() == text:
        return
    path.parent.mkdir(parents=True, exist_ok=True)
    scratch = path.with_name(f".{path.name}.andon-{os.getpid()}")
    # It holds a key: nobody else may read it, whatever the old file allowed.
    with os.fdopen(os.open(scratch, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())
    scratch.replace(path)


def shown(agent: Agent, wish: Wish) -> Mapping[str, str]:
    """Give the settings as texts by the file they belong into; a shell's are named for what they are."""
    return {
        part.path or "the shell's profile": put(
            "", part.form, part.values, agent=agent.name, command=agent.command, fish=False
        )
        for part in agent.parts(wish)
    }
