"""Who did what when: the sessions of one day, without any dialect."""

from __future__ import annotations

import datetime as dt

from andon.contract.reports import AutonomyLevel
from andon.demo.dice import Dice
from andon.demo.facts import Agent, Carrier, Session
from andon.demo.habits import choose_model
from andon.demo.turns import LATEST_TURN, Telling
from andon.demo.world import Person, World

_SECOND = 1_000_000_000
_CARRIERS: dict[Carrier, int] = {"spans": 7, "logs": 2, "both": 1}
_USUAL_LEVELS: tuple[AutonomyLevel, ...] = ("auto-high", "auto-medium", "auto-low")


def sessions_of_day(world: World, day: dt.date) -> list[Session]:
    """Tell what everybody did on one UTC day, in order of start."""
    found: list[Session] = []
    for person in world.people:
        rng = Dice(f"{world.seed}:{person.index}:{day.isoformat()}")
        if rng.random() >= world.chance(person, day):
            continue
        found.extend(_session(rng, world, person, day) for _ in range(_session_count(rng, person, day)))
    return sorted(found, key=lambda session: (session.started_at, session.session_id))


def _session_count(rng: Dice, person: Person, day: dt.date) -> int:
    if person.is_bot:
        return rng.between(1, 3) if day.weekday() >= 5 else rng.between(5, 11)  # noqa: PLR2004 (weekend)
    return 1 + min(5, int(rng.expovariate(1 / (0.75 * person.weight))))


def _session(rng: Dice, world: World, person: Person, day: dt.date) -> Session:
    agent = person.agents[0] if len(person.agents) == 1 or rng.happens(0.7) else person.agents[1]
    identity = f"email:{person.email}" if person.email else f"user:{person.user_hash}"
    # A machine without a sign-in now and then; Claude Code always tells at least its installation.
    if agent in ("native", "codex") and rng.happens(0.01):
        identity = ""
    session = Session(
        agent=agent,
        session_id=_uuid(rng),
        person=person.index,
        identity=identity or None,
        client=_client(rng, person, agent),
        level=_level(rng, person, agent),
        model=choose_model(rng, agent, person.index, world.progress(day)),
        repository=rng.pick(person.team.repositories),
        branch=rng.pick(("main", "next", f"{person.team.name}-{rng.below(900)}")),
        started_at=_start(rng, person, day),
        carrier=rng.draw(_CARRIERS) if agent == "native" else "spans",
        tells_content=rng.happens(0.05) if agent == "native" else person.tells_content,
        facts=[],
    )
    Telling(rng, person, session).tell()
    return session


def _client(rng: Dice, person: Person, agent: Agent) -> str:
    if agent == "bot" or rng.happens(0.08):  # people write scripts, too
        return "non-interactive-cli"
    if agent == "claude-code" or rng.happens(0.12):  # a look from elsewhere
        return "terminal-ui"
    return "terminal-ui" if agent == "codex" and person.client == "web" else person.client


def _level(rng: Dice, person: Person, agent: Agent) -> AutonomyLevel:
    level = person.level if rng.happens(0.8) else rng.pick(_USUAL_LEVELS)
    # Codex tells of no planning mode; its people confirm by hand instead.
    return "manual" if agent == "codex" and level == "spec" else level


def _start(rng: Dice, person: Person, day: dt.date) -> int:
    midnight = int(dt.datetime(day.year, day.month, day.day, tzinfo=dt.UTC).timestamp()) * _SECOND
    hour = rng.random() * 24 if person.is_bot else (rng.triangular(8, 19, 11) - person.team.utc_offset) % 24
    return midnight + min(int(hour * 3_600 * _SECOND), LATEST_TURN - _SECOND)


def _uuid(rng: Dice) -> str:
    digits = f"{rng.getrandbits(128):032x}"
    return f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{digits[16:20]}-{digits[20:]}"
