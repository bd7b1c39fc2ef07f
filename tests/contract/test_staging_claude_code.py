"""What Claude Code's telemetry becomes: its captured runs against what really happened, and its quirks."""

from __future__ import annotations

from pathlib import Path

import pytest

from staged import Staged, shared_folder, truth

RUNS = truth("claude-code")
DETAILED = {"details-http-json", "interactive-tui"}
"""Runs that were told to log tool details."""


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Build the lower half of the project over every capture and scenario."""
    return Staged(shared_folder(tmp_path_factory))


def extensions(paths: list[str]) -> list[str]:
    """Extensions of a run's files, sorted."""
    return sorted(Path(path).suffix for path in paths)


@pytest.mark.parametrize("told", ["", " backwards and twice"])
@pytest.mark.parametrize("run", RUNS)
class TestCaptures:
    """Each run's facts are what happened, also when its requests come again and in the other order."""

    def test_tokens(self, staged: Staged, run: str, told: str) -> None:
        """Tokens of every kind equal the model's own count, for every model and purpose."""
        reported = RUNS[run]["tokens_reported_by_mock"]
        columns = (
            "count(*), sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens)"
        )
        counts = ("requests", "input_uncached", "cache_read", "cache_write", "output")

        by_model = staged.facts("model_calls", f"claude-code {run}{told}", f"model, {columns}", group="model")
        by_purpose = staged.facts(
            "model_calls", f"claude-code {run}{told}", f"purpose, {columns}", group="purpose"
        )

        assert by_model == sorted(
            (model, *(tokens[name] for name in counts)) for model, tokens in reported["by_model"].items()
        )
        assert by_purpose == sorted(
            (purpose, *(reported[key][name] for name in counts))
            for purpose, key in (
                ("main", "main_conversation"),
                ("subagent", "subagent"),
                ("auxiliary", "auxiliary_no_tools"),
            )
            if reported[key]["requests"]
        )

    def test_tools(self, staged: Staged, run: str, told: str) -> None:
        """Every tool that the model asked for ran once; names of servers show with tool details only."""
        org = f"claude-code {run}{told}"
        asked = dict(RUNS[run]["tools_requested_by_model"])
        mcp_calls = asked.pop("mcp__demo__echo", 0)
        server = ("demo", "echo") if run in DETAILED else ("(redacted)", "(redacted)")

        assert asked == staged.counts("tool_calls", org, "tool_name", where="tool_kind <> 'mcp'")
        assert (
            {server: mcp_calls}
            if mcp_calls
            else staged.counts("tool_calls", org, "mcp_server, mcp_tool", where="tool_kind = 'mcp'") == {}
        )
        assert RUNS[run].get("failed_tool_calls", 0) == len(
            staged.facts("tool_calls", org, "call_id", where="outcome = 'error'")
        )

    def test_autonomy(self, staged: Staged, run: str, told: str) -> None:
        """Every call has the level of its permission mode."""
        level = {"acceptEdits": "auto-low", "bypassPermissions": "auto-high"}[RUNS[run]["permission_mode"]]

        assert {level} == set(staged.counts("tool_calls", f"claude-code {run}{told}", "autonomy_level"))

    def test_files(self, staged: Staged, run: str, told: str) -> None:
        """Files created and edited; without tool details their extensions are unknown, never guessed."""
        org = f"claude-code {run}{told}"
        for operation, name in (("create", "files_created"), ("edit", "files_edited")):
            happened = extensions(RUNS[run].get(name, []))
            expected = happened if run in DETAILED else ["(unknown)"] * len(happened)
            found = staged.facts("file_changes", org, "extension", where=f"operation = '{operation}'")
            assert expected == [extension for (extension,) in found]

    def test_git(self, staged: Staged, run: str, told: str) -> None:
        """Commits and pull requests count once, from the command where it is told, else from the counters."""
        expected = {"commit": RUNS[run]["git_commits"], "pull_request": RUNS[run]["pull_requests_created"]}

        assert {kind: n for kind, n in expected.items() if n} == staged.counts(
            "git_actions", f"claude-code {run}{told}", "git_kind"
        )

    def test_skills_and_commands(self, staged: Staged, run: str, told: str) -> None:
        """Skills and slash commands by their names: a hidden name is found in the request that followed."""
        org = f"claude-code {run}{told}"

        assert RUNS[run].get("skills", {}) == staged.counts("skill_activations", org, "skill_name")
        assert RUNS[run].get("slash_commands", {}) == staged.counts("slash_commands", org, "command_name")

    def test_hooks(self, staged: Staged, run: str, told: str) -> None:
        """A hook runs once for each completion; its configured matcher shows with tool details."""
        org = f"claude-code {run}{told}"
        runs = staged.counts("hook_runs", org, "hook_event, hook_matcher")

        assert RUNS[run]["observed_in_telemetry"]["logs.hook_events"] == sum(runs.values())
        matchers = {matcher for (event, matcher) in runs if event == "PostToolUse"}
        assert matchers == {"Write|Edit"} if run in DETAILED else matchers <= {"Write", "Edit"}

    def test_messages_and_sessions(self, staged: Staged, run: str, told: str) -> None:
        """People's messages are those that people sent: no notification, no /exit; one session a run."""
        org = f"claude-code {run}{told}"
        # The runs' truth counts /hello among the prompts where no terminal sent it.
        commands = sum(n for name, n in RUNS[run].get("slash_commands", {}).items() if name != "exit")
        typed = RUNS[run]["real_user_prompts"] - (commands if run == "grpc" else 0)
        origins = staged.counts("user_messages", org, "origin")
        client = "terminal-ui" if run == "interactive-tui" else "non-interactive-cli"

        assert typed == origins.get("human", 0)
        assert commands == origins.get("command", 0)
        assert RUNS[run].get("subagents", {}).get("general-purpose", 0) == origins.get("synthetic", 0)
        assert len(staged.sessions(org)) == 1
        assert {client} == set(staged.counts("user_messages", org, "client"))


