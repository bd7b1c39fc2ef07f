"""
The API described in OpenAPI 3.1, made from the contract's structs, its words and its examples.

``python -m andon.api.openapi`` prints the document as ``docs/reference/openapi.json`` holds it.
"""

from __future__ import annotations

import copy
import functools
import sys
from collections.abc import Sequence
from importlib import resources

import msgspec

from andon.api.auth import SESSION_COOKIE
from andon.api.openapi_page import PAGE_TYPES, page_paths
from andon.api.openapi_parts import REF, Json, describe, optional, parameter, problem_answer, ref
from andon.api.parameters import DEFAULT_LIMIT, MAX_LIMIT, NAMES, WITHOUT
from andon.contract.conservation import ConservationAnswer
from andon.contract.coverage import CoverageAnswer
from andon.contract.problems import (
    BadRequest,
    Forbidden,
    Internal,
    Problem,
    ProblemDocument,
    TooMany,
    Unauthenticated,
    Unavailable,
)
from andon.contract.reports import GROUP_BY, REPORTS, ROW_TYPES, Meta, PageMeta, Report
from andon.contract.restatements import RestatementsAnswer

OPENAPI_PATH = "/api/v1/openapi.json"

SUMMARIES: dict[Report, str] = {
    "tokens": "Token consumption by model and user",
    "tools": "Tool invocations and autonomy metrics",
    "activity": "Daily, weekly, and monthly active users",
    "productivity": "File operations and git activity",
    "users": "Per-user metrics with pagination",
}
"""The contract's words for the five."""

PROBLEMS: tuple[tuple[type[Problem], str, str], ...] = (
    (
        BadRequest,
        "Invalid date format, today's date requested, or limit out of range.",
        "Cannot query today's date - analytics data has a 24-hour lag",
    ),
    (
        Unauthenticated,
        "Missing or invalid API key.",
        "Missing or invalid API key. Send a valid one as `Authorization: Bearer fk-…`",
    ),
    (
        Forbidden,
        "Insufficient permissions (requires Manager or Owner role), or an ingest key.",
        "Insufficient permissions (requires Manager or Owner role): this key's role is member",
    ),
    (TooMany, "Over the rate limit; `Retry-After` says when to come back.", "Too many requests"),
    (Internal, "Internal error.", "Something went wrong on our side; the request id is in the server's log"),
)
"""Errors of every report: class, when it comes, an example of its detail."""


def document() -> Json:
    """Describe the API; the same document at every call, not to be changed."""
    return _document()


@functools.cache
def _document() -> Json:
    schemas = _schemas()
    paths: Json = {f"/api/v1/analytics/{report}": {"get": _operation(report)} for report in REPORTS}
    paths |= {f"/api/v1/preview/{report}": {"get": _previewed(report)} for report in REPORTS}
    paths["/api/v1/coverage"] = {
        "get": _told("coverage", "What really arrives of each agent", "a version that lost a field")
    }
    paths["/api/v1/conservation"] = {
        "get": _told(
            "conservation", "Where every received record went", "a day with copies and a wrong clock"
        )
    }
    paths["/api/v1/restatements"] = {"get": _restatements()}
    paths["/healthz"] = {"get": _plain("health", "Whether the server is alive", {"status": "ok"})}
    ready = {"status": "ready", "edition": 7, "data_through": "2026-01-28", "data_age_days": 1}
    ready["last_build"] = {"outcome": "published", "started_at": "2026-01-29T00:15:00Z", "why": ""}
    paths["/readyz"] = {"get": _plain("readiness", "Whether reports can be answered", ready)}
    paths["/readyz"]["get"]["responses"]["503"] = problem_answer(
        Unavailable,
        "No edition published yet.",
        "No edition published yet. Run `andon build`, or wait for it",
    )

    paths |= page_paths()

    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Andon Analytics API",
            "version": "1",
            "description": "Usage of AI coding agents by organisation and UTC day: five reports over HTTP, "
            "and what arrives, by agent and by day. Days run through yesterday (UTC). What each number means "
            "is in docs/metrics.md.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "security": [{"key": []}, {"session": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {
                "key": {
                    "type": "http",
                    "scheme": "bearer",
                    "description": "An analytics key (`fk-…`) of a manager or owner.",
                },
                "session": {
                    "type": "apiKey",
                    "in": "cookie",
                    "name": SESSION_COOKIE,
                    "description": "The cookie that `POST /api/v1/session` sets. What changes something "
                    "needs `X-CSRF-Token` besides.",
                },
            },
            "headers": {
                "RequestId": {
                    "description": "Names the request in the server's log.",
                    "schema": {"type": "string", "pattern": "^req_[0-9A-Z]{26}$"},
                }
            },
        },
    }


