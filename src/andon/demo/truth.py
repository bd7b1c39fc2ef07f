"""
What the reports must say about the demo: the generator's own sums, made without any telemetry.

Only what is certain from docs/metrics.md alone is summed here; percentiles and people over trailing days
can be worked out from `DayTruth.sessions_of` and `DayTruth.active`.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable

import msgspec

from andon.demo.facts import FileChange, Hook, Message, ModelCall, Session, Skill, ToolCall

REDACTED = "(redacted)"
"""What reports call a name that an agent kept to itself."""
UNKNOWN_EXTENSION = "(unknown)"
"""What reports call the extension of a file whose name an agent kept to itself."""
NO_EXTENSION = "(none)"
"""What reports call the extension of a file without one."""


class Tokens(msgspec.Struct):
    """Tokens of some model calls, split as the reports split them."""

    input: int = 0
    output: int = 0
    cache_read: int = 0
    cache_write: int = 0

    def add(self, call: ModelCall) -> None:
        """Add one call."""
        self.input += call.uncached
        self.output += call.output
        self.cache_read += call.cache_read
        self.cache_write += call.cache_write


class SessionTruth(msgspec.Struct):
    """What one session adds to the day's averages and percentiles."""

    user_messages: int = 0
    tool_calls: int = 0


class DayTruth(msgspec.Struct):
    """
    One UTC day.

    Attributes:
        active: Identities that did something; nobody is not among them.
        active_by_client: The same by client.
        denied_calls: Refused calls, which `tool_calls` leaves out.
        tokens_by_model: By model and tier.
        by_tool: Executed calls by name as reported, MCP calls left out.
        by_server: MCP calls by server, lower case; `REDACTED` where the agent kept the name to itself.
        by_hook: Runs by hook event.
        by_level: Executed calls by autonomy level, where the level is told.
        tokens_by_identity: Sums of all four counts, by identity; None is nobody.
    """

    active: set[str] = msgspec.field(default_factory=set)
    active_by_client: dict[str, set[str]] = msgspec.field(default_factory=dict)
    mcp_users: set[str] = msgspec.field(default_factory=set)
    sessions_of: list[SessionTruth] = msgspec.field(default_factory=list)
    tokens: Tokens = msgspec.field(default_factory=Tokens)
    tokens_by_model: dict[tuple[str, str], Tokens] = msgspec.field(default_factory=dict)
    tokens_by_identity: Counter[str | None] = msgspec.field(default_factory=Counter)
    by_tool: Counter[str] = msgspec.field(default_factory=Counter)
    by_server: Counter[str] = msgspec.field(default_factory=Counter)
    by_skill: Counter[str] = msgspec.field(default_factory=Counter)
    by_command: Counter[str] = msgspec.field(default_factory=Counter)
    by_hook: Counter[str] = msgspec.field(default_factory=Counter)
    by_extension: Counter[str] = msgspec.field(default_factory=Counter)
    by_level: Counter[str] = msgspec.field(default_factory=Counter)
    user_messages: int = 0
    assistant_messages: int = 0
    model_calls: int = 0
    tool_calls: int = 0
    denied_calls: int = 0
    files_created: int = 0
    files_edited: int = 0
    git_commits: int = 0
    git_prs_created: int = 0

    @property
    def sessions(self) -> int:
        """Count the sessions of the day; none of the demo's crosses midnight."""
        return len(self.sessions_of)

    @property
    def messages(self) -> int:
        """Count what people and models said."""
        return self.user_messages + self.assistant_messages


class DemoTruth(msgspec.Struct):
    """The whole demo, day by day; every day of the range has an entry."""

    days: dict[dt.date, DayTruth]

    def total(self, name: str) -> int:
        """Sum one of the day's whole numbers over all days."""
        return sum(int(getattr(day, name)) for day in self.days.values())


def sum_sessions(sessions: Iterable[Session]) -> DayTruth:
    """Sum one day's sessions."""
    day = DayTruth()
    for session in sessions:
        _add_session(day, session)
    return day


def _add_session(day: DayTruth, session: Session) -> None:
    own = SessionTruth()
    day.sessions_of.append(own)
    if session.identity is not None:
        day.active.add(session.identity)
        day.active_by_client.setdefault(session.client, set()).add(session.identity)

    for fact in session.facts:
        match fact:
            case Message():
                _add_message(day, own, session, fact)
            case ModelCall():
                _add_model_call(day, session, fact)
            case ToolCall():
                _add_tool_call(day, own, session, fact)
            case Skill():
                if not fact.by_command:
                    day.by_skill[_told(session, fact.name)] += 1
            case Hook():
                day.by_hook[fact.event] += 1


def _add_message(day: DayTruth, own: SessionTruth, session: Session, message: Message) -> None:
    if message.origin in ("human", "command"):
        day.user_messages += 1
        own.user_messages += 1
    if message.origin == "builtin":
        day.by_command[message.command] += 1
    elif message.command:
        day.by_command[_told(session, message.command)] += 1


def _add_model_call(day: DayTruth, session: Session, call: ModelCall) -> None:
    day.model_calls += 1
    day.tokens.add(call)
    day.tokens_by_model.setdefault((call.model, call.tier), Tokens()).add(call)
    day.tokens_by_identity[session.identity] += (
        call.uncached + call.output + call.cache_read + call.cache_write
    )
    if call.text and call.purpose != "auxiliary":
        day.assistant_messages += 1


def _add_tool_call(day: DayTruth, own: SessionTruth, session: Session, call: ToolCall) -> None:
    if call.outcome == "denied":
        day.denied_calls += 1
        return

    day.tool_calls += 1
    own.tool_calls += 1
    if session.agent != "bot":
        day.by_level[call.level] += 1
    if call.kind == "mcp":
        day.by_server[_told(session, call.server.lower())] += 1
        if session.identity is not None:
            day.mcp_users.add(session.identity)
    else:
        day.by_tool[call.name] += 1
    for change in call.changes:
        _add_change(day, session, change)
    day.git_commits += call.git == "commit"
    day.git_prs_created += call.git == "pull_request"


def _add_change(day: DayTruth, session: Session, change: FileChange) -> None:
    if change.operation == "delete":
        return
    if change.operation == "create":
        day.files_created += 1
    else:
        day.files_edited += 1
    told = session.agent != "claude-code" or session.tells_content
    day.by_extension[(change.extension or NO_EXTENSION) if told else UNKNOWN_EXTENSION] += 1


def _told(session: Session, name: str) -> str:
    # Of the three dialects only Claude Code's hides names unless it is told otherwise.
    return REDACTED if session.agent == "claude-code" and not session.tells_content else name
