"""The firm's own procedure: the commands about it, and the worker's look at it. What is done is told by `proofs`.

A step is done when its facts are true, and its proof is the journal entry that made them so. Facts are looked up when
they are asked for: nothing is written at a client or a hire for the procedure's sake, so no command waits for another.
What the worker notes in the firm's record at its look (`tick_cabinet`) is the same answer, kept in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any

from due_workflow.base import word_of
from due_workflow.calendar import YEARS, DayKind, paris_day, start_of_day
from due_workflow.clients import Cabinet, MandateModel, Subscription, Support
from due_workflow.clocks import calendar_of
from due_workflow.errors import InputRefused
from due_workflow.firm import collecting, opened, past_day, siren_of
from due_workflow.models import Teleprocedure
from due_workflow.ports import Kind, Ref
from due_workflow.proofs import PILOT_WAVE, first_real, rollout_of
from due_workflow.rollout import Aside, Mark, Report, Rollout, Span, StepKey, plan
from due_workflow.unit import Unit

LOOK_AGAIN = timedelta(days=7)
"""How long a plan that goes on is left without a look of the worker."""

# ---- commands


def _put(u: Unit, firm: Cabinet, event: str) -> Cabinet:
    """Stage the firm; where a plan runs, the worker looks at it soon."""
    if firm.rollout is not None:
        firm = firm.with_(rollout=_noting(u, firm.rollout))
    facts: Cabinet = u.put(Kind.CABINET, u.cabinet, firm, event)
    return facts


def _noting(u: Unit, settings: Rollout) -> Rollout:
    """The settings with step 7's proof once there is one, so that no later look searches all hires for it."""
    real = first_real(u, settings.marks.get(StepKey.REAL))
    by_hand = StepKey.REAL in settings.marks and settings.marks[StepKey.REAL].why is not None
    if real is not None and not by_hand:
        settings = settings.with_(marks={**settings.marks, StepKey.REAL: real})
    return settings.with_(look=u.now) if settings.start is not None else settings


def _settings(firm: Cabinet) -> Rollout:
    return firm.rollout or Rollout()


def _entry(u: Unit) -> int:
    """The number that the firm's next journal entry will have."""
    return u.need(Kind.CABINET, u.cabinet).seq + 1


def plan_rollout(
    u: Unit,
    start: date,
    depends: Mapping[str, Iterable[str]] | None,
    spans: Mapping[str, Span] | None,
    days: DayKind | None,
    hours_per_day: float | None,
    pilots: int | None,
) -> Cabinet:
    """Set the first day; what is None stays as it is."""
    firm = opened(u)
    told: dict[str, Any] = {"start": start, "told": {}}
    if depends is not None:
        told["depends"] = {
            word_of(StepKey, step): tuple(dict.fromkeys(word_of(StepKey, key) for key in before))
            for step, before in depends.items()
        }
    if spans is not None:
        told["spans"] = {word_of(StepKey, step): span for step, span in spans.items()}
    plainly = {"days": days, "hours_per_day": hours_per_day, "pilots": pilots}
    told |= {name: value for name, value in plainly.items() if value is not None}
    settings = _settings(firm)
    rollout = Rollout(**{name: told.get(name, getattr(settings, name)) for name in Rollout.model_fields})
    # what cannot be laid is never kept: every later look at the plan would fail
    plan(start, today=paris_day(u.now), rollout=rollout, calendar=calendar_of(u.policy))
    return _put(u, firm.with_(rollout=rollout), "plan_rollout")


def mark_step(u: Unit, step: StepKey, why: str, on: date | None) -> Cabinet:
    """A person says that the step is done, and why; it stays so until it is taken back."""
    if not u.by.strip():
        raise InputRefused("mark_by_nobody", step=step.value)
    firm = opened(u)
    settings = _settings(firm)
    day = _past(u, on)
    at = u.now if day == paris_day(u.now) else start_of_day(day)
    mark = Mark(at=at, by=u.by, case=str(Ref(Kind.CABINET, u.cabinet)), seq=_entry(u), why=why)
    return _put(u, firm.with_(rollout=settings.with_(marks={**settings.marks, step: mark})), "mark_step")


def unmark_step(u: Unit, step: StepKey) -> Cabinet:
    """Take a mark made by hand back: the step is what its facts say again."""
    firm = opened(u)
    settings = _settings(firm)
    held = settings.marks.get(step)
    if held is None or held.why is None:
        raise InputRefused("not_marked_by_hand", step=step.value)
    marks = {key: mark for key, mark in settings.marks.items() if key is not step}
    return _put(u, firm.with_(rollout=settings.with_(marks=marks)), "unmark_step")


