"""What a build publishes costs what changed: months that did not change are shared, byte for byte."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx2
import pytest
from readers import COUNTED, sessions

from andon.api.http import create_api
from andon.app.build import build_once
from andon.app.files import import_files
from andon.config import Settings
from andon.directory.directory import open_directory
from andon.edition.editions import Editions
from andon.edition.manifest import read_manifest, verify
from andon.transform.worker import Worker

from hand_made import Who, serve
from line import NOW
from otlp_json import NOON, SECOND

pytestmark = pytest.mark.slow(seconds=25)

DAY = 24 * 3600 * SECOND
MONTHS = ["2026-09", "2026-10", "2026-11"]


class Installation:
    """A data directory with an organisation and a quarter of history, built by one process."""

    def __init__(self, data: Path) -> None:
        self.settings = Settings(data=data, now=NOW, history_start=dt.date(2026, 9, 18))
        with closing(open_directory(self.settings)) as directory:
            self.org = directory.create_org("acme", now=NOW)
        self.worker = Worker()
        self._sent = 0

    def send(self, at: int) -> None:
        """Import one more session."""
        body = self.settings.data.parent / "body.json"
        body.write_bytes(sessions(self._sent, self._sent + 1, at))
        self._sent += 1
        assert import_files(self.settings, [body], self.org).accepted == 3

    def build(self) -> Path:
        """Build; give the edition's directory."""
        return self.settings.editions_dir / str(build_once(self.settings, worker=self.worker).edition)

    def day_passes(self) -> None:
        """Let it be the next morning."""
        self.settings = self.settings.model_copy(update={"now": self.settings.clock() + dt.timedelta(days=1)})

    def answers(self) -> dict[str, bytes]:
        """Read every answer of the current edition, all days."""
        owner = Who("owner", self.org.org_id, "analytics", "owner")
        app = create_api(
            Editions(self.settings.editions_dir), lambda _: owner, self.settings.clock, self.settings
        )
        headers = {"Authorization": "Bearer fk-owner"}
        told = {}
        with serve(app) as address, httpx2.Client(base_url=address + "/api/v1/", headers=headers) as http:
            for what in [*(f"analytics/{report}" for report in COUNTED), "restatements"]:
                days = f"{'&' if '?' in what else '?'}startDate=2026-09-18&endDate=2026-11-20"
                answer = http.get(what + days)
                assert answer.status_code == 200, answer.text
                told[what] = answer.content
        return told


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """Sessions in three months, built."""
    made = Installation(tmp_path_factory.mktemp("next") / "data")
    for days in (0, 1, 20, 40, 60):
        made.send(NOON - days * DAY)
    made.build()
    yield made
    made.worker.close()


def own(edition: Path, before: Path) -> set[str]:
    """Name the files of months that an edition does not share with the one before, having checked all."""
    manifest = verify(edition)
    assert manifest.months == MONTHS
    of_months = {file.path for file in manifest.files if any(month in file.path for month in MONTHS)}
    assert len(of_months) == len(MONTHS) * 17
    found = {
        path
        for path in of_months
        if not (before / path).exists() or not (edition / path).samefile(before / path)
    }
    assert (manifest.linked, manifest.copied) == (len(of_months) - len(found), 0)
    return found


def test_a_build_that_changes_nothing_tells_the_same_bytes(made: Installation) -> None:
    """All months are shared, all answers are the same, and nothing is restated."""
    before = made.answers()
    edition = made.build()
    assert own(edition, edition.with_name("1")) == set()
    same = {file.path: file.sha256 for file in read_manifest(edition.with_name("1")).files}
    assert {file.path: file.sha256 for file in read_manifest(edition).files} == same
    assert made.answers() == before


def test_a_day_more_writes_its_month_alone(made: Installation) -> None:
    """Of the fragments and of every report model the files of the months before are the same files."""
    before = made.answers()
    made.day_passes()
    made.send(NOON + DAY)
    edition = made.build()
    written = own(edition, edition.with_name("2"))
    assert "reports-2026-11.sqlite" in written
    assert "marts/rpt_tokens_daily/2026-11.parquet" in written
    assert {path for path in written if "2026-11" not in path} == set()
    # Only the newest day that there is has changed in what is told of all days.
    after = made.answers()
    assert all(json.loads(after[what])["data"] == json.loads(before[what])["data"] for what in before)
