"""Who may rearrange raw and publish: one at a time, of any process."""

from __future__ import annotations

import contextlib
import fcntl
from collections.abc import Callable, Iterator

from andon.config import Settings


@contextlib.contextmanager
def one_at_a_time(settings: Settings, on_wait: Callable[[], None] = lambda: None) -> Iterator[None]:
    """
    Wait for one's turn, and have it until the end of the block; a process that dies gives it back.

    A build merges files of raw and publishes in its turn; whoever needs raw to stand still takes one too.

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
