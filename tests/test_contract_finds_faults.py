"""The storage contract is worth what it catches: each faulty storage here breaks the clauses that name its fault."""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from threading import Barrier

import pytest

from due_workflow.adapters.memory import MemoryStorage
from due_workflow.errors import Conflict
from due_workflow.ports import Changes, Kind
from due_workflow.testing.storage import StorageContract


class LosesTheJournal(MemoryStorage):
    def commit(self, cabinet, changes):
        super().commit(cabinet, replace(changes, entries=()))


class IgnoresTheVersion(MemoryStorage):
    """The last writer wins, whatever it had read."""

    def commit(self, cabinet, changes):
        write = [self._present(cabinet, record) if record.version else record for record in changes.write]
        super().commit(cabinet, replace(changes, write=write))

    def _present(self, cabinet, record):
        return next((replace(record, version=now.version) for now in self.load(cabinet, [record.ref])), record)


class OverwritesOnCreate(MemoryStorage):
    """Takes a create for an "insert or replace"."""

    def commit(self, cabinet, changes):
        while True:
            write = [record if record.version else self._present(cabinet, record) for record in changes.write]
            try:
                return super().commit(cabinet, replace(changes, write=write))
            except Conflict:
                if write == [*changes.write] or any(record.version for record in changes.write):
                    raise

    def _present(self, cabinet, record):
        return next((replace(record, version=now.version) for now in self.load(cabinet, [record.ref])), record)


class IgnoresTheCheck(MemoryStorage):
    def commit(self, cabinet, changes):
        loaded = [record for record in changes.check if record.version == 0]
        same = [r for r in changes.check if r.ref in {w.ref for w in changes.write}]
        super().commit(cabinet, replace(changes, check=loaded or same))


class ChecksTooEarly(MemoryStorage):
    """Looks at what is to be checked, and commits a moment later."""

    def commit(self, cabinet, changes):
        super().commit(cabinet, replace(changes, write=(), entries=()))
        if changes.check:
            time.sleep(0.01)
        super().commit(cabinet, replace(changes, check=()))


class CommitsHalf(MemoryStorage):
    """One record after the other, then the entries: what comes before a conflict stays."""

    def commit(self, cabinet, changes):
        super().commit(cabinet, Changes(check=changes.check))
        if len({record.ref for record in (*changes.write, *changes.check)}) < len(changes.write) + len(changes.check):
            raise ValueError("named twice")
        for record in changes.write:
            super().commit(cabinet, Changes(write=[record]))
        for entry in changes.entries:
            super().commit(cabinet, Changes(entries=[entry]))


class ForgetsTheDue(MemoryStorage):
    def commit(self, cabinet, changes):
        super().commit(cabinet, replace(changes, write=[replace(r, due=None) for r in changes.write]))


class TruncatesMicroseconds(MemoryStorage):
    def commit(self, cabinet, changes):
        super().commit(cabinet, replace(changes, write=[replace(r, due=_second(r.due)) for r in changes.write]))


def _second(due):
    return due and due.replace(microsecond=0)


class GivesNaiveDues(MemoryStorage):
    def load(self, cabinet, refs=(), keys=()):
        return [replace(r, due=r.due and r.due.replace(tzinfo=None)) for r in super().load(cabinet, refs, keys)]


class DropsAKey(MemoryStorage):
    """Keeps one word of each set."""

    def commit(self, cabinet, changes):
        write = [replace(r, keys=frozenset(sorted(r.keys)[:1])) for r in changes.write]
        super().commit(cabinet, replace(changes, write=write))


class KeepsOldKeys(MemoryStorage):
    def commit(self, cabinet, changes):
        before = {r.ref: r.keys for r in self.load(cabinet, [r.ref for r in changes.write])}
        write = [replace(r, keys=r.keys | before.get(r.ref, frozenset())) for r in changes.write]
        super().commit(cabinet, replace(changes, write=write))


class LooksForKeysInOneKind(MemoryStorage):
    def load(self, cabinet, refs=(), keys=()):
        return [r for r in super().load(cabinet, refs, keys) if r.ref in refs or r.ref.kind is Kind.FILING]


