"""The SQL storage keeps the contract on real databases; then what is its own: levels, processes, errors."""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import socket
import threading
import time
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event, make_url, text

import servers
from due_workflow.adapters.sql import SqlStorage, check, downgrade, upgrade
from due_workflow.errors import Conflict, InputRefused, StorageUnusable
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Sealed, Storage
from due_workflow.testing import StorageContract
from due_workflow.testing._storage_claims import ClaimClauses, CrowdClauses
from stories import at_level

LEVELS = ["READ COMMITTED", "REPEATABLE READ", "SERIALIZABLE"]
EMPTY = "TRUNCATE due_records, due_keys, due_entries"
END_VICTIM = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'victim'"
A = "cabinet-a"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


@pytest.fixture(scope="module")
def address(postgres_server: servers.Postgres) -> Iterator[str]:
    """One database with the tables, for the tests of this file."""
    url = postgres_server.create("sql_contract")
    upgrade(url)
    yield url
    postgres_server.drop("sql_contract")


@pytest.fixture(scope="module")
def shared(address: str) -> Iterator[Engine]:
    engine = create_engine(address, pool_size=10)
    yield engine
    engine.dispose()


@pytest.fixture
def engine(shared: Engine) -> Engine:
    """The host's engine on it, its tables empty."""
    with shared.begin() as connection:
        connection.execute(text(EMPTY))
    return shared


class TestOnPostgres(StorageContract):
    @pytest.fixture
    def storage(self, engine: Engine) -> SqlStorage:
        return SqlStorage(engine)

    def reopen(self, storage):
        return SqlStorage(storage.engine.url)


@pytest.mark.parametrize("level", [*LEVELS[1:], "AUTOCOMMIT"])
class TestManyAtOnceAtOtherLevels(ClaimClauses, CrowdClauses):
    """Read committed is the server's own, and stands above."""

    @pytest.fixture
    def storage(self, engine: Engine, level: str) -> SqlStorage:
        return SqlStorage(engine.execution_options(isolation_level=level))

    def reopen(self, storage):
        return at_level(storage.engine.url, storage.engine.get_execution_options()["isolation_level"])


