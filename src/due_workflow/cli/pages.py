"""One case in detail: a hire with its attempts and their proofs, a deposit with what it holds. They change nothing."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

from rich.text import Text

from due_workflow.calendar import PARIS
from due_workflow.cli import plain, views
from due_workflow.cli.session import Session
from due_workflow.clients import ClientFile
from due_workflow.errors import NotFound
from due_workflow.machine import Event
from due_workflow.models import Deposit, Filing, FilingStatus, Submission
from due_workflow.receipts import Mode

BY_HAND = frozenset(
    event.value for event in (Event.RELEASE, Event.BEGIN_SEND, Event.SENT, Event.NOT_FOUND, Event.RENEW, Event.ABANDON)
)
"""What a person does; the rest comes from the portal and from the clock."""
_SLOTS = ("ads", "acs", "ars")


# ---- a hire


def hire(s: Session, reference: str) -> None:
    """Show all about one hire."""
    filing = s.flow.read.filing(reference)
    client = s.flow.read.client(filing.siren)
    s.data["hire"] = plain.hire(filing)
    s.data["client"] = plain.client(client)
    s.data["events"] = []
    if not s.json:
        s.out.line(Text(f"{filing.reference}  ", "bold").append_text(views.status_line(filing, s.lang)))
        s.say(
            "cli.detail",
            employee=views.employee(filing),
            client=client.name,
            siret=filing.siret,
            hire=filing.hire_at,
            there=_there(s, filing, client),
            state=client.state.value,
        )
        if filing.elsewhere is not None:
            s.say("cli.detail_elsewhere", at=filing.elsewhere.at, proof=filing.elsewhere.proof)
        if filing.purged is not None:
            s.say("cli.purged", at=filing.purged.at, by=filing.purged.by or "—")
        if filing.status in (FilingStatus.TEST_NOT_DECLARED, FilingStatus.TEST_RUNNING):
            s.say("cli.only_a_test", "bold yellow")
    for sub in filing.attempts():
        _attempt(s, sub)
    rows = sorted(views.deadlines([filing]))
    if rows:
        s.say("cli.heading_deadlines", "bold")
        s.show(views.deadlines_rows(rows, s.lang))
    _possible(s, filing)


def _there(s: Session, filing: Filing, client: ClientFile) -> str:
    """The workplace's own hour of the hire, where its clocks are not those of Paris."""
    place = client.establishment(filing.siret)
    if place is None:
        return ""
    paris, local = (_clock(filing.hire_at, zone) for zone in (PARIS, ZoneInfo(place.zone)))
    if local == paris:
        return ""
    shown = f"{local:%H:%M}" if local.date() == paris.date() else views.when(local, s.lang)
    return s.text("cli.detail_there", hour=shown)


def _clock(at: datetime, zone: ZoneInfo) -> datetime:
    """What a clock on the wall shows there at that instant."""
    return at.astimezone(zone).replace(tzinfo=None)


def _attempt(s: Session, sub: Submission) -> None:
    if s.json:
        if sub.deposit:
            s.add("deposits", plain.deposit(s.flow.read.deposit(sub.deposit)))
        return
    s.out.print()
    s.out.line(views.attempt_line(sub, s.lang))
    for key, at in (("prepared", sub.prepared_at), ("released", sub.released_at), ("sent", sub.sent_at)):
        if at is not None:
            s.say(f"cli.detail_{key}", at=at)
    if sub.deposit:
        deposit = s.flow.read.deposit(sub.deposit)
        guess = s.text("cli.guessed") if deposit.guessed else ""
        s.say(
            "cli.detail_deposit",
            deposit=deposit.id,
            ref=deposit.ref,
            guess=guess,
            portal=f"{deposit.portal} {deposit.account}".strip(),
        )
    other_mode(s, sub)
    if sub.overdue_since:
        s.say("cli.detail_overdue", "bold red", at=sub.overdue_since)
    if sub.irregular:
        s.say("cli.detail_irregular", "red", reasons=[s.text(f"cli.reason.{code}") for code in sub.irregular])
    if sub.reason:
        s.say("cli.detail_reason", reason=sub.reason)
    for slot, piece in sorted(sub.evidence.shown(), key=lambda shown: _SLOTS.index(shown[0][:3])):
        # an ADS says that the deposit is there, and nothing of its content
        s.say(
            "cli.detail_ads" if slot == "ads" else "cli.detail_piece",
            slot=slot.upper().replace("ARS:", "ARS ").replace("?", ""),
            outcome=piece.outcome.value,
            at=piece.issued_at,
            message=piece.message,
        )


