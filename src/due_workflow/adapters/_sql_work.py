"""The work of each call of the SQL storage, on one connection inside one transaction.

Nothing here connects, begins, commits, waits or retries: `sql.py` does. Locks are taken in one order by everybody, by
kind and id, so that commits wait for each other and never in a circle; then come the creations, then the entries,
each in order too.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from itertools import groupby, starmap
from operator import itemgetter
from typing import Any

from due_workflow.adapters._rows import Words, as_record, first_after, joined, micros, sealed, split
from due_workflow.adapters._sql_say import Rows, Run, Said, Statements
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Sealed

RUNS = 4  # more alternations between what is written and what is only checked than this are locked as if all written


class Stale(Exception):
    """A written or checked record has another version now, a created one exists, or an entry does."""


def load(run: Run, say: Statements, cabinet: str, refs: Sequence[Ref], keys: Sequence[str]) -> list[Record]:
    """The records of these names and keys; what no database can hold is not there."""
    if not say.holds(cabinet, *keys, *(ref.id for ref in refs)):
        refs, keys = [ref for ref in refs if say.holds(ref.id)], [key for key in keys if say.holds(key)]
        if not say.holds(cabinet) or not (refs or keys):
            return []
    if len(refs) == 1 and not keys:
        ((kind, name),) = refs
        return _read(say.get(run, {"cabinet": cabinet, "kind": kind._value_, "id": name}))
    wanted = dict.fromkeys((ref.kind._value_, ref.id) for ref in refs)
    if say.arrays:
        values: dict[str, Any] = {"cabinet": cabinet} | _columns(("kind", "id"), wanted)
        if keys:
            return _read(say.load_by_key(run, values | {"key": list(dict.fromkeys(keys))}))
        return _read(say.load(run, values))
    for key in dict.fromkeys(keys):
        rows = say.refs_by_key(run, {"cabinet": cabinet, "key": key}).fetchall()
        wanted.update(dict.fromkeys((kind, name) for kind, name in rows))
    return [found for at in wanted for found in _read(say.get(run, _named(cabinet, at)))]


def find(
    run: Run,
    say: Statements,
    cabinet: str,
    kind: Kind,
    states: tuple[str, ...],
    keys: tuple[str, ...],
    due_by: int | None,
    after: str,
    limit: int,
) -> list[Record]:
    """A page of records by id; several states or keys are several walks, merged by the database."""
    if not say.holds(cabinet, *states, *keys, after):
        asked = bool(states), bool(keys)
        states, keys = (tuple(text for text in some if say.holds(text)) for some in (states, keys))
        if not say.holds(cabinet) or (bool(states), bool(keys)) != asked:
            return []
        after = first_after(after, nul=not say.arrays)
    values: dict[str, Any] = {"cabinet": cabinet, "kind": kind._value_, "after": after, "limit": limit}
    values |= {f"state_{n}": state for n, state in enumerate(states)}
    values |= {f"key_{n}": key for n, key in enumerate(keys)}
    if due_by is not None:
        values["due_by"] = due_by
    walk = "key" if keys else "state" if states else "id"
    starts = {"key": len(keys), "state": len(states), "id": 1}[walk]
    return _read(say.find(walk, starts, due_by is not None, len(states))(run, values))


def counts(run: Run, say: Statements, cabinet: str, kind: Kind) -> dict[str, int]:
    """How many records stand in each state."""
    if not say.holds(cabinet):
        return {}
    rows = say.counts(run, {"cabinet": cabinet, "kind": kind._value_}).fetchall()
    return dict(tuple(row) for row in rows)


def journal(run: Run, say: Statements, cabinet: str, case: Ref, after: int, limit: int) -> list[Entry]:
    """Entries of one case, in order."""
    if not say.holds(cabinet, case.id):
        return []
    values = {"cabinet": cabinet, "kind": case.kind._value_, "id": case.id, "after_seq": after, "limit": limit}
    return list(starmap(partial(_entry, case), say.journal(run, values).fetchall()))


def is_due(run: Run, say: Statements, kinds: Sequence[str], now: int) -> bool:
    """Whether a claim would find something; takes no lock."""
    return any(say.is_due(run, {"kind": kind, "now": now}).fetchall() for kind in kinds)


def claim(
    run: Run, say: Statements, kinds: Sequence[str], now: int, until: int, limit: int
) -> list[tuple[str, Record]]:
    """Lease due records, the longest due first; what another claimer holds is passed over."""
    if say.arrays:
        rows = say.claim(run, {"kind": list(kinds), "now": now, "until": until, "limit": limit}).fetchall()
        taken = [((was, cabinet, row[0], row[1]), as_record(*row)) for was, cabinet, *row in rows]
        return [(at[1], record) for at, record in sorted(taken, key=itemgetter(0))]
    waiting = sorted(
        tuple(row) for kind in kinds for row in say.due(run, {"kind": kind, "now": now, "limit": limit}).fetchall()
    )[:limit]
    names = [row[1:] for row in waiting]
    at = ("at_cabinet", "at_kind", "at_id")
    say.lease.many(run, [{"until": until} | dict(zip(at, name, strict=True)) for name in names])
    return [(cabinet, record) for cabinet, *name in names for record in _read(say.get(run, _named(cabinet, name)))]


def commit(run: Run, say: Statements, cabinet: str, changes: Changes) -> str | None:
    """Apply `changes` inside the transaction that `c` is in.

    Returns:
        The transaction's number, where the database gives one.

    Raises:
        Stale: another was first. A part may be applied: the caller rolls back.
    """
    held, xid = _lock(run, say, cabinet, changes)
    created, replaced, added, dropped = [], [], [], []
    for record in changes.write:
        kind, name, keys = record.ref.kind._value_, record.ref.id, record.keys
        words = joined(keys) if keys else None
        due = None if record.due is None else micros(record.due)
        row = (kind, name, record.state, due, words, sealed(record.data))
        if record.version == 0:
            created.append(row)
            added += [(key, kind, name) for key in keys]
            continue
        replaced.append((record.version, *row))
        if words != (old_words := held[kind, name]):
            old = split(old_words)
            added += [(key, kind, name) for key in keys - old]
            dropped += [(key, kind, name) for key in old - keys]
    entries = sorted(
        (entry.case.kind._value_, entry.case.id, entry.seq, sealed(entry.data), entry.hash) for entry in changes.entries
    )
    created.sort(key=itemgetter(0, 1))
    write = _write_arrays if say.arrays else _write_rows
    return write(run, say, cabinet, created, replaced, dropped, added, entries) or xid


def _lock(run: Run, say: Statements, cabinet: str, changes: Changes) -> tuple[dict[tuple[str, str], Words], str | None]:
    """Hold what is written and what is checked, in the one order; the former keys of what is written."""
    wanted = sorted(
        [(r.ref.kind._value_, r.ref.id, say.hold, r.version) for r in changes.write if r.version]
        + [(r.ref.kind._value_, r.ref.id, say.share, r.version) for r in changes.check],
        key=itemgetter(0, 1),
    )
    runs = [(how, list(some)) for how, some in groupby(wanted, key=itemgetter(2))]
    if len(runs) > RUNS:
        runs = [(say.hold, wanted)]
    held: dict[tuple[str, str], Words] = {}
    xid: str | None = None
    for how, some in runs:
        if say.arrays:
            values = {"cabinet": cabinet, "kind": [kind for kind, *_ in some], "id": [name for _, name, *_ in some]}
            rows = {(kind, name): rest for kind, name, *rest in how(run, values).fetchall()}
        else:
            rows = {
                (kind, name): list(row)
                for kind, name, *_ in some
                for row in how(run, _named(cabinet, (kind, name))).fetchall()
            }
        for kind, name, _, version in some:
            found = rows.get((kind, name))
            if found is None or found[0] != version:
                raise Stale
            held[kind, name] = found[1]
            if say.arrays:
                xid = found[2]
    return held, xid


def _write_arrays(
    run: Run,
    say: Statements,
    cabinet: str,
    created: list[Any],
    replaced: list[Any],
    dropped: list[Any],
    added: list[Any],
    entries: list[Any],
) -> str | None:
    """Each table's rows in one statement; the transaction's number where one was told."""
    xid: str | None = None
    body = ("kind", "id", "state", "due", "words", "data")
    if created:
        xid = _all(say.create, run, _columns(body, created) | {"cabinet": cabinet}, len(created))
    if replaced:
        values = _columns(("version", *body), replaced) | {"cabinet": cabinet}
        if say.replace(run, values).rowcount != len(replaced):
            raise Stale
    for how, some in ((say.drop_keys, dropped), (say.add_keys, added)):
        if some:
            how(run, _columns(("key", "kind", "id"), some) | {"cabinet": cabinet})
    if entries:
        values = _columns(("kind", "id", "seq", "data", "hash"), entries) | {"cabinet": cabinet}
        xid = _all(say.append, run, values, len(entries))
    return xid


def _all(how: Said, run: Run, values: dict[str, Any], wanted: int) -> str:
    """Say an INSERT that passes over what exists, and see that nothing did."""
    rows = how(run, values).fetchall()
    if len(rows) != wanted:
        raise Stale
    xid: str = rows[0][0]
    return xid


def _write_rows(
    run: Run,
    say: Statements,
    cabinet: str,
    created: list[Any],
    replaced: list[Any],
    dropped: list[Any],
    added: list[Any],
    entries: list[Any],
) -> None:
    """Each row by itself; a row that exists is an error of the statement, and the caller rolls back."""
    body = ("kind", "id", "state", "due", "words", "data")
    to = ("at_version", "at_kind", "at_id", "new_state", "new_due", "new_words", "new_data")
    key, entry = ("key", "kind", "id"), ("kind", "id", "seq", "data", "hash")
    say.create.many(run, _dicts(cabinet, body, created))
    updated = [dict(zip(to, row, strict=True)) | {"at_cabinet": cabinet} for row in replaced]
    if any(say.replace(run, row).rowcount != 1 for row in updated):
        raise Stale
    say.drop_keys.many(run, _dicts(cabinet, key, dropped))
    say.add_keys.many(run, _dicts(cabinet, key, added))
    say.append.many(run, _dicts(cabinet, entry, entries))


def conflicts(run: Run, say: Statements, cabinet: str, changes: Changes) -> tuple[Ref, ...]:
    """The refs that stand in the way; what does once does for ever, since versions only grow."""
    records = [*changes.write, *changes.check]
    found: dict[tuple[str, str], int] = {}
    taken: set[tuple[str, str]] = set()
    names = [(record.ref.kind._value_, record.ref.id) for record in records]
    spots = [(entry.case.kind._value_, entry.case.id, entry.seq) for entry in changes.entries]
    if say.arrays:
        rows = say.versions(run, {"cabinet": cabinet} | _columns(("kind", "id"), names)).fetchall()
        found = {(kind, name): version for kind, name, version in rows}
        rows = say.has_entries(run, {"cabinet": cabinet} | _columns(("kind", "id", "seq"), spots)).fetchall()
        taken = {(kind, name) for kind, name in rows}
    else:
        for at in names:
            for (version,) in say.versions(run, _named(cabinet, at)).fetchall():
                found[at] = version
        for kind, name, seq in spots:
            if say.has_entries(run, _named(cabinet, (kind, name)) | {"seq": seq}).fetchall():
                taken.add((kind, name))
    refs = [r.ref for r, at in zip(records, names, strict=True) if found.get(at, 0) != r.version]
    refs += [e.case for e in changes.entries if (e.case.kind._value_, e.case.id) in taken]
    return tuple(dict.fromkeys(refs))


def landed(run: Run, say: Statements, cabinet: str, changes: Changes, committed: bool) -> bool | None:
    """Whether `changes` stand there, or stood before others wrote over them.

    An entry of a journal proves it either way. Without entries the records themselves have to: other content one
    version further is another writer's, the same content is ours where a transaction `committed`.

    Returns:
        None where nobody can tell: another writer's steps look the same.
    """
    kept = (journal(run, say, cabinet, entry.case, entry.seq - 1, 1) for entry in changes.entries)
    if changes.entries:
        return all(
            [(found.seq, found.hash, found.data) for found in some] == [(entry.seq, entry.hash, entry.data)]
            for entry, some in zip(changes.entries, kept, strict=True)
        )
    there = {record.ref: record for record in load(run, say, cabinet, [record.ref for record in changes.write], ())}
    same = False
    for record in changes.write:
        found = there.get(record.ref)
        if found is None or found.version <= record.version:
            return False
        if found.version == record.version + 1:
            if (found.data, found.state, found.keys, found.due) != (record.data, record.state, record.keys, record.due):
                return False
            same = True
    return True if not changes.write or (same and committed) else None


def outcome(run: Run, say: Statements, xid: str) -> str | None:
    """What became of a transaction: "committed", "aborted", "in progress", or None where nobody knows any more."""
    ((found,),) = say.outcome(run, {"xid": xid}).fetchall()
    return str(found) if found else None


def _read(rows: Rows) -> list[Record]:
    return list(starmap(as_record, rows.fetchall()))


def _entry(case: Ref, seq: int, data: bytes, digest: str) -> Entry:
    data = Sealed(data)
    return Entry(case, seq, data, digest)


def _named(cabinet: str, at: Sequence[str]) -> dict[str, Any]:
    return {"cabinet": cabinet, "kind": at[0], "id": at[1]}


def _columns(names: Sequence[str], rows: Iterable[Sequence[Any]]) -> dict[str, Any]:
    """Rows as columns: one list a name."""
    columns = [list(column) for column in zip(*rows, strict=True)] or [[] for _ in names]
    return dict(zip(names, columns, strict=True))


def _dicts(cabinet: str, names: Sequence[str], rows: Iterable[Sequence[Any]]) -> list[dict[str, Any]]:
    return [{"cabinet": cabinet} | dict(zip(names, row, strict=True)) for row in rows]
