"""Handing over: through a portal, by the host itself, in doubt, and under a reference learned late or guessed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from due_workflow import (
    Acs,
    Ads,
    Ars,
    DueWorkflow,
    InputRefused,
    Mode,
    NotFound,
    NotSent,
    Outcome,
    Problem,
    Submission,
    SubmissionState,
    TransitionRefused,
    Verdict,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.calendar import start_of_day
from due_workflow.message import STANDARD
from due_workflow.ports import Changes, Parcel
from due_workflow.testing import ScriptedPortal, Step
from due_workflow.testing import factories as f
from stories import ACCOUNT, NOW, A, Firm, R

S = SubmissionState


@pytest.fixture
def firm() -> Firm:
    x = Firm().opened()
    x.live()
    return x


def state(firm: Firm, id: str = "E-1/real/1") -> str:
    return firm.read.submission(id).state.value


# ---- through a portal


def test_what_is_sent_is_taken_once_and_its_ads_received(firm: Firm) -> None:
    sub = firm.real()
    (deposit,) = firm.flow.send([sub.id]).deposits
    assert firm.portal.times_taken(sub.id) == 1
    assert (deposit.ref, deposit.guessed, deposit.state) == ("jedeclare-000001", False, "open")
    assert state(firm) == "deposited"
    assert firm.read.parcel(deposit.id) == firm.portal.taken[0].content
    assert deposit.sha256 == firm.portal.taken[0].sha256


def test_what_the_line_did_is_told_without_the_frames_that_hold_the_message(firm: Firm) -> None:
    firm.portal.script(Step.NOT_SENT, Step.BREAK_AFTER)
    (kept,) = (result := firm.flow.send([firm.real("E-1").id])).deposits
    (broken,) = (doubt := firm.flow.send([firm.real("E-2").id])).deposits
    assert isinstance(result.troubles[kept.id], NotSent)
    assert not isinstance(doubt.troubles[broken.id], NotSent)
    assert (state(firm, "E-1/real/1"), state(firm, "E-2/real/1")) == ("prepared", "in_doubt")
    for error in (result.troubles[kept.id], doubt.troubles[broken.id]):
        assert (error.__traceback__, error.__context__, error.__cause__) == (None, None, None)
        assert error.text("fr") != error.text("en")
    assert firm.flow.send([firm.real("E-3").id]).troubles == {}


def test_an_attempt_that_makes_no_message_is_told_whole_and_stops_no_other(firm: Firm) -> None:
    firm = Firm(policy=firm.policy.with_(per_deposit=10)).opened()
    firm.live()
    subs = [firm.real(reference) for reference in ("E-1", "E-2", "E-3")]
    firm.portal.lacking["E-2"] = (Problem("E-2, NIR", "empty"), Problem("E-2, ape", "empty"))
    firm.flow.release([subs[1].id], by="Camille")
    before = firm.read.filing("E-2")
    result = firm.flow.send([sub.id for sub in subs])
    assert [len(deposit.items) for deposit in result.deposits] == [2]
    refused = result.refused["E-2/real/1"]
    assert isinstance(refused, InputRefused)
    assert [problem.where for problem in refused.problems] == ["E-2, NIR", "E-2, ape"]
    assert firm.read.filing("E-2") == before
    assert [state(firm, sub.id) for sub in subs] == ["deposited", "prepared", "deposited"]
    del firm.portal.lacking["E-2"]
    assert firm.flow.send([subs[1].id]).refused == {}
    assert firm.portal.times_taken("E-2/real/1") == 1


def test_what_does_not_go_with_the_others_is_set_apart_and_the_others_leave_together(firm: Firm) -> None:
    firm = Firm(policy=firm.policy.with_(per_deposit=10)).opened()
    firm.live()
    subs = [firm.real(reference) for reference in ("E-1", "E-2", "E-3")]
    firm.portal.apart["E-3"] = Problem("E-3", "empty", {"reference": "E-3"})
    result = firm.flow.send([sub.id for sub in subs])
    assert [list(deposit.items) for deposit in result.deposits] == [["E-1/real/1", "E-2/real/1"]]
    assert [p.where for p in result.refused["E-3/real/1"].problems] == ["E-3"]
    assert state(firm, "E-3/real/1") == "prepared"
    assert firm.flow.send(["E-3/real/1"]).refused == {}


def test_a_message_tells_the_hour_of_the_workplace_where_its_zone_was_set(firm: Firm) -> None:
    """R1221-1: the hour is the workplace's own, whatever zone the host speaks in."""
    client = f.client(2, establishments=(f.establishment(2, timezone="Indian/Reunion"),))
    firm.flow.add_client(client)
    firm.flow.sign_mandate(client.siren, f.mandate())
    start = datetime(2026, 3, 9, 5, 0, tzinfo=UTC)
    sub = firm.flow.prepare(f.declaration("E-9", 2, start=start), Mode.TEST)
    firm.flow.send([sub.id])
    rendered = firm.portal.rendered[-1].declaration
    assert rendered is not None
    assert rendered.contract.start == datetime(2026, 3, 9, 9, 0)
    assert firm.read.submission(sub.id).content == sub.content


