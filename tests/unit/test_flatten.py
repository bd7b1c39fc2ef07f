"""Promises of flattening: every item is a row or a counted rejection, and no row holds content."""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from andon.contract.telemetry import COLUMNS, SIGNALS, TABLE_OF_SIGNAL, Signal
from andon.ingest import decode
from andon.ingest.flatten import Flattened, flatten
from andon.ingest.frames import arrow_schema
from andon.ingest.items import REASONS, Attribute, Refused, Request
from andon.ingest.redact import Policy

FIXTURES = Path(__file__).parents[1] / "fixtures" / "otlp"
CAPTURES = sorted(FIXTURES.glob("*/*/[0-9]*.*"))
NOW = dt.datetime(2026, 11, 21, 12, tzinfo=dt.UTC)
NOW_NS = 1_795_262_400_000_000_000
TRACE = "0123456789abcdef0123456789abcdef"
SPAN = "0123456789abcdef"


def flat(request: Request, received_at: dt.datetime = NOW, **policy: bool) -> Flattened:
    """Flatten with the defaults of a server."""
    return flatten(
        request,
        signal=request.signal,
        org_id="org_1",
        ingest_key_id="key_1",
        received_at=received_at,
        policy=Policy(**policy),
        history_start=dt.date(2026, 1, 14),
        max_future_s=600,
    )


def capture(path: Path) -> Request:
    """Decode a captured body."""
    _, signal, suffix = path.name.split(".")
    return decode.decode(signal, path.read_bytes(), "json" if suffix == "json" else "protobuf")  # type: ignore[arg-type]


def sent(signal: Signal, *items: dict[str, Any], **group: Any) -> Request:  # noqa: ANN401 (parts of a JSON body)
    """Decode items sent as JSON."""
    name, scopes, inner = {
        "traces": ("resourceSpans", "scopeSpans", "spans"),
        "logs": ("resourceLogs", "scopeLogs", "logRecords"),
        "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
    }[signal]
    scope = {"scope": group.pop("scope", {}), inner: list(items)}
    return decode.decode(signal, json.dumps({name: [{**group, scopes: [scope]}]}).encode(), "json")


def attributes(**values: Any) -> list[dict[str, Any]]:  # noqa: ANN401 (attribute values of any kind)
    """Write attributes in OTLP/JSON; names with dots have two underscores."""
    kinds = {str: "stringValue", bool: "boolValue", int: "intValue", float: "doubleValue"}
    return [{"key": k.replace("__", "."), "value": {kinds[type(v)]: v}} for k, v in values.items()]


def log(**fields: Any) -> dict[str, Any]:  # noqa: ANN401 (fields of a JSON body)
    """Give a log record of now in OTLP/JSON."""
    return {"timeUnixNano": str(NOW_NS), **fields}


def rows(flattened: Flattened, table: str) -> list[dict[str, Any]]:
    """Give a table's rows with their JSON columns parsed."""
    kinds = {column.name: column.kind for column in COLUMNS[table]}  # type: ignore[index]
    found = flattened.rows[table].to_pylist() if table in flattened.rows else []  # type: ignore[index]
    return [
        {name: json.loads(value) if kinds[name] == "json" and value else value for name, value in row.items()}
        for row in found
    ]


@pytest.mark.parametrize("path", CAPTURES, ids=lambda path: f"{path.parts[-3]}-{path.name}")
def test_every_capture_is_taken_whole(path: Path) -> None:
    """Every captured body decodes, every item of it is a row, and the rows have the contract's columns."""
    request = capture(path)
    found = flat(request)
    assert found.rejected == 0
    assert found.messages == []
    assert found.accepted == sum(len(batch.items) for batch in request.batches)
    for table, data in found.rows.items():
        assert data.schema.equals(arrow_schema(table))
        assert [column.name for column in COLUMNS[table]] == data.column_names
        data.validate(full=True)
        for column in COLUMNS[table]:
            if "Never null" in column.meaning:
                assert data[column.name].null_count == 0, column.name


RECORDED = {"claude-code": "2.1.329", "codex": "0.169.0"}

CONTENT = {
    *("prompt", "prompt_text", "user_prompt", "response", "tool_input", "tool_parameters", "arguments"),
    *("output", "full_command", "file_path", "error", "cwd", "description"),
}
NAMES_THAT_FACTS_NEED = {"general-purpose", "0c3c29788495d4b91a4eeb0ae6ead52f64e54f19"}


