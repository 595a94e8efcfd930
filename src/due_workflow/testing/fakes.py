"""Fakes for a host's own tests: a clock that stands, a notifier that remembers, a portal that is told.

They keep the same contracts as the real ones, show what they hold, and never touch the network.
"""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from enum import Enum
from hashlib import sha256
from threading import Lock
from typing import Any

from due_workflow.errors import CannotTell, ContentRefused, InputRefused, NotSent, Problem
from due_workflow.models import Notice, Submission
from due_workflow.ports import Clock, Parcel, PieceRef
from due_workflow.receipts import Acs, Ads, Ars, Mode, Outcome, Receipt, Unreadable, Verdict
from due_workflow.testing.factories import NOW


class FixedClock:
    """A clock that moves only when told."""

    def __init__(self, now: datetime = NOW) -> None:
        self.set(now)

    def now(self) -> datetime:
        """The instant it stands at, aware UTC."""
        return self._now

    def set(self, now: datetime) -> None:
        """Stand at `now`, which may lie before.

        Raises:
            ValueError: `now` has no time zone.
        """
        if now.tzinfo is None:
            raise ValueError("a clock needs an aware instant")
        self._now = now.astimezone(UTC)

    def advance(self, by: timedelta) -> datetime:
        """Move on by `by` and give the new instant."""
        self._now += by
        return self._now


class RecordingNotifier:
    """Keeps every notice it was given, and fails when told.

    Attributes:
        notices: what was delivered, in order, repeats included.
        calls: every notice it was called with, those it refused included.
    """

    def __init__(self, name: str = "recording") -> None:
        self.name = name
        self.notices: list[Notice] = []
        self.calls: list[Notice] = []
        self._failures: deque[Exception] = deque()

    def fail_next(self, error: Exception, times: int = 1) -> None:
        """Raise `error` (a Retry, an Undeliverable, anything) at each of the next `times` calls."""
        self._failures.extend([error] * times)

    def send(self, notice: Notice) -> None:
        """Record it, or raise what `fail_next` asked for. See `due_workflow.ports.Notifier.send`."""
        self.calls.append(notice)
        if self._failures:
            raise self._failures.popleft()
        self.notices.append(notice)

    @property
    def ids(self) -> list[str]:
        """The ids of what was delivered."""
        return [notice.id for notice in self.notices]

    @property
    def codes(self) -> list[str]:
        """The codes of what was delivered."""
        return [notice.code for notice in self.notices]


class LineBroke(ConnectionError):
    """The line broke: the caller cannot know whether the parcel was taken."""


class Step(Enum):
    """What a scripted portal does with one deposit."""

    ADS = "takes it and gives its ADS"
    SILENT = "takes it and says nothing yet"
    NOT_SENT = "no byte leaves, and the adapter swears it"
    REFUSED = "takes nothing: the content is refused"
    BREAK_AFTER = "takes it, then the line breaks"
    BREAK_BEFORE = "the line breaks before it is taken"


