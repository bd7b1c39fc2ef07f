"""
The answers of the five reports, to the letter.

Golden files in ``tests/fixtures/api/golden`` were checked by hand against the rows of
``tests/harness/hand_made.py``; ``ANDON_GOLDEN=write`` writes them anew, for the next reader to check.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import msgspec
import pytest
from structlog.testing import capture_logs

from andon.api.http import create_api
from andon.config import Settings
from andon.contract.reports import answer_type
from andon.edition.editions import Editions

from hand_made import ANA, API_FIXTURES, BO, NOW, PEOPLE, publish_by_hand, serve

WHOLE = "startDate=2026-01-14&endDate=2026-01-17"
SUCCESSES = {
    "tokens": f"tokens?{WHOLE}",
    "tokens_by_model": f"tokens?{WHOLE}&group_by=model",
    "tools": f"tools?{WHOLE}",
    "tools_by_tool_name": f"tools?{WHOLE}&group_by=tool_name",
    "activity": f"activity?{WHOLE}",
    "activity_by_client": f"activity?{WHOLE}&group_by=client",
    "productivity": f"productivity?{WHOLE}",
    "users": f"users?{WHOLE}",
    "users_first_page": f"users?{WHOLE}&limit=2",
    "users_last_page": f"users?{WHOLE}&limit=2&cursor={ANA}",
}


@pytest.fixture(scope="module")
def andon(tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx2.Client]:
    """A server over the hand-made edition."""
    data = tmp_path_factory.mktemp("data")
    publish_by_hand(data / "editions")
    editions = Editions(data / "editions")
    with (
        capture_logs(),
        serve(create_api(editions, PEOPLE.get, lambda: NOW, Settings(data=data))) as address,
        httpx2.Client(
            base_url=f"{address}/api/v1/analytics/", headers={"Authorization": "Bearer fk-owner"}
        ) as http,
    ):
        yield http


@pytest.mark.parametrize("name", SUCCESSES)
def test_answers_equal_their_golden_files(andon: httpx2.Client, name: str) -> None:
    """Every name, value and order of every answer is what was worked out by hand."""
    answer = andon.get(SUCCESSES[name])
    golden = API_FIXTURES / "golden" / f"{name}.json"
    text = msgspec.json.format(answer.content, indent=2) + b"\n"
    if os.environ.get("ANDON_GOLDEN") == "write":
        golden.parent.mkdir(exist_ok=True)
        golden.write_bytes(text)

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/json"
    assert golden.read_text(encoding="utf-8") == text.decode()


@pytest.mark.parametrize("name", SUCCESSES)
def test_answers_decode_into_the_contracts_types(andon: httpx2.Client, name: str) -> None:
    """What is documented is what is sent: nothing more, nothing less."""
    report, _, query = SUCCESSES[name].partition("?")
    grouped = re.search("group_by=(.*)", query)
    content = andon.get(SUCCESSES[name]).content
    decoded = msgspec.json.decode(content, type=answer_type(report, grouped and grouped[1]))

    assert msgspec.json.encode(decoded) == content or msgspec.to_builtins(decoded) == json.loads(content)


def test_a_range_in_part_before_history_or_after_the_newest_day_gives_the_days_between(
    andon: httpx2.Client,
) -> None:
    """Days that never had data, and days that are not known yet, have no row; meta says how far data goes."""
    answer = andon.get("activity?startDate=2026-01-01&endDate=2026-01-19").json()

    assert [row["date"][-2:] for row in answer["data"]] == ["14", "15", "16", "17"]
    assert answer["meta"] == {
        "org_id": "org_a",
        "start_date": "2026-01-01",
        "end_date": "2026-01-19",
        "data_through": "2026-01-17",
    }


@pytest.mark.parametrize("report", ["tokens", "tools", "activity", "productivity", "users"])
@pytest.mark.parametrize(
    "days", ["startDate=2025-01-01&endDate=2025-12-31", "startDate=2026-01-18&endDate=2026-01-19"]
)
def test_a_range_wholly_outside_gives_an_empty_list(andon: httpx2.Client, report: str, days: str) -> None:
    """It is a question that can be asked: 200, no rows."""
    answer = andon.get(f"{report}?{days}")

    assert answer.status_code == 200
    assert answer.json()["data"] == []


def test_unknown_parameters_are_ignored(andon: httpx2.Client) -> None:
    """Whatever a report does not know changes nothing, repeated or empty; group_by where there is none."""
    plain = andon.get(f"productivity?{WHOLE}").json()
    odd = andon.get(f"productivity?{WHOLE}&group_by=model&group_by=&limit=0&cursor=&org_id=org_b&x").json()
    users = andon.get(f"users?{WHOLE}&group_by=client").json()

    assert odd == plain
    assert users == andon.get(f"users?{WHOLE}").json()


@pytest.mark.parametrize("claim", ["org_id=org_b", "orgId=org_b", "org=org_b"])
@pytest.mark.parametrize("report", ["tokens", "tools", "activity", "productivity", "users"])
def test_the_organisation_is_the_keys(andon: httpx2.Client, report: str, claim: str) -> None:
    """No parameter, header or cursor reaches another organisation."""
    headers = {"X-Org-Id": "org_b", "X-Forwarded-User": "other"}
    answer = andon.get(f"{report}?{WHOLE}&{claim}", headers=headers)

    assert "canary" not in answer.text
    assert answer.json()["meta"]["org_id"] == "org_a"


def test_every_organisation_reads_its_own(andon: httpx2.Client) -> None:
    """Another key, another organisation."""
    answer = andon.get(f"tokens?{WHOLE}", headers={"Authorization": "Bearer fk-other"}).json()

    assert answer["meta"]["org_id"] == "org_b"
    assert [row["billable_tokens"] for row in answer["data"]] == [999]


def test_an_organisation_younger_than_the_edition_has_no_days_yet(andon: httpx2.Client) -> None:
    """Nothing is known yet, which is not zero: no rows, and no newest day."""
    answer = andon.get(f"tokens?{WHOLE}", headers={"Authorization": "Bearer fk-new"}).json()

    assert answer["data"] == []
    assert answer["meta"]["data_through"] is None


def test_limit_counts_people_and_twenty_is_the_default(andon: httpx2.Client) -> None:
    """All of a person's days come together, so a page may have more rows than people."""
    answer = andon.get(f"users?{WHOLE}&limit=2").json()

    assert [row["user_id"] for row in answer["data"]][1:] == [ANA, ANA]
    assert answer["meta"]["next_cursor"] == ANA
    assert andon.get(f"users?{WHOLE}").json() == andon.get(f"users?{WHOLE}&limit=20").json()


