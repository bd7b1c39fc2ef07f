"""
The process that builds for a running server, so that a build can neither slow nor break the doors.

It takes one word a line on stdin and says one JSON line for each on stdout. It stays between builds with dbt
ready (``transform.worker``), and ends, with any build at work, when the server hangs up or dies.
"""

from __future__ import annotations

import os
import queue
import sys
import threading
from typing import Literal

import msgspec

from andon.app.build import build_once
from andon.config import Settings, read_settings
from andon.transform.run import get_ready
from andon.transform.worker import Worker

Word = Literal["build", "get-ready"]


class Report(msgspec.Struct, frozen=True):
    """
    What came of one word.

    Attributes:
        edition: What was published; null when nothing was.
        trouble: What failed; empty when nothing did.
    """

    edition: int | None = None
    trouble: str = ""


def main() -> None:
    """Do what the server says until it says no more."""
    with os.fdopen(os.dup(sys.stdout.fileno()), "wb") as out:
        os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
        words, worker = _listen(), Worker()
        while True:
            word = words.get()
            out.write(msgspec.json.encode(_do(word, worker)) + b"\n")
            out.flush()


def _do(word: str, worker: Worker) -> Report:
    try:
        settings: Settings = read_settings()
        if word == "get-ready":
            get_ready(settings, worker)
            return Report()
        return Report(edition=build_once(settings, worker=worker).edition)
    except Exception as error:  # noqa: BLE001 (said to the server, which says it to the log)
        return Report(trouble=str(error) or type(error).__name__)


def _listen() -> queue.SimpleQueue[str]:
    words: queue.SimpleQueue[str] = queue.SimpleQueue()

    def take() -> None:
        for line in sys.stdin:
            words.put(line.strip())
        # dbt's process ends with this one. What was published is published, the rest is built again.
        os._exit(0)

    threading.Thread(target=take, daemon=True).start()
    return words


if __name__ == "__main__":
    main()
