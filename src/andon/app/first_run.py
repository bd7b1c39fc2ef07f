"""What a server needs before anybody can use it: an organisation and keys, made on the first run."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import msgspec

from andon.config import Settings
from andon.directory.directory import Directory, Organisation

ORGANISATION = "default"
DEMO_ORGANISATION = "Demo"

DEMO_KEY_DAYS = 30
"""Demo keys are made anew by every `andon up --demo`; old ones go away by themselves."""


_KEY_NAME = "andon up"
"""Note on the keys that are made here; also tells the demo's organisation from one of the same name."""


class NotTheDemo(Exception):
    """The demo's name is taken by something else; the text says what to do."""


class FirstKeys(msgspec.Struct, frozen=True):
    """
    An organisation and the keys that were just made for it.

    Attributes:
        analytics: Text of an owner's analytics key.
        ingest: Text of an ingest key.
    """

    org: Organisation
    analytics: str
    ingest: str


class Demo(msgspec.Struct, frozen=True):
    """
    What was sent as demo data; remembered in the data directory, so that it is sent once.

    Attributes:
        org_id: The demo's organisation.
        days: Length of its history.
        people: Its size.
        end: Its last UTC day.
        is_sent: Whether all of it was sent.
    """

    org_id: str
    days: int
    people: int
    end: dt.date
    is_sent: bool = False


def make_first_org(directory: Directory, *, now: dt.datetime) -> FirstKeys | None:
    """Make the first organisation and its keys; None when there is one besides the demo's."""
    if any(org.name != DEMO_ORGANISATION for org in directory.orgs()):
        return None
    org = directory.create_org(ORGANISATION, now=now)
    return _make_keys(directory, org, now=now, expires_at=None)


def only_org(directory: Directory) -> str | None:
    """Give the id of the one organisation there is besides the demo's; None when there are several."""
    found = [org.org_id for org in directory.orgs() if org.name != DEMO_ORGANISATION]
    return found[0] if len(found) == 1 else None


def make_demo_keys(directory: Directory, *, now: dt.datetime) -> FirstKeys:
    """
    Find or make the demo's organisation, and make keys for it that work for a month.

    Raises:
        NotTheDemo: Somebody made an organisation of that name for something else.
    """
    found = [org for org in directory.orgs() if org.name == DEMO_ORGANISATION]
    org = found[0] if found else directory.create_org(DEMO_ORGANISATION, now=now)
    keys = directory.keys(org.org_id)
    if keys and not any(key.name == _KEY_NAME for key in keys):
        raise NotTheDemo(
            f"There is an organisation {DEMO_ORGANISATION!r} that the demo did not make, and invented data "
            "must not mix with it; give the demo a data directory of its own with --data"
        )
    return _make_keys(directory, org, now=now, expires_at=now + dt.timedelta(days=DEMO_KEY_DAYS))


def read_demo(settings: Settings, org: Organisation) -> Demo | None:
    """Read what was sent to the demo's organisation; None when nothing was."""
    try:
        demo = msgspec.json.decode(_demo_file(settings).read_bytes(), type=Demo)
    except (FileNotFoundError, msgspec.DecodeError):
        return None
    return demo if demo.org_id == org.org_id else None


def write_demo(settings: Settings, demo: Demo) -> None:
    """Remember what is sent; written before sending (so that a second try sends the same) and after."""
    path = _demo_file(settings)
    draft = path.with_suffix(".tmp")
    draft.write_bytes(msgspec.json.encode(demo))
    draft.rename(path)


def _demo_file(settings: Settings) -> Path:
    return settings.data / "demo.json"


def _make_keys(
    directory: Directory, org: Organisation, *, now: dt.datetime, expires_at: dt.datetime | None
) -> FirstKeys:
    analytics = directory.create_key(
        org.org_id, "analytics", role="owner", now=now, name=_KEY_NAME, expires_at=expires_at
    )
    ingest = directory.create_key(org.org_id, "ingest", now=now, name=_KEY_NAME, expires_at=expires_at)
    return FirstKeys(org, analytics.text, ingest.text)
