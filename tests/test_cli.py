"""The command line: the procedure by commands only, help that teaches in two languages, exit codes, JSON, no NIR."""

from __future__ import annotations

import ast
import csv
import dataclasses
import json
import os
import re
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.testing import CliRunner

from due_workflow import (
    Acs,
    Ads,
    Ars,
    Conflict,
    DueWorkflow,
    FilingStatus,
    Mode,
    Outcome,
    Submission,
    SubmissionState,
    Verdict,
    cli,
    gates,
    machine,
    purging,
    retention,
    texts,
)
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front, views
from due_workflow.cli import steps as steps_module
from due_workflow.cli.outcomes import Code
from due_workflow.gates import REAL_GATE, TEST_GATE
from due_workflow.rounds import Task
from due_workflow.simulator.stage import JedeclareAddresses, UrssafAddresses
from due_workflow.testing import factories as make
from due_workflow.testing.avis import avis_xml, eml
from due_workflow.texts.window import WINDOW

PACKAGE = Path(cli.__file__).parent
NIRS = [make.nir(n) for n in range(1, 12)]
CLIENTS = "siret;raison_sociale;ape;adresse;code_postal;ville;telephone;code_urssaf;sante_travail;email;collaborateur"
HIRES = (
    "reference;siret;nom;nom_usage;prenoms;sexe;date_naissance;commune_naissance;departement_naissance;nir;"
    "date_embauche;heure_embauche;nature;date_fin;essai_jours"
)
ANSI = re.compile(r"\x1b\[")


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder, no setting of this machine, a terminal of 80 columns."""
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    return tmp_path


class Said:
    """What one command printed, and how it ended."""

    def __init__(self, code: int, out: str, err: str) -> None:
        self.code, self.out, self.err = code, out, err
        assert "Traceback" not in err + out
        for nir in NIRS:
            assert nir not in out + err, "a NIR was printed"
            assert nir[:13] not in out + err, "a NIR was printed"

    @property
    def json(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.out)
        return found


def due(*args: str, code: int = 0) -> Said:
    result = CliRunner().invoke(front.app, [str(arg) for arg in args])
    said = Said(result.exit_code, result.stdout, result.stderr)
    assert said.code == code, f"{args}: {said.code}\n{said.out}\n{said.err}"
    return said


def outside(*args: str, **env: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "due_workflow.cli", *args]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ | env, timeout=60, check=False)


def client_line(n: int, **changes: str) -> str:
    given = [make.siret(n), f"Société {n}", "1071C", f"{n} rue des Essais", "75011", "Paris", "0102030405", "117", "01"]
    return ";".join([*given, "", changes.get("collaborateur", "Camille")])


def hire_line(n: int, client: int = 1, **changes: str) -> str:
    day = (datetime.now(UTC) + timedelta(days=3)).strftime("%d/%m/%Y")
    row = {
        "reference": f"E-{n:04d}",
        "siret": make.siret(client),
        "nom": "DURAND",
        "nom_usage": "",
        "prenoms": f"Alix {n}",
        "sexe": "2",
        "date_naissance": "15/01/1990",
        "commune_naissance": "Paris",
        "departement_naissance": "75",
        "nir": make.nir(n),
        "date_embauche": day,
        "heure_embauche": "8h30",
        "nature": "CDI",
        "date_fin": "",
        "essai_jours": "",
    } | changes
    return ";".join(row[name] for name in HIRES.split(";"))


def written(name: str, header: str, *lines: str) -> str:
    Path(name).write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return name


def imported(clients: int = 1, hires: int = 1) -> None:
    due("import", "clients", written("clients.csv", CLIENTS, *map(client_line, range(1, clients + 1))))
    due("import", "hires", written("hires.csv", HIRES, *(hire_line(n) for n in range(1, hires + 1))))


def mandated(hires: int = 1) -> None:
    """A firm with its portal, one client under mandate, and hires."""
    imported(hires=hires)
    due("set-portal", "jedeclare", "CAB1")
    due("set-software", "Ed", "Paie", "1.0")
    due("select", make.siren(1))
    due("mandate", "request", make.siren(1))
    due("mandate", "sign", make.siren(1), "--signed-on", "05/01/2026", "--signatory", "Dominique Dupont")


def avis(name: str, receipt: Ads | Acs | Ars, *, mail: bool = False) -> str:
    path = Path(name)
    path.parent.mkdir(exist_ok=True)
    body = avis_xml(receipt)
    path.write_bytes(eml(body) if mail else body)
    return name


def verdict(reference: str = "E-0001", outcome: Outcome = Outcome.ACCEPTED, message: str = "") -> Verdict:
    return Verdict(outcome=outcome, reference=reference, siret=make.siret(1), message=message)


def answered(ref: str, outcome: Outcome = Outcome.ACCEPTED) -> str:
    """A folder with the three receipts of a deposit."""
    now = datetime.now(UTC)
    avis(f"avis{ref}/1.xml", Ads(portal_ref=ref, issued_at=now, count=1))
    avis(f"avis{ref}/2.eml", Acs(portal_ref=ref, issued_at=now, verdicts=(verdict(),)), mail=True)
    avis(f"avis{ref}/3.xml", Ars(portal_ref=ref, issued_at=now, verdicts=(verdict(outcome=outcome),)))
    return f"avis{ref}"


# ---- the procedure


def test_the_whole_procedure_goes_by_commands_only() -> None:
    mandated()
    due("prepare", "E-0001")
    refused = due("go-live", make.siren(1), code=Code.REFUSED)
    assert "étape 6" in refused.err
    assert f"explain {make.siren(1)}" in refused.err
    begun = due("begin-send", "E-0001")
    assert "test" in begun.out
    assert "personne n'est déclaré par un test" in begun.out
    due("mark-sent", "E-0001", "--ref", "100")
    told = due("receive", answered("100"))
    assert "3 pris en compte" in told.out
    tested = due("status")
    assert "○ test – non déclaré" in tested.out
    assert "DÉCLARÉ" not in tested.out
    assert "go-live" in tested.out
    due("go-live", make.siren(1))
    assert "réel" in due("prepare", "E-0001").out
    due("begin-send", "E-0001/real/1")
    due("mark-sent", "E-0001", "--ref", "200")
    due("receive", answered("200"))
    done = due("status", "E-0001")
    assert "✔ DÉCLARÉ" in done.out
    assert "ARS CIRSO: accepté" in done.out
    assert "DURAND Alix 1" in done.out
    held = due("journal", "--verify")
    assert "le journal tient" in held.out
    assert "real/1" in due("journal", "E-0001").out


def test_what_to_do_next_is_a_command_that_works_until_nothing_is_left() -> None:
    """The story is told by following the advice only, filling in what a person knows."""
    imported()
    known = {"COMPTE": "CAB1", "EDITEUR": "Ed", "PRODUIT": "Paie", "VERSION": "1", "JJ/MM/AAAA": "05/01/2026"}
    numbers = iter(("300", "400"))
    ref = ""
    taken = []
    due("tick")
    for _ in range(16):
        step = due("status", "--json").json["next_steps"][0]
        name, *args = step["command"].removeprefix("due-workflow ").split()
        taken.append(" ".join([name, *args[:1]]) if name == "mandate" else name)
        if name == "receive":
            args = [answered(ref)]
        elif name == "mark-sent":
            ref = next(numbers)
            args = [*args[:-1], ref]
        elif name == "tick":
            break
        due(name, *(known.get(arg, arg).replace("NOM", "Dominique") for arg in args))
    assert taken == [
        *("set-portal", "set-software", "pilots", "mandate request", "mandate sign"),
        *("prepare", "begin-send", "mark-sent", "receive", "go-live"),
        *("prepare", "begin-send", "mark-sent", "receive", "tick"),
    ]
    assert due("status", "--json").json["counts"] == {"declared": 1}


def test_a_late_hire_is_the_first_thing_to_do_by_the_way_that_is_open(monkeypatch: pytest.MonkeyPatch) -> None:
    def first() -> str:
        command: str = due("status", "--json").json["next_steps"][0]["command"]
        return command.removeprefix("due-workflow ")

    mandated()
    due("prepare", "E-0001")
    due("mark-sent", "E-0001", "--ref", "100")
    due("receive", answered("100"))
    after = datetime.now(UTC) + timedelta(days=4)
    monkeypatch.setattr("due_workflow.workflow.SystemClock.now", lambda _: after)
    assert first() == "tick"
    due("tick")
    assert first().startswith("declared-elsewhere E-0001 ")
    due("go-live", make.siren(1))
    assert first() == "prepare E-0001 --mode real"
    due("prepare", "E-0001", "--mode", "real")
    assert first() == "begin-send E-0001/real/1 --late"
    assert "--late" in due("begin-send", "E-0001/real/1", code=Code.REFUSED).err
    due("begin-send", "E-0001/real/1", "--late")
    due("mark-sent", "E-0001", "--ref", "200")
    due("receive", answered("200"))
    assert "✔ DÉCLARÉ (hors délai)" in due("status").out


def test_a_rejected_test_is_renewed_with_the_corrected_line() -> None:
    mandated()
    due("prepare", "--all")
    due("begin-send", "E-0001")
    due("mark-sent", "E-0001", "--ref", "100")
    due("receive", answered("100", Outcome.REJECTED))
    assert "rejeté par le CIRSO" in due("status", "E-0001").out
    written("new.csv", HIRES, hire_line(1, nom="DUPOND"))
    due("renew", "E-0001", "--reason", "nom mal saisi", "--from", "new.csv")
    assert "DUPOND" in due("status", "E-0001").out
    missing = due("renew", "E-0001", "--reason", "x", "--from", written("n.csv", HIRES, hire_line(2)), code=Code.USAGE)
    assert "E-0001" in missing.err


def test_one_deposit_for_several_hires_of_one_establishment() -> None:
    mandated(hires=3)
    due("prepare", "E-0001", "E-0002", "E-0003")
    begun = due("begin-send", "E-0001", "E-0002", "E-0003", "--together", "--json").json
    assert len(begun["deposits"]) == 1
    sent = due("mark-sent", "E-0001", "E-0002", "E-0003", "--together", "--ref", "100", "--json").json
    assert [sub["state"] for sub in sent["submissions"]] == ["sent"] * 3
    assert sent["deposits"][0]["ref"] == "100"


def test_apart_each_hire_has_its_deposit() -> None:
    mandated(hires=2)
    due("prepare", "--all", "--mode", "test")
    sent = due("mark-sent", "E-0001", "E-0002", "--json").json
    assert len(sent["deposits"]) == 2


def test_an_irregular_sending_is_recorded_and_told() -> None:
    imported()
    due("prepare", "E-0001", "--mode", "real")
    said = due("mark-sent", "E-0001", "--at", datetime.now(UTC).strftime("%d/%m/%Y"))
    assert "sans mandat" in said.err
    assert "client pas en mode réel" in due("status", "E-0001").out


def test_doubt_is_settled_by_what_the_portal_says(monkeypatch: pytest.MonkeyPatch) -> None:
    mandated(hires=2)
    due("prepare", "--all")
    due("begin-send", "E-0001", "E-0002")
    later = datetime.now(UTC) + timedelta(minutes=20)
    monkeypatch.setattr("due_workflow.workflow.SystemClock.now", lambda _: later)
    ticked = due("tick")
    assert "! E-0001/test/1" in ticked.out
    assert due("status", "--in-doubt", "--json").json["hires"][0]["attempts"][0]["state"] == "in_doubt"
    assert "settle-doubt" in due("status").out
    due("settle-doubt", "E-0001", "--ref", "100")
    settled = due("settle-doubt", "E-0002/test/1", "--not-found", "--json").json
    assert settled["submissions"][0]["state"] == "lost"
    due("settle-doubt", "E-0001", code=Code.INPUT)
    due("settle-doubt", "D-0", "--not-found", code=Code.NOT_FOUND)


def test_abandoned_and_declared_elsewhere_say_what_they_do_not_do() -> None:
    mandated(hires=2)
    due("prepare", "E-0001")
    assert "Rien n'est annulé" in due("abandon", "E-0001", "--reason", "erreur").out
    due("abandon", "E-0002", "--hire", "--reason", "renonce")
    assert due("status", "E-0002", "--json").json["hire"]["status"] == "abandoned"
    due("declared-elsewhere", "E-0001", "--at", "2026-03-02 9:15", "--proof", "net-entreprises")
    assert "déclaré par ailleurs" in due("status", "E-0001").out


def test_release_lets_the_worker_send_and_sends_nothing() -> None:
    mandated()
    due("prepare", "E-0001")
    said = due("release", "E-0001", "--json").json
    assert said["submissions"][0]["released_at"]
    assert said["submissions"][0]["state"] == "prepared"


def test_a_mandate_is_revoked_and_the_client_withdrawn() -> None:
    mandated()
    today = datetime.now(UTC).strftime("%Y-%m-%d")
    due("mandate", "revoke", make.siren(1), "--on", today, "--reason", "parti")
    assert due("status", "--client", make.siren(1), "--json").json["clients"][0]["state"] == "withdrawn"


def test_a_signed_document_leaves_its_digest() -> None:
    imported()
    Path("mandat.pdf").write_bytes(b"%PDF-1.7 scan %%EOF")
    said = due(
        "mandate", "sign", make.siren(1), "--signed-on", "05/01/2026", "--signatory", "D", "--document", "mandat.pdf"
    )
    assert "SHA-256" in said.out
    args = ("mandate", "sign", make.siren(1), "--signed-on", "05/01/2026", "--signatory", "D", "--document")
    assert "il n'existe pas" in due(*args, "no.pdf", code=Code.UNUSABLE).err
    assert "it is a folder" in due(*args, ".", "--lang", "en", code=Code.UNUSABLE).err


def test_what_is_refused_for_one_does_not_stop_the_others() -> None:
    imported(clients=2)
    said = due("select", make.siren(1), "800000036", make.siren(2), "--json", code=Code.NOT_FOUND).json
    assert [c["state"] for c in said["clients"]] == ["selected"] * 2
    assert said["errors"][0]["code"] == "not_found"
    assert due("select", "--all").out.strip() == "Aucun à traiter."
    due("mandate", "request", "--all")
    due("mandate", "request", code=Code.USAGE)


# ---- receipts


def test_order_and_repetition_of_receipts_do_not_matter() -> None:
    mandated()
    due("prepare", "E-0001")
    due("begin-send", "E-0001")
    due("mark-sent", "E-0001")
    early = avis("in/0.xml", Ars(portal_ref="100", issued_at=datetime.now(UTC), verdicts=(verdict(),)))
    waits = due("receive", early, code=Code.PERSON)
    assert "référence inconnue" in waits.out
    avis("in2/1.xml", Ads(portal_ref="100", issued_at=datetime.now(UTC), count=1))
    due("receive", "in2")
    assert due("status", "E-0001", "--json").json["hire"]["attempts"][0]["state"] == "accepted"
    again = due("receive", "in", "in2")
    assert "2 déjà reçus" in again.out


def test_what_was_placed_by_a_later_file_of_the_same_folder_is_said() -> None:
    mandated()
    due("prepare", "E-0001")
    due("begin-send", "E-0001")
    due("mark-sent", "E-0001")
    now = datetime.now(UTC)
    avis("in/1.xml", Ars(portal_ref="100", issued_at=now, verdicts=(verdict(),)))
    avis("in/2.xml", Ads(portal_ref="100", issued_at=now, count=1))
    said = due("receive", "in")
    assert "placé depuis" in said.out
    assert "2 pris en compte" in said.out


def test_a_bad_file_waits_in_the_tray_and_stops_nothing() -> None:
    mandated()
    due("prepare", "E-0001")
    due("begin-send", "E-0001")
    due("mark-sent", "E-0001", "--ref", "100")
    folder = Path(answered("100"))
    (folder / "0.xml").write_bytes(b"<half")
    (folder / ".hidden").write_bytes(b"")
    (folder / "deep").mkdir()
    avis("avis100/deep/9.xml", Ads(portal_ref="999", issued_at=datetime.now(UTC)))
    said = due("receive", str(folder), code=Code.PERSON)
    assert "5 fichiers: 3 pris en compte, 0 déjà reçu, 2 en attente" in said.out
    assert "caché" in said.err
    tray = due("tray")
    assert "illisible" in tray.out
    assert "999" in tray.out
    held = {r["kind"]: r["receipt"] for r in due("tray", "--json").json["receipts"]}
    due("attach", held["unreadable"][:8], "E-0001/test/1=accepted", code=Code.INPUT)
    due("attach", held["ads"][:8], "E-0001/test/1", code=Code.USAGE)
    due("attach", held["ads"][:8], "E-0001/test/1=peut-être", code=Code.USAGE)
    due("attach", "abcdef0", "E-0001/test/1=accepté", code=Code.NOT_FOUND)
    due("receive", "no-such-folder", code=Code.USAGE)


def test_a_person_attaches_what_a_piece_does_not_tell() -> None:
    mandated(hires=2)
    due("prepare", "--all")
    due("begin-send", "E-0001", "E-0002", "--together")
    due("mark-sent", "E-0001", "E-0002", "--ref", "100")
    vague = Ars(portal_ref="100", issued_at=datetime.now(UTC), verdicts=(Verdict(outcome=Outcome.REJECTED),))
    due("receive", avis("v.xml", vague), code=Code.PERSON)
    receipt = due("tray", "--json").json["receipts"][0]["receipt"]
    said = due("attach", receipt[:10], "E-0002/test/1=rejete")
    assert "rejeté par le CIRSO" in said.out
    assert due("tray").out.strip() == "Aucun avis n'attend."


def test_a_piece_attached_in_part_stays_in_the_tray_and_says_who_has_it() -> None:
    mandated(hires=2)
    due("prepare", "--all")
    due("begin-send", "E-0001", "E-0002", "--together")
    due("mark-sent", "E-0001", "E-0002", "--ref", "100")
    mixed = (Verdict(outcome=Outcome.ACCEPTED), Verdict(outcome=Outcome.REJECTED))
    ars = Ars(portal_ref="100", issued_at=datetime.now(UTC), verdicts=mixed)
    due("receive", avis("v.xml", ars), code=Code.PERSON)
    receipt = due("tray", "--json").json["receipts"][0]["receipt"]
    partly = due("attach", receipt[:8], "E-0001/test/1=accepted", code=Code.PERSON)
    assert "parle encore d'autres envois" in partly.err
    shown = due("tray").out
    assert "(déjà attaché: E-0001/test/1)" in shown
    assert texts.word("tray", "partly") in shown
    assert due("tray", "--json").json["receipts"][0]["reached"] == ["E-0001/test/1"]
    assert "Déjà attaché: E-0001/test/1" in due("status").out
    due("attach", receipt[:8], "E-0002/test/1=rejected")
    assert due("tray").out.strip() == "Aucun avis n'attend."


def test_the_tray_says_only_what_helps_what_waits_in_it() -> None:
    mandated()
    due("prepare", "E-0001")
    due("begin-send", "E-0001")
    due("mark-sent", "E-0001", "--ref", "100")
    known = texts.CATALOGUE

    def told() -> set[str]:
        shown = due("tray").out
        parts = {
            "ref": "Numéro inconnu",
            "attach": "dites ce qu'il dit",
            "aside": "Illisible",
            "mode": "Mode contredit",
        }
        assert {f"cli.tray_how.{name}" for name in parts} == {key for key in known if key.startswith("cli.tray_how.")}
        return {name for name, words in parts.items() if words in shown}

    at = datetime.now(UTC)
    ads = Ads(portal_ref="100", issued_at=at, mode=Mode.REAL, count=1)
    due("receive", avis("ads.xml", ads), "--mode", "real", code=Code.PERSON)
    due("receive", avis("ars.xml", Ars(portal_ref="100", issued_at=at, verdicts=(verdict(),))), code=Code.PERSON)
    assert told() == {"mode"}
    Path("bad.xml").write_bytes(b"<half")
    due("receive", "bad.xml", code=Code.PERSON)
    assert told() == {"mode", "aside"}
    due("receive", avis("lost.xml", Ars(portal_ref="9", issued_at=at, verdicts=(verdict(),))), code=Code.PERSON)
    assert told() == {"mode", "aside", "ref", "attach"}


def test_a_test_that_the_portal_took_for_real_is_told_as_maybe_declared_and_what_to_do_then_works() -> None:
    mandated()
    due("prepare", "E-0001")
    due("begin-send", "E-0001")
    due("mark-sent", "E-0001", "--ref", "100")
    ads = Ads(portal_ref="100", issued_at=datetime.now(UTC), mode=Mode.REAL, count=1)
    due("receive", avis("ads.xml", ads), "--mode", "real", code=Code.PERSON)
    shown = due("status", "E-0001").out
    assert "peut-être déclarée pour de bon" in shown
    assert "declared-elsewhere E-0001" in shown
    assert "peut-être déclarée pour de bon" in due("status").out
    found = due("status", "E-0001", "--json").json
    assert (found["hire"]["mode_contradicted"], found["deposits"][0]["mode_told"]) == (True, "real")
    due("declared-elsewhere", "E-0001", "--at", "2026-01-05 10:00", "--proof", "ADS 100, pris en réel")
    due("abandon", "E-0001/test/1", "--reason", "pris en réel", "--confirm")
    assert "MODE CONTREDIT" not in due("status").out
    assert "l'avoir pris en mode réel, il est parti en mode test" in due("status", "E-0001").out


def test_a_receipt_is_set_aside_with_who_and_why_and_kept() -> None:
    mandated()
    Path("bad.xml").write_bytes(b"<half")
    due("receive", "bad.xml", code=Code.PERSON)
    receipt = due("tray", "--json").json["receipts"][0]["receipt"]
    assert due("set-aside", receipt[:8], "--reason", " ", code=Code.INPUT)
    assert "Il manque: --reason" in due("set-aside", receipt[:8], code=Code.USAGE).err
    said = due("set-aside", receipt[:8], "--reason", "tronqué", "--by", "Camille")
    assert "Il reste gardé" in said.out
    assert due("tray").out.strip() == "Aucun avis n'attend."
    assert due("status", "--json").json["tray"] == 0
    with SqliteStorage("due.sqlite") as storage:
        kept = DueWorkflow(storage, cabinet="cabinet").read.receipt(receipt)
    assert (kept.state, kept.aside_reason, kept.attached_by) == ("aside", "tronqué", "Camille")
    again = due("receive", "bad.xml")
    assert "mis de côté" in again.out
    assert "1 déjà reçu, 0 en attente" in again.out
    due("set-aside", "abcdef0", "--reason", "x", code=Code.NOT_FOUND)
    due("set-aside", receipt, "--reason", "x", code=Code.INPUT)


def test_a_number_learned_late_places_what_waited() -> None:
    mandated()
    due("prepare", "E-0001")
    due("mark-sent", "E-0001")
    ars = Ars(portal_ref="100", issued_at=datetime.now(UTC), verdicts=(verdict(),))
    due("receive", avis("a.xml", ars), code=Code.PERSON)
    assert "accepté (ARS)" in due("learn-ref", "E-0001/test/1", "100").out


def test_a_receipt_of_another_mode_never_counts() -> None:
    mandated()
    due("prepare", "E-0001")
    due("mark-sent", "E-0001", "--ref", "100")
    said = due("receive", "--mode", "real", answered("100"), code=Code.PERSON)
    assert "mode différent" in said.out
    assert "✔" not in due("status").out


# ---- looking


def test_a_test_never_looks_like_a_declaration() -> None:
    for lang in texts.LANGUAGES:
        looks = {status: views.status_text(status, lang) for status in FilingStatus}
        assert len({str(text) for text in looks.values()}) == len(FilingStatus)
        assert len({str(text)[0] for text in looks.values()}) == len(FilingStatus)
        declared = looks.pop(FilingStatus.DECLARED)
        assert "green" in str(declared.style)
        for text in looks.values():
            assert "green" not in str(text.style)
    sub = make_attempt(Mode.TEST)
    assert "green" not in str(views.attempt_text(sub, "fr").style)
    assert "green" in str(views.attempt_text(make_attempt(Mode.REAL), "fr").style)


def make_attempt(mode: Mode) -> Submission:
    return Submission(
        id=f"E/{mode}/1",
        reference="E",
        mode=mode,
        attempt=1,
        state=SubmissionState.ACCEPTED,
        content="",
        prepared_at=make.NOW,
    )


def test_status_narrows_and_pages() -> None:
    imported(clients=2)
    due("import", "hires", written("more.csv", HIRES, *(hire_line(n, 2) for n in range(2, 8))))
    page = due("status", "--limit", "3", "--json").json
    assert [h["reference"] for h in page["hires"]] == ["E-0001", "E-0002", "E-0003"]
    assert page["next"] == "E-0003"
    assert page["counts"] == {"to_declare": 7}
    rest = due("status", "--after", page["next"], "--json").json
    assert len(rest["hires"]) == 4
    assert rest["next"] is None
    every = due("status", "--limit", "0", "--json").json
    assert len(every["hires"]) == 7
    assert len(due("status", "--client", make.siret(2), "--json").json["hires"]) == 6
    assert due("status", "--status", "declared", "--json").json["hires"] == []
    assert "Aucune embauche" in due("status", "--overdue").out
    assert "--after E-0003" in due("status", "--limit", "3").out
    due("status", "E-9999", code=Code.NOT_FOUND)


def test_no_table_cuts_an_identifier_in_a_narrow_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    imported()
    long = "R" * 120
    due("import", "hires", written("long.csv", HIRES, hire_line(2, reference=long)))
    monkeypatch.setenv("COLUMNS", "60")
    said = due("status")
    assert "…" not in said.out.split("À faire", maxsplit=1)[0]
    assert said.out.count("R") >= 120
    monkeypatch.setenv("COLUMNS", "80")
    for found in (make.siren(1), "E-0001"):
        assert found in due("status").out
    assert make.siret(1) in due("status", "E-0001").out


def test_explain_gives_every_reason_and_changes_nothing() -> None:
    mandated()
    before = due("journal", make.siren(1)).out
    said = due("explain", make.siren(1))
    assert "- passer en mode réel (go_live)" in said.out
    assert "Aucun test accepté" in said.out
    assert "+ retirer le mandat" in said.out
    assert due("journal", make.siren(1)).out == before
    events = due("explain", make.siren(1), "--json").json["events"]
    assert {e["event"]: e["possible"] for e in events}["go_live"] is False
    due("explain", "800000036", code=Code.NOT_FOUND)


def test_the_journal_says_who_and_a_tampered_one_is_found(here: Path) -> None:
    mandated()
    due("prepare", "E-0001", "--by", "Camille")
    told = due("journal", "E-0001", "--full")
    assert "Camille" in told.out
    assert due("journal", "E-0001", "--json").json["entries"][-1]["by"] == "Camille"
    assert due("journal", "--verify", "--json").json["sound"] is True
    db = sqlite3.connect(here / "due.sqlite")
    db.execute("UPDATE entries SET data = CAST(replace(CAST(data AS TEXT), 'Camille', 'Dominiq') AS BLOB)")
    db.commit()
    db.close()
    broken = due("journal", "--verify", code=Code.UNUSABLE)
    assert "ne tient pas" in broken.out
    assert due("journal", "--verify", "--json", code=Code.UNUSABLE).json["sound"] is False


def test_tick_tells_each_notice_once() -> None:
    mandated()
    due("go-live", make.siren(1), code=Code.REFUSED)
    due("prepare", "E-0001")
    due("mark-sent", "E-0001", "--ref", "100")
    due("receive", answered("100"))
    first = due("tick", "--deliver", "--json").json
    assert [n["code"] for n in first["notices"]] == ["test_accepted"]
    assert due("tick", "--deliver", "--json").json["delivered"] == 0


@pytest.mark.parametrize("which", ["client", "submission"])
def test_diagrams_are_printed_as_they_are(which: str) -> None:
    assert due("diagram", which).out.startswith("stateDiagram-v2\n")
    assert due("diagram", which, "--format", "markdown").out.startswith("| De |")
    assert due("diagram", which, "--format", "markdown", "--lang", "en").out.startswith("| From |")


def test_two_firms_share_a_database_without_seeing_each_other() -> None:
    imported()
    assert due("status", "--cabinet", "other", "--json").json["hires"] == []


def test_status_of_a_siren_a_siret_an_attempt_or_a_deposit_shows_what_is_meant() -> None:
    mandated(hires=2)
    due("prepare", "E-0001")
    due("begin-send", "E-0001")
    by_option = due("status", "--client", make.siren(1)).out
    siren = make.siren(1)
    for name in (siren, make.siret(1), f"{siren[:3]} {siren[3:6]} {siren[6:]}"):
        assert due("status", name).out == by_option
    assert due("status", "E-0001/test/1").out == due("status", "E-0001").out
    assert due("status", "cabinet").out == due("status").out
    for name, what in (
        (make.siren(9), "client"),
        (make.siret(9), "client"),
        ("E-9", "embauche"),
        ("D-0123456789abcdef", "dépôt"),
        ("E-0001/test/7", "envoi"),
    ):
        assert f"{what} introuvable" in due("status", name, code=Code.NOT_FOUND).err


def test_a_deposit_has_its_page_and_is_explained_by_its_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    mandated(hires=2)
    due("prepare", "--all")
    said = due("begin-send", "E-0001", "E-0002", "--together", "--json").json
    deposit = said["deposits"][0]["id"]
    page = due("status", deposit).out
    for word in (f"Dépôt {deposit}: ouvert", "jedeclare CAB1", "mode test", "numéro ADS: —", f"learn-ref {deposit}"):
        assert word in page
    assert re.search(r"E-0002/test/1  test: envoi en cours  \(attend une réponse\)", page)
    document = due("status", deposit, "--json").json
    assert document["deposit"]["standings"] == {"E-0001/test/1": "waiting", "E-0002/test/1": "waiting"}
    assert [sub["state"] for sub in document["submissions"]] == ["sending"] * 2
    told = due("explain", deposit).out
    assert "est un dépôt (ouvert)" in told
    assert "explain E-0001/test/1" in told
    assert due("explain", deposit, "--json").json["deposit"]["id"] == deposit
    later = datetime.now(UTC) + timedelta(minutes=20)
    monkeypatch.setattr("due_workflow.workflow.SystemClock.now", lambda _: later)
    due("tick")
    assert f"settle-doubt {deposit} --ref NUMBER" in due("explain", deposit, "--lang", "en").out
    due("settle-doubt", deposit, "--ref", "100")
    assert "numéro ADS: 100" in due("status", deposit).out
    assert "learn-ref" not in due("status", deposit).out
    assert "dépôt introuvable" in due("status", "D-00", code=Code.NOT_FOUND).err
    assert "introuvable" in due("explain", "D-00", code=Code.NOT_FOUND).err


def test_a_hires_reference_settles_the_attempt_in_doubt_and_not_a_later_prepared_one(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    mandated(hires=2)
    due("prepare", "--all")
    due("begin-send", "E-0001", "E-0002")
    later = datetime.now(UTC) + timedelta(minutes=20)
    monkeypatch.setattr("due_workflow.workflow.SystemClock.now", lambda _: later)
    due("tick")
    due("renew", "E-0001", "--reason", "au cas où")
    assert "E-0001/test/2" in due("status", "E-0001").out
    settled = due("settle-doubt", "E-0001", "--not-found", "--json").json
    assert {sub["id"]: sub["state"] for sub in settled["submissions"]} == {"E-0001/test/1": "lost"}
    due("renew", "E-0002", "--reason", "au cas où")
    due("begin-send", "E-0002")
    in_doubt = due("settle-doubt", "E-0002", "--ref", "200", "--json").json["submissions"]
    assert [sub["id"] for sub in in_doubt] == ["E-0002/test/1"]
    # nothing is in doubt any more: a number learned late is that of the last one handed over
    assert "E-0002/test/2" in due("learn-ref", "E-0002", "201").out
    assert "dans aucun dépôt" in due("learn-ref", "E-0001/test/2", "202", code=Code.USAGE).err


def test_two_attempts_in_doubt_ask_which_one(monkeypatch: pytest.MonkeyPatch) -> None:
    mandated()
    due("prepare", "E-0001")
    due("begin-send", "E-0001")
    due("renew", "E-0001", "--reason", "au cas où")
    due("begin-send", "E-0001")
    later = datetime.now(UTC) + timedelta(minutes=20)
    monkeypatch.setattr("due_workflow.workflow.SystemClock.now", lambda _: later)
    due("tick")
    asked = due("settle-doubt", "E-0001", "--ref", "1", code=Code.USAGE)
    assert "E-0001/test/1, E-0001/test/2" in asked.err


def test_the_journal_is_in_words_and_its_automaton_too() -> None:
    mandated()
    due("prepare", "E-0001")
    due("begin-send", "E-0001", "--by", "worker")
    due("declared-elsewhere", "E-0001", "--at", "2026-03-02 9:15", "--proof", "net-entreprises")
    french = due("journal", "E-0001").out
    assert "test en cours – non déclaré → déclaré par ailleurs" in french
    assert " automate " in french
    assert not re.search(r"\bworker\b|declared_elsewhere|test_running", french)
    english = due("journal", "E-0001", "--lang", "en").out
    assert "test under way – not declared → declared elsewhere" in english
    assert " worker " in english
    deposit = due("status", "E-0001", "--json").json["deposits"][0]["id"]
    due("learn-ref", deposit, "100")
    assert not re.search(r"\b(open|closed|waiting)\b", due("journal", deposit).out)


def test_the_end_of_a_period_is_told_as_24_00_of_its_last_day() -> None:
    midnight = datetime(2026, 11, 26, 23, tzinfo=UTC)
    for name in ("acs_missing", "ars_overdue", "legal_ack", "contest", "mandate_ends"):
        assert views.due(name, midnight, "fr") == "26/11/2026 24:00"
        assert views.due(name, midnight, "en") == "2026-11-26 24:00"
        assert views.due(name, midnight + timedelta(minutes=1), "fr") == "27/11/2026 00:01"
    assert views.due("mandate_ends", datetime(2026, 6, 30, 22, tzinfo=UTC), "fr") == "30/06/2026 24:00"
    assert views.due("window_open", midnight, "fr") == "27/11/2026 00:00"
    assert views.due("hire_undeclared", midnight, "fr") == "27/11/2026 00:00"
    mandated()
    due("prepare", "E-0001")
    due("mark-sent", "E-0001", "--ref", "100")
    for out in (due("status").out, due("status", "E-0001").out):
        assert re.search(r" 24:00 .*ACS attendu", out)
        assert not re.search(r" 00:00 .*(ACS|ARS) attendu", out)


def test_a_workplace_on_other_clocks_has_its_own_hour_on_the_hires_page() -> None:
    lines = [client_line(n).replace("75011;Paris", town) for n, town in ((1, "97400;Saint-Denis"), (2, "75011;Paris"))]
    lines.append(client_line(3).replace("75011;Paris", "97300;Cayenne"))
    due("import", "clients", written("c.csv", CLIENTS, *lines))
    days = {"date_embauche": "17/11/2026"}
    hires = [hire_line(n, n, **days) for n in (1, 2)] + [hire_line(3, 3, heure_embauche="20h00", **days)]
    due("import", "hires", written("h.csv", HIRES, *hires))
    assert "le 17/11/2026 05:30 (heure de Paris), 08:30 sur place." in due("status", "E-0001").out
    assert "2026-11-17 05:30 (Paris time), 08:30 at the workplace." in due("status", "E-0001", "--lang", "en").out
    assert "le 17/11/2026 08:30 (heure de Paris). Client" in due("status", "E-0002").out
    assert "le 18/11/2026 00:00 (heure de Paris), 17/11/2026 20:00 sur place." in due("status", "E-0003").out
    assert "Embauche (Paris)" in due("status").out
    assert "Hire (Paris)" in due("status", "--lang", "en").out


# ---- what to do next


def steps(*options: str) -> list[str]:
    """The commands that are proposed, without the program's name."""
    found = due("status", "--json", *options).json["next_steps"]
    return [step["command"].removeprefix("due-workflow ").removeprefix("--lang en ") for step in found]


