"""Commands about hires: register, prepare, release, renew, abandon, declared elsewhere; and a hire's deadlines.

The content of a declaration is payload: it is kept with its salt beside the journaled facts, found again by its salted
hash, and named nowhere else.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from due_workflow.base import canonical
from due_workflow.declarations import Declaration
from due_workflow.errors import InputRefused
from due_workflow.filings import attempt, standing_in, with_attempt
from due_workflow.firm import secret_of
from due_workflow.gates import Situation, gate
from due_workflow.identifiers import scrub, unnamed
from due_workflow.machine import SUBMISSION, Event
from due_workflow.models import (
    APART,
    ClientState,
    Elsewhere,
    Filing,
    FilingStatus,
    Submission,
    SubmissionState,
    reference_of,
    submission_id,
)
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Mode
from due_workflow.records import Command, Held
from due_workflow.unit import Unit


def declaration_in(held: Held, content: str) -> Declaration | None:
    """The declaration of that salted hash from a hire's payload; None once it was purged."""
    text = held.payload_data().get("declarations", {}).get(content)
    return Declaration.model_validate_json(json.dumps(text)) if text is not None else None


def nameless(u: Unit, reference: str, text: str) -> str:
    """A free text about a hire as its journal may keep it: without the names of whom its declarations are about.

    Once they are erased nobody can tell what is a name, so nothing is kept.
    """
    if not text:
        return text
    held = u.need(Kind.FILING, reference)
    if held.facts.purged is not None:
        return ""
    people = [d["employee"] for d in held.payload_data().get("declarations", {}).values()]
    return unnamed(text, [p[name] for p in people for name in ("surname", "usual_name", "first_names") if p.get(name)])


def filled(held: Held, sub: Submission) -> Submission:
    """The attempt with its declaration, for whoever renders or reads it."""
    return sub.with_(declaration=declaration_in(held, sub.content))


def situation(
    u: Unit,
    filing: Filing,
    sub: Submission,
    *,
    late: bool = False,
    confirm: bool = False,
    hire: bool = False,
    qualified: bool = False,
    amends: bool = False,
) -> Situation:
    """What the guards of an attempt may look at; the client's record is held, and checked by whoever begins."""
    held = u.get(Kind.CLIENT, filing.siren)
    client = held.facts if held is not None else None
    return Situation(
        u.now,
        u.policy,
        client=client,
        filing=filing,
        submission=sub,
        late=late,
        confirm=confirm,
        hire=hire,
        qualified=qualified,
        amends=amends,
    )


def move(sub: Submission, event: Event, s: Situation) -> Submission:
    """The attempt after `event`.

    Raises:
        TransitionRefused: with every reason.
    """
    state = moved(sub, event, s)
    return sub if state is sub.state else sub.with_(state=state)


def moved(sub: Submission, event: Event, s: Situation) -> SubmissionState:
    """The state of the attempt after `event`; see `move`."""
    return _STATES[SUBMISSION.advance(sub.id, sub.state, event, s)]


_STATES = {state.value: state for state in SubmissionState}


def put(u: Unit, filing: Filing, event: str, source: str = "", dest: str = "", *seen: Held) -> Filing:
    """Stage a hire's file with its journal entry."""
    staged: Filing = u.put(Kind.FILING, filing.reference, filing, event, source=source, dest=dest, seen=seen)
    return staged


def noted(u: Unit, *subs: Submission) -> None:
    """Bring the standing of these attempts in their deposits up to date."""
    for sub in subs:
        if sub.deposit is not None:
            deposit = u.deposit(sub.deposit)
            changed = standing_in(deposit, sub)
            if changed is not deposit:
                u.put(Kind.DEPOSIT, deposit.id, changed, "noted", source=deposit.state, dest=changed.state)


# ---- register and prepare


def _person(secret: str, d: Declaration, siret: str, hire_at: datetime) -> str:
    e = d.employee
    parts = [
        siret,
        hire_at.date().isoformat(),
        e.surname.upper(),
        e.first_names.upper(),
        e.birth_date.isoformat(),
    ]
    return "person:" + hmac.new(secret.encode(), canonical(parts), hashlib.sha256).hexdigest()[:32]


def foresee(u: Unit, declarations: Sequence[Declaration]) -> None:
    """Load in one call what `register` will ask for, one declaration after the other."""
    refs = {Ref(Kind.CLIENT, d.employer.siret.siren): None for d in declarations}
    refs |= {Ref(Kind.FILING, d.reference): None for d in declarations}
    u.load((Ref(Kind.CABINET, u.cabinet), *refs))


