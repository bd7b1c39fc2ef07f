"""What every test shares: one parsed dbt project, seven seconds for each data directory; and the order."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PARSED = Path(__file__).parents[1] / ".pytest_cache" / "parsed"
KEPT = 8
"""Each version of the project leaves a file of some megabytes."""
SLOW_S = 5
"""Of a module that is marked slow and does not say how slow."""


def pytest_configure() -> None:
    """Share it in the environment of every process that a test starts."""
    os.environ.setdefault("ANDON_PARSED", str(PARSED))
    # As the server does: with it, a process that a test starts may die in gRPC's care for forks.
    os.environ["GRPC_ENABLE_FORK_SUPPORT"] = "0"
    # How long an example takes says how busy the machine is, and nothing about the promise.
    settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("suite")
    for old in sorted(PARSED.glob("*.msgpack"), key=lambda path: path.stat().st_mtime)[:-KEPT]:
        with contextlib.suppress(OSError):
            old.unlink()


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """
    Begin with the modules that take longest: while the last one runs, the other processes are idle.

    A module's tests run in one process (``--dist loadfile``), so that what they share is made once.
    """
    seconds: dict[Path, float] = {}
    for item in items:
        for mark in item.iter_markers("slow"):
            seconds[item.path] = max(mark.kwargs.get("seconds", SLOW_S), seconds.get(item.path, 0))
    items.sort(key=lambda item: -seconds.get(item.path, 0))
