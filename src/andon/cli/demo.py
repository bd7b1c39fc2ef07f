"""``andon demo``: the invented organisation's telemetry, without a server."""

from __future__ import annotations

import datetime as dt
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from andon.cli.errors import AskedWrongly, CommandFailed
from andon.cli.options import read_date, settings_of
from andon.cli.progress import Steps
from andon.cli.terminal import is_terminal, note

if TYPE_CHECKING:
    from collections.abc import Iterator

    from andon.config import Settings
    from andon.demo import DemoRequest

_OK = 200


def demo(  # noqa: PLR0913 (one parameter an option)
    *,
    out: Annotated[
        Path | None,
        typer.Option("--out", metavar="DIR", help="Write one file a request into DIR.", show_default=False),
    ] = None,
    url: Annotated[
        str | None,
        typer.Option(
            "--url", help="Send to this OTLP address, such as http://127.0.0.1:4318.", show_default=False
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            "--key", envvar="ANDON_KEY", help="An ingest key (ik-…), with --url.", show_default=False
        ),
    ] = None,
    people: Annotated[int, typer.Option("--people", min=1, help="Size of the organisation.")] = 25,
    days: Annotated[int, typer.Option("--days", min=1, help="Days of history.")] = 30,
    end: Annotated[
        str | None,
        typer.Option(
            "--end", metavar="DATE", help="Last UTC day; yesterday when left out.", show_default=False
        ),
    ] = None,
    seed: Annotated[int, typer.Option("--seed", help="The same number gives the same telemetry.")] = 7,
) -> None:
    """
    Make up telemetry: print it, write it to files, or send it.

    It is that of an invented organisation, as OTLP/JSON. To see the demo in a running server, use
    andon up --demo instead.

    Example: andon demo --people 5 --days 3 --out demo && andon import demo
    """
    if out is not None and url is not None:
        raise AskedWrongly("Say either --out or --url")
    settings = settings_of(None)
    last = settings.clock().date() - dt.timedelta(days=1) if end is None else read_date("--end", end)

    from andon.demo import telemetry  # noqa: PLC0415 (--help stays quick)

    requests = telemetry(seed=seed, people=people, days=days, end=last)
    if url is not None:
        send(requests, days=days, end=last, url=url, key=key)
    elif out is not None:
        out.mkdir(parents=True, exist_ok=True)
        for number, request in enumerate(requests, 1):
            (out / f"{number:05d}.{request.signal}.json").write_bytes(request.body)
        note(f"Wrote the telemetry of {people} people and {days} days to {out}. Next: andon import {out}")
    else:
        if is_terminal(sys.stdout):
            raise AskedWrongly("That is a lot of JSON for a terminal: give --out DIR, --url URL, or a pipe")
        for request in requests:
            sys.stdout.buffer.write(request.body + b"\n")


def send(requests: Iterator[DemoRequest], *, days: int, end: dt.date, url: str, key: str | None) -> int:
    """
    Send telemetry over OTLP/HTTP, with progress on stderr.

    Returns:
        Records sent.

    Raises:
        CommandFailed: The address does not answer, or refuses.
    """
    import httpx2  # noqa: PLC0415 (--help stays quick)

    headers = {"Content-Type": "application/json"}
    if key is not None:
        headers["Authorization"] = f"Bearer {key}"
    records = 0
    start = end - dt.timedelta(days=days - 1)
    try:
        with Steps("sending telemetry") as steps, httpx2.Client(headers=headers, timeout=60) as http:
            for request in requests:
                answer = http.post(f"{url.rstrip('/')}/v1/{request.signal}", content=request.body)
                if answer.status_code != _OK:
                    raise CommandFailed(f"{url} answered {answer.status_code}: {answer.text[:300]}")
                records += request.records
                steps.show((request.day - start).days, days, f"days, {records:,} records")
            steps.show(days, days, f"days, {records:,} records")
    except (httpx2.HTTPError, httpx2.InvalidURL) as error:
        raise CommandFailed(f"No answer from {url}: {error or type(error).__name__}") from None
    return records


def span_of(settings: Settings, days: int) -> tuple[int, dt.date]:
    """Give the days and the last day of a demo that ends yesterday and starts inside the history."""
    end = settings.clock().date() - dt.timedelta(days=1)
    return max(1, min(days, (end - settings.history_start).days + 1)), end