def register(u: Unit, declaration: Declaration, mode: Mode | None = None) -> Filing:
    """The hire's file for this declaration: made, found unchanged, or amended while nothing was attempted.

    Raises:
        NotFound: the client is not known. InputRefused: the establishment is not the client's, or the content differs
            from what was already attempted (renew).
    """
    siret = declaration.employer.siret
    u.load((Ref(Kind.CABINET, u.cabinet), Ref(Kind.CLIENT, siret.siren), Ref(Kind.FILING, declaration.reference)))
    client = u.client(siret.siren)
    place = client.establishment(siret)
    if place is None:
        raise InputRefused("establishment_unknown", siret=siret, client=client.name)
    hire_at = declaration.hire_at(place.timezone)
    held = u.get(Kind.FILING, declaration.reference)
    if held is not None:
        return _again(u, held, declaration, hire_at, mode)
    salt = secrets.token_hex(16)
    content = declaration.salted_hash(salt)
    filing = put(
        u,
        Filing(
            reference=declaration.reference,
            siren=siret.siren,
            siret=siret,
            hire_at=hire_at,
            created_at=u.now,
            content=content,
        ),
        "register",
    )
    alike = _keep(u, filing, declaration, salt, {})
    if not alike:
        return filing
    u.notice("looks_alike", Ref(Kind.FILING, filing.reference), reference=filing.reference, other=alike[0])
    return filing.with_(lookalikes=alike)


def _keep(u: Unit, filing: Filing, declaration: Declaration, salt: str, kept: dict[str, object]) -> tuple[str, ...]:
    """Put the declaration among the payload; returns the hires that look like this one."""
    person = _person(secret_of(u), declaration, filing.siret, filing.hire_at)
    alike = {h.ref.id for h in u.carrying(person)} - {filing.reference}
    clear = json.loads(declaration.canonical())
    payload = {"salt": salt, "declarations": {**kept, filing.content: clear}}
    u.put_payload(Kind.FILING, filing.reference, payload, frozenset({person}))
    return tuple(sorted(alike))


def _again(u: Unit, held: Held, declaration: Declaration, hire_at: datetime, mode: Mode | None) -> Filing:
    """The file when its reference comes again: unchanged, or amended while nothing of `mode` was attempted."""
    filing: Filing = held.facts
    if filing.purged is not None:
        raise InputRefused("purged", reference=filing.reference, at=filing.purged.at)
    payload = held.payload_data()
    content = declaration.salted_hash(payload.get("salt", ""))
    sent = [sub for sub in filing.attempts(Mode.REAL) if sub.begun]
    tried = filing.attempts(mode)
    if content == (tried[-1].content if tried and mode is not None else filing.content):
        return filing
    # what was handed over for real is corrected by renewing that, never by a test's content
    if tried or sent:
        raise InputRefused("content_differs", reference=filing.reference, last=(sent or tried)[-1].id)
    return amended(u, filing, declaration, hire_at, "amend")


def amended(
    u: Unit,
    filing: Filing,
    declaration: Declaration,
    hire_at: datetime,
    event: str,
    sub: Submission | None = None,
) -> Filing:
    """The file with another content, and the attempt that carries it."""
    siret = declaration.employer.siret
    if siret.siren != filing.siren or declaration.reference != filing.reference:
        raise InputRefused("renew_of_another_hire", reference=filing.reference, siren=filing.siren)
    payload = u.need(Kind.FILING, filing.reference).payload_data()
    salt = payload.get("salt") or secrets.token_hex(16)
    filing = filing.with_(siret=siret, hire_at=hire_at, content=declaration.salted_hash(salt))
    if sub is not None:
        filing = with_attempt(filing, sub.with_(content=filing.content))
    staged = put(u, filing, event)
    _keep(u, staged, declaration, salt, payload.get("declarations", {}))
    return staged


def prepare(u: Unit, what: Declaration | str, mode: Mode | None) -> Submission:
    """The next attempt of a hire, or the last one when it has this content already. No gate here: see begin_send."""
    reference = what if isinstance(what, str) else what.reference
    siren = what.employer.siret.siren if isinstance(what, Declaration) else u.filing(reference).siren
    client = u.client(siren)
    mode = mode or (Mode.REAL if client.state is ClientState.LIVE else Mode.TEST)
    filing = register(u, what, mode) if isinstance(what, Declaration) else u.filing(reference)
    last = filing.latest(mode)
    if last is not None:
        return last
    if filing.purged is not None:
        raise InputRefused("purged", reference=reference, at=filing.purged.at)
    sub = _new(u, filing, mode, 1)
    put(u, with_attempt(filing, sub), "prepare", "", sub.state)
    return released(u, sub, late=False) if u.policy.auto_send else sub


