"""
What every metric means: ``/api/v1/definitions``, made from docs/metrics.md.

``python -m andon.api.definitions docs/metrics.md`` writes ``definitions.json`` beside this file; a test keeps
the two in step.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.auth import recognise
from andon.api.coding import respond
from andon.api.guard import Guard
from andon.contract.definitions import Definition, DefinitionsAnswer

DEFINITIONS_PATH = "/api/v1/definitions"

FILE = "definitions.json"

_SECTION = re.compile(r"^## (?:/(\w+)|The (page))$", re.MULTILINE)
_METRIC = re.compile(r"^### (\w+)\n(.*?)(?=^### |\Z)", re.MULTILINE | re.DOTALL)
_EXAMPLE = re.compile(r"(?:^|\s)\*+(?=\S).*", re.DOTALL)
_LINK = re.compile(r"\[([^\]]+)\]\([^)]+\)")
_TOLD = re.compile(r"^(Formula|Caveat): (.+)$", re.MULTILINE)

MODELS: dict[str, str] = {
    "by_model": "rpt_tokens_by_model",
    "model_id": "rpt_tokens_by_model",
    "model_tier": "rpt_tokens_by_model",
    "by_user": "rpt_tokens_by_user",
    "user_id": "rpt_tokens_by_user",
    "user_email": "rpt_tokens_by_user",
    "by_tool": "rpt_tools_by_tool",
    "tool": "rpt_tools_by_tool",
    "mcp_by_server": "rpt_tools_by_mcp_server",
    "server": "rpt_tools_by_mcp_server",
    "skills_by_name": "rpt_tools_by_skill",
    "slash_commands_by_name": "rpt_tools_by_slash_command",
    "hooks_by_event": "rpt_tools_by_hook",
    "event": "rpt_tools_by_hook",
    "matcher": "rpt_tools_by_hook",
    "command": "rpt_tools_by_hook",
    "daily_active_users_by_client": "rpt_activity_by_client",
    "by_extension": "rpt_productivity_by_extension",
    "extension": "rpt_productivity_by_extension",
    "by_language": "rpt_productivity_by_language",
    "language": "rpt_productivity_by_language",
    "languages": "rpt_users_languages",
}
"""Models of what has one of its own; the rest is in its report's daily one."""

DAILY: dict[str, str | None] = {"people": "rpt_users_daily", "adoption": "rpt_users_daily", "page": None}

SHARED = ("date", "group_key", "invocations", "name", "count")
"""Fields that stand in answers of several models."""

UNITS: tuple[tuple[str, str], ...] = (
    (r"tokens$|^by_model$|^by_user$", "tokens"),
    (r"ratio|_avg$|_per_|stickiness", "ratio"),
    (r"share|^auto_|^spec$|^manual$", "share"),
    (r"users|people|^new$|^returning$|^resurrected$|^dormant$", "people"),
    (r"^sessions$", "sessions"),
    (r"messages$", "messages"),
    (r"days$", "days"),
    (r"date$", "date"),
    (r"^files|extension$|language$|^by_", "files"),
    (r"commits", "commits"),
    (r"prs", "pull requests"),
    (r"calls|tool$|invocations|server|skills|slash|hooks|count", "calls"),
)
"""By the first pattern that the metric's name has; text for the rest."""


class DefinitionDesk:
    """
    Answers ``/api/v1/definitions``.

    Args:
        guard: Recognises keys and sessions.
    """

    def __init__(self, guard: Guard) -> None:
        self._guard = guard
        self._body = msgspec.json.encode(DefinitionsAnswer(read()))

    def routes(self) -> list[Route]:
        """List the one route, HEAD included."""
        return [Route(DEFINITIONS_PATH, self._answer)]

    # Not a coroutine: keys are looked up, so Starlette runs it in a thread.
    def _answer(self, request: Request) -> Response:
        principal = recognise(request.headers, self._guard)
        request.state.org_id, request.state.key_id = principal.org_id, principal.key_id
        vary = "Authorization, Cookie, Accept-Encoding"
        return respond(request, {"Cache-Control": "private, max-age=3600", "Vary": vary}, self._body)


def read() -> list[Definition]:
    """Read the definitions that were made."""
    text = resources.files(__package__).joinpath(FILE).read_bytes()
    return msgspec.json.decode(text, type=list[Definition])


def written(page: str) -> bytes:
    """Write the definitions of docs/metrics.md as they are committed."""
    return msgspec.json.format(msgspec.json.encode(list(defined(page))), indent=2) + b"\n"


def defined(page: str) -> Iterator[Definition]:
    """Read every metric of the text of docs/metrics.md."""
    sections = _SECTION.split(page)
    # The split gives three for each: the report, or "page", and the text.
    for report, of_page, text in zip(sections[1::3], sections[2::3], sections[3::3], strict=True):
        for metric, body in _METRIC.findall(text.split("\n## ")[0]):
            yield _definition(report or of_page, metric, body)


def _definition(report: str, metric: str, body: str) -> Definition:
    told = dict(_TOLD.findall(body))
    words = _EXAMPLE.sub("", _TOLD.sub("", body))
    return Definition(
        report=report,
        metric=metric,
        name=_name(metric),
        words=_plain(words) or _plain(body.replace("*", "")),
        formula=_plain(told["Formula"]) if "Formula" in told else None,
        unit=next((unit for pattern, unit in UNITS if re.search(pattern, metric)), "text"),
        model=None if metric in SHARED else MODELS.get(metric, DAILY.get(report, f"rpt_{report}_daily")),
        caveat=_plain(told["Caveat"]) if "Caveat" in told else None,
        link=f"docs/metrics.md#{metric}",
    )


def _plain(text: str) -> str:
    return " ".join(_LINK.sub(r"\1", text).split())


def _name(metric: str) -> str:
    words = metric.replace("mcp", "MCP").replace("prs", "PRs").replace("_", " ")
    return words[0].upper() + words[1:]


if __name__ == "__main__":
    Path(__file__).with_name(FILE).write_bytes(written(Path(sys.argv[1]).read_text(encoding="utf-8")))
