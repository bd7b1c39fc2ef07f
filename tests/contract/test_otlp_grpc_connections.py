"""
The connections of OTLP over gRPC: their health, pings and number, with a real server and real clients.

docs/reference/otlp.md names these tests. Source: gRPC's ``doc/health-checking.md`` and ``doc/keepalive.md``;
promises R12 and R14 of the reliability study.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import grpc
import pytest

from andon.app import relay
from andon.config import read_settings
from andon.ingest import receive_grpc

from grpc_door import PATHS, GrpcDoor, serving


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GrpcDoor]:
    """One server for the tests that only ask."""
    with serving(read_settings(data=tmp_path_factory.mktemp("shared"), decoders=1)) as running:
        yield running


@pytest.fixture
def door(tmp_path: Path) -> Iterator[GrpcDoor]:
    """A server of the test's own."""
    with serving(read_settings(data=tmp_path, decoders=1)) as running:
        yield running


CHECK, WATCH = (f"/grpc.health.v1.Health/{method}" for method in ("Check", "Watch"))


@pytest.mark.parametrize("service", ["", *(path.split("/")[1] for path in PATHS.values())])
def test_the_health_service_says_that_it_serves(shared: GrpcDoor, service: str) -> None:
    """O11: without a key, for the server and for each of its services."""
    asked = b"\x0a" + bytes([len(service)]) + service.encode() if service else b""
    assert shared.send(asked, path=CHECK, key=None)[:2] == ("OK", b"\x08\x01")


def test_the_health_of_what_is_not_there(shared: GrpcDoor) -> None:
    """O11: NOT_FOUND when asked once, SERVICE_UNKNOWN to who watches, as the service is specified."""
    assert shared.send(b"\x0a\x01x", path=CHECK, key=None).code == "NOT_FOUND"
    watch: grpc.UnaryStreamMultiCallable[bytes, bytes] = shared.channel.unary_stream(WATCH)
    said = watch(b"\x0a\x01x", timeout=60)
    assert next(iter(said)) == b"\x08\x03"
    said.cancel()


def test_who_watches_is_told_of_the_end(door: GrpcDoor) -> None:
    """O11: SERVING now, NOT_SERVING when the server is asked to stop, and then the call ends well."""
    watch: grpc.UnaryStreamMultiCallable[bytes, bytes] = door.channel.unary_stream(WATCH)
    said = watch(b"", timeout=60)
    assert next(iter(said)) == b"\x08\x01"
    door.stop.set()
    assert list(said) == [b"\x08\x02"]


def test_connections_over_grpc_are_counted_too(tmp_path: Path) -> None:
    """R12: beyond its number an address is turned away, and whoever closes has room again."""
    settings = read_settings(data=tmp_path, decoders=1, connections_per_address=3)
    with serving(settings) as few, ExitStack() as held:
        host, _, port = few.target.rpartition(":")
        for _ in range(3):
            held.enter_context(socket.create_connection((host, int(port))))
        time.sleep(0.1)
        assert few.send(b"", timeout=1).code == "UNAVAILABLE"
        held.close()
        waiting = grpc.insecure_channel(few.target)
        grpc.channel_ready_future(waiting).result(10)
        waiting.close()
        assert few.send(b"", timeout=60).code in {"OK", "UNAVAILABLE"}
        time.sleep(2)
        assert few.send(b"", timeout=60).code == "OK"


def test_who_has_gone_is_not_counted(tmp_path: Path) -> None:
    """R12: clients that come and go, one after the other, never fill their address's number."""
    with serving(read_settings(data=tmp_path, decoders=1, connections_per_address=2)) as few:
        for _ in range(8):
            with grpc.insecure_channel(few.target, [("grpc.use_local_subchannel_pool", 1)]) as channel:
                check: grpc.UnaryUnaryMultiCallable[bytes, bytes] = channel.unary_unary(CHECK)
                assert check(b"", timeout=60, wait_for_ready=True) == b"\x08\x01"


def test_a_stop_waits_for_nobody_who_is_idle(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R14: clients with nothing under way, or that never said a word, are let go at once."""
    monkeypatch.setattr(relay, "_LAST_BYTES_S", 60)
    with ExitStack() as held:
        with serving(read_settings(data=tmp_path, decoders=1)) as door:
            assert door.send().code == "OK"
            host, _, port = door.target.rpartition(":")
            silent = held.enter_context(socket.create_connection((host, int(port)), timeout=60))
            assert silent.recv(4096)  # its settings: the library has it
            door.stop.set()
            asked = time.monotonic()
        assert time.monotonic() - asked < relay._LAST_BYTES_S


def test_who_does_not_speak_is_hung_up_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """R12: a connection that is no HTTP/2 does not stay."""
    monkeypatch.setattr(receive_grpc, "HANDSHAKE_S", 1)
    with serving(read_settings(data=tmp_path, decoders=1)) as door:
        host, _, port = door.target.rpartition(":")
        with socket.create_connection((host, int(port)), timeout=60) as silent:
            while silent.recv(4096):
                pass
        with socket.create_connection((host, int(port)), timeout=60) as other:
            other.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
            while other.recv(4096):
                pass


def test_a_client_may_ping(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """O12: pings no more often than we allow never end a connection; with the library's minimum they do."""
    options = [
        ("grpc.keepalive_time_ms", 1000),  # no client of this library pings more often
        ("grpc.keepalive_permit_without_calls", 1),
        ("grpc.http2.max_pings_without_data", 0),
    ]
    ended: dict[float, bool] = {}
    with ExitStack() as running:
        states: dict[float, list[grpc.ChannelConnectivity]] = {}
        for shortest_s in (0.5, 300):
            monkeypatch.setattr(receive_grpc, "SHORTEST_PING_S", shortest_s)
            settings = read_settings(data=tmp_path / str(shortest_s), decoders=1)
            server = running.enter_context(serving(settings))
            pinging = running.enter_context(grpc.insecure_channel(server.target, options=options))
            grpc.channel_ready_future(pinging).result(5)
            states[shortest_s] = []
            pinging.subscribe(states[shortest_s].append)
        time.sleep(5)
        ended = {s: set(seen) != {grpc.ChannelConnectivity.READY} for s, seen in states.items()}

    assert ended == {0.5: False, 300: True}


def test_ten_seconds_between_pings_are_allowed() -> None:
    """O12: the shortest interval that common clients take, and they are not punctual to the millisecond."""
    assert receive_grpc.SHORTEST_PING_S <= 9
