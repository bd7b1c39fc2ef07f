"""
OTLP over gRPC, clause by clause, with a real server and a real client.

docs/reference/otlp.md names these tests. Source: opentelemetry-proto ``docs/specification.md``, "OTLP/gRPC";
the conformance list (O…) of the reliability study.
"""

from __future__ import annotations

import errno
import os
import socket
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import grpc
import prometheus_client
import pytest

from andon.app import authentication
from andon.config import read_settings
from andon.contract.telemetry import SIGNALS, Signal
from andon.ingest import door as door_module
from andon.ingest.proto import schema

from grpc_door import PATHS, GrpcDoor, serving
from otlp_batches import request_class
from otlp_door import FIXTURES, LIMIT, NOW


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GrpcDoor]:
    """One server for the tests that only ask."""
    data = tmp_path_factory.mktemp("shared")
    with serving(read_settings(data=data, max_body_bytes=LIMIT, decoders=1)) as running:
        yield running


@pytest.fixture
def door(tmp_path: Path) -> Iterator[GrpcDoor]:
    """A server with an empty log."""
    with serving(read_settings(data=tmp_path, max_body_bytes=LIMIT, decoders=1)) as running:
        yield running


def logs(*names: str, seconds_ago: int = 60, padding: int = 0) -> bytes:
    """A request of log records with these event names."""
    request = request_class("logs")()
    scope = request.resource_logs.add().scope_logs.add()
    scope.schema_url = "x" * padding
    for name in names:
        time_ns = (int(NOW.timestamp()) - seconds_ago) * 10**9
        scope.log_records.add(time_unix_nano=time_ns, event_name=name)
    body: bytes = request.SerializeToString()
    return body


def padded(size: int) -> bytes:
    """A request without items of exactly so many bytes."""
    body = logs(padding=size)
    return logs(padding=size - (len(body) - size))


# What is taken


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip], ids=["plain", "gzip"])
@pytest.mark.parametrize("signal", SIGNALS)
def test_after_an_ok_the_rows_are_in_the_log(
    door: GrpcDoor, signal: Signal, compression: grpc.Compression | None
) -> None:
    """O1, O11, O14: each service takes what real agents sent, compressed or not; OK is an empty answer."""
    body = next(FIXTURES.rglob(f"*.{signal}.pb")).read_bytes()

    reply = door.send(body, path=PATHS[signal], compression=compression)

    assert (reply.code, reply.body) == ("OK", b"")
    rows = door.stored()
    assert rows
    assert {row["org_id"] for row in rows} == {door.directory.orgs()[0].org_id}
    assert {row["received_at"] for row in rows} == {NOW.replace(tzinfo=None)}


@pytest.mark.parametrize("signal", SIGNALS)
def test_an_empty_call_succeeds(shared: GrpcDoor, signal: Signal) -> None:
    """O18: no resources, or envelopes with nothing inside, are fine."""
    assert shared.send(b"", path=PATHS[signal])[:2] == ("OK", b"")
    assert shared.send(logs(), path=PATHS["logs"])[:2] == ("OK", b"")


def test_rejected_items_of_a_call_are_told(door: GrpcDoor) -> None:
    """O15: items outside the believed times are counted exactly; the others are stored."""
    reply = door.send(logs("good") + logs("bad", "worse", seconds_ago=400 * 86400))

    assert reply.code == "OK"
    response = door_response(reply.body)
    assert response.partial_success.rejected_log_records == 2
    assert response.partial_success.error_message
    assert "good" in [row.get("event_name") for row in door.stored()]


def door_response(body: bytes) -> Any:  # noqa: ANN401 (classes made at run time have no static type)
    """Read the answer to logs with the published schema."""
    return schema.message("collector.logs.v1.ExportLogsServiceResponse").FromString(body)


# Who may send


def test_no_key_is_unauthenticated(shared: GrpcDoor) -> None:
    """O24: without a key there is no answer but how to send one, and no leave to repeat it."""
    reply = shared.send(key=None)
    assert reply.code == "UNAUTHENTICATED"
    assert "Authorization: Bearer ik-" in reply.message
    assert reply.retry_after_s is None


