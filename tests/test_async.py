"""`AsyncDueWorkflow`: the same commands awaited; the loop never waits, threads are bounded, a cancelled one ends."""

from __future__ import annotations

import asyncio
import inspect
import logging
import random
import re
import threading
import time
import traceback
from collections.abc import AsyncIterator, Iterator
from contextvars import ContextVar
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from due_workflow import (
    AsyncDueWorkflow,
    Declaration,
    DueWorkflow,
    DueWorkflowError,
    InputRefused,
    Mode,
    NotFound,
    ReceiveResult,
    TransitionRefused,
)
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.adapters.sqlite import SqliteStorage
from due_workflow.aio_reader import AsyncReader
from due_workflow.ports import Changes, Kind
from due_workflow.reader import Reader
from due_workflow.testing import FixedClock, ScriptedPortal
from due_workflow.testing import factories as f
from due_workflow.threads import Threads
from stories import ACCOUNT, CABINET, Firm, Wrapped


class Slow(Wrapped):
    """A storage that takes its time, and knows how many were inside at once."""

    def __init__(self, inner: Any, takes: float = 0.01) -> None:
        super().__init__(inner)
        self.takes, self.inside, self.most = takes, 0, 0
        self._lock = threading.Lock()

    def _work(self) -> None:
        with self._lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(self.takes)
        with self._lock:
            self.inside -= 1

    def load(self, *args: Any, **kwargs: Any) -> Any:
        self._work()
        return self.inner.load(*args, **kwargs)

    def commit(self, cabinet: str, changes: Changes) -> None:
        self._work()
        super().commit(cabinet, changes)


def opened(storage: Any = None) -> Firm:
    firm = Firm(storage).opened()
    firm.mandated()
    return firm


def of(firm: Firm, **settings: Any) -> AsyncDueWorkflow:
    given = {"portals": (firm.portal,), "clock": firm.clock} | settings
    return AsyncDueWorkflow(given.pop("storage", firm.storage), cabinet=CABINET, **given)


# ---- the same commands


def plain_signature(function: Any) -> tuple[list[tuple[str, object, object, str]], str]:
    """Parameters and result, an asynchronous iterator or iterable told as the plain one."""
    signature = inspect.signature(function)

    def told(annotation: Any) -> str:
        text = re.sub(r" \| AsyncIterable\[[^\]]*\]", "", str(annotation))
        return text.replace("AsyncIterator[", "Iterator[")

    parameters = [(p.name, p.kind, p.default, told(p.annotation)) for p in signature.parameters.values()]
    return parameters, told(signature.return_annotation)


def public(cls: type) -> dict[str, Any]:
    return {name: getattr(cls, name) for name in dir(cls) if not name.startswith("_") and callable(getattr(cls, name))}


@pytest.mark.parametrize(("sync", "asynchronous"), [(DueWorkflow, AsyncDueWorkflow), (Reader, AsyncReader)])
def test_every_command_and_question_has_its_twin_with_the_same_signature(sync: type, asynchronous: type) -> None:
    there, here = public(sync), public(asynchronous)
    assert set(here) - {"aclose"} == set(there)
    for name, method in there.items():
        assert plain_signature(here[name]) == plain_signature(method), name
        iterates = str(inspect.signature(method).return_annotation).startswith("Iterator")
        kind = inspect.isasyncgenfunction if iterates else inspect.iscoroutinefunction
        assert kind(inspect.unwrap(here[name])), name
    making = dict(inspect.signature(AsyncDueWorkflow.__init__).parameters)
    known = inspect.signature(DueWorkflow.__init__).parameters
    assert list(making) == [*known, "max_threads", "threads"]
    assert {name: str(making[name]) for name in known} == {name: str(p) for name, p in known.items()}


