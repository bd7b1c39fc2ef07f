"""``andon doctor``: is all well, and what to do where it is not."""

from __future__ import annotations

import sys

import typer

from andon.cli.errors import FAILED
from andon.cli.options import Data, settings_of
from andon.cli.terminal import is_terminal, printable, say

_COLOURS = {"ok": "green", "warn": "yellow", "fail": "red"}


def doctor(data: Data = None) -> None:
    """
    Check that all is well, and say what to do where it is not.

    Everything along the way of the telemetry is looked at. Each line is ok, warn or fail; the command exits
    with 1 if one is fail.
    """
    from andon.app.checkup import examine  # noqa: PLC0415 (--help stays quick)

    is_well = True
    for finding in examine(settings_of(data)):
        level = f"{finding.level:<5}"
        if is_terminal(sys.stdout):
            level = typer.style(level, fg=_COLOURS[finding.level], bold=True)
        say(f"{level} {finding.what:<15} {printable(finding.text)}")
        is_well = is_well and finding.level != "fail"
    if not is_well:
        raise typer.Exit(FAILED)
