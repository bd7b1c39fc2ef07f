"""Promises of redaction: content goes whatever its name, names that facts need stay."""

from __future__ import annotations

import time

import pytest

from andon.ingest.redact import CONTENT, KEPT, LONGEST, Policy, kept_body, looks_like_content, plain, redacted


@pytest.mark.parametrize("name", sorted({name for names in CONTENT.values() for name in names}))
def test_content_names_keep_nothing(name: str) -> None:
    """A name on the table keeps no value of any kind, in any letter case."""
    for value in ("x", 5, True, ["x"], {"k": "x"}, b"x"):
        assert redacted(name, value) is None
        assert redacted(name.upper(), value) is None


@pytest.mark.parametrize("name", sorted(KEPT))
def test_kept_names_keep_their_value(name: str) -> None:
    """A name that facts need keeps its text, though no longer than the limit."""
    assert redacted(name, "npm run lint -- --fix ./src and then some more words") is not None
    assert redacted(name, "a" * 1000) == "a" * LONGEST


@pytest.mark.parametrize(
    "name",
    ["vendor_output", "vendor.tool.args", "userPrompt", "x.y.file_path", "last_command", "reply.content"],
)
def test_last_words_of_a_name_tell_content(name: str) -> None:
    """Texts, lists and maps under a name that ends in a word for content go; numbers and booleans stay."""
    assert redacted(name, "hi") is None
    assert redacted(name, ["hi"]) is None
    assert redacted(name, 7) == 7
    assert redacted(name, True) is True


@pytest.mark.parametrize(
    "text",
    [
        "a" * 257,
        "two\nlines",
        "one two three four five six seven eight",
        "/etc/passwd",
        "/srv",
        "~/notes",
        "see /home/dev/project for it",
        "file:///home/dev",
        "C:\\Users\\dev",
        "open D:/src/x",
        "directory=%2Fhome%2Fdev",
        '{"cmd":"ls"}',
        '["git","push"]',
        "<task-notification>",
        "sk-ant-REDACTED",
        "token ghp_0123456789abcdef0123",
        "Bearer abcdef0123456789",
        "https://dev:hunter2@example.com/x",
        "-----BEGIN PRIVATE KEY-----",
        "AKIAIOSFODNN7EXAMPLE",
    ],
)
def test_what_looks_like_content_goes(text: str) -> None:
    """Long, multi-line, prose, data, paths and secrets are dropped under any other name, nested too."""
    assert looks_like_content(text)
    assert redacted("vendor.note", text) is None
    assert redacted("vendor.note", {"a": text, "b": "ok"}) == {"b": "ok"}
    assert redacted("vendor.note", [text, "ok", 1]) == ["ok", 1]
    assert redacted(text, "ok") is None


@pytest.mark.parametrize(
    "text",
    [
        "claude-sonnet-4-5-20250929",
        "2026-11-20T23:16:49.200Z",
        "dev@example.com",
        "13c7a12fc524f59de96ee66b46e9b4bbccf819e856f2e74cd979bbc7e15bda08",
        "mcp__demo__echo",
        "agent:builtin:general-purpose",
        "Write|Edit",
        "openai/gpt-5",
        "https://github.com/acme/demo/pull/7",
        "git@github.com:acme/demo.git",
        "event otel/src/events/session_telemetry.rs:703",
        "one two three four five six seven",
        "",
    ],
)
def test_plain_values_stay(text: str) -> None:
    """Ids, names, model ids, addresses of repositories and short texts are kept."""
    assert redacted("vendor.note", text) == text


def test_secrets_go_even_from_kept_names() -> None:
    """A kept name keeps its place, not its secret."""
    assert redacted("andon.hook.command", "curl -H 'Authorization: Bearer abcdef0123456789'") == "(redacted)"
    assert redacted("andon.hook.command", "/opt/hooks/lint.sh --fix") == "/opt/hooks/lint.sh --fix"


@pytest.mark.parametrize("before", ["", "key ", "key-", "key.", "a-eyJ-", "=", '"'])
def test_a_token_is_found_wherever_it_begins(before: str) -> None:
    """A JSON web token inside another word is one too; what only begins like one is none."""
    assert redacted("model", f"{before}eyJhbGciOiJI.eyJzdWIiOiIx.sig") == "(redacted)"
    assert redacted("model", f"{before}eyJhbGciOiJI") == f"{before}eyJhbGciOiJI"
    assert redacted("model", f"{before}eyJ.a.b") == f"{before}eyJ.a.b"


@pytest.mark.parametrize(
    "piece", ["eyJ-", "eyJ.", "://a:", "bearer ", "sk-", "-----", "%2", "C:", "a ", "\\"]
)
@pytest.mark.parametrize("name", ["model", "tool_name", "sandbox", "note", "prompt"])
def test_no_text_takes_long(name: str, piece: str) -> None:
    """Megabytes of what secrets and paths begin with cost their length, never its square."""
    start = time.process_time()
    redacted(name, piece * (5_000_000 // len(piece)))
    assert time.process_time() - start < 1


def test_tool_names_lose_arguments_glued_to_them() -> None:
    """A tool name ends where parsing residue begins."""
    assert redacted("tool_name", 'Edit{"file_path":"/home/dev/a.py"}') == "Edit"
    assert redacted("gen_ai.tool.name", "Bash\nls -la") == "Bash"


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("workspace-write", "workspace-write"),
        ("workspace-write [workdir, /tmp, /home/dev/secret]", "workspace-write"),
        ("WorkspaceWrite { writable_roots: [] }", "WorkspaceWrite"),
        ('{"type":"workspace-write","writable_roots":["/home/dev"]}', "workspace-write"),
        ('{"mode": "read-only"}', "read-only"),
        ("/home/dev/policy.sb", "(redacted)"),
        ("home/dev/policy.sb", "(redacted)"),
        ('{"writable_roots":["/home/dev"]}', "(redacted)"),
    ],
)
def test_a_sandbox_keeps_its_mode_without_its_places(sent: str, kept: str) -> None:
    """Codex tells the mode with the folders that it opens: the folders are content."""
    assert redacted("sandbox_policy", sent) == kept


def test_bytes_are_kept_as_ids_only() -> None:
    """Bytes as long as a digest stay; more is content, and so is text in bytes."""
    assert redacted("vendor.digest", b"\x00" * 32) == b"\x00" * 32
    assert redacted("vendor.digest", b"\x00" * 33) is None
    assert redacted("vendor.digest", b"/home/dev/app.py") is None


def test_bodies_are_kept_as_event_names_only() -> None:
    """A log body stays when it is one word such as an event's name."""
    assert kept_body("claude_code.api_request", Policy()) == "claude_code.api_request"
    for body in ("two words", "/home/dev", "", "a" * 129, {"k": "v"}, ["x"], 5):
        assert kept_body(body, Policy()) is None


def test_an_organisation_may_keep_content() -> None:
    """With content switched on, bodies and names stay as they were sent."""
    policy = Policy(keeps_content=True)
    assert kept_body({"k": "two words"}, policy) == {"k": "two words"}
    assert plain("see /home/dev/project", policy) == "see /home/dev/project"
    assert plain("see /home/dev/project", Policy()) == "(redacted)"
