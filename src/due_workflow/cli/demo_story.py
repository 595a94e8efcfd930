"""The story of the demo: an accounting firm takes its first companies to electronic DUE, step by step, until today.

Everything goes through the public API and the adapters, as a host's own code would: the tables are imported, files go
to the portal and receipts are collected from it over HTTP, time is a clock that is moved from one office day to the
next. The procedure's numbers and words are its titles. What is told goes to a `Teller`; nothing here prints.
"""

from __future__ import annotations

from collections import Counter
from datetime import datetime, timedelta

from due_workflow import (
    Client,
    Declaration,
    Establishment,
    Mandate,
    Mode,
    Outcome,
    SubmissionState,
    TransitionRefused,
    texts,
)
from due_workflow.adapters import tables
from due_workflow.calendar import paris_day
from due_workflow.cli import demo_papers
from due_workflow.cli.demo_desk import ACCOUNT, COLLABORATORS, PORTAL, SOFTWARE, Desk, Told, good
from due_workflow.report import Remarks

UNSIGNED, FARM, STAYS_IN_TEST, NOT_SELECTED = "COI", "DOM", "FLE", "IMP"
CODES = ("BOU", "MEN", "DEN", "TRA", "LAG", "GAR", "LIB", STAYS_IN_TEST, UNSIGNED, FARM, NOT_SELECTED)
"""The companies of `clients.csv` in its order, by the first letters of their hires' references."""
TESTED = ("BOU-01", "MEN-01", "DEN-01", "TRA-01", "LAG-01", "GAR-01", "LIB-01", "FLE-01")
URSSAF_CODE, BIRTH_PLACE = "Code URSSAF invalide", "Commune de naissance inconnue"
BIRTH_DATE = "Date de naissance et NIR ne concordent pas"
"""What the portal and the CIRSO say in this story."""
S = SubmissionState