def texts(value: object) -> Iterator[str]:
    """Give every text inside a value, with the lines of texts and the insides of JSON texts."""
    if isinstance(value, str):
        yield value
        yield from value.split("\n")
        if value[:1] in {"{", "["}:
            try:
                yield from texts(json.loads(value))
            except ValueError:
                return
    elif isinstance(value, dict):
        yield from (text for item in value.items() for text in texts(item))
    elif isinstance(value, list):
        yield from (text for one in value for text in texts(one))


@pytest.mark.parametrize("agent", ["claude-code", "codex"])
def test_no_content_of_the_captures_remains(agent: str) -> None:
    """No prompt, response, argument, result or command of a capture is in any column of any row."""
    content: set[str] = set()
    kept: list[str] = []
    for path in CAPTURES:
        if path.parts[-3] != agent:
            continue
        request = capture(path)
        for batch in request.batches:
            for item in batch.items:
                assert not isinstance(item, Refused)
                events: list[Any] = getattr(item, "events", [])
                every: list[Attribute] = [*item.attributes, *(one for e in events for one in e.attributes)]
                content.update(t for one in every if one.key in CONTENT for t in texts(one.value))
        for data in flat(request).rows.values():
            kept.extend(text for row in data.to_pylist() for text in texts(list(row.values())))
    blob = "\n".join(kept)
    secret = {text for text in content if len(text) >= 12} - NAMES_THAT_FACTS_NEED
    assert len(secret) > 15
    assert {text for text in secret if text in blob} == set()


def facts(agent: str, run: str, name: str) -> list[Any]:
    """Give the values of one derived attribute in the log records of one run of an agent."""
    folder = FIXTURES / agent / RECORDED[agent]
    index = json.loads((folder / "index.json").read_text())
    files = [one["file"] for one in index["captures"] if one["run"] == run and ".logs." in one["file"]]
    records = [row for file in files for row in rows(flat(capture(folder / file)), "log_records")]
    return [
        (row["attributes"].get("event.name"), row["attributes"][name])
        for row in records
        if name in row["attributes"]
    ]


def change(operation: str, extension: str, added: int, removed: int) -> dict[str, Any]:
    """Give a file change as derived."""
    return {"operation": operation, "extension": extension, "lines_added": added, "lines_removed": removed}


def test_facts_of_claude_code() -> None:
    """Two creations, one edit, one commit with its id, one pull request, the MCP call, skill and subagent."""
    run = ("claude-code", "details-http-json")
    assert facts(*run, "andon.file_changes") == [
        ("tool_result", [change("create", ".py", 4, 0)]),
        ("tool_result", [change("create", ".ts", 1, 0)]),
        ("tool_result", [change("edit", ".py", 1, 1)]),
    ]
    assert facts(*run, "andon.git_actions") == [
        ("tool_decision", [{"kind": "commit"}]),
        ("tool_result", [{"kind": "commit"}]),
        ("tool_decision", [{"kind": "pull_request"}]),
        ("tool_result", [{"kind": "pull_request"}]),
    ]
    assert facts(*run, "vcs.ref.head.revision") == [
        ("tool_result", "0c3c29788495d4b91a4eeb0ae6ead52f64e54f19")
    ]
    assert facts(*run, "mcp.server.name") == [("tool_decision", "demo"), ("tool_result", "demo")]
    assert facts(*run, "andon.mcp.tool") == [("tool_decision", "echo"), ("tool_result", "echo")]
    assert facts(*run, "andon.skill.name") == [("tool_decision", "greeter"), ("tool_result", "greeter")]
    assert ("tool_result", "general-purpose") in facts(*run, "andon.subagent.type")
    assert facts(*run, "andon.message.origin") == [("user_prompt", "synthetic")]


@pytest.mark.parametrize("run", ["basic-http-protobuf", "details-http-json"])
def test_facts_of_codex(run: str) -> None:
    """Two creations in one patch, one edit, a commit and a pull request that exited with 0, a failed read."""
    folder = FIXTURES / "codex" / RECORDED["codex"]
    index = json.loads((folder / "index.json").read_text())
    files = [one["file"] for one in index["captures"] if one["run"] == run and ".logs." in one["file"]]
    found = [row["attributes"] for file in files for row in rows(flat(capture(folder / file)), "log_records")]
    results = [row for row in found if row.get("event.name") == "codex.tool_result"]
    assert [row["andon.file_changes"] for row in results if "andon.file_changes" in row] == [
        [change("create", ".py", 4, 0), change("create", ".ts", 1, 0)],
        [change("edit", ".py", 1, 1)],
    ]
    assert [
        (row["andon.git_actions"][0]["kind"], row["process.exit.code"])
        for row in results
        if "andon.git_actions" in row
    ] == [
        ("commit", 0),
        ("pull_request", 0),
    ]
    assert Counter(row.get("process.exit.code") for row in results) == {0: 6, 1: 1, None: 1}


