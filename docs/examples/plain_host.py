"""A plain script with a storage of its own: one client goes from the first test to a hire declared for real.

    python plain_host.py [FILE]

`PlainStorage` is a whole storage, written from scratch on the standard library's `sqlite3`, and passes every clause of
`due_workflow.testing.StorageContract`. Copy it to put the records on a database of yours. Every command of the script
carries an idempotency key, so a second run on the same file and day changes nothing and files nothing twice.
"""

import json
import sqlite3
import sys
from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from threading import RLock

from due_workflow import Conflict, DueWorkflow, Mode
from due_workflow.ports import Changes, Entry, Kind, Record, Ref, Sealed
from due_workflow.testing import factories  # fictitious values and receipts; yours come from your product
from due_workflow.texts import word

# ---- the storage

# SQLite compares texts byte by byte, which in UTF-8 is the order by code point that `find` promises. A record's keys
# stand twice: in the record, so that one statement reads it whole, and in `word`, to find it by.
SCHEMA = """
CREATE TABLE IF NOT EXISTS record (cabinet, kind, id, version, state, data, due, keys, PRIMARY KEY (cabinet, kind, id));
CREATE TABLE IF NOT EXISTS word (cabinet, kind, id, key, PRIMARY KEY (cabinet, kind, id, key));
CREATE TABLE IF NOT EXISTS entry (cabinet, kind, id, seq, data, hash, PRIMARY KEY (cabinet, kind, id, seq));
CREATE INDEX IF NOT EXISTS by_key ON word (cabinet, key);
CREATE INDEX IF NOT EXISTS by_due ON record (due);"""
NAMED = "(cabinet, kind, id) = (?, ?, ?)"
TAKEN = f"SELECT 1 FROM entry WHERE {NAMED} AND seq = ?"
LOAD = """SELECT * FROM record WHERE cabinet = :cabinet AND (kind, id) IN (
    SELECT json_extract(value, '$[0]'), json_extract(value, '$[1]') FROM json_each(:refs)
    UNION SELECT kind, id FROM word WHERE cabinet = :cabinet AND key IN (SELECT value FROM json_each(:keys)))"""
FIND = """SELECT * FROM record WHERE cabinet = :cabinet AND kind = :kind AND id > :after
    AND (:due IS NULL OR due <= :due) AND (:states = '[]' OR state IN (SELECT value FROM json_each(:states)))
    AND (:keys = '[]' OR id IN (SELECT id FROM word WHERE cabinet = :cabinet AND kind = :kind
        AND key IN (SELECT value FROM json_each(:keys)))) ORDER BY id LIMIT :limit"""
DUE = """SELECT cabinet, kind, id FROM record
    WHERE due <= ? AND kind IN (SELECT value FROM json_each(?)) ORDER BY due LIMIT ?"""
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)


def stored(due: datetime | None) -> int | None:
    return None if due is None else (due - EPOCH) // MICROSECOND


def read(row: Sequence) -> Record:
    _, kind, id, version, state, data, due, keys = row
    due = None if due is None else EPOCH + due * MICROSECOND
    return Record(Ref(Kind(kind), id), version, state, Sealed(data), frozenset(json.loads(keys)), due)


