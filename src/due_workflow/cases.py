"""One case by its name: what it holds, whom it concerns, and why it may or may not go on. It never writes.

The declaration (with its NIR) is read from the payload here, where one case is asked for by name.
"""

from __future__ import annotations

import hashlib
from dataclasses import replace

from due_workflow import proofs
from due_workflow.base import doors
from due_workflow.clients import Cabinet, ClientFile
from due_workflow.errors import Denial, InputRefused, NotFound, StorageUnusable
from due_workflow.filings import attempt
from due_workflow.firm import proof_of_test
from due_workflow.gates import Situation
from due_workflow.hiring import declaration_in, situation
from due_workflow.identifiers import scrub
from due_workflow.machine import CLIENT, SUBMISSION, Event, Explanation
from due_workflow.models import Deposit, Filing, Submission, reference_of
from due_workflow.policy import Policy
from due_workflow.ports import Clock, Kind, Ref, Storage
from due_workflow.receipts import Mode, Received
from due_workflow.receiving import ReceiveResult, raw_of
from due_workflow.rollout import Plan
from due_workflow.scans import document_id
from due_workflow.unit import Unit

ANSWERS = frozenset({Event.ADS, Event.ACS_ACCEPTED, Event.ACS_REJECTED, Event.ARS_ACCEPTED, Event.ARS_REJECTED})
"""What the portal and the recipient say of an attempt."""


def _hire_of(id: str) -> str:
    """The hire that `id` can only mean: the one of that attempt, or the one of that reference."""
    try:
        return reference_of(id)
    except InputRefused:
        return id


