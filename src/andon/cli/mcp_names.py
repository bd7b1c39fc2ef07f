"""``andon orgs mcp-names``: names that explain the digests that some agents send instead."""

from __future__ import annotations

from typing import Annotated

import typer

from andon.cli.options import Data, Org, chosen_org, open_directory_of, settings_of
from andon.cli.terminal import note, show_table

app = typer.Typer(
    no_args_is_help=True,
    help="List the MCP servers and tools of an organisation, whose names Copilot CLI sends as digests.",
)


@app.command("list")
def list_names(*, org: Org = None, data: Data = None) -> None:
    """List the names. Public ones, and those that other agents send in clear, are known without a list."""
    directory = open_directory_of(settings_of(data))
    org_id = chosen_org(directory, org).org_id
    show_table(
        ("name",),
        [(name,) for name in directory.mcp_names(org_id)],
        empty="No name yet. Add one: andon orgs mcp-names add NAME",
    )


@app.command()
def add(
    names: Annotated[
        list[str], typer.Argument(help="Servers and tools as the agent's configuration spells them.")
    ],
    *,
    org: Org = None,
    data: Data = None,
) -> None:
    """
    Add names. Reports show them in the place of their digests after the next build, for all history.

    Example: andon orgs mcp-names add tickets create_ticket --org Acme
    """
    settings = settings_of(data)
    directory = open_directory_of(settings)
    found = chosen_org(directory, org)
    added = directory.add_mcp_names(found.org_id, names, now=settings.clock())
    note(f"{found.name} knows {', '.join(added)}. Reports follow with the next build (andon build).")


@app.command()
def remove(
    name: Annotated[str, typer.Argument(help="A name that is listed.")],
    *,
    org: Org = None,
    data: Data = None,
) -> None:
    """Take a name off the list. Reports follow with the next build."""
    directory = open_directory_of(settings_of(data))
    found = chosen_org(directory, org)
    directory.remove_mcp_name(found.org_id, name)
    note(f"{found.name} no longer lists {name}. Reports follow with the next build (andon build).")
