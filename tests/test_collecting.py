"""Collection at any portal: what cannot be had keeps nothing back; what was fetched before a failure is there."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import permutations
from typing import Any

import pytest

from due_workflow import DueWorkflow, Mode, Worker
from due_workflow.adapters.memory import MemoryStorage
from due_workflow.collecting import AHEAD, GROUP, STOP_AFTER
from due_workflow.errors import PartialListing, PieceUnavailable, PortalFailure, StorageUnusable
from due_workflow.ports import Changes, Parcel, PieceRef
from due_workflow.receipts import Ads, Receipt, Unreadable
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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.seen: list[PieceRef] = []

    def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:
        yield from super().available(since, refs)
        if self.ends_in is not None:
            raise self.ends_in

    def fetch(self, piece: PieceRef) -> Receipt | Unreadable:
        with self.lock:
            self.under_way += 1
            self.fetched += 1
            self.seen.append(piece)
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
    pieces = filled(portal, 100)
    portal.fetch_errors = dict.fromkeys(pieces[17:], error)
    with pytest.raises(type(error)):
        firm.collect(portal)
    assert here(firm) == 17
    assert portal.fetched <= 17 + STOP_AFTER + AHEAD * 3
    portal.fetch_errors = {}
    told = firm.collect(portal)
    assert (told.known, told.tray) == (17, 83)


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


def portal_of_a_firm() -> tuple[FixedClock, Listing, MemoryStorage, DueWorkflow, Worker]:
    clock, storage = FixedClock(datetime.now(UTC)), MemoryStorage()
    portal = Listing("jedeclare", "CAB1", clock=clock)
    firm = DueWorkflow(storage, cabinet="CAB", portals=(portal,), clock=clock)
    firm.set_portal("jedeclare", "CAB1")
    return clock, portal, storage, firm, Worker(storage, flow_for=lambda _: firm, clock=clock)


@pytest.mark.parametrize("kind", [Listing, Several])
@pytest.mark.parametrize("bad", [5, 12, 23])
@pytest.mark.parametrize("error", [Broken(), ValueError("x")], ids=["ours", "any"])
def test_however_many_pieces_fail_at_the_head_every_other_one_has_its_turn(
    kind: type[Listing], bad: int, error: Exception
) -> None:
    portal, storage = kind(), MemoryStorage()
    pieces = filled(portal, bad + 13)
    portal.fetch_errors = dict.fromkeys(pieces[:bad], error)
    for _ in range(bad // STOP_AFTER + 1):
        before = portal.fetched
        with pytest.raises(type(error)):
            DueWorkflow(storage, cabinet="CAB").collect(portal)  # no process remembers another's
        asked_in_vain = STOP_AFTER + AHEAD * getattr(portal, "parallel", 0)
        assert portal.fetched - before <= 13 + STOP_AFTER + asked_in_vain  # a line that is gone ends it soon
    firm = DueWorkflow(storage, cabinet="CAB")
    assert here(firm) == 13
    new = portal.ads("NEW")
    with pytest.raises(type(error)):
        firm.collect(portal)
    portal.fetch_errors = {}
    assert firm.collect(portal).missed == ()
    assert here(firm) == bad + 14
    assert new in set(portal.available(None))


def test_a_collection_that_was_cut_and_went_through_begins_at_the_head_again() -> None:
    portal, firm = Listing(), flow()
    pieces = filled(portal, 8)
    portal.fetch_errors = dict.fromkeys(pieces, Broken())
    with pytest.raises(Broken):
        firm.collect(portal)
    portal.fetch_errors = {}
    assert firm.collect(portal).tray == 8
    portal.seen.clear()
    later = [*filled(portal, 3)]
    firm.collect(portal)
    assert portal.seen == later


def test_one_piece_over_which_a_portal_breaks_is_missed_and_told_and_keeps_no_other_back() -> None:
    portal, firm = Listing(), flow()
    pieces = filled(portal, 9)
    portal.fetch_errors = {pieces[0]: ValueError("DUPONT 295109912611193")}
    told = firm.collect(portal)
    assert (told.tray, [missed.piece for missed in told.missed]) == (8, pieces[:1])
    assert "ValueError" in told.missed[0].error.text("en")
    assert "DUPONT" not in str(told)


def test_staff_is_told_once_that_a_collection_keeps_failing_and_why() -> None:
    clock, portal, _, firm, worker = portal_of_a_firm()
    said = lambda: [out.notice for out in firm.read.notices() if out.notice.code == "collection_fails"]  # noqa: E731
    portal.listing_error = Broken()
    for hour in range(48):
        worker.collect()
        assert len(said()) == (hour >= 2)
        clock.advance(timedelta(hours=1))  # asked every hour at least
    assert len(portal.asked) == 48
    (notice,) = said()
    assert (notice.urgent, notice.facts["account"], notice.facts["tries"]) == (True, "jedeclare/CAB1", 3)
    assert "jedeclare/CAB1" in notice.text("en")
    assert "line_cut" not in notice.text("fr")
    portal.listing_error = None
    worker.collect()
    portal.listing_error = Broken()
    for _ in range(4):
        clock.advance(timedelta(hours=1))
        worker.collect()
    assert len(said()) == 2


def doubtful(firm: DueWorkflow, clock: FixedClock, count: int) -> list[str]:
    firm.set_software("Editeur", "Paie", "1")
    firm.add_client(f.client(1))
    firm.sign_mandate(f.siren(1), f.mandate())
    names = []
    for n in range(count):
        hire = f.declaration(f"E-{n}", start=clock.now() + timedelta(days=5), surname="AB" + "X" * n)
        sub = firm.prepare(hire, Mode.TEST)
        names += [d.id for d in firm.send([sub.id]).deposits]
    return names


@pytest.mark.parametrize("fault", [ValueError("x"), Broken(), "junk"], ids=["any", "ours", "junk"])
def test_no_deposit_in_doubt_keeps_the_pieces_or_the_other_doubts_back(fault: object) -> None:
    clock, portal, _, firm, _ = portal_of_a_firm()
    portal.default = Step.BREAK_AFTER
    deposits = doubtful(firm, clock, 9)
    files = {parcel.filename for parcel in portal.taken[:6]}
    plain = portal.find

    def find(parcel: Parcel) -> Ads | None:
        if parcel.filename not in files:
            return plain(parcel)
        if isinstance(fault, Exception):
            raise fault
        return fault  # type: ignore[return-value]

    portal.find = find  # type: ignore[method-assign]
    piece = portal.ads("OTHER")
    told = firm.collect(portal)
    assert told.settled + told.in_doubt == len(deposits)
    assert told.tray == 1
    assert piece in set(portal.available(None))
    for _ in range(200):
        if firm.collect(portal).in_doubt == 6:
            break
    assert firm.collect(portal).in_doubt == 6


def test_a_portal_that_forgets_and_breaks_early_is_asked_about_every_deposit_in_the_end() -> None:
    clock, storage = FixedClock(), MemoryStorage()

    class Forgetful(ScriptedPortal):
        """Each collection has a new one of these, which breaks at once."""

        asked: list[str]

        def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:
            self.asked = list(refs)
            raise Broken
            yield

    flow = DueWorkflow(storage, cabinet="firm", portals=[ScriptedPortal("urssaf", "A", clock=clock)], clock=clock)
    flow.add_client(f.client(1))
    flow.sign_mandate(f.siren(1), f.mandate())
    start = clock.now() + timedelta(days=5)
    ids = [flow.prepare(f.declaration(f"E-{n}", start=start), Mode.TEST).id for n in range(9)]
    sent = [flow.send([id]).deposits[0].ref for id in ids]
    for id in ids[:4]:
        flow.receive(
            f.ars(flow.read.deposit(flow.read.submission(id).deposit or "").ref or "", portal="urssaf", account="A")
        )
    waiting, answered = frozenset(sent[4:]), frozenset(sent[:4])
    first = set()
    for _ in range(80):
        clock.advance(timedelta(hours=1))
        portal = Forgetful("urssaf", "A", clock=clock)
        with pytest.raises(Broken):
            flow.collect(portal)
        head = 5 if portal.asked[0] in waiting else 4
        assert {frozenset(portal.asked[:head]), frozenset(portal.asked[head:])} == {waiting, answered}
        first.add(portal.asked[0])
    assert first == waiting | answered
