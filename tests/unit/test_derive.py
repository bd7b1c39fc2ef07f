"""Promises of derivation: facts come out of content, content does not; nothing malformed is an error."""

from __future__ import annotations

import json
from typing import Any

import pytest

from andon.ingest.derive import MCP_SERVERS, MCP_TOOLS, SOURCES, derive
from andon.ingest.derive_files import changed_lines, extension_of, patch_changes
from andon.ingest.derive_git import git_actions, simple_commands

PATCH = """*** Begin Patch
*** Add File: src/app.py
+def main():
+    pass
*** Update File: old name.TS
*** Move to: src/new.tsx
@@
-a
+b
+c
 d
*** Delete File: Makefile
*** End Patch
"""


def tool(name: str, **arguments: object) -> dict[str, Any]:
    """Give the facts of one call, its arguments sent as Claude Code sends them."""
    return derive({"tool_name": name, "tool_input": json.dumps(arguments)})


def changes(name: str, **arguments: object) -> list[Any]:
    """Give the file changes of one call."""
    return tool(name, **arguments).get("andon.file_changes", [])


@pytest.mark.parametrize(
    ("path", "extension"),
    [
        ("/home/dev/app.PY", ".py"),
        ("C:\\src\\a.Tsx", ".tsx"),
        ("archive.tar.gz", ".gz"),
        ("README", "(none)"),
        (".gitignore", "(none)"),
        ("a/.env.local", ".local"),
        ("dir.d/", "(none)"),
        ("strange.ext with words", "(none)"),
    ],
)
def test_extensions(path: str, extension: str) -> None:
    """Only a path's extension is given, in lower case with its dot."""
    assert extension_of(path) == extension


def test_a_write_creates() -> None:
    """A Write is a creation of as many lines as its content has."""
    assert changes("Write", file_path="/p/a.py", content="a\nb\n") == [
        {"operation": "create", "extension": ".py", "lines_added": 2, "lines_removed": 0}
    ]


def test_an_edit_counts_what_differs() -> None:
    """An Edit counts the lines between the common head and tail of its two texts."""
    assert changes("Edit", file_path="a.py", old_string="x\nold\ny", new_string="x\nnew\nnew\ny") == [
        {"operation": "edit", "extension": ".py", "lines_added": 2, "lines_removed": 1}
    ]
    assert changed_lines("", "a\nb") == (2, 0)
    assert changed_lines("a\nb\n", "a\nb\n") == (0, 0)


def test_unknown_lines_are_left_out() -> None:
    """Where every occurrence is replaced, or the sender cut the text, lines are unknown and not zero."""
    everywhere = changes("Edit", file_path="a.py", old_string="a", new_string="b", replace_all=True)
    assert everywhere == [{"operation": "edit", "extension": ".py"}]
    text = json.dumps({"file_path": "a.py", "content": "cut"})
    cut = derive({"tool_name": "Write", "tool_input": text, "tool_input_size_bytes": "900"})
    assert cut["andon.file_changes"] == [{"operation": "create", "extension": ".py"}]


def test_other_edit_tools() -> None:
    """A MultiEdit is one edit of all its parts; a NotebookEdit is an edit of the notebook."""
    edits = [{"old_string": "a", "new_string": "b"}, {"old_string": "c", "new_string": "c\nd"}]
    assert changes("MultiEdit", file_path="x.go", edits=edits) == [
        {"operation": "edit", "extension": ".go", "lines_added": 2, "lines_removed": 1}
    ]
    assert changes("NotebookEdit", notebook_path="n.ipynb", new_source="x") == [
        {"operation": "edit", "extension": ".ipynb"}
    ]


@pytest.mark.parametrize("name", ["Read", "Grep", "mcp_tool", "mcp__fs__write"])
def test_other_tools_change_nothing(name: str) -> None:
    """Only edit tools change files, whatever arguments others take."""
    assert changes(name, file_path="a.py", content="x", old_string="a", new_string="b") == []


def test_patches() -> None:
    """A patch tells each file's operation, extension and lines; a moved file has its new extension."""
    expected = [
        {"operation": "create", "extension": ".py", "lines_added": 2, "lines_removed": 0},
        {"operation": "edit", "extension": ".tsx", "lines_added": 2, "lines_removed": 1},
        {"operation": "delete", "extension": "(none)"},
    ]
    assert patch_changes(PATCH) == expected
    assert derive({"tool_name": "apply_patch", "arguments": PATCH})["andon.file_changes"] == expected
    as_json = json.dumps({"input": PATCH})
    assert derive({"tool_name": "apply_patch", "arguments": as_json})["andon.file_changes"] == expected
    shell = json.dumps({"cmd": f"apply_patch <<'EOF'\n{PATCH}EOF\n"})
    assert derive({"tool_name": "exec_command", "arguments": shell})["andon.file_changes"] == expected
    assert derive({"tool_name": "exec", "arguments": f"await tools.apply_patch(`{PATCH}`)"}) == {}


