"""The firm's own procedure: the commands about it, and which of its steps are done by what the records hold.

A step is done when its facts are true, and its proof is the journal entry that made them so. Facts are looked up when
they are asked for: nothing is written at a client or a hire for the procedure's sake, so no command waits for another.
What the worker notes in the firm's record at its look (`tick_cabinet`) is the same answer, kept in the journal.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from due_workflow import journal
from due_workflow.base import word_of
from due_workflow.calendar import YEARS, DayKind, paris_day, start_of_day
from due_workflow.clocks import calendar_of
from due_workflow.errors import InputRefused
from due_workflow.filings import accepted_real
from due_workflow.firm import collecting, opened, past_day, siren_of
from due_workflow.journal import Told
from due_workflow.models import (
    Cabinet,
    ClientFile,
    ClientState,
    Filing,
    FilingStatus,
    Mandate,
    MandateModel,
    Submission,
    SubmissionState,
    Subscription,
    Support,
    Teleprocedure,
)
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Mode
from due_workflow.records import decode, qualified_key
from due_workflow.rollout import Aside, Mark, Plan, Report, Rollout, Span, StepKey, plan
from due_workflow.unit import Unit

PILOT_WAVE = 1
"""The wave of `select` whose clients are the pilots."""
LOOK_AGAIN = timedelta(days=7)
"""How long a plan that goes on is left without a look of the worker."""
_PAGE = 500
_CHOSEN = tuple(state.value for state in ClientState if state is not ClientState.KNOWN)
_SIGNED = frozenset({ClientState.MANDATED, ClientState.LIVE})

# ---- commands


def _put(u: Unit, firm: Cabinet, event: str) -> Cabinet:
    """Stage the firm; where a plan runs, the worker looks at it soon."""
    if firm.rollout is not None:
        firm = firm.with_(rollout=_noting(u, firm.rollout))
    facts: Cabinet = u.put(Kind.CABINET, u.cabinet, firm, event)
    return facts


def _noting(u: Unit, settings: Rollout) -> Rollout:
    """The settings with step 7's proof once there is one, so that no later look searches all hires for it."""
    real = _first_real(u, settings.marks.get(StepKey.REAL))
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


# ---- which steps are done


def rollout_of(u: Unit) -> Plan:
    """The plan as it stands now: marks made by hand, and what the records prove."""
    firm = u.cabinet_facts()
    settings = _settings(firm)
    by_hand = {key: mark for key, mark in settings.marks.items() if mark.why is not None}
    marks = {**_proved(u, firm, settings), **by_hand}
    today = paris_day(u.now)
    return plan(settings.start, today=today, marks=marks, rollout=settings, calendar=calendar_of(u.policy))


def _proved(u: Unit, firm: Cabinet, settings: Rollout) -> dict[StepKey, Mark]:
    found = {**_of_firm(u), **_of_pilots(u, firm.epoch, settings)}
    real = _first_real(u, settings.marks.get(StepKey.REAL))
    return found if real is None else {**found, StepKey.REAL: real}


def _of_firm(u: Unit) -> dict[StepKey, Mark]:
    """What the firm's own record says, since the entry that made it so."""
    marks: dict[StepKey, Mark] = {}
    firm: dict[str, Any] = {}
    for told in _journal(u, Ref(Kind.CABINET, u.cabinet)):
        firm = journal.merge(firm, told.patch)
        software, portal = firm.get("software", {}), firm.get("portal", {})
        support, subscription = software.get("support"), portal.get("subscription")
        true = {
            StepKey.SOFTWARE: support,
            StepKey.PORTAL: subscription,
            StepKey.DOCUMENTS: firm.get("mandate_model"),
            # a record of before this word was written holds what was in place
            StepKey.GENERATOR: software and software.get("installed", True),
            StepKey.REPORT: firm.get("rollout", {}).get("report"),
        }
        days = {StepKey.SOFTWARE: support, StepKey.PORTAL: subscription}
        for key, fact in true.items():
            if not fact:
                marks.pop(key, None)
            elif key not in marks:
                said = days.get(key)
                marks[key] = _mark(told, said["on"] if said else None)
    return marks


def _of_pilots(u: Unit, epoch: str, settings: Rollout) -> dict[StepKey, Mark]:
    """Steps 3, 4 and 6: what all pilots have done that are not set aside; the last of them completes the step."""
    pilots = list(_pilots(u))
    active = [client for client in pilots if client.siren not in settings.aside]
    found: dict[StepKey, Mark] = {}
    if len(pilots) >= settings.pilots:
        # who is set aside later was selected all the same
        chosen = sorted((_selected(u, client) for client in pilots), key=_when)
        found[StepKey.PILOTS] = chosen[settings.pilots - 1]
    if not active:
        return found
    asides = [_aside(u, settings.aside[c.siren]) for c in pilots if c.siren in settings.aside]
    today = paris_day(u.now)
    if all(_has_signed(client, today) for client in active):
        found[StepKey.MANDATES] = max((*(_signature(u, client) for client in active), *asides), key=_when)
    tests: list[Mark] = []
    for client in active:
        tested = _tested(u, client, epoch)
        if tested is None:
            return found
        tests.append(tested)
    found[StepKey.TESTS] = max((*tests, *asides), key=_when)
    return found


def _pilots(u: Unit) -> Iterator[ClientFile]:
    after = ""
    while page := u.storage.find(u.cabinet, Kind.CLIENT, _CHOSEN, after=after, limit=_PAGE):
        for record in page:
            client: ClientFile = decode(record).facts
            if client.wave == PILOT_WAVE:
                yield client
        after = page[-1].ref.id


