"""``andon quarantine``: what was received and is kept apart, and taking it back in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Annotated

import typer

from andon.cli.errors import AskedWrongly
from andon.cli.options import Data, open_directory_of, read_date, settings_of
from andon.cli.terminal import note, printable, say, show_table

if TYPE_CHECKING:
    from andon.app.quarantine import Choice, Held
    from andon.config import Settings

app = typer.Typer(
    no_args_is_help=True, help="List, explain and take back in what was received and is kept apart."
)

OrgOrAll = Annotated[
    str | None,
    typer.Option(
        "--org", metavar="ORG", help="One organisation, by id or name; otherwise all.", show_default=False
    ),
]
Reason = Annotated[
    str | None, typer.Option("--reason", help="One reason, such as too_old.", show_default=False)
]


@app.command("list")
def list_held(
    *,
    org: OrgOrAll = None,
    reason: Reason = None,
    since: Annotated[
        str | None,
        typer.Option(
            "--since", metavar="DATE", help="Received on this UTC day or later.", show_default=False
        ),
    ] = None,
    data: Data = None,
) -> None:
    """
    List what is in quarantine, by day of receipt, reason and signal.

    What a replay took back in is not listed any more. The last column says how many a replay would take now.

    Example: andon quarantine list --since 2026-11-01
    """
    from andon.app.quarantine import held  # noqa: PLC0415 (--help stays quick)

    settings = settings_of(data)
    choice, names = _choice(settings, org, reason, since)
    counts: Counter[tuple[str, ...]] = Counter()
    ready: Counter[tuple[str, ...]] = Counter()
    newest: dict[tuple[str, ...], Held] = {}
    for one in held(settings, choice, _wait):
        group = (
            one.received_at.date().isoformat(),
            names.get(one.org_id, one.org_id),
            one.reason,
            one.signal,
        )
        counts[group] += 1
        ready[group] += one.obstacle is None
        if group not in newest or one.received_at >= newest[group].received_at:
            newest[group] = one
    show_table(
        ("day", "org", "reason", "signal", "count", "newest record", "can be replayed"),
        [
            (*group, counts[group], newest[group].record_id, ready[group])
            for group in sorted(counts, reverse=True)
        ],
        empty="Nothing is in quarantine.",
    )


@app.command()
def show(
    record_id: Annotated[str, typer.Argument(help="As `andon quarantine list` prints it.")],
    *,
    org: OrgOrAll = None,
    data: Data = None,
) -> None:
    """Print all that is kept of one record, what its reason means, and what to do."""
    from andon.app.quarantine import ADVICE, held  # noqa: PLC0415 (--help stays quick)

    settings = settings_of(data)
    choice, names = _choice(settings, org, None, None)
    found = [one for one in held(settings, choice, _wait) if one.record_id == record_id.lower()]
    if not found:
        raise AskedWrongly(
            f"No record {record_id[:40]!r} is in quarantine; `andon quarantine list` shows what is"
        )
    for number, one in enumerate(found):
        if number:
            say()
        for name, value in {
            "record": one.record_id,
            "organisation": names.get(one.org_id, one.org_id),
            "received": f"{one.received_at:%Y-%m-%d %H:%M:%S} UTC",
            "with key": one.ingest_key_id or "none",
            "signal": one.signal,
            "reason": one.reason,
            "means": one.detail,
            "to do": "andon quarantine replay takes it in" if one.obstacle is None else ADVICE[one.reason],
            "item": one.item or "nobody could read it, so only a digest of it was kept",
        }.items():
            say(f"{name:<12}  {printable(value)}")


@app.command("replay")
def replay_held(
    *,
    reason: Reason = None,
    org: OrgOrAll = None,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say what would happen.")] = False,
    data: Data = None,
) -> None:
    """
    Take in what is believed by now: the history starts earlier, or its time has come.

    Each record becomes what it would have been at once. Doing it again, or killing it in the middle, doubles
    and loses nothing. What stays says why.

    Example: andon quarantine replay --reason too_old
    """
    from andon.app.quarantine import replay  # noqa: PLC0415 (--help stays quick)

    settings = settings_of(data)
    choice, _ = _choice(settings, org, reason, None)
    done = replay(
        settings,
        choice,
        dry_run=dry_run,
        on_wait=_wait,
    )
    for (kept_reason, why), count in done.kept.most_common():
        note(f"stays: {count:,} {kept_reason}: {printable(why)}")
    parts = ", ".join(f"{count:,} {signal}" for signal, count in sorted(done.records.items()))
    say(
        f"{'Would replay' if dry_run else 'Replayed'} {done.records.total():,} records"
        + (f": {parts}." if parts else ".")
    )
    if parts and not dry_run:
        note("Reports follow with the next build (andon build).")


def _wait() -> None:
    note("A build is running; waiting for it to finish.")


def _choice(
    settings: Settings, org: str | None, reason: str | None, since: str | None
) -> tuple[Choice, dict[str, str]]:
    """Read what was asked for; the names of the organisations beside it."""
    from andon.app.quarantine import ADVICE, Choice  # noqa: PLC0415 (--help stays quick)

    if reason is not None and reason not in ADVICE:
        raise AskedWrongly(f"--reason is one of {', '.join(sorted(ADVICE))}, not {reason[:40]!r}")
    directory = open_directory_of(settings)
    try:
        org_id = None if org is None else directory.org(org).org_id
        names = {one.org_id: one.name for one in directory.orgs()}
    finally:
        directory.close()
    return Choice(org_id, reason, None if since is None else read_date("--since", since)), names