class PlainStorage:
    """Records in one SQLite file. One connection under a lock serves all threads; another process opens its own."""

    joined = False

    def __init__(self, path: str) -> None:
        self.lock = RLock()
        self.db = sqlite3.connect(path, check_same_thread=False, isolation_level=None, timeout=30)
        # FULL: what was committed survives a power failure. secure_delete: what is purged leaves the file's pages too.
        self.db.executescript("PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA secure_delete=ON;" + SCHEMA)

    def close(self) -> None:
        self.db.close()

    def ask(self, sql: str, given: Sequence | dict) -> list:
        with self.lock:
            return self.db.execute(sql, given).fetchall()

    def load(self, cabinet: str, refs: Sequence[Ref] = (), keys: Sequence[str] = ()) -> list[Record]:
        given = {"cabinet": cabinet, "refs": json.dumps(list(refs)), "keys": json.dumps(list(keys))}
        return [read(row) for row in self.ask(LOAD, given)]

    def commit(self, cabinet: str, changes: Changes) -> None:
        with self.lock, self.db:
            self.db.execute("BEGIN IMMEDIATE")  # the write lock first: what is checked stays true until the commit
            versions = {r.ref: r.version for r in self.load(cabinet, [r.ref for r in (*changes.write, *changes.check)])}
            stale = [r.ref for r in (*changes.write, *changes.check) if versions.get(r.ref, 0) != r.version]
            stale += [e.case for e in changes.entries if self.ask(TAKEN, (cabinet, *e.case, e.seq))]
            if stale:
                raise Conflict(stale)  # leaving the block by an error rolls back
            for r in changes.write:
                row = (cabinet, *r.ref, r.version + 1, r.state, r.data, stored(r.due), json.dumps(list(r.keys)))
                self.db.execute("REPLACE INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?)", row)
                self.db.execute(f"DELETE FROM word WHERE {NAMED}", (cabinet, *r.ref))
                self.db.executemany("INSERT INTO word VALUES (?, ?, ?, ?)", [(cabinet, *r.ref, key) for key in r.keys])
            rows = [(cabinet, *e.case, e.seq, e.data, e.hash) for e in changes.entries]
            self.db.executemany("INSERT INTO entry VALUES (?, ?, ?, ?, ?, ?)", rows)

    def find(self, cabinet: str, kind: Kind, states=(), keys=(), due_by=None, after="", limit=100) -> list[Record]:
        given = {"cabinet": cabinet, "kind": kind, "after": after, "due": stored(due_by), "limit": max(limit, 0)}
        given |= {"states": json.dumps(list(states)), "keys": json.dumps(list(keys))}
        return [read(row) for row in self.ask(FIND, given)]

    def counts(self, cabinet: str, kind: Kind) -> dict[str, int]:
        sql = "SELECT state, count(*) FROM record WHERE cabinet = ? AND kind = ? GROUP BY state"
        return dict(self.ask(sql, (cabinet, kind)))

    def journal(self, cabinet: str, case: Ref, after: int = 0, limit: int = 1000) -> list[Entry]:
        sql = f"SELECT seq, data, hash FROM entry WHERE {NAMED} AND seq > ? ORDER BY seq LIMIT ?"
        found = self.ask(sql, (cabinet, *case, after, max(limit, 0)))
        return [Entry(case, seq, Sealed(data), digest) for seq, data, digest in found]

    def claim(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> list[tuple[str, Record]]:
        with self.lock, self.db:
            self.db.execute("BEGIN IMMEDIATE")
            names = self.ask(DUE, (stored(now), json.dumps(list(kinds)), max(limit, 0)))
            moved = f"UPDATE record SET due = ?, version = version + 1 WHERE {NAMED}"
            self.db.executemany(moved, [(stored(until), *name) for name in names])
            return [(name[0], read(*self.ask(f"SELECT * FROM record WHERE {NAMED}", name))) for name in names]


# ---- the script


def receive(flow: DueWorkflow, ref: str) -> None:
    """The three pieces that the portal gives back for one deposit; a host reads its own with `adapters.avis`."""
    today = datetime.combine(datetime.now(UTC), time(), UTC)  # the same again is a repeat, and nothing is applied twice
    for make in (factories.ads, factories.acs, factories.ars):
        flow.receive(make(ref, at=today), by="camille")


def hand_over(flow: DueWorkflow, attempt: str, ref: str) -> None:
    """The host sends by itself: through the gate first, then its own transport, then what the portal answered."""
    flow.begin_send([attempt], by="camille", key=f"begin {attempt}")
    # ... your transport hands the declaration over here; `ref` is what the portal calls the deposit
    flow.mark_sent([attempt], ref=ref, by="camille", key=f"sent {attempt}")


def main(path: str) -> None:
    storage = PlainStorage(path)
    flow = DueWorkflow(storage, cabinet="my-firm")
    siren = factories.siren(1)

    # steps 3 and 4 of the procedure: the client is selected and signs one mandate
    flow.add_client(factories.client(1), by="camille", key="add")
    flow.select(siren, by="camille", key="select")
    flow.sign_mandate(siren, factories.mandate(), by="camille", key="mandate")

    # step 6: test mode, for a hire at 8 o'clock at the workplace, in five days
    start = datetime.combine(datetime.now(UTC) + timedelta(days=5), time(8))
    hire = f"E-{start:%Y%m%d}"
    test = flow.prepare(factories.declaration(hire, start=start), Mode.TEST, by="camille", key=f"test {hire}")
    hand_over(flow, test.id, f"ADS-T-{hire}")
    receive(flow, f"ADS-T-{hire}")
    print(f"{hire}: {word('status', flow.read.filing(hire).status, 'fr')}")

    # step 7: real mode, a deliberate act
    flow.go_live(siren, by="camille", key="live")
    real = flow.prepare(hire, by="camille", key=f"real {hire}")
    hand_over(flow, real.id, f"ADS-R-{hire}")
    receive(flow, f"ADS-R-{hire}")
    print(f"{hire}: {word('status', flow.read.filing(hire).status, 'fr')}")

    told = flow.read.verify_journal()
    print(f"client {siren}: {word('state', flow.read.client(siren).state, 'fr')}")
    print(f"journal: {told.cases} cases, {told.entries} entries, {'sound' if told.sound else told.faults}")
    storage.close()


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "plain-host.sqlite")
