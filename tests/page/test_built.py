"""What the page is made of: its size, its functions, its types, and that a package carries it."""

from __future__ import annotations

import gzip
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from andon.api.page import PAGE

ROOT = Path(__file__).parents[2]
BUDGET_BYTES = 700_000
"""Compressed, everything together: less than a second on a slow line."""
FIRST_BYTES = 420_000
"""What the first view needs before it shows anything."""


@pytest.fixture(scope="module")
def built() -> Path:
    """The built page."""
    if not (PAGE / "index.html").is_file():
        pytest.skip("the page is not built (make page), so nothing is proved of it")
    return PAGE


def test_the_whole_page_is_small(built: Path) -> None:
    """Every file of the page together stays under the budget, as it travels."""
    sizes = {
        file.name: len(gzip.compress(file.read_bytes(), 6)) for file in built.rglob("*") if file.is_file()
    }

    assert sum(sizes.values()) < BUDGET_BYTES, sizes
    first = built.joinpath("index.html").read_text()
    assert sum(size for name, size in sizes.items() if name in first) < FIRST_BYTES, sizes


def test_pure_functions_of_the_page() -> None:
    """Days, sums, formats and CSV by themselves, in the page's own language."""
    if not (ROOT / "page" / "node_modules").is_dir():
        pytest.skip("page/node_modules is missing (make page), so the page's functions are not proved")
    done = subprocess.run(
        [ROOT / "page" / "npm", "run", "--silent", "test"],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_the_wheel_carries_the_page(built: Path, tmp_path: Path) -> None:
    """An installed package has the page without Node, and none of its sources."""
    done = subprocess.run(
        [
            Path(sys.executable).parent / "uv",
            "build",
            "--quiet",
            "--no-build-isolation",
            "--wheel",
            "--out-dir",
            tmp_path,
        ],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = zipfile.ZipFile(wheel).namelist()

    expected = {f"andon/page_assets/{file.relative_to(built)}" for file in built.rglob("*") if file.is_file()}
    assert expected <= set(names)
    assert not [name for name in names if "node_modules" in name or name.endswith((".tsx", ".ts"))]
