"""
Builds add up: row for row they give what one build of everything gives.

Whatever comes in pieces, late, shuffled and several times is, after the last of several builds, what one
build makes that finds all of it at once, each record sent once. A warehouse holds many invented
organisations, which have nothing to do with one another: each is a case.
"""

from __future__ import annotations

import contextlib
import datetime as dt
import tempfile
from pathlib import Path
from typing import Any

import pytest
from same_tables import differing
from tellings import WORDS, Organisation, Telling, organisations

from andon.config import Settings
from andon.transform.worker import Worker
from andon.warehouse.parquet_lake import ParquetLake

from invented import build, examples, keep

pytestmark = pytest.mark.slow(seconds=110)

MORNINGS = [dt.datetime(2026, *day, 6, tzinfo=dt.UTC) for day in ((1, 16), (1, 18), (3, 1))]
"""When builds run: two while it happens, the last forty days later."""


def send(config: Settings, org: str, told: list[Telling], name: str) -> None:
    """Send items, those of one signal in one request."""
    for signal, (outer, inner, items) in WORDS.items():
        scopes = [{"scope": {"name": one.scope}, items: [one.item]} for one in told if one.signal == signal]
        if scopes:
            body = {outer: [{inner: scopes}]}
            keep(ParquetLake(config.raw_dir), org, signal, [body], now=MORNINGS[-1], name=name)


def directory(drawn: list[Organisation]) -> dict[str, list[dict[str, Any]]]:
    """Name who is whom when all is told."""
    return {
        "aliases": [
            {"org_id": f"o{n}", "identity": "email:bob@x.com", "canonical_identity": "email:ann@x.com"}
            for n, organisation in enumerate(drawn)
            if organisation.merged
        ],
        "keys": [
            {"org_id": f"o{n}", "key_id": "k", "owner_identity": "email:eve@x.com"}
            for n, organisation in enumerate(drawn)
            if organisation.owned
        ],
    }


@pytest.mark.parametrize("cases", [200, pytest.param(2_000, marks=pytest.mark.full_rounds)])
def test_builds_add_up_to_one(cases: int) -> None:
    """Every fact and every row of every report is that of one build over all records, each sent once."""
    drawn = examples(organisations(), cases)
    names = [f"o{n}" for n in range(len(drawn))]
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(Worker()) as worker:
        daily = Settings(data=Path(folder) / "daily", now=MORNINGS[-1])
        once = Settings(data=Path(folder) / "once", now=MORNINGS[-1])
        for number, morning in enumerate(MORNINGS):
            for name, organisation in zip(names, drawn, strict=True):
                came = [one for one in organisation.told for build in one.builds if build == number]
                send(daily, name, came, f"{number}-")
            last = number == len(MORNINGS) - 1
            build(daily, names, now=morning, worker=worker, **(directory(drawn) if last else {}))
        for name, organisation in zip(names, drawn, strict=True):
            send(once, name, organisation.told, "")
        build(once, names, now=MORNINGS[-1], **directory(drawn))

        assert len(drawn) >= cases * 9 // 10
        assert list(differing(daily.warehouse_path, once.warehouse_path, is_retold=True)) == []
