"""What comes back: applied, waiting with its reason, attached by a person; nothing received is ever dropped."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from due_workflow import (
    Acs,
    Ads,
    Ars,
    Conflict,
    InputRefused,
    Mode,
    NotFound,
    Outcome,
    ReceiveResult,
    Submission,
    SubmissionState,
    Unreadable,
    Verdict,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Changes, Kind
from due_workflow.testing import factories as f
from stories import ACCOUNT, NOW, A, Firm, R, Wrapped, verdict

S = SubmissionState


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


def bunch(firm: Firm, ref: str = "9") -> tuple[str, ...]:
    """Three hires of one establishment in one deposit."""
    ids = tuple(firm.real(f"E-{i}").id for i in (1, 2, 3))
    firm.flow.mark_sent(ids, ref=ref)
    return ids


def acs(*verdicts: Verdict, ref: str = "9", **changes: Any) -> Acs:
    return Acs(**({"portal_ref": ref, "issued_at": NOW, "account": ACCOUNT, "verdicts": verdicts} | changes))


# ---- applied


def test_a_repeat_changes_nothing_and_says_so(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    paper = f.ars(firm.ref_of(sub), account=ACCOUNT, raw=b"<avis/>")
    first = firm.flow.receive(paper)
    before = firm.everything()
    again = firm.flow.receive(paper)
    assert firm.everything() == before
    assert (first.repeat, again.repeat) == (False, True)
    assert (again.state, again.submissions) == (first.state, first.submissions) == ("applied", {sub.id: S.ACCEPTED})


def test_the_bytes_of_a_piece_are_kept_and_an_overwritten_return_is_new_evidence(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    ref = firm.ref_of(sub)
    one = firm.flow.receive(f.ars(ref, account=ACCOUNT, piece="7", raw=b"first"))
    two = firm.flow.receive(f.ars(ref, R, account=ACCOUNT, piece="7", raw=b"second"))
    assert one.receipt != two.receipt
    assert [firm.read.receipt(x.receipt).receipt.raw for x in (one, two)] == [b"first", b"second"]
    assert state(firm) == "cirso_rejected"


def test_a_contradiction_moves_by_rank_and_is_told_urgently_for_a_real_one(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    firm.answered(sub, f.ars, at=NOW)
    firm.answered(sub, f.ars, R, at=NOW + timedelta(hours=1))
    assert (state(firm), firm.status()) == ("cirso_rejected", "refused")
    assert {"contradiction", "cirso_rejected"} <= set(firm.codes(urgent=True))
    firm.answered(sub, f.ars, at=NOW - timedelta(hours=1))
    assert state(firm) == "cirso_rejected"
    assert firm.codes().count("contradiction") == 2


def test_undecided_pieces_are_kept_and_shown_and_move_no_further_than_deposited(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    for outcome in (Outcome.PENDING, Outcome.SUSPENDED, Outcome.NO_RETURN, Outcome.UNKNOWN):
        assert firm.answered(sub, f.ars, outcome).state is S.DEPOSITED
    shown = dict(firm.read.submission(sub.id).evidence.shown())
    assert set(shown) == {"ars?:CIRSO"}
    assert firm.answered(sub, f.acs).state is S.FORWARDED
    assert firm.answered(sub, f.ars, Outcome.PENDING, at=NOW + timedelta(days=1)).state is S.FORWARDED


def test_accepted_with_an_anomaly_counts_as_accepted_and_shows_its_message(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    said = (verdict(Outcome.ACCEPTED_WITH_ANOMALY, message="NIR inconnu"),)
    firm.flow.receive(f.ars(firm.ref_of(sub), account=ACCOUNT, verdicts=said))
    assert firm.status() == "declared"
    (note,) = [o.notice for o in firm.read.notices() if o.notice.code == "declared"]
    assert note.facts["message"] == "NIR inconnu"


def test_a_nir_in_a_portals_message_is_masked_everywhere(firm: Firm) -> None:
    number = f.nir()
    sub = firm.sent(firm.real().id)
    said = (verdict(R, message=f"Numero {number[:1]} {number[1:3]} {number[3:]} invalide"),)
    result = firm.flow.receive(f.ars(firm.ref_of(sub), account=ACCOUNT, verdicts=said))
    told = [str(o.notice) + o.notice.text() for o in firm.read.notices()]
    told += [str(t.patch) for t in firm.read.journal("E-1")]
    told += [str(firm.read.receipt(result.receipt)), str(firm.read.submission(sub.id))]
    assert all(number[3:] not in text for text in told)
    assert "[NIR masqué]" in str(firm.read.submission(sub.id).evidence)


# ---- which attempt is meant


def test_verdicts_that_name_the_hire_reach_it_alone(firm: Firm) -> None:
    ids = bunch(firm)
    firm.flow.receive(acs(verdict(A, reference="E-1"), verdict(R, reference="E-3")))
    assert [state(firm, id) for id in ids] == ["forwarded", "sent", "portal_rejected"]


def test_verdicts_without_a_name_that_agree_and_are_as_many_reach_all(firm: Firm) -> None:
    ids = bunch(firm)
    assert firm.flow.receive(acs(verdict(A), verdict(A), verdict(A))).state == "applied"
    assert [state(firm, id) for id in ids] == ["forwarded"] * 3


@pytest.mark.parametrize(
    "verdicts",
    [
        (verdict(A), verdict(A), verdict(R)),
        (verdict(A), verdict(A)),
        (verdict(A),) * 4,
        (verdict(A, siret=f.siret()),),
        (verdict(A, reference="X-9"), verdict(R, reference="X-8"), verdict(A, reference="X-7")),
        (),
    ],
    ids=["they disagree", "too few", "too many", "a place of three", "strangers who disagree", "none"],
)
def test_a_piece_that_does_not_say_which_it_means_waits_and_moves_nothing(
    firm: Firm, verdicts: tuple[Verdict, ...]
) -> None:
    ids = bunch(firm)
    result = firm.flow.receive(acs(*verdicts))
    assert (result.state, result.why) == ("tray", "ambiguous" if verdicts else "no_verdict")
    assert [state(firm, id) for id in ids] == ["sent"] * 3
    assert f"tray_{result.why}" in firm.codes()


def test_a_name_that_singles_out_none_counts_as_no_name(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    said = (verdict(A, reference="their number 12"),)
    assert firm.flow.receive(acs(*said, ref=firm.ref_of(sub))).submissions == {sub.id: S.FORWARDED}


def test_a_piece_that_names_another_company_is_looked_at_by_a_person(firm: Firm) -> None:
    sub = firm.sent(firm.real().id)
    stranger = Ars(
        portal_ref=firm.ref_of(sub), issued_at=NOW, account=ACCOUNT, verdicts=(verdict(A, siret=f.siret(7)),)
    )
    result = firm.flow.receive(stranger)
    assert (result.state, result.why) == ("tray", "names_another")
    assert firm.status() == "running"
    ours = verdict(A, reference="E-1", siret=f.siret(7))
    assert firm.flow.receive(acs(ours, ref=firm.ref_of(sub))).state == "applied"


def test_one_verdict_serves_one_hire(firm: Firm) -> None:
    ids = bunch(firm)
    waiting = firm.flow.receive(acs(verdict(A), verdict(A), verdict(R))).receipt
    with pytest.raises(InputRefused) as refused:
        firm.flow.attach(waiting, dict.fromkeys(ids, A))
    assert refused.value.code == "attach_not_said"
    assert {state(firm, id) for id in ids} == {"sent"}


def test_a_slip_in_attaching_is_put_right_by_attaching_anew(firm: Firm) -> None:
    ids = bunch(firm)
    firm.flow.receive(f.ads("9", account=ACCOUNT))
    waiting = firm.flow.receive(acs(verdict(A), verdict(A), verdict(R))).receipt
    firm.flow.attach(waiting, {ids[0]: A, ids[1]: A, ids[2]: R})
    firm.flow.attach(waiting, {ids[0]: R, ids[2]: A})
    assert [state(firm, id) for id in ids] == ["portal_rejected", "forwarded", "forwarded"]
    assert all("ads" in firm.read.submission(id).evidence.slots for id in ids)
    assert firm.read.verify_journal().sound


def test_a_piece_attached_in_part_stays_in_the_tray_until_all_is_placed(firm: Firm) -> None:
    ids = bunch(firm)
    waiting = firm.flow.receive(acs(verdict(A), verdict(A), verdict(R))).receipt
    first = firm.flow.attach(waiting, {ids[0]: A})
    assert (first.state, first.why, state(firm, ids[0])) == ("tray", "partly", "forwarded")
    firm.move(days=2)
    firm.worker().tick()
    assert [r.why for r in firm.read.tray()] == ["partly"]
    assert state(firm, ids[0]) == "forwarded"
    assert firm.flow.attach(waiting, {ids[1]: A, ids[2]: R}).state == "applied"
    assert firm.read.tray() == ()


def test_what_is_set_aside_leaves_the_tray_and_is_kept_with_who_and_why(firm: Firm) -> None:
    waiting = firm.flow.receive(acs(verdict(A), ref="nobody's")).receipt
    firm.flow.set_aside(waiting, "un autre cabinet", by="Camille")
    assert firm.read.tray() == ()
    kept = firm.read.receipt(waiting)
    assert (kept.state, kept.aside_reason, kept.attached_by) == ("aside", "un autre cabinet", "Camille")
    sub = firm.sent(firm.real().id, ref="nobody's")
    assert firm.flow.attach(waiting, {sub.id: A}).state == "applied"
    with pytest.raises(InputRefused):
        firm.flow.set_aside(waiting, "trop tard")


# ---- the tray


def test_a_person_says_which_attempts_are_meant(firm: Firm) -> None:
    ids = bunch(firm)
    waiting = firm.flow.receive(acs(verdict(A), verdict(A), verdict(R, message="APE")))
    firm.flow.attach(waiting.receipt, {ids[0]: "accepted", ids[1]: "accepted", ids[2]: "rejected"}, by="Camille")
    assert [state(firm, id) for id in ids] == ["forwarded", "forwarded", "portal_rejected"]
    assert firm.read.submission(ids[2]).evidence.slots["acs"].message == "APE"
    received = firm.read.receipt(waiting.receipt)
    assert (received.state, received.attached_by, received.due) == ("applied", "Camille", None)
    assert firm.read.tray() == ()


def test_attaching_teaches_the_deposit_its_reference_and_places_the_others(firm: Firm) -> None:
    firm.flow.begin_send([firm.real().id])
    sub = firm.flow.mark_sent(["E-1/real/1"])[0]
    waiting = firm.flow.receive(f.acs("42", account=ACCOUNT))
    firm.flow.receive(f.ars("42", account=ACCOUNT))
    firm.flow.attach(waiting.receipt, {sub.id: "accepted"})
    assert (firm.read.deposit(sub.deposit or "").ref, firm.status()) == ("42", "declared")


def test_what_cannot_be_attached_is_refused_and_keeps_waiting(firm: Firm) -> None:
    prepared = firm.real("E-8")
    one, two = firm.sent(firm.real("E-1").id, ref="1"), firm.sent(firm.real("E-2").id, ref="2")
    unread = firm.flow.receive(Unreadable(raw=b"?", account=ACCOUNT, why="not XML")).receipt
    waiting = firm.flow.receive(f.acs("3", account=ACCOUNT)).receipt
    test = firm.flow.receive(f.acs("4", account=ACCOUNT, mode=Mode.TEST)).receipt
    stranger = firm.flow.receive(f.acs("3", account="other")).receipt
    applied = firm.flow.receive(f.acs("1", account=ACCOUNT)).receipt
    firm.flow.begin_send([firm.real("E-3").id])
    third = firm.flow.mark_sent(["E-3/real/1"])[0]
    before = firm.everything()
    for receipt, outcomes, code in (
        (unread, {one.id: A}, "attach_unreadable"),
        (waiting, {prepared.id: A}, "attach_without_deposit"),
        (waiting, {one.id: A}, "attach_other_ref"),
        (waiting, {one.id: A, two.id: A}, "attach_two_deposits"),
        (waiting, {}, "nothing_named"),
        (test, {third.id: A}, "attach_other_mode"),
        (stranger, {third.id: A}, "attach_other_account"),
        (applied, {one.id: A}, "attach_not_in_tray"),
    ):
        with pytest.raises(InputRefused) as refusal:
            firm.flow.attach(receipt, outcomes)
        assert refusal.value.code == code
    assert firm.everything() == before
    # a fact first, then its piece
    firm.flow.mark_sent([prepared.id])
    firm.flow.attach(waiting, {prepared.id: A})
    assert state(firm, prepared.id) == "forwarded"


def test_a_piece_of_the_other_mode_never_moves_a_state_and_is_told_urgently(firm: Firm) -> None:
    test = firm.sent(firm.flow.prepare(f.declaration("E-1"), Mode.TEST).id)
    real = firm.sent(firm.real("E-1").id)
    for sub, said in ((test, Mode.REAL), (real, Mode.TEST)):
        result = firm.flow.receive(f.ars(firm.ref_of(sub), account=ACCOUNT, mode=said))
        assert (result.state, result.why) == ("mismatch", "mode_mismatch")
        assert firm.read.submission(sub.id).state is S.SENT
    assert firm.codes(urgent=True).count("mode_mismatch") == 2
    assert {r.state for r in firm.read.tray()} == {"mismatch"}


@pytest.mark.parametrize("late", [False, True])
def test_where_the_portal_took_a_deposit_in_the_other_mode_no_piece_of_it_declares(firm: Firm, late: bool) -> None:
    """Its returns name no mode: they speak of what was taken. Whatever came first, a person decides."""
    sub = firm.sent(firm.real("E-1").id)
    ref = firm.ref_of(sub)
    papers = [f.ads(ref, account=ACCOUNT, mode=Mode.TEST), f.acs(ref, account=ACCOUNT), f.ars(ref, account=ACCOUNT)]
    for paper in reversed(papers) if late else papers:
        firm.flow.receive(paper)
    assert (firm.read.submission(sub.id).state, firm.status("E-1")) == (S.SENT, "running")
    assert sorted(str(received.why) for received in firm.read.tray()) == ["mode_contradicted"] * 2 + ["mode_mismatch"]
    assert firm.codes(urgent=True).count("mode_mismatch") == 1
    assert firm.read.verify_journal().sound


def taken_in_the_other_mode(firm: Firm, sub: Submission, *papers: Ads | Acs | Ars) -> dict[str, str]:
    """The portal's ADS says the other mode of that deposit, its answers say none; the receipts by kind."""
    ref = firm.ref_of(sub)
    said = Mode.TEST if sub.mode is Mode.REAL else Mode.REAL
    firm.flow.receive(f.ads(ref, account=ACCOUNT, mode=said))
    for paper in papers or (f.acs(ref, account=ACCOUNT), f.ars(ref, account=ACCOUNT)):
        firm.flow.receive(paper)
    return {received.receipt.kind: received.id for received in firm.read.tray()}


