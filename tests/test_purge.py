"""What a purge erases, what it keeps as proof, what it leaves alone and why; a second one changes nothing."""

from __future__ import annotations

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from due_workflow import (
    Acs,
    Ads,
    Ars,
    Conflict,
    DueWorkflow,
    DueWorkflowError,
    FilingStatus,
    InputRefused,
    Mode,
    NotFound,
    Outcome,
    Submission,
    TransitionRefused,
    Unreadable,
    Verdict,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front
from due_workflow.identifiers import unnamed
from due_workflow.ports import Changes, Kind, Parcel, Ref
from due_workflow.purging import Purged
from due_workflow.testing import FixedClock, ScriptedPortal
from due_workflow.testing import factories as f
from due_workflow.testing.fakes import Step
from stories import ACCOUNT, A, Firm, R, Wrapped

FIVE_YEARS = 5 * 366 + 10
NAME = "QUARTZOVSKI"


class Clear(ScriptedPortal):
    """A portal whose files hold what a real one's do: names and NIRs in clear."""

    def render(self, submissions, mode):
        parcel = super().render(submissions, mode)
        people = b"".join(s.declaration.canonical() for s in submissions if s.declaration)
        lines = [json.loads(line) | {"x": people.decode()} for line in parcel.content.splitlines()]
        content = "".join(json.dumps(line) + "\n" for line in lines).encode()
        return Parcel(parcel.filename, content, sha256(content).hexdigest(), mode, parcel.submissions)


def a_firm(storage=None, **settings) -> Firm:
    firm = Firm(storage, **settings)
    firm.portal = Clear("jedeclare", ACCOUNT, clock=firm.clock)
    firm.flow.portals = (firm.portal,)
    return firm.opened()


def surname(reference: str) -> str:
    return NAME + "".join(chr(ord("A") + int(c)) for c in reference if c.isdigit())


def nir_of(reference: str) -> str:
    return f.nir(100 + sum(int(c) for c in reference if c.isdigit()))


def secrets_of(reference: str) -> tuple[bytes, bytes]:
    return surname(reference).encode(), nir_of(reference).encode()


def person(reference: str) -> dict[str, str]:
    return {"surname": surname(reference), "first_names": "Alix", "nir": nir_of(reference)}


def sent(firm: Firm, reference: str = "E-1", mode: Mode = Mode.REAL) -> Submission:
    """A hire sent through the portal, with its ADS."""
    start = firm.clock.now() + timedelta(days=5)
    sub = firm.flow.prepare(f.declaration(reference, start=start, **person(reference)), mode)
    assert not firm.flow.send([sub.id]).refused
    return firm.read.submission(sub.id)


def said(reference: str) -> str:
    return f"Nom {surname(reference).title()} ou NIR {nir_of(reference)} invalide"


def answered(firm: Firm, sub: Submission, make, outcome: Outcome = A, **changes) -> Submission:
    """An ACS or ARS whose bytes and message name the person."""
    raw = f"<avis>{said(sub.reference)} {make.__name__} {outcome} {firm.clock.now()}</avis>".encode()
    message = said(sub.reference)
    verdicts = (Verdict(outcome=outcome, message=message),)
    return firm.answered(sub, make, outcome, raw=raw, verdicts=verdicts, **changes)


def declared(firm: Firm, reference: str = "E-1") -> Submission:
    sub = answered(firm, sent(firm, reference), f.acs)
    return answered(firm, sub, f.ars)


def refused(firm: Firm, reference: str = "E-2") -> Submission:
    return answered(firm, sent(firm, reference), f.ars, R)


def later(firm: Firm) -> Firm:
    """After the retention period, every deadline raised."""
    firm.move(days=FIVE_YEARS)
    while firm.worker().tick():
        pass
    return firm


def contents(firm: Firm) -> Iterator[tuple[Ref, bytes]]:
    """Every record in clear: its bytes, its keys, and what stands in base64 inside."""
    for kind in Kind:
        for record in firm.storage.find(firm.flow.cabinet, kind, limit=10_000):
            payload = json.loads(record.data)["payload"]
            inner = json.loads(payload) if payload else {}
            folded = b"".join(b64decode(inner[name]) for name in ("raw", "content") if name in inner)
            words = bytes(record.data) + folded + " ".join(record.keys).encode()
            yield record.ref, words.upper()


def where(firm: Firm, *words: bytes) -> set[Ref]:
    return {ref for ref, text in contents(firm) if any(word in text for word in words)}


def reasons(error: BaseException | None) -> set[str]:
    assert isinstance(error, TransitionRefused)
    assert error.text("fr") != error.text("en")
    return {denial.code for denial in error.denials}


# ---- what goes and what stays


def test_the_declaration_goes_and_what_was_decided_stays() -> None:
    firm = a_firm()
    firm.live()
    declared(firm)
    later(firm)
    before = firm.filing()
    assert before.declaration is not None
    told = firm.flow.purge(by="Camille", reason="end of retention")
    after = firm.filing()
    assert "E-1" in told.purged
    assert not told.refused
    assert (after.declaration, firm.read.submission("E-1/real/1").declaration) == (None, None)
    assert (after.status, after.hire_at, after.siret) == (before.status, before.hire_at, before.siret)
    assert after.status is FilingStatus.DECLARED
    assert after.purged is not None
    assert (after.purged.by, after.purged.reason, after.purged.rule) == ("Camille", "end of retention", "retention")
    assert after.purged_at == firm.clock.now()
    entry = firm.read.journal("E-1")[-1]
    assert (entry.event, entry.by, entry.source, entry.dest) == ("purge", "Camille", "declared", "declared")
    assert entry.patch["purged"]["years"] == 5
    assert firm.read.verify_journal().sound


def test_the_accepted_pieces_of_the_real_attempt_stay_with_their_bytes_and_nothing_else_names_anybody() -> None:
    firm = a_firm()
    firm.live()
    answered(firm, sent(firm, "E-1", Mode.TEST), f.ars)
    sub = declared(firm)
    weaker = f.ars(
        firm.ref_of(sub), R, at=firm.clock.now() - timedelta(days=2), account=ACCOUNT, raw=b"<QUARTZOVSKIB/>"
    )
    firm.flow.receive(weaker)
    refused(firm)
    later(firm)
    firm.flow.purge()
    slots = firm.read.submission(sub.id).evidence.slots
    proofs = {piece.receipt for piece in slots.values()}
    assert {slot for slot in slots if slot != "ads"} == {"acs", "ars:CIRSO"}
    for piece in slots.values():
        received = firm.read.receipt(piece.receipt)
        assert received.purged_at is None
        if received.receipt.raw is not None:
            assert sha256(received.receipt.raw).hexdigest() == piece.sha256 == received.sha256
    kept = {Ref(Kind.RECEIPT, proof) for proof in proofs}
    assert where(firm, NAME.encode(), *secrets_of("E-1"), *secrets_of("E-2")) == where(firm, NAME.encode()) & kept
    assert firm.read.receipt(weaker.identity).receipt.raw is None
    assert firm.read.receipt(weaker.identity).purged_at is not None


def test_a_refusal_proves_no_filing_so_its_pieces_go() -> None:
    firm = a_firm()
    firm.live()
    sub = refused(firm)
    later(firm)
    told = firm.flow.purge(["E-2"])
    assert (told.purged, told.receipts, told.parcels, told.kept) == (("E-2",), 2, 1, 0)
    assert where(firm, *secrets_of("E-2")) == set()
    received = firm.read.receipt(next(iter(firm.read.submission(sub.id).evidence.slots.values())).receipt)
    assert received.receipt.raw is None
    assert firm.status("E-2") == "refused"


def test_the_bytes_of_a_deposit_go_and_say_so() -> None:
    firm = a_firm()
    firm.live()
    sub = declared(firm)
    assert NAME.encode() in firm.read.parcel(str(sub.deposit))
    digest = firm.read.deposit(str(sub.deposit)).sha256
    later(firm)
    assert firm.flow.purge(["E-1"]).parcels == 1
    with pytest.raises(NotFound):
        firm.read.parcel(str(sub.deposit))
    assert firm.read.deposit(str(sub.deposit)).sha256 == digest


def test_the_bytes_of_a_deposit_that_was_withdrawn_before_sending_go_too() -> None:
    firm = a_firm()
    firm.live()
    firm.portal.script(Step.NOT_SENT)
    sent(firm, "E-1")
    assert len(firm.portal.calls) == 1
    assert firm.read.submission("E-1/real/1").deposit is None
    later(firm)
    assert firm.flow.purge(["E-1"]).parcels == 1
    assert where(firm, *secrets_of("E-1")) == set()


def test_notices_no_longer_repeat_what_a_portal_wrote() -> None:
    firm = a_firm()
    firm.live()
    refused(firm)
    notes = [o.notice for o in firm.read.notices() if o.notice.code == "cirso_rejected"]
    assert "invalide" in notes[0].text("fr")
    later(firm)
    assert firm.flow.purge(["E-2"]).notices
    (note,) = [o.notice for o in firm.read.notices() if o.notice.code == "cirso_rejected"]
    assert (note.id, note.facts["submission"], note.facts["message"]) == (notes[0].id, "E-2/real/1", "")
    assert "E-2/real/1" in note.text("fr")


def test_the_notices_of_a_hire_whose_reference_begins_alike_are_left_alone() -> None:
    firm = a_firm()
    firm.live()
    refused(firm, "E-2")
    refused(firm, "E-2#4")
    later(firm)
    firm.flow.purge(["E-2"])
    said_of = {o.notice.facts["submission"]: o.notice.facts["message"] for o in firm.read.notices(("pending",))
               if o.notice.code == "cirso_rejected"}  # fmt: skip
    assert said_of["E-2/real/1"] == ""
    assert "invalide" in str(said_of["E-2#4/real/1"])


def test_fingerprints_and_same_person_keys_go() -> None:
    firm = a_firm()
    firm.live()
    hire = f.declaration("E-1", start=firm.clock.now() + timedelta(days=5))
    firm.flow.register(hire, key="import 1")
    keyed = [r for r in firm.storage.find(firm.flow.cabinet, Kind.COMMAND) if r.ref.id.startswith("key:")]
    (fingerprint,) = [json.loads(r.data)["facts"]["fingerprint"] for r in keyed]
    (record,) = firm.storage.load(firm.flow.cabinet, [Ref(Kind.FILING, "E-1")])
    person_key = next(key for key in record.keys if key.startswith("person:"))
    later(firm)
    firm.flow.purge()
    assert where(firm, fingerprint.upper().encode(), person_key.upper().encode()) == set()
    assert not firm.storage.load(firm.flow.cabinet, (), [person_key])
    with pytest.raises(Conflict):
        firm.flow.register(hire, key="import 1")


def test_words_of_staff_go_and_the_proof_of_a_declaration_made_elsewhere_stays() -> None:
    firm = a_firm()
    firm.live()
    firm.real("E-1")
    firm.flow.abandon("E-1/real/1", "typed twice")
    firm.flow.declared_elsewhere("E-1", firm.clock.now(), "net-entreprises 4711")
    later(firm)
    firm.flow.purge(["E-1"])
    filing = firm.filing()
    assert filing.elsewhere is not None
    assert (filing.attempts()[0].reason, filing.elsewhere.proof) == (None, "net-entreprises 4711")
    firm.flow.register(f.declaration("E-2", start=firm.clock.now() + timedelta(days=5)))
    firm.flow.abandon("E-2", "her cousin said no", hire=True)
    firm.flow.purge(["E-2"], early=True, reason="asked for")
    assert (firm.filing("E-2").no_hire, firm.filing("E-2").no_hire_reason) == (True, None)


# ---- a journal names nobody, so that nothing need be erased there


def test_a_journal_never_held_the_names_that_portals_and_staff_write() -> None:
    firm = a_firm()
    firm.live()
    refused(firm)
    verdicts = (Verdict(outcome=R, message=f"without a name {said('E-2')}"), Verdict(outcome=A))
    issued = firm.clock.now() + timedelta(hours=1)
    paper = f.ars(firm.ref_of("E-2/real/1"), at=issued, account=ACCOUNT, verdicts=verdicts)
    assert firm.flow.receive(paper).state == "tray"
    for outcome in (R, A, R):  # attached, then attached otherwise: what was joined before is joined anew
        firm.flow.attach(paper.identity, {"E-2/real/1": outcome})
    firm.flow.renew("E-2/real/1", None, f"M. {surname('E-2').lower()} avait changé de nom")
    firm.flow.abandon("E-2", f"{surname('E-2')} ne vient plus", hire=True)
    later(firm)
    firm.flow.purge(["E-2"], reason=f"asked by {surname('E-2')}")
    told = b"".join(bytes(e.data) for e in firm.read.entries(Ref(Kind.FILING, "E-2"))).upper()
    assert b"INVALIDE" in told
    assert b"WITHOUT A NAME" in told
    assert NAME.encode() not in told
    assert nir_of("E-2").encode() not in told


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("Nom DURAND-LEFÈVRE invalide", "Nom […]-[…] invalide"),
        ("durand, lefevre", "[…], […]"),
        ("le dossier de Léa", "le dossier de […]"),
        ("Durandal n'est pas Durand", "Durandal n'est pas […]"),
        ("rien", "rien"),
    ],
)
def test_a_name_is_masked_whatever_its_case_and_accents_and_a_particle_is_not(text: str, masked: str) -> None:
    assert unnamed(text, ["Durand-Lefèvre", "LEA le"]) == masked


