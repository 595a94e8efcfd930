"""Erasing personal data whose retention has ended: without `--yes` it only tells what would go.

Each group is one commit, so what was erased before an interruption stays erased, and the same command goes on.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import asdict
from shlex import join
from typing import Annotated

import typer
from rich.text import Text

from due_workflow.cli import outcomes
from due_workflow.cli.outcomes import Code, Usage
from due_workflow.cli.session import Session, command
from due_workflow.cli.typed import a_day
from due_workflow.cli.views import status_text, table, when
from due_workflow.cli.window import app
from due_workflow.errors import DueWorkflowError, TransitionRefused
from due_workflow.models import Filing
from due_workflow.ports import Kind
from due_workflow.purging import Purged

SHOWN = 50
"""Hires listed; the rest are counted. The JSON document has them all."""
_COUNTS = ("receipts", "parcels", "notices", "kept", "shared")


@command(app, "purge", "look")
def purge(
    s: Session,
    references: Annotated[
        list[str] | None, typer.Argument(metavar="cli.meta.references", help="cli.arg.purge_references")
    ] = None,
    before: Annotated[str | None, typer.Option("--before", metavar="cli.meta.day", help="cli.opt.purge_before")] = None,
    yes: Annotated[bool, typer.Option("--yes", help="cli.opt.purge_yes")] = False,
    early: Annotated[bool, typer.Option("--early", help="cli.opt.purge_early")] = False,
    reason: Annotated[str, typer.Option("--reason", metavar="cli.meta.text", help="cli.opt.purge_reason")] = "",
) -> None:
    """Erase what need no longer be kept, or tell what would be."""
    day = a_day(before, "--before") if before is not None else None
    if references and day is not None:
        raise Usage("purge_what")
    results = s.flow.purge_many(references or (), day, early=early, reason=reason, by=s.by, dry_run=not yes, group=100)
    total = len(references) if references else sum(1 for _ in s.flow.read.purgeable(day))
    s.data |= {"dry_run": not yes, "hires": [], "left": []}
    sums, left = _run(s, results, total)
    s.data["totals"] = sums
    done = sums["hires"] + sums["aside"]
    s.say("cli.purge.done" if yes else "cli.purge.would", **sums)
    if sums["hires"] > SHOWN:
        s.say("cli.purge.more", count=sums["hires"] - SHOWN)
    if left:
        s.say("cli.purge.left", "yellow", count=left)
        s.ends(Code.REFUSED if references else Code.PERSON)
    if not done and not left:
        s.say("cli.purge.nothing")
    elif done and not yes:
        s.say("cli.purge.how", command=_again(s, references or (), before, early, reason))


def _run(s: Session, results: Iterable[Purged | DueWorkflowError], total: int) -> tuple[dict[str, int], int]:
    """Walk the results; what went and what was left, told as they come."""
    sums, left, s.done = dict.fromkeys(("hires", "aside", *_COUNTS), 0), 0, 0
    gone = table(s.lang, "reference!", "hire", "status")
    with s.progress("cli.purge.running", total) as tick:
        for result in results:
            s.done += 1
            tick(s.done)
            if isinstance(result, DueWorkflowError):
                left += 1
                _left(s, result, left)
                continue
            for name in _COUNTS:
                sums[name] += getattr(result, name)
            if result.ref.kind is Kind.RECEIPT:
                sums["aside"] += not result.repeat
            elif not result.repeat:
                sums["hires"] += 1
                counted = {name: value for name, value in asdict(result).items() if name in _COUNTS}
                s.add("hires", {"reference": result.ref.id, **counted})
                if sums["hires"] <= SHOWN and not s.json:
                    gone.row(*_line(s.flow.read.filing(result.ref.id), s.lang))
    s.show(gone)
    return sums, left


def _line(filing: Filing, lang: str) -> tuple[str | Text, ...]:
    return filing.reference, when(filing.hire_at, lang), status_text(filing.status, lang)


def _left(s: Session, error: DueWorkflowError, count: int) -> None:
    """A hire that stays, with every reason; of many, the first are told and all are in the JSON document."""
    s.add("left", outcomes.plain(error, s.lang, s.program))
    if count > SHOWN or s.json:
        return
    if isinstance(error, TransitionRefused):
        s.say("cli.purge.stays", "yellow", reference=error.case)
        for denial in error.denials:
            s.say("cli.reason", text=denial.text(s.lang))
    else:
        s.say("cli.fault", "red", text=outcomes.told(error, s.lang))


def _again(s: Session, references: Iterable[str], before: str | None, early: bool, reason: str) -> str:
    words = ["purge", *references]
    words += ["--before", before] if before is not None else []
    words += ["--early"] if early else []
    words += ["--reason", reason] if reason else []
    return f"{s.program} {join([*words, '--yes'])}"
