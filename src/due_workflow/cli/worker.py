"""The command `worker`: the work that waits for no person, across all firms of the database, until told to stop.

It raises deadlines and delivers notices. It has no line to a portal, so it leaves released attempts and collections to
`run` or to the host's own worker: touching them here would only put them off.
"""

from __future__ import annotations

import logging
import os
import signal
import sys
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from threading import Event, Thread
from types import FrameType
from typing import Annotated

import typer

from due_workflow.adapters.log import LogNotifier
from due_workflow.cli.notifiers import notifiers_from_env
from due_workflow.cli.outcomes import Code, Usage, told
from due_workflow.cli.session import Session, command
from due_workflow.cli.window import app
from due_workflow.ports import Notifier
from due_workflow.rounds import TASKS, Round, Task
from due_workflow.worker import Worker

HERE = (Task.TICK, Task.DELIVER)
"""What needs no portal."""
SIGNALS = (signal.SIGINT, signal.SIGTERM)
MOMENT = 1.0


@command(app, "worker", "look")
def worker(
    s: Session,
    once: Annotated[bool, typer.Option("--once", help="cli.opt.once")] = False,
    every: Annotated[float, typer.Option("--every", min=0.1, metavar="cli.meta.seconds", help="cli.opt.every")] = 15.0,
    tasks: Annotated[str, typer.Option("--tasks", metavar="tick,deliver", help="cli.opt.tasks")] = ",".join(HERE),
    limit: Annotated[int, typer.Option("--limit", min=1, metavar="N", help="cli.opt.batch")] = 100,
    log: Annotated[bool, typer.Option("--log", help="cli.opt.log")] = False,
) -> None:
    """Rounds until told to stop, or until nothing is due."""
    wanted = tasks_of(tasks, HERE)
    storage = s.storage
    notifiers: tuple[Notifier, ...] = ()
    if Task.DELIVER in wanted:
        notifiers = notifiers_from_env(os.environ, s.lang) + ((LogNotifier(lang=s.lang),) if log else ())
        if not notifiers:
            # never delivered to nobody: whoever sets up mail later finds them waiting
            s.warn("cli.worker.no_notifier")
            wanted.remove(Task.DELIVER.value)
    worker = Worker(storage, flow_for=s.flow_of, notifiers=notifiers, by=s.by)
    work(s, worker, wanted, once=once, every=every, limit=limit)


def work(s: Session, worker: Worker, wanted: Sequence[str], *, once: bool, every: float, limit: int) -> None:
    """Rounds of these tasks until told to stop, or with `once` until nothing is due; each is told."""
    s.data["notifiers"] = [notifier.name for notifier in worker.notifiers]
    stop, total = Event(), Counter[str](dict.fromkeys(wanted, 0))
    s.data["handled"] = total
    with told_to_stop(stop, lambda: s.warn("cli.worker.stopping")), _written_here(worker.notifiers):
        if once:
            _pass(worker, stop, total, limit, wanted)
        else:
            _loop(s, worker, stop, total, every, limit, wanted)
    cut = once and stop.is_set()
    s.say("cli.worker.cut" if cut else "cli.worker.ended", done=_done(s, total))
    if cut:
        s.ends(Code.INTERRUPTED)


def _pass(worker: Worker, stop: Event, total: Counter[str], limit: int, tasks: Sequence[str]) -> None:
    """Until nothing is due. Unlike the loop it does not outwait a storage that cannot be used: cron comes again."""
    for done in worker.rounds(stop, 0, limit=limit, tasks=tasks):
        total.update(done.counts)
        if done.outage is not None:
            raise done.outage
        if done.idle:
            break


def _loop(
    s: Session, worker: Worker, stop: Event, total: Counter[str], every: float, limit: int, tasks: Sequence[str]
) -> None:
    s.say("cli.worker.started", tasks=tasks, every=f"{every:g}")
    s.line({"at": _now(), "tasks": list(tasks), "every": every})
    out = False
    with _status(s) as show:
        for done in worker.rounds(stop, every, limit=limit, tasks=tasks):
            total.update(done.counts)
            if done.outage is not None:
                s.warn("cli.worker.outage", "red", why=told(done.outage, s.lang))
                s.line({"at": _now(), "handled": dict(done.counts), "outage": done.outage.code})
            elif out:
                s.warn("cli.worker.back", "")
                s.line({"at": _now(), "handled": dict(done.counts), "back": True})
            elif not done.idle:
                s.line({"at": _now(), "handled": dict(done.counts)})
            out = done.outage is not None
            show(done)


@contextmanager
def _status(s: Session) -> Iterator[Callable[[Round], None]]:
    """On a terminal one line that changes; else a line for each round in which something was done."""
    if s.json or not s.err.is_terminal:
        yield lambda done: None if done.idle else s.say("cli.worker.round", at=_hour(), done=_done(s, done.counts))
        return
    total = Counter[str]()
    with s.err.status("") as line:

        def show(done: Round) -> None:
            total.update(done.counts)
            line.update(s.text("cli.worker.round", at=_hour(), done=_done(s, total)))

        yield show


@contextmanager
def told_to_stop(stop: Event, tell: Callable[[], None]) -> Iterator[None]:
    """Ctrl-C and SIGTERM set `stop`, which is said when the end takes a moment; a second one cuts short."""
    before, ended = {number: signal.getsignal(number) for number in SIGNALS}, Event()

    def told() -> None:
        stop.set()
        if not ended.wait(MOMENT):
            tell()

    def handler(_number: int, _frame: FrameType | None) -> None:
        for number in SIGNALS:
            signal.signal(number, signal.default_int_handler)
        # not from here: the main thread may hold the event's own lock at this very moment
        Thread(target=told, daemon=True).start()

    for number in SIGNALS:
        signal.signal(number, handler)
    try:
        yield
    finally:
        ended.set()
        for number, kept in before.items():
            signal.signal(number, kept)


def tasks_of(text: str, known: Sequence[Task]) -> list[str]:
    """The tasks that `--tasks` names, or all that are known here."""
    wanted = list(dict.fromkeys(word.strip() for word in text.split(",") if word.strip()))
    for word in wanted:
        if word not in known:
            raise Usage("no_line" if word in TASKS else "tasks", value=word, known=[task.value for task in known])
    return wanted or [task.value for task in known]


@contextmanager
def _written_here(notifiers: Sequence[Notifier]) -> Iterator[None]:
    """What the log's notifier says goes to standard error: nobody set up a log."""
    logs = [notifier.logger for notifier in notifiers if isinstance(notifier, LogNotifier)]
    handler = logging.StreamHandler(sys.stderr)
    for logger in logs:
        logger.setLevel(logging.INFO)
        logger.addHandler(handler)
    try:
        yield
    finally:
        for logger in logs:
            logger.removeHandler(handler)


def _done(s: Session, counts: Mapping[str, int]) -> str:
    return ", ".join(s.text(f"cli.worker.task.{task}", count=count) for task, count in counts.items())


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


def _hour() -> str:
    return datetime.now().astimezone().strftime("%H:%M:%S")
