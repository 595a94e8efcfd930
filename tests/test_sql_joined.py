"""Inside the host's transaction: what he commits is kept, what he rolls back is gone, and neither spoils the other."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Engine, Integer, String, create_engine, event, text
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession, create_async_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

import servers
from due_workflow import Conflict, DueWorkflow, InputRefused, Mode, StorageUnusable, SubmissionState, Worker
from due_workflow.adapters.sql import JoinedSqlStorage, SqlStorage, upgrade
from due_workflow.ports import Changes, Kind, Record, Ref, Sealed
from due_workflow.testing import FixedClock, JoinedStorageContract, ScriptedPortal
from due_workflow.testing import factories as make

A = "cabinet-a"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)


class Base(DeclarativeBase):
    pass


class Payslip(Base):
    """A table of the host's own."""

    __tablename__ = "payslip"
    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    hire: Mapped[str] = mapped_column(String(50), unique=True)


@pytest.fixture(scope="module")
def address(postgres_server: servers.Postgres) -> Iterator[str]:
    url = postgres_server.create("sql_joined")
    upgrade(url)
    engine = create_engine(url)
    Base.metadata.create_all(engine)
    engine.dispose()
    yield url
    postgres_server.drop("sql_joined")


@pytest.fixture(scope="module")
def shared(address: str) -> Iterator[Engine]:
    engine = create_engine(address)
    yield engine
    engine.dispose()


@pytest.fixture
def on_postgres(shared: Engine) -> Engine:
    """The host's engine on PostgreSQL, all tables empty."""
    with shared.begin() as connection:
        connection.execute(text("TRUNCATE due_records, due_keys, due_entries, payslip"))
    return shared


@pytest.fixture(params=["postgres", "sqlite"])
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    """The host's engine, as he makes it without any setting for us."""
    if request.param == "postgres":
        yield request.getfixturevalue("on_postgres")
        return
    engine = create_engine(f"sqlite:///{tmp_path / 'host.db'}")
    upgrade(engine)
    Base.metadata.create_all(engine)
    yield engine
    engine.dispose()


class TestJoinedToAConnection(JoinedStorageContract):
    @pytest.fixture
    def storage(self, engine: Engine) -> Iterator[JoinedSqlStorage]:
        with engine.connect() as connection:
            yield JoinedSqlStorage(connection)


class TestJoinedToASession(JoinedStorageContract):
    @pytest.fixture
    def storage(self, on_postgres: Engine) -> Iterator[JoinedSqlStorage]:
        with Session(on_postgres) as session:
            yield JoinedSqlStorage(session)


class TestJoinedToASerializableTransaction(JoinedStorageContract):
    @pytest.fixture
    def storage(self, on_postgres: Engine) -> Iterator[JoinedSqlStorage]:
        with on_postgres.connect().execution_options(isolation_level="SERIALIZABLE") as connection:
            yield JoinedSqlStorage(connection)


# ---- helpers


def record(name: str, version: int = 0, data: bytes = b"{}") -> Record:
    return Record(Ref(Kind.FILING, name), version, "open", Sealed(data))


def put(storage, *records: Record) -> None:
    storage.commit(A, Changes(write=records))


def ids(engine: Engine) -> list[str]:
    """What somebody else sees."""
    return [found.ref.id for found in SqlStorage(engine).find(A, Kind.FILING)]


def slips(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(text("SELECT hire FROM payslip ORDER BY hire")))


def flow_in(where: Connection | Session, **given) -> DueWorkflow:
    return DueWorkflow(JoinedSqlStorage(where), cabinet="firm", clock=FixedClock(), **given)


# ---- both live or die together


def test_what_the_host_commits_is_kept_with_his_own_rows(engine):
    with Session(engine) as session, session.begin():
        session.add(Payslip(id=1, hire="E-1"))
        flow = flow_in(session)
        flow.add_client(make.client(1))
        flow.register(make.declaration("E-1"))
        assert flow.read.filing("E-1").reference == "E-1"
    flow = DueWorkflow(SqlStorage(engine), cabinet="firm", clock=FixedClock())
    assert flow.read.filing("E-1").reference == "E-1"
    assert flow.read.verify_journal().sound
    assert slips(engine) == ["E-1"]


def test_what_the_host_rolls_back_leaves_nothing_of_ours(engine):
    with Session(engine) as session:
        session.add(Payslip(id=1, hire="E-1"))
        flow = flow_in(session)
        flow.add_client(make.client(1))
        flow.register(make.declaration("E-1"))
        session.rollback()
    with engine.connect() as connection:
        left = [connection.scalar(text(f"SELECT count(*) FROM due_{name}")) for name in ("records", "keys", "entries")]
    assert left == [0, 0, 0]
    assert slips(engine) == []