class TestOnSqlite(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[SqlStorage]:
        url = f"sqlite:///{tmp_path / 'due.db'}"
        upgrade(url)
        with SqlStorage(url) as storage:
            storage.url = url
            yield storage

    def reopen(self, storage):
        return SqlStorage(storage.url)


class TestOnTheHostsSqliteEngine(StorageContract):
    """As a host makes one, without any setting."""

    @pytest.fixture
    def storage(self, tmp_path: Path) -> Iterator[SqlStorage]:
        engine = create_engine(f"sqlite:///{tmp_path / 'due.db'}")
        upgrade(engine)
        yield SqlStorage(engine)
        engine.dispose()


def test_mariadb_keeps_the_contract_where_a_server_is_given() -> None:
    """Its address is that of an empty database."""
    url = os.environ.get("DUE_TEST_MARIADB_URL")
    if not url:
        pytest.skip("no MariaDB: DUE_TEST_MARIADB_URL is not set")

    class OnMariaDb(StorageContract):
        def reopen(self, storage):
            return SqlStorage(url)

    def fresh() -> SqlStorage:
        downgrade(url, "base", erase=True)
        upgrade(url)
        return SqlStorage(url)

    assert OnMariaDb().broken(fresh) == {}


# ---- helpers


def record(name: str, version: int = 0, data: bytes = b"{}", keys: Any = (), due: datetime | None = None) -> Record:
    return Record(Ref(Kind.FILING, name), version, "open", Sealed(data), frozenset(keys), due)


def put(storage: Storage, *records: Record) -> None:
    storage.commit(A, Changes(write=records))


def ids(storage: Storage) -> list[str]:
    return [found.ref.id for found in storage.find(A, Kind.FILING)]


def refusal(call: Any, *args: Any, **kwargs: Any) -> StorageUnusable:
    with pytest.raises(StorageUnusable) as caught:
        call(*args, **kwargs)
    return caught.value


def version(storage: Storage, name: str) -> int:
    (found,) = storage.load(A, [Ref(Kind.FILING, name)])
    return found.version


# ---- real processes


def worker(url: str, level: str, start: Any, answers: Any) -> None:
    """One of three processes: claims what it gets, and adds to one counter."""
    with at_level(url, level) as storage:
        start.wait(60)
        taken = []
        while got := storage.claim([Kind.FILING], NOON, NOON + HOUR, 5):
            taken += [found.ref.id for _, found in got]
        for _ in range(20):
            while True:
                (present,) = storage.load(A, [Ref(Kind.FILING, "counter")])
                try:
                    put(storage, record("counter", present.version, str(int(present.data) + 1).encode()))
                except Conflict:
                    continue
                break
        answers.put(taken)


@pytest.mark.slow
def test_processes_at_three_levels_share_no_claim_and_lose_no_step(engine: Engine, address: str) -> None:
    storage = SqlStorage(engine)
    put(storage, record("counter", data=b"0"), *(record(f"{n:03d}", due=NOON) for n in range(100)))
    spawn = multiprocessing.get_context("spawn")
    start, answers = spawn.Barrier(len(LEVELS)), spawn.Queue()
    workers = [spawn.Process(target=worker, args=(address, level, start, answers)) for level in LEVELS]
    for one in workers:
        one.start()
    taken = Counter(name for _ in workers for name in answers.get(timeout=90))
    for one in workers:
        one.join(30)
    assert sorted(taken) == [f"{n:03d}" for n in range(100)]
    assert set(taken.values()) == {1}
    (counter,) = storage.load(A, [Ref(Kind.FILING, "counter")])
    assert (bytes(counter.data), counter.version) == (b"60", 61)


def test_a_forked_child_gets_connections_of_its_own(address: str, engine: Engine) -> None:
    with SqlStorage(address) as storage:
        put(storage, record("parent"))
        reader, writer = os.pipe()
        pid = os.fork()
        if pid == 0:
            with suppress(BaseException):
                put(storage, record("child"))
                os.write(writer, str(ids(storage)).encode())
            os._exit(0)
        os.close(writer)
        with os.fdopen(reader, "rb") as pipe:
            assert pipe.read() == b"['child', 'parent']"
        assert os.waitpid(pid, 0)[1] == 0
        put(storage, record("parent", 1))
        assert ids(storage) == ["child", "parent"]


# ---- lost connections


def test_a_call_survives_that_the_server_ended_its_idle_connections(address: str, engine: Engine) -> None:
    with SqlStorage(make_url(address).update_query_dict({"application_name": "victim"})) as storage:
        put(storage, record("1"))
        for call in (
            lambda: ids(storage),
            lambda: put(storage, record("1", 1)),
            lambda: storage.counts(A, Kind.FILING),
        ):
            with engine.connect() as connection:
                assert connection.scalars(text(END_VICTIM)).all() == [True]
            call()
        assert version(storage, "1") == 2


@pytest.mark.slow
@pytest.mark.usefixtures("postgres_server")  # says why where there is none
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGQUIT], ids=["restart", "crash"])
def test_a_commit_waits_for_a_server_that_restarts(how: signal.Signals) -> None:
    with servers.postgres() as server:
        upgrade(server.url())
        with SqlStorage(server.url(), patience=30) as storage:
            put(storage, record("1"))
            server.stop(how)
            back = threading.Timer(0.5, server.start)
            back.start()
            put(storage, record("1", 1), record("2"))
            back.join()
            assert (ids(storage), version(storage, "1")) == (["1", "2"], 2)


