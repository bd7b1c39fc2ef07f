"""Nothing that people or models wrote reaches the disk, in any form that the disk could hold it."""

from __future__ import annotations

import contextlib
import json
import sqlite3
import time
import zlib
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from content import content_of
from line import Line, captures

pytestmark = pytest.mark.slow(seconds=45)

CANARY = "canary-9f2c the quick brown fox asked for something private"


def stored_texts(data: Path) -> Iterator[tuple[Path, bytes]]:
    """Every byte of the data directory, and again as its formats unpack it."""
    for path in sorted(data.rglob("*")):
        if not path.is_file():
            continue
        yield path, path.read_bytes()
        if path.suffix == ".parquet":
            yield path, json.dumps(pq.read_table(path).to_pylist(), default=str, ensure_ascii=False).encode()
        elif path.suffix == ".sqlite":
            with contextlib.closing(sqlite3.connect(f"file:{path}?mode=ro", uri=True)) as database:
                yield path, "\n".join(database.iterdump()).encode()
        elif path.suffix == ".duckdb":
            with duckdb.connect(str(path), read_only=True) as warehouse:
                relations = warehouse.execute(
                    "select table_schema, table_name from information_schema.tables"
                ).fetchall()
                for schema, name in relations:
                    rows = warehouse.execute(f'select * from "{schema}"."{name}"').fetchall()  # noqa: S608 (names from the catalogue)
                    yield path, repr(rows).encode()


@pytest.fixture(scope="module")
def written(line: Line) -> set[str]:
    """Send every capture and a canary in every place that can carry text; give what must not be found."""
    org = line.new_org("private")
    content: set[str] = {CANARY}
    for capture in captures():
        for path, body, content_type in capture.requests():
            org.post(path, body, content_type)
            content |= content_of(path, body, content_type)
    text = {"stringValue": CANARY}
    names = [
        "prompt",
        "response",
        "gen_ai.input.messages",
        "gen_ai.output.messages",
        "arguments",
        "tool_input",
        "output",
        "command",
        "some.new.attribute",
        "gen_ai.tool.call.result",
    ]
    deep = {"kvlistValue": {"values": [{"key": "deeper", "value": text}]}}
    attributes = [*({"key": name, "value": text} for name in names), {"key": "deep", "value": deep}]
    span = {
        "traceId": "11" * 16, "spanId": "22" * 8, "name": "execute_tool x",
        "startTimeUnixNano": "1795216749000000000", "endTimeUnixNano": "1795216749500000000",
        "attributes": attributes, "status": {"code": 2, "message": CANARY},
        "events": [{"name": "exception", "timeUnixNano": "1795216749100000000", "attributes": attributes}],
        "links": [{"traceId": "33" * 16, "spanId": "44" * 8, "attributes": attributes}],
    }  # fmt: skip
    log = {"timeUnixNano": "1795216749000000000", "body": text, "attributes": attributes}
    resource = {"attributes": attributes}
    org.post(
        "/v1/traces",
        json.dumps({"resourceSpans": [{"resource": resource, "scopeSpans": [{"spans": [span]}]}]}).encode(),
        "application/json",
    )
    org.post(
        "/v1/logs",
        json.dumps({"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": [log]}]}]}).encode(),
        "application/json",
    )
    line.build()
    return content


def test_no_content_is_found_in_any_byte(line: Line, written: set[str]) -> None:
    """Prompts, responses, arguments, results and command lines are gone before the log is written."""
    assert len(written) > 50, "the captures hold content to look for"

    needles = {text: text.encode() for text in written}
    needles |= {f"{text} (JSON)": json.dumps(text)[1:-1].encode() for text in written}
    found = {
        (str(path.relative_to(line.data)), name)
        for path, stored in stored_texts(line.data)
        for name, needle in needles.items()
        if needle in stored
    }

    assert set() == found


def test_the_search_itself_finds_what_is_there(tmp_path: Path) -> None:
    """A control: the same scan sees a canary in a plain file and in a compressed Parquet file."""
    import pyarrow as pa  # noqa: PLC0415 (only this control writes Parquet)

    (tmp_path / "plain").write_text(CANARY)
    pq.write_table(pa.table({"a": [CANARY]}), tmp_path / "rows.parquet", compression="zstd")
    (tmp_path / "packed.bin").write_bytes(zlib.compress(b"nothing"))

    seen = {path.name for path, stored in stored_texts(tmp_path) if CANARY.encode() in stored}

    assert {"plain", "rows.parquet"} == seen


def test_content_is_kept_only_where_and_while_asked(tmp_path: Path) -> None:
    """An organisation that switches content on has it in raw; its neighbour, and its own later, have not."""
    line = Line(tmp_path / "data")
    body = {"resourceLogs": [{"scopeLogs": [{"logRecords": [{"timeUnixNano": "1795216749000000000"}]}]}]}
    record = body["resourceLogs"][0]["scopeLogs"][0]["logRecords"][0]
    try:
        keeping, dropping = line.new_org("keeping"), line.new_org("dropping")
        assert line.run("orgs", "content", "keep", "--org", "keeping").returncode == 0
        line.start()
        for org, text in ((keeping, "kept"), (dropping, "dropped")):
            record["attributes"] = [{"key": "prompt", "value": {"stringValue": f"{CANARY} {text}"}}]  # type: ignore[assignment]
            org.post("/v1/logs", json.dumps(body).encode(), "application/json")
        assert line.run("orgs", "content", "drop", "--org", "keeping").returncode == 0
        time.sleep(3)  # keys are remembered for two seconds
        record["attributes"] = [{"key": "prompt", "value": {"stringValue": f"{CANARY} too late"}}]  # type: ignore[assignment]
        keeping.post("/v1/logs", json.dumps(body).encode(), "application/json")
    finally:
        line.stop()

    stored = b"".join(content for _, content in stored_texts(line.data))
    assert f"{CANARY} kept".encode() in stored
    assert f"{CANARY} dropped".encode() not in stored
    assert f"{CANARY} too late".encode() not in stored
