"""`AsyncDueWorkflow`: the commands of `DueWorkflow`, awaited. Every one is written out; what each means stands there.

The core is synchronous and stays so: each command runs whole in one of a bounded number of threads, one commit, never
abandoned half-way. Nothing is decided here.
"""

from __future__ import annotations

from collections.abc import AsyncIterable, AsyncIterator, Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import aclosing
from datetime import date, datetime
from types import TracebackType
from typing import Any, Self

from due_workflow.aio_reader import AsyncReader
from due_workflow.calendar import DayKind
from due_workflow.clients import Cabinet, Client, ClientFile, Mandate
from due_workflow.collecting import Collected
from due_workflow.commands_exchange import Paper, SendResult
from due_workflow.declarations import Declaration
from due_workflow.errors import DueWorkflowError, InputRefused
from due_workflow.models import ALL, Deposit, Filing, Notice, Submission, Teleprocedure
from due_workflow.policy import Policy
from due_workflow.ports import Clock, Kind, Portal, Ref, Storage
from due_workflow.purging import Purged, PurgeResult
from due_workflow.receipts import Ads, Mode, Outcome
from due_workflow.receiving import ReceiveResult
from due_workflow.records import Outgoing
from due_workflow.rollout import Span
from due_workflow.threads import Threads, async_doors
from due_workflow.workflow import DueWorkflow


