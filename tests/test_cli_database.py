"""`--db` with the address of a real PostgreSQL, and the commands that look after the tables, as a person runs them."""

from __future__ import annotations

import json
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from typer.testing import CliRunner

from due_workflow.cli import database, front  # noqa: F401  # the front registers every command
from due_workflow.cli.outcomes import Code
from due_workflow.cli.window import app

Run = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Run `due-workflow` in an empty folder; `env` adds to the environment."""

    def go(*args: str, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
        clean = {key: value for key, value in os.environ.items() if not key.startswith("DUE_")}
        return subprocess.run(
            [sys.executable, "-m", "due_workflow", *args],
            cwd=tmp_path,
            env={**clean, "COLUMNS": "200", **(env or {})},
            capture_output=True,
            text=True,
            check=False,
        )

    return go


def test_a_database_by_its_address_is_prepared_then_worked_on(run: Run, postgres: str) -> None:
    address = postgres.replace("postgresql+psycopg", "postgresql")
    before = run("status", "--db", address)
    assert before.returncode == 6
    assert "due-workflow db upgrade" in before.stderr
    current = run("db", "current", "--db", address)
    assert current.returncode == 0
    assert "pas encore de tables" in current.stdout
    assert run("db", "check", "--db", address).returncode == 6
    upgraded = run("db", "upgrade", "--db", address, "--json")
    assert upgraded.returncode == 0, upgraded.stderr
    told = json.loads(upgraded.stdout)
    assert told["before"] is None
    again = run("db", "upgrade", "--db", address)
    assert f"déjà à la version {told['revision']}" in again.stdout
    assert run("db", "check", "--db", address).returncode == 0
    assert run("set-software", "Editeur", "Paie", "12.3", env={"DUE_DB": address}).returncode == 0
    journal = run("journal", "cabinet", "--full", "--db", address)
    assert journal.returncode == 0, journal.stderr
    assert "12.3" in journal.stdout


def test_the_tables_may_have_a_prefix_and_a_schema_of_their_own(run: Run, postgres: str) -> None:
    env = {"DUE_DB": postgres, "DUE_DB_PREFIX": "dpae_", "DUE_DB_SCHEMA": "social"}
    assert run("db", "upgrade", env=env).returncode == 0
    assert run("db", "check", env=env).returncode == 0
    elsewhere = run("db", "check", env={"DUE_DB": postgres})
    assert elsewhere.returncode == 6
    assert "« due_… »" in elsewhere.stderr


SECRET = "S3cr3t"


@pytest.mark.parametrize(
    "address",
    [
        f"postgresql://u:{SECRET}@127.0.0.1:1/base",
        f"postgresql://u@127.0.0.1:1/base?password={SECRET}",
        f"postgresql://u@127.0.0.1:1/base?password=a@{SECRET}",
        f"postgresql://u:pa/ss{SECRET}@127.0.0.1:1/base",
        f"postgresql://u:p@ss{SECRET}@127.0.0.1:1/base",
        f"postgresql://u:p?x={SECRET}@127.0.0.1:1/base",
        f"postgresql:/u:{SECRET}@127.0.0.1:1/base",
        f"foo://u:{SECRET}@127.0.0.1/base",
        f"postgresql://u:{SECRET}@127.0.0.1:abc/base",
    ],
)
def test_a_password_in_an_address_is_never_shown(address: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(database, "PATIENCE", 0.1)
    for args in (["status"], ["status", "--json"], ["db", "check"], ["explain", "nobody", "--lang", "en"]):
        done = CliRunner().invoke(app, [*args, "--db", address])
        assert done.exit_code in (Code.UNUSABLE, Code.INPUT, Code.USAGE), done.output
        assert SECRET not in done.output


def test_an_address_is_shown_by_its_server_and_its_base() -> None:
    assert str(database.a_database("postgresql://due:secret@db.example:5433/paie?sslmode=require")) == (
        "postgresql://db.example:5433/paie"
    )


def test_a_next_command_names_the_address_or_stands_for_it(run: Run, postgres: str) -> None:
    address = postgres.replace("postgresql+psycopg", "postgresql")
    before = run("status", "--db", address)
    assert "due-workflow --db URL db upgrade" in before.stderr
    open_ = address.replace("postgres@", "")
    assert f"due-workflow --db {open_} db upgrade" in run("status", "--db", open_, env={"PGUSER": "postgres"}).stderr
    assert "due-workflow db upgrade" in run("status", env={"DUE_DB": address}).stderr


def test_a_firm_that_is_not_there_is_no_good_news(run: Run) -> None:
    assert run("set-software", "Editeur", "Paie", "1").returncode == 0
    for args in (("journal", "--verify"), ("health",)):
        assert run(*args).returncode == 0
        lost = run(*args, "--cabinet", "nobody")
        assert lost.returncode == 2
        assert "Rien du cabinet « nobody »" in lost.stderr


def test_an_sqlite_file_says_where_its_tables_stand_without_being_changed(run: Run, tmp_path: Path) -> None:
    missing = run("db", "check")
    assert missing.returncode == 6
    assert "n'existe pas" in missing.stderr
    assert "pas encore de tables" in run("db", "current").stdout
    assert not (tmp_path / "due.sqlite").exists()
    assert run("db", "upgrade").returncode == 0
    assert json.loads(run("db", "current", "--json").stdout)["revision"] == "1"
    assert run("db", "check", "--lang", "en").stdout.strip() == "Database due.sqlite: ready, tables at version 1."


def test_a_file_of_another_application_is_told_and_left_alone(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "other.sqlite"
    with sqlite3.connect(file) as raw:
        raw.execute("CREATE TABLE theirs (x)")
    raw.close()
    before = file.read_bytes()
    for what in ("current", "check", "upgrade"):
        done = run("db", what, "--db", "other.sqlite")
        assert done.returncode == 6
        assert "n'est pas une base de due_workflow" in done.stderr
    assert file.read_bytes() == before


def test_without_the_extra_the_sentence_says_what_to_install(tmp_path: Path) -> None:
    blocked = "import sys; sys.modules['sqlalchemy'] = None; sys.argv[1:] = ['status', '--db', 'postgresql://h/b'];"
    done = subprocess.run(
        [sys.executable, "-c", blocked + "from due_workflow.__main__ import main; main()"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 6
    assert 'pip install "due-workflow[sql]"' in done.stderr
