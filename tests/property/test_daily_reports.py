"""
Reports are kept by the day: a build makes those days again that something changed on, and no others.

What a build of the days that changed gives is held to a build of everything in a copy of the same data
directory; a day that nothing changed on is marked before it, and the marks must still be there.
"""

from __future__ import annotations

import datetime as dt
import shutil
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb
import pytest
from same_tables import differing

from andon.config import Settings
from andon.transform import run
from andon.transform.orders import Progress
from andon.transform.worker import Worker
from andon.warehouse.parquet_lake import ParquetLake
from andon.warehouse.reading import EVER

from invented import keep
from otlp_json import attributes

pytestmark = pytest.mark.slow(seconds=70)

HISTORY_START = dt.date(2026, 1, 14)
UNTOUCHED = dt.date(2026, 1, 14)
"""A day that nothing new is told of."""

BY_DAY_AT_LEAST = 20
"""Tables that are kept by the day, or the test looks at nothing."""


class Killed(Exception):
    """The build is over."""


def instant(day: int, hour: int = 6) -> dt.datetime:
    """Give an hour of a day, counted from 1 January."""
    return dt.datetime(2026, 1, 1, hour, tzinfo=dt.UTC) + dt.timedelta(days=day - 1)


class Installation:
    """One data directory whose builds run in one process."""

    def __init__(self, data: Path) -> None:
        self.data = data
        self.worker = Worker()
        self.directory: dict[str, Sequence[Mapping[str, Any]]] = {
            "organisations": [{"org_id": org, "name": org} for org in ("a", "b")],
            "people": [],
            "identity_aliases": [],
            "ingest_keys": [],
        }
        self._requests = 0

    def send(self, org: str, day: int, person: str, **other: str) -> None:
        """Send what a person did at noon of a day: a message, a call of a model and of a tool, a file."""
        own = {"user.email": f"{person}@x.com", "session.id": f"{person}-{day}", **other}
        records = [
            {
                "timeUnixNano": str(int(instant(day, 12).timestamp()) * 10**9 + number),
                "eventName": f"andon.{event}",
                "attributes": attributes(own | values),
            }
            for number, (event, values) in enumerate(
                {
                    "user_message": {},
                    "model_call": {
                        "gen_ai.response.model": f"model-{person}",
                        "gen_ai.usage.input_tokens": 10 + day,
                    },
                    "tool_call": {"gen_ai.tool.name": "Edit"},
                    "file_change": {"andon.file.operation": "edit", "file.extension": ".py"},
                }.items()
            )
        ]
        body = {"resourceLogs": [{"scopeLogs": [{"scope": {"name": "acme"}, "logRecords": records}]}]}
        self._requests += 1
        lake = ParquetLake(self.data / "raw")
        keep(lake, org, "logs", [body], now=instant(day, 13), name=f"{self._requests}-")

    def build(self, day: int, *, until: str = "", **more: Any) -> None:  # noqa: ANN401 (as run.build takes)
        """Build on a morning; killed when the node *until* has ended."""

        def on_progress(progress: Progress) -> None:
            if progress.node == until:
                raise Killed

        limit = more.pop("list_limit", 1000)
        config = Settings(data=self.data, history_start=HISTORY_START, list_limit=limit)
        run.build(
            config,
            now=instant(day),
            directory_rows=self.directory,
            on_progress=on_progress,
            worker=self.worker,
            **more,
        )

    def check(self, day: int, **more: Any) -> None:  # noqa: ANN401 (as run.build takes)
        """Compare with what a build of everything makes of the same."""
        other = self.data.with_name("whole")
        shutil.copytree(self.data, other)
        whole = Installation(other)
        whole.worker, whole.directory = self.worker, self.directory
        try:
            whole.build(day, again=EVER, **more)
            paths = [Settings(data=data).warehouse_path for data in (self.data, other)]
            assert list(differing(*paths)) == []
        finally:
            shutil.rmtree(other)

    def on_day(self, day: dt.date, query: str) -> dict[str, int]:
        """
        Ask every table that is kept by the day for its rows of two organisations and a day.

        Args:
            day: Which day.
            query: An update or a count, with ``{table}``, a number's ``{column}``, and ``{where}``.

        Returns:
            What was counted, by table.
        """
        counted = {}
        with duckdb.connect(Settings(data=self.data).warehouse_path) as connection:
            for table, column, of_day in connection.execute(
                """
                SELECT
                    schema_name || '.' || table_name,
                    min(column_name) FILTER (data_type IN ('BIGINT', 'DOUBLE')),
                    any_value(column_name) FILTER (column_name IN ('event_date', 'report_date'))
                FROM duckdb_columns()
                WHERE schema_name = 'marts' AND (table_name LIKE 'agg%' OR table_name LIKE 'rpt%')
                    AND table_name NOT IN ('rpt_conservation', 'rpt_digests')
                GROUP BY ALL
                HAVING count(*) FILTER (column_name IN ('event_date', 'report_date')) = 1
                ORDER BY ALL
                """
            ).fetchall():
                where = f"org_id IN ('a', 'b') AND {of_day} = DATE '{day}'"
                ((counted[table],),) = connection.execute(
                    query.format(table=table, column=column, where=where)
                ).fetchall()
        return counted


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Two organisations with three days each, built on the morning after."""
    made = Installation(tmp_path_factory.mktemp("daily") / "data")
    for org in ("a", "b"):
        for day, person in ((14, "ann"), (14, "bob"), (16, "ann"), (18, "bob")):
            made.send(org, day, person)
    made.build(17)
    yield made
    made.worker.close()


def test_only_days_that_changed_are_made_again(made: Installation) -> None:
    """
    A new organisation, and a day that nothing came for: reports are those of a build of everything.

    Of the two other organisations the rows of a day that nothing changed on, marked, were not made again.
    """
    made.send("a", 18, "eve")
    made.directory["organisations"] = [{"org_id": org, "name": org} for org in ("a", "b", "c")]
    made.send("c", 15, "eve")
    rows = made.on_day(UNTOUCHED, "UPDATE {table} SET {column} = {column} + 1000000 WHERE {where}")
    assert len(rows) >= BY_DAY_AT_LEAST
    assert sum(rows.values()) >= BY_DAY_AT_LEAST
    made.build(20)
    marked = made.on_day(UNTOUCHED, "SELECT count(*) FROM {table} WHERE {where} AND {column} >= 1000000")
    assert marked == rows
    made.on_day(UNTOUCHED, "UPDATE {table} SET {column} = {column} - 1000000 WHERE {where}")
    # Coverage is over all days, and had read the marks.
    made.build(20)
    made.check(20)


def test_what_a_killed_build_began_is_done_again(made: Installation) -> None:
    """
    After a build that was killed between two nodes the next one gives what a build of everything gives.

    It had seen late telemetry that is taken away again, two people who turn out to be one, and other prices.
    """
    raw = made.data / "raw"
    shutil.copytree(raw, raw.with_name("before"))
    made.send("a", 15, "eve")
    made.send("b", 14, "ann", **{"session.id": "late"})
    made.directory["identity_aliases"] = [
        {"org_id": "a", "identity": "email:bob@x.com", "canonical_identity": "email:ann@x.com"}
    ]
    with pytest.raises(Killed):
        made.build(21, until="rpt_users_daily", price_book="factory_credits")
    shutil.rmtree(raw)
    raw.with_name("before").rename(raw)
    made.build(22, price_book="factory_credits")
    made.check(22, price_book="factory_credits")


def test_an_organisation_may_go_and_lists_be_shorter(made: Installation) -> None:
    """The same without an organisation, with lists of one entry, and with reports that end earlier."""
    made.directory["organisations"] = [{"org_id": org, "name": org} for org in ("b", "c")]
    made.build(19)
    made.build(19, list_limit=1)
    made.check(19, list_limit=1)
