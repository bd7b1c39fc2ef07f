"""What is said between a build and the process that runs dbt for it."""

from __future__ import annotations

from typing import Any

import msgspec

FAILED = frozenset({"error", "fail", "runtime error", "partial success"})
"""dbt's words for a node that did not do what it should; a skipped one only stands behind one of these."""


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the process is to do.

    Attributes:
        command: ``build``, ``unit-tests``, or ``get-ready``, which only loads dbt and the project.
        project_path: The dbt project.
        target_path: Where dbt keeps compiled SQL and its parsed project.
        parsed_path: Where the parsed project is shared with other data directories; empty for nowhere.
        log_path: Where dbt's log and everything printed go.
        threads: Nodes built at once.
        shape: dbt variables that the graph depends on.
        variables: dbt variables of this run.
        select: Nodes to restrict unit tests to, in dbt's selection syntax; empty for all.
    """

    command: str
    project_path: str
    target_path: str
    parsed_path: str = ""
    log_path: str
    threads: int
    shape: dict[str, Any]
    variables: dict[str, Any]
    select: str = ""


class Progress(msgspec.Struct, frozen=True, kw_only=True, tag="progress"):
    """
    How far a build is.

    Attributes:
        done: Nodes finished.
        total: Nodes in all; 0 until dbt has counted them.
        node: Name of the node that finished last.
        status: dbt's word for how it ended: success, pass, error, fail, skipped, warn.
    """

    done: int
    total: int
    node: str
    status: str


class Outcome(msgspec.Struct, frozen=True, kw_only=True):
    """
    How one node ended.

    Attributes:
        node: Its name.
        kind: dbt's resource type: model, seed, test, unit_test.
        status: As in ``Progress``.
        message: What dbt said; empty when it said nothing.
        seconds: How long it took.
        sql: The query of a data test that failed; empty otherwise.
    """

    node: str
    kind: str
    status: str
    message: str
    seconds: float
    sql: str = ""


class Summary(msgspec.Struct, frozen=True, kw_only=True, tag="summary"):
    """
    How all of it ended.

    Attributes:
        ok: Whether everything ran and passed.
        outcomes: Every node of the last invocation, in the order in which they finished.
        trouble: What stopped dbt before any node could run; empty when nothing did.
        memory_bytes: What the process has resident, the warehouse being closed; 0 where that is not told.
    """

    ok: bool
    outcomes: list[Outcome]
    trouble: str
    memory_bytes: int = 0


Line = Progress | Summary
