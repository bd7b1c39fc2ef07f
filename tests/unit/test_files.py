"""Telemetry from files: the same rows as over the network, and a clear word about every file that is none."""

from __future__ import annotations

import datetime as dt
import gzip
import json
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from andon.contract.telemetry import Signal
from andon.ingest.files import ImportCount, Importer, import_files
from andon.ingest.frames import unpack
from andon.ingest.orders import Sender, Window
from andon.log.writer import AppendFailed

NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
FIXTURES = Path(__file__).parents[1] / "fixtures" / "otlp"


class Log(list[bytes]):
    """A log in memory: every frame is durable at once."""

    def keep(self, frame: bytes) -> Future[None]:
        """Append one frame."""
        self.append(frame)
        future: Future[None] = Future()
        future.set_result(None)
        return future

    def rows(self) -> list[dict[str, Any]]:
        """Every row that was appended."""
        return [row for frame in self for table in unpack(frame).values() for row in table.to_pylist()]


def run(
    *paths: Path, log: Log | None = None, signal: Signal | None = None, limit: int = 2**24
) -> ImportCount:
    """Import files for an organisation."""
    importer = Importer(
        sender=Sender("org_a"),
        window=Window(dt.date(2026, 1, 14), 600),
        clock=lambda: NOW,
        max_body_bytes=limit,
        append=(Log() if log is None else log).keep,
    )
    return import_files(paths, importer, signal)


def request(*names: str, seconds_ago: int = 60) -> bytes:
    """An OTLP/JSON request of log records, on one line."""
    time = str((int(NOW.timestamp()) - seconds_ago) * 10**9)
    records = [{"timeUnixNano": time, "eventName": name} for name in names]
    return json.dumps({"resourceLogs": [{"scopeLogs": [{"logRecords": records}]}]}).encode()


def names(log: Log) -> list[str]:
    """The event names that were stored, in order."""
    return [row["event_name"] for row in log.rows()]


@pytest.mark.parametrize(
    "directory",
    [index.parent for index in sorted(FIXTURES.glob("*/*/index.json"))],
    ids=lambda directory: f"{directory.parent.name}-{directory.name}",
)
def test_a_directory_of_captures(directory: Path) -> None:
    """All bodies that an agent sent are imported; the two JSON files beside them are refused by name."""
    log = Log()
    bodies = [path for path in directory.iterdir() if path.suffix in {".pb", ".json"}]

    count = run(directory, log=log)

    assert sorted(Path(text.partition(":")[0]).name for text in count.refused) == ["index.json", "truth.json"]
    assert all("not an OTLP request" in text for text in count.refused)
    assert (count.files, count.requests) == (len(bodies), len(bodies) - 2)
    assert count.rejected == 0
    assert count.accepted == len(log.rows()) > 0
    assert {row["org_id"] for row in log.rows()} == {"org_a"}
    assert {row["ingest_key_id"] for row in log.rows()} == {None}


