"""The kept corpus of the fuzzer: one archive, as tests/fixtures/fuzz/README.md says."""

from __future__ import annotations

import zipfile
from pathlib import Path

LONGEST_KEPT = 3_000
"""Bytes of an input that is kept: the large ones are captures, which lie beside it."""

ARCHIVE = Path(__file__).parents[1] / "fixtures" / "fuzz" / "corpus.zip"


def kept() -> dict[str, bytes]:
    """Read every input by its name."""
    if not ARCHIVE.exists():
        return {}
    with zipfile.ZipFile(ARCHIVE) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def keep(inputs: dict[str, bytes]) -> None:
    """Write the archive; equal inputs make equal archives."""
    ARCHIVE.parent.mkdir(exist_ok=True)
    with zipfile.ZipFile(ARCHIVE, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for name in sorted(inputs):
            archive.writestr(zipfile.ZipInfo(name), inputs[name], zipfile.ZIP_DEFLATED)
