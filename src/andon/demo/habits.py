"""
What people and agents tend to use: models, tools, servers, skills, commands, hooks.

Model names are those of genai-prices and of the recorded agents; everything else is invented.
"""

from __future__ import annotations

from andon.demo.dice import Dice
from andon.demo.facts import Agent

SWITCH = 0.6
"""Where in the range the newer models arrive; people follow one after the other."""

_MODELS: dict[Agent, tuple[dict[str, int], dict[str, int]]] = {
    "native": (
        {
            "claude-sonnet-4-5-20250929": 5,
            "gpt-5.5": 3,
            "gemini-3-pro-preview": 2,
            "gemini-3-flash-preview": 1,
        },
        {"claude-sonnet-5": 4, "claude-opus-4-8": 1, "gpt-5.5": 2, "gpt-6-sol": 2, "gemini-3.8-flash": 1},
    ),
    "claude-code": (
        {"claude-sonnet-4-5-20250929": 7, "claude-opus-4-8": 2},
        {"claude-sonnet-5": 6, "claude-opus-4-8": 3},
    ),
    "codex": ({"gpt-5.5": 3, "gpt-5.4": 2}, {"gpt-5.5": 2, "gpt-6-sol": 3}),
    "bot": ({"gemini-3-flash-preview": 3, "gpt-5.4": 1}, {"gemini-3.8-flash": 3, "gpt-5.4": 1}),
}
"""Models with their weights, before and after the switch."""

TOOL_WEIGHTS: dict[str, dict[str, int]] = {
    "native": {
        "read": 30,
        "edit": 20,
        "execute": 16,
        "search": 10,
        "list": 6,
        "create": 6,
        "plan": 5,
        "mcp": 6,
        "fetch": 2,
        "skill": 1,
        "subagent": 1,
    },
    "claude-code": {
        "read": 28,
        "edit": 20,
        "execute": 20,
        "search": 9,
        "list": 5,
        "create": 6,
        "plan": 5,
        "mcp": 5,
        "fetch": 2,
        "skill": 1,
        "subagent": 1,
    },
    "codex": {
        "read": 30,
        "edit": 24,
        "execute": 22,
        "search": 10,
        "create": 6,
        "mcp": 4,
        "plan": 3,
        "skill": 1,
    },
    "bot": {"read": 6, "search": 3, "comment": 2},
    "spec": {"read": 60, "search": 25, "list": 10, "plan": 5},
}
"""How often each kind of tool is called; planning sessions only look."""

TOOL_NAMES: dict[Agent, dict[str, str]] = {
    "native": {
        "read": "Read",
        "edit": "Edit",
        "create": "Create",
        "execute": "Execute",
        "search": "Grep",
        "list": "Glob",
        "fetch": "FetchUrl",
        "plan": "TodoWrite",
        "skill": "Skill",
        "subagent": "Task",
    },
    "claude-code": {
        "read": "Read",
        "edit": "Edit",
        "create": "Write",
        "execute": "Bash",
        "search": "Grep",
        "list": "Glob",
        "fetch": "WebFetch",
        "plan": "TodoWrite",
        "skill": "Skill",
        "subagent": "Agent",
    },
    "codex": {
        "read": "exec_command",
        "edit": "apply_patch",
        "create": "apply_patch",
        "plan": "update_plan",
        "execute": "exec_command",
        "search": "exec_command",
        "list": "exec_command",
    },
    "bot": {"read": "read_file", "search": "search_code", "list": "list_files", "comment": "post_comment"},
}
"""What each agent calls each kind of tool."""

MCP_TOOLS: dict[str, tuple[str, ...]] = {
    "github": ("get_issue", "list_pull_requests", "get_pull_request_diff", "add_issue_comment"),
    "linear": ("get_issue", "update_issue", "list_my_issues"),
    "notion": ("search", "fetch_page"),
    "sentry": ("search_issues", "get_issue_details"),
    "postgres": ("list_tables", "run_query", "explain_query"),
    "figma": ("get_design_context", "get_screenshot"),
}
SKILLS = {"browser": 5, "frontend-ui": 3, "release-notes": 2, "sql-style": 2, "incident-report": 1}
COMMANDS = {"review": 5, "test": 4, "explain": 2, "changelog": 1, "deploy-check": 1}
BUILTIN_COMMANDS = ("clear", "compact", "model", "exit")
SUBAGENT_TYPES = ("general-purpose", "code-reviewer", "test-runner")
HOOKS: dict[str, tuple[str, str]] = {
    ".ts": ("*.ts", "eslint --fix"),
    ".tsx": ("*.ts", "eslint --fix"),
    ".js": ("*.js", "eslint --fix"),
    ".py": ("*.py", "ruff check"),
    ".go": ("*.go", "gofmt -l"),
    ".rs": ("*.rs", "cargo fmt"),
    ".tf": ("*.tf", "terraform fmt"),
    ".sql": ("*.sql", "sqlfluff lint"),
}
"""Matcher and command of the hook that runs after an edit, by extension."""


def choose_model(rng: Dice, agent: Agent, person: int, progress: float) -> str:
    """
    Choose a session's model.

    Args:
        rng: The session's generator.
        agent: Whose models.
        person: Index of the person: early and late adopters differ by up to a tenth of the range.
        progress: How far the day lies in the range, 0 to 1.
    """
    switched = progress >= SWITCH + (person % 10) / 100
    models = _MODELS[agent][1 if switched else 0]
    return rng.draw(models)


def helper_model(agent: Agent, model: str) -> str:
    """Tell which model writes titles for sessions of *model*: a small one, where the vendor has one."""
    return "claude-haiku-4-5-20251001" if agent == "claude-code" else model
