"""What the OTLP door refuses, and in which words."""

from __future__ import annotations

import datetime as dt
import gzip
import http.client
import tracemalloc
from pathlib import Path

import prometheus_client
import pytest

from andon.config import read_settings
from andon.ingest import door as door_module

from otlp_door import (
    JSON,
    LIMIT,
    NOW,
    PROTOBUF,
    Door,
    as_json,
    log_request,
    serving,
    status_in_protobuf,
)

# Who may send


def test_no_key_is_401(shared: Door) -> None:
    """Without a key there is no answer but how to send one."""
    answer = shared.send(key=None)
    assert answer.code == 401
    assert answer.headers["www-authenticate"].startswith("Bearer")
    assert "Authorization: Bearer ik-" in answer.json["message"]


def test_wrong_keys_are_answered_alike(shared: Door) -> None:
    """Unknown, malformed, expired and revoked keys cannot be told apart."""
    directory, org_id = shared.directory, shared.directory.orgs()[0].org_id
    revoked = directory.create_key(org_id, "ingest", now=NOW)
    directory.revoke_key(revoked.key_id, now=NOW)
    expired = directory.create_key(
        org_id, "ingest", now=NOW - dt.timedelta(2), expires_at=NOW - dt.timedelta(1)
    )
    wrong = [
        "nonsense",
        "",
        "ik-0123456789_x",
        shared.ingest_key[:-1] + "~",
        revoked.text,
        expired.text,
        "ik-\xe9",
    ]

    answers = {shared.send(key=key).body for key in wrong}

    assert len(answers) == 1
    assert {shared.send(key=key).code for key in wrong} == {401}
    assert shared.send(key=None, authorization=f"Basic {shared.ingest_key}").code == 401


def test_an_analytics_key_is_403(shared: Door) -> None:
    """A key that reads cannot write."""
    answer = shared.send(key=shared.analytics_key)
    assert answer.code == 403
    assert "ingest key" in answer.json["message"]


def test_the_scheme_is_read_in_any_case(shared: Door) -> None:
    """``bearer`` and extra spaces are fine, as HTTP says."""
    assert shared.send(key=None, authorization=f"bearer  {shared.ingest_key} ").code == 200


def test_the_key_is_checked_before_the_body(shared: Door) -> None:
    """A sender without a key costs neither memory nor decompression: its body is not read."""
    connection = http.client.HTTPConnection("127.0.0.1", shared.port, timeout=60)
    connection.putrequest("POST", "/v1/logs")
    connection.putheader("content-type", JSON)
    connection.putheader("content-length", "1000000")
    connection.endheaders()
    assert connection.getresponse().status == 401
    connection.close()


def test_loopback_needs_no_key_in_the_demo_only(tmp_path: Path) -> None:
    """With an open organisation loopback may send without a key; a key that is wrong stays wrong."""
    with serving(read_settings(data=tmp_path, decoders=1), is_open=True) as demo:
        assert demo.send(as_json(log_request("x")), key=None).code == 200
        assert demo.stored()[0]["org_id"] == demo.directory.orgs()[0].org_id
        assert demo.stored()[0]["ingest_key_id"] is None
        assert demo.send(key="nonsense").code == 401
        assert demo.send(key=None, x_forwarded_for="203.0.113.7").code == 401


# What is refused


@pytest.mark.parametrize("content_type", ["text/plain", "application/xml", "application/jsonx", "", None])
def test_an_unknown_media_type_is_415(shared: Door, content_type: str | None) -> None:
    """A media type that we do not read is refused with the ones that we do, in JSON."""
    answer = shared.send(content_type=content_type)
    assert answer.code == 415
    assert PROTOBUF in answer.json["message"]
    assert answer.headers["content-type"] == JSON


@pytest.mark.parametrize(
    "content_type", ["Application/JSON", "application/json; charset=utf-8", "application/json;"]
)
def test_a_media_type_is_read_in_any_case_and_with_parameters(shared: Door, content_type: str) -> None:
    """Case and parameters of the media type do not matter."""
    assert shared.send(content_type=content_type).code == 200


