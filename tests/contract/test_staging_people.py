"""Whose a fact is: the order of identities, aliases, and resource attributes on every signal."""

from __future__ import annotations

import pytest

from scenarios_people import HASH
from staged import Staged, shared_folder

ADA = "email:ada@example.com"


@pytest.fixture(scope="module")
def staged(tmp_path_factory: pytest.TempPathFactory) -> Staged:
    """Build the lower half of the project over every capture and scenario."""
    return Staged(shared_folder(tmp_path_factory))


def test_the_surest_identity_names_the_person(staged: Staged) -> None:
    """Address before account before name before installation; a record's own before its resource's."""
    assert staged.whose("who") == {
        "install": {f"install:{HASH}"},
        # The hash that is always there hides no name.
        "resource id": {"user:ada"},
        "own id": {"user:own"},
        "account": {"account:a1"},
        "gateway id": {f"user:{HASH}"},
        "placeholders": {None},
        "codex nobody": {None},
        "pseudonym": {"install:p1"},
        "device": {"install:i1"},
        "ill encoded": {"user:100%zz"},
        # One person, with either agent, in capitals, with blanks, percent-encoded, merged.
        "resource address": {ADA},
        "address": {ADA},
        "gateway address": {ADA},
        "merged": {ADA},
        "codex address": {ADA},
        "codex resource": {ADA},
        # An installation is of the session's person; two people in one session stay two.
        "logs in": {ADA},
        "changes": {ADA, "email:bo@example.com"},
    }


def test_resource_attributes_count_on_every_signal(staged: Staged) -> None:
    """Person, team and repository come from the resource of logs, spans and metrics alike."""
    columns = "coalesce(session_id, agent), identity_email, team, repository"
    place = ("ada@example.com", "core", "Shop")

    assert {
        row[0]: row[1:]
        for kind in ("user_messages", "model_calls")
        for row in staged.facts(kind, "where", columns)
    } == {
        "claude logs": place,
        "claude spans": place,
        "claude metrics": place,
        "codex logs": place,
        "codex": place,
        "native logs": ("ada@example.com", "own", "acme/shop"),
        "native resource": (None, "core", "Shop"),
    }
