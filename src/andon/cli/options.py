"""Options that many commands share, and how their values are read."""

from __future__ import annotations

import datetime as dt
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from andon.cli.errors import AskedWrongly

if TYPE_CHECKING:
    from andon.config import Settings
    from andon.directory.directory import Directory, Organisation

Data = Annotated[
    Path | None,
    typer.Option(
        "--data",
        metavar="DIR",
        help="Data directory; otherwise ANDON_DATA, else the platform's.",
        show_default=False,
    ),
]
Org = Annotated[
    str | None,
    typer.Option(
        "--org",
        metavar="ORG",
        help="Organisation, by id or name; may be left out where there is one.",
        show_default=False,
    ),
]


def settings_of(data: Path | None, **flags: Any) -> Settings:  # noqa: ANN401 (validated by the settings)
    """
    Read the settings with the flags of this command; those that are None were not given.

    Raises:
        InvalidSettings: A value is malformed or out of range.
    """
    from andon.config import read_settings  # noqa: PLC0415 (--help stays quick)

    if data is not None:
        # Through the environment, so that andon.toml of that directory is read and child processes follow.
        os.environ["ANDON_DATA"] = str(data.absolute())
    return read_settings(**flags)


def open_directory_of(settings: Settings) -> Directory:
    """
    Open the directory of people and keys.

    Raises:
        Unusable: The data directory or the database cannot be used.
    """
    from andon.directory.directory import open_directory  # noqa: PLC0415 (--help stays quick)
    from andon.log.ballast import ballast_of  # noqa: PLC0415

    # On a full disk SQLite could not even delete, and no server may be running to make the room.
    ballast_of(settings).release_if_full()
    return open_directory(settings)


def chosen_org(directory: Directory, org: str | None) -> Organisation:
    """
    Find the organisation that ``--org`` names, or the only one there is.

    Raises:
        NoSuch: There is none of this id or name.
        AskedWrongly: None was named, and there is not exactly one.
    """
    if org is not None:
        return directory.org(org)
    every = directory.orgs()
    if not every:
        raise AskedWrongly("There is no organisation yet; make one with `andon orgs create NAME`")
    if len(every) > 1:
        raise AskedWrongly(
            f"There are {len(every)} organisations; say which with --org ID (`andon orgs list`)"
        )
    return every[0]


def read_instant(option: str, text: str) -> dt.datetime:
    """
    Read ``YYYY-MM-DD`` (its first moment, UTC) or an ISO instant (UTC when it names no zone).

    Raises:
        AskedWrongly: It is neither; *option* names the culprit.
    """
    try:
        instant = dt.datetime.fromisoformat(text)
    except ValueError:
        raise AskedWrongly(f"{option} must be YYYY-MM-DD or an ISO instant, not {text[:40]!r}") from None
    return instant.replace(tzinfo=dt.UTC) if instant.tzinfo is None else instant.astimezone(dt.UTC)


def read_date(option: str, text: str) -> dt.date:
    """
    Read ``YYYY-MM-DD``.

    Raises:
        AskedWrongly: It is something else; *option* names the culprit.
    """
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        day = None
    if day is None or day.isoformat() != text:
        raise AskedWrongly(f"{option} must be YYYY-MM-DD, not {text[:40]!r}")
    return day
