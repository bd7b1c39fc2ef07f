"""The fuzzer finds nothing: whatever the bytes, the door's decoding takes them or refuses them, quickly."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parent / "fuzz_decoders.py"


@pytest.mark.parametrize("seconds", [5, pytest.param(600, marks=[pytest.mark.full_rounds, pytest.mark.slow])])
def test_the_fuzzer_finds_nothing(tmp_path: Path, seconds: int) -> None:
    """No crash, no hang and no gigabyte, from captures of real agents with bytes changed."""
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not installed: the decoders were NOT fuzzed")
    done = subprocess.run(
        [sys.executable, str(SCRIPT), str(seconds), str(tmp_path / "corpus")],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=seconds + 120,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    assert [path.name for path in tmp_path.iterdir() if path.name != "corpus"] == []
