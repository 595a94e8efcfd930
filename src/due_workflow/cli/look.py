"""Commands that only look: status, explain, journal. They change nothing."""

from __future__ import annotations

import json as jsonlib
import re
from collections.abc import Callable, Iterator
from itertools import islice
from typing import Annotated, TypeVar

import typer

from due_workflow import texts
from due_workflow.cli import pages, plain, views
from due_workflow.cli.outcomes import Code
from due_workflow.cli.session import Session, command
from due_workflow.cli.window import app
from due_workflow.errors import InputRefused, NotFound
from due_workflow.firm import siren_of
from due_workflow.hiring import declaration_in
from due_workflow.identifiers import scrub
from due_workflow.journal import Told
from due_workflow.models import Filing, FilingStatus, Submission
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Mode
from due_workflow.records import decode

T = TypeVar("T")
PAGE, FEW = 100, 1000
WORKER = "worker"
"""The name under which `Worker` acts unless its host gives it another."""
Limit = Annotated[int, typer.Option("--limit", metavar="N", min=0, help="cli.opt.limit")]
Case = Annotated[str, typer.Argument(metavar="cli.meta.case", help="cli.arg.case")]


# ---- status


@command(app, "status", "look")
def status(
    s: Session,
    case: Annotated[str | None, typer.Argument(metavar="cli.meta.opt_case", help="cli.arg.status_case")] = None,
    client: Annotated[str | None, typer.Option("--client", metavar="SIREN", help="cli.opt.client")] = None,
    statuses: Annotated[list[FilingStatus] | None, typer.Option("--status", help="cli.opt.status")] = None,
    overdue: Annotated[bool, typer.Option("--overdue", help="cli.opt.overdue")] = False,
    in_doubt: Annotated[bool, typer.Option("--in-doubt", help="cli.opt.in_doubt")] = False,
    limit: Limit = 50,
    after: Annotated[str, typer.Option("--after", metavar="cli.meta.reference", help="cli.opt.after")] = "",
) -> None:
    """Where everything stands, one client's hires, one hire or one deposit in detail."""
    siren = siren_of(client) if client is not None else None
    if case is not None:
        ref = _meant(s, case)
        if ref.kind is Kind.DEPOSIT:
            pages.deposit(s, ref.id)
            return
        if ref.kind is Kind.FILING:
            pages.hire(s, ref.id)
            return
        siren = ref.id if ref.kind is Kind.CLIENT else siren
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


def _meant(s: Session, case: str) -> Ref:
    """The record that a name typed by a person stands for; an attempt stands for its hire."""
    try:
        ref = s.flow.read.case_of(case)
    except NotFound:
        raise _nothing(case) from None
    if ref.kind is Kind.FILING and ref.id != case:
        s.flow.read.submission(case)
    return ref


def _nothing(case: str) -> NotFound:
    """The name is nobody's: said as what it looks like."""
    digits = "".join(case.split())
    if digits.isdecimal() and len(digits) in (9, 14):
        return NotFound("client", case)
    return NotFound("deposit" if re.fullmatch(r"D-[0-9a-f]+", case) else "filing", case)


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
        steps = views.next_steps(s.flow, s.lang, s.program, line=bool(s.settings.portals))
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
    for step in views.next_steps(s.flow, s.lang, s.program, line=bool(s.settings.portals)):
        s.out.line(f"- {step.text}")
        s.out.line(f"    {step.command}", "bold", whole=True)


# ---- explain


def _about(case: str, look: Callable[[str], T]) -> T:
    """What `look` finds; a name that is nothing here is not found, rather than a badly written attempt."""
    try:
        return look(case)
    except InputRefused as error:
        if error.code != "bad_submission_id":
            raise
    except NotFound as unknown:
        if unknown.what != "filing":
            raise
    raise _nothing(case)


def _attempt_meant(s: Session, case: str) -> Submission | None:
    """The attempt that is explained under that name; None for a client."""
    ref = s.flow.read.case_of(case)
    if ref.kind is not Kind.FILING:
        return None
    if ref.id != case:
        return s.flow.read.submission(case)
    filing = s.flow.read.filing(case)
    return filing.latest(Mode.REAL) or filing.latest(Mode.TEST)


@command(app, "explain", "look")
def explain(s: Session, case: Case) -> None:
    """Every event of the present state, with every reason against it."""
    s.data["case"] = scrub(case)
    try:
        events = _about(case, s.flow.read.explain)
    except NotFound as unknown:
        try:
            pages.deposit_explained(s, case)
        except NotFound:
            raise unknown from None
        return
    s.data["events"] = [plain.explanation(e, s.lang) for e in events]
    sub = _attempt_meant(s, case)
    if sub is not None:
        pages.other_mode(s, sub)
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
        move = " → ".join(_state(told, state, s.lang) for state in (told.source, told.dest) if state)
        attempts = ", ".join(map(str, told.patch.get("submissions") or ()))
        event = _event(told, s.lang)
        by = s.text("cli.by.worker") if told.by == WORKER else told.by or "—"
        shown.row(str(told.seq), views.when(told.at, s.lang), by, attempts, event, move)
        if full:
            shown.row("", "", "", "", jsonlib.dumps(dict(told.patch), ensure_ascii=False), "")
    s.show(shown)


def _event(told: Told, lang: str) -> str:
    """What was decided; where a reason was given, also which step, pilot or attempt it is about, and that reason."""
    event = texts.word("event", told.event, lang)
    rollout = told.patch.get("rollout") or {}
    if told.event in ("mark_step", "unmark_step"):
        # a mark without a reason is the worker's own, noted along the way
        found = {
            texts.render(f"step.{key}.title", lang): (mark or {}).get("why")
            for key, mark in (rollout.get("marks") or {}).items()
            if mark is None or mark.get("why")
        }
    elif told.event in ("set_pilot_aside", "take_pilot_back"):
        found = {siren: (aside or {}).get("why") for siren, aside in (rollout.get("aside") or {}).items()}
    elif told.event == "mode_confirmed":
        subs = told.patch.get("submissions") or {}
        found = {f"{told.case.id}/{name}": (sub or {}).get("mode_reason") for name, sub in subs.items()}
    else:
        return event
    for what, why in found.items():
        key = "cli.journal.about_why" if why else "cli.journal.about"
        event = texts.render(key, lang, {"event": event, "what": what, "why": why})
    return event


def _state(told: Told, state: str, lang: str) -> str:
    """The word of a state in a journal: an attempt's or a client's; a hire's own status; a deposit's standing."""
    sections = ("standing",) if told.case.kind is Kind.DEPOSIT else ("state", "status")
    words = (texts.word(section, state, lang) for section in sections)
    return next((word for word in words if word != state), state)


def _verify(s: Session, case: str | None) -> None:
    if not case:
        s.known()
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
