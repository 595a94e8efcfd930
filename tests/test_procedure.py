"""The procedure ticks itself: a step is done exactly when its facts are true, and a journal entry proves each one."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from due_workflow import DueWorkflow, DueWorkflowError, InputRefused, Mode, NotFound, Outcome, SubmissionState, journal
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.calendar import DayKind, paris_day
from due_workflow.cli import front as window
from due_workflow.cli.outcomes import Code
from due_workflow.models import ClientState, Teleprocedure
from due_workflow.ports import Changes, Kind
from due_workflow.records import Held, decode, encode
from due_workflow.rollout import BY_KEY, Plan, Span, StepKey
from due_workflow.testing import FixedClock, RecordingNotifier
from due_workflow.testing import factories as f
from stories import ACCOUNT, CABINET, Firm, Wrapped

FIRST = date(2026, 3, 2)
"""A Monday, the day of the factories' NOW."""


def ticked(firm: Firm) -> set[str]:
    return {step.key.value for step in firm.read.rollout().steps if step.done is not None}


def accepted_test(firm: Firm, n: int) -> None:
    reference = f"T-{n}-{next(_numbers)}"
    firm.tested(reference, n, start=firm.clock.now() + timedelta(days=5))


def accepted_real(firm: Firm, n: int) -> None:
    firm.declared(f"E-{n}-{next(_numbers)}", n)


_numbers = itertools.count()


def through(firm: Firm, n: int = 1) -> Firm:
    """Everything that the procedure asks, with one pilot, as it comes."""
    flow, siren = firm.flow, f.siren(n)
    flow.set_software("Editeur", "Paie", "1.0", installed=False, by="Ana")
    flow.confirm_software("call to the support desk", by="Ana")
    flow.set_portal("jedeclare", ACCOUNT, by="Ana")
    flow.subscribe_portal(by="Ana")
    flow.choose_mandate_model("portal's model", by="Ana")
    firm.mandated(n)
    flow.set_software("Editeur", "Paie", "1.0", by="Ana")
    accepted_test(firm, n)
    flow.go_live(siren, by="Ana")
    accepted_real(firm, n)
    flow.report_written("basculement.pdf", "a" * 64, by="Ana")
    return firm


# ---- each fact ticks its step


def test_each_step_is_done_by_its_own_fact_and_by_nothing_before() -> None:
    firm = Firm()
    flow, siren = firm.flow, f.siren(1)
    flow.plan_rollout(FIRST, by="Ana")
    story: list[tuple[str, Callable[[], object]]] = [
        ("", lambda: flow.set_software("Editeur", "Paie", "1.0", installed=False, by="Ana")),
        ("software", lambda: flow.confirm_software("ticket 4711", by="Ana")),
        ("", lambda: flow.set_portal("jedeclare", ACCOUNT, by="Ana")),
        ("portal", lambda: flow.subscribe_portal(by="Ana")),
        ("documents", lambda: flow.choose_mandate_model("portal's model", by="Ana")),
        ("", lambda: flow.add_client(f.client(1), by="Ana")),
        ("pilots", lambda: flow.select(siren, by="Ana")),
        ("", lambda: flow.request_mandate(siren, by="Ana")),
        ("mandates", lambda: flow.sign_mandate(siren, f.mandate(FIRST), by="Ana")),
        ("generator", lambda: flow.set_software("Editeur", "Paie", "1.0", by="Ana")),
        ("tests", lambda: accepted_test(firm, 1)),
        ("", lambda: flow.go_live(siren, by="Ana")),
        ("real", lambda: accepted_real(firm, 1)),
        ("report", lambda: flow.report_written(by="Ana")),
    ]
    so_far: set[str] = set()
    for step, act in story:
        act()
        so_far |= {step} - {""}
        assert ticked(firm) == so_far
        if step:
            assert_proved(firm, firm.read.rollout())
    assert firm.read.rollout().done
    assert firm.read.rollout()["portal"].by == "Ana"


def assert_proved(firm: Firm, found: Plan) -> None:
    """Each proof names an entry that is there and says such a thing."""
    means = {
        "software": "confirm_software",
        "portal": "subscribe_portal",
        "documents": "choose_mandate_model",
        "pilots": "select",
        "mandates": "sign_mandate",
        "generator": "set_software",
        "tests": "evidence",
        "real": "evidence",
        "report": "report_written",
    }
    for step in found.steps:
        if step.done is not None:
            assert step.proof is not None
            kind, _, id = step.proof.case.partition(":")
            told = firm.read.journal(id)[step.proof.seq - 1]
            assert (str(told.case), told.seq) == step.proof
            wanted = "mark_step" if step.why is not None else means[step.key]
            asides = {"set_pilot_aside"} if step.key in ("tests", "mandates") else set()
            evidence = kind == "filing" and SubmissionState.ACCEPTED in str(told.patch)
            assert told.event == wanted or told.event in asides or evidence, (step, told)


def test_steps_tick_without_a_plan_and_without_a_worker() -> None:
    firm = through(Firm())
    found = firm.read.rollout()
    assert found.done
    assert found.start is None
    assert firm.read.cabinet().rollout is not None  # the report's mark; no first day was ever told


