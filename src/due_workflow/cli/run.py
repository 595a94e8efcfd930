"""The command `run`: all of the work of one firm, with its portals and its notifiers, until told to stop.

Deadlines, released sendings, collections and delivery, in rounds, as the settings file says. Of a database of several
firms it does this firm's work alone: its portal accounts and its mail are nobody else's. Nothing real leaves by itself:
only what a person released is sent.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Annotated

import typer

from due_workflow.adapters.log import LogNotifier
from due_workflow.cli import portals
from due_workflow.cli.notifiers import notifiers_from_env, set_in
from due_workflow.cli.outcomes import Code
from due_workflow.cli.session import Session, command
from due_workflow.cli.window import app
from due_workflow.cli.worker import tasks_of, work
from due_workflow.errors import Conflict, InputRefused, Problem
from due_workflow.firm import collect_id
from due_workflow.health import Limits
from due_workflow.ports import Changes, Entry, Kind, Notifier, Portal, Record, Ref, Storage
from due_workflow.records import Command
from due_workflow.rounds import TASKS, Task
from due_workflow.worker import Worker
from due_workflow.workflow import DueWorkflow

TURNS = 3
"""How often one claim looks again where another worker of the firm took what it had found."""
LOOKED = 1000
"""Due records of a kind among which one claim looks for the longest due."""
WITH_PORTAL = (Task.SEND_RELEASED, Task.COLLECT)


@command(app, "run", "exchange")
def run(
    s: Session,
    once: Annotated[bool, typer.Option("--once", help="cli.opt.once")] = False,
    every: Annotated[
        float | None, typer.Option("--every", min=0.1, metavar="cli.meta.seconds", help="cli.opt.every_run")
    ] = None,
    tasks: Annotated[str, typer.Option("--tasks", metavar="tick,send_released,…", help="cli.opt.tasks_run")] = "",
    limit: Annotated[int | None, typer.Option("--limit", min=1, metavar="N", help="cli.opt.batch")] = None,
    log: Annotated[bool, typer.Option("--log", help="cli.opt.log")] = False,
) -> None:
    """Rounds of everything until told to stop, or until nothing is due."""
    asked = s.settings.run
    wanted = tasks_of(tasks or ",".join(asked.tasks), TASKS)
    s.known()
    made = _portals(s, wanted)
    notifiers = _notifiers(s, wanted, log=log)

    def flow_for(cabinet: str) -> DueWorkflow:
        return s.flow_of(cabinet, portals=made)

    worker = Worker(OneFirm(s.storage, s.cabinet), flow_for=flow_for, notifiers=notifiers, by=s.by)
    work(s, worker, wanted, once=once, every=every or asked.every, limit=limit or asked.limit)
    if once and not s.exit:
        _conclude(s, wanted)


class OneFirm(Storage):
    """A storage as a worker of one firm sees it: nothing of others is leased."""

    def __init__(self, storage: Storage, cabinet: str) -> None:
        self._storage, self._cabinet, self.joined = storage, cabinet, storage.joined

    def load(self, cabinet: str, refs: Sequence[Ref] = (), keys: Sequence[str] = ()) -> Sequence[Record]:
        """As the storage's own."""
        return self._storage.load(cabinet, refs, keys)

    def commit(self, cabinet: str, changes: Changes) -> None:
        """As the storage's own."""
        self._storage.commit(cabinet, changes)

    def find(
        self,
        cabinet: str,
        kind: Kind,
        states: Sequence[str] = (),
        keys: Sequence[str] = (),
        due_by: datetime | None = None,
        after: str = "",
        limit: int = 100,
    ) -> Sequence[Record]:
        """As the storage's own."""
        return self._storage.find(cabinet, kind, states, keys, due_by, after, limit)

    def counts(self, cabinet: str, kind: Kind) -> Mapping[str, int]:
        """As the storage's own."""
        return self._storage.counts(cabinet, kind)

    def journal(self, cabinet: str, case: Ref, after: int = 0, limit: int = 1000) -> Sequence[Entry]:
        """As the storage's own."""
        return self._storage.journal(cabinet, case, after, limit)

    def claim(self, kinds: Sequence[Kind], now: datetime, until: datetime, limit: int) -> Sequence[tuple[str, Record]]:
        """This firm's due records, the longest due first, leased by a commit that names the version found.

        The storage's own claim gives those of all firms by their due, so that what waits of the others would keep this
        firm's back. What another worker of this firm took meanwhile is left to it. A firm's records are found by id, so
        where more than `LOOKED` of a kind are due, the longest due of the first so many come first.
        """
        taken, most = list[Record](), max(LOOKED, limit)
        for _ in range(TURNS):
            due = [record for kind in kinds for record in self.find(self._cabinet, kind, due_by=now, limit=most)]
            due.sort(key=lambda record: record.due or now)
            leased = [self._leased(record, until) for record in due[: limit - len(taken)]]
            taken += filter(None, leased)
            if all(leased):
                break
        return [(self._cabinet, record) for record in taken]

    def _leased(self, record: Record, until: datetime) -> Record | None:
        lease = replace(record, due=until)
        try:
            self.commit(self._cabinet, Changes(write=[lease]))
        except Conflict:
            return None
        return replace(lease, version=record.version + 1)


