"""An agent that Andon does not know is taught to it by two SQL files: no Python, no fork, no restart."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from line import Line, Org
from otlp_json import NOON, SECOND, log, request

pytestmark = pytest.mark.slow(seconds=75)

# The example of docs/agents.md, "An agent of your own".
RECOGNISED = """
{% macro acme_recognised(name, scope_name, service_name) -%}
    {{ service_name }} = 'acme-agent'
{%- endmacro %}
"""
MODEL_CALLS = """
select
    {{ fact_columns('logged', "'logs'", 1, "'acme'", "'terminal-ui'", 'logged.record_id') }},
    {{ json_text('logged.attributes', 'acme.model') }} as model,
    'standard' as model_tier,
    'main' as purpose,
    {{ tokens(json_int('logged.attributes', 'acme.tokens.in')) }} as input_tokens,
    {{ tokens(json_int('logged.attributes', 'acme.tokens.out')) }} as output_tokens,
    0 as cache_read_tokens,
    0 as cache_write_tokens,
    0 as reasoning_tokens,
    cast(null as {{ float64() }}) as cost_usd
from {{ ref('stg_otlp__log_records') }} as logged
where
    logged.dialect = 'acme'
    and logged.event_name = 'acme.request'
"""
FILE_CHANGES = """
select
    {{ fact_columns('logged', "'logs'", 1, "'acme'", "'terminal-ui'", 'logged.record_id') }},
    'create' as operation,
    {{ file_extension(json_text('logged.attributes', 'file.extension')) }} as extension,
    cast(null as {{ int64() }}) as lines_added,
    cast(null as {{ int64() }}) as lines_removed
from {{ ref('stg_otlp__log_records') }} as logged
where
    logged.dialect = 'acme'
    and logged.event_name = 'acme.file_written'
"""
MACRO_FILE = "macros/acme.sql"
MODEL_FILE = "models/staging/acme/stg_acme__model_calls.sql"
SECOND_FILE = "models/staging/acme/stg_acme__file_changes.sql"


@pytest.fixture
def dialects(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name the folder of own dialects in the environment of every command; it holds the first two files."""
    folder = tmp_path / "dialects"
    write(folder, MACRO_FILE, RECOGNISED)
    write(folder, MODEL_FILE, MODEL_CALLS)
    monkeypatch.setenv("ANDON_DIALECTS", str(folder))
    return folder


def write(folder: Path, name: str, text: str) -> None:
    """Write one file of a dialect."""
    (folder / name).parent.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, encoding="utf-8")


def send(org: Org) -> None:
    """Send what the agent says: two requests to a model and one written file, in words of its own."""
    said = [
        ("acme.request", {"acme.model": "quick", "acme.tokens.in": 100, "acme.tokens.out": 20}),
        ("acme.request", {"acme.model": "deep", "acme.tokens.in": 7, "acme.tokens.out": 3}),
        ("acme.file_written", {"file.extension": "py"}),
    ]
    records = [
        log(event, NOON + number * SECOND, {"session.id": "s1", **values})
        for number, (event, values) in enumerate(said)
    ]
    resource = {"service.name": "acme-agent", "service.version": "0.1", "user.email": "ada@example.com"}
    _, body = request("logs", "", records, resource)
    org.post("/v1/logs", body, "application/json")


def agents(org: Org) -> set[str]:
    """Name the agents of which facts arrived."""
    answer = org.line.http.get(
        f"{org.line.api_url}/api/v1/coverage", headers={"Authorization": f"Bearer {org.key}"}
    )
    assert answer.status_code == 200, answer.text
    listed: list[dict[str, Any]] = answer.json()["data"]["agents"]
    return {agent["agent"] for agent in listed}


def test_two_files_teach_an_agent(line: Line, dialects: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """
    Telemetry that told nothing tells all five reports, and a third file teaches another kind of fact.

    What arrived before the files were there counts too, for raw was kept.
    """
    org = line.new_org("acme")
    send(org)

    monkeypatch.delenv("ANDON_DIALECTS")
    line.build()
    assert org.get("tokens")[0]["input_tokens"] == 0
    assert org.get("users") == []
    assert "acme" not in agents(org)

    monkeypatch.setenv("ANDON_DIALECTS", str(dialects))
    line.build()
    tokens, activity = org.get("tokens")[0], org.get("activity")[0]
    assert (tokens["input_tokens"], tokens["output_tokens"]) == (107, 23)
    assert {(row["model_id"], row["input_tokens"]) for row in tokens["by_model"]} == {
        ("quick", 100),
        ("deep", 7),
    }
    assert org.get("tools")[0]["tool_calls"] == 0
    assert activity["daily_active_users_by_client"]["terminal-ui"] == 1
    assert (activity["daily_active_users"], activity["sessions"]) == (1, 1)
    assert org.get("productivity")[0]["files_created"] == 0
    assert [(row["user_email"], row["primary_model"]) for row in org.get("users")] == [
        ("ada@example.com", "quick")
    ]
    assert "acme" in agents(org)

    write(dialects, SECOND_FILE, FILE_CHANGES)
    line.build()
    assert org.get("productivity")[0]["by_extension"] == [{"extension": ".py", "count": 1}]
    assert org.get("tokens")[0]["input_tokens"] == 107


def test_an_unusable_folder_stops_the_build_in_one_line(line: Line, dialects: Path) -> None:
    """A dialect without its macro and a file with a shipped one's name are said."""
    (dialects / MACRO_FILE).unlink()
    silent = line.run("build")
    write(dialects, MACRO_FILE, RECOGNISED)
    write(dialects, "macros/facts.sql", "")
    replacing = line.run("build")

    assert (silent.returncode, replacing.returncode) == (1, 1)
    assert "dialect acme has models but no macro acme_recognised(" in silent.stderr
    assert "macros/facts.sql has the name of a shipped file; give it another" in replacing.stderr.replace(
        "\n", ""
    )
    assert "Traceback" not in silent.stderr + replacing.stderr