def test_files_in_the_order_given(tmp_path: Path) -> None:
    """Files are imported in the order in which they are named, a directory's in the order of their names."""
    for name in ("b.json", "a.json", "sub/c.json"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_bytes(request(name))
    log = Log()
    run(tmp_path / "b.json", tmp_path, log=log)
    assert names(log) == ["b.json", "a.json", "b.json", "sub/c.json"]


@pytest.mark.parametrize("suffix", ["", ".gz", ".zst"])
def test_one_request_a_line(tmp_path: Path, suffix: str) -> None:
    """JSON lines are requests of any signal; empty lines do not count; compressed files are read the same."""
    body = b"\n".join([request("a", "b"), b"", request("c") + b"\r", b'{"resourceSpans":[]}'])
    path = tmp_path / f"all.jsonl{suffix}"
    if suffix == ".zst":
        with pa.CompressedOutputStream(str(path), "zstd") as stream:
            stream.write(body)
    else:
        path.write_bytes(gzip.compress(body, mtime=0) if suffix else body)
    log = Log()

    count = run(path, log=log)

    assert names(log) == ["a", "b", "c"]
    assert (count.files, count.requests, count.accepted, count.refused) == (1, 3, 3, [])


def test_a_bad_line_is_named_and_costs_only_itself(tmp_path: Path) -> None:
    """A line that is no request is refused with its number; the lines around it are imported."""
    path = tmp_path / "x.jsonl"
    path.write_bytes(b"\n".join([request("a"), b"{oops", b"{}", request("b")]))
    log = Log()

    count = run(path, log=log)

    assert names(log) == ["a", "b"]
    assert [
        text.startswith(f"{path}, line {number}: ")
        for number, text in zip((2, 3), count.refused, strict=True)
    ]
    assert count.requests == 2


def test_the_signal_of_protobuf_is_in_the_name(tmp_path: Path) -> None:
    """A protobuf file says by its name which signal it is; if it does not, the user is told what to add."""
    body = next(FIXTURES.rglob("*.logs.pb")).read_bytes()
    (tmp_path / "mine.LOGS.pb").write_bytes(body)
    (tmp_path / "mine.pb").write_bytes(body)
    (tmp_path / "logs-and-traces.pb").write_bytes(body)

    count = run(tmp_path)

    assert count.requests == 1
    assert len(count.refused) == 2
    assert all("add --signal" in text for text in count.refused)
    assert run(tmp_path, signal="logs").requests == 3


def test_the_content_of_json_beats_its_name(tmp_path: Path) -> None:
    """JSON tells its signal by its key, whatever the file is called."""
    (tmp_path / "traces.json").write_bytes(request("a"))
    log = Log()
    assert run(tmp_path, log=log).requests == 1
    assert names(log) == ["a"]


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("x.csv", b"a,b", "does not end in"),
        ("x.json", b"[1]", "not a JSON object"),
        ("x.json", b"", "not a JSON object"),
        ("x.json", b'{"agent":"claude-code"}', "not an OTLP request"),
        ("x.logs.pb", b"\xff\xff", "protobuf"),
        ("x.json.gz", b"no gzip", "x.json.gz: "),
        ("x.json.gz", gzip.compress(b'{"resourceLogs":[]}', mtime=0)[:-9], "x.json.gz: "),
        ("x.json.zst", b"no zstd!", "x.json.zst: "),
        ("x.json", b'{"resourceLogs":[]}' + b" " * 100, "more than 100 bytes"),
        ("x.jsonl", b'{"resourceLogs":[]}' + b" " * 100, "more than 100 bytes"),
        ("x.json.gz", gzip.compress(bytes(2**20), mtime=0), "more than 100 bytes"),
        ("missing.json", None, "No such file"),
    ],
)
def test_what_is_not_telemetry_is_refused(
    tmp_path: Path, name: str, content: bytes | None, message: str
) -> None:
    """A file that cannot be read as OTLP is named with the reason, and does not stop the next one."""
    if content is not None:
        (tmp_path / name).write_bytes(content)
    good = tmp_path / "good.json"
    good.write_bytes(b'{"resourceLogs":[]}')

    count = run(tmp_path / name, good, limit=100)

    (refused,) = count.refused
    assert message in refused
    assert str(tmp_path / name) in refused
    assert count.requests == 1


def test_rejected_items_are_counted_with_a_reason(tmp_path: Path) -> None:
    """Items that are too old are rejected as over the network, and the reason is said once."""
    for name in ("1.json", "2.json"):
        (tmp_path / name).write_bytes(request("old", seconds_ago=400 * 86400))
    count = run(tmp_path)
    assert (count.accepted, count.rejected, count.requests) == (0, 2, 2)
    assert len(count.messages) == 1


def test_a_failing_log_stops_the_import(tmp_path: Path) -> None:
    """If the disk refuses, the import does not claim to have stored anything."""

    class FullLog(Log):
        def keep(self, frame: bytes) -> Future[None]:  # noqa: ARG002 (the log's signature)
            future: Future[None] = Future()
            future.set_exception(AppendFailed("The log could not store a frame: no space"))
            return future

    (tmp_path / "a.json").write_bytes(request("a"))
    with pytest.raises(AppendFailed, match="no space"):
        run(tmp_path, log=FullLog())
