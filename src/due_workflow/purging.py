"""Erasing personal data once nobody need keep them, and keeping the proof: what goes, what stays, and why not yet.

What goes: the declaration with its salt, the same-person key, raw receipts and messages, the bytes of a deposit,
fingerprints. What stays: the hire's facts, its journal (with who erased what, when and under which rule), and the
accepted pieces of a REAL attempt with their bytes (R1221-8: the acknowledgement is kept). What several hires share
goes with the last of them. Nothing is erased of a hire that still waits for an answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from due_workflow import journal
from due_workflow.calendar import start_of_day
from due_workflow.clocks import retention_end
from due_workflow.errors import Denial, DueWorkflowError, InputRefused, NotFound, TransitionRefused
from due_workflow.hiring import nameless, put
from due_workflow.identifiers import scrub
from due_workflow.models import Deposit, Filing, Purge
from due_workflow.policy import Policy
from due_workflow.ports import Kind, Ref
from due_workflow.receipts import Received
from due_workflow.records import Command, Held, Outgoing, hire_of, receipt_key
from due_workflow.retention import bare, erased, hushed, kept_enough, proofs, refusals
from due_workflow.unit import Unit

EVENT = "purge"


@dataclass(frozen=True, slots=True)
class Purged:
    """What was erased of one hire, or of one receipt that was set aside.

    Attributes:
        ref: the case.
        receipts: receipts whose bytes and messages were erased.
        parcels: deposits whose bytes were erased.
        notices: notices whose messages were erased.
        kept: accepted pieces that stay, with their bytes: the proof of filing.
        shared: receipts and deposits that stay until the last of their hires is purged.
        repeat: nothing was left to erase; nothing changed.
    """

    ref: Ref
    receipts: int = 0
    parcels: int = 0
    notices: int = 0
    kept: int = 0
    shared: int = 0
    repeat: bool = False


@dataclass(frozen=True, slots=True)
class PurgeResult:
    """What `purge` did.

    Attributes:
        purged: the hires that were erased.
        refused: each hire that was left, with every reason.
        receipts: receipts whose bytes and messages were erased.
        parcels: deposits whose bytes were erased.
        notices: notices whose messages were erased.
        kept: accepted pieces that stay as proof of filing.
        repeats: hires of which nothing was left to erase.
    """

    purged: tuple[str, ...] = ()
    refused: Mapping[str, DueWorkflowError] = field(default_factory=dict)
    receipts: int = 0
    parcels: int = 0
    notices: int = 0
    kept: int = 0
    repeats: int = 0

    @classmethod
    def of(cls, results: Iterable[Purged | DueWorkflowError]) -> PurgeResult:
        """The sum of what `purge_many` yields."""
        purged: list[str] = []
        refused: dict[str, DueWorkflowError] = {}
        receipts = parcels = notices = kept = repeats = 0
        for result in results:
            if isinstance(result, DueWorkflowError):
                # a Conflict names records, the others the hire
                name = next((result.facts[n] for n in ("case", "id", "refs") if n in result.facts), "?")
                refused[str(name)] = result
                continue
            receipts, parcels = receipts + result.receipts, parcels + result.parcels
            notices, kept, repeats = notices + result.notices, kept + result.kept, repeats + result.repeat
            if result.ref.kind is Kind.FILING and not result.repeat:
                purged.append(result.ref.id)
        return cls(tuple(purged), refused, receipts, parcels, notices, kept, repeats)


# ---- what is asked


def asked(references: Iterable[str], before: date | None, early: bool, reason: str) -> tuple[tuple[Ref, ...], str]:
    """What a caller may ask for: the hires named, and the reason as one line.

    Raises:
        InputRefused: a day together with references, or `early` without references or without a reason.
    """
    named = (references,) if isinstance(references, str) else references
    refs = tuple(Ref(Kind.FILING, reference) for reference in dict.fromkeys(named))
    reason = scrub(" ".join(reason.split()))
    if refs and before is not None:
        raise InputRefused("purge_what")
    if early and not refs:
        raise InputRefused("early_by_name")
    if early and not reason:
        raise InputRefused("reason_needed")
    return refs, reason


def ended(found: Iterable[Held], policy: Policy, now: datetime, before: date | None = None) -> Iterator[Filing]:
    """Of these hires, those whose retention has ended and that hold something to erase.

    `before`: only hires that took place before that Paris day. It narrows; it never shortens the period.
    """
    latest = start_of_day(before) if before is not None else None
    for held in found:
        filing: Filing = held.facts
        if retention_end(filing, policy) > now or (latest is not None and filing.hire_at >= latest):
            continue
        if filing.purged is None or held.payload_data().get(_MARK) != _pieces(filing):
            yield filing


_MARK = "purged"
"""In the payload of a purged hire: the pieces that it knew. One that came later is for the next purge."""


def _pieces(filing: Filing) -> list[str]:
    return sorted({piece.receipt for sub in filing.attempts() for piece in sub.evidence.slots.values()})


def put_aside(found: Iterable[Held], policy: Policy, now: datetime, before: date | None = None) -> Iterator[Ref]:
    """Of these receipts, those that a person set aside and that have been kept as long as a hire's."""
    latest = start_of_day(before) if before is not None else now
    for held in found:
        received: Received = held.facts
        if received.purged_at is None and received.received_at < latest and kept_enough(received, policy, now):
            yield held.ref