def _new(u: Unit, filing: Filing, mode: Mode, number: int) -> Submission:
    return Submission(
        id=submission_id(filing.reference, mode, number),
        reference=filing.reference,
        mode=mode,
        attempt=number,
        content=filing.content,
        prepared_at=u.now,
    )


def _salt(u: Unit, filing: Filing) -> str:
    return str(u.need(Kind.FILING, filing.reference).payload_data().get("salt", ""))


def renew(u: Unit, submission: str, declaration: Declaration | None, reason: str, confirm: bool) -> Submission:
    """Step 6, « sinon renouveler l'opération »: a new attempt of the same hire, same mode, from any state."""
    filing = u.filing(reference_of(submission))
    old = attempt(filing, submission)
    amends = declaration is not None and declaration.salted_hash(_salt(u, filing)) != filing.content
    move(old, Event.RENEW, situation(u, filing, old, confirm=confirm, amends=amends))
    replaced = old.mode is Mode.REAL and old.state is SubmissionState.ACCEPTED
    if replaced:
        filing = with_attempt(filing, old.with_(superseded=True))
    sub = _new(u, filing, old.mode, old.attempt + 1).with_(
        replaces=old.id, reason=nameless(u, filing.reference, scrub(reason)), confirmed=confirm
    )
    if declaration is not None:
        client = u.client(filing.siren)
        place = client.establishment(declaration.employer.siret)
        if place is None:
            raise InputRefused("establishment_unknown", siret=declaration.employer.siret, client=client.name)
        hire_at = declaration.hire_at(place.timezone)
        filing = amended(u, filing, declaration, hire_at, Event.RENEW, sub)
    else:
        filing = put(u, with_attempt(filing, sub), Event.RENEW, "", sub.state)
    if replaced:
        u.notice("renewed_after_acceptance", Ref(Kind.FILING, filing.reference), urgent=True, submission=old.id)
    sub = attempt(filing, sub.id)
    return released(u, sub, late=False) if u.policy.auto_send else sub


# ---- release, abandon, elsewhere


def release_id(submission: str) -> str:
    """The id of the worker's order to send an attempt."""
    return f"release:{submission}"


def released(u: Unit, sub: Submission, late: bool) -> Submission:
    """Let the worker send this attempt. Nothing real leaves without it, or without an explicit `send`."""
    filing = u.filing(sub.reference)
    sub = attempt(filing, sub.id)
    move(sub, Event.RELEASE, situation(u, filing, sub, late=late))
    sub = sub.with_(released_at=u.now, released_by=u.by or "?", released_late=late or sub.released_late)
    put(u, with_attempt(filing, sub), Event.RELEASE, sub.state, sub.state)
    order = Command(name="release", state="released", results=(sub.id,), by=u.by, late=late, due=u.now)
    u.put(Kind.COMMAND, release_id(sub.id), order)
    return sub


def release(u: Unit, submissions: Iterable[str], late: bool) -> tuple[Submission, ...]:
    """Release several attempts, all or none."""
    ids = tuple(dict.fromkeys(submissions))
    u.load(Ref(Kind.FILING, reference_of(id)) for id in ids)
    return tuple(released(u, attempt(u.filing(reference_of(id)), id), late) for id in ids)


def abandon(u: Unit, id: str, reason: str, hire: bool, confirm: bool) -> Filing:
    """Give an attempt up here; it is not cancelled at the recipient. `hire`: the hire does not take place at all."""
    reason = scrub(reason).strip()
    if not reason:
        raise InputRefused("reason_needed")
    whole = u.get(Kind.FILING, id) if hire else None
    reason = nameless(u, id if whole is not None else reference_of(id), reason)
    if whole is not None:
        filing = _called_off(u, whole.facts, reason)
        return put(u, filing, Event.ABANDON, whole.facts.status, FilingStatus.ABANDONED)
    filing = u.filing(reference_of(id))
    old = attempt(filing, id)
    sub = move(old, Event.ABANDON, situation(u, filing, old, hire=hire, confirm=confirm))
    before = sub.state if old.evidence.slots and sub.state in APART else old.before
    sub = sub.with_(reason=reason, dropped=old.dropped or confirm, before=before)
    filing = with_attempt(_called_off(u, filing, reason) if hire else filing, sub)
    filing = put(u, filing, Event.ABANDON, old.state, sub.state)
    noted(u, sub)
    if old.alive and not hire:
        u.notice("abandoned_not_cancelled", Ref(Kind.FILING, filing.reference), submission=id)
    return filing


