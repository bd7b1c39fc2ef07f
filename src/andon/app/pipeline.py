"""Where the data stands, read from what builds and the door leave behind."""

from __future__ import annotations

import datetime as dt
import threading
from collections import Counter
from pathlib import Path
from urllib.parse import quote

import pyarrow.parquet as pq

from andon.app.builds import due_at
from andon.app.quarantine import ADVICE
from andon.config import Settings
from andon.contract.pipeline import BuildRow, DataAnswer, EditionRow, KeptApart, PipelineState
from andon.edition.build_record import read_builds
from andon.edition.editions import Editions, list_editions

BUILDS = 20
"""Builds told."""

DAYS = 30
"""Of the quarantine that is counted."""


class Pipeline:
    """
    Tells where the data of an organisation stands. Safe to use from several threads.

    Args:
        settings: Where things are, when builds begin, and the clock.
        editions: Tell what is served.
    """

    def __init__(self, settings: Settings, editions: Editions) -> None:
        self._settings = settings
        self._editions = editions
        self._reasons: dict[Path, Counter[str]] = {}
        self._gate = threading.Lock()

    def state(self, org_id: str) -> DataAnswer:
        """Tell it, as of now."""
        settings, edition = self._settings, self._editions.current()
        builds = [one for one in read_builds(settings.editions_dir) if one.kind == "daily"]
        kept_apart = self._kept_apart(org_id).most_common()
        return DataAnswer(
            PipelineState(
                data_through=edition.data_through if edition and edition.knows(org_id) else None,
                edition=edition.number if edition else None,
                built_at=edition.built_at if edition else None,
                next_build_at=due_at(settings) + dt.timedelta(days=1),
                editions=[
                    EditionRow(
                        number=one.number,
                        is_current=one.is_current,
                        built_at=one.built_at,
                        data_through=one.data_through,
                    )
                    for one in reversed(list_editions(settings.editions_dir))
                ],
                builds=[
                    BuildRow(
                        started_at=one.started_at,
                        ended_at=one.ended_at,
                        outcome=one.outcome,
                        why=one.why,
                        edition=one.edition,
                        data_through=one.data_through,
                    )
                    for one in reversed(builds[-BUILDS:])
                ],
                quarantine=[
                    KeptApart(reason=reason, records=records, advice=ADVICE.get(reason, ""))
                    for reason, records in kept_apart
                ],
            )
        )

    def _kept_apart(self, org_id: str) -> Counter[str]:
        first = self._settings.clock().date() - dt.timedelta(days=DAYS - 1)
        folder = self._settings.raw_dir / "quarantine" / f"org_id={quote(org_id, safe='')}"
        total: Counter[str] = Counter()
        seen: dict[Path, Counter[str]] = {}
        for path in folder.glob("event_date=*/*.parquet"):
            if path.parent.name.removeprefix("event_date=") < first.isoformat():
                continue
            with self._gate:
                found = self._reasons.get(path)
            if found is None:
                try:
                    reasons = pq.read_table(path, columns=["reason"], partitioning=None)["reason"]
                except FileNotFoundError:
                    continue  # merged a moment ago; its rows are in another
                found = Counter(reasons.to_pylist())
            seen[path] = found
            total += found
        with self._gate:
            self._reasons = {p: c for p, c in self._reasons.items() if folder not in p.parents} | seen
        return total