def test_a_new_version_is_to_be_confirmed_again_and_the_same_one_stays_confirmed() -> None:
    firm = through(Firm())
    firm.flow.set_software("Editeur", "Paie", "1.0", by="Ana")
    assert "software" in ticked(firm)
    firm.flow.set_software("Editeur", "Paie", "2.0", by="Ana")
    assert "software" not in ticked(firm)
    assert "generator" in ticked(firm)
    firm.flow.confirm_software("mail of the editor", on=date(2026, 3, 1), by="Bea")
    step = firm.read.rollout()["software"]
    assert (step.done_on, step.by) == (date(2026, 3, 1), "Bea")


def test_a_subscription_is_of_one_portal_and_its_accounts_are_collected_from() -> None:
    firm = Firm()
    with pytest.raises(InputRefused) as refused:
        firm.flow.subscribe_portal()
    assert refused.value.code == "no_portal_chosen"
    firm.flow.set_portal("jedeclare", ACCOUNT)
    cabinet = firm.flow.subscribe_portal(date(2026, 2, 1), ["DUE", "DSN"], ["second", ACCOUNT, "third"], by="Ana")
    assert cabinet.portal is not None
    assert cabinet.portal.accounts == ("second", "third")
    assert cabinet.portal.subscription is not None
    assert cabinet.portal.subscription.procedures == {Teleprocedure.DUE, Teleprocedure.DSN}
    orders = {record.ref.id for record in firm.storage.find(CABINET, Kind.COMMAND)}
    assert {f"collect:jedeclare/{a}" for a in (ACCOUNT, "second", "third")} <= orders
    firm.flow.set_portal("jedeclare", "second")  # files leave by another account of the same subscription
    assert "portal" in ticked(firm)
    firm.flow.set_portal("urssaf", ACCOUNT)
    assert "portal" not in ticked(firm)


def test_what_was_set_before_this_version_is_read_as_in_place() -> None:
    firm = Firm()
    firm.opened()
    assert ticked(firm) == {"generator"}
    assert firm.read.cabinet().epoch == "Editeur/Paie/1.0/jedeclare"


@pytest.mark.parametrize(
    ("code", "act"),
    [
        ("no_software", lambda flow: flow.confirm_software("call")),
        ("day_to_come", lambda flow: flow.mark_step("portal", "why", date(2026, 3, 3), by="Ana")),
        ("mark_by_nobody", lambda flow: flow.mark_step("portal", "why", by=" ")),
        ("empty", lambda flow: flow.mark_step("portal", " ", by="Ana")),
        ("not_a_word", lambda flow: flow.mark_step("lunch", "why", by="Ana")),
        ("not_marked_by_hand", lambda flow: flow.unmark_step("portal")),
        ("not_set_aside", lambda flow: flow.take_pilot_back(f.siren(1))),
        ("not_a_pilot", lambda flow: flow.set_pilot_aside(f.siren(1), "no hire")),
        ("plan_circle", lambda flow: flow.plan_rollout(FIRST, {"software": ["report"]})),
        ("plan_out_of_years", lambda flow: flow.plan_rollout(date(2600, 1, 1))),
        ("plan_out_of_years", lambda flow: flow.plan_rollout(date(2100, 12, 1))),
        ("plan_out_of_years", lambda flow: flow.plan_rollout(date(1800, 2, 1))),
        ("plan_out_of_years", lambda flow: flow.plan_rollout(date(2100, 1, 4), None, {"mandates": Span(amount=400)})),
        ("year_out_of_range", lambda flow: flow.mark_step("portal", "why", date(1800, 2, 1), by="Ana")),
        ("not_a_word", lambda flow: flow.plan_rollout(FIRST, {"lunch": ["report"]})),
    ],
)
def test_what_cannot_be_said_is_refused_and_changes_nothing(code: str, act: Callable[[DueWorkflow], object]) -> None:
    firm = Firm()
    firm.flow.add_client(f.client(1))
    before = firm.everything()
    with pytest.raises(InputRefused) as refused:
        act(firm.flow)
    assert code in {refused.value.code, *(problem.code for problem in refused.value.problems)}
    assert firm.everything() == before


def test_the_other_version_is_noted_once_it_is_in_place() -> None:
    firm = Firm().opened()
    with pytest.raises(InputRefused) as refused:
        firm.flow.set_software("Editeur", "Paie", "2.0", installed=False)
    assert "software_in_place" in {refused.value.code, *(problem.code for problem in refused.value.problems)}
    assert firm.read.cabinet().epoch == "Editeur/Paie/1.0/jedeclare"


# ---- pilots


def test_a_pilot_added_later_reopens_what_it_has_not_done() -> None:
    firm = through(Firm())
    firm.flow.add_client(f.client(2))
    firm.flow.select(f.siren(2))
    assert ticked(firm) == set(StepKey) - {"mandates", "tests"}
    firm.mandated(3)  # wave 1 too
    firm.flow.set_pilot_aside(f.siren(2), "closes its business", by="Ana")
    assert ticked(firm) == set(StepKey) - {"tests"}
    accepted_test(firm, 3)
    assert firm.read.rollout().done
    firm.flow.take_pilot_back(f.siren(2), by="Ana")
    assert not firm.read.rollout().done


