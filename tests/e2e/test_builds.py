"""Builds that are killed, repeated and rolled back under readers: whole editions are seen, nothing fails."""

from __future__ import annotations

import datetime as dt
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from build_steps import build_until
from readers import COUNTED, Readers, sessions

from andon.edition.build_record import read_builds
from andon.edition.editions import Editions, rollback
from andon.edition.manifest import numbers, read_pointer, verify

from line import FIXTURES, NOW, Line
from otlp_json import NOON, SECOND
from small_server import PATHS

pytestmark = pytest.mark.slow(seconds=170)

full = pytest.mark.full_rounds

SHORT_HISTORY = {"ANDON_HISTORY_START": "2026-11-18"}


@pytest.fixture
def small(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Line]:
    """A data directory with a history of three days; nothing runs on it yet."""
    for name, value in SHORT_HISTORY.items():
        monkeypatch.setenv(name, value)
    line = Line(tmp_path / "data")
    yield line
    line.stop()


class Times(NamedTuple):
    """How often things happen in one round."""

    builds: int
    rollbacks: int
    kills: tuple[str, ...]


@pytest.mark.parametrize(
    "times",
    [
        Times(2, 2, ("node 30", "node 200")),
        # After every model, seed and test: test_killed_builds.py.
        pytest.param(Times(10, 5, ("node 1", "node 30", "node 200", "publish 1")), marks=full),
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
        for kill in times.kills:
            code, _ = build_until(small.data, *kill.split(), environment=now)
            assert code == -signal.SIGKILL
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
    assert len(died) == len(times.kills)
    record_property(
        "builds",
        f"builds under readers: {times.builds} builds, {times.rollbacks} rollbacks, {len(died)} killed; "
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
import json, sys
from pathlib import Path
import httpx2
from andon.app.build import build_once
from andon.app.files import import_files
from andon.app.serve import Server
from andon.config import read_settings
from andon.directory.directory import open_directory
from andon.transform import worker as workers
workers._PASSED_ON += ("TZ",)  # as if the machine's own zone were this one
settings = read_settings()
directory = open_directory(settings)
asked, told = json.loads(sys.stdin.read()), {}
for org, (files, _) in asked["orgs"].items():
    import_files(settings, [Path(file) for file in files], directory.org(org))
worker = workers.Worker()
build_once(settings, worker=worker)
build_once(settings, worker=worker, is_preview=True)
worker.close()
server = Server(settings)
server.start(directory)
with httpx2.Client(base_url=server.api_url + "/api/v1/") as http:
    for org, (_, key) in asked["orgs"].items():
        for path in asked["paths"]:
            answer = http.get(path, headers={"Authorization": "Bearer " + key})
            assert answer.status_code == 200, (path, answer.text)
            told[org + " " + path] = answer.text
server.stop()
directory.close()
print(json.dumps(told))
"""

BESIDE = ("coverage", "conservation", "restatements?", "people?", "adoption?")
"""What else is answered, beside the reports."""


@pytest.mark.parametrize(
    "zones",
    [
        ("Pacific/Kiritimati", "Pacific/Pago_Pago", "America/Los_Angeles"),
        pytest.param(("UTC", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Kiritimati"), marks=full),
    ],
    ids=["outermost", "more"],
)
def test_answers_are_the_same_in_every_time_zone(tmp_path: Path, zones: tuple[str, ...]) -> None:
    """
    From the import of telemetry to the bytes of every answer, TZ changes nothing.

    One organisation works around midnight, one sent everything that was ever recorded. The second build of
    each is a preview, by the process of the first: it knows the same of the same days.
    """
    line = Line(tmp_path / "made")
    keys = {name: line.new_org(name).key for name in ("acme", "captures")}
    line.stop()
    midnight = NOON - 12 * 3600 * SECOND
    body = tmp_path / "logs.json"
    moments = [midnight - 4 * SECOND, midnight - SECOND, midnight, NOON, midnight + 86_400 * SECOND]
    records: list[Any] = []
    for number, at in enumerate(moments):
        records += json.loads(sessions(number, number + 1, at))["resourceLogs"]
    body.write_text(json.dumps({"resourceLogs": records}))
    recorded = sorted(str(file) for file in FIXTURES.glob("*/*/[0-9]*.*.*"))
    assert len(recorded) > 50

    def path(kind: str, what: str, last: int) -> str:
        mark = "" if what.endswith("?") else "&" if "?" in what else "?"
        return f"{kind}{what}{mark}startDate=2026-11-18&endDate=2026-11-{last}"

    published = [path("analytics/", what, 20) for what in COUNTED]
    preview = [path("preview/", what, 21) for what in COUNTED]
    beside = [path("", what, 20) if what.endswith("?") else what for what in BESIDE]
    asked = {
        "orgs": {"acme": ([str(body)], keys["acme"]), "captures": (recorded, keys["captures"])},
        "paths": [*published, *preview, *beside],
    }
    running: dict[str, subprocess.Popen[str]] = {}
    for zone in zones:
        data = tmp_path / zone.replace("/", "_")
        subprocess.run(["cp", "-r", str(line.data), str(data)], check=True)
        running[zone] = subprocess.Popen(
            [sys.executable, "-c", ANSWERS],
            env={
                **os.environ,
                **PATHS,
                **SHORT_HISTORY,
                "ANDON_DATA": str(data),
                "ANDON_NOW": NOW.isoformat(),
                **dict.fromkeys(("ANDON_PORT", "ANDON_OTLP_PORT", "ANDON_GRPC_PORT"), "0"),
                "ANDON_DECODERS": "1",
                "TZ": zone,
            },
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
    for process in running.values():
        assert process.stdin is not None
        process.stdin.write(json.dumps(asked))
        process.stdin.close()
        process.stdin = None
    told: dict[str, dict[str, str]] = {}
    for zone, process in running.items():
        said, errors = process.communicate(timeout=300)
        assert process.returncode == 0, errors[-3000:]
        told[zone] = json.loads(said.splitlines()[-1])

    first = told[zones[0]]
    for answers in told.values():
        assert {question for question, text in answers.items() if text != first[question]} == set()
    by_day = json.loads(first["acme " + path("analytics/", "activity", 20)])["data"]
    assert [dt.date.fromisoformat(day["date"]).day for day in by_day] == [18, 19, 20]
    assert [day["user_messages"] for day in by_day] == [0, 2, 2]
    assert len(json.loads(first["captures " + path("", "people?", 20)])["data"]) > 1
    for org in keys:
        for over, begun in zip(published, preview, strict=True):
            whole, also = (json.loads(first[f"{org} {one}"])["data"] for one in (over, begun))
            assert [row for row in also if row["date"] != "2026-11-21"] == whole
    today = json.loads(first["acme " + path("preview/", "activity", 21)])["data"][-1]
    assert today["user_messages"] == 1
