"""People over a range, one person's days and adoption: the sums of the reports, and who may see them."""

from __future__ import annotations

import datetime as dt
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from andon.client import Client
from andon.contract.people import AdoptionAnswer, PeopleAnswer, PersonAnswer

from hand_made import ANA, BO, CY, FIRST, LAST, NOBODY, NOW
from page_server import ROLES, TIME, PageServer, page_server

SUMMED = (
    "sessions",
    "messages",
    "user_messages",
    "tool_calls",
    "billable_tokens",
    "files_created",
    "files_edited",
    "git_commits",
    "git_prs_created",
)
PARTS = ("input_tokens", "output_tokens", "cache_read_tokens", "cache_write_tokens")
DAYS = [FIRST + dt.timedelta(days=n) for n in range((LAST - FIRST).days + 1)]
RANGES = list(itertools.combinations_with_replacement(DAYS, 2))


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PageServer]:
    """One server over the hand-made edition."""
    with capture_logs(), page_server(tmp_path_factory.mktemp("page") / "data") as running:
        TIME[0] = NOW
        yield running


def ask(
    page: PageServer, path: str, start: dt.date = FIRST, end: dt.date = LAST, by: str = "owner"
) -> dict[str, Any]:
    """Ask over HTTP."""
    with page.client(by) as client:
        answer = client.get(f"/api/v1/{path}", params={"startDate": str(start), "endDate": str(end)})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def users(page: PageServer, start: dt.date, end: dt.date) -> list[dict[str, Any]]:
    """Every row of /users; four people fit on a page."""
    rows: list[dict[str, Any]] = ask(page, "analytics/users", start, end)["data"]
    return rows


@pytest.mark.parametrize(("start", "end"), RANGES)
def test_a_person_is_the_sum_of_their_days(page: PageServer, start: dt.date, end: dt.date) -> None:
    """For every range, number and person, nobody included; and all together are the organisation's totals."""
    days = users(page, start, end)
    people = {row["user_id"]: row for row in ask(page, "people", start, end)["data"]}
    for user_id, row in people.items():
        own = [day for day in days if day["user_id"] == user_id]
        assert {name: row[name] for name in SUMMED} == {
            name: sum(day[name] for day in own) for name in SUMMED
        }
    assert {day["user_id"] for day in days} <= set(people)
    tokens = ask(page, "analytics/tokens", start, end)["data"]
    activity = ask(page, "analytics/activity", start, end)["data"]
    for name in ("billable_tokens", *PARTS):
        assert sum(row[name] for row in people.values()) == sum(day[name] for day in tokens)
    active = sum(day["daily_active_users"] for day in activity)
    assert sum(row["active_days"] for row in people.values()) == active


@pytest.mark.parametrize(("start", "end"), RANGES)
def test_the_days_of_a_person_are_those_of_users(page: PageServer, start: dt.date, end: dt.date) -> None:
    """The same rows, with the tokens in parts."""
    for user_id in (ANA, BO, CY, NOBODY):
        told = ask(page, f"people/{user_id}", start, end)["data"]
        parts = [{name: day.pop(name) for name in PARTS} for day in told]
        assert told == [day for day in users(page, start, end) if day["user_id"] == user_id]
        [row] = [row for row in ask(page, "people", start, end)["data"] if row["user_id"] == user_id] or [
            None
        ]
        if row is not None:
            assert {name: row[name] for name in PARTS} == {n: sum(p[n] for p in parts) for n in PARTS}


def test_when_people_were_seen(page: PageServer) -> None:
    """New, returning and dormant by the range; nobody is none of them; who comes later is not there yet."""
    seen = {
        row["user_id"]: (row["first_seen_date"], row["last_seen_date"], row["lifecycle"], row["active_days"])
        for row in ask(page, "people", DAYS[1], DAYS[1])["data"]
    }
    assert seen == {
        NOBODY: (None, None, None, 0),
        ANA: ("2026-01-14", "2026-01-15", "returning", 1),
        BO: ("2026-01-15", "2026-01-15", "new", 1),
    }
    later = {row["user_id"]: row["lifecycle"] for row in ask(page, "people", DAYS[2], LAST)["data"]}
    assert later == {ANA: "dormant", BO: "dormant", CY: "new"}


@pytest.mark.parametrize(("start", "end"), RANGES)
def test_adoption_adds_up(page: PageServer, start: dt.date, end: dt.date) -> None:
    """Who came are the day's active people, and the month's people change by who came less who left."""
    told = ask(page, "adoption", start, end)
    activity = ask(page, "analytics/activity", FIRST, end)["data"]
    by_day = {day["date"]: day for day in activity}
    assert [day["date"] for day in told["data"]] == [d for d in by_day if d >= str(start)]
    for day in told["data"]:
        active = by_day[day["date"]]
        assert day["new"] + day["returning"] + day["resurrected"] == active["daily_active_users"]
        before = by_day.get(str(dt.date.fromisoformat(day["date"]) - dt.timedelta(days=1)))
        grown = active["monthly_active_users"] - (before["monthly_active_users"] if before else 0)
        assert day["new"] + day["resurrected"] - day["dormant"] == grown
    people = ask(page, "people", start, end)["data"]
    for name in ("new", "returning", "dormant"):
        assert told["meta"][name] == sum(row["lifecycle"] == name for row in people)
    assert told["meta"]["active_people"] == told["meta"]["new"] + told["meta"]["returning"]


