"""Laws of every decoder: whatever the bytes, a declared refusal or an account of every item; never more."""

from __future__ import annotations

import contextlib
import gzip
import tempfile
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from decoding_promises import (
    FIRST_FRAME,
    FIRST_SEGMENT,
    LIMIT,
    MARKER,
    NOW,
    WINDOW,
    choice_of,
    keep,
    taken_in,
)
from hypothesis import given, settings
from hypothesis import strategies as st
from wild_messages import Wild, wild

from andon.contract.problems import BadRequest, TooLarge
from andon.contract.telemetry import SIGNALS, TABLE_OF_SIGNAL, Signal
from andon.ingest import frames
from andon.ingest.files import Importer, import_files
from andon.ingest.inflate import gunzip
from andon.ingest.orders import Sender, TakenIn
from andon.log.framing import header, pieces

pytestmark = pytest.mark.slow(seconds=15)


def rows_of(taken: TakenIn, table: Any) -> list[dict[str, Any]]:  # noqa: ANN401 (a table's name)
    """Give the rows of a frame's table."""
    found = frames.unpack(taken.frame).get(table) if taken.frame else None
    return found.to_pylist() if found is not None else []


def understood(taken: TakenIn) -> list[dict[str, Any]]:
    """Give the rows of quarantine that only their time keeps apart."""
    return [row for row in rows_of(taken, "quarantine") if row["item"] is not None]


@settings(deadline=None, max_examples=250)
@given(wild(), st.booleans())
def test_wild_requests_are_accounted_for_alike_in_both_encodings(sent: Wild, keeps_content: bool) -> None:  # noqa: FBT001 (drawn)
    """Each item of a request is a row or rejected for a reason; JSON and protobuf tell and store the same."""
    binary = taken_in(sent.signal, sent.protobuf, keeps_content=keeps_content)
    text = taken_in(sent.signal, sent.json, is_json=True, keeps_content=keeps_content)
    table = TABLE_OF_SIGNAL[sent.signal]
    assert rows_of(binary, table) == rows_of(text, table)
    assert binary.rejected == text.rejected  # not why: of an item's two faults either may come first
    assert understood(binary) == understood(text)


def damaged(body: bytes, draw: st.DrawFn) -> bytes:
    """Change, cut, double or put in a few bytes."""
    whole = bytearray(body)
    for _ in range(draw(st.integers(1, 4))):
        start = draw(st.integers(0, len(whole)))
        end = min(len(whole), start + draw(st.integers(0, 9)))
        put = draw(st.one_of(st.binary(max_size=6), st.just(bytes(whole[start:end] * 2))))
        whole[start:end] = put
    return bytes(whole)


@st.composite
def damaged_requests(draw: st.DrawFn) -> tuple[Signal, bytes, bool]:
    """Draw a request with damage, in either encoding."""
    sent, is_json = draw(wild()), draw(st.booleans())
    return sent.signal, damaged(sent.json if is_json else sent.protobuf, draw), is_json


@settings(deadline=None, max_examples=300)
@given(damaged_requests())
def test_damaged_requests_are_refused_or_accounted_for(drawn: tuple[Signal, bytes, bool]) -> None:
    """Damage costs the request or some of its items, and what is left is told to the last one."""
    signal, body, is_json = drawn
    with contextlib.suppress(BadRequest, TooLarge):
        taken_in(signal, body, is_json=is_json)


@settings(deadline=None, max_examples=400)
@given(st.integers(0, 255), st.binary(max_size=200))
def test_any_bytes_are_refused_or_accounted_for(choice: int, body: bytes) -> None:
    """Bytes of no kind at all, as a request of any signal and encoding, a segment and a frame."""
    keep(bytes([choice]) + body)


@settings(deadline=None, max_examples=100)
@given(st.data())
def test_damaged_frames_are_damage(data: st.DataObject) -> None:
    """A frame of real rows with damage is read or is DamagedFrame, and a segment around it tells all."""
    sent = data.draw(wild())
    frame = taken_in(sent.signal, sent.protobuf).frame or b""
    body = data.draw(st.composite(lambda draw: damaged(frame, draw))())
    keep(bytes([FIRST_SEGMENT]) + body)
    keep(bytes([FIRST_FRAME]) + body)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.binary(max_size=60), min_size=1, max_size=6), st.data())
