"""What every test shares: one parsed dbt project; each data directory would pay seven seconds for it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

PARSED = Path(__file__).parents[1] / ".pytest_cache" / "parsed"
KEPT = 8
"""Each version of the project leaves a file of some megabytes."""


def pytest_configure() -> None:
    """Share it in the environment of every process that a test starts."""
    os.environ.setdefault("ANDON_PARSED", str(PARSED))
    for old in sorted(PARSED.glob("*.msgpack"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()
