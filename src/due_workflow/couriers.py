"""`Couriers`: the notifiers at work, each on a thread of its own, so that none waits for another.

One that hangs is left alone until it comes back; one that fails slowly is not asked again in the same round. What is
told and what becomes of it is decided elsewhere (`delivery`). Patience is real time; who holds a lease is the clock's.
"""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Callable, Hashable, Iterator, Mapping, Sequence
from contextvars import copy_context
from dataclasses import dataclass
from datetime import datetime, timedelta
from queue import Empty, Queue
from threading import Condition, Thread
from time import monotonic
from typing import Generic, NamedTuple, TypeVar

from due_workflow import telemetry
from due_workflow.base import forget
from due_workflow.delivery import Answer
from due_workflow.errors import InputRefused, Retry, Undeliverable
from due_workflow.models import Notice
from due_workflow.ports import Clock, Notifier
from due_workflow.rounds import LEASE

PATIENCE = timedelta(seconds=60)
GRACE = 2.0
"""Seconds after which a notifier is slow: what the others answered is no longer kept waiting for it."""
PACE = 16
"""Notices on their way at once in a round, those aside that only a slow notifier keeps."""
_GLANCE = 0.05
log = logging.getLogger("due_workflow.worker")
K = TypeVar("K", bound=Hashable)


def called(notifier: Notifier, notice: Notice) -> Answer:
    """What the notifier makes of the notice; nothing that it raises comes out but in words."""
    try:
        telemetry.deliver(notifier, notice)
    except Undeliverable as error:
        return Answer("refused", why=str(error.facts.get("why") or "undeliverable"))
    except Retry as error:
        return Answer("retry", error.after, str(error.facts.get("why") or "retry"))
    except Exception as error:  # noqa: BLE001  # one notifier's fault must not stop the others
        # its words may hold anything: only its kind is kept, and no frame of it
        forget(error)
        return Answer("retry", why=type(error).__name__)
    return Answer("done")


class _Letter(NamedTuple):
    key: Hashable
    notice: Notice
    until: datetime


class _Lane:
    """One notifier's queue in one round, and the thread that works it off."""

    def __init__(
        self, notifier: Notifier, out: Queue[tuple[Hashable, str, Answer]], clock: Clock, margin: timedelta
    ) -> None:
        self.notifier, self.name, self.clock, self._margin = notifier, notifier.name, clock, margin
        self.thread: Thread | None = None
        self.began: float | None = None
        self._out, self._todo, self._gate = out, deque[_Letter](), Condition()
        self._current: _Letter | None = None
        self._closed = self._given_up = False
        self._off = ""

    def post(self, letter: _Letter) -> None:
        with self._gate:
            if self._closed:
                self._answer(letter, Answer("later", timedelta(0), "stopped"))
                return
            if self._off:
                self._answer(letter, Answer("later", why=self._off))
                return
            self._todo.append(letter)
            if self.thread is None:
                context = copy_context()
                self.thread = Thread(target=lambda: context.run(self._run), name=f"due {self.name}", daemon=True)
                self.thread.start()
            self._gate.notify()

    def overdue(self, patience: float) -> bool:
        """Whether it hangs; told once: it is answered for, and left alone from then on."""
        with self._gate:
            if self.began is None or self._given_up or monotonic() - self.began <= patience:
                return False
            self._give_up()
            return True

    def _give_up(self) -> None:
        self._given_up = True
        if self._current is not None:
            self._answer(self._current, Answer("retry", why="no_answer"))
        self._put_off("no_answer")

    def close(self) -> None:
        """Begin nothing more; what was not begun is for another worker, at once."""
        with self._gate:
            self._closed = True
            while self._todo:
                self._answer(self._todo.popleft(), Answer("later", timedelta(0), "stopped"))
            self._gate.notify()

    def _put_off(self, why: str) -> None:
        self._off = why
        while self._todo:
            self._answer(self._todo.popleft(), Answer("later", why=why))

    def _answer(self, letter: _Letter, answer: Answer) -> None:
        self._out.put((letter.key, self.name, answer))

    def _run(self) -> None:
        try:
            self._work()
        except BaseException as error:  # noqa: BLE001  # a notifier that exits, a clock that fails
            log.warning("notifier %s ended its thread: %s", self.name, type(error).__name__)
        finally:
            with self._gate:
                # whatever ended the thread, nobody waits for it in vain
                if not self._given_up and (self._current is not None or self._todo):
                    self._give_up()

    def _work(self) -> None:
        while True:
            with self._gate:
                while not self._todo and not self._closed and not self._given_up:
                    self._gate.wait()
                if not self._todo or self._given_up:
                    return
                letter = self._todo.popleft()
                if self.clock.now() + self._margin >= letter.until:
                    # another worker might have it before this one is through
                    self._answer(letter, Answer("later", timedelta(0), "stopped"))
                    continue
                self._current, self.began = letter, monotonic()
            answer = called(self.notifier, letter.notice)
            with self._gate:
                slow = monotonic() - (self.began or 0) > GRACE
                self._current = self.began = None
                if self._given_up:
                    return
                self._answer(letter, answer)
                if slow and answer.kind == "retry":
                    self._put_off(answer.why)


