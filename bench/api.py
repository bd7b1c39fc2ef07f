"""
Reads of an invented organisation of 10,000 people over 90 days, and what publishing them costs.

Writes report models without a build (``loads/marts.py``), publishes them, publishes one more day, serves them
with one worker and asks. Prints 50th and 99th percentiles with the limits that the goals set; the same
answers from one DuckDB query each, over the edition's Parquet, as a ratio; and for everybody's tokens the
first byte, the whole answer and the server's memory at its highest. It removes what it made.

``python bench/api.py`` takes two minutes; ``--days 365`` says what publishing costs with a year of history.
"""

from __future__ import annotations

import argparse
import contextlib
import datetime as dt
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from importlib import resources
from pathlib import Path

import duckdb
from loads import marts
from loads.reader import read

from andon.config import Settings
from andon.edition.publish import publish
from andon.edition.relations import BY_DAY
from andon.warehouse.duckdb import DuckDbMartReader

END = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
ANDON = (sys.executable, "-m", "andon")
PACE, SECONDS, CONNECTIONS = 1000, 3, 16
PACKINGS = ("identity", "gzip", "zstd")


def run(*arguments: str) -> str:
    """Run one command; give what it printed."""
    done = subprocess.run([*ANDON, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def line(what: str, figure: str, limit: str = "") -> None:
    """Print one figure."""
    print(f"{what:66} {figure:>28}  {limit}", flush=True)


def published(data: Path, org: str, people: int, first: dt.date, last: dt.date) -> float:
    """Write the days' report models and publish them; give the seconds that publishing took."""
    settings = Settings(data=data)
    warehouse = data / "bench.duckdb"
    marts.write(warehouse, org, people, first, last)
    reader = DuckDbMartReader(warehouse)
    try:
        began = time.perf_counter()
        now = dt.datetime.now(dt.UTC)
        publish(reader, settings.editions_dir, data_through=last, built_at=now, keep=2)
        return time.perf_counter() - began
    finally:
        reader.close()


@contextlib.contextmanager
def serving(port: int) -> Iterator[int]:
    """Run a server; give its process."""
    arguments = ["up", "--no-browser", "--port", str(port), "--otlp-port", str(free_port()), "--no-grpc"]
    with subprocess.Popen(
        [*ANDON, *arguments], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    ) as server:
        try:
            for _ in range(300):
                with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                    break
                time.sleep(0.1)
            yield server.pid
        finally:
            server.send_signal(signal.SIGTERM)


def at(taken: list[float], share: float) -> float:
    """Give a percentile of sorted numbers."""
    return taken[min(len(taken) - 1, int(len(taken) * share))]


def paced(port: int, key: str, name: str, path: str, limit_ms: float) -> None:
    """Ask at the pace of the goals: the same packed in every way, and each time something else."""
    asked = [(path, packing, packing) for packing in PACKINGS]
    asked.append((path + "&n={n}", "identity", "never the same"))
    for path_, packing, says in asked:
        headers = {"Authorization": f"Bearer {key}", "Accept-Encoding": packing}
        taken = read(port, path_, headers, connections=CONNECTIONS, seconds=SECONDS, pace=PACE)
        told(
            f"{name}, {PACE:,}/s" + ("" if says == "identity" else f", {says}"),
            taken,
            f"p99 under {limit_ms:g} ms",
        )


def told(what: str, taken: list[float], limit: str) -> None:
    """Print the percentiles of sorted numbers."""
    line(what, f"p50 {at(taken, 0.5):.1f} ms, p99 {at(taken, 0.99):.1f} ms", limit)


def tag_of(port: int, key: str, path: str) -> str:
    """Give the tag of an answer."""
    head = received(port, key, path, "identity", limit=4096)[0].split(b"\r\n")
    return next(one[6:].decode() for one in head if one.lower().startswith(b"etag: "))


def received(
    port: int, key: str, path: str, packing: str, limit: int = 1 << 60
) -> tuple[bytes, float, float, int]:
    """Ask once on a connection of its own; give the first bytes, ms to the first and last byte, and bytes."""
    head = f"Authorization: Bearer {key}\r\nAccept-Encoding: {packing}\r\nConnection: close\r\n"
    with socket.create_connection(("127.0.0.1", port)) as connection:
        began = time.perf_counter()
        connection.sendall(f"GET {path} HTTP/1.1\r\nHost: andon\r\n{head}\r\n".encode())
        first = connection.recv(1 << 16)
        first_ms = (time.perf_counter() - began) * 1000
        size = len(first)
        while size < limit and (more := connection.recv(1 << 20)):
            size += len(more)
    return first, first_ms, (time.perf_counter() - began) * 1000, size


def highest_mib(pid: int) -> float:
    """Give the most memory that a process had since this was asked last."""
    text = Path(f"/proc/{pid}/status").read_text(encoding="ascii")
    found = int(text.partition("VmHWM:")[2].split()[0]) / 1024
    Path(f"/proc/{pid}/clear_refs").write_text("5", encoding="ascii")
    return found


def newest(editions: Path) -> Path:
    """Give the newest edition's folder."""
    return max((path for path in editions.iterdir() if path.name.isdigit()), key=lambda path: int(path.name))


def from_duckdb(editions: Path, query: str, first: dt.date, last: dt.date, where: str = "") -> list[float]:
    """Answer by one query over the newest edition's Parquet, again and again; ms each, sorted."""
    marts_ = newest(editions) / "marts"
    text = resources.files("andon.edition").joinpath("fragments", query).read_text(encoding="utf-8")
    taken = []
    with duckdb.connect() as engine:
        for relation in BY_DAY:
            rows = engine.read_parquet(str(marts_ / relation / "*.parquet"))
            rows = rows.filter(f"report_date BETWEEN DATE '{first}' AND DATE '{last}'")
            columns = set(rows.columns)
            (rows.filter(where) if where and "user_id" in columns else rows).create_view(relation)
        for _ in range(12):
            began = time.perf_counter()
            b",".join(row[-1] for row in engine.sql(text).fetchall())
            taken.append((time.perf_counter() - began) * 1000)
    return sorted(taken)


def ask_everything(port: int, pid: int, key: str, editions: Path) -> None:
    """Measure reads and print them."""
    first = END - dt.timedelta(days=89)
    quarter = f"startDate={first}&endDate={END}"
    path = "/api/v1/analytics/{}"
    plain = {"Authorization": f"Bearer {key}", "Accept-Encoding": "identity"}

    # The first answer opens the edition, and every file is looked at whether it is whole.
    _, _, whole_ms, _ = received(port, key, f"{path.format('tools')}?{quarter}", "identity")
    line("the first answer after a start", f"{whole_ms:.0f} ms")

    asked = (("/tools", "tools", "tools.sql"), ("/activity", "activity", "activity.sql"),
             ("/productivity", "productivity", "productivity.sql"),
             ("/tokens by model", "tokens", "tokens_by_model.sql"))  # fmt: skip
    for name, report, query in asked:
        group = "&group_by=model" if "model" in name else ""
        whole = f"{path.format(report)}?{quarter}{group}"
        paced(port, key, f"{name}, 90 days", whole, limit_ms=10)
        ours = at(read(port, whole, plain, connections=1, seconds=1), 0.5)
        theirs = at(from_duckdb(editions, query, first, END), 0.5)
        line(
            f"{name}, one caller, to a DuckDB query",
            f"{ours:.2f} to {theirs:.1f} ms",
            f"1 to {theirs / ours:.0f}",
        )
    tools = f"{path.format('tools')}?{quarter}"
    known = plain | {"If-None-Match": tag_of(port, key, tools)}
    taken = read(port, tools, known, connections=CONNECTIONS, seconds=SECONDS, pace=PACE)
    told(f"304, {PACE:,}/s", taken, "p99 under 3 ms")

    month = END - dt.timedelta(days=29)
    people = f"{path.format('users')}?startDate={month}&endDate={END}&limit=100"
    taken = read(port, people, plain, connections=1, seconds=3)
    told("/users, 100 people x 30 days, one caller", taken, "p50 under 15 ms")
    told("the same, 8 callers", read(port, people, plain, connections=8, seconds=3), "p99 under 150 ms")
    ours, theirs = at(taken, 0.5), at(users_from_duckdb(editions, month), 0.5)
    line(
        "/users, one caller, to a DuckDB query", f"{ours:.1f} to {theirs:.1f} ms", f"1 to {theirs / ours:.1f}"
    )

    everyone = f"{path.format('tokens')}?{quarter}"
    highest_mib(pid)
    before = highest_mib(pid)
    for packing in PACKINGS:
        _, first_ms, whole_ms, size = received(port, key, everyone, packing)
        extra = highest_mib(pid) - before
        what = f"/tokens, everyone, 90 days, {packing}: {size / 1e6:.1f} MB"
        line(what, f"first byte {first_ms:.0f} ms, all {whole_ms:.0f} ms", "first byte under 50 ms")
        line("    memory beyond what the server had", f"{extra:.0f} MiB", "under 100 MiB")
    theirs = at(from_duckdb(editions, "tokens.sql", first, END), 0.5)
    line("    the answer in one piece from a DuckDB query", f"{theirs:.0f} ms")


def users_from_duckdb(editions: Path, first: dt.date) -> list[float]:
    """Answer a page of people by one query."""
    files = str(newest(editions) / "marts" / "rpt_users_daily" / "*.parquet")
    page = (
        f"user_id IN (SELECT DISTINCT user_id FROM read_parquet('{files}') "  # noqa: S608 (our own names)
        f"WHERE report_date >= DATE '{first}' ORDER BY 1 LIMIT 100)"
    )
    return from_duckdb(editions, "users.sql", first, END, page)


def publish_all(data: Path, people: int, days: int) -> None:
    """Publish everything but the newest day, then that too, and print what it took."""
    org = run("orgs", "create", "Bench").split()[-1]
    (data / "key").write_text(run("keys", "create", "--role", "owner"), encoding="ascii")
    first = END - dt.timedelta(days=days - 1)
    line(f"{people:,} people, {days} days, {os.cpu_count()} cores", "")
    line("publish everything", f"{published(data, org, people, first, END - dt.timedelta(days=1)):.1f} s")
    line("publish one day more", f"{published(data, org, people, first, END):.1f} s")
    files = [path.stat() for path in newest(data / "editions").rglob("*") if path.is_file()]
    whole, own = (
        sum(file.st_size for file in files),
        sum(file.st_size for file in files if file.st_nlink == 1),
    )
    line("bytes of an edition, and of them its own", f"{whole / 1e6:.0f} MB, {own / 1e6:.0f} MB")
    (data / "bench.duckdb").unlink()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--people", type=int, default=10_000)
    parser.add_argument("--days", type=int, default=90)
    parser.add_argument("--data", type=Path, help="publish here and keep it; with an edition there, only ask")
    parser.add_argument("--publish-only", action="store_true", help="measure publishing, not reads")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        data: Path = options.data or Path(folder)
        os.environ |= {"ANDON_DATA": str(data), "ANDON_HISTORY_START": "2025-01-01"}
        if not (data / "editions").exists():
            publish_all(data, options.people, options.days)
        if options.publish_only:
            return
        port = free_port()
        with serving(port) as pid:
            ask_everything(port, pid, (data / "key").read_text(encoding="ascii"), data / "editions")


if __name__ == "__main__":
    main()
