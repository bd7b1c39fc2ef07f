"""``andon coverage``: what really arrives of each agent."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Literal

import typer

from andon.cli.options import Data, Org, chosen_org, open_directory_of, settings_of
from andon.cli.terminal import say, show_table

if TYPE_CHECKING:
    from andon.contract.coverage import AgentCoverage

_EMPTY = "Nothing arrived yet that an edition knows of: send telemetry, then run andon build."


def coverage(
    what: Annotated[
        Literal["fields", "agents", "names"],
        typer.Argument(help="Fields beside what is promised, agents with their versions, or unknown names."),
    ] = "fields",
    *,
    org: Org = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="All three as JSON, as the API answers them.")
    ] = False,
    data: Data = None,
) -> None:
    """
    Print what really arrives of each agent.

    It is what the newest edition saw: fields that arrive, were lost or never came, versions, and names of
    records that Andon does not know. andon doctor says what of it needs doing.

    Example: andon coverage agents
    """
    import msgspec  # noqa: PLC0415 (--help stays quick)

    from andon.app.coverage import read_agents  # noqa: PLC0415

    settings = settings_of(data)
    directory = open_directory_of(settings)
    try:
        org_id = chosen_org(directory, org).org_id
    finally:
        directory.close()
    (agents,) = read_agents(settings, [org_id])
    if as_json:
        say(msgspec.json.format(msgspec.json.encode({"agents": agents}), indent=2).decode())
        return
    columns, rows = _TABLES[what](agents)
    show_table(columns, rows, empty=_EMPTY if what != "names" or not agents else "No name is unknown.")


_Table = tuple[list[str], list[list[object]]]


def _fields(agents: list[AgentCoverage]) -> _Table:
    columns = ["agent", "field", "status", "promised", "known", "last known", "lost with", "improved by"]
    return columns, [
        [
            agent.agent,
            field.field,
            field.status if field.lost_since is None else f"{field.status} since {field.lost_since}",
            field.quality,
            None if field.known_ratio is None else f"{field.known_ratio:.0%}",
            field.last_known_date,
            field.lost_version,
            field.improved_by,
        ]
        for agent in agents
        for field in agent.fields
    ]


def _agents(agents: list[AgentCoverage]) -> _Table:
    columns = [
        "agent",
        "version",
        "status",
        "last seen",
        "sessions",
        "people",
        "logs",
        "spans",
        "metrics",
        "facts",
    ]
    return columns, [
        [
            agent.agent,
            version.version,
            "mute" if version.is_mute else agent.status,
            version.last_seen_at,
            version.sessions,
            version.people,
            version.signals.logs,
            version.signals.spans,
            version.signals.metrics,
            version.facts,
        ]
        for agent in agents
        for version in agent.versions
    ]


def _names(agents: list[AgentCoverage]) -> _Table:
    columns = ["agent", "signal", "name", "records", "came with", "first seen", "last seen"]
    return columns, [
        [
            agent.agent,
            name.signal,
            name.name,
            name.records,
            name.first_version,
            name.first_seen_at,
            name.last_seen_at,
        ]
        for agent in agents
        for name in agent.unknown_names
    ]


_TABLES = {"fields": _fields, "agents": _agents, "names": _names}
