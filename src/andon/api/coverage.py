"""What really arrives, by agent: whoever may read reports may read how far to trust them."""

from __future__ import annotations

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.auth import Authenticate, admit
from andon.api.caching import caching_headers, is_known
from andon.contract.coverage import CoverageMeta
from andon.edition.editions import Editions

COVERAGE_PATH = "/api/v1/coverage"


class Coverage:
    """
    Answers ``/api/v1/coverage``.

    Args:
        editions: Where answers come from.
        authenticate: Tells who a key speaks for.
    """

    def __init__(self, editions: Editions, authenticate: Authenticate) -> None:
        self._editions = editions
        self._authenticate = authenticate

    def routes(self) -> list[Route]:
        """List the one route, HEAD included."""
        return [Route(COVERAGE_PATH, self._answer)]

    # Not a coroutine: keys and fragments are read from databases, so Starlette runs it in a thread.
    def _answer(self, request: Request) -> Response:
        principal = admit(request.headers, self._authenticate)
        org_id = request.state.org_id = principal.org_id
        request.state.key_id = principal.key_id

        edition = self._editions.current()
        headers = caching_headers(edition, org_id, request)
        if is_known(request.headers, headers["ETag"]):
            return Response(status_code=304, headers=headers)

        agents = edition.coverage(org_id) if edition else []
        meta = CoverageMeta(org_id=org_id)
        if edition is not None and edition.knows(org_id):
            meta = CoverageMeta(org_id=org_id, data_through=edition.data_through, built_at=edition.built_at)
        body = b'{"data":{"agents":[' + b",".join(agents) + b']},"meta":' + msgspec.json.encode(meta) + b"}"
        return Response(body, headers=headers, media_type="application/json")
