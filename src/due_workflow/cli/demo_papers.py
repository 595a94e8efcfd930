"""What the demo writes for people at its end: the switchover report, the procedure as a chart, the pilots' mandates.

As a host would: figures and plan from `flow.read`, drawn by the adapters. What needs the extra `print` is left out
where it is not installed, and the demo says so.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from importlib.util import find_spec

from due_workflow import DueWorkflow, charts, mandates
from due_workflow.adapters import printing, report_html
from due_workflow.calendar import paris_day
from due_workflow.cli.demo_stage import Folder
from due_workflow.report import Estimate, Remarks

REPORT, CHART = "compte-rendu", "mode-operatoire"


def printable() -> bool:
    """Whether the extra `print` is there."""
    return find_spec("fpdf") is not None


def write_report(folder: Folder, flow: DueWorkflow, lang: str, remarks: Remarks) -> tuple[str, str]:
    """The switchover report, as HTML and where it can be as PDF; the name and the SHA-256 of the first."""
    estimates = {
        "proof": Estimate(before=10 * 24, expected=5 * 24),
        "work": Estimate(before=0.5, expected=0.15, observed=0.2),
    }
    figures = flow.read.report(estimates=estimates, following=("DSN", "EDI-TVA"), remarks=remarks)
    plan = flow.read.rollout()
    content = report_html.html(figures, lang, plan).encode()
    folder.paper(f"{REPORT}.html", content)
    if printable():
        from due_workflow.adapters import report_pdf

        folder.paper(f"{REPORT}.pdf", report_pdf.pdf(figures, lang, plan))
    return f"{REPORT}.html", hashlib.sha256(content).hexdigest()


def write_chart(folder: Folder, flow: DueWorkflow, lang: str) -> None:
    """The procedure as it stands now, as a Gantt chart."""
    folder.paper(f"{CHART}.svg", charts.gantt(flow.read.rollout(), lang).svg.encode())


def write_mandates(folder: Folder, flow: DueWorkflow, sirens: Iterable[str]) -> Iterator[str]:
    """Each client's mandate, filled in and ready to sign, as PDF; nothing where it cannot be printed."""
    if not printable():
        return
    drawn, wording = printing.PdfMandate(), printing.wording()
    portal, day = flow.read.cabinet().portal, paris_day(flow.clock.now())
    for siren in sirens:
        sheet = mandates.sheet(flow.read.client(siren).identity, wording, day, portal.name if portal else "")
        yield folder.paper(sheet.file_name + drawn.suffix, drawn.render(sheet)).name