def test_a_piece_that_comes_after_the_purge_is_kept_and_brings_no_name_into_the_journal() -> None:
    firm = a_firm()
    firm.live()
    sub = refused(firm)
    later(firm)
    firm.flow.purge(["E-2"])
    answered(firm, sub, f.ars, R)
    told = b"".join(bytes(e.data) for e in firm.read.entries(Ref(Kind.FILING, "E-2"))).upper()
    assert NAME.encode() not in told
    assert where(firm, *secrets_of("E-2")) != set()
    assert [hire.reference for hire in firm.read.purgeable()] == ["E-2", "T-1"]
    again = firm.flow.purge()
    assert again.purged == ("E-2", "T-1")
    assert where(firm, *secrets_of("E-2")) == set()
    assert firm.read.verify_journal().sound


# ---- what is shared goes with the last


def three_in_one(storage=None) -> tuple[Firm, list[Submission], list[Ars]]:
    """One deposit of three hires: one accepted, one refused, one refused; an ACS and an ARS for all of them."""
    firm = a_firm(storage, per_deposit=3)
    firm.live()
    start = firm.clock.now() + timedelta(days=5)
    hires = ["E-1", "E-2", "E-3"]
    subs = [firm.flow.prepare(f.declaration(h, start=start, **person(h)), Mode.REAL) for h in hires]
    (deposit,) = firm.flow.send([s.id for s in subs]).deposits
    assert deposit.ref is not None
    papers = []
    for outcomes, at in (((R, R, R), 0), ((A, R, R), 1)):
        verdicts = tuple(Verdict(outcome=o, reference=h, message=said(h)) for h, o in zip(hires, outcomes, strict=True))
        raw = f"<avis>{at} {' '.join(map(said, hires))}</avis>".encode()
        issued = firm.clock.now() + timedelta(hours=at)
        papers.append(Ars(portal_ref=deposit.ref, issued_at=issued, account=ACCOUNT, verdicts=verdicts, raw=raw))
    for paper in papers:
        assert firm.flow.receive(paper).state == "applied"
    return later(firm), subs, papers


