"""
The dbt project of a build: the one that ships, with an installation's own dialects laid over it.

A dialect is how one agent speaks. It is a folder of models, one a kind of fact,
``models/staging/<dialect>/stg_<dialect>__<kind>.sql``, and a macro
``<dialect>_recognised(name, scope_name, service_name)`` anywhere under ``macros/``. Nothing else lists
dialects: which there are is read from the files.

Source: design, "Layout"; docs/agents.md, "An agent of your own".
"""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Mapping
from hashlib import blake2b
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent
"""The project that ships: this folder."""

OVERLAID = ("models", "macros", "seeds")
"""Folders of a project in which an installation may add files."""

_DIALECT = re.compile(r"[a-z][a-z0-9]*(?:_[a-z0-9]+)*")
_RECOGNISED = re.compile(r"{%-?\s*macro\s+(\w+)_recognised\s*\(")


class UnusableDialects(Exception):
    """The folder of dialects cannot be laid over the project; the text says why."""


def project_with(dialects: Path | None, scratch: Path) -> Path:
    """
    Give the folder of the project to build.

    Args:
        dialects: A folder with ``models/``, ``macros/`` or ``seeds/`` of one's own; None for the shipped
            project.
        scratch: Where to put the project together when there is something to add; replaced as a whole.

    Raises:
        UnusableDialects: The folder is missing or holds none of the three; a file in it would replace a
            shipped one, so that numbers would change their meaning unseen; a model belongs to no dialect,
            so that nothing would read it; or a dialect says nowhere which records are its own.
    """
    if dialects is None:
        return PROJECT
    if not any((dialects / part).is_dir() for part in OVERLAID):
        raise UnusableDialects(
            f"ANDON_DIALECTS is {dialects}, which "
            + (f"holds no {', '.join(OVERLAID)}/ folder" if dialects.is_dir() else "is no folder")
        )
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(PROJECT, scratch, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for part in OVERLAID:
        for file in sorted((dialects / part).rglob("*")):
            if file.is_file():
                _lay(file, scratch, file.relative_to(dialects))
    silent = sorted(set(_staged(scratch)) - {"native"} - _recognised(scratch))
    if silent:
        raise UnusableDialects(
            f"ANDON_DIALECTS: dialect {silent[0]} has models but no macro "
            f"{silent[0]}_recognised(name, scope_name, service_name); put one into a file under macros/"
        )
    return scratch


def _lay(file: Path, project: Path, place: Path) -> None:
    if (project / place).exists():
        raise UnusableDialects(f"ANDON_DIALECTS: {file} has the name of a shipped file; give it another")
    folder = place.parent.name
    if place.parts[0] == "models" and not (
        place.parts[1:-1] == ("staging", folder)
        and _DIALECT.fullmatch(folder)
        and place.name.startswith(f"stg_{folder}__")
    ):
        raise UnusableDialects(
            f"ANDON_DIALECTS: {file} is no dialect's; "
            "name it models/staging/<dialect>/stg_<dialect>__<kind>.sql"
        )
    (project / place).parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(file, project / place)


def _recognised(project: Path) -> set[str]:
    """Name the dialects that have a macro to recognise their records."""
    return {
        dialect
        for file in (project / "macros").rglob("*.sql")
        for dialect in _RECOGNISED.findall(file.read_text(encoding="utf-8"))
    }


def _staged(project: Path) -> dict[str, list[str]]:
    """Name each dialect's models, in the order of their files."""
    staged: dict[str, list[str]] = {}
    for model in sorted((project / "models" / "staging").glob("*/stg_*__*.sql")):
        dialect, _, name = model.stem.removeprefix("stg_").partition("__")
        if dialect == model.parent.name and dialect not in {"otlp", "directory"}:
            staged.setdefault(dialect, []).append(name)
    return staged


def variables(project: Path) -> dict[str, Any]:
    """
    Give the dbt variables that tell the project what its folders hold.

    ``staged`` names, dialect by dialect, its models in ``models/staging``: a dialect is a folder there with
    a model ``stg_<dialect>__<kind>`` in it. The shipped ones come first, so that no dialect of an
    installation takes a record that one of them recognises. ``described`` lists those whose fields and
    names are in ``seeds/coverage``.
    """
    shipped, staged = _staged(PROJECT), _staged(project)
    coverage = project / "seeds" / "coverage"
    described = [
        dialect
        for dialect in (path.stem.removesuffix("__fields") for path in sorted(coverage.glob("*__fields.csv")))
        if (coverage / f"{dialect}__names.csv").is_file()
    ]
    ordered = sorted(staged, key=lambda dialect: (dialect not in shipped, dialect))
    return {"staged": {dialect: staged[dialect] for dialect in ordered}, "described": described}


def reading_of(project: Path) -> str:
    """
    Name the way in which a project reads records as they come: a digest of what the base models are made of.

    Records that were read in another way are read again. All macros are among it, for any may be used there;
    a change of the models above costs nothing.
    """
    digest = blake2b(json.dumps(list(_staged(project))).encode(), digest_size=16)
    for file in sorted([*(project / "macros").rglob("*.sql"), *(project / "models").rglob("base_*.sql")]):
        digest.update(f"{file.relative_to(project)}\n".encode() + file.read_bytes())
    return digest.hexdigest()


def making_of(project: Path, values: Mapping[str, str]) -> str:
    """
    Name the way in which a project makes its tables: a digest of all that says how, and of *values*.

    Tables that were made in another way are of no use to the next build. Prices are compared one by one.
    """
    digest = blake2b(repr(sorted(values.items())).encode(), digest_size=16)
    files = [
        file
        for part in OVERLAID
        for file in sorted((project / part).rglob("*"))
        if file.suffix in {".sql", ".csv", ".yml"} and file.name != "price_book.csv"
    ]
    for file in [project / "dbt_project.yml", *files]:
        digest.update(f"{file.relative_to(project)}\n".encode() + file.read_bytes())
    return digest.hexdigest()
