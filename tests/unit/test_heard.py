"""What arrives, counted on its way: by organisation, agent and signal, within bounds."""

from __future__ import annotations

import datetime as dt

import pyarrow as pa

from andon.app import heard
from andon.app.heard import OTHER, UNKNOWN, Heard
from andon.contract.telemetry import Table

NOW = dt.datetime(2026, 1, 20, 9, 30, 7, tzinfo=dt.UTC)


class Store:
    """A store that may refuse."""

    def __init__(self) -> None:
        """Take everything."""
        self.refuses = False

    def append(self, table: Table, rows: pa.Table, batch_id: str) -> None:  # noqa: ARG002 (the door's signature)
        """Take rows, or not."""
        if self.refuses:
            raise OSError(28, "No space left on device")


def rows(*told: tuple[str, str | None, float]) -> pa.Table:
    """Rows of organisation, agent and seconds ago."""
    return pa.table(
        {
            "org_id": pa.array([org for org, _, _ in told]),
            "service_name": pa.array([agent for _, agent, _ in told], pa.string()),
            "received_at": pa.array(
                [(NOW - dt.timedelta(seconds=ago)).replace(tzinfo=None) for _, _, ago in told],
                pa.timestamp("us"),
            ),
        }
    )


def told(hearing: Heard, org_id: str) -> list[tuple[str, str, int, int]]:
    """What is told, without the instants."""
    return [(row.signal, row.agent, row.last_minute, row.last_hour) for row in hearing.arrivals(org_id).data]


def test_minutes_and_hours_are_counted_by_receipt() -> None:
    """A log that is loaded late counts for when it was received; what is older than an hour is gone."""
    hearing = Heard(Store(), lambda: NOW)
    hearing.append(
        "log_records", rows(("a", "x", 1), ("a", "x", 55), ("a", "x", 600), ("a", None, 5000)), "1"
    )
    hearing.append("spans", rows(("a", "x", 30), ("b", "y", 30)), "2")
    hearing.append("quarantine", rows(("a", "x", 1)), "3")
    assert told(hearing, "a") == [("logs", "x", 2, 3), ("traces", "x", 1, 1)]
    assert told(hearing, "b") == [("traces", "y", 1, 1)]
    assert hearing.arrivals("a").last_event_at == NOW - dt.timedelta(seconds=1)
    assert told(hearing, "nobody") == []


def test_what_is_not_stored_is_not_told() -> None:
    """It is loaded again, and counted then."""
    store = Store()
    hearing = Heard(store, lambda: NOW)
    store.refuses = True
    for _ in range(2):
        try:
            hearing.append("spans", rows(("a", None, 1)), "1")
        except OSError:
            store.refuses = False
    assert told(hearing, "a") == [("traces", UNKNOWN, 1, 1)]


def test_senders_cannot_fill_the_memory_with_names() -> None:
    """Beyond a hundred lines of an organisation, one stands for the rest of a signal."""
    hearing = Heard(Store(), lambda: NOW)
    names = [f"agent-{number:04}" for number in range(heard.MOST_AGENTS + 50)]
    hearing.append("log_records", rows(*(("a", name, 1) for name in names)), "1")
    lines = told(hearing, "a")
    assert len(lines) == heard.MOST_AGENTS + 1
    assert ("logs", OTHER, 50, 50) in lines
    assert sum(hour for _, _, _, hour in lines) == len(names)
