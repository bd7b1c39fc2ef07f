"""Builds that are killed, repeated and rolled back under readers: whole editions are seen, nothing fails."""

from __future__ import annotations

import datetime as dt
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import httpx2
import pytest
from build_steps import build_until

from andon.edition.build_record import KEPT, read_builds
from andon.edition.editions import Editions, rollback
from andon.edition.manifest import numbers, read_pointer, verify

from line import CAPTURE_DAY, NOW, Line, Org
from otlp_json import NOON, SECOND, log, request
from small_server import PATHS

pytestmark = pytest.mark.slow(seconds=150)

full = pytest.mark.full_rounds

SHORT_HISTORY = {"ANDON_HISTORY_START": "2026-11-18"}
LOGS = "com.anthropic.claude_code.events"
RESOURCE = {"service.name": "claude-code", "service.version": "2.1.329"}


def sessions(first: int, last: int, at: int = NOON) -> bytes:
    """Give telemetry of sessions; each has a message, a tool call and a model call of one token."""
    records = []
    for number in range(first, last):
        one = {"session.id": f"s{number}", "user.email": "ada@example.com", "user.id": "u"}
        events: list[dict[str, Any]] = [
            {"event.name": "user_prompt", "prompt_length": "5"},
            {
                "event.name": "api_request",
                "model": "m",
                "query_source": "main",
                "input_tokens": 1,
                "output_tokens": 1,
                "request_id": f"r{number}",
            },
            {
                "event.name": "tool_result",
                "tool_name": "Read",
                "success": "true",
                "tool_use_id": f"t{number}",
            },
        ]
        for sequence, event in enumerate(events):
            name = event.pop("event.name")
            values = {**one, "event.sequence": sequence, **event}
            records.append(log(name, at + sequence * SECOND, values))
    return request("logs", LOGS, records, RESOURCE)[1]


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A data directory with a history of three days; nothing runs on it yet."""
    for name, value in SHORT_HISTORY.items():
        monkeypatch.setenv(name, value)
    line = Line(tmp_path / "data")
    yield line
    line.stop()


def tokens(row: dict[str, Any]) -> set[int]:
    """Tell how many sessions an answer of tokens knows, counted in each of its ways."""
    return {row["input_tokens"], sum(part["input_tokens"] for part in row["by_model"])}


def tools(row: dict[str, Any]) -> set[int]:
    """The same of tools."""
    return {row["tool_calls"], sum(part["invocations"] for part in row["by_tool"])}


COUNTED: dict[str, Callable[[list[dict[str, Any]]], set[int]]] = {
    "tokens": lambda rows: tokens(rows[0]),
    "tokens?group_by=model": lambda rows: {sum(row["input_tokens"] for row in rows)},
    "tools": lambda rows: tools(rows[0]),
    "tools?group_by=tool_name": lambda rows: {sum(row["tool_calls"] for row in rows)},
    "activity": lambda rows: {rows[0]["sessions"], rows[0]["user_messages"]},
    "activity?group_by=client": lambda rows: {-len(rows)} - {-1},
    "productivity": lambda rows: {-len(rows)} - {-1},
    "users": lambda rows: {rows[0]["sessions"], rows[0]["user_messages"], rows[0]["tool_calls"]},
}
"""The answers, and what numbers of sessions each knows; every edition has a number of its own."""


class Readers:
    """Fifty requests a second on every endpoint, and whatever they found wrong."""

    def __init__(self, org: Org) -> None:
        self.org = org
        self.may_be: frozenset[int] = frozenset()
        self.asked = 0
        self.wrong: list[str] = []
        self._is_over = threading.Event()

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read in the block."""
        threads = [threading.Thread(target=self._read, args=[number]) for number in range(5)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._is_over.set()
            for thread in threads:
                thread.join()

    @contextmanager
    def moving(self, to: int) -> Iterator[None]:
        """Within the block either number is right, after it only the new one."""
        before = self.may_be
        self.may_be = before | {to}
        yield
        self.may_be = frozenset({to})

    def _read(self, number: int) -> None:
        chance = random.Random(number)  # noqa: S311 (a mix of requests)
        day = f"startDate={CAPTURE_DAY}&endDate={CAPTURE_DAY}"
        headers = {"Authorization": f"Bearer {self.org.key}"}
        with httpx2.Client(base_url=self.org.line.api_url, headers=headers, timeout=30) as http:
            while not self._is_over.wait(0.1):
                what = chance.choice(list(COUNTED))
                path = f"/api/v1/analytics/{what}{'&' if '?' in what else '?'}{day}"
                before = self.may_be
                try:
                    answer = http.get(path)
                    known = COUNTED[what](answer.json()["data"]) if answer.status_code == 200 else {-1}
                except (httpx2.HTTPError, LookupError) as error:
                    self.wrong.append(f"{what}: {error!r}")
                    continue
                self.asked += 1
                # A switch may be seen a moment after whoever made it went on.
                if not (known <= before or known <= self.may_be) or len(known) > 1:
                    self.wrong.append(f"{what}: {answer.status_code}, {known}, not {before} or {self.may_be}")


class Times(NamedTuple):
    """How often things happen in one round."""

    builds: int
    rollbacks: int
    kills: tuple[str, ...]


@pytest.mark.parametrize(
    "times",
    [
        Times(2, 2, ("node 30", "node 200")),
        pytest.param(
            Times(10, 5, tuple(f"node {number}" for number in range(1, 1000))),
            marks=full,
        ),
    ],
    ids=["few", "many"],
)
def test_readers_see_whole_editions(
    small: Line, times: Times, record_property: Callable[[str, object], None]
) -> None:
    """
    Through builds, rollbacks and builds that are killed, every answer is right for the edition of its moment.

    None fails, none mixes two editions, none is older than what was published before it was asked for. What
    was killed is noted as died, and the next build is right.
    """
    org = small.new_org("acme")
    sent = 0

    def send_more() -> int:
        nonlocal sent
        org.post("/v1/logs", sessions(sent, sent + 1), "application/json")
        sent += 1
        return sent

    # What came while the server was down is in the log; it finds a day that no edition covers, and builds.
    (small.data.parent / "body.json").write_bytes(sessions(0, 1))
    sent = 1
    assert small.run("import", str(small.data.parent / "body.json")).returncode == 0
    small.start()
    readers, editions = Readers(org), small.data / "editions"
    deadline = time.monotonic() + 300
    while read_pointer(editions) is None and time.monotonic() < deadline:
        time.sleep(0.1)
    readers.may_be = frozenset({sent})
    knows = {1: sent}
    now = {"ANDON_NOW": NOW.isoformat()}
    with readers.reading():
        kills = 0
        for kill in times.kills:
            code, _ = build_until(small.data, *kill.split(), environment=now)
            if code == 0:  # there are fewer nodes than that; what was built is equal to what was there
                knows[read_pointer(editions) or 0] = sent
                break
            kills += 1
        send_more()
        for _ in range(times.builds):
            with readers.moving(sent):
                small.build()
            knows[read_pointer(editions) or 0] = sent
            send_more()
        for number in range(times.rollbacks):
            kept = [one for one in numbers(editions) if one != read_pointer(editions)]
            to = kept[-1 - number % len(kept)]
            with readers.moving(knows[to]):
                rollback(editions, to)
                # Readers look at the pointer with each request: only those on their way see the old one.
                time.sleep(0.5)

    assert readers.wrong == []
    assert readers.asked > 50
    noted = read_builds(editions)
    died = [one for one in noted if one.outcome == "died"]
    assert len(died) == min(kills, KEPT - (len(noted) - len(died)))
    record_property(
        "builds",
        f"builds under readers: {times.builds} builds, {times.rollbacks} rollbacks, {kills} killed; "
        f"{readers.asked} answers, 0 failed, 0 mixed",
    )


@pytest.mark.parametrize("apart", [4, pytest.param(1, marks=full)], ids=["few", "every"])
def test_a_publish_that_is_killed_leaves_the_last_edition(tmp_path: Path, apart: int) -> None:
    """
    Killed before any change that publishing makes to the directory, readers have the old edition or the new.

    All of it is there, every kept edition is undamaged, and the next publish is a good one.
    """
    editions = tmp_path / "editions"
    for _ in range(4):
        build_until(tmp_path, "by-hand", "0")
    code, steps = build_until(tmp_path, "by-hand", "0")
    assert code == 0
    assert read_pointer(editions) == 5
    assert any("os.rename" in step for step in steps)

    reader = Editions(editions)
    for number in range(1, len(steps) + 1, apart):
        before = read_pointer(editions) or 0
        code, _ = build_until(tmp_path, "by-hand", str(number))
        assert code == -9, number
        edition = reader.current()
        assert edition is not None
        assert edition.number == read_pointer(editions)
        assert edition.number in {before, before + 1, max(numbers(editions))}
        for kept in numbers(editions):
            assert verify(editions / str(kept)).number == kept
    code, _ = build_until(tmp_path, "by-hand", "0")
    edition = reader.current()
    assert code == 0
    assert edition is not None
    assert edition.number == max(numbers(editions))
    assert len(numbers(editions)) == 3


ANSWERS = """
import datetime as dt, json, sys
from pathlib import Path
import httpx2
from andon.api.http import create_api
from andon.app.build import build_once
from andon.app.files import import_files
from andon.config import read_settings
from andon.directory.directory import open_directory
from andon.edition.editions import Editions
from andon.transform.worker import Worker
from hand_made import Who, serve
settings = read_settings()
org = open_directory(settings).orgs()[0]
import_files(settings, [Path(sys.argv[1])], org, "logs")
worker = Worker()
build_once(settings, worker=worker)
build_once(settings, worker=worker, is_preview=True)
worker.close()
owner = Who("owner", org.org_id, "analytics", "owner")
app = create_api(Editions(settings.editions_dir), lambda _: owner, settings.clock, settings)
answers = {}
headers = {"Authorization": "Bearer fk-owner"}
with serve(app) as address, httpx2.Client(base_url=address, headers=headers) as http:
    for what in sys.argv[2:]:
        days = ("&" if "?" in what else "?") + "startDate=2026-11-18&endDate=2026-11-2"
        answers[what] = http.get("/api/v1/analytics/" + what + days + "0").text
        answers["preview " + what] = http.get("/api/v1/preview/" + what + days + "1").text
print(json.dumps(answers))
"""


@pytest.mark.parametrize(
    "zones",
    [
        ("Pacific/Kiritimati", "Pacific/Pago_Pago"),
        pytest.param(("UTC", "America/Los_Angeles", "Pacific/Kiritimati"), marks=full),
    ],
    ids=["outermost", "more"],
)
def test_answers_are_the_same_in_every_time_zone(tmp_path: Path, zones: tuple[str, ...]) -> None:
    """
    From the import of telemetry around midnight to the bytes of every answer, TZ changes nothing.

    The second build of each is a preview, by the process of the first: it knows the same of the same days.
    """
    line = Line(tmp_path / "made")
    line.new_org("acme")
    line.stop()
    midnight = NOON - 12 * 3600 * SECOND
    body = tmp_path / "body.json"
    told: dict[str, dict[str, str]] = {}
    moments = [midnight - 4 * SECOND, midnight - SECOND, midnight, NOON, midnight + 86_400 * SECOND]
    records: list[Any] = []
    for number, at in enumerate(moments):
        records += json.loads(sessions(number, number + 1, at))["resourceLogs"]
    body.write_text(json.dumps({"resourceLogs": records}))
    running: dict[str, subprocess.Popen[str]] = {}
    for zone in zones:
        data = tmp_path / zone.replace("/", "_")
        subprocess.run(["cp", "-r", str(line.data), str(data)], check=True)
        running[zone] = subprocess.Popen(
            [sys.executable, "-c", ANSWERS, str(body), *COUNTED],
            env={
                **os.environ,
                **PATHS,
                **SHORT_HISTORY,
                "ANDON_DATA": str(data),
                "ANDON_NOW": NOW.isoformat(),
                "TZ": zone,
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    for zone, process in running.items():
        said, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors[-3000:]
        told[zone] = json.loads(said.splitlines()[-1])

    first = told[zones[0]]
    assert all(answers == first for answers in told.values())
    days = json.loads(first["activity"])["data"]
    assert [dt.date.fromisoformat(day["date"]).day for day in days] == [18, 19, 20]
    assert [day["user_messages"] for day in days] == [0, 2, 2]
    for what in COUNTED:
        published, preview = (json.loads(first[kind + what]) for kind in ("", "preview "))
        assert [row for row in preview["data"] if row["date"] != "2026-11-21"] == published["data"]
    assert json.loads(first["preview activity"])["data"][-1]["user_messages"] == 1
