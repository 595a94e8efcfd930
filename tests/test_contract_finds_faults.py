"""The storage contract is worth what it catches: each storage here breaks the clauses that name its fault."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import replace

import pytest

from due_workflow.adapters.memory import MemoryStorage
from due_workflow.errors import Conflict
from due_workflow.ports import Changes, Kind, Ref
from due_workflow.testing.storage import JoinedStorageContract, StorageContract


class LosesTheJournal(MemoryStorage):
    breaks = frozenset(
        {
            "a_journal_comes_in_order",
            "a_journal_keeps_to_its_case",
            "a_journal_never_crosses_firms",
            "a_journal_pages_by_sequence",
            "a_reader_sees_a_commit_whole",
            "a_repeated_entry_is_a_conflict_that_names_its_case",
            "a_repeated_entry_leaves_nothing",
            "an_entry_comes_back_whole",
            "of_those_who_append_the_same_entry_one_does",
            "the_bytes_come_back_exactly",
            "what_was_committed_is_seen_by_another_handle",
        }
    )

    def commit(self, cabinet, changes):
        super().commit(cabinet, replace(changes, entries=()))


class Forces(MemoryStorage):
    """Gives a record the version that stands before it writes it, as long as another is faster."""

    def force(self, cabinet, changes, which):
        for _ in range(1000):
            write = [self.raised(cabinet, record) if which(record) else record for record in changes.write]
            try:
                return self.commit_plainly(cabinet, replace(changes, write=write))
            except Conflict as conflict:
                if not {record.ref for record in changes.write if which(record)} & set(conflict.refs):
                    raise
                if all(self.raised(cabinet, record) in write for record in changes.write if which(record)):
                    raise
        return None

    def raised(self, cabinet, record):
        return next((replace(record, version=now.version) for now in self.load(cabinet, [record.ref])), record)

    def commit_plainly(self, cabinet, changes):
        super().commit(cabinet, changes)


class IgnoresTheVersion(Forces):
    """The last writer wins, whatever it had read."""

    breaks = frozenset(
        {
            "a_conflict_leaves_no_record_key_due_state_or_entry",
            "a_conflict_names_each_record_in_the_way_and_no_other",
            "a_stale_write_is_a_conflict_that_names_it",
            "a_write_from_before_the_claim_is_a_conflict",
            "of_those_who_loaded_the_same_version_one_writes",
        }
    )
    sometimes = frozenset(
        {
            "a_counter_loses_no_step",
        }
    )  # when the threads meet so

    def commit(self, cabinet, changes):
        self.force(cabinet, changes, lambda record: record.version > 0)


class OverwritesOnCreate(Forces):
    """Takes a create for an "insert or replace"."""

    breaks = frozenset(
        {
            "a_conflict_names_each_record_in_the_way_and_no_other",
            "creating_what_exists_is_a_conflict_that_names_it",
            "of_those_who_create_the_same_record_one_does",
            "the_storage_serves_on_after_a_conflict",
        }
    )

    def commit(self, cabinet, changes):
        self.force(cabinet, changes, lambda record: record.version == 0)


class IgnoresTheCheck(MemoryStorage):
    breaks = frozenset(
        {
            "a_check_that_fails_is_a_conflict_that_names_it",
            "a_write_never_crosses_firms",
            "checking_what_is_absent_is_a_conflict",
            "two_who_check_each_other_do_not_both_write",
        }
    )

    def commit(self, cabinet, changes):
        loaded = [record for record in changes.check if record.version == 0]
        same = [r for r in changes.check if r.ref in {w.ref for w in changes.write}]
        super().commit(cabinet, replace(changes, check=loaded or same))


class ChecksTooEarly(MemoryStorage):
    """Looks at what is to be checked, and commits a moment later."""

    breaks = frozenset(
        {
            "two_who_check_each_other_do_not_both_write",
        }
    )

    def commit(self, cabinet, changes):
        if len({r.ref for r in (*changes.write, *changes.check)}) < len(changes.write) + len(changes.check):
            raise ValueError("named twice")
        super().commit(cabinet, Changes(check=changes.check))
        if changes.check:
            time.sleep(0.01)
        super().commit(cabinet, replace(changes, check=()))


class CommitsHalf(MemoryStorage):
    """One record after the other, then the entries: what comes before a conflict stays."""

    breaks = frozenset(
        {
            "a_conflict_leaves_no_record_key_due_state_or_entry",
            "a_conflict_names_each_record_in_the_way_and_no_other",
            "a_repeated_entry_leaves_nothing",
        }
    )
    sometimes = frozenset(
        {
            "a_reader_sees_a_commit_whole",
        }
    )  # when the threads meet so

    def commit(self, cabinet, changes):
        super().commit(cabinet, Changes(check=changes.check))
        if len({record.ref for record in (*changes.write, *changes.check)}) < len(changes.write) + len(changes.check):
            raise ValueError("named twice")
        for record in changes.write:
            super().commit(cabinet, Changes(write=[record]))
        for entry in changes.entries:
            super().commit(cabinet, Changes(entries=[entry]))


class ForgetsALaterDue(MemoryStorage):
    """Stores the due of a create, and not that of a later write."""

    breaks = frozenset(
        {
            "a_due_follows_the_last_write",
            "a_due_that_was_lifted_is_not_claimed",
            "the_claimer_writes_at_the_version_it_got",
        }
    )

    def commit(self, cabinet, changes):
        write = [replace(r, due=None) if r.version else r for r in changes.write]
        super().commit(cabinet, replace(changes, write=write))


class TruncatesMicroseconds(MemoryStorage):
    breaks = frozenset(
        {
            "a_created_record_is_read_back_whole_at_version_1",
            "a_due_keeps_its_microseconds",
            "claim_leaves_what_is_not_due",
            "far_dues_are_kept",
            "what_was_committed_is_seen_by_another_handle",
        }
    )

    def commit(self, cabinet, changes):
        super().commit(cabinet, replace(changes, write=[replace(r, due=_second(r.due)) for r in changes.write]))


def _second(due):
    return due and due.replace(microsecond=0)


class GivesNaiveDues(MemoryStorage):
    breaks = frozenset(
        {
            "a_created_record_is_read_back_whole_at_version_1",
            "a_due_comes_out_aware_and_in_utc",
            "a_due_keeps_its_microseconds",
            "a_write_from_before_the_claim_is_a_conflict",
            "claim_moves_the_due_and_bumps_the_version",
            "far_dues_are_kept",
            "what_was_committed_is_seen_by_another_handle",
        }
    )

    def load(self, cabinet, refs=(), keys=()):
        return [replace(r, due=r.due and r.due.replace(tzinfo=None)) for r in super().load(cabinet, refs, keys)]


class DropsAKey(MemoryStorage):
    """Keeps one word of each set."""

    breaks = frozenset(
        {
            "a_created_record_is_read_back_whole_at_version_1",
            "a_key_that_is_written_again_still_finds_the_record",
        }
    )

    def commit(self, cabinet, changes):
        write = [replace(r, keys=frozenset(sorted(r.keys)[:1])) for r in changes.write]
        super().commit(cabinet, replace(changes, write=write))


class KeepsOldKeys(MemoryStorage):
    breaks = frozenset(
        {
            "a_key_that_is_left_out_finds_the_record_no_more",
            "a_key_that_is_written_again_still_finds_the_record",
            "a_write_replaces_the_record_and_bumps_its_version",
        }
    )

    def commit(self, cabinet, changes):
        before = {r.ref: r.keys for r in self.load(cabinet, [r.ref for r in changes.write])}
        write = [replace(r, keys=r.keys | before.get(r.ref, frozenset())) for r in changes.write]
        super().commit(cabinet, replace(changes, write=write))


class LooksForKeysInOneKind(MemoryStorage):
    breaks = frozenset(
        {
            "load_by_key_crosses_kinds",
        }
    )

    def load(self, cabinet, refs=(), keys=()):
        return [r for r in super().load(cabinet, refs, keys) if r.ref in refs or r.ref.kind is Kind.FILING]


class FoldsCase(MemoryStorage):
    """A database whose text columns compare without case."""

    breaks = frozenset(
        {
            "ids_and_keys_match_whole_and_to_the_letter",
        }
    )

    def load(self, cabinet, refs=(), keys=()):
        keys = {known for key in keys for known in self._known(cabinet) if known.casefold() == key.casefold()}
        return super().load(cabinet, refs, sorted(keys))

    def _known(self, cabinet):
        return {key for kind in Kind for record in self.find(cabinet, kind, limit=1000) for key in record.keys}


class LoadRepeats(MemoryStorage):
    breaks = frozenset(
        {
            "ids_and_keys_match_whole_and_to_the_letter",
            "load_gives_each_record_once",
        }
    )

    def load(self, cabinet, refs=(), keys=()):
        return [r for ref in refs for r in super(LoadRepeats, self).load(cabinet, [ref])] + [
            r for key in keys for r in super(LoadRepeats, self).load(cabinet, (), [key])
        ]


class LoadMissesLoudly(MemoryStorage):
    breaks = frozenset(
        {
            "a_check_that_fails_is_a_conflict_that_names_it",
            "a_conflict_leaves_no_record_key_due_state_or_entry",
            "a_repeated_entry_leaves_nothing",
            "ids_and_keys_match_whole_and_to_the_letter",
            "load_leaves_out_what_is_missing",
            "load_never_crosses_firms",
            "load_of_nothing_gives_nothing",
            "writing_over_what_never_was_is_a_conflict",
        }
    )

    def load(self, cabinet, refs=(), keys=()):
        found = super().load(cabinet, refs, keys)
        if set(refs) - {r.ref for r in found} and refs:
            raise KeyError("no such record")
        return found


class SortsWithoutCase(MemoryStorage):
    """A database with a language's collation."""

    breaks = frozenset(
        {
            "find_goes_by_the_code_points_of_the_id",
        }
    )

    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        found = super().find(cabinet, kind, states, keys, due_by, after, 10_000)
        return sorted(found, key=lambda r: (r.ref.id.casefold(), r.ref.id))[: max(limit, 0)]


