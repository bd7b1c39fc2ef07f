"""
Prints what Andon says of every recorded run beside what happened, and writes it into docs/agents.md.

``make runs`` starts a server on an empty data directory, posts every run as it was recorded and again
signal by signal, builds once, and asks the API.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

from line import Capture, Line
from runs import (
    AS_RECORDED,
    FIELDS,
    NOTHING,
    RUNS,
    SIGNALS,
    Difference,
    Told,
    differences,
    happened,
    only,
    said,
    tell,
)

BEGIN, END = "<!-- runs: begin, made by `make runs` -->", "<!-- runs: end -->"
DASH = "\N{EN DASH}"

PAGE = Path(__file__).parents[2] / "docs" / "agents.md"

WAYS = {AS_RECORDED: lambda requests: requests, **{signal: only(signal) for signal in SIGNALS}}
"""Everything together, and each signal alone."""


class Notes:
    """Reasons, each told once and named by a number."""

    def __init__(self) -> None:
        self.reasons: list[str] = []

    def mark(self, reason: str) -> str:
        """Give the number of a reason, as a raised digit."""
        if reason not in self.reasons:
            self.reasons.append(reason)
        return f"<sup>{self.reasons.index(reason) + 1}</sup>"

    def lines(self) -> list[str]:
        """List the reasons beneath the table."""
        return [f"{number}. {reason}" for number, reason in enumerate(self.reasons, 1)]


def shown(value: Any) -> str:  # noqa: ANN401 (counts, mappings of counts and lists of names)
    """Write a value for a cell: mappings as `name 3`, nothing as a dash."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {count:,}" for name, count in value.items()) or DASH
    if isinstance(value, list):
        return ", ".join(value) or DASH
    return f"{value:,}"


def _cell(truth: Any, ours: Any, difference: Difference | None, notes: Notes) -> str:  # noqa: ANN401 (as above)
    if truth is None:
        return shown(ours)
    if truth == ours:
        return f"{shown(ours)} ✓"
    return f"{shown(truth)} → {shown(ours)}{notes.mark(difference.reason) if difference else ' **wrong**'}"


def _alone(agent: str, signal: str, field: str, told: Told, notes: Notes) -> str:
    """Sum up over an agent's runs what one signal alone says of a field."""
    explained = differences()
    verdicts = set()
    for capture in RUNS:
        if capture.agent != agent or (agent, capture.run, signal) not in told:
            continue
        whole = said(told[agent, capture.run, AS_RECORDED])[field]
        alone = said(told[agent, capture.run, signal])[field]
        difference = explained.get((agent, capture.run, signal, field))
        if alone == whole:
            verdicts |= {"✓"} if alone not in NOTHING else set()
        elif alone in NOTHING:
            verdicts.add(DASH)
        else:
            verdicts.add(f"≠{notes.mark(difference.reason)}" if difference else "**wrong**")
    return " / ".join(sorted(verdicts, key=f"✓≠{DASH}".find)) or "."


def table(told: Told) -> str:
    """Write all tables: for each agent its runs, then its signals one by one."""
    explained = differences()
    lines: list[str] = []
    for agent in dict.fromkeys(capture.agent for capture in RUNS):
        mine: list[Capture] = [capture for capture in RUNS if capture.agent == agent]
        truths = {capture.run: happened(capture) for capture in mine}
        notes = Notes()
        lines += [f"### {agent} {mine[0].truth['agent_version']}", ""]
        lines += [
            f"| field | {' | '.join(truths)} | logs alone | traces alone | metrics alone |",
            f"| --- |{' --- |' * (len(truths) + len(SIGNALS))}",
        ]
        for field in FIELDS:
            cells = [
                _cell(
                    truth.get(field),
                    said(told[agent, run, AS_RECORDED])[field],
                    explained.get((agent, run, "", field)),
                    notes,
                )
                for run, truth in truths.items()
            ]
            cells += [_alone(agent, signal, field, told, notes) for signal in SIGNALS]
            lines.append(f"| {field} | {' | '.join(cells)} |")
        lines += ["", *notes.lines(), *([""] if notes.reasons else [])]
    return "\n".join(lines)


def page_with(text: str, tables: str) -> str:
    """Put the tables between the page's marks."""
    head, _, rest = text.partition(BEGIN)
    _, _, tail = rest.partition(END)
    return f"{head}{BEGIN}\n\n{tables}\n{END}{tail}"


def main() -> None:
    """Print the tables; write them into the page too."""
    with tempfile.TemporaryDirectory() as folder:
        line = Line(Path(folder) / "data")
        line.start()
        try:
            tables = table(tell(line, WAYS))
        finally:
            line.stop()
    sys.stdout.write(tables + "\n")
    PAGE.write_text(page_with(PAGE.read_text(encoding="utf-8"), tables), encoding="utf-8")


if __name__ == "__main__":
    main()
