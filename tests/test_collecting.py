"""Collection at any portal: what cannot be had keeps nothing back; what was fetched before a failure is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations

import pytest

from due_workflow import DueWorkflow, Mode
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.collecting import AHEAD, GROUP, STOP_AFTER
from due_workflow.errors import PartialListing, PieceUnavailable, PortalFailure, StorageUnusable
from due_workflow.ports import Changes, PieceRef
from due_workflow.receipts import Receipt, Unreadable
from due_workflow.testing import FixedClock, LineBroke, ScriptedPortal, Step
from due_workflow.testing import factories as f


class Broken(PortalFailure):
    def __init__(self) -> None:
        super().__init__("cannot_tell", why="line_cut")


class Listing(ScriptedPortal):
    """A portal whose listing ends in an error once `ends_in` is set, and that may be asked for several at once."""

    ends_in: Exception | None = None
    pause = 0.0
    under_way = most = fetched = 0
    lock = threading.Lock()

    def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:
        yield from super().available(since, refs)
        if self.ends_in is not None:
            raise self.ends_in

    def fetch(self, piece: PieceRef) -> Receipt | Unreadable:
        with self.lock:
            self.under_way += 1
            self.fetched += 1
            self.most = max(self.most, self.under_way)
        try:
            time.sleep(self.pause)
            return super().fetch(piece)
        finally:
            with self.lock:
                self.under_way -= 1


class Several(Listing):
    parallel = 3


def filled(portal: Listing, count: int) -> list[PieceRef]:
    return [portal.ads(f"A{n}") for n in range(count)]


def flow() -> DueWorkflow:
    return DueWorkflow(MemoryStorage(), cabinet="CAB")


def here(firm: DueWorkflow) -> int:
    return len(list(firm.read.tray()))


@pytest.mark.parametrize("kind", [Listing, Several])
def test_a_piece_that_is_not_given_keeps_no_other_back(kind: type[Listing]) -> None:
    portal, firm = kind(), flow()
    pieces = filled(portal, 30)
    portal.fetch_errors = dict.fromkeys(pieces[5:20], PieceUnavailable("line_cut: x"))
    told = firm.collect(portal)
    assert (told.tray, len(told.missed), here(firm)) == (15, 15, 15)
    assert [missed.piece for missed in told.missed] == pieces[5:20]
    portal.fetch_errors = {}
    assert firm.collect(portal).known == 15
    assert here(firm) == 30


@pytest.mark.parametrize("kind", [Listing, Several])
def test_a_portal_that_stumbles_now_and_then_is_gone_on_with(kind: type[Listing]) -> None:
    portal, firm = kind(), flow()
    pieces = filled(portal, 60)
    portal.fetch_errors = {piece: Broken() for n, piece in enumerate(pieces) if n % STOP_AFTER}
    told = firm.collect(portal)
    assert (told.tray, len(told.missed)) == (60 // STOP_AFTER, 60 - 60 // STOP_AFTER)


@pytest.mark.parametrize("kind", [Listing, Several])
@pytest.mark.parametrize("error", [Broken(), LineBroke("cut")], ids=["ours", "any"])
def test_what_was_fetched_before_the_line_broke_is_there(kind: type[Listing], error: Exception) -> None:
    portal, firm = kind(), flow()
    pieces = filled(portal, 40)
    portal.fetch_errors = dict.fromkeys(pieces[17:], error)
    with pytest.raises(type(error)):
        firm.collect(portal)
    assert here(firm) == 17
    assert portal.fetched < 40
    portal.fetch_errors = {}
    told = firm.collect(portal)
    assert (told.known, told.tray) == (17, 23)


@pytest.mark.parametrize("kind", [Listing, Several])
@pytest.mark.parametrize("count", [1, 17, GROUP, GROUP + 1])
def test_what_was_listed_before_the_listing_failed_is_there(kind: type[Listing], count: int) -> None:
    portal, firm = kind(), flow()
    filled(portal, count)
    portal.ends_in = LineBroke("cut")
    with pytest.raises(LineBroke):
        firm.collect(portal)
    assert here(firm) == count
    portal.ends_in = PartialListing("line_cut: EDI-TVA")
    told = firm.collect(portal)
    assert (told.known, [missed.piece for missed in told.missed]) == (count, [None])


def test_a_portal_is_asked_for_no_more_at_once_than_it_says() -> None:
    alone, several = Listing(), Several()
    for portal in (alone, several):
        portal.pause = 0.005
        filled(portal, 40)
        assert flow().collect(portal).tray == 40
    assert (alone.most, several.most) == (1, 3)


class Failing(MemoryStorage):
    """A storage that is gone after so many commits."""

    def __init__(self, left: int) -> None:
        super().__init__()
        self.left = left

    def commit(self, cabinet: str, changes: Changes) -> None:
        self.left -= 1
        if self.left < 0:
            raise StorageUnusable("storage_closed")
        super().commit(cabinet, changes)


def test_a_storage_that_is_gone_ends_the_collection_and_little_was_fetched_in_vain() -> None:
    portal, storage = Several(), Failing(1)
    filled(portal, 4 * GROUP)
    firm = DueWorkflow(storage, cabinet="CAB")
    with pytest.raises(StorageUnusable):
        firm.collect(portal)
    assert here(firm) == GROUP
    assert portal.fetched <= 2 * GROUP + AHEAD * Several.parallel
    storage.left = 99
    assert firm.collect(portal).known == GROUP


def test_pieces_that_come_together_end_the_same_in_any_order_and_no_one_is_told_to_look() -> None:
    ends = set()
    for order in permutations(("ads", "acs", "ars")):
        clock = FixedClock(datetime.now(UTC))
        portal = Listing("jedeclare", "CAB1", clock=clock, default=Step.SILENT)
        firm = DueWorkflow(MemoryStorage(), cabinet="CAB", portals=(portal,), clock=clock)
        firm.add_client(f.client(1))
        firm.sign_mandate(f.siren(1), f.mandate())
        sub = firm.prepare(f.declaration("E-1", start=clock.now() + timedelta(days=5)), Mode.TEST)
        firm.send([sub.id])
        for kind in order:
            getattr(portal, kind)("900", **({"count": 1} if kind == "ads" else {}))
        told = firm.collect(portal)
        codes = {out.notice.code for out in firm.read.notices()}
        ends.add((told.applied, told.tray, firm.read.submission(sub.id).state.value, "tray_unknown_ref" in codes))
    assert ends == {(3, 0, "accepted", False)}
