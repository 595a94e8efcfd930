"""The operating procedure: its nine rows, a plan from a start day, what is done, late and next.

« Mode opératoire: chronologie des étapes de la mise en place de la DUE », a table with four columns: *Étapes, Temps,
À faire pour le, Effectué*. The rows are data; titles and what each asks stand in the catalogue (`step.<key>.title`,
`step.<key>.asks`). Pure: the day of now, the calendar and the marks are arguments; who gathers the marks from the
firm's records is `procedure`. Days are Paris days, worked ones as the calendar says; a day is 7 hours unless told.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, Literal, NamedTuple, Self

from pydantic import Field, model_validator

from due_workflow import texts
from due_workflow.base import Day, Instant, Line, Model, Word, refuse
from due_workflow.calendar import YEARS, Calendar, DayKind, paris_day
from due_workflow.errors import InputRefused


class StepKey(Word):
    """The name of a step, as hosts and the command line say it."""

    SOFTWARE = "software"
    PORTAL = "portal"
    DOCUMENTS = "documents"
    PILOTS = "pilots"
    MANDATES = "mandates"
    GENERATOR = "generator"
    TESTS = "tests"
    REAL = "real"
    REPORT = "report"


class Span(Model):
    """How long a step takes: so many worked days, or hours of them; half a day is 0.5."""

    amount: Annotated[float, Field(gt=0, le=400)]
    unit: Literal["day", "hour"] = "day"

    def minutes(self, hours_per_day: float) -> int:
        """In minutes of work."""
        return round(self.amount * 60 * (hours_per_day if self.unit == "day" else 1))


@dataclass(frozen=True, slots=True)
class Step:
    """One row of the procedure. `number` 0 is the document's first row, which has none; `span` None: no time given."""

    number: int
    key: StepKey
    span: Span | None

    def title(self, lang: str = "fr") -> str:
        """The document's own words, or their translation."""
        return texts.render(f"step.{self.key}.title", lang)

    def asks(self, lang: str = "fr") -> str:
        """What the step asks of the firm."""
        return texts.render(f"step.{self.key}.asks", lang)


STEPS: tuple[Step, ...] = (
    Step(0, StepKey.SOFTWARE, Span(amount=1)),
    Step(1, StepKey.PORTAL, Span(amount=10)),
    Step(2, StepKey.DOCUMENTS, Span(amount=3, unit="hour")),
    Step(3, StepKey.PILOTS, Span(amount=3, unit="hour")),
    Step(4, StepKey.MANDATES, None),
    Step(5, StepKey.GENERATOR, Span(amount=15)),
    Step(6, StepKey.TESTS, Span(amount=5)),
    Step(7, StepKey.REAL, Span(amount=3)),
    Step(8, StepKey.REPORT, Span(amount=1, unit="hour")),
)
BY_KEY: Mapping[StepKey, Step] = {step.key: step for step in STEPS}


# ---- what the firm's record keeps


class Mark(Model):
    """A step is done: since when, by whom, and the journal entry that proves it. `why`: it was marked by hand."""

    at: Instant
    by: str = ""
    case: str
    seq: int
    why: Line | None = None


class Aside(Model):
    """A pilot that is not waited for: since when, who said so and why, and the entry of the firm's journal."""

    at: Instant
    by: str = ""
    why: Line
    seq: int


class Report(Model):
    """The switchover report (compte rendu de basculement) was written: when, by whom, which file."""

    at: Instant
    by: str = ""
    filename: Line | None = None
    sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")] | None = None


class Rollout(Model):
    """The firm's procedure as its record keeps it.

    Attributes:
        start: the first day; None before a plan was made, and then no step has dates.
        depends: by step, the steps that must be done before; a step that is not named follows the one above it.
        spans: by step, the firm's own time instead of the document's.
        days: which days are worked.
        hours_per_day: how many hours of work a day has.
        pilots: how many clients of wave 1 make the selection of step 3.
        marks: by step, the marks made by hand, and those that the worker has noted.
        aside: by SIREN, the pilots that are not waited for.
        report: the switchover report, once written.
        told: by step, the day by which it was due when the firm was told that it is late.
        look: when the worker looks at the plan again; None where none runs.
    """

    start: Day | None = None
    depends: dict[StepKey, tuple[StepKey, ...]] = {}
    spans: dict[StepKey, Span] = {}
    days: DayKind = DayKind.OUVRE
    hours_per_day: Annotated[float, Field(gt=0, le=24)] = 7
    pilots: Annotated[int, Field(ge=1)] = 1
    marks: dict[StepKey, Mark] = {}
    aside: dict[str, Aside] = {}
    report: Report | None = None
    told: dict[StepKey, Day] = {}
    look: Instant | None = None

    @model_validator(mode="after")
    def _no_circle(self) -> Self:
        _order(self.depends)
        return self


