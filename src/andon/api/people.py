"""People over a range, one person's days, and adoption: asked of the edition's report models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.auth import Principal, permissions
from andon.api.caching import caching_headers, is_known
from andon.api.coding import respond
from andon.api.guard import Guard, admit_request
from andon.api.parameters import read_range
from andon.config import Settings
from andon.contract.days import DayRange
from andon.contract.people import AdoptionMeta, PersonMeta
from andon.contract.problems import Forbidden, NotFound, Unavailable
from andon.contract.reports import Meta
from andon.edition.editions import Editions
from andon.edition.latest import Latest
from andon.edition.opened import Edition
from andon.edition.problems import EditionDamaged
from andon.edition.questions import Questions, Value

PEOPLE_PATH = "/api/v1/people"
PERSON_PATH = f"{PEOPLE_PATH}/{{user_id}}"
ADOPTION_PATH = "/api/v1/adoption"

ME = "me"
"""Stands for one's own ``user_id``."""

KEPT_BYTES = 64 * 2**20
"""Answers that are kept in memory: a few of the largest (50,000 people are 25 MB), hundreds of the others."""

_Key = tuple[str, str, tuple[tuple[str, Value], ...]]


class PeopleDesk:
    """
    Answers ``/api/v1/people``, ``/api/v1/people/{user_id}`` and ``/api/v1/adoption``.

    Args:
        editions: Where answers come from.
        questions: Asks them.
        guard: Recognises keys and sessions.
        clock: Tells the time, in UTC.
        settings: The longest range.
    """

    def __init__(
        self,
        editions: Editions,
        questions: Questions,
        guard: Guard,
        clock: Callable[[], dt.datetime],
        settings: Settings,
    ) -> None:
        self._editions = editions
        self._questions = questions
        self._guard = guard
        self._clock = clock
        self._max_days = settings.max_range_days
        self._kept: Latest[_Key, bytes] = Latest(KEPT_BYTES, len)

    def routes(self) -> list[Route]:
        """List the routes, HEAD included."""
        return [
            Route(PEOPLE_PATH, self._people),
            Route(PERSON_PATH, self._person),
            Route(ADOPTION_PATH, self._adoption),
        ]

    # Not coroutines: keys and editions are read from databases, so Starlette runs them in a thread.
    def _people(self, request: Request) -> Response:
        principal = admit_request(request, self._guard, "self")
        email = None if "people" in permissions(principal) else _own_email(principal)
        days = self._days(request)

        def answer(edition: Edition | None) -> bytes:
            values: dict[str, Value] = {
                "org_id": principal.org_id,
                "start": days.start,
                "end": days.end,
                "email": email,
            }
            return _envelope(self._ask(edition, "people", values), Meta(**_covered(edition, principal, days)))

        return self._respond(request, principal, answer)

    def _person(self, request: Request) -> Response:
        principal = admit_request(request, self._guard, "self")
        days = self._days(request)
        asked: str = request.path_params["user_id"]
        may_all = "people" in permissions(principal)
        email = _own_email(principal) if asked == ME or not may_all else None

        def answer(edition: Edition | None) -> bytes:
            who = {"org_id": principal.org_id, "user_id": None if email else asked, "email": email}
            found = self._ask(edition, "who", who)
            person = msgspec.json.decode(found) if found else {"user_id": None, "user_email": email}
            if asked not in {ME, person["user_id"]}:
                if not may_all:
                    raise Forbidden(
                        "Insufficient permissions (requires Manager or Owner role): a "
                        f"{principal.role} sees their own days alone"
                    )
                raise NotFound("Nobody of this user_id was seen; GET /api/v1/people lists everybody")
            values: dict[str, Value] = {
                "org_id": principal.org_id,
                "user_id": person["user_id"],
                "start": days.start,
                "end": days.end,
            }
            rows = self._ask(edition, "person", values) if person["user_id"] else b""
            return _envelope(rows, PersonMeta(**_covered(edition, principal, days), **person))

        return self._respond(request, principal, answer)

    def _adoption(self, request: Request) -> Response:
        principal = admit_request(request, self._guard, "reports")
        days = self._days(request)

        def answer(edition: Edition | None) -> bytes:
            values: dict[str, Value] = {"org_id": principal.org_id, "start": days.start, "end": days.end}
            rows = self._ask(edition, "adoption", values)
            whole = self._ask(edition, "adoption_range", values)
            people = msgspec.json.decode(whole) if whole else {}
            return _envelope(rows, AdoptionMeta(**_covered(edition, principal, days), **people))

        return self._respond(request, principal, answer)

    def _days(self, request: Request) -> DayRange:
        items = request.query_params.multi_items()
        return read_range(items, today=self._clock().date(), max_days=self._max_days)

    def _respond(
        self, request: Request, principal: Principal, answer: Callable[[Edition | None], bytes]
    ) -> Response:
        edition = self._editions.current()
        # Two people of one organisation may ask the same address and get different answers.
        asks = f"{principal.org_id} {principal.role} {principal.person_identity}"
        headers = caching_headers(edition, asks, request)
        if is_known(request.headers, headers["ETag"]):
            return Response(status_code=304, headers=headers)
        try:
            body = answer(edition)
        except EditionDamaged as damage:
            raise Unavailable(str(damage), headers={"Retry-After": "5"}) from None
        return respond(request, headers, body)

    def _ask(self, edition: Edition | None, query: str, values: Mapping[str, Value]) -> bytes:
        if edition is None:
            return b""
        key = (edition.checksum, query, tuple(sorted(values.items())))
        found = self._kept.give(key)
        if found is None:
            found = b",".join(self._questions.ask(edition, query, values))
            self._kept.keep(key, found)
        return found


def _own_email(principal: Principal) -> str:
    """
    Give the address of whoever asks.

    Raises:
        NotFound: The key belongs to no person.
    """
    if principal.person_identity is None:
        raise NotFound(
            "This key belongs to no person, so that there are no days of its own; "
            "andon keys create --person EMAIL makes one that does"
        )
    return principal.person_identity.removeprefix("email:")


def _covered(edition: Edition | None, principal: Principal, days: DayRange) -> dict[str, Any]:
    known = edition is not None and edition.knows(principal.org_id)
    return {
        "org_id": principal.org_id,
        "start_date": days.start,
        "end_date": days.end,
        "data_through": edition.data_through if edition is not None and known else None,
    }


def _envelope(rows: bytes, meta: Meta) -> bytes:
    return b'{"data":[' + rows + b'],"meta":' + msgspec.json.encode(meta) + b"}"
