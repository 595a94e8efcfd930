"""The portal's reference of a deposit: learned, guessed, found wrong. What came under a wrong one waits in the tray.

Two deposits of one account never have one reference. A guess gives way to what is known for sure; what is known for
sure gives way only while no piece came under it. A piece that is detached leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Callable

from due_workflow.errors import InputRefused
from due_workflow.filings import standing_in, with_attempt
from due_workflow.hiring import put
from due_workflow.joining import without
from due_workflow.models import Deposit
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Received, Unreadable
from due_workflow.records import deposit_key, mismatch_key, receipt_key
from due_workflow.unit import Unit, load_attempts


def learn_ref(u: Unit, deposit: str, ref: str, guessed: bool = False) -> Deposit:
    """Note the portal's reference of a deposit. A guess that proves wrong gives way, here or at another deposit.

    Raises:
        InputRefused: another deposit of the account has this reference for sure, or this deposit has another one and
            a piece came under it, wherever that piece is now.
    """
    ref = ref.strip()
    if not ref:
        raise InputRefused("empty_ref")
    held = u.deposit(deposit)
    if held.ref == ref:
        if not held.guessed or guessed:
            return held
        sure = held.with_(guessed=False)
        u.put(Kind.DEPOSIT, deposit, sure, "learn_ref", source=held.state, dest=sure.state)
        return sure
    if held.ref is not None and not held.guessed and (guessed or _under(u, held)):
        raise InputRefused("ref_known", deposit=deposit, ref=held.ref)
    for other in u.load(keys=(deposit_key(held.portal, held.account, ref),)):
        if other.ref.kind is not Kind.DEPOSIT or other.ref.id == deposit or other.facts.ref != ref:
            continue
        if guessed or not other.facts.guessed:
            raise InputRefused("ref_taken", ref=ref, deposit=other.ref.id)
        freed = _unbound(u, other.facts.with_(ref=None, guessed=False), ref)
        u.put(Kind.DEPOSIT, freed.id, freed, "unguess", source=other.facts.state, dest=freed.state)
    wrong = held.ref if held.guessed else None
    held = held.with_(ref=ref, guessed=guessed)
    if wrong is not None:
        held = _unbound(u, held, wrong)
    u.put(Kind.DEPOSIT, deposit, held, "learn_ref", dest=held.state)
    u.call(deposit_key(held.portal, held.account, ref), Ref(Kind.DEPOSIT, deposit))
    if guessed:
        u.notice("ref_guessed", Ref(Kind.DEPOSIT, deposit), deposit=deposit, ref=ref)
    return held


def _under(u: Unit, deposit: Deposit) -> bool:
    """Whether a piece came under the reference of a deposit; while none did, it may be a slip of whoever typed it.

    Whatever became of the piece: applied, in the tray, or of the other mode. What the portal's ADS said of the mode
    (`mode_told`) was said under that reference too, even where a person has set the ADS aside.
    """
    if deposit.mode_told is not None:
        return True
    named = (deposit.portal, deposit.account, deposit.ref or "")
    hires = [f"for:{item.reference}" for item in deposit.items.values()]
    held = u.load(keys=[*hires, receipt_key(*named), mismatch_key(*named)])
    return any(h.ref.kind is Kind.RECEIPT and _named(h.facts) == named for h in held)


def _unbound(u: Unit, deposit: Deposit, wrong: str) -> Deposit:
    """Detach the pieces of a wrongly guessed reference, with what they said of the mode; they go back to the tray."""
    deposit = sent_back(u, deposit, wrong, lambda _: True, "unknown_ref", due=True)
    deposit = _of_another(u, deposit, wrong)
    u.notice("guess_corrected", Ref(Kind.DEPOSIT, deposit.id), urgent=True, deposit=deposit.id, ref=wrong)
    return deposit


def _of_another(u: Unit, deposit: Deposit, wrong: str) -> Deposit:
    """The other mode was told of the deposit that truly has the reference `wrong`: here it is forgotten."""
    named = (deposit.portal, deposit.account, wrong)
    for held in u.load(keys=[receipt_key(*named), mismatch_key(*named)]):
        if held.ref.kind is Kind.RECEIPT and held.facts.why in ("mode_mismatch", "mode_contradicted"):
            back = held.facts.with_(state="tray", why="unknown_ref", due=u.now)
            u.put(Kind.RECEIPT, held.ref.id, back)
    for sub in load_attempts(u, deposit.items):
        if sub.deposit == deposit.id and sub.mode_told is not None:
            freed = sub.with_(mode_told=None, mode_by=None, mode_reason=None)
            put(u, with_attempt(u.filing(sub.reference), freed), "unguess", sub.state, sub.state)
    return deposit.with_(mode_told=None)


def _named(received: Received) -> tuple[str, str, str] | None:
    """Under which portal, account and reference a piece came."""
    paper = received.receipt
    return None if isinstance(paper, Unreadable) else (paper.portal, paper.account, paper.portal_ref)


def sent_back(u: Unit, deposit: Deposit, ref: str, which: Callable[[Received], bool], why: str, due: bool) -> Deposit:
    """Detach these pieces of a deposit, which came under `ref`, as if never bound: they wait in the tray.

    A hire's other attempts left in other deposits: their pieces stay.
    """
    named = (deposit.portal, deposit.account, ref)
    receipts = {
        h.ref.id
        for h in u.load(keys=[f"for:{item.reference}" for item in deposit.items.values()])
        if h.ref.kind is Kind.RECEIPT and _named(h.facts) == named and which(h.facts)
    }
    for id in sorted(receipts):
        received = u.need(Kind.RECEIPT, id).facts
        back = received.with_(
            state="tray", why=why, reached=(), attached={}, attached_by=None, due=u.now if due else None
        )
        u.put(Kind.RECEIPT, id, back)
    for sub in load_attempts(u, deposit.items):
        if any(piece.receipt in receipts for piece in sub.evidence.slots.values()):
            deposit = standing_in(deposit, without(u, sub, deposit, receipts))
    return deposit
