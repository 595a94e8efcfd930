"""What the chaos trial's processes do on one PostgreSQL: receive, tick, deliver, and go on where a killed one stopped.

A process owns a slice of the receipts and acknowledges each in a file of its own, after the command returned. The
firm's clock stands, so that the same receipts give the same facts; the workers' clock runs, sixty times as fast as
ours, so that the lease of a killed worker runs out within seconds.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from due_workflow import DueWorkflow, Mode, Outcome, Policy, Verdict, Worker
from due_workflow.errors import StorageUnusable
from due_workflow.models import Notice
from due_workflow.ports import Changes, Kind, Storage
from due_workflow.receipts import Receipt
from due_workflow.testing import FixedClock
from due_workflow.testing import factories as f

POLICY = Policy(ads_missing_hours=24 * 365)
"""The ADS is never missed here: whether it came before the tick would be a matter of chance."""
FAST = 60
JOURNALED = (Kind.CABINET, Kind.CLIENT, Kind.FILING, Kind.DEPOSIT)


class Fast:
    """The workers' clock: from the factories' instant on, `FAST` times as fast as ours, across processes."""

    def __init__(self, since: float, ahead: timedelta = timedelta()) -> None:
        self.since, self.ahead = since, ahead

    def now(self) -> datetime:
        return f.NOW + self.ahead + timedelta(seconds=(time.time() - self.since) * FAST)


class Noted:
    """Appends the id of each notice to a file; a line is written whole or not at all."""

    name = "noted"

    def __init__(self, file: Path) -> None:
        self.out = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)

    def send(self, notice: Notice) -> None:
        os.write(self.out, f"{notice.id}\n".encode())


def cabinet(n: int, firms: int) -> str:
    return f"firm-{n % firms}"


def flow_on(storage: Storage, name: str, clock: FixedClock | None = None) -> DueWorkflow:
    return DueWorkflow(storage, cabinet=name, policy=POLICY, clock=clock or FixedClock())


def prepare(storage: Storage, hires: int, firms: int) -> None:
    """Firms with hires whose tests were just sent; some hires have a deadline that is due."""
    clock = FixedClock(f.NOW - timedelta(days=3))
    for name in {cabinet(n, firms) for n in range(hires)}:
        flow = flow_on(storage, name, clock)
        flow.set_software("Editeur", "Paie", "1.0")
        flow.add_client(f.client(1))
        flow.sign_mandate(f.siren(1), f.mandate())
        numbers = [n for n in range(hires) if cabinet(n, firms) == name]
        # a third opens its window today, a third is hired tomorrow, a third has nothing due
        starts = (timedelta(days=7), timedelta(days=1), timedelta(days=20))
        hired = (f.declaration(f"E-{n}", start=f.NOW + starts[n % 3]) for n in numbers)
        for filing in flow.register_many(hired):
            flow.prepare(filing.reference, Mode.TEST)
        clock.set(f.NOW - timedelta(minutes=1))
        for n in numbers:
            flow.mark_sent([f"E-{n}/test/1"], ref=f"R-{n}")
        clock.set(f.NOW - timedelta(days=3))


def papers(seed: int, hires: int, firms: int, slot: int, slots: int) -> Iterator[tuple[str, Receipt]]:
    """The receipts of a slice of the hires, each with its firm: late, twice, out of order, contradictory, unknown."""
    for n in range(slot, hires, slots):
        rng = Random(f"{seed}/{n}")
        at = f.NOW - timedelta(seconds=30)

        def said(kind: Any, outcome: str, number: int, ref: str = f"R-{n}", at: datetime = at) -> Receipt:
            raw = f"<{kind.__name__} {ref} {number}>".encode()
            given = {"at": at + timedelta(seconds=number), "piece": str(number), "raw": raw}
            if kind is f.ads:
                return kind(ref, **given)  # type: ignore[no-any-return]
            return kind(ref, verdicts=(Verdict(outcome=Outcome(outcome)),), **given)  # type: ignore[no-any-return]

        usual = [
            said(f.ads, "", 1),
            said(f.acs, rng.choice(("accepted", "accepted", "rejected")), 2),
            said(f.ars, rng.choice(("accepted", "accepted", "rejected", "pending")), 3),
        ]
        if rng.random() < 0.2:
            usual.append(said(f.ars, rng.choice(("accepted", "rejected")), 4))
        if rng.random() < 0.1:
            usual.append(said(f.acs, "accepted", 5, ref=f"unknown-{n}"))
        if rng.random() < 0.4:
            rng.shuffle(usual)
        usual += rng.sample(usual, rng.randint(0, 2))
        yield from ((cabinet(n, firms), paper) for paper in usual)


def work(url: str, where: str, seed: int, hires: int, firms: int, slot: int, slots: int, since: float) -> None:
    """Go on with a slice until the parent says stop."""
    from due_workflow.adapters.sql import SqlStorage

    folder = Path(where)
    acks = folder / f"acks-{slot}"
    done = acks.read_bytes().count(b"\n") if acks.exists() else 0
    out = os.open(acks, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    with SqlStorage(url) as storage:
        worker = Worker(
            storage,
            flow_for=lambda name: flow_on(storage, name),
            notifiers=[Noted(folder / f"delivered-{slot}-{os.getpid()}")],
            clock=Fast(since),
        )

        def insist(task: Any) -> Any:
            """The server may be away: what was asked for is asked again, as a host would."""
            while True:
                try:
                    return task()
                except StorageUnusable:
                    time.sleep(0.2)

        for number, (name, paper) in enumerate(papers(seed, hires, firms, slot, slots)):
            if number < done:
                continue
            insist(lambda name=name, paper=paper: flow_on(storage, name).receive(paper))  # type: ignore[misc]
            os.write(out, f"{number}\n".encode())
            if number % 5 == slot % 5:
                insist(lambda: worker.tick(10))
                insist(lambda: worker.deliver(10))
        (folder / f"finished-{slot}").touch()
        while not (folder / "stop").exists():
            if not (insist(lambda: worker.tick(50)) + insist(lambda: worker.deliver(50))):
                time.sleep(0.2)


def calm(storage: Storage, seed: int, hires: int, firms: int, slots: int) -> list[str]:
    """The same without faults, in one process, one after the other; gives the ids that were delivered."""
    from due_workflow.testing import RecordingNotifier

    for slot in range(slots):
        for name, paper in papers(seed, hires, firms, slot, slots):
            flow_on(storage, name).receive(paper)
    told = RecordingNotifier()
    drained(storage, told, Fast(time.time(), timedelta(minutes=5)))
    return told.ids


def drained(storage: Storage, notifier: Any, clock: Any) -> None:
    """Tick and deliver until nothing is due."""
    worker = Worker(storage, flow_for=lambda name: flow_on(storage, name), notifiers=[notifier], clock=clock)
    while worker.tick(500) + worker.deliver(500):
        pass


def copied(source: Storage, target: Storage, names: list[str]) -> None:
    """Bring the records and journals of these firms into an empty storage."""
    from dataclasses import replace

    for name in names:
        for kind in Kind:
            after = ""
            while found := source.find(name, kind, after=after, limit=200):
                entries = [
                    e for record in found if kind in JOURNALED for e in source.journal(name, record.ref, limit=10_000)
                ]
                target.commit(name, Changes([replace(record, version=0) for record in found], (), entries))
                after = found[-1].ref.id
