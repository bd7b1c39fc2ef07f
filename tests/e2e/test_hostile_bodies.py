"""
No request keeps anybody waiting: bodies just under the limits are answered for good, and others beside them.

Each is a whole request of up to 64 MiB, made to take as long as it can; a real server answers it.
"""

from __future__ import annotations

import gzip
import threading
import time
from collections.abc import Iterator
from typing import Self

import httpx2
import pytest
from hostile_bodies import HOSTILE, field, request, span, text_pair
from process_tree import memory_of

from line import Line, Org
from tries import in_one_of_three, within

pytestmark = pytest.mark.slow(seconds=40)

FEW = ("distinct names", "one long secret", "json backslashes, cut off")
"""Three that took very long before there was a limit; `make e2e` sends all."""

MOST_MEMORY_BYTES = 4 * 2**30
"""Of the server and its processes together: two of them decode, each within 2 GiB."""

GOOD = request(span(7))


@pytest.fixture(scope="module")
def org(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Org]:
    """An organisation on a server with two decoding processes, as on a machine with two cores."""
    running = Line(tmp_path_factory.mktemp("hostile") / "data")
    running.start()
    yield running.new_org("Hostile")
    running.stop()


def send(org: Org, path: str, body: bytes, encoding: str, **headers: str) -> httpx2.Response:
    """Send a request on a connection of its own."""
    media_type = {"protobuf": "application/x-protobuf", "json": "application/json"}[encoding]
    return httpx2.post(
        f"{org.line.otlp_url}{path}",
        content=body,
        headers={"Content-Type": media_type, "Authorization": f"Bearer {org.ingest_key}", **headers},
        timeout=60,
    )


class Beside:
    """Good requests, one after the other, while the block runs: how long each took, and the memory then."""

    def __init__(self, org: Org) -> None:
        self.took_s: list[float] = []
        self.codes: set[int] = set()
        self.memory_bytes = 0
        self._org = org
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join()

    def _run(self) -> None:
        assert self._org.line.process is not None
        while not self._over.wait(0.1):
            start = time.monotonic()
            self.codes.add(send(self._org, "/v1/traces", GOOD, "protobuf").status_code)
            self.took_s.append(time.monotonic() - start)
            self.memory_bytes = max(self.memory_bytes, memory_of(self._org.line.process.pid))


@pytest.mark.parametrize(
    "name",
    [*FEW, *(pytest.param(name, marks=pytest.mark.full_rounds) for name in HOSTILE if name not in FEW)],
)
def test_a_hostile_body_is_answered_for_good(org: Org, name: str) -> None:
    """Yes, or no for ever, never "again"; a good request beside it has its yes within a second."""
    hostile = HOSTILE[name]
    body = gzip.compress(hostile.make(), 1)

    def attempt() -> None:
        with Beside(org) as beside:
            time.sleep(0.5)
            answer = send(
                org, f"/v1/{hostile.signal}", body, hostile.encoding, **{"Content-Encoding": "gzip"}
            )
            time.sleep(0.5)
        assert answer.status_code in {200, 400, 413}, (name, answer.status_code, answer.content[:200])
        assert beside.codes == {200}
        assert beside.memory_bytes < MOST_MEMORY_BYTES
        within(1, max(beside.took_s))

    in_one_of_three(attempt)


def test_many_hostile_bodies_leave_room_for_others(org: Org) -> None:
    """One more at once than there are decoding processes: a good request has its yes within a second."""
    body = gzip.compress(HOSTILE["events"].make(), 1)

    def attempt() -> None:
        codes: list[int] = []

        def hostile() -> None:
            answer = send(org, "/v1/traces", body, "protobuf", **{"Content-Encoding": "gzip"})
            codes.append(answer.status_code)

        senders = [threading.Thread(target=hostile) for _ in range(3)]
        with Beside(org) as beside:
            for sender in senders:
                sender.start()
            for sender in senders:
                sender.join()
        assert min(codes) == 413
        assert set(codes) <= {413, 503}  # whoever had no turn in time asks again, and has one then
        assert beside.codes == {200}
        within(1, max(beside.took_s))

    in_one_of_three(attempt)


def test_an_honest_batch_is_taken_whole(org: Org) -> None:
    """Ten thousand spans of twenty-five attributes, half of them new in each: more than exporters send."""

    def attributes(number: int) -> bytes:
        pairs = [text_pair(b"name.%d" % one, b"the same") for one in range(13)]
        pairs += [text_pair(b"new.%d" % one, b"%d-%d" % (one, number)) for one in range(12)]
        return b"".join([field(9, pair) for pair in pairs])

    body = request(*(span(number, attributes(number)) for number in range(1, 10_001)))
    answer = send(org, "/v1/traces", body, "protobuf")
    assert (answer.status_code, answer.content) == (200, b"")