def test_an_acceptance_counts_against_the_portals_word_on_the_mode_only_if_a_person_confirms_it_and_says_why(
    firm: Firm,
) -> None:
    sub = firm.sent(firm.real("E-1").id)
    waiting = taken_in_the_other_mode(firm, sub)
    before = firm.everything()
    for given, code in (({}, "attach_mode_contradicted"), ({"confirm": True, "reason": " "}, "reason_needed")):
        with pytest.raises(InputRefused) as refusal:
            firm.flow.attach(waiting["ars"], {sub.id: A}, by="Camille", **given)
        assert refusal.value.code == code
    assert firm.everything() == before
    assert firm.read.submission(sub.id).contradicted
    # the portal says that its ADS was a slip
    firm.flow.attach(waiting["ars"], {sub.id: A}, True, "ticket 12: pris en réel", by="Camille")
    now = firm.read.submission(sub.id)
    assert (firm.status("E-1"), now.mode_told, now.contradicted) == ("declared", Mode.TEST, False)
    assert (now.mode_by, now.mode_reason) == ("Camille", "ticket 12: pris en réel")
    told = {entry.event: entry for entry in firm.read.journal("E-1")}
    assert (told["mode_confirmed"].by, told["mode_confirmed"].seq + 1) == ("Camille", told["ars_accepted"].seq)
    assert told["mode_confirmed"].patch["submissions"]["real/1"]["mode_reason"] == "ticket 12: pris en réel"
    assert firm.read.verify_journal().sound


