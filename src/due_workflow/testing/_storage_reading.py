"""The clauses of `Storage` about reading: load, find, counts, the journal, and the wall between firms."""

from __future__ import annotations

from due_workflow.errors import Conflict
from due_workflow.ports import Changes, Kind, Storage
from due_workflow.testing._contract import Contract, raised, same
from due_workflow.testing._storage_records import MINUTE, NOON, A, B, entry, names, one, put, record, ref


class ReadingClauses(Contract):
    """Reading."""

    # ---- load

    def test_load_gives_each_record_once(self, storage: Storage) -> None:
        """However often it is named."""
        put(storage, record("1", keys=["k", "l"]), record("2", keys=["k"]))
        found = storage.load(A, [ref("1"), ref("1")], ["k", "l", "k"])
        same(sorted(names(found)), ["1", "2"])

    def test_load_leaves_out_what_is_missing(self, storage: Storage) -> None:
        """An absent record is no error."""
        put(storage, record("1"))
        same(names(storage.load(A, [ref("0"), ref("1")], ["nothing"])), ["1"])
        same(list(storage.load(A, [ref("0")])), [])

    def test_load_of_nothing_gives_nothing(self, storage: Storage) -> None:
        """No name, no record; a firm that was never seen is empty."""
        put(storage, record("1"))
        same(list(storage.load(A)), [])
        same(list(storage.load("cabinet-z", [ref("1")], ["k"])), [])

    def test_load_by_key_crosses_kinds(self, storage: Storage) -> None:
        """A SIRET finds the client as well as its hires."""
        put(storage, record("1", keys=["siret:1"]), record("9", kind=Kind.CLIENT, keys=["siret:1"]))
        same({found.ref for found in storage.load(A, keys=["siret:1"])}, {ref("1"), ref("9", Kind.CLIENT)})

    def test_the_same_id_of_two_kinds_is_two_records(self, storage: Storage) -> None:
        """A record's name is its kind and id."""
        put(storage, record("1", data=b"hire"), record("1", kind=Kind.COMMAND, data=b"command"))
        same(bytes(one(storage, "1").data), b"hire")
        same(bytes(one(storage, "1", kind=Kind.COMMAND).data), b"command")

    def test_ids_and_keys_match_whole_and_to_the_letter(self, storage: Storage) -> None:
        """No case folding, no wildcard, no accent dropped, no space trimmed."""
        put(storage, record("a%", keys=["Éva_"]))
        near = ["A%", "a", "a%%", "ab", "a% ", "aB"]
        same(list(storage.load(A, [ref(name) for name in near])), [])
        same(list(storage.load(A, keys=["éva_", "Eva_", "Éva", "Évas", "Éva_ "])), [])
        same(names(storage.load(A, [ref("a%")], ["Éva_"])), ["a%"])

    # ---- find

    def test_find_goes_by_the_code_points_of_the_id(self, storage: Storage) -> None:
        """Not by a language's order and not by number; so pages never depend on a server's setting."""
        ids = ["10", "9", "A", "B", "Z", "a", "a b", "ab", "b", "É", "é", "œ", "ﬀ", "😀", "~", "_", "-", "/"]
        put(storage, *(record(name) for name in ids))
        same(names(storage.find(A, Kind.FILING)), sorted(ids))

    def test_pages_lose_and_repeat_nothing(self, storage: Storage) -> None:
        """The last id of a page begins the next one."""
        ids = [f"{n:03d}" for n in range(25)]
        put(storage, *(record(name) for name in reversed(ids)))
        seen: list[str] = []
        for _ in range(9):
            page = storage.find(A, Kind.FILING, after=seen[-1] if seen else "", limit=4)
            seen += names(page)
        same(seen, ids)

    def test_pages_count_what_is_kept_not_what_is_passed_over(self, storage: Storage) -> None:
        """A full page is `limit` records that fit, however many do not."""
        fits = [record(f"{n:02d}", state="b", keys=["k"], due=NOON) for n in range(10, 20)]
        put(storage, *(record(f"{n:02d}", due=NOON + MINUTE, keys=["l"], state="a") for n in range(10)), *fits)
        expected = ["10", "11", "12"]
        same(names(storage.find(A, Kind.FILING, states=["b"], limit=3)), expected)
        same(names(storage.find(A, Kind.FILING, keys=["k"], limit=3)), expected)
        same(names(storage.find(A, Kind.FILING, due_by=NOON, limit=3)), expected)
        same(names(storage.find(A, Kind.FILING, ["b"], ["k", "l"], NOON, "11", 3)), ["12", "13", "14"])

    def test_find_keeps_to_its_kind(self, storage: Storage) -> None:
        """Other kinds of the firm are other lists."""
        put(storage, record("1", keys=["k"], due=NOON), record("2", kind=Kind.NOTICE, keys=["k"], due=NOON))
        same(names(storage.find(A, Kind.FILING)), ["1"])
        same(names(storage.find(A, Kind.NOTICE, ["open"], ["k"], NOON)), ["2"])
        same(list(storage.find(A, Kind.CLIENT)), [])

    def test_find_takes_any_of_the_states(self, storage: Storage) -> None:
        """And merges them by id."""
        put(storage, *(record(str(n), state="abc"[n % 3]) for n in range(9)))
        same(names(storage.find(A, Kind.FILING, states=["c", "a"])), ["0", "2", "3", "5", "6", "8"])
        same(names(storage.find(A, Kind.FILING, states=["a", "c"], after="2", limit=2)), ["3", "5"])
        same(list(storage.find(A, Kind.FILING, states=["z"])), [])

    def test_find_takes_any_of_the_keys_each_record_once(self, storage: Storage) -> None:
        """A record that carries two of them is one record."""
        put(
            storage,
            record("1", keys=["a"]),
            record("2", keys=["a", "b"]),
            record("3", keys=["b"]),
            record("4"),
        )
        same(names(storage.find(A, Kind.FILING, keys=["b", "a"])), ["1", "2", "3"])
        same(names(storage.find(A, Kind.FILING, keys=["a", "b"], after="1", limit=1)), ["2"])
        same(list(storage.find(A, Kind.FILING, keys=["c"])), [])

    def test_find_by_due_includes_the_instant_itself(self, storage: Storage) -> None:
        """Due at or before."""
        at = [record("before", due=NOON - MINUTE), record("at", due=NOON), record("after", due=NOON + MINUTE)]
        put(storage, *at, record("never"))
        same(names(storage.find(A, Kind.FILING, due_by=NOON)), ["at", "before"])

    def test_filters_hold_together(self, storage: Storage) -> None:
        """State and key and due, each of which another record fails."""
        put(
            storage,
            record("1", state="a", keys=["k"], due=NOON),
            record("2", state="b", keys=["k"], due=NOON),
            record("3", state="a", keys=["l"], due=NOON),
            record("4", state="a", keys=["k"], due=NOON + MINUTE),
            record("5", state="a", keys=["k"]),
            record("6", state="c", keys=["l", "k"], due=NOON - MINUTE),
        )
        same(names(storage.find(A, Kind.FILING, ["a", "c"], ["k"], NOON)), ["1", "6"])
        same(names(storage.find(A, Kind.FILING, ["a"], due_by=NOON)), ["1", "3"])
        same(names(storage.find(A, Kind.FILING, ["a"], ["k"])), ["1", "4", "5"])

    def test_a_limit_of_nothing_gives_nothing(self, storage: Storage) -> None:
        """Zero is not "no limit"."""
        storage.commit(A, Changes(write=[record("1")], entries=[entry("1", 1)]))
        same(list(storage.find(A, Kind.FILING, limit=0)), [])
        same(list(storage.journal(A, ref("1"), limit=0)), [])

    # ---- counts

    def test_counts_go_by_state_within_the_kind(self, storage: Storage) -> None:
        """One number per state."""
        put(storage, record("1"), record("2"), record("3", state="done"), record("4", kind=Kind.NOTICE))
        same(dict(storage.counts(A, Kind.FILING)), {"open": 2, "done": 1})
        same(dict(storage.counts(A, Kind.NOTICE)), {"open": 1})

    def test_counts_follow_each_move(self, storage: Storage) -> None:
        """A record counts once, in its present state."""
        put(storage, record("1"), record("2"))
        put(storage, record("1", 1, state="done"), record("3", state="done"))
        same(dict(storage.counts(A, Kind.FILING)), {"open": 1, "done": 2})

    def test_counts_leave_out_empty_states(self, storage: Storage) -> None:
        """Nothing stands there, so nothing is said."""
        same(dict(storage.counts(A, Kind.FILING)), {})
        put(storage, record("1"))
        put(storage, record("1", 1, state="done"))
        same(dict(storage.counts(A, Kind.FILING)), {"done": 1})

    # ---- journal

    def test_a_journal_comes_in_order(self, storage: Storage) -> None:
        """By sequence, whatever the order of writing; 10 after 9."""
        storage.commit(A, Changes(entries=[entry("1", seq) for seq in (3, 1, 2)]))
        storage.commit(A, Changes(entries=[entry("1", seq) for seq in range(11, 3, -1)]))
        same([kept.seq for kept in storage.journal(A, ref("1"))], list(range(1, 12)))

    def test_an_entry_comes_back_whole(self, storage: Storage) -> None:
        """Case, sequence, bytes and hash."""
        written = entry("é/1", 1, b'{"event":"send"}')
        storage.commit(A, Changes(write=[record("é/1")], entries=[written]))
        same(list(storage.journal(A, ref("é/1"))), [written])

    def test_a_journal_pages_by_sequence(self, storage: Storage) -> None:
        """After, and at most `limit`."""
        storage.commit(A, Changes(entries=[entry("1", seq) for seq in range(1, 8)]))
        same([kept.seq for kept in storage.journal(A, ref("1"), after=2, limit=3)], [3, 4, 5])
        same([kept.seq for kept in storage.journal(A, ref("1"), after=7)], [])

    def test_a_journal_keeps_to_its_case(self, storage: Storage) -> None:
        """Another id or another kind is another case."""
        changes = Changes(entries=[entry("1", 1, b"a"), entry("2", 1, b"b"), entry("1", 1, b"c", Kind.CLIENT)])
        storage.commit(A, changes)
        same([bytes(kept.data) for kept in storage.journal(A, ref("1"))], [b"a"])
        same([bytes(kept.data) for kept in storage.journal(A, ref("1", Kind.CLIENT))], [b"c"])
        same(list(storage.journal(A, ref("3"))), [])

    # ---- the wall between firms

    def test_two_firms_may_use_the_same_names(self, storage: Storage) -> None:
        """Each has its own record, version, check and journal."""
        put(storage, record("1", data=b"a"))
        put(storage, record("1", data=b"b"), cabinet=B)
        put(storage, record("1", 1, data=b"b2"), cabinet=B)
        storage.commit(A, Changes(check=[record("1", 1)], entries=[entry("1", 1)]))
        storage.commit(B, Changes(check=[record("1", 2)], entries=[entry("1", 1)]))
        same(one(storage, "1"), record("1", 1, data=b"a"))
        same(one(storage, "1", B), record("1", 2, data=b"b2"))

    def test_load_never_crosses_firms(self, storage: Storage) -> None:
        """By name or by key."""
        put(storage, record("1", keys=["k"]), cabinet=B)
        put(storage, record("2", keys=["k"]))
        same(names(storage.load(A, [ref("1")], ["k"])), ["2"])

    def test_find_never_crosses_firms(self, storage: Storage) -> None:
        """By id, state, key or due."""
        put(storage, record("1", keys=["k"], due=NOON), cabinet=B)
        put(storage, record("2", keys=["k"], due=NOON))
        same(names(storage.find(A, Kind.FILING)), ["2"])
        same(names(storage.find(A, Kind.FILING, states=["open"])), ["2"])
        same(names(storage.find(A, Kind.FILING, keys=["k"])), ["2"])
        same(names(storage.find(A, Kind.FILING, due_by=NOON)), ["2"])

    def test_counts_never_cross_firms(self, storage: Storage) -> None:
        """Each firm counts its own."""
        put(storage, record("1"), record("2"), cabinet=B)
        put(storage, record("1"))
        same(dict(storage.counts(A, Kind.FILING)), {"open": 1})

    def test_a_journal_never_crosses_firms(self, storage: Storage) -> None:
        """Each firm reads its own."""
        storage.commit(B, Changes(entries=[entry("1", 1, b"theirs")]))
        storage.commit(A, Changes(entries=[entry("1", 1, b"mine")]))
        same([bytes(kept.data) for kept in storage.journal(A, ref("1"))], [b"mine"])

    def test_a_write_never_crosses_firms(self, storage: Storage) -> None:
        """Another firm's version, check and keys stay theirs."""
        put(storage, record("1", keys=["k"]), cabinet=B)
        raised(Conflict, lambda: put(storage, record("1", 1)))
        raised(Conflict, lambda: storage.commit(A, Changes(check=[record("1", 1)])))
        put(storage, record("1"))
        put(storage, record("1", 1))
        same(one(storage, "1", B), record("1", 1, keys=["k"]))
        same(names(storage.load(B, keys=["k"])), ["1"])
