"""
What commands print.

Results go to stdout, everything said about them to stderr, so that a pipe carries results alone. A table is
drawn for a person; a pipe gets the same cells with tabs between them, never shortened.
"""

from __future__ import annotations

import datetime as dt
import shutil
import sys
from collections.abc import Sequence
from typing import TextIO

import typer

_GAP = 2
"""Spaces between two columns."""


def say(line: str = "") -> None:
    """Print one line of the result."""
    typer.echo(line)


def note(line: str) -> None:
    """Print one line about the result, to stderr."""
    typer.echo(line, err=True)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """
    Print a table; for a person whose window is too narrow for it, a block of lines for each row.

    Args:
        columns: Headings.
        rows: Cells, one list a row, in order; None is shown as nothing.
        empty: Said to stderr when there is no row.
    """
    cells = [["" if cell is None else _text(cell) for cell in row] for row in rows]
    if not is_terminal(sys.stdout):
        for line in [list(columns), *cells]:
            say("\t".join(" ".join(cell.split()) for cell in line))
    elif cells:
        widths = [max(map(len, column)) for column in zip(columns, *cells, strict=True)]
        if sum(widths) + _GAP * (len(widths) - 1) <= shutil.get_terminal_size().columns:
            for line in [list(columns), *cells]:
                padded = [cell.ljust(width + _GAP) for cell, width in zip(line, widths, strict=True)]
                say("".join(padded).rstrip())
        else:
            _show_blocks(columns, cells)
    if not cells:
        note(empty)


def _show_blocks(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    width = max(map(len, columns[1:]), default=0)
    for line in cells:
        say(line[0])
        for column, cell in zip(columns[1:], line[1:], strict=True):
            if cell:
                say(f"  {column.ljust(width)}  {cell}")


def is_terminal(stream: TextIO) -> bool:
    """Say whether a person is looking at the stream."""
    return stream.isatty()


def _text(cell: object) -> str:
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return printable(str(cell))


def printable(text: str) -> str:
    """Show what could move the cursor or colour the screen instead of doing it: names come from telemetry."""
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in text)
