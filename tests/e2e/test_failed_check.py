"""A build finds something wrong, or something missing: nothing is published, and all are told what."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator

import duckdb
import pytest

from line import CAPTURE_DAY, Line, Org
from otlp_json import NOON, SECOND, log, request

pytestmark = pytest.mark.slow(seconds=65)

DAY_BEFORE = 24 * 3600 * SECOND
SCOPE = "com.anthropic.claude_code.events"
CHECK = "assert_nothing_is_negative"
DAMAGE = "UPDATE intermediate.int_model_calls_unioned SET input_tokens = -100 WHERE event_date = ?"
GONE = (
    ("intermediate.int_told_identities", "staging.stg_otlp__stored_days"),
    ("intermediate.int_model_calls_unioned", "staging.stg_otlp__name_days"),
)
"""Tables that are kept from build to build, of facts and of days: two that are read before they are made."""


def call(number: int, at: int) -> bytes:
    """Give one call of a model, of a session of its own."""
    values = {
        "session.id": f"s{number}",
        "user.email": "ada@example.com",
        "model": "m",
        "query_source": "main",
        "input_tokens": 5,
        "output_tokens": 1,
        "request_id": f"r{number}",
    }
    return request("logs", SCOPE, [log("api_request", at, values)], {"service.name": "claude-code"})[1]


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    """An organisation on a server, with a history of three days."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ANDON_HISTORY_START", "2026-11-18")
        line = Line(tmp_path_factory.mktemp("failed") / "data")
        try:
            org = line.new_org("Acme")
            line.start()
            yield org
        finally:
            line.stop()


def build(org: Org, *more: str) -> subprocess.CompletedProcess[str]:
    """Run the command, which never dies of what it finds."""
    done = org.line.run("build", *more)
    assert "Traceback" not in done.stderr
    return done


def why(org: Org) -> str:
    """Ask the server, which serves on, how the last build failed."""
    ready = org.line.http.get(f"{org.line.api_url}/readyz")
    assert ready.status_code == 200
    assert ready.json()["last_build"]["outcome"] == "failed"
    return str(ready.json()["last_build"]["why"])


def test_a_failed_check_stops_the_edition_and_names_its_days(org: Org) -> None:
    """
    Exit code 1, check and day are named, also by ``/readyz`` and the doctor; the old edition serves on.

    What is wrong is on a day on which something new came. Made anew from raw, it is published.
    """
    org.post("/v1/logs", call(1, NOON), "application/json")
    org.post("/v1/logs", call(2, NOON - DAY_BEFORE), "application/json")
    assert build(org).returncode == 0
    told = org.get("tokens")

    with duckdb.connect(org.line.settings().warehouse_path) as warehouse:
        warehouse.execute(DAMAGE, [CAPTURE_DAY])
    org.post("/v1/logs", call(3, NOON), "application/json")
    failed = build(org)
    assert failed.returncode == 1
    assert f"test {CHECK}" in failed.stderr
    assert f"({CAPTURE_DAY})" in failed.stderr
    assert org.get("tokens") == told
    assert f"test {CHECK} ({CAPTURE_DAY})" in why(org)
    doctor = org.line.run("doctor")
    assert doctor.returncode == 1
    assert CHECK in doctor.stdout

    assert build(org, "--full-refresh").returncode == 0
    (row,) = org.get("tokens")
    assert (row["input_tokens"], told[0]["input_tokens"]) == (10, 5)


def test_a_kept_table_that_is_gone_is_named(org: Org) -> None:
    """
    A build that would add to tables that are not there refuses, and names them and what to do.

    One of facts and one of days: nothing right could be made of what came since. Readers have the old
    edition until all is made anew.
    """
    told = org.get("tokens")
    org.post("/v1/logs", call(4, NOON), "application/json")
    for tables in GONE:
        with duckdb.connect(org.line.settings().warehouse_path) as warehouse:
            for table in tables:
                warehouse.execute(f"ALTER TABLE {table} RENAME TO gone")
        failed = build(org)
        assert failed.returncode == 1
        for schema, _, table in (name.partition(".") for name in tables):
            assert f'"{schema}"."{table}" is gone, which builds only add to' in failed.stderr
        assert "run `andon build --full-refresh`" in failed.stderr
        assert org.get("tokens") == told
        assert why(org)
        with duckdb.connect(org.line.settings().warehouse_path) as warehouse:
            for schema, _, table in (name.partition(".") for name in tables):
                warehouse.execute(f"ALTER TABLE {schema}.gone RENAME TO {table}")

    with duckdb.connect(org.line.settings().warehouse_path) as warehouse:
        for table in sum(GONE, ()):
            warehouse.execute(f"DROP TABLE {table}")
    assert build(org, "--full-refresh").returncode == 0
    (row,) = org.get("tokens")
    assert (row["input_tokens"], told[0]["input_tokens"]) == (15, 10)
