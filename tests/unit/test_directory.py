"""The directory: organisations, people, who is who, and the database under them."""

from __future__ import annotations

import contextlib
import datetime as dt
import re
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from andon.config import Settings, read_settings
from andon.directory import schema
from andon.directory.directory import Directory, open_directory
from andon.directory.engine import open_engine
from andon.directory.people import Alias
from andon.directory.problems import DirectoryError, NoSuch, Taken, Unusable
from andon.directory.tables import metadata

NOW = dt.datetime(2026, 11, 21, 6, tzinfo=dt.UTC)
MIGRATIONS = Path(schema.__file__).parent / "migrations"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """Settings of a data directory that is not there yet."""
    return read_settings(data=tmp_path / "data")


@pytest.fixture
def directory(settings: Settings) -> Directory:
    """An empty directory."""
    return open_directory(settings)


@pytest.fixture
def org_id(directory: Directory) -> str:
    """One organisation in it."""
    return directory.create_org("Acme", now=NOW).org_id


def test_the_first_use_makes_everything_private(settings: Settings) -> None:
    """Folders are 0700 and files 0600: neither keys nor addresses are for other users of the machine."""
    open_directory(settings).create_org("Acme", now=NOW)

    modes = {path.name: path.stat().st_mode & 0o777 for path in (settings.data, *settings.data.rglob("*"))}
    assert {name: modes[name] for name in ("data", "secrets")} == {"data": 0o700, "secrets": 0o700}
    assert {0o600} == {modes["directory.sqlite"], modes["key-pepper"]}


def test_sqlite_is_set_up_to_survive_a_power_cut(directory: Directory) -> None:
    """WAL with synchronous FULL (NORMAL loses acknowledged changes), and foreign keys on."""
    with directory._engine.connect() as connection:
        values = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        }

    assert values == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1}


def test_the_migrations_lead_to_the_tables(settings: Settings, directory: Directory) -> None:
    """Alembic finds no difference between the newest migration and tables.py."""
    assert directory.orgs() == []
    engine = open_engine(settings.directory_url)

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, metadata) == []
    engine.dispose()


def test_the_list_of_migrations_is_complete() -> None:
    """The quick look at start knows every migration, in order."""
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    config.set_main_option("path_separator", "os")
    steps = list(ScriptDirectory.from_config(config).walk_revisions())

    assert tuple(reversed([step.revision for step in steps])) == schema.REVISIONS


def test_opening_an_upgraded_directory_does_not_load_alembic(settings: Settings) -> None:
    """Commands start quickly: Alembic alone takes longer than all the rest."""
    open_directory(settings).close()
    program = (
        "import sys; from pathlib import Path\n"
        "from andon.config import read_settings\n"
        "from andon.directory.directory import open_directory\n"
        "open_directory(read_settings(data=Path(sys.argv[1])))\n"
        "print('alembic' in sys.modules)"
    )

    done = subprocess.run(
        [sys.executable, "-c", program, str(settings.data)], capture_output=True, text=True, check=True
    )

    assert done.stdout.strip() == "False"


def test_a_newer_schema_is_refused_in_words(settings: Settings) -> None:
    """An old Andon on a new directory stops instead of guessing."""
    open_directory(settings).close()
    with contextlib.closing(sqlite3.connect(settings.data / "directory.sqlite")) as database:
        database.execute("UPDATE alembic_version SET version_num = '9999'")
        database.commit()

    with pytest.raises(Unusable, match=r"9999.*newer"):
        open_directory(settings)


def test_what_is_no_database_is_refused_in_words(settings: Settings) -> None:
    """A damaged file is named for what it is, with what to do; nothing is overwritten."""
    settings.data.mkdir()
    path = settings.data / "directory.sqlite"
    path.write_text("these are not the tables you are looking for" * 20)

    with pytest.raises(
        Unusable, match=r"directory\.sqlite is damaged \(file is not a database\): put it back"
    ):
        open_directory(settings)
    assert path.read_text().startswith("these are not")


