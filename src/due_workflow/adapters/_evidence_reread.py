"""A receipt read anew from its bytes, beside what was kept of it: which facts the bytes refute."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from due_workflow.identifiers import MASK, NAME_MASK
from due_workflow.receipts import Acs, Ads, Ars, Outcome, Received, Unreadable

Paper = Ads | Acs | Ars
Reread = Callable[[bytes, Paper], Paper | Unreadable | None]
"""Reads bytes, with what the kept receipt knows from elsewhere (account, number, recipient).

What the bytes do not say is None or as it was kept, the mode None. `Unreadable`: of its form, and no such receipt can
have been kept of it. None: not of its form.
"""


def avis(raw: bytes, kept: Paper) -> Paper | None:
    """An `avis.xml` of jedeclare's; it says no mode."""
    from due_workflow.adapters.avis import read_avis

    recipient = kept.recipient if isinstance(kept, Ars) else "CIRSO"
    told = read_avis(raw, portal=kept.portal, account=kept.account, recipient=recipient, piece=kept.piece)
    return None if isinstance(told, Unreadable) else told


def urssaf(raw: bytes, kept: Paper) -> Paper | Unreadable | None:
    """What the API DPAE answered to a deposit, or a return of its flux."""
    return _deposited(raw, kept) if isinstance(kept, Ads) else _returned(raw, kept)


def _deposited(raw: bytes, kept: Ads) -> Ads | Unreadable | None:
    from due_workflow.adapters._envelope import No
    from due_workflow.adapters._urssaf_papers import API, read_deposited

    why = ""
    try:
        said = read_deposited(raw)
    except No as no:
        why = str(no)
    if why:
        return _nothing(kept, why) if why in _OURS else None
    if said.ref is None:
        return None
    if said.state not in (None, API.taken):
        return _nothing(kept, "unexpected")
    return kept.with_(portal_ref=said.ref, issued_at=said.at or kept.issued_at, mode=said.mode)


def _returned(raw: bytes, kept: Acs | Ars) -> Acs | Ars | Unreadable | None:
    from due_workflow.adapters._urssaf_papers import API, Return, is_stranger, read_return

    # the list that named the return is not kept: it is asked for with what it must have said
    nature = API.ars if isinstance(kept, Ars) else API.acs
    status = _STATUS.get(kept.verdicts[0].outcome, "") if kept.verdicts else ""
    line = Return(kept.portal_ref, nature, kept.piece or "", status, "", kept.issued_at, "")
    whence = {"portal": kept.portal, "account": kept.account}
    told = read_return(raw, line, whence, getattr(kept, "recipient", ""), kept.issued_at)
    if isinstance(told, Unreadable):
        # no ARS is read from a return of other profiles only
        strange = isinstance(kept, Ars) and b"etat_conformite" in raw and is_stranger(raw)
        return told if told.why in _OURS or strange else None
    # the API counts nothing
    return told.with_(count=kept.count) if told is not None else None


def _nothing(kept: Paper, why: str) -> Unreadable:
    return Unreadable(why=why, portal=kept.portal, account=kept.account)


_OURS = ("several_values", "bad_reference")
"""Why a document of that form cannot be what was kept: it says two things of one fact, or another reference."""
_STATUS = {Outcome.ACCEPTED: "OK", Outcome.ACCEPTED_WITH_ANOMALY: "ANO", Outcome.REJECTED: "KO"}
READERS: tuple[Reread, ...] = (avis, urssaf)
"""Every form of receipt that this library reads."""


def told_again(raw: bytes, kept: Received, readers: Sequence[Reread]) -> dict[str, object] | None:
    """What the bytes say otherwise than it was kept, by the fact's name; None where no reader knows their form.

    Not in the bytes: the account, the piece's number, the name of its file, whose ARS it is, and when a return of the
    URSSAF's was issued, which its list tells. What was kept as unknown may be known to a newer reader.
    """
    paper = kept.receipt
    assert not isinstance(paper, Unreadable)
    for reader in readers:
        told = reader(raw, paper)
        if told is not None:
            return _refuted(told, paper)
    return None


def _refuted(told: Paper | Unreadable, kept: Paper) -> dict[str, object]:
    if isinstance(told, Unreadable):
        return {"portal_ref" if told.why == "bad_reference" else "kind": None}
    if told.kind != kept.kind:
        return {"kind": told.kind}
    found = {name: value for name in _ALWAYS if (value := getattr(told, name)) != getattr(kept, name)}
    for name in _WHERE_SAID:
        value = getattr(told, name, None)
        if value and value != getattr(kept, name):
            found[name] = value
    if _decided(told, kept) != _decided(kept, kept):
        found["verdicts"] = told.verdicts
    elif not _worded(told, kept):
        found["words"] = None
    return found


_ALWAYS = ("portal_ref", "issued_at", "count")
_WHERE_SAID = ("mode", "sirets", "deposited_as")


def _decided(paper: Paper, kept: Paper) -> list[tuple[object, ...]]:
    """What each verdict says, those aside that were kept as unknown."""
    verdicts: list[tuple[object, ...]] = [(v.outcome, v.siret, v.reference, v.restated) for v in paper.verdicts]
    known = [v.outcome is not Outcome.UNKNOWN for v in kept.verdicts]
    if len(known) == len(verdicts):
        verdicts = [told for told, said in zip(verdicts, known, strict=True) if said]
    return verdicts


def _worded(told: Paper, kept: Paper) -> bool:
    """Whether every word that was kept of a message stands in it; words may be masked, shortened or erased since."""
    for said, ours in zip(told.verdicts, kept.verdicts, strict=False):
        if not said.message or ours.outcome is Outcome.UNKNOWN:
            continue
        words = _WORD.findall(ours.message.replace(MASK, " ").replace(NAME_MASK, " "))
        if any(word not in said.message for word in words):
            return False
    return True


_WORD = re.compile(r"\w+")