class Line:
    """A line to the server that breaks at the first COMMIT: before the server hears of it, or before we hear of it."""

    def __init__(self, port: int, heard: bool) -> None:
        self.to, self.heard, self.broken = port, heard, 0
        self.door = socket.create_server(("127.0.0.1", 0))
        self.port = self.door.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()

    def close(self) -> None:
        """Nobody gets through any more; who is through stays."""
        with suppress(OSError):
            self.door.shutdown(socket.SHUT_RDWR)
        self.door.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self.door.accept()
                far = socket.create_connection(("127.0.0.1", self.to))
                threading.Thread(target=self._up, args=(near, far), daemon=True).start()
                threading.Thread(target=self._down, args=(near, far), daemon=True).start()

    def _up(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while said := near.recv(65536):
                if b"COMMIT\0" in said and not self.broken:
                    self.broken = 1
                    near.shutdown(socket.SHUT_RDWR)
                    if self.heard:
                        far.sendall(said)
                        time.sleep(0.3)
                    break
                far.sendall(said)
        with suppress(OSError):
            far.shutdown(socket.SHUT_RDWR)
        far.close()

    def _down(self, near: socket.socket, far: socket.socket) -> None:
        with suppress(OSError):
            while said := far.recv(65536):
                near.sendall(said)
        with suppress(OSError):
            near.shutdown(socket.SHUT_RDWR)
        near.close()


@pytest.mark.parametrize("heard", [True, False], ids=["after", "before"])
@pytest.mark.parametrize("level", ["READ COMMITTED", "SERIALIZABLE"])
def test_a_commit_whose_line_breaks_is_there_once(address: str, engine: Engine, heard: bool, level: str) -> None:
    """Whether the server heard of it or not: it is asked, and the commit is neither lost nor taken for a conflict."""
    put(SqlStorage(engine), record("1"), record("checked"))
    with (
        closing(Line(make_url(address).port or 0, heard)) as line,
        at_level(make_url(address).set(port=line.port).render_as_string(), level) as storage,
    ):
        changes = Changes(
            write=[record("1", 1, keys=["k"]), record("new")],
            check=[record("checked", 1)],
            entries=[Entry(Ref(Kind.FILING, "1"), 1, Sealed(b"e"), "0" * 64)],
        )
        storage.commit(A, changes)
    assert line.broken
    storage = SqlStorage(engine)
    assert ids(storage) == ["1", "checked", "new"]
    assert version(storage, "1") == 2
    assert len(storage.journal(A, Ref(Kind.FILING, "1"))) == 1


def test_only_what_nobody_can_tell_is_said_to_be_unknown(address: str, engine: Engine) -> None:
    """The line stays broken after the COMMIT was sent: the error says to load again, never Conflict, never success."""
    line = Line(make_url(address).port or 0, heard=True)
    url = make_url(address).set(port=line.port).render_as_string()
    storage = at_level(url, "READ COMMITTED", patience=0.3)
    with closing(line):
        assert ids(storage) == []
        event.listen(storage.engine, "commit", lambda _: line.close())
        error = refusal(put, storage, record("1"))
    storage.close()
    assert error.code == "storage_outcome_unknown"
    assert "load again" in error.text("en")


def test_a_server_that_is_not_there_is_told_after_the_patience_and_without_the_password() -> None:
    url = f"postgresql+psycopg://somebody:s3cret@127.0.0.1:{servers.free_port()}/nothing"
    with SqlStorage(url, patience=0.2) as storage:
        for call in (lambda: ids(storage), lambda: put(storage, record("1"))):
            began = time.monotonic()
            error = refusal(call)
            told = "".join(traceback.format_exception(error)) + error.text("fr") + repr(error.facts) + repr(storage)
            assert error.code == "storage_unreachable"
            assert 0.1 < time.monotonic() - began < 5
            assert "127.0.0.1" in told
            assert "s3cret" not in told


def test_a_pool_that_is_empty_is_told(address: str) -> None:
    engine = create_engine(address, pool_size=1, max_overflow=0, pool_timeout=0.1)
    with engine.connect():
        assert refusal(ids, SqlStorage(engine)).code == "storage_no_connection"
    engine.dispose()


# ---- what cannot be used


def test_a_database_without_tables_says_how_to_make_them(postgres: str, tmp_path: Path) -> None:
    for url in (postgres, f"sqlite:///{tmp_path / 'empty.db'}"):
        with SqlStorage(url) as storage:
            for error in (refusal(ids, storage), refusal(put, storage, record("1"))):
                assert error.code == "storage_no_tables"
                assert "due-workflow db upgrade" in error.text("en")
                assert "due-workflow db upgrade" in error.text("fr")
            upgrade(url)
            put(storage, record("1"))
            assert ids(storage) == ["1"]


def test_an_older_and_a_newer_schema_are_refused(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'due.db'}"
    upgrade(url, revision="0001")
    with SqlStorage(url) as storage:
        assert refusal(ids, storage).code == "storage_older_tables"
    upgrade(url)
    engine = create_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE due_alembic_version SET version_num = '9999'"))
    error = refusal(ids, SqlStorage(engine))
    assert (error.code, error.facts["found"]) == ("storage_newer_tables", "9999")
    assert {refusal(check, engine).code, refusal(upgrade, engine).code} == {"storage_newer_tables"}
    engine.dispose()


def test_rights_that_are_missing_are_told(address: str, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(text("DROP ROLE IF EXISTS reader"))
        connection.execute(text("CREATE ROLE reader LOGIN"))
        connection.execute(text("GRANT SELECT ON ALL TABLES IN SCHEMA public TO reader"))
    with SqlStorage(make_url(address).set(username="reader")) as storage:
        assert ids(storage) == []
        error = refusal(put, storage, record("1"))
    with engine.begin() as connection:
        connection.execute(text("DROP OWNED BY reader"))
        connection.execute(text("DROP ROLE reader"))
    assert error.code == "storage_denied"
    assert "permission denied" in error.text("en")


def test_a_server_that_only_reads_is_told(engine: Engine) -> None:
    storage = SqlStorage(engine.execution_options(postgresql_readonly=True))
    assert ids(storage) == []
    assert refusal(put, storage, record("1")).code == "storage_read_only"


def test_a_text_with_a_null_character_is_the_callers_mistake(engine: Engine) -> None:
    storage = SqlStorage(engine)
    for wrong in (record("a\0b"), record("1", keys=["k\0"]), record("half \ud800")):
        with pytest.raises(ValueError, match=r"U\+0000"):
            put(storage, wrong)
    put(storage, record("fine"))
    assert ids(storage) == ["fine"]


def test_a_prefix_is_a_plain_word() -> None:
    for prefix in ("", "Due_", 'x"; DROP TABLE y; --', "9x", "é_", "x" * 40):
        with pytest.raises(InputRefused, match="prefix"):
            SqlStorage("sqlite://", prefix=prefix)


def test_a_closed_storage_refuses_and_the_hosts_engine_stays_open(engine: Engine) -> None:
    storage = SqlStorage(engine)
    storage.close()
    storage.close()
    assert refusal(ids, storage).code == "storage_closed"
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_no_payload_and_no_password_comes_into_an_error_or_a_log(address: str, engine: Engine, caplog: Any) -> None:
    secret = "CAMILLE-EXEMPLE"
    loud = create_engine(make_url(address).set(password="s3cret"), echo="debug")
    storage = SqlStorage(loud)
    caplog.set_level("DEBUG")
    put(storage, record("1", data=secret.encode()))
    storage.load(A, [Ref(Kind.FILING, "1")])
    with loud.begin() as connection:
        connection.execute(text("ALTER TABLE due_records ADD CONSTRAINT never CHECK (version < 2)"))
    try:
        error = refusal(put, storage, record("1", 1, data=secret.encode()))
    finally:
        with loud.begin() as connection:
            connection.execute(text("ALTER TABLE due_records DROP CONSTRAINT never"))
        loud.dispose()
    assert error.code == "storage_failed"
    told = caplog.text + "".join(traceback.format_exception(error)) + repr(error.facts)
    assert secret not in told
    assert secret.encode().hex() not in told
    assert "s3cret" not in told


# ---- several in one database


def test_prefixes_and_schemas_are_worlds_apart(postgres: str) -> None:
    worlds = [{}, {"prefix": "other_"}, {"schema": "payroll"}]
    for n, world in enumerate(worlds):
        upgrade(postgres, **world)
        with SqlStorage(postgres, **world) as storage:
            put(storage, record(str(n)))
    for n, world in enumerate(worlds):
        with SqlStorage(postgres, **world) as storage:
            assert ids(storage) == [str(n)]


def test_what_is_read_and_leased_walks_an_index(engine: Engine) -> None:
    """However many records there are: no plan of a call reads a whole table."""
    storage = SqlStorage(engine)
    for firm in range(40):
        some = [record(f"{n:05d}", keys=[f"k{n}"], due=NOON + n * HOUR) for n in range(200)]
        storage.commit(A if firm == 20 else f"firm {firm}", Changes(write=some))
    said: list[tuple[str, Any]] = []
    with engine.connect() as connection:
        connection.execution_options(isolation_level="AUTOCOMMIT").execute(text("ANALYZE"))
    real = engine.dialect.dbapi.Cursor.execute

    def noting(cursor: Any, said_now: Any, values: Any = None, **more: Any) -> Any:
        said.append((said_now, values))
        return real(cursor, said_now, values, **more)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(engine.dialect.dbapi.Cursor, "execute", noting)
        storage.load(A, [Ref(Kind.FILING, "00001"), Ref(Kind.FILING, "00002")], ["k1"])
        storage.find(A, Kind.FILING, after="01000", limit=10)
        storage.find(A, Kind.FILING, states=["open", "x"], limit=10)
        storage.find(A, Kind.FILING, keys=["k1", "k2"], limit=10)
        storage.claim([Kind.FILING, Kind.NOTICE], NOON + 2 * HOUR, NOON + 9000 * HOUR, 10)
    calls = [(sql, values) for sql, values in said if isinstance(sql, str) and "due_records" in sql]
    assert len(calls) == 5
    with engine.connect() as connection:
        for sql, values in calls:
            plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {sql}", values))
            assert not re.search(r"Seq Scan on due_", plan), plan
        connection.rollback()
