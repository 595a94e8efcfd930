"""The commands that look after the database itself: make or bring its tables up to date, say where they stand.

An SQLite file given by its path makes its tables by itself; a database given by its address is changed by nothing but
`db upgrade`.
"""

from __future__ import annotations

import typer

from due_workflow.adapters import sqlite
from due_workflow.cli import database
from due_workflow.cli.database import Address
from due_workflow.cli.session import Session, command, keep
from due_workflow.cli.window import app

db_app = typer.Typer(rich_markup_mode="rich", callback=keep)
app.add_typer(db_app, name="db", rich_help_panel="cli.panel.look")


@command(db_app, "upgrade", creates=True)
def upgrade(s: Session) -> None:
    """Make the tables, or bring them to this version."""
    before = _stands(s)
    if isinstance(s.db, Address):
        after = database.adapter().upgrade(s.db.whole, **database.settings())
    else:
        _ = s.storage  # opening it does it
        after = _stands(s)
    s.data |= {"before": before, "revision": after}
    s.say("cli.db.unchanged" if before == after else "cli.db.upgraded", db=str(s.db), before=before, revision=after)


@command(db_app, "current")
def current(s: Session) -> None:
    """Where the tables stand; changes nothing."""
    revision = _stands(s)
    s.data["revision"] = revision
    s.say("cli.db.current" if revision is not None else "cli.db.none", db=str(s.db), revision=revision)


@command(db_app, "check")
def check(s: Session) -> None:
    """Whether this version can work on the database; changes nothing, and fails when it cannot."""
    if isinstance(s.db, Address):
        revision = database.adapter().check(s.db.whole, **database.settings())
    else:
        revision = str(sqlite.check(s.db))
    s.data["revision"] = revision
    s.say("cli.db.ready", "green", db=str(s.db), revision=revision)


def _stands(s: Session) -> str | None:
    if isinstance(s.db, Address):
        found: str | None = database.adapter().current(s.db.whole, **database.settings())
        return found
    version = sqlite.current(s.db)
    return None if version is None else str(version)
