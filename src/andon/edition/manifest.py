"""
What an edition says about itself, and the pointer that says which edition is current.

::

    editions/
      current                     the number of the current edition, as text
      7/
        manifest.json             this module
        reports.sqlite            JSON fragments of what has no month (compose.py)
        reports-2026-01.sqlite    JSON fragments of a month's days
        marts/rpt_digests.parquet             report models, for free queries: those without a day ...
        marts/rpt_tokens_daily/2026-01.parquet    ... and those by day, month by month

A month's files are shared between editions by hard links as long as none of its days changed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from pathlib import Path

import msgspec

from andon.edition.durable import replace_text
from andon.edition.problems import EditionDamaged

FORMAT = 2
"""Layout of an edition; another number was written by another version of Andon."""

MANIFEST = "manifest.json"
REPORTS = "reports.sqlite"
MARTS = "marts"
POINTER = "current"


def month_reports(month: str) -> str:
    """Name the file with the fragments of a month, given as ``YYYY-MM``."""
    return f"reports-{month}.sqlite"


def is_of_month(path: str) -> bool:
    """Tell whether a file of an edition, relative to it, holds a month and may be shared."""
    return re.search(r"\d{4}-\d{2}\.\w+$", path) is not None


class File(msgspec.Struct, frozen=True):
    """
    One file of an edition.

    Attributes:
        path: Relative to the edition, with forward slashes.
        size: Bytes.
        sha256: Of the whole file, in hex.
    """

    path: str
    size: int
    sha256: str


class Manifest(msgspec.Struct, frozen=True, kw_only=True):
    """
    What an edition holds.

    Attributes:
        format: See ``FORMAT``.
        number: Counts up from 1; never used twice.
        built_at: When its build started, UTC.
        history_start: First UTC day it has rows for; null when it has no organisations.
        data_through: Newest complete UTC day it has rows for.
        orgs: Organisations it knows, in order.
        months: Months that it has fragments of, ``YYYY-MM``, in order.
        composed_with: Names the way fragments are composed: months of another way are not taken over.
        linked: Files that it shares with the edition before it.
        copied: Files that it would share, had the disk allowed a hard link.
        files: Every other file of the edition, in order.
        is_provisional: Whether the newest day is not over.
        checksum: SHA-256 in hex of this document with an empty checksum: a damaged manifest must not
            vouch for the files.
    """

    format: int = FORMAT
    number: int
    built_at: dt.datetime
    history_start: dt.date | None
    data_through: dt.date
    orgs: list[str]
    months: list[str]
    composed_with: str
    linked: int
    copied: int
    files: list[File]
    is_provisional: bool = False
    checksum: str = ""


Seen = tuple[int, int, int, int, str]
"""A file on the disk, found to have a checksum: device, inode, size, time of change in ns, SHA-256."""


def describe(edition: Path, known: dict[str, File]) -> list[File]:
    """
    Measure every file below *edition* except the manifest.

    Args:
        edition: The directory.
        known: Files whose checksum stands, by path: not read.

    Raises:
        OSError: A file cannot be read.
    """
    paths = sorted(path for path in edition.rglob("*") if path.is_file() and path.name != MANIFEST)
    names = [(path, path.relative_to(edition).as_posix()) for path in paths]

    return [known.get(name) or File(name, path.stat().st_size, hash_file(path)) for path, name in names]


def write_manifest(edition: Path, manifest: Manifest) -> None:
    """
    Write ``manifest.json`` with its checksum; the caller syncs.

    Raises:
        OSError: The disk refused.
    """
    signed = msgspec.structs.replace(manifest, checksum=_checksum(manifest))
    text = msgspec.json.format(msgspec.json.encode(signed), indent=2)
    (edition / MANIFEST).write_bytes(text + b"\n")


def read_manifest(edition: Path) -> Manifest:
    """
    Read ``manifest.json`` and check it against itself, not against the files.

    Raises:
        EditionDamaged: It is missing, unreadable, changed, or of another format.
    """
    try:
        text = (edition / MANIFEST).read_bytes()
        written_in = msgspec.json.decode(text, type=_Format).format
    except (OSError, msgspec.DecodeError) as error:
        raise EditionDamaged(f"Edition {edition.name}: {MANIFEST} cannot be read ({error})") from None
    if written_in != FORMAT:
        raise EditionDamaged(
            f"Edition {edition.name} has format {written_in}, this Andon reads format {FORMAT}; "
            "run `andon build` to publish one that it can read"
        )
    try:
        manifest = msgspec.json.decode(text, type=Manifest)
    except msgspec.DecodeError as error:
        raise EditionDamaged(f"Edition {edition.name}: {MANIFEST} cannot be read ({error})") from None
    if manifest.checksum != _checksum(manifest):
        raise EditionDamaged(f"Edition {edition.name}: {MANIFEST} is not the one that was published")

    return manifest


def verify(edition: Path, seen: set[Seen] | None = None) -> Manifest:
    """
    Read the manifest and check every file against it.

    Costs one reading of the whole edition, about a second per gigabyte, or of what is not in *seen*.

    Args:
        edition: The directory.
        seen: Files that were found good before, not to be read again; those that are good now are added.

    Raises:
        EditionDamaged: The manifest or a file is missing, or is not the one that was published.
    """
    manifest = read_manifest(edition)

    for file in manifest.files:
        if not is_whole(edition, file, seen):
            raise EditionDamaged(f"Edition {edition.name}: {file.path} is not the one that was published")

    return manifest


def is_whole(edition: Path, file: File, seen: set[Seen] | None = None) -> bool:
    """
    Tell whether a file is the one that was published.

    Raises:
        EditionDamaged: It cannot be read.
    """
    path = edition / file.path
    try:
        stat = path.stat()
        mark = (stat.st_dev, stat.st_ino, stat.st_size, stat.st_mtime_ns, file.sha256)
        if seen is not None and mark in seen:
            return True
        if stat.st_size != file.size or hash_file(path) != file.sha256:
            return False
    except OSError as error:
        raise EditionDamaged(
            f"Edition {edition.name}: {file.path} cannot be read ({error.strerror})"
        ) from None
    if seen is not None:
        seen.add(mark)
    return True


def hash_file(path: Path) -> str:
    """
    Hash a file without holding it in memory.

    Raises:
        OSError: It cannot be read.
    """
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def numbers(editions_dir: Path) -> list[int]:
    """List the editions that are complete on the disk, oldest first; unverified."""
    if not editions_dir.is_dir():
        return []
    return sorted(
        int(path.name) for path in editions_dir.iterdir() if path.is_dir() and _is_number(path.name)
    )


def read_pointer(editions_dir: Path) -> int | None:
    """Tell which edition is current; None when nothing says so, or what says so is damaged."""
    try:
        text = (editions_dir / POINTER).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError):
        return None
    return int(text) if _is_number(text) else None


def write_pointer(editions_dir: Path, number: int) -> None:
    """
    Make *number* the current edition, at once for every reader.

    Raises:
        OSError: The disk refused; the pointer is as it was.
    """
    replace_text(editions_dir / POINTER, f"{number}\n")


class _Format(msgspec.Struct, frozen=True):
    format: int


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and not text.startswith("0")


def _checksum(manifest: Manifest) -> str:
    unsigned = msgspec.structs.replace(manifest, checksum="")
    return hashlib.sha256(msgspec.json.encode(unsigned)).hexdigest()