TRACED = "details-http-json"
"""The run that sent traces."""


@pytest.mark.parametrize(
    ("signal", "run"),
    [*(("logs", run) for run in RUNS), *(("metrics", run) for run in RUNS), ("traces", TRACED)],
)
class TestOneSignal:
    """What one signal alone tells of a run is what happened, as far as the signal tells it."""

    def test_tokens(self, staged: Staged, signal: str, run: str) -> None:
        """Tokens by model and purpose are the same from requests, spans and the counter."""
        org = f"claude-code {run} {signal} alone"
        reported = RUNS[run]["tokens_reported_by_mock"]
        columns = "sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens)"
        names = ("input_uncached", "cache_read", "cache_write", "output")

        assert [
            (model, *(tokens[name] for name in names)) for model, tokens in reported["by_model"].items()
        ] == staged.facts("model_calls", org, f"model, {columns}", group="model")
        assert sorted(
            (purpose, *(reported[key][name] for name in names))
            for purpose, key in (
                ("main", "main_conversation"),
                ("subagent", "subagent"),
                ("auxiliary", "auxiliary_no_tools"),
            )
            if reported[key]["requests"]
        ) == staged.facts("model_calls", org, f"purpose, {columns}", group="purpose")

    def test_files_and_git(self, staged: Staged, signal: str, run: str) -> None:
        """Files and pull requests are told by every signal; a counter knows no extension."""
        org = f"claude-code {run} {signal} alone"
        for operation, name in (("create", "files_created"), ("edit", "files_edited")):
            happened = extensions(RUNS[run].get(name, []))
            known = signal != "metrics" and run in DETAILED
            assert sorted(happened if known else ["(unknown)"] * len(happened)) == sorted(
                extension
                for extension, files in staged.counts(
                    "file_changes", org, "extension", where=f"operation = '{operation}'"
                ).items()
                for _ in range(files)
            )
        if signal == "metrics" or run in DETAILED:
            expected = {
                "commit": RUNS[run]["git_commits"],
                "pull_request": RUNS[run]["pull_requests_created"],
            }
            assert {kind: n for kind, n in expected.items() if n} == staged.counts(
                "git_actions", org, "git_kind"
            )

    def test_sessions(self, staged: Staged, signal: str, run: str) -> None:
        """One session a run, also where a process that continues counts a start of its own."""
        org = f"claude-code {run} {signal} alone"

        assert len(staged.sessions(org)) == 1

    def test_tools_messages_and_skills(self, staged: Staged, signal: str, run: str) -> None:
        """Spans tell tools, prompts and skills as logs do; counters tell none of them."""
        org = f"claude-code {run} {signal} alone"
        tools = staged.counts("tool_calls", org, "coalesce(mcp_server || '/' || mcp_tool, tool_name)")
        origins = staged.counts("user_messages", org, "origin")
        skills = staged.counts("skill_activations", org, "skill_name")
        if signal == "metrics":
            assert (tools, origins, skills) == ({}, {}, {})
            return
        asked = dict(RUNS[run]["tools_requested_by_model"])
        if mcp_calls := asked.pop("mcp__demo__echo", 0):
            asked["demo/echo" if run in DETAILED else "(redacted)/(redacted)"] = mcp_calls

        assert asked == tools
        assert RUNS[run].get("failed_tool_calls", 0) == len(
            staged.facts("tool_calls", org, "call_id", where="outcome = 'error'")
        )
        assert RUNS[run].get("subagents", {}).get("general-purpose", 0) == origins.get("synthetic", 0)
        assert RUNS[run].get("skills", {}) == skills
        if signal == "traces":
            assert origins["human"] == RUNS[run]["real_user_prompts"]
            assert {"non-interactive-cli"} == set(staged.counts("user_messages", org, "client"))


