"""`Worker`: what happens without a person, across firms: due deadlines, delivery, released sendings, collection.

It leases due records through `Storage.claim`, the only call that crosses firms, and handles each inside its own firm.
A worker that dies leaves a lease that runs out; the next one finds the record due again. Cron, a loop, Celery or any
other engine calls these methods; each returns how many records it handled.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from due_workflow.base import doors
from due_workflow.errors import (
    DueWorkflowError,
    InputRefused,
    Retry,
    TransitionRefused,
    Undeliverable,
)
from due_workflow.identifiers import scrub
from due_workflow.models import SubmissionState
from due_workflow.ports import Clock, Kind, Notifier, Record, Ref, Storage
from due_workflow.records import Command, Outgoing, decode
from due_workflow.workflow import DueWorkflow, SystemClock

LEASE = timedelta(minutes=5)
OVERLAP = timedelta(days=2)
EVERY = timedelta(minutes=15)
LONGEST = timedelta(hours=6)
TELL_AFTER = 3
log = logging.getLogger("due_workflow.worker")


def backoff(tries: int, jitter: float) -> timedelta:
    """How long to wait after `tries` failures: 1 minute doubled each time, 6 hours at most, up to a quarter more."""
    wait = min(timedelta(minutes=2 ** min(tries, 16)), LONGEST)
    return wait * (1 + jitter / 4)


@doors
class Worker:
    """Works across the firms of one storage.

    Args:
        storage: not joined to a host's transaction.
        flow_for: the `DueWorkflow` of a firm, by its id.
        notifiers: who delivers notices; each one is tried apart.
        clock: where the time comes from.
        by: the name in the journal.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        flow_for: Callable[[str], DueWorkflow],
        notifiers: Sequence[Notifier] = (),
        clock: Clock | None = None,
        by: str = "worker",
    ) -> None:
        if storage.joined:
            raise InputRefused("joined_worker")
        self.storage, self.flow_for, self.notifiers, self.by = storage, flow_for, tuple(notifiers), by
        self.clock: Clock = clock or SystemClock()

    def run_once(self, limit: int = 100) -> dict[str, int]:
        """One round of everything; how many records each part handled."""
        return {
            "tick": self.tick(limit),
            "send_released": self.send_released(limit),
            "collect": self.collect(limit),
            "deliver": self.deliver(limit),
        }

    # ---- deadlines

    def tick(self, limit: int = 100) -> int:
        """Raise the deadlines that have come, of clients, hires and receipts in the tray."""
        return self._each((Kind.CABINET, Kind.CLIENT, Kind.FILING, Kind.RECEIPT), limit, self._ring)

    def _ring(self, flow: DueWorkflow, record: Record) -> bool:
        flow.ring(record.ref, by=self.by)
        return True

    def _each(self, kinds: Sequence[Kind], limit: int, handle: Callable[[DueWorkflow, Record], bool]) -> int:
        """Claim and handle until nothing is due or `limit` were handled; a failure leaves its lease to run out."""
        handled = 0
        now = self.clock.now()
        for cabinet, record in self.storage.claim(kinds, now, now + LEASE, limit):
            try:
                handled += handle(self.flow_for(cabinet), record)
            except DueWorkflowError as error:
                log.warning("%s of %s failed: %s", record.ref, cabinet, scrub(error.text("en")))
            except Exception as error:  # noqa: BLE001  # a host's or an adapter's fault must not stop the other firms
                log.warning("%s of %s failed: %s", record.ref, cabinet, type(error).__name__)
        return handled

    # ---- notices

    def deliver(self, limit: int = 100) -> int:
        """Hand due notices to the notifiers, each at least once; what cannot be delivered becomes a dead letter."""
        return self._each((Kind.NOTICE,), limit, self._deliver) if self.notifiers else 0

    def _deliver(self, flow: DueWorkflow, record: Record) -> bool:
        out: Outgoing = decode(record).facts
        done, refused, trouble = list(out.done), list(out.refused), None
        wait: timedelta | None = None
        for notifier in self.notifiers:
            if notifier.name in done or notifier.name in refused:
                continue
            try:
                notifier.send(out.notice)
            except Undeliverable as error:
                refused.append(notifier.name)
                trouble = error.text("en")
            except Retry as error:
                wait, trouble = error.after or wait, error.text("en")
            except Exception as error:  # noqa: BLE001  # one notifier's fault must not stop the others
                trouble = type(error).__name__
            else:
                done.append(notifier.name)
        missing = [n.name for n in self.notifiers if n.name not in done and n.name not in refused]
        tries = out.tries + 1
        lost = (bool(refused) and not missing) or (bool(missing) and tries >= flow.policy.delivery_tries)
        state = "dead" if lost else "pending" if missing else "delivered"
        due = self.clock.now() + (wait or backoff(tries, random.random())) if state == "pending" else None  # noqa: S311

        def change(now: Outgoing) -> Outgoing:
            return now.with_(
                state=state,
                done=tuple(done),
                refused=tuple(refused),
                tries=tries,
                trouble=scrub(trouble) if trouble else None,
                due=due,
            )

        flow.set_record(Kind.NOTICE, record.ref.id, change, by=self.by)
        return True

    # ---- orders: released sendings and collections

    def send_released(self, limit: int = 100) -> int:
        """Send the attempts that were released, each through its firm's portal and its gate."""
        return self._each((Kind.COMMAND,), limit, lambda f, r: self._order(f, r, "release"))

    def collect(self, limit: int = 100) -> int:
        """Collect from the portal accounts whose turn has come; what is in doubt is asked for first."""
        return self._each((Kind.COMMAND,), limit, lambda f, r: self._order(f, r, "collect"))

    def _order(self, flow: DueWorkflow, record: Record, wanted: str) -> bool:
        order: Command = decode(record).facts
        if order.name != wanted:
            # claimed for the other task: hand it back as it was
            flow.set_record(Kind.COMMAND, record.ref.id, lambda now: now, by=self.by)
            return False
        after = self._send(flow, order) if wanted == "release" else self._collect(flow, record.ref, order)
        flow.set_record(Kind.COMMAND, record.ref.id, lambda _: after, by=self.by)
        return True

    def _send(self, flow: DueWorkflow, order: Command) -> Command:
        (sid,) = order.results
        done = order.with_(state="done", due=None, trouble=None)
        if flow.read.submission(sid).state is not SubmissionState.PREPARED:
            return done
        try:
            result = flow.send((sid,), late=order.late, by=order.by or self.by)
        except DueWorkflowError as error:
            # no portal, or one that cannot make the file: the order stays, and is said
            return self._unsent(flow, sid, order, error.text("en"))
        except Exception as error:  # noqa: BLE001  # an adapter's fault must not stop the others' orders
            return self._unsent(flow, sid, order, type(error).__name__)
        denied = result.refused.get(sid)
        if denied is not None:
            return self._denied(flow, sid, order, denied)
        if flow.read.submission(sid).state is SubmissionState.PREPARED:
            return self._unsent(flow, sid, order, "not sent")
        return done

    def _unsent(self, flow: DueWorkflow, sid: str, order: Command, why: str) -> Command:
        later = self._later(order, self.clock.now(), why)
        if later.tries == TELL_AFTER:
            ref = Ref(Kind.FILING, sid.rsplit("/", 2)[0])
            flow.tell(
                "release_waits", ref, urgent=True, by=self.by, submission=sid, tries=later.tries, why=later.trouble
            )
        return later

    def _denied(self, flow: DueWorkflow, sid: str, order: Command, denied: TransitionRefused) -> Command:
        opens = [d.facts["opens"] for d in denied.denials if d.code == "window_not_open"]
        if len(denied.denials) == 1 and opens and isinstance(opens[0], datetime):
            return order.with_(due=opens[0], trouble="window_not_open")
        reasons = ", ".join(d.code for d in denied.denials)
        ref = Ref(Kind.FILING, sid.rsplit("/", 2)[0])
        flow.tell("release_refused", ref, urgent=True, by=self.by, submission=sid, reasons=reasons)
        return order.with_(state="done", due=None, trouble=reasons)

    def _later(self, order: Command, now: datetime, why: str) -> Command:
        tries = order.tries + 1
        return order.with_(tries=tries, trouble=scrub(why), due=now + backoff(tries, random.random()))  # noqa: S311

    def _collect(self, flow: DueWorkflow, ref: Ref, order: Command) -> Command:
        now = self.clock.now()
        wanted = ref.id.removeprefix("collect:")
        portal = next((p for p in flow.portals if f"{p.name}/{p.account}" == wanted), None)
        if portal is None:
            return order.with_(due=now + EVERY, trouble="no such portal given")
        since = order.cursor - OVERLAP if order.cursor is not None else None
        try:
            flow.collect(portal, since, by=self.by)
        except Exception as error:  # noqa: BLE001  # whatever the line does, the cursor stays and the order is tried again
            log.warning("collection from %s failed: %s", wanted, type(error).__name__)
            return self._later(order, now, type(error).__name__)
        return order.with_(cursor=now, due=now + EVERY, tries=0, trouble=None)
