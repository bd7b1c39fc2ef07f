"""The house is as its papers say: rooms, floors, sizes, names; and nothing private is committed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from andon.contract import people, reports
from andon.contract.reports import Row

ROOT = Path(__file__).parent.parent.parent
PACKAGE = ROOT / "src" / "andon"
LONGEST = 500
FORBIDDEN = {"utils", "util", "helpers", "helper", "common", "manager", "managers", "core", "misc", "shared"}


def tracked(*patterns: str) -> list[Path]:
    """Give the committed files, by git's patterns."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "-z", *patterns], check=True, capture_output=True
    )
    paths = [ROOT / name for name in listed.stdout.decode().split("\0") if name]
    return [path for path in paths if path.is_file()]


def read(name: str) -> str:
    """Read one of the papers."""
    return (ROOT / name).read_text()


def rooms() -> set[str]:
    """Give what stands on a floor: packages and modules of the package itself."""
    found = {path.parent.name for path in PACKAGE.glob("*/__init__.py")}
    return found | {path.stem for path in PACKAGE.glob("*.py") if path.stem != "__init__"}


def test_architecture_names_every_room_and_no_other() -> None:
    """Who reads the map finds every room, and every room on the map is there."""
    table = read("ARCHITECTURE.md").split("## Rooms")[1].split("\n\n**")[0]
    named = {name for line in table.splitlines() for name in re.findall(r"^\| `(\w+)(?:/|\.py)`", line)}
    assert named | {"__main__"} == rooms()
    assert "`__main__.py`" in table


def test_the_map_stays_short() -> None:
    """A map that takes more than a few minutes is not read."""
    assert len(read("ARCHITECTURE.md").splitlines()) <= 120


def test_no_file_is_too_long() -> None:
    """A file that cannot be read in one sitting is several things."""
    files = [*tracked("src/*.py", "src/*.sql", "src/*.yml", "tests/*.py", "bench/*.py")]
    long = {str(path.relative_to(ROOT)): n for path in files if (n := _lines(path)) > LONGEST}
    assert long == {}


def _lines(path: Path) -> int:
    return path.read_bytes().count(b"\n")


def test_modules_are_named_for_what_they_are() -> None:
    """No drawer for odds and ends, in code or in SQL."""
    files = tracked("src/*.py", "src/*.sql", "tests/*.py")
    drawers = {
        str(path.relative_to(ROOT))
        for path in files
        # marts/core is dbt's usual word for facts and dimensions.
        if FORBIDDEN & {path.stem, *(part for part in path.relative_to(ROOT).parts if part != "core")}
        or path.stem == "core"
    }
    assert drawers == set()


@pytest.mark.parametrize("page", ["README.md", "CONTRIBUTING.md", "docs/quickstart.md", "docs/scale.md"])
def test_make_targets_in_the_papers_exist(page: str) -> None:
    """Every `make something` that a page tells people to type is a target with a help line."""
    targets = set(re.findall(r"^(\w+):.*## ", read("Makefile"), re.MULTILINE))
    told = set(re.findall(r"(?:`|^|&& )make ([a-z0-9]+)", read(page), re.MULTILINE))
    assert told <= targets


def test_readme_tells_of_the_main_targets() -> None:
    """Who has three minutes finds how to see it and how to test it."""
    for target in ("demo", "up", "test", "check"):
        assert f"make {target}" in read("README.md")


def test_links_between_the_papers_lead_somewhere() -> None:
    """A relative link in a page points to a file of the repository."""
    broken = [
        f"{page.relative_to(ROOT)}: {target}"
        for page in tracked("*.md")
        for target in re.findall(r"\]\((?!\w+:|#)([^)#\s]+)", page.read_text())
        if "fixtures" not in page.parts and not (page.parent / target).exists()
    ]
    assert broken == []


def test_imports_point_down() -> None:
    """The floors hold, there are no circles, and the pure rooms are pure."""
    linted = subprocess.run(
        [str(Path(sys.executable).parent / "lint-imports"), "--no-cache"],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr


def fields() -> set[str]:
    """Give every field of every row that leaves the API, nested ones included."""
    rows = [one for one in vars(reports).values() if isinstance(one, type) and issubclass(one, Row)]
    rows += [people.PersonRow, people.AdoptionDay, people.AdoptionMeta]
    known = set(reports.Meta.__struct_fields__)
    return {field for row in rows for field in row.__struct_fields__ if field not in known}


def test_every_number_is_defined() -> None:
    """docs/metrics.md has a heading for every field of every row and each ratio of the page, and no other."""
    of_reports, _, of_the_page = read("docs/metrics.md").partition("\n## The page\n")
    heading = re.compile(r"^### (\w+)$", re.MULTILINE)
    assert set(heading.findall(of_reports)) == fields()

    views = "".join(view.read_text() for view in (ROOT / "page" / "src" / "views").glob("*.tsx"))
    ratios = heading.findall(of_the_page)
    assert [ratio for ratio in ratios if f'"{ratio}"' not in views] == []
    assert len(ratios) == 5


def test_nothing_committed_names_a_registry() -> None:
    """Locks and docs work behind any mirror: no package registry's host is written down."""
    # Put together here, so that this file does not name them either.
    hosts = [
        ".".join(parts)
        for parts in (
            ("pypi", "org"),
            ("pythonhosted", "org"),
            ("registry", "npmjs", "org"),
            ("registry", "yarnpkg", "com"),
            ("crates", "io"),
            ("proxy", "golang", "org"),
            ("conda", "anaconda", "org"),
        )
    ]
    assert _holding([re.escape(host) for host in hosts]) == {}


def test_nothing_committed_names_a_machine() -> None:
    """No path of the machine on which it was written."""
    places = [
        re.escape("/" + "work" + "/") + r"(?:main|shared|notes)",
        re.escape("/" + "root" + "/"),
        re.escape("." + "library" + "/"),
        re.escape("/" + "Users" + "/") + r"\w",
    ]
    assert _holding(places) == {}


def _holding(patterns: list[str]) -> dict[str, str]:
    """Give the committed texts in which one of the patterns occurs, with what was found."""
    wanted = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    found = {}
    for path in tracked():
        if "fixtures" in path.parts:
            continue  # Recorded from real agents, as they were.
        try:
            text = path.read_text()
        except UnicodeDecodeError:
            continue
        if hit := wanted.search(text):
            found[str(path.relative_to(ROOT))] = hit.group()
    return found