def test_content_that_the_portal_refused_is_not_sent_again_and_again(firm: Firm) -> None:
    firm.portal.script(Step.REFUSED, Step.ADS)
    sub = firm.real()
    firm.flow.release([sub.id], by="Camille")
    assert firm.worker().send_released() == 1
    firm.move(days=1)
    assert firm.worker().send_released() == 0
    told = [out.notice for out in firm.read.notices() if out.notice.code == "release_refused"]
    assert [n.facts["submission"] for n in told] == [sub.id]
    assert (state(firm), firm.portal.times_taken(sub.id)) == ("prepared", 0)
    firm.flow.release([sub.id], by="Camille")
    assert firm.worker().send_released() == 1
    assert firm.portal.times_taken(sub.id) == 1


def test_what_is_denied_is_told_by_the_gate_before_its_content_is_looked_at(firm: Firm) -> None:
    sub = firm.real()
    firm.portal.lacking["E-1"] = (Problem("E-1, NIR", "empty"),)
    firm.flow.declared_elsewhere("E-1", at=NOW, proof="paper")
    assert isinstance(firm.flow.send([sub.id]).refused[sub.id], TransitionRefused)


def test_what_was_released_and_makes_no_message_is_told_once_with_its_reasons(firm: Firm) -> None:
    sub = firm.real()
    firm.portal.lacking["E-1"] = (Problem("E-1, ape", "empty"),)
    firm.flow.release([sub.id], by="Camille")
    worker = firm.worker()
    assert [worker.send_released(), worker.send_released()] == [1, 0]
    told = [out.notice for out in firm.read.notices() if out.notice.code == "release_refused"]
    assert [(n.facts["submission"], n.facts["reasons"]) for n in told] == [(sub.id, "empty")]


def test_a_portal_that_says_nothing_leaves_it_sent_and_its_reference_unknown(firm: Firm) -> None:
    firm.portal.script(Step.SILENT)
    (deposit,) = firm.flow.send([firm.real().id]).deposits
    assert (deposit.ref, state(firm)) == (None, "sent")


def test_when_no_byte_left_it_is_prepared_again_and_its_release_kept(firm: Firm) -> None:
    firm.portal.script(Step.NOT_SENT)
    firm.flow.release([firm.real().id], by="Camille")
    (deposit,) = firm.flow.send(["E-1/real/1"]).deposits
    sub = firm.read.submission("E-1/real/1")
    assert (deposit.withdrawn, deposit.state) == (True, "closed")
    assert (sub.state, sub.deposit, sub.released_by, sub.epoch, sub.begun) == (S.PREPARED, None, "Camille", "", False)
    assert firm.status() == "to_declare"
    firm.flow.send([sub.id])
    assert firm.portal.times_taken(sub.id) == 1
    assert state(firm) == "deposited"


def test_what_was_in_doubt_while_its_sender_slept_is_prepared_again_once_no_byte_left(firm: Firm) -> None:
    sub = firm.real()

    class Sleeper(ScriptedPortal):
        def deposit(self, parcel: Parcel) -> Ads | None:
            firm.clock.advance(timedelta(minutes=11))
            firm.worker().tick()
            assert state(firm) == "in_doubt"
            raise NotSent("no connection")

    sleeper = Sleeper(firm.portal.name, firm.portal.account, clock=firm.clock)
    flow = DueWorkflow(firm.storage, cabinet=firm.flow.cabinet, portals=[sleeper], clock=firm.clock)
    (deposit,) = (result := flow.send([sub.id])).deposits
    assert isinstance(result.troubles[deposit.id], NotSent), result.troubles
    assert (state(firm), deposit.state, deposit.withdrawn) == ("prepared", "closed", True)
    assert firm.read.submission(sub.id).deposit is None
    assert firm.read.verify_journal().sound
    assert firm.flow.send([sub.id]).deposits[0].ref is not None
    assert firm.portal.times_taken(sub.id) == 1


@pytest.mark.parametrize(("step", "taken"), [(Step.BREAK_AFTER, 1), (Step.BREAK_BEFORE, 0)])
def test_a_line_that_broke_leaves_doubt_and_is_never_sent_again_blindly(firm: Firm, step: Step, taken: int) -> None:
    firm.portal.script(step)
    sub = firm.real()
    (deposit,) = firm.flow.send([sub.id]).deposits
    assert (deposit.state, state(firm), firm.status()) == ("in_doubt", "in_doubt", "in_doubt")
    assert "in_doubt" in firm.codes(urgent=True)
    assert sub.id in firm.flow.send([sub.id]).refused
    second = firm.flow.renew(sub.id, None, "again")
    assert [d.code for d in firm.flow.send([second.id]).refused[second.id].denials] == ["other_alive"]
    assert firm.portal.times_taken(sub.id) == taken
    assert len(firm.portal.calls) == 1


def test_sending_is_committed_before_the_wire_is_touched(firm: Firm) -> None:
    seen: list[str] = []
    deposit = firm.portal.deposit

    def watched(parcel: Any) -> Ads | None:
        seen.append(state(firm))
        return deposit(parcel)

    firm.portal.deposit = watched  # type: ignore[method-assign]
    firm.flow.send([firm.real().id])
    assert seen == ["sending"]


def test_an_interruption_on_the_wire_leaves_doubt_and_goes_on(firm: Firm) -> None:
    def interrupted(parcel: Any) -> Ads | None:
        raise KeyboardInterrupt

    firm.portal.deposit = interrupted  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        firm.flow.send([firm.real().id])
    assert state(firm) == "in_doubt"


