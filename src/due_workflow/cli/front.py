"""The front of the command line: all commands on one application, and the way in. Global options go before or after."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from due_workflow import __version__
from due_workflow.cli import (
    clients,
    collect,
    config,
    drawing,
    evidence,
    exchange,
    firm_file,
    health,
    hires,
    look,
    mandates,
    notices,
    pilots,
    plan,
    purge,
    receive,
    report,
    run,
    simulator,
    upkeep,
    wire,
    worker,
)
from due_workflow.cli import demo as _demo
from due_workflow.cli.database import a_database
from due_workflow.cli.session import PANEL, By, Config, Json, Language
from due_workflow.cli.window import app


def _version(wanted: bool) -> None:
    if wanted:
        sys.stdout.write(f"due-workflow {__version__}\n")
        raise typer.Exit


@app.callback()
def options(
    ctx: typer.Context,
    config: Config = None,
    db: Annotated[
        Path | None,
        typer.Option(
            "--db",
            parser=a_database,
            metavar="cli.meta.path",
            envvar="DUE_DB",
            show_envvar=False,
            help="cli.opt.db",
            rich_help_panel=PANEL,
        ),
    ] = None,
    cabinet: Annotated[
        str | None,
        typer.Option(
            "--cabinet",
            metavar="ID",
            envvar="DUE_CABINET",
            show_envvar=False,
            help="cli.opt.cabinet",
            rich_help_panel=PANEL,
        ),
    ] = None,
    by: By = None,
    lang: Annotated[
        Language | None,
        typer.Option("--lang", envvar="DUE_LANG", show_envvar=False, help="cli.opt.lang", rich_help_panel=PANEL),
    ] = None,
    json: Json = False,
    _: Annotated[bool, typer.Option("--version", callback=_version, is_eager=True, help="cli.opt.version")] = False,
) -> None:
    """Keep the options given before the command's name."""
    ctx.obj = {"config": config, "db": db, "cabinet": cabinet, "by": by, "lang": lang, "json": json}


app.command("demo", rich_help_panel="cli.panel.start")(_demo.demo)
PARTS = (
    clients,
    firm_file,
    pilots,
    mandates,
    hires,
    exchange,
    wire,
    collect,
    receive,
    simulator,
    plan,
    look,
    drawing,
    report,
    evidence,
    notices,
    purge,
    health,
    run,
    worker,
    config,
    upkeep,
)
"""The files of commands; importing them registered them."""


def main(args: Sequence[str] | None = None) -> None:
    """Run one command line (`sys.argv` when None) and exit with its code; see `outcomes.Code`."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            # a symbol that an old terminal cannot show must not stop a command half-way
            stream.reconfigure(errors="replace")
    typer.main.get_command(app)(args=list(sys.argv[1:] if args is None else args))


__all__ = ["app", "main"]
