"""Commands that only look: status, explain, journal, diagram. They change nothing."""

from __future__ import annotations

import json as jsonlib
import sys
from collections.abc import Callable, Iterator
from enum import StrEnum
from itertools import islice
from typing import Annotated, TypeVar

import typer
from rich.text import Text

from due_workflow import diagrams, texts
from due_workflow.cli import plain, views
from due_workflow.cli.outcomes import Code
from due_workflow.cli.session import Session, command
from due_workflow.cli.window import app
from due_workflow.errors import InputRefused, NotFound
from due_workflow.firm import siren_of
from due_workflow.hiring import declaration_in
from due_workflow.machine import CLIENT, SUBMISSION, Event
from due_workflow.models import Filing, FilingStatus, Submission
from due_workflow.ports import Kind
from due_workflow.records import decode

T = TypeVar("T")
PAGE, FEW = 100, 1000
BY_HAND = frozenset(
    event.value for event in (Event.RELEASE, Event.BEGIN_SEND, Event.SENT, Event.NOT_FOUND, Event.RENEW, Event.ABANDON)
)
"""What a person does; the rest comes from the portal and from the clock."""
_SLOTS = ("ads", "acs", "ars")
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=0, help="cli.opt.limit")]
Case = Annotated[str, typer.Argument(metavar="cli.meta.case", help="cli.arg.case")]


class Format(StrEnum):
    """How a diagram is written."""

    MERMAID = "mermaid"
    MARKDOWN = "markdown"


class Automata(StrEnum):
    """The two automata."""

    CLIENT = "client"
    SUBMISSION = "submission"


# ---- status


@command(app, "status", "look")
def status(
    s: Session,
    reference: Annotated[
        str | None, typer.Argument(metavar="cli.meta.opt_reference", help="cli.arg.opt_reference")
    ] = None,
    client: Annotated[str | None, typer.Option("--client", metavar="SIREN", help="cli.opt.client")] = None,
    statuses: Annotated[list[FilingStatus] | None, typer.Option("--status", help="cli.opt.status")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="cli.opt.overdue")] = False,
    in_doubt: Annotated[bool, typer.Option("--in-doubt", help="cli.opt.in_doubt")] = False,
    limit: Limit = 50,
    after: Annotated[str, typer.Option("--after", metavar="cli.meta.reference", help="cli.opt.after")] = "",
) -> None:
    """Where everything stands, or one hire in detail."""
    if reference is not None:
        _one(s, reference)
        return
    siren = siren_of(client) if client is not None else None
    narrowed = bool(siren or statuses or overdue or in_doubt or after)
    s.data["cabinet"] = s.flow.cabinet
    s.data["counts"] = {**s.flow.read.counts()}
    if not narrowed:
        _overview(s, limit)
    elif siren is not None:
        found = s.flow.read.client(siren)
        s.add("clients", plain.client(found))
        s.show(views.clients_rows([found], s.lang))
    hires = _hires(s, statuses or [], siren, overdue, in_doubt, after)
    _list(s, hires, limit)
    if not narrowed and not s.json:
        _coming(s)
        _next(s)


def _overview(s: Session, limit: int) -> None:
    read = s.flow.read
    s.say("cli.title", "bold", cabinet=s.flow.cabinet, db=str(s.db))
    s.show(views.counts_table(s.flow, s.lang))
    clients = list(islice(read.clients(), limit or None))
    for client in clients if s.json else ():
        s.add("clients", plain.client(client))
    if clients and not s.json:
        s.out.title("cli.clients")
        s.show(views.clients_rows(clients, s.lang))
        if (every := sum(read.counts(Kind.CLIENT).values())) > len(clients):
            s.say("cli.more_clients", count=every - len(clients))
    receipts = read.counts(Kind.RECEIPT)
    s.data["tray"] = receipts.get("tray", 0) + receipts.get("mismatch", 0)
    if s.json:
        steps = views.next_steps(s.flow, s.lang, s.program)
        s.data["next_steps"] = [{"text": step.text, "command": step.command} for step in steps]


