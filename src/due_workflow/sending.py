"""Commands that hand declarations over: begin, sent, unsent, doubt. The deposit's reference is in `references`.

`sending` is committed before the wire is touched. The gate is asked in the commit that writes the hire's file, and
that commit depends on the client's record being as it was read. An attempt is handed over once, ever.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from due_workflow.errors import InputRefused, PortalFailure, TransitionRefused
from due_workflow.filings import attempt, with_attempt
from due_workflow.firm import proof_of_test
from due_workflow.gates import Situation, gate
from due_workflow.hiring import filled, move, noted, put, situation
from due_workflow.identifiers import named, scrub
from due_workflow.machine import Event
from due_workflow.message import MessageFormat, fitted
from due_workflow.models import Deposit, DepositItem, Filing, Submission, SubmissionState
from due_workflow.ports import Kind, Parcel, Ref
from due_workflow.receipts import Mode
from due_workflow.references import learn_ref
from due_workflow.unit import Unit, load_attempts

S = SubmissionState
Render = Callable[[Sequence[Submission], Mode], Parcel]


@dataclass(frozen=True, slots=True)
class Channel:
    """The portal account that a deposit goes to, and whose ARS decides there."""

    portal: str
    account: str = ""
    recipient: str = "CIRSO"


def groups(u: Unit, subs: Sequence[Submission], most: int) -> list[list[Submission]]:
    """One employer and one mode a deposit, `most` attempts at most, never two of one hire."""
    by: dict[tuple[str, Mode], list[list[Submission]]] = {}
    for sub in subs:
        lots = by.setdefault((u.filing(sub.reference).siret, sub.mode), [[]])
        lot = lots[-1]
        if len(lot) >= most or any(other.reference == sub.reference for other in lot):
            lots.append(lot := [])
        lot.append(sub)
    return [lot for lots in by.values() for lot in lots if lot]


def _asked(u: Unit, sub: Submission, late: bool) -> tuple[Filing, Situation]:
    """The situation of one attempt at the gate, and the commit made to depend on what the gate read."""
    filing = u.filing(sub.reference)
    client = u.get(Kind.CLIENT, filing.siren)
    if client is not None:
        u.check(client)
    qualified = True
    if sub.mode is Mode.REAL and u.policy.on_new_version == "block":
        proof = proof_of_test(u, filing.siren, u.cabinet_facts().epoch)
        qualified = proof is not None
        if proof is not None:
            u.check(proof)
    return filing, situation(u, filing, sub, late=late or sub.released_late, qualified=qualified)


def begin(u: Unit, sub: Submission, deposit: str, channel: Channel, late: bool) -> Submission:
    """Prepared → sending, through the gate.

    Raises:
        TransitionRefused: with every reason of the gate; nothing is staged.
    """
    filing, s = _asked(u, sub, late)
    sub = attempt(filing, sub.id)
    firm = u.get(Kind.CABINET, u.cabinet)
    if firm is not None:
        u.check(firm)  # the epoch that is stamped must be the firm's when this is committed
    begun = move(sub, Event.BEGIN_SEND, s).with_(
        begun_at=u.now,
        epoch=u.cabinet_facts().epoch,
        late=sub.mode is Mode.REAL and u.now >= filing.hire_at,
        late_allowed=s.late,
        deposit=deposit,
        recipient=channel.recipient,
    )
    client = u.get(Kind.CLIENT, filing.siren)
    seen = [h for h in (client, firm) if h is not None]
    put(u, with_attempt(filing, begun), Event.BEGIN_SEND, sub.state, begun.state, *seen)
    return begun


def new_deposit(
    u: Unit, id: str, subs: Sequence[Submission], channel: Channel, at: datetime, parcel: Parcel | None = None
) -> Deposit:
    """Stage the deposit of these attempts."""
    items = {s.id: DepositItem(reference=s.reference, siret=u.filing(s.reference).siret) for s in subs}
    deposit = Deposit(
        id=id,
        portal=channel.portal,
        account=channel.account,
        recipient=channel.recipient,
        mode=subs[0].mode,
        handed_at=at,
        filename=parcel.filename if parcel else None,
        sha256=parcel.sha256 if parcel else None,
        items=items,
    )
    u.put(Kind.DEPOSIT, id, deposit, "deposit", dest=deposit.state)
    if parcel is not None:
        u.document(f"parcel:{id}", parcel.filename, parcel.sha256, parcel.content)
    return deposit


def new_id() -> str:
    """A deposit's id."""
    return f"D-{secrets.token_hex(8)}"


