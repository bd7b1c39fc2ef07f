"""How the data gets from the door to the reports: builds, editions, what is kept apart, what arrives now."""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec


class EditionRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    A published edition that is kept.

    Attributes:
        number: Which one.
        is_current: Whether the API answers from it.
        built_at: When its build began, UTC; null when it is damaged.
        data_through: Newest UTC day in it; null when it is damaged.
    """

    number: int
    is_current: bool
    built_at: dt.datetime | None
    data_through: dt.date | None


class BuildRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    A build.

    Attributes:
        started_at: UTC.
        ended_at: UTC; null while it runs.
        outcome: ``running``, ``published``, ``failed``, or ``died`` when it ended without saying how.
        why: What failed, and what to do; empty unless something did.
        edition: What it published.
        data_through: Newest UTC day that it was to publish.
    """

    started_at: dt.datetime
    ended_at: dt.datetime | None
    outcome: Literal["running", "published", "failed", "died"]
    why: str
    edition: int | None
    data_through: dt.date | None


class KeptApart(msgspec.Struct, frozen=True, kw_only=True):
    """
    Records that were received and not believed.

    Attributes:
        reason: Why, in a word of docs/operate.md.
        records: How many in the last 30 days; also those that were taken in again since.
        advice: What to do about it.
    """

    reason: str
    records: int
    advice: str


class PipelineState(msgspec.Struct, frozen=True, kw_only=True):
    """
    Where the data stands.

    Attributes:
        data_through: Newest complete UTC day that reports have; null before the first edition, and for an
            organisation that is younger than it.
        edition: Number of the edition that is served; null before the first.
        built_at: When its build began, UTC.
        next_build_at: When the next build is due, UTC.
        editions: Editions kept, newest first.
        builds: The last builds, newest first; previews left out.
        quarantine: What was kept apart, most first.
    """

    data_through: dt.date | None
    edition: int | None
    built_at: dt.datetime | None
    next_build_at: dt.datetime
    editions: list[EditionRow]
    builds: list[BuildRow]
    quarantine: list[KeptApart]


class DataAnswer(msgspec.Struct, frozen=True):
    """
    ``GET /api/v1/data``.

    Attributes:
        data: Where the data stands.
    """

    data: PipelineState


class ArrivalRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One signal of one agent, as it arrives.

    Attributes:
        signal: traces, logs or metrics.
        agent: What the sender calls itself (``service.name``); ``(unknown)`` where it does not.
        last_minute: Records of the last minute.
        last_hour: Records of the last hour.
        last_event_at: When the last one was received, UTC.
    """

    signal: Literal["traces", "logs", "metrics"]
    agent: str
    last_minute: int
    last_hour: int
    last_event_at: dt.datetime


class ArrivalsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """
    ``GET /api/v1/arrivals``.

    Attributes:
        data: What arrived in the last hour, by agent, then signal.
        last_event_at: When the last record of all was received, UTC; null when none was since *since*.
        since: When this server started: what came before it is not here.
    """

    data: list[ArrivalRow]
    last_event_at: dt.datetime | None
    since: dt.datetime
