"""What a piece says of an attempt, and what is left of an attempt's evidence once a piece is taken back.

An attempt whose pieces are all taken back stands where it stood before the first of them, so that the order in which
pieces came is forgotten with them.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from due_workflow.errors import InputRefused
from due_workflow.filings import Ambiguous, reach, with_attempt
from due_workflow.gates import Situation
from due_workflow.hiring import move, nameless, put
from due_workflow.machine import Event
from due_workflow.models import Deposit, Filing, Submission, SubmissionState
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Acs, Ads, Ars, Evidence, Mode, Outcome, Received, Unreadable, Verdict, evidence_of
from due_workflow.unit import Unit

S = SubmissionState
WAITING = frozenset({S.SENT, S.DEPOSITED, S.FORWARDED})
"""Where an attempt waits for its ARS."""


def said_of(received: Received, sid: str, deposit: Deposit) -> Evidence:
    """What a receipt that reached an attempt says of it: as a person attached it, else as it is matched."""
    paper = received.receipt
    assert not isinstance(paper, Unreadable)
    if received.attached:
        verdicts = as_said(paper, received.id, received.attached).get(sid, ())
    else:
        reached = reach(paper, deposit)
        verdicts = () if isinstance(reached, Ambiguous) else reached.get(sid, ())
    return evidence_of(paper, received.id, received.sha256, verdicts)


def as_said(paper: Ads | Acs | Ars, receipt: str, outcomes: Mapping[str, Outcome]) -> Mapping[str, Sequence[Verdict]]:
    """The piece's own verdicts for these attempts: a person says whom each means, never what it does not say.

    Raises:
        InputRefused: it has no verdict of that outcome, or fewer of them than attempts named.
    """
    if isinstance(paper, Ads):
        return dict.fromkeys(outcomes, ())
    left: dict[Outcome, list[Verdict]] = {}
    for verdict in paper.verdicts:
        left.setdefault(verdict.outcome, []).append(verdict)
    placed: dict[str, Sequence[Verdict]] = {}
    for sid, outcome in outcomes.items():
        if not left.get(outcome):
            said = sorted(verdict.outcome.value for verdict in paper.verdicts)
            raise InputRefused("attach_not_said", receipt=receipt, outcome=outcome.value, said=said)
        placed[sid] = (left[outcome].pop(0),)
    return placed


def without_names(u: Unit, filing: Filing, news: Evidence) -> Evidence:
    """What a piece says, its words without the names of the hire: evidence is journaled, and a journal names nobody."""
    if not any(piece.message for piece in news.slots.values()):
        return news
    said = {slot: p.with_(message=nameless(u, filing.reference, p.message)) for slot, p in news.slots.items()}
    return news.with_(slots=said)


def without(u: Unit, old: Submission, deposit: Deposit, gone: Collection[str], **changes: object) -> Submission:
    """The attempt as if the receipts `gone` had never reached it: its evidence is joined anew from all the others."""
    filing = u.filing(old.reference)
    evidence = Evidence.EMPTY
    for held in u.load(keys=(f"for:{filing.reference}",)):
        if held.ref.kind is Kind.RECEIPT and held.ref.id not in gone and old.id in held.facts.reached:
            evidence = evidence.join(without_names(u, filing, said_of(held.facts, old.id, deposit)))
    s = Situation(u.now, u.policy, None, filing, old)
    before = old.before if evidence.slots else None
    sub = move(old, Event.UNBOUND, s).with_(evidence=evidence, before=before, **changes)
    again = evidence.standing(sub.recipient)
    if again is not None:
        sub = move(sub, Event(again), s)
    if sub.state in WAITING:
        # the clock that rang for it does not ring again
        sub = sub.with_(overdue_since=old.overdue_since or old.raised.get("ars_overdue"))
    put(u, with_attempt(filing, sub), Event.UNBOUND, old.state, sub.state)
    proof_fell(u, old, sub)
    return sub


def proof_fell(u: Unit, old: Submission, sub: Submission) -> None:
    """Tell that an accepted test is accepted no more, where a client is live by the tests of the firm."""
    fell = sub.mode is Mode.TEST and old.state is S.ACCEPTED and sub.state is not S.ACCEPTED
    if fell and u.storage.find(u.cabinet, Kind.CLIENT, states=("live",), limit=1):
        u.notice("proof_fell", Ref(Kind.FILING, sub.reference), urgent=True, submission=sub.id, epoch=sub.epoch)
