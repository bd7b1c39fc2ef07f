"""A running server for the tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from line import Line


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print what the fault loops counted: the figures that docs/operate.md quotes."""
    reports = [report for kind in ("passed", "failed") for report in terminalreporter.stats.get(kind, [])]
    told = [text for report in reports if report.when == "call" for _, text in report.user_properties]
    if told:
        terminalreporter.section("what was counted")
    for text in told:
        terminalreporter.write_line(str(text))


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Line]:
    """A running server with an empty data directory."""
    running = Line(tmp_path_factory.mktemp("line") / "data")
    running.start()
    yield running
    running.stop()
