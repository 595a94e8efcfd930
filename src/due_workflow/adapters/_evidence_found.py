"""What a check of an archive gives: what holds, what does not, and which file it is. Values only."""

from __future__ import annotations

from dataclasses import dataclass, field

from due_workflow import texts
from due_workflow.adapters._evidence_form import Header
from due_workflow.errors import Facts


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing that does not hold: `where` (the file of the archive), `code` and `facts`."""

    where: str
    code: str
    facts: Facts = field(default_factory=dict)

    def text(self, lang: str = "fr") -> str:
        """What is wrong, as a sentence that begins with the file."""
        journaled = self.code.startswith("journal_")
        key = f"error.{self.code}" if journaled else f"evidence.fault.{self.code}"
        return f"{self.where}: {texts.render(key, lang, self.facts)}"


@dataclass(frozen=True, slots=True)
class HireFound:
    """A hire of the archive: what its journal says of it, and the ARS that declares it.

    Attributes:
        status: what staff read (`FilingStatus`).
        declared_by: the file of the accepted REAL ARS from which *declared* follows; None where it is not declared.
        contradicted: the file by which the deposit of that ARS has the other mode (a piece, or the journals): the hire
            is then not declared by it, until the portal has said what it took.
        confirmed_by: who had that ARS count all the same, and `confirmed_why`; no piece proves it.
    """

    reference: str
    status: str
    declared_by: str | None = None
    contradicted: str | None = None
    confirmed_by: str | None = None
    confirmed_why: str | None = None


@dataclass(slots=True)
class Verified:
    """What a check found.

    Attributes:
        header: what the archive says of itself.
        seal: its seal, to compare with one noted elsewhere.
        head: what the head that was asked for is: "seal", "journal <case> entry <n>", or None: it is nowhere here.
        hires: each hire, by reference.
        files, entries, receipts: how many were checked.
        reread: how many receipts were read anew from their bytes and say the same; `unread`: bytes of another form.
        gone: what is said not to be there, by why.
        faults: what does not hold, the first of `fault_count`.
    """

    header: Header | None = None
    seal: str = ""
    head: str | None = None
    hires: list[HireFound] = field(default_factory=list)
    files: int = 0
    entries: int = 0
    receipts: int = 0
    reread: int = 0
    unread: int = 0
    gone: dict[str, int] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    fault_count: int = 0

    @property
    def summary_proved(self) -> bool:
        """Whether the summary is proved unchanged: only the seal covers it, when that was noted elsewhere.

        A journal's head covers that journal up to its entry, and what its entries name by digest; not the summary, the
        dates of files, nor any other journal.
        """
        return self.head == "seal"

    @property
    def sound(self) -> bool:
        """Whether everything holds together; not that every hire called declared is: see `contradicted`."""
        return not self.fault_count

    @property
    def contradicted(self) -> int:
        """How many hires the portal must be asked about, since a piece says the other mode of what declares them."""
        return sum(1 for hire in self.hires if hire.contradicted is not None)
