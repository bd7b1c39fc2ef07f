"""
Report models of an invented organisation, as a build would leave them in the warehouse, without a build.

Two of three people use one model a day and the third two; a tenth of them are away on a day, three quarters
at weekends. Every number follows from the person and the day, so that a day is the same however much history
there is.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import duckdb

from andon.edition.relations import BY_DAY

TABLES = Path(__file__).with_suffix(".sql")

DIGEST = """
    SELECT '{relation}' AS relation, org_id, report_date, concat(
        count(*), '-', lower(to_hex(bit_xor(md5_number_lower(cast(to_json(reports) AS varchar)))))
    ) AS digest
    FROM {relation} AS reports GROUP BY ALL
"""


def write(warehouse: Path, org: str, people: int, first: dt.date, last: dt.date) -> None:
    """Write the report models of the days into a warehouse of one's own, with their digests."""
    warehouse.parent.mkdir(parents=True, exist_ok=True)
    text = TABLES.read_text(encoding="utf-8").format(org=org, people=people, first=first, last=last)
    digests = " UNION ALL ".join(DIGEST.format(relation=relation) for relation in BY_DAY)
    with duckdb.connect(warehouse) as engine:
        engine.execute(text)
        engine.execute(f"CREATE OR REPLACE TABLE rpt_digests AS {digests}")
