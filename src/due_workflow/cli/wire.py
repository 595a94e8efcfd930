"""The command `send`: what a person names goes to the firm's portal, at once.

Before anything leaves, what the messages lack is told in words that staff understand, and a REAL sending that nobody
released asks to be confirmed. A doubt is told with what to do about it, here and after a collection.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from itertools import islice
from threading import Event
from typing import Annotated

import typer

from due_workflow.cli import plain, portals
from due_workflow.cli.hires import Late
from due_workflow.cli.outcomes import Code, Usage
from due_workflow.cli.session import Session, command
from due_workflow.cli.settings import PortalTable
from due_workflow.cli.typed import to_begin
from due_workflow.cli.window import app
from due_workflow.cli.worker import told_to_stop
from due_workflow.commands_exchange import SendResult
from due_workflow.errors import InputRefused, NotSent, PortalFailure
from due_workflow.message import fitted
from due_workflow.models import Deposit, Submission, SubmissionState
from due_workflow.ports import Kind
from due_workflow.receipts import Mode
from due_workflow.workflow import DueWorkflow

STOP_AFTER = 3
"""Deposits in a row that the line did not take; those after them would fare no better, and are left for later."""
SHOWN = 20
"""Deposits in doubt that are named; `doubts` of the JSON document names all."""


@command(app, "send", "exchange")
def send(
    s: Session,
    attempts: Annotated[list[str] | None, typer.Argument(metavar="cli.meta.attempts", help="cli.arg.attempts")] = None,
    released: Annotated[bool, typer.Option("--released", help="cli.opt.released")] = False,
    late: Late = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="cli.opt.send_yes")] = False,
) -> None:
    """Through the gate and over the wire, at once."""
    if bool(attempts) == released:
        raise Usage("some_or_released")
    label, settings = portals.chosen(s)
    portal = portals.configured(s, label)[label]
    flow = s.flow_of(s.cabinet, portals=(portal,))
    ids = _released(flow) if released else list(dict.fromkeys(to_begin(s, name) for name in attempts or ()))
    ready = _complete(s, [flow.read.submission(id) for id in ids], settings)
    if not ready:
        if not ids:
            s.say("cli.send.none_released")
        return
    _confirm(s, ready, yes=yes)
    _send(s, flow, ready, late, settings)


def _released(flow: DueWorkflow) -> list[str]:
    """What a person released and no worker has sent yet."""
    named = (id for held in flow.read.every(Kind.COMMAND, ("released",)) for id in held.facts.results)
    return [id for id in named if flow.read.submission(id).state is SubmissionState.PREPARED]


def _complete(s: Session, subs: Sequence[Submission], settings: PortalTable) -> list[Submission]:
    """The attempts whose message lacks nothing; what the others lack is told before anything leaves."""
    ready, lacks = [], []
    for sub in subs:
        if sub.declaration is None:
            ready.append(sub)  # the gate says why there is none
            continue
        try:
            cut = fitted(sub.declaration, settings.message).cut
        except InputRefused as lacking:
            s.warn("cli.send.lacks", "red", submission=sub.id)
            s.fail(lacking)
            lacks.append(sub.id)
            continue
        for problem in cut:
            s.warn("cli.send.cut", what=problem.text(s.lang))
            s.add("warnings", {"submission": sub.id, "code": problem.code, "text": problem.text(s.lang)})
        ready.append(sub)
    if lacks:
        s.warn("cli.send.complete_first", count=len(lacks), submission=lacks[0], program=s.program)
    return ready


def _confirm(s: Session, subs: Sequence[Submission], *, yes: bool) -> None:
    """Nothing real leaves by itself: what nobody released is confirmed by a person, here and now."""
    real = [sub for sub in subs if sub.mode is Mode.REAL and sub.released_at is None]
    if not real or yes:
        return
    if s.json or not sys.stdin.isatty():
        raise Usage("real_needs_yes", count=len(real), program=s.program)
    s.err.say("cli.send.real", "bold", references=[sub.reference for sub in real], count=len(real))
    word, typed = s.text("cli.send.word"), ""
    with suppress(EOFError):
        typed = input(s.text("cli.send.type", word=word))
    if typed.strip().casefold() != word.casefold():
        raise Usage("real_not_confirmed")


def _send(s: Session, flow: DueWorkflow, subs: Sequence[Submission], late: bool, settings: PortalTable) -> None:
    stop, sent, mute, troubles, tests = Event(), 0, 0, 0, 0
    by_number = settings.by_number
    doubts: list[Deposit] = []
    wrong: list[Deposit] = []
    s.done, s.cut = 0, "cli.send.cut_short"
    s.data["submissions"] = []
    left = list(_lots(flow, subs))
    with told_to_stop(stop, lambda: s.warn("cli.worker.stopping")), s.progress("cli.sending", len(subs)) as done:
        while left and not stop.is_set() and troubles < STOP_AFTER:
            lot = left.pop(0)
            result = flow.send([sub.id for sub in lot], late, by=s.by)
            troubles = troubles + 1 if result.troubles else 0
            doubts += [d for d in result.deposits if not _not_sent(result, d) and d.id in result.troubles]
            wrong += [d for d in result.deposits if d.mode_told is not None]
            mute += sum(len(d.items) for d in result.deposits if _mute(d, result, by_number=by_number))
            for sub in lot:
                gone = _tell(s, flow.read.submission(sub.id), result, by_number=by_number)
                sent, tests = sent + gone, tests + (gone and sub.mode is Mode.TEST)
            s.done += len(lot)
            done(s.done)
    s.data["sent"], s.data["not_tried"] = sent, [sub.id for lot in left for sub in lot]
    if tests:
        s.say("cli.only_a_test", "yellow")
    if left:
        s.warn("cli.send.stopped" if stop.is_set() else "cli.send.given_up", count=len(s.data["not_tried"]))
        s.ends(Code.INTERRUPTED if stop.is_set() else Code.UNUSABLE)
    in_doubt(s, doubts, settings)
    for deposit in wrong:
        told = {"deposit": deposit.id, "said": deposit.mode_told, "ours": deposit.mode, "program": s.program}
        s.warn("cli.send.wrong_mode", "bold red", **told)
        s.ends(Code.PERSON)
    if sent > mute:
        s.say("cli.send.done", count=sent, program=s.program)


def in_doubt(s: Session, deposits: Sequence[Deposit], settings: PortalTable) -> None:
    """What nobody knows whether it arrived, and what to do: the words once, however many deposits there are.

    Where the portal cannot look a deposit up, nobody is sent to ask it.
    """
    if not deposits:
        return
    for deposit in deposits:
        s.add("doubts", deposit.id)
    one = len(deposits) == 1
    if settings.looks_up:
        key = "cli.send.doubt" if one else "cli.send.doubts"
    else:
        key = "cli.send.doubt_unasked" if one else "cli.send.doubts_unasked"
    ids = [deposit.id for deposit in deposits[:SHOWN]] + ["…"] * (len(deposits) > SHOWN)
    facts = {"deposit": ids[0], "deposits": ids, "count": len(deposits), "site": settings.type, "program": s.program}
    s.warn(key, "magenta", **facts)
    s.ends(Code.PERSON)


def _lots(flow: DueWorkflow, subs: Sequence[Submission]) -> Iterator[list[Submission]]:
    """What may share a deposit, in the order given: a call of `send` for each."""
    most = flow.policy.per_deposit
    by: dict[tuple[str, Mode], list[Submission]] = {}
    for sub in subs:
        siret = sub.declaration.employer.siret if most > 1 and sub.declaration is not None else sub.id
        by.setdefault((siret, sub.mode), []).append(sub)
    for same in by.values():
        walk = iter(same)
        while lot := list(islice(walk, most)):
            yield lot


def _mute(deposit: Deposit, result: SendResult, *, by_number: bool) -> bool:
    """Whether no collection will bring anything that counts: taken in the other mode, or without a number to ask by."""
    return deposit.mode_told is not None or (by_number and not deposit.ref and deposit.id not in result.troubles)


def _not_sent(result: SendResult, deposit: Deposit) -> bool:
    return isinstance(result.troubles.get(deposit.id), NotSent)


def _tell(s: Session, sub: Submission, result: SendResult, *, by_number: bool) -> bool:
    """What became of one attempt; whether it left. `by_number`: see the portal's table."""
    deposit = next((d for d in result.deposits if sub.id in d.items), None)
    trouble = result.troubles.get(deposit.id) if deposit is not None else None
    refused = result.refused.get(sub.id)
    s.add("submissions", {**plain.attempt(sub), "ref": deposit.ref if deposit else None, "trouble": _said(s, trouble)})
    if refused is not None or deposit is None:
        if refused is not None:
            s.fail(refused)
        return False
    if isinstance(trouble, NotSent):
        s.warn("cli.send.not_sent", "red", submission=sub.id, why=trouble.text(s.lang))
        s.ends(Code.UNUSABLE)
        return False
    if trouble is not None:
        s.warn("cli.send.in_doubt", "magenta", submission=sub.id, why=trouble.text(s.lang))
        return False
    if by_number and not deposit.ref:
        s.warn("cli.send.no_number", submission=sub.id, mode=sub.mode, deposit=deposit.id, program=s.program)
        s.ends(Code.PERSON)
        return True
    if deposit.mode_told is not None:
        s.warn("cli.send.contradicted", "bold red", submission=sub.id, mode=sub.mode, ref=deposit.ref)
        return True
    s.say("cli.send.sent" if deposit.ref else "cli.send.sent_no_ref", submission=sub.id, mode=sub.mode, ref=deposit.ref)
    return True


def _said(s: Session, trouble: PortalFailure | None) -> dict[str, object] | None:
    return None if trouble is None else {"code": trouble.code, "text": trouble.text(s.lang)}
