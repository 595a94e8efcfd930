"""The same `Worker` driven by DBOS, on the PostgreSQL of the host (SQLite for a trial): schedules, queues, a reaper.

DBOS says when and how many at a time; what is done stays in `Worker` and in our own storage. Each of its workflows is a
short job that may be run again at any point: DBOS takes a workflow of a process that died up again only under the same
executor id, so ids are stable, and `reap` hands over what an id that will not come back has left.
DBOS keeps firms' ids and the host's references in its tables, and nothing else of ours. Its console is not used: no key
is given, and nothing is called outside.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import quote

from dbos import DBOS, DBOSConfig, SetEnqueueOptions, SetWorkflowID

from due_workflow.errors import DueWorkflowError
from due_workflow.identifiers import scrub
from due_workflow.orders import Order
from due_workflow.rounds import Task
from due_workflow.worker import Worker

VERSION = "due_workflow-1"
"""The application's version for DBOS. Constant: our jobs hold no state, so any release may take any of them up."""
PORTALS = "due_workflow.portals"
"""The queue of portal calls, one partition for each portal account."""
_LIVE = ["PENDING", "ENQUEUED", "DELAYED"]
_OVER = ["SUCCESS", "ERROR", "CANCELLED", "MAX_RECOVERY_ATTEMPTS_EXCEEDED"]
_PAGE = 500
log = logging.getLogger("due_workflow.worker")


class DbosEngine:
    """Runs a `Worker` by DBOS. One for a process, since DBOS itself is.

    Args:
        worker: what does the work; its storage is not DBOS's, though both may live in one database.
        name: the application's name for DBOS.
        executor_id: the name of this process, the same after a restart and no other process's: what it left
            unfinished is taken up when it is back.
        system_database_url: where DBOS keeps its tables (schema "dbos"), as SQLAlchemy writes it. None where the host
            has made its `DBOS` already, and not launched it yet: `launch` does, and `stop` leaves it to the host.
        every: seconds between two rounds; a divisor of 60, or whole minutes that divide an hour.
        tasks: the worker's tasks to do.
        per_account: portal calls at a time for one portal account, all processes together.
        at_once: portal calls at a time in this process.
        limit: how many records a job claims before it looks at the clock.
        keep: how long DBOS keeps finished jobs for its listing.
        stale: a job that has been running for longer belongs to a process that died, and is started again.

    Raises:
        ValueError: `every` is no such number.
        InputRefused: there is no such task.
    """

    def __init__(
        self,
        worker: Worker,
        *,
        name: str = "due-workflow",
        executor_id: str,
        system_database_url: str | None = None,
        every: int = 15,
        tasks: Iterable[str] = tuple(Task),
        per_account: int = 2,
        at_once: int = 16,
        limit: int = 100,
        keep: timedelta = timedelta(days=7),
        stale: timedelta = timedelta(minutes=30),
    ) -> None:
        self.worker, self.executor_id = worker, executor_id
        self._cron, self._every, self._limit = _cron(every), every, limit
        self._tasks = [Task(task) for task in tasks]
        self._per_account, self._at_once = per_account, at_once
        self._keep, self._stale = keep, stale
        self._owned = system_database_url is not None
        if system_database_url is not None:
            # a name and a version of our own, and no key: DBOS's console is never called
            config: DBOSConfig = {
                "name": name,
                "system_database_url": system_database_url,
                "executor_id": executor_id,
                "application_version": VERSION,
                "log_level": "WARNING",
            }
            DBOS(config=config)
        self._jobs = self._registered()

    # ---- life

    def launch(self) -> None:
        """Begin: migrate DBOS's tables, take up what this executor id left, set queue and schedules.

        Schedules are shared: the last process launched says how often and which.
        """
        DBOS.launch()
        DBOS.register_queue(
            PORTALS,
            partition_concurrency=self._per_account,
            worker_concurrency=max(self._at_once, self._per_account),
            on_conflict="always_update",
        )
        DBOS.apply_schedules(
            [{"schedule_name": job, "workflow_fn": run, "schedule": cron} for job, (run, cron) in self._jobs.items()]
        )

    def stop(self, patience: int = 60) -> None:
        """End: no new record is taken, the one in hand is finished for `patience` seconds, the rest is left to others.

        A DBOS of the host's own goes on without us. A worker that was stopped stays so: make another to launch again.
        """
        self.worker.stop()
        if self._owned:
            DBOS.destroy(destroy_registry=True, workflow_completion_timeout_sec=patience)

    # ---- what DBOS runs

    def _registered(self) -> dict[str, tuple[Callable[[datetime, Any], Any], str]]:
        """Our workflows, known to DBOS before it launches: recovery needs them. Each job with its schedule."""
        jobs: dict[str, tuple[Callable[[datetime, Any], Any], str]] = {}

        def job(name: str, work: Callable[[], object], cron: str) -> None:
            def run(_at: datetime, _context: Any) -> object:
                return work()

            jobs[f"due_workflow.{name}"] = DBOS.workflow(name=f"due_workflow.{name}")(run), cron

        for task, method in ((Task.TICK, self.worker.tick), (Task.DELIVER, self.worker.deliver)):
            if task in self._tasks:
                job(task.value, lambda method=method: self._work(method), self._cron)  # type: ignore[misc]
        self._orders = [task for task in (Task.SEND_RELEASED, Task.COLLECT) if task in self._tasks]
        if self._orders:
            job("orders", self._hand_out, self._cron)
        job("tidy", self.tidy, "0 */5 * * * *")

        @DBOS.workflow(name="due_workflow.portal_call")
        def portal_call(order: dict[str, Any]) -> object:
            return _told(lambda: "done" if self.worker.carry_out(Order(**order)) else "done by another, or put off")

        self._portal_call = portal_call
        return jobs

    def _work(self, method: Callable[[int], int]) -> object:
        """Until nothing is due or the next round begins."""
        ends, total = time.monotonic() + self._every, 0

        def work() -> int:
            nonlocal total
            while handled := method(self._limit):
                total += handled
                if time.monotonic() >= ends:
                    break
            return total

        return _told(work)

    def _hand_out(self) -> object:
        """Lease due orders and queue each under its account, unless its last run still waits or runs."""
        ends, total = time.monotonic() + self._every, 0
        while time.monotonic() < ends:
            # a step: when this job is run again, it queues the same ones under the same ids
            leased = DBOS.run_step({"name": "lease"}, self._lease)
            names = [_prefix(order) for order in leased]
            known = DBOS.list_workflows(
                workflow_id_prefix=names, status=_LIVE, load_input=False, load_output=False
            ) if names else []  # fmt: skip
            for order, name in zip(leased, names, strict=True):
                if any(run.workflow_id.startswith(name) for run in known):
                    continue
                with (
                    SetWorkflowID(f"{name}{order['turn']}"),
                    SetEnqueueOptions(queue_partition_key=order["channel"] or "-"),
                ):
                    DBOS.enqueue_workflow(PORTALS, self._portal_call, order)
                total += 1
            if len(leased) < self._limit:
                break
        return total

    def _lease(self) -> list[dict[str, Any]]:
        try:
            return [asdict(order) for order in self.worker.orders(self._limit, self._orders)]
        except DueWorkflowError as error:
            log.warning("no order could be leased: %s", scrub(error.text("en")))
            return []

    # ---- for operators

    def reap(self, executor_ids: Sequence[str]) -> list[str]:
        """Hand what dead processes were doing to the living; the ids of those jobs. Nothing is done twice by it.

        Raises:
            ValueError: this process's own id is among them.
        """
        if self.executor_id in executor_ids:
            raise ValueError(f"{self.executor_id} is alive: it asks")
        if not executor_ids:
            return []
        left = list(self._ours(status="PENDING", executor_id=list(executor_ids)))
        _resume(left)
        return [run.workflow_id for run in left]

    def tidy(self) -> dict[str, int]:
        """Start again what has been running for longer than `stale`, forget what is over for longer than `keep`.

        Every 5 minutes DBOS does it by itself; how many jobs were `resumed` and `forgotten`, 500 of these at most.
        """
        now = datetime.now(UTC)
        stale, kept = _ms(now - self._stale), (now - self._keep).isoformat()
        late = [run for run in self._ours(status="PENDING") if (run.dequeued_at or stale) < stale]
        _resume(late)
        over = [run.workflow_id for run in self._ours(status=_OVER, completed_before=kept, limit=_PAGE)]
        if over:
            DBOS.delete_workflows(over)
        return {"resumed": len(late), "forgotten": len(over)}

    def jobs(self, *, status: Sequence[str] = (), limit: int = 100) -> list[dict[str, Any]]:
        """DBOS's own listing of our jobs, newest first, as plain data for a dashboard.

        Each has `id`, `job`, `status` (DBOS's words: ENQUEUED, PENDING, SUCCESS, ERROR…), `executor`, `account` (of a
        portal call), `created`, `started`, `ended` (aware UTC) and `result`.
        """
        runs = self._ours(status=list(status) or None, limit=limit, sort_desc=True, load_output=True)
        return [
            {
                "id": run.workflow_id,
                "job": run.name.removeprefix("due_workflow."),
                "status": run.status,
                "executor": run.executor_id,
                "account": run.queue_partition_key,
                "created": _instant(run.created_at),
                "started": _instant(run.dequeued_at),
                "ended": _instant(run.completed_at),
                "result": run.output if run.error is None else type(run.error).__name__,
            }
            for run in runs
        ]

    def _ours(self, **wanted: Any) -> Iterator[Any]:
        names = [*self._jobs, "due_workflow.portal_call"]
        yield from DBOS.list_workflows(name=names, **{"load_input": False, "load_output": False} | wanted)


