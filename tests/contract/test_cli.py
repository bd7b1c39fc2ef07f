"""The command as people and scripts meet it: what it prints where, and its exit codes."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import get_args

import pytest

from andon import __version__
from andon.cli import reference
from andon.cli.report import ReportName, neutral
from andon.cli.roles import Role
from andon.contract.reports import REPORTS
from andon.directory.keys import ROLES

pytestmark = pytest.mark.slow(seconds=40)

Done = subprocess.CompletedProcess[str]
Andon = Callable[..., Done]

NOW = "2026-11-21T06:00:00Z"
REPOSITORY = Path(__file__).parents[2]


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data directory that is not there yet."""
    return tmp_path / "data"


def run(data: Path, *arguments: str, **environment: str) -> Done:
    """Run the real command on a data directory, at a fixed time."""
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ANDON_")}
    return subprocess.run(
        [sys.executable, "-m", "andon", *arguments],
        env={**clean, "ANDON_DATA": str(data), "ANDON_NOW": NOW, **environment},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.fixture
def andon(data: Path) -> Andon:
    """Run the real command on the test's own data directory."""
    return partial(run, data)


@pytest.fixture(scope="module")
def acme(tmp_path_factory: pytest.TempPathFactory) -> Andon:
    """Run the real command where there is one organisation; for questions that change nothing."""
    data = tmp_path_factory.mktemp("acme")
    run(data, "orgs", "create", "Acme")
    return partial(run, data)


def told(done: Done) -> tuple[int, str]:
    """Give exit code and error line of a command that failed as it should: one line, no traceback."""
    assert done.stdout == ""
    assert re.fullmatch(r"error: [^\n]+\n", done.stderr), done.stderr
    return done.returncode, done.stderr


def rows(done: Done) -> list[dict[str, str]]:
    """Read the table that a pipe gets."""
    assert done.returncode == 0, done.stderr
    head, *lines = [line.split("\t") for line in done.stdout.splitlines()]
    return [dict(zip(head, line, strict=True)) for line in lines]


def test_the_first_three_questions(andon: Andon) -> None:
    """Which version, what can it do, what does this do: answered without touching the disk."""
    assert andon("--version").stdout == f"andon {__version__}\n"
    overview = andon("--help").stdout
    for command in (
        "up",
        "build",
        "import",
        "report",
        "coverage",
        "doctor",
        "editions",
        "orgs",
        "people",
        "keys",
        "demo",
    ):
        assert re.search(rf"^│ {command} ", overview, re.MULTILINE), command
    assert "--demo" in andon("up", "--help").stdout


def test_an_organisation_people_and_keys(andon: Andon, data: Path) -> None:
    """From nothing to a key in a person's hands; each step prints what the next one needs."""
    org_id = andon("orgs", "create", "Acme").stdout.strip()
    assert re.fullmatch(r"org_[0-9A-Z]{26}", org_id)
    assert [(row["org_id"], row["name"]) for row in rows(andon("orgs", "list"))] == [(org_id, "Acme")]

    person = andon("people", "add", "Ada@Example.com", "--name", "Ada", "--role", "manager")
    assert re.fullmatch(r"person_[0-9A-Z]{26}\n", person.stdout)

    made = andon(
        "keys", "create", "--role", "manager", "--person", "ada@example.com", "--expires", "2027-01-01"
    )
    assert re.fullmatch(r"fk-[0-9a-z]{10}_[0-9A-Za-z]{36}\n", made.stdout)
    assert made.stdout.strip() not in made.stderr

    [key] = rows(andon("keys", "list"))
    assert (key["kind"], key["role"], key["person"], key["state"], key["expires (UTC)"]) == (
        "analytics",
        "manager",
        "ada@example.com",
        "active",
        "2027-01-01 00:00",
    )
    secret = made.stdout.strip()[14:]
    for path in data.rglob("*"):
        assert not path.is_file() or secret.encode() not in path.read_bytes(), path


def test_an_ingest_key_for_someone_new_adds_them(andon: Andon) -> None:
    """One command a developer: the key, and the person it belongs to."""
    andon("orgs", "create", "Acme")

    made = andon("keys", "create", "--ingest", "--person", "dev@example.com")

    assert re.fullmatch(r"ik-[0-9a-z]{10}_[0-9A-Za-z]{36}\n", made.stdout)
    assert "dev@example.com" in made.stderr
    assert [(row["email"], row["role"]) for row in rows(andon("people", "list"))] == [
        ("dev@example.com", "member")
    ]


def test_a_key_is_withdrawn_and_replaced(andon: Andon) -> None:
    """``rotate`` prints the successor and lets the old key run out, ``revoke`` ends a key at once."""
    andon("orgs", "create", "Acme")
    first = andon("keys", "create", "--role", "owner").stdout.strip()

    second = andon("keys", "rotate", first[3:13]).stdout.strip()
    assert second != first
    assert andon("keys", "revoke", second).returncode == 0

    states = {row["key_id"]: (row["state"], row["expires (UTC)"]) for row in rows(andon("keys", "list"))}
    assert states == {first[3:13]: ("active", "2026-11-22 06:00"), second[3:13]: ("revoked", "")}
    code, text = told(andon("keys", "rotate", second[3:13]))
    assert (code, "revoked" in text) == (2, True)


def test_roles_and_identities_of_people(andon: Andon) -> None:
    """Roles change, identities are joined, and two people become one."""
    andon("orgs", "create", "Acme")
    for email in ("old@example.com", "new@example.com"):
        andon("people", "add", email)

    assert andon("people", "role", "new@example.com", "owner").returncode == 0
    assert andon("people", "alias", "old@example.com", "account:7").returncode == 0
    assert andon("people", "merge", "old@example.com", "new@example.com").returncode == 0

    [person] = rows(andon("people", "list"))
    assert (person["email"], person["role"]) == ("new@example.com", "owner")
    assert person["also known as"] == "account:7, email:old@example.com"
    assert andon("people", "alias", "new@example.com", "account:7", "--remove").returncode == 0
    assert rows(andon("people", "list"))[0]["also known as"] == "email:old@example.com"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("nonsense", "No such command 'nonsense'"),
        ("keys create", "--role ROLE"),
        ("keys create --role owner --ingest", "--role ROLE"),
        ("keys create --role king", "'owner', 'manager', 'member', 'guest'"),
        ("keys create --role owner --expires soon", "YYYY-MM-DD"),
        ("keys create --role owner --expires 2026-11-21", "not ahead"),
        ("keys create --role owner --org org_nobody", "no organisation 'org_nobody'"),
        ("keys create --role owner --person dev", "'dev' is no e-mail address"),
        ("keys revoke 0000000000", "no such key"),
        ("people add", "Missing argument"),
        ("people role dev@example.com manager", "dev@example.com is not in the organisation"),
        ("people alias dev@example.com phone:1", "account:…"),
        ("build --from 2026-13-01", "--from must be YYYY-MM-DD"),
        ("build --from 2026-02-02 --to 2026-02-01", "before"),
        ("report tokens", "ANDON_KEY"),
        ("report nonsense --key fk-x", "'productivity'"),
        ("report tools --group-by model --key fk-x", "grouped by tool_name"),
        ("report users --group-by model --key fk-x", "cannot be grouped"),
        ("report tokens --key fk-x --start 2026-1-1", "--start must be YYYY-MM-DD"),
        ("editions rollback none", "rollback"),
        ("up --port http", "port"),
        ("demo --out x --url y", "either"),
    ],
)
def test_a_wrong_question_is_answered_in_one_line_with_code_2(
    acme: Andon, question: str, answer: str
) -> None:
    """What was wrong and what to type instead; never a traceback."""
    code, text = told(acme(*question.split()))

    assert code == 2
    assert answer in text


