"""How to point an agent at this server: ``/api/v1/connect``."""

from __future__ import annotations

import re

import msgspec
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from andon.api.auth import recognise
from andon.api.guard import Guard
from andon.connect.agents import AGENTS, Agent, Wish
from andon.connect.files import shown
from andon.contract.addresses import is_loopback
from andon.contract.agents import AgentRow, AgentsAnswer, Connection, ConnectionAnswer, Snippet
from andon.contract.problems import BadRequest, NotFound

CONNECT_PATH = "/api/v1/connect"
AGENT_PATH = f"{CONNECT_PATH}/{{agent}}"

PLACEHOLDER = "YOUR-INGEST-KEY"

NO_STORE = {"Cache-Control": "no-store"}

_PLACE = re.compile(r"[0-9A-Za-z.:\[\]-]{1,255}")
"""What may stand in a shell's settings; whatever else a caller names as the host does not."""

_KEY = re.compile(r"ik-[0-9A-Za-z_]{1,64}")


class ConnectDesk:
    """
    Answers ``/api/v1/connect`` and ``/api/v1/connect/{agent}``.

    Args:
        guard: Recognises keys and sessions.
        otlp_url: Where this machine's agents send to.
    """

    def __init__(self, guard: Guard, otlp_url: str) -> None:
        self._guard = guard
        self._otlp_url = otlp_url

    def routes(self) -> list[Route]:
        """List the routes, HEAD included."""
        return [Route(CONNECT_PATH, self._agents), Route(AGENT_PATH, self._agent)]

    # Not coroutines: keys are looked up, so Starlette runs them in a thread.
    def _agents(self, request: Request) -> Response:
        self._recognise(request)
        return _told(AgentsAnswer([AgentRow(**_words(agent)) for agent in AGENTS.values()]))

    def _agent(self, request: Request) -> Response:
        self._recognise(request)
        agent = AGENTS.get(request.path_params["agent"])
        if agent is None:
            raise NotFound(f"There is no such agent; there are {', '.join(AGENTS)}")
        keys = request.query_params.getlist("key")
        if len(keys) > 1 or (keys and not _KEY.fullmatch(keys[0])):
            raise BadRequest("key must be one ingest key (ik-…), or be left out")
        wish = Wish(url=self._url(request), key=keys[0] if keys else PLACEHOLDER)
        files = [Snippet(path=path, text=text) for path, text in shown(agent, wish).items()]
        command_line = f"andon connect {agent.name} --url {wish.url} --key {wish.key} --write"
        return _told(
            ConnectionAnswer(
                Connection(**_words(agent), url=wish.url, command_line=command_line, files=files)
            )
        )

    def _recognise(self, request: Request) -> None:
        principal = recognise(request.headers, self._guard)
        request.state.org_id, request.state.key_id = principal.org_id, principal.key_id

    def _url(self, request: Request) -> str:
        """Say where to send: on this machine OTLP's port, else where the page is: it is taken there too."""
        host, place = request.url.hostname or "", request.url.netloc
        if host in {"", "localhost"} or is_loopback(host.strip("[]")) or not _PLACE.fullmatch(place):
            return self._otlp_url
        scheme = "https" if request.headers.get("x-forwarded-proto") == "https" else request.url.scheme
        return f"{scheme}://{place}"


def _words(agent: Agent) -> dict[str, str]:
    return {
        "agent": agent.name,
        "command": agent.command,
        "sends_with_details": agent.sends_with_details,
        "advice": agent.advice,
    }


def _told(answer: msgspec.Struct) -> Response:
    return Response(msgspec.json.encode(answer), headers=NO_STORE, media_type="application/json")
