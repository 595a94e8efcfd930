"""One run of a command: its options, its firm, what it says, and how it ends.

`command` gives a function the options that every command has, before or after its name, and turns whatever it raises
into a sentence, a JSON document and an exit code.
"""

from __future__ import annotations

import getpass
import inspect
import json as jsonlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from enum import StrEnum
from functools import wraps
from pathlib import Path
from shlex import quote
from typing import Annotated, Any, TypeVar

import typer
from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeRemainingColumn
from rich.table import Table

from due_workflow import texts
from due_workflow.cli import database, outcomes
from due_workflow.cli.database import Address, a_database
from due_workflow.cli.outcomes import BadFile, Code, Usage
from due_workflow.cli.settings import Settings
from due_workflow.cli.settings_file import attempted
from due_workflow.cli.steps import PROGRAM
from due_workflow.cli.views import Screen
from due_workflow.cli.window import a_path
from due_workflow.errors import DueWorkflowError, StorageUnusable
from due_workflow.identifiers import scrub
from due_workflow.policy import Policy
from due_workflow.ports import Kind, Portal, Storage
from due_workflow.workflow import DueWorkflow

T = TypeVar("T")
DB, CABINET = "due.sqlite", "cabinet"


class Language(StrEnum):
    """The languages of the catalogue."""

    FR = "fr"
    EN = "en"


