"""Deposits through a folder and pieces from one: whole or not at all, told truthfully after a cut at any instant."""

from __future__ import annotations

import errno
import json
import os
import signal
import stat
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from due_workflow import DueWorkflow, Mode
from due_workflow.adapters import upload
from due_workflow.adapters.avis import HEAD_KEPT
from due_workflow.adapters.folder import FolderDeposit, FolderPortal, Incoming
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.errors import (
    CannotTell,
    InputRefused,
    NotSent,
    PartialListing,
    PieceUnavailable,
    PortalFailure,
)
from due_workflow.ports import Parcel, PieceRef, Portal
from due_workflow.receipts import Acs, Ads, Unreadable
from due_workflow.testing import PortalContract
from due_workflow.testing import factories as f
from due_workflow.testing.avis import avis_xml, eml
from due_workflow.testing.portal import attempt

NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def portal(folder: Path, **incoming: object) -> FolderPortal:
    (folder / "out").mkdir(exist_ok=True)
    (folder / "in").mkdir(exist_ok=True)
    settings = Incoming(folder / "in", **({"quiet": 0.0} | incoming))  # type: ignore[arg-type]
    return FolderPortal("CAB1", deposit=FolderDeposit(folder / "out"), incoming=settings)


@pytest.fixture
def far(tmp_path: Path) -> FolderPortal:
    return portal(tmp_path)


def parcel(far: FolderPortal, reference: str = "E-0001", mode: Mode = Mode.TEST) -> Parcel:
    return far.render([attempt(reference, mode)], mode)


def visible(far: FolderPortal, mode: Mode = Mode.TEST) -> list[str]:
    """What a transport sees."""
    folder = far.outgoing.outgoing(mode)
    return sorted(p.name for p in folder.iterdir() if not p.name.startswith(".")) if folder.is_dir() else []


def put(far: FolderPortal, name: str, content: bytes) -> Path:
    path = far.incoming.folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def acs(ref: str = "77") -> bytes:
    return eml(avis_xml(f.acs(ref)))


class TestTheContract(PortalContract):
    @pytest.fixture
    def portal(self, far: FolderPortal) -> FolderPortal:
        return far

    def answer(self, portal: Portal, parcel: Parcel) -> bool:
        assert isinstance(portal, FolderPortal)
        put(portal, "avis/ACS 77 reçu.eml", acs())
        put(portal, "avis/raté.xml", b"<html>not an avis</html>")
        return True


# ---- what leaves


def test_a_file_leaves_whole_with_its_manifest_and_for_its_owner_alone(far: FolderPortal) -> None:
    sent = parcel(far)
    before = os.umask(0)
    try:
        assert far.deposit(sent) is None
    finally:
        os.umask(before)
    path = far.outgoing.outgoing(Mode.TEST) / sent.filename
    manifest = far.outgoing.folder / "manifests" / f"{sent.filename}.json"
    assert path.read_bytes() == sent.content
    assert {stat.S_IMODE(p.stat().st_mode) for p in (path, manifest)} == {0o600}
    told = json.loads(manifest.read_text())
    wanted = {"file", "sha256", "mode", "submissions", "siret", "handed_at", "part", "ref", "ref_at"}
    assert set(told) == wanted
    assert (told["file"], told["sha256"], told["mode"]) == (sent.filename, sha256(sent.content).hexdigest(), "test")
    assert (told["submissions"], told["siret"]) == (["E-0001/test/1"], f.siret(1))
    assert abs(datetime.fromisoformat(told["handed_at"]) - datetime.now(UTC)) < timedelta(minutes=1)
    person = f.declaration("E-0001").employee
    for name in (person.surname, person.first_names, person.birth_place, str(person.birth_date)):
        assert name not in manifest.read_text()


def test_test_and_real_never_share_a_folder(far: FolderPortal, tmp_path: Path) -> None:
    far.deposit(parcel(far))
    far.deposit(parcel(far, mode=Mode.REAL))
    test, real = visible(far), visible(far, Mode.REAL)
    assert (len(test), len(real)) == (1, 1)
    assert b">1</FR_DUE_Upload.Test.Indicator>" in (far.outgoing.outgoing(Mode.TEST) / test[0]).read_bytes()
    assert b">120</FR_DUE_Upload.Test.Indicator>" in (far.outgoing.outgoing(Mode.REAL) / real[0]).read_bytes()
    for names in ({"test": "x", "real": "X"}, {"real": "manifests"}, {"real": "../real"}, {"test": ""}):
        with pytest.raises(InputRefused):
            FolderDeposit(tmp_path, **names)


