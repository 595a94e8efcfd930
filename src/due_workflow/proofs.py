"""Which steps of the firm's procedure are done by what the records hold, and the journal entry that proves each.

Facts are looked up when they are asked for. Nothing here writes.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

from due_workflow import journal
from due_workflow.calendar import paris_day, start_of_day
from due_workflow.clients import Cabinet, ClientFile, Mandate
from due_workflow.clocks import calendar_of
from due_workflow.filings import accepted_real
from due_workflow.journal import Told
from due_workflow.models import ClientState, Filing, FilingStatus, Submission, SubmissionState, Teleprocedure
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Mode
from due_workflow.records import decode, qualified_key
from due_workflow.rollout import Aside, Mark, Plan, Rollout, StepKey, plan
from due_workflow.unit import Unit

PILOT_WAVE = 1
"""The wave of `select` whose clients are the pilots."""
_PAGE = 500
_CHOSEN = tuple(state.value for state in ClientState if state is not ClientState.KNOWN)
_SIGNED = frozenset({ClientState.MANDATED, ClientState.LIVE})


def rollout_of(u: Unit) -> Plan:
    """The plan as it stands now: marks made by hand, and what the records prove."""
    firm = u.cabinet_facts()
    settings = firm.rollout or Rollout()
    by_hand = {key: mark for key, mark in settings.marks.items() if mark.why is not None}
    marks = {**_proved(u, firm, settings), **by_hand}
    today = paris_day(u.now)
    return plan(settings.start, today=today, marks=marks, rollout=settings, calendar=calendar_of(u.policy))


def _proved(u: Unit, firm: Cabinet, settings: Rollout) -> dict[StepKey, Mark]:
    found = {**_of_firm(u), **_of_pilots(u, firm.epoch, settings)}
    real = first_real(u, settings.marks.get(StepKey.REAL))
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


def first_real(u: Unit, noted: Mark | None) -> Mark | None:
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


def _when(mark: Mark) -> tuple[datetime, str, int]:
    return mark.at, mark.case, mark.seq
