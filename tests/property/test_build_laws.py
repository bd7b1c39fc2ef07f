"""
The order, the batches and the repetition of telemetry change no number of any report, whatever was sent.

One real build answers for many invented organisations: each is there twice, once told plainly and once in
whatever order, batches and repetitions Hypothesis drew, and both must get the same rows in every report.
"""

from __future__ import annotations

import datetime as dt
import itertools
import tempfile
from pathlib import Path
from typing import Any, NamedTuple

import duckdb
import pytest
from hypothesis import strategies as st

from andon.config import Settings
from andon.warehouse.parquet_lake import ParquetLake

from invented import NOW, build, examples, keep

pytestmark = pytest.mark.slow(seconds=25)

MIDNIGHT = int(dt.datetime(2026, 1, 16, tzinfo=dt.UTC).timestamp()) * 10**9
ORGANISATIONS = 40
"""Pairs in one build: it takes as long for one as for many."""

TIMES = st.one_of(
    st.sampled_from([MIDNIGHT - 1, MIDNIGHT, MIDNIGHT + 86_400 * 10**9 - 1]),
    st.integers(MIDNIGHT - 3600 * 10**9, MIDNIGHT + 30 * 3600 * 10**9),
)
COUNTS = st.integers(0, 5_000)
IDS = st.sampled_from(["a", "b", "c", None])
PEOPLE = st.sampled_from(["ann@x.com", " Ann@X.com", "bob@x.com", "anonymous", None])
SHARED = {
    "session.id": st.sampled_from(["s1", "s2", None]),
    "user.email": PEOPLE,
    "andon.client": st.sampled_from(["terminal-ui", "web", "ide", None]),
}
KINDS: dict[str, dict[str, st.SearchStrategy[Any]]] = {
    "andon.user_message": {
        "andon.message.id": IDS,
        "andon.message.origin": st.sampled_from(["human", "command", "synthetic", None]),
    },
    "andon.assistant_message": {"andon.message.id": IDS},
    "andon.model_call": {
        "gen_ai.response.id": IDS,
        "gen_ai.response.model": st.sampled_from(["claude-opus-4-8", "gpt-5.5"]),
        "gen_ai.usage.input_tokens": COUNTS,
        "gen_ai.usage.output_tokens": COUNTS,
        "gen_ai.usage.cache_read.input_tokens": COUNTS,
        "gen_ai.usage.reasoning.output_tokens": st.sampled_from([0, 5, None]),
    },
    "andon.tool_call": {
        "gen_ai.tool.call.id": IDS,
        "gen_ai.tool.name": st.sampled_from(["Edit", "mcp__Axiom__query", "mcp__axiom__query"]),
        "andon.tool.outcome": st.sampled_from(["ok", "error", "denied", None]),
        "andon.autonomy.level": st.sampled_from(["auto-high", "manual", None]),
    },
    "andon.file_change": {
        "andon.file.operation": st.sampled_from(["create", "edit", "delete"]),
        "file.extension": st.sampled_from([".py", ".TS", "rs", None]),
    },
    "andon.git_action": {"andon.git.kind": st.sampled_from(["commit", "pull_request"])},
    "andon.hook": {"andon.hook.event": st.just("Stop")},
}


@st.composite
def log_records(draw: st.DrawFn) -> dict[str, Any]:
    """Draw one record of the native dialect."""
    kind = draw(st.sampled_from(sorted(KINDS)))
    values = {name: draw(values) for name, values in (SHARED | KINDS[kind]).items()}
    return {
        "timeUnixNano": str(draw(TIMES)),
        "eventName": kind,
        "attributes": [
            {"key": name, "value": {"intValue": value} if isinstance(value, int) else {"stringValue": value}}
            for name, value in values.items()
            if value is not None
        ],
    }


OTHERWISE = {"rpt_organisations", "rpt_users_languages", "rpt_conservation", "rpt_digests"}
"""Lists of names that differ here, the count of what was told twice, and digests of rows with names."""


class Organisation(NamedTuple):
    """What an organisation sent, and the same retold: repeated, shuffled, cut into other batches."""

    plain: list[dict[str, Any]]
    retold: list[list[dict[str, Any]]]

    def __repr__(self) -> str:
        """Say little: a failing pair of reports says more than thousands of attributes."""
        return f"{len(self.plain)} records, retold in {len(self.retold)} batches"


@st.composite
def organisations(draw: st.DrawFn) -> Organisation:
    """Draw an organisation."""
    plain = draw(st.lists(log_records(), min_size=5, max_size=40))
    again = draw(st.lists(st.sampled_from(plain), max_size=20))
    retold = draw(st.permutations([*plain, *again]))
    cuts = sorted(draw(st.lists(st.integers(0, len(retold)), max_size=4)))
    edges = itertools.pairwise([0, *cuts, len(retold)])
    return Organisation(plain, [retold[start:end] for start, end in edges if start < end])


def bodies(batches: list[list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Write each batch as one request."""
    return [{"resourceLogs": [{"scopeLogs": [{"logRecords": batch}]}]} for batch in batches]


def reports(warehouse: Path, orgs: list[str]) -> dict[str, dict[str, list[str]]]:
    """Every row of every report by organisation; a person by e-mail, for ids are made from the org's too."""
    found: dict[str, dict[str, list[str]]] = {org: {} for org in orgs}
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        tables = connection.execute(
            "select table_name from information_schema.tables where table_name like 'rpt_%'"
        ).fetchall()
        for (table,) in tables:
            rows = connection.execute(f'select * from marts."{table}"')  # noqa: S608 (a name of the catalogue)
            names = [column[0] for column in rows.description or []]
            people = {"user_id"} if "user_email" in names else set()
            for row in rows.fetchall():
                values = dict(zip(names, row, strict=True))
                told = {k: v for k, v in values.items() if k not in {"org_id", "name"} | people}
                if values["org_id"] in found and table not in OTHERWISE:
                    found[values["org_id"]].setdefault(table, []).append(repr(sorted(told.items())))
    return {org: {table: sorted(rows) for table, rows in of_org.items()} for org, of_org in found.items()}


def test_order_batches_and_repetition_change_no_number() -> None:
    """Every row of every report is equal, however the same telemetry was told."""
    drawn = examples(organisations(), ORGANISATIONS)
    with tempfile.TemporaryDirectory() as folder:
        config = Settings(data=Path(folder), now=NOW)
        lake = ParquetLake(config.raw_dir)
        names = [f"{how} {number}" for number in range(len(drawn)) for how in ("plain", "retold")]
        for number, organisation in enumerate(drawn):
            keep(lake, f"plain {number}", "logs", bodies([organisation.plain]))
            keep(lake, f"retold {number}", "logs", bodies(organisation.retold))
        build(config, names)
        told = reports(config.warehouse_path, names)

    assert len(drawn) >= ORGANISATIONS * 9 // 10
    assert any(told["plain 0"].values())
    for number in range(len(drawn)):
        assert told[f"plain {number}"] == told[f"retold {number}"]
