"""Runs some models of the dbt project alone, in a warehouse that a test prepared."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from andon.transform.project import PROJECT, variables


def make(folder: Path, *chosen: str, whole: bool = True, **told: object) -> None:
    """
    Make models and seeds.

    Args:
        folder: Where ``andon.duckdb`` is.
        chosen: Which, in dbt's selection syntax.
        whole: Whether everything is made anew.
        told: Other variables of the project.
    """
    subprocess.run(
        [
            *(str(Path(sys.executable).with_name("dbt")), "--no-version-check", "--quiet", "build"),
            *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
            *("--exclude-resource-type", "unit_test", "test"),
            *("--vars", json.dumps({**variables(PROJECT), **told, "whole": whole}), "--select", *chosen),
        ],
        check=True,
        env={
            **os.environ,
            "DBT_TARGET_PATH": str(folder.parent / "target"),
            "DBT_LOG_PATH": str(folder / "logs"),
            "ANDON_DBT_DATABASE": str(folder / "andon.duckdb"),
            "ANDON_DBT_SPILL": str(folder / "spill"),
            "ANDON_DBT_THREADS": "2",
        },
    )
