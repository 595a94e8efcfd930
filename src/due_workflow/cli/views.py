"""What the command line shows: the screen, statuses with their look, tables, and what to do next.

Words come from the catalogue, values from `flow.read`; nothing here changes anything. Only DÉCLARÉ is green with a
tick: a test, however well it went, has another word, another symbol and another colour. No table cuts an identifier.
A NIR is never read here; an employee's name is, since staff must know whom a line is about.
"""

from __future__ import annotations

import heapq
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice

from rich import box
from rich.cells import cell_len
from rich.console import Console
from rich.table import Table
from rich.text import Text

from due_workflow import texts
from due_workflow.calendar import paris_day, start_of_day
from due_workflow.cli import steps
from due_workflow.cli.steps import PROGRAM, Step
from due_workflow.clients import ClientFile
from due_workflow.models import Filing, FilingStatus, Submission, SubmissionState
from due_workflow.ports import Kind
from due_workflow.receipts import Mode
from due_workflow.workflow import DueWorkflow

PIPED_WIDTH = 200
"""Columns of a table that goes to a file or another program, so that a line of it is a line."""

LOOKS: dict[FilingStatus, tuple[str, str]] = {
    FilingStatus.DECLARED: ("✔", "bold green"),
    FilingStatus.DECLARED_ELSEWHERE: ("≡", "cyan"),
    FilingStatus.IN_DOUBT: ("?", "bold magenta"),
    FilingStatus.RUNNING: ("»", "blue"),
    FilingStatus.REFUSED: ("✘", "bold red"),
    FilingStatus.ABANDONED: ("–", "dim"),
    FilingStatus.LATE: ("!", "bold red"),
    FilingStatus.TEST_RUNNING: ("◌", "yellow"),
    FilingStatus.TEST_NOT_DECLARED: ("○", "bold yellow"),
    FilingStatus.TO_DECLARE: ("·", "default"),
}
_STATES = {
    SubmissionState.PORTAL_REJECTED: "bold red",
    SubmissionState.CIRSO_REJECTED: "bold red",
    SubmissionState.IN_DOUBT: "bold magenta",
    SubmissionState.ABANDONED: "dim",
    SubmissionState.LOST: "dim",
}


class Screen(Console):
    """A rich console in one language: plain data in, no markup, no surprise when piped or without colour."""

    def __init__(self, lang: str = "fr", *, stderr: bool = False, quiet: bool = False) -> None:
        stream = sys.stderr if stderr else sys.stdout
        piped = not stream.isatty() and not os.environ.get("COLUMNS")
        super().__init__(
            file=stream,
            width=PIPED_WIDTH if piped else None,
            markup=False,
            highlight=False,
            emoji=False,
            quiet=quiet,
        )
        self.lang = lang

    def say(self, key: str, style: str = "", /, **facts: object) -> None:
        """Print one sentence of the catalogue; long lines wrap at words on a terminal, and stay whole in a pipe."""
        self.line(texts.render(key, self.lang, facts).rstrip(), style)

    def line(self, text: str | Text | int = 1, style: str = "", *, whole: bool = False) -> None:
        """Print text that is made already; `whole`: never wrapped by us, so that it can be copied.

        A number is so many empty lines, as rich's own bars ask for.
        """
        if isinstance(text, int):
            super().line(text)
            return
        self.print(text, style=style or None, soft_wrap=whole or not self.is_terminal)

    def on_broken_pipe(self) -> None:
        """Who read us stopped: the session ends with its own code, not with rich's."""
        raise BrokenPipeError

    def title(self, key: str, **facts: object) -> None:
        """Print a heading."""
        self.print()
        self.line(Text(texts.render(key, self.lang, facts), "bold"))


def console(lang: str = "fr") -> Screen:
    """The screen on standard output."""
    return Screen(lang)


def say(key: str, lang: str = "fr", /, **facts: object) -> None:
    """Print one sentence of the catalogue on standard output."""
    console(lang).say(key, **facts)


# ---- words with their look


