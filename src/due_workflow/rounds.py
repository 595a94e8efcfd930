"""How due records are worked through: leases taken in turns, watched and given back; rounds until told to stop.

Nothing here knows what a task does. Time is the clock's where it decides who holds a lease; only waiting is real time.
A handler that outlives its lease does no harm: whatever it commits names the version that it loaded, so of two who
hold the same record one commits and the other gets a Conflict and decides again.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from threading import Event

from due_workflow.errors import Conflict, DueWorkflowError, StorageUnusable
from due_workflow.identifiers import scrub
from due_workflow.ports import Changes, Clock, Kind, Record, Storage
from due_workflow.records import decode, encode

LEASE = timedelta(minutes=5)
"""How long a claimed record is another worker's affair."""
BRISK = timedelta(seconds=2)
"""A claim that was worked off faster is followed by one of twice its size, else by one of half."""
FIRST = 16
"""The size of the first claim: a slow notifier must not hold what other workers could do."""
LONGEST = timedelta(hours=6)
OUTAGE = 60.0
"""The longest wait in seconds between two looks at a storage that cannot be used."""
OF_ONE_RECORD = frozenset({"record_of_another_version", "record_unreadable"})
"""Codes of `StorageUnusable` that tell of one record; every other one is an outage of the whole storage."""
FOR_GOOD = frozenset({"storage_closed", "storage_foreign", "storage_newer"})
"""Codes that no waiting mends: they end the loop."""
log = logging.getLogger("due_workflow.worker")


class Task(StrEnum):
    """What a worker does: `tick` deadlines, `send_released` attempts, `collect` from portals, `deliver` notices."""

    TICK = "tick"
    SEND_RELEASED = "send_released"
    COLLECT = "collect"
    DELIVER = "deliver"


TASKS = tuple(Task)
"""All of them, in the order of a round: what a deadline or a collection tells is delivered in the same one."""


@dataclass(frozen=True, slots=True)
class Round:
    """One round of a worker.

    Attributes:
        counts: how many records each task handled. Nothing handled means that nothing was due.
        outage: why the storage cannot be used; told once, and followed by a round without it when it can be again.
    """

    counts: Mapping[str, int] = field(default_factory=dict)
    outage: StorageUnusable | None = None

    @property
    def idle(self) -> bool:
        """Whether there was nothing to do."""
        return not any(self.counts.values())


def backoff(tries: int, jitter: float) -> timedelta:
    """How long to wait after `tries` failures: 1 minute doubled each time, 6 hours at most, up to a quarter more."""
    wait = min(timedelta(minutes=2 ** min(tries, 16)), LONGEST)
    return wait * (1 + jitter / 4)


def in_turn(
    storage: Storage,
    clock: Clock,
    kinds: Sequence[Kind],
    limit: int,
    handle: Callable[[str, Record], bool],
    stopped: Callable[[], bool],
) -> int:
    """Claim and handle what is due until nothing is, `limit` were handled, or `stopped`; how many were handled.

    Claims are small and grow while they are worked off briskly. What was claimed and not begun when `stopped` says so
    is given back at once; what is not begun when the lease runs out is left, since another worker may have it by then.
    """
    handled, size = 0, FIRST
    while handled < limit and not stopped():
        now, size = clock.now(), min(size, limit - handled)
        taken = storage.claim(kinds, now, now + LEASE, size)
        for place, (cabinet, record) in enumerate(taken):
            if stopped():
                give_back(storage, taken[place:])
                break
            if clock.now() >= now + LEASE:
                break
            try:
                handled += handle(cabinet, record)
            except StorageUnusable:
                raise
            except BaseException:
                give_back(storage, taken[place + 1 :])
                raise
        if len(taken) < size:
            break
        size = size * 2 if clock.now() - now < BRISK else max(size // 2, 1)
    return handled


def give_back(storage: Storage, taken: Iterable[tuple[str, Record]]) -> None:
    """Make leased records due when their facts say so, for any worker to take; nothing else of them changes."""
    for cabinet, record in taken:
        try:
            storage.commit(cabinet, Changes(write=[encode(decode(record))]))
        except Conflict:
            continue  # whoever changed it meanwhile has set its due as well
        except DueWorkflowError as error:
            log.warning("%s of %s was not given back: %s", record.ref, cabinet, scrub(error.text("en")))


def rounds(work: Callable[[], Iterable[tuple[str, int]]], stop: Event, every: float) -> Iterator[Round]:
    """Rounds until `stop`: at once again while there is work, else after `every` seconds.

    Args:
        work: one round; each task and how many records it handled, as it is done.
        stop: no round begins and no wait goes on once it is set.
        every: seconds between two rounds when there was nothing to do.

    Raises:
        StorageUnusable: for a reason that waiting does not mend.
    """
    down = 0
    while not stop.is_set():
        counts: dict[str, int] = {}
        try:
            for task, handled in work():
                counts[task] = handled  # noqa: PERF403  # what was done before an outage counts
        except StorageUnusable as error:
            if error.code in FOR_GOOD:
                raise
            down += 1
            if down == 1:
                yield Round(counts, error)
            stop.wait(min(2.0 ** min(down - 1, 6), OUTAGE) * (1 + random.random() / 4))  # noqa: S311
            continue
        down, done = 0, Round(counts)
        yield done
        if done.idle:
            stop.wait(every)