COMMIT = [{"kind": "commit"}]
PULL_REQUEST = [{"kind": "pull_request"}]


@pytest.mark.parametrize(
    ("command", "actions"),
    [
        ("git commit -m 'feat: x'", COMMIT),
        ("git add -A && git commit -q -m 'feat: add app'", COMMIT),
        ("cd x; git -C /repo -c user.name=me commit --amend", COMMIT),
        ("GIT_AUTHOR_DATE=now FOO='a b' git commit -m x", COMMIT),
        ("sudo -E env A=1 /usr/bin/git --no-pager commit", COMMIT),
        ("git commit -m x 2>&1 | tail -1", COMMIT),
        ('git commit -m "$(cat <<\'EOF\'\nit\'s "done"\ngit commit\nEOF\n)"', COMMIT),
        ("git commit \\\n  -m x", COMMIT),
        ("bash -lc 'git commit -m x'", COMMIT),
        ("if true; then git commit -m x; fi", COMMIT),
        ("(git commit -m a)\ngit commit -m b", COMMIT * 2),
        ("git commit -m x && gh pr create --title 't'", COMMIT + PULL_REQUEST),
        ("gh -R acme/demo pr create --fill", PULL_REQUEST),
        ("glab mr create -y", PULL_REQUEST),
        ("hub pull-request -m x", PULL_REQUEST),
        ("git commit --dry-run", []),
        ("gh pr create --dry-run", []),
        ("git commit --help", []),
        ("gh pr view 7", []),
        ("git log --grep 'git commit'", []),
        ("echo 'git commit -m x; git commit'", []),
        ('echo "a && git commit"', []),
        ("# git commit", []),
        ("cat <<EOF > howto\ngit commit -m x\nEOF", []),
        ("mygit commit", []),
        ("git commit-tree x", []),
        ("git", []),
        ("", []),
        ("git commit -m 'open quote", COMMIT),
    ],
)
def test_git_actions_of_a_command(command: str, actions: list[object]) -> None:
    """A command line is read as a shell reads it: arguments, comments and here-documents are no commands."""
    assert git_actions(command) == actions


def test_commands_as_words() -> None:
    """An exec call's list of words is one command; shells inside it are followed."""
    assert git_actions(["git", "commit", "-m", "a; git commit"]) == COMMIT
    assert git_actions(["bash", "-lc", "git commit -m x && gh pr create"]) == COMMIT + PULL_REQUEST
    assert simple_commands("a 'b c' && d") == [["a", "b c"], ["d"]]


@pytest.mark.parametrize(
    "attributes",
    [
        {"tool_name": "Bash", "tool_input": '{"command":"git commit -m x"}'},
        {"tool_name": "Bash", "tool_parameters": '{"bash_command":"git","full_command":"git commit -m x"}'},
        {"tool_name": "exec_command", "arguments": '{"cmd":"git commit -m x"}'},
        {"tool_name": "shell", "arguments": '{"command":["bash","-lc","git commit -m x"]}'},
        {"gen_ai.tool.name": "bash", "gen_ai.tool.call.arguments": {"command": "git commit -m x"}},
        {"full_command": "git commit -m x"},
    ],
)
def test_where_commands_stand(attributes: dict[str, Any]) -> None:
    """A command is found wherever agents put it, and counted once."""
    assert derive(attributes)["andon.git_actions"] == COMMIT


def test_mcp_arguments_are_no_commands() -> None:
    """An MCP tool's own arguments mean nothing here."""
    arguments = '{"command":"git commit -m x","skill":"s","subagent_type":"t"}'
    assert derive({"tool_name": "mcp_tool", "tool_input": arguments}) == {}
    assert derive({"tool_name": "run", "mcp_server": "shell", "arguments": arguments}) == {}


def test_names_in_parameters() -> None:
    """Server, tool, skill, subagent and commit id come out of the parameters."""
    parameters = {
        "mcp_server_name": "demo",
        "mcp_tool_name": "echo",
        "skill_name": "greeter",
        "subagent_type": "explore",
        "git_commit_id": "0c3c29788495d4b91a4eeb0ae6ead52f64e54f19",
    }
    assert derive({"tool_name": "x", "tool_parameters": json.dumps(parameters)}) == {
        "mcp.server.name": "demo",
        "andon.mcp.tool": "echo",
        "andon.skill.name": "greeter",
        "andon.subagent.type": "explore",
        "vcs.ref.head.revision": "0c3c29788495d4b91a4eeb0ae6ead52f64e54f19",
    }
    assert tool("Skill", skill="greeter") == {"andon.skill.name": "greeter"}
    assert tool("Agent", subagent_type="explore", prompt="x") == {"andon.subagent.type": "explore"}


