"""Promises of connecting: what is written is complete, what is undone is gone to the byte."""

from __future__ import annotations

import json
import tomllib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from andon.connect.agents import AGENTS, Agent, Wish
from andon.connect.files import Home, shown
from andon.connect.texts import Unreadable, put, take_out

WISH = Wish(url="http://127.0.0.1:4318", key="ik-abcdefghij_0123456789")
DETAILED = Wish(
    url="https://andon.example.com",
    key="ik-abcdefghij_other",
    details=True,
    resource={"user.email": "a b@example.com", "team.id": "x,y=z"},
)
EVERY = pytest.mark.parametrize("agent", AGENTS.values(), ids=lambda agent: agent.name)
SHELLS = pytest.mark.parametrize("shell", ["/bin/bash", "/bin/zsh", "/usr/bin/fish"])


def bytes_of(home: Path) -> dict[str, bytes]:
    """Read every file beneath a home directory, the journal left out."""
    return {
        str(path.relative_to(home)): path.read_bytes()
        for path in sorted(home.rglob("*"))
        if path.is_file() and path.name != "connect.json"
    }


@SHELLS
@EVERY
@pytest.mark.parametrize("wish", [WISH, DETAILED], ids=["plain", "detailed"])
def test_undo_gives_the_bytes_back(tmp_path: Path, agent: Agent, shell: str, wish: Wish) -> None:
    """In an empty home and in one with files of its own, also when it was written twice."""
    home = Home(tmp_path, shell)
    for filled in (False, True):
        if filled:
            for change in home.plan(agent, wish):
                change.path.parent.mkdir(parents=True, exist_ok=True)
                texts = {
                    ".json": '{\n    "mine": [1,2],"env":{"A":"b"}}',
                    ".toml": "# mine\nmodel = 'x'  # why\n",
                }
                change.path.write_text(texts.get(change.path.suffix, "export A=1"))
        before = bytes_of(tmp_path)
        home.write(agent, wish)
        written = bytes_of(tmp_path)
        assert written != before
        assert home.write(agent, wish) == []
        assert bytes_of(tmp_path) == written
        home.write(agent, DETAILED if wish is WISH else WISH)
        home.undo(agent)
        assert bytes_of(tmp_path) == before
        assert home.undo(agent) == []


@EVERY
def test_what_others_changed_since_stays(tmp_path: Path, agent: Agent) -> None:
    """Undoing takes out what was put in, and nothing that somebody added."""
    home = Home(tmp_path, "/bin/bash")
    for change in home.write(agent, WISH):
        text = change.path.read_text()
        if change.path.suffix == ".json":
            change.path.write_text(json.dumps({**json.loads(text), "theirs": True}))
        else:
            change.path.write_text(
                text + "\n# theirs\n" if change.path.suffix != ".toml" else text + "\n[theirs]\n"
            )
    home.undo(agent)

    left = "".join(text.decode() for text in bytes_of(tmp_path).values())
    assert "theirs" in left
    assert "4318" not in left
    assert WISH.key not in left


@pytest.mark.parametrize("first_out", [0, 1, 2])
def test_agents_share_a_profile(tmp_path: Path, first_out: int) -> None:
    """Undoing one keeps the others', and undoing all leaves nothing, in whichever order."""
    names = ["codex", "copilot-cli", "droid"]
    home = Home(tmp_path, "/bin/bash")
    wish = Wish(url=WISH.url, key=WISH.key, resource={"team.id": "core"})
    for name in names:
        home.write(AGENTS[name], wish)
    order = [names.pop(first_out), *names]
    for position, name in enumerate(order):
        home.undo(AGENTS[name])
        profile = (tmp_path / ".bashrc").read_text() if (tmp_path / ".bashrc").exists() else ""
        assert [other for other in order if f">>> andon {other} >>>" in profile] == [
            other for other in order if other in order[position + 1 :]
        ]
    assert bytes_of(tmp_path) == {}


@EVERY
def test_every_agent_is_told_where_and_with_which_key(agent: Agent) -> None:
    """The address and the key are in what is shown, and the detail switch is off unless asked for."""
    plain = "".join(shown(agent, WISH).values())
    detailed = "".join(shown(agent, DETAILED).values())

    assert "127.0.0.1:4318" in plain
    assert WISH.key in plain
    if agent.name != "opencode":
        assert plain.count("true") + plain.count('"1"') < detailed.count("true") + detailed.count('"1"')


def test_files_with_a_key_are_their_owners_alone(tmp_path: Path) -> None:
    """Nobody else on the machine reads the key, or the journal."""
    Home(tmp_path).write(AGENTS["claude-code"], WISH)

    assert {path.stat().st_mode & 0o777 for path in tmp_path.rglob("*") if path.is_file()} == {0o600}


def test_resource_attributes_are_percent_encoded() -> None:
    """Commas, equals signs and blanks in a value do not end it."""
    assert DETAILED.stated == {"OTEL_RESOURCE_ATTRIBUTES": "user.email=a%20b%40example.com,team.id=x%2Cy%3Dz"}


def test_codex_settings_are_toml_that_keeps_comments() -> None:
    """The section is added below what is there, each exporter in one line."""
    old = "# mine\nmodel = 'x'  # why\n\n[otel]\nenvironment = 'prod' # ours\n"
    values = AGENTS["codex"].parts(WISH)[0].values
    new = put(old, "toml", values, agent="codex", command="codex", fish=False)

    assert "# mine" in new
    assert "environment = 'prod' # ours" in new
    told = tomllib.loads(new)["otel"]
    assert told["exporter"]["otlp-http"]["endpoint"] == "http://127.0.0.1:4318/v1/logs"
    assert told["environment"] == "prod"
    assert tomllib.loads(take_out(new, "toml", values, old, agent="codex")) == tomllib.loads(old)


@pytest.mark.parametrize(
    ("name", "path", "text"),
    [
        ("claude-code", ".claude/settings.json", "{ // a comment\n}"),
        ("claude-code", ".claude/settings.json", "[]"),
        ("claude-code", ".claude/settings.json", '{"env": 3}'),
        ("codex", ".codex/config.toml", "otel = = 3"),
    ],
)
def test_a_file_that_cannot_be_read_is_left_alone(tmp_path: Path, name: str, path: str, text: str) -> None:
    """Nothing is written, and the reason is told."""
    (tmp_path / path).parent.mkdir()
    (tmp_path / path).write_text(text)

    with pytest.raises(Unreadable):
        Home(tmp_path).write(AGENTS[name], WISH)
    assert bytes_of(tmp_path) == {path: text.encode()}


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=200)
@given(st.dictionaries(st.sampled_from(["env", "telemetry", "mine", ""]), json_values, max_size=4))
def test_foreign_settings_survive(document: dict[str, object]) -> None:
    """Whatever else a JSON file holds is in it afterwards, and alone in it when ours is taken out."""
    values = AGENTS["claude-code"].parts(WISH)[0].values
    text = json.dumps(document)
    if not isinstance(document.get("env", {}), dict):
        with pytest.raises(Unreadable):
            put(text, "json", values, agent="claude-code", command="claude", fish=False)
        return
    new = put(text, "json", values, agent="claude-code", command="claude", fish=False)
    told = json.loads(new)

    assert {name: told[name] for name in document if name != "env"} == {
        name: value for name, value in document.items() if name != "env"
    }
    assert json.loads(take_out(new, "json", values, text, agent="claude-code")) == document