def test_a_denied_attempt_does_not_stop_the_others(firm: Firm) -> None:
    good, early = firm.real("E-1"), firm.real("E-2", start=NOW + timedelta(days=20))
    result = firm.flow.send([early.id, good.id])
    assert [list(d.items) for d in result.deposits] == [[good.id]]
    assert [d.code for d in result.refused[early.id].denials] == ["window_not_open"]
    assert state(firm, early.id) == "prepared"


def test_one_employer_and_one_mode_a_deposit_and_never_two_of_one_hire() -> None:
    firm = Firm(per_deposit=3).opened()
    firm.live(1)
    firm.live(2)
    ids = [firm.real(f"A-{i}").id for i in range(4)]
    ids += [firm.real("B-1", 2).id, firm.flow.prepare(f.declaration("A-9"), Mode.TEST).id]
    first = firm.flow.prepare(f.declaration("A-8"), Mode.TEST)
    ids += [first.id, firm.flow.renew(first.id, None, "twice").id]
    lots = [sorted(d.items) for d in firm.flow.send(ids).deposits]
    assert sorted(lots) == [
        ["A-0/real/1", "A-1/real/1", "A-2/real/1"],
        ["A-3/real/1"],
        ["A-8/test/1", "A-9/test/1"],
        ["A-8/test/2"],
        ["B-1/real/1"],
    ]


def test_by_default_each_attempt_has_a_deposit_of_its_own(firm: Firm) -> None:
    ids = [firm.real(f"E-{i}").id for i in range(3)]
    assert [len(d.items) for d in firm.flow.send(ids).deposits] == [1, 1, 1]


def test_without_a_portal_nothing_is_sent() -> None:
    firm = Firm().opened()
    firm.live()
    flow = DueWorkflow(firm.storage, cabinet=firm.flow.cabinet, clock=firm.clock)
    with pytest.raises(InputRefused) as refusal:
        flow.send([firm.real().id])
    assert refusal.value.code == "no_portal"
    assert state(firm) == "prepared"


# ---- by the host itself


def test_begin_send_is_all_or_none(firm: Firm) -> None:
    good, early = firm.real("E-1"), firm.real("E-2", start=NOW + timedelta(days=20))
    before = firm.everything()
    with pytest.raises(TransitionRefused):
        firm.flow.begin_send([good.id, early.id])
    assert firm.everything() == before


def test_two_real_attempts_of_one_hire_do_not_begin_together(firm: Firm) -> None:
    first = firm.real()
    second = firm.flow.renew(first.id, None, "again")
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.begin_send([first.id, second.id])
    assert [d.code for d in refusal.value.denials] == ["other_alive"]


def test_after_the_hour_of_hire_it_leaves_only_when_asked_for_and_flagged(firm: Firm) -> None:
    sub = firm.real()
    firm.move(days=6)
    with pytest.raises(TransitionRefused):
        firm.flow.begin_send([sub.id])
    firm.flow.begin_send([sub.id], late=True)
    begun = firm.read.submission(sub.id)
    assert (begun.late, begun.late_allowed) == (True, True)


def test_the_epoch_is_stamped_when_it_is_handed_over(firm: Firm) -> None:
    sub = firm.real()
    assert sub.epoch == ""
    firm.flow.set_software("Editeur", "Paie", "9")
    firm.flow.begin_send([sub.id])
    assert firm.read.submission(sub.id).epoch == firm.read.cabinet().epoch == "Editeur/Paie/9/jedeclare"


def test_before_any_software_is_noted_the_epoch_is_empty_and_counts() -> None:
    firm = Firm()
    siren = firm.mandated()
    sub = firm.tested()
    assert sub.epoch == ""
    assert firm.flow.go_live(siren).state == "live"
    firm.opened()
    with pytest.raises(TransitionRefused):
        firm.flow.go_live(firm.mandated(2))


def test_mark_sent_notes_a_fact_that_the_gate_would_have_denied(firm: Firm) -> None:
    early = firm.real(start=NOW + timedelta(days=20))
    (sent,) = firm.flow.mark_sent([early.id], ref="9")
    assert (sent.state, sent.irregular) == (S.SENT, ("window_not_open",))
    assert "sent_irregular" in firm.codes(urgent=True)
    assert firm.ref_of(sent) == "9"


def test_mark_sent_asks_the_gate_about_the_moment_when_it_left(firm: Firm) -> None:
    in_time, too_soon = firm.real("E-1"), firm.real("E-2", start=NOW + timedelta(days=9))
    firm.move(days=6)
    (one,) = firm.flow.mark_sent([in_time.id], at=NOW)
    (two,) = firm.flow.mark_sent([too_soon.id], at=NOW)
    assert (one.irregular, one.late) == ((), False)
    assert two.irregular == ("window_not_open",)


def test_mark_sent_from_a_later_state_only_notes_the_reference(firm: Firm) -> None:
    sub = firm.real()
    firm.flow.begin_send([sub.id])
    firm.flow.mark_sent([sub.id], at=NOW)
    firm.flow.mark_sent([sub.id], ref="5")
    assert firm.answered(sub, f.ars).state is S.ACCEPTED
    (after,) = firm.flow.mark_sent([sub.id])
    assert (after.state, after.sent_at, firm.ref_of(after)) == (S.ACCEPTED, NOW, "5")


