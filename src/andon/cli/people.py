"""``andon people``: who belongs to an organisation, and who is who in its telemetry."""

from __future__ import annotations

from typing import Annotated

import typer

from andon.cli.options import Data, Org, chosen_org, open_directory_of, settings_of
from andon.cli.roles import Role
from andon.cli.terminal import note, say, show_table

app = typer.Typer(no_args_is_help=True, help="Add people, give them roles, say who is who.")

Email = Annotated[str, typer.Argument(help="The person's e-mail address.")]

_NEXT_BUILD = "Reports follow with the next build (andon build)."


@app.command()
def add(
    email: Email,
    *,
    name: Annotated[str, typer.Option("--name", help="Name to show.", show_default=False)] = "",
    role: Annotated[Role, typer.Option("--role", help="What the person may do.")] = "member",
    org: Org = None,
    data: Data = None,
) -> None:
    """
    Add a person and print their id.

    People who only send telemetry need not be added: they appear in reports by themselves.

    Example: andon people add dev@example.com --name "Ada" --role manager
    """
    settings = settings_of(data)
    directory = open_directory_of(settings)
    org_id = chosen_org(directory, org).org_id
    person = directory.add_person(org_id, email, now=settings.clock(), role=role, display_name=name)
    say(person.person_id)


@app.command("list")
def list_people(*, org: Org = None, data: Data = None) -> None:
    """List the people by address, with the identities that are theirs."""
    directory = open_directory_of(settings_of(data))
    org_id = chosen_org(directory, org).org_id
    aliases = directory.aliases(org_id)
    show_table(
        ("email", "name", "role", "also known as", "person_id"),
        [
            (
                person.email,
                person.display_name,
                person.role,
                ", ".join(alias.identity for alias in aliases if alias.canonical_identity == person.identity),
                person.person_id,
            )
            for person in directory.people(org_id)
        ],
        empty="Nobody yet. Add someone: andon people add EMAIL",
    )


@app.command("role")
def set_role(
    email: Email,
    role: Annotated[Role, typer.Argument(help="The new role.")],
    *,
    org: Org = None,
    data: Data = None,
) -> None:
    """
    Give a person another role; keys of theirs that could do more are lowered to it.

    Example: andon people role dev@example.com manager
    """
    directory = open_directory_of(settings_of(data))
    lowered = directory.set_role(chosen_org(directory, org).org_id, email, role)
    note(f"{email.strip().lower()} is now {role}." + (f" Keys lowered: {lowered}." if lowered else ""))


@app.command()
def alias(
    email: Email,
    identity: Annotated[
        str, typer.Argument(help="What telemetry says: an address, account:…, user:… or install:…")
    ],
    *,
    remove: Annotated[bool, typer.Option("--remove", help="Take the alias back.")] = False,
    org: Org = None,
    data: Data = None,
) -> None:
    """
    Say that an identity in telemetry is this person.

    Example: andon people alias dev@example.com account:1f2e3d
    """
    settings = settings_of(data)
    directory = open_directory_of(settings)
    org_id = chosen_org(directory, org).org_id
    if remove:
        directory.remove_alias(org_id, identity, of=email)
        note(f"{identity} is no longer {email}. {_NEXT_BUILD}")
    else:
        made = directory.add_alias(org_id, identity, email, now=settings.clock())
        note(f"{made.identity} is {made.canonical_identity}. {_NEXT_BUILD}")


@app.command()
def merge(
    email: Annotated[str, typer.Argument(help="The address that disappears.")],
    into: Annotated[str, typer.Argument(help="The address that stays and takes over keys and history.")],
    *,
    org: Org = None,
    data: Data = None,
) -> None:
    """
    Make one person of two.

    Example: andon people merge old@example.com new@example.com
    """
    settings = settings_of(data)
    directory = open_directory_of(settings)
    org_id = chosen_org(directory, org).org_id
    made = directory.merge_people(org_id, email, into, now=settings.clock())
    note(f"{made.identity} is now {made.canonical_identity}. {_NEXT_BUILD}")
