"""`due-workflow demo`: the story told on a screen, where everybody stands at its end, and what to do next.

What happens is in `demo_story`; here is only how it is shown. A line carries its mode, TEST or RÉEL, in words; the
status of a hire is always the catalogue's own word, so a test never looks like a declaration.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime
from pathlib import Path
from shlex import quote
from textwrap import wrap
from typing import Annotated, Any, TypeVar

import typer
from rich.text import Text

from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.calendar import human, paris_day
from due_workflow.cli import views
from due_workflow.cli.demo_desk import Teller, Told
from due_workflow.cli.demo_stage import Folder
from due_workflow.cli.demo_story import Story
from due_workflow.cli.session import CABINET, Json, Lang, Session
from due_workflow.cli.steps import PROGRAM
from due_workflow.errors import Denial, DueWorkflowError
from due_workflow.models import FilingStatus
from due_workflow.ports import Kind
from due_workflow.receipts import Mode
from due_workflow.workflow import SystemClock

T = TypeVar("T")
FOLDER = Path("due-demo")
WIDTH = 96
MARKS = {"good": ("✔", "green"), "bad": ("✘", "bold red"), "wait": ("…", "yellow"), "": (" ", "")}
MODES = {Mode.TEST: "yellow", Mode.REAL: "bold blue"}
TRY = (
    ("status", "status"),
    ("hire", "show TRA-02"),
    ("explain", "explain BOU-02/real/1"),
    ("journal", "journal LIB-01"),
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
        title = self._session.text(f"demo.step.{number}")
        if number != "0":
            title = self._session.text("demo.step", number=number, title=title)
        self._session.out.print()
        self._session.out.line(title, "bold")
        self._day = None

    def say(self, key: str, at: datetime, mode: Mode | None = None, mark: str = "", **facts: object) -> None:
        """One sentence with its day, folded under itself."""
        lang = self._session.lang
        told = {name: _reasons(value, lang) for name, value in facts.items()}
        day, self._day = self._day, paris_day(at)
        shown = "" if day == self._day else f"{self._days[self._day.weekday()]} {self._day:%d/%m}"
        symbol, style = MARKS[mark]
        # one line and not `rich`'s own folding: a command or a number is never cut
        for place, line in enumerate(wrap(self._session.text(f"demo.{key}", **told), self._width - 21)):
            row = Text(f"  {shown if not place else '':<11}")
            row.append(
                f"{self._session.text(f'demo.mode.{mode}') if mode and not place else '':<5}",
                MODES[mode] if mode else "",
            )
            row.append(f"{symbol if not place else '':<2}", style)
            row.append(line)
            self._session.out.print(row, soft_wrap=True)

    def along(self, items: Sequence[T], key: str) -> Iterator[T]:
        """The items under a progress bar, on a terminal."""
        with self._session.progress(f"demo.{key}", len(items)) as done:
            for number, item in enumerate(items):
                yield item
                done(number + 1)


def _reasons(value: object, lang: str) -> object:
    if isinstance(value, tuple) and value and all(isinstance(item, Denial) for item in value):
        return " ".join(denial.text(lang) for denial in value)
    return value


def tell(folder: Folder, teller: Teller, now: datetime, cabinet: str = CABINET) -> Told:
    """Play the whole story into `folder`, ending at the instant `now`."""
    with SqliteStorage(folder.database) as storage:
        return Story(storage, cabinet, folder, now, teller).tell()


def demo(
    ctx: typer.Context,
    folder: Annotated[Path, typer.Option("--folder", metavar="cli.meta.path", help="demo.opt.folder")] = FOLDER,
    force: Annotated[bool, typer.Option("--force", help="demo.opt.force")] = False,
    lang: Lang = None,
    json: Json = False,
) -> None:
    """Play the procedure with ten invented companies, and leave a database to try the other commands on."""
    chosen: dict[str, Any] = {**(ctx.find_root().obj or {})}
    chosen |= {name: value for name, value in (("lang", lang), ("json", json)) if value}
    session = Session("demo", {**chosen, "db": folder / "due.sqlite"}, creates=True)
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
    told = tell(folder, ScreenTeller(session), now, session.cabinet)
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
    for title, table in (
        ("clients", views.clients_table(flow, lang)),
        ("hires", views.status_table(flow, lang)),
        ("deadlines", views.deadlines_table(flow, lang, 12)),
    ):
        out.title(f"demo.{title}")
        session.show(table)


def _next(session: Session, folder: Folder, told: Told, program: str) -> None:
    """What to do next, and the commands to try."""
    session.out.title("demo.next")
    for step in views.next_steps(session.flow, session.lang, program):
        _paragraph(session, step.text, step.command)
    session.out.title("demo.try")
    for key, command in TRY:
        _paragraph(session, session.text(f"demo.try.{key}"), f"{program} {command}")
    session.out.print()
    if told.faults:
        session.say("demo.unsound", "bold red", faults=told.faults)
    session.say("demo.proof", sent=told.sent, received=told.received, cases=told.cases, entries=told.entries)
    session.say("demo.left", database=folder.database, avis=folder.avis)


def _paragraph(session: Session, text: str, command: str) -> None:
    for place, line in enumerate(wrap(text, min(session.out.width, WIDTH) - 4)):
        session.out.print(Text(f"{'  ' if place else '- '}{line}"), soft_wrap=True)
    session.out.print(Text(f"    {command}", "cyan"), soft_wrap=True)


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
