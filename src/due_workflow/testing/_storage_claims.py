"""The clauses of `Storage` about claiming across firms, about many writers at once, and about what stays."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TypeVar

from due_workflow.errors import Conflict
from due_workflow.ports import Changes, Kind, Record, Storage
from due_workflow.testing._contract import Contract, close, race, raised, same, that
from due_workflow.testing._storage_records import MINUTE, NOON, A, B, entry, names, one, put, record, ref

T = TypeVar("T")
UNTIL = NOON + 10 * MINUTE


def claim(storage: Storage, *kinds: Kind, limit: int = 100) -> list[tuple[str, Record]]:
    """Claim what is due at noon until ten past."""
    return list(storage.claim(kinds or [Kind.FILING], NOON, UNTIL, limit))


def claimed(storage: Storage, *kinds: Kind, limit: int = 100) -> list[str]:
    """The ids of what is claimed."""
    return names(leased for _, leased in claim(storage, *kinds, limit=limit))


class ClaimClauses(Contract):
    """Claiming."""

    def test_claim_gives_the_longest_due_first(self, storage: Storage) -> None:
        """By instant, across kinds and firms, and never by id."""
        put(storage, record("a", due=NOON), record("b", due=NOON - 3 * MINUTE))
        put(storage, record("c", kind=Kind.NOTICE, due=NOON - 2 * MINUTE))
        put(storage, record("d", due=NOON - MINUTE), cabinet=B)
        same(claimed(storage, Kind.NOTICE, Kind.FILING), ["b", "c", "d", "a"])

    def test_claim_leaves_what_is_not_due(self, storage: Storage) -> None:
        """Due at or before now, to the microsecond; without a due, never."""
        put(storage, record("at", due=NOON), record("never"))
        put(storage, record("later", due=NOON.replace(microsecond=NOON.microsecond + 1)))
        same(claimed(storage), ["at"])

    def test_claim_moves_the_due_and_bumps_the_version(self, storage: Storage) -> None:
        """What it returns is what is stored, and nothing else of it changed."""
        put(storage, record("1", state="s", data=b"kept", keys=["k"], due=NOON))
        expected = record("1", 2, state="s", data=b"kept", keys=["k"], due=UNTIL)
        same(claim(storage), [(A, expected)])
        same(one(storage, "1"), expected)
        same(dict(storage.counts(A, Kind.FILING)), {"s": 1})
        same(names(storage.load(A, keys=["k"])), ["1"])

    def test_what_is_claimed_is_not_claimed_again(self, storage: Storage) -> None:
        """Nobody else gets it before `until`."""
        put(storage, record("1", due=NOON))
        claim(storage)
        same(list(storage.claim([Kind.FILING], UNTIL - MINUTE, UNTIL, 10)), [])

    def test_a_lease_that_ran_out_can_be_claimed(self, storage: Storage) -> None:
        """A worker that died leaves its record to the next one, at `until`."""
        put(storage, record("1", due=NOON))
        claim(storage)
        again = storage.claim([Kind.FILING], UNTIL, UNTIL + MINUTE, 10)
        same([(found.version, found.due) for _, found in again], [(3, UNTIL + MINUTE)])

    def test_claim_takes_at_most_its_limit(self, storage: Storage) -> None:
        """And the next claim goes on."""
        put(storage, *(record(str(n), due=NOON - n * MINUTE) for n in range(5)))
        same([claimed(storage, limit=2) for _ in range(3)], [["4", "3"], ["2", "1"], ["0"]])
        same(claimed(storage, limit=0), [])

    def test_claim_keeps_to_its_kinds(self, storage: Storage) -> None:
        """Other kinds wait for other workers."""
        put(storage, record("1", due=NOON), record("2", kind=Kind.NOTICE, due=NOON))
        same(claimed(storage, Kind.NOTICE), ["2"])
        same(list(storage.claim([], NOON, UNTIL, 10)), [])
        same(claimed(storage, Kind.FILING), ["1"])

    def test_claim_crosses_firms_and_says_which(self, storage: Storage) -> None:
        """Each record comes with its firm."""
        put(storage, record("1", due=NOON))
        put(storage, record("1", due=NOON - MINUTE, data=b"b"), cabinet=B)
        same([(cabinet, bytes(found.data)) for cabinet, found in claim(storage)], [(B, b"b"), (A, b"{}")])

    def test_a_due_that_was_lifted_is_not_claimed(self, storage: Storage) -> None:
        """The last write decides."""
        put(storage, record("lifted", due=NOON), record("put off", due=NOON), record("set"))
        put(storage, record("lifted", 1), record("put off", 1, due=UNTIL), record("set", 1, due=NOON))
        same(claimed(storage), ["set"])

    def test_a_write_from_before_the_claim_is_a_conflict(self, storage: Storage) -> None:
        """A claim is a write: who loaded before it must load again."""
        put(storage, record("1", due=NOON))
        before = one(storage, "1")
        claim(storage)
        conflict = raised(Conflict, lambda: put(storage, before))
        same(conflict.refs, (ref("1"),))

    def test_the_claimer_writes_at_the_version_it_got(self, storage: Storage) -> None:
        """And so gives the lease back."""
        put(storage, record("1", due=NOON))
        ((_, leased),) = claim(storage)
        put(storage, record("1", leased.version, due=NOON + MINUTE))
        same(names(storage.find(A, Kind.FILING, due_by=NOON + MINUTE)), ["1"])


class CrowdClauses(Contract):
    """Many at once. Calls run in threads, half of them through `reopen` where a second handle is given."""

    def reopen(self, storage: Storage) -> Storage:
        """A second handle on the same data, as another process would open it; overridden, or the same one."""
        return storage

    def leave(self) -> None:
        """Runs at the end of each thread of a clause; overridden where a thread holds a connection to close."""

    def race(self, *calls: Callable[[], T]) -> list[T | Conflict]:
        """Run all calls at once, each in a thread that leaves in the end."""
        return race(*calls, leave=self.leave)

    @contextmanager
    def second(self, storage: Storage) -> Iterator[Storage]:
        """The second handle, closed in the end."""
        other = self.reopen(storage)
        try:
            yield other
        finally:
            if other is not storage:
                close(other)

    def test_what_was_committed_is_seen_by_another_handle(self, storage: Storage) -> None:
        """At once, and whole."""
        storage.commit(A, Changes([record("1", keys=["k"], due=NOON, data=b"x")], entries=[entry("1", 1)]))
        with self.second(storage) as other:
            same(one(other, "1"), record("1", 1, keys=["k"], due=NOON, data=b"x"))
            same(names(other.load(A, keys=["k"])), ["1"])
            same(len(other.journal(A, ref("1"))), 1)
            put(other, record("1", 1, data=b"y"))
            same(bytes(one(storage, "1").data), b"y")

    def test_of_those_who_loaded_the_same_version_one_writes(self, storage: Storage) -> None:
        """The others get a Conflict: no write is lost."""
        put(storage, record("1"))
        with self.second(storage) as other:
            for turn in range(1, 6):
                writers = [partial(put, handle, record("1", turn)) for handle in (storage, other) * 3]
                results = self.race(*writers)
                same(results.count(None), 1)
        same(one(storage, "1").version, 6)

    def test_a_counter_loses_no_step(self, storage: Storage) -> None:
        """Load, add one, commit, and again after a Conflict: the sum is exact."""
        put(storage, record("1", data=b"0"))

        def add(handle: Storage) -> None:
            for _ in range(10):
                for _attempt in range(1000):
                    present = one(handle, "1")
                    data = str(int(present.data) + 1).encode()
                    try:
                        put(handle, record("1", present.version, data=data))
                    except Conflict:
                        continue
                    break

        with self.second(storage) as other:
            self.race(*(partial(add, handle) for handle in (storage, other) * 2))
        same((bytes(one(storage, "1").data), one(storage, "1").version), (b"40", 41))

    def test_of_those_who_create_the_same_record_one_does(self, storage: Storage) -> None:
        """De-duplication rests on it."""
        with self.second(storage) as other:
            for turn in range(5):
                creators = [partial(put, handle, record(str(turn))) for handle in (storage, other) * 3]
                same(self.race(*creators).count(None), 1)

    def test_of_those_who_append_the_same_entry_one_does(self, storage: Storage) -> None:
        """A journal's chain has no fork."""
        with self.second(storage) as other:
            for turn in range(1, 6):
                changes = [Changes(entries=[entry("1", turn, str(n).encode())]) for n in range(4)]
                handles = (storage, other) * 2
                writers = [partial(handle.commit, A, c) for handle, c in zip(handles, changes, strict=True)]
                same(self.race(*writers).count(None), 1)
        same([kept.seq for kept in storage.journal(A, ref("1"))], [1, 2, 3, 4, 5])

    def test_two_who_check_each_other_do_not_both_write(self, storage: Storage) -> None:
        """What was checked cannot change before the commit takes effect (no write skew)."""
        with self.second(storage) as other:
            for turn in range(10):
                left, right = f"left {turn}", f"right {turn}"
                put(storage, record(left), record(right))
                results = self.race(
                    partial(storage.commit, A, Changes(write=[record(left, 1)], check=[record(right, 1)])),
                    partial(other.commit, A, Changes(write=[record(right, 1)], check=[record(left, 1)])),
                )
                that(results.count(None) <= 1, "both wrote on what the other had changed")

    def test_two_claimers_share_nothing(self, storage: Storage) -> None:
        """Each due record goes to one of them."""
        put(storage, *(record(f"{n:02d}", due=NOON) for n in range(40)))
        with self.second(storage) as other:
            takers = [partial(claimed, handle, limit=7) for handle in (storage, other) * 3]
            taken = Counter(name for got in self.race(*takers) if not isinstance(got, Conflict) for name in got)
        same([name for name, times in taken.items() if times > 1], [])
        same(len(taken), 40)

    def test_a_reader_sees_a_commit_whole(self, storage: Storage) -> None:
        """Who sees a record's new version sees the entry written with it."""
        storage.commit(A, Changes(write=[record("1")], entries=[entry("1", 1)]))

        deadline = time.monotonic() + 20

        def write(handle: Storage) -> None:
            for turn in range(1, 21):
                handle.commit(A, Changes(write=[record("1", turn)], entries=[entry("1", turn + 1)]))

        def read(handle: Storage) -> None:
            version = 0
            while version < 21 and time.monotonic() < deadline:
                version = one(handle, "1").version
                entries = len(handle.journal(A, ref("1")))
                that(entries >= version, f"version {version} was seen with {entries} entries")

        with self.second(storage) as other:
            self.race(partial(write, storage), partial(read, other), partial(read, storage))
