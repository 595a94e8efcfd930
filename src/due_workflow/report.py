"""Figures of the switchover report (compte rendu de basculement; procedure, step 8): what it says, as frozen values.

Difficulties met (rejections by cause, doubts, delays), gains expected and observed, which declarations next. They are
counted in `tally` and written in `adapters.report_…`. A report names clients, never an employee.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Annotated

from pydantic import Field

from due_workflow.base import Model, Word, word_of
from due_workflow.models import Teleprocedure
from due_workflow.receipts import Message

SHOWN = 12
"""Causes and clients that a report lists."""


class Stage(Word):
    """The times that are measured, or told by the firm."""

    SEND = "send"
    ANSWER = "answer"
    PROOF = "proof"
    WORK = "work"


class Estimate(Model):
    """The firm's own estimate of one stage, in hours for one declaration.

    Attributes:
        before: on paper.
        expected: what was hoped for when the procedure began.
        observed: what the firm itself found; only for `Stage.WORK`, which no event can tell.
    """

    before: Annotated[float, Field(ge=0, le=10_000)] | None = None
    expected: Annotated[float, Field(ge=0, le=10_000)] | None = None
    observed: Annotated[float, Field(ge=0, le=10_000)] | None = None


class Remarks(Model):
    """What the firm itself writes, as plain paragraphs; a social security number in it is masked."""

    difficulties: Message = ""
    gains: Message = ""
    following: Message = ""


_SILENT = Remarks()

# ---- the figures


@dataclass(frozen=True, slots=True)
class Times:
    """How long something took, `count` times. `ninth`: nine of ten took no longer.

    Median and ninth are known to the minute, beyond two days to the hour, beyond ninety to the day.
    """

    count: int
    mean: timedelta
    median: timedelta
    ninth: timedelta
    longest: timedelta


@dataclass(frozen=True, slots=True)
class StageFigures:
    """One stage: what was observed, what it took on paper and what was expected by the firm's estimate."""

    stage: Stage
    times: Times | None = None
    before: timedelta | None = None
    expected: timedelta | None = None
    told: timedelta | None = None

    @property
    def observed(self) -> timedelta | None:
        """The median of what was measured, or what the firm told."""
        return self.times.median if self.times is not None else self.told

    @property
    def gain_expected(self) -> timedelta | None:
        """On paper less expected."""
        return self.before - self.expected if self.before is not None and self.expected is not None else None

    @property
    def gain_observed(self) -> timedelta | None:
        """On paper less observed; negative where it became slower."""
        return self.before - self.observed if self.before is not None and self.observed is not None else None


@dataclass(frozen=True, slots=True)
class Cause:
    """A cause of rejection and how often. `kind`: said (`text` is the message), none (no message) or others."""

    kind: str
    text: str
    portal: int = 0
    recipient: int = 0

    @property
    def count(self) -> int:
        """By the portal and by the recipient together."""
        return self.portal + self.recipient


@dataclass(frozen=True, slots=True)
class Delay:
    """A deadline, and for how many hires it passed; one that passes several times for one hire is counted once."""

    clock: str
    count: int


@dataclass(frozen=True, slots=True)
class Doubts:
    """Sendings in doubt: how many there were, how each ended, how long they lasted."""

    count: int = 0
    found: int = 0
    lost: int = 0
    open: int = 0
    times: Times | None = None


@dataclass(frozen=True, slots=True)
class Trouble:
    """A client and its difficulties."""

    siren: str
    name: str
    rejections: int = 0
    doubts: int = 0
    delays: int = 0

    @property
    def count(self) -> int:
        """All of them."""
        return self.rejections + self.doubts + self.delays


@dataclass(frozen=True, slots=True)
class Following:
    """A téléprocédure that may come next: how many clients' mandates in force cover it; `chosen` by the firm."""

    procedure: Teleprocedure
    clients: int
    chosen: bool = False


@dataclass(frozen=True, slots=True)
class Attempts:
    """The attempts of one mode that were handed over, and what came of them."""

    begun: int = 0
    accepted: int = 0
    rejected: int = 0
    first_time: int = 0


@dataclass(frozen=True, slots=True)
class Switchover:
    """The figures of a switchover report.

    Attributes:
        cabinet: the firm's id.
        at: when it was made; `since` and `until`: the Paris days on which the hires it counts were registered.
        hires: how many hires; `statuses`: how many stand in each status.
        test, real: the attempts of each mode.
        first_real: when the first real declaration was accepted.
        months: the hires declared in each month ("2026-03"), in order.
        causes, doubts, delays, late, irregular: the difficulties; `late`: attempts after the hire; `irregular`:
            recorded though the gate would have denied them.
        troubles: the clients with most difficulties.
        stages: the times.
        clients: how many clients stand in each state; `waves`: by wave, how many clients and how many of them live.
        following: which téléprocédures may come next.
        remarks: the firm's own words.
    """

    cabinet: str
    at: datetime
    since: date | None = None
    until: date | None = None
    hires: int = 0
    statuses: Mapping[str, int] = field(default_factory=dict)
    test: Attempts = Attempts()
    real: Attempts = Attempts()
    first_real: datetime | None = None
    months: tuple[tuple[str, int], ...] = ()
    causes: tuple[Cause, ...] = ()
    doubts: Doubts = Doubts()
    delays: tuple[Delay, ...] = ()
    late: int = 0
    irregular: int = 0
    troubles: tuple[Trouble, ...] = ()
    stages: tuple[StageFigures, ...] = ()
    clients: Mapping[str, int] = field(default_factory=dict)
    waves: tuple[tuple[int, int, int], ...] = ()
    following: tuple[Following, ...] = ()
    remarks: Remarks = _SILENT

    @property
    def rejections(self) -> int:
        """All rejections, of the portal and of the recipient."""
        return sum(cause.count for cause in self.causes)

    def stage(self, stage: Stage | str) -> StageFigures:
        """The figures of one stage.

        Raises:
            InputRefused: there is no such stage.
        """
        wanted = word_of(Stage, stage)
        return next(figures for figures in self.stages if figures.stage is wanted)
