"""
What differs between the warehouse and the edition before, told by the digests of both.

A digest stands for all rows of one report model on one organisation's day. Where it is the same, nothing is
looked at; where it is not, the day is published again, and is restated if it had been published before.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any, NamedTuple

from andon.edition.relations import report_of

NO_DIGESTS = "SELECT '' AS relation, '' AS org_id, DATE '1970-01-01' AS report_date, '' AS digest WHERE false"


class Restated(NamedTuple):
    """A report of a day that readers had been told otherwise."""

    org_id: str
    report_date: dt.date
    report: str


class Changes(NamedTuple):
    """
    What is not as it was in the edition before; without one, everything.

    Attributes:
        months: Months with rows, ``YYYY-MM``, in order.
        history_start: First day with rows; None without organisations.
        pieces: Report models with a month in which a day of theirs changed.
        days: Days that changed, by month, and whether there were rows of the day before.
        restated: Reports of days that had been published and changed.
    """

    months: list[str]
    history_start: dt.date | None
    pieces: set[tuple[str, str]]
    days: dict[str, dict[dt.date, bool]]
    restated: list[Restated]


def compare(engine: Any, digests: Path, before: Path | None) -> Changes:  # noqa: ANN401 (duckdb has no types)
    """
    Tell what changed.

    Args:
        engine: A DuckDB connection; gets a few temporary tables.
        digests: ``rpt_digests`` as it is now.
        before: The same of the edition before; None when there is none.

    Raises:
        duckdb.Error: A file is no table of digests.
    """
    engine.read_parquet(str(digests)).create_view("digests")
    if before is None:
        engine.sql(NO_DIGESTS).create_view("digests_before")
    else:
        engine.read_parquet(str(before)).create_view("digests_before")
    engine.execute("""
        CREATE TEMP TABLE differences AS
        SELECT relation, org_id, report_date, strftime(report_date, '%Y-%m') AS month
        FROM digests FULL JOIN digests_before USING (relation, org_id, report_date)
        WHERE digests.digest IS DISTINCT FROM digests_before.digest
    """)
    days: dict[str, dict[dt.date, bool]] = {}
    for month, day, was_there in engine.sql("""
        SELECT DISTINCT month, report_date, report_date IN (SELECT report_date FROM digests_before)
        FROM differences
    """).fetchall():
        days.setdefault(month, {})[day] = was_there
    restated = engine.sql("""
        SELECT DISTINCT org_id, report_date, relation
        FROM differences
        WHERE
            -- A model that is new in this version of Andon says nothing new of old days.
            relation IN (SELECT relation FROM digests_before)
            AND (org_id, report_date) IN (SELECT (org_id, report_date) FROM digests_before)
            AND (org_id, report_date) IN (SELECT (org_id, report_date) FROM digests)
    """).fetchall()
    first = engine.sql("SELECT min(report_date) FROM digests").fetchall()

    return Changes(
        months=[
            month
            for (month,) in engine.sql(
                "SELECT DISTINCT strftime(report_date, '%Y-%m') FROM digests ORDER BY 1"
            ).fetchall()
        ],
        history_start=first[0][0],
        pieces=set(engine.sql("SELECT DISTINCT relation, month FROM differences").fetchall()),
        days=days,
        restated=sorted({Restated(org_id, day, report_of(relation)) for org_id, day, relation in restated}),
    )
