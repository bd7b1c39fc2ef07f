"""``andon connect``: point an agent's telemetry at this server."""

from __future__ import annotations

import dataclasses
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from andon.cli.errors import AskedWrongly
from andon.cli.options import Data, Org, chosen_org, open_directory_of, settings_of
from andon.cli.terminal import note, say

if TYPE_CHECKING:
    from andon.config import Settings
    from andon.connect.agents import Agent, Wish
    from andon.connect.files import Change, Home

_PLACEHOLDER = "YOUR-INGEST-KEY"
_MINUTES = 15
_KEY = re.compile(r"(ik-\w{4})\w+")


def connect(  # noqa: PLR0913 (one parameter an option)
    agent: Annotated[str, typer.Argument(help="Agent, such as claude-code; any other word lists them.")],
    *,
    write: Annotated[bool, typer.Option("--write", help="Write the settings; shows what changes.")] = False,
    undo: Annotated[bool, typer.Option("--undo", help="Take back what --write wrote.")] = False,
    check: Annotated[bool, typer.Option("--check", help="Say what arrives from the agent now.")] = False,
    managed: Annotated[
        bool, typer.Option("--managed", help="Print the files for devices that somebody else manages.")
    ] = False,
    url: Annotated[
        str | None,
        typer.Option("--url", help="This server's OTLP over HTTP; else this machine's.", show_default=False),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", help="Ingest key; --write makes one when left out.", show_default=False),
    ] = None,
    details: Annotated[
        bool,
        typer.Option("--details", help="Also send what makes names exact; Andon drops the content."),
    ] = False,
    person: Annotated[
        str | None, typer.Option("--person", metavar="EMAIL", help="Whose agent it is.", show_default=False)
    ] = None,
    team: Annotated[str | None, typer.Option("--team", help="Team to state.", show_default=False)] = None,
    repository: Annotated[
        str | None, typer.Option("--repository", help="Repository to state.", show_default=False)
    ] = None,
    org: Org = None,
    data: Data = None,
) -> None:
    """
    Show, write or take back the settings by which an agent sends its telemetry to this server.

    Without an option the settings are printed and nothing is changed.

    Examples: andon connect claude-code --write · andon connect codex --check
    """
    if sum((write, undo, check, managed)) > 1:
        raise AskedWrongly("--write, --undo, --check and --managed exclude each other: give one of them")
    chosen = _agent(agent)
    settings = settings_of(data)
    if undo:
        _take_back(chosen)
    elif check:
        _check(chosen, settings, org)
    else:
        stated = {"user.email": person, "team.id": team, "vcs.repository.name": repository}
        wish = _wish(settings, url=url, key=key or _PLACEHOLDER, details=details, stated=stated)
        if write:
            home = _home()
            # Before a key is made for it: a file that cannot be changed is told first.
            _done(lambda: home.plan(chosen, wish))
            if key is None:
                wish = dataclasses.replace(wish, key=_new_key(settings, org, chosen, person))
            _write(chosen, wish, home)
        else:
            _print(chosen, wish, managed=managed)


def _agent(name: str) -> Agent:
    from andon.connect.agents import AGENTS  # noqa: PLC0415 (--help stays quick)

    if name not in AGENTS:
        raise AskedWrongly(f"There is no agent {name[:80]!r}; there are {', '.join(AGENTS)}")
    return AGENTS[name]


def _wish(
    settings: Settings, *, url: str | None, key: str, details: bool, stated: dict[str, str | None]
) -> Wish:
    from andon.connect.agents import Wish  # noqa: PLC0415 (--help stays quick)

    told = url or f"http://127.0.0.1:{settings.otlp_port}"
    if not told.startswith(("http://", "https://")):
        raise AskedWrongly(f"--url {told} must begin with http:// or https://")
    return Wish(
        url=told.rstrip("/"),
        key=key,
        details=details,
        resource={name: value for name, value in stated.items() if value},
    )