@pytest.mark.parametrize("role", [*ROLES, "ingest", None])
def test_who_may_see_whom(page: PageServer, role: str | None) -> None:
    """Owners and managers see everybody, members themselves, guests and ingest keys nobody."""
    query = f"?startDate={FIRST}&endDate={LAST}"
    with page.client(role) as client:
        status = {
            path: client.get(f"/api/v1/{path}{query}").status_code
            for path in (
                "people",
                f"people/{ANA}",
                f"people/{BO}",
                "people/user_none",
                "people/me",
                "adoption",
            )
        }
    expected = {
        "owner": [200, 200, 200, 404, 404, 200],  # the owner's key is nobody's
        "manager": [200, 200, 200, 404, 404, 200],
        "member": [200, 200, 403, 403, 200, 403],
        "guest": [403] * 6,
        "ingest": [403] * 6,
        None: [401] * 6,
    }
    assert list(status.values()) == expected[role]


def test_a_member_reads_nobody_elses_row(page: PageServer) -> None:
    """Ana's own row and days, by cookie too; an answer that another was given is not confirmed as hers."""
    for reader in (page.client("member"), None):
        query = {"startDate": str(FIRST), "endDate": str(LAST)}
        if reader is None:
            with page.signed_in("member") as session:
                told = session.get("/api/v1/people", params=query)
        else:
            with reader, page.client("owner") as owner:
                told = reader.get("/api/v1/people", params=query)
                tag = owner.get("/api/v1/people", params=query).headers["etag"]
                again = reader.get("/api/v1/people", params=query, headers={"If-None-Match": tag})
                assert again.status_code == 200
        assert [row["user_id"] for row in told.json()["data"]] == [ANA]
        assert "bo@example.com" not in told.text
    own, asked = ask(page, "people/me", by="member"), ask(page, f"people/{ANA}", by="owner")
    assert own == asked
    assert own["meta"]["user_email"] == "ana@example.com"


def test_another_organisation_is_out_of_reach(page: PageServer) -> None:
    """Its people are unknown here, and ours there."""
    ours, theirs = ask(page, "people"), ask(page, "people", by="other")
    assert "canary" not in msgspec.json.encode(ours).decode()
    assert [row["user_email"] for row in theirs["data"]] == ["canary@example.com"]
    with page.client("other") as client:
        query = {"startDate": str(FIRST), "endDate": str(LAST)}
        assert client.get(f"/api/v1/people/{ANA}", params=query).status_code == 404


def test_answers_are_of_their_type(page: PageServer) -> None:
    """Strictly, with every member."""
    for path, kind in (
        ("people", PeopleAnswer),
        (f"people/{ANA}", PersonAnswer),
        ("adoption", AdoptionAnswer),
    ):
        told = ask(page, path)
        assert msgspec.to_builtins(msgspec.convert(told, kind, strict=False)) == told


def test_the_client_gives_them_as_types(page: PageServer) -> None:
    """The same answers as over HTTP; a member's own without naming them."""
    with Client(page.address, page.keys["owner"]) as andon:
        assert msgspec.to_builtins(andon.people(FIRST, LAST)) == ask(page, "people")
        assert msgspec.to_builtins(andon.person(FIRST, LAST, BO)) == ask(page, f"people/{BO}")
        assert msgspec.to_builtins(andon.adoption(str(FIRST), str(LAST))) == ask(page, "adoption")
        assert andon.data().data.edition == 1
    with Client(page.address, page.keys["member"]) as andon:
        assert {day.user_id for day in andon.person(FIRST, LAST).data} == {ANA}


def test_an_answer_need_not_be_sent_twice(page: PageServer) -> None:
    """304 while the edition is the same."""
    with page.client("owner") as client:
        path = f"/api/v1/people?startDate={FIRST}&endDate={LAST}"
        tag = client.get(path).headers["etag"]
        assert client.get(path, headers={"If-None-Match": tag}).status_code == 304


def test_dates_are_read_as_the_reports_read_them(page: PageServer) -> None:
    """Today and nonsense are refused in the same words."""
    with page.client("owner") as client:
        for query in ("startDate=2026-01-14&endDate=2026-01-20", "startDate=x&endDate=y", ""):
            answers = [
                client.get(f"/api/v1/{p}?{query}")
                for p in ("people", "adoption", "people/me", "analytics/tokens")
            ]
            told = {(answer.status_code, answer.json()["detail"]) for answer in answers[:2] + answers[3:]}
            assert len(told) == 1
            assert told.pop()[0] == 400


def test_before_the_first_edition_there_is_nobody(tmp_path: Path) -> None:
    """Empty answers, not errors; what is covered is not known yet."""
    with capture_logs(), page_server(tmp_path / "data", publishes=False) as empty:
        assert ask(empty, "people")["data"] == []
        assert ask(empty, "people/me", by="member")["data"] == []
        told = ask(empty, "adoption")
        assert (told["data"], told["meta"]["data_through"], told["meta"]["new"]) == ([], None, 0)
