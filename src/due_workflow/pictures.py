"""The automata as pictures, and the way of one case through its automaton. Pure: shapes from values.

Arrows are drawn from the rows of `machine`, so a picture cannot say what the table does not. Where each state stands
is a literal here; a state without a place gets one on a line of its own, so that none can be forgotten. A row from
nearly every state is drawn once, from a dashed box that says « de tout état sauf… ».
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from due_workflow import texts
from due_workflow.charts import bars, columns, gantt
from due_workflow.diagrams import WIDE, Move, Walk
from due_workflow.machine import CLIENT, Automaton, Row
from due_workflow.shapes import Box, Line, Picture, Point, Shape, Words, breadth, folded, head, stacked

__all__ = ["Picture", "automaton", "bars", "case", "columns", "gantt"]

W, H, COLUMN, ROW, LEFT = 136, 50, 250, 118, 24
SMALL = 11.5
PLACES: Mapping[str, Mapping[str, tuple[float, float]]] = {
    "client": {
        "known": (0, 0), "selected": (1, 0), "mandate_requested": (2, 0), "mandated": (3, 0), "live": (4, 0),
        "withdrawn": (3, 1.6),
    },
    "submission": {
        "prepared": (0, 0), "sending": (1, 0), "sent": (2, 0), "deposited": (3, 0), "forwarded": (4, 0),
        "accepted": (5, 0), "in_doubt": (1, 2), "lost": (0, 2), "abandoned": (3, 2), "portal_rejected": (4, 2),
        "cirso_rejected": (5, 2),
    },
}  # fmt: skip
"""Column and line of every state."""
BOXES: Mapping[str, tuple[float, float, float]] = {"prepared": (2.16, 1, 3.4), "accepted": (2.16, 2, 0.38)}
"""Column, line and breadth in columns of the dashed box « de tout état sauf <state> »."""
RISE = {2: 46, 3: 78, 4: 100, 5: 120}
"""How high an arrow rises that passes over states, by how many columns it spans."""


class _Route(NamedTuple):
    """An arrow: its points, where its label stands and on which side of that point."""

    points: tuple[Point, ...]
    at: Point
    side: str = "on"
    curved: bool = False


def case(walk: Walk, lang: str = "fr") -> Picture:
    """The automaton of a case, its present state and the way it took highlighted and numbered."""
    return automaton(walk.table, lang, walk)


def automaton(automaton: Automaton, lang: str = "fr", walk: Walk | None = None) -> Picture:
    """An automaton as a picture: one box a state, one arrow a row.

    Args:
        automaton: `machine.CLIENT` or `machine.SUBMISSION`.
        lang: of every text.
        walk: a case of it: its present state is filled, the states that it passed are tinted, its moves are drawn
            over the arrows with their number, and listed below.
    """
    drawing = _Drawing(automaton, lang, walk)
    return drawing.picture()


class _Drawing:
    """One picture while it is made."""

    def __init__(self, automaton: Automaton, lang: str, walk: Walk | None) -> None:
        self.automaton, self.lang, self.walk = automaton, lang, walk
        self.section = "client_state" if automaton is CLIENT else "state"
        known = PLACES.get(automaton.name, {})
        rest = [state for state in automaton.states if state not in known]
        bottom = max((line for _, line in known.values()), default=-1) + 1
        self.places = {**known, **{state: (n, bottom) for n, state in enumerate(rest)}}
        self.top = 150.0 if automaton is CLIENT else 128.0
        self.wide = LEFT * 2 + W + COLUMN * max(column for column, _ in self.places.values())
        self.shapes: list[Shape] = []
        self.labels: list[Shape] = []

    def picture(self) -> Picture:
        self._arrows()
        self._walked()
        self.shapes += self.labels
        for state in self.automaton.states:
            self.shapes += self._state(state)
        if self.walk is not None:
            self._badges()
        below = self.top + H + ROW * max(line for _, line in self.places.values()) + 44
        below = self._staying(below)
        below = self._story(below)
        title = self._title()
        paper = Box(0, 0, self.wide, below, "paper")
        heading = Words(LEFT, 32, title, 19, bold=True)
        return Picture(title, self._told(), self.wide, below, (paper, heading, *self._under(), *self.shapes))

    # ---- words

    def _text(self, key: str, **facts: object) -> str:
        return texts.render(f"picture.{key}", self.lang, facts)

    def _word(self, state: str) -> str:
        return texts.word(self.section, state, self.lang)

    def _event(self, event: str) -> str:
        return texts.word("event", event, self.lang)

    def _title(self) -> str:
        title = self._text(self.automaton.name)
        return self._text("title_case", title=title, case=self.walk.case) if self.walk is not None else title

    def _under(self) -> Iterator[Shape]:
        if self.walk is not None and self.walk.moves:
            said = self._text("present", state=self._word(self.walk.state))
            named = f"{self.walk.name} — {said}" if self.walk.name else said
            yield Words(LEFT, 54, named, 14, "blue")

    def _told(self) -> str:
        rows = []
        for row in self.automaton.rows:
            if row.dest is not None:
                start = ", ".join(self._word(s.value) for s in row.sources)
                rows.append(f"{start} → {self._event(row.event.value)} → {self._word(row.dest.value)}")
        moves = [self._move(n, move) for n, move in enumerate(self.walk.moves if self.walk else (), 1)]
        return ". ".join([self._title(), *moves, *rows])

    def _move(self, number: int, move: Move) -> str:
        at = texts.shown(move.at, self.lang)
        return f"{number}. {at} {self._event(move.event)} → {self._word(move.dest)}"

    # ---- states

    def _corner(self, state: str) -> Point:
        column, line = self.places[state]
        return LEFT + column * COLUMN, self.top + line * ROW

    def _state(self, state: str) -> Iterator[Shape]:
        x, y = self._corner(state)
        here = self.walk is not None and state == self.walk.state
        passed = self.walk is not None and state in self.walk.passed
        paint = "present" if here else "passed" if passed else "state"
        yield Box(x, y, W, H, paint, 9, tip=state)
        lines = folded(self._word(state), 13, W - 14, bold=here)
        yield from stacked(x + W / 2, y + H / 2, lines, 13, "light" if here else "ink", bold=here or passed)
        if here:
            said = self._text("here")
            w = breadth(said, SMALL, bold=True) + 6
            yield Box(x + W / 2 - w / 2, y + H + 4, w, 16, "paper", 3)
            yield Words(x + W / 2, y + H + 16, said, SMALL, "blue", "middle", bold=True)

    # ---- arrows

    def _arrows(self) -> None:
        groups: dict[str, list[tuple[str, str]]] = {}
        arrows: dict[tuple[str, str], list[str]] = {}
        for row in self.automaton.rows:
            if row.dest is None:
                continue
            sources, dest = [s.value for s in row.sources], row.dest.value
            if len(sources) <= WIDE:
                for source in sources:
                    if source != dest:
                        arrows.setdefault((source, dest), []).append(row.event.value)
                continue
            if row in self._else():
                continue
            missing = ",".join(s for s in self.automaton.states if s not in sources)
            groups.setdefault(missing, []).append((row.event.value, dest))
            if (before := self._before(dest)) in sources:
                self._arrow(before, dest, "")
        for missing, drops in groups.items():
            self._group(missing, drops)
        for (source, dest), events in arrows.items():
            back = (dest, source) in arrows
            self._arrow(source, dest, ", ".join(map(self._event, dict.fromkeys(events))), back=back)

    def _else(self) -> Sequence[Row]:
        """Wide rows that are a choice beside the first of their event: said below, since they lead back."""
        wide = [row for row in self.automaton.rows if len(row.sources) > WIDE and row.dest is not None and row.when]
        first = {row.event: row for row in reversed(wide)}
        return [row for row in wide if row is not first[row.event]]

    def _before(self, state: str) -> str:
        """The state left of it on the first line, from which the story comes."""
        column, line = self.places[state]
        found = [s for s, place in self.places.items() if place == (column - 1, line) and line == 0]
        return found[0] if found else ""

    def _arrow(self, source: str, dest: str, label: str, back: bool = False) -> None:
        route = self._route(source, dest, back)
        self.shapes.append(Line(route.points, "move", route.curved))
        self.shapes.append(head(route.points[-1], route.points[-2], "head"))
        if label:
            room = 90 if route.side in ("left", "right") else COLUMN - W - 10
            self._label(route.at, folded(label, SMALL, room), route.side)

    def _label(self, at: Point, lines: Sequence[str], side: str = "on") -> None:
        """Words at a point, or beside it, clear of the number that a way may carry there."""
        w, h = max(breadth(line, SMALL) for line in lines) + 6, len(lines) * SMALL * 1.2 + 2
        dx, dy = {"above": (0, -1), "below": (0, 1), "left": (-1, 0), "right": (1, 0)}.get(side, (0, 0))
        x, y = at[0] + dx * (w / 2 + 3), at[1] + dy * (h / 2 + 9)
        self.labels.append(Box(x - w / 2, y - h / 2, w, h, "paper", 3))
        self.labels += stacked(x, y, lines, SMALL, "dim")

    def _route(self, source: str, dest: str, back: bool = False) -> _Route:
        """The arrow between two states; `back`: there is one the other way too, so they keep to their own sides."""
        (x1, y1), (x2, y2) = self._corner(source), self._corner(dest)
        columns = round((x2 - x1) / COLUMN)
        shift = 12 if back else 0
        if y1 == y2 and columns == 1:
            y = y1 + H / 2 - shift
            return _Route(((x1 + W, y), (x2, y)), ((x1 + W + x2) / 2, y), "above")
        if y1 == y2 and columns == -1:
            y = y1 + H / 2 + shift
            return _Route(((x1, y), (x2 + W, y)), ((x2 + W + x1) / 2, y), "below" if back else "above")
        if y1 == y2:
            rise = RISE.get(abs(columns), 120)
            a, b, out = (x1 + W * 0.7, y1), (x2 + W * 0.3, y2), 30
            if columns < 0:
                a, b, rise, out = (x1 + W * 0.3, y1 + H), (x2 + W * 0.7, y2 + H), -rise, -30
            lifted = rise * 4 / 3
            points = (a, (a[0] + out, a[1] - lifted), (b[0] - out, b[1] - lifted), b)
            return _Route(points, ((a[0] + b[0]) / 2, a[1] - rise), curved=True)
        down = y2 > y1
        if x1 == x2:
            x = x1 + W / 2 + (-16 if down else 16) * bool(back)
            a, b = ((x, y1 + H), (x, y2)) if down else ((x, y1), (x, y2 + H))
            return _Route((a, b), (x, (a[1] + b[1]) / 2), ("left" if down else "right") if back else "on")
        right = x2 > x1
        a = (x1 + W * (0.75 if right else 0.25), y1 + H if down else y1)
        b = (x2 + W * (0.12 if right else 0.88), y2 if down else y2 + H)
        part = 0.32 if down else 0.62  # nearer to the upper end, where there is room
        return _Route((a, b), (a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part))

    def _group(self, missing: str, drops: Sequence[tuple[str, str]]) -> None:
        """The dashed box of nearly every state, and its arrow to each state that it leads to."""
        lowest = max(line for _, line in self.places.values())
        column, line, wide = BOXES.get(missing, (0, lowest + 1, 1))
        x, y, w = LEFT + column * COLUMN, self.top + line * ROW, wide * COLUMN
        states = ", ".join(map(self._word, missing.split(",")))
        said = self._text("every_but", states=states) if missing else self._text("every")
        for event, dest in drops:
            dx, dy = self._corner(dest)
            middle = min(max(dx + W * 0.5, x + 12), x + w - 12)
            if not dx <= middle <= dx + W:
                points: tuple[Point, ...] = ((x + w, y + H / 2), (dx, dy + H / 2))
                at = ((x + w + dx) / 2, dy + H / 2 - 17)
            elif dy < y:
                points, at = ((middle, y), (middle, dy + H)), (middle, (y + dy + H) / 2 + 4)
            else:
                points, at = ((middle, y + H), (middle, dy)), (middle, (y + H + dy) / 2 - 2)
            self.shapes += [Line(points, "move"), head(points[-1], points[-2], "head")]
            self._label(at, folded(self._event(event), SMALL, COLUMN - W + 40))
        self.shapes.append(Box(x, y, w, H, "group", 9))
        self.shapes += stacked(x + w / 2, y + H / 2, folded(said, 13, w - 10), 13, "dim")

    # ---- the way of the case

    def _taken(self) -> dict[tuple[str, str], list[int]]:
        taken: dict[tuple[str, str], list[int]] = {}
        for number, move in enumerate(self.walk.moves if self.walk else (), 1):
            if move.source and move.source != move.dest:
                taken.setdefault((move.source, move.dest), []).append(number)
        return taken

    def _walked(self) -> None:
        taken = self._taken()
        for source, dest in taken:
            route = self._route(source, dest, (dest, source) in taken or self._both(source, dest))
            self.shapes.append(Line(route.points, "walk", route.curved))
            self.shapes.append(head(route.points[-1], route.points[-2], "walk_head", 13))

    def _both(self, one: str, other: str) -> bool:
        """Whether the table has narrow rows both ways."""
        moves = {(s.value, row.dest) for row in self.automaton.rows if len(row.sources) <= WIDE for s in row.sources}
        return {(one, other), (other, one)} <= moves

    def _badges(self) -> None:
        taken = self._taken()
        for (source, dest), numbers in taken.items():
            route = self._route(source, dest, (dest, source) in taken or self._both(source, dest))
            x, y = _at(route.points, route.curved, 0.72 if route.points[-1][1] > route.points[0][1] else 0.32)
            said = folded(", ".join(map(str, numbers)), SMALL, 90, 1)[0]
            w = max(20.0, breadth(said, SMALL, bold=True) + 12)
            self.shapes.append(Box(x - w / 2, y - 10, w, 20, "badge", 10))
            self.shapes += stacked(x, y, [said], SMALL, "blue", bold=True)

    # ---- below

    def _staying(self, y: float) -> float:
        """What changes no state has no arrow: it is said in one line each."""
        staying: dict[str, str] = {}
        for row in self.automaton.rows:
            sources = [s.value for s in row.sources]
            if row.dest is None or (row.dest.value in sources and len(sources) <= WIDE):
                held = sources if row.dest is None else [row.dest.value]
                missing = ", ".join(self._word(s) for s in self.automaton.states if s not in held)
                said = ", ".join(map(self._word, held))
                if len(held) > WIDE:
                    said = self._text("any_but", states=missing) if missing else self._text("any")
                staying.setdefault(row.event.value, "")
                staying[row.event.value] += ("; " if staying[row.event.value] else "") + said
        said = " · ".join(f"{self._event(event)} ({held})" for event, held in staying.items())
        lines = folded(f"{self._text('staying')} {said}", SMALL, self.wide - 2 * LEFT, 4)
        if back := self._else():
            states = ", ".join(self._word(row.dest.value) for row in back if row.dest is not None)
            lines.append(self._text("back", event=self._event(back[0].event.value), states=states))
        self.shapes += [Words(LEFT, y + n * 16, line, SMALL, "dim") for n, line in enumerate(lines)]
        return y + len(lines) * 16 + 8

    def _story(self, y: float) -> float:
        moves = self.walk.moves if self.walk is not None else ()
        if not moves:
            return y
        self.shapes.append(Words(LEFT, y + 18, self._text("way"), 13, bold=True))
        y += 38
        each = -(-len(moves) // 3)
        for n, move in enumerate(moves):
            column, line = divmod(n, each)
            lines = folded(self._move(n + 1, move), SMALL, (self.wide - 2 * LEFT) / 3 - 14, 1)
            self.shapes.append(Words(LEFT + column * (self.wide - 2 * LEFT) / 3, y + line * 17, lines[0], SMALL))
        return y + each * 17 + 6


def _at(points: Iterable[Point], curved: bool, t: float) -> Point:
    """The point at the part `t` of a line."""
    (x1, y1), *between, (x2, y2) = points
    if not curved:
        return x1 + (x2 - x1) * t, y1 + (y2 - y1) * t
    (a, b), (c, d) = between
    u = 1 - t
    return (
        u**3 * x1 + 3 * u * u * t * a + 3 * u * t * t * c + t**3 * x2,
        u**3 * y1 + 3 * u * u * t * b + 3 * u * t * t * d + t**3 * y2,
    )
