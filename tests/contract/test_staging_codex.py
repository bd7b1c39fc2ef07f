"""What Codex' telemetry becomes: its captured runs against what really happened, and its quirks."""

from __future__ import annotations

from pathlib import Path

import pytest

from staged import Staged, shared_folder, truth

RUNS = truth("codex")


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Build the lower half of the project over every capture and scenario."""
    return Staged(shared_folder(tmp_path_factory))


@pytest.mark.parametrize("told", ["", " backwards and twice"])
@pytest.mark.parametrize("run", RUNS)
class TestCaptures:
    """Each run's facts are what happened, also when its requests come again and in the other order."""

    def test_tokens(self, staged: Staged, run: str, told: str) -> None:
        """Tokens of every kind equal the model's own count; a title's are the machine's own."""
        reported = RUNS[run]["tokens_reported_by_mock"]
        columns = (
            "count(*), sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens),"
            " sum(output_tokens), sum(reasoning_tokens)"
        )
        counts = ("requests", "input_uncached", "cache_read", "cache_write", "output", "reasoning")

        by_model = staged.facts("model_calls", f"codex {run}{told}", f"model, {columns}", group="model")
        by_purpose = staged.facts("model_calls", f"codex {run}{told}", f"purpose, {columns}", group="purpose")

        assert by_model == sorted(
            (model, *(tokens[name] for name in counts)) for model, tokens in reported["by_model"].items()
        )
        assert by_purpose == sorted(
            (purpose, *(reported[key][name] for name in counts))
            for purpose, key in (("main", "main_conversation"), ("auxiliary", "auxiliary_no_tools"))
            if reported[key]["requests"]
        )

    def test_tools(self, staged: Staged, run: str, told: str) -> None:
        """Every tool ran once; a script's calls count in the place of the script."""
        org = f"codex {run}{told}"
        asked = dict(RUNS[run]["tools_requested_by_model"])
        if asked.pop("exec", 0):
            asked |= {"exec_command": 1, "apply_patch": 1}
        servers = {
            (server, tool): calls
            for server, tools in RUNS[run].get("mcp_calls", {}).items()
            for tool, calls in tools.items()
        }

        assert asked == staged.counts("tool_calls", org, "tool_name")
        assert servers == staged.counts("tool_calls", org, "mcp_server, mcp_tool", where="tool_kind = 'mcp'")
        assert {"ok"} == set(staged.counts("tool_calls", org, "outcome"))

    def test_files_and_git(self, staged: Staged, run: str, told: str) -> None:
        """Patches change files, commands commit; a file that a shell wrote is seen by nobody."""
        org = f"codex {run}{told}"
        for operation, name in (("create", "files_created"), ("edit", "files_edited")):
            patched = [path.split()[0] for path in RUNS[run].get(name, []) if "shell" not in path]
            found = staged.facts("file_changes", org, "extension", where=f"operation = '{operation}'")
            assert sorted(Path(path).suffix for path in patched) == [extension for (extension,) in found]
        expected = {"commit": RUNS[run]["git_commits"], "pull_request": RUNS[run]["pull_requests_created"]}
        assert {kind: n for kind, n in expected.items() if n} == staged.counts("git_actions", org, "git_kind")

    def test_skills_and_hooks(self, staged: Staged, run: str, told: str) -> None:
        """Skills by name; hooks by event, from the counter, which tells nothing else."""
        org = f"codex {run}{told}"

        assert RUNS[run].get("skills", {}) == staged.counts("skill_activations", org, "skill_name")
        if "hooks" in RUNS[run]:
            assert RUNS[run]["hooks"] == staged.counts("hook_runs", org, "hook_event")

    def test_messages_and_sessions(self, staged: Staged, run: str, told: str) -> None:
        """A title thread's prompt is nobody's and its conversation no session; a resumed one is one."""
        org = f"codex {run}{told}"
        origins = staged.counts("user_messages", org, "origin")
        terminal = run == "interactive-tui"

        assert RUNS[run]["real_user_prompts"] == origins["human"]
        assert int(terminal) == origins.get("synthetic", 0)
        assert len(staged.sessions(org)) == 1
        assert {"terminal-ui" if terminal else "non-interactive-cli"} == set(
            staged.counts("tool_calls", org, "client")
        )

    def test_assistant_messages(self, staged: Staged, run: str, told: str) -> None:
        """Responses in which text was streamed count, each once: the scenarios end each prompt with one."""
        # The long scenario also says something before its first call.
        expected = 2 if run in {"basic-http-protobuf", "details-http-json", "grpc"} else 1

        assert expected == len(staged.facts("assistant_messages", f"codex {run}{told}", "record_id"))


