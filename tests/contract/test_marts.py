"""
The reports of four days worked out by hand: telemetry in Andon's own words, ingest, raw, a real build.

History starts on 2026-01-14 and the build runs on the 18th, so reports cover four days. On the 15th Ann types
one message a nanosecond before midnight; the rest of her session lies on the 16th. Somebody without identity
works on the 16th too. What happens on the 18th is not known yet.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import json
from collections.abc import Iterator
from typing import Any

import duckdb
import pytest

from andon.config import Settings
from andon.ingest import decode, flatten
from andon.ingest.redact import Policy
from andon.transform import run
from andon.transform.orders import Progress
from andon.transform.worker import Worker
from andon.warehouse.parquet_lake import ParquetLake

pytestmark = pytest.mark.slow(seconds=50)

NOW = dt.datetime(2026, 1, 18, 6, tzinfo=dt.UTC)
DAYS = [dt.date(2026, 1, 14), dt.date(2026, 1, 15), dt.date(2026, 1, 16), dt.date(2026, 1, 17)]
EVE, DAY = DAYS[1], DAYS[2]
NOBODY = "user_00000000000000000000000000"
ANN = "user_F0DD94AF630056683ED0A26B62"
"""``printf 'org_o|email:ann@x.com' | md5sum``, its first 26 digits, in capitals."""

ANNS = {"user.email": "Ann@X.com", "session.id": "s1", "andon.client": "terminal-ui"}
NOBODYS = {"session.id": "s2", "andon.client": "web"}
BOBS = {"user.email": "bob@x.com", "session.id": "s3"}

TELEMETRY: list[tuple[str, str, dict[str, Any]]] = [
    ("2026-01-15T23:59:59.999999999", "andon.user_message", ANNS),
    ("2026-01-16T00:00:00.000000000", "andon.model_call", ANNS | {
        "gen_ai.response.model": "claude-opus-4-8", "gen_ai.response.id": "m1",
        "gen_ai.usage.input_tokens": 120, "gen_ai.usage.cache_read.input_tokens": 100,
        "gen_ai.usage.cache_creation.input_tokens": 10, "gen_ai.usage.output_tokens": 5,
    }),
    # The same call told again, before it was complete.
    ("2026-01-16T00:00:00.500000000", "andon.model_call", ANNS | {
        "gen_ai.response.model": "claude-opus-4-8", "gen_ai.response.id": "m1",
        "gen_ai.usage.input_tokens": 120, "gen_ai.usage.cache_read.input_tokens": 100,
        "gen_ai.usage.cache_creation.input_tokens": 10, "gen_ai.usage.output_tokens": 1,
    }),
    ("2026-01-16T00:00:01.000000000", "andon.assistant_message", ANNS | {"andon.message.id": "a1"}),
    ("2026-01-16T00:00:02.000000000", "andon.tool_call", ANNS | {
        "gen_ai.tool.name": "Edit", "gen_ai.tool.call.id": "t1", "andon.autonomy.level": "auto-low",
    }),
    ("2026-01-16T00:00:03.000000000", "andon.tool_call", ANNS | {
        "gen_ai.tool.name": "mcp__axiom__query", "gen_ai.tool.call.id": "t2",
        "andon.autonomy.level": "auto-high",
    }),
    ("2026-01-16T00:00:04.000000000", "andon.tool_call", ANNS | {
        "gen_ai.tool.name": "mcp__Axiom__query", "gen_ai.tool.call.id": "t3",
        "andon.autonomy.level": "auto-high",
    }),
    ("2026-01-16T00:00:05.000000000", "andon.tool_call", ANNS | {
        "gen_ai.tool.name": "Bash", "gen_ai.tool.call.id": "t4", "andon.tool.outcome": "denied",
        "andon.autonomy.level": "manual",
    }),
    ("2026-01-16T00:00:06.000000000", "andon.user_message", ANNS | {"andon.message.id": "u2"}),
    ("2026-01-16T00:00:07.000000000", "andon.user_message", ANNS | {"andon.message.origin": "synthetic"}),
    ("2026-01-16T00:00:08.000000000", "andon.file_change", ANNS | {
        "andon.file.operation": "create", "file.extension": ".TSX",
    }),
    ("2026-01-16T00:00:09.000000000", "andon.file_change", ANNS | {
        "andon.file.operation": "edit", "file.extension": ".ts",
    }),
    ("2026-01-16T00:00:10.000000000", "andon.file_change", ANNS | {
        "andon.file.operation": "delete", "file.extension": ".py",
    }),
    ("2026-01-16T00:00:11.000000000", "andon.git_action", ANNS | {"andon.git.kind": "commit"}),
    ("2026-01-16T00:00:12.000000000", "andon.skill", ANNS | {"andon.skill.name": "browser"}),
    ("2026-01-16T00:00:13.000000000", "andon.slash_command", ANNS | {"andon.slash_command.name": "review"}),
    ("2026-01-16T00:00:14.000000000", "andon.hook", ANNS | {
        "andon.hook.event": "PostToolUse", "andon.hook.matcher": "Edit", "andon.hook.command": "eslint",
    }),
    ("2026-01-16T12:00:00.000000000", "andon.user_message", NOBODYS),
    ("2026-01-16T12:00:01.000000000", "andon.tool_call", NOBODYS | {
        "gen_ai.tool.name": "mcp__axiom__query", "gen_ai.tool.call.id": "t1",
    }),
    ("2026-01-16T12:00:02.000000000", "andon.model_call", NOBODYS | {
        "gen_ai.response.model": "claude-opus-4-8", "gen_ai.response.id": "m2",
        "gen_ai.usage.input_tokens": 5, "gen_ai.usage.cache_read.input_tokens": 5,
        "gen_ai.usage.output_tokens": 0,
    }),
    ("2026-01-18T00:00:00.000000000", "andon.user_message", BOBS),
]  # fmt: skip
"""When, which fact, what it says."""


def nanos(text: str) -> int:
    """Read an instant with nanoseconds."""
    whole, fraction = text.split(".")
    return int(dt.datetime.fromisoformat(whole + "+00:00").timestamp()) * 10**9 + int(fraction)


def request() -> bytes:
    """Write the telemetry as OTLP/JSON, every record twice: a sender that got no answer sends again."""
    records = [
        {
            "timeUnixNano": str(nanos(when)),
            "eventName": name,
            "attributes": [
                {
                    "key": key,
                    "value": {"intValue": str(value)} if isinstance(value, int) else {"stringValue": value},
                }
                for key, value in said.items()
            ],
        }
        for when, name, said in TELEMETRY
    ]
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "droid"}}]}
    scopes = [{"scope": {"name": "droid"}, "logRecords": records + records}]
    return json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": scopes}]}).encode()


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    """A data directory whose raw holds the telemetry."""
    settings = Settings(data=tmp_path_factory.mktemp("marts"), build_threads=2)
    flattened = flatten.flatten(
        decode.decode("logs", request(), "json"),
        signal="logs",
        org_id="org_o",
        ingest_key_id=None,
        received_at=NOW,
        policy=Policy(),
        history_start=settings.history_start,
        max_future_s=600,
    )
    assert flattened.rejected == 0
    for table, rows in flattened.rows.items():
        ParquetLake(settings.raw_dir).append(table, rows, "batch")
    return settings


DIRECTORY = {
    "organisations": [{"org_id": "org_o", "name": "O"}, {"org_id": "org_empty", "name": "Empty"}],
    "people": [
        {"org_id": "org_o", "email": "ann@x.com", "display_name": "Ann", "identity": "email:ann@x.com"}
    ],
}


@pytest.fixture(scope="module")
def progress() -> list[Progress]:
    """What the build tells while it runs."""
    return []


@pytest.fixture(scope="module")
def worker() -> Iterator[Worker]:
    """The process that all builds of this module share, as those of a server do."""
    with contextlib.closing(Worker()) as hired:
        yield hired


@pytest.fixture(scope="module")
def built(settings: Settings, progress: list[Progress], worker: Worker) -> run.BuildResult:
    """The build itself."""
    return run.build(settings, now=NOW, directory_rows=DIRECTORY, on_progress=progress.append, worker=worker)


@pytest.fixture
def marts(settings: Settings, built: run.BuildResult) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse after the build."""
    assert built.data_through == DAYS[-1]
    with duckdb.connect(settings.warehouse_path, read_only=True) as connection:
        yield connection


