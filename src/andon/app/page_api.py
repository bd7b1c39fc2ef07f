"""What the page needs of the API besides the reports, put together."""

from __future__ import annotations

from starlette.routing import Route

from andon.api.connect import ConnectDesk
from andon.api.data import DataDesk
from andon.api.definitions import DefinitionDesk
from andon.api.guard import Guard
from andon.api.keys import KeyDesk
from andon.api.people import PeopleDesk
from andon.api.session import SessionDesk
from andon.app.heard import Heard
from andon.app.pipeline import Pipeline
from andon.config import Settings
from andon.directory.directory import Directory
from andon.edition.editions import Editions
from andon.edition.questions import Questions


def page_routes(  # noqa: PLR0913 (parts that it is given, never makes)
    editions: Editions,
    directory: Directory,
    guard: Guard,
    settings: Settings,
    *,
    heard: Heard,
    otlp_url: str,
) -> list[Route]:
    """
    Make the routes.

    Args:
        editions: Where answers come from.
        directory: People, keys and sessions.
        guard: Recognises keys and sessions.
        settings: Where things are, and the clock.
        heard: Tells what arrives.
        otlp_url: Where this machine's agents send to.
    """
    questions = Questions(settings.data / "warehouse" / "questions")
    return [
        *SessionDesk(directory, guard, settings.clock, settings).routes(),
        *KeyDesk(directory, guard, settings.clock).routes(),
        *PeopleDesk(editions, questions, guard, settings.clock, settings).routes(),
        *DataDesk(guard, Pipeline(settings, editions).state, heard.arrivals).routes(),
        *ConnectDesk(guard, otlp_url).routes(),
        *DefinitionDesk(guard).routes(),
    ]
