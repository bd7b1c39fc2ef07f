"""``andon up``: what it prints, what it survives, and how it ends."""

from __future__ import annotations

import csv
import datetime as dt
import json
import re
import shlex
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any

import httpx2
import pytest

from andon.client import Client
from andon.contract.problems import Unauthenticated

from line import NOW, Line, Org, free_port

pytestmark = pytest.mark.slow(seconds=100)

DAY = NOW.date() - dt.timedelta(days=1)
NOON = int(dt.datetime.combine(DAY, dt.time(12), tzinfo=dt.UTC).timestamp()) * 1_000_000_000


def log_record(second: int, event: str, **attributes: str | int) -> dict[str, Any]:
    """Make one native log record of noon and some seconds."""
    values = {"event.name": event, **{name.replace("__", "."): value for name, value in attributes.items()}}
    return {
        "timeUnixNano": str(NOON + second * 1_000_000_000),
        "attributes": [
            {"key": key, "value": {"intValue": value} if isinstance(value, int) else {"stringValue": value}}
            for key, value in values.items()
        ],
    }


def one_session() -> bytes:
    """One person asks once; a model answers, reads a file, makes another and commits it."""
    resource = {
        "service.name": "some-agent",
        "session.id": "s-1",
        "user.email": "dev@example.com",
        "andon.client": "terminal-ui",
    }
    records = [
        log_record(0, "andon.user_message", andon__message__id="m-1"),
        log_record(
            1,
            "andon.model_call",
            gen_ai__response__id="r-1",
            gen_ai__response__model="some-model",
            gen_ai__usage__input_tokens=100,
            gen_ai__usage__output_tokens=20,
        ),
        log_record(2, "andon.assistant_message", andon__message__id="m-2"),
        log_record(3, "andon.tool_call", gen_ai__tool__name="Read", gen_ai__tool__call__id="t-1"),
        log_record(4, "andon.file_change", andon__file__operation="create", file__extension=".py"),
        log_record(5, "andon.git_action", andon__git__kind="commit"),
    ]
    attributes = [{"key": key, "value": {"stringValue": value}} for key, value in resource.items()]
    return json.dumps(
        {"resourceLogs": [{"resource": {"attributes": attributes}, "scopeLogs": [{"logRecords": records}]}]}
    ).encode()


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Line]:
    """A line of the test's own, not started."""
    line = Line(tmp_path / "data")
    yield line
    line.stop()


def assert_counted_once(org: Org) -> None:
    """Compare the five reports with what `one_session` tells."""
    day = DAY.isoformat()
    [tokens] = org.get("tokens", day, day)
    [tools] = org.get("tools", day, day)
    [activity] = org.get("activity", day, day)
    [productivity] = org.get("productivity", day, day)
    [user] = org.get("users", day, day)

    assert (tokens["input_tokens"], tokens["output_tokens"], tokens["billable_tokens"]) == (100, 20, 120)
    assert tools["by_tool"] == [{"tool": "Read", "invocations": 1}]
    assert (activity["daily_active_users"], activity["sessions"], activity["messages"]) == (1, 1, 2)
    assert (productivity["files_created"], productivity["git_commits"]) == (1, 1)
    assert (user["user_email"], user["tool_calls"], user["languages"]) == ("dev@example.com", 1, ["Python"])


def assert_reported(org: Org) -> None:
    """Compare what ``andon report`` prints with what the API answers."""
    day = DAY.isoformat()

    def report(*words: str) -> str:
        asked = ("report", *words, "--start", day, "--end", day, "--url", org.line.api_url, "--key", org.key)
        done = org.line.run(*asked)
        assert done.returncode == 0, done.stderr
        return done.stdout

    for name in ("tokens", "tools", "activity", "productivity", "users"):
        assert json.loads(report(name, "--format", "json"))["data"] == org.get(name, day, day)
    [row] = csv.DictReader(report("tools", "--format", "csv").splitlines())
    assert (row["tool_calls"], row["by_tool"]) == ("1", '[{"tool":"Read","invocations":1}]')
    head, line = report("tokens", "--group-by", "model").splitlines()
    assert dict(zip(head.split("\t"), line.split("\t"), strict=True))["group_key"] == "some-model"


def test_what_was_acknowledged_survives_a_killed_server(fresh: Line) -> None:
    """Kill -9 right after the 200, start again, build a day later: everything is counted, once."""
    fresh.now = dt.datetime.combine(DAY, dt.time(13), tzinfo=dt.UTC)
    fresh.start()
    org = fresh.new_org("Acme")
    org.post("/v1/logs", one_session(), "application/json")
    fresh.kill()

    fresh.now = NOW
    fresh.start()
    fresh.build()

    assert_counted_once(org)