# ---- the act


def foresee(u: Unit, refs: Sequence[Ref]) -> None:
    """Load in three calls most of what `purge` will ask for, one hire after the other."""
    found = u.load(refs, [f"for:{ref.id}" for ref in refs if ref.kind is Kind.FILING])
    hires = [held.facts for ref in refs if ref.kind is Kind.FILING and (held := u.get(*ref)) is not None]
    names = {Ref(Kind.DEPOSIT, sub.deposit) for f in hires for sub in f.attempts() if sub.deposit is not None}
    u.load([*names, *(Ref(Kind.DOCUMENT, f"parcel:{ref.id}") for ref in names)])
    deposits = [held.facts for ref in names if (held := u.get(*ref)) is not None]
    others = {item.reference for deposit in deposits for item in deposit.items.values()}
    others |= {_reference(sid) for h in found if h.ref.kind is Kind.RECEIPT for sid in h.facts.reached}
    u.load([Ref(Kind.FILING, reference) for reference in others], [k for d in deposits for k in _waiting_key(d)])


def purge(u: Unit, ref: Ref, reason: str = "", early: bool = False) -> Purged | DueWorkflowError:
    """Stage the erasure of one hire's personal data; what is not possible is returned, with nothing staged."""
    if ref.kind is Kind.RECEIPT:
        return _aside(u, ref)
    held = u.get(*ref)
    if held is None:
        return NotFound("filing", scrub(ref.id))
    filing: Filing = held.facts
    deposits = _deposits(u, filing)
    found = u.load(keys=[f"for:{filing.reference}", *(key for d in deposits for key in _waiting_key(d))])
    receipts = [h for h in found if h.ref.kind is Kind.RECEIPT]
    denials = [*refusals(filing, u.policy, u.now, early)]
    denials += [Denial("receipt_in_tray", {"receipt": h.ref.id}) for h in receipts if h.facts.state == "tray"]
    if denials:
        return TransitionRefused(filing.reference, filing.status, EVENT, denials)
    called_off = filing.purged is None and retention_end(filing, u.policy) > u.now
    rule = "called_off" if called_off else "retention"
    why = nameless(u, filing.reference, reason) or None
    mark = Purge(at=u.now, rule=rule, years=u.policy.retention_years, reason=why, by=u.by)
    left = bare(filing).with_(purged=filing.purged or mark)
    # seen as purged by what is shared with it, whether or not anything of its own is left
    gone = {filing.reference}
    pieces, kept, shared = _receipts(u, receipts, gone)
    parcels, common = _parcels(u, deposits, gone)
    fingerprints = [h for h in found if h.ref.kind is Kind.COMMAND and _unneeded(u, h.facts, gone)]
    notices = list(_notices(u, ref))
    rest = {_MARK: _pieces(filing)}
    own = left != filing or held.payload_data() != rest
    told = Purged(ref, len(pieces), len(parcels), len(notices), kept, shared + common)
    if not (own or pieces or parcels or fingerprints or notices):
        return Purged(ref, kept=kept, shared=told.shared, repeat=True)
    put(u, left, EVENT, filing.status, filing.status)
    u.put_payload(Kind.FILING, filing.reference, rest, frozenset())
    for h in pieces:
        _erase(u, h)
    for h in parcels:
        u.put(h.ref.kind, h.ref.id, h.facts)
        u.put_payload(h.ref.kind, h.ref.id, {})
    for h in fingerprints:
        u.put(h.ref.kind, h.ref.id, h.facts.with_(fingerprint=""))
    for h in notices:
        _hush(u, h)
    return told


def at_deadline(u: Unit, reference: str) -> None:
    """`Policy.auto_purge`: erase when the retention deadline of a hire has come; what stands against it is told."""
    filing = u.filing(reference)
    due = filing.deadlines.get("retention")
    if not u.policy.auto_purge or due is None or due > u.now:
        return
    result = purge(u, Ref(Kind.FILING, reference))
    if isinstance(result, TransitionRefused):
        reasons = ", ".join(denial.code for denial in result.denials)
        u.notice("purge_waits", Ref(Kind.FILING, reference), reference=reference, reasons=reasons)


