"""`diagram`: an automaton, one case's way through it, or the procedure's days, as a picture or a text."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from shlex import quote
from typing import Annotated

import typer

from due_workflow import diagrams, pictures
from due_workflow.adapters.printing import write_whole
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command, hushed
from due_workflow.cli.window import a_path, app
from due_workflow.diagrams import Walk
from due_workflow.errors import NotFound
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
    form = _meant(what, output, form)
    if what == PROCEDURE:
        if form is not Format.SVG:
            raise Usage("procedure_is_svg")
        made = pictures.gantt(s.flow.read.rollout(), s.lang).svg
        s.data |= {"procedure": True}
    else:
        walk = None if what in AUTOMATA else _walk(s, what)
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


def _walk(s: Session, case: str) -> Walk:
    try:
        return s.flow.read.walk(case)
    except NotFound as error:
        if error.what != "submission" or "/" in case:
            raise
    raise Usage("nothing_to_draw", reference=hushed(case), program=s.program, quoted=quote(hushed(case)))


_NAMED = {".svg": Format.SVG, ".md": Format.MARKDOWN, ".mmd": Format.MERMAID}
_PICTURES = frozenset({".png", ".jpg", ".jpeg", ".gif", ".webp", ".bmp", ".pdf", ".svg"})


def _meant(what: str, output: Path | None, form: Format | None) -> Format:
    """What was said; else what the file's name says; else a picture of a case, a text of an automaton.

    Raises:
        Usage: the name says another thing than what would stand in the file.
    """
    if output is None:
        return form or (Format.MERMAID if what in AUTOMATA else Format.SVG)
    suffix = output.suffix.lower()
    named = _NAMED.get(suffix)
    if (form is None and named is None) or (suffix in _PICTURES and named is not (form or named)):
        raise Usage("diagram_suffix", name=hushed(output.name), known=list(_NAMED))
    if form is Format.SVG and named not in (None, Format.SVG):
        raise Usage("diagram_suffix", name=hushed(output.name), known=list(_NAMED))
    return form or named or Format.SVG


def _written(automaton: Automaton, form: Format, lang: str, walk: Walk | None) -> str:
    match form:
        case Format.SVG:
            return pictures.automaton(automaton, lang, walk).svg
        case Format.MERMAID:
            return diagrams.mermaid(automaton, lang, walk)
        case Format.MARKDOWN:
            return diagrams.markdown(automaton, lang)
