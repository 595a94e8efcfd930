"""Corners that a careful reader found: each was a way to be believed declared, or not to be, wrongly."""

from __future__ import annotations

from datetime import timedelta

import pytest

from due_workflow import InputRefused, Mode, TransitionRefused
from due_workflow.testing import factories as f
from stories import ACCOUNT, NOW, A, Firm, R


@pytest.fixture
def firm() -> Firm:
    x = Firm().opened()
    x.live()
    return x


def moved(reference: str = "E-1"):
    """The same hire, three days later."""
    return f.declaration(reference, start=NOW + timedelta(days=8))


def test_a_test_cannot_rewrite_what_was_declared_for_real(firm: Firm) -> None:
    firm.declared("E-1")
    before = firm.filing("E-1")
    with pytest.raises(InputRefused) as refused:
        firm.flow.prepare(moved(), Mode.TEST)
    assert refused.value.code == "content_differs"
    assert firm.filing("E-1") == before


def test_renewing_a_test_with_another_content_is_denied_once_it_left_for_real(firm: Firm) -> None:
    test = firm.tested("E-1")
    firm.declared("E-1")
    with pytest.raises(TransitionRefused) as refused:
        firm.flow.renew(test.id, moved(), "autre date")
    assert [d.code for d in refused.value.denials] == ["real_begun"]
    assert firm.flow.renew(test.id, None, "même contenu").attempt == 2


def test_a_correction_of_a_declared_hire_counts_instead_of_what_it_replaces(firm: Firm) -> None:
    sub = firm.declared("E-1")
    again = firm.flow.renew(sub.id, moved(), "autre date", confirm=True)
    assert firm.status("E-1") == "to_declare"
    firm.flow.begin_send([again.id])
    assert firm.status("E-1") == "running"
    firm.flow.mark_sent([again.id], ref="C1")
    firm.flow.receive(f.ars("C1", R, account=ACCOUNT))
    assert firm.status("E-1") == "refused"
    firm.flow.receive(f.ars("C1", A, account=ACCOUNT, at=NOW + timedelta(hours=3)))
    assert firm.status("E-1") == "declared"


def test_an_attempt_abandoned_without_confirmation_is_still_under_way(firm: Firm) -> None:
    sub = firm.sent(firm.real("E-1").id)
    firm.flow.abandon(sub.id, "erreur")
    assert firm.status("E-1") == "running"
    firm.flow.abandon(sub.id, "erreur", confirm=True)
    assert firm.status("E-1") == "abandoned"


def test_what_is_answered_or_abandoned_is_overdue_no_more(firm: Firm) -> None:
    sub = firm.sent(firm.real("E-1").id)
    firm.move(days=12)
    firm.worker().tick()
    assert [x.reference for x in firm.read.find(overdue=True)] == ["E-1"]
    firm.flow.abandon(sub.id, "sans suite", confirm=True)
    assert firm.read.find(overdue=True) == ()


def test_a_hire_called_off_keeps_its_reason_and_tells_what_the_recipient_holds(firm: Firm) -> None:
    firm.sent(firm.real("E-1").id)
    firm.flow.abandon("E-1", "désistement", hire=True, by="Camille")
    assert firm.filing("E-1").no_hire_reason == "désistement"
    assert "called_off_alive" in firm.codes(urgent=True)


def test_a_declaration_elsewhere_is_judged_when_it_was_made(firm: Firm) -> None:
    firm.real("E-1")
    made = firm.clock.now()
    firm.move(days=9)
    elsewhere = firm.flow.declared_elsewhere("E-1", made, "récépissé").elsewhere
    assert elsewhere is not None
    assert elsewhere.irregular == ()
    with pytest.raises(InputRefused):
        firm.flow.declared_elsewhere("E-1", firm.clock.now() + timedelta(days=1), "à venir")


def test_a_key_does_not_make_a_refused_sending_look_done(firm: Firm) -> None:
    late = firm.flow.prepare(f.declaration("E-9", start=NOW + timedelta(days=20)), Mode.REAL)
    assert set(firm.flow.send([late.id], key="k").refused) == {late.id}
    assert set(firm.flow.send([late.id], key="k").refused) == {late.id}
    firm.move(days=13)
    assert firm.flow.send([late.id], key="k").deposits
    assert firm.flow.send([late.id], key="k").deposits


def test_sent_to_another_account_than_foreseen_its_receipts_find_it(firm: Firm) -> None:
    sub = firm.real("E-1")
    firm.flow.begin_send([sub.id])
    firm.flow.mark_sent([sub.id], ref="Z1", account="other")
    assert firm.flow.receive(f.ars("Z1", account="other")).state == "applied"
    assert firm.status("E-1") == "declared"


def test_a_mode_may_be_said_as_a_word_and_a_wrong_one_is_refused(firm: Firm) -> None:
    firm.flow.register(f.declaration("E-1"))
    assert firm.flow.prepare("E-1", "real").mode is Mode.REAL  # type: ignore[arg-type]
    with pytest.raises(InputRefused):
        firm.flow.prepare("E-1", "rael")  # type: ignore[arg-type]


def test_late_once_is_not_late_for_ever(firm: Firm) -> None:
    from due_workflow.testing import Step

    sub = firm.real("E-1")
    firm.move(days=6)
    firm.portal.script(Step.NOT_SENT)
    firm.flow.send([sub.id], late=True)
    assert "hire_passed" in {d.code for d in firm.flow.send([sub.id]).refused[sub.id].denials}


def test_a_lost_attempt_after_the_hour_is_late(firm: Firm) -> None:
    sub = firm.real("E-1")
    (deposit,) = firm.flow.begin_send([sub.id])
    firm.move(days=6)
    firm.worker().tick()
    firm.flow.settle_doubt(deposit.id, not_found=True)
    assert firm.status("E-1") == "late"
