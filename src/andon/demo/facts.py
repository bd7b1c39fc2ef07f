"""
What happened in one session, before any agent's dialect puts it on the wire.

Times are nanoseconds since 1970 UTC and strictly increase inside a session, so that no two facts of one
session can be taken for the same one.
"""

from __future__ import annotations

from typing import Literal

import msgspec

from andon.contract.reports import AutonomyLevel

Agent = Literal["native", "bot", "claude-code", "codex"]
Origin = Literal["human", "command", "synthetic", "builtin"]
Purpose = Literal["main", "subagent", "auxiliary"]
Outcome = Literal["ok", "error", "denied"]
ToolKind = Literal["builtin", "mcp", "skill", "subagent"]
Carrier = Literal["spans", "logs", "both"]
GitKind = Literal["commit", "pull_request"]


class Message(msgspec.Struct):
    """
    Something said to the agent.

    Attributes:
        at: When.
        origin: ``builtin`` is a command of the agent itself (``/clear``): a slash command, no message.
        command: Name of the slash command without its slash; empty for an ordinary message.
        text: Invented content, which must never reach raw.
    """

    at: int
    origin: Origin
    command: str
    text: str


class ModelCall(msgspec.Struct):
    """
    One completed request to a model; *uncached* leaves out everything read from or written to the cache.

    Attributes:
        text: What the model said; empty when it only called tools, and then it is no assistant message.
        output: Includes *reasoning*.
        has_effort: Whether the call names a reasoning effort.
    """

    at: int
    model: str
    purpose: Purpose
    uncached: int
    cache_read: int
    cache_write: int
    output: int
    reasoning: int
    has_effort: bool
    text: str
    duration_ms: int
    response_id: str

    @property
    def tier(self) -> Literal["thinking", "standard"]:
        """Tell the tier as docs/metrics.md defines it."""
        return "thinking" if self.has_effort or self.reasoning > 0 else "standard"


class FileChange(msgspec.Struct):
    """One file created, edited or deleted by a tool call; *extension* has its dot."""

    operation: Literal["create", "edit", "delete"]
    path: str
    extension: str
    added: int
    removed: int


class ToolCall(msgspec.Struct):
    """
    One call of a tool.

    Attributes:
        at: When it ended, or was refused.
        name: As the agent reports it; for MCP the tool's own name, without its server.
        server: MCP server, in some spelling; empty for other kinds.
        detail: Name of the skill, type of the sub-agent, or the command line: content, for some dialects.
        changes: Files that it really changed; empty unless the outcome is ``ok``.
        git: What it really did in git; None unless the outcome is ``ok``.
    """

    at: int
    name: str
    kind: ToolKind
    outcome: Outcome
    level: AutonomyLevel
    duration_ms: int
    call_id: str
    server: str = ""
    detail: str = ""
    changes: tuple[FileChange, ...] = ()
    git: GitKind | None = None


class Skill(msgspec.Struct):
    """A skill's activation by the agent; *by_command* ones only accompany a slash command."""

    at: int
    name: str
    by_command: bool = False


class Hook(msgspec.Struct):
    """One run of a hook; *tool* is the tool that it ran after, empty where there was none."""

    at: int
    event: str
    matcher: str
    command: str
    tool: str = ""


Fact = Message | ModelCall | ToolCall | Skill | Hook


class Session(msgspec.Struct):
    """
    One conversation of one person with one agent, within one UTC day.

    Attributes:
        identity: Identity that telemetry will carry, as ``email:…`` or ``user:…``; None for nobody.
        client: As the contract names clients.
        carrier: How the native dialect sends it.
        tells_content: Whether the agent was set up to send names, arguments and texts.
    """

    agent: Agent
    session_id: str
    person: int
    identity: str | None
    client: str
    level: AutonomyLevel
    model: str
    repository: str
    branch: str
    started_at: int
    carrier: Carrier
    tells_content: bool
    facts: list[Fact]
