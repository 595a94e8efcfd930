"""A picture as a list of shapes, and the same list as SVG. Pure: strings from values.

Four shapes are enough (box, line, area, words), so that whoever prints a picture elsewhere, on a page for one, draws
the very same list. Colours stand in one table, `PAINTS`; a meaning is never told by colour alone. An SVG made here
carries a title and a description for those who cannot see it, names fonts that every system has, and holds no script,
no style sheet and no address of anything outside.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import hypot
from typing import NamedTuple

Point = tuple[float, float]
FONT = "Helvetica, Arial, 'Liberation Sans', 'DejaVu Sans', sans-serif"


class Paint(NamedTuple):
    """How a shape looks: fill and stroke (`#rrggbb`, empty for none), width of the stroke, its dashes."""

    fill: str = ""
    stroke: str = ""
    width: float = 1
    dash: tuple[float, ...] = ()


INK, DIM, BLUE, GREEN, RED = "#1f2937", "#5b6472", "#1d4ed8", "#166534", "#b91c1c"
PAINTS: dict[str, Paint] = {
    "paper": Paint("#ffffff"),
    "ink": Paint(INK),
    "dim": Paint(DIM),
    "light": Paint("#ffffff"),
    "state": Paint("#ffffff", "#6b7280", 1.2),
    "passed": Paint("#dbeafe", BLUE, 1.6),
    "present": Paint(BLUE, "#172554", 3),
    "group": Paint("#f9fafb", "#9ca3af", 1, (5, 4)),
    "move": Paint("", "#9ca3af", 1.2),
    "head": Paint("#9ca3af"),
    "walk": Paint("", BLUE, 3),
    "walk_head": Paint(BLUE),
    "badge": Paint("#ffffff", BLUE, 1.6),
    "blue": Paint(BLUE),
    "rule": Paint("", "#d1d5db", 1),
    "stripe": Paint("#f3f4f6"),
    "planned": Paint("#ffffff", "#6b7280", 1.4),
    "done": Paint("#86c79b", GREEN, 1.4),
    "late": Paint("#fecaca", RED, 2.2, (4, 2)),
    "today": Paint("", RED, 1.6, (6, 3)),
    "tick": Paint("", GREEN, 2.4),
    "green": Paint(GREEN),
    "red": Paint(RED),
    "bar": Paint("#3b6fd4"),
    "bar_before": Paint("#9ca3af"),
    "bar_expected": Paint("#ffffff", BLUE, 1.4),
}
"""Every way a shape can look, by what it means."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle, its corners rounded by `round`."""

    x: float
    y: float
    w: float
    h: float
    paint: str
    round: float = 0
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """A line through `points`; a cubic curve where `curved` (four points then)."""

    points: tuple[Point, ...]
    paint: str
    curved: bool = False
    tip: str = ""


@dataclass(frozen=True, slots=True)
class Area:
    """A filled polygon."""

    points: tuple[Point, ...]
    paint: str


@dataclass(frozen=True, slots=True)
class Words:
    """One line of text, `y` its baseline; `anchor`: start, middle or end."""

    x: float
    y: float
    text: str
    size: float = 12
    paint: str = "ink"
    anchor: str = "start"
    bold: bool = False


Shape = Box | Line | Area | Words


@dataclass(frozen=True, slots=True)
class Picture:
    """A picture: `str(picture)` is its SVG, and a notebook shows it by itself.

    Attributes:
        title: what it shows, in one line.
        told: the same for those who cannot see it: what stands in it, in words.
        width, height: in its own units (CSS pixels of its SVG).
        shapes: what it is drawn of, the first one lowest.
    """

    title: str
    told: str
    width: float
    height: float
    shapes: tuple[Shape, ...]

    @property
    def svg(self) -> str:
        """The picture as one SVG element, whole in itself."""
        return svg(self)

    def _repr_svg_(self) -> str:
        return self.svg

    def __str__(self) -> str:
        return self.svg


# ---- SVG

_UNWRITABLE = re.compile("[\ud800-\udfff\ufffe\uffff]")


def escaped(text: str) -> str:
    """Text as it may stand in XML, between tags or in an attribute; what XML cannot hold at all is left out."""
    kept = "".join(c for c in text if c in "\t\n" or (c >= " " and not _UNWRITABLE.match(c)))
    for char, entity in (("&", "&amp;"), ("<", "&lt;"), (">", "&gt;"), ('"', "&quot;"), ("'", "&#39;")):
        kept = kept.replace(char, entity)
    return kept


