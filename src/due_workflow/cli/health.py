"""The command that a monitor runs: is this firm's work being done? It changes nothing."""

from __future__ import annotations

from due_workflow.cli import views
from due_workflow.cli.outcomes import Code
from due_workflow.cli.session import Session, command
from due_workflow.cli.window import app
from due_workflow.health import Waiting


@command(app, "health", "look")
def health(s: Session) -> None:
    """Lags, what waits and what failed; ends with 7 when somebody must look."""
    s.known()
    found = s.flow.read.health()
    s.data |= {"healthy": found.ok, **found.plain(s.lang)}
    del s.data["ok"]
    rows: tuple[tuple[str, Waiting], ...] = (
        ("cli.health.outbox", found.outbox),
        ("cli.health.deadlines", found.deadlines),
        ("cli.health.orders", found.orders),
        ("cli.health.tray", found.tray),
        ("cli.health.in_doubt", found.in_doubt),
    )
    shown = views.table(s.lang, "what", "count", "since")
    for key, waiting in rows:
        count = f"{waiting.count}+" if waiting.more else str(waiting.count)
        shown.row(s.text(key), count, views.when(waiting.oldest, s.lang))
    shown.row(s.text("cli.health.dead_letters"), str(found.dead_letters), "—")
    s.show(shown)
    for finding in found.findings:
        s.say("cli.health.finding", "bold red", text=finding.text(s.lang))
    if not found.ok:
        s.ends(Code.PERSON)
    elif found.tray.count or found.in_doubt.count:
        s.say("cli.health.calm", tray=found.tray.count, doubts=found.in_doubt.count, program=s.program)
    else:
        s.say("cli.health.ok", "green")