def rows(marts: duckdb.DuckDBPyConnection, query: str, *values: object) -> list[tuple[Any, ...]]:
    """Fetch all rows of a query on the marts."""
    marts.execute("use marts")
    return marts.execute(query, list(values)).fetchall()


def test_progress_counts_to_the_end(built: run.BuildResult, progress: list[Progress]) -> None:
    """Every node is told once, counted up, and the last one completes the total."""
    assert list(range(1, len(built.outcomes) + 1)) == [step.done for step in progress]
    assert {len(built.outcomes)} == {step.total for step in progress[4:]}
    assert {"success", "pass"} == {step.status for step in progress}


def test_tokens(marts: duckdb.DuckDBPyConnection) -> None:
    """Ann: 10 + 5 + 0.1 x 100 + 1.25 x 10 = 37.5, so 38; nobody: 0.5, so 1; the day is their sum, 39."""
    nothing = [(day, 0, 0, 0, 0, 0) for day in DAYS]

    assert [*nothing[:2], (DAY, 39, 10, 5, 105, 10), nothing[3]] == rows(
        marts,
        "select columns(* exclude (org_id)) from rpt_tokens_daily where org_id = 'org_o' order by 1",
    )
    assert nothing == rows(
        marts,
        "select columns(* exclude (org_id)) from rpt_tokens_daily where org_id = 'org_empty' order by 1",
    )
    assert rows(marts, "select * from rpt_tokens_by_model") == [
        ("org_o", DAY, "claude-opus-4-8", "standard", 39, 10, 5)
    ]
    assert rows(marts, "select * from rpt_tokens_by_user order by user_id") == [
        ("org_o", DAY, NOBODY, None, "claude-opus-4-8", "standard", 1, 0, 0),
        ("org_o", DAY, ANN, "ann@x.com", "claude-opus-4-8", "standard", 38, 10, 5),
    ]