def encode() -> bytes:
    """Write the document as it is committed: indented, with a newline at its end."""
    return msgspec.json.format(msgspec.json.encode(document()), indent=2) + b"\n"


@functools.cache
def _published() -> Json:
    """Read the contract's own examples and words for fields."""
    text = resources.files(__package__).joinpath("published.json").read_bytes()
    published: Json = msgspec.json.decode(text)
    return published


def _range() -> list[Json]:
    start, end = NAMES
    day = {"type": "string", "format": "date"}
    return [
        parameter(start, "First day, `YYYY-MM-DD`, UTC", day, "2026-01-15"),
        parameter(end, "Last day, included, `YYYY-MM-DD`, UTC; yesterday at the latest", day, "2026-01-15"),
    ]


def _operation(report: Report) -> Json:
    parameters = _range()
    group_by = GROUP_BY[report]
    if group_by is not None:
        parameters.append(
            optional("group_by", "One row per value and day", {"type": "string", "enum": [group_by]})
        )
    if report == "tokens":
        says = "Leave `by_user` empty: most of a large organisation's answer"
        parameters.append(optional("without", says, {"type": "string", "enum": [WITHOUT]}))
    if report == "users":
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        parameters.append(optional("limit", "People per page", limit))
        parameters.append(
            optional("cursor", "`next_cursor` of the page before", {"type": "string", "minLength": 1})
        )

    names = [name for name, _ in _answers(report)]
    schema = ref(names[0]) if len(names) == 1 else {"anyOf": [ref(name) for name in names]}
    examples = {
        name: {"summary": _says(group), "value": _published()["examples"][name]}
        for name, group in _answers(report)
    }
    return {
        "operationId": report,
        "summary": SUMMARIES[report],
        "tags": ["analytics"],
        "parameters": parameters,
        "responses": _responses(SUMMARIES[report], schema, examples, PROBLEMS),
    }


def _previewed(report: Report) -> Json:
    """Describe the same of the provisional edition, in as many words as it takes."""
    shown = _operation(report)
    schema = shown["responses"]["200"]["content"]["application/json"]["schema"]
    problem = {"application/problem+json": {"schema": ref("ProblemDocument")}}
    return {
        "operationId": f"preview_{report}",
        "summary": f"{SUMMARIES[report]}: provisional, with today",
        "tags": ["preview"],
        "parameters": shown["parameters"],
        "responses": {
            "200": {
                "description": f"As `/api/v1/analytics/{report}`; empty while there is no preview.",
                "headers": shown["responses"]["200"]["headers"],
                "content": {"application/json": {"schema": schema}},
            },
            "304": shown["responses"]["304"],
            "default": {"description": f"As `/api/v1/analytics/{report}`.", "content": problem},
        },
    }