def test_a_damaged_directory_is_told_with_what_to_do(settings: Settings) -> None:
    """Pages that make no sense: one sentence, no traceback, and the way back."""
    open_directory(settings).close()
    path = settings.data / "directory.sqlite"
    for journal in settings.data.glob("directory.sqlite-*"):
        journal.unlink()
    content = path.read_bytes()
    path.write_bytes(content[:100] + bytes(4000) + content[4100:])

    with pytest.raises(
        Unusable, match=r"is damaged \(.*malformed\): put it back from a back-up, or save what"
    ):
        open_directory(settings)


def test_a_data_directory_that_is_a_file_is_refused_in_words(tmp_path: Path) -> None:
    """The path is in the sentence."""
    (tmp_path / "data").write_text("")

    with pytest.raises(Unusable, match="data"):
        open_directory(read_settings(data=tmp_path / "data"))


def test_several_processes_may_open_an_empty_directory_at_once(settings: Settings) -> None:
    """One of them makes the tables and the pepper; all of them can use what it made."""
    program = (
        "import sys, datetime; from pathlib import Path\n"
        "from andon.config import read_settings\n"
        "from andon.directory.directory import open_directory\n"
        "now = datetime.datetime.now(datetime.UTC)\n"
        "directory = open_directory(read_settings(data=Path(sys.argv[1])))\n"
        "org = directory.create_org(sys.argv[2], now=now)\n"
        "print(directory.create_key(org.org_id, 'ingest', now=now).text)"
    )
    running = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(settings.data), f"org {number}"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        for number in range(4)
    ]
    said = [process.communicate() for process in running]
    assert [process.returncode for process in running] == [0] * 4, said

    directory = open_directory(settings)
    assert len(directory.orgs()) == 4
    assert all(directory.authenticate(out.strip(), dt.datetime.now(dt.UTC)) for out, _ in said)


def test_ids_are_typed_and_in_crockfords_base_32(directory: Directory, org_id: str) -> None:
    """``org_`` and ``person_``, then 26 upper-case characters without I, L, O and U."""
    person = directory.add_person(org_id, "dev@example.com", now=NOW)

    assert re.fullmatch(r"org_[0-9A-HJKMNP-TV-Z]{26}", org_id)
    assert re.fullmatch(r"person_[0-9A-HJKMNP-TV-Z]{26}", person.person_id)


def test_names_of_organisations_are_unique(directory: Directory, org_id: str) -> None:
    """The second of the same name is refused, spaces around it aside; the first is found by id and name."""
    with pytest.raises(Taken, match="Acme"):
        directory.create_org("  Acme ", now=NOW)
    assert org_id == directory.org("Acme").org_id == directory.org(org_id).org_id
    with pytest.raises(NoSuch, match="Nobody"):
        directory.org("Nobody")


@pytest.mark.parametrize("name", ["", "   ", "a\nb", "x" * 201])
def test_a_name_must_be_one(directory: Directory, name: str) -> None:
    """Not empty, not too long, on one line."""
    with pytest.raises(DirectoryError, match="printable"):
        directory.create_org(name, now=NOW)


def test_times_come_back_as_they_went_in(directory: Directory) -> None:
    """Instants are aware and in UTC whatever zone they were given in."""
    in_tokyo = NOW.astimezone(dt.timezone(dt.timedelta(hours=9)))

    directory.create_org("Acme", now=in_tokyo)

    assert directory.orgs()[0].created_at == NOW
    assert dt.UTC is directory.orgs()[0].created_at.tzinfo


def test_people_are_known_by_lower_case_addresses(directory: Directory, org_id: str) -> None:
    """Letter case and spaces never make two people of one; another organisation may know the same address."""
    person = directory.add_person(org_id, " Dev@Example.COM ", now=NOW, display_name="Ada")

    assert (
        person.email,
        person.identity,
        person.role,
    ) == ("dev@example.com", "email:dev@example.com", "member")
    with pytest.raises(Taken, match=r"dev@example\.com"):
        directory.add_person(org_id, "dev@example.com", now=NOW)
    other = directory.create_org("Other", now=NOW).org_id
    assert directory.add_person(other, "dev@example.com", now=NOW).person_id != person.person_id