def test_columns_of_a_span() -> None:
    """Each field of a span is in its column; events and links are lists in the sender's order."""
    span = {
        "traceId": TRACE,
        "spanId": SPAN,
        "parentSpanId": "00000000000000ff",
        "traceState": "a=1",
        "flags": 257,
        "name": "execute_tool",
        "kind": 3,
        "startTimeUnixNano": str(NOW_NS + 5),
        "endTimeUnixNano": str(NOW_NS),
        "status": {"code": 2, "message": "it failed"},
        "attributes": attributes(b=2, a=1.0),
        "droppedAttributesCount": 4,
        "events": [{"name": "e2", "timeUnixNano": 2}, {"name": "e1", "timeUnixNano": 1}],
        "droppedEventsCount": 5,
        "links": [{"traceId": TRACE, "spanId": SPAN, "attributes": attributes(k=1)}],
        "droppedLinksCount": 6,
    }
    resource = {"attributes": attributes(service__name="agent", service__version="1.2")}
    scope = {"name": "s", "version": "2", "attributes": attributes(x=True)}
    data = flat(sent("traces", span, resource=resource, scope=scope))
    (row,) = rows(data, "spans")
    record_id = row.pop("record_id")
    assert len(record_id) == 24
    assert row == {
        "org_id": "org_1",
        "received_at": NOW.replace(tzinfo=None),
        "ingest_key_id": "key_1",
        "event_date": dt.date(2026, 11, 21),
        "service_name": "agent",
        "service_version": "1.2",
        "scope_name": "s",
        "scope_version": "2",
        "scope_attributes": {"x": True},
        "resource_attributes": {"service.name": "agent", "service.version": "1.2"},
        "attributes": {"a": 1.0, "b": 2},
        "dropped_attributes_count": 4,
        "trace_id": TRACE,
        "span_id": SPAN,
        "parent_span_id": "00000000000000ff",
        "trace_state": "a=1",
        "flags": 257,
        "name": "execute_tool",
        "kind": 3,
        "start_time_unix_nano": NOW_NS + 5,
        "end_time_unix_nano": NOW_NS,
        "status_code": 2,
        "events": [
            {"name": "e2", "time_unix_nano": 2, "attributes": {}},
            {"name": "e1", "time_unix_nano": 1, "attributes": {}},
        ],
        "links": [{"trace_id": TRACE, "span_id": SPAN, "attributes": {"k": 1}}],
        "dropped_events_count": 5,
        "dropped_links_count": 6,
    }


def test_json_columns_are_canonical() -> None:
    """Keys sorted, no space, doubles with a fraction, bytes as base64, unset left out, NUL replaced."""
    sent_attributes = [
        {"key": "z", "value": {"doubleValue": 3}},
        {"key": "a b", "value": {"stringValue": "x\0é"}},
        {"key": "n", "value": {"doubleValue": "NaN"}},
        {"key": "empty", "value": {}},
        {"key": "i", "value": {"intValue": "9007199254740993"}},
        {"key": "b", "value": {"bytesValue": "-_8"}},
        {"key": "z", "value": {"doubleValue": 1e22}},
        {"key": "m", "value": {"kvlistValue": {"values": attributes(d=-0.0, c=False)}}},
        {"key": "l", "value": {"arrayValue": {"values": [{}, {"intValue": 1}, {"doubleValue": 0.5}]}}},
    ]
    data = flat(sent("logs", log(attributes=sent_attributes)))
    assert data.rows["log_records"]["attributes"][0].as_py() == (
        '{"a b":"x\ufffdé","b":"+/8=","i":9007199254740993,"l":[null,1,0.5],"m":{"c":false,"d":0.0},'
        '"n":"NaN","z":1e+22}'
    )


def test_times_of_log_records() -> None:
    """A record is dated by its time, else by when it was observed, else by its receipt."""
    yesterday = str(NOW_NS - 86_400_000_000_000)
    data = flat(
        sent(
            "logs",
            {"timeUnixNano": yesterday, "observedTimeUnixNano": str(NOW_NS)},
            {"observedTimeUnixNano": yesterday},
            {},
        )
    )
    found = [
        (row["event_date"].day, row["time_unix_nano"], row["observed_time_unix_nano"])
        for row in rows(data, "log_records")
    ]
    assert found == [(20, int(yesterday), NOW_NS), (20, 0, int(yesterday)), (21, 0, NOW_NS)]


