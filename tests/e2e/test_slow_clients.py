"""
Clients that are slow, silent or speak no HTTP, at both ports of a real server: none holds a connection.

The server's patience is set to half a second, so that the tests need not have more.
"""

from __future__ import annotations

import http.client
import json
import select
import socket
import statistics
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress

import pytest

from line import Line, Org
from tries import in_one_of_three, within

pytestmark = pytest.mark.slow(seconds=15)

PATIENCE_S = 0.5
KEEP_ALIVE_S = 1
LATE_S = 5.0
"""How much later than promised a connection may end on a busy machine."""

PER_ADDRESS = 40
HEAD = b"POST /v1/logs HTTP/1.1\r\nHost: andon\r\nContent-Type: application/json\r\n"


class Impatient(Line):
    """A server that waits for half a second for anything."""

    @property
    def env(self) -> dict[str, str]:
        """The environment with short deadlines and few connections per address."""
        return {
            **super().env,
            "ANDON_HEAD_TIMEOUT_S": str(PATIENCE_S),
            "ANDON_BODY_TIMEOUT_S": str(PATIENCE_S),
            "ANDON_SEND_TIMEOUT_S": str(PATIENCE_S),
            "ANDON_KEEP_ALIVE_S": str(KEEP_ALIVE_S),
            "ANDON_CONNECTIONS_PER_ADDRESS": str(PER_ADDRESS),
        }


@pytest.fixture(scope="module")
def line(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Impatient]:
    """The impatient server, running."""
    running = Impatient(tmp_path_factory.mktemp("slow") / "data")
    running.start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def org(line: Impatient) -> Org:
    """One organisation on it."""
    return line.new_org("Slow")


def ports(line: Line) -> list[int]:
    """Both ports that speak HTTP."""
    return [line.port, line.otlp_port]


@contextmanager
def connected(port: int, source: str = "127.0.0.1") -> Iterator[socket.socket]:
    """Connect; the address it comes from may be any of the loopback's."""
    with socket.create_connection(("127.0.0.1", port), timeout=20, source_address=(source, 0)) as opened:
        yield opened


def everything(opened: socket.socket) -> bytes:
    """Read until the server closes."""
    said = b""
    try:
        while part := opened.recv(65536):
            said += part
    except ConnectionResetError:
        pass
    return said


def trickle(opened: socket.socket, first: bytes, more: bytes) -> tuple[float, bytes]:
    """Send the first part, then byte by byte until the server closes; give the seconds, and what it said."""
    started = time.monotonic()
    opened.sendall(first)
    at, said = 0, b""
    while time.monotonic() - started < 20:
        readable, _, _ = select.select([opened], [], [], 0.1)
        try:
            if readable:
                part = opened.recv(65536)
                if not part:
                    break
                said += part
            opened.sendall(more[at % len(more) : at % len(more) + 1])
        except OSError:
            break
        at += 1
    return time.monotonic() - started, said


def test_whoever_is_silent_is_hung_up_on(line: Impatient) -> None:
    """A connection on which nothing comes ends with the patience for a head, without a word."""
    for port in ports(line):
        with connected(port) as opened:
            started = time.monotonic()
            assert everything(opened) == b""
            assert PATIENCE_S <= time.monotonic() - started < PATIENCE_S + LATE_S


def test_a_head_that_trickles_is_given_up(line: Impatient) -> None:
    """Byte by byte is no excuse: the whole head has one deadline, and the client is told (408)."""
    for port in ports(line):
        with connected(port) as opened:
            seconds, said = trickle(opened, HEAD, b"X-Slow: " + b"a" * 1000)
        assert seconds < PATIENCE_S + LATE_S
        assert said.startswith(b"HTTP/1.1 408 ")
        assert b"did not arrive within" in said


def test_empty_lines_do_not_keep_a_connection(line: Impatient) -> None:
    """Line ends before a request are allowed, and are not a request: the deadline goes on."""
    for port in ports(line):
        with connected(port) as opened:
            seconds, _ = trickle(opened, b"\r\n", b"\r\n")
        assert seconds < PATIENCE_S + LATE_S


