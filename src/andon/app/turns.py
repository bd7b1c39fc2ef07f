"""Who may publish, and who may count on raw standing still: one at a time, of any process."""

from __future__ import annotations

import contextlib
import fcntl
import time
from collections.abc import Callable, Iterator

from andon.config import Settings
from andon.transform.run import BuildBusy, build_lock

_LOOK_AGAIN_S = 0.1
"""Merging small files takes a second or two."""


@contextlib.contextmanager
def one_at_a_time(settings: Settings, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """
    Wait for one's turn, and have it until the end of the block; a process that dies gives it back.

    A build has it from its first model until its edition is published.

    Args:
        settings: Where the data directory is.
        on_wait: Told once when somebody else has to finish first.
    """
    # transform's own lock ends with the build's models; this one covers all of a build, and waits.
    lock = settings.data / "warehouse" / "publish.lock"
    lock.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with lock.open("a") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


@contextlib.contextmanager
def raw_at_rest(settings: Settings, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """
    Wait until no build and no merge of small files is at work, and let none begin until the end of the block.

    New files may come; none goes.

    Args:
        settings: Where the data directory is.
        on_wait: Told once when a build has to finish first.
    """
    with one_at_a_time(settings, on_wait), contextlib.ExitStack() as held:
        while True:
            try:
                held.enter_context(build_lock(settings.warehouse_path.parent))
            except BuildBusy:
                time.sleep(_LOOK_AGAIN_S)
            else:
                break
        yield
