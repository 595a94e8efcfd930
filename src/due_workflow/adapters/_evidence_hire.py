"""Whether what a hire's journal says follows from the receipts and messages that are in the archive with it."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial

from due_workflow.adapters import _evidence_form as form
from due_workflow.adapters._evidence_form import FileLine
from due_workflow.adapters._evidence_found import HireFound
from due_workflow.adapters._evidence_index import Index
from due_workflow.adapters._evidence_zip import Damaged, Opened
from due_workflow.errors import InputRefused
from due_workflow.identifiers import shown
from due_workflow.joining import said_of
from due_workflow.models import Deposit, Filing, FilingStatus, Submission, SubmissionState
from due_workflow.receipts import Evidence, Mode, Received, Unreadable

Told = Callable[..., None]


class Judge:
    """Judges the hires of one archive; `fault` is called with the file, the code and the facts of each fault."""

    def __init__(self, index: Index, fault: Told) -> None:
        self._index, self._fault = index, fault

    def message(self, line: FileLine, opened: Opened) -> None:
        """A message against the digest that its deposit's journal names, and the mode that its own bytes say."""
        deposit = self._deposit(line.of)
        if deposit is None:
            self._fault(line.file, "message_unknown")
        elif deposit.sha256 != line.sha256:
            self._fault(line.file, "message_digest", deposit=shown(line.of))
        elif line.file in opened.names and (told := _mode(line.file, opened)) not in (None, deposit.mode):
            self._fault(line.file, "message_mode", deposit=shown(line.of), found=told, expected=deposit.mode)

    def hire(self, filing: Filing) -> HireFound:
        """Each attempt against its receipts: the file of the ARS that declares the hire, if any.

        Or the file by which the deposit of that ARS has the other mode; the ARS then declares nothing.
        """
        found = partial(HireFound, filing.reference, filing.status.value)
        declared: Submission | None = None
        by = against = None
        for sub in filing.attempts():
            deposit = self._deposit(sub.deposit) if sub.deposit is not None else None
            if sub.deposit is not None and (deposit is None or sub.id not in deposit.items):
                self._fault(form.JOURNALS, "deposit_missing", submission=sub.id, deposit=shown(sub.deposit))
                continue
            if deposit is not None:
                self._handed(filing, sub, deposit)
            evidence = self._evidence(sub, deposit)
            if _bare(evidence) != _bare(sub.evidence):
                self._fault(form.RECEIPTS, "evidence_differs", submission=sub.id)
            accepted = evidence.standing(sub.recipient) == "ars_accepted"
            if accepted is not (sub.state is SubmissionState.ACCEPTED):
                self._fault(form.JOURNALS, "state_unfounded", submission=sub.id, state=sub.state)
            if accepted and sub.mode is Mode.REAL and not sub.superseded:
                declared, by = sub, evidence.slots[f"ars:{sub.recipient}"].receipt
                against = self._contradicted(deposit, by) if deposit is not None else None
        if (filing.status is FilingStatus.DECLARED) is not (by is not None):
            self._fault(form.JOURNALS, "status_unfounded", reference=filing.reference, status=filing.status)
        if declared is None or by is None:
            return found()
        if Received.model_validate_json(self._index.get("receipt", by) or "").purged_at is not None:
            self._fault(form.RECEIPTS, "proof_purged", reference=filing.reference, receipt=by)
        if against is None:
            return found(declared_by=self._file(by))
        by_whom, why = (told and shown(told, 200) for told in (declared.mode_by, declared.mode_reason))
        return found(contradicted=against, confirmed_by=by_whom, confirmed_why=why)

    def _file(self, receipt: str) -> str:
        line = self._index.file_of("receipt", receipt)
        return line.file if line is not None else form.RECEIPTS

    def _contradicted(self, deposit: Deposit, by: str) -> str | None:
        """The file that says the other mode of a deposit: a receipt's, else the journal that knows of one.

        Where it is the portal's own word on what it took (the ADS), an answer that says no mode cannot decide, unless a
        person placed it: the journal then says more than its receipts.
        """
        other = Mode.REAL if deposit.mode is Mode.TEST else Mode.TEST
        found = {
            kind: self._file(receipt)
            for kind in ("ads", "acs", "ars")
            if (
                receipt := self._index.get(
                    "mode", mode_key(deposit.portal, deposit.account, deposit.ref or "", other, kind)
                )
            )
        }
        if deposit.mode_told is other:
            found.setdefault("ads", form.JOURNALS)
        decides = Received.model_validate_json(self._index.get("receipt", by) or "")
        if "ads" in found and getattr(decides.receipt, "mode", None) is None and not decides.attached:
            self._fault(found["ads"], "mode_contradicted", deposit=deposit.id, found=other, expected=deposit.mode)
        return next((found[kind] for kind in ("ads", "acs", "ars") if kind in found), None)

    def _deposit(self, id: str) -> Deposit | None:
        text = self._index.get("facts", f"deposit:{id}")
        try:
            return Deposit.model_validate(json.loads(text)) if text is not None else None
        except InputRefused:
            self._fault(form.JOURNALS, "facts", case=shown(f"deposit:{id}", 120))
            return None

    def _handed(self, filing: Filing, sub: Submission, deposit: Deposit) -> None:
        """The deposit has the attempt's mode, and its message is there unless it was purged or never kept."""
        if deposit.mode is not sub.mode:
            self._fault(form.JOURNALS, "deposit_mode", submission=sub.id, deposit=deposit.id)
        purged = filing.purged is not None
        if deposit.sha256 is not None and not purged and self._index.file_of("message", deposit.id) is None:
            self._fault(form.MANIFEST, "message_missing", deposit=deposit.id)

    def _evidence(self, sub: Submission, deposit: Deposit | None) -> Evidence:
        """What the receipts in the archive amount to, joined anew."""
        found = Evidence.EMPTY
        for id in self._index.reached(sub.id):
            kept = Received.model_validate_json(self._index.get("receipt", id) or "")
            paper = kept.receipt
            if isinstance(paper, Unreadable) or deposit is None:
                self._fault(form.RECEIPTS, "receipt_of_nothing", receipt=id, submission=sub.id)
                continue
            if (paper.portal, paper.account, paper.portal_ref) != (deposit.portal, deposit.account, deposit.ref):
                self._fault(form.RECEIPTS, "receipt_of_another", receipt=id, deposit=deposit.id)
                continue
            try:
                found = found.join(said_of(kept, sub.id, deposit))
            except InputRefused:
                self._fault(form.RECEIPTS, "receipt_of_nothing", receipt=id, submission=sub.id)
        return found


def mode_key(portal: str, account: str, ref: str, mode: Mode, kind: str) -> str:
    """The name under which it is noted that a receipt of that kind says that mode of a deposit."""
    return json.dumps([portal, account, ref, mode.value, kind])


def _mode(file: str, opened: Opened) -> Mode | None:
    """The mode that an `FR_DUE_Upload` says; None where the message has another form."""
    from due_workflow.adapters.upload import mode_of

    try:
        content = opened.whole(file)
        return mode_of(content) if b"FR_DUE_Upload" in content[:4096] else None
    except (Damaged, InputRefused):
        return None


def _bare(evidence: Evidence) -> dict[str, tuple[object, ...]]:
    """What counts of it: the words of a message stand in the journal without names, and may be erased."""
    slots = evidence.slots.items()
    return {slot: (p.outcome, p.first_hand, p.issued_at, p.piece, p.sha256, p.receipt) for slot, p in slots}