def _aside(u: Unit, ref: Ref) -> Purged | DueWorkflowError:
    held = u.get(*ref)
    if held is None:
        return NotFound("receipt", ref.id)
    if held.facts.purged_at is not None or not kept_enough(held.facts, u.policy, u.now):
        return Purged(ref, repeat=True)
    notices = list(_notices(u, ref))
    _erase(u, held)
    for h in notices:
        _hush(u, h)
    return Purged(ref, receipts=1, notices=len(notices))


# ---- what belongs to a hire


def _reference(submission: str) -> str:
    return submission.rsplit("/", 2)[0]


def _waiting_key(deposit: Deposit) -> tuple[str, ...]:
    """The word of the receipts in the tray that may be this deposit's."""
    return (receipt_key(deposit.portal, deposit.account, deposit.ref),) if deposit.ref is not None else ()


def _deposits(u: Unit, filing: Filing) -> list[Deposit]:
    """Every deposit that ever held an attempt of this hire: one that was withdrawn before sending kept its bytes."""
    names = {sub.deposit: None for sub in filing.attempts()}
    ref, after = Ref(Kind.FILING, filing.reference), 0
    while entries := u.storage.journal(u.cabinet, ref, after):
        for entry in entries:
            patch: dict[str, Any] = journal.read(entry).patch.get("submissions") or {}
            names.update((sub.get("deposit"), None) for sub in patch.values() if sub)
        after = entries[-1].seq
    refs = [Ref(Kind.DEPOSIT, name) for name in names if name is not None]
    u.load(refs)
    return [held.facts for ref in refs if (held := u.get(*ref)) is not None]


def _all_gone(u: Unit, references: Iterable[str], gone: set[str]) -> bool:
    """Whether each of these hires is purged; the commit depends on those that are not."""
    others = dict.fromkeys(reference for reference in references if reference not in gone)
    u.load([Ref(Kind.FILING, reference) for reference in others])
    whole = True
    for reference in others:
        held = u.get(Kind.FILING, reference)
        if held is not None and held.facts.purged is None:
            u.check(held)
            whole = False
    return whole


def _receipts(u: Unit, receipts: Sequence[Held], gone: set[str]) -> tuple[list[Held], int, int]:
    """Of a hire's receipts: those to erase, how many stay as proof, how many stay for another hire."""
    gone_too: list[Held] = []
    kept = shared = 0
    for held in receipts:
        received: Received = held.facts
        if received.purged_at is not None:
            continue
        references = {_reference(sid) for sid in received.reached}
        whole = _all_gone(u, references, gone)
        hires = [h.facts for reference in references if (h := u.get(Kind.FILING, reference)) is not None]
        if any(received.id in proofs(hire) for hire in hires):
            kept += 1
        elif whole:
            gone_too.append(held)
        else:
            shared += 1
    return gone_too, kept, shared


def _parcels(u: Unit, deposits: Sequence[Deposit], gone: set[str]) -> tuple[list[Held], int]:
    """The bytes of the deposits whose hires are all purged, and how many stay for another hire."""
    found, shared = [], 0
    for deposit in deposits:
        held = u.get(Kind.DOCUMENT, f"parcel:{deposit.id}")
        if held is None or "content" not in held.payload_data():
            continue
        if _all_gone(u, (item.reference for item in deposit.items.values()), gone):
            found.append(held)
        else:
            shared += 1
    return found, shared


def _unneeded(u: Unit, command: Command, gone: set[str]) -> bool:
    return _all_gone(u, filter(None, map(hire_of, command.results)), gone)


def _notices(u: Unit, case: Ref) -> Iterator[Held]:
    """The notices about a case that repeat words of a portal or of the staff; their ids begin with the case."""
    after = start = f"{case}#"
    while page := u.storage.find(u.cabinet, Kind.NOTICE, after=after, limit=100):
        for record in page:
            if not record.ref.id.startswith(start):
                return
            held = u.adopt(record)
            note = held.facts.notice
            if note.case == str(case) and hushed(note) is not note:
                yield held
        after = page[-1].ref.id


def _erase(u: Unit, held: Held) -> None:
    u.put(Kind.RECEIPT, held.ref.id, erased(held.facts, u.now))
    u.put_payload(Kind.RECEIPT, held.ref.id, {})


def _hush(u: Unit, held: Held) -> None:
    out: Outgoing = held.facts
    u.put(Kind.NOTICE, held.ref.id, out.with_(notice=hushed(out.notice)))
