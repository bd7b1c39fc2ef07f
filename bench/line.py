"""
The whole line on one machine: telemetry in, a build, reports out; with its limits measured in the same run.

Prints, for the default demo (120 people, 90 days): records acknowledged a second over HTTP by one sender and
by four, beside what the same bodies cost when they are only decoded, redacted and flattened in this process
(the limit of one core); the wall time of a build; and the latency of one caller's report requests.

Run it with ``make bench`` on a quiet machine. It takes about three minutes and removes what it made.
"""

from __future__ import annotations

import datetime as dt
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx2

from andon.contract.reports import REPORTS
from andon.demo import DemoRequest, telemetry
from andon.ingest.decode import decode
from andon.ingest.flatten import flatten
from andon.ingest.redact import Policy

END = dt.datetime.now(dt.UTC).date() - dt.timedelta(days=1)
DAYS = 90
SENDERS = 4
CALLS = 300
ANDON = (sys.executable, "-m", "andon")


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def timed(work: Callable[[], object]) -> float:
    """Run it; give the seconds it took."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def run(*arguments: str) -> str:
    """Run one command; give what it printed."""
    done = subprocess.run([*ANDON, *arguments], check=True, capture_output=True, text=True)
    return done.stdout.strip()


def flatten_all(requests: list[DemoRequest]) -> None:
    """Do to every body what the server does before it writes."""
    for request in requests:
        flatten(
            decode(request.signal, request.body, "json"),
            signal=request.signal,
            org_id="org",
            ingest_key_id="key",
            received_at=dt.datetime.now(dt.UTC),
            policy=Policy(),
            history_start=END - dt.timedelta(days=365),
            max_future_s=600,
        )


def send(requests: list[DemoRequest], url: str, key: str) -> None:
    """Post every body and insist on its 200."""
    with httpx2.Client(headers={"Authorization": f"Bearer {key}"}, timeout=60) as http:
        for request in requests:
            answer = http.post(
                f"{url}/v1/{request.signal}",
                content=request.body,
                headers={"Content-Type": "application/json"},
            )
            if answer.status_code != httpx2.codes.OK:
                raise SystemExit(answer.text)


def latency_ms(url: str, key: str, report: str) -> tuple[float, float]:
    """Median and 99th percentile of one caller's requests for the whole range."""
    start = END - dt.timedelta(days=DAYS - 1)
    with httpx2.Client(headers={"Authorization": f"Bearer {key}"}) as http:
        path = f"{url}/api/v1/analytics/{report}?startDate={start}&endDate={END}"
        taken = sorted(timed(lambda: http.get(path).raise_for_status()) * 1000 for _ in range(CALLS))
    return statistics.median(taken), taken[int(len(taken) * 0.99)]


def main() -> None:
    """Measure and print."""
    requests = list(telemetry(people=120, days=DAYS, end=END))
    records = sum(request.records for request in requests)
    half = requests[: len(requests) // 2], requests[len(requests) // 2 :]
    halves = [sum(request.records for request in part) for part in half]
    print(f"{records:,} records in {len(requests):,} requests of OTLP/JSON, {os.cpu_count()} cores")
    limit = records / timed(lambda: flatten_all(requests))

    with tempfile.TemporaryDirectory() as folder:
        port, otlp_port, grpc_port = free_port(), free_port(), free_port()
        os.environ |= {
            "ANDON_DATA": folder,
            "ANDON_PORT": str(port),
            "ANDON_OTLP_PORT": str(otlp_port),
            "ANDON_GRPC_PORT": str(grpc_port),
        }
        run("orgs", "create", "Bench")
        ingest, owner = run("keys", "create", "--ingest"), run("keys", "create", "--role", "owner")
        run("up", "--detach", "--no-browser")
        try:
            otlp = f"http://127.0.0.1:{otlp_port}"
            one = halves[0] / timed(lambda: send(half[0], otlp, ingest))
            parts = [half[1][n::SENDERS] for n in range(SENDERS)]
            with ThreadPoolExecutor(SENDERS) as pool:
                many = halves[1] / timed(lambda: list(pool.map(lambda part: send(part, otlp, ingest), parts)))
            build_s = timed(lambda: run("build"))
            raw_bytes = sum(path.stat().st_size for path in Path(folder, "raw").rglob("*.parquet"))
            print(f"{'decode, redact, flatten alone (one core)':44} {limit:>10,.0f} records/s   1.00")
            for name, rate in (("acknowledged, 1 sender", one), (f"acknowledged, {SENDERS} senders", many)):
                print(f"{name:44} {rate:>10,.0f} records/s   {rate / limit:.2f}")
            print(f"{'raw, compressed':44} {raw_bytes / records:>10,.0f} bytes/record")
            print(f"{'build and publish, everything':44} {build_s:>10,.1f} s")
            for report in REPORTS:
                middle, slow = latency_ms(f"http://127.0.0.1:{port}", owner, report)
                print(f"{f'/{report}, {DAYS} days: p50, p99':44} {middle:>10,.1f}, {slow:,.1f} ms")
        finally:
            run("down")


if __name__ == "__main__":
    main()
