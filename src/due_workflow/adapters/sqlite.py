"""The embedded storage: one SQLite file through the standard library's `sqlite3`, no dependency.

Only bytes, words and microseconds here; no rule and no clock. Every write is one `BEGIN IMMEDIATE`
transaction: writers of any number of threads and processes come one after the other, and readers never wait.
What is said to the database stands in `_sqlite_work.py`.

Threads: each gets its own connection. Forks: a fork waits for a commit under way, and a connection is never
used in another process than its own. Networks: the write-ahead log needs a local disk.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path
from threading import Lock, local
from types import TracebackType
from typing import Final, Self, TypeVar, TypeVarTuple, Unpack
from weakref import WeakSet

from due_workflow.adapters import _sqlite_work as work
from due_workflow.adapters._rows import micros
from due_workflow.adapters._sqlite_work import MIGRATIONS
from due_workflow.errors import Conflict, StorageUnusable
from due_workflow.ports import Changes, Entry, Kind, Record, Ref

A = TypeVarTuple("A")
T = TypeVar("T")

APPLICATION_ID: Final = 0x44554557
"""Marks a file as ours ("DUEW"), so that another application's database is never written to."""

_TRANSIENT = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_PROTOCOL}
_CODES = {
    sqlite3.SQLITE_BUSY: "storage_locked",
    sqlite3.SQLITE_LOCKED: "storage_locked",
    sqlite3.SQLITE_PROTOCOL: "storage_locked",
    sqlite3.SQLITE_READONLY: "storage_read_only",
    sqlite3.SQLITE_PERM: "storage_read_only",
    sqlite3.SQLITE_CANTOPEN: "storage_read_only",
    sqlite3.SQLITE_NOTADB: "storage_foreign",
    sqlite3.SQLITE_CORRUPT: "storage_corrupt",
    sqlite3.SQLITE_FULL: "storage_full",
}

# Left alone, SQLite asks again every 100 ms, and a busy process keeps another one out for seconds.
_PATIENCE, _PAUSE = 0.02, 0.003

_guard = Lock()  # for the moments in which a file is created or a connection noted
_storages: WeakSet[SqliteStorage] = WeakSet()
_held_for_fork: list[Lock] = []
# Connections opened before a fork: to close them in the child could harm the parent.
_left_to_parent: list[sqlite3.Connection] = []


class _Connection:
    """One thread's connection in one process; closed when the thread or the storage goes."""

    __slots__ = ("__weakref__", "pid", "raw")

    def __init__(self, raw: sqlite3.Connection) -> None:
        self.raw = raw
        self.pid = os.getpid()

    def close(self) -> None:
        """Close it where it was opened; keep it untouched in a forked child."""
        if self.pid == os.getpid():
            self.raw.close()
        else:
            _left_to_parent.append(self.raw)

    def __del__(self) -> None:
        self.close()


class _Turn:
    """One writer of this process at a time: threads take turns instead of polling the file's lock."""

    __slots__ = ("lock", "storage")

    def __init__(self, lock: Lock, storage: SqliteStorage) -> None:
        self.lock, self.storage = lock, storage

    def __enter__(self) -> None:
        patience = self.storage._timeout
        if not self.lock.acquire(timeout=patience):
            raise StorageUnusable("storage_locked", path=str(self.storage.path), seconds=patience)

    def __exit__(self, *_: object) -> None:
        self.lock.release()