def _hires(
    s: Session, statuses: list[FilingStatus], siren: str | None, overdue: bool, in_doubt: bool, after: str
) -> Iterator[Filing]:
    """The hires that fit, by reference, with their declarations; page by page, whatever their number."""
    keys = [key for key, wanted in (("overdue", overdue), ("in_doubt", in_doubt)) if wanted]
    keys += [f"siren:{siren}"] if siren else []
    while True:
        page = s.flow.storage.find(s.flow.cabinet, Kind.FILING, statuses, keys[:1], after=after, limit=PAGE)
        for record in page:
            if record.keys.issuperset(keys):
                held = decode(record)
                filing: Filing = held.facts
                yield filing.with_(declaration=declaration_in(held, filing.content))
        if len(page) < PAGE:
            return
        after = page[-1].ref.id


def _list(s: Session, hires: Iterator[Filing], limit: int) -> None:
    if s.json and not limit:
        s.stream("hires", map(plain.hire, hires))
        return
    s.data["next"] = None
    last, count = "", 0
    wanted = islice(hires, limit or None)
    while page := list(islice(wanted, PAGE)):
        if not count and not s.json:
            s.out.title("cli.hires")
        last, count = page[-1].reference, count + len(page)
        if s.json:
            for filing in page:
                s.add("hires", plain.hire(filing))
        else:
            s.show(views.hires_rows(page, s.lang))
    s.data.setdefault("hires", [])
    if limit and count == limit and next(hires, None) is not None:
        s.data["next"] = last
        s.say("cli.more_hires", program=s.program, last=last)
    if not count:
        s.say("cli.no_hire")


def _coming(s: Session) -> None:
    """The next deadlines, where the firm is small enough to look through all of it."""
    if sum(s.flow.read.counts().values()) <= FEW:
        coming = views.deadlines_table(s.flow, s.lang, limit=5)
        if coming.row_count:
            s.out.title("cli.deadlines")
            s.show(coming)


def _next(s: Session) -> None:
    s.out.title("cli.next")
    for step in views.next_steps(s.flow, s.lang, s.program):
        s.out.line(f"- {step.text}")
        s.out.line(f"    {step.command}", "bold", whole=True)


def _one(s: Session, reference: str) -> None:
    filing = s.flow.read.filing(reference)
    client = s.flow.read.client(filing.siren)
    s.data["hire"] = plain.hire(filing)
    s.data["client"] = plain.client(client)
    s.data["events"] = []
    facts = {
        "employee": views.employee(filing),
        "client": client.name,
        "siret": filing.siret,
        "hire": filing.hire_at,
        "state": client.state.value,
    }
    if not s.json:
        s.out.line(Text(f"{filing.reference}  ", "bold").append_text(views.status_text(filing.status, s.lang)))
        s.say("cli.detail", **facts)
        if filing.elsewhere is not None:
            s.say("cli.detail_elsewhere", at=filing.elsewhere.at, proof=filing.elsewhere.proof)
        if filing.status in (FilingStatus.TEST_NOT_DECLARED, FilingStatus.TEST_RUNNING):
            s.say("cli.only_a_test", "bold yellow")
    for sub in filing.attempts():
        _attempt(s, sub)
    rows = sorted(views.deadlines([filing]))
    if rows:
        s.say("cli.heading_deadlines", "bold")
        s.show(views.deadlines_rows(rows, s.lang))
    _possible(s, filing)


def _attempt(s: Session, sub: Submission) -> None:
    if s.json:
        if sub.deposit:
            s.add("deposits", plain.deposit(s.flow.read.deposit(sub.deposit)))
        return
    s.out.print()
    s.out.line(views.attempt_line(sub, s.lang))
    for key, at in (("prepared", sub.prepared_at), ("released", sub.released_at), ("sent", sub.sent_at)):
        if at is not None:
            s.say(f"cli.detail_{key}", at=at)
    if sub.deposit:
        deposit = s.flow.read.deposit(sub.deposit)
        guess = s.text("cli.guessed") if deposit.guessed else ""
        s.say(
            "cli.detail_deposit",
            deposit=deposit.id,
            ref=deposit.ref,
            guess=guess,
            portal=f"{deposit.portal} {deposit.account}".strip(),
        )
    if sub.overdue_since:
        s.say("cli.detail_overdue", "bold red", at=sub.overdue_since)
    if sub.irregular:
        s.say("cli.detail_irregular", "red", reasons=[s.text(f"cli.reason.{code}") for code in sub.irregular])
    if sub.reason:
        s.say("cli.detail_reason", reason=sub.reason)
    for slot, piece in sorted(sub.evidence.shown(), key=lambda shown: _SLOTS.index(shown[0][:3])):
        # an ADS says that the deposit is there, and nothing of its content
        s.say(
            "cli.detail_ads" if slot == "ads" else "cli.detail_piece",
            slot=slot.upper().replace("ARS:", "ARS ").replace("?", ""),
            outcome=piece.outcome.value,
            at=piece.issued_at,
            message=piece.message,
        )


