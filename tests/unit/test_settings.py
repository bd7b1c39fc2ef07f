"""Settings: where values come from, which one wins, and how a wrong one is told."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest

from andon.config import InvalidSettings, read_settings


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, and a data directory of the test's own."""
    for name in ("ANDON_NOW", "ANDON_PORT", "ANDON_CONFIG", "ANDON_DIRECTORY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("ANDON_DATA", str(tmp_path))


def test_a_flag_beats_the_environment_beats_the_file_beats_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """The nearest word wins; a flag that was not given says nothing."""
    assert read_settings().port == 8400
    (tmp_path / "andon.toml").write_text("port = 1001\n")
    assert read_settings().port == 1001
    monkeypatch.setenv("ANDON_PORT", "1002")
    assert read_settings().port == 1002
    assert read_settings(port=None).port == 1002
    assert read_settings(port=1003).port == 1003


def test_the_file_can_be_anywhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """ANDON_CONFIG names it."""
    (tmp_path / "elsewhere.toml").write_text("otlp_port = 1004\n")
    monkeypatch.setenv("ANDON_CONFIG", str(tmp_path / "elsewhere.toml"))

    assert read_settings().otlp_port == 1004


@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ANDON_PORT", "eighty"),
        ("ANDON_PORT", "70000"),
        ("ANDON_BUILD_AT", "25:00"),
        ("ANDON_NOW", "yesterday"),
        ("ANDON_EDITIONS_KEPT", "0"),
    ],
)
def test_a_wrong_value_is_told_with_its_variable(
    monkeypatch: pytest.MonkeyPatch, variable: str, value: str
) -> None:
    """One sentence: the variable, the value, the rule."""
    monkeypatch.setenv(variable, value)

    with pytest.raises(InvalidSettings, match=f"{variable} is '{value}'"):
        read_settings()


def test_the_clock_can_be_fixed(monkeypatch: pytest.MonkeyPatch) -> None:
    """ANDON_NOW is the time for ever, in UTC when it names no zone; without it time passes."""
    monkeypatch.setenv("ANDON_NOW", "2026-11-21T06:00:00")
    assert dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC) == read_settings().clock()

    monkeypatch.delenv("ANDON_NOW")
    assert abs(dt.datetime.now(dt.UTC) - read_settings().clock()) < dt.timedelta(seconds=5)


def test_everything_lies_under_the_data_directory(tmp_path: Path) -> None:
    """One folder to back up."""
    settings = read_settings()

    for path in (
        settings.log_dir,
        settings.raw_dir,
        settings.warehouse_path,
        settings.editions_dir,
        settings.secrets_dir,
    ):
        assert path.is_relative_to(tmp_path)
    assert f"sqlite:///{tmp_path}/directory.sqlite" == settings.directory_url