def test_a_failure_is_told_in_one_line_with_code_1(andon: Andon, data: Path) -> None:
    """The question was right; the world was not."""
    andon("orgs", "create", "Acme")
    assert told(andon("orgs", "create", "Acme"))[0] == 1
    assert told(andon("editions", "rollback", "3"))[0] == 1
    unreachable = andon("report", "tokens", "--url", "http://127.0.0.1:9", "--key", "fk-x")
    assert (told(unreachable)[0], "http://127.0.0.1:9" in unreachable.stderr) == (1, True)
    (data / "directory.sqlite").write_bytes(b"not a database at all, only some text" * 10)
    assert told(andon("keys", "list"))[0] == 1


def test_a_wrong_setting_is_told_with_its_variable(andon: Andon) -> None:
    """Every command reads the same settings and tells of the same mistake."""
    code, text = told(andon("orgs", "list", ANDON_NOW="noon"))

    assert (code, "ANDON_NOW is 'noon'" in text) == (2, True)


def test_an_organisation_must_be_named_where_there_are_several(andon: Andon) -> None:
    """Left out it is an error as soon as it could mean two; id and name both do."""
    assert "orgs create" in told(andon("keys", "list"))[1]
    org_id = andon("orgs", "create", "Acme").stdout.strip()
    andon("orgs", "create", "Other")

    assert "--org" in told(andon("keys", "list"))[1]
    for org in (org_id, "Acme"):
        assert andon("keys", "create", "--ingest", "--org", org).returncode == 0
    assert rows(andon("keys", "list", "--org", "Other")) == []


