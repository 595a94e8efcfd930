"""The page frame of everything that is printed as PDF: fonts, margins, running head, page numbers, tables, boxes.

What a document says belongs to its own file (`printing` for mandates and for the report); this one only knows how
words stand on an A4 page, and reads no clock. The fonts are shipped (`fonts/`, DejaVu, freely licensed), so a page
looks the same everywhere and any European name can be written. A character that they do not have is printed as �.

```python
paper = Paper("Compte rendu", head="Cabinet Dupont", foot="732829320", made=day, lang="fr")
paper.title("Compte rendu de basculement", "Cabinet Dupont")     # once, on top of the first page
paper.heading("Difficultés")                                     # never left alone at the foot of a page
paper.text("Un paragraphe.\\n\\nUn autre.")                        # blank lines part paragraphs, "- " makes an item
paper.facts([("SIREN", "732 829 320")])                          # label and value, in two columns
paper.table(("Code", "Libellé"), rows, widths=(1, 4))            # rows never split, headings repeated on each page
paper.boxes(("Le mandant", "…"), ("Le mandataire", "…"))         # side by side, kept on one page
paper.picture(pictures.gantt(plan))                              # a `shapes.Picture`, as wide as the line
content = paper.done()                                           # the PDF's bytes; the same input gives the same bytes
```
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, date, datetime, time
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any, cast
from unicodedata import normalize

from fpdf import FPDF
from fpdf.enums import Align, TableBordersLayout, VAlign
from fpdf.fonts import FontFace

from due_workflow.adapters import _drawn
from due_workflow.adapters._prose import blocks
from due_workflow.shapes import Picture

FONTS = Path(__file__).parent / "fonts"
FAMILY = "DejaVu"
MARGIN, FOOT = 18.0, 18.0
"""Millimetres: left, right and top; and what the foot of the page keeps for itself."""
LEAD = 1.38
"""Line height, as a multiple of the size of the letters."""
CELL_LIMIT, LINE_LIMIT = 600, 300
"""Characters of a table's cell and of a line in a box; what is longer ends in an ellipsis: a row must fit on a page."""
INK, GREY, LINE, SHADE = (20, 28, 40), (96, 104, 116), (186, 192, 200), (238, 241, 245)
_PAGES = {"fr": "Page {page} sur {pages}", "en": "Page {page} of {pages}"}
_LOCALES = {"fr": "fr-FR", "en": "en-GB"}
_POINT = 25.4 / 72
logging.getLogger("fontTools").setLevel(logging.WARNING)  # it tells each table that it cuts


@lru_cache(maxsize=1)
def _known() -> frozenset[int]:
    """The characters that the fonts have."""
    from fontTools.ttLib import TTFont

    with TTFont(FONTS / "DejaVuSansCondensed.ttf", lazy=True) as font:
        return frozenset(font.getBestCmap())


def clean(text: str) -> str:
    """`text` as the fonts can write it: composed, without control characters, � for what they do not have."""
    known = _known()
    composed = normalize("NFC", text.replace("\r\n", "\n").replace("\t", " "))
    kept = (c for c in composed if c == "\n" or c.isprintable() or c.isspace())
    return "".join(c if c == "\n" or ord(c) in known else " " if c.isspace() else "\ufffd" for c in kept)


class _Pages(FPDF):  # type: ignore[misc,unused-ignore]
    """The frame that fpdf2 draws around each page."""

    def __init__(self, head: str, title: str, foot: str, numbering: str) -> None:
        super().__init__(format="A4")
        self.head, self.name, self.foot, self.numbering = head, title, foot, numbering

    def header(self) -> None:
        """From the second page on: who and what, over a line."""
        if self.page_no() == 1:
            return
        self._small()
        half = self.epw / 2
        self.set_y(MARGIN - 8)
        self.cell(half, 4, _fitted(self, self.head, half - 2))
        self.cell(half, 4, _fitted(self, self.name, half - 2), align=Align.R, new_x="LMARGIN", new_y="NEXT")
        self.line(self.l_margin, self.get_y() + 1, self.l_margin + self.epw, self.get_y() + 1)
        self.set_y(MARGIN)

    def footer(self) -> None:
        """What the page belongs to, and its number."""
        self._small()
        self.set_y(-FOOT + 6)
        self.cell(self.epw * 0.7, 4, _fitted(self, self.foot, self.epw * 0.7 - 2))
        number = self.numbering.format(page=self.page_no(), pages=self.str_alias_nb_pages)
        # the count is put in last, in place of a mark that is wider than it
        slack = self.get_string_width(self.str_alias_nb_pages) - self.get_string_width("0")
        self.cell(self.epw * 0.3 + slack, 4, number, align=Align.R)

    def _small(self) -> None:
        self.set_font(FAMILY, "", 7.5)
        self.set_text_color(*GREY)
        self.set_draw_color(*LINE)
        self.set_line_width(0.2)


