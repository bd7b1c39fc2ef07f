"""
The invented organisation: its teams, its people and its calendar.

Everything is drawn from generators seeded by name, so the same arguments make the same world on every
machine and in every order.
"""

from __future__ import annotations

import datetime as dt
from typing import NamedTuple

import msgspec

from andon.contract.reports import AutonomyLevel
from andon.demo.dice import Dice
from andon.demo.facts import Agent

ORGANISATION = "Nimbus"
DOMAIN = "nimbus.example"
"""A domain that can never exist (RFC 2606)."""

HOLIDAYS = frozenset(
    {(1, 1), (5, 1), (7, 3), (9, 7), (10, 12), (11, 11), (11, 26), (11, 27), (12, 24), (12, 25), (12, 31)}
)
"""Month and day of days on which few work."""

PEOPLE_PER_BOT = 40
"""One continuous-integration account for so many people."""


class Team(NamedTuple):
    """
    A team and its habits.

    Attributes:
        utc_offset: Hours ahead of UTC.
        extensions: File extensions with their weights; empty is a file without one.
        servers: MCP servers that the team has set up.
        agents: Agents with their weights.
    """

    name: str
    utc_offset: int
    repositories: tuple[str, ...]
    extensions: dict[str, int]
    servers: tuple[str, ...]
    agents: dict[Agent, int]


TEAMS: tuple[Team, ...] = (
    Team(
        "storefront",
        1,
        ("shop-web", "design-kit"),
        {".tsx": 8, ".ts": 6, ".css": 3, ".html": 1, ".json": 1, ".mdx": 1},
        ("figma", "github"),
        {"native": 6, "claude-code": 3, "codex": 1},
    ),
    Team(
        "payments",
        1,
        ("ledger", "payments-api"),
        {".java": 8, ".kt": 4, ".sql": 2, ".yaml": 1, ".xml": 1},
        ("linear", "sentry", "postgres"),
        {"native": 4, "claude-code": 4, "codex": 2},
    ),
    Team(
        "search",
        0,
        ("search-core",),
        {".rs": 8, ".toml": 1, ".py": 2, ".md": 1},
        ("github", "sentry"),
        {"native": 3, "claude-code": 3, "codex": 4},
    ),
    Team(
        "data",
        -5,
        ("warehouse-models", "notebooks"),
        {".sql": 7, ".py": 6, ".yml": 3, ".ipynb": 1, ".md": 1},
        ("postgres", "notion"),
        {"native": 5, "claude-code": 3, "codex": 2},
    ),
    Team(
        "mobile",
        -8,
        ("nimbus-ios", "nimbus-android"),
        {".swift": 6, ".kt": 6, ".gradle": 1, ".json": 1},
        ("figma", "linear"),
        {"native": 6, "claude-code": 3, "codex": 1},
    ),
    Team(
        "platform",
        -5,
        ("infra", "build-tools", "deploy-bot"),
        {".tf": 5, ".go": 6, ".yaml": 4, ".sh": 2, "": 1, ".py": 1},
        ("github", "sentry"),
        {"native": 4, "claude-code": 3, "codex": 3},
    ),
    Team(
        "identity",
        5,
        ("accounts",),
        {".go": 8, ".proto": 2, ".sql": 1, ".md": 1},
        ("linear", "github"),
        {"native": 5, "claude-code": 2, "codex": 3},
    ),
    Team(
        "growth",
        -8,
        ("experiments", "landing"),
        {".ts": 5, ".py": 4, ".rb": 3, ".erb": 1, ".scss": 1},
        ("notion", "linear"),
        {"native": 6, "claude-code": 3, "codex": 1},
    ),
    Team(
        "support-tools",
        9,
        ("helpdesk",),
        {".php": 5, ".vue": 4, ".js": 4, ".sql": 1},
        ("notion", "sentry"),
        {"native": 7, "claude-code": 2, "codex": 1},
    ),
)

_FIRST = (
    *("Ada", "Bola", "Chiara", "Dmitri", "Esra", "Farid", "Gita", "Hanna", "Ivo", "Jun", "Kofi", "Lena"),
    *("Marek", "Nadia", "Oskar", "Priya", "Quinn", "Rosa", "Sven", "Tariq", "Uma", "Vera", "Wei", "Yuki"),
)
_LAST = (
    *("Okafor", "Lindqvist", "Moreau", "Tanaka", "Silva", "Novak", "Haddad", "Fischer", "Mbeki", "Rossi"),
    *("Kowalski", "Iyer", "Larsen", "Duarte", "Petrov", "Nakamura", "Abebe", "Weiss", "Costa", "Ibrahim"),
)
_CLIENTS = {"terminal-ui": 6, "ide": 2, "web": 2}
_LEVELS: dict[AutonomyLevel, int] = {"auto-high": 3, "auto-medium": 4, "auto-low": 3, "spec": 1, "manual": 1}


