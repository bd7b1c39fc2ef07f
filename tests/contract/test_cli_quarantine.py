"""`andon quarantine`: what is kept apart is listed, explained, and taken back in without doubling a thing."""

from __future__ import annotations

import contextlib
import json
import os
import random
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from andon.app.files import import_files
from andon.app.quarantine import ADVICE
from andon.config import Settings, read_settings
from andon.contract.telemetry import TABLE_OF_SIGNAL
from andon.directory.directory import open_directory
from andon.ingest.frames import pack
from andon.ingest.items import REASONS
from andon.ingest.restore import restore, tables_of
from andon.log.writer import SegmentWriter
from andon.warehouse.parquet_lake import ParquetLake

from dated import logs, nanoseconds, spans

pytestmark = pytest.mark.slow(seconds=30)

NOW = "2026-11-21T06:00:00Z"
LATER = "2026-11-22T06:00:00Z"
EARLY_HISTORY = "2025-01-01"
OLD, GOOD, FUTURE = "2025-12-24T12:00:00Z", "2026-11-20T12:00:00Z", "2026-11-21T09:00:00Z"

Done = subprocess.CompletedProcess[str]


class Place:
    """A data directory, and what a test does with it."""

    def __init__(self, data: Path, history_start: str | None = None) -> None:
        """Make it, with one organisation."""
        self.data = data
        self.history_start = history_start
        self.new_org("Acme")

    def new_org(self, name: str) -> None:
        """Make an organisation."""
        directory = open_directory(self.settings())
        directory.create_org(name, now=self.settings().clock())
        directory.close()

    def environment(self, **settings: str) -> dict[str, str]:
        """The environment of a command."""
        clean = {name: value for name, value in os.environ.items() if not name.startswith("ANDON_")}
        return {**clean, "ANDON_DATA": str(self.data), "ANDON_NOW": NOW, **settings}

    def run(self, *arguments: str, **settings: str) -> Done:
        """Run the real command."""
        return subprocess.run(
            [sys.executable, "-m", "andon", *arguments],
            env=self.environment(**settings),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )

    def take(self, *requests: dict[str, Any], org: str = "Acme") -> None:
        """Import requests, as if they had been sent."""
        settings = self.settings()
        directory = open_directory(settings)
        for number, request in enumerate(requests):
            path = self.data.parent / f"{number}.json"
            path.write_text(json.dumps(request))
            import_files(settings, [path], directory.org(org))
        directory.close()

    def settings(self) -> Settings:
        """What the commands read; before any test's own settings."""
        return read_settings(data=self.data, now=NOW, history_start=self.history_start)

    def listed(self, *arguments: str, **settings: str) -> list[list[str]]:
        """The table that `list` prints, without its heading."""
        done = self.run("quarantine", "list", *arguments, **settings)
        assert done.returncode == 0, done.stderr
        return [line.split("\t") for line in done.stdout.splitlines()[1:]]

    def stored(self) -> pa.Table:
        """All rows of the three signals' tables."""
        lake = ParquetLake(self.data / "raw")
        paths = [path for table in TABLE_OF_SIGNAL.values() for path in lake.files(table)]
        tables = [pq.read_table(path, partitioning=None) for path in paths]
        return pa.concat_tables(tables, promote_options="default") if tables else pa.table({})

    def ids(self) -> Counter[str]:
        """How often each record is stored."""
        rows = self.stored()
        return Counter(rows["record_id"].to_pylist() if rows.num_rows else [])


@pytest.fixture
def place(tmp_path: Path) -> Place:
    """A data directory with one organisation."""
    return Place(tmp_path / "data")


def test_a_list_counts_by_day_reason_and_signal(place: Place) -> None:
    """One line each, with the newest record, and how many a replay would take now."""
    assert place.run("quarantine", "list").stderr == "Nothing is in quarantine.\n"
    place.take(logs(OLD, OLD, GOOD), spans(OLD), spans(GOOD, trace_id="no hex"))

    undecodable, old_logs, old_spans = sorted(place.listed(), key=lambda line: line[2:4])
    assert undecodable[:5] == ["2026-11-21", "Acme", "bad_id", "traces", "1"]
    assert (old_logs[:5], old_logs[6]) == (["2026-11-21", "Acme", "too_old", "logs", "2"], "0")
    assert old_spans[2:5] == ["too_old", "traces", "1"]
    assert [line[6] for line in place.listed("--reason", "too_old", ANDON_HISTORY_START=EARLY_HISTORY)] == [
        "1",
        "2",
    ]
    assert place.listed("--since", "2026-11-22") == []
    assert len(place.listed("--org", "Acme", "--since", "2026-11-21")) == 3


