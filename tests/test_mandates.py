"""Where each mandate stands, who is to be reminded, and the signed scan: kept as it came, and only a real one."""

from __future__ import annotations

import hashlib
import json
import re
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from due_workflow import (
    ClientState,
    Conflict,
    DueWorkflow,
    InputRefused,
    NotFound,
    Policy,
    StorageUnusable,
    Teleprocedure,
    TransitionRefused,
    texts,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sql import SqlStorage, upgrade
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front
from due_workflow.cli.outcomes import Code
from due_workflow.mandates import Standing, follow_up, listed, states
from due_workflow.ports import Changes, Kind, Storage
from due_workflow.scans import MIB, scan_of
from due_workflow.testing import RecordingNotifier
from due_workflow.testing import factories as make
from stories import Firm

PDF = b"%PDF-1.7\n" + b"scan " * 100 + b"\n%%EOF\n"
JPEG = b"\xff\xd8\xff\xe0" + b"scan " * 100 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"scan " * 100 + b"\x00\x00\x00\x00IEND\xaeB`\x82"
ONE = make.siren(1)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def requested(count: int = 1, **settings: Any) -> Firm:
    """A firm whose clients have their mandates to sign."""
    firm = Firm(**settings)
    for n in range(1, count + 1):
        firm.flow.add_client(make.client(n))
        firm.flow.select(make.siren(n))
        firm.flow.request_mandate(make.siren(n))
    return firm


def told(firm: Firm) -> list[str]:
    """The codes of what the worker tells now."""
    post = RecordingNotifier()
    worker = firm.worker(post)
    while worker.tick():
        pass
    worker.deliver()
    return [notice.code for notice in post.notices]


# ---- where it stands


def test_each_mandate_stands_where_its_client_does() -> None:
    firm = requested(2)
    firm.flow.add_client(make.client(3))
    firm.mandated(4, ends_on=make.NOW.date() + timedelta(days=90))
    firm.mandated(5)
    firm.flow.revoke_mandate(make.siren(5), make.NOW.date(), "parti")
    found = {one.siren: one for one in firm.read.mandates()}
    assert [one.standing for one in found.values()] == ["sent", "sent", "missing", "signed", "ended"]
    assert found[ONE].sent_at == make.NOW
    assert found[make.siren(4)].ends_on == make.NOW.date() + timedelta(days=90)
    assert [one.siren for one in firm.read.mandates("sent")] == [ONE, make.siren(2)]
    assert [one.siren for one in firm.read.mandates(Standing.ENDED)] == [make.siren(5)]
    with pytest.raises(InputRefused, match="missing"):
        list(firm.read.mandates("lost"))


def test_every_state_of_a_client_has_its_standing() -> None:
    client = requested().read.client(ONE)
    found = {follow_up(client.with_(state=state), Policy(), make.NOW).standing for state in ClientState}
    assert found == set(Standing)
    assert sorted(state for standing in Standing for state in states(standing)) == sorted(ClientState)


def test_a_reminder_is_due_seven_days_after_the_request_and_after_each_reminder() -> None:
    firm = requested()
    (before,) = firm.read.mandates()
    assert before.remind_at == make.NOW + timedelta(days=7)
    firm.move(days=6, hours=23)
    assert "mandate_unsigned" not in told(firm)
    assert not next(iter(firm.read.mandates())).to_remind
    firm.move(hours=1)
    assert told(firm) == ["mandate_unsigned"]
    assert next(iter(firm.read.mandates())).to_remind

    client = firm.flow.remind_mandate(ONE, by="camille")
    assert client.state is ClientState.MANDATE_REQUESTED
    assert told(firm) == ["mandate_reminded"]
    (after,) = firm.read.mandates()
    assert (after.reminders, after.reminded_at, after.to_remind) == (1, firm.clock.now(), False)
    assert after.remind_at == firm.clock.now() + timedelta(days=7)
    firm.move(days=7)
    assert told(firm) == ["mandate_unsigned"]
    assert firm.flow.remind_mandate(ONE).reminders == 2


def test_the_delay_is_the_firm_s_own() -> None:
    firm = requested(mandate_reminder_days=3)
    firm.move(days=3)
    assert next(iter(firm.read.mandates())).to_remind


@pytest.mark.parametrize(
    ("day", "code"), [(date(2026, 3, 3), "day_to_come"), (date(1999, 12, 31), "year_out_of_range")]
)
def test_a_mandate_is_signed_today_at_the_latest_and_not_in_another_century(day: date, code: str) -> None:
    firm = requested()
    before = firm.everything()
    with pytest.raises(InputRefused) as refused:
        firm.flow.sign_mandate(ONE, make.mandate(day))
    assert refused.value.code == code
    assert firm.everything() == before
    assert firm.flow.sign_mandate(ONE, make.mandate(date(2026, 3, 2))).state == "mandated"


def test_a_signature_ends_the_reminders_and_a_new_request_begins_anew() -> None:
    firm = requested()
    firm.flow.remind_mandate(ONE)
    firm.flow.sign_mandate(ONE, make.mandate())
    (signed,) = firm.read.mandates()
    assert (signed.standing, signed.reminders, signed.remind_at) == ("signed", 0, None)
    firm.flow.revoke_mandate(ONE, make.NOW.date(), "parti")
    firm.flow.request_mandate(ONE)
    (again,) = firm.read.mandates()
    assert (again.standing, again.reminders, again.reminded_at) == ("sent", 0, None)


def test_who_waits_for_no_signature_is_not_reminded_and_nothing_changes() -> None:
    firm = Firm()
    firm.flow.add_client(make.client(1))
    for step in (lambda: None, lambda: firm.mandated(1)):
        step()
        before = firm.read.client(ONE)
        with pytest.raises(TransitionRefused) as refused:
            firm.flow.remind_mandate(ONE)
        assert [d.code for d in refused.value.denials] == ["mandate_not_awaited"]
        assert firm.read.client(ONE) == before
    with pytest.raises(NotFound):
        firm.flow.remind_mandate(make.siren(7))


def test_a_reminder_with_a_key_is_noted_once() -> None:
    firm = requested()
    assert firm.flow.remind_mandate(ONE, key="k").reminders == 1
    assert firm.flow.remind_mandate(ONE, key="k").reminders == 1
    firm.flow.add_client(make.client(2))
    with pytest.raises(Conflict):
        firm.flow.remind_mandate(make.siren(2), key="k")


def test_the_journal_tells_reminders_and_scans_and_holds() -> None:
    firm = requested()
    firm.flow.remind_mandate(ONE, by="camille")
    firm.flow.sign_mandate(ONE, make.mandate())
    firm.flow.attach_mandate(ONE, PDF, by="noé")
    entries = {entry.event: entry for entry in firm.read.journal(ONE)}
    assert entries["remind_mandate"].by == "camille"
    assert entries["attach_mandate"].by == "noé"
    assert digest(PDF) in json.dumps(entries["attach_mandate"].patch)
    assert firm.read.verify_journal().faults == ()


# ---- the scan


@pytest.fixture(params=["memory", "sqlite", "postgresql"])
def storage(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Storage]:
    match request.param:
        case "memory":
            yield MemoryStorage()
        case "sqlite":
            with SqliteStorage(tmp_path / "due.sqlite", synchronous="OFF") as kept:
                yield kept
        case _:
            url = request.getfixturevalue("postgres").replace("postgresql://", "postgresql+psycopg://")
            upgrade(url)
            with closing(SqlStorage(url)) as kept:
                yield kept


@pytest.mark.parametrize("content", [PDF, JPEG, PNG], ids=["pdf", "jpg", "png"])
def test_a_scan_comes_back_as_it_was_kept(storage: Storage, content: bytes) -> None:
    firm = requested(storage=storage)
    signed = firm.flow.sign_mandate(ONE, make.mandate(), content)
    assert signed.mandate is not None
    assert signed.mandate.document_sha256 == digest(content)
    assert firm.read.mandate_document(ONE) == content
    assert firm.read.mandate_document(make.siret(1)) == content


def test_a_scan_is_attached_after_the_signature_and_again_without_effect() -> None:
    firm = requested()
    firm.flow.sign_mandate(ONE, make.mandate())
    with pytest.raises(NotFound):
        firm.read.mandate_document(ONE)
    attached = firm.flow.attach_mandate(ONE, JPEG)
    assert attached.mandate == make.mandate(document_sha256=digest(JPEG))
    entries = len(firm.read.journal(ONE))
    assert firm.flow.attach_mandate(ONE, JPEG) == attached
    assert len(firm.read.journal(ONE)) == entries
    assert firm.read.mandate_document(ONE) == JPEG


def test_another_scan_is_another_mandate_and_the_former_stays() -> None:
    firm = requested()
    firm.flow.sign_mandate(ONE, make.mandate(), PDF)
    with pytest.raises(InputRefused) as refused:
        firm.flow.attach_mandate(ONE, PNG)
    assert refused.value.code == "scan_differs"
    assert firm.read.mandate_document(ONE) == PDF
    firm.flow.sign_mandate(ONE, make.mandate(date(2026, 2, 1)), PNG)
    assert firm.read.mandate_document(ONE) == PNG
    assert firm.read.mandate_document(ONE, digest(PDF)) == PDF


def test_a_digest_that_was_noted_before_takes_its_own_file_only() -> None:
    firm = requested()
    firm.flow.sign_mandate(ONE, make.mandate(document_sha256=digest(PDF)))
    with pytest.raises(NotFound):
        firm.read.mandate_document(ONE)
    with pytest.raises(InputRefused):
        firm.flow.attach_mandate(ONE, PNG)
    firm.flow.attach_mandate(ONE, PDF)
    assert firm.read.mandate_document(ONE) == PDF


def test_no_scan_without_a_signed_mandate() -> None:
    firm = requested()
    with pytest.raises(TransitionRefused) as refused:
        firm.flow.attach_mandate(ONE, PDF)
    assert [d.code for d in refused.value.denials] == ["no_mandate"]
    assert list(firm.read.every(Kind.DOCUMENT)) == []


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "scan_empty"),
        (b"scan", "scan_unknown"),
        (b"<html>%PDF-1.7 %%EOF", "scan_unknown"),
        (b"PK\x03\x04" + b"x" * 100, "scan_unknown"),
        (PDF[:-8], "scan_cut"),
        (JPEG[:-1], "scan_cut"),
        (PNG[:-1], "scan_cut"),
        (b"%PDF-" + b"x" * MIB + b"%%EOF", "scan_too_large"),
    ],
)
def test_what_is_no_whole_scan_is_refused_and_nothing_is_signed(content: bytes, code: str) -> None:
    firm = requested(mandate_scan_mib=1)
    with pytest.raises(InputRefused) as refused:
        firm.flow.sign_mandate(ONE, make.mandate(), content)
    assert refused.value.code == code
    for lang in texts.LANGUAGES:
        assert "?" not in refused.value.text(lang)
    assert firm.read.client(ONE).state is ClientState.MANDATE_REQUESTED