def _resume(runs: Iterable[Any]) -> None:
    for run in runs:
        # back to its own queue: the limit per account holds for it as well
        DBOS.resume_workflow(run.workflow_id, queue_name=run.queue_name)


def _told(work: Callable[[], Any]) -> Any:
    """What `work` gives; a fault as its name alone, since DBOS keeps what a workflow raises, whole."""
    try:
        return work()
    except DueWorkflowError as error:
        log.warning("a job failed and is tried again: %s", scrub(error.text("en")))
        return error.code
    except Exception as error:  # noqa: BLE001  # a host's or an adapter's fault may hold anything
        log.warning("a job failed and is tried again: %s", type(error).__name__)
        return type(error).__name__


def _prefix(order: dict[str, Any]) -> str:
    # a firm's id and the host's references may hold any character, "/" and "#" among them
    return f"due_workflow/{quote(order['cabinet'], safe='')}/{quote(order['id'], safe='')}#"


def _cron(every: int) -> str:
    """A cron line with seconds.

    Raises:
        ValueError: these seconds do not come round evenly.
    """
    if 0 < every < 60 and 60 % every == 0:
        return f"*/{every} * * * * *"
    if every >= 60 and every % 60 == 0 and 3600 % every == 0:
        return f"0 */{every // 60} * * * *" if every < 3600 else "0 0 * * * *"
    raise ValueError(f"every is a divisor of 60 seconds, or of an hour in whole minutes, not {every}")


def _ms(instant: datetime) -> float:
    return instant.timestamp() * 1000


def _instant(ms: int | None) -> datetime | None:
    return None if ms is None else datetime.fromtimestamp(ms / 1000, UTC)
