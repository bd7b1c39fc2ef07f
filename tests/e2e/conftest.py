"""A running server for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from line import Line


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A running server with an empty data directory."""
    running = Line(tmp_path_factory.mktemp("line") / "data")
    running.start()
    yield running
    running.stop()
