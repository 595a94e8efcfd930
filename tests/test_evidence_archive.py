"""The evidence of a hire as one file: what is in it, what a person reads, and that no byte of it changes unnoticed."""

from __future__ import annotations

import hashlib
import io
import json
import re
import stat
import struct
import zipfile
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from due_workflow import (
    DueWorkflow,
    DueWorkflowError,
    InputRefused,
    Mode,
    NotFound,
    Outcome,
    Submission,
    Unreadable,
    Verdict,
    texts,
)
from due_workflow.adapters import evidence, upload
from due_workflow.adapters._evidence_reread import READERS, told_again
from due_workflow.adapters._evidence_zip import packed
from due_workflow.adapters.avis import read_avis
from due_workflow.adapters.evidence import Limits, Verified
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.cli import front
from due_workflow.identifiers import NIR_DIGITS
from due_workflow.ports import Changes, Entry, Kind, Ref
from due_workflow.receipts import Received
from due_workflow.records import decode, encode
from due_workflow.testing import ScriptedPortal
from due_workflow.testing import factories as f
from due_workflow.testing.avis import avis_xml
from stories import ACCOUNT, CABINET, A, Firm, R, Wrapped

PDF = b"%PDF-1.4\nsigned\n%%EOF\n"
NIR = f.nir(77)


class Wire(ScriptedPortal):
    """A portal that takes the real message and whose ADS comes as the file that a portal gives."""

    def render(self, submissions, mode):
        return upload.parcel(submissions, mode)

    def deposit(self, parcel):
        self.taken.append(parcel)
        at = self._clock.now().replace(microsecond=0)
        return read(f.ads(f"ADS-{len(self.taken)}", at, mode=parcel.mode, count=len(parcel.submissions)))


def read(paper, **context):
    """The receipt as it is read from its file, at this firm's account."""
    given = {"account": ACCOUNT, "piece": paper.piece, "mode": paper.mode} | context
    receipt = read_avis(avis_xml(paper), **given)
    assert not isinstance(receipt, Unreadable)
    return receipt


def a_firm(storage=None, **policy) -> Firm:
    firm = Firm(storage, **policy)
    firm.portal = Wire("jedeclare", ACCOUNT, clock=firm.clock)
    firm.flow.portals = (firm.portal,)
    return firm.opened()


def sent(firm: Firm, reference: str, mode: Mode) -> Submission:
    start = firm.clock.now() + timedelta(days=5)
    sub = firm.flow.prepare(f.declaration(reference, start=start, nir=NIR, surname="QUARTZ", first_names="ALIX"), mode)
    assert not firm.flow.send([sub.id]).refused
    return firm.read.submission(sub.id)


def answered(firm: Firm, sub: Submission, make, outcome=A, **changes) -> Submission:
    firm.move(hours=1)
    paper = make(firm.ref_of(sub), outcome, at=firm.clock.now().replace(microsecond=0), **changes)
    firm.flow.receive(read(paper))
    return firm.read.submission(sub.id)