class PagesWithTheLastAgain(MemoryStorage):
    """Takes `after` for "from"."""

    breaks = frozenset(
        {
            "find_takes_any_of_the_keys_each_record_once",
            "find_takes_any_of_the_states",
            "pages_count_what_is_kept_not_what_is_passed_over",
            "pages_lose_and_repeat_nothing",
        }
    )

    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        found = super().find(cabinet, kind, states, keys, due_by, "", 10_000)
        return [r for r in found if r.ref.id >= after][: max(limit, 0)]


class FiltersAfterTheLimit(MemoryStorage):
    breaks = frozenset(
        {
            "find_takes_any_of_the_states",
            "pages_count_what_is_kept_not_what_is_passed_over",
        }
    )

    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        page = {r.ref for r in super().find(cabinet, kind, after=after, limit=limit)}
        return [r for r in super().find(cabinet, kind, states, keys, due_by, after) if r.ref in page]


class FindsByDueBeforeOnly(MemoryStorage):
    breaks = frozenset(
        {
            "a_due_follows_the_last_write",
            "filters_hold_together",
            "find_by_due_includes_the_instant_itself",
            "find_keeps_to_its_kind",
            "find_never_crosses_firms",
            "pages_count_what_is_kept_not_what_is_passed_over",
            "the_claimer_writes_at_the_version_it_got",
        }
    )

    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        found = super().find(cabinet, kind, states, keys, due_by, after, 10_000)
        return [r for r in found if due_by is None or r.due < due_by][: max(limit, 0)]


