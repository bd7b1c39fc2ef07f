"""What plain GenAI senders say, in the conventions' words and in their libraries': one a promise."""

from __future__ import annotations

from typing import Any

from otlp_json import NOON, SECOND, attributes, log, request, span
from scenarios import Sent

TRACE = "0af7651916cd43dd8448eb211c80319c"
_BOT = {"service.name": "bot", "user.id": "u1"}


def _span(
    number: int, name: str, values: dict[str, Any], *, parent: int = 0, kind: int = 3, at: int = 0
) -> dict[str, Any]:
    made = span(name, NOON + at * SECOND, {"session.id": "s", **values}, trace=TRACE, span=f"{number:016x}")
    return {**made, "kind": kind, **({"parentSpanId": f"{parent:016x}"} if parent else {})}


def _bot(*spans: dict[str, Any]) -> Sent:
    return Sent(*request("traces", "", list(spans), _BOT))


def _points(values: list[tuple[int, float, dict[str, Any]]], field: str) -> list[dict[str, Any]]:
    return [
        {
            "startTimeUnixNano": str(NOON),
            "timeUnixNano": str(NOON + at * SECOND),
            "attributes": attributes({"gen_ai.request.model": "m", **words}),
            **({"sum": value, "count": "2"} if field == "sum" else {field: value}),
        }
        for at, value, words in values
    ]


def _histogram(
    name: str, values: list[tuple[int, float, dict[str, Any]]], temporality: int
) -> dict[str, Any]:
    return {
        "name": name,
        "histogram": {"aggregationTemporality": temporality, "dataPoints": _points(values, "sum")},
    }


def _counter(name: str, at: int, value: float) -> dict[str, Any]:
    points = _points([(at, value, {})], "asDouble")
    return {"name": name, "sum": {"aggregationTemporality": 2, "isMonotonic": True, "dataPoints": points}}


def _chat(all_input: int, output: int, **more: object) -> dict[str, Any]:
    return {
        "gen_ai.operation.name": "chat",
        "gen_ai.request.model": "m",
        "gen_ai.usage.input_tokens": all_input,
        "gen_ai.usage.output_tokens": output,
        **more,
    }


_INPUT, _OUTPUT = {"gen_ai.token.type": "input"}, {"gen_ai.token.type": "output"}
_USED = "gen_ai.client.inference.usage"
_DETAILS = "gen_ai.client.inference.operation.details"

