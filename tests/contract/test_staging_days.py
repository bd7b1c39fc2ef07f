"""What the floors above staging rely on when they make only some facts again (decision 0033)."""

from __future__ import annotations

import pytest

from staged import KINDS, Staged, shared_folder


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Build the lower half of the project over every capture and scenario."""
    return Staged(shared_folder(tmp_path_factory))


@pytest.mark.parametrize("kind", KINDS)
def test_a_fact_stands_for_a_record_of_its_day(staged: Staged, kind: str) -> None:
    """A fact's record and day are those of one record: where that is made again, the fact is found."""
    assert staged.strays(kind) == []