def svg(picture: Picture) -> str:
    """`picture` as one SVG element."""
    w, h = _n(picture.width), _n(picture.height)
    size = f'viewBox="0 0 {w} {h}" width="{w}" height="{h}"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" font-family="{FONT}">',
        f"<title>{escaped(picture.title)}</title>",
        f"<desc>{escaped(picture.told)}</desc>",
        *map(_drawn, picture.shapes),
        "</svg>",
    ]
    return "\n".join(lines)


def _drawn(shape: Shape) -> str:
    match shape:
        case Box(x, y, w, h, paint, rounded, tip):
            corner = f' rx="{_n(rounded)}"' if rounded else ""
            place = f'x="{_n(x)}" y="{_n(y)}" width="{_n(w)}" height="{_n(h)}"'
            return _tipped(f"<rect {place}{corner}{_paint(paint)}", "rect", tip)
        case Line(points, paint, curved, tip):
            first, *rest = [f"{_n(x)} {_n(y)}" for x, y in points]
            path = f"M{first} C{', '.join(rest)}" if curved else f"M{first} L{' L'.join(rest)}"
            return _tipped(f'<path d="{path}"{_paint(paint)}', "path", tip)
        case Area(points, paint):
            return f'<polygon points="{" ".join(f"{_n(x)},{_n(y)}" for x, y in points)}"{_paint(paint)}/>'
        case Words(x, y, text, size, paint, anchor, bold):
            look = f' font-size="{_n(size)}" fill="{PAINTS[paint].fill}"'
            look += f' text-anchor="{anchor}"' if anchor != "start" else ""
            look += ' font-weight="bold"' if bold else ""
            return f'<text x="{_n(x)}" y="{_n(y)}"{look}>{escaped(text)}</text>'


def _tipped(start: str, tag: str, tip: str) -> str:
    return f"{start}><title>{escaped(tip)}</title></{tag}>" if tip else f"{start}/>"


def _paint(name: str) -> str:
    paint = PAINTS[name]
    look = f' fill="{paint.fill or "none"}"'
    if paint.stroke:
        look += f' stroke="{paint.stroke}" stroke-width="{_n(paint.width)}"'
    if paint.dash:
        look += f' stroke-dasharray="{" ".join(map(_n, paint.dash))}"'
    return look


def _n(number: float) -> str:
    return f"{number:.1f}".removesuffix(".0")


# ---- measures


def breadth(text: str, size: float, bold: bool = False) -> float:
    """About how wide `text` is in a sans-serif of `size`: no font is at hand here, so rather a little too much."""
    em = sum(_EM.get(c, 0.72 if c.isupper() else 1.0 if ord(c) > 0x2E80 else 0.56) for c in text)
    return em * size * (1.07 if bold else 1.0)


_EM = dict.fromkeys("iljI.,:;'’|!", 0.28) | dict.fromkeys("ftr()[]/- ", 0.34) | dict.fromkeys("mwMW%@—…", 0.92)


def folded(text: str, size: float, width: float, lines: int = 3, bold: bool = False) -> list[str]:
    """`text` in at most `lines` lines no wider than `width`; what does not fit ends in an ellipsis."""
    made: list[str] = []
    for word in text.split():
        if made and breadth(f"{made[-1]} {word}", size, bold) <= width:
            made[-1] += f" {word}"
        else:
            made.append(word)
    if len(made) > lines:
        made = [*made[: lines - 1], " ".join(made[lines - 1 :])]
    return [clipped(line, size, width, bold) for line in made]


def clipped(text: str, size: float, width: float, bold: bool = False) -> str:
    """`text`, cut to `width` with an ellipsis where it is wider."""
    if breadth(text, size, bold) <= width:
        return text
    while text and breadth(text + "…", size, bold) > width:
        text = text[:-1]
    return text.rstrip() + "…"


def stacked(
    x: float, y: float, lines: Sequence[str], size: float = 12, paint: str = "ink", bold: bool = False
) -> Iterable[Words]:
    """Lines of text around the middle (x, y)."""
    top = y - (len(lines) - 1) * size * 0.6 + size * 0.35
    return (Words(x, top + n * size * 1.2, line, size, paint, "middle", bold) for n, line in enumerate(lines))


def head(tip: Point, came: Point, paint: str, size: float = 8) -> Area:
    """The head of an arrow that ends in `tip`, coming from `came`."""
    dx, dy = tip[0] - came[0], tip[1] - came[1]
    long = hypot(dx, dy) or 1
    ux, uy = dx / long * size, dy / long * size
    back = (tip[0] - ux, tip[1] - uy)
    return Area((tip, (back[0] - uy * 0.45, back[1] + ux * 0.45), (back[0] + uy * 0.45, back[1] - ux * 0.45)), paint)