def test_what_several_hires_share_stays_until_the_last_of_them_is_purged() -> None:
    firm, subs, (weaker, proof) = three_in_one()
    parcel = str(firm.read.submission(subs[0].id).deposit)
    shared = {
        Ref(Kind.RECEIPT, weaker.identity),
        Ref(Kind.RECEIPT, proof.identity),
        Ref(Kind.DOCUMENT, f"parcel:{parcel}"),
    }
    for reference in ("E-2", "E-1"):
        (told,) = firm.flow.purge_many([reference])
        assert isinstance(told, Purged)
        assert (told.receipts, told.parcels, told.shared) == (0, 0, 2)
        assert where(firm, *secrets_of(reference)) == shared
    (told,) = firm.flow.purge_many(["E-3"])
    assert isinstance(told, Purged)
    assert (told.receipts, told.parcels, told.shared) == (1, 1, 0)
    # the ARS that proves the first hire is kept whole: without all its bytes its SHA-256 would prove nothing
    assert where(firm, NAME.encode()) == {Ref(Kind.RECEIPT, proof.identity)}
    assert firm.read.receipt(proof.identity).receipt.raw == proof.raw


def test_two_that_purge_the_last_two_hires_of_a_deposit_at_once_leave_nothing_behind() -> None:
    firm, _, (_, proof) = three_in_one()
    firm.flow.purge(["E-1"])

    class Meanwhile(Wrapped):
        """Just before the first commit, the other hire is purged by somebody else."""

        raced = False

        def commit(self, cabinet: str, changes: Changes) -> None:
            if not self.raced:
                self.raced = True
                assert firm.flow.purge(["E-3"]).purged
            super().commit(cabinet, changes)

    other = Firm(Meanwhile(firm.storage), clock=firm.clock)
    assert other.flow.purge(["E-2"]).purged == ("E-2",)
    assert where(firm, NAME.encode()) == {Ref(Kind.RECEIPT, proof.identity)}


