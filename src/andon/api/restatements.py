"""Which published days were changed later, by what edition and when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.auth import Authenticate, admit
from andon.api.caching import caching_headers, is_known
from andon.api.coding import respond
from andon.api.parameters import read_range
from andon.config import Settings
from andon.contract.reports import Meta
from andon.edition.editions import Editions

RESTATEMENTS_PATH = "/api/v1/restatements"


class Restatements:
    """
    Answers ``/api/v1/restatements``.

    Args:
        editions: Where answers come from.
        authenticate: Tells who a key speaks for.
        clock: Tells the time, in UTC.
        settings: The longest range.
    """

    def __init__(
        self,
        editions: Editions,
        authenticate: Authenticate,
        clock: Callable[[], dt.datetime],
        settings: Settings,
    ) -> None:
        self._editions = editions
        self._authenticate = authenticate
        self._clock = clock
        self._max_days = settings.max_range_days

    def routes(self) -> list[Route]:
        """List the one route, HEAD included."""
        return [Route(RESTATEMENTS_PATH, self._restatements)]

    # Not a coroutine: keys and answers are read from databases, so Starlette runs it in a thread.
    def _restatements(self, request: Request) -> Response:
        principal = admit(request.headers, self._authenticate)
        org_id = request.state.org_id = principal.org_id
        request.state.key_id = principal.key_id
        items = request.query_params.multi_items()
        days = read_range(items, today=self._clock().date(), max_days=self._max_days)

        edition = self._editions.current()
        headers = caching_headers(edition, org_id, request)
        if is_known(request.headers, headers["ETag"]):
            return Response(status_code=304, headers=headers)

        known = edition is not None and edition.knows(org_id)
        meta = Meta(
            org_id=org_id,
            start_date=days.start,
            end_date=days.end,
            data_through=edition.data_through if edition is not None and known else None,
        )
        found = edition.restatements(org_id, days.start, days.end) if edition is not None else []
        names = ("report_date", "report", "edition", "restated_at")
        data = [dict(zip(names, row, strict=True)) for row in found]
        return respond(request, headers, msgspec.json.encode({"data": data, "meta": meta}))
