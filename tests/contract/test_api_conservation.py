"""GET /api/v1/conservation: where every received record went, and the same for who watches the server."""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterator
from pathlib import Path

import httpx2
import msgspec
import pytest
from structlog.testing import capture_logs

from andon.api import openapi
from andon.api.coverage import CONSERVATION_PATH
from andon.api.http import create_api
from andon.client import Client
from andon.config import Settings
from andon.contract.conservation import ConservationAnswer, DayRecords, SignalRecords
from andon.edition.editions import Editions
from andon.edition.problems import NotPublishable

from hand_made import LAST, PEOPLE, publish_by_hand, rows, serve

MORNING = dt.datetime(2026, 1, 18, 6, tzinfo=dt.UTC)
"""Of the day after the one whose records the hand-made edition counts."""


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the hand-made edition."""
    data = tmp_path_factory.mktemp("data")
    publish_by_hand(data / "editions")
    app = create_api(Editions(data / "editions"), PEOPLE.get, lambda: MORNING, Settings(data=data))
    with capture_logs(), serve(app) as found:
        yield found


def ask(address: str, key: str) -> httpx2.Response:
    """Ask with a key."""
    return httpx2.get(address + CONSERVATION_PATH, headers={"Authorization": f"Bearer {key}"})


def test_the_client_gives_where_records_went(address: str) -> None:
    """Signals of a day add up to the day, and the day adds up."""
    with Client(address, "fk-manager") as andon:
        (day,) = andon.conservation().data.days

    assert (day.report_date, day.received, day.stored, day.quarantined) == (LAST, 15, 14, 1)
    assert (day.distinct, day.duplicates) == (12, 2)
    assert [(one.signal, one.received, one.duplicates) for one in day.by_signal] == [
        ("logs", 10, 2),
        ("traces", 5, 0),
    ]


def test_an_organisation_reads_only_its_own(address: str) -> None:
    """Whoever may read reports may read this; another organisation's records are not in it."""
    assert ask(address, "fk-other").json()["data"]["days"][0]["received"] == 99
    assert "99" not in ask(address, "fk-owner").text
    assert ask(address, "fk-new").json()["data"] == {"days": []}
    assert [ask(address, key).status_code for key in ("fk-member", "ik-laptop", "fk-unknown")] == [
        403,
        403,
        401,
    ]


def test_whoever_watches_the_server_sees_two_days(address: str, tmp_path: Path) -> None:
    """By organisation, as today or yesterday: no label of a day that is over stays."""
    text = httpx2.get(f"{address}/metrics").text
    found = re.findall(r'andon_day_records{day="(\w+)",org_id="(\w+)",what="(\w+)"} (\S+)', text)

    assert {(day, org_id) for day, org_id, _, _ in found} == {("yesterday", "org_a"), ("yesterday", "org_b")}
    assert {what: float(value) for _, org_id, what, value in found if org_id == "org_a"} == {
        "received": 15,
        "stored": 14,
        "distinct": 12,
        "duplicates": 2,
        "quarantined": 1,
    }
    publish_by_hand(tmp_path)
    later = create_api(
        Editions(tmp_path), PEOPLE.get, lambda: MORNING + dt.timedelta(days=1), Settings(data=tmp_path)
    )
    with capture_logs(), serve(later) as other:
        assert "andon_day_records{" not in httpx2.get(f"{other}/metrics").text


def test_a_signal_that_is_none_is_not_published(tmp_path: Path) -> None:
    """An edition cannot hold what the contract does not allow."""
    found = rows()
    found["rpt_conservation"] = [("org_a", LAST, "profiles", 1, 1, 1, 0, 0)]

    with pytest.raises(
        NotPublishable, match=r"Conservation of org_a, 2026-01-17 breaks the contract: .*profiles"
    ):
        publish_by_hand(tmp_path, found)


def test_the_documented_example_adds_up() -> None:
    """OpenAPI's example is of its type, leaves no member out, and is true of itself."""
    content = openapi.document()["paths"][CONSERVATION_PATH]["get"]["responses"]["200"]["content"]
    example = content["application/json"]["examples"]["ConservationAnswer"]["value"]
    decoded = msgspec.json.decode(json.dumps(example), type=ConservationAnswer)

    assert msgspec.to_builtins(decoded) == example
    for day in decoded.data.days:
        counted: list[DayRecords | SignalRecords] = [day, *day.by_signal]
        for one in counted:
            assert one.received == one.stored + one.quarantined
            assert one.stored == one.distinct + one.duplicates
        assert day.received == sum(one.received for one in day.by_signal)
