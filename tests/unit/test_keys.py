"""Keys: their text, what is stored of it, and when they stop working."""

from __future__ import annotations

import datetime as dt
import re
from pathlib import Path

import pytest

from andon.config import read_settings
from andon.directory.directory import Directory, open_directory
from andon.directory.keys import ROLES, Principal, _checksum, new_key, read_key_id
from andon.directory.problems import DirectoryError, NoSuch

NOW = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)
HOUR = dt.timedelta(hours=1)


@pytest.fixture
def directory(tmp_path: Path) -> Directory:
    """An empty directory."""
    return open_directory(read_settings(data=tmp_path / "data"))


@pytest.fixture
def org_id(directory: Directory) -> str:
    """One organisation in it."""
    return directory.create_org("Acme", now=NOW).org_id


def test_a_key_has_the_form_that_secret_scanners_are_told(directory: Directory, org_id: str) -> None:
    """``[fi]k-``, ten characters of id, ``_``, thirty-two of secret and four of checksum."""
    reading = directory.create_key(org_id, "analytics", role="owner", now=NOW)
    sending = directory.create_key(org_id, "ingest", now=NOW)

    assert re.fullmatch(r"fk-[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{36}", reading.text)
    assert re.fullmatch(r"ik-[0-9a-hjkmnp-tv-z]{10}_[0-9A-Za-z]{36}", sending.text)
    assert reading.key_id == reading.text[3:13]


def test_a_typing_error_needs_no_look_up() -> None:
    """Any single changed character is found by the checksum alone."""
    text = new_key("analytics").text
    assert read_key_id(text) == text[3:13]

    for place in range(len(text)):
        wrong = text[:place] + ("x" if text[place] != "x" else "y") + text[place + 1 :]
        assert read_key_id(wrong) is None


def test_keys_are_never_the_same() -> None:
    """A hundred keys have a hundred ids and secrets."""
    made = [new_key("ingest").text for _ in range(100)]

    assert 100 == len({text[3:13] for text in made}) == len({text[14:] for text in made})


@pytest.mark.parametrize("role", ROLES)
def test_a_key_speaks_for_its_org_and_role(directory: Directory, org_id: str, role: str) -> None:
    """Each role comes back as it was given, with the organisation of the key and nobody's name."""
    made = directory.create_key(org_id, "analytics", role=role, now=NOW)

    assert directory.authenticate(made.text, NOW) == Principal(
        key_id=made.key_id,
        org_id=org_id,
        kind="analytics",
        role=role,
        person_identity=None,
        keeps_content=False,
    )


def test_an_owned_ingest_key_tells_whose_telemetry_it_is(directory: Directory, org_id: str) -> None:
    """The owner's address becomes the identity; an ingest key has no role."""
    directory.add_person(org_id, "Dev@Example.com", now=NOW)
    made = directory.create_key(org_id, "ingest", person_email="dev@example.com", now=NOW)

    principal = directory.authenticate(made.text, NOW)

    assert principal is not None
    assert (
        principal.kind,
        principal.role,
        principal.person_identity,
    ) == ("ingest", None, "email:dev@example.com")


def test_every_key_that_does_not_work_gets_the_same_answer(directory: Directory, org_id: str) -> None:
    """Malformed, unknown, of another installation, expired, revoked: None."""
    expired = directory.create_key(org_id, "ingest", expires_at=NOW + HOUR, now=NOW)
    revoked = directory.create_key(org_id, "ingest", now=NOW)
    directory.revoke_key(revoked.key_id, now=NOW)
    right = directory.create_key(org_id, "ingest", now=NOW).text
    right = right[:-36] + new_key("ingest").text[14:46]
    other_secret = right + _checksum(right)
    assert read_key_id(other_secret) is not None

    for text in ("", "Bearer", "fk-x", right[:40], other_secret, new_key("analytics").text, revoked.text):
        assert directory.authenticate(text, NOW) is None
    assert directory.authenticate(expired.text, NOW) is not None
    assert directory.authenticate(expired.text, NOW + HOUR) is None


def test_a_stored_key_cannot_be_read_back(tmp_path: Path, directory: Directory, org_id: str) -> None:
    """The secret is in no file of the data directory, and neither is a plain hash without the pepper."""
    made = directory.create_key(org_id, "analytics", role="owner", now=NOW)

    for path in (tmp_path / "data").rglob("*"):
        if path.is_file():
            assert made.text[14:].encode() not in path.read_bytes(), path


def test_another_installation_does_not_know_the_key(
    tmp_path: Path, directory: Directory, org_id: str
) -> None:
    """A stolen database without its pepper opens nothing: with another pepper the key is refused."""
    made = directory.create_key(org_id, "analytics", role="owner", now=NOW)
    directory.close()
    (tmp_path / "data" / "secrets" / "key-pepper").write_bytes(b"x" * 32)

    assert open_directory(read_settings(data=tmp_path / "data")).authenticate(made.text, NOW) is None