def test_a_scan_of_just_the_limit_is_taken() -> None:
    content = b"%PDF-" + b"x" * (MIB - 10) + b"%%EOF"
    assert len(content) == MIB
    assert scan_of(content, 1).size == MIB
    firm = requested(mandate_scan_mib=1)
    firm.flow.sign_mandate(ONE, make.mandate(), content)
    assert firm.read.mandate_document(ONE) == content


def test_a_scan_that_was_altered_in_the_database_is_not_given_back(tmp_path: Path) -> None:
    with SqliteStorage(tmp_path / "due.sqlite") as storage:
        firm = requested(storage=storage)
        firm.flow.sign_mandate(ONE, make.mandate(), PDF)
        (kept,) = storage.find(firm.flow.cabinet, Kind.DOCUMENT)
        payload = json.loads(kept.data)
        content = json.loads(payload["payload"])["content"]
        payload["payload"] = json.dumps({"content": content[:-8] + "AAAAAAA="})
        head = json.dumps({"v": payload.pop("v")})[:-1].replace(" ", "")
        data = (head + "," + json.dumps(payload)[1:]).encode()
        storage.commit(
            firm.flow.cabinet,
            Changes([type(kept)(kept.ref, kept.version, kept.state, data, kept.keys, kept.due)]),
        )
        with pytest.raises(StorageUnusable) as altered:
            firm.read.mandate_document(ONE)
        assert altered.value.code == "document_differs"


