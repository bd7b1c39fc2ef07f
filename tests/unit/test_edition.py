"""Editions: published whole, read without waiting, given back when damaged."""

from __future__ import annotations

import datetime as dt
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from structlog.testing import capture_logs

from andon.contract.reports import ROW_TYPES
from andon.edition.editions import Editions, list_editions, rollback
from andon.edition.manifest import read_manifest
from andon.edition.opened import Edition
from andon.edition.problems import EditionDamaged, NoSuchEdition, NotPublishable
from andon.edition.publish import publish

from at_once import day_rows, user_rows
from hand_made import ANA, BO, CY, FIRST, LAST, NOBODY, NOW, HandReader, day, publish_by_hand, rows

pytestmark = pytest.mark.slow(seconds=20)


@pytest.fixture
def editions_dir(tmp_path: Path) -> Path:
    """Where editions live; not there yet."""
    return tmp_path / "editions"


def all_rows(edition: Edition, org_id: str = "org_a") -> Iterator[tuple[str, str | None, dict[str, Any]]]:
    """Every row of every answer of an organisation, as (report, group_by, decoded JSON)."""
    for report, group_by in ROW_TYPES:
        if report == "users":
            fragments = user_rows(edition, org_id, FIRST, LAST, None, 100).fragments
        else:
            fragments = day_rows(edition, org_id, report, group_by, FIRST, LAST)
        for row in json.loads(b"[" + b",".join(fragments) + b"]"):
            yield report, group_by, row


def through(number: int) -> dict[str, Any]:
    """Publish with another newest day, to tell one edition from the next."""
    return {"through": dt.date(2026, 2, number)}


def test_every_fragment_is_exactly_a_row_of_the_contract(editions_dir: Path) -> None:
    """No field more, none less, none of another type, in the contract's order."""
    publish_by_hand(editions_dir)
    found = list(all_rows(Editions(editions_dir).current()))

    assert len(found) == 4 * 4 + (1 + 2 + 1) + (2 + 3 + 1) + (1 + 2 + 1) + 5
    for report, group_by, row in found:
        struct = ROW_TYPES[report, group_by]
        again = msgspec.to_builtins(msgspec.convert(row, struct, strict=True))
        assert json.dumps(again) == json.dumps(row)


def test_lists_come_by_count_then_name(editions_dir: Path) -> None:
    """Equal counts are ordered by name; of users, by tokens and then id."""
    publish_by_hand(editions_dir)
    found = {
        (report, group, row["date"]): row for report, group, row in all_rows(Editions(editions_dir).current())
    }
    tokens = found["tokens", None, "2026-01-15"]
    tools = found["tools", None, "2026-01-15"]

    assert [tool["tool"] for tool in tools["by_tool"]] == ["Bash", "Read", "mcp__github__list"]
    assert [command["name"] for command in tools["slash_commands_by_name"]] == ["review", "test"]
    assert [hook["event"] for hook in tools["hooks_by_event"]] == ["PostToolUse", "Stop"]
    assert [user["user_id"] for user in tokens["by_user"]] == [BO, ANA, NOBODY]
    assert [model["billable_tokens"] for model in tokens["by_model"]] == [570, 220, 40]


def test_breakdowns_sum_to_their_row(editions_dir: Path) -> None:
    """Models, users and a user's models add up to the day's tokens."""
    publish_by_hand(editions_dir)
    days = [
        row
        for report, group, row in all_rows(Editions(editions_dir).current())
        if (report, group) == ("tokens", None)
    ]

    for row in days:
        assert sum(model["billable_tokens"] for model in row["by_model"]) == row["billable_tokens"]
        assert sum(user["billable_tokens"] for user in row["by_user"]) == row["billable_tokens"]
        for user in row["by_user"]:
            assert sum(model["billable_tokens"] for model in user["by_model"]) == user["billable_tokens"]


def test_the_contracts_clients_are_always_there_and_others_follow(editions_dir: Path) -> None:
    """A day without anyone has three zeros; an editor has its own key."""
    publish_by_hand(editions_dir)
    by_day = {
        row["date"]: row["daily_active_users_by_client"]
        for report, group, row in all_rows(Editions(editions_dir).current())
        if (report, group) == ("activity", None)
    }

    assert by_day["2026-01-16"] == {"terminal-ui": 0, "web": 0, "non-interactive-cli": 0}
    assert list(by_day["2026-01-17"].items()) == [
        ("terminal-ui", 0),
        ("web", 0),
        ("non-interactive-cli", 0),
        ("ide", 1),
    ]


