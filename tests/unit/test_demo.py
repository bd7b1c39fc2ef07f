"""The demo is repeatable, believable, and as real agents send it."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from andon.contract.telemetry import SIGNALS
from andon.demo import DemoRequest, DemoTruth, expected, make_world, telemetry
from andon.demo.otlp import RECORDS_PER_REQUEST
from andon.demo.texts import MARK
from andon.ingest import frames
from andon.ingest.orders import Envelope, Sender, Window
from andon.ingest.take_in import take_in

pytestmark = pytest.mark.slow(seconds=20)

FIXTURES = Path(__file__).parent.parent / "fixtures" / "otlp"
END = dt.date(2026, 11, 20)
NOT_IN_JSON_BODIES = {
    "claude-code": {"command_name", "command_source", "effort", "error_type", "user.email"},
    "codex": {"auth_mode", "user.account_id", "user.email"},
}
"""Names that are documented, or recorded in protobuf bodies only."""
LISTS = {
    "traces": ("resourceSpans", "scopeSpans", "spans"),
    "logs": ("resourceLogs", "scopeLogs", "logRecords"),
    "metrics": ("resourceMetrics", "scopeMetrics", "metrics"),
}


@pytest.fixture(scope="module")
def requests() -> list[DemoRequest]:
    """Give two weeks of the demo."""
    return list(telemetry(days=14, end=END))


@pytest.fixture(scope="module")
def truth() -> DemoTruth:
    """Give the truth of the same two weeks."""
    return expected(days=14, end=END)


@functools.cache
def quarter() -> DemoTruth:
    """Give the truth of the whole default demo."""
    return expected(end=END)


def items(request: DemoRequest) -> Iterator[tuple[dict[str, Any], dict[str, Any]]]:
    """Walk a body: the resource's attributes, then the record."""
    resources, scopes, records = LISTS[request.signal]
    for resource in json.loads(request.body)[resources]:
        attributes = named(resource["resource"]["attributes"])
        for scope in resource[scopes]:
            for record in scope[records]:
                yield attributes, record


def named(attributes: list[dict[str, Any]]) -> dict[str, Any]:
    """Turn attributes into a plain mapping."""
    return {one["key"]: next(iter(one["value"].values())) for one in attributes}


def digest(requests: Iterator[DemoRequest] | list[DemoRequest]) -> str:
    """Hash all bodies, in order."""
    found = hashlib.sha256()
    for request in requests:
        found.update(request.body)
    return found.hexdigest()


def test_the_same_arguments_give_the_same_bytes_in_another_process() -> None:
    """A demo is the same on every start, whatever Python's hash seed is."""
    code = (
        "import datetime as dt, hashlib; from andon.demo import telemetry; h = hashlib.sha256()\n"
        "for r in telemetry(people=30, days=3, end=dt.date(2026, 11, 20)): h.update(r.body)\n"
        "print(h.hexdigest())"
    )
    other = subprocess.run(
        [sys.executable, "-c", code],
        check=True,
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONHASHSEED": "11"},
    )
    assert other.stdout.strip() == digest(telemetry(people=30, days=3, end=END))


def test_another_seed_gives_another_organisation() -> None:
    """The seed decides what happened."""
    assert digest(telemetry(seed=1, people=20, days=2, end=END)) != digest(
        telemetry(seed=2, people=20, days=2, end=END)
    )


def test_requests_come_by_day_and_are_of_a_collectors_size(requests: list[DemoRequest]) -> None:
    """Days ascend, no request is empty or too large, and each counts its own records."""
    days = [request.day for request in requests]
    assert days == sorted(days)
    assert days[-1] == END
    assert {request.signal for request in requests} == set(SIGNALS)
    for request in requests:
        assert 1 <= request.records <= RECORDS_PER_REQUEST
        assert request.records == sum(1 for _ in items(request))