def test_tools(marts: duckdb.DuckDBPyConnection) -> None:
    """
    Four executed calls and two messages on the 16th; the refused call is nowhere.

    Two sessions were active: Ann's with 3 calls and 1 message, nobody's with 1 and 1. The median of 1 and 3
    is 2, the ninetieth percentile 1 + 0.9 x 2 = 2.8. Known levels: auto-low once, auto-high twice.
    """
    assert [
        (4, 1, 1, 1, 1, 0, 2.0, 2.0, 2.8, 2.0, 1.0, pytest.approx(2 / 3), 0, pytest.approx(1 / 3), 0, 0)
    ] == rows(
        marts,
        "select columns(* exclude (org_id, report_date)) from rpt_tools_daily"
        " where org_id = 'org_o' and report_date = ?",
        DAY,
    )
    # On the eve there was a message and no call.
    assert rows(
        marts,
        "select tool_calls, autonomy_ratio_avg, autonomy_ratio_p50, autonomy_ratio_p90,"
        " user_turns_per_session_avg from rpt_tools_daily where org_id = 'org_o' and report_date = ?",
        EVE,
    ) == [(0, 0.0, 0.0, 0.0, 1.0)]
    assert rows(marts, "select tool, tool_calls from rpt_tools_by_tool order by tool") == [
        ("Edit", 1),
        ("mcp__axiom__query", 3),
    ]
    assert rows(marts, "select server, invocations from rpt_tools_by_mcp_server") == [("axiom", 3)]
    assert rows(marts, "select name, uses from rpt_tools_by_skill") == [("browser", 1)]
    assert rows(marts, "select name, uses from rpt_tools_by_slash_command") == [("review", 1)]
    assert rows(marts, "select event, matcher, command, uses from rpt_tools_by_hook") == [
        ("PostToolUse", "Edit", "eslint", 1)
    ]


def test_activity(marts: duckdb.DuckDBPyConnection) -> None:
    """Ann is a person on the 15th and 16th, nobody is none; her session began on the 15th."""
    assert [
        (DAYS[0], 0, 0, 0, 0, 0, 0),
        (EVE, 1, 1, 1, 1, 1, 1),
        (DAY, 1, 1, 1, 1, 3, 2),
        (DAYS[3], 0, 1, 1, 0, 0, 0),
    ] == rows(
        marts,
        "select columns(* exclude (org_id)) from rpt_activity_daily"
        " where org_id = 'org_o' order by report_date",
    )
    assert rows(
        marts,
        "select client, daily_active_users from rpt_activity_by_client"
        " where org_id = 'org_o' and report_date = ? order by client",
        DAY,
    ) == [("non-interactive-cli", 0), ("terminal-ui", 1), ("web", 0)]
    assert [(2 * 3 * len(DAYS),)] == rows(marts, "select count(*) from rpt_activity_by_client")


def test_productivity(marts: duckdb.DuckDBPyConnection) -> None:
    """One creation, one edit, one commit; the deletion is no edit; both extensions are one language."""
    assert [(DAYS[0], 0, 0, 0, 0), (EVE, 0, 0, 0, 0), (DAY, 1, 1, 1, 0), (DAYS[3], 0, 0, 0, 0)] == rows(
        marts,
        "select columns(* exclude (org_id)) from rpt_productivity_daily"
        " where org_id = 'org_o' order by report_date",
    )
    assert rows(marts, "select extension, files from rpt_productivity_by_extension order by extension") == [
        (".ts", 1),
        (".tsx", 1),
    ]
    assert rows(marts, "select language, files from rpt_productivity_by_language") == [("TypeScript", 2)]