class FindsByAllOfTheKeys(MemoryStorage):
    breaks = frozenset(
        {
            "find_takes_any_of_the_keys_each_record_once",
            "pages_count_what_is_kept_not_what_is_passed_over",
        }
    )

    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        found = super().find(cabinet, kind, states, (), due_by, after, 10_000)
        return [r for r in found if r.keys >= set(keys)][: max(limit, 0)]


class CountsZeros(MemoryStorage):
    breaks = frozenset(
        {
            "counts_leave_out_empty_states",
        }
    )

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

    breaks = frozenset(
        {
            "counts_follow_each_move",
            "counts_leave_out_empty_states",
        }
    )

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
    breaks = frozenset(
        {
            "a_journal_comes_in_order",
        }
    )

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

    breaks = frozenset(
        {
            "a_repeated_entry_is_a_conflict_that_names_its_case",
            "a_repeated_entry_leaves_nothing",
            "of_those_who_append_the_same_entry_one_does",
        }
    )

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

    breaks = frozenset(
        {
            "load_never_crosses_firms",
        }
    )

    def __init__(self):
        super().__init__()
        self.firms = set()

    def commit(self, cabinet, changes):
        super().commit(cabinet, changes)
        self.firms.add(cabinet)

    def load(self, cabinet, refs=(), keys=()):
        found = {
            r.ref: r
            for firm in sorted(self.firms - {cabinet})
            for r in super(LeaksAnotherFirm, self).load(firm, (), keys)
        }
        return list({**found, **{r.ref: r for r in super().load(cabinet, refs, keys)}}.values())


