"""
What is content, by name and by look, and how it is dropped.

Content is what people and models wrote or what tools read: prompts, responses, arguments, results, commands,
paths. Three rules, in this order: a name on the ``CONTENT`` table is dropped, a name on the ``KEPT`` table is
kept within a length, and any other text that looks like content is dropped whatever its name. All names are
compared in lower case; inside maps the same rules hold for the names inside.

Source: design "Redaction"; names as the agents send them (captures), OpenTelemetry's GenAI conventions.
"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Literal, NamedTuple

from andon.ingest.items import Value

REDACTED = "(redacted)"
"""Stands where a name is needed and its text may not be kept."""

LONGEST = 256
"""Characters kept of a kept name, and the length at which other text is content: two SHA-256 in hex fit."""

WORDS = 8
"""Words that make a text prose, not a name."""

LONGEST_BYTES = 32
"""Bytes values up to a SHA-256 digest are identifiers, longer ones are content."""


class Policy(NamedTuple):
    """
    What an organisation wants kept.

    Attributes:
        keeps_content: Keep everything that was sent; off by default, as privacy is the default.
    """

    keeps_content: bool = False


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


CONTENT: dict[str, frozenset[str]] = {
    "prompts": _names(
        "prompt prompt_text user_prompt gen_ai.prompt gen_ai.input.messages gen_ai.event.content ai.prompt "
        "ai.prompt.messages ai.prompt.tools ai.prompt.toolchoice message.content input.value"
    ),
    "responses": _names(
        "response response_text gen_ai.completion gen_ai.output.messages ai.response.text "
        "ai.response.reasoning ai.response.toolcalls ai.response.providermetadata output.value"
    ),
    "tool arguments": _names(
        "tool_input tool_parameters arguments function_args tool.input gen_ai.tool.call.arguments "
        "ai.toolcall.args"
    ),
    "tool results": _names(
        "output result tool.result gen_ai.tool.call.result ai.toolcall.result hook_input hook_output "
        "stdout stderr execution_summary"
    ),
    "instructions": _names(
        "gen_ai.system_instructions gen_ai.tool.definitions gen_ai.tool.description "
        "gen_ai.agent.description gen_ai.skill.description github.copilot.skill.content system_prompt "
        "request_text"
    ),
    "commands": _names(
        "command cmd full_command bash_command process.command process.command_line process.command_args"
    ),
    "places": _names(
        "file_path file.path file.name file.directory notebook_path cwd process.working_directory "
        "url.full url.path url.query http.url http.target gen_ai.skill.source.uri"
    ),
    "errors": _names("error.message error_message exception.message exception.stacktrace"),
    "statements": _names("db.query.text db.statement"),
}
"""Names that are content whatever their value, by why."""

CONTENT_WORDS = _names(
    "prompt prompts content contents text arguments args argv input inputs output outputs result results "
    "response responses completion completions message messages stdout stderr stacktrace instructions "
    "description transcript snippet diff patch body payload query command commands cmd cmdline path paths "
    "cwd directory filename reasoning thinking error errors exception definitions summary statement title "
    "header headers authorization cookie secret password"
)
"""Last words of a name (``hook_output``, ``toolCall.args``) that make its texts, lists and maps content."""

_CONTENT_PREFIXES = ("http.request.header.", "http.response.header.", "ai.request.headers.")

KEPT = _names(
    "service.name service.version event.name model gen_ai.request.model gen_ai.response.model ai.model.id "
    "tool_name gen_ai.tool.name tool.name tool function_name ai.toolcall.name "
    "mcp.server.name mcp_server mcp_server_name mcp_server.name server_name mcp.server "
    "github.copilot.tool.parameters.mcp_server_name andon.mcp.tool "
    "skill.name skill_name skill gen_ai.skill.name andon.skill.name "
    "command_name command.name slash_command.name andon.slash_command.name "
    "agent_name gen_ai.agent.name andon.subagent.type "
    "andon.hook.event andon.hook.matcher andon.hook.command hook_name hook_event hook_matcher hook.matcher "
    "github.copilot.hook.tool_names "
    "session.id conversation.id gen_ai.conversation.id user.id user.email user.account_id user.account_uuid "
    "enduser.id gen_ai.user.id organization.id team.id "
    "vcs.repository.name vcs.repository.url.full vcs.ref.head.name vcs.ref.head.revision "
    "vcs.change.id"
)
"""Names whose value facts are made of: kept even when it looks like content, cut at ``LONGEST``."""

_TOOL_NAMES = _names("tool_name gen_ai.tool.name tool.name tool function_name ai.toolcall.name")

_POLICY_NAMES = _names("sandbox_policy sandbox")
"""Names of a mode that may be told with its details (``workspace-write [workdir, /tmp]``, or as JSON)."""

Verdict = Literal["content", "content if text", "kept", "tool name", "policy", "by look"]

_CONTENT_NAMES = frozenset().union(*CONTENT.values())
_LAST_WORD = re.compile(r"([A-Z]?[a-z]+|[A-Z]+)[^A-Za-z]*\Z")


@lru_cache(maxsize=10_000)
def verdict(name: str) -> Verdict:
    """Tell which rule holds for values of this name."""
    lower = name.lower()
    if lower in _CONTENT_NAMES or lower.startswith(_CONTENT_PREFIXES) or looks_like_content(name):
        return "content"
    if lower in _TOOL_NAMES:
        return "tool name"
    if lower in _POLICY_NAMES:
        return "policy"
    if lower in KEPT:
        return "kept"
    last = _LAST_WORD.search(name)
    if last and last.group(1).lower() in CONTENT_WORDS and not lower.startswith("andon."):
        return "content if text"
    return "by look"


# A path from the root of a machine, alone or inside a text: two segments, so that "/compact" is none inside a
# text, while at the very start one is enough.
_PATH = re.compile(r"""^(?:/|~/|file:)|(?:^|[\s"'=:(,;\[<])(?:~?/[^\s/]+/|[A-Za-z]:[\\/]|\\\\)|%2[fF]\w""")
_SECRET = re.compile(
    r"\b(?:sk-|fk-|ik-|rk_|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|npm_|pypi-|AIza|ya29\.)[\w-]{10,}"
    r"|\bAKIA[0-9A-Z]{16}\b|-----BEGIN |(?i:\b(?:bearer|basic) )[\w+/=.-]{12,}"
    # Looked for once in each run of such characters: a text of nothing but beginnings takes no longer.
    r"|(?<![\w-])(?=[\w-]*\beyJ[\w-]{8})[\w-]++\.[\w-]+\."
    r"|://[^/\s:@]+:[^/\s@]+@"
)
_SHORTEST_SECRET = 13

LOOKED_AT = 65_536
"""Characters of a kept value in which secrets are looked for: what is kept of it ends long before."""

# Numbers, hex, UUIDs and timestamps, which are most values that differ from item to item.
_PLAIN = re.compile(r"[0-9a-fA-FTZ:.+-]{0,128}\Z")


def looks_like_content(text: str) -> bool:
    """Tell whether a text may be content: long, lines, prose, data, a place on a machine, a secret."""
    if _PLAIN.match(text):
        return False
    return (
        len(text) > LONGEST
        or "\n" in text
        or "\r" in text
        or (text.count(" ") >= WORDS - 1 and len(text.split()) >= WORDS)
        or text[:1] in {"{", "[", "<"}
        or (("/" in text or "\\" in text or "%2" in text) and _PATH.search(text) is not None)
        or holds_secret(text)
    )


def holds_secret(text: str) -> bool:
    """Tell whether a text holds something shaped like a key, a token or a password in an address."""
    return len(text) >= _SHORTEST_SECRET and _SECRET.search(text) is not None


KEEPING: frozenset[Verdict] = frozenset({"kept", "tool name", "by look"})
"""Rules by which a plain word stays as it is."""

CREDENTIAL_BEGINNING = (
    r"\b(?:sk-|fk-|ik-|rk_|gh[pousr]_|github_pat_|glpat-|xox[abeoprs]-|npm_|pypi-|AIza|ya29\.|AKIA|eyJ)"
    r"|^-----BEGIN"
)
"""Where a plain word may hold a secret; of this pattern and the next RE2 and Python think the same."""

PLAIN_ASCII_WORD = r"^[0-9A-Za-z_.:@+-]{1,256}\z"
"""One word without a path, prose or data in it, which JSON writes as it is."""

_PLAIN_WORD = re.compile(rf"(?!.*(?:{CREDENTIAL_BEGINNING}))[\w.:@+-]{{1,256}}\Z")


def is_plain_word(text: Value) -> bool:
    """Tell of most texts, quickly, that they are neither content nor secret; false says nothing."""
    return isinstance(text, str) and _PLAIN_WORD.match(text) is not None


def plain(text: str, policy: Policy) -> str:
    """Give a text that is part of an item's frame (a span's name, a unit), or a stand-in if it is content."""
    return REDACTED if not policy.keeps_content and looks_like_content(text) else text


_TOOL_END = re.compile(r"[\r\n{]")

# The mode alone: its details are paths of a machine.
_MODE = re.compile(r"\s*(?:\{[^{]*?\"(?:type|mode)\"\s*:\s*\")?([A-Za-z][A-Za-z_-]{0,63})(?![\w.:/\\-])")


def _kept(text: str, rule: Verdict) -> str:
    text = text[:LOOKED_AT]
    if holds_secret(text):
        return REDACTED
    if rule == "policy":
        mode = _MODE.match(text)
        return mode.group(1) if mode else REDACTED
    if rule == "tool name":
        found = _TOOL_END.search(text, 1)
        text = text[: found.start()] if found else text
    return text[:LONGEST]


def redacted(name: str, value: Value) -> Value | None:
    """Give what may be kept of a value, None when nothing may."""
    rule = verdict(name)
    if rule == "content" or (rule == "content if text" and not isinstance(value, bool | int | float)):
        return None
    return _inside(value, rule)


def _inside(value: Value, rule: Verdict) -> Value | None:
    if isinstance(value, str):
        if rule in {"kept", "tool name", "policy"}:
            return _kept(value, rule)
        return None if looks_like_content(value) else value
    if isinstance(value, bytes):
        return value if len(value) <= LONGEST_BYTES and not _is_text(value) else None
    if isinstance(value, list):
        kept = [(one, None if one is None else _inside(one, rule)) for one in value]
        return [inner for one, inner in kept if one is None or inner is not None]
    if isinstance(value, dict):
        pairs = ((key, redacted(key, one)) for key, one in value.items())
        return {key: one for key, one in pairs if one is not None}
    return value


def _is_text(value: bytes) -> bool:
    try:
        return looks_like_content(value.decode())
    except UnicodeDecodeError:
        return False


_EVENT_NAME = re.compile(r"[A-Za-z0-9_.:/-]{1,128}\Z")


def kept_body(body: Value | None, policy: Policy) -> Value | None:
    """Give a log record's body when it is a plain event name, None otherwise."""
    if policy.keeps_content:
        return body
    return body if isinstance(body, str) and _is_event_name(body) else None


@lru_cache(maxsize=1_000)
def _is_event_name(text: str) -> bool:
    return _EVENT_NAME.match(text) is not None and not looks_like_content(text)
