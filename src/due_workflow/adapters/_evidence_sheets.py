"""How a summary is written, line by line to a file: one page of HTML that needs nothing else, and plain text.

What a summary says is `_evidence_pages`'s affair.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape
from textwrap import fill
from typing import BinaryIO, NamedTuple, Protocol

from due_workflow.adapters.report_html import STYLE

_OWN = """
h3 { font-size: 1rem; margin: 1.4rem 0 .3rem; }  section { border-top: 2px solid #d1d5db; margin-top: 2.5rem; }
.declared { color: #166534; font-weight: 600; }  .not { color: #92400e; font-weight: 600; }
code { font-size: .85em; overflow-wrap: anywhere; }  a { color: #1d4ed8; }  td { font-size: .93em; }
.note { background: #eef1f5; padding: .6rem .9rem; }
"""
_WIDTH = 100


class Link(NamedTuple):
    """Words that lead to a file of the archive, or to a place of the page."""

    text: str
    to: str


class Mark(NamedTuple):
    """A status; only *declared* looks like one."""

    text: str
    declared: bool


Cell = str | Link | Mark


class Sheet(Protocol):
    """Where a summary is written."""

    def title(self, text: str, under: str) -> None:
        """The document's name, and a line under it."""
        ...

    def heading(self, text: str, at: str = "", *, small: bool = False) -> None:
        """The name of a part, and the name that a link finds it by."""
        ...

    def text(self, text: str, *, note: bool = False) -> None:
        """A paragraph."""
        ...

    def facts(self, pairs: Iterable[tuple[str, Cell]]) -> None:
        """Labels and values."""
        ...

    def open_table(self, headings: Sequence[str]) -> None:
        """Headings, under which rows follow."""
        ...

    def row(self, cells: Sequence[Cell]) -> None:
        """A row of the table that is open."""
        ...

    def close_table(self) -> None:
        """The end of the table."""
        ...


def table(sheet: Sheet, headings: Sequence[str], rows: Iterable[Sequence[Cell]]) -> None:
    """Write a table, its rows one by one as they come."""
    sheet.open_table(headings)
    for row in rows:
        sheet.row(row)
    sheet.close_table()


class HtmlSheet:
    """A `Sheet` as HTML: no script, no font, nothing from outside. Written into `stream` as it comes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream

    def _put(self, text: str) -> None:
        self._stream.write(text.encode("utf-8", "replace") + b"\n")

    def begin(self, title: str, lang: str) -> None:
        """The head of the page."""
        head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
        self._put(f'<!DOCTYPE html>\n<html lang="{lang}">\n<head>{head}<title>{escape(title)}</title>')
        self._put(f"<style>{STYLE}{_OWN}</style></head>\n<body>")

    def end(self) -> None:
        """The end of the page."""
        self._put("</body>\n</html>")

    def title(self, text: str, under: str) -> None:
        self._put(f'<h1>{escape(text)}</h1>\n<p class="under">{escape(under)}</p>')

    def heading(self, text: str, at: str = "", *, small: bool = False) -> None:
        level = "h3" if small else "h2"
        place = f' id="{escape(at)}"' if at else ""
        self._put(f"<{level}{place}>{escape(text)}</{level}>")

    def text(self, text: str, *, note: bool = False) -> None:
        self._put(f'<p class="note">{escape(text)}</p>' if note else f"<p>{escape(text)}</p>")

    def facts(self, pairs: Iterable[tuple[str, Cell]]) -> None:
        told = "".join(f"<dt>{escape(label)}</dt><dd>{_html(value)}</dd>" for label, value in pairs)
        self._put(f"<dl>{told}</dl>")

    def open_table(self, headings: Sequence[str]) -> None:
        head = "".join(f'<th scope="col">{escape(text)}</th>' for text in headings)
        self._put(f"<table><thead><tr>{head}</tr></thead><tbody>")

    def row(self, cells: Sequence[Cell]) -> None:
        self._put("<tr>" + "".join(f"<td>{_html(cell)}</td>" for cell in cells) + "</tr>")

    def close_table(self) -> None:
        self._put("</tbody></table>")


def _html(cell: Cell) -> str:
    match cell:
        case Link(text, to):
            return f'<a href="{escape(to)}">{escape(_short(text) if text == to else text)}</a>'
        case Mark(text, declared):
            return f'<span class="{"declared" if declared else "not"}">{"✔ " if declared else ""}{escape(text)}</span>'
        case _:
            return escape(cell)


def _short(file: str) -> str:
    """A file's name as a table has room for it; the link holds the whole."""
    name = file.rpartition("/")[2]
    return name if len(name) <= 24 else f"{name[:14]}…{name[name.rfind('.') :]}"


class TextSheet:
    """A `Sheet` as plain text, UTF-8. Written into `stream` as it comes."""

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._headings: Sequence[str] = ()

    def _put(self, text: str = "") -> None:
        self._stream.write(text.encode("utf-8", "replace") + b"\n")

    def title(self, text: str, under: str) -> None:
        self._put(f"{text}\n{'=' * len(text)}\n{under}")

    def heading(self, text: str, at: str = "", *, small: bool = False) -> None:  # noqa: ARG002  # text has no places
        self._put(f"\n{text}\n{('.' if small else '-') * len(text)}")

    def text(self, text: str, *, note: bool = False) -> None:
        self._put(fill(text, _WIDTH, initial_indent="! " if note else "", break_on_hyphens=False))

    def facts(self, pairs: Iterable[tuple[str, Cell]]) -> None:
        for label, value in pairs:
            self._put(f"{label}: {_text(value)}")

    def open_table(self, headings: Sequence[str]) -> None:
        self._headings = headings

    def row(self, cells: Sequence[Cell]) -> None:
        """On lines of its own, label by label: read on any screen, whatever the length of a file's name."""
        first, *rest = [f"{label}: {_text(cell)}" for label, cell in zip(self._headings, cells, strict=True)]
        self._put(f"- {first}\n    " + "; ".join(rest))

    def close_table(self) -> None:
        """Nothing: the next part begins with a line of its own."""


def _text(cell: Cell) -> str:
    match cell:
        case Link(text, to):
            return text if to.startswith("#") or to == text else f"{text} ({to})"
        case Mark(text, declared):
            return f"✔ {text}" if declared else text
        case _:
            return cell


class Both:
    """One `Sheet` that writes on several."""

    def __init__(self, *sheets: Sheet) -> None:
        self._sheets = sheets

    def title(self, text: str, under: str) -> None:
        for sheet in self._sheets:
            sheet.title(text, under)

    def heading(self, text: str, at: str = "", *, small: bool = False) -> None:
        for sheet in self._sheets:
            sheet.heading(text, at, small=small)

    def text(self, text: str, *, note: bool = False) -> None:
        for sheet in self._sheets:
            sheet.text(text, note=note)

    def facts(self, pairs: Iterable[tuple[str, Cell]]) -> None:
        told = list(pairs)
        for sheet in self._sheets:
            sheet.facts(told)

    def open_table(self, headings: Sequence[str]) -> None:
        for sheet in self._sheets:
            sheet.open_table(headings)

    def row(self, cells: Sequence[Cell]) -> None:
        for sheet in self._sheets:
            sheet.row(cells)

    def close_table(self) -> None:
        for sheet in self._sheets:
            sheet.close_table()