def test_nobody_sees_it_before_the_host_commits(engine):
    with engine.connect() as connection:
        put(JoinedSqlStorage(connection), record("1"))
        if engine.dialect.name == "postgresql":
            assert ids(engine) == []
        connection.commit()
    assert ids(engine) == ["1"]


def test_an_exception_in_the_hosts_block_takes_ours_with_it(engine):
    def block() -> None:
        with engine.begin() as connection:
            put(JoinedSqlStorage(connection), record("1"))
            _ = 1 / 0

    with pytest.raises(ZeroDivisionError):
        block()
    assert ids(engine) == []


def test_the_hosts_own_savepoint_takes_back_what_was_written_in_it(engine):
    with engine.begin() as connection:
        storage = JoinedSqlStorage(connection)
        put(storage, record("kept"))
        inner = connection.begin_nested()
        put(storage, record("taken back"))
        inner.rollback()
    assert ids(engine) == ["kept"]


# ---- neither spoils the other


def test_after_a_conflict_the_hosts_transaction_is_usable_and_keeps_what_was_before(engine):
    put(SqlStorage(engine), record("theirs"))
    with Session(engine) as session, session.begin():
        session.add(Payslip(id=1, hire="before"))
        session.flush()
        storage = JoinedSqlStorage(session)
        put(storage, record("mine"))
        with pytest.raises(Conflict) as caught:
            put(storage, record("half"), record("theirs"))
        assert caught.value.refs == (Ref(Kind.FILING, "theirs"),)
        session.add(Payslip(id=2, hire="after"))
    assert ids(engine) == ["mine", "theirs"]
    assert slips(engine) == ["after", "before"]


def test_a_conflict_does_not_expire_the_objects_of_the_hosts_session(engine):
    put(SqlStorage(engine), record("theirs"))
    with Session(engine) as session, session.begin():
        slip = Payslip(id=1, hire="E-1")
        session.add(slip)
        session.flush()
        with pytest.raises(Conflict):
            put(JoinedSqlStorage(session), record("theirs"))
        assert slip in session
        assert "hire" in slip.__dict__


def test_a_constraint_error_of_the_host_in_his_savepoint_does_not_poison_us(engine):
    with Session(engine) as session, session.begin():
        storage = JoinedSqlStorage(session)
        put(storage, record("before"))
        session.add(Payslip(id=1, hire="same"))
        session.flush()
        inner = session.begin_nested()
        session.add(Payslip(id=2, hire="same"))
        with pytest.raises(IntegrityError):
            session.flush()
        inner.rollback()
        put(storage, record("after"))
    assert ids(engine) == ["after", "before"]
    assert slips(engine) == ["same"]


def test_a_session_that_failed_is_told_as_the_hosts_and_serves_again_after_his_rollback(engine):
    with Session(engine) as session:
        storage = JoinedSqlStorage(session)
        put(storage, record("gone with it"))
        session.add_all([Payslip(id=1, hire="same"), Payslip(id=2, hire="same")])
        with pytest.raises(IntegrityError):
            session.flush()
        session.rollback()
        put(storage, record("1"))
        session.commit()
    assert ids(engine) == ["1"]


def test_inside_a_transaction_that_failed_every_call_says_so(on_postgres):
    with on_postgres.connect() as connection:
        storage = JoinedSqlStorage(connection)
        storage.counts(A, Kind.FILING)
        with pytest.raises(Exception, match="nowhere"):
            connection.execute(text("SELECT * FROM nowhere"))
        for call in (lambda: storage.counts(A, Kind.FILING), lambda: put(storage, record("x"))):
            with pytest.raises(StorageUnusable) as caught:
                call()
            assert caught.value.code == "storage_host_failed"
        connection.rollback()
        put(storage, record("x"))


def test_a_value_that_cannot_be_stored_leaves_the_transaction_usable(on_postgres):
    with on_postgres.connect() as connection:
        storage = JoinedSqlStorage(connection)
        with pytest.raises(ValueError, match=r"U\+0000"):
            put(storage, record("a\0b"))
        put(storage, record("fine"))
        assert [found.ref.id for found in storage.find(A, Kind.FILING)] == ["fine"]


@pytest.mark.parametrize("isolation", ["REPEATABLE READ", "SERIALIZABLE"])
def test_what_changed_since_the_hosts_snapshot_is_a_conflict_that_names_it(on_postgres, isolation):
    engine = on_postgres
    put(SqlStorage(engine), record("1"), record("2"))
    with engine.connect().execution_options(isolation_level=isolation) as connection:
        storage = JoinedSqlStorage(connection)
        assert storage.load(A, [Ref(Kind.FILING, "1")])[0].version == 1
        put(SqlStorage(engine), record("1", 1))
        with pytest.raises(Conflict) as caught:
            put(storage, record("1", 1))
        assert Ref(Kind.FILING, "1") in caught.value.refs
        put(storage, record("2", 1))
        connection.commit()
    assert SqlStorage(engine).load(A, [Ref(Kind.FILING, "2")])[0].version == 2