def test_days_outside_give_nothing(editions_dir: Path) -> None:
    """Neither before history nor after the newest day is there a row; nor for an unknown organisation."""
    publish_by_hand(editions_dir)
    edition = Editions(editions_dir).current()

    assert day_rows(edition, "org_a", "tokens", None, dt.date(2025, 1, 1), dt.date(2026, 1, 13)) == []
    assert day_rows(edition, "org_a", "tokens", None, dt.date(2026, 1, 18), dt.date(2026, 12, 31)) == []
    assert len(day_rows(edition, "org_a", "tokens", None, dt.date(2025, 1, 1), dt.date(2026, 12, 31))) == 4
    assert day_rows(edition, "org_x", "tokens", None, FIRST, LAST) == []
    assert user_rows(edition, "org_x", FIRST, LAST, None, 10) == ([], False, None)


def test_an_organisation_reads_only_its_own(editions_dir: Path) -> None:
    """The other organisation's loud word is in none of this one's answers, and the other way round."""
    publish_by_hand(editions_dir)
    edition = Editions(editions_dir).current()

    assert "canary" not in json.dumps(list(all_rows(edition)))
    assert "ana@example.com" not in json.dumps(list(all_rows(edition, "org_b")))


@pytest.mark.parametrize("limit", [1, 2, 3, 4, 100])
def test_pages_hold_whole_people_in_order(editions_dir: Path, limit: int) -> None:
    """Every person once, with all their days, whatever the page size; the last page says that it is."""
    publish_by_hand(editions_dir)
    edition = Editions(editions_dir).current()
    people, cursor, pages = [], None, 0
    while True:
        page = user_rows(edition, "org_a", FIRST, LAST, cursor, limit)
        people += [(row["user_id"], row["date"][-2:]) for row in map(json.loads, page.fragments)]
        pages += 1
        cursor = page.next_cursor
        assert page.has_more == (cursor is not None)
        if not page.has_more:
            break

    assert people == [(NOBODY, "15"), (ANA, "14"), (ANA, "15"), (BO, "15"), (CY, "17")]
    assert pages == -(-4 // limit)


def test_a_page_holds_only_people_of_the_range(editions_dir: Path) -> None:
    """Someone who was not active in the range takes no place on the page."""
    publish_by_hand(editions_dir)
    edition = Editions(editions_dir).current()
    page = user_rows(edition, "org_a", day(17), day(17), None, 1)

    assert [json.loads(row)["user_id"] for row in page.fragments] == [CY]
    assert (page.has_more, page.next_cursor) == (False, None)


def test_an_unknown_cursor_marks_a_place(editions_dir: Path) -> None:
    """A cursor that is no user's id, or any other text, gives the people after it."""
    publish_by_hand(editions_dir)
    edition = Editions(editions_dir).current()

    between = user_rows(edition, "org_a", FIRST, LAST, ANA + "x", 100)
    assert {json.loads(row)["user_id"] for row in between.fragments} == {BO, CY}
    assert len(user_rows(edition, "org_a", FIRST, LAST, "' OR 1=1 --", 100).fragments) == 5
    assert user_rows(edition, "org_a", FIRST, LAST, "\U0010ffff", 100).fragments == []


def test_nothing_published_is_none(editions_dir: Path) -> None:
    """A directory that is missing or empty has no current edition, and no error."""
    assert Editions(editions_dir).current() is None
    editions_dir.mkdir()
    assert Editions(editions_dir).current() is None
    assert list_editions(editions_dir) == []


def test_readers_follow_the_pointer(editions_dir: Path) -> None:
    """A publish is seen by the next request; an edition in hand stays what it was, even once removed."""
    editions = Editions(editions_dir)
    publish_by_hand(editions_dir, **through(1), keep=1)
    first = editions.current()
    publish_by_hand(editions_dir, **through(2), keep=1)
    second = editions.current()

    assert (first.number, second.number) == (1, 2)
    assert second.data_through == dt.date(2026, 2, 2)
    assert not (editions_dir / "1").exists()
    assert len(list(all_rows(first))) == len(list(all_rows(second)))
    assert editions.current() is second


def test_the_newest_editions_are_kept(editions_dir: Path) -> None:
    """Exactly as many as asked for; numbers are never used twice."""
    for number in range(1, 5):
        publish_by_hand(editions_dir, **through(number), keep=2)

    assert [(info.number, info.is_current) for info in list_editions(editions_dir)] == [(3, False), (4, True)]


def test_rollback_is_seen_at_once_and_the_next_publish_goes_on(editions_dir: Path) -> None:
    """Going back changes what readers get; publishing again gives a new number."""
    editions = Editions(editions_dir)
    for number in (1, 2):
        publish_by_hand(editions_dir, **through(number))
    assert editions.current().number == 2

    rollback(editions_dir, 1)
    assert editions.current().number == 1
    assert [info.is_current for info in list_editions(editions_dir)] == [True, False]
    assert publish_by_hand(editions_dir) == 3
    assert editions.current().number == 3


def test_rollback_to_nothing_is_refused(editions_dir: Path) -> None:
    """An edition that is not kept, or is damaged, is not switched to."""
    for number in (1, 2):
        publish_by_hand(editions_dir, **through(number))
    (editions_dir / "1" / "marts" / "rpt_tools_daily" / "2026-01.parquet").unlink()

    with pytest.raises(NoSuchEdition, match="no edition 7; kept are: 1, 2"):
        rollback(editions_dir, 7)
    with pytest.raises(EditionDamaged, match=r"Edition 1: marts/rpt_tools_daily/2026-01\.parquet"):
        rollback(editions_dir, 1)
    assert Editions(editions_dir).current().number == 2


def flip(path: Path) -> None:
    """Turn one bit in the middle of a file."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


DAMAGES = {
    "a bit of the fragments": lambda edition: flip(edition / "reports.sqlite"),
    "a bit of a month's fragments": lambda edition: flip(edition / "reports-2026-01.sqlite"),
    "a bit of a mart": lambda edition: flip(edition / "marts" / "rpt_organisations.parquet"),
    "a bit of a month's mart": lambda edition: flip(edition / "marts/rpt_tokens_daily/2026-01.parquet"),
    "a missing month": lambda edition: (edition / "reports-2026-01.sqlite").unlink(),
    "a cut file": lambda edition: (edition / "reports.sqlite").write_bytes(b""),
    "a missing file": lambda edition: (edition / "reports.sqlite").unlink(),
    "a missing manifest": lambda edition: (edition / "manifest.json").unlink(),
    "an empty manifest": lambda edition: (edition / "manifest.json").write_bytes(b""),
    "a changed manifest": lambda edition: (edition / "manifest.json").write_text(
        (edition / "manifest.json").read_text().replace("2026-02-02", "2026-02-03")
    ),
    "a missing edition": shutil.rmtree,
}


@pytest.mark.parametrize("damage", DAMAGES)
def test_a_damaged_edition_gives_way_to_the_last_good_one(editions_dir: Path, damage: str) -> None:
    """Whatever happened to the newest edition, the one before it answers, and the log says so."""
    changed = rows()
    changed["rpt_tokens_daily"][0] = ("org_a", day(14), 301, 101, 50, 1000, 40)
    publish_by_hand(editions_dir, **through(1))
    publish_by_hand(editions_dir, changed, **through(2))
    DAMAGES[damage](editions_dir / "2")

    with capture_logs() as logs:
        edition = Editions(editions_dir).current()
    assert (edition.number, edition.data_through) == (1, dt.date(2026, 2, 1))
    assert [(line["log_level"], line["edition"]) for line in logs] == [("warning", 2)]


def test_a_reader_keeps_its_edition_when_the_next_one_is_damaged(editions_dir: Path) -> None:
    """An edition that is open and good is better than none."""
    editions = Editions(editions_dir)
    publish_by_hand(editions_dir, **through(1), keep=1)
    assert editions.current().number == 1
    publish_by_hand(editions_dir, **through(2), keep=1)
    flip(editions_dir / "2" / "reports.sqlite")

    with capture_logs():
        assert editions.current().number == 1
    publish_by_hand(editions_dir, **through(3), keep=1)
    assert editions.current().number == 3


def test_all_damaged_is_none(editions_dir: Path) -> None:
    """No answer is better than a wrong one."""
    publish_by_hand(editions_dir)
    flip(editions_dir / "1" / "reports.sqlite")

    with capture_logs():
        assert Editions(editions_dir).current() is None


@pytest.mark.parametrize("text", [None, "", "two", "-1", "999999", "²"])
def test_a_lost_pointer_gives_the_newest_good_edition(editions_dir: Path, text: str) -> None:
    """The pointer can be lost, cut, or name what was never there."""
    for number in (1, 2):
        publish_by_hand(editions_dir, **through(number))
    pointer = editions_dir / "current"
    pointer.unlink() if text is None else pointer.write_text(text)

    with capture_logs():
        assert Editions(editions_dir).current().number == 2


def test_a_format_of_the_future_is_not_misread(editions_dir: Path) -> None:
    """An edition of a newer Andon is refused with what to do, not read wrongly."""
    publish_by_hand(editions_dir)
    manifest = editions_dir / "1" / "manifest.json"
    manifest.write_text(manifest.read_text().replace('"format": 2', '"format": 3'))

    with pytest.raises(EditionDamaged, match="has format 3, this Andon reads format 2; run `andon build`"):
        read_manifest(editions_dir / "1")


BREAKS = {
    "a null count": ("rpt_activity_daily", lambda row: (*row[:2], None, *row[3:])),
    "no number": ("rpt_tools_daily", lambda row: (*row[:8], float("nan"), *row[9:])),
    "an endless number": ("rpt_tools_daily", lambda row: (*row[:8], float("inf"), *row[9:])),
    "an unknown tier": ("rpt_tokens_by_model", lambda row: (*row[:3], "ultra", *row[4:])),
    "an unknown level": ("rpt_users_daily", lambda row: (*row[:-6], "reckless", *row[-5:])),
    "a model without a name": ("rpt_tokens_by_model", lambda row: (*row[:2], None, *row[3:])),
}


@pytest.mark.parametrize("what", BREAKS)
def test_marts_that_break_the_contract_are_not_published(editions_dir: Path, what: str) -> None:
    """The current edition stays, nothing is left behind, and the report is named."""
    publish_by_hand(editions_dir, **through(1))
    relation, change = BREAKS[what]
    broken = rows()
    broken[relation][0] = change(broken[relation][0])

    report = relation.split("_")[1]
    with pytest.raises(NotPublishable, match=f"Report {report}.* breaks the contract"):
        publish_by_hand(editions_dir, broken)
    assert sorted(path.name for path in editions_dir.iterdir()) == ["1", "current"]
    assert Editions(editions_dir).current().number == 1


def test_a_day_told_twice_is_not_published(editions_dir: Path) -> None:
    """The grain of a report model is checked before anyone reads it."""
    twice = rows()
    twice["rpt_activity_daily"].append(twice["rpt_activity_daily"][0])

    with pytest.raises(NotPublishable, match="tell a day twice"):
        publish_by_hand(editions_dir, twice)
    assert Editions(editions_dir).current() is None


def test_a_publish_that_dies_changes_nothing(editions_dir: Path) -> None:
    """What a dead publisher left is not read, and is swept by the next one."""

    class Dying(HandReader):
        def export(self, relation: str, path: Path, days: tuple[dt.date, dt.date] | None = None) -> None:
            if relation == "rpt_coverage_names":
                raise OSError(28, "No space left on device")
            super().export(relation, path, days)

    publish_by_hand(editions_dir, **through(1))
    (editions_dir / "2.tmp").mkdir()
    (editions_dir / "9.old").mkdir()
    with pytest.raises(OSError, match="No space left"):
        publish(Dying(rows()), editions_dir, data_through=LAST, built_at=NOW, keep=5)

    assert sorted(path.name for path in editions_dir.iterdir()) == ["1", "current"]
    assert publish_by_hand(editions_dir) == 2


def test_an_edition_that_was_never_pointed_at_is_not_read(editions_dir: Path) -> None:
    """A death between rename and pointer leaves the old edition current; the number is not used again."""
    publish_by_hand(editions_dir, **through(1))
    publish_by_hand(editions_dir, **through(2))
    rollback(editions_dir, 1)

    assert Editions(editions_dir).current().number == 1
    assert publish_by_hand(editions_dir, **through(3)) == 3


def test_an_empty_warehouse_publishes_an_empty_edition(editions_dir: Path) -> None:
    """No organisation yet is no error: every answer is empty."""
    publish_by_hand(editions_dir, {})
    edition = Editions(editions_dir).current()

    assert (edition.history_start, edition.knows("org_a")) == (None, False)
    assert list(all_rows(edition)) == []


def test_the_manifest_says_what_is_inside(editions_dir: Path) -> None:
    """Days, organisations and files, for an operator who looks."""
    publish_by_hand(editions_dir)
    edition = Editions(editions_dir).current()
    manifest = json.loads((editions_dir / "1" / "manifest.json").read_text())

    assert (edition.history_start, edition.data_through) == (FIRST, LAST)
    assert (edition.knows("org_a"), edition.knows("org_new")) == (True, False)
    assert manifest["orgs"] == ["org_a", "org_b"]
    assert manifest["months"] == ["2026-01"]
    assert len(manifest["files"]) == 2 + 22
    assert (manifest["linked"], manifest["copied"]) == (0, 0)
    assert list_editions(editions_dir)[0].size == sum(file["size"] for file in manifest["files"])


def test_only_the_owner_may_look(editions_dir: Path) -> None:
    """Editions hold e-mail addresses: no other account of the machine reads them."""
    publish_by_hand(editions_dir)

    assert editions_dir.stat().st_mode & 0o077 == 0


def test_readers_never_see_half_an_edition(editions_dir: Path) -> None:
    """Threads that read while editions come and go always get whole answers of one edition."""
    publish_by_hand(editions_dir, **through(1), keep=1)
    editions = Editions(editions_dir)
    done, wrong = threading.Event(), []

    def read() -> None:
        while not done.is_set():
            edition = editions.current()
            if len(day_rows(edition, "org_a", "tokens", None, FIRST, LAST)) != 4:
                wrong.append(edition.number)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for number in range(2, 7):
        publish_by_hand(editions_dir, **through(number), keep=1)
    done.set()
    for thread in threads:
        thread.join()

    assert wrong == []
    assert editions.current().number == 6