# The daemon of the terminal's run was ended before it exported its counters.
COUNTED = [run for run in RUNS if run != "interactive-tui"]
ALONE = [
    *(("logs", run) for run in RUNS),
    *(("metrics", run) for run in COUNTED),
    ("traces", "basic-http-protobuf"),
]


@pytest.mark.parametrize(("signal", "run"), ALONE)
class TestOneSignal:
    """What one signal alone tells of a run is what happened, as far as the signal tells it."""

    def test_tokens(self, staged: Staged, signal: str, run: str) -> None:
        """Tokens of every kind are the same from responses, from spans of turns and from the histogram."""
        columns = (
            "sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens), sum(output_tokens),"
            " sum(reasoning_tokens)"
        )
        names = ("input_uncached", "cache_read", "cache_write", "output", "reasoning")
        reported = RUNS[run]["tokens_reported_by_mock"]["by_model"]

        assert [
            (model, *(tokens[name] for name in names)) for model, tokens in reported.items()
        ] == staged.facts("model_calls", f"codex {run} {signal} alone", f"model, {columns}", group="model")

    def test_tools(self, staged: Staged, signal: str, run: str) -> None:
        """A tool's calls count once, also where a counter glues a server's name to its tool's."""
        org = f"codex {run} {signal} alone"
        asked = dict(RUNS[run]["tools_requested_by_model"])
        if asked.pop("exec", 0):
            asked |= {"exec_command": 1, "apply_patch": 1}
        servers = {
            (server, tool): calls
            for server, tools in RUNS[run].get("mcp_calls", {}).items()
            for tool, calls in tools.items()
        }

        assert asked == staged.counts("tool_calls", org, "tool_name")
        assert servers == staged.counts("tool_calls", org, "mcp_server, mcp_tool", where="tool_kind = 'mcp'")
        assert {"ok"} == set(staged.counts("tool_calls", org, "outcome"))
        if RUNS[run].get("sandbox") == "danger-full-access":
            assert {"auto-high"} == set(staged.counts("tool_calls", org, "autonomy_level"))

    def test_people(self, staged: Staged, signal: str, run: str) -> None:
        """Prompts and sessions: a resumed conversation is one, and its history no new prompts."""
        org = f"codex {run} {signal} alone"
        origins = staged.counts("user_messages", org, "origin")
        terminal = run == "interactive-tui"
        client = "terminal-ui" if terminal else "non-interactive-cli"

        assert RUNS[run]["real_user_prompts"] == origins["human"]
        assert {client} == set(staged.counts("tool_calls", org, "client"))
        if signal == "metrics":
            assert staged.counts("session_starts", org, "agent") == {"codex": 1}
        else:
            assert len(staged.sessions(org)) == 1

    def test_skills_and_hooks(self, staged: Staged, signal: str, run: str) -> None:
        """Logs tell skills, spans hooks, counters both."""
        org = f"codex {run} {signal} alone"
        skills = RUNS[run].get("skills", {}) if signal != "traces" else {}
        hooks = RUNS[run].get("hooks", {}) if signal != "logs" else {}

        assert skills == staged.counts("skill_activations", org, "skill_name")
        if "hooks" in RUNS[run]:
            assert hooks == staged.counts("hook_runs", org, "hook_event")


