"""The demo: whatever day it is, its story ends now, its incidents really happened, and a test never looks declared."""

import hashlib
import io
import json
import re
from collections.abc import Iterator
from contextlib import redirect_stdout
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from due_workflow import (
    Ars,
    ClientState,
    DueWorkflow,
    Filing,
    FilingStatus,
    Mode,
    Outcome,
    Policy,
    SubmissionState,
)
from due_workflow.adapters import avis, tables, upload
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.calendar import Calendar
from due_workflow.cli import demo as command
from due_workflow.cli import demo_papers
from due_workflow.cli.demo_stage import MARK, Days, Folder, FolderRefused, StoryClock
from due_workflow.cli.front import main
from due_workflow.cli.session import Session
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Received
from due_workflow.testing import FixedClock

PARIS = ZoneInfo("Europe/Paris")
S = SubmissionState

TODAYS = [
    *(datetime(2026, 11, 23 + n, 9 + n, 15) for n in range(7)),  # Monday to Sunday
    datetime(2027, 1, 1, 0, 0, 1),
    datetime(2026, 5, 1, 12),
    datetime(2028, 2, 29, 23, 59, 59),
    datetime(2026, 3, 29, 3, 0),  # clocks go forward
    datetime(2026, 10, 25, 2, 30),  # the hour that comes twice
    datetime(2026, 12, 31, 18),
    datetime(2026, 4, 6, 8),  # Easter Monday
    datetime(2024, 5, 13, 7),  # after 8 May and Ascension in one week
]
EVENTS = {
    "portal_rejected_and_renewed",
    "cirso_rejected_and_renewed",
    "ars_overdue",
    "ars_before_acs",
    "received_twice",
    "mixed_outcomes_attached",
    "real_mode_refused_before_test",
    "test_refused_without_mandate",
    "refused_before_window",
    "special_regime_refused",
    "declared_elsewhere",
    "hire_called_off",
    "mandate_reminder",
    "in_doubt",
    "procedure_done",
}


class Left:
    """What a demo left behind, read as any other program would."""

    def __init__(self, folder: Path, now: datetime, storage: SqliteStorage, output: str = "") -> None:
        self.folder, self.now, self.output = folder, now, output
        self.flow = DueWorkflow(storage, cabinet="cabinet", clock=FixedClock(now))
        self.read = self.flow.read

    def events_of(self, case: str) -> list[str]:
        return [told.event for told in self.read.journal(case)]

    def receipts(self) -> list[Received]:
        return [held.facts for held in self.read.every(Kind.RECEIPT)]

    def of(self, submission: str, kind: str) -> Received:
        (found,) = [r for r in self.receipts() if submission in r.reached and r.receipt.kind == kind]
        return found


def played(folder: Path, now: datetime, lang: str = "fr") -> command.Told:
    session = Session("demo", {"lang": lang})
    return command.tell(Folder(folder), command.ScreenTeller(session), now)


def paris(naive: datetime) -> datetime:
    return naive.replace(tzinfo=PARIS).astimezone(UTC)


@pytest.fixture(scope="module")
def told_today(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Left]:
    """One demo that ends at this very instant, as the command plays it."""
    folder = tmp_path_factory.mktemp("demo") / "due-demo"
    now = datetime.now(UTC)
    played(folder, now)
    with SqliteStorage(folder / "due.sqlite") as storage:
        yield Left(folder, now, storage)


# ---- whatever the day


