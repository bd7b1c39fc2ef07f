"""What the current edition says of what arrives, and what of it a person should look at."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence

import msgspec

from andon.config import Settings
from andon.contract.coverage import AgentCoverage, FieldCoverage
from andon.edition.editions import Editions

_NAMED = 3
"""Unknown names that one line lists; `andon coverage names` has them all."""


def read_agents(settings: Settings, org_ids: Sequence[str]) -> list[list[AgentCoverage]]:
    """Read what arrived from each agent of each organisation; nothing before the first edition."""
    edition = Editions(settings.editions_dir).current()
    decoder = msgspec.json.Decoder(AgentCoverage)
    return [
        [decoder.decode(fragment) for fragment in (edition.coverage(org_id) if edition else [])]
        for org_id in org_ids
    ]


def troubles(agent: AgentCoverage) -> Iterator[str]:
    """Say what is wrong with what arrives of an agent, a line each, and what to do about it."""
    if agent.status == "silent":
        yield (
            f"{agent.agent} was in regular use and is silent since {agent.last_seen_at:%Y-%m-%d}; "
            "look at its telemetry settings and its key"
        )
        return
    for version in agent.versions:
        if version.is_mute and version.last_seen_at.date() >= _recent(agent):
            what = "update Andon" if agent.is_described else "docs/agents.md says how to add an agent"
            records = version.signals.logs + version.signals.spans + version.signals.metrics
            yield (
                f"{agent.agent} {version.version} sent {records:,} records and nothing that Andon "
                f"understands; {what}"
            )
    yield from _lost(agent)
    yield from _missing(agent)
    if agent.is_described and agent.unknown_names:
        names = [f"{name.signal} {name.name}" for name in agent.unknown_names]
        more = f" and {len(names) - _NAMED} more" if len(names) > _NAMED else ""
        yield (
            f"{agent.agent} sends names that Andon does not know: {', '.join(names[:_NAMED])}{more}; "
            "update Andon if numbers are missing too"
        )


def _lost(agent: AgentCoverage) -> Iterator[str]:
    """Say what was lost: one line for the fields that went together and come back by the same remedy."""
    together: dict[tuple[str, dt.date | None, str], list[str]] = {}
    for field in agent.fields:
        if field.status == "lost":
            who = agent.agent if field.lost_version is None else f"{agent.agent} {field.lost_version}"
            together.setdefault((who, field.lost_since, _remedy(field)), []).append(field.field)
    for (who, since, remedy), fields in together.items():
        yield f"{who} does not tell {', '.join(fields)} any more since {since}; {remedy}"


def _missing(agent: AgentCoverage) -> Iterator[str]:
    """Say what never came though it is promised: one line for the fields of one reason and remedy."""
    together: dict[tuple[str | None, str], list[str]] = {}
    for field in agent.fields:
        if field.status == "missing":
            together.setdefault((field.reason, _remedy(field)), []).append(field.field)
    for (reason, remedy), fields in together.items():
        why = f" ({reason.rstrip('.')})" if reason else ""
        yield f"{agent.agent} should tell {', '.join(fields)} and does not{why}; {remedy}"


def _remedy(field: FieldCoverage) -> str:
    if field.improved_by is not None:
        return f"it needs {field.improved_by}; if that is so, update Andon"
    if field.lost_version is not None:
        return "update Andon, or keep the version before"
    return "look at its settings, or update Andon"


def _recent(agent: AgentCoverage) -> dt.date:
    """Give the first day of an agent's last week: an old version that once was mute is nobody's trouble."""
    return agent.last_seen_at.date() - dt.timedelta(days=7)
