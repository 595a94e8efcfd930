"""Charts: the procedure as a Gantt chart, horizontal bars, columns over time. Pure: shapes from values.

Nothing is told by colour alone: a done step has its tick and its day, a late one its word, a bar its figure. Texts come
from the catalogue; figures are said by whoever asks for the chart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from due_workflow import texts
from due_workflow.calendar import Calendar
from due_workflow.rollout import Plan, PlannedStep
from due_workflow.shapes import Area, Box, Line, Picture, Shape, Words, breadth, clipped, folded

MARGIN, WIDE = 20.0, 1120.0
SMALL = 11.5
STEP_HEIGHT, LABELS = 40.0, 500.0
"""Of the Gantt chart: the height of a line, and what its three columns of words take."""
LONGEST_AXIS = 3 * 366
"""Days: a step done years from its day does not press all others into nothing; the axis ends there."""


def gantt(plan: Plan, lang: str = "fr", calendar: Calendar | None = None) -> Picture:
    """The procedure as a chart: its nine rows over the days, what is done, late and planned, and today.

    Args:
        plan: as `flow.read.rollout()` gives it; without a start day only the rows are drawn.
        lang: of every text.
        calendar: whose idle days are shaded; metropolitan France when None.
    """
    return _Gantt(plan, lang, calendar or Calendar()).picture()


class _Gantt:
    """One chart while it is made."""

    def __init__(self, plan: Plan, lang: str, calendar: Calendar) -> None:
        self.plan, self.lang, self.calendar = plan, lang, calendar
        self.left, self.top = MARGIN + LABELS, 96.0
        self.bottom = self.top + STEP_HEIGHT * len(plan.steps)
        first, last = self._span()
        self.first, self.days = first, (last - first).days + 1
        self.day = (WIDE - MARGIN - self.left) / self.days

    def picture(self) -> Picture:
        title = self._text("gantt")
        shapes = [
            Box(0, 0, WIDE, self.bottom + 52, "paper"),
            Words(MARGIN, 32, title, 19, bold=True),
            Words(MARGIN, 54, self._under(), 13, "dim"),
            *self._frame(),
        ]
        for number, step in enumerate(self.plan.steps):
            shapes += self._row(self.top + number * STEP_HEIGHT, step)
        if self.plan.start is not None:
            shapes += self._today()
        shapes += self._legend(self.bottom + 34)
        return Picture(title, self._told(), WIDE, self.bottom + 52, tuple(shapes))

    def _text(self, key: str, **facts: object) -> str:
        return texts.render(f"picture.{key}", self.lang, facts)

    def _shown(self, day: date | None) -> str:
        return texts.shown(day, self.lang) if day is not None else "—"

    def _span(self) -> tuple[date, date]:
        plan = self.plan
        if plan.start is None:
            return plan.today, plan.today
        days = [plan.start, plan.today]
        for step in plan.steps:
            days += [day for day in (step.starts, step.due, step.first_due, step.done_on) if day is not None]
        first = min(days) - timedelta(days=1)
        return first, min(max(days) + timedelta(days=2), first + timedelta(days=LONGEST_AXIS))

    def _x(self, day: date) -> float:
        """The left edge of a day, inside the chart."""
        return self.left + min(max((day - self.first).days, 0), self.days) * self.day

    def _under(self) -> str:
        if self.plan.start is None:
            return self._text("no_start")
        done = sum(step.done is not None for step in self.plan.steps)
        facts = {"done": done, "steps": len(self.plan.steps), "ends": self._shown(self.plan.ends)}
        return self._text("gantt_under", start=self._shown(self.plan.start), **facts)

    def _told(self) -> str:
        rows = map(self._row_told, self.plan.steps)
        return " ".join([f"{self._text('gantt')}. {self._under()}", *rows])

    def _row_told(self, step: PlannedStep) -> str:
        due, done = self._shown(step.due), self._shown(step.done_on)
        return self._text("gantt_row", step=self._name(step), due=due, done=done, standing=self._standing(step))

    def _name(self, step: PlannedStep) -> str:
        return f"{step.number}. {step.title(self.lang)}" if step.number else step.title(self.lang)

    def _standing(self, step: PlannedStep) -> str:
        return self._text("done" if step.done else "late" if step.late else "next" if step.next else "planned")

    def _frame(self) -> Iterator[Shape]:
        """Shaded idle days, the names of the columns, the days of the axis."""
        high = self.bottom - self.top
        if self.plan.start is not None:
            for n in range(self.days if self.days <= 200 else 0):
                day = self.first + timedelta(days=n)
                if not self.calendar.is_working(day):
                    yield Box(self._x(day), self.top, self.day, high, "stripe")
            yield from self._axis()
        y = self.top - 10
        yield Words(MARGIN, y, self._text("step"), SMALL, "dim", bold=True)
        yield Words(MARGIN + LABELS - 176, y, self._text("due"), SMALL, "dim", bold=True)
        yield Words(MARGIN + LABELS - 84, y, self._text("done_on"), SMALL, "dim", bold=True)
        for n in range(len(self.plan.steps) + 1):
            y = self.top + n * STEP_HEIGHT
            yield Line(((MARGIN, y), (WIDE - MARGIN, y)), "rule")

    def _axis(self) -> Iterator[Shape]:
        weeks = -(-self.days // (7 * 8))  # at most eight names of days
        monday = self.first + timedelta(days=-self.first.weekday() % 7)
        while self._x(monday) + breadth(said := self._monday(monday), 10.5) < WIDE - MARGIN:
            x = self._x(monday)
            yield Line(((x, self.top - 4), (x, self.bottom)), "rule")
            yield Words(x, self.top - 10, said, 10.5, "dim")
            monday += timedelta(weeks=weeks)

    def _monday(self, day: date) -> str:
        return texts.shown(day, self.lang)[: 5 if self.lang == "fr" else 10]

    def _row(self, y: float, step: PlannedStep) -> Iterator[Shape]:
        middle = y + STEP_HEIGHT / 2 + 4
        names = folded(self._name(step), 12.5, LABELS - 190, 2)
        for n, line in enumerate(names):
            yield Words(MARGIN, middle + (n - (len(names) - 1) / 2) * 14, line, 12.5, bold=step.next)
        word = self._standing(step)
        yield Words(MARGIN + LABELS - 176, middle, self._shown(step.due), 12, "red" if step.late else "ink")
        if step.done is not None:
            yield Words(MARGIN + LABELS - 84, middle, self._shown(step.done_on), 12, "green")
        else:
            yield Words(MARGIN + LABELS - 84, middle, word, 12, "red" if step.late else "dim", bold=step.late)
        if step.starts is None or step.due is None:
            return
        ends = step.done_on or (max(step.due, self.plan.today) if step.late else step.due)
        start = min(step.starts, ends)
        x, w = self._x(start), max(self._x(ends + timedelta(days=1)) - self._x(start), 4)
        paint = "done" if step.done else "late" if step.late else "planned"
        yield Box(x, y + 10, w, STEP_HEIGHT - 20, paint, 4, tip=self._row_told(step))
        if step.done is not None:
            yield from _tick(x + w / 2 if w > 18 else x + w + 9, y + STEP_HEIGHT / 2)
        if step.first_due is not None and (step.first_due != ends or step.late):
            yield from self._mark(step.first_due, y)

    def _mark(self, day: date, y: float) -> Iterator[Shape]:
        """The end of the day on which it was first due."""
        x = self._x(day + timedelta(days=1))
        yield Area(((x - 5, y + 3), (x + 5, y + 3), (x, y + 10)), "dim")

    def _today(self) -> Iterator[Shape]:
        x = self._x(self.plan.today) + self.day / 2
        said = self._text("today")
        wide = breadth(said, SMALL, bold=True)
        # from below the names of the days on: it strikes none of them through
        yield Line(((x, self.top - 4), (x, self.bottom + 4)), "today")
        yield Words(min(x, WIDE - MARGIN - wide / 2), self.top - 28, said, SMALL, "red", "middle", bold=True)

    def _legend(self, y: float) -> Iterator[Shape]:
        x = MARGIN
        for paint in ("done", "late", "planned"):
            yield Box(x, y - 11, 22, 13, paint, 3)
            if paint == "done":
                yield from _tick(x + 11, y - 5)
            yield Words(x + 28, y, self._text(paint), SMALL)
            x += 50 + breadth(self._text(paint), SMALL)
        yield Area(((x, y - 10), (x + 10, y - 10), (x + 5, y - 2)), "dim")
        yield Words(x + 16, y, self._text("first_due"), SMALL)
        x += 38 + breadth(self._text("first_due"), SMALL)
        yield Box(x, y - 11, 22, 13, "stripe", 3)
        yield Words(x + 28, y, self._text("idle"), SMALL)


def _tick(x: float, y: float) -> Iterator[Shape]:
    yield Line(((x - 5, y), (x - 1.5, y + 4), (x + 5, y - 5)), "tick")


# ---- figures

Series = tuple[str, str]
"""What a bar of a group means, in words, and its paint."""


def bars(
    title: str,
    rows: Sequence[tuple[str, Sequence[float | None]]],
    *,
    say: Callable[[float], str],
    series: Sequence[Series] = (("", "bar"),),
    nothing: str = "",
) -> Picture:
    """Horizontal bars, a group of one or more for each row.

    Args:
        title: what the figures are.
        rows: a label, and one figure (0 or more, None: not known) for each of `series`.
        say: a figure in words.
        series: what each figure of a row means, and its paint (`shapes.PAINTS`).
        nothing: what stands there where there is no row.
    """
    width, label, thick = 760.0, 250.0, 18.0
    most = max((value for _, values in rows for value in values if value is not None), default=0) or 1
    said = [say(value) for _, values in rows for value in values if value is not None]
    room = width - MARGIN * 2 - label - max((breadth(text, SMALL) for text in said), default=0) - 14
    shapes: list[Shape] = [Words(MARGIN, 28, clipped(title, 15, width - 2 * MARGIN, bold=True), 15, bold=True)]
    y, told = 46.0, [title]
    if len(series) > 1:
        x = MARGIN
        for name, paint in series:
            shapes += [Box(x, y - 1, 14, 11, paint, 2), Words(x + 20, y + 9, name, SMALL)]
            x += 44 + breadth(name, SMALL)
        y += 26
    for name, values in rows:
        known = [(value, *series[n]) for n, value in enumerate(values) if value is not None]
        high = max(len(known), 1) * (thick + 3) + 9
        lines = folded(name, 12, label - 12, max(1, int(high // 14)))
        for n, line in enumerate(lines):
            middle = y + high / 2 + (n - (len(lines) - 1) / 2) * 13.5
            shapes.append(Words(MARGIN + label - 10, middle, line, 12, anchor="end"))
        for n, (value, meaning, paint) in enumerate(known):
            top = y + 4 + n * (thick + 3)
            told.append(" ".join(part for part in (name, meaning, say(value)) if part))
            shapes.append(Box(MARGIN + label, top, max(value / most * room, 1.5), thick, paint, 2, tip=told[-1]))
            shapes.append(Words(MARGIN + label + value / most * room + 8, top + thick - 5, say(value), SMALL))
        y += high
    if not said:
        shapes.append(Words(MARGIN, y + 12, nothing, 12, "dim"))
        told.append(nothing)
        y += 26
    return Picture(title, ". ".join(told), width, y + 12, (Box(0, 0, width, y + 12, "paper"), *shapes))


def columns(title: str, points: Sequence[tuple[str, int]], nothing: str = "") -> Picture:
    """Upright columns, one a point, in the order given: counts over time."""
    width, height, top = 760.0, 250.0, 52.0
    shapes: list[Shape] = [
        Box(0, 0, width, height, "paper"),
        Words(MARGIN, 28, clipped(title, 15, width - 2 * MARGIN, bold=True), 15, bold=True),
    ]
    if not points:
        shapes.append(Words(MARGIN, 58, nothing, 12, "dim"))
        return Picture(title, f"{title}. {nothing}", width, height, tuple(shapes))
    most, each = max(count for _, count in points) or 1, (width - 2 * MARGIN) / len(points)
    base, wide = height - 38, min(each * 0.7, 64)
    every = -(-len(points) * 62 // int(width - 2 * MARGIN))  # names that do not run into each other
    for n, (name, count) in enumerate(points):
        x, high = MARGIN + each * (n + 0.5), (base - top - 14) * count / most
        shapes.append(Box(x - wide / 2, base - high, wide, high, "bar", 2, tip=f"{name}: {count}"))
        if each >= 24:
            shapes.append(Words(x, base - high - 5, str(count), SMALL, "ink", "middle"))
        if n % every == 0:
            half = breadth(name, SMALL) / 2
            shapes.append(Words(min(max(x, half), width - half), base + 18, name, SMALL, "dim", "middle"))
    shapes.append(Line(((MARGIN, base), (width - MARGIN, base)), "rule"))
    told = f"{title}. " + ", ".join(f"{name}: {count}" for name, count in points)
    return Picture(title, told, width, height, tuple(shapes))