def live(hires: int = 1, **changes: str) -> None:
    """A client in real mode by the test of another hire, and `hires` of which nothing was attempted."""
    mandated()
    due("prepare", "E-0001")
    due("mark-sent", "E-0001", "--ref", "100")
    due("receive", answered("100"))
    due("go-live", make.siren(1))
    due("abandon", "E-0001", "--hire", "--reason", "renonce")
    due("import", "hires", written("more.csv", HIRES, *(hire_line(n, **changes) for n in range(2, 2 + hires))))


def test_a_real_attempt_that_waits_for_its_window_leaves_nothing_to_do() -> None:
    far = (datetime.now(UTC) + timedelta(days=30)).strftime("%d/%m/%Y")
    live(date_embauche=far)
    due("prepare", "E-0002", "--mode", "real")
    assert steps() == ["tick"]
    due("prepare", "E-0002", "--mode", "test")
    assert steps() == ["tick"], "a test of a hire whose client is live"


def test_a_late_hire_without_a_mandate_is_not_to_be_prepared(monkeypatch: pytest.MonkeyPatch) -> None:
    imported()
    after = datetime.now(UTC) + timedelta(days=4)
    monkeypatch.setattr("due_workflow.workflow.SystemClock.now", lambda _: after)
    due("tick")
    found = due("status", "--json").json["next_steps"]
    assert found[0]["command"].startswith("due-workflow declared-elsewhere E-0001 ")
    assert "pas de mandat en vigueur" in found[0]["text"]
    assert not [command for command in steps() if command.startswith("prepare")]