# ---- the plan

_OUT_OF_YEARS = frozenset({"year_out_of_range", "count_out_of_range"})


class Proof(NamedTuple):
    """The journal entry that proves a step: the case ("client:732829320") and the entry's number in its chain."""

    case: str
    seq: int


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One row of a plan.

    Attributes:
        number: the row's number in the document; 0 for the first, which has none.
        key: the row's name.
        starts: the Paris day on which it can begin, re-planned from what was really done; None without a start day.
        due: « à faire pour le », a Paris day; the step is late once that day is over.
        first_due: what `due` was when nothing was done yet.
        done: « effectué »: the instant, None while it is to be done.
        proof: the journal entry that proves it.
        by: who did it.
        why: the reason given, where it was marked by hand.
        late: to be done, and its day is over.
        next: to be done, and everything that it depends on, near or far, is done.
    """

    number: int
    key: StepKey
    starts: date | None = None
    due: date | None = None
    first_due: date | None = None
    done: datetime | None = None
    proof: Proof | None = None
    by: str = ""
    why: str | None = None
    late: bool = False
    next: bool = False

    @property
    def done_on(self) -> date | None:
        """The Paris day on which it was done."""
        return paris_day(self.done) if self.done is not None else None

    def title(self, lang: str = "fr") -> str:
        """The document's own words, or their translation."""
        return BY_KEY[self.key].title(lang)

    def asks(self, lang: str = "fr") -> str:
        """What the step asks of the firm."""
        return BY_KEY[self.key].asks(lang)


@dataclass(frozen=True, slots=True)
class Plan:
    """The nine rows with their days, as seen on the Paris day `today`."""

    start: date | None
    today: date
    steps: tuple[PlannedStep, ...]

    def __getitem__(self, key: str) -> PlannedStep:
        """The row of that name.

        Raises:
            KeyError: the procedure has no such step.
        """
        for step in self.steps:
            if step.key == key:
                return step
        raise KeyError(key)

    @property
    def done(self) -> bool:
        """Whether every step is done."""
        return all(step.done is not None for step in self.steps)

    @property
    def ends(self) -> date | None:
        """The day on which all will be done, as planned now; the last day of work once all is done."""
        days = [step.done_on or step.due for step in self.steps]
        known = [day for day in days if day is not None]
        return max(known) if len(known) == len(days) else None


def plan(
    start: date | None,
    *,
    today: date,
    marks: Mapping[StepKey, Mark] | None = None,
    rollout: Rollout | None = None,
    calendar: Calendar | None = None,
) -> Plan:
    """The plan from `start`, re-planned from what is done.

    Args:
        start: the first day; the next worked one where it is none. None: marks without dates.
        today: the Paris day of now.
        marks: what is done.
        rollout: the firm's settings (dependencies, times, hours a day).
        calendar: which days are worked; metropolitan France when None.

    Raises:
        InputRefused: the plan leaves the years that the calendar knows (`plan_out_of_years`).
    """
    settings, done = rollout or Rollout(), marks or {}
    open_before = _waiting(settings.depends, done)
    depends = {step.key: _before(step, settings.depends) for step in STEPS}
    dates = first = None
    if start is not None:
        diary = _Diary(calendar or Calendar(), settings.days, round(settings.hours_per_day * 60))
        try:
            first = _lay(start, settings, depends, diary, {}, None)
            dates = _lay(start, settings, depends, diary, done, today)
        except InputRefused as error:
            if error.code not in _OUT_OF_YEARS:
                raise
            raise InputRefused("plan_out_of_years", start=start, first=YEARS[0], last=YEARS[-1]) from None
    steps = []
    for step in STEPS:
        mark = done.get(step.key)
        starts, due = dates[step.key] if dates is not None else (None, None)
        steps.append(
            PlannedStep(
                step.number,
                step.key,
                starts,
                due,
                first[step.key][1] if first is not None else None,
                mark.at if mark is not None else None,
                Proof(mark.case, mark.seq) if mark is not None else None,
                mark.by if mark is not None else "",
                mark.why if mark is not None else None,
                late=mark is None and due is not None and today > due,
                next=mark is None and step.key not in open_before,
            )
        )
    return Plan(start, today, tuple(steps))


