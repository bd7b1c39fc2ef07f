"""
Builds that are killed after every single model: readers see whole editions only, and the next build is right.

Each begins with what the killed one before it left, and most with something new besides, so that notes of
several builds that died lie on one another. After some of them one is left alone, and what it published and
keeps is held to a build of everything that finds the same telemetry in an empty warehouse.
"""

from __future__ import annotations

import datetime as dt
import json
import random
import shutil
import signal
import sqlite3
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import pytest
from nursery import Nursery, nursery
from readers import Readers, sessions
from same_tables import differing

from andon import demo
from andon.app.turns import raw_at_rest
from andon.demo.world import make_world
from andon.edition.build_record import read_builds
from andon.edition.manifest import numbers, read_pointer, verify
from andon.transform.project import PROJECT

from at_once import contents
from line import CAPTURE_DAY, NOW, Line, captures
from otlp_json import NOON

pytestmark = pytest.mark.full_rounds

SIZE = {"seed": 5, "people": 8, "days": 20, "end": dt.date.fromisoformat(CAPTURE_DAY)}
RECORDS_A_PIECE = 10
"""So few that most sessions come in several pieces."""
LANES = 2
"""Data directories side by side, each with a server, readers, and its part of the nodes."""
TOGETHER = 16
"""Kills, before one build is left alone."""
JSON = "application/json"

Piece = list[tuple[str, bytes, str]]
"""Requests that come together: path, body and media type of each."""


def pieces() -> list[Piece]:
    """Cut the demo's telemetry and all captures into pieces, and shuffle them."""
    found: list[Piece] = [capture.requests() for capture in captures()]
    for request in demo.telemetry(**SIZE):
        ((outer, groups),) = json.loads(request.body).items()
        for group in groups:
            inner = next(name for name in group if name.startswith("scope"))
            (scope,) = group[inner]
            items = next(name for name in scope if name != "scope")
            for first in range(0, len(scope[items]), RECORDS_A_PIECE):
                some = scope | {items: scope[items][first : first + RECORDS_A_PIECE]}
                body = json.dumps({outer: [group | {inner: [some]}]}).encode()
                found.append([(f"/v1/{request.signal}", body, JSON)])
    random.Random(5).shuffle(found)  # noqa: S311 (the same each time)
    return found


