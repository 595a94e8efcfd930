"""What the demo's story works with: the firm's workflow, its line to a portal, and who is told.

The portal is the simulator, in this process, on loopback: files go to it through the adapter's folder, its pieces come
over HTTP; no state is set by hand. Times are the story's clock, which is the portal's too. Nothing here knows which
client or hire plays which part.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol, Self, TypeVar

from due_workflow import (
    Ars,
    DueWorkflow,
    FilingStatus,
    InputRefused,
    Mode,
    Policy,
    ReceiveResult,
    Submission,
    SubmissionState,
    TransitionRefused,
    Worker,
)
from due_workflow.adapters import avis, tables
from due_workflow.adapters.folder import FolderDeposit
from due_workflow.adapters.jedeclare import JedeclareAddresses, JedeclareCredentials, JedeclarePortal, LineSettings
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli.demo_stage import Days, Folder, StoryClock
from due_workflow.simulator import PASSWORD, Delays, Simulator
from due_workflow.simulator.ledger import Taken
from due_workflow.testing import RecordingNotifier
from due_workflow.testing.avis import eml

T = TypeVar("T")
PORTAL, ACCOUNT = "jedeclare", "CABINET-01"
COLLABORATORS = ("Camille Brouillon", "Dominique Ébauche")
SOFTWARE = ("Éditeur Fictif", "Paie Exemple", "12.4")
NEVER = 400 * 86400.0
"""Seconds until an answer that does not come while the story lasts."""


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
        folder: where the tables and the files to the portal go.
        now: the instant at which the story ends.
        teller: who is told.
        lang: of the documents that the firm writes.

    It is a context manager: the portal listens inside.
    """

    def __init__(
        self, storage: SqliteStorage, cabinet: str, folder: Folder, now: datetime, teller: Teller, lang: str = "fr"
    ) -> None:
        self.folder, self.teller, self.end, self.lang = folder, teller, now, lang
        self.days = Days(now)
        self.clock = StoryClock(self.days.at(-25, "09:00"))
        self.portal = Simulator(drop=folder.outgoing, drop_account=ACCOUNT, clock=self.clock)
        self.portal.start()
        self.line = JedeclarePortal(
            ACCOUNT,
            JedeclareAddresses(self.portal.at_jedeclare.communication),
            lambda: JedeclareCredentials(ACCOUNT, PASSWORD),
            deposit=FolderDeposit(folder.outgoing),
            line=LineSettings(*SOFTWARE[1:], SOFTWARE[0], allow_http=True),
            clock=self.clock.now,
        )
        # two hires of one establishment may share a file, as they do with some firms
        policy = Policy(per_deposit=2)
        self.flow = DueWorkflow(storage, cabinet=cabinet, portals=(self.line,), policy=policy, clock=self.clock)
        # what was told on the days of the story is not told again to whoever opens the database
        staff = RecordingNotifier("demo")
        self.worker = Worker(storage, flow_for=lambda _: self.flow, notifiers=(staff,), clock=self.clock)
        self.told = Told()
        self.names: dict[str, str] = {}
        self._ticked: set[int] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.portal.stop()

    def at(self, n: int, hour: str) -> datetime:
        """The instant of `hour` on the nth jour ouvré from today."""
        return self.days.at(n, hour)

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

    def send(self, *ids: str, acs: int = 90, ars: datetime | None = None) -> Taken:
        """Send these prepared attempts in one file: through the gate, into the folder, to the portal.

        The portal will give the ADS in 5 minutes, the ACS in `acs` minutes, the ARS at the instant `ars` (None: not
        while the story lasts).
        """
        first = self.flow.read.submission(ids[0])
        by = self.flow.read.client(self.flow.read.filing(first.reference).siren).collaborator or ""
        (deposit,) = self.flow.send(ids, by=by).deposits
        self.folder.left(deposit.mode.value, deposit.filename or "")
        self.clock.forward(2)
        wait = (ars - self.clock.now()).total_seconds() if ars is not None else NEVER
        self.portal.set(delays=Delays(ads=5 * 60, acs=acs * 60, ars=wait))
        # the firm's transport takes the file to the portal, and is told its number
        (taken,) = self.portal.scan()
        self.flow.learn_ref(deposit.id, taken.portal_ref, by=by)
        self.told.sent += len(ids)
        return taken

    def kept_back(self, taken: Taken, kind: str, until: datetime) -> None:
        """The portal publishes a piece of that file later than it was issued."""
        with self.portal.world.lock:
            for piece in taken.pieces:
                if piece.kind == kind:
                    piece.versions[-1].due = until

    def prepared(self, reference: str, mode: Mode) -> Submission:
        """The next attempt of a hire, made or found."""
        return self.flow.prepare(reference, mode, by=COLLABORATORS[0])

    def collect(self) -> int:
        """Ask the portal over HTTP what it has, and take it in; how many pieces were new."""
        found = self.flow.collect(self.line, by=COLLABORATORS[1])
        if found.missed:
            raise found.missed[0].error
        new = found.applied + found.tray
        self.told.received += new
        return new

    def deposited_and_checked(self) -> None:
        """The ADS, then the ACS, of what was sent last."""
        self.clock.forward(25)
        self.collect()
        self.clock.forward(95)
        self.collect()

    def refusal(self, ids: Iterable[str]) -> TransitionRefused | None:
        """Why these attempts may not be handed over now; None where they may, and then they are."""
        try:
            self.flow.begin_send(ids, by=COLLABORATORS[0])
        except TransitionRefused as refused:
            return refused
        return None

    def again(self, id: str) -> ReceiveResult:
        """The ARS of `id` comes once more, by e-mail, and is saved by hand; what is inside is the same to the byte."""
        known = self.flow.read.submission(id).evidence.slots["ars:CIRSO"]
        piece = self.flow.read.receipt(known.receipt).receipt
        assert isinstance(piece, Ars)
        assert piece.raw is not None
        path = self.folder.avis_file(f"ars-{piece.portal_ref}.eml", eml(piece.raw))
        self.told.received += 1
        paper = avis.read_file(path, portal=PORTAL, account=ACCOUNT, piece=piece.piece)
        return self.flow.receive(paper, by=COLLABORATORS[1])

    def state(self, id: str) -> SubmissionState:
        """Where an attempt stands."""
        return self.flow.read.submission(id).state

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
