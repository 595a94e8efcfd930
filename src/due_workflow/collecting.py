"""Collection from one portal account of one firm: doubts first, then the pieces that wait there.

A piece is skipped once it is *committed*, not once it was fetched: a cut between the two loses nothing. One that cannot
be had keeps no other back, and is told; a collection that was cut short is gone on with where it ended. Works on
whatever object fulfils `Portal`.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Generator, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from zlib import crc32

from due_workflow import receiving
from due_workflow.calendar import paris_day
from due_workflow.doubts import of_account, settle
from due_workflow.errors import (
    Conflict,
    DueWorkflowError,
    PartialListing,
    PieceUnavailable,
    PortalFailure,
    StorageUnusable,
)
from due_workflow.identifiers import named
from due_workflow.ports import Kind, PieceRef, Portal, Ref
from due_workflow.receipts import Ads, Receipt, Unreadable
from due_workflow.records import Command, decode, handed_key, piece_key
from due_workflow.sending import plainly
from due_workflow.unit import Unit

if TYPE_CHECKING:
    from due_workflow.workflow import DueWorkflow

GROUP = 100
"""Pieces that are looked up at once, and taken in by one commit at most."""
GROUP_BYTES = 8 * 1024 * 1024
"""A commit is made earlier once its pieces hold so much."""
AHEAD = 8
"""Pieces fetched ahead of the commit for each fetch under way; what a cut makes fetch again, at most."""
STOP_AFTER = 5
"""Questions that failed one after the other: the line or the login is gone, and the rest would fare no better now."""


class Missed(NamedTuple):
    """What a collection could not take in: a piece (None: a part of the listing), and why."""

    piece: PieceRef | None
    error: DueWorkflowError

    def __str__(self) -> str:
        return f"{self.piece.kind.upper()} {named(self.piece.number)}" if self.piece is not None else "…"


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection brought.

    Attributes:
        applied, tray: pieces taken in now: applied, or waiting in the tray.
        known: pieces taken in before.
        settled, in_doubt: deposits in doubt that were settled, and that are left.
        missed: what could not be had; the next collection that begins as early asks for it again.
    """

    applied: int = 0
    tray: int = 0
    known: int = 0
    settled: int = 0
    in_doubt: int = 0
    missed: tuple[Missed, ...] = ()


class _Fetched(NamedTuple):
    origin: str
    piece: PieceRef
    arrival: receiving.Arrival


def collect(flow: DueWorkflow, portal: Portal, since: datetime | None, by: str, answered: bool = True) -> Collected:
    """Settle doubts and take in what waits at `portal`; `answered`: for deposits that are answered too."""
    settled, left = settle(flow, portal, by)
    refs = watched(flow, portal, answered)
    missed: list[Missed] = []
    ended: list[PieceRef] = []
    applied = tray = known = 0

    def fresh() -> Iterator[PieceRef]:
        nonlocal known
        for page in _pages(portal.available(since, refs), missed):
            new = list(_uncommitted(flow, page))
            known += len(page) - len(new)
            yield from new

    mark, failed = _mark(flow, portal), None
    try:
        for group in _groups(_fetched(portal, _from_there(fresh(), mark), missed, ended)):
            for state in _taken_in(flow, group, by, missed):
                applied += state == "applied"
                tray += state != "applied"
    except Exception as error:  # noqa: BLE001  # raised again, once it is kept where this collection ended
        failed = error
    if ended or (mark is not None and failed is None):
        _set_mark(flow, portal, ended[-1] if ended else None, by)
    if failed is not None:
        raise failed
    return Collected(applied, tray, known, settled, left, tuple(missed))


def origin(piece: PieceRef) -> str:
    """The name of a piece as its portal lists it, in one word."""
    name = f"{piece.portal}/{piece.account}/{piece.kind}/{piece.number}/{piece.stamp}"
    masked = named(name)
    # a file that someone named after a NIR stays a piece of its own
    return name if masked == name else f"{masked}#{sha256(name.encode()).hexdigest()[:16]}"


