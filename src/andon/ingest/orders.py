"""
What the server and the processes that decode for it say to each other.

Light to import: a server that starts again says it before it knows how to decode.
"""

from __future__ import annotations

import datetime as dt
import struct

import msgspec

from andon.contract.problems import BadRequest, Problem, TooLarge
from andon.contract.telemetry import Signal
from andon.ingest.answers import Encoding

MOST_ATTRIBUTES = 1000
"""Attributes of one item, unless told otherwise; SDKs send 128 at most, unless they are told otherwise."""

LENGTHS = struct.Struct("<II")
"""Bytes of the head and of the payload."""

_PROBLEMS: dict[str, type[Problem]] = {"bad": BadRequest, "large": TooLarge}


class Sender(msgspec.Struct, frozen=True):
    """
    For whom telemetry is taken in.

    Attributes:
        org_id: Organisation that the rows belong to, whatever they say themselves.
        ingest_key_id: Public id of the key; None for files and for loopback without a key.
        keeps_content: Whether the organisation keeps prompts and other content.
    """

    org_id: str
    ingest_key_id: str | None = None
    keeps_content: bool = False


class Window(msgspec.Struct, frozen=True):
    """
    Which records are believed: by their times, and by how much they say.

    Attributes:
        history_start: Older records go to quarantine.
        max_future_s: So do records further ahead of the clock, in seconds.
        max_attributes: So do records with more attributes.
    """

    history_start: dt.date
    max_future_s: int
    max_attributes: int = MOST_ATTRIBUTES


class Envelope(msgspec.Struct, frozen=True):
    """
    What is known of a body without reading it.

    Attributes:
        signal: Which export request it is.
        encoding: How it is written.
        sender: For whom it is taken in.
        received_at: When, in UTC.
    """

    signal: Signal
    encoding: Encoding
    sender: Sender
    received_at: dt.datetime


class TakenIn(msgspec.Struct, frozen=True):
    """
    What became of a request.

    Attributes:
        frame: What the log is to keep; None when the request held nothing.
        accepted: Items that will be rows.
        rejected: Items that will not, which the sender is told.
        message: Why, in a few sentences; also what the sender should know although nothing was rejected.
    """

    frame: bytes | None
    accepted: int
    rejected: int
    message: str


class Setup(msgspec.Struct, frozen=True):
    """
    What every order of a process shares; it comes as the first head.

    Attributes:
        window: Which times are believed.
        limit: Largest body, in bytes after decompression.
        memory_bytes: What a process may take for one body; where the system has no such limit, nothing holds
            it. The largest body of ordinary telemetry takes half of the default.
        processor_s: Processor time that a process may take for one body, in seconds.
    """

    window: Window
    limit: int
    memory_bytes: int = 2 * 2**30
    processor_s: float = 8


class Order(msgspec.Struct, frozen=True):
    """
    One body to decode.

    Attributes:
        envelope: What is known of it without reading it.
        is_gzip: Whether it is compressed.
    """

    envelope: Envelope
    is_gzip: bool


class Answer(msgspec.Struct, frozen=True, omit_defaults=True):
    """
    What became of an order; the frame, if there is one, is the payload.

    Attributes:
        accepted: Items that will be rows.
        rejected: Items that will not.
        message: What the sender is told of them; the problem's text when there is a problem.
        problem: ``bad`` or ``large`` when the body cannot be taken, ``failed`` when the fault is ours.
        is_empty: Nothing is to be kept.
    """

    accepted: int = 0
    rejected: int = 0
    message: str = ""
    problem: str = ""
    is_empty: bool = False


def answered(answer: Answer, frame: bytes) -> TakenIn:
    """
    Give the outcome as whoever asked knows it.

    Raises:
        BadRequest: The body is not what it says it is.
        TooLarge: It has more bytes or items than are taken.
        RuntimeError: Decoding failed; the same body may well fail again.
    """
    if answer.problem in _PROBLEMS:
        raise _PROBLEMS[answer.problem](answer.message)
    if answer.problem:
        raise RuntimeError(answer.message)
    return TakenIn(None if answer.is_empty else frame, answer.accepted, answer.rejected, answer.message)