def test_a_parcel_whose_bytes_say_another_mode_never_leaves(far: FolderPortal) -> None:
    real = parcel(far, mode=Mode.REAL)
    wrong = Parcel(real.filename, real.content, real.sha256, Mode.TEST, real.submissions)
    with pytest.raises(NotSent):
        far.deposit(wrong)
    assert visible(far) == visible(far, Mode.REAL) == []
    assert far.find(parcel(far)) is None if (far.outgoing.folder / "manifests").is_dir() else True


def test_the_same_parcel_is_handed_over_once(far: FolderPortal) -> None:
    sent = parcel(far)
    far.deposit(sent)
    with pytest.raises(PortalFailure) as twice:
        far.deposit(sent)
    assert not isinstance(twice.value, NotSent)
    (far.outgoing.outgoing(Mode.TEST) / sent.filename).unlink()  # the transport took it
    with pytest.raises(PortalFailure):
        far.deposit(sent)
    assert visible(far) == []
    assert "déjà été remis" in twice.value.text("fr")


def test_another_file_of_that_name_is_not_overwritten_and_the_parcel_may_come_again(far: FolderPortal) -> None:
    sent = parcel(far)
    out = far.outgoing.outgoing(Mode.TEST)
    out.mkdir()
    (out / sent.filename).write_bytes(b"somebody else's")
    with pytest.raises(NotSent, match="not overwritten"):
        far.deposit(sent)
    assert (out / sent.filename).read_bytes() == b"somebody else's"
    assert [p.name for p in out.iterdir()] == [sent.filename]
    (out / sent.filename).unlink()
    far.deposit(sent)
    assert (out / sent.filename).read_bytes() == sent.content


def test_a_share_that_is_not_mounted_is_not_made_up(tmp_path: Path) -> None:
    gone = FolderDeposit(tmp_path / "gone")
    sent = parcel(portal(tmp_path))
    with pytest.raises(NotSent, match="missing"):
        gone.deposit(sent)
    assert not (tmp_path / "gone").exists()
    with pytest.raises(CannotTell):
        gone.find(sent)


@pytest.mark.parametrize(
    "name", ["../up.xml", "a/b.xml", ".hidden", "", "x" * 300, "é.xml", "a\n.xml", "C:x.xml", "x."]
)
def test_a_name_that_is_more_than_a_file_s_name_never_leaves(far: FolderPortal, name: str) -> None:
    sent = parcel(far)
    with pytest.raises(NotSent):
        far.deposit(Parcel(name, sent.content, sent.sha256, sent.mode, sent.submissions))


# ---- what became of it


def test_absence_is_affirmed_only_of_what_was_never_to_be_seen(far: FolderPortal) -> None:
    sent, other = parcel(far), parcel(far, "E-0002")
    far.deposit(sent)
    with pytest.raises(CannotTell):
        far.find(sent)
    (far.outgoing.outgoing(Mode.TEST) / sent.filename).unlink()
    with pytest.raises(CannotTell, match="left for the transport"):
        far.find(sent)
    assert far.find(other) is None


def test_who_was_told_that_a_parcel_is_absent_finds_it_absent_for_ever(far: FolderPortal) -> None:
    """A sender that hung and comes late must not hand over what was given up."""
    far.deposit(parcel(far, "E-0002"))
    sent = parcel(far)
    assert far.find(sent) is None
    with pytest.raises(PortalFailure):
        far.deposit(sent)
    assert len(visible(far)) == 1
    assert far.find(sent) is None


def test_the_transport_may_tell_the_numero_ads(far: FolderPortal) -> None:
    sent = parcel(far)
    far.deposit(sent)
    far.outgoing.acknowledge(sent.filename, " 123456 ", NOW)
    found = far.find(sent)
    assert isinstance(found, Ads)
    assert (found.portal_ref, found.issued_at, found.mode, found.filename) == ("123456", NOW, Mode.TEST, sent.filename)
    assert (found.sirets, found.count, found.account) == ((f.siret(1),), 1, "CAB1")
    far.outgoing.acknowledge(sent.filename, "123456", NOW)
    for wrong in (
        lambda: far.outgoing.acknowledge(sent.filename, "654321", NOW),
        lambda: far.outgoing.acknowledge(sent.filename, "", NOW),
        lambda: far.outgoing.acknowledge("other.xml", "1", NOW),
        lambda: far.outgoing.acknowledge("../other.xml", "1", NOW),
        lambda: far.outgoing.acknowledge(sent.filename, "123456", NOW.replace(tzinfo=None)),
    ):
        with pytest.raises(InputRefused):
            wrong()
    assert far.find(sent) == found


