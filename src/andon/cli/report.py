"""``andon report``: the answers of the API, in the terminal or as a file."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from andon.cli.errors import AskedWrongly
from andon.cli.options import read_date, settings_of
from andon.cli.terminal import note, say, show_table

if TYPE_CHECKING:
    from andon.client import Client
    from andon.contract.reports import Meta

ReportName = Literal["tokens", "tools", "activity", "productivity", "users"]
"""The five words, as in the contract; a test compares them."""

_DEFAULT_DAYS = 7
_NOTHING = "no edition is published yet"
_LISTED = 3
"""Entries of a breakdown that a table shows; the other formats have them all."""

_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "＝", "＋", "－", "＠")  # noqa: RUF001 (their full-width forms)
"""A cell of text that starts so would be run by a spreadsheet."""


def report(  # noqa: PLR0913 (one parameter an option)
    name: Annotated[ReportName, typer.Argument(metavar="REPORT", help="Which of the five.")],
    *,
    start: Annotated[
        str | None,
        typer.Option(
            "--start", metavar="DATE", help="First UTC day; a week ago when left out.", show_default=False
        ),
    ] = None,
    end: Annotated[
        str | None,
        typer.Option(
            "--end", metavar="DATE", help="Last UTC day; yesterday when left out.", show_default=False
        ),
    ] = None,
    group_by: Annotated[
        str | None,
        typer.Option(
            "--group-by",
            metavar="BY",
            help="model (tokens), tool_name (tools) or client (activity).",
            show_default=False,
        ),
    ] = None,
    format_: Annotated[
        Literal["table", "json", "csv"], typer.Option("--format", help="How to print it.")
    ] = "table",
    preview: Annotated[
        bool,
        typer.Option("--preview", help="As `andon build --preview-today` found it: provisional, with today."),
    ] = False,
    url: Annotated[
        str | None,
        typer.Option(
            "--url", envvar="ANDON_URL", help="The server; this machine's when left out.", show_default=False
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option("--key", envvar="ANDON_KEY", help="An analytics key (fk-…).", show_default=False),
    ] = None,
) -> None:
    """
    Print one of the five reports.

    They are tokens, tools, activity, productivity and users, as a running server answers them.

    Example: andon report tokens --start 2026-01-15 --end 2026-01-28 --group-by model --format csv
    """
    from andon.contract.reports import GROUP_BY  # noqa: PLC0415 (--help stays quick)

    if group_by is not None and GROUP_BY[name] != group_by:
        can = f"can be grouped by {GROUP_BY[name]}" if GROUP_BY[name] else "cannot be grouped"
        raise AskedWrongly(f"{name} {can}, not by {group_by[:40]!r}")
    if not key:
        raise AskedWrongly(
            "No key: set ANDON_KEY or give --key (`andon keys create --role manager` makes one)"
        )
    settings = settings_of(None)
    newest = settings.clock().date() - dt.timedelta(days=0 if preview else 1)
    last = newest if end is None else read_date("--end", end)
    first = last - dt.timedelta(days=_DEFAULT_DAYS - 1) if start is None else read_date("--start", start)

    from andon.client import Client  # noqa: PLC0415 (--help stays quick)

    with Client(url or f"http://{settings.host}:{settings.port}", key, is_preview=preview) as client:
        rows, meta = _fetch(client, name, first, last, group_by)
    _print(rows, meta, name, group_by, format_)
    if not rows:
        nothing = "there is no preview of today (andon build --preview-today)" if preview else _NOTHING
        through = f"data reaches {meta.data_through}" if meta.data_through else nothing
        note(f"No rows from {first} to {last}: {through}.")


def _fetch(
    client: Client, name: ReportName, first: dt.date, last: dt.date, group_by: str | None
) -> tuple[list[Any], Meta]:
    if name != "users":
        grouping = {} if group_by is None else {"group_by": group_by}
        answer = getattr(client, name)(first, last, **grouping)
        return list(answer), answer.meta

    page = client.users_page(first, last)
    rows = list(page.data)
    while page.meta.has_more:
        page = client.users_page(first, last, cursor=page.meta.next_cursor)
        rows += page.data
    return rows, page.meta


def _print(rows: Sequence[Any], meta: Meta, name: ReportName, group_by: str | None, format_: str) -> None:
    import msgspec  # noqa: PLC0415 (--help stays quick)

    from andon.contract.reports import ROW_TYPES  # noqa: PLC0415

    if format_ == "json":
        whole = {"data": rows, "meta": meta}
        say(msgspec.json.format(msgspec.json.encode(whole), indent=2).decode())
        return

    fields = ROW_TYPES[name, group_by].__struct_fields__
    cells = [[getattr(row, field) for field in fields] for row in rows]
    if format_ == "csv":
        writer = csv.writer(sys.stdout, lineterminator="\r\n")
        writer.writerow(fields)
        writer.writerows([_flat(cell) for cell in line] for line in cells)
    else:
        show_table(fields, [[_brief(cell) for cell in line] for line in cells], empty="")


def neutral(text: str) -> str:
    """
    Keep a spreadsheet from running text that came from telemetry: an apostrophe goes in front of a formula.

    >>> neutral("=1+1"), neutral("Read")
    ("'=1+1", 'Read')
    """
    return "'" + text if text.startswith(_FORMULA_STARTS) else text


def _flat(cell: object) -> str:
    import msgspec  # noqa: PLC0415 (--help stays quick)

    if cell is None:
        return ""
    if isinstance(cell, list | dict | msgspec.Struct):
        return msgspec.json.encode(cell).decode()
    return str(cell) if isinstance(cell, int | float) else neutral(str(cell))


def _brief(cell: object) -> str:
    import msgspec  # noqa: PLC0415 (--help stays quick)

    if isinstance(cell, msgspec.Struct):
        cell = msgspec.structs.asdict(cell)
    if isinstance(cell, float):
        return f"{cell:.2f}"
    if isinstance(cell, int):
        return f"{cell:,}"
    if isinstance(cell, dict):
        return ", ".join(f"{name} {_brief(value)}" for name, value in cell.items())
    if isinstance(cell, list):
        more = f" +{len(cell) - _LISTED}" if len(cell) > _LISTED else ""
        return ", ".join(_entry(entry) for entry in cell[:_LISTED]) + more
    return "" if cell is None else str(cell)


def _entry(entry: object) -> str:
    if isinstance(entry, str):
        return entry
    values = [getattr(entry, field) for field in entry.__struct_fields__]  # type: ignore[attr-defined]
    words = [value for value in values if isinstance(value, str) and value]
    who = getattr(entry, "user_email", None)
    count = next((value for value in values if isinstance(value, int)), 0)
    return f"{who or ' '.join(words)} {count:,}"
