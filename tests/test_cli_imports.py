"""Importing files by the command line: nothing by halves, nothing twice, every fault by its line, and Ctrl-C."""

from __future__ import annotations

import json
import os
import signal
import stat
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from typer.testing import CliRunner

from due_workflow import DueWorkflow
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front
from due_workflow.cli.outcomes import Code
from due_workflow.testing import factories as make

CLIENTS = "siret;raison_sociale;ape;adresse;code_postal;ville"
HIRES = (
    "reference;siret;nom;prenoms;sexe;date_naissance;commune_naissance;departement_naissance;nir;"
    "date_embauche;heure_embauche;nature"
)
BAD_NIR = make.nir(1)[:-2] + f"{(int(make.nir(1)[-2:]) + 1) % 100:02d}"


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    return tmp_path


def due(*args: str, code: int = 0) -> Any:
    result = CliRunner().invoke(front.app, list(args))
    assert result.exit_code == code, f"{args}: {result.exit_code}\n{result.stdout}\n{result.stderr}"
    for n in range(1, 9):
        assert make.nir(n) not in result.stdout + result.stderr
    assert BAD_NIR not in result.stdout + result.stderr
    return result


def hire(n: int, **changes: str) -> str:
    row = {
        "reference": f"E-{n:05d}",
        "siret": make.siret(1),
        "nom": "DURAND",
        "prenoms": f"Alix {n}",
        "sexe": "F",
        "date_naissance": "15/01/1990",
        "commune_naissance": "Paris",
        "departement_naissance": "75",
        "nir": make.nir(n % 8 + 1),
        "date_embauche": (datetime.now(UTC) + timedelta(days=30)).strftime("%d/%m/%Y"),
        "heure_embauche": "8h30",
        "nature": "CDI",
    } | changes
    return ";".join(row[name] for name in HIRES.split(";"))


def client(n: int, name: str = "") -> str:
    return f"{make.siret(n)};{name or f'Société {n}'};1071C;{n} rue;75011;Paris"


def file(name: str, header: str, *lines: str) -> str:
    Path(name).write_text("\n".join((header, *lines)) + "\n", encoding="utf-8")
    return name


def known() -> None:
    due("import", "clients", file("clients.csv", CLIENTS, client(1)))


def hires() -> dict[str, int]:
    found: dict[str, int] = json.loads(due("status", "--json").stdout)["counts"]
    return found


def test_one_bad_line_refuses_the_whole_file_and_nothing_is_written() -> None:
    known()
    name = file("h.csv", HIRES, hire(1), hire(2, nir=BAD_NIR), hire(3, sexe="X", date_embauche="31/02/2026"))
    said = due("import", "hires", name, code=Code.INPUT)
    assert "ligne 3, colonne nir" in said.stderr
    assert "ligne 4, colonne sexe" in said.stderr
    assert "ligne 4, colonne date_embauche" in said.stderr
    assert "rien n'a été importé" in said.stderr
    assert hires() == {}


def test_the_same_as_json_and_in_english() -> None:
    known()
    name = file("h.csv", HIRES, hire(1), hire(2, nir=BAD_NIR))
    said = due("import", "hires", name, "--json", "--lang", "en", code=Code.INPUT)
    document = json.loads(said.stdout)
    (problem,) = document["problems"]
    assert (problem["line"], problem["column"]) == (3, "nir")
    assert problem["text"].startswith("line 3, column nir")
    assert document["import"] == {"new": 0, "unchanged": 0, "changed": 0, "refused": 0, "bad": 1}
    assert document["errors"][0]["exit"] == Code.INPUT
    assert "nothing was imported" in document["errors"][0]["text"]
    assert said.stderr == ""


def test_a_long_list_of_faults_is_cut_and_counted() -> None:
    known()
    name = file("h.csv", HIRES, *(hire(n, nir=BAD_NIR) for n in range(1, 71)))
    said = due("import", "hires", name, code=Code.INPUT)
    assert said.stderr.count("colonne nir") == 50
    assert "20 autres lignes" in said.stderr
    assert "70 lignes" in said.stderr


def test_good_lines_are_kept_and_bad_ones_set_aside_for_their_owner(here: Path) -> None:
    known()
    name = file("h.csv", HIRES, hire(1), hire(2, nir=BAD_NIR), hire(3))
    said = due("import", "hires", name, "--keep-good", code=Code.PERSON)
    assert "2 nouveaux" in said.stdout
    aside = here / "h.a-corriger.csv"
    assert str(aside.name) in said.stderr
    assert stat.S_IMODE(aside.stat().st_mode) == 0o600
    text = aside.read_text(encoding="utf-8-sig")
    assert text.startswith("pourquoi;reference;")
    corrected = text.replace(BAD_NIR, make.nir(2))
    file("corrected.csv", *corrected.strip().splitlines())
    again = due("import", "hires", "corrected.csv")
    assert "1 nouveau" in again.stdout
    assert "pourquoi" in again.stderr
    assert hires() == {"to_declare": 3}


def test_bad_lines_go_where_they_are_told_and_nowhere_when_there_are_none(here: Path) -> None:
    known()
    due("import", "hires", file("h.csv", HIRES, hire(1)), "--keep-good", "--bad-to", "aside.csv")
    assert not (here / "aside.csv").exists()
    due("import", "hires", file("h.csv", HIRES, "x"), "--keep-good", "--bad-to", "aside.csv", code=Code.PERSON)
    assert (here / "aside.csv").exists()
    name = file("h.csv", HIRES, "x", hire(2))
    due("import", "hires", name, "--keep-good", "--bad-to", "no/such/aside.csv", code=Code.UNUSABLE)
    assert hires() == {"to_declare": 1}