def test_a_rotated_key_and_its_successor_both_work_until_the_overlap_ends(
    directory: Directory, org_id: str
) -> None:
    """Rotation gives time to change the key everywhere; rights and lifetime are those of the old key."""
    directory.add_person(org_id, "dev@example.com", now=NOW)
    old = directory.create_key(
        org_id,
        "analytics",
        role="manager",
        person_email="dev@example.com",
        expires_at=NOW + 100 * HOUR,
        now=NOW,
    )
    later = NOW + 10 * HOUR

    new = directory.rotate_key(old.key_id, now=later, overlap=24 * HOUR)

    before, after = directory.authenticate(old.text, later), directory.authenticate(new.text, later)
    assert before is not None
    assert after is not None
    assert (after.role, after.person_identity) == ("manager", "email:dev@example.com")
    assert directory.authenticate(old.text, later + 24 * HOUR) is None
    assert directory.authenticate(new.text, later + 99 * HOUR) is not None
    assert directory.authenticate(new.text, later + 100 * HOUR) is None


def test_rotation_never_lengthens_the_old_key(directory: Directory, org_id: str) -> None:
    """A key that is about to expire expires when it was going to."""
    old = directory.create_key(org_id, "ingest", expires_at=NOW + HOUR, now=NOW)

    directory.rotate_key(old.key_id, now=NOW)

    assert directory.key(old.key_id).expires_at == NOW + HOUR


def test_a_dead_key_is_not_rotated(directory: Directory, org_id: str) -> None:
    """Rotation would bring a revoked key back to life under another name."""
    made = directory.create_key(org_id, "ingest", now=NOW)
    directory.revoke_key(made.key_id, now=NOW)

    with pytest.raises(DirectoryError, match="revoked"):
        directory.rotate_key(made.key_id, now=NOW)


def test_revoking_again_changes_nothing(directory: Directory, org_id: str) -> None:
    """The first moment counts."""
    made = directory.create_key(org_id, "ingest", now=NOW)
    directory.revoke_key(made.key_id, now=NOW)

    assert directory.revoke_key(made.key_id, now=NOW + HOUR).revoked_at == NOW


def test_a_key_is_found_by_whatever_was_pasted(directory: Directory, org_id: str) -> None:
    """Its id, the whole key, or the hint of the list; an error never repeats what was typed."""
    made = directory.create_key(org_id, "ingest", now=NOW)
    hint = directory.key(made.key_id).hint

    for pasted in (made.key_id, made.text, hint, f" {made.key_id} "):
        assert directory.key(pasted).key_id == made.key_id
    with pytest.raises(NoSuch) as refused:
        directory.key("ik-0000000000_secret")
    assert "secret" not in str(refused.value)


def test_a_key_must_make_sense(directory: Directory, org_id: str) -> None:
    """No role on an ingest key, none missing on an analytics key, no expiry in the past, no stranger."""
    with pytest.raises(DirectoryError, match="no role"):
        directory.create_key(org_id, "ingest", role="owner", now=NOW)
    with pytest.raises(DirectoryError, match="needs a role"):
        directory.create_key(org_id, "analytics", now=NOW)
    with pytest.raises(DirectoryError, match="over already"):
        directory.create_key(org_id, "ingest", expires_at=NOW, now=NOW)
    with pytest.raises(NoSuch, match=r"stranger@example\.com"):
        directory.create_key(org_id, "ingest", person_email="stranger@example.com", now=NOW)
    with pytest.raises(NoSuch, match="org_0"):
        directory.create_key("org_0", "ingest", now=NOW)
    assert directory.keys(org_id) == []


def test_a_lesser_role_lowers_the_keys_of_a_person(directory: Directory, org_id: str) -> None:
    """Whoever is no longer an owner has no owner's key left; weaker keys and others' keys stay."""
    for email in ("dev@example.com", "boss@example.com"):
        directory.add_person(org_id, email, role="owner", now=NOW)
    strong = directory.create_key(org_id, "analytics", role="owner", person_email="dev@example.com", now=NOW)
    weak = directory.create_key(org_id, "analytics", role="guest", person_email="dev@example.com", now=NOW)
    other = directory.create_key(org_id, "analytics", role="owner", person_email="boss@example.com", now=NOW)

    assert directory.set_role(org_id, "dev@example.com", "member") == 1

    roles = {key.key_id: key.role for key in directory.keys(org_id)}
    assert {strong.key_id: "member", weak.key_id: "guest", other.key_id: "owner"} == roles
