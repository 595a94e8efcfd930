"""The command line: the procedure by commands only, help that teaches in two languages, exit codes, JSON, no NIR."""

from __future__ import annotations

import ast
import csv
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
    machine,
    texts,
)
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import views
from due_workflow.cli.outcomes import Code
from due_workflow.machine import REAL_GATE, TEST_GATE
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
    result = CliRunner().invoke(cli.app, [str(arg) for arg in args])
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
        *("set-portal", "set-software", "select", "mandate request", "mandate sign"),
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
    Path("mandat.pdf").write_bytes(b"scan")
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
    assert "2 déjà reçu(s)" in again.out


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
    assert "5 fichier(s): 3 pris en compte, 0 déjà reçu(s), 2 en attente" in said.out
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
    first = due("tick", "--json").json
    assert [n["code"] for n in first["notices"]] == ["test_accepted"]
    assert due("tick", "--json").json["delivered"] == 0


@pytest.mark.parametrize("which", ["client", "submission"])
def test_diagrams_are_printed_as_they_are(which: str) -> None:
    assert due("diagram", which).out.startswith("stateDiagram-v2\n")
    assert due("diagram", which, "--format", "markdown").out.startswith("| De |")
    assert due("diagram", which, "--format", "markdown", "--lang", "en").out.startswith("| From |")


def test_two_firms_share_a_database_without_seeing_each_other() -> None:
    imported()
    assert due("status", "--cabinet", "other", "--json").json["hires"] == []


# ---- help


def commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, ...]]:
    yield path
    for name, child in getattr(command, "commands", {}).items():
        yield from commands(child, (*path, name))


COMMANDS = sorted(commands(typer.main.get_command(cli.app)))


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
    starts = {key for key in keys if key.endswith((".", "_"))}
    assert keys - starts - set(WINDOW) - {"cli.panel", "cli."} == set()
    names = {word.rstrip("!") for word in words}
    names |= {".".join(path) or "root" for path in COMMANDS}
    names |= {guard.__name__ for guard in (*REAL_GATE, *TEST_GATE)} | {"test", "real"}
    names |= {f"{verb}_{mode}" for verb in ("begin", "prepare", "renew") for mode in Mode}
    codes = {"storage_missing", "reference_twice", *reasons()}
    for key in WINDOW:
        rest = {key.removeprefix(start) for start in starts if key.startswith(start)}
        assert key in keys or rest & (names | codes) or key.split(".")[-1] in codes, key


def reasons() -> set[str]:
    """The codes of the gate's denials."""
    tree = ast.parse(Path(machine.__file__).read_text(encoding="utf-8"))
    calls = (n for n in ast.walk(tree) if isinstance(n, ast.Call) and getattr(n.func, "id", "") == "Denial" and n.args)
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
        result = due(*args, code=CliRunner().invoke(cli.app, list(args)).exit_code)
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
