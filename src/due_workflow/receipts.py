"""What comes back from a portal, and how it decides: ADS, ACS, ARS and the join of evidence.

Order never decides. `Evidence` keeps one maximum per slot (ADS, ACS, ARS of each recipient) under a total order, so
joining is commutative, associative and idempotent, and late, repeated or swapped pieces end in the same standing.
Nothing here knows a state, a clock or a file format.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import date, datetime
from typing import Annotated, Any, ClassVar, Literal

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field

from due_workflow.base import Instant, Model, Word, canonical, plain, refuse, to_utc
from due_workflow.calendar import start_of_day
from due_workflow.identifiers import named, scrub


class Mode(Word):
    """Test or real: data of an attempt and of a deposit, not a state (procedure, steps 6 and 7)."""

    TEST = "test"
    REAL = "real"


class Outcome(Word):
    """What a piece says of one declaration. Only the first three decide; the others are kept and shown."""

    ACCEPTED = "accepted"
    ACCEPTED_WITH_ANOMALY = "accepted_with_anomaly"
    REJECTED = "rejected"
    PENDING = "pending"
    SUSPENDED = "suspended"
    NO_RETURN = "no_return"
    UNKNOWN = "unknown"

    @property
    def decides(self) -> bool:
        """Whether it is an answer at all (`sansRetour` is neither accepted nor rejected)."""
        return self in _SEVERITY

    @property
    def accepted(self) -> bool:
        """Accepted, with an anomaly or without."""
        return self in (Outcome.ACCEPTED, Outcome.ACCEPTED_WITH_ANOMALY)


# The rejection ranks last, so that it wins between pieces that are otherwise equal.
_SEVERITY = {Outcome.ACCEPTED: 1, Outcome.ACCEPTED_WITH_ANOMALY: 2, Outcome.REJECTED: 3}


def _issued(value: Any) -> Any:
    """A day without an hour is 00:00 Paris."""
    if isinstance(value, str) and len(value) == 10:
        value = date.fromisoformat(value)
    return start_of_day(value) if isinstance(value, date) and not isinstance(value, datetime) else value


def _code(value: str) -> str:
    return value.strip() or refuse("empty")


Issued = Annotated[AwareDatetime, BeforeValidator(_issued), AfterValidator(to_utc)]
Message = Annotated[str, AfterValidator(scrub)]
Name = Annotated[str, AfterValidator(named)]
PortalRef = Annotated[str, AfterValidator(_code)]


class Verdict(Model):
    """What a piece says of one declaration. `restated`: told before by another piece, so not first-hand."""

    outcome: Outcome
    siret: Name | None = None
    reference: Name | None = None
    message: Message = ""
    restated: bool = False


class _Paper(Model):
    """What every receipt has. `portal_ref` (numéro ADS, idflux) ties it to its deposit; `piece` is its own number."""

    kind: str
    portal_ref: PortalRef
    issued_at: Issued
    portal: Name = "jedeclare"
    account: Name = ""
    piece: Name | None = None
    mode: Mode | None = None
    filename: Message | None = None
    sirets: tuple[Name, ...] = ()
    count: Annotated[int, Field(ge=0)] | None = None
    raw: bytes | None = Field(default=None, repr=False, exclude=True)

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the inner document, or of the canonical receipt where there are no raw bytes."""
        return hashlib.sha256(self.raw if self.raw is not None else canonical(plain(self))).hexdigest()

    @property
    def identity(self) -> str:
        """The receipt's name; the same piece with other bytes is another receipt (an overwritten return is new)."""
        return self.named(self.sha256)

    def named(self, sha256: str) -> str:
        """The identity, for whoever has the digest already."""
        return _digest(self.portal, self.account, self.kind, self.portal_ref, self.piece or "", sha256)


def _digest(*parts: str) -> str:
    return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()[:32]


class Ads(_Paper):
    """ADS, avis de dépôt signé: the portal has the deposit; proof and time of it.

    `deposited_as`: the name of the file that was deposited, where the ADS tells it; `filename` is its own.
    """

    kind: Literal["ads"] = "ads"
    deposited_as: Name | None = None

    @property
    def verdicts(self) -> tuple[Verdict, ...]:
        """None: an ADS says nothing of the content."""
        return ()


class Acs(_Paper):
    """ACS, avis de contrôle (or conformité) signé: the portal's control; proves conformity only."""

    kind: Literal["acs"] = "acs"
    verdicts: tuple[Verdict, ...]


class Ars(_Paper):
    """ARS, avis de réception signé: the recipient's answer; only it is authoritative."""

    kind: Literal["ars"] = "ars"
    verdicts: tuple[Verdict, ...]
    recipient: Name = "CIRSO"


Receipt = Annotated[Ads | Acs | Ars, Field(discriminator="kind")]
"""Any of the three."""


