"""What a hire's file becomes: its attempts, its status, what a receipt reaches. Pure decisions over frozen values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from due_workflow.calendar import paris_day, start_of_day
from due_workflow.clients import ClientFile
from due_workflow.clocks import deadlines
from due_workflow.errors import NotFound
from due_workflow.identifiers import scrub
from due_workflow.models import Deposit, DepositItem, Filing, FilingStatus, Submission, SubmissionState
from due_workflow.policy import Policy
from due_workflow.receipts import Acs, Ads, Ars, Mode, Verdict

S = SubmissionState
RUNNING = frozenset({S.SENDING, S.SENT, S.DEPOSITED, S.FORWARDED})
REFUSED = frozenset({S.PORTAL_REJECTED, S.CIRSO_REJECTED})
SETTLED = frozenset({S.ACCEPTED, S.LOST, S.ABANDONED}) | REFUSED


def attempt(filing: Filing, submission: str) -> Submission:
    """The attempt of that id.

    Raises:
        NotFound: this hire has no such attempt.
    """
    found = filing.submissions.get(submission.removeprefix(f"{filing.reference}/"))
    if found is None:
        raise NotFound("submission", scrub(submission))
    return found


def with_attempt(filing: Filing, sub: Submission) -> Filing:
    """The file with `sub` in its place."""
    return filing.with_(submissions={**filing.submissions, f"{sub.mode}/{sub.attempt}": sub})


def status_of(filing: Filing, now: datetime) -> FilingStatus:
    """What staff read about the hire; the first that fits (design: only an accepted REAL ARS is *declared*)."""
    # an attempt that was replaced on confirmation does not count: what was meant to replace it does
    real = [s for s in filing.attempts(Mode.REAL) if not s.superseded]
    begun = [s for s in real if s.begun]
    alive = [s.state for s in begun if s.alive]
    if S.ACCEPTED in alive:
        return FilingStatus.DECLARED
    if filing.elsewhere is not None:
        return FilingStatus.DECLARED_ELSEWHERE
    if S.IN_DOUBT in alive:
        return FilingStatus.IN_DOUBT
    # abandoned here without confirmation, the recipient may still hold it and answer
    if not RUNNING.isdisjoint(alive) or (S.ABANDONED in alive and not filing.no_hire):
        return FilingStatus.RUNNING
    if begun and begun[-1].state in REFUSED:
        return FilingStatus.REFUSED
    if filing.no_hire or (real and real[-1].state is S.ABANDONED):
        return FilingStatus.ABANDONED
    if not alive and now >= filing.hire_at:
        return FilingStatus.LATE
    tested = [s.state for s in filing.attempts(Mode.TEST) if s.begun]
    if S.IN_DOUBT in tested or not RUNNING.isdisjoint(tested):
        return FilingStatus.TEST_RUNNING
    return FilingStatus.TEST_NOT_DECLARED if tested else FilingStatus.TO_DECLARE


def settled(filing: Filing, policy: Policy, now: datetime) -> Filing:
    """The file with its projections made true again: status and deadlines, of itself and of its attempts."""
    submissions = filing.submissions
    for key, sub in filing.submissions.items():
        due = deadlines(sub, policy)
        overdue = sub.overdue_since if sub.state in RUNNING else None
        if due != sub.deadlines or overdue is not sub.overdue_since:
            submissions = {**submissions, key: sub.with_(deadlines=due, overdue_since=overdue)}
    status = status_of(filing, now)
    if submissions is not filing.submissions or status is not filing.status:
        filing = filing.with_(submissions=submissions, status=status)
    due = deadlines(filing, policy)
    return filing if due == filing.deadlines else filing.with_(deadlines=due)


def client_settled(client: ClientFile, policy: Policy) -> ClientFile:
    """The client's file with its deadlines made true again."""
    due = deadlines(client, policy)
    return client if due == client.deadlines else client.with_(deadlines=due)


