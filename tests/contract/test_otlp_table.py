"""docs/reference/otlp.md says what is proved by what; it may not promise what nothing proves."""

from __future__ import annotations

import re
from pathlib import Path

ROOT = Path(__file__).parents[2]
CLAUSES = {*(f"O{number}" for number in range(1, 25)), *(f"J{number}" for number in range(1, 15))}


def rows() -> list[list[str]]:
    """The cells of every row of the page's tables, but for heads and lines."""
    page = (ROOT / "docs/reference/otlp.md").read_text()
    cells = [
        [cell.strip() for cell in line.strip("|").split("|")]
        for line in page.splitlines()
        if line.startswith("| ")
    ]
    return [row for row in cells if row[0] not in {"clause", "---"}]


def test_every_row_is_proved_by_tests_that_exist() -> None:
    """Each row names a test at least, and each test that the page names is one of the suite."""
    names = {
        name
        for path in (ROOT / "tests").rglob("test_*.py")
        for name in re.findall(r"^def (test_\w+)\(", path.read_text(), re.MULTILINE)
    }
    assert [row for row in rows() if not re.search(r"`test_\w+`", row[2])] == []
    page = (ROOT / "docs/reference/otlp.md").read_text()
    assert set(re.findall(r"`(test_\w+)`", page)) - names == set()


def test_every_clause_has_a_row() -> None:
    """No clause of the list is passed over."""
    told = {row[0].split()[0] for row in rows()}
    assert CLAUSES - told == set()
