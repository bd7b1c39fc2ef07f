"""
OTLP bodies from files, by the path that the network takes.

A file is one request (``.pb``, ``.json``) or one request a line (``.jsonl``), perhaps compressed (``.gz``,
``.zst``). JSON says itself which signal it is; protobuf does not, so the file's name must.

Source: "Interfaces that others rely on" of the design (`andon import`).
"""

from __future__ import annotations

import datetime as dt
import io
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import NamedTuple

import msgspec
import pyarrow as pa

from andon.contract.problems import BadRequest, Problem, TooLarge
from andon.contract.telemetry import SIGNALS, Signal
from andon.ingest.answers import Encoding
from andon.ingest.orders import Envelope, Sender, Window
from andon.ingest.take_in import take_in

_SIGNAL_OF_KEY: dict[str, Signal] = {
    "resourceSpans": "traces",
    "resourceLogs": "logs",
    "resourceMetrics": "metrics",
}
_ENCODINGS: dict[str, Encoding] = {".pb": "protobuf", ".json": "json", ".jsonl": "json"}
_CODECS = {".gz": "gzip", ".zst": "zstd"}
_WAITING = 32
"""Frames on their way to the disk at once: enough to share flushes, few enough to bound memory."""


class ImportCount(msgspec.Struct):
    """
    What an import did.

    Attributes:
        files: Files that were read.
        requests: Export requests in them that were taken in.
        accepted: Items that are durable in the log.
        rejected: Items that were not taken, such as ones older than the history.
        messages: Why items were rejected, each reason once.
        refused: Files, or lines of files, that are no OTLP requests: what is wrong with each.
    """

    files: int = 0
    requests: int = 0
    accepted: int = 0
    rejected: int = 0
    messages: list[str] = msgspec.field(default_factory=list)
    refused: list[str] = msgspec.field(default_factory=list)


class Importer(NamedTuple):
    """
    How files are taken in.

    Attributes:
        sender: For whom.
        window: Which times are believed.
        clock: Tells the time of receipt, in UTC.
        max_body_bytes: Largest request, after decompression.
        append: The log's: a future that is done when the frame is durable.
    """

    sender: Sender
    window: Window
    clock: Callable[[], dt.datetime]
    max_body_bytes: int
    append: Callable[[bytes], Future[None]]


def import_files(paths: Iterable[Path], importer: Importer, signal: Signal | None = None) -> ImportCount:
    """
    Take in the requests of files, in the order given; all of them are durable when it returns.

    Args:
        paths: Files, and directories of files, which are read in the order of their names.
        importer: How.
        signal: Of every request; None takes it from the content (JSON) or else from the file's name.

    Returns:
        The counts. A file that is no OTLP is refused and named there; it does not stop the others.

    Raises:
        AppendFailed: The log could not store a request. What went before is stored; importing again is safe.
    """
    run = _Run(importer, signal)
    for path in _expand(paths):
        run.import_file(path)
    run.finish()
    return run.count


def signal_of_name(path: Path) -> Signal | None:
    """Tell the signal that a file's name speaks of, as in ``012.traces.pb``; None unless it is just one."""
    found = [signal for signal in SIGNALS if signal in path.name.lower()]
    return found[0] if len(found) == 1 else None


def signal_of_json(body: bytes) -> Signal | None:
    """
    Tell the signal of a JSON export request from its top-level key; None when it has no key of OTLP.

    Raises:
        BadRequest: It is not a JSON object.
    """
    try:
        keys = msgspec.json.decode(body, type=dict[str, msgspec.Raw])
    except (msgspec.DecodeError, UnicodeDecodeError) as error:
        raise BadRequest(f"It is not a JSON object: {error}") from None
    for key, signal in _SIGNAL_OF_KEY.items():
        if key in keys:
            return signal
    return None


