"""The schema of the SQLite file, every statement, and the work of each call on one connection.

A statement is a constant and walks an index; nothing here opens a file, waits or retries: `sqlite.py` does.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from functools import lru_cache, partial
from itertools import starmap

from due_workflow.adapters._rows import as_record, first_after, joined, micros, sealed, split, storable
from due_workflow.ports import Changes, Entry, Record, Ref, Sealed

MIGRATIONS: tuple[tuple[str, ...], ...] = (
    (
        # `data` stands last: version, state and keys are read without touching its overflow pages.
        """
        CREATE TABLE records (
            cabinet TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
            version INTEGER NOT NULL, state TEXT NOT NULL, due INTEGER, keys TEXT, data BLOB NOT NULL,
            PRIMARY KEY (cabinet, kind, id)
        ) STRICT
        """,
        "CREATE INDEX records_state ON records (cabinet, kind, state, id)",
        "CREATE INDEX records_due ON records (kind, due, cabinet, id) WHERE due IS NOT NULL",
        """
        CREATE TABLE keys (
            cabinet TEXT NOT NULL, key TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL,
            PRIMARY KEY (cabinet, key, kind, id)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE entries (
            cabinet TEXT NOT NULL, kind TEXT NOT NULL, id TEXT NOT NULL, seq INTEGER NOT NULL,
            data BLOB NOT NULL, hash TEXT NOT NULL,
            PRIMARY KEY (cabinet, kind, id, seq)
        ) STRICT, WITHOUT ROWID
        """,
        """
        CREATE TABLE counts (
            cabinet TEXT NOT NULL, kind TEXT NOT NULL, state TEXT NOT NULL, n INTEGER NOT NULL,
            PRIMARY KEY (cabinet, kind, state)
        ) STRICT, WITHOUT ROWID
        """,
    ),
)
"""Step n brings a file from schema version n to n + 1; a step that was released is never edited."""

_RECORD_COLUMNS = "r.kind, r.id, r.version, r.state, r.keys, r.due, r.data"
_GET = "SELECT kind, id, version, state, keys, due, data FROM records WHERE cabinet = ? AND kind = ? AND id = ?"
_REFS_BY_KEY = "SELECT kind, id FROM keys WHERE cabinet = ? AND key = ?"
_VERSION = "SELECT version FROM records WHERE cabinet = ? AND kind = ? AND id = ?"
_BEFORE = "SELECT rowid, version, state, due, keys FROM records WHERE cabinet = ? AND kind = ? AND id = ?"
_CREATE = "INSERT INTO records (cabinet, kind, id, version, state, due, keys, data) VALUES (?, ?, ?, 1, ?, ?, ?, ?)"
# An index is rewritten when one of its columns is set, changed or not: each of these sets what changed.
_UPDATE = {
    (False, False): "UPDATE records SET version = ?, keys = ?, data = ? WHERE rowid = ?",
    (True, False): "UPDATE records SET version = ?, keys = ?, data = ?, state = ? WHERE rowid = ?",
    (False, True): "UPDATE records SET version = ?, keys = ?, data = ?, due = ? WHERE rowid = ?",
    (True, True): "UPDATE records SET version = ?, keys = ?, data = ?, state = ?, due = ? WHERE rowid = ?",
}
_ADD_KEY = "INSERT INTO keys (cabinet, key, kind, id) VALUES (?, ?, ?, ?)"
_DROP_KEY = "DELETE FROM keys WHERE cabinet = ? AND key = ? AND kind = ? AND id = ?"
_COUNT = "INSERT INTO counts (cabinet, kind, state, n) VALUES (?, ?, ?, ?) ON CONFLICT DO UPDATE SET n = n + excluded.n"
_APPEND = "INSERT INTO entries (cabinet, kind, id, seq, data, hash) VALUES (?, ?, ?, ?, ?, ?)"
_HAS_ENTRY = "SELECT 1 FROM entries WHERE cabinet = ? AND kind = ? AND id = ? AND seq = ?"
_JOURNAL = (
    "SELECT seq, data, hash FROM entries WHERE cabinet = ? AND kind = ? AND id = ? AND seq > ? ORDER BY seq LIMIT ?"
)
_COUNTS = "SELECT state, n FROM counts WHERE cabinet = ? AND kind = ? AND n > 0"
_IS_DUE = "SELECT 1 FROM records INDEXED BY records_due WHERE kind = ? AND due <= ? LIMIT 1"
_DUE = (
    "SELECT due, cabinet, kind, id, rowid FROM records INDEXED BY records_due WHERE kind = ? AND due <= ?"
    " ORDER BY due, cabinet, id LIMIT ?"
)
_LEASE = "UPDATE records SET version = version + 1, due = ? WHERE rowid = ?"
# Where a `find` walks, what orders it, and what bounds it: firm, kind, the walk's own value, after.
_WALKS: Mapping[str, tuple[str, str, str]] = {
    "key": (
        "keys k CROSS JOIN records r ON r.cabinet = k.cabinet AND r.kind = k.kind AND r.id = k.id",
        "k.id",
        "k.cabinet = ? AND k.kind = ? AND k.key = ? AND k.id > ?",
    ),
    "due": ("records r INDEXED BY records_due", "r.id", "r.cabinet = ? AND r.kind = ? AND r.id > ?"),
    "state": (
        "records r INDEXED BY records_state",
        "r.id",
        "r.cabinet = ? AND r.kind = ? AND r.state = ? AND r.id > ?",
    ),
    "id": ("records r", "r.id", "r.cabinet = ? AND r.kind = ? AND r.id > ?"),
}


class Stale(Exception):
    """A written or checked record has another version now."""


class transaction:  # noqa: N801  # a context manager, and a class because that is the cheapest kind
    """All or nothing: committed at the end of the block, rolled back by whatever leaves it."""

    __slots__ = ("begin", "raw")

    def __init__(self, raw: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> None:
        self.raw, self.begin = raw, begin

    def __enter__(self) -> None:
        self.raw.execute(self.begin)

    def __exit__(self, kind: type[BaseException] | None, *_: object) -> None:
        try:
            if kind is None:
                self.raw.execute("COMMIT")
        except BaseException:
            kind = BaseException
            raise
        finally:
            if kind is not None:
                with suppress(sqlite3.Error):
                    self.raw.execute("ROLLBACK")


def checkpoint(raw: sqlite3.Connection) -> bool:
    (busy, _, _) = raw.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
    return not busy


def load(raw: sqlite3.Connection, cabinet: str, refs: Sequence[Ref], keys: Sequence[str]) -> list[Record]:
    if not all(map(storable, (cabinet, *keys, *(ref.id for ref in refs)))):
        refs, keys = [ref for ref in refs if storable(ref.id)], [key for key in keys if storable(key)]
    if not (refs or keys) or not storable(cabinet):
        return []
    if len(refs) == 1 and not keys:
        return list(starmap(as_record, raw.execute(_GET, (cabinet, refs[0].kind._value_, refs[0].id))))
    with transaction(raw, "BEGIN"):
        names = [(cabinet, ref.kind._value_, ref.id) for ref in refs]
        for key in keys:
            names += [(cabinet, *row) for row in raw.execute(_REFS_BY_KEY, (cabinet, key))]
        return _get(raw, dict.fromkeys(names))


def _get(raw: sqlite3.Connection, names: Iterable[tuple[str, str, str]]) -> list[Record]:
    return [as_record(*row) for name in names for row in raw.execute(_GET, name)]


def commit(raw: sqlite3.Connection, cabinet: str, changes: Changes) -> None:
    """Apply `changes` whole; `Stale` or an IntegrityError, with nothing applied, where another was first."""
    created: list[tuple[object, ...]] = []
    added: list[tuple[str, str, str, str]] = []
    dropped: list[tuple[str, str, str, str]] = []
    tally: dict[tuple[str, str], int] = {}
    with transaction(raw):
        for record in changes.check:
            row = raw.execute(_VERSION, (cabinet, record.ref.kind._value_, record.ref.id)).fetchone()
            if row is None or row[0] != record.version:
                raise Stale
        for record in changes.write:
            kind, name, state, keys = record.ref.kind._value_, record.ref.id, record.state, record.keys
            due = None if record.due is None else micros(record.due)
            words, data = joined(keys) if keys else None, sealed(record.data)
            if record.version == 0:
                created.append((cabinet, kind, name, state, due, words, data))
                tally[kind, state] = tally.get((kind, state), 0) + 1
                added += [(cabinet, key, kind, name) for key in keys]
                continue
            row = raw.execute(_BEFORE, (cabinet, kind, name)).fetchone()
            if row is None or row[1] != record.version:
                raise Stale
            rowid, version, old_state, old_due, old_words = row
            values: list[object] = [version + 1, words, data]
            if state != old_state:
                values.append(state)
                tally[kind, old_state] = tally.get((kind, old_state), 0) - 1
                tally[kind, state] = tally.get((kind, state), 0) + 1
            if due != old_due:
                values.append(due)
            raw.execute(_UPDATE[state != old_state, due != old_due], (*values, rowid))
            if words != old_words:
                old_keys = split(old_words)
                added += [(cabinet, key, kind, name) for key in keys - old_keys]
                dropped += [(cabinet, key, kind, name) for key in old_keys - keys]
        if created:
            raw.executemany(_CREATE, created)
        if dropped:
            raw.executemany(_DROP_KEY, dropped)
        if added:
            raw.executemany(_ADD_KEY, added)
        if tally:
            raw.executemany(_COUNT, [(cabinet, *where, n) for where, n in tally.items() if n])
        if changes.entries:
            raw.executemany(_APPEND, (_row(cabinet, entry) for entry in changes.entries))


def _row(cabinet: str, entry: Entry) -> tuple[object, ...]:
    return (cabinet, entry.case.kind._value_, entry.case.id, entry.seq, sealed(entry.data), entry.hash)


def conflicts(raw: sqlite3.Connection, cabinet: str, changes: Changes) -> tuple[Ref, ...]:
    """The refs that stand in the way; what does once does for ever, since versions only grow."""
    refs: dict[Ref, None] = {}
    for record in (*changes.write, *changes.check):
        row = raw.execute(_VERSION, (cabinet, record.ref.kind._value_, record.ref.id)).fetchone()
        if (row[0] if row else 0) != record.version:
            refs[record.ref] = None
    for entry in changes.entries:
        if raw.execute(_HAS_ENTRY, (cabinet, entry.case.kind._value_, entry.case.id, entry.seq)).fetchone():
            refs[entry.case] = None
    return tuple(refs)


def find(
    raw: sqlite3.Connection,
    cabinet: str,
    kind: str,
    states: tuple[str, ...],
    keys: tuple[str, ...],
    due_by: int | None,
    after: str,
    limit: int,
) -> list[Record]:
    """Walk the keys where there are some, else what is due, else the states, else the ids.

    Several keys or states are several walks, each already in order: their ids are merged, then read. What is
    due is sorted by id before it is read.
    """
    if limit < 1 or not storable(cabinet):
        return []
    if not all(map(storable, (*states, *keys))):
        asked = bool(states), bool(keys)
        states, keys = (tuple(filter(storable, some)) for some in (states, keys))
        if (bool(states), bool(keys)) != asked:
            return []
    after = first_after(after)
    due = () if due_by is None else (due_by,)
    walk = "key" if keys else "due" if due else "state" if states else "id"
    starts: list[tuple[str, ...]] = [(key,) for key in keys]
    if walk == "state":
        starts, states = [(state,) for state in states], ()
    values = [(cabinet, kind, *start, after, *due, *states, limit) for start in starts or [()]]
    if len(values) == 1 and walk != "due":
        sql = _find_sql(_RECORD_COLUMNS, walk, bool(due), len(states))
        return list(starmap(as_record, raw.execute(sql, values[0])))
    sql = _find_sql("r.id", walk, bool(due), len(states))
    with transaction(raw, "BEGIN"):
        rows = {row for some in values for row in raw.execute(sql, some)}
        return _get(raw, ((cabinet, kind, *row) for row in sorted(rows)[:limit]))


@lru_cache(maxsize=256)
def _find_sql(columns: str, walk: str, due: bool, states: int) -> str:
    source, order, where = _WALKS[walk]
    if due:
        where += " AND r.due <= ?"
    if states:
        where += f" AND r.state IN ({', '.join('?' * states)})"
    return f"SELECT {columns} FROM {source} WHERE {where} ORDER BY {order} LIMIT ?"  # noqa: S608


def counts(raw: sqlite3.Connection, cabinet: str, kind: str) -> dict[str, int]:
    return dict(raw.execute(_COUNTS, (cabinet, kind))) if storable(cabinet) else {}


def journal(raw: sqlite3.Connection, cabinet: str, case: Ref, after: int, limit: int) -> list[Entry]:
    if not (storable(cabinet) and storable(case.id)):
        return []
    rows = raw.execute(_JOURNAL, (cabinet, case.kind._value_, case.id, after, max(limit, 0)))
    return list(starmap(partial(_entry, case), rows))


def is_due(raw: sqlite3.Connection, kinds: Sequence[str], due: int) -> bool:
    return any(raw.execute(_IS_DUE, (kind, due)).fetchone() for kind in kinds)


def claim(raw: sqlite3.Connection, kinds: Sequence[str], due: int, lease: int, limit: int) -> list[tuple[str, Record]]:
    with transaction(raw):
        waiting = sorted(row for kind in kinds for row in raw.execute(_DUE, (kind, due, limit)))[:limit]
        raw.executemany(_LEASE, [(lease, rowid) for *_, rowid in waiting])
        names = [row[1:4] for row in waiting]
        return [(name[0], record) for name, record in zip(names, _get(raw, names), strict=True)]


def _entry(case: Ref, seq: int, data: bytes, digest: str) -> Entry:
    data = Sealed(data)
    return Entry(case, seq, data, digest)
