"""Readers beside builds: fifty requests a second, each answer held to the edition of its moment."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import httpx2

from line import CAPTURE_DAY, Org
from otlp_json import NOON, SECOND, log, request

LOGS = "com.anthropic.claude_code.events"
RESOURCE = {"service.name": "claude-code", "service.version": "2.1.329"}


def sessions(first: int, last: int, at: int = NOON) -> bytes:
    """Give telemetry of sessions; each has a message, a tool call and a model call of one token."""
    records = []
    for number in range(first, last):
        one = {"session.id": f"s{number}", "user.email": "ada@example.com", "user.id": "u"}
        events: list[dict[str, Any]] = [
            {"event.name": "user_prompt", "prompt_length": "5"},
            {
                "event.name": "api_request",
                "model": "m",
                "query_source": "main",
                "input_tokens": 1,
                "output_tokens": 1,
                "request_id": f"r{number}",
            },
            {
                "event.name": "tool_result",
                "tool_name": "Read",
                "success": "true",
                "tool_use_id": f"t{number}",
            },
        ]
        for sequence, event in enumerate(events):
            name = event.pop("event.name")
            values = {**one, "event.sequence": sequence, **event}
            records.append(log(name, at + sequence * SECOND, values))
    return request("logs", LOGS, records, RESOURCE)[1]


def tokens(row: dict[str, Any]) -> set[int]:
    """Tell how many sessions an answer of tokens knows, counted in each of its ways."""
    return {row["input_tokens"], sum(part["input_tokens"] for part in row["by_model"])}


def tools(row: dict[str, Any]) -> set[int]:
    """The same of tools."""
    return {row["tool_calls"], sum(part["invocations"] for part in row["by_tool"])}


COUNTED: dict[str, Callable[[list[dict[str, Any]]], set[int]]] = {
    "tokens": lambda rows: tokens(rows[0]),
    "tokens?group_by=model": lambda rows: {sum(row["input_tokens"] for row in rows)},
    "tools": lambda rows: tools(rows[0]),
    "tools?group_by=tool_name": lambda rows: {sum(row["tool_calls"] for row in rows)},
    "activity": lambda rows: {rows[0]["sessions"], rows[0]["user_messages"]},
    "activity?group_by=client": lambda rows: {-len(rows)} - {-1},
    "productivity": lambda rows: {-len(rows)} - {-1},
    "users": lambda rows: {rows[0]["sessions"], rows[0]["user_messages"], rows[0]["tool_calls"]},
}
"""The answers, and what numbers of sessions each knows; every edition has a number of its own."""


class Readers:
    """Fifty requests a second on every endpoint, and whatever they found wrong."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.may_be: frozenset[int] = frozenset()
        self.asked = 0
        self.wrong: list[str] = []
        self._is_over = threading.Event()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read in the block."""
        threads = [threading.Thread(target=self._read, args=[number]) for number in range(5)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            for thread in threads:
                thread.join()

    @contextmanager
    def moving(self, to: int) -> Iterator[None]:
        """Within the block either number is right, after it only the new one."""
        before = self.may_be
        self.may_be = before | {to}
        yield
        self.may_be = frozenset({to})

    def _read(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311 (a mix of requests)
        day = f"startDate={CAPTURE_DAY}&endDate={CAPTURE_DAY}"
        headers = {"Authorization": f"Bearer {self.org.key}"}
        with httpx2.Client(base_url=self.org.line.api_url, headers=headers, timeout=30) as http:
            while not self._is_over.wait(0.1):
                what = chance.choice(list(COUNTED))
                path = f"/api/v1/analytics/{what}{'&' if '?' in what else '?'}{day}"
                before = self.may_be
                try:
                    answer = http.get(path)
                    known = COUNTED[what](answer.json()["data"]) if answer.status_code == 200 else {-1}
                except (httpx2.HTTPError, LookupError) as error:
                    self.wrong.append(f"{what}: {error!r}")
                    continue
                self.asked += 1
                # A switch may be seen a moment after whoever made it went on.
                if not (known <= before or known <= self.may_be) or len(known) > 1:
                    self.wrong.append(f"{what}: {answer.status_code}, {known}, not {before} or {self.may_be}")