class OneJournalForAllFirms(MemoryStorage):
    breaks = frozenset(
        {
            "a_journal_never_crosses_firms",
            "a_repeated_entry_leaves_nothing",
            "two_firms_may_use_the_same_names",
        }
    )
    sometimes = frozenset(
        {
            "a_reader_sees_a_commit_whole",
        }
    )  # when the threads meet so

    def journal(self, cabinet, case, after=0, limit=1000):
        return super().journal("all", case, after, limit)

    def commit(self, cabinet, changes):
        super().commit(cabinet, replace(changes, entries=()))
        super().commit("all", Changes(entries=changes.entries))


class ClaimsTwice(MemoryStorage):
    """Shows what is due without leasing it."""

    breaks = frozenset(
        {
            "claim_moves_the_due_and_bumps_the_version",
            "claim_takes_at_most_its_limit",
            "two_claimers_share_nothing",
            "what_is_claimed_is_not_claimed_again",
        }
    )

    def claim(self, kinds, now, until, limit):
        return [(cabinet, replace(r, due=until)) for cabinet, r in super().claim(kinds, now, now, limit)]


class ClaimForgetsTheVersion(MemoryStorage):
    """Moves the due without a new version: a stale write goes through."""

    breaks = frozenset(
        {
            "a_lease_that_ran_out_can_be_claimed",
            "a_write_from_before_the_claim_is_a_conflict",
            "claim_moves_the_due_and_bumps_the_version",
        }
    )

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
    breaks = frozenset(
        {
            "claim_keeps_to_its_kinds",
        }
    )

    def claim(self, kinds, now, until, limit):
        return super().claim(list(Kind), now, until, limit)


class ClaimGoesById(MemoryStorage):
    breaks = frozenset(
        {
            "claim_gives_the_longest_due_first",
            "claim_takes_at_most_its_limit",
        }
    )

    def claim(self, kinds, now, until, limit):
        return sorted(super().claim(kinds, now, until, limit), key=lambda pair: pair[1].ref.id)


class ShowsTheBytes(MemoryStorage):
    breaks = frozenset(
        {
            "what_comes_out_is_sealed",
        }
    )

    def load(self, cabinet, refs=(), keys=()):
        return [replace(r, data=bytes(r.data)) for r in super().load(cabinet, refs, keys)]


class TakesBytesForText(MemoryStorage):
    """A text column behind, which cannot hold every byte."""

    breaks = frozenset(
        {
            "the_bytes_come_back_exactly",
        }
    )

    def commit(self, cabinet, changes):
        write = [replace(r, data=r.data.decode("utf-8", "replace").encode()) for r in changes.write]
        super().commit(cabinet, replace(changes, write=write))


class StaysInTheTransaction(MemoryStorage):
    """Dies at its first conflict, as a session that nobody rolled back."""

    breaks = frozenset(
        {
            "a_write_never_crosses_firms",
            "of_those_who_append_the_same_entry_one_does",
            "of_those_who_create_the_same_record_one_does",
            "of_those_who_loaded_the_same_version_one_writes",
            "the_storage_serves_on_after_a_conflict",
            "two_who_check_each_other_do_not_both_write",
        }
    )

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


class ComparesVersionsTooEarly(Forces):
    """Compares in one transaction and writes in the next: what came between is overwritten."""

    breaks = frozenset(
        {
            "a_conflict_names_each_record_in_the_way_and_no_other",
            "a_counter_loses_no_step",
            "of_those_who_loaded_the_same_version_one_writes",
        }
    )

    def commit(self, cabinet, changes):
        super().commit_plainly(cabinet, Changes(check=[r for r in changes.write if r.version]))
        time.sleep(0.002)
        self.force(cabinet, changes, lambda record: record.version > 0)