def test_every_record_lies_on_its_requests_day(requests: list[DemoRequest]) -> None:
    """A day can be sent alone: all its records have a time on that UTC day."""
    for request in requests:
        for _, record in items(request):
            if request.signal == "metrics":
                time = record["sum"]["dataPoints"][0]["timeUnixNano"]
            elif request.signal == "traces":
                time = record["endTimeUnixNano"]
            else:
                time = (
                    record["timeUnixNano"]
                    if record["timeUnixNano"] != "0"
                    else record["observedTimeUnixNano"]
                )
            assert dt.datetime.fromtimestamp(int(time) // 10**9, dt.UTC).date() == request.day


def test_all_three_dialects_speak(requests: list[DemoRequest]) -> None:
    """Native spans and log records, Claude Code, Codex and a plain GenAI bot are all there."""
    services = Counter[tuple[str, str]]()
    for request in requests:
        for resource, _ in items(request):
            services[request.signal, resource["service.name"]] += 1
    assert {
        ("traces", "nimbus-agent"),
        ("logs", "nimbus-agent"),
        ("traces", "review-bot"),
        ("logs", "claude-code"),
        ("metrics", "claude-code"),
        ("logs", "codex_exec"),
        ("logs", "codex-app-server"),
        ("metrics", "codex_exec"),
    } <= set(services)


def test_events_are_those_of_the_recorded_agents(requests: list[DemoRequest]) -> None:
    """The foreign dialects use no event, metric or attribute name that the real agents do not use."""
    told: dict[str, set[str]] = {"claude-code": set(), "codex": set()}
    for request in requests:
        for resource, record in items(request):
            agent = "codex" if resource["service.name"].startswith("codex") else resource["service.name"]
            if agent in told and request.signal == "logs":
                told[agent].update(named(record["attributes"]))
    assert told["claude-code"] - recorded_names("claude-code") <= NOT_IN_JSON_BODIES["claude-code"]
    assert told["codex"] - recorded_names("codex") <= NOT_IN_JSON_BODIES["codex"]


def recorded_names(agent: str) -> set[str]:
    """Give the attribute names that stand in an agent's recorded JSON log bodies."""
    found: set[str] = set()
    for path in sorted((FIXTURES / agent).rglob("*.logs.json")):
        body = json.loads(path.read_text())
        for resource in body["resourceLogs"]:
            for scope in resource["scopeLogs"]:
                for record in scope["logRecords"]:
                    found.update(one["key"] for one in record["attributes"])
    return found


def test_content_is_on_the_wire(requests: list[DemoRequest]) -> None:
    """Every dialect sends some invented content, so that redaction is exercised."""
    for service in (b"nimbus-agent", b"claude-code", b"codex_exec"):
        assert any(service in request.body and MARK.encode() in request.body for request in requests)


def test_ingest_takes_everything_and_keeps_no_content() -> None:
    """Every body decodes and flattens with nothing rejected, and no invented content is in the rows."""
    sender = Sender("org_demo")
    window = Window(dt.date(2026, 1, 14), 600)
    received = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
    kept = []
    for request in telemetry(people=60, days=3, end=END):
        taken = take_in(request.body, Envelope(request.signal, "json", sender, received), window)
        assert (taken.accepted, taken.rejected, taken.message) == (request.records, 0, "")
        assert taken.frame is not None
        kept += [rows.to_pylist() for rows in frames.unpack(taken.frame).values()]
    assert MARK not in str(kept)
    assert "nimbus.example" in str(kept)


def test_some_records_belong_to_nobody(requests: list[DemoRequest], truth: DemoTruth) -> None:
    """A few sessions carry no identity: they count in sums and in no count of people."""
    nobody = sum(day.tokens_by_identity[None] for day in truth.days.values())
    everybody = sum(sum(day.tokens_by_identity.values()) for day in truth.days.values())
    assert 0 < nobody < everybody / 20
    assert any(
        resource.get("user.id") == "anonymous" for request in requests for resource, _ in items(request)
    )


def test_working_days_are_busier_and_use_grows() -> None:
    """Charts have a shape: weekdays above weekends, the last weeks above the first, a holiday's dip."""
    days = quarter().days
    weekdays = [len(truth.active) for day, truth in days.items() if day.weekday() < 5]
    weekends = [len(truth.active) for day, truth in days.items() if day.weekday() >= 5]
    assert min(weekdays[-10:]) > max(weekends)
    assert sum(weekdays[-10:]) > 1.3 * sum(weekdays[:10])
    monday_off, monday = dt.date(2026, 9, 7), dt.date(2026, 9, 14)
    assert len(days[monday_off].active) < 0.6 * len(days[monday].active)


def test_models_switch_within_the_range() -> None:
    """The newest models appear only in the second half of the demo, the older ones fade."""
    days = list(quarter().days.values())
    first = {model for day in days[:45] for model, _ in day.tokens_by_model}
    last = {model for day in days[-7:] for model, _ in day.tokens_by_model}
    assert "claude-sonnet-5" not in first
    assert "claude-sonnet-5" in last
    assert "claude-sonnet-4-5-20250929" in first - last


def test_cache_reads_dominate_input(truth: DemoTruth) -> None:
    """Agents read most of their input from the cache."""
    read = sum(day.tokens.cache_read for day in truth.days.values())
    fresh = sum(day.tokens.input for day in truth.days.values())
    assert read > 5 * fresh


def test_the_default_demo_has_the_promised_size() -> None:
    """About three hundred thousand records, so that a build of it says something."""
    assert 250_000 < sum(request.records for request in telemetry(end=END)) < 350_000


def test_the_world_has_the_asked_size() -> None:
    """People are as many as asked for, with different addresses at a domain that cannot exist."""
    people = make_world(seed=7, people=120, days=90, end=END).people
    addresses = [person.email for person in people if person.email]
    assert len(people) == 120
    assert len(set(addresses)) == len(addresses)
    assert all(address.endswith("@nimbus.example") for address in addresses)
    assert sum(person.is_bot for person in people) == 3
    assert any(len(person.agents) == 2 for person in people)


@pytest.mark.parametrize(("people", "days"), [(0, 1), (1, 0)])
def test_an_empty_demo_is_refused(people: int, days: int) -> None:
    """A demo of nobody, or of no day, says so."""
    with pytest.raises(ValueError, match="at least one person and one day"):
        make_world(seed=7, people=people, days=days, end=END)
