"""What a portal truly took, what it made of it and what it told: the truth that a client's records are held against.

Every value here can be shown: no NIR, no name, no byte of a message. The rows are changed by `world` alone, under its
lock; `plain` is what `GET /simulator/ledger` gives.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

TYPES = {"ads": "00", "acs": "01", "ars": "02"}
"""How jedeclare's lists name each kind of piece."""
DECIDES = {"accepted": "accepted", "accepted_with_anomaly": "accepted", "rejected": "rejected"}
"""What an outcome decides; any other one is shown and decides nothing."""


@dataclass(slots=True)
class Version:
    """What one piece holds from an instant on; an overwritten return has two."""

    due: datetime
    issued_at: datetime
    outcomes: tuple[str, ...]
    make: Callable[[], bytes] = field(repr=False)

    @property
    def content(self) -> bytes:
        """The document, written when it is asked for; the same bytes each time."""
        return self.make()


@dataclass(slots=True)
class Piece:
    """One ADS, ACS or ARS as the portal holds it.

    Attributes:
        number: its number in the account, or in the flux.
        versions: what it holds, oldest first.
        held: "" when it is published at its time; "drain" until the drain; "forever".
        wrong: whether it says what is not true (a fault).
        retrieved: whether it counts as *récupérée*.
        other_mode: whether it says that it is of the other mode (a fault): nobody may go by it.
        fetched: how often it was fetched.
    """

    kind: str
    number: str
    versions: list[Version]
    held: str = ""
    wrong: bool = False
    retrieved: bool = False
    fetched: int = 0
    other_mode: bool = False

    def shown(self, now: datetime) -> Version | None:
        """What is published at `now`."""
        if self.held:
            return None
        return next((version for version in reversed(self.versions) if version.due <= now), None)

    def plain(self, now: datetime) -> dict[str, Any]:
        """As JSON."""
        shown = self.shown(now)
        last = self.versions[-1]
        return {
            "kind": self.kind,
            "number": self.number,
            "published": shown is not None,
            "due": None if self.held else self.versions[0].due.isoformat(),
            "issued_at": (shown or last).issued_at.isoformat(),
            "outcomes": list((shown or last).outcomes),
            "versions": len(self.versions),
            "held": self.held or None,
            "wrong": self.wrong,
            "retrieved": self.retrieved,
            "fetched": self.fetched,
        }


@dataclass(slots=True)
class HireRow:
    """One hire of a deposit: `person` is `messages.person_digest`, `outcome` what its recipient truly decided."""

    siret: str
    person: str
    start: str
    outcome: str
    problems: tuple[str, ...] = ()


@dataclass(slots=True)
class Taken:
    """One deposit that a portal took.

    Attributes:
        number: its place in the ledger, from 1.
        sha256: of the message as it was before gzip.
        wire_sha256: of the bytes as they came.
        mode: what the message says, "test" or "real".
        times: which taking of the same message in the same mode at the same account it is, from 1.
        answered: whether an answer with its reference left whole, as far as the far end can see; None where there is
            none to give (a folder).
        accepted: what the portal's own control says.
    """

    number: int
    portal: str
    account: str
    portal_ref: str
    mode: str
    sha256: str
    wire_sha256: str
    filename: str
    taken_at: datetime
    siret: str
    hires: tuple[HireRow, ...]
    accepted: bool
    form: tuple[str, ...] = ()
    times: int = 1
    answered: bool | None = None
    faults: frozenset[str] = frozenset()
    designation: str = ""
    pieces: list[Piece] = field(default_factory=list)

    @property
    def outcome(self) -> str:
        """What truly became of the whole: "portal_rejected", the hires' common outcome, or "mixed"."""
        if not self.accepted:
            return "portal_rejected"
        each = {hire.outcome for hire in self.hires}
        return each.pop() if len(each) == 1 else "mixed"

    def told(self, now: datetime) -> str:
        """What is published of the whole: what every hire's is, or "mixed"."""
        each = {self.told_of(place, now) for place in range(max(1, len(self.hires)))}
        return each.pop() if len(each) == 1 else "mixed"

    def told_of(self, place: int, now: datetime) -> str:
        """What a client knows of one hire once it has read everything published.

        "ars_accepted" or "ars_rejected" by the last ARS that decides, else "acs_accepted" or "acs_rejected", else "ads"
        where there is any piece or the answer gave the reference, else "nothing".
        """
        best: tuple[int, datetime, str] | None = None
        for piece in self.pieces:
            shown = piece.shown(now)
            if shown is None or piece.other_mode:
                continue
            word = DECIDES.get(shown.outcomes[place], "") if place < len(shown.outcomes) else ""
            found = (list(TYPES).index(piece.kind), shown.issued_at, f"{piece.kind}_{word}")
            found = found if word else (0, shown.issued_at, "ads")
            if best is None or found[:2] >= best[:2]:
                best = found
        return best[2] if best else "ads" if self.answered else "nothing"

    @property
    def tellable(self) -> bool:
        """Whether the truth can be told at all, now or after the drain."""
        return not any(piece.held == "forever" for piece in self.pieces)

    def plain(self, now: datetime) -> dict[str, Any]:
        """As JSON."""
        return {
            "number": self.number,
            "portal": self.portal,
            "account": self.account,
            "portal_ref": self.portal_ref,
            "mode": self.mode,
            "sha256": self.sha256,
            "wire_sha256": self.wire_sha256,
            "filename": self.filename,
            "taken_at": self.taken_at.isoformat(),
            "answered": self.answered,
            "times": self.times,
            "double": self.times > 1,
            "siret": self.siret,
            "count": len(self.hires),
            "hires": [
                {
                    "siret": hire.siret,
                    "person": hire.person,
                    "start": hire.start,
                    "outcome": hire.outcome if self.accepted else "portal_rejected",
                    "told": self.told_of(place, now),
                    "problems": list(hire.problems),
                }
                for place, hire in enumerate(self.hires)
            ],
            "problems": list(self.form),
            "outcome": self.outcome,
            "told": self.told(now),
            "tellable": self.tellable,
            "faults": sorted(self.faults),
            "pieces": [piece.plain(now) for piece in self.pieces],
        }


@dataclass(slots=True)
class Attempt:
    """One request to deposit, taken or not; `sha256` is empty where the bytes were not read or do not unfold."""

    at: datetime
    portal: str
    account: str
    sha256: str
    fault: str
    taken: int | None = None
    status: int | None = None
    answered: bool = False

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "at": self.at.isoformat(),
            "portal": self.portal,
            "account": self.account,
            "sha256": self.sha256,
            "fault": self.fault or None,
            "taken": self.taken,
            "status": self.status,
            "answered": self.answered,
        }


MILLISECOND = timedelta(milliseconds=1)
