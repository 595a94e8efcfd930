"""Both storages keep the contract; then what is SQLite's own: the file, its errors, threads, forks, processes."""

from __future__ import annotations

import gc
import os
import re
import resource
import shutil
import signal
import sqlite3
import stat
import subprocess
import sys
import tempfile
import threading
import traceback
from contextlib import closing
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

import pytest

from due_workflow.adapters import sqlite
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.errors import Conflict, InputRefused, StorageUnusable
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Sealed, Storage
from due_workflow.testing import JoinedStorageContract, StorageContract

A = "cabinet-a"
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


class TestMemoryStorage(StorageContract):
    @pytest.fixture
    def storage(self):
        return MemoryStorage()


class TestSqliteStorage(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path):
        with SqliteStorage(tmp_path / "due.sqlite") as storage:
            yield storage

    def reopen(self, storage):
        return SqliteStorage(storage.path)


class TestAsIfJoined(JoinedStorageContract):
    """The other clauses of a joined storage are a part of all clauses."""

    @pytest.fixture
    def storage(self):
        return Refusing()


class Refusing(MemoryStorage):
    joined = True

    def claim(self, kinds, now, until, limit):
        raise InputRefused("joined_worker")


def test_both_fit_the_port(path):
    assert isinstance(MemoryStorage(), Storage)
    with SqliteStorage(path) as storage:
        assert isinstance(storage, Storage)
        assert storage.joined is MemoryStorage.joined is False


# ---- helpers


@pytest.fixture
def path(tmp_path):
    return tmp_path / "due.sqlite"


@pytest.fixture
def connections(monkeypatch):
    """Every connection that is opened, as the storage opened it."""
    opened = []
    connect = sqlite3.connect

    def noting(*args, **kwargs):
        opened.append(connect(*args, **kwargs))
        return opened[-1]

    monkeypatch.setattr(sqlite3, "connect", noting)
    return opened


def record(name, version=0, data=b"{}", state="open", keys=(), due=None):
    return Record(Ref(Kind.FILING, name), version, state, Sealed(data), frozenset(keys), due)


def put(storage, *records):
    storage.commit(A, Changes(write=records))


def ids(records):
    return [found.ref.id for found in records]


def refusal(call, *args, **kwargs):
    with pytest.raises(StorageUnusable) as caught:
        call(*args, **kwargs)
    return caught.value


def in_child(work):
    """What `work` returns, or raises, in a forked child; as text."""
    reader, writer = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            said = str(work())
        except BaseException as error:
            said = f"{type(error).__name__} {getattr(error, 'code', error)}"
        os.write(writer, said.encode())
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader, "rb") as pipe:
        said = pipe.read().decode()
    assert os.waitpid(pid, 0)[1] == 0
    return said


def closed(raw):
    try:
        raw.execute("SELECT 1")
    except sqlite3.ProgrammingError:
        return True
    return False


# ---- the file


@pytest.mark.parametrize(("synchronous", "number"), [("OFF", 0), ("NORMAL", 1), ("FULL", 2), ("EXTRA", 3)])
def test_the_log_and_the_durability_asked_for_are_really_set(path, connections, synchronous, number):
    with SqliteStorage(path, synchronous=synchronous):
        pragmas = [connections[0].execute(f"PRAGMA {name}").fetchone()[0] for name in ("journal_mode", "synchronous")]
    assert pragmas == ["wal", number]


def test_full_durability_is_the_default(path, connections):
    with SqliteStorage(path):
        assert connections[0].execute("PRAGMA synchronous").fetchone() == (2,)


def test_a_durability_that_does_not_exist_is_refused(path):
    with pytest.raises(ValueError, match="synchronous"):
        SqliteStorage(path, synchronous="full; DROP TABLE records")


