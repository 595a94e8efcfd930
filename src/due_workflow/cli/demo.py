"""`due-workflow demo`: the story told on a screen, where everybody stands at its end, and what to do next.

What happens is in `demo_story`; here is only how it is shown. A line carries its mode, TEST or RÉEL, in words; the
status of a hire is always the catalogue's own word, so a test never looks like a declaration.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import nullcontext
from datetime import date, datetime
from pathlib import Path
from shlex import quote
from textwrap import wrap
from typing import Annotated, Any, TypeVar

import typer
from rich.table import Table
from rich.text import Text

from due_workflow import texts
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.calendar import human, paris_day
from due_workflow.cli import views
from due_workflow.cli.demo_desk import Teller, Told
from due_workflow.cli.demo_papers import printable
from due_workflow.cli.demo_stage import Folder
from due_workflow.cli.demo_story import Story
from due_workflow.cli.session import CABINET, Json, Lang, Session
from due_workflow.cli.steps import PROGRAM
from due_workflow.cli.window import a_path
from due_workflow.errors import Denial, DueWorkflowError
from due_workflow.models import FilingStatus
from due_workflow.ports import Kind
from due_workflow.receipts import Mode
from due_workflow.rollout import STEPS, PlannedStep
from due_workflow.workflow import DueWorkflow, SystemClock

T = TypeVar("T")
FOLDER = Path("due-demo")
WIDTH = 96
MARKS = {"bad": ("✘", "bold red"), "wait": ("…", "yellow"), "": (" ", "")}
GOOD = {Mode.TEST: ("○", "bold yellow"), Mode.REAL: ("✔", "bold green"), None: ("+", "default")}
"""A good answer to a test has the look of a test: only a real one gets the green tick."""
MODES = {Mode.TEST: "yellow", Mode.REAL: "bold blue"}
TRY = (
    ("status", "status"),
    ("hire", "status TRA-02"),
    ("explain", "explain BOU-02/real/1"),
    ("journal", "journal LIB-01"),
    ("tick", "tick --deliver"),
)


class ScreenTeller:
    """Tells the story line by line: the day, the mode in words, a mark, the sentence."""

    def __init__(self, session: Session) -> None:
        self._session = session
        self._days = session.text("demo.days").split()
        self._day: date | None = None
        self._width = min(session.out.width, WIDTH)

    def step(self, number: str) -> None:
        """A heading in the procedure's words; the row without a number has none here either."""
        title = STEPS[int(number)].title(self._session.lang)
        if number != "0":
            title = self._session.text("demo.step", number=number, title=title)
        self._session.out.print()
        self._session.out.line(title, "bold")
        self._day = None

    def say(self, key: str, at: datetime, mode: Mode | None = None, mark: str = "", **facts: object) -> None:
        """One sentence with its day, folded under itself; a status is never folded, and has its own look."""
        lang = self._session.lang
        text = self._session.text(f"demo.{key}", **{name: _reasons(value, lang) for name, value in facts.items()})
        looks = {
            texts.word("status", value, lang): views.LOOKS[value][1]
            for value in facts.values()
            if isinstance(value, FilingStatus)
        }
        for word in looks:
            text = text.replace(word, word.replace(" ", "\xa0"))
        for place, line in enumerate(wrap(text, self._width - 21, break_on_hyphens=False)):
            row = self._margin(at, mode, mark) if not place else Text(" " * 20)
            row.append(line.replace("\xa0", " "))
            for word, style in looks.items():
                row.highlight_words([word], style)
            self._session.out.print(row, soft_wrap=True)

    def _margin(self, at: datetime, mode: Mode | None, mark: str) -> Text:
        """The day where it is another than the line before, the mode, the mark."""
        day, self._day = self._day, paris_day(at)
        shown = "" if day == self._day else f"{self._days[self._day.weekday()]} {self._day:%d/%m}"
        row = Text(f"  {shown:<11}")
        if mode is None:
            row.append(" " * 5)
        else:
            row.append(f"{self._session.text(f'demo.mode.{mode}'):<5}", MODES[mode])
        symbol, style = GOOD[mode] if mark == "good" else MARKS[mark]
        return row.append(f"{symbol:<2}", style)

    def along(self, items: Sequence[T], key: str) -> Iterator[T]:
        """The items under a progress bar, on a terminal; a few go without, since a bar would only flicker."""
        total = len(items)
        with self._session.progress(f"demo.{key}", total) if total > 4 else nullcontext(_unseen) as done:
            for number, item in enumerate(items):
                yield item
                done(number + 1)


def _unseen(done: int) -> None:
    """No bar to tell."""


def _reasons(value: object, lang: str) -> object:
    if isinstance(value, PlannedStep):
        return value.title(lang)
    if isinstance(value, tuple) and value and all(isinstance(item, Denial) for item in value):
        return " ".join(denial.text(lang) for denial in value)
    return value


