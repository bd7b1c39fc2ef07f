"""
Days whose published reports changed: what was read before is no longer what is told.

Telemetry that comes days late, a person who turns out to be two, or another price book all change days that
had been published. Whoever copied a day's answer asks here whether to copy it again.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from andon.contract.reports import Meta, Report, Row


class Restatement(Row, frozen=True, kw_only=True):
    """
    One report of one day that an edition tells otherwise than the one before it.

    Attributes:
        report_date: The UTC day.
        report: Which of the five, ungrouped and grouped.
        edition: The edition that changed it.
        restated_at: When that edition's build began, UTC.
    """

    report_date: dt.date
    report: Report
    edition: int
    restated_at: dt.datetime


class RestatementsAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """``GET /api/v1/restatements``: by day, then edition, then report."""

    data: list[Restatement]
    meta: Meta