class Lane:
    """One data directory, its server and readers, and builds that are killed."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self.line = Line(folder / "data")
        self.editions = self.line.data / "editions"
        self.acme, self.mixed = self.line.new_org("acme"), self.line.new_org("mixed")
        self.readers = Readers(self.acme)
        self.killed = self.compared = 0
        self._nursery: Nursery
        self._pieces = pieces()
        self._sent = 0
        self._day = 0
        self._merged: tuple[str, str] | None = None
        people = [one.email for one in make_world(**SIZE).people if one.email]
        self._couples = [(one, other) for one in people for other in people if one != other]

    @property
    def _env(self) -> dict[str, str]:
        """A build's environment: a day later each time that one is left alone."""
        return {"ANDON_NOW": (NOW + dt.timedelta(days=self._day)).isoformat()}

    def begin(self, builds: Nursery) -> None:
        """Start the server, and send half of what there is; the server builds."""
        self._nursery = builds
        body = self.line.data.parent / "body.json"
        body.write_bytes(sessions(0, 1))
        assert self.line.run("import", str(body), "--org", "acme").returncode == 0
        self.line.start()
        deadline = time.monotonic() + 300
        while read_pointer(self.editions) is None and time.monotonic() < deadline:
            time.sleep(0.1)
        self._sent = 1
        self.readers.may_be = frozenset({1})
        for _ in range(len(self._pieces) // 2):
            self._send_piece()

    def nodes(self, *how: str) -> list[str]:
        """Let one build live, which tells its nodes."""
        self._send_more()
        return self._complete(*how)

    def kill(self, nodes: list[str], *how: str) -> None:
        """Kill a build after each node, let one live, and compare."""
        self._send_more()
        for number, node in enumerate(nodes):
            self._send_piece()
            if number == len(nodes) // 2:
                self._merge()
            where = ("publish", "1") if node == PUBLISHING else ("after", node)
            before = read_pointer(self.editions), numbers(self.editions)
            code, told = self._nursery.build_until(self.line.data, *where, *how, environment=self._env)
            assert code == -signal.SIGKILL, f"not killed: {where}"
            assert node == PUBLISHING or told[-1] == node
            assert (read_pointer(self.editions), numbers(self.editions)) == before
            self.killed += 1
        self._complete(*how)
        noted = read_builds(self.editions)[-len(nodes) - 1 :]
        assert [one.outcome for one in noted] == ["died"] * len(nodes) + ["published"]
        self._compare()

    def _complete(self, *how: str) -> list[str]:
        self._day += 1
        with self.readers.moving(self._sent):
            code, told = self._nursery.build_until(self.line.data, "node", "0", *how, environment=self._env)
            self._wait_for_readers()
        assert code == 0
        assert verify(self.editions / str(read_pointer(self.editions))).number == max(numbers(self.editions))
        return told

    def _wait_for_readers(self) -> None:
        """Wait until the edition is open: whoever asks while it is being opened has the one before."""
        newest = (NOW + dt.timedelta(days=self._day - 1)).date().isoformat()
        deadline = time.monotonic() + 60
        while self.line.http.get(f"{self.line.api_url}/readyz").json()["data_through"] != newest:
            assert time.monotonic() < deadline
            time.sleep(0.05)

    def _send_more(self) -> None:
        """Send what the next edition is known by."""
        self.acme.post("/v1/logs", sessions(self._sent, self._sent + 1, NOON), JSON)
        self._sent += 1

    def _send_piece(self) -> None:
        """Send the next piece, in the end all of them again."""
        piece = self._pieces.pop(0)
        for request in piece:
            self.mixed.post(*request)
        self._pieces.append(piece)

    def _merge(self) -> None:
        """Make one person of two, of whom the last two become two again."""
        with closing(self.line.directory()) as directory:
            if self._merged:
                directory.remove_alias(self.mixed.org_id, self._merged[0], of=self._merged[1])
            self._merged = self._couples[self.compared % len(self._couples)]
            directory.add_alias(self.mixed.org_id, *self._merged, now=NOW)

    def _compare(self) -> None:
        """Hold what is kept and published to a build of everything that finds the same."""
        other = self.line.data.with_name("other")
        with raw_at_rest(self.line.settings()):
            left_out = shutil.ignore_patterns("warehouse", "editions", "directory.sqlite*")
            shutil.copytree(self.line.data, other, ignore=left_out)
        with (
            closing(sqlite3.connect(self.line.data / "directory.sqlite")) as source,
            closing(sqlite3.connect(other / "directory.sqlite")) as target,
        ):
            source.backup(target)
        code, _ = self._nursery.build_until(other, "node", "0", environment=self._env)
        assert code == 0
        warehouses = [data / "warehouse" / "andon.duckdb" for data in (self.line.data, other)]
        assert list(differing(*warehouses)) == []
        ours = contents(self.editions / str(read_pointer(self.editions)))
        theirs = contents(other / "editions" / "1")
        ours.pop("reports.sqlite restatements"), theirs.pop("reports.sqlite restatements")
        assert ours == theirs
        self.compared += 1
        shutil.rmtree(other)


WRITERS = {file.stem for file in [*PROJECT.glob("models/**/*.sql"), *PROJECT.glob("seeds/**/*.csv")]}
"""Nodes after which a build is killed: a data test writes nothing."""

PUBLISHING = "publishing"
"""Stands for the moment behind the last node: the warehouse is made, the edition is not."""

KINDS: dict[str, tuple[str, ...]] = {"of everything": ("everything",), "of what changed": ()}
"""Builds of both kinds, and how they are told."""


def run_lane(lane: Lane, number: int) -> dict[str, int]:
    """Kill builds of both kinds after the lane's part of the models; tell how many there are in all."""
    met = {}
    with nursery() as builds:
        try:
            lane.begin(builds)
            with lane.readers.reading():
                for kind, how in KINDS.items():
                    nodes = [*(node for node in lane.nodes(*how) if node in WRITERS), PUBLISHING]
                    assert len(set(nodes)) == len(nodes)
                    met[kind] = len(nodes)
                    mine = nodes[number::LANES]
                    for first in range(0, len(mine), TOGETHER):
                        lane.kill(mine[first : first + TOGETHER], *how)
                        assert lane.readers.wrong == []
        finally:
            lane.line.stop()
    return met


def test_a_build_may_die_after_any_model(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    record_property: Callable[[str, object], None],
) -> None:
    """
    Whatever model of whatever kind of build was the last: readers see the old edition, the next one is right.

    Builds of everything, and builds of what changed, each killed with the process that runs dbt.
    """
    monkeypatch.setenv("ANDON_HISTORY_START", "2026-11-01")
    lanes = [Lane(tmp_path / f"lane {number}") for number in range(LANES)]
    with ThreadPoolExecutor(LANES) as pool:
        ran = list(pool.map(run_lane, lanes, range(LANES)))

    assert [lane.readers.wrong for lane in lanes] == [[]] * LANES
    met = ran[0]
    assert sum(lane.killed for lane in lanes) == sum(met.values())
    record_property(
        "killed builds",
        "builds killed after every model: "
        + ", ".join(f"{count} {kind}" for kind, count in met.items())
        + f"; {sum(lane.compared for lane in lanes)} builds compared with one of everything; "
        f"{sum(lane.readers.asked for lane in lanes)} answers, 0 failed, 0 mixed",
    )
