"""Editions share what did not change, publish what did, and say which published days are told otherwise."""

from __future__ import annotations

import datetime as dt
import errno
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from months import EVER, IN_MARCH, THROUGH, later, three_months, with_tool
from structlog.testing import capture_logs

from andon.edition.editions import Editions, list_editions
from andon.edition.manifest import read_manifest, write_manifest
from andon.edition.opened import Edition

from at_once import contents, day_rows, user_rows
from hand_made import ANA, BO, CY, FIRST, LAST, NOBODY, Rows, day, publish_by_hand, rows

pytestmark = pytest.mark.slow(seconds=30)


@pytest.fixture
def editions_dir(tmp_path: Path) -> Path:
    """Where editions live; not there yet."""
    return tmp_path / "editions"


def inodes(edition: Path) -> dict[str, int]:
    """Every file's inode, by path."""
    return {
        path.relative_to(edition).as_posix(): path.stat().st_ino
        for path in edition.rglob("*")
        if path.is_file()
    }


def test_editions_that_differ_in_a_day_share_all_other_months(editions_dir: Path) -> None:
    """The changed mart's month and the month's fragments are new; everything else is the same file."""
    publish_by_hand(editions_dir, three_months(), **THROUGH)
    publish_by_hand(editions_dir, with_tool(three_months(), IN_MARCH, 7), **THROUGH)
    first, second = inodes(editions_dir / "1"), inodes(editions_dir / "2")

    of_months = {path for path in second if "2026-" in path}
    assert len(of_months) == 3 * 17
    assert {path for path in of_months if first[path] != second[path]} == {
        "reports-2026-03.sqlite",
        "marts/rpt_tools_by_tool/2026-03.parquet",
    }
    manifest = read_manifest(editions_dir / "2")
    assert (manifest.linked, manifest.copied) == (3 * 17 - 2, 0)


def test_what_is_shared_outlives_the_edition_it_came_from(editions_dir: Path) -> None:
    """Removing old editions takes nothing from those that are kept."""
    for number in range(5):
        publish_by_hand(editions_dir, with_tool(three_months(), IN_MARCH, number), **THROUGH, keep=2)

    assert [info.number for info in list_editions(editions_dir)] == [4, 5]
    edition = Edition(editions_dir / "5")
    assert len(day_rows(edition, "org_a", "tools", None, *EVER)) == 12


def without(found: Rows, value: object) -> Rows:
    """Leave out every row that has the value."""
    return {relation: [line for line in lines if value not in line] for relation, lines in found.items()}


CHANGES: dict[str, Callable[[Rows], Rows]] = {
    "a day that there was": lambda found: with_tool(found, IN_MARCH, 7),
    "a day that there was not": lambda found: with_tool(found, dt.date(2026, 2, 20), 7),
    "a day less": lambda found: without(found, day(15)),
    "a person less": lambda found: without(found, BO),
    "an organisation less": lambda found: without(found, "org_b"),
    "a month less": lambda _: later(rows(), 1) | {"rpt_organisations": rows()["rpt_organisations"]},
}


@pytest.mark.parametrize("what", CHANGES)
def test_an_edition_made_from_another_is_the_one_made_from_nothing(tmp_path: Path, what: str) -> None:
    """Row for row: what was taken over, what was replaced and what is gone."""
    changed = CHANGES[what](three_months())
    publish_by_hand(tmp_path / "grown", three_months(), **THROUGH)
    publish_by_hand(tmp_path / "grown", changed, **THROUGH)
    publish_by_hand(tmp_path / "fresh", changed, **THROUGH)

    grown, fresh = contents(tmp_path / "grown" / "2"), contents(tmp_path / "fresh" / "1")
    grown.pop("reports.sqlite restatements"), fresh.pop("reports.sqlite restatements")
    assert grown == fresh
    assert set(inodes(tmp_path / "grown" / "2")) == set(inodes(tmp_path / "fresh" / "1"))


def test_changed_days_are_restated_and_the_list_is_carried_on(editions_dir: Path) -> None:
    """Day, report, edition and when; a new day is none, and what was restated stays in the list."""
    publish_by_hand(editions_dir, rows())
    late = with_tool(rows(), day(15), 7)
    publish_by_hand(editions_dir, late)
    for relation, lines in later(rows(), 1).items():
        late[relation] = late[relation] + lines
    publish_by_hand(editions_dir, late)
    late["rpt_users_daily"] = [
        (*line[:3], "ana@new.example", *line[4:]) if line[2] == ANA else line
        for line in late["rpt_users_daily"]
    ]
    late["rpt_organisations"] = late["rpt_organisations"][:1]
    publish_by_hand(editions_dir, late)
    edition = Editions(editions_dir).current()
    assert edition is not None

    at = "2026-01-18T00:15:00Z"
    assert edition.restatements("org_a", *EVER)[:3] == [
        ("2026-01-14", "users", 4, at),
        ("2026-01-15", "tools", 2, at),
        ("2026-01-15", "users", 4, at),
    ]
    assert edition.restatements("org_a", day(15), day(15)) == edition.restatements("org_a", *EVER)[1:3]
    assert edition.restatements("org_b", *EVER) == []


