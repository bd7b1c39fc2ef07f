"""What the page needs of the API besides the reports, put together."""

from __future__ import annotations

from starlette.routing import Route

from andon.api.session import Guard, SessionDesk
from andon.config import Settings
from andon.directory.directory import Directory


def page_routes(directory: Directory, guard: Guard, settings: Settings) -> list[Route]:
    """
    Make the routes.

    Args:
        directory: People, keys and sessions.
        guard: Recognises keys and sessions.
        settings: Where things are, and the clock.
    """
    return [*SessionDesk(directory, guard, settings.clock, settings).routes()]
