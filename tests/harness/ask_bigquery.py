"""
Lets GoogleSQL's own analyzer read compiled nodes; started by ``engines.ask``.

Names are resolved and types checked as BigQuery does: of a model against the columns and types that the
analyzer found in the models before it. Order: `nodes`, `raw`, `directory`. Answer: `refused` (node → what the
analyzer said), `unread` (nodes behind a refused one), `columns` (model → its columns).
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Iterable
from typing import Any

from zetasql.api import CatalogBuilder, PreparedQuery, TableBuilder
from zetasql.core.exceptions import ZetaSQLError
from zetasql.types import (
    AnalyzerOptions,
    LanguageFeature,
    LanguageOptions,
    ProductMode,
    TypeKind,
    ZetaSQLBuiltinFunctionOptions,
)

NOT_BIGQUERYS = ("PIPES", "LATERAL")
"""Features of GoogleSQL, by a part of their names, that a portable model must do without."""

KINDS = {
    "string": TypeKind.TYPE_STRING,
    "json": TypeKind.TYPE_STRING,
    "int64": TypeKind.TYPE_INT64,
    "double": TypeKind.TYPE_DOUBLE,
    "bool": TypeKind.TYPE_BOOL,
    "date": TypeKind.TYPE_DATE,
    "timestamp": TypeKind.TYPE_TIMESTAMP,
    "bytes": TypeKind.TYPE_BYTES,
}
"""The analyzer's type of each kind of raw column."""

SEEDS = {"string": TypeKind.TYPE_STRING, "date": TypeKind.TYPE_DATE, "decimal(9, 4)": TypeKind.TYPE_NUMERIC}
"""The analyzer's type of each type that a seed's column is given."""

TOGETHER = 20
"""Data tests that are read as one query: the catalog of functions costs more than a small query does."""


class Reader:
    """The analyzer, and the tables that it knows by now."""

    def __init__(self) -> None:
        language = LanguageOptions.maximum_features()
        language.product_mode = ProductMode.PRODUCT_EXTERNAL
        left_out = {
            feature for feature in LanguageFeature if any(part in feature.name for part in NOT_BIGQUERYS)
        }
        language.enabled_language_features = [
            feature for feature in language.enabled_language_features if feature not in left_out
        ]
        self._functions = ZetaSQLBuiltinFunctionOptions(language_options=language)
        self._options = AnalyzerOptions(language_options=language, default_timezone="UTC")
        self._tables: dict[str, Any] = {}

    def know(self, schema: str, table: str, columns: Iterable[tuple[str, Any]]) -> None:
        """Add a table."""
        name = f"{schema}__{table}"
        builder = TableBuilder(name)
        for column, kind in columns:
            builder.add_column(column, kind)
        self._tables[name] = builder.build()

    def read(self, sql: str) -> list[tuple[str, Any]]:
        """Give the columns of a query, or raise what the analyzer says."""
        # Its catalog has no names in three parts.
        flat = re.sub(r"`andon`\.`(\w+)`\.`(\w+)`", r"\1__\2", sql)
        catalog = CatalogBuilder("andon").with_builtin_functions(self._functions)
        for name in sorted(set(re.findall(r"\b\w+__\w+\b", flat)) & set(self._tables)):
            catalog.add_table(self._tables[name])
        # Preparing answers with the columns alone; an analysis answers with a tree too deep for its decoder.
        builder = PreparedQuery.builder().set_sql(flat).set_analyzer_options(self._options)
        with builder.set_catalog(catalog.build()).prepare() as query:
            return [(column.name, column.type) for column in query.columns]


def main() -> None:
    """Read the order, analyse it, write the answer."""
    order = json.load(sys.stdin)
    reader = Reader()
    for table, raw in order["raw"].items():
        reader.know("raw", table, [(name, KINDS[kind]) for name, kind, _ in raw])
    for table, names in order["directory"].items():
        reader.know("directory", table, [(name, TypeKind.TYPE_STRING) for name in names])
    answer: dict[str, Any] = {"refused": {}, "unread": [], "columns": {}}
    tests = []
    for node in order["nodes"]:
        if {*answer["refused"], *answer["unread"]} & set(node["reads"]):
            answer["unread"].append(node["id"])
        elif node["kind"] == "test":
            tests.append(node)
        elif node["kind"] == "seed":
            types = node["types"]
            reader.know(
                node["schema"],
                node["name"],
                [(name, SEEDS[types.get(name, "string")]) for name in node["columns"]],
            )
        else:
            try:
                columns = reader.read(node["sql"])
            except ZetaSQLError as error:
                answer["refused"][node["id"]] = " ".join(str(error).split())
            else:
                reader.know(node["schema"], node["name"], columns)
                answer["columns"][node["name"]] = [name for name, _ in columns]
    for first in range(0, len(tests), TOGETHER):
        answer["refused"] |= _read_tests(reader, tests[first : first + TOGETHER])
    json.dump(answer, sys.stdout)


def _read_tests(reader: Reader, tests: list[dict[str, Any]]) -> dict[str, str]:
    """Read data tests as one query, and one by one when it is refused."""
    try:
        reader.read("\nunion all\n".join(f"select count(*) as n from (\n{node['sql']}\n)" for node in tests))
    except ZetaSQLError as error:
        if len(tests) == 1:
            return {tests[0]["id"]: " ".join(str(error).split())}
        return {name: why for node in tests for name, why in _read_tests(reader, [node]).items()}
    return {}


if __name__ == "__main__":
    main()
