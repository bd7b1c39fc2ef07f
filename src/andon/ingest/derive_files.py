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

_PATHS = ("file_path", "filePath", "path", "notebook_path", "absolute_path", "target_file")
_OLD = ("old_string", "oldString", "old_str", "oldText")
_NEW = ("new_string", "newString", "new_str", "newText")
_CONTENTS = ("content", "file_text", "fileText", "contents")
_EVERYWHERE = ("replace_all", "replaceAll", "allow_multiple")
_PATCHES = ("input", "patch", "patch_text", "patchText")


def _first(arguments: Arguments, names: tuple[str, ...]) -> object:
    return next((arguments[name] for name in names if name in arguments), None)


def _write(arguments: Arguments, *, whole: bool, existed: bool | None) -> list[Value | None]:
    """Read a call that writes a whole file: a creation, unless the tool says that the file was there."""
    path, content = _first(arguments, _PATHS), _first(arguments, _CONTENTS)
    if existed:
        return [_change("edit", path)]
    known = whole and isinstance(content, str)
    added = len(lines_of(content)) if known and isinstance(content, str) else None
    return [_change("create", path, added, 0 if known else None)]


def _edits(path: object, edits: list[object], *, whole: bool) -> list[Value | None]:
    added: int | None = 0
    removed: int | None = 0
    for edit in edits:
        told: Arguments = edit if isinstance(edit, dict) else {}
        old, new = _first(told, _OLD), _first(told, _NEW)
        everywhere = _first(told, _EVERYWHERE) is True
        if not whole or everywhere or not isinstance(old, str) or not isinstance(new, str):
            added = removed = None
            break
        more, less = changed_lines(old, new)
        added, removed = (added or 0) + more, (removed or 0) + less
    return [_change("edit", path, added, removed)]


def _edit(arguments: Arguments, *, whole: bool, existed: bool | None) -> list[Value | None]:  # noqa: ARG001 (all readers have one shape)
    return _edits(_first(arguments, _PATHS), [dict(arguments)], whole=whole)


def _multi_edit(arguments: Arguments, *, whole: bool, existed: bool | None) -> list[Value | None]:  # noqa: ARG001 (as above)
    """Read several edits of one file, or several files' edits that each name their own."""
    edits = _first(arguments, ("edits", "replacements"))
    if not isinstance(edits, list):
        return _edits(_first(arguments, _PATHS), [None], whole=whole)
    by_path: dict[object, list[object]] = {}
    for edit in edits:
        own = _first(edit, _PATHS) if isinstance(edit, dict) else None
        path = own if isinstance(own, str) else _first(arguments, _PATHS)
        by_path.setdefault(path if isinstance(path, str) else None, []).append(edit)
    return [change for path, mine in by_path.items() for change in _edits(path, mine, whole=whole)]


def _notebook(arguments: Arguments, *, whole: bool, existed: bool | None) -> list[Value | None]:  # noqa: ARG001 (as above)
    source, mode = arguments.get("new_source"), arguments.get("edit_mode")
    added = len(lines_of(source)) if whole and mode == "insert" and isinstance(source, str) else None
    return [_change("edit", _first(arguments, _PATHS), added, 0 if mode == "insert" else None)]


def _patch(arguments: Arguments, *, whole: bool, existed: bool | None) -> list[Value | None]:  # noqa: ARG001 (as above)
    text = _first(arguments, _PATCHES)
    return patch_changes(text) if whole and isinstance(text, str) else []


def _editor(arguments: Arguments, *, whole: bool, existed: bool | None) -> list[Value | None]:
    """Read a tool whose ``command`` says what it does: view, create, str_replace, insert."""
    command = arguments.get("command")
    if command == "create":
        return _write(arguments, whole=whole, existed=existed)
    return _edit(arguments, whole=whole, existed=existed) if command in {"str_replace", "insert"} else []


_TOOLS: dict[str, Callable[..., list[Value | None]]] = {
    **dict.fromkeys(("write", "write_file", "create", "create_file"), _write),
    **dict.fromkeys(
        ("edit", "replace", "str_replace", "edit_file", "replace_string_in_file", "insert_edit_into_file"),
        _edit,
    ),
    **dict.fromkeys(("multiedit", "multi_edit", "multi_replace_string_in_file"), _multi_edit),
    **dict.fromkeys(("notebookedit", "notebook_edit", "edit_notebook_file"), _notebook),
    **dict.fromkeys(("apply_patch", "applypatch", "patch"), _patch),
    "str_replace_editor": _editor,
}
"""Edit tools of all agents by lower-case name, with what reads their arguments."""


def is_edit_tool(tool: str) -> bool:
    """Tell whether calls of this tool change files."""
    return tool.lower() in _TOOLS


def file_changes(
    tool: str, arguments: Arguments, *, whole: bool, existed: bool | None = None
) -> list[Value | None]:
    """
    Give the file changes of one call of an edit tool; none for other tools.

    Each is ``{operation, extension, lines_added, lines_removed}``, lines left out where unknown.

    Args:
        tool: Tool name, in any letter case.
        arguments: The call's arguments by name.
        whole: Whether the arguments are known to be complete; cut ones tell no lines.
        existed: Whether the file was there before, as the tool's result says; None when it does not say.
    """
    read = _TOOLS.get(tool.lower())
    changes = read(arguments, whole=whole, existed=existed) if read else []
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