def begin_send(u: Unit, submissions: Iterable[str], channel: Channel, late: bool) -> tuple[Deposit, ...]:
    """Begin attempts that the host sends by itself: all of them or none."""
    deposits = []
    for lot in groups(u, load_attempts(u, submissions), u.policy.per_deposit):
        id = new_id()
        begun = [begin(u, sub, id, channel, late) for sub in lot]
        deposits.append(new_deposit(u, id, begun, channel, u.now))
    return tuple(deposits)


def begin_lot(
    u: Unit,
    lot: Sequence[str],
    channel: Channel,
    late: bool,
    render: Render,
    refused: dict[str, TransitionRefused | InputRefused],
    form: MessageFormat | None = None,
) -> tuple[Deposit, Parcel] | None:
    """Begin one lot for a portal: what is denied, or makes no message, is set apart and does not stop the others."""
    for id in lot:
        refused.pop(id, None)  # a lot may be tried again after a Conflict: what was denied then may pass now
    ready: dict[str, Submission] = {}
    for sub in load_attempts(u, lot):
        try:
            filing, s = _asked(u, sub, late)
            move(sub, Event.BEGIN_SEND, s)
            alone = _for_message(u, filing, sub)
            render([alone], sub.mode)
            ready[sub.id] = alone
        except (TransitionRefused, InputRefused) as denied:
            refused[sub.id] = denied.with_traceback(None)
    parcel = _together(ready, render, refused)
    if parcel is None:
        return None
    if named(parcel.filename) != parcel.filename:
        raise InputRefused("reference_is_a_nir")
    id = new_id()
    begun = [begin(u, sub, id, channel, late) for sub in load_attempts(u, ready)]
    for alone in ready.values():
        _shortened(u, alone, form)
    return new_deposit(u, id, begun, channel, u.now, parcel), parcel


def _shortened(u: Unit, sub: Submission, form: MessageFormat | None) -> None:
    """Tell which texts of a message are cut or left out; `form` where the portal writes that message."""
    cut = fitted(sub.declaration, form).cut if form is not None and sub.declaration is not None else ()
    if cut:
        columns = ", ".join(dict.fromkeys(str(problem.facts["column"]) for problem in cut))
        ref = Ref(Kind.FILING, sub.reference)
        u.notice("message_shortened", ref, submission=sub.id, columns=columns)


def _together(
    ready: dict[str, Submission], render: Render, refused: dict[str, TransitionRefused | InputRefused]
) -> Parcel | None:
    """The file of what can leave together: what does not go with the others is taken out of `ready`, and told.

    Raises:
        InputRefused: the portal makes no file of them, and names none that is in the way.
    """
    while ready:
        try:
            return render(list(ready.values()), next(iter(ready.values())).mode)
        except InputRefused as denied:
            told = {problem.facts.get("reference") for problem in denied.problems}
            apart = [sub for sub in ready.values() if sub.reference in told]
            if not apart:
                raise
            for sub in apart:
                own = [problem for problem in denied.problems if problem.facts.get("reference") == sub.reference]
                refused[sub.id] = InputRefused(denied.code, problems=own)
                del ready[sub.id]
    return None


