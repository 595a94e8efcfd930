"""`AsyncReader`: the questions of `Reader`, awaited. Every one is written out; what each means stands there.

An answer that is an iterator is an asynchronous one here: it holds a page at a time and never the loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Collection, Mapping, Sequence
from contextlib import aclosing
from datetime import date

from due_workflow.clients import Cabinet, ClientFile
from due_workflow.diagrams import Walk
from due_workflow.health import Health, Limits
from due_workflow.journal import Told
from due_workflow.machine import Explanation
from due_workflow.mandates import FollowUp, Standing
from due_workflow.models import Deposit, Filing, Submission
from due_workflow.pilots import Proposal
from due_workflow.ports import Entry, Kind, Ref
from due_workflow.reader import Reader, Verified
from due_workflow.receipts import Received
from due_workflow.records import Held, Outgoing
from due_workflow.report import Estimate, Remarks, Switchover
from due_workflow.rollout import Plan
from due_workflow.threads import Threads, async_doors


@async_doors
class AsyncReader:
    """The questions that an asyncio host may ask about one firm; `sync` is the reader behind."""

    def __init__(self, sync: Reader, threads: Threads) -> None:
        self.sync, self.threads = sync, threads

    async def cabinet(self) -> Cabinet:
        """See `Reader.cabinet`."""
        return await self.threads.run(self.sync.cabinet)

    async def client(self, siren: str) -> ClientFile:
        """See `Reader.client`."""
        return await self.threads.run(self.sync.client, siren)

    async def filing(self, reference: str) -> Filing:
        """See `Reader.filing`."""
        return await self.threads.run(self.sync.filing, reference)

    async def submission(self, id: str) -> Submission:
        """See `Reader.submission`."""
        return await self.threads.run(self.sync.submission, id)

    async def deposit(self, id: str) -> Deposit:
        """See `Reader.deposit`."""
        return await self.threads.run(self.sync.deposit, id)

    async def receipt(self, id: str) -> Received:
        """See `Reader.receipt`."""
        return await self.threads.run(self.sync.receipt, id)

    async def parcel(self, deposit: str) -> bytes:
        """See `Reader.parcel`."""
        return await self.threads.run(self.sync.parcel, deposit)

    async def rollout(self) -> Plan:
        """See `Reader.rollout`."""
        return await self.threads.run(self.sync.rollout)

    async def mandates(self, standing: Standing | str | None = None) -> AsyncIterator[FollowUp]:
        """See `Reader.mandates`."""
        async with aclosing(self.threads.stream(lambda: self.sync.mandates(standing))) as found:
            async for one in found:
                yield one

    async def mandate_document(self, siren: str, sha256: str | None = None) -> bytes:
        """See `Reader.mandate_document`."""
        return await self.threads.run(self.sync.mandate_document, siren, sha256)

    async def named(self, name: str) -> object:
        """See `Reader.named`."""
        return await self.threads.run(self.sync.named, name)

    async def concerned(self, case: str) -> tuple[ClientFile, ...]:
        """See `Reader.concerned`."""
        return await self.threads.run(self.sync.concerned, case)

    async def find(
        self,
        *,
        status: Sequence[str] = (),
        siren: str | None = None,
        siret: str | None = None,
        overdue: bool = False,
        in_doubt: bool = False,
        after: str = "",
        limit: int = 100,
    ) -> tuple[Filing, ...]:
        """See `Reader.find`."""
        return await self.threads.run(
            self.sync.find,
            status=status,
            siren=siren,
            siret=siret,
            overdue=overdue,
            in_doubt=in_doubt,
            after=after,
            limit=limit,
        )

    async def every(
        self, kind: Kind, states: Sequence[str] = (), keys: Sequence[str] = (), page: int = 500
    ) -> AsyncIterator[Held]:
        """See `Reader.every`."""
        async with aclosing(self.threads.stream(lambda: self.sync.every(kind, states, keys, page), page)) as items:
            async for item in items:
                yield item

    async def clients(self) -> AsyncIterator[ClientFile]:
        """See `Reader.clients`."""
        async with aclosing(self.threads.stream(self.sync.clients)) as items:
            async for item in items:
                yield item

    async def filings(self, status: Sequence[str] = (), siren: str | None = None) -> AsyncIterator[Filing]:
        """See `Reader.filings`."""
        async with aclosing(self.threads.stream(lambda: self.sync.filings(status, siren))) as items:
            async for item in items:
                yield item

    async def purgeable(self, before: date | None = None) -> AsyncIterator[Filing]:
        """See `Reader.purgeable`."""
        async with aclosing(self.threads.stream(lambda: self.sync.purgeable(before))) as items:
            async for item in items:
                yield item

    async def deposits(self, states: Sequence[str] = ()) -> AsyncIterator[Deposit]:
        """See `Reader.deposits`."""
        async with aclosing(self.threads.stream(lambda: self.sync.deposits(states))) as items:
            async for item in items:
                yield item

    async def tray(self) -> tuple[Received, ...]:
        """See `Reader.tray`."""
        return await self.threads.run(self.sync.tray)

    async def notices(self, states: Sequence[str] = ()) -> AsyncIterator[Outgoing]:
        """See `Reader.notices`."""
        async with aclosing(self.threads.stream(lambda: self.sync.notices(states))) as items:
            async for item in items:
                yield item

    async def counts(self, kind: Kind | str = Kind.FILING) -> Mapping[str, int]:
        """See `Reader.counts`."""
        return await self.threads.run(self.sync.counts, kind)

    async def health(self, limits: Limits | None = None) -> Health:
        """See `Reader.health`."""
        return await self.threads.run(self.sync.health, limits)

    async def pilots(
        self,
        *,
        size: int | None = None,
        collaborators: int = 2,
        expected: Mapping[str, int] | None = None,
        add: Collection[str] = (),
        drop: Collection[str] = (),
        keep: Collection[str] | None = None,
    ) -> Proposal:
        """See `Reader.pilots`."""
        return await self.threads.run(
            self.sync.pilots,
            size=size,
            collaborators=collaborators,
            expected=expected,
            add=add,
            drop=drop,
            keep=keep,
        )

    async def report(
        self,
        *,
        since: date | None = None,
        until: date | None = None,
        estimates: Mapping[str, Estimate] | None = None,
        following: Sequence[str] = (),
        remarks: Remarks | None = None,
    ) -> Switchover:
        """See `Reader.report`."""
        return await self.threads.run(
            self.sync.report, since=since, until=until, estimates=estimates, following=following, remarks=remarks
        )

    async def explain(self, id: str, *, late: bool = False, confirm: bool = False) -> tuple[Explanation, ...]:
        """See `Reader.explain`."""
        return await self.threads.run(self.sync.explain, id, late=late, confirm=confirm)

    async def case_of(self, id: str) -> Ref:
        """See `Reader.case_of`."""
        return await self.threads.run(self.sync.case_of, id)

    async def journal(self, id: str) -> tuple[Told, ...]:
        """See `Reader.journal`."""
        return await self.threads.run(self.sync.journal, id)

    async def walk(self, id: str) -> Walk:
        """See `Reader.walk`."""
        return await self.threads.run(self.sync.walk, id)

    async def entries(self, case: Ref, page: int = 1000) -> AsyncIterator[Entry]:
        """See `Reader.entries`."""
        async with aclosing(self.threads.stream(lambda: self.sync.entries(case, page), page)) as items:
            async for item in items:
                yield item

    async def verify_journal(self, id: str | None = None) -> Verified:
        """See `Reader.verify_journal`."""
        return await self.threads.run(self.sync.verify_journal, id)
