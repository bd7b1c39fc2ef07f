"""dbt's own unit tests of the models: midnight, zero days, ties, percentiles, rounding, nobody's facts."""

from __future__ import annotations

from pathlib import Path

import pytest

from andon.config import Settings
from andon.transform import run

pytestmark = pytest.mark.slow(seconds=27)

EXAMPLES_OF_MARTS = 18
"""A lower bound: a renamed folder must not make this test pass over nothing."""


def test_every_example_beside_the_models_holds(tmp_path: Path) -> None:
    """Each model gives the rows that the examples in its own description promise."""
    outcomes = run.run_unit_tests(Settings(data=tmp_path, build_threads=2))

    assert [f"{one.node}: {one.message}" for one in outcomes if one.status != "pass"] == []
    assert len(outcomes) >= EXAMPLES_OF_MARTS