def other_mode(s: Session, sub: Submission) -> None:
    """What the portal's word that it took an attempt in the other mode means, and what to do once it was asked."""
    if sub.mode_told is None:
        return
    deposit = s.flow.read.deposit(sub.deposit) if sub.deposit else None
    facts = {
        "submission": sub.id,
        "reference": sub.reference,
        "said": sub.mode_told,
        "ours": sub.mode,
        "by": sub.mode_by,
        "reason": sub.mode_reason or "—",
        "ref": deposit.ref if deposit else None,
        "program": s.program,
    }
    if not sub.contradicted:
        s.say("cli.mode.past" if sub.mode_by is None else "cli.mode.confirmed", "bold yellow", **facts)
        return
    real = sub.mode is Mode.REAL
    s.say("cli.mode.real" if real else "cli.mode.test", "bold red", **facts)
    s.say("cli.mode.was_test" if real else "cli.mode.was_real", "red", **facts)
    piece = sub.evidence.decisive(sub.recipient)
    receipt = piece.receipt if piece is not None else s.text("cli.blank.receipt")
    s.say("cli.mode.as_meant", "red", **facts, receipt=receipt)


def _possible(s: Session, filing: Filing) -> None:
    try:
        told = s.flow.read.explain(filing.reference)
    except NotFound:
        s.say("cli.detail_no_attempt", program=s.program, reference=filing.reference)
        return
    s.data["events"] = [e.event for e in told if e.possible]
    by_hand = [event for event in s.data["events"] if event in BY_HAND]
    s.say("cli.detail_events", events=by_hand or ["—"], program=s.program, reference=filing.reference)


# ---- a deposit


def deposit(s: Session, id: str) -> None:
    """Show a deposit: where it went, under which reference, and where each of its attempts stands."""
    found = s.flow.read.deposit(id)
    s.data["deposit"] = plain.deposit(found)
    s.say("cli.deposit_page", "bold", deposit=found.id, state=found.state)
    s.say(
        "cli.deposit_where",
        portal=f"{found.portal} {found.account}".strip(),
        mode=found.mode.value,
        at=found.handed_at,
        ref=found.ref,
        guess=s.text("cli.guessed") if found.guessed else "",
    )
    _told(s, found)
    if found.withdrawn:
        s.say("cli.deposit_withdrawn", "yellow")
    for sid, item in found.items.items():
        sub = s.flow.read.submission(sid)
        s.add("submissions", plain.attempt(sub))
        standing = s.text("cli.deposit_standing", standing=item.standing)
        s.out.line(views.attempt_line(sub, s.lang, "    ").append(f"  {standing}", "dim"))
    _by_deposit(s, found)


def deposit_explained(s: Session, id: str) -> None:
    """Say what may be done with a deposit itself, and that all else is explained attempt by attempt."""
    found = s.flow.read.deposit(id)
    s.data["deposit"] = plain.deposit(found)
    s.data["events"] = []
    s.say("cli.explain_deposit", deposit=found.id, state=found.state)
    _told(s, found)
    for sid in found.items:
        s.say("cli.explain_item", program=s.program, submission=sid)
    _by_deposit(s, found)


def _told(s: Session, found: Deposit) -> None:
    if found.mode_told is not None:
        s.say("cli.deposit_mode", "bold red", said=found.mode_told, ours=found.mode)


def _by_deposit(s: Session, found: Deposit) -> None:
    if found.withdrawn:
        return
    if found.state == "in_doubt":
        s.say("cli.deposit_settle", program=s.program, deposit=found.id)
    elif found.ref is None:
        s.say("cli.deposit_learn", program=s.program, deposit=found.id)
