"""What belongs to a hire, read from the storage at one moment: its record, deposits, messages and receipts.

It loads and never writes. A hire that changed while it was read is read anew, so that an archive never holds half of a
decision. One hire is in memory at a time.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from itertools import islice

from due_workflow.calendar import paris_day
from due_workflow.errors import Conflict, InputRefused, NotFound
from due_workflow.hiring import declaration_in
from due_workflow.identifiers import scrub
from due_workflow.models import Filing
from due_workflow.ports import Entry, Kind, Ref
from due_workflow.receipts import Received, Unreadable
from due_workflow.receiving import raw_of
from due_workflow.records import Held, decode
from due_workflow.workflow import DueWorkflow

_TRIES, _PAGE = 5, 200
_WAITING = ("tray", "mismatch", "aside")


@dataclass(slots=True)
class Hire:
    """A hire's record, the deposits of its attempts with their messages, and every receipt that reached or names it.

    Attributes:
        filing: the hire's file, with its declaration unless purged.
    """

    held: Held
    filing: Filing
    deposits: dict[str, Held]
    messages: dict[str, bytes | None]
    receipts: list[Held]

    @property
    def others(self) -> frozenset[str]:
        """The other hires that its deposits hold."""
        held = {i.reference for d in self.deposits.values() for i in d.facts.items.values()}
        return frozenset(held - {self.held.ref.id})


@dataclass(slots=True)
class Waiting:
    """The receipts that reached no attempt (tray, other mode, set aside), by what they name."""

    by: dict[str, list[str]] = field(default_factory=dict)

    def note(self, received: Received) -> None:
        """Remember what a receipt names: a deposit by its reference, a hire, a company."""
        paper = received.receipt
        if isinstance(paper, Unreadable):
            return
        names = {_deposit(paper.portal, paper.account, paper.portal_ref)}
        names |= {f"hire:{v.reference}" for v in paper.verdicts if v.reference}
        names |= {f"siren:{siret[:9]}" for siret in (*paper.sirets, *(v.siret for v in paper.verdicts)) if siret}
        for name in names:
            self.by.setdefault(name, []).append(received.id)

    def of(self, *names: str) -> list[str]:
        """The receipts that carry any of these names."""
        return sorted({id for name in names for id in self.by.get(name, ())})


def _deposit(portal: str, account: str, ref: str) -> str:
    return f"deposit:{portal}/{account}/{ref}"


class Gatherer:
    """Reads what an archive needs of one firm."""

    def __init__(self, flow: DueWorkflow, *, waiting: bool = True) -> None:
        self.flow = flow
        self.waiting = Waiting()
        if not waiting:
            return
        for held in flow.read.every(Kind.RECEIPT, _WAITING, page=_PAGE):
            self.waiting.note(held.facts)

    def hire(self, reference: str) -> Hire:
        """Everything of one hire.

        Raises:
            NotFound: this firm has no such hire.
            Conflict: it changed each time that it was read.
        """
        own = Ref(Kind.FILING, reference)
        for _ in range(_TRIES):
            found = self._load((own,), f"for:{reference}")
            if own not in found:
                raise NotFound("filing", scrub(reference))
            deposits = {s.deposit: Ref(Kind.DEPOSIT, s.deposit) for s in found[own].facts.attempts() if s.deposit}
            parcels = {id: Ref(Kind.DOCUMENT, f"parcel:{id}") for id in deposits}
            more = self._load((*deposits.values(), *parcels.values()))
            held = {id: more[ref] for id, ref in deposits.items() if ref in more}
            receipts = {ref.id: h for ref, h in found.items() if ref.kind is Kind.RECEIPT}
            waiting = tuple(Ref(Kind.RECEIPT, id) for id in self._names(reference, held) if id not in receipts)
            receipts |= {ref.id: h for ref, h in self._load(waiting).items()} if waiting else {}
            again = self._load((own, *deposits.values()))
            read = {**found, **more}
            if all(read[ref].version == now.version for ref, now in again.items() if ref in read):
                messages = {id: _content(more.get(ref)) for id, ref in parcels.items()}
                return Hire(found[own], _filled(found[own]), held, messages, [receipts[id] for id in sorted(receipts)])
        raise Conflict((own,))

    def _names(self, reference: str, deposits: Mapping[str, Held]) -> list[str]:
        known = [h.facts for h in deposits.values() if h.facts.ref is not None]
        return self.waiting.of(f"hire:{reference}", *(_deposit(d.portal, d.account, d.ref) for d in known))

    def receipts(self, siren: str) -> Iterator[Held]:
        """The receipts that wait and name an establishment of this company."""
        for id in self.waiting.of(f"siren:{siren}"):
            yield from self._load((Ref(Kind.RECEIPT, id),)).values()

    def references(self, siren: str, since: date | None, until: date | None) -> Iterator[str]:
        """The hires of a client, those between two Paris days of hire, by reference."""
        for held in self.flow.read.every(Kind.FILING, keys=(f"siren:{siren}",), page=_PAGE):
            day = paris_day(held.facts.hire_at)
            if (since is None or day >= since) and (until is None or day <= until):
                yield held.ref.id

    def case(self, ref: Ref) -> Held | None:
        """A record by its name."""
        return self._load((ref,)).get(ref)

    def entries(self, held: Held) -> Iterator[Entry]:
        """The journal of a record, as far as the record was written by it."""
        return islice(self.flow.read.entries(held.ref), held.seq)

    def scan(self, siren: str, digest: str) -> bytes | None:
        """A signed mandate's scan; None where none is kept."""
        try:
            return self.flow.read.mandate_document(siren, digest)
        except NotFound:
            return None

    def _load(self, refs: tuple[Ref, ...], *keys: str) -> dict[Ref, Held]:
        return {r.ref: decode(r) for r in self.flow.storage.load(self.flow.cabinet, refs, keys) if _wanted(r.ref)}


def _filled(held: Held) -> Filing:
    filing: Filing = held.facts
    return filing.with_(declaration=declaration_in(held, filing.content))


def _wanted(ref: Ref) -> bool:
    return ref.kind is not Kind.COMMAND


def _content(document: Held | None) -> bytes | None:
    text = document.payload_data().get("content") if document is not None else None
    return raw_of({"raw": text}) if text is not None else None


def meant(flow: DueWorkflow, what: str) -> Ref:
    """The hire or the client that `what` names: a hire's reference (or one of its attempts), a SIREN or a SIRET.

    Raises:
        InputRefused: it is a deposit or the firm, which are no such case.
        NotFound: this firm has none of that name.
    """
    try:
        ref = flow.read.case_of(what)
    except InputRefused:
        raise NotFound("filing", scrub(what)) from None
    if ref.kind not in (Kind.FILING, Kind.CLIENT):
        raise InputRefused("evidence_of_what", value=scrub(what))
    return ref
