"""How long things take, shown while they do: a bar for a person, a line now and then for a pipe."""

from __future__ import annotations

import sys
from types import TracebackType
from typing import TYPE_CHECKING, Self

from andon.cli.terminal import is_terminal, note

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

_LINES = 10
"""Lines that a pipe gets for one task, at most."""


class Steps:
    """
    Progress of one task, on stderr; use it in a ``with``.

    Args:
        what: Name of the task, such as ``building``.
    """

    def __init__(self, what: str) -> None:
        self._what = what
        self._bar: Progress | None = None
        self._task: TaskID | None = None
        self._said = 0

    def __enter__(self) -> Self:
        """Begin; the total may not be known yet."""
        if is_terminal(sys.stderr):
            from rich.console import Console  # noqa: PLC0415 (pipes do not need it)
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn  # noqa: PLC0415

            self._bar = Progress(
                TextColumn("{task.description:<22}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                TextColumn("[dim]{task.fields[detail]}"),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task(self._what, total=None, detail="")
        else:
            note(f"{self._what} …")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Take the bar away."""
        if self._bar is not None:
            self._bar.stop()

    def show(self, done: int, total: int, detail: str = "") -> None:
        """
        Say how far it is.

        Args:
            done: Steps done.
            total: Steps in all; 0 while that is not known.
            detail: What was done last.
        """
        if self._bar is not None and self._task is not None:
            self._bar.update(self._task, completed=done, total=total or None, detail=detail)
        elif total:
            part = done * _LINES // total
            if part > self._said:
                self._said = part
                note(f"{self._what}: {done}/{total} {detail}".rstrip())
