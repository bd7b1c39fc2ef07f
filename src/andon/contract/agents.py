"""How an agent is connected, as the API tells it."""

from __future__ import annotations

import msgspec


class AgentRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    An agent that can be connected.

    Attributes:
        agent: Its name, as facts call it.
        command: What starts it.
        sends_with_details: What its details would put on the wire besides; they are not asked for.
        advice: What a person should know besides; empty when nothing.
    """

    agent: str
    command: str
    sends_with_details: str
    advice: str


class AgentsAnswer(msgspec.Struct, frozen=True):
    """
    ``GET /api/v1/connect``.

    Attributes:
        data: The agents, in their usual order.
    """

    data: list[AgentRow]


class Snippet(msgspec.Struct, frozen=True, kw_only=True):
    """
    What to put into one file.

    Attributes:
        path: The file, from the home directory on; or what else it is, in words.
        text: Its whole text, where it was empty before.
    """

    path: str
    text: str


class Connection(AgentRow, frozen=True, kw_only=True):
    """
    The settings that point an agent here.

    Attributes:
        url: Where it is told to send.
        command_line: What does the same on the person's machine, where Andon is installed.
        files: The settings.
    """

    url: str
    command_line: str
    files: list[Snippet]


class ConnectionAnswer(msgspec.Struct, frozen=True):
    """
    ``GET /api/v1/connect/{agent}``.

    Attributes:
        data: The settings.
    """

    data: Connection
