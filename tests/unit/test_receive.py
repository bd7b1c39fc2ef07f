"""What the OTLP door takes, and what its 200 means."""

from __future__ import annotations

import errno
import gzip
import os

import pytest

from andon.ingest.proto import schema

from otlp_door import (
    FIXTURES,
    JSON,
    NOW,
    PROTOBUF,
    Door,
    as_json,
    log_request,
)


@pytest.mark.parametrize("is_chunked", [False, True])
@pytest.mark.parametrize("is_gzip", [False, True])
def test_after_a_200_the_rows_are_in_the_log(door: Door, *, is_gzip: bool, is_chunked: bool) -> None:
    """A 200 means that the rows are in the log's file, compressed or not, chunked or not."""
    body = as_json(log_request("api_request", "tool_result"))
    headers = {}
    if is_gzip:
        body, headers = gzip.compress(body), {"content_encoding": "gzip"}
    sent = iter([body[:10], body[10:]]) if is_chunked else body

    answer = door.send(sent, **headers)

    assert (answer.code, answer.json) == (200, {})
    rows = door.stored()
    assert {row["event_name"] for row in rows} == {"api_request", "tool_result"}
    assert {row["org_id"] for row in rows} == {door.directory.orgs()[0].org_id}
    assert {row["received_at"] for row in rows} == {NOW.replace(tzinfo=None)}


@pytest.mark.parametrize("encoding", ["pb", "json"])
@pytest.mark.parametrize("signal", ["traces", "logs", "metrics"])
def test_real_agents_are_taken(door: Door, signal: str, encoding: str) -> None:
    """What real agents sent is taken whole: 200, nothing rejected, rows in the log."""
    path = next(FIXTURES.rglob(f"*.{signal}.{encoding}"), None)
    assert path is not None
    media_type = JSON if encoding == "json" else PROTOBUF

    answer = door.send(path.read_bytes(), path=f"/v1/{signal}", content_type=media_type)

    assert answer.code == 200
    assert answer.headers["content-type"] == media_type
    assert answer.body == (b"{}" if encoding == "json" else b"")
    assert door.stored()


@pytest.mark.parametrize("seconds_ago", [-3600, 400 * 86400])
def test_rejected_items_are_told_and_the_others_kept(door: Door, seconds_ago: int) -> None:
    """Items outside the believed times are counted in partial_success; the others are stored."""
    request = log_request("good")
    request["resourceLogs"] += log_request("bad", "worse", seconds_ago=seconds_ago)["resourceLogs"]

    answer = door.send(as_json(request))

    assert answer.code == 200
    partial = answer.json["partialSuccess"]
    assert partial["rejectedLogRecords"] == "2"
    assert partial["errorMessage"]
    assert "good" in [row.get("event_name") for row in door.stored()]


def test_partial_success_in_protobuf(door: Door) -> None:
    """Protobuf senders get the same counts in a message that the published schema reads."""
    request = schema.message("collector.logs.v1.ExportLogsServiceRequest", trimmed=False)()
    scope = request.resource_logs.add().scope_logs.add()
    for second in range(1, 201):
        scope.log_records.add(time_unix_nano=second * 10**9)

    answer = door.send(request.SerializeToString(), content_type=PROTOBUF)

    assert answer.code == 200
    response = schema.message("collector.logs.v1.ExportLogsServiceResponse").FromString(answer.body)
    assert response.partial_success.rejected_log_records == 200
    assert response.partial_success.error_message


def test_a_body_without_its_key_is_warned_about(shared: Door) -> None:
    """A body in which nothing was found, such as one with snake_case keys, succeeds with a warning."""
    answer = shared.send(b'{"resource_logs":[]}')
    assert answer.code == 200
    assert answer.json["partialSuccess"]["rejectedLogRecords"] == "0"
    assert "resourceLogs" in answer.json["partialSuccess"]["errorMessage"]


@pytest.mark.parametrize(
    ("body", "content_type", "answered"),
    [
        (b"{}", JSON, b"{}"),
        (b'{"resourceLogs":[]}', JSON, b"{}"),
        (b'{"resourceLogs":[{"scopeLogs":[]}]}', JSON, b"{}"),
        (b"", PROTOBUF, b""),
    ],
)
def test_an_empty_request_succeeds(shared: Door, body: bytes, content_type: str, answered: bytes) -> None:
    """A request without items is answered with an empty success in its encoding."""
    answer = shared.send(body, content_type=content_type)
    assert (answer.code, answer.body) == (200, answered)
    assert answer.headers["content-type"] == content_type


def test_a_failing_disk_is_503_and_nothing_is_acknowledged(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the flush fails the sender is asked to come back in a second; afterwards all is well again."""

    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as faulty:
        faulty.setattr(os, "fdatasync", fail)
        answer = door.send(as_json(log_request("refused")))
    assert answer.code == 503
    assert answer.headers["retry-after"] == "1"
    assert "send it again" in answer.json["message"]

    assert door.send(as_json(log_request("kept"))).code == 200
    assert "kept" in [row["event_name"] for row in door.stored()]


def test_a_broken_directory_is_503_not_500(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """A fault of ours that may pass is never a 500, which would make senders drop their data."""

    def fail(*_: object) -> None:
        raise RuntimeError("the database is locked")

    monkeypatch.setattr(door.directory, "authenticate", fail)
    answer = door.send()
    assert answer.code == 503
    assert answer.headers["retry-after"] == "1"
    assert "locked" not in answer.json["message"]