def accepted_real(filing: Filing) -> list[Submission]:
    """The accepted REAL attempts that count; two of them are a double filing."""
    return [s for s in filing.attempts(Mode.REAL) if s.state is S.ACCEPTED and not s.superseded]


def standing_in(deposit: Deposit, sub: Submission) -> Deposit:
    """The deposit with the standing of `sub` noted."""
    item = deposit.items[sub.id]
    word = "doubt" if sub.state is S.IN_DOUBT else "settled" if sub.state in SETTLED else "waiting"
    if item.standing == word:
        return deposit
    return deposit.with_(items={**deposit.items, sub.id: item.with_(standing=word)})


# ---- matching: which attempts a receipt reaches


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """A piece that does not say which of the deposit's attempts it means."""

    why: str = "ambiguous"


def reach(receipt: Ads | Acs | Ars, deposit: Deposit) -> Mapping[str, Sequence[Verdict]] | Ambiguous:
    """The attempts of `deposit` that `receipt` speaks of, with its verdicts on each; or that it cannot be told.

    A verdict reaches an attempt that it names by our hire reference, or by a SIRET that is unique in the deposit. A
    name that singles out none counts as no name; verdicts without a name apply when all of the piece agree and their
    count is the deposit's. A SIRET that is none of the deposit's is no lack of a name but another's: a person looks.
    """
    if isinstance(receipt, Ads):
        return dict.fromkeys(deposit.items, ())
    sirets = {item.siret for item in deposit.items.values()}
    references = {item.reference for item in deposit.items.values()}
    if any(v.siret is not None and v.siret not in sirets and v.reference not in references for v in receipt.verdicts):
        return Ambiguous("names_another")
    reached: dict[str, list[Verdict]] = {}
    nameless = 0
    for verdict in receipt.verdicts:
        named = _named(verdict, deposit.items)
        if named is None:
            nameless += 1
        else:
            reached.setdefault(named, []).append(verdict)
    if not receipt.verdicts:
        return Ambiguous("no_verdict")
    if not nameless:
        return reached
    count = receipt.count if receipt.count is not None else len(receipt.verdicts)
    agree = len({(v.outcome, v.restated) for v in receipt.verdicts}) == 1
    if agree and count == len(receipt.verdicts) == len(deposit.items):
        # which nameless verdict belongs to which hire cannot be told, and need not: all say the same
        return {sid: reached.get(sid, receipt.verdicts[:1]) for sid in deposit.items}
    return Ambiguous()


def _named(verdict: Verdict, items: Mapping[str, DepositItem]) -> str | None:
    if verdict.reference is not None:
        for sid, item in items.items():
            if item.reference == verdict.reference:
                return sid
    if verdict.siret is not None:
        same = [sid for sid, item in items.items() if item.siret == verdict.siret]
        if len(same) == 1:
            return same[0]
    return None


def could_be(receipt: Ads, deposit: Deposit, hours: int = 24) -> bool:
    """Whether an ADS of unknown reference may be this reference-less deposit's: mode, SIRETs, count, last 24 hours.

    An ADS that names the file is that file's and no other's.
    """
    if receipt.deposited_as is not None and deposit.filename is not None:
        return deposit.ref is None and receipt.deposited_as == deposit.filename
    sirets = {item.siret for item in deposit.items.values()}
    day = start_of_day(paris_day(receipt.issued_at))
    # a date without an hour is 00:00 Paris and may mean any hour of its day; else an hour for clocks that differ
    until = receipt.issued_at + (timedelta(hours=24) if receipt.issued_at == day else timedelta(hours=1))
    return (
        deposit.ref is None
        # what it does not say at all proves nothing: SIRETs or a count at least
        and (bool(receipt.sirets) or receipt.count is not None)
        and receipt.mode in (None, deposit.mode)
        and (not receipt.sirets or set(receipt.sirets) == sirets)
        and receipt.count in (None, len(deposit.items))
        and receipt.issued_at - timedelta(hours=hours) <= deposit.handed_at <= until
    )
