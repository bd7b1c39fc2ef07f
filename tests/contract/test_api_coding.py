"""How answers travel: packed or not, whole or in parts, the bytes are the same; HEAD tells what GET would."""

from __future__ import annotations

import gzip
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx2
import pytest
from months import THROUGH, three_months
from starlette.datastructures import Headers
from structlog.testing import capture_logs

from andon.api.coding import coding_of
from andon.api.http import create_api
from andon.config import Settings
from andon.edition.editions import Editions

from hand_made import ANA, NOW, PEOPLE, publish_by_hand, serve

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

RANGE = "startDate=2026-01-01&endDate=2026-04-30"
LATER = NOW.replace(month=5)
QUESTIONS = [
    f"tokens?{RANGE}",
    f"tokens?{RANGE}&group_by=model",
    f"tools?{RANGE}",
    f"activity?{RANGE}&group_by=client",
    f"productivity?{RANGE}",
    f"users?{RANGE}",
    f"users?{RANGE}&limit=2&cursor={ANA}",
    "tokens?startDate=2025-01-01&endDate=2025-02-01",
]
UNPACK = {"gzip": gzip.decompress, "zstd": zstd.decompress, "identity": bytes}


@pytest.fixture(scope="module")
def servers(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    """Two servers over one edition: ``whole`` reads answers at once, ``parts`` some bytes at a time."""
    data = tmp_path_factory.mktemp("data")
    publish_by_hand(data / "editions", three_months(), **THROUGH)
    editions = {"whole": Editions(data / "editions"), "parts": Editions(data / "editions", batch_bytes=300)}
    apps = [create_api(found, PEOPLE.get, lambda: LATER, Settings(data=data)) for found in editions.values()]
    with capture_logs(), serve(apps[0]) as whole, serve(apps[1]) as parts:
        yield {"whole": whole, "parts": parts}


def ask(address: str, question: str, coding: str, method: str = "GET") -> tuple[httpx2.Response, bytes]:
    """Ask, and give the answer with its body as it came."""
    headers = {"Authorization": "Bearer fk-owner", "Accept-Encoding": coding}
    with httpx2.stream(method, f"{address}/api/v1/analytics/{question}", headers=headers) as answer:
        return answer, b"".join(answer.iter_raw())


@pytest.mark.parametrize("question", QUESTIONS)
def test_an_answer_is_the_same_however_it_travels(servers: dict[str, str], question: str) -> None:
    """At once or in parts, as it is or packed: the same bytes, and a length where one can be told."""
    _, expected = ask(servers["whole"], question, "identity")

    for address in servers.values():
        for coding, unpack in UNPACK.items():
            answer, body = ask(address, question, coding)
            packed = answer.headers.get("content-encoding", "identity")
            assert packed == coding or (packed == "identity" and len(expected) < 1024)
            assert UNPACK[packed](body) == expected, unpack
            if "content-length" in answer.headers:
                assert int(answer.headers["content-length"]) == len(body)
            assert answer.headers["vary"] == "Authorization, Cookie, Accept-Encoding"
    assert len(ask(servers["parts"], question, "identity")[1]) == len(expected)


@pytest.mark.parametrize("question", QUESTIONS)
@pytest.mark.parametrize("coding", UNPACK)
def test_head_has_the_headers_of_get(servers: dict[str, str], question: str, coding: str) -> None:
    """All of them but the request's own id, the clock's and how the connection cuts the body into pieces."""
    own = {"x-request-id", "date", "transfer-encoding"}
    for address in servers.values():
        get, _ = ask(address, question, coding)
        head, body = ask(address, question, coding, "HEAD")

        assert body == b""
        assert {k: v for k, v in head.headers.items() if k not in own} == {
            k: v for k, v in get.headers.items() if k not in own
        }


def test_an_answer_in_parts_has_a_length_where_it_is_not_packed(servers: dict[str, str]) -> None:
    """It is told from the index, before the rows are read."""
    plain, body = ask(servers["parts"], QUESTIONS[0], "identity")
    packed, _ = ask(servers["parts"], QUESTIONS[0], "gzip")

    assert int(plain.headers["content-length"]) == len(body)
    assert packed.headers["transfer-encoding"] == "chunked"


@pytest.mark.parametrize("server", ["whole", "parts"])
def test_each_packing_has_its_own_tag(servers: dict[str, str], server: str) -> None:
    """A cache that has one packing is not told that it has another; both servers give the same tags."""
    tags = {coding: ask(servers[server], QUESTIONS[0], coding)[0].headers["etag"] for coding in UNPACK}

    assert len(set(tags.values())) == 3
    assert tags == {
        coding: ask(servers["whole"], QUESTIONS[0], coding)[0].headers["etag"] for coding in UNPACK
    }
    for coding, tag in tags.items():
        headers = {"Authorization": "Bearer fk-owner", "Accept-Encoding": coding, "If-None-Match": tag}
        answer = httpx2.get(f"{servers[server]}/api/v1/analytics/{QUESTIONS[0]}", headers=headers)
        assert (answer.status_code, answer.content) == (304, b"")


@pytest.mark.parametrize(
    ("question", "status"),
    [
        ("tokens?startDate=2026-05-20&endDate=2026-05-20", 400),
        ("tokens?startDate=x&endDate=2026-03-01", 400),
        (f"users?{RANGE}&limit=0", 400),
        (f"nothing?{RANGE}", 404),
    ],
)
def test_a_refusal_comes_before_the_first_byte(servers: dict[str, str], question: str, status: int) -> None:
    """Where answers come in parts, what is asked wrongly is a problem document, whole and not packed."""
    answer, body = ask(servers["parts"], question, "gzip")

    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert int(answer.headers["content-length"]) == len(body)


def test_a_fragment_that_cannot_be_read_is_a_500(tmp_path: Path) -> None:
    """Damage that is found while looking is told as what it is, not as a short answer."""
    publish_by_hand(tmp_path / "editions", three_months(), **THROUGH)
    editions = Editions(tmp_path / "editions", batch_bytes=300)
    assert editions.current() is not None
    (tmp_path / "editions" / "1" / "reports-2026-02.sqlite").write_bytes(b"")
    app = create_api(editions, PEOPLE.get, lambda: LATER, Settings(data=tmp_path))
    with capture_logs(), serve(app) as address:
        answer, body = ask(address, QUESTIONS[0], "identity")

    assert answer.status_code == 500
    assert b"requestId" in body


@pytest.mark.parametrize(
    ("accepted", "coding"),
    [
        (None, "identity"),
        ("", "identity"),
        ("gzip", "gzip"),
        ("GZIP", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("gzip;q=1.0, zstd;q=0.5", "gzip"),
        ("gzip;q=0", "identity"),
        ("gzip;q=0.5, identity", "identity"),
        ("*", "zstd"),
        ("*;q=0", "identity"),
        ("zstd;q=0, *", "gzip"),
        ("br, deflate", "identity"),
        ("gzip;q=much", "identity"),
        (";;;,,q=", "identity"),
    ],
)
def test_the_caller_chooses_the_packing(accepted: str | None, coding: str) -> None:
    """Weights, refusals, stars and nonsense, as RFC 9110 reads them; of two liked alike, zstd."""
    assert coding_of(Headers({} if accepted is None else {"Accept-Encoding": accepted})) == coding