def status_text(status: FilingStatus, lang: str) -> Text:
    """A hire's status with its symbol and colour."""
    symbol, style = LOOKS[status]
    return Text(f"{symbol} {texts.word('status', status, lang)}", style)


def attempt_text(sub: Submission, lang: str) -> Text:
    """Mode and state of an attempt; only an accepted REAL one is green."""
    word = f"{texts.word('mode', sub.mode, lang)}: {texts.word('state', sub.state, lang)}"
    real = sub.mode is Mode.REAL
    accepted = ("bold green" if real else "yellow") if sub.state is SubmissionState.ACCEPTED else ""
    return Text(word, accepted or _STATES.get(sub.state, "default"))


def attempt_line(sub: Submission, lang: str, margin: str = "") -> Text:
    """An attempt's id and where it stands, on one line."""
    return Text(f"{margin}{sub.id}  ").append_text(attempt_text(sub, lang))


def employee(filing: Filing) -> str:
    """Who is hired, for staff; a dash once the declaration was purged or where it was not read."""
    if filing.declaration is None:
        return "—"
    person = filing.declaration.employee
    return f"{person.usual_name or person.surname} {person.first_names}"


def when(value: object, lang: str) -> str:
    """A day or an instant (Paris time) as people read it."""
    return texts.shown(value, lang)


END_OF_PERIOD = frozenset({"acs_missing", "ars_overdue", "legal_ack", "contest", "mandate_ends"})
"""Deadlines that close a period of whole days: their midnight is the 24:00 of its last day."""


def due(name: str, at: datetime, lang: str) -> str:
    """When that deadline falls due, Paris time; the end of a period is told with the day that still counts."""
    day = paris_day(at)
    if name in END_OF_PERIOD and at == start_of_day(day):
        return f"{when(day - timedelta(days=1), lang)} 24:00"
    return when(at, lang)


# ---- tables


LONGEST_ID = 36
"""Identifiers up to this length are never folded; a longer one is folded, never cut."""


