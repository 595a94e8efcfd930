"""The commands of one firm, each by what it promises: clients, hires, statuses, keys, conflicts."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest

from due_workflow import (
    Conflict,
    DueWorkflow,
    FilingStatus,
    InputRefused,
    Mode,
    NotFound,
    Policy,
    Submission,
    SubmissionState,
    TransitionRefused,
    Worker,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.ports import Changes, Kind, Ref
from due_workflow.testing import factories as f
from stories import ACCOUNT, CABINET, NOW, Firm, R, Wrapped, other

S = SubmissionState


@pytest.fixture
def firm() -> Firm:
    return Firm().opened()


def denials(refusal: pytest.ExceptionInfo[TransitionRefused]) -> list[str]:
    return [d.code for d in refusal.value.denials]


# ---- the firm and its clients


def test_a_client_goes_through_the_procedure_step_by_step(firm: Firm) -> None:
    siren = f.siren()
    states = [firm.flow.add_client(f.client()).state]
    states.append(firm.flow.select(siren, wave=2).state)
    states.append(firm.flow.request_mandate(siren).state)
    states.append(firm.flow.sign_mandate(siren, f.mandate()).state)
    firm.tested()
    live = firm.flow.go_live(f.siret())
    assert [*states, live.state] == ["known", "selected", "mandate_requested", "mandated", "live"]
    assert (live.wave, live.live_since, live.proof, live.epoch) == (2, NOW, "T-1", firm.read.cabinet().epoch)
    assert [t.by for t in firm.read.journal(siren)] == [""] * 5


def test_the_same_client_again_changes_nothing_and_a_new_address_keeps_its_standing(firm: Firm) -> None:
    siren = firm.live()
    before = firm.everything()
    firm.flow.add_client(f.client())
    assert firm.everything() == before
    moved = firm.flow.add_client(f.client(establishments=(f.establishment(1, 2),)))
    assert moved.state == "live"
    assert [e.siret for e in moved.establishments] == [f.siret(1, 1), f.siret(1, 2)]
    assert firm.read.client(siren).mandate is not None


def test_an_unknown_client_is_not_found_in_any_command(firm: Firm) -> None:
    for command in (
        lambda: firm.flow.select(f.siren(7)),
        lambda: firm.flow.go_live(f.siren(7)),
        lambda: firm.flow.register(f.declaration("E-1", 7)),
        lambda: firm.flow.prepare(f.declaration("E-1", 7)),
        lambda: firm.flow.prepare("E-404"),
        lambda: firm.flow.abandon("E-404/real/1", "no"),
        lambda: firm.flow.learn_ref("D-404", "1"),
        lambda: firm.flow.attach("404", {"E-1/real/1": "accepted"}),
    ):
        with pytest.raises(NotFound):
            command()


def test_a_new_mandate_replaces_the_old_one_and_the_state_stays(firm: Firm) -> None:
    siren = firm.live(ends_on=date(2026, 4, 1))
    replaced = firm.flow.sign_mandate(siren, f.mandate(date(2026, 3, 2)))
    assert replaced.state == "live"
    assert replaced.mandate == f.mandate(date(2026, 3, 2))
    assert "mandate_ends" not in replaced.deadlines


def test_a_revocation_to_come_ends_the_mandate_on_its_day(firm: Firm) -> None:
    siren = firm.live()
    sub = firm.real(start=NOW + timedelta(days=7))
    assert firm.flow.revoke_mandate(siren, date(2026, 3, 5), "sold").state == "live"
    firm.clock.set(datetime.fromisoformat("2026-03-04T23:59:59+01:00"))
    firm.worker().tick()
    assert firm.read.client(siren).state == "live"
    assert firm.read.explain(sub.id)[1].possible
    firm.move(seconds=1)
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.begin_send([sub.id])
    assert denials(refusal) == ["mandate_not_in_force"]
    firm.worker().tick()
    assert firm.read.client(siren).state == "withdrawn"
    assert "mandate_ended" in firm.codes(urgent=True)


def test_a_client_signed_anew_goes_on_with_what_is_computed(firm: Firm) -> None:
    siren = firm.live()
    firm.flow.revoke_mandate(siren, NOW.date(), "left")
    firm.flow.sign_mandate(siren, f.mandate(NOW.date()))
    assert firm.flow.go_live(siren).state == "live"


# ---- the gate to real mode: per firm, per client, per epoch


def test_one_accepted_test_of_the_firm_opens_every_mandated_client(firm: Firm) -> None:
    firm.tested_elsewhere()
    assert firm.flow.go_live(firm.mandated(2)).state == "live"


def test_with_the_gate_per_client_another_clients_test_opens_nothing() -> None:
    firm = Firm(gate="client").opened()
    firm.tested_elsewhere()
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.go_live(firm.mandated(2))
    assert denials(refusal) == ["no_accepted_test"]
    assert refusal.value.denials[0].facts["gate"] == "client"
    firm.tested("T-2", 2)
    assert firm.flow.go_live(f.siren(2)).state == "live"


def test_a_new_version_asks_the_next_client_for_a_new_test_and_tells_the_firm(firm: Firm) -> None:
    firm.live()
    firm.flow.set_software("Editeur", "Paie", "2.0")
    assert "new_epoch" in firm.codes()
    with pytest.raises(TransitionRefused):
        firm.flow.go_live(firm.mandated(2))
    # the default is a notice: who is live stays so
    firm.flow.begin_send([firm.real().id])
    firm.tested("T-2", 2)
    firm.flow.go_live(f.siren(2))


def test_with_block_a_new_version_stops_real_sendings_until_a_new_test() -> None:
    firm = Firm(on_new_version="block").opened()
    firm.live()
    sub = firm.real()
    firm.flow.set_software("Editeur", "Paie", "2.0")
    assert "new_epoch_block" in firm.codes()
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.begin_send([sub.id])
    assert denials(refusal) == ["new_version_untested"]
    firm.tested("T-2")
    firm.flow.begin_send([sub.id])


def test_another_portal_is_another_epoch_another_account_is_not(firm: Firm) -> None:
    firm.live()
    firm.flow.set_portal("jedeclare", "second account")
    assert "new_epoch" not in firm.codes()
    firm.flow.set_portal("urssaf")
    assert "new_epoch" in firm.codes()


def test_a_proof_that_falls_leaves_the_client_live_and_says_so_urgently(firm: Firm) -> None:
    siren = firm.live()
    firm.answered(firm.read.submission("T-1/test/1"), f.ars, R, at=NOW + timedelta(hours=1))
    assert firm.read.client(siren).state == "live"
    assert firm.codes(urgent=True) == ["proof_fell"]
    with pytest.raises(TransitionRefused):
        firm.flow.go_live(firm.mandated(2))


# ---- register, prepare, renew


def test_registering_the_same_hire_again_changes_nothing(firm: Firm) -> None:
    firm.mandated()
    first = firm.flow.register(f.declaration("E-1"))
    before = firm.everything()
    assert firm.flow.register(f.declaration("E-1")) == first.with_(declaration=None)
    assert firm.everything() == before


def test_a_hire_is_amended_while_nothing_was_attempted_then_refused(firm: Firm) -> None:
    firm.mandated()
    firm.flow.register(f.declaration("E-1"))
    firm.flow.register(f.declaration("E-1", start=NOW + timedelta(days=7)))
    assert firm.filing().hire_at == NOW + timedelta(days=7)
    firm.flow.prepare("E-1")
    with pytest.raises(InputRefused) as refusal:
        firm.flow.register(f.declaration("E-1", start=NOW + timedelta(days=6)))
    assert refusal.value.code == "content_differs"
    assert "E-1/test/1" in refusal.value.text()


def test_prepare_is_a_test_until_the_client_is_live_and_says_so(firm: Firm) -> None:
    firm.mandated()
    assert firm.flow.prepare(f.declaration("E-1")).mode is Mode.TEST
    firm.live(2)
    assert firm.flow.prepare(f.declaration("E-2", 2)).mode is Mode.REAL


def test_prepare_gives_the_last_attempt_of_that_content_again(firm: Firm) -> None:
    firm.live()
    first = firm.flow.prepare(f.declaration("E-1"))
    assert firm.flow.prepare(f.declaration("E-1")) == first.with_(declaration=None)
    assert firm.flow.prepare("E-1").id == first.id
    with pytest.raises(InputRefused) as refusal:
        firm.flow.prepare(other(f.declaration("E-1")))
    assert refusal.value.code == "content_differs"
    assert firm.flow.renew(first.id, other(f.declaration("E-1")), "trial period").id == "E-1/real/2"


def test_prepare_compares_with_the_last_attempt_of_its_mode_not_of_the_other(firm: Firm) -> None:
    firm.live()
    old, new = f.declaration("E-1"), other(f.declaration("E-1"))
    firm.flow.prepare(old, Mode.REAL)
    firm.flow.prepare(new, Mode.TEST)
    with pytest.raises(InputRefused):
        firm.flow.prepare(new, Mode.REAL)
    assert firm.flow.prepare(old, Mode.REAL).id == "E-1/real/1"


def test_what_leaves_is_what_the_hires_file_says(firm: Firm) -> None:
    """An attempt whose content was replaced since is not sent, even when it was released before."""
    firm.live()
    old = firm.real()
    firm.flow.release([old.id])
    new = firm.flow.renew(old.id, other(f.declaration("E-1")), "trial period")
    firm.worker().send_released()
    assert firm.portal.taken == []
    assert "release_refused" in firm.codes(urgent=True)
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.begin_send([old.id])
    assert denials(refusal) == ["content_replaced"]
    firm.flow.send([new.id])
    assert firm.portal.times_taken(new.id) == 1


def test_a_hire_of_a_place_that_the_client_does_not_have_is_refused(firm: Firm) -> None:
    firm.mandated()
    with pytest.raises(InputRefused) as refusal:
        firm.flow.register(f.declaration("E-1", place=2))
    assert refusal.value.code == "establishment_unknown"


def test_a_renewal_keeps_the_hire_and_its_mode_and_says_what_it_replaces(firm: Firm) -> None:
    firm.live()
    first = firm.answered(firm.sent(firm.real().id), f.acs, R)
    again = firm.flow.renew(first.id, None, "NIR corrected")
    assert (again.id, again.mode, again.replaces, again.reason) == (
        "E-1/real/2",
        Mode.REAL,
        first.id,
        "NIR corrected",
    )
    assert again.content == first.content
    with pytest.raises(InputRefused) as refusal:
        firm.flow.renew(again.id, f.declaration("E-2"), "wrong hire")
    assert refusal.value.code == "renew_of_another_hire"


def test_an_accepted_declaration_is_renewed_only_with_confirmation_and_then_not_counted(firm: Firm) -> None:
    firm.live()
    first = firm.declared()
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.renew(first.id, None, "wrong hour")
    assert denials(refusal) == ["accepted_needs_confirm"]
    second = firm.flow.renew(first.id, None, "wrong hour", confirm=True)
    assert "renewed_after_acceptance" in firm.codes(urgent=True)
    assert firm.answered(firm.sent(second.id), f.ars).state is S.ACCEPTED
    assert "double_filing" not in firm.codes()
    assert firm.status() == "declared"


def test_two_accepted_unconfirmed_are_a_double_filing(firm: Firm) -> None:
    firm.live()
    first = firm.sent(firm.real().id)
    second = firm.flow.renew(first.id, None, "no answer")
    firm.flow.mark_sent([second.id], ref="B")
    firm.answered(first, f.ars)
    assert "double_filing" not in firm.codes()
    firm.answered(second, f.ars)
    assert "double_filing" in firm.codes(urgent=True)


def test_a_hire_that_looks_like_another_is_a_warning(firm: Firm) -> None:
    firm.mandated()
    firm.flow.register(f.declaration("E-1", first_names="Alix"))
    twin = firm.flow.register(f.declaration("E-2", first_names="ALIX"))
    assert twin.lookalikes == ("E-1",)
    assert firm.codes() == ["looks_alike"]


def test_registering_many_keeps_the_good_ones_of_a_group_with_a_bad_one(firm: Firm) -> None:
    firm.mandated()
    many = [f.declaration("E-1"), f.declaration("E-2", 7), f.declaration("E-3", place=2), f.declaration("E-4")]
    told = list(firm.flow.register_many(many))
    assert [getattr(x, "reference", type(x)) for x in told] == ["E-1", NotFound, InputRefused, "E-4"]
    assert [x.reference for x in firm.read.filings()] == ["E-1", "E-4"]


# ---- giving up, and facts from elsewhere


def test_an_attempt_that_never_began_is_given_up_freely(firm: Firm) -> None:
    firm.live()
    first = firm.real()
    filing = firm.flow.abandon(first.id, "typo")
    assert filing.submissions["real/1"].state is S.ABANDONED
    assert not filing.submissions["real/1"].alive
    assert "abandoned_not_cancelled" not in firm.codes()
    firm.flow.begin_send([firm.flow.renew(first.id, None, "again").id])


def test_an_attempt_given_up_after_it_began_stays_alive_unless_confirmed(firm: Firm) -> None:
    firm.live()
    first = firm.sent(firm.real().id)
    firm.flow.abandon(first.id, "no answer")
    assert "abandoned_not_cancelled" in firm.codes()
    second = firm.flow.renew(first.id, None, "again")
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.begin_send([second.id])
    assert denials(refusal) == ["other_alive"]
    firm.flow.abandon(first.id, "the portal says it has nothing", confirm=True)
    firm.flow.begin_send([second.id])


def test_a_piece_that_comes_after_it_was_given_up_for_good_stops_the_next(firm: Firm) -> None:
    """Given up with confirmation, then accepted after all: a second declaration does not leave unasked."""
    firm.live()
    first = firm.sent(firm.real().id)
    firm.flow.abandon(first.id, "lost, says the portal", confirm=True)
    second = firm.flow.renew(first.id, None, "again")
    firm.answered(first, f.ars)
    assert firm.status() == "declared"
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.begin_send([second.id])
    assert denials(refusal) == ["other_alive"]


def test_an_accepted_attempt_is_not_abandoned_but_the_hire_may_be_off(firm: Firm) -> None:
    firm.live()
    sub = firm.declared()
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.abandon(sub.id, "no")
    assert denials(refusal) == ["accepted_stays"]
    filing = firm.flow.abandon(sub.id, "never came", hire=True)
    assert (filing.no_hire, filing.status) == (True, FilingStatus.DECLARED)


def test_a_hire_that_does_not_take_place_is_neither_released_nor_sent_nor_renewed(firm: Firm) -> None:
    firm.live()
    sub = firm.real()
    assert firm.flow.abandon("E-1", "found another job", hire=True).status == "abandoned"
    for command in (
        lambda: firm.flow.begin_send([sub.id]),
        lambda: firm.flow.release([sub.id]),
        lambda: firm.flow.renew(sub.id, None, "again"),
    ):
        with pytest.raises(TransitionRefused) as refusal:
            command()
        assert denials(refusal) == ["hire_called_off"]


def test_a_declaration_elsewhere_is_recorded_and_flagged_where_the_gate_would_deny(firm: Firm) -> None:
    firm.live()
    firm.flow.register(f.declaration("E-1"))
    firm.flow.register(f.declaration("E-2", start=NOW + timedelta(days=20)))
    assert firm.flow.declared_elsewhere("E-1", NOW, "net-entreprises").elsewhere.irregular == ()  # type: ignore[union-attr]
    early = firm.flow.declared_elsewhere("E-2", NOW, "fax")
    assert early.elsewhere is not None
    assert (early.elsewhere.irregular, early.status) == (("window_not_open",), "declared_elsewhere")
    assert "hire_undeclared" not in early.deadlines


def test_a_real_acceptance_after_a_declaration_elsewhere_is_a_double_filing(firm: Firm) -> None:
    firm.live()
    sub = firm.sent(firm.real().id)
    firm.flow.declared_elsewhere("E-1", NOW, "net-entreprises")
    assert firm.status() == "declared_elsewhere"
    firm.answered(sub, f.ars)
    assert firm.status() == "declared"
    assert "double_filing" in firm.codes(urgent=True)


def test_after_a_declaration_elsewhere_only_a_confirmed_renewal_leaves(firm: Firm) -> None:
    firm.live()
    sub = firm.real()
    firm.flow.declared_elsewhere("E-1", NOW, "net-entreprises")
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.begin_send([firm.flow.renew(sub.id, None, "again").id])
    assert denials(refusal) == ["declared_elsewhere"]
    firm.flow.begin_send([firm.flow.renew("E-1/real/2", None, "really", confirm=True).id])


# ---- what staff read: each status by a story


def _in_doubt(x: Firm) -> None:
    x.flow.begin_send([x.real().id])
    x.move(minutes=11)
    x.worker().tick()


def _late(x: Firm) -> None:
    x.real()
    x.move(days=5)
    x.worker().tick()


STORIES: dict[str, Callable[[Firm], object]] = {
    "to_declare": lambda x: x.real(),
    "test_running": lambda x: x.sent(x.flow.prepare(f.declaration("E-1"), Mode.TEST).id),
    "test_not_declared": lambda x: x.tested("E-1"),
    "running": lambda x: x.flow.begin_send([x.real().id]),
    "in_doubt": _in_doubt,
    "refused": lambda x: x.answered(x.sent(x.real().id), f.ars, R),
    "declared": lambda x: x.declared(),
    "declared_elsewhere": lambda x: (x.real(), x.flow.declared_elsewhere("E-1", NOW, "fax")),
    "abandoned": lambda x: x.flow.abandon(x.real().id, "no"),
    "late": _late,
}


def test_every_status_has_its_story() -> None:
    assert set(STORIES) == set(FilingStatus)


@pytest.mark.parametrize("status", sorted(STORIES))
def test_each_status_is_reached_shown_and_counted(firm: Firm, status: str) -> None:
    firm.live()
    STORIES[status](firm)
    assert firm.status() == status
    assert [x.reference for x in firm.read.find(status=(status,)) if x.reference == "E-1"] == ["E-1"]
    assert firm.read.counts()[status] >= 1


def test_only_an_accepted_real_ars_makes_a_hire_declared(firm: Firm) -> None:
    firm.live()
    test = firm.tested("E-1")
    assert (test.state, firm.status()) == (S.ACCEPTED, "test_not_declared")
    real = firm.sent(firm.real().id)
    assert firm.answered(real, f.acs).state is S.FORWARDED
    assert firm.status() == "running"
    firm.answered(real, f.ars, recipient="URSSAF")
    assert firm.status() == "running"
    firm.answered(real, f.ars)
    assert firm.status() == "declared"


# ---- keys: asked twice, done once


COMMANDS: dict[str, Callable[[DueWorkflow, str], Any]] = {
    "set_software": lambda w, k: w.set_software("E", "P", "3", key=k),
    "set_portal": lambda w, k: w.set_portal("urssaf", key=k),
    "confirm_software": lambda w, k: w.confirm_software("call", key=k),
    "subscribe_portal": lambda w, k: w.subscribe_portal(accounts=["second"], key=k),
    "choose_mandate_model": lambda w, k: w.choose_mandate_model("standard", key=k),
    "plan_rollout": lambda w, k: w.plan_rollout(NOW.date(), {"tests": ["generator"]}, key=k),
    "mark_step": lambda w, k: w.mark_step("portal", "by post", by="Ana", key=k),
    "unmark_step": lambda w, k: w.unmark_step("report", key=k),
    "set_pilot_aside": lambda w, k: w.set_pilot_aside(f.siren(1), "sold", key=k),
    "take_pilot_back": lambda w, k: w.take_pilot_back(f.siren(2), key=k),
    "report_written": lambda w, k: w.report_written("report.pdf", key=k),
    "add_client": lambda w, k: w.add_client(f.client(5), key=k),
    "select": lambda w, k: w.select(f.siren(3), key=k),
    "request_mandate": lambda w, k: w.request_mandate(f.siren(4), key=k),
    "remind_mandate": lambda w, k: w.remind_mandate(f.siren(6), key=k),
    "attach_mandate": lambda w, k: w.attach_mandate(f.siren(1), b"%PDF-1.7 scan %%EOF", key=k),
    "sign_mandate": lambda w, k: w.sign_mandate(f.siren(1), f.mandate(ends_on=date(2027, 1, 1)), key=k),
    "revoke_mandate": lambda w, k: w.revoke_mandate(f.siren(1), date(2026, 3, 9), "left", key=k),
    "go_live": lambda w, k: w.go_live(f.siren(2), key=k),
    "register": lambda w, k: w.register(f.declaration("N-1"), key=k),
    "prepare": lambda w, k: w.prepare(f.declaration("N-2"), key=k),
    "prepare by reference": lambda w, k: w.prepare("E-3", key=k),
    "release": lambda w, k: w.release(["E-1/real/1"], key=k),
    "begin_send": lambda w, k: w.begin_send(["E-1/real/1"], key=k),
    "mark_sent": lambda w, k: w.mark_sent(["E-1/real/1"], ref="77", key=k),
    "renew": lambda w, k: w.renew("E-2/real/1", None, "again", key=k),
    "abandon": lambda w, k: w.abandon("E-1/real/1", "no", key=k),
    "declared_elsewhere": lambda w, k: w.declared_elsewhere("E-1", NOW, "fax", key=k),
    "learn_ref": lambda w, k: w.learn_ref(w.read.submission("E-2/real/1").deposit or "", "78", key=k),
    "settle_doubt": lambda w, k: w.settle_doubt(w.read.submission("E-2/real/1").deposit or "", ref="79", key=k),
    "receive": lambda w, k: w.receive(f.ads("none", account=ACCOUNT), key=k),
    "attach": lambda w, k: w.attach(f.ars("early", account=ACCOUNT).identity, {"E-2/real/1": "accepted"}, key=k),
    "set_aside": lambda w, k: w.set_aside(f.ars("early", account=ACCOUNT).identity, "inutile", key=k),
    "send": lambda w, k: w.send(["E-1/real/1"], key=k),
}


def prepared_for_all() -> Firm:
    firm = Firm().opened()
    firm.live()
    firm.mandated(2)
    firm.flow.add_client(f.client(3))
    firm.flow.add_client(f.client(4))
    firm.flow.select(f.siren(4))
    firm.flow.add_client(f.client(6))
    firm.flow.select(f.siren(6))
    firm.flow.request_mandate(f.siren(6))
    firm.real("E-1")
    firm.flow.begin_send([firm.real("E-2").id])
    firm.flow.register(f.declaration("E-3"))
    firm.flow.receive(f.ars("early", account=ACCOUNT))
    firm.flow.mark_step("report", "told at the meeting", by="Ana")
    firm.flow.set_pilot_aside(f.siren(2), "sold")
    return firm


def told(result: Any) -> Any:
    """What a result says, less what only the first answer can say."""
    if isinstance(result, tuple):
        return tuple(map(told, result))
    if hasattr(result, "deposits"):
        return told(result.deposits)
    if hasattr(result, "receipt"):
        return (result.receipt, result.state, dict(result.submissions))
    return result.with_(declaration=None) if hasattr(result, "declaration") else result


def test_every_command_has_its_key_tested() -> None:
    public = {name: getattr(DueWorkflow, name) for name in dir(DueWorkflow) if not name.startswith("_")}
    keyed = {name for name, command in public.items() if "key" in getattr(command, "__annotations__", {})}
    assert {name.split()[0] for name in COMMANDS} == keyed


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_same_key_with_the_same_content_does_it_once_and_answers_the_same(name: str) -> None:
    firm = prepared_for_all()
    first = told(COMMANDS[name](firm.flow, "once"))
    before = firm.everything()
    again = Firm(firm.storage, clock=firm.clock, portal=firm.portal)
    assert told(COMMANDS[name](again.flow, "once")) == first
    assert firm.everything() == before


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_the_same_key_with_other_content_is_a_conflict(name: str) -> None:
    firm = prepared_for_all()
    firm.flow.register(f.declaration("X-1"), key="once")
    before = firm.everything()
    with pytest.raises(Conflict) as refusal:
        COMMANDS[name](firm.flow, "once")
    assert refusal.value.code == "key_reused"
    assert firm.everything() == before


def test_a_refused_command_does_not_use_its_key_up(firm: Firm) -> None:
    siren = firm.mandated()
    with pytest.raises(TransitionRefused):
        firm.flow.go_live(siren, key="live")
    firm.tested()
    assert firm.flow.go_live(siren, key="live").state == "live"


def test_a_fingerprint_says_nothing_of_its_content(firm: Firm) -> None:
    """Under the firm's secret: another firm's same command has another fingerprint."""
    prints = []
    for x in (firm, Firm().opened()):
        x.mandated()
        x.flow.register(f.declaration("E-1"), key="k")
        (record,) = x.storage.find(CABINET, Kind.COMMAND, states=("done",))
        prints.append(record.data)
    assert prints[0] != prints[1]
    assert b"DURAND" not in prints[0]


# ---- stale versions


class Contended(Wrapped):
    """Before the nth commit someone else is quicker."""

    def __init__(self, *others: Callable[[], object]) -> None:
        super().__init__(MemoryStorage())
        self.others = list(others)
        self.busy = False

    def commit(self, cabinet: str, changes: Changes) -> None:
        if self.others and not self.busy:
            self.busy = True
            try:
                self.others.pop(0)()
            finally:
                self.busy = False
        super().commit(cabinet, changes)


def test_a_command_that_was_overtaken_decides_again_on_what_stands_now() -> None:
    """The mandate is revoked between the reading and the commit: what was allowed is refused."""
    storage = Contended()
    firm = Firm(storage).opened()
    siren = firm.live()
    sub = firm.real()
    storage.others.append(lambda: firm.flow.revoke_mandate(siren, NOW.date(), "left"))
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.begin_send([sub.id])
    assert denials(refusal) == ["client_not_live", "mandate_not_in_force"]
    assert firm.read.submission(sub.id).state is S.PREPARED


def test_going_live_depends_on_the_proof_that_it_saw() -> None:
    """The accepted test is contradicted between the reading and the commit."""
    storage = Contended()
    firm = Firm(storage).opened()
    siren = firm.mandated()
    sub = firm.tested()
    storage.others.append(lambda: firm.answered(sub, f.ars, R, at=NOW + timedelta(hours=1)))
    with pytest.raises(TransitionRefused) as refusal:
        firm.flow.go_live(siren)
    assert denials(refusal) == ["no_accepted_test"]
    assert firm.read.client(siren).state == "mandated"


def test_a_stale_version_is_tried_again_a_bounded_number_of_times() -> None:
    storage = Contended()
    firm = Firm(storage, conflict_tries=3).opened()
    siren = firm.mandated()
    counter = iter(range(100))

    def overtake() -> None:
        firm.flow.add_client(f.client(name=f"Another name {next(counter)}"))

    storage.others += [overtake] * 2
    assert firm.flow.sign_mandate(siren, f.mandate(date(2026, 2, 2))).mandate == f.mandate(date(2026, 2, 2))
    storage.others += [overtake] * 3
    with pytest.raises(Conflict) as refusal:
        firm.flow.sign_mandate(siren, f.mandate(date(2026, 2, 3)))
    assert refusal.value.refs == (Ref(Kind.CLIENT, siren),)


def test_a_lot_that_was_overtaken_does_not_call_refused_what_it_sent() -> None:
    """Denied at the first look, allowed at the second: it was sent, and is not among the refused."""
    storage = Contended()
    firm = Firm(storage, per_deposit=2).opened()
    siren = firm.live()
    one, two = firm.real("E-1"), firm.real("E-2", start=NOW + timedelta(days=20))

    def sooner() -> None:
        firm.flow.register_many(())
        firm.flow.sign_mandate(siren, f.mandate(date(2026, 2, 2)))
        firm.clock.advance(timedelta(days=13))
        firm.flow.abandon("E-1", "no", hire=True)

    storage.others.append(sooner)
    result = firm.flow.send([one.id, two.id])
    assert set(result.refused) == {one.id}
    assert [list(d.items) for d in result.deposits] == [[two.id]]


# ---- a storage joined to the host's transaction


def test_in_the_hosts_transaction_a_conflict_goes_to_the_host() -> None:
    storage = Contended()
    storage.joined = True
    firm = Firm(storage).opened()
    siren = firm.mandated()
    commits = len(storage.commits)
    storage.others.append(lambda: firm.flow.add_client(f.client(name="Another name")))
    with pytest.raises(Conflict):
        firm.flow.sign_mandate(siren, f.mandate(date(2026, 2, 2)))
    assert len(storage.commits) == commits + 2


def test_in_the_hosts_transaction_nothing_is_sent_and_no_worker_works() -> None:
    firm = Firm(Wrapped(MemoryStorage(), joined=True)).opened()
    firm.live()
    with pytest.raises(InputRefused) as refusal:
        firm.flow.send([firm.real().id])
    assert refusal.value.code == "joined_send"
    with pytest.raises(InputRefused) as refusal:
        Worker(firm.storage, flow_for=lambda _: firm.flow)
    assert refusal.value.code == "joined_worker"
    assert firm.portal.calls == []
    # what the host sends by itself is recorded there like anywhere
    firm.declared("E-2")
    assert firm.status("E-2") == "declared"


def test_in_the_hosts_transaction_a_bad_one_of_many_goes_to_the_host() -> None:
    firm = Firm(Wrapped(MemoryStorage(), joined=True)).opened()
    firm.mandated()
    with pytest.raises(NotFound):
        list(firm.flow.register_many([f.declaration("E-1"), f.declaration("E-2", 7)]))


# ---- nothing real leaves by itself


def test_nothing_real_leaves_by_itself(firm: Firm) -> None:
    firm.live()
    firm.real()
    for _ in range(12):
        firm.worker().run_once()
        firm.move(hours=12)
    assert firm.portal.calls == []
    assert firm.read.submission("E-1/real/1").state is S.PREPARED


def test_only_the_setting_auto_send_releases_what_is_prepared() -> None:
    firm = Firm(auto_send=True).opened()
    firm.mandated()
    firm.flow.prepare(f.declaration("E-1"))
    assert firm.worker().send_released() == 1
    assert firm.portal.times_taken("E-1/test/1") == 1


def test_the_settings_are_checked_when_they_are_made() -> None:
    for bad in ({"per_deposit": 0}, {"per_deposit": 101}, {"gate": "nobody"}, {"unknown": 1}):
        with pytest.raises(InputRefused):
            Policy(**bad)  # type: ignore[arg-type]


def test_who_acts_is_written_in_the_journal_and_a_nir_never(firm: Firm) -> None:
    firm.mandated()
    number = f.declaration("E-1").employee.nir
    assert number is not None
    firm.flow.prepare(f.declaration("E-1"), by=f"Camille {number.reveal()}")
    sub: Submission = firm.flow.renew("E-1/test/1", None, f"the NIR was {number.reveal()}", by="Camille")
    assert number.reveal() not in str(sub)
    told_ = firm.read.journal("E-1")
    assert {t.by for t in told_} == {"Camille [NIR masqué]", "Camille"}
    entries = b"".join(bytes(e.data) for e in firm.read.entries(Ref(Kind.FILING, "E-1")))
    assert number.reveal().encode() not in entries
    assert b"DURAND" not in entries
