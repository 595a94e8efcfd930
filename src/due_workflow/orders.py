"""Orders: attempts that a person released, and portal accounts whose turn to be collected has come. How one is done.

An order is a COMMAND record with a due. Whoever holds it does it inside its firm and writes down what comes next: done,
or due again. Doing one twice sends nothing twice, since the attempt itself leaves *prepared* before any byte leaves.
"""

from __future__ import annotations

import logging
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from due_workflow.calendar import paris_day
from due_workflow.clients import PortalAccount
from due_workflow.collecting import Missed
from due_workflow.errors import ContentRefused, DueWorkflowError, InputRefused, PortalFailure, TransitionRefused
from due_workflow.identifiers import scrub
from due_workflow.models import SubmissionState
from due_workflow.ports import Clock, Kind, Portal, Ref
from due_workflow.records import Command
from due_workflow.rounds import backoff
from due_workflow.sending import plainly
from due_workflow.workflow import DueWorkflow

OVERLAP = timedelta(days=2)
TELL_AFTER = 3
COLLECT_WITHIN = timedelta(hours=1)
"""The longest that a collection which failed waits, and that any order waits because a portal asks for it: what the
account has meanwhile runs against deadlines."""
NAMED = 20
log = logging.getLogger("due_workflow.worker")


@dataclass(frozen=True, slots=True)
class Order:
    """One order that was leased to be carried out elsewhere, such as in an engine's queue. Plain words only.

    Attributes:
        cabinet: the firm.
        id: the order's id there.
        task: `send_released` or `collect`.
        channel: the portal and the account it goes to, "jedeclare/CAB1"; the key for a limit per account.
        turn: grows each time the order is given.
    """

    cabinet: str
    id: str
    task: str
    channel: str
    turn: int


def channel_of(flow: DueWorkflow, ref: Ref, order: Command) -> str:
    """The portal and the account that an order goes to; empty where the firm has chosen none."""
    if order.name == "collect":
        return ref.id.removeprefix("collect:")
    known: PortalAccount | Portal | None = flow.read.cabinet().portal
    if known is None and len(flow.portals) == 1:
        known = flow.portals[0]
    return f"{known.name}/{known.account}" if known is not None else ""


def fulfil(flow: DueWorkflow, ref: Ref, order: Command, clock: Clock, by: str) -> None:
    """Do one order and write down what comes next."""
    after = _send(flow, order, clock, by) if order.name == "release" else _collect(flow, ref, order, clock, by)
    flow.set_record(Kind.COMMAND, ref.id, lambda _: after, by=by)


def _send(flow: DueWorkflow, order: Command, clock: Clock, by: str) -> Command:
    (sid,) = order.results
    done = order.with_(state="done", due=None, trouble=None)
    if flow.read.submission(sid).state is not SubmissionState.PREPARED:
        return done
    try:
        result = flow.send((sid,), late=order.late, by=order.by or by)
    except DueWorkflowError as error:
        # no portal, or one that cannot make the file: the order stays, and is said
        return _unsent(flow, sid, order, error, clock, by)
    except Exception as error:  # noqa: BLE001  # an adapter's fault must not stop the others' orders
        return _unsent(flow, sid, order, type(error).__name__, clock, by)
    denied = result.refused.get(sid)
    if denied is not None:
        return _denied(flow, sid, order, denied, by)
    if flow.read.submission(sid).state is SubmissionState.PREPARED:
        why = next(iter(result.troubles.values()), None)
        if isinstance(why, ContentRefused):
            return _told(flow, sid, order, str(why.facts["why"]), by)
        return _unsent(flow, sid, order, why or "not sent", clock, by)
    return done


def _unsent(flow: DueWorkflow, sid: str, order: Command, why: DueWorkflowError | str, clock: Clock, by: str) -> Command:
    after = why.after if isinstance(why, PortalFailure) else None
    later = _later(order, clock.now(), why if isinstance(why, str) else why.text("en"), after=after)
    if later.tries == TELL_AFTER:
        ref = Ref(Kind.FILING, sid.rsplit("/", 2)[0])
        flow.tell("release_waits", ref, urgent=True, by=by, submission=sid, tries=later.tries, why=later.trouble)
    return later