class ScriptedPortal:
    """A portal that does what a test tells it, and remembers what it truly took.

    A file is JSON lines of attempt ids and SIRETs: no name, no NIR. Deposits follow `script`, then `default`.

    Attributes:
        default: the step of a deposit that the script does not foresee.
        calls: the parcels of every call to `deposit`.
        taken: the parcels it truly has, in the order taken.
        blind: while True, `find` raises CannotTell.
        listing_error, fetch_errors: what `available` and `fetch` (by piece) raise, until taken away.
        asked: the `refs` of every listing.
        lacking: what the message of a hire lacks, by its reference: `render` refuses it.
        apart: why a hire cannot leave with others, by its reference: `render` refuses it among several.
        rendered: what the last file was asked of.
    """

    def __init__(
        self,
        name: str = "scripted",
        account: str = "",
        recipient: str = "CIRSO",
        *,
        clock: Clock | None = None,
        default: Step = Step.ADS,
    ) -> None:
        self.name, self.account, self.recipient = name, account, recipient
        self.default = default
        self.calls: list[Parcel] = []
        self.taken: list[Parcel] = []
        self.blind = False
        self.listing_error: Exception | None = None
        self.fetch_errors: dict[PieceRef, Exception] = {}
        self.asked: list[tuple[str, ...]] = []
        self.lacking: dict[str, Sequence[Problem]] = {}
        self.apart: dict[str, Problem] = {}
        self.rendered: tuple[Submission, ...] = ()
        self._clock = clock or FixedClock()
        self._script: deque[Step] = deque()
        self._ads: dict[tuple[str, str], Ads] = {}
        self._pieces: dict[PieceRef, tuple[datetime, Ads | Acs | Ars | Unreadable]] = {}
        self._lock = Lock()

    # ---- what the test says

    def script(self, *steps: Step) -> None:
        """Foresee the next deposits, one step each."""
        self._script.extend(steps)

    def put(self, piece: Receipt | Unreadable, number: str | None = None, stamp: str = "") -> PieceRef:
        """Publish a piece, to be listed and fetched from now on; the same number and stamp overwrite it."""
        with self._lock:
            number = number or str(len(self._pieces) + 1)
            ref = PieceRef(self.name, self.account, piece.kind, number, stamp)
            self._pieces[ref] = (self._clock.now(), piece)
            return ref

    def ads(self, ref: str, **changes: Any) -> PieceRef:
        """Publish an ADS for the deposit `ref`."""
        return self.put(Ads(**(self._paper(ref) | changes)))

    def acs(self, ref: str, outcome: Outcome = Outcome.ACCEPTED, **changes: Any) -> PieceRef:
        """Publish an ACS with one verdict for the deposit `ref`."""
        return self.put(Acs(**(self._paper(ref) | {"verdicts": (Verdict(outcome=outcome),)} | changes)))

    def ars(self, ref: str, outcome: Outcome = Outcome.ACCEPTED, **changes: Any) -> PieceRef:
        """Publish the recipient's ARS with one verdict for the deposit `ref`."""
        given = {"verdicts": (Verdict(outcome=outcome),), "recipient": self.recipient}
        return self.put(Ars(**(self._paper(ref) | given | changes)))

    def unreadable(self, raw: bytes = b"\xff", why: str = "not XML") -> PieceRef:
        """Publish bytes that cannot be read."""
        return self.put(Unreadable(raw=raw, portal=self.name, account=self.account, why=why))

    def withdraw(self, piece: PieceRef) -> None:
        """Take a piece back: it is listed no more."""
        with self._lock:
            del self._pieces[piece]

    def times_taken(self, submission: str) -> int:
        """How often an attempt was truly handed over; more than once is the fault that must not be."""
        return sum(parcel.submissions.count(submission) for parcel in self.taken)

    def ref_of(self, submission: str) -> str:
        """The portal's reference of the deposit that holds an attempt.

        Raises:
            KeyError: it was never taken.
        """
        for parcel in self.taken:
            if submission in parcel.submissions:
                return self._ads[parcel.filename, parcel.sha256].portal_ref
        raise KeyError(submission)

    # ---- what the port asks

    def render(self, submissions: Sequence[Submission], mode: Mode) -> Parcel:
        """See `due_workflow.ports.Portal.render`.

        Raises:
            InputRefused: the test said what is lacking.
        """
        self.rendered = tuple(submissions)
        problems = [problem for s in submissions for problem in self.lacking.get(s.reference, ())]
        if len(submissions) > 1:
            problems += [self.apart[s.reference] for s in submissions if s.reference in self.apart]
        if problems:
            raise InputRefused(problems=problems)
        lines = [
            {"attempt": s.id, "mode": mode.value, "siret": s.declaration and s.declaration.employer.siret}
            for s in submissions
        ]
        content = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines).encode()
        digest = sha256(content).hexdigest()
        return Parcel(f"due-{digest[:16]}.jsonl", content, digest, mode, tuple(s.id for s in submissions))

    def deposit(self, parcel: Parcel) -> Ads | None:
        """See `due_workflow.ports.Portal.deposit`.

        Raises:
            NotSent: the script said so.
            LineBroke: the script said so; before or after it was taken.
        """
        with self._lock:
            self.calls.append(parcel)
            step = self._script.popleft() if self._script else self.default
            if step is Step.NOT_SENT:
                raise NotSent("the script said so")
            if step is Step.REFUSED:
                raise ContentRefused("the script said so")
            if step is Step.BREAK_BEFORE:
                raise LineBroke(step.value)
            ads = self._take(parcel)
            if step is Step.BREAK_AFTER:
                raise LineBroke(step.value)
            return ads if step is Step.ADS else None

    def find(self, parcel: Parcel) -> Ads | None:
        """See `due_workflow.ports.Portal.find`."""
        if self.blind:
            raise CannotTell("the script said so")
        return self._ads.get((parcel.filename, parcel.sha256))

    def available(self, since: datetime | None, refs: Sequence[str] = ()) -> Iterator[PieceRef]:
        """See `due_workflow.ports.Portal.available`: what was published at or after `since`."""
        self.asked.append(tuple(refs))
        if self.listing_error is not None:
            raise self.listing_error
        with self._lock:
            listed = [ref for ref, (at, _) in self._pieces.items() if since is None or at >= since]
        return iter(listed)

    def fetch(self, piece: PieceRef) -> Ads | Acs | Ars | Unreadable:
        """See `due_workflow.ports.Portal.fetch`."""
        if piece in self.fetch_errors:
            raise self.fetch_errors[piece]
        return self._pieces[piece][1]

    def _paper(self, ref: str) -> dict[str, Any]:
        at = self._clock.now()
        return {"portal_ref": ref, "issued_at": at, "portal": self.name, "account": self.account}

    def _take(self, parcel: Parcel) -> Ads:
        self.taken.append(parcel)
        sirets = [json.loads(line)["siret"] for line in parcel.content.splitlines()]
        ads = Ads(
            **self._paper(f"{self.name}-{len(self.taken):06d}"),
            mode=parcel.mode,
            filename=parcel.filename,
            sirets=tuple(dict.fromkeys(siret for siret in sirets if siret)),
            count=len(parcel.submissions),
        )
        return self._ads.setdefault((parcel.filename, parcel.sha256), ads)
