"""
How commands fail: one line on stderr, and an exit code that scripts can rely on.

0 done · 1 failed · 2 asked wrongly (what was typed has to change).
"""

from __future__ import annotations

import os

import typer

from andon import __version__

DONE, FAILED, ASKED_WRONGLY = 0, 1, 2


class CommandFailed(Exception):
    """The command was right and could not be carried out; the text says why and what to do."""


class AskedWrongly(Exception):
    """What was typed cannot be done; the text says what to type instead."""


def explain(error: Exception) -> int:
    """
    Print an error as one line on stderr.

    Returns:
        The exit code.
    """
    text, code = _in_words(error)
    typer.echo("error: " + " ".join(text.split()), err=True)
    return code


# Names instead of classes: importing every room's errors would make each command as slow as all of them.
_FAILURES = frozenset(
    {
        "AlreadyRunning",
        "BuildFailed",
        "CommandFailed",
        "NotTheDemo",
        "StartFailed",
        "Taken",
        "Unusable",
        "WarehouseBusy",
        "WarehouseFailed",
    }
)
_WRONG_QUESTIONS = frozenset({"AskedWrongly", "InvalidSettings", "DirectoryError", "BadRequest"})


def _in_words(error: Exception) -> tuple[str, int]:
    kinds = {kind.__name__ for kind in type(error).__mro__}
    text = str(error)
    code = ASKED_WRONGLY if kinds & _WRONG_QUESTIONS and not kinds & _FAILURES else FAILED
    if "SQLAlchemyError" in kinds:
        text = f"The directory's database failed: {getattr(error, 'orig', None) or text}"
    elif isinstance(error, OSError):
        place = f"{error.filename}: " if error.filename else ""
        text = place + (error.strerror or text)
    elif not kinds & (_FAILURES | _WRONG_QUESTIONS | {"Problem"}):
        where = "" if os.environ.get("ANDON_TRACEBACK") else "; ANDON_TRACEBACK=1 shows where"
        text = f"unexpected {type(error).__name__}: {text or 'no text'} (andon {__version__}{where})"
    return text, code
