"""Commands about hires: import, prepare, release, renew, abandon, declared elsewhere. Nothing is sent here."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import lru_cache
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from due_workflow.adapters import tables
from due_workflow.cli import imports, plain
from due_workflow.cli.clients import BadTo, File, KeepGood, import_app
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command
from due_workflow.cli.typed import an_instant, to_begin, to_renew
from due_workflow.cli.window import app
from due_workflow.clients import ClientFile, Establishment
from due_workflow.declarations import Declaration
from due_workflow.errors import DueWorkflowError, NotFound
from due_workflow.identifiers import Siret
from due_workflow.models import ClientState, Filing, FilingStatus, Submission
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Mode
from due_workflow.records import decode

GROUP = 500
Attempts = Annotated[list[str], typer.Argument(metavar="cli.meta.attempts", help="cli.arg.attempts")]
Attempt = Annotated[str, typer.Argument(metavar="cli.meta.attempt", help="cli.arg.attempt")]
Reference = Annotated[str, typer.Argument(metavar="cli.meta.reference", help="cli.arg.reference")]
Reason = Annotated[str, typer.Option("--reason", metavar="cli.meta.text", help="cli.opt.reason")]
Confirm = Annotated[bool, typer.Option("--confirm", help="cli.opt.confirm")]
Late = Annotated[bool, typer.Option("--late", help="cli.opt.late")]


@command(import_app, "hires")
def import_hires(s: Session, file: File, keep_good: KeepGood = False, bad_to: BadTo = None) -> None:
    """The hires of a CSV or XLSX file."""

    def opened(path: Path, progress: tables.Progress) -> tables.Table[Declaration]:
        return tables.read_hires(path, _places(s), progress=progress)

    imports.run(s, file, opened, lambda found, tally: _register(s, found, tally), keep_good=keep_good, bad_to=bad_to)


def _places(s: Session) -> tables.EstablishmentOf:
    """The client and the establishment of a SIRET, each client read once for many lines."""

    @lru_cache(maxsize=1000)
    def client(siren: str) -> ClientFile | None:
        try:
            return s.flow.read.client(siren)
        except NotFound:
            return None

    def place(siret: Siret) -> tuple[ClientFile, Establishment] | None:
        found = client(siret.siren)
        here = found.establishment(siret) if found is not None else None
        return (found, here) if found is not None and here is not None else None

    return place


def _register(s: Session, declarations: Iterable[Declaration], tally: imports.Tally) -> None:
    for group in _groups(declarations):
        refs = [Ref(Kind.FILING, d.reference) for d in group]
        before = {r.ref.id: decode(r).facts.content for r in s.flow.storage.load(s.flow.cabinet, refs)}
        for result in s.flow.register_many(group, by=s.by, group=GROUP):
            if isinstance(result, DueWorkflowError):
                tally.refuse(result)
                continue
            tally.count(before.get(result.reference), result.content)
            before[result.reference] = result.content
            if result.lookalikes:
                tally.looks_alike(result.reference, result.lookalikes)


def _groups(declarations: Iterable[Declaration]) -> Iterator[list[Declaration]]:
    walk = iter(declarations)
    while group := list(islice(walk, GROUP)):
        yield group


@command(app, "prepare", "hires")
def prepare(
    s: Session,
    references: Annotated[
        list[str] | None, typer.Argument(metavar="cli.meta.references", help="cli.arg.references")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="cli.opt.all_hires")] = False,
    mode: Annotated[Mode | None, typer.Option("--mode", help="cli.opt.mode")] = None,
) -> None:
    """The next attempt of each hire."""
    if bool(references) == every:
        raise Usage("some_or_all")

    def one(reference: str) -> None:
        tell_attempt(s, s.flow.prepare(reference, mode, by=s.by))
        s.done = (s.done or 0) + 1

    s.done = 0
    with s.progress("cli.preparing", None):
        s.each(references or _unprepared(s, mode), one)
    if every and not s.done:
        s.say("cli.none_to_do")


def _unprepared(s: Session, mode: Mode | None) -> Iterator[str]:
    """The hires of clients with a mandate that have no attempt of the mode they are ready for."""
    ready = {ClientState.MANDATED: Mode.TEST, ClientState.LIVE: Mode.REAL}
    open_ones = (FilingStatus.TO_DECLARE, FilingStatus.TEST_NOT_DECLARED, FilingStatus.TEST_RUNNING)
    for client in list(s.flow.read.clients()):
        wanted = mode or ready.get(client.state)
        if wanted is None or client.state not in ready:
            continue
        for held in s.flow.read.every(Kind.FILING, open_ones, (f"siren:{client.siren}",)):
            filing: Filing = held.facts
            if filing.latest(wanted) is None and not filing.no_hire:
                yield filing.reference


@command(app, "release", "hires")
def release(s: Session, attempts: Attempts, late: Late = False) -> None:
    """Let the worker send these: all or none."""
    ids = list(dict.fromkeys(to_begin(s, name) for name in attempts))
    for sub in s.flow.release(ids, late, by=s.by):
        s.add("submissions", plain.attempt(sub))
        s.say("cli.released", submission=sub.id, mode=sub.mode.value)


@command(app, "renew", "hires")
def renew(
    s: Session,
    attempt: Attempt,
    reason: Reason,
    source: Annotated[Path | None, typer.Option("--from", metavar="cli.meta.file", help="cli.opt.from")] = None,
    confirm: Confirm = False,
) -> None:
    """A new attempt of the same hire, in the same mode."""
    old = to_renew(s, attempt)
    declaration = _corrected(s, source, old.reference) if source is not None else None
    tell_attempt(s, s.flow.renew(old.id, declaration, reason, confirm, by=s.by))


def _corrected(s: Session, source: Path, reference: str) -> Declaration:
    """The line of that reference in a file of hires."""
    for line in tables.read_hires(source, _places(s)):
        if isinstance(line, tables.Good) and line.value.reference == reference:
            return line.value
    raise Usage("not_in_file", reference=reference, file=source.name)


@command(app, "abandon", "hires")
def abandon(
    s: Session,
    attempt: Attempt,
    reason: Reason,
    hire: Annotated[bool, typer.Option("--hire", help="cli.opt.hire")] = False,
    confirm: Confirm = False,
) -> None:
    """Give an attempt up here, or note that the hire does not take place."""
    id = attempt if hire else to_renew(s, attempt).id
    filing = s.flow.abandon(id, reason, hire, confirm, by=s.by)
    s.add("hires", plain.hire(filing))
    s.say("cli.abandoned", name=id)
    tell_hire(s, filing)


@command(app, "declared-elsewhere", "hires")
def declared_elsewhere(
    s: Session,
    reference: Reference,
    at: Annotated[str, typer.Option("--at", metavar="cli.meta.instant", help="cli.opt.elsewhere_at")],
    proof: Annotated[str, typer.Option("--proof", metavar="cli.meta.text", help="cli.opt.proof")],
) -> None:
    """A fact, never refused."""
    filing = s.flow.declared_elsewhere(reference, an_instant(at, "--at"), proof, by=s.by)
    s.add("hires", plain.hire(filing))
    tell_hire(s, filing)


def tell_attempt(s: Session, sub: Submission) -> None:
    """Say where an attempt stands, and that a test declares nobody."""
    s.add("submissions", plain.attempt(sub))
    s.say("cli.attempt", submission=sub.id, mode=sub.mode.value, state=sub.state.value)
    if sub.irregular:
        s.warn("cli.irregular", submission=sub.id, reasons=[s.text(f"cli.reason.{code}") for code in sub.irregular])


def tell_hire(s: Session, filing: Filing) -> None:
    """Say what staff read about a hire."""
    s.say("cli.hire", reference=filing.reference, status=filing.status.value)
