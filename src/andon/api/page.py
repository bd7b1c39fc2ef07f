"""
The page: what the build of ``page/`` left in ``page_assets/``, under a policy by which nothing foreign runs.

It has no numbers of its own: it asks the API, as everybody does.
"""

from __future__ import annotations

from pathlib import Path

from starlette.datastructures import Headers
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from andon.contract.problems import NotFound

PAGE = Path(__file__).parent.parent / "page_assets"
"""Where `make page` and the wheel put the built page."""

ASSETS_PATH = "/assets"
BESIDE_PATH = "/page"
"""Files whose names stay, so that their content may change: the icon, and what sets the theme at once."""

PAGE_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; connect-src 'self'; "
    "img-src 'self' blob:; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
"""Content-Security-Policy of the page; ``blob:`` is a chart on its way to a PNG."""

FOREVER = "public, max-age=31536000, immutable"
"""Files in /assets have their hash in their name: another content is another file."""

_NOT_BUILT = (
    "This server has no page: it runs from sources whose page was never built. Run `make page` and start it "
    "again; the API works without it and is described at /docs"
)

_NOT_THE_PAGE = ("/api/", "/v1/", "/docs", f"{ASSETS_PATH}/", f"{BESIDE_PATH}/")
"""Below these, a path that is nothing stays an error, also for a browser."""


class Page:
    """
    Answers ``/``, the files beside it, and every path that only the page's own router knows.

    Args:
        folder: The built page.
    """

    def __init__(self, folder: Path = PAGE) -> None:
        self._index = folder / "index.html"
        self._folder = folder

    def routes(self) -> list[BaseRoute]:
        """List the routes of files that exist."""
        home = Route("/", self._home)
        if not self._index.is_file():
            return [home]
        assets = GZipMiddleware(_Files(FOREVER, self._folder / "assets"), compresslevel=6)
        return [
            home,
            Mount(ASSETS_PATH, assets),
            Mount(BESIDE_PATH, _Files("no-cache", self._folder / "page")),
        ]

    def fallback(self, otherwise: ASGIApp) -> ASGIApp:
        """
        Give a browser the page for a path that is none of the server's, since the page has views of its own.

        Args:
            otherwise: What answers everybody else.
        """

        async def answer(scope: Scope, receive: Receive, send: Send) -> None:
            if scope["type"] == "http" and self._is_view(scope):
                await _document(self._index)(scope, receive, send)
            else:
                await otherwise(scope, receive, send)

        return answer

    def _is_view(self, scope: Scope) -> bool:
        return (
            scope["method"] in {"GET", "HEAD"}
            and "text/html" in Headers(scope=scope).get("accept", "")
            and not scope["path"].startswith(_NOT_THE_PAGE)
            and self._index.is_file()
        )

    async def _home(self, _request: object) -> Response:
        if not self._index.is_file():
            raise NotFound(_NOT_BUILT)
        return _document(self._index)


class _Files(StaticFiles):
    def __init__(self, caching: str, folder: Path) -> None:
        super().__init__(directory=folder)
        self._caching = caching

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers["Cache-Control"] = self._caching
        return response


def _document(index: Path) -> Response:
    return FileResponse(
        index,
        headers={
            "Content-Security-Policy": PAGE_POLICY,
            "Cache-Control": "no-cache",
            # The sign-in link's fragment never leaves the browser, and neither does the rest of an address.
            "Referrer-Policy": "no-referrer",
        },
    )
