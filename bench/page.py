"""
The page in a real browser: how soon the cost view stands, how soon an action shows, what all of it weighs.

A demo organisation of 120 people and 90 days is made for the views, another of many people over three days
for the table; a headless Chromium then opens, clicks and sorts, several times each, and the medians are
printed. Drawing is by software: a machine with a screen is faster.

Run it with ``python bench/page.py`` on a quiet machine, after ``make page``; it removes what it made.
"""

from __future__ import annotations

import argparse
import gzip
import re
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "harness"))

from andon.api.page import PAGE

from browser import FLAGS, chromium
from desk import new_link
from line import NOW, Line

ROUNDS = 7
READY_S = 600

PAINTED = """async (act) => {
  const start = performance.now();
  await eval(act);
  await new Promise(done => requestAnimationFrame(() => setTimeout(done)));
  return performance.now() - start;
}"""
"""Milliseconds from an action to the frame that shows it."""


def started(place: Path) -> Line:
    """Start the demo and wait until it is ready."""
    line = Line(place / "data", now=NOW)
    line.start("--demo")
    log = place / "data.log"
    deadline = time.monotonic() + READY_S
    while "Andon is up" not in log.read_text():
        if time.monotonic() > deadline:
            raise SystemExit(log.read_text())
        time.sleep(0.5)
    return line


def crowd(line: Line, people: int) -> str:
    """Make an organisation of many people; give its id."""
    org = line.new_org("Crowd")
    command = [
        "demo",
        "--people",
        str(people),
        "--days",
        "3",
        "--url",
        line.otlp_url,
        "--key",
        org.ingest_key,
    ]
    done = line.run(*command, timeout=1_800)
    if done.returncode != 0:
        raise SystemExit(done.stderr)
    line.build()
    return org.org_id


def signed_in(browser: Browser, line: Line, org_id: str) -> Page:
    """Open a page of an organisation."""
    page = browser.new_context(viewport={"width": 1280, "height": 900}).new_page()
    page.goto(new_link(line, org_id))
    page.locator("h1").wait_for()
    return page


def median(act: Callable[[], float]) -> float:
    """Do it several times, the first not counted."""
    act()
    return statistics.median(act() for _ in range(ROUNDS))


def opened(page: Page, line: Line) -> tuple[float, float]:
    """Open the cost view anew: milliseconds to the first paint, and to the drawn chart."""
    page.goto(f"{line.api_url}/cost")
    page.locator("[data-panel=cost-by-model] .recharts-bar-rectangle path").first.wait_for()
    drawn = page.evaluate("performance.now()")
    first = page.evaluate("performance.getEntriesByName('first-contentful-paint')[0].startTime")
    return float(first), float(drawn)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--people",
        type=int,
        default=11_500,
        help="People invented; about nine in ten do something in three days.",
    )
    arguments = parser.parse_args()
    sizes = {
        file.name: len(gzip.compress(file.read_bytes(), 6)) for file in PAGE.rglob("*") if file.is_file()
    }
    print(f"page, gzip         {sum(sizes.values()) / 1000:8.0f} KB in {len(sizes)} files")

    program, environment = chromium()
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        line = started(Path(folder))
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS, env=environment or None)
        try:
            directory = line.directory()
            demo = next(org.org_id for org in directory.orgs() if org.name == "Demo")
            directory.close()
            page = signed_in(browser, line, demo)
            times = [opened(page, line) for _ in range(ROUNDS)]
            print(f"cost, first paint  {statistics.median(first for first, _ in times):8.0f} ms")
            print(f"cost, chart drawn  {statistics.median(drawn for _, drawn in times):8.0f} ms")
            press = "document.querySelector('[aria-pressed]').click()"
            print(f"cost, compare      {median(lambda: page.evaluate(PAINTED, press)):8.0f} ms")

            page = signed_in(browser, line, crowd(line, arguments.people))
            began = time.perf_counter()
            page.goto(f"{line.api_url}/people?range=7d")
            page.locator("tr[aria-rowindex='2']").wait_for()
            shown = (time.perf_counter() - began) * 1000
            rows = re.search(r"[\d,]+", page.locator("section[aria-label=People] [role=status]").inner_text())
            print(f"people, opened     {shown:8.0f} ms with {rows[0] if rows else 'no'} rows")
            sort = "[...document.querySelectorAll('th button')].at(-1).click()"
            print(f"people, sorted     {median(lambda: page.evaluate(PAINTED, sort)):8.0f} ms")
            box = page.get_by_role("searchbox")

            def search() -> float:
                box.fill("")
                start = time.perf_counter()
                box.fill("a")
                page.evaluate(PAINTED, "0")
                return (time.perf_counter() - start) * 1000

            print(f"people, searched   {median(search):8.0f} ms")
        finally:
            browser.close()
            line.stop()


if __name__ == "__main__":
    if not (PAGE / "index.html").is_file():
        sys.exit("The page is not built: run `make page`")
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(str(error))
