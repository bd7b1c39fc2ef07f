"""The daily build of a running server: a child process, so that it can neither slow nor break the doors."""

from __future__ import annotations

import datetime as dt
import os
import subprocess
import sys
import threading
from pathlib import Path

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from andon.config import Settings
from andon.edition.editions import Editions

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
