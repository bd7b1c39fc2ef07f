"""What `andon doctor` looks at, in the order in which telemetry travels."""

from __future__ import annotations

import datetime as dt
import os
import shutil
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec
import pyarrow.parquet as pq

from andon.app.conservation import count_published, count_raw, lines
from andon.app.coverage import read_agents, troubles
from andon.config import Settings
from andon.contract.telemetry import TABLE_OF_SIGNAL
from andon.directory.directory import Directory, Organisation, open_directory
from andon.directory.problems import DirectoryError
from andon.edition.build_record import last_build
from andon.edition.editions import list_editions
from andon.log.ballast import is_released
from andon.log.segments import DAMAGED, closed_segments, open_segments
from andon.warehouse.parquet_lake import TO_DO_WITH_DAMAGED, ParquetLake

LITTLE_SPACE = 2 * 2**30
"""Bytes free below which a build may not fit any more."""
NO_SPACE = 200 * 2**20
"""Bytes free below which acknowledging telemetry is about to fail."""

SEEN_DAYS = 30
"""Agents are looked for in the newest days only: a big lake has many files."""

_WAITS_LONG_S = 120
"""A running server loads within seconds."""


class Finding(msgspec.Struct, frozen=True):
    """
    One line of the examination.

    Attributes:
        level: ``fail`` needs doing now, ``warn`` is worth a look.
        what: What was looked at.
        text: What was found, and what to do where there is something to do.
    """

    level: Literal["ok", "warn", "fail"]
    what: str
    text: str


def examine(settings: Settings) -> Iterator[Finding]:
    """Look at everything, one finding at a time; changes nothing that exists."""
    if not settings.data.is_dir():
        yield Finding("fail", "data directory", f"{settings.data} is not there yet; `andon up` makes it")
        return
    yield _data_directory(settings.data)
    if is_released(settings):
        yield Finding(
            "fail",
            "ballast",
            "released, because the disk was full: telemetry is refused until twice ANDON_BALLAST_BYTES "
            f"({2 * settings.ballast_bytes / 2**20:.0f} MiB) are free; make room",
        )
    yield from _directory(settings)
    yield from _log(settings)
    damaged = list(ParquetLake(settings.raw_dir).damaged())
    for path in damaged:
        yield Finding("fail", "raw", f"{path} is damaged and builds fail; {TO_DO_WITH_DAMAGED}")
    if not damaged:
        yield from _raw(settings)
        yield from _agents(settings)
        yield from _records(settings)
    yield from _edition(settings)
    yield from _last_build(settings)
    yield from _coverage(settings)


def _data_directory(data: Path) -> Finding:
    free = shutil.disk_usage(data).free
    text = f"{data}, {free / 2**30:.1f} GiB free"
    if not os.access(data, os.W_OK | os.X_OK):
        return Finding("fail", "data directory", f"{data} is not writable for this user; give it to them")
    if free < NO_SPACE:
        return Finding("fail", "data directory", f"{text}: telemetry is about to be refused; make room")
    if free < LITTLE_SPACE:
        return Finding("warn", "data directory", f"{text}: a build may not fit; make room")
    if data.stat().st_mode & 0o077:
        return Finding("warn", "data directory", f"{text}; others can read it: chmod 700 {data}")
    return Finding("ok", "data directory", text)


def _directory(settings: Settings) -> Iterator[Finding]:
    try:
        directory = open_directory(settings)
    except DirectoryError as error:
        yield Finding("fail", "directory", str(error))
        return
    try:
        yield from _organisations(directory, settings.clock())
    finally:
        directory.close()


def _organisations(directory: Directory, now: dt.datetime) -> Iterator[Finding]:
    orgs = directory.orgs()
    if not orgs:
        yield Finding("warn", "directory", "no organisation yet; make one: andon orgs create NAME")
        return
    people = sum(len(directory.people(org.org_id)) for org in orgs)
    yield Finding("ok", "directory", f"{_count(len(orgs), 'organisation')}, people: {people}")
    for org in orgs:
        active = Counter(key.kind for key in directory.keys(org.org_id) if key.state(now) == "active")
        text = f"{org.name}: {active['analytics']} analytics, {active['ingest']} ingest, active"
        if not active["ingest"]:
            yield Finding(
                "warn", "keys", f"{text}; nobody can send: andon keys create --org {org.org_id} --ingest"
            )
        elif not active["analytics"]:
            yield Finding(
                "warn", "keys", f"{text}; nobody can read: andon keys create --org {org.org_id} --role owner"
            )
        else:
            yield Finding("ok", "keys", text)


def _log(settings: Settings) -> Iterator[Finding]:
    closed, opened = closed_segments(settings.log_dir), open_segments(settings.log_dir)
    age = max((_age_s(path) for path in closed), default=0)
    text = f"{_count(len(closed), 'segment')} waiting, {len(opened)} being written"
    if age > _WAITS_LONG_S:
        yield Finding(
            "warn", "log", f"{text}, the oldest for {age / 60:.0f} minutes; `andon build` loads them"
        )
    else:
        yield Finding("ok", "log", text)
    damaged = len(list((settings.log_dir / DAMAGED).glob("*")))
    if damaged:
        where = settings.log_dir / DAMAGED
        yield Finding("warn", "log", f"{_count(damaged, 'file')} could not be read and lies in {where}")


