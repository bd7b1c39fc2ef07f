"""
From the log to raw: closed segments become rows, then they are deleted.

A segment is one batch, named by its stem. The store takes each batch once, and the segment goes only after
the store has it durably, so a crash anywhere between loses and doubles nothing.

Source: idea 1 of the design; promises R1 and R5 of the reliability study.
"""

from __future__ import annotations

import fcntl
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

import msgspec
import pyarrow as pa
import structlog
from prometheus_client import Counter, Gauge

from andon.contract.telemetry import Table
from andon.ingest import frames
from andon.ingest.receipts import receipts_of
from andon.log.ballast import Ballast, is_full
from andon.log.segments import (
    Damage,
    closed_segments,
    make_directory,
    open_segments,
    read_segment,
    recover,
    request_close,
    set_aside,
    set_segment_aside,
    sync_directory,
)
from andon.warehouse.doors import InvalidRows, RawStore

LOCK = "load.lock"
"""Held by whoever loads, of any process: `andon up`, `andon build`, `andon import`."""

LOADED = Counter("andon_load_rows", "Rows moved from the log to raw, quarantine included.", ["table"])
SET_ASIDE = Counter("andon_load_set_aside", "Stretches of the log that could not be read; see log/damaged/.")
DISK_FULL = Gauge("andon_disk_full", "1 while the disk is full and telemetry is refused.")

_POLL_S = 0.02
_LOG = structlog.get_logger(__name__)


class LoadCount(msgspec.Struct, frozen=True):
    """
    What a load has moved.

    Attributes:
        segments: Segments that are in raw now and gone from the log.
        rows: Their rows, quarantine included.
        set_aside: Files in ``log/damaged/`` that hold what could not be read.
        unreadable: Segments that the disk does not give back; they stay where they are.
        still_open: Segments whose writers did not close them in time; a later load takes them.
    """

    segments: int = 0
    rows: int = 0
    set_aside: tuple[Path, ...] = ()
    unreadable: tuple[Path, ...] = ()
    still_open: int = 0


def load_closed(log_dir: Path, store: RawStore) -> LoadCount:
    """
    Move every closed segment, and those of dead writers, to raw; waits for another loader to finish.

    What cannot be read is set aside and reported; it never stops the rest.

    Raises:
        OSError: The disk refused. What was not moved is still in the log.
    """
    segments, rows, kept, unreadable = 0, 0, list[Path](), list[Path]()
    with _locked(log_dir):
        recover(log_dir)
        for path in closed_segments(log_dir):
            damage: list[Damage] = []
            try:
                read = list(read_segment(path, damage.append))
            except OSError as error:
                # Of one file only, perhaps for a moment only: the others must not wait for it.
                unreadable.append(path)
                _report(path, str(error))
                continue
            try:
                loaded = _load(read, path, store)
            except (InvalidRows, frames.DamagedFrame) as error:
                kept.append(set_segment_aside(path))
                _report(kept[-1], str(error))
                continue
            for stretch in damage:
                kept.append(set_aside(stretch))
                _report(kept[-1], str(stretch))
            path.unlink()
            segments, rows = segments + 1, rows + loaded
        # A segment that came back after a power cut could find its rows in a file of another name.
        sync_directory(log_dir)
    return LoadCount(segments, rows, tuple(kept), tuple(unreadable))


def flush(log_dir: Path, store: RawStore, timeout_s: float) -> LoadCount:
    """
    Move everything to raw that was acknowledged before the call, also what is in open segments.

    Args:
        log_dir: The log.
        store: Raw.
        timeout_s: How long to wait for the writers, of any process, to close their segments.

    Raises:
        OSError: The disk refused. What was not moved is still in the log.
    """
    request_close(log_dir)
    waiting = set(open_segments(log_dir))
    give_up = time.monotonic() + timeout_s
    while waiting and time.monotonic() < give_up:
        time.sleep(_POLL_S)
        recover(log_dir)
        waiting &= set(open_segments(log_dir))
    return msgspec.structs.replace(load_closed(log_dir, store), still_open=len(waiting))


class Loader:
    """
    Loads closed segments in the background.

    Args:
        log_dir: The log.
        store: Raw.
        interval_s: Pause between two looks at the log.
        ballast: Released when the disk is full, reserved again when there is room; None has no ballast.
    """

    def __init__(
        self, log_dir: Path, store: RawStore, *, interval_s: float = 1.0, ballast: Ballast | None = None
    ) -> None:
        self._log_dir = log_dir
        self._store = store
        self._interval_s = interval_s
        self._ballast = ballast
        self._trouble = ""
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="andon-loader", daemon=True)

    def start(self) -> None:
        """Start loading."""
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being loaded and stop; what stays in the log is loaded next time."""
        self._stop.set()
        if self._thread.ident is not None:
            self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(self._interval_s):
            self._tend_ballast()
            try:
                load_closed(self._log_dir, self._store)
            except Exception as error:  # noqa: BLE001 (logged; the segments are still there, and so is the loader)
                self._tell(error)
            else:
                self._trouble = ""

    def _tend_ballast(self) -> None:
        if self._ballast is None:
            return
        was_released = self._ballast.is_released
        self._ballast.tend()
        is_released = self._ballast.is_released
        DISK_FULL.set(is_released)
        if is_released and not was_released:
            _LOG.error("the disk is full: telemetry is refused until there is room", disk=str(self._log_dir))
        elif was_released and not is_released:
            _LOG.warning("there is room again: telemetry is taken", disk=str(self._log_dir))

    def _tell(self, error: Exception) -> None:
        """Log a trouble once, not every second: its disk may be the one that is full."""
        if self._ballast is not None and is_full(error):
            self._ballast.release()
        if repr(error) != self._trouble:
            _LOG.error(
                "the log could not be loaded; it is tried again",
                log=str(self._log_dir),
                exc_info=None if isinstance(error, OSError) else error,
                reason=str(error),
            )
        self._trouble = repr(error)


def _load(read: Iterable[bytes], path: Path, store: RawStore) -> int:
    parts: dict[Table, list[pa.Table]] = {}
    for frame in read:
        for table, rows in frames.unpack(frame).items():
            parts.setdefault(table, []).append(rows)

    together: dict[Table, pa.Table] = {}
    for table, tables in parts.items():
        try:
            together[table] = pa.concat_tables(tables, promote_options="default")
        except pa.ArrowException as error:
            raise InvalidRows(f"Frames of {table} do not fit together: {error}") from None

    loaded = 0
    for table, rows in together.items():
        store.append(table, rows, path.stem)
        LOADED.labels(table).inc(rows.num_rows)
        loaded += rows.num_rows
    # Last: raw may for a moment have more than was receipted, and never has less.
    store.append("receipts", receipts_of(together), path.stem)
    return loaded


def _report(kept: Path, reason: str) -> None:
    SET_ASIDE.inc()
    _LOG.error("part of the log cannot be read; it is kept", kept=str(kept), reason=reason)


@contextmanager
def _locked(log_dir: Path) -> Iterator[None]:
    make_directory(log_dir)
    with (log_dir / LOCK).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
