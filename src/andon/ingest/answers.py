"""
The bodies of answers to OTLP requests, in both encodings.

Two small messages, written by hand: ``Export…ServiceResponse`` (the same field numbers for every signal) and
``google.rpc.Status``.

Source: opentelemetry-proto ``docs/specification.md``, "OTLP/HTTP Response".
"""

from __future__ import annotations

from typing import Literal

import msgspec

from andon.contract.telemetry import Signal

Encoding = Literal["protobuf", "json"]

MEDIA_TYPES: dict[Encoding, str] = {"protobuf": "application/x-protobuf", "json": "application/json"}

LONGEST_MESSAGE = 1000
"""Characters of an error's text; senders write it to their logs, again and again."""

_REJECTED: dict[Signal, str] = {
    "traces": "rejectedSpans",
    "logs": "rejectedLogRecords",
    "metrics": "rejectedDataPoints",
}

_CONTINUES = 0x80
"""Bit of a varint's byte that says that another one follows."""

_RPC_CODES = {400: 3, 401: 16, 403: 7, 404: 5, 405: 12, 408: 4, 413: 8, 415: 3, 429: 8, 431: 8, 503: 14}
"""gRPC's number of each HTTP status; 2 (unknown) for the others."""


def export_response(signal: Signal, rejected: int, message: str, encoding: Encoding) -> bytes:
    """
    Make the body of a success.

    Args:
        signal: Which service answers.
        rejected: Items that were not accepted.
        message: Why they were not, or a warning; for the sender's developer. 0 rejected and no message leave
            ``partial_success`` unset, as the protocol demands.
        encoding: The request's.
    """
    message = message[:LONGEST_MESSAGE]
    if encoding == "json":
        partial = {_REJECTED[signal]: str(rejected), "errorMessage": message}
        return msgspec.json.encode({"partialSuccess": partial} if rejected or message else {})
    if not rejected and not message:
        return b""
    return _field(1, (_number(1, rejected) if rejected else b"") + _field(2, message.encode()))


def status(code: int, message: str, encoding: Encoding) -> bytes:
    """Make the body of a failure: *code* is the HTTP status, *message* what to do about it."""
    number, message = _RPC_CODES.get(code, 2), message[:LONGEST_MESSAGE]
    if encoding == "json":
        return msgspec.json.encode({"code": number, "message": message})
    return _number(1, number) + _field(2, message.encode())


def _number(field: int, value: int) -> bytes:
    return _varint(field << 3) + _varint(value)


def _field(field: int, content: bytes) -> bytes:
    return _varint(field << 3 | 2) + _varint(len(content)) + content


def _varint(value: int) -> bytes:
    encoded = bytearray()
    while value >= _CONTINUES:
        encoded.append(value % _CONTINUES | _CONTINUES)
        value //= _CONTINUES
    encoded.append(value)
    return bytes(encoded)
