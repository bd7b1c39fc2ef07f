"""
One request body to one frame for the log: the path that network and files share.

Source: idea 1 of the design.
"""

from __future__ import annotations

import datetime as dt

import msgspec

from andon.contract.problems import BadRequest, TooLarge
from andon.contract.telemetry import Signal
from andon.ingest import decode, flatten, frames, redact
from andon.ingest.answers import Encoding
from andon.ingest.weigh import holds_more_than

MOST_ITEMS = 200_000
"""Items of one request, the resources and scopes around them included."""


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
    max_attributes: int = decode.MOST_ATTRIBUTES


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


def take_in(body: bytes, envelope: Envelope, window: Window) -> TakenIn:
    """
    Decode, redact and flatten a body, and pack the rows.

    Raises:
        BadRequest: The body is not an export request of this signal and encoding.
        TooLarge: It has more than :data:`MOST_ITEMS` items.
    """
    if holds_more_than(MOST_ITEMS, envelope.signal, body, envelope.encoding):
        raise TooLarge(
            f"The request has more than {MOST_ITEMS} items, or millions of values; send smaller batches"
        )
    try:
        request = decode.decode(
            envelope.signal, body, envelope.encoding, most_attributes=window.max_attributes
        )
    except decode.TooManyItems as many:
        raise TooLarge(str(many)) from None
    except decode.Malformed as malformed:
        raise BadRequest(str(malformed)) from None

    flat = flatten.flatten(
        request,
        signal=envelope.signal,
        org_id=envelope.sender.org_id,
        ingest_key_id=envelope.sender.ingest_key_id,
        received_at=envelope.received_at,
        policy=redact.Policy(keeps_content=envelope.sender.keeps_content),
        history_start=window.history_start,
        max_future_s=window.max_future_s,
    )
    tables = {table: rows for table, rows in flat.rows.items() if rows.num_rows}
    return TakenIn(
        frame=frames.pack(tables) if tables else None,
        accepted=flat.accepted,
        rejected=flat.rejected,
        message="; ".join(flat.messages),
    )