def test_a_body_that_trickles_is_given_up(line: Impatient, org: Org) -> None:
    """A sender that never ends its body is asked to come back, and hung up on: with a length or in chunks."""
    head = HEAD + f"Authorization: Bearer {org.ingest_key}\r\n".encode()
    for port in ports(line):
        with connected(port) as opened:
            seconds, said = trickle(opened, head + b"Content-Length: 5000\r\n\r\n{", b" ")
        assert seconds < PATIENCE_S + LATE_S
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in said
        with connected(port) as opened:
            seconds, said = trickle(opened, head + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\n \r\n" * 200)
        assert seconds < PATIENCE_S + LATE_S
        assert said.startswith(b"HTTP/1.1 503 ")


@pytest.mark.parametrize("path", ["/v1/logs", "/healthz"])
def test_a_body_that_nobody_reads_ends_too(line: Impatient, path: str) -> None:
    """What trickles in after the answer does not keep a connection either."""
    with connected(line.port) as opened:
        head = f"POST {path} HTTP/1.1\r\nHost: andon\r\nContent-Length: 5000\r\n\r\n".encode()
        seconds, said = trickle(opened, head, b" ")
    assert said.startswith(b"HTTP/1.1 40")
    assert seconds < 2 * PATIENCE_S + LATE_S


def test_a_connection_without_a_request_is_closed(line: Impatient, org: Org) -> None:
    """After an answer a connection stays for the next request, and no longer than it may."""
    for port in ports(line):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for _ in range(3):
            connection.request(
                "POST",
                "/v1/logs",
                b"{}",
                {"Content-Type": "application/json", "Authorization": f"Bearer {org.ingest_key}"},
            )
            assert connection.getresponse().read() == b"{}"
            time.sleep(0.2)
        started = time.monotonic()
        assert connection.sock is not None
        assert connection.sock.recv(1) == b""
        assert time.monotonic() - started < KEEP_ALIVE_S + LATE_S
        connection.close()


def test_who_does_not_read_the_answer_is_hung_up_on(line: Impatient) -> None:
    """Answers that are not taken do not stay in memory: the connection is broken off."""
    ask = b"GET /api/v1/openapi.json HTTP/1.1\r\nHost: andon\r\n\r\n" * 200
    with socket.socket() as opened:
        opened.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        opened.settimeout(10)
        opened.connect(("127.0.0.1", line.port))
        with pytest.raises(ConnectionError):
            send_for_ever(opened, ask)


def send_for_ever(opened: socket.socket, ask: bytes) -> None:
    """Ask again and again; a send that waits for ten seconds is a TimeoutError."""
    deadline = time.monotonic() + 20
    while time.monotonic() < deadline:
        opened.sendall(ask)
        time.sleep(0.05)


@pytest.mark.parametrize(
    ("what", "request_"),
    [
        ("two lengths", b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}"),
        ("two lengths in one", b"Content-Length: 2, 3\r\n\r\n{}"),
        ("a length and chunks", b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("chunks and a length", b"Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n"),
        ("a coding that is not chunked", b"Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n"),
        ("chunked is not the last", b"Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n"),
        ("a negative length", b"Content-Length: -2\r\n\r\n{}"),
        ("a length with a sign", b"Content-Length: +2\r\n\r\n{}"),
        ("a hexadecimal length", b"Content-Length: 0x2\r\n\r\n{}"),
        ("a length beyond all numbers", b"Content-Length: 99999999999999999999999\r\n\r\n{}"),
        ("a bare line feed", b"Content-Length: 2\n\r\n{}"),
        ("a bare line feed at the end", b"Content-Length: 2\r\n\n{}"),
        ("a folded header", b"Content-Length: 2\r\nX-A: b\r\n c\r\n\r\n{}"),
        ("a space before the colon", b"Content-Length : 2\r\n\r\n{}"),
        ("no name", b": 2\r\nContent-Length: 2\r\n\r\n{}"),
        ("a null in a value", b"X-A: a\0b\r\nContent-Length: 2\r\n\r\n{}"),
        ("a wrong size of a chunk", b"Transfer-Encoding: chunked\r\n\r\nz\r\n{}\r\n0\r\n\r\n"),
        ("a chunk that is longer", b"Transfer-Encoding: chunked\r\n\r\n1\r\n{}\r\n0\r\n\r\n"),
        ("a size beyond all numbers", b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}"),
        ("a chunk with bare line feeds", b"Transfer-Encoding: chunked\r\n\r\n2\n{}\n0\n\n"),
    ],
)
def test_what_two_readers_could_read_differently_is_refused(
    line: Impatient, org: Org, what: str, request_: bytes
) -> None:
    """Shapes of request smuggling are refused with 400, and nothing after them on the connection is read."""
    head = HEAD + f"Authorization: Bearer {org.ingest_key}\r\n".encode()
    smuggled = b"GET /healthz HTTP/1.1\r\nHost: andon\r\n\r\n"
    for port in ports(line):
        with connected(port) as opened:
            opened.sendall(head + request_ + smuggled)
            said = everything(opened)
        assert said.startswith(b"HTTP/1.1 400 "), (what, said)
        assert said.count(b"HTTP/1.1 ") == 1, (what, said)
        assert b"connection: close\r\n" in said


@pytest.mark.parametrize(
    "opening", [b"\x16\x03\x01\x02\x00", b"SSH-2.0-x\r\n", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"]
)
def test_other_protocols_are_refused(line: Impatient, opening: bytes) -> None:
    """TLS, SSH and HTTP/2 without asking are told at once, in each port's words, that this is HTTP/1.1."""
    for port in ports(line):
        with connected(port) as opened:
            opened.sendall(opening)
            head, _, body = everything(opened).partition(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 400 ")
        told = json.loads(body)
        assert "HTTP/1.1" in told.get("message", told.get("detail"))
        assert (b"problem+json" in head) == (port == line.port)


@pytest.mark.parametrize("is_whole", [False, True])
@pytest.mark.parametrize("kind", ["one long header", "many headers", "a long path"])
def test_a_head_that_is_too_large_is_refused(line: Impatient, kind: str, *, is_whole: bool) -> None:
    """A head of more than 64 KiB is refused (431), whether it ends or not."""
    start = b"GET /healthz HTTP/1.1\r\nHost: andon\r\n"
    large = {
        "one long header": start + b"X-A: " + b"a" * 100_000,
        "many headers": start + b"X-A: abcdefghijklmnopq\r\n" * 4000,
        "a long path": b"GET /" + b"a" * 100_000,
    }[kind]
    end = b" HTTP/1.1\r\n\r\n" if kind == "a long path" else b"\r\n\r\n"
    for port in ports(line):
        with connected(port) as opened:
            started = time.monotonic()
            for at in range(0, len(large), 10_000):
                try:
                    opened.sendall(large[at : at + 10_000])
                except OSError:  # it hung up already, and rightly so
                    break
                time.sleep(0.005)
            if is_whole:
                with suppress(OSError):
                    opened.sendall(end)
            said = everything(opened)
        assert said == b"" or said.startswith(b"HTTP/1.1 431 "), said
        assert time.monotonic() - started < PATIENCE_S + LATE_S


def test_a_head_below_the_limit_is_taken(line: Impatient) -> None:
    """Long cookies and proxies' headers are no reason to refuse."""
    for port in ports(line):
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        connection.request("GET", "/healthz", headers={"X-A": "a" * 60_000})
        assert connection.getresponse().status in {200, 404}
        connection.close()


def test_one_address_cannot_take_all_connections(line: Impatient, org: Org) -> None:
    """Beyond its number an address is told so, others are not touched, and whoever closes has room again."""
    with ExitStack() as held:
        for number in range(PER_ADDRESS):
            held.enter_context(connected(ports(line)[number % 2], "127.0.0.5"))
        time.sleep(0.1)
        with connected(line.otlp_port, "127.0.0.5") as refused:
            said = everything(refused)
        assert said.startswith(b"HTTP/1.1 503 ")
        assert b"retry-after: 1\r\n" in said
        assert b"connections from 127.0.0.5" in said
        org.post("/v1/logs", b"{}", "application/json")
    with connected(line.otlp_port, "127.0.0.5") as again:
        time.sleep(0.2)
        again.sendall(b"GET / HTTP/1.0\r\n\r\n")
        assert everything(again).startswith(b"HTTP/1.1 404 ")


@pytest.mark.parametrize("count", [200, pytest.param(2000, marks=pytest.mark.full_rounds)])
def test_slow_clients_cost_others_nothing(line: Impatient, org: Org, count: int) -> None:
    """While very many connections are silent or trickle, a sender is answered as before; then all end."""

    def seconds_of_a_request() -> float:
        started = time.perf_counter()
        org.post("/v1/logs", b"{}", "application/json")
        return time.perf_counter() - started

    in_one_of_three(lambda: beside_slow_clients(line, count, seconds_of_a_request))


def beside_slow_clients(line: Line, count: int, seconds_of_a_request: Callable[[], float]) -> None:
    """Open so many connections that are silent or trickle, ask beside them, and see them end."""
    stop = threading.Event()
    before = statistics.median(seconds_of_a_request() for _ in range(30))
    with ExitStack() as held:
        slow: list[socket.socket] = []

        def keep_coming() -> None:
            while not stop.wait(0.05):
                for opened in slow:
                    try:
                        opened.send(b"a")
                    except OSError:
                        continue

        for number in range(count):
            source = f"127.0.{1 + number // (PER_ADDRESS * 100)}.{10 + number % (count // PER_ADDRESS * 2)}"
            opened = held.enter_context(connected(ports(line)[number % 2], source))
            if number % 3:
                opened.sendall(HEAD + b"X-Slow: ")
                slow.append(opened)
        thread = threading.Thread(target=keep_coming)
        thread.start()
        try:
            during = statistics.median(seconds_of_a_request() for _ in range(30))
            last = time.monotonic()
            for opened in slow:
                everything(opened)
            waited = time.monotonic() - last
        finally:
            stop.set()
            thread.join()
    within(before + 0.05, during)
    within(PATIENCE_S + 3 * LATE_S, waited)