# ---- never what is not finished


def awaits(firm: Firm) -> None:
    sent(firm)


def in_doubt(firm: Firm) -> None:
    firm.portal.script(Step.BREAK_BEFORE)
    firm.portal.blind = True
    sent(firm)


def a_test_in_doubt(firm: Firm) -> None:
    firm.portal.script(Step.BREAK_BEFORE)
    sent(firm, "E-1", Mode.TEST)


def given_up_unconfirmed(firm: Firm) -> None:
    firm.flow.abandon(sent(firm).id, "no answer")


def waiting_in_the_tray(firm: Firm) -> None:
    sub = refused(firm, "E-1")
    verdicts = (Verdict(outcome=A, siret=f.siret(7)),)
    assert firm.flow.receive(f.ars(firm.ref_of(sub), account=ACCOUNT, verdicts=verdicts)).state == "tray"


@pytest.mark.parametrize(
    ("story", "reason"),
    [
        (awaits, "answer_awaited"),
        (in_doubt, "answer_awaited"),
        (a_test_in_doubt, "answer_awaited"),
        (given_up_unconfirmed, "answer_awaited"),
        (waiting_in_the_tray, "receipt_in_tray"),
    ],
)
def test_a_hire_that_is_not_finished_is_left_with_the_reason(story: Callable[[Firm], None], reason: str) -> None:
    firm = a_firm()
    firm.live()
    story(firm)
    later(firm)
    before = firm.everything()
    told = firm.flow.purge(["E-1"])
    assert (told.purged, reasons(told.refused["E-1"])) == ((), {reason})
    assert firm.everything() == before
    assert "E-1" in firm.flow.purge().refused
    assert firm.filing().declaration is not None


def test_each_reason_names_a_way_out_that_works() -> None:
    firm = a_firm()
    firm.live()
    sub = sent(firm)
    waiting_in_the_tray_of_another = refused(firm, "E-2")
    verdicts = (Verdict(outcome=A, siret=f.siret(7)),)
    paper = f.ars(firm.ref_of(waiting_in_the_tray_of_another), account=ACCOUNT, verdicts=verdicts, raw=b"<a/>")
    firm.flow.receive(paper)
    sent(firm, "E-3")
    later(firm)
    assert set(firm.flow.purge(["E-1", "E-2", "E-3"]).refused) == {"E-1", "E-2", "E-3"}
    firm.flow.abandon(sub.id, "never answered", confirm=True)
    firm.flow.set_aside(paper.identity, "another company's")
    firm.flow.abandon("E-3", "never came", hire=True)
    assert firm.flow.purge(["E-1", "E-2", "E-3"]).purged == ("E-1", "E-2", "E-3")


