"""``andon orgs``: organisations."""

from __future__ import annotations

from typing import Annotated

import typer

from andon.cli.options import Data, open_directory_of, settings_of
from andon.cli.terminal import note, say, show_table

app = typer.Typer(no_args_is_help=True, help="Make and list organisations.")


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="A name that no other organisation has.")],
    data: Data = None,
) -> None:
    """
    Make an organisation and print its id.

    Example: andon orgs create "Acme"
    """
    settings = settings_of(data)
    made = open_directory_of(settings).create_org(name, now=settings.clock())
    say(made.org_id)
    note(f"{made.name} is ready. Next: andon keys create --org {made.org_id} --ingest")


@app.command("list")
def list_orgs(data: Data = None) -> None:
    """List the organisations, oldest first."""
    directory = open_directory_of(settings_of(data))
    show_table(
        ("org_id", "name", "people", "created (UTC)"),
        [
            (org.org_id, org.name, len(directory.people(org.org_id)), org.created_at)
            for org in directory.orgs()
        ],
        empty="No organisation yet. Make one: andon orgs create NAME",
    )
