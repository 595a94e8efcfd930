"""A storage in memory, for tests and trials: the whole contract, no file, nothing left when the process ends.

One lock guards every call, so it may be shared by threads. It is the model that the other storages are
compared with: keep it plain, and never give it a courtesy that a database could not give.
"""

from __future__ import annotations

from bisect import bisect_right, insort
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from itertools import islice
from threading import Lock

from due_workflow.errors import Conflict
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Sealed


@dataclass(slots=True)
class _Firm:
    """What one firm holds; `ids` keeps each kind's ids sorted, `named` finds records by key."""

    records: dict[Ref, Record] = field(default_factory=dict)
    ids: dict[Kind, list[str]] = field(default_factory=dict)
    named: dict[str, set[Ref]] = field(default_factory=dict)
    entries: dict[Ref, dict[int, Entry]] = field(default_factory=dict)


class MemoryStorage:
    """Keeps everything in this process; safe to call from several threads, useless after a fork."""

    joined = False

    def __init__(self) -> None:
        self._firms: dict[str, _Firm] = {}
        self._dues: dict[tuple[str, Ref], datetime] = {}
        self._lock = Lock()

    def load(self, cabinet: str, refs: Sequence[Ref] = (), keys: Sequence[str] = ()) -> Sequence[Record]:
        """See `due_workflow.ports.Storage.load`."""
        with self._lock:
            firm = self._firm(cabinet)
            wanted = dict.fromkeys(refs)
            for key in keys:
                wanted.update(dict.fromkeys(sorted(firm.named.get(key, ()))))
            return [firm.records[ref] for ref in wanted if ref in firm.records]

    def commit(self, cabinet: str, changes: Changes) -> None:
        """See `due_workflow.ports.Storage.commit`.

        Raises:
            Conflict: another writer was first; nothing was changed.
            ValueError: a mistake of the caller (a record named twice, without an id, or checked before it
                was loaded); nothing was changed.
        """
        with self._lock:
            firm = self._firm(cabinet)
            if conflicts := tuple(_conflicts(firm, changes)):
                raise Conflict(conflicts)
            for record in changes.write:
                self._put(cabinet, firm, record)
            for entry in changes.entries:
                firm.entries.setdefault(entry.case, {})[entry.seq] = replace(entry, data=Sealed(entry.data))

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
        with self._lock:
            firm = self._firm(cabinet)
            ids = firm.ids.get(kind, [])
            records = (firm.records[Ref(kind, name)] for name in islice(ids, bisect_right(ids, after), None))
            kept = (
                record
                for record in records
                if (not states or record.state in states)
                and (not keys or not record.keys.isdisjoint(keys))
                and (due_by is None or (record.due is not None and record.due <= due_by))
            )
            return list(islice(kept, max(limit, 0)))

    def counts(self, cabinet: str, kind: Kind) -> Mapping[str, int]:
        """See `due_workflow.ports.Storage.counts`."""
        with self._lock:
            firm = self._firm(cabinet)
            return dict(Counter(firm.records[Ref(kind, name)].state for name in firm.ids.get(kind, ())))

    def journal(self, cabinet: str, case: Ref, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """See `due_workflow.ports.Storage.journal`."""
        with self._lock:
            entries = self._firm(cabinet).entries.get(case, {})
            return [entries[seq] for seq in sorted(entries) if seq > after][: max(limit, 0)]

    def claim(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> Sequence[tuple[str, Record]]:
        """See `due_workflow.ports.Storage.claim`."""
        with self._lock:
            waiting = sorted(
                (due, cabinet, ref) for (cabinet, ref), due in self._dues.items() if due <= now and ref.kind in kinds
            )
            leased = []
            for _, cabinet, ref in waiting[: max(limit, 0)]:
                firm = self._firms[cabinet]
                self._put(cabinet, firm, replace(firm.records[ref], due=until))
                leased.append((cabinet, firm.records[ref]))
            return leased

    def _firm(self, cabinet: str) -> _Firm:
        return self._firms.setdefault(cabinet, _Firm())

    def _put(self, cabinet: str, firm: _Firm, record: Record) -> None:
        ref = record.ref
        before = firm.records.get(ref)
        if before is None:
            insort(firm.ids.setdefault(ref.kind, []), ref.id)
        else:
            for key in before.keys - record.keys:
                firm.named[key].discard(ref)
        for key in record.keys:
            firm.named.setdefault(key, set()).add(ref)
        due = record.due and record.due.astimezone(UTC)
        if due is None:
            self._dues.pop((cabinet, ref), None)
        else:
            self._dues[cabinet, ref] = due
        firm.records[ref] = replace(record, version=record.version + 1, data=Sealed(record.data), due=due)


def _conflicts(firm: _Firm, changes: Changes) -> Iterable[Ref]:
    refs: dict[Ref, None] = {}
    for record in (*changes.write, *changes.check):
        stands = firm.records.get(record.ref)
        if (stands.version if stands else 0) != record.version:
            refs[record.ref] = None
    for entry in changes.entries:
        if entry.seq in firm.entries.get(entry.case, {}):
            refs[entry.case] = None
    return refs
