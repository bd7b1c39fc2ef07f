"""``andon keys``: keys that read reports or send telemetry."""

from __future__ import annotations

import datetime as dt
from typing import Annotated

import typer

from andon.cli.errors import AskedWrongly
from andon.cli.options import Data, Org, chosen_org, open_directory_of, read_instant, settings_of
from andon.cli.roles import Role
from andon.cli.terminal import note, say, show_table

app = typer.Typer(no_args_is_help=True, help="Make, list, withdraw and replace keys.")

KeyId = Annotated[str, typer.Argument(metavar="KEY_ID", help="The key's id, as `andon keys list` shows it.")]


@app.command()
def create(  # noqa: PLR0913 (one parameter an option)
    *,
    role: Annotated[
        Role | None,
        typer.Option(
            "--role", help="An analytics key of this role; owners and managers may read.", show_default=False
        ),
    ] = None,
    ingest: Annotated[
        bool, typer.Option("--ingest", help="An ingest key: it can only send telemetry.")
    ] = False,
    person: Annotated[
        str | None,
        typer.Option(
            "--person",
            metavar="EMAIL",
            help="Whose key it is; added to the people if new. Telemetry sent with it is theirs.",
            show_default=False,
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            "--expires",
            metavar="DATE",
            help="First UTC day (or ISO instant) on which it no longer works; never when left out.",
            show_default=False,
        ),
    ] = None,
    name: Annotated[str, typer.Option("--name", help="A note for the list.", show_default=False)] = "",
    org: Org = None,
    data: Data = None,
) -> None:
    """
    Make a key and print it, this once, as one line.

    Examples: andon keys create --role manager · andon keys create --ingest --person dev@example.com
    """
    if ingest == (role is not None):
        raise AskedWrongly(
            "Say which key: --role ROLE for one that reads reports, or --ingest for one that sends"
        )
    expires_at = None if expires is None else read_instant("--expires", expires)
    settings = settings_of(data)
    now = settings.clock()
    directory = open_directory_of(settings)
    owner = chosen_org(directory, org)
    if expires_at is not None and expires_at <= now:
        raise AskedWrongly(f"--expires {expires} is not ahead of now ({now:%Y-%m-%d %H:%M} UTC)")
    made, added = directory.issue_key(
        owner.org_id,
        "ingest" if ingest else "analytics",
        now=now,
        role=role,
        person_email=person,
        name=name,
        expires_at=expires_at,
    )
    if added is not None:
        note(f"Added {added.email} to {owner.name} as {added.role}.")
    say(made.text)
    kind = "Ingest key" if ingest else f"Analytics key ({role})"
    note(f"{kind} {made.key_id} of {owner.name}. It is shown this once; only a hash is stored.")


@app.command("list")
def list_keys(*, org: Org = None, data: Data = None) -> None:
    """List the keys, oldest first; secrets are not known."""
    settings = settings_of(data)
    directory = open_directory_of(settings)
    now = settings.clock()
    show_table(
        (
            "key_id",
            "key",
            "kind",
            "role",
            "person",
            "name",
            "state",
            "created (UTC)",
            "expires (UTC)",
            "last used (UTC)",
        ),
        [
            (
                key.key_id,
                key.hint,
                key.kind,
                key.role,
                key.person_email,
                key.name,
                key.state(now),
                key.created_at,
                key.expires_at,
                key.last_used_at,
            )
            for key in directory.keys(chosen_org(directory, org).org_id)
        ],
        empty="No key yet. Make one: andon keys create --role owner",
    )


@app.command()
def revoke(key_id: KeyId, *, data: Data = None) -> None:
    """
    Withdraw a key for good.

    A running server follows within five seconds.
    """
    settings = settings_of(data)
    key = open_directory_of(settings).revoke_key(key_id, now=settings.clock())
    note(f"Key {key.key_id} is revoked.")


@app.command()
def rotate(
    key_id: KeyId,
    *,
    overlap_hours: Annotated[
        float, typer.Option("--overlap-hours", min=0, help="Hours for which the old key goes on working.")
    ] = 24,
    data: Data = None,
) -> None:
    """
    Replace a key: print its successor, let the old one run out.

    The successor has the same rights and, if the old key had an expiry, as long a life.
    """
    settings = settings_of(data)
    made = open_directory_of(settings).rotate_key(
        key_id, now=settings.clock(), overlap=dt.timedelta(hours=overlap_hours)
    )
    say(made.text)
    note(f"Key {made.key_id} is shown this once. The old one works for {overlap_hours:g} more hours.")
