"""What the telemetry of agents becomes where no recorded run shows it: by their documentation."""

from __future__ import annotations

import pytest

from staged import Staged, shared_folder

TOKENS = "model, input_tokens, cache_read_tokens, output_tokens, reasoning_tokens"


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Build the lower half of the project over every capture and scenario."""
    return Staged(shared_folder(tmp_path_factory))


def test_gemini_is_governed_by_the_mode_told_last(staged: Staged) -> None:
    """Calls before the switch are manual, after it auto-high; a refused call is denied and has its level."""
    assert staged.facts("tool_calls", "gemini switches", "call_id, autonomy_level, outcome, tool_kind") == [
        ("1", "manual", "ok", "builtin"),
        ("2", "manual", "denied", "builtin"),
        ("3", "auto-high", "ok", "builtin"),
        ("4", "auto-high", "ok", "mcp"),
    ]
    assert staged.facts(
        "tool_calls", "gemini switches", "mcp_server, mcp_tool", where="tool_kind = 'mcp'"
    ) == [("demo", "echo")]


def test_a_custom_command_of_gemini_is_a_message_and_a_builtin_is_none(staged: Staged) -> None:
    """The command that the model was asked for counts as a message; both count as commands."""
    assert staged.counts("user_messages", "gemini switches", "origin") == {"human": 1, "command": 1}
    assert staged.counts("slash_commands", "gemini switches", "command_name") == {"chat": 1, "ship": 1}
    assert {client for (client,) in staged.facts("user_messages", "gemini switches", "client")} == {
        "terminal-ui"
    }


def test_thoughts_are_output_once(staged: Staged) -> None:
    """Gemini tells thoughts beside its output, Qwen inside it."""
    assert staged.facts("model_calls", "gemini switches", TOKENS) == [("gemini-2.5-pro", 60, 40, 15, 5)]
    assert staged.facts("model_calls", "qwen thinks", TOKENS) == [("qwen3-coder-plus", 60, 40, 10, 5)]


def test_droid_behind_a_collector_of_running_totals(staged: Staged) -> None:
    """A missed export and one told twice change nothing; the levels and clients of a terminal are told."""
    org = "droid in a terminal"
    assert staged.counts("tool_calls", org, "tool_name, autonomy_level, client") == {
        ("Read", "spec", "terminal-ui"): 7,
        ("Create", "spec", "terminal-ui"): 1,
    }
    assert staged.counts("slash_commands", org, "command_name") == {"review": 3}
    assert staged.counts("git_actions", org, "git_kind") == {"commit": 2}
    assert staged.counts("file_changes", org, "operation, extension") == {("create", ".ts"): 1}
    assert set(staged.people(org)) == {"email:ada@x.com"}


@pytest.mark.parametrize("org", ["editor all", "editor spans"])
def test_vs_code_by_its_spans(staged: Staged, org: str) -> None:
    """Two requests, four calls, one of them denied, two files, a hook, one question: logs add nothing."""
    assert staged.facts("model_calls", org, TOKENS) == [("gpt-5.5", 600, 400, 50, 0)] * 2
    assert staged.facts("tool_calls", org, "tool_name, outcome, mcp_server, mcp_tool") == [
        ("copilot_createFile", "ok", None, None),
        ("copilot_replaceString", "ok", None, None),
        ("mcp_github_issue", "ok", "github", "issue"),
        ("run_in_terminal", "denied", None, None),
    ]
    assert staged.counts("file_changes", org, "operation, extension") == {
        ("create", ".py"): 1,
        ("edit", ".py"): 1,
    }
    assert staged.counts("hook_runs", org, "hook_event") == {"PreToolUse": 1}
    assert staged.counts("user_messages", org, "origin") == {"human": 1}
    assert staged.counts("assistant_messages", org, "client") == {"ide": 1}
    assert staged.sessions(org) == {"c1"}


def test_vs_code_by_its_logs_alone(staged: Staged) -> None:
    """The same requests, question and session; of calls the one that was logged."""
    assert staged.facts("model_calls", "editor logs", TOKENS) == [("gpt-5.5", 600, 400, 50, 0)] * 2
    assert staged.counts("tool_calls", "editor logs", "tool_name, outcome") == {
        ("copilot_createFile", "ok"): 1
    }
    assert staged.counts("user_messages", "editor logs", "origin") == {"human": 1}
    assert staged.sessions("editor logs") == {"c1"}
