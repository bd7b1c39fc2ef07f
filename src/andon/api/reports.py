"""The five routes: who asks, for what, and the answer put together from an edition's fragments."""

from __future__ import annotations

import datetime as dt
from collections.abc import Awaitable, Callable
from typing import NamedTuple

import msgspec
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.auth import Authenticate, Principal, admit, not_remembered
from andon.api.caching import caching_headers, is_known
from andon.api.coding import respond_rows
from andon.api.kept import LARGEST_BYTES, Kept
from andon.api.parameters import Page, read_group_by, read_page, read_range, read_without
from andon.config import Settings
from andon.contract.days import DayRange
from andon.contract.problems import Problem
from andon.contract.reports import REPORTS, Meta, PageMeta, Report
from andon.edition.editions import Editions
from andon.edition.opened import Edition, People
from andon.edition.rows import NO_ROWS, Rows

PREFIX = "/api/v1/analytics"

PREVIEW_PREFIX = "/api/v1/preview"
"""The same of the provisional edition: no path of the contract ever shows a day that is not over."""

REPORT_PATHS = tuple(f"{PREFIX}/{report}" for report in REPORTS)

NOBODY = People(NO_ROWS, has_more=False, next_cursor=None)
"""The only page there is before the first edition."""


class Reports:
    """
    Answers the five reports.

    Args:
        editions: Where answers come from.
        authenticate: Tells who a key speaks for.
        clock: Tells the time, in UTC.
        settings: The longest range.
        prefix: What the paths begin with.
        recall: Tells who a key speaks for if that is known without looking; it must not block.
    """

    def __init__(  # noqa: PLR0913 (what it is put together from)
        self,
        editions: Editions,
        authenticate: Authenticate,
        clock: Callable[[], dt.datetime],
        settings: Settings,
        *,
        prefix: str = PREFIX,
        recall: Authenticate = not_remembered,
    ) -> None:
        self._editions = editions
        self._authenticate = authenticate
        self._clock = clock
        self._max_days = settings.max_range_days
        self._prefix = prefix
        self._recall = recall
        self._kept = Kept()

    def routes(self) -> list[Route]:
        """List the routes, HEAD included."""
        return [Route(f"{self._prefix}/{report}", self._endpoint(report)) for report in REPORTS]

    def _endpoint(self, report: Report) -> Callable[[Request], Awaitable[Response]]:
        async def endpoint(request: Request) -> Response:
            ready = self._at_hand(report, request)
            if ready is not None:
                return ready
            # Keys and fragments are read from databases: in a thread.
            return await run_in_threadpool(self._found, report, request)

        return endpoint

    def _at_hand(self, report: Report, request: Request) -> Response | None:
        """Answer from memory alone, as most questions are asked again and again; None where it takes more."""
        edition = self._editions.at_hand()
        try:
            principal = admit(request.headers, self._recall) if edition else None
        except Problem:
            principal = None  # whoever is not remembered is looked up
        if principal is None:
            return None
        asked = self._read(report, request, principal)
        headers = caching_headers(edition, asked.org_id, request)
        if is_known(request.headers, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        kept = self._kept.give(headers["ETag"])
        if kept is not None or edition is None or asked.page is not None:
            return kept
        rows = edition.days_at_hand(asked.org_id, report, asked.group_by, asked.days.start, asked.days.end)
        # To pack a megabyte takes two milliseconds, in which nobody else is answered.
        if rows is None or rows.size > LARGEST_BYTES:
            return None
        return self._told(request, headers, rows, _meta(edition, asked.org_id, asked.days), asked)

    def _found(self, report: Report, request: Request) -> Response:
        asked = self._read(report, request, admit(request.headers, self._authenticate))
        org_id, days = asked.org_id, asked.days
        edition = self._editions.current()
        headers = caching_headers(edition, org_id, request)
        if is_known(request.headers, headers["ETag"]):
            return Response(status_code=304, headers=headers)

        meta: Meta
        if asked.page is not None:
            people = (
                edition.people(org_id, days.start, days.end, asked.page.cursor, asked.page.limit)
                if edition
                else NOBODY
            )
            rows, meta = people.rows, _page_meta(edition, org_id, days, people)
        else:
            rows = edition.days(org_id, report, asked.group_by, days.start, days.end) if edition else NO_ROWS
            meta = _meta(edition, org_id, days)
        return self._told(request, headers, rows, meta, asked)

    def _told(
        self, request: Request, headers: dict[str, str], rows: Rows, meta: Meta, asked: _Asked
    ) -> Response:
        # Fragments were checked against the contract when they were published.
        after = b'],"meta":' + msgspec.json.encode(meta) + b"}"
        rows = _without_people(rows) if asked.is_lean else rows
        return respond_rows(request, headers, b'{"data":[', rows, after, self._kept)

    def _read(self, report: Report, request: Request, principal: Principal) -> _Asked:
        request.state.org_id, request.state.key_id = principal.org_id, principal.key_id
        items = request.query_params.multi_items()
        days = read_range(items, today=self._clock().date(), max_days=self._max_days)
        group_by = read_group_by(items, report)
        is_lean = read_without(items, report) and group_by is None
        page = read_page(items) if report == "users" else None
        return _Asked(principal.org_id, days, group_by, is_lean, page)


class _Asked(NamedTuple):
    org_id: str
    days: DayRange
    group_by: str | None
    is_lean: bool
    page: Page | None


def _without_people(rows: Rows) -> Rows:
    # The last member of a fragment; within a string the quotes would be escaped.
    people, nobody = b',"by_user":[', b',"by_user":[]}'
    lean = [fragment[: fragment.index(people)] + nobody for part in rows.parts for fragment in part]
    return Rows(max(sum(map(len, lean)) + len(lean) - 1, 0), iter([lean]), is_long=False)


def _meta(edition: Edition | None, org_id: str, days: DayRange) -> Meta:
    return Meta(
        org_id=org_id, start_date=days.start, end_date=days.end, data_through=_data_through(edition, org_id)
    )


def _page_meta(edition: Edition | None, org_id: str, days: DayRange, page: People) -> PageMeta:
    return PageMeta(
        org_id=org_id,
        start_date=days.start,
        end_date=days.end,
        data_through=_data_through(edition, org_id),
        has_more=page.has_more,
        next_cursor=page.next_cursor,
    )


def _data_through(edition: Edition | None, org_id: str) -> dt.date | None:
    # An organisation that is younger than the edition has no days in it yet: nothing is known, not zero.
    return edition.data_through if edition is not None and edition.knows(org_id) else None
