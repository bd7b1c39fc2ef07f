"""The project of a build: what ships, and what an installation lays over it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest

from andon.transform.project import PROJECT, UnusableDialects, project_with, variables

MACRO = (
    "{% macro acme_recognised(name, scope_name, service_name) -%} {{ service_name }} = 'acme' {%- endmacro %}"
)
ACME = {
    "macros/acme.sql": MACRO,
    "models/staging/acme/stg_acme__model_calls.sql": "select 1 as one",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Name a folder for an installation's own files."""
    return tmp_path / "dialects"


def fill(folder: Path, files: Mapping[str, str]) -> None:
    """Write files into a folder."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")


def test_without_a_folder_the_shipped_project_is_built(tmp_path: Path) -> None:
    """Nothing is copied where there is nothing to add."""
    assert project_with(None, tmp_path / "scratch") == PROJECT
    assert not (tmp_path / "scratch").exists()


def test_two_files_are_a_dialect(folder: Path, tmp_path: Path) -> None:
    """The project that is built has them beside all that ships, of which nothing is touched."""
    fill(folder, ACME)

    project = project_with(folder, tmp_path / "scratch")
    staged = variables(project)["staged"]

    assert staged["acme"] == ["model_calls"]
    assert {name: staged[name] for name in staged if name != "acme"} == variables(PROJECT)["staged"]
    assert not (PROJECT / "models" / "staging" / "acme").exists()


def test_what_was_taken_out_is_gone(folder: Path, tmp_path: Path) -> None:
    """A build knows nothing of what the folder held before."""
    fill(folder, ACME)
    fill(folder, {"models/staging/acme/stg_acme__tool_calls.sql": "select 1 as one"})
    project_with(folder, tmp_path / "scratch")
    (folder / "models/staging/acme/stg_acme__tool_calls.sql").unlink()

    assert variables(project_with(folder, tmp_path / "scratch"))["staged"]["acme"] == ["model_calls"]


def test_shipped_dialects_recognise_first(folder: Path, tmp_path: Path) -> None:
    """Whatever its name, an installation's dialect takes no record from a shipped one."""
    fill(folder, ACME)

    assert list(variables(project_with(folder, tmp_path / "scratch"))["staged"])[-1] == "acme"


def test_every_shipped_dialect_says_which_records_are_its_own(folder: Path, tmp_path: Path) -> None:
    """The check of an installation's folder finds nothing to say of the shipped project."""
    fill(folder, {"macros/empty.sql": ""})

    assert variables(project_with(folder, tmp_path / "scratch")) == variables(PROJECT)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({}, "is no folder"),
        ({"notes/readme.md": ""}, "holds no models, macros, seeds/ folder"),
        (
            {**ACME, "macros/facts.sql": ""},
            "macros/facts.sql has the name of a shipped file; give it another",
        ),
        ({**ACME, "macros/acme.sql": ""}, "dialect acme has models but no macro acme_recognised("),
        ({**ACME, "models/marts/rpt_acme.sql": ""}, "rpt_acme.sql is no dialect's; name it models/staging/"),
        (
            {**ACME, "models/staging/acme/stg_acne__tool_calls.sql": ""},
            "stg_acne__tool_calls.sql is no dialect's",
        ),
        (
            {**ACME, "models/staging/ac-me/stg_ac-me__tool_calls.sql": ""},
            "stg_ac-me__tool_calls.sql is no dialect's",
        ),
    ],
)
def test_what_cannot_be_laid_over_is_refused(
    folder: Path, tmp_path: Path, files: dict[str, str], said: str
) -> None:
    """In one line that names the setting, the file and what to do."""
    fill(folder, files)

    with pytest.raises(UnusableDialects) as refused:
        project_with(folder, tmp_path / "scratch")

    assert said in str(refused.value)
    assert str(refused.value).startswith("ANDON_DIALECTS")
    assert "\n" not in str(refused.value)