@pytest.mark.parametrize("coding", ["br", "zstd", "deflate", "gzip, gzip"])
def test_an_unknown_coding_is_415(shared: Door, coding: str) -> None:
    """A content coding that we do not read is refused with the ones that we do."""
    answer = shared.send(content_encoding=coding)
    assert answer.code == 415
    assert answer.headers["accept-encoding"] == "gzip, identity"


@pytest.mark.parametrize("coding", ["identity", "GZIP", "x-gzip"])
def test_known_codings(shared: Door, coding: str) -> None:
    """Identity, and gzip under both of its names, are read in any case."""
    body = b"{}" if coding == "identity" else gzip.compress(b"{}")
    assert shared.send(body, content_encoding=coding).code == 200


@pytest.mark.parametrize("method", ["GET", "HEAD", "PUT", "DELETE", "PATCH", "OPTIONS", "QUERY"])
def test_another_method_is_405(shared: Door, method: str) -> None:
    """Every method but POST is refused with Allow."""
    answer = shared.send(method=method)
    assert answer.code == 405
    assert answer.headers["allow"] == "POST"


@pytest.mark.parametrize("path", ["/", "/v1/profiles", "/v1/traces/more"])
def test_another_path_is_404_with_a_status(shared: Door, path: str) -> None:
    """A path that is none of the three is refused with an OTLP status that names them."""
    answer = shared.send(path=path)
    assert answer.code == 404
    assert "/v1/metrics" in answer.json["message"]


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"null", b'{"resourceLogs":7}', b"\xff\xfe"])
def test_bad_json_is_400_in_json(shared: Door, body: bytes) -> None:
    """A body that is not JSON, or not OTLP, is refused for good, in JSON."""
    answer = shared.send(body)
    assert answer.code == 400
    assert answer.headers["content-type"] == JSON
    assert answer.json["code"] == 3
    assert answer.json["message"]


def test_bad_protobuf_is_400_in_protobuf(shared: Door) -> None:
    """The same in protobuf, answered as a protobuf status."""
    answer = shared.send(b"\xff\xff\xff", content_type=PROTOBUF)
    assert answer.code == 400
    assert answer.headers["content-type"] == PROTOBUF
    assert "protobuf" in status_in_protobuf(answer.body)


def test_errors_come_in_the_requests_encoding(shared: Door) -> None:
    """Also 401, 403, 404, 405 and 413 are protobuf for a protobuf sender."""
    answers = [
        shared.send(content_type=PROTOBUF, key=None),
        shared.send(content_type=PROTOBUF, key=shared.analytics_key),
        shared.send(content_type=PROTOBUF, path="/"),
        shared.send(content_type=PROTOBUF, method="PUT"),
        shared.send(bytes(LIMIT + 1), content_type=PROTOBUF),
    ]
    assert [answer.code for answer in answers] == [401, 403, 404, 405, 413]
    for answer in answers:
        assert answer.headers["content-type"] == PROTOBUF
        assert status_in_protobuf(answer.body)


@pytest.mark.parametrize("cut", [0, 5, -1, -9])
def test_broken_gzip_is_400(shared: Door, cut: int) -> None:
    """A gzip body that is cut off, or no gzip, is refused for good."""
    body = gzip.compress(b"{}" * 100)[:cut] if cut else b"{}"
    assert shared.send(body, content_encoding="gzip").code == 400


def test_several_gzip_members(shared: Door) -> None:
    """A body of two gzip members is one body; thousands of members are refused."""
    body = as_json({"resourceLogs": []})
    assert shared.send(gzip.compress(body[:5]) + gzip.compress(body[5:]), content_encoding="gzip").code == 200
    assert shared.send(gzip.compress(b"") * 5000, content_encoding="gzip").code == 400


