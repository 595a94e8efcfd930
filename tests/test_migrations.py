"""The schema goes up and down with data in it, alone and in a host's own migration; the golden database moves in."""

from __future__ import annotations

import shutil
import subprocess
import sys
import textwrap
import threading
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, Table, create_engine, inspect, text

from due_workflow import DueWorkflow, FilingStatus, InputRefused, StorageUnusable, SubmissionState
from due_workflow.adapters import migrations
from due_workflow.adapters._sql_tables import REVISIONS, Names, tables
from due_workflow.adapters.sql import SqlStorage, check, current, downgrade, include_name, upgrade
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Changes, Kind, Storage
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as make

GOLDEN = sorted((Path(__file__).parent / "golden").glob("schema-*.sqlite"))


@pytest.fixture(params=["postgres", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """An engine on an empty database."""
    url = request.getfixturevalue("postgres") if request.param == "postgres" else f"sqlite:///{tmp_path / 'due.db'}"
    engine = create_engine(url)
    yield engine
    engine.dispose()


def ours(engine: Engine) -> list[str]:
    return sorted(name for name in inspect(engine).get_table_names() if name.startswith("due_"))


def flow_on(storage: Storage) -> DueWorkflow:
    return DueWorkflow(storage, cabinet="firm", clock=FixedClock())


def everything(storage: Storage, cabinet: str) -> dict[str, Any]:
    """All that a firm has: each record's content and journal, whatever its version."""
    found = {}
    for kind in Kind:
        for record in storage.find(cabinet, kind, limit=10_000):
            journal = [(entry.seq, bytes(entry.data), entry.hash) for entry in storage.journal(cabinet, record.ref)]
            found[str(record.ref)] = (record.state, bytes(record.data), sorted(record.keys), record.due, journal)
    return found


def copied(source: Storage, target: Storage, cabinet: str) -> None:
    """Move one firm from one storage to another, as the documentation shows."""
    for kind in Kind:
        for record in source.find(cabinet, kind, limit=10_000):
            target.commit(cabinet, Changes([replace(record, version=0)], entries=source.journal(cabinet, record.ref)))


# ---- the steps


def test_the_steps_lead_to_the_tables_that_the_statements_are_made_for(engine):
    upgrade(engine)
    metadata = MetaData()
    tables(Names(), metadata)
    Table("due_alembic_version", metadata, autoload_with=engine)
    with engine.connect() as connection:
        assert compare_metadata(MigrationContext.configure(connection), metadata) == []


def test_the_known_revisions_are_those_of_the_steps():
    script = ScriptDirectory(str(Path(migrations.__file__).parent))
    assert tuple(step.revision for step in script.walk_revisions())[::-1] == REVISIONS


def test_current_and_check_tell_where_a_database_stands_and_change_nothing(engine):
    assert current(engine) is None
    with pytest.raises(StorageUnusable) as caught:
        check(engine)
    assert caught.value.code == "storage_no_tables"
    assert ours(engine) == []
    assert upgrade(engine, revision="0001") == current(engine) == "0001"
    with pytest.raises(StorageUnusable) as caught:
        check(engine)
    assert (caught.value.code, caught.value.facts["found"]) == ("storage_older_tables", "0001")
    assert upgrade(engine) == current(engine) == check(engine) == REVISIONS[-1]


def test_data_lives_through_every_step_up_and_down(engine):
    upgrade(engine)
    flow = flow_on(SqlStorage(engine))
    flow.add_client(make.client(1))
    flow.prepare(make.declaration("E-1"))
    before = everything(SqlStorage(engine), "firm")
    assert len(before) >= 3
    for revision in REVISIONS[-2::-1]:
        assert downgrade(engine, revision) == current(engine) == revision
    for revision in REVISIONS[1:]:
        assert upgrade(engine, revision=revision) == revision
    after = SqlStorage(engine)
    assert everything(after, "firm") == before
    flow = flow_on(after)
    assert flow.read.verify_journal().sound
    flow.register(make.declaration("E-2"))


def test_going_back_to_nothing_must_be_said(engine):
    upgrade(engine)
    flow_on(SqlStorage(engine)).add_client(make.client(1))
    with pytest.raises(InputRefused) as refused:
        downgrade(engine, "base")
    assert refused.value.code == "downgrade_erases"
    assert "due_records" in refused.value.text("fr")
    assert check(engine)
    assert downgrade(engine, "base", erase=True) is None
    assert current(engine) is None
    assert ours(engine) in ([], ["due_alembic_version"])
    upgrade(engine)
    assert SqlStorage(engine).counts("firm", Kind.CLIENT) == {}


def test_upgrading_what_is_up_to_date_changes_nothing(engine):
    assert upgrade(engine) == upgrade(engine) == REVISIONS[-1]
    assert upgrade(engine, revision="0001") == REVISIONS[-1]
    assert downgrade(engine, REVISIONS[-1]) == REVISIONS[-1]
    for wrong in (lambda: upgrade(engine, revision="0815"), lambda: downgrade(engine, "0815")):
        with pytest.raises(ValueError, match="0815"):
            wrong()


def test_a_step_that_fails_leaves_the_database_as_it_was(engine):
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE due_entries (theirs INT)"))
    with pytest.raises(Exception, match="due_entries"):
        upgrade(engine)
    assert ours(engine) == ["due_entries"]


def test_several_who_upgrade_at_once_do_it_once(engine):
    told: list[object] = []

    def run() -> None:
        try:
            told.append(upgrade(engine))
        except Exception as error:
            told.append(error)

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert told == [REVISIONS[-1]] * 4


# ---- in the host's house


def test_a_connection_of_the_host_is_not_committed(engine):
    with engine.connect() as connection:
        upgrade(connection)
        assert check(connection) == REVISIONS[-1]
        connection.rollback()
    assert current(engine) is None
    with engine.begin() as connection:
        upgrade(connection)
    assert check(engine)


HOST = {
    "env.py": """
        from alembic import context
        from sqlalchemy import Column, Integer, MetaData, Table, create_engine
        from due_workflow.adapters.sql import include_name
        metadata = MetaData()
        Table("payslip", metadata, Column("id", Integer, primary_key=True))
        with create_engine(context.config.get_main_option("sqlalchemy.url")).connect() as connection:
            context.configure(connection=connection, target_metadata=metadata, include_name=include_name())
            with context.begin_transaction():
                context.run_migrations()
    """,
    "versions/h1.py": """
        import sqlalchemy as sa
        from alembic import op
        from due_workflow.adapters import sql
        revision, down_revision = "h1", None
        def upgrade():
            op.create_table("payslip", sa.Column("id", sa.Integer, primary_key=True))
            sql.upgrade(op.get_bind(), revision="0002")
            op.execute("INSERT INTO payslip VALUES (7)")
        def downgrade():
            sql.downgrade(op.get_bind(), "base", erase=True)
            op.drop_table("payslip")
    """,
    "script.py.mako": "",
}


def test_a_host_upgrades_us_inside_a_migration_of_his_own(engine, tmp_path):
    for name, said in HOST.items():
        (tmp_path / "host" / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / "host" / name).write_text(textwrap.dedent(said))
    address = engine.url.render_as_string(hide_password=False)
    (tmp_path / "alembic.ini").write_text(f"[alembic]\nscript_location = {tmp_path}/host\nsqlalchemy.url = {address}\n")

    def alembic(*said: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "alembic", *said]
        return subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)

    done = alembic("upgrade", "head")
    assert done.returncode == 0, done.stderr
    assert check(engine) == REVISIONS[-1]
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT id FROM payslip")) == 7
    flow_on(SqlStorage(engine)).add_client(make.client(1))
    done = alembic("check")
    assert "No new upgrade operations" in done.stdout + done.stderr, "autogenerate would touch our tables"
    done = alembic("downgrade", "base")
    assert done.returncode == 0, done.stderr
    assert current(engine) is None


def test_the_filter_knows_our_tables_and_no_others():
    include = include_name("due_", "payroll")
    assert not include("due_records", "table", {"schema_name": "payroll"})
    assert not include("due_alembic_version", "table", {"schema_name": None})
    assert include("due_records", "table", {"schema_name": "elsewhere"})
    assert include("due_dates", "table", {"schema_name": None})
    assert include("payroll", "schema", {})


# ---- the golden database


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def golden(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[SqliteStorage]:
    with SqliteStorage(shutil.copy(request.param, tmp_path / "golden.sqlite")) as storage:
        yield storage


def test_the_golden_database_moves_in_and_verifies(engine, golden):
    upgrade(engine)
    storage = SqlStorage(engine)
    copied(golden, storage, "golden")
    assert everything(storage, "golden") == everything(golden, "golden")
    for kind in Kind:
        assert storage.counts("golden", kind) == golden.counts("golden", kind)
    clock = FixedClock(make.NOW + timedelta(days=11))
    flow = DueWorkflow(storage, cabinet="golden", clock=clock)
    verified = flow.read.verify_journal()
    assert verified.sound, verified.faults
    assert verified.cases >= 15
    there = {
        filing.reference: filing.status for filing in DueWorkflow(golden, cabinet="golden", clock=clock).read.filings()
    }
    assert {filing.reference: filing.status for filing in flow.read.filings()} == there
    (deposit,) = (d for d in flow.read.deposits(("open",)) if "G-1/real/1" in d.items)
    flow.learn_ref(deposit.id, "B1")
    flow.receive(make.ars("B1", account="cab"))
    assert flow.read.submission("G-1/real/1").state is SubmissionState.ACCEPTED
    assert flow.read.filing("G-1").status is FilingStatus.DECLARED
    assert flow.read.verify_journal().sound
