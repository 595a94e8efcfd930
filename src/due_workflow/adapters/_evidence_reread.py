"""A receipt read anew from its bytes, beside what was kept of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from due_workflow.receipts import Acs, Ads, Ars, Outcome, Received, Unreadable

Reread = Callable[[bytes, Ads | Acs | Ars], "Ads | Acs | Ars | None"]
"""Reads bytes with what the kept receipt knows from elsewhere (account, number, mode); None: not of its form."""


def avis(raw: bytes, kept: Ads | Acs | Ars) -> Ads | Acs | Ars | None:
    """An `avis.xml` of jedeclare's."""
    from due_workflow.adapters.avis import read_avis

    recipient = kept.recipient if isinstance(kept, Ars) else "CIRSO"
    told = read_avis(
        raw, portal=kept.portal, account=kept.account, recipient=recipient, piece=kept.piece, mode=kept.mode
    )
    return None if isinstance(told, Unreadable) else told


def urssaf(raw: bytes, kept: Ads | Acs | Ars) -> Ads | Acs | Ars | None:
    """What the API DPAE answered to a deposit, or a return of its flux."""
    from due_workflow.adapters._envelope import No
    from due_workflow.adapters._urssaf_papers import API, Return, read_deposited, read_return

    if isinstance(kept, Ads):
        try:
            said = read_deposited(raw)
        except No:
            return None
        at = said.at or kept.issued_at
        return kept.with_(portal_ref=said.ref, issued_at=at) if said.ref is not None else None
    # the list that named the return is not kept: it is asked for with what it must have said
    nature = API.ars if isinstance(kept, Ars) else API.acs
    status = _STATUS.get(kept.verdicts[0].outcome, "") if kept.verdicts else ""
    line = Return(kept.portal_ref, nature, kept.piece or "", status, "", kept.issued_at, "")
    whence = {"portal": kept.portal, "account": kept.account}
    told = read_return(raw, line, whence, getattr(kept, "recipient", ""), kept.issued_at)
    if told is None or isinstance(told, Unreadable):
        return None
    # the API counts nothing
    return told.with_(count=kept.count)


_STATUS = {Outcome.ACCEPTED: "OK", Outcome.ACCEPTED_WITH_ANOMALY: "ANO", Outcome.REJECTED: "KO"}
READERS: tuple[Reread, ...] = (avis, urssaf)
"""Every form of receipt that this library reads."""


def told_again(raw: bytes, kept: Received, readers: Sequence[Reread]) -> bool | None:
    """Whether the bytes say what was kept; None where no reader knows their form.

    What was kept as unknown may be known to a newer reader; the words of a message may have been erased since.
    """
    paper = kept.receipt
    assert not isinstance(paper, Unreadable)
    for reader in readers:
        told = reader(raw, paper)
        if told is not None:
            return _told(told, paper) == _told(paper, paper)
    return None


def _told(paper: Ads | Acs | Ars, kept: Ads | Acs | Ars) -> tuple[object, ...]:
    verdicts = [(v.outcome, v.siret, v.reference, v.restated) for v in paper.verdicts]
    known = [v.outcome is not Outcome.UNKNOWN for v in kept.verdicts]
    if len(known) == len(verdicts):
        verdicts = [told for told, said in zip(verdicts, known, strict=True) if said]
    return paper.kind, paper.portal_ref, paper.issued_at, paper.count, verdicts
