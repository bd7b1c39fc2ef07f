"""What seeds/coverage says of the agents: complete, in known words, and true of every recorded run."""

from __future__ import annotations

import csv
from collections import Counter
from typing import get_args

import pytest

from andon.cli.agents_table import BEGIN, END, Described, descriptions, with_table
from andon.contract.coverage import Field
from andon.transform.project import PROJECT, variables

from staged import FOLDERS, Staged, runs_of, shared_folder

pytestmark = pytest.mark.slow(seconds=40)

SEEDS = PROJECT / "seeds" / "coverage"
DESCRIBED = variables(PROJECT)["described"]


def lines(dialect: str, what: str) -> list[dict[str, str]]:
    """Read one of a dialect's two files."""
    with (SEEDS / f"{dialect}__{what}.csv").open(encoding="utf-8", newline="") as found:
        return list(csv.DictReader(found))


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Every recorded run, staged."""
    return Staged(shared_folder(tmp_path_factory))


def test_every_dialect_is_described() -> None:
    """A dialect that ships says what it tells and by which names."""
    assert set(variables(PROJECT)["staged"]) == set(DESCRIBED)


@pytest.mark.parametrize("dialect", DESCRIBED)
def test_every_field_is_said_once(dialect: str) -> None:
    """All fields of an agent, no other; whatever is not exact says why, what needs a switch names it."""
    said = lines(dialect, "fields")
    agents = {line["agent"] for line in said}

    assert agents == {"native" if dialect == "native" else dialect.replace("_", "-")}
    assert Counter(line["field"] for line in said) == Counter(get_args(Field))
    assert {line["quality"] for line in said} <= {"exact", "approximate", "switch", "not_sent"}
    assert [line["field"] for line in said if line["quality"] != "exact" and not line["reason"]] == []
    assert [line["field"] for line in said if line["quality"] == "switch" and not line["improved_by"]] == []


@pytest.mark.parametrize("dialect", DESCRIBED)
def test_every_name_is_listed_once(dialect: str) -> None:
    """By signal, read or ignored; the percent sign of a beginning stands at its end alone."""
    listed = lines(dialect, "names")

    assert listed
    assert max(Counter((line["signal"], line["name"]) for line in listed).values()) == 1
    assert {line["signal"] for line in listed} <= {"logs", "spans", "metrics"}
    assert {line["use"] for line in listed} <= {"read", "ignored"}
    assert [line["name"] for line in listed if "%" in line["name"][:-1]] == []


@pytest.mark.parametrize(
    ("agent", "run"),
    [(agent, run) for agent in FOLDERS if agent.replace("-", "_") in DESCRIBED for run in runs_of(agent)],
)
def test_every_recorded_name_is_known(agent: str, run: str, staged: Staged) -> None:
    """A recorded run has no record that its dialect does not recognise, and no name that it does not list."""
    dialect = agent.replace("-", "_")
    known = [(line["signal"], line["name"]) for line in lines(dialect, "names")]
    unknown = [
        (spoken, signal, name)
        for spoken, signal, name in staged.names(f"{agent} {run}")
        if spoken != dialect
        or not any(
            signal == listed and (name == told or (told.endswith("%") and name.startswith(told[:-1])))
            for listed, told in known
        )
    ]

    assert unknown == []


def test_the_page_has_the_table_of_the_seeds() -> None:
    """docs/agents.md promises what `andon coverage` expects; `make docs` writes it."""
    page = (PROJECT.parents[2] / "docs" / "agents.md").read_text(encoding="utf-8")

    assert page == with_table(page, descriptions())


def test_a_table_says_every_quality() -> None:
    """One line a field, one column an agent; fields of one reason stand together."""
    said = [
        Described("codex", "input_tokens", "exact", "", ""),
        Described("codex", "hooks", "approximate", "Counted, without a session.", ""),
        Described("codex", "team", "switch", "Nobody | knows.", "OTEL_RESOURCE_ATTRIBUTES=team.id=…"),
        Described("codex", "repository", "switch", "Nobody | knows.", "OTEL_RESOURCE_ATTRIBUTES=team.id=…"),
        Described("droid", "hooks", "not_sent", "It has none.", ""),
    ]
    table = with_table(f"before {BEGIN} old {END} after", said).splitlines()

    assert (table[0], table[-1]) == (f"before {BEGIN}", f"{END} after")
    assert {
        "| field | codex | droid |",
        "| `input_tokens` | exact |  |",
        "| `hooks` | approximate | – |",  # noqa: RUF001 (a dash, as in the page's legend)
        "| codex | `team`, `repository` | † | Nobody \\| knows. | `OTEL_RESOURCE_ATTRIBUTES=team.id=…` |",
    } <= set(table)


def test_a_page_without_its_markers_is_not_written_over() -> None:
    """Whoever removed one is told which."""
    with pytest.raises(ValueError, match="coverage table: begin"):
        with_table(f"only {END}", [])