@doors
class CaseReader:
    """The questions about one case of a firm; `Reader` adds those about many."""

    def __init__(self, storage: Storage, cabinet: str, policy: Policy, clock: Clock) -> None:
        self._storage, self._cabinet, self._policy, self._clock = storage, cabinet, policy, clock

    def _unit(self) -> Unit:
        return Unit(self._storage, self._cabinet, self._policy, self._clock.now(), "")

    # ---- one case

    def cabinet(self) -> Cabinet:
        """The firm: software, portal, epoch."""
        return self._unit().cabinet_facts()

    def client(self, siren: str) -> ClientFile:
        """The client of that SIREN or SIRET, with its state and its mandate.

        Raises:
            NotFound: this firm has no such client.
        """
        return self._unit().client("".join(siren.split()))

    def filing(self, reference: str) -> Filing:
        """The hire's file of that reference, with its declaration unless purged."""
        held = self._unit().need(Kind.FILING, reference)
        filing: Filing = held.facts
        return filing.with_(declaration=declaration_in(held, filing.content))

    def submission(self, id: str) -> Submission:
        """The attempt of that id, with its declaration unless purged."""
        held = self._unit().need(Kind.FILING, reference_of(id))
        sub = attempt(held.facts, id)
        return sub.with_(declaration=declaration_in(held, sub.content))

    def deposit(self, id: str) -> Deposit:
        """The deposit of that id."""
        return self._unit().deposit(id)

    def receipt(self, id: str) -> Received:
        """A receipt by its id, its raw bytes with it."""
        held = self._unit().need(Kind.RECEIPT, id)
        received: Received = held.facts
        raw = raw_of(held.payload_data())
        return received if raw is None else received.with_(receipt=received.receipt.with_(raw=raw))

    def parcel(self, deposit: str) -> bytes:
        """The bytes that were handed over in a deposit.

        Raises:
            NotFound: the host sent it by itself, or it was purged.
        """
        held = self._unit().need(Kind.DOCUMENT, f"parcel:{deposit}")
        content = raw_of({"raw": text} if (text := held.payload_data().get("content")) is not None else {})
        if content is None:
            raise NotFound("document", held.ref.id)
        return content

    def mandate_document(self, siren: str, sha256: str | None = None) -> bytes:
        """The signed mandate's scan, as it came; checked against its digest.

        Args:
            siren: the client, by SIREN or SIRET.
            sha256: of an earlier mandate's scan (the client's journal names it); that of the present one when None.

        Raises:
            NotFound: no such client; no scan was kept.
            StorageUnusable: what the storage gives back is not what was kept.
        """
        client = self.client(siren)
        digest = sha256 or (client.mandate.document_sha256 if client.mandate else None) or ""
        held = self._unit().get(Kind.DOCUMENT, document_id(client.siren, digest))
        if held is None:
            raise NotFound("scan", client.siren)
        content = raw_of({"raw": held.payload_data().get("content", "")}) or b""
        if hashlib.sha256(content).hexdigest() != digest:
            raise StorageUnusable("document_differs", ref=str(held.ref))
        return content

    def named(self, name: str) -> object:
        """What a command's result name ("submission:…", "filing:…") stands for now."""
        kind, _, id = name.partition(":")
        match kind:
            case "submission":
                return self.submission(id)
            case "filing":
                return self.filing(id)
            case "client":
                return self.client(id)
            case "deposit":
                return self.deposit(id)
            case "cabinet":
                return self.cabinet()
            case "receipt":
                r = self.receipt(id)
                states = {sid: self.submission(sid).state for sid in r.reached}
                return ReceiveResult(id, r.state, True, states, r.why)
        raise NotFound(scrub(kind), scrub(id))

    def concerned(self, case: str) -> tuple[ClientFile, ...]:
        """The clients that a case is about, as `Notice.case` names it; none where it is the firm's own affair."""
        kind, _, id = case.partition(":")
        u = self._unit()
        held = u.get(Kind(kind), id) if id and kind in frozenset(Kind) else None
        if held is None:
            return ()
        sirens: list[str] = []
        match held.facts:
            case ClientFile() | Filing():
                sirens = [held.facts.siren]
            case Deposit():
                sirens = [item.siret[:9] for item in held.facts.items.values()]
            case Received(reached=reached, receipt=receipt):
                hires = [Ref(Kind.FILING, reference_of(sid)) for sid in reached]
                u.load(hires)
                sirens = [hire.facts.siren for ref in hires if (hire := u.get(*ref)) is not None]
                named = [*getattr(receipt, "sirets", ()), *(v.siret for v in getattr(receipt, "verdicts", ()))]
                sirens += [siret[:9] for siret in named if siret]
        refs = [Ref(Kind.CLIENT, siren) for siren in dict.fromkeys(sirens)]
        u.load(refs)
        return tuple(client.facts for ref in refs if (client := u.get(*ref)) is not None)

    def rollout(self) -> Plan:
        """The firm's procedure as it stands now: its nine steps with their days, what is done and by which proof.

        Computed from the records at every call: right at once, whether or not a worker ticks. Without a plan
        (`plan_rollout`) the steps tick all the same, and have no dates.
        """
        return proofs.rollout_of(self._unit())

    # ---- why

    def explain(self, id: str, *, late: bool = False, confirm: bool = False) -> tuple[Explanation, ...]:
        """Every event of the present state of a client (SIREN) or an attempt, with every reason against it.

        Without side effects. A hire's reference explains its last attempt, REAL before TEST. Against every answer of an
        attempt that the portal says it took in the other mode stands `mode_contradicted`: one that says no mode of its
        own waits for a person.
        """
        u = self._unit()
        digits = "".join(id.split())
        client = u.get(Kind.CLIENT, digits[:9]) if len(digits) in (9, 14) and digits.isdecimal() else None

        epoch = u.cabinet_facts().epoch
        if client is not None:
            file: ClientFile = client.facts
            proof = proof_of_test(u, file.siren, epoch)
            s = Situation(u.now, u.policy, file, qualified=proof is not None)
            return CLIENT.explain(file.state, s)
        sub = self._meant(u, id)
        filing = u.filing(sub.reference)
        qualified = proof_of_test(u, filing.siren, epoch) is not None
        asked = situation(u, filing, sub, late=late or sub.released_late, confirm=confirm, qualified=qualified)
        told = SUBMISSION.explain(sub.state, asked)
        if not sub.contradicted:
            return told
        facts = {"submission": sub.id, "said": sub.mode_told, "ours": sub.mode}
        against = Denial("mode_contradicted", facts)
        return tuple(replace(e, denials=(*e.denials, against)) if e.event in ANSWERS else e for e in told)

    def _meant(self, u: Unit, id: str) -> Submission:
        held = u.get(Kind.FILING, id)
        if held is None:
            return attempt(u.filing(_hire_of(id)), id)
        filing: Filing = held.facts
        last = filing.latest(Mode.REAL) or filing.latest(Mode.TEST)
        if last is None:
            raise NotFound("submission", scrub(id))
        return last

    def case_of(self, id: str) -> Ref:
        """The journaled case that `id` names: a client, a hire (or one of its attempts), a deposit, the firm."""
        u = self._unit()
        digits = "".join(id.split())
        refs = [Ref(Kind.FILING, id), Ref(Kind.DEPOSIT, id), Ref(Kind.CABINET, id)]
        if len(digits) in (9, 14) and digits.isdecimal():
            refs.append(Ref(Kind.CLIENT, digits[:9]))
        u.load(refs)
        for ref in refs:
            if u.get(ref.kind, ref.id) is not None:
                return ref
        reference = _hire_of(id)
        u.need(Kind.FILING, reference)
        return Ref(Kind.FILING, reference)
