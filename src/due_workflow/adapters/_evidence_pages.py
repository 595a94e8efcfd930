"""What the summary of an archive says, in which order: for an inspector, a client, or a firm's own staff.

A hire is *declared* only by an accepted ARS in real mode, and the summary names that piece. The employee is named, the
NIR never shown. The law is quoted as information.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from due_workflow import texts
from due_workflow.adapters import _evidence_form as form
from due_workflow.adapters._evidence_form import CaseLine, GoneLine
from due_workflow.adapters._evidence_gather import Hire
from due_workflow.adapters._evidence_sheets import Cell, Link, Mark, Sheet, table
from due_workflow.clients import ClientFile
from due_workflow.journal import Told
from due_workflow.models import Deposit, Filing, FilingStatus, Submission
from due_workflow.receipts import Acs, Ads, Ars, Mode, Piece, Received, Unreadable

LAW = (
    ("L1221-10", "before"),
    ("R1221-7", "acknowledged"),
    ("R1221-8", "kept"),
    ("R1221-9", "copy"),
    ("R1221-12", "shown"),
)
"""Articles of the Code du travail, and what the summary says of each."""


class Pages:
    """The words of one archive in one language."""

    def __init__(self, lang: str) -> None:
        self.lang = lang
        self._known: dict[str, str] = {}

    # ---- words

    def phrase(self, key: str, **facts: object) -> str:
        """A sentence of the catalogue; a label is made once."""
        if facts:
            return texts.render(f"evidence.{key}", self.lang, facts)
        if key not in self._known:
            self._known[key] = texts.render(f"evidence.{key}", self.lang)
        return self._known[key]

    def shown(self, value: object) -> str:
        """A day or an instant (Paris time), or a text."""
        return texts.shown(value, self.lang)

    def word(self, section: str, code: str) -> str:
        """A word of the field."""
        return texts.word(section, code, self.lang)

    def columns(self, *names: str) -> list[str]:
        """Headings of a table."""
        return [self.phrase(f"col.{name}") for name in names]

    # ---- the parts

    def opening(self, sheet: Sheet, about: str, cabinet: str, at: object, by: str) -> None:
        """Who made this, when, and what it is."""
        sheet.title(self.phrase("title", about=about), self.phrase("made", at=at, cabinet=cabinet, by=by or "—"))
        sheet.text(self.phrase("what"))
        sheet.text(self.phrase("handle_with_care"), note=True)

    def client(self, sheet: Sheet, client: ClientFile, scans: Mapping[str, str]) -> None:
        """The employer, its mandate and the signed scan."""
        sheet.heading(self.phrase("employer"))
        sheet.facts(
            [
                (self.phrase("fact.name"), client.name),
                (self.phrase("fact.siren"), str(client.siren)),
                (self.phrase("fact.state"), self.word("client_state", client.state)),
                (self.phrase("fact.live_since"), self.shown(client.live_since)),
            ]
        )
        sheet.heading(self.phrase("mandate"), small=True)
        mandate = client.mandate
        if mandate is None:
            sheet.text(self.phrase("no_mandate"))
            return
        facts: list[tuple[str, Cell]] = [
            (self.phrase("fact.signed"), self.shown(mandate.signed_on)),
            (self.phrase("fact.signatory"), mandate.signatory),
            (self.phrase("fact.ends"), self.shown(mandate.revoked_on or mandate.ends_on)),
            (self.phrase("fact.procedures"), self.shown(sorted(p.value for p in mandate.procedures))),
        ]
        file = scans.get(mandate.document_sha256 or "")
        none = self.phrase("scan_lost" if mandate.document_sha256 else "no_scan")
        facts.append((self.phrase("fact.scan"), Link(file, file) if file else none))
        sheet.facts(facts)

    def line(self, hire: Hire, at: str) -> Sequence[Cell]:
        """A hire in the list of all."""
        filing = hire.filing
        sub, piece = declaring(filing)
        proved = sub and piece and contradiction(hire) is None
        by = self.phrase("by_ars", recipient=sub.recipient, at=piece.issued_at) if sub and piece and proved else "—"
        return Link(filing.reference, f"#{at}"), self.shown(filing.hire_at), self.status(hire), by

    def status(self, hire: Hire) -> Mark:
        """What staff read; only an accepted REAL ARS, whose mode no piece contradicts, is *declared*."""
        status = self.word("status", hire.filing.status)
        if contradiction(hire) is not None:
            return Mark(self.phrase("contradicted", status=status), False)
        return Mark(status, hire.filing.status is FilingStatus.DECLARED)

    def hire(
        self,
        sheet: Sheet,
        hire: Hire,
        at: str,
        files: Mapping[str, str],
        gone: Iterable[GoneLine],
        told: Iterable[Told],
        heads: Iterable[CaseLine],
    ) -> None:
        """Who, what, when; each attempt, each piece, what is gone, and what was decided."""
        filing = hire.filing
        sheet.heading(self.phrase("hire", reference=filing.reference), at)
        sheet.facts(self._who(hire))
        sheet.text(self._declared(hire, files))
        sheet.heading(self.phrase("attempts"), small=True)
        if filing.submissions:
            headings = self.columns("attempt", "state", "handed", "portal", "ref", "message")
            table(sheet, headings, [self._attempt(sub, hire, files) for sub in filing.attempts()])
        else:
            sheet.text(self.phrase("no_attempt"))
        sheet.heading(self.phrase("pieces"), small=True)
        if hire.receipts:
            deciding = {p.receipt: s for s in filing.attempts() if (p := s.evidence.decisive(s.recipient)) is not None}
            if contradiction(hire) is not None:
                deciding = {id: sub for id, sub in deciding.items() if sub is not declaring(filing)[0]}
            papers = sorted((h.facts for h in hire.receipts), key=lambda r: (r.received_at, r.id))
            headings = self.columns("piece", "attempt", "issued", "received", "says", "standing", "file")
            table(sheet, headings, [self._piece(paper, deciding, files, filing) for paper in papers])
        else:
            sheet.text(self.phrase("no_piece"))
        if hire.others:
            sheet.text(self.phrase("others", count=len(hire.others)))
        for line in gone:
            sheet.text(
                self.phrase(f"gone.{line.why}", what=self.phrase(f"thing.{line.what}", of=line.of), at=line.since)
            )
        sheet.heading(self.phrase("journal"), small=True)
        table(sheet, self.columns("no", "at", "by", "event", "move"), map(self._entry, told))
        self.heads(sheet, heads)

    def _who(self, hire: Hire) -> list[tuple[str, Cell]]:
        filing = hire.filing
        said = filing.declaration
        facts: list[tuple[str, Cell]] = [(self.phrase("fact.status"), self.status(hire))]
        if said is not None:
            person = said.employee
            facts += [
                (self.phrase("fact.employee"), " ".join(filter(None, (person.first_names, person.surname)))),
                (self.phrase("fact.nir"), self.phrase("nir_masked" if person.nir is not None else "nir_none")),
                (self.phrase("fact.contract"), said.contract.kind.value),
                (self.phrase("fact.establishment"), f"{said.employer.name}, {said.employer.siret}"),
            ]
        else:
            facts.append((self.phrase("fact.establishment"), str(filing.siret)))
        return [*facts, (self.phrase("fact.hire"), texts.long(filing.hire_at, self.lang))]

    def _declared(self, hire: Hire, files: Mapping[str, str]) -> str:
        """The one sentence that counts: what is declared, and by which piece."""
        filing = hire.filing
        sub, piece = declaring(filing)
        if sub is not None and piece is not None:
            when = {"issued": texts.long(piece.issued_at, self.lang), "sent": texts.long(sub.begun_at, self.lang)}
            file = files.get(f"receipt:{piece.receipt}", "—")
            number = f" {self.phrase('number', piece=piece.piece)}" if piece.piece else ""
            facts = {"recipient": sub.recipient, "number": number, "file": file, "id": sub.id, **when}
            against = contradiction(hire)
            if against is not None:
                receipt, said = against
                other = files.get(f"receipt:{receipt}", form.RECEIPTS) if receipt else form.JOURNALS
                sentences = [self.phrase("declared_contradicted", said=said, other=other, **facts)]
                if sub.mode_by is not None:
                    sentences.append(self.phrase("declared_confirmed", by=sub.mode_by, why=sub.mode_reason))
                return " ".join(sentences)
            return self.phrase("declared_late" if sub.late else "declared", **facts)
        if filing.elsewhere is not None:
            at = texts.long(filing.elsewhere.at, self.lang)
            return self.phrase("declared_elsewhere", at=at, proof=filing.elsewhere.proof)
        tested = any(sub.mode is Mode.TEST and sub.begun for sub in filing.attempts())
        return self.phrase("only_tested" if tested and not filing.attempts(Mode.REAL) else "not_declared")

    def _attempt(self, sub: Submission, hire: Hire, files: Mapping[str, str]) -> Sequence[Cell]:
        held = hire.deposits.get(sub.deposit or "")
        deposit: Deposit | None = held.facts if held is not None else None
        file = files.get(f"message:{sub.deposit}")
        late = f" ({self.phrase('late')})" if sub.late else ""
        return (
            self._name(sub),
            self.word("state", sub.state) + late,
            self.shown(sub.sent_at or sub.begun_at),
            f"{deposit.portal} {deposit.account}".strip() if deposit else "—",
            (deposit.ref or "—") if deposit else "—",
            Link(file, file) if file else "—",
        )

    def _piece(
        self, kept: Received, deciding: Mapping[str, Submission], files: Mapping[str, str], filing: Filing
    ) -> Sequence[Cell]:
        paper = kept.receipt
        name = self.word("kind", paper.kind)
        if isinstance(paper, Unreadable):
            issued, says = "—", "—"
        else:
            issued = self.shown(paper.issued_at)
            name += f" {paper.piece}" if paper.piece else ""
            says = "; ".join(self._said(kept, filing)) or "—"
        reached = [self._name(sub) for sub in filing.attempts() if sub.id in kept.reached]
        decided = deciding.get(kept.id)
        if decided is not None:
            effect = self.phrase(f"decides_{decided.mode}")
        else:
            effect = self.phrase("applied") if reached else self.phrase(f"waits_{kept.state}")
        file = files.get(f"receipt:{kept.id}")
        link: Cell = Link(file, file) if file else "—"
        return name, ", ".join(reached) or "—", issued, self.shown(kept.received_at), says, effect, link

    def _name(self, sub: Submission) -> str:
        return f"{self.word('mode', sub.mode)} {sub.attempt}"

    def _said(self, kept: Received, filing: Filing) -> Iterable[str]:
        """What a piece says of this hire, as it entered its evidence; of a piece that waits, all that it says."""
        told = [p for s in filing.attempts() for _, p in s.evidence.shown() if p.receipt == kept.id]
        verdicts = [(p.outcome, p.message) for p in told] or [
            (v.outcome, v.message) for v in getattr(kept.receipt, "verdicts", ())
        ]
        if kept.receipt.kind == "ads":
            return (self.phrase("deposited"),)
        return dict.fromkeys(
            self.word("outcome", outcome) + (f" ({message})" if message else "") for outcome, message in verdicts
        )

    def _entry(self, told: Told) -> Sequence[Cell]:
        move = " → ".join(self._state(state) for state in (told.source, told.dest) if state)
        by = texts.render("cli.by.worker", self.lang) if told.by == "worker" else told.by or "—"
        return str(told.seq), self.shown(told.at), by, self.word("event", told.event), move or "—"

    def _state(self, state: str) -> str:
        words = (texts.word(section, state, self.lang) for section in ("state", "status"))
        return next((word for word in words if word != state), state)

    def heads(self, sheet: Sheet, heads: Iterable[CaseLine]) -> None:
        """The last hash of each journal: noted elsewhere, it proves that nothing before it was changed since."""
        table(sheet, self.columns("case", "entries", "head"), [(h.case, str(h.entries), h.head) for h in heads])

    def closing(self, sheet: Sheet) -> None:
        """The law as information; what a check proves and what it does not."""
        sheet.heading(self.phrase("law"))
        table(sheet, self.columns("article", "rule"), [(article, self.phrase(f"law_{key}")) for article, key in LAW])
        sheet.text(self.phrase("law_limits"))
        sheet.heading(self.phrase("check"))
        sheet.text(self.phrase("how_to_check"))
        sheet.text(self.phrase("what_it_proves"))
        sheet.text(self.phrase("what_it_proves_not"))


def declaring(filing: Filing) -> tuple[Submission | None, Piece | None]:
    """The attempt that makes a hire *declared* and the ARS that says so; None for each where there is none."""
    for sub in reversed(filing.attempts(Mode.REAL)):
        piece = sub.evidence.slots.get(f"ars:{sub.recipient}")
        if not sub.superseded and piece is not None and piece.outcome.accepted:
            return sub, piece
    return None, None


def contradiction(hire: Hire) -> tuple[str, Mode] | None:
    """The receipt that says the other mode of the deposit by which a hire is declared, and that mode; None: none does.

    No name of a receipt: only the deposit's own journal knows of it.
    """
    sub, _ = declaring(hire.filing)
    held = hire.deposits.get(sub.deposit or "") if sub is not None else None
    if held is None:
        return None
    deposit: Deposit = held.facts
    papers: list[tuple[str, Ads | Acs | Ars]] = [
        (h.facts.id, h.facts.receipt) for h in hire.receipts if not isinstance(h.facts.receipt, Unreadable)
    ]
    for id, paper in sorted(papers, key=lambda each: (each[1].kind != "ads", each[0])):
        same = (paper.portal, paper.account, paper.portal_ref) == (deposit.portal, deposit.account, deposit.ref)
        if same and paper.mode is not None and paper.mode is not deposit.mode:
            return id, paper.mode
    return ("", deposit.mode_told) if deposit.mode_told is not None else None