def test_files_are_imported_without_a_server(fresh: Line, tmp_path: Path) -> None:
    """Imported twice and then sent as well, the same records count once."""
    org = fresh.new_org("Acme")
    (tmp_path / "session.json").write_bytes(one_session())
    for _ in range(2):
        done = fresh.run("import", str(tmp_path / "session.json"), "--org", "Acme")
        assert (done.returncode, done.stdout) == (0, "Imported 6 records of 1 requests from 1 files.\n")
    (tmp_path / "letter.json").write_text("Dear Andon")
    refused = fresh.run("import", str(tmp_path / "letter.json"))
    assert (refused.returncode, "letter.json" in refused.stderr) == (1, True)
    fresh.build()

    fresh.start()
    org.post("/v1/logs", one_session(), "application/json")
    fresh.build()

    assert_counted_once(org)
    assert_reported(org)


def test_the_server_ends_well(fresh: Line) -> None:
    """SIGTERM: exit code 0, no segment left open or unloaded, and the data counted by the next build."""
    fresh.start()
    org = fresh.new_org("Acme")
    org.post("/v1/logs", one_session(), "application/json")
    assert fresh.process is not None
    fresh.process.send_signal(signal.SIGTERM)

    assert fresh.process.wait(60) == 0
    assert [*fresh.data.glob("log/*.open"), *fresh.data.glob("log/*.seg")] == []
    assert list(fresh.data.glob("raw/log_records/*/*/*.parquet"))


def test_a_taken_port_is_told_in_one_line(fresh: Line) -> None:
    """Which address, and what to do; nothing of the first run is made."""
    fresh.start()

    taken_ports = {"--port": fresh.port, "--otlp-port": fresh.otlp_port, "--grpc-port": fresh.grpc_port}
    for option, taken in taken_ports.items():
        ports = {**{other: str(free_port()) for other in taken_ports}, option: str(taken)}
        elsewhere = fresh.data.with_name("elsewhere")
        done = fresh.run("up", "--data", str(elsewhere), *(word for pair in ports.items() for word in pair))
        assert done.returncode == 1
        assert re.fullmatch(rf"error: Cannot listen on 127\.0\.0\.1 port {taken}: .*{option}\n", done.stderr)


def test_one_server_owns_a_data_directory(fresh: Line) -> None:
    """A second server on it is refused in one line that names the first; commands beside it go on working."""
    fresh.start()
    assert fresh.process is not None

    for _ in range(2):
        ports = ("--port", str(free_port()), "--otlp-port", str(free_port()))
        second = fresh.run("up", *ports)
        assert second.returncode == 1
        told = rf"error: Andon is running on \S+ already \(process {fresh.process.pid}\); stop it with "
        assert re.match(told, second.stderr)
        assert second.stderr.count("\n") == 1
    assert fresh.http.get(f"{fresh.api_url}/healthz").status_code == 200

    fresh.new_org("Acme")
    (fresh.data.parent / "session.json").write_bytes(one_session())
    assert fresh.run("import", str(fresh.data.parent / "session.json"), "--org", "Acme").returncode == 0
    assert list(fresh.data.glob("raw/log_records/*/*/*.parquet"))

    fresh.kill()
    fresh.start()  # a killed owner owns nothing


def test_grpc_can_be_switched_off(fresh: Line) -> None:
    """Then nobody listens on its port, and another server may have it."""
    with socket.create_server(("127.0.0.1", fresh.grpc_port)):
        fresh.start("--no-grpc")

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", fresh.grpc_port), timeout=5)


def test_a_key_stops_working_within_five_seconds_of_its_end(fresh: Line) -> None:
    """A running server follows a revocation that another process made."""
    fresh.start()
    org = fresh.new_org("Acme")
    with Client(fresh.api_url, org.key) as client:
        client.tokens(DAY, DAY)
        assert fresh.run("keys", "revoke", org.key).returncode == 0
        time.sleep(5)

        with pytest.raises(Unauthenticated):
            client.tokens(DAY, DAY)
    refused = httpx2.post(
        f"{fresh.otlp_url}/v1/logs", json={}, headers={"Authorization": f"Bearer {org.key}"}
    )
    assert refused.status_code == 401


def start(line: Line, *arguments: str) -> tuple[subprocess.Popen[str], list[str]]:
    """Start ``andon up`` and read what it prints, up to its last line."""
    with (line.data.parent / "up.err").open("a") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "andon", "up", *arguments],
            env=line.env,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
        )
    assert process.stdout is not None
    printed = []
    for text in process.stdout:
        printed.append(text.rstrip("\n"))
        if "curl" in text or "andon keys" in text:
            break
    return process, printed


def run_curl(line: str) -> httpx2.Response:
    """Do what the printed curl line does."""
    command, option, header, url = shlex.split(line)
    assert (command, option) == ("curl", "-H")
    return httpx2.get(url, headers=dict([header.split(": ", 1)]))


def sign_in(printed: str) -> httpx2.Response:
    """Open a printed link as the page does: the token after the # is sent to the API."""
    address, token = re.search(r"(http://\S+)/sign-in#([\w-]+)", printed).groups()  # type: ignore[union-attr]
    return httpx2.post(f"{address}/api/v1/session", json={"link": token})


