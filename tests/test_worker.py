"""The worker: released sendings, collections, deliveries, across firms and past faults."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from due_workflow import DueWorkflow, Mode, Retry, Undeliverable, Worker
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind, PieceRef
from due_workflow.records import Outgoing
from due_workflow.testing import FixedClock, LineBroke, RecordingNotifier, ScriptedPortal, Step
from due_workflow.testing import factories as f
from stories import ACCOUNT, NOW, A, Firm, R


@pytest.fixture(params=["memory", "sqlite"])
def firm(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Firm]:
    storage = MemoryStorage() if request.param == "memory" else SqliteStorage(tmp_path / "x", synchronous="OFF")
    x = Firm(storage).opened()
    x.live()
    yield x
    if isinstance(storage, SqliteStorage):
        storage.close()


def state(firm: Firm, id: str = "E-1/real/1") -> str:
    return firm.read.submission(id).state.value


# ---- released sendings


def test_what_is_released_is_sent_once(firm: Firm) -> None:
    firm.flow.release([firm.real().id], by="Camille")
    assert firm.worker().send_released() == 1
    assert (firm.portal.times_taken("E-1/real/1"), state(firm)) == (1, "deposited")
    firm.move(days=1)
    assert firm.worker().send_released() == 0
    assert [t.by for t in firm.read.journal("E-1") if t.event == "begin_send"] == ["Camille"]


def test_a_window_that_is_not_open_is_waited_for(firm: Firm) -> None:
    sub = firm.real(start=NOW + timedelta(days=20))
    firm.flow.release([sub.id])
    worker = firm.worker()
    assert worker.send_released() == 1
    opens = firm.filing().hire_at.replace(hour=23, minute=0) - timedelta(days=9)
    firm.clock.set(opens - timedelta(seconds=1))
    assert (worker.send_released(), firm.portal.calls) == (0, [])
    firm.move(seconds=1)
    assert worker.send_released() == 1
    assert state(firm) == "deposited"


def test_another_refusal_ends_the_order_and_is_told_urgently(firm: Firm) -> None:
    firm.flow.release([firm.real().id])
    firm.flow.revoke_mandate(f.siren(), NOW.date(), "left")
    firm.worker().send_released()
    (note,) = [o.notice for o in firm.read.notices() if o.notice.code == "release_refused"]
    assert (note.urgent, note.facts["reasons"]) == (True, "client_not_live, mandate_not_in_force")
    firm.move(days=30)
    assert firm.worker().send_released() == 0
    # released again, refused again: told again
    firm.flow.release(["E-1/real/1"])
    firm.worker().send_released()
    assert firm.codes().count("release_refused") == 2


def test_when_no_byte_left_it_is_tried_again_later(firm: Firm) -> None:
    firm.portal.script(Step.NOT_SENT, Step.NOT_SENT)
    firm.flow.release([firm.real().id])
    worker = firm.worker()
    waits = []
    for _ in range(2):
        before = firm.clock.now()
        worker.send_released()
        (order,) = firm.storage.find(firm.flow.cabinet, Kind.COMMAND, states=("released",))
        assert order.due is not None
        waits.append(order.due - before)
        assert state(firm) == "prepared"
        firm.clock.set(order.due)
    assert waits[0] < waits[1]
    worker.send_released()
    assert (firm.portal.times_taken("E-1/real/1"), state(firm)) == (1, "deposited")


def test_doubt_ends_the_order_so_that_it_is_never_sent_twice(firm: Firm) -> None:
    firm.portal.script(Step.BREAK_AFTER)
    firm.flow.release([firm.real().id])
    for _ in range(5):
        firm.worker().send_released()
        firm.move(hours=7)
    assert firm.portal.times_taken("E-1/real/1") == 1
    assert len(firm.portal.calls) == 1


def test_late_leaves_only_where_the_release_said_so(firm: Firm) -> None:
    firm.flow.release([firm.real("E-1").id])
    firm.flow.release([firm.real("E-2").id], late=True)
    firm.move(days=6)
    firm.worker().send_released()
    assert (state(firm), state(firm, "E-2/real/1")) == ("prepared", "deposited")
    assert firm.read.submission("E-2/real/1").late


def test_an_attempt_that_the_person_sent_meanwhile_ends_the_order(firm: Firm) -> None:
    firm.flow.release([firm.real().id])
    firm.flow.mark_sent(["E-1/real/1"])
    assert firm.worker().send_released() == 1
    assert firm.portal.calls == []


# ---- collection


def test_a_collection_asks_about_doubts_first_then_takes_in_what_waits(firm: Firm) -> None:
    firm.portal.script(Step.BREAK_AFTER, Step.BREAK_BEFORE)
    firm.flow.send([firm.real("E-1").id])
    firm.flow.send([firm.real("E-2").id])
    ref = firm.portal.ref_of("E-1/real/1")
    firm.portal.acs(ref)
    firm.portal.ars(ref)
    assert firm.worker().collect() == 1
    assert (state(firm), state(firm, "E-2/real/1")) == ("accepted", "lost")
    (asked,) = firm.portal.asked
    assert ref in asked


def test_an_answered_deposit_is_asked_for_once_a_day_while_its_answer_may_change(firm: Firm) -> None:
    """A return may be overwritten, or contradicted, after the first one closed its deposit."""
    sub = firm.sent(firm.real().id)
    ref = firm.ref_of(sub)
    firm.portal.ars(ref)
    worker = firm.worker()
    worker.collect()
    assert state(firm) == "accepted"
    firm.portal.asked.clear()
    for _ in range(4):
        firm.move(minutes=20)
        worker.collect()
    assert not any(ref in asked for asked in firm.portal.asked), "the same day it is left alone"
    firm.move(days=1)
    worker.collect()
    assert ref in firm.portal.asked[-1]
    firm.move(days=firm.policy.watch_days)
    worker.collect()
    assert ref not in firm.portal.asked[-1]


def test_where_the_portal_cannot_tell_it_stays_in_doubt(firm: Firm) -> None:
    firm.portal.blind = True
    firm.portal.script(Step.BREAK_AFTER)
    firm.flow.send([firm.real().id])
    told = firm.flow.collect(firm.portal)
    assert (told.settled, told.in_doubt, state(firm)) == (0, 1, "in_doubt")
    firm.portal.blind = False
    assert firm.flow.collect(firm.portal).settled == 1
    assert state(firm) == "deposited"


def test_what_the_host_sent_by_itself_cannot_be_looked_for(firm: Firm) -> None:
    firm.flow.begin_send([firm.real().id])
    firm.move(minutes=11)
    firm.worker().tick()
    assert firm.flow.collect(firm.portal).in_doubt == 1
    assert state(firm) == "in_doubt"


def test_a_piece_is_fetched_until_it_is_committed_and_never_again(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    piece = firm.portal.ars(firm.ref_of(sub))
    firm.portal.fetch_errors[piece] = LineBroke("cut")
    worker = firm.worker()
    worker.collect()
    assert state(firm) == "sent"
    del firm.portal.fetch_errors[piece]
    fetched: list[PieceRef] = []
    fetch = firm.portal.fetch
    firm.portal.fetch = lambda p: (fetched.append(p), fetch(p))[1]  # type: ignore[method-assign]
    for _ in range(3):
        firm.move(minutes=20)
        worker.collect()
    assert fetched == [piece]
    assert state(firm) == "accepted"


def test_a_failed_collection_keeps_its_cursor_and_is_tried_again(firm: Firm) -> None:
    def order() -> Any:
        (record,) = firm.storage.find(firm.flow.cabinet, Kind.COMMAND, states=("collecting",))
        return record

    worker = firm.worker()
    worker.collect()
    good = order()
    firm.portal.listing_error = LineBroke("down")
    firm.move(minutes=15)
    worker.collect()
    failed = order()
    assert b"LineBroke" in failed.data
    assert firm.clock.now() < failed.due <= firm.clock.now() + timedelta(minutes=3)
    firm.portal.listing_error = None
    since: list[Any] = []
    available = firm.portal.available
    firm.portal.available = lambda s, refs=(): (since.append(s), available(s, refs))[1]  # type: ignore[method-assign]
    firm.clock.set(failed.due)
    worker.collect()
    # from the last good one, with an overlap
    assert since == [NOW - timedelta(days=2)]
    assert b"trouble" not in order().data
    assert good.due == NOW + timedelta(minutes=15)


def test_the_same_piece_under_another_name_is_a_repeat(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    paper = f.ars(firm.ref_of(sub), account=ACCOUNT)
    firm.portal.put(paper, number="1")
    firm.portal.put(paper, number="1", stamp="rewritten")
    told = firm.flow.collect(firm.portal)
    assert (told.applied, told.known) == (2, 0)
    assert firm.flow.collect(firm.portal).known == 2
    assert len([r for r in firm.read.every(Kind.RECEIPT) if r.facts.receipt.kind == "ars"]) == 2  # T-1's too


def test_an_unreadable_piece_waits_in_the_tray_and_the_rest_goes_on(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    firm.portal.unreadable()
    firm.portal.ars(firm.ref_of(sub))
    told = firm.flow.collect(firm.portal)
    assert (told.applied, told.tray) == (1, 1)


def test_a_deposit_that_the_portal_affirms_not_to_have_though_it_once_did_stays_for_a_person(firm: Firm) -> None:
    firm.portal.script(Step.BREAK_BEFORE)
    (deposit,) = firm.flow.send([firm.real().id]).deposits
    firm.flow.learn_ref(deposit.id, "77")
    told = firm.flow.collect(firm.portal)
    assert (told.settled, told.in_doubt, state(firm)) == (0, 1, "in_doubt")


# ---- deliveries


def out(firm: Firm, code: str) -> Outgoing:
    (found,) = [o for o in firm.read.notices() if o.notice.code == code]
    return found


def test_each_notice_is_delivered_once_to_each_notifier(firm: Firm) -> None:
    post, chat = RecordingNotifier("post"), RecordingNotifier("chat")
    worker = firm.worker(post, chat)
    assert worker.deliver() == 2
    assert set(post.codes) == set(chat.codes) == {"test_accepted", "went_live"}
    firm.move(days=1)
    assert worker.deliver() == 0
    assert out(firm, "went_live").state == "delivered"


def test_a_notifier_that_fails_is_tried_again_and_the_others_are_not_repeated(firm: Firm) -> None:
    post, chat = RecordingNotifier("post"), RecordingNotifier("chat")
    post.fail_next(OSError("down"), 2)
    worker = firm.worker(post, chat)
    worker.deliver()
    firm.move(hours=1)
    worker.deliver()
    assert sorted(post.codes) == sorted(chat.codes) == ["test_accepted", "went_live"]
    assert len(set(post.ids)) == 2


def test_a_notifier_says_itself_when_to_come_again(firm: Firm) -> None:
    post = RecordingNotifier("post")
    post.fail_next(Retry(timedelta(hours=3), "quota"), 2)
    worker = firm.worker(post)
    worker.deliver()
    assert out(firm, "went_live").due == NOW + timedelta(hours=3)
    firm.move(hours=2, minutes=59)
    assert worker.deliver() == 0
    firm.move(minutes=1)
    assert worker.deliver() == 2


def test_what_can_never_be_delivered_is_a_dead_letter_at_once(firm: Firm) -> None:
    post = RecordingNotifier("post")
    post.fail_next(Undeliverable("no such address"), 2)
    firm.worker(post).deliver()
    dead = out(firm, "went_live")
    assert (dead.state, dead.due, dead.refused) == ("dead", None, ("post",))
    assert "no such address" in (dead.trouble or "")


def test_after_enough_tries_it_is_a_dead_letter(firm: Firm) -> None:
    post = RecordingNotifier("post")
    post.fail_next(OSError("down"), 1000)
    worker = firm.worker(post)
    for _ in range(firm.policy.delivery_tries):
        assert out(firm, "went_live").state == "pending"
        worker.deliver()
        firm.move(hours=9)
    assert (out(firm, "went_live").state, out(firm, "went_live").tries) == ("dead", firm.policy.delivery_tries)
    assert worker.deliver() == 0


def test_a_notifiers_fault_says_nothing_of_what_it_held(firm: Firm) -> None:
    post = RecordingNotifier("post")
    post.fail_next(OSError(f"550 {f.nir()} refused"), 2)
    firm.worker(post).deliver()
    assert out(firm, "went_live").trouble == "OSError"


# ---- across firms, and past faults


def test_a_worker_handles_each_record_inside_its_own_firm() -> None:
    storage, clock = MemoryStorage(), FixedClock()
    firms = {name: Firm(storage, clock=clock, cabinet=name).opened() for name in ("north", "south")}
    for firm in firms.values():
        firm.live()
        firm.flow.begin_send([firm.real().id])
    firms["south"].flow.mark_sent(["E-1/real/1"])
    post = RecordingNotifier()
    worker = Worker(storage, flow_for=lambda name: firms[name].flow, notifiers=(post,), clock=clock)
    clock.advance(timedelta(minutes=11))
    worker.run_once()
    assert [state(firm) for firm in firms.values()] == ["in_doubt", "sent"]
    assert sorted(post.codes) == ["in_doubt", *["test_accepted"] * 2, *["went_live"] * 2]


def test_a_firm_that_cannot_be_served_does_not_stop_the_others() -> None:
    """Whatever fails there: its lease runs out, the others are handled now."""
    storage, clock = MemoryStorage(), FixedClock()
    firms = {name: Firm(storage, clock=clock, cabinet=name).opened() for name in ("a", "b", "c")}
    for firm in firms.values():
        firm.live()
        firm.flow.begin_send([firm.real().id])
    clock.advance(timedelta(minutes=11))
    broken = True

    def flow_for(name: str) -> DueWorkflow:
        if name == "a" and broken:
            raise KeyError(name)
        return firms[name].flow

    worker = Worker(storage, flow_for=flow_for, clock=clock)
    assert worker.tick() == 2
    assert [state(firm) for firm in firms.values()] == ["sending", "in_doubt", "in_doubt"]
    broken = False
    clock.advance(timedelta(minutes=6))
    worker.tick()
    assert state(firms["a"]) == "in_doubt"


def test_a_worker_that_died_leaves_a_lease_that_runs_out(firm: Firm) -> None:
    firm.flow.begin_send([firm.real().id])
    firm.move(minutes=11)
    now = firm.clock.now()
    claimed = firm.storage.claim((Kind.FILING,), now, now + timedelta(minutes=5), 100)
    assert [record.ref.id for _, record in claimed] == ["E-1"]
    assert firm.worker().tick() == 0
    firm.move(minutes=5)
    assert firm.worker().tick() == 1
    assert state(firm) == "in_doubt"


def test_a_round_of_everything_from_release_to_declared(firm: Firm) -> None:
    post = RecordingNotifier()
    worker = firm.worker(post)
    firm.flow.release([firm.real("E-1").id, firm.flow.prepare(f.declaration("E-2"), Mode.TEST).id])
    assert worker.run_once()["send_released"] == 2
    for hire, outcome in (("E-1/real/1", A), ("E-2/test/1", R)):
        firm.portal.acs(firm.portal.ref_of(hire))
        firm.portal.ars(firm.portal.ref_of(hire), outcome)
    firm.move(minutes=16)
    worker.run_once()
    assert (firm.status("E-1"), firm.status("E-2")) == ("declared", "test_not_declared")
    assert {"declared", "cirso_rejected"} <= set(post.codes)
    assert firm.read.verify_journal().sound


def test_an_order_that_cannot_be_sent_is_told_once_and_goes_on_being_tried() -> None:
    clock, storage = FixedClock(), MemoryStorage()
    flow = DueWorkflow(storage, cabinet="no-portal", clock=clock)
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    sub = flow.prepare(f.declaration("E-1"))
    flow.release([sub.id], by="Camille")
    worker = Worker(storage, flow_for=lambda _: flow, clock=clock)
    for _ in range(6):
        worker.send_released()
        clock.advance(timedelta(hours=8))
    told = [out.notice for out in flow.read.notices() if out.notice.code == "release_waits"]
    assert [notice.urgent for notice in told] == [True]
    assert "E-1/test/1" in told[0].text("fr")
    portal = ScriptedPortal("jedeclare", clock=clock)
    flow.portals = (portal,)
    worker.send_released()
    assert portal.times_taken(sub.id) == 1
