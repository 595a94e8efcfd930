"""What the demo's story works with: the firm's workflow, the portal's pieces as files, and who is told.

A piece is written as the portal would send it, read back by the `avis` adapter, and received; no state is set by
hand. Times are the story's clock. Nothing here knows which client or hire plays which part.
"""

from __future__ import annotations

import gzip
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol, TypeVar

from due_workflow import (
    Acs,
    Ads,
    Ars,
    DueWorkflow,
    FilingStatus,
    InputRefused,
    Mode,
    Outcome,
    Policy,
    ReceiveResult,
    Submission,
    TransitionRefused,
    Verdict,
    Worker,
)
from due_workflow.adapters import avis, tables
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli.demo_stage import Days, Folder, StoryClock
from due_workflow.testing import RecordingNotifier
from due_workflow.testing.avis import avis_xml, eml

T = TypeVar("T")
PORTAL, ACCOUNT = "jedeclare", "CABINET-01"
COLLABORATORS = ("Camille Brouillon", "Dominique Ébauche")
ACCEPTED, REJECTED = Outcome.ACCEPTED, Outcome.REJECTED


class Teller(Protocol):
    """Who tells the story: on a screen, in JSON, or to a test."""

    def step(self, number: str) -> None:
        """A step of the procedure begins: "0" (the version) to "8"."""
        ...

    def say(self, key: str, at: datetime, mode: Mode | None = None, mark: str = "", **facts: object) -> None:
        """One sentence of the catalogue, `demo.<key>`; `mark`: good, bad, wait, or nothing."""
        ...

    def along(self, items: Sequence[T], key: str) -> Iterable[T]:
        """The same items, with a sign that the work goes on."""
        ...


@dataclass
class Told:
    """What happened: each incident with the case that shows it, and what is left behind."""

    events: dict[str, str] = field(default_factory=dict)
    sent: int = 0
    received: int = 0
    cases: int = 0
    entries: int = 0
    faults: tuple[str, ...] = ()


