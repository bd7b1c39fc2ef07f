"""The program: which commands there are, in the order and the groups that ``--help`` shows."""

from __future__ import annotations

import os
import signal
from collections.abc import Sequence
from typing import Annotated

import typer
from typer.main import get_command

from andon import __version__
from andon.cli import editions, keys, orgs, people, quarantine
from andon.cli.background import down
from andon.cli.build import build
from andon.cli.connect import connect
from andon.cli.coverage import coverage
from andon.cli.demo import demo
from andon.cli.doctor import doctor
from andon.cli.errors import ASKED_WRONGLY, DONE, FAILED, AskedWrongly, explain
from andon.cli.import_files import import_
from andon.cli.report import report
from andon.cli.sign_in import sign_in
from andon.cli.terminal import say
from andon.cli.up import up

app = typer.Typer(
    name="andon",
    no_args_is_help=True,
    rich_markup_mode="rich",
    help="Analytics for AI coding agents, on your own machine: OpenTelemetry in, five reports out.",
    epilog="Start here: andon up --demo",
)

_RUN, _LOOK, _SETUP = "Run", "Look", "Set up"

app.command("up", rich_help_panel=_RUN)(up)
app.command("down", rich_help_panel=_RUN)(down)
app.command("build", rich_help_panel=_RUN)(build)
app.command("import", rich_help_panel=_RUN)(import_)
app.command("demo", rich_help_panel=_RUN)(demo)
app.command("sign-in", rich_help_panel=_LOOK)(sign_in)
app.command("report", rich_help_panel=_LOOK)(report)
app.command("coverage", rich_help_panel=_LOOK)(coverage)
app.command("doctor", rich_help_panel=_LOOK)(doctor)
app.add_typer(editions.app, name="editions", rich_help_panel=_LOOK)
app.add_typer(quarantine.app, name="quarantine", rich_help_panel=_LOOK)
app.command("connect", rich_help_panel=_SETUP)(connect)
app.add_typer(orgs.app, name="orgs", rich_help_panel=_SETUP)
app.add_typer(people.app, name="people", rich_help_panel=_SETUP)
app.add_typer(keys.app, name="keys", rich_help_panel=_SETUP)


def _version(asked: bool) -> None:  # noqa: FBT001 (the option's callback)
    if asked:
        say(f"andon {__version__}")
        raise typer.Exit


@app.callback()
def andon(
    *,
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Take the options of the program itself."""


def _end(_number: int, _frame: object) -> None:
    # As an exception, so that what is half-way is cleared up and child processes end too.
    raise SystemExit(128 + signal.SIGTERM)


def run(arguments: Sequence[str]) -> int:
    """
    Run one command to its end.

    Returns:
        The exit code: 0 done, 1 failed, 2 asked wrongly.
    """
    signal.signal(signal.SIGTERM, _end)
    try:
        outcome = get_command(app).main(args=list(arguments), prog_name="andon", standalone_mode=False)
    except typer.TyperException as error:
        if not error.format_message():
            return ASKED_WRONGLY  # nothing was asked; the help is on the screen already
        context = getattr(error, "ctx", None)
        hint = f" (see: {context.command_path} --help)" if context is not None else ""
        explain(AskedWrongly(error.format_message().replace("Value error, ", "").rstrip(".") + hint))
        return ASKED_WRONGLY
    except typer.Abort:
        return FAILED
    except Exception as error:
        if os.environ.get("ANDON_TRACEBACK"):
            raise
        return explain(error)
    return outcome if isinstance(outcome, int) else DONE