@pytest.mark.parametrize("today", TODAYS, ids=lambda day: day.strftime("%a %d %b %Y %H:%M"))
def test_the_story_holds_whatever_the_day(
    today: datetime, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(demo_papers, "printable", lambda: False)  # PDF is printed once, below: it is the same each day
    now = paris(today)
    told = played(tmp_path / "d", now)
    assert set(told.events) == EVENTS
    with SqliteStorage(tmp_path / "d" / "due.sqlite") as storage:
        left = Left(tmp_path / "d", now, storage, capsys.readouterr().out)
        every_status_is_there(left)
        every_incident_happened(left)
        the_procedure_ticked_itself(left)
        nothing_lies_after_now(left)
        nothing_is_left_undone_by_the_clocks(left)
        no_nir_is_shown(left)
        a_test_never_reads_as_declared(left)
        verified = left.read.verify_journal()
        assert verified.sound
        assert (verified.cases, verified.entries) == (told.cases, told.entries)


def every_status_is_there(left: Left) -> None:
    assert set(left.read.counts()) == {status.value for status in FilingStatus}
    states = left.read.counts(Kind.CLIENT)
    assert set(states) == {s.value for s in ClientState} - {ClientState.SELECTED, ClientState.WITHDRAWN}
    assert 9 <= sum(states.values()) <= 12


def every_incident_happened(left: Left) -> None:
    read = left.read
    # one rejected by the portal and renewed, one by the CIRSO
    for reference, state, event in (
        ("MEN-01", S.PORTAL_REJECTED, "acs_rejected"),
        ("DEN-01", S.CIRSO_REJECTED, "ars_rejected"),
    ):
        first, second = read.filing(reference).attempts(Mode.TEST)
        assert (first.state, second.state, second.replaces) == (state, S.ACCEPTED, first.id)
        events = left.events_of(reference)
        assert events.index(event) < events.index("renew") < events.index("ars_accepted")
        assert first.content != second.content
    # one late and flagged, and its answer is late indeed
    (overdue,) = read.find(overdue=True)
    late = overdue.attempts(Mode.REAL)[-1]
    deadline = Calendar().deadline(late.evidence.slots["acs"].issued_at, 5)
    assert (late.state, late.overdue_since) == (S.FORWARDED, deadline)
    assert deadline <= left.now
    assert "clock:ars_overdue" in left.events_of(overdue.reference)
    # one still in time
    running = [f for f in read.find(status=(FilingStatus.RUNNING,)) if f.reference != overdue.reference]
    assert all(f.attempts(Mode.REAL)[-1].deadlines["ars_overdue"] > left.now for f in running)
    assert running
    # one ARS before its ACS
    ars, acs = left.of("BOU-01/test/1", "ars"), left.of("BOU-01/test/1", "acs")
    assert ars.received_at < acs.received_at
    assert read.submission("BOU-01/test/1").state is S.ACCEPTED
    # one received twice: over HTTP, and the same to the byte in an e-mail that was saved by hand
    piece = left.of("LAG-01/real/1", "ars")
    (by_hand,) = avis_files(left)
    again = read_avis(by_hand, piece.receipt.piece)  # type: ignore[union-attr]
    assert (by_hand.suffix, again.identity) == (".eml", piece.id)
    # one for two hires with mixed outcomes, attached by a person
    (mixed,) = [r for r in left.receipts() if r.attached_by]
    assert set(mixed.reached) == {"TRA-01/real/1", "TRA-02/real/1"}
    assert isinstance(mixed.receipt, Ars)
    assert [v.outcome for v in mixed.receipt.verdicts] == [Outcome.ACCEPTED, Outcome.REJECTED]
    assert {v.reference for v in mixed.receipt.verdicts} == {None}
    assert read.submission("TRA-01/real/1").deposit == read.submission("TRA-02/real/1").deposit
    assert [read.filing(r).status for r in ("TRA-01", "TRA-02")] == [FilingStatus.DECLARED, FilingStatus.REFUSED]
    # the others
    assert left.events_of("LIB-01")[-1] != "sent"
    assert read.submission("LIB-01/real/1").state is S.IN_DOUBT
    assert read.filing("DOM-01").elsewhere is not None
    assert read.filing("BOU-03").no_hire
    assert read.tray() == ()


def the_procedure_ticked_itself(left: Left) -> None:
    """Each step has the entry that proves it, none was marked by hand, and none was told before its proof was there."""
    plan = left.read.rollout()
    assert plan.done
    for step in plan.steps:
        assert step.proof is not None
        assert step.why is None
        kind, _, id = step.proof.case.partition(":")
        entries = {entry.seq: entry for entry in left.read.entries(Ref(Kind(kind), id))}
        assert step.proof.seq in entries
        assert f"{step.title('fr')} (preuve: {step.proof.case}, écriture {step.proof.seq})" in " ".join(
            sentences(left.output)
        )
    pilots = left.read.pilots()
    assert len(pilots.pilots) == 9
    assert [c.siren for c in pilots.excluded if c.taken] == [left.read.filing("DOM-01").siren]
    assert len(pilots.collaborators) == 2


def nothing_lies_after_now(left: Left) -> None:
    cases = [left.flow.cabinet, *(c.siren for c in left.read.clients())]
    cases += [f.reference for f in left.read.filings()] + [d.id for d in left.read.deposits()]
    instants = [told.at for case in cases for told in left.read.journal(case)]
    instants += [r.received_at for r in left.receipts()] + [o.notice.at for o in left.read.notices()]
    issued = [getattr(r.receipt, "issued_at", r.received_at) for r in left.receipts()]
    assert max(instants + issued) <= left.now
    assert timedelta(days=30) < left.now - min(instants) < timedelta(days=45)


def nothing_is_left_undone_by_the_clocks(left: Left) -> None:
    """No deadline has come without having been raised, and each status is true at this very instant."""
    for case in (*left.read.filings(), *left.read.clients()):
        assert all(at > left.now for at in case.deadlines.values()), case
        for sub in case.attempts() if isinstance(case, Filing) else ():
            assert all(at > left.now for at in sub.deadlines.values()), sub.id
    by_status = {f.status: f for f in left.read.filings()}
    opens, _ = Calendar().filing_window(left.read.filing("BOU-02").hire_at)
    assert opens > left.now
    assert by_status[FilingStatus.LATE].hire_at <= left.now
    for status in (FilingStatus.TEST_NOT_DECLARED, FilingStatus.TEST_RUNNING, FilingStatus.IN_DOUBT):
        assert by_status[status].hire_at > left.now
    for filing in left.read.filings():
        for sub in filing.attempts(Mode.REAL):
            assert not sub.irregular
            assert not sub.late
            opens, closes = Calendar().filing_window(filing.hire_at)
            assert sub.begun_at is None or opens <= sub.begun_at < closes


def no_nir_is_shown(left: Left) -> None:
    numbers = nirs(left.folder)
    assert len(numbers) > 8
    shown = "".join(c for c in left.output if c.isalnum())
    assert not [n for n in numbers if n[:13] in shown]


def nirs(folder: Path) -> list[str]:
    rows = (line.split(";") for line in (folder / "hires.csv").read_text(encoding="utf-8").splitlines()[1:])
    return [row[9].replace(" ", "") for row in rows if row[9]]


def sentences(output: str) -> list[str]:
    """The lines of the story, each with what was folded under it."""
    return re.sub(r"\n {20}(?=\S)", " ", output).splitlines()


def a_test_never_reads_as_declared(left: Left) -> None:
    declared = {f.reference for f in left.read.filings() if f.status is FilingStatus.DECLARED}
    for line in left.output.splitlines():
        # the word never stands at the head of a folded line, cut from its « non »
        assert not re.search(r"(?<!non )déclaré(?! par ailleurs)", line), line
    for line in sentences(left.output):
        if "TEST" in line:
            assert "✔" not in line
            assert "DÉCLARÉ" not in line
        if "DÉCLARÉ" in line:
            assert "RÉEL" in line
            assert any(reference in line for reference in declared)


def avis_files(left: Left) -> list[Path]:
    return sorted((left.folder / "avis").iterdir())


def read_avis(path: Path, piece: str | None) -> Ars:
    read = avis.read_file(path, account="CABINET-01", piece=piece)
    assert isinstance(read, Ars)
    return read


def test_no_filing_leaves_outside_its_window_on_any_day_of_ten_years(told_today: Left) -> None:
    """The days that the story chose for sending fit the hires' days of the table, holidays or not."""
    tokens = dict(re.findall(r"^([A-Z]{3}-\d\d);.*?\{O([+-]\d+)\}", template("hires.csv"), re.MULTILINE))
    days = Days(told_today.now)
    offsets = {days.office(-n): -n for n in range(1, 30)}
    sent = {
        f.reference: offsets[sub.begun_at.astimezone(PARIS).date()]
        for f in told_today.read.filings()
        for sub in f.attempts(Mode.REAL)
        if sub.begun_at is not None
    }
    pairs = {(begun, int(tokens[reference])) for reference, begun in sent.items()}
    assert len(sent) == 8
    for n in range(3660):
        today = Days(datetime(2026, 1, 1, 12, tzinfo=UTC) + timedelta(days=n))
        for begun, hired in pairs:
            assert today.office(begun) < today.office(hired) <= today.office(begun) + timedelta(days=8)
        assert today.office(15) - today.today > timedelta(days=9)


def template(name: str) -> str:
    return (Path(command.__file__).parent / "demo_data" / name).read_text(encoding="utf-8")


# ---- its files


def test_every_receipt_came_from_the_portals_list_and_holds_what_the_portal_gave(told_today: Left) -> None:
    receipts = told_today.receipts()
    assert len(receipts) > 40
    for received in receipts:
        assert len(received.origins) == 1
        assert received.origins[0].startswith("jedeclare/CABINET-01/")
        raw = told_today.read.receipt(received.id).receipt.raw
        assert raw is not None
        assert b"numeroAds" in raw


def test_every_file_that_left_is_the_message_of_its_deposit_in_the_folder_of_its_mode(told_today: Left) -> None:
    out = told_today.folder / "envois"
    sent = [d for d in told_today.read.deposits() if d.filename is not None]
    assert {p.name for mode in Mode for p in (out / mode.value).iterdir()} == {d.filename for d in sent}
    for deposit in sent:
        content = (out / deposit.mode.value / (deposit.filename or "")).read_bytes()
        assert hashlib.sha256(content).hexdigest() == deposit.sha256
        message = upload.read(content)
        assert (message.mode, len(message.hires)) == (deposit.mode, len(deposit.items))
        assert not deposit.guessed


def test_the_dated_tables_are_in_the_format_of_the_imports(told_today: Left) -> None:
    clients = list(tables.read_clients(told_today.folder / "clients.csv"))
    values = [line.value for line in clients if isinstance(line, tables.Good)]
    by_siret = {e.siret: (c, e) for c in values for e in c.establishments}
    hires = list(tables.read_hires(told_today.folder / "hires.csv", by_siret.get))
    assert not [line for line in (*clients, *hires) if isinstance(line, tables.Bad)]
    assert len(hires) == sum(told_today.read.counts().values())
    assert all(c.siren.startswith("9999") for c in values)
    assert "{" not in (told_today.folder / "hires.csv").read_text(encoding="utf-8")


def test_the_papers_of_the_procedure_are_there_to_be_signed_and_read(told_today: Left) -> None:
    pytest.importorskip("fpdf", reason="the extra print is not installed: the demo leaves the PDFs out")
    papers = {path.name: path.read_bytes() for path in (told_today.folder / "papiers").iterdir()}
    pilots = {client.siren for client in told_today.read.clients() if client.wave == 1}
    mandates = [name for name in papers if name.startswith("mandat-")]
    assert {name.split("-")[1] for name in mandates} == pilots
    assert all(papers[name].startswith(b"%PDF") for name in (*mandates, "compte-rendu.pdf"))
    report = papers["compte-rendu.html"]
    cabinet = told_today.read.cabinet()
    assert cabinet.rollout is not None
    assert cabinet.rollout.report is not None
    assert cabinet.rollout.report.sha256 == hashlib.sha256(report).hexdigest()
    assert "Commune de naissance inconnue" in report.decode()
    assert not [n for n in nirs(told_today.folder) if n.encode() in report]
    assert b"<svg" in papers["mode-operatoire.svg"]


def test_without_the_printing_package_the_demo_goes_on_and_says_what_is_missing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(demo_papers, "find_spec", lambda _: None)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--folder", "d"])
    assert ended.value.code == 0
    assert "due-workflow[print]" in capsys.readouterr().out
    assert {path.name for path in Path("d/papiers").iterdir()} == {"compte-rendu.html", "mode-operatoire.svg"}


def test_only_the_last_notices_wait_for_whoever_opens_the_database(told_today: Left) -> None:
    waiting = {out.notice.code for out in told_today.read.notices(("pending",))}
    assert {"in_doubt", "ars_overdue"} <= waiting
    assert not {"mandate_unsigned", "test_accepted", "went_live", "declared"} & waiting
    assert not list(told_today.read.notices(("dead",)))


def test_a_workplace_overseas_keeps_its_own_hour(told_today: Left) -> None:
    filing = told_today.read.filing("LAG-01")
    assert filing.hire_at.astimezone(ZoneInfo("Indian/Reunion")).hour == 8
    assert filing.hire_at.astimezone(PARIS).hour in (5, 6)


def test_the_folder_removes_what_it_made_and_nothing_else(tmp_path: Path) -> None:
    folder = Folder(tmp_path / "d")
    ours = folder.avis_file("001-ads-A-1.xml", b"<a/>")
    sent = folder.outgoing / "test" / "due-1.xml"
    sent.parent.mkdir()
    sent.write_text("<m/>")
    folder.left("test", sent.name)
    folder.table("clients.csv", Days(datetime.now(UTC)))
    paper = folder.paper("compte-rendu.html", b"<html>")
    mine = tmp_path / "d" / "avis" / "mon-avis.xml"
    notes = tmp_path / "d" / "notes.txt"
    outside = tmp_path / "precious.txt"
    for path in (mine, notes, outside):
        path.write_text("mine")
    with (tmp_path / "d" / MARK).open("a") as mark:
        mark.write("../precious.txt\nnotes.txt\navis/../../precious.txt\n")
    with pytest.raises(FolderRefused, match="holds a demo already"):
        Folder(tmp_path / "d")
    assert ours.exists()
    again = Folder(tmp_path / "d", force=True)
    assert not ours.exists()
    assert not paper.exists()
    assert not sent.parent.exists()
    assert not (again.path / "clients.csv").exists()
    assert all(path.read_text() == "mine" for path in (mine, notes, outside))


@pytest.mark.parametrize("force", [False, True])
def test_a_folder_that_is_not_a_demos_is_left_alone(tmp_path: Path, force: bool) -> None:
    (tmp_path / "due.sqlite").write_bytes(b"a firm's own")
    with pytest.raises(FolderRefused, match="Nothing was touched"):
        Folder(tmp_path, force=force)
    assert [p.name for p in tmp_path.iterdir()] == ["due.sqlite"]
    with pytest.raises(FolderRefused):
        Folder(tmp_path / "due.sqlite", force=force)
    assert (tmp_path / "due.sqlite").read_bytes() == b"a firm's own"


def test_the_days_of_a_table_are_office_days_or_plain_days() -> None:
    days = Days(paris(datetime(2026, 11, 22, 12)))  # a Sunday
    assert days.dated("{O-1};{O+1};{J+3};{J-1};{X+1}") == "20/11/2026;23/11/2026;25/11/2026;21/11/2026;{X+1}"
    assert days.office(-9) == date(2026, 11, 9)  # over 11 November
    assert days.at(-1, "09:30") == datetime(2026, 11, 20, 8, 30, tzinfo=UTC)


def test_the_storys_clock_never_goes_back() -> None:
    clock = StoryClock(datetime(2026, 3, 2, tzinfo=UTC))
    with pytest.raises(ValueError, match="goes back"):
        clock.to(datetime(2026, 3, 1, tzinfo=UTC))


# ---- the command


def run(*args: str) -> int:
    with pytest.raises(SystemExit) as left:
        main(list(args))
    return int(left.value.code or 0)


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, str]]:
    """The whole output of the command at 80 columns without colours, and the folder in which it ran."""
    where = tmp_path_factory.mktemp("shown")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(where)
        patch.setenv("COLUMNS", "80")
        patch.setenv("NO_COLOR", "1")
        for name in ("DUE_DB", "DUE_CABINET", "DUE_LANG"):
            patch.delenv(name, raising=False)
        out = io.StringIO()
        with redirect_stdout(out):
            assert run("demo") == 0
        yield where, out.getvalue()