@pytest.mark.parametrize("email", ["", "dev", "@example.com", "dev@", "a b@example.com", "a@b@c", "a@b\x07"])
def test_an_address_must_be_one(directory: Directory, org_id: str, email: str) -> None:
    """What cannot be an e-mail address is named and refused."""
    with pytest.raises(DirectoryError, match="no e-mail address"):
        directory.add_person(org_id, email, now=NOW)


def test_a_person_needs_an_organisation_and_a_role(directory: Directory, org_id: str) -> None:
    """Foreign keys are enforced, and roles are the four there are."""
    with pytest.raises(NoSuch, match="org_0"):
        directory.add_person("org_0", "dev@example.com", now=NOW)
    with pytest.raises(DirectoryError, match="king"):
        directory.add_person(org_id, "dev@example.com", role="king", now=NOW)  # type: ignore[arg-type]


def test_aliases_always_point_straight_at_the_person(directory: Directory, org_id: str) -> None:
    """Chains are followed when they are made, in both directions, so that SQL needs one look-up."""
    directory.add_alias(org_id, "install:1", "account:2", now=NOW)
    directory.add_alias(org_id, "account:2", "Dev@example.com", now=NOW)
    directory.add_alias(org_id, "user:3", "install:1", now=NOW)

    person = "email:dev@example.com"
    assert [Alias("account:2", person), Alias("install:1", person), Alias("user:3", person)] == (
        directory.aliases(org_id)
    )


def test_an_alias_cannot_go_round(directory: Directory, org_id: str) -> None:
    """A person is not made an alias of their own alias, nor of themselves."""
    directory.add_alias(org_id, "account:2", "dev@example.com", now=NOW)

    for identity in ("email:dev@example.com", "dev@example.com"):
        with pytest.raises(DirectoryError, match="already"):
            directory.add_alias(org_id, identity, "account:2", now=NOW)


def test_a_person_of_the_directory_is_merged_and_not_aliased(directory: Directory, org_id: str) -> None:
    """An alias would leave the person and their keys behind."""
    directory.add_person(org_id, "old@example.com", now=NOW)

    with pytest.raises(DirectoryError, match="merge"):
        directory.add_alias(org_id, "old@example.com", "new@example.com", now=NOW)


def test_an_alias_can_be_taken_back(directory: Directory, org_id: str) -> None:
    """Only with the right person: a slip does not undo somebody else's."""
    directory.add_alias(org_id, "account:2", "dev@example.com", now=NOW)

    with pytest.raises(NoSuch, match="account:2"):
        directory.remove_alias(org_id, "account:2", of="other@example.com")
    directory.remove_alias(org_id, "account:2", of="dev@example.com")
    assert directory.aliases(org_id) == []


@pytest.mark.parametrize("identity", ["", "account:", "phone:1", "account:a\nb", "user:" + "x" * 400])
def test_an_identity_must_be_one(directory: Directory, org_id: str, identity: str) -> None:
    """An address, or one of the four kinds with something behind it."""
    with pytest.raises(DirectoryError, match="identity"):
        directory.add_alias(org_id, identity, "dev@example.com", now=NOW)


def test_a_merge_moves_keys_and_aliases(directory: Directory, org_id: str) -> None:
    """The one who stays takes over the keys and everything the other was known by."""
    for email in ("old@example.com", "new@example.com"):
        directory.add_person(org_id, email, now=NOW)
    directory.add_alias(org_id, "account:2", "old@example.com", now=NOW)
    made = directory.create_key(org_id, "ingest", person_email="old@example.com", now=NOW)

    directory.merge_people(org_id, "old@example.com", "new@example.com", now=NOW)

    assert [person.email for person in directory.people(org_id)] == ["new@example.com"]
    assert {alias.identity: alias.canonical_identity for alias in directory.aliases(org_id)} == {
        "account:2": "email:new@example.com",
        "email:old@example.com": "email:new@example.com",
    }
    principal = directory.authenticate(made.text, NOW)
    assert principal is not None
    assert principal.person_identity == "email:new@example.com"
    with pytest.raises(DirectoryError, match="itself"):
        directory.merge_people(org_id, "new@example.com", "new@example.com", now=NOW)