def test_a_record_is_shown_with_what_to_do(place: Place) -> None:
    """What is kept of it, why it is there, and what would change that; no record is one line and code 2."""
    place.take(logs(OLD), spans(GOOD, trace_id="no hex"))
    by_reason = {line[2]: line[5] for line in place.listed()}

    old = place.run("quarantine", "show", by_reason["too_old"]).stdout
    assert "ANDON_HISTORY_START" in old
    assert f'"time_unix_nano":{nanoseconds(OLD)}' in old
    ready = place.run("quarantine", "show", by_reason["too_old"], ANDON_HISTORY_START=EARLY_HISTORY).stdout
    assert "andon quarantine replay takes it in" in ready
    bad = place.run("quarantine", "show", by_reason["bad_id"]).stdout
    assert "32 hex digits" in bad
    assert "only a digest" in bad
    nobody = place.run("quarantine", "show", "abc")
    assert (nobody.returncode, nobody.stdout, len(nobody.stderr.splitlines())) == (2, "", 1)


def test_a_wrong_reason_is_answered_with_the_right_ones(place: Place) -> None:
    """One line, code 2."""
    done = place.run("quarantine", "replay", "--reason", "old")

    assert (done.returncode, len(done.stderr.splitlines())) == (2, 1)
    assert "too_old" in done.stderr


def test_a_replay_makes_the_rows_that_were_due_at_once(place: Place, tmp_path: Path) -> None:
    """The same ids and cells as where the history started earlier at once; then nothing is held."""
    place.take(logs(OLD, GOOD), spans(OLD))
    rehearsed = place.run("quarantine", "replay", "--dry-run", ANDON_HISTORY_START=EARLY_HISTORY)
    assert rehearsed.stdout == "Would replay 2 records: 1 logs, 1 traces.\n"
    assert place.ids().total() == 1

    done = place.run("quarantine", "replay", ANDON_HISTORY_START=EARLY_HISTORY)
    assert done.stdout == "Replayed 2 records: 1 logs, 1 traces.\n"
    assert place.listed() == []

    at_once = Place(tmp_path / "other" / "data", EARLY_HISTORY)
    at_once.take(logs(OLD, GOOD), spans(OLD))
    assert [rows(place), place.ids()] == [rows(at_once), at_once.ids()]


def rows(place: Place) -> list[dict[str, Any]]:
    """Every stored row but for whose it is, in an order that depends on its id alone."""
    found = place.stored().drop_columns("org_id").to_pylist()
    return sorted(found, key=lambda row: str(row["record_id"]))


def test_a_time_that_has_come_is_believed(place: Place) -> None:
    """What was ahead of the clock is taken in when the clock has caught up, and not before."""
    place.take(logs(FUTURE))

    early = place.run("quarantine", "replay")
    assert early.stdout == "Replayed 0 records.\n"
    assert "stays: 1 in_the_future" in early.stderr
    late = place.run("quarantine", "replay", ANDON_NOW=LATER)
    assert late.stdout == "Replayed 1 records: 1 logs.\n"


def test_what_cannot_be_replayed_says_why(place: Place) -> None:
    """An item that nobody could read stays, with its reason."""
    place.take(spans(GOOD, trace_id="no hex"))

    done = place.run("quarantine", "replay", ANDON_HISTORY_START=EARLY_HISTORY)
    assert (done.returncode, done.stdout) == (0, "Replayed 0 records.\n")
    assert done.stderr == "stays: 1 bad_id: nobody could read it, so only a digest of it was kept\n"