def test_nothing_goes_before_its_time_whatever_day_is_asked_for() -> None:
    firm = a_firm()
    firm.live()
    declared(firm)
    firm.move(days=5 * 365)
    before = firm.everything()
    assert firm.flow.purge(before=date(2100, 1, 1)) == firm.flow.purge()
    told = firm.flow.purge(["E-1"])
    assert reasons(told.refused["E-1"]) == {"retention_runs"}
    assert "2031" in told.refused["E-1"].text("fr")
    assert firm.everything() == before
    assert not list(firm.read.purgeable())


def test_a_day_leaves_the_hires_from_that_day_on() -> None:
    firm = a_firm()
    firm.live()
    declared(firm)
    firm.move(days=30)
    declared(firm, "E-2")
    later(firm)
    second = firm.filing("E-2").hire_at.date()
    assert [h.reference for h in firm.read.purgeable(second)] == ["E-1", "T-1"]
    assert firm.flow.purge(before=second).purged == ("E-1", "T-1")
    assert firm.flow.purge(before=second + timedelta(days=1)).purged == ("E-2",)


def replaced_by_another(firm: Firm) -> None:
    """The accepted declaration was followed by another one: it is not cancelled at the recipient."""
    again = firm.flow.renew(declared(firm).id, None, "wrong hour", confirm=True)
    firm.flow.abandon(again.id, "not needed after all")


def test_what_is_asked_wrongly_is_refused_at_once() -> None:
    firm = a_firm()
    for asked, code in (
        ({"references": ["E-1"], "before": date(2026, 1, 1)}, "purge_what"),
        ({"early": True, "reason": "asked"}, "early_by_name"),
        ({"references": ["E-1"], "early": True, "reason": " "}, "reason_needed"),
    ):
        with pytest.raises(InputRefused) as refusal:
            firm.flow.purge_many(**asked)
        assert refusal.value.code == code
    assert isinstance(firm.flow.purge(["nobody"]).refused["nobody"], NotFound)
    assert nir_of("E-1") not in repr(firm.flow.purge([nir_of("E-1")], reason=nir_of("E-1")))
    (missing,) = firm.flow.purge([nir_of("E-1")]).refused.values()
    assert nir_of("E-1") not in missing.text("fr") + repr(missing.facts)


# ---- before its time: a person asks for erasure


def test_a_hire_that_never_took_place_can_be_erased_at_once() -> None:
    firm = a_firm()
    firm.live()
    refused(firm)
    firm.flow.abandon("E-2", "did not come", hire=True)
    told = firm.flow.purge(["E-2"], early=True, reason="erasure asked for by letter", by="DPO")
    assert told.purged == ("E-2",)
    assert where(firm, *secrets_of("E-2")) == set()
    filing = firm.filing("E-2")
    assert filing.purged is not None
    assert (filing.purged.rule, filing.purged.reason) == ("called_off", "erasure asked for by letter")
    assert "retention" not in filing.deadlines
    assert firm.flow.purge(["E-2"]).repeats == 1


@pytest.mark.parametrize(
    ("story", "called_off", "wanted"),
    [
        (lambda x: refused(x, "E-1"), False, {"not_called_off"}),
        (declared, False, {"not_called_off", "recipient_holds_it"}),
        (declared, True, {"recipient_holds_it"}),
        (replaced_by_another, True, {"recipient_holds_it"}),
        (awaits, True, {"recipient_holds_it"}),
        (given_up_unconfirmed, True, {"recipient_holds_it"}),
        (lambda x: sent(x, "E-1", Mode.TEST), True, {"answer_awaited"}),
        (
            lambda x: (x.real(), x.flow.declared_elsewhere("E-1", x.clock.now(), "fax")),
            True,
            {"declared_all_the_same"},
        ),
    ],
)
def test_a_request_for_erasure_does_not_override_the_legal_duty(
    story: Callable[[Firm], object], called_off: bool, wanted: set[str]
) -> None:
    firm = a_firm()
    firm.live()
    story(firm)
    if called_off:
        firm.flow.abandon("E-1", "did not come", hire=True)
    told = firm.flow.purge(["E-1"], early=True, reason="asked for")
    assert reasons(told.refused["E-1"]) == wanted
    assert firm.filing().declaration is not None


# ---- afterwards


