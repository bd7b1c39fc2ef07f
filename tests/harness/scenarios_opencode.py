"""What OpenCode's captures do not show, sent by invented organisations: one a promise."""

from __future__ import annotations

from typing import Any, TypedDict, Unpack

from otlp_json import NOON, SECOND, request, span
from scenarios import Sent

_RESOURCE = {
    "service.name": "opencode",
    "service.version": "1.18.33",
    "service.instance.id": "p1",
    "opencode.client": "cli",
}
_TRACE = "0af7651916cd43dd8448eb211c80319c"
_OTHER_TRACE = "0af7651916cd43dd8448eb211c80319d"
_MILLI = SECOND // 1000


def _opencode(*spans: dict[str, Any], **resource: str) -> Sent:
    return Sent(*request("traces", "opencode", list(spans), {**_RESOURCE, **resource}))


class _Place(TypedDict, total=False):
    """Where a span stands and how it ended."""

    trace: str
    parent: int
    status: int


def _span(
    name: str, number: int, at: int, lasted: int, values: dict[str, Any], **place: Unpack[_Place]
) -> dict[str, Any]:
    """Make a span that ended *at* milliseconds after noon and *lasted* some."""
    made = span(
        name,
        NOON + at * _MILLI,
        values,
        trace=place.get("trace", _TRACE),
        span=f"{number:016x}",
        status=place.get("status", 1),
        lasted=lasted * _MILLI,
    )
    return {**made, "parentSpanId": f"{place['parent']:016x}"} if "parent" in place else made


def _tool(
    number: int, tool: str, at: int, lasted: int = 10, session: str = "s", **place: Unpack[_Place]
) -> dict[str, Any]:
    values = {"tool.name": tool, "session.id": session, "tool.call_id": f"call_{number}"}
    return _span("Tool.execute", number, at, lasted, values, **place)


def _call(
    number: int, at: int, values: dict[str, Any], session: str = "s", **place: Unpack[_Place]
) -> dict[str, Any]:
    said = {"session.id": session, "ai.model.id": "m", "ai.telemetry.metadata.userId": "ada", **values}
    return _span("ai.streamText.doStream", number, at, 10, said, **place)


_REFUSED = [
    {
        "name": "exception",
        "timeUnixNano": str(NOON),
        "attributes": [{"key": "exception.type", "value": {"stringValue": "PermissionRejectedError"}}],
    }
]

SCENARIOS_OPENCODE: dict[str, list[Sent]] = {
    "opencode without the library's spans": [
        _opencode(
            _span("SessionPrompt.createUserMessage", 1, 10, 5, {}),
            # What a person attached is read without a call.
            _span("Tool.execute", 2, 9, 2, {"tool.name": "read", "session.id": "s"}),
            _tool(3, "write", 30),
            _tool(4, "edit", 40),
            _tool(5, "edit", 50, status=2),
            {**_tool(6, "bash", 60, status=2), "events": _REFUSED},
            _tool(7, "skill", 70),
            # Said while the tools ran: a trace of its own.
            _span("SessionPrompt.createUserMessage", 8, 65, 5, {}, trace=_OTHER_TRACE),
        )
    ],
    "opencode sub-agents": [
        _opencode(
            _span("SessionPrompt.createUserMessage", 1, 10, 5, {}),
            _call(2, 20, {"ai.usage.inputTokens": 5}),
            _tool(3, "task", 900, lasted=800),
            _span("SessionPrompt.createUserMessage", 4, 120, 5, {}, parent=3),
            _call(5, 200, {"ai.usage.inputTokens": 7}, session="child"),
            _tool(6, "task", 600, lasted=300, session="child"),
            _call(7, 400, {"ai.usage.inputTokens": 11}, session="grandchild"),
            _tool(8, "read", 450, session="grandchild"),
        )
    ],
    "opencode purposes": [
        _opencode(
            # The loop's own call, a title's, a compaction's, and a helper's whose askers were lost.
            _span("SessionProcessor.process", 10, 100, 90, {}, parent=19),
            _span("LLM.run", 11, 90, 80, {}, parent=10),
            _span("ai.streamText", 12, 80, 70, {}, parent=11),
            _call(13, 70, {"ai.usage.inputTokens": 1}, parent=12),
            _span("SessionPrompt.ensureTitle", 20, 100, 90, {}, parent=19),
            _span("LLM.run", 21, 90, 80, {}, parent=20),
            _span("ai.streamText", 22, 80, 70, {}, parent=21),
            _call(23, 70, {"ai.usage.inputTokens": 2}, parent=22),
            _span("SessionCompaction.process", 39, 100, 95, {}, parent=19),
            _span("SessionProcessor.process", 30, 100, 90, {}, parent=39),
            _span("LLM.run", 31, 90, 80, {}, parent=30),
            _span("ai.streamText", 32, 80, 70, {}, parent=31),
            _call(33, 70, {"ai.usage.inputTokens": 4}, parent=32),
            _call(43, 70, {"ai.usage.inputTokens": 8, "ai.settings.maxRetries": 2}, parent=42),
            # Broken off: no usage, no reason of an end.
            _call(53, 70, {}, parent=52),
        )
    ],
    "opencode caches": [
        _opencode(
            _call(
                1,
                10,
                {
                    "ai.usage.inputTokens": 100,
                    "ai.usage.inputTokenDetails.noCacheTokens": 10,
                    "ai.usage.inputTokenDetails.cacheReadTokens": 60,
                    "ai.usage.inputTokenDetails.cacheWriteTokens": 30,
                    "ai.usage.cachedInputTokens": 60,
                    "ai.usage.outputTokens": 9,
                    "ai.usage.reasoningTokens": 4,
                },
            ),
            _call(
                2,
                20,
                {"ai.usage.inputTokens": 50, "ai.usage.cachedInputTokens": 20, "ai.usage.outputTokens": 1},
            ),
        )
    ],
    "opencode tools of one's own": [
        _opencode(
            _tool(1, "lint_all", 10),
            _span("Truncate.output", 2, 9, 1, {}, parent=1),
            _tool(3, "lint_all", 20, status=2),
            _tool(4, "axiom_query_logs", 30),
            _tool(5, "github_create_pull_request", 40),
            _tool(6, "list_mcp_resources", 50),
        )
    ],
    "opencode clients": [
        _opencode(
            _span("SessionHttpApi.status", 1, 1, 1, {}, trace=_OTHER_TRACE),
            _span("SessionPrompt.command", 2, 20, 15, {}),
            _span("SessionPrompt.createUserMessage", 3, 12, 5, {}, parent=2),
            _call(4, 18, {"ai.usage.inputTokens": 1}),
        ),
        _opencode(
            _call(5, 18, {"ai.usage.inputTokens": 1}, session="w", trace=_OTHER_TRACE),
            **{"opencode.client": "desktop", "service.instance.id": "p2"},
        ),
        _opencode(
            _call(
                6,
                18,
                {"ai.usage.inputTokens": 1, "ai.telemetry.metadata.userId": "root"},
                session="i",
                trace=_OTHER_TRACE,
            ),
            **{"opencode.client": "acp", "service.instance.id": "p3"},
        ),
    ],
}
