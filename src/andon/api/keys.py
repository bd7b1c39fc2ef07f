"""Keys, listed, made and withdrawn: ``/api/v1/keys``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.auth import Principal, check_intent
from andon.api.bodies import read_body
from andon.api.guard import Guard, admit_request
from andon.contract.keys import KeyRow, KeysAnswer, KeyWish, MadeKey
from andon.contract.problems import BadRequest, Forbidden, NotFound
from andon.directory.directory import Directory
from andon.directory.keys import ROLES, Key
from andon.directory.problems import DirectoryError, NoSuch

KEYS_PATH = "/api/v1/keys"
KEY_PATH = f"{KEYS_PATH}/{{key_id}}"

NO_STORE = {"Cache-Control": "no-store"}

_LOG = structlog.get_logger("andon.api")


class KeyDesk:
    """
    Answers ``/api/v1/keys`` and ``/api/v1/keys/{key_id}``.

    Args:
        directory: Where keys are.
        guard: Recognises keys and sessions.
        clock: Tells the time, in UTC.
    """

    def __init__(self, directory: Directory, guard: Guard, clock: Callable[[], dt.datetime]) -> None:
        self._directory = directory
        self._guard = guard
        self._clock = clock

    def routes(self) -> list[Route]:
        """List the routes, HEAD included."""
        return [
            Route(KEYS_PATH, self._keys, methods=["GET", "POST"]),
            Route(KEY_PATH, self._revoke, methods=["DELETE"]),
        ]

    async def _keys(self, request: Request) -> Response:
        principal = await run_in_threadpool(self._admit, request)
        if request.method == "POST":
            wish = await read_body(request, KeyWish)
            return await run_in_threadpool(self._make, principal, wish)
        return await run_in_threadpool(self._list, principal)

    def _admit(self, request: Request) -> Principal:
        principal = admit_request(request, self._guard, "keys")
        if request.method not in {"GET", "HEAD"}:
            check_intent(request.headers, self._directory.csrf_token)
        return principal

    def _list(self, principal: Principal) -> Response:
        self._guard.note_uses()
        now = self._clock()
        rows = [_row(key, now) for key in self._directory.keys(principal.org_id)]
        return _told(KeysAnswer(rows))

    def _make(self, principal: Principal, wish: KeyWish) -> Response:
        if wish.role is not None:
            _check_rank(principal, wish.role)
        now = self._clock()
        expires_at = None
        if wish.expires_date is not None:
            expires_at = dt.datetime.combine(wish.expires_date, dt.time(), tzinfo=dt.UTC)
        try:
            made, _ = self._directory.issue_key(
                principal.org_id,
                wish.kind,
                now=now,
                role=wish.role,
                person_email=wish.person,
                name=wish.name,
                expires_at=expires_at,
            )
        except DirectoryError as error:
            raise BadRequest(str(error)) from None
        _LOG.info("key_made", org_id=principal.org_id, key_id=made.key_id, by=principal.key_id)
        row = _row(self._directory.key(made.key_id), now)
        return _told(MadeKey(**msgspec.structs.asdict(row), key=made.text), status=201)

    def _revoke(self, request: Request) -> Response:
        principal = self._admit(request)
        try:
            key = self._directory.key(request.path_params["key_id"])
        except NoSuch:
            key = None
        # Of another organisation: it says no more than that there is none.
        if key is None or key.org_id != principal.org_id:
            raise NotFound("There is no such key; GET /api/v1/keys lists those there are")
        if key.role is not None:
            _check_rank(principal, key.role)
        self._directory.revoke_key(key.key_id, now=self._clock())
        self._guard.forget_all()
        _LOG.info("key_revoked", org_id=principal.org_id, key_id=key.key_id, by=principal.key_id)
        return Response(status_code=204, headers=NO_STORE)


def _check_rank(principal: Principal, role: str) -> None:
    """
    Hold everybody to keys of their own role and below.

    Raises:
        Forbidden: The role is above.
    """
    # Whoever was let in has a role.
    if list(ROLES).index(role) < list(ROLES).index(principal.role or ""):  # type: ignore[arg-type]
        raise Forbidden(f"A {principal.role} makes and revokes no keys of an {role}; an owner can")


def _row(key: Key, now: dt.datetime) -> KeyRow:
    return KeyRow(
        id=key.key_id,
        kind=key.kind,
        role=key.role,
        person=key.person_email,
        name=key.name,
        hint=key.hint,
        state=key.state(now),
        created_at=key.created_at,
        expires_at=key.expires_at,
        last_used_at=key.last_used_at,
    )


def _told(answer: msgspec.Struct, *, status: int = 200) -> Response:
    return Response(
        msgspec.json.encode(answer), status_code=status, headers=NO_STORE, media_type="application/json"
    )