def test_mark_sent_refuses_an_hour_to_come_or_without_a_zone_and_one_reference_for_two_deposits(firm: Firm) -> None:
    one, two = firm.real("E-1"), firm.flow.prepare(f.declaration("E-2"), Mode.TEST)
    before = firm.everything()
    for command, code in (
        (lambda: firm.flow.mark_sent([one.id], at=NOW + timedelta(seconds=1)), "sent_in_future"),
        (lambda: firm.flow.mark_sent([one.id], at=datetime(2026, 3, 2)), "naive_instant"),
        (lambda: firm.flow.mark_sent([one.id, two.id], ref="5"), "one_ref_one_deposit"),
        (lambda: firm.flow.mark_sent([one.id], ref="  "), "empty_ref"),
    ):
        with pytest.raises(InputRefused) as refusal:
            command()
        assert refusal.value.code == code
    assert firm.everything() == before


def test_a_deposit_may_go_to_another_portal_whose_own_recipient_decides(firm: Firm) -> None:
    (sent,) = firm.flow.mark_sent([firm.real().id], ref="idflux", portal="urssaf", account="x")
    assert sent.recipient == "URSSAF"
    paper = {"portal": "urssaf", "account": "x"}
    firm.flow.receive(f.ars("idflux", recipient="CIRSO", **paper))
    assert state(firm) == "deposited"
    firm.flow.receive(f.ars("idflux", recipient="URSSAF", **paper))
    assert state(firm) == "accepted"


# ---- doubt


def doubtful(firm: Firm, step: Step = Step.BREAK_AFTER) -> str:
    firm.portal.script(step)
    return firm.flow.send([firm.real().id]).deposits[0].id


def test_a_doubt_is_settled_by_the_portals_reference(firm: Firm) -> None:
    deposit = doubtful(firm)
    settled = firm.flow.settle_doubt(deposit, ref="42")
    assert (settled.ref, settled.state, state(firm)) == ("42", "open", "sent")


def test_a_doubt_is_settled_when_the_portal_affirms_that_it_has_nothing(firm: Firm) -> None:
    deposit = doubtful(firm, Step.BREAK_BEFORE)
    settled = firm.flow.settle_doubt(deposit, not_found=True)
    assert (settled.state, state(firm)) == ("closed", "lost")
    second = firm.flow.renew("E-1/real/1", None, "lost")
    assert firm.flow.send([second.id]).deposits
    # the portal was wrong: what it has decides, though two are alive now
    firm.flow.learn_ref(deposit, "42")
    firm.flow.receive(f.ars("42", account=ACCOUNT))
    assert (state(firm), firm.status()) == ("accepted", "declared")


def test_settling_touches_only_what_is_still_in_doubt(firm: Firm) -> None:
    deposit = doubtful(firm)
    firm.flow.settle_doubt(deposit, ref="42")
    firm.flow.receive(f.ars("42", account=ACCOUNT))
    assert firm.flow.settle_doubt(deposit, ref="42").ref == "42"
    assert state(firm) == "accepted"
    with pytest.raises(InputRefused) as refusal:
        firm.flow.settle_doubt(deposit, not_found=True)
    assert refusal.value.code == "settle_ref_known"


def test_what_is_still_being_sent_is_not_called_lost() -> None:
    """One of a deposit's two is in doubt, the other still sending: only the first is settled."""
    firm = Firm(per_deposit=2).opened()
    firm.live()
    one, two = firm.real("E-1"), firm.real("E-2")
    (deposit,) = firm.flow.begin_send([one.id, two.id])
    firm.move(minutes=11)
    firm.worker().tick(limit=1)
    states = {state(firm, one.id), state(firm, two.id)}
    assert states == {"in_doubt", "sending"}
    firm.flow.settle_doubt(deposit.id, not_found=True)
    assert {state(firm, one.id), state(firm, two.id)} == {"lost", "sending"}


def test_settling_asks_for_one_of_both(firm: Firm) -> None:
    deposit = doubtful(firm)
    for given in ({}, {"ref": "1", "not_found": True}):
        with pytest.raises(InputRefused) as refusal:
            firm.flow.settle_doubt(deposit, **given)
        assert refusal.value.code == "settle_one_of"


def test_a_piece_moves_what_is_in_doubt_and_doubt_never_moves_it_back(firm: Firm) -> None:
    firm.flow.begin_send([firm.real().id])
    deposit = firm.read.submission("E-1/real/1").deposit or ""
    firm.flow.learn_ref(deposit, "42")
    firm.flow.receive(f.acs("42", account=ACCOUNT))
    firm.move(minutes=20)
    firm.worker().tick()
    assert (state(firm), firm.read.deposit(deposit).state) == ("forwarded", "open")


# ---- the portal's reference, learned late


def test_what_came_before_its_reference_was_known_is_placed_when_it_is_learned(firm: Firm) -> None:
    firm.flow.begin_send([firm.real().id])
    deposit = firm.flow.mark_sent(["E-1/real/1"])[0].deposit or ""
    for paper in (f.acs("42", account=ACCOUNT), f.ars("42", account=ACCOUNT), f.ars("42", R, account="other")):
        assert firm.flow.receive(paper).why == "unknown_ref"
    assert state(firm) == "sent"
    firm.flow.learn_ref(deposit, "42")
    assert state(firm) == "accepted"
    assert [r.receipt.account for r in firm.read.tray()] == ["other"]


