"""Commands about what is handed over by the firm itself: begin, sent, doubt, the portal's reference, and the clock.

They send nothing: they ask the gate, record facts, and say which file to deposit next. `wire` sends.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from due_workflow.cli import plain
from due_workflow.cli.hires import Attempts, Late, tell_attempt
from due_workflow.cli.outcomes import Usage
from due_workflow.cli.session import Session, command
from due_workflow.cli.typed import a_deposit, an_instant, to_begin, to_mark
from due_workflow.cli.window import app
from due_workflow.models import Deposit, Notice
from due_workflow.ports import Record
from due_workflow.receipts import Mode
from due_workflow.worker import Worker
from due_workflow.workflow import DueWorkflow

Together = Annotated[bool, typer.Option("--together", help="cli.opt.together")]
DepositId = Annotated[str, typer.Argument(metavar="cli.meta.deposit", help="cli.arg.deposit")]


def _flow(s: Session, ids: Sequence[str], together: bool) -> DueWorkflow:
    return s.flow_of(s.cabinet, s.settings.policy.with_(per_deposit=len(ids))) if together else s.flow


@command(app, "begin-send", "exchange")
def begin_send(s: Session, attempts: Attempts, together: Together = False, late: Late = False) -> None:
    """Through the gate, all or none, before any byte leaves."""
    if len(attempts) > 100:
        raise Usage("too_many", limit=100)
    ids = list(dict.fromkeys(to_begin(s, name) for name in attempts))
    deposits = _flow(s, ids, together).begin_send(ids, late, by=s.by)
    for deposit in deposits:
        _tell_deposit(s, deposit)
    if together and len(deposits) > 1:
        s.warn("cli.apart", count=len(deposits))
    s.say("cli.then_mark", program=s.program)


@command(app, "mark-sent", "exchange")
def mark_sent(
    s: Session,
    attempts: Attempts,
    ref: Annotated[str | None, typer.Option("--ref", metavar="cli.meta.ref", help="cli.opt.ref")] = None,
    at: Annotated[str | None, typer.Option("--at", metavar="cli.meta.instant", help="cli.opt.sent_at")] = None,
    portal: Annotated[str | None, typer.Option("--portal", metavar="cli.meta.name", help="cli.opt.portal")] = None,
    account: Annotated[
        str | None, typer.Option("--account", metavar="cli.meta.account", help="cli.opt.account")
    ] = None,
    together: Together = False,
) -> None:
    """A fact, never refused."""
    ids = list(dict.fromkeys(to_mark(s, name) for name in attempts))
    when = an_instant(at, "--at") if at else None
    if together or ref is not None or len(ids) == 1:
        sent = s.flow.mark_sent(ids, ref, when, portal, account, by=s.by)
    else:
        # one deposit each unless they are said to be one file
        sent = tuple(sub for id in ids for sub in s.flow.mark_sent([id], None, when, portal, account, by=s.by))
    for sub in sent:
        tell_attempt(s, sub)
    for id in dict.fromkeys(sub.deposit for sub in sent if sub.deposit):
        _tell_deposit(s, s.flow.read.deposit(id))


@command(app, "settle-doubt", "exchange")
def settle_doubt(
    s: Session,
    deposit: DepositId,
    ref: Annotated[str | None, typer.Option("--ref", metavar="cli.meta.ref", help="cli.opt.ref")] = None,
    not_found: Annotated[bool, typer.Option("--not-found", help="cli.opt.not_found")] = False,
) -> None:
    """What became of a deposit in doubt."""
    settled = s.flow.settle_doubt(a_deposit(s, deposit), ref, not_found, by=s.by)
    _tell_attempts(s, settled)


@command(app, "learn-ref", "exchange")
def learn_ref(
    s: Session,
    deposit: DepositId,
    ref: Annotated[str, typer.Argument(metavar="cli.meta.ref", help="cli.opt.ref")],
) -> None:
    """The portal's reference of a deposit."""
    _tell_attempts(s, s.flow.learn_ref(a_deposit(s, deposit), ref, by=s.by))


def _tell_deposit(s: Session, deposit: Deposit) -> None:
    s.add("deposits", plain.deposit(deposit))
    key = "cli.deposit_known" if deposit.ref else "cli.deposit"
    s.say(
        key,
        deposit=deposit.id,
        mode=deposit.mode.value,
        ref=deposit.ref,
        portal=f"{deposit.portal} {deposit.account}".strip(),
        submissions=list(deposit.items),
    )
    if deposit.mode is Mode.TEST:
        s.say("cli.only_a_test", "yellow")


def _tell_attempts(s: Session, deposit: Deposit) -> None:
    _tell_deposit(s, deposit)
    for id in deposit.items:
        tell_attempt(s, s.flow.read.submission(id))


# ---- the clock


class _Ticking(Worker):
    """A worker that keeps what the deadlines it raised have to say."""

    def __init__(self, session: Session, screen: _Screen) -> None:
        super().__init__(session.storage, flow_for=session.flow_of, by=session.by)
        self.screen = screen

    def _ring(self, flow: DueWorkflow, record: Record) -> bool:
        for notice in flow.ring(record.ref, by=self.by):
            self.screen.send(notice)
        return True


class _Screen:
    """A notifier that prints notices where the command runs. Its name is what the database remembers."""

    name = "console"

    def __init__(self, session: Session) -> None:
        self.session, self.count = session, 0

    def send(self, notice: Notice) -> None:
        """Print it; an urgent one with its mark."""
        self.count += 1
        s = self.session
        text = notice.text(s.lang)
        s.add("notices", {**notice.model_dump(mode="json"), "text": text})
        s.say("cli.notice_urgent" if notice.urgent else "cli.notice", "red" if notice.urgent else "", text=text)


@command(app, "tick", "look")
def tick(s: Session, deliver: Annotated[bool, typer.Option("--deliver", help="cli.opt.deliver")] = False) -> None:
    """Raise what is due, show what that says; deliver only when told, or the mail would never leave."""
    screen = _Screen(s)
    worker = Worker(s.storage, flow_for=s.flow_of, notifiers=(screen,), by=s.by) if deliver else _Ticking(s, screen)
    raised = 0
    with s.progress("cli.ticking", None):
        while handled := worker.tick():
            raised += handled
        while deliver and worker.deliver():
            pass
    s.data["raised"], s.data["shown"], s.data["delivered"] = raised, screen.count, screen.count if deliver else 0
    s.say("cli.ticked", raised=raised, delivered=screen.count)
    if screen.count and not deliver:
        s.say("cli.tick_kept", count=screen.count, program=s.program)
