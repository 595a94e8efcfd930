"""The command `collect`: what waits at the portals is taken in, each piece once; or only listed.

`collect --list` shows what a portal has and fetches nothing: at jedeclare a piece that is fetched counts as retrieved
for every other software of the firm.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from typing import Annotated

import typer

from due_workflow import texts
from due_workflow.calendar import start_of_day
from due_workflow.cli import plain, portals
from due_workflow.cli.outcomes import Code
from due_workflow.cli.session import Session, command
from due_workflow.cli.steps import SHORT
from due_workflow.cli.typed import a_day
from due_workflow.cli.views import attempt_line, table
from due_workflow.cli.window import app
from due_workflow.cli.wire import in_doubt
from due_workflow.collecting import Collected, origin, watched
from due_workflow.errors import DueWorkflowError, NotFound
from due_workflow.firm import collect_id
from due_workflow.models import Submission
from due_workflow.orders import OVERLAP
from due_workflow.ports import Kind, Parcel, PieceRef, Portal, Ref
from due_workflow.receipts import Ads, Mode, Receipt, Unreadable
from due_workflow.records import Command, decode, piece_key
from due_workflow.sending import plainly
from due_workflow.workflow import DueWorkflow

PortalName = Annotated[str | None, typer.Option("--portal", metavar="cli.meta.name", help="cli.opt.wire_portal")]


@command(app, "collect", "exchange")
def collect(
    s: Session,
    portal: PortalName = None,
    since: Annotated[str | None, typer.Option("--since", metavar="cli.meta.day", help="cli.opt.since_pieces")] = None,
    listing: Annotated[bool, typer.Option("--list", help="cli.opt.list_pieces")] = False,
) -> None:
    """What waits at the portals, each piece once."""
    found = portals.configured(s, portal)
    day = start_of_day(a_day(since, "--since")) if since is not None else None
    for label, made in found.items():
        flow = s.flow_of(s.cabinet, portals=(made,))
        try:
            if listing:
                _list(s, flow, label, made, day)
            else:
                _collect(s, flow, label, made, day)
        except (KeyboardInterrupt, BrokenPipeError):
            raise
        except Exception as error:  # an adapter's fault at one portal does not stop the others
            if os.environ.get("DUE_DEBUG"):
                raise
            ours = error if isinstance(error, DueWorkflowError) else plainly(error)
            s.warn("cli.collect.failed", "red", portal=label)
            s.fail(ours)


def _since(flow: DueWorkflow, portal: Portal, day: datetime | None) -> datetime | None:
    """The day asked for; else where the worker's collection of that account stands, with its overlap."""
    order = _order(flow, portal)
    return day if day is not None or order is None or order.cursor is None else order.cursor - OVERLAP


def _order(flow: DueWorkflow, portal: Portal) -> Command | None:
    ref = Ref(Kind.COMMAND, collect_id(portal.name, portal.account))
    return next((decode(record).facts for record in flow.storage.load(flow.cabinet, (ref,))), None)


def _list(s: Session, flow: DueWorkflow, label: str, portal: Portal, day: datetime | None) -> None:
    """What the portal has, and what of it is here already; nothing is fetched."""
    shown = table(s.lang, "kind", "piece!", "stamp", "here")
    fresh = count = 0
    with s.progress("cli.collecting", None):
        pieces = iter(portal.available(_since(flow, portal, day), watched(flow, portal)))
        while page := list(islice(pieces, 100)):
            keys = {piece: piece_key(origin(piece)) for piece in page}
            there = {key for r in flow.storage.load(flow.cabinet, (), list(keys.values())) for key in r.keys}
            for piece, key in keys.items():
                known = key in there
                count, fresh = count + 1, fresh + (not known)
                s.add("pieces", {"portal": label, **_piece(piece), "here": known})
                here = s.text("cli.collect.here" if known else "cli.collect.not_here")
                shown.row(texts.word("kind", piece.kind, s.lang), piece.number, piece.stamp or "—", here)
    s.data.setdefault("pieces", [])
    s.show(shown)
    s.say("cli.collect.listed", portal=label, count=count, fresh=fresh, program=s.program)


