"""What each process of a crowd does on the one file; every command carries a name of its own (`by`), to be counted."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier
from random import Random
from typing import Any

from due_workflow import Conflict, DueWorkflow, DueWorkflowError, Mode, Notice, Worker
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.ports import Kind
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as f
from trials.at_work import CABINET, hire, receipt

HIRES = 4


def flow_at(storage: Any, at: datetime = f.NOW) -> DueWorkflow:
    return DueWorkflow(storage, cabinet=CABINET, clock=FixedClock(at))


def made(path: str) -> None:
    """A firm with a client, and a few hires whose test and real attempts are under way."""
    with SqliteStorage(path, synchronous="OFF") as storage:
        flow = flow_at(storage)
        flow.set_software("Editeur", "Paie", "1.0")
        flow.set_portal("jedeclare", "acc")
        flow.add_client(f.client(1))
        flow.sign_mandate(f.siren(1), f.mandate())
        for n in range(HIRES):
            sub = flow.prepare(hire(f"H-{n}", 1), Mode.TEST)
            flow.mark_sent([sub.id], ref=f"R-{n}")
            flow.prepare(f"H-{n}", Mode.REAL)


def commands(flow: DueWorkflow, rng: Random, name: str, n: int) -> tuple[str, str, Callable[[], Any]]:
    """A command that leaves exactly one entry signed `name` in the journal of one case: what, the case, the call."""
    h = rng.randrange(HIRES)
    reference = f"H-{h}"
    at = f.NOW + timedelta(seconds=n)
    choices: tuple[tuple[str, str, Callable[[], Any]], ...] = (
        ("elsewhere", reference, lambda: flow.declared_elsewhere(reference, f.NOW, name, by=name)),
        ("release", reference, lambda: flow.release([f"{reference}/real/1"], by=name)),
        ("sign", f.siren(1), lambda: flow.sign_mandate(f.siren(1), f.mandate(signatory=name), by=name)),
        ("client", f.siren(1), lambda: flow.add_client(f.client(1, collaborator=name), by=name)),
        ("software", CABINET, lambda: flow.set_software("Editeur", "Paie", name, by=name)),
        ("register", f"N-{name}", lambda: flow.register(hire(f"N-{name}", 1), by=name)),
        ("receive", reference, lambda: flow.receive(_fresh(f"R-{h}", at, name), by=name)),
        ("keyed", reference, lambda: flow.declared_elsewhere(reference, f.NOW, name, by=name, key=name)),
    )
    return rng.choice(choices)


def _fresh(ref: str, at: datetime, name: str) -> Any:
    return f.ars(ref, at=at, account="acc", raw=name.encode(), piece=name)


def hammer(path: str, seed: int, who: int, count: int, start: Barrier, pipe: Connection) -> None:
    """Give `count` commands; tells what was acknowledged, what was refused, and what failed."""
    rng = Random(seed * 1000 + who)
    done, failed = [], []
    with SqliteStorage(path) as storage:
        flow = flow_at(storage)
        start.wait()
        for n in range(count):
            name = f"p{who}-{n}"
            what, case, call = commands(flow, rng, name, n)
            try:
                result = call()
            except DueWorkflowError as error:
                failed.append((type(error).__name__, error.code, what, isinstance(error, Conflict)))
            else:
                done.append((name, what, case, getattr(result, "receipt", "")))
    pipe.send((done, failed))


def same(path: str, who: int, count: int, start: Barrier, pipe: Connection) -> None:
    """Everybody gives the very same commands, at the same time; tells every result."""
    told, failed = [], []
    with SqliteStorage(path) as storage:
        flow = flow_at(storage)
        for n in range(count):
            reference = f"S-{n}"
            start.wait()
            calls: tuple[Callable[[], Any], ...] = (
                lambda r=reference: flow.register(hire(r, 1), by=f"p{who}", key=f"register {r}").reference,
                lambda r=reference: flow.prepare(r, Mode.TEST, by=f"p{who}", key=f"prepare {r}").id,
                lambda r=reference: flow.begin_send([f"{r}/test/1"], by=f"p{who}", key=f"begin {r}")[0].id,
                lambda r=reference: flow.mark_sent([f"{r}/test/1"], ref=r, by=f"p{who}", key=f"s {r}")[0].deposit,
                lambda r=reference: flow.receive(receipt("ars", r, "accepted", 1), by=f"p{who}").receipt,
            )
            for call in calls:
                try:
                    told.append(call())
                except DueWorkflowError as error:
                    failed.append((type(error).__name__, error.code, reference, isinstance(error, Conflict)))
    pipe.send((told, failed))


def claimer(path: str, who: int, at: datetime, start: Barrier, pipe: Connection) -> None:
    """Claim what is due until nothing is; tells each name and version that it got."""
    got: list[tuple[str, int]] = []
    with SqliteStorage(path, synchronous="OFF") as storage:
        start.wait()
        kinds = (Kind.FILING, Kind.RECEIPT, Kind.CLIENT, Kind.NOTICE)
        while leased := storage.claim(kinds, at, at + timedelta(minutes=5), 1 + who):
            got += [(str(record.ref), record.version) for _, record in leased]
    pipe.send((got, []))


class Post:
    """A notifier that counts."""

    name = "post"

    def __init__(self) -> None:
        self.ids: list[str] = []

    def send(self, notice: Notice) -> None:
        self.ids.append(notice.id)


def worker(path: str, who: int, at: datetime, start: Barrier, pipe: Connection) -> None:
    """Tick and deliver until nothing is due; tells the ids of what was delivered."""
    post, errors = Post(), []
    with SqliteStorage(path, synchronous="OFF") as storage:
        crew = Worker(
            storage, flow_for=lambda _: flow_at(storage, at), notifiers=(post,), clock=FixedClock(at), by=f"w{who}"
        )
        start.wait()
        try:
            while crew.tick(7) + crew.deliver(5):
                pass
        except DueWorkflowError as error:
            errors.append((type(error).__name__, error.code, "worker", isinstance(error, Conflict)))
    pipe.send((post.ids, errors))
