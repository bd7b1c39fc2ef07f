"""One build, from what waits in the log to a published edition."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec

from andon.app.turns import one_at_a_time
from andon.config import Settings
from andon.directory.directory import open_directory
from andon.edition.publish import publish
from andon.ingest.load import flush
from andon.transform.child import Progress
from andon.transform.run import build
from andon.warehouse.open import open_mart_reader, open_raw_store

FLUSH_TIMEOUT_S = 30
"""How long a build waits for a running server to close the segment that it writes: normally 50 ms."""


class Built(msgspec.Struct, frozen=True):
    """
    What a build published.

    Attributes:
        edition: Its number.
        data_through: Newest UTC day in it.
        records: Raw rows that were waiting in the log and are in it now.
    """

    edition: int
    data_through: dt.date
    records: int


def build_once(
    settings: Settings,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_wait: Callable[[], None] = lambda: None,
) -> Built:
    """
    Load what waits in the log, transform and test everything, publish an edition. Safe to repeat.

    Args:
        settings: Where things are; its clock says which days are over.
        on_progress: Told of every seed, model and test that finished.
        on_wait: Told once when another build has to finish first.

    Raises:
        BuildFailed: A model or a test failed; what readers see is as it was.
        BuildBusy: A build whose command was killed is still at work.
        EditionProblem: The marts cannot be published.
    """
    with one_at_a_time(settings, on_wait):
        directory = open_directory(settings)
        try:
            rows = directory.export_rows()
        finally:
            directory.close()
        loaded = flush(settings.log_dir, open_raw_store(settings), timeout_s=FLUSH_TIMEOUT_S)
        result = build(settings, now=settings.clock(), directory_rows=rows, on_progress=on_progress)
        reader = open_mart_reader(settings)
        try:
            number = publish(
                reader,
                settings.editions_dir,
                data_through=result.data_through,
                built_at=result.built_at,
                keep=settings.editions_kept,
            )
        finally:
            reader.close()
        return Built(number, result.data_through, loaded.rows)
