"""
The rows of the five reports, field by field, as they leave the API.

Names, types and order are the contract's; what each number means is in docs/metrics.md. Counts are whole
and never negative. A ratio is tool calls per user message unless it says otherwise.

Source: the contract's "Response Fields" and examples.
"""

from __future__ import annotations

import datetime as dt
from typing import Any, Generic, Literal, TypeVar

import msgspec

Report = Literal["tokens", "tools", "activity", "productivity", "users"]
REPORTS: tuple[Report, ...] = ("tokens", "tools", "activity", "productivity", "users")

GROUP_BY: dict[Report, str | None] = {
    "tokens": "model",
    "tools": "tool_name",
    "activity": "client",
    "productivity": None,
    "users": None,
}
"""The one value that ``group_by`` takes on each report; None where it takes none."""

ModelTier = Literal["standard", "thinking"]
AutonomyLevel = Literal["auto-high", "auto-medium", "auto-low", "spec", "manual"]


class Row(msgspec.Struct, frozen=True, kw_only=True):
    """What all rows share; it has no fields of its own."""


class ModelTokens(Row, frozen=True, kw_only=True):
    """Tokens of one model on one day."""

    model_id: str
    model_tier: ModelTier
    billable_tokens: int
    input_tokens: int
    output_tokens: int


class UserTokens(Row, frozen=True, kw_only=True):
    """Tokens of one person on one day; *user_email* is null when it is not known."""

    user_id: str
    user_email: str | None
    billable_tokens: int
    by_model: list[ModelTokens]


class TokensDay(Row, frozen=True, kw_only=True):
    """``GET /tokens``: one row per UTC day, oldest first."""

    date: dt.date
    billable_tokens: int
    input_tokens: int
    output_tokens: int
    cache_read_tokens: int
    cache_write_tokens: int
    by_model: list[ModelTokens]
    by_user: list[UserTokens]


class TokensByModel(Row, frozen=True, kw_only=True):
    """``GET /tokens?group_by=model``: one row per UTC day and model."""

    date: dt.date
    group_key: str
    billable_tokens: int
    input_tokens: int
    output_tokens: int


class ToolCount(Row, frozen=True, kw_only=True):
    """Calls of one tool."""

    tool: str
    invocations: int


class ServerCount(Row, frozen=True, kw_only=True):
    """Calls of one MCP server's tools."""

    server: str
    invocations: int


class NameCount(Row, frozen=True, kw_only=True):
    """Uses of one skill or slash command."""

    name: str
    count: int


class HookCount(Row, frozen=True, kw_only=True):
    """Runs of one hook; *matcher* and *command* are empty when the agent does not tell them."""

    event: str
    matcher: str
    command: str
    count: int


class AutonomyShares(Row, frozen=True, kw_only=True):
    """Shares of tool calls with a known level: they sum to 1, or are all 0."""

    auto_high: float
    auto_medium: float
    auto_low: float
    spec: float
    manual: float


class ToolsDay(Row, frozen=True, kw_only=True):
    """``GET /tools``: one row per UTC day, oldest first."""

    date: dt.date
    tool_calls: int
    by_tool: list[ToolCount]
    mcp_users_with_mcp: int
    mcp_by_server: list[ServerCount]
    skills_invocations: int
    skills_by_name: list[NameCount]
    slash_commands_invocations: int
    slash_commands_by_name: list[NameCount]
    hooks_invocations: int
    hooks_by_event: list[HookCount]
    web_users: int
    autonomy_ratio_avg: float
    autonomy_ratio_p50: float
    autonomy_ratio_p90: float
    tool_calls_per_session_avg: float
    user_turns_per_session_avg: float
    tool_autonomy_level_ratio: AutonomyShares


class ToolsByToolName(Row, frozen=True, kw_only=True):
    """``GET /tools?group_by=tool_name``: one row per UTC day and tool."""

    date: dt.date
    group_key: str
    tool_calls: int


class ActivityDay(Row, frozen=True, kw_only=True):
    """``GET /activity``: one row per UTC day, oldest first."""

    date: dt.date
    daily_active_users: int
    weekly_active_users: int
    monthly_active_users: int
    daily_active_users_by_client: dict[str, int]
    sessions: int
    messages: int
    user_messages: int


class ActivityByClient(Row, frozen=True, kw_only=True):
    """``GET /activity?group_by=client``: one row per UTC day and client."""

    date: dt.date
    group_key: str
    daily_active_users: int


class ExtensionCount(Row, frozen=True, kw_only=True):
    """Files created or edited with one extension, its dot included."""

    extension: str
    count: int


class LanguageCount(Row, frozen=True, kw_only=True):
    """Files created or edited in one language."""

    language: str
    count: int


class ProductivityDay(Row, frozen=True, kw_only=True):
    """``GET /productivity``: one row per UTC day, oldest first."""

    date: dt.date
    files_created: int
    files_edited: int
    by_extension: list[ExtensionCount]
    by_language: list[LanguageCount]
    git_commits: int
    git_prs_created: int


class UserDay(Row, frozen=True, kw_only=True):
    """``GET /users``: one row per person and active UTC day, by person, then day."""

    user_id: str
    user_email: str | None
    date: dt.date
    tool_calls: int
    billable_tokens: int
    primary_model: str | None
    primary_model_tier: ModelTier | None
    files_created: int
    files_edited: int
    git_commits: int
    git_prs_created: int
    mcp_calls: int
    skill_calls: int
    slash_commands: int
    hooks: int
    sessions: int
    messages: int
    user_messages: int
    assistant_messages: int
    autonomy_ratio: float
    delegation_level: AutonomyLevel | None
    languages: list[str]


class Meta(msgspec.Struct, frozen=True, kw_only=True):
    """
    What the answer covers.

    Attributes:
        org_id: The key's organisation.
        start_date: First day asked for.
        end_date: Last day asked for.
        data_through: Newest complete day in the published edition; null before the first.
    """

    org_id: str
    start_date: dt.date
    end_date: dt.date
    data_through: dt.date | None = None


class PageMeta(Meta, frozen=True, kw_only=True):
    """
    The same for ``/users``, which comes in pages.

    Attributes:
        has_more: Whether another page follows.
        next_cursor: The last ``user_id`` of this page; null on the last page.
    """

    has_more: bool
    next_cursor: str | None


RowT = TypeVar("RowT")
MetaT = TypeVar("MetaT", bound=Meta)


class Envelope(msgspec.Struct, Generic[RowT, MetaT], frozen=True):
    """Every success answer: rows and what they cover."""

    data: list[RowT]
    meta: MetaT


ROW_TYPES: dict[tuple[Report, str | None], type[Row]] = {
    ("tokens", None): TokensDay,
    ("tokens", "model"): TokensByModel,
    ("tools", None): ToolsDay,
    ("tools", "tool_name"): ToolsByToolName,
    ("activity", None): ActivityDay,
    ("activity", "client"): ActivityByClient,
    ("productivity", None): ProductivityDay,
    ("users", None): UserDay,
}
"""The row of each report, by report and ``group_by``."""


def answer_type(report: Report, group_by: str | None = None) -> Any:  # noqa: ANN401 (a generic alias has no static type)
    """
    Give the type of one report's whole answer, for decoding and for schemas.

    Raises:
        KeyError: The report has no such grouping.
    """
    row = ROW_TYPES[report, group_by]
    return Envelope[row, PageMeta if report == "users" else Meta]  # type: ignore[valid-type,misc]