@pytest.mark.parametrize("kind", ["memory", "sqlite"])
def test_the_way_of_a_hire_is_the_same_awaited(kind: str, tmp_path: Path) -> None:
    async def story(storage: Any) -> None:
        clock = FixedClock()
        portal = ScriptedPortal("jedeclare", ACCOUNT, clock=clock)
        async with AsyncDueWorkflow(storage, cabinet=CABINET, portals=[portal], clock=clock) as flow:
            await flow.set_software("Editeur", "Paie", "1.0")
            await flow.set_portal("jedeclare", ACCOUNT)
            client = await flow.add_client(f.client(1))
            await flow.select(client.siren)
            await flow.request_mandate(client.siren)
            await flow.sign_mandate(client.siren, f.mandate())
            test = await flow.prepare(f.declaration("E-1"))
            with pytest.raises(TransitionRefused):
                await flow.go_live(client.siren)
            await flow.send([test.id])
            await flow.receive(f.ars(portal.ref_of(test.id), account=ACCOUNT))
            await flow.go_live(client.siren)
            real = await flow.prepare("E-1", Mode.REAL)
            assert (await flow.send([real.id], key="k")) == (await flow.send([real.id], key="k"))
            portal.ars(portal.ref_of(real.id))
            assert (await flow.collect(portal)).applied == 1
            assert (await flow.read.filing("E-1")).status.value == "declared"
            assert [c.siren async for c in flow.read.clients()] == [client.siren]
            assert (await flow.read.verify_journal()).sound
            assert portal.times_taken(real.id) == 1

    storage = MemoryStorage() if kind == "memory" else SqliteStorage(tmp_path / "x", synchronous="OFF")
    asyncio.run(story(storage))
    if isinstance(storage, SqliteStorage):
        storage.close()


def test_a_joined_storage_is_refused_with_the_way_to_go() -> None:
    with pytest.raises(InputRefused, match="run_sync") as refused:
        AsyncDueWorkflow(Wrapped(MemoryStorage(), joined=True), cabinet=CABINET)
    assert refused.value.code == "joined_async"
    with pytest.raises(InputRefused):
        AsyncDueWorkflow(MemoryStorage(), cabinet=CABINET, max_threads=0)


def test_after_it_was_closed_nothing_begins() -> None:
    async def story() -> None:
        flow = of(opened())
        await flow.aclose()
        with pytest.raises(RuntimeError, match="closed"):
            await flow.register(f.declaration())
        with pytest.raises(RuntimeError, match="closed"):
            await flow.read.filing("E-0001")

    asyncio.run(story())


def test_firms_share_threads_and_only_who_made_them_closes_them() -> None:
    async def story() -> None:
        slow = Slow(opened().storage)
        threads = Threads(2)
        flows = [AsyncDueWorkflow(slow, cabinet=f"firm-{n}", threads=threads) for n in range(6)]
        await asyncio.gather(*(flow.add_client(f.client(1)) for flow in flows))
        assert slow.most == 2
        await flows[0].aclose()
        assert (await flows[1].read.client(f.siren())).siren == f.siren()
        await threads.aclose()
        with pytest.raises(RuntimeError):
            await flows[1].read.client(f.siren())

    asyncio.run(story())


# ---- the loop


async def ticking(gaps: list[float]) -> None:
    before = time.perf_counter()
    while True:
        await asyncio.sleep(0.005)
        now = time.perf_counter()
        gaps.append(now - before)
        before = now


def test_the_loop_goes_on_while_a_storage_is_slow() -> None:
    async def story() -> None:
        firm = opened()
        slow = Slow(firm.storage, 0.2)
        gaps: list[float] = []
        watch = asyncio.create_task(ticking(gaps))
        async with of(firm, storage=slow, max_threads=4) as flow:
            await asyncio.gather(*(flow.register(f.declaration(f"E-{n}")) for n in range(4)))
            found = [r async for r in flow.receive_many([f.ars("R1"), f.ars("R2")])]
            assert [r.state for r in found if isinstance(r, ReceiveResult)] == ["tray", "tray"]
        watch.cancel()
        # each visit took 200 ms; a loop that waited for one would show it
        assert sum(gaps) > 0.8
        assert max(gaps) < 0.15

    asyncio.run(story())


def test_no_more_than_the_threads_given_work_at_once() -> None:
    async def story() -> None:
        firm = opened()
        slow = Slow(firm.storage)
        async with of(firm, storage=slow, max_threads=3) as flow:
            await asyncio.gather(*(flow.register(f.declaration(f"E-{n}")) for n in range(20)))
        assert slow.most == 3
        assert firm.read.counts() == {"to_declare": 20}

    asyncio.run(story())


def test_context_variables_reach_the_thread() -> None:
    who: ContextVar[str] = ContextVar("who", default="nobody")
    seen: list[str] = []

    class Seeing(Wrapped):
        def commit(self, cabinet: str, changes: Changes) -> None:
            seen.append(who.get())
            super().commit(cabinet, changes)

    async def act(flow: AsyncDueWorkflow, name: str) -> None:
        who.set(name)
        await flow.register(f.declaration(name))

    async def story() -> None:
        firm = opened()
        async with of(firm, storage=Seeing(firm.storage)) as flow:
            await asyncio.gather(*(act(flow, f"E-{n}") for n in range(5)))
        assert who.get() == "nobody"

    asyncio.run(story())
    assert sorted(seen) == [f"E-{n}" for n in range(5)]


