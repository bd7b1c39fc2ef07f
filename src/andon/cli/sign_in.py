"""``andon sign-in``: a link that signs in to the page, once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from andon.cli.background import running_on
from andon.cli.options import Data, Org, chosen_org, open_directory_of, settings_of
from andon.cli.terminal import note, say

if TYPE_CHECKING:
    from andon.config import Settings
    from andon.directory.directory import Directory


def sign_in(org: Org = None, data: Data = None) -> None:
    """
    Print a link that opens the page, signed in as the organisation's owner.

    It works once, within ten minutes, and in a browser on this machine.
    """
    settings = settings_of(data)
    directory = open_directory_of(settings)
    try:
        owner = chosen_org(directory, org)
        running = running_on(settings.data)
        address = running.api_url if running else f"http://127.0.0.1:{settings.port}"
        say(link(directory, settings, owner.org_id, address))
        note(f"It opens the page of {owner.name}, once, within ten minutes, on this machine.")
        if running is None:
            note(f"No server runs on {settings.data}; start it first: andon up")
    finally:
        directory.close()


def link(directory: Directory, settings: Settings, org_id: str, address: str) -> str:
    """Make a link; the token stands behind the #, which browsers send to nobody."""
    return f"{address}/sign-in#{directory.create_link(org_id, now=settings.clock())}"
