"""
Where every received record went, by day of receipt (UTC).

received = stored + quarantined, and stored = distinct + duplicates. Senders were told of what is quarantined.

Source: promise R9 of the reliability study ("no silent loss").
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from andon.contract.coverage import CoverageMeta


class SignalRecords(msgspec.Struct, frozen=True, kw_only=True):
    """
    Records of one signal.

    Attributes:
        signal: traces, logs or metrics.
        received: Records that the log acknowledged or refused by name, as counted when they left it.
        stored: Records in raw.
        distinct: Those that nobody had sent before.
        duplicates: The others: stored, and counted in no report.
        quarantined: Kept apart, as their senders were told; what was replayed is stored instead.
    """

    signal: Literal["traces", "logs", "metrics"]
    received: int
    stored: int
    distinct: int
    duplicates: int
    quarantined: int


class DayRecords(msgspec.Struct, frozen=True, kw_only=True):
    """
    Records that an organisation sent on one day; of the day of a build those until then.

    Attributes:
        report_date: UTC day of receipt.
        received: As in :class:`SignalRecords`, of all signals together; so are the next four.
        stored: In raw.
        distinct: Counted in reports.
        duplicates: Stored, not counted.
        quarantined: Kept apart.
        by_signal: The same of each signal that came, by its name.
    """

    report_date: dt.date
    received: int
    stored: int
    distinct: int
    duplicates: int
    quarantined: int
    by_signal: list[SignalRecords]


class Conservation(msgspec.Struct, frozen=True, kw_only=True):
    """
    Everything that was received.

    Attributes:
        days: The oldest first; a day on which nothing came has no entry.
    """

    days: list[DayRecords]


class ConservationAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /api/v1/conservation``."""

    data: Conservation
    meta: CoverageMeta
