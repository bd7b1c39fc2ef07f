"""
What commands print.

Results go to stdout, everything said about them to stderr, so that a pipe carries results alone. A table is
drawn for a person; a pipe gets the same cells with tabs between them, never shortened.
"""

from __future__ import annotations

import datetime as dt
import sys
from collections.abc import Sequence
from typing import TextIO

import typer


def say(line: str = "") -> None:
    """Print one line of the result."""
    typer.echo(line)


def note(line: str) -> None:
    """Print one line about the result, to stderr."""
    typer.echo(line, err=True)


def show_table(columns: Sequence[str], rows: Sequence[Sequence[object]], *, empty: str) -> None:
    """
    Print a table.

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
        from rich.console import Console  # noqa: PLC0415 (pipes do not need it)
        from rich.table import Table  # noqa: PLC0415
        from rich.text import Text  # noqa: PLC0415

        table = Table(box=None, pad_edge=False, header_style="bold")
        for column in columns:
            table.add_column(column, overflow="fold")
        for line in cells:
            table.add_row(*(Text(cell) for cell in line))
        Console().print(table)
    if not cells:
        note(empty)


def is_terminal(stream: TextIO) -> bool:
    """Say whether a person is looking at the stream."""
    return stream.isatty()


def _text(cell: object) -> str:
    if isinstance(cell, dt.datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return str(cell)
