"""
Senders of the fault loops: over HTTP and over gRPC alike, into one ledger.

Source: "The ledger harness" of the reliability study.
"""

from __future__ import annotations

import contextlib
import gzip
import http.client
import itertools
import random
import threading
from collections.abc import Iterator, Sequence
from typing import Protocol, cast
from urllib.parse import urlsplit

import grpc
from google.rpc import error_details_pb2, status_pb2

from andon.contract.telemetry import SIGNALS, Signal

from ledger import Ledger, Outcome, encoded, record_id
from line import GRPC_PATHS

SENDERS = 3
"""Connections over each of the two."""

_MOST_RECORDS = 40
_PATIENCE_S = 15
_PAUSE_S = 0.02

_NO_ANSWER = {grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.DEADLINE_EXCEEDED}


class Served(Protocol):
    """Where the senders send, without a key."""

    @property
    def otlp_url(self) -> str:
        """Where OTLP over HTTP is taken."""

    @property
    def grpc_target(self) -> str:
        """Where OTLP over gRPC is taken: host and port."""


class Odd(Exception):
    """An answer that no fault excuses; the text says which."""


class HttpSender:
    """One connection over HTTP: protobuf and JSON by turns."""

    def __init__(self, server: Served) -> None:
        """Connect with the first request."""
        self._connection = http.client.HTTPConnection(urlsplit(server.otlp_url).netloc, timeout=_PATIENCE_S)

    def send(self, signal: Signal, numbers: Sequence[int], *, is_gzip: bool) -> Outcome:
        """Send these records; tell what was said to them."""
        kind, body = encoded(signal, numbers, is_protobuf=numbers[0] % 2 == 0)
        headers = {"Content-Type": kind}
        if is_gzip:
            headers["Content-Encoding"] = "gzip"
            body = gzip.compress(body, 1)
        try:
            self._connection.request("POST", f"/v1/{signal}", body, headers)
            response = self._connection.getresponse()
            said = response.read()
        except (OSError, http.client.HTTPException):
            self._connection.close()
            return "unknown"
        if response.status == 200 and said in {b"", b"{}"}:
            return "acknowledged"
        if response.status == 503 and response.getheader("Retry-After") == "1":
            return "refused"
        raise Odd(f"{response.status} {said[:200]!r}")

    def close(self) -> None:
        """Hang up."""
        self._connection.close()


class GrpcSender:
    """One connection over gRPC."""

    def __init__(self, server: Served) -> None:
        """Connect with the first call; senders in one process would share a connection otherwise."""
        options = [("grpc.use_local_subchannel_pool", 1)]
        self._channel = grpc.insecure_channel(server.grpc_target, options)

    def send(self, signal: Signal, numbers: Sequence[int], *, is_gzip: bool) -> Outcome:
        """Send these records; tell what was said to them."""
        _, body = encoded(signal, numbers, is_protobuf=True)
        export: grpc.UnaryUnaryMultiCallable[bytes, bytes] = self._channel.unary_unary(
            GRPC_PATHS[f"/v1/{signal}"]
        )
        compression = grpc.Compression.Gzip if is_gzip else None
        try:
            said = export(body, timeout=_PATIENCE_S, compression=compression)
        except grpc.RpcError as error:
            failed = cast(grpc.Call, error)
            if is_refusal(failed):
                return "refused"
            if failed.code() in _NO_ANSWER:
                return "unknown"
            raise Odd(f"{failed.code().name} {failed.details()}") from None
        if said:
            raise Odd(f"OK {said[:200]!r}")
        return "acknowledged"

    def close(self) -> None:
        """Hang up."""
        self._channel.close()


def is_refusal(failed: grpc.Call) -> bool:
    """Tell whether the server itself says that this is to be sent again, in a second."""
    if failed.code() is not grpc.StatusCode.UNAVAILABLE:
        return False
    trailing: dict[str, str | bytes] = dict(failed.trailing_metadata() or ())
    status = status_pb2.Status.FromString(cast(bytes, trailing.get("grpc-status-details-bin", b"")))
    told = error_details_pb2.RetryInfo()
    return any(detail.Unpack(told) and told.retry_delay.seconds == 1 for detail in status.details)


class Load:
    """
    Senders that never stop: connections over HTTP and over gRPC, three signals, plain and gzip.

    Args:
        server: Where they send.
        ledger: Where each answer is noted.
        most_records: Largest request.
    """

    def __init__(self, server: Served, ledger: Ledger, *, most_records: int = _MOST_RECORDS) -> None:
        """Send nothing before ``running``."""
        self._server = server
        self._ledger = ledger
        self._most_records = most_records
        self._stop = threading.Event()

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Send for as long as the context lasts."""
        senders = [kind(self._server) for kind in (HttpSender, GrpcSender) for _ in range(SENDERS)]
        threads = [threading.Thread(target=self._send, args=pair) for pair in enumerate(senders)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()

    def _send(self, number: int, sender: HttpSender | GrpcSender) -> None:
        dice = random.Random(number)  # noqa: S311 (not a secret)
        for turn in itertools.count(number):
            if self._stop.is_set():
                break
            signal = SIGNALS[turn % len(SIGNALS)]
            numbers = self._ledger.numbers(dice.randint(1, self._most_records))
            ids = [record_id(signal, value) for value in numbers]
            if isinstance(sender, GrpcSender):
                self._ledger.over_grpc.update(ids)
            self._ledger.note(ids, "unknown")
            try:
                outcome = sender.send(signal, numbers, is_gzip=dice.random() < 0.5)
            except Odd as odd:
                self._ledger.odd.append(str(odd))
                continue
            self._ledger.note(ids, outcome)
            if outcome != "acknowledged":
                self._stop.wait(_PAUSE_S)
        sender.close()
