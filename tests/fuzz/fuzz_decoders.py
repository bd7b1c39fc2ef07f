"""
Looks for bytes that hurt the door: atheris on gunzip, the counting, both decoders and what follows them.

Seeds are the captured requests of real agents. Nothing but a refusal may be raised, and no input may take
longer than a second. A finding is written to the current folder as ``crash-…`` or ``slow-unit-…``.

Usage: python tests/fuzz/fuzz_decoders.py [SECONDS] [FOLDER]     (60 and a temporary one when left out)
"""

from __future__ import annotations

import datetime as dt
import gzip
import sys
import tempfile
from pathlib import Path

import atheris

with atheris.instrument_imports(include=["andon.ingest"], enable_loader_override=False):
    from andon.contract.problems import BadRequest, TooLarge
    from andon.contract.telemetry import SIGNALS
    from andon.ingest.inflate import gunzip
    from andon.ingest.orders import Envelope, Sender, Window
    from andon.ingest.take_in import take_in

FIXTURES = Path(__file__).parents[1] / "fixtures" / "otlp"
NOW = dt.datetime(2026, 11, 21, tzinfo=dt.UTC)
WINDOW = Window(dt.date(2026, 1, 14), 600)
LIMIT = 2**20
LONGEST_SEED = 50_000
SECOND = 1
MEMORY_MIB = 1024


def one(data: bytes) -> None:
    """Take in one body; its first byte chooses signal, encoding and compression."""
    if not data:
        return
    choice, body = data[0], data[1:]
    signal = SIGNALS[choice % 3]
    encoding = "json" if choice // 3 % 2 else "protobuf"
    try:
        if choice // 6 % 4 == 0:
            body = gunzip(body, LIMIT)
        take_in(body, Envelope(signal, encoding, Sender("org", "key"), NOW), WINDOW)
    except (BadRequest, TooLarge):
        pass


def seeds(folder: Path) -> int:
    """Write the captures, plain and compressed, as the fuzzer's first inputs."""
    count = 0
    for path in sorted(FIXTURES.rglob("*.pb")) + sorted(FIXTURES.rglob("*.json")):
        parts = path.name.split(".")
        body = path.read_bytes()
        if len(parts) != 3 or parts[1] not in SIGNALS or len(body) > LONGEST_SEED:
            continue
        choice = SIGNALS.index(parts[1]) + 3 * (parts[2] == "json")
        (folder / f"{count}").write_bytes(bytes([choice + 6]) + body)
        (folder / f"{count}.gz").write_bytes(bytes([choice]) + gzip.compress(body))
        count += 1
    return count


def main() -> None:
    """Fuzz for so many seconds."""
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
    atheris.Setup([sys.argv[0], *options, str(folder)], one)
    atheris.Fuzz()


if __name__ == "__main__":
    main()
