"""The clauses of `Storage` about writing: versions, checks, all or nothing, keys, bytes and instants."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from due_workflow.errors import Conflict
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Sealed, Storage
from due_workflow.testing._contract import Contract, raised, same, that

A, B = "cabinet-a", "cabinet-b"
NOON = datetime(2026, 3, 2, 12, 0, 0, 123457, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def ref(name: str, kind: Kind = Kind.FILING) -> Ref:
    """A record's name."""
    return Ref(kind, name)


def record(
    name: str,
    version: int = 0,
    *,
    kind: Kind = Kind.FILING,
    state: str = "open",
    data: bytes = b"{}",
    keys: Iterable[str] = (),
    due: datetime | None = None,
) -> Record:
    """A record with what the clause needs, the rest plain."""
    return Record(ref(name, kind), version, state, Sealed(data), frozenset(keys), due)


def entry(name: str, seq: int, data: bytes = b"{}", kind: Kind = Kind.FILING) -> Entry:
    """A journal entry of a case; its hash tells its place."""
    return Entry(ref(name, kind), seq, Sealed(data), f"{seq:064x}")


def put(storage: Storage, *records: Record, cabinet: str = A) -> None:
    """Commit some records."""
    storage.commit(cabinet, Changes(write=records))


def one(storage: Storage, name: str, cabinet: str = A, kind: Kind = Kind.FILING) -> Record:
    """The record of that name, which must be there."""
    found = storage.load(cabinet, [ref(name, kind)])
    same(len(found), 1)
    return found[0]


def names(records: Iterable[Record]) -> list[str]:
    """The ids, in the order given."""
    return [record.ref.id for record in records]


