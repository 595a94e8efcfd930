"""Several processes on one file: no lost update, no command half done or done twice, no avoidable error."""

from __future__ import annotations

import multiprocessing
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from due_workflow import Mode, TransitionRefused
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind
from due_workflow.testing import factories as f
from trials import SEED, size
from trials.at_work import CABINET, hire
from trials.crowd import HIRES, claimer, flow_at, hammer, made, same, worker

START = multiprocessing.get_context("spawn")
PROCESSES = size(4, 8)
COMMANDS = size(40, 400)
CLAIMERS = size(3, 6)
DUE = size(120, 3000)


@pytest.fixture
def path(tmp_path: Path) -> str:
    found = str(tmp_path / "due.sqlite")
    made(found)
    return found


def crowd(target: Any, count: int, *args: Any) -> list[tuple[list[Any], list[Any]]]:
    """Run `count` processes at once; what each tells."""
    start, pipes, processes = START.Barrier(count), [], []
    for who in range(count):
        mine, its = START.Pipe(duplex=False)
        process = START.Process(target=target, args=(*(who if arg is WHO else arg for arg in args), start, its))
        process.start()
        its.close()
        pipes.append(mine)
        processes.append(process)
    told = [pipe.recv() for pipe in pipes]
    for process in processes:
        process.join()
        assert process.exitcode == 0
    return told


WHO = object()


def test_what_many_processes_do_to_the_same_cases_is_in_the_journals_exactly_once(path: str) -> None:
    print(f"seed {SEED}, {PROCESSES} processes × {COMMANDS} commands")
    told = crowd(hammer, PROCESSES, path, SEED, WHO, COMMANDS)
    done = [command for mine, _ in told for command in mine]
    failed = Counter(error for _, mine in told for error in mine)
    print(f"{len(done)} acknowledged, failed: {dict(failed)}")
    assert not failed, "no command may fail: all are allowed at any time, and contention is retried"
    with SqliteStorage(path) as storage:
        flow = flow_at(storage)
        verified = flow.read.verify_journal()
        assert verified.sound, verified.faults
        signed: Counter[tuple[str, str]] = Counter()
        for held in (*flow.read.every(Kind.FILING), *flow.read.every(Kind.CLIENT), *flow.read.every(Kind.CABINET)):
            signed.update((entry.by, held.ref.id) for entry in flow.read.journal(held.ref.id) if entry.by)
        receipts = {held.ref.id: held.facts for held in flow.read.every(Kind.RECEIPT)}
    for name, what, case, receipt in done:
        if what == "receive":
            assert receipts[receipt].state == "applied"
            assert signed[name, case] <= 1, "a piece that ranks below what is known leaves no entry"
        else:
            assert signed[name, case] == 1, f"{what} of {case} by {name}: {signed[name, case]} entries"
    assert {by for by, _ in signed} <= {name for name, *_ in done}, "an entry that nobody was told of"
    assert len(receipts) == sum(what == "receive" for _, what, *_ in done)


def test_the_newest_answer_wins_whoever_brought_it(path: str) -> None:
    crowd(hammer, PROCESSES, path, SEED + 1, WHO, COMMANDS // 2)
    with SqliteStorage(path) as storage:
        flow = flow_at(storage)
        best: dict[str, Any] = {}
        for held in flow.read.every(Kind.RECEIPT):
            for sid in held.facts.reached:
                best[sid] = max(best.get(sid, held.facts.receipt.issued_at), held.facts.receipt.issued_at)
        for n in range(HIRES):
            sub = flow.read.submission(f"H-{n}/test/1")
            if sub.id in best:
                assert sub.evidence.slots["ars:CIRSO"].issued_at == best[sub.id]
                assert sub.state == "accepted"


def test_the_same_command_given_by_all_at_once_is_done_once(path: str) -> None:
    count = COMMANDS // 4
    told = crowd(same, PROCESSES, path, WHO, count)
    failed = Counter(error for _, mine in told for error in mine)
    assert not failed, dict(failed)
    first = told[0][0]
    assert all(mine == first for mine, _ in told), "everybody is told the same result"
    with SqliteStorage(path) as storage:
        flow = flow_at(storage)
        assert flow.read.verify_journal().sound
        for n in range(count):
            events = Counter(entry.event for entry in flow.read.journal(f"S-{n}"))
            assert events == {"register": 1, "prepare": 1, "begin_send": 1, "sent": 1, "ars_accepted": 1}


class Overtaken:
    """A storage in which another caller gives the same command just after its key was looked for in vain."""

    def __init__(self, inner: SqliteStorage) -> None:
        self.inner, self.joined = inner, False
        self.meanwhile: Any = None

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def load(self, cabinet: str, refs: Any = (), keys: Any = ()) -> Any:
        found = self.inner.load(cabinet, refs, keys)
        if self.meanwhile is not None and any(ref.kind is Kind.COMMAND for ref in refs):
            other, self.meanwhile = self.meanwhile, None
            other()
        return found


def test_a_keyed_command_that_another_caller_finished_meanwhile_gives_the_first_result(path: str) -> None:
    with SqliteStorage(path) as storage:
        first, slow = flow_at(storage), Overtaken(storage)
        second = flow_at(slow)
        sub = first.prepare(hire("K-1", 1), Mode.TEST).id
        begun: list[Any] = []
        slow.meanwhile = lambda: begun.append(first.begin_send([sub], key="k"))
        assert second.begin_send([sub], key="k")[0].id == begun[0][0].id
        slow.meanwhile = lambda: first.abandon(sub, "x", key="other")
        with pytest.raises(TransitionRefused):
            second.begin_send([sub], key="again")


def _due(path: str) -> None:
    with SqliteStorage(path, synchronous="OFF") as storage:
        list(flow_at(storage).register_many(hire(f"W-{n:05d}", 1) for n in range(DUE)))


def test_each_due_record_is_claimed_once_per_lease(path: str) -> None:
    _due(path)
    at = f.NOW + timedelta(days=6)
    seen: Counter[str] = Counter()
    for lease in range(3):
        told = crowd(claimer, CLAIMERS, path, WHO, at + lease * timedelta(minutes=5))
        got = Counter(name for mine, _ in told for name, _ in mine)
        assert max(got.values()) == 1, "one record was leased twice"
        assert len(got) >= DUE
        seen.update(got)
    assert set(seen.values()) == {3}, "every record came again when its lease had run out"


def test_several_workers_raise_each_deadline_once_and_deliver_each_notice_once(path: str) -> None:
    _due(path)
    at = f.NOW + timedelta(days=6, hours=12)
    told = crowd(worker, CLAIMERS, path, WHO, at)
    failed = [error for _, mine in told for error in mine]
    assert not failed
    delivered = Counter(id for mine, _ in told for id in mine)
    with SqliteStorage(path) as storage:
        flow = flow_at(storage, at)
        assert flow.read.verify_journal().sound
        for filing in flow.read.filings():
            events = Counter(entry.event for entry in flow.read.journal(filing.reference))
            assert max(events[e] for e in ("clock:hire_undeclared", "clock:window_open")) == 1, filing.reference
        assert flow.read.counts(Kind.NOTICE) == {"delivered": len(delivered)}
        assert storage.find(CABINET, Kind.NOTICE, states=("pending",)) == []
    assert set(delivered.values()) == {1}, "with nobody dying, each notice is delivered once"
    shares = [len(mine) for mine, _ in told]
    print(f"{len(delivered)} notices delivered by {CLAIMERS} workers: {shares}")
