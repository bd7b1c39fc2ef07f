"""A data check finds something in the days that a build made: nothing is published, and all are told."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import duckdb
import pytest

from line import CAPTURE_DAY, Line
from otlp_json import NOON, SECOND, log, request

pytestmark = pytest.mark.slow(seconds=30)

DAY_BEFORE = 24 * 3600 * SECOND
SCOPE = "com.anthropic.claude_code.events"
CHECK = "assert_nothing_is_negative"
DAMAGE = "UPDATE intermediate.int_model_calls_chosen SET input_tokens = -100 WHERE event_date = ?"


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


def test_a_failed_check_stops_the_edition_and_names_its_days(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """
    Exit code 1, check and day are named, also by ``/readyz`` and the doctor; the old edition serves on.

    What is wrong is on a day on which something new came. Made anew from raw, it is published.
    """
    monkeypatch.setenv("ANDON_HISTORY_START", "2026-11-18")
    line = Line(tmp_path / "data")

    def build(*more: str) -> subprocess.CompletedProcess[str]:
        done = line.run("build", *more)
        assert "Traceback" not in done.stderr
        return done

    try:
        org = line.new_org("Acme")
        line.start()
        org.post("/v1/logs", call(1, NOON), "application/json")
        org.post("/v1/logs", call(2, NOON - DAY_BEFORE), "application/json")
        assert build().returncode == 0
        told = org.get("tokens")

        with duckdb.connect(os.fspath(line.settings().warehouse_path)) as warehouse:
            warehouse.execute(DAMAGE, [CAPTURE_DAY])
        org.post("/v1/logs", call(3, NOON), "application/json")
        failed = build()
        assert failed.returncode == 1
        assert f"test {CHECK}" in failed.stderr
        assert f"({CAPTURE_DAY})" in failed.stderr
        assert org.get("tokens") == told
        ready = line.http.get(f"{line.api_url}/readyz")
        assert ready.status_code == 200
        assert ready.json()["last_build"]["outcome"] == "failed"
        assert f"test {CHECK} ({CAPTURE_DAY})" in ready.json()["last_build"]["why"]
        doctor = line.run("doctor")
        assert doctor.returncode == 1
        assert CHECK in doctor.stdout

        assert build("--full-refresh").returncode == 0
        (row,) = org.get("tokens")
        assert (row["input_tokens"], told[0]["input_tokens"]) == (10, 5)
    finally:
        line.stop()