def test_another_way_of_composing_takes_no_fragments_over(editions_dir: Path) -> None:
    """A version that composes otherwise makes all fragments anew, restates nothing, and shares the marts."""
    publish_by_hand(editions_dir, three_months(), **THROUGH)
    other = msgspec.structs.replace(read_manifest(editions_dir / "1"), composed_with="0123456789abcdef")
    write_manifest(editions_dir / "1", other)
    publish_by_hand(editions_dir, three_months(), **THROUGH)

    first, second = inodes(editions_dir / "1"), inodes(editions_dir / "2")
    assert not any(first[path] == second[path] for path in second if path.startswith("reports"))
    assert read_manifest(editions_dir / "2").linked == 3 * 16
    edition = Editions(editions_dir).current()
    assert edition is not None
    assert edition.restatements("org_a", *EVER) == []


def test_a_disk_without_hard_links_gets_copies(editions_dir: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They are counted, and everything else is as it would be with links."""

    def refuse(*_: object) -> None:
        raise OSError(errno.EPERM, "Operation not permitted")

    publish_by_hand(editions_dir, three_months(), **THROUGH)
    monkeypatch.setattr(os, "link", refuse)
    publish_by_hand(editions_dir, three_months(), **THROUGH)

    manifest = read_manifest(editions_dir / "2")
    assert (manifest.linked, manifest.copied) == (0, 3 * 17)
    assert contents(editions_dir / "1") == contents(editions_dir / "2")


def flip(path: Path) -> None:
    """Turn one bit in the middle of a file, in every edition that has it."""
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)


@pytest.mark.parametrize(
    "path", ["reports-2026-01.sqlite", "reports-2026-03.sqlite", "marts/rpt_tools_by_tool/2026-02.parquet"]
)
def test_a_damaged_piece_is_not_handed_on(editions_dir: Path, path: str) -> None:
    """A bit that turned in a shared file spoils each edition that has it; the next publish makes it anew."""
    publish_by_hand(editions_dir, three_months(), **THROUGH)
    publish_by_hand(editions_dir, three_months(), **THROUGH)
    flip(editions_dir / "2" / path)

    with capture_logs() as logs:
        assert Editions(editions_dir).current() is None
        publish_by_hand(editions_dir, with_tool(three_months(), IN_MARCH, 7), **THROUGH)
        edition = Editions(editions_dir).current()
    assert edition is not None
    assert edition.number == 3
    assert [line["path"] for line in logs if line["event"] == "piece_damaged"] == [path]


def test_a_lost_piece_is_made_anew(editions_dir: Path) -> None:
    """As long as the warehouse has the rows, a publish needs nothing of the edition before."""
    publish_by_hand(editions_dir, three_months(), **THROUGH)
    (editions_dir / "1" / "reports-2026-01.sqlite").unlink()
    shutil.rmtree(editions_dir / "1" / "marts" / "rpt_tokens_daily")
    with capture_logs():
        publish_by_hand(editions_dir, three_months(), **THROUGH)

    edition = Edition(editions_dir / "2")
    assert len(day_rows(edition, "org_a", "tokens", None, *EVER)) == 12


def test_opening_the_next_edition_reads_what_is_new(editions_dir: Path) -> None:
    """Files that an open edition shares are neither read nor opened again."""
    editions = Editions(editions_dir)
    publish_by_hand(editions_dir, three_months(), **THROUGH)
    first = editions.current()
    publish_by_hand(editions_dir, with_tool(three_months(), IN_MARCH, 1), **THROUGH)
    second = editions.current()

    assert first is not None
    assert second is not None
    assert second.number == 2
    same = [month for month, file in second._months.items() if second._open[file] is first._open.get(file)]
    assert same == ["2026-01", "2026-02"]


@pytest.mark.parametrize("batch_bytes", [1, 300, 2000, 1 << 20])
def test_parts_are_the_whole(editions_dir: Path, batch_bytes: int) -> None:
    """However little is read at a time: the same fragments in the same order, and a size that is right."""
    publish_by_hand(editions_dir, three_months(), **THROUGH)
    whole, cut = Edition(editions_dir / "1"), Edition(editions_dir / "1", batch_bytes=batch_bytes)

    ranges = [EVER, (day(15), IN_MARCH), (day(16), dt.date(2026, 2, 16)), (day(2), day(3))]
    for start, end in ranges:
        asked = [("tokens", None), ("tokens", "model"), ("tools", None), ("activity", "client")]
        for report, group_by in asked:
            expected = b",".join(day_rows(whole, "org_a", report, group_by, start, end))
            found = cut.days("org_a", report, group_by, start, end)
            parts = list(found.parts)
            assert b",".join(fragment for part in parts for fragment in part) == expected
            assert found.size == len(expected)
            assert found.is_long == (len(parts) > 1)
        for cursor, limit in [(None, 100), (None, 2), (ANA, 1), (CY, 5)]:
            expected = b",".join(user_rows(whole, "org_a", start, end, cursor, limit).fragments)
            people = cut.people("org_a", start, end, cursor, limit)
            assert b",".join(fragment for part in people.rows.parts for fragment in part) == expected
            assert people.rows.size == len(expected)


def test_people_of_many_months_come_in_order(editions_dir: Path) -> None:
    """By person, then day, whichever month a day is in; a page holds all days of its people."""
    publish_by_hand(editions_dir, three_months(), **THROUGH)
    edition = Edition(editions_dir / "1")
    people, cursor = [], None
    while True:
        page = user_rows(edition, "org_a", *EVER, cursor, 2)
        people += [(row["user_id"], row["date"]) for row in map(json.loads, page.fragments)]
        cursor = page.next_cursor
        if not page.has_more:
            break

    assert people == sorted(people)
    assert len(people) == 3 * 5
    assert {user for user, _ in people} == {NOBODY, ANA, BO, CY}


def test_a_cursor_goes_on_in_the_next_edition(editions_dir: Path) -> None:
    """A publish between two pages: who was told is not told again, and nobody behind them is left out."""
    publish_by_hand(editions_dir, rows())
    editions = Editions(editions_dir)
    first = editions.current()
    assert first is not None
    page = user_rows(first, "org_a", FIRST, LAST, None, 2)
    told = {json.loads(row)["user_id"] for row in page.fragments}

    changed = rows()
    new = "user_0000000000000000000000000D"
    # The one the cursor names is gone; one has come before it, one behind it.
    changed["rpt_users_daily"] = [
        (*line[:2], {ANA: "user_00000000000000000000000001", CY: new}.get(line[2], line[2]), *line[3:])
        for line in changed["rpt_users_daily"]
    ]
    publish_by_hand(editions_dir, changed)
    second = editions.current()
    assert second is not None
    rest = user_rows(second, "org_a", FIRST, LAST, page.next_cursor, 100)

    assert told == {NOBODY, ANA}
    assert page.next_cursor == ANA
    assert [json.loads(row)["user_id"] for row in rest.fragments] == [BO, new]
    assert not rest.has_more


KILLED = """
import os, signal, sys
from pathlib import Path
sys.path[:0] = {path!r}
from hand_made import publish_by_hand
from months import IN_MARCH, THROUGH, three_months, with_tool

at, seen = {at}, 0
EVENTS = {{"open", "os.mkdir", "os.link", "os.rename", "os.remove", "os.rmdir", "sqlite3.connect"}}

def count(event, arguments):
    global seen
    if event in EVENTS and any({place!r} in str(argument) for argument in arguments):
        seen += 1
        if seen == at:
            os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
publish_by_hand(Path({place!r}), with_tool(three_months(), IN_MARCH, 7), **THROUGH, keep=1)
print(seen)
"""


def publish_and_die(editions_dir: Path, at: int) -> subprocess.CompletedProcess[str]:
    """Publish in another process that is killed at its so-manieth touch of the disk; 0 for never."""
    text = KILLED.format(path=sys.path, at=at, place=str(editions_dir))
    return subprocess.run([sys.executable, "-c", text], capture_output=True, text=True, check=False)


def test_a_publisher_that_is_killed_leaves_whole_editions(tmp_path: Path) -> None:
    """Whenever it died: the old edition or the new one, whole, and the next publish is right."""
    start = tmp_path / "start"
    publish_by_hand(start, three_months(), **THROUGH)
    shutil.copytree(start, tmp_path / "unhurt")
    whole = publish_and_die(tmp_path / "unhurt", 0)
    assert whole.returncode == 0, whole.stderr
    steps = int(whole.stdout)
    expected = contents(tmp_path / "unhurt" / "2")
    assert steps > 50

    # The last steps one by one: there the edition gets its name, the pointer moves, the old one goes.
    for at in [*range(1, steps - 10, steps // 5), *range(steps - 10, steps + 1)]:
        editions_dir = tmp_path / f"killed at {at}"
        shutil.copytree(start, editions_dir)
        died = publish_and_die(editions_dir, at)
        # Not all that touches the disk is ours: the count may end a step or two earlier.
        assert died.returncode == -signal.SIGKILL or at > steps - 3, died.stderr
        with capture_logs() as logs:
            edition = Editions(editions_dir).current()
        assert edition is not None
        assert contents(editions_dir / str(edition.number)) == (
            expected if edition.number == 2 else contents(start / "1")
        )
        assert [line["event"] for line in logs if "damaged" in line["event"]] == []
        again = publish_by_hand(editions_dir, with_tool(three_months(), IN_MARCH, 7), **THROUGH, keep=1)
        assert sorted(path.name for path in editions_dir.iterdir()) == [str(again), "current"]
