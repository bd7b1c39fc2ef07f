"""
Makes the kept corpus of what a run of the fuzzer has found, as small as it can be without losing reach.

Usage: python tests/fuzz/keep_corpus.py FOLDER     (the folder that fuzz_decoders.py was given)
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from hashlib import blake2b
from pathlib import Path

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent / "harness"))

from fuzz_corpus import ARCHIVE, LONGEST_KEPT, keep, kept  # noqa: E402 (not before it can be found)


def main() -> None:
    """Merge the folder and the archive into a new archive."""
    with tempfile.TemporaryDirectory() as name:
        large, small = Path(name) / "large", Path(name) / "small"
        large.mkdir()
        small.mkdir()
        found = [path.read_bytes() for path in Path(sys.argv[1]).iterdir()]
        for data in [*kept().values(), *found]:
            if len(data) <= LONGEST_KEPT:
                (large / blake2b(data, digest_size=8).hexdigest()).write_bytes(data)
        # libFuzzer starts itself again where an input ends the process, and wants one program to start.
        program = Path(name) / "fuzz"
        program.write_text(f'#!/bin/sh\nexec {sys.executable} {HERE / "fuzz_decoders.py"} as "$0" "$@"\n')
        program.chmod(0o700)
        subprocess.run([program, "-merge=1", f"-max_len={LONGEST_KEPT}", small, large], check=True)
        inputs = [path.read_bytes() for path in small.iterdir()]
        keep({blake2b(data, digest_size=8).hexdigest(): data for data in inputs})
    print(f"{len(inputs)} inputs, {ARCHIVE.stat().st_size} bytes")  # noqa: T201 (a program's word)


if __name__ == "__main__":
    main()
