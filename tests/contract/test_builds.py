"""When builds run, what is noted of them, and who is told when one fails."""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from pathlib import Path

import httpx2
import msgspec
import pytest
from structlog.testing import capture_logs

from andon.api.http import create_api
from andon.app import builds
from andon.app.builds import Builds, due_at
from andon.config import Settings, read_settings
from andon.edition import build_record
from andon.edition.build_record import (
    BuildRecord,
    FailedCheck,
    begin,
    end,
    last_build,
    note_dead,
    read_builds,
)
from andon.edition.editions import Editions

from hand_made import PEOPLE, publish_by_hand, serve

NOW = dt.datetime(2026, 1, 18, 6, tzinfo=dt.UTC)
BROKEN = {"ANDON_DIALECTS": "/nowhere"}
"""A build with it fails before it begins."""


def record(at: dt.datetime = NOW, **values: object) -> BuildRecord:
    """Give a record of a build."""
    return msgspec.structs.replace(BuildRecord(started_at=at), **values)


def andon(data: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run the real command."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANDON_")}
    return subprocess.run(
        [sys.executable, "-m", "andon", *arguments],
        env={**clean, "ANDON_DATA": str(data), "ANDON_NOW": NOW.isoformat(), **environment},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def test_a_failed_build_changes_nothing_and_is_told(tmp_path: Path) -> None:
    """Exit code 1; the old edition serves, its newest day stands; doctor, /readyz and /metrics say so."""
    editions = tmp_path / "editions"
    publish_by_hand(editions)

    failed = andon(tmp_path, "build", **BROKEN)
    doctor = andon(tmp_path, "doctor")
    app = create_api(Editions(editions), {}.get, lambda: NOW, Settings(data=tmp_path))
    with capture_logs(), serve(app) as address, httpx2.Client(base_url=address) as http:
        ready, metrics = http.get("/readyz"), http.get("/metrics")

    assert (failed.returncode, failed.stdout) == (1, "")
    assert "ANDON_DIALECTS is /nowhere" in failed.stderr
    assert doctor.returncode == 1
    assert "failed: ANDON_DIALECTS is /nowhere" in " ".join(doctor.stdout.split())
    assert ready.status_code == 200
    assert ready.json()["data_through"] == "2026-01-17"
    assert ready.json()["last_build"]["outcome"] == "failed"
    assert ready.json()["last_build"]["why"] == "`andon doctor` says why"
    assert "andon_build_failed 1.0" in metrics.text
    assert [path.name for path in editions.iterdir() if path.is_dir()] == ["1"]


def test_readyz_names_checks_and_days(tmp_path: Path) -> None:
    """Before the first edition too; and a good build clears it."""
    check = FailedCheck(node="assert_x", kind="test", message="Got 2 results", days=[dt.date(2026, 1, 15)])
    begin(tmp_path, record())
    end(tmp_path, record(outcome="failed", why="test assert_x: Got 2 results", failed=[check]))
    app = create_api(Editions(tmp_path), {}.get, lambda: NOW, Settings(data=tmp_path))
    with capture_logs(), serve(app) as address, httpx2.Client(base_url=address) as http:
        before = http.get("/readyz")
        publish_by_hand(tmp_path)
        failed = http.get("/readyz").json()
        begin(tmp_path, record())
        end(tmp_path, record(outcome="published", edition=1))
        cleared = http.get("/readyz").json()

    assert before.status_code == 503
    assert "the last build failed: test assert_x (2026-01-15)" in before.json()["detail"]
    assert failed["last_build"]["why"] == "test assert_x (2026-01-15)"
    assert (cleared["last_build"]["outcome"], cleared["last_build"]["why"]) == ("published", "")


def test_builds_are_remembered(tmp_path: Path) -> None:
    """The newest are kept, in order; one that ended without a word died; damage is an empty record."""
    assert read_builds(tmp_path) == []
    for number in range(build_record.KEPT + 5):
        at = NOW + dt.timedelta(days=number)
        begin(tmp_path, record(at))
        if number % 2:
            end(tmp_path, record(at, outcome="published", ended_at=at))
    kept = read_builds(tmp_path)
    assert len(kept) == build_record.KEPT
    assert [one.outcome for one in kept[-5:]] == ["died", "published", "died", "published", "running"]
    assert kept[-3].why == build_record.NOT_SAID

    newest = last_build(tmp_path)
    assert newest is not None
    assert newest.outcome == "published"
    note_dead(tmp_path, NOW)
    newest = last_build(tmp_path)
    assert newest is not None
    assert newest.outcome == "died"

    (tmp_path / build_record.FILE).write_bytes(b"[{")
    assert read_builds(tmp_path) == []
    assert last_build(tmp_path) is None


@pytest.mark.parametrize(
    ("now", "build_at", "due"),
    [
        ("2026-01-18T00:14:59", "00:15", "2026-01-17T00:15"),
        ("2026-01-18T00:15:00", "00:15", "2026-01-18T00:15"),
        ("2026-01-18T23:59:59", "03:30", "2026-01-18T03:30"),
    ],
)
def test_a_build_is_due_by_the_clock(tmp_path: Path, now: str, build_at: str, due: str) -> None:
    """Every day at build_at, UTC."""
    settings = read_settings(data=tmp_path, now=f"{now}Z", build_at=build_at)
    assert due_at(settings) == dt.datetime.fromisoformat(f"{due}+00:00")


def test_what_failed_is_tried_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that finds days missing builds; a failure is logged, noted, and tried again after a while."""
    publish_by_hand(tmp_path / "editions")
    for name, value in {**BROKEN, "ANDON_NOW": "2026-01-20T06:00:00Z"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(builds, "LOOK_EVERY_S", 0.2)
    monkeypatch.setattr(builds, "LONGEST_WAIT_S", 0.2)
    settings = read_settings(data=tmp_path)
    with capture_logs() as logs:
        scheduled = Builds(settings, Editions(settings.editions_dir))
        scheduled.start()
        deadline = time.monotonic() + 300
        while len(read_builds(settings.editions_dir)) < 3 and time.monotonic() < deadline:
            time.sleep(0.05)
        scheduled.stop()

    noted = read_builds(settings.editions_dir)
    assert [one.outcome for one in noted[:2]] == ["failed", "failed"]
    failures = [line for line in logs if line["event"] == "build_failed"]
    assert "ANDON_DIALECTS is /nowhere" in failures[0]["said"]


def test_a_build_that_was_made_is_not_made_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Since it was due last: a restart builds nothing, and going back to an older edition lasts."""
    publish_by_hand(tmp_path / "editions")
    begin(tmp_path / "editions", record(dt.datetime(2026, 1, 20, 5, tzinfo=dt.UTC)))
    end(
        tmp_path / "editions",
        record(dt.datetime(2026, 1, 20, 5, tzinfo=dt.UTC), outcome="published", edition=1),
    )
    for name, value in {**BROKEN, "ANDON_NOW": "2026-01-20T06:00:00Z"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(builds, "LOOK_EVERY_S", 0.05)
    settings = read_settings(data=tmp_path)
    before = (tmp_path / "editions" / build_record.FILE).read_bytes()
    scheduled = Builds(settings, Editions(settings.editions_dir))
    scheduled.start()
    time.sleep(0.5)
    scheduled.stop()

    assert (tmp_path / "editions" / build_record.FILE).read_bytes() == before
    assert json.loads(before)[0]["outcome"] == "published"


def test_today_is_shown_by_the_preview_alone(tmp_path: Path) -> None:
    """
    No path of the contract shows a provisional edition, not even one that lies in its directory.

    Once its day is published, or when there is none, the preview is empty.
    """
    settings = Settings(data=tmp_path)
    noon = dt.datetime(2026, 1, 17, 12, tzinfo=dt.UTC)
    app = create_api(Editions(settings.editions_dir), PEOPLE.get, lambda: noon, settings)
    today = "startDate=2026-01-14&endDate=2026-01-17"
    yesterday = "startDate=2026-01-14&endDate=2026-01-16"
    with (
        capture_logs(),
        serve(app) as address,
        httpx2.Client(base_url=f"{address}/api/v1/", headers={"Authorization": "Bearer fk-owner"}) as http,
    ):
        nothing = http.get(f"preview/tokens?{today}")
        publish_by_hand(settings.for_preview().editions_dir, is_provisional=True)
        preview, refused = http.get(f"preview/tokens?{today}"), http.get(f"analytics/tokens?{today}")
        hidden = http.get(f"analytics/tokens?{yesterday}")
        publish_by_hand(settings.editions_dir, is_provisional=True)
        misplaced = http.get(f"analytics/tokens?{yesterday}")
        nobody = http.get(f"preview/tokens?{today}", headers={"Authorization": "Bearer fk-guest"})
        publish_by_hand(settings.editions_dir)
        published, over = http.get(f"analytics/tokens?{yesterday}"), http.get(f"preview/tokens?{today}")

    assert (nothing.status_code, nothing.json()["data"]) == (200, [])
    assert [row["date"][-2:] for row in preview.json()["data"]] == ["14", "15", "16", "17"]
    assert preview.json()["meta"]["data_through"] == "2026-01-17"
    assert refused.status_code == 400
    assert hidden.json()["data"] == misplaced.json()["data"] == []
    assert nobody.status_code == 403
    assert len(published.json()["data"]) == 3
    assert over.json()["data"] == []
