"""The OTLP door that the tests of the receiver knock at."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from andon.config import read_settings

from otlp_door import LIMIT, Door, serving


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Door]:
    """One server for the tests that only ask."""
    data = tmp_path_factory.mktemp("shared")
    with serving(read_settings(data=data, max_body_bytes=LIMIT, decoders=1)) as running:
        yield running


@pytest.fixture
def door(tmp_path: Path) -> Iterator[Door]:
    """A server with an empty log."""
    with serving(read_settings(data=tmp_path, max_body_bytes=LIMIT, decoders=1)) as running:
        yield running
