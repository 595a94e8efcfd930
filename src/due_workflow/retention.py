"""How long personal data are kept, why they cannot be erased yet, what proves a filing, what is left of each record.

Pure: time and settings are arguments, nothing is written here. `purging` finds what belongs to a hire and erases it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from due_workflow.clocks import after_years, retention_end
from due_workflow.errors import Denial
from due_workflow.filings import RUNNING
from due_workflow.models import Filing, Notice, Submission, SubmissionState
from due_workflow.policy import Policy
from due_workflow.receipts import Ads, Mode, Received, Unreadable

S = SubmissionState


def refusals(filing: Filing, policy: Policy, now: datetime, early: bool = False) -> tuple[Denial, ...]:
    """Every reason in the hire's file why its personal data cannot be erased now.

    CNIL 2019-160: kept for the retention period, then erased. RGPD, art. 17.3.b: a request for erasure does not
    override a legal duty; `early` therefore takes a hire that does not take place and that no recipient holds.
    """
    until = retention_end(filing, policy)
    over = filing.purged is not None or until <= now
    found: list[Denial] = []
    if not over and not early:
        found.append(Denial("retention_runs", {"until": until}))
    elif not over:
        found += _too_early(filing, until)
    # what became of an attempt matters no more once the hire is called off and the period has ended
    if not (over and filing.no_hire):
        found += [
            Denial("answer_awaited", {"submission": sub.id, "state": sub.state})
            for sub in filing.attempts()
            if _awaited(sub) and (over or not early or sub.mode is Mode.TEST)
        ]
    return tuple(found)


def _too_early(filing: Filing, until: datetime) -> Iterator[Denial]:
    if not filing.no_hire:
        yield Denial("not_called_off", {"until": until})
    if filing.elsewhere is not None:
        yield Denial("declared_all_the_same", {"until": until})
    for sub in filing.attempts(Mode.REAL):
        if sub.alive or sub.state is S.ACCEPTED:
            yield Denial("recipient_holds_it", {"submission": sub.id, "state": sub.state, "until": until})


def _awaited(sub: Submission) -> bool:
    if sub.mode is Mode.TEST:
        return sub.state in RUNNING or sub.state is S.IN_DOUBT
    return sub.alive and sub.state is not S.ACCEPTED


def proofs(filing: Filing) -> frozenset[str]:
    """The receipts that prove the filing: the ADS and the accepted ACS and ARS of each accepted REAL attempt."""
    return frozenset(
        piece.receipt
        for sub in filing.attempts(Mode.REAL)
        if sub.state is S.ACCEPTED
        for slot, piece in sub.evidence.slots.items()
        if "?" not in slot.partition(":")[0] and piece.outcome.accepted
    )


def kept_enough(received: Received, policy: Policy, now: datetime) -> bool:
    """Whether a receipt that a person set aside has been kept as long as a hire's data."""
    return received.state == "aside" and after_years(received.received_at, policy.retention_years) <= now


# ---- what is left of each


def bare(filing: Filing) -> Filing:
    """The file without the free words of portals and staff. The proof of a declaration made elsewhere stays."""
    submissions = {key: _wordless(sub) for key, sub in filing.submissions.items()}
    return filing.with_(submissions=submissions, no_hire_reason=None)


def _wordless(sub: Submission) -> Submission:
    slots = {slot: piece.with_(message="") if piece.message else piece for slot, piece in sub.evidence.slots.items()}
    return sub.with_(reason=None, mode_reason=None, evidence=sub.evidence.with_(slots=slots))


def erased(received: Received, now: datetime) -> Received:
    """The receipt without the words that its portal wrote; what it says of whom (outcomes, SIRET, reference) stays."""
    paper = received.receipt
    bare: Any
    if isinstance(paper, Unreadable):
        bare = paper.with_(why="", filename=None)
    elif isinstance(paper, Ads):
        bare = paper.with_(filename=None)
    else:
        bare = paper.with_(filename=None, verdicts=tuple(v.with_(message="") for v in paper.verdicts))
    return received.with_(receipt=bare, aside_reason=None, purged_at=now)


_WORDS = ("message", "reason", "why")


def hushed(note: Notice) -> Notice:
    """The notice without the free words it repeats; itself where it has none."""
    if not any(note.facts.get(name) for name in _WORDS):
        return note
    return note.with_(facts={name: "" if name in _WORDS and value else value for name, value in note.facts.items()})