@pytest.mark.parametrize(
    ("output", "code"),
    [
        ("Chunk ID: 1\nProcess exited with code 0\nOriginal token count: 0\nOutput:\n", 0),
        ("Exit code: 128\nWall time: 0 seconds\nOutput:\nExit code: 5\n", 128),
        ('{"output":"x","metadata":{"exit_code":1}}', 1),
        ("Wall time: 0.0023 seconds\nOutput:\nExit code: 5", None),
        ("Exit code: 5", None),
        ("{broken", None),
    ],
)
def test_exit_codes(output: str, code: int | None) -> None:
    """The exit code is read above the output, never inside it."""
    assert derive({"output": output}).get("process.exit.code") == code


def test_machine_made_prompts() -> None:
    """A prompt that an agent wrote itself is synthetic; a person's says nothing."""
    assert derive({"prompt": "<task-notification>\n<task-id>1</task-id>"}) == {
        "andon.message.origin": "synthetic"
    }
    assert derive({"prompt": "fix <task-notification> handling"}) == {}


def test_slash_commands_are_told_by_their_event() -> None:
    """A command is a slash command's name only on an event of that kind."""
    assert derive({"event.name": "x.slash_command", "command": "/model"}) == {
        "andon.slash_command.name": "model"
    }
    assert derive({"event.name": "x.tool_call", "command": "ls"}) == {}


def test_what_was_sent_is_never_overwritten() -> None:
    """A derived fact gives way to the attribute of the same name."""
    assert derive({"file.path": "a.py", "file.extension": ".txt"}) == {}
    assert derive({"file.path": "a.py"}) == {"file.extension": ".py"}


@pytest.mark.parametrize("name", sorted(SOURCES - set(MCP_SERVERS) - set(MCP_TOOLS)))
@pytest.mark.parametrize(
    "text", ["{", "[1", '{"a":', "*** Begin Patch\n*** Add File:", "\x00", "'\"`$(", '{"command":5}']
)
def test_malformed_content_derives_nothing(name: str, text: str) -> None:
    """Content that cannot be read gives nothing and is no error."""
    for asked in ("Write", "Edit", "MultiEdit", "NotebookEdit", "apply_patch", "Bash"):
        found = derive({"tool_name": asked, name: text})
        assert found.keys() <= {"file.extension", "andon.response.has_text"}


ADDED = {"operation": "create", "extension": ".py", "lines_added": 2, "lines_removed": 0}
CHANGED = {"operation": "edit", "extension": ".py", "lines_added": 1, "lines_removed": 1}


@pytest.mark.parametrize(
    ("attributes", "expected"),
    [
        # Gemini CLI, Qwen Code
        (
            ("function_name", "write_file", "function_args", {"file_path": "a.py", "content": "a\nb\n"}),
            [ADDED],
        ),
        (
            (
                *("function_name", "replace", "function_args"),
                {"file_path": "/p/a.py", "instruction": "x", "old_string": "a", "new_string": "b"},
            ),
            [CHANGED],
        ),
        (
            (
                *("function_name", "replace", "function_args"),
                {"file_path": "a.py", "old_string": "a", "new_string": "b", "allow_multiple": True},
            ),
            [{"operation": "edit", "extension": ".py"}],
        ),
        # Copilot CLI
        (
            (
                *("gen_ai.tool.name", "create", "gen_ai.tool.call.arguments"),
                {"path": "/p/a.py", "file_text": "a\nb\n"},
            ),
            [ADDED],
        ),
        (
            (
                *("gen_ai.tool.name", "edit", "gen_ai.tool.call.arguments"),
                {"path": "/p/a.py", "old_str": "a", "new_str": "b"},
            ),
            [CHANGED],
        ),
        # VS Code Copilot Chat
        (
            (
                *("gen_ai.tool.name", "multi_replace_string_in_file", "gen_ai.tool.call.arguments"),
                {
                    "replacements": [
                        {"filePath": "/p/a.py", "oldString": "a", "newString": "b"},
                        {"filePath": "/p/b.ts", "oldString": "a", "newString": "a\nb"},
                    ]
                },
            ),
            [CHANGED, {"operation": "edit", "extension": ".ts", "lines_added": 1, "lines_removed": 0}],
        ),
        # OpenCode
        (("ai.toolCall.name", "write", "ai.toolCall.args", {"filePath": "a.py", "content": "a\nb"}), [ADDED]),
        (
            (
                *("ai.toolCall.name", "edit", "ai.toolCall.args"),
                {"filePath": "a.py", "oldString": "a", "newString": "b"},
            ),
            [CHANGED],
        ),
        # droid
        (("tool.name", "Create", "tool.input", {"file_path": "a.py", "content": "a\nb"}), [ADDED]),
        (("tool.name", "ApplyPatch", "tool.input", {"input": "*** Begin Patch\n*** Delete File: x.go\n"}), [
            {"operation": "delete", "extension": ".go"}
        ]),
    ],
)  # fmt: skip
def test_every_agents_edit_tools(attributes: tuple[str, str, str, Any], expected: list[Any]) -> None:
    """Whatever an agent calls its tools and their arguments, the changes of files come out alike."""
    named, name, told, arguments = attributes

    assert derive({named: name, told: json.dumps(arguments)})["andon.file_changes"] == expected


