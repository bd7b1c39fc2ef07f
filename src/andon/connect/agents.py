"""
What each agent must be told, and where it reads it.

Every agent is pointed at OTLP over HTTP with an ingest key. Signals are those that give exact numbers;
content is never asked for unless ``details`` is, and Andon drops it at the door then too.

Source: the agents' own documentation; the real agents read these files (tests/e2e/test_connect_agents.py).
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal
from urllib.parse import quote

Format = Literal["json", "toml", "dotenv", "shell"]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """
    What an agent is to be told.

    Attributes:
        url: OTLP over HTTP of this server, without a path.
        key: Ingest key.
        details: Also switch on what makes names and extensions exact: arguments and prompts are sent then.
        resource: Attributes such as ``user.email`` that the sender states of itself.
    """

    url: str
    key: str
    details: bool = False
    resource: Mapping[str, str] = field(default_factory=dict)

    @property
    def authorization(self) -> str:
        """The header's value."""
        return f"Bearer {self.key}"

    @property
    def headers(self) -> str:
        """
        Headers as ``OTEL_EXPORTER_OTLP_HEADERS`` wants them.

        Percent-encoding is the specification's, but Claude Code and OpenCode send what they read; all of them
        take a blank as it is.
        """
        return f"Authorization={self.authorization}"

    @property
    def stated(self) -> dict[str, str]:
        """``OTEL_RESOURCE_ATTRIBUTES``, when anything is stated."""
        if not self.resource:
            return {}
        return {
            "OTEL_RESOURCE_ATTRIBUTES": ",".join(f"{k}={quote(v, safe='')}" for k, v in self.resource.items())
        }


@dataclass(frozen=True, kw_only=True)
class Part:
    """
    Settings for one file.

    Attributes:
        path: Beneath the home directory; for a shell's settings the profile is chosen when they are written.
        form: How the file is written. ``shell`` is a function that gives the variables to this agent alone.
        values: Nested for ``json`` and ``toml``, flat variables for the others.
        managed: Where an administrator puts the same for a whole machine, by operating system; empty when
            there is no such place.
    """

    path: str
    form: Format
    values: dict[str, object]
    managed: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Agent:
    """
    One agent.

    Attributes:
        name: As facts call it.
        command: What starts it.
        parts: Its settings for a wish.
        sends_with_details: What ``details`` puts on the wire.
        advice: What a person should know besides; empty when nothing.
        heard: How its records are known: beginnings of service or scope names.
    """

    name: str
    command: str
    parts: Callable[[Wish], list[Part]]
    sends_with_details: str
    heard: tuple[str, ...]
    advice: str = ""


def _claude_code(wish: Wish) -> list[Part]:
    variables = {
        "CLAUDE_CODE_ENABLE_TELEMETRY": "1",
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_LOGS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_PROTOCOL": "http/protobuf",
        "OTEL_EXPORTER_OTLP_ENDPOINT": wish.url,
        "OTEL_EXPORTER_OTLP_HEADERS": wish.headers,
        **wish.stated,
        **({"OTEL_LOG_TOOL_DETAILS": "1"} if wish.details else {}),
    }
    return [
        Part(
            path=".claude/settings.json",
            form="json",
            values={"env": variables},
            managed={
                "Linux": "/etc/claude-code/managed-settings.json",
                "macOS": "/Library/Application Support/ClaudeCode/managed-settings.json",
                "Windows": r"C:\Program Files\ClaudeCode\managed-settings.json",
            },
        )
    ]


def _codex(wish: Wish) -> list[Part]:
    def exporter(signal: str) -> dict[str, object]:
        told = {
            "endpoint": f"{wish.url}/v1/{signal}",
            "protocol": "binary",
            "headers": {"Authorization": wish.authorization},
        }
        return {"otlp-http": told}

    parts = [
        Part(
            path=".codex/config.toml",
            form="toml",
            values={
                "otel": {
                    "exporter": exporter("logs"),
                    "metrics_exporter": exporter("metrics"),
                    "log_user_prompt": wish.details,
                }
            },
            managed={"Linux": "/etc/codex/managed_config.toml", "macOS": "/etc/codex/managed_config.toml"},
        )
    ]
    return parts + ([_shell(wish.stated)] if wish.stated else [])


def _gemini_family(folder: str, system: str) -> Callable[[Wish], list[Part]]:
    def parts(wish: Wish) -> list[Part]:
        telemetry = {
            "enabled": True,
            "target": "local",
            "otlpEndpoint": wish.url,
            "otlpProtocol": "http",
            "logPrompts": wish.details,
        }
        return [
            Part(
                path=f"{folder}/settings.json",
                form="json",
                values={"telemetry": telemetry},
                managed={
                    "Linux": f"/etc/{system}/settings.json",
                    "macOS": f"/Library/Application Support/{_title(system)}/settings.json",
                    "Windows": rf"C:\ProgramData\{system}\settings.json",
                },
            ),
            Part(
                path=f"{folder}/.env",
                form="dotenv",
                values={"OTEL_EXPORTER_OTLP_HEADERS": wish.headers, **wish.stated},
            ),
        ]

    return parts