def test_setting_the_last_pilot_aside_that_was_waited_for_is_the_proof() -> None:
    firm = Firm().opened()
    firm.mandated(1)
    firm.mandated(2)
    accepted_test(firm, 1)
    firm.move(hours=1)
    firm.flow.set_pilot_aside(f.siren(2), "closes its business", by="Bea")
    found = firm.read.rollout()
    assert (found["tests"].by, found["mandates"].by) == ("Bea", "Bea")
    assert_proved(firm, found)


def test_pilots_that_are_all_set_aside_were_selected_and_prove_nothing_more() -> None:
    firm = through(Firm())
    selected = firm.read.rollout()["pilots"]
    firm.flow.set_pilot_aside(f.siren(1), "sold", by="Ana")
    assert not {"mandates", "tests"} & ticked(firm)
    assert firm.read.rollout()["pilots"] == selected  # the selection was made


def test_a_client_of_a_later_wave_is_not_waited_for() -> None:
    firm = through(Firm())
    firm.flow.add_client(f.client(2))
    firm.flow.select(f.siren(2), wave=2)
    assert firm.read.rollout().done
    with pytest.raises(InputRefused):
        firm.flow.set_pilot_aside(f.siren(2), "later", by="Ana")
    with pytest.raises(NotFound):
        firm.flow.set_pilot_aside(f.siren(5), "unknown", by="Ana")


def test_a_selection_may_ask_for_more_than_one() -> None:
    firm = Firm()
    firm.flow.plan_rollout(FIRST, pilots=2)
    firm.mandated(1)
    assert "pilots" not in ticked(firm)
    firm.move(hours=1)
    firm.mandated(2)
    firm.mandated(3)
    assert firm.read.rollout()["pilots"].proof == (f"client:{f.siren(2)}", 2)


def test_a_mandate_that_ends_or_is_withdrawn_reopens_its_step() -> None:
    firm = Firm()
    siren = firm.mandated(1, ends_on=date(2026, 3, 10))
    assert "mandates" in ticked(firm)
    firm.move(days=9)
    assert "mandates" not in ticked(firm)  # the last day is over, no worker has noted it
    firm.flow.sign_mandate(siren, f.mandate(date(2026, 3, 11)))
    assert firm.read.rollout()["mandates"].done_on == date(2026, 3, 11)
    firm.move(days=2)
    firm.flow.sign_mandate(siren, f.mandate(date(2026, 3, 12)))
    assert firm.read.rollout()["mandates"].done_on == date(2026, 3, 11)  # replaced while it stood
    firm.flow.revoke_mandate(siren, date(2026, 3, 13), "changes firm")
    assert "mandates" not in ticked(firm)
    firm.flow.sign_mandate(siren, f.mandate(date(2026, 3, 13)))
    assert firm.read.rollout()["mandates"].done_on == date(2026, 3, 13)


def test_a_mandate_without_the_due_does_not_count() -> None:
    firm = Firm()
    firm.mandated(1, procedures=[Teleprocedure.DSN])
    assert "mandates" not in ticked(firm)


@pytest.mark.parametrize(("rule", "again"), [("notice", False), ("block", True)])
def test_a_new_version_asks_live_pilots_for_a_test_only_where_the_policy_blocks(rule: str, again: bool) -> None:
    firm = through(Firm(on_new_version=rule))
    firm.mandated(2)
    accepted_test(firm, 2)
    assert "tests" in ticked(firm)
    firm.flow.set_software("Editeur", "Paie", "2.0")
    assert "tests" not in ticked(firm)  # the second pilot is not live: its first real sending wants a test under 2.0
    accepted_test(firm, 2)
    assert ("tests" in ticked(firm)) is not again
    accepted_test(firm, 1)
    assert "tests" in ticked(firm)


def test_a_rejected_answer_that_outranks_the_acceptance_reopens() -> None:
    firm = Firm().opened()
    firm.mandated(1)
    sub = firm.tested("T-1", 1)
    assert "tests" in ticked(firm)
    firm.move(hours=1)
    firm.answered(sub, f.ars, Outcome.REJECTED)
    assert "tests" not in ticked(firm)
    firm.move(hours=1)
    firm.answered(sub, f.ars, Outcome.ACCEPTED)
    step = firm.read.rollout()["tests"]
    assert step.done == firm.clock.now()
    assert step.proof is not None
    assert step.proof.seq == firm.read.journal("T-1")[-1].seq


def test_the_answers_own_instant_counts_however_late_it_came() -> None:
    firm = Firm().opened()
    firm.mandated(1)
    prepared = firm.flow.prepare(f.declaration("T-1", 1), Mode.TEST)
    sub = firm.sent(prepared.id)
    told = firm.clock.now() + timedelta(hours=3)
    firm.move(days=4)
    firm.answered(sub, f.ars, at=told)
    assert firm.read.rollout()["tests"].done == told


# ---- by hand


def test_a_mark_by_hand_says_who_when_and_why_until_it_is_taken_back() -> None:
    firm = Firm()
    firm.flow.plan_rollout(FIRST)
    firm.flow.mark_step("portal", "subscribed by post in January", date(2026, 1, 15), by="Bea")
    step = firm.read.rollout()["portal"]
    assert (step.by, step.why, step.done_on) == ("Bea", "subscribed by post in January", date(2026, 1, 15))
    assert_proved(firm, firm.read.rollout())
    firm.worker().tick()
    assert firm.read.rollout()["portal"] == step
    firm.flow.unmark_step("portal", by="Bea")
    assert "portal" not in ticked(firm)