def _has_signed(client: ClientFile, today: date) -> bool:
    mandate = client.mandate
    covered = mandate is not None and mandate.in_force(today) and Teleprocedure.DUE in mandate.procedures
    return covered and client.state in _SIGNED


def _selected(u: Unit, client: ClientFile) -> Mark:
    """The entry by which it became a pilot."""
    return _mark(_last(t for t in _journal(u, Ref(Kind.CLIENT, client.siren)) if t.patch.get("wave") == PILOT_WAVE))


def _signature(u: Unit, client: ClientFile) -> Mark:
    """The entry of its signature: the first one since it was last without a mandate in force."""
    found: Told | None = None
    mandate: dict[str, Any] = {}
    for told in _journal(u, Ref(Kind.CLIENT, client.siren)):
        if told.event == "sign_mandate":
            stood = bool(mandate) and Mandate.model_validate(mandate).in_force(paris_day(told.at))
            found = found if found is not None and stood else told
        elif told.dest == ClientState.WITHDRAWN:
            found = None
        mandate = journal.merge(mandate, told.patch.get("mandate", {})) or {}
    assert found is not None, "a client that has signed has an entry of it"
    return _mark(found, found.patch.get("mandate", {}).get("signed_on"))


def _aside(u: Unit, aside: Aside) -> Mark:
    return Mark(at=aside.at, by=aside.by, case=str(Ref(Kind.CABINET, u.cabinet)), seq=aside.seq)


def _tested(u: Unit, client: ClientFile, epoch: str) -> Mark | None:
    """The entry of an accepted test of this pilot, under the software and portal of now.

    A pilot that is live was tested under those of its own day; a new version asks for a new test only where the policy
    blocks on it.
    """
    epochs = [epoch]
    if client.live_since is not None and client.epoch is not None and u.policy.on_new_version == "notice":
        epochs.append(client.epoch)
    keys = tuple(dict.fromkeys(qualified_key(e, client.siren) for e in epochs))
    return _earliest(u, _hires(u, keys=keys), Mode.TEST, epochs)


def _first_real(u: Unit, noted: Mark | None) -> Mark | None:
    """Step 7: the first accepted real filing; once noted it stays the proof while that hire is declared.

    The earliest of all answers: hires are found by their reference, which tells nothing of when they were answered. So
    all that are declared are read, once; the worker and each command about the procedure note what was found.
    """
    if noted is not None and noted.why is None:
        held = u.get(Kind.FILING, noted.case.partition(":")[2])
        if held is not None and held.facts.status is FilingStatus.DECLARED:
            return noted
    return _earliest(u, _hires(u, (FilingStatus.DECLARED.value,)), Mode.REAL)


def _hires(u: Unit, states: Sequence[str] = (), keys: Sequence[str] = ()) -> Iterator[Filing]:
    after = ""
    while page := u.storage.find(u.cabinet, Kind.FILING, states, keys, after=after, limit=_PAGE):
        for record in page:
            yield decode(record).facts
        after = page[-1].ref.id


def _earliest(u: Unit, hires: Iterable[Filing], mode: Mode, epochs: Sequence[str] = ()) -> Mark | None:
    """The entry of the first acceptance among these hires."""
    first: tuple[datetime, str, Submission] | None = None
    for filing in hires:
        for sub in accepted_real(filing) if mode is Mode.REAL else _accepted_tests(filing, epochs):
            answer = _answered(sub), sub.id, sub
            first = answer if first is None or answer[:2] < first[:2] else first
    if first is None:
        return None
    at, _, sub = first
    found: Told | None = None
    for told in _journal(u, Ref(Kind.FILING, sub.reference)):
        state = told.patch.get("submissions", {}).get(f"{mode}/{sub.attempt}", {}).get("state")
        if state is not None:
            found = told if state == SubmissionState.ACCEPTED else None
    assert found is not None, "what is accepted was accepted by an entry"
    return _mark(found).with_(at=at)


def _accepted_tests(filing: Filing, epochs: Sequence[str]) -> list[Submission]:
    tests = filing.attempts(Mode.TEST)
    return [s for s in tests if s.state is SubmissionState.ACCEPTED and s.epoch in epochs]


def _answered(sub: Submission) -> datetime:
    """When the recipient's answer is from."""
    answer = sub.evidence.slots.get(f"ars:{sub.recipient}")
    return answer.issued_at if answer is not None else sub.prepared_at


def _journal(u: Unit, case: Ref) -> Iterator[Told]:
    after = 0
    while entries := u.storage.journal(u.cabinet, case, after):
        yield from map(journal.read, entries)
        after = entries[-1].seq


def _last(entries: Iterator[Told]) -> Told:
    *_, found = entries
    return found


def _mark(told: Told, on: str | None = None) -> Mark:
    """The mark that an entry proves; `on`: the Paris day (ISO) that it tells, where that is another than its own."""
    day = date.fromisoformat(on) if on is not None else paris_day(told.at)
    at = told.at if day == paris_day(told.at) else start_of_day(day)
    return Mark(at=at, by=told.by, case=str(told.case), seq=told.seq)


def _past(u: Unit, on: date | None) -> date:
    """The Paris day on which something was done; today where it is not told."""
    return past_day(u.now, on) if on is not None else paris_day(u.now)


def _when(mark: Mark) -> tuple[datetime, str, int]:
    return mark.at, mark.case, mark.seq


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