class Person(msgspec.Struct, frozen=True):
    """
    Someone, or a continuous-integration account, who uses agents.

    Attributes:
        email: Empty for those whose agent only knows an installation.
        user_hash: What an agent calls this installation: 64 hex digits.
        agents: The one mostly used first; a few people have two.
        joined: First day of use.
        weight: How much they do on a working day; 1 is typical, log-normal over people.
        eagerness: Chance of using an agent on a working day.
        tells_content: Whether their Claude Code is set up to send names, arguments and texts.
        identity_on_resource: Whether identity comes by resource attributes, not by a sign-in.
        has_hooks: Whether hooks are set up.
    """

    index: int
    name: str
    email: str
    user_hash: str
    team: Team
    agents: tuple[Agent, ...]
    joined: dt.date
    weight: float
    eagerness: float
    client: str
    level: AutonomyLevel
    tells_content: bool
    identity_on_resource: bool
    has_hooks: bool

    @property
    def is_bot(self) -> bool:
        """Tell whether this is a continuous-integration account."""
        return self.agents == ("bot",)


class World(msgspec.Struct, frozen=True):
    """The organisation over one range of days, both ends included."""

    seed: int
    start: dt.date
    end: dt.date
    people: tuple[Person, ...]

    @property
    def days(self) -> list[dt.date]:
        """Give every day, oldest first."""
        return [self.start + dt.timedelta(n) for n in range((self.end - self.start).days + 1)]

    def progress(self, day: dt.date) -> float:
        """Tell how far *day* lies in the range: 0 on the first, 1 on the last."""
        return (day - self.start).days / max(1, (self.end - self.start).days)

    def chance(self, person: Person, day: dt.date) -> float:
        """Tell how likely *person* uses an agent on *day*, 0 to 1."""
        if day < person.joined:
            return 0.0
        if person.is_bot:
            return 1.0
        chance = person.eagerness * (0.85 + 0.15 * self.progress(day))
        if day.weekday() >= 5:  # noqa: PLR2004 (Saturday and Sunday)
            return chance * 0.1
        if (day.month, day.day) in HOLIDAYS:
            return chance * 0.25
        return chance * (0.9 if day.weekday() == 4 else 1.0)  # noqa: PLR2004 (Friday)


def make_world(*, seed: int, people: int, days: int, end: dt.date) -> World:
    """
    Make the organisation.

    Raises:
        ValueError: *people* or *days* is below one.
    """
    if people < 1 or days < 1:
        raise ValueError(f"A demo needs at least one person and one day, not {people} and {days}")
    start = end - dt.timedelta(days - 1)
    bots = people // PEOPLE_PER_BOT
    return World(
        seed,
        start,
        end,
        tuple(
            _make_bot(seed, index, start)
            if index >= people - bots
            else _make_person(seed, index, start, days)
            for index in range(people)
        ),
    )


def _make_person(seed: int, index: int, start: dt.date, days: int) -> Person:
    rng = Dice(f"{seed}:person:{index}")
    team = TEAMS[index % len(TEAMS)]
    first, last = _FIRST[index % len(_FIRST)], _LAST[(index * 7 + index // len(_FIRST)) % len(_LAST)]
    # A name can come round again in a large organisation; an address cannot.
    again = index // (len(_FIRST) * len(_LAST))
    agent = rng.draw(team.agents)
    other: Agent = "native" if agent != "native" else "claude-code"
    has_account = agent != "claude-code" or rng.happens(0.95)  # a few use a bare API key
    has_two = has_account and rng.happens(0.08)  # a few people
    return Person(
        index=index,
        name=f"{first} {last}",
        email=f"{first}.{last}{again or ''}@{DOMAIN}".lower() if has_account else "",
        user_hash=f"{rng.getrandbits(256):064x}",
        team=team,
        agents=(agent, other) if has_two else (agent,),
        # Half were there from the start; the others came over the first four fifths of the range.
        joined=start + dt.timedelta(max(0, int((rng.random() * 2 - 1) * days * 0.8))),
        weight=min(5.0, rng.lognormvariate(-0.1, 0.6)),
        eagerness=0.45 + 0.5 * rng.random(),
        client=rng.draw(_CLIENTS),
        level=rng.draw(_LEVELS),
        tells_content=rng.happens(0.85),  # most, not all
        identity_on_resource=rng.happens(0.4),  # a good part
        has_hooks=rng.happens(0.5),  # half
    )


def _make_bot(seed: int, index: int, start: dt.date) -> Person:
    rng = Dice(f"{seed}:bot:{index}")
    team = TEAMS[index % len(TEAMS)]
    return Person(
        index=index,
        name=f"Review bot of {team.name}",
        email=f"review-bot-{index}@{DOMAIN}",
        user_hash=f"{rng.getrandbits(256):064x}",
        team=team,
        agents=("bot",),
        joined=start,
        weight=1.0,
        eagerness=1.0,
        client="non-interactive-cli",
        level="auto-high",
        tells_content=False,
        identity_on_resource=True,
        has_hooks=False,
    )