def test_a_mark_by_hand_stands_beside_facts_that_come_and_go() -> None:
    firm = through(Firm())
    firm.flow.mark_step("tests", "seen at the portal", by="Bea")
    firm.flow.add_client(f.client(2))
    firm.flow.select(f.siren(2))
    assert firm.read.rollout()["tests"].why == "seen at the portal"
    firm.flow.unmark_step("tests")
    assert "tests" not in ticked(firm)


def test_the_same_key_marks_once() -> None:
    firm = Firm()
    for _ in range(2):
        firm.flow.mark_step("portal", "by post", by="Bea", key="k1")
        firm.flow.plan_rollout(FIRST, {"tests": ["generator"]}, {"mandates": Span(amount=10)}, key="k2")
    assert [told.event for told in firm.read.journal(CABINET)] == ["opened", "mark_step", "plan_rollout"]


def test_no_number_of_a_person_is_kept_in_what_is_typed() -> None:
    firm = Firm()
    firm.flow.mark_step("portal", f"said by {f.nir(1)}", by=f"Bea {f.nir(1)}")
    firm.mandated(1)
    firm.flow.set_pilot_aside(f.siren(1), f"{f.nir(1)} left", by="Bea")
    firm.flow.choose_mandate_model(f"model {f.nir(1)}")
    assert f.nir(1) not in str(firm.everything())


# ---- the plan is kept, planned again, and looked at by the worker


def test_planned_again_what_is_not_told_stays() -> None:
    firm = Firm()
    firm.flow.plan_rollout(
        FIRST, {"generator": ["software"]}, {"mandates": Span(amount=10)}, DayKind.OUVRABLE, 6, 3, by="Ana"
    )
    firm.flow.plan_rollout(date(2026, 3, 9), by="Ana")
    kept = firm.read.cabinet().rollout
    assert kept is not None
    assert (kept.start, kept.depends) == (date(2026, 3, 9), {StepKey.GENERATOR: (StepKey.SOFTWARE,)})
    assert (kept.spans[StepKey.MANDATES], kept.days, kept.hours_per_day, kept.pilots) == (
        Span(amount=10),
        DayKind.OUVRABLE,
        6,
        3,
    )


def test_the_worker_notes_what_is_done_and_tells_once_what_is_late() -> None:
    firm = Firm()
    firm.flow.plan_rollout(FIRST)
    heard = RecordingNotifier()
    worker = firm.worker(heard)
    worker.run_once()
    assert firm.codes() == []
    firm.move(days=1)  # the first row was due on Monday
    worker.run_once()
    worker.run_once()
    assert firm.codes() == ["step_late"]
    assert "Étape 0, Vérification de la version du logiciel" in heard.notices[0].text("fr")
    assert "02/03/2026" in heard.notices[0].text("fr")
    firm.flow.set_software("Editeur", "Paie", "1.0")
    firm.flow.confirm_software("ticket", by="Ana")
    worker.run_once()
    kept = firm.read.cabinet().rollout
    assert kept is not None
    assert set(kept.marks) == {"software", "generator"}
    firm.move(days=15)  # the portal was due ten working days after Tuesday
    worker.run_once()
    assert firm.codes() == ["step_late", "step_late"]
    assert firm.read.verify_journal().sound


def test_what_is_done_elsewhere_than_in_the_firms_record_is_noted_within_a_week() -> None:
    firm = Firm()
    firm.flow.plan_rollout(FIRST, {"mandates": [], "generator": []})
    firm.worker().tick()
    firm.mandated(1)
    firm.move(days=7, minutes=1)
    firm.worker().tick()
    kept = firm.read.cabinet().rollout
    assert kept is not None
    assert {"pilots", "mandates"} <= set(kept.marks)


def test_a_worker_that_looks_daily_writes_little() -> None:
    firm = Firm()
    firm.flow.plan_rollout(FIRST)
    for _ in range(24 * 28):
        firm.move(hours=1)
        firm.worker().tick()
    assert firm.codes() == ["step_late"]
    assert len(firm.read.journal(CABINET)) <= 10


def test_a_finished_procedure_is_not_looked_at_any_more() -> None:
    firm = through(Firm())
    firm.flow.plan_rollout(FIRST)
    firm.worker().tick()
    assert [record.due for record in firm.storage.find(CABINET, Kind.CABINET)] == [None]
    firm.flow.set_software("Editeur", "Paie", "2.0")
    firm.move(days=60)
    firm.worker().tick()
    assert "step_late" not in firm.codes()  # a later version is no affair of the switchover
    assert not firm.read.rollout().done


def test_the_first_accepted_real_filing_stays_the_proof_while_it_is_declared() -> None:
    firm = through(Firm())
    firm.flow.plan_rollout(FIRST)
    first = firm.read.rollout()["real"]
    firm.worker().tick()
    firm.move(days=1)
    accepted_real(firm, 1)
    assert firm.read.rollout()["real"] == first


