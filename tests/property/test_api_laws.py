"""
Laws that hold between answers, whatever happened.

Hypothesis invents an organisation's facts; the marts, here summed in a few lines of Python, are published,
and the answers must agree with each other.
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from starlette.requests import Request

from andon.api.reports import Reports
from andon.config import Settings
from andon.contract.problems import BadRequest
from andon.contract.reports import Report
from andon.edition.editions import Editions

from hand_made import PEOPLE, Rows, day, publish_by_hand

pytestmark = pytest.mark.slow(seconds=15)

DAYS = [day(number) for number in range(14, 24)]
TODAY = dt.datetime(2026, 1, 24, 12, 0, tzinfo=dt.UTC)
PARTS = ("billable", "input", "output")
Facts = list[tuple[str, dt.date, str, int, int]]
Range = tuple[dt.date, dt.date]
NAMES = ["a", "b", "B", "ä", 'c"', "c,", "\u2028", "🔧"]

slow = settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.too_slow])
users = st.integers(0, 40).map("user_{:026d}".format)
text = st.text(max_size=30)
facts = st.lists(
    st.tuples(
        users, st.sampled_from(DAYS), st.sampled_from(NAMES), st.integers(0, 10**12), st.integers(0, 10**12)
    ),
    max_size=60,
)
ranges = st.tuples(st.sampled_from(DAYS), st.sampled_from(DAYS)).map(lambda two: (min(two), max(two)))


def marts(found: Facts) -> Rows:
    """Sum facts (user, day, name, input, output) into marts; a name is a model, a tool and a client."""
    org = "org_a"
    models, people, tools, clients, per_user = (defaultdict(Counter) for _ in range(5))
    for user, when, name, input_tokens, output_tokens in found:
        tokens = Counter(billable=input_tokens + output_tokens, input=input_tokens, output=output_tokens)
        models[when, name].update(tokens)
        people[when, user, name].update(tokens)
        tools[when].update([name])
        clients[when, name].update({user: 1})
        per_user[when, user].update({"billable": input_tokens + output_tokens, "calls": 1})

    def total(when: dt.date, what: str) -> int:
        return sum(tokens[what] for (there, _), tokens in models.items() if there == when)

    def values(tokens: Counter[str]) -> tuple[int, ...]:
        return tuple(tokens[part] for part in PARTS)

    return {
        "rpt_organisations": [(org, "A")],
        "rpt_tokens_daily": [(org, d, *(total(d, part) for part in PARTS), 0, 0) for d in DAYS],
        "rpt_tokens_by_model": [(org, d, m, "standard", *values(t)) for (d, m), t in models.items()],
        "rpt_tokens_by_user": [
            (org, d, u, None, m, "standard", *values(t)) for (d, u, m), t in people.items()
        ],
        "rpt_tools_daily": [(org, d, tools[d].total(), *(0,) * 5, *(0.0,) * 10) for d in DAYS],
        "rpt_tools_by_tool": [(org, d, name, n) for d in DAYS for name, n in tools[d].items()],
        "rpt_activity_daily": [(org, d, *(0,) * 6) for d in DAYS],
        "rpt_activity_by_client": [(org, d, name, len(who)) for (d, name), who in clients.items()],
        "rpt_productivity_daily": [(org, d, *(0,) * 4) for d in DAYS],
        "rpt_users_daily": [
            (org, d, u, None, n["calls"], n["billable"], None, None, *(0,) * 12, 0.0, None, True, *(0,) * 4)
            for (d, u), n in per_user.items()
        ],
    }


class Organisation:
    """The reports of invented facts, asked as a request would ask."""

    def __init__(self, found: Facts, directory: str) -> None:
        data = Path(directory)
        publish_by_hand(data / "editions", marts(found), through=DAYS[-1])
        reports = Reports(Editions(data / "editions"), PEOPLE.get, lambda: TODAY, Settings(data=data))
        self._endpoints = {route.path.rpartition("/")[2]: route.endpoint for route in reports.routes()}

    def ask(self, report: Report, start: dt.date | str, end: dt.date | str, **more: object) -> dict[str, Any]:
        """Answer one question, decoded."""
        query = {"startDate": start, "endDate": end, **more}
        scope = {
            "type": "http",
            "method": "GET",
            "path": f"/api/v1/analytics/{report}",
            "query_string": "&".join(f"{name}={value}" for name, value in query.items()).encode(),
            "headers": [(b"authorization", b"Bearer fk-owner"), (b"host", b"andon")],
        }
        answer: dict[str, Any] = json.loads(asyncio.run(self._endpoints[report](Request(scope))).body)
        return answer


@contextmanager
def organisation_of(found: Facts) -> Iterator[Organisation]:
    """Publish facts in a directory that goes away with the test."""
    with tempfile.TemporaryDirectory() as directory:
        yield Organisation(found, directory)


@pytest.fixture(scope="module")
def nothing_happened() -> Iterator[Organisation]:
    """An organisation without facts, published once."""
    with organisation_of([]) as andon:
        yield andon


@slow
@given(facts, ranges, st.data())
def test_a_range_is_the_sum_of_its_parts(found: Facts, days: Range, data: st.DataObject) -> None:
    """[a, b] is [a, m] and then [m + 1, b], for every report and grouping."""
    with organisation_of(found) as andon:
        start, end = days
        middle = data.draw(st.sampled_from([d for d in DAYS if start <= d <= end]))
        following = middle + dt.timedelta(days=1)
        questions = [
            ("tokens", {}),
            ("tokens", {"group_by": "model"}),
            ("tools", {}),
            ("tools", {"group_by": "tool_name"}),
            ("activity", {}),
            ("activity", {"group_by": "client"}),
            ("productivity", {}),
        ]

        for report, more in questions:
            whole = andon.ask(report, start, end, **more)["data"]
            left = andon.ask(report, start, middle, **more)["data"]
            right = andon.ask(report, following, end, **more)["data"] if following <= end else []
            assert whole == left + right
        people = andon.ask("users", start, end, limit=100)["data"]
        left = andon.ask("users", start, middle, limit=100)["data"]
        right = andon.ask("users", following, end, limit=100)["data"] if following <= end else []
        assert people == sorted(left + right, key=lambda row: (row["user_id"], row["date"]))


@slow
@given(facts, ranges, st.lists(st.integers(1, 100), min_size=1, max_size=4))
def test_pages_neither_skip_nor_repeat(found: Facts, days: Range, limits: list[int]) -> None:
    """Any sequence of page sizes gives the same rows; every page but the last is full."""
    with organisation_of(found) as andon:
        expected = sorted(
            {(user, when.isoformat()) for user, when, *_ in found if days[0] <= when <= days[1]}
        )
        seen, cursor, page = [], {}, 0
        while True:
            limit = limits[page % len(limits)]
            answer = andon.ask("users", *days, limit=limit, **cursor)
            people = {row["user_id"] for row in answer["data"]}
            seen += [(row["user_id"], row["date"]) for row in answer["data"]]
            page += 1
            if not answer["meta"]["has_more"]:
                assert answer["meta"]["next_cursor"] is None
                break
            assert len(people) == limit
            cursor = {"cursor": answer["meta"]["next_cursor"]}

        assert seen == expected


@slow
@given(facts, ranges)
def test_grouped_equals_ungrouped(found: Facts, days: Range) -> None:
    """The same numbers, flat or nested; grouped rows hold only what occurred."""
    with organisation_of(found) as andon:
        tokens, tools, activity = (
            andon.ask(report, *days)["data"] for report in ("tokens", "tools", "activity")
        )

        assert andon.ask("tokens", *days, group_by="model")["data"] == [
            {"date": row["date"], "group_key": model.pop("model_id")}
            | {key: model[key] for key in list(model)[1:]}
            for row in tokens
            for model in row["by_model"]
            if model["billable_tokens"]
        ]
        assert andon.ask("tools", *days, group_by="tool_name")["data"] == [
            {"date": row["date"], "group_key": tool["tool"], "tool_calls": tool["invocations"]}
            for row in tools
            for tool in row["by_tool"]
        ]
        grouped = andon.ask("activity", *days, group_by="client")["data"]
        nested = {
            (row["date"], client): people
            for row in activity
            for client, people in row["daily_active_users_by_client"].items()
            if people
        }
        assert {(row["date"], row["group_key"]): row["daily_active_users"] for row in grouped} == nested


@slow
@given(facts, ranges)
def test_reports_agree_with_each_other(found: Facts, days: Range) -> None:
    """Tokens and tool calls are the same by day, by model, by user, and person by person."""
    with organisation_of(found) as andon:
        tokens, tools = andon.ask("tokens", *days)["data"], andon.ask("tools", *days)["data"]
        people = andon.ask("users", *days, limit=100)["data"]

        for day_tokens, day_tools in zip(tokens, tools, strict=True):
            date, billable = day_tokens["date"], day_tokens["billable_tokens"]
            today = [row for row in people if row["date"] == date]
            assert sum(model["billable_tokens"] for model in day_tokens["by_model"]) == billable
            assert sum(user["billable_tokens"] for user in day_tokens["by_user"]) == billable
            assert sum(row["billable_tokens"] for row in today) == billable
            assert sum(tool["invocations"] for tool in day_tools["by_tool"]) == day_tools["tool_calls"]
            assert sum(row["tool_calls"] for row in today) == day_tools["tool_calls"]


@slow
@given(start=text, end=text, group_by=text, limit=text, cursor=text)
def test_no_parameter_breaks_the_api(  # noqa: PLR0917 (one argument a parameter)
    nothing_happened: Organisation, start: str, end: str, group_by: str, limit: str, cursor: str
) -> None:
    """Any text in any parameter is answered or refused; nothing fails."""
    given_values = {"group_by": quote(group_by), "limit": quote(limit), "cursor": quote(cursor)}
    for dates in ((quote(start), quote(end)), (DAYS[0], DAYS[-1])):
        for report in ("tokens", "users"):
            with suppress(BadRequest):
                nothing_happened.ask(report, *dates, **given_values)
