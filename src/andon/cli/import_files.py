"""``andon import``: telemetry from files."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from andon.cli.errors import CommandFailed
from andon.cli.options import Data, Org, chosen_org, open_directory_of, settings_of
from andon.cli.terminal import note, say


def import_(
    files: Annotated[
        list[Path],
        typer.Argument(
            metavar="FILE…", help="Files or folders: *.pb, *.json, *.jsonl; also .gz and .zst of them."
        ),
    ],
    *,
    signal: Annotated[
        Literal["traces", "logs", "metrics"] | None,
        typer.Option("--signal", help="Of every file; otherwise content and name say.", show_default=False),
    ] = None,
    org: Org = None,
    data: Data = None,
) -> None:
    """
    Take in telemetry from files.

    Each file is an OTLP request, taken in as if it had been sent. Importing again changes nothing.

    Example: andon import captures/*.pb
    """
    from andon.app.files import import_files  # noqa: PLC0415 (--help stays quick)

    settings = settings_of(data)
    count = import_files(settings, files, chosen_org(open_directory_of(settings), org), signal)
    for line in count.refused:
        note(f"refused: {line}")
    for line in count.messages:
        note(f"rejected: {line}")
    say(
        f"Imported {count.accepted} records of {count.requests} requests from {count.files} files"
        + (f"; {count.rejected} records rejected" if count.rejected else "")
        + "."
    )
    if count.refused:
        raise CommandFailed(f"{len(count.refused)} files or lines are no OTLP requests; the rest is in")