def answered_backwards(firm: Firm, count: int, mode: Mode) -> str:
    """So many hires of the first client, the last by name answered first; its name."""
    sent = [
        firm.sent(
            firm.flow.prepare(f.declaration(f"H-{n:04d}", 1, start=firm.clock.now() + timedelta(days=5)), mode).id
        )
        for n in range(count)
    ]
    for sub in reversed(sent):
        firm.move(minutes=1)
        firm.answered(sub, f.ars)
    return sent[-1].reference


@pytest.mark.parametrize("planned", [False, True])
def test_the_proof_of_the_first_real_filing_is_the_earliest_answer_of_however_many(planned: bool) -> None:
    firm = Firm().opened()
    firm.live(1)
    if planned:
        firm.flow.plan_rollout(FIRST)
    first = answered_backwards(firm, 130, Mode.REAL)  # and no look of the worker meanwhile
    step = firm.read.rollout()["real"]
    assert step.proof is not None
    assert step.proof.case == f"filing:{first}"
    assert step.done == firm.read.journal(first)[-1].at


def test_the_proof_of_a_test_is_the_earliest_answer_of_however_many() -> None:
    firm = Firm().opened()
    firm.mandated(1)
    first = answered_backwards(firm, 130, Mode.TEST)
    step = firm.read.rollout()["tests"]
    assert step.proof is not None
    assert step.proof.case == f"filing:{first}"


def test_what_a_command_of_the_procedure_found_is_not_searched_among_all_hires_again() -> None:
    storage = Wrapped(MemoryStorage())
    searched: list[object] = []

    def find(cabinet: str, kind: Kind, *given: Any, **named: Any) -> Any:
        searched.append(kind)
        return storage.inner.find(cabinet, kind, *given, **named)

    firm = Firm(storage).opened()
    firm.live(1)
    first = answered_backwards(firm, 12, Mode.REAL)
    firm.flow.plan_rollout(FIRST)
    storage.find = find  # type: ignore[attr-defined]
    step = firm.read.rollout()["real"]
    assert step.proof is not None
    assert step.proof.case == f"filing:{first}"
    assert searched.count(Kind.FILING) <= 2  # the pilot's own tests


def test_a_plan_that_an_older_version_kept_outside_the_years_is_told_with_its_cure() -> None:
    firm = Firm()
    firm.flow.plan_rollout(FIRST)
    (record,) = firm.storage.find(CABINET, Kind.CABINET)
    held = decode(record)
    broken = held.facts.with_(rollout=held.facts.rollout.with_(start=date(2600, 1, 1)))
    firm.storage.commit(CABINET, Changes(write=[encode(held._replace(facts=broken))]))
    with pytest.raises(InputRefused) as refused:
        firm.read.rollout()
    assert refused.value.code == "plan_out_of_years"
    assert "plan --start" in refused.value.text("fr")
    assert "01/01/2600" in refused.value.text("fr")
    assert "2600-01-01" in refused.value.text("en")
    firm.worker().tick()
    firm.move(days=30)
    firm.worker().tick()
    assert firm.codes() == ["plan_out_of_years"]  # said once, to people
    (note,) = (out.notice for out in firm.read.notices())
    assert "01/01/2600" in note.text("fr")
    assert "plan --start" in note.text("fr")
    firm.flow.plan_rollout(FIRST)
    assert firm.read.rollout().ends is not None


def test_what_was_done_long_before_the_plan_began_moves_nothing() -> None:
    firm = Firm()
    firm.flow.plan_rollout(FIRST)
    planned = [step.due for step in firm.read.rollout().steps][1:]
    firm.flow.mark_step("software", "years ago", date(2000, 1, 1), by="Ana")
    found = firm.read.rollout()
    assert found["software"].done_on == date(2000, 1, 1)
    assert [step.due for step in found.steps][1:] != planned  # what it took is not waited for
    assert found["portal"].starts == FIRST


def test_the_firms_health_tells_of_a_plan_that_nobody_looks_at() -> None:
    firm = Firm()
    firm.flow.plan_rollout(FIRST)
    firm.move(days=2)
    assert "deadlines_late" in {finding.code for finding in firm.read.health().findings}
    firm.worker().tick()
    assert firm.read.health().ok or "deadlines_late" not in {x.code for x in firm.read.health().findings}


# ---- whatever the order of facts

Act = Callable[[Firm], object]


def _sign(n: int) -> Act:
    return lambda firm: firm.flow.sign_mandate(f.siren(n), f.mandate(FIRST))


def _known(n: int) -> Act:
    def act(firm: Firm) -> None:
        firm.flow.add_client(f.client(n))
        firm.flow.select(f.siren(n))

    return act


