"""Two firms that send over real HTTP to the simulator, one by the URSSAF's API, one by jedeclare; and the comparison.

What the firms believe at the end is held against the simulator's own ledger, which knows what it truly took and
what it told. Nothing here asserts; `differences` names every place where the two do not agree.
"""

from __future__ import annotations

import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from multiprocessing.connection import Connection
from pathlib import Path
from random import Random
from typing import Any

from due_workflow import Deposit, DueWorkflow, Mode, Policy, Submission, SubmissionState, Worker
from due_workflow.adapters.folder import FolderDeposit
from due_workflow.adapters.jedeclare import JedeclareAddresses, JedeclareCredentials, JedeclarePortal, JedeclareSettings
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.adapters.urssaf import LineSettings, UrssafAddresses, UrssafCredentials, UrssafPortal
from due_workflow.errors import DueWorkflowError
from due_workflow.ports import Clock, Portal
from due_workflow.simulator import PASSWORD, Delays, Faults, Settings, SimClock, Simulator, Taken
from due_workflow.simulator.ledger import Attempt
from due_workflow.testing import factories as f

FIRMS = ("urssaf", "jedeclare")
SOFTWARE = ("Editeur", "Paie", "1.0")
PLACES = 40
"""Companies of each firm: hires of one establishment are many, and left for the portal on one day."""
LINE = LineSettings("Paie", "1.0", "Editeur", connect=5.0, read=0.5, deadline=1.0, largest=1_000_000, allow_http=True)
POLICY = Policy(sending_minutes=1, collect_minutes=1)
NO_WORD = frozenset(
    {"cut_before", "cut_after", "cut_midway", "no_ads", "huge", "bomb", "endless", "slow_bytes", "wrong_type"}
)
"""Faults of a deposit's answer after which its sender cannot know, whatever its status said."""
S = SubmissionState


@dataclass(frozen=True, slots=True)
class Where:
    """All that another process needs to work for the firms."""

    database: str
    folder: str
    urssaf: tuple[str, str, str]
    jedeclare: tuple[str, str]


def simulator(folder: Path, clock: SimClock, faults: Faults | None = None, late: float = 3600.0) -> Simulator:
    """Both portals; pieces come after seconds of the simulator's clock."""
    settings = Settings(delays=Delays(ads=0, acs=30, ars=90, late=late), slow=0.02, patience=5.0, token_seconds=1800)
    return Simulator(settings, faults=faults, drop=folder, drop_account="jedeclare", clock=clock)


def where(sim: Simulator, database: Path, folder: Path) -> Where:
    one, other = sim.at_urssaf, sim.at_jedeclare
    return Where(
        str(database),
        str(folder),
        (one.authenticate, one.deposit, one.returns),
        (other.communication, other.files),
    )


def portals(at: Where, clock: Clock) -> dict[str, Portal]:
    """One of each; the accounts are named after the firms, but for the URSSAF's, which is a SIRET."""
    return {
        "urssaf": UrssafPortal(
            f.siret(900),
            lambda: UrssafCredentials("Nom", "Prenom", PASSWORD),
            addresses=UrssafAddresses(*at.urssaf),
            line=LINE,
            clock=clock.now,
        ),
        "jedeclare": JedeclarePortal(
            "jedeclare",
            JedeclareAddresses(*at.jedeclare),
            lambda: JedeclareCredentials("jedeclare", PASSWORD),
            deposit=FolderDeposit(at.folder),
            settings=JedeclareSettings(pause=0.01),
            line=LINE,
            clock=clock.now,
        ),
    }