class Grid(Table):
    """A table that gives its columns of identifiers the width they need, before any other column."""

    def __init__(self, lang: str, columns: Sequence[str]) -> None:
        super().__init__(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
        self._ids = tuple(place for place, column in enumerate(columns) if column.endswith("!"))
        for column in columns:
            self.add_column(texts.render(f"cli.col.{column.removesuffix('!')}", lang), overflow="fold")

    def row(self, *cells: str | Text) -> None:
        """Add a line."""
        for place in self._ids:
            column = self.columns[place]
            wanted = max(cell_len(str(cells[place])), cell_len(str(column.header)))
            column.width = max(column.width or 0, min(wanted, LONGEST_ID))
            # rich takes room from every column that may wrap: one that fits must not
            column.no_wrap = wanted <= LONGEST_ID and (column.no_wrap or not self.rows)
        self.add_row(*cells)


def table(lang: str, *columns: str) -> Grid:
    """A table whose headers are `cli.col.<name>`; a name that ends in ``!`` is an identifier."""
    return Grid(lang, columns)


def clients_rows(clients: Iterable[ClientFile], lang: str) -> Grid:
    """These clients: SIREN, name, state, mandate, collaborator."""
    made = table(lang, "siren!", "client", "client_state", "mandate", "collaborator")
    for c in clients:
        state = Text(texts.word("client_state", c.state, lang), "bold" if c.state == "live" else "default")
        made.row(c.siren, c.name, state, _mandate(c, lang), c.collaborator or "—")
    return made


def _mandate(client: ClientFile, lang: str) -> str:
    mandate = client.mandate
    if mandate is None:
        return "—"
    key = "cli.mandate.revoked" if mandate.revoked_on else "cli.mandate.until" if mandate.ends_on else "cli.mandate"
    facts = {"signed": mandate.signed_on, "ends": mandate.ends_on, "revoked": mandate.revoked_on}
    return texts.render(key, lang, facts)


def clients_table(flow: DueWorkflow, lang: str, limit: int = 50) -> Grid:
    """The firm's first `limit` clients."""
    return clients_rows(islice(flow.read.clients(), limit), lang)


def hires_rows(filings: Iterable[Filing], lang: str) -> Grid:
    """These hires: reference, status, hour of hire, employee; the SIRET stands in a hire's own page."""
    made = table(lang, "reference!", "status!", "hire!", "employee")
    for filing in filings:
        made.row(
            filing.reference,
            _flagged(filing, lang),
            when(filing.hire_at, lang),
            employee(filing),
        )
    return made


def status_line(filing: Filing, lang: str) -> Text:
    """A hire's status, and beside it where the portal said that it took what counts in the other mode."""
    text = status_text(filing.status, lang)
    subs = [sub for sub in filing.attempts() if sub.mode_told is not None and sub.alive]
    if any(sub.contradicted for sub in subs):
        declared = filing.status is FilingStatus.DECLARED
        key = "cli.flag.mode" if declared else "cli.flag.mode_not_declared"
        text.append(" " + texts.render(key, lang), "bold red")
    elif subs:
        text.append(" " + texts.render("cli.flag.mode_confirmed", lang), "bold yellow")
    return text


def _flagged(filing: Filing, lang: str) -> Text:
    text = status_line(filing, lang)
    subs = filing.attempts()
    if any(sub.overdue_since for sub in subs):
        text.append(" " + texts.render("cli.flag.overdue", lang), "bold red")
    if any(sub.late for sub in subs):
        text.append(" " + texts.render("cli.flag.late", lang), "red")
    return text


def status_table(flow: DueWorkflow, lang: str, limit: int = 50) -> Grid:
    """The firm's first `limit` hires, with employees' names."""
    return hires_rows(islice(flow.read.filings(), limit), lang)


def counts_table(flow: DueWorkflow, lang: str) -> Grid:
    """How many hires stand in each status."""
    counts = flow.read.counts()
    made = table(lang, "count", "status")
    made.columns[0].justify = "right"
    for status in FilingStatus:
        if counts.get(status):
            made.row(str(counts[status]), status_text(status, lang))
    return made


def deadlines(cases: Iterable[Filing | ClientFile]) -> Iterator[tuple[datetime, str, str]]:
    """Instant, case and name of every deadline of these hires (with their attempts) and clients."""
    for case in cases:
        if isinstance(case, ClientFile):
            yield from ((at, str(case.siren), name) for name, at in case.deadlines.items())
            continue
        yield from ((at, case.reference, name) for name, at in case.deadlines.items())
        for sub in case.attempts():
            yield from ((at, sub.id, name) for name, at in sub.deadlines.items())


def deadlines_rows(found: Iterable[tuple[datetime, str, str]], lang: str) -> Grid:
    """These deadlines: when (Paris time), which case, what."""
    made = table(lang, "due", "case!", "deadline")
    for at, case, name in found:
        made.row(due(name, at, lang), case, texts.word("clock", name, lang))
    return made


def deadlines_table(flow: DueWorkflow, lang: str, limit: int = 20) -> Grid:
    """The firm's next `limit` deadlines; retention, years away, is left out."""
    every = _all_deadlines(flow)
    return deadlines_rows(heapq.nsmallest(limit, (d for d in every if d[2] != "retention")), lang)


def _all_deadlines(flow: DueWorkflow) -> Iterator[tuple[datetime, str, str]]:
    yield from deadlines(flow.read.clients())
    yield from deadlines(held.facts for held in flow.read.every(Kind.FILING))


def events(possible: Sequence[str], lang: str) -> str:
    """Names of events, joined for a sentence."""
    return ", ".join(texts.word("event", event, lang) for event in possible) or "—"


def next_steps(flow: DueWorkflow, lang: str = "fr", program: str = PROGRAM, *, line: bool = False) -> list[Step]:
    """What to do next, the most urgent first; `str(step)` is the sentence and its command. See `steps`."""
    return steps.next_steps(flow, lang, program, line=line)