def _piece(piece: PieceRef) -> dict[str, str]:
    return {"kind": piece.kind, "number": piece.number, "stamp": piece.stamp, "account": piece.account}


class _Heard(Portal):
    """A portal that remembers which pieces were fetched, by the identity that their receipts have."""

    def __init__(self, portal: Portal, done: Callable[[int], None]) -> None:
        self._portal, self._done = portal, done
        self.name, self.account, self.recipient = portal.name, portal.account, portal.recipient
        self.parallel: int = getattr(portal, "parallel", 1)
        self.fetched: list[tuple[PieceRef, str]] = []

    def render(self, submissions: Sequence[Submission], mode: Mode) -> Parcel:
        return self._portal.render(submissions, mode)

    def deposit(self, parcel: Parcel) -> Ads | None:
        return self._portal.deposit(parcel)

    def find(self, parcel: Parcel) -> Ads | None:
        return self._portal.find(parcel)

    def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:
        return self._portal.available(since, refs)

    def fetch(self, piece: PieceRef) -> Receipt | Unreadable:
        paper = self._portal.fetch(piece)
        self.fetched.append((piece, paper.identity))
        self._done(len(self.fetched))
        return paper


def _collect(s: Session, flow: DueWorkflow, label: str, portal: Portal, day: datetime | None) -> None:
    began, since = flow.clock.now(), _since(flow, portal, day)
    order = _order(flow, portal)
    placed: Counter[str] = Counter()
    with s.progress("cli.collecting", None) as done:
        heard = _Heard(portal, done)
        try:
            found = flow.collect(heard, since, by=s.by)
        finally:
            # what was taken in before a cut stays, and is told; what came early may have been placed by what came later
            placed.update(_told(s, flow, label, piece, receipt) for piece, receipt in heard.fetched)
    if order is not None and not found.missed and (day is None or (order.cursor is not None and day <= order.cursor)):
        moved = {"cursor": began, "due": began + timedelta(minutes=flow.policy.collect_minutes)}
        id = collect_id(portal.name, portal.account)
        flow.set_record(Kind.COMMAND, id, lambda now: now.with_(**moved, tries=0, trouble=None), by=s.by)
    _conclude(s, flow, label, portal, found, placed["tray"] + placed["mismatch"])


def _told(s: Session, flow: DueWorkflow, label: str, piece: PieceRef, receipt: str) -> str:
    """One piece, and the attempts that it reached; a piece whose commit was cut is not here yet."""
    try:
        received = flow.read.receipt(receipt)
    except NotFound:
        return ""
    s.add("receipts", {"portal": label, **_piece(piece), **plain.waiting(received)})
    key = "cli.collect.piece" if received.state == "applied" else "cli.collect.piece_tray"
    s.say(key, kind=piece.kind, number=piece.number, why=received.why or "mode_mismatch", receipt=receipt[:SHORT])
    for id in received.reached:
        s.out.line(attempt_line(flow.read.submission(id), s.lang, "    "))
    return received.state


def _conclude(s: Session, flow: DueWorkflow, label: str, portal: Portal, found: Collected, tray: int) -> None:
    numbers = {"applied": found.applied + found.tray - tray, "tray": tray, "known": found.known}
    s.add("portals", {"portal": label, **numbers, "settled": found.settled, "in_doubt": found.in_doubt})
    s.say("cli.collect.done", portal=label, **numbers)
    if found.settled:
        s.say("cli.collect.settled", count=found.settled)
    if tray:
        s.warn("cli.then_tray", program=s.program)
        s.ends(Code.PERSON)
    for missed in found.missed:
        s.warn("cli.collect.missed", "red", piece=str(missed), why=missed.error.text(s.lang))
        s.add("missed", {"portal": label, "piece": str(missed), "why": missed.error.text(s.lang)})
        s.ends(Code.UNUSABLE)
    doubts = flow.read.deposits(("in_doubt",)) if found.in_doubt else ()
    mine = [d for d in doubts if (d.portal, d.account) == (portal.name, portal.account)]
    in_doubt(s, mine, s.settings.portals[label])
