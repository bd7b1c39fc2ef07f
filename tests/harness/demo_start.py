"""``andon up --demo``, as somebody sees it who tries Andon."""

from __future__ import annotations

import re
import shlex
import time
from typing import NamedTuple

import httpx2

from line import Line

READY_S = 420
"""The demo is ready after about a minute on four idle cores; tests share theirs."""


class Start(NamedTuple):
    """What ``andon up --demo`` said, what its curl line gives, and how many editions there are then."""

    said: str
    answer: httpx2.Response
    editions: int


def start_demo(line: Line) -> Start:
    """Start it and wait until it is ready."""
    log = line.data.parent / "data.log"
    before = len(log.read_text()) if log.exists() else 0
    line.start("--demo")
    deadline = time.monotonic() + READY_S
    while not (curl := re.search(r"^ *(curl .*)\n", said := log.read_text()[before:], re.MULTILINE)):
        if time.monotonic() > deadline or (line.process and line.process.poll() is not None):
            raise AssertionError(said)
        time.sleep(0.2)
    command, option, header, url = shlex.split(curl[1])
    assert (command, option) == ("curl", "-H")
    answer = httpx2.get(url, headers=dict([header.split(": ", 1)]))
    return Start(said, answer, len(list(line.data.glob("editions/*/manifest.json"))))
