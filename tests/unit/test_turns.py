"""Turns and quotas: whose request is worked on next, and how much a key may send."""

from __future__ import annotations

import asyncio
import time
from pathlib import Path

import pytest

from andon.config import read_settings
from andon.contract.problems import TooMany
from andon.ingest.quota import Quota
from andon.ingest.turns import Turns

from otlp_door import JSON, NOW, Door, as_json, log_request, serving


def test_organisations_take_turns() -> None:
    """A flood of one waits for each of the others, who came later, once a round."""

    async def scene() -> list[str]:
        turns = Turns(1, 5)
        order: list[str] = []

        async def one(org_id: str) -> None:
            async with turns.turn(org_id):
                order.append(org_id)
                await asyncio.sleep(0)

        async with turns.turn("x"):
            waiting = [asyncio.create_task(one(org_id)) for org_id in "aaaaaabbc"]
            await asyncio.sleep(0)
        await asyncio.gather(*waiting)
        return order

    assert "".join(asyncio.run(scene())) == "abcabaaaa"


def test_no_more_are_in_than_may_be() -> None:
    """So many at once, never more, also when many are given up, and never fewer afterwards."""

    async def scene() -> tuple[int, int]:
        turns, inside, most = Turns(3, 0.02), 0, 0

        async def one(number: int) -> None:
            nonlocal inside, most
            async with turns.turn(f"org {number % 7}"):
                inside += 1
                most = max(most, inside)
                try:
                    await asyncio.sleep(0.001 * (number % 5))
                finally:
                    inside -= 1

        tasks = [asyncio.create_task(one(number)) for number in range(200)]
        await asyncio.sleep(0.005)
        for task in tasks[::3]:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        assert turns._waiting == {}
        return most, turns._free

    assert asyncio.run(scene()) == (3, 3)


def test_nobody_waits_for_ever() -> None:
    """Whoever waits longer than patience goes without, and the place is not lost."""

    async def scene() -> None:
        turns = Turns(1, 0.01)
        async with turns.turn("a"):
            with pytest.raises(TimeoutError):
                async with turns.turn("b"):
                    pass
        async with turns.turn("b"):
            pass

    asyncio.run(scene())


def test_a_quota_fills_up_evenly() -> None:
    """A key may send a minute's worth at once, and a batch of any size; then it waits until it is paid."""
    quota = Quota(bytes_per_minute=600, records_per_minute=0)
    quota.check("k", 0)
    quota.spend("k", 0, size=900, records=10**9)
    for second in (0, 10, 30):
        with pytest.raises(TooMany, match="600 bytes of a minute") as refused:
            quota.check("k", second)
        assert refused.value.headers["Retry-After"] in {"1", "2"}
        quota.check("another", second)
    quota.check("k", 31)
    quota.check("k", 3600)
    quota.spend("k", 3600, size=600, records=0)
    with pytest.raises(TooMany):
        quota.check("k", 3600)


def test_a_key_over_its_records_is_told(tmp_path: Path) -> None:
    """Over its number a key gets 429 and two seconds to wait; another key of the organisation sends on."""
    with serving(read_settings(data=tmp_path, key_records_per_minute=3, decoders=1)) as door:
        other = door.directory.create_key(door.directory.orgs()[0].org_id, "ingest", now=NOW).text
        assert door.send(as_json(log_request(*"abcd"))).code == 200
        answer = door.send(as_json(log_request("e")))
        assert (answer.code, answer.headers["retry-after"]) == (429, "2")
        assert answer.headers["content-type"] == JSON
        assert "3 records of a minute" in answer.json["message"]
        assert door.send(as_json(log_request("e")), key=other).code == 200
        assert len(door.stored()) == 5


def test_a_flood_of_one_organisation_does_not_starve_another(tmp_path: Path) -> None:
    """While one organisation sends as much as it can, a request of another waits for one body at most."""
    with serving(read_settings(data=tmp_path, decoders=1)) as door:
        org = door.directory.create_org("Other", now=NOW)
        quiet = door.directory.create_key(org.org_id, "ingest", now=NOW).text
        flood = as_json(log_request(*(f"event {number}" for number in range(5000))))
        seconds = asyncio.run(waited(door, flood, quiet))
    assert max(seconds["quiet"]) < sorted(seconds["flood"])[len(seconds["flood"]) // 2]


async def waited(door: Door, flood: bytes, quiet: str) -> dict[str, list[float]]:
    """Send ten large bodies at once and small ones of another key beside them; give the seconds."""
    seconds: dict[str, list[float]] = {"flood": [], "quiet": []}

    async def one(kind: str, body: bytes, key: str) -> None:
        started = time.perf_counter()
        answer = await asyncio.to_thread(door.send, body, key=key)
        assert answer.code in {200, 503}
        seconds[kind].append(time.perf_counter() - started)

    async with asyncio.TaskGroup() as tasks:
        for _ in range(10):
            tasks.create_task(one("flood", flood, "ingest"))
        await asyncio.sleep(0.3)
        for _ in range(3):
            await one("quiet", as_json(log_request("x")), quiet)
    return seconds
