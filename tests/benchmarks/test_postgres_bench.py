"""The SQL storage on a real PostgreSQL (fsync on), as ratios in one run.

`DUE_BENCH_FILINGS` sets the size of the large database (5,000,000 hires of 9,000 firms); 200,000 is enough for a look.
"""

from __future__ import annotations

import gc
import multiprocessing
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from statistics import median
from typing import Any

import psycopg
import pytest

import servers
from benchmarks.peer import CABINET, firm, in_groups, one_by_one, papers, reference
from benchmarks.pg_peer import copied, libpq, noting, replayed, sent, traced
from due_workflow import DueWorkflow, Worker
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Changes, Kind, Storage
from due_workflow.records import decode, encode
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as make

LARGE = int(os.environ.get("DUE_BENCH_FILINGS", "5000000"))
FIRM = 555
ROUNDS = 5
START = multiprocessing.get_context("spawn")


@pytest.fixture(scope="module")
def server() -> Iterator[servers.Postgres]:
    if servers.binaries() is None:
        pytest.skip(f"no PostgreSQL: the package {servers.PACKAGE} is not installed")
    with servers.postgres(["shared_buffers = '1GB'", "max_wal_size = '8GB'", "autovacuum = off"]) as found:
        yield found


def opened(storage: Storage, cabinet: str = CABINET) -> DueWorkflow:
    return DueWorkflow(storage, cabinet=cabinet, clock=FixedClock())


def copy(server: servers.Postgres, base: str, name: str) -> str:
    """A fresh copy of a database."""
    server.drop(name)
    with psycopg.connect(server.url(driver="postgresql"), autocommit=True) as raw:
        raw.execute(f'CREATE DATABASE "{name}" TEMPLATE "{base}" STRATEGY FILE_COPY')
    return server.url(name)


# ---- against the very SQL, said by psycopg alone


@pytest.mark.parametrize(
    ("take", "hires", "chunk", "wanted"), [(one_by_one, 100, 30, 0.75), (in_groups, 1000, 1000, 0.5)]
)
def test_receive_costs_little_beside_its_sql(
    server: servers.Postgres, tmp_path: Path, take: Callable[..., object], hires: int, chunk: int, wanted: float
) -> None:
    base = sent(server, f"sent{hires}", tmp_path, hires)
    todo = papers(range(hires))
    chunks = [todo[at : at + chunk] for at in range(0, len(todo), chunk)]
    says = []
    with noting(copy(server, base, "traced")) as storage:
        flow = opened(storage)
        flow.read.counts()
        for receipts in chunks:
            with traced() as said:
                take(flow, receipts)
            says.append(said)
    ours: list[float] = []
    theirs: list[float] = []
    for _ in range(ROUNDS):
        with (
            psycopg.connect(libpq(copy(server, base, "raw"))) as raw,
            SqlStorage(copy(server, base, "ours")) as storage,
        ):
            flow = opened(storage)
            flow.read.counts()
            gc.collect()
            for receipts, said in zip(chunks, says, strict=True):
                start = time.perf_counter()
                take(flow, receipts)
                middle = time.perf_counter()
                replayed(raw, said)
                ours.append((middle - start) / chunk)
                theirs.append((time.perf_counter() - middle) / chunk)
    mine, bare = median(ours), median(theirs)
    statements = sum(how != "commit" for how, *_ in says[0]) / chunk
    print(
        f"\nPostgreSQL, {take.__name__}: psycopg / library = {bare / mine:.2f}; {1 / mine:,.0f} receipts/s,"
        f" {mine * 1e6:.0f} µs each, of which SQL {bare * 1e6:.0f} µs, {statements:.1f} statements a receipt"
    )
    judge(bare / mine, wanted)


def judge(found: float, wanted: float) -> None:
    """Below the plan's limit: an expected failure that shows the figure; far below: a failure."""
    assert found >= wanted * 0.4
    if found < wanted:
        pytest.xfail(f"the ratio is {found:.2f}, the plan wants {wanted}")


# ---- two processes


def _ours(url: str, numbers: range, gate: Any, out: Any) -> None:
    with SqlStorage(url) as storage:
        flow = opened(storage)
        todo = papers(numbers)
        flow.read.counts()
        gate.wait()
        start = time.perf_counter()
        one_by_one(flow, todo)
        out.put(time.perf_counter() - start)


def _bare(url: str, said: list[Any], gate: Any, out: Any) -> None:
    with psycopg.connect(libpq(url)) as raw:
        raw.execute("SELECT 1")
        raw.rollback()
        gate.wait()
        start = time.perf_counter()
        replayed(raw, said)
        out.put(time.perf_counter() - start)


