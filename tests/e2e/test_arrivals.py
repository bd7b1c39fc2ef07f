"""What arrives is told while it arrives, to the organisation that sent it."""

from __future__ import annotations

import json
import time
from typing import Any

from line import Line, Org

WITHIN_S = 60
"""Two seconds are meant; a busy machine is given more."""


def told(org: Org) -> dict[str, Any]:
    """Ask what arrives."""
    answer = org.line.http.get(
        f"{org.line.api_url}/api/v1/arrivals", headers={"Authorization": f"Bearer {org.key}"}
    )
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def body(agent: str, records: int) -> bytes:
    """Log records of an agent."""
    resource = {"attributes": [{"key": "service.name", "value": {"stringValue": agent}}]}
    at = "1795240800000000000"  # the line's day
    logs = [{"timeUnixNano": at, "body": {"stringValue": str(n)}, "attributes": []} for n in range(records)]
    return json.dumps(
        {"resourceLogs": [{"resource": resource, "scopeLogs": [{"logRecords": logs}]}]}
    ).encode()


def test_what_arrives_is_told_as_it_arrives(line: Line) -> None:
    """By agent and signal, within seconds, and to nobody else; what is kept apart is counted by reason."""
    org, other = line.new_org("Heard"), line.new_org("Silent")
    assert told(org)["data"] == []
    org.post("/v1/logs", body("some-agent", 7), "application/json")
    org.post("/v1/logs", body("another", 2), "application/json")
    give_up = time.monotonic() + WITHIN_S
    while len(told(org)["data"]) < 2 and time.monotonic() < give_up:
        time.sleep(0.1)
    rows = told(org)
    counts = {(row["agent"], row["signal"], row["last_minute"], row["last_hour"]) for row in rows["data"]}
    assert counts == {("some-agent", "logs", 7, 7), ("another", "logs", 2, 2)}
    assert rows["last_event_at"] == max(row["last_event_at"] for row in rows["data"])
    assert (told(other)["data"], told(other)["last_event_at"]) == ([], None)

    old = body("some-agent", 3).replace(b"1795240800000000000", b"1500000000000000000")
    line.http.post(
        f"{line.otlp_url}/v1/logs",
        content=old,
        headers={"Content-Type": "application/json", "Authorization": f"Bearer {org.ingest_key}"},
    )
    give_up = time.monotonic() + WITHIN_S
    state: dict[str, Any] = {}
    while not state.get("quarantine") and time.monotonic() < give_up:
        headers = {"Authorization": f"Bearer {org.key}"}
        state = line.http.get(f"{line.api_url}/api/v1/data", headers=headers).json()["data"]
        time.sleep(0.1)
    [kept] = state["quarantine"]
    assert (kept["reason"], kept["records"]) == ("too_old", 3)
    assert "ANDON_HISTORY_START" in kept["advice"]
