"""
What every test shares: one parsed dbt project, and who runs which test when.

Parsing takes seven seconds, which each data directory would pay.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest

PARSED = Path(__file__).parents[1] / ".pytest_cache" / "parsed"
KEPT = 8
"""Each version of the project leaves a file of some megabytes."""


def pytest_configure() -> None:
    """Share it in the environment of every process that a test starts."""
    os.environ.setdefault("ANDON_PARSED", str(PARSED))
    for old in sorted(PARSED.glob("*.msgpack"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Say which tests one process runs one after the other, and begin with the longest.

    Those of a module stay together, so that what they share is made once, but for the slow ones that share
    nothing. What is begun last should be short: all others are idle until it ends.
    """
    seconds: dict[str, float] = {}
    groups: dict[pytest.Item, str] = {}
    for item in items:
        groups[item] = group = _group(item)
        item.add_marker(pytest.mark.xdist_group(group))
        slow = item.get_closest_marker("slow")
        own = 0 if slow is None else slow.kwargs["seconds"]
        seconds[group] = max(own, seconds.get(group, 0))
    items.sort(key=lambda item: -seconds[groups[item]])


def _group(item: pytest.Item) -> str:
    fixtures = item._fixtureinfo.name2fixturedefs if isinstance(item, pytest.Function) else {}
    if "staged" in fixtures:
        return "staged"
    is_shared = any(found[-1].scope in {"module", "package"} for found in fixtures.values())
    if item.get_closest_marker("slow") is None or is_shared:
        return item.nodeid.split("::")[0]
    return item.nodeid.replace("@", " at ")