def whole(firm: Firm, reference: str = "E-1", outcome=A) -> Firm:
    """A hire from its test to the answer in real mode, by a client whose signed mandate is kept."""
    firm.mandated()
    firm.flow.attach_mandate(f.siren(), PDF)
    answered(firm, answered(firm, sent(firm, "T-1", Mode.TEST), f.acs), f.ars)
    firm.flow.go_live(f.siren())
    answered(firm, answered(firm, sent(firm, reference, Mode.REAL), f.acs), f.ars, outcome, piece="4711")
    return firm


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of a client with two hires, one of them declared."""
    path = tmp_path_factory.mktemp("archive") / "client.zip"
    evidence.export(whole(a_firm()).flow, f.siren(), path, by="Camille")
    return path


def listed(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def contents(path: Path) -> dict[str, bytes]:
    with zipfile.ZipFile(path) as opened:
        return {name: opened.read(name) for name in opened.namelist()}


def repacked(path: Path, files: dict[str, bytes]) -> Path:
    """Packed as an export packs them: the dates are those of the manifest."""
    at = dict[str, datetime]()
    for line in files.get("manifest.jsonl", b"").splitlines():
        with suppress(ValueError, TypeError, AttributeError, RecursionError):
            told = json.loads(line)
            if told.get("at"):
                at[told.get("file", "")] = datetime.fromisoformat(told["at"])
    with zipfile.ZipFile(path, "w") as made:
        for name, content in files.items():
            made.writestr(packed(name, at.get(name) or at.get("")), content)
    return path


def resealed(files: dict[str, bytes]) -> dict[str, bytes]:
    """The manifest made anew by someone who knows how: digests and seal fit the files again."""
    lines = [json.loads(line) for line in files["manifest.jsonl"].splitlines()][:-1]
    kept = [line for line in lines if line["line"] != "file" or line["file"] in files]
    for line in kept:
        if line["line"] == "file":
            content = files[line["file"]]
            line |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    body = b"".join(json.dumps(line).encode() + b"\n" for line in kept)
    seal = json.dumps({"line": "seal", "seal": hashlib.sha256(body).hexdigest()}).encode() + b"\n"
    return files | {"manifest.jsonl": body + seal}


def codes(found: Verified) -> set[str]:
    for fault in found.faults:
        assert fault.text("fr") != fault.text("en")
        assert fault.where in fault.text("fr")
    return {fault.code for fault in found.faults}


def lines_of(data: bytes) -> list[dict]:
    return [json.loads(line) for line in data.splitlines()]


# ---- what is in it


def test_a_hire_is_exported_whole_and_holds_by_itself(tmp_path: Path) -> None:
    firm = whole(a_firm())
    told = evidence.export(firm.flow, "E-1", tmp_path / "e.zip", by="Camille")
    files = contents(tmp_path / "e.zip")
    deposit = firm.read.deposit(firm.read.submission("E-1/real/1").deposit)
    assert files[f"messages/{deposit.id}.xml"] == firm.read.parcel(deposit.id)
    kept = [h.facts for h in firm.read.every(Kind.RECEIPT, keys=("for:E-1",))]
    assert {name for name in files if name.startswith("receipts/")} == {
        f"receipts/{r.receipt.kind}-{r.id}.xml" for r in kept
    }
    for received in kept:
        raw = firm.read.receipt(received.id).receipt.raw
        assert files[f"receipts/{received.receipt.kind}-{received.id}.xml"] == raw
    assert files[f"mandate/{hashlib.sha256(PDF).hexdigest()}.pdf"] == PDF
    assert {line["case"] for line in lines_of(files["journals.jsonl"])} == {
        "filing:E-1",
        f"deposit:{deposit.id}",
        f"client:{f.siren()}",
    }
    assert (told.hires, told.declared, told.broken, told.gone) == (1, 1, [], {})
    found = evidence.verify(tmp_path / "e.zip")
    assert found.sound, [fault.text("en") for fault in found.faults]
    assert found.seal == told.seal
    assert (found.receipts, found.reread, found.unread) == (3, 3, 0)
    (hire,) = found.hires
    assert (hire.reference, hire.status) == ("E-1", "declared")
    assert hire.declared_by is not None
    assert "avisReceptionSigne" in files[hire.declared_by].decode()


def test_the_manifest_names_every_file_with_its_size_its_digest_and_its_instant(archive: Path) -> None:
    files = contents(archive)
    lines = lines_of(files["manifest.jsonl"])
    named = {line["file"]: line for line in lines if line["line"] == "file"}
    assert named.keys() | {"manifest.jsonl"} == files.keys()
    for name, line in named.items():
        assert line["size"] == len(files[name])
        assert line["sha256"] == hashlib.sha256(files[name]).hexdigest()
        assert ("at" in line) is (line["what"] in ("message", "receipt", "scan"))
    assert lines[0]["by"] == "Camille"
    assert lines[-1]["line"] == "seal"


def test_a_client_is_exported_with_all_its_hires_or_those_of_a_period(archive: Path, tmp_path: Path) -> None:
    found = evidence.verify(archive)
    assert [(hire.reference, hire.status) for hire in found.hires] == [
        ("E-1", "declared"),
        ("T-1", "test_not_declared"),
    ]
    assert [hire.declared_by is not None for hire in found.hires] == [True, False]
    flow = whole(a_firm()).flow
    hire = flow.read.filing("E-1").hire_at.date()
    assert evidence.count(flow, f.siret()) == 2
    assert evidence.export(flow, f.siret(), tmp_path / "a.zip", until=hire - timedelta(days=400)).hires == 0
    assert evidence.export(flow, f.siren(), tmp_path / "b.zip", since=hire - timedelta(days=1)).hires == 2
    assert evidence.verify(tmp_path / "a.zip").sound


def test_the_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    flow = whole(a_firm()).flow
    for name in ("a.zip", "b.zip"):
        evidence.export(flow, f.siren(), tmp_path / name)
    assert (tmp_path / "a.zip").read_bytes() == (tmp_path / "b.zip").read_bytes()


def test_the_file_is_its_owners_alone_and_stands_for_no_other(tmp_path: Path) -> None:
    flow = whole(a_firm()).flow
    target = tmp_path / "e.zip"
    evidence.export(flow, "E-1", target)
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    with pytest.raises(FileExistsError):
        evidence.export(flow, "E-1", target)
    evidence.export(flow, "E-1", target, replace=True)
    assert listed(tmp_path) == ["e.zip"]


def test_an_export_that_is_interrupted_leaves_no_file(tmp_path: Path) -> None:
    flow = whole(a_firm()).flow

    def interrupt(_: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        evidence.export(flow, f.siren(), tmp_path / "e.zip", progress=interrupt)
    assert listed(tmp_path) == []


def test_the_nir_stands_in_the_message_alone(archive: Path) -> None:
    with_nir = {name for name, content in contents(archive).items() if NIR[:NIR_DIGITS].encode() in content}
    assert with_nir
    assert {name.split("/")[0] for name in with_nir} == {"messages"}


def test_what_waits_in_the_tray_and_names_the_hire_is_there_too(tmp_path: Path) -> None:
    firm = whole(a_firm())
    ref = firm.ref_of("E-1/real/1")
    at = firm.clock.now()
    other_mode = read(f.ars(ref, R, at=at), mode=Mode.TEST)
    by_reference = read(f.ars("UNKNOWN", at=at, verdicts=(Verdict(outcome=A, reference="E-1"),)))
    ambiguous = read(f.ars(ref, at=at, count=2, verdicts=(Verdict(outcome=A), Verdict(outcome=R))))
    stranger = read(f.ars("ANOTHER", at=at, verdicts=(Verdict(outcome=A, siret=f.siret(5)),)))
    ids = [firm.flow.receive(paper).receipt for paper in (other_mode, by_reference, ambiguous, stranger)]
    evidence.export(firm.flow, "E-1", tmp_path / "e.zip")
    there = {line["id"]: line["state"] for line in lines_of(contents(tmp_path / "e.zip")["receipts.jsonl"])}
    assert [there.get(id) for id in ids] == ["mismatch", "tray", "tray", None]
    assert evidence.verify(tmp_path / "e.zip").sound


def test_the_firms_own_journal_is_left_out_unless_asked_for(tmp_path: Path) -> None:
    flow = whole(a_firm()).flow
    evidence.export(flow, "E-1", tmp_path / "a.zip")
    evidence.export(flow, "E-1", tmp_path / "b.zip", firm=True)
    cases = [{line["case"] for line in lines_of(contents(tmp_path / n)["journals.jsonl"])} for n in ("a.zip", "b.zip")]
    assert cases[1] - cases[0] == {f"cabinet:{CABINET}"}
    assert evidence.verify(tmp_path / "b.zip").sound


def test_a_hire_in_a_deposit_with_others_says_so(tmp_path: Path) -> None:
    firm = a_firm(per_deposit=10)
    firm.mandated()
    subs = [firm.flow.prepare(f.declaration(ref, first_names="ALIX"), Mode.TEST) for ref in ("E-1", "E-2", "E-3")]
    firm.flow.send([sub.id for sub in subs])
    told = evidence.export(firm.flow, "E-2", tmp_path / "e.zip", lang="en")
    assert told.others == 2
    assert "2 other hires of the same employer" in contents(tmp_path / "e.zip")["READ-ME.txt"].decode()
    assert evidence.verify(tmp_path / "e.zip").sound
    told = evidence.export(firm.flow, f.siren(), tmp_path / "c.zip")
    assert (told.hires, told.others) == (3, 0)
    assert evidence.verify(tmp_path / "c.zip").sound


def test_what_was_purged_is_said_to_be_purged(tmp_path: Path) -> None:
    firm = whole(a_firm(), outcome=R)
    answered(firm, sent(firm, "E-2", Mode.REAL), f.ars)
    firm.move(days=6 * 366)
    while firm.worker().tick():
        pass
    assert all(not isinstance(done, Exception) for done in firm.flow.purge_many())
    for reference, status, gone in (("E-1", "refused", 4), ("E-2", "declared", 2)):
        path = tmp_path / f"{reference}.zip"
        told = evidence.export(firm.flow, reference, path)
        assert told.gone["purged"] >= gone - 1
        found = evidence.verify(path)
        assert found.sound, [fault.text("en") for fault in found.faults]
        assert [hire.status for hire in found.hires] == [status]
        words = contents(path)["LISEZ-MOI.txt"].decode()
        assert "données effacées le" in words
        assert "QUARTZ" not in words
    # the proof outlives the purge: the ARS that declares is still there, byte by byte
    assert found.hires[0].declared_by in contents(path)


def test_a_host_that_sends_by_itself_has_no_message_and_that_is_said(tmp_path: Path) -> None:
    firm = Firm().opened()
    firm.live()
    firm.declared()
    told = evidence.export(firm.flow, "E-1", tmp_path / "e.zip")
    assert told.gone == {"not_attached": 1, "not_kept": 2}
    found = evidence.verify(tmp_path / "e.zip")
    assert found.sound
    assert found.hires[0].declared_by == "receipts.jsonl"


def test_bytes_that_are_missing_without_a_purge_are_missed(tmp_path: Path) -> None:
    storage = MemoryStorage()
    firm = whole(a_firm(storage))
    deposit = firm.read.submission("E-1/real/1").deposit
    (record,) = storage.load(CABINET, (Ref(Kind.DOCUMENT, f"parcel:{deposit}"),))
    emptied = decode(record).with_payload({})
    storage.commit(CABINET, Changes(write=(encode(emptied),)))
    assert evidence.export(firm.flow, "E-1", tmp_path / "e.zip").gone == {"missing": 1}
    assert codes(evidence.verify(tmp_path / "e.zip")) == {"message_missing"}


def test_a_journal_that_does_not_hold_is_enclosed_and_told(tmp_path: Path) -> None:
    class Forged(Wrapped):
        def journal(self, cabinet, case, after=0, limit=1000):
            found = self.inner.journal(cabinet, case, after, limit)
            if case.kind is not Kind.FILING:
                return found
            return [Entry(e.case, e.seq, e.data.replace(b'"by":""', b'"by":"X"'), e.hash) for e in found]

    firm = whole(a_firm())
    forged = DueWorkflow(Forged(firm.storage), cabinet=CABINET, clock=firm.clock)
    assert evidence.export(forged, "E-1", tmp_path / "e.zip").broken == ["filing:E-1"]
    assert {"journal_changed"} <= codes(evidence.verify(tmp_path / "e.zip"))


def test_a_hire_that_changes_while_it_is_read_is_read_anew(tmp_path: Path) -> None:
    firm = whole(a_firm())
    late = read(f.ars(firm.ref_of("E-1/real/1"), R, at=firm.clock.now() + timedelta(hours=1)))

    class Busy(Wrapped):
        def load(self, cabinet, refs=(), keys=()):
            found = self.inner.load(cabinet, refs, keys)
            if "for:E-1" in keys and late is not None:
                firm.flow.receive(late)
            return found

    flow = DueWorkflow(Busy(firm.storage), cabinet=CABINET, clock=firm.clock)
    evidence.export(flow, "E-1", tmp_path / "e.zip")
    found = evidence.verify(tmp_path / "e.zip")
    assert found.sound, [fault.text("en") for fault in found.faults]
    assert found.hires[0].status == "refused"


def test_only_a_hire_or_a_client_has_evidence(tmp_path: Path) -> None:
    flow = whole(a_firm()).flow
    deposit = flow.read.submission("E-1/real/1").deposit
    for name, kind in ((deposit, InputRefused), (CABINET, InputRefused), ("E-9", NotFound), (f.siren(9), NotFound)):
        with pytest.raises(kind):
            evidence.export(flow, name, tmp_path / "e.zip")
    assert listed(tmp_path) == []


# ---- what a person reads


@pytest.mark.parametrize(("lang", "name"), [("fr", "LISEZ-MOI"), ("en", "READ-ME")])
def test_the_summary_tells_who_what_when_and_by_which_piece(lang: str, name: str, tmp_path: Path) -> None:
    firm = whole(a_firm())
    evidence.export(firm.flow, f.siren(), tmp_path / "e.zip", lang=lang)
    files = contents(tmp_path / "e.zip")
    html, text = (files[f"{name}.{suffix}"].decode() for suffix in ("html", "txt"))
    ars = next(hire.declared_by for hire in evidence.verify(tmp_path / "e.zip").hires if hire.declared_by)
    for said in (html, text):
        assert "QUARTZ" in said
        assert ars in said
        assert firm.ref_of("E-1/real/1") in said
        assert ("DÉCLARÉ: envoi réel E-1/real/1" if lang == "fr" else "DECLARED: real attempt E-1/real/1") in said
        assert ("n° 4711" if lang == "fr" else "no. 4711") in said
        assert ("NON DÉCLARÉ" if lang == "fr" else "NOT DECLARED") in said
        for article in ("R1221-7", "R1221-8", "R1221-9", "R1221-12"):
            assert article in said
        assert firm.read.filing("E-1").submissions["real/1"].deposit in said
    for target in re.findall(r'href="([^"]+)"', html):
        assert target in files if not target.startswith("#") else f'id="{target[1:]}"' in html
    assert "<script" not in html
    assert "://" not in html


def test_a_hire_that_was_only_tested_never_looks_declared(tmp_path: Path) -> None:
    firm = whole(a_firm())
    told = evidence.export(firm.flow, "T-1", tmp_path / "e.zip")
    words = contents(tmp_path / "e.zip")["LISEZ-MOI.html"].decode()
    assert told.declared == 0
    assert "NON DÉCLARÉ par ce canal: seuls des envois en mode test" in words
    assert 'class="declared"' not in words
    assert "<td>fait foi</td>" not in words
    assert "<td>décide du test</td>" in words
    assert evidence.verify(tmp_path / "e.zip").hires[0].declared_by is None


def test_a_name_of_the_hosts_cannot_break_out_of_the_page_or_the_archive(tmp_path: Path) -> None:
    firm = a_firm()
    firm.mandated(client=f.client(name="<b>A & Cie</b>"))
    reference = "../../<i>\"'/.."
    firm.flow.prepare(f.declaration(reference), Mode.TEST)
    evidence.export(firm.flow, reference, tmp_path / "e.zip")
    html = contents(tmp_path / "e.zip")["LISEZ-MOI.html"].decode()
    assert "<i>" not in html
    assert "<b>" not in html
    assert evidence.verify(tmp_path / "e.zip").sound


# ---- what a check notices


def test_a_byte_changed_in_any_file_is_noticed_and_the_file_named(archive: Path, tmp_path: Path) -> None:
    files = contents(archive)
    kinds = {name.split("/")[0] for name in files}
    assert kinds == {
        "messages",
        "receipts",
        "mandate",
        "journals.jsonl",
        "receipts.jsonl",
        "manifest.jsonl",
        "LISEZ-MOI.html",
        "LISEZ-MOI.txt",
    }
    for name, content in files.items():
        for place in (0, len(content) // 2, len(content) - 1):
            changed = content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :]
            path = repacked(tmp_path / "e.zip", files | {name: changed})
            if (name, place) == ("manifest.jsonl", 0):  # without its first line it is no archive of ours
                with pytest.raises(InputRefused):
                    evidence.verify(path)
                continue
            found = evidence.verify(path)
            assert name in {fault.where for fault in found.faults}, (name, place)


def dated(info: zipfile.ZipInfo) -> None:
    info.date_time = (1999, 1, 1, 0, 0, 0)


def remarked(info: zipfile.ZipInfo) -> None:
    info.comment = b"forged"


def widened(info: zipfile.ZipInfo) -> None:
    info.extra = b"\x99\x99\x04\x00lies"


def opened_to_all(info: zipfile.ZipInfo) -> None:
    info.external_attr = 0o100666 << 16


@pytest.mark.parametrize("forge", [dated, remarked, widened, opened_to_all])
def test_what_the_zip_itself_tells_of_a_file_is_noticed(
    archive: Path, tmp_path: Path, forge: Callable[[zipfile.ZipInfo], None]
) -> None:
    names = [next(name for name in contents(archive) if name.startswith(start)) for start in ("messages", "manifest")]
    for name in names:
        path = tmp_path / "e.zip"
        with zipfile.ZipFile(archive) as old, zipfile.ZipFile(path, "w") as new:
            for info in old.infolist():
                content = old.read(info)
                if info.filename == name:
                    forge(info)
                new.writestr(info, content)
        found = evidence.verify(path)
        assert {(fault.where, fault.code) for fault in found.faults} == {(name, "zip_metadata")}
        assert contents(path) == contents(archive)


def test_a_date_before_a_file_and_bytes_between_files_are_noticed(archive: Path, tmp_path: Path) -> None:
    """What stands before each file repeats the directory; a tool that reads one does not see the other."""
    with zipfile.ZipFile(archive) as opened:
        second, end = opened.infolist()[1], opened.start_dir
    content = bytearray(archive.read_bytes())
    content[second.header_offset + 10] ^= 0x21
    path = tmp_path / "e.zip"
    path.write_bytes(content)
    assert {(fault.where, fault.code) for fault in evidence.verify(path).faults} == {(second.filename, "zip_metadata")}
    hidden = archive.read_bytes()
    tail = hidden[end:-6] + (end + 9).to_bytes(4, "little") + hidden[-2:]
    path.write_bytes(hidden[:end] + b"something" + tail)
    assert codes(evidence.verify(path)) == {"zip_metadata"}


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_no_byte_of_the_zip_changes_what_is_read_unnoticed(archive: Path, tmp_path: Path, data: st.DataObject) -> None:
    whole_file = archive.read_bytes()
    place = data.draw(st.integers(0, len(whole_file) - 1))
    flipped = bytearray(whole_file)
    flipped[place] ^= data.draw(st.integers(1, 255))
    path = tmp_path / "flipped.zip"
    path.write_bytes(flipped)
    try:
        found = evidence.verify(path)
    except InputRefused:
        return
    if found.sound:  # deflate has bits that say nothing: what is read is the same to the byte
        assert [*read_whole(path)] == [*read_whole(archive)]


def read_whole(path: Path) -> Iterator[tuple[object, ...]]:
    with zipfile.ZipFile(path) as found:
        for entry in found.infolist():
            yield entry.filename, entry.date_time, entry.comment, entry.extra, entry.external_attr, found.read(entry)


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.integers(0, 10_000))
def test_a_cut_archive_is_never_sound(archive: Path, tmp_path: Path, left: int) -> None:
    content = archive.read_bytes()
    path = tmp_path / "cut.zip"
    path.write_bytes(content[: min(left, len(content) - 1)])
    with pytest.raises(InputRefused):
        evidence.verify(path)


def without(files: dict[str, bytes], name: str) -> dict[str, bytes]:
    return {key: content for key, content in files.items() if key != name}


def test_a_file_taken_out_or_put_in_is_noticed(archive: Path, tmp_path: Path) -> None:
    files = contents(archive)
    for name in without(files, "manifest.jsonl"):
        found = evidence.verify(repacked(tmp_path / "e.zip", without(files, name)))
        assert {fault.where for fault in found.faults if fault.code == "file_missing"} == {name}
    found = evidence.verify(repacked(tmp_path / "e.zip", files | {"receipts/more.xml": b"<x/>"}))
    assert [(fault.where, fault.code) for fault in found.faults] == [("receipts/more.xml", "unnamed")]


def one(files: dict[str, bytes], starting: str) -> str:
    return next(name for name in files if name.startswith(starting))


def edited(files: dict[str, bytes], name: str, change: Callable[[list[dict]], list[dict]]) -> dict[str, bytes]:
    lines = change(lines_of(files[name]))
    return files | {name: b"".join(json.dumps(line, ensure_ascii=False).encode() + b"\n" for line in lines)}


def relinked(lines: list[dict]) -> list[dict]:
    """Every chain made anew over what its entries say now."""
    heads: dict[str, str] = {}
    for line in lines:
        before = heads.get(line["case"], "")
        data = f"{before}\n{line['case']}\n{line['seq']}\n{line['data']}".encode()
        heads[line["case"]] = line["hash"] = hashlib.sha256(data).hexdigest()
    return lines


def test_a_forger_who_makes_the_manifest_anew_is_noticed_by_what_the_files_say_together(
    archive: Path, tmp_path: Path
) -> None:
    files = contents(archive)
    ars = evidence.verify(archive).hires[0].declared_by
    assert ars is not None
    forged = {
        "receipt_digest": files | {ars: files[ars].replace(b"Acceptees", b"Rejetees")},
        "message_digest": files | {(m := one(files, "messages")): files[m].replace(b"QUARTZ", b"ONYX")},
        "scan_unknown": files | {one(files, "mandate"): PDF + b"%%EOF"},
        "journal_changed": edited(
            files, "journals.jsonl", lambda ls: [ln | {"data": ln["data"].replace('"by":""', '"by":"X"')} for ln in ls]
        ),
        "journal_gap": edited(files, "journals.jsonl", lambda ls: ls[:1] + ls[2:]),
        "case_missing": edited(
            files, "journals.jsonl", lambda ls: [ln for ln in ls if not ln["case"].startswith("deposit")]
        ),
        "evidence_differs": edited(files, "receipts.jsonl", lambda ls: ls[:-1]),
        "bytes_missing": without(files, ars),
        "proof_purged": edited(
            without(files, ars),
            "receipts.jsonl",
            lambda ls: [ln | {"purged_at": ln["received_at"]} if ln["id"] in ars else ln for ln in ls],
        ),
        "receipt_name": edited(
            files, "receipts.jsonl", lambda ls: [ln | {"receipt": ln["receipt"] | {"raw": "x"}} for ln in ls]
        ),
        "message_missing": without(files, one(files, "messages")),
        "scan_missing": without(files, one(files, "mandate")),
    }
    for code, changed in forged.items():
        found = evidence.verify(repacked(tmp_path / f"{code}.zip", resealed(changed)))
        assert code in codes(found), (code, codes(found))


def test_a_status_that_no_receipt_founds_is_noticed_even_in_a_whole_chain(archive: Path, tmp_path: Path) -> None:
    files = contents(archive)

    def declare(lines: list[dict]) -> list[dict]:
        last = [line for line in lines if line["case"] == "filing:T-1"][-1]
        said = json.loads(last["data"])
        said["patch"]["status"] = "declared"
        last["data"] = json.dumps(said)
        return relinked(lines)

    forged = edited(files, "journals.jsonl", declare)
    heads = {line["case"]: line["hash"] for line in lines_of(forged["journals.jsonl"])}
    forged = edited(
        forged, "manifest.jsonl", lambda ls: [ln | {"head": heads[ln["case"]]} if "head" in ln else ln for ln in ls]
    )
    found = evidence.verify(repacked(tmp_path / "e.zip", resealed(forged)))
    assert codes(found) == {"status_unfounded"}
    assert "T-1" in found.faults[0].text("fr")


def test_a_deposit_of_the_other_mode_than_its_attempt_is_noticed(archive: Path, tmp_path: Path) -> None:
    files = contents(archive)
    deposits = {line["case"] for line in lines_of(files["journals.jsonl"]) if line["case"].startswith("deposit:")}

    def retold(lines: list[dict]) -> list[dict]:
        for line in lines:
            if line["case"] in deposits:
                said = json.loads(line["data"])
                if said["patch"].get("mode") == "real":
                    said["patch"]["mode"] = "test"
                line["data"] = json.dumps(said)
        return relinked(lines)

    forged = edited(files, "journals.jsonl", retold)
    heads = {line["case"]: line["hash"] for line in lines_of(forged["journals.jsonl"])}
    forged = edited(
        forged, "manifest.jsonl", lambda ls: [ln | {"head": heads[ln["case"]]} if "head" in ln else ln for ln in ls]
    )
    found = evidence.verify(repacked(tmp_path / "e.zip", resealed(forged)))
    assert "deposit_mode" in codes(found)


def contradicted(tmp_path: Path, mode: Mode | None, kind: str = "ads") -> Path:
    """A real hire with an accepted ARS that says `mode`, put beside a piece of the same deposit that says test."""
    firm = whole(a_firm())
    sub = firm.read.submission("E-1/real/1")
    ref = firm.read.deposit(sub.deposit).ref
    path = tmp_path / "whole.zip"
    other = getattr(f, kind)(ref, at=firm.clock.now(), account=ACCOUNT, mode=Mode.TEST)
    other = other.with_(raw=b"<not-read-again/>")
    evidence.export(firm.flow, "E-1", path)
    files = contents(path)
    kept = Received(
        id=other.named(other.sha256),
        receipt=other.with_(raw=b""),
        sha256=other.sha256,
        received_at=firm.clock.now(),
        state="mismatch",
        why="mode_mismatch",
    )
    name = f"receipts/{kind}-{kept.id}.xml"
    line = {"line": "file", "file": name, "size": 0, "sha256": "0" * 64, "what": "receipt", "of": kept.id}

    def told(lines: list[dict]) -> list[dict]:
        for each in lines:
            if each["receipt"]["kind"] == "ars":
                each["receipt"]["mode"] = mode
        return [*lines, json.loads(kept.model_dump_json())]

    files = edited(files, "receipts.jsonl", told) | {name: other.raw}
    files = edited(files, "manifest.jsonl", lambda lines: [*lines[:-1], line, lines[-1]])
    return repacked(tmp_path / "e.zip", resealed(files))


def test_a_real_deposit_that_the_portal_took_as_a_test_declares_nobody(tmp_path: Path) -> None:
    """Its ADS says test; an ARS that says no mode speaks of what was taken."""
    found = evidence.verify(contradicted(tmp_path, None))
    assert codes(found) == {"mode_contradicted"}
    assert "essai" in found.faults[0].text("fr") or "test" in found.faults[0].text("fr")
    (hire,) = found.hires
    assert hire.declared_by is None
    assert hire.contradicted is not None
    assert hire.contradicted.startswith("receipts/ads-")


@pytest.mark.parametrize("kind", ["ads", "acs", "ars"])
def test_an_answer_that_says_real_beside_a_piece_that_says_test_is_told_as_contradicted(
    tmp_path: Path, kind: str
) -> None:
    found = evidence.verify(contradicted(tmp_path, Mode.REAL, kind))
    assert found.sound, [fault.text("en") for fault in found.faults]
    (hire,) = found.hires
    assert (hire.declared_by, (hire.contradicted or "").split("-")[0]) == (None, f"receipts/{kind}")


def test_a_message_of_the_other_mode_is_noticed(archive: Path, tmp_path: Path) -> None:
    """The digest, the deposit's journal and the seal made anew: the bytes themselves still say test or real."""
    files = contents(archive)
    name = next(n for n in files if n.startswith("messages") and b">120<" in files[n])
    content = files[name].replace(b">120<", b">1<")
    old, new = (hashlib.sha256(c).hexdigest() for c in (files[name], content))
    forged = files | {name: content, "journals.jsonl": files["journals.jsonl"].replace(old.encode(), new.encode())}
    forged = edited(forged, "journals.jsonl", relinked)
    heads = {line["case"]: line["hash"] for line in lines_of(forged["journals.jsonl"])}
    forged = edited(
        forged, "manifest.jsonl", lambda ls: [ln | {"head": heads[ln["case"]]} if "head" in ln else ln for ln in ls]
    )
    assert codes(evidence.verify(repacked(tmp_path / "e.zip", resealed(forged)))) == {"message_mode"}


