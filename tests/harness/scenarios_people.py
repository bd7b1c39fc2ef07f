"""Who a record is of, and where it belongs, as each agent's records tell it: one session a case."""

from __future__ import annotations

from typing import Any

from otlp_json import NOON, SECOND, attributes, log, request, span
from scenarios import CLAUDE_LOGS, CLAUDE_METRICS, CODEX_LOGS, TRACE, Sent

HASH = "f3b2d3a76a6b4de21e991e43c342b322e298550feb535c325a636c611b151b63"
"""What Claude Code makes up for an installation and puts into user.id of every record."""

PLACE = {
    "user.email": "Ada%40Example.com",
    "team.id": "core",
    "vcs.repository.url.full": "https://example.com/acme/Shop.git",
}
"""As an SDK that does not decode OTEL_RESOURCE_ATTRIBUTES sends them."""


def claude(session: str, own: dict[str, Any], resource: dict[str, Any] | None = None, at: int = 0) -> Sent:
    """One prompt of a Claude Code session."""
    return Sent(
        *request(
            "logs",
            CLAUDE_LOGS,
            [log("user_prompt", NOON + at * SECOND, {"session.id": session, **own})],
            {"service.name": "claude-code", **(resource or {})},
        )
    )


def codex(session: str, own: dict[str, Any], resource: dict[str, Any] | None = None) -> Sent:
    """One prompt of a Codex conversation."""
    return Sent(
        *request(
            "logs",
            CODEX_LOGS,
            [log("codex.user_prompt", NOON, {"conversation.id": session, "originator": "codex_exec", **own})],
            {"service.name": "codex_exec", **(resource or {})},
        )
    )


def native(session: str, own: dict[str, Any], resource: dict[str, Any] | None = None) -> Sent:
    """One message of an agent that speaks the native dialect."""
    return Sent(
        *request(
            "logs",
            "",
            [log("andon.user_message", NOON, {"session.id": session, **own})],
            {"service.name": "bot", **(resource or {})},
        )
    )


def sum_of(name: str, value: float, values: dict[str, Any]) -> dict[str, Any]:
    """One delta point of a counter."""
    point = {
        "startTimeUnixNano": str(NOON),
        "timeUnixNano": str(NOON + 60 * SECOND),
        "asDouble": value,
        "attributes": attributes(values),
    }
    return {"name": name, "sum": {"aggregationTemporality": 1, "isMonotonic": True, "dataPoints": [point]}}


def _histogram_of(name: str, value: float, values: dict[str, Any]) -> dict[str, Any]:
    point = {
        "startTimeUnixNano": str(NOON),
        "timeUnixNano": str(NOON + 60 * SECOND),
        "count": 1,
        "sum": value,
        "bucketCounts": [],
        "explicitBounds": [],
        "attributes": attributes(values),
    }
    return {"name": name, "histogram": {"aggregationTemporality": 1, "dataPoints": [point]}}


SCENARIOS_PEOPLE: dict[str, list[Sent]] = {
    "who": [
        claude("install", {"user.id": HASH}),
        claude("resource id", {"user.id": HASH}, {"user.id": "ada"}),
        claude("resource address", {"user.id": HASH}, {"enduser.id": "Ada@Example.com "}),
        claude("own id", {"user.id": "own"}, {"user.id": "ada"}),
        claude("account", {"user.id": HASH, "user.account_uuid": "a1"}, {"user.id": "ada"}),
        claude(
            "address",
            {"user.id": HASH, "user.account_uuid": "a1", "user.email": "ADA@example.com"},
            {"user.email": "other@example.com"},
        ),
        claude("gateway id", {"user.id": HASH, "identity.source": "oidc"}),
        claude("gateway address", {"user.id": "ada@example.com", "identity.source": "oidc"}),
        claude("placeholders", {"user.id": "anonymous", "user.email": "unknown"}, {"user.id": " "}),
        claude("merged", {"user.id": HASH}, {"user.id": "ada.old"}),
        claude("logs in", {"user.id": HASH}),
        claude("logs in", {"user.id": HASH, "user.email": "ada@example.com"}, at=1),
        claude("changes", {"user.email": "ada@example.com"}),
        claude("changes", {"user.email": "bo@example.com"}, at=1),
        codex("codex address", {"user.email": "ada@example.com", "user.account_id": "a2"}),
        codex("codex resource", {}, {"user.email": "ada%40example.com"}),
        codex("codex nobody", {}),
        native("pseudonym", {"enduser.pseudo.id": "p1"}),
        native("device", {"installation.id": "i1"}, {"user.email": "N/A"}),
        native("ill encoded", {}, {"user.id": "100%zz"}),
    ],
    "where": [
        claude("claude logs", {"user.id": HASH}, PLACE),
        Sent(
            *request(
                "traces",
                "com.anthropic.claude_code.tracing",
                [
                    span(
                        "claude_code.llm_request",
                        NOON,
                        {"session.id": "claude spans", "user.id": HASH, "model": "m"},
                        trace=TRACE,
                        span="00000000000000a1",
                    )
                ],
                {"service.name": "claude-code", **PLACE},
            )
        ),
        Sent(
            *request(
                "metrics",
                CLAUDE_METRICS,
                [
                    sum_of(
                        "claude_code.token.usage",
                        5,
                        {"session.id": "claude metrics", "user.id": HASH, "type": "input", "model": "m"},
                    )
                ],
                {"service.name": "claude-code", **PLACE},
            )
        ),
        codex("codex logs", {}, PLACE),
        Sent(
            *request(
                "metrics",
                "codex",
                [
                    _histogram_of(
                        "codex.turn.token_usage",
                        5,
                        {"token_type": "input", "model": "m", "session_source": "exec"},
                    )
                ],
                {"service.name": "codex_exec", **PLACE},
            ),
            key="other",
        ),
        native("native logs", {"team.name": "own", "vcs.repository.name": "acme/shop"}, PLACE),
        native(
            "native resource", {"team": "a word"}, {"team": "core", "repository": "git@example.com:a/Shop"}
        ),
    ],
}

ALIASES_PEOPLE: list[dict[str, Any]] = [
    {"org_id": "who", "identity": "user:ada.old", "canonical_identity": "email:ada@example.com"}
]
