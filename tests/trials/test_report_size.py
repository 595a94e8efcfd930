"""A report over many filings: its memory does not grow with them, and its time grows no faster than they do."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from time import perf_counter

from due_workflow import Mode
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.testing import factories as f
from stories import ACCOUNT, A, Firm, R, verdict
from trials import size

FILINGS = size(3_000, 100_000)
CLIENTS = 50
MESSAGES = ("Numéro de sécurité sociale invalide", "Code URSSAF invalide", "Commune {n} inconnue")

COUNT = """
import resource, sys, time
from datetime import date
from due_workflow import DueWorkflow
from due_workflow.adapters import report_html, report_pdf
from due_workflow.adapters.sqlite import SqliteStorage

with SqliteStorage(sys.argv[1]) as storage:
    read = DueWorkflow(storage, cabinet="cabinet").read
    report_pdf.pdf(read.report(since=date(2100, 1, 1)))  # all is imported
    before, began = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.perf_counter()
    report = read.report()
    took = time.perf_counter() - began
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    began = time.perf_counter()
    pages = len(report_pdf.pdf(report)) + len(report_html.html(report))
    drawn = time.perf_counter() - began
    print(report.hires, report.rejections, report.statuses.get("declared", 0), took, drawn, (after - before) / 1024)
"""


def filled(path: Path, count: int) -> None:
    """A firm with so many hires: one in four rejected first, the others declared at once."""
    with SqliteStorage(path, synchronous="OFF") as storage:
        firm = Firm(storage).opened()
        firm.live(1)
        for n in range(2, CLIENTS + 1):
            firm.flow.go_live(firm.mandated(n))
        start = firm.clock.now() + timedelta(days=5)
        for first in range(0, count, 100):
            numbers, papers = range(first, min(first + 100, count)), []
            hires = [f.declaration(f"H-{n:06d}", n % CLIENTS + 1, start=start) for n in numbers]
            ids = [firm.flow.prepare(hire, Mode.REAL).id for hire in hires]
            firm.flow.begin_send(ids)
            for n, sub in enumerate(ids, first):
                firm.flow.mark_sent([sub], ref=f"REF-{n}")
                rejected = n % 4 == 0
                said = verdict(R if rejected else A, message=MESSAGES[n % 3].format(n=n) if rejected else "")
                papers.append(f.ars(f"REF-{n}", at=firm.clock.now(), account=ACCOUNT, verdicts=(said,)))
            for result in firm.flow.receive_many(papers):
                assert not isinstance(result, Exception)
            firm.move(minutes=1)


def test_the_memory_of_a_report_does_not_grow_with_the_filings(tmp_path: Path) -> None:
    told = []
    for count in (FILINGS // 10, FILINGS):
        path = tmp_path / f"{count}.sqlite"
        began = perf_counter()
        filled(path, count)
        print(f"{count} filings made in {perf_counter() - began:.0f} s")
        run = [sys.executable, "-c", COUNT, str(path)]
        said = subprocess.run(run, capture_output=True, text=True, check=True).stdout
        hires, rejections, declared, took, drawn, grown = said.split()
        print(f"{hires} filings: counted in {float(took):.1f} s, drawn in {float(drawn):.2f} s, {float(grown):.1f} MB")
        assert int(hires) == count + 1  # and the test that opened the gate
        assert int(rejections) == -(-count // 4)
        assert int(declared) == count - int(rejections)
        told.append((float(took), float(grown)))
    (short, _), (long, grown) = told
    assert grown < 12
    assert long < max(short, 0.1) * 10 * 2.5
