"""
The record of builds: when each ran and how it ended, beside the editions that they made.

A file of the directory of editions, because that is all that a node which answers has. It is written by
whoever builds, one at a time, and replaced as a whole.
"""

from __future__ import annotations

import contextlib
import datetime as dt
from pathlib import Path
from typing import Literal

import msgspec

from andon.edition.durable import replace_text

FILE = "builds.json"

KEPT = 100
"""Builds remembered: a quarter of a year of daily ones."""

NOT_SAID = "the process ended without saying why: it was killed, or the machine stopped"


class FailedCheck(msgspec.Struct, frozen=True, kw_only=True):
    """
    What a build found wrong.

    Attributes:
        node: The model or test.
        kind: ``test``, ``model``, ``seed``, ….
        message: What was said.
        days: UTC days that it is about; empty when it is about none or none was told.
    """

    node: str
    kind: str
    message: str
    days: list[dt.date] = []


class BuildRecord(msgspec.Struct, frozen=True, kw_only=True):
    """
    One build.

    Attributes:
        started_at: UTC.
        ended_at: UTC; null while it runs.
        kind: ``daily`` publishes what readers see; ``preview`` is provisional and never current.
        outcome: ``died`` when the process ended without saying how.
        why: What failed, and what to do; empty unless something did. Holds no telemetry.
        failed: The checks and models that failed.
        edition: What it published.
        data_through: Newest UTC day that it was to publish; null before it had begun to work.
        records: Raw rows that were waiting in the log and were loaded.
        seconds: How long each step took.
    """

    started_at: dt.datetime
    ended_at: dt.datetime | None = None
    kind: Literal["daily", "preview"] = "daily"
    outcome: Literal["running", "published", "failed", "died"] = "running"
    why: str = ""
    failed: list[FailedCheck] = []
    edition: int | None = None
    data_through: dt.date | None = None
    records: int = 0
    seconds: dict[str, float] = {}


def read_builds(editions_dir: Path) -> list[BuildRecord]:
    """Give the builds that are remembered, oldest first; none when there is no record or it is damaged."""
    try:
        return msgspec.json.decode((editions_dir / FILE).read_bytes(), type=list[BuildRecord])
    except (OSError, msgspec.DecodeError):
        return []


def last_build(editions_dir: Path) -> BuildRecord | None:
    """Give the newest build of those that publish what readers see and are over."""
    over = (one for one in reversed(read_builds(editions_dir)) if _is_over(one) and one.kind == "daily")
    return next(over, None)


def begin(editions_dir: Path, record: BuildRecord) -> None:
    """
    Note that a build begins; one that was noted as running and is not, died.

    The caller is the only one that builds.

    Raises:
        OSError: The disk refused.
    """
    editions_dir.mkdir(mode=0o700, parents=True, exist_ok=True)
    before = [_died(one, record.started_at) for one in read_builds(editions_dir)]
    _write(editions_dir, [*before, record])


def end(editions_dir: Path, record: BuildRecord) -> None:
    """
    Note how the build that began last ended.

    A disk that is full may be why it failed: what cannot be noted is left out.
    """
    with contextlib.suppress(OSError):
        _write(editions_dir, [*read_builds(editions_dir)[:-1], record])


def note_dead(editions_dir: Path, now: dt.datetime) -> None:
    """
    Note that what was noted as running died; the caller knows that nobody builds.

    Raises:
        OSError: The disk refused.
    """
    records = read_builds(editions_dir)
    if records and not _is_over(records[-1]):
        _write(editions_dir, [_died(one, now) for one in records])


def _is_over(record: BuildRecord) -> bool:
    return record.outcome != "running"


def _died(record: BuildRecord, now: dt.datetime) -> BuildRecord:
    if _is_over(record):
        return record
    return msgspec.structs.replace(record, outcome="died", why=NOT_SAID, ended_at=now)


def _write(editions_dir: Path, records: list[BuildRecord]) -> None:
    text = msgspec.json.format(msgspec.json.encode(records[-KEPT:]), indent=2)
    replace_text(editions_dir / FILE, text.decode() + "\n")
