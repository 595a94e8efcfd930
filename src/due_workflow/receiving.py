"""What happens to a receipt: recognised, matched, joined to the evidence, or kept in the tray. Nothing is dropped.

The state follows the evidence's standing, not the order of arrival. What cannot be placed waits with the reason why,
and is tried again when a reference is learned or when the tray's own deadline comes; what a person makes of it is in
`attaching`.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import NamedTuple

from due_workflow.errors import NotFound
from due_workflow.filings import Ambiguous, accepted_real, attempt, could_be, reach, standing_in, with_attempt
from due_workflow.gates import Situation
from due_workflow.hiring import moved, put
from due_workflow.identifiers import scrub
from due_workflow.joining import proof_fell, without_names
from due_workflow.machine import Event
from due_workflow.models import APART, Deposit, Filing, Submission, SubmissionState, reference_of
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import (
    Acs,
    Ads,
    Ars,
    Evidence,
    Mode,
    Received,
    Unreadable,
    Verdict,
    evidence_of,
)
from due_workflow.records import awaiting_key, deposit_key, mismatch_key, receipt_key
from due_workflow.references import learn_ref, sent_back
from due_workflow.unit import Unit

S = SubmissionState
SOON, DAILY = timedelta(minutes=1), timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ReceiveResult:
    """What became of a receipt.

    Attributes:
        receipt: its id.
        state: *applied*, *tray*, *mismatch*.
        repeat: it was here before; nothing changed.
        submissions: the state of each attempt that it reached.
        why: why it waits in the tray.
        ref_learned: the portal's reference that this receipt taught a deposit, whose waiting pieces can now be placed.
    """

    receipt: str
    state: str
    repeat: bool = False
    submissions: Mapping[str, SubmissionState] = field(default_factory=dict)
    why: str | None = None
    ref_learned: tuple[str, str, str] | None = None


class Arrival(NamedTuple):
    """A receipt with the names that it is looked up by, each reckoned once."""

    paper: Ads | Acs | Ars | Unreadable
    sha256: str
    ref: Ref
    keys: tuple[str, ...]


def arrival(paper: Ads | Acs | Ars | Unreadable) -> Arrival:
    """The receipt and its names."""
    sha256 = paper.sha256
    keys = () if isinstance(paper, Unreadable) else (deposit_key(paper.portal, paper.account, paper.portal_ref),)
    return Arrival(paper, sha256, Ref(Kind.RECEIPT, paper.named(sha256)), keys)


def foresee(u: Unit, arrivals: Sequence[Arrival]) -> None:
    """Load in two calls what `take` will ask for, one receipt after the other."""
    found = u.load([a.ref for a in arrivals], [key for a in arrivals for key in a.keys])
    deposits = [h.facts for h in found if h.ref.kind is Kind.DEPOSIT]
    u.load([Ref(Kind.FILING, item.reference) for deposit in deposits for item in deposit.items.values()])


def receive(u: Unit, paper: Ads | Acs | Ars | Unreadable, origin: str = "") -> ReceiveResult:
    """Take one receipt in: whatever it is, it is kept. `origin`: the name under which a portal lists it."""
    return take(u, arrival(paper), origin)


def take(u: Unit, arrived: Arrival, origin: str = "") -> ReceiveResult:
    """Take in one receipt whose names are known; see `receive`."""
    paper, sha256, ref, keys = arrived
    id = ref.id
    found = u.load((ref,), keys)
    known = u.get(Kind.RECEIPT, id)
    if known is not None:
        if origin and origin not in known.facts.origins:
            u.put(Kind.RECEIPT, id, known.facts.with_(origins=(*known.facts.origins, origin)))
        return _result(u, known.facts, repeat=True)
    raw = paper.raw
    bare = paper.with_(raw=b"" if isinstance(paper, Unreadable) else None)
    origins = (origin,) if origin else ()
    received = Received.made(id=id, receipt=bare, sha256=sha256, received_at=u.now, state="tray", origins=origins)
    deposits = (h.facts for h in found if h.ref.kind is Kind.DEPOSIT)
    deposit = next((d for d in deposits if d.ref == getattr(paper, "portal_ref", None)), None)
    result = _place(u, received, deposit)
    if raw:
        u.put_payload(Kind.RECEIPT, id, {"raw": b64encode(raw).decode()})
    return result


def raw_of(payload: Mapping[str, str]) -> bytes | None:
    """The bytes of a receipt from its payload; None where there were none, or once they were purged."""
    return b64decode(payload["raw"]) if "raw" in payload else None


def _result(u: Unit, r: Received, repeat: bool = False, learned: tuple[str, str, str] | None = None) -> ReceiveResult:
    u.load([Ref(Kind.FILING, reference_of(sid)) for sid in r.reached])
    states = {sid: attempt(u.filing(reference_of(sid)), sid).state for sid in r.reached}
    return ReceiveResult(r.id, r.state, repeat, states, r.why, learned)


def _place(u: Unit, received: Received, deposit: Deposit | None) -> ReceiveResult:
    """Match a receipt and apply it, or put it in the tray with the reason."""
    paper = received.receipt
    if isinstance(paper, Unreadable):
        return _tray(u, received, "unreadable", why=paper.why, due=False)
    learned = None
    if deposit is None and isinstance(paper, Ads):
        deposit = _guess(u, paper)
        learned = (paper.portal, paper.account, paper.portal_ref) if deposit is not None else None
    if deposit is None:
        return _tray(u, received, "unknown_ref")
    if deposit.withdrawn:
        return _tray(u, received, "withdrawn")
    if paper.mode is not None and paper.mode is not deposit.mode:
        mismatch = received.with_(state="mismatch", why="mode_mismatch", due=None)
        u.put(Kind.RECEIPT, received.id, mismatch)
        u.call(mismatch_key(paper.portal, paper.account, paper.portal_ref), Ref(Kind.RECEIPT, received.id))
        if isinstance(paper, Ads) and deposit.mode_told is None:
            # whatever follows speaks of what the portal took, which is not what was meant
            _contradicted_mode(u, deposit.with_(mode_told=paper.mode))
        ref = Ref(Kind.DEPOSIT, deposit.id)
        u.notice(
            "mode_mismatch",
            ref,
            urgent=True,
            deposit=deposit.id,
            said=paper.mode.value,
            ours=deposit.mode.value,
        )
        return _result(u, mismatch)
    if deposit.mode_told is not None and paper.mode is None:
        return _tray(u, received, "mode_contradicted", due=False)
    reached = reach(paper, deposit)
    if isinstance(reached, Ambiguous):
        return _tray(u, received, reached.why)
    return apply(u, received, deposit, reached, learned)


def _contradicted_mode(u: Unit, deposit: Deposit) -> None:
    """Every piece of a deposit that says no mode of its own waits from now on, unless a person attached it."""
    ref, why = deposit.ref or "", "mode_contradicted"
    for held in u.load(keys=(receipt_key(deposit.portal, deposit.account, ref),)):
        waits = held.ref.kind is Kind.RECEIPT and held.facts.state == "tray" and not held.facts.attached
        if waits and getattr(held.facts.receipt, "mode", deposit.mode) is None:
            u.put(Kind.RECEIPT, held.ref.id, held.facts.with_(why=why, due=None))

    def unsaid(piece: Received) -> bool:
        return getattr(piece.receipt, "mode", None) is None and not piece.attached

    told = sent_back(u, deposit, ref, unsaid, why, due=False)
    u.put(Kind.DEPOSIT, deposit.id, told, why, dest=told.state)
    u.load([Ref(Kind.FILING, item.reference) for item in deposit.items.values()])
    for sid, item in deposit.items.items():
        filing = u.filing(item.reference)
        sub = attempt(filing, sid)
        if sub.deposit == deposit.id:
            against = sub.with_(mode_told=deposit.mode_told, mode_by=None, mode_reason=None)
            put(u, with_attempt(filing, against), why, sub.state, sub.state)


def _tray(u: Unit, received: Received, code: str, why: str = "", due: bool = True) -> ReceiveResult:
    new = u.get(Kind.RECEIPT, received.id) is None
    wait = SOON if new else DAILY
    kept = received.with_(state="tray", why=code, reached=(), due=u.now + wait if due else None)
    u.put(Kind.RECEIPT, received.id, kept)
    if not isinstance(received.receipt, Unreadable):
        of = received.receipt
        u.call(receipt_key(of.portal, of.account, of.portal_ref), Ref(Kind.RECEIPT, received.id))
    if new:
        paper = received.receipt
        ref = getattr(paper, "portal_ref", None)
        u.notice(
            f"tray_{code}",
            Ref(Kind.RECEIPT, received.id),
            receipt=received.id,
            kind=paper.kind,
            ref=ref,
            why=why,
        )
    return _result(u, kept)


def _guess(u: Unit, paper: Ads) -> Deposit | None:
    """An ADS of unknown reference binds to the only deposit that it can be: a guess, unless it names the file."""
    held = u.load(keys=(awaiting_key(paper.portal, paper.account),))
    fits = [h.facts for h in held if h.ref.kind is Kind.DEPOSIT and could_be(paper, h.facts)]
    if len(fits) != 1:
        return None
    named = paper.deposited_as is not None and paper.deposited_as == fits[0].filename
    return learn_ref(u, fits[0].id, paper.portal_ref, guessed=not named)


def apply(
    u: Unit,
    received: Received,
    deposit: Deposit,
    reached: Mapping[str, Sequence[Verdict]],
    learned: tuple[str, str, str] | None = None,
) -> ReceiveResult:
    """Join what the receipt says to the evidence of each attempt it reaches."""
    paper = received.receipt
    assert not isinstance(paper, Unreadable)
    if len(reached) > 1:
        u.load([Ref(Kind.FILING, reference_of(sid)) for sid in reached])
    states = {}
    standing = deposit
    for sid, verdicts in reached.items():
        sub = _absorb(u, sid, evidence_of(paper, received.id, received.sha256, verdicts))
        states[sid] = sub.state
        u.call(f"for:{sub.reference}", Ref(Kind.RECEIPT, received.id))
        if sub.deposit == deposit.id:
            standing = standing_in(standing, sub)
    if standing is not deposit:
        u.put(Kind.DEPOSIT, deposit.id, standing, "noted", source=deposit.state, dest=standing.state)
    ids = tuple(dict.fromkeys((*received.reached, *reached)))
    u.put(Kind.RECEIPT, received.id, received.with_(state="applied", why=None, reached=ids, due=None))
    return ReceiveResult(received.id, "applied", False, states, None, learned)


def _absorb(u: Unit, sid: str, news: Evidence) -> Submission:
    filing = u.filing(reference_of(sid))
    old = attempt(filing, sid)
    evidence = old.evidence.join(without_names(u, filing, news))
    if evidence is old.evidence:
        _contradicted(u, filing, old, news)
        return old
    event = _EVENTS[evidence.standing(old.recipient) or "ads"]
    # receipt rows have no guards: the client need not be read
    state = moved(old, event, Situation(u.now, u.policy, None, filing, old))
    before = old.before if old.evidence.slots else old.state if old.state in APART else None
    overdue = None if state in _FINAL else old.overdue_since
    sub = old.with_(state=state, evidence=evidence, overdue_since=overdue, before=before)
    # a piece that moves no state is journaled as what it is, not as the event that its standing amounts to
    told = event if sub.state is not old.state else "evidence"
    filing = put(u, with_attempt(filing, sub), told, old.state, sub.state)
    _tell(u, filing, old, sub)
    return sub


def _contradicted(u: Unit, filing: Filing, old: Submission, news: Evidence) -> None:
    """A weaker piece that says the opposite is kept, moves nothing, and is told."""
    before = old.evidence.decisive(old.recipient)
    for slot, piece in news.slots.items():
        mine = old.evidence.slots.get(slot)
        opposite = piece.outcome.decides and mine is not None and mine.outcome.accepted != piece.outcome.accepted
        if opposite and before is not None:
            u.notice("contradiction", Ref(Kind.FILING, filing.reference), submission=old.id, state=old.state.value)
            return


_EVENTS = {event.value: event for event in Event}
_FINAL = {S.ACCEPTED: True, S.CIRSO_REJECTED: False, S.PORTAL_REJECTED: False}


def _tell(u: Unit, filing: Filing, old: Submission, sub: Submission) -> None:
    """The notices of a state that moved."""
    if sub.state is old.state:
        return
    ref = Ref(Kind.FILING, filing.reference)
    piece = sub.evidence.decisive(sub.recipient)
    message = piece.message if piece is not None else ""
    real = sub.mode is Mode.REAL
    if old.state in _FINAL and _FINAL[old.state] != _FINAL.get(sub.state, _FINAL[old.state]):
        u.notice("contradiction", ref, urgent=real, submission=sub.id, state=sub.state.value)
    if sub.state is S.ACCEPTED:
        u.notice("declared" if real else "test_accepted", ref, submission=sub.id, message=message)
        if real and (len(accepted_real(filing)) > 1 or filing.elsewhere is not None):
            u.notice("double_filing", ref, urgent=True, reference=filing.reference)
    elif sub.state in (S.PORTAL_REJECTED, S.CIRSO_REJECTED):
        u.notice(sub.state.value, ref, urgent=real, submission=sub.id, mode=sub.mode.value, message=message)
    proof_fell(u, old, sub)


def again(u: Unit, receipt: str) -> ReceiveResult:
    """Try to place a waiting receipt once more."""
    held = u.get(Kind.RECEIPT, receipt)
    if held is None:
        raise NotFound("receipt", scrub(receipt))
    received: Received = held.facts
    paper = received.receipt
    if received.state != "tray" or received.attached or isinstance(paper, Unreadable):
        return _result(u, received, repeat=True)
    found = u.load(keys=(deposit_key(paper.portal, paper.account, paper.portal_ref),))
    deposit = next((h.facts for h in found if h.ref.kind is Kind.DEPOSIT), None)
    return _place(u, received, deposit)


def waiting_for(u: Unit, portal: str, account: str, ref: str) -> list[str]:
    """The receipts in the tray that name this reference: an ADS first, since it may say that the mode was another."""
    held = [h for h in u.load(keys=(receipt_key(portal, account, ref),)) if h.ref.kind is Kind.RECEIPT]
    return [h.ref.id for h in sorted(held, key=lambda h: (not isinstance(h.facts.receipt, Ads), h.ref.id))]
