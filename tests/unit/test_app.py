"""What the composition root adds of its own: remembered keys, missed days, one build at a time."""

from __future__ import annotations

import datetime as dt
import json
import threading
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from andon.app import authentication
from andon.app.authentication import Authentication
from andon.app.builds import is_behind, merge_raw
from andon.app.first_run import (
    Demo,
    NotTheDemo,
    make_demo_keys,
    make_first_org,
    read_demo,
    write_demo,
)
from andon.app.key_uses import KeyUses
from andon.app.turns import one_at_a_time
from andon.config import Settings, read_settings
from andon.directory.directory import Directory, open_directory
from andon.edition.editions import Editions
from andon.ingest import frames
from andon.ingest.orders import Envelope, Sender, Window
from andon.ingest.take_in import take_in
from andon.warehouse.parquet_lake import ParquetLake

NOW = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A data directory of the test's own, on a fixed morning."""
    return read_settings(data=tmp_path / "data", now=NOW)


@pytest.fixture
def directory(settings: Settings) -> Directory:
    """Its directory."""
    return open_directory(settings)


def test_a_key_is_remembered_for_a_moment_only(directory: Directory, monkeypatch: pytest.MonkeyPatch) -> None:
    """A revoked key may work for as long as keys are remembered, well under five seconds, and then never."""
    assert authentication.REMEMBERED_S < 5
    org = directory.create_org("Acme", now=NOW)
    made = directory.create_key(org.org_id, "ingest", now=NOW)
    authenticate = Authentication(directory, lambda: NOW, KeyUses(directory))
    assert authenticate(made.text) is not None
    directory.revoke_key(made.key_id, now=NOW)
    assert authenticate(made.text) is not None

    monkeypatch.setattr(authentication, "REMEMBERED_S", 0)

    assert authenticate(made.text) is None


def test_a_key_that_does_not_work_is_never_remembered(directory: Directory) -> None:
    """Guesses do not fill the memory."""
    authenticate = Authentication(directory, lambda: NOW, KeyUses(directory))

    assert authenticate("fk-0000000000_" + "0" * 36) is None
    assert authenticate("") is None
    assert authenticate._known == {}


@pytest.mark.parametrize(
    ("days", "behind"),
    [([], False), (["2026-11-21"], False), (["2026-11-20"], True), (["2026-01-14", "2026-11-21"], True)],
)
def test_a_start_builds_when_days_are_missing(settings: Settings, days: list[str], *, behind: bool) -> None:
    """Telemetry of a day that is over and in no edition; today's waits for tonight."""
    for day in days:
        (settings.raw_dir / "spans" / "org_id=org_1" / f"event_date={day}").mkdir(parents=True)

    assert is_behind(settings, Editions(settings.editions_dir)) is behind


def test_a_second_build_waits_for_the_first(settings: Settings) -> None:
    """It says so, once, and then has its turn."""
    said, order = threading.Event(), list[str]()

    def second() -> None:
        with one_at_a_time(settings, said.set):
            order.append("second")

    with one_at_a_time(settings, said.set):
        thread = threading.Thread(target=second)
        thread.start()
        assert said.wait(60)
        order.append("first")
    thread.join(60)

    assert order == ["first", "second"]


def test_small_files_are_merged_between_builds(settings: Settings) -> None:
    """A day's trickle becomes one file with the same rows; while somebody builds, nothing is touched."""
    lake = ParquetLake(settings.raw_dir)
    for number in range(12):
        record = {"timeUnixNano": str(int(NOW.timestamp()) * 10**9 + number), "eventName": "tick"}
        body = json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": [record]}]}]}).encode()
        taken = take_in(
            body,
            Envelope("logs", "json", Sender("org"), NOW),
            Window(settings.history_start, settings.max_future_s),
        )
        assert taken.frame is not None
        for table, rows in frames.unpack(taken.frame).items():
            lake.append(table, rows, f"batch-{number}")

    with one_at_a_time(settings):
        assert merge_raw(settings) == 0
    assert len(lake.files("log_records")) == 12

    assert merge_raw(settings) == 12
    (merged,) = lake.files("log_records")
    assert sorted(pq.read_table(merged)["time_unix_nano"].to_pylist()) == [
        int(NOW.timestamp()) * 10**9 + number for number in range(12)
    ]


def test_the_first_run_makes_keys_that_work_once(directory: Directory) -> None:
    """An owner's key and an ingest key of one new organisation; afterwards nothing is made."""
    first = make_first_org(directory, now=NOW)

    assert first is not None
    owner, sender = (directory.authenticate(text, NOW) for text in (first.analytics, first.ingest))
    assert owner is not None
    assert sender is not None
    assert (owner.role, sender.kind, owner.org_id) == ("owner", "ingest", sender.org_id)
    assert make_first_org(directory, now=NOW) is None


def test_the_demo_keeps_to_itself(directory: Directory) -> None:
    """Its organisation is found again, does not count as the first one, and is never somebody else's."""
    demo = make_demo_keys(directory, now=NOW).org
    assert make_demo_keys(directory, now=NOW).org == demo
    first = make_first_org(directory, now=NOW)
    assert first is not None
    assert first.org.org_id != demo.org_id


def test_an_organisation_that_is_called_demo_is_left_alone(directory: Directory) -> None:
    """Invented telemetry never mixes with real one."""
    org = directory.create_org("Demo", now=NOW)
    directory.create_key(org.org_id, "ingest", now=NOW)

    with pytest.raises(NotTheDemo, match="--data"):
        make_demo_keys(directory, now=NOW)


def test_what_was_sent_as_demo_is_remembered(settings: Settings, directory: Directory) -> None:
    """For its own organisation only."""
    org = make_demo_keys(directory, now=NOW).org
    assert read_demo(settings, org) is None
    demo = Demo(org.org_id, days=45, people=40, end=dt.date(2026, 11, 20), is_sent=True)

    write_demo(settings, demo)

    assert read_demo(settings, org) == demo
    assert read_demo(settings, directory.create_org("Other", now=NOW)) is None
