"""`diagram`: an automaton, one case's way through it, or the procedure's days, as a picture or a text."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from due_workflow import diagrams, pictures
from due_workflow.adapters.printing import write_whole
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command
from due_workflow.cli.window import a_path, app
from due_workflow.diagrams import Walk
from due_workflow.machine import CLIENT, SUBMISSION, Automaton

AUTOMATA = {automaton.name: automaton for automaton in (CLIENT, SUBMISSION)}
PROCEDURE = "procedure"


class Format(StrEnum):
    """How a diagram is written."""

    SVG = "svg"
    MERMAID = "mermaid"
    MARKDOWN = "markdown"


@command(app, "diagram", "look")
def diagram(
    s: Session,
    what: Annotated[str, typer.Argument(metavar="cli.meta.automaton", help="cli.arg.automaton")],
    form: Annotated[Format | None, typer.Option("--format", help="cli.opt.format")] = None,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", parser=a_path, metavar="cli.meta.file", help="cli.opt.output"),
    ] = None,
) -> None:
    """An automaton as a diagram or a table; a case's way through it; the procedure's days."""
    form = form or _meant(what, output)
    if what == PROCEDURE:
        if form is not Format.SVG:
            raise Usage("procedure_is_svg")
        made = pictures.gantt(s.flow.read.rollout(), s.lang).svg
        s.data |= {"procedure": True}
    else:
        walk = None if what in AUTOMATA else s.flow.read.walk(what)
        automaton = walk.table if walk is not None else AUTOMATA[what]
        made = _written(automaton, form, s.lang, walk)
        s.data |= {"automaton": automaton.name}
        if walk is not None:
            s.data |= {"case": walk.case, "state": walk.state}
    s.data["format"] = form.value
    if output is not None:
        write_whole(output, f"{made}\n".encode())
        s.data["file"] = str(output)
        s.say("cli.written", file=str(output))
        return
    s.data["text"] = made
    if not s.json:
        sys.stdout.write(made + "\n")


def _meant(what: str, output: Path | None) -> Format:
    """What the file's name says; else a picture of a case and of the procedure, and a text of an automaton."""
    by_name = {".svg": Format.SVG, ".md": Format.MARKDOWN, ".mmd": Format.MERMAID}
    suffix = output.suffix.lower() if output is not None else ""
    return by_name.get(suffix, Format.MERMAID if what in AUTOMATA and output is None else Format.SVG)


def _written(automaton: Automaton, form: Format, lang: str, walk: Walk | None) -> str:
    match form:
        case Format.SVG:
            return pictures.automaton(automaton, lang, walk).svg
        case Format.MERMAID:
            return diagrams.mermaid(automaton, lang, walk)
        case Format.MARKDOWN:
            return diagrams.markdown(automaton, lang)
