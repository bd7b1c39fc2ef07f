"""The floors of the dbt project, read from its files: who reads whom, what a model owes its readers."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import yaml

from andon import transform
from andon.edition.relations import BY_DAY

PROJECT = Path(transform.__file__).parent
MODELS = {path.stem: path for path in sorted((PROJECT / "models").rglob("*.sql"))}
REF = re.compile(r"ref\('(\w+)'\)")

SAID = {
    model["name"]: model
    for path in sorted((PROJECT / "models").rglob("*.yml"))
    for model in yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
}
MARTS = [name for name, path in MODELS.items() if "marts" in path.parts]
REPORTS = [name for name in MARTS if MODELS[name].parent.name == "reports"]


def read_by(name: str) -> set[str]:
    """Names that a model refers to."""
    return set(REF.findall(MODELS[name].read_text(encoding="utf-8")))


def test_only_staging_reads_sources() -> None:
    """Raw and the directory enter the project in staging."""
    readers = {name for name, path in MODELS.items() if "source(" in path.read_text(encoding="utf-8")}

    assert {"staging"} == {MODELS[name].relative_to(PROJECT / "models").parts[0] for name in readers}


def test_marts_read_marts_and_intermediate() -> None:
    """Marts know facts, not agents; of staging they read the directory alone."""
    staging = {ref for name in MARTS for ref in read_by(name) if "staging" in MODELS.get(ref, Path()).parts}

    assert staging <= {"stg_directory__organisations", "stg_directory__people"}


def test_nothing_reads_reports() -> None:
    """Reports are the end of the line: only their digests are made from them, for publishing."""
    assert {name: read for name in MODELS if (read := read_by(name) & set(REPORTS))} == {}
    assert [name for name, path in MODELS.items() if "reports_by_day()" in path.read_text("utf-8")] == [
        "rpt_digests"
    ]


def test_every_report_by_day_has_digests() -> None:
    """A day that changes unseen would never be published: the list of reports is the files' own."""
    by_day = {
        name
        for name in REPORTS
        if name != "rpt_conservation"
        and "report_date" in [column["name"] for column in SAID[name]["columns"]]
    }

    assert by_day == set(re.findall(r"'(rpt_\w+)'", (PROJECT / "macros/digests.sql").read_text("utf-8")))
    assert by_day == set(BY_DAY)


@pytest.mark.parametrize("name", MODELS)
def test_every_model_says_its_grain_and_holds_it(name: str) -> None:
    """A description that begins with the grain, and a test of it; of a kind's union it looks at more."""
    said = SAID[name]

    assert said["description"].startswith("Grain: one ")
    assert re.search("unique_combination|tellings", str(said.get("data_tests")))


@pytest.mark.parametrize("name", REPORTS)
def test_every_report_has_a_contract(name: str) -> None:
    """Columns and types of reports are promised and enforced; no column outside the promise."""
    said = SAID[name]

    assert said["config"]["contract"] == {"enforced": True}
    assert all("data_type" in column for column in said["columns"])