class _Run:
    """One import, as far as it has come."""

    def __init__(self, importer: Importer, signal: Signal | None) -> None:
        self.count = ImportCount()
        self._importer = importer
        self._signal = signal
        self._waiting: deque[Future[None]] = deque()

    def import_file(self, path: Path) -> None:
        self.count.files += 1
        try:
            for line, body in _requests(path, self._importer.max_body_bytes):
                self._import_request(path, line, body)
        except Problem as problem:
            self.count.refused.append(f"{path}: {problem.detail}")
        except OSError as error:
            self.count.refused.append(f"{path}: {error.strerror or error}")

    def finish(self) -> None:
        while self._waiting:
            self._waiting.popleft().result()

    def _import_request(self, path: Path, line: int, body: bytes) -> None:
        importer, count = self._importer, self.count
        encoding = _ENCODINGS[_suffix(path)]
        try:
            signal = self._signal or _signal_of(path, body, encoding)
            envelope = Envelope(signal, encoding, importer.sender, importer.clock())
            taken = take_in(body, envelope, importer.window)
        except Problem as problem:
            count.refused.append(f"{path}{f', line {line}' if line else ''}: {problem.detail}")
            return

        if taken.frame is not None:
            self._waiting.append(importer.append(taken.frame))
            if len(self._waiting) > _WAITING:
                self._waiting.popleft().result()
        count.requests += 1
        count.accepted += taken.accepted
        count.rejected += taken.rejected
        if taken.message and taken.message not in count.messages:
            count.messages.append(taken.message)


def _signal_of(path: Path, body: bytes, encoding: Encoding) -> Signal:
    if encoding == "json":
        signal = signal_of_json(body)
        if signal is None:
            raise BadRequest(
                f"It is not an OTLP request: none of {', '.join(_SIGNAL_OF_KEY)} is in it. "
                "To read it anyway, say which signal it is (--signal)"
            )
        return signal
    named = signal_of_name(path)
    if named is None:
        raise BadRequest(f"Its name does not say which of {', '.join(SIGNALS)} it holds; add --signal")
    return named


def _expand(paths: Iterable[Path]) -> Iterator[Path]:
    for path in paths:
        if path.is_dir():
            yield from sorted(inner for inner in path.rglob("*") if _suffix(inner) in _ENCODINGS)
        else:
            yield path


def _suffix(path: Path) -> str:
    """Give the suffix that tells the encoding, below the one of a compression."""
    suffixes = [suffix.lower() for suffix in path.suffixes]
    if suffixes and suffixes[-1] in _CODECS:
        suffixes.pop()
    return suffixes[-1] if suffixes else ""


def _requests(path: Path, limit: int) -> Iterator[tuple[int, bytes]]:
    """Give each request of a file with its line, 0 when the file is one request."""
    suffix = _suffix(path)
    if suffix not in _ENCODINGS:
        known = [f"*{name}" for name in _ENCODINGS]
        raise BadRequest(
            f"Its name does not end in {', '.join(known)}, with or without {' or '.join(_CODECS)}"
        )

    with _opened(path) as file:
        if suffix != ".jsonl":
            body = file.read(limit + 1)
            _check_length(body, limit)
            yield 0, body
            return
        for number, line in enumerate(_lines(file, limit), 1):
            if line.strip():
                yield number, line


def _opened(path: Path) -> io.BufferedReader:
    codec = _CODECS.get(path.suffix.lower())
    if codec is None:
        return path.open("rb")
    return io.BufferedReader(pa.CompressedInputStream(pa.OSFile(str(path)), codec))


def _lines(file: io.BufferedReader, limit: int) -> Iterator[bytes]:
    while line := file.readline(limit + 2):
        _check_length(line.rstrip(b"\r\n"), limit)
        yield line


def _check_length(body: bytes, limit: int) -> None:
    if len(body) > limit:
        raise TooLarge(f"A request in it has more than {limit} bytes; the limit is ANDON_MAX_BODY_BYTES")
