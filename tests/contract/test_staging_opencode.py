"""What OpenCode's telemetry becomes: its captured runs against what really happened, and its quirks."""

from __future__ import annotations

from pathlib import Path

import pytest

from staged import Staged, shared_folder, truth

RUNS = truth("opencode")

COLUMNS = (
    "sum(input_tokens), sum(cache_read_tokens), sum(cache_write_tokens),"
    " sum(output_tokens), sum(reasoning_tokens)"
)


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Build the lower half of the project over every capture and scenario."""
    return Staged(shared_folder(tmp_path_factory))


@pytest.mark.parametrize("told", ["", " backwards and twice", " traces alone"])
@pytest.mark.parametrize("run", RUNS)
class TestCaptures:
    """Each run's facts are what happened, also when requests come again, backwards, or without logs."""

    def test_tokens(self, staged: Staged, run: str, told: str) -> None:
        """
        Tokens of every kind equal what arrived, which is all but the last call: its spans are lost at exit.

        A title's tokens are the machine's own.
        """
        org = f"opencode {run}{told}"
        seen = RUNS[run]["observed_in_telemetry"]
        all_input, cached = seen["spans.gen_ai.usage.input_tokens"], seen["spans.ai.usage.cachedInputTokens"]
        title = RUNS[run]["tokens_reported_by_mock"]["auxiliary_no_tools"]
        by_model = RUNS[run]["tokens_reported_by_mock"]["by_model"]

        assert staged.facts("model_calls", org, f"count(*), {COLUMNS}") == [
            (
                seen["spans.llm_calls"],
                all_input - cached,
                cached,
                0,
                seen["spans.gen_ai.usage.output_tokens"],
                seen["spans.ai.usage.reasoningTokens"],
            )
        ]
        assert staged.counts("model_calls", org, "purpose") == {
            "main": seen["spans.llm_calls"] - title["requests"],
            "auxiliary": title["requests"],
        }
        assert set(by_model) == set(staged.counts("model_calls", org, "model"))
        assert staged.facts(
            "model_calls", org, "input_tokens, output_tokens", where="purpose = 'auxiliary'"
        ) == [(title["input_uncached"], title["output"])]

    def test_tools(self, staged: Staged, run: str, told: str) -> None:
        """Every call counts once, however many spans tell it."""
        org = f"opencode {run}{told}"
        servers = {
            (server, tool): calls
            for server, tools in RUNS[run]["mcp_calls"].items()
            for tool, calls in tools.items()
        }

        assert RUNS[run]["tools_requested_by_model"] == staged.counts("tool_calls", org, "tool_name")
        assert servers == staged.counts("tool_calls", org, "mcp_server, mcp_tool", where="tool_kind = 'mcp'")
        # The skill's tool failed too: it could not list the skill's files without a network.
        assert staged.counts("tool_calls", org, "tool_name", where="outcome = 'error'") == {
            "read": RUNS[run]["failed_tool_calls"],
            "skill": 1,
        }

    def test_files_and_git(self, staged: Staged, run: str, told: str) -> None:
        """A write says whether the file was there before; a command that ended well commits."""
        org = f"opencode {run}{told}"
        for operation, name in (("create", "files_created"), ("edit", "files_edited")):
            found = staged.facts("file_changes", org, "extension", where=f"operation = '{operation}'")
            assert sorted(Path(path).suffix for path in RUNS[run][name]) == [suffix for (suffix,) in found]
        assert staged.counts("git_actions", org, "git_kind") == {
            "commit": RUNS[run]["git_commits"],
            "pull_request": RUNS[run]["pull_requests_created"],
        }

    def test_skills(self, staged: Staged, run: str, told: str) -> None:
        """Skills by name, read from the call's arguments."""
        assert RUNS[run]["skills"] == staged.counts(
            "skill_activations", f"opencode {run}{told}", "skill_name"
        )

    def test_messages_and_sessions(self, staged: Staged, run: str, told: str) -> None:
        """One prompt in one session of a single command; its last answer's spans are lost."""
        org = f"opencode {run}{told}"

        assert {"human": RUNS[run]["real_user_prompts"]} == staged.counts("user_messages", org, "origin")
        assert len(staged.sessions(org)) == 1
        assert {"non-interactive-cli"} == set(staged.counts("user_messages", org, "client"))
        # The first call also says something; the title's text is nobody's message.
        assert staged.counts("assistant_messages", org, "model") == {"mock-large": 1}
        assert {"email:dev@example.com"} == set(staged.people(org))


