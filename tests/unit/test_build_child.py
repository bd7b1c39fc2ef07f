"""The process that runs dbt, and the lock around it."""

from __future__ import annotations

import contextlib
import datetime as dt
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from andon.config import Settings
from andon.transform import run
from andon.transform.orders import Order
from andon.transform.project import PROJECT, variables
from andon.transform.worker import Worker, digest

pytestmark = pytest.mark.slow(seconds=35)

NOW = dt.datetime(2026, 1, 18, 6, tzinfo=dt.UTC)

HOLD = """
import sys, time
from pathlib import Path
from andon.transform import run
with run.build_lock(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(60)
"""


def hold(warehouse: Path) -> subprocess.Popen[bytes]:
    """Let another process take the lock."""
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(warehouse)], stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"held\n"
    return holder


def test_a_second_build_is_told_who_builds(tmp_path: Path) -> None:
    """Only one build runs in a data directory; the other one names its process and touches nothing."""
    settings = Settings(data=tmp_path)
    with hold(tmp_path / "warehouse") as holder:
        with pytest.raises(run.BuildBusy, match=rf"^a build is already running \(pid {holder.pid}\)$"):
            run.build(settings, now=NOW, directory_rows={})
        holder.kill()

    assert [tmp_path / "warehouse" / "build.lock"] == list((tmp_path / "warehouse").iterdir())


def test_the_lock_of_a_killed_build_is_free(tmp_path: Path) -> None:
    """A build that died, however it died, keeps nobody from building."""
    with hold(tmp_path) as holder:
        holder.kill()

    with run.build_lock(tmp_path):
        pass


def order(tmp_path: Path, command: str) -> Order:
    """Give an order that needs no build around it."""
    return Order(
        command=command,
        project_path=str(PROJECT),
        target_path=str(tmp_path / "target"),
        parsed_path=f"{os.environ['ANDON_PARSED']}/{digest(PROJECT)}.msgpack",
        log_path=str(tmp_path / "logs"),
        threads=1,
        shape=variables(PROJECT),
        variables={"history_start": "2026-01-14", "data_through": "2026-01-17"},
    )


ENVIRONMENT = {"ANDON_DBT_DATABASE": "nowhere.duckdb", "ANDON_DBT_SPILL": "nowhere"}


@pytest.fixture
def worker() -> Iterator[Worker]:
    """Someone who carries out orders."""
    with contextlib.closing(Worker()) as hired:
        yield hired


def test_the_lock_lasts_as_long_as_the_child(tmp_path: Path) -> None:
    """A child at work keeps the lock when its parent is gone, and ends at once because its parent is gone."""
    ours, theirs = socket.socketpair()
    with (
        run.build_lock(tmp_path) as lock,
        theirs,
        subprocess.Popen(
            [sys.executable, "-m", "andon.transform.child"],
            stdin=theirs.fileno(),
            stdout=subprocess.PIPE,
            env={**os.environ, **ENVIRONMENT},
        ) as orphan,
    ):
        with ours:
            socket.send_fds(
                ours, [msgspec.json.encode(order(tmp_path, "get-ready")) + b"\n"], [lock.fileno()]
            )
            # Until it has read the order.
            while not (tmp_path / "logs").exists():
                time.sleep(0.01)
            lock.close()
            with pytest.raises(run.BuildBusy), run.build_lock(tmp_path):
                pass
        assert orphan.wait(60) == 0
        with run.build_lock(tmp_path):
            pass


def test_an_order_that_nobody_knows_is_refused(tmp_path: Path, worker: Worker) -> None:
    """The child answers a wrong order in its own words, not with a traceback."""
    summary = worker.run(order(tmp_path, "dance"), ENVIRONMENT)
    assert (summary.ok, summary.trouble) == (False, "no such order: dance")


def test_nothing_dbt_prints_is_mistaken_for_progress(
    tmp_path: Path, worker: Worker, capfd: pytest.CaptureFixture[str]
) -> None:
    """Only JSON lines leave the child; what dbt says goes to a file, and trouble is told in words."""
    # Without its environment the profile cannot be read: dbt stops before any node.
    summary = worker.run(order(tmp_path, "build"), {"ANDON_DBT_DATABASE": "nowhere.duckdb"})

    assert "ANDON_DBT_SPILL" in summary.trouble
    assert "Traceback" not in summary.trouble
    assert capfd.readouterr() == ("", "")


def test_a_child_that_dies_is_a_failed_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends without its summary fails the build and says where its output is."""
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(
        run.BuildFailed, match=r"ended early \(exit 1\); what it printed is in .*printed\.log$"
    ):
        run.build(Settings(data=tmp_path), now=NOW, directory_rows={})


def test_a_warm_child_is_kept_until_something_changes(tmp_path: Path, worker: Worker) -> None:
    """
    One process answers order after order; another setting, another project or a failure makes a new one.

    A process that dies between or in orders is replaced, and the order carried out all the same.
    """
    ready = order(tmp_path, "get-ready")
    pids = []

    def ask(asked: Order, environment: dict[str, str]) -> bool:
        summary = worker.run(asked, environment)
        pids.append(worker.pid)
        return summary.ok

    assert ask(ready, ENVIRONMENT)
    assert ask(ready, ENVIRONMENT)
    assert pids[0] == pids[1] is not None

    # It is killed while nobody looks.
    os.kill(pids[1], signal.SIGKILL)
    assert ask(ready, ENVIRONMENT)
    assert pids[2] not in {pids[1], None}

    # Another setting.
    assert ask(ready, {**ENVIRONMENT, "ANDON_DBT_THREADS": "2"})
    assert pids[3] not in {pids[2], None}

    # What fails is not kept.
    assert not ask(msgspec.structs.replace(ready, command="dance"), ENVIRONMENT)
    assert pids[4] is None


STARVED = """
{{ config(materialized='table') }}
select
    {{ fact_columns('logged', "'logs'", 1, "'acme'", "'terminal-ui'", 'logged.record_id') }},
    memory.told as command_name
