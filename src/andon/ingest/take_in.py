"""
One request body to one frame for the log: the path that network and files share.

Source: idea 1 of the design.
"""

from __future__ import annotations

from andon.contract.problems import BadRequest, TooLarge
from andon.ingest import decode, flatten, frames, redact
from andon.ingest.orders import Envelope, TakenIn, Window
from andon.ingest.weigh import holds_more_than

MOST_ITEMS = 200_000
"""Items of one request, the resources and scopes around them included."""


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