def test_the_screen_is_readable_at_80_columns(shown: tuple[Path, str]) -> None:
    _, output = shown
    lines = output.splitlines()
    assert not [line for line in lines if len(line) > 80 and not line.startswith("    due-workflow ")]
    assert "\x1b" not in output
    assert not re.search(r"\[/?(bold|dim|red|green|yellow|cyan|blue)", output)
    assert not re.search(r"\b(demo|cli|status|denial|state|clock)\.[a-z_]+", output)


def test_the_screen_shows_no_nir_and_no_test_as_declared(shown: tuple[Path, str]) -> None:
    where, output = shown
    with SqliteStorage(where / "due-demo" / "due.sqlite") as storage:
        left = Left(where / "due-demo", datetime.now(UTC), storage, output)
        no_nir_is_shown(left)
        for line in output.splitlines():
            assert not re.search(r"(?<!non )déclaré(?!e?s? par ailleurs)", line), line
        rows = [line for line in output.splitlines() if re.match(r"[A-Z]{3}-\d\d ", line)]
        for line in rows:
            if "✔" in line or "DÉCLARÉ" in line:
                assert left.read.filing(line[:6]).status is FilingStatus.DECLARED


def test_the_steps_are_those_of_the_procedure(shown: tuple[Path, str]) -> None:
    found = re.findall(r"^Étape (\d): (.+)$", shown[1], re.MULTILINE)
    assert found == [
        ("1", "Choix du portail déclaratif et abonnement"),
        ("2", "Collecter et remplir les documents"),
        ("3", "Sélectionner les entreprises"),
        ("4", "Faire adhérer les entreprises"),
        ("5", "Installer le logiciel de génération des fichiers DUE"),
        ("6", "Envoi en mode test"),
        ("7", "Envoi en mode réel"),
        ("8", "Compte rendu de basculement"),
    ]


