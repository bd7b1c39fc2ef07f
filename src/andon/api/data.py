"""Where the data stands and what arrives now: ``/api/v1/data`` and ``/api/v1/arrivals``."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.guard import Guard, admit_request
from andon.contract.pipeline import ArrivalsAnswer, DataAnswer

DATA_PATH = "/api/v1/data"
ARRIVALS_PATH = "/api/v1/arrivals"

NO_STORE = {"Cache-Control": "no-store"}


class DataDesk:
    """
    Answers ``/api/v1/data`` and ``/api/v1/arrivals``.

    Args:
        guard: Recognises keys and sessions.
        state: Tells where an organisation's data stands.
        arrivals: Tells what arrives for it now.
    """

    def __init__(
        self,
        guard: Guard,
        state: Callable[[str], DataAnswer],
        arrivals: Callable[[str], ArrivalsAnswer],
    ) -> None:
        self._guard = guard
        self._state = state
        self._arrivals = arrivals

    def routes(self) -> list[Route]:
        """List the routes, HEAD included."""
        return [Route(DATA_PATH, self._tell_state), Route(ARRIVALS_PATH, self._tell_arrivals)]

    # Not coroutines: keys and files are read, so Starlette runs them in a thread.
    def _tell_state(self, request: Request) -> Response:
        return _told(self._state(admit_request(request, self._guard, "data").org_id))

    def _tell_arrivals(self, request: Request) -> Response:
        return _told(self._arrivals(admit_request(request, self._guard, "data").org_id))


def _told(answer: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(answer), headers=NO_STORE, media_type="application/json")