def test_the_first_run_says_where_to_go_once(fresh: Line) -> None:
    """Ten lines at most, with two keys and a curl that works; the second run has no secret left to print."""
    process, printed = start(fresh)
    try:
        assert len(printed) <= 10
        assert len(set(re.findall(r"fk-\w{47}", "\n".join(printed)))) == 1
        [ingest] = set(re.findall(r"ik-\w{47}", "\n".join(printed)))
        assert run_curl(printed[-1]).status_code == 200
        assert [sign_in(printed[1]).status_code for _ in range(2)] == [200, 401]
        asked = fresh.run("sign-in")
        assert asked.stdout.startswith(fresh.api_url)
        assert sign_in(asked.stdout).json()["role"] == "owner"
        headers = {"Authorization": f"Bearer {ingest}", "Content-Type": "application/json"}
        sent = httpx2.post(f"{fresh.otlp_url}/v1/logs", content=one_session(), headers=headers)
        assert sent.status_code == 200
    finally:
        process.terminate()
        process.communicate()

    waiting = fresh.run("sign-in")
    assert "No server runs" in waiting.stderr
    process, again = start(fresh)
    try:
        assert not re.search(r"[fi]k-\w{47}", "\n".join(again))
        assert "andon keys" in again[-1]
        for link in (again[1], waiting.stdout):  # a link may be older than the server
            assert sign_in(link).json()["org"]["name"] == "default"
    finally:
        process.terminate()
        process.communicate()


def test_with_several_organisations_a_link_is_for_the_one_that_is_named(fresh: Line) -> None:
    """Nobody is signed in to one by chance: ``up`` says how to ask, ``sign-in`` wants ``--org``."""
    for name in ("Acme", "Globex"):
        fresh.new_org(name)
    refused = fresh.run("sign-in")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert "--org" in refused.stderr
    process, printed = start(fresh)
    try:
        assert "andon sign-in --org" in printed[1]
        assert sign_in(fresh.run("sign-in", "--org", "Globex").stdout).json()["org"]["name"] == "Globex"
    finally:
        process.terminate()
        process.communicate()


def test_a_detached_server_outlives_its_command(fresh: Line) -> None:
    """``up --detach`` returns when the server answers, is refused a second time, and ``down`` ends it."""
    first = fresh.run("up", "--detach", "--no-browser")
    assert first.returncode == 0, first.stderr
    try:
        assert fresh.http.get(f"{fresh.api_url}/healthz").status_code == 200
        assert "down --data" in first.stdout

        second = fresh.run("up", "--detach", "--no-browser")
        assert second.returncode == 1
        assert "running" in second.stderr
    finally:
        assert fresh.run("down").returncode == 0

    with pytest.raises(httpx2.TransportError):
        fresh.http.get(f"{fresh.api_url}/healthz")
    assert "No server runs" in fresh.run("down").stderr


def test_a_detached_server_that_cannot_start_says_why(fresh: Line) -> None:
    """The reason comes out of the command that started it, which fails too."""
    with socket.create_server(("127.0.0.1", fresh.port)):
        failed = fresh.run("up", "--detach", "--no-browser")

    assert failed.returncode == 1
    assert f"port {fresh.port}" in failed.stderr


def test_who_comes_while_it_starts_waits(fresh: Line) -> None:
    """From the first moment that a port is open, what is sent to it is answered, on each of the three."""
    fresh.run("orgs", "create", "Early")
    key = fresh.run("keys", "create", "--ingest").stdout.split()[0]
    command = [sys.executable, "-m", "andon", "up", "--no-browser"]
    asked = {
        fresh.port: "GET /healthz HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n",
        fresh.otlp_port: "POST /v1/logs HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
        f"Authorization: Bearer {key}\r\nContent-Length: 2\r\nConnection: close\r\n\r\n{{}}",
    }
    with subprocess.Popen(command, env=fresh.env, stdin=subprocess.DEVNULL) as process, ExitStack() as early:
        connections = [early.enter_context(first_connection(port)) for port in (*asked, fresh.grpc_port)]
        for connection, request in zip(connections[:2], asked.values(), strict=True):
            connection.sendall(request.encode())
            assert connection.recv(65536).startswith(b"HTTP/1.1 200 OK\r\n")
        connections[2].sendall(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + EMPTY_SETTINGS)
        assert connections[2].recv(65536)[3:4] == b"\x04"  # settings: it is HTTP/2 that answers
        process.terminate()


EMPTY_SETTINGS = b"\0\0\0\4\0\0\0\0\0"
"""What a client of HTTP/2 begins with."""


def first_connection(port: int) -> socket.socket:
    """Connect as soon as a port is open."""
    for _ in range(2000):
        with suppress(ConnectionRefusedError):
            return socket.create_connection(("127.0.0.1", port), timeout=30)
        time.sleep(0.01)
    raise AssertionError(f"port {port} was never opened")