def test_a_receipt_that_says_other_than_what_was_kept_is_noticed(archive: Path, tmp_path: Path) -> None:
    """A forger who gives the changed bytes their own digest, and the receipt the name that goes with it."""
    files = contents(archive)
    ars = evidence.verify(archive).hires[0].declared_by
    assert ars is not None
    bytes_ = files[ars].replace(b"declarationsAcceptees", b"declarationsRejetees")
    old = next(line for line in lines_of(files["receipts.jsonl"]) if line["id"] in ars)
    digest = hashlib.sha256(bytes_).hexdigest()
    kept = Received.model_validate(old)
    id = kept.receipt.named(digest)
    forged = {
        name: content.replace(old["id"].encode(), id.encode()).replace(old["sha256"].encode(), digest.encode())
        for name, content in files.items()
    }
    forged[ars] = bytes_
    forged = edited(forged, "journals.jsonl", relinked)
    heads = {line["case"]: line["hash"] for line in lines_of(forged["journals.jsonl"])}
    forged = edited(
        forged, "manifest.jsonl", lambda ls: [ln | {"head": heads[ln["case"]]} if "head" in ln else ln for ln in ls]
    )
    forged["manifest.jsonl"] = forged["manifest.jsonl"].replace(f"ars-{id}".encode(), f"ars-{old['id']}".encode())
    found = evidence.verify(repacked(tmp_path / "e.zip", resealed(forged)))
    assert [(fault.where, fault.code) for fault in found.faults] == [(ars, "says_otherwise")]