from {{ ref('stg_otlp__log_records') }} as logged
cross join (
    select
        {{ "'enough'" if invocation_args_dict.threads == 1 else "error('Out of Memory Error')" }} as told
) as memory
where memory.told is not null and logged.dialect = 'acme'
"""
"""A model that finds memory only when nothing else is made beside it."""

VIEWS_AT_LEAST = 60
"""A lower bound: a selection that finds nothing must not pass."""

RECOGNISED = "{% macro acme_recognised(name, scope_name, service_name) -%} false {%- endmacro %}"


def test_a_node_without_memory_is_made_again_alone(tmp_path: Path) -> None:
    """What was not made beside others for want of memory is, with all that waited for it, made after them."""
    (tmp_path / "own" / "macros").mkdir(parents=True)
    (tmp_path / "own" / "macros" / "acme.sql").write_text(RECOGNISED, encoding="utf-8")
    (tmp_path / "own" / "models" / "staging" / "acme").mkdir(parents=True)
    model = tmp_path / "own" / "models" / "staging" / "acme" / "stg_acme__slash_commands.sql"
    model.write_text(STARVED, encoding="utf-8")
    settings = Settings(data=tmp_path / "data", dialects=tmp_path / "own", build_threads=2)

    # Of everything, and of what changed, which reads copies in memory.
    for _ in range(2):
        outcomes = run.build(settings, now=NOW, directory_rows={}).outcomes
        assert {one.status for one in outcomes} == {"success", "pass"}
        nodes = [one.node for one in outcomes]
        assert len(nodes) == len(set(nodes))
        assert nodes.index("stg_acme__slash_commands") > nodes.index("int_tool_calls_unioned")
        assert nodes.index("int_slash_commands_unioned") > nodes.index("stg_acme__slash_commands")


def test_no_view_depends_on_the_build_that_makes_it(tmp_path: Path) -> None:
    """
    A build after one that passed leaves views out: the same SQL would come of it.

    Whatever its day, its price book and its kind; dbt compiles it for two that differ in all of these.
    """
    settings = Settings(data=tmp_path)
    run.build(settings, now=NOW, directory_rows={})
    compiled = []
    for whole, day, book in ((True, "2026-01-17", "default"), (False, "2026-02-03", "another")):
        told = {"whole": whole, "data_through": day, "price_book": book, **variables(PROJECT)}
        target = tmp_path / day
        subprocess.run(
            [
                *(str(Path(sys.executable).with_name("dbt")), "--no-version-check", "--quiet", "compile"),
                *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", json.dumps(told)),
                *("--select", "config.materialized:view", "--indirect-selection", "empty"),
            ],
            check=True,
            capture_output=True,
            env={
                **os.environ,
                "DBT_TARGET_PATH": str(target),
                "DBT_LOG_PATH": str(tmp_path / "logs"),
                "ANDON_DBT_DATABASE": str(settings.warehouse_path),
                "ANDON_DBT_SPILL": str(tmp_path / "spill"),
                "ANDON_DBT_MEMORY": "1GB",
                "ANDON_DBT_THREADS": "1",
            },
        )
        files = (target / "compiled").rglob("*.sql")
        compiled.append({file.name: file.read_text(encoding="utf-8") for file in files})

    assert {name for name, text in compiled[0].items() if compiled[1].get(name) != text} == set()
    assert compiled[0].keys() == compiled[1].keys()
    assert len(compiled[0]) >= VIEWS_AT_LEAST


def test_data_directories_share_what_was_parsed(tmp_path: Path) -> None:
    """What one parsed no other parses again, whatever its settings are: dbt writes a file when it parses."""
    shared = tmp_path / "shared" / "parsed.msgpack"
    for name in ("one", "other"):
        folder = tmp_path / name
        environment = {
            "ANDON_DBT_DATABASE": str(folder / "andon.duckdb"),
            "ANDON_DBT_SPILL": str(folder / "spill"),
            "ANDON_DBT_MEMORY": {"one": "1GB", "other": "3GB"}[name],
            "ANDON_DBT_THREADS": {"one": "2", "other": "3"}[name],
        }
        with contextlib.closing(Worker()) as worker:
            asked = msgspec.structs.replace(order(folder, "get-ready"), parsed_path=str(shared))
            assert worker.run(asked, environment).ok
        parsed = [(folder / "target" / "partial_parse.msgpack").read_bytes(), shared.read_bytes()]
        assert parsed[0] == parsed[1]


def test_a_change_of_the_project_is_seen(tmp_path: Path) -> None:
    """A changed, added or renamed file of the project is another project."""
    file = tmp_path / "models" / "a.sql"
    file.parent.mkdir()
    seen = [digest(tmp_path)]
    for text in ("select 1", "select 2"):
        file.write_text(text)
        seen.append(digest(tmp_path))
    file.rename(tmp_path / "models" / "b.sql")
    seen.append(digest(tmp_path))

    assert len(set(seen)) == len(seen)