# ---- cancellation


def test_a_command_cancelled_at_any_instant_is_whole_or_never_begun(caplog: pytest.LogCaptureFixture) -> None:
    never, alone, heard = 0, 0, 0
    for seed in range(5):
        caplog.clear()
        with caplog.at_level(logging.INFO, "due_workflow.threads"):
            firm, done = cancelled_at_random(random.Random(seed))
        kept = {reference for reference in REFERENCES if exists(firm, reference)}
        # who was told that it is done can rely on it, and what went on alone is in the log, one line each
        assert done <= kept
        ended = [r for r in caplog.records if r.name == "due_workflow.threads"]
        assert len(ended) == len(kept - done)
        never, alone, heard = never + COUNT - len(kept), alone + len(ended), heard + len(done)
        # with its key, a repeat is safe whatever had become of the first call
        before = {reference: len(firm.read.journal(reference)) for reference in kept}
        for reference in REFERENCES:
            assert firm.flow.prepare(f.declaration(reference), key=f"key-{reference}").id == f"{reference}/test/1"
        assert {reference: len(firm.read.journal(reference)) for reference in kept} == before
        assert firm.read.verify_journal().sound
    # all three ways were met
    assert min(never, alone, heard) > 0


COUNT = 40
REFERENCES = [f"E-{n}" for n in range(COUNT)]


def cancelled_at_random(chance: random.Random) -> tuple[Firm, set[str]]:
    """Forty commands on four threads, most of them cancelled somewhere on their way; the hires told as done."""
    firm = opened()
    slow = Slow(firm.storage, 0.002)
    done: set[str] = set()

    async def one(flow: AsyncDueWorkflow, reference: str) -> None:
        await flow.prepare(f.declaration(reference), key=f"key-{reference}")
        done.add(reference)

    async def story() -> None:
        async with of(firm, storage=slow, max_threads=4) as flow:
            tasks = [asyncio.create_task(one(flow, reference)) for reference in REFERENCES]
            for task in chance.sample(tasks, 30):
                asyncio.get_running_loop().call_later(chance.random() * 0.1, task.cancel)
            await asyncio.gather(*tasks, return_exceptions=True)
        # closed: whatever was begun has ended, and there were never more at once than threads
        assert (slow.inside, slow.most) == (0, 4)

    asyncio.run(story())
    return firm, done


def exists(firm: Firm, reference: str) -> bool:
    try:
        return bool(firm.read.filing(reference).submissions)
    except NotFound:
        return False


def test_cancellation_is_heard_at_once_and_the_slot_is_free_when_the_command_ended() -> None:
    async def story() -> None:
        firm = opened()
        slow = Slow(firm.storage, 0.1)
        async with of(firm, storage=slow, max_threads=1) as flow:
            task = asyncio.create_task(flow.register(f.declaration("E-1")))
            while not slow.inside:
                await asyncio.sleep(0.001)
            task.cancel()
            began = time.perf_counter()
            with pytest.raises(asyncio.CancelledError):
                await task
            assert time.perf_counter() - began < 0.05
            assert slow.inside == 1
            await flow.register(f.declaration("E-2"))
            assert slow.most == 1
        assert exists_at_all(firm, "E-1")

    asyncio.run(story())


def exists_at_all(firm: Firm, reference: str) -> bool:
    return firm.read.filing(reference).reference == reference


def test_a_timeout_on_sending_leaves_no_doubt_about_what_left(caplog: pytest.LogCaptureFixture) -> None:
    """The portal answers after the caller gave up: the deposit is sent once, and the same key tells it."""

    async def story() -> None:
        firm = opened()
        sub = firm.flow.prepare(f.declaration("E-1"), Mode.TEST)
        take = firm.portal.deposit

        def slowly(parcel: Any) -> Any:
            time.sleep(0.2)
            return take(parcel)

        firm.portal.deposit = slowly  # type: ignore[method-assign]  # a slow line
        async with of(firm) as flow:
            with pytest.raises(TimeoutError):
                await asyncio.wait_for(flow.send([sub.id], key="once"), 0.05)
            await flow.threads.aclose()
        again = firm.flow.send([sub.id], key="once")
        assert [d.ref for d in again.deposits] == [firm.portal.ref_of(sub.id)]
        assert firm.portal.times_taken(sub.id) == 1

    with caplog.at_level(logging.INFO):
        asyncio.run(story())
    assert "send ended after its await was cancelled: done" in caplog.messages


