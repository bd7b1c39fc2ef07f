"""``andon orgs``: organisations."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from andon.cli import mcp_names
from andon.cli.options import Data, Org, chosen_org, open_directory_of, settings_of
from andon.cli.terminal import note, say, show_table

app = typer.Typer(no_args_is_help=True, help="Make and list organisations, decide about their content.")
app.add_typer(mcp_names.app, name="mcp-names")


class Content(StrEnum):
    """What happens to prompts, answers, arguments and results."""

    KEEP = "keep"
    DROP = "drop"


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
        ("org_id", "name", "people", "content", "created (UTC)"),
        [
            (
                org.org_id,
                org.name,
                len(directory.people(org.org_id)),
                (Content.KEEP if org.keeps_content else Content.DROP).value,
                org.created_at,
            )
            for org in directory.orgs()
        ],
        empty="No organisation yet. Make one: andon orgs create NAME",
    )


@app.command()
def content(
    what: Annotated[Content, typer.Argument(help="Keep it from now on, or drop it at the door.")],
    org: Org = None,
    data: Data = None,
) -> None:
    """
    Decide whether prompts, answers, arguments and results are kept. They are dropped unless told otherwise.

    It holds for what arrives from now on (a running server follows within seconds). What was dropped does not
    come back, and what was kept stays until it is deleted.

    Example: andon orgs content keep --org Acme
    """
    directory = open_directory_of(settings_of(data))
    found = chosen_org(directory, org)
    directory.set_keeps_content(found.org_id, keeps=what is Content.KEEP)
    note(f"{found.name}: content is {'kept' if what is Content.KEEP else 'dropped'} from now on.")