def test_a_write_over_a_file_is_an_edit_where_the_tool_says_so() -> None:
    """OpenCode's result and VS Code's edit type tell whether the file was there."""
    written = {"ai.toolCall.name": "write", "ai.toolCall.args": '{"filePath":"a.py","content":"x"}'}
    edited = [{"operation": "edit", "extension": ".py"}]

    assert (
        derive({**written, "ai.toolCall.result": '{"metadata":{"exists":true}}'})["andon.file_changes"]
        == edited
    )
    created = derive({**written, "ai.toolCall.result": '{"metadata":{"exists":false}}'})["andon.file_changes"]
    assert [change["operation"] for change in created] == ["create"]
    typed = {
        "gen_ai.tool.name": "create_file",
        "gen_ai.tool.call.arguments": '{"filePath":"a.py","content":"x"}',
        "github.copilot.tool.parameters.edit_type": "update",
    }
    assert derive(typed)["andon.file_changes"] == edited


@pytest.mark.parametrize(
    ("attribute", "text", "code"),
    [
        ("ai.toolCall.result", '{"metadata":{"output":"x","exit":1}}', 1),
        ("tool.result", "out\n\n[Process exited with code 128]", 128),
        ("gen_ai.tool.call.result", "out\n<shellId: 0 completed with exit code 0>", 0),
    ],
)
def test_every_agents_exit_codes(attribute: str, text: str, code: int) -> None:
    """The exit code is where the agent's shell tool writes it."""
    assert derive({attribute: text}) == {"process.exit.code": code}


@pytest.mark.parametrize(
    "text",
    ["[Process exited with code 1]\nand more", "Process exited with code 1", '{"exit":1}', '{"metadata":3}'],
)
def test_an_exit_code_in_the_output_is_none(text: str) -> None:
    """What a program printed is not what it returned."""
    assert derive({"tool.result": text}) == {}


@pytest.mark.parametrize(
    ("attributes", "skill"),
    [
        ({"function_name": "activate_skill", "function_args": '{"name":"greeter"}'}, "greeter"),
        ({"function_name": "skill", "function_args": '{"skill":"greeter"}'}, "greeter"),
        ({"ai.toolCall.name": "skill", "ai.toolCall.args": '{"name":"greeter"}'}, "greeter"),
        ({"tool.name": "Skill", "tool.input": '{"skill":"greeter"}'}, "greeter"),
        ({"function_name": "read_file", "function_args": '{"name":"greeter"}'}, None),
    ],
)
def test_every_agents_skills(attributes: dict[str, Any], skill: str | None) -> None:
    """A skill's name is read under the tool that takes it, and under no other."""
    assert derive(attributes).get("andon.skill.name") == skill


def test_mcp_names_beside_hashes() -> None:
    """Copilot tells names in clear only with its content switch on."""
    prefix = "github.copilot.tool.parameters."

    assert derive({f"{prefix}mcp_server_name": "demo", f"{prefix}mcp_tool_name": "echo"}) == {
        "mcp.server.name": "demo",
        "andon.mcp.tool": "echo",
    }


@pytest.mark.parametrize(
    ("attributes", "has_text"),
    [
        ({"ai.response.text": "Done."}, True),
        ({"ai.response.text": " "}, False),
        ({"gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"text","content":"Hi"}]}]'}, True),
        (
            {"gen_ai.output.messages": '[{"role":"assistant","parts":[{"type":"tool_call","name":"x"}]}]'},
            False,
        ),
        ({}, None),
    ],
)
def test_whether_a_response_holds_text(attributes: dict[str, Any], has_text: bool | None) -> None:  # noqa: FBT001 (a case's expectation)
    """A response of tool calls alone is no message to a person; one that is not told may be either."""
    assert derive(attributes).get("andon.response.has_text") is has_text