def test_times_that_are_not_believed_go_to_quarantine() -> None:
    """Before the history start and more than ten minutes ahead: rejected, told, kept in quarantine."""
    oldest = 1_768_348_800_000_000_000
    data = flat(
        sent(
            "logs",
            {"timeUnixNano": str(oldest - 1), "attributes": attributes(prompt="a secret of mine", k=1)},
            {"timeUnixNano": str(oldest)},
            {"timeUnixNano": str(NOW_NS + 600_000_000_000)},
            {"timeUnixNano": str(NOW_NS + 600_000_000_001)},
        )
    )
    assert (data.accepted, data.rejected) == (2, 2)
    old, future = rows(data, "quarantine")
    assert (old["reason"], old["signal"], old["event_date"]) == ("too_old", "logs", dt.date(2026, 11, 21))
    assert old["item"]["attributes"] == {"k": 1}
    assert old["item"]["time_unix_nano"] == oldest - 1
    assert future["reason"] == "in_the_future"
    assert data.messages == [
        f"1 log records rejected, in_the_future: {REASONS['in_the_future']}",
        f"1 log records rejected, too_old: {REASONS['too_old']}",
    ]


def test_spans_are_judged_by_their_end() -> None:
    """A span is taken by when it ended, even if it ended before it began; one without an end is not taken."""
    early = {"traceId": TRACE, "spanId": SPAN, "startTimeUnixNano": "5", "endTimeUnixNano": str(NOW_NS)}
    backwards = {**early, "startTimeUnixNano": str(NOW_NS + 9)}
    unended = {"traceId": TRACE, "spanId": SPAN, "startTimeUnixNano": str(NOW_NS)}
    data = flat(sent("traces", early, backwards, unended))
    assert (data.accepted, data.rejected) == (2, 1)


