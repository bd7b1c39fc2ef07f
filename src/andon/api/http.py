"""The API as one ASGI application."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Sequence

from fastapi import FastAPI
from fastapi_offline import FastAPIOffline
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute, Route

from andon.api.auth import Authenticate, not_remembered
from andon.api.coverage import CONSERVATION_PATH, COVERAGE_PATH, Coverage
from andon.api.edge import DOCS_PATH, Edge
from andon.api.health import HEALTH_PATHS, Health
from andon.api.measures import Measures
from andon.api.openapi import OPENAPI_PATH, document
from andon.api.page import Page
from andon.api.problems import answer_framework, answer_problem
from andon.api.reports import PREVIEW_PREFIX, REPORT_PATHS, Reports
from andon.api.restatements import RESTATEMENTS_PATH, Restatements
from andon.config import Settings
from andon.contract.problems import Problem
from andon.edition.editions import Editions, Previews


def create_api(  # noqa: PLR0913 (what it is put together from)
    editions: Editions,
    authenticate: Authenticate,
    clock: Callable[[], dt.datetime],
    settings: Settings,
    extra_routes: Sequence[BaseRoute] = (),
    *,
    recall: Authenticate = not_remembered,
) -> FastAPI:
    """
    Put the API together.

    Reports, coverage, conservation and restatements, ``/docs`` with its assets, ``/api/v1/openapi.json``,
    ``/healthz``, ``/readyz`` and ``/metrics``; every error is a problem document, whichever route it is of.

    Args:
        editions: Where reports come from.
        authenticate: Tells who a key speaks for; called in a thread, so it may block.
        clock: Tells the time, in UTC.
        settings: ``max_range_days``.
        extra_routes: Other rooms' routes, such as the telemetry door; they get request ids, logs, measures
            and problem documents too.
        recall: Tells the same as *authenticate* if it is known without looking; it never blocks.
    """
    app: FastAPI = FastAPIOffline(
        title="Andon",
        docs_url=DOCS_PATH,
        redoc_url=None,
        openapi_url=OPENAPI_PATH,
        static_url=f"{DOCS_PATH}/assets",
        # A path with a slash at its end is another path: a redirect would only hide the mistake.
        redirect_slashes=False,
    )
    app.openapi = document  # type: ignore[method-assign]

    ours = [route.path for route in extra_routes if isinstance(route, Route)]
    measures = Measures(
        [
            OPENAPI_PATH,
            DOCS_PATH,
            *REPORT_PATHS,
            COVERAGE_PATH,
            CONSERVATION_PATH,
            RESTATEMENTS_PATH,
            *HEALTH_PATHS,
            *ours,
        ]
    )
    reports = Reports(editions, authenticate, clock, settings, recall=recall)
    previews = Reports(
        Previews(settings.for_preview().editions_dir, editions),
        authenticate,
        # The newest day that may be asked for is the one that has begun.
        lambda: clock() + dt.timedelta(days=1),
        settings,
        prefix=PREVIEW_PREFIX,
    )
    coverage = Coverage(editions, authenticate)
    restatements = Restatements(editions, authenticate, clock, settings)
    health = Health(editions, clock, measures)
    page = Page()
    rooms = (page, reports, previews, coverage, restatements, health)
    app.router.routes.extend([*(route for room in rooms for route in room.routes()), *extra_routes])
    app.router.default = page.fallback(app.router.default)

    app.add_exception_handler(Problem, answer_problem)
    app.add_exception_handler(HTTPException, answer_framework)
    app.add_middleware(Edge, clock=clock, measures=measures)
    return app