class Session:
    """What a command works with. `data` is its JSON document; `exit` the code it will end with.

    `done` counts what a long command has handled, and `cut` is what is told where it is interrupted then.

    Args:
        name: the command's name.
        chosen: the options given, by name; what is None or absent is the default.
        creates: whether the command may create the database.
        strict: whether a settings file that cannot be used stops it.
    """

    def __init__(self, name: str, chosen: Mapping[str, Any], *, creates: bool = False, strict: bool = True) -> None:
        self.name, self.creates = name, creates
        self._settings, unread = attempted(chosen.get("config"))
        self._unread = unread if strict else None
        firm = self._settings.firm
        self.lang = str(chosen.get("lang") or firm.language or "fr")
        self.json = bool(chosen.get("json"))
        self.db = a_database(chosen.get("db") or database.of(self._settings) or DB)
        self.cabinet = str(chosen.get("cabinet") or firm.cabinet or CABINET)
        self.by = str(chosen.get("by") or _user())
        self.out = Screen(self.lang, quiet=self.json)
        self.err = Screen(self.lang, stderr=True)
        self.data: dict[str, Any] = {}
        self.exit = Code.OK
        self.done: int | None = None
        self.cut = "cli.error.interrupted_at"
        self.program = PROGRAM + _told(chosen)
        self._storage: Storage | None = None
        self._flow: DueWorkflow | None = None
        self._streamed = self._lines = False

    # ---- the firm

    @property
    def settings(self) -> Settings:
        """What the settings file says; the defaults where there is none.

        Raises:
            InputRefused: every mistake of the file.
        """
        if self._unread is not None:
            raise self._unread
        return self._settings

    @property
    def storage(self) -> Storage:
        """The database, opened at the first need.

        Raises:
            StorageUnusable: there is none, and this command does not make one; or it cannot be used.
        """
        if self._storage is None:
            _ = self.settings  # another database than the one meant is never touched
            self._storage = database.opened(self.db, creates=self.creates)
        return self._storage

    @property
    def flow(self) -> DueWorkflow:
        """The firm's commands."""
        if self._flow is None:
            self._flow = self.flow_of(self.cabinet)
        return self._flow

    def known(self) -> None:
        """See that the database knows the firm: an answer about nobody would look like good news.

        Raises:
            Usage: nothing of that firm is there.
        """
        if not any(self.flow.read.counts(kind) for kind in Kind):
            raise Usage("no_firm", name=self.cabinet)

    def flow_of(self, cabinet: str, policy: Policy | None = None, portals: Sequence[Portal] = ()) -> DueWorkflow:
        """The commands of a firm of this database, under another policy where one is given."""
        policy = policy or self.settings.policy
        return DueWorkflow(self.storage, cabinet=cabinet, portals=portals, policy=policy)

    def close(self) -> None:
        """Close the database."""
        close = getattr(self._storage, "close", None)
        if close is not None:
            close()

    # ---- saying

    def text(self, key: str, **facts: object) -> str:
        """A sentence of the catalogue in the chosen language."""
        return texts.render(key, self.lang, facts)

    def say(self, key: str, style: str = "", /, **facts: object) -> None:
        """Tell a person; silent with --json."""
        self.out.say(key, style, **facts)

    def show(self, table: Table) -> None:
        """Print a table that has rows; silent with --json."""
        if table.row_count:
            self.out.print(table)

    def warn(self, key: str, style: str = "yellow", /, **facts: object) -> None:
        """Tell a person on standard error; silent with --json, whose document says it too."""
        if not self.json:
            self.err.say(key, style, **facts)

    def add(self, name: str, item: object) -> None:
        """Append to a list of the JSON document."""
        if self.json:
            self.data.setdefault(name, []).append(item)

    def stream(self, name: str, items: Iterable[object]) -> None:
        """Write a long list of the JSON document item by item, last of all its members."""
        head = jsonlib.dumps({"ok": True, "command": self.name, "exit": 0, **self.data}, ensure_ascii=False)
        write = sys.stdout.write
        write(f"{head[:-1]}, {jsonlib.dumps(name)}: [")
        for number, item in enumerate(items):
            write(("," if number else "") + "\n" + jsonlib.dumps(item, ensure_ascii=False))
        write("]}\n")
        self._streamed = True

    def line(self, item: object) -> None:
        """Write one line of JSON now, for a command that goes on; its final document is a line too."""
        if self.json:
            self._lines = True
            sys.stdout.write(jsonlib.dumps(item, ensure_ascii=False) + "\n")
            sys.stdout.flush()

    def ends(self, code: Code) -> None:
        """End with this code, unless something worse was met first."""
        self.exit = self.exit or code

    # ---- several items

    def each(self, items: Iterable[T], work: Callable[[T], object]) -> None:
        """Do `work` on every item; what is refused is told and does not stop the others."""
        for item in items:
            try:
                work(item)
            except StorageUnusable:
                raise
            except DueWorkflowError as error:
                self.fail(error)

    def fail(self, error: BaseException) -> None:
        """Tell an error, and end with its code."""
        code = outcomes.code_of(error)
        self.ends(code)
        if code is Code.PIPE:
            _mute()
            return
        if self.json and self.done is not None:
            self.data["done"] = self.done
        if self.json:
            told = outcomes.plain(error, self.lang, self.program)
            if isinstance(error, KeyboardInterrupt) and self.done is not None:
                told["text"] = self.text(self.cut, done=self.done, program=self.program)
            self.data.setdefault("errors", []).append(told)
        elif isinstance(error, KeyboardInterrupt) and self.done is not None:
            self.err.say(self.cut, done=self.done, program=self.program)
        else:
            self.err.line(outcomes.told(error, self.lang), "red")
            if advice := outcomes.advice(error, self.lang, self.program):
                self.err.line(advice)

    def finish(self) -> None:
        """Print the JSON document, if that is what was asked for."""
        if self.json and not self._streamed and self.exit is not Code.PIPE:
            ok = self.exit in (Code.OK, Code.PERSON)
            document = {"ok": ok, "command": self.name, "exit": int(self.exit), **self.data}
            sys.stdout.write(jsonlib.dumps(document, ensure_ascii=False, indent=None if self._lines else 2) + "\n")

    @contextmanager
    def progress(self, key: str, total: int | None) -> Iterator[Callable[[int], None]]:
        """A bar on standard error while something long runs; yields what to call with how much is done.

        Only on a terminal; with `total` None the bar only says that work goes on.
        """
        if self.json or not self.err.is_terminal:
            yield lambda _: None
            return
        columns = (TextColumn("{task.description}"), BarColumn(), TaskProgressColumn(), TimeRemainingColumn())
        with Progress(*columns, console=self.err, transient=True) as bar:
            task = bar.add_task(self.text(key), total=total)
            yield lambda done: bar.update(task, completed=done)


def _user() -> str:
    with suppress(Exception):
        return getpass.getuser()
    return ""


