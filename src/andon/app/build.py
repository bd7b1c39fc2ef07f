"""One build, from what waits in the log to a published edition."""

from __future__ import annotations

import contextlib
import datetime as dt
import time
from collections.abc import Callable, Iterator

import msgspec

from andon.app.turns import one_at_a_time
from andon.config import Settings
from andon.directory.directory import open_directory
from andon.edition.build_record import BuildRecord, FailedCheck, begin, end
from andon.edition.publish import publish
from andon.ingest.load import flush
from andon.transform.orders import Progress
from andon.transform.run import BuildBusy, BuildFailed, build, build_lock
from andon.transform.worker import Worker
from andon.warehouse.open import open_mart_reader, open_raw_store

FLUSH_TIMEOUT_S = 30
"""How long a build waits for a running server to close the segment that it writes: normally 50 ms."""


ORPHAN_TIMEOUT_S = 10
"""How long a build waits for what another one left running: normally some milliseconds."""

_LOOK_AGAIN_S = 0.05


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


def build_once(  # noqa: PLR0913 (each by name)
    settings: Settings,
    on_progress: Callable[[Progress], None] = lambda _: None,
    on_wait: Callable[[], None] = lambda: None,
    *,
    is_preview: bool = False,
    again: tuple[dt.date, dt.date] | None = None,
    worker: Worker | None = None,
) -> Built:
    """
    Load what waits in the log, transform and test everything, publish an edition. Safe to repeat.

    How it went is noted in the record of builds, also when it fails.

    Args:
        settings: Where things are; its clock says which days are over.
        on_progress: Told of every seed, model and test that finished.
        on_wait: Told once when another build has to finish first.
        is_preview: Make a provisional edition that covers today too, in a place of its own; what readers of
            reports see is as it was.
        again: First and last day whose records are read again from raw; None for those that changed.
        worker: Runs dbt, and is kept by the caller; one for this build alone when it is None.

    Raises:
        BuildFailed: A model or a test failed; what readers see is as it was.
        BuildBusy: A build whose command was killed is still at work.
        EditionProblem: The marts cannot be published.
    """
    place = settings.for_preview() if is_preview else settings
    with one_at_a_time(settings, on_wait), _noted(settings, is_preview=is_preview) as note:
        with note.step("load"):
            directory = open_directory(settings)
            try:
                rows = directory.export_rows()
            finally:
                directory.close()
            loaded = flush(settings.log_dir, open_raw_store(settings), timeout_s=FLUSH_TIMEOUT_S)
        with note.step("build"):
            _wait_for_orphans(place)
            result = build(
                place,
                now=note.started_at,
                directory_rows=rows,
                on_progress=on_progress,
                with_today=is_preview,
                again=again,
                worker=worker,
            )
        with note.step("publish"), contextlib.closing(open_mart_reader(place)) as reader:
            number = publish(
                reader,
                place.editions_dir,
                data_through=result.data_through,
                built_at=result.built_at,
                keep=1 if is_preview else settings.editions_kept,
                is_provisional=is_preview,
            )
        note.built = Built(number, result.data_through, loaded.rows)
        return note.built


def _wait_for_orphans(settings: Settings) -> None:
    """Wait until dbt's process of a build that was killed has ended, as it does once it notices."""
    give_up = time.monotonic() + ORPHAN_TIMEOUT_S
    while True:
        try:
            with build_lock(settings.warehouse_path.parent):
                return
        except BuildBusy:
            if time.monotonic() > give_up:
                raise
            time.sleep(_LOOK_AGAIN_S)


class _Note:
    """What the record of builds will say."""

    def __init__(self, started_at: dt.datetime) -> None:
        self.started_at = started_at
        self.built: Built | None = None
        self.seconds: dict[str, float] = {}

    @contextlib.contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time a step."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.seconds[name] = round(time.monotonic() - began, 2)


@contextlib.contextmanager
def _noted(settings: Settings, *, is_preview: bool) -> Iterator[_Note]:
    """Keep the record of builds of what happens in the block."""
    note = _Note(settings.clock())
    today = note.started_at.astimezone(dt.UTC).date()
    record = BuildRecord(
        started_at=note.started_at,
        kind="preview" if is_preview else "daily",
        data_through=today if is_preview else today - dt.timedelta(days=1),
    )
    begin(settings.editions_dir, record)
    try:
        yield note
    except Exception as error:
        checks = [
            FailedCheck(node=one.node, kind=one.kind, message=one.message, days=one.days)
            for one in (error.failures if isinstance(error, BuildFailed) else ())
        ]
        record = msgspec.structs.replace(
            record,
            outcome="failed",
            why=str(error) or type(error).__name__,
            failed=checks,
            seconds=note.seconds,
            ended_at=settings.clock(),
        )
        end(settings.editions_dir, record)
        raise
    built = note.built
    if built is not None:
        record = msgspec.structs.replace(
            record,
            outcome="published",
            edition=built.edition,
            data_through=built.data_through,
            records=built.records,
            seconds=note.seconds,
            ended_at=settings.clock(),
        )
    end(settings.editions_dir, record)
