"""Delivery: who is told what, each notifier on its own way, dead letters and their replay, many workers at once."""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import nullcontext
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from due_workflow import (
    DueWorkflow,
    InputRefused,
    NotFound,
    Notice,
    Policy,
    Retry,
    StorageUnusable,
    Undeliverable,
    Worker,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.delivery import Answer, addressees, audience, awaited, settled
from due_workflow.models import Addressee
from due_workflow.policy import Tell
from due_workflow.ports import Changes, Kind, Notifier, Ref
from due_workflow.receipts import Unreadable
from due_workflow.records import Outgoing
from due_workflow.rounds import backoff
from due_workflow.testing import FixedClock, RecordingNotifier
from due_workflow.testing import factories as f
from stories import NOW, Firm, Wrapped

FIRM = Addressee(who="firm", name="cabinet")
CAMILLE = Addressee(who="collaborator", name="Camille Martin")


def note(code: str = "declared", *, urgent: bool = False) -> Notice:
    return Notice(id="n", code=code, urgent=urgent, case="filing:E-1", at=NOW)


def out(firm: Firm, code: str) -> Outgoing:
    (found,) = [o for o in firm.read.notices() if o.notice.code == code]
    return found


def worker(firm: Firm, *notifiers: Notifier, **settings: Any) -> Worker:
    return Worker(firm.storage, flow_for=lambda _: firm.flow, notifiers=notifiers, clock=firm.clock, **settings)


@pytest.fixture
def firm() -> Firm:
    """A firm with two notices: test_accepted and went_live."""
    x = Firm().opened()
    x.live()
    return x


# ---- who is told what


def test_by_default_the_firm_is_told_everything_and_who_follows_the_client_what_is_urgent() -> None:
    rows = Policy().tell
    assert audience(rows, note(), ["post", "chat"]) == {"post": {"firm"}, "chat": {"firm"}}
    assert audience(rows, note(urgent=True), ["post"]) == {"post": {"firm", "collaborator"}}


def test_a_row_names_its_notifier_and_what_it_tells() -> None:
    rows = (
        Tell(who="firm", by="post", what="normal"),
        Tell(who="collaborator", by="post", what="urgent"),
        Tell(who="hook", by="hook", what=("declared", "in_doubt")),
    )
    given = ["post", "hook"]
    assert audience(rows, note(), given) == {"post": {"firm"}, "hook": {"hook"}}
    assert audience(rows, note("went_live"), given) == {"post": {"firm"}}
    assert audience(rows, note("went_live", urgent=True), given) == {"post": {"collaborator"}}


def test_what_no_row_names_is_for_nobody_unless_it_is_urgent() -> None:
    rows = (Tell(who="hook", what=("declared",)),)
    assert audience(rows, note("went_live"), ["post"]) == {}
    assert audience(rows, note("went_live", urgent=True), ["post"]) == {"post": {"firm"}}


def test_where_nobody_follows_the_client_the_firm_is_told() -> None:
    assert addressees(frozenset({"collaborator"}), "cabinet", ["Camille Martin"]) == (CAMILLE,)
    assert addressees(frozenset({"collaborator"}), "cabinet", []) == (FIRM,)
    assert addressees(frozenset({"collaborator", "firm"}), "cabinet", []) == (FIRM,)
    assert addressees(frozenset({"hook"}), "cabinet", []) == (Addressee(who="hook"),)


def test_a_row_for_a_notice_that_does_not_exist_is_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        Tell(who="firm", what=("declard",))
    assert "declard" in refused.value.text("fr")
    assert Policy.model_validate({"tell": [{"who": "firm", "what": ["declared"]}]}).tell[0].what == ("declared",)


def test_an_urgent_notice_says_whom_it_is_for_and_of_which_firm(firm: Firm) -> None:
    firm.flow.release([firm.real().id])
    firm.flow.revoke_mandate(f.siren(), NOW.date(), "left")
    firm.worker().send_released()
    post = RecordingNotifier()
    firm.worker(post).deliver()
    told = {n.code: n for n in post.notices}
    assert told["release_refused"].to == (FIRM, CAMILLE)
    assert told["went_live"].to == (FIRM,)
    assert {n.cabinet for n in post.notices} == {"cabinet"}


def test_every_kind_of_case_leads_to_the_clients_that_it_is_about(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    receipt = firm.flow.receive(f.ars(firm.ref_of(sub), account="acc")).receipt
    lost = firm.flow.receive(Unreadable(raw=b"?", why="unknown_format")).receipt
    named = firm.flow.receive(f.ads("NOBODY", account="acc", sirets=(f.siret(1),))).receipt
    cases = ["filing:E-1", f"client:{f.siren()}", f"deposit:{sub.deposit}", f"receipt:{receipt}", f"receipt:{named}"]
    for case in cases:
        assert [client.siren for client in firm.read.concerned(case)] == [f.siren()], case
    for case in ("cabinet:cabinet", f"receipt:{lost}", "filing:NONE", "", "nonsense", "nonsense:x"):
        assert firm.read.concerned(case) == ()


def test_a_notice_for_nobody_is_kept_and_said_so(firm: Firm) -> None:
    quiet = Firm(policy=Policy(tell=()))
    quiet.opened().live()
    post = RecordingNotifier()
    assert quiet.worker(post).deliver() == 2
    assert (post.calls, quiet.read.counts(Kind.NOTICE)) == ([], {"untold": 2})
    assert quiet.worker(post).deliver() == 0


def test_a_row_that_names_a_notifier_which_is_not_there_ends_as_a_dead_letter() -> None:
    firm = Firm(policy=Policy(tell=(Tell(who="firm", by="post"), Tell(who="firm", by="pots")), delivery_tries=2))
    firm.opened().live()
    post = RecordingNotifier("post")
    for _ in range(3):
        firm.worker(post).deliver()
        firm.move(hours=9)
    dead = out(firm, "went_live")
    assert (dead.state, dead.done, dead.refused) == ("dead", ("post",), ("pots",))
    assert dead.ways["pots"].trouble == "no_such_notifier"
    assert len(post.calls) == 2


# ---- each notifier on its own way


def test_each_notifier_has_its_own_tries_and_its_own_next_one(firm: Firm) -> None:
    post, chat, hook = RecordingNotifier("post"), RecordingNotifier("chat"), RecordingNotifier("hook")
    post.fail_next(Retry(timedelta(hours=3), "quota"), 2)
    chat.fail_next(OSError("down"), 2)
    firm.worker(post, chat, hook).deliver()
    ways = out(firm, "went_live").ways
    assert ways["post"].due == NOW + timedelta(hours=3)
    assert ways["chat"].due is not None
    assert ways["chat"].due < NOW + timedelta(minutes=3)
    assert (out(firm, "went_live").done, out(firm, "went_live").due) == (("hook",), ways["chat"].due)
    firm.move(hours=1)
    firm.worker(post, chat, hook).deliver()
    assert (len(post.calls), len(chat.calls), len(hook.calls)) == (2, 4, 2)
    assert out(firm, "went_live").due == ways["post"].due


def test_one_gives_up_while_the_others_go_on(firm: Firm) -> None:
    post, chat = RecordingNotifier("post"), RecordingNotifier("chat")
    post.fail_next(Undeliverable("no such box"), 2)
    chat.fail_next(OSError("down"), 2)
    firm.worker(post, chat).deliver()
    assert (out(firm, "went_live").state, out(firm, "went_live").refused) == ("pending", ("post",))
    firm.move(hours=1)
    firm.worker(post, chat).deliver()
    dead = out(firm, "went_live")
    assert (dead.state, dead.done, dead.refused, len(post.calls)) == ("dead", ("chat",), ("post",), 2)


def test_two_notifiers_of_one_name_are_refused() -> None:
    with pytest.raises(InputRefused) as refused:
        Firm().worker(RecordingNotifier("post"), RecordingNotifier("post"))
    assert refused.value.code == "notifiers_of_one_name"


def test_a_patience_that_could_outlast_the_lease_is_refused() -> None:
    for patience in (timedelta(minutes=5), timedelta(0)):
        with pytest.raises(InputRefused) as refused:
            worker(Firm(), RecordingNotifier(), patience=patience)
        assert refused.value.code == "patience_of_a_lease"


def test_a_notifier_that_ends_its_thread_is_a_failure_like_another(firm: Firm) -> None:
    exits, post = RecordingNotifier("exits"), RecordingNotifier("post")
    exits.fail_next(SystemExit(), 1)  # type: ignore[arg-type]
    began = time.monotonic()
    firm.worker(exits, post).deliver()
    assert time.monotonic() - began < 5
    assert len(post.ids) == 2
    assert {o.state for o in firm.read.notices()} == {"pending"}
    firm.move(hours=1)
    firm.worker(exits, post).deliver()
    assert (len(exits.ids), len(post.ids)) == (2, 2)


def test_a_notice_stored_before_each_had_its_own_way_goes_on(firm: Firm) -> None:
    """The tries counted then count for whoever is left."""
    id = out(firm, "went_live").notice.id
    old = {"state": "pending", "done": ("chat",), "tries": firm.policy.delivery_tries - 1}
    firm.flow.set_record(Kind.NOTICE, id, lambda now: now.with_(**old))
    post, chat = RecordingNotifier("post"), RecordingNotifier("chat")
    post.fail_next(OSError(), 2)
    firm.worker(post, chat).deliver()
    assert (out(firm, "went_live").state, out(firm, "went_live").refused) == ("dead", ("post",))
    assert chat.codes == ["test_accepted"]


ANSWERS = st.one_of(
    st.just(Answer("done")),
    st.builds(Answer, st.just("retry"), st.none() | st.timedeltas(timedelta(days=-1), timedelta(days=2)), st.text()),
    st.builds(Answer, st.just("refused"), why=st.text()),
    st.builds(Answer, st.just("later"), st.just(timedelta(0)), st.text()),
)
NAMES = ("post", "chat", "hook")


@given(st.lists(st.dictionaries(st.sampled_from(NAMES), ANSWERS), max_size=12), st.integers(1, 4))
@settings(max_examples=300, deadline=None)
def test_whatever_they_answer_in_whatever_order_each_stands_where_its_own_answers_put_it(
    rounds: list[dict[str, Answer]], most: int
) -> None:
    told = {name: frozenset({"firm"}) for name in NAMES}
    clock, now = FixedClock(), Outgoing(notice=note(), due=NOW)
    expected: dict[str, str] = {}
    tries: Counter[str] = Counter()
    for answers in rounds:
        asked = {name: answers[name] for name in awaited(now, told, clock.now()) if name in answers}
        assert not expected.keys() & asked.keys(), "nobody is asked again who is through with it"
        for name, answer in asked.items():
            tries[name] += answer.kind != "later"
            if answer.kind == "done":
                expected[name] = "done"
            elif answer.kind == "refused" or (answer.kind == "retry" and tries[name] >= most):
                expected[name] = "refused"
        now = settled(now, asked, told, now=clock.now(), most=most, pause=lambda n: backoff(n, 0.5))
        left = set(NAMES) - expected.keys()
        assert set(now.done) == {name for name, end in expected.items() if end == "done"}
        assert set(now.refused) == {name for name, end in expected.items() if end == "refused"}
        assert now.state == ("pending" if left else "dead" if now.refused else "delivered")
        assert (now.due is None) == (not left)
        assert all((due := now.ways[name].due) is None or due >= clock.now() for name in asked if name in now.ways)
        clock.advance(timedelta(days=3))
    assert Outgoing.model_validate_json(now.model_dump_json()) == now


@given(st.dictionaries(st.sampled_from(NAMES), ANSWERS), st.dictionaries(st.sampled_from(NAMES), ANSWERS))
@settings(max_examples=200, deadline=None)
def test_what_two_workers_note_is_never_lost(first: dict[str, Answer], second: dict[str, Answer]) -> None:
    """A lease that ran out: both told it, and both keep what their notifiers did."""
    told = {name: frozenset({"firm"}) for name in NAMES}
    fold = {"now": NOW, "most": 3, "pause": lambda n: backoff(n, 0.0)}
    both = settled(settled(Outgoing(notice=note()), first, told, **fold), second, told, **fold)
    done = {name for answers in (first, second) for name, answer in answers.items() if answer.kind == "done"}
    assert set(both.done) == done
    assert len(both.done) == len(set(both.done))
    assert not done & set(both.refused)


# ---- slow, hanging, dying


class Slow:
    """A notifier that takes its time, or hangs until told, and then fails or not."""

    def __init__(self, name: str, seconds: float = 0, error: Exception | None = None) -> None:
        self.name, self.seconds, self.error = name, seconds, error
        self.calls: list[str] = []
        self.free = threading.Event()

    def send(self, notice: Notice) -> None:
        self.calls.append(notice.id)
        self.free.wait(self.seconds)
        if self.error is not None:
            raise self.error


def many(firm: Firm, count: int) -> None:
    """That many more notices."""
    for n in range(count):
        firm.flow.tell("went_live", Ref(Kind.CABINET, "cabinet"), client=f"n{n}")


def test_a_notifier_that_hangs_delays_no_other_and_is_asked_once_only(firm: Firm) -> None:
    many(firm, 30)
    stuck, post = Slow("stuck", 60), RecordingNotifier("post")
    crew = worker(firm, stuck, post, patience=timedelta(seconds=1))
    began = time.monotonic()
    assert crew.deliver() == 32
    assert time.monotonic() - began < 20
    assert len(post.ids) == 32
    assert len(stuck.calls) == 1
    assert {o.done for o in firm.read.notices()} == {("post",)}
    assert {o.ways["stuck"].trouble for o in firm.read.notices()} == {"no_answer"}
    # as long as it hangs it is not asked again: threads do not pile up
    firm.move(hours=1)
    crew.deliver()
    assert len(stuck.calls) == 1
    stuck.free.set()
    stuck.seconds = 0
    time.sleep(0.1)
    firm.move(hours=8)
    crew.deliver()
    assert {o.state for o in firm.read.notices()} == {"delivered"}
    assert len(post.ids) == 32


def test_a_notifier_that_fails_slowly_is_put_off_for_the_round(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """An outage by time-out: one time-out a round, not one a notice; what was put off is not counted as tried."""
    monkeypatch.setattr("due_workflow.couriers.GRACE", 0.1)
    many(firm, 30)
    down, post = Slow("down", 0.3, OSError("timed out")), RecordingNotifier("post")
    began = time.monotonic()
    worker(firm, down, post).deliver()
    assert time.monotonic() - began < 8
    assert len(down.calls) == 1
    assert len(post.ids) == 32
    assert sorted(o.ways["down"].tries for o in firm.read.notices()) == [*[0] * 31, 1]


def test_what_the_others_did_is_kept_while_one_is_slow(firm: Firm, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a worker killed meanwhile makes no repeat at the others."""
    monkeypatch.setattr("due_workflow.couriers.GRACE", 0.1)
    stuck, post = Slow("stuck", 60), RecordingNotifier("post")
    thread = threading.Thread(target=worker(firm, stuck, post).deliver)
    thread.start()
    until = time.monotonic() + 10
    while out(firm, "went_live").done != ("post",) and time.monotonic() < until:
        time.sleep(0.02)
    kept = out(firm, "went_live")
    stuck.free.set()
    thread.join(20)
    assert (kept.state, kept.done) == ("pending", ("post",))
    # still leased by the slow one's worker, so no other takes it
    assert kept.due == NOW + timedelta(minutes=5)
    assert out(firm, "went_live").state == "delivered"


def test_nothing_is_begun_that_could_outlast_the_lease(firm: Firm) -> None:
    """A worker that slept through its lease leaves the rest to whoever has it now."""
    many(firm, 10)

    class Sleeper(RecordingNotifier):
        def send(self, notice: Notice) -> None:
            super().send(notice)
            firm.move(minutes=2)

    post = Sleeper("post")
    worker(firm, post).deliver()
    assert len(post.ids) < 12, "the lease of 5 minutes ends before all are told"
    second = RecordingNotifier("post")
    for _ in range(5):
        firm.move(minutes=6)
        worker(firm, second).deliver()
    assert sorted([*post.ids, *second.ids]) == sorted(o.notice.id for o in firm.read.notices())


def test_a_worker_told_to_stop_ends_with_what_is_in_hand(firm: Firm) -> None:
    many(firm, 10)
    slow = Slow("slow", 0.2)
    crew = worker(firm, slow)
    threading.Timer(0.3, crew.stop).start()
    crew.deliver()
    counts = firm.read.counts(Kind.NOTICE)
    assert counts["delivered"] == len(slow.calls) < 12
    # what was not begun is due at once for another worker, and counts as never tried
    post = RecordingNotifier("slow")
    assert worker(firm, post).deliver() == 12 - len(slow.calls)
    assert {o.tries for o in firm.read.notices()} == {0}


def test_without_patience_notifiers_are_called_in_the_workers_own_thread(firm: Firm) -> None:
    class Where(RecordingNotifier):
        def send(self, notice: Notice) -> None:
            super().send(notice)
            self.thread = threading.current_thread()

    post = Where("post")
    worker(firm, post, patience=None).deliver()
    assert post.thread is threading.current_thread()
    assert len(post.ids) == 2
    worker(firm, other := Where("other")).deliver()
    many(firm, 1)
    worker(firm, other).deliver()
    assert other.thread is not threading.current_thread()


def test_no_thread_is_left_behind(firm: Firm) -> None:
    before = threading.active_count()
    crew = worker(firm, RecordingNotifier("a"), RecordingNotifier("b"))
    for _ in range(5):
        many(firm, 3)
        crew.deliver()
    until = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() <= before


class Failing(Wrapped):
    """A storage whose commits of a notice fail, after some."""

    def __init__(self, inner: Any, good: int, error: Exception) -> None:
        super().__init__(inner)
        self.good, self.error = good, error

    def commit(self, cabinet: str, changes: Changes) -> None:
        if any(record.ref.kind is Kind.NOTICE for record in changes.write):
            self.good -= 1
            if self.good < 0:
                raise self.error
        self.inner.commit(cabinet, changes)


@pytest.mark.parametrize(
    ("error", "outage"), [(StorageUnusable("storage_locked", path="x"), True), (ValueError("host's own"), False)]
)
def test_a_storage_that_fails_meanwhile_leaves_no_thread_and_loses_nothing(
    firm: Firm, error: Exception, outage: bool
) -> None:
    many(firm, 20)
    storage, before = Failing(firm.storage, 5, error), threading.active_count()
    flow = DueWorkflow(storage, cabinet="cabinet", clock=firm.clock)
    post = RecordingNotifier("post")
    crew = Worker(storage, flow_for=lambda _: flow, notifiers=(post,), clock=firm.clock)
    with pytest.raises(StorageUnusable) if outage else nullcontext():
        crew.deliver()
    assert firm.read.counts(Kind.NOTICE) == {"delivered": 5, "pending": 17}
    until = time.monotonic() + 5
    while threading.active_count() > before and time.monotonic() < until:
        time.sleep(0.01)
    assert threading.active_count() <= before
    storage.good = 1000
    firm.move(minutes=6)
    crew.deliver()
    assert set(post.ids) == {o.notice.id for o in firm.read.notices(("delivered",))}
    assert firm.read.counts(Kind.NOTICE) == {"delivered": 22}


# ---- dead letters


def dead_letter(firm: Firm) -> Outgoing:
    post = RecordingNotifier("post")
    post.fail_next(Undeliverable("no such box"), 2)
    firm.worker(post, RecordingNotifier("chat")).deliver()
    return out(firm, "went_live")


def test_a_dead_letter_is_replayed_to_whom_it_did_not_reach(firm: Firm) -> None:
    dead = dead_letter(firm)
    assert {o.notice.code for o in firm.read.notices(("dead",))} == {"went_live", "test_accepted"}
    again = firm.flow.replay_notice(dead.notice.id, by="Camille")
    assert (again.state, again.done, again.tries, again.due) == ("pending", ("chat",), 0, NOW)
    post, chat = RecordingNotifier("post"), RecordingNotifier("chat")
    assert firm.worker(post, chat).deliver() == 1
    assert (post.codes, chat.codes) == (["went_live"], [])
    assert out(firm, "went_live").state == "delivered"


def test_a_pending_notice_is_brought_forward(firm: Firm) -> None:
    post = RecordingNotifier("post")
    post.fail_next(Retry(timedelta(hours=5)), 2)
    firm.worker(post).deliver()
    assert firm.worker(post).deliver() == 0
    firm.flow.replay_notice(out(firm, "went_live").notice.id)
    assert firm.worker(post).deliver() == 1


def test_what_is_delivered_or_unknown_is_not_replayed(firm: Firm) -> None:
    firm.worker(RecordingNotifier()).deliver()
    with pytest.raises(InputRefused) as refused:
        firm.flow.replay_notice(out(firm, "went_live").notice.id)
    assert refused.value.code == "notice_not_waiting"
    assert "remise" in refused.value.text("fr")
    with pytest.raises(NotFound):
        firm.flow.replay_notice("nothing")


# ---- many workers


class Ledger:
    """A notifier of a crowd: fails at times, and writes down what it delivered."""

    def __init__(self, name: str, fails: Callable[[int], bool], where: Path | None = None) -> None:
        self.name, self.fails, self.where = name, fails, where
        self.delivered: list[str] = []
        self.calls = 0
        self.lock = threading.Lock()

    def send(self, notice: Notice) -> None:
        with self.lock:
            self.calls += 1
            if self.fails(self.calls):
                raise Retry(timedelta(0))
            self.delivered.append(f"{notice.cabinet} {notice.id}")
            if self.where is not None:
                with self.where.open("a") as ledger:
                    ledger.write(f"{self.name} {notice.cabinet} {notice.id}\n")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A file with 40 notices of two firms."""
    with SqliteStorage(tmp_path / "due.sqlite", synchronous="OFF") as storage:
        for name in ("north", "south"):
            flow = DueWorkflow(storage, cabinet=name)
            for n in range(20):
                flow.tell("went_live", Ref(Kind.CABINET, name), client=f"n{n}")
    return tmp_path / "due.sqlite"


def ids(storage: SqliteStorage) -> Iterator[tuple[str, Outgoing]]:
    for name in ("north", "south"):
        for o in DueWorkflow(storage, cabinet=name).read.notices():
            yield f"{name} {o.notice.id}", o


def test_threads_of_one_crew_deliver_everything_once_and_invent_nothing(path: Path) -> None:
    with SqliteStorage(path, synchronous="OFF") as storage:
        post, chat, dead = Ledger("post", lambda _: False), Ledger("chat", lambda n: n % 3 == 0), Refuses("dead")
        flows = {name: DueWorkflow(storage, cabinet=name) for name in ("north", "south")}
        crews = [Worker(storage, flow_for=flows.__getitem__, notifiers=(post, chat, dead)) for _ in range(4)]

        def run(crew: Worker) -> None:
            until = time.monotonic() + 20
            while any(o.state == "pending" for _, o in ids(storage)) and time.monotonic() < until:
                crew.deliver(7)

        threads = [threading.Thread(target=run, args=(crew,)) for crew in crews]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        known = {name for name, _ in ids(storage)}
        assert len(known) == 40
        for ledger in (post, chat):
            assert set(ledger.delivered) == known
            assert set(Counter(ledger.delivered).values()) == {1}, "nobody died: once each"
        assert {(o.state, o.refused, len(o.done)) for _, o in ids(storage)} == {("dead", ("dead",), 2)}


class Refuses(RecordingNotifier):
    def send(self, notice: Notice) -> None:
        raise Undeliverable("never")


def deliver_all(path: str, where: str, number: int) -> None:
    """One worker process."""
    with SqliteStorage(path, synchronous="OFF") as storage:
        post = Ledger("post", lambda n: n % (number + 2) == 0, Path(where) / f"{number}.txt")
        chat = Ledger("chat", lambda _: False, Path(where) / f"{number}.txt")
        flows = {name: DueWorkflow(storage, cabinet=name) for name in ("north", "south")}
        crew = Worker(storage, flow_for=flows.__getitem__, notifiers=(post, chat))
        until = time.monotonic() + 30
        while any(o.state == "pending" for _, o in ids(storage)) and time.monotonic() < until:
            crew.deliver(5)


def test_processes_deliver_everything_once_and_invent_nothing(path: Path, tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    processes = [context.Process(target=deliver_all, args=(str(path), str(tmp_path), n)) for n in range(3)]
    for process in processes:
        process.start()
    for process in processes:
        process.join(60)
        assert process.exitcode == 0
    lines = [line for ledger in tmp_path.glob("*.txt") for line in ledger.read_text().splitlines()]
    with SqliteStorage(path, synchronous="OFF") as storage:
        known = {name for name, _ in ids(storage)}
        assert {o.state for _, o in ids(storage)} == {"delivered"}
    assert set(lines) == {f"{name} {id}" for name in ("post", "chat") for id in known}
    assert set(Counter(lines).values()) == {1}


def test_a_crew_tells_each_firm_under_its_own_policy() -> None:
    storage = MemoryStorage()
    loud = Firm(storage, cabinet="loud").opened()
    quiet = Firm(storage, cabinet="quiet", policy=Policy(tell=()), clock=loud.clock).opened()
    for firm in (loud, quiet):
        firm.live()
    flows = {"loud": loud.flow, "quiet": quiet.flow}
    post = RecordingNotifier()
    Worker(storage, flow_for=flows.__getitem__, notifiers=(post,), clock=loud.clock).deliver()
    assert {n.cabinet for n in post.notices} == {"loud"}
