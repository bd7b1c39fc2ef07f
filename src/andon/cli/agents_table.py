"""
Writes the table of agents and fields into ``docs/agents.md`` from the descriptions in ``seeds/coverage``.

The same files tell a build what to expect, so the page cannot promise anything else than `andon coverage`.
"""

from __future__ import annotations

import csv
from pathlib import Path
from typing import NamedTuple, get_args

from andon.contract.coverage import Field, Quality
from andon.transform.project import PROJECT, variables

BEGIN, END = "<!-- coverage table: begin -->", "<!-- coverage table: end -->"

_CELLS: dict[str, str] = {"exact": "exact", "approximate": "approximate", "switch": "†", "not_sent": "–"}  # noqa: RUF001 (a dash, as in the page's legend)


class Described(NamedTuple):
    """
    What one line of a description says.

    Attributes:
        agent: The agent.
        field: One of ``Field``.
        quality: One of ``Quality``.
        reason: Why it is not exact; empty when it is.
        improved_by: The setting that makes it better; empty when there is none.
    """

    agent: str
    field: str
    quality: str
    reason: str
    improved_by: str


def descriptions(project: Path = PROJECT) -> list[Described]:
    """
    Read every description of fields, the native dialect's last.

    Raises:
        ValueError: A line says something else than the five columns, or a word that there is not.
    """
    found = []
    for dialect in sorted(variables(project)["described"], key=lambda name: (name == "native", name)):
        path = project / "seeds" / "coverage" / f"{dialect}__fields.csv"
        with path.open(encoding="utf-8", newline="") as lines:
            for line in csv.DictReader(lines):
                if tuple(line) != Described._fields or None in line.values():
                    raise ValueError(f"{path.name}: columns must be {', '.join(Described._fields)}: {line}")
                said = Described(**line)
                if said.field not in get_args(Field) or said.quality not in get_args(Quality):
                    raise ValueError(f"{path.name}: there is no {said.quality!r} of {said.field!r}")
                found.append(said)
    return found


def with_table(page: str, said: list[Described]) -> str:
    """
    Give the page with the table between its two markers.

    Raises:
        ValueError: A marker is missing.
    """
    before, begin, rest = page.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"docs/agents.md has lost its markers {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n{_table(said)}\n{_reasons(said)}\n{END}{after}"


def _table(said: list[Described]) -> str:
    agents = list(dict.fromkeys(one.agent for one in said))
    cells = {(one.agent, one.field): _CELLS[one.quality] for one in said}
    lines = [["field", *agents], ["---"] * (len(agents) + 1)]
    lines += [
        [f"`{field}`", *(cells.get((agent, field), "") for agent in agents)] for field in get_args(Field)
    ]
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)


def _reasons(said: list[Described]) -> str:
    together: dict[tuple[str, str, str, str], list[str]] = {}
    for one in said:
        if one.reason or one.improved_by:
            key = (one.agent, _CELLS[one.quality], one.reason, one.improved_by)
            together.setdefault(key, []).append(f"`{one.field}`")
    lines = ["| agent | fields | | why | better with |\n| --- | --- | --- | --- | --- |\n"]
    for (agent, cell, reason, improved_by), fields in together.items():
        # A setting alone is code, a sentence around one is not.
        switch = f"`{improved_by}`" if improved_by and " " not in improved_by else improved_by
        words = [agent, ", ".join(fields), cell, reason, switch]
        lines.append(f"| {' | '.join(word.replace('|', chr(92) + '|') for word in words)} |\n")
    return "".join(lines)
