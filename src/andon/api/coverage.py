"""What really arrives, by agent and by day: whoever may read reports may read how far to trust them."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.auth import Authenticate, admit
from andon.api.caching import caching_headers, is_known
from andon.api.coding import respond
from andon.contract.coverage import CoverageMeta
from andon.edition.editions import Editions
from andon.edition.opened import Edition

COVERAGE_PATH = "/api/v1/coverage"
CONSERVATION_PATH = "/api/v1/conservation"


class Coverage:
    """
    Answers ``/api/v1/coverage`` and ``/api/v1/conservation``.

    Args:
        editions: Where answers come from.
        authenticate: Tells who a key speaks for.
    """

    def __init__(self, editions: Editions, authenticate: Authenticate) -> None:
        self._editions = editions
        self._authenticate = authenticate

    def routes(self) -> list[Route]:
        """List the two routes, HEAD included."""
        return [Route(COVERAGE_PATH, self._coverage), Route(CONSERVATION_PATH, self._conservation)]

    # Not coroutines: keys and fragments are read from databases, so Starlette runs them in a thread.
    def _coverage(self, request: Request) -> Response:
        return self._answer(request, b"agents", Edition.coverage)

    def _conservation(self, request: Request) -> Response:
        return self._answer(request, b"days", Edition.conservation)

    def _answer(
        self, request: Request, member: bytes, read: Callable[[Edition, str], list[bytes]]
    ) -> Response:
        principal = admit(request.headers, self._authenticate)
        org_id = request.state.org_id = principal.org_id
        request.state.key_id = principal.key_id

        edition = self._editions.current()
        headers = caching_headers(edition, org_id, request)
        if is_known(request.headers, headers["ETag"]):
            return Response(status_code=304, headers=headers)

        found = read(edition, org_id) if edition else []
        meta = CoverageMeta(org_id=org_id)
        if edition is not None and edition.knows(org_id):
            meta = CoverageMeta(org_id=org_id, data_through=edition.data_through, built_at=edition.built_at)
        data = b'{"' + member + b'":[' + b",".join(found) + b"]}"
        body = b'{"data":' + data + b',"meta":' + msgspec.json.encode(meta) + b"}"
        return respond(request, headers, body)
