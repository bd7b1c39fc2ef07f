"""What the page needs of the API besides the reports, put together."""

from __future__ import annotations

from starlette.routing import Route

from andon.api.guard import Guard
from andon.api.keys import KeyDesk
from andon.api.people import PeopleDesk
from andon.api.session import SessionDesk
from andon.config import Settings
from andon.directory.directory import Directory
from andon.edition.editions import Editions
from andon.edition.questions import Questions


def page_routes(editions: Editions, directory: Directory, guard: Guard, settings: Settings) -> list[Route]:
    """
    Make the routes.

    Args:
        editions: Where answers come from.
        directory: People, keys and sessions.
        guard: Recognises keys and sessions.
        settings: Where things are, and the clock.
    """
    questions = Questions(settings.data / "warehouse" / "questions")
    return [
        *SessionDesk(directory, guard, settings.clock, settings).routes(),
        *KeyDesk(directory, guard, settings.clock).routes(),
        *PeopleDesk(editions, questions, guard, settings.clock, settings).routes(),
    ]