def test_the_warehouse_gets_the_rows_that_numbers_depend_on(directory: Directory, org_id: str) -> None:
    """Organisations, people, aliases, and the owners of ingest keys; no analytics key, no secret, no role."""
    directory.add_person(org_id, "dev@example.com", display_name="Ada", now=NOW)
    directory.add_alias(org_id, "account:2", "dev@example.com", now=NOW)
    owned = directory.create_key(org_id, "ingest", person_email="dev@example.com", now=NOW)
    shared = directory.create_key(org_id, "ingest", now=NOW)
    directory.create_key(org_id, "analytics", role="owner", now=NOW)

    directory.add_mcp_names(org_id, ["demo"], now=NOW)

    rows = directory.export_rows()

    owners = {row["key_id"]: row["owner_identity"] for row in rows.pop("ingest_keys")}
    assert {owned.key_id: "email:dev@example.com", shared.key_id: None} == owners
    assert {
        "organisations": [{"org_id": org_id, "name": "Acme"}],
        "people": [
            {
                "org_id": org_id,
                "email": "dev@example.com",
                "display_name": "Ada",
                "identity": "email:dev@example.com",
            }
        ],
        "identity_aliases": [
            {"org_id": org_id, "identity": "account:2", "canonical_identity": "email:dev@example.com"}
        ],
        "mcp_names": [{"org_id": org_id, "name": "demo"}],
    } == rows


def test_mcp_names_are_a_list_of_each_organisation(directory: Directory) -> None:
    """Names are listed once, spelled as they were given, and taken off one by one."""
    org_id = directory.create_org("Names", now=NOW).org_id

    assert directory.add_mcp_names(org_id, [" Demo ", "echo", "echo"], now=NOW) == ["Demo", "echo", "echo"]
    directory.add_mcp_names(org_id, ["echo"], now=NOW)
    assert directory.mcp_names(org_id) == ["Demo", "echo"]
    directory.remove_mcp_name(org_id, "echo")
    assert directory.mcp_names(org_id) == ["Demo"]
    with pytest.raises(NoSuch, match="not listed"):
        directory.remove_mcp_name(org_id, "echo")


@pytest.mark.parametrize("name", ["", "  ", "a\nb", "x" * 201])
def test_a_malformed_mcp_name_lists_nothing(directory: Directory, name: str) -> None:
    """One bad name of several leaves the list as it was."""
    org_id = directory.create_org(f"Malformed {len(name)} {name[:1]!r}", now=NOW).org_id

    with pytest.raises(DirectoryError, match="no name of an MCP server"):
        directory.add_mcp_names(org_id, ["good", name], now=NOW)
    assert directory.mcp_names(org_id) == []


def test_opening_it_twice_in_a_process_keeps_its_locks(settings: Settings, directory: Directory) -> None:
    """A build inside the server must not make the next command think that nobody has the database open."""
    directory.orgs()
    open_directory(settings).close()
    code = (
        "import sys; from andon.config import read_settings; "
        "from andon.directory.directory import open_directory; import datetime as dt; "
        "open_one = open_directory(read_settings(data=sys.argv[1])); "
        "open_one.create_org('From elsewhere', now=dt.datetime(2026, 1, 14, tzinfo=dt.UTC)); open_one.close()"
    )
    subprocess.run([sys.executable, "-c", code, str(settings.data)], check=True, timeout=60)

    log = settings.data / "directory.sqlite-wal"
    assert log.exists(), "the command took the write-ahead log of an open database away"
    assert "From elsewhere" in {org.name for org in directory.orgs()}
