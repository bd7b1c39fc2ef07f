"""``andon build``: load, transform, check, publish."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING, Annotated

import typer

from andon.cli.errors import AskedWrongly
from andon.cli.options import Data, read_date, settings_of
from andon.cli.progress import Steps
from andon.cli.terminal import note, say

if TYPE_CHECKING:
    from andon.app.build import Built
    from andon.config import Settings

Day = Annotated[str | None, typer.Option(metavar="DATE", show_default=False)]


def build(
    *,
    full_refresh: Annotated[
        bool,
        typer.Option("--full-refresh", help="Read all of raw again, whatever was read of it."),
    ] = False,
    from_: Annotated[
        str | None,
        typer.Option("--from", metavar="DATE", help="First day to read again.", show_default=False),
    ] = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="DATE", help="Last day to read again.", show_default=False)
    ] = None,
    preview_today: Annotated[
        bool,
        typer.Option(
            "--preview-today", help="Publish nothing: make a provisional edition that has today too."
        ),
    ] = False,
    data: Data = None,
) -> None:
    """
    Make the reports from what has arrived, and publish them.

    Loads, transforms, checks, and publishes an edition. Reports cover every UTC day that is over. A failed
    build changes nothing that readers see. Only days of raw whose files changed are read; --full-refresh,
    --from and --to read days again, which gives the same reports. Works with or without a running server.
    """
    first = None if from_ is None else read_date("--from", from_)
    last = None if to is None else read_date("--to", to)
    if first is not None and last is not None and last < first:
        raise AskedWrongly(f"--to {last} is before --from {first}")
    again = None
    if first is not None or last is not None or full_refresh:
        again = (first or dt.date.min, last or dt.date.max)
    if again is not None and full_refresh:
        again = (dt.date.min, dt.date.max)
    built = build_shown(settings_of(data), is_preview=preview_today, again=again)
    if preview_today:
        say(f"Provisional edition {built.edition} made, with {built.data_through} as far as it is known.")
        note("andon report NAME --preview and GET /api/v1/preview/… show it until that day is published.")
        return
    say(f"Edition {built.edition} published, data through {built.data_through}.")


def build_shown(
    settings: Settings, *, is_preview: bool = False, again: tuple[dt.date, dt.date] | None = None
) -> Built:
    """Build with progress on stderr."""
    from andon.app.build import build_once  # noqa: PLC0415 (--help stays quick)

    with Steps("building") as steps:
        return build_once(
            settings,
            lambda progress: steps.show(progress.done, progress.total, progress.node),
            lambda: note("Another build is running; waiting for it to finish."),
            is_preview=is_preview,
            again=again,
        )
