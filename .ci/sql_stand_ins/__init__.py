"""
What the dbt project's macros look like to sqlfluff, which renders models without dbt and without an engine.

Every macro of the project becomes a call of a SQL function of its name; those that stand for something else
than an expression are named here.

Source: sqlfluff's `library_path`; dbt's own names are `ref`, `source`, `var` and the like.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

_PROJECT = Path(__file__).resolve().parents[2] / "src" / "andon" / "transform"
_MACRO = re.compile(r"{%-?\s*macro\s+(\w+)\(")

_STAND_INS = {
    "int64": "bigint",
    "float64": "double",
    "text": "varchar",
    # Lists of columns.
    "fact_columns": "1 as shared",
    "native_fact_columns": "1 as shared",
    "otlp_columns": "1 as shared",
    "shared_values": "1 as shared",
    "fact_keys": "1 as shared",
    # From-items.
    "first_received": "(select 1 as one)",
    "claude_code_logs": "(select 1 as one)",
    "codex_logs": "(select 1 as one)",
    "native_facts": "(select 1 as one)",
    "json_items": "(select 1 as one)",
    "days_between": "(select 1 as one)",
    "org_days": "(select 1 as one)",
    # Whole queries.
    "union_staged": "select 1 as one\n",
    "chosen": "select 1 as one\n",
    "facts_of": "select 1 as one",
    "generate_schema_name": "",
}


def _stand_in(name: str) -> Callable[..., str]:
    def call(*arguments: object, **named: object) -> str:
        if name in _STAND_INS:
            return _STAND_INS[name]
        # The first argument is SQL; the others may be keys, patterns or counts.
        return f"{name}({next(iter((*arguments, *named.values())), '')})"

    return call


for _path in sorted((_PROJECT / "macros").rglob("*.sql")):
    for _name in _MACRO.findall(_path.read_text(encoding="utf-8")):
        globals()[_name] = _stand_in(_name)


def ref(name: str) -> str:
    """Stand for another model."""
    return name


def source(schema: str, name: str) -> str:
    """Stand for a source."""
    return f"{schema}.{name}"


def var(name: str, default: object = None) -> object:
    """Stand for a variable of the project; only `staged` is more than a word."""
    if name == "staged":
        return {"model_calls": ["native"], "tool_calls": ["native"]}
    return name if default is None else default


def config(**_: object) -> str:
    """Stand for a model's settings."""
    return ""
