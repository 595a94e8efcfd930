"""`Simulator`: the far ends, their memory and their HTTP front as one thing that a test starts and stops."""

from __future__ import annotations

import signal
import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self

from due_workflow.simulator import control as controls
from due_workflow.simulator import jedeclare, urssaf
from due_workflow.simulator.call import Answer, Call
from due_workflow.simulator.clock import SimClock
from due_workflow.simulator.drop import Acknowledge, Drop
from due_workflow.simulator.faults import Faults, Rule
from due_workflow.simulator.front import Front
from due_workflow.simulator.ledger import Taken
from due_workflow.simulator.settings import LOOPBACK, BadSetting, Settings
from due_workflow.simulator.world import Outcome, World

Unlisted = Callable[[str, int, str], object]
"""What is told of files that the wrong login asks for: their account, how many deposits it has, who lists instead."""


@dataclass(frozen=True, slots=True)
class UrssafAddresses:
    """Where the API DPAE is: `returns` ends before the idflux."""

    authenticate: str
    deposit: str
    returns: str


@dataclass(frozen=True, slots=True)
class JedeclareAddresses:
    """Where jedeclare is: `files` ends before the account's number, `depot` before the account."""

    communication: str
    files: str
    depot: str


class Simulator:
    """Both portals on one loopback address, to practise against. A context manager, or `start` and `stop`.

    Args:
        settings: how the far ends behave; see `Settings`.
        faults: what goes wrong; nothing by default.
        drop: the folder in which files for jedeclare are left; scanned at each of its listings, and by `scan`.
        drop_account: whose those files are, where no folder on the way names an account.
        acknowledge: called with name, reference and instant of each file taken from the folder, as a transport would
            tell them (`FolderDeposit.acknowledge`); not where the ADS is lost.
        unlisted: called once for each account whose deposits wait while only another login, which has none, is listed;
            the ledger's `unlisted` says the same.
        host: a loopback address; another one is refused.
        port: 0 takes a free one.
        tls: answer over TLS with this context.
        clock: a clock of your own making.

    Raises:
        BadSetting: an address that others could reach, or a folder that is not there.
    """

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        faults: Faults | None = None,
        drop: Path | str | None = None,
        drop_account: str = "cabinet",
        acknowledge: Acknowledge | None = None,
        unlisted: Unlisted | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        tls: ssl.SSLContext | None = None,
        clock: SimClock | None = None,
    ) -> None:
        if host not in LOOPBACK:
            raise BadSetting("host: the simulator listens on this machine alone: 127.0.0.1 or ::1")
        self.clock = clock or SimClock()
        self.world = World(settings or Settings(), self.clock, faults or Faults())
        self.urssaf, self.jedeclare = urssaf.Urssaf(self.world), jedeclare.Jedeclare(self.world)
        self.drop = None if drop is None else Drop(self.world, Path(drop), drop_account, acknowledge)
        self._unlisted, self._told = unlisted, set[tuple[str, str]]()
        self.control = controls.Control(self)
        self._bind = ("127.0.0.1" if host == "localhost" else host, port, tls)
        self._front: Front | None = None
        self._thread: Thread | None = None

    # ---- start and stop

    def start(self) -> Self:
        """Listen.

        Raises:
            OSError: the port is taken.
        """
        host, port, tls = self._bind
        self._front = Front(self, host, port, tls)
        self._bind = (host, self._front.server_address[1], tls)
        # the poll only bounds how long `stop` may take
        self._thread = Thread(target=self._front.serve_forever, args=(0.02,), name="simulator", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Listen no more and close every connection. The ledger stays readable."""
        if self._front is not None and self._thread is not None:
            self._front.end()
            self._thread.join()
            self._front = self._thread = None

    close = stop

    def serve(self, seconds: float | None = None) -> None:
        """Stay until Ctrl-C or SIGTERM, or for so many seconds; for a process that does nothing else."""
        before = signal.signal(signal.SIGTERM, signal.default_int_handler)
        try:
            Event().wait(seconds)
        except KeyboardInterrupt:
            pass
        finally:
            signal.signal(signal.SIGTERM, before)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, _: type[BaseException] | None, __: BaseException | None, ___: TracebackType | None) -> None:
        self.stop()

    def __repr__(self) -> str:
        return f"Simulator({self.url!r})"

    # ---- addresses

    @property
    def url(self) -> str:
        """The address of both portals and of the control API."""
        host, port, tls = self._bind
        return f"{'https' if tls else 'http'}://{f'[{host}]' if ':' in host else host}:{port}"

    @property
    def at_urssaf(self) -> UrssafAddresses:
        """Where the API DPAE is."""
        return UrssafAddresses(self.url + urssaf.AUTH, self.url + urssaf.DEPOSIT, self.url + urssaf.LIST)

    @property
    def at_jedeclare(self) -> JedeclareAddresses:
        """Where jedeclare is."""
        return JedeclareAddresses(
            self.url + jedeclare.COMMUNICATION, self.url + jedeclare.FILES, self.url + controls.DEPOT
        )

    def addresses(self) -> dict[str, Any]:
        """Every address, as JSON."""
        one, other = self.at_urssaf, self.at_jedeclare
        return {
            "simulator": self.url + controls.ROOT,
            "urssaf": {"authenticate": one.authenticate, "deposit": one.deposit, "returns": one.returns},
            "jedeclare": {"communication": other.communication, "files": other.files, "depot": other.depot},
        }

    # ---- what a test says and reads

    @property
    def faults(self) -> Faults:
        """The script that plays now."""
        return self.world.faults

    @property
    def settings(self) -> Settings:
        """The settings now in force."""
        return self.world.settings

    def set(self, **changes: Any) -> None:
        """Change settings from now on: ``set(delays=Delays(0, 0, 0))``."""
        self.world.settings = replace(self.world.settings, **changes)

    def play(self, faults: Faults) -> None:
        """Play another script from now on."""
        self.world.faults = faults

    def next(self, fault: str, **when: Any) -> None:
        """One more explicit fault: ``next("cut_after", at="deposit")``; see `Rule`."""
        self.faults.add(Rule(fault, **when))

    def outcome(self, outcome: str, **which: Any) -> None:
        """What becomes of hires: ``outcome("rejected", siret="…")``; see `Outcome`."""
        with self.world.lock:
            self.world.outcomes.append(Outcome(outcome, **which))

    @property
    def taken(self) -> tuple[Taken, ...]:
        """Every deposit that was truly taken, in order."""
        with self.world.lock:
            return tuple(self.world.taken)

    @property
    def ledger(self) -> Mapping[str, Any]:
        """The ledger, as ``GET /simulator/ledger`` gives it."""
        return self.world.plain()

    def scan(self) -> list[Taken]:
        """Take what is new in the drop folder."""
        return [] if self.drop is None else self.drop.scan()

    def drain(self) -> None:
        """No fault from now on; what is late or held back, but not lost for ever, is published now."""
        self.scan()
        self.world.drain()

    def reset(self) -> None:
        """Forget what was taken, told and asked, the outcomes and the faults; the settings and the clock stay."""
        self.world.reset()
        self._told.clear()
        self.world.faults = Faults()

    def answer(self, portal: str, endpoint: str, call: Call) -> Answer:
        """Answer one request to a portal; the front calls it."""
        if portal == "urssaf":
            return self.urssaf.answer(endpoint, call)
        if endpoint == "deposit":
            return self.control.depot(call)
        if endpoint == "files":
            return self.jedeclare.files(call)
        if endpoint == "list":
            self.scan()
        answer = self.jedeclare.communication(call)
        if endpoint == "list" and self._unlisted is not None:
            self._tell_unlisted(self._unlisted)
        return answer

    def _tell_unlisted(self, tell: Unlisted) -> None:
        with self.world.lock:
            rows = [
                (row["account"], row["deposits"], other)
                for row in self.world.unlisted()
                for other in row["listed_instead"]
            ]
            new = [row for row in rows if (row[0], row[2]) not in self._told]
            self._told.update((account, other) for account, _, other in new)
        for account, count, other in new:
            tell(account, count, other)
