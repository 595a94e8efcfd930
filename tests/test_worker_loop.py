"""The worker's loop: leases taken in turns and given back, an end in good order, an outage, many processes."""

from __future__ import annotations

import logging
import multiprocessing
import pickle
import signal
import threading
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from threading import Event
from typing import Any

import pytest

from due_workflow import (
    Conflict,
    Denial,
    DueWorkflow,
    DueWorkflowError,
    InputRefused,
    Notice,
    Retry,
    StorageUnusable,
    TransitionRefused,
    Worker,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.ports import Kind, Record, Ref, Storage
from due_workflow.rounds import LEASE, Round
from due_workflow.testing import FixedClock, LineBroke, RecordingNotifier
from due_workflow.testing import factories as f
from portals import told
from stories import CABINET, NOW, Firm, Wrapped

SOON = NOW + timedelta(days=5)


def late(count: int, storage: Storage | None = None) -> Firm:
    """A firm in which `count` clients have a deadline that has come: each one's mandate is about to end."""
    firm = Firm(storage).opened()
    for n in range(1, count + 1):
        firm.flow.add_client(f.client(n))
        firm.flow.sign_mandate(f.siren(n), f.mandate(ends_on=(NOW + timedelta(days=40)).date()))
    firm.move(days=20)
    return firm


def due(firm: Firm, *kinds: Kind) -> int:
    """How many records are due now."""
    now = firm.clock.now()
    return sum(len(firm.storage.find(CABINET, kind, due_by=now, limit=1000)) for kind in kinds or tuple(Kind))


class Watched(Wrapped):
    """A storage that notes the size of each claim."""

    def __init__(self, inner: Storage) -> None:
        super().__init__(inner)
        self.claims: list[tuple[int, int]] = []

    def claim(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> Sequence[tuple[str, Record]]:
        got = self.inner.claim(kinds, now, until, limit)
        self.claims.append((limit, len(got)))
        return got


# ---- turns


def test_limit_is_what_one_call_handles_at_most_however_it_is_claimed() -> None:
    firm = late(70)
    firm.storage = Watched(firm.storage)
    worker = firm.worker()
    assert [worker.tick(limit=50), worker.tick(limit=50), worker.tick(limit=50)] == [50, 20, 0]
    assert firm.storage.claims == [(16, 16), (32, 32), (2, 2), (16, 16), (32, 4), (16, 0)]


def test_a_slow_handler_claims_less_and_less_for_others_to_share_the_work() -> None:
    firm = late(40)
    firm.storage = watched = Watched(firm.storage)

    def slow(_: str) -> DueWorkflow:
        firm.move(seconds=10)
        return firm.flow

    assert Worker(watched, flow_for=slow, clock=firm.clock).tick() == 40
    assert [limit for limit, _ in watched.claims] == [16, 8, 4, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1]


def test_what_is_not_begun_when_its_lease_runs_out_is_left_to_who_claims_it_then() -> None:
    firm = late(10)
    seen: list[str] = []
    other = firm.worker()

    def stuck(_: str) -> DueWorkflow:
        if not seen:
            firm.move(minutes=6)
            seen.append(f"others {other.tick()}")
        return firm.flow

    first = Worker(firm.storage, flow_for=stuck, clock=firm.clock)
    assert (first.tick(), seen) == (1, ["others 10"])
    # the first one's own record was done by both, one after the other: its deadline was raised once
    assert firm.codes().count("mandate_ending") == 10
    assert firm.read.verify_journal().sound


def test_a_failure_counts_neither_as_handled_nor_against_the_limit() -> None:
    firm = late(30)
    broken = [True] * 20

    def flow_for(_: str) -> DueWorkflow:
        if broken:
            raise KeyError(broken.pop())
        return firm.flow

    assert Worker(firm.storage, flow_for=flow_for, clock=firm.clock).tick(limit=10) == 10
    assert due(firm, Kind.CLIENT) == 0
    firm.move(minutes=5)
    assert due(firm, Kind.CLIENT) == 20


# ---- the end


def test_told_to_stop_it_finishes_the_one_in_hand_and_gives_back_the_rest() -> None:
    firm = late(40)
    stop, begun = Event(), 0

    def flow_for(_: str) -> DueWorkflow:
        nonlocal begun
        begun += 1
        if begun == 3:
            stop.set()
        return firm.flow

    before = firm.everything()
    worker = Worker(firm.storage, flow_for=flow_for, clock=firm.clock)
    assert worker.run(stop)["tick"] == 3
    # no lease is left behind: all that was not begun is due now, and is but for its version what it was
    assert due(firm, Kind.CLIENT) == 37
    after = firm.everything()
    untouched = [ref for ref in before if before[ref][1:] == after[ref][1:] and ref.startswith("client:")]
    assert len(untouched) == 37
    assert firm.worker().tick() == 37


def test_giving_back_leaves_alone_what_another_changed_meanwhile() -> None:
    firm = late(2)
    stop = Event()

    def flow_for(_: str) -> DueWorkflow:
        stop.set()
        for n in (1, 2):
            firm.flow.revoke_mandate(f.siren(n), firm.clock.now().date(), "left")
        return firm.flow

    Worker(firm.storage, flow_for=flow_for, clock=firm.clock).run(stop)
    assert [firm.read.client(f.siren(n)).state.value for n in (1, 2)] == ["withdrawn"] * 2
    assert due(firm, Kind.CLIENT) == 0


def test_a_loop_that_waits_ends_at_once() -> None:
    worker = late(0).worker()
    stop = Event()
    loop = threading.Thread(target=worker.run, args=(stop, 3600.0))
    loop.start()
    time.sleep(0.1)
    began = time.monotonic()
    stop.set()
    loop.join(10)
    assert not loop.is_alive()
    assert time.monotonic() - began < 1


def test_stop_ends_every_loop_of_the_worker_from_another_thread() -> None:
    firm = late(5)
    worker = firm.worker()
    loops = [threading.Thread(target=worker.run, args=given, daemon=True) for given in ((), (Event(), 3600.0), ())]
    for loop in loops:
        loop.start()
    while due(firm, Kind.CLIENT):
        time.sleep(0.01)
    time.sleep(0.1)
    worker.stop()
    for loop in loops:
        loop.join(10)
    assert not any(loop.is_alive() for loop in loops)


def test_a_stop_that_comes_before_run_is_not_lost() -> None:
    firm = late(5)
    worker, stop = firm.worker(), Event()
    worker.stop()
    loops = [threading.Thread(target=worker.run, args=given, daemon=True) for given in ((), (stop, 3600.0))]
    for loop in loops:
        loop.start()
        loop.join(10)
    assert not any(loop.is_alive() for loop in loops)
    assert (worker.tick(), due(firm, Kind.CLIENT), stop.is_set()) == (0, 5, False)
    assert firm.worker().tick() == 5, "another worker is not stopped"


def test_what_ends_one_loop_leaves_the_worker_and_its_other_loops_alone() -> None:
    firm = late(3)
    worker, first, second = firm.worker(), Event(), Event()
    loops = [threading.Thread(target=worker.run, args=(stop, 0.01), daemon=True) for stop in (first, second)]
    for loop in loops:
        loop.start()
    first.set()
    loops[0].join(10)
    time.sleep(0.05)
    assert [loop.is_alive() for loop in loops] == [False, True]
    second.set()
    loops[1].join(10)
    assert not loops[1].is_alive()
    firm.flow.add_client(f.client(9))
    firm.flow.sign_mandate(f.siren(9), f.mandate(ends_on=(firm.clock.now() + timedelta(days=20)).date()))
    assert due(firm, Kind.CLIENT) == 1
    assert worker.tick() == 1, "its own calls go on"


def test_a_signal_that_comes_at_any_moment_ends_the_loop() -> None:
    """A handler that takes longer than any wait of the loop must not make that wait endless."""
    firm = late(0)
    stop = Event()

    def handler(*_: object) -> None:
        time.sleep(0.3)
        # not from here: this very thread may hold the event's own lock at this instant
        threading.Thread(target=stop.set, daemon=True).start()

    before = signal.signal(signal.SIGALRM, handler)
    try:
        signal.setitimer(signal.ITIMER_REAL, 0.2)
        firm.worker(RecordingNotifier()).run(stop, 0)
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
        signal.signal(signal.SIGALRM, before)


def test_an_interrupt_in_the_middle_gives_back_what_was_not_begun() -> None:
    firm = late(8)

    def flow_for(_: str) -> DueWorkflow:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        Worker(firm.storage, flow_for=flow_for, clock=firm.clock).tick()
    assert due(firm, Kind.CLIENT) == 7


# ---- rounds


def rounds(worker: Worker, count: int, **how: Any) -> list[Round]:
    """The first rounds of a loop that waits for nothing."""
    stop, seen = Event(), []
    for done in worker.rounds(stop, 0, **how):
        seen.append(done)
        if len(seen) == count:
            stop.set()
    return seen


def test_a_round_follows_at_once_while_there_is_work_and_only_then_waits() -> None:
    firm = late(25)
    ticks = []
    for done in firm.worker().rounds(None, 3600.0, limit=10):
        ticks.append(done.counts["tick"])
        if done.idle:
            break
    assert ticks == [10, 10, 5, 0]


def test_only_the_tasks_asked_for_are_done() -> None:
    firm = late(3)
    post = RecordingNotifier()
    worker = firm.worker(post)
    assert worker.run_once(tasks=["deliver"]) == {"deliver": 0}
    assert worker.run_once(tasks=["tick"]) == {"tick": 3}
    assert (worker.run_once(tasks=["deliver", "collect"]), len(post.codes)) == ({"collect": 1, "deliver": 3}, 3)
    assert worker.run_once() == {"tick": 0, "send_released": 0, "collect": 0, "deliver": 0}
    with pytest.raises(InputRefused, match="dance"):
        worker.run_once(tasks=["dance"])


def test_one_task_steps_over_the_orders_of_the_other_and_leaves_them_due() -> None:
    firm = Firm().opened()
    firm.mandated()
    ids = [firm.flow.prepare(f.declaration(f"E-{n}")).id for n in range(30)]
    firm.move(minutes=20)
    firm.flow.release(ids)
    firm.move(minutes=1)
    worker = firm.worker()
    assert due(firm, Kind.COMMAND) == 31
    assert worker.collect(limit=1) == 1
    assert due(firm, Kind.COMMAND) == 30
    firm.move(minutes=20)
    assert (worker.send_released(limit=20), due(firm, Kind.COMMAND)) == (20, 11)


# ---- orders for an engine's queue


def test_an_order_is_leased_with_its_account_and_carried_out_once() -> None:
    firm = Firm().opened()
    firm.mandated()
    firm.flow.release([firm.flow.prepare(f.declaration("E-1")).id])
    worker = firm.worker()
    given = worker.orders()
    assert sorted((o.cabinet, o.task, o.channel) for o in given) == [
        (CABINET, "collect", "jedeclare/acc"),
        (CABINET, "send_released", "jedeclare/acc"),
    ]
    assert worker.orders() == []
    assert [[worker.carry_out(order) for order in given] for _ in range(2)] == [[True, True], [False, False]]
    assert firm.portal.times_taken("E-1/test/1") == 1


def test_an_order_that_nobody_carried_out_is_given_again_in_another_turn() -> None:
    firm = Firm().opened()
    (first,) = firm.worker().orders(tasks=["collect"])
    firm.clock.set(NOW + LEASE)
    (second,) = firm.worker().orders(tasks=["collect"])
    assert (second.id, second.turn) == (first.id, first.turn + 1)
    assert firm.worker().carry_out(first)
    assert not firm.worker().carry_out(second)


def test_an_order_of_a_firm_without_a_portal_has_no_account() -> None:
    clock, storage = FixedClock(), MemoryStorage()
    flow = DueWorkflow(storage, cabinet="none", clock=clock)
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    flow.release([flow.prepare(f.declaration("E-1")).id])
    (order,) = Worker(storage, flow_for=lambda _: flow, clock=clock).orders()
    assert order.channel == ""


# ---- a storage that cannot be used


class Failing(Wrapped):
    """A storage whose next calls to `claim` and `commit` raise."""

    def __init__(self, inner: Storage, code: str = "storage_failed") -> None:
        super().__init__(inner)
        self.code, self.left, self.refused = code, 0, 0

    def _fails(self) -> None:
        if self.left:
            self.left -= 1
            self.refused += 1
            raise StorageUnusable(self.code, path="x", why="down", seconds=1)

    def claim(self, *args: Any) -> Any:
        self._fails()
        return self.inner.claim(*args)

    def commit(self, *args: Any) -> None:
        self._fails()
        self.inner.commit(*args)


@pytest.fixture
def no_wait(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """An Event whose waits are noted and take no time."""
    waits: list[float] = []
    monkeypatch.setattr(Event, "wait", lambda self, seconds=None: waits.append(seconds) or self.is_set())
    return waits


def test_an_outage_is_outwaited_and_said_once(no_wait: list[float], caplog: pytest.LogCaptureFixture) -> None:
    firm = late(3)
    firm.storage = storage = Failing(firm.storage)
    storage.left = 9
    stop = Event()
    worker = Worker(storage, flow_for=lambda _: firm.flow, clock=firm.clock)

    seen: list[Round] = []
    for done in worker.rounds(stop, 5.0):
        seen.append(done)
        if done.counts.get("tick"):
            break
    assert [(done.outage and done.outage.code, dict(done.counts)) for done in seen] == [
        ("storage_failed", {}),
        (None, {"tick": 3, "send_released": 0, "collect": 1, "deliver": 0}),
    ]
    # no hot loop and no end: longer each time, a minute (and a quarter) at most
    assert len(no_wait) == 9
    floors = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 60.0, 60.0, 60.0]
    assert all(floor <= wait <= floor * 1.25 for floor, wait in zip(floors, no_wait, strict=True))


def test_run_logs_an_outage_once_and_its_end(no_wait: list[float], caplog: pytest.LogCaptureFixture) -> None:
    firm = late(3)
    firm.storage = storage = Failing(firm.storage)
    storage.left = 4
    stop = Event()

    def flow_for(_: str) -> DueWorkflow:
        stop.set()
        return firm.flow

    Worker(storage, flow_for=flow_for, clock=firm.clock).run(stop)
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "can be used again" in caplog.records[1].getMessage()


def test_an_outage_in_the_middle_stops_the_round_instead_of_failing_each_record(
    caplog: pytest.LogCaptureFixture,
) -> None:
    firm = late(16)
    inner = firm.storage
    firm.storage = storage = Failing(inner)
    flow = DueWorkflow(storage, cabinet=CABINET, clock=firm.clock)
    handled = 0

    def flow_for(_: str) -> DueWorkflow:
        nonlocal handled
        handled += 1
        storage.left = 100 if handled == 3 else 0
        return flow

    with pytest.raises(StorageUnusable):
        Worker(storage, flow_for=flow_for, clock=firm.clock).tick()
    assert (handled, storage.refused, caplog.records) == (3, 1, [])
    storage.left = 0
    firm.move(minutes=5)
    assert firm.worker().tick() == 14


@pytest.mark.parametrize("code", ["storage_closed", "storage_newer", "storage_foreign"])
def test_what_no_waiting_mends_ends_the_loop(code: str) -> None:
    storage = Failing(MemoryStorage(), code)
    storage.left = 1
    with pytest.raises(StorageUnusable):
        Worker(storage, flow_for=lambda _: Firm().flow).run(every=0)


def test_a_damaged_record_is_no_outage(caplog: pytest.LogCaptureFixture) -> None:
    firm = late(2)
    first, _ = firm.storage.find(CABINET, Kind.CLIENT)

    class Damaged(Wrapped):
        def claim(self, *args: Any) -> Any:
            return self.inner.claim(*args)

        def load(self, cabinet: str, refs: Any = (), keys: Any = ()) -> Any:
            if first.ref in refs:
                raise StorageUnusable("record_unreadable", ref=str(first.ref), why="x")
            return self.inner.load(cabinet, refs, keys)

    storage = Damaged(firm.storage)
    flow = DueWorkflow(storage, cabinet=CABINET, clock=firm.clock)
    assert Worker(storage, flow_for=lambda _: flow, clock=firm.clock).tick() == 1
    assert [record.levelno for record in caplog.records] == [logging.WARNING]


@pytest.mark.parametrize(
    "error",
    [
        StorageUnusable("storage_locked", path="x", seconds=30),
        TransitionRefused("client:1", "known", "go_live", [Denial("no_test", {"wave": 1})]),
        InputRefused("not_a_word", value="x", known=["y"]),
        Conflict([Ref(Kind.FILING, "E-1")]),
        Retry(timedelta(hours=1), "quota"),
    ],
)
def test_an_error_crosses_to_another_process_whole(error: DueWorkflowError) -> None:
    """An engine that runs the worker hands on what it raised."""
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), again.text("fr"), dict(again.facts)) == (type(error), error.text("fr"), dict(error.facts))
    assert again.__dict__.keys() == error.__dict__.keys()