class Office:
    """The two firms on one file, and the worker that serves both.

    `anew`: the portals are new objects in each round, as in a command that cron starts.
    """

    def __init__(self, at: Where, clock: Clock, anew: bool = False) -> None:
        self.clock, self.storage = clock, SqliteStorage(at.database, synchronous="OFF")
        self.at, self.anew = at, anew
        self._open(portals(at, clock))

    def _open(self, made: dict[str, Portal]) -> None:
        self.portals = made
        self.flows = {
            name: DueWorkflow(self.storage, cabinet=name, portals=(portal,), policy=POLICY, clock=self.clock)
            for name, portal in self.portals.items()
        }
        self.worker = Worker(self.storage, flow_for=self.flows.__getitem__, clock=self.clock)

    def open(self) -> None:
        """The firms' clients, mandates and first accepted tests, and the real mode."""
        for name, flow in self.flows.items():
            flow.set_software(*SOFTWARE)
            flow.set_portal(name, self.portals[name].account)
            for n in range(1, PLACES + 1):
                client = f.client(n)
                flow.add_client(client)
                flow.sign_mandate(client.siren, f.mandate())
            flow.send([flow.prepare(self.declaration("FIRST", 1), Mode.TEST).id])

    def live(self) -> None:
        for flow in self.flows.values():
            for n in range(1, PLACES + 1):
                flow.go_live(f.siren(n))

    def declaration(self, reference: str, n: int) -> Any:
        # a name of letters from the reference, so that the same hire is the same to both sides
        spelt = "".join(chr(ord("A") + int(c)) if c.isdigit() else c for c in reference if c.isalnum())
        start = (self.clock.now() + timedelta(days=6)).replace(hour=8, minute=0, second=0, microsecond=0)
        return f.declaration(reference, n, surname=f"ESSAI {spelt}", start=start)

    def prepare(self, many: int, seed: int, first: int = 0) -> None:
        """`many` hires of each firm, released: four in five real, one in five a test."""
        chance = Random(seed + first)
        for name, flow in self.flows.items():
            ids: list[str] = []
            for n in range(first, first + many):
                mode = Mode.TEST if chance.random() < 0.2 else Mode.REAL
                content = self.declaration(f"{name[0].upper()}{n:05d}", chance.randint(1, PLACES))
                ids.append(flow.prepare(content, mode).id)
            flow.release(ids)

    def round(self, answered: bool = True) -> None:
        """What a worker does in one turn, and a collection of each account."""
        if self.anew:
            self._close_portals()
            self._open(portals(self.at, self.clock))
        self.worker.send_released(10_000)
        for name, flow in self.flows.items():
            try:
                flow.collect(self.portals[name], answered=answered)
            except (DueWorkflowError, OSError):
                continue  # the line; the next round asks again
        self.worker.tick(10_000)

    def waiting(self) -> Counter[str]:
        """How many attempts stand where."""
        return Counter(str(sub.state) for sub in self.attempts())

    def attempts(self) -> Iterator[Submission]:
        for flow in self.flows.values():
            for filing in flow.read.filings():
                yield from filing.submissions.values()

    def close(self) -> None:
        self._close_portals()
        self.storage.close()

    def _close_portals(self) -> None:
        for portal in self.portals.values():
            portal.close()  # type: ignore[attr-defined]