def test_a_rejection_needs_no_confirmation_and_one_that_corrects_an_acceptance_takes_its_confirmation_back(
    firm: Firm,
) -> None:
    sub = firm.sent(firm.real("E-1").id)
    ref = firm.ref_of(sub)
    both = (verdict(A), verdict(R))
    waiting = taken_in_the_other_mode(firm, sub, f.ars(ref, account=ACCOUNT, verdicts=both))
    firm.flow.attach(waiting["ars"], {sub.id: A}, True, "pris en réel", by="Camille")
    assert firm.status("E-1") == "declared"
    firm.flow.attach(waiting["ars"], {sub.id: R}, by="Camille")
    now = firm.read.submission(sub.id)
    assert (now.state, now.mode_by, now.mode_reason) == (S.CIRSO_REJECTED, None, None)
    assert firm.read.verify_journal().sound


def test_a_confirmation_stays_while_an_acceptance_that_it_let_count_is_left(firm: Firm) -> None:
    sub = firm.sent(firm.real("E-1").id)
    waiting = taken_in_the_other_mode(firm, sub)
    firm.flow.attach(waiting["acs"], {sub.id: A}, True, "pris en réel", by="Camille")
    firm.flow.attach(waiting["ars"], {sub.id: A}, True, "dit au téléphone aussi", by="Dominique")
    now = firm.read.submission(sub.id)
    assert (now.mode_by, now.mode_reason) == ("Dominique", "dit au téléphone aussi")
    reasons = [
        e.patch["submissions"]["real/1"].get("mode_reason") for e in firm.read.journal("E-1") if "mode_" in e.event
    ]
    assert reasons == [None, "pris en réel", "dit au téléphone aussi"]


