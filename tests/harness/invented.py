"""Many invented organisations in one lake and one real build: what the laws of reports are held to."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Sequence
from typing import Any, TypeVar

from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.strategies import SearchStrategy

from andon.config import Settings
from andon.contract.telemetry import Signal
from andon.ingest.decode import decode
from andon.ingest.flatten import flatten
from andon.ingest.redact import Policy
from andon.transform import run
from andon.transform.worker import Worker
from andon.warehouse.parquet_lake import ParquetLake

NOW = dt.datetime(2026, 1, 18, 6, tzinfo=dt.UTC)
"""The morning on which all is built."""

T = TypeVar("T")


def examples(of: SearchStrategy[T], count: int) -> list[T]:
    """
    Draw cases, the same ones each time, without a test around each: one build answers for all of them.

    Hypothesis may give fewer, having drawn one twice. It shrinks none: a build takes seconds.
    """
    drawn: list[T] = []

    @settings(
        max_examples=count,
        deadline=None,
        derandomize=True,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(of)
    def draw(one: T) -> None:
        drawn.append(one)

    draw()
    return drawn


def keep(
    lake: ParquetLake,
    org: str,
    signal: Signal,
    batches: Sequence[dict[str, Any]],
    *,
    now: dt.datetime = NOW,
    key: str = "k",
    name: str = "",
) -> None:
    """Take OTLP/JSON bodies the way that requests take, each received at a time of its own."""
    for number, batch in enumerate(batches):
        flattened = flatten(
            decode(signal, json.dumps(batch).encode(), "json"),
            signal=signal,
            org_id=org,
            ingest_key_id=key,
            received_at=now - dt.timedelta(minutes=number),
            policy=Policy(),
            history_start=dt.date(2026, 1, 14),
            max_future_s=600,
        )
        assert flattened.rejected == 0
        for table, rows in flattened.rows.items():
            lake.append(table, rows, f"{org}-{name}{number}-{table}")


def build(
    config: Settings,
    orgs: Sequence[str],
    *,
    now: dt.datetime = NOW,
    aliases: Sequence[dict[str, str]] = (),
    keys: Sequence[dict[str, str | None]] = (),
    worker: Worker | None = None,
) -> None:
    """Build every report of these organisations, in which nobody is known by name."""
    directory: dict[str, Sequence[dict[str, str | None]] | Sequence[dict[str, str]]] = {
        "organisations": [{"org_id": org, "name": org} for org in orgs],
        "people": [],
        "identity_aliases": aliases,
        "ingest_keys": keys,
    }
    run.build(config, now=now, directory_rows=directory, worker=worker)