def test_only_a_hidden_thread_is_a_title_thread(staged: Staged) -> None:
    """A plain conversation beside another one is a person's once it used a tool, or came much later."""
    assert staged.facts("user_messages", "codex threads", "session_id, origin") == [
        ("first", "human"),
        ("later", "human"),
        ("reader", "human"),
        ("title", "synthetic"),
    ]
    assert {"first", "later", "reader"} == staged.sessions("codex threads")


def test_what_a_tool_did(staged: Staged) -> None:
    """Denials are kept, wrappers go where their calls are told, and what failed changed nothing."""
    assert staged.facts("tool_calls", "codex tools", "call_id, outcome, autonomy_level") == [
        ("alone", "ok", "auto-low"),
        ("done", "ok", "auto-high"),
        ("exec-1", "error", "auto-low"),
        ("failed", "ok", "auto-low"),
        ("no", "denied", "auto-low"),
    ]
    assert staged.facts("file_changes", "codex tools", "extension") == []
    assert staged.counts("git_actions", "codex tools", "git_kind, confidence") == {("commit", "parsed"): 1}


def test_completions_over_sockets(staged: Staged) -> None:
    """A completion counts once, whichever transport tells it, or both."""
    assert staged.facts("model_calls", "codex sockets", "input_tokens, output_tokens") == [
        (10, 1),
        (20, 2),
        (20, 2),
    ]


def test_policies_in_every_spelling(staged: Staged) -> None:
    """Old and new versions spell the same policies differently; a pair that means no level has none."""
    assert staged.facts("tool_calls", "codex policies", "session_id, autonomy_level") == [
        ("c0", "auto-low"),
        ("c1", "auto-high"),
        ("c2", "auto-medium"),
        ("c3", "auto-high"),
        ("c4", "manual"),
        ("c5", None),
    ]


def test_counters_alone(staged: Staged) -> None:
    """Parts of tokens without their total, no history twice, no wrapper, no glued name beside a clean one."""
    org = "codex only counters"

    assert staged.facts(
        "model_calls",
        org,
        "input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, reasoning_tokens, model_tier",
    ) == [(30, 60, 10, 20, 5, "thinking")]
    assert staged.counts("session_starts", org, "agent") == {"codex": 1}
    assert staged.counts("user_messages", org, "origin") == {"human": 2}
    assert staged.counts("tool_calls", org, "tool_name, mcp_server, outcome, autonomy_level") == {
        ("exec_command", None, "ok", None): 3,
        ("echo", "demo", "ok", None): 1,
        ("echo", "demo", "error", None): 1,
    }
    assert staged.counts("hook_runs", org, "hook_event") == {"Stop": 2}
    assert staged.counts("skill_activations", org, "skill_name") == {"greeter": 1}


def test_counters_of_an_old_version(staged: Staged) -> None:
    """Without a counter of servers the names in the tool's counter are taken apart."""
    assert staged.counts("tool_calls", "codex old counters", "mcp_server, mcp_tool, outcome, client") == {
        ("demo", "echo", "error", "terminal-ui"): 2
    }
    assert staged.counts("session_starts", "codex old counters", "agent") == {"codex": 2}


def test_counters_give_way_under_another_name_of_the_person(staged: Staged) -> None:
    """Logs name a login, counters the resource: one person's tokens count once."""
    assert staged.facts("model_calls", "codex login", "source_signal, identity_email, input_tokens") == [
        ("logs", "ada@example.com", 100)
    ]
    assert staged.counts("session_starts", "codex login", "source_signal") == {"logs": 1}


def test_a_turn_does_not_repeat_its_responses(staged: Staged) -> None:
    """Where spans tell of responses, the sum of the turn is no call of its own."""
    assert staged.facts("model_calls", "codex spans", "input_tokens, output_tokens") == [(100, 20)]


def test_clients(staged: Staged) -> None:
    """The originator names the client, else the service; one that nobody knows names none."""
    assert dict(staged.facts("user_messages", "codex clients", "session_id, client")) == {
        "codex_vscode": "ide",
        "codex_exec": "non-interactive-cli",
        "codex_sdk_ts": "non-interactive-cli",
        "Codex Desktop": "desktop",
        "codex_web": "web",
        "new": None,
        "old": "terminal-ui",
    }