def test_one_firm_s_scan_is_not_another_s() -> None:
    firm = requested()
    firm.flow.sign_mandate(ONE, make.mandate(), PDF)
    other = DueWorkflow(firm.storage, cabinet="another")
    other.add_client(make.client(1))
    with pytest.raises(NotFound):
        other.read.mandate_document(ONE, digest(PDF))


def test_every_teleprocedure_has_its_words_in_both_languages() -> None:
    for procedure in Teleprocedure:
        for key in (f"procedure.{procedure.value}", f"procedure.{procedure.value}.to"):
            assert key in texts.CATALOGUE
    assert [line.code for line in listed()] == [p.value for p in Teleprocedure]
    for standing in Standing:
        assert f"standing.{standing.value}" in texts.CATALOGUE


# ---- the command line


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder with a firm of three clients, one mandate of which went for signature eight days ago."""
    for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG", "DUE_DEBUG"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("COLUMNS", "200")
    monkeypatch.chdir(tmp_path)
    with SqliteStorage(tmp_path / "due.sqlite", synchronous="OFF") as storage:
        firm = Firm(storage=storage, cabinet="cabinet")
        firm.clock.advance(datetime.now(UTC) - firm.clock.now() - timedelta(days=8))
        firm.flow.set_portal("jedeclare", "CAB1")
        for n in (1, 2, 3):
            firm.flow.add_client(make.client(n))
        for n in (1, 2):
            firm.flow.select(make.siren(n))
        firm.flow.request_mandate(make.siren(1))
    return tmp_path


def due(*args: str, code: int = 0) -> str:
    result = CliRunner().invoke(front.app, [str(arg) for arg in args])
    assert result.exit_code == code, f"{args}: {result.exit_code}\n{result.output}"
    assert "Traceback" not in result.output
    return result.output


@pytest.mark.usefixtures("here")
def test_print_all_writes_a_file_for_each_client_that_has_to_sign() -> None:
    said = json.loads(due("mandate", "print", "--all", "--format", "both", "--json"))
    assert said["printed"] == 2
    assert [one["siren"] for one in said["files"]] == [make.siren(1), make.siren(2)]
    for one in said["files"]:
        for file in one["files"]:
            assert stat.S_IMODE(Path(file).stat().st_mode) == 0o600
    assert len(list(Path("mandats").iterdir())) == 4
    assert "jedeclare" in Path(said["files"][0]["files"][1]).read_text(encoding="utf-8")
    printed = due("mandate", "print", make.siren(3), "--to", "trois")
    assert "1 mandat imprimé dans trois." in printed
    assert "à remplir à la main" in printed


@pytest.mark.usefixtures("here")
def test_the_model_of_the_firm_is_written_out_changed_and_used() -> None:
    due("mandate", "model", "modele")
    assert "il existe déjà" in due("mandate", "model", "modele", code=Code.UNUSABLE)
    model = Path("modele/mandat.toml")
    model.write_text(model.read_text(encoding="utf-8").replace("# nom = ", "nom = "), encoding="utf-8")
    page = Path("modele/mandat.html")
    page.write_text(page.read_text(encoding="utf-8").replace("<h1>", "<h1>Notre "), encoding="utf-8")
    args = ("mandate", "print", make.siren(1), "--model", str(model), "--template", str(page))
    assert "--format html" in due(*args, code=Code.USAGE)
    said = due(*args, "--format", "html")
    assert "à la main" not in said
    (made,) = Path("mandats").iterdir()
    assert "<h1>Notre Mandat" in made.read_text(encoding="utf-8")
    assert "Cabinet Exemple" in made.read_text(encoding="utf-8")
    page.write_text("{{ mandate.nom }}", encoding="utf-8")
    assert "ligne 1" in due(*args, "--format", "html", code=Code.INPUT)


@pytest.mark.usefixtures("here")
def test_an_unknown_client_does_not_stop_the_others() -> None:
    said = due("mandate", "print", make.siren(7), make.siren(2), code=Code.NOT_FOUND)
    assert "1 mandat imprimé" in said
    assert len(list(Path("mandats").iterdir())) == 1
    due("mandate", "print", code=Code.USAGE)
    Path("taken").write_text("")
    assert "dossier" in due("mandate", "print", "--all", "--to", "taken/inside", code=Code.UNUSABLE)


@pytest.mark.usefixtures("here")
def test_remind_lists_and_notes_only_when_told() -> None:
    listed_ = due("mandate", "remind")
    assert make.siren(1) in listed_
    assert make.siren(2) not in listed_
    assert "0 !" in listed_
    assert [one["siren"] for one in json.loads(due("mandate", "remind", "--json"))["mandates"]] == [make.siren(1)]
    assert "relance n° 1 notée" in due("mandate", "remind", "--all")
    assert "Personne à relancer." in due("mandate", "remind")
    assert "reminder no. 2 noted" in due("mandate", "remind", make.siren(1), "--lang", "en")
    due("mandate", "remind", make.siren(1), "--all", code=Code.USAGE)
    assert "n'attend sa signature" in due("mandate", "remind", make.siren(2), code=Code.REFUSED)
    assert "relance n° 1" in due("tick", "--deliver")


@pytest.mark.usefixtures("here")
def test_remind_all_says_that_there_is_nobody_to_remind() -> None:
    assert make.siren(1) in due("mandate", "remind", "--all")
    assert due("mandate", "remind", "--all").strip() == "Personne à relancer."


@pytest.mark.usefixtures("here")
def test_a_signature_typed_for_a_day_to_come_is_refused() -> None:
    to_come = (datetime.now(UTC) + timedelta(days=3)).strftime("%d/%m/%Y")
    said = due("mandate", "sign", make.siren(1), "--signed-on", to_come, "--signatory", "D", code=Code.INPUT)
    assert f"{to_come} est à venir" in said
    said = due("mandate", "sign", make.siren(1), "--signed-on", "05/01/2026", "--signatory", " ", code=Code.INPUT)
    assert "--signatory: la valeur est vide" in said


@pytest.mark.usefixtures("here")
def test_list_tells_where_each_one_stands() -> None:
    said = due("mandate", "list")
    for siren, word in ((1, "à la signature"), (2, "à envoyer"), (3, "à envoyer")):
        assert any(make.siren(siren) in line and word in line for line in said.splitlines())
    assert make.siren(2) not in due("mandate", "list", "--standing", "sent")
    assert json.loads(due("mandate", "list", "--standing", "signed", "--json"))["mandates"] == []


@pytest.mark.usefixtures("here")
def test_a_scan_is_attached_and_taken_out_again() -> None:
    Path("12 mars 2026 Mme Dupont.pdf").write_bytes(PDF)
    due("mandate", "sign", make.siren(1), "--signed-on", "05/01/2026", "--signatory", "D")
    assert digest(PDF) in due("mandate", "attach", make.siren(1), "12 mars 2026 Mme Dupont.pdf")
    due("mandate", "scan", make.siren(1))
    taken = Path(f"mandat-{make.siren(1)}-signe.pdf")
    assert taken.read_bytes() == PDF
    assert stat.S_IMODE(taken.stat().st_mode) == 0o600
    assert "existe déjà" in due("mandate", "scan", make.siren(1), code=Code.USAGE)
    due("mandate", "scan", make.siren(1), "--output", "other.pdf")
    assert digest(PDF)[:12] in due("mandate", "list")
    assert b"Dupont" not in Path("due.sqlite").read_bytes(), "the file's own name is kept nowhere"


@pytest.mark.usefixtures("here")
def test_a_wrong_scan_is_refused_in_words() -> None:
    due("mandate", "sign", make.siren(1), "--signed-on", "05/01/2026", "--signatory", "D")
    Path("scan.txt").write_bytes(b"nothing")
    assert "ni un PDF" in due("mandate", "attach", make.siren(1), "scan.txt", code=Code.INPUT)
    with Path("big.pdf").open("wb") as stream:
        stream.write(b"%PDF-")
        stream.truncate(3_000_000_000)
    assert "10 Mio" in due("mandate", "attach", make.siren(1), "big.pdf", code=Code.INPUT)
    assert "n'existe pas" in due("mandate", "attach", make.siren(1), "none.pdf", code=Code.UNUSABLE)
    assert "mandate attach" in due("mandate", "scan", make.siren(1), code=Code.NOT_FOUND)


def test_ctrl_c_leaves_whole_files_and_says_how_many(here: Path) -> None:
    with SqliteStorage(here / "due.sqlite", synchronous="OFF") as storage:
        flow = DueWorkflow(storage, cabinet="cabinet")
        for n in range(10, 110):
            flow.add_client(make.client(n))
            flow.select(make.siren(n))
    command = [sys.executable, "-m", "due_workflow.cli", "mandate", "print", "--all"]
    folder = here / "mandats"
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as running:
        until = time.monotonic() + 30
        while len(list(folder.glob("*.pdf"))) < 3 and time.monotonic() < until:
            time.sleep(0.02)
        running.send_signal(signal.SIGINT)
        said = running.communicate(timeout=30)[1]
    files = list(folder.iterdir())
    assert running.returncode == Code.INTERRUPTED
    assert 3 <= len(files) < 100
    told_of = re.search(r"Interrompu: (\d+) ", said)
    assert told_of is not None, said
    assert len(files) - int(told_of[1]) in (0, 1), "at most the one that was being told of"
    for file in files:
        assert file.suffix == ".pdf"
        assert file.read_bytes().rstrip().endswith(b"%%EOF")