def test_the_log_is_set_again_on_a_file_that_lost_it(path, connections):
    SqliteStorage(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA journal_mode = DELETE")
    with SqliteStorage(path):
        assert connections[-1].execute("PRAGMA journal_mode").fetchone() == ("wal",)


def test_a_new_file_is_for_its_owner_only(path):
    before = os.umask(0)
    try:
        with SqliteStorage(path) as storage:
            put(storage, record("1"))
            modes = {stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
            assert len(list(path.parent.iterdir())) == 3
    finally:
        os.umask(before)
    assert modes == {0o600}


def test_an_existing_file_keeps_its_mode(path):
    path.touch(mode=0o640)
    path.chmod(0o640)
    SqliteStorage(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_the_path_may_be_a_text_or_relative_and_the_directory_may_change(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "elsewhere").mkdir()
    with SqliteStorage("dûe d'essai.sqlite") as storage:
        monkeypatch.chdir(tmp_path / "elsewhere")
        thread = threading.Thread(target=put, args=(storage, record("1")))
        thread.start()
        thread.join()
        assert ids(storage.find(A, Kind.FILING)) == ["1"]
        assert storage.path == tmp_path / "dûe d'essai.sqlite"


def test_closing_leaves_one_whole_file(path):
    with SqliteStorage(path) as storage:
        put(storage, record("1"))
        thread = threading.Thread(target=put, args=(storage, record("2")))
        thread.start()
        thread.join()
    assert [file.name for file in path.parent.iterdir()] == [path.name]
    with SqliteStorage(path) as storage:
        assert ids(storage.find(A, Kind.FILING)) == ["1", "2"]


def test_a_checkpoint_makes_the_file_complete_by_itself(path, tmp_path):
    with SqliteStorage(path) as storage:
        put(storage, record("1"))
        assert storage.checkpoint()
        shutil.copy(path, tmp_path / "copy.sqlite")
    with SqliteStorage(tmp_path / "copy.sqlite") as copy:
        assert ids(copy.find(A, Kind.FILING)) == ["1"]


def test_a_checkpoint_says_when_a_reader_kept_it_from_the_end(path):
    with SqliteStorage(path, timeout=0.05) as storage, closing(sqlite3.connect(path)) as reader:
        put(storage, record("1"))
        reader.execute("BEGIN")
        reader.execute("SELECT * FROM records").fetchall()
        put(storage, record("2"))
        assert not storage.checkpoint()


def test_a_closed_storage_refuses_every_call(path):
    storage = SqliteStorage(path)
    put(storage, record("1"))
    storage.close()
    storage.close()
    calls = [
        partial(storage.load, A, [Ref(Kind.FILING, "1")]),
        partial(put, storage, record("2")),
        partial(storage.find, A, Kind.FILING),
        partial(storage.counts, A, Kind.FILING),
        partial(storage.journal, A, Ref(Kind.FILING, "1")),
        partial(storage.claim, [Kind.FILING], NOON, NOON + HOUR, 1),
        storage.checkpoint,
    ]
    assert {refusal(call).code for call in calls} == {"storage_closed"}


def test_a_storage_that_nobody_closed_goes_quietly(path, connections):
    storage = SqliteStorage(path)
    put(storage, record("1"))
    del storage
    gc.collect()
    assert all(map(closed, connections))


def test_what_is_replaced_does_not_stay_in_the_file(path):
    """A purge is one: the payload goes, also from the pages that were freed."""
    secret = b"CAMILLE-EXEMPLE"
    with SqliteStorage(path) as storage:
        put(storage, *(record(str(n), data=secret * 1000) for n in range(20)))
        storage.checkpoint()
        assert secret in path.read_bytes()
        put(storage, *(record(str(n), 1, data=b"") for n in range(20)))
    assert secret not in path.read_bytes()


# ---- what cannot be used


def test_what_is_no_file_is_refused(tmp_path):
    assert {refusal(SqliteStorage, name).code for name in ("", ":memory:", "file:x?mode=memory")} == {
        "storage_not_a_file"
    }
    assert refusal(SqliteStorage, tmp_path).code == "storage_is_directory"
    assert refusal(SqliteStorage, tmp_path / "missing" / "due.sqlite").code == "storage_no_directory"
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"not a database", b"x" * 5000, b"SQLite format 3\x00" + b"\xff" * 4080])
def test_a_file_that_is_no_database_is_refused_and_left_alone(path, content):
    path.write_bytes(content)
    assert refusal(SqliteStorage, path).code in {"storage_foreign", "storage_corrupt"}
    assert path.read_bytes() == content


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE theirs (x)", "PRAGMA application_id = 7", "PRAGMA user_version = 3"]
)
def test_another_applications_database_is_refused_and_left_alone(path, statement):
    with closing(sqlite3.connect(path)) as raw:
        raw.execute(statement)
        raw.commit()
    before = path.read_bytes()
    error = refusal(SqliteStorage, path)
    assert (error.code, error.facts["path"]) == ("storage_foreign", str(path))
    assert path.read_bytes() == before