SCENARIOS_NATIVE: dict[str, list[Sent]] = {
    "genai details": [
        _bot(
            _span(1, "chat m", _chat(10, 1)),
            _span(2, "invoke_agent", {"gen_ai.operation.name": "invoke_agent"}),
        ),
        Sent(
            *request(
                "logs",
                "",
                [
                    # In the call's own span, in a span around several calls, and beside a failure.
                    log(_DETAILS, NOON, {"session.id": "s", **_chat(10, 1)}, trace=TRACE, span=f"{1:016x}"),
                    log(_DETAILS, NOON, {"session.id": "s", **_chat(20, 2)}, trace=TRACE, span=f"{2:016x}"),
                    log(
                        _DETAILS, NOON + 1, {"session.id": "s", **_chat(20, 2)}, trace=TRACE, span=f"{2:016x}"
                    ),
                    log(_DETAILS, NOON, {"session.id": "s", "error.type": "timeout"}),
                ],
                _BOT,
            )
        ),
    ],
    "genai words": [
        _bot(
            _span(
                1,
                "chat m",
                {
                    "gen_ai.operation.name": "chat",
                    "gen_ai.system": "openai",
                    "gen_ai.request.model": "older",
                    "gen_ai.usage.prompt_tokens": 7,
                    "gen_ai.usage.completion_tokens": 3,
                },
            ),
            _span(
                2,
                "ChatOpenAI",
                {
                    "openinference.span.kind": "LLM",
                    "llm.model_name": "openinference",
                    "llm.token_count.prompt": 10,
                    "llm.token_count.prompt_details.cache_read": 4,
                    "llm.token_count.completion": 5,
                    "llm.token_count.completion_details.reasoning": 2,
                },
            ),
            _span(3, "lookup", {"openinference.span.kind": "TOOL", "tool.name": "lookup"}),
            _span(4, "plan", {"openinference.span.kind": "CHAIN", "llm.token_count.prompt": 99}),
            _span(
                5,
                "openai.chat",
                {
                    "llm.request.type": "chat",
                    "gen_ai.request.model": "openllmetry",
                    "gen_ai.usage.prompt_tokens": 8,
                    "gen_ai.usage.cache_read_input_tokens": 2,
                    "gen_ai.usage.completion_tokens": 1,
                },
            ),
            _span(6, "search.tool", {"traceloop.span.kind": "tool", "traceloop.entity.name": "search"}),
            _span(7, "ai.streamText", {"ai.model.id": "library", "ai.usage.inputTokens": 6}),
            _span(
                8,
                "ai.streamText.doStream",
                {"ai.model.id": "library", "ai.usage.inputTokens": 6, "ai.usage.cachedInputTokens": 1},
                parent=7,
            ),
            _span(9, "ai.toolCall", {"ai.toolCall.name": "weather", "ai.toolCall.id": "c1"}),
            _span(
                10,
                "embeddings e",
                {
                    "gen_ai.operation.name": "embeddings",
                    "gen_ai.request.model": "embedder",
                    "gen_ai.usage.input_tokens": 40,
                },
            ),
        )
    ],
    "genai watched twice": [
        _bot(
            _span(1, "ChatOpenAI", {"openinference.span.kind": "LLM", "llm.token_count.prompt": 10}),
            _span(2, "chat m", _chat(10, 1), parent=1),
            _span(3, "chat m", _chat(5, 1), at=5),
        ),
    ],
    "genai requests": [
        _bot(
            _span(
                1,
                "execute_tool query",
                {"gen_ai.operation.name": "execute_tool", "gen_ai.tool.name": "query"},
            ),
            _span(
                2, "tools/call query", {"mcp.method.name": "tools/call", "mcp.server.name": "axiom"}, parent=1
            ),
            _span(3, "tools/call list_issues", {"mcp.method.name": "tools/call"}),
            _span(4, "tools/call list_issues", {"mcp.method.name": "tools/call"}, parent=3, kind=2),
            _span(5, "tools/list", {"mcp.method.name": "tools/list"}),
            _span(6, "execute_tool ls", {"gen_ai.operation.name": "execute_tool"}),
        )
    ],
    "genai histogram": [
        Sent(
            *request(
                "metrics",
                "",
                [
                    _histogram(
                        "gen_ai.client.token.usage",
                        [(10, 100, _INPUT), (10, 9, _OUTPUT), (20, 130, _INPUT), (20, 9, _OUTPUT)],
                        temporality=2,
                    ),
                    _histogram(
                        "gen_ai.execute_tool.duration", [(10, 1.5, {"gen_ai.tool.name": "ls"})], temporality=1
                    ),
                ],
                _BOT,
            )
        )
    ],
    "genai counters": [
        Sent(
            *request(
                "metrics",
                "",
                [
                    _counter(f"{_USED}.input_tokens", 10, 100.0),
                    _counter(f"{_USED}.cache_read.input_tokens", 11, 60.0),
                    _counter(f"{_USED}.cache_write.input_tokens", 10, 30.0),
                    _counter(f"{_USED}.output_tokens", 10, 9.0),
                    _counter(f"{_USED}.reasoning.output_tokens", 10, 4.0),
                    _histogram(
                        "gen_ai.client.token.usage", [(10, 100, _INPUT), (10, 9, _OUTPUT)], temporality=2
                    ),
                ],
                _BOT,
            )
        )
    ],
    "genai spans and histogram": [
        _bot(_span(1, "chat m", _chat(100, 9))),
        Sent(
            *request(
                "metrics",
                "",
                [
                    _histogram(
                        "gen_ai.client.token.usage", [(10, 100, _INPUT), (10, 9, _OUTPUT)], temporality=2
                    )
                ],
                _BOT,
            )
        ),
    ],
}
