"""The demo's telemetry as a stream of requests, and the truth that reports made from it must tell."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from andon.demo import dialect_claude_code, dialect_codex, dialect_native
from andon.demo.facts import Agent, Session
from andon.demo.otlp import Batches, DemoRequest, Group
from andon.demo.sessions import sessions_of_day
from andon.demo.truth import DemoTruth, sum_sessions
from andon.demo.world import Person, make_world

SEED = 7
"""Any number would do; the documentation's figures are of this one."""
PEOPLE = 120
"""A middling engineering department: enough for every chart to have a shape."""
DAYS = 90
"""A quarter: long enough for trends, short enough to build in moments."""

_DIALECTS: dict[Agent, Callable[[Session, Person], Iterator[Group]]] = {
    "native": dialect_native.tell,
    "bot": dialect_native.tell_plainly,
    "claude-code": dialect_claude_code.tell,
    "codex": dialect_codex.tell,
}


def telemetry(
    *, seed: int = SEED, people: int = PEOPLE, days: int = DAYS, end: dt.date
) -> Iterator[DemoRequest]:
    """
    Give the telemetry that the organisation would have sent, oldest day first.

    The same arguments give the same bytes, in the same order, on every machine; other arguments make
    another organisation, whose ids may collide with the first one's. Send one demo to one organisation.

    Args:
        seed: Chooses the people and what they do.
        people: Size of the organisation, continuous-integration accounts included; one or more.
        days: Length of the range, one or more.
        end: Last UTC day of the range: yesterday, as reports end there.

    Raises:
        ValueError: *people* or *days* is below one.
    """
    world = make_world(seed=seed, people=people, days=days, end=end)
    for day in world.days:
        batches = Batches(day)
        for session in sessions_of_day(world, day):
            for group in _DIALECTS[session.agent](session, world.people[session.person]):
                yield from batches.add(group)
        yield from batches.rest()


def expected(*, seed: int = SEED, people: int = PEOPLE, days: int = DAYS, end: dt.date) -> DemoTruth:
    """
    Sum what happened in `telemetry` of the same arguments, day by day, without making any telemetry.

    Raises:
        ValueError: *people* or *days* is below one.
    """
    world = make_world(seed=seed, people=people, days=days, end=end)
    return DemoTruth({day: sum_sessions(sessions_of_day(world, day)) for day in world.days})