def test_users(marts: duckdb.DuckDBPyConnection) -> None:
    """Ann has a row on both days; nobody has one, without an address; Bob's day is not over."""
    opus = ("claude-opus-4-8", "standard")
    found = rows(marts, "select * from rpt_users_daily order by user_id, report_date")

    assert [
        ("org_o", NOBODY, None, DAY, 1, 1, *opus, 0, 0, 0, 0, 1, 0, 0, 0, 1, 1, 1, 0, 1.0, None),
        ("org_o", ANN, "ann@x.com", EVE, 0, 0, None, None, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1, 1, 0, 0.0, None),
        ("org_o", ANN, "ann@x.com", DAY, 3, 38, *opus, 1, 1, 1, 0, 2, 1, 1, 1, 0, 2, 1, 1, 3.0, "auto-high"),
    ] == [row[:22] for row in found]
    # Whether active, and the tokens in parts.
    assert [row[22:] for row in found] == [(False, 0, 0, 5, 0), (True, 0, 0, 0, 0), (True, 10, 5, 100, 10)]
    assert rows(marts, "select * from rpt_users_languages") == [("org_o", ANN, DAY, "TypeScript", 2)]


def test_organisations(marts: duckdb.DuckDBPyConnection) -> None:
    """Every organisation of the directory is known, also the one that sent nothing."""
    assert rows(marts, "select * from rpt_organisations order by 1") == [
        ("org_empty", "Empty"),
        ("org_o", "O"),
    ]


FAULTS = {
    "no key": "UPDATE {union} SET dedupe_key = NULL WHERE record_id = '{one}'",
    "unknown outcome": "UPDATE {union} SET outcome = 'maybe' WHERE record_id = '{one}'",
    "told twice": "INSERT INTO {union} FROM {union} WHERE record_id = '{one}'",
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_faulty_telling_is_found(settings: Settings, built: run.BuildResult, fault: str) -> None:
    """What the check of a kind's union promises, by breaking it: the fault is named with its day."""
    assert built.outcomes
    compiled = settings.warehouse_path.parent.joinpath("dbt", "target", "compiled")
    (check,) = compiled.rglob("tellings_int_tool_calls_*.sql")
    union = "andon.intermediate.int_tool_calls_unioned"
    with duckdb.connect() as engine:
        engine.execute("ATTACH ':memory:' AS andon; CREATE SCHEMA andon.intermediate")
        engine.execute(f"ATTACH '{settings.warehouse_path}' AS built (READ_ONLY)")
        engine.execute(f"CREATE TABLE {union} AS FROM built.intermediate.int_tool_calls_unioned")
        one, day = engine.table(union).order("all").project("record_id, event_date").fetchall()[0]
        assert engine.sql(check.read_text("utf-8")).fetchall() == []

        engine.execute(FAULTS[fault].format(union=union, one=one))
        found = engine.sql(check.read_text("utf-8")).project("fault, event_date").fetchall()
        assert found == [(fault, day)]


def test_a_build_again_changes_no_row(settings: Settings, built: run.BuildResult, worker: Worker) -> None:
    """Another price book re-rates history; the first one again gives the very same reports."""
    assert built.outcomes

    def everything() -> dict[str, list[tuple[Any, ...]]]:
        with duckdb.connect(settings.warehouse_path, read_only=True) as marts:
            names = rows(
                marts,
                "select table_name from information_schema.tables where table_name like 'rpt%' order by 1",
            )
            return {name: marts.table(name).order("all").fetchall() for (name,) in names}

    before = everything()
    run.build(settings, now=NOW, directory_rows=DIRECTORY, price_book="factory_credits", worker=worker)
    rerated = everything()
    run.build(settings, now=NOW, directory_rows=DIRECTORY, worker=worker)

    # 2 x (10 + 5 x 5 + 0.1 x 100 + 1.25 x 10) = 115; 2 x 0.5 = 1.
    assert {0, 116} == {row[2] for row in rerated["rpt_tokens_daily"]}
    assert before == everything()


def test_a_failed_test_fails_the_build_in_words(
    settings: Settings, built: run.BuildResult, worker: Worker
) -> None:
    """A price book that does not exist prices nothing; the build names the data test that says so."""
    assert built.outcomes

    with pytest.raises(run.BuildFailed) as failed:
        run.build(settings, now=NOW, directory_rows=DIRECTORY, price_book="no such book", worker=worker)

    assert "test assert_every_model_has_a_price: Got 2 results, configured to fail if != 0" in str(
        failed.value
    )
    assert "Traceback" not in str(failed.value)
    (price,) = [one for one in failed.value.failures if one.node == "assert_every_model_has_a_price"]
    assert price.days
    assert f"({price.days[0]}" in str(failed.value)