def test_a_reference_known_for_sure_is_not_replaced_and_not_taken_twice(firm: Firm) -> None:
    one, two = firm.sent(firm.real("E-1").id, ref="1"), firm.sent(firm.real("E-2").id, ref="2")
    firm.flow.receive(f.ads("1", account=ACCOUNT))
    for deposit, ref, code in ((one.deposit, "9", "ref_known"), (one.deposit, "2", "ref_known")):
        with pytest.raises(InputRefused) as refusal:
            firm.flow.learn_ref(deposit or "", ref)
        assert refusal.value.code == code
    assert firm.flow.learn_ref(two.deposit or "", "2").ref == "2"
    third = firm.real("E-3")
    firm.flow.begin_send([third.id])
    with pytest.raises(InputRefused) as refusal:
        firm.flow.learn_ref(firm.read.submission(third.id).deposit or "", "2")
    assert refusal.value.code == "ref_taken"


# ---- guesses


def sent_without_ref(firm: Firm, reference: str = "E-1", n: int = 1) -> Submission:
    firm.flow.begin_send([firm.real(reference, n).id])
    return firm.flow.mark_sent([f"{reference}/real/1"])[0]


def ads(ref: str, at: datetime | date, **changes: Any) -> Ads:
    return f.ads(ref, **({"at": at, "account": ACCOUNT} | changes))


def test_an_ads_of_unknown_reference_binds_to_the_only_deposit_that_it_can_be_and_is_shown_as_a_guess(
    firm: Firm,
) -> None:
    sub = sent_without_ref(firm)
    firm.flow.receive(f.ars("42", account=ACCOUNT))
    result = firm.flow.receive(ads("42", firm.move(minutes=5), mode=Mode.REAL, sirets=(f.siret(),), count=1))
    deposit = firm.read.deposit(sub.deposit or "")
    assert (result.state, deposit.ref, deposit.guessed) == ("applied", "42", True)
    assert "ref_guessed" in firm.codes()
    # and what was waiting under that reference follows
    assert state(firm) == "accepted"


@pytest.mark.parametrize(
    "changes",
    [
        {"account": "other"},
        {"portal": "urssaf"},
        {"mode": Mode.TEST},
        {"sirets": (f.siret(2),)},
        {"sirets": (f.siret(1), f.siret(2))},
        {"count": 2},
        {"at": NOW + timedelta(hours=25)},
        {"at": NOW - timedelta(hours=2)},
        {"at": date(2026, 3, 1)},
    ],
    ids=lambda changes: " ".join(f"{k}" for k in changes),
)
def test_an_ads_that_says_something_else_is_not_bound(firm: Firm, changes: dict[str, Any]) -> None:
    sub = sent_without_ref(firm)
    firm.move(hours=30)
    result = firm.flow.receive(ads("42", **({"at": NOW} | changes)))
    assert (result.state, result.why) == ("tray", "unknown_ref")
    assert firm.read.deposit(sub.deposit or "").ref is None


def test_an_ads_that_tells_only_its_day_may_be_of_any_hour_of_it(firm: Firm) -> None:
    sent_without_ref(firm)
    firm.move(days=1)
    paper = Ads(portal_ref="42", issued_at=NOW.date(), account=ACCOUNT, count=1)  # type: ignore[arg-type]
    assert paper.issued_at == start_of_day(NOW.date())
    assert firm.flow.receive(paper).state == "applied"


def test_between_two_deposits_nothing_is_guessed_until_one_has_its_reference(firm: Firm) -> None:
    one, two = sent_without_ref(firm, "E-1"), sent_without_ref(firm, "E-2")
    assert firm.flow.receive(ads("42", NOW)).state == "tray"
    firm.flow.learn_ref(one.deposit or "", "41")
    firm.move(minutes=2)
    firm.worker().tick()
    assert firm.read.deposit(two.deposit or "").ref == "42"
    assert firm.read.tray() == ()


def test_a_guess_that_the_tick_makes_brings_along_what_waited_under_that_reference(firm: Firm) -> None:
    firm.flow.receive(f.ars("42", account=ACCOUNT))
    firm.flow.receive(ads("42", NOW))
    firm.move(minutes=2)
    firm.worker().tick()
    sent_without_ref(firm)
    firm.move(days=1, minutes=1)
    firm.worker().tick()
    assert state(firm) == "accepted"
    assert firm.read.tray() == ()


def test_a_guess_proved_right_is_a_guess_no_more(firm: Firm) -> None:
    sub = sent_without_ref(firm)
    firm.flow.receive(ads("42", NOW))
    assert not firm.flow.learn_ref(sub.deposit or "", "42").guessed


def test_a_wrong_guess_is_corrected_and_its_pieces_detached(firm: Firm) -> None:
    sub = sent_without_ref(firm)
    for paper in (ads("42", NOW), f.acs("42", account=ACCOUNT), f.ars("42", account=ACCOUNT)):
        firm.flow.receive(paper)
    assert firm.status() == "declared"
    deposit = firm.flow.learn_ref(sub.deposit or "", "43")
    assert (deposit.ref, deposit.guessed, state(firm), firm.status()) == ("43", False, "sent", "running")
    assert "guess_corrected" in firm.codes(urgent=True)
    assert {r.receipt.kind for r in firm.read.tray()} == {"ads", "acs", "ars"}
    firm.flow.receive(f.ars("43", R, account=ACCOUNT))
    assert state(firm) == "cirso_rejected"


