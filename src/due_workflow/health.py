"""`Health`: whether one firm's work is being done, in a handful of questions that stay cheap however big the firm is.

It looks at what is due and at what waits, never at every record, and it decides nothing: the thresholds are arguments,
and a finding is a code with facts. Only `Storage.claim` crosses firms, so a health is one firm's; a host sums over its
own.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from due_workflow import texts
from due_workflow.ports import Kind, Record, Storage
from due_workflow.records import Held, decode, encode
from due_workflow.rounds import LEASE

MOST = 1000
"""How many waiting records one question looks at; beyond, its count and its oldest are lower bounds."""
FAILS = 3
"""From how many failures in a row on a collection is a finding."""
CONTRADICTED = "mode_contradicted"
"""A finding, and why a receipt waits: the portal took its deposit in the other mode."""
_TICKED = (Kind.CABINET, Kind.CLIENT, Kind.FILING, Kind.RECEIPT)
_Counts = Mapping[str, Mapping[str, int]]
_COUNTED = (Kind.FILING, Kind.CLIENT, Kind.DEPOSIT, Kind.RECEIPT, Kind.NOTICE)


@dataclass(frozen=True, slots=True)
class Limits:
    """How long each thing may wait before it is a finding.

    Dead letters are one at once, and so is a receipt by which the portal took a deposit in the other mode.

    Attributes:
        outbox: a notice whose hour to be delivered has come.
        deadlines: a deadline that has come, of a client, a hire or a receipt in the tray.
        orders: a released sending or a collection whose turn has come.
        tray: a receipt that waits for a person.
        in_doubt: a deposit of which nobody knows whether it arrived.
    """

    outbox: timedelta = timedelta(minutes=15)
    deadlines: timedelta = timedelta(minutes=15)
    orders: timedelta = timedelta(minutes=30)
    tray: timedelta = timedelta(hours=4)
    in_doubt: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in one place.

    Attributes:
        count: how many; with `more` at least so many.
        oldest: since when the oldest waits (aware UTC), None where nothing does.
        case: the record that is the oldest ("notice:…", "filing:…").
        more: there are more than were looked at (`MOST`).
    """

    count: int = 0
    oldest: datetime | None = None
    case: str = ""
    more: bool = False

    def age(self, now: datetime) -> timedelta:
        """How long the oldest has waited; zero where nothing waits."""
        return now - self.oldest if self.oldest is not None else timedelta(0)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that somebody must look at: a `code`, the `facts` to fill its text, and who (*operator*, *staff*)."""

    code: str
    who: Literal["operator", "staff"]
    facts: Mapping[str, object] = field(default_factory=dict)

    def text(self, lang: str = "fr") -> str:
        """The finding and what to do, as a sentence in `lang` (``"fr"`` or ``"en"``)."""
        return texts.render(f"health.{self.code}", lang, self.facts)


@dataclass(frozen=True, slots=True)
class Health:
    """What `flow.read.health()` saw of one firm at one instant.

    Attributes:
        cabinet: the firm.
        at: when (aware UTC).
        outbox: notices whose hour has come; `oldest` is the lag of the outbox.
        deadlines: deadlines that have come and were not raised.
        orders: released sendings and collections whose turn has come.
        tray: receipts that wait for a person or a reference.
        in_doubt: deposits in doubt.
        dead_letters: notices that no notifier could deliver.
        counts: how many records stand in each state, by kind; hires by what staff read.
        findings: what passed its limit.
    """

    cabinet: str
    at: datetime
    outbox: Waiting
    deadlines: Waiting
    orders: Waiting
    tray: Waiting
    in_doubt: Waiting
    dead_letters: int
    counts: Mapping[str, Mapping[str, int]]
    findings: tuple[Finding, ...] = ()

    @property
    def ok(self) -> bool:
        """Whether nobody needs to look."""
        return not self.findings

    def plain(self, lang: str = "en") -> dict[str, Any]:
        """The same as JSON data: instants in ISO form, lags in seconds, findings with their text in `lang`."""
        found: dict[str, Any] = {"cabinet": self.cabinet, "at": self.at.isoformat(), "ok": self.ok}
        for name in ("outbox", "deadlines", "orders", "tray", "in_doubt"):
            waiting: Waiting = getattr(self, name)
            found[name] = asdict(waiting) | {
                "oldest": waiting.oldest and waiting.oldest.isoformat(),
                "seconds": waiting.age(self.at).total_seconds(),
            }
        found |= {"dead_letters": self.dead_letters, "counts": {kind: dict(n) for kind, n in self.counts.items()}}
        found["findings"] = [{"code": f.code, "who": f.who, "text": f.text(lang)} for f in self.findings]
        return found


def look(storage: Storage, cabinet: str, now: datetime, limits: Limits) -> Health:
    """The health of a firm at `now`."""
    counts = {kind.value: dict(storage.counts(cabinet, kind)) for kind in _COUNTED}
    deadlines = _sum(_due(storage, cabinet, kind, now) for kind in _TICKED)
    orders = _due(storage, cabinet, Kind.COMMAND, now)
    outbox = _due(storage, cabinet, Kind.NOTICE, now)
    tray, other_mode = _tray(storage, cabinet, counts)
    doubts, unseen = _standing(storage, cabinet, Kind.DEPOSIT, "in_doubt", counts)
    doubt = _waiting(((held.facts.handed_at, held) for held in doubts), unseen)
    dead = counts[Kind.NOTICE].get("dead", 0)
    rows: tuple[tuple[str, Literal["operator", "staff"], Waiting, timedelta | None], ...] = (
        ("outbox_late", "operator", outbox, limits.outbox),
        ("deadlines_late", "operator", deadlines, limits.deadlines),
        ("orders_late", "operator", orders, limits.orders),
        (CONTRADICTED, "staff", other_mode, None),
        ("tray_waits", "staff", tray, limits.tray),
        ("doubt_waits", "staff", doubt, limits.in_doubt),
    )
    findings = [
        Finding(code, who, {"count": f"{w.count}+" if w.more else w.count, "since": w.oldest, "case": w.case})
        for code, who, w, limit in rows
        if w.count and (limit is None or w.age(now) > limit)
    ]
    for held in map(decode, storage.find(cabinet, Kind.COMMAND, ("collecting",), limit=MOST)):
        if held.facts.tries >= FAILS:
            account, order = held.ref.id.removeprefix("collect:"), held.facts
            facts = {"account": account, "count": order.tries, "why": order.trouble}
            findings.append(Finding("collection_fails", "operator", facts))
    if dead:
        findings.append(Finding("dead_letters", "operator", {"count": dead}))
    waits = _sum(iter((tray, other_mode)))
    return Health(cabinet, now, outbox, deadlines, orders, waits, doubt, dead, counts, tuple(findings))


def _due(storage: Storage, cabinet: str, kind: Kind, now: datetime) -> Waiting:
    """What should have been done by now.

    A claim moves a record's due by a lease. What a worker takes and never finishes would seem to wait for minutes
    only, for ever; so leased records are read too, and the due is the one that their own facts tell.
    """
    found = storage.find(cabinet, kind, due_by=now + LEASE, limit=MOST + 1)
    dues = ((due, record) for record in found[:MOST] if (due := _told(record)) is not None and due <= now)
    return _oldest(dues, more=len(found) > MOST)


def _told(record: Record) -> datetime | None:
    held = decode(record)
    if record.state == "collecting" and held.facts.cursor is None:
        return None  # never collected: by hand here, or by a worker that never ran, as the other lags tell
    return encode(held).due


def _tray(storage: Storage, cabinet: str, counts: _Counts) -> tuple[Waiting, Waiting]:
    """What waits for a person: in the tray; and by which the portal took a deposit in the other mode."""
    found, unseen = _standing(storage, cabinet, Kind.RECEIPT, "tray", counts)
    wrong, beyond = _standing(storage, cabinet, Kind.RECEIPT, "mismatch", counts)
    rest = [held for held in found if held.facts.why != CONTRADICTED]
    wrong += [held for held in found if held.facts.why == CONTRADICTED]
    tray = _waiting(((held.facts.received_at, held) for held in rest), unseen)
    other_mode = _waiting(((held.facts.received_at, held) for held in wrong), beyond)
    return tray, replace(other_mode, more=bool(unseen or beyond))


def _standing(storage: Storage, cabinet: str, kind: Kind, state: str, counts: _Counts) -> tuple[list[Held], int]:
    """The records of a state that are looked at, and how many more there are."""
    total = counts[kind].get(state, 0)
    found = [decode(record) for record in storage.find(cabinet, kind, (state,), limit=MOST)] if total else []
    return found, max(total - len(found), 0)


def _waiting(found: Iterable[tuple[datetime, Held]], unseen: int) -> Waiting:
    seen = _oldest(found, more=bool(unseen))
    return replace(seen, count=seen.count + unseen)


def _oldest(dues: Iterable[tuple[datetime, Record | Held]], *, more: bool) -> Waiting:
    count, oldest, case = 0, None, ""
    for due, record in dues:
        count += 1
        if oldest is None or due < oldest:
            oldest, case = due, str(record.ref)
    return Waiting(count, oldest, case, more)


def _sum(parts: Iterator[Waiting]) -> Waiting:
    count, more, first = 0, False, Waiting()
    for part in parts:
        count, more = count + part.count, more or part.more
        if part.oldest is not None and (first.oldest is None or part.oldest < first.oldest):
            first = part
    return Waiting(count, first.oldest, first.case, more)
