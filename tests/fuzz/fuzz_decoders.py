"""
Looks for bytes that hurt the door: atheris on gunzip, the counting, both decoders and what follows them.

The log's frames are read too. It starts from the kept corpus (tests/fixtures/fuzz) and the captured requests
of real agents. Whatever the bytes, what ``decoding_promises`` says must hold, and no input may take longer
than a second. A finding is written to the current folder as ``crash-…`` or ``slow-unit-…``.

Usage:
    python tests/fuzz/fuzz_decoders.py [SECONDS] [FOLDER]     fuzz; 60 and a temporary one when left out
    python tests/fuzz/fuzz_decoders.py as PROGRAM OPTION...   libFuzzer's own options; PROGRAM does the same
"""

from __future__ import annotations

import gzip
import sys
import tempfile
from pathlib import Path

import atheris

TESTS = Path(__file__).parents[1]
sys.path.insert(0, str(TESTS / "harness"))

with atheris.instrument_imports(include=["andon.ingest", "andon.log.framing"], enable_loader_override=False):
    from decoding_promises import FIRST_FRAME, FIRST_SEGMENT, choice_of, keep, taken_in
    from fuzz_corpus import kept

    from andon.contract.telemetry import SIGNALS

FIXTURES = TESTS / "fixtures" / "otlp"
LONGEST_SEED = 50_000
SECOND = 1
MEMORY_MIB = 1024


def seeds(folder: Path) -> int:
    """Write the kept corpus, and the captures, plain and compressed, as the fuzzer's first inputs."""
    count = 0
    for name, data in kept().items():
        (folder / f"kept-{name}").write_bytes(data)
    for path in sorted(FIXTURES.rglob("*.pb")) + sorted(FIXTURES.rglob("*.json")):
        parts = path.name.split(".")
        body = path.read_bytes()
        signal = next((signal for signal in SIGNALS if signal in parts), None)
        if len(parts) != 3 or signal is None or len(body) > LONGEST_SEED:
            continue
        is_json = parts[2] == "json"
        plain, packed = (choice_of(signal, is_json=is_json, is_gzip=is_gzip) for is_gzip in (False, True))
        (folder / f"{count}").write_bytes(bytes([plain]) + body)
        (folder / f"{count}.gz").write_bytes(bytes([packed]) + gzip.compress(body))
        frame = taken_in(signal, body, is_json=is_json).frame or b""
        (folder / f"{count}.frame").write_bytes(bytes([FIRST_FRAME]) + frame)
        (folder / f"{count}.segment").write_bytes(bytes([FIRST_SEGMENT]) + frame[:2000])
        count += 1
    return count


def main() -> None:
    """Fuzz for so many seconds, or do what libFuzzer's options say."""
    if sys.argv[1:2] == ["as"]:
        atheris.Setup(sys.argv[2:], keep)
        atheris.Fuzz()
    seconds = sys.argv[1] if len(sys.argv) > 1 else "60"
    # The fuzzer ends the process itself, so that a folder of ours would be left behind.
    folder = Path(sys.argv[2]) if len(sys.argv) > 2 else Path(tempfile.gettempdir()) / "andon-fuzz"
    folder.mkdir(parents=True, exist_ok=True)
    print(f"{seeds(folder)} captures as seeds, {seconds} seconds", flush=True)  # noqa: T201 (a program's word)
    options = [
        f"-max_total_time={seconds}",
        "-max_len=100000",
        f"-timeout={5 * SECOND}",
        f"-report_slow_units={SECOND}",
        f"-rss_limit_mb={MEMORY_MIB}",
        "-print_final_stats=1",
    ]
    atheris.Setup([sys.argv[0], *options, str(folder)], keep)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