def test_what_another_deposit_was_told_of_its_mode_goes_with_the_wrong_guess(firm: Firm) -> None:
    sub = sent_without_ref(firm)
    firm.flow.receive(ads("42", NOW))
    firm.flow.receive(f.ads("42", account=ACCOUNT, mode=Mode.TEST))
    firm.flow.receive(f.ars("42", account=ACCOUNT))
    assert firm.read.submission(sub.id).contradicted
    deposit = firm.flow.learn_ref(sub.deposit or "", "43")
    told = firm.read.submission(sub.id)
    assert (deposit.mode_told, told.mode_told, told.contradicted) == (None, None, False)
    assert {waiting.why for waiting in firm.read.tray()} == {"unknown_ref"}
    assert len(firm.read.tray()) == 3
    firm.flow.receive(f.ars("43", account=ACCOUNT))
    assert firm.status() == "declared"
    assert firm.read.verify_journal().sound


def guessed_while_in_doubt(firm: Firm) -> Submission:
    """In doubt; an ADS of another deposit is guessed to be its own."""
    firm.portal.script(Step.BREAK_AFTER)
    sub = firm.real()
    firm.flow.send([sub.id])
    firm.flow.receive(ads("42", firm.clock.now()))
    found = firm.read.submission(sub.id)
    assert (found.state, found.before) == (S.DEPOSITED, S.IN_DOUBT)
    return found


def test_what_a_person_said_of_the_sending_counts_again_once_a_guess_falls(firm: Firm) -> None:
    sub = guessed_while_in_doubt(firm)
    firm.flow.mark_sent([sub.id])
    firm.flow.learn_ref(sub.deposit or "", "43")
    assert state(firm) == "sent"


def test_without_a_word_on_the_sending_it_is_in_doubt_again_once_a_guess_falls(firm: Firm) -> None:
    sub = guessed_while_in_doubt(firm)
    firm.flow.learn_ref(sub.deposit or "", "43")
    assert (state(firm), firm.read.submission(sub.id).before) == ("in_doubt", None)
    assert firm.read.deposit(sub.deposit or "").state == "in_doubt"


def test_an_attempt_whose_sender_died_is_under_way_again_once_a_guess_falls_and_its_clock_rings(firm: Firm) -> None:
    sub = firm.real()
    (begun,) = firm.flow.begin_send([sub.id])
    firm.flow.receive(ads("42", firm.clock.now()))
    assert state(firm) == "deposited"
    firm.flow.learn_ref(begun.id, "43")
    assert state(firm) == "sending"
    firm.move(minutes=11)
    firm.worker().tick()
    assert state(firm) == "in_doubt"


def test_a_doubt_while_a_guess_speaks_for_the_attempt_counts_again_once_the_guess_falls(firm: Firm) -> None:
    sub = firm.real()

    class Guessed(ScriptedPortal):
        def deposit(self, parcel: Parcel) -> Ads | None:
            firm.flow.receive(ads("42", firm.clock.now()))
            assert state(firm) == "deposited"
            raise TimeoutError

    portal = Guessed(firm.portal.name, firm.portal.account, clock=firm.clock)
    flow = DueWorkflow(firm.storage, cabinet=firm.flow.cabinet, portals=[portal], clock=firm.clock)
    (deposit,) = flow.send([sub.id]).deposits
    firm.flow.learn_ref(deposit.id, "43")
    assert state(firm) == "in_doubt"


def test_an_attached_piece_finds_its_true_deposit_once_the_guess_is_corrected(firm: Firm) -> None:
    sub = sent_without_ref(firm)
    firm.flow.receive(ads("42", NOW))
    piece = f.ars("42", account=ACCOUNT, verdicts=(Verdict(outcome=Outcome.ACCEPTED, siret=f.siret(5)),))
    other = sent_without_ref(firm, "E-2")
    waiting = firm.flow.receive(piece)
    firm.flow.attach(waiting.receipt, {sub.id: Outcome.ACCEPTED})
    assert state(firm) == "accepted"
    firm.flow.learn_ref(sub.deposit or "", "43")
    assert state(firm) == "sent"
    firm.flow.attach(waiting.receipt, {other.id: Outcome.ACCEPTED})
    assert state(firm, other.id) == "accepted"


def test_an_acceptance_that_was_another_deposits_leaves_the_clock_as_it_was(firm: Firm) -> None:
    sub = sent_without_ref(firm)
    firm.flow.receive(ads("42", NOW))
    firm.move(days=20)
    firm.worker().tick()
    since = firm.read.submission(sub.id).overdue_since
    assert since is not None
    firm.flow.receive(f.ars("42", account=ACCOUNT))
    assert firm.read.submission(sub.id).overdue_since is None
    firm.flow.learn_ref(sub.deposit or "", "43")
    assert firm.read.submission(sub.id).overdue_since is not None


def test_staff_is_told_that_the_proof_of_the_tests_fell_with_a_wrong_guess() -> None:
    firm = Firm().opened()
    firm.mandated(1)
    sub = firm.flow.prepare(f.declaration("T-1"), Mode.TEST)
    (sent,) = firm.flow.mark_sent([sub.id])
    firm.flow.receive(ads("42", NOW, mode=Mode.TEST))
    firm.flow.receive(f.ars("42", account=ACCOUNT))
    firm.flow.go_live(f.siren(1))
    firm.flow.learn_ref(sent.deposit or "", "43")
    assert "proof_fell" in firm.codes(urgent=True)