def _new_key(settings: Settings, org: str | None, agent: Agent, person: str | None) -> str:
    directory = open_directory_of(settings)
    owner = chosen_org(directory, org)
    now = settings.clock()
    made, added = directory.issue_key(
        owner.org_id, "ingest", now=now, person_email=person, name=f"andon connect {agent.name}"
    )
    if added is not None:
        note(f"Added {added.email} to {owner.name}.")
    note(
        f"Made the ingest key {made.key_id} of {owner.name}; `andon keys revoke {made.key_id}` withdraws it."
    )
    return made.text


def _home() -> Home:
    from andon.connect.files import Home  # noqa: PLC0415 (--help stays quick)

    return Home(Path.home(), os.environ.get("SHELL", ""))


def _write(agent: Agent, wish: Wish, home: Home) -> None:
    changes = _done(lambda: home.write(agent, wish))
    _show(changes)
    if not changes:
        note(f"{agent.name} has these settings already.")
        return
    if wish.details:
        note(
            f"With --details {agent.name} sends {agent.sends_with_details}; Andon drops content at its door."
        )
    if agent.advice:
        note(agent.advice)
    note(
        f"Start {agent.command} again in a new shell, use it once, then: andon connect {agent.name} --check "
        f"(andon connect {agent.name} --undo takes all of it back)"
    )


def _take_back(agent: Agent) -> None:
    home = _home()
    changes = _done(lambda: home.undo(agent))
    _show(changes)
    note(
        f"{agent.name} no longer sends here."
        if changes
        else f"Nothing of {agent.name} was written in {Path.home()}; nothing is changed."
    )


def _done(work: Callable[[], list[Change]]) -> list[Change]:
    from andon.connect.texts import Unreadable  # noqa: PLC0415 (--help stays quick)

    try:
        return work()
    except Unreadable as error:
        raise AskedWrongly(
            f"A settings file cannot be changed safely: {error}. "
            "Leave out --write and put the settings in by hand"
        ) from None
    except OSError as error:
        raise AskedWrongly(f"{error.filename} cannot be written: {error.strerror}") from None


def _show(changes: list[Change]) -> None:
    for change in changes:
        # Keys are in the file; a terminal's history need not have them.
        say(_KEY.sub(r"\1…", change.diff()))


def _print(agent: Agent, wish: Wish, *, managed: bool) -> None:
    from andon.connect.files import shown  # noqa: PLC0415 (--help stays quick)

    places = {part.path or "the shell's profile": part.managed for part in agent.parts(wish)}
    for path, text in shown(agent, wish).items():
        if managed and places[path]:
            for system, place in places[path].items():
                say(f"# {system}: {place}")
        elif managed:
            say("# for every user of the machine, such as in /etc/profile.d/")
        else:
            say(f"# {path if path.startswith('the ') else f'~/{path}'}")
        say(text)
    if wish.key == _PLACEHOLDER:
        note(f"{_PLACEHOLDER} stands for a key: andon keys create --ingest, or let --write make one.")
    if not wish.details:
        note(f"--details would also send {agent.sends_with_details}; Andon drops content at its door.")
    if agent.advice:
        note(agent.advice)


def _check(agent: Agent, settings: Settings, org: str | None) -> None:
    from andon.app.arrivals import arrivals  # noqa: PLC0415 (--help stays quick)

    directory = open_directory_of(settings)
    owner = chosen_org(directory, org)
    found = arrivals(settings, owner.org_id, agent.heard, now=settings.clock(), minutes=_MINUTES)
    for one in found:
        versions = f" of {', '.join(one.versions)}" if one.versions else ""
        keys = f" with key {', '.join(one.keys)}" if one.keys else " without a key"
        say(f"{one.signal}: {one.records:,} records{versions}{keys}, the last at {one.last_at:%H:%M:%S} UTC")
    if not found:
        note(
            f"Nothing came from {agent.name} to {owner.name} in the last {_MINUTES} minutes. "
            "Is `andon up` running? "
            f"Was {agent.command} started after its settings were written, and used for a minute? "
            "A wrong key is answered 401, which the agent's own log shows."
        )
        raise typer.Exit(1)
