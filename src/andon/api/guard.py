"""What the API asks of whoever recognises keys and sessions."""

from __future__ import annotations

from typing import Protocol

from starlette.requests import Request

from andon.api.auth import Permission, Principal, admit


class Guard(Protocol):
    """Who recognises keys and sessions; the application's authentication does."""

    def __call__(self, text: str, /) -> Principal | None:
        """Recognise a key or a session; None for every one that does not work."""

    def forget(self, text: str, /) -> None:
        """Stop remembering one that just ended."""

    def forget_all(self) -> None:
        """Stop remembering any: a key was just withdrawn, and with it the sessions that it opened."""

    def note_uses(self) -> None:
        """Write down now which keys were used lately."""


def admit_request(request: Request, guard: Guard, permission: Permission) -> Principal:
    """
    Let somebody in who may do this, and say in the log who it was.

    Raises:
        Unauthenticated: No key and no session, or none that is valid.
        Forbidden: An ingest key, or a role that may not.
    """
    principal = admit(request.headers, guard, permission)
    request.state.org_id, request.state.key_id = principal.org_id, principal.key_id
    return principal
