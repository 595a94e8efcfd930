"""The reading calls that both SQL storages share; each says how its connection is come by.

Nothing here connects.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Concatenate, Final, ParamSpec, TypeVar

from due_workflow.adapters import _sql_work as work
from due_workflow.adapters._rows import micros
from due_workflow.adapters._sql_say import Run, Statements
from due_workflow.ports import Changes, Entry, Kind, Record, Ref

P = ParamSpec("P")
T = TypeVar("T")
UNSTORABLE: Final = "a text holds U+0000 or half a character, or a value has a wrong type: the database cannot take it"


class Reading:
    """What both storages share: the calls that only read."""

    def _call(self, task: Callable[Concatenate[Run, Statements, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        raise NotImplementedError

    def load(self, cabinet: str, refs: Sequence[Ref] = (), keys: Sequence[str] = ()) -> Sequence[Record]:
        """See `due_workflow.ports.Storage.load`."""
        return self._call(work.load, cabinet, refs, keys) if refs or keys else []

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
        if limit < 1:
            return []
        by = None if due_by is None else micros(due_by)
        some = tuple(dict.fromkeys(states)), tuple(dict.fromkeys(keys))
        return self._call(work.find, cabinet, kind, *some, by, after, limit)

    def counts(self, cabinet: str, kind: Kind) -> Mapping[str, int]:
        """See `due_workflow.ports.Storage.counts`."""
        return self._call(work.counts, cabinet, kind)

    def journal(self, cabinet: str, case: Ref, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """See `due_workflow.ports.Storage.journal`."""
        return self._call(work.journal, cabinet, case, after, limit) if limit > 0 else []


def concerned(changes: Changes) -> tuple[Ref, ...]:
    """All that a commit names, for a conflict that the database does not tell more of."""
    return tuple(
        dict.fromkeys([*(r.ref for r in (*changes.write, *changes.check)), *(e.case for e in changes.entries)])
    )