def test_a_file_of_a_newer_version_is_refused_and_left_alone(path):
    SqliteStorage(path).close()
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA user_version = 99")
    before = path.read_bytes()
    error = refusal(SqliteStorage, path)
    assert (error.code, error.facts["found"], error.facts["known"]) == ("storage_newer", 99, 1)
    assert path.read_bytes() == before


def test_a_corrupt_file_is_said_to_be_corrupt(path):
    with SqliteStorage(path) as storage:
        put(storage, *(record(f"{n:04d}", data=b"x" * 1000, keys=[f"k{n}"]) for n in range(500)))
    with path.open("r+b") as file:
        for page in range(2, path.stat().st_size // 4096):
            file.seek(page * 4096)
            file.write(b"\xa5" * 4096)
    with SqliteStorage(path) as storage:
        assert refusal(storage.find, A, Kind.FILING).code == "storage_corrupt"
        assert refusal(put, storage, record("0001", 1)).code == "storage_corrupt"


def test_a_truncated_file_is_said_to_be_corrupt(path):
    with SqliteStorage(path) as storage:
        put(storage, *(record(f"{n:04d}", data=b"x" * 1000) for n in range(500)))
    os.truncate(path, 4096 * 3)
    with pytest.raises(StorageUnusable) as caught, SqliteStorage(path) as storage:
        storage.find(A, Kind.FILING)
    assert caught.value.code == "storage_corrupt"


def test_a_writer_that_never_ends_is_told_as_locked_and_readers_go_on(path):
    with SqliteStorage(path, timeout=0.1) as storage:
        put(storage, record("1", due=NOON))
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert refusal(put, storage, record("2")).code == "storage_locked"
            assert refusal(storage.claim, [Kind.FILING], NOON, NOON + HOUR, 1).code == "storage_locked"
            assert ids(storage.find(A, Kind.FILING)) == ["1"]
            other.execute("ROLLBACK")
        put(storage, record("2"))


def test_a_lock_that_goes_is_waited_for(path):
    with (
        SqliteStorage(path, timeout=10) as storage,
        closing(sqlite3.connect(path, isolation_level=None, check_same_thread=False)) as other,
    ):
        other.execute("BEGIN IMMEDIATE")
        timer = threading.Timer(0.2, other.execute, ["ROLLBACK"])
        timer.start()
        put(storage, record("1"))
        timer.join()


def test_a_file_locked_as_a_whole_is_told_at_the_door(path):
    with closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        other.execute("CREATE TABLE t (x)")
        error = refusal(SqliteStorage, path, timeout=0.1)
        other.execute("ROLLBACK")
    assert (error.code, error.facts["seconds"]) == ("storage_locked", 0.1)
    SqliteStorage(path).close()


def test_a_thread_that_waits_too_long_for_another_is_told_so(path):
    """Threads wait for each other before they wait for the file: the same words, the same limit."""
    with SqliteStorage(path, timeout=0.3) as storage, closing(sqlite3.connect(path, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        codes = []
        threads = [
            threading.Thread(target=lambda n=n: codes.append(refusal(put, storage, record(str(n))).code))
            for n in range(3)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert codes == ["storage_locked"] * 3


def as_a_stranger(work):
    """Run `work` in a child that is not root, to whom permissions apply."""

    def unprivileged():
        if os.getuid() == 0:
            os.setgroups([])
            os.setgid(65534)
            os.setuid(65534)
        return work()

    return in_child(unprivileged)


@pytest.mark.parametrize(
    ("file_mode", "directory_mode"), [(0o444, 0o777), (0o000, 0o777), (0o666, 0o555)], ids=["file", "unreadable", "dir"]
)
def test_a_read_only_file_or_directory_is_told(file_mode, directory_mode):
    with tempfile.TemporaryDirectory() as name:
        directory = Path(name)
        file = directory / "due.sqlite"
        SqliteStorage(file).close()
        file.chmod(file_mode)
        directory.chmod(directory_mode)
        assert as_a_stranger(lambda: SqliteStorage(file)) == "StorageUnusable storage_read_only"
        directory.chmod(0o755)


def test_a_file_that_turned_read_only_is_told(path, connections):
    with SqliteStorage(path) as storage:
        connections[0].execute("PRAGMA query_only = ON")
        assert refusal(put, storage, record("1")).code == "storage_read_only"


def test_a_full_disk_is_told_and_leaves_nothing_half(path):
    def work():
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        with SqliteStorage(path) as storage:
            put(storage, record("1"))
            resource.setrlimit(resource.RLIMIT_FSIZE, (300_000, resource.RLIM_INFINITY))
            code = refusal(put, storage, record("2"), record("3", data=b"x" * 2**20)).code
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
            left = ids(storage.find(A, Kind.FILING))
            put(storage, record("2"))
            return code, left

    assert in_child(work) in {str((code, ["1"])) for code in ("storage_full", "storage_failed")}
    with SqliteStorage(path) as storage:
        assert ids(storage.find(A, Kind.FILING)) == ["1", "2"]


# ---- versions of the schema


def test_an_empty_file_is_made_ours(path):
    path.touch()
    SqliteStorage(path).close()
    with closing(sqlite3.connect(path)) as raw:
        marks = [raw.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
    assert marks == [sqlite.APPLICATION_ID, len(sqlite.MIGRATIONS)]


def test_a_migration_runs_once_on_an_older_file_and_keeps_its_records(path, monkeypatch):
    with SqliteStorage(path) as storage:
        put(storage, record("1", data=b"kept", keys=["k"], due=NOON))
    step = ("ALTER TABLE records ADD COLUMN extra TEXT", "UPDATE records SET extra = id || '!'")
    older = sqlite.MIGRATIONS
    monkeypatch.setattr(sqlite, "MIGRATIONS", (*older, step))
    for _ in range(2):
        with SqliteStorage(path) as storage:
            (found,) = storage.load(A, keys=["k"])
            assert (bytes(found.data), found.due) == (b"kept", NOON)
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("SELECT extra, (SELECT user_version FROM pragma_user_version) FROM records").fetchall() == [
            ("1!", 2)
        ]
    monkeypatch.setattr(sqlite, "MIGRATIONS", older)
    assert refusal(SqliteStorage, path).code == "storage_newer"


def test_a_migration_that_fails_leaves_the_file_as_it_was(path, monkeypatch):
    with SqliteStorage(path) as storage:
        put(storage, record("1"))
    older = sqlite.MIGRATIONS
    steps = (("ALTER TABLE records ADD COLUMN extra TEXT",), ("UPDATE no_such_table SET x = 1",))
    monkeypatch.setattr(sqlite, "MIGRATIONS", (*older, *steps))
    error = refusal(SqliteStorage, path)
    assert error.code == "storage_failed"
    assert "no_such_table" in str(error.facts["why"])
    monkeypatch.setattr(sqlite, "MIGRATIONS", older)
    with SqliteStorage(path) as storage:
        assert ids(storage.find(A, Kind.FILING)) == ["1"]


# ---- statements


def test_every_statement_is_answered_by_index_searches(tmp_path, monkeypatch):
    """All that the contract makes it say is explained; only opening looks at the schema itself."""
    said: dict[str, str] = {}
    connect = sqlite3.connect

    def note(statement):
        shape = re.sub(r"X?'(?:[^']|'')*'|\b\d+\b", "?", statement)
        said.setdefault(shape, statement)

    def tracing(*args, **kwargs):
        raw = connect(*args, **kwargs)
        raw.set_trace_callback(note)
        return raw

    monkeypatch.setattr(sqlite3, "connect", tracing)
    made = iter(range(1000))
    contract = TestSqliteStorage()
    assert contract.broken(lambda: SqliteStorage(tmp_path / f"{next(made)}.sqlite", synchronous="OFF")) == {}
    monkeypatch.undo()

    plans: dict[str, list[str]] = {}
    with closing(sqlite3.connect(tmp_path / "0.sqlite")) as raw:
        for shape, statement in said.items():
            if shape.split()[0] in {"SELECT", "INSERT", "UPDATE", "DELETE"} and "sqlite_schema" not in shape:
                plans[shape] = [row[3] for row in raw.execute(f"EXPLAIN QUERY PLAN {statement}")]
    reads = {shape: plan for shape, plan in plans.items() if not shape.startswith("INSERT")}
    assert len(reads) >= 20
    for shape, plan in reads.items():
        searches = [line for line in plan if line.startswith("SEARCH ")]
        sorts = [line for line in plan if line == "USE TEMP B-TREE FOR ORDER BY"]
        assert searches, (shape, plan)
        assert len(searches) + len(sorts) == len(plan), (shape, plan)
        assert not sorts or "records_due" in shape, (shape, plan)  # what is due now is few


def test_writes_take_few_statements(path, connections):
    """One transaction; a create is one insert, an update a read and a write; keys by their difference."""
    with SqliteStorage(path) as storage:
        put(storage, record("1", keys=["a", "b", "c"]))
        said = []
        connections[0].set_trace_callback(said.append)
        storage.commit(
            A,
            Changes(
                write=[record("1", 1, keys=["a", "b", "d"]), record("2")],
                check=[],
                entries=[Entry(Ref(Kind.FILING, "1"), 1, b"", "h")],
            ),
        )
        connections[0].set_trace_callback(None)
    verbs = [statement.split()[0] for statement in said]
    assert verbs == ["BEGIN", "SELECT", "UPDATE", "INSERT", "DELETE", "INSERT", "INSERT", "INSERT", "COMMIT"]


# ---- mistakes of the caller


def test_a_key_with_the_separator_is_a_value_error(path):
    with SqliteStorage(path) as storage:
        with pytest.raises(ValueError, match=r"U\+001F"):
            put(storage, record("0"), record("1", keys=["a\x1fb"]))
        assert list(storage.find(A, Kind.FILING)) == []
        put(storage, record("1", keys=[""]), record("2", keys=["", " ", "\n", "\x00"]))
        assert [found.keys for found in storage.find(A, Kind.FILING, keys=[""])] == [{""}, {"", " ", "\n", "\x00"}]


def test_a_value_of_a_wrong_type_is_a_value_error_and_writes_nothing(path):
    with SqliteStorage(path) as storage:
        with pytest.raises(ValueError, match="type"):
            put(storage, record("1"), record("2", state=None))
        assert list(storage.find(A, Kind.FILING)) == []


def test_an_instant_without_a_zone_is_a_value_error(path):
    naive = datetime(2026, 3, 2)
    with SqliteStorage(path) as storage:
        for call in (
            partial(put, storage, record("1", due=naive)),
            partial(storage.find, A, Kind.FILING, due_by=naive),
            partial(storage.claim, [Kind.FILING], naive, NOON, 1),
        ):
            with pytest.raises(ValueError, match="zone"):
                call()


def test_an_instant_of_any_zone_is_kept_as_the_same_instant(path):
    paris = datetime.fromisoformat("2026-03-02T13:00:00.000001+01:00")
    with SqliteStorage(path) as storage:
        put(storage, record("1", due=paris))
        due = storage.find(A, Kind.FILING, due_by=paris)[0].due
    assert (due, due.tzinfo) == (paris, UTC)


@pytest.mark.parametrize("fault", ["conflict", "type", "locked", "closed"])
def test_no_traceback_shows_a_payload(path, fault):
    """Not even one printed with the locals of every frame."""
    secret = b"CAMILLE-EXEMPLE"
    storage = SqliteStorage(path, timeout=0.05)
    put(storage, record("1", data=secret))
    other = sqlite3.connect(path, isolation_level=None)
    written = Record(Ref(Kind.FILING, "1"), 0 if fault == "conflict" else 1, "open", secret)  # not even sealed
    entry = Entry(written.ref, 1, Sealed(secret), None if fault == "type" else "h")
    if fault == "locked":
        other.execute("BEGIN IMMEDIATE")
    if fault == "closed":
        storage.close()
    try:
        storage.commit(A, Changes(write=[written], entries=[entry]))
    except (Conflict, ValueError, StorageUnusable) as error:
        told = "".join(traceback.TracebackException.from_exception(error, capture_locals=True).format())
    other.close()
    storage.close()
    assert "CAMILLE" not in told[told.index("in commit") :]


# ---- threads, forks, processes


def test_a_thread_that_ends_takes_its_connection_along(path, connections):
    with SqliteStorage(path) as storage:
        for n in range(5):
            thread = threading.Thread(target=put, args=(storage, record(str(n))))
            thread.start()
            thread.join()
        del thread
        gc.collect()
        assert [closed(raw) for raw in connections] == [False] + [True] * 5


def test_closing_closes_the_connections_of_all_threads(path, connections):
    storage = SqliteStorage(path)
    ready, done = threading.Barrier(4), threading.Event()

    def work(n):
        put(storage, record(str(n)))
        ready.wait()
        done.wait()

    threads = [threading.Thread(target=work, args=(n,)) for n in range(3)]
    for thread in threads:
        thread.start()
    ready.wait()
    storage.close()
    assert all(map(closed, connections))
    done.set()
    for thread in threads:
        thread.join()


def test_many_threads_write_at_once_without_an_error(path):
    errors = []

    def work(storage, name):
        try:
            for n in range(25):
                put(storage, record(f"{name}/{n}", keys=["k"], due=NOON))
        except Exception as error:
            errors.append(error)

    with SqliteStorage(path) as storage, SqliteStorage(path) as other:
        threads = [threading.Thread(target=work, args=((storage, other)[n % 2], str(n))) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert errors == []
        assert storage.counts(A, Kind.FILING) == {"open": 200}


def test_a_forked_child_opens_its_own_connection(path, connections):
    with SqliteStorage(path) as storage:
        put(storage, record("parent"))

        def work():
            put(storage, record("child"))
            seen = ids(storage.find(A, Kind.FILING))
            storage.close()
            return len(connections), seen

        assert in_child(work) == str((2, ["child", "parent"]))
        assert len(connections) == 1
        put(storage, record("parent again"))
        assert ids(storage.find(A, Kind.FILING)) == ["child", "parent", "parent again"]


def test_forks_in_the_midst_of_writing_threads_do_no_harm(path):
    with SqliteStorage(path) as storage:
        stop = threading.Event()

        def work(name):
            n = 0
            while not stop.is_set():
                put(storage, record(f"{name}/{n}"))
                n += 1

        threads = [threading.Thread(target=work, args=(name,)) for name in "ab"]
        for thread in threads:
            thread.start()
        said = [in_child(lambda n=n: put(storage, record(f"child/{n}"))) for n in range(10)]
        stop.set()
        for thread in threads:
            thread.join()
        assert said == ["None"] * 10
        found = storage.find(A, Kind.FILING, limit=10**6)
        assert sum(name.startswith("child/") for name in ids(found)) == 10
        assert storage.counts(A, Kind.FILING) == {"open": len(found)}
    with closing(sqlite3.connect(path)) as raw:
        assert raw.execute("PRAGMA integrity_check").fetchall() == [("ok",)]


HAMMER = """
import sys
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.errors import Conflict
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Sealed

path, who, turns = sys.argv[1], sys.argv[2], int(sys.argv[3])
ref = Ref(Kind.FILING, "counter")
for turn in range(turns):
    with SqliteStorage(path) as storage:  # opened and closed each turn: the worst habit
        while True:
            found = storage.load("cabinet-a", [ref])
            present = found[0] if found else Record(ref, 0, "open", Sealed(b"0"))
            count = int(present.data) + 1
            mine = Record(ref, present.version, "open", Sealed(b"%d" % count))
            own = Record(Ref(Kind.COMMAND, f"{who}/{turn}"), 0, "done", Sealed(b""))
            try:
                storage.commit("cabinet-a", Changes([mine, own], entries=[Entry(ref, count, Sealed(b""), who)]))
            except Conflict:
                continue
            break
print("ok")
"""


def python(code, *args):
    return subprocess.Popen(
        [sys.executable, "-c", code, *map(str, args)], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )


def test_a_file_whose_tables_are_being_made_is_not_taken_for_another_applications(path):
    """Its facts are read as one: another process may make the tables between two questions."""
    with closing(sqlite3.connect(path, isolation_level=None)) as raw:
        others = []

        def meanwhile(statement):
            if "user_version" in statement and not others:
                others.append(threading.Thread(target=lambda: SqliteStorage(path).close()))
                others[0].start()
                others[0].join(0.3)

        raw.set_trace_callback(meanwhile)
        assert sqlite._stands(raw, path) == 0
        others[0].join(30)
        assert sqlite._stands(raw, path) == len(sqlite.MIGRATIONS)


def test_several_processes_lose_no_update_and_meet_no_error(path):
    """They race from the first moment, when the file does not exist."""
    workers = [python(HAMMER, path, who, 60) for who in "abcd"]
    said = [worker.communicate(timeout=60) for worker in workers]
    assert [(out.strip(), err) for out, err in said] == [("ok", "")] * 4
    with SqliteStorage(path) as storage:
        (counter,) = storage.load(A, [Ref(Kind.FILING, "counter")])
        assert (bytes(counter.data), counter.version) == (b"240", 240)
        assert storage.counts(A, Kind.COMMAND) == {"done": 240}
        assert [entry.seq for entry in storage.journal(A, counter.ref)] == list(range(1, 241))
    assert [file.name for file in path.parent.iterdir()] == [path.name]


WRITER = """
import sys
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Sealed

storage = SqliteStorage(sys.argv[1])
for n in range(10**6):
    ref = Ref(Kind.FILING, f"{n:06d}")
    mine = Record(ref, 0, "open", Sealed(b"x" * 3000))
    storage.commit("cabinet-a", Changes([mine], entries=[Entry(ref, 1, Sealed(b""), "h")]))
    print(n, flush=True)
"""


def test_what_was_committed_before_a_kill_is_there(path):
    with python(WRITER, path) as writer:
        acknowledged = [int(writer.stdout.readline()) for _ in range(300)][-1]
        writer.kill()
        acknowledged = max([acknowledged, *map(int, writer.stdout.read().split())])
        writer.stderr.read()
    with SqliteStorage(path) as storage:
        found = storage.find(A, Kind.FILING, limit=10**6)
        assert len(found) in {acknowledged + 1, acknowledged + 2}  # the last one may not have been said
        assert all(len(storage.journal(A, each.ref)) == 1 for each in found)
        assert storage.counts(A, Kind.FILING) == {"open": len(found)}


def _row(id: str = "1", version: int = 0, **more: object) -> Record:
    return Record(Ref(Kind.FILING, id), version, "s", b"{}", **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "meant",
    [
        lambda: Changes(write=[_row(), _row()]),
        lambda: Changes(write=[_row("1", 1)], check=[_row("1", 1)]),
        lambda: Changes(write=[_row("")]),
        lambda: Changes(write=[_row(version=-1)]),
        lambda: Changes(check=[_row(version=0)]),
        lambda: Changes(write=[_row(due=datetime(2026, 3, 2))]),
    ],
    ids=["twice", "written and checked", "nameless", "negative", "checked before loaded", "due without a zone"],
)
def test_changes_that_no_storage_could_mean_cannot_be_built(meant):
    with pytest.raises(ValueError, match=r"record|due"):
        meant()