def _raw(settings: Settings) -> Iterator[Finding]:
    lake = ParquetLake(settings.raw_dir)
    rows = {
        table: sum(pq.read_metadata(path).num_rows for path in lake.files(table))
        for table in TABLE_OF_SIGNAL.values()
    }
    counted = ", ".join(f"{count:,} {table}" for table, count in rows.items())
    if any(rows.values()):
        yield Finding("ok", "raw", counted)
    else:
        yield Finding("warn", "raw", "no telemetry yet; point an agent at this server (`andon up` says how)")

    reasons: Counter[str] = Counter()
    for path in lake.files("quarantine"):
        reasons.update(pq.read_table(path, columns=["reason"], partitioning=None)["reason"].to_pylist())
    for reason, count in reasons.most_common():
        yield Finding("warn", "quarantine", f"{count:,} records: {reason}; their senders were told")


def _agents(settings: Settings) -> Iterator[Finding]:
    lake = ParquetLake(settings.raw_dir)
    oldest = settings.clock().date() - dt.timedelta(days=SEEN_DAYS)
    seen: dict[str, dt.datetime] = {}
    for table in TABLE_OF_SIGNAL.values():
        for path in lake.files(table):
            if path.parent.name < f"event_date={oldest}":
                continue
            part = pq.read_table(path, columns=["service_name", "received_at"], partitioning=None)
            newest = part.group_by("service_name").aggregate([("received_at", "max")])
            for row in newest.to_pylist():
                name, at = row["service_name"] or "(no service.name)", row["received_at_max"]
                seen[name] = max(at, seen.get(name, at))
    for name, at in sorted(seen.items(), key=lambda pair: pair[1], reverse=True):
        yield Finding("ok", "agents", f"{name}, last heard {at:%Y-%m-%d %H:%M} UTC")


def _records(settings: Settings) -> Iterator[Finding]:
    today = settings.clock().date()
    days = [today, today - dt.timedelta(days=1)]
    raw = count_raw(settings, days)
    published = count_published(settings, days)
    for org in _orgs(settings):
        found = [(day, raw[org.org_id, day]) for day in days if (org.org_id, day) in raw]
        known = [published.get((org.org_id, day)) for day, _ in found]
        for level, text in lines(org.name, found, known):
            yield Finding(level, "records", text)


def _edition(settings: Settings) -> Iterator[Finding]:
    kept = list_editions(settings.editions_dir)
    for edition in kept:
        if edition.damage is not None:
            yield Finding("fail", "edition", f"{edition.damage}; publish a new one: andon build")
    current = next((edition for edition in kept if edition.is_current and edition.data_through), None)
    if current is None or current.data_through is None:
        yield Finding("warn", "edition", "nothing is published yet; `andon build` makes reports")
        return
    days_behind = (settings.clock().date() - current.data_through).days - 1
    text = f"number {current.number}, data through {current.data_through}"
    if days_behind > 0:
        yield Finding("warn", "edition", f"{text}: {_count(days_behind, 'day')} behind; run andon build")
    else:
        yield Finding("ok", "edition", text)


def _last_build(settings: Settings) -> Iterator[Finding]:
    last = last_build(settings.editions_dir)
    if last is None:
        return
    when = f"the last one, begun {last.started_at:%Y-%m-%d %H:%M} UTC,"
    if last.outcome == "published":
        took = f" in {sum(last.seconds.values()):.0f} s" if last.seconds else ""
        yield Finding("ok", "build", f"{when} published edition {last.edition}{took}")
        return
    why = "; ".join(last.why.splitlines())
    yield Finding(
        "fail",
        "build",
        f"{when} {last.outcome}: {why}. Readers keep what they had; mend it, then andon build",
    )


def _coverage(settings: Settings) -> Iterator[Finding]:
    orgs = _orgs(settings)
    for org, agents in zip(orgs, read_agents(settings, [org.org_id for org in orgs]), strict=True):
        found = [trouble for agent in agents for trouble in troubles(agent)]
        for trouble in found:
            yield Finding("warn", "coverage", f"{org.name}: {trouble}")
        if agents and not found:
            told = sum(field.status == "ok" for agent in agents for field in agent.fields)
            text = f"{_count(len(agents), 'agent')}, {_count(told, 'field')} arrive and none was lost"
            yield Finding("ok", "coverage", f"{org.name}: {text}")


def _orgs(settings: Settings) -> list[Organisation]:
    try:
        directory = open_directory(settings)
    except DirectoryError:
        return []  # said above
    try:
        return directory.orgs()
    finally:
        directory.close()


def _age_s(path: Path) -> float:
    # The file's own age on the file system's clock; the settings' clock may be fixed.
    now = dt.datetime.now(dt.UTC).timestamp()
    try:
        return now - path.stat().st_mtime
    except FileNotFoundError:
        return 0  # loaded in the meantime


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"