@pytest.mark.parametrize("run", RUNS)
def test_logs_tell_nothing(staged: Staged, run: str) -> None:
    """OpenCode's logs are its diary: free text, of which nothing is kept."""
    org = f"opencode {run} logs alone"

    assert staged.sessions(org) == set()
    assert staged.facts("model_calls", org, "*") == []


def test_without_the_librarys_spans(staged: Staged) -> None:
    """Calls, messages and changed files are known by their tools' names; models and extensions are not."""
    org = "opencode without the library's spans"

    assert staged.facts("tool_calls", org, "tool_name, outcome") == [
        ("bash", "denied"),
        ("edit", "error"),
        ("edit", "ok"),
        ("skill", "ok"),
        ("write", "ok"),
    ]
    assert staged.facts("file_changes", org, "operation, extension") == [
        ("create", "(unknown)"),
        ("edit", "(unknown)"),
    ]
    assert staged.facts("skill_activations", org, "skill_name") == [("(unknown)",)]
    assert staged.facts("user_messages", org, "session_id, origin") == [("s", "human"), ("s", "human")]
    assert staged.facts("model_calls", org, "model") == []


def test_sub_agents_work_in_their_persons_session(staged: Staged) -> None:
    """What runs within a `task` call belongs to its caller, through all generations."""
    org = "opencode sub-agents"

    assert {"s"} == staged.sessions(org)
    assert staged.facts("model_calls", org, "input_tokens, purpose") == [
        (11, "subagent"),
        (5, "main"),
        (7, "subagent"),
    ]
    assert staged.counts("user_messages", org, "origin") == {"human": 1, "synthetic": 1}
    assert staged.counts("tool_calls", org, "tool_kind") == {"subagent": 2, "builtin": 1}


def test_whom_a_model_answered(staged: Staged) -> None:
    """Titles, compactions and helpers are the machine's own; what was broken off is no call."""
    assert staged.facts("model_calls", "opencode purposes", "input_tokens, purpose") == [
        (1, "main"),
        (2, "auxiliary"),
        (4, "auxiliary"),
        (8, "auxiliary"),
    ]


def test_input_is_without_caches(staged: Staged) -> None:
    """By the library's own split, else by what it says was cached."""
    assert staged.facts(
        "model_calls",
        "opencode caches",
        "input_tokens, cache_read_tokens, cache_write_tokens, output_tokens, model_tier",
    ) == [(10, 60, 30, 9, "thinking"), (30, 20, 0, 1, "standard")]


def test_servers_tools_are_told_from_ones_own(staged: Staged) -> None:
    """An underscore marks a server's tool, unless OpenCode or the installation has one of that name."""
    org = "opencode tools of one's own"

    assert staged.facts("tool_calls", org, "tool_name, tool_kind, mcp_server, mcp_tool") == [
        ("axiom_query_logs", "mcp", "axiom", "query_logs"),
        ("github_create_pull_request", "mcp", "github", "create_pull_request"),
        ("lint_all", "builtin", None, None),
        ("lint_all", "builtin", None, None),
        ("list_mcp_resources", "builtin", None, None),
    ]
    assert staged.counts("git_actions", org, "git_kind, confidence") == {("pull_request", "parsed"): 1}


def test_clients_and_people(staged: Staged) -> None:
    """A terminal asks for what it shows; a name that every machine has is nobody's."""
    org = "opencode clients"

    assert staged.facts("model_calls", org, "session_id, client") == [
        ("i", "ide"),
        ("s", "terminal-ui"),
        ("w", "desktop"),
    ]
    assert staged.facts("slash_commands", org, "session_id, command_name") == [("s", "(unknown)")]
    assert staged.counts("user_messages", org, "origin") == {"command": 1}
    assert {"install:ada", None} == set(staged.people(org))
