"""A firm of a million hires against one of a thousand: the same work beside the same SQL, and index searches only.

`DUE_BENCH_FILINGS` sets the size of the large firm (1,000,000); 50,000 is enough for a quick look. The hires that
receipts are for are made by the library and stand far apart; the others are copies of one of them, made in SQL.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest

from benchmarks.peer import CABINET, Raw, firm, one_by_one, opened, papers, reference, told, traced
from due_workflow import DueWorkflow, Mode, Outcome, Policy, Worker
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind
from due_workflow.testing import FixedClock, RecordingNotifier, ScriptedPortal
from due_workflow.testing import factories as make

SMALL = 1_000
LARGE = int(os.environ.get("DUE_BENCH_FILINGS", "1000000"))
MEASURED = 250
CHUNK = 30
ALLOWED = 0.10

# A copy keeps what it was copied from, but for its names: E-…, D-… and the person's key. The payload is left out (as
# after a purge), since only its size would count.
NUMBERS = "WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < :count) "
NAMED = "replace(replace({}, :hire, printf('E-%07d', i)), :deposit, printf('D-%016x', i))"
COPIES = (
    f"""INSERT INTO records (cabinet, kind, id, version, state, due, keys, data) {NUMBERS}
        SELECT cabinet, kind, {NAMED.format("id")}, version, state, due, {NAMED.format("keys")},
               CAST({NAMED.format("data")} AS BLOB)
        FROM (SELECT cabinet, kind, id, version, state, due, keys,
                     CAST(iif(kind = 'filing', json_set(CAST(data AS TEXT), '$.payload', ''), CAST(data AS TEXT))
                          AS TEXT) AS data
              FROM records WHERE (kind, id) IN (VALUES ('filing', :hire), ('deposit', :deposit)))
        CROSS JOIN n WHERE i % :step > 0""",
    f"""INSERT INTO keys (cabinet, key, kind, id) {NUMBERS}
        SELECT cabinet, iif(key LIKE 'person:%', 'person:' || lower(hex(randomblob(16))), {NAMED.format("key")}),
               kind, {NAMED.format("id")}
        FROM (SELECT * FROM keys WHERE (kind, id) IN (VALUES ('filing', :hire), ('deposit', :deposit)))
        CROSS JOIN n WHERE i % :step > 0 ORDER BY 1, 2, 3, 4""",
    f"""INSERT INTO entries (cabinet, kind, id, seq, data, hash) {NUMBERS}
        SELECT cabinet, kind, {NAMED.format("id")}, seq, data, hash
        FROM (SELECT * FROM entries WHERE (kind, id) IN (VALUES ('filing', :hire), ('deposit', :deposit)))
        CROSS JOIN n WHERE i % :step > 0 ORDER BY 1, 2, 3, 4""",
    "UPDATE counts SET n = (SELECT count(*) FROM records r WHERE r.kind = counts.kind AND r.state = counts.state)",
)


def grown(path: Path, filings: int) -> tuple[Path, range]:
    """A firm of that many hires, and the numbers of those that the library made."""
    step = filings // MEASURED
    numbers = range(0, step * MEASURED, step)
    firm(path, numbers)
    hire = reference(numbers[-1])
    with SqliteStorage(path) as storage:
        deposit = opened(storage).read.filing(hire).latest(Mode.TEST).deposit  # type: ignore[union-attr]
    raw = sqlite3.connect(path, isolation_level=None)
    raw.execute("PRAGMA journal_mode = OFF")
    raw.execute("PRAGMA cache_size = -512000")
    given = {"count": step * MEASURED, "step": step, "hire": hire, "deposit": deposit}
    for statement in COPIES:
        raw.execute(statement, {name: value for name, value in given.items() if f":{name}" in statement})
    raw.execute("PRAGMA journal_mode = WAL")
    raw.close()
    return path, numbers


class Firm:
    """One size of firm: the library on one copy of the file, the bare connection on another."""

    def __init__(self, tmp_path: Path, filings: int) -> None:
        self.filings = filings
        path, numbers = grown(tmp_path / f"{filings}.sqlite", filings)
        copy = shutil.copy(path, tmp_path / f"{filings}-raw.sqlite")
        self.files = (path, copy)
        self.raw = Raw(copy, "OFF")
        with traced():
            self.storage = SqliteStorage(path, synchronous="OFF")
            self.flow = opened(self.storage)
            self.held = sum(self.flow.read.counts().values())
        todo = papers(numbers)
        self.chunks = [todo[at : at + CHUNK] for at in range(0, len(todo), CHUNK)]
        self.ours: list[float] = []
        self.theirs: list[float] = []

    def turn(self, chunk: int) -> None:
        start = time.process_time()
        said = told(lambda: one_by_one(self.flow, self.chunks[chunk]))
        middle = time.process_time()
        self.raw.say(said)
        self.ours.append((middle - start) / CHUNK)
        self.theirs.append((time.process_time() - middle) / CHUNK)

    @property
    def ratio(self) -> float:
        return median(self.ours) / median(self.theirs)

    def close(self) -> None:
        self.storage.close()
        self.raw.close()
        for file in self.files:  # gigabytes, which pytest would keep
            file.unlink()


def test_a_million_hires_cost_no_more_beside_their_sql_than_a_thousand(tmp_path: Path) -> None:
    start = time.perf_counter()
    firms = [Firm(tmp_path, filings) for filings in (SMALL, LARGE)]
    print(f"\nfirms of {firms[0].held:,} and {firms[1].held:,} hires made in {time.perf_counter() - start:.0f} s")
    for chunk in range(len(firms[0].chunks)):
        for one in firms:
            one.turn(chunk)
    for one in firms:
        print(
            f"{one.held:,} hires: {median(one.ours) * 1e6:.0f} µs a receipt, SQL {median(one.theirs) * 1e6:.0f} µs,"
            f" library / raw = {one.ratio:.2f}"
        )
        one.close()
    small, large = (one.ratio for one in firms)
    assert large <= small * (1 + ALLOWED)


# ---- the plans


@pytest.fixture
def flow(tmp_path: Path) -> Iterator[DueWorkflow]:
    """A traced firm over a small file; a plan does not depend on how many rows there are, as nothing is analysed."""
    clock = FixedClock()
    portal = ScriptedPortal("jedeclare", "acc", clock=clock)
    with traced(), SqliteStorage(tmp_path / "plans.sqlite", synchronous="OFF") as storage:
        yield DueWorkflow(
            storage, cabinet=CABINET, portals=(portal,), policy=Policy(on_new_version="block"), clock=clock
        )


def everything(flow: DueWorkflow) -> None:
    """A walk through the commands, the reader and the worker."""
    siren, clock = make.siren(1), flow.clock
    assert isinstance(clock, FixedClock)
    flow.set_software("Editor", "Payroll", "1")
    flow.set_portal("jedeclare", "acc")
    flow.add_client(make.client(1))
    flow.select(siren)
    flow.request_mandate(siren)
    flow.sign_mandate(siren, make.mandate())
    start = clock.now() + timedelta(days=5)
    list(flow.register_many(make.declaration(f"T-{n}", start=start) for n in range(3)))
    tests = [flow.prepare(f"T-{n}", Mode.TEST, key=f"key-{n}").id for n in range(3)]
    flow.mark_sent(tests[:1], ref="R0")
    flow.receive(make.ads("R0", account="acc"), key="ads")
    flow.receive(make.ars("R0", account="acc"))
    flow.receive(make.ads("R9", account="acc"))
    flow.send(tests[1:])
    flow.go_live(siren)
    real = flow.prepare("T-0")
    flow.release([real.id])
    clock.advance(timedelta(days=3))
    worker = Worker(flow.storage, flow_for=lambda _: flow, notifiers=(RecordingNotifier(),), clock=clock)
    worker.run_once()
    list(flow.receive_many([make.acs("R0", Outcome.REJECTED, account="acc"), make.ars("R8", account="acc")]))
    read = flow.read
    for kind in Kind:
        read.counts(kind)
        list(read.every(kind))
    for id in ("T-0", siren):
        read.explain(id)
        read.journal(id)
    read.verify_journal()
    read.find(siret=make.siret(1), overdue=True)
    read.find(status=("declared", "running"), in_doubt=True)
    list(read.filings(("declared",), siren=siren))
    read.tray()
    flow.storage.find(CABINET, Kind.FILING, due_by=clock.now(), states=("declared",))
    flow.storage.find(CABINET, Kind.FILING, keys=(f"siren:{siren}",), due_by=clock.now(), states=("declared",))
    flow.storage.find(CABINET, Kind.FILING, due_by=clock.now())


def test_every_statement_searches_an_index(flow: DueWorkflow, tmp_path: Path) -> None:
    said = told(lambda: everything(flow))
    texts = sorted({sql for _, sql, _ in said if sql.split()[0] in ("SELECT", "INSERT", "UPDATE", "DELETE")})
    assert len(texts) > 15
    raw = sqlite3.connect(tmp_path / "plans.sqlite")
    for sql in texts:
        plan = [detail for *_, detail in raw.execute(f"EXPLAIN QUERY PLAN {sql}", (0,) * sql.count("?"))]
        scans = [detail for detail in plan if detail.startswith("SCAN")]
        assert not scans, (sql, scans)
    raw.close()