class SqliteStorage:
    """Keeps the records of any number of firms in one SQLite file; a missing one is created with mode 0600.

    Safe to share between threads and to open from several processes at once; may be used after a fork. Use it
    as a context manager, or call `close`, so that one clean file is left.

    Args:
        path: the file; its directory must exist.
        synchronous: "FULL" (a commit survives a power failure) or "NORMAL" (faster; the last may not).
            "EXTRA" and "OFF" are SQLite's own extremes.
        timeout: seconds that a call waits for other writers before it raises.

    Raises:
        StorageUnusable: the file is locked, read-only, corrupt, from a newer version, another application's,
            or no file at all; the text says what to do.
    """

    joined = False

    def __init__(self, path: str | os.PathLike[str], *, synchronous: str = "FULL", timeout: float = 30.0) -> None:
        if synchronous not in {"OFF", "NORMAL", "FULL", "EXTRA"}:
            raise ValueError(f"synchronous is one of OFF, NORMAL, FULL, EXTRA, not {synchronous!r}")
        name = os.fspath(path)
        if name in {"", ":memory:"} or name.startswith("file:"):
            raise StorageUnusable("storage_not_a_file", path=name)
        self.path: Final = Path(name).absolute()
        self._synchronous = synchronous
        self._timeout = timeout
        self._closed = False
        self._start()
        with _guard:
            _storages.add(self)
        _make_file(self.path)
        try:
            self._call(_migrate, self.path)
        except BaseException:
            self.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close every thread's connection; the last process to close leaves one file without a log beside it.

        Call it when no other thread is inside a call. A closed storage refuses every call; closing twice is
        fine.
        """
        with _Turn(self._lock, self):
            self._closed = True
            with _guard:
                connections = list(self._open)
            for connection in connections:
                connection.close()

    def checkpoint(self) -> bool:
        """Bring the write-ahead log into the file and empty it, for a copy of the file alone.

        Returns:
            False when another process was reading or writing and a part stays in the log.
        """
        deadline = time.monotonic() + self._timeout
        while not self._call(work.checkpoint):
            if time.monotonic() >= deadline:
                return False
            time.sleep(_PAUSE)
        return True

    def load(self, cabinet: str, refs: Sequence[Ref] = (), keys: Sequence[str] = ()) -> Sequence[Record]:
        """See `due_workflow.ports.Storage.load`."""
        return self._call(work.load, cabinet, refs, keys)

    def commit(self, cabinet: str, changes: Changes) -> None:
        """See `due_workflow.ports.Storage.commit`.

        Raises:
            Conflict: another writer was first; nothing was changed.
            ValueError: a mistake of the caller (a record named twice, without an id, or checked before it was
                loaded; a key with the character U+001F; a value of a wrong type); nothing was changed.
            StorageUnusable: the file cannot be written now.
        """
        if not (changes.write or changes.check or changes.entries):
            return
        refs: tuple[Ref, ...] = ()
        unstorable = False
        with _Turn(self._lock, self):
            try:
                self._call(work.commit, cabinet, changes)
                return
            except UnicodeError:
                unstorable = True
            except (work.Stale, sqlite3.IntegrityError):
                refs = self._call(work.conflicts, cabinet, changes)
        if unstorable:
            raise ValueError("a text holds half a character (a lone surrogate): a file cannot take it")
        if not refs:
            raise ValueError("a record or an entry holds a value of a wrong type")
        raise Conflict(refs)

    def find(
        self,
        cabinet: str,
        kind: Kind,
        states: Sequence[str] = (),
        keys: Sequence[str] = (),
        due_by: datetime | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Sequence[Record]:
        """See `due_workflow.ports.Storage.find`."""
        by = None if due_by is None else micros(due_by)
        some = tuple(set(states)), tuple(set(keys))
        return self._call(work.find, cabinet, kind.value, *some, by, after, limit)

    def counts(self, cabinet: str, kind: Kind) -> Mapping[str, int]:
        """See `due_workflow.ports.Storage.counts`; kept by every commit, so as fast in a large firm."""
        return self._call(work.counts, cabinet, kind.value)

    def journal(self, cabinet: str, case: Ref, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """See `due_workflow.ports.Storage.journal`."""
        return self._call(work.journal, cabinet, case, after, limit)

    def claim(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> Sequence[tuple[str, Record]]:
        """See `due_workflow.ports.Storage.claim`; takes no lock while nothing is due."""
        names = [kind.value for kind in dict.fromkeys(kinds)]
        due, lease = micros(now), micros(until)
        if limit < 1 or not self._call(work.is_due, names, due):
            return []
        with _Turn(self._lock, self):
            return self._call(work.claim, names, due, lease, limit)

    def _start(self) -> None:
        """Begin in this process: no connection yet, and a lock that nobody holds."""
        self._lock = Lock()
        self._open: WeakSet[_Connection] = WeakSet()
        self._mine = local()

    def _call(self, task: Callable[[sqlite3.Connection, Unpack[A]], T], *args: *A) -> T:
        """Run `task` on this thread's connection; again while others hold the file, until the timeout."""
        deadline = time.monotonic() + self._timeout
        while True:
            try:
                return task(self._connection(), *args)
            except sqlite3.IntegrityError:
                raise
            except sqlite3.Error as error:
                code = getattr(error, "sqlite_errorcode", 0) & 0xFF
                if code not in _TRANSIENT or time.monotonic() >= deadline:
                    failure = self._unusable(code, error)
                    break
            time.sleep(_PAUSE)
        try:
            raise failure
        finally:
            del failure  # else its own traceback would hold it, and this frame's arguments, until the next collection

    def _connection(self) -> sqlite3.Connection:
        try:
            mine: _Connection = self._mine.connection
        except AttributeError:
            if self._closed:
                raise StorageUnusable("storage_closed", path=str(self.path)) from None
            mine = self._mine.connection = _Connection(_connect(self.path, self._synchronous))
            with _guard:
                self._open.add(mine)
        return mine.raw

    def _unusable(self, code: int, error: sqlite3.Error) -> StorageUnusable:
        if self._closed:
            return StorageUnusable("storage_closed", path=str(self.path))
        facts = {"path": str(self.path), "seconds": self._timeout, "why": str(error)}
        return StorageUnusable(_CODES.get(code, "storage_failed"), **facts)


