"""Export requests of invented agents: chats and calls of tools, 16 attributes each, every event new."""

from __future__ import annotations

import gzip
import random
import time
from collections.abc import Iterable
from concurrent.futures import ProcessPoolExecutor
from typing import Any

from andon.ingest.proto import schema

TOOLS = ("Read", "Edit", "Bash", "Grep", "Write", "Glob", "mcp__github__search")
MODELS = ("claude-opus-4-8", "claude-sonnet-5", "gpt-5.5", "gemini-2.5-pro")


def bodies(events: int, seeds: Iterable[int]) -> list[bytes]:
    """Make one gzip body a seed, on all cores."""
    with ProcessPoolExecutor() as pool:
        return list(pool.map(_body, [(events, seed) for seed in seeds], chunksize=16))


def request(events: int, seed: int) -> bytes:
    """Make one export request of one sender: chats and calls of tools in a dozen sessions of four traces."""
    chance = random.Random(seed)  # noqa: S311 (a load, not a secret)
    message = schema.message("collector.trace.v1.ExportTraceServiceRequest", trimmed=False)()
    group = message.resource_spans.add()
    _put(
        group.resource,
        {"service.name": "acme-agent", "service.version": "1.2.3", "vcs.repository.name": "web"},
    )
    scope = group.scope_spans.add()
    scope.scope.name = "acme.agent"
    sessions = [
        (
            f"{chance.getrandbits(128):032x}",
            f"dev{chance.randrange(10_000)}@example.com",
            [chance.randbytes(16) for _ in range(4)],
        )
        for _ in range(12)
    ]
    now = time.time_ns()
    for _ in range(events):
        session, person, traces = chance.choice(sessions)
        chats, model = chance.random() < 0.45, chance.choice(MODELS)
        started = now - chance.randrange(3600 * 10**9)
        span = scope.spans.add(
            trace_id=chance.choice(traces),
            span_id=chance.randbytes(8),
            name=f"chat {model}" if chats else "execute_tool",
            kind=3,
            start_time_unix_nano=started,
            end_time_unix_nano=started + chance.randrange(10**9),
        )
        _put(
            span,
            {
                "session.id": session,
                "user.email": person,
                "gen_ai.provider.name": "acme",
                "gen_ai.operation.name": "chat" if chats else "execute_tool",
                "gen_ai.request.model": model,
                "gen_ai.response.model": model,
                "gen_ai.conversation.id": session,
                "andon.client": chance.choice(("terminal-ui", "ide")),
                "andon.autonomy.level": chance.choice(("auto-high", "manual")),
                "vcs.ref.head.name": "main",
                "team.id": "core",
            }
            | (_chat(chance) if chats else _call(chance)),
        )
    serialised: bytes = message.SerializeToString()
    return serialised


def _chat(chance: random.Random) -> dict[str, str | int]:
    return {
        "gen_ai.response.id": f"msg_{chance.getrandbits(64):016x}",
        "gen_ai.usage.input_tokens": chance.randrange(20_000),
        "gen_ai.usage.output_tokens": chance.randrange(2_000),
        "gen_ai.usage.cache_read.input_tokens": chance.randrange(50_000),
        "gen_ai.usage.cache_creation.input_tokens": chance.randrange(3_000),
    }


def _call(chance: random.Random) -> dict[str, str | int]:
    return {
        "gen_ai.tool.call.id": f"call_{chance.getrandbits(64):016x}",
        "gen_ai.tool.name": chance.choice(TOOLS),
        "andon.tool.outcome": "ok",
        "file.extension": chance.choice((".py", ".ts", ".go")),
        "andon.duration_ms": chance.randrange(5_000),
    }


def _put(owner: Any, values: dict[str, str | int]) -> None:  # noqa: ANN401 (a protobuf message)
    for key, value in values.items():
        pair = owner.attributes.add(key=key)
        if isinstance(value, int):
            pair.value.int_value = value
        else:
            pair.value.string_value = value


def _body(what: tuple[int, int]) -> bytes:
    return gzip.compress(request(*what), 6, mtime=0)