class Story(Desk):
    """The story, told once into an empty folder."""

    sirens: dict[str, str]

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

    # ---- steps 0 to 5

    def _portal_and_documents(self) -> None:
        first = COLLABORATORS[0]
        self.flow.plan_rollout(self.days.office(-25), by=first)
        plan = self.flow.read.rollout()
        self.say("plan", start=plan.start, ends=plan.ends)
        self.teller.step("0")
        self.flow.set_software(*SOFTWARE, installed=False, by=first)
        self.flow.confirm_software("par téléphone, demande 4711", by=first)
        self.say("version", mark="good")
        self.teller.step("1")
        self.flow.set_portal(PORTAL, ACCOUNT, by=first)
        self.flow.subscribe_portal(by=first)
        self.say("portal", portal=PORTAL, account=ACCOUNT)
        self.teller.step("2")
        self.on(-24, "10:00")
        self.flow.choose_mandate_model("modèle du cabinet", by=first)
        self.say("documents")

    def _companies_and_mandates(self) -> None:
        self.teller.step("3")
        self.on(-22, "10:00")
        clients = list(good(tables.read_clients(self.folder.table("clients.csv", self.days))))
        for client in self.teller.along(clients, "importing"):
            self.flow.add_client(client, by=COLLABORATORS[0])
            self.names[client.siren] = client.name
        self.sirens = dict(zip(CODES, (c.siren for c in clients), strict=True))
        places = sum(len(c.establishments) for c in clients)
        self.say("imported_clients", companies=len(clients), places=places)
        proposal = self.flow.read.pilots(expected=Counter(hire.employer.siret.siren for hire in self._hires()))
        pilots = proposal.sirens
        for siren in pilots:
            self.flow.select(siren, wave=1, by=COLLABORATORS[0])
        self.say("selected", count=len(pilots), collaborators=len(proposal.collaborators))
        self.say("other_regime", client=self._set_farm().name)
        self.flow.set_pilot_aside(self.sirens[FARM], "régime agricole, hors de ce canal", by=COLLABORATORS[1])
        self.teller.step("4")
        self.on(-21, "09:30")
        if printed := len(list(demo_papers.write_mandates(self.folder, self.flow, pilots))):
            self.say("printed", count=printed)
        for siren in pilots:
            self.flow.request_mandate(siren, by=COLLABORATORS[0])
        self.say("requested", count=len(pilots))
        self.on(-18, "16:00")
        signing = [siren for siren in pilots if siren != self.sirens[UNSIGNED]]
        for siren in signing:
            mandate = Mandate(signed_on=self.days.office(-18), signatory="Gérance (fictive)")
            self.flow.sign_mandate(siren, mandate, by=COLLABORATORS[1])
        self.say("signed", mark="good", count=len(signing), total=len(pilots))

    def _set_farm(self) -> Client:
        """The special regime of the farm: no column of the table tells it, the firm notes it."""
        client = self.flow.read.client(self.sirens[FARM]).identity
        places = tuple(place.with_(regime="msa") for place in client.establishments)
        client = client.with_(establishments=places)
        self.flow.add_client(client, by=COLLABORATORS[1])
        return client

    def _software_and_hires(self) -> None:
        self.teller.step("5")
        self.on(-16, "14:00")
        self.flow.set_software(*SOFTWARE, by=COLLABORATORS[0])
        self.say("software", product=SOFTWARE[1], version=SOFTWARE[2])
        hires = self._hires()
        for result in self.flow.register_many(self.teller.along(hires, "importing"), by=COLLABORATORS[0]):
            if isinstance(result, Exception):
                raise result
        self.say("imported_hires", count=len(hires))

    def _hires(self) -> tuple[Declaration, ...]:
        """The hires that the firm expects, as its table has them."""
        path = self.folder.table("hires.csv", self.days)
        return tuple(good(tables.read_hires(path, self._establishment)))

    def _establishment(self, siret: str) -> tuple[Client, Establishment] | None:
        client = self.flow.read.client(siret[:9])
        place = client.establishment(siret)
        return (client, place) if place is not None else None

    # ---- step 6: tests

    def _first_tests(self) -> None:
        self.teller.step("6")
        self.on(-15, "09:30")
        self._what_the_portal_will_say()
        ids = {reference: self.prepared(reference, Mode.TEST).id for reference in TESTED}
        answers = {"BOU-01": self.at(-14, "14:00"), "DEN-01": self.at(-13, "10:30")}
        for reference in self.teller.along(TESTED, "sending"):
            taken = self.send(ids[reference], acs=240, ars=answers.get(reference, self.at(-13, "14:00")))
            if reference == "BOU-01":
                self.kept_back(taken, "acs", self.at(-13, "09:00"))
        self.say("tests_sent", Mode.TEST, count=len(ids), references=list(TESTED))
        self.clock.forward(30)
        self.say("ads_received", Mode.TEST, count=self.collect())
        self.on(-15, "14:30")
        self.collect()
        rejected = ids["MEN-01"]
        accepted = [id for id in ids.values() if self.state(id) is S.FORWARDED]
        self.say("acs_accepted", Mode.TEST, "good", count=len(accepted))
        self.say("portal_rejected", Mode.TEST, "bad", submission=rejected, message=URSSAF_CODE)
        moved = self.state(rejected) is S.PORTAL_REJECTED
        self._too_early()
        self.on(-14, "09:15")
        self._reminded()
        again = self._urssaf_code_corrected(rejected)
        self.happened("portal_rejected_and_renewed", again, if_=moved)

    def _what_the_portal_will_say(self) -> None:
        """Where it finds something wrong; all the rest is accepted."""
        sirets = {
            reference: str(self.flow.read.filing(reference).siret) for reference in ("MEN-01", "DEN-01", "TRA-01")
        }
        says = self.portal.outcome
        says("portal_rejected", siret=sirets["MEN-01"], mode="test", nth=1, message=URSSAF_CODE)
        says("rejected", siret=sirets["DEN-01"], mode="test", nth=1, message=BIRTH_PLACE)
        says("rejected", siret=sirets["TRA-01"], mode="real", nth=2, message=BIRTH_DATE)

    def _too_early(self) -> None:
        """What the procedure does not allow yet: real mode before an accepted test, anything without a mandate."""
        self.on(-15, "16:30")
        try:
            self.flow.go_live(self.sirens["TRA"], by=COLLABORATORS[0])
        except TransitionRefused as refused:
            self.say("too_early_for_real", mark="bad", why=refused.denials)
            self.happened("real_mode_refused_before_test", self.sirens["TRA"])
        test = self.prepared("COI-01", Mode.TEST)
        refusal = self.refusal([test.id])
        if refusal is not None:
            self.say("test_without_mandate", Mode.TEST, "bad", reference="COI-01", why=refusal.denials)
            self.happened("test_refused_without_mandate", test.id)

    def _urssaf_code_corrected(self, first: str) -> str:
        """The client's particulars and the declaration corrected, and the operation renewed."""
        declaration = self.flow.read.submission(first).declaration
        assert declaration is not None
        client = self.flow.read.client(declaration.employer.siret.siren).identity
        places = tuple(place.with_(urssaf_code="527") for place in client.establishments)
        self.flow.add_client(client.with_(establishments=places), by=COLLABORATORS[0])
        corrected = declaration.with_(employer=declaration.employer.with_(urssaf_code="527"))
        again = self.flow.renew(first, corrected, "code URSSAF corrigé", by=COLLABORATORS[0])
        self.send(again.id, ars=self.at(-13, "14:00"))
        self.say("renewed_urssaf", Mode.TEST, submission=again.id, before="999", after="527")
        self.deposited_and_checked()
        return again.id

    def _reminded(self) -> None:
        """The worker's round has raised the reminder of the mandate that nobody signed."""
        for out in self.flow.read.notices():
            if out.notice.code == "mandate_unsigned":
                self.say("mandate_reminder", mark="wait", client=self.names[self.sirens[UNSIGNED]])
                self.happened("mandate_reminder", self.sirens[UNSIGNED])

    def _answers_to_the_tests(self) -> None:
        early = "BOU-01/test/1"
        self.on(-14, "15:00")
        self.collect()
        before = self.state(early)
        self.say("ars_before_acs", Mode.TEST, "good", submission=early)
        self.on(-13, "09:20")
        self.collect()
        self.say("acs_after_ars", Mode.TEST, submission=early)
        self.happened("ars_before_acs", early, if_=before is self.state(early) is S.ACCEPTED)
        self.on(-13, "11:00")
        self._rejected_by_cirso("DEN-01")
        self.on(-13, "14:30")
        self.say("ars_accepted", Mode.TEST, "good", count=self.collect(), status=self.status("FLE-01"))
        self.on(-11, "10:00")
        self.collect()
        self.say("ars_one", Mode.TEST, "good", submission="DEN-01/test/2", status=self.status("DEN-01"))
        self.clock.forward(20)
        self.flow.set_pilot_aside(self.sirens[UNSIGNED], "mandat toujours pas signé", by=COLLABORATORS[1])
        self.say("aside", client=self.names[self.sirens[UNSIGNED]])

    def _rejected_by_cirso(self, reference: str) -> None:
        first = f"{reference}/test/1"
        self.collect()
        moved = self.state(first) is S.CIRSO_REJECTED
        self.say("cirso_rejected", Mode.TEST, "bad", submission=first, message=BIRTH_PLACE)
        self.clock.forward(40)
        declaration = self.flow.read.submission(first).declaration
        assert declaration is not None
        employee = declaration.employee.with_(birth_place="Lyon")
        again = self.flow.renew(
            first, declaration.with_(employee=employee), "commune de naissance corrigée", by=COLLABORATORS[1]
        )
        self.send(again.id, ars=self.at(-11, "09:30"))
        self.say("renewed_birthplace", Mode.TEST, submission=again.id)
        self.deposited_and_checked()
        self.happened("cirso_rejected_and_renewed", again.id, if_=moved)

    # ---- step 7: for real

    def _switch_to_real(self) -> None:
        self.teller.step("7")
        self.on(-10, "09:00")
        ready = [code for code in self.sirens if code not in (UNSIGNED, STAYS_IN_TEST, NOT_SELECTED)]
        for code in ready:
            self.flow.go_live(self.sirens[code], by=COLLABORATORS[0])
        self.say("live", mark="good", count=len(ready))
        self.say("stays_in_test", client=self.names[self.sirens[STAYS_IN_TEST]])

    def _real(self, *references: str, ars: datetime | None = None) -> None:
        """File these hires for real: one file each; the recipient answers at `ars`."""
        ids = [self.prepared(reference, Mode.REAL).id for reference in references]
        for id in self.teller.along(ids, "sending"):
            self.send(id, ars=ars)
        self.say("real_sent", Mode.REAL, references=list(references))
        self.deposited_and_checked()

    def _declared(self, *references: str) -> None:
        self.collect()
        for reference in references:
            self.say("declared", Mode.REAL, "good", reference=reference, status=self.status(reference))

    def _first_real_filings(self) -> None:
        self.on(-8, "09:30")
        self._real("BOU-01", ars=self.at(-6, "08:30"))
        early = self.prepared("BOU-02", Mode.REAL)
        refused = self.refusal([early.id])
        if refused is not None:
            self.say("window_closed", Mode.REAL, "wait", reference="BOU-02", why=refused.denials)
            self.happened("refused_before_window", early.id)
        self.on(-7, "10:00")
        self._real("MEN-01", "LAG-01", ars=self.at(-5, "09:30"))
        self.say("overseas", Mode.REAL, reference="LAG-01", paris=self.flow.read.filing("LAG-01").hire_at)
        self.on(-6, "09:00")
        self._declared("BOU-01")
        self._real("GAR-01")
        self.on(-5, "10:00")
        self._declared("MEN-01", "LAG-01")

    def _refused_and_called_off(self) -> None:
        self.on(-5, "14:00")
        farm = self.prepared("DOM-01", Mode.REAL)
        refused = self.refusal([farm.id])
        if refused is not None:
            self.say("special_regime", Mode.REAL, "bad", reference="DOM-01", why=refused.denials)
            self.happened("special_regime_refused", farm.id)
        self.clock.forward(50)
        at = self.clock.now()
        self.flow.declared_elsewhere("DOM-01", at, "accusé de la MSA, MSA-EXEMPLE-77", by=COLLABORATORS[1])
        self.say("elsewhere", reference="DOM-01", status=self.status("DOM-01"))
        self.happened("declared_elsewhere", "DOM-01")
        self.on(-4, "09:10")
        before = len(self.flow.read.journal("LAG-01"))
        twice = self.again("LAG-01/real/1")
        self.say("received_twice", Mode.REAL, submission="LAG-01/real/1")
        same = len(self.flow.read.journal("LAG-01")) == before
        self.happened("received_twice", "LAG-01/real/1", if_=twice.repeat and same)
        self.on(-4, "11:00")
        self.flow.abandon("BOU-03", "la personne s'est désistée", hire=True, by=COLLABORATORS[0])
        self.say("called_off", reference="BOU-03", status=self.status("BOU-03"))
        self.happened("hire_called_off", "BOU-03")

    def _two_hires_in_one_file(self) -> None:
        self.on(-2, "09:15")
        pair = [self.prepared(reference, Mode.REAL).id for reference in ("TRA-01", "TRA-02")]
        self.send(*pair, acs=60, ars=self.at(-1, "10:30"))
        self.say("two_in_one", Mode.REAL, references=["TRA-01", "TRA-02"])
        self.deposited_and_checked()
        self.on(-2, "14:00")
        self._real("DEN-01")
        self._second_test()
        self.on(-1, "11:00")
        self.collect()
        (waiting,) = self.flow.read.tray()
        self.say("mixed_in_tray", Mode.REAL, "wait", why=waiting.why or "")
        self.clock.forward(25)
        said = {pair[0]: Outcome.ACCEPTED, pair[1]: Outcome.REJECTED}
        attached = self.flow.attach(waiting.id, said, by=COLLABORATORS[1])
        for reference, mark in (("TRA-01", "good"), ("TRA-02", "bad")):
            self.say("attached", Mode.REAL, mark, reference=reference, status=self.status(reference))
        kept = waiting.state == "tray" and attached.state == "applied"
        self.happened("mixed_outcomes_attached", waiting.id, if_=kept)

    def _second_test(self) -> None:
        self.on(-1, "08:40")
        test = self.prepared("FLE-02", Mode.TEST)
        self.send(test.id)
        self.deposited_and_checked()
        self.say("test_under_way", Mode.TEST, "wait", reference="FLE-02", status=self.status("FLE-02"))

    def _a_lost_answer(self) -> None:
        self.on(-1, "16:00")
        sub = self.prepared("LIB-01", Mode.REAL)
        self.flow.begin_send([sub.id], by=COLLABORATORS[0])
        self.told.sent += 1
        self.say("line_cut", Mode.REAL, reference="LIB-01")
        self.clock.forward(12)
        self.worker.tick()
        self.say("in_doubt", Mode.REAL, "wait", reference="LIB-01", status=self.status("LIB-01"))
        self.happened("in_doubt", sub.id, if_=self.flow.read.submission(sub.id).state is S.IN_DOUBT)

    def _today(self) -> None:
        self.clock.to(self.end)
        self.worker.tick()
        late = self.flow.read.submission("GAR-01/real/1")
        if late.overdue_since is not None:
            last = paris_day(late.overdue_since - timedelta(seconds=1))
            self.say("overdue", Mode.REAL, "bad", reference="GAR-01", last=last)
            self.happened("ars_overdue", late.id)
        hire = self.flow.read.filing("COI-01")
        self.say("late_hire", mark="bad", reference="COI-01", client=self.names[hire.siren])
        self.teller.step("8")
        remarks = Remarks(gains=self._remark("demo.remark.gains"), following=self._remark("demo.remark.following"))
        written = demo_papers.write_report(self.folder, self.flow, self.lang, remarks)
        self.flow.report_written(*written, by=COLLABORATORS[0])
        self.say("report_written", name=f"{self.folder.papers.name}/{written[0]}")
        demo_papers.write_chart(self.folder, self.flow, self.lang)
        self.happened("procedure_done", self.flow.cabinet, if_=self.flow.read.rollout().done)
        verified = self.flow.read.verify_journal()
        self.told.cases, self.told.entries, self.told.faults = verified.cases, verified.entries, verified.faults

    def _remark(self, key: str) -> str:
        """The firm's own words in its report."""
        return texts.render(key, self.lang)