def _before(step: Step, depends: Mapping[StepKey, tuple[StepKey, ...]]) -> tuple[StepKey, ...]:
    """What must be done before: as told, else the row above."""
    told = depends.get(step.key)
    return told if told is not None else tuple(s.key for s in STEPS if s.number == step.number - 1)


def _waiting(depends: Mapping[StepKey, tuple[StepKey, ...]], done: Mapping[StepKey, Mark]) -> set[StepKey]:
    """The steps before which, near or far, something is still to be done."""
    waiting: set[StepKey] = set()
    for step in _order(depends):
        if any(key not in done or key in waiting for key in _before(step, depends)):
            waiting.add(step.key)
    return waiting


def _order(depends: Mapping[StepKey, tuple[StepKey, ...]]) -> list[Step]:
    """The steps, each after those that it depends on; a circle is refused."""
    left, order, ready = list(STEPS), [], set[StepKey]()
    while left:
        free = next((step for step in left if ready.issuperset(_before(step, depends))), None)
        if free is None:
            refuse("plan_circle", steps=_circle([step.key for step in left], depends))
        left.remove(free)
        order.append(free)
        ready.add(free.key)
    return order


def _circle(left: list[StepKey], depends: Mapping[StepKey, tuple[StepKey, ...]]) -> list[str]:
    """The steps of `left` that wait for each other, each for the next: what only waits for them is no part of it."""
    way: list[StepKey] = []
    key = left[0]
    while key not in way:
        way.append(key)
        key = next(before for before in _before(BY_KEY[key], depends) if before in left)
    return [key.value for key in (*way[way.index(key) :], key)]


class _At(NamedTuple):
    """A point of working time: a worked day, and how many of its minutes are used. Points are in order."""

    day: date
    used: int


@dataclass(frozen=True, slots=True)
class _Diary:
    """Working time: days worked by `kind`, each of `length` minutes."""

    calendar: Calendar
    kind: DayKind
    length: int

    def opens(self, day: date) -> _At:
        """The beginning of `day`, or of the next worked one."""
        return _At(self.calendar.add_working_days(day, 0, self.kind), 0)

    def ready(self, at: _At) -> _At:
        """The same point as one at which work can begin: the end of a day is the beginning of the next worked one."""
        return at if at.used < self.length else _At(self.calendar.add_working_days(at.day, 1, self.kind), 0)

    def after(self, at: _At, minutes: int) -> _At:
        """The point `minutes` of work later; a day that is full is ended, not the next one begun."""
        if not minutes:
            return at
        days, used = divmod(at.used + minutes - 1, self.length)
        return _At(self.calendar.add_working_days(at.day, days, self.kind) if days else at.day, used + 1)


def _lay(
    start: date,
    settings: Rollout,
    depends: Mapping[StepKey, tuple[StepKey, ...]],
    diary: _Diary,
    done: Mapping[StepKey, Mark],
    today: date | None,
) -> dict[StepKey, tuple[date, date]]:
    """For each step, the day on which it can begin and the day it is due."""
    days: dict[StepKey, tuple[date, date]] = {}
    free: dict[StepKey, _At] = {}  # when what depends on it may begin: never before what it depended on is over
    for step in _order(settings.depends):
        begin = diary.ready(max((free[key] for key in depends[step.key]), default=diary.opens(start)))
        span = settings.spans.get(step.key, step.span)
        end = diary.after(begin, span.minutes(settings.hours_per_day) if span is not None else 0)
        days[step.key] = begin.day, end.day
        mark = done.get(step.key)
        if mark is not None:
            on = _At(paris_day(mark.at), diary.length)
            # done on its day or before: what is left of that day is not lost; done later: the rest begins on the morrow
            over = min(end, on) if on.day <= end.day else on
            free[step.key] = max(begin, diary.ready(over)) if over > begin else begin
        elif today is not None and today > end.day:
            free[step.key] = max(end, diary.opens(today))
        else:
            free[step.key] = end
    return days
