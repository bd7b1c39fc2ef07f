"""What the native dialect and plain GenAI spans become, and whose the facts are."""

from __future__ import annotations

import datetime as dt

import pytest

from staged import Staged, shared_folder


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Build the lower half of the project over every capture and scenario."""
    return Staged(shared_folder(tmp_path_factory))


def test_a_span_and_a_log_record_of_one_fact_count_once(staged: Staged) -> None:
    """Equal response ids, else equal trace and span ids, make one call; it keeps the largest counts."""
    assert staged.facts(
        "model_calls", "native told twice", "input_tokens, cache_read_tokens, output_tokens"
    ) == [(7, 0, 1), (90, 10, 9)]


def test_facts_logged_within_one_span_are_many(staged: Staged) -> None:
    """A log record that merely stands in a span of something else is a fact of its own."""
    assert staged.facts("file_changes", "native logs within a span", "operation, extension") == [
        ("create", ".py"),
        ("edit", "(none)"),
        ("edit", ".ts"),
    ]


def test_plain_genai_spans_are_understood(staged: Staged) -> None:
    """Input is without its cached part and never below zero; what failed without a token was no call."""
    assert staged.facts(
        "model_calls",
        "plain genai",
        "model, model_tier, input_tokens, cache_read_tokens, cache_write_tokens, output_tokens",
    ) == [
        ("answered", "thinking", 10, 60, 30, 5),
        ("asked", "standard", 0, 200, 30, 5),
        ("late", "standard", 0, 0, 0, 0),
    ]
    assert staged.facts(
        "tool_calls", "plain genai", "tool_name, tool_kind, mcp_server, mcp_tool, outcome"
    ) == [
        ("ls", "builtin", None, None, "error"),
        ("mcp__Axiom__query", "mcp", "Axiom", "query", "ok"),
    ]
    assert {"bot"} == set(staged.counts("tool_calls", "plain genai", "agent"))


def test_a_span_belongs_to_the_day_it_ended(staged: Staged) -> None:
    """A call from a minute before midnight is the next day's."""
    assert [(dt.date(2026, 11, 21),)] == staged.facts(
        "model_calls", "plain genai", "event_date", where="model = 'late'"
    )


def test_whose_facts_are(staged: Staged) -> None:
    """
    Key's owner, then own e-mail, then what the session knows, after merges; placeholders are nobody.

    A record's own value beats its resource's, and addresses are compared without letter case.
    """
    assert staged.people("people") == {
        "email:ana@example.com": 2,
        None: 1,
        "user:u1": 1,
        "email:bo@new.example.com": 1,
        "email:cy@example.com": 1,
    }
    assert {"email:resource@example.com"} == set(staged.people("plain genai"))


def test_a_call_and_its_details_are_one(staged: Staged) -> None:
    """The event with a call's details tells that call; in a span of something else it is a call."""
    assert staged.facts("model_calls", "genai details", "input_tokens, output_tokens") == [
        (10, 1),
        (20, 2),
        (20, 2),
    ]


def test_older_words_and_other_libraries(staged: Staged) -> None:
    """Calls and tools are known under the names of OpenInference, OpenLLMetry and Vercel's library too."""
    columns = "model, purpose, input_tokens, cache_read_tokens, output_tokens, reasoning_tokens"

    assert staged.facts("model_calls", "genai words", columns) == [
        ("embedder", "auxiliary", 40, 0, 0, 0),
        ("library", "main", 5, 1, 0, 0),
        ("older", "main", 7, 0, 3, 0),
        ("openinference", "main", 6, 4, 5, 2),
        ("openllmetry", "main", 6, 2, 1, 0),
    ]
    assert staged.facts("tool_calls", "genai words", "tool_name, tool_kind") == [
        ("lookup", "builtin"),
        ("search", "builtin"),
        ("weather", "builtin"),
    ]


def test_a_call_that_two_libraries_watch_is_one(staged: Staged) -> None:
    """Of a call directly within a call only the inner one counts."""
    assert staged.facts("model_calls", "genai watched twice", "input_tokens, output_tokens") == [
        (10, 1),
        (5, 1),
    ]


def test_a_tools_request_to_its_server_is_that_call(staged: Staged) -> None:
    """The request beneath a call makes it a server's; alone it is the call; the server's own end is not."""
    assert staged.facts("tool_calls", "genai requests", "tool_name, tool_kind, mcp_server, mcp_tool") == [
        ("list_issues", "mcp", "(unknown)", "list_issues"),
        ("ls", "builtin", None, None),
        ("query", "mcp", "axiom", "query"),
    ]


def test_counters_count_where_calls_are_not_told(staged: Staged) -> None:
    """Tokens grow as the histogram does, or as the counters do, which know more; spans beat both."""
    columns = (
        "sum(input_tokens)::bigint, sum(cache_read_tokens)::bigint, sum(cache_write_tokens)::bigint,"
        " sum(output_tokens)::bigint, sum(reasoning_tokens)::bigint"
    )

    assert staged.facts("model_calls", "genai histogram", columns) == [(130, 0, 0, 9, 0)]
    assert staged.counts("tool_calls", "genai histogram", "tool_name") == {"ls": 2}
    assert staged.facts("model_calls", "genai counters", columns) == [(10, 60, 30, 9, 4)]
    assert staged.facts("model_calls", "genai spans and histogram", f"count(*), {columns}") == [
        (1, 100, 0, 0, 9, 0)
    ]
