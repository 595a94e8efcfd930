"""What the trials' processes do: commands of a firm on one SQLite file, told over a pipe before and after each call.

A command is plain data, so that one whose end is unknown can be given to the next process again, under its key.
"""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from random import Random
from typing import Any

from due_workflow import DueWorkflow, Mode, Outcome, TransitionRefused, Verdict
from due_workflow.adapters import sqlite as adapter
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.testing import factories as f

CABINET = "cab"
CLIENTS = 3
Order = tuple[str, tuple[Any, ...], str]
"""A command: what, its arguments, its key."""


class Drift:
    """A clock that starts at the factories' instant and goes on in real time, across processes."""

    def __init__(self, since: float) -> None:
        self.since = since

    def now(self) -> datetime:
        return f.NOW + timedelta(seconds=time.time() - self.since)


def flow_on(storage: Any, since: float) -> DueWorkflow:
    return DueWorkflow(storage, cabinet=CABINET, clock=Drift(since))


def setup() -> Iterator[Order]:
    """The firm, its clients, one accepted test, and live; each under its key, so doing it again does nothing."""
    yield "set_software", ("Editeur", "Paie", "1.0"), "software"
    yield "set_portal", ("jedeclare", "acc"), "portal"
    for n in range(1, CLIENTS + 1):
        yield "client", (n,), f"client {n}"
    yield "hire", ("T-1", 1), "T-1"
    yield "prepare", ("T-1", "test"), "T-1 test"
    yield "sent", ("T-1/test/1", "T-1"), "T-1 sent"
    yield "receipt", ("ars", "T-1", "accepted", 1), ""
    for n in range(1, CLIENTS + 1):
        yield "go_live", (n,), f"live {n}"


def story(rng: Random, name: str) -> Iterator[Order]:
    """One hire from import to the last receipt, in an order of its own, with repeats."""
    n = rng.randint(1, CLIENTS)
    mode = rng.choice(("test", "real"))
    sub, ref = f"{name}/{mode}/1", f"R-{name}"
    if rng.random() < 0.5:
        yield "import", (tuple((f"{name}.{i}", n) for i in range(rng.randint(1, 6))),), ""
    yield "hire", (name, n), f"hire {name}"
    yield "prepare", (name, mode), f"prepare {name}"
    if rng.random() < 0.5:
        yield "begin", (sub,), f"begin {name}"
    papers: list[Order] = [
        ("receipt", ("ads", ref, "accepted", 1), ""),
        ("receipt", ("acs", ref, rng.choice(("accepted", "rejected")), 2), ""),
        ("receipt", ("ars", ref, rng.choice(("accepted", "rejected", "pending")), 3), ""),
        ("receipt", ("ars", ref, rng.choice(("accepted", "rejected")), 4), ""),
    ]
    early = rng.sample(papers, rng.randint(0, 2))
    yield from early
    yield "sent", (sub, ref), f"sent {name}"
    rng.shuffle(papers)
    yield from papers
    if rng.random() < 0.3:
        yield "renew", (sub,), f"renew {name}"
        yield "sent", (f"{name}/{mode}/2", f"{ref}.2"), f"sent again {name}"
        yield "receipt", ("ars", f"{ref}.2", "accepted", 5), ""
    yield from rng.sample(papers, 2)


def perform(flow: DueWorkflow, order: Order) -> Any:
    """Carry out an order; what it gives, as plain data."""
    what, args, key = order
    by = "trial"
    if what in ("set_software", "set_portal"):
        return getattr(flow, what)(*args, by=by, key=key).id
    if what == "client":
        (n,) = args
        flow.add_client(f.client(n), by=by, key=f"{key} add")
        flow.sign_mandate(f.siren(n), f.mandate(), by=by, key=f"{key} mandate")
        return f.siren(n)
    if what == "go_live":
        return str(flow.go_live(f.siren(args[0]), by=by, key=key).siren)
    if what == "import":
        return [one.reference for one in flow.register_many([hire(*a) for a in args[0]], by=by)]  # type: ignore[union-attr]
    if what == "hire":
        return flow.register(hire(*args), by=by, key=key).reference
    if what == "prepare":
        return flow.prepare(args[0], Mode(args[1]), by=by, key=key).id
    if what == "begin":
        return flow.begin_send(args, by=by, key=key)[0].id
    if what == "sent":
        return flow.mark_sent([args[0]], ref=args[1], by=by, key=key)[0].deposit
    if what == "renew":
        return flow.renew(args[0], None, "trial", confirm=True, by=by, key=key).id
    assert what == "receipt"
    result = flow.receive(receipt(*args), by=by)
    return [result.receipt, result.state]


def hire(reference: str, n: int) -> Any:
    return f.declaration(reference, n, start=datetime(2026, 3, 9, 8, tzinfo=UTC))


def receipt(kind: str, ref: str, outcome: str, number: int) -> Any:
    at = f.NOW + timedelta(minutes=number)
    given: dict[str, Any] = {"account": "acc", "piece": str(number), "raw": f"<{kind} {ref} {number}>".encode()}
    if kind == "ads":
        return f.ads(ref, at, **given)
    verdicts = (Verdict(outcome=Outcome(outcome), message="essai"),)
    return {"acs": f.acs, "ars": f.ars}[kind](ref, at=at, verdicts=verdicts, **given)


def work(path: str, since: float, seed: int, turn: int, pending: Order | None, pipe: Connection) -> None:
    """Open the file and work until killed: ("?", order) before a call, ("!", order, result) after it returned."""
    rng = Random(seed * 100_000 + turn)
    with SqliteStorage(path, synchronous="FULL") as storage:
        flow = flow_on(storage, since)

        def do(order: Order) -> None:
            pipe.send(("?", order))
            try:
                result = perform(flow, order)
            except TransitionRefused as refused:
                result = ["refused", [denial.code for denial in refused.denials]]
            pipe.send(("!", order, result))

        if pending is not None:
            do(pending)
        for order in setup():
            do(order)
        hires = 0
        while True:
            hires += 1
            for order in story(rng, f"{turn}-{hires}"):
                do(order)


class Mortal(sqlite3.Connection):
    """A connection whose process dies right after the nth statement."""

    left = 0

    def _step(self, run: Any, *args: Any) -> Any:
        done = run(*args)
        Mortal.left -= 1
        if Mortal.left == 0:
            os.kill(os.getpid(), signal.SIGKILL)
        return done

    def execute(self, *args: Any) -> sqlite3.Cursor:  # type: ignore[override]
        return self._step(super().execute, *args)  # type: ignore[no-any-return]

    def executemany(self, *args: Any) -> sqlite3.Cursor:  # type: ignore[override]
        return self._step(super().executemany, *args)  # type: ignore[no-any-return]


def die_at(path: str, since: float, orders: list[Order], statement: int, pipe: Connection) -> None:
    """Do `orders`, dying after the nth statement; ("!", order, result) after each, "alive" if there were fewer."""
    Mortal.left = statement
    connect = sqlite3.connect
    adapter.sqlite3.connect = lambda *args, **kwargs: connect(*args, factory=Mortal, **kwargs)  # type: ignore[assignment]
    with SqliteStorage(path) as storage:
        flow = flow_on(storage, since)
        for order in orders:
            pipe.send(("!", order, perform(flow, order)))
    Mortal.left = -1
    pipe.send("alive")
