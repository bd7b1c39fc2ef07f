"""
Writes that are on the disk when they return.

A name is durable only once its directory has been synced too, hence both.
"""

from __future__ import annotations

import os
from pathlib import Path


def sync(path: Path) -> None:
    """
    Wait until a file, or a directory's list of names, is on the disk.

    Raises:
        OSError: The disk refused; what was written may be lost.
    """
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sync_tree(root: Path) -> None:
    """
    Sync every file and directory below *root*, and *root* itself, children first.

    Raises:
        OSError: The disk refused.
    """
    for path in sorted(root.rglob("*"), reverse=True):
        sync(path)
    sync(root)


def replace_text(path: Path, text: str) -> None:
    """
    Put *text* in *path* so that a reader sees the old text or the new, never a part.

    Raises:
        OSError: The disk refused; the old text is still there.
    """
    # One name per process: two writers must not share a temporary file.
    temporary = path.with_name(f"{path.name}.{os.getpid()}.tmp")
    temporary.write_text(text, encoding="utf-8")
    sync(temporary)
    temporary.replace(path)
    sync(path.parent)