@pytest.mark.parametrize(
    ("sent_time", "reason", "says"),
    [
        (0, "bad_time", "missing or zero"),
        (NOW_NS // 10**9, "bad_time", "looks like seconds"),
        (NOW_NS // 10**6, "bad_time", "looks like milliseconds"),
        (NOW_NS // 10**3, "bad_time", "looks like microseconds"),
        (1_546_300_800_000, "bad_time", "looks like milliseconds"),  # 2019: old, and in milliseconds
        (5, "too_old", "older"),
        (1_546_300_800_000_000_000, "too_old", "older"),
        (NOW_NS + 601 * 10**9, "in_the_future", "ahead"),
        (2 * NOW_NS, "in_the_future", "ahead"),
    ],
)
@pytest.mark.parametrize("signal", SIGNALS)
def test_a_wrong_clock_is_named_and_never_mended(
    signal: Signal, sent_time: int, reason: str, says: str
) -> None:
    """A time that is not believed is kept as it came, with what it looks like; other items go on."""
    good, bad = ({"attributes": attributes(n=n)} for n in (1, 2))
    if signal == "traces":
        for item, at in ((good, NOW_NS), (bad, sent_time)):
            item.update(traceId=TRACE, spanId=SPAN, endTimeUnixNano=str(at))
        data = flat(sent("traces", good, bad))
    elif signal == "logs":
        # A record without a time has that of its observation.
        data = flat(
            sent("logs", {**good, "timeUnixNano": str(NOW_NS)}, {**bad, "timeUnixNano": str(sent_time)})
        )
        if sent_time == 0:
            assert (data.accepted, data.rejected) == (2, 0)
            return
    else:
        points = [{**good, "timeUnixNano": str(NOW_NS)}, {**bad, "timeUnixNano": str(sent_time)}]
        data = flat(sent("metrics", {"name": "m", "gauge": {"dataPoints": points}}))

    (held,) = rows(data, "quarantine")
    assert (data.accepted, held["reason"]) == (1, reason)
    assert says in held["detail"]
    assert str(sent_time) in json.dumps(held["item"])
    assert any(message.startswith(f"1 {WHAT[signal]} rejected, {reason}: ") for message in data.messages)


WHAT = {"traces": "spans", "logs": "log records", "metrics": "data points"}


def test_unreadable_items_are_quarantined_without_content() -> None:
    """An item that could not be read is counted, with its reason and no part of it."""
    data = flat(sent("traces", {"traceId": "my secret", "spanId": SPAN}))
    (row,) = rows(data, "quarantine")
    assert (data.accepted, data.rejected) == (0, 1)
    assert row["reason"] == "bad_id"
    assert row["item"] is None
    assert "secret" not in json.dumps(row, default=str)


def record_ids(request: Request, received_at: dt.datetime = NOW) -> list[str]:
    """Give the record ids of a request's rows."""
    data = flat(request, received_at)
    return [str(one) for one in data.rows[TABLE_OF_SIGNAL[request.signal]]["record_id"].to_pylist()]


def test_record_ids_say_what_the_item_says() -> None:
    """Equal items have equal ids, however often and whenever received; any difference makes another id."""
    base = log(attributes=attributes(a=1, b="x"))
    same = log(attributes=attributes(b="x", a=1), observedTimeUnixNano=str(NOW_NS))
    later = dt.datetime(2026, 11, 22, tzinfo=dt.UTC)
    (base_id,) = record_ids(sent("logs", base))
    assert record_ids(sent("logs", same), later) == [base_id]
    assert record_ids(sent("logs", {}), NOW) == record_ids(sent("logs", {}), later)
    others = [
        sent("logs", log(attributes=attributes(a=1.0, b="x"))),
        sent("logs", log(attributes=attributes(a=1, b="y"))),
        sent("logs", {"timeUnixNano": str(NOW_NS + 1), "attributes": base["attributes"]}),
        sent("logs", log(attributes=base["attributes"], severityNumber=9)),
        sent("logs", base, scope={"name": "s"}),
        sent("logs", base, scope={"version": "s"}),
        sent("logs", base, resource={"attributes": attributes(x=1)}),
        sent("logs", {"observedTimeUnixNano": str(NOW_NS), "attributes": base["attributes"]}),
    ]
    assert len({base_id, *(record_ids(other)[0] for other in others)}) == 1 + len(others)


def test_content_on_keeps_all() -> None:
    """An organisation that keeps content has it, and the derived facts too."""
    record = log(
        body={"stringValue": "two words"},
        attributes=attributes(
            tool_name="Bash", tool_input='{"command":"git commit -m x"}', prompt="hello you"
        ),
    )
    (row,) = rows(flat(sent("logs", record), keeps_content=True), "log_records")
    assert row["body"] == "two words"
    assert row["attributes"] == {
        "tool_name": "Bash",
        "tool_input": '{"command":"git commit -m x"}',
        "prompt": "hello you",
        "andon.git_actions": [{"kind": "commit"}],
    }


def test_content_leaves_every_place() -> None:
    """Resource, scope, span events, links, names and maps inside maps are redacted like attributes."""
    place = "/home/dev/secret"
    hidden = [
        *attributes(prompt="hi", note=place, fine=1),
        {"key": "m", "value": {"kvlistValue": {"values": attributes(args="hi", n=1)}}},
    ]
    span = {
        "traceId": TRACE,
        "spanId": SPAN,
        "endTimeUnixNano": str(NOW_NS),
        "name": f"open {place}",
        "status": {"message": place},
        "attributes": hidden,
        "events": [{"name": place, "attributes": hidden}],
        "links": [{"attributes": hidden}],
    }
    (row,) = rows(
        flat(
            sent("traces", span, resource={"attributes": hidden}, scope={"name": place, "attributes": hidden})
        ),
        "spans",
    )
    kept = {"fine": 1, "m": {"n": 1}}
    assert row["attributes"] == row["scope_attributes"] == row["resource_attributes"] == kept
    assert row["events"][0]["attributes"] == row["links"][0]["attributes"] == kept
    assert row["name"] == row["scope_name"] == row["events"][0]["name"] == "(redacted)"


def test_metric_series_stay_apart() -> None:
    """Points that differ only in a dropped attribute stay different series, without the attribute."""
    points = [
        {"asInt": 1, "timeUnixNano": str(NOW_NS), "attributes": attributes(type="a", error=error)}
        for error in ("first", "second")
    ]
    data = flat(sent("metrics", {"name": "m", "sum": {"aggregationTemporality": 2, "dataPoints": points}}))
    first, second = (row["attributes"] for row in rows(data, "metric_points"))
    assert first.keys() == {"type", "andon.series"}
    assert first["andon.series"] != second["andon.series"]


def test_measurements_that_are_no_numbers_are_none() -> None:
    """NaN and infinities are stored as no measurement, so that sums stay sums; integers stay exact."""
    at = {"timeUnixNano": str(NOW_NS)}
    points = [{"asDouble": "NaN", **at}, {"asDouble": "-Infinity", **at}, {"asInt": str(2**53 + 1), **at}]
    data = flat(sent("metrics", {"name": "m", "gauge": {"dataPoints": points}}))
    assert [(row["value"], row["value_int"]) for row in rows(data, "metric_points")] == [
        (None, None),
        (None, None),
        (float(2**53), 2**53 + 1),
    ]


def test_an_empty_request_has_no_rows() -> None:
    """O18: nothing in, nothing out, nothing said."""
    assert flat(sent("logs")) == Flattened({}, 0, 0, [])