def watched(flow: DueWorkflow, portal: Portal, answered: bool = True) -> list[str]:
    """The references of the deposits whose pieces are asked for at `portal`: those that wait, and those answered.

    Each minute begins at others, and about half of them with those answered, so that collections that are often cut
    short come round to all of them, also where each one is a new process.
    """
    turn = crc32(b"%d" % (flow.clock.now().timestamp() // 60))
    refs = [d.ref for d in flow.read.deposits(("open", "in_doubt")) if d.ref is not None and of_account(d, portal)]
    groups = [_turned(refs, turn // 2), _turned(_answered(flow, portal) if answered else (), turn // 2)]
    return [ref for group in groups[:: -1 if turn % 2 else 1] for ref in group]


def _turned(refs: Iterable[str], turn: int) -> list[str]:
    each = list(refs)
    first = turn % len(each) if each else 0
    return each[first:] + each[:first]


def _answered(flow: DueWorkflow, portal: Portal) -> Iterator[str]:
    """The references of deposits that are answered, as long as a portal may overwrite or contradict its answer."""
    today = paris_day(flow.clock.now())
    days = [today - timedelta(days=n) for n in range(flow.policy.watch_days)]
    keys = [handed_key(portal.name, portal.account, day) for day in days]
    return (held.facts.ref for held in flow.read.every(Kind.DEPOSIT, ("closed",), keys)) if keys else iter(())


def _pages(pieces: Iterator[PieceRef], missed: list[Missed]) -> Iterator[list[PieceRef]]:
    """The listing in pages; what was listed before it failed is a page too."""
    failed: Exception | None = None
    while failed is None:
        page: list[PieceRef] = []
        try:
            page.extend(islice(pieces, GROUP))
        except PartialListing as error:
            missed.append(Missed(None, error.with_traceback(None)))
            pieces = iter(())
        except Exception as error:  # noqa: BLE001  # raised again, after what came before it
            failed = error
        if not page and failed is None:
            return
        yield page
    raise failed


def _from_there(pieces: Iterator[PieceRef], mark: str | None) -> Iterator[PieceRef]:
    """The pieces after the one that the last collection ended at, then those before: every one has its turn.

    What was listed before a listing failed has its turn too.
    """
    before: list[PieceRef] = []
    failed: Exception | None = None
    reached = mark is None
    try:
        for piece in pieces:
            if reached:
                yield piece
            else:
                before.append(piece)
                reached = _named(piece) == mark
    except Exception as error:  # noqa: BLE001  # raised again, after what came before it
        failed = error
    yield from before
    if failed is not None:
        raise failed


def _named(piece: PieceRef) -> str:
    return sha256(origin(piece).encode()).hexdigest()[:32]


def _mark_id(portal: Portal) -> str:
    return f"collected:{portal.name}/{portal.account}"


def _mark(flow: DueWorkflow, portal: Portal) -> str | None:
    """The piece at which the last collection of this account that was cut short ended."""
    for record in flow.storage.load(flow.cabinet, (Ref(Kind.COMMAND, _mark_id(portal)),)):
        return next(iter(decode(record).facts.results), None)
    return None


def _set_mark(flow: DueWorkflow, portal: Portal, piece: PieceRef | None, by: str) -> None:
    mark = Command(name="collected", results=(_named(piece),) if piece is not None else ())
    flow._commit(by, lambda u: u.put(Kind.COMMAND, _mark_id(portal), mark))


def _fetched(
    portal: Portal, pieces: Iterator[PieceRef], missed: list[Missed], ended: list[PieceRef]
) -> Iterator[_Fetched]:
    """The pieces that can be had, in their order, as many fetched at once as the portal allows.

    `ended`: the piece at which it was given up.
    """
    in_a_row = 0
    with closing(_under_way(portal, pieces)) as under_way:
        for piece, fetch in under_way:
            try:
                paper = fetch()
            except PieceUnavailable as error:
                missed.append(Missed(piece, error.with_traceback(None)))
            except Exception as error:  # whatever a portal raises over one piece must not keep the others back
                in_a_row += 1
                if in_a_row == STOP_AFTER:
                    ended.append(piece)
                    raise
                missed.append(Missed(piece, _kept(error)))
            else:
                in_a_row = 0
                yield _Fetched(origin(piece), piece, receiving.arrival(paper))


def _kept(error: Exception) -> PortalFailure:
    return error.with_traceback(None) if isinstance(error, PortalFailure) else plainly(error)


def _under_way(
    portal: Portal, pieces: Iterator[PieceRef]
) -> Generator[tuple[PieceRef, Callable[[], Receipt | Unreadable]], None, None]:
    """Each piece with what gives its content; several are fetched ahead where the portal says so."""
    parallel = getattr(portal, "parallel", 1)
    if parallel <= 1:
        for piece in pieces:
            yield piece, lambda piece=piece: portal.fetch(piece)  # type: ignore[misc]
        return
    pool = ThreadPoolExecutor(parallel, thread_name_prefix="collect")
    begun: deque[tuple[PieceRef, Future[Receipt | Unreadable]]] = deque()
    failed: Exception | None = None
    try:
        try:
            for piece in pieces:
                begun.append((piece, pool.submit(portal.fetch, piece)))
                if len(begun) >= parallel * AHEAD:
                    first, future = begun.popleft()
                    yield first, future.result
        except Exception as error:  # noqa: BLE001  # raised again, after what was fetched before it
            failed = error
        while begun:
            first, future = begun.popleft()
            yield first, future.result
        if failed is not None:
            raise failed
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def _groups(found: Iterator[_Fetched]) -> Iterator[list[_Fetched]]:
    """What goes into one commit; what was fetched before a failure is a group too."""
    failed: Exception | None = None
    while failed is None:
        group: list[_Fetched] = []
        size = 0
        try:
            for one in found:
                group.append(one)
                size += len(one.arrival.paper.raw or b"")
                if len(group) >= GROUP or size >= GROUP_BYTES:
                    break
        except Exception as error:  # noqa: BLE001  # raised again, after what came before it
            failed = error
        if group:
            yield group
        elif failed is None:
            return
    raise failed


def _taken_in(flow: DueWorkflow, group: list[_Fetched], by: str, missed: list[Missed]) -> Iterator[str]:
    """A group, the ADSs of it in a commit before the others', which are placed by what these teach; the states."""

    def foresee(u: Unit, items: list[_Fetched]) -> None:
        receiving.foresee(u, [item.arrival for item in items])

    def take(u: Unit, item: _Fetched) -> receiving.ReceiveResult:
        return receiving.take(u, item.arrival, item.origin)

    first = [item for item in group if isinstance(item.arrival.paper, Ads)]
    then = [item for item in group if not isinstance(item.arrival.paper, Ads)]
    for part in filter(None, (first, then)):
        for item, result in zip(part, flow._many(part, take, by, len(part), foresee), strict=True):
            if isinstance(result, (Conflict, StorageUnusable)):
                raise result
            if isinstance(result, DueWorkflowError):
                missed.append(Missed(item.piece, result))
                continue
            if result.ref_learned is not None:
                flow._replay_ref(*result.ref_learned, by)
            yield result.state


def _uncommitted(flow: DueWorkflow, page: list[PieceRef]) -> Iterator[PieceRef]:
    keys = [piece_key(origin(piece)) for piece in page]
    there = {key for r in flow.storage.load(flow.cabinet, (), keys) for key in r.keys}
    return (piece for piece, key in zip(page, keys, strict=True) if key not in there)