def test_a_late_hire_of_a_live_client_whose_mandate_ended_asks_for_the_mandate_first(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    live()
    tomorrow = (datetime.now(UTC) + timedelta(days=2)).strftime("%Y-%m-%d")
    sign = ("mandate", "sign", make.siren(1), "--signed-on", "2026-01-05", "--signatory", "D", "--ends-on", tomorrow)
    due(*sign)
    monkeypatch.setattr("due_workflow.cli.steps.GRACE", timedelta(days=90))
    after = datetime.now(UTC) + timedelta(days=4)
    monkeypatch.setattr("due_workflow.workflow.SystemClock.now", lambda _: after)
    # what the clock alone changed is written down by the next act on that hire; the mandate's end was not raised
    due("prepare", "E-0002", "--mode", "real")
    assert steps()[0] == f"mandate sign {make.siren(1)} --signed-on JJ/MM/AAAA --signatory NOM"
    due(*sign[:-2])
    assert steps()[0] == "begin-send E-0002/real/1 --late"


def test_a_late_hire_that_was_lost_is_renewed(monkeypatch: pytest.MonkeyPatch) -> None:
    live()
    due("prepare", "E-0002")
    due("begin-send", "E-0002")
    after = datetime.now(UTC) + timedelta(days=4)
    monkeypatch.setattr("due_workflow.workflow.SystemClock.now", lambda _: after)
    due("tick")
    due("settle-doubt", "E-0002", "--not-found")
    assert steps()[0] == "renew E-0002/real/1 --reason …"
    due("renew", "E-0002", "--reason", "perdu")
    assert steps()[0] == "begin-send E-0002/real/2 --late"


def test_a_late_hire_that_this_channel_cannot_carry_goes_another_way(monkeypatch: pytest.MonkeyPatch) -> None:
    live()
    due("prepare", "E-0002")
    due("import", "clients", written("c.csv", CLIENTS, client_line(1).replace("75011;Paris", "97600;Mamoudzou")))
    after = datetime.now(UTC) + timedelta(days=4)
    monkeypatch.setattr("due_workflow.workflow.SystemClock.now", lambda _: after)
    due("tick")
    first = due("status", "--json").json["next_steps"][0]
    assert first["command"].startswith("due-workflow declared-elsewhere E-0002 ")
    assert "explain E-0002" in first["text"]


def test_what_was_abandoned_and_may_be_held_is_listed_until_it_is_confirmed() -> None:
    live(hires=2)
    for reference in ("E-0002", "E-0003"):
        due("prepare", reference)
        due("begin-send", reference)
        due("mark-sent", reference, "--ref", reference)
    due("abandon", "E-0003", "--reason", "erreur")
    assert steps() == ["abandon E-0003/real/1 --reason … --confirm", "receive AVIS/"]
    due("renew", "E-0003", "--reason", "corrigé")
    assert "abandon E-0003/real/1 --reason … --confirm" in steps(), "it still bars the next one"
    due("abandon", "E-0003/real/1", "--reason", "sûr", "--confirm")
    assert not [command for command in steps() if command.startswith("abandon")]


def test_what_is_left_to_fill_in_is_named_in_the_language() -> None:
    imported()
    english, french = steps("--lang", "en"), steps()
    assert "set-portal jedeclare ACCOUNT" in english
    assert "set-portal jedeclare COMPTE" in french
    assert "set-software EDITOR PRODUCT VERSION" in english
    for blank in steps_module.Blank:
        key = f"cli.blank.{blank.value}"
        fr, en = texts.CATALOGUE[key]
        assert (fr == en) == (blank is steps_module.Blank.TEXT)
        assert steps_module.typed(("x", blank), "en") == f"x {en}"
    assert steps_module.typed(("x", "a b"), "fr") == "x 'a b'"
    mandated()
    due("prepare", "E-0001")
    due("begin-send", "E-0001")
    assert "mark-sent E-0001/test/1 --ref NUMBER" in steps("--lang", "en")
    due("mark-sent", "E-0001", "--ref", "1")
    assert "receive RECEIPTS/" in steps("--lang", "en")


def test_a_receipt_that_waits_is_listed_with_the_command_for_it() -> None:
    mandated(hires=2)
    due("prepare", "--all")
    due("begin-send", "E-0001", "E-0002", "--together")
    due("mark-sent", "E-0001", "E-0002", "--ref", "100")
    now = datetime.now(UTC)
    mixed = (Verdict(outcome=Outcome.ACCEPTED), Verdict(outcome=Outcome.REJECTED))
    due("receive", avis("v.xml", Acs(portal_ref="100", issued_at=now, verdicts=mixed)), code=Code.PERSON)
    Path("bad.xml").write_bytes(b"<half")
    due("receive", "bad.xml", code=Code.PERSON)
    ids = {r["kind"]: r["receipt"][:12] for r in due("tray", "--json").json["receipts"]}
    assert f"attach {ids['acs']} ENVOI=RESULTAT" in steps()
    assert f"attach {ids['acs']} ATTEMPT=OUTCOME" in steps("--lang", "en")
    assert f"set-aside {ids['unreadable']} --reason …" in steps()
    said = " ".join(step["text"] for step in due("status", "--json").json["next_steps"])
    assert f"set-aside {ids['acs']} --reason" in said
    assert "tray" not in steps()
    for n in range(3):
        Path(f"bad{n}.xml").write_bytes(b"<half" + str(n).encode())
        due("receive", f"bad{n}.xml", code=Code.PERSON)
    assert "tray" in steps()
    assert len([command for command in steps() if command.startswith(("attach", "set-aside"))]) == 3


# ---- help


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


COMMANDS = sorted(commands(typer.main.get_command(front.app)))


@pytest.mark.parametrize("path", COMMANDS, ids=" ".join)
def test_every_command_teaches_in_both_languages(path: tuple[str, ...]) -> None:
    key = ".".join(path) or "root"
    said = {}
    for lang in texts.LANGUAGES:
        out = " ".join(due(*path, "--help", "--lang", lang).out.split())
        for keys in ("cli.help", "cli.example"):
            text = texts.render(f"{keys}.{key}", lang)
            assert " ".join(text.split("\n\n", maxsplit=1)[0].split()) in out, (keys, path)
        assert not re.search(r"(?<!`)\b(cli|demo)\.[a-z]+\.", out), out
        assert "due-workflow" in texts.render(f"cli.example.{key}", lang)
        said[lang] = out
    assert said["fr"] != said["en"]


def test_the_language_comes_from_the_line_or_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    assert "La base" in due("status", code=Code.UNUSABLE).err
    assert "The database" in due("--lang", "en", "status", code=Code.UNUSABLE).err
    assert "The database" in due("status", "--lang=en", code=Code.UNUSABLE).err
    monkeypatch.setenv("DUE_LANG", "en")
    assert "The database" in due("status", code=Code.UNUSABLE).err
    assert "La base" in due("status", "--lang", "fr", code=Code.UNUSABLE).err


def used_keys() -> tuple[set[str], set[str]]:
    """The catalogue keys and the beginnings of keys that the command line's code names, and its other words."""
    keys, words = set(), set()
    for path in PACKAGE.glob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                (keys if re.match(r"(cli|error|input)\.", node.value) else words).add(node.value)
    return keys, words


def test_every_text_of_the_window_is_used_and_every_used_one_is_there() -> None:
    keys, words = used_keys()
    window = {*WINDOW, *(key for key in texts.CATALOGUE if key.startswith("cli."))}
    starts = {key for key in keys if key.endswith((".", "_"))}
    assert keys - starts - window - {"cli.panel", "cli."} == set()
    names = {word.rstrip("!") for word in words}
    names |= {".".join(path) or "root" for path in COMMANDS}
    names |= {guard.__name__ for guard in (*REAL_GATE, *TEST_GATE)} | {"test", "real"}
    names |= {task.value for task in Task}
    names |= {field.name for kind in (UrssafAddresses, JedeclareAddresses) for field in dataclasses.fields(kind)}
    names |= {f"{verb}_{mode}" for verb in ("begin", "prepare", "renew") for mode in Mode}
    codes = {"storage_missing", "reference_twice", *reasons()}
    for key in window:
        rest = {key.removeprefix(start) for start in starts if key.startswith(start)}
        assert key in keys or rest & (names | codes) or key.split(".")[-1] in codes, key


def reasons() -> set[str]:
    """The codes of the denials of the gate, and of the purge."""
    modules = (gates, machine, purging, retention)
    trees = [ast.parse(Path(module.__file__).read_text(encoding="utf-8")) for module in modules]
    calls = (
        n
        for tree in trees
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Denial" and n.args
    )
    return {n.args[0].value for n in calls if isinstance(n.args[0], ast.Constant) and isinstance(n.args[0].value, str)}


def test_every_reason_of_the_gate_has_its_short_word() -> None:
    for code in ("no_mandate", "window_not_open", "client_not_live", "hire_passed", "other_alive"):
        assert code in reasons()
        assert f"cli.reason.{code}" in WINDOW


# ---- options, codes, errors


def test_common_options_go_before_or_after_the_command(monkeypatch: pytest.MonkeyPatch) -> None:
    imported()
    os.rename("due.sqlite", "firm.sqlite")  # noqa: PTH104  # a closed SQLite file is one file
    for args in (
        ("--db", "firm.sqlite", "--json", "status"),
        ("status", "--db", "firm.sqlite", "--json"),
        ("--json", "status", "--db=firm.sqlite"),
    ):
        assert due(*args).json["counts"] == {"to_declare": 1}
    assert due("--cabinet", "x", "status", "--cabinet", "cabinet", "--db", "firm.sqlite", "--json").json["counts"]
    assert "--db firm.sqlite" in due("status", "--db", "firm.sqlite").out
    monkeypatch.setenv("DUE_DB", "firm.sqlite")
    said = due("status")
    assert "E-0001" in said.out
    assert "--db" not in said.out


def test_a_closed_database_is_one_private_file(here: Path) -> None:
    imported()
    assert sorted(path.name for path in here.glob("due*")) == ["due.sqlite"]
    assert stat.S_IMODE((here / "due.sqlite").stat().st_mode) == 0o600


@pytest.mark.parametrize(
    "args",
    [
        ("status",),
        ("tray",),
        ("explain", "E-0001"),
        ("receive", "."),
        ("tick",),
        ("select", "800000010"),
    ],
)
def test_a_command_that_only_looks_makes_no_database(args: tuple[str, ...], here: Path) -> None:
    said = due(*args, code=Code.UNUSABLE)
    assert "demo" in said.err
    assert not list(here.glob("due*"))


def test_an_unusable_database_is_told() -> None:
    Path("other.sqlite").write_bytes(b"x" * 4096)
    said = due("status", "--db", "other.sqlite", code=Code.UNUSABLE)
    assert said.err.strip()
    assert due("status", "--db", "other.sqlite", "--json", code=Code.UNUSABLE).json["errors"][0]["exit"] == 6


@pytest.mark.parametrize(
    ("args", "word"),
    [
        (("statu",), "statu"),
        (("status", "--limti", "3"), "--limit"),
        (("status", "--limit", "x"), "--limit"),
        (("status", "--limit"), "--limit"),
        (("status", "a", "b"), "b"),
        (("status", "--status", "vert"), "to_declare"),
        (("mandate",), "commande"),
        (("mandate", "sign"), "SIREN"),
        (("mandate", "sign", "800000010", "--signed-on", "hier", "--signatory", "D"), "JJ/MM/AAAA"),
        (("mandate", "sign", "800000010", "--signed-on", "31/02/2026", "--signatory", "D"), "--signed-on"),
        (("prepare",), "--all"),
        (("--lang", "de", "status"), "fr, en"),
        (("declared-elsewhere", "E", "--at", "02/03/2026 25:00", "--proof", "p"), "HH:MM"),
        (("mark-sent", "E", "--at", "02/03/2026 matin"), "HH:MM"),
    ],
    ids=" ".join,
)
def test_what_is_mistyped_is_said_without_a_stack(args: tuple[str, ...], word: str) -> None:
    imported()
    if "mark-sent" in args:
        due("prepare", "E-0001")
        args = ("mark-sent", "E-0001", *args[2:])
    said = due(*args, code=Code.USAGE)
    assert word in said.err
    machine = due(*args, "--json", code=Code.USAGE).json
    assert machine["ok"] is False
    assert machine["exit"] == 2


@pytest.mark.parametrize(("more", "word"), [(("b",), "b"), (("b", "c"), "b c"), (("b (1)",), "b (1)")])
def test_what_is_too_much_is_said_whole(more: tuple[str, ...], word: str) -> None:
    imported()
    assert due("status", "a", *more, code=Code.USAGE).err.splitlines()[0] == f"De trop: {word}."
    assert due("status", "a", *more, "--lang", "en", code=Code.USAGE).err.splitlines()[0] == f"One too many: {word}."


@pytest.mark.parametrize(
    "args",
    [("status", "--db", ""), ("--db", "", "status"), ("status", "--db="), ("demo", "--folder", "")],
    ids=" ".join,
)
def test_an_empty_path_is_told_as_one(args: tuple[str, ...], here: Path) -> None:
    assert "le chemin est vide" in due(*args, code=Code.USAGE).err
    assert "the path is empty" in due(*args, "--lang", "en", code=Code.USAGE).err
    assert due(*args, "--json", code=Code.USAGE).json["exit"] == 2
    assert not list(here.iterdir())


def test_an_error_as_json_has_every_reason() -> None:
    mandated()
    said = due("go-live", make.siren(1), "--json", "--lang", "en", code=Code.REFUSED).json
    assert said["ok"] is False
    assert said["command"] == "go-live"
    (error,) = said["errors"]
    assert error["class"] == "TransitionRefused"
    assert [d["code"] for d in error["denials"]] == ["no_accepted_test"]
    assert "explain" in error["advice"]


def test_codes_are_those_that_the_help_documents(monkeypatch: pytest.MonkeyPatch) -> None:
    imported()
    due("select", "123", code=Code.INPUT)
    due("status", "no", code=Code.NOT_FOUND)

    def contended(*_: object, **__: object) -> None:
        raise Conflict(("client:1",))

    monkeypatch.setattr(DueWorkflow, "select", contended)
    assert "Relancez" in due("select", make.siren(1), code=Code.CONFLICT).err
    root = texts.render("cli.help.root", "fr")
    for code in (Code.OK, Code.REFUSED, Code.USAGE, Code.INPUT, Code.NOT_FOUND, Code.CONFLICT, Code.UNUSABLE):
        assert f" {int(code)} " in root
    assert "130" in root


def raising(error: BaseException) -> Callable[..., None]:
    def work(*_: object, **__: object) -> None:
        raise error

    return work


def test_a_fault_of_ours_shows_no_value_and_no_stack(monkeypatch: pytest.MonkeyPatch) -> None:
    imported()
    monkeypatch.setattr(DueWorkflow, "select", raising(ValueError(f"secret {NIRS[0]}")))
    said = due("select", make.siren(1), code=Code.UNEXPECTED)
    assert "ValueError" in said.err
    assert "secret" not in said.err
    assert due("select", make.siren(1), "--json", code=Code.UNEXPECTED).json["errors"][0]["class"] == "ValueError"


def test_an_interruption_says_what_was_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    imported(hires=3)
    real = DueWorkflow.prepare
    calls: list[int] = []

    def stopped(self: DueWorkflow, *args: Any, **kwargs: Any) -> Any:
        calls.append(1)
        if len(calls) == 3:
            raise KeyboardInterrupt
        return real(self, *args, **kwargs)

    monkeypatch.setattr(DueWorkflow, "prepare", stopped)
    said = due("prepare", "E-0001", "E-0002", "E-0003", code=Code.INTERRUPTED)
    assert "Interrompu: 2 " in said.err
    assert due("status", "E-0002", "--json").json["hire"]["attempts"]
    calls.clear()
    machine_reads = due("prepare", "E-0001", "E-0002", "E-0003", "--json", code=Code.INTERRUPTED).json
    assert (machine_reads["done"], machine_reads["exit"]) == (2, 130)
    assert len(machine_reads["submissions"]) == 2


def test_what_was_typed_is_scrubbed_before_it_is_shown_again() -> None:
    imported()
    for args in (("status", NIRS[0]), ("explain", NIRS[0]), ("prepare", NIRS[0]), (NIRS[0],), ("select", NIRS[0])):
        result = due(*args, code=CliRunner().invoke(front.app, list(args)).exit_code)
        assert result.code in (Code.NOT_FOUND, Code.INPUT, Code.USAGE)


def test_json_is_one_document_for_every_command() -> None:
    mandated(hires=2)
    for args in (
        ("set-portal", "jedeclare", "CAB1"),
        ("import", "hires", "hires.csv"),
        ("prepare", "--all"),
        ("begin-send", "E-0001"),
        ("mark-sent", "E-0001", "--ref", "100"),
        ("receive", answered("100")),
        ("go-live", make.siren(1)),
        ("tick",),
        ("tray",),
        ("journal", "--verify"),
        ("journal", "E-0001", "--full"),
        ("explain", "E-0002"),
        ("diagram", "client"),
        ("status", "E-0001"),
        ("status",),
    ):
        said = due(*args, "--json")
        document = said.json
        assert document["ok"] is True, args
        assert document["command"] == " ".join(args[: 2 if args[0] == "import" else 1])
        assert said.err == ""


# ---- as a process


def test_as_a_process_it_is_plain_when_piped_and_stands_an_old_encoding() -> None:
    imported()
    piped = outside("status", PYTHONIOENCODING="ascii")
    assert piped.returncode == 0, piped.stderr
    assert not ANSI.search(piped.stdout)
    assert "E-0001" in piped.stdout
    assert outside("--version").stdout.startswith("due-workflow ")
    assert outside("status", "nothing").returncode == Code.NOT_FOUND


def test_a_reader_that_stops_reading_is_no_error() -> None:
    imported(hires=300)
    command = [sys.executable, "-m", "due_workflow.cli", "status", "--limit", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == ""
        assert process.wait(timeout=30) in (0, Code.PIPE)


def test_the_library_stays_light_without_the_window() -> None:
    code = "import sys, due_workflow; print([m for m in ('typer', 'rich', 'lxml', 'openpyxl') if m in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_two_processes_share_one_database() -> None:
    imported()
    with SqliteStorage("due.sqlite") as storage:
        flow = DueWorkflow(storage, cabinet="cabinet")
        assert outside("select", make.siren(1)).returncode == 0
        assert flow.read.client(make.siren(1)).state == "selected"


def test_a_csv_made_by_the_csv_module_is_read(here: Path) -> None:
    with (here / "c.csv").open("w", encoding="cp1252", newline="") as stream:
        writer = csv.writer(stream, delimiter=";", quoting=csv.QUOTE_ALL)
        writer.writerow(CLIENTS.split(";"))
        writer.writerow(client_line(1).split(";"))
    assert "1 nouveau" in due("import", "clients", "c.csv").out