FACTS: dict[str, Act] = {
    "software": lambda firm: firm.flow.set_software("Editeur", "Paie", "1.0"),
    "another version": lambda firm: firm.flow.set_software("Editeur", "Paie", "2.0"),
    "confirmed": lambda firm: firm.flow.confirm_software("call"),
    "portal": lambda firm: firm.flow.set_portal("jedeclare", ACCOUNT),
    "another portal": lambda firm: firm.flow.set_portal("urssaf", ACCOUNT),
    "subscribed": lambda firm: firm.flow.subscribe_portal(),
    "model": lambda firm: firm.flow.choose_mandate_model("standard"),
    "select 1": _known(1),
    "select 2": _known(2),
    "second wave": lambda firm: firm.flow.select(f.siren(2), wave=2),
    "sign 1": _sign(1),
    "sign 2": _sign(2),
    "revoke 2": lambda firm: firm.flow.revoke_mandate(f.siren(2), FIRST, "changes firm"),
    "test 1": lambda firm: accepted_test(firm, 1),
    "test 2": lambda firm: accepted_test(firm, 2),
    "live 1": lambda firm: firm.flow.go_live(f.siren(1)),
    "real 1": lambda firm: accepted_real(firm, 1),
    "aside 2": lambda firm: firm.flow.set_pilot_aside(f.siren(2), "sold", by="Ana"),
    "back 2": lambda firm: firm.flow.take_pilot_back(f.siren(2)),
    "report": lambda firm: firm.flow.report_written(),
    "mark tests": lambda firm: firm.flow.mark_step("tests", "seen", by="Ana"),
    "unmark tests": lambda firm: firm.flow.unmark_step("tests"),
    "tick": lambda firm: firm.worker().tick(),
    "a day": lambda firm: firm.move(days=1),
}


def true_steps(firm: Firm) -> set[str]:
    """What is done, told a second time: from what the reader shows, without journal and without marks."""
    read, cabinet = firm.read, firm.read.cabinet()
    rollout = cabinet.rollout
    aside = rollout.aside if rollout else {}
    selected = [c for c in read.clients() if c.wave == 1]
    pilots = [c for c in selected if c.siren not in aside]
    today = paris_day(firm.clock.now())
    signed = [
        c.state in (ClientState.MANDATED, ClientState.LIVE) and c.mandate is not None and c.mandate.in_force(today)
        for c in pilots
    ]
    tested = [
        any(
            s.mode is Mode.TEST and s.state == "accepted" and s.epoch in {cabinet.epoch, c.epoch or cabinet.epoch}
            for filing in read.filings(siren=c.siren)
            for s in filing.attempts()
        )
        for c in pilots
    ]
    facts: dict[str, object] = {
        "software": cabinet.software and cabinet.software.support,
        "portal": cabinet.portal and cabinet.portal.subscription,
        "documents": cabinet.mandate_model,
        "pilots": selected,
        "mandates": pilots and all(signed),
        "generator": cabinet.software,
        "tests": (pilots and all(tested)) or any(m.why for k, m in (rollout.marks if rollout else {}).items()),
        "real": read.counts().get("declared"),
        "report": rollout and rollout.report,
    }
    return {key for key, true in facts.items() if true}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.lists(st.sampled_from(sorted(FACTS)), max_size=30), st.booleans(), st.booleans())
def test_whatever_the_order_of_facts_a_step_is_done_exactly_when_they_are_true(
    story: list[str], planned: bool, finished: bool
) -> None:
    firm = through(Firm()) if finished else Firm()
    if planned:
        firm.flow.plan_rollout(FIRST)
    for name in story:
        try:
            FACTS[name](firm)
        except DueWorkflowError:
            continue  # refused: nothing has changed
        assert ticked(firm) == true_steps(firm), name
    assert_proved(firm, firm.read.rollout())
    assert rebuilt(firm).read.rollout() == firm.read.rollout()


NEEDED = ["software", "confirmed", "portal", "subscribed", "model", "select 1", "select 2", "sign 1", "sign 2"]


@settings(max_examples=40, deadline=None)
# the tests were accepted before the software and the portal were said: none of them counts any more
@example(
    [
        *("select 1", "sign 1", "select 2", "sign 2", "test 1", "test 2", "software", "confirmed", "portal"),
        *("subscribed", "model", "live 1", "real 1", "report"),
    ]
)
@given(st.permutations([*NEEDED, "test 1", "test 2", "live 1", "real 1", "report"]))
def test_every_order_that_is_possible_ends_with_every_step_done(order: list[str]) -> None:
    firm, waiting, refused = Firm(), list(order), 0
    for _ in range(300):
        if not waiting:
            break
        name = waiting.pop(0)
        try:
            FACTS[name](firm)
            refused = 0
        except DueWorkflowError:
            waiting.append(name)
            refused += 1
        # a test under another epoch than the last one does not count: it is sent again
        if refused > len(waiting) or (not waiting and "tests" not in ticked(firm)):
            waiting, refused = ["test 1", "test 2", *waiting], 0
    assert not waiting
    assert firm.read.rollout().done


# ---- replay


def rebuilt(firm: Firm) -> Firm:
    """The same firm in another storage, each record folded from its journal alone."""
    copy = Firm(MemoryStorage(), clock=firm.clock, policy=firm.policy)
    for kind in (Kind.CABINET, Kind.CLIENT, Kind.FILING, Kind.DEPOSIT):
        for record in firm.storage.find(CABINET, kind, limit=10_000):
            entries = list(firm.read.entries(record.ref))
            facts, seq, head = journal.replay(entries)
            folded = type(decode(record).facts).model_validate(facts)
            new = encode(Held(record.ref, 0, folded, seq=seq, head=head))
            copy.storage.commit(CABINET, Changes(write=[new], check=[], entries=entries))
    return copy


