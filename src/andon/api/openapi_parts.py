"""What the description of the API is put together from."""

from __future__ import annotations

import re
from typing import Any

import msgspec

from andon.contract.problems import Problem, ProblemDocument, TooMany, Unauthenticated

Json = dict[str, Any]

REF = "#/components/schemas/{name}"


def parameter(name: str, says: str, schema: Json, example: str) -> Json:
    """Describe a query parameter that must be given."""
    return {
        "name": name,
        "in": "query",
        "required": True,
        "description": says,
        "schema": schema,
        "example": example,
    }


def optional(name: str, says: str, schema: Json) -> Json:
    """Describe a query parameter that may be given."""
    return {"name": name, "in": "query", "required": False, "description": says, "schema": schema}


def problem_answer(problem: type[Problem], says: str, detail: str) -> Json:
    """Describe an error: its class, when it comes, an example of its detail."""
    headers: Json = {"X-Request-Id": {"$ref": "#/components/headers/RequestId"}}
    if problem is Unauthenticated:
        headers["WWW-Authenticate"] = {"schema": {"type": "string", "const": "Bearer"}}
    if problem is TooMany:
        headers["Retry-After"] = {"schema": {"type": "integer", "minimum": 1}}
    example = ProblemDocument(problem.title, detail, problem.status, "req_01HPMQ9WXYZ0000000000000")
    return {
        "description": says,
        "headers": headers,
        "content": {
            "application/problem+json": {
                "schema": ref("ProblemDocument"),
                "example": msgspec.to_builtins(example),
            }
        },
    }


def ref(name: str) -> Json:
    """Point to a schema by name."""
    return {"$ref": REF.format(name=name)}


def describe(schema: Json) -> Json:
    """Move the lines of a docstring's ``Attributes`` to the properties that they describe."""
    summary, _, attributes = schema.get("description", "").partition("\n\nAttributes:\n")
    schema["description"] = summary.replace("``", "`")

    for field, says in re.findall(r"^ {4}(\w+): (.+(?:\n {5,}.+)*)", attributes, re.MULTILINE):
        camel = re.sub(r"_(\w)", lambda match: match[1].upper(), field)
        found = schema["properties"].get(field) or schema["properties"].get(camel)
        if found is not None:
            found["description"] = re.sub(r"\s+", " ", says).replace("``", "`")
    return schema