def test_of_a_piece_attached_in_part_each_acceptance_is_confirmed_and_stays_so(firm: Firm) -> None:
    ids = bunch(firm)
    firm.flow.receive(f.ads("9", account=ACCOUNT, mode=Mode.TEST))
    waiting = firm.flow.receive(acs(verdict(A), verdict(A), verdict(R))).receipt
    firm.flow.attach(waiting, {ids[0]: A}, True, "pris en réel", by="Camille")
    with pytest.raises(InputRefused):
        firm.flow.attach(waiting, {ids[1]: A, ids[2]: R}, by="Camille")
    firm.flow.attach(waiting, {ids[2]: R}, by="Camille")
    assert [firm.read.submission(id).mode_reason for id in ids] == ["pris en réel", None, None]
    assert [state(firm, id) for id in ids] == ["forwarded", "sent", "portal_rejected"]
    assert [firm.read.submission(id).contradicted for id in ids] == [False, True, False]


def test_a_test_that_the_portal_took_for_real_opens_nothing_until_it_is_confirmed(firm: Firm) -> None:
    firm.mandated(2)
    sub = firm.sent(firm.flow.prepare(f.declaration("E-2", 2), Mode.TEST).id)
    waiting = taken_in_the_other_mode(firm, sub)
    with pytest.raises(InputRefused) as refusal:
        firm.flow.attach(waiting["ars"], {sub.id: A})
    assert (refusal.value.code, refusal.value.facts["said"]) == ("attach_mode_contradicted", "real")
    assert state(firm, sub.id) == "sent"


