"""
Every record that is received is in exactly one of stored, duplicate and quarantined, and the numbers say so.

Two organisations send good records, copies, old ones and malformed ones to a running server; the counters at
the door, the doctor and the gauges of the edition tell the same of each, and a lost file is noticed.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from andon.warehouse.parquet_lake import ParquetLake

from dated import logs, spans
from line import Line, Org

pytestmark = pytest.mark.slow(seconds=45)

OLD, GOOD = "2025-12-24T12:00:00Z", "2026-11-20T12:00:00Z"


def send(org: Org, signal: str, request: dict[str, Any]) -> int:
    """Send a request; gives how many of its items the server says that it rejected."""
    answer = org.line.http.post(
        f"{org.line.otlp_url}/v1/{signal}",
        json=request,
        headers={"Authorization": f"Bearer {org.ingest_key}"},
    )
    assert answer.status_code == 200, answer.text
    rejected = next((v for k, v in answer.json().get("partialSuccess", {}).items() if k.startswith("rej")), 0)
    return int(rejected)


@pytest.fixture(scope="module")
def acme(line: Line) -> Org:
    """Five good records and three of them again, two old ones, one with a bad id: eleven."""
    acme = line.new_org("Acme")
    assert send(acme, "logs", logs(GOOD, GOOD, GOOD)) == 0
    assert send(acme, "logs", logs(GOOD, GOOD, GOOD)) == 0
    assert send(acme, "logs", logs(OLD, OLD)) == 2
    assert send(acme, "traces", spans(GOOD, GOOD)) == 0
    assert send(acme, "traces", spans(GOOD, trace_id="no hex")) == 1
    garbage = line.http.post(
        f"{line.otlp_url}/v1/logs",
        content=b"no OTLP at all",
        headers={"Authorization": f"Bearer {acme.ingest_key}", "Content-Type": "application/json"},
    )
    assert garbage.status_code == 400  # refused whole, and told: nothing in it can be counted
    return acme


@pytest.fixture(scope="module")
def bolt(line: Line) -> Org:
    """One good record."""
    bolt = line.new_org("Bolt")
    assert send(bolt, "logs", logs(GOOD)) == 0
    return bolt


def measured(org: Org, name: str, *, day: str | None = None) -> dict[str, int]:
    """Give the values of one measure of an organisation, by its last label."""
    text = org.line.http.get(f"{org.line.api_url}/metrics").text
    found: dict[str, int] = {}
    for labels, value in re.findall(rf"^{name}{{(.*)}} (\S+)$", text, re.MULTILINE):
        if f'org_id="{org.org_id}"' in labels and (day is None or f'day="{day}"' in labels):
            found[re.findall(r'(?:signal|what)="(\w+)"', labels)[-1]] = int(float(value))
    return found


def doctor(org: Org) -> list[str]:
    """What the doctor says of where records went, organisation by organisation."""
    said = [" ".join(line.split()) for line in org.line.run("doctor").stdout.splitlines()]
    return sorted((line for line in said if " records " in line), key=lambda line: line.split()[2])


def test_numbers_add_up_at_the_door(acme: Org, bolt: Org) -> None:
    """Counted by organisation: received is what was stored and what senders were told of."""
    doors = [
        [measured(org, f"andon_ingest_records_{what}_total") for what in ("received", "stored", "rejected")]
        for org in (acme, bolt)
    ]
    assert doors == [
        [{"logs": 8, "traces": 3}, {"logs": 6, "traces": 2}, {"logs": 2, "traces": 1}],
        [{"logs": 1}, {"logs": 1}, {"logs": 0}],
    ]


def test_numbers_add_up_for_the_doctor_and_in_the_edition(acme: Org, bolt: Org) -> None:
    """The same in raw and in what is published, where copies are known too."""
    acme.line.build()

    assert doctor(acme) == [
        "ok records Acme: 2026-11-21 11 received = 8 stored + 3 quarantined (3 duplicates by the last build)",
        "ok records Bolt: 2026-11-21 1 received = 1 stored + 0 quarantined (0 duplicates by the last build)",
    ]
    kept = {"received": 11, "stored": 8, "distinct": 5, "duplicates": 3, "quarantined": 3}
    assert measured(acme, "andon_day_records", day="today") == kept
    assert measured(acme, "andon_day_records", day="yesterday") == {}
    assert measured(bolt, "andon_day_records", day="today")["received"] == 1


def test_what_is_replayed_is_stored_instead(acme: Org) -> None:
    """Received stays what it was, also when the replay is repeated."""
    line = acme.line
    (line.data / "andon.toml").write_text('history_start = "2025-01-01"\n')
    for expected in ("Replayed 2 records: 2 logs.\n", "Replayed 0 records.\n"):
        done = line.run("quarantine", "replay", "--org", "Acme")
        assert (done.returncode, done.stdout) == (0, expected), done.stderr
    line.build()

    (said, _) = doctor(acme)
    assert said == (
        "ok records Acme: 2026-11-21 11 received = 10 stored + 1 quarantined (3 duplicates by the last build)"
    )
    assert measured(acme, "andon_day_records", day="today")["distinct"] == 7


def test_a_lost_file_is_noticed(acme: Org) -> None:
    """Fail, with how many records are gone; nothing else of the line tells of it."""
    (spans_file,) = ParquetLake(acme.line.data / "raw").files("spans")
    content = spans_file.read_bytes()
    spans_file.unlink()

    assert acme.line.run("doctor").returncode == 1
    assert doctor(acme)[0].startswith("fail records Acme: 2026-11-21 11 received = 8 stored + 1 quarantined")
    assert "2 are missing from raw/" in doctor(acme)[0]

    spans_file.write_bytes(content)
    spans_file.with_name("again.parquet").write_bytes(content)
    assert "2 too many" in doctor(acme)[0]
    assert json.dumps(doctor(acme)).count("fail") == 0
