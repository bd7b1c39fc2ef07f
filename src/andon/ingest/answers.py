"""
The bodies of answers to OTLP requests, in both encodings, and the details of gRPC's.

Small messages, written by hand: ``Export…ServiceResponse`` (the same field numbers for every signal) and
``google.rpc.Status`` with its details.

Source: opentelemetry-proto ``docs/specification.md``, "OTLP/HTTP Response", "OTLP/gRPC Response".
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

_INVALID_ARGUMENT = 3

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
    number, message = rpc_code(code), message[:LONGEST_MESSAGE]
    if encoding == "json":
        return msgspec.json.encode({"code": number, "message": message})
    return _number(1, number) + _field(2, message.encode())


def rpc_code(code: int) -> int:
    """Give gRPC's number for an HTTP status; 2 (unknown) for those that have none."""
    return _RPC_CODES.get(code, 2)


def rpc_details(code: int, message: str, retry_after_s: int | None = None) -> bytes:
    """
    Make what gRPC's ``grpc-status-details-bin`` holds: the status, and what the sender is to do.

    Args:
        code: gRPC's number.
        message: What to do about it.
        retry_after_s: Seconds after which the sender may try again, for ``RetryInfo``; None when it may not.

    Source: google.rpc ``status.proto`` and ``error_details.proto``; OTLP's specification asks for
    ``BadRequest`` where the data is bad, and for ``RetryInfo`` where the server is busy.
    """
    details = b""
    if retry_after_s is not None:
        details = _detail("RetryInfo", _field(1, _number(1, retry_after_s)))
    elif code == _INVALID_ARGUMENT:
        details = _detail("BadRequest", _field(1, _field(2, message.encode())))
    return _number(1, code) + _field(2, message.encode()) + details


def _detail(name: str, content: bytes) -> bytes:
    return _field(3, _field(1, f"type.googleapis.com/google.rpc.{name}".encode()) + _field(2, content))


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