@pytest.mark.parametrize("kind", ["ads", "acs", "ars"])
def test_what_the_urssaf_answered_is_read_again_too(kind: str) -> None:
    flux, at = "F" * 23, f.NOW
    said = {
        "ads": f"<r><envoi_etat>OK</envoi_etat><idflux>{flux}</idflux></r>",
        "acs": "<r><etat_conformite>OK</etat_conformite></r>",
        "ars": '<r profil="DPAE"><etat_conformite>OK</etat_conformite>'
        "<certificat_conformite>ABCDEFGHIJ</certificat_conformite></r>",
    }
    raw = said[kind].encode()
    given = {"portal": "urssaf", "account": "1", "raw": raw} | ({"recipient": "URSSAF"} if kind == "ars" else {})
    paper = getattr(f, kind)(flux, at=at, **given)
    kept = Received(id="x", receipt=paper, sha256=paper.sha256, received_at=at, state="applied")
    assert told_again(raw, kept, READERS) == {}
    other = raw.replace(b"OK</etat", b"KO</etat").replace(flux.encode(), b"G" * 23)
    assert told_again(other, kept, READERS)
    assert told_again(b"anything else", kept, READERS) is None


FLUX = "F" * 23
OF_THE_URSSAF = {
    "ads": "<r><envoi_etat>OK</envoi_etat><idflux>{flux}</idflux><essai_reel>{mode}</essai_reel></r>",
    "acs": "<r><idflux>{flux}</idflux><essai_reel>{mode}</essai_reel><etat_conformite>OK</etat_conformite></r>",
    "ars": '<r profil="DPAE"><idflux>{flux}</idflux><essai_reel>{mode}</essai_reel>'
    "<etat_conformite>OK</etat_conformite><certificat_conformite>ABCDEFGHIJ</certificat_conformite></r>",
}