def _restatements() -> Json:
    summary = "Published days that were changed later"
    value = {
        "data": [
            {
                "report_date": "2026-01-15",
                "report": "tools",
                "edition": 8,
                "restated_at": "2026-01-18T00:15:00Z",
            }
        ],
        "meta": {
            "org_id": "org_01HPMQ6ABCDE",
            "start_date": "2026-01-15",
            "end_date": "2026-01-15",
            "data_through": "2026-01-17",
        },
    }
    example = {"summary": "telemetry of a day came two days late", "value": value}
    return {
        "operationId": "restatements",
        "summary": summary,
        "tags": ["analytics"],
        "parameters": _range(),
        "responses": _responses(
            summary, ref("RestatementsAnswer"), {"RestatementsAnswer": example}, PROBLEMS
        ),
    }


def _told(name: str, summary: str, example_says: str) -> Json:
    text = resources.files(__package__).joinpath(f"{name}_example.json").read_bytes()
    example = {"summary": example_says, "value": msgspec.json.decode(text)}
    answer = f"{name.capitalize()}Answer"
    # Without parameters nothing can be asked wrongly.
    problems = [one for one in PROBLEMS if one[0] is not BadRequest]
    return {
        "operationId": name,
        "summary": summary,
        "tags": ["coverage"],
        "responses": _responses(summary, ref(answer), {answer: example}, problems),
    }


def _responses(
    summary: str, schema: Json, examples: Json, problems: Sequence[tuple[type[Problem], str, str]]
) -> Json:
    headers = {
        "X-Request-Id": {"$ref": "#/components/headers/RequestId"},
        "ETag": {
            "description": "Send it back as `If-None-Match`: 304 while the answer is the same.",
            "schema": {"type": "string"},
        },
    }
    responses: Json = {
        "200": {
            "description": summary,
            "headers": headers,
            "content": {"application/json": {"schema": schema, "examples": examples}},
        },
        "304": {"description": "The answer is the one that `If-None-Match` names.", "headers": headers},
    }
    for problem, says, detail in problems:
        responses[str(problem.status)] = problem_answer(problem, says, detail)
    return responses


def _answers(report: Report) -> list[tuple[str, str | None]]:
    """Name the schemas of a report's answers, with their grouping."""
    return [
        (f"{row.__name__}Answer", group_by) for (name, group_by), row in ROW_TYPES.items() if name == report
    ]


def _says(group_by: str | None) -> str:
    return "without group_by" if group_by is None else f"group_by={group_by}"


def _plain(operation_id: str, summary: str, example: Json) -> Json:
    return {
        "operationId": operation_id,
        "summary": summary,
        "tags": ["health"],
        "security": [],
        "responses": {
            "200": {
                "description": summary,
                "headers": {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}},
                "content": {"application/json": {"schema": {"type": "object"}, "example": example}},
            }
        },
    }


def _schemas() -> Json:
    types = [
        *dict.fromkeys(ROW_TYPES.values()),
        Meta,
        PageMeta,
        CoverageAnswer,
        ConservationAnswer,
        RestatementsAnswer,
        ProblemDocument,
        *PAGE_TYPES,
    ]
    _, components = msgspec.json.schema_components(types, ref_template=REF)
    schemas = {name: describe(copy.deepcopy(schema)) for name, schema in components.items()}

    for (report, group_by), row in ROW_TYPES.items():
        words = {"group_key": f"The value of `{group_by}`", **_published()["fields"][report]}
        for field, schema in schemas[row.__name__]["properties"].items():
            if field in words:
                schema["description"] = words[field]
        meta = PageMeta if report == "users" else Meta
        schemas[f"{row.__name__}Answer"] = {
            "title": f"{row.__name__}Answer",
            "description": f"Answer of /{report}, {_says(group_by)}.",
            "type": "object",
            "properties": {
                "data": {"type": "array", "items": ref(row.__name__)},
                "meta": ref(meta.__name__),
            },
            "required": ["data", "meta"],
        }
    for field, schema in schemas[Meta.__name__]["properties"].items():
        schemas[PageMeta.__name__]["properties"][field] = schema
    return dict(sorted(schemas.items()))


if __name__ == "__main__":
    sys.stdout.buffer.write(encode())
