"""
What really arrives: of each agent its versions, its fields beside what is promised, and unknown names.

Days and moments are UTC. An agent is *in use* on a day on which it told a fact.

Source: "What arrives" of docs/operate.md.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

Field = Literal[
    "input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens", "reasoning_tokens",
    "model", "model_tier", "cost", "tool_calls", "tool_outcome", "mcp_server", "mcp_tool", "skills",
    "slash_commands", "hooks", "hook_matcher", "autonomy_level", "client", "sessions", "user_messages",
    "assistant_messages", "files_created", "files_edited", "extension", "lines", "commits", "pull_requests",
    "person", "repository", "team",
]  # fmt: skip
"""Every field that is described of an agent, in order; the macro ``coverage_fields`` has the same."""

Quality = Literal["exact", "approximate", "switch", "not_sent"]
"""What an agent's description promises; ``switch``: only with a switch of the agent."""

FieldStatus = Literal["ok", "lost", "missing", "redacted", "switch", "not_sent", "not_seen"]
AgentStatus = Literal["active", "silent", "quiet"]


class SignalCounts(msgspec.Struct, frozen=True, kw_only=True):
    """Records by signal."""

    logs: int
    spans: int
    metrics: int


class VersionCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """
    One version of an agent.

    Attributes:
        version: `(unknown)` when its records do not say.
        is_mute: Twenty records or more, and not one fact of them: Andon does not understand what it says.
        signals: Records that were received.
        facts: What became of them.
        sessions: Sessions with a fact.
        people: Known people with a fact.
        first_seen_at: When its first record happened.
        last_seen_at: When its newest record happened.
    """

    version: str
    is_mute: bool
    signals: SignalCounts
    facts: int
    sessions: int
    people: int
    first_seen_at: dt.datetime
    last_seen_at: dt.datetime


class FieldCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """
    One field of an agent.

    Attributes:
        field: Its name.
        quality: What is promised: exact, approximate, switch (only with a switch), not_sent.
        status: ok, it arrives; lost, it did and does not any more; missing, it should and does not;
            redacted, the agent hides it; switch, it needs one; not_sent, the agent has none; not_seen, too
            little happened to tell.
        occasions: How often it could have been told: conversations on a day, or facts; on the 30 newest days
            in use.
        known_ratio: Share of these occasions with a value; null when there were none.
        known_ratio_7_days: The same of the 7 newest days in use.
        last_known_date: Newest day with a value; null before the first.
        lost_since: First day without, when it is lost.
        lost_version: The version with which it went, when one can be named.
        reason: Why it is not exact; null when it is.
        improved_by: The setting that makes it better; null when there is none.
    """

    field: Field
    quality: Quality
    status: FieldStatus
    occasions: int
    known_ratio: float | None
    known_ratio_7_days: float | None
    last_known_date: dt.date | None
    lost_since: dt.date | None
    lost_version: str | None
    reason: str | None
    improved_by: str | None


class UnknownName(msgspec.Struct, frozen=True, kw_only=True):
    """
    A name of records that no description of the agent knows.

    Attributes:
        signal: logs, spans or metrics.
        name: Event, span or metric; `(other)` stands for all but the organisation's 200 most frequent.
        records: Records with it.
        first_version: The version that brought it; null for `(other)`.
        first_seen_at: When the first of them happened.
        last_seen_at: When the newest of them happened.
    """

    signal: Literal["logs", "spans", "metrics"]
    name: str
    records: int
    first_version: str | None
    first_seen_at: dt.datetime
    last_seen_at: dt.datetime


class AgentCoverage(msgspec.Struct, frozen=True, kw_only=True):
    """
    One agent that was heard.

    Attributes:
        agent: Its name; of a sender that Andon does not know the service's own.
        status: active, heard on one of the 7 newest days; silent, not heard since although it was in use on 5
            of 30 days before; quiet, not heard either, after less use or for longer.
        is_described: Whether Andon has a description of this very agent; otherwise that of the native dialect
            holds, which promises nothing: what it told before is what is expected.
        last_seen_at: When its newest record happened.
        versions: The one that was heard last first.
        fields: In the table's order; empty for a sender that told no fact and is not described.
        unknown_names: The most frequent first.
    """

    agent: str
    status: AgentStatus
    is_described: bool
    last_seen_at: dt.datetime
    versions: list[VersionCoverage]
    fields: list[FieldCoverage]
    unknown_names: list[UnknownName]


class Coverage(msgspec.Struct, frozen=True, kw_only=True):
    """
    Everything that was heard.

    Attributes:
        agents: By name; none before the first telemetry.
    """

    agents: list[AgentCoverage]


class CoverageMeta(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the answer covers.

    Attributes:
        org_id: The key's organisation.
        data_through: Newest complete day of the reports; null before the first edition.
        built_at: The moment up to which telemetry is in here; null before the first edition.
    """

    org_id: str
    data_through: dt.date | None = None
    built_at: dt.datetime | None = None


class CoverageAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /api/v1/coverage``."""

    data: Coverage
    meta: CoverageMeta
