"""The Python client: typed rows in, problems out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

import pytest
from starlette.responses import PlainTextResponse
from structlog.testing import capture_logs

from andon.api.http import create_api
from andon.client import Client, NoAnswer
from andon.config import Settings
from andon.contract.problems import BadRequest, Forbidden, NotFound, Problem, Unauthenticated
from andon.contract.reports import (
    ActivityByClient,
    ActivityDay,
    ProductivityDay,
    TokensByModel,
    TokensDay,
    ToolsByToolName,
    ToolsDay,
    UserDay,
)
from andon.edition.editions import Editions

from hand_made import ANA, BO, CY, FIRST, LAST, NOBODY, NOW, PEOPLE, publish_by_hand, serve


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the hand-made edition."""
    data = tmp_path_factory.mktemp("data")
    publish_by_hand(data / "editions")
    app = create_api(Editions(data / "editions"), PEOPLE.get, lambda: NOW, Settings(data=data))
    with capture_logs(), serve(app) as found:
        yield found


@pytest.fixture
def andon(address: str) -> Iterator[Client]:
    """A client with a manager's key."""
    with Client(address, "fk-manager") as client:
        yield client


def test_every_report_gives_rows_of_its_type(andon: Client) -> None:
    """Plain and grouped, with what they cover."""
    answers = {
        TokensDay: andon.tokens(FIRST, LAST),
        TokensByModel: andon.tokens(FIRST, LAST, group_by="model"),
        ToolsDay: andon.tools(FIRST, LAST),
        ToolsByToolName: andon.tools(FIRST, LAST, group_by="tool_name"),
        ActivityDay: andon.activity(FIRST, LAST),
        ActivityByClient: andon.activity(FIRST, LAST, group_by="client"),
        ProductivityDay: andon.productivity(FIRST, LAST),
    }

    for row, answer in answers.items():
        assert len(answer) >= 3
        assert all(type(found) is row for found in answer)
        assert (answer.meta.org_id, answer.meta.start_date, answer.meta.data_through) == (
            "org_a",
            FIRST,
            LAST,
        )
    assert [day.billable_tokens for day in answers[TokensDay]] == [300, 830, 0, 10]


def test_days_are_dates_or_text(andon: Client) -> None:
    """Both forms ask the same question."""
    assert andon.tokens("2026-01-15", dt.date(2026, 1, 15)) == andon.tokens(
        dt.date(2026, 1, 15), "2026-01-15"
    )


@pytest.mark.parametrize("limit", [1, 2, 3, 100])
def test_users_go_through_every_page(andon: Client, limit: int) -> None:
    """Everyone once, in order, whatever the page size."""
    rows = list(andon.users(FIRST, LAST, limit=limit))

    assert all(type(row) is UserDay for row in rows)
    assert [row.user_id for row in rows] == [NOBODY, ANA, ANA, BO, CY]


def test_one_page_can_be_asked_for(andon: Client) -> None:
    """For callers who keep their place themselves."""
    page = andon.users_page(FIRST, LAST, limit=1, cursor=ANA)

    assert [row.user_id for row in page.data] == [BO]
    assert (page.meta.has_more, page.meta.next_cursor) == (True, BO)


@pytest.mark.parametrize(
    ("key", "start", "problem", "says"),
    [
        ("fk-owner", "2026-1-1", BadRequest, "startDate must be YYYY-MM-DD"),
        ("fk-owner", "2026-01-20", BadRequest, "before startDate"),
        ("fk-unknown", "2026-01-14", Unauthenticated, "Missing or invalid API key"),
        ("fk-guest", "2026-01-14", Forbidden, "this key's role is guest"),
        ("ik-laptop", "2026-01-14", Forbidden, "ingest key"),
    ],
)
def test_refusals_are_the_contracts_problems(
    address: str, key: str | None, start: str, problem: type[Problem], says: str
) -> None:
    """With the server's detail and the request id, as a note too."""
    with Client(address, key) as client, pytest.raises(problem, match=says) as refused:
        client.tokens(start, LAST)

    assert refused.value.headers["X-Request-Id"].startswith("req_")
    assert refused.value.headers["X-Request-Id"] in refused.value.__notes__[0]


def test_a_refusal_comes_with_the_first_row_of_users(address: str) -> None:
    """The iterator asks when it is used, and says then what is wrong."""
    with Client(address, "fk-guest") as client:
        people = client.users(FIRST, LAST)
        with pytest.raises(Forbidden):
            next(people)


def test_an_address_with_a_path_is_told_apart_from_no_server(address: str) -> None:
    """A wrong path is the server's 404; a slash at the end is no path."""
    with Client(f"{address}/api", "fk-owner") as client, pytest.raises(NotFound):
        client.tokens(FIRST, LAST)
    with Client(f"{address}/", "fk-owner") as client:
        assert len(client.tokens(FIRST, LAST)) == 4


@pytest.mark.parametrize("wrong", ["http://127.0.0.1:9", "http://", "127.0.0.1:8400", "ftp://127.0.0.1"])
def test_no_server_is_said_in_one_sentence(wrong: str) -> None:
    """No stack of the HTTP library: the address, and what to look at."""
    with (
        Client(wrong, "fk-owner") as client,
        pytest.raises(NoAnswer, match="Is Andon running there") as failed,
    ):
        client.tokens(FIRST, LAST)

    assert wrong.rstrip("/") in str(failed.value)
    assert failed.value.__cause__ is None


@pytest.mark.parametrize(("status", "text"), [(200, "<html>hello</html>"), (502, "Bad Gateway"), (302, "")])
def test_a_stranger_is_not_believed(status: int, text: str) -> None:
    """Another server on that port, or a proxy's error page, is named as what it is."""
    with (
        serve(PlainTextResponse(text, status_code=status)) as address,
        Client(address, "fk-owner") as client,
        pytest.raises(NoAnswer, match=f"answered {status} with text/plain"),
    ):
        client.activity(FIRST, LAST)