class Desk:
    """A firm's desk: it sends, files what comes back, and lets time pass.

    Args:
        storage: an empty one.
        cabinet: the firm's id.
        folder: where the tables and the receipts go.
        now: the instant at which the story ends.
        teller: who is told.
        lang: of the documents that the firm writes.
    """

    def __init__(
        self, storage: SqliteStorage, cabinet: str, folder: Folder, now: datetime, teller: Teller, lang: str = "fr"
    ) -> None:
        self.folder, self.teller, self.end, self.lang = folder, teller, now, lang
        self.days = Days(now)
        self.clock = StoryClock(self.days.at(-25, "09:00"))
        # two hires of one establishment may share a file, as they do with some firms
        policy = Policy(per_deposit=2)
        self.flow = DueWorkflow(storage, cabinet=cabinet, policy=policy, clock=self.clock)
        # what was told on the days of the story is not told again to whoever opens the database
        staff = RecordingNotifier("demo")
        self.worker = Worker(storage, flow_for=lambda _: self.flow, notifiers=(staff,), clock=self.clock)
        self.told = Told()
        self.names: dict[str, str] = {}
        self._refs: dict[str, str] = {}
        self._unread: list[Path] = []
        self._ticked: set[int] = set()

    def on(self, n: int, hour: str) -> None:
        """Go to `hour` of the nth jour ouvré from today; the worker has done its round, and people read its notices."""
        self.clock.to(self.days.at(n, hour))
        self.worker.tick()
        self.worker.deliver()

    def say(self, key: str, mode: Mode | None = None, mark: str = "", **facts: object) -> None:
        """Tell one sentence, at this hour of the story; then the steps of the procedure that are done by now."""
        self.teller.say(key, self.clock.now(), mode, mark, **facts)
        for step in self.flow.read.rollout().steps:
            if step.proof is not None and step.number not in self._ticked:
                self._ticked.add(step.number)
                facts = {"step": step, "case": step.proof.case, "seq": step.proof.seq}
                self.teller.say("ticked", self.clock.now(), None, "good", **facts)

    def happened(self, event: str, case: str, *, if_: bool = True) -> None:
        """Note an incident, if what the engine says shows it."""
        if if_:
            self.told.events[event] = case

    def send(self, *ids: str) -> str:
        """Hand these prepared attempts over in one file, as a firm does by hand; the portal gives a number."""
        first = self.flow.read.submission(ids[0])
        by = self.flow.read.client(self.flow.read.filing(first.reference).siren).collaborator or ""
        self.flow.begin_send(ids, by=by)
        self.clock.forward(2)
        ref = f"A-{48210 + 7 * len(set(self._refs.values()))}"
        self.flow.mark_sent(ids, ref=ref, by=by)
        self._refs.update(dict.fromkeys(ids, ref))
        self.told.sent += len(ids)
        return ref

    def prepared(self, reference: str, mode: Mode) -> Submission:
        """The next attempt of a hire, made or found."""
        return self.flow.prepare(reference, mode, by=COLLABORATORS[0])

    def _verdict(self, id: str, outcome: Outcome, message: str) -> Verdict:
        filing = self.flow.read.filing(self.flow.read.submission(id).reference)
        return Verdict(outcome=outcome, siret=filing.siret, reference=filing.reference, message=message)

    def ads(self, id: str) -> Ads:
        """The portal's ADS of that attempt's file."""
        siret = self.flow.read.filing(self.flow.read.submission(id).reference).siret
        items = sum(ref == self._refs[id] for ref in self._refs.values())
        return Ads(portal_ref=self._refs[id], issued_at=self.issued(), sirets=(siret,), count=items)

    def acs(self, id: str, outcome: Outcome = ACCEPTED, message: str = "") -> Acs:
        """The portal's ACS of that attempt."""
        verdicts = (self._verdict(id, outcome, message),)
        return Acs(portal_ref=self._refs[id], issued_at=self.issued(), verdicts=verdicts, count=1)

    def ars(self, id: str, outcome: Outcome = ACCEPTED, message: str = "") -> Ars:
        """The CIRSO's ARS of that attempt."""
        verdicts = (self._verdict(id, outcome, message),)
        return Ars(portal_ref=self._refs[id], issued_at=self.issued(), verdicts=verdicts, count=1)

    def issued(self) -> datetime:
        """When a piece that is read now was issued."""
        return self.clock.now() - timedelta(minutes=5)

    def arrives(self, paper: Ads | Acs | Ars, form: str = "xml") -> None:
        """A piece from the portal is saved into `avis/`, as a bare file (`xml`) or gzipped (`xml.gz`)."""
        content = avis_xml(paper, rs=self._company(paper))
        content = gzip.compress(content, mtime=0) if form == "xml.gz" else content
        number = self.told.received + len(self._unread) + 1
        name = f"{number:03d}-{paper.kind}-{paper.portal_ref}.{form}"
        self._unread.append(self.folder.avis_file(name, content))

    def _company(self, paper: Ads | Acs | Ars) -> str:
        sirets = paper.sirets or tuple(v.siret for v in paper.verdicts if v.siret)
        return self.names[sirets[0][:9]]

    def collect(self) -> list[ReceiveResult]:
        """Read the files that arrived and take them in, one by one."""
        results = []
        for path in self.teller.along(tuple(self._unread), "receiving"):
            paper = avis.read_file(path, portal=PORTAL, account=ACCOUNT)
            results.append(self.flow.receive(paper, by=COLLABORATORS[1]))
        self.told.received += len(self._unread)
        self._unread.clear()
        return results

    def receive(self, paper: Ads | Acs | Ars, form: str = "xml") -> ReceiveResult:
        """One piece arrives and is taken in."""
        self.arrives(paper, form)
        return self.collect()[0]

    def deposited_and_checked(self, *ids: str) -> None:
        """The ADS, then an accepted ACS, of each of these attempts."""
        self.clock.forward(25)
        for id in ids:
            self.arrives(self.ads(id))
        self.collect()
        self.clock.forward(95)
        for id in ids:
            self.arrives(self.acs(id))
        self.collect()

    def refusal(self, ids: Iterable[str]) -> TransitionRefused | None:
        """Why these attempts may not be handed over now; None where they may, and then they are."""
        try:
            self.flow.begin_send(ids, by=COLLABORATORS[0])
        except TransitionRefused as refused:
            return refused
        return None

    def again(self, id: str) -> ReceiveResult:
        """The ARS of `id` comes once more, this time in an e-mail; the piece inside is the same to the byte."""
        piece = self.flow.read.submission(id).evidence.slots["ars:CIRSO"]
        raw = self.flow.read.receipt(piece.receipt).receipt.raw
        assert raw
        self._unread.append(self.folder.avis_file(f"{self.told.received + 1:03d}-ars-{self._refs[id]}.eml", eml(raw)))
        return self.collect()[0]

    def status(self, reference: str) -> FilingStatus:
        """What staff read about a hire."""
        return self.flow.read.filing(reference).status


def good(table: tables.Table[T]) -> Iterator[T]:
    """The values of a table without a fault.

    Raises:
        InputRefused: with every problem of its first bad line.
    """
    for line in table:
        if isinstance(line, tables.Bad):
            raise InputRefused("refused", problems=line.problems)
        yield line.value
