"""The storage on SQLAlchemy: PostgreSQL, SQLite, and MariaDB or MySQL, on the host's engine or in his transaction.

`SqlStorage` commits by itself; `JoinedSqlStorage` writes inside a transaction that the host commits. Connections,
commits and retries live here; what is said to the database stands in `_sql_say.py`, in which order in `_sql_work.py`.

Isolation: any level will do. What a commit relies on is held by versions and row locks, not by the level; on an engine
that commits each statement by itself (AUTOCOMMIT) a commit has a transaction all the same.
Threads: a `SqlStorage` may be shared; a `JoinedSqlStorage` belongs to its connection's thread. Forks: after a fork a
host disposes of his engine (``engine.dispose(close=False)``); an engine made here does so by itself.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from types import TracebackType
from typing import Any, Concatenate, Final, NoReturn, ParamSpec, Self, TypeVar

from sqlalchemy import URL, Connection, Engine, PoolProxiedConnection
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import SQLAlchemyError

from due_workflow.adapters import _sql_faults as faults
from due_workflow.adapters import _sql_work as work
from due_workflow.adapters._rows import micros
from due_workflow.adapters._sql_address import told
from due_workflow.adapters._sql_engine import begin, commits_alone, direct, make_engine, whole
from due_workflow.adapters._sql_faults import Fault, Means
from due_workflow.adapters._sql_joined import JoinedSqlStorage
from due_workflow.adapters._sql_reading import UNSTORABLE, Reading, concerned
from due_workflow.adapters._sql_say import Run, Statements, statements
from due_workflow.adapters._sql_schema import check, current, downgrade, include_name, upgrade, verified
from due_workflow.adapters._sql_tables import Names
from due_workflow.errors import Conflict, StorageUnusable
from due_workflow.ports import Changes, Kind, Record

__all__ = ["JoinedSqlStorage", "SqlStorage", "check", "current", "downgrade", "include_name", "upgrade"]

P = ParamSpec("P")
T = TypeVar("T")

SETTLING = 3  # a broken commit is asked about for so many times the patience: to give up leaves it unknown
SPURIOUS = 8  # how often a commit is tried again that the database refused without a record in the way


class _Broken(Exception):
    """An error of SQLAlchemy or of a driver, read; the error itself may hold what was said, and is dropped."""

    def __init__(self, fault: Fault) -> None:
        self.fault = fault


class SqlStorage(Reading):
    """Keeps the records of any number of firms in a database that has an SQLAlchemy engine.

    Its tables are made by `upgrade` (``due-workflow db upgrade``), never by itself. Nothing is asked of the database
    before the first call.

    Args:
        where: the host's engine, used as it is and left open by `close`; or a URL, and an engine is made.
        prefix: what the names of the tables begin with.
        schema: the schema that they stand in; None for the connection's own.
        patience: seconds that a call goes on trying while the database is away, restarts or is locked.

    Raises:
        InputRefused: the prefix is not a plain word, or the URL cannot be read.
        StorageUnusable: the package of the URL's driver is not installed.
    """

    joined = False

    def __init__(
        self, where: Engine | URL | str, *, prefix: str = "due_", schema: str | None = None, patience: float = 10.0
    ) -> None:
        self.names = Names(prefix, schema).checked()
        self._own = not isinstance(where, Engine)
        self.engine: Final = where if isinstance(where, Engine) else make_engine(where)
        self._say = statements(self.engine.dialect, self.names)
        self._errors = (SQLAlchemyError, UnicodeError, self.engine.dialect.loaded_dbapi.Error)
        self._patience = patience
        self._closed = False

    def __repr__(self) -> str:
        return f"SqlStorage({told(self.engine.url)!r}, prefix={self.names.prefix!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections of an engine made here; the host's own engine stays open. Closing twice is fine."""
        self._closed = True
        if self._own:
            self.engine.dispose()

    def commit(self, cabinet: str, changes: Changes) -> None:
        """See `due_workflow.ports.Storage.commit`.

        A connection that breaks before the commit was asked for is replaced, and the commit done again. One that
        breaks in between is asked about: PostgreSQL knows what became of a transaction.

        Raises:
            Conflict: another writer was first; nothing was changed.
            ValueError: a mistake of the caller (a value of a wrong type, a key with U+001F, a text with U+0000).
            StorageUnusable: the database cannot be used now; nothing was changed, unless the code is
                ``storage_outcome_unknown``: then load again before you repeat anything.
        """
        if not (changes.write or changes.check or changes.entries):
            return
        until, spurious = time.monotonic() + self._patience, 0
        while True:
            fault = self._try(cabinet, changes)
            if fault is None:
                return
            if fault.means in {Means.AGAIN, Means.TAKEN}:
                refs = self._call(work.conflicts, cabinet, changes)
                spurious += 1
                if refs or spurious > SPURIOUS:
                    raise Conflict(refs or concerned(changes))
            self._wait(fault, until)

    def claim(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> Sequence[tuple[str, Record]]:
        """See `due_workflow.ports.Storage.claim`. On PostgreSQL one statement, which waits for nobody."""
        names = [kind.value for kind in dict.fromkeys(kinds)]
        due, lease = micros(now), micros(until)
        if limit < 1 or not names:
            return []
        if self._say.arrays:
            return self._call(work.claim, names, due, lease, limit)
        if not self._call(work.is_due, names, due):
            return []
        return self._claim(names, due, lease, limit)

    def _claim(self, kinds: Sequence[str], now: int, until: int, limit: int) -> list[tuple[str, Record]]:
        """Where a claim takes several statements: one transaction, done again where another was in the way."""
        end = time.monotonic() + self._patience
        while True:
            try:
                with self._open() as connection, whole(connection):
                    begin(connection)
                    run = direct(connection.connection.dbapi_connection)
                    return work.claim(run, self._say, kinds, now, until, limit)
            except _Broken as broken:
                fault = broken.fault
            self._wait(fault, end)

    def _try(self, cabinet: str, changes: Changes) -> Fault | None:
        """One attempt at a commit; None when it is done."""
        xid: str | None = None
        asked = False
        try:
            with self._open() as connection, whole(connection):
                begin(connection)
                xid = work.commit(direct(connection.connection.dbapi_connection), self._say, cabinet, changes)
                asked = True
            return None
        except work.Stale:
            return Fault(Means.AGAIN, "storage_failed")
        except _Broken as broken:
            fault = broken.fault
        return self._settle(cabinet, changes, xid, fault) if asked and fault.means is Means.LOST else fault

    def _settle(self, cabinet: str, changes: Changes, xid: str | None, fault: Fault) -> Fault | None:
        """The connection broke while it committed: ask what became of it. None when it was committed.

        Raises:
            StorageUnusable: nobody can tell.
        """
        until = time.monotonic() + SETTLING * self._patience
        known: str | None = "in progress" if xid is not None else None
        with suppress(StorageUnusable):
            while xid is not None and known == "in progress" and time.monotonic() < until:
                try:
                    known = self._until(until, work.outcome, xid)
                except ValueError:  # a number that the server has not given yet: a crash took the transaction with it
                    known = "aborted"
                time.sleep(0.05)
            if known == "aborted":
                return fault
            there = self._until(until, work.landed, cabinet, changes, known == "committed")
            if there:
                return None
            # after a crash the number may be another transaction's: ours is not there, so it never will be
            settled = known == "committed" or (xid is None and not self._until(until, work.conflicts, cabinet, changes))
            if there is False and settled:
                return fault
        raise fault.unusable(self.engine.url, "storage_outcome_unknown")

    def _call(self, task: Callable[Concatenate[Run, Statements, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a task that may be repeated, each statement by itself; again on a fresh connection where one is lost."""
        return self._until(time.monotonic() + self._patience, task, *args, **kwargs)

    def _until(
        self, until: float, task: Callable[Concatenate[Run, Statements, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """`_call`, up to that moment of the steady clock."""
        while True:
            try:
                return self._alone(lambda run: task(run, self._say, *args, **kwargs))
            except _Broken as broken:
                fault = broken.fault
            self._wait(fault, until)

    def _alone(self, task: Callable[[Run], T]) -> T:
        """Run a task on a connection of the pool whose statements commit by themselves.

        One statement needs no transaction around it: on PostgreSQL that saves two round trips of three.

        Raises:
            _Broken: instead of any error of SQLAlchemy or of the driver.
        """
        if self._closed or not self._say.verified:
            with self._open():
                pass
        fault: Fault | None = None
        try:
            pooled = self.engine.raw_connection()
            raw = pooled.dbapi_connection
            assert raw is not None
            alone = True
            try:
                alone = commits_alone(self.engine.dialect, raw)
                if not alone:
                    self.engine.dialect.set_isolation_level(raw, "AUTOCOMMIT")
                return task(direct(raw))
            except self._errors as error:
                fault = self._read(error, raw)
            finally:
                self._give_back(pooled, raw, fault, alone)
        except self._errors as error:
            fault = fault or faults.read(error)
        raise _Broken(fault)

    def _give_back(self, pooled: PoolProxiedConnection, raw: DBAPIConnection, fault: Fault | None, alone: bool) -> None:
        """To the pool as it was, whatever happened; a broken one never."""
        try:
            if fault is not None and fault.means is Means.LOST:
                pooled.invalidate()
            elif not alone:
                self.engine.dialect.reset_isolation_level(raw)
        except self._errors:
            pooled.invalidate()
        pooled.close()

    @contextmanager
    def _open(self) -> Iterator[Connection]:
        """A connection to tables that are known to be of this version; a broken one never goes back to the pool.

        Raises:
            _Broken: instead of any error of SQLAlchemy or of the driver.
        """
        if self._closed:
            raise StorageUnusable("storage_closed", path=told(self.engine.url))
        try:
            with self.engine.connect() as connection:
                try:
                    if not self._say.verified:
                        verified(connection, self.names)
                        connection.rollback()
                        self._say.verify()
                    yield connection
                except self._errors as error:
                    raw = None if connection.invalidated else connection.connection.dbapi_connection
                    fault = self._read(error, raw)
                    if fault.means is Means.LOST and raw is not None:
                        connection.invalidate()
                else:
                    return
        except self._errors as error:
            fault = faults.read(error)
        raise _Broken(fault)

    def _read(self, error: Any, raw: Any) -> Fault:
        return faults.read(error, lost=raw is not None and self.engine.dialect.is_disconnect(error, raw, None))

    def _wait(self, fault: Fault, until: float) -> None:
        """A moment before the next attempt, by chance so that those who met do not meet again; or the error."""
        if fault.means not in {Means.AGAIN, Means.TAKEN, Means.LOST, Means.LOCKED} or time.monotonic() >= until:
            self._give_up(fault)
        time.sleep(random.uniform(0.001, 0.1 if fault.means is Means.LOST else 0.01))  # noqa: S311

    def _give_up(self, fault: Fault) -> NoReturn:
        if fault.means is Means.VALUE:
            raise ValueError(UNSTORABLE)
        raise fault.unusable(self.engine.url, seconds=self._patience, prefix=self.names.prefix)
