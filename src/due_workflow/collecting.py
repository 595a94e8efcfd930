"""Collection from one portal account of one firm: doubts first, then the pieces that wait there.

Pieces are fetched one by one and skipped once they are *committed*, not once they were fetched: a cut between the two
loses nothing. Works on whatever object fulfils `Portal`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import islice
from typing import TYPE_CHECKING

from due_workflow.errors import CannotTell, InputRefused, NotFound, TransitionRefused
from due_workflow.identifiers import named
from due_workflow.models import Deposit
from due_workflow.ports import Parcel, PieceRef, Portal
from due_workflow.records import piece_key

if TYPE_CHECKING:
    from due_workflow.workflow import DueWorkflow


@dataclass(frozen=True, slots=True)
class Collected:
    """What a collection brought: pieces applied, put in the tray, known before; doubts settled and left."""

    applied: int = 0
    tray: int = 0
    known: int = 0
    settled: int = 0
    in_doubt: int = 0


def collect(flow: DueWorkflow, portal: Portal, since: datetime | None, by: str) -> Collected:
    """Settle doubts and take in what waits at `portal`."""
    settled, left = _doubts(flow, portal, by)
    refs = [d.ref for d in flow.read.deposits(("open", "in_doubt")) if d.ref is not None and _same(d, portal)]
    applied = tray = known = 0
    pieces = iter(portal.available(since, refs))
    while page := list(islice(pieces, 100)):
        fresh = list(_uncommitted(flow, page))
        known += len(page) - len(fresh)
        for piece in fresh:
            result = flow.receive(portal.fetch(piece), by=by, origin=origin(piece))
            applied += result.state == "applied"
            tray += result.state != "applied"
    return Collected(applied, tray, known, settled, left)


def origin(piece: PieceRef) -> str:
    """The name of a piece as its portal lists it, in one word."""
    name = f"{piece.portal}/{piece.account}/{piece.kind}/{piece.number}/{piece.stamp}"
    masked = named(name)
    # a file that someone named after a NIR stays a piece of its own
    return name if masked == name else f"{masked}#{sha256(name.encode()).hexdigest()[:16]}"


def _same(deposit: Deposit, portal: Portal) -> bool:
    return (deposit.portal, deposit.account) == (portal.name, portal.account)


def _uncommitted(flow: DueWorkflow, page: list[PieceRef]) -> Iterator[PieceRef]:
    keys = [piece_key(origin(piece)) for piece in page]
    there = {key for r in flow.storage.load(flow.cabinet, (), keys) for key in r.keys}
    return (piece for piece, key in zip(page, keys, strict=True) if key not in there)


def _doubts(flow: DueWorkflow, portal: Portal, by: str) -> tuple[int, int]:
    settled = left = 0
    for deposit in list(flow.read.deposits(("in_doubt",))):
        if not _same(deposit, portal):
            continue
        parcel = _parcel(flow, deposit)
        try:
            if parcel is None:
                raise CannotTell("sent by the host itself")
            ads = portal.find(parcel)
        except CannotTell:
            left += 1
            continue
        try:
            if ads is not None:
                flow.found(deposit.id, ads, by=by)
            else:
                flow.settle_doubt(deposit.id, not_found=True, by=by)
        except (InputRefused, TransitionRefused):
            # settled by another in the meantime, or the portal knew it once: a person looks, the collection goes on
            left += 1
            continue
        settled += 1
    return settled, left


def _parcel(flow: DueWorkflow, deposit: Deposit) -> Parcel | None:
    try:
        content = flow.read.parcel(deposit.id)
    except NotFound:
        return None
    return Parcel(deposit.filename or "", content, deposit.sha256 or "", deposit.mode, tuple(deposit.items))
