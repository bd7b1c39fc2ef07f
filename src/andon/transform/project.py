"""
The dbt project of a build: the one that ships, with an installation's own dialects laid over it.

A dialect is how one agent speaks. It is a folder of models, one a kind of fact,
``models/staging/<dialect>/stg_<dialect>__<kind>.sql``, and a macro
``<dialect>_recognised(name, scope_name, service_name)`` anywhere under ``macros/``. Nothing else lists
dialects: which there are is read from the files.

Source: design, "Layout"; docs/agents.md, "An agent of your own".
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parent
"""The project that ships: this folder."""

OVERLAID = ("models", "macros", "seeds")
"""Folders of a project in which an installation may add files."""


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
        UnusableDialects: The folder is missing, holds none of the three, or holds a file that would
            replace a shipped one: numbers would change their meaning unseen.
    """
    if dialects is None:
        return PROJECT
    if not any((dialects / part).is_dir() for part in OVERLAID):
        raise UnusableDialects(f"ANDON_DIALECTS is {dialects}, which holds no {', '.join(OVERLAID)}/ folder")
    shutil.rmtree(scratch, ignore_errors=True)
    shutil.copytree(PROJECT, scratch, ignore=shutil.ignore_patterns("*.py", "__pycache__"))
    for part in OVERLAID:
        for file in sorted((dialects / part).rglob("*")):
            place = scratch / file.relative_to(dialects)
            if not file.is_file():
                continue
            if place.exists():
                raise UnusableDialects(
                    f"ANDON_DIALECTS: {file} has the name of a shipped file; give it another"
                )
            place.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(file, place)
    return scratch


def variables(project: Path) -> dict[str, Any]:
    """
    Give the dbt variables that tell the project what its folders hold.

    ``staged`` names, dialect by dialect, its models in ``models/staging``: a dialect is a folder there with
    a model ``stg_<dialect>__<kind>`` in it. ``described`` lists those whose fields and names are in
    ``seeds/coverage``.
    """
    staged: dict[str, list[str]] = {}
    for model in sorted((project / "models" / "staging").glob("*/stg_*__*.sql")):
        dialect, _, name = model.stem.removeprefix("stg_").partition("__")
        if dialect == model.parent.name and dialect not in {"otlp", "directory"}:
            staged.setdefault(dialect, []).append(name)
    coverage = project / "seeds" / "coverage"
    described = [
        dialect
        for dialect in (path.stem.removesuffix("__fields") for path in sorted(coverage.glob("*__fields.csv")))
        if (coverage / f"{dialect}__names.csv").is_file()
    ]
    return {"staged": staged, "described": described}
