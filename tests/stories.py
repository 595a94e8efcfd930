"""What the tests of the engine tell their stories with: one firm, and the steps that many stories share.

Nothing here decides anything, and nothing looks behind the public door.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from due_workflow import (
    Client,
    Conflict,
    Declaration,
    DueWorkflow,
    Filing,
    Mode,
    Outcome,
    Policy,
    Submission,
    TransitionRefused,
    Verdict,
    Worker,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.ports import Changes, Kind, Storage
from due_workflow.testing import FixedClock, RecordingNotifier, ScriptedPortal
from due_workflow.testing import factories as f

NOW = f.NOW
CABINET = "cabinet"
ACCOUNT = "acc"
A, R = Outcome.ACCEPTED, Outcome.REJECTED


class Wrapped:
    """A storage in front of another; a test changes one method of it."""

    def __init__(self, inner: Storage, joined: bool = False) -> None:
        self.inner, self.joined = inner, joined
        self.commits: list[Changes] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self.inner, name)

    def commit(self, cabinet: str, changes: Changes) -> None:
        self.commits.append(changes)
        self.inner.commit(cabinet, changes)


class Firm:
    """One firm over one storage, with the steps that many stories share."""

    def __init__(
        self,
        storage: Storage | None = None,
        *,
        clock: FixedClock | None = None,
        policy: Policy | None = None,
        portal: ScriptedPortal | None = None,
        cabinet: str = CABINET,
        **settings: Any,
    ) -> None:
        self.storage: Storage = storage if storage is not None else MemoryStorage()
        self.clock = clock or FixedClock()
        self.portal = portal or ScriptedPortal("jedeclare", ACCOUNT, clock=self.clock)
        self.policy = policy or Policy(**settings)
        self.flow = DueWorkflow(
            self.storage, cabinet=cabinet, portals=(self.portal,), policy=self.policy, clock=self.clock
        )
        self.read = self.flow.read
        self.refs = 0

    def worker(self, *notifiers: RecordingNotifier) -> Worker:
        return Worker(self.storage, flow_for=lambda _: self.flow, notifiers=notifiers, clock=self.clock)

    def move(self, **much: float) -> datetime:
        """Let time pass."""
        return self.clock.advance(timedelta(**much))

    # ---- steps

    def opened(self) -> Firm:
        """The firm has its software and its portal."""
        self.flow.set_software("Editeur", "Paie", "1.0")
        self.flow.set_portal("jedeclare", ACCOUNT)
        return self

    def mandated(self, n: int = 1, client: Client | None = None, **mandate: Any) -> str:
        """The nth client, its mandate signed."""
        siren = f.siren(n)
        self.flow.add_client(client or f.client(n))
        self.flow.select(siren)
        self.flow.request_mandate(siren)
        self.flow.sign_mandate(siren, f.mandate(**mandate))
        return siren

    def tested(self, reference: str = "T-1", n: int = 1, **declaration: Any) -> Submission:
        """A test of that hire, sent and accepted."""
        sub = self.flow.prepare(f.declaration(reference, n, **declaration), Mode.TEST)
        return self.answered(self.sent(sub.id), f.ars)

    def tested_elsewhere(self) -> Submission:
        """An accepted test of another client of the firm, the ninth."""
        self.mandated(9)
        return self.tested("T-9", 9)

    def live(self, n: int = 1, client: Client | None = None, **mandate: Any) -> str:
        """The nth client in real mode, by a test of its own."""
        siren = self.mandated(n, client, **mandate)
        self.tested(f"T-{n}", n, start=self.clock.now() + timedelta(days=5))
        self.flow.go_live(siren)
        return siren

    def real(self, reference: str = "E-1", n: int = 1, **declaration: Any) -> Submission:
        """A REAL attempt of that hire, prepared."""
        given = {"start": self.clock.now() + timedelta(days=5)} | declaration
        return self.flow.prepare(f.declaration(reference, n, **given), Mode.REAL)

    def new_ref(self) -> str:
        self.refs += 1
        return f"R{self.refs}"

    def sent(self, *ids: str, ref: str | None = None, late: bool = False) -> Submission:
        """The attempts sent by the host itself, under a reference that is known at once."""
        self.flow.begin_send(ids, late)
        return self.flow.mark_sent(ids, ref=ref or self.new_ref())[0]

    def ref_of(self, sub: Submission | str) -> str:
        sub = self.read.submission(sub if isinstance(sub, str) else sub.id)
        assert sub.deposit is not None
        ref = self.read.deposit(sub.deposit).ref
        assert ref is not None
        return ref

    def answered(self, sub: Submission, make: Any, outcome: Outcome = A, **changes: Any) -> Submission:
        """An ACS or ARS for the deposit of `sub`, received now."""
        given: dict[str, Any] = {"at": self.clock.now(), "account": ACCOUNT} | changes
        paper = make(self.ref_of(sub), outcome, **given)
        self.flow.receive(paper)
        return self.read.submission(sub.id)

    def declared(self, reference: str = "E-1", n: int = 1, **declaration: Any) -> Submission:
        """A REAL attempt of a live client, sent and accepted."""
        return self.answered(self.sent(self.real(reference, n, **declaration).id), f.ars)

    # ---- looking

    def status(self, reference: str = "E-1") -> str:
        return self.read.filing(reference).status.value

    def codes(self, *, urgent: bool | None = None) -> list[str]:
        """The codes of all notices so far."""
        notices = (o.notice for o in self.read.notices())
        return [n.code for n in notices if urgent is None or n.urgent is urgent]

    def filing(self, reference: str = "E-1") -> Filing:
        return self.read.filing(reference)

    def everything(self) -> dict[str, tuple[object, ...]]:
        """Every record of the firm, to the byte, and every journal entry."""
        found: dict[str, tuple[object, ...]] = {}
        for kind in Kind:
            for record in self.storage.find(self.flow.cabinet, kind, limit=10_000):
                data, keys = bytes(record.data), sorted(record.keys)
                entries = [(e.seq, bytes(e.data), e.hash) for e in self.read.entries(record.ref)]
                found[str(record.ref)] = (record.version, record.state, data, keys, record.due, entries)
        return found


def verdict(outcome: Outcome, **said: Any) -> Verdict:
    return Verdict(outcome=outcome, **said)


def other(declaration: Declaration, **contract: Any) -> Declaration:
    """The same hire with another content."""
    changed = declaration.contract.with_(**({"trial_days": 30} | contract))
    return declaration.with_(contract=changed)


# ---- racers in processes of their own: named here, so that a spawned process can import them


def racer(where: str, start: Any, answers: Any, number: int, levels: Sequence[str]) -> None:
    """One of eight processes at the same file or server: three races a level, each from one starting line."""
    from due_workflow.adapters.sqlite import SqliteStorage

    told = {}
    for level in levels:
        with at_level(where, level) if level else SqliteStorage(where) as storage:
            flow = Firm(storage, cabinet=cabinet_of(level)).flow
            told[level] = []
            for race in (race_to_send, race_to_receive, race_with_one_key):
                start.wait(60)
                told[level].append(race(flow, number))
    answers.put(told)


def cabinet_of(level: str) -> str:
    """The firm that races at that isolation level."""
    return level.replace(" ", "-").lower() or CABINET


def at_level(url: str, level: str, **given: Any) -> Any:
    """The SQL storage on an engine of its own at that isolation level."""
    from sqlalchemy import create_engine

    from due_workflow.adapters.sql import SqlStorage

    class OfItsOwn(SqlStorage):
        def close(self) -> None:
            super().close()
            self.engine.dispose()

    return OfItsOwn(create_engine(url, isolation_level=level, pool_size=10), **given)


def race_to_send(flow: DueWorkflow, number: int) -> str:
    """Begin one of the two REAL attempts of one hire."""
    try:
        return flow.begin_send([f"E-1/real/{number % 2 + 1}"])[0].id
    except (TransitionRefused, Conflict):
        return ""


def race_to_receive(flow: DueWorkflow, number: int) -> str:
    """Take the same receipt in."""
    return "repeat" if flow.receive(f.ars("T", account=ACCOUNT)).repeat else "first"


def race_with_one_key(flow: DueWorkflow, number: int) -> str:
    """Prepare the same hire under the same key."""
    return flow.prepare(f.declaration("E-9"), key="one key").id


def on_your_marks(firm: Firm) -> Firm:
    """A live client; two REAL attempts of one hire, prepared; a test that waits for its ARS."""
    firm.opened().live()
    first = firm.real()
    firm.flow.renew(first.id, None, "again")
    firm.sent(firm.flow.prepare(f.declaration("T-9"), Mode.TEST).id, ref="T")
    return firm