# ---- a portal, a notifier


def test_a_collection_that_fails_does_not_stop_the_loop() -> None:
    firm = Firm().opened()
    firm.portal.listing_error = LineBroke("down")
    assert [done.counts["collect"] for done in rounds(firm.worker(), 2)] == [1, 0]


# ---- many processes


class Counting:
    """A notifier that leaves one line for each notice, in a file that many processes share."""

    name = "counting"

    def __init__(self, path: Path) -> None:
        self.path = path

    def send(self, notice: Notice) -> None:
        with self.path.open("a") as out:
            out.write(f"{notice.id}\n")


def at_work(where: str, notices: Path, start: Any, stop: Any) -> None:
    """One of several processes: a loop on the same storage until told to stop."""
    over = Event()
    clock = FixedClock(NOW + timedelta(days=20))
    with closing(SqlStorage(where)) as storage:
        firm = Firm(storage, clock=clock)
        worker = Worker(storage, flow_for=lambda _: firm.flow, notifiers=(Counting(notices),), clock=clock)
        start.wait(60)
        threading.Thread(target=lambda: (stop.wait(120), over.set()), daemon=True).start()
        worker.run(over, 0.05, limit=20)


def test_several_processes_share_the_work_and_none_of_it_is_done_twice(tmp_path: Path, postgres: str) -> None:
    """On PostgreSQL; the command line's tests have two at one SQLite file."""
    upgrade(postgres)
    notices = tmp_path / "notices"
    with closing(SqlStorage(postgres)) as storage:
        firm = late(60, storage)
        shared_by_three(firm, postgres, notices)
        assert Counter(firm.codes()) == {"mandate_ending": 60}
        assert sorted(notices.read_text().split()) == sorted(out.notice.id for out in firm.read.notices())
        # added, signed, its deadline raised: once each
        clients = storage.find(CABINET, Kind.CLIENT, limit=200)
        assert [len(list(firm.read.entries(client.ref))) for client in clients] == [3] * 60
        assert firm.read.verify_journal().sound


def shared_by_three(firm: Firm, where: str, notices: Path) -> None:
    """Three processes begin at once and work until nothing is left to do."""
    spawn = multiprocessing.get_context("spawn")
    start, stop = spawn.Event(), spawn.Event()
    processes = [spawn.Process(target=at_work, args=(where, notices, start, stop)) for _ in range(3)]
    for process in processes:
        process.start()
    start.set()
    until = time.monotonic() + 60
    while set(told(firm.flow)) != {"delivered"} and time.monotonic() < until:
        time.sleep(0.2)
    stop.set()
    for process in processes:
        process.join(60)
    assert [process.exitcode for process in processes] == [0, 0, 0]