def _both(target: Callable[..., None], works: list[tuple[Any, ...]]) -> float:
    """The seconds of the slower of two processes that start together."""
    gate, out = START.Barrier(len(works)), START.Queue()
    processes = [START.Process(target=target, args=(*work, gate, out)) for work in works]
    for process in processes:
        process.start()
    took = [out.get(timeout=300) for _ in processes]
    for process in processes:
        process.join()
    return max(took)


def test_two_worker_processes_keep_up_with_two_bare_ones(server: servers.Postgres, tmp_path: Path) -> None:
    hires = 300
    base = sent(server, "pair", tmp_path, hires)
    halves = [range(hires // 2), range(hires // 2, hires)]
    says = []
    with noting(copy(server, base, "traced")) as storage:
        for half in halves:
            with traced() as said:
                one_by_one(opened(storage), papers(half))
            says.append(said)
    ours, theirs = [], []
    for _ in range(ROUNDS):
        url = copy(server, base, "ours")
        ours.append(_both(_ours, [(url, half) for half in halves]))
        url = copy(server, base, "raw")
        theirs.append(_both(_bare, [(url, said) for said in says]))
    mine, bare = median(ours), median(theirs)
    done = 3 * hires
    print(
        f"\ntwo processes: psycopg / library = {bare / mine:.2f};"
        f" {done / mine:,.0f} receipts/s against {done / bare:,.0f}"
    )
    judge(bare / mine, 0.9)


# ---- one firm among thousands


def seeded(server: servers.Postgres, name: str, tmp_path: Path, hires: int) -> str:
    """A database with one firm of that many hires, their payload left out (as after a purge)."""
    file = firm(tmp_path / f"{name}.sqlite", range(hires))
    url = server.create(name)
    upgrade(url)
    with SqliteStorage(file, synchronous="OFF") as base, SqlStorage(url) as storage:
        copied(base, storage, CABINET)
        page = storage.find(CABINET, Kind.FILING, limit=hires)
        bare = [replace(encode(decode(r)._replace(payload="")), version=r.version, due=r.due) for r in page]
        storage.commit(CABINET, Changes(bare))
    return url


MANY = (
    """INSERT INTO due_records (cabinet, kind, id, version, state, due, words, data)
       SELECT 'firm-' || lpad(g::text, 6, '0'), kind, id, version, state, due, words, data
       FROM generate_series(%(first)s::int, %(last)s::int) g CROSS JOIN due_records
       WHERE cabinet = %(cabinet)s AND kind = 'filing'""",
    """INSERT INTO due_keys (cabinet, key, kind, id)
       SELECT 'firm-' || lpad(g::text, 6, '0'), key, kind, id
       FROM generate_series(%(first)s::int, %(last)s::int) g CROSS JOIN due_keys
       WHERE cabinet = %(cabinet)s AND kind = 'filing'""",
)


def multiplied(url: str, firms: int) -> float:
    """Copy the firm so often, in SQL; the seconds that it took."""
    start = time.perf_counter()
    with psycopg.connect(libpq(url), autocommit=True) as raw:
        raw.execute("SET synchronous_commit = off")
        for first in range(1, firms + 1, 500):
            for statement in MANY:
                given = {"first": first, "last": min(first + 499, firms), "cabinet": CABINET}
                raw.execute(statement, given)
        raw.execute("VACUUM ANALYZE")
    return time.perf_counter() - start


def timed(work: Callable[[], object], times: int) -> float:
    took = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        took.append(time.perf_counter() - start)
    return median(took)


def test_one_firms_page_and_counts_among_thousands_cost_what_they_cost_alone(
    server: servers.Postgres, tmp_path: Path
) -> None:
    alone = seeded(server, "alone", tmp_path, FIRM)
    with psycopg.connect(libpq(alone), autocommit=True) as raw:
        raw.execute("VACUUM ANALYZE")
    crowd = copy(server, "alone", "crowd")
    firms = LARGE // FIRM
    took = multiplied(crowd, firms)
    with SqlStorage(alone) as one, SqlStorage(crowd) as many:
        flows = [opened(one), opened(many)]
        with psycopg.connect(libpq(crowd)) as raw:
            total = raw.execute("SELECT count(*) FROM due_records WHERE kind = 'filing'").fetchone()
        assert total is not None
        print(f"\n{total[0]:,} hires of {firms + 1:,} firms made in {took:.0f} s")
        questions: dict[str, Callable[[DueWorkflow], object]] = {
            "counts": lambda flow: flow.read.counts(),
            "first page": lambda flow: flow.read.find(limit=50),
            "last page": lambda flow: flow.read.find(after=reference(FIRM - 51), limit=50),
            "page of a status": lambda flow: flow.read.find(status=("test_running",), limit=50),
            "page of a client": lambda flow: flow.read.find(siren=make.siren(1), limit=50),
        }
        worst = 0.0
        for what, ask in questions.items():
            for flow in flows:
                timed(lambda ask=ask, flow=flow: ask(flow), 20)  # type: ignore[misc]
            pairs = [[timed(lambda ask=ask, flow=flow: ask(flow), 10) for flow in flows] for _ in range(15)]  # type: ignore[misc]
            a, c = (median(pair[n] for pair in pairs) for n in (0, 1))
            worst = max(worst, c / a)
            print(f"{what}: {a * 1e6:,.0f} µs alone, {c * 1e6:,.0f} µs among all: {c / a:.2f}")
    server.drop("crowd")
    assert worst <= 1.5


# ---- the tick


def test_a_tick_costs_what_is_due_and_not_what_is_open(server: servers.Postgres, tmp_path: Path) -> None:
    due, opened_hires = 1000, LARGE // 5
    few = seeded(server, "few", tmp_path, due)
    with psycopg.connect(libpq(few), autocommit=True) as raw:
        raw.execute("VACUUM ANALYZE")
    many = copy(server, "few", "many")
    with psycopg.connect(libpq(many), autocommit=True) as raw:
        # the copies' deadlines lie a year ahead
        raw.execute("UPDATE due_records SET due = due + 31536000000000 WHERE kind = 'filing'")
    multiplied(many, opened_hires // due)
    with psycopg.connect(libpq(many), autocommit=True) as raw:
        raw.execute(
            "UPDATE due_records SET due = due - 31536000000000 WHERE cabinet = %s AND kind = 'filing'", (CABINET,)
        )
        raw.execute("VACUUM ANALYZE")
    now = make.NOW + timedelta(hours=2)  # the ADS of all of them is missing
    took: dict[str, list[float]] = {"few": [], "many": []}
    for turn in range(3):
        for name, seconds in took.items():
            with SqlStorage(copy(server, name, f"{name}{turn}")) as storage:
                flow = DueWorkflow(storage, cabinet=CABINET, clock=FixedClock(now))
                worker = Worker(storage, flow_for=lambda _, flow=flow: flow, clock=flow.clock)  # type: ignore[misc]
                storage.counts(CABINET, Kind.FILING)
                start = time.perf_counter()
                handled = worker.tick(due)
                seconds.append(time.perf_counter() - start)
                assert handled == due
            server.drop(f"{name}{turn}")
    few_s, many_s = (median(took[name]) for name in ("few", "many"))
    print(
        f"\ntick of {due:,} due: {few_s:.2f} s alone, {many_s:.2f} s among {opened_hires + due:,} open:"
        f" {many_s / few_s:.2f}"
    )
    server.drop("many")
    assert many_s <= few_s * 1.5


# ---- what a hire takes on disk


def test_what_a_hire_takes_on_disk_and_in_the_write_ahead_log(server: servers.Postgres, tmp_path: Path) -> None:
    """Figures for those who size a server: no limit, only that each hire was accepted."""
    hires = 500
    url = copy(server, sent(server, "disk", tmp_path, hires), "disk_used")
    size = "SELECT sum(pg_total_relation_size(oid)) FROM pg_class WHERE relkind = 'r' AND relname LIKE 'due_%'"
    with psycopg.connect(libpq(url), autocommit=True) as raw, SqlStorage(url) as storage:

        def asked(sql: str, *values: object) -> int:
            row = raw.execute(sql, values or None).fetchone()
            assert row is not None
            return int(row[0])

        (start,) = raw.execute("SELECT pg_current_wal_lsn()").fetchone() or ("",)
        flow = opened(storage)
        todo = papers(range(hires))
        one_by_one(flow, todo)
        wal = asked("SELECT pg_wal_lsn_diff(pg_current_wal_lsn(), %s)", start)
        raw.execute("VACUUM FULL")
        whole = asked(size)
        parts = {
            name: asked("SELECT pg_total_relation_size(%s::regclass)", f"due_{name}")
            for name in ("records", "keys", "entries")
        }
        assert flow.read.counts() == {"test_not_declared": hires}
    print(
        f"\na hire with its test accepted: {whole / hires:,.0f} bytes ("
        + ", ".join(f"{name} {held / hires:,.0f}" for name, held in parts.items())
        + f"), write-ahead log {wal / len(todo):,.0f} bytes a receipt"
    )