def test_what_a_person_attached_before_the_portal_said_the_other_mode_is_contradicted_until_it_is_confirmed(
    firm: Firm,
) -> None:
    sub = firm.sent(firm.real("E-1").id)
    ref = firm.ref_of(sub)
    waiting = firm.flow.receive(f.ars(ref, account=ACCOUNT, verdicts=(verdict(A), verdict(A)))).receipt
    firm.flow.attach(waiting, {sub.id: A})
    assert (firm.status("E-1"), firm.read.submission(sub.id).contradicted) == ("declared", False)
    firm.flow.receive(f.ads(ref, account=ACCOUNT, mode=Mode.TEST))
    assert (firm.status("E-1"), firm.read.submission(sub.id).contradicted) == ("declared", True)
    firm.flow.attach(waiting, {sub.id: A}, True, "pris en réel")
    assert (firm.status("E-1"), firm.read.submission(sub.id).contradicted) == ("declared", False)


def test_an_answer_that_says_the_deposits_own_mode_counts_and_can_be_confirmed_beside_the_portals_other_word(
    firm: Firm,
) -> None:
    sub = firm.sent(firm.real("E-1").id)
    ref = firm.ref_of(sub)
    taken_in_the_other_mode(firm, sub, f.ars(ref, account=ACCOUNT, mode=Mode.REAL))
    assert (firm.status("E-1"), firm.read.submission(sub.id).contradicted) == ("declared", True)
    piece = firm.read.submission(sub.id).evidence.decisive(sub.recipient)
    assert piece is not None
    firm.flow.attach(piece.receipt, {sub.id: A}, True, "pris en réel")
    assert (firm.status("E-1"), firm.read.submission(sub.id).contradicted) == ("declared", False)


