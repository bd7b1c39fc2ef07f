"""``andon editions``: what was published, and going back."""

from __future__ import annotations

from typing import Annotated

import typer

from andon.cli.errors import CommandFailed
from andon.cli.options import Data, settings_of
from andon.cli.terminal import note, show_table

app = typer.Typer(help="List published editions, or go back to one.", invoke_without_command=True)


@app.callback()
def editions(context: typer.Context, data: Data = None) -> None:
    """List published editions, or go back to one."""
    if context.invoked_subcommand is None:
        list_kept(data)


@app.command("list")
def list_kept(data: Data = None) -> None:
    """List the editions that are kept, oldest first."""
    from andon.edition.editions import list_editions  # noqa: PLC0415 (--help stays quick)

    show_table(
        ("edition", "current", "data through", "built (UTC)", "MB", "damage"),
        [
            (
                edition.number,
                "yes" if edition.is_current else "",
                edition.data_through,
                edition.built_at,
                None if edition.size is None else f"{edition.size / 1e6:.1f}",
                edition.damage,
            )
            for edition in list_editions(settings_of(data).editions_dir)
        ],
        empty="No edition yet. Publish one: andon build",
    )


@app.command("rollback")
def roll_back(
    number: Annotated[int, typer.Argument(min=1, help="An edition that `andon editions list` shows.")],
    data: Data = None,
) -> None:
    """Make an edition current again, at once for every reader."""
    from andon.edition.editions import rollback  # noqa: PLC0415 (--help stays quick)
    from andon.edition.problems import EditionProblem  # noqa: PLC0415

    try:
        rollback(settings_of(data).editions_dir, number)
    except EditionProblem as problem:
        raise CommandFailed(str(problem)) from None
    note(f"Edition {number} is current. The next build publishes a newer one.")
