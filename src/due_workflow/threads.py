"""`Threads`: the bounded threads in which the synchronous core runs for an asyncio host.

A call that was begun is never abandoned: when its await is cancelled, the caller hears so at once and the call goes on
to its end in its thread, which is free again only then. Nothing here knows a command.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import aclosing
from contextvars import copy_context
from functools import partial, wraps
from inspect import isasyncgenfunction, iscoroutinefunction
from itertools import islice
from typing import Any, ParamSpec, TypeVar

from due_workflow.base import forget
from due_workflow.errors import DueWorkflowError, InputRefused
from due_workflow.identifiers import scrub

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
PAGE = 100
"""How many items of a long answer one visit to a thread brings."""
log = logging.getLogger("due_workflow.threads")


class Threads:
    """At most `max_threads` calls at a time; the others wait for their turn without holding anything.

    May be shared by many firms and by several event loops. Who makes them closes them.

    Args:
        max_threads: as many as the storage takes at once: what its connection pool holds, a handful for a SQLite file.
    """

    def __init__(self, max_threads: int = 8) -> None:
        if max_threads < 1:
            raise InputRefused("no_threads")
        self.max_threads = max_threads
        self._closed = False
        self._pool = ThreadPoolExecutor(max_threads, "due_workflow")

    async def run(self, call: Callable[P, R], /, *args: P.args, **kwargs: P.kwargs) -> R:
        """What `call` gives, from a thread that sees this task's context variables.

        Cancelled before a thread was free, it is never begun. Cancelled later, it ends in its thread all the same,
        and how it ended is told to the log.

        Raises:
            RuntimeError: these threads are closed.
        """
        if self._closed:
            raise RuntimeError("these threads are closed: make another AsyncDueWorkflow")
        future = self._pool.submit(copy_context().run, partial(call, *args, **kwargs))
        try:
            return await asyncio.wrap_future(future)
        except asyncio.CancelledError:
            if not future.cancel():
                future.add_done_callback(partial(_ended, getattr(call, "__name__", "call")))
            raise

    async def stream(self, make: Callable[[], Iterator[T]], page: int = PAGE) -> AsyncGenerator[T, None]:
        """The items of an iterator that works in the threads, `page` fetched at a time and never more held."""
        items = await self.run(make)
        while True:
            found, failed = await self.run(_some, items, page)
            for item in found:
                yield item
            if failed is not None:
                raise failed
            if len(found) < page:
                return

    async def grouped(
        self, items: Iterable[T] | AsyncIterable[T], group: int, work: Callable[[Iterable[T]], Iterator[R]]
    ) -> AsyncGenerator[R, None]:
        """`work` over `items` in groups: a plain iterable is read in the threads, an asynchronous one in the loop."""
        if isinstance(items, AsyncIterable):
            async for batch in _batches(items, group):
                async with aclosing(self.stream(partial(work, batch), group)) as results:
                    async for result in results:
                        yield result
            return
        async with aclosing(self.stream(partial(work, items), group)) as results:
            async for result in results:
                yield result

    async def aclose(self) -> None:
        """Begin nothing more, and wait for what was begun or waits for a thread, cancelled awaits included."""
        self._closed = True
        await asyncio.to_thread(self._pool.shutdown)


def _some(items: Iterator[T], page: int) -> tuple[list[T], BaseException | None]:
    """The next items, and what stopped them: what was done before a failure is told before it."""
    found: list[T] = []
    try:
        found.extend(islice(items, page))
    except Exception as error:  # noqa: BLE001  # raised in the loop, after what came before it
        return found, error
    return found, None


async def _batches(items: AsyncIterable[T], group: int) -> AsyncIterator[list[T]]:
    batch: list[T] = []
    async for item in items:
        batch.append(item)
        if len(batch) >= group:
            yield batch
            batch = []
    if batch:
        yield batch


def _ended(name: str, future: Future[Any]) -> None:
    """A call whose await was cancelled has ended: its result goes to nobody, so the log has it."""
    error = future.exception()
    if error is None:
        log.info("%s ended after its await was cancelled: done", name)
        return
    why = scrub(error.text("en")) if isinstance(error, DueWorkflowError) else type(error).__name__
    log.warning("%s ended after its await was cancelled: %s", name, why)


def async_doors(cls: type[T]) -> type[T]:
    """Every public coroutine and asynchronous generator of `cls` as a door: see `due_workflow.base.door`."""
    for name, method in list(vars(cls).items()):
        if not name.startswith("_"):
            if isasyncgenfunction(method):
                setattr(cls, name, _steps(method))
            elif iscoroutinefunction(method):
                setattr(cls, name, _through(method))
    return cls


def _through(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    async def through(*args: Any, **kwargs: Any) -> Any:
        outer = sys.exc_info()[1]
        try:
            return await call(*args, **kwargs)
        except BaseException as error:
            del args, kwargs
            forget(error, outer)
            outer = None
            raise

    return through


def _steps(call: Callable[..., Any]) -> Callable[..., Any]:
    @wraps(call)
    async def steps(*args: Any, **kwargs: Any) -> Any:
        outer = sys.exc_info()[1]
        try:
            async with aclosing(call(*args, **kwargs)) as items:
                async for item in items:
                    yield item
        except BaseException as error:
            del args, kwargs
            forget(error, outer)
            outer = None
            raise

    return steps
