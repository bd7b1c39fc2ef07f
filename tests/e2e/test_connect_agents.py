"""
The real agents read what `andon connect --write` wrote: their telemetry arrives, under the key that was made.

The agents are large and come from npm, so that these tests run only when asked for: `make agents`. They look
for installed agents in the folder that ANDON_AGENTS names, and install them there where they are missing.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from andon.connect.agents import AGENTS

from line import Line
from mock_model import mock_model

pytestmark = pytest.mark.real_agents

FOLDER = Path(os.environ.get("ANDON_AGENTS", Path.home() / ".cache" / "andon-agents"))
PACKAGES = {
    "claude-code": "@anthropic-ai/claude-code",
    "codex": "@openai/codex",
    "gemini-cli": "@google/gemini-cli",
    "qwen-code": "@qwen-code/qwen-code",
    "copilot-cli": "@github/copilot",
    "opencode": "opencode-ai",
    "droid": "droid",
}
ARGUMENTS = {
    "claude-code": ["-p", "hello"],
    "codex": ["exec", "--skip-git-repo-check", "hello"],
    "gemini-cli": ["-m", "gemini-2.5-pro", "-p", "hello"],
    "qwen-code": ["-p", "hello"],
    "copilot-cli": ["-p", "hello", "--allow-all-tools"],
    "opencode": ["run", "hello"],
    "droid": ["exec", "-m", "custom:mock-0", "hello"],
}


def program(agent: str) -> Path:
    """Find an agent's program; install it where it is not there."""
    places = [
        *sorted(
            FOLDER.glob("node_modules/@anthropic-ai/claude-code-*/claude") if agent == "claude-code" else []
        ),
        FOLDER / "node_modules" / ".bin" / AGENTS[agent].command,
    ]
    for _ in range(2):
        for place in places:
            if place.exists():
                return place
        subprocess.run(
            ["npm", "install", "--no-audit", "--no-fund", "--prefix", str(FOLDER), PACKAGES[agent]],
            check=True,
            timeout=600,
        )
        places = [*sorted(FOLDER.glob("node_modules/@anthropic-ai/claude-code-*/claude")), *places]
    raise AssertionError(f"npm installed no {AGENTS[agent].command} into {FOLDER}")


def environment(agent: str, home: Path, model: str) -> dict[str, str]:
    """Tell an agent to use the mock model, in its own way; nothing here is about telemetry."""
    own: dict[str, dict[str, str]] = {
        "claude-code": {"ANTHROPIC_BASE_URL": model, "ANTHROPIC_API_KEY": "sk-ant-dummy", "IS_SANDBOX": "1"},
        "codex": {"MOCK_KEY": "dummy"},
        "gemini-cli": {
            "GOOGLE_GEMINI_BASE_URL": model,
            "GEMINI_API_KEY": "dummy",
            "GEMINI_CLI_TRUST_WORKSPACE": "true",
        },
        "qwen-code": {
            "OPENAI_BASE_URL": f"{model}/v1",
            "OPENAI_API_KEY": "dummy",
            "OPENAI_MODEL": "mock",
        },
        "copilot-cli": {
            "COPILOT_PROVIDER_BASE_URL": f"{model}/v1",
            "COPILOT_PROVIDER_API_KEY": "dummy",
            "COPILOT_PROVIDER_TYPE": "openai",
            "COPILOT_MODEL": "mock",
            "COPILOT_OFFLINE": "true",
        },
        "droid": {"FACTORY_API_KEY": "fk-dummy"},
    }
    return {
        "HOME": str(home),
        "SHELL": "/bin/bash",
        "PATH": os.environ["PATH"],
        "TERM": "xterm",
        **own.get(agent, {}),
    }