def _title(system: str) -> str:
    return "".join("CLI" if word == "cli" else word.capitalize() for word in system.split("-"))


def _shell(variables: Mapping[str, object]) -> Part:
    return Part(path="", form="shell", values=dict(variables))


def _otlp_variables(wish: Wish, protocol: str = "http/protobuf") -> dict[str, object]:
    return {
        "OTEL_EXPORTER_OTLP_ENDPOINT": wish.url,
        "OTEL_EXPORTER_OTLP_PROTOCOL": protocol,
        "OTEL_EXPORTER_OTLP_HEADERS": wish.headers,
        **wish.stated,
    }


_CAPTURE = "OTEL_INSTRUMENTATION_GENAI_CAPTURE_MESSAGE_CONTENT"


def _copilot_cli(wish: Wish) -> list[Part]:
    switch = {_CAPTURE: "true"} if wish.details else {}
    return [_shell({"COPILOT_OTEL_ENABLED": "true", **_otlp_variables(wish), **switch})]


def _vscode(wish: Wish) -> list[Part]:
    folders = {"darwin": "Library/Application Support/Code/User", "win32": "AppData/Roaming/Code/User"}
    prefix = "github.copilot.chat.otel"
    return [
        Part(
            path=f"{folders.get(sys.platform, '.config/Code/User')}/settings.json",
            form="json",
            values={
                f"{prefix}.enabled": True,
                f"{prefix}.exporterType": "otlp-http",
                f"{prefix}.otlpEndpoint": wish.url,
                f"{prefix}.captureContent": wish.details,
            },
        ),
        Part(
            path="",
            form="shell",
            values={"OTEL_EXPORTER_OTLP_HEADERS": wish.headers, **wish.stated},
        ),
    ]


def _opencode(wish: Wish) -> list[Part]:
    return [
        Part(
            path=".config/opencode/opencode.json",
            form="json",
            values={"experimental": {"openTelemetry": True}},
        ),
        _shell(_otlp_variables(wish, "http/json")),
    ]


def _droid(wish: Wish) -> list[Part]:
    switch = {"OTEL_LOG_MESSAGE_CONTENT": "true"} if wish.details else {}
    return [
        _shell(
            {
                "OTEL_TELEMETRY_ENDPOINT": wish.url,
                "OTEL_TELEMETRY_HEADERS": wish.headers,
                **wish.stated,
                **switch,
            }
        )
    ]


AGENTS: dict[str, Agent] = {
    agent.name: agent
    for agent in (
        Agent(
            name="claude-code",
            command="claude",
            parts=_claude_code,
            sends_with_details="commands, paths, and names of MCP servers, skills and commands",
            heard=("claude-code", "com.anthropic.claude_code"),
        ),
        Agent(
            name="codex",
            command="codex",
            parts=_codex,
            sends_with_details="prompts; arguments and outputs of tools are sent without it too",
            heard=("codex",),
        ),
        Agent(
            name="gemini-cli",
            command="gemini",
            parts=_gemini_family(".gemini", "gemini-cli"),
            sends_with_details="prompts and the arguments of tools",
            heard=("gemini-cli",),
            advice="A project with a .gemini/.env or .env of its own hides ~/.gemini/.env: "
            "put OTEL_EXPORTER_OTLP_HEADERS there too.",
        ),
        Agent(
            name="qwen-code",
            command="qwen",
            parts=_gemini_family(".qwen", "qwen-code"),
            sends_with_details="prompts; the arguments of tools are sent without it too",
            heard=("qwen-code",),
            advice="A project with a .qwen/.env or .env of its own hides ~/.qwen/.env: "
            "put OTEL_EXPORTER_OTLP_HEADERS there too.",
        ),
        Agent(
            name="copilot-cli",
            command="copilot",
            parts=_copilot_cli,
            sends_with_details="prompts, responses, and the arguments and results of tools",
            heard=("github-copilot", "github.copilot"),
        ),
        Agent(
            name="vscode-copilot-chat",
            command="code",
            parts=_vscode,
            sends_with_details="prompts, responses, and the arguments and results of tools",
            heard=("copilot-chat",),
            advice="Only an editor that is started from the shell (`code`) has the key.",
        ),
        Agent(
            name="opencode",
            command="opencode",
            parts=_opencode,
            sends_with_details="nothing more: with its switch for tokens OpenCode sends all content",
            heard=("opencode",),
            advice="OpenCode tells tokens only with experimental.openTelemetry, which sends all content.",
        ),
        Agent(
            name="droid",
            command="droid",
            parts=_droid,
            sends_with_details="messages, and the arguments and results of tools",
            heard=("cli-customer-",),
        ),
    )
}
"""Every agent that can be connected, by name."""