def urssaf_kept(kind: str, raw: bytes, **changes: object) -> Received:
    """A receipt of the URSSAF's as it was kept."""
    given = {"portal": "urssaf", "account": "1", "raw": raw} | ({"recipient": "URSSAF"} if kind == "ars" else {})
    paper = getattr(f, kind)(FLUX, at=f.NOW, **given | changes)
    return Received(id="x", receipt=paper, sha256=paper.sha256, received_at=f.NOW, state="applied")


@pytest.mark.parametrize("kept", [Mode.TEST, Mode.REAL, None], ids=["test", "real", "none"])
@pytest.mark.parametrize(("code", "said"), [("01", Mode.TEST), ("02", Mode.REAL), ("", None)], ids=["01", "02", "none"])
@pytest.mark.parametrize("kind", ["ads", "acs", "ars"])
def test_the_mode_that_was_kept_is_compared_with_the_mode_in_the_bytes(
    kind: str, code: str, said: Mode | None, kept: Mode | None
) -> None:
    raw = OF_THE_URSSAF[kind].format(flux=FLUX, mode=code).encode()
    expected = {"mode": said} if said not in (None, kept) else {}
    assert told_again(raw, urssaf_kept(kind, raw, mode=kept), READERS) == expected


@pytest.mark.parametrize(
    ("kind", "wrong", "what"),
    [
        ("acs", OF_THE_URSSAF["acs"].format(flux="G" * 23, mode=""), "portal_ref"),
        ("ars", OF_THE_URSSAF["ars"].format(flux="G" * 23, mode=""), "portal_ref"),
        ("ads", OF_THE_URSSAF["ads"].format(flux="G" * 23, mode=""), "portal_ref"),
        ("ads", "<r><envoi_etat>KO</envoi_etat><idflux>" + FLUX + "</idflux></r>", "kind"),
        ("ars", '<r profil="AEE"><etat_conformite>OK</etat_conformite></r>', "kind"),
        ("ars", "<r><essai_reel>01</essai_reel><essai_reel>02</essai_reel></r>", "kind"),
        ("ads", "<r><idflux>" + FLUX + "</idflux><essai_reel>01</essai_reel><essai_reel>02</essai_reel></r>", "kind"),
    ],
    ids=["acs elsewhere", "ars elsewhere", "ads elsewhere", "not taken", "other profile", "two modes", "ads two modes"],
)
def test_bytes_that_cannot_be_what_was_kept_are_no_form_that_nobody_knows(kind: str, wrong: str, what: str) -> None:
    found = told_again(wrong.encode(), urssaf_kept(kind, wrong.encode()), READERS)
    assert found is not None
    assert list(found) == [what]


def avis_kept(paper, **changes: object) -> dict[str, object] | None:
    """What the bytes of an avis say otherwise than was kept of it."""
    kept = paper.with_(raw=None, **changes)
    received = Received(id="x", receipt=kept, sha256=paper.sha256, received_at=f.NOW, state="applied")
    return told_again(paper.raw, received, READERS)


@pytest.mark.parametrize(
    ("what", "change"),
    [
        ("count", {"count": 3}),
        ("issued_at", {"issued_at": f.NOW - timedelta(days=1)}),
        ("portal_ref", {"portal_ref": "ANOTHER"}),
        ("sirets", {"sirets": (f.siret(5),)}),
        ("words", {"verdicts": (Verdict(outcome=R, siret=f.siret(), message="Dossier incomplet"),)}),
        ("verdicts", {"verdicts": (Verdict(outcome=A, siret=f.siret(), message="Mme QUARTZ est inconnue"),)}),
    ],
    ids=["count", "issued_at", "portal_ref", "sirets", "words", "verdicts"],
)
def test_each_fact_that_the_bytes_say_is_compared(what: str, change: dict[str, object]) -> None:
    said = Verdict(outcome=R, siret=f.siret(), message="Mme QUARTZ est inconnue")
    paper = read(f.ars("R-1", at=f.NOW, verdicts=(said,)))
    assert avis_kept(paper) == {}
    found = avis_kept(paper, **change)
    assert found is not None
    assert list(found) == [what]
    words = [texts.render("evidence.fault.says_otherwise", lang, {"what": [what]}) for lang in texts.LANGUAGES]
    assert words[0] != words[1]
    assert what not in words[0]


