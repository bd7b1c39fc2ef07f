"""The hand-made warehouse over three months, and a change to one of its days."""

from __future__ import annotations

import datetime as dt
from typing import Any

from hand_made import Rows, rows

EVER = (dt.date(2026, 1, 1), dt.date(2026, 12, 31))
IN_MARCH = dt.date(2026, 3, 15)
THROUGH: dict[str, Any] = {"through": dt.date(2026, 3, 31)}


def later(found: Rows, months: int) -> Rows:
    """The same days so many months later, without what has no day."""
    moved: Rows = {}
    for relation, lines in found.items():
        if not any(isinstance(value, dt.date) for value in (lines or [()])[0]) or "coverage" in relation:
            continue
        moved[relation] = [
            tuple(
                value.replace(month=value.month + months) if isinstance(value, dt.date) else value
                for value in line
            )
            for line in lines
        ]
    return moved


def three_months() -> Rows:
    """January's four days, and the same in February and March."""
    found = rows()
    for months in (1, 2):
        for relation, lines in later(rows(), months).items():
            found[relation] = found[relation] + lines
    return found


def with_tool(found: Rows, when: dt.date, calls: int) -> Rows:
    """One more tool on a day of org_a."""
    changed = dict(found)
    changed["rpt_tools_by_tool"] = [*found["rpt_tools_by_tool"], ("org_a", when, "Late", calls)]
    return changed


def _later(value: Any, months: int) -> Any:  # noqa: ANN401 (a value of a row)
    return value.replace(month=value.month + months) if isinstance(value, dt.date) else value