def test_the_same_file_twice_changes_nothing_and_a_new_content_does() -> None:
    known()
    name = file("h.csv", HIRES, hire(1), hire(2))
    assert "2 nouveaux" in due("import", "hires", name).stdout
    before = due("journal", "E-00001").stdout
    assert "0 nouveau, 2 inchangés, 0 mis à jour" in due("import", "hires", name).stdout
    assert due("journal", "E-00001").stdout == before
    changed = file("h.csv", HIRES, hire(1, nom="DUPOND"), hire(2), hire(3))
    assert "1 nouveau, 1 inchangé, 1 mis à jour" in due("import", "hires", changed).stdout
    assert "DUPOND" in due("status", "E-00001").stdout


def test_clients_again_are_unchanged_or_updated() -> None:
    name = file("c.csv", CLIENTS, client(1), client(2))
    assert "2 nouveaux" in due("import", "clients", name).stdout
    assert "2 inchangés" in due("import", "clients", name).stdout
    renamed = file("c.csv", CLIENTS, client(1, "Autre nom"), client(2))
    assert "1 inchangé, 1 mis à jour" in due("import", "clients", renamed).stdout
    bad = due("import", "clients", file("c.csv", CLIENTS, client(3), "1;x;y;z;0;t"), code=Code.INPUT)
    assert "ligne 3, colonne siret" in bad.stderr
    due("status", "--client", make.siren(3), code=Code.NOT_FOUND)


def test_a_hire_that_was_attempted_with_another_content_is_to_be_renewed() -> None:
    known()
    due("import", "hires", file("h.csv", HIRES, hire(1), hire(2)))
    due("prepare", "E-00001", "--mode", "test")
    said = due("import", "hires", file("h.csv", HIRES, hire(1, nom="DUPOND"), hire(2), hire(3)), code=Code.PERSON)
    assert "renew E-00001/test/1" in said.stderr
    assert "1 nouveau, 1 inchangé, 0 mis à jour, 1 refusé" in said.stdout


def test_two_different_hires_under_one_reference_are_not_taken_for_one() -> None:
    known()
    name = file("h.csv", HIRES, hire(1), hire(2), hire(3, reference="E-00001"), hire(2))
    said = due("import", "hires", name, code=Code.INPUT)
    assert "ligne 4, colonne reference" in said.stderr
    assert "ligne 2" in said.stderr
    assert "1 ligne à corriger" in said.stderr
    due("import", "hires", name, "--keep-good", code=Code.PERSON)
    assert "Alix 1" in due("status", "E-00001").stdout
    assert hires() == {"to_declare": 2}


def test_a_hire_that_looks_like_another_is_a_warning() -> None:
    known()
    said = due("import", "hires", file("h.csv", HIRES, hire(1), hire(2, prenoms="Alix 1")))
    assert "E-00002 ressemble à E-00001" in said.stderr
    assert hires() == {"to_declare": 2}


def test_unknown_columns_and_establishments_are_told() -> None:
    known()
    said = due("import", "hires", file("h.csv", HIRES + ";Couleur", hire(1) + ";bleu"))
    assert "Couleur" in said.stderr
    unknown = due("import", "hires", file("h.csv", HIRES, hire(1, siret=make.siret(2))), code=Code.INPUT)
    assert "colonne siret" in unknown.stderr


def test_what_is_no_table_is_refused() -> None:
    known()
    due("import", "hires", "missing.csv", code=Code.INPUT)
    due("import", "hires", file("h.csv", "a;b", "1;2"), code=Code.INPUT)
    Path("empty.csv").write_bytes(b"")
    due("import", "hires", "empty.csv", code=Code.INPUT)
    due("import", "hires", ".", code=Code.INPUT)


def test_a_spreadsheet_is_imported_as_it_is(here: Path) -> None:
    known()
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(HIRES.split(";"))
    sheet.append(hire(1).split(";"))
    book.save(here / "h.xlsx")
    assert "1 nouveau" in due("import", "hires", "h.xlsx").stdout


def test_a_file_that_changes_between_the_two_readings_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    from due_workflow.cli import imports

    known()
    name = file("h.csv", HIRES, hire(1), hire(2))
    listing = imports.list_faults

    def meanwhile(*args: Any) -> None:
        listing(*args)
        file("h.csv", HIRES, hire(1), hire(2, nom="DUPOND"), hire(3))

    monkeypatch.setattr(imports, "list_faults", meanwhile)
    said = due("import", "hires", name, code=Code.PERSON)
    assert "a changé pendant l'import" in said.stderr
    assert hires() == {"to_declare": 1}


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="signals of another kind")
def test_an_interrupted_import_keeps_what_was_recorded_and_goes_on_when_run_again(here: Path) -> None:
    known()
    count = 4000
    name = file("h.csv", HIRES, *(hire(n) for n in range(1, count + 1)))
    command = [sys.executable, "-m", "due_workflow.cli", "import", "hires", name]
    with (
        subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process,
        SqliteStorage(here / "due.sqlite") as storage,
    ):
        flow = DueWorkflow(storage, cabinet="cabinet")
        until = time.monotonic() + 60
        while not sum(flow.read.counts().values()) and time.monotonic() < until:
            time.sleep(0.005)
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=60)
        kept = sum(flow.read.counts().values())
        assert flow.read.verify_journal().sound
    assert process.returncode == Code.INTERRUPTED, (out, err)
    assert "Traceback" not in err
    assert "Interrompu" in err
    assert 0 < kept < count
    said = due("import", "hires", name)
    assert f"{count - kept} nouveaux, {kept} inchangés" in said.stdout
    assert hires() == {"to_declare": count}