def test_a_purged_hire_takes_no_content_any_more_and_says_why() -> None:
    firm = a_firm()
    firm.live()
    refused(firm, "E-1")
    hire = f.declaration("E-1", start=firm.clock.now() + timedelta(days=5))
    firm.flow.register(f.declaration("E-9", start=firm.clock.now() + timedelta(days=5)))
    firm.real("E-8")
    later(firm)
    firm.flow.purge()
    for attempt in (
        lambda: firm.flow.register(hire),
        lambda: firm.flow.prepare(hire),
        lambda: firm.flow.prepare("E-9"),
    ):
        with pytest.raises(InputRefused) as refusal:
            attempt()
        assert refusal.value.code == "purged"
    with pytest.raises(TransitionRefused) as denied:
        firm.flow.renew("E-1/real/1", None, "again")
    assert reasons(denied.value) == {"purged"}
    with pytest.raises(TransitionRefused) as unreleased:
        firm.flow.release(["E-8/real/1"])
    assert reasons(unreleased.value) == {"purged"}
    (renewal,) = [e for e in firm.read.explain("E-1") if e.event == "renew"]
    assert [d.code for d in renewal.denials] == ["purged"]
    assert firm.flow.prepare("E-1", Mode.REAL).id == "E-1/real/1"


def test_what_was_prepared_and_released_does_not_leave_after_the_purge() -> None:
    firm = a_firm()
    firm.live()
    sub = firm.flow.prepare(f.declaration("E-1", start=firm.clock.now() + timedelta(days=5)), Mode.TEST)
    firm.flow.release([sub.id])
    firm.flow.abandon("E-1", "did not come", hire=True)
    firm.flow.purge(["E-1"], early=True, reason="asked for")
    firm.worker().run_once()
    assert firm.portal.calls == []
    assert [d.code for d in firm.flow.send([sub.id]).refused[sub.id].denials] == ["purged"]
    assert "release_refused" in firm.codes()


def test_a_second_purge_changes_nothing() -> None:
    firm, *_ = three_in_one()
    firm.flow.purge()
    before = firm.everything()
    assert firm.flow.purge().purged == ()
    assert firm.flow.purge(["E-1", "E-2"]).repeats == 2
    assert firm.everything() == before
    assert not list(firm.read.purgeable())


def test_a_dry_run_tells_the_same_and_writes_nothing() -> None:
    firm, *_ = three_in_one()
    before = firm.everything()
    would = firm.flow.purge(dry_run=True)
    assert firm.everything() == before
    assert would.purged == ("E-1", "E-2", "E-3", "T-1")
    assert would == firm.flow.purge()


def test_a_purge_that_is_stopped_keeps_what_it_did_and_the_next_one_goes_on() -> None:
    firm = a_firm()
    firm.live()
    for number in range(1, 6):
        firm.flow.register(f.declaration(f"E-{number}", start=firm.clock.now() + timedelta(days=5)))
    later(firm)
    walk = firm.flow.purge_many(group=2)
    next(iter(walk))
    del walk
    done = [h.reference for h in firm.read.filings() if h.purged]
    assert done == ["E-1", "E-2"]
    assert firm.flow.purge().purged == ("E-3", "E-4", "E-5", "T-1")
    assert firm.read.verify_journal().sound


def test_a_receipt_that_was_set_aside_goes_when_it_was_kept_as_long() -> None:
    firm = a_firm()
    junk = Unreadable(raw=b"QUARTZOVSKI", portal="jedeclare", account=ACCOUNT, why="no XML", filename="QUARTZOVSKI.eml")
    waiting = Unreadable(raw=b"QUARTZOVSKI 2", portal="jedeclare", account=ACCOUNT, why="no XML")
    firm.flow.receive(junk)
    firm.flow.receive(waiting)
    firm.flow.set_aside(junk.identity, "advertising")
    firm.move(days=300)
    assert firm.flow.purge().receipts == 0
    later(firm)
    assert firm.flow.purge().receipts == 1
    assert where(firm, NAME.encode()) == {Ref(Kind.RECEIPT, waiting.identity)}
    kept = firm.read.receipt(junk.identity)
    assert (kept.state, kept.attached_by, kept.receipt.raw) == ("aside", "?", b"")
    assert firm.flow.receive(junk).repeat


# ---- the deadline


def test_the_deadline_tells_people_and_erases_nothing_unless_the_policy_says_so() -> None:
    firm = a_firm()
    firm.live()
    declared(firm)
    later(firm)
    assert firm.codes().count("retention") == 2
    assert firm.filing().declaration is not None


def test_with_auto_purge_the_deadline_erases_and_tells_nobody() -> None:
    firm = a_firm(auto_purge=True)
    firm.live()
    declared(firm)
    later(firm)
    filing = firm.filing()
    assert filing.declaration is None
    assert (filing.purged is not None and filing.purged.by, "retention" in filing.deadlines) == ("worker", False)
    assert "retention" not in firm.codes()
    assert not list(firm.read.purgeable())


def test_with_auto_purge_what_stands_against_it_is_told_once() -> None:
    firm = a_firm(auto_purge=True)
    firm.live()
    sent(firm)
    later(firm)
    later(firm)
    (note,) = [o.notice for o in firm.read.notices() if o.notice.code == "purge_waits"]
    assert "un envoi attend une réponse" in note.text("fr")
    assert "an attempt waits for an answer" in note.text("en")
    assert firm.filing().declaration is not None