def _unhand(font: Any) -> None:
    """Let go of the font's file, which fpdf2 keeps open for as long as the document lives; its bytes do as well."""
    reader = font.ttfont.reader
    reader.file.close()
    reader.file = BytesIO(_font(font.ttffile.name))


@lru_cache(maxsize=2)
def _font(name: str) -> bytes:
    return (FONTS / name).read_bytes()


def _fitted(pages: FPDF, text: str, width: float) -> str:
    """`text`, cut with an ellipsis where it is wider than `width`."""
    if pages.get_string_width(text) <= width:
        return text
    while text and pages.get_string_width(text + "…") > width:
        text = text[:-1]
    return text.rstrip() + "…"


class Paper:
    """One PDF document, written from top to bottom.

    Args:
        title: the document's name: in its properties, and in the head of each page but the first.
        head: whose document it is, at the left of that head.
        foot: at the left of each page's foot.
        made: the day that the properties tell; nothing is taken from a clock.
        lang: "fr" or "en", for the page numbers and the properties.
    """

    def __init__(self, title: str, *, head: str = "", foot: str = "", made: date, lang: str = "fr") -> None:
        self._pages = pages = _Pages(clean(head), clean(title), clean(foot), _PAGES[lang])
        for style, name in (("", "DejaVuSansCondensed.ttf"), ("B", "DejaVuSansCondensed-Bold.ttf")):
            pages.add_font(FAMILY, style, FONTS / name)
        for font in pages.fonts.values():
            _unhand(font)
        pages.set_margins(MARGIN, MARGIN, MARGIN)
        pages.set_auto_page_break(True, FOOT)
        pages.set_title(clean(title))
        pages.set_author(clean(head))
        pages.set_producer("due_workflow")
        pages.set_lang(_LOCALES[lang])
        pages.set_creation_date(datetime.combine(made, time(), UTC))
        pages.add_page()
        self._plain()

    def _plain(self, size: float = 9.5, style: str = "") -> float:
        """Plain ink at that size; returns the height of its line in millimetres."""
        self._pages.set_font(FAMILY, style, size)
        self._pages.set_text_color(*INK)
        self._pages.set_draw_color(*LINE)
        self._pages.set_line_width(0.2)
        return size * LEAD * _POINT

    def _write(self, text: str, height: float, align: Align = Align.L, indent: float = 0) -> None:
        self._pages.set_x(self._pages.l_margin + indent)
        self._pages.multi_cell(
            self._pages.epw - indent, height, clean(text), align=align, new_x="LMARGIN", new_y="NEXT"
        )

    def _keep(self, height: float) -> None:
        """Begin a new page unless `height` millimetres are left on this one."""
        if self._pages.will_page_break(height) and self._pages.get_y() > MARGIN + 1:
            self._pages.add_page()

    def gap(self, height: float = 3) -> None:
        """Leave `height` millimetres."""
        self._pages.ln(height)

    def title(self, text: str, under: str = "") -> None:
        """The document's name in large letters, and a line under it."""
        self._write(text, self._plain(17, "B"), Align.C)
        if under:
            height = self._plain(10)
            self._pages.set_text_color(*GREY)
            self._write(under, height, Align.C)
        self.gap(5)

    def heading(self, text: str, room: float = 22) -> None:
        """The name of a part; it takes the first `room` millimetres of what follows along to the next page."""
        self._keep(room)
        self.gap(2.5)
        height = self._plain(10.5, "B")
        self._pages.start_section(clean(text).replace("\n", " "))
        self._write(text, height)
        self.gap(0.8)

    def text(self, text: str, size: float = 9.5) -> None:
        """Paragraphs, parted by blank lines; a line that begins with "- " is an item of a list."""
        height = self._plain(size)
        for lines in blocks(text):
            for line in lines:
                item = line.startswith("- ")
                if item:
                    self._keep(height)
                    self._pages.set_x(self._pages.l_margin + 2)
                    self._pages.cell(3, height, "–")
                self._write(line[2:] if item else line, height, indent=5 if item else 0)
            self.gap(height * 0.35)

    def facts(self, pairs: Iterable[tuple[str, str]], label: float = 45) -> None:
        """Labels and values, the labels `label` millimetres wide."""
        height = self._plain()
        for name, value in pairs:
            self._keep(height * 2)
            top, page = self._pages.get_y(), self._pages.page
            self._pages.set_text_color(*GREY)
            self._pages.multi_cell(label, height, clean(name), align=Align.L, new_x="LMARGIN", new_y="NEXT")
            low = self._pages.get_y()
            self._pages.set_text_color(*INK)
            self._pages.set_y(top)
            self._write(value, height, indent=label)
            if self._pages.page == page:
                self._pages.set_y(max(low, self._pages.get_y()))
        self.gap()

    def table(
        self,
        headings: Sequence[str],
        rows: Iterable[Sequence[str]],
        *,
        widths: Sequence[float] | None = None,
        right: Sequence[int] = (),
        size: float = 8.5,
    ) -> None:
        """Rows under headings that each page repeats; no row is split.

        Args:
            headings: the name of each column.
            rows: texts; one too long for a page is cut with an ellipsis.
            widths: of the columns, in proportion; equal when None.
            right: the numbers of the columns that stand at the right (figures), from 0.
            size: of the letters, in points.
        """
        height = self._plain(size)
        self._keep(height * 4)
        aligns = tuple(Align.R if n in right else Align.L for n in range(len(headings)))
        with self._pages.table(
            col_widths=tuple(widths) if widths else None,
            text_align=aligns,
            v_align=VAlign.T,
            line_height=height,
            padding=(0.9, 1.5),
            borders_layout=TableBordersLayout.HORIZONTAL_LINES,
            headings_style=FontFace(emphasis="BOLD", fill_color=SHADE, color=INK),
            width=self._pages.epw,
        ) as table:
            table.row([clean(text) for text in headings])
            for row in rows:
                table.row([_cut(text, CELL_LIMIT) for text in row])
        self._plain()
        self.gap()

    def boxes(self, *boxes: tuple[str, str], lowest: float = 0, size: float = 9) -> None:
        """Framed boxes side by side, each a name and its lines, on one page; `lowest` millimetres high at least."""
        pages, space = self._pages, 5.0
        height = self._plain(size)
        width = (pages.epw - space * (len(boxes) - 1)) / len(boxes)
        inner = width - 6
        texts = [(clean(name), _boxed(text)) for name, text in boxes]
        high = max([lowest, *(self._height(name, text, inner, height) for name, text in texts)])
        self._keep(high + 2)
        top = pages.get_y()
        for number, (name, text) in enumerate(texts):
            left = pages.l_margin + number * (width + space)
            pages.rect(left, top, width, high)
            with self._inside(left + 3):
                pages.set_xy(left + 3, top + 2.5)
                self._plain(size, "B")
                pages.multi_cell(inner, height, name, align=Align.L, new_x="LMARGIN", new_y="NEXT")
                self._plain(size)
                pages.multi_cell(inner, height, text, align=Align.L, new_x="LMARGIN", new_y="NEXT")
        pages.set_xy(pages.l_margin, top + high)
        self.gap(4)

    def signing(self, closing: str, *boxes: tuple[str, str], room: float = 38) -> None:
        """The last words (« Fait à …, le … ») and the boxes to sign in, `room` millimetres high, on one page."""
        height = self._plain()
        lines = len(cast("list[str]", self._pages.multi_cell(0, height, clean(closing), dry_run=True, output="LINES")))
        inner = (self._pages.epw - 5) / 2 - 6
        tall = max(self._height(clean(name), _boxed(text), inner, height) for name, text in boxes)
        self._keep((lines + 1) * height + max(room, tall) + 6)
        self.text(closing)
        self.boxes(*boxes, lowest=room)

    def _height(self, name: str, text: str, width: float, height: float) -> float:
        lines = 0
        for style, words in (("B", name), ("", text)):
            self._pages.set_font(style=style)
            found = self._pages.multi_cell(width, height, words, align=Align.L, dry_run=True, output="LINES")
            lines += len(cast("list[str]", found))
        return lines * height + 5

    @contextmanager
    def _inside(self, left: float) -> Iterator[None]:
        """Write from `left` on, without beginning a page: what is inside was measured."""
        margin = self._pages.l_margin
        self._pages.set_left_margin(left)
        self._pages.set_auto_page_break(False)
        try:
            yield
        finally:
            self._pages.set_left_margin(margin)
            self._pages.set_auto_page_break(True, FOOT)

    def picture(self, picture: Picture, width: float | None = None) -> None:
        """A picture, `width` millimetres wide (the whole line when None), on one page and centred."""
        width, high = self.size_of(picture, width)
        self._keep(high)
        left, top = self._pages.l_margin + (self._pages.epw - width) / 2, self._pages.get_y()
        _drawn.draw(self._pages, picture, left, top, width, FAMILY, clean)
        self._plain()
        self._pages.set_xy(self._pages.l_margin, top + high)
        self.gap()

    def size_of(self, picture: Picture, width: float | None = None) -> tuple[float, float]:
        """How wide and high a picture stands on the page, in millimetres; one that is too high is made smaller."""
        pages = self._pages
        width = min(width or pages.epw, pages.epw, picture.width * (pages.eph - 16) / picture.height)
        return width, picture.height * width / picture.width

    def done(self) -> bytes:
        """The PDF. Nothing can be written afterwards."""
        return bytes(self._pages.output())


def _cut(text: str, limit: int) -> str:
    text = clean(text)
    return text if len(text) <= limit else text[: limit - 1].rstrip() + "…"


def _boxed(text: str) -> str:
    # by line, so that a long name never takes the place of the number under it
    return "\n".join(_cut(line, LINE_LIMIT) for line in text.splitlines())
