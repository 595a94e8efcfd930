"""`report`: the switchover report (procedure, step 8), on the screen or written as HTML, PDF or Markdown."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Sequence
from importlib import import_module
from pathlib import Path
from typing import Annotated

import typer
from pydantic_core import to_jsonable_python
from rich.table import Table
from rich.text import Text

from due_workflow.adapters import printing, report_pages
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command, hushed
from due_workflow.cli.typed import a_day, a_file, naming, needing
from due_workflow.cli.views import Screen
from due_workflow.cli.window import a_path, app
from due_workflow.report import Estimate, Remarks, Stage, Switchover
from due_workflow.rollout import Plan, Rollout
from due_workflow.shapes import Picture

_TIME = re.compile(r"(\d+(?:[.,]\d+)?) ?(min|h|j|d)?", re.ASCII | re.IGNORECASE)
_HOURS = {"min": 1 / 60, "h": 1.0}
_DAYS = ("j", "d")
_WRITTEN = (".html", ".htm", ".pdf", ".md")
Many = list[str] | None
Option = typer.Option


@command(app, "report", "look")
def report(
    s: Session,
    outputs: Annotated[
        list[Path] | None,
        Option("--output", "-o", parser=a_path, metavar="cli.meta.file", help="cli.opt.report_output"),
    ] = None,
    since: Annotated[str | None, Option("--since", metavar="cli.meta.day", help="cli.opt.report_since")] = None,
    until: Annotated[str | None, Option("--until", metavar="cli.meta.day", help="cli.opt.report_until")] = None,
    estimates: Annotated[
        Many, Option("--estimate", metavar="cli.meta.estimate", help="cli.opt.report_estimate")
    ] = None,
    following: Annotated[Many, Option("--next", metavar="CODE", help="cli.opt.report_next")] = None,
    difficulties: Annotated[
        str, Option("--on-difficulties", metavar="cli.meta.remark", help="cli.opt.report_remark")
    ] = "",
    gains: Annotated[str, Option("--on-gains", metavar="cli.meta.remark", help="cli.opt.report_remark")] = "",
    on_next: Annotated[str, Option("--on-next", metavar="cli.meta.remark", help="cli.opt.report_remark")] = "",
    draft: Annotated[bool, Option("--draft", help="cli.opt.report_draft")] = False,
) -> None:
    """Step 8."""
    for file in outputs or ():
        if file.suffix.lower() not in _WRITTEN:
            raise Usage("report_suffix", name=file.name, known=_WRITTEN)
    if any(file.suffix.lower() == ".pdf" for file in outputs or ()):
        with needing("print", "report"):
            import_module("due_workflow.adapters.report_pdf")  # looked for before all is counted and written
    remarks = Remarks(difficulties=_said(difficulties), gains=_said(gains), following=_said(on_next))
    a_day_of_work = (s.flow.read.cabinet().rollout or Rollout()).hours_per_day
    with s.progress("cli.report.counting", None):
        figures = s.flow.read.report(
            since=a_day(since, "--since") if since is not None else None,
            until=a_day(until, "--until") if until is not None else None,
            estimates=dict(_estimate(given, a_day_of_work) for given in estimates or ()),
            following=following or (),
            remarks=remarks,
        )
    s.data["report"] = to_jsonable_python(figures, timedelta_mode="float")
    plan = s.flow.read.rollout()
    if not outputs:
        if not s.json:
            report_pages.write(figures, _OnScreen(s.out), s.lang)
            s.say("cli.report.how_to_write", "dim")
        return
    digests = [_write(s, file, figures, plan) for file in outputs]
    s.data |= {"files": [str(file) for file in outputs], "draft": draft}
    for file in outputs:
        s.say("cli.written", file=str(file))
    if not draft:
        # step 8 is done: the first file named is the report
        s.flow.report_written(outputs[0].name, digests[0], by=s.by)
        s.say("cli.report.noted")


def _write(s: Session, file: Path, figures: Switchover, plan: Plan) -> str:
    """Write the report into `file`, in the form of its name; its SHA-256."""
    drawn = plan if plan.start is not None else None
    match file.suffix.lower():
        case ".pdf":
            from due_workflow.adapters import report_pdf

            content = report_pdf.pdf(figures, s.lang, drawn)
        case ".md":
            from due_workflow.adapters import report_markdown

            made = report_markdown.markdown(figures, s.lang, drawn, file.stem)
            content = made.text.encode()
            for name, picture in made.pictures.items():
                printing.write_whole(file.with_name(name), picture.svg.encode())
        case _:
            from due_workflow.adapters import report_html

            content = report_html.html(figures, s.lang, drawn).encode()
    printing.write_whole(file, content)
    return hashlib.sha256(content).hexdigest()


def _said(text: str) -> str:
    """The firm's words: as they are, or those of the file after an @."""
    if not text.startswith("@"):
        return text
    file = a_file(a_path(text[1:]))
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        name = file.name
    raise Usage("no_text_file", name=name)


def _estimate(text: str, a_day_of_work: float) -> tuple[str, Estimate]:
    """STAGE=BEFORE:EXPECTED[:OBSERVED], each a time or nothing; only work, which no event tells, takes the third.

    A day of a delay has 24 hours, a person's day of work as many as the plan's (`hours_per_day`).
    """
    stage, equals, times = (part.strip() for part in text.partition("="))
    of_work = stage == Stage.WORK
    parts = times.split(":")
    if not equals or not 2 <= len(parts) <= 3 or not any(part.strip() for part in parts):
        raise Usage("estimate", value=hushed(text))
    if len(parts) == 3 and not of_work and stage in [*Stage]:
        raise Usage("estimate_observed", value=hushed(text))
    before, expected, observed = (*(_hours(part, text, a_day_of_work if of_work else 24) for part in parts), None)[:3]
    with naming(every=f"--estimate {hushed(stage)}"):
        return stage, Estimate(before=before, expected=expected, observed=observed)


def _hours(part: str, whole: str, a_day: float) -> float | None:
    if not part.strip():
        return None
    found = _TIME.fullmatch(part.strip())
    if found is None:
        raise Usage("estimate", value=hushed(whole))
    unit = (found[2] or "h").lower()
    return float(found[1].replace(",", ".")) * (a_day if unit in _DAYS else _HOURS[unit])


class _OnScreen:
    """A `report_pages.Sheet` on a terminal: words and tables; pictures need a file."""

    def __init__(self, out: Screen) -> None:
        self.out = out

    def title(self, text: str, under: str = "") -> None:
        self.out.line(Text(text, "bold"))
        self.out.line(under, "dim")

    def heading(self, text: str) -> None:
        self.out.print()
        self.out.line(Text(text, "bold"))

    def text(self, text: str) -> None:
        self.out.line(text)

    def facts(self, pairs: Iterable[tuple[str, str]]) -> None:
        grid = Table.grid(padding=(0, 2))
        for label, value in pairs:
            grid.add_row(label, value)
        self.out.print(grid)

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        widths: Sequence[float] | None = None,  # noqa: ARG002  # rich finds its own
        right: Sequence[int] = (),
    ) -> None:
        from rich import box

        table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
        for number, heading in enumerate(headings):
            table.add_column(heading, justify="right" if number in right else "left", overflow="fold")
        for row in rows:
            table.add_row(*map(Text, row))
        self.out.print(table)
        self.out.print()

    def figure(self, picture: Picture) -> None:
        """Nothing: its figures stand in the table that follows."""