def _possible(s: Session, filing: Filing) -> None:
    try:
        told = s.flow.read.explain(filing.reference)
    except NotFound:
        s.say("cli.detail_no_attempt", program=s.program, reference=filing.reference)
        return
    s.data["events"] = [e.event for e in told if e.possible]
    by_hand = [event for event in s.data["events"] if event in BY_HAND]
    s.say("cli.detail_events", events=by_hand or ["—"], program=s.program, reference=filing.reference)


# ---- explain


def _about(case: str, look: Callable[[str], T]) -> T:
    """What `look` finds; a name that is nothing here is not found, rather than a badly written attempt."""
    try:
        return look(case)
    except InputRefused as error:
        if error.code != "bad_submission_id":
            raise
    raise NotFound("client" if case.isdecimal() else "filing", case)


@command(app, "explain", "look")
def explain(s: Session, case: Case) -> None:
    """Every event of the present state, with every reason against it."""
    events = _about(case, s.flow.read.explain)
    s.data["case"] = case
    s.data["events"] = [plain.explanation(e, s.lang) for e in events]
    for e in sorted(events, key=lambda e: not e.possible):
        name = texts.word("event", e.event, s.lang)
        dest = texts.word("state", e.dest, s.lang)
        key = "cli.can" if e.possible else "cli.cannot"
        s.say(key, "bold" if e.possible else "", name=name, event=e.event, dest=dest)
        s.say("cli.because", "dim", because=e.because)
        for denial in e.denials:
            s.say("cli.reason", "red", text=denial.text(s.lang))


# ---- journal


@command(app, "journal", "look")
def journal(
    s: Session,
    case: Annotated[str | None, typer.Argument(metavar="cli.meta.opt_case", help="cli.arg.opt_case")] = None,
    verify: Annotated[bool, typer.Option("--verify", help="cli.opt.verify")] = False,
    full: Annotated[bool, typer.Option("--full", help="cli.opt.full")] = False,
) -> None:
    """What was decided, in order; whether it holds."""
    if verify:
        _verify(s, case)
        return
    entries = _about(case or s.flow.cabinet, s.flow.read.journal)
    s.data["entries"] = [plain.entry(told) for told in entries] if s.json else []
    shown = views.table(s.lang, "seq", "at", "by", "attempt", "event", "from_to")
    for told in entries:
        move = " → ".join(texts.word("state", state, s.lang) for state in (told.source, told.dest) if state)
        attempts = ", ".join(map(str, told.patch.get("submissions") or ()))
        event = texts.word("event", told.event, s.lang)
        shown.row(str(told.seq), views.when(told.at, s.lang), told.by or "—", attempts, event, move)
        if full:
            shown.row("", "", "", "", jsonlib.dumps(dict(told.patch), ensure_ascii=False), "")
    s.show(shown)


def _verify(s: Session, case: str | None) -> None:
    with s.progress("cli.verifying", None):
        found = _about(case, s.flow.read.verify_journal) if case else s.flow.read.verify_journal()
    s.data["verified"] = {"cases": found.cases, "entries": found.entries, "faults": list(found.faults)}
    s.data["sound"] = found.sound
    for fault in found.faults:
        s.warn("cli.fault", "bold red", text=fault)
    key = "cli.sound" if found.sound else "cli.unsound"
    s.say(key, cases=found.cases, entries=found.entries, faults=len(found.faults))
    s.say("cli.sound_limits", "dim")
    if not found.sound:
        s.ends(Code.UNUSABLE)


# ---- diagram


@command(app, "diagram", "look")
def diagram(
    s: Session,
    which: Annotated[Automata, typer.Argument(metavar="cli.meta.automaton", help="cli.arg.automaton")],
    form: Annotated[Format, typer.Option("--format", help="cli.opt.format")] = Format.MERMAID,
) -> None:
    """An automaton as a diagram or a table."""
    automaton = CLIENT if which is Automata.CLIENT else SUBMISSION
    made = (diagrams.mermaid if form is Format.MERMAID else diagrams.markdown)(automaton, s.lang)
    s.data |= {"automaton": which.value, "format": form.value, "text": made}
    if not s.json:
        sys.stdout.write(made + "\n")