def _called_off(u: Unit, filing: Filing, reason: str) -> Filing:
    """The file of a hire that does not take place; told at once where the recipient may hold its declaration."""
    if any(sub.alive for sub in filing.attempts(Mode.REAL)):
        ref = Ref(Kind.FILING, filing.reference)
        u.notice("called_off_alive", ref, urgent=True, reference=filing.reference, reason=reason)
    return filing.with_(no_hire=True, no_hire_reason=reason)


_IRREGULAR_ELSEWHERE = ("window_not_open", "hire_passed", "hire_called_off", "other_alive")


def declared_elsewhere(u: Unit, reference: str, at: datetime, proof: str) -> Filing:
    """Record that the hire was declared by another way: a fact, never refused, flagged where the gate would deny."""
    if at.tzinfo is None:
        raise InputRefused("naive_instant")
    if at > u.now:
        raise InputRefused("sent_in_future", at=at)
    filing = u.filing(reference)
    latest = filing.latest(Mode.REAL)
    probe = latest or _new(u, filing, Mode.REAL, 1)
    s = replace(situation(u, filing.with_(elsewhere=None), probe.with_(id="elsewhere")), now=at)
    # what is about the firm's own channel (mandate, regime, real mode) says nothing of a declaration made elsewhere
    irregular = tuple(d.code for d in gate(s) if d.code in _IRREGULAR_ELSEWHERE)
    if filing.purged is None:  # the proof of a filing is kept as it is told; only names that are known go
        proof = nameless(u, reference, proof)
    filing = filing.with_(elsewhere=Elsewhere(at=at, proof=proof, irregular=irregular))
    filing = put(u, filing, "declared_elsewhere", filing.status, FilingStatus.DECLARED_ELSEWHERE)
    if any(s.state is SubmissionState.ACCEPTED and not s.superseded for s in filing.attempts(Mode.REAL)):
        u.notice("double_filing", Ref(Kind.FILING, reference), urgent=True, reference=reference)
    return filing


# ---- deadlines of a hire


def tick_filing(u: Unit, reference: str) -> None:
    """Raise the deadlines of a hire and of its attempts that have come, each in an entry of its own."""
    filing = u.filing(reference)
    for sub in filing.attempts():
        for name, at in sorted(sub.deadlines.items(), key=lambda pair: pair[1]):
            if at <= u.now:
                filing = _ring_attempt(u, filing, attempt(filing, sub.id), name, at)
    for name, at in sorted(filing.deadlines.items(), key=lambda pair: pair[1]):
        if at <= u.now:
            filing = _ring_filing(u, filing, name, at)


def _ring_attempt(u: Unit, filing: Filing, sub: Submission, name: str, at: datetime) -> Filing:
    before = sub.state
    event = f"clock:{name}"
    if name == "sending_stale":
        sub = move(sub, Event.DOUBT, situation(u, filing, sub))
        event = Event.DOUBT
    elif name == "ars_overdue":
        sub = sub.with_(overdue_since=at)
    sub = sub.with_(raised={**sub.raised, name: at})
    filing = put(u, with_attempt(filing, sub), event, before, sub.state)
    noted(u, sub)
    code = "in_doubt" if name == "sending_stale" else name
    urgent = name in ("sending_stale", "ars_overdue")
    u.notice(code, Ref(Kind.FILING, filing.reference), urgent=urgent, submission=sub.id, mode=sub.mode.value)
    return filing


def _ring_filing(u: Unit, filing: Filing, name: str, at: datetime) -> Filing:
    # several reminders may have come due while nobody ticked: one notice is enough
    now_or_at = u.now if name == "hire_undeclared" else at
    filing = put(u, filing.with_(raised={**filing.raised, name: now_or_at}), f"clock:{name}")
    facts: dict[str, str | int | bool | None] = {
        "reference": filing.reference,
        "hire": filing.hire_at.isoformat(),
        "status": filing.status.value,
    }
    code = "hire_undeclared_late" if name == "hire_undeclared" and u.now >= filing.hire_at else name
    u.notice(code, Ref(Kind.FILING, filing.reference), urgent=name == "hire_undeclared", **facts)
    return filing
