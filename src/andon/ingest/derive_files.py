"""
File changes in the arguments of edit tools: which kind, which extension, how many lines.

Only the extension of a path is ever given on. Lines are counted as a diff would count them after the common
head and tail of both texts; where they cannot be known (every occurrence replaced, a text cut short by its
sender) they are left out.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from andon.ingest.items import Value

NO_EXTENSION = "(none)"

_EXTENSION = re.compile(r".+(\.[A-Za-z0-9_+#~-]{1,16})\Z", re.DOTALL)


def extension_of(path: str) -> str:
    """Give a path's extension in lower case with its dot; ``(none)`` for names such as README and .env."""
    found = _EXTENSION.match(re.split(r"[/\\]", path.strip())[-1])
    return found.group(1).lower() if found else NO_EXTENSION


def lines_of(text: str) -> list[str]:
    """Split a text into lines; a newline at the end starts none."""
    lines = text.split("\n")
    return lines[:-1] if lines[-1] == "" else lines


def changed_lines(old: str, new: str) -> tuple[int, int]:
    """Count the lines added and removed between two texts, outside of what they share at both ends."""
    before, after = lines_of(old), lines_of(new)
    shortest = min(len(before), len(after))
    head = 0
    while head < shortest and before[head] == after[head]:
        head += 1
    tail = 0
    while tail < shortest - head and before[-1 - tail] == after[-1 - tail]:
        tail += 1
    return len(after) - head - tail, len(before) - head - tail


def _change(
    operation: str, path: object, added: int | None = None, removed: int | None = None
) -> Value | None:
    if not isinstance(path, str) or not path.strip():
        return None
    change: dict[str, Value] = {"operation": operation, "extension": extension_of(path)}
    if added is not None:
        change["lines_added"] = added
    if removed is not None:
        change["lines_removed"] = removed
    return change


Arguments = Mapping[str, object]


def _write(arguments: Arguments, *, whole: bool) -> list[Value | None]:
    content = arguments.get("content")
    known = whole and isinstance(content, str)
    added = len(lines_of(content)) if known and isinstance(content, str) else None
    return [_change("create", arguments.get("file_path"), added, 0 if known else None)]


def _edits(arguments: Arguments, edits: list[object], *, whole: bool) -> list[Value | None]:
    added: int | None = 0
    removed: int | None = 0
    for edit in edits:
        old, new = (
            (edit.get("old_string"), edit.get("new_string")) if isinstance(edit, dict) else (None, None)
        )
        everywhere = isinstance(edit, dict) and edit.get("replace_all") is True
        if not whole or everywhere or not isinstance(old, str) or not isinstance(new, str):
            added = removed = None
            break
        more, less = changed_lines(old, new)
        added, removed = (added or 0) + more, (removed or 0) + less
    return [_change("edit", arguments.get("file_path"), added, removed)]


def _edit(arguments: Arguments, *, whole: bool) -> list[Value | None]:
    return _edits(arguments, [dict(arguments)], whole=whole)


def _multi_edit(arguments: Arguments, *, whole: bool) -> list[Value | None]:
    edits = arguments.get("edits")
    return _edits(arguments, edits if isinstance(edits, list) else [None], whole=whole)


def _notebook(arguments: Arguments, *, whole: bool) -> list[Value | None]:
    source, mode = arguments.get("new_source"), arguments.get("edit_mode")
    added = len(lines_of(source)) if whole and mode == "insert" and isinstance(source, str) else None
    return [_change("edit", arguments.get("notebook_path"), added, 0 if mode == "insert" else None)]


def _patch(arguments: Arguments, *, whole: bool) -> list[Value | None]:
    texts = (arguments.get(name) for name in ("input", "patch", "patch_text", "patchText"))
    text = next((text for text in texts if isinstance(text, str)), "")
    return patch_changes(text) if whole else []


_TOOLS: dict[str, Callable[..., list[Value | None]]] = {
    "write": _write,
    "edit": _edit,
    "multiedit": _multi_edit,
    "notebookedit": _notebook,
    "apply_patch": _patch,
}
"""Edit tools by lower-case name, with what reads their arguments."""


def is_edit_tool(tool: str) -> bool:
    """Tell whether calls of this tool change files."""
    return tool.lower() in _TOOLS


def file_changes(tool: str, arguments: Arguments, *, whole: bool) -> list[Value | None]:
    """
    Give the file changes of one call of an edit tool; none for other tools.

    Each is ``{operation, extension, lines_added, lines_removed}``, lines left out where unknown.

    Args:
        tool: Tool name, in any letter case.
        arguments: The call's arguments by name.
        whole: Whether the arguments are known to be complete; cut ones tell no lines.
    """
    read = _TOOLS.get(tool.lower())
    changes = read(arguments, whole=whole) if read else []
    return [change for change in changes if change is not None]


_PATCH_FILE = re.compile(r"\*\*\* (Add|Update|Delete) File: (.+)")
_PATCH_MOVE = re.compile(r"\*\*\* Move to: (.+)")
_OPERATIONS = {"Add": "create", "Update": "edit", "Delete": "delete"}


def patch_changes(patch: str) -> list[Value | None]:
    """Give the file changes of a patch in the ``*** Begin Patch`` format; none for any other text."""
    if not patch.lstrip().startswith("*** Begin Patch"):
        return []
    changes: list[Value | None] = []
    operation, path, added, removed = "", "", 0, 0

    def close() -> None:
        if operation == "delete":
            changes.append(_change(operation, path))
        elif operation:
            changes.append(_change(operation, path, added, removed))

    for line in patch.split("\n"):
        if found := _PATCH_FILE.match(line):
            close()
            operation, path, added, removed = _OPERATIONS[found.group(1)], found.group(2), 0, 0
        elif found := _PATCH_MOVE.match(line):
            path = found.group(1)
        elif line.startswith("+"):
            added += 1
        elif line.startswith("-"):
            removed += 1
    close()
    return [change for change in changes if change is not None]
