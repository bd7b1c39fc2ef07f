"""
Invented content: prompts, answers, code and paths.

It is on the wire so that redaction has something to drop. Every text carries the word `MARK`, so that a
test can look for it in whatever was stored.
"""

from __future__ import annotations

from andon.demo.dice import Dice

MARK = "quokka"
"""Appears in all invented content and nowhere else."""

_WISHES = (
    "Please make the {thing} handle an empty list without failing",
    "Why does the {thing} return two rows for the same customer?",
    "Add a test for the {thing} that covers the time zone change",
    "The {thing} is slow when there are many orders, find out where the time goes",
    "Rename the {thing} and everything that mentions it",
    "Write the documentation page for the {thing}",
    "Move the {thing} into its own module and keep the old import working",
    "Look at the failing build of the {thing} and repair it",
)
_THINGS = ("invoice export", "login page", "search index", "rate limiter", "price table", "upload queue")
_ANSWERS = (
    "I have changed the {thing} and the tests pass",
    "The {thing} had an off-by-one error; it is repaired and tested",
    "Two files are different now; the {thing} keeps its behaviour",
    "I need to know which {thing} you mean before I go on",
)
_FOLDERS = ("src", "src/billing", "src/search", "lib", "app/views", "tests", "internal/queue")
_STEMS = ("invoice", "login", "search", "limits", "prices", "upload", "router", "schema", "client", "report")
SUBJECTS = ("feat: handle empty lists", "fix: keep the order", "test: cover the time zone", "docs: say why")


def prompt(rng: Dice) -> str:
    """Invent what a person asks for."""
    return f"{rng.pick(_WISHES).format(thing=rng.pick(_THINGS))} ({MARK} {rng.below(10_000)})"


def answer(rng: Dice) -> str:
    """Invent what a model answers."""
    return f"{rng.pick(_ANSWERS).format(thing=rng.pick(_THINGS))}. ({MARK})"


def notification(kind: str) -> str:
    """Write what an agent puts into the conversation when a background sub-agent is done."""
    summary = f"Agent {kind} finished its search for the {MARK} in the tests"
    return (
        f"<task-notification>\n<task-id>{MARK}</task-id>\n<status>completed</status>\n"
        f"<summary>{summary}</summary>\n</task-notification>"
    )


def path(rng: Dice, extension: str) -> str:
    """Invent a relative path; extensions that are whole names (``Dockerfile``) have no dot."""
    name = f"{rng.pick(_STEMS)}_{MARK}_{rng.below(100_000)}{extension}" if extension else "Makefile"
    return f"{rng.pick(_FOLDERS)}/{name}"


def command(rng: Dice) -> str:
    """Invent a command line that is neither a commit nor a pull request."""
    name = f"{rng.pick(_STEMS)}_{MARK}"
    return rng.pick((f"npm test -- {name}", f"pytest -q tests/{name}", f"ls -la src/{name}", f"make {name}"))