def _told(chosen: Mapping[str, Any]) -> str:
    """The options that a next command needs too, as they were given on this one's line."""
    given = {f"--{name}": chosen.get(name) for name in ("config", "db", "cabinet", "lang")}
    known = {f"--{name}": os.environ.get(f"DUE_{name.upper()}") for name in ("config", "cabinet", "lang")}
    if "DUE_DB" in os.environ:
        known["--db"] = str(a_database(os.environ["DUE_DB"]))
    return "".join(
        f" {name} {value.told if isinstance(value, Address) else quote(str(value))}"
        for name, value in given.items()
        if value and str(value) != known.get(name)
    )


def _mute() -> None:
    """Nobody reads our output any more: let the last flush of the interpreter go nowhere."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


# ---- a command

PANEL = "cli.panel.common"
Db = Annotated[
    Path | None,
    typer.Option("--db", parser=a_database, metavar="cli.meta.path", help="cli.opt.db", rich_help_panel=PANEL),
]
Config = Annotated[
    Path | None,
    typer.Option("--config", parser=a_path, metavar="cli.meta.file", help="cli.opt.config", rich_help_panel=PANEL),
]
Firm = Annotated[str | None, typer.Option("--cabinet", metavar="ID", help="cli.opt.cabinet", rich_help_panel=PANEL)]
By = Annotated[str | None, typer.Option("--by", metavar="cli.meta.name", help="cli.opt.by", rich_help_panel=PANEL)]
Lang = Annotated[Language | None, typer.Option("--lang", help="cli.opt.lang", rich_help_panel=PANEL)]
Json = Annotated[bool, typer.Option("--json", help="cli.opt.json", rich_help_panel=PANEL)]
_EVERYWHERE = {"config": Config, "db": Db, "cabinet": Firm, "by": By, "lang": Lang, "json": Json}
"""The options that every command takes, before or after its name."""


def _takes(function: Callable[..., None], parameters: Iterable[inspect.Parameter]) -> None:
    """Have a function's options be these and the common ones, for whoever reads its signature."""
    only = inspect.Parameter.KEYWORD_ONLY
    known = [inspect.Parameter("ctx", only, annotation=typer.Context), *(p.replace(kind=only) for p in parameters)]
    for name, kind in _EVERYWHERE.items():
        known.append(inspect.Parameter(name, only, default=False if kind is Json else None, annotation=kind))
    function.__signature__ = inspect.Signature(known)  # type: ignore[attr-defined]
    function.__annotations__ = {p.name: p.annotation for p in known}


def keep(ctx: typer.Context, **given: Any) -> None:
    """Keep the options given before a command's name, for it; what it says itself counts more."""
    ctx.obj = {**(ctx.obj or {}), **{key: value for key, value in given.items() if value}}


_takes(keep, ())


def command(
    app: typer.Typer, name: str, panel: str = "", *, creates: bool = False
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Register a function of a `Session` as a command, with the common options added.

    Its help and example are `cli.help.<name>` and `cli.example.<name>` of the catalogue; `panel` groups it in the
    list of commands.
    """

    def register(work: Callable[..., None]) -> Callable[..., None]:
        own = list(inspect.signature(work, eval_str=True).parameters.values())[1:]

        @wraps(work)
        def run(**given: Any) -> None:
            ctx: typer.Context = given.pop("ctx")
            chosen = {**(ctx.obj or {}), **{key: value for key in _EVERYWHERE if (value := given.pop(key))}}
            finished = ctx.command_path.split(" ", 1)[-1]
            raise typer.Exit(int(_run(Session(finished, chosen, creates=creates), work, given)))

        _takes(run, own)
        app.command(name, rich_help_panel=f"cli.panel.{panel}" if panel else None)(run)
        return run

    return register


def _run(session: Session, work: Callable[..., None], given: dict[str, Any]) -> Code:
    try:
        try:
            work(session, **given)
        finally:
            session.close()
        session.finish()
        sys.stdout.flush()
    except (DueWorkflowError, Usage, BadFile, OSError, KeyboardInterrupt) as error:
        session.fail(error)
        session.finish()
    except Exception as error:
        if os.environ.get("DUE_DEBUG"):
            raise
        session.fail(error)
        session.finish()
    return session.exit


def hushed(value: str) -> str:
    """A value that was typed, as it may be shown again."""
    return scrub(value)