class FoldsCase(MemoryStorage):
    """A database whose text columns compare without case."""

    def load(self, cabinet, refs=(), keys=()):
        keys = {known for key in keys for known in self._known(cabinet) if known.casefold() == key.casefold()}
        return super().load(cabinet, refs, sorted(keys))

    def _known(self, cabinet):
        return {key for kind in Kind for record in self.find(cabinet, kind, limit=1000) for key in record.keys}


class LoadRepeats(MemoryStorage):
    def load(self, cabinet, refs=(), keys=()):
        return [r for ref in refs for r in super(LoadRepeats, self).load(cabinet, [ref])] + [
            r for key in keys for r in super(LoadRepeats, self).load(cabinet, (), [key])
        ]


class LoadMissesLoudly(MemoryStorage):
    def load(self, cabinet, refs=(), keys=()):
        found = super().load(cabinet, refs, keys)
        if {ref for ref in refs} - {r.ref for r in found} and refs:
            raise KeyError("no such record")
        return found


class SortsWithoutCase(MemoryStorage):
    """A database with a language's collation."""

    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        found = super().find(cabinet, kind, states, keys, due_by, after, 10_000)
        return sorted(found, key=lambda r: (r.ref.id.casefold(), r.ref.id))[: max(limit, 0)]


class PagesWithTheLastAgain(MemoryStorage):
    """Takes `after` for "from"."""

    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        found = super().find(cabinet, kind, states, keys, due_by, "", 10_000)
        return [r for r in found if r.ref.id >= after][: max(limit, 0)]


class FiltersAfterTheLimit(MemoryStorage):
    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        page = {r.ref for r in super().find(cabinet, kind, after=after, limit=limit)}
        return [r for r in super().find(cabinet, kind, states, keys, due_by, after) if r.ref in page]


class FindsByDueBeforeOnly(MemoryStorage):
    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        found = super().find(cabinet, kind, states, keys, due_by, after, 10_000)
        return [r for r in found if due_by is None or r.due < due_by][: max(limit, 0)]


class FindsByAllOfTheKeys(MemoryStorage):
    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        found = super().find(cabinet, kind, states, (), due_by, after, 10_000)
        return [r for r in found if r.keys >= set(keys)][: max(limit, 0)]


class CountsZeros(MemoryStorage):
    def __init__(self):
        super().__init__()
        self.seen = {}

    def counts(self, cabinet, kind):
        return {**dict.fromkeys(self.seen.get((cabinet, kind), ()), 0), **super().counts(cabinet, kind)}

    def commit(self, cabinet, changes):
        super().commit(cabinet, changes)
        for record in changes.write:
            self.seen.setdefault((cabinet, record.ref.kind), set()).add(record.state)


class CountsEveryWrite(MemoryStorage):
    """A tally that never takes the record out of its former state."""

    def __init__(self):
        super().__init__()
        self.tally = {}

    def counts(self, cabinet, kind):
        return {s: n for (c, k, s), n in self.tally.items() if (c, k) == (cabinet, kind)}

    def commit(self, cabinet, changes):
        super().commit(cabinet, changes)
        for r in changes.write:
            place = (cabinet, r.ref.kind, r.state)
            self.tally[place] = self.tally.get(place, 0) + 1


class JournalInOrderOfWriting(MemoryStorage):
    def __init__(self):
        super().__init__()
        self.written = []

    def commit(self, cabinet, changes):
        super().commit(cabinet, changes)
        self.written += [(cabinet, entry.case, entry.seq) for entry in changes.entries]

    def journal(self, cabinet, case, after=0, limit=1000):
        found = super().journal(cabinet, case, after, limit)
        return sorted(found, key=lambda entry: self.written.index((cabinet, case, entry.seq)))


class TakesARepeatedEntry(MemoryStorage):
    """Drops what stands already, and says nothing."""

    def commit(self, cabinet, changes):
        new = [e for e in changes.entries if e.seq not in {k.seq for k in self.journal(cabinet, e.case)}]
        while True:
            try:
                return super().commit(cabinet, replace(changes, entries=new))
            except Conflict as conflict:
                kept = [e for e in new if e.seq not in {k.seq for k in self.journal(cabinet, e.case)}]
                if len(kept) == len(new):
                    raise conflict
                new = kept


