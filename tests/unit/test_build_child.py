"""The process that runs dbt, and the lock around it."""

from __future__ import annotations

import datetime as dt
import subprocess
import sys
import time
from pathlib import Path

import msgspec
import pytest

from andon.config import Settings
from andon.transform import child, run
from andon.transform.project import PROJECT

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


def test_the_lock_lasts_as_long_as_the_child(tmp_path: Path) -> None:
    """A child that still writes to the warehouse keeps the lock when its parent is gone."""
    with (
        run.build_lock(tmp_path) as lock,
        subprocess.Popen(
            [sys.executable, "-c", "input()"], stdin=subprocess.PIPE, pass_fds=(lock.fileno(),)
        ) as orphan,
    ):
        lock.close()
        with pytest.raises(run.BuildBusy), run.build_lock(tmp_path):
            pass
        orphan.kill()

    with run.build_lock(tmp_path):
        pass


def test_an_order_that_nobody_knows_is_refused(tmp_path: Path) -> None:
    """The child answers a wrong order in its own words, not with a traceback."""
    order = child.Order(
        command="dance",
        project_path=str(PROJECT),
        target_path=str(tmp_path),
        log_path=str(tmp_path),
        threads=1,
        variables={},
    )

    answer = subprocess.run(
        [sys.executable, "-m", "andon.transform.child"],
        input=msgspec.json.encode(order),
        capture_output=True,
        check=True,
    )

    assert child.Summary(ok=False, outcomes=[], trouble="no such order: dance") == msgspec.json.decode(
        answer.stdout, type=child.Line
    )


def test_nothing_dbt_prints_is_mistaken_for_progress(tmp_path: Path) -> None:
    """Only JSON lines leave the child; what dbt says goes to a file, and trouble is told in words."""
    order = child.Order(
        command="build",
        project_path=str(PROJECT),
        target_path=str(tmp_path / "target"),
        log_path=str(tmp_path / "logs"),
        threads=1,
        variables={"history_start": "2026-01-14", "data_through": "2026-01-17"},
    )

    # Without its environment the profile cannot be read: dbt stops before any node.
    answer = subprocess.run(
        [sys.executable, "-m", "andon.transform.child"],
        input=msgspec.json.encode(order),
        capture_output=True,
        check=True,
    )

    summary = msgspec.json.decode(answer.stdout, type=child.Line)
    assert isinstance(summary, child.Summary)
    assert "ANDON_DBT_DATABASE" in summary.trouble
    assert "Traceback" not in summary.trouble
    assert answer.stderr == b""


def test_a_child_that_dies_is_a_failed_build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that ends without its summary fails the build and says where its output is."""
    monkeypatch.setattr(sys, "executable", "/bin/false")

    with pytest.raises(
        run.BuildFailed, match=r"ended early \(exit 1\); what it printed is in .*printed\.log$"
    ):
        run.build(Settings(data=tmp_path), now=NOW, directory_rows={})


def test_a_child_nobody_listens_to_ends(tmp_path: Path) -> None:
    """When whoever ordered a build is gone, the child leaves the warehouse at its next line."""
    order = child.Order(
        command="dance",
        project_path=str(PROJECT),
        target_path=str(tmp_path),
        log_path=str(tmp_path),
        threads=1,
        variables={},
    )
    with subprocess.Popen(
        [sys.executable, "-m", "andon.transform.child"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as deaf:
        assert deaf.stdin is not None
        assert deaf.stdout is not None
        deaf.stdout.close()
        deaf.stdin.write(msgspec.json.encode(order))
        deaf.stdin.close()
        deadline = time.monotonic() + 30
        while deaf.poll() is None and time.monotonic() < deadline:
            time.sleep(0.02)

        assert deaf.returncode == 1