def _for_message(u: Unit, filing: Filing, sub: Submission) -> Submission:
    """The attempt as its message tells it: with its declaration, the hour of hire being the workplace's own (§5)."""
    sub = filled(u.need(Kind.FILING, sub.reference), sub)
    content, client = sub.declaration, u.get(Kind.CLIENT, filing.siren)
    place = client.facts.establishment(filing.siret) if client is not None else None
    if content is None or content.contract.start.tzinfo is None or place is None or place.timezone is None:
        return sub
    start = content.contract.start.astimezone(ZoneInfo(place.timezone)).replace(tzinfo=None)
    return sub.with_(declaration=content.with_(contract=content.contract.with_(start=start)))


def mark_sent(
    u: Unit, submissions: Iterable[str], ref: str | None, at: datetime, channel: Channel, told: bool = False
) -> tuple[Submission, ...]:
    """Record that these attempts were sent: a fact, never refused, flagged where the gate would have denied.

    `told`: the caller named the channel; a deposit that was begun for another one goes over to it.
    """
    if at.tzinfo is None:
        raise InputRefused("naive_instant")
    if at > u.now:
        raise InputRefused("sent_in_future", at=at)
    subs = load_attempts(u, submissions)
    if not subs:
        raise InputRefused("nothing_named")
    fresh = [s for s in subs if s.deposit is None]
    lots = groups(u, fresh, 100)
    known = dict.fromkeys(s.deposit for s in subs if s.deposit is not None)
    if ref is not None and len(lots) + len(known) > 1:
        raise InputRefused("one_ref_one_deposit", deposits=len(lots) + len(known))
    if told:
        for id in known:
            _rerouted(u, id, channel)
        subs = load_attempts(u, [s.id for s in subs])
    for lot in lots:
        id = new_id()
        new_deposit(u, id, lot, channel, at)
        known[id] = None
        for sub in lot:
            _sent(u, sub.with_(deposit=id, recipient=channel.recipient), at)
    for sub in subs:
        if sub.deposit is not None:
            _sent(u, sub, at)
    for deposit in known:
        if ref is not None:
            learn_ref(u, deposit, ref)
    return tuple(attempt(u.filing(s.reference), s.id) for s in subs)


def _rerouted(u: Unit, id: str, channel: Channel) -> None:
    """The deposit went to another portal or account than it was begun for."""
    held = u.deposit(id)
    if (held.portal, held.account) == (channel.portal, channel.account):
        return
    if held.ref is not None:
        raise InputRefused("ref_known", deposit=id, ref=held.ref)
    to = {"portal": channel.portal, "account": channel.account, "recipient": channel.recipient}
    u.put(Kind.DEPOSIT, id, held.with_(**to), "rerouted", source=held.state, dest=held.state)
    for sub in load_attempts(u, held.items):
        if sub.deposit == id and sub.recipient != channel.recipient:
            filing = with_attempt(u.filing(sub.reference), sub.with_(recipient=channel.recipient))
            put(u, filing, "rerouted", sub.state, sub.state)


def _sent(u: Unit, sub: Submission, at: datetime) -> Submission:
    filing, s = _asked(u, sub, late=False)
    irregular = sub.irregular
    if not sub.begun:
        # the gate is asked about the moment when it left, which may be long past
        irregular = tuple(denial.code for denial in gate(replace(s, now=at)))
        epoch = u.cabinet_facts().epoch
        late = sub.mode is Mode.REAL and at >= filing.hire_at
        sub = sub.with_(begun_at=at, epoch=epoch, late=late, irregular=irregular)
    before = sub.state
    sub = move(sub, Event.SENT, s)
    sub = sub.with_(sent_at=sub.sent_at or at, before=None if sub.before in (S.SENDING, S.IN_DOUBT) else sub.before)
    seen = [h for h in (u.get(Kind.CLIENT, filing.siren), u.get(Kind.CABINET, u.cabinet)) if h is not None]
    filing = put(u, with_attempt(filing, sub), Event.SENT, before, sub.state, *seen)
    if irregular and before is S.PREPARED:
        ref = Ref(Kind.FILING, filing.reference)
        u.notice("sent_irregular", ref, urgent=True, submission=sub.id, reasons=", ".join(irregular))
    noted(u, sub)
    return sub