def test_another_kind_and_another_file_deposited_are_compared_too() -> None:
    named = b"<nomFichier>due.xml</nomFichier></avisDepotSigne>"
    ads = read_avis(avis_xml(f.ads("R-1", f.NOW)).replace(b"</avisDepotSigne>", named), account=ACCOUNT)
    assert avis_kept(ads) == {}
    assert avis_kept(ads, deposited_as="other.xml") == {"deposited_as": "due.xml"}
    acs = f.acs("R-1", at=f.NOW, account=ACCOUNT, raw=ads.raw)
    assert avis_kept(acs) == {"kind": "ads"}


@pytest.mark.parametrize("kept", ["Mme […] est inconnue", "Mme QUARTZ…", "Mme QUA[…] est", ""])
def test_words_that_were_masked_shortened_or_erased_are_no_difference(kept: str) -> None:
    paper = read(f.ars("R-1", at=f.NOW, verdicts=(Verdict(outcome=R, message="Mme QUARTZ est inconnue"),)))
    assert avis_kept(paper, verdicts=tuple(v.with_(message=kept) for v in paper.verdicts)) == {}


class OnlyTests(Wire):
    """A portal that takes whatever it is given as a test, and says so in its answer to the deposit."""

    def deposit(self, parcel):
        self.taken.append(parcel)
        ref = f"ADS-{len(self.taken)}"
        raw = OF_THE_URSSAF["ads"].format(flux=ref, mode="01").encode()
        at = self._clock.now().replace(microsecond=0)
        return f.ads(ref, at, account=ACCOUNT, mode=Mode.TEST, count=len(parcel.submissions), raw=raw)


def taken_as_a_test(storage=None) -> Firm:
    """A real hire that the portal took as a test, whose accepted ARS a person has count all the same."""
    firm = a_firm(storage)
    firm.portal = OnlyTests("jedeclare", ACCOUNT, clock=firm.clock)
    firm.flow.portals = (firm.portal,)
    firm.mandated()
    answered(firm, sent(firm, "T-1", Mode.TEST), f.ars)
    firm.flow.go_live(f.siren())
    sub = answered(firm, sent(firm, "E-1", Mode.REAL), f.ars, piece="4711")
    (waits,) = [r for r in firm.read.tray() if r.why == "mode_contradicted"]
    firm.flow.attach(waits.id, {sub.id: A}, confirm=True, reason="le portail l'a dit", by="Camille")
    assert firm.read.filing("E-1").status == "declared"
    return firm


