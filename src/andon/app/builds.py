"""
What a running server does by the clock: it builds every day, and merges raw's small files between builds.

A build is a child process, so that it can neither slow nor break the doors.
"""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from pathlib import Path

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from andon.app.turns import raw_at_rest
from andon.config import Settings
from andon.edition.editions import Editions
from andon.ingest.load import load_closed
from andon.transform.run import BuildBusy
from andon.warehouse.open import open_raw_store
from andon.warehouse.tidy import tidy

MERGE_EVERY_MIN = 15
"""A trickle to many organisations leaves a file for each of them every minute."""

_LOG = structlog.get_logger("andon.builds")


class Builds:
    """
    Starts ``andon build`` every day at ``build_at`` UTC, and at the start when days are missing.

    Args:
        settings: When to build, and where.
        editions: Tell which days are published.
    """

    def __init__(self, settings: Settings, editions: Editions) -> None:
        self._settings = settings
        self._editions = editions
        self._scheduler = BackgroundScheduler(timezone=dt.UTC)
        self._child: subprocess.Popen[str] | None = None
        self._gate = threading.Lock()
        self._is_stopping = False

    def start(self) -> None:
        """Begin to keep the hours."""
        hour, minute = self._settings.build_at.split(":")
        # A laptop that slept through the hour builds when it wakes, once.
        rules = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler.add_job(self._build, "cron", hour=int(hour), minute=int(minute), **rules)
        if is_behind(self._settings, self._editions):
            self._scheduler.add_job(self._build, **rules)
        self._scheduler.add_job(self._merge, "interval", minutes=MERGE_EVERY_MIN, **rules)
        self._scheduler.start()

    def stop(self) -> None:
        """End, and end a build that is at work: it published nothing yet and is repeated."""
        with self._gate:
            self._is_stopping = True
            if self._child is not None:
                self._child.terminate()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)

    def _build(self) -> None:
        environment = {**os.environ, "ANDON_DATA": str(self._settings.data)}
        with self._gate:
            if self._is_stopping:
                return
            self._child = subprocess.Popen(
                [sys.executable, "-m", "andon", "build"],
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                text=True,
            )
        out, err = self._child.communicate()
        with self._gate:
            code, self._child = self._child.returncode, None
        if code == 0:
            _LOG.info("build_published", said=out.strip())
        elif not self._is_stopping:
            _LOG.error("build_failed", said=err.strip().rpartition("\n")[2])

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


def is_behind(settings: Settings, editions: Editions) -> bool:
    """Say whether there is telemetry of days that are over and that no edition covers."""
    yesterday = settings.clock().date() - dt.timedelta(days=1)
    edition = editions.current()
    if edition is not None and edition.data_through >= yesterday:
        return False
    published = dt.date.min if edition is None else edition.data_through
    return any(published < day <= yesterday for day in _days_in_raw(settings.raw_dir))


def _days_in_raw(raw_dir: Path) -> set[dt.date]:
    folders = raw_dir.glob("*/org_id=*/event_date=*")
    return {dt.date.fromisoformat(folder.name.removeprefix("event_date=")) for folder in folders}