def unsent(u: Unit, deposit: str) -> Deposit:
    """The portal adapter swears that no byte left: its attempts go back to *prepared*, their release kept.

    So does one that came into doubt while its sender slept: who swears is the only one who handed it over. Where a
    piece or a reference says that the portal has it, that is a doubt like any other: a person looks.
    """
    held, back_ids = u.deposit(deposit), set[str]()
    if held.ref is not None or held.mode_told is not None:
        return each(u, deposit, Event.DOUBT)
    for sub in load_attempts(u, held.items):
        if sub.state in (S.SENDING, S.IN_DOUBT) and sub.deposit == deposit and not sub.evidence.slots:
            filing = u.filing(sub.reference)
            back = move(sub, Event.UNSENT, situation(u, filing, sub)).with_(
                begun_at=None, epoch="", late=False, late_allowed=False, deposit=None
            )
            put(u, with_attempt(filing, back), Event.UNSENT, sub.state, back.state)
            back_ids.add(sub.id)
    items = {id: item.with_(standing="settled") if id in back_ids else item for id, item in held.items.items()}
    gone = held.with_(items=items, withdrawn=back_ids == set(items))
    u.put(Kind.DEPOSIT, deposit, gone, Event.UNSENT, source=held.state, dest=gone.state)
    return gone


def each(u: Unit, deposit: str, event: Event, at: datetime | None = None) -> Deposit:
    """The same event for every attempt of a deposit that it still concerns (sending, or in doubt)."""
    held = u.deposit(deposit)
    for sub in load_attempts(u, held.items):
        concerned = (S.IN_DOUBT,) if event is Event.NOT_FOUND else (S.SENDING, S.IN_DOUBT)
        if sub.deposit != deposit:
            continue
        if sub.state not in concerned:
            _apart(u, sub, event)
            continue
        filing = u.filing(sub.reference)
        moved = move(sub, event, situation(u, filing, sub))
        if event is Event.SENT:
            moved = moved.with_(sent_at=moved.sent_at or at or sub.begun_at)
        if moved is sub:
            continue
        put(u, with_attempt(filing, moved), event, sub.state, moved.state)
        noted(u, moved)
        if event is Event.DOUBT:
            ref = Ref(Kind.FILING, filing.reference)
            u.notice("in_doubt", ref, urgent=True, submission=sub.id, mode=sub.mode.value)
    return u.deposit(deposit)


def _apart(u: Unit, sub: Submission, event: Event) -> None:
    """What is learned of the sending itself while pieces speak for the attempt: it counts again where they fall."""
    before = {Event.SENT: None, Event.DOUBT: S.IN_DOUBT}
    if event in before and sub.before in (S.SENDING, S.IN_DOUBT) and sub.before is not before[event]:
        put(u, with_attempt(u.filing(sub.reference), sub.with_(before=before[event])), event, sub.state, sub.state)


def plainly(error: Exception) -> PortalFailure:
    """What a portal raised, to keep and to show: no frame and no cause, which may hold the message, and no NIR.

    An error that is none of ours is told by the name of its class alone: its text is nobody's to vouch for.
    """
    if not isinstance(error, PortalFailure):
        return PortalFailure("portal_broke", why=type(error).__name__)
    return error.anew(**{name: scrub(fact) for name, fact in error.facts.items() if isinstance(fact, str)})


def settle_doubt(u: Unit, deposit: str, ref: str | None, not_found: bool) -> Deposit:
    """Say what became of a deposit in doubt; touches only what is still in doubt."""
    if (ref is None) == (not not_found):
        raise InputRefused("settle_one_of")
    held = u.deposit(deposit)
    if ref is not None:
        learn_ref(u, deposit, ref)
        return each(u, deposit, Event.SENT)
    if held.ref is not None:
        raise InputRefused("settle_ref_known", deposit=deposit, ref=held.ref)
    return each(u, deposit, Event.NOT_FOUND)
