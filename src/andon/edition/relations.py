"""
What an edition is made of: the report models it copies and the answers it composes from them.

Grain and columns of each model are its dbt contract (``transform/models/marts``).
"""

from __future__ import annotations

from typing import NamedTuple

from andon.contract.reports import ROW_TYPES, Report, Row

BY_DAY: tuple[str, ...] = (
    "rpt_tokens_daily",
    "rpt_tokens_by_model",
    "rpt_tokens_by_user",
    "rpt_tools_daily",
    "rpt_tools_by_tool",
    "rpt_tools_by_mcp_server",
    "rpt_tools_by_skill",
    "rpt_tools_by_slash_command",
    "rpt_tools_by_hook",
    "rpt_activity_daily",
    "rpt_activity_by_client",
    "rpt_productivity_daily",
    "rpt_productivity_by_extension",
    "rpt_productivity_by_language",
    "rpt_users_daily",
    "rpt_users_languages",
)
"""Report models that are copied month by month, to ``marts/<model>/<YYYY-MM>.parquet``; the five reports are
made of them. ``rpt_digests`` has a row of each of their days."""

WHOLE: tuple[str, ...] = (
    "rpt_organisations",
    "rpt_digests",
    "rpt_coverage_agents",
    "rpt_coverage_fields",
    "rpt_coverage_names",
    "rpt_conservation",
)
"""Report models that are copied whole with every edition, to ``marts/<model>.parquet``: they are small."""


def report_of(relation: str) -> str:
    """Name the report that a model of ``BY_DAY`` belongs to."""
    return relation.split("_")[1]


class Answer(NamedTuple):
    """
    One kind of fragment: a report, plain or grouped.

    Attributes:
        report: One of the five.
        group_by: The grouping; None for the day-level answer.
        row: What each of its rows decodes to.
    """

    report: Report
    group_by: str | None
    row: type[Row]

    @property
    def query(self) -> str:
        """Name of the SQL file in ``fragments/``."""
        return f"{self.report}.sql" if self.group_by is None else f"{self.report}_by_{self.group_by}.sql"


ANSWERS: tuple[Answer, ...] = tuple(
    Answer(report, group_by, row) for (report, group_by), row in ROW_TYPES.items()
)
"""All that an edition can answer, in the contract's order."""
