"""`andon coverage` and what `andon doctor` says of what arrives, over an edition worked out by hand."""

from __future__ import annotations

import datetime as dt
import json
import subprocess
import sys
from pathlib import Path

import pytest

from andon.app.coverage import troubles
from andon.config import read_settings
from andon.contract.coverage import (
    AgentCoverage,
    Field,
    FieldCoverage,
    FieldStatus,
    SignalCounts,
    VersionCoverage,
)
from andon.directory.directory import open_directory

from hand_made import NOW, publish_by_hand, rows


def run(data: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the real command on a data directory, on the morning of the hand-made edition."""
    return subprocess.run(
        [sys.executable, "-m", "andon", *arguments],
        env={"ANDON_DATA": str(data), "ANDON_NOW": NOW.isoformat(), "PYTHONPATH": ":".join(sys.path)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory with one organisation, whose edition is the hand-made one."""
    data = tmp_path_factory.mktemp("coverage") / "data"
    directory = open_directory(read_settings(data=data, now=NOW))
    org_id = directory.create_org("Acme", now=NOW).org_id
    directory.close()
    found = {
        relation: [(org_id if line[0] == "org_a" else line[0], *line[1:]) for line in lines]
        for relation, lines in rows().items()
    }
    publish_by_hand(data / "editions", found)
    return data


def test_fields_are_printed_with_what_became_of_them(data: Path) -> None:
    """One line a field, tabs between the cells where nobody looks on."""
    done = run(data, "coverage")

    assert done.returncode == 0, done.stderr
    heading, tokens, slash = (line.split("\t") for line in done.stdout.splitlines())
    assert heading[:4] == ["agent", "field", "status", "promised"]
    assert tokens == [
        "codex", "input_tokens", "lost since 2026-01-16", "exact", "40%", "2026-01-17", "0.171.0", ""
    ]  # fmt: skip
    assert slash[:5] == ["codex", "slash_commands", "not_sent", "not_sent", ""]


def test_agents_and_names_have_tables_of_their_own(data: Path) -> None:
    """The version that was heard last stands first."""
    agents = [line.split("\t") for line in run(data, "coverage", "agents").stdout.splitlines()]
    names = [line.split("\t") for line in run(data, "coverage", "names").stdout.splitlines()]

    assert [line[:4] for line in agents[1:]] == [
        ["codex", "0.171.0", "active", "2026-01-17 21:00"],
        ["codex", "0.169.0", "active", "2026-01-17 08:00"],
    ]
    assert [line[:5] for line in names[1:]] == [["codex", "logs", "codex.turn_usage", "9", "0.171.0"]]


def test_json_is_the_apis_own(data: Path) -> None:
    """The same members, for scripts."""
    (codex,) = json.loads(run(data, "coverage", "--json").stdout)["agents"]

    assert set(codex) == set(AgentCoverage.__struct_fields__)


def test_a_doctor_says_what_was_lost_and_what_to_do(data: Path) -> None:
    """A warning, not a failure; fields that are as promised are not mentioned."""
    done = run(data, "doctor")
    said = [line for line in done.stdout.splitlines() if " coverage " in line]

    assert done.returncode == 0
    lost, unknown = (" ".join(line.split()) for line in said)
    assert lost == (
        "warn coverage Acme: codex 0.171.0 does not tell input_tokens any more since 2026-01-16; "
        "update Andon, or keep the version before"
    )
    assert unknown == (
        "warn coverage Acme: codex sends names that Andon does not know: logs codex.turn_usage; "
        "update Andon if numbers are missing too"
    )


def test_before_the_first_edition_nothing_is_known(tmp_path: Path) -> None:
    """No error: what to do next, on stderr."""
    run(tmp_path / "data", "orgs", "create", "New")
    done = run(tmp_path / "data", "coverage")

    assert (done.returncode, len(done.stdout.splitlines())) == (0, 1)
    assert "andon build" in done.stderr


MOMENT = dt.datetime(2026, 1, 17, tzinfo=dt.UTC)


def agent(**said: object) -> AgentCoverage:
    """An agent that is well, but for what is said."""
    well: dict[str, object] = {
        "agent": "codex",
        "status": "active",
        "is_described": True,
        "last_seen_at": MOMENT,
        "versions": [],
        "fields": [],
        "unknown_names": [],
    }
    return AgentCoverage(**well | said)  # type: ignore[arg-type]


def field(name: Field, status: FieldStatus, **said: str) -> FieldCoverage:
    """A field with a status."""
    known: dict[str, object] = {
        "field": name,
        "quality": "exact",
        "status": status,
        "occasions": 9,
        "known_ratio": 0.0,
        "known_ratio_7_days": 0.0,
        "last_known_date": None,
        "lost_since": None,
        "lost_version": None,
        "reason": None,
        "improved_by": None,
    }
    return FieldCoverage(**known | said)  # type: ignore[arg-type]


def test_an_agent_that_is_well_is_not_mentioned() -> None:
    """Nor one that is merely quiet."""
    assert [*troubles(agent()), *troubles(agent(status="quiet"))] == []


def test_what_never_came_is_one_line_a_reason() -> None:
    """With the reason and what it needs; a field that is merely not seen is no trouble."""
    login = {"reason": "It knows who is logged in.", "improved_by": "a login"}
    fields = [
        field("person", "missing", **login),
        field("team", "missing", **login),
        field("model", "missing"),
        field("commits", "not_seen"),
        field("lines", "switch", improved_by="LINES=1"),
    ]

    account, model = troubles(agent(fields=fields))
    assert account == (
        "codex should tell person, team and does not (It knows who is logged in); "
        "it needs a login; if that is so, update Andon"
    )
    assert model == "codex should tell model and does not; look at its settings, or update Andon"


def test_a_version_that_nobody_understands_is_named() -> None:
    """A known agent needs an update of Andon, another one a dialect; an old version is nobody's trouble."""
    counted = SignalCounts(logs=1_000, spans=0, metrics=234)
    version = VersionCoverage(
        version="9", is_mute=True, signals=counted, facts=0, sessions=0, people=0,
        first_seen_at=MOMENT, last_seen_at=MOMENT,
    )  # fmt: skip
    said = "codex 9 sent 1,234 records and nothing that Andon understands; "

    assert list(troubles(agent(versions=[version]))) == [said + "update Andon"]
    (line,) = troubles(agent(versions=[version], is_described=False))
    assert line == said + "docs/agents.md says how to add an agent"
    later = MOMENT + dt.timedelta(days=8)
    assert list(troubles(agent(versions=[version], last_seen_at=later))) == []


def test_an_agent_that_fell_silent_is_one_line() -> None:
    """Its fields are silent with it; they are not listed too."""
    (line,) = troubles(agent(status="silent"))

    assert line.startswith("codex was in regular use and is silent since 2026-01-17; ")