class Unreadable(Model):
    """Bytes that arrived and could not be read: kept whole, waiting in the tray with the reason `why`."""

    kind: Literal["unreadable"] = "unreadable"
    raw: bytes = Field(default=b"", repr=False, exclude=True)
    portal: Name = "jedeclare"
    account: Name = ""
    why: Message
    filename: Message | None = None

    @property
    def sha256(self) -> str:
        """SHA-256 (hex) of the bytes."""
        return hashlib.sha256(self.raw).hexdigest()

    @property
    def identity(self) -> str:
        """Portal, account and content."""
        return self.named(self.sha256)

    def named(self, sha256: str) -> str:
        """The identity, for whoever has the digest already."""
        return _digest(self.portal, self.account, self.kind, sha256)


class Received(Model):
    """A receipt as the engine keeps it; its raw bytes travel apart, as payload.

    Attributes:
        state: *applied* to attempts; in the *tray* until it can be; *mismatch*: its mode is not its deposit's.
        why: why it waits.
        reached: the attempts it was applied to.
        origins: the names under which the portal lists it, so that a collection skips what is committed.
        purged_at: when its bytes and messages were erased; its name, its digest and its outcomes stay.
    """

    id: str
    receipt: Annotated[Ads | Acs | Ars | Unreadable, Field(discriminator="kind")]
    sha256: str
    received_at: Instant
    state: Literal["applied", "tray", "mismatch", "aside"]
    why: str | None = None
    reached: tuple[str, ...] = ()
    attached: dict[str, Outcome] = {}
    attached_by: str | None = None
    aside_reason: str | None = None
    origins: tuple[str, ...] = ()
    due: Instant | None = None
    purged_at: Instant | None = None


# ---- evidence: the join


class Piece(Model):
    """What one receipt says of one attempt, with all that ranks it."""

    outcome: Outcome
    first_hand: bool = True
    issued_at: Instant
    piece: str | None = None
    sha256: str
    receipt: str
    message: str = ""

    @property
    def rank(self) -> tuple[bool, datetime, tuple[int, int, str], int, str, str, str, str]:
        """The total order of pieces of one slot; the greatest decides."""
        if self.piece is None:
            number = (0, 0, "")
        elif len(self.piece) < 40 and self.piece.isascii() and self.piece.isdecimal():
            number = (1, int(self.piece), "")
        else:
            number = (2, 0, self.piece)
        severity = _SEVERITY.get(self.outcome, 0)
        # the last two only make two different pieces never equal, so that a join is the same both ways
        last = (self.message, self.outcome.value, self.receipt)
        return self.first_hand, self.issued_at, number, severity, self.sha256, *last


class Evidence(Model):
    """All that is known of one attempt: the greatest piece of each slot.

    Slots: ``ads``, ``acs``, ``ars:<recipient>``; with a ``?`` what was said without deciding (pending, suspended, no
    return, unknown), kept and shown.
    """

    slots: dict[str, Piece] = {}
    EMPTY: ClassVar[Evidence]

    def join(self, other: Evidence) -> Evidence:
        """The union of both, the greater piece in each slot; `self` itself when nothing is new."""
        mine = self.slots
        new = {s: piece for s, piece in other.slots.items() if s not in mine or piece.rank > mine[s].rank}
        return Evidence.made(slots=dict(sorted({**mine, **new}.items()))) if new else self

    def standing(self, recipient: str) -> str | None:
        """The receipt event that this evidence amounts to: the own recipient's ARS over the ACS over the ADS."""
        ars = self.slots.get(f"ars:{recipient}")
        if ars is not None:
            return "ars_accepted" if ars.outcome.accepted else "ars_rejected"
        acs = self.slots.get("acs")
        if acs is not None:
            return "acs_accepted" if acs.outcome.accepted else "acs_rejected"
        return "ads" if self.slots else None

    def decisive(self, recipient: str) -> Piece | None:
        """The piece that decides the standing."""
        return self.slots.get(f"ars:{recipient}") or self.slots.get("acs") or self.slots.get("ads")

    def shown(self) -> tuple[tuple[str, Piece], ...]:
        """Every slot, decided or not, for a person to read."""
        return tuple(self.slots.items())


Evidence.EMPTY = Evidence()


_DEPOSITED = (Verdict(outcome=Outcome.ACCEPTED),)


def evidence_of(receipt: Ads | Acs | Ars, receipt_id: str, sha256: str, verdicts: Iterable[Verdict]) -> Evidence:
    """What `receipt` says of one attempt through `verdicts` (those that reach it; none for an ADS)."""
    if isinstance(receipt, Ads):
        verdicts = _DEPOSITED
    found = Evidence.EMPTY
    for verdict in verdicts:
        slot = f"ars:{receipt.recipient}" if isinstance(receipt, Ars) else receipt.kind
        if not verdict.outcome.decides:
            slot = slot.replace(receipt.kind, f"{receipt.kind}?", 1)
        piece = Piece.made(
            outcome=verdict.outcome,
            first_hand=not verdict.restated,
            issued_at=receipt.issued_at,
            piece=receipt.piece,
            sha256=sha256,
            receipt=receipt_id,
            message=verdict.message,
        )
        one = Evidence.made(slots={slot: piece})
        found = found.join(one) if found.slots else one
    return found
