"""Commands about the notices themselves: which wait, which could not be delivered and why, and trying them again."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from typing import Annotated, Any

import typer
from rich.text import Text

from due_workflow import texts
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command, keep
from due_workflow.cli.views import Grid, table, when
from due_workflow.cli.window import app
from due_workflow.identifiers import scrub
from due_workflow.ports import Kind, Record
from due_workflow.records import Outgoing, decode

notices_app = typer.Typer(rich_markup_mode="rich", callback=keep)
app.add_typer(notices_app, name="notices", rich_help_panel="cli.panel.look")

PAGE = 100
_LOOKS = {"dead": "bold red", "pending": "yellow", "untold": "dim", "delivered": "default"}


@command(notices_app, "list")
def list_notices(
    s: Session,
    dead: Annotated[bool, typer.Option("--dead", help="cli.opt.dead")] = False,
    pending: Annotated[bool, typer.Option("--pending", help="cli.opt.pending")] = False,
    limit: Annotated[int, typer.Option("--limit", metavar="N", min=0, help="cli.opt.limit")] = 50,
    after: Annotated[str, typer.Option("--after", metavar="ID", help="cli.opt.after_notice")] = "",
) -> None:
    """The notices and how far they came."""
    states = [state for state, wanted in (("dead", dead), ("pending", pending)) if wanted]
    counts = s.flow.read.counts(Kind.NOTICE)
    s.data["counts"] = {**counts}
    found = _walk(s, states, after)
    if s.json and not limit:
        s.stream("notices", (plain(out, s.lang) for out in found))
        return
    s.data |= {"next": None, "notices": []}
    last, count = "", 0
    wanted = islice(found, limit or None)
    while page := list(islice(wanted, PAGE)):
        last, count = page[-1].notice.id, count + len(page)
        for out in page:
            s.add("notices", plain(out, s.lang))
        s.show(rows(page, s.lang))
    if limit and count == limit and next(found, None) is not None:
        s.data["next"] = last
        narrowed = "".join(f" --{state}" for state in states)
        s.say("cli.more_notices", program=s.program, narrowed=narrowed, last=last)
    if not count:
        s.say("cli.no_notice")
    if counts.get("dead"):
        s.say("cli.notices_dead", "bold red", count=counts["dead"], program=s.program)


@command(notices_app, "replay")
def replay(
    s: Session,
    ids: Annotated[list[str] | None, typer.Argument(metavar="ID", help="cli.arg.notices")] = None,
    every: Annotated[bool, typer.Option("--all", help="cli.opt.all_dead")] = False,
) -> None:
    """Try again what could not be delivered."""
    if bool(ids) == every:
        raise Usage("some_or_all")
    # one that is replayed is no longer dead: the walk goes on behind it
    chosen = iter(dict.fromkeys(ids)) if ids else (out.notice.id for out in _walk(s, ["dead"], ""))
    total = len(ids) if ids else s.flow.read.counts(Kind.NOTICE).get("dead", 0)
    s.done = 0
    s.data["notices"] = []
    with s.progress("cli.replaying", total) as tell:

        def one(id: str) -> None:
            out = s.flow.replay_notice(id, by=s.by)
            s.add("notices", plain(out, s.lang))
            s.done = (s.done or 0) + 1
            tell(s.done)

        s.each(chosen, one)
    s.data["replayed"] = s.done
    s.say("cli.replayed" if s.done else "cli.none_to_do", count=s.done, program=s.program)


def _walk(s: Session, states: list[str], after: str) -> Iterator[Outgoing]:
    """The notices in those states (all when empty) after that id, page by page."""
    page: list[Record] = []
    while not page or len(page) == PAGE:
        page = list(s.flow.storage.find(s.flow.cabinet, Kind.NOTICE, states, after=after, limit=PAGE))
        if not page:
            return
        for record in page:
            yield decode(record).facts
        after = page[-1].ref.id


def rows(notices: list[Outgoing], lang: str) -> Grid:
    """These notices: id, since when, state, what they say, what keeps them."""
    made = table(lang, "notice!", "at", "notice_state", "notice_says", "why")
    for out in notices:
        state = Text(texts.word("notice_state", out.state, lang), _LOOKS.get(out.state, ""))
        mark = f"[{texts.render('mail.urgent', lang)}] " if out.notice.urgent else ""
        says = " ".join(scrub(out.notice.text(lang)).split())
        made.row(out.notice.id, when(out.notice.at, lang), state, mark + says, "\n".join(_kept(out, lang)))
    return made


def _kept(out: Outgoing, lang: str) -> Iterator[str]:
    if not out.ways and out.trouble and out.state != "delivered":
        yield texts.trouble(out.trouble, lang)
    for name in out.ways.keys() - set(out.done):
        way = out.ways[name]
        facts: dict[str, object] = {"name": name, "tries": way.tries, "why": way.trouble or "retry", "due": way.due}
        yield texts.render("cli.notice_next" if way.due else "cli.notice_given_up", lang, facts)


def plain(out: Outgoing, lang: str) -> dict[str, Any]:
    """A notice as JSON data with stable keys."""
    notice = out.notice
    return {
        "id": notice.id,
        "code": notice.code,
        "urgent": notice.urgent,
        "case": notice.case,
        "at": notice.at.isoformat(),
        "state": out.state,
        "text": scrub(notice.text(lang)),
        "done": list(out.done),
        "refused": list(out.refused),
        "ways": {
            name: {
                "tries": way.tries,
                "due": way.due.isoformat() if way.due else None,
                "trouble": way.trouble,
                "text": texts.trouble(way.trouble, lang) if way.trouble else None,
            }
            for name, way in out.ways.items()
        },
        "tries": out.tries,
        "due": out.due.isoformat() if out.due else None,
    }