def test_a_replay_takes_only_what_was_asked_for(place: Place) -> None:
    """One organisation, one reason."""
    place.new_org("Bolt")
    place.take(logs(OLD, FUTURE))
    place.take(logs(OLD, FUTURE), org="Bolt")

    asked = ("--org", "Bolt", "--reason", "in_the_future")
    settings = {"ANDON_NOW": LATER, "ANDON_HISTORY_START": EARLY_HISTORY}
    assert place.run("quarantine", "replay", *asked, **settings).stdout == "Replayed 1 records: 1 logs.\n"
    assert sorted(line[1:3] for line in place.listed()) == [
        ["Acme", "in_the_future"],
        ["Acme", "too_old"],
        ["Bolt", "too_old"],
    ]


def test_replaying_again_doubles_nothing(place: Place) -> None:
    """A second replay finds nothing, also where copies were sent and a record came again in the meantime."""
    place.take(logs(OLD, OLD), logs(OLD))
    place.run("quarantine", "replay", ANDON_HISTORY_START=EARLY_HISTORY)
    first = place.ids()

    again = place.run("quarantine", "replay", ANDON_HISTORY_START=EARLY_HISTORY)
    assert again.stdout == "Replayed 0 records.\n"
    assert place.ids() == first
    assert sorted(first.values()) == [1, 2]  # the second request repeated a record: as if stored at once


def test_a_replay_that_died_before_loading_is_finished_once(place: Place) -> None:
    """Rows that a killed replay left in the log are loaded by the next one, which takes only the others."""
    place.take(logs(*[OLD] * 10))
    settings = place.settings()
    (path,) = ParquetLake(settings.raw_dir).files("quarantine")
    half = pq.read_table(path, partitioning=None).slice(0, 5).to_pylist()
    writer = SegmentWriter(settings.log_dir)
    writer.append(pack(tables_of(back for row in half if (back := restore(row))))).result()
    writer.close()

    done = place.run("quarantine", "replay", ANDON_HISTORY_START=EARLY_HISTORY)
    assert done.stdout == "Replayed 5 records: 5 logs.\n"
    assert list(place.ids().values()) == [1] * 10


def test_a_replay_may_be_killed_at_any_moment(place: Place) -> None:
    """Kill -9 as each of its traces appears, then once to the end: every record is there, none twice."""
    place.take(logs(*[OLD] * 20_000))
    for trace in ("log/*.open", "log/*.seg", "raw/log_records/*/*/*"):
        process = start_replay(place)
        while process.poll() is None and not any(place.data.glob(trace)):
            time.sleep(0.001)
        process.kill()
        process.wait()

    assert_replayed_once(place, 20_000)


@pytest.mark.full_rounds
def test_a_replay_may_be_killed_at_very_many_moments(place: Place) -> None:
    """Thirty times kill -9 at random, on what lies in many files and grows meanwhile: none lost or twice."""
    dice = random.Random(20261121)  # noqa: S311 (the same moments each time)
    for number in range(30):
        place.take(spans(*[OLD] * 1_000, trace_id=f"{number + 1:032x}"))
        process = start_replay(place)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(dice.uniform(0.4, 2.0))
        process.kill()
        process.wait()

    assert_replayed_once(place, 30_000)


def start_replay(place: Place) -> subprocess.Popen[bytes]:
    """A replay of everything, to be killed."""
    return subprocess.Popen(
        [sys.executable, "-m", "andon", "quarantine", "replay"],
        env=place.environment(ANDON_HISTORY_START=EARLY_HISTORY),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def assert_replayed_once(place: Place, records: int) -> None:
    """Replay to the end: as many stored rows of each record as were quarantined, and nothing is held."""
    done = place.run("quarantine", "replay", ANDON_HISTORY_START=EARLY_HISTORY)
    assert done.returncode == 0, done.stderr
    lake = ParquetLake(place.data / "raw")
    taken = Counter(
        record_id
        for path in lake.files("quarantine")
        for record_id in pq.read_table(path, partitioning=None)["record_id"].to_pylist()
    )
    assert place.ids() == taken
    assert len(taken) == records
    assert place.listed() == []


def test_every_reason_has_its_advice() -> None:
    """What the door can say, the command explains and the documentation lists."""
    documented = (Path(__file__).parents[2] / "docs" / "operate.md").read_text(encoding="utf-8")

    assert set(ADVICE) == set(REASONS)
    assert [reason for reason in REASONS if f"| `{reason}` |" not in documented] == []