def test_a_cursor_from_another_range_or_organisation_only_marks_a_place(andon: httpx2.Client) -> None:
    """It is never an error and never another's data."""
    answer = andon.get(f"users?{WHOLE}&cursor=user_0000000000000000000000000E").json()

    assert answer["data"] == []
    assert (answer["meta"]["has_more"], answer["meta"]["next_cursor"]) == (False, None)
    assert andon.get(f"users?{WHOLE}&cursor={BO}").json()["data"][0]["date"] == "2026-01-17"


@pytest.mark.parametrize("name", SUCCESSES)
def test_head_is_get_without_a_body(andon: httpx2.Client, name: str) -> None:
    """The same status and headers, length and tag included."""
    get, head = andon.get(SUCCESSES[name]), andon.head(SUCCESSES[name])

    assert head.content == b""
    assert head.status_code == get.status_code
    for header in ("content-length", "content-type", "etag", "cache-control"):
        assert head.headers[header] == get.headers[header]


def test_an_answer_that_is_known_is_not_sent_again(andon: httpx2.Client) -> None:
    """If-None-Match with the tag, weak or in a list, gives 304 without a body."""
    tag = andon.get(SUCCESSES["tokens"]).headers["etag"]

    for known in (tag, f"W/{tag}", f'"other", {tag}', "*"):
        again = andon.get(SUCCESSES["tokens"], headers={"If-None-Match": known})
        assert (again.status_code, again.content) == (304, b"")
        assert again.headers["etag"] == tag
    assert andon.get(SUCCESSES["tools"], headers={"If-None-Match": tag}).status_code == 200
    assert andon.get(f"tokens?{WHOLE}&x=1").headers["etag"] != tag
    other = andon.get(SUCCESSES["tokens"], headers={"Authorization": "Bearer fk-other", "If-None-Match": tag})
    assert other.status_code == 200


def test_a_new_edition_has_new_tags_and_is_seen_by_the_next_request(tmp_path: Path) -> None:
    """No restart, no waiting; before the first edition answers are empty."""
    editions = Editions(tmp_path / "editions")
    app = create_api(editions, PEOPLE.get, lambda: NOW, Settings(data=tmp_path))
    with (
        capture_logs(),
        serve(app) as address,
        httpx2.Client(base_url=address, headers={"Authorization": "Bearer fk-owner"}) as http,
    ):
        path = f"/api/v1/analytics/tokens?{WHOLE}"
        empty, not_ready = http.get(path), http.get("/readyz")
        publish_by_hand(tmp_path / "editions")
        first, ready = http.get(path), http.get("/readyz")
        publish_by_hand(tmp_path / "editions")
        second = http.get(path, headers={"If-None-Match": first.headers["etag"]})

    assert (empty.status_code, empty.json()["data"], empty.json()["meta"]["data_through"]) == (200, [], None)
    assert (not_ready.status_code, not_ready.json()["title"]) == (503, "Service Unavailable")
    assert "No edition published yet" in not_ready.json()["detail"]
    assert len(first.json()["data"]) == 4
    assert ready.json() == {
        "status": "ready",
        "edition": 1,
        "data_through": "2026-01-17",
        "data_age_days": 3,
        "last_build": None,
    }
    assert second.status_code == 200
    assert len({answer.headers["etag"] for answer in (empty, first, second)}) == 3


def test_reports_are_nobodys_to_keep_unasked(andon: httpx2.Client) -> None:
    """Shared caches do not store them, browsers ask again, and nothing guesses their type."""
    headers = andon.get(SUCCESSES["users"]).headers

    assert headers["cache-control"] == "private, no-cache"
    assert headers["vary"] == "Authorization, Cookie, Accept-Encoding"
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
    assert "access-control-allow-origin" not in headers
    assert re.fullmatch("req_[0-9A-Z]{26}", headers["x-request-id"])


def test_tokens_without_people_are_the_same_days(andon: httpx2.Client) -> None:
    """`without=by_user` empties that member and changes nothing else; grouped rows have none to empty."""
    path = SUCCESSES["tokens"]
    whole, lean = andon.get(path).json(), andon.get(f"{path}&without=by_user").json()
    assert lean == {**whole, "data": [{**day, "by_user": []} for day in whole["data"]]}
    assert any(day["by_user"] for day in whole["data"])
    grouped = f"{path}&group_by=model"
    assert andon.get(f"{grouped}&without=by_user").json() == andon.get(grouped).json()
    assert andon.get(f"{path}&without=by_model").status_code == 400
    assert andon.get(f"{path}&without=by_user&without=by_user").status_code == 400
    assert andon.get(f"{path.replace('tokens', 'tools')}&without=nonsense").status_code == 200