class RecordClauses(Contract):
    """Writing."""

    def test_a_created_record_is_read_back_whole_at_version_1(self, storage: Storage) -> None:
        """A create stores every field and version 1."""
        put(storage, record("é 1/TEST", state="à faire", data=b'{"a":1}', keys=["k", "l"], due=NOON))
        found = one(storage, "é 1/TEST")
        same(found, record("é 1/TEST", 1, state="à faire", data=b'{"a":1}', keys=["k", "l"], due=NOON))

    def test_creating_what_exists_is_a_conflict_that_names_it(self, storage: Storage) -> None:
        """Version 0 means create, so it never overwrites."""
        put(storage, record("1", data=b"first"))
        conflict = raised(Conflict, lambda: put(storage, record("1", data=b"second")))
        same(conflict.refs, (ref("1"),))
        same(bytes(one(storage, "1").data), b"first")

    def test_a_write_replaces_the_record_and_bumps_its_version(self, storage: Storage) -> None:
        """A write at the version loaded stores version + 1."""
        put(storage, record("1", keys=["k"], due=NOON))
        put(storage, record("1", 1, state="done", data=b"new"))
        same(one(storage, "1"), record("1", 2, state="done", data=b"new"))

    def test_a_stale_write_is_a_conflict_that_names_it(self, storage: Storage) -> None:
        """Who read before the last write must read again."""
        put(storage, record("1"))
        put(storage, record("1", 1, data=b"theirs"))
        conflict = raised(Conflict, lambda: put(storage, record("1", 1, data=b"mine")))
        same(conflict.refs, (ref("1"),))
        same(bytes(one(storage, "1").data), b"theirs")

    def test_writing_over_what_never_was_is_a_conflict(self, storage: Storage) -> None:
        """A version above 0 claims that the record was loaded."""
        conflict = raised(Conflict, lambda: put(storage, record("1", 1)))
        same(conflict.refs, (ref("1"),))
        same(list(storage.load(A, [ref("1")])), [])

    def test_a_conflict_names_each_record_in_the_way_and_no_other(self, storage: Storage) -> None:
        """So that the caller knows what to load again."""
        put(storage, record("exists"), record("moved"), record("fine"))
        put(storage, record("moved", 1))
        changes = Changes(write=[record("exists"), record("moved", 1), record("fine", 1), record("new")])
        conflict = raised(Conflict, lambda: storage.commit(A, changes))
        same(set(conflict.refs), {ref("exists"), ref("moved")})

    def test_a_check_that_holds_changes_nothing(self, storage: Storage) -> None:
        """The record checked keeps its version and content."""
        put(storage, record("client", data=b"live"))
        storage.commit(A, Changes(write=[record("1")], check=[record("client", 1, data=b"not written")]))
        same(one(storage, "client"), record("client", 1, data=b"live"))
        same(one(storage, "1").version, 1)

    def test_a_check_that_fails_is_a_conflict_that_names_it(self, storage: Storage) -> None:
        """What a decision was based on has moved: nothing of it is written."""
        put(storage, record("client"))
        put(storage, record("client", 1))
        changes = Changes(write=[record("1")], check=[record("client", 1)])
        conflict = raised(Conflict, lambda: storage.commit(A, changes))
        same(conflict.refs, (ref("client"),))
        same(list(storage.load(A, [ref("1")])), [])

    def test_checking_what_is_absent_is_a_conflict(self, storage: Storage) -> None:
        """A check claims that the record was loaded."""
        changes = Changes(write=[record("1")], check=[record("client", 1)])
        conflict = raised(Conflict, lambda: storage.commit(A, changes))
        same(conflict.refs, (ref("client"),))

    def test_a_conflict_leaves_no_record_key_due_state_or_entry(self, storage: Storage) -> None:
        """All of a commit, or nothing of it."""
        put(storage, record("old", keys=["before"]), record("stale"))
        writes = [
            record("new", keys=["k"], due=NOON, state="ready"),
            record("old", 1, keys=["k"], due=NOON, state="ready"),
            record("stale", 9),
        ]
        changes = Changes(write=writes, entries=[entry("new", 1), entry("old", 1)])
        raised(Conflict, lambda: storage.commit(A, changes))
        same(one(storage, "old"), record("old", 1, keys=["before"]))
        same(list(storage.load(A, [ref("new")], ["k"])), [])
        same(list(storage.find(A, Kind.FILING, due_by=NOON)), [])
        same(dict(storage.counts(A, Kind.FILING)), {"open": 2})
        same(list(storage.journal(A, ref("new"))) + list(storage.journal(A, ref("old"))), [])

    def test_a_repeated_entry_is_a_conflict_that_names_its_case(self, storage: Storage) -> None:
        """A place in a journal is taken once."""
        storage.commit(A, Changes(entries=[entry("1", 1, b"first")]))
        conflict = raised(Conflict, lambda: storage.commit(A, Changes(entries=[entry("1", 1, b"again")])))
        same(conflict.refs, (ref("1"),))
        same([bytes(kept.data) for kept in storage.journal(A, ref("1"))], [b"first"])

    def test_a_repeated_entry_leaves_nothing(self, storage: Storage) -> None:
        """The records and entries beside it are not written either."""
        storage.commit(A, Changes(entries=[entry("1", 1)]))
        changes = Changes(write=[record("1")], entries=[entry("1", 2), entry("1", 1)])
        raised(Conflict, lambda: storage.commit(A, changes))
        same(list(storage.load(A, [ref("1")])), [])
        same([kept.seq for kept in storage.journal(A, ref("1"))], [1])

    def test_the_storage_serves_on_after_a_conflict(self, storage: Storage) -> None:
        """A refused commit leaves no half-open transaction behind."""
        put(storage, record("1"))
        raised(Conflict, lambda: put(storage, record("1")))
        put(storage, record("1", 1), record("2"))
        same([one(storage, "1").version, one(storage, "2").version], [2, 1])

    def test_a_call_carries_a_whole_group(self, storage: Storage) -> None:
        """An import's group is one commit: no limit of a database on values or on depth may show."""
        some = [record(f"{n:04d}", keys=[f"k{n}"], due=NOON) for n in range(1200)]
        storage.commit(A, Changes(write=some, entries=[entry(each.ref.id, 1) for each in some]))
        same(len(storage.load(A, [each.ref for each in some])), 1200)
        same(len(storage.load(A, keys=[f"k{n}" for n in range(1000)])), 1000)
        put(storage, *(record(each.ref.id, 1, keys=["k"]) for each in some))
        same({found.version for found in storage.load(A, [each.ref for each in some])}, {2})

    def test_an_empty_commit_is_allowed(self, storage: Storage) -> None:
        """And changes nothing."""
        storage.commit(A, Changes())
        same(list(storage.find(A, Kind.FILING)), [])

    def test_the_bytes_come_back_exactly(self, storage: Storage) -> None:
        """Any byte, none at all, and a million of them."""
        some = {
            "empty": b"",
            "every": bytes(range(256)),
            "text": "é\x00\n\r\n".encode(),
            "long": b"\xff\x00" * 2**19,
        }
        put(storage, *(record(name, data=data) for name, data in some.items()))
        storage.commit(A, Changes(entries=[entry("1", 1, some["every"]), entry("1", 2, some["long"])]))
        for name, data in some.items():
            that(bytes(one(storage, name).data) == data, f"the bytes of {name!r} changed")
        kept = [bytes(found.data) for found in storage.journal(A, ref("1"))]
        that(kept == [some["every"], some["long"]], "the bytes of an entry changed")

    def test_what_comes_out_is_sealed(self, storage: Storage) -> None:
        """Payloads hold personal data: their `repr` shows none of it."""
        secret = b"Camille Exemple"
        changes = Changes(write=[record("1", data=secret, keys=["k"], due=NOON)], entries=[entry("1", 1, secret)])
        storage.commit(A, changes)
        out: list[Record | Entry] = [
            *storage.load(A, [ref("1")], ["k"]),
            *storage.find(A, Kind.FILING),
            *storage.journal(A, ref("1")),
        ]
        if not storage.joined:
            out += [leased for _, leased in storage.claim([Kind.FILING], NOON, NOON + MINUTE, 1)]
        for found in out:
            that(isinstance(found.data, Sealed), f"{found!r} came out unsealed")

    def test_a_due_keeps_its_microseconds(self, storage: Storage) -> None:
        """An instant comes back as it went in."""
        put(storage, record("1", due=NOON))
        same(one(storage, "1").due, NOON)

    def test_a_due_comes_out_aware_and_in_utc(self, storage: Storage) -> None:
        """Whatever the database's own zone."""
        put(storage, record("1", due=NOON))
        due = one(storage, "1").due
        that(due is not None and due.utcoffset() == timedelta(0), f"the due came out as {due!r}")

    def test_far_dues_are_kept(self, storage: Storage) -> None:
        """Retention deadlines lie decades away; some imported hires lie before 1970."""
        early, far = datetime(1969, 12, 31, 23, 59, 59, 999999, UTC), datetime(9999, 1, 1, 0, 0, 0, 1, UTC)
        put(storage, record("early", due=early), record("far", due=far))
        same([one(storage, "early").due, one(storage, "far").due], [early, far])

    def test_a_due_follows_the_last_write(self, storage: Storage) -> None:
        """A deadline that was met goes."""
        put(storage, record("1", due=NOON), record("2"))
        put(storage, record("1", 1), record("2", 1, due=NOON))
        same(names(storage.find(A, Kind.FILING, due_by=NOON)), ["2"])

    def test_a_key_that_is_written_again_still_finds_the_record(self, storage: Storage) -> None:
        """Each write gives the whole set: what is in it, finds."""
        put(storage, record("1", keys=["a", "b", "c"]))
        put(storage, record("1", 1, keys=["b", "c", "d"]))
        for key in ("b", "c", "d"):
            same(names(storage.load(A, keys=[key])), ["1"])
            same(names(storage.find(A, Kind.FILING, keys=[key])), ["1"])
        same(one(storage, "1").keys, frozenset({"b", "c", "d"}))

    def test_a_key_that_is_left_out_finds_the_record_no_more(self, storage: Storage) -> None:
        """Each write gives the whole set: what is not in it, goes."""
        put(storage, record("1", keys=["a", "b"]), record("2", keys=["a"]))
        put(storage, record("1", 1, keys=["b"]))
        same(names(storage.load(A, keys=["a"])), ["2"])
        same(names(storage.find(A, Kind.FILING, keys=["a"])), ["2"])
        put(storage, record("1", 2))
        same(list(storage.load(A, keys=["b"])), [])
        same(one(storage, "1").keys, frozenset())