def test_replay_of_the_journal_gives_the_same_plan() -> None:
    firm = Firm()
    firm.flow.plan_rollout(FIRST, {"generator": ["software"]}, {"mandates": Span(amount=2)}, by="Ana")
    firm.flow.mark_step("documents", "by post", by="Bea")
    through(firm)
    firm.mandated(2)
    firm.flow.set_pilot_aside(f.siren(2), "sold", by="Ana")
    firm.worker().tick()
    found = firm.read.rollout()
    assert found.done
    assert rebuilt(firm).read.rollout() == found


# ---- other storages and big firms


def test_the_plan_is_in_the_database_and_opens_again(tmp_path: Any) -> None:
    clock = FixedClock()
    storage = SqliteStorage(tmp_path / "due.sqlite")
    found = through(Firm(storage, clock=clock)).read.rollout()
    storage.close()
    again = SqliteStorage(tmp_path / "due.sqlite")
    assert Firm(again, clock=clock).read.rollout() == found
    again.close()


def test_a_firms_clients_that_are_no_pilots_are_passed_over() -> None:
    firm = Firm().opened()
    firm.mandated(1)
    for n in range(2, 1200):  # more than two pages of the walk
        firm.flow.add_client(f.client(n))
        firm.flow.select(f.siren(n), wave=2)
    firm.mandated(1200)
    accepted_test(firm, 1)
    assert "tests" not in ticked(firm)
    accepted_test(firm, 1200)
    assert "tests" in ticked(firm)


def test_two_firms_have_two_plans() -> None:
    storage = MemoryStorage()
    one, two = Firm(storage, cabinet="one"), Firm(storage, cabinet="two")
    one.flow.plan_rollout(FIRST)
    one.flow.mark_step("portal", "by post", by="Ana")
    assert two.read.rollout().start is None
    assert ticked(two) == set()


def test_every_step_of_a_plan_can_be_told_in_both_languages() -> None:
    found = Firm(clock=FixedClock(datetime(2026, 9, 4, 8, tzinfo=UTC))).read.rollout()
    for step in found.steps:
        assert step.title("fr") == BY_KEY[step.key].title("fr") != step.title("en")
        assert step.asks("fr") != step.asks("en")


# ---- by commands


@pytest.fixture
def typed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., tuple[int, str]]:
    """Types a command line; gives its exit code and what it said."""
    monkeypatch.chdir(tmp_path)
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")

    def run(*args: str) -> tuple[int, str]:
        done = CliRunner().invoke(window.app, args)
        return done.exit_code, done.output

    return run


def test_the_plan_is_made_shown_and_marked_by_commands(typed: Callable[..., tuple[int, str]]) -> None:
    code, said = typed("plan")
    assert code == Code.UNUSABLE, said  # there is no database, and looking makes none
    code, said = typed("plan", "--start", "03/01/2033", "--time", "mandates=0,5j", "--depends", "generator=software")
    assert code == 0, said
    assert "Vérification de la version du logiciel" in said
    assert "17/01/2033" in said  # ten working days after Monday 3 January
    code, said = typed("plan", "--mark", "portal", "--why", "par courrier", "--on", "10/09/2020", "--by", "Ana")
    assert code == 0, said
    assert "à la main: par courrier" in said
    assert "10/09/2020, Ana" in said
    code, said = typed("plan", "--json", "--pilots", "3", "--days", "ouvrables", "--hours", "6")
    plan = json.loads(said)["plan"]
    portal = plan["steps"][1]
    assert (plan["start"], portal["key"], portal["by"], portal["why"]) == (
        "2033-01-03",
        "portal",
        "Ana",
        "par courrier",
    )
    assert typed("plan", "--unmark", "portal")[0] == 0
    assert "par courrier" not in typed("plan")[1]


@pytest.mark.parametrize(
    ("args", "french"),
    [
        (("--time", "tests=0j"), "--time tests: valeur refusée, attendu: plus que 0"),
        (("--time", "tests=500j"), "--time tests: valeur refusée, attendu: au plus 400"),
        (("--hours", "25"), "--hours: valeur refusée, attendu: au plus 24"),
        (("--mark", "tests", "--why", " "), "--why: la valeur est vide"),
    ],
)
def test_a_value_out_of_its_limits_is_told_by_its_option(
    args: tuple[str, ...], french: str, typed: Callable[..., tuple[int, str]]
) -> None:
    assert typed("plan", "--start", "01/02/2027")[0] == 0
    code, said = typed("plan", *args)
    assert (code, said.strip()) == (Code.INPUT, french)


def test_a_plan_outside_the_years_is_not_kept_and_numbers_are_the_languages_own(
    typed: Callable[..., tuple[int, str]],
) -> None:
    code, said = typed("plan", "--start", "01/02/2600")
    assert code == Code.INPUT
    assert "plan --start" in said
    code, said = typed("plan", "--start", "01/02/2027", "--time", "tests=1,5j")
    assert code == 0, said
    assert "1,5 jour" in said
    assert typed("set-software", "Editeur", "Paie", "9")[0] == 0
    said = typed("plan", "--lang", "en")[1]
    assert "1.5 days" in said
    assert re.search(r"cabinet:cabinet no\. \d", said)
    assert re.search(r"cabinet:cabinet n° \d", typed("plan")[1])


