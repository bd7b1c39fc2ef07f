"""Every number can be taken away: as a curl, as CSV, as a picture."""

from __future__ import annotations

import csv
import io
import json
import os
import subprocess
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page

from desk import Desk
from line import Line

PNG = b"\x89PNG\r\n\x1a\n"


@pytest.fixture
def clipboard(desk: Desk) -> Desk:
    """A page that may read what it wrote to the clipboard."""
    desk.context.grant_permissions(["clipboard-read", "clipboard-write"], origin=desk.origin)
    return desk


def choose(page: Page, panel: str, item: str) -> None:
    """Choose from a panel's menu."""
    page.locator(f"[data-panel={panel}]").get_by_role("button", name="More for").click()
    page.get_by_role("menuitem", name=item).click()


def saved(page: Page, panel: str, item: str) -> tuple[str, bytes]:
    """Download something of a panel: its file's name, and what is in it."""
    with page.expect_download() as waiting:
        choose(page, panel, item)
    return waiting.value.suggested_filename, Path(waiting.value.path()).read_bytes()


def rows_of(content: bytes) -> list[dict[str, str]]:
    """Read a CSV as a spreadsheet would."""
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig"))))


def run(command: str, key: str) -> dict[str, object]:
    """Run a command in a shell that knows the key."""
    done = subprocess.run(
        ["bash", "-c", command],
        env={**os.environ, "ANDON_KEY": key},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    answer: dict[str, object] = json.loads(done.stdout)
    return answer


@pytest.mark.parametrize(
    ("view", "panel"),
    [("/cost", "token-mix"), ("/tools", "tools"), ("/people", None), ("/adoption", "sessions")],
)
def test_a_copied_curl_fetches_the_same(clipboard: Desk, demo_key: str, view: str, panel: str | None) -> None:
    """The curl runs as it is copied, and holds no secret: the key comes from the environment."""
    page = clipboard.open(f"{view}?from=2026-11-02&to=2026-11-08")
    if panel:
        choose(page, panel, "Copy as curl")
    else:
        page.get_by_role("button", name="Copy as curl").click()
    command = page.evaluate("navigator.clipboard.readText()")

    assert "fk-" not in command
    assert "2026-11-02" in command
    answer = run(command, demo_key)
    assert answer["data"]


def test_a_card_gives_its_curl_too(clipboard: Desk, demo_key: str) -> None:
    """About a number, the request that fetches it."""
    page = clipboard.open("/cost?from=2026-11-02&to=2026-11-08")
    card = page.locator("[data-card=output_tokens]")
    card.get_by_role("button", name="About Output").click()
    page.get_by_role("button", name="Copy as curl").click()
    answer = run(page.evaluate("navigator.clipboard.readText()"), demo_key)

    days = answer["data"]
    assert isinstance(days, list)
    assert sum(day["output_tokens"] for day in days) == int(card.locator("data").get_attribute("value") or 0)


def test_csv_holds_what_the_api_says(desk: Desk, demo_key: str, house: Line) -> None:
    """A chart's CSV has every bucket; its sums are the API's."""
    page = desk.open("/cost?from=2026-11-02&to=2026-11-08")
    name, content = saved(page, "cost-by-model", "Download CSV")
    days = house.http.get(
        f"{house.api_url}/api/v1/analytics/tokens?startDate=2026-11-02&endDate=2026-11-08",
        headers={"Authorization": f"Bearer {demo_key}"},
    ).json()["data"]

    assert name == "andon-cost-by-model-2026-11-02-2026-11-08.csv"
    assert {row.pop("date"): sum(int(value) for value in row.values()) for row in rows_of(content)} == {
        day["date"]: day["billable_tokens"] for day in days
    }
    _, content = saved(page, "cost-by-person", "Download CSV")
    assert sum(int(row["billable_tokens"]) for row in rows_of(content)) == sum(
        day["billable_tokens"] for day in days
    )


def test_png_is_a_picture_of_the_chart(desk: Desk) -> None:
    """Twice as large as on the screen, and not empty."""
    page = desk.open("/cost?from=2026-11-02&to=2026-11-08")
    name, content = saved(page, "cost-by-model", "Download PNG")
    box = page.locator("[data-panel=cost-by-model] svg.recharts-surface").bounding_box()

    assert name.endswith(".png")
    assert content.startswith(PNG)
    assert box is not None
    assert int.from_bytes(content[16:20]) == pytest.approx(box["width"] * 2, abs=2)
    assert len(content) > 5_000


def test_copying_works_where_there_is_no_clipboard(house: Line, chrome: Browser, signed_in: object) -> None:
    """On plain HTTP from another machine browsers have no clipboard to write to; a field does it."""
    context = chrome.new_context(storage_state=signed_in)  # type: ignore[arg-type]
    context.add_init_script("Object.defineProperty(window, 'isSecureContext', { value: false })")
    context.add_init_script(
        "document.addEventListener('copy', () => { window.copied = String(document.getSelection())"
        " || document.activeElement.value })"
    )
    desk = Desk(context, house.api_url)
    page = desk.open("/cost")
    choose(page, "token-mix", "Copy as curl")
    assert "curl" in page.evaluate("window.copied")
    context.close()
