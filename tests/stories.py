"""What the tests of the engine tell their stories with: a clock in the hand, a portal with a script, a firm.

Fakes only, each of a few lines; nothing here decides anything, and nothing looks behind the public door.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from due_workflow import (
    Acs,
    Ads,
    Ars,
    CannotTell,
    Client,
    Declaration,
    Deposit,
    DueWorkflow,
    Filing,
    Mode,
    Notice,
    NotSent,
    Outcome,
    Policy,
    Submission,
    Unreadable,
    Verdict,
    Worker,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.ports import Changes, Kind, Parcel, PieceRef, Storage
from due_workflow.testing import factories as f

NOW = f.NOW
CABINET = "cabinet"
ACCOUNT = "acc"
A, R = Outcome.ACCEPTED, Outcome.REJECTED


class Hands:
    """A clock that stands still until it is moved."""

    def __init__(self, at: datetime = NOW) -> None:
        self.at = at

    def now(self) -> datetime:
        return self.at

    def move(self, **much: float) -> datetime:
        self.at += timedelta(**much)
        return self.at

    def to(self, at: datetime) -> datetime:
        self.at = at.astimezone(UTC)
        return self.at


class CutError(ConnectionError):
    """The line broke: whether bytes left is not known."""


class ScriptedPortal:
    """A portal that answers each deposit as its script says: ads, none, not_sent, cut_after, cut_before."""

    recipient = "CIRSO"

    def __init__(self, clock: Hands, *script: str, name: str = "jedeclare", account: str = ACCOUNT) -> None:
        self.clock, self.name, self.account = clock, name, account
        self.script = list(script)
        self.taken: dict[str, tuple[str, Parcel]] = {}
        self.pieces: dict[PieceRef, Ads | Acs | Ars | Unreadable] = {}
        self.fetched: list[PieceRef] = []
        self.asked: list[tuple[datetime | None, tuple[str, ...]]] = []
        self.blind = False
        self.cut_fetches = 0

    def render(self, submissions: Sequence[Submission], mode: Mode) -> Parcel:
        assert all(s.declaration is not None for s in submissions), "an attempt came without its declaration"
        body = "\n".join(s.declaration.canonical().decode() for s in submissions if s.declaration).encode()
        names = tuple(s.id for s in submissions)
        content = f"{mode} {' '.join(names)}\n".encode() + body
        return Parcel(f"{len(self.taken)}.due", content, hashlib.sha256(content).hexdigest(), mode, names)

    def deposit(self, parcel: Parcel) -> Ads | None:
        word = self.script.pop(0) if self.script else "ads"
        if word == "not_sent":
            raise NotSent("no line")
        if word == "cut_before":
            raise CutError
        assert parcel.sha256 not in self.taken, "the same parcel was handed over twice"
        ref = f"P{len(self.taken) + 1}"
        self.taken[parcel.sha256] = (ref, parcel)
        if word == "cut_after":
            raise CutError
        return self.ads(ref, parcel) if word == "ads" else None

    def find(self, parcel: Parcel) -> Ads | None:
        if self.blind:
            raise CannotTell("no list today")
        found = self.taken.get(parcel.sha256)
        return self.ads(found[0], parcel) if found else None

    def ads(self, ref: str, parcel: Parcel) -> Ads:
        return f.ads(ref, self.clock.now(), portal=self.name, account=self.account, mode=parcel.mode)

    def ref_of(self, deposit: Deposit) -> str:
        """The reference under which this portal holds a deposit."""
        return self.taken[deposit.sha256 or ""][0]

    def publish(self, paper: Ads | Acs | Ars | Unreadable, stamp: str = "") -> PieceRef:
        """Make a piece wait here."""
        number = getattr(paper, "piece", None) or str(len(self.pieces) + 1)
        piece = PieceRef(self.name, self.account, paper.kind, number, stamp)
        self.pieces[piece] = paper
        return piece

    def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:
        self.asked.append((since, tuple(refs)))
        return iter(list(self.pieces))

    def fetch(self, piece: PieceRef) -> Ads | Acs | Ars | Unreadable:
        if self.cut_fetches:
            self.cut_fetches -= 1
            raise CutError
        self.fetched.append(piece)
        return self.pieces[piece]


class Mailbox:
    """A notifier that keeps what it is given, after failing as its script says."""

    def __init__(self, name: str = "mailbox", *failures: Exception) -> None:
        self.name, self.failures = name, list(failures)
        self.got: list[Notice] = []

    def send(self, notice: Notice) -> None:
        if self.failures:
            raise self.failures.pop(0)
        self.got.append(notice)


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
        clock: Hands | None = None,
        policy: Policy | None = None,
        portal: ScriptedPortal | None = None,
        cabinet: str = CABINET,
        **settings: Any,
    ) -> None:
        self.storage: Storage = storage if storage is not None else MemoryStorage()
        self.clock = clock or Hands()
        self.portal = portal or ScriptedPortal(self.clock)
        self.policy = policy or Policy(**settings)
        self.flow = DueWorkflow(
            self.storage, cabinet=cabinet, portals=(self.portal,), policy=self.policy, clock=self.clock
        )
        self.read = self.flow.read
        self.refs = 0

    def worker(self, *notifiers: Mailbox) -> Worker:
        return Worker(self.storage, flow_for=lambda _: self.flow, notifiers=notifiers, clock=self.clock)

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