@pytest.mark.parametrize("_", range(6))
def test_what_waited_says_no_acceptance_where_its_ads_says_that_the_mode_was_another(firm: Firm, _: int) -> None:
    sub = firm.real()
    firm.flow.receive(f.ars("42", account=ACCOUNT, piece=str(_)))
    firm.flow.receive(f.ads("42", account=ACCOUNT, mode=Mode.TEST, piece=str(_)))
    firm.flow.mark_sent([sub.id], ref="42")
    assert state(firm) == "sent"
    assert "declared" not in firm.codes()


def test_an_answer_that_states_its_mode_finds_its_true_deposit_once_a_wrong_guess_falls(firm: Firm) -> None:
    sub = sent_without_ref(firm)
    firm.flow.receive(ads("42", NOW))
    assert firm.flow.receive(f.acs("42", account=ACCOUNT, mode=Mode.TEST)).state == "mismatch"
    firm.flow.learn_ref(sub.deposit or "", "43")
    test = firm.flow.prepare(f.declaration("T-42"), Mode.TEST)
    firm.flow.mark_sent([test.id], ref="42")
    assert state(firm, test.id) == "forwarded"


def test_a_reference_known_for_sure_takes_it_from_a_deposit_that_only_guessed_it(firm: Firm) -> None:
    """The portal says that 42 is the second's: the first does not keep what it guessed, nor its acceptance."""
    two = sent_without_ref(firm, "E-2")
    firm.flow.mark_sent([two.id], at=NOW)
    firm.move(days=2)
    one = sent_without_ref(firm, "E-1")
    firm.flow.receive(ads("42", firm.clock.now()))
    firm.flow.receive(f.ars("42", account=ACCOUNT))
    assert (firm.status("E-1"), firm.status("E-2")) == ("declared", "running")
    firm.flow.learn_ref(two.deposit or "", "42")
    assert (firm.status("E-1"), firm.status("E-2")) == ("running", "declared")
    first = firm.read.deposit(one.deposit or "")
    assert (first.ref, first.guessed, first.state) == (None, False, "open")
    assert "guess_corrected" in firm.codes(urgent=True)
    assert firm.read.verify_journal().sound
    # and its own reference can still be learned
    firm.flow.learn_ref(one.deposit or "", "44")
    firm.flow.receive(f.ars("44", R, account=ACCOUNT))
    assert firm.status("E-1") == "refused"


def test_the_portals_own_word_after_a_deposit_is_sure_not_guessed(firm: Firm) -> None:
    waiting = sent_without_ref(firm, "E-2")
    (deposit,) = firm.flow.send([firm.real("E-1").id]).deposits
    assert (deposit.guessed, deposit.ref) == (False, "jedeclare-000001")
    assert firm.read.deposit(waiting.deposit or "").ref is None


def test_a_deposit_that_was_withdrawn_binds_nothing(firm: Firm) -> None:
    firm.portal.script(Step.NOT_SENT)
    firm.flow.send([firm.real().id])
    assert firm.flow.receive(ads("42", NOW)).state == "tray"
    assert state(firm) == "prepared"


def test_a_deposit_that_is_not_there_is_not_found(firm: Firm) -> None:
    with pytest.raises(NotFound):
        firm.flow.settle_doubt("D-404", ref="1")
    assert A.accepted


# ---- an ADS that names the file


def silent(firm: Firm, *references: str) -> list[str]:
    """The file names of deposits of one establishment that the portal said nothing of yet."""
    firm.portal.script(*[Step.SILENT] * len(references))
    sent = [firm.flow.send([firm.real(reference).id]).deposits[0] for reference in references]
    return [str(deposit.filename) for deposit in sent]


def test_an_ads_that_names_its_file_binds_for_sure_among_deposits_that_look_alike(firm: Firm) -> None:
    first, second = silent(firm, "E-1", "E-2")
    result = firm.flow.receive(f.ads("N-2", account=ACCOUNT, deposited_as=second))
    assert (result.state, list(result.submissions)) == ("applied", ["E-2/real/1"])
    deposit = firm.read.deposit(str(firm.read.submission("E-2/real/1").deposit))
    assert (deposit.ref, deposit.guessed) == ("N-2", False)
    assert state(firm, "E-1/real/1") == "sent"
    firm.flow.receive(f.ads("N-1", account=ACCOUNT, deposited_as=first))
    assert [state(firm, f"E-{n}/real/1") for n in (1, 2)] == ["deposited"] * 2


def test_an_ads_that_names_another_file_is_not_taken_for_ours(firm: Firm) -> None:
    silent(firm, "E-1")
    result = firm.flow.receive(f.ads("N-9", account=ACCOUNT, sirets=(f.siret(1),), count=1, deposited_as="other.xml"))
    assert (result.state, result.why, state(firm)) == ("tray", "unknown_ref", "sent")


def test_an_ads_that_names_a_file_and_says_the_other_mode_moves_nothing(firm: Firm) -> None:
    (name,) = silent(firm, "E-1")
    result = firm.flow.receive(f.ads("N-1", account=ACCOUNT, deposited_as=name, mode=Mode.TEST))
    assert (result.state, state(firm)) == ("mismatch", "sent")