def _portals(s: Session, wanted: Sequence[str]) -> tuple[Portal, ...]:
    """The portals that the tasks need; for sending, the firm's own among them."""
    if not any(task in wanted for task in WITH_PORTAL):
        return ()
    label, _ = portals.chosen(s)
    made = portals.configured(s)
    if Task.COLLECT in wanted:
        for portal in made.values():
            ref = Ref(Kind.COMMAND, collect_id(portal.name, portal.account))
            if not s.storage.load(s.cabinet, (ref,)):
                s.warn("cli.run.not_collected", portal=portal.name, account=portal.account, program=s.program)
    return (made.pop(label), *made.values())


def _notifiers(s: Session, wanted: list[str], *, log: bool) -> tuple[Notifier, ...]:
    """Those of the file and of the environment; without any, notices wait."""
    if Task.DELIVER not in wanted:
        return ()
    asked = s.settings.notifiers
    found = notifiers(s, os.environ)
    if log or asked.log is not None:
        found += (LogNotifier(lang=s.lang),)
    if not found:
        s.warn("cli.run.no_notifier")
        wanted.remove(Task.DELIVER.value)
    return found


def notifiers(s: Session, environ: Mapping[str, str]) -> tuple[Notifier, ...]:
    """The notifiers of the settings file, with the environment over it.

    Raises:
        InputRefused: each problem under the variable's name, or the setting's where the file said it.
    """
    asked = s.settings.notifiers
    file = asked.environment()
    given = set_in(environ)
    problems: list[Problem] = []
    try:
        found = notifiers_from_env(file | given, s.lang)
        if asked.apprise is not None and "DUE_APPRISE_URLS" not in given:
            problems.append(Problem("DUE_APPRISE_URLS", "setting_missing", {"name": "DUE_APPRISE_URLS"}))
    except InputRefused as refused:
        problems += refused.problems
    if problems:
        raise InputRefused(problems=[_placed(problem, file.keys() - given.keys()) for problem in problems])
    return found


def _placed(problem: Problem, of_file: set[str]) -> Problem:
    place = PLACES.get(problem.where)
    return Problem(place, problem.code, problem.facts) if place and problem.where in of_file else problem


PLACES = {
    "DUE_SMTP_URL": "notifiers.email.url",
    "DUE_MAIL_FROM": "notifiers.email.from",
    "DUE_MAIL_TO": "notifiers.email.to",
    "DUE_MAIL_COLLABORATORS": "notifiers.email.collaborators",
    "DUE_WEBHOOK_URL": "notifiers.webhook.url",
    "DUE_WEBHOOK_ALLOW": "notifiers.webhook.allow",
}
"""Where the file says what a variable says."""


def _conclude(s: Session, wanted: Sequence[str]) -> None:
    """What a pass left: a portal that did not answer, or something that waits for a person."""
    if any(task in wanted for task in WITH_PORTAL):
        for held in s.flow.read.every(Kind.COMMAND, ("released", "collecting")):
            order: Command = held.facts
            if order.tries and order.trouble:
                s.warn("cli.run.trouble", "red", order=held.ref.id, why=order.trouble, tries=order.tries, due=order.due)
                s.ends(Code.UNUSABLE)
    limits = Limits()
    health = s.flow.read.health(limits)
    waiting, doubts = health.tray.count, health.in_doubt.count
    urgent = [finding for finding in health.findings if finding.who == "staff"]
    s.data["tray"], s.data["in_doubt"] = waiting, doubts
    s.data["urgent"] = [{"code": finding.code, "text": finding.text(s.lang)} for finding in urgent]
    if waiting or doubts:
        s.warn("cli.run.waits", tray=waiting, doubts=doubts, program=s.program)
        s.ends(Code.PERSON)
        for finding in urgent:
            s.warn("cli.health.finding", "bold red", text=finding.text(s.lang))
        if not urgent:
            hour = timedelta(hours=1)
            s.warn("cli.run.calm", tray=limits.tray / hour, doubts=limits.in_doubt / hour)
