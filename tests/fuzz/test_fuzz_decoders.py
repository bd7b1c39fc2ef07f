"""The fuzzer finds nothing: whatever the bytes, the door's decoding takes them or refuses them, quickly."""

from __future__ import annotations

import importlib.util
import subprocess
import sys
import time
from pathlib import Path

import pytest
from decoding_promises import keep
from fuzz_corpus import kept

SCRIPT = Path(__file__).parent / "fuzz_decoders.py"


@pytest.mark.parametrize("name", sorted(kept()))
def test_the_kept_corpus_keeps_every_promise(name: str) -> None:
    """Each input that once reached something new, and each that once broke something, in little time."""
    start = time.process_time()
    keep(kept()[name])
    assert time.process_time() - start < 1


@pytest.mark.slow(seconds=12)
@pytest.mark.parametrize("seconds", [5, pytest.param(600, marks=pytest.mark.full_rounds)])
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
