"""
How long one piece of work may keep a processor.

Processor time, not the clock's: the same work is stopped at the same place however busy the machine is, so
that whoever asked for it can be told for good that it is too much.

Source: promise R11 (bounded work) of the reliability study; ``setitimer(2)``.
"""

from __future__ import annotations

import signal
from types import FrameType


class OutOfTime(BaseException):
    """The work took too long; no ``except Exception`` of what it runs may take it for a fault."""


def start(seconds: float) -> None:
    """
    Begin to count the processor time of this process; its main thread is interrupted when it is used up.

    Args:
        seconds: After which :class:`OutOfTime` is raised between two steps of Python, or within a search by a
            regular expression.
    """
    signal.signal(signal.SIGPROF, _interrupt)
    signal.setitimer(signal.ITIMER_PROF, seconds)


def stop() -> None:
    """Count no longer."""
    signal.setitimer(signal.ITIMER_PROF, 0)


def _interrupt(_number: int, _frame: FrameType | None) -> None:
    raise OutOfTime