class WritesWhatItChecks(MemoryStorage):
    breaks = frozenset({"a_check_that_holds_changes_nothing", "two_firms_may_use_the_same_names"})

    def commit(self, cabinet, changes):
        super().commit(cabinet, Changes(check=[r for r in changes.check if not r.version]))
        super().commit(cabinet, replace(changes, write=[*changes.write, *changes.check], check=()))


class TakesZeroForNoLimit(MemoryStorage):
    breaks = frozenset({"a_limit_of_nothing_gives_nothing"})

    def find(self, cabinet, kind, states=(), keys=(), due_by=None, after="", limit=100):
        return super().find(cabinet, kind, states, keys, due_by, after, limit or 100)

    def journal(self, cabinet, case, after=0, limit=1000):
        return super().journal(cabinet, case, after, limit or 1000)


class RefusesAnEmptyCommit(MemoryStorage):
    breaks = frozenset({"an_empty_commit_is_allowed"})

    def commit(self, cabinet, changes):
        if not (changes.write or changes.check or changes.entries):
            raise ValueError("nothing to commit")
        super().commit(cabinet, changes)


class ClaimsInOneFirm(MemoryStorage):
    breaks = frozenset({"claim_crosses_firms_and_says_which", "claim_gives_the_longest_due_first"})

    def __init__(self):
        super().__init__()
        self.firm = None

    def commit(self, cabinet, changes):
        super().commit(cabinet, changes)
        self.firm = self.firm or cabinet

    def claim(self, kinds, now, until, limit):
        return [pair for pair in super().claim(kinds, now, until, limit) if pair[0] == self.firm]


class CountsAllKinds(MemoryStorage):
    breaks = frozenset({"counts_go_by_state_within_the_kind"})

    def counts(self, cabinet, kind):
        totals = Counter()
        for each in Kind:
            totals.update(super().counts(cabinet, each))
        return totals


class CountsAllFirms(MemoryStorage):
    breaks = frozenset({"counts_never_cross_firms"})

    def counts(self, cabinet, kind):
        return Counter(super().counts("cabinet-a", kind)) + Counter(super().counts("cabinet-b", kind))


class HoldsAThousandNames(MemoryStorage):
    """A database's limit on the values of one statement shows."""

    breaks = frozenset({"a_call_carries_a_whole_group"})

    def load(self, cabinet, refs=(), keys=()):
        return super().load(cabinet, refs[:999], keys[:999])


class TakesTheIdForTheName(MemoryStorage):
    """Looks a record up by its id, whatever the kind."""

    breaks = frozenset({"the_same_id_of_two_kinds_is_two_records"})

    def load(self, cabinet, refs=(), keys=()):
        found = super().load(cabinet, refs, keys)
        for ref in refs:
            twins = super().load(cabinet, [Ref(kind, ref.id) for kind in Kind])
            found = [twins[0] if record.ref == ref else record for record in found]
        return found


FAULTS = [
    kind
    for kind in vars().copy().values()
    if isinstance(kind, type) and issubclass(kind, MemoryStorage) and hasattr(kind, "breaks")
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: fault.__name__)
def test_a_faulty_storage_breaks_the_clauses_that_name_its_fault_and_no_other(fault):
    broken = {name.removeprefix("test_") for name in StorageContract().broken(fault)}
    assert broken - getattr(fault, "sometimes", set()) == fault.breaks


def test_a_joined_storage_that_claims_breaks_its_clause():
    class Claims(MemoryStorage):
        joined = True

    assert list(JoinedStorageContract().broken(Claims)) == ["test_it_says_that_the_host_commits_and_refuses_to_claim"]


def test_a_sound_storage_breaks_none():
    assert StorageContract().broken(MemoryStorage) == {}


def test_every_clause_is_broken_by_some_fault():
    """A clause that no fault breaks may be a clause that tests nothing."""
    broken = {name for fault in FAULTS for name in fault.breaks}
    assert {name.removeprefix("test_") for name in StorageContract.clauses()} == broken