@pytest.mark.parametrize("signals", ["", " metrics alone"])
def test_languages_without_paths(staged: Staged, signals: str) -> None:
    """The counter of decisions names the languages of files whose paths are kept back."""
    org = f"claude-code basic-http-protobuf{signals}"

    assert staged.languages(org) == {
        ("create", "Python"): 1,
        ("create", "TypeScript"): 1,
        ("edit", "Python"): 1,
    }


def test_languages_where_an_edit_failed(staged: Staged) -> None:
    """More were allowed than done: one language is every change's, of two nobody knows which."""
    assert staged.languages("claude languages") == {("edit", "Go"): 1}


def test_a_name_kept_back_is_shown_as_redacted(staged: Staged) -> None:
    """An MCP call without tool details is a call of a redacted tool, not of one called mcp_tool."""
    names = staged.counts(
        "tool_calls", "claude-code basic-http-protobuf", "tool_name", where="tool_kind = 'mcp'"
    )

    assert names == {"(redacted)": 1}


def test_each_completion_answers_for_one_notification(staged: Staged) -> None:
    """Two background sub-agents, two notifications; a person's prompt before or after stays a person's."""
    assert sorted(
        (origin, second % 1000)
        for origin, second in staged.facts(
            "user_messages",
            "claude notifications",
            "origin, occurred_at_unix_nano // 1000000000 - 1795176000",
        )
    ) == [
        ("human", 0),
        ("human", 100),
        ("human", 111),
        ("human", 200),
        ("synthetic", 13),
        ("synthetic", 14),
        ("synthetic", 112),
    ]


def test_a_refused_call_is_kept_as_denied(staged: Staged) -> None:
    """A refusal without a result is a denied call with its level; a result decides where there is one."""
    assert staged.facts("tool_calls", "claude refusal", "call_id, outcome, autonomy_level") == [
        ("t1", "denied", "manual"),
        ("t2", "error", "spec"),
    ]
    assert staged.facts("file_changes", "claude refusal", "record_id") == []


def test_hidden_names_and_repeated_requests(staged: Staged) -> None:
    """A name that nobody tells is (redacted); a request told twice keeps the largest of each count."""
    assert staged.counts("slash_commands", "claude names", "command_name") == {"(redacted)": 1, "compact": 1}
    assert staged.counts("skill_activations", "claude names", "skill_name") == {"(redacted)": 1}
    assert staged.facts(
        "model_calls", "claude names", "purpose, model_tier, input_tokens, output_tokens"
    ) == [("auxiliary", "standard", 5, 0), ("main", "thinking", 0, 7)]
    assert staged.counts("user_messages", "claude names", "origin") == {"command": 1}


def test_cumulative_counters_are_differenced(staged: Staged) -> None:
    """A cumulative counter gives its growth, per process: three commits of one and two of the next."""
    assert staged.counts("git_actions", "claude counters", "git_kind, confidence") == {("commit", "exact"): 5}