@async_doors
class AsyncDueWorkflow:
    """The procedure of one firm for an asyncio host: `DueWorkflow` with every command awaited.

    A command whose await is cancelled before a thread was free is never begun. Cancelled later, `CancelledError` comes
    at once and the command goes on to its end in its thread; `aclose` waits for it, the log says how it ended, and
    the same call with the same `key` gives its result. Context variables reach the thread, so spans nest.

    Use ``async with``, or call `aclose`. A server with many firms makes one `Threads` and gives it to each of them.

    Args:
        storage: where the firm's records are; not joined to a host's transaction (`AsyncSession.run_sync` is for that).
        cabinet: the firm's id in that storage.
        portals: the portals that `send` may use.
        policy: the firm's settings.
        clock: where the time comes from.
        max_threads: how many commands and questions run at once.
        threads: threads to share with others, instead of `max_threads` of its own; who made them closes them.

    Raises:
        InputRefused: the storage is joined to a host's transaction.
    """

    def __init__(
        self,
        storage: Storage,
        *,
        cabinet: str,
        portals: Sequence[Portal] = (),
        policy: Policy = Policy(),  # noqa: B008  # frozen
        clock: Clock | None = None,
        max_threads: int = 8,
        threads: Threads | None = None,
    ) -> None:
        if storage.joined:
            raise InputRefused("joined_async")
        self.sync = DueWorkflow(storage, cabinet=cabinet, portals=portals, policy=policy, clock=clock)
        self.storage, self.cabinet, self.portals = storage, self.sync.cabinet, self.sync.portals
        self.policy, self.clock = policy, self.sync.clock
        self.threads = threads or Threads(max_threads)
        self._own = threads is None
        self.read = AsyncReader(self.sync.read, self.threads)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    async def aclose(self) -> None:
        """Wait for what was begun, and end the threads, unless they are shared."""
        if self._own:
            await self.threads.aclose()

    async def set_software(
        self, editor: str, product: str, version: str, installed: bool = True, *, by: str = "", key: str = ""
    ) -> Cabinet:
        """See `DueWorkflow.set_software`."""
        return await self.threads.run(self.sync.set_software, editor, product, version, installed, by=by, key=key)

    async def confirm_software(self, how: str, on: date | None = None, *, by: str = "", key: str = "") -> Cabinet:
        """See `DueWorkflow.confirm_software`."""
        return await self.threads.run(self.sync.confirm_software, how, on, by=by, key=key)

    async def set_portal(self, name: str, account: str = "", *, by: str = "", key: str = "") -> Cabinet:
        """See `DueWorkflow.set_portal`."""
        return await self.threads.run(self.sync.set_portal, name, account, by=by, key=key)

    async def subscribe_portal(
        self,
        on: date | None = None,
        procedures: Iterable[Teleprocedure | str] = ALL,
        accounts: Sequence[str] = (),
        *,
        by: str = "",
        key: str = "",
    ) -> Cabinet:
        """See `DueWorkflow.subscribe_portal`."""
        return await self.threads.run(self.sync.subscribe_portal, on, procedures, accounts, by=by, key=key)

    async def choose_mandate_model(
        self, name: str, sha256: str | None = None, *, by: str = "", key: str = ""
    ) -> Cabinet:
        """See `DueWorkflow.choose_mandate_model`."""
        return await self.threads.run(self.sync.choose_mandate_model, name, sha256, by=by, key=key)

    async def plan_rollout(
        self,
        start: date,
        depends: Mapping[str, Iterable[str]] | None = None,
        spans: Mapping[str, Span] | None = None,
        days: DayKind | None = None,
        hours_per_day: float | None = None,
        pilots: int | None = None,
        *,
        by: str = "",
        key: str = "",
    ) -> Cabinet:
        """See `DueWorkflow.plan_rollout`."""
        args = (start, depends, spans, days, hours_per_day, pilots)
        return await self.threads.run(self.sync.plan_rollout, *args, by=by, key=key)

    async def mark_step(self, step: str, why: str, on: date | None = None, *, by: str, key: str = "") -> Cabinet:
        """See `DueWorkflow.mark_step`."""
        return await self.threads.run(self.sync.mark_step, step, why, on, by=by, key=key)

    async def unmark_step(self, step: str, *, by: str = "", key: str = "") -> Cabinet:
        """See `DueWorkflow.unmark_step`."""
        return await self.threads.run(self.sync.unmark_step, step, by=by, key=key)

    async def set_pilot_aside(self, siren: str, reason: str, *, by: str = "", key: str = "") -> Cabinet:
        """See `DueWorkflow.set_pilot_aside`."""
        return await self.threads.run(self.sync.set_pilot_aside, siren, reason, by=by, key=key)

    async def take_pilot_back(self, siren: str, *, by: str = "", key: str = "") -> Cabinet:
        """See `DueWorkflow.take_pilot_back`."""
        return await self.threads.run(self.sync.take_pilot_back, siren, by=by, key=key)

    async def report_written(
        self, filename: str | None = None, sha256: str | None = None, *, by: str = "", key: str = ""
    ) -> Cabinet:
        """See `DueWorkflow.report_written`."""
        return await self.threads.run(self.sync.report_written, filename, sha256, by=by, key=key)

    async def add_client(self, client: Client, *, by: str = "", key: str = "") -> ClientFile:
        """See `DueWorkflow.add_client`."""
        return await self.threads.run(self.sync.add_client, client, by=by, key=key)

    async def select(self, siren: str, wave: int = 1, *, by: str = "", key: str = "") -> ClientFile:
        """See `DueWorkflow.select`."""
        return await self.threads.run(self.sync.select, siren, wave, by=by, key=key)

    async def request_mandate(self, siren: str, *, by: str = "", key: str = "") -> ClientFile:
        """See `DueWorkflow.request_mandate`."""
        return await self.threads.run(self.sync.request_mandate, siren, by=by, key=key)

    async def remind_mandate(self, siren: str, *, by: str = "", key: str = "") -> ClientFile:
        """See `DueWorkflow.remind_mandate`."""
        return await self.threads.run(self.sync.remind_mandate, siren, by=by, key=key)

    async def sign_mandate(
        self, siren: str, mandate: Mandate, document: bytes | None = None, *, by: str = "", key: str = ""
    ) -> ClientFile:
        """See `DueWorkflow.sign_mandate`."""
        return await self.threads.run(self.sync.sign_mandate, siren, mandate, document, by=by, key=key)

    async def attach_mandate(self, siren: str, document: bytes, *, by: str = "", key: str = "") -> ClientFile:
        """See `DueWorkflow.attach_mandate`."""
        return await self.threads.run(self.sync.attach_mandate, siren, document, by=by, key=key)

    async def revoke_mandate(self, siren: str, on: date, reason: str, *, by: str = "", key: str = "") -> ClientFile:
        """See `DueWorkflow.revoke_mandate`."""
        return await self.threads.run(self.sync.revoke_mandate, siren, on, reason, by=by, key=key)

    async def go_live(self, siren: str, *, by: str = "", key: str = "") -> ClientFile:
        """See `DueWorkflow.go_live`."""
        return await self.threads.run(self.sync.go_live, siren, by=by, key=key)

    async def register(self, declaration: Declaration, *, by: str = "", key: str = "") -> Filing:
        """See `DueWorkflow.register`."""
        return await self.threads.run(self.sync.register, declaration, by=by, key=key)

    async def register_many(
        self, declarations: Iterable[Declaration] | AsyncIterable[Declaration], *, by: str = "", group: int = 500
    ) -> AsyncIterator[Filing | DueWorkflowError]:
        """See `DueWorkflow.register_many`."""

        def work(some: Iterable[Declaration]) -> Iterator[Filing | DueWorkflowError]:
            return self.sync.register_many(some, by=by, group=group)

        async with aclosing(self.threads.grouped(declarations, group, work)) as results:
            async for result in results:
                yield result

    async def prepare(
        self, declaration_or_reference: Declaration | str, mode: Mode | None = None, *, by: str = "", key: str = ""
    ) -> Submission:
        """See `DueWorkflow.prepare`."""
        return await self.threads.run(self.sync.prepare, declaration_or_reference, mode, by=by, key=key)

    async def release(
        self, ids: Iterable[str], late: bool = False, *, by: str = "", key: str = ""
    ) -> tuple[Submission, ...]:
        """See `DueWorkflow.release`."""
        return await self.threads.run(self.sync.release, ids, late, by=by, key=key)

    async def renew(
        self,
        submission_id: str,
        declaration: Declaration | None,
        reason: str,
        confirm: bool = False,
        *,
        by: str = "",
        key: str = "",
    ) -> Submission:
        """See `DueWorkflow.renew`."""
        return await self.threads.run(self.sync.renew, submission_id, declaration, reason, confirm, by=by, key=key)

    async def abandon(
        self, submission_id: str, reason: str, hire: bool = False, confirm: bool = False, *, by: str = "", key: str = ""
    ) -> Filing:
        """See `DueWorkflow.abandon`."""
        return await self.threads.run(self.sync.abandon, submission_id, reason, hire, confirm, by=by, key=key)

    async def declared_elsewhere(
        self, reference: str, at: datetime, proof: str, *, by: str = "", key: str = ""
    ) -> Filing:
        """See `DueWorkflow.declared_elsewhere`."""
        return await self.threads.run(self.sync.declared_elsewhere, reference, at, proof, by=by, key=key)

    async def begin_send(
        self, ids: Iterable[str], late: bool = False, *, by: str = "", key: str = ""
    ) -> tuple[Deposit, ...]:
        """See `DueWorkflow.begin_send`."""
        return await self.threads.run(self.sync.begin_send, ids, late, by=by, key=key)

    async def mark_sent(
        self,
        ids: Iterable[str],
        ref: str | None = None,
        at: datetime | None = None,
        portal: str | None = None,
        account: str | None = None,
        *,
        by: str = "",
        key: str = "",
    ) -> tuple[Submission, ...]:
        """See `DueWorkflow.mark_sent`."""
        return await self.threads.run(self.sync.mark_sent, ids, ref, at, portal, account, by=by, key=key)

    async def settle_doubt(
        self, deposit_id: str, ref: str | None = None, not_found: bool = False, *, by: str = "", key: str = ""
    ) -> Deposit:
        """See `DueWorkflow.settle_doubt`."""
        return await self.threads.run(self.sync.settle_doubt, deposit_id, ref, not_found, by=by, key=key)

    async def learn_ref(self, deposit_id: str, ref: str, *, by: str = "", key: str = "") -> Deposit:
        """See `DueWorkflow.learn_ref`."""
        return await self.threads.run(self.sync.learn_ref, deposit_id, ref, by=by, key=key)

    async def send(self, ids: Iterable[str], late: bool = False, *, by: str = "", key: str = "") -> SendResult:
        """See `DueWorkflow.send`."""
        return await self.threads.run(self.sync.send, ids, late, by=by, key=key)

    async def found(self, deposit_id: str, ads: Ads, *, by: str = "") -> Deposit:
        """See `DueWorkflow.found`."""
        return await self.threads.run(self.sync.found, deposit_id, ads, by=by)

    async def receive(self, receipt: Paper, *, by: str = "", key: str = "", origin: str = "") -> ReceiveResult:
        """See `DueWorkflow.receive`."""
        return await self.threads.run(self.sync.receive, receipt, by=by, key=key, origin=origin)

    async def receive_many(
        self, receipts: Iterable[Paper] | AsyncIterable[Paper], *, by: str = "", group: int = 1000
    ) -> AsyncIterator[ReceiveResult | DueWorkflowError]:
        """See `DueWorkflow.receive_many`."""

        def work(some: Iterable[Paper]) -> Iterator[ReceiveResult | DueWorkflowError]:
            return self.sync.receive_many(some, by=by, group=group)

        async with aclosing(self.threads.grouped(receipts, group, work)) as results:
            async for result in results:
                yield result

    async def attach(
        self,
        receipt_id: str,
        outcomes: Mapping[str, Outcome | str],
        confirm: bool = False,
        reason: str = "",
        *,
        by: str = "",
        key: str = "",
    ) -> ReceiveResult:
        """See `DueWorkflow.attach`."""
        return await self.threads.run(self.sync.attach, receipt_id, outcomes, confirm, reason, by=by, key=key)

    async def set_aside(self, receipt_id: str, reason: str, *, by: str = "", key: str = "") -> ReceiveResult:
        """See `DueWorkflow.set_aside`."""
        return await self.threads.run(self.sync.set_aside, receipt_id, reason, by=by, key=key)

    async def retry_tray(self, receipt_id: str, *, by: str = "") -> ReceiveResult:
        """See `DueWorkflow.retry_tray`."""
        return await self.threads.run(self.sync.retry_tray, receipt_id, by=by)

    async def purge(
        self,
        references: Iterable[str] = (),
        before: date | None = None,
        *,
        early: bool = False,
        reason: str = "",
        by: str = "",
        dry_run: bool = False,
    ) -> PurgeResult:
        """See `DueWorkflow.purge`."""
        return await self.threads.run(
            self.sync.purge, references, before, early=early, reason=reason, by=by, dry_run=dry_run
        )

    async def purge_many(
        self,
        references: Iterable[str] = (),
        before: date | None = None,
        *,
        early: bool = False,
        reason: str = "",
        by: str = "",
        dry_run: bool = False,
        group: int = 100,
    ) -> AsyncIterator[Purged | DueWorkflowError]:
        """See `DueWorkflow.purge_many`."""
        async with aclosing(
            self.threads.stream(
                lambda: self.sync.purge_many(
                    references, before, early=early, reason=reason, by=by, dry_run=dry_run, group=group
                ),
                group,
            )
        ) as items:
            async for item in items:
                yield item

    async def ring(self, ref: Ref, *, by: str = "") -> tuple[Notice, ...]:
        """See `DueWorkflow.ring`."""
        return await self.threads.run(self.sync.ring, ref, by=by)

    async def set_record(self, kind: Kind, id: str, change: Callable[[Any], Any], *, by: str = "") -> None:
        """See `DueWorkflow.set_record`."""
        return await self.threads.run(self.sync.set_record, kind, id, change, by=by)

    async def replay_notice(self, id: str, *, by: str = "") -> Outgoing:
        """See `DueWorkflow.replay_notice`."""
        return await self.threads.run(self.sync.replay_notice, id, by=by)

    async def tell(
        self, code: str, ref: Ref, *, urgent: bool = False, by: str = "", **facts: str | int | bool | None
    ) -> None:
        """See `DueWorkflow.tell`."""
        return await self.threads.run(self.sync.tell, code, ref, urgent=urgent, by=by, **facts)

    async def collect(
        self, portal: Portal, since: datetime | None = None, answered: bool = True, *, by: str = ""
    ) -> Collected:
        """See `DueWorkflow.collect`."""
        return await self.threads.run(self.sync.collect, portal, since, answered, by=by)