@dataclass(slots=True)
class _Waiting:
    names: set[str]
    answers: dict[str, Answer]
    since: float


class Rounds(Generic[K]):
    """One round of deliveries: `post` each notice, take what was `answered`, `close` at the end."""

    def __init__(self, couriers: Couriers) -> None:
        self._couriers = couriers
        # not a SimpleQueue: its `get` waits for ever once a signal's handler outlasts the timeout
        self._out: Queue[tuple[Hashable, str, Answer]] = Queue()
        self._lanes: dict[str, _Lane] = {}
        self._open: dict[Hashable, _Waiting] = {}

    def post(self, key: K, notices: Mapping[str, Notice], until: datetime) -> None:
        """Give each notifier its notice; `until`: when the lease on it ends."""
        self._open[key] = _Waiting(set(notices), {}, monotonic())
        for name, notice in notices.items():
            notifier = self._couriers.notifiers.get(name)
            if notifier is None:
                self._out.put((key, name, Answer("retry", why="no_such_notifier")))
            elif self._couriers.patience is None:
                self._out.put((key, name, called(notifier, notice)))
            elif self._couriers.hangs(name):
                self._out.put((key, name, Answer("retry", why="no_answer")))
            else:
                if name not in self._lanes:
                    self._lanes[name] = _Lane(notifier, self._out, self._couriers.clock, self._couriers.patience)
                self._lanes[name].post(_Letter(key, notice, until))

    def answered(
        self, *, whole: bool = False, stopped: Callable[[], bool] = bool
    ) -> Iterator[tuple[K, dict[str, Answer]]]:
        """Each notice with what its notifiers answered; some of them first where another is slow.

        Waits only when too much is on its way; with `whole` until everything is answered. Once `stopped` says so,
        nothing more is begun.
        """
        while True:
            if stopped():
                self.close()
            self._take_in(bool(self._open) and (whole or self._crowded()))
            yield from self._ripe()
            if not self._open or not (whole or self._crowded()):
                return

    def close(self) -> None:
        """Begin nothing more: what was posted and not begun is answered so."""
        for lane in self._lanes.values():
            lane.close()

    def _take_in(self, wait: bool) -> None:
        try:
            while True:
                key, name, answer = self._out.get(timeout=_GLANCE) if wait else self._out.get_nowait()
                waiting = self._open[key]
                waiting.names.discard(name)
                waiting.answers[name] = answer
                wait = False
        except Empty:
            pass
        patience = self._couriers.patience
        for lane in self._lanes.values():
            if patience is not None and lane.overdue(patience.total_seconds()):
                self._couriers.note(lane)

    def _ripe(self) -> Iterator[tuple[K, dict[str, Answer]]]:
        late = monotonic() - GRACE
        for key, waiting in list(self._open.items()):
            if waiting.names and not (waiting.answers and waiting.since < late):
                continue
            answers, waiting.answers = waiting.answers, {}
            if not waiting.names:
                del self._open[key]
            yield key, answers  # type: ignore[misc]

    def _crowded(self) -> bool:
        late = monotonic() - GRACE
        slow = {lane.name for lane in self._lanes.values() if lane.began is not None and lane.began < late}
        return sum(not waiting.names <= slow for waiting in self._open.values()) >= PACE


class Couriers:
    """The notifiers of one worker, and which of them hang.

    Args:
        notifiers: each with a name of its own.
        clock: who holds a lease.
        patience: how long one delivery may take; None: call them in the caller's own thread, however long it takes.

    Raises:
        InputRefused: two have the same name, by which it is kept who has delivered what; or the patience is longer
            than half a lease.
    """

    def __init__(self, notifiers: Sequence[Notifier], clock: Clock, patience: timedelta | None = PATIENCE) -> None:
        self.notifiers = {notifier.name: notifier for notifier in notifiers}
        if patience is not None and not timedelta(0) < patience <= LEASE / 2:
            raise InputRefused("patience_of_a_lease", longest=(LEASE / 2).total_seconds())
        if len(self.notifiers) != len(notifiers):
            raise InputRefused("notifiers_of_one_name", names=[notifier.name for notifier in notifiers])
        self.clock, self.patience = clock, patience
        self._hanging: dict[str, Thread] = {}

    def hangs(self, name: str) -> bool:
        """Whether a delivery of this notifier has not come back yet."""
        thread = self._hanging.get(name)
        return thread is not None and thread.is_alive()

    def note(self, lane: _Lane) -> None:
        """Remember that it hangs."""
        if lane.thread is not None:
            self._hanging[lane.name] = lane.thread
            log.warning("notifier %s does not answer: it is left alone until it does", lane.name)