# ---- on the disk


def test_nothing_is_left_in_the_file_nor_in_its_log(tmp_path: Path) -> None:
    path = tmp_path / "due.sqlite"
    with SqliteStorage(path) as storage:
        firm = a_firm(storage)
        firm.live()
        refused(firm)
        storage.checkpoint()
        assert nir_of("E-2").encode() in path.read_bytes()
        later(firm)
        assert firm.flow.purge(["E-2"]).purged
        assert storage.checkpoint()
        for file in tmp_path.iterdir():
            data = file.read_bytes()
            assert NAME.encode() not in data.upper(), file.name
            assert nir_of("E-2").encode() not in data, file.name
    assert NAME.encode() not in path.read_bytes().upper()


# ---- whatever is purged in whatever order

HIRES = ("E-1", "E-2", "E-3", "E-4")


def told_of(firm: Firm) -> tuple[object, ...]:
    """What staff read: statuses and counts of every kind."""
    statuses = {h.reference: h.status for h in firm.read.filings()}
    states = {h.reference: [(s.id, s.state, s.overdue_since) for s in h.attempts()] for h in firm.read.filings()}
    return statuses, states, {kind: firm.read.counts(kind) for kind in Kind}


def proved(firm: Firm) -> set[Ref]:
    """The accepted pieces of accepted REAL attempts; each still gives its bytes, with the SHA-256 on record."""
    found = set()
    for hire in firm.read.filings():
        for sub in hire.attempts(Mode.REAL):
            for slot, piece in sub.evidence.slots.items():
                if sub.state == "accepted" and piece.outcome.accepted and "?" not in slot:
                    raw = firm.read.receipt(piece.receipt).receipt.raw
                    assert raw is None or sha256(raw).hexdigest() == piece.sha256
                    assert (raw is None) == (slot == "ads")
                    found.add(Ref(Kind.RECEIPT, piece.receipt))
    return found


def still_shared(firm: Firm) -> set[Ref]:
    """What concerns a hire that is not purged."""
    open_ones = {h.reference for h in firm.read.filings() if h.purged is None}
    found = {h.ref for h in firm.read.every(Kind.RECEIPT) if {r.rsplit("/", 2)[0] for r in h.facts.reached} & open_ones}
    for deposit in firm.read.deposits():
        if {item.reference for item in deposit.items.values()} & open_ones:
            found.add(Ref(Kind.DOCUMENT, f"parcel:{deposit.id}"))
    return found


outcomes = st.lists(st.sampled_from([A, R, Outcome.ACCEPTED_WITH_ANOMALY, None]), min_size=4, max_size=4)
orders = st.lists(st.lists(st.sampled_from(HIRES), min_size=1, max_size=4, unique=True), min_size=1, max_size=4)


@settings(max_examples=50, deadline=None)
@given(st.integers(1, 4), outcomes, outcomes, st.sets(st.sampled_from(HIRES)), orders)
def test_whatever_is_purged_in_whatever_order_proofs_journals_and_counts_stand(
    per_deposit: int,
    acs: list[Outcome | None],
    ars: list[Outcome | None],
    called_off: set[str],
    order: list[list[str]],
) -> None:
    firm = a_firm(MemoryStorage(), per_deposit=per_deposit)
    firm.live()
    start = firm.clock.now() + timedelta(days=5)
    subs = [firm.flow.prepare(f.declaration(h, start=start, **person(h)), Mode.REAL) for h in HIRES]
    for deposit in firm.flow.send([s.id for s in subs]).deposits:
        assert deposit.ref is not None
        refs = [item.reference for item in deposit.items.values()]
        for make, told in ((Acs, acs), (Ars, ars)):
            verdicts = tuple(
                Verdict(outcome=o, reference=h, message=said(h))
                for h in refs
                if (o := told[HIRES.index(h)]) is not None
            )
            if verdicts:
                raw = f"<{make.__name__}>{''.join(map(said, refs))}</{make.__name__}>".encode()
                paper = make(
                    portal_ref=deposit.ref, issued_at=firm.clock.now(), account=ACCOUNT, verdicts=verdicts, raw=raw
                )
                assert firm.flow.receive(paper).state == "applied"
    for reference in sorted(called_off):
        firm.flow.abandon(reference, f"{surname(reference)} did not come", hire=True)
    later(firm)
    before, proofs = told_of(firm), proved(firm)
    gone: set[str] = set()
    for references in order:
        told = firm.flow.purge(references)
        gone |= set(told.purged)
        assert all(isinstance(e, DueWorkflowError) for e in told.refused.values())
        assert set(references) == gone & set(references) | set(told.refused)
        assert told_of(firm) == before
        assert proved(firm) == proofs
        for reference in gone:
            assert where(firm, *secrets_of(reference)) <= proofs | still_shared(firm)
            assert firm.read.filing(reference).declaration is None
    assert firm.read.verify_journal().sound