def tell(folder: Folder, teller: Teller, now: datetime, cabinet: str = CABINET, lang: str = "fr") -> Told:
    """Play the whole story into `folder`, ending at the instant `now`; the documents are in `lang`."""
    # five weeks in a second: NORMAL waits for the disk less often, and a demo that a power failure cuts is played anew
    with (
        SqliteStorage(folder.database, synchronous="NORMAL") as storage,
        Story(storage, cabinet, folder, now, teller, lang) as story,
    ):
        return story.tell()


def demo(
    ctx: typer.Context,
    folder: Annotated[
        Path, typer.Option("--folder", parser=a_path, metavar="cli.meta.path", help="demo.opt.folder")
    ] = FOLDER,
    force: Annotated[bool, typer.Option("--force", help="demo.opt.force")] = False,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Play the procedure with ten invented companies, and leave a database to try the other commands on."""
    chosen: dict[str, Any] = {**(ctx.find_root().obj or {})}
    chosen |= {name: value for name, value in (("lang", lang), ("json", json)) if value}
    session = Session("demo", {**chosen, "db": folder / "due.sqlite"}, creates=True, strict=False)
    try:
        try:
            _play(session, folder, force=force)
        finally:
            session.close()
    except (DueWorkflowError, OSError, KeyboardInterrupt) as error:
        session.fail(error)
    session.finish()
    raise typer.Exit(int(session.exit))


def _play(session: Session, path: Path, *, force: bool) -> None:
    folder = Folder(path, force=force)
    now = SystemClock().now()
    session.out.title("demo.title")
    session.say("demo.warning", "dim")
    told = tell(folder, ScreenTeller(session), now, session.cabinet, session.lang)
    if session.json:
        session.data |= summary(session, folder, told, now)
        return
    program = f"{PROGRAM} --db {quote(str(folder.database))}"
    program += "" if session.cabinet == CABINET else f" --cabinet {quote(session.cabinet)}"
    program += "" if session.lang == "fr" else f" --lang {session.lang}"
    _stand(session, now)
    _next(session, folder, told, program)


def _stand(session: Session, now: datetime) -> None:
    """Where every client and hire stands, and the deadlines."""
    out, flow, lang = session.out, session.flow, session.lang
    out.print()
    out.line(human(now, lang), "bold")
    out.title("demo.clients")
    session.show(_clients(flow, lang))
    out.title("demo.hires")
    session.show(views.hires_rows(flow.read.filings(), lang))
    out.title("demo.deadlines")
    session.show(views.deadlines_table(flow, lang, 12))


def _clients(flow: DueWorkflow, lang: str) -> Table:
    """As `views.clients_table`, less what 80 columns cannot hold."""
    table = views.table(lang, "siren!", "client", "client_state!", "mandate!")
    for client in flow.read.clients():
        mandate = client.mandate
        signed = texts.render("cli.mandate", lang, {"signed": mandate.signed_on}) if mandate else "—"
        table.row(client.siren, client.name, texts.word("client_state", client.state, lang), signed)
    return table


def _next(session: Session, folder: Folder, told: Told, program: str) -> None:
    """What to do next, and the commands to try."""
    session.out.title("demo.next")
    for step in views.next_steps(session.flow, session.lang, program):
        _item(session, step.text, step.command)
    session.out.title("demo.try")
    for key, command in TRY:
        _item(session, session.text(f"demo.try.{key}"), f"{program} {command}")
    session.out.print()
    if told.faults:
        _fold(session, session.text("demo.unsound", faults=told.faults))
    else:
        _fold(session, session.text("demo.sound", cases=told.cases, entries=told.entries))
    _fold(session, session.text("demo.proof", sent=told.sent, received=told.received))
    _fold(session, session.text("demo.left", database=folder.database, out=folder.outgoing, avis=folder.avis))
    _fold(session, session.text("demo.papers", papers=folder.papers))
    if not printable():
        _fold(session, session.text("demo.not_printed"))


def _item(session: Session, text: str, command: str) -> None:
    _fold(session, text, "- ", "  ")
    session.out.print(Text(f"    {command}", "cyan"), soft_wrap=True)


def _fold(session: Session, text: str, first: str = "", other: str = "") -> None:
    width = min(session.out.width, WIDTH) - 1
    for line in wrap(text, width, initial_indent=first, subsequent_indent=other, break_on_hyphens=False):
        session.out.print(Text(line), soft_wrap=True)


def summary(session: Session, folder: Folder, told: Told, now: datetime) -> dict[str, Any]:
    """What the demo did and left, as plain data: counts by status and by client state, and each incident's case."""
    hires, clients = session.flow.read.counts(), session.flow.read.counts(Kind.CLIENT)
    return {
        "now": now.isoformat(),
        "folder": str(folder.path),
        "database": str(folder.database),
        "cabinet": session.cabinet,
        "hires": {status.value: hires.get(status, 0) for status in FilingStatus},
        "clients": dict(sorted(clients.items())),
        "events": told.events,
        "sent": told.sent,
        "received": told.received,
        "journal": {"sound": not told.faults, "cases": told.cases, "entries": told.entries},
    }


__all__ = ["FOLDER", "Folder", "ScreenTeller", "Told", "demo", "summary", "tell"]