def test_the_data_directory_can_be_given_as_an_option(andon: Andon, tmp_path: Path) -> None:
    """``--data`` beats the environment, and its andon.toml is read."""
    andon("orgs", "create", "Here", "--data", str(tmp_path / "elsewhere"))
    (tmp_path / "elsewhere" / "andon.toml").write_text('port = "x"\n')

    assert rows(andon("orgs", "list")) == []
    assert "ANDON_PORT" in told(andon("orgs", "list", "--data", str(tmp_path / "elsewhere")))[1]


def test_a_doctor_is_worth_calling_at_any_time(andon: Andon) -> None:
    """Before anything is there it fails and says what to do; then each line has a level."""
    before = andon("doctor")
    assert before.returncode == 1
    assert "fail" in before.stdout
    assert "andon up" in before.stdout

    andon("orgs", "create", "Acme")
    after = andon("doctor")

    assert after.returncode == 0
    assert {line.split()[0] for line in after.stdout.splitlines()} == {"ok", "warn"}
    assert "keys create" in after.stdout


def test_the_demo_can_be_written_to_files(andon: Andon, tmp_path: Path) -> None:
    """The same seed gives the same bytes; the file names tell the signal."""
    for folder in ("one", "two"):
        done = andon("demo", "--people", "2", "--days", "2", "--out", str(tmp_path / folder))
        assert done.returncode == 0, done.stderr

    one, two = (sorted((tmp_path / folder).iterdir()) for folder in ("one", "two"))
    assert [path.name for path in one] == [path.name for path in two]
    assert [path.read_bytes() for path in one] == [path.read_bytes() for path in two]
    assert all(json.loads(path.read_bytes()) for path in one)
    assert {path.name.split(".")[1] for path in one} <= {"traces", "logs", "metrics"}


@pytest.mark.parametrize("start", list("=+-@\t\r＝＋－＠"))  # noqa: RUF001 (their full-width forms)
def test_a_spreadsheet_never_runs_a_cell(start: str) -> None:
    """Names come from telemetry, and anybody can send some."""
    assert neutral(f"{start}HYPERLINK()") == f"'{start}HYPERLINK()"
    assert neutral(f"a{start}b") == f"a{start}b"


def test_words_of_the_command_are_those_of_the_house() -> None:
    """Copies of roles and reports that exist for speed never drift."""
    assert get_args(Role) == ROLES
    assert get_args(ReportName) == REPORTS


@pytest.mark.parametrize("page", ["cli.md", "configuration.md"])
def test_the_reference_pages_are_current(page: str) -> None:
    """``make docs`` would change nothing."""
    assert (REPOSITORY / "docs" / "reference" / page).read_text() == reference.pages()[page]
