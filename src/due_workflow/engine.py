"""One commit per command: bounded retries on a Conflict, idempotency keys, groups.

Mechanics only: a command is a function of a `Unit`, and this file never looks at what it does. A stale version is
retried a bounded number of times, unless the storage is joined to a host's transaction.
"""

from __future__ import annotations

import hashlib
import hmac
import random
import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any, TypeVar

from due_workflow import firm, telemetry
from due_workflow.base import canonical, forget, plain
from due_workflow.clients import Cabinet, ClientFile
from due_workflow.declarations import Declaration
from due_workflow.errors import Conflict, DueWorkflowError, InputRefused, NotFound, StorageUnusable
from due_workflow.identifiers import scrub
from due_workflow.models import Deposit, Filing, Submission
from due_workflow.policy import Policy
from due_workflow.ports import Clock, Kind, Storage
from due_workflow.reader import Reader
from due_workflow.receipts import Acs, Ads, Ars, Unreadable
from due_workflow.receiving import ReceiveResult
from due_workflow.records import Command
from due_workflow.unit import Unit

R = TypeVar("R")


class Engine:
    """Commits the commands of one firm; `DueWorkflow` says which ones there are."""

    def __init__(self, storage: Storage, cabinet: str, policy: Policy, clock: Clock) -> None:
        self.storage, self.policy, self.clock = storage, policy, clock
        self.cabinet = Cabinet(id=cabinet).id
        self.read = Reader(storage, self.cabinet, policy, clock)

    def _unit(self, by: str) -> Unit:
        return Unit(self.storage, self.cabinet, self.policy, self.clock.now(), scrub(by))

    def _commit(self, by: str, work: Callable[[Unit], R]) -> R:
        """Do `work` and commit it; on a Conflict once more, a bounded number of times."""
        tries = 1 if self.storage.joined else self.policy.conflict_tries
        met = 1
        while True:
            u = self._unit(by)
            result = work(u)
            try:
                u.commit()
            except Conflict:
                tries -= 1
                if not tries:
                    raise
                telemetry.conflict()
            else:
                return result
            # by chance, and longer each time, so that those who met here do not meet again
            met = min(met * 2, 64)
            time.sleep(random.random() * met / 1000)  # noqa: S311

    def _run(self, name: str, args: object, by: str, key: str, work: Callable[[Unit], R]) -> R:
        if not key:
            return self._commit(by, work)

        def keyed(u: Unit) -> R:
            again = self._recall(u, name, args, key)
            if again is not None:
                return again  # type: ignore[no-any-return]
            result = work(u)
            self._remember(u, name, args, key, result)
            return result

        try:
            return self._commit(by, keyed)
        except DueWorkflowError as error:
            if self.storage.joined:
                raise
            refused = error
        # the same command may have been done by another caller between the look for its key and the refusal
        again = self._repeated(name, args, by, key)
        if again is None:
            raise refused
        return again  # type: ignore[no-any-return]

    def _repeated(self, name: str, args: object, by: str, key: str) -> Any:
        return self._recall(self._unit(by), name, args, key)

    def _recall(self, u: Unit, name: str, args: object, key: str) -> Any:
        held = u.get(Kind.COMMAND, _key_id(key))
        if held is None:
            return None
        if held.facts.fingerprint != self._fingerprint(u, name, args):
            raise Conflict((held.ref,), "key_reused", key=scrub(key))
        found = [self.read.named(result) for result in held.facts.results]
        return tuple(found) if name in _MANY else found[0]

    def _remember(self, u: Unit, name: str, args: object, key: str, result: object) -> None:
        if u.get(Kind.COMMAND, _key_id(key)) is not None:
            return  # the first caller's results stand
        results = tuple(map(_name, result if isinstance(result, (tuple, list)) else (result,)))
        command = Command(name=name, fingerprint=self._fingerprint(u, name, args), results=results, by=u.by)
        u.put(Kind.COMMAND, _key_id(key), command)

    def _fingerprint(self, u: Unit, name: str, args: object) -> str:
        return hmac.new(firm.secret_of(u).encode(), canonical([name, _content(args)]), hashlib.sha256).hexdigest()

    def _many(
        self,
        items: Iterable[Any],
        work: Callable[[Unit, Any], R],
        by: str,
        group: int,
        foresee: Callable[[Unit, list[Any]], None],
    ) -> Iterator[R | DueWorkflowError]:
        batch: list[Any] = []
        for item in items:
            batch.append(item)
            if len(batch) >= group:
                yield from self._group(batch, work, by, foresee)
                batch = []
        if batch:
            yield from self._group(batch, work, by, foresee)

    def _group(
        self,
        batch: list[Any],
        work: Callable[[Unit, Any], R],
        by: str,
        foresee: Callable[[Unit, list[Any]], None],
    ) -> list[R | DueWorkflowError]:
        u = self._unit(by)
        try:
            foresee(u, batch)
            results: list[R | DueWorkflowError] = [work(u, item) for item in batch]
            u.commit()
        except DueWorkflowError as error:
            # a storage that is gone is gone for each item too, and would be waited for once an item
            if self.storage.joined or (isinstance(error, StorageUnusable) and error.code.startswith("storage_")):
                raise
            return [self._alone(item, work, by) for item in batch]
        return results

    def _alone(self, item: Any, work: Callable[[Unit, Any], R], by: str) -> R | DueWorkflowError:
        try:
            return self._commit(by, lambda u: work(u, item))
        except DueWorkflowError as refused:
            forget(refused)
            return refused.with_traceback(None)


_MANY = frozenset({"release", "begin_send", "mark_sent", "send"})


def _key_id(key: str) -> str:
    return "key:" + hashlib.sha256(key.encode()).hexdigest()[:32]


def _name(result: object) -> str:
    match result:
        case Submission():
            return f"submission:{result.id}"
        case Filing():
            return f"filing:{result.reference}"
        case ClientFile():
            return f"client:{result.siren}"
        case Deposit():
            return f"deposit:{result.id}"
        case Cabinet():
            return f"cabinet:{result.id}"
        case ReceiveResult():
            return f"receipt:{result.receipt}"
    raise NotFound("result", type(result).__name__)


def _content(args: object) -> Any:
    if isinstance(args, Declaration):
        return args.canonical().decode()
    if isinstance(args, (Ads, Acs, Ars, Unreadable)):
        return args.identity
    if isinstance(args, (tuple, list)):
        return [_content(arg) for arg in args]
    return plain(args)


def each_once(ids: Iterable[str]) -> tuple[str, ...]:
    """The ids that a command names, one alone too; none is refused."""
    if isinstance(ids, str):
        ids = (ids,)
    found = tuple(dict.fromkeys(ids))
    if not found:
        raise InputRefused("nothing_named")
    return found
