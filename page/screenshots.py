"""
Photographs the page with the demo organisation for the README and the docs: ``make screenshots``.

A demo is made in a folder of its own and removed afterwards; its clock stands still, so that the pictures
change only when the page or the demo does.
"""

from __future__ import annotations

import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

sys.path.append(str(Path(__file__).parents[1] / "tests" / "harness"))

from browser import FLAGS, chromium
from desk import Desk, new_link
from line import NOW, Line

ROOT = Path(__file__).parents[1]
PLACE = ROOT / "docs" / "images"
READY_S = 600

SHOTS = [
    ("overview-light", "/?compare=previous", 1280, 800, "light"),
    ("cost-dark", "/cost?compare=previous", 1280, 800, "dark"),
    ("people-light", "/people", 1280, 800, "light"),
    ("data-light", "/data", 1280, 800, "light"),
    ("tools-narrow", "/tools", 390, 800, "light"),
]
"""Name, address, width, height, theme."""


def shoot(browser: Browser, line: Line, state: object) -> None:
    """Take every picture."""
    for name, path, width, height, theme in SHOTS:
        context = browser.new_context(
            storage_state=state,  # type: ignore[arg-type]
            viewport={"width": width, "height": height},
            color_scheme="dark" if theme == "dark" else "light",
            reduced_motion="reduce",
        )
        desk = Desk(context, line.api_url)
        desk.open(path).mouse.move(0, 0)
        desk.page.screenshot(path=PLACE / f"{name}.png")
        context.close()


def main() -> None:
    """Start a demo, photograph it, stop it."""
    PLACE.mkdir(parents=True, exist_ok=True)
    program, environment = chromium()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        line = Line(Path(folder) / "data", now=NOW)
        line.start("--demo")
        log = Path(folder) / "data.log"
        deadline = time.monotonic() + READY_S
        while "Andon is up" not in log.read_text():
            if time.monotonic() > deadline:
                sys.exit(log.read_text())
            time.sleep(0.5)
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, env=environment or None)
        try:
            first = Desk(browser.new_context(), line.api_url)
            first.sign_in(new_link(line, "Demo"))
            shoot(browser, line, first.context.storage_state())
        finally:
            browser.close()
            line.stop()
    for picture in sorted(PLACE.glob("*.png")):
        print(f"{picture.relative_to(ROOT)}  {picture.stat().st_size / 1000:.0f} KB")  # noqa: T201 (a command)


if __name__ == "__main__":
    main()