def test_the_portals_answer_is_kept_by_one_commit(firm: Firm) -> None:
    """Between two, a crash would leave it sent under a reference that nobody knows."""

    class Counting(MemoryStorage):
        def commit(self, cabinet: str, changes: Changes) -> None:
            super().commit(cabinet, changes)
            after.append(len(portal.taken))

    after: list[int] = []
    portal = ScriptedPortal("jedeclare", ACCOUNT)
    other = Firm(Counting(), portal=portal).opened()
    client = f.client(1)
    other.flow.add_client(client)
    other.flow.sign_mandate(client.siren, f.mandate())
    sub = other.flow.prepare(f.declaration("E-1"), Mode.TEST)
    other.flow.send([sub.id])
    assert after.count(1) == 1
    stands = other.read.submission(sub.id)
    assert (stands.state, other.read.deposit(str(stands.deposit)).ref) == (S.DEPOSITED, portal.ref_of(sub.id))


def test_an_acs_in_one_group_with_the_ads_that_names_its_file_is_placed_at_once(firm: Firm) -> None:
    (name,) = silent(firm, "E-1")
    papers = [f.ads("N-1", account=ACCOUNT, deposited_as=name), f.acs("N-1", account=ACCOUNT)]
    assert [result.state for result in firm.flow.receive_many(papers)] == ["applied", "applied"]
    assert state(firm) == "forwarded"
    assert not [out for out in firm.read.notices() if out.notice.code.startswith("tray_")]


def test_the_same_key_sends_again_what_did_not_leave(firm: Firm) -> None:
    firm.portal.script(Step.NOT_SENT, Step.ADS)
    sub = firm.real()
    assert firm.flow.send([sub.id], key="once").troubles
    assert state(firm) == "prepared"
    again = firm.flow.send([sub.id], key="once")
    assert (len(again.deposits), again.troubles, state(firm)) == (1, {}, "deposited")
    firm.flow.send([sub.id], key="once")
    assert firm.portal.times_taken(sub.id) == 1


def test_a_text_that_the_message_cuts_is_told_whoever_sends(firm: Firm) -> None:
    firm.portal.form = STANDARD  # type: ignore[attr-defined]  # as the portals that write it have
    firm.flow.register(f.declaration("E-1", surname="LONGUEMENT" * 5))
    firm.flow.release([firm.flow.prepare("E-1", Mode.TEST).id])
    firm.worker().send_released()
    told = [out.notice for out in firm.read.notices() if out.notice.code == "message_shortened"]
    assert [(n.facts["submission"], n.facts["columns"]) for n in told] == [("E-1/test/1", "nom")]
    assert "LONGUEMENT" not in told[0].text("fr")


@pytest.mark.parametrize(
    ("papers", "aside"),
    [
        ([f.ads("42", account=ACCOUNT)], False),
        ([f.acs("42", account=ACCOUNT, verdicts=())], False),
        ([f.ars("42", account=ACCOUNT, mode=Mode.TEST)], False),
        ([f.ads("42", account=ACCOUNT, mode=Mode.TEST)], False),
        ([f.ads("42", account=ACCOUNT, mode=Mode.TEST), f.ars("42", account=ACCOUNT)], True),
    ],
    ids=["applied", "in the tray", "of the other mode", "an ADS of the other mode", "contradicted, all set aside"],
)
def test_a_reference_under_which_any_piece_came_is_not_replaced_whatever_became_of_it(
    firm: Firm, papers: list[Ads | Acs | Ars], aside: bool
) -> None:
    deposit = firm.sent(firm.real().id, ref="42").deposit or ""
    for paper in papers:
        firm.flow.receive(paper)
    for received in list(firm.read.tray()) if aside else ():
        firm.flow.set_aside(received.id, "vu")
    before = firm.everything()
    with pytest.raises(InputRefused) as refusal:
        firm.flow.learn_ref(deposit, "4")
    assert refusal.value.code == "ref_known"
    assert firm.everything() == before


def test_a_piece_of_another_account_under_the_same_number_does_not_hold_a_mistyped_reference(firm: Firm) -> None:
    deposit = firm.sent(firm.real().id, ref="42").deposit or ""
    firm.flow.receive(f.ads("42", account="other", mode=Mode.TEST))
    assert firm.flow.learn_ref(deposit, "43").ref == "43"


def test_where_the_portal_has_a_reference_and_the_sender_swears_that_no_byte_left_a_person_looks(
    firm: Firm, monkeypatch: pytest.MonkeyPatch
) -> None:
    sub = firm.real()

    def deposit(parcel: Parcel) -> Ads | None:
        firm.flow.learn_ref(firm.read.submission(sub.id).deposit or "", "42")
        firm.flow.receive(f.ads("42", account=ACCOUNT, mode=Mode.TEST))
        assert firm.read.submission(sub.id).contradicted
        raise NotSent("portal_refused")

    monkeypatch.setattr(firm.portal, "deposit", deposit)
    firm.flow.send([sub.id])
    now = firm.read.submission(sub.id)
    assert (now.state, now.mode_told, now.contradicted) == (S.IN_DOUBT, Mode.TEST, True)
    assert "in_doubt" in firm.codes(urgent=True)
    assert not firm.read.deposit(now.deposit or "").withdrawn


def test_a_reference_that_was_mistyped_can_be_put_right_while_nothing_came_under_it(firm: Firm) -> None:
    deposit = doubtful(firm)
    firm.flow.settle_doubt(deposit, ref="124")
    assert firm.flow.learn_ref(deposit, "123").ref == "123"
    firm.flow.receive(f.acs("123", account=ACCOUNT))
    assert state(firm) == "forwarded"
    with pytest.raises(InputRefused) as refusal:
        firm.flow.learn_ref(deposit, "125")
    assert refusal.value.code == "ref_known"
    assert firm.read.verify_journal().sound
