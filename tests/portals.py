"""A portal that many processes share: a folder where each call leaves a line, so that a test can count them.

What a call does is decided by files too: `pause` in seconds, and attempts whose call hangs for good.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from due_workflow import DueWorkflow, Mode, Submission, Worker
from due_workflow.ports import Clock, Parcel, Storage
from due_workflow.receipts import Ads
from due_workflow.testing import FixedClock, RecordingNotifier, ScriptedPortal
from due_workflow.testing import factories as f
from due_workflow.workflow import SystemClock

if TYPE_CHECKING:
    from due_workflow.adapters.dbos import DbosEngine

PATIENCE = 40.0


class FolderPortal(ScriptedPortal):
    """Takes every deposit and says so in `<folder>/<account>.log`, a line when a call begins and one when it ends."""

    def __init__(self, folder: Path, account: str, *, pause: float = 0.0, clock: Clock | None = None) -> None:
        super().__init__("jedeclare", account, clock=clock or SystemClock())
        self.log, self.pause = folder / f"{account}.log", pause
        self.hang_in_render: set[str] = set()
        self.hang_in_deposit: set[str] = set()

    def _say(self, word: str, what: str) -> None:
        with self.log.open("a") as log:  # one short write in append mode is whole, whoever else writes
            log.write(f"{word} {what}\n")

    def render(self, submissions: Sequence[Submission], mode: Mode) -> Parcel:
        if submissions[0].id in self.hang_in_render:
            self._say("hangs", submissions[0].id)
            time.sleep(600)
        return super().render(submissions, mode)

    def deposit(self, parcel: Parcel) -> Ads | None:
        (sid,) = parcel.submissions
        self._say("begin", sid)
        if sid in self.hang_in_deposit:
            self._say("hangs", sid)
            time.sleep(600)
        time.sleep(self.pause)
        self._say("end", sid)
        return super().deposit(parcel).with_(portal_ref=f"{self.account}-{sid}")  # type: ignore[union-attr]

    # ---- what a test asks

    def lines(self) -> list[list[str]]:
        return [line.split() for line in self.log.read_text().splitlines()] if self.log.exists() else []

    def handed(self) -> Counter[str]:
        """How often each attempt went over the wire."""
        return Counter(what for word, what in self.lines() if word == "begin")

    def hanging(self) -> set[str]:
        return {what for word, what in self.lines() if word == "hangs"}

    def at_once(self) -> int:
        """The most calls that were under way at one moment."""
        most = now = 0
        for word, _ in self.lines():
            now += {"begin": 1, "end": -1}.get(word, 0)
            most = max(most, now)
        return most


def flow_of(storage: Storage, cabinet: str, portal: FolderPortal) -> DueWorkflow:
    return DueWorkflow(storage, cabinet=cabinet, portals=(portal,))


def released(flow: DueWorkflow, count: int) -> list[str]:
    """`count` tests of new hires, released to be sent."""
    account = flow.portals[0].account
    flow.set_software("Editeur", "Paie", "1.0")
    flow.set_portal("jedeclare", account)
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate(signed_on=datetime(2026, 1, 5).date()))
    subs = [flow.prepare(f.declaration(f"E-{n}"), Mode.TEST) for n in range(1, count + 1)]
    return [sub.id for sub in flow.release([sub.id for sub in subs])]


def work(storage: Storage, folder: Path, pause: float = 0.0) -> tuple[Worker, list[FolderPortal]]:
    """A worker of two firms, north and south, each with its portal account."""
    portals = {name: FolderPortal(folder, name.upper(), pause=pause) for name in ("north", "south")}
    worker = Worker(
        storage, flow_for=lambda name: flow_of(storage, name, portals[name]), notifiers=(RecordingNotifier(),)
    )
    return worker, list(portals.values())


def states(worker: Worker, ids: Sequence[str], cabinet: str = "north") -> list[str]:
    read = worker.flow_for(cabinet).read
    return [read.submission(id).state.value for id in ids]


def wait_for(what: Callable[[], bool], seconds: float = PATIENCE) -> None:
    until = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.1)


@contextmanager
def running(worker: Worker, url: str, **settings: timedelta) -> Iterator[DbosEngine]:
    """The worker under DBOS, in this process, with the executor id "one"."""
    from due_workflow.adapters.dbos import DbosEngine

    engine = DbosEngine(worker, executor_id="one", system_database_url=url, every=1, **settings)  # type: ignore[arg-type]
    engine.launch()
    try:
        yield engine
    finally:
        engine.stop(10)


def due_mandates(storage: Storage, count: int, cabinet: str = "cabinet") -> DueWorkflow:
    """A firm with `count` mandates that are about to end: as many deadlines that have come, one notice each."""
    past = datetime.now(UTC) - timedelta(days=20)
    flow = DueWorkflow(storage, cabinet=cabinet, clock=FixedClock(past))
    for n in range(1, count + 1):
        flow.add_client(f.client(n))
        flow.sign_mandate(f.siren(n), f.mandate(ends_on=(past + timedelta(days=40)).date()))
    return DueWorkflow(storage, cabinet=cabinet)


def told(flow: DueWorkflow) -> Counter[str]:
    """How many of the firm's notices stand where."""
    return Counter(out.state for out in flow.read.notices())
