"""A database of each schema that was ever released opens, reads, verifies and goes on."""

from __future__ import annotations

import shutil
from datetime import timedelta
from pathlib import Path

import pytest

from due_workflow import DueWorkflow, FilingStatus, StorageUnusable, SubmissionState, Worker
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Changes, Kind, Record
from due_workflow.records import SCHEMA
from due_workflow.testing import FixedClock, RecordingNotifier
from due_workflow.testing import factories as make

GOLDEN = sorted((Path(__file__).parent / "golden").glob("schema-*.sqlite"))


@pytest.fixture(params=GOLDEN, ids=lambda path: path.stem)
def storage(request, tmp_path):
    copy = tmp_path / "golden.sqlite"
    shutil.copy(request.param, copy)
    with SqliteStorage(copy) as opened:
        yield opened


@pytest.fixture
def flow(storage):
    return DueWorkflow(storage, cabinet="golden", clock=FixedClock(make.NOW + timedelta(days=11)))


def test_there_is_a_golden_database_of_the_present_schema():
    assert f"schema-{SCHEMA}" in {path.stem for path in GOLDEN}


def test_its_journals_verify(flow):
    verified = flow.read.verify_journal()
    assert verified.sound, verified.faults
    assert verified.cases >= 15


def test_every_kind_of_record_is_there_and_reads(flow, storage):
    for kind in Kind:
        assert list(flow.read.every(kind)), kind


def test_its_hires_stand_where_they_stood(flow):
    stands = {filing.reference: filing.status for filing in flow.read.filings()}
    assert stands["G-1"] is FilingStatus.RUNNING
    assert stands["G-2"] is FilingStatus.IN_DOUBT
    assert stands["P-1"] is FilingStatus.LATE
    assert stands["P-3"] is FilingStatus.DECLARED_ELSEWHERE
    assert flow.read.filing("G-1").declaration.employee.nir.reveal() == make.nir(sum(b"G-1") + 1)


def test_work_goes_on_in_it(flow, storage):
    (deposit,) = (d for d in flow.read.deposits(("open",)) if "G-1/real/1" in d.items)
    flow.learn_ref(deposit.id, "B1")
    flow.receive(make.ars("B1", account="cab"))
    assert flow.read.submission("G-1/real/1").state is SubmissionState.ACCEPTED
    assert flow.read.filing("G-1").status is FilingStatus.DECLARED
    notifier = RecordingNotifier()
    Worker(storage, flow_for=lambda _: flow, notifiers=[notifier], clock=flow.clock).run_once()
    assert notifier.codes
    assert flow.read.verify_journal().sound


def test_a_key_used_then_gives_its_result_again(flow):
    again = flow.set_software("Éditeur", "Paie", "1.0", by="camille", key="software")
    assert again.software.version == "1.0"


def test_a_record_of_a_newer_version_is_refused_and_left_alone(flow, storage):
    (record,) = storage.load("golden", [flow.read.case_of("G-1")])
    newer = record.data.replace(b'{"v":1,', b'{"v":99,', 1)
    storage.commit(
        "golden", Changes([Record(record.ref, record.version, record.state, newer, record.keys, record.due)])
    )
    with pytest.raises(StorageUnusable) as refused:
        flow.read.filing("G-1")
    assert refused.value.code == "record_of_another_version"
    (kept,) = storage.load("golden", [record.ref])
    assert kept.data == newer
