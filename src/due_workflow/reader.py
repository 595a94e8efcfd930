"""`Reader`: what stands where. It loads and shows; it never writes and never decides.

Here are the questions that walk: all cases of a kind, page by page, and journals. One case by its name is in `cases`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from due_workflow import journal, mandates, purging, walks
from due_workflow.base import doors, word_of
from due_workflow.calendar import paris_day
from due_workflow.cases import CaseReader
from due_workflow.clients import ClientFile
from due_workflow.diagrams import Walk
from due_workflow.errors import InputRefused
from due_workflow.health import Health, Limits, look
from due_workflow.hiring import declaration_in
from due_workflow.identifiers import scrub
from due_workflow.journal import JournalBroken, Told
from due_workflow.mandates import FollowUp, Standing
from due_workflow.models import Deposit, Filing
from due_workflow.pilots import OPEN, Proposal, hires_to_come, propose
from due_workflow.ports import Entry, Kind, Ref
from due_workflow.receipts import Received
from due_workflow.records import Held, Outgoing, decode
from due_workflow.report import Estimate, Remarks, Switchover
from due_workflow.tally import Tally


@dataclass(frozen=True, slots=True)
class Verified:
    """What `verify_journal` found: cases and entries that hold, and each fault."""

    cases: int
    entries: int
    faults: tuple[str, ...] = ()

    @property
    def sound(self) -> bool:
        """Whether every chain holds and every record is the fold of its journal."""
        return not self.faults


@doors
class Reader(CaseReader):
    """The questions that a host may ask about one firm."""

    # ---- many cases

    def mandates(self, standing: Standing | str | None = None) -> Iterator[FollowUp]:
        """Where the mandate of each client stands, by SIREN; only those of that standing when it is given.

        Raises:
            InputRefused: `standing` is none of missing, sent, signed, ended.
        """
        wanted = () if standing is None else mandates.states(word_of(Standing, standing))
        now = self._clock.now()
        for held in self.every(Kind.CLIENT, wanted):
            yield mandates.follow_up(held.facts, self._policy, now)

    def find(
        self,
        *,
        status: Sequence[str] = (),
        siren: str | None = None,
        siret: str | None = None,
        overdue: bool = False,
        in_doubt: bool = False,
        after: str = "",
        limit: int = 100,
    ) -> tuple[Filing, ...]:
        """Hires by reference, a page of `limit` after the reference `after`; what is given narrows it together.

        Args:
            status: any of these `FilingStatus` values; all when empty.
            siren: of this client.
            siret: of this establishment.
            overdue: only hires with an attempt whose answer is overdue.
            in_doubt: only hires with an attempt in doubt.
            after: the last reference of the page before.
            limit: how many at most.
        """
        keys = [
            key
            for key, wanted in (
                ("overdue", overdue),
                ("in_doubt", in_doubt),
                (f"siret:{siret}", siret),
                (f"siren:{siren}", siren),
            )
            if wanted
        ]
        # a storage finds any of its keys: the first one walks, the others are looked for in what it finds
        found: list[Filing] = []
        while len(found) < limit:
            page = self._storage.find(
                self._cabinet, Kind.FILING, tuple(status), tuple(keys[:1]), after=after, limit=limit
            )
            found += [decode(record).facts for record in page if record.keys.issuperset(keys)]
            if len(page) < limit:
                break
            after = page[-1].ref.id
        return tuple(found[:limit])

    def every(
        self, kind: Kind, states: Sequence[str] = (), keys: Sequence[str] = (), page: int = 500
    ) -> Iterator[Held]:
        """All records of a kind, page by page."""
        after = ""
        while records := self._storage.find(self._cabinet, kind, states, keys, after=after, limit=page):
            yield from map(decode, records)
            after = records[-1].ref.id

    def clients(self) -> Iterator[ClientFile]:
        """Every client, by SIREN."""
        return (held.facts for held in self.every(Kind.CLIENT))

    def filings(self, status: Sequence[str] = (), siren: str | None = None) -> Iterator[Filing]:
        """Every hire, by reference, with its declaration unless purged."""
        for held in self.every(Kind.FILING, tuple(status), (f"siren:{siren}",) if siren else ()):
            yield held.facts.with_(declaration=declaration_in(held, held.facts.content))

    def purgeable(self, before: date | None = None) -> Iterator[Filing]:
        """The hires whose retention has ended and that hold something to erase, by reference, without declaration.

        `before`: only those that took place before that Paris day.
        """
        return purging.ended(self.every(Kind.FILING), self._policy, self._clock.now(), before)

    def deposits(self, states: Sequence[str] = ()) -> Iterator[Deposit]:
        """Every deposit; `states`: open, in_doubt, closed."""
        return (held.facts for held in self.every(Kind.DEPOSIT, tuple(states)))

    def tray(self) -> tuple[Received, ...]:
        """The receipts that wait for a person or a reference, and those of another mode than their deposit."""
        return tuple(held.facts for held in self.every(Kind.RECEIPT, ("tray", "mismatch")))

    def notices(self, states: Sequence[str] = ()) -> Iterator[Outgoing]:
        """The notices with their delivery; `states`: pending, delivered, dead."""
        return (held.facts for held in self.every(Kind.NOTICE, tuple(states)))

    def counts(self, kind: Kind | str = Kind.FILING) -> Mapping[str, int]:
        """How many records of that kind stand in each state; hires by what staff read."""
        return dict(self._storage.counts(self._cabinet, word_of(Kind, kind)))

    def health(self, limits: Limits | None = None) -> Health:
        """Whether this firm's work is being done: lags of outbox, deadlines and orders, tray, doubts, dead letters.

        Cheap on a big firm: it asks for what is due and for counts, never for every record.

        Args:
            limits: how long each may wait before it is a finding; the defaults of `Limits` when None.
        """
        return look(self._storage, self._cabinet, self._clock.now(), limits or Limits())

    # ---- the procedure

    def pilots(
        self,
        *,
        size: int | None = None,
        collaborators: int = 2,
        expected: Mapping[str, int] | None = None,
        add: Collection[str] = (),
        drop: Collection[str] = (),
        keep: Collection[str] | None = None,
    ) -> Proposal:
        """Step 3: which companies could begin, and why; `Proposal.waves` says in which order the others follow.

        Selects nothing: `select(siren, wave=1)` of each `Proposal.sirens` does. Reads every client and open hire.

        Args:
            size: how many companies; None for « une dizaine », or for as many as are selected already.
            collaborators: with how many collaborators at most.
            expected: hires that the firm expects of a client, by SIREN, instead of those registered.
            add: SIRENs to have among them, whatever their rank.
            drop: SIRENs to leave for later; others move up.
            keep: exactly these SIRENs, with what `add` and `drop` change.

        Raises:
            InputRefused: a number below 1, or a SIREN named that is no client, is excluded or is selected already.
        """
        open_ones = (held.facts for held in self.every(Kind.FILING, OPEN))
        return propose(
            self.clients(),
            hires_to_come(open_ones, self._clock.now()),
            given=expected,
            policy=self._policy,
            size=size,
            collaborators=collaborators,
            add=add,
            drop=drop,
            keep=keep,
        )

    def report(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        estimates: Mapping[str, Estimate] | None = None,
        following: Sequence[str] = (),
        remarks: Remarks | None = None,
    ) -> Switchover:
        """The figures of the switchover report (procedure, step 8), counted from the journals of all hires.

        It reads every hire and its journal, page by page: about 0.2 ms a hire from a local file.

        Args:
            since: the Paris day from which on hires count, by their registration; all when None.
            until: the last such day.
            estimates: by `Stage`, the firm's own estimate that the times are compared with.
            following: the téléprocédures (`Teleprocedure`) that the firm means to take up next.
            remarks: the firm's own words.

        Raises:
            InputRefused: no such stage or téléprocédure, or the period ends before it begins.
        """
        u = self._unit()
        tally = Tally(self._policy, since, until, estimates, following)
        for held in self.every(Kind.FILING):
            if tally.counts(held.facts):
                tally.hire(held.facts, map(journal.read, self.entries(held.ref)))
        for client in self.clients():
            tally.client(client, paris_day(u.now))
        return tally.figures(self._cabinet, u.now, remarks)

    # ---- since when

    def journal(self, id: str) -> tuple[Told, ...]:
        """What was decided about a case, in order: a client, a hire, a deposit or the firm."""
        return tuple(journal.read(entry) for entry in self.entries(self.case_of(id)))

    def walk(self, id: str) -> Walk:
        """The way of a client (SIREN) or an attempt through its automaton, from its journal: `pictures.case` draws it.

        A hire's reference stands for its last attempt, REAL before TEST.

        Raises:
            InputRefused: it is a deposit or the firm (`no_walk`), which have no automaton.
            NotFound: this firm has no such case, or the hire has no attempt yet.
        """
        ref = self.case_of(id)
        u = self._unit()
        if ref.kind is Kind.CLIENT:
            return walks.of_client(u.client(ref.id), map(journal.read, self.entries(ref)))
        if ref.kind is not Kind.FILING:
            raise InputRefused("no_walk", value=scrub(id))
        sub = self._meant(u, id)
        client = u.get(Kind.CLIENT, u.filing(ref.id).siren)
        name = client.facts.name if client is not None else ""
        return walks.of_attempt(sub, map(journal.read, self.entries(ref)), name)

    def entries(self, case: Ref, page: int = 1000) -> Iterator[Entry]:
        """The raw entries of a case, in order."""
        after = 0
        while found := self._storage.journal(self._cabinet, case, after, page):
            yield from found
            after = found[-1].seq

    def verify_journal(self, id: str | None = None) -> Verified:
        """Check chains and that each record is the fold of its journal (payload aside); of one case, or of all."""
        u = self._unit()
        if id is not None:
            ref = self.case_of(id)
            cases: Iterator[Held] = iter([u.need(ref.kind, ref.id)])
        else:
            kinds = (Kind.CABINET, Kind.CLIENT, Kind.FILING, Kind.DEPOSIT)
            cases = (held for kind in kinds for held in self.every(kind))
        count = entries = 0
        faults = []
        for held in cases:
            count += 1
            entries += held.seq
            try:
                self._verify(held)
            except JournalBroken as broken:
                faults.append(broken.text("en"))
        return Verified(count, entries, tuple(faults))

    def _verify(self, held: Held) -> None:
        # another process may have gone on meanwhile: the record as read is compared with the chain up to its head
        facts, seq, head = journal.replay(islice(self.entries(held.ref), held.seq))
        if (seq, head) != (held.seq, held.head):
            raise JournalBroken("journal_head", case=str(held.ref), seq=held.seq)
        # read as a record is read: a field that came later has its default on both sides
        if type(held.facts).model_validate(facts) != held.facts:
            raise JournalBroken("journal_fold", case=str(held.ref), seq=seq)