class LeaksAnotherFirm(MemoryStorage):
    """Forgets the firm when it looks by key."""

    def __init__(self):
        super().__init__()
        self.firms = set()

    def commit(self, cabinet, changes):
        super().commit(cabinet, changes)
        self.firms.add(cabinet)

    def load(self, cabinet, refs=(), keys=()):
        found = {r.ref: r for firm in sorted(self.firms - {cabinet}) for r in super(LeaksAnotherFirm, self).load(firm, (), keys)}
        return list({**found, **{r.ref: r for r in super().load(cabinet, refs, keys)}}.values())


class OneJournalForAllFirms(MemoryStorage):
    def journal(self, cabinet, case, after=0, limit=1000):
        return super().journal("all", case, after, limit)

    def commit(self, cabinet, changes):
        super().commit(cabinet, replace(changes, entries=()))
        super().commit("all", Changes(entries=changes.entries))


class ClaimsTwice(MemoryStorage):
    """Shows what is due without leasing it."""

    def claim(self, kinds, now, until, limit):
        return [(cabinet, replace(r, due=until)) for cabinet, r in super().claim(kinds, now, now, limit)]


class ClaimForgetsTheVersion(MemoryStorage):
    """Moves the due without a new version: a stale write goes through."""

    def __init__(self):
        super().__init__()
        self.leases = {}

    def _outside(self, cabinet, record):
        return replace(record, version=record.version - self.leases.get((cabinet, record.ref), 0))

    def claim(self, kinds, now, until, limit):
        leased = super().claim(kinds, now, until, limit)
        for cabinet, r in leased:
            self.leases[cabinet, r.ref] = self.leases.get((cabinet, r.ref), 0) + 1
        return [(cabinet, self._outside(cabinet, r)) for cabinet, r in leased]

    def load(self, cabinet, refs=(), keys=()):
        return [self._outside(cabinet, r) for r in super().load(cabinet, refs, keys)]

    def commit(self, cabinet, changes):
        write = [replace(r, version=r.version + self.leases.get((cabinet, r.ref), 0)) for r in changes.write]
        super().commit(cabinet, replace(changes, write=write))


class ClaimIgnoresKinds(MemoryStorage):
    def claim(self, kinds, now, until, limit):
        return super().claim(list(Kind), now, until, limit)


class ClaimGoesById(MemoryStorage):
    def claim(self, kinds, now, until, limit):
        return sorted(super().claim(kinds, now, until, limit), key=lambda pair: pair[1].ref.id)


class ClaimsOneTooFew(MemoryStorage):
    """Takes "due" for "due before now"."""

    def claim(self, kinds, now, until, limit):
        return super().claim(kinds, now.replace(microsecond=now.microsecond - 1), until, limit)


class ShowsTheBytes(MemoryStorage):
    def load(self, cabinet, refs=(), keys=()):
        return [replace(r, data=bytes(r.data)) for r in super().load(cabinet, refs, keys)]


class TakesBytesForText(MemoryStorage):
    """A text column behind, which cannot hold every byte."""

    def commit(self, cabinet, changes):
        write = [replace(r, data=r.data.decode("utf-8", "replace").encode()) for r in changes.write]
        super().commit(cabinet, replace(changes, write=write))


class StaysInTheTransaction(MemoryStorage):
    """Dies at its first conflict, as a session that nobody rolled back."""

    def __init__(self):
        super().__init__()
        self.dead = False

    def commit(self, cabinet, changes):
        if self.dead:
            raise RuntimeError("the transaction is aborted")
        try:
            super().commit(cabinet, changes)
        except Conflict:
            self.dead = True
            raise


class KeepsWhatItRead(MemoryStorage):
    """A cache that another handle's writes do not reach; here: its own."""

    def __init__(self):
        super().__init__()
        self.read = {}

    def load(self, cabinet, refs=(), keys=()):
        if keys or len(refs) != 1:
            return super().load(cabinet, refs, keys)
        return self.read.setdefault((cabinet, refs[0]), super().load(cabinet, refs))
