"""
What a running server does by the clock: it builds every day, and merges raw's small files between builds.

Builds are made by a process of their own (``app.builder``).
"""

from __future__ import annotations

import contextlib
import datetime as dt
import os
import subprocess
import sys
import threading
import time
from pathlib import Path

import msgspec
import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from andon.app.builder import Report, Word
from andon.app.turns import one_at_a_time, raw_at_rest
from andon.config import Settings
from andon.edition.build_record import note_dead, read_builds
from andon.edition.editions import Editions
from andon.ingest.load import load_closed
from andon.transform.run import BuildBusy
from andon.warehouse.open import open_raw_store
from andon.warehouse.tidy import tidy

MERGE_EVERY_MIN = 15
"""A trickle to many organisations leaves a file for each of them every minute."""

LOOK_EVERY_S = 30
"""How late a build may begin."""

READY_AHEAD = dt.timedelta(seconds=90)
"""Loading dbt takes some seconds, and the project ten when it changed."""

WARM_FOR_S = 900
"""A process that is ready for the next build has 450 MB; most servers build once a day."""

LONGEST_WAIT_S = 3600
"""Between two tries of a build that fails: what has to be mended is mended by somebody who then waits."""

_LOG = structlog.get_logger("andon.builds")


class Builds:
    """
    Has a build made every day at ``build_at`` UTC, and at the start when days are missing.

    A build that failed is tried again after a minute, then after twice as long each time, up to an hour.

    Args:
        settings: When to build, and where.
        editions: Tell which days are published.
    """

    def __init__(self, settings: Settings, editions: Editions) -> None:
        self._settings = settings
        self._scheduler = BackgroundScheduler(timezone=dt.UTC)
        self._builder: subprocess.Popen[bytes] | None = None
        self._used_s = 0.0
        self._gate = threading.Lock()
        self._is_stopping = False
        self._due = due_at(settings)
        self._is_wanted = is_behind(settings, editions)
        self._failures = 0
        self._not_before_s = 0.0

    def start(self) -> None:
        """Begin to keep the hours."""
        rules = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler.add_job(self._keep_looking, misfire_grace_time=None)
        self._scheduler.add_job(self._merge, "interval", minutes=MERGE_EVERY_MIN, **rules)
        self._scheduler.start()

    def stop(self) -> None:
        """End, and end a build that is at work: it published nothing yet and is repeated."""
        with self._gate:
            self._is_stopping = True
            self._let_go()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _keep_looking(self) -> None:
        # By the wall clock, again and again: a timer would not count the hours that a laptop sleeps.
        try:
            self._look()
        finally:
            again = dt.datetime.now(dt.UTC) + dt.timedelta(seconds=LOOK_EVERY_S)
            with self._gate:
                if not self._is_stopping:
                    self._scheduler.add_job(self._keep_looking, run_date=again, misfire_grace_time=None)

    def _look(self) -> None:
        due = due_at(self._settings)
        self._is_wanted = self._is_wanted or due > self._due
        self._due = due
        # Perhaps somebody built by hand.
        self._is_wanted = self._is_wanted and not _is_built_since(self._settings, due)
        if self._is_wanted and time.monotonic() >= self._not_before_s:
            self._build()
        elif due + dt.timedelta(days=1) - self._settings.clock() <= READY_AHEAD:
            self._ask("get-ready")
        elif self._builder is not None and time.monotonic() - self._used_s > WARM_FOR_S:
            with self._gate:
                self._let_go()

    def _build(self) -> None:
        report = self._ask("build")
        if self._is_stopping:
            return
        if not report.trouble:
            self._failures = 0
            self._is_wanted = False
            _LOG.info("build_published", edition=report.edition)
            return
        wait_s = min(60 * 2**self._failures, LONGEST_WAIT_S)
        self._failures += 1
        self._not_before_s = time.monotonic() + wait_s
        with contextlib.suppress(BuildBusy, OSError), one_at_a_time(self._settings, _do_not_wait):
            note_dead(self._settings.editions_dir, self._settings.clock())
        _LOG.error("build_failed", said=report.trouble, again_in_s=wait_s)

    def _ask(self, word: Word) -> Report:
        with self._gate:
            if self._is_stopping:
                return Report(trouble="the server stops")
            if self._builder is not None and self._builder.poll() is not None:
                self._let_go()
            if self._builder is None:
                self._builder = subprocess.Popen(
                    [sys.executable, "-m", "andon.app.builder"],
                    env={**os.environ, "ANDON_DATA": str(self._settings.data)},
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                )
            builder = self._builder
        assert builder.stdin is not None  # noqa: S101 (both were asked for above)
        assert builder.stdout is not None  # noqa: S101
        with contextlib.suppress(OSError):
            builder.stdin.write(word.encode() + b"\n")
            builder.stdin.flush()
        said = builder.stdout.readline()
        self._used_s = time.monotonic()
        if said:
            return msgspec.json.decode(said, type=Report)
        return Report(trouble=f"the build process ended early (exit {builder.wait()})")

    def _let_go(self) -> None:
        builder, self._builder = self._builder, None
        if builder is not None:
            builder.kill()
            builder.communicate()

    def _merge(self) -> None:
        try:
            merged = merge_raw(self._settings)
        except OSError as error:
            _LOG.error("raw_not_merged", reason=str(error))
        else:
            if merged:
                _LOG.info("raw_merged", files=merged)


def merge_raw(settings: Settings) -> int:
    """
    Merge raw's small files, unless a build is at work, which does so itself.

    Returns:
        How many files were replaced.

    Raises:
        OSError: The disk refused; the rows are all there.
    """
    try:
        with raw_at_rest(settings, on_wait=_do_not_wait):
            # First the log: a segment whose file was merged away could not be told from a new one.
            load_closed(settings.log_dir, open_raw_store(settings))
            return tidy(settings.raw_dir)
    except BuildBusy:
        return 0


def _do_not_wait() -> None:
    raise BuildBusy("a build is at work")


def due_at(settings: Settings) -> dt.datetime:
    """Give the last moment at which a build was due, by the clock."""
    now = settings.clock()
    hour, minute = map(int, settings.build_at.split(":"))
    today = now.replace(hour=hour, minute=minute, second=0, microsecond=0)
    return today if today <= now else today - dt.timedelta(days=1)


def _is_built_since(settings: Settings, due: dt.datetime) -> bool:
    builds = read_builds(settings.editions_dir)
    return any(one.outcome == "published" and one.kind == "daily" and one.started_at >= due for one in builds)


def is_behind(settings: Settings, editions: Editions) -> bool:
    """Say whether days are over that no edition covers; before the first, only days with telemetry count."""
    yesterday = settings.clock().date() - dt.timedelta(days=1)
    edition = editions.current()
    if edition is not None:
        return edition.data_through < yesterday
    return any(day <= yesterday for day in _days_in_raw(settings.raw_dir))


def _days_in_raw(raw_dir: Path) -> set[dt.date]:
    folders = raw_dir.glob("*/org_id=*/event_date=*")
    return {dt.date.fromisoformat(folder.name.removeprefix("event_date=")) for folder in folders}
