"""A thousand hires as evidence: the memory of the whole export and check, and their time beside a bare `zipfile`.

The bare peer writes the same bytes under the same names with the same library and reads nothing from a database; of the
check, it reads every byte back through the same library. `DUE_BENCH_EVIDENCE` sets the hires (1,000).
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from statistics import median

import pytest

from due_workflow import DueWorkflow, Mode
from due_workflow.adapters import evidence, upload
from due_workflow.adapters.avis import read_avis
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Parcel
from due_workflow.receipts import Ads
from due_workflow.testing import FixedClock, ScriptedPortal
from due_workflow.testing import factories as make
from due_workflow.testing.avis import avis_xml

HIRES = int(os.environ.get("DUE_BENCH_EVIDENCE", "1000"))
FEW = max(HIRES // 10, 1)
MARGIN = 16.0
"""MB that ten times as many hires may add: a ZIP's own directory of names (2.5 kB a hire) and a storage's cache."""
ROUNDS = 3
TIMES_BARE = 20.0
"""How many times the bare peer's time the whole export may take: it reads a database and checks chains too."""


class Wire(ScriptedPortal):
    """Takes the real message and answers with the file of an ADS."""

    def render(self, submissions: object, mode: Mode) -> Parcel:
        return upload.parcel(submissions, mode)  # type: ignore[arg-type]

    def deposit(self, parcel: Parcel) -> Ads:
        self.taken.append(parcel)
        ads = make.ads(f"ADS-{len(self.taken)}", self._clock.now())
        return read_avis(avis_xml(ads), account=self.account)  # type: ignore[return-value]


def firm(path: Path, hires: int) -> str:
    """A client with so many hires, each declared in real mode with its three receipts."""
    clock = FixedClock()
    portal = Wire("jedeclare", "acc", clock=clock)
    siren = make.siren()
    with SqliteStorage(path, synchronous="OFF") as storage:
        flow = DueWorkflow(storage, cabinet="cabinet", portals=(portal,), clock=clock)
        flow.set_software("Editor", "Payroll", "1.0")
        flow.set_portal("jedeclare", "acc")
        flow.add_client(make.client())
        flow.sign_mandate(siren, make.mandate())
        send(flow, clock, ["T-1"], Mode.TEST)
        flow.go_live(siren)
        for start in range(0, hires, 100):
            send(flow, clock, [f"E-{n:05d}" for n in range(start, min(start + 100, hires))], Mode.REAL)
    return siren


def send(flow: DueWorkflow, clock: FixedClock, references: list[str], mode: Mode) -> None:
    start = clock.now() + timedelta(days=3)
    ids = [flow.prepare(make.declaration(r, start=start, first_names="ALIX"), mode).id for r in references]
    assert not flow.send(ids).refused
    refs = [flow.read.deposit(flow.read.submission(id).deposit or "").ref or "" for id in ids]
    papers = [kind(ref, at=clock.now()) for ref in refs for kind in (make.acs, make.ars)]
    list(flow.receive_many([read_avis(avis_xml(paper), account="acc") for paper in papers]))


EXPORT = """
import sys
from due_workflow import DueWorkflow
from due_workflow.adapters import evidence
from due_workflow.adapters.sqlite import SqliteStorage
with SqliteStorage(sys.argv[1]) as storage:
    told = evidence.export(DueWorkflow(storage, cabinet="cabinet"), sys.argv[2], sys.argv[3])
print(told.hires, next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""
VERIFY = """
import sys
from due_workflow.adapters import evidence
found = evidence.verify(sys.argv[1])
assert found.sound
print(len(found.hires), next(line.split()[1] for line in open("/proc/self/status") if line.startswith("VmHWM")))
"""


def peak(code: str, *args: object) -> tuple[int, float]:
    """Hires and peak resident memory (MB) of a process: of its own image, not of the one it was forked from."""
    command = [sys.executable, "-c", code, *map(str, args)]
    done = subprocess.run(command, capture_output=True, text=True, check=True)
    hires, memory = done.stdout.split()
    return int(hires), float(memory) / 1024


@pytest.fixture(scope="module")
def sizes(tmp_path_factory: pytest.TempPathFactory) -> dict[int, tuple[Path, str]]:
    folder = tmp_path_factory.mktemp("evidence")
    return {hires: (folder / f"{hires}.sqlite", firm(folder / f"{hires}.sqlite", hires)) for hires in (FEW, HIRES)}


def test_memory_does_not_grow_with_the_number_of_hires(sizes: dict[int, tuple[Path, str]], tmp_path: Path) -> None:
    written, read = {}, {}
    for hires, (database, siren) in sizes.items():
        target = tmp_path / f"{hires}.zip"
        count, written[hires] = peak(EXPORT, database, siren, target)
        assert count == hires + 1
        count, read[hires] = peak(VERIFY, target)
        assert count == hires + 1
        size = target.stat().st_size / 1e6
        print(f"\n{hires} hires, {size:.1f} MB: export {written[hires]:.1f} MB, verify {read[hires]:.1f} MB at most")
    for used in (written, read):
        assert used[HIRES] - used[FEW] < MARGIN


def test_an_export_and_a_check_cost_a_few_times_the_bare_zip(
    sizes: dict[int, tuple[Path, str]], tmp_path: Path
) -> None:
    database, siren = sizes[HIRES]
    target = tmp_path / "evidence.zip"
    taken: dict[str, list[float]] = {name: [] for name in ("export", "verify", "bare write", "bare read")}
    with SqliteStorage(database) as storage:
        flow = DueWorkflow(storage, cabinet="cabinet")
        for _ in range(ROUNDS):
            timed(taken["export"], lambda: evidence.export(flow, siren, target, replace=True))
            with zipfile.ZipFile(target) as opened:
                files = {name: opened.read(name) for name in opened.namelist()}
            timed(taken["bare write"], lambda files=files: bare_write(files, tmp_path / "bare.zip"))
            timed(taken["verify"], lambda: evidence.verify(target))
            timed(taken["bare read"], lambda: bare_read(target))
    cost = {name: median(seconds) for name, seconds in taken.items()}
    for ours, bare in (("export", "bare write"), ("verify", "bare read")):
        each = cost[ours] / HIRES * 1000
        print(f"\n{ours}: {each:.2f} ms a hire, {cost[ours] / cost[bare]:.1f} times the {bare}")
    assert cost["export"] / cost["bare write"] < TIMES_BARE


def timed(taken: list[float], work: object) -> None:
    began = time.process_time()  # nothing here waits for another; a busy machine must not count
    work()  # type: ignore[operator]
    taken.append(time.process_time() - began)


def bare_write(files: dict[str, bytes], target: Path) -> None:
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as out:
        for name, content in files.items():
            out.writestr(name, content)


def bare_read(target: Path) -> None:
    with zipfile.ZipFile(target) as opened:
        for name in opened.namelist():
            opened.read(name)
