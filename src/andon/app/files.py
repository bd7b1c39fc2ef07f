"""Telemetry from files, by the path that the network takes."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from andon.config import Settings
from andon.contract.telemetry import Signal
from andon.directory.directory import Organisation
from andon.ingest.files import ImportCount, Importer
from andon.ingest.files import import_files as import_requests
from andon.ingest.load import load_closed
from andon.ingest.orders import Sender, Window
from andon.log.writer import SegmentWriter
from andon.warehouse.open import open_raw_store


def import_files(
    settings: Settings, paths: Sequence[Path], org: Organisation, signal: Signal | None = None
) -> ImportCount:
    """
    Take the requests in files in, and load them into raw. Safe to repeat: what is there counts once.

    Args:
        settings: Where things are, and what is believed.
        paths: Files and directories of files.
        org: Whose telemetry it is.
        signal: Of every file; None lets content and names say.

    Raises:
        AppendFailed: The disk refused; what went before is stored.
    """
    writer = SegmentWriter(settings.log_dir)
    try:
        importer = Importer(
            sender=Sender(org.org_id, keeps_content=org.keeps_content),
            window=Window(settings.history_start, settings.max_future_s, settings.max_attributes),
            clock=settings.clock,
            max_body_bytes=settings.max_body_bytes,
            append=writer.append,
        )
        count = import_requests(paths, importer, signal)
    finally:
        writer.close()
    load_closed(settings.log_dir, open_raw_store(settings))
    return count
