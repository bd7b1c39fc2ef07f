"""Whatever the seed and the size: the demo's truth adds up, and its time runs forward."""

from __future__ import annotations

import datetime as dt
import itertools

from hypothesis import given, settings
from hypothesis import strategies as st

from andon.demo import expected, make_world, telemetry
from andon.demo.facts import ToolCall
from andon.demo.sessions import sessions_of_day

ENDS = st.dates(dt.date(2026, 2, 1), dt.date(2027, 12, 31))
SEEDS = st.integers(0, 10_000)
PEOPLE = st.integers(1, 45)


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, people=PEOPLE, end=ENDS)
def test_breakdowns_sum_to_their_day(seed: int, people: int, end: dt.date) -> None:
    """By tool and server, by model, by identity, by client: every breakdown sums to the day's number."""
    for day in expected(seed=seed, people=people, days=3, end=end).days.values():
        assert day.by_tool.total() + day.by_server.total() == day.tool_calls
        assert day.by_extension.total() == day.files_created + day.files_edited
        for name in ("input", "output", "cache_read", "cache_write"):
            split = sum(getattr(tokens, name) for tokens in day.tokens_by_model.values())
            assert split == getattr(day.tokens, name)
        tokens = day.tokens
        whole = tokens.input + tokens.output + tokens.cache_read + tokens.cache_write
        assert day.tokens_by_identity.total() == whole
        assert set().union(*day.active_by_client.values()) == day.active
        assert sum(one.tool_calls for one in day.sessions_of) == day.tool_calls
        assert sum(one.user_messages for one in day.sessions_of) == day.user_messages


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, people=PEOPLE, day=ENDS)
def test_time_runs_forward_within_one_day(seed: int, people: int, day: dt.date) -> None:
    """A session's facts have different times, in order, all on the session's UTC day."""
    midnight = int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()) * 10**9
    for session in sessions_of_day(make_world(seed=seed, people=people, days=1, end=day), day):
        times = [session.started_at, *(fact.at for fact in session.facts)]
        assert all(before < after for before, after in itertools.pairwise(times))
        assert midnight <= times[0]
        assert times[-1] < midnight + 86_400 * 10**9


@settings(max_examples=15, deadline=None)
@given(seed=SEEDS, people=PEOPLE, day=ENDS)
def test_only_calls_that_worked_changed_anything(seed: int, people: int, day: dt.date) -> None:
    """A refused or failed call changes no file and makes no commit."""
    for session in sessions_of_day(make_world(seed=seed, people=people, days=1, end=day), day):
        for fact in session.facts:
            if isinstance(fact, ToolCall) and fact.outcome != "ok":
                assert not fact.changes
                assert fact.git is None


@settings(max_examples=10, deadline=None)
@given(seed=SEEDS, people=PEOPLE, end=ENDS)
def test_the_same_arguments_give_the_same_requests(seed: int, people: int, end: dt.date) -> None:
    """Asking twice gives the same bytes."""
    first = list(telemetry(seed=seed, people=people, days=1, end=end))
    assert first == list(telemetry(seed=seed, people=people, days=1, end=end))
