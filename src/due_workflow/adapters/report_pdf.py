"""The switchover report as PDF, on the pages that mandates are printed on too (extra `print`)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from due_workflow.adapters import report_pages
from due_workflow.adapters._paper import Paper
from due_workflow.calendar import paris_day
from due_workflow.report import Switchover
from due_workflow.rollout import Plan
from due_workflow.shapes import Picture


def pdf(report: Switchover, lang: str = "fr", plan: Plan | None = None) -> bytes:
    """The report as a PDF; the same figures give the same bytes. `plan`: drawn as a Gantt chart where it is given.

    Raises:
        ImportError: fpdf2 is not there: install ``due-workflow[print]``.
    """
    title = report_pages.name(report, lang)
    paper = Paper(title, head=report.cabinet, made=paris_day(report.at), lang=lang)
    report_pages.write(report, _PdfSheet(paper), lang, plan)
    return paper.done()


class _PdfSheet:
    """A `report_pages.Sheet` of paper."""

    def __init__(self, paper: Paper) -> None:
        self.paper = paper
        self._pending = ""

    def _headed(self, room: float = 22) -> Paper:
        """The paper, with the heading that waits: it stands where there is `room` for what comes first under it."""
        if self._pending:
            self.paper.heading(self._pending, room)
            self._pending = ""
        return self.paper

    def title(self, text: str, under: str = "") -> None:
        self.paper.title(text, under)

    def heading(self, text: str) -> None:
        self._pending = text

    def text(self, text: str) -> None:
        self._headed().text(text)

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        self._headed().facts(pairs, label=70)

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        widths: Sequence[float] | None = None,
        right: Sequence[int] = (),
    ) -> None:
        self._headed().table(headings, rows, widths=widths, right=right)

    def figure(self, picture: Picture) -> None:
        self._headed(self.paper.size_of(picture)[1] + 14).picture(picture)
