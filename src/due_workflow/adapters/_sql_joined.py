"""The storage joined to the host's own transaction: his connection or session, his commit.

Each commit of ours is a savepoint inside it. Nothing here begins, commits or repeats what is the host's.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any, Concatenate, ParamSpec, TypeVar

from sqlalchemy import Connection
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session, scoped_session

from due_workflow.adapters import _sql_faults as faults
from due_workflow.adapters import _sql_work as work
from due_workflow.adapters._sql_engine import begin
from due_workflow.adapters._sql_faults import Fault, Means
from due_workflow.adapters._sql_reading import UNSTORABLE, Reading, concerned
from due_workflow.adapters._sql_say import Rows, Run, Statements, statements
from due_workflow.adapters._sql_schema import verified
from due_workflow.adapters._sql_tables import Names
from due_workflow.errors import Conflict, InputRefused
from due_workflow.ports import Changes, Kind, Record

P = ParamSpec("P")
T = TypeVar("T")


class JoinedSqlStorage(Reading):
    """Writes inside the host's own transaction: what the host commits is kept, what he rolls back is gone.

    A refused commit is undone by a savepoint: after a `Conflict` the host's transaction is usable. It sees what was
    written before in the same transaction. Not for workers: `claim` is refused.

    Args:
        where: the host's `Connection` or ORM `Session`; with an `AsyncSession`, what `run_sync` gives.
        prefix: what the names of the tables begin with.
        schema: the schema that they stand in; None for the connection's own.
    """

    joined = True

    def __init__(
        self, where: Connection | Session | scoped_session[Any], *, prefix: str = "due_", schema: str | None = None
    ) -> None:
        self.names = Names(prefix, schema).checked()
        self._where = where

    def commit(self, cabinet: str, changes: Changes) -> None:
        """See `due_workflow.ports.Storage.commit`; durable when the host commits.

        Raises:
            Conflict: another writer was first; nothing of ours was changed, the host's transaction is usable.
            ValueError: a mistake of the caller; the host's transaction is usable.
            StorageUnusable: the host's transaction cannot be used (it failed before, or its connection is lost); or
                a lock was waited for longer than the host's ``lock_timeout`` (``storage_locked``): then it is usable.
        """
        if not (changes.write or changes.check or changes.entries):
            return
        fault = self._guarded(lambda c, say: _commit_in_savepoint(c, say, cabinet, changes))
        if fault is None:
            return
        if fault.means is Means.VALUE:
            raise ValueError(UNSTORABLE)
        raise Conflict(self._call(work.conflicts, cabinet, changes) or concerned(changes))

    def claim(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> Sequence[tuple[str, Record]]:
        """Refused: a claim commits by itself, and this transaction is the host's.

        Raises:
            InputRefused: always.
        """
        del kinds, now, until, limit
        raise InputRefused("joined_worker")

    def _call(self, task: Callable[Concatenate[Run, Statements, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        return self._guarded(lambda c, say: task(_through(c), say, *args, **kwargs))

    def _guarded(self, task: Callable[[Connection, Statements], T]) -> T:
        """Run a task on the host's connection; through SQLAlchemy, so that its own begin and its log know of it."""
        connection: Connection | None = None
        try:
            connection = self._where if isinstance(self._where, Connection) else self._where.connection()
            say = statements(connection.dialect, self.names)
            if not say.verified:
                verified(connection, self.names)
                say.verify()
            return task(connection, say)
        except (SQLAlchemyError, UnicodeError) as error:
            fault = faults.read(error)
        if fault.means is Means.VALUE:
            raise ValueError(UNSTORABLE)
        url = None if connection is None else connection.engine.url
        raise fault.unusable(url, seconds=0, prefix=self.names.prefix)


def _commit_in_savepoint(c: Connection, say: Statements, cabinet: str, changes: Changes) -> Fault | None:
    """The fault that a commit met, once it is undone; None when it is done."""
    begin(c)
    savepoint = c.begin_nested()
    try:
        work.commit(_through(c), say, cabinet, changes)
    except work.Stale:
        fault = Fault(Means.AGAIN, "storage_failed")
    except (SQLAlchemyError, UnicodeError) as error:
        fault = faults.read(error)
        if fault.means not in {Means.AGAIN, Means.TAKEN, Means.VALUE}:
            savepoint.rollback()
            raise
    except BaseException:
        savepoint.rollback()
        raise
    else:
        savepoint.commit()
        return None
    savepoint.rollback()
    return fault


def _through(c: Connection) -> Run:
    def run(text: str, values: Any) -> Rows:
        return c.exec_driver_sql(text, values)

    return run