def test_the_commands_it_proposes_run_on_what_it_left(
    shown: tuple[Path, str], capsys: pytest.CaptureFixture[str]
) -> None:
    proposed = [line.split()[1:] for line in shown[1].splitlines() if line.startswith("    due-workflow ")]
    reading = [args for args in proposed if args[2] in ("status", "explain", "journal", "tray", "tick")]
    assert len(reading) >= 4
    for args in reading:
        assert run(*args) in (0, 7), args
        assert capsys.readouterr().out


def test_a_second_demo_needs_force(shown: tuple[Path, str], capsys: pytest.CaptureFixture[str]) -> None:
    before = Path("due-demo/due.sqlite").stat().st_mtime_ns
    assert run("demo") == 3
    assert "--force" in capsys.readouterr().err
    assert Path("due-demo/due.sqlite").stat().st_mtime_ns == before


def test_json_tells_the_story_as_data(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demo", "--folder", str(tmp_path / "d"), "--json") == 0
    told = json.loads(capsys.readouterr().out)
    assert set(told["events"]) == EVENTS
    assert told["hires"].keys() == {status.value for status in FilingStatus}
    assert all(told["hires"].values())
    assert sum(told["clients"].values()) == 11
    assert told["journal"]["sound"] is True
    assert run("demo", "--folder", str(tmp_path / "d"), "--json", "--force") == 0
    assert json.loads(capsys.readouterr().out)["events"].keys() == told["events"].keys()


def test_english_is_english(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("demo", "--folder", str(tmp_path / "d"), "--lang", "en") == 0
    output = capsys.readouterr().out
    assert "Step 6: Sending in test mode" in output
    assert "test – not declared" in output
    for word in ("Étape", "déclaré", "Envoi", "embauche"):
        assert word not in output
    assert all("--lang en" in line for line in output.splitlines() if line.startswith("    due-workflow"))


def test_two_hires_share_a_file_by_a_setting_that_readers_need_not_know(told_today: Left) -> None:
    """The story's own policy is not needed to read or to go on with what it left."""
    assert Policy().per_deposit == 1
    assert told_today.read.explain("TRA-02")
