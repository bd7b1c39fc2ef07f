"""Answers from memory: the same bytes, never another's, never out of date, and no more memory than is set."""

from __future__ import annotations

from pathlib import Path

import httpx2
import pytest
from months import with_tool
from structlog.testing import capture_logs

from andon.api.http import create_api
from andon.api.kept import LARGEST_BYTES, Kept
from andon.config import Settings
from andon.edition.editions import Editions

from hand_made import NOW, PEOPLE, day, publish_by_hand, rows, serve

TOOLS = "/api/v1/analytics/tools?startDate=2026-01-14&endDate=2026-01-17"


@pytest.mark.parametrize("coding", ["identity", "gzip", "zstd"])
def test_an_answer_from_memory_is_the_answer(tmp_path: Path, coding: str) -> None:
    """Asked again: the same body and headers but for the request's id, HEAD too; 304 for who has it."""
    publish_by_hand(tmp_path)
    app = create_api(Editions(tmp_path), PEOPLE.get, lambda: NOW, Settings(data=tmp_path), recall=PEOPLE.get)
    headers = {"Authorization": "Bearer fk-owner", "Accept-Encoding": coding}
    with capture_logs(), serve(app) as address, httpx2.Client(base_url=address, headers=headers) as http:
        answers = [http.get(TOOLS) for _ in range(3)] + [http.head(TOOLS)]
        known = http.get(TOOLS, headers={"If-None-Match": answers[0].headers["etag"]})
        other = http.get(TOOLS, headers={"Authorization": "Bearer fk-other"})
        refused = [http.get(TOOLS, headers={"Authorization": f"Bearer {key}"}) for key in ("fk-guest", "no")]

    assert len({answer.content for answer in answers[:3]}) == 1
    assert len({answer.headers["x-request-id"] for answer in answers}) == 4
    own = {"x-request-id", "date"}
    first, *rest = [{k: v for k, v in a.headers.items() if k not in own} for a in answers]
    assert rest == [first] * 3
    assert (known.status_code, known.content) == (304, b"")
    assert other.json()["meta"]["org_id"] == "org_b"
    assert [answer.status_code for answer in refused] == [403, 401]


def test_a_new_edition_is_told_at_once(tmp_path: Path) -> None:
    """What is kept is of the edition it was read from, and of no other."""
    editions_dir = tmp_path / "editions"
    publish_by_hand(editions_dir)
    app = create_api(
        Editions(editions_dir), PEOPLE.get, lambda: NOW, Settings(data=tmp_path), recall=PEOPLE.get
    )
    with capture_logs(), serve(app) as address:
        headers = {"Authorization": "Bearer fk-owner"}
        before = [httpx2.get(address + TOOLS, headers=headers) for _ in range(2)]
        publish_by_hand(editions_dir, with_tool(rows(), day(16), 5))
        after = [httpx2.get(address + TOOLS, headers=headers) for _ in range(2)]

    assert all("Late" not in answer.text for answer in before)
    assert all("Late" in answer.text for answer in after)


def test_memory_is_bounded() -> None:
    """The oldest go first, one that was asked for again later than others; large ones are not kept at all."""
    kept = Kept(limit_bytes=3000)
    for tag in "abc":
        kept.keep(tag, b"x" * 1000, {"ETag": tag})
    assert kept.give("a") is not None
    kept.keep("d", b"x" * 1000, {"ETag": "d"})
    kept.keep("large", b"x" * (LARGEST_BYTES + 1), {"ETag": "large"})

    assert [tag for tag in ("a", "b", "c", "d", "large") if kept.give(tag)] == ["a", "c", "d"]
