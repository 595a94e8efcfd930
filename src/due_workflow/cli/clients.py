"""Commands about the firm and its clients: software, portal, import, selection, going live."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Annotated

import typer

from due_workflow.adapters import tables
from due_workflow.cli import imports, plain
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command, keep
from due_workflow.cli.window import app
from due_workflow.clients import Cabinet, Client, ClientFile
from due_workflow.errors import NotFound
from due_workflow.models import ClientState
from due_workflow.ports import Kind

import_app = typer.Typer(rich_markup_mode="rich", callback=keep)
app.add_typer(import_app, name="import", rich_help_panel="cli.panel.start")

File = Annotated[Path, typer.Argument(metavar="cli.meta.file", help="cli.arg.file")]
KeepGood = Annotated[bool, typer.Option("--keep-good", help="cli.opt.keep_good")]
BadTo = Annotated[Path | None, typer.Option("--bad-to", metavar="cli.meta.file", help="cli.opt.bad_to")]
Siren = Annotated[str, typer.Argument(metavar="SIREN", help="cli.arg.siren")]
Sirens = Annotated[list[str] | None, typer.Argument(metavar="SIREN", help="cli.arg.sirens")]


# ---- the firm


@command(app, "set-software", "start", creates=True)
def set_software(
    s: Session,
    editor: Annotated[str, typer.Argument(metavar="cli.meta.editor", help="cli.arg.editor")],
    product: Annotated[str, typer.Argument(metavar="cli.meta.product", help="cli.arg.product")],
    version: Annotated[str, typer.Argument(metavar="VERSION", help="cli.arg.version")],
) -> None:
    """Step 5."""
    _firm(s, s.flow.set_software(editor, product, version, by=s.by))


@command(app, "set-portal", "start", creates=True)
def set_portal(
    s: Session,
    name: Annotated[str, typer.Argument(metavar="cli.meta.name", help="cli.arg.portal")],
    account: Annotated[str, typer.Argument(metavar="cli.meta.account", help="cli.arg.account")] = "",
) -> None:
    """Step 1."""
    _firm(s, s.flow.set_portal(name, account, by=s.by))


def _firm(s: Session, cabinet: Cabinet) -> None:
    software, portal = cabinet.software, cabinet.portal
    s.data["cabinet"] = cabinet.model_dump(mode="json")
    s.say(
        "cli.firm",
        software=f"{software.editor} {software.product} {software.version}" if software else None,
        portal=f"{portal.name} {portal.account}".strip() if portal else None,
    )


@command(import_app, "clients", creates=True)
def import_clients(s: Session, file: File, keep_good: KeepGood = False, bad_to: BadTo = None) -> None:
    """The clients of a CSV or XLSX file."""

    def write(clients: Iterable[Client], tally: imports.Tally) -> None:
        for client in clients:
            try:
                before: ClientFile | None = s.flow.read.client(client.siren)
            except NotFound:
                before = None
            tally.count(before, s.flow.add_client(client, by=s.by))

    imports.run(s, file, tables.read_clients, write, keep_good=keep_good, bad_to=bad_to)


# ---- the procedure's steps


@command(app, "select", "clients")
def select(
    s: Session,
    sirens: Sirens = None,
    wave: Annotated[int, typer.Option("--wave", metavar="N", min=1, help="cli.opt.wave")] = 1,
    every: Annotated[bool, typer.Option("--all", help="cli.opt.all_known")] = False,
) -> None:
    """Step 3."""
    on_clients(s, sirens, every, ClientState.KNOWN, lambda siren: s.flow.select(siren, wave, by=s.by))


@command(app, "go-live", "clients")
def go_live(
    s: Session, sirens: Annotated[list[str], typer.Argument(metavar="SIREN", help="cli.arg.sirens_live")]
) -> None:
    """Step 7."""
    s.each(sirens, lambda siren: tell_client(s, s.flow.go_live(siren, by=s.by)))


def on_clients(
    s: Session, sirens: list[str] | None, every: bool, state: ClientState, work: Callable[[str], ClientFile]
) -> None:
    """Do `work` on the clients that were named, or on all in that state."""
    if bool(sirens) == every:
        raise Usage("some_or_all")
    # held as names only: a client that moves on must not disturb the walk through those that remain
    chosen = sirens or [held.ref.id for held in s.flow.read.every(Kind.CLIENT, (state,))]
    if not chosen:
        s.say("cli.none_to_do")
    s.each(chosen, lambda siren: tell_client(s, work(siren)))


def tell_client(s: Session, client: ClientFile) -> None:
    """One client: its number, its name, where it stands."""
    s.add("clients", plain.client(client))
    s.say("cli.client", siren=client.siren, client=client.name, state=client.state.value)