def test_explain_says_of_every_answer_that_the_portals_word_stands_against_it(firm: Firm) -> None:
    sub = firm.sent(firm.real("E-1").id)
    assert all(told.possible for told in firm.read.explain("E-1") if told.event == "ars_accepted")
    waiting = taken_in_the_other_mode(firm, sub)
    against = {told.event for told in firm.read.explain("E-1") if "mode_contradicted" in {d.code for d in told.denials}}
    assert against == {"ads", "acs_accepted", "acs_rejected", "ars_accepted", "ars_rejected"}
    firm.flow.attach(waiting["ars"], {sub.id: A}, True, "pris en réel")
    assert "mode_contradicted" not in {d.code for told in firm.read.explain("E-1") for d in told.denials}


def test_the_reason_of_a_confirmation_names_nobody_and_goes_with_the_purge(firm: Firm) -> None:
    number = f.nir()
    sub = firm.sent(firm.real("E-1", surname="ZYGMUNTOVSKI").id)
    waiting = taken_in_the_other_mode(firm, sub)
    firm.flow.attach(waiting["ars"], {sub.id: A}, True, f"Zygmuntovski, {number}: réel", by="Camille")
    kept = firm.read.submission(sub.id).mode_reason or ""
    assert kept.endswith(": réel")
    assert all(word not in kept.upper() for word in ("ZYGMUNTOVSKI", number[3:]))
    for received in list(firm.read.tray()):
        firm.flow.set_aside(received.id, "le portail a répondu")
    firm.move(days=366 * 6)
    firm.flow.purge(["E-1"])
    now = firm.read.submission(sub.id)
    assert (now.mode_reason, now.mode_by, now.contradicted) == (None, "Camille", False)


def test_a_confirmation_under_a_key_is_the_same_once_and_another_reason_is_another_command(firm: Firm) -> None:
    sub = firm.sent(firm.real("E-1").id)
    waiting = taken_in_the_other_mode(firm, sub)
    first = firm.flow.attach(waiting["ars"], {sub.id: A}, True, "pris en réel", key="k")
    assert firm.flow.attach(waiting["ars"], {sub.id: A}, True, "pris en réel", key="k").receipt == first.receipt
    with pytest.raises(Conflict):
        firm.flow.attach(waiting["ars"], {sub.id: A}, True, "autre", key="k")


def test_bytes_that_cannot_be_read_are_kept_whole(firm: Firm) -> None:
    result = firm.flow.receive(Unreadable(raw=b"\xff\x00", account=ACCOUNT, why="not XML", filename="x.eml"))
    assert (result.state, result.why) == ("tray", "unreadable")
    assert firm.read.receipt(result.receipt).receipt.raw == b"\xff\x00"
    assert firm.flow.receive(Unreadable(raw=b"\xff\x00", account=ACCOUNT, why="again")).repeat
    assert "tray_unreadable" in firm.codes()


def test_a_waiting_piece_is_tried_again_after_a_minute_then_every_day(firm: Firm) -> None:
    result = firm.flow.receive(f.acs("42", account=ACCOUNT))
    due = firm.read.receipt(result.receipt).due
    assert due == NOW + timedelta(minutes=1)
    firm.clock.set(due)
    firm.worker().tick()
    assert firm.read.receipt(result.receipt).due == due + timedelta(days=1)
    firm.move(days=1)
    firm.worker().tick()
    assert firm.read.receipt(result.receipt).due == due + timedelta(days=2)
    assert firm.codes().count("tray_unknown_ref") == 1


def test_a_race_leaves_nothing_behind(firm: Firm) -> None:
    """The reference came between the look and the commit: the tick matches what was put in the tray."""
    sub = firm.sent(firm.real().id, ref="42")
    slow = Firm(Blind(firm.storage), clock=firm.clock)
    assert slow.flow.receive(f.ars("42", account=ACCOUNT)).state == "tray"
    firm.move(minutes=1)
    firm.worker().tick()
    assert state(firm, sub.id) == "accepted"
    assert firm.read.tray() == ()