# ---- what is refused, and what is done instead


def test_a_claim_and_a_worker_are_refused(engine):
    with engine.connect() as connection:
        storage = JoinedSqlStorage(connection)
        with pytest.raises(InputRefused) as caught:
            storage.claim([Kind.NOTICE], NOON, NOON + timedelta(minutes=5), 10)
        assert caught.value.code == "joined_worker"
        with pytest.raises(InputRefused):
            Worker(storage, flow_for=lambda _: flow_in(connection))


def test_what_is_released_in_the_hosts_transaction_is_sent_after_his_commit(engine):
    clock = FixedClock()
    portal = ScriptedPortal("jedeclare", "acc", clock=clock)
    alone = DueWorkflow(SqlStorage(engine), cabinet="firm", portals=[portal], clock=clock)
    alone.set_portal("jedeclare", "acc")
    alone.add_client(make.client(1))
    alone.sign_mandate(make.siren(1), make.mandate())
    worker = Worker(SqlStorage(engine), flow_for=lambda _: alone, clock=clock)
    with Session(engine) as session:
        flow = DueWorkflow(JoinedSqlStorage(session), cabinet="firm", portals=[portal], clock=clock)
        sub = flow.prepare(make.declaration("E-1"), Mode.TEST)
        with pytest.raises(InputRefused) as caught:
            flow.send([sub.id])
        assert caught.value.code == "joined_send"
        flow.release([sub.id], by="camille")
        if engine.dialect.name == "postgresql":
            assert worker.send_released() == 0
        assert portal.times_taken(sub.id) == 0
        session.commit()
    assert worker.send_released() == 1
    assert portal.times_taken(sub.id) == 1
    assert alone.read.submission(sub.id).state in {SubmissionState.SENT, SubmissionState.DEPOSITED}


def test_a_release_that_the_host_rolled_back_is_never_sent(engine):
    clock = FixedClock()
    portal = ScriptedPortal("jedeclare", "acc", clock=clock)
    alone = DueWorkflow(SqlStorage(engine), cabinet="firm", portals=[portal], clock=clock)
    alone.set_portal("jedeclare", "acc")
    alone.add_client(make.client(1))
    alone.sign_mandate(make.siren(1), make.mandate())
    sub = alone.prepare(make.declaration("E-1"), Mode.TEST)
    with Session(engine) as session:
        DueWorkflow(JoinedSqlStorage(session), cabinet="firm", clock=clock).release([sub.id], by="camille")
        session.rollback()
    assert Worker(SqlStorage(engine), flow_for=lambda _: alone, clock=clock).send_released() == 0
    assert portal.times_taken(sub.id) == 0


# ---- asyncio, and engines with settings of their own


@pytest.mark.parametrize("kind", ["postgres", "sqlite"])
def test_an_async_session_joins_through_run_sync(kind, request, tmp_path):
    if kind == "postgres":
        request.getfixturevalue("on_postgres")
        url, sync = (request.getfixturevalue("address"),) * 2
    else:
        url, sync = f"sqlite+aiosqlite:///{tmp_path / 'a.db'}", f"sqlite:///{tmp_path / 'a.db'}"
        upgrade(sync)
    with SqlStorage(sync) as storage:
        DueWorkflow(storage, cabinet="firm", clock=FixedClock()).add_client(make.client(1))

    async def work() -> None:
        engine = create_async_engine(url)
        try:
            async with AsyncSession(engine) as session:
                await session.run_sync(lambda s: flow_in(s).register(make.declaration("A-0")))
                await session.rollback()
            async with AsyncSession(engine) as session, session.begin():
                await session.run_sync(lambda s: flow_in(s).register(make.declaration("A-1")))

                def again(s: Session) -> None:
                    with pytest.raises(Conflict):
                        put(JoinedSqlStorage(s), record("x"), record("x2", 7))

                await session.run_sync(again)
        finally:
            await engine.dispose()

    asyncio.run(work())
    with SqlStorage(sync) as storage:
        found = DueWorkflow(storage, cabinet="firm").read.filings()
        assert [filing.reference for filing in found] == ["A-1"]


def test_a_sqlite_engine_that_begins_by_itself_is_joined_too(tmp_path):
    engine = create_engine(f"sqlite:///{tmp_path / 'host.db'}")
    event.listen(engine, "connect", lambda raw, _: setattr(raw, "isolation_level", None))
    event.listen(engine, "begin", lambda connection: connection.exec_driver_sql("BEGIN IMMEDIATE"))
    upgrade(engine)
    with engine.connect() as connection:
        put(JoinedSqlStorage(connection), record("1"))
        connection.rollback()
    with engine.begin() as connection:
        put(JoinedSqlStorage(connection), record("2"))
    assert ids(engine) == ["2"]
    put(SqlStorage(engine), record("3"))
    assert ids(engine) == ["2", "3"]
    engine.dispose()