@pytest.fixture(scope="module")
def took_a_test(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive of that hire."""
    path = tmp_path_factory.mktemp("taken") / "e.zip"
    evidence.export(taken_as_a_test().flow, "E-1", path)
    return path


def test_a_hire_that_counts_against_the_portals_word_is_told_with_who_had_it_count(took_a_test: Path) -> None:
    found = evidence.verify(took_a_test)
    assert found.sound, [fault.text("en") for fault in found.faults]
    assert found.contradicted == 1
    (hire,) = found.hires
    assert (hire.status, hire.declared_by) == ("declared", None)
    assert (hire.contradicted or "").startswith("receipts/ads-")
    assert (hire.confirmed_by, hire.confirmed_why) == ("Camille", "le portail l'a dit")


def test_a_mode_changed_in_what_was_kept_is_refuted_by_the_bytes(took_a_test: Path, tmp_path: Path) -> None:
    """The seal made anew: the ADS enclosed still says that it was a test."""
    files = contents(took_a_test)
    assert b'"mode":"test"' in files["receipts.jsonl"]
    ads = one(files, "receipts/ads-")
    for mode in (b'"mode":"real"', b'"mode":null'):
        forged = files | {"receipts.jsonl": files["receipts.jsonl"].replace(b'"mode":"test"', mode)}
        found = evidence.verify(repacked(tmp_path / "e.zip", resealed(forged)))
        assert [(fault.where, fault.code) for fault in found.faults] == [(ads, "says_other_mode")]
        assert found.faults[0].text("fr").startswith(f"{ads}: relu, cet avis dit le mode test")
        assert found.faults[0].text("en").startswith(f"{ads}: read again, this receipt says test mode")
        assert codes(found) == {"says_other_mode"}
        assert [hire.declared_by for hire in found.hires] == [None]


def test_where_the_ads_is_taken_out_the_deposits_journal_still_contradicts(took_a_test: Path, tmp_path: Path) -> None:
    files = contents(took_a_test)
    ads = one(files, "receipts/ads-")
    forged = edited(files, "receipts.jsonl", lambda ls: [line for line in ls if line["receipt"]["kind"] != "ads"])
    found = evidence.verify(repacked(tmp_path / "e.zip", resealed(without(forged, ads))))
    assert [(hire.declared_by, hire.contradicted) for hire in found.hires] == [(None, "journals.jsonl")]


@pytest.mark.parametrize(("lang", "name"), [("fr", "LISEZ-MOI"), ("en", "READ-ME")])
def test_the_summary_of_a_contradicted_mode_does_not_say_declared(lang: str, name: str, tmp_path: Path) -> None:
    told = evidence.export(taken_as_a_test().flow, "E-1", tmp_path / "e.zip", lang=lang)
    assert (told.hires, told.declared, told.contradicted) == (1, 0, 1)
    files = contents(tmp_path / "e.zip")
    for suffix in ("html", "txt"):
        said = files[f"{name}.{suffix}"].decode()
        assert one(files, "receipts/ads-") in said
        assert ("MODE CONTREDIT" if lang == "fr" else "MODE CONTRADICTED") in said
        assert ("DÉCLARÉ: envoi" if lang == "fr" else "DECLARED: real attempt") not in said
        assert "Camille" in said
    html = files[f"{name}.html"].decode()
    assert 'class="declared"' not in html
    assert f"<td>{texts.render('evidence.decides_real', lang)}</td>" not in html


def test_a_hash_noted_elsewhere_proves_what_a_forger_cannot_make_anew(archive: Path, tmp_path: Path) -> None:
    files = contents(archive)
    seal = evidence.verify(archive).seal
    assert evidence.verify(archive, head=seal.upper()).head == "seal"
    entries = [line for line in lines_of(files["journals.jsonl"]) if line["case"] == "filing:E-1"]
    by_entry = evidence.verify(archive, head=entries[2]["hash"])
    assert by_entry.head == "journal filing:E-1 3"
    assert [found.summary_proved for found in (evidence.verify(archive, head=seal), by_entry)] == [True, False]
    # made anew as a whole: it holds by itself, and not against what was noted
    forged = resealed(files | {"LISEZ-MOI.txt": b"rien"})
    path = repacked(tmp_path / "e.zip", forged)
    assert evidence.verify(path).sound
    assert codes(evidence.verify(path, head=seal)) == {"head_unknown"}
    # a head noted before is still found when the case has gone on
    firm = whole(a_firm())
    before = list(firm.read.entries(Ref(Kind.FILING, "E-1")))[-1].hash
    answered(firm, firm.read.submission("E-1/real/1"), f.ars, R)
    evidence.export(firm.flow, "E-1", tmp_path / "later.zip")
    assert evidence.verify(tmp_path / "later.zip", head=before).sound


STEPS = ("acs", "acs no", "ars", "ars no", "ars again", "pending", "other mode", "renew", "abandon", "tray", "attach")


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(lots=st.sampled_from([1, 10]), steps=st.lists(st.tuples(st.sampled_from(STEPS), st.integers(0, 2)), max_size=10))
def test_whatever_came_to_a_client_its_archive_holds(lots: int, steps: list[tuple[str, int]], tmp_path: Path) -> None:
    firm = a_firm(per_deposit=lots)
    firm.live()
    ids = [firm.real(f"E-{n}", first_names="ALIX").id for n in range(3)]
    firm.flow.send(ids)
    for what, which in steps:
        told(firm, what, which)
        firm.move(minutes=7)
    path = tmp_path / "client.zip"
    evidence.export(firm.flow, f.siren(), path, replace=True)
    found = evidence.verify(path)
    assert found.sound, [fault.text("en") for fault in found.faults]
    status = {filing.reference: filing.status.value for filing in firm.read.filings()}
    assert {hire.reference: hire.status for hire in found.hires} == status
    for hire in found.hires:
        assert (hire.status == "declared") is ((hire.declared_by or hire.contradicted) is not None)
        assert hire.contradicted is None or ("other mode" in dict(steps) and hire.declared_by is None)


def told(firm: Firm, what: str, which: int) -> None:
    """One thing that happens to the last attempt of one of three hires; what the procedure refuses does not happen."""
    sub = firm.read.filing(f"E-{which}").latest(Mode.REAL)
    assert sub is not None
    at = firm.clock.now().replace(microsecond=0)
    mine = {"at": at, "verdicts": (Verdict(outcome=R if what.endswith("no") else A, reference=sub.reference),)}
    ref = firm.ref_of(sub) if sub.deposit is not None else "none"
    try:
        match what.split():
            case ["acs" | "ars" as kind, *_]:
                firm.flow.receive(read((f.acs if kind == "acs" else f.ars)(ref, **mine)))
            case ["pending"]:
                verdicts = (Verdict(outcome=Outcome.PENDING, reference=sub.reference),)
                firm.flow.receive(read(f.ars(ref, at=at, verdicts=verdicts)))
            case ["other", "mode"]:
                firm.flow.receive(read(f.ars(ref, **mine), mode=Mode.TEST))
            case ["renew"]:
                again = firm.flow.renew(sub.id, sub.declaration or firm.read.submission(sub.id).declaration, "again")
                firm.flow.send([again.id])
            case ["abandon"]:
                firm.flow.abandon(sub.id, "not to be")
            case ["tray"]:
                firm.flow.receive(read(f.ars(ref, at=at, count=9, verdicts=(Verdict(outcome=A), Verdict(outcome=R)))))
            case ["attach"]:
                for waiting in firm.read.tray():
                    if waiting.state == "tray" and waiting.receipt.portal_ref == ref:
                        firm.flow.attach(waiting.id, {sub.id: A})
    except DueWorkflowError:
        pass


# ---- archives made to harm


def hostile() -> Iterator[tuple[str, str, bytes]]:
    def made(*names: str, content: bytes = b"x", method: int = zipfile.ZIP_DEFLATED) -> bytes:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w", method) as out:
            for name in names:
                out.writestr(zipfile.ZipInfo(name), content, method)
        return stream.getvalue()

    good = made("manifest.jsonl")
    end = good.rfind(b"PK\x05\x06")
    for name in ("../evil", "/etc/passwd", "a/../../b", "C:\\x", "a\\b", ".hidden", "a/b/c", "x" * 300, "é", "a/"):
        yield f"name {len(name)} {name[:8].encode().hex()}", "evidence_name", made("manifest.jsonl", name)
    with pytest.warns(UserWarning, match="Duplicate name"):
        twice = made("manifest.jsonl", "a", "a")
    yield "twice", "evidence_twice", twice
    yield "twice but for case", "evidence_twice", made("manifest.jsonl", "a", "A")
    yield "packed otherwise", "evidence_packed", made("manifest.jsonl", "a", method=zipfile.ZIP_BZIP2)
    yield "a bomb", "evidence_too_large", made("manifest.jsonl", "receipts/a", content=bytes(3_000_000))
    yield "no manifest", "evidence_not_ours", made("a")
    yield "another manifest", "evidence_not_ours", good
    yield "empty", "evidence_no_zip", b""
    yield "no zip", "evidence_no_zip", b"%PDF-1.4" * 100
    yield "cut", "evidence_cut", good[:-10]
    yield "something before", "evidence_cut", b"#!/bin/sh\n" + good
    yield "something after", "evidence_cut", good + b"more"
    yield "many announced", "evidence_too_many", good[: end + 8] + struct.pack("<HH", 9, 65535) + good[end + 12 :]
    locked = bytearray(good)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        locked[good.find(mark) + at] |= 1
    yield "locked", "evidence_encrypted", bytes(locked)


HOSTILE = {name: (code, content) for name, code, content in hostile()}


@pytest.mark.parametrize("name", HOSTILE)
def test_an_archive_made_to_harm_is_refused_before_anything_is_unpacked(name: str, tmp_path: Path) -> None:
    code, content = HOSTILE[name]
    path = tmp_path / "e.zip"
    path.write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        evidence.verify(path, limits=Limits(files=1000, payload=1_000_000))
    assert refused.value.code == code
    assert refused.value.text("fr") != refused.value.text("en")
    assert listed(tmp_path) == ["e.zip"]


def test_more_files_than_announced_are_counted_before_they_are_made_objects(tmp_path: Path) -> None:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as out:
        for n in range(50):
            out.writestr(f"f{n}", b"")
    content = bytearray(stream.getvalue())
    content[-14:-10] = struct.pack("<HH", 3, 3)
    path = tmp_path / "e.zip"
    path.write_bytes(content)
    with pytest.raises(InputRefused) as refused:
        evidence.verify(path, limits=Limits(files=20))
    assert refused.value.code == "evidence_too_many"


@pytest.mark.parametrize(
    ("file", "line"),
    [
        ("manifest.jsonl", b"[" * 100_000),
        ("manifest.jsonl", b'{"line":"file","file":"x","size":-1,"sha256":"y","what":"z"}'),
        ("journals.jsonl", b"[" * 100_000),
        ("journals.jsonl", b'{"case":"filing:X","seq":1,"hash":"h","data":"' + b"[" * 100_000 + b'"}'),
        ("journals.jsonl", b'{"case":"nothing","seq":"x","hash":1,"data":2}'),
        ("journals.jsonl", b"\xff\xfe\x00"),
        ("receipts.jsonl", b"[" * 100_000),
        ("receipts.jsonl", b"1" * 100_000),
        ("receipts.jsonl", b"null"),
    ],
    ids=lambda given: given if isinstance(given, str) else given[:20].hex(),
)
def test_lines_made_to_harm_are_faults_and_nothing_else(file: str, line: bytes, archive: Path, tmp_path: Path) -> None:
    files = contents(archive)
    body = (
        line + b"\n" + files[file] if file != "manifest.jsonl" else files[file].replace(b"\n", b"\n" + line + b"\n", 1)
    )
    changed = files | {file: body}
    found = evidence.verify(repacked(tmp_path / "e.zip", changed if file == "manifest.jsonl" else resealed(changed)))
    assert file in {fault.where for fault in found.faults}


def test_an_endless_line_is_not_kept_in_memory(archive: Path, tmp_path: Path) -> None:
    files = contents(archive)
    changed = resealed(files | {"journals.jsonl": b"x" * 3_000_000})
    found = evidence.verify(repacked(tmp_path / "e.zip", changed), limits=Limits(line=1_000_000))
    assert ("journals.jsonl", "damaged") in {(fault.where, fault.code) for fault in found.faults}


def test_faults_without_end_are_counted_and_the_first_listed(archive: Path, tmp_path: Path) -> None:
    files = contents(archive)
    changed = resealed(files | {"journals.jsonl": b"x\n" * 5000})
    found = evidence.verify(repacked(tmp_path / "e.zip", changed), limits=Limits(faults=10))
    assert len(found.faults) == 10
    assert found.fault_count > 5000


# ---- on the command line


def due(*args: object, code: int = 0) -> str:
    result = CliRunner().invoke(front.app, [str(arg) for arg in args], env={"COLUMNS": "200"})
    assert result.exit_code == code, result.stdout + result.stderr
    assert NIR not in result.stdout + result.stderr
    return result.stdout + result.stderr


@pytest.fixture
def firm_on_disk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DUE_DB", raising=False)
    with SqliteStorage(tmp_path / "due.sqlite") as storage:
        whole(a_firm(storage))
    return tmp_path


def test_a_person_exports_checks_and_compares(firm_on_disk: Path) -> None:
    said = due("evidence", "export", "E-1", "--out", "e.zip")
    seal = re.search(r"Sceau, à garder ailleurs: ([0-9a-f]{64})", said)
    assert seal
    assert "lisible que par vous (0600)" in said
    (firm_on_disk / "due.sqlite").unlink()
    said = due("evidence", "verify", "e.zip")
    assert "E-1: DÉCLARÉ, par receipts/ars-" in said
    assert "Tout tient" in said
    assert "refait tout entier" in said
    by_seal = due("evidence", "verify", "e.zip", "--head", seal[1])
    assert "est le sceau" in by_seal
    assert "résumé" not in by_seal
    head = lines_of(contents(firm_on_disk / "e.zip")["journals.jsonl"])[-1]["hash"]
    assert "ne couvre ni le résumé" in " ".join(due("evidence", "verify", "e.zip", "--head", head).split())
    told = json.loads(due("evidence", "verify", "e.zip", "--head", head, "--json"))
    assert (told["sound"], told["summary_proved"]) == (True, False)
    wrong = due("evidence", "verify", "e.zip", "--head", "0" * 64, code=6)
    assert "n'est ni le sceau" in wrong
    assert "E-1: DÉCLARÉ selon le journal; rien n'en est prouvé" in wrong
    assert "Sceau, à garder" not in wrong
    assert "Sans empreinte notée" not in wrong


def test_where_the_proof_of_a_hire_is_changed_that_hire_is_told_as_not_holding(firm_on_disk: Path) -> None:
    due("evidence", "export", "E-1", "--out", "e.zip")
    files = contents(firm_on_disk / "e.zip")
    ars = next(name for name in files if name.startswith("receipts/ars-"))
    repacked(firm_on_disk / "e.zip", files | {ars: files[ars] + b" "})
    said = due("evidence", "verify", "e.zip", code=6)
    assert "E-1: NE TIENT PAS (le journal dit: DÉCLARÉ)" in said
    assert "DÉCLARÉ, par" not in said
    assert "Sceau, à garder" not in said
    head = lines_of(files["journals.jsonl"])[-1]["hash"]
    said = due("evidence", "verify", "e.zip", "--head", head, code=6)
    assert "ce qui l'entoure ne tient pas" in said
    assert "intact" not in said
    (hire,) = json.loads(due("evidence", "verify", "e.zip", "--json", code=6))["hires"]
    assert hire["proved"] is False


def test_a_recipient_is_named_as_french_names_it() -> None:
    assert [texts.render("evidence.by_ars", "fr", {"recipient": who, "at": "…"}) for who in ("CIRSO", "URSSAF")] == [
        "ARS du CIRSO émis le …",
        "ARS de l'URSSAF émis le …",
    ]
    assert texts.render("evidence.by_ars", "en", {"recipient": "URSSAF", "at": "…"}) == "ARS of the URSSAF issued …"


def test_a_program_reads_the_same(firm_on_disk: Path) -> None:
    told = json.loads(due("evidence", "export", f.siren(), "--out", "e.zip", "--json"))
    assert (told["ok"], told["hires"], told["declared"]) == (True, 2, 1)
    found = json.loads(due("evidence", "verify", "e.zip", "--json"))
    assert (found["sound"], found["seal"], found["fault_count"]) == (True, told["seal"], 0)
    assert [hire["status"] for hire in found["hires"]] == ["declared", "test_not_declared"]


def test_the_exit_code_says_how_it_went(firm_on_disk: Path) -> None:
    due("evidence", "export", "E-9", "--out", "e.zip", code=4)
    due("evidence", "export", "E-1", code=2)
    due("evidence", "export", "E-1", "--out", "e.zip")
    assert "existe déjà" in due("evidence", "export", "E-1", "--out", "e.zip", code=6)
    due("evidence", "export", "E-1", "--out", "e.zip", "--force", "--lang", "en")
    due("evidence", "verify", "due.sqlite", code=3)
    due("evidence", "verify", "nowhere.zip", code=6)
    files = contents(firm_on_disk / "e.zip")
    repacked(firm_on_disk / "e.zip", files | {"READ-ME.txt": b"x"})
    said = json.loads(due("evidence", "verify", "e.zip", "--json", code=6))
    assert (said["ok"], said["sound"], said["faults"][0]["file"]) == (False, False, "READ-ME.txt")
    due("evidence", "export", f.siren(), "--out", "p.zip", "--since", "01/01/2026", "--until", "2026-12-31")
    assert date(2026, 1, 1) < f.NOW.date() < date(2026, 12, 31)


@pytest.mark.parametrize(
    ("lang", "intact", "last", "holds"),
    [
        ("fr", "Le dossier est intact", "MODE CONTREDIT pour 1 embauche", "Tout tient"),
        ("en", "The file is intact", "MODE CONTRADICTED for 1 hire", "All holds"),
    ],
)
def test_a_contradicted_mode_ends_with_a_word_to_a_person(
    lang: str, intact: str, last: str, holds: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("DUE_DB", raising=False)
    with SqliteStorage(tmp_path / "due.sqlite") as storage:
        taken_as_a_test(storage)
    said = due("evidence", "export", "E-1", "--out", "e.zip", "--lang", lang, code=7)
    assert last in said.splitlines()[-1]
    said = due("evidence", "verify", "e.zip", "--lang", lang, code=7)
    assert intact in said
    assert holds not in said
    assert "Camille (le portail l'a dit)" in said
    assert last in said.splitlines()[-1]
    told = json.loads(due("evidence", "verify", "e.zip", "--json", code=7))
    assert (told["sound"], told["contradicted"], told["hires"][0]["proved"]) == (True, 1, False)
    files = contents(tmp_path / "e.zip")
    forged = {"receipts.jsonl": files["receipts.jsonl"].replace(b'"mode":"test"', b'"mode":"real"')}
    repacked(tmp_path / "e.zip", resealed(files | forged))
    assert "receipts/ads-" in due("evidence", "verify", "e.zip", "--lang", lang, code=6)


@pytest.mark.parametrize(("lang", "advice"), [("fr", "Créez ce dossier"), ("en", "Create that folder")])
def test_a_folder_that_is_not_there_is_named_with_what_to_do(firm_on_disk: Path, lang: str, advice: str) -> None:
    (firm_on_disk / "file").write_bytes(b"")
    for out, folder in (("nowhere/e.zip", "nowhere"), ("file/e.zip", "file")):
        said = due("evidence", "export", "E-1", "--out", out, "--lang", lang, code=6)
        assert f": {folder} (" in said
        assert advice in said
        assert ".part" not in said
        (error,) = json.loads(due("evidence", "export", "E-1", "--out", out, "--json", "--lang", lang, code=6))[
            "errors"
        ]
        assert (folder in error["text"], advice in error["advice"]) == (True, True)
    assert sorted(listed(firm_on_disk)) == ["due.sqlite", "file"]


@pytest.mark.parametrize("force", [(), ("--force",)], ids=["", "force"])
def test_a_folder_is_no_file_to_write(firm_on_disk: Path, force: tuple[str, ...]) -> None:
    (firm_on_disk / "there").mkdir()
    said = due("evidence", "export", "E-1", "--out", "there", *force, code=6)
    assert "there (c'est un dossier)" in said
    assert "le nom d'un fichier dans ce dossier" in said
