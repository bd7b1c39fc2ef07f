"""
A ledger of what was sent and what was said to it, and the comparison with what raw holds after a fault.

Every record has an id of its own in a field that raw keeps: a span's and a log record's ``span_id``, a metric
point's time. Nothing is ever sent again, so each id is in raw once or not at all.

Source: "The ledger harness" of the reliability study.
"""

from __future__ import annotations

import datetime as dt
import itertools
import json
import time
from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Literal, NamedTuple

import pyarrow as pa
import pyarrow.parquet as pq

from andon.contract.telemetry import TABLE_OF_SIGNAL, Signal, Table
from andon.ingest.frames import pack
from andon.warehouse.parquet_lake import ParquetLake
from andon.warehouse.raw_tables import raw_schema

from otlp_encodings import other_encoding
from otlp_json import NOON

Outcome = Literal["acknowledged", "refused", "unknown"]
RecordProperty = Callable[[str, object], None]

_MOMENT = dt.datetime(2026, 11, 20, 12)  # noqa: DTZ001 (raw keeps UTC without a zone)
_DAY_NS = 86_400 * 10**9
_ID_COLUMN: dict[Table, str] = {
    "spans": "span_id",
    "log_records": "span_id",
    "metric_points": "time_unix_nano",
    "quarantine": "record_id",
}


class Counts(NamedTuple):
    """
    What became of the records of some rounds.

    Attributes:
        rounds: How often the fault was made.
        acknowledged: Records answered with 200, over gRPC with OK.
        over_grpc: Those of them that came over gRPC.
        refused: Records answered with 503, over gRPC with UNAVAILABLE and a RetryInfo.
        unknown: Records without an answer.
        lost: Acknowledged and not in raw: must be 0.
        twice: In raw more than once: must be 0.
        ghosts: In raw and never sent: must be 0.
        kept_unknown: Without an answer and in raw: neither good nor bad.
        kept_refused: Refused and in raw: counted once if the sender sends it again.
    """

    rounds: int = 0
    acknowledged: int = 0
    over_grpc: int = 0
    refused: int = 0
    unknown: int = 0
    lost: int = 0
    twice: int = 0
    ghosts: int = 0
    kept_unknown: int = 0
    kept_refused: int = 0

    def plus(self, other: Counts) -> Counts:
        """Add up rounds."""
        return Counts(*map(sum, zip(self, other, strict=True)))


class Ledger:
    """What was sent, by id, and what was said to it; safe to use from any thread."""

    def __init__(self) -> None:
        """Begin with nothing sent."""
        self.outcomes: dict[str, Outcome] = {}
        self.over_grpc: set[str] = set()
        self.odd: list[str] = []
        self.refusals: list[float] = []
        self.acknowledgements: list[float] = []
        self._numbers = itertools.count(1)

    def numbers(self, count: int) -> list[int]:
        """Give numbers that no other record of this ledger has."""
        return list(itertools.islice(self._numbers, count))

    def note(self, ids: Sequence[str], outcome: Outcome) -> None:
        """Note what was said to these records."""
        for record_id in ids:
            self.outcomes[record_id] = outcome
        if outcome == "refused":
            self.refusals.append(time.monotonic())
        elif outcome == "acknowledged":
            self.acknowledgements.append(time.monotonic())

    def compare(self, raw_dir: Path, rounds: int) -> Counts:
        """Compare with what raw holds."""
        assert not self.odd, self.odd[:3]
        said = Counter(self.outcomes.values())
        stored = raw_ids(raw_dir)
        kept = Counter(self.outcomes[record_id] for record_id in stored if record_id in self.outcomes)
        return Counts(
            rounds=rounds,
            acknowledged=said["acknowledged"],
            over_grpc=sum(self.outcomes[record_id] == "acknowledged" for record_id in self.over_grpc),
            refused=said["refused"],
            unknown=said["unknown"],
            lost=said["acknowledged"] - kept["acknowledged"],
            twice=sum(count > 1 for count in stored.values()),
            ghosts=sum(record_id not in self.outcomes for record_id in stored),
            kept_unknown=kept["unknown"],
            kept_refused=kept["refused"],
        )


def record_id(signal: Signal, number: int) -> str:
    """Name a record by what raw keeps of it."""
    value = _time(number) if signal == "metrics" else f"{number:016x}"
    return f"{TABLE_OF_SIGNAL[signal]} {value}"


def raw_ids(raw_dir: Path) -> Counter[str]:
    """Count each record in raw's files."""
    lake = ParquetLake(raw_dir)
    return Counter(
        f"{table} {value}"
        for table, column in _ID_COLUMN.items()
        for path in lake.files(table)
        for value in pq.ParquetFile(path).read([column]).column(0).to_pylist()
    )


def frame(number: int) -> bytes:
    """Make a frame of the log with two rows of the smallest table, on two days."""
    rows = [
        {
            "org_id": "org_a",
            "received_at": _MOMENT,
            "record_id": name.partition(" ")[2],
            "event_date": _MOMENT.date() - dt.timedelta(days=day),
            "signal": "logs",
            "reason": "too_old",
            "detail": "x" * (number % 7),
        }
        for day, name in enumerate(frame_ids(number))
    ]
    return pack({"quarantine": pa.Table.from_pylist(rows, raw_schema("quarantine"))})


def frame_ids(number: int) -> list[str]:
    """Name the rows of such a frame."""
    return [f"quarantine {number}-{row}" for row in range(2)]


def encoded(signal: Signal, numbers: Sequence[int], *, is_protobuf: bool) -> tuple[str, bytes]:
    """Write a request of these records: its media type and its body."""
    body, kind = json.dumps(request(signal, numbers)).encode(), "application/json"
    if is_protobuf:
        [(_, body, kind)] = other_encoding([(f"/v1/{signal}", body, kind)])
    return kind, body


def request(signal: Signal, numbers: Sequence[int]) -> dict[str, Any]:
    """Make an export request of these records, over two days."""
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": "some-agent"}}]}
    if signal == "traces":
        spans = [
            {
                "traceId": f"{number:032x}",
                "spanId": f"{number:016x}",
                "name": "chat",
                "startTimeUnixNano": str(_time(number)),
                "endTimeUnixNano": str(_time(number)),
            }
            for number in numbers
        ]
        return {"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": spans}]}]}
    if signal == "logs":
        records = [
            {
                "traceId": f"{number:032x}",
                "spanId": f"{number:016x}",
                "eventName": "some-agent.event",
                "timeUnixNano": str(_time(number)),
            }
            for number in numbers
        ]
        return {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": records}]}]}
    points = [{"timeUnixNano": str(_time(number)), "asInt": "1"} for number in numbers]
    metric = {"name": "some-agent.events", "sum": {"aggregationTemporality": 1, "dataPoints": points}}
    return {"resourceMetrics": [{"resource": resource, "scopeMetrics": [{"metrics": [metric]}]}]}


def tell(record_property: RecordProperty, what: str, counts: Counts, **more: object) -> None:
    """Put the counts of a loop into the test's report, and insist on the three that must be 0."""
    bound = f", 95 % bound {3 / counts.rounds:.2%} of rounds" if counts.rounds else ""
    named = {**{k.replace("_", " "): f"{v:,}" for k, v in counts._asdict().items()}, **more}
    text = f"{what}: " + ", ".join(f"{name} {value}" for name, value in named.items())
    record_property(what, text + bound)
    assert (counts.lost, counts.twice, counts.ghosts) == (0, 0, 0), text


def _time(number: int) -> int:
    return NOON - (number % 2) * _DAY_NS + number