class Blind(Wrapped):
    """Reads by keys as if nothing carried them yet."""

    def load(self, cabinet: str, refs: Any = (), keys: Any = ()) -> Any:
        return self.inner.load(cabinet, refs, ())


def test_a_receipt_that_is_not_here_is_not_found(firm: Firm) -> None:
    for command in (lambda: firm.flow.retry_tray("404"), lambda: firm.read.receipt("404")):
        with pytest.raises(NotFound):
            command()


# ---- many at once


def test_many_are_taken_in_groups_and_answered_in_order(firm: Firm) -> None:
    subs = [firm.sent(firm.real(f"E-{i}").id) for i in range(5)]
    many = [f.ars(firm.ref_of(s), account=ACCOUNT) for s in subs]
    many += [many[0], Unreadable(raw=b"?", why="not XML"), f.acs("none", account=ACCOUNT)]
    told = list(firm.flow.receive_many(many, group=3))
    assert [x.state for x in told if isinstance(x, ReceiveResult)] == ["applied"] * 6 + ["tray"] * 2
    assert [x.repeat for x in told if isinstance(x, ReceiveResult)] == [False] * 5 + [True, False, False]
    assert all(firm.status(f"E-{i}") == "declared" for i in range(5))


def test_an_ads_and_what_follows_it_may_come_in_one_group(firm: Firm) -> None:
    firm.flow.begin_send([firm.real().id])
    firm.flow.mark_sent(["E-1/real/1"])
    list(
        firm.flow.receive_many(
            [f.ads("42", account=ACCOUNT), f.acs("42", account=ACCOUNT), f.ars("42", account=ACCOUNT)]
        )
    )
    assert (firm.status(), firm.read.tray()) == ("declared", ())


def test_a_contended_one_does_not_hold_up_its_group(firm: Firm) -> None:
    """One piece of the group can never be committed: the others are, one by one."""
    subs = [firm.sent(firm.real(f"E-{i}").id) for i in range(4)]
    papers = [f.ars(firm.ref_of(s), account=ACCOUNT) for s in subs]
    bad = papers[2].identity
    x = Firm(Refusing(firm.storage, bad), clock=firm.clock, conflict_tries=2)
    told = list(x.flow.receive_many(papers))
    assert [type(one).__name__ for one in told] == ["ReceiveResult", "ReceiveResult", "Conflict", "ReceiveResult"]
    assert [firm.status(f"E-{i}") for i in range(4)] == ["declared", "declared", "running", "declared"]


class Refusing(Wrapped):
    """Never lets one record be written."""

    def __init__(self, inner: Any, bad: str) -> None:
        super().__init__(inner)
        self.bad = bad

    def commit(self, cabinet: str, changes: Changes) -> None:
        contended = [r.ref for r in changes.write if (r.ref.kind, r.ref.id) == (Kind.RECEIPT, self.bad)]
        if contended:
            raise Conflict(contended)
        super().commit(cabinet, changes)


def test_nothing_received_is_ever_dropped(firm: Firm) -> None:
    """Whatever comes, however it is placed: it is among the receipts, and found by its id."""
    sub = firm.sent(firm.real().id)
    ref = firm.ref_of(sub)
    papers = [
        f.ads(ref, account=ACCOUNT),
        f.ads("none", account=ACCOUNT),
        f.acs(ref, account=ACCOUNT, verdicts=()),
        f.ars(ref, R, account=ACCOUNT, mode=Mode.TEST),
        f.ars(ref, R, account="other"),
        f.ars(ref, R, account=ACCOUNT, recipient="MSA"),
        f.ars(ref, Outcome.UNKNOWN, account=ACCOUNT),
        Unreadable(raw=b"?", why="?"),
    ]
    ids = {firm.flow.receive(paper).receipt for paper in papers}
    assert len(ids) == len(papers)
    assert {held.facts.id for held in firm.read.every(Kind.RECEIPT)} >= ids
    assert state(firm) == "deposited"


def test_a_person_cannot_make_a_piece_say_what_it_does_not(firm: Firm) -> None:
    ids = bunch(firm)
    waiting = firm.flow.receive(acs(verdict(R), verdict(R))).receipt
    with pytest.raises(InputRefused) as refused:
        firm.flow.attach(waiting, {ids[0]: A})
    assert refused.value.code == "attach_not_said"
    assert state(firm, ids[0]) == "sent"