def padded(size: int) -> bytes:
    """An empty JSON request of exactly so many bytes."""
    return b"{" + b" " * (size - 2) + b"}"


@pytest.mark.parametrize("is_gzip", [False, True])
@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize(("over", "code"), [(-1, 200), (0, 200), (1, 413), (100_000, 413)])
def test_the_limit_counts_bytes_after_decompression(
    shared: Door, over: int, code: int, *, is_chunked: bool, is_gzip: bool
) -> None:
    """A body of exactly the limit is taken, one byte more is not, however it is sent."""
    body = padded(LIMIT + over)
    headers = {}
    if is_gzip:
        body, headers = gzip.compress(body), {"content_encoding": "gzip"}
    pieces = (body[at : at + 50_000] for at in range(0, len(body), 50_000))
    answer = shared.send(pieces if is_chunked else body, **headers)
    assert answer.code == code
    if code == 413:
        assert answer.json["code"] == 8


def test_a_bomb_does_not_allocate(shared: Door) -> None:
    """A body that inflates a thousandfold is refused after the limit's worth of memory, not the bomb's."""
    bomb = gzip.compress(bytes(256 * 2**20), 9)
    assert len(bomb) < LIMIT
    tracemalloc.start()
    answer = shared.send(bomb, content_encoding="gzip")
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert answer.code == 413
    assert peak < 8 * LIMIT


def test_too_many_items_are_413(shared: Door) -> None:
    """Items are counted too: many empty ones fit into few bytes."""
    body = b'{"resourceLogs":[{"scopeLogs":[{"logRecords":[' + b"{}," * 200_000 + b"{}]}]}]}"
    assert len(body) < LIMIT
    answer = shared.send(body)
    assert answer.code == 413
    assert "more than 200000 items" in answer.json["message"]


def test_a_slow_body_is_given_up(tmp_path: Path) -> None:
    """A sender that stops in the middle of its body is answered and hung up on."""
    with serving(read_settings(data=tmp_path, body_timeout_s=0.2)) as impatient:
        connection = http.client.HTTPConnection("127.0.0.1", impatient.port, timeout=5)
        connection.putrequest("POST", "/v1/logs")
        for name, value in {
            "content-type": JSON,
            "authorization": f"Bearer {impatient.ingest_key}",
            "content-length": "100",
        }.items():
            connection.putheader(name, value)
        connection.endheaders(b"{")
        response = connection.getresponse()
        assert response.status == 503
        assert response.headers["connection"] == "close"
        connection.close()


def test_too_much_at_once_is_503(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its budget of memory the door asks senders to come back, and recovers when it has room again."""
    with monkeypatch.context() as small:
        small.setattr(door_module, "MOST_HELD_BYTES", 10)
        answer = door.send(as_json(log_request("x")))
        assert answer.code == 503
        assert answer.headers["retry-after"] == "1"
        assert door.send(b"{}").code == 200
    assert door.send(as_json(log_request("x"))).code == 200


def test_counters(door: Door) -> None:
    """Operators see how many items of whom came, were stored and rejected, and how requests were answered."""
    org_id = door.directory.orgs()[0].org_id

    def sample(name: str, **labels: str) -> float:
        return prometheus_client.REGISTRY.get_sample_value(name, {"signal": "logs", **labels}) or 0

    names = [f"andon_ingest_records_{what}_total" for what in ("received", "stored", "rejected")]
    before = (
        [sample(name, org_id=org_id) for name in names],
        sample("andon_ingest_requests_total", code="200"),
    )
    request = log_request("a", "b")
    request["resourceLogs"] += log_request("c", seconds_ago=-3600)["resourceLogs"]

    assert door.send(as_json(request)).code == 200

    after = [sample(name, org_id=org_id) for name in names], sample("andon_ingest_requests_total", code="200")
    assert [new - old for new, old in zip(after[0], before[0], strict=True)] == [3, 2, 1]
    assert after[1] - before[1] == 1