def test_an_ads_with_bytes_is_a_proof_too() -> None:
    firm = a_firm()
    firm.live()
    sub = firm.sent(firm.real().id)
    paper = Ads(portal_ref=firm.ref_of(sub), issued_at=firm.clock.now(), account=ACCOUNT, count=1, raw=b"<ads/>")
    firm.flow.receive(paper)
    firm.answered(sub, f.ars)
    later(firm)
    assert firm.flow.purge(["E-1"]).kept == 2
    assert firm.read.receipt(paper.identity).receipt.raw == b"<ads/>"


# ---- the command


@pytest.fixture
def database(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A firm of six years ago: three hires declared, one that nobody answered."""
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    with SqliteStorage(tmp_path / "due.sqlite") as storage:
        firm = Firm(storage, clock=FixedClock(datetime(2020, 3, 2, 9, tzinfo=UTC)))
        firm.portal = Clear("jedeclare", ACCOUNT, clock=firm.clock)
        firm.flow.portals = (firm.portal,)
        firm.opened().live(signed_on=date(2020, 1, 1))
        for reference in ("E-1", "E-2"):
            declared(firm, reference)
        sent(firm, "E-3")
    return tmp_path / "due.sqlite"


def due(*args: str, code: int = 0) -> str:
    done = CliRunner().invoke(front.app, list(args))
    said = done.stdout + done.stderr
    assert done.exit_code == code, said
    assert NAME not in said.upper()
    return said


def test_the_command_tells_what_would_go_and_how_to_do_it_and_changes_nothing(database: Path) -> None:
    before = database.read_bytes()
    told = due("purge", code=7)
    assert "Serait effacé: 3 embauches" in told
    assert "Rien n'a été changé" in told
    assert re.search(r"E-1 .*07/03/2020.*DÉCLARÉ", told)
    assert "E-3 n'est pas effacé" in told
    assert "L'envoi E-3/real/1 attend une réponse" in told
    assert "due-workflow purge --yes" in told
    assert database.read_bytes() == before


def test_the_command_that_it_names_erases_and_the_next_one_has_nothing_to_do(database: Path) -> None:
    assert "Erased: 3 hires" in due("purge", "--yes", "--lang", "en", "--by", "Camille", code=7)
    assert nir_of("E-1").encode() not in database.read_bytes()
    told = due("status", "E-1")
    assert "Données personnelles effacées" in told
    assert "par Camille" in told
    assert "effacer les données personnelles" in due("journal", "E-1")
    assert "le journal tient" in due("journal", "--verify")
    assert "1 embauche n'est pas effacée" in due("purge", code=7)
    due("abandon", "E-3/real/1", "--reason", "sans réponse", "--confirm")
    assert "Effacé: 1 embauche" in due("purge", "--yes")
    assert "Rien à effacer" in due("purge")


def test_the_command_gives_json_for_programs(database: Path) -> None:
    told = json.loads(due("purge", "--json", "--before", "2020-03-08", code=7))
    assert (told["ok"], told["dry_run"], told["exit"]) == (True, True, 7)
    assert [h["reference"] for h in told["hires"]] == ["E-1", "E-2", "T-1"]
    assert told["hires"][0] == {
        "reference": "E-1", "receipts": 0, "parcels": 1, "notices": 1, "kept": 3, "shared": 0
    }  # fmt: skip
    assert [d["code"] for d in told["left"][0]["denials"]] == ["answer_awaited"]
    assert told["totals"]["hires"] == 3
    assert json.loads(due("purge", "--json", "--before", "2020-03-07"))["hires"] == []


def test_the_command_refuses_what_cannot_be_asked(database: Path) -> None:
    assert "pas les deux" in due("purge", "E-1", "--before", "01/01/2021", code=2)
    assert "pas un jour" in due("purge", "--before", "hier", code=2)
    assert "embauche par embauche" in due("purge", "--early", "--reason", "x", code=3)
    assert "Dites pourquoi" in due("purge", "E-1", "--early", code=3)
    assert "introuvable" in due("purge", "E-404", code=1)
    assert "E-3 n'est pas effacé" in due("purge", "E-3", "--yes", code=1)


def test_the_command_repeats_itself_whole_with_its_options(database: Path) -> None:
    told = due("purge", "E-1", "--reason", "fin de conservation", "--db", str(database))
    assert f"due-workflow --db {database} purge E-1 --reason 'fin de conservation' --yes" in told


def test_an_interrupted_command_says_how_far_it_came(database: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    walk = DueWorkflow.purge_many

    def stopped(self, *args, **named) -> Iterator[object]:
        yield next(iter(walk(self, *args, **(named | {"group": 1}))))
        raise KeyboardInterrupt

    monkeypatch.setattr(DueWorkflow, "purge_many", stopped)
    assert "1" in due("purge", "--yes", code=130)
    monkeypatch.undo()
    monkeypatch.chdir(database.parent)
    monkeypatch.setenv("COLUMNS", "200")
    assert "Effacé: 2 embauches" in due("purge", "--yes", code=7)