def test_requests_that_are_not_logged_are_counted(staged: Staged) -> None:
    """What the automatic mode asks a second model is told by spans, else by counters beyond the log."""
    columns = "model, purpose, sum(input_tokens), sum(cache_read_tokens), sum(output_tokens)"
    expected = [
        ("claude-opus-5-5", "main", 5040, 600, 204),
        ("claude-sonnet-5", "auxiliary", 19900, 2000, 1390),
    ]

    for told in ("", " logs and metrics", " backwards and twice"):
        org = f"claude-code auto-mode-classifier{told}"
        assert staged.facts("model_calls", org, columns, group="model, purpose") == expected


def test_nameless_counters_give_way_to_logs(staged: Staged) -> None:
    """Counters without a session stand back where the same person's logs tell the day."""
    assert staged.facts("model_calls", "claude nameless counters", "source_signal, input_tokens") == [
        ("logs", 10)
    ]
    assert staged.facts("session_starts", "claude nameless counters", "source_signal, session_id") == [
        ("logs", "s")
    ]


def test_nameless_counters_alone(staged: Staged) -> None:
    """Cumulative counters of two processes: their last values add up; who continues begins nothing."""
    org = "claude only counters"

    assert staged.counts("session_starts", org, "agent") == {"claude-code": 4}
    assert staged.facts("model_calls", org, "sum(input_tokens), sum(cache_read_tokens)", group="agent") == [
        (35, 7)
    ]
    assert staged.counts("file_changes", org, "operation, extension") == {("create", "(unknown)"): 3}


def test_an_old_version(staged: Staged) -> None:
    """Without permission modes on decisions the change of mode tells; what is new or failed is no fact."""
    assert staged.facts("tool_calls", "claude old", "tool_kind, mcp_server, mcp_tool, autonomy_level") == [
        ("mcp", "demo", "echo", "spec"),
        ("subagent", None, None, "spec"),
    ]
    assert staged.facts("model_calls", "claude old", "purpose, cache_write_tokens") == [("auxiliary", 3)]
    assert staged.counts("user_messages", "claude old", "origin") == {"human": 1}


def test_decisions(staged: Staged) -> None:
    """Whoever allowed a call, it ran; a refused one is denied; a mode without a level has none."""
    assert staged.facts("tool_calls", "claude decisions", "call_id, outcome, autonomy_level") == [
        ("t0", "ok", "manual"),
        ("t1", "ok", "auto-medium"),
        ("t2", "denied", "auto-high"),
        ("t3", "denied", None),
    ]


def test_commands(staged: Staged) -> None:
    """All are slash commands; only those that ask the agent something are messages too."""
    assert staged.counts("slash_commands", "claude commands", "command_name") == {
        "clear": 1,
        "compact": 1,
        "tools:review": 1,
        "(redacted)": 2,
    }
    assert staged.counts("user_messages", "claude commands", "origin") == {"command": 3}


def test_clients(staged: Staged) -> None:
    """The entry point names the client; one that nobody knows names none."""
    assert dict(staged.facts("user_messages", "claude clients", "session_id, client")) == {
        "cli": "terminal-ui",
        "sdk-py": "non-interactive-cli",
        "claude-vscode": "ide",
        "claude-jetbrains": "ide",
        "claude-desktop": "desktop",
        "remote": "web",
        "x": None,
        "piped": "non-interactive-cli",
    }


def test_spans_without_names_and_texts(staged: Staged) -> None:
    """Spans tell refusals, a notification by its place, and redacted names as such."""
    org = "claude spans"

    assert staged.facts("tool_calls", org, "call_id, tool_name, tool_kind, mcp_server, outcome") == [
        ("t1", "Agent", "subagent", None, "ok"),
        ("t2", "(redacted)", "mcp", "(redacted)", "ok"),
        ("t3", "Write", "builtin", None, "denied"),
        ("t4", "Skill", "skill", None, "ok"),
    ]
    assert staged.counts("skill_activations", org, "skill_name") == {"(redacted)": 1}
    assert staged.facts("file_changes", org, "record_id") == []
    assert staged.counts("user_messages", org, "origin, client") == {
        ("human", "terminal-ui"): 2,
        ("synthetic", "terminal-ui"): 1,
    }
    # A request that failed is no call; a response that ended a turn had text.
    assert staged.counts("model_calls", org, "purpose") == {"subagent": 1}
    assert staged.counts("assistant_messages", org, "model") == {"m": 1}
    assert staged.counts("hook_runs", org, "hook_event, hook_matcher") == {("PostToolUse", "Write"): 1}
