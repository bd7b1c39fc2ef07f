"""What a process and all that it started take of the machine."""

from __future__ import annotations

import os
from pathlib import Path


def memory_of(pid: int) -> int:
    """Add up the resident memory of a process and those it started, in bytes; 0 of one that is gone."""
    folder = Path(f"/proc/{pid}")
    try:
        children = [int(one) for task in folder.glob("task/*/children") for one in task.read_text().split()]
        resident = int((folder / "statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (FileNotFoundError, ProcessLookupError):
        return 0
    return resident + sum(memory_of(child) for child in children)
