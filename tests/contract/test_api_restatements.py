"""GET /api/v1/restatements: which published days are told otherwise now."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from months import with_tool
from structlog.testing import capture_logs

from andon.api import openapi
from andon.api.http import create_api
from andon.api.restatements import RESTATEMENTS_PATH
from andon.client import Client
from andon.config import Settings
from andon.contract.problems import BadRequest
from andon.contract.restatements import Restatement
from andon.edition.editions import Editions

from hand_made import FIRST, LAST, NOW, PEOPLE, day, publish_by_hand, rows, serve

RANGE = f"startDate={FIRST}&endDate={LAST}"


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over two editions: the second knows of a tool on the 15th that the first did not."""
    data = tmp_path_factory.mktemp("data")
    publish_by_hand(data / "editions")
    publish_by_hand(data / "editions", with_tool(rows(), day(15), 3))
    app = create_api(Editions(data / "editions"), PEOPLE.get, lambda: NOW, Settings(data=data))
    with capture_logs(), serve(app) as found:
        yield found


def test_the_client_gives_what_was_restated(address: str) -> None:
    """Day, report, edition and when; of days outside the range nothing."""
    with Client(address, "fk-manager") as andon:
        found = andon.restatements(FIRST, LAST)
        assert andon.restatements(FIRST, FIRST) == []

    at = dt.datetime(2026, 1, 18, 0, 15, tzinfo=dt.UTC)
    assert found == [Restatement(report_date=day(15), report="tools", edition=2, restated_at=at)]
    assert found.meta.data_through == LAST


def test_an_organisation_reads_only_its_own(address: str) -> None:
    """Nothing of org_b changed."""
    with Client(address, "fk-other") as andon:
        assert andon.restatements(FIRST, LAST) == []


def test_the_range_is_read_as_strictly_as_that_of_a_report(address: str) -> None:
    """Missing, malformed, backwards, today: refused in the same words."""
    with Client(address, "fk-owner") as andon:
        with pytest.raises(BadRequest, match="endDate 2026-01-14 is before startDate 2026-01-17"):
            andon.restatements(LAST, FIRST)
        with pytest.raises(BadRequest, match="startDate must be YYYY-MM-DD"):
            andon.restatements("yesterday", LAST)
        with pytest.raises(BadRequest, match="Cannot query today"):
            andon.restatements(FIRST, NOW.date())
    answer = httpx2.get(address + RESTATEMENTS_PATH, headers={"Authorization": "Bearer fk-owner"})
    assert answer.json()["detail"] == "startDate is required, as YYYY-MM-DD"


@pytest.mark.parametrize(
    ("key", "status"),
    [("fk-owner", 200), ("fk-manager", 200), ("fk-member", 403), ("ik-laptop", 403), ("x", 401)],
)
def test_whoever_may_read_reports_may_read_it(address: str, key: str, status: int) -> None:
    """Managers and owners."""
    answer = httpx2.get(f"{address}{RESTATEMENTS_PATH}?{RANGE}", headers={"Authorization": f"Bearer {key}"})

    assert answer.status_code == status


def test_a_known_answer_is_not_sent_again(address: str) -> None:
    """As with the reports."""
    headers = {"Authorization": "Bearer fk-owner"}
    tag = httpx2.get(f"{address}{RESTATEMENTS_PATH}?{RANGE}", headers=headers).headers["etag"]
    again = httpx2.get(f"{address}{RESTATEMENTS_PATH}?{RANGE}", headers={**headers, "If-None-Match": tag})

    assert (again.status_code, again.content) == (304, b"")


def test_before_the_first_edition_nothing_was_restated(tmp_path: Path) -> None:
    """As with the reports: empty, and no day is known."""
    app = create_api(Editions(tmp_path), PEOPLE.get, lambda: NOW, Settings(data=tmp_path))
    with capture_logs(), serve(app) as address, Client(address, "fk-owner") as andon:
        found = andon.restatements(FIRST, LAST)

    assert (found, found.meta.data_through) == ([], None)


def test_the_description_has_the_names_that_are_read() -> None:
    """Names of parameters in the OpenAPI document are those of the question."""
    operation = openapi.document()["paths"][RESTATEMENTS_PATH]["get"]

    assert [one["name"] for one in operation["parameters"]] == ["startDate", "endDate"]
