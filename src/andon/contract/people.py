"""
People over a range, one person's days, and who came and who stayed away.

What each number means is in docs/metrics.md.
"""

from __future__ import annotations

import datetime as dt
from typing import Literal

import msgspec

from andon.contract.reports import Meta, UserDay

Lifecycle = Literal["new", "returning", "dormant"]


class PersonRow(msgspec.Struct, frozen=True, kw_only=True):
    """
    One person over a range: the sums of that person's days in ``/users``, and when they were seen.

    Attributes:
        user_id: As in ``/users``; all zeros for what belongs to nobody.
        user_email: Null when it is not known.
        sessions: Sessions started.
        messages: Theirs and the assistants'.
        user_messages: Theirs.
        tool_calls: Executed calls.
        autonomy_ratio: Tool calls over user messages of the range; 0 without messages.
        billable_tokens: As in ``/tokens``.
        input_tokens: Read by models, not from a cache.
        output_tokens: Written by models.
        cache_read_tokens: Read from a cache.
        cache_write_tokens: Written to a cache.
        files_created: Files that a tool created.
        files_edited: Edits of files by a tool.
        git_commits: Commits made through an agent.
        git_prs_created: Pull requests opened through an agent.
        active_days: Days of the range on which they count in ``daily_active_users``.
        first_seen_date: The first such day ever; null when there is none, as for nobody.
        last_seen_date: The last such day up to the range's end; null when there is none.
        lifecycle: ``new``: first seen in the range; ``returning``: active in it, seen before;
            ``dormant``: seen before, not active in it; null when never active.
    """

    user_id: str
    user_email: str | None
    sessions: int
    messages: int
    user_messages: int
    tool_calls: int
    autonomy_ratio: float
    billable_tokens: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    files_created: int
    files_edited: int
    git_commits: int
    git_prs_created: int
    active_days: int
    first_seen_date: dt.date | None
    last_seen_date: dt.date | None
    lifecycle: Lifecycle | None


class PeopleAnswer(msgspec.Struct, frozen=True):
    """
    ``GET /api/v1/people``.

    Attributes:
        data: Everybody who was seen by the last day, by ``user_id``.
        meta: What the answer covers.
    """

    data: list[PersonRow]
    meta: Meta


class PersonDay(UserDay, frozen=True, kw_only=True):
    """
    One day of one person: a row of ``/users`` and its tokens in parts.

    Attributes:
        input_tokens: Read by models, not from a cache.
        output_tokens: Written by models.
        cache_read_tokens: Read from a cache.
        cache_write_tokens: Written to a cache.
    """

    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int


class PersonMeta(Meta, frozen=True, kw_only=True):
    """
    Whose days, and which.

    Attributes:
        user_id: The person; null for one's own, before anything of theirs was counted.
        user_email: Null when it is not known.
    """

    user_id: str | None
    user_email: str | None


class PersonAnswer(msgspec.Struct, frozen=True):
    """
    ``GET /api/v1/people/{user_id}``.

    Attributes:
        data: That person's days, oldest first.
        meta: Who it is, and what the answer covers.
    """

    data: list[PersonDay]
    meta: PersonMeta


class AdoptionDay(msgspec.Struct, frozen=True, kw_only=True):
    """
    Who came and who stayed away on a day.

    Attributes:
        date: The UTC day.
        new: People whose first active day it is.
        returning: Active people who were active on one of the 30 days before.
        resurrected: The other active people: back after 30 days or more without.
        dormant: People whose last active day was 30 days ago: they leave ``monthly_active_users``.
    """

    date: dt.date
    new: int
    returning: int
    resurrected: int
    dormant: int


class AdoptionMeta(Meta, frozen=True, kw_only=True):
    """
    The range as a whole: people, each counted once.

    Attributes:
        active_people: Active on at least one day of the range.
        new: Of those, first seen in the range.
        returning: Of those, seen before it.
        dormant: Seen before the range and not active in it.
    """

    active_people: int = 0
    new: int = 0
    returning: int = 0
    dormant: int = 0


class AdoptionAnswer(msgspec.Struct, frozen=True):
    """
    ``GET /api/v1/adoption``.

    Attributes:
        data: Every day of the range that is covered, oldest first.
        meta: What the answer covers, and the people of all of it.
    """

    data: list[AdoptionDay]
    meta: AdoptionMeta