def test_damage_of_a_segment_costs_the_frames_that_it_touches(
    payloads: list[bytes], data: st.DataObject
) -> None:
    """All frames beside a stretch of other bytes are read, in order, and those bytes are told as damaged."""
    whole = [header(payload, MARKER) + payload for payload in payloads]
    content = bytearray(b"".join(whole))
    start = data.draw(st.integers(0, len(content) - 1))
    end = data.draw(st.integers(start + 1, len(content)))
    content[start:end] = data.draw(st.binary(min_size=end - start, max_size=end - start))

    expected, at = [], 0
    for payload, frame in zip(payloads, whole, strict=True):
        if at + len(frame) <= start or at >= end:
            expected.append(payload)
        at += len(frame)
    found = list(pieces(bytes(content), MARKER))
    told = [piece.payload for piece in found if piece.kind == "frame"]
    assert [payload for payload in told if payload in expected] == expected or bytes(content) == b"".join(
        whole
    )
    assert len(told) <= len(payloads)
    assert sum(piece.end - piece.start for piece in found) == len(content)


@settings(deadline=None, max_examples=150)
@given(st.binary(max_size=300), st.integers(1, 3), st.data())
def test_gzip_is_inflated_whole_or_refused(body: bytes, members: int, data: st.DataObject) -> None:
    """What was compressed comes back, and damaged it never exceeds the limit; nothing else is raised."""
    packed = b"".join([gzip.compress(body)] * members)
    assert gunzip(packed, LIMIT) == body * members
    with contextlib.suppress(BadRequest, TooLarge):
        assert len(gunzip(data.draw(st.composite(lambda draw: damaged(packed, draw))()), 500)) <= 500


SUFFIXES = (
    ".pb",
    ".json",
    ".jsonl",
    ".pb.gz",
    ".json.gz",
    ".jsonl.gz",
    ".jsonl.zst",
    ".JSON.ZST",
    ".txt",
    "",
)


@settings(deadline=None, max_examples=150)
@given(st.data(), st.sampled_from(SUFFIXES), st.sampled_from([*SIGNALS, "other"]))
def test_any_file_is_refused_or_accounted_for(data: st.DataObject, suffix: str, named: str) -> None:
    """Files of any content and name end in counts: requests and their items, or what is wrong with which."""
    sent = data.draw(wild())
    body = sent.protobuf if ".pb" in suffix else sent.json + b"\n" + sent.json
    if data.draw(st.booleans()):
        body = data.draw(st.composite(lambda draw: damaged(body, draw))())
    if suffix.lower().endswith((".gz", ".zst")):
        codec = "gzip" if suffix.endswith("gz") else "zstd"
        body = pa.compress(body, codec, asbytes=True) if codec == "zstd" else gzip.compress(body)
        if data.draw(st.booleans()):
            body = data.draw(st.composite(lambda draw: damaged(body, draw))())

    kept: list[bytes] = []

    def append(frame: bytes) -> Future[None]:
        kept.append(frame)
        done: Future[None] = Future()
        done.set_result(None)
        return done

    importer = Importer(Sender("org"), WINDOW, lambda: NOW, LIMIT, append)
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / f"01.{named}{suffix}"
        path.write_bytes(body)
        count = import_files([path], importer)
    tables = [table.num_rows for frame in kept for table in frames.unpack(frame).values()]
    assert sum(tables) == count.accepted + count.rejected
    assert count.requests or count.refused or not body.strip() or suffix.startswith(".jsonl")


@pytest.mark.parametrize("signal", SIGNALS)
def test_the_choice_is_the_reader(signal: Signal) -> None:
    """The first byte of an input reads what it is meant to: the corpus would prove nothing otherwise."""
    for is_json in (False, True):
        for is_gzip in (False, True):
            body = b"not this" if not is_gzip else gzip.compress(b"not this")
            keep(bytes([choice_of(signal, is_json=is_json, is_gzip=is_gzip)]) + body)
