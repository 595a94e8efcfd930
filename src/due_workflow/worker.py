"""`Worker`: what happens without a person, across firms: due deadlines, delivery, released sendings, collection.

It leases due records through `Storage.claim`, the only call that crosses firms, and handles each inside its own firm.
A worker that dies leaves a lease that runs out; the next one finds the record due again. Cron, a loop, Celery or any
other engine calls these methods; each returns how many records it handled. How leases are taken stands in `rounds`.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from threading import Event, local

from due_workflow import telemetry
from due_workflow.base import doors, word_of
from due_workflow.couriers import PATIENCE, Couriers, Rounds
from due_workflow.delivery import Answer, Roles, addressees, audience, awaited, settled
from due_workflow.errors import DueWorkflowError, InputRefused, StorageUnusable
from due_workflow.identifiers import scrub
from due_workflow.orders import Order, channel_of, fulfil
from due_workflow.ports import Clock, Kind, Notifier, Record, Ref, Storage
from due_workflow.records import Command, Outgoing, decode
from due_workflow.rounds import OF_ONE_RECORD, TASKS, Round, Task, backoff, give_back, in_turn, rounds
from due_workflow.workflow import DueWorkflow, SystemClock

HELD = 1000
"""Orders of the other task that one call steps over, at most, before it gives them back."""
_ORDERS = {"release": Task.SEND_RELEASED.value, "collect": Task.COLLECT.value}
log = logging.getLogger("due_workflow.worker")


@dataclass(frozen=True, slots=True, eq=False)
class _Told:
    """A notice on its way: whose, for whom, and until when it is leased."""

    flow: DueWorkflow
    id: str
    roles: Mapping[str, Roles]
    leased: datetime


@doors
class Worker:
    """Works across the firms of one storage. May be shared between threads; many processes may work on one storage.

    Args:
        storage: not joined to a host's transaction.
        flow_for: the `DueWorkflow` of a firm, by its id.
        notifiers: who delivers notices, each under a name of its own; each one is tried apart.
        clock: where the time comes from.
        by: the name in the journal.
        patience: how long one delivery of one notifier may take; it runs on a thread of its own. None: notifiers are
            called in the worker's own thread, and keep their own time.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        flow_for: Callable[[str], DueWorkflow],
        notifiers: Sequence[Notifier] = (),
        clock: Clock | None = None,
        by: str = "worker",
        patience: timedelta | None = PATIENCE,
    ) -> None:
        if storage.joined:
            raise InputRefused("joined_worker")
        self.storage, self.flow_for, self.notifiers, self.by = storage, flow_for, tuple(notifiers), by
        self.clock: Clock = clock or SystemClock()
        self._couriers = Couriers(self.notifiers, self.clock, patience)
        self._stop = Event()
        self._loops: list[Event] = []  # of `run` and `rounds`, in any thread
        self._here = local()

    # ---- rounds

    def run_once(self, limit: int = 100, tasks: Iterable[str] = TASKS) -> dict[str, int]:
        """One round of `tasks` (all of them); how many records each one handled, `limit` each at most.

        Raises:
            InputRefused: there is no such task.
            StorageUnusable: the storage cannot be used now.
        """
        return dict(self._round(limit, [word_of(Task, task) for task in tasks]))

    def run(
        self, stop: Event | None = None, every: float = 15.0, *, limit: int = 100, tasks: Iterable[str] = TASKS
    ) -> dict[str, int]:
        """Work until `stop` is set (or `stop()` is called); how many records each task handled in all.

        A round follows at once while there is work, else after `every` seconds. When told to stop, it finishes the
        record in hand, gives back what it had claimed and not begun, and returns. A storage that cannot be used is
        said once in the log and tried again, after 1 second at first and a minute at most.

        Raises:
            InputRefused: there is no such task.
            StorageUnusable: closed, another application's, or from a newer version: no waiting mends that.
        """
        total, out = dict.fromkeys(tasks := [word_of(Task, task).value for task in tasks], 0), False
        for done in self.rounds(stop, every, limit=limit, tasks=tasks):
            for task, handled in done.counts.items():
                total[task] += handled
            if done.outage is not None:
                log.error("the storage cannot be used, it is tried again: %s", scrub(done.outage.text("en")))
            elif out:
                log.warning("the storage can be used again")
            out = done.outage is not None
        return total

    def rounds(
        self, stop: Event | None = None, every: float = 15.0, *, limit: int = 100, tasks: Iterable[str] = TASKS
    ) -> Iterator[Round]:
        """As `run`, telling each `Round` when it is done, before any wait: for a host that shows what goes on."""
        wanted = [word_of(Task, task) for task in tasks]
        own = stop if stop is not None else Event()
        self._loops.append(own)
        try:
            # asked after it can be told: a `stop` at this very moment is either seen here or sets `own`
            if not self._stop.is_set():
                yield from rounds(lambda: self._turn(own, limit, wanted), own, every)
        finally:
            self._loops.remove(own)

    def stop(self) -> None:
        """End every `run` of this worker soon, and whatever else it does now; may be called from any thread.

        The `stop` events given to its runs are set. It stays stopped: a run that begins later ends at once, and a call
        such as `tick` does nothing; make another worker to go on. To end one run alone, set that run's own event.
        """
        self._stop.set()
        for loop in tuple(self._loops):
            loop.set()

    def _turn(self, own: Event, limit: int, tasks: Sequence[Task]) -> Iterator[tuple[str, int]]:
        """One round of a loop: what is done in this thread meanwhile looks at that loop's event."""
        self._here.stop = own
        try:
            yield from self._round(limit, tasks)
        finally:
            del self._here.stop

    def _stopping(self) -> Event:
        found: Event = getattr(self._here, "stop", self._stop)
        return found

    def _round(self, limit: int, tasks: Sequence[Task]) -> Iterator[tuple[str, int]]:
        if Task.TICK in tasks:
            yield Task.TICK.value, self.tick(limit)
        orders = [task for task in (Task.SEND_RELEASED, Task.COLLECT) if task in tasks]
        if orders:
            yield from self._orders(limit, orders).items()
        if Task.DELIVER in tasks:
            yield Task.DELIVER.value, self.deliver(limit)

    # ---- deadlines

    @telemetry.task("tick")
    def tick(self, limit: int = 100) -> int:
        """Raise the deadlines that have come, of clients, hires and receipts in the tray."""
        return self._each((Kind.CABINET, Kind.CLIENT, Kind.FILING, Kind.RECEIPT), limit, self._ring)

    def _ring(self, flow: DueWorkflow, record: Record) -> bool:
        flow.ring(record.ref, by=self.by)
        return True

    def _each(
        self,
        kinds: Sequence[Kind],
        limit: int,
        handle: Callable[[DueWorkflow, Record], bool],
        enough: Callable[[], bool] = bool,
    ) -> int:
        """Claim and handle until nothing is due or `limit` were handled; a failure leaves its lease to run out."""

        def one(cabinet: str, record: Record) -> bool:
            try:
                return handle(self.flow_for(cabinet), record)
            except DueWorkflowError as error:
                if isinstance(error, StorageUnusable) and error.code not in OF_ONE_RECORD:
                    raise  # an outage: the others would fail the same
                said = telemetry.extras(cabinet, case=record.ref, outcome=telemetry.outcome_of(error))
                log.warning("%s of %s failed: %s", record.ref, cabinet, scrub(error.text("en")), extra=said)
            except Exception as error:  # noqa: BLE001  # a host's or an adapter's fault must not stop the other firms
                said = telemetry.extras(cabinet, case=record.ref, outcome="failed")
                log.warning("%s of %s failed: %s", record.ref, cabinet, type(error).__name__, extra=said)
            return False

        stop = self._stopping()
        return in_turn(self.storage, self.clock, kinds, limit, one, lambda: stop.is_set() or enough())

    # ---- notices

    @telemetry.task("deliver")
    def deliver(self, limit: int = 100) -> int:
        """Hand due notices to the notifiers, each at least once, to whom `Policy.tell` says.

        Each notifier has its own tries and its own thread: one that is down or hangs neither delays nor repeats
        another's. What one cannot deliver is a dead letter once the others are through with it.
        """
        if not self.notifiers:
            return 0
        out: Rounds[_Told] = Rounds(self._couriers)
        stop = self._stopping()
        try:
            handled = self._each((Kind.NOTICE,), limit, lambda flow, record: self._hand_out(out, flow, record))
        except BaseException:
            out.close()  # nothing more is begun; what was told is still noted, so that it is not told again
            self._drain(out, stop)
            raise
        return handled - self._drain(out, stop)

    def _drain(self, out: Rounds[_Told], stop: Event) -> int:
        """Note what is answered yet; how many were given back with nothing begun."""
        back = 0
        try:
            for told, answers in out.answered(whole=True, stopped=stop.is_set):
                self._note(told, answers)
                back += bool(answers) and all(answer.why == "stopped" for answer in answers.values())
        finally:
            out.close()
        return back

    def _hand_out(self, post: Rounds[_Told], flow: DueWorkflow, record: Record) -> bool:
        out: Outgoing = decode(record).facts
        roles = audience(flow.policy.tell, out.notice, self._couriers.notifiers)
        asked = any("collaborator" in who for who in roles.values())
        clients = flow.read.concerned(out.notice.case) if asked else ()
        names = [client.collaborator for client in clients if client.collaborator]
        told = _Told(flow, record.ref.id, roles, record.due or self.clock.now())
        notices = {
            name: out.notice.with_(cabinet=flow.cabinet, to=addressees(roles[name], flow.cabinet, names))
            for name in awaited(out, roles, self.clock.now())
        }
        if notices:
            post.post(told, notices, told.leased)
        else:
            self._note(told, {})
        for noted, answers in post.answered():
            self._note(noted, answers)
        return True

    def _note(self, told: _Told, answers: Mapping[str, Answer]) -> None:
        """Keep what the notifiers answered; a failure leaves the notice to its lease, to be told once more."""
        now, most = self.clock.now(), told.flow.policy.delivery_tries
        died: list[bool] = []

        def pause(tries: int) -> timedelta:
            return backoff(tries, random.random())  # noqa: S311

        def change(out: Outgoing) -> Outgoing:
            after = settled(out, answers, told.roles, now=now, most=most, pause=pause, leased=told.leased)
            died.append(after.state == "dead" != out.state)
            return after

        try:
            told.flow.set_record(Kind.NOTICE, told.id, change, by=self.by)
            if died and died[-1]:
                telemetry.dead_letter()
        except DueWorkflowError as error:
            if isinstance(error, StorageUnusable) and error.code not in OF_ONE_RECORD:
                raise  # an outage: the others would fail the same
            log.warning("notice:%s of %s failed: %s", told.id, told.flow.cabinet, scrub(error.text("en")))
        except Exception as error:  # noqa: BLE001  # a host's storage must not stop the other notices
            log.warning("notice:%s of %s failed: %s", told.id, told.flow.cabinet, type(error).__name__)

    # ---- orders: released sendings and collections

    def send_released(self, limit: int = 100) -> int:
        """Send the attempts that were released, each through its firm's portal and its gate."""
        return self._orders(limit, (Task.SEND_RELEASED,))[Task.SEND_RELEASED]

    def collect(self, limit: int = 100) -> int:
        """Collect from the portal accounts whose turn has come; what is in doubt is asked for first."""
        return self._orders(limit, (Task.COLLECT,))[Task.COLLECT]

    @telemetry.task("orders")
    def _orders(self, limit: int, tasks: Sequence[Task]) -> dict[str, int]:
        done = {task.value: 0 for task in tasks}

        def handle(flow: DueWorkflow, record: Record, order: Command) -> None:
            fulfil(flow, record.ref, order, self.clock, self.by)
            done[_ORDERS[order.name]] += 1

        self._each_order(limit, tasks, handle)
        return done

    def orders(self, limit: int = 100, tasks: Iterable[str] = (Task.SEND_RELEASED, Task.COLLECT)) -> list[Order]:
        """Lease due orders for `carry_out` to do later, elsewhere: in a queue that limits the calls per account.

        Each one is given again when its lease of 5 minutes runs out before it was carried out: a queue that still
        holds it should not take it twice.
        """
        found: list[Order] = []

        def handle(flow: DueWorkflow, record: Record, order: Command) -> None:
            channel = channel_of(flow, record.ref, order)
            found.append(Order(flow.cabinet, record.ref.id, _ORDERS[order.name], channel, record.version))

        self._each_order(limit, [word_of(Task, task) for task in tasks], handle)
        return found

    def _each_order(
        self, limit: int, tasks: Sequence[Task], handle: Callable[[DueWorkflow, Record, Command], None]
    ) -> None:
        others: list[tuple[str, Record]] = []

        def pick(flow: DueWorkflow, record: Record) -> bool:
            order: Command = decode(record).facts
            wanted = _ORDERS.get(order.name) in tasks
            if wanted:
                handle(flow, record, order)
            else:
                others.append((flow.cabinet, record))
            return wanted

        try:
            self._each((Kind.COMMAND,), limit, pick, lambda: len(others) >= HELD)
        finally:
            # for who does the other task: given back last, or this call would claim them again and again
            give_back(self.storage, others)

    def carry_out(self, order: Order) -> bool:
        """Do one order of `orders`, if it is still to be done: False when another did it or it was put off."""
        flow, ref = self.flow_for(order.cabinet), Ref(Kind.COMMAND, order.id)
        for record in self.storage.load(order.cabinet, (ref,)):
            command: Command = decode(record).facts
            if command.due is not None and command.due <= self.clock.now():
                fulfil(flow, ref, command, self.clock, self.by)
                return True
        return False
