"""GET /api/v1/coverage: what arrives, who may know it, and that it is named and kept like a report."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import httpx2
import msgspec
import pytest
from structlog.testing import capture_logs

from andon.api import openapi
from andon.api.coverage import COVERAGE_PATH
from andon.api.http import create_api
from andon.client import Client
from andon.config import Settings
from andon.contract.coverage import CoverageAnswer, Field
from andon.contract.problems import Forbidden
from andon.edition.editions import Editions
from andon.edition.problems import NotPublishable
from andon.transform.project import PROJECT

from hand_made import NOW, PEOPLE, publish_by_hand, rows, serve


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A server over the hand-made edition."""
    data = tmp_path_factory.mktemp("data")
    publish_by_hand(data / "editions")
    app = create_api(Editions(data / "editions"), PEOPLE.get, lambda: NOW, Settings(data=data))
    with capture_logs(), serve(app) as found:
        yield found


def ask(address: str, key: str | None = "fk-owner", **headers: str) -> httpx2.Response:
    """Ask with a key."""
    keyed = {"Authorization": f"Bearer {key}"} if key else {}
    return httpx2.get(address + COVERAGE_PATH, headers=keyed | headers)


def test_the_client_gives_what_arrived(address: str) -> None:
    """Versions newest first, fields in the table's order with shares, unknown names with who brought them."""
    with Client(address, "fk-manager") as andon:
        answer = andon.coverage()
    (codex,) = answer.data.agents
    tokens, slash = codex.fields

    assert (codex.agent, codex.status) == ("codex", "active")
    assert [version.version for version in codex.versions] == ["0.171.0", "0.169.0"]
    assert codex.versions[0].signals.logs == 30
    assert codex.last_seen_at == dt.datetime(2026, 1, 17, 21, tzinfo=dt.UTC)
    assert (tokens.field, tokens.status, tokens.known_ratio) == ("input_tokens", "lost", 0.4)
    assert (tokens.lost_since, tokens.lost_version) == (dt.date(2026, 1, 16), "0.171.0")
    assert (slash.status, slash.occasions, slash.known_ratio) == ("not_sent", 0, None)
    assert [name.name for name in codex.unknown_names] == ["codex.turn_usage"]
    assert answer.meta.data_through == dt.date(2026, 1, 17)


def test_an_organisation_reads_only_its_own(address: str) -> None:
    """The other organisation's loud word is not in this one's answer."""
    assert "canary" not in ask(address).text
    assert "codex" not in ask(address, "fk-other").text


def test_an_organisation_without_telemetry_has_no_agents(address: str) -> None:
    """An empty list and nothing that is known, not an error."""
    assert ask(address, "fk-new").json() == {
        "data": {"agents": []},
        "meta": {"org_id": "org_new", "data_through": None, "built_at": None},
    }


def test_before_the_first_edition_there_are_no_agents(tmp_path: Path) -> None:
    """As with the reports."""
    app = create_api(Editions(tmp_path), PEOPLE.get, lambda: NOW, Settings(data=tmp_path))
    with capture_logs(), serve(app) as address:
        assert ask(address).json()["data"] == {"agents": []}


@pytest.mark.parametrize(
    ("key", "status"),
    [("fk-owner", 200), ("fk-manager", 200), ("fk-member", 403), ("fk-guest", 403), ("ik-laptop", 403),
     ("fk-unknown", 401), (None, 401)],
)  # fmt: skip
def test_whoever_may_read_reports_may_read_coverage(address: str, key: str | None, status: int) -> None:
    """Managers and owners; a problem document with a request id for everyone else."""
    answer = ask(address, key)

    assert answer.status_code == status
    if status != 200:
        assert answer.headers["content-type"] == "application/problem+json"
        assert answer.json()["requestId"] == answer.headers["x-request-id"]


def test_an_answer_that_the_caller_has_is_not_sent_again(address: str) -> None:
    """304 to its own tag; another organisation's tag is another."""
    tag = ask(address).headers["etag"]

    assert ask(address, **{"If-None-Match": tag}).status_code == 304
    assert ask(address, "fk-other", **{"If-None-Match": tag}).status_code == 200


def test_head_and_refused_methods(address: str) -> None:
    """HEAD answers without a body, anything that writes is refused."""
    keyed = {"Authorization": "Bearer fk-owner"}
    head = httpx2.head(address + COVERAGE_PATH, headers=keyed)

    assert (head.status_code, head.content) == (200, b"")
    assert httpx2.post(address + COVERAGE_PATH, headers=keyed).status_code == 405


def test_the_client_raises_the_contracts_problems(address: str) -> None:
    """As for the reports."""
    with Client(address, "fk-guest") as andon, pytest.raises(Forbidden, match="role is guest"):
        andon.coverage()


def test_the_documented_example_is_of_its_type() -> None:
    """OpenAPI's example decodes strictly and leaves no member out."""
    operation = openapi.document()["paths"][COVERAGE_PATH]["get"]
    content = operation["responses"]["200"]["content"]["application/json"]
    example = content["examples"]["CoverageAnswer"]["value"]
    decoded = msgspec.json.decode(json.dumps(example), type=CoverageAnswer)

    assert msgspec.to_builtins(decoded) == example
    assert set(operation["responses"]) == {"200", "304", "401", "403", "429", "500"}


def test_a_status_that_is_none_is_not_published(tmp_path: Path) -> None:
    """An edition cannot hold a coverage that the contract does not allow."""
    found = rows()
    broken = list(found["rpt_coverage_fields"][1])
    broken[5] = "gone"
    found["rpt_coverage_fields"] = [tuple(broken)]

    with pytest.raises(NotPublishable, match=r"Coverage of org_a, codex breaks the contract: .*gone"):
        publish_by_hand(tmp_path, found)


def test_the_build_and_the_contract_know_the_same_fields() -> None:
    """In the same order: the macro says where a field stands."""
    macro = (PROJECT / "macros" / "coverage.sql").read_text(encoding="utf-8")
    table = macro.split("{{ return({")[1].split("}) }}")[0]

    assert tuple(line.split("'")[1] for line in table.splitlines() if "'" in line) == get_args(Field)
