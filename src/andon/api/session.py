"""Signing in to the page and out of it: ``/api/v1/session``."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

import msgspec
import structlog
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.attempts import Attempts
from andon.api.auth import (
    ASKED,
    ONLY_SENDS,
    SESSION_COOKIE,
    Principal,
    check_intent,
    check_origin,
    permissions,
    read_key,
    read_session,
    recognise,
)
from andon.api.bodies import read_body
from andon.api.guard import Guard
from andon.config import Settings
from andon.contract.addresses import is_loopback
from andon.contract.problems import BadRequest, Forbidden, Unauthenticated
from andon.contract.session import Organisation, Session, SignIn
from andon.directory.directory import Directory
from andon.directory.sessions import SignedIn

SESSION_PATH = "/api/v1/session"

NO_STORE = {"Cache-Control": "no-store"}

FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
"""Headers of a proxy: what comes from it does not come from this machine, wherever the proxy runs."""

_LOG = structlog.get_logger("andon.api")


class SessionDesk:
    """
    Answers ``/api/v1/session``.

    Args:
        directory: Where sessions are.
        guard: Recognises keys and sessions.
        clock: Tells the time, in UTC.
        settings: How long a session lasts, and where links work.
    """

    def __init__(
        self, directory: Directory, guard: Guard, clock: Callable[[], dt.datetime], settings: Settings
    ) -> None:
        self._directory = directory
        self._guard = guard
        self._clock = clock
        self._lifetime = dt.timedelta(hours=settings.session_hours)
        self._links_from_anywhere = settings.links_from_anywhere
        self._history_start = settings.history_start
        self._attempts = Attempts()

    def routes(self) -> list[Route]:
        """List the one route, HEAD included."""
        return [Route(SESSION_PATH, self._answer, methods=["GET", "POST", "DELETE"])]

    async def _answer(self, request: Request) -> Response:
        if request.method == "POST":
            check_origin(request.headers)
            asked = await read_body(request, SignIn)
            return await run_in_threadpool(self._sign_in, request, asked)
        return await run_in_threadpool(self._sign_out if request.method == "DELETE" else self._tell, request)

    def _tell(self, request: Request) -> Response:
        principal = recognise(request.headers, self._guard)
        request.state.org_id, request.state.key_id = principal.org_id, principal.key_id
        text = read_session(request.headers) if read_key(request.headers) is None else None
        if text is None:
            return _told(self._session(principal, None))
        # Not from memory: a session that ended a moment ago is not told as if it had not.
        found = self._directory.session(text, self._clock())
        if found is None:
            raise Unauthenticated("This session has ended; sign in again", headers=ASKED)
        return _told(self._session(found[0], SignedIn(text, found[1])))

    def _sign_in(self, request: Request, asked: SignIn) -> Response:
        address = request.client.host if request.client else ""
        self._attempts.check(address)
        if (asked.link is None) == (asked.key is None):
            raise BadRequest('Send either {"link": "…"} or {"key": "fk-…"}')
        try:
            opened = (
                self._by_link(asked.link, request)
                if asked.link is not None
                else self._by_key(asked.key or "")
            )
        except (Unauthenticated, Forbidden):
            self._attempts.fail(address)
            raise
        before = read_session(request.headers)
        if before is not None:
            self._end(before)
        found = self._directory.session(opened.text, self._clock())
        if found is None:
            raise Unauthenticated("The key was withdrawn at this moment", headers=ASKED)
        principal = found[0]
        request.state.org_id, request.state.key_id = principal.org_id, principal.key_id
        _LOG.info("signed_in", org_id=principal.org_id, key_id=principal.key_id, role=principal.role)
        answer = _told(self._session(principal, SignedIn(opened.text, found[1])))
        answer.set_cookie(
            SESSION_COOKIE,
            opened.text,
            max_age=int(self._lifetime.total_seconds()),
            path="/",
            httponly=True,
            samesite="strict",
            secure=_is_https(request),
        )
        return answer

    def _by_link(self, link: str, request: Request) -> SignedIn:
        here = request.client is not None and is_loopback(request.client.host)
        if not self._links_from_anywhere and (not here or any(name in request.headers for name in FORWARDED)):
            raise Forbidden(
                "A sign-in link works on the machine that Andon runs on; from others use an analytics key, "
                "or set ANDON_LINKS_FROM_ANYWHERE=1"
            )
        opened = self._directory.use_link(link, now=self._clock(), lifetime=self._lifetime)
        if opened is None:
            raise Unauthenticated(
                "This link was used already, or is older than ten minutes; andon sign-in prints a new one",
                headers=ASKED,
            )
        return opened

    def _by_key(self, key: str) -> SignedIn:
        now = self._clock()
        principal = self._directory.authenticate(key.strip(), now)
        if principal is None:
            raise Unauthenticated("This key is not valid: it is mistyped, expired or revoked", headers=ASKED)
        if principal.kind != "analytics":
            raise Forbidden(ONLY_SENDS)
        return self._directory.open_session(
            principal.org_id, key_id=principal.key_id, now=now, lifetime=self._lifetime
        )

    def _sign_out(self, request: Request) -> Response:
        text = read_session(request.headers)
        if text is None:
            raise Unauthenticated("Nobody is signed in: the session's cookie is missing", headers=ASKED)
        check_intent(request.headers, self._directory.csrf_token)
        self._end(text)
        answer = Response(status_code=204, headers=NO_STORE)
        answer.delete_cookie(
            SESSION_COOKIE, path="/", httponly=True, samesite="strict", secure=_is_https(request)
        )
        return answer

    def _end(self, text: str) -> None:
        self._directory.end_session(text)
        self._guard.forget(text)

    def _session(self, principal: Principal, opened: SignedIn | None) -> Session:
        org = self._directory.org(principal.org_id)
        identity = principal.person_identity
        return Session(
            org=Organisation(org.org_id, org.name),
            role=principal.role or "",
            email=identity.removeprefix("email:") if identity else None,
            permissions=list(permissions(principal)),
            csrf_token=self._directory.csrf_token(opened.text) if opened else None,
            expires_at=opened.expires_at if opened else None,
            history_start=self._history_start,
            last_date=self._clock().date() - dt.timedelta(days=1),
        )


def _told(session: Session) -> Response:
    return Response(msgspec.json.encode(session), headers=NO_STORE, media_type="application/json")


def _is_https(request: Request) -> bool:
    # Whoever lies about it here makes only their own cookie useless.
    return "https" in {request.url.scheme, request.headers.get("x-forwarded-proto")}
