"""
The SQL that every engine reads alike: what a model may say outside ``macros/engine``.

Read from the files, so that it holds where the other engines are not installed. What is allowed was found by
compiling for all of them (test_engines.py): a function that is not listed here exists under that name, or
means that, on some of them only.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from andon import transform

PROJECT = Path(transform.__file__).parent
ENGINE = sorted((PROJECT / "macros" / "engine").glob("*.sql"))
SHARED = sorted(
    path
    for folder in ("models", "macros", "tests")
    for path in (PROJECT / folder).rglob("*.sql")
    if path not in ENGINE
)
"""Files that all engines share."""

ENGINES = {"duckdb", "bigquery", "clickhouse"}

ALIKE = frozenset(
    {
        "abs",
        "cast",
        "coalesce",
        "concat",
        "count",
        "exists",
        "greatest",
        "lag",
        "lead",
        "least",
        "left",
        "length",
        "lower",
        "lpad",
        "ltrim",
        "max",
        "min",
        "mod",
        "nullif",
        "replace",
        "right",
        "round",
        "row_number",
        "rtrim",
        "substr",
        "sum",
        "trim",
        "upper",
    }
)
"""Functions of one name and meaning on every engine; `concat`, `greatest` and `least` only without nulls."""

WORDS = frozenset(
    {
        "and",
        "as",
        "else",
        "from",
        "in",
        "join",
        "not",
        "on",
        "or",
        "over",
        "select",
        "then",
        "when",
        "where",
        "distinct",
        "by",
        "all",
    }
)
"""Words of SQL that may stand before a bracket."""

TEMPLATE = frozenset(
    {
        "return",
        "ref",
        "source",
        "var",
        "config",
        "append",
        "items",
        "list",
        "once",
        "get",
        "index",
        "library",
        "keys",
        "caller",
    }
)
"""What the templates call, of Jinja and of dbt."""

NOT_ALIKE = {
    r"::": "`cast(… as …)`",
    r"(?<!:)//": "a whole division of its own in macros/engine",
    r"\blateral\b": "`join_json_items`",
    r"\bescape '": "`pattern`",
    r"\bunion\s+select\b": "`union all` or `union distinct`",
    r"\bignore nulls\b": "`first_in_window`, `last_in_window`",
    r"\bqualify\b": "a query around `row_number()`",
    r"\bfilter \(": "`sum(case when … end)`",
    r"\bilike\b": "`lower(…) like`",
    r"\b(?:group|order) by all\b": "the columns",
    r"\bdistinct on\b": "a query around `row_number()`",
    r"\bselect \* (?:exclude|except|replace)\b": "the columns",
    r"(?<!\()(?<!not )(?<!is )\bnull as": "`cast(null as {{ text() }})`: a null without a type",
    r"\bas (?:varchar|string|bigint|int64|double|float64)\b": "`text()`, `int64()`, `float64()`",
    r"\btarget\.(?:type|name)\b": "a dispatched macro",
    r"adapter\.dispatch": "a file in macros/engine",
    r"\b(?:duckdb|bigquery|clickhouse)__": "a file in macros/engine",
}
"""What some engines refuse or understand otherwise, and what to write for it."""


def said(path: Path) -> str:
    """Give a file's text without its comments and texts in quotes."""
    text = path.read_text(encoding="utf-8")
    text = re.sub(r"{#.*?#}", "", text, flags=re.DOTALL)
    return re.sub(r"--.*", "", text)


MACROS = {
    name
    for path in (PROJECT / "macros").rglob("*.sql")
    for name in re.findall(r"{%-?\s*(?:macro|test|materialization)\s+(\w+)", path.read_text(encoding="utf-8"))
}


@pytest.mark.parametrize("path", SHARED, ids=lambda path: path.stem)
def test_models_say_only_what_every_engine_understands(path: Path) -> None:
    """No model, macro or data test outside macros/engine uses a function or a form of one engine."""
    text = said(path)
    # Names in Jinja's own brackets are checked by whoever renders them.
    sql = re.sub(r"'(?:[^'\\]|\\.)*'", "''", re.sub(r"{%.*?%}", "", text, flags=re.DOTALL))
    functions = set(re.findall(r"(?<![.\w])([a-z_]\w*) ?\(", sql))
    known = ALIKE | WORDS | TEMPLATE | MACROS
    names = set(re.findall(r"\bwith (\w+) as|\b(\w+) as \(", sql))

    # A macro may be called by another name that a template gave it.
    given = set(re.findall(r"{%-?\s*set (\w+) =", text))

    assert functions - known - given - {name for pair in names for name in pair} == set()
    assert {form: better for form, better in NOT_ALIKE.items() if re.search(form, text)} == {}


def test_every_difference_is_said_for_every_engine() -> None:
    """A macro that is dispatched has an implementation for each engine, and none is without a macro."""
    text = "".join(path.read_text(encoding="utf-8") for path in ENGINE)
    dispatched = set(re.findall(r"adapter\.dispatch\('(\w+)', 'andon'\)", text))
    said_for: dict[str, set[str]] = {}
    for engine, name in re.findall(r"macro (default|duckdb|bigquery|clickhouse)__(\w+)\(", text):
        said_for.setdefault(name, set()).update(ENGINES if engine == "default" else {engine})

    assert dispatched
    assert said_for == dict.fromkeys(dispatched, ENGINES)