def test_wrong_keys_are_answered_alike(shared: GrpcDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Unknown, malformed and revoked keys cannot be told apart, and a revoked one ends on an open channel."""
    made = shared.directory.create_key(shared.directory.orgs()[0].org_id, "ingest", now=NOW)
    assert shared.send(key=made.text).code == "OK"
    shared.directory.revoke_key(made.key_id, now=NOW)
    monkeypatch.setattr(authentication, "REMEMBERED_S", 0)

    replies = {shared.send(key=key) for key in (made.text, "nonsense", "", shared.ingest_key[:-1] + "~")}

    assert {reply.code for reply in replies} == {"UNAUTHENTICATED"}
    assert len(replies) == 1
    assert shared.send(key=None, authorization=f"Basic {shared.ingest_key}").code == "UNAUTHENTICATED"


def test_an_analytics_key_is_denied(shared: GrpcDoor) -> None:
    """O24: a key that reads cannot write."""
    reply = shared.send(key=shared.analytics_key)
    assert (reply.code, reply.retry_after_s) == ("PERMISSION_DENIED", None)
    assert "ingest key" in reply.message


def test_the_key_is_checked_before_the_message(shared: GrpcDoor) -> None:
    """A sender without a key costs neither memory nor decompression: its message is never received."""
    bomb = bytes(50 * LIMIT)
    assert shared.send(bomb, key=None, compression=grpc.Compression.Gzip).code == "UNAUTHENTICATED"
    assert shared.send(forever(), key=None).code == "UNAUTHENTICATED"


def forever() -> Iterator[bytes]:
    """A message, and a call that is not ended for a while."""
    yield logs("x")
    threading.Event().wait(1)


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_loopback_needs_no_key_in_the_demo_only(tmp_path: Path, host: str) -> None:
    """With an open organisation loopback may send without a key; a key that is wrong stays wrong."""
    if host == "::1" and not _has_ipv6():
        pytest.skip("no IPv6 on this machine: not proved that ::1 counts as loopback")
    with serving(read_settings(data=tmp_path, decoders=1), is_open=True, host=host) as demo:
        assert demo.send(logs("x"), key=None).code == "OK"
        assert demo.stored()[0]["org_id"] == demo.directory.orgs()[0].org_id
        assert demo.stored()[0]["ingest_key_id"] is None
        assert demo.send(key="nonsense").code == "UNAUTHENTICATED"


def _has_ipv6() -> bool:
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


# What is refused for good


def test_malformed_is_invalid_argument(shared: GrpcDoor) -> None:
    """O19: what can never be decoded is told with a BadRequest, and never to be repeated."""
    reply = shared.send(b"\xff\xff\xff")
    assert (reply.code, reply.retry_after_s) == ("INVALID_ARGUMENT", None)
    assert "protobuf" in reply.message
    assert reply.bad_request == reply.message


@pytest.mark.parametrize("count", [0, 2])
def test_a_call_has_one_message(shared: GrpcDoor, count: int) -> None:
    """Export is unary: none or several messages are refused, and nothing of them is taken."""
    assert shared.send([logs("x")] * count).code == "INVALID_ARGUMENT"


@pytest.mark.parametrize("compression", [None, grpc.Compression.Gzip], ids=["plain", "gzip"])
@pytest.mark.parametrize(("over", "code"), [(-1, "OK"), (0, "OK"), (1, "RESOURCE_EXHAUSTED")])
def test_the_limit_of_a_message_counts_after_decompression(
    shared: GrpcDoor, over: int, code: str, compression: grpc.Compression | None
) -> None:
    """O6: a message of exactly the limit is taken; one byte more never will be, so without RetryInfo."""
    body = padded(LIMIT + over)
    assert len(body) == LIMIT + over
    reply = shared.send(body, compression=compression)
    assert (reply.code, reply.retry_after_s) == (code, None)


def test_too_large_messages_are_counted(shared: GrpcDoor) -> None:
    """Whatever is over the limit, plain or inflated, is counted with its code, as over HTTP."""

    def refused() -> float:
        labels = {"signal": "logs", "code": "RESOURCE_EXHAUSTED"}
        return prometheus_client.REGISTRY.get_sample_value("andon_ingest_requests_total", labels) or 0

    before = refused()
    assert shared.send(padded(LIMIT + 1)).code == "RESOURCE_EXHAUSTED"
    assert shared.send(bytes(9 * LIMIT), compression=grpc.Compression.Gzip).code == "RESOURCE_EXHAUSTED"
    assert refused() == before + 2


def test_another_compression_is_unimplemented(shared: GrpcDoor) -> None:
    """O9: deflate is not read; the sender is told what is."""
    assert shared.send(logs("x"), compression=grpc.Compression.Deflate).code == "UNIMPLEMENTED"


def test_a_bomb_is_refused_and_the_server_goes_on(shared: GrpcDoor) -> None:
    """A message that inflates a hundredfold beyond the limit is refused while it is inflated."""
    reply = shared.send(bytes(100 * LIMIT), compression=grpc.Compression.Gzip)
    assert (reply.code, reply.retry_after_s) == ("RESOURCE_EXHAUSTED", None)
    assert shared.send(logs("x")).code == "OK"


def test_too_many_items_are_resource_exhausted(shared: GrpcDoor) -> None:
    """Items are counted too: many empty ones fit into few bytes."""
    request = request_class("logs")()
    records = request.resource_logs.add().scope_logs.add().log_records
    for _ in range(200_000):
        records.add()
    body = request.SerializeToString()
    assert len(body) < LIMIT
    reply = shared.send(body)
    assert (reply.code, reply.retry_after_s) == ("RESOURCE_EXHAUSTED", None)
    assert "more than 200000 items" in reply.message


@pytest.mark.parametrize(
    "path",
    [
        "/opentelemetry.proto.collector.profiles.v1development.ProfilesService/Export",
        "/opentelemetry.proto.collector.logs.v1.LogsService/Import",
        "/v1/logs",
    ],
)
def test_an_unknown_method_is_unimplemented(shared: GrpcDoor, path: str) -> None:
    """O11: there are three methods."""
    assert shared.send(path=path).code == "UNIMPLEMENTED"


# What is to be sent again


def test_a_failing_disk_is_unavailable_and_nothing_is_acknowledged(
    door: GrpcDoor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """O22: when the flush fails the sender is asked to come back in a second; afterwards all is well."""

    def fail(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as faulty:
        faulty.setattr(os, "fdatasync", fail)
        reply = door.send(logs("refused"))
    assert (reply.code, reply.retry_after_s) == ("UNAVAILABLE", 1)

    assert door.send(logs("kept")).code == "OK"
    assert "kept" in [row.get("event_name") for row in door.stored()]


def test_a_fault_of_ours_is_unavailable(door: GrpcDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """O22: never UNKNOWN or INTERNAL, which would make senders drop their data; and it tells no secrets."""

    def fail(*_: object) -> None:
        raise RuntimeError("the database is locked")

    monkeypatch.setattr(door.directory, "authenticate", fail)
    reply = door.send()
    assert (reply.code, reply.retry_after_s) == ("UNAVAILABLE", 1)
    assert "locked" not in reply.message


def test_too_much_at_once_is_unavailable(door: GrpcDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond its budget of memory the door asks senders to come back, and recovers when it has room again."""
    with monkeypatch.context() as small:
        small.setattr(door_module, "MOST_HELD_BYTES", 10)
        reply = door.send(logs("x"))
        assert (reply.code, reply.retry_after_s) == ("UNAVAILABLE", 1)
        assert door.send().code == "OK"
    assert door.send(logs("x")).code == "OK"


def test_a_slow_message_is_given_up(tmp_path: Path) -> None:
    """A sender that stops in the middle is answered, and may try again."""
    with serving(read_settings(data=tmp_path, decoders=1, body_timeout_s=0.2)) as hasty:
        reply = hasty.send(forever())
    assert (reply.code, reply.retry_after_s) == ("UNAVAILABLE", 1)


def test_the_senders_deadline_is_kept(door: GrpcDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A call ends when its sender stops waiting; the server goes on, and holds nothing of it."""
    with monkeypatch.context() as slow:
        slow.setattr(os, "fdatasync", lambda _descriptor: time.sleep(0.5))
        assert door.send(logs("x"), timeout=0.2).code == "DEADLINE_EXCEEDED"
    monkeypatch.setattr(door_module, "MOST_HELD_BYTES", len(logs("y")))
    give_up = time.monotonic() + 60
    while (code := door.send(logs("y")).code) != "OK":
        assert (code, time.monotonic() < give_up) == ("UNAVAILABLE", True)
        time.sleep(0.05)


def test_an_impatient_sender_costs_no_decoder(door: GrpcDoor) -> None:
    """Who stops waiting leaves the processes that decode alone: the others need them."""

    def decoders() -> list[str]:
        return sorted(
            pid for path in Path("/proc/self/task").glob("*/children") for pid in path.read_text().split()
        )

    if not Path("/proc/self/task").exists():
        pytest.skip("no /proc on this system: not proved that the decoders stay")
    assert door.send(logs("x")).code == "OK"
    before = decoders()
    assert before
    many = logs(*["some.event"] * 30_000)
    assert len(many) < LIMIT
    for _ in range(3):
        assert door.send(many, timeout=0.05).code == "DEADLINE_EXCEEDED"
    assert door.send(logs("y")).code == "OK"
    assert decoders() == before


def test_a_key_over_its_quota_is_unavailable(tmp_path: Path) -> None:
    """O22: UNAVAILABLE, which all senders repeat, with the seconds to wait."""
    settings = read_settings(data=tmp_path, decoders=1, key_records_per_minute=1)
    with serving(settings) as strict:
        assert strict.send(logs("a", "b")).code == "OK"
        reply = strict.send(logs("c"))
        assert (reply.code, reply.retry_after_s) == ("UNAVAILABLE", 2)


def test_calls_in_flight_are_answered_at_the_end(door: GrpcDoor, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that is stopped answers what it has begun; what comes later is UNAVAILABLE."""
    begun = threading.Event()
    sync = os.fdatasync

    def slow_sync(descriptor: int) -> None:
        begun.set()
        time.sleep(0.5)
        sync(descriptor)

    monkeypatch.setattr(os, "fdatasync", slow_sync)
    codes: list[str] = []
    sender = threading.Thread(target=lambda: codes.append(door.send(logs("last")).code))
    sender.start()
    assert begun.wait(60)
    door.stop.set()
    sender.join()

    assert codes == ["OK"]
    assert "last" in [row.get("event_name") for row in door.stored()]
    assert door.send(logs("late"), timeout=2).code == "UNAVAILABLE"


def test_counters(door: GrpcDoor) -> None:
    """Operators see gRPC's items beside HTTP's, and its answers by their names."""
    org_id = door.directory.orgs()[0].org_id

    def sample(name: str, **labels: str) -> float:
        return prometheus_client.REGISTRY.get_sample_value(name, {"signal": "logs", **labels}) or 0

    def now() -> list[float]:
        items = [
            sample(f"andon_ingest_records_{what}_total", org_id=org_id)
            for what in ("received", "stored", "rejected")
        ]
        codes = [sample("andon_ingest_requests_total", code=code) for code in ("OK", "UNAUTHENTICATED")]
        return [*items, *codes]

    before = now()
    door.send(logs("a", "b") + logs("c", seconds_ago=-3600))
    door.send(key=None)

    assert [new - old for new, old in zip(now(), before, strict=True)] == [3, 2, 1, 1, 1]
