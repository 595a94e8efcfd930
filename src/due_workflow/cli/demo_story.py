"""The story of the demo: an accounting firm takes its first companies to electronic DUE, step by step, until today.

Everything goes through the public API and the adapters, as a host's own code would: the tables are imported, receipts
are files that are read back, time is a clock that is moved from one office day to the next. The procedure's numbers
and words are its titles. What is told goes to a `Teller`; nothing here prints.
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
    Client,
    DueWorkflow,
    Establishment,
    FilingStatus,
    InputRefused,
    Mandate,
    Mode,
    Outcome,
    Policy,
    ReceiveResult,
    Submission,
    SubmissionState,
    TransitionRefused,
    Verdict,
    Worker,
)
from due_workflow.adapters import avis, tables
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli.demo_stage import CABINET, Days, Folder, StoryClock
from due_workflow.testing.avis import avis_xml, eml

T = TypeVar("T")
PORTAL, ACCOUNT = "jedeclare", "CABINET-01"
COLLABORATORS = ("Camille Brouillon", "Dominique Ébauche")
UNSIGNED, FARM, STAYS_IN_TEST, NOT_SELECTED = "COI", "DOM", "FLE", "IMP"
TESTED = ("BOU-01", "MEN-01", "DEN-01", "TRA-01", "LAG-01", "GAR-01", "LIB-01", "FLE-01")
ACCEPTED, REJECTED = Outcome.ACCEPTED, Outcome.REJECTED
S = SubmissionState


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
    sound: bool = False


class Story:
    """The story, told once into an empty folder.

    Args:
        storage: an empty one.
        folder: where the tables and the receipts go.
        now: the instant at which the story ends.
        teller: who is told.
    """

    def __init__(self, storage: SqliteStorage, folder: Folder, now: datetime, teller: Teller) -> None:
        self.folder, self.teller, self._end = folder, teller, now
        self.days = Days(now)
        self.clock = StoryClock(self.days.at(-25, "09:00"))
        # two hires of one establishment may share a file, as firms do: see `_two_hires_in_one_file`
        policy = Policy(per_deposit=2)
        self.flow = DueWorkflow(storage, cabinet=CABINET, policy=policy, clock=self.clock)
        self.worker = Worker(storage, flow_for=lambda _: self.flow, clock=self.clock)
        self.told = Told()
        self.sirens: dict[str, str] = {}
        self.names: dict[str, str] = {}
        self._refs: dict[str, str] = {}
        self._unread: list[Path] = []

    def tell(self) -> Told:
        """All of it, to the end."""
        self._portal_and_documents()
        self._companies_and_mandates()
        self._software_and_hires()
        self._first_tests()
        self._answers_to_the_tests()
        self._switch_to_real()
        self._first_real_filings()
        self._refused_and_called_off()
        self._two_hires_in_one_file()
        self._a_lost_answer()
        self._today()
        return self.told

    # ---- the means

    def _on(self, n: int, hour: str) -> None:
        """Go to `hour` of the nth jour ouvré from today; the worker has done its round."""
        self.clock.to(self.days.at(n, hour))
        self.worker.tick()

    def _say(self, key: str, mode: Mode | None = None, mark: str = "", **facts: object) -> None:
        self.teller.say(key, self.clock.now(), mode, mark, **facts)

    def _happened(self, event: str, case: str, *, if_: bool = True) -> None:
        """Note an incident, if what the engine says shows it."""
        if if_:
            self.told.events[event] = case

    def _send(self, *ids: str) -> str:
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

    def _prepared(self, reference: str, mode: Mode) -> Submission:
        return self.flow.prepare(reference, mode, by=COLLABORATORS[0])

    def _verdict(self, id: str, outcome: Outcome, message: str) -> Verdict:
        filing = self.flow.read.filing(self.flow.read.submission(id).reference)
        return Verdict(outcome=outcome, siret=filing.siret, reference=filing.reference, message=message)

    def _ads(self, id: str) -> Ads:
        siret = self.flow.read.filing(self.flow.read.submission(id).reference).siret
        items = sum(ref == self._refs[id] for ref in self._refs.values())
        return Ads(portal_ref=self._refs[id], issued_at=self._issued(), sirets=(siret,), count=items)

    def _acs(self, id: str, outcome: Outcome = ACCEPTED, message: str = "") -> Acs:
        verdicts = (self._verdict(id, outcome, message),)
        return Acs(portal_ref=self._refs[id], issued_at=self._issued(), verdicts=verdicts, count=1)

    def _ars(self, id: str, outcome: Outcome = ACCEPTED, message: str = "") -> Ars:
        verdicts = (self._verdict(id, outcome, message),)
        return Ars(portal_ref=self._refs[id], issued_at=self._issued(), verdicts=verdicts, count=1)

    def _issued(self) -> datetime:
        return self.clock.now() - timedelta(minutes=5)

    def _arrives(self, paper: Ads | Acs | Ars, form: str = "xml") -> None:
        """A piece from the portal is saved into `avis/`: as a bare file, gzipped, or as the e-mail it came in."""
        content = avis_xml(paper, rs=self._company(paper))
        content = eml(content) if form == "eml" else gzip.compress(content, mtime=0) if form == "xml.gz" else content
        number = self.told.received + len(self._unread) + 1
        name = f"{number:03d}-{paper.kind}-{paper.portal_ref}.{form}"
        self._unread.append(self.folder.avis_file(name, content))

    def _company(self, paper: Ads | Acs | Ars) -> str:
        sirets = paper.sirets or tuple(v.siret for v in paper.verdicts if v.siret)
        return self.names[sirets[0][:9]]

    def _collect(self) -> list[ReceiveResult]:
        """Read the files that arrived and take them in, one by one."""
        results = []
        for path in self.teller.along(tuple(self._unread), "receiving"):
            paper = avis.read_file(path, portal=PORTAL, account=ACCOUNT)
            results.append(self.flow.receive(paper, by=COLLABORATORS[1]))
        self.told.received += len(self._unread)
        self._unread.clear()
        return results

    def _receive(self, paper: Ads | Acs | Ars, form: str = "xml") -> ReceiveResult:
        self._arrives(paper, form)
        return self._collect()[0]

    def _deposited_and_checked(self, *ids: str) -> None:
        """The ADS, then an accepted ACS, of each of these attempts."""
        self.clock.forward(25)
        for id in ids:
            self._arrives(self._ads(id))
        self._collect()
        self.clock.forward(95)
        for id in ids:
            self._arrives(self._acs(id))
        self._collect()

    def _refusal(self, ids: Iterable[str]) -> TransitionRefused | None:
        try:
            self.flow.begin_send(ids, by=COLLABORATORS[0])
        except TransitionRefused as refused:
            return refused
        return None

    # ---- steps 0 to 5

    def _portal_and_documents(self) -> None:
        self.teller.step("0")
        self._say("version", mark="good")
        self.teller.step("1")
        self.flow.set_portal(PORTAL, ACCOUNT, by=COLLABORATORS[0])
        self._say("portal", portal=PORTAL, account=ACCOUNT)
        self.teller.step("2")
        self._on(-24, "10:00")
        self._say("documents")

    def _companies_and_mandates(self) -> None:
        self.teller.step("3")
        self._on(-22, "10:00")
        clients = list(_good(tables.read_clients(self.folder.table("clients.csv", self.days))))
        for client in self.teller.along(clients, "importing"):
            self.flow.add_client(client, by=COLLABORATORS[0])
            self.names[client.siren] = client.name
        codes = ("BOU", "MEN", "DEN", "TRA", "LAG", "GAR", "LIB", STAYS_IN_TEST, UNSIGNED, FARM, NOT_SELECTED)
        self.sirens = dict(zip(codes, (c.siren for c in clients), strict=True))
        places = sum(len(c.establishments) for c in clients)
        self._say("imported_clients", companies=len(clients), places=places)
        pilots = [siren for code, siren in self.sirens.items() if code != NOT_SELECTED]
        for siren in pilots:
            self.flow.select(siren, by=COLLABORATORS[0])
        self._say("selected", count=len(pilots), collaborators=" et ".join(COLLABORATORS))
        self._say("other_regime", client=self._set_farm().name)
        self.teller.step("4")
        self._on(-21, "09:30")
        for siren in pilots:
            self.flow.request_mandate(siren, by=COLLABORATORS[0])
        self._say("requested", count=len(pilots))
        self._on(-18, "16:00")
        signing = [siren for siren in pilots if siren != self.sirens[UNSIGNED]]
        for siren in signing:
            mandate = Mandate(signed_on=self.days.office(-18), signatory="Gérance (fictive)")
            self.flow.sign_mandate(siren, mandate, by=COLLABORATORS[1])
        self._say("signed", mark="good", count=len(signing), total=len(pilots))

    def _set_farm(self) -> Client:
        """The special regime of the farm: no column of the table tells it, the firm notes it."""
        client = self.flow.read.client(self.sirens[FARM]).identity
        places = tuple(place.with_(regime="msa") for place in client.establishments)
        client = client.with_(establishments=places)
        self.flow.add_client(client, by=COLLABORATORS[1])
        return client

    def _software_and_hires(self) -> None:
        self.teller.step("5")
        self._on(-16, "14:00")
        self.flow.set_software("Éditeur Fictif", "Paie Exemple", "12.4", by=COLLABORATORS[0])
        self._say("software", product="Paie Exemple", version="12.4")
        path = self.folder.table("hires.csv", self.days)
        hires = tuple(_good(tables.read_hires(path, self._establishment)))
        for result in self.teller.along(tuple(self.flow.register_many(hires, by=COLLABORATORS[0])), "importing"):
            if isinstance(result, Exception):
                raise result
        self._say("imported_hires", count=len(hires))

    def _establishment(self, siret: str) -> tuple[Client, Establishment] | None:
        client = self.flow.read.client(siret[:9])
        place = client.establishment(siret)
        return (client, place) if place is not None else None

    # ---- step 6: tests

    def _first_tests(self) -> None:
        self.teller.step("6")
        self._on(-15, "09:30")
        ids = [self._prepared(reference, Mode.TEST).id for reference in TESTED]
        for id in self.teller.along(ids, "sending"):
            self._send(id)
        self._say("tests_sent", Mode.TEST, count=len(ids), references=list(TESTED))
        for id in ids:
            self._arrives(self._ads(id))
        self.clock.forward(30)
        self._say("ads_received", Mode.TEST, count=len(self._collect()))
        self._on(-15, "14:30")
        for reference in ("DEN-01", "TRA-01", "LAG-01", "GAR-01", "LIB-01", "FLE-01"):
            self._arrives(self._acs(f"{reference}/test/1"))
        self._say("acs_accepted", Mode.TEST, "good", count=len(self._collect()))
        self._rejected_by_portal("MEN-01")
        self._on(-15, "16:30")
        try:
            self.flow.go_live(self.sirens["TRA"], by=COLLABORATORS[0])
        except TransitionRefused as refused:
            self._say("too_early_for_real", mark="bad", why=refused.denials)
            self._happened("real_mode_refused_before_test", self.sirens["TRA"])
        test = self._prepared("COI-01", Mode.TEST)
        refused_test = self._refusal([test.id])
        if refused_test is not None:
            self._say("test_without_mandate", Mode.TEST, "bad", reference="COI-01", why=refused_test.denials)
            self._happened("test_refused_without_mandate", test.id)

    def _rejected_by_portal(self, reference: str) -> None:
        first = f"{reference}/test/1"
        got = self._receive(self._acs(first, REJECTED, "Code URSSAF invalide"))
        self._say("portal_rejected", Mode.TEST, "bad", submission=first, message="Code URSSAF invalide")
        self._on(-14, "09:15")
        declaration = self.flow.read.submission(first).declaration
        client = self.flow.read.client(self.sirens["MEN"]).identity
        assert declaration is not None
        places = tuple(place.with_(urssaf_code="527") for place in client.establishments)
        self.flow.add_client(client.with_(establishments=places), by=COLLABORATORS[0])
        corrected = declaration.with_(employer=declaration.employer.with_(urssaf_code="527"))
        again = self.flow.renew(first, corrected, "code URSSAF corrigé", by=COLLABORATORS[0])
        self._send(again.id)
        self._say("renewed", Mode.TEST, submission=again.id, reason="code URSSAF 999 → 527")
        self._deposited_and_checked(again.id)
        self._happened("portal_rejected_and_renewed", again.id, if_=got.submissions[first] is S.PORTAL_REJECTED)

    def _answers_to_the_tests(self) -> None:
        self._on(-14, "15:00")
        early = self._receive(self._ars("BOU-01/test/1"))
        self._say("ars_before_acs", Mode.TEST, "good", submission="BOU-01/test/1")
        self._on(-13, "09:20")
        acs = self._receive(self._acs("BOU-01/test/1"))
        self._say("acs_after_ars", Mode.TEST, submission="BOU-01/test/1")
        kept = [r.submissions.get("BOU-01/test/1") for r in (early, acs)] == [S.ACCEPTED, S.ACCEPTED]
        self._happened("ars_before_acs", "BOU-01/test/1", if_=kept)
        self._on(-13, "11:00")
        self._rejected_by_cirso("DEN-01")
        for reference in ("TRA-01", "LAG-01", "GAR-01", "LIB-01"):
            self._arrives(self._ars(f"{reference}/test/1"))
        self._arrives(self._ars("FLE-01/test/1"), "xml.gz")
        self._arrives(self._ars("MEN-01/test/2"))
        self._say("ars_accepted", Mode.TEST, "good", count=len(self._collect()), status=self._status("FLE-01"))
        self._on(-11, "10:00")
        self._receive(self._ars("DEN-01/test/2"))
        self._say("ars_one", Mode.TEST, "good", submission="DEN-01/test/2", status=self._status("DEN-01"))

    def _rejected_by_cirso(self, reference: str) -> None:
        first = f"{reference}/test/1"
        got = self._receive(self._ars(first, REJECTED, "Commune de naissance inconnue"))
        self._say("cirso_rejected", Mode.TEST, "bad", submission=first, message="Commune de naissance inconnue")
        self.clock.forward(40)
        declaration = self.flow.read.submission(first).declaration
        assert declaration is not None
        employee = declaration.employee.with_(birth_place="Lyon")
        again = self.flow.renew(
            first, declaration.with_(employee=employee), "commune de naissance corrigée", by=COLLABORATORS[1]
        )
        self._send(again.id)
        self._say("renewed", Mode.TEST, submission=again.id, reason="commune de naissance")
        self._deposited_and_checked(again.id)
        self._happened("cirso_rejected_and_renewed", again.id, if_=got.submissions[first] is S.CIRSO_REJECTED)

    def _status(self, reference: str) -> FilingStatus:
        return self.flow.read.filing(reference).status

    # ---- step 7: for real

    def _switch_to_real(self) -> None:
        self.teller.step("7")
        self._on(-10, "09:00")
        ready = [code for code in self.sirens if code not in (UNSIGNED, STAYS_IN_TEST, NOT_SELECTED)]
        for code in ready:
            self.flow.go_live(self.sirens[code], by=COLLABORATORS[0])
        self._say("live", mark="good", count=len(ready))
        self._say("stays_in_test", client=self.names[self.sirens[STAYS_IN_TEST]])

    def _real(self, *references: str) -> list[str]:
        """File these hires for real: one file each."""
        ids = [self._prepared(reference, Mode.REAL).id for reference in references]
        for id in self.teller.along(ids, "sending"):
            self._send(id)
        self._say("real_sent", Mode.REAL, references=list(references))
        self._deposited_and_checked(*ids)
        return ids

    def _declared(self, *references: str) -> None:
        for reference in references:
            self._receive(self._ars(f"{reference}/real/1"))
            self._say("declared", Mode.REAL, "good", reference=reference, status=self._status(reference))

    def _first_real_filings(self) -> None:
        self._on(-8, "09:30")
        self._real("BOU-01")
        early = self._prepared("BOU-02", Mode.REAL)
        refused = self._refusal([early.id])
        if refused is not None:
            self._say("window_closed", Mode.REAL, "wait", reference="BOU-02", why=refused.denials)
            self._happened("refused_before_window", early.id)
        self._on(-7, "10:00")
        self._real("MEN-01", "LAG-01")
        self._on(-6, "09:00")
        self._declared("BOU-01")
        self._real("GAR-01")
        self._on(-5, "10:00")
        self._declared("MEN-01", "LAG-01")
        place = self.flow.read.filing("LAG-01")
        self._say("overseas", Mode.REAL, reference="LAG-01", paris=place.hire_at)

    def _refused_and_called_off(self) -> None:
        self._on(-5, "14:00")
        farm = self._prepared("DOM-01", Mode.REAL)
        refused = self._refusal([farm.id])
        if refused is not None:
            self._say("special_regime", Mode.REAL, "bad", reference="DOM-01", why=refused.denials)
            self._happened("special_regime_refused", farm.id)
        self.clock.forward(50)
        at = self.clock.now()
        self.flow.declared_elsewhere("DOM-01", at, "accusé de la MSA, MSA-EXEMPLE-77", by=COLLABORATORS[1])
        self._say("elsewhere", reference="DOM-01", status=self._status("DOM-01"))
        self._happened("declared_elsewhere", "DOM-01")
        self._on(-4, "09:10")
        before = len(self.flow.read.journal("LAG-01"))
        twice = self._again("LAG-01/real/1")
        self._say("received_twice", Mode.REAL, submission="LAG-01/real/1")
        same = len(self.flow.read.journal("LAG-01")) == before
        self._happened("received_twice", "LAG-01/real/1", if_=twice.repeat and same)
        self._on(-4, "11:00")
        self.flow.abandon("BOU-03", "la personne s'est désistée", hire=True, by=COLLABORATORS[0])
        self._say("called_off", reference="BOU-03", status=self._status("BOU-03"))
        self._happened("hire_called_off", "BOU-03")

    def _again(self, id: str) -> ReceiveResult:
        """The ARS of `id` comes once more, this time in an e-mail; the piece inside is the same to the byte."""
        piece = self.flow.read.submission(id).evidence.slots["ars:CIRSO"]
        raw = self.flow.read.receipt(piece.receipt).receipt.raw
        assert raw
        self._unread.append(self.folder.avis_file(f"{self.told.received + 1:03d}-ars-{self._refs[id]}.eml", eml(raw)))
        return self._collect()[0]

    def _two_hires_in_one_file(self) -> None:
        self._on(-2, "09:15")
        pair = [self._prepared(reference, Mode.REAL).id for reference in ("TRA-01", "TRA-02")]
        ref = self._send(*pair)
        self._say("two_in_one", Mode.REAL, references=["TRA-01", "TRA-02"])
        siret = self.flow.read.filing("TRA-01").siret

        def nameless(*outcomes: tuple[Outcome, str]) -> tuple[Verdict, ...]:
            return tuple(Verdict(outcome=outcome, siret=siret, message=message) for outcome, message in outcomes)

        self.clock.forward(20)
        self._receive(self._ads(pair[0]))
        self.clock.forward(60)
        both = nameless((ACCEPTED, ""), (ACCEPTED, ""))
        self._receive(Acs(portal_ref=ref, issued_at=self._issued(), verdicts=both, count=2))
        self._on(-2, "14:00")
        self._real("DEN-01")
        self._second_test()
        self._on(-1, "11:00")
        mixed = nameless((ACCEPTED, ""), (REJECTED, "Date de naissance et NIR ne concordent pas"))
        waiting = self._receive(Ars(portal_ref=ref, issued_at=self._issued(), verdicts=mixed, count=2))
        self._say("mixed_in_tray", Mode.REAL, "wait", why=waiting.why or "")
        self.clock.forward(25)
        attached = self.flow.attach(
            waiting.receipt, {pair[0]: ACCEPTED, pair[1]: REJECTED}, by=COLLABORATORS[1]
        )
        for reference, mark in (("TRA-01", "good"), ("TRA-02", "bad")):
            self._say("attached", Mode.REAL, mark, reference=reference, status=self._status(reference))
        self._happened(
            "mixed_outcomes_attached", waiting.receipt, if_=waiting.state == "tray" and attached.state == "applied"
        )

    def _second_test(self) -> None:
        self._on(-1, "09:40")
        test = self._prepared("FLE-02", Mode.TEST)
        self._send(test.id)
        self._deposited_and_checked(test.id)
        self._say("test_under_way", Mode.TEST, "wait", reference="FLE-02", status=self._status("FLE-02"))

    def _a_lost_answer(self) -> None:
        self._on(-1, "16:00")
        sub = self._prepared("LIB-01", Mode.REAL)
        self.flow.begin_send([sub.id], by=COLLABORATORS[0])
        self.told.sent += 1
        self._say("line_cut", Mode.REAL, reference="LIB-01")
        self.clock.forward(12)
        self.worker.tick()
        self._say("in_doubt", Mode.REAL, "wait", reference="LIB-01", status=self._status("LIB-01"))
        self._happened("in_doubt", sub.id, if_=self.flow.read.submission(sub.id).state is S.IN_DOUBT)

    def _today(self) -> None:
        self.clock.to(self._end)
        self.worker.tick()
        late = self.flow.read.submission("GAR-01/real/1")
        if late.overdue_since is not None:
            self._say("overdue", Mode.REAL, "bad", reference="GAR-01", since=late.overdue_since)
            self._happened("ars_overdue", late.id)
        hire = self.flow.read.filing("COI-01")
        self._say("late_hire", mark="bad", reference="COI-01", client=self.names[hire.siren])
        self.teller.step("8")
        self._say("report_to_write")
        verified = self.flow.read.verify_journal()
        self.told.cases, self.told.entries, self.told.sound = verified.cases, verified.entries, verified.sound


def _good(table: tables.Table[T]) -> Iterator[T]:
    """The values of a table without a fault.

    Raises:
        InputRefused: with every problem of its first bad line.
    """
    for line in table:
        if isinstance(line, tables.Bad):
            raise InputRefused("refused", problems=line.problems)
        yield line.value