def settings_of_the_person(agent: str, home: Path, model: str) -> None:
    """Write the agent's settings that have nothing to do with Andon, as a person would have them."""
    texts = {
        "codex": (
            ".codex/config.toml",
            "\n".join(
                [
                    '# my model\nmodel = "mock"\nmodel_provider = "mock"\n',
                    f'[model_providers.mock]\nname = "mock"\nbase_url = "{model}/v1"',
                    'wire_api = "responses"\nenv_key = "MOCK_KEY"\n',
                ]
            ),
        ),
        "gemini-cli": (".gemini/settings.json", '{"security":{"auth":{"selectedType":"gemini-api-key"}}}'),
        "qwen-code": (".qwen/settings.json", '{"security":{"auth":{"selectedType":"openai"}}}'),
        "opencode": (
            ".config/opencode/opencode.json",
            json.dumps(
                {
                    "model": "mock/mock",
                    "small_model": "mock/mock",
                    "autoupdate": False,
                    "provider": {
                        "mock": {
                            "npm": "@ai-sdk/openai-compatible",
                            "name": "mock",
                            "options": {"baseURL": f"{model}/v1", "apiKey": "dummy"},
                            "models": {"mock": {"name": "mock"}},
                        }
                    },
                }
            ),
        ),
        "droid": (
            ".factory/settings.json",
            json.dumps(
                {
                    "customModels": [
                        {
                            "model": "mock",
                            "id": "custom:mock-0",
                            "displayName": "mock",
                            "baseUrl": model,
                            "apiKey": "dummy",
                            "provider": "anthropic",
                        }
                    ]
                }
            ),
        ),
    }
    if agent in texts:
        name, text = texts[agent]
        (home / name).parent.mkdir(parents=True)
        (home / name).write_text(text)


@pytest.fixture(scope="module")
def model() -> Iterator[str]:
    """The mock model of all agents."""
    with mock_model() as address:
        yield address


@pytest.fixture
def line(tmp_path: Path) -> Iterator[Line]:
    """A running server of today: the agents' clocks are the real one."""
    running = Line(tmp_path / "data", now=dt.datetime.now(dt.UTC))
    running.start()
    yield running
    running.stop()


@pytest.mark.parametrize("agent", PACKAGES)
def test_the_agent_reads_what_was_written(agent: str, tmp_path: Path, line: Line, model: str) -> None:
    """Connected, used once, and seen by --check; then taken back to the byte."""
    home, work = tmp_path / "home", tmp_path / "work"
    home.mkdir()
    work.mkdir()
    settings_of_the_person(agent, home, model)
    before = {path: path.read_bytes() for path in home.rglob("*") if path.is_file()}
    org = line.new_org(f"connected {agent}")

    def andon(*options: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-m", "andon", "connect", agent, "--org", org.org_id, *options],
            env={**line.env, "HOME": str(home), "SHELL": "/bin/bash"},
            capture_output=True,
            text=True,
            check=False,
        )

    written = andon("--write", "--url", line.otlp_url, "--team", "core")
    assert written.returncode == 0, written.stderr
    ours = {path: path.read_bytes() for path in before}
    # As a shell does: the profile first, so that its functions are there.
    script = f'[ -f ~/.bashrc ] && . ~/.bashrc; {AGENTS[agent].command} "$@"'
    found = program(agent)
    command = tmp_path / "bin" / AGENTS[agent].command
    command.parent.mkdir()
    command.symlink_to(found)
    variables = environment(agent, home, model)
    done = subprocess.run(
        ["bash", "-c", script, "bash", *ARGUMENTS[agent]],
        cwd=work,
        env={**variables, "PATH": f"{command.parent}:{variables['PATH']}"},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=180,
        check=False,
    )
    seen = andon("--check")
    for _ in range(20):
        if seen.returncode == 0:
            break
        time.sleep(1)
        seen = andon("--check")
    assert seen.returncode == 0, seen.stderr + done.stdout[-2000:] + done.stderr[-2000:]
    assert "without a key" not in seen.stdout

    untouched = [path for path in before if path.read_bytes() == ours[path]]
    taken_back = andon("--undo")
    assert taken_back.returncode == 0, taken_back.stderr
    # Qwen Code writes into its settings itself: then only what is ours is taken out.
    assert {path: path.read_bytes() for path in untouched} == {path: before[path] for path in untouched}
    assert [path for path in before if line.otlp_url.encode() in path.read_bytes()] == []
