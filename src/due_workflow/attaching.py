"""What a person decides of a receipt that waits in the tray: attached, said anew, or set aside. Each with who and why.

A piece is detached and attached whole: what it said of an attempt before is taken back, and the evidence joined anew
from all the others. A person says whom each verdict means, never what the piece does not say.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from due_workflow.errors import InputRefused
from due_workflow.filings import attempt, with_attempt
from due_workflow.hiring import nameless, noted, put
from due_workflow.identifiers import scrub
from due_workflow.joining import as_said, without
from due_workflow.models import Deposit, reference_of
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Acs, Ads, Ars, Outcome, Received, Unreadable
from due_workflow.receiving import ReceiveResult, apply
from due_workflow.references import learn_ref
from due_workflow.unit import Unit


def attach(
    u: Unit,
    receipt: str,
    outcomes: Mapping[str, Outcome],
    by: str,
    confirm: bool = False,
    reason: str = "",
) -> ReceiveResult:
    """A person says which attempt a waiting receipt means, and what it says of each.

    Where the portal says that it took the deposit in the other mode, an acceptance counts only if the person confirms
    it and says why; a piece that counted before the portal said so can be confirmed in the same way.

    Raises:
        InputRefused: not in the tray, unreadable, of another deposit or mode, an attempt without a deposit (mark_sent
            first), or an acceptance against the portal's word on the mode, unconfirmed or without a reason.
    """
    received: Received = u.need(Kind.RECEIPT, receipt).facts
    paper = received.receipt
    if isinstance(paper, Unreadable):
        raise InputRefused("attach_unreadable", receipt=receipt)
    if received.state not in ("tray", "aside") and not received.attached and not (confirm and _disputed(u, received)):
        raise InputRefused("attach_not_in_tray", receipt=receipt, state=received.state)
    if not outcomes:
        raise InputRefused("nothing_named")
    accepted = [sid for sid, outcome in outcomes.items() if outcome.accepted]
    # what a person said before stands unless it is said anew: the piece is detached and attached whole
    outcomes = {**received.attached, **outcomes}
    u.load([Ref(Kind.FILING, reference_of(sid)) for sid in outcomes])
    subs = [attempt(u.filing(reference_of(sid)), sid) for sid in outcomes]
    for sub in subs:
        if sub.deposit is None or not sub.begun:
            raise InputRefused("attach_without_deposit", submission=sub.id)
    ids = {sub.deposit for sub in subs if sub.deposit is not None}
    if len(ids) > 1:
        raise InputRefused("attach_two_deposits", receipt=receipt)
    deposit = u.deposit(ids.pop())
    reached = as_said(paper, receipt, outcomes)
    learned = _same_deposit(u, paper, receipt, deposit)
    deposit = u.deposit(deposit.id)
    against = _against_the_portal(paper, receipt, deposit, accepted, confirm, scrub(reason).strip())
    for sid in received.reached:
        _detached(u, sid, receipt, deposit, stays=sid in outcomes and outcomes[sid].accepted)
    for sid, why in against.items():
        _confirmed(u, sid, by, why)
    deposit = u.deposit(deposit.id)
    said = received.with_(attached=outcomes, attached_by=by or "?", aside_reason=None, reached=())
    result = apply(u, said, deposit, reached, learned)
    whole = min(len(paper.verdicts) or len(deposit.items), len(deposit.items))
    if len(outcomes) >= whole:
        return result
    # what it says of the others has not been placed yet: it stays in the tray
    partly = u.need(Kind.RECEIPT, receipt).facts.with_(state="tray", why="partly")
    u.put(Kind.RECEIPT, receipt, partly)
    return ReceiveResult(receipt, "tray", False, result.submissions, "partly", learned)


def _same_deposit(u: Unit, paper: Ads | Acs | Ars, receipt: str, deposit: Deposit) -> tuple[str, str, str] | None:
    """Refuse a piece of another mode, account or reference; a reference that was not known is learned."""
    if paper.mode is not None and paper.mode is not deposit.mode:
        raise InputRefused("attach_other_mode", receipt=receipt, deposit=deposit.id)
    if (deposit.portal, deposit.account) != (paper.portal, paper.account):
        raise InputRefused("attach_other_account", receipt=receipt, deposit=deposit.id)
    if deposit.ref is None:
        learn_ref(u, deposit.id, paper.portal_ref)
        return paper.portal, paper.account, paper.portal_ref
    if deposit.ref != paper.portal_ref:
        raise InputRefused("attach_other_ref", receipt=receipt, deposit=deposit.id, ref=deposit.ref)
    return None


def _disputed(u: Unit, received: Received) -> bool:
    """Whether it reached an attempt that the portal says it took in the other mode."""
    u.load([Ref(Kind.FILING, reference_of(sid)) for sid in received.reached])
    return any(attempt(u.filing(reference_of(sid)), sid).mode_told is not None for sid in received.reached)


def _against_the_portal(
    paper: Ads | Acs | Ars, receipt: str, deposit: Deposit, accepted: Sequence[str], confirm: bool, reason: str
) -> Mapping[str, str]:
    """The attempts whose acceptance counts against the portal's word on the mode, with the reason given for each.

    A piece of a deposit that was taken in the other mode speaks of what was taken: it may be a test's acceptance.
    """
    told = deposit.mode_told
    if told is None or not accepted or (paper.mode is not None and not confirm):
        return {}
    if not confirm:
        raise InputRefused(
            "attach_mode_contradicted", receipt=receipt, deposit=deposit.id, said=told.value, ours=deposit.mode.value
        )
    if not reason:
        raise InputRefused("reason_needed")
    return dict.fromkeys(accepted, reason)


def _confirmed(u: Unit, sid: str, by: str, reason: str) -> None:
    """Note in the hire's journal who lets an acceptance count against the portal's word on the mode, and why."""
    filing = u.filing(reference_of(sid))
    sub = attempt(filing, sid)
    why = nameless(u, filing.reference, reason)
    put(u, with_attempt(filing, sub.with_(mode_by=by or "?", mode_reason=why)), "mode_confirmed", sub.state, sub.state)


def _detached(u: Unit, sid: str, receipt: str, deposit: Deposit, *, stays: bool) -> None:
    """Take back what a piece said of an attempt.

    `stays`: it will be said again that the piece accepts. Where no acceptance is left that a person let count against
    the portal's word on the mode, that is taken back too.
    """
    old = attempt(u.filing(reference_of(sid)), sid)
    others = [h.facts for h in u.load(keys=(f"for:{old.reference}",)) if h.ref.kind is Kind.RECEIPT]
    stays = stays or any(o.id != receipt and sid in o.attached and o.attached[sid].accepted for o in others)
    changes = {} if stays else {"mode_by": None, "mode_reason": None}
    noted(u, without(u, old, deposit, {receipt}, **changes))


def set_aside(u: Unit, receipt: str, reason: str) -> Received:
    """Take a receipt out of the tray without applying it: kept whole, with who decided it and why."""
    reason = scrub(reason).strip()
    if not reason:
        raise InputRefused("reason_needed")
    received: Received = u.need(Kind.RECEIPT, receipt).facts
    if received.state not in ("tray", "mismatch") or received.reached:
        raise InputRefused("attach_not_in_tray", receipt=receipt, state=received.state)
    aside = received.with_(state="aside", aside_reason=reason, attached_by=u.by or "?", due=None)
    u.put(Kind.RECEIPT, receipt, aside)
    return aside