def _denied(flow: DueWorkflow, sid: str, order: Command, refused: TransitionRefused | InputRefused, by: str) -> Command:
    why = refused.denials if isinstance(refused, TransitionRefused) else refused.problems
    opens = [reason.facts["opens"] for reason in why if reason.code == "window_not_open"]
    if len(why) == 1 and opens and isinstance(opens[0], datetime):
        return order.with_(due=opens[0], trouble="window_not_open")
    return _told(flow, sid, order, ", ".join(dict.fromkeys(reason.code for reason in why)) or refused.code, by)


def _told(flow: DueWorkflow, sid: str, order: Command, reasons: str, by: str) -> Command:
    """It cannot go as it is: a person has to see to it and release it anew."""
    ref = Ref(Kind.FILING, sid.rsplit("/", 2)[0])
    flow.tell("release_refused", ref, urgent=True, by=by, submission=sid, reasons=reasons)
    return order.with_(state="done", due=None, trouble=reasons)


def _later(
    order: Command, now: datetime, why: str, most: timedelta = timedelta.max, after: timedelta | None = None
) -> Command:
    """The order once more, after a while: no sooner than the portal asked (`after`, up to an hour), nor long after."""
    tries = order.tries + 1
    wait = min(backoff(tries, random.random()), most)  # noqa: S311
    if after is not None:
        asked = min(after, COLLECT_WITHIN)
        wait = min(max(wait, asked), asked + COLLECT_WITHIN)
    return order.with_(tries=tries, trouble=scrub(why), due=now + wait)


def _collect(flow: DueWorkflow, ref: Ref, order: Command, clock: Clock, by: str) -> Command:
    now = clock.now()
    wanted, every = ref.id.removeprefix("collect:"), timedelta(minutes=flow.policy.collect_minutes)
    portal = next((p for p in flow.portals if f"{p.name}/{p.account}" == wanted), None)
    if portal is None:
        return order.with_(due=now + every, trouble="no such portal given")
    since = order.cursor - OVERLAP if order.cursor is not None else None
    answered = order.cursor is None or paris_day(order.cursor) != paris_day(now)
    try:
        missed = flow.collect(portal, since, answered, by=by).missed
    except Exception as error:  # noqa: BLE001  # whatever the line does, the cursor stays and the order is tried again
        why = plainly(error)
        log.warning("collection from %s failed: %s", wanted, why.facts.get("why") or why.code)
        return _failed(flow, wanted, order, why, now, by)
    if not missed:
        return order.with_(cursor=now, due=now + every, tries=0, trouble=None)
    # the cursor stays, so that what could not be had is listed again
    asked = (one.error.after for one in missed if isinstance(one.error, PortalFailure) and one.error.after is not None)
    wait = max(every, min(max(asked, default=every), COLLECT_WITHIN))
    return order.with_(due=now + wait, tries=0, trouble=_missed(flow, wanted, order, missed, by))


def _failed(flow: DueWorkflow, wanted: str, order: Command, why: PortalFailure, now: datetime, by: str) -> Command:
    """Nothing more could be had: tried again soon, and told to staff once while it lasts."""
    words = why.text("en") if why.code != "portal_broke" else str(why.facts["why"])
    later = _later(order, now, words, COLLECT_WITHIN, why.after)
    if later.tries == TELL_AFTER:
        ref = Ref(Kind.CABINET, flow.cabinet)
        flow.tell("collection_fails", ref, urgent=True, by=by, account=wanted, tries=later.tries, why=_reason(why))
    return later


def _missed(flow: DueWorkflow, wanted: str, order: Command, missed: Sequence[Missed], by: str) -> str:
    """The pieces that could not be had, as the order keeps them; "!" after those that were told.

    One is told when it could not be had twice in a row, once: a portal that stumbles is no news.
    """
    before = set((order.trouble or "").split(", "))
    names = [scrub(str(one)) for one in missed[:NAMED]]
    again = [name for name in names if name in before]
    if again:
        first = next(one.error for one in missed if scrub(str(one)) == again[0])
        ref = Ref(Kind.CABINET, flow.cabinet)
        told = ", ".join(again)
        flow.tell("pieces_missed", ref, urgent=True, by=by, account=wanted, pieces=told, why=_reason(first))
    return ", ".join(f"{name}!" if name in again or f"{name}!" in before else name for name in names)


def _reason(error: DueWorkflowError) -> str:
    """What failed, as a notice tells it: a code of the catalogue (`trouble.<code>`) and where."""
    return scrub(str(error.facts.get("why") or f"{error.code}: {error.facts.get('detail', '')}".rstrip(": ")))