def differences(office: Office, sim: Simulator, killed: int = 0) -> list[str]:
    """Every place where what the firms believe is not what the ledger says.

    `killed`: how often a sender was killed, each time perhaps with an answer that the ledger counts as given.
    """
    found: list[str] = []
    by_account: dict[tuple[str, str], list[Taken]] = {}
    for taken in sim.taken:
        by_account.setdefault((taken.portal, taken.sha256), []).append(taken)
        if taken.times > 1:
            found.append(f"{taken.portal} took deposit {taken.number} for the {taken.times}. time ({taken.mode})")
    cuts = Counter(a.portal for a in sim.world.attempts if not a.sha256)  # nobody read which message it was
    cuts["urssaf"] += killed
    tried: dict[tuple[str, str], list[Attempt]] = {}
    for attempt in sim.world.attempts:
        tried.setdefault((attempt.portal, attempt.sha256), []).append(attempt)
    now = sim.clock.now()
    for name, flow in office.flows.items():
        ours = {deposit.id: deposit for deposit in flow.read.deposits()}
        believed: set[str] = set()
        for filing in flow.read.filings():
            for sub in filing.submissions.values():
                deposit = ours.get(sub.deposit or "")
                held = by_account.get((name, deposit.sha256 or ""), []) if deposit is not None else []
                believed |= {deposit.sha256 or ""} if deposit is not None else set()
                asked = tried.get((name, deposit.sha256 or ""), []) if deposit is not None else []
                expected = _expected(name, held, deposit, asked, now)
                if sub.state not in expected:
                    found.append(f"{name} {sub.id}: we say {sub.state}, the ledger {sorted(expected)}")
                if deposit is not None and held and held[0].mode != sub.mode.value:
                    found.append(f"{name} {sub.id}: left as {held[0].mode}")
                cuts[name] -= sub.state is S.IN_DOUBT and all(map(_clear, asked))
        for (portal, sha256), taken_so in by_account.items():
            if portal == name and sha256 not in believed:
                found.append(f"{name} took deposit {taken_so[0].number}, which no attempt of ours is")
        if cuts[name] < 0:
            found.append(f"{name}: {-cuts[name]} in doubt more than answers were cut")
        if not flow.read.verify_journal().sound:
            found.append(f"{name}: a journal is broken")
    return found


def _clear(attempt: Attempt) -> bool:
    """Whether the answer to a deposit said what became of it: taken, with its reference, or affirmed not to be."""
    if attempt.fault in NO_WORD or attempt.status is None:
        return False
    said = attempt.answered or attempt.fault == "error_in_200"
    return (attempt.status < 300 and said) or 400 <= attempt.status < 500


def _expected(
    portal: str,
    held: list[Taken],
    deposit: Deposit | None,
    tried: list[Attempt],
    now: datetime,
) -> set[S]:
    """In which states an attempt may stand, by what the ledger knows of its deposit."""
    faults = {attempt.fault for attempt in tried}
    if not held:
        if deposit is None or deposit.withdrawn:
            return {S.PREPARED, S.LOST}
        # handed over, and it never arrived: nobody can know that at a portal that looks nothing up
        return {S.IN_DOUBT, S.LOST} if portal == "urssaf" else {S.LOST}
    (taken,) = held[:1]
    if deposit is not None and deposit.ref is None and portal == "jedeclare":
        # no list shows its ADS yet, and nothing else tells its reference
        return set() if any(p.kind == "ads" and p.shown(now) for p in taken.pieces) else {S.SENT}
    if deposit is not None and deposit.ref is None:
        # its answer was cut or named no reference, and no receipt can be asked for without one
        return {S.SENT if "no_ads" in faults else S.IN_DOUBT}
    if "wrong_mode" in faults:
        return {S.SENT}  # whatever follows speaks of another mode than was meant: a person decides
    told = taken.told(now)
    if told == "nothing" and portal == "urssaf":
        told = "ads"  # the answer to the deposit was its ADS
    return {_STATES[told]}


_STATES = {
    "nothing": S.SENT,
    "ads": S.DEPOSITED,
    "acs_accepted": S.FORWARDED,
    "acs_rejected": S.PORTAL_REJECTED,
    "ars_accepted": S.ACCEPTED,
    "ars_accepted_with_anomaly": S.ACCEPTED,
    "ars_rejected": S.CIRSO_REJECTED,
}


# ---- the process that is killed


class Clocks:
    """The machine's clock and what another process is ahead of it."""

    def __init__(self, ahead: float) -> None:
        self.ahead = timedelta(seconds=ahead)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


def work(at: Where, ahead: float, begins: Connection) -> None:
    """Send and collect until killed."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with closing(Office(at, Clocks(ahead))) as office:
        begins.send("at work")
        while True:
            office.round()
            time.sleep(0.01)
