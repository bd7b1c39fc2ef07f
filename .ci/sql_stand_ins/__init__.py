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
    "native_select": "1 as shared",
    # A list of names.
    "fact_kinds": "k",
    "identity_keys": "k",
    "native_columns": "k",
    "point_columns": "k",
    "reports_by_day": "k",
    "fact_keys": "1 as shared",
    # From-items.
    "first_received": "(select 1 as one)",
    "read_once": "(select 1 as one)",
    "unread": "(select 1 as one)",
    "days_between": "(select 1 as one)",
    "org_days": "(select 1 as one)",
    # Whole queries.
    "union_staged": "select 1 as one\n",
    "chosen": "select 1 as one\n",
    "exceptional": "select 1 as one\n",
    "counted_list": "select 1 as one\n",
    "names_by_day": "select 1 as one\n",
    "facts_of": "select 1 as one",
    "listed": "select counted.org_id as org_id from counted",
    "generate_schema_name": "",
}

# What a macro gives is told by the last word of its name.
_BY_ENDING = {
    "_columns": "1 as shared",
    "_query": "select 1 as one\n",
    **dict.fromkeys(
        ("_logs", "_spans", "_points", "_events", "_facts", "_calls", "_items"), "(select 1 as one)"
    ),
}


def _stand_in(name: str) -> Callable[..., str]:
    def call(*arguments: object, **named: object) -> str:
        if name in _STAND_INS:
            return _STAND_INS[name]
        if name == "pattern":
            return f"'{arguments[0]}'"
        if name == "joined_known":
            return f"concat_ws({', '.join(arguments[1])})"
        if name == "join_json_items":
            return f"cross join (select 1 as one) as {arguments[1]}"
        for ending, text in _BY_ENDING.items():
            if name.endswith(ending):
                return text
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