def test_software_portal_and_model_are_noted_and_shown_by_commands(typed: Callable[..., tuple[int, str]]) -> None:
    assert typed("software", "Editeur", "Paie", "9", "--chosen", "--confirmed", "ticket 4711", "--by", "Ana")[0] == 0
    code, said = typed("software")
    assert code == 0
    assert "par Ana: ticket 4711" in said
    assert "pas encore en place" in said
    assert "pas encore noté" in typed("portal", "jedeclare", "CAB")[1]
    code, said = typed("portal", "--subscribed", "--account", "CAB2", "--procedure", "DUE", "--json")
    assert json.loads(said)["portal"]["accounts"] == ["CAB2"]
    Path("modele.pdf").write_bytes(b"%PDF")
    assert "SHA-256" in typed("mandate", "choose", "standard", "--document", "modele.pdf")[1]
    assert typed("set-software", "Editeur", "Paie", "9")[0] == 0  # the shorter command goes on working
    said = typed("plan", "--json")[1]
    done = [step["key"] for step in json.loads(said)["plan"]["steps"] if step["done"]]
    assert done == ["software", "portal", "documents", "generator"]


def test_two_facts_of_one_command_are_noted_together_or_not_at_all(typed: Callable[..., tuple[int, str]]) -> None:
    assert typed("set-portal", "jedeclare", "CAB")[0] == 0
    before = typed("journal", "cabinet", "--json")[1]
    for words in (
        ("software", "Editeur", "Paie", "9", "--confirmed", "ticket"),
        ("portal", "urssaf", "CAB", "--subscribed"),
    ):
        for day in ("01/01/2090", "01/01/1900"):
            code, said = typed(*words, "--on", day)
            assert code == Code.INPUT, said
    assert typed("journal", "cabinet", "--json")[1] == before


def test_the_journal_says_which_step_or_pilot_and_why(typed: Callable[..., tuple[int, str]]) -> None:
    with SqliteStorage("due.sqlite") as storage:
        flow = DueWorkflow(storage, cabinet="cabinet")
        flow.add_client(f.client(1))
        flow.select(f.siren(1))
    typed("plan", "--mark", "portal", "--why", "par courrier", "--by", "Ana")
    typed("plan", "--unmark", "portal")
    typed("plan", "--aside", f.siren(1), "--why", "vendue")
    typed("plan", "--back", f.siren(1))
    said = typed("journal", "cabinet")[1]
    assert "marquer une étape à la main: Choix du portail déclaratif et abonnement (par courrier)" in said
    assert "retirer une marque faite à la main: Choix du portail déclaratif et abonnement" in said
    assert f"mettre un pilote de côté: {f.siren(1)} (vendue)" in said
    assert f"reprendre un pilote: {f.siren(1)}" in said


def test_the_number_of_a_person_typed_for_a_model_is_not_said_again(typed: Callable[..., tuple[int, str]]) -> None:
    said = typed("mandate", "choose", f"modèle {f.nir(1)}", "--db", "due.sqlite")[1]
    typed("set-portal", "jedeclare", "CAB")
    said += typed("mandate", "choose", f"modèle {f.nir(1)}")[1]
    assert "Modèle de mandat: modèle" in said
    assert f.nir(1) not in said


def test_a_pipe_is_no_document_and_keeps_nobody_waiting(typed: Callable[..., tuple[int, str]]) -> None:
    typed("set-portal", "jedeclare", "CAB")
    os.mkfifo("tube")
    for args in (
        ("mandate", "choose", "modèle", "--document", "tube"),
        ("mandate", "attach", f.siren(1), "tube"),
        ("mandate", "print", "--all", "--model", "tube"),
        ("report", "--on-gains", "@tube"),
    ):
        code, said = typed(*args)
        assert code == Code.USAGE, said
        assert "tube n'est pas un fichier ordinaire" in said


def test_no_error_of_the_command_line_names_a_function(typed: Callable[..., tuple[int, str]]) -> None:
    typed("plan", "--start", "01/02/2027")
    for args in (("software", "--confirmed", "ticket"), ("portal", "--subscribed")):
        for lang in ("fr", "en"):
            code, said = typed(*args, "--lang", lang)
            assert code == Code.INPUT
            assert f"({args[0]})" in said
            assert "_" not in said


@pytest.mark.parametrize(
    "args",
    [
        ("plan", "--mark", "portal"),
        ("plan", "--why", "x"),
        ("plan", "--hours", "6"),
        ("plan", "--on", "01/01/2026"),
        ("plan", "--start", "1/9/2026", "--time", "tests=soon"),
        ("plan", "--start", "1/9/2026", "--depends", "tests"),
        ("plan", "--mark", "lunch", "--why", "x"),
        ("software", "Editeur", "Paie"),
        ("software", "--on", "01/01/2026"),
        ("portal", "--account", "B"),
    ],
)
def test_what_is_half_typed_is_said(args: tuple[str, ...], typed: Callable[..., tuple[int, str]]) -> None:
    typed("set-portal", "jedeclare", "CAB")
    before = typed("journal", "cabinet")
    for lang in ("fr", "en"):
        code, said = typed(*args, "--lang", lang)
        assert code == Code.USAGE, said
        assert "Traceback" not in said
        assert "cli." not in said
    assert typed("journal", "cabinet") == before
