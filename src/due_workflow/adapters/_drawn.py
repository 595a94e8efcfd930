"""A picture (`shapes.Picture`) on a page of fpdf2: the same shapes as in its SVG, with the page's own font."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from due_workflow.shapes import PAINTS, Area, Box, Line, Picture, Words

if TYPE_CHECKING:
    from fpdf import FPDF

_POINT = 25.4 / 72


def draw(
    pages: FPDF, picture: Picture, x: float, y: float, width: float, family: str, clean: Callable[[str], str]
) -> None:
    """Draw `picture` with its corner at (x, y), `width` wide, in the page's unit (millimetres).

    `family` is a font that the document has, with its bold; `clean` makes a text writable in it.
    """
    scale = width / picture.width
    with pages.local_context():
        for shape in picture.shapes:
            if isinstance(shape, Words):
                _write(pages, shape, x, y, scale, family, clean(shape.text))
                continue
            style = _look(pages, shape.paint, scale)
            if isinstance(shape, Box):
                corner = min(shape.round, shape.w / 2, shape.h / 2) * scale
                place = (x + shape.x * scale, y + shape.y * scale, shape.w * scale, shape.h * scale)
                pages.rect(*place, style=style, round_corners=corner > 0, corner_radius=corner)
                continue
            points = [(x + a * scale, y + b * scale) for a, b in shape.points]
            if isinstance(shape, Area):
                pages.polygon(points, style=style)
            elif isinstance(shape, Line) and shape.curved:
                pages.bezier(points, style="D")
            else:
                pages.polyline(points)
    pages.set_dash_pattern()


def _look(pages: FPDF, name: str, scale: float) -> str:
    paint = PAINTS[name]
    if paint.fill:
        pages.set_fill_color(paint.fill)
    if paint.stroke:
        pages.set_draw_color(paint.stroke)
        pages.set_line_width(paint.width * scale)
    dash, gap = (*paint.dash, 0, 0)[:2]
    pages.set_dash_pattern(dash * scale, gap * scale)
    return ("D" if paint.stroke else "") + ("F" if paint.fill else "")


def _write(pages: FPDF, words: Words, x: float, y: float, scale: float, family: str, text: str) -> None:
    pages.set_font(family, "B" if words.bold else "", words.size * scale / _POINT)
    pages.set_text_color(PAINTS[words.paint].fill)
    long = pages.get_string_width(text)
    left = x + words.x * scale - {"middle": long / 2, "end": long}.get(words.anchor, 0)
    pages.text(left, y + words.y * scale, text)