class FailsOnceSeen(FolderPortal):
    """The process loses its way once the file is there: a doubt."""

    def deposit(self, parcel: Parcel) -> Ads | None:
        super().deposit(parcel)
        raise ConnectionError


def said(far: FolderPortal, sent: Parcel, **fields: object) -> None:
    """A transport writes into the manifest with its own means."""
    manifest = far.outgoing.folder / "manifests" / f"{sent.filename}.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | fields))


@pytest.mark.parametrize(
    "at", ["02/12/2026 10:00", "2026-12-02T10:00", "2026-12-02T09:00:00Z", "2026-12-02 10:00+01:00"]
)
def test_a_transport_may_write_the_numero_ads_itself_as_people_write_dates(far: FolderPortal, at: str) -> None:
    sent = parcel(far)
    far.deposit(sent)
    said(far, sent, ref="123456 ", ref_at=at)
    found = far.find(sent)
    assert found is not None
    assert (found.portal_ref, found.issued_at) == ("123456", datetime(2026, 12, 2, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    ("field", "wrong"),
    [
        *(("ref_at", text) for text in ("", "31/02/2026", "demain", "02/12/2026 25:00", "9" * 5000)),
        *(("mode", text) for text in ("", "prod", "TEST ")),
        *(("ref", text) for text in (" ", "12\n34", "1" * 121, "295109912611193")),
    ],
)
def test_what_a_transport_wrote_wrongly_is_told_and_keeps_no_collection_back(
    far: FolderPortal, field: str, wrong: str
) -> None:
    doubtful = FailsOnceSeen(far.account, deposit=far.outgoing, incoming=far.incoming)
    flow = DueWorkflow(MemoryStorage(), cabinet="CAB", portals=[doubtful])
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    hire = f.declaration("E-1", start=datetime.now(UTC) + timedelta(days=3))
    (deposit,) = flow.send([flow.prepare(hire, Mode.TEST).id]).deposits
    sent = Parcel(deposit.filename or "", flow.read.parcel(deposit.id), deposit.sha256 or "", Mode.TEST, deposit.items)
    said(far, sent, **({"ref": "123456", "ref_at": "2026-12-02T10:00:00Z"} | {field: wrong}))
    with pytest.raises(CannotTell) as told:
        far.find(sent)
    why = str(told.value.facts["why"])
    assert why == f"folder_manifest_said: {field}"
    assert (not wrong.strip()) or wrong not in told.value.text("fr")
    put(far, "1.eml", acs())
    for known in (0, 1):
        collected = flow.collect(far)
        assert (collected.known, collected.in_doubt, collected.missed) == (known, 1, ())
    said(far, sent, ref="123456", mode="test", ref_at="02/12/2026 10:00")
    assert flow.collect(far).settled == 1


@pytest.mark.parametrize("wrong", [{"submissions": "E-1"}, {"siret": None}, {"ref": 123456}, {"more": "x"}])
def test_a_manifest_of_another_shape_is_a_damaged_one(far: FolderPortal, wrong: dict[str, object]) -> None:
    sent = parcel(far)
    far.deposit(sent)
    said(far, sent, **wrong)
    with pytest.raises(CannotTell, match="damaged"):
        far.find(sent)
    manifest = far.outgoing.folder / "manifests" / f"{sent.filename}.json"
    manifest.write_text("[" * 100_000)
    with pytest.raises(CannotTell, match="damaged"):
        far.find(sent)


# ---- in which folder


def test_only_the_folder_that_a_parcel_was_made_for_affirms_its_absence(tmp_path: Path) -> None:
    """A share that is not mounted, a setting that changed: what was left in one folder is looked for in another."""
    here, there = tmp_path / "here", tmp_path / "there"
    for folder in (here, there):
        folder.mkdir()
    mine, other = portal(here), portal(there)
    sent, never = parcel(mine), parcel(mine, "E-0002")
    mine.deposit(sent)
    for somebody_elses in ("E-0008", "E-0009"):
        for one in (sent, never):
            with pytest.raises(CannotTell, match=r"not the (folder that this file was|one that the deposit was) made"):
                other.find(one)
        theirs = parcel(other, somebody_elses)
        other.deposit(theirs)
        (other.outgoing.outgoing(Mode.TEST) / theirs.filename).unlink()
        without_manifest(other, theirs)
    with pytest.raises(NotSent, match="not the folder"):
        other.deposit(never)
    assert visible(other) == []
    assert portal(here).find(never) is None, "another process at the same folder"
    with pytest.raises(CannotTell, match="left for the transport"):
        portal(here).find(sent)


def test_folders_are_not_made_anew_where_they_were_in_use(far: FolderPortal, tmp_path: Path) -> None:
    sent = parcel(far)
    far.deposit(sent)
    (tmp_path / "out").rename(tmp_path / "away")
    (tmp_path / "out").mkdir()  # the mount point without the share
    late = parcel(far, "E-0002")
    with pytest.raises(NotSent, match=r"partage est monté|share is mounted"):
        far.deposit(late)
    assert list((tmp_path / "out").iterdir()) == []
    # a process that begins now makes them, and still takes nothing for absent that was made before
    new = portal(tmp_path)
    new.deposit(parcel(new, "E-0003"))
    for one in (sent, late):
        with pytest.raises(CannotTell):
            new.find(one)


def test_manifests_that_were_removed_prove_nothing(far: FolderPortal, tmp_path: Path) -> None:
    sent = parcel(far)
    far.deposit(sent)
    for path in (tmp_path / "out" / "manifests").iterdir():
        path.unlink()
    again = portal(tmp_path)
    again.deposit(parcel(again, "E-0002"))
    with pytest.raises(CannotTell, match="manifests were removed"):
        again.find(sent)


def traces(far: FolderPortal, sent: Parcel) -> list[str]:
    """What lies with the manifests and tells of this file."""
    return sorted(p.name for p in (far.outgoing.folder / "manifests").iterdir() if sent.filename in p.name)


def without_manifest(far: FolderPortal, sent: Parcel) -> None:
    (far.outgoing.folder / "manifests" / f"{sent.filename}.json").unlink()


def test_a_manifest_that_was_removed_is_missed_whether_the_transport_took_the_file_or_not(far: FolderPortal) -> None:
    sent, never = parcel(far), parcel(far, "E-0002")
    far.deposit(sent)
    without_manifest(far, sent)
    for _ in range(2):
        with pytest.raises(CannotTell, match="manifest was removed") as told:
            far.find(sent)
        assert "manifeste a été retiré" in told.value.text("fr")
    with pytest.raises(PortalFailure) as twice:
        far.deposit(sent)
    assert not isinstance(twice.value, NotSent)
    (far.outgoing.outgoing(Mode.TEST) / sent.filename).unlink()  # the transport takes it
    for _ in range(2):
        with pytest.raises(CannotTell, match="manifest was removed"):
            far.find(sent)
        with pytest.raises(PortalFailure):
            far.deposit(sent)
    assert visible(far) == []
    assert far.find(never) is None, "what was never handed over is not concerned"


@pytest.mark.parametrize("damage", [b"", b'{"file": '], ids=["emptied", "cut"])
def test_a_manifest_that_lost_its_content_does_not_make_its_file_absent(far: FolderPortal, damage: bytes) -> None:
    sent = parcel(far)
    far.deposit(sent)
    (far.outgoing.folder / "manifests" / f"{sent.filename}.json").write_bytes(damage)
    (far.outgoing.outgoing(Mode.TEST) / f".{sent.filename}.0123abcd.part").write_bytes(b"")  # another sender's
    (far.outgoing.outgoing(Mode.TEST) / sent.filename).unlink()
    for _ in range(2):
        with pytest.raises(CannotTell, match=r"manifest (was removed|is damaged)"):
            far.find(sent)


@pytest.mark.parametrize(
    "named", ["{}", "{}.filepart", ".{}.sending", "sent-{}"], ids=["itself", "under_way", "hidden", "carried"]
)
def test_a_file_that_lies_there_is_never_absent_though_nothing_tells_of_it(far: FolderPortal, named: str) -> None:
    """Left by a release that kept no note of it, say, and the manifests cleared away since."""
    sent = parcel(far)
    far.deposit(sent)
    out = far.outgoing.outgoing(Mode.TEST)
    (out / sent.filename).rename(out / named.format(sent.filename))
    for name in traces(far, sent):
        (far.outgoing.folder / "manifests" / name).unlink()
    with pytest.raises(CannotTell, match="lies in the outgoing folder") as told:
        far.find(sent)
    assert "dossier de dépôt" in told.value.text("fr")
    (out / named.format(sent.filename)).unlink()  # the transport takes it
    for _ in range(2):
        with pytest.raises(CannotTell, match="manifest was removed"):
            far.find(sent)
        with pytest.raises(PortalFailure) as twice:
            far.deposit(sent)
        assert not isinstance(twice.value, NotSent)
    assert visible(far) == []


def test_the_same_parcel_is_not_taken_for_somebody_elses_file_of_that_name(far: FolderPortal) -> None:
    sent = parcel(far)
    far.deposit(sent)
    for name in traces(far, sent):
        (far.outgoing.folder / "manifests" / name).unlink()
    with pytest.raises(PortalFailure) as twice:
        far.deposit(sent)
    assert not isinstance(twice.value, NotSent)
    (far.outgoing.outgoing(Mode.TEST) / sent.filename).unlink()
    with pytest.raises(CannotTell):
        far.find(sent)


@pytest.mark.parametrize("at", range(1, 15))
def test_a_deposit_that_the_folder_refuses_at_any_step_leaves_no_trace_and_may_come_again(
    far: FolderPortal, monkeypatch: pytest.MonkeyPatch, at: int
) -> None:
    sent, left = parcel(far), at

    def once(call: Callable[..., object]) -> Callable[..., object]:
        def through(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                raise OSError(errno.ENOSPC, "")
            return call(*args, **kwargs)

        return through

    refused = False
    with monkeypatch.context() as patch:
        for name in ("fsync", "fchmod", "rename", "fdopen"):
            patch.setattr(os, name, once(getattr(os, name)))
        try:
            far.deposit(sent)
        except NotSent:
            refused = True
        except PortalFailure:
            assert visible(far) == [sent.filename], "in doubt, as the file was there already"
    if refused:
        assert traces(far, sent) == visible(far) == []
        far.deposit(sent)
    assert visible(far) == [sent.filename]


def test_of_a_parcel_that_names_no_folder_absence_is_affirmed_by_its_traces_only(far: FolderPortal) -> None:
    plain = upload.parcel([attempt()], Mode.TEST)
    far.deposit(parcel(far, "E-0002"))
    with pytest.raises(CannotTell, match="does not say which folder"):
        far.find(plain)
    assert not list((far.outgoing.folder / "manifests").glob(f"*{plain.filename}*"))
    (far.outgoing.outgoing(Mode.TEST) / f".{plain.filename}.0123abcd.part").write_bytes(plain.content)
    assert far.find(plain) is None
    assert visible(far) == [parcel(far, "E-0002").filename]


@pytest.mark.parametrize("links", [True, False])
def test_whoever_marks_a_folder_first_marks_it_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, links: bool
) -> None:
    if not links:  # a share without hard links

        def none(*_: object) -> None:
            raise PermissionError

        monkeypatch.setattr(os, "link", none)
    gate = threading.Barrier(8)
    labels = list[str]()

    def begin() -> None:
        one = FolderDeposit(tmp_path)
        gate.wait()
        labels.append(one.label())

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    marked = {label for label in labels if label != "due"}
    assert marked == {FolderDeposit(tmp_path).label()}
    assert [path.name for path in (tmp_path / "manifests").iterdir()] == ["folder.mark"]
    assert not links or len(labels) == labels.count(labels[0]) == 8


def test_the_manifest_is_on_the_disk_before_the_file_can_be_seen(
    far: FolderPortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut between the two would leave a file that nobody knows of."""
    sent, done = parcel(far), list[str]()
    manifests = far.outgoing.folder / "manifests"
    fsync, rename = os.fsync, os.rename

    def synced(handle: int) -> None:
        if os.fstat(handle).st_ino == manifests.stat().st_ino:
            assert (manifests / f"{sent.filename}.json").stat().st_size > 0
            # on the disk without its manifest, the note would say that one was removed
            assert (manifests / f".{sent.filename}.handed").exists() == bool(done)
            done.append("manifests")
        fsync(handle)

    def renamed(source: str | Path, target: str | Path) -> None:
        done.append(Path(target).name)
        rename(source, target)

    monkeypatch.setattr(os, "fsync", synced)
    monkeypatch.setattr(os, "rename", renamed)
    far.deposit(sent)
    assert done == ["manifests", "manifests", sent.filename]


def test_a_damaged_manifest_leaves_it_in_doubt(far: FolderPortal) -> None:
    sent = parcel(far)
    far.deposit(sent)
    manifest = far.outgoing.folder / "manifests" / f"{sent.filename}.json"
    for damage in (b'{"file": ', b"[]", b'{"file": 3, "submissions": []}', b"\xff"):
        manifest.write_bytes(damage)
        with pytest.raises(CannotTell, match="damaged"):
            far.find(sent)


def killed(far: FolderPortal, sent: Parcel, at: int) -> bool:
    """A deposit in a process of its own that is killed at its `at`th step. True when it came to its end."""
    child = os.fork()
    if child == 0:
        left = at

        def counted(call: Callable[..., object]) -> Callable[..., object]:
            def through(*args: object, **kwargs: object) -> object:
                nonlocal left
                left -= 1
                if left < 0:
                    os.kill(os.getpid(), signal.SIGKILL)
                return call(*args, **kwargs)

            return through

        try:
            for name in ("open", "fsync", "fchmod", "rename", "truncate", "mkdir", "fdopen"):
                setattr(os, name, counted(getattr(os, name)))
            far.deposit(sent)
            os._exit(0)
        finally:
            os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) or os.WEXITSTATUS(status) == 0
    return not os.WIFSIGNALED(status)


def test_killed_at_any_step_it_is_told_truthfully_whether_it_could_be_seen(tmp_path: Path) -> None:
    absent = doubt = 0
    for at in range(1, 60):
        folder = tmp_path / str(at)
        folder.mkdir()
        far = portal(folder)
        sent = parcel(far)
        ended = killed(far, sent, at)
        was_there = visible(far) == [sent.filename]
        assert visible(far) in ([], [sent.filename])
        if was_there:
            assert (far.outgoing.outgoing(Mode.TEST) / sent.filename).read_bytes() == sent.content
            (far.outgoing.outgoing(Mode.TEST) / sent.filename).unlink()
        try:
            assert far.find(sent) is None
            assert not was_there, f"affirmed absent though it was there, killed at step {at}"
            absent += 1
        except CannotTell:
            assert was_there, f"in doubt without need at step {at}"
            doubt += 1
        with pytest.raises((PortalFailure, NotSent)):
            far.deposit(sent)
        if ended:
            break
    assert ended
    assert absent > 5
    assert doubt > 2


def test_killed_at_any_step_a_file_that_could_be_seen_is_not_absent_though_its_manifest_was_removed(
    tmp_path: Path,
) -> None:
    could = 0
    for at in range(1, 60):
        folder = tmp_path / str(at)
        folder.mkdir()
        far = portal(folder)
        sent = parcel(far)
        ended = killed(far, sent, at)
        was_there = visible(far) == [sent.filename]
        if was_there:
            without_manifest(far, sent)
            (far.outgoing.outgoing(Mode.TEST) / sent.filename).unlink()
            could += 1
            with pytest.raises(CannotTell):
                far.find(sent)
        if ended:
            break
    assert ended
    assert could > 2


def interrupted(far: FolderPortal, asking: FolderPortal, sent: Parcel, at: int) -> tuple[bool, list[bool]]:
    """A deposit during which, at its `at`th step, another asks for it: whether it ended, and what was said."""
    left, said = at, list[bool]()

    def step(call: Callable[..., object]) -> Callable[..., object]:
        def through(*args: object, **kwargs: object) -> object:
            nonlocal left
            left -= 1
            if left == 0:
                try:
                    said.append(asking.find(sent) is None)
                except CannotTell:
                    said.append(False)
            return call(*args, **kwargs)

        return through

    with pytest.MonkeyPatch.context() as patch:
        for name in ("open", "rename", "fsync", "fchmod", "fdopen"):
            patch.setattr(os, name, step(getattr(os, name)))
        try:
            far.deposit(sent)
        except PortalFailure:
            return False, said
        return True, said


def test_a_hung_sender_that_goes_on_after_absence_was_affirmed_hands_nothing_over(tmp_path: Path) -> None:
    affirmed = 0
    for at in range(1, 60):
        folder = tmp_path / str(at)
        folder.mkdir()
        far = portal(folder)
        far.deposit(parcel(far, "E-0009"))
        sent = parcel(far)
        asking = FolderPortal("CAB1", deposit=FolderDeposit(folder / "out"), incoming=folder / "in")
        ended, said = interrupted(far, asking, sent, at)
        assert (sent.filename in visible(far)) == ended
        if not said:
            break
        assert not (said[0] and ended), f"affirmed absent at step {at}, and handed over all the same"
        affirmed += said[0]
        if said[0]:
            assert asking.find(sent) is None
    assert not said
    assert affirmed > 4


# ---- what comes back


def test_pieces_are_read_from_the_folder_and_below_it_once_each(far: FolderPortal) -> None:
    put(far, "ACS 1.eml", acs("1"))
    put(far, "2026/03/ACS é 2.xml.gz", avis_xml(f.acs("2")))
    put(far, "2026/un deux.xml", avis_xml(f.ads("3")))
    pieces = list(far.available(None))
    found = [far.fetch(piece) for piece in pieces]
    assert [getattr(piece, "portal_ref", None) for piece in found] == ["2", "3", "1"]
    assert [piece.filename for piece in found] == ["ACS é 2.xml.gz", "un deux.xml", "ACS 1.eml"]
    assert {(p.portal, p.account) for p in found} == {("jedeclare", "CAB1")}


def test_a_file_that_is_being_written_is_left_for_the_next_time(tmp_path: Path) -> None:
    far = portal(tmp_path, quiet=0.4)
    path = put(far, "slow.eml", acs()[:100])
    put(far, "writing.eml.part", acs())
    put(far, ".hidden.eml", acs())
    assert list(far.available(None)) == []
    time.sleep(0.25)
    path.write_bytes(acs())
    os.utime(path, (1, 1))  # a copy that keeps the old time is no older for that
    assert list(far.available(None)) == []
    time.sleep(0.45)
    (piece,) = far.available(None)
    assert isinstance(far.fetch(piece), Acs)


def test_a_file_from_a_clock_that_goes_before_ours_is_watched_instead(tmp_path: Path) -> None:
    far = portal(tmp_path, quiet=0.2)
    ahead = time.time() + 3600
    still, moving = put(far, "still.eml", acs("1")), put(far, "moving.eml", acs("2"))
    for path in (still, moving):
        os.utime(path, (ahead, ahead))
    stop = threading.Event()

    def write() -> None:
        while not stop.wait(0.02):
            with moving.open("ab") as file:
                file.write(b" ")
            os.utime(moving, (ahead, ahead))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        assert [piece.number for piece in far.available(None)] == ["still.eml"]
    finally:
        stop.set()
        writer.join()


def test_the_same_name_with_other_content_is_another_piece(far: FolderPortal) -> None:
    path = put(far, "avis.xml", avis_xml(f.acs("1")))
    (first,) = far.available(None)
    path.write_bytes(avis_xml(f.acs("1", at=NOW + timedelta(hours=1))))
    with pytest.raises(PieceUnavailable, match="changed"):
        far.fetch(first)
    (second,) = far.available(None)
    assert (second.number, second != first) == (first.number, True)
    assert isinstance(far.fetch(second), Acs)


def test_by_content_even_a_time_that_was_put_back_hides_nothing(tmp_path: Path) -> None:
    far = portal(tmp_path, by_content=True)
    path = put(far, "avis.xml", avis_xml(f.acs("11")))
    os.utime(path, (1000, 1000))
    (first,) = far.available(None)
    path.write_bytes(avis_xml(f.acs("22")))
    os.utime(path, (1000, 1000))
    (second,) = far.available(None)
    assert first != second
    assert far.fetch(second).portal_ref == "22"  # type: ignore[union-attr]
    assert next(iter(portal(tmp_path).available(None))).stamp.split("-")[1] == "1000000000000"


def test_a_huge_file_is_kept_unread_beyond_the_limit(tmp_path: Path) -> None:
    far = portal(tmp_path, max_bytes=200_000)
    with (far.incoming.folder / "huge.xml").open("wb") as file:
        file.truncate(50 * 1024**3)  # sparse: 50 GiB that take no room
    (piece,) = far.available(None)
    start = time.monotonic()
    found = far.fetch(piece)
    assert isinstance(found, Unreadable)
    assert (found.why, len(found.raw)) == ("too_large", HEAD_KEPT)
    assert time.monotonic() - start < 5


def test_links_devices_and_pipes_are_never_followed(far: FolderPortal, tmp_path: Path) -> None:
    secret = tmp_path / "secret.eml"
    secret.write_bytes(acs())
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "x.eml").write_bytes(acs())
    folder = far.incoming.folder
    (folder / "link.eml").symlink_to(secret)
    (folder / "sub").symlink_to(tmp_path / "outside")
    (folder / "loop").symlink_to(folder)
    os.mkfifo(folder / "pipe.eml")
    assert list(far.available(None)) == []
    for number in ("link.eml", "sub/x.eml", "../secret.eml", "%2e%2e/secret.eml", "pipe.eml", "", "a%00b", str(secret)):
        with pytest.raises(PieceUnavailable):
            far.fetch(PieceRef("jedeclare", "CAB1", "file", number, "1-1"))
    target = put(far, "real.eml", acs())
    (piece,) = far.available(None)
    target.unlink()
    target.symlink_to(secret)
    with pytest.raises(PieceUnavailable, match="links are not followed"):
        far.fetch(piece)


def test_names_that_no_encoding_reads_come_through(far: FolderPortal) -> None:
    raw = os.fsencode(far.incoming.folder) + b"/avis\xff\n100%.eml"
    Path(os.fsdecode(raw)).write_bytes(acs())
    (piece,) = far.available(None)
    assert piece.number.isascii()
    assert piece.number.isprintable()
    found = far.fetch(piece)
    assert isinstance(found, Acs)
    found.model_dump_json()


@pytest.fixture
def open_folder() -> Iterator[Path]:
    """A folder that another user may enter."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_what_may_not_be_read_is_told_after_the_others(open_folder: Path) -> None:
    far = portal(open_folder)
    put(far, "a.eml", acs("1"))
    put(far, "closed/b.eml", acs("2"))
    shut = put(far, "c.eml", acs("3"))
    (far.incoming.folder / "closed").chmod(0)
    shut.chmod(0)
    stamp = f"{shut.stat().st_size}-{shut.stat().st_mtime_ns}"
    root = os.geteuid() == 0
    if root:  # who may read everything becomes another for a moment
        os.seteuid(65534)
    try:
        listed = far.available(None)
        assert [next(listed).number, next(listed).number] == ["a.eml", "c.eml"]
        with pytest.raises(PartialListing, match="closed"):
            next(listed)
        with pytest.raises(PieceUnavailable, match="permissions"):
            far.fetch(PieceRef("jedeclare", "CAB1", "file", "c.eml", stamp))
    finally:
        if root:
            os.seteuid(0)
        (far.incoming.folder / "closed").chmod(0o700)


def test_a_folder_of_pieces_that_is_not_there_is_an_error(far: FolderPortal) -> None:
    far.incoming.folder.rmdir()
    with pytest.raises(PortalFailure, match="cannot be read"):
        list(far.available(None))


def test_only_the_wanted_names_and_depths_are_pieces(tmp_path: Path) -> None:
    far = portal(tmp_path, names=("*.EML", "*.xml"), depth=1)
    for name in ("a.eml", "b.txt", "Thumbs.db", "one/c.XML", "one/two/d.eml"):
        put(far, name, acs())
    assert [piece.number for piece in far.available(None)] == ["a.eml", "one/c.XML"]
    for wrong in ({"quiet": -1}, {"depth": -1}, {"max_bytes": 0}):
        with pytest.raises(InputRefused):
            Incoming(tmp_path, **wrong)  # type: ignore[arg-type]


# ---- with the engine


def test_a_hire_goes_out_by_folder_and_its_answers_come_back(far: FolderPortal) -> None:
    flow = DueWorkflow(MemoryStorage(), cabinet="CAB", portals=(far,))
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    start = datetime.now(UTC) + timedelta(days=5)
    sub = flow.prepare(f.declaration("E-0001", start=start), Mode.TEST)
    (deposit,) = flow.send([sub.id]).deposits
    assert flow.read.submission(sub.id).state == "sent"
    assert visible(far) == [deposit.filename]
    put(far, "1.eml", eml(avis_xml(f.ads("900", at=datetime.now(UTC), count=1))))
    put(far, "2.eml", eml(avis_xml(f.acs("900", at=datetime.now(UTC)))))
    put(far, "3.eml", eml(avis_xml(f.ars("900", at=datetime.now(UTC)))))
    put(far, "notice.txt", b"Bonjour")
    told = flow.collect(far)
    assert (told.applied, told.tray, told.known) == (3, 1, 0)
    assert flow.read.submission(sub.id).state == "accepted"
    assert flow.collect(far).known == 4