def set_pilot_aside(u: Unit, siren: str, why: str) -> Cabinet:
    """A pilot is not waited for any more, and why."""
    client = u.client(siren_of(siren))
    if client.wave != PILOT_WAVE:
        raise InputRefused("not_a_pilot", siren=client.siren)
    firm = opened(u)
    settings = _settings(firm)
    aside = Aside(at=u.now, by=u.by, why=why, seq=_entry(u))
    changed = settings.with_(aside={**settings.aside, client.siren: aside})
    return _put(u, firm.with_(rollout=changed), "set_pilot_aside")


def take_pilot_back(u: Unit, siren: str) -> Cabinet:
    """A pilot that was set aside is waited for again."""
    firm, siren = opened(u), siren_of(siren)
    settings = _settings(firm)
    if siren not in settings.aside:
        raise InputRefused("not_set_aside", siren=siren)
    rest = {key: aside for key, aside in settings.aside.items() if key != siren}
    return _put(u, firm.with_(rollout=settings.with_(aside=rest)), "take_pilot_back")


def confirm_software(u: Unit, how: str, on: date | None) -> Cabinet:
    """First row: the editor says that the DUE part of this version works."""
    firm = opened(u)
    if firm.software is None:
        raise InputRefused("no_software")
    support = Support(on=_past(u, on), by=u.by, how=how)
    return _put(u, firm.with_(software=firm.software.with_(support=support)), "confirm_software")


def subscribe_portal(
    u: Unit, on: date | None, procedures: frozenset[Teleprocedure], accounts: Sequence[str]
) -> Cabinet:
    """Step 1: the subscription at the portal chosen, with the firm's further accounts there."""
    firm = opened(u)
    if firm.portal is None:
        raise InputRefused("no_portal_chosen")
    taken = Subscription(on=_past(u, on), by=u.by, procedures=procedures)
    further = tuple(a for a in dict.fromkeys((*firm.portal.accounts, *accounts)) if a != firm.portal.account)
    portal = type(firm.portal)(name=firm.portal.name, account=firm.portal.account, accounts=further, subscription=taken)
    for account in portal.accounts:
        collecting(u, portal.name, account)
    return _put(u, firm.with_(portal=portal), "subscribe_portal")


def choose_mandate_model(u: Unit, name: str, sha256: str | None) -> Cabinet:
    """Step 2: the model of the mandat, printed or downloaded from the portal and kept by the firm."""
    model = MandateModel(name=name, sha256=sha256)
    return _put(u, opened(u).with_(mandate_model=model), "choose_mandate_model")


def report_written(u: Unit, filename: str | None, sha256: str | None) -> Cabinet:
    """Step 8: the switchover report is written."""
    firm = opened(u)
    report = Report(at=u.now, by=u.by, filename=filename, sha256=sha256)
    return _put(u, firm.with_(rollout=_settings(firm).with_(report=report)), "report_written")


def _past(u: Unit, on: date | None) -> date:
    """The Paris day on which something was done; today where it is not told."""
    return past_day(u.now, on) if on is not None else paris_day(u.now)


# ---- the worker's look


def tick_cabinet(u: Unit) -> None:
    """Note in the firm's record which steps are done, tell once of each that is late, and say when to look again."""
    firm = u.cabinet_facts()
    settings = firm.rollout
    if settings is None or settings.look is None or settings.look > u.now:
        return
    try:
        now = rollout_of(u)
    except InputRefused as error:
        if error.code != "plan_out_of_years":
            raise
        # kept by a version that did not lay a plan before it kept it: told once, in the firm's own language
        u.put(Kind.CABINET, u.cabinet, firm.with_(rollout=settings.with_(look=None)), "clock:step_due")
        ref, start = Ref(Kind.CABINET, u.cabinet), str(settings.start)
        u.notice("plan_out_of_years", ref, start=start, first=YEARS[0], last=YEARS[-1])
        return
    marks = {
        step.key: Mark(at=step.done, by=step.by, case=step.proof.case, seq=step.proof.seq, why=step.why)
        for step in now.steps
        if step.done is not None and step.proof is not None
    }
    late = {step.key: step.due for step in now.steps if step.late and step.due is not None}
    told = {key: due for key, due in late.items() if settings.told.get(key) != due}
    ends = [start_of_day(step.due + timedelta(days=1)) for step in now.steps if step.next and step.due is not None]
    look = min([u.now + LOOK_AGAIN, *(end for end in ends if end > u.now)])
    changed = settings.with_(marks=marks, told=late, look=None if now.done else look)
    u.put(Kind.CABINET, u.cabinet, firm.with_(rollout=changed), "clock:step_due")
    for key, due in told.items():
        step = now[key]
        u.notice(
            "step_late",
            Ref(Kind.CABINET, u.cabinet),
            number=step.number,
            step=f"{key.value}.title",
            due=due.isoformat(),
        )