def _make_file(path: Path) -> None:
    """Create an empty file for its owner's eyes only, or say why it cannot serve.

    An existing file is never opened here: closing it would drop the locks of this process's own connections.
    """
    code = ""
    if path.is_dir():
        code = "storage_is_directory"
    elif not path.parent.is_dir():
        code = "storage_no_directory"
    elif not os.access(path.parent, os.W_OK | os.X_OK) or (path.exists() and not os.access(path, os.R_OK | os.W_OK)):
        code = "storage_read_only"
    if code:
        raise StorageUnusable(code, path=str(path))
    with _guard, suppress(FileExistsError):
        os.close(os.open(path, os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _connect(path: Path, synchronous: str) -> sqlite3.Connection:
    raw = sqlite3.connect(path, timeout=_PATIENCE, isolation_level=None, check_same_thread=False, cached_statements=256)
    try:
        raw.execute(f"PRAGMA synchronous = {synchronous}")
        raw.execute("PRAGMA temp_store = MEMORY")  # no personal data in temporary files
        raw.execute("PRAGMA secure_delete = ON")  # what a purge removes is overwritten
        raw.execute("PRAGMA cache_size = -8000")
        raw.execute("PRAGMA trusted_schema = OFF")
    except BaseException:
        raw.close()
        raise
    return raw


def _migrate(raw: sqlite3.Connection, path: Path) -> None:
    """Bring the file to the present schema, all steps in one transaction; refuse a file that is not ours."""
    _stands(raw, path)
    if raw.execute("PRAGMA journal_mode = WAL").fetchone()[0] != "wal":
        raise StorageUnusable("storage_no_wal", path=str(path))
    if _stands(raw, path) == len(MIGRATIONS):
        return
    with work.transaction(raw):
        for step in MIGRATIONS[_stands(raw, path) :]:
            for statement in step:
                raw.execute(statement)
        raw.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        raw.execute(f"PRAGMA user_version = {len(MIGRATIONS)}")


def _stands(raw: sqlite3.Connection, path: Path) -> int:
    """The file's schema version; 0 when it is empty."""
    alone = not raw.in_transaction
    if alone:
        raw.execute("BEGIN")  # one state of the file: another process may be making its tables at this moment
    try:
        (application,) = raw.execute("PRAGMA application_id").fetchone()
        (version,) = raw.execute("PRAGMA user_version").fetchone()
        (empty,) = raw.execute("SELECT NOT EXISTS (SELECT 1 FROM sqlite_schema)").fetchone()
    finally:
        if alone and raw.in_transaction:
            raw.execute("ROLLBACK")
    if application != APPLICATION_ID and not (empty and application == version == 0):
        raise StorageUnusable("storage_foreign", path=str(path), why="")
    if version > len(MIGRATIONS):
        raise StorageUnusable("storage_newer", path=str(path), found=version, known=len(MIGRATIONS))
    return int(version)


def current(path: str | os.PathLike[str]) -> int | None:
    """The schema version of the file, read without changing it; None when there is no file, or an empty one.

    Raises:
        StorageUnusable: the file is another application's, of a newer version, or cannot be read.
    """
    file = Path(path).absolute()
    if not file.exists():
        return None
    try:
        with closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True, timeout=1)) as raw:
            return _stands(raw, file) or None
    except sqlite3.Error as error:
        code = _CODES.get(getattr(error, "sqlite_errorcode", 0) & 0xFF, "storage_failed")
        unusable = StorageUnusable(code, path=str(file), seconds=1, why=str(error))
    raise unusable


def check(path: str | os.PathLike[str]) -> int:
    """The schema version, where a storage would open the file as it is; nothing is changed.

    Raises:
        StorageUnusable: there is no such file, it is of an older or a newer version, or not ours.
    """
    version = current(path)
    if version is None:
        raise StorageUnusable("storage_missing", path=str(path))
    if version < len(MIGRATIONS):
        raise StorageUnusable("storage_older", path=str(path), found=version, known=len(MIGRATIONS))
    return version


def _before_fork() -> None:
    """Wait for the commits under way: a child must not begin with half of one in its memory."""
    with _guard:
        storages = list(_storages)
    for storage in storages:
        storage._lock.acquire()
        _held_for_fork.append(storage._lock)
    _guard.acquire()


def _after_fork() -> None:
    _guard.release()
    while _held_for_fork:
        _held_for_fork.pop().release()


def _after_fork_in_child() -> None:
    _after_fork()
    for storage in list(_storages):
        storage._start()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(before=_before_fork, after_in_parent=_after_fork, after_in_child=_after_fork_in_child)