def test_a_refusal_that_nobody_awaits_any_more_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    async def story() -> None:
        firm = opened()
        async with of(firm, storage=Slow(firm.storage, 0.05)) as flow:
            task = asyncio.create_task(flow.go_live(f.siren()))
            await asyncio.sleep(0.02)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task

    asyncio.run(story())
    assert [r.levelname for r in caplog.records if "go_live ended" in r.message] == ["WARNING"]


# ---- long answers


def test_a_long_answer_is_read_page_by_page_and_left_when_nobody_asks_on() -> None:
    class Counting(Wrapped):
        finds = 0

        def find(self, *args: Any, **kwargs: Any) -> Any:
            Counting.finds += 1
            return self.inner.find(*args, **kwargs)

    async def story() -> None:
        firm = opened()
        list(firm.flow.register_many(f.declaration(f"E-{n:03}") for n in range(120)))
        async with of(firm, storage=Counting(firm.storage)) as flow:
            async for held in flow.read.every(Kind.FILING, page=10):
                if held.ref.id == "E-011":
                    break
            assert Counting.finds == 2
            every = [held.ref.id async for held in flow.read.every(Kind.FILING, page=50)]
            assert every == [f"E-{n:03}" for n in range(120)]
            assert len([1 async for _ in flow.read.filings(siren=f.siren())]) == 120

    asyncio.run(story())


def test_receipts_and_hires_come_from_any_iterable_a_group_at_a_time() -> None:
    firm = opened()
    taken = 0

    def source() -> Iterator[Declaration]:
        nonlocal taken
        for n in range(30):
            taken += 1
            yield f.declaration(f"E-{n:02}")

    async def asource() -> AsyncIterator[Declaration]:
        for declaration in source():
            await asyncio.sleep(0)
            yield declaration

    async def story() -> None:
        nonlocal taken
        async with of(firm) as flow:
            for make in (source, asource):
                taken, seen = 0, []
                async for filing in flow.register_many(make(), group=10):
                    assert not isinstance(filing, DueWorkflowError)
                    seen.append(filing.reference)
                    # never more than a group ahead of what was handed out
                    assert taken <= (len(seen) + 9) // 10 * 10
                assert seen == [f"E-{n:02}" for n in range(30)]

    asyncio.run(story())


def test_what_was_done_before_a_source_fails_is_told_before_its_failure() -> None:
    def source() -> Iterator[Declaration]:
        yield f.declaration("E-1")
        yield f.declaration("E-2")
        raise OSError("the file ends here")

    async def story() -> None:
        firm = opened()
        async with of(firm) as flow:
            hires = flow.register_many(source(), group=1)
            seen = [await anext(hires), await anext(hires)]
            with pytest.raises(OSError, match="ends here"):
                await anext(hires)
        assert len(seen) == 2 == firm.read.counts()["to_declare"]

    asyncio.run(story())


def test_an_answer_that_fails_on_its_way_gives_first_what_came_before() -> None:
    def answer() -> Iterator[int]:
        yield 1
        yield 2
        raise ConnectionError("the database went away")

    async def story() -> None:
        threads = Threads(1)
        items = threads.stream(answer)
        assert [await anext(items), await anext(items)] == [1, 2]
        with pytest.raises(ConnectionError):
            await anext(items)
        await threads.aclose()

    asyncio.run(story())


# ---- personal data


def test_a_failure_leaves_no_declaration_in_any_frame_of_ours() -> None:
    declaration = f.declaration("E-1", 7, start=f.NOW + timedelta(days=5))  # of a client that is not there
    assert declaration.employee.nir is not None
    secret = declaration.employee.nir.reveal()
    typed = f"{secret[:13]} {secret[13:]}"

    async def story() -> list[BaseException]:
        async with of(opened()) as flow:
            found: list[BaseException] = []
            for call in (flow.register(declaration, by=typed), flow.read.filing(typed), consumed(flow, typed)):
                try:
                    await call
                except DueWorkflowError as error:
                    found.append(error)
            return found

    async def consumed(flow: AsyncDueWorkflow, text: str) -> None:
        async for _ in flow.read.every(Kind.FILING):
            pass
        await flow.read.submission(text)

    errors = asyncio.run(story())
    assert len(errors) == 3
    for error in errors:
        frames = list(traceback.walk_tb(error.__traceback__))
        ours = [frame for frame, _ in frames if "due_workflow" in frame.f_code.co_filename]
        assert len(ours) > 2
        for frame in ours:
            assert secret not in str(frame.f_locals)
            assert typed not in str(frame.f_locals)
            assert not any(isinstance(value, Declaration) for value in frame.f_locals.values())
